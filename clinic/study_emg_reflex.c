/* H reflex and M wave: stimuli from the trigger or their artefact, responses, recruitment curve. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/study_emg_part.h"

/* Memory for the stimuli of one channel. */
typedef struct stimulation {
    eg_emg_reflex_settings settings;
    size_t n_stimuli, n;
    int has_heights;
    size_t stimuli[EG_EMG_STIMULI_MAX], order[EG_EMG_STIMULI_MAX];
    double heights[EG_EMG_STIMULI_MAX];
    eg_emg_response responses[EG_EMG_STIMULI_MAX];
} stimulation;

static eg_err find_stimuli(const emg_work *work, const emg_channel *c, stimulation *s,
                           eg_arena *arena, eg_diag *diag) {
    const char *name = work->settings.trigger;
    if (name == NULL)
        return eg_emg_stimuli_from_artefact(&s->settings, c->n, c->x, EG_EMG_STIMULI_MAX,
                                            s->stimuli, &s->n_stimuli, arena, diag);
    const eg_channel *trigger = eg_recording_channel(work->call->recording, name);
    if (trigger == NULL)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "trigger", 0, "there is no channel \"%s\"", name);
    if (trigger->n != c->n)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "trigger", 0,
                           "\"%s\" has another rate or length than \"%s\"", name,
                           c->channel->label);
    double *x = calloc(trigger->n + 1, sizeof *x);
    size_t ignored;
    if (x == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    eg_err err = emg_copy(trigger, x, &ignored, diag);
    if (err == EG_OK)
        err = eg_emg_stimuli_from_trigger(&s->settings, c->n, x, EG_EMG_STIMULI_MAX, s->stimuli,
                                          s->heights, &s->n_stimuli, diag);
    free(x);
    double least = INFINITY, most = 0.0;
    for (size_t i = 0; i < s->n_stimuli; i++) {
        least = fmin(least, s->heights[i]);
        most = fmax(most, s->heights[i]);
    }
    s->has_heights = err == EG_OK && s->n_stimuli > 1 && most > 1.05 * least;
    return err;
}

static void set_if_known(json_t *object, const char *key, double value) {
    json_object_set_new(object, key, isfinite(value) ? json_real(value) : json_null());
}

/* The curve, from the weakest stimulus up; responses are those of the last stimuli that fit, so the
 * heights are matched by time. */
static eg_err report_curve(const emg_work *work, const emg_channel *c, stimulation *s,
                           eg_arena *arena, eg_diag *diag) {
    size_t k = 0;
    for (size_t i = 0; i < s->n_stimuli && k < s->n; i++)
        if (fabs((double)s->stimuli[i] / c->rate_hz - s->responses[k].t_s) < 0.5 / c->rate_hz)
            s->heights[k++] = s->heights[i];
    eg_err err = eg_emg_recruitment(s->n, s->responses, s->has_heights ? s->heights : NULL,
                                    s->order, arena, diag);
    if (err != EG_OK) return err;
    json_t *curve = json_array();
    for (size_t i = 0; i < s->n; i++) {
        const eg_emg_response *r = &s->responses[s->order[i]];
        json_t *one = json_pack("{s:f, s:f, s:f, s:f}", "t_s", r->t_s, "m", r->m, "h", r->h,
                                "noise", r->noise);
        set_if_known(one, "intensity", s->has_heights ? s->heights[s->order[i]] : (double)NAN);
        json_array_append_new(curve, one);
    }
    json_t *detail = json_object_get(work->result, "detail");
    json_t *all = json_object_get(detail, "recruitment");
    if (all == NULL) {
        all = json_object();
        json_object_set_new(detail, "recruitment", all);
    }
    json_object_set_new(all, c->channel->label, curve);
    return EG_OK;
}

static void report(const emg_work *work, const emg_channel *c, const stimulation *s) {
    const eg_emg_reflex *r = &c->reflex;
    const char *label = c->channel->label;
    char text[200];
    json_t *ratio = emg_add(work, c, "emg.reflex.ratio", r->ratio);
    (void)emg_add(work, c, "emg.reflex.h_max", r->h_max);
    (void)emg_add(work, c, "emg.reflex.m_max", r->m_max);
    (void)emg_add(work, c, "emg.reflex.h_latency", r->has_h ? 1e3 * r->h_latency_s : (double)NAN);
    (void)emg_add_extra(work, c, "emg.reflex.m_latency", 1e3 * r->m_latency_s);
    snprintf(text, sizeof text, "%zu stimuli, found by %s", r->n,
             work->settings.trigger != NULL ? "the trigger channel" : "their artefact");
    if (ratio != NULL) json_object_set_new(ratio, "note", json_string(text));
    eg_study_add_check(work->result, "m_plateau", !r->is_plateau,
                       r->is_plateau ? "the three largest M waves are within 10 %"
                                     : "the largest M waves still differ by more than 10 %: "
                                       "stimulate more strongly, or M max is too small",
                       label);
    eg_study_add_check(work->result, "h_reflex", !r->has_h,
                       r->has_h ? "above three times the noise before the stimuli"
                                : "not above three times the noise before the stimuli",
                       label);
    for (size_t i = 0; i < s->n; i++) {
        json_t *event = eg_study_add_event(work->result, "stimulus", s->responses[i].t_s,
                                           (double)NAN, label, NULL);
        if (event != NULL) json_object_set_new(event, "repetition", json_integer((int)i + 1));
    }
}

eg_err emg_reflex(const emg_work *work, emg_channel *c, eg_diag *diag) {
    const emg_settings *own = &work->settings;
    eg_arena arena;
    stimulation *s = calloc(1, sizeof *s);
    eg_err err = emg_arena(c->n, &arena, diag);
    if (s == NULL) err = eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    if (err == EG_OK) {
        s->settings = eg_emg_reflex_defaults(c->rate_hz);
        s->settings.blank_s = own->blank_s;
        if (isfinite(own->m_window.from_s)) {
            s->settings.m_from_s = own->m_window.from_s;
            s->settings.m_to_s = own->m_window.to_s;
        }
        if (isfinite(own->h_window.from_s)) {
            s->settings.h_from_s = own->h_window.from_s;
            s->settings.h_to_s = own->h_window.to_s;
        }
        err = find_stimuli(work, c, s, &arena, diag);
    }
    if (err == EG_OK)
        err = eg_emg_reflex_responses(&s->settings, c->n, c->x, s->n_stimuli, s->stimuli,
                                      s->responses, &s->n, diag);
    if (err == EG_OK) err = eg_emg_reflex_of(s->n, s->responses, &c->reflex, &arena, diag);
    if (err == EG_OK) report(work, c, s);
    if (err == EG_OK) err = report_curve(work, c, s, &arena, diag);
    free(s);
    free(arena.memory);
    return err;
}
