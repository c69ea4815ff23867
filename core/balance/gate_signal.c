/* The checks of the quality gate that look at the samples' shape. */
#include <math.h>
#include <stddef.h>

#include "core/balance/gate_part.h"
#include "core/base/check.h"
#include "core/base/real.h"
#include "core/signal/filter.h"

enum {
    SPIKE_REACH = 2,       /* samples to either side */
    FILTER_ORDER = 4,      /* passed twice */
    BREAKS_MOST = 5,       /* more are noise */
    BREAK_RESOLUTIONS = 6, /* smallest steps of a coarse signal make no break */
    WINDOW_SHARE = 2       /* at least 1 / 2 of a window's rows must count */
};

static const double noise_cutoff_hz = 10, noise_rate_least_hz = 40;
static const double noise_window_s = 1, near_s = 0.25;
static const double break_rate_hz = 100; /* at which the limits were measured */
static const double spike_group_s = 0.1, spike_longest_s = 0.15;

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

void gate_check_spikes(gate_state *s) {
    const double *axes[] = {s->trial->net.ml_mm, s->trial->net.ap_mm, s->input->force_ml_mm,
                            s->input->force_ap_mm};
    for (size_t k = 0; k < 4; k++) {
        if (axes[k] == NULL) continue;
        check_spikes_of(s, axes[k]);
        check_jumps_of(s, axes[k]);
    }
    gate_set(s, EG_GATE_SPIKES, EG_GATE_OK, EG_GATE_FINE, 0, s->limits->spike_fail_mm);
}

/* ---- breaks --------------------------------------------------------------------------------- */

/* How far x[i] - x[i-1] departs from the steps beside it; NaN where one of the four is missing. */
static double step_excess(const gate_state *s, const double *x, size_t i) {
    for (size_t k = i - 2; k <= i + 1; k++)
        if (s->rows[k]) return NAN;
    return x[i] - x[i - 1] - (x[i - 1] - x[i - 2] + x[i + 1] - x[i]) / 2;
}

/* Where smooth motion breaks off and goes on elsewhere, rows were lost and the rest numbered anew.
 * In a spike the step beside is as large; beside a break it is half as large, the other way. What
 * breaks often is noise, which another check names. */
static size_t find_breaks(gate_state *s, const double *x, double *largest, size_t *largest_at) {
    const eg_gate_limits *l = s->limits;
    size_t n = 0, n_breaks = 0;
    double finest = INFINITY;
    for (size_t i = 2; i + 1 < s->n; i++) {
        double excess = fabs(step_excess(s, x, i)), change = fabs(x[i] - x[i - 1]);
        if (isnan(excess)) continue;
        s->scratch[n++] = excess;
        if (change > 0 && change < finest) finest = change;
    }
    if (n == 0) return 0;
    double usual = gate_select(s->scratch, n, n / 2);
    double slow = fmax(break_rate_hz / s->rate_hz, 1); /* excess grows with the step's cube */
    double least = fmax(l->break_least_mm * slow * slow * slow, l->break_ratio * usual);
    least = fmax(least, BREAK_RESOLUTIONS * finest);
    size_t at[BREAKS_MOST];
    double found = 0;
    size_t found_at = 0;
    for (size_t i = 3; i + 2 < s->n; i++) {
        double here = step_excess(s, x, i);
        if (!(fabs(here) > least)) continue;
        double before = step_excess(s, x, i - 1), after = step_excess(s, x, i + 1);
        if (!(fabs(before) < 0.75 * fabs(here) && fabs(after) < 0.75 * fabs(here))) continue;
        if (n_breaks == BREAKS_MOST) return 0;
        at[n_breaks++] = i;
        if (!(fabs(here) > found)) continue;
        found = fabs(here);
        found_at = i;
    }
    for (size_t k = 0; k < n_breaks; k++) s->rows[at[k]] |= ROW_SPIKE;
    if (found > *largest) {
        *largest = found;
        *largest_at = found_at;
    }
    return n_breaks;
}

