#include "core/balance/gate.h"

#include <math.h>

#include "core/balance/gate_part.h"
#include "core/base/check.h"

enum { WORK_ARRAYS = 9, WORK_EXTRA_BYTES = 8192 };

static const double standard_gravity_m_s2 = 9.80665;
static const double zero_jump_mm = 1; /* a step to exactly (0, 0) this long is no motion */

const char *eg_gate_check_name(eg_gate_check check) {
    static const char *const names[] = {
#define X(check_, name) name,
        EG_GATE_CHECK_TABLE(X)
#undef X
    };
    EG_ASSERT(check >= 0 && check < EG_GATE_CHECKS);
    return names[check];
}

const char *eg_gate_verdict_name(eg_gate_verdict verdict) {
    return verdict == EG_GATE_OK ? "ok" : verdict == EG_GATE_WARN ? "warn" : "fail";
}

size_t eg_gate_memory(size_t n, double rate_hz) {
    (void)rate_hz;
    return (n + 64) * (WORK_ARRAYS * sizeof(double) + 1) + WORK_EXTRA_BYTES;
}

/* ---- shared --------------------------------------------------------------------------------- */

eg_gate_finding *gate_set(gate_state *s, eg_gate_check check, eg_gate_verdict verdict,
                          eg_gate_reason reason, double value, double limit) {
    eg_gate_finding *finding = &s->report->findings[check];
    if (s->input->exempt & (1u << check)) {
        *finding =
            (eg_gate_finding){check, EG_GATE_OK, EG_GATE_NOT_CHECKED_TASK, NAN, NAN, NAN, 0, NULL};
        return &s->ignored;
    }
    if (s->is_set[check] && verdict <= finding->verdict) return &s->ignored;
    s->is_set[check] = 1;
    *finding = (eg_gate_finding){check, verdict, reason, value, limit, NAN, 0, NULL};
    if (verdict > s->report->verdict) s->report->verdict = verdict;
    return finding;
}

/* Hoare's FIND. */
double gate_select(double *values, size_t n, size_t k) {
    if (n == 0) return NAN;
    EG_ASSERT(k < n);
    ptrdiff_t low = 0, high = (ptrdiff_t)n - 1, wanted = (ptrdiff_t)k;
    while (low < high) {
        double pivot = values[wanted];
        ptrdiff_t i = low, j = high;
        while (i <= j) {
            while (values[i] < pivot) i++;
            while (pivot < values[j]) j--;
            if (i > j) break;
            double kept = values[i];
            values[i++] = values[j];
            values[j--] = kept;
        }
        if (j < wanted) low = i;
        if (wanted < i) high = j;
    }
    return values[k];
}

double gate_median(gate_state *s, const double *values, unsigned skip) {
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (!isnan(values[i]) && !(s->rows[i] & skip)) s->scratch[n++] = values[i];
    return gate_select(s->scratch, n, n / 2);
}

size_t gate_samples(const gate_state *s, double seconds) {
    double samples = ceil(seconds * s->rate_hz - 1e-9);
    const double most = 1 << 30; /* a broken clock may say any rate */
    return samples < 1 ? 1 : samples < most ? (size_t)samples : (size_t)most;
}

/* ---- time ----------------------------------------------------------------------------------- */

static void check_duration(gate_state *s) {
    const eg_gate_limits *l = s->limits;
    double seconds = (double)s->n / s->rate_hz;
    if (seconds < l->duration_fail_s)
        gate_set(s, EG_GATE_DURATION, EG_GATE_FAIL, EG_GATE_TOO_SHORT, seconds, l->duration_fail_s);
    else if (seconds < l->duration_warn_s)
        gate_set(s, EG_GATE_DURATION, EG_GATE_WARN, EG_GATE_TOO_SHORT, seconds, l->duration_warn_s);
    else
        gate_set(s, EG_GATE_DURATION, EG_GATE_OK, EG_GATE_FINE, seconds, l->duration_warn_s);
}

