/* Walking: steps, phases, measures of each side, from what the recording holds. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/study_gait_part.h"
#include "clinic/study_published.h"
#include "clinic/study_rows.h"
#include "clinic/study_sensor.h"
#include "core/base/sort.h"
#include "core/gait/harmony.h"
#include "core/gait/measures.h"

static const char *const sides[] = {"left", "right", NULL};

/* ---- what is printed ---- */

void eg_gait_set_side(json_t *object, int side) {
    if (object != NULL && side < EG_GAIT_UNKNOWN)
        json_object_set_new(object, "side", json_string(sides[side]));
}

static void add_event(const gait_look *look, const eg_gait_phase *phases, size_t at,
                      json_t *result) {
    static const char *const why[] = {NULL, "first steps", "last steps", "turning"};
    const eg_gait_contact *c = &look->contacts[at / 2];
    int is_off = (int)(at % 2);
    json_t *event =
        eg_study_add_event(result, is_off ? "foot off" : "foot strike",
                           is_off ? c->off_s : c->strike_s, (double)NAN, NULL, sides[c->side]);
    if (event == NULL) return;
    json_object_set_new(event, "confidence", json_real(c->confidence));
    double sd = is_off ? c->off_sd_s : c->strike_sd_s;
    if (isfinite(sd)) json_object_set_new(event, "uncertainty_s", json_real(sd));
    if (why[phases[at / 2]] != NULL)
        json_object_set_new(event, "reason", json_string(why[phases[at / 2]]));
}

/* In order of time. */
static eg_err add_events(const gait_look *look, const eg_gait_phase *phases, json_t *result,
                         eg_diag *diag) {
    size_t n = 2 * look->n;
    double *times = malloc((n + 1) * sizeof *times);
    size_t *order = malloc((n + 1) * 2 * sizeof *order);
    if (times != NULL && order != NULL) {
        for (size_t i = 0; i < n; i++)
            times[i] = i % 2 == 0 ? look->contacts[i / 2].strike_s : look->contacts[i / 2].off_s;
        eg_sort_index(n, times, order, order + n + 1);
        for (size_t i = 0; i < n && isfinite(times[order[i]]); i++)
            add_event(look, phases, order[i], result);
    }
    int is_done = times != NULL && order != NULL;
    free(times);
    free(order);
    return is_done ? EG_OK : eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for the events");
}

static int is_spread(int id) {
    return id >= EG_GAIT_M_STRIDE_TIME_CV && id <= EG_GAIT_M_STEP_WIDTH_SD;
}

/* What follows from lengths of steps. */
static int is_length(int id) {
    return id == EG_GAIT_M_SPEED || id == EG_GAIT_M_STEP_LENGTH || id == EG_GAIT_M_STRIDE_LENGTH ||
           id == EG_GAIT_M_STEP_LENGTH_SD || id == EG_GAIT_M_SI_STEP_LENGTH ||
           id == EG_GAIT_M_RATIO_STEP_LENGTH || id == EG_GAIT_M_WALK_RATIO;
}

static const char *note_of(const gait_look *look, const eg_gait_walk *walk, int id,
                           const eg_gait_value *v) {
    if (!isfinite(v->value))
        return walk->n_strides > 0 && is_length(id) ? "lengths are not known from this recording"
                                                    : "no steady stride was seen";
    if (look->is_length_estimated && is_length(id))
        return "an estimate: inverted pendulum (Zijlstra and Hof 2003)";
    if (is_spread(id))
        return v->n < EG_GAIT_SPREAD_SURE ? "fewer than 30 strides: a first guess" : NULL;
    return v->n > 0 && v->n < EG_GAIT_MEAN_SURE ? "of fewer than 3 steps or strides" : NULL;
}

static void add_side(const gait_look *look, const eg_gait_walk *walk, int side, int all,
                     json_t *result) {
    for (int id = 0; id < EG_GAIT_M_COUNT; id++) {
        int is_extra = eg_gait_measure_is_extra((eg_gait_measure_id)id);
        const eg_gait_value *v = &walk->values[id][side];
        if (is_extra && !all) continue;
        if (side < 2 && !eg_gait_measure_has_sides((eg_gait_measure_id)id)) continue;
        if (!isfinite(v->value) && !(id <= EG_GAIT_M_CADENCE && side == 2)) continue;
        json_t *object =
            eg_study_add_value(result, &eg_gait_measures,
                               &(eg_study_value){.code = eg_gait_measures.rows[id].code,
                                                 .value = v->value,
                                                 .low = v->low,
                                                 .high = v->high,
                                                 .side = sides[side],
                                                 .note = note_of(look, walk, id, v),
                                                 .is_extra = is_extra});
        if (object != NULL && v->n > 0)
            json_object_set_new(object, "n", json_integer((json_int_t)v->n));
    }
}

/* ---- published values ---- */

static double as_it_is(const void *value, const char *unit) {
    (void)unit;
    return *(const double *)value;
}