void gate_check_breaks(gate_state *s) {
    const double *axes[] = {s->trial->net.ml_mm, s->trial->net.ap_mm};
    double largest = 0;
    size_t count = 0, at = 0;
    for (size_t k = 0; k < 2; k++) count += find_breaks(s, axes[k], &largest, &at);
    if (count == 0) return;
    eg_gate_finding *f =
        gate_set(s, EG_GATE_GAPS, largest > s->limits->break_fail_mm ? EG_GATE_FAIL : EG_GATE_WARN,
                 EG_GATE_BREAK, largest, s->limits->break_least_mm);
    f->count = count;
    f->at_s = (double)at / s->rate_hz;
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
        int is_far = change > l->drift_far_mm && ratio > l->drift_far_ratio;
        largest = fmax(largest, change);
        if (is_line || is_far || change > l->drift_fail_mm)
            gate_set(s, EG_GATE_DRIFT, EG_GATE_FAIL, EG_GATE_RAMP, change,
                     is_line  ? l->drift_line_mm
                     : is_far ? l->drift_far_mm
                              : l->drift_fail_mm)
                ->signal = names[k];
        else if ((change > l->drift_warn_mm && line.share > 0.5) || change > l->drift_lean_mm)
            gate_set(s, EG_GATE_DRIFT, EG_GATE_WARN, EG_GATE_RAMP, change, l->drift_warn_mm)
                ->signal = names[k];
    }
    gate_set(s, EG_GATE_DRIFT, EG_GATE_OK, EG_GATE_FINE, largest, l->drift_warn_mm);
}

/* Farther from the rest's middle in the first seconds than ever after. */
static void check_far_start(gate_state *s, size_t first) {
    const eg_gate_limits *l = s->limits;
    const double *axes[] = {s->trial->net.ml_mm, s->trial->net.ap_mm};
    for (size_t k = 0; k < 2; k++) {
        size_t n = 0;
        for (size_t i = first; i < s->n; i++)
            if (!s->rows[i] && !isnan(axes[k][i])) s->scratch[n++] = axes[k][i];
        double middle = gate_select(s->scratch, n, n / 2), farthest[2] = {0, 0};
        for (size_t i = 0; i < s->n; i++) {
            double distance = fabs(axes[k][i] - middle);
            if (!s->rows[i] && distance > farthest[i >= first]) farthest[i >= first] = distance;
        }
        if (n > first && farthest[0] > l->transient_far_ratio * farthest[1] &&
            farthest[0] - farthest[1] > l->transient_far_mm)
            gate_set(s, EG_GATE_TRANSIENT, EG_GATE_WARN, EG_GATE_FAR_START, farthest[0],
                     farthest[1]);
    }
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
    check_far_start(s, first);
    if (ratio > limit)
        gate_set(s, EG_GATE_TRANSIENT, EG_GATE_WARN, EG_GATE_RESTLESS_START, ratio, limit);
    else
        gate_set(s, EG_GATE_TRANSIENT, EG_GATE_OK, EG_GATE_FINE, ratio, limit);
}

void gate_check_consistency(gate_state *s) {
    const double *axes[] = {s->trial->net.ml_mm, s->trial->net.ap_mm};
    const double *forces[] = {s->input->force_ml_mm, s->input->force_ap_mm};
    double limit = s->limits->consistency_fail_mm, largest = 0, largest_at = NAN;
    int is_compared = forces[0] != NULL && forces[1] != NULL;
    for (size_t k = 0; k < 2 && is_compared; k++) {
        /* Columns may be centred on anything: only the difference's changes count. */
        for (size_t i = 0; i < s->n; i++) s->scratch2[i] = axes[k][i] - forces[k][i];
        double offset = gate_median(s, s->scratch2, ~0u);
        is_compared = !isnan(offset);
        for (size_t i = 0; i < s->n; i++) {
            double difference = fabs(s->scratch2[i] - offset);
            if (s->rows[i] || !(difference > largest)) continue;
            largest = difference;
            largest_at = (double)i / s->rate_hz;
        }
    }
    if (!is_compared) {
        gate_set(s, EG_GATE_CONSISTENCY, EG_GATE_OK, EG_GATE_NOT_CHECKED_TWICE, NAN, limit);
        return;
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