/* Mean square deviation of the regular steps from the nominal one, relative; and steps back. */
static void check_rate(gate_state *s) {
    const eg_gate_limits *l = s->limits;
    const double *t = s->trial->t_s;
    if (s->rate_hz < l->rate_fail_hz)
        gate_set(s, EG_GATE_RATE, EG_GATE_FAIL, EG_GATE_TOO_SLOW, s->rate_hz, l->rate_fail_hz);
    else if (s->rate_hz < l->rate_warn_hz)
        gate_set(s, EG_GATE_RATE, EG_GATE_WARN, EG_GATE_TOO_SLOW, s->rate_hz, l->rate_warn_hz);
    if (t == NULL) {
        gate_set(s, EG_GATE_RATE, EG_GATE_OK, EG_GATE_NOT_CHECKED_TIME, s->rate_hz,
                 l->rate_warn_hz);
        return;
    }
    double sum = 0, step = 1 / s->rate_hz;
    size_t n_regular = 0, n_back = 0, first_back = 0;
    for (size_t i = 0; i + 1 < s->n; i++) {
        double share = (t[i + 1] - t[i]) / step;
        if (share <= 0 && n_back++ == 0) first_back = i + 1;
        if (!(share > 0 && share < 1.5)) continue;
        sum += (share - 1) * (share - 1);
        n_regular++;
    }
    if (n_back > 0) {
        eg_gate_finding *f = gate_set(s, EG_GATE_RATE, EG_GATE_FAIL, EG_GATE_TIME_BACK, 0, 0);
        f->count = n_back;
        f->at_s = (double)first_back * step;
    }
    double jitter = n_regular > 0 ? sqrt(sum / (double)n_regular) : 0;
    if (jitter > l->jitter_fail)
        gate_set(s, EG_GATE_RATE, EG_GATE_FAIL, EG_GATE_JITTER, jitter, l->jitter_fail);
    else if (jitter > l->jitter_warn)
        gate_set(s, EG_GATE_RATE, EG_GATE_WARN, EG_GATE_JITTER, jitter, l->jitter_warn);
    gate_set(s, EG_GATE_RATE, EG_GATE_OK, EG_GATE_FINE, s->rate_hz, l->rate_warn_hz);
}

/* ---- load ----------------------------------------------------------------------------------- */

/* Nothing in any channel: no number, or zeros throughout, as some recorders write for lost rows
 * (but a centre of pressure alone may pass through 0). */
static int row_is_empty(const eg_gate_input *input, size_t i) {
    int has_zero = 0, has_force = 0;
    for (size_t k = 0; k < input->n_channels; k++) {
        double value = input->channels[k].values[i];
        if (!isnan(value) && value != 0) return 0;
        has_zero |= value == 0;
        has_force |= input->channels[k].is_force;
    }
    return input->n_channels > 0 && (has_force || !has_zero);
}

/* Every force and moment is exactly 0 or missing: an unloaded plate still has its noise, an
 * amplifier that drops out has not. */
static int row_has_no_force(const eg_gate_input *input, size_t i) {
    size_t n_forces = 0;
    for (size_t k = 0; k < input->n_channels; k++) {
        double value = input->channels[k].values[i];
        if (!input->channels[k].is_force) continue;
        if (!isnan(value) && value != 0) return 0;
        n_forces++;
    }
    return n_forces > 0;
}

/* Nobody steps off and on within one sample: full weight on both sides of the run. */
static int is_abrupt(const gate_state *s, const double *fz, size_t start, size_t end) {
    double least = s->limits->load_partial_share * s->fz_median_n;
    return start > 0 && end < s->n && fz[start - 1] >= least && fz[end] >= least;
}

static void note_dropout(gate_state *s, const double *fz, size_t start, size_t end) {
    double seconds = (double)(end - start) / s->rate_hz;
    if (!(seconds > s->dropout_s && seconds <= s->limits->dropout_most_s)) return;
    if (!is_abrupt(s, fz, start, end)) return;
    for (size_t i = start; i < end; i++)
        if (!row_has_no_force(s->input, i)) return;
    s->dropout_s = seconds;
    s->dropout_at_s = (double)start / s->rate_hz;
}

/* No centre of pressure in this row although the plate was loaded: no number, or every channel
 * empty. */
