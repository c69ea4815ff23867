/* What amplitudes are divided by: the trial itself, contractions of other recordings, the M wave.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "clinic/study_emg_part.h"

enum { TRIALS_MAX = 64 };

/* The contractions of one channel over all reference recordings. */
typedef struct trials {
    size_t n;
    double peaks[TRIALS_MAX]; /* largest moving RMS of each */
} trials;

static void add_trial(trials *t, double peak) {
    if (t->n < TRIALS_MAX) t->peaks[t->n++] = peak;
}

/* The largest RMS within each counted burst of half a second or more; without such a burst (nobody
 * rested in that file) the whole recording is one contraction. */
static eg_err collect_bursts(const emg_settings *s, const emg_channel *r, trials *t,
                             eg_arena *arena, eg_diag *diag) {
    eg_onset_settings onset = eg_onset_defaults(r->rate_hz);
    eg_onset_rest rest;
    eg_diag ignored = {0};
    size_t n_bursts = 0, before = t->n;
    eg_burst *bursts = calloc(EG_EMG_BURSTS_MAX, sizeof *bursts);
    if (bursts == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    if (eg_onset_find(s->method, &onset, r->n, r->x, &rest, EG_EMG_BURSTS_MAX, bursts, &n_bursts,
                      arena, &ignored) != EG_OK)
        n_bursts = 0;
    for (size_t i = 0; i < n_bursts; i++) {
        const eg_burst *b = &bursts[i];
        size_t from = (size_t)(b->on_s * r->rate_hz), to = (size_t)(b->off_s * r->rate_hz);
        double peak;
        if (to > r->n) to = r->n;
        if ((b->flags & EG_ONSET_MINOR) || b->off_s - b->on_s < EG_EMG_MVC_WINDOW_S) continue;
        if (eg_emg_rms_peak(r->rate_hz, EG_EMG_MVC_WINDOW_S, to - from, r->band + from, &peak, NULL,
                            NULL) == EG_OK)
            add_trial(t, peak);
    }
    free(bursts);
    if (t->n > before) return EG_OK;
    double peak;
    eg_err err = eg_emg_rms_peak(r->rate_hz, EG_EMG_MVC_WINDOW_S, r->n, r->band, &peak, NULL, diag);
    if (err == EG_OK) add_trial(t, peak);
    return err;
}

/* The same channel of a reference recording, through the same filters. */
static eg_err collect(const emg_work *work, const emg_channel *c, const eg_recording *recording,
                      trials *t, eg_diag *diag) {
    const eg_channel *own = eg_recording_channel(recording, c->channel->label);
    if (own == NULL)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, recording->name, 0,
                           "the reference recording has no channel \"%s\"", c->channel->label);
    const emg_settings *s = &work->settings;
    double rate_hz = isfinite(s->rate_hz)     ? s->rate_hz
                     : isfinite(own->rate_hz) ? own->rate_hz
                                              : recording->rate_hz;
    emg_channel r = {.channel = own,
                     .unit = own->unit[0] != '\0' ? own->unit : "1",
                     .rate_hz = rate_hz,
                     .n = own->n};
    const eg_emg_amount here = {1.0, EG_EMG_NORM_NONE, c->unit};
    const eg_emg_amount there = {1.0, EG_EMG_NORM_NONE, r.unit};
    eg_err err = eg_emg_comparable(&here, &there, diag);
    if (err == EG_OK && !(rate_hz >= 100.0))
        err = eg_diag_set(diag, EG_ERR_MISSING, recording->name, 0,
                          "the reference recording's rate is unknown; give it: --rate-hz N");
    if (err != EG_OK) return err;
    eg_emg_filters filters;
    eg_emg_heart heart;
    eg_arena arena;
    r.x = calloc(r.n + 1, sizeof *r.x);
    r.band = calloc(r.n + 1, sizeof *r.band);
    err = emg_arena(r.n, &arena, diag);
    if (r.x == NULL || r.band == NULL) err = eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    if (err == EG_OK) err = emg_copy(own, r.x, &r.n_bad, diag);
    if (err == EG_OK) err = emg_take_heart(s, rate_hz, r.n, r.x, &filters, &heart, &arena, diag);
    if (err == EG_OK) err = eg_emg_zero_lag(&filters.band, 1, r.n, r.x, r.band, 0, &arena, diag);
    if (err == EG_OK) err = collect_bursts(s, &r, t, &arena, diag);
    free(r.x);
    free(r.band);
    free(arena.memory);
    return err;
}

static eg_err from_references(const emg_work *work, emg_channel *c, eg_diag *diag) {
    const emg_settings *s = &work->settings;
    trials *t = calloc(1, sizeof *t);
    eg_err err = t == NULL ? eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory") : EG_OK;
    for (size_t i = 0; i < work->call->n_references && err == EG_OK; i++)
        err = collect(work, c, work->call->references[i], t, diag);
    size_t least = s->norm == EG_EMG_NORM_MVC ? s->mvc_trials : 1;
    if (err == EG_OK) err = eg_emg_mvc_of(t->n, t->peaks, least, &c->mvc, diag);
    c->scale = (eg_emg_scale){s->norm, c->mvc.value};
    free(t);
    return err;
}

eg_err emg_normalise(const emg_work *work, emg_channel *c, eg_diag *diag) {
    const emg_settings *s = &work->settings;
    eg_arena arena;
    eg_err err = EG_OK;
    c->scale = (eg_emg_scale){EG_EMG_NORM_NONE, 1.0};
    if (s->norm == EG_EMG_NORM_NONE) return EG_OK;
    if (s->norm == EG_EMG_NORM_MVC || s->norm == EG_EMG_NORM_SUBMAX) {
        err = from_references(work, c, diag);
    } else if (s->norm == EG_EMG_NORM_M_MAX) {
        c->scale = (eg_emg_scale){s->norm, c->reflex.m_max};
        if (!(c->reflex.m_max > 0.0 && isfinite(c->reflex.ratio)))
            err = eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                              "no M wave stands out of the noise: nothing to divide by");
    } else {
        err = emg_arena(c->n, &arena, diag);
        if (err == EG_OK)
            err = eg_emg_scale_of_trial(s->norm, c->n, c->envelope, &c->scale, &arena, diag);
        free(arena.memory);
    }
    if (err != EG_OK) return err;
    double largest = 0.0, sum = 0.0;
    for (size_t i = 0; i < c->n; i++) {
        double value = fmax(c->level[i], 0.0);
        largest = fmax(largest, value);
        sum += value;
    }
    c->level_peak = 100.0 * largest / c->scale.divisor;
    c->level_mean = 100.0 * sum / (double)c->n / c->scale.divisor;
    return EG_OK;
}
