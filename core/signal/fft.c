#include "core/signal/fft.h"

#include "core/base/check.h"
#include "core/base/lanes.h"

/* Two neighbouring numbers of a transform, or one (twice) where the length is no multiple of 8. */
typedef struct eg_fft_cell {
    eg_pair re, im;
} cell;

enum { RADIX_MAX = 13 };

static eg_complex multiply(eg_complex a, eg_complex b) {
    return (eg_complex){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

static eg_complex conjugate(eg_complex a) {
    return (eg_complex){a.re, -a.im};
}

static cell add(cell a, cell b) {
    return (cell){a.re + b.re, a.im + b.im};
}

static cell subtract(cell a, cell b) {
    return (cell){a.re - b.re, a.im - b.im};
}

static cell turned(cell a, cell by) {
    return (cell){a.re * by.re - a.im * by.im, a.re * by.im + a.im * by.re};
}

static cell scale(cell a, eg_real factor) {
    eg_pair both = eg_pair_both(factor);
    return (cell){a.re * both, a.im * both};
}

/* a times -i. */
static cell quarter_back(cell a) {
    return (cell){a.im, -a.re};
}

static eg_complex turn(uint64_t k, uint64_t n) {
    double sine, cosine;
    eg_turn(k, n, &sine, &cosine);
    return (eg_complex){(eg_real)cosine, (eg_real)-sine};
}

/* table[k] = exp(-2 pi i k / n) for k < count; symmetries save most of the sines. */
static void fill_turns(size_t n, size_t count, eg_complex *table) {
    size_t quarter = n % 4 == 0 ? n / 4 : n;
    for (size_t k = 0; k < count; k++) {
        if (k >= quarter) {
            table[k] = (eg_complex){table[k - quarter].im, -table[k - quarter].re};
        } else if (quarter < n && 2 * k > quarter) {
            eg_complex other = table[quarter - k];
            table[k] = (eg_complex){-other.im, -other.re};
        } else if (quarter == n && 2 * k > n) {
            table[k] = conjugate(table[n - k]);
        } else {
            table[k] = turn(k, n);
        }
    }
}

/* Fours first, then 2, 3, 5, ... 13; returns what is left over (1 if nothing is). */
static size_t factorize(size_t n, eg_fft_plan *plan) {
    static const unsigned radices[] = {4, 2, 3, 5, 7, 11, 13};
    size_t count = 0;
    for (size_t i = 0; i < sizeof radices / sizeof radices[0]; i++)
        while (n % radices[i] == 0) {
            n /= radices[i];
            EG_ASSERT(count < EG_FFT_FACTORS_MAX);
            plan->factors[count++] = radices[i];
        }
    plan->n_factors = count;
    return n;
}

/* The length computed for n: n itself, or a multiple of 8 without factors above 5 that holds the
 * convolution of Bluestein's algorithm. */
static size_t padded_length(size_t n) {
    eg_fft_plan trial;
    if (factorize(n, &trial) == 1) return n;
    size_t m = (2 * n - 1 + 7) / 8 * 8;
    for (;; m += 8) {
        size_t rest = m;
        while (rest % 2 == 0) rest /= 2;
        while (rest % 3 == 0) rest /= 3;
        while (rest % 5 == 0) rest /= 5;
        if (rest == 1) return m;
    }
}

static size_t rounded_up(size_t bytes) {
    return (bytes + 15) / 16 * 16;
}

static size_t cells_of(size_t padded) {
    return padded % 8 == 0 ? padded / 2 : padded;
}

size_t eg_fft_plan_size(size_t n) {
    if (n == 0 || n > EG_FFT_LENGTH_MAX) return 0;
    size_t padded = padded_length(n), cells = cells_of(padded);
    /* Factors take one cell a number after the first pass, of which a quarter are left. */
    size_t turns = padded % 8 == 0 ? 3 * padded / 8 + padded / 4 : padded;
    size_t size = (turns + 2 * cells) * sizeof(cell) + (7 + 11 + 13) * sizeof(eg_complex) + 64;
    if (padded != n) size += rounded_up(n * sizeof(eg_complex)) + cells * sizeof(cell);
    return size;
}

size_t eg_fft_size(size_t n) {
    if (n == 0 || n > EG_FFT_LENGTH_MAX) return 0;
    return eg_fft_plan_size(n % 2 == 0 ? n / 2 : n) + rounded_up((n / 4 + 1) * sizeof(eg_complex)) +
           32;
}

/* One pass of Stockham's algorithm (decimation in frequency): `m` groups of `radix` elements that
 * lie m stride apart, each group repeated for `stride` neighbours. Lengths in cells. */
typedef struct pass {
    size_t m, stride;
    const cell *turns; /* [m][radix - 1] of the group's outputs 1 ... */
    const cell *x;
    cell *y;
} pass;

static void pass_2(const pass *s) {
    const size_t far = s->stride * s->m;
    for (size_t p = 0; p < s->m; p++) {
        const cell w = s->turns[p], *x = s->x + s->stride * p;
        cell *y = s->y + s->stride * 2 * p;
        for (size_t q = 0; q < s->stride; q++) {
            cell a = x[q], b = x[q + far];
            y[q] = add(a, b);
            y[q + s->stride] = turned(subtract(a, b), w);
        }
    }
}

static void pass_3(const pass *s) {
    const eg_real half_root = (eg_real)0.86602540378443864676;
    const size_t far = s->stride * s->m;
    for (size_t p = 0; p < s->m; p++) {
        const cell *w = s->turns + 2 * p, *x = s->x + s->stride * p;
        cell *y = s->y + s->stride * 3 * p;
        for (size_t q = 0; q < s->stride; q++) {
            cell a = x[q], b = x[q + far], c = x[q + 2 * far];
            cell sum = add(b, c), middle = subtract(a, scale(sum, (eg_real)0.5));
            cell side = quarter_back(scale(subtract(b, c), half_root));
            y[q] = add(a, sum);
            y[q + s->stride] = turned(add(middle, side), w[0]);
            y[q + 2 * s->stride] = turned(subtract(middle, side), w[1]);
        }
    }
}

/* The four sums of four numbers. */
typedef struct quad {
    cell a, b, c, d;
} quad;

static inline quad four(cell a, cell b, cell c, cell d) {
    cell even = add(a, c), odd = add(b, d), less = subtract(a, c), side = subtract(b, d);
    return (quad){add(even, odd),
                  {less.re + side.im, less.im - side.re},
                  subtract(even, odd),
                  {less.re - side.im, less.im + side.re}};
}

/* The first pass where a cell holds two neighbours: these are of two groups, whose results have to
 * change places. */
static inline void finish_first(quad out, const cell *w, cell *restrict y) {
    out.b = turned(out.b, w[0]);
    out.c = turned(out.c, w[1]);
    out.d = turned(out.d, w[2]);
    y[0] = (cell){{out.a.re[0], out.b.re[0]}, {out.a.im[0], out.b.im[0]}};
    y[1] = (cell){{out.c.re[0], out.d.re[0]}, {out.c.im[0], out.d.im[0]}};
    y[2] = (cell){{out.a.re[1], out.b.re[1]}, {out.a.im[1], out.b.im[1]}};
    y[3] = (cell){{out.c.re[1], out.d.re[1]}, {out.c.im[1], out.d.im[1]}};
}

static void pass_4_first(const pass *s) {
    const cell *x = s->x, *w = s->turns;
    cell *y = s->y;
    const size_t m = s->m;
    for (size_t p = 0; p < m; p++, x++, w += 3, y += 4)
        finish_first(four(x[0], x[m], x[2 * m], x[3 * m]), w, y);
}

/* Two windowed signals as real and imaginary parts. */
typedef struct signals {
    const eg_real *a, *b, *window;
    eg_pair less_a, less_b;
} signals;

static inline cell signals_at(const signals *in, size_t k) {
    const eg_pair w = eg_pair_load(in->window + k);
    return (cell){(eg_pair_load(in->a + k) - in->less_a) * w,
                  (eg_pair_load(in->b + k) - in->less_b) * w};
}

/* The same, straight from two signals. */
static void pass_4_signals(const pass *s, const signals *in) {
    const cell *w = s->turns;
    cell *y = s->y;
    const size_t m = s->m;
    for (size_t p = 0; p < m; p++, w += 3, y += 4)
        finish_first(four(signals_at(in, 2 * p), signals_at(in, 2 * (p + m)),
                          signals_at(in, 2 * (p + 2 * m)), signals_at(in, 2 * (p + 3 * m))),
                     w, y);
}

static void pass_4(const pass *s) {
    const size_t stride = s->stride, far = stride * s->m;
    const cell *x = s->x, *w = s->turns;
    cell *restrict y = s->y;
    for (size_t q = 0; q < stride; q++, x++, y++) { /* the first group's factors are 1 */
        quad out = four(x[0], x[far], x[2 * far], x[3 * far]);
        y[0] = out.a;
        y[stride] = out.b;
        y[2 * stride] = out.c;
        y[3 * stride] = out.d;
    }
    for (size_t p = 1; p < s->m; p++) {
        w += 3;
        y += 3 * stride;
        for (size_t q = 0; q < stride; q++, x++, y++) {
            quad out = four(x[0], x[far], x[2 * far], x[3 * far]);
            y[0] = out.a;
            y[stride] = turned(out.b, w[0]);
            y[2 * stride] = turned(out.c, w[1]);
            y[3 * stride] = turned(out.d, w[2]);
        }
    }
}

static void pass_5(const pass *s) {
    const eg_real c1 = (eg_real)0.30901699437494742410, c2 = (eg_real)-0.80901699437494742410;
    const eg_real s1 = (eg_real)0.95105651629515357212, s2 = (eg_real)0.58778525229247312917;
    const size_t far = s->stride * s->m;
    for (size_t p = 0; p < s->m; p++) {
        const cell *w = s->turns + 4 * p, *x = s->x + s->stride * p;
        cell *y = s->y + s->stride * 5 * p;
        for (size_t q = 0; q < s->stride; q++) {
            cell a = x[q];
            cell sum1 = add(x[q + far], x[q + 4 * far]);
            cell sum2 = add(x[q + 2 * far], x[q + 3 * far]);
            cell less1 = subtract(x[q + far], x[q + 4 * far]);
            cell less2 = subtract(x[q + 2 * far], x[q + 3 * far]);
            cell middle1 = add(a, add(scale(sum1, c1), scale(sum2, c2)));
            cell middle2 = add(a, add(scale(sum1, c2), scale(sum2, c1)));
            cell side1 = quarter_back(add(scale(less1, s1), scale(less2, s2)));
            cell side2 = quarter_back(subtract(scale(less1, s2), scale(less2, s1)));
            y[q] = add(a, add(sum1, sum2));
            y[q + s->stride] = turned(add(middle1, side1), w[0]);
            y[q + 2 * s->stride] = turned(add(middle2, side2), w[1]);
            y[q + 3 * s->stride] = turned(subtract(middle2, side2), w[2]);
            y[q + 4 * s->stride] = turned(subtract(middle1, side1), w[3]);
        }
    }
}

/* Any odd radix up to RADIX_MAX, by definition; inputs j and radix - j together. */
static void pass_any(const pass *s, unsigned radix, const eg_complex *roots) {
    const size_t far = s->stride * s->m;
    const unsigned half = radix / 2;
    for (size_t p = 0; p < s->m; p++)
        for (size_t q = 0; q < s->stride; q++) {
            const cell *x = s->x + s->stride * p + q, *w = s->turns + (radix - 1) * p;
            cell *y = s->y + s->stride * radix * p + q, zero = x[0];
            cell sum[RADIX_MAX / 2], less[RADIX_MAX / 2];
            for (unsigned j = 1; j <= half; j++) {
                sum[j - 1] = add(x[j * far], x[(radix - j) * far]);
                less[j - 1] = subtract(x[j * far], x[(radix - j) * far]);
                zero = add(zero, sum[j - 1]);
            }
            y[0] = zero;
            for (unsigned k = 1; k <= half; k++) {
                cell middle = x[0], side = {{0}, {0}};
                for (unsigned j = 1, at = k; j <= half; j++) {
                    eg_complex root = roots[at];
                    at += at + k < radix ? k : k - radix;
                    middle = add(middle, scale(sum[j - 1], root.re));
                    side = add(side, scale(less[j - 1], -root.im));
                }
                side = quarter_back(side);
                y[k * s->stride] = turned(add(middle, side), w[k - 1]);
                y[(radix - k) * s->stride] = turned(subtract(middle, side), w[radix - k - 1]);
            }
        }
}

/* Transforms the cells of `from`, or the signals if they are given (then n_padded is a multiple of
 * 8); results move between there and `other`; the last is returned. */
static cell *transform(const eg_fft_plan *plan, const signals *in, cell *from, cell *other) {
    const size_t n_cells = cells_of(plan->n_padded);
    pass s = {n_cells, 1, plan->turns, from, other};
    for (size_t i = 0; i < plan->n_factors; i++) {
        unsigned radix = plan->factors[i];
        const int is_across = i == 0 && n_cells < plan->n_padded;
        s.m /= radix;
        if (is_across && in != NULL) {
            pass_4_signals(&s, in);
        } else if (is_across) {
            pass_4_first(&s);
        } else if (radix == 4) {
            pass_4(&s);
        } else if (radix == 2) {
            pass_2(&s);
        } else if (radix == 3) {
            pass_3(&s);
        } else if (radix == 5) {
            pass_5(&s);
        } else {
            pass_any(&s, radix, plan->roots + (radix == 7 ? 0 : radix == 11 ? 7 : 18));
        }
        s.turns += s.m * (radix - 1);
        s.stride *= radix;
        if (is_across) { /* from now on the numbers of a cell are neighbours of one group */
            s.stride /= 2;
            s.m *= 2;
        }
        s.x = s.y;
        s.y = s.y == other ? from : other;
    }
    return s.y == other ? from : other;
}

/* Numbers of the cells one by one: the real part of number k is at place(), the imaginary one two
 * behind it. */
static size_t place(const eg_fft_plan *plan, size_t k) {
    return plan->n_padded % 8 == 0 ? k / 2 * 4 + k % 2 : 4 * k;
}

static eg_complex get(const eg_fft_plan *plan, const cell *cells, size_t k) {
    const eg_real *at = (const eg_real *)cells + place(plan, k);
    return (eg_complex){at[0], at[2]};
}

static void put(const eg_fft_plan *plan, cell *cells, size_t k, eg_complex value) {
    eg_real *at = (eg_real *)cells + place(plan, k);
    at[0] = value.re;
    at[2] = value.im;
}

static cell *work_a(const eg_fft_plan *plan) {
    return plan->work;
}

static cell *work_b(const eg_fft_plan *plan) {
    return plan->work + cells_of(plan->n_padded);
}

/* The factors of every pass, from the roots of the whole length: turns[k] of n_padded. */
static void fill_passes(eg_fft_plan *plan, const eg_complex *roots, cell *turns) {
    size_t m = plan->n_padded, stride = 1;
    for (size_t i = 0; i < plan->n_factors; i++) {
        const unsigned radix = plan->factors[i];
        const size_t lanes = i == 0 && plan->n_padded % 8 == 0 ? 2 : 1;
        m /= radix;
        for (size_t p = 0; p < m; p += lanes)
            for (size_t j = 1; j < radix; j++) {
                eg_complex a = roots[j * p * stride], b = roots[j * (p + lanes - 1) * stride];
                *turns++ = (cell){{a.re, b.re}, {a.im, b.im}};
            }
        stride *= radix;
    }
}

/* Bluestein (1970): k i = (k^2 + i^2 - (k - i)^2) / 2 makes the transform a convolution with a
 * chirp, for which a length with small factors can be chosen. */
static void prepare_chirp(eg_fft_plan *plan, eg_complex *chirp, cell *filter) {
    const size_t n = plan->n, m = plan->n_padded, n_cells = cells_of(m);
    for (size_t k = 0; k < n; k++) {
        if (2 * k > n) { /* chirp(n - k) = chirp(k) times exp(-pi i n) */
            eg_real sign = n % 2 == 0 ? 1 : -1;
            chirp[k] = (eg_complex){chirp[n - k].re * sign, chirp[n - k].im * sign};
        } else {
            chirp[k] = turn((uint64_t)k * k % (2 * n), 2 * n);
        }
    }
    cell *spread = work_a(plan);
    for (size_t i = 0; i < n_cells; i++) spread[i] = (cell){{0}, {0}};
    for (size_t k = 0; k < n; k++) {
        put(plan, spread, k, conjugate(chirp[k]));
        if (k > 0) put(plan, spread, m - k, conjugate(chirp[k]));
    }
    const cell *result = transform(plan, NULL, spread, work_b(plan));
    for (size_t i = 0; i < n_cells; i++) filter[i] = scale(result[i], (eg_real)1 / (eg_real)m);
    plan->chirp = chirp;
    plan->filter = filter;
}

eg_err eg_fft_plan_init(eg_fft_plan *plan, size_t n, eg_arena *arena, eg_diag *diag) {
    EG_ASSERT(plan != NULL && arena != NULL);
    if (n == 0 || n > EG_FFT_LENGTH_MAX)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "a transform of %zu samples is outside 1 ... %d", n, EG_FFT_LENGTH_MAX);
    const size_t m = padded_length(n), n_cells = cells_of(m);
    *plan = (eg_fft_plan){.n = n, .n_padded = m};
    (void)factorize(m, plan);
    cell *turns = eg_arena_take(arena, m % 8 == 0 ? 3 * m / 8 + m / 4 : m, sizeof *turns);
    eg_complex *roots = eg_arena_take(arena, 7 + 11 + 13, sizeof *roots);
    plan->work = eg_arena_take(arena, 2 * n_cells, sizeof *plan->work);
    eg_complex *chirp = m == n ? NULL : eg_arena_take(arena, n, sizeof *chirp);
    cell *filter = m == n ? NULL : eg_arena_take(arena, n_cells, sizeof *filter);
    if (turns == NULL || roots == NULL || plan->work == NULL ||
        (m != n && (chirp == NULL || filter == NULL)))
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to transform %zu samples", n);
    eg_complex *all = (eg_complex *)(void *)plan->work; /* needed here only */
    fill_turns(m, m, all);
    fill_passes(plan, all, turns);
    fill_turns(7, 7, roots);
    fill_turns(11, 11, roots + 7);
    fill_turns(13, 13, roots + 18);
    plan->turns = turns;
    plan->roots = roots;
    if (m != n) prepare_chirp(plan, chirp, filter);
    return EG_OK;
}

/* Transforms the n numbers in work_a(plan); returns where the result is. */
static const cell *run(eg_fft_plan *plan) {
    cell *a = work_a(plan), *b = work_b(plan);
    if (plan->chirp == NULL) return transform(plan, NULL, a, b);
    const size_t n = plan->n, m = plan->n_padded, n_cells = cells_of(m);
    for (size_t k = 0; k < n; k++) put(plan, a, k, multiply(get(plan, a, k), plan->chirp[k]));
    for (size_t k = n; k < m; k++) put(plan, a, k, (eg_complex){0, 0});
    cell *spectrum = transform(plan, NULL, a, b);
    /* The inverse transform is the forward one between two conjugations. */
    for (size_t i = 0; i < n_cells; i++) {
        cell product = turned(spectrum[i], plan->filter[i]);
        spectrum[i] = (cell){product.re, -product.im};
    }
    cell *result = transform(plan, NULL, spectrum, spectrum == a ? b : a);
    for (size_t k = 0; k < n; k++)
        put(plan, result, k, multiply(conjugate(get(plan, result, k)), plan->chirp[k]));
    return result;
}

void eg_fft_plan_run(eg_fft_plan *plan, const eg_complex *in, eg_complex *out) {
    EG_ASSERT(in != out && plan->n > 0);
    for (size_t k = 0; k < plan->n; k++) put(plan, work_a(plan), k, in[k]);
    const cell *result = run(plan);
    for (size_t k = 0; k < plan->n; k++) out[k] = get(plan, result, k);
}

/* |number|^2 in double. */
static double power_of(eg_complex z) {
    return (double)z.re * (double)z.re + (double)z.im * (double)z.im;
}

/* The transform of a windowed signal in the real and one in the imaginary part. */
static const cell *run_signals(eg_fft_plan *plan, size_t n_signal, const signals *in) {
    if (n_signal == plan->n_padded && n_signal % 8 == 0)
        return transform(plan, in, work_a(plan), work_b(plan));
    for (size_t k = 0; k < plan->n; k++) {
        eg_complex value = {0, 0};
        if (k < n_signal) {
            value.re = (in->a[k] - in->less_a[0]) * in->window[k];
            value.im = (in->b[k] - in->less_b[0]) * in->window[k];
        }
        put(plan, work_a(plan), k, value);
    }
    return run(plan);
}

void eg_fft_plan_add_powers(eg_fft_plan *plan, size_t n_signal, const eg_real *a, const eg_real *b,
                            const eg_real offset[2], const eg_real *window, double *power) {
    EG_ASSERT(n_signal <= plan->n);
    const size_t n = plan->n, half = n / 2;
    size_t k = 1;
    const signals in = {a, b, window, eg_pair_both(offset[0]), eg_pair_both(offset[1])};
    const cell *z = run_signals(plan, n_signal, &in);
    power[0] += power_of(get(plan, z, 0));
    if (plan->n_padded % 8 == 0 && n % 2 == 0) {
        power[1] += 0.5 * (power_of(get(plan, z, 1)) + power_of(get(plan, z, n - 1)));
        /* Numbers k, k + 1 and, from the other end, n - k, n - k - 1. */
        for (k = 2; k + 2 <= half; k += 2) {
            const cell *low = z + k / 2;
            const eg_real *high = (const eg_real *)(z + (n - k) / 2), *higher = high - 4;
            eg_pair re = {high[0], higher[1]}, im = {high[2], higher[3]};
            eg_pair sum = (low->re * low->re + low->im * low->im) + (re * re + im * im);
            power[k] += 0.5 * (double)sum[0];
            power[k + 1] += 0.5 * (double)sum[1];
        }
    }
    for (; 2 * k < n; k++)
        power[k] += 0.5 * (power_of(get(plan, z, k)) + power_of(get(plan, z, n - k)));
    if (n % 2 == 0) power[half] += power_of(get(plan, z, half));
}

eg_err eg_fft_init(eg_fft *fft, size_t n, eg_arena *arena, eg_diag *diag) {
    EG_ASSERT(fft != NULL);
    *fft = (eg_fft){.n = n};
    eg_err code = eg_fft_plan_init(&fft->plan, n % 2 == 0 ? n / 2 : n, arena, diag);
    if (code != EG_OK) return code;
    eg_complex *turns = eg_arena_take(arena, n / 4 + 1, sizeof *turns);
    if (turns == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to transform %zu samples", n);
    if (n % 2 == 0) fill_turns(n, n / 4 + 1, turns);
    fft->turns = turns;
    return EG_OK;
}

void eg_fft_forward(eg_fft *fft, const eg_real *x, eg_complex *spectrum) {
    eg_fft_plan *plan = &fft->plan;
    const size_t m = plan->n;
    cell *in = work_a(plan);
    if (fft->n % 2 == 1) {
        for (size_t i = 0; i < m; i++) put(plan, in, i, (eg_complex){x[i], 0});
        const cell *z = run(plan);
        for (size_t k = 0; k <= m / 2; k++) spectrum[k] = get(plan, z, k);
        spectrum[0].im = 0;
        return;
    }
    /* Even and odd samples as real and imaginary parts of a transform of half the length. */
    for (size_t i = 0; i < m; i++) put(plan, in, i, (eg_complex){x[2 * i], x[2 * i + 1]});
    const cell *z = run(plan);
    eg_complex zero = get(plan, z, 0);
    spectrum[0] = (eg_complex){zero.re + zero.im, 0};
    spectrum[m] = (eg_complex){zero.re - zero.im, 0};
    for (size_t k = 1; 2 * k <= m; k++) {
        eg_complex a = get(plan, z, k), b = get(plan, z, m - k);
        eg_complex even = {(a.re + b.re) * (eg_real)0.5, (a.im - b.im) * (eg_real)0.5};
        eg_complex odd = {(a.im + b.im) * (eg_real)0.5, (b.re - a.re) * (eg_real)0.5};
        odd = multiply(odd, fft->turns[k]);
        spectrum[k] = (eg_complex){even.re + odd.re, even.im + odd.im};
        spectrum[m - k] = (eg_complex){even.re - odd.re, odd.im - even.im};
    }
}

void eg_fft_inverse(eg_fft *fft, const eg_complex *spectrum, eg_real *x) {
    eg_fft_plan *plan = &fft->plan;
    const size_t m = plan->n;
    const eg_real unit = (eg_real)1 / (eg_real)m;
    cell *in = work_a(plan);
    if (fft->n % 2 == 1) {
        put(plan, in, 0, (eg_complex){spectrum[0].re, 0});
        for (size_t k = 1; k <= m / 2; k++) {
            put(plan, in, k, conjugate(spectrum[k]));
            put(plan, in, m - k, spectrum[k]);
        }
        const cell *z = run(plan);
        for (size_t i = 0; i < m; i++) x[i] = get(plan, z, i).re * unit;
        return;
    }
    for (size_t k = 0; 2 * k <= m; k++) {
        eg_complex a = spectrum[k], b = conjugate(spectrum[m - k]);
        if (k == 0) a.im = b.im = 0;
        eg_complex even = {(a.re + b.re) * (eg_real)0.5, (a.im + b.im) * (eg_real)0.5};
        eg_complex less = {(a.re - b.re) * (eg_real)0.5, (a.im - b.im) * (eg_real)0.5};
        eg_complex odd = multiply(less, conjugate(fft->turns[k]));
        /* even + i odd, and its partner; conjugated for the inverse by a forward transform. */
        put(plan, in, k, (eg_complex){even.re - odd.im, -(even.im + odd.re)});
        if (k > 0) put(plan, in, m - k, (eg_complex){even.re + odd.im, even.im - odd.re});
    }
    const cell *z = run(plan);
    for (size_t i = 0; i < m; i++) {
        eg_complex one = get(plan, z, i);
        x[2 * i] = one.re * unit;
        x[2 * i + 1] = -one.im * unit;
    }
}
