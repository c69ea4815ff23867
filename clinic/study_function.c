/* Function tests: chair rise, Timed Up and Go, turns, reaching, from one inertial sensor, markers
 * or a model's coordinates; with the rules by which they were timed, and published values. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/function_source.h"
#include "clinic/study_published.h"
#include "clinic/study_rows.h"
#include "clinic/study_sensor.h"
#include "core/base/real.h"
#include "core/function/measures.h"
#include "core/function/tug.h"
#include "core/function/worn.h"

static const double degrees = 180.0 / EG_PI;

typedef struct function_run {
    const eg_study_call *call;
    eg_function_body body;
    eg_stands stands;
    eg_turns turns;
    eg_tug tug;
    json_t *result;
} function_run;

static void add(const function_run *run, const char *code, double value, int repetition,
                int is_extra, const char *note) {
    (void)eg_study_add_value(run->result, &eg_function_measures,
                             &(eg_study_value){.code = code,
                                               .value = value,
                                               .repetition = repetition,
                                               .is_extra = is_extra,
                                               .note = note});
}

/* A time between two events, with its 95 % interval from how sure both are. */
static void add_phase(const function_run *run, const char *code, double value, double first_sd,
                      double last_sd) {
    double reach = 1.96 * eg_hypot(first_sd, last_sd);
    eg_study_value phase = {.code = code, .value = value};
    if (isfinite(reach) && isfinite(value)) {
        phase.low = value - reach;
        phase.high = value + reach;
    }
    (void)eg_study_add_value(run->result, &eg_function_measures, &phase);
}

static void add_event(const function_run *run, const char *label, double from_s, double to_s,
                      int repetition) {
    if (!isfinite(from_s)) return;
    json_t *event = eg_study_add_event(run->result, label, from_s + run->body.start_s,
                                       to_s + run->body.start_s, NULL, NULL);
    if (event != NULL && repetition > 0)
        json_object_set_new(event, "repetition", json_integer(repetition));
}

/* The word's time from the first sample; NaN: the first movement counts. */
static double word_s(const function_run *run) {
    return eg_study_number(run->call, "start_s", (double)NAN) - run->body.start_s;
}

static double as_it_is(const void *value, const char *unit) {
    (void)unit;
    return *(const double *)value;
}

/* Rows of knowledge/norms for this measure and this person. */
void function_add_published(const eg_study_call *call, json_t *result, const char *measure,
                            double value) {
    json_t *list = eg_study_published(call, measure, as_it_is, &value);
    json_object_set_new(result, "detail",
                        json_pack("{s:s, s:o}", "measure", measure, "published", list));
}

static void add_stand(const function_run *run, const eg_stand *s, int number) {
    add(run, "function.rise.duration", s->standing_s - s->start_s, number, 0,
        isfinite(s->start_s) ? NULL : "a thigh does not see the trunk");
    add(run, "function.rise.seat_off", s->seat_off_s - s->start_s, number, 1, NULL);
    if (run->body.trunk.place != EG_TRUNK_THIGH) {
        add(run, "function.rise.height", s->rise_m, number, 1, NULL);
        add(run, "function.rise.velocity", s->velocity_up_m_s, number, 0, NULL);
        add(run, "function.rise.lean", s->lean_up_rad * degrees, number, 0, NULL);
    }
    if (isfinite(s->seated_s)) {
        add(run, "function.sit.duration", s->seated_s - s->leaving_s, number, 0, NULL);
        if (run->body.trunk.place != EG_TRUNK_THIGH) {
            add(run, "function.sit.velocity", s->velocity_down_m_s, number, 0, NULL);
            add(run, "function.sit.lean", s->lean_down_rad * degrees, number, 1, NULL);
        }
    }
    double from_s = isfinite(s->start_s) ? s->start_s : s->seat_off_s;
    add_event(run, "rise", from_s, s->standing_s, number);
    add_event(run, "seat-off", s->seat_off_s, (double)NAN, number);
    add_event(run, "sit down", s->leaving_s, s->seated_s, number);
}

static double variability(const eg_stands *stands) {
    double sum = 0.0, square = 0.0, n = (double)stands->n;
    if (stands->n < 3) return (double)NAN;
    for (size_t k = 0; k < stands->n; k++) {
        const eg_stand *s = &stands->stands[k];
        double x = s->standing_s - (isfinite(s->start_s) ? s->start_s : s->seat_off_s);
        sum += x;
        square += x * x;
    }
    return 100.0 * sqrt(fmax(0.0, (square - sum * sum / n) / (n - 1.0))) / (sum / n);
}

