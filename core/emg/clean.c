#include "core/emg/clean.h"

#include "core/base/check.h"
#include "core/base/lanes.h"

enum { LANES = 8, PAIRS = LANES / 2 };

typedef eg_pair pair; /* two channels */

typedef struct lane_state {
    pair z[EG_FILTER_SECTIONS_MAX][2][PAIRS];
} lane_state;

typedef pair lane_block[EG_EMG_BLOCK][PAIRS];

eg_emg_settings eg_emg_defaults(double rate_hz) {
    return (eg_emg_settings){rate_hz, 2, 20.0, 450.0, 0.0, 30.0, 2, 6.0};
}

eg_err eg_emg_notch(eg_filter *filter, double centre_hz, double quality, double rate_hz,
                    eg_diag *diag) {
    if (!(centre_hz > 0.0 && centre_hz < 0.5 * rate_hz && quality > 0.0 && isfinite(quality)))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "a notch at %g Hz of quality %g is not possible at %g Hz", centre_hz,
                           quality, rate_hz);
    double turn = 2.0 * EG_PI * centre_hz / rate_hz;
    double gain = 1.0 / (1.0 + eg_tan(0.5 * turn / quality));
    double cosine = -2.0 * gain * eg_cos(turn);
    *filter = (eg_filter){.n_sections = 1, .n_taps = 3};
    filter->sections[0] = (eg_filter_section){(eg_real)gain, (eg_real)cosine, (eg_real)gain,
                                              (eg_real)cosine, (eg_real)(2.0 * gain - 1.0)};
    return EG_OK;
}

eg_err eg_emg_design(eg_emg_filters *filters, const eg_emg_settings *settings, eg_diag *diag) {
    EG_ASSERT(filters != NULL && settings != NULL);
    *filters = (eg_emg_filters){.settings = *settings};
    double highest = EG_EMG_CORNER_MAX * settings->rate_hz;
    filters->is_capped = settings->band_high_hz > highest;
    if (filters->is_capped) filters->settings.band_high_hz = highest;
    const eg_emg_settings *s = &filters->settings;
    if (s->band_order > EG_FILTER_ORDER_MAX - 1)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0, "a band-pass has order 1 to %d",
                           EG_FILTER_ORDER_MAX - 1);
    eg_err err = eg_filter_butterworth(&filters->band, EG_FILTER_BAND_PASS, s->band_order,
                                       s->band_low_hz, s->band_high_hz, s->rate_hz, diag);
    if (err == EG_OK)
        err = eg_filter_butterworth(&filters->envelope, EG_FILTER_LOW_PASS, s->envelope_order, 0.0,
                                    s->envelope_hz, s->rate_hz, diag);
    if (err != EG_OK || !(s->notch_hz > 0.0)) return err;
    eg_filter notch;
    err = eg_emg_notch(&notch, s->notch_hz, s->notch_quality, s->rate_hz, diag);
    if (err != EG_OK) return err;
    filters->band.sections[filters->band.n_sections++] = notch.sections[0];
    filters->band.n_taps += 2;
    return EG_OK;
}

/* One section over a block of eight channels; transposed direct form II, as core/signal/filter.c,
 * with the operations in the same order. */
static void run_section(const eg_filter_section *s, pair z[2][PAIRS], size_t n, lane_block block) {
    const pair b0 = {s->b0, s->b0}, b1 = {s->b1, s->b1}, b2 = {s->b2, s->b2};
    const pair a1 = {s->a1, s->a1}, a2 = {s->a2, s->a2};
    pair p0 = z[0][0], p1 = z[0][1], p2 = z[0][2], p3 = z[0][3];
    pair q0 = z[1][0], q1 = z[1][1], q2 = z[1][2], q3 = z[1][3];
    for (size_t i = 0; i < n; i++) {
        pair *row = block[i];
        pair in0 = row[0], in1 = row[1], in2 = row[2], in3 = row[3];
        pair out0 = b0 * in0 + p0, out1 = b0 * in1 + p1;
        p0 = b1 * in0 - a1 * out0 + q0;
        p1 = b1 * in1 - a1 * out1 + q1;
        q0 = b2 * in0 - a2 * out0;
        q1 = b2 * in1 - a2 * out1;
        row[0] = out0;
        row[1] = out1;
        pair out2 = b0 * in2 + p2, out3 = b0 * in3 + p3;
        p2 = b1 * in2 - a1 * out2 + q2;
        p3 = b1 * in3 - a1 * out3 + q3;
        q2 = b2 * in2 - a2 * out2;
        q3 = b2 * in3 - a2 * out3;
        row[2] = out2;
        row[3] = out3;
    }
    z[0][0] = p0;
    z[0][1] = p1;
    z[0][2] = p2;
    z[0][3] = p3;
    z[1][0] = q0;
    z[1][1] = q1;
    z[1][2] = q2;
    z[1][3] = q3;
}

