/* The checks of the quality gate that look at the samples' shape. */
#include <math.h>
#include <stddef.h>

#include "core/balance/gate_part.h"
#include "core/base/check.h"
#include "core/base/real.h"
#include "core/signal/filter.h"

enum {
    RUN_LEAST = 5,     /* equal samples; a turning point of a fine signal has up to four */
    COARSE_STEPS = 20, /* a typical change of so few smallest steps is a coarse resolution */
    FINE_STEPS = 1000, /* and of so many a fine one: equal extremes are a wonder then */
    FINE_SAMPLES = 3,
    COARSE_EQUAL = 3,      /* a coarse signal repeats samples */
    COARSE_FACTOR = 40,    /* runs must then be so much longer */
    SPIKE_REACH = 2,       /* samples to either side */
    FILTER_ORDER = 4,      /* passed twice */
    BREAK_REACH = 5,       /* samples of a line on either side of a break */
    BREAK_SPREAD = 10,     /* sum of their squared distances from the middle */
    BREAKS_MOST = 5,       /* more are noise */
    BREAK_RESOLUTIONS = 6, /* of a coarse signal make no break */
    WINDOW_SHARE = 2       /* at least 1 / 2 of a window's rows must count */
};

static const double noise_cutoff_hz = 10, noise_rate_least_hz = 40;
static const double noise_window_s = 1, near_s = 0.25;
static const double run_chance = 1e-3; /* of a run by chance somewhere in a good trial */
static const double share_most = 0.9;
static const double coarse_share_fail = 0.45;
static const double break_rate_hz = 100; /* at which the limits were measured */
static const double spike_group_s = 0.1, spike_longest_s = 0.15;

/* ---- held samples and saturation ------------------------------------------------------------ */

typedef struct channel_shape {
    double low, high; /* of the rows that count */
    int is_constant;
    int is_coarse;
    double resolution; /* smallest change */
    double usual;      /* median change */
} channel_shape;

static int counts(const gate_state *s, size_t i, const double *values) {
    return !(s->rows[i] & (ROW_GAP | ROW_UNLOADED)) && !isnan(values[i]);
}

static channel_shape shape_of(gate_state *s, const double *values) {
    channel_shape shape = {INFINITY, -INFINITY, 0, 0, INFINITY, 0};
    size_t n_changes = 0, n_equal = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (!counts(s, i, values)) continue;
        shape.low = fmin(shape.low, values[i]);
        shape.high = fmax(shape.high, values[i]);
        if (i == 0 || !counts(s, i - 1, values)) continue;
        double change = fabs(values[i] - values[i - 1]);
        n_equal += change == 0;
        if (change == 0) continue;
        s->scratch[n_changes++] = change;
        shape.resolution = fmin(shape.resolution, change);
    }
    shape.is_constant = !(shape.high > shape.low);
    if (n_changes > 0) shape.usual = gate_select(s->scratch, n_changes, n_changes / 2);
    /* Rounding makes equal steps differ in their last bits; a tenth of a step is tolerance enough.
     */
    shape.is_coarse =
        n_equal >= COARSE_EQUAL && shape.usual <= (COARSE_STEPS + 0.1) * shape.resolution;
    return shape;
}

/* Whether another channel stands still over the same rows away from its own limits: then the
 * recorder held its samples, whatever value this one has. */
static int another_is_held(const gate_state *s, size_t own, size_t start, size_t end,
                           const channel_shape *shapes) {
    for (size_t k = 0; k < s->input->n_channels; k++) {
        const double *values = s->input->channels[k].values;
        if (k == own || shapes[k].is_constant || shapes[k].is_coarse) continue;
        if (values[start] == shapes[k].low || values[start] == shapes[k].high) continue;
        size_t i = start + 1;
        while (i < end && values[i] == values[start]) i++;
        if (i == end) return 1;
    }
    return 0;
}