static int row_is_missing(const gate_state *s, size_t i) {
    const double *ml = s->trial->net.ml_mm, *ap = s->trial->net.ap_mm;
    return isnan(ml[i]) || isnan(ap[i]) || row_is_empty(s->input, i);
}

/* Both coordinates exactly 0 where the nearest others are far from it: a recorder's empty rows. */
static void mark_zeros(gate_state *s) {
    const double *ml = s->trial->net.ml_mm, *ap = s->trial->net.ap_mm;
    for (size_t i = 0, end; i < s->n; i = end) {
        end = i + 1;
        if (ml[i] != 0 || ap[i] != 0) continue;
        while (end < s->n && ml[end] == 0 && ap[end] == 0) end++;
        double jump = 0;
        if (i > 0) jump = fmax(fabs(ml[i - 1]), fabs(ap[i - 1]));
        if (end < s->n) jump = fmax(jump, fmax(fabs(ml[end]), fabs(ap[end])));
        if (!(jump > zero_jump_mm)) continue;
        for (size_t k = i; k < end; k++) s->rows[k] |= ROW_GAP;
    }
}

/* Rows in which the net force is too small, and whether they last; short empty ones are gaps. */
static void mark_unloaded(gate_state *s, const double *fz, double least_n) {
    const eg_gate_limits *l = s->limits;
    size_t i = 0, longest = 0, longest_at = 0;
    while (i < s->n) {
        if (isnan(fz[i]) || fz[i] >= least_n) {
            i++;
            continue;
        }
        size_t start = i, n_empty = 0;
        while (i < s->n && !(fz[i] >= least_n)) n_empty += (size_t)row_is_empty(s->input, i++);
        size_t length = i - start;
        int is_gap = length < gate_samples(s, l->load_fail_s) ||
                     (n_empty == length && length < gate_samples(s, l->load_partial_s));
        note_dropout(s, fz, start, i);
        for (size_t k = start; k < i; k++) s->rows[k] |= is_gap ? ROW_GAP : ROW_UNLOADED;
        if (is_gap) continue;
        if (length > longest) {
            longest = length;
            longest_at = start;
        }
    }
    if (longest == 0) return;
    eg_gate_finding *f = gate_set(s, EG_GATE_STEP_OFF, EG_GATE_FAIL, EG_GATE_UNLOADED,
                                  (double)longest / s->rate_hz, least_n);
    f->at_s = (double)longest_at / s->rate_hz;
}

/* A part of the weight goes elsewhere for a while: a foot beside the plate, a hand on a rail. */
static void check_partial_load(gate_state *s, const double *fz) {
    const eg_gate_limits *l = s->limits;
    double least = l->load_partial_share * s->fz_median_n, lowest = INFINITY;
    size_t run = 0, needed = gate_samples(s, l->load_partial_s);
    for (size_t i = 0; i < s->n; i++) {
        if (s->rows[i] & ROW_UNLOADED || !(fz[i] < least) || row_is_empty(s->input, i)) {
            run = 0;
            lowest = INFINITY;
            continue;
        }
        if (fz[i] < lowest) lowest = fz[i];
        if (++run < needed) continue;
        eg_gate_finding *f = gate_set(s, EG_GATE_STEP_OFF, EG_GATE_FAIL, EG_GATE_PARTLY_UNLOADED,
                                      lowest / s->fz_median_n, l->load_partial_share);
        f->at_s = (double)(i + 1 - run) / s->rate_hz;
        for (size_t k = i + 1 - run; k <= i; k++) s->rows[k] |= ROW_UNLOADED;
    }
}