/* Rows of knowledge/ that speak of the walking speed of such a person, beside what was measured. */
static void add_published(const eg_study_call *call, const eg_gait_walk *walk, json_t *detail) {
    double speed = walk->values[EG_GAIT_M_SPEED][2].value;
    if (call->knowledge == NULL || !isfinite(speed)) return;
    json_object_set_new(detail, "published",
                        eg_study_published(call, "gait.speed", as_it_is, &speed));
}

/* ---- the study ---- */

static void check_walk(const gait_look *look, const eg_gait_walk *walk, json_t *result) {
    char text[160];
    size_t unsure = 0, unknown = 0;
    for (size_t i = 0; i < look->n; i++) {
        unsure += (size_t)(look->contacts[i].confidence < 0.3);
        unknown += (size_t)(look->contacts[i].side == EG_GAIT_UNKNOWN);
    }
    snprintf(text, sizeof text, "%zu steps, %zu steady strides", walk->n_steps, walk->n_strides);
    eg_study_add_check(result, "strides", walk->n_strides < EG_GAIT_SPREAD_MIN, text, NULL);
    if (unsure > 0) {
        snprintf(text, sizeof text, "%zu of %zu contacts are unsure: their signs disagree", unsure,
                 look->n);
        eg_study_add_check(result, "events", unsure * 5 > look->n, text, NULL);
    }
    if (unknown > 0) {
        snprintf(text, sizeof text, "the side of %zu contacts is not known", unknown);
        eg_study_add_warning(result, text);
    }
    if (walk->is_start_seen || walk->is_stop_seen)
        eg_study_say(result, "The first and last two steps after and before standing are left out "
                             "of all means.");
    if (walk->n_turning > 0)
        eg_study_say(result,
                     "%zu steps in turns (more than 20 degrees within a stride) are left "
                     "out of all means.",
                     walk->n_turning);
    eg_study_say(result,
                 "Means with their 95 %% interval (Student's t), variability from %d "
                 "strides on.",
                 EG_GAIT_SPREAD_MIN);
}

/* Harmonic ratios and regularity, which the contacts alone do not tell. */
static eg_err add_harmony(const gait_look *look, const eg_gait_phase *phases, eg_gait_walk *walk,
                          eg_arena *scratch, eg_diag *diag) {
    static const int ids[3][4] = {
        {EG_GAIT_M_HR_AP, EG_GAIT_M_IHR_AP, EG_GAIT_M_STEP_REG_AP, EG_GAIT_M_STRIDE_REG_AP},
        {EG_GAIT_M_HR_ML, EG_GAIT_M_IHR_ML, EG_GAIT_M_STEP_REG_ML, EG_GAIT_M_STRIDE_REG_ML},
        {EG_GAIT_M_HR_V, EG_GAIT_M_IHR_V, EG_GAIT_M_STEP_REG_V, EG_GAIT_M_STRIDE_REG_V}};
    eg_gait_harmony h;
    eg_err err =
        eg_gait_harmony_of(&look->back, look->n, look->contacts, phases, &h, scratch, diag);
    for (int r = 0; r < 3 && err == EG_OK; r++) {
        walk->values[ids[r][0]][2] = h.ratio[r];
        walk->values[ids[r][1]][2] = h.improved[r];
        walk->values[ids[r][2]][2].value = h.step_regularity[r];
        walk->values[ids[r][3]][2].value = h.stride_regularity[r];
    }
    return err;
}