static void blame_run(gate_state *s, size_t channel, size_t start, size_t end,
                      const channel_shape *shapes) {
    const eg_gate_channel *c = &s->input->channels[channel];
    double value = c->values[start], seconds = (double)(end - start) / s->rate_hz;
    int is_extreme = value == shapes[channel].low || value == shapes[channel].high;
    int is_clipped = is_extreme && !another_is_held(s, channel, start, end, shapes);
    for (size_t i = start; i < end; i++) s->rows[i] |= is_clipped ? ROW_CLIPPED : ROW_HELD;
    eg_gate_finding *f = is_clipped ? gate_set(s, EG_GATE_SATURATION, EG_GATE_FAIL, EG_GATE_CLIPPED,
                                               value, s->limits->clip_fail_samples)
                                    : gate_set(s, EG_GATE_HELD_SAMPLES, EG_GATE_FAIL,
                                               EG_GATE_HELD_RUN, seconds, s->limits->held_fail_s);
    f->signal = c->name;
    f->count = end - start;
    f->at_s = (double)start / s->rate_hz;
}

/* How many equal samples in a row are too many: a stretch of time, and longer where the signal is
 * coarse or repeats itself so often that such a run is likely somewhere in n samples. */
static size_t run_least(const gate_state *s, double share, double n_pairs,
                        const channel_shape *shape) {
    size_t needed = gate_samples(s, s->limits->held_fail_s);
    if (needed < RUN_LEAST) needed = RUN_LEAST;
    if (shape->is_coarse) needed *= COARSE_FACTOR;
    if (!(share > 0)) return needed;
    if (share >= share_most) share = share_most;
    double likely = 1 + eg_log(run_chance / n_pairs) / eg_log(share);
    return likely > (double)needed ? (size_t)ceil(likely) : needed;
}

/* Share of the samples that repeat the one before, those at the channel's limits left out. */
static double share_of_repeats(const gate_state *s, const double *values,
                               const channel_shape *shape, double *n_pairs) {
    size_t n_equal = 0, n = 0;
    for (size_t i = 1; i < s->n; i++) {
        if (!counts(s, i, values) || !counts(s, i - 1, values)) continue;
        if (values[i] == shape->low || values[i] == shape->high) continue;
        n_equal += values[i] == values[i - 1];
        n++;
    }
    *n_pairs = n > 0 ? (double)n : 1;
    return (double)n_equal / *n_pairs;
}

static void check_share(gate_state *s, const eg_gate_channel *c, const channel_shape *shape,
                        double share) {
    const eg_gate_limits *l = s->limits;
    double warn = l->held_share_warn, fail = l->held_share_fail;
    if (shape->is_coarse) {
        gate_set(s, EG_GATE_HELD_SAMPLES, EG_GATE_WARN, EG_GATE_NOT_CHECKED_COARSE,
                 shape->resolution, l->held_fail_s)
            ->signal = c->name;
        /* A signal that moves by several steps at a time does not stand still half of the time. */
        warn = fail = shape->usual > 3 * shape->resolution ? coarse_share_fail : 1;
    }
    if (!(share > warn)) return;
    gate_set(s, EG_GATE_HELD_SAMPLES, share > fail ? EG_GATE_FAIL : EG_GATE_WARN,
             EG_GATE_HELD_SHARE, share, fail)
        ->signal = c->name;
}

/* Runs of equal samples, their share, and how many samples lie exactly at a limit. */
static void check_channel(gate_state *s, size_t channel, const channel_shape *shapes) {
    const eg_gate_limits *l = s->limits;
    const eg_gate_channel *c = &s->input->channels[channel];
    const channel_shape *shape = &shapes[channel];
    double n_pairs, share = share_of_repeats(s, c->values, shape, &n_pairs);
    size_t needed = run_least(s, share, n_pairs, shape), at_limit[2] = {0, 0};
    for (size_t i = 0; i < s->n;) {
        if (!counts(s, i, c->values)) {
            i++;
            continue;
        }
        size_t end = i + 1;
        while (end < s->n && counts(s, end, c->values) && c->values[end] == c->values[i]) end++;
        if (c->values[i] == shape->low) at_limit[0] += end - i;
        if (c->values[i] == shape->high) at_limit[1] += end - i;
        if (end - i >= needed) blame_run(s, channel, i, end, shapes);
        i = end;
    }
    check_share(s, c, shape, share);
    if (shape->is_coarse || share > l->held_share_fail) return;
    int is_fine = shape->usual > FINE_STEPS * shape->resolution;
    double least = is_fine ? FINE_SAMPLES : l->clip_fail_samples;
    for (int k = 0; k < 2; k++) {
        if ((double)at_limit[k] < least) continue;
        eg_gate_finding *f = gate_set(s, EG_GATE_SATURATION, EG_GATE_FAIL, EG_GATE_CLIPPED,
                                      k == 0 ? shape->low : shape->high, least);
        f->signal = c->name;
        f->count = at_limit[k];
    }
}