static void run_block(const eg_filter *filter, lane_state *state, size_t n, lane_block block) {
    for (size_t i = 0; i < filter->n_sections; i++)
        run_section(&filter->sections[i], state->z[i], n, block);
}

/* Rows first, first + step, ... of up to eight channels from `x`, less `offset`, into the block. */
typedef struct lane_view {
    size_t n_channels, first_channel, n_lanes;
    ptrdiff_t step; /* +1 forwards, -1 backwards */
} lane_view;

static void gather(const lane_view *v, size_t n, const eg_real *x, const eg_real *offset,
                   lane_block block) {
    const ptrdiff_t stride = v->step * (ptrdiff_t)v->n_channels;
    if (v->n_lanes == LANES) {
        eg_real *to = (eg_real *)block;
        for (size_t i = 0; i < n; i++, x += stride, to += LANES)
            for (size_t k = 0; k < LANES; k++) to[k] = x[k] - offset[k];
        return;
    }
    for (size_t i = 0; i < n; i++, x += stride) {
        eg_real *to = (eg_real *)block[i];
        for (size_t k = 0; k < LANES; k++) to[k] = k < v->n_lanes ? x[k] - offset[k] : 0;
    }
}

static void scatter(const lane_view *v, size_t n, lane_block block, eg_real *y, int rectify) {
    const ptrdiff_t stride = v->step * (ptrdiff_t)v->n_channels;
    if (v->n_lanes == LANES) {
        const eg_real *from = (const eg_real *)block;
        for (size_t i = 0; i < n; i++, y += stride, from += LANES) {
            if (rectify)
                for (size_t k = 0; k < LANES; k++) y[k] = eg_rabs(from[k]);
            else
                for (size_t k = 0; k < LANES; k++) y[k] = from[k];
        }
        return;
    }
    for (size_t i = 0; i < n; i++, y += stride) {
        const eg_real *from = (const eg_real *)block[i];
        for (size_t k = 0; k < v->n_lanes; k++) y[k] = rectify ? eg_rabs(from[k]) : from[k];
    }
}

/* The state after an endless constant input of `level` in each lane. */
static void settle(const eg_filter *filter, const eg_real level[LANES], lane_state *state) {
    for (size_t k = 0; k < LANES; k++) {
        eg_filter_state one;
        eg_filter_settle(filter, level[k], &one);
        for (size_t i = 0; i < filter->n_sections; i++)
            for (size_t j = 0; j < 2; j++) state->z[i][j][k / 2][k % 2] = one.z[i][j];
    }
}

/* `n` rows through the filter; y NULL keeps the state only. */
static void sweep(const eg_filter *filter, const lane_view *v, lane_state *state, size_t n,
                  const eg_real *x, const eg_real *offset, eg_real *y, int rectify) {
    lane_block block;
    const ptrdiff_t stride = v->step * (ptrdiff_t)v->n_channels;
    for (size_t at = 0; at < n; at += EG_EMG_BLOCK) {
        size_t count = n - at < EG_EMG_BLOCK ? n - at : EG_EMG_BLOCK;
        gather(v, count, x + stride * (ptrdiff_t)at, offset, block);
        run_block(filter, state, count, block);
        if (y != NULL) scatter(v, count, block, y + stride * (ptrdiff_t)at, rectify);
    }
}

size_t eg_emg_zero_lag_size(const eg_filter *filter, size_t n_channels) {
    return 2 * eg_filter_padding(filter) * n_channels * sizeof(eg_real) + 64;
}

/* One group of up to eight channels, forwards and backwards. head and tail hold the extension of
 * all channels, so that neither needs a copy of the signal. */