static void add_five(function_run *run, double start_s) {
    int is_stand = strcmp(eg_study_text(run->call, "stop", "sit"), "stand") == 0;
    double sit = eg_stand_time(&run->stands, 5, start_s, EG_STAND_STOP_SEATED);
    double stand = eg_stand_time(&run->stands, 5, start_s, EG_STAND_STOP_STANDING);
    double time = is_stand ? stand : sit;
    const char *why = isfinite(time)      ? NULL
                      : run->stands.n < 5 ? "fewer than five rises"
                                          : "the recording ends before the fifth sitting down; "
                                            "--stop stand times until the fifth standing";
    add(run, "function.5xsts.time", time, 0, 0, why);
    add(run, "function.5xsts.to_stand", stand, 0, 1, NULL);
    add(run, "function.5xsts.to_sit", sit, 0, 1, NULL);
    char text[160];
    snprintf(text, sizeof text,
             run->stands.n > 5 ? "%zu rises instead of five%s" : "%zu of five rises%s",
             run->stands.n,
             run->stands.n == 1 ? "; was it a Timed Up and Go? Then say the task" : "");
    eg_study_add_check(run->result, "five rises",
                       run->stands.n < 5   ? 2
                       : run->stands.n > 5 ? 1
                                           : 0,
                       text, NULL);
    eg_study_say(run->result, "The five times sit to stand was timed from %s until the fifth %s.",
                 isfinite(start_s) ? "the given start" : "the first movement of the trunk",
                 is_stand ? "standing" : "sitting down");
    double power = eg_stand_power(eg_study_number(run->call, "mass_kg", (double)NAN),
                                  eg_study_number(run->call, "height_m", (double)NAN),
                                  eg_study_number(run->call, "chair_m", (double)NAN), time, 5);
    if (isfinite(power)) add(run, "function.rise.power", power, 0, 0, NULL);
    function_add_published(run->call, run->result, "test.5xsts", time);
}

static void add_half_minute(function_run *run, double start_s) {
    const eg_trunk *trunk = &run->body.trunk;
    size_t n = eg_stand_count(trunk, &run->stands, start_s, 30.0);
    double begin = isfinite(start_s)                         ? start_s
                   : isfinite(run->stands.stands[0].start_s) ? run->stands.stands[0].start_s
                                                             : run->stands.stands[0].seat_off_s;
    int used_arms = eg_study_flag(run->call, "arms");
    int is_short = begin + 30.0 > (double)trunk->n / trunk->rate_hz;
    char text[160];
    snprintf(text, sizeof text,
             is_short ? "only %.1f of the 30 s were recorded" : "%.1f s recorded",
             fmin(30.0, (double)trunk->n / trunk->rate_hz - begin));
    eg_study_add_check(run->result, "half a minute", is_short ? 2 : 0, text, NULL);
    if (used_arms)
        eg_study_add_check(run->result, "arms", 1, "the arms were used: the score is 0", NULL);
    double count = used_arms ? 0.0 : (double)n;
    if (is_short) count = (double)NAN;
    add(run, "function.30s.count", count, 0, 0,
        is_short    ? "the recording is too short"
        : used_arms ? "the arms were used"
                    : NULL);
    eg_study_say(run->result,
                 "Stands were counted for 30 s from %s; one more than half way up at the end "
                 "counts.",
                 isfinite(start_s) ? "the given start" : "the first movement");
    double power = eg_stand_power(eg_study_number(run->call, "mass_kg", (double)NAN),
                                  eg_study_number(run->call, "height_m", (double)NAN),
                                  eg_study_number(run->call, "chair_m", (double)NAN), 30.0, n);
    if (isfinite(power) && isfinite(count)) add(run, "function.rise.power", power, 0, 0, NULL);
    function_add_published(run->call, run->result, "test.30scst", count);
}

/* The first movement begins somewhere only if there was rest before it. */
static void check_rest(const function_run *run, double start_s) {
    static const double before_s = 0.4, quiet_rad = 0.1;
    const eg_trunk *t = &run->body.trunk;
    double first_s = run->stands.stands[0].start_s, low = (double)INFINITY, high = -low;
    if (isfinite(start_s) || !isfinite(first_s)) return;
    size_t to = (size_t)(first_s * t->rate_hz), back = (size_t)(before_s * t->rate_hz);
    for (size_t i = to > back ? to - back : 0; i <= to; i++) {
        low = fmin(low, t->lean_rad[i]);
        high = fmax(high, t->lean_rad[i]);
    }
    if (to >= back && high - low < quiet_rad) return;
    eg_study_add_check(run->result, "rest before", 1,
                       "the recording does not begin at rest: its first movement, and the time "
                       "from there, are not sure; record a second of quiet sitting first",
                       NULL);
}