void gate_check_repeats(gate_state *s) {
    channel_shape shapes[EG_GATE_CHANNELS_MAX];
    EG_ASSERT(s->input->n_channels <= EG_GATE_CHANNELS_MAX);
    for (size_t k = 0; k < s->input->n_channels; k++)
        shapes[k] = shape_of(s, s->input->channels[k].values);
    for (size_t k = 0; k < s->input->n_channels; k++)
        if (!shapes[k].is_constant) check_channel(s, k, shapes);
    gate_set(s, EG_GATE_HELD_SAMPLES, EG_GATE_OK, EG_GATE_FINE, 0, s->limits->held_fail_s);
    gate_set(s, EG_GATE_SATURATION, EG_GATE_OK, EG_GATE_FINE, 0, s->limits->clip_fail_samples);
}

/* ---- spikes --------------------------------------------------------------------------------- */

/* How far x[i] lies from the median of itself and its neighbours; 0 where one of them is missing.
 */
static double departure(const gate_state *s, const double *x, size_t i) {
    double around[2 * SPIKE_REACH + 1];
    if (i < SPIKE_REACH || i + SPIKE_REACH >= s->n) return 0;
    for (size_t k = 0; k < 2 * SPIKE_REACH + 1; k++) {
        size_t at = i - SPIKE_REACH + k;
        if (s->rows[at] & ~ROW_SPIKE || isnan(x[at])) return 0;
        around[k] = x[at];
    }
    return fabs(x[i] - gate_select(around, 2 * SPIKE_REACH + 1, SPIKE_REACH));
}

static double step(const gate_state *s, const double *x, size_t i) {
    if (i == 0 || s->rows[i] & ~ROW_SPIKE || s->rows[i - 1] & ~ROW_SPIKE) return 0;
    double change = fabs(x[i] - x[i - 1]);
    return isnan(change) ? 0 : change;
}

static double usual_step(gate_state *s, const double *x) {
    size_t n = 0;
    for (size_t i = 1; i < s->n; i++)
        if (!s->rows[i] && !s->rows[i - 1] && !isnan(x[i]) && !isnan(x[i - 1]))
            s->scratch[n++] = fabs(x[i] - x[i - 1]);
    double usual = gate_select(s->scratch, n, n / 2);
    return isnan(usual) ? 0 : usual;
}

/* Samples that depart from their neighbours, in groups; a group that lasts is not a spike but
 * noise, which the next check names. */
static void check_spikes_of(gate_state *s, const double *x) {
    const eg_gate_limits *l = s->limits;
    double usual = usual_step(s, x), least = fmax(l->spike_least_mm, l->spike_ratio * usual);
    size_t reach = gate_samples(s, spike_group_s), longest = gate_samples(s, spike_longest_s);
    double largest = 0, largest_at = 0;
    size_t n_spikes = 0;
    for (size_t i = 0; i < s->n; i++) {
        double here = departure(s, x, i);
        if (!(here > least)) continue;
        size_t last = i, top = i;
        for (size_t k = i + 1; k < s->n && k <= last + reach; k++) {
            double other = departure(s, x, k);
            if (!(other > least)) continue;
            last = k;
            if (other > here) {
                here = other;
                top = k;
            }
        }
        if (last - i < longest) {
            n_spikes++;
            if (here > largest) {
                largest = here;
                largest_at = (double)top / s->rate_hz;
            }
            for (size_t k = i; k <= last; k++) s->rows[k] |= ROW_SPIKE;
        }
        i = last;
    }
    if (n_spikes == 0) return;
    int fails = largest > l->spike_fail_mm;
    eg_gate_finding *f = gate_set(s, EG_GATE_SPIKES, fails ? EG_GATE_FAIL : EG_GATE_WARN,
                                  EG_GATE_SPIKE, largest, l->spike_fail_mm);
    f->count = n_spikes;
    f->at_s = largest_at;
}