/* A centre of pressure that stays where no foot can be under it. */
static void check_base(gate_state *s) {
    const eg_gate_limits *l = s->limits;
    const double *axes[] = {s->trial->net.ml_mm, s->trial->net.ap_mm};
    for (size_t axis = 0; axis < 2; axis++) {
        double middle = gate_median(s, axes[axis], ROW_UNLOADED), farthest = 0;
        size_t run = 0, needed = gate_samples(s, l->base_fail_s);
        for (size_t i = 0; i < s->n; i++) {
            double distance = fabs(axes[axis][i] - middle);
            if (s->rows[i] || !(distance > l->base_fail_mm) || row_is_missing(s, i)) {
                run = 0;
                farthest = 0;
                continue;
            }
            if (distance > farthest) farthest = distance;
            if (++run < needed) continue;
            eg_gate_finding *f = gate_set(s, EG_GATE_STEP_OFF, EG_GATE_FAIL, EG_GATE_OFF_BASE,
                                          farthest, l->base_fail_mm);
            f->at_s = (double)(i + 1 - run) / s->rate_hz;
            for (size_t k = i + 1 - run; k <= i; k++) s->rows[k] |= ROW_UNLOADED;
        }
    }
}

static void check_step_off(gate_state *s) {
    const double *fz = s->trial->net.fz_n;
    const eg_gate_limits *l = s->limits;
    if (s->input->exempt & (1u << EG_GATE_STEP_OFF)) {
        /* Rows that the task itself unloads stay in the other checks. */
        if (fz != NULL) s->fz_median_n = gate_median(s, fz, 0);
        gate_set(s, EG_GATE_STEP_OFF, EG_GATE_OK, EG_GATE_NOT_CHECKED_TASK, NAN, NAN);
        return;
    }
    if (fz != NULL) {
        /* Without regard to unloaded rows first, then once more with them known. */
        s->fz_median_n = gate_median(s, fz, 0);
        double least_n = l->load_least_share * s->fz_median_n;
        if (!(least_n > l->load_least_n)) least_n = l->load_least_n;
        mark_unloaded(s, fz, least_n);
        if (s->sum_n != NULL) mark_unloaded(s, s->sum_n, least_n);
        s->fz_median_n = gate_median(s, fz, ROW_UNLOADED | ROW_GAP);
        check_partial_load(s, fz);
        if (s->sum_n != NULL) check_partial_load(s, s->sum_n);
    }
    check_base(s);
    if (fz == NULL)
        gate_set(s, EG_GATE_STEP_OFF, EG_GATE_OK, EG_GATE_NOT_CHECKED_FORCE, NAN, l->base_fail_mm);
    else
        gate_set(s, EG_GATE_STEP_OFF, EG_GATE_OK, EG_GATE_FINE, s->fz_median_n, l->load_least_n);
}

static void check_one_foot(gate_state *s, const double *foot, const double *net, const char *name) {
    const eg_gate_limits *l = s->limits;
    size_t run = 0, needed = gate_samples(s, l->foot_fail_s);
    double lowest = INFINITY;
    for (size_t i = 0; i < s->n; i++) {
        double share = foot[i] / net[i];
        if (s->rows[i] & ROW_UNLOADED || !(share < l->foot_least_share)) {
            run = 0;
            lowest = INFINITY;
            continue;
        }
        if (share < lowest) lowest = share;
        if (++run < needed) continue;
        eg_gate_finding *f = gate_set(s, EG_GATE_FOOT_LIFT, EG_GATE_FAIL, EG_GATE_FOOT_UNLOADED,
                                      lowest, l->foot_least_share);
        f->signal = name;
        f->at_s = (double)(i + 1 - run) / s->rate_hz;
        for (size_t k = i + 1 - run; k <= i; k++) s->rows[k] |= ROW_FOOT;
    }
}

static void check_foot_lift(gate_state *s) {
    const eg_cop_trial *t = s->trial;
    double limit = s->limits->foot_least_share;
    int is_single = t->condition.stance == EG_STANCE_SINGLE_LEFT ||
                    t->condition.stance == EG_STANCE_SINGLE_RIGHT;
    if (t->right.fz_n == NULL || t->left.fz_n == NULL || t->net.fz_n == NULL) {
        gate_set(s, EG_GATE_FOOT_LIFT, EG_GATE_OK, EG_GATE_NOT_CHECKED_PLATES, NAN, limit);
        return;
    }
    if (!is_single) {
        check_one_foot(s, t->right.fz_n, t->net.fz_n, "right");
        check_one_foot(s, t->left.fz_n, t->net.fz_n, "left");
    }
    gate_set(s, EG_GATE_FOOT_LIFT, EG_GATE_OK, EG_GATE_FINE, NAN, limit);
}

