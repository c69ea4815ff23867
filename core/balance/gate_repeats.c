/* Held samples and saturation: the checks of the quality gate that look at equal samples.
 *
 * Equal samples also come about by themselves: a slow turning point, rounded to the file's
 * decimals, stands still for a few samples, and an exactly periodic signal has the same extreme in
 * every period. Such a plateau is entered and left by the smallest steps the file knows, or is a
 * smooth crest; one that a recorder or an amplifier made breaks off in full motion. */
#include <math.h>
#include <stddef.h>

#include "core/balance/gate_part.h"
#include "core/base/check.h"
#include "core/base/real.h"

enum {
    RUN_LEAST = 5,     /* equal samples; a turning point of a fine signal has up to four */
    COARSE_STEPS = 20, /* a typical change of so few smallest steps is a coarse resolution */
    BLIND_STEPS = 3,   /* and of so few one in which every plateau looks natural */
    FINE_STEPS = 1000, /* and of so many a fine one: equal extremes are a wonder then */
    FINE_SAMPLES = 3,
    COARSE_EQUAL = 3,  /* a coarse signal repeats samples */
    LONG_FACTOR = 40,  /* a run this much too long needs no broken edge */
    GENTLE_STEPS = 3,  /* smallest steps at the gentler edge of a natural plateau, at most */
    STEEPER_STEPS = 8, /* and at its steeper one */
    CREST_SAMPLES = 2  /* equal samples that a smooth crest has whatever the resolution, at most */
};

static const double run_chance = 1e-3; /* of a run by chance somewhere in a good trial */
static const double share_most = 0.9;
static const double coarse_share_fail = 0.45;
static const double crest_ratio = 1.5; /* between the bends of a smooth crest */

typedef struct channel_shape {
    double low, high; /* of the rows that count */
    int is_constant;
    int is_coarse;
    double resolution; /* smallest change */
    double usual;      /* median change */
} channel_shape;

/* Equal samples [start, end) of a channel. */
typedef struct run {
    size_t start, end;
} run;