static void group_zero_lag(const eg_filter *filter, size_t n_channels, size_t first, size_t n,
                           const eg_real *x, eg_real *y, int rectify, eg_real *const ends[2]) {
    static const eg_real zero[LANES] = {0};
    const size_t padding = eg_filter_padding(filter);
    lane_view v = {n_channels, first, n_channels - first < LANES ? n_channels - first : LANES, 1};
    eg_real *head = ends[0] + first, *tail = ends[1] + first, offset[LANES] = {0};
    x += first;
    y += first;
    const eg_real *last = x + (n - 1) * n_channels;
    for (size_t k = 0; k < v.n_lanes; k++) {
        offset[k] = x[k];
        for (size_t i = 0; i < padding; i++) {
            head[i * n_channels + k] = x[k] - x[(padding - i) * n_channels + k] + x[k];
            tail[i * n_channels + k] = last[k] - *(last + k - (i + 1) * n_channels) + last[k];
        }
    }
    eg_real level[LANES] = {0};
    for (size_t k = 0; k < v.n_lanes; k++) level[k] = (padding > 0 ? head[k] : x[k]) - offset[k];
    lane_state state;
    settle(filter, level, &state);
    sweep(filter, &v, &state, padding, head, offset, NULL, 0);
    sweep(filter, &v, &state, n, x, offset, y, 0);
    sweep(filter, &v, &state, padding, tail, offset, tail, 0);
    eg_real *end = padding > 0 ? tail + (padding - 1) * n_channels : y + (n - 1) * n_channels;
    for (size_t k = 0; k < v.n_lanes; k++) level[k] = end[k];
    settle(filter, level, &state);
    v.step = -1;
    sweep(filter, &v, &state, padding, end, zero, NULL, 0);
    sweep(filter, &v, &state, n, y + (n - 1) * n_channels, zero, y + (n - 1) * n_channels, rectify);
}

/* A low-pass keeps the offset that the sweeps take away; give it back. */
static void restore(size_t n_channels, size_t n, const eg_real *offset, eg_real *y) {
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < n_channels; c++) y[i * n_channels + c] += offset[c];
}

/* 0 for a filter that takes constants away. */
static int passes_constants(const eg_filter *filter) {
    for (size_t i = 0; i < filter->n_sections; i++) {
        const eg_filter_section *s = &filter->sections[i];
        if (fabs((double)(s->b0 + s->b1 + s->b2)) <= 0.0) return 0;
    }
    return 1;
}

eg_err eg_emg_zero_lag(const eg_filter *filter, size_t n_channels, size_t n, const eg_real *x,
                       eg_real *y, int rectify, eg_arena *scratch, eg_diag *diag) {
    EG_ASSERT(filter != NULL && n_channels > 0 && scratch != NULL);
    EG_ASSERT(!rectify || !passes_constants(filter));
    size_t padding = eg_filter_padding(filter);
    if (n <= padding)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "%zu samples are too few for this filter; it needs more than %zu", n,
                           padding);
    size_t mark = eg_arena_mark(scratch);
    int is_low = passes_constants(filter);
    eg_real *ends[2] = {eg_arena_take(scratch, padding * n_channels, sizeof(eg_real)),
                        eg_arena_take(scratch, padding * n_channels, sizeof(eg_real))};
    eg_real *offset = eg_arena_take(scratch, n_channels, sizeof *offset);
    eg_err err = EG_OK;
    if (ends[0] == NULL || ends[1] == NULL || offset == NULL) {
        err = eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to filter %zu channels",
                          n_channels);
    } else {
        for (size_t c = 0; c < n_channels; c++) offset[c] = x[c];
        for (size_t first = 0; first < n_channels; first += LANES)
            group_zero_lag(filter, n_channels, first, n, x, y, rectify, ends);
        if (is_low) restore(n_channels, n, offset, y);
    }
    eg_arena_reset(scratch, mark);
    return err;
}

