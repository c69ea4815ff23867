/* Curves over the gait cycle, from foot strike to foot strike. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clinic/study_motion_part.h"
#include "core/motion/measures.h"

enum { POINTS = 101, CYCLES_MAX = 200, STRIKES_MAX = 256 };

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

static size_t strikes_of(const eg_recording *r, int side, double *t_s) {
    size_t n = 0;
    for (size_t i = 0; i < r->n_events && n < STRIKES_MAX; i++)
        if (is_strike(&r->events[i], side)) t_s[n++] = r->events[i].t_s;
    return n;
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
    const eg_recording *r = run->call->recording;
    double strikes[STRIKES_MAX], curve[POINTS], sum[POINTS] = {0}, square[POINTS] = {0}, range = 0;
    size_t n_strikes = strikes_of(r, side, strikes), n = 0;
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