static eg_err chair_rise(function_run *run, int is_five, eg_diag *diag) {
    static const size_t most_rises = 8; /* beyond it this is another test, or none */
    double start_s = word_s(run);
    eg_err err = eg_stand_find(&run->body.trunk, &run->body.arena, &run->stands, diag);
    if (err == EG_OK) err = eg_worn_check_stands(&run->body.trunk, &run->stands, diag);
    if (err == EG_OK && is_five && run->stands.n > most_rises)
        err = eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                          "%zu rises, the test has five: choose the time with --span, or another "
                          "task (chair_rise_30s)",
                          run->stands.n);
    if (err != EG_OK) return err;
    if (is_five)
        add_five(run, start_s);
    else
        add_half_minute(run, start_s);
    check_rest(run, start_s);
    for (size_t k = 0; k + 1 < run->stands.n; k++)
        if (isnan(run->stands.stands[k].seated_s))
            eg_study_add_check(run->result, "sitting down", 1,
                               "between two rises no sitting down was seen, the sensor's height "
                               "drifted: count by eye in the trace",
                               NULL);
    add(run, "function.rise.count", (double)run->stands.n, 0, 0, NULL);
    add(run, "function.rise.attempts", (double)run->stands.n_attempts, 0, 0, NULL);
    add(run, "function.rise.variability", variability(&run->stands), 0, 1,
        run->stands.n < 3 ? "needs three rises" : NULL);
    for (size_t k = 0; k < run->stands.n; k++) add_stand(run, &run->stands.stands[k], (int)k + 1);
    for (size_t k = 0; k < run->stands.n_attempts; k++)
        add_event(run, "failed attempt", run->stands.attempts[k].from_s,
                  run->stands.attempts[k].to_s, 0);
    if (run->stands.n_attempts > 0)
        eg_study_add_check(run->result, "attempts", 1, "there were attempts to rise that failed",
                           NULL);
    return EG_OK;
}

static void add_turn(const function_run *run, const eg_turn_event *turn, int number) {
    add(run, "function.turn.duration", turn->to_s - turn->from_s, number, 0, NULL);
    add(run, "function.turn.angle", turn->angle_rad * degrees, number, 0, NULL);
    add(run, "function.turn.peak", turn->peak_rad_s * degrees, number, 0, NULL);
    add(run, "function.turn.mean", turn->mean_rad_s * degrees, number, 1, NULL);
    add_event(run, "turn", turn->from_s, turn->to_s, number);
}

static eg_err turning(function_run *run, eg_diag *diag) {
    eg_err err =
        eg_turn_find(&run->body.trunk, (double)INFINITY, &run->body.arena, &run->turns, diag);
    if (err != EG_OK) return err;
    if (run->turns.n == 0)
        return eg_diag_set(diag, EG_ERR_DATA, run->call->recording->name, 0,
                           "nobody turns here by 45 degrees or more within 0.5 to 10 s");
    /* Nobody need rise before a walk, but who does is no sensor in a hand. */
    eg_diag nobody = {0};
    err = eg_stand_find(&run->body.trunk, &run->body.arena, &run->stands, &nobody);
    if (err == EG_OK)
        err = eg_worn_check_stands(&run->body.trunk, &run->stands, diag);
    else if (err == EG_ERR_DATA)
        err = EG_OK;
    else if (diag != NULL)
        *diag = nobody;
    if (err != EG_OK) return err;
    add(run, "function.turn.count", (double)run->turns.n, 0, 0, NULL);
    for (size_t k = 0; k < run->turns.n; k++) add_turn(run, &run->turns.turns[k], (int)k + 1);
    eg_study_say(run->result,
                 "Turns: rate about the vertical, low-passed at 1.5 Hz, above 15 deg/s, 45 degrees "
                 "or more in 0.5 to 10 s (El-Gohary 2014); their ends by least squares on the "
                 "heading without the swing of the pelvis.");
    return EG_OK;
}

