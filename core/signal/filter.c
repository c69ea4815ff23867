#include "core/signal/filter.h"

#include "core/base/check.h"

/* A section in double, before it is rounded to the build's precision. */
static eg_filter_section rounded(double b0, double b1, double b2, double a0, double a1, double a2) {
    return (eg_filter_section){(eg_real)(b0 / a0), (eg_real)(b1 / a0), (eg_real)(b2 / a0),
                               (eg_real)(a1 / a0), (eg_real)(a2 / a0)};
}

/* Damping of the k-th pole pair of a Butterworth low pass: the pair is s^2 + q s + 1. */
static double damping(unsigned k, unsigned order) {
    double sine, cosine;
    eg_turn(2 * k + 1, 4 * (uint64_t)order, &sine, &cosine);
    return 2.0 * sine;
}

/* w = tan(pi f / rate); sign of b1 is 1 for a low pass, -1 for a high pass. */
static void design_edge(eg_filter *filter, unsigned order, double w, int high) {
    double b = high ? 1.0 : w * w, b1 = high ? -2.0 : 2.0 * w * w;
    for (unsigned k = 0; k < order / 2; k++) {
        double q = damping(k, order);
        filter->sections[filter->n_sections++] =
            rounded(b, b1, b, 1.0 + q * w + w * w, 2.0 * (w * w - 1.0), 1.0 - q * w + w * w);
    }
    if (order % 2 == 0) return;
    double edge = high ? 1.0 : w;
    filter->sections[filter->n_sections++] =
        rounded(edge, high ? -edge : edge, 0.0, 1.0 + w, w - 1.0, 0.0);
}

/* One pair of poles re +- i im (im real or the pair both real, given by sum and product) of a band
 * pass, numerator width s. */
static eg_filter_section band_section(double sum, double product, double width) {
    return rounded(width, 0.0, -width, 1.0 - sum + product, 2.0 * (product - 1.0),
                   1.0 + sum + product);
}

/* Every pole p of the low pass becomes the two roots of s^2 - p width s + centre^2. */
static void design_band(eg_filter *filter, unsigned order, double w_low, double w_high) {
    double width = w_high - w_low, square = w_low * w_high;
    for (unsigned k = 0; k < order / 2; k++) {
        double re = -0.5 * damping(k, order);
        double im = sqrt(1.0 - re * re);
        /* root = sqrt((p width)^2 - 4 centre^2), a complex square root. */
        double u = width * width * (re * re - im * im) - 4.0 * square;
        double v = 2.0 * width * width * re * im;
        double size = sqrt(0.5 * (eg_hypot(u, v) + fabs(u)));
        double root_re = u >= 0.0 ? size : fabs(v) / (2.0 * size);
        double root_im = u >= 0.0 ? v / (2.0 * size) : copysign(size, v);
        for (int sign = -1; sign <= 1; sign += 2) {
            double pole_re = 0.5 * (width * re + sign * root_re);
            double pole_im = 0.5 * (width * im + sign * root_im);
            filter->sections[filter->n_sections++] =
                band_section(2.0 * pole_re, pole_re * pole_re + pole_im * pole_im, width);
        }
    }
    if (order % 2 == 1)
        filter->sections[filter->n_sections++] = band_section(-width, square, width);
}

eg_err eg_filter_butterworth(eg_filter *filter, eg_filter_kind kind, unsigned order, double low_hz,
                             double high_hz, double rate_hz, eg_diag *diag) {
    EG_ASSERT(filter != NULL);
    *filter = (eg_filter){0};
    if (order < 1 || order > EG_FILTER_ORDER_MAX)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "a filter of order %u was asked for; orders go from 1 to %d", order,
                           EG_FILTER_ORDER_MAX);
    double half = 0.5 * rate_hz;
    int bad_low = kind != EG_FILTER_LOW_PASS && !(low_hz > 0.0 && low_hz < half);
    int bad_high = kind != EG_FILTER_HIGH_PASS && !(high_hz > 0.0 && high_hz < half);
    int bad_band = kind == EG_FILTER_BAND_PASS && !(low_hz < high_hz);
    if (bad_low || bad_high || bad_band || !isfinite(rate_hz))
        return eg_diag_set(
            diag, EG_ERR_ARGUMENT, NULL, 0,
            "a filter from %g to %g Hz is not possible at %g Hz; choose edges between 0 "
            "and half the rate",
            low_hz, high_hz, rate_hz);
    double w_low = kind == EG_FILTER_LOW_PASS ? 0.0 : eg_tan(EG_PI * low_hz / rate_hz);
    double w_high = kind == EG_FILTER_HIGH_PASS ? 0.0 : eg_tan(EG_PI * high_hz / rate_hz);
    if (kind == EG_FILTER_BAND_PASS) design_band(filter, order, w_low, w_high);
    if (kind == EG_FILTER_LOW_PASS) design_edge(filter, order, w_high, 0);
    if (kind == EG_FILTER_HIGH_PASS) design_edge(filter, order, w_low, 1);
    filter->n_taps = (kind == EG_FILTER_BAND_PASS ? 2 * (size_t)order : order) + 1;
    EG_ASSERT(filter->n_sections <= EG_FILTER_SECTIONS_MAX);
    return EG_OK;
}