/* A step to another level between two samples. */
static void check_jumps_of(gate_state *s, const double *x) {
    double least = fmax(s->limits->jump_fail_mm, s->limits->spike_ratio * usual_step(s, x));
    for (size_t i = 1; i < s->n; i++) {
        double change = step(s, x, i);
        if (!(change > least) || (s->rows[i] | s->rows[i - 1]) & ROW_SPIKE) continue;
        eg_gate_finding *f = gate_set(s, EG_GATE_SPIKES, EG_GATE_FAIL, EG_GATE_JUMP, change,
                                      s->limits->jump_fail_mm);
        f->at_s = (double)i / s->rate_hz;
        s->rows[i] |= ROW_SPIKE;
        return;
    }
}

/* How far the path before sample i and the path behind it miss each other between the two samples,
 * each gone on along its own line; NaN where one of the samples does not count. */
static double break_at(const gate_state *s, const double *x, size_t i) {
    double before = 0, behind = 0;
    if (i < BREAK_REACH || i + BREAK_REACH > s->n) return NAN;
    for (size_t k = 0; k < BREAK_REACH; k++) {
        size_t early = i - BREAK_REACH + k, late = i + k;
        if (s->rows[early] || s->rows[late]) return NAN;
        double slope =
            (double)BREAK_REACH / 2 * ((double)k - (BREAK_REACH - 1) / 2.0) / BREAK_SPREAD;
        before += x[early] * (1.0 / BREAK_REACH + slope);
        behind += x[late] * (1.0 / BREAK_REACH - slope);
    }
    return fabs(behind - before);
}

/* Rows were lost and the rest numbered anew: the path goes on elsewhere, smooth on both sides. What
 * breaks often is noise, which another check names. */
static void check_breaks_of(gate_state *s, const double *x) {
    const eg_gate_limits *l = s->limits;
    size_t n = 0, n_breaks = 0, last = 0;
    double largest = 0, largest_at = 0, finest = INFINITY;
    for (size_t i = 0; i < s->n; i++) {
        double size = break_at(s, x, i), change = i > 0 ? fabs(x[i] - x[i - 1]) : 0;
        if (!isnan(size)) s->scratch[n++] = size;
        if (change > 0 && change < finest) finest = change;
    }
    if (n == 0) return;
    double usual = gate_select(s->scratch, n, n / 2);
    double slow = break_rate_hz / s->rate_hz; /* lines go astray with the square of the step */
    double least = l->break_least_mm * (slow > 1 ? slow * slow : 1);
    least = fmax(least, fmax(l->break_ratio * usual, BREAK_RESOLUTIONS * finest));
    for (size_t i = 0; i < s->n; i++) {
        double size = break_at(s, x, i);
        if (!(size > least)) continue;
        if (n_breaks == 0 || i - last > 2 * BREAK_REACH) n_breaks++;
        last = i;
        if (size > largest) {
            largest = size;
            largest_at = (double)i / s->rate_hz;
        }
    }
    if (n_breaks == 0 || n_breaks > BREAKS_MOST) return;
    eg_gate_finding *f =
        gate_set(s, EG_GATE_SPIKES, largest > l->break_fail_mm ? EG_GATE_FAIL : EG_GATE_WARN,
                 EG_GATE_BREAK, largest, l->break_least_mm);
    f->count = n_breaks;
    f->at_s = largest_at;
}

void gate_check_spikes(gate_state *s) {
    const double *axes[] = {s->trial->net.ml_mm, s->trial->net.ap_mm, s->input->force_ml_mm,
                            s->input->force_ap_mm};
    for (size_t k = 0; k < 4; k++) {
        if (axes[k] == NULL) continue;
        check_spikes_of(s, axes[k]);
        check_jumps_of(s, axes[k]);
        check_breaks_of(s, axes[k]);
    }
    gate_set(s, EG_GATE_SPIKES, EG_GATE_OK, EG_GATE_FINE, 0, s->limits->spike_fail_mm);
}

/* ---- noise ---------------------------------------------------------------------------------- */