static eg_err up_and_go(function_run *run, eg_diag *diag) {
    eg_tug *t = &run->tug;
    double start_s = word_s(run);
    eg_err err = eg_tug_measure(&run->body.trunk, start_s, &run->body.arena, t, diag);
    if (err != EG_OK) return err;
    const double *sd = t->stand.sd_s;
    double begin_sd = isfinite(start_s) ? 0.0 : sd[EG_STAND_START];
    add_phase(run, "function.tug.time", t->total_s, begin_sd, sd[EG_STAND_SEATED]);
    add_phase(run, "function.tug.up", t->up_s, sd[EG_STAND_START], sd[EG_STAND_STANDING]);
    add_phase(run, "function.tug.out", t->out_s, sd[EG_STAND_STANDING], t->turn[0].from_sd_s);
    add_phase(run, "function.tug.turn", t->turn[0].to_s - t->turn[0].from_s, t->turn[0].from_sd_s,
              t->turn[0].to_sd_s);
    add_phase(run, "function.tug.back", t->back_s, t->turn[0].to_sd_s, t->turn[1].from_sd_s);
    add_phase(run, "function.tug.last_turn", t->turn[1].to_s - t->turn[1].from_s,
              t->turn[1].from_sd_s, t->turn[1].to_sd_s);
    add_phase(run, "function.tug.down", t->down_s, sd[EG_STAND_LEAVING], sd[EG_STAND_SEATED]);
    add(run, "function.tug.cadence", 60.0 * t->steps_hz[0], 0, 1,
        isfinite(t->steps_hz[0]) ? NULL : "too short a walk");
    add(run, "function.tug.steps", (double)t->all_steps, 0, 0, NULL);
    add(run, "function.tug.steps_out", (double)t->steps[0], 0, 1, NULL);
    add(run, "function.tug.steps_back", (double)t->steps[1], 0, 1, NULL);
    add(run, "function.tug.cadence_back", 60.0 * t->steps_hz[1], 0, 1,
        isfinite(t->steps_hz[1]) ? NULL : "too short a walk");
    add_event(run, "walk out", t->standing_s, t->turn[0].from_s, 0);
    add_event(run, "walk back", t->turn[0].to_s, t->turn[1].from_s, 0);
    add_stand(run, &t->stand, 0);
    for (int k = 0; k < 2; k++) add_turn(run, &t->turn[k], k + 1);
    eg_study_say(run->result,
                 "The Timed Up and Go was timed from %s until the pelvis was on the "
                 "seat again.",
                 isfinite(start_s) ? "the given start" : "the first movement of the trunk");
    if (t->unsure_steps > 0)
        eg_study_say(run->result,
                     "At an end of the walk %zu movement%s may be a small step and %s not counted.",
                     t->unsure_steps, t->unsure_steps == 1 ? "" : "s",
                     t->unsure_steps == 1 ? "is" : "are");
    function_add_published(run->call, run->result, "test.tug", t->total_s);
    return EG_OK;
}

static void add_traces(const function_run *run, double *scratch) {
    const eg_trunk *t = &run->body.trunk;
    size_t points = run->call->n_trace_points;
    if (t->place != EG_TRUNK_THIGH)
        eg_study_add_trace(run->result, points, "height of the pelvis", "m", "position", NULL,
                           run->body.start_s, t->rate_hz, t->n, t->height_m);
    for (size_t i = 0; i < t->n; i++) scratch[i] = t->lean_rad[i] * degrees;
    eg_study_add_trace(run->result, points,
                       t->place == EG_TRUNK_THIGH ? "angle of the thigh" : "lean of the trunk",
                       "deg", "angle", NULL, run->body.start_s, t->rate_hz, t->n, scratch);
    eg_study_add_trace(run->result, points, "vertical velocity", "m/s", "clean", NULL,
                       run->body.start_s, t->rate_hz, t->n, t->rise_m_s);
    for (size_t i = 0; i < t->n; i++) scratch[i] = t->turn_rad_s[i] * degrees;
    eg_study_add_trace(run->result, points, "turning, left is up", "deg/s", "clean", NULL,
                       run->body.start_s, t->rate_hz, t->n, scratch);
}