static void check_body_weight(gate_state *s) {
    const eg_gate_limits *l = s->limits;
    if (s->trial->net.fz_n == NULL) {
        gate_set(s, EG_GATE_BODY_WEIGHT, EG_GATE_OK, EG_GATE_NOT_CHECKED_FORCE, NAN,
                 l->weight_least_n);
        return;
    }
    double weight_n = s->trial->mass_kg * standard_gravity_m_s2;
    double share = s->fz_median_n / weight_n;
    /* A sitting person's feet carry a part of the weight elsewhere. */
    int is_whole = s->trial->condition.posture != EG_POSTURE_SITTING;
    if (s->fz_median_n <= -l->weight_least_n)
        gate_set(s, EG_GATE_BODY_WEIGHT, EG_GATE_FAIL, EG_GATE_UPSIDE_DOWN, s->fz_median_n,
                 l->weight_least_n);
    else if (!(s->fz_median_n >= l->weight_least_n))
        gate_set(s, EG_GATE_BODY_WEIGHT, EG_GATE_FAIL, EG_GATE_NOBODY, s->fz_median_n,
                 l->weight_least_n);
    else if (is_whole && share < l->weight_light_share)
        gate_set(s, EG_GATE_BODY_WEIGHT, EG_GATE_FAIL, EG_GATE_LIGHT, share, l->weight_light_share);
    else if (share > l->weight_heavy_share)
        gate_set(s, EG_GATE_BODY_WEIGHT, EG_GATE_WARN, EG_GATE_HEAVY, share, l->weight_heavy_share);
    else
        gate_set(s, EG_GATE_BODY_WEIGHT, EG_GATE_OK, EG_GATE_FINE, s->fz_median_n,
                 l->weight_least_n);
}

/* Change of the force over the trial, by a least-squares line through the rows that count, as a
 * share of its mean. */
static double force_ramp(const gate_state *s, const double *fz) {
    double sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0, count = 0, n = (double)s->n;
    for (size_t i = 0; i < s->n; i++) {
        if (s->rows[i] || isnan(fz[i])) continue;
        double x = (double)i / n - 0.5, y = fz[i];
        sum_x += x, sum_y += y, sum_xx += x * x, sum_xy += x * y, count++;
    }
    double spread = count * sum_xx - sum_x * sum_x;
    return spread > 0 ? (count * sum_xy - sum_x * sum_y) / spread / (sum_y / count) : 0;
}

static void check_force_drift(gate_state *s) {
    const eg_gate_limits *l = s->limits;
    if (s->trial->net.fz_n == NULL) {
        gate_set(s, EG_GATE_FORCE_DRIFT, EG_GATE_OK, EG_GATE_NOT_CHECKED_FORCE, NAN,
                 l->force_drift_warn);
        return;
    }
    double share = fabs(force_ramp(s, s->trial->net.fz_n));
    if (s->sum_n != NULL) share = fmax(share, fabs(force_ramp(s, s->sum_n)));
    if (share > l->force_drift_fail)
        gate_set(s, EG_GATE_FORCE_DRIFT, EG_GATE_FAIL, EG_GATE_FORCE_RAMP, share,
                 l->force_drift_fail);
    else if (share > l->force_drift_warn)
        gate_set(s, EG_GATE_FORCE_DRIFT, EG_GATE_WARN, EG_GATE_FORCE_RAMP, share,
                 l->force_drift_warn);
    else
        gate_set(s, EG_GATE_FORCE_DRIFT, EG_GATE_OK, EG_GATE_FINE, share, l->force_drift_warn);
}

/* ---- gaps ----------------------------------------------------------------------------------- */

