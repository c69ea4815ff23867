/* What can be seen of a recording's quality in its angles: how evenly they were sampled, what is
 * missing, what was held, where they jump. Remarks, not refusals: the measures themselves leave out
 * what they cannot use. The limits are of knowledge/protocols (but for what a run of alike values
 * is at all); without it nothing is judged by them. */
#include <math.h>
#include <stdio.h>

#include "clinic/study_motion_part.h"
#include "clinic/study_published.h"

enum { HELD_LEAST = 10 }; /* samples */

static const double still_deg = 1; /* a coordinate that a model locks moves less */

/* See knowledge/protocols/motion.json; shares are fractions. */
typedef struct limits {
    double missing_most, held_least_s, alike_most, jump_deg, jump_deg_s;
} limits;

typedef struct look {
    double missing_share; /* the most of one trace */
    const char *missing_in;
    size_t n, n_missing; /* of all traces */
    size_t n_held, n_jumps;
} look;

static int is_alike(double a, double b) {
    return !(a < b) && !(a > b) && !isnan(a) && !isnan(b);
}

static void find_missing(const eg_motion_trace *t, look *found) {
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) n += isnan(t->values[i]) != 0;
    double share = (double)n / (double)t->n;
    found->n += t->n;
    found->n_missing += n;
    if (share <= found->missing_share) return;
    found->missing_share = share;
    found->missing_in = t->label;
}

/* The longest run of one value in a trace that otherwise never stands still to the last digit. */
static void find_held(motion_run *run, const eg_motion_trace *t, const limits *l, look *found) {
    size_t longest = 0, at = 0, n_alike = 0;
    double low = t->values[0], high = low;
    for (size_t i = 1, length = 1; i < t->n; i++) {
        int same = is_alike(t->values[i], t->values[i - 1]);
        n_alike += (size_t)same;
        low = fmin(low, t->values[i]);
        high = fmax(high, t->values[i]);
        length = same ? length + 1 : 1;
        if (length <= longest) continue;
        longest = length;
        at = i + 1 - length;
    }
    double held_s = (double)longest / t->rate_hz;
    size_t other = n_alike + 1 - (longest > 0 ? longest : 1);
    if (longest < HELD_LEAST || !(held_s >= l->held_least_s) || !(high - low > still_deg) ||
        !((double)other <= l->alike_most * (double)(t->n - longest)))
        return;
    char text[160];
    snprintf(text, sizeof text,
             "the same value for %.2f s from %.2f s on: held by the recorder, or filled in", held_s,
             t->start_s + (double)at / t->rate_hz);
    eg_study_add_check(run->result, "held values", 1, text, t->code);
    found->n_held++;
}

static void find_jumps(motion_run *run, const eg_motion_trace *t, const limits *l, look *found) {
    size_t n = 0, at = 0;
    for (size_t i = 1; i < t->n; i++) {
        double step = fabs(t->values[i] - t->values[i - 1]);
        if (!(step > l->jump_deg) || !(step * t->rate_hz > l->jump_deg_s)) continue;
        if (n++ == 0) at = i;
    }
    if (n == 0) return;
    char text[160];
    snprintf(
        text, sizeof text,
        "%zu times more than %g deg from one sample to the next, first at %.2f s: markers that "
        "were swapped, or an angle that turned over",
        n, fmax(l->jump_deg, l->jump_deg_s / t->rate_hz), t->start_s + (double)at / t->rate_hz);
    eg_study_add_check(run->result, "jumps", 1, text, t->code);
    found->n_jumps++;
}

static limits limits_of(const eg_study_call *call) {
    return (limits){.missing_most = eg_study_protocol(call, "motion_missing_most"),
                    .held_least_s = eg_study_protocol(call, "motion_held_least"),
                    .alike_most = eg_study_protocol(call, "motion_alike_most"),
                    .jump_deg = eg_study_protocol(call, "motion_jump_least"),
                    .jump_deg_s = eg_study_protocol(call, "motion_jump_rate")};
}

void motion_check_traces(motion_run *run) {
    limits l = limits_of(run->call);
    look found = {0};
    double rate_hz = (double)NAN;
    int is_judged = isfinite(l.missing_most) && isfinite(l.held_least_s) &&
                    isfinite(l.alike_most) && isfinite(l.jump_deg) && isfinite(l.jump_deg_s);
    for (size_t i = 0; i < run->traces.count; i++) {
        const eg_motion_trace *t = &run->traces.traces[i];
        if (t->reason[0] != '\0' || !(t->rate_hz > 0) || t->n < 2) continue;
        rate_hz = t->rate_hz;
        find_missing(t, &found);
        if (is_judged) find_held(run, t, &l, &found);
        if (is_judged) find_jumps(run, t, &l, &found);
    }
    if (isnan(rate_hz)) return;
    char text[160];
    snprintf(text, sizeof text, "%g Hz, evenly sampled", rate_hz);
    if (!eg_study_is_uneven(run->call->recording))
        eg_study_add_check(run->result, "rate", 0, text, NULL);
    if (!is_judged) return;
    double share = (double)found.n_missing / (double)found.n;
    if (found.n_missing == 0)
        snprintf(text, sizeof text, "no sample of an angle is missing");
    else
        snprintf(text, sizeof text, "%.2g %% of all angles' samples, most in %.60s (%.0f %%)",
                 100 * share, found.missing_in, 100 * found.missing_share);
    eg_study_add_check(run->result, "missing samples", share > l.missing_most, text, NULL);
    if (found.n_held == 0)
        eg_study_add_check(run->result, "held values", 0, "no value is held", NULL);
    if (found.n_jumps == 0) eg_study_add_check(run->result, "jumps", 0, "no angle jumps", NULL);
}