static eg_err measure(function_run *run, eg_diag *diag) {
    const char *task = eg_study_text(run->call, "task", "chair_rise_5");
    if (strncmp(task, "reach_", 6) == 0)
        return function_reach(run->call, strcmp(task, "reach_forward") == 0, run->result, diag);
    eg_err err = eg_function_body_read(run->call, run->result, &run->body, diag);
    if (err == EG_OK) err = eg_worn_check_lean(&run->body.trunk, strcmp(task, "turns") == 0, diag);
    if (err != EG_OK) return err;
    eg_study_say(run->result, "Movement of the trunk from %s.", run->body.source);
    if (strcmp(task, "tug") == 0)
        err = up_and_go(run, diag);
    else if (strcmp(task, "turns") == 0)
        err = turning(run, diag);
    else
        err = chair_rise(run, strcmp(task, "chair_rise_5") == 0, diag);
    if (err != EG_OK || run->call->n_trace_points == 0) return err;
    double *scratch = malloc(run->body.trunk.n * sizeof *scratch);
    if (scratch != NULL) add_traces(run, scratch);
    free(scratch);
    return EG_OK;
}

static eg_err run_study(const eg_study_call *call, json_t **result, eg_diag *diag) {
    function_run *run = calloc(1, sizeof *run);
    json_t *own = eg_study_new("function", "Function tests", "engram");
    eg_err err = EG_OK;
    if (run == NULL || own == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, call->recording->name, 0, "no memory");
    if (err == EG_OK) {
        run->call = call;
        run->result = own;
        err = eg_study_sensor_judge(own, measure(run, diag), diag);
        if (err != EG_OK && diag != NULL && diag->where[0] == '\0')
            snprintf(diag->where, sizeof diag->where, "%s", call->recording->name);
        eg_function_body_free(&run->body);
    }
    free(run);
    if (err == EG_OK)
        *result = own;
    else
        json_decref(own);
    return err;
}

static int suits(const eg_recording *recording) {
    int body = eg_function_body_suits(recording);
    return body > 0 ? body : function_reach_suits(recording);
}

static const eg_study_option options[] = {
    {"task", EG_STUDY_CHOICE, NULL, 0, 0,
     "chair_rise_5|chair_rise_30s|tug|turns|reach_arm|reach_forward", "chair_rise_5",
     "what was done"},
    {"place", EG_STUDY_CHOICE, NULL, 0, 0, "lower_back|sternum|thigh",
     "as its name says, else lower_back", "where the inertial sensor sat"},
    {"sensor", EG_STUDY_TEXT, NULL, 0, 0, NULL, "the only one, or the one named as worn there",
     "its name: how the labels of its channels begin"},
    EG_STUDY_SENSOR_UNITS,
    {"side", EG_STUDY_CHOICE, NULL, 0, 0, "left|right", "the hand that moves more",
     "the hand that reaches"},
    {"up", EG_STUDY_CHOICE, NULL, 0, 0, "x|y|z", "from pelvis to shoulders",
     "the markers' vertical axis"},
    {"span", EG_STUDY_SPAN, NULL, 0, 0, NULL, "the whole recording", "from and to, seconds"},
    {"start_s", EG_STUDY_NUMBER, "s", 0, 36000, NULL, "the first movement",
     "when the word to start was given"},
    {"stop", EG_STUDY_CHOICE, NULL, 0, 0, "sit|stand", "sit",
     "five rises end with the fifth sitting down or standing"},
    {"arms", EG_STUDY_FLAG, NULL, 0, 0, NULL, "no", "the arms were used to rise"},
    {"chair_m", EG_STUDY_NUMBER, "m", 0.2, 0.8, NULL, "no power", "height of the seat"},
    {"mass_kg", EG_STUDY_NUMBER, "kg", 1, 400, NULL, "no power", "of the person"},
    {"height_m", EG_STUDY_NUMBER, "m", 0.5, 2.6, NULL, "no power", "of the person"},
    {"age", EG_STUDY_NUMBER, "a", 0, 130, NULL, "not known", "of the person, published values"},
    {"sex", EG_STUDY_CHOICE, NULL, 0, 0, "M|F", "not known", "of the person, published values"},
};

static const eg_study_condition conditions[] = {
    {"stop", "task=chair_rise_5"},
    {"arms", "task=chair_rise_5|chair_rise_30s"},
    {"chair_m", "task=chair_rise_5|chair_rise_30s"},
    {"side", "task=reach_arm|reach_forward"},
};

const eg_study eg_study_function = {
    .name = "function",
    .title = "Function tests",
    .what = "chair rise, Timed Up and Go, turns and reaching from one inertial sensor or markers",
    .measures = &eg_function_measures,
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .conditions = conditions,
    .n_conditions = sizeof conditions / sizeof conditions[0],
    .suits = suits,
    .run = run_study,
};