/* A copy of x without missing rows: straight lines across them. Returns 0 if nothing is left. */
static int bridge(const gate_state *s, const double *x, double *out) {
    size_t last = SIZE_MAX;
    for (size_t i = 0; i < s->n; i++) {
        if (s->rows[i] || isnan(x[i])) continue;
        out[i] = x[i];
        size_t from = last == SIZE_MAX ? 0 : last + 1;
        for (size_t k = from; k < i; k++)
            out[k] = last == SIZE_MAX
                         ? x[i]
                         : x[last] + (x[i] - x[last]) * (double)(k - last) / (double)(i - last);
        last = i;
    }
    if (last == SIZE_MAX) return 0;
    for (size_t k = last + 1; k < s->n; k++) out[k] = x[last];
    return 1;
}

/* RMS of what lies above the cut-off, over the trial and in its worst window. */
typedef struct noise_facts {
    double rms, worst, worst_at_s;
    double path, path_below; /* sum of absolute changes, as recorded and below the cut-off */
} noise_facts;

static int measure_noise(gate_state *s, const double *x, noise_facts *facts) {
    *facts = (noise_facts){0, 0, NAN, 0, 0};
    double *whole = s->scratch, *below = s->scratch2;
    if (!bridge(s, x, whole)) return 0;
    for (size_t i = 0; i < s->n; i++) below[i] = whole[i];
    eg_filter filter;
    if (eg_filter_butterworth(&filter, EG_FILTER_LOW_PASS, FILTER_ORDER, 0, noise_cutoff_hz,
                              s->rate_hz, NULL) != EG_OK ||
        eg_filter_zero_lag(&filter, s->n, below, below, eg_filter_padding(&filter), s->arena,
                           NULL) != EG_OK)
        return 0;
    size_t window = gate_samples(s, noise_window_s), near = gate_samples(s, near_s);
    size_t masked_before = 0, next_masked = 0, n_all = 0, n_window = 0;
    double sum_all = 0, sum_window = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (next_masked <= i)
            for (next_masked = i; next_masked < s->n && !s->rows[next_masked];) next_masked++;
        if (s->rows[i]) masked_before = i + 1;
        int is_near = (masked_before > 0 && i + 1 - masked_before < near) ||
                      (next_masked < s->n && next_masked - i < near) || i < near ||
                      i + near >= s->n;
        if (!is_near) {
            double above = whole[i] - below[i];
            sum_all += above * above, sum_window += above * above;
            n_all++, n_window++;
            facts->path += fabs(whole[i] - whole[i - 1]);
            facts->path_below += fabs(below[i] - below[i - 1]);
        }
        if ((i + 1) % window != 0 && i + 1 != s->n) continue;
        double rms = n_window > 0 ? sqrt(sum_window / (double)n_window) : 0;
        if (n_window * WINDOW_SHARE >= window && rms > facts->worst) {
            facts->worst = rms;
            facts->worst_at_s = (double)(i + 1 - window) / s->rate_hz;
        }
        sum_window = 0;
        n_window = 0;
    }
    facts->rms = n_all > 0 ? sqrt(sum_all / (double)n_all) : 0;
    return n_all > 0;
}

static void check_force_noise(gate_state *s) {
    noise_facts facts;
    if (s->trial->net.fz_n == NULL || !measure_noise(s, s->trial->net.fz_n, &facts)) return;
    double share = facts.rms / s->fz_median_n;
    if (share > s->limits->noise_force_warn)
        gate_set(s, EG_GATE_NOISE, EG_GATE_WARN, EG_GATE_NOISY_FORCE, share,
                 s->limits->noise_force_warn);
}