eg_err eg_emg_envelope(const eg_emg_filters *filters, size_t n_channels, size_t n, const eg_real *x,
                       eg_real *band, eg_real *envelope, eg_arena *scratch, eg_diag *diag) {
    eg_err err = EG_OK;
    if (band == NULL) {
        err = eg_emg_zero_lag(&filters->band, n_channels, n, x, envelope, 1, scratch, diag);
    } else {
        err = eg_emg_zero_lag(&filters->band, n_channels, n, x, band, 0, scratch, diag);
        for (size_t i = 0; err == EG_OK && i < n * n_channels; i++) envelope[i] = eg_rabs(band[i]);
    }
    if (err != EG_OK) return err;
    return eg_emg_zero_lag(&filters->envelope, n_channels, n, envelope, envelope, 0, scratch, diag);
}

void eg_emg_causal(const eg_filter *filter, size_t n_channels, eg_filter_state *state, size_t n,
                   const eg_real *x, eg_real *y) {
    static const eg_real zero[LANES] = {0};
    for (size_t first = 0; first < n_channels; first += LANES) {
        lane_view v = {n_channels, first, n_channels - first < LANES ? n_channels - first : LANES,
                       1};
        lane_state lanes = {0};
        for (size_t k = 0; k < v.n_lanes; k++)
            for (size_t i = 0; i < filter->n_sections; i++)
                for (size_t j = 0; j < 2; j++)
                    lanes.z[i][j][k / 2][k % 2] = state[first + k].z[i][j];
        sweep(filter, &v, &lanes, n, x + first, zero, y + first, 0);
        for (size_t k = 0; k < v.n_lanes; k++)
            for (size_t i = 0; i < filter->n_sections; i++)
                for (size_t j = 0; j < 2; j++)
                    state[first + k].z[i][j] = lanes.z[i][j][k / 2][k % 2];
    }
}

void eg_emg_rms_centred(size_t n, size_t stride, const eg_real *x, size_t window, eg_real *y) {
    EG_ASSERT(window > 0);
    /* Sums over whole windows start afresh now and then: no error gathers. */
    enum { FRESH = 4096 };
    size_t before = window / 2, behind = window - 1 - before;
    double sum = 0.0;
    size_t from = 0, to = 0; /* the samples in the sum */
    for (size_t i = 0; i < n; i++) {
        size_t low = i > before ? i - before : 0;
        size_t high = n - 1 - i > behind ? i + behind + 1 : n;
        if (i % FRESH == 0) {
            sum = 0.0;
            from = to = low;
        }
        for (; to < high; to++) sum += (double)x[to * stride] * (double)x[to * stride];
        for (; from < low; from++) sum -= (double)x[from * stride] * (double)x[from * stride];
        double mean = sum / (double)(high - low);
        y[i] = (eg_real)(mean > 0.0 ? sqrt(mean) : 0.0);
    }
}

/* -d phase / d omega of a polynomial c0 + c1 / z + c2 / z^2, in samples. */
static double polynomial_delay(double c0, double c1, double c2, double sine, double cosine) {
    double sine2 = 2.0 * sine * cosine, cosine2 = cosine * cosine - sine * sine;
    double re = c0 + c1 * cosine + c2 * cosine2, im = -(c1 * sine + c2 * sine2);
    double top_re = c1 * cosine + 2.0 * c2 * cosine2, top_im = -(c1 * sine + 2.0 * c2 * sine2);
    return (top_re * re + top_im * im) / (re * re + im * im);
}

double eg_emg_delay_s(const eg_filter *filter, double frequency_hz, double rate_hz) {
    double sine, cosine, samples = 0.0;
    eg_sincos(2.0 * EG_PI * frequency_hz / rate_hz, &sine, &cosine);
    for (size_t i = 0; i < filter->n_sections; i++) {
        const eg_filter_section *s = &filter->sections[i];
        samples += polynomial_delay((double)s->b0, (double)s->b1, (double)s->b2, sine, cosine) -
                   polynomial_delay(1.0, (double)s->a1, (double)s->a2, sine, cosine);
    }
    return samples / rate_hz;
}

double eg_emg_rise_s(const eg_filter *filter, double share, double rate_hz) {
    eg_filter_state state = {0};
    const size_t most = (size_t)(10.0 * rate_hz) + 1;
    double before = 0.0;
    for (size_t i = 0; i < most; i++) {
        eg_real one = 1, out;
        eg_filter_run(filter, &state, 1, &one, &out);
        if ((double)out >= share)
            return ((double)i + (share - before) / ((double)out - before)) / rate_hz;
        before = (double)out;
    }
    return NAN;
}