static eg_err measure(const eg_study_call *call, gait_look *look, json_t *result, eg_diag *diag) {
    size_t bytes = (look->n + 4) * 8 * sizeof(double) + 4096;
    void *memory = malloc(bytes);
    eg_gait_phase *phases = calloc(look->n + 1, sizeof *phases);
    eg_gait_walk *walk = calloc(1, sizeof *walk);
    json_t *detail = json_object();
    eg_err err = EG_OK;
    if (memory == NULL || phases == NULL || walk == NULL || detail == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for the steps");
    eg_arena arena;
    eg_arena_init(&arena, memory, memory != NULL ? bytes : 0);
    if (err == EG_OK)
        err =
            eg_gait_phases(look->n, look->contacts, look->from_s, look->to_s, phases, &arena, diag);
    if (err == EG_OK) err = eg_gait_measure(look->n, look->contacts, phases, walk, &arena, diag);
    if (err == EG_OK) {
        if (look->has_back) eg_gait_back_widen(look->n, look->contacts, walk);
        if (look->has_back) err = add_harmony(look, phases, walk, &arena, diag);
        for (int k = 0; k < 3; k++) /* both together first */
            add_side(look, walk, (k + 2) % 3, eg_study_flag(call, "all"), result);
        if (err == EG_OK) err = add_events(look, phases, result, diag);
        check_walk(look, walk, result);
        add_published(call, walk, detail);
        if (err == EG_OK) err = eg_gait_add_stairs(call, look, result, detail, diag);
        json_object_set(result, "detail", detail);
    }
    json_decref(detail);
    free(memory);
    free(phases);
    free(walk);
    return err;
}

/* Only contacts whose strike (or off) lies in the span asked for. */
static void keep_span(const eg_study_call *call, gait_look *look) {
    double from_s, to_s;
    size_t kept = 0;
    if (!eg_study_span(call, "span", &from_s, &to_s)) return;
    for (size_t i = 0; i < look->n; i++) {
        const eg_gait_contact *c = &look->contacts[i];
        double t = isfinite(c->strike_s) ? c->strike_s : c->off_s;
        if (t >= from_s && t <= to_s) look->contacts[kept++] = *c;
    }
    look->n = kept;
    /* A span chosen by hand begins and ends in the walk. */
    if (kept > 0) {
        const eg_gait_contact *c = look->contacts;
        look->from_s = fmax(look->from_s, isfinite(c->strike_s) ? c->strike_s : from_s);
        look->to_s = fmin(look->to_s, c[kept - 1].strike_s);
    }
}

static int is_inertial(const eg_study_call *call) {
    const char *source = eg_study_text(call, "source", "auto");
    if (strcmp(source, "auto") != 0) return strcmp(source, "imu") == 0;
    return eg_gait_suits_motion(call->recording) == 0;
}

static eg_err run(const eg_study_call *call, json_t **result, eg_diag *diag) {
    gait_look look = {0};
    json_t *own = eg_study_new("gait", "Walking and steps", "engram");
    look.contacts = calloc(EG_GAIT_CONTACTS_MAX, sizeof *look.contacts);
    eg_err err = EG_OK;
    if (own == NULL || look.contacts == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, call->recording->name, 0, "no memory");
    if (err == EG_OK && is_inertial(call))
        err = eg_gait_look_imu(call, &look, own, diag);
    else if (err == EG_OK)
        err = eg_gait_look_motion(call, &look, own, diag);
    if (err == EG_OK) keep_span(call, &look);
    if (err == EG_OK) err = measure(call, &look, own, diag);
    if (own != NULL) err = eg_study_sensor_judge(own, err, diag);
    free(look.contacts);
    if (look.has_markers) eg_gait_markers_free(&look.markers);
    free(look.back_memory);
    if (err == EG_OK)
        *result = own;
    else
        json_decref(own);
    return err;
}

static int suits(const eg_recording *recording) {
    int motion = eg_gait_suits_motion(recording), inertial = eg_gait_suits_imu(recording);
    return motion > inertial ? motion : inertial;
}

static const eg_study_option options[] = {
    {"source", EG_STUDY_CHOICE, NULL, 0, 0, "auto|plates|markers|imu", "auto",
     "what to see the steps with, where the recording holds several"},
    {"place", EG_STUDY_CHOICE, NULL, 0, 0, "auto|foot|shank|back", "auto",
     "where the inertial sensors are worn, where their names do not say it"},
    {"left", EG_STUDY_TEXT, NULL, 0, 0, NULL, "found by its name",
     "inertial sensor on the left foot or shank: what its channels' names begin with"},
    {"right", EG_STUDY_TEXT, NULL, 0, 0, NULL, "found by its name", "that on the right one"},
    {"back", EG_STUDY_TEXT, NULL, 0, 0, NULL, "found by its name", "that at the lower back"},
    {"side", EG_STUDY_CHOICE, NULL, 0, 0, "left|right", "left",
     "which foot or shank, where the file holds one sensor without a name"},
    {"toe_forward_mm", EG_STUDY_NUMBER, "mm", -100, 300, NULL, "clearance is that of the sensor",
     "from the sensor to the forefoot, along the foot that stands"},
    {"toe_down_mm", EG_STUDY_NUMBER, "mm", -50, 200, NULL, "with it", "and downwards"},
    {"task", EG_STUDY_CHOICE, NULL, 0, 0, "walk|stairs|obstacle", "walk",
     "stairs and obstacles: clearance over edges, up and down apart"},
    {"edges", EG_STUDY_LABELS, NULL, 0, 0, NULL, "none: the highest place of the forefoot",
     "markers on the edges of the steps, or on top of the obstacle"},
    {"leg_mm", EG_STUDY_NUMBER, "mm", 300, 1500, NULL, "not known",
     "length of the leg: clearance for the height of the steps; estimates of step length from a "
     "sensor at the back"},
    EG_STUDY_SENSOR_UNITS,
    {"span", EG_STUDY_SPAN, NULL, 0, 0, NULL, "the whole recording",
     "only steps between two times, in seconds"},
    {"age", EG_STUDY_NUMBER, "a", 0, 130, NULL, "not known", "of the person, for published values"},
    {"sex", EG_STUDY_CHOICE, NULL, 0, 0, "M|F", "not known", "of the person, for those"},
    {"all", EG_STUDY_FLAG, NULL, 0, 0, NULL, "no", "single support, times, ratios, too"},
};

static const eg_study_condition conditions[] = {
    {"edges", "task=stairs|obstacle"},
};

const eg_study eg_study_gait = {
    .name = "gait",
    .title = "Walking and steps",
    .what = "steps from force plates, markers or sensors on feet, shanks or lower back: speed, "
            "cadence, lengths, phases, symmetry",
    .reference = NULL,
    .measures = &eg_gait_measures,
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .conditions = conditions,
    .n_conditions = sizeof conditions / sizeof conditions[0],
    .suits = suits,
    .run = run,
};