void gate_check_noise(gate_state *s) {
    const eg_gate_limits *l = s->limits;
    const struct {
        const double *x;
        const char *name;
    } axes[] = {{s->trial->net.ml_mm, "ml"},
                {s->trial->net.ap_mm, "ap"},
                {s->input->force_ml_mm, "ml"},
                {s->input->force_ap_mm, "ap"}};
    if (s->rate_hz < noise_rate_least_hz) {
        gate_set(s, EG_GATE_NOISE, EG_GATE_WARN, EG_GATE_NOT_CHECKED_RATE, s->rate_hz,
                 noise_rate_least_hz);
        return;
    }
    double worst_ratio = 0, rms = 0;
    for (size_t k = 0; k < 4; k++) {
        noise_facts facts;
        if (axes[k].x == NULL || !measure_noise(s, axes[k].x, &facts)) continue;
        double level = fmax(facts.rms, facts.worst);
        if (level > l->noise_fail_mm) {
            /* Repeated samples make steps, which are noise: the repeats are to blame. */
            int is_stairs = s->report->findings[EG_GATE_HELD_SAMPLES].reason == EG_GATE_HELD_SHARE;
            eg_gate_finding *f = gate_set(s, EG_GATE_NOISE, is_stairs ? EG_GATE_WARN : EG_GATE_FAIL,
                                          EG_GATE_NOISY, level, l->noise_fail_mm);
            f->signal = axes[k].name;
            f->at_s = facts.rms > l->noise_fail_mm ? (double)NAN : facts.worst_at_s;
        }
        rms = fmax(rms, facts.rms);
        if (facts.path_below > 0) worst_ratio = fmax(worst_ratio, facts.path / facts.path_below);
    }
    if (worst_ratio > l->noise_path_warn)
        gate_set(s, EG_GATE_NOISE, EG_GATE_WARN, EG_GATE_UNFILTERED, worst_ratio,
                 l->noise_path_warn);
    check_force_noise(s);
    gate_set(s, EG_GATE_NOISE, EG_GATE_OK, EG_GATE_FINE, rms, l->noise_fail_mm);
}

/* ---- drift, start, agreement ---------------------------------------------------------------- */

/* Least-squares line through the rows that count. */
typedef struct line_facts {
    double change; /* over the whole trial */
    double rest;   /* SD around the line */
    double share;  /* of the variance that the line explains */
} line_facts;

static line_facts fit_line(const gate_state *s, const double *x, const double *minus) {
    double n = 0, st = 0, sx = 0, stt = 0, stx = 0, sxx = 0, origin = 0;
    for (size_t i = 0; i < s->n; i++) {
        double value = x[i] - (minus != NULL ? minus[i] : 0);
        if (s->rows[i] || isnan(value)) continue;
        if (n == 0) origin = value;
        double t = (double)i / (double)s->n - 0.5, v = value - origin;
        n++, st += t, sx += v, stt += t * t, stx += t * v, sxx += v * v;
    }
    line_facts facts = {0, 0, 0};
    double vt = n * stt - st * st, vx = n * sxx - sx * sx, vtx = n * stx - st * sx;
    if (n < 3 || !(vt > 0) || !(vx > 0)) return facts;
    facts.change = vtx / vt;
    facts.share = vtx * vtx / (vt * vx);
    facts.rest = sqrt(fmax(vx * (1 - facts.share), 0)) / n;
    return facts;
}

/* The columns run away from the forces in a straight line: an instrument's fault, however small. */
static void check_columns_drift(gate_state *s, const double *x, const double *force,
                                const char *name) {
    const eg_gate_limits *l = s->limits;
    if (force == NULL || s->report->findings[EG_GATE_FORCE_DRIFT].verdict != EG_GATE_OK) return;
    line_facts line = fit_line(s, x, force);
    if (fabs(line.change) > l->drift_columns_fail_mm && line.share > 0.5)
        gate_set(s, EG_GATE_DRIFT, EG_GATE_FAIL, EG_GATE_RAMP_OF_COLUMNS, fabs(line.change),
                 l->drift_columns_fail_mm)
            ->signal = name;
}

void gate_check_drift(gate_state *s) {
    const eg_gate_limits *l = s->limits;
    const double *axes[] = {s->trial->net.ml_mm, s->trial->net.ap_mm};
    const double *forces[] = {s->input->force_ml_mm, s->input->force_ap_mm};
    static const char *const names[] = {"ml", "ap"};
    double largest = 0;
    for (size_t k = 0; k < 2; k++) {
        check_columns_drift(s, axes[k], forces[k], names[k]);
        line_facts line = fit_line(s, axes[k], NULL);
        double change = fabs(line.change), ratio = change / line.rest;
        double ratio_least = forces[k] != NULL ? l->drift_line_ratio_verified : l->drift_line_ratio;
        int is_line = change > l->drift_line_mm && ratio > ratio_least;
        largest = fmax(largest, change);
        if (is_line || change > l->drift_fail_mm)
            gate_set(s, EG_GATE_DRIFT, EG_GATE_FAIL, EG_GATE_RAMP, change,
                     is_line ? l->drift_line_mm : l->drift_fail_mm)
                ->signal = names[k];
        else if ((change > l->drift_warn_mm && line.share > 0.5) || change > l->drift_line_mm)
            gate_set(s, EG_GATE_DRIFT, EG_GATE_WARN, EG_GATE_RAMP, change, l->drift_warn_mm)
                ->signal = names[k];
    }
    gate_set(s, EG_GATE_DRIFT, EG_GATE_OK, EG_GATE_FINE, largest, l->drift_warn_mm);
}

