/* What a live display would have shown of the recording: the causal path (monitor.h) fed with it
 * from the first sample on, its latencies, and when each burst was known. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/study_emg_part.h"
#include "core/base/sort.h"
#include "core/emg/monitor.h"

enum { EVENTS_MAX = 2 * EG_EMG_BURSTS_MAX };

/* Memory for one channel. */
typedef struct watch {
    eg_emg_monitor monitor;
    eg_emg_monitor_settings settings;
    size_t n_events;
    eg_emg_event events[EVENTS_MAX];
    double delays_s[EVENTS_MAX], spare_s[EVENTS_MAX];
    double *x, *envelope; /* [n] owned */
    void *memory;         /* of the monitor */
    char name[EG_RECORDING_LABEL_MAX + 8];
} watch;

static void release(watch *w) {
    if (w == NULL) return;
    free(w->x);
    free(w->envelope);
    free(w->memory);
    free(w);
}

static eg_err feed(const emg_work *work, const emg_channel *c, watch *w, eg_diag *diag) {
    const emg_settings *s = &work->settings;
    eg_arena arena;
    size_t n_bad;
    w->settings = eg_emg_monitor_defaults(c->rate_hz);
    w->settings.filters.band_low_hz = s->low_hz;
    w->settings.filters.band_high_hz = s->high_hz;
    w->settings.filters.envelope_hz = s->envelope_hz;
    w->settings.filters.notch_hz = s->notch_hz;
    w->settings.rms_window_s = s->window_s;
    w->settings.rest_s = s->live_rest_s;
    const size_t size = eg_emg_monitor_size(1, &w->settings);
    w->x = calloc(c->n + 1, sizeof *w->x);
    w->envelope = calloc(c->n + 1, sizeof *w->envelope);
    w->memory = calloc(size + 1, 1);
    if (w->x == NULL || w->envelope == NULL || w->memory == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    eg_arena_init(&arena, w->memory, size);
    eg_err err = emg_copy(c->channel, w->x, &n_bad, diag);
    if (err == EG_OK) err = eg_emg_monitor_start(&w->monitor, &w->settings, 1, &arena, diag);
    if (err != EG_OK) return err;
    size_t n = eg_emg_monitor_feed(&w->monitor, c->n, w->x, NULL, w->envelope, NULL, EVENTS_MAX,
                                   w->events);
    w->n_events = n < EVENTS_MAX ? n : EVENTS_MAX;
    return EG_OK;
}

/* From switching on to off; one that is still on has no end. Returns how many there were. */
static size_t report_bursts(const emg_work *work, watch *w) {
    size_t count = 0;
    for (size_t i = 0; i < w->n_events; i++) {
        const eg_emg_event *on = &w->events[i], *off = i + 1 < w->n_events ? on + 1 : NULL;
        if (!on->is_on) continue;
        char reason[160], end[60] = "";
        if (off != NULL)
            (void)snprintf(end, sizeof end, ", its end %.0f ms", 1e3 * (off->seen_s - off->at_s));
        (void)snprintf(reason, sizeof reason, "known %.0f ms later%s; evidence %.3g (alarm %g)",
                       1e3 * (on->seen_s - on->at_s), end, on->evidence, w->settings.alarm);
        w->delays_s[count++] = on->seen_s - on->at_s;
        json_t *event = eg_study_add_event(work->result, "live burst", on->at_s,
                                           off != NULL ? off->at_s : (double)NAN, w->name, NULL);
        if (event == NULL) continue;
        json_object_set_new(event, "seen_s", json_real(on->seen_s));
        if (off != NULL) json_object_set_new(event, "end_seen_s", json_real(off->seen_s));
        json_object_set_new(event, "reason", json_string(reason));
    }
    return count;
}

static void report_values(const emg_work *work, const emg_channel *c, watch *w) {
    const eg_emg_latency latency =
        eg_emg_latency_of(&w->monitor.live.filters, w->settings.rms_window_s);
    const size_t count = report_bursts(work, w);
    double delay_s = (double)NAN;
    if (count > 0) {
        eg_sort(count, w->delays_s, w->spare_s);
        delay_s = eg_sort_quantile(count, w->delays_s, 0.5);
    }
    (void)emg_add(work, c, "emg.live.bursts", (double)count);
    (void)emg_add(work, c, "emg.live.onset_delay", 1e3 * delay_s);
    (void)emg_add(work, c, "emg.live.envelope_delay", 1e3 * latency.envelope_s);
    (void)emg_add(work, c, "emg.live.envelope_90", 1e3 * latency.envelope_90_s);
    (void)emg_add(work, c, "emg.live.rms_90", 1e3 * latency.rms_90_s);
    (void)emg_add(work, c, "emg.live.band_delay", 1e3 * latency.band_s);
    const eg_emg_monitor_state state = eg_emg_monitor_state_of(&w->monitor, 0);
    char text[200];
    if (state == EG_EMG_CALIBRATING)
        (void)snprintf(text, sizeof text, "%.60s: shorter than the %g s of rest that come first",
                       c->channel->label, w->settings.rest_s);
    else
        (void)snprintf(text, sizeof text, "%.60s: no signal in the first %g s, live bursts unknown",
                       c->channel->label, w->settings.rest_s);
    if (state == EG_EMG_CALIBRATING || state == EG_EMG_SILENT)
        eg_study_add_warning(work->result, text);
}

eg_err emg_live(const emg_work *work, const emg_channel *c, eg_diag *diag) {
    if (c->rate_hz < 400.0) {
        eg_study_unused(work->result, "live", "it needs 400 samples a second");
        return EG_OK;
    }
    watch *w = calloc(1, sizeof *w);
    if (w == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    (void)snprintf(w->name, sizeof w->name, "%s, live", c->channel->label);
    eg_err err = feed(work, c, w, diag);
    if (err == EG_OK) {
        report_values(work, c, w);
        eg_study_add_trace(work->result, work->call->n_trace_points, w->name, c->unit, "envelope",
                           w->name, 0.0, c->rate_hz, c->n, w->envelope);
    }
    release(w);
    return err;
}