static int counts(const gate_state *s, size_t i, const double *values) {
    return !(s->rows[i] & (ROW_GAP | ROW_UNLOADED | ROW_FOOT)) && !isnan(values[i]);
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

static int is_blind(const channel_shape *shape) {
    return shape->is_coarse && shape->usual <= (BLIND_STEPS + 0.1) * shape->resolution;
}

/* A crest or trough whose bends (second differences) around the run are alike, all one way. */
static int is_smooth_crest(const gate_state *s, const double *x, run at, double resolution) {
    if (at.end - at.start > CREST_SAMPLES || at.start < 3 || at.end + 3 > s->n) return 0;
    double least = INFINITY, most = -INFINITY;
    for (size_t i = at.start - 3; i < at.end + 3; i++)
        if (!counts(s, i, x)) return 0;
    for (size_t i = at.start - 2; i < at.end + 2; i++) {
        double bend = x[i - 1] - 2 * x[i] + x[i + 1];
        least = fmin(least, bend);
        most = fmax(most, bend);
    }
    double slack = 4 * resolution; /* of three rounded samples */
    if (most <= slack && least < 0) return -least <= crest_ratio * fmax(-most, 0) + slack;
    if (least >= -slack && most > 0) return most <= crest_ratio * fmax(least, 0) + slack;
    return 0;
}

/* Whether these equal samples come about by themselves: see the top of the file. */
static int is_natural(const gate_state *s, const double *x, run at, const channel_shape *shape) {
    int has_before = at.start > 0 && counts(s, at.start - 1, x);
    int has_after = at.end < s->n && counts(s, at.end, x);
    double before = has_before ? fabs(x[at.start] - x[at.start - 1]) : 0;
    double after = has_after ? fabs(x[at.end] - x[at.end - 1]) : 0;
    double step = 1.05 * shape->resolution; /* rounding leaves steps a little unequal */
    if (fmin(before, after) <= GENTLE_STEPS * step && fmax(before, after) <= STEEPER_STEPS * step)
        return has_before || has_after;
    return is_smooth_crest(s, x, at, shape->resolution);
}

/* Whether another channel stands still over the same rows away from its own limits: then the
 * recorder held its samples, whatever value this one has. */
static int another_is_held(const gate_state *s, size_t own, run at, const channel_shape *shapes) {
    for (size_t k = 0; k < s->input->n_channels; k++) {
        const double *values = s->input->channels[k].values;
        if (k == own || shapes[k].is_constant || shapes[k].is_coarse) continue;
        if (values[at.start] == shapes[k].low || values[at.start] == shapes[k].high) continue;
        size_t i = at.start + 1;
        while (i < at.end && values[i] == values[at.start]) i++;
        if (i == at.end) return 1;
    }
    return 0;
}

static void blame_run(gate_state *s, size_t channel, run at, const channel_shape *shapes) {
    const eg_gate_channel *c = &s->input->channels[channel];
    double value = c->values[at.start], seconds = (double)(at.end - at.start) / s->rate_hz;
    int is_extreme = value == shapes[channel].low || value == shapes[channel].high;
    int is_clipped = is_extreme && !another_is_held(s, channel, at, shapes);
    for (size_t i = at.start; i < at.end; i++) s->rows[i] |= is_clipped ? ROW_CLIPPED : ROW_HELD;
    eg_gate_finding *f = is_clipped ? gate_set(s, EG_GATE_SATURATION, EG_GATE_FAIL, EG_GATE_CLIPPED,
                                               value, s->limits->clip_fail_samples)
                                    : gate_set(s, EG_GATE_HELD_SAMPLES, EG_GATE_FAIL,
                                               EG_GATE_HELD_RUN, seconds, s->limits->held_fail_s);
    f->signal = c->name;
    f->count = at.end - at.start;
    f->at_s = (double)at.start / s->rate_hz;
}

/* How many equal samples in a row are too many: a stretch of time, and longer where the signal
 * repeats itself so often that such a run is likely somewhere in n samples. */
static size_t run_least(const gate_state *s, double share, double n_pairs) {
    size_t needed = gate_samples(s, s->limits->held_fail_s);
    if (needed < RUN_LEAST) needed = RUN_LEAST;
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
    if (is_blind(shape))
        gate_set(s, EG_GATE_HELD_SAMPLES, EG_GATE_WARN, EG_GATE_NOT_CHECKED_COARSE,
                 shape->resolution, l->held_fail_s)
            ->signal = c->name;
    /* A signal that moves by several steps at a time does not stand still half of the time. */
    if (shape->is_coarse) warn = fail = is_blind(shape) ? 1 : coarse_share_fail;
    if (!(share > warn)) return;
    gate_set(s, EG_GATE_HELD_SAMPLES, share > fail ? EG_GATE_FAIL : EG_GATE_WARN,
             EG_GATE_HELD_SHARE, share, fail)
        ->signal = c->name;
}

/* Runs of equal samples, their share, and how many samples are cut off at a limit. */
static void check_channel(gate_state *s, size_t channel, const channel_shape *shapes) {
    const eg_gate_limits *l = s->limits;
    const eg_gate_channel *c = &s->input->channels[channel];
    const channel_shape *shape = &shapes[channel];
    double n_pairs, share = share_of_repeats(s, c->values, shape, &n_pairs);
    size_t needed = run_least(s, share, n_pairs), at_limit[2] = {0, 0};
    for (run at = {0, 0}; at.start < s->n; at.start = at.end) {
        at.end = at.start + 1;
        double value = c->values[at.start];
        if (!counts(s, at.start, c->values)) continue;
        while (at.end < s->n && counts(s, at.end, c->values) && c->values[at.end] == value)
            at.end++;
        size_t length = at.end - at.start;
        int is_limit = value == shape->low || value == shape->high;
        if (!is_limit && length < needed) continue;
        if (length < LONG_FACTOR * needed && is_natural(s, c->values, at, shape)) continue;
        if (is_limit) at_limit[value == shape->high] += length;
        if (length >= needed) blame_run(s, channel, at, shapes);
    }
    check_share(s, c, shape, share);
    if (is_blind(shape) || share > l->held_share_fail) return;
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

/* A centre of pressure that never moves: both axes, and nobody was recorded; one, and its channel
 * is dead. */
static void check_dead(gate_state *s) {
    const double *axes[] = {s->trial->net.ml_mm, s->trial->net.ap_mm};
    static const char *const names[] = {"ML", "AP"};
    int is_dead[2];
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) n += (size_t)counts(s, i, axes[0]);
    if (n < gate_samples(s, s->limits->held_fail_s)) return;
    for (int k = 0; k < 2; k++) is_dead[k] = shape_of(s, axes[k]).is_constant;
    for (int k = 0; k < 2; k++) {
        if (!is_dead[k]) continue;
        eg_gate_finding *f =
            gate_set(s, EG_GATE_HELD_SAMPLES, is_dead[!k] ? EG_GATE_FAIL : EG_GATE_WARN,
                     EG_GATE_DEAD, (double)n / s->rate_hz, s->limits->held_fail_s);
        f->signal = names[k];
        f->count = n;
    }
}

void gate_check_repeats(gate_state *s) {
    channel_shape shapes[EG_GATE_CHANNELS_MAX] = {{0}};
    EG_ASSERT(s->input->n_channels <= EG_GATE_CHANNELS_MAX);
    for (size_t k = 0; k < s->input->n_channels; k++)
        shapes[k] = shape_of(s, s->input->channels[k].values);
    check_dead(s);
    for (size_t k = 0; k < s->input->n_channels; k++)
        if (!shapes[k].is_constant) check_channel(s, k, shapes);
    gate_set(s, EG_GATE_HELD_SAMPLES, EG_GATE_OK, EG_GATE_FINE, 0, s->limits->held_fail_s);
    gate_set(s, EG_GATE_SATURATION, EG_GATE_OK, EG_GATE_FINE, 0, s->limits->clip_fail_samples);
}