void gate_check_transient(gate_state *s) {
    const double *ml = s->trial->net.ml_mm, *ap = s->trial->net.ap_mm;
    size_t first = gate_samples(s, s->limits->transient_s), n[2] = {0, 0};
    double path[2] = {0, 0};
    for (size_t i = 1; i < s->n; i++) {
        if (s->rows[i] || s->rows[i - 1]) continue;
        double dx = ml[i] - ml[i - 1], dy = ap[i] - ap[i - 1], change = sqrt(dx * dx + dy * dy);
        if (isnan(change)) continue;
        path[i >= first] += change;
        n[i >= first]++;
    }
    double ratio = n[0] > 0 && n[1] > n[0] && path[1] > 0
                       ? path[0] / (double)n[0] / (path[1] / (double)n[1])
                       : 0;
    double limit = s->limits->transient_ratio_warn;
    if (ratio > limit)
        gate_set(s, EG_GATE_TRANSIENT, EG_GATE_WARN, EG_GATE_RESTLESS_START, ratio, limit);
    else
        gate_set(s, EG_GATE_TRANSIENT, EG_GATE_OK, EG_GATE_FINE, ratio, limit);
}

void gate_check_consistency(gate_state *s) {
    const double *axes[] = {s->trial->net.ml_mm, s->trial->net.ap_mm};
    const double *forces[] = {s->input->force_ml_mm, s->input->force_ap_mm};
    double limit = s->limits->consistency_fail_mm, largest = 0, largest_at = NAN;
    if (forces[0] == NULL || forces[1] == NULL) {
        gate_set(s, EG_GATE_CONSISTENCY, EG_GATE_OK, EG_GATE_NOT_CHECKED_TWICE, NAN, limit);
        return;
    }
    for (size_t k = 0; k < 2; k++) {
        /* Columns may be centred on anything: only the difference's changes count. */
        for (size_t i = 0; i < s->n; i++) s->scratch2[i] = axes[k][i] - forces[k][i];
        double offset = gate_median(s, s->scratch2, ~0u);
        for (size_t i = 0; i < s->n; i++) {
            double difference = fabs(s->scratch2[i] - offset);
            if (s->rows[i] || !(difference > largest)) continue;
            largest = difference;
            largest_at = (double)i / s->rate_hz;
        }
    }
    if (!(largest > limit)) {
        gate_set(s, EG_GATE_CONSISTENCY, EG_GATE_OK, EG_GATE_FINE, largest, limit);
        return;
    }
    const eg_gate_finding *f = s->report->findings;
    int is_explained =
        f[EG_GATE_DRIFT].verdict == EG_GATE_FAIL || f[EG_GATE_NOISE].verdict == EG_GATE_FAIL ||
        f[EG_GATE_SPIKES].verdict == EG_GATE_FAIL ||
        f[EG_GATE_SATURATION].verdict == EG_GATE_FAIL ||
        f[EG_GATE_HELD_SAMPLES].verdict == EG_GATE_FAIL ||
        f[EG_GATE_STEP_OFF].verdict == EG_GATE_FAIL || f[EG_GATE_GAPS].verdict == EG_GATE_FAIL ||
        f[EG_GATE_FORCE_DRIFT].verdict != EG_GATE_OK;
    gate_set(s, EG_GATE_CONSISTENCY, is_explained ? EG_GATE_WARN : EG_GATE_FAIL,
             is_explained ? EG_GATE_DISAGREE_EXPLAINED : EG_GATE_DISAGREE, largest, limit)
        ->at_s = largest_at;
}
