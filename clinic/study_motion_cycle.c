/* Curves over the gait cycle, from foot strike to foot strike. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/gait_source.h"
#include "clinic/study_motion_part.h"
#include "core/motion/measures.h"

enum { POINTS = 101, CYCLES_MAX = 200 };

static const double shortest_s = 0.4, longest_s = 3.0;

static int is_strike(const eg_event *event, int side) {
    static const char *const strikes[] = {"foot strike", "heel strike", "initial contact",
                                          "fs",          "hs",          "ic",
                                          "heelstrike",  "footstrike"};
    char text[64];
    size_t n = 0;
    for (; event->label[n] != '\0' && n + 1 < sizeof text; n++)
        text[n] = (char)tolower((unsigned char)event->label[n]);
    text[n] = '\0';
    char of = (char)tolower((unsigned char)event->context[0]);
    const char *rest = text;
    if (of != 'l' && of != 'r') {
        /* "Left Heel Strike", "RHS" */
        of = text[0];
        if (strncmp(text, "left ", 5) == 0)
            rest += 5;
        else if (strncmp(text, "right ", 6) == 0)
            rest += 6;
        else if (text[0] == 'l' || text[0] == 'r')
            rest += 1;
    }
    if (of != (side == EG_LEFT ? 'l' : 'r')) return 0;
    for (size_t i = 0; i < sizeof strikes / sizeof strikes[0]; i++)
        if (strcmp(rest, strikes[i]) == 0) return 1;
    return 0;
}

static void add_strike(motion_run *run, int side, double t_s) {
    if (run->n_strikes[side] < MOTION_STRIKES_MAX)
        run->strikes_s[side][run->n_strikes[side]++] = t_s;
}

static eg_err strikes_of_markers(motion_run *run, const eg_gait_markers *markers, eg_diag *diag) {
    eg_gait_track track = eg_gait_markers_track(markers);
    size_t size = eg_gait_track_bytes(markers->n), n = 0;
    void *memory = malloc(size);
    eg_gait_contact *contacts = calloc(EG_GAIT_CONTACTS_MAX, sizeof *contacts);
    eg_gait_path path;
    eg_arena arena;
    eg_err err = EG_OK;
    if (memory == NULL || contacts == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, run->call->recording->name, 0, "no memory");
    if (err == EG_OK) {
        eg_arena_init(&arena, memory, size);
        /* A recording without steps has no cycles: that is no fault. */
        if (eg_gait_track_contacts(&track, EG_GAIT_CONTACTS_MAX, contacts, &n, &path, &arena,
                                   NULL) != EG_OK)
            n = 0;
    }
    for (size_t i = 0; i < n; i++) {
        int side = contacts[i].side;
        if (side > EG_GAIT_RIGHT || !isfinite(contacts[i].strike_s)) continue;
        double t_s = run->call->recording->start_s + contacts[i].strike_s;
        add_strike(run, side, t_s);
        (void)eg_study_add_event(run->result, "Foot Strike", t_s, (double)NAN, NULL,
                                 side == EG_GAIT_LEFT ? "left" : "right");
    }
    if (run->n_strikes[0] + run->n_strikes[1] > 0)
        eg_study_say(run->result, "Foot strikes were found from the markers of the feet.");
    free(contacts);
    free(memory);
    return err;
}

eg_err motion_find_strikes(motion_run *run, eg_diag *diag) {
    const eg_recording *r = run->call->recording;
    for (size_t i = 0; i < r->n_events; i++)
        for (int side = EG_LEFT; side <= EG_RIGHT; side++)
            if (is_strike(&r->events[i], side)) add_strike(run, side, r->events[i].t_s);
    if (run->n_strikes[0] + run->n_strikes[1] > 0 || r->points.n_markers == 0) return EG_OK;
    eg_gait_markers markers;
    int is_usable = 0;
    eg_err err = eg_gait_markers_read(r, &markers, &is_usable, diag);
    if (err == EG_OK && is_usable) err = strikes_of_markers(run, &markers, diag);
    eg_gait_markers_free(&markers);
    return err;
}