void eg_filter_settle(const eg_filter *filter, eg_real level, eg_filter_state *state) {
    *state = (eg_filter_state){0};
    for (size_t i = 0; i < filter->n_sections; i++) {
        const eg_filter_section *s = &filter->sections[i];
        eg_real out = level * ((s->b0 + s->b1 + s->b2) / (1 + s->a1 + s->a2));
        state->z[i][1] = s->b2 * level - s->a2 * out;
        state->z[i][0] = s->b1 * level - s->a1 * out + state->z[i][1];
        level = out;
    }
}

/* One section over a block; transposed direct form II. */
static void run_section(const eg_filter_section *s, eg_real z[2], size_t n, const eg_real *x,
                        eg_real *y) {
    eg_real z0 = z[0], z1 = z[1];
    for (size_t i = 0; i < n; i++) {
        eg_real in = x[i];
        eg_real out = s->b0 * in + z0;
        z0 = s->b1 * in - s->a1 * out + z1;
        z1 = s->b2 * in - s->a2 * out;
        y[i] = out;
    }
    z[0] = z0;
    z[1] = z1;
}

void eg_filter_run(const eg_filter *filter, eg_filter_state *state, size_t n, const eg_real *x,
                   eg_real *y) {
    EG_ASSERT(filter->n_sections > 0 && filter->n_sections <= EG_FILTER_SECTIONS_MAX);
    for (size_t i = 0; i < filter->n_sections; i++)
        run_section(&filter->sections[i], state->z[i], n, i == 0 ? x : y, y);
}

size_t eg_filter_padding(const eg_filter *filter) {
    return 3 * filter->n_taps;
}

size_t eg_filter_padding_sections(const eg_filter *filter) {
    size_t n_first_order = 0;
    for (size_t i = 0; i < filter->n_sections; i++) {
        const eg_filter_section *s = &filter->sections[i];
        n_first_order += fabs((double)s->b2) <= 0.0 && fabs((double)s->a2) <= 0.0;
    }
    return 3 * (2 * filter->n_sections + 1 - n_first_order);
}

static void reverse(size_t n, eg_real *x) {
    for (size_t i = 0, j = n; i + 1 < j; i++) {
        j--;
        eg_real held = x[i];
        x[i] = x[j];
        x[j] = held;
    }
}

eg_err eg_filter_zero_lag(const eg_filter *filter, size_t n, const eg_real *x, eg_real *y,
                          size_t padding, eg_arena *scratch, eg_diag *diag) {
    EG_ASSERT(filter != NULL && scratch != NULL);
    if (n == 0 || padding >= n)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "%zu samples are too few for this filter; it needs more than %zu", n,
                           padding);
    size_t mark = eg_arena_mark(scratch);
    size_t n_long = n + 2 * padding;
    eg_real *extended = eg_arena_take(scratch, n_long, sizeof *extended);
    if (extended == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to filter %zu samples", n);
    for (size_t i = 0; i < padding; i++) {
        extended[i] = 2 * x[0] - x[padding - i];
        extended[padding + n + i] = 2 * x[n - 1] - x[n - 2 - i];
    }
    for (size_t i = 0; i < n; i++) extended[padding + i] = x[i];
    for (int pass = 0; pass < 2; pass++) {
        eg_filter_state state;
        eg_filter_settle(filter, extended[0], &state);
        eg_filter_run(filter, &state, n_long, extended, extended);
        reverse(n_long, extended);
    }
    for (size_t i = 0; i < n; i++) y[i] = extended[padding + i];
    eg_arena_reset(scratch, mark);
    return EG_OK;
}