static void check_gaps(gate_state *s) {
    const eg_gate_limits *l = s->limits;
    const double *t = s->trial->t_s;
    size_t total = 0, run = 0;
    double longest = 0, longest_at = 0, n_lost = 0;
    for (size_t i = 0; i < s->n; i++) {
        int is_missing =
            !(s->rows[i] & ROW_UNLOADED) && (s->rows[i] & ROW_GAP || row_is_missing(s, i));
        run = is_missing ? run + 1 : 0;
        if (is_missing) {
            s->rows[i] |= ROW_GAP;
            total++;
            if ((double)run > longest) {
                longest = (double)run;
                longest_at = (double)(i + 1 - run) / s->rate_hz;
            }
        }
        if (t == NULL || i == 0) continue;
        double steps = (t[i] - t[i - 1]) * s->rate_hz;
        if (!(steps > 1.5)) continue;
        double lost = floor(steps + 0.5) - 1;
        if (lost < 1) lost = 1;
        n_lost += lost;
        if (lost > longest) {
            longest = lost;
            longest_at = (double)(i - 1) / s->rate_hz;
        }
        s->rows[i] |= ROW_GAP; /* what comes behind a jump does not follow from what was before */
    }
    if (s->dropout_s > 0)
        gate_set(s, EG_GATE_GAPS, s->dropout_s >= l->gap_fail_s ? EG_GATE_FAIL : EG_GATE_WARN,
                 EG_GATE_DROPOUT, s->dropout_s, l->gap_fail_s)
            ->at_s = s->dropout_at_s;
    double missing = (double)total + n_lost, seconds = longest / s->rate_hz;
    if (missing == 0) {
        gate_set(s, EG_GATE_GAPS, EG_GATE_OK, t == NULL ? EG_GATE_NOT_CHECKED_TIME : EG_GATE_FINE,
                 0, l->gap_fail_s);
        return;
    }
    int fails = seconds >= l->gap_fail_s || missing / ((double)s->n + n_lost) > l->gap_share_fail;
    eg_gate_finding *f = gate_set(s, EG_GATE_GAPS, fails ? EG_GATE_FAIL : EG_GATE_WARN,
                                  EG_GATE_GAP_ROWS, seconds, l->gap_fail_s);
    f->count = (size_t)missing;
    f->at_s = longest_at;
}

/* ---- all together --------------------------------------------------------------------------- */

eg_err eg_gate_run(const eg_gate_input *input, const eg_gate_limits *limits, eg_arena *arena,
                   eg_gate_report *report) {
    EG_ASSERT(input != NULL && limits != NULL && arena != NULL && report != NULL);
    EG_ASSERT(input->trial != NULL && input->trial->n >= 2 && input->trial->rate_hz > 0);
    EG_ASSERT(input->trial->net.ml_mm != NULL && input->trial->net.ap_mm != NULL);
    *report = (eg_gate_report){0};
    size_t mark = eg_arena_mark(arena);
    gate_state s = {.input = input,
                    .trial = input->trial,
                    .limits = limits,
                    .arena = arena,
                    .report = report,
                    .n = input->trial->n,
                    .rate_hz = input->trial->rate_hz,
                    .fz_median_n = NAN};
    s.rows = eg_arena_take(arena, s.n, 1);
    s.scratch = eg_arena_take(arena, s.n, sizeof *s.scratch);
    s.scratch2 = eg_arena_take(arena, s.n, sizeof *s.scratch2);
    if (s.rows == NULL || s.scratch == NULL || s.scratch2 == NULL) return EG_ERR_MEMORY;
    for (int i = 0; i < EG_GATE_CHECKS; i++) report->findings[i].check = (eg_gate_check)i;
    const double *right = s.trial->right.fz_n, *left = s.trial->left.fz_n;
    if (right != NULL && left != NULL) {
        s.sum_n = eg_arena_take(arena, s.n, sizeof *s.sum_n);
        if (s.sum_n == NULL) return EG_ERR_MEMORY;
        for (size_t i = 0; i < s.n; i++) s.sum_n[i] = right[i] + left[i];
    }
    check_duration(&s);
    check_rate(&s);
    mark_zeros(&s);
    check_step_off(&s);
    check_gaps(&s);
    check_foot_lift(&s);
    check_body_weight(&s);
    gate_check_repeats(&s);
    check_force_drift(&s);
    gate_check_breaks(&s);
    gate_check_spikes(&s);
    gate_check_noise(&s);
    gate_check_drift(&s);
    gate_check_transient(&s);
    gate_check_consistency(&s);
    eg_arena_reset(arena, mark);
    return EG_OK;
}