/* One cycle at POINTS equal steps; 0 where an angle is missing in it. */
static int cycle_of(const eg_motion_trace *trace, double from_s, double to_s,
                    double curve[POINTS]) {
    for (int k = 0; k < POINTS; k++) {
        double at = (from_s + (to_s - from_s) * k / (POINTS - 1) - trace->start_s) * trace->rate_hz;
        if (at < 0 && at > -0.5) at = 0;
        if (!(at >= 0) || at > (double)trace->n - 0.5) return 0;
        size_t i = (size_t)at < trace->n - 1 ? (size_t)at : trace->n - 1;
        double share = at - (double)i, next = i + 1 < trace->n ? trace->values[i + 1] : (double)NAN;
        curve[k] = share > 1e-9 && i + 1 < trace->n
                       ? trace->values[i] + share * (next - trace->values[i])
                       : trace->values[i];
        if (!isfinite(curve[k])) return 0;
    }
    return 1;
}

static json_t *numbers(const double *values) {
    json_t *list = json_array();
    for (int k = 0; k < POINTS; k++) json_array_append_new(list, json_real(values[k]));
    return list;
}

static void add_side(motion_run *run, const eg_motion_trace *trace, int side) {
    double curve[POINTS], sum[POINTS] = {0}, square[POINTS] = {0}, range = 0;
    const double *strikes = run->strikes_s[side];
    size_t n_strikes = run->n_strikes[side], n = 0;
    for (size_t i = 0; i + 1 < n_strikes && n < CYCLES_MAX; i++) {
        double lasts = strikes[i + 1] - strikes[i];
        if (lasts < shortest_s || lasts > longest_s ||
            !cycle_of(trace, strikes[i], strikes[i + 1], curve))
            continue;
        double low = curve[0], high = curve[0];
        for (int k = 0; k < POINTS; k++) {
            sum[k] += curve[k];
            square[k] += curve[k] * curve[k];
            low = fmin(low, curve[k]);
            high = fmax(high, curve[k]);
        }
        range += high - low;
        n++;
    }
    if (n == 0) return;
    const char *word = side == EG_LEFT ? "left" : "right";
    double count = (double)n, sd[POINTS];
    for (int k = 0; k < POINTS; k++) {
        sum[k] /= count;
        sd[k] = n > 1 ? sqrt(fmax(0, (square[k] - count * sum[k] * sum[k]) / (count - 1))) : 0;
    }
    (void)eg_study_add_value(
        run->result, &eg_motion_measures,
        &(eg_study_value){.code = eg_motion_measures.rows[EG_MOTION_M_CYCLE_RANGE].code,
                          .value = range / count,
                          .channel = trace->code,
                          .side = word});
    json_t *detail = json_object_get(run->result, "detail");
    json_t *list = json_object_get(detail, "cycles");
    if (list == NULL) {
        json_object_set_new(detail, "cycles", json_array());
        list = json_object_get(detail, "cycles");
        eg_study_say(run->result, "Cycles run from foot strike to foot strike of one side, at 101 "
                                  "equal steps.");
    }
    json_array_append_new(list,
                          json_pack("{s:s, s:s, s:s, s:s, s:I, s:o, s:o}", "label", trace->label,
                                    "channel", trace->code, "side", word, "unit", "deg", "cycles",
                                    (json_int_t)n, "mean", numbers(sum), "sd", numbers(sd)));
}

void motion_add_cycles(motion_run *run, const eg_motion_trace *trace) {
    if (trace->angle < 0 || trace->n < 2) return;
    for (int side = EG_LEFT; side <= EG_RIGHT; side++)
        if (trace->side < 0 || trace->side == side) add_side(run, trace, side);
}
