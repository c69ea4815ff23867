/* Walking from inertial sensors on feet, shanks or lower back; their columns are found as in every
 * other study (sensors.h). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/study_gait_part.h"
#include "clinic/study_sensor.h"
#include "core/gait/imu_foot.h"
#include "core/gait/imu_shank.h"
#include "io/format/text.h"

enum { PLACES = EG_SENSOR_BACK + 1 };

static const char *const place_names[PLACES] = {"foot", "shank", "back"};

typedef struct found {
    size_t n;
    eg_sensor sensors[EG_SENSORS_MAX];
} found;

static int is_of_side(const char *name, int side) {
    static const char *const ends[2][7] = {{"left", "_l", ".l", "-l", " l", NULL},
                                           {"right", "_r", ".r", "-r", " r", NULL}};
    size_t n = strlen(name);
    if (eg_text_find((eg_span){name, n}, ends[side][0]) != NULL) return 1;
    for (size_t k = 1; ends[side][k] != NULL; k++) {
        eg_span tail = {n >= 2 ? name + n - 2 : name, n >= 2 ? 2 : 0};
        if (eg_text_equals(tail, ends[side][k])) return 1;
    }
    return 0;
}

/* The sensor of a place (and side) by its name; NULL. */
static const eg_sensor *by_place(const found *f, eg_sensor_site where, int side) {
    for (size_t i = 0; i < f->n; i++) {
        const char *name = f->sensors[i].name;
        if (eg_sensor_site_of(name) == where && (where == EG_SENSOR_BACK || is_of_side(name, side)))
            return &f->sensors[i];
    }
    return NULL;
}

/* By the sensors' names, a side among them; of one sensor alone without a side, too. ELSEWHERE:
 * they do not say it. */
static eg_sensor_site place_by_name(const found *f) {
    for (int p = 0; p < PLACES; p++)
        for (int side = 0; side < 2; side++)
            if (by_place(f, (eg_sensor_site)p, side) != NULL) return (eg_sensor_site)p;
    eg_sensor_site site = f->n == 1 ? eg_sensor_site_of(f->sensors[0].name) : EG_SENSOR_ELSEWHERE;
    return site <= EG_SENSOR_BACK ? site : EG_SENSOR_ELSEWHERE;
}

int eg_gait_suits_imu(const eg_recording *recording) {
    found f;
    f.n = eg_sensors_find(recording, f.sensors);
    eg_sensor_site where = place_by_name(&f);
    if (where != EG_SENSOR_ELSEWHERE) return where == EG_SENSOR_BACK && f.n > 1 ? 1 : 2;
    return f.n == 1 && f.sensors[0].name[0] == '\0';
}

/* ---- one sensor ---- */

static eg_err no_memory(eg_diag *diag) {
    return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for an inertial sensor");
}

static eg_err load(const eg_study_call *call, const eg_sensor *sensor, json_t *result,
                   eg_orient_signal *signal, double **values, eg_diag *diag) {
    eg_err err = eg_study_sensor_load(call, sensor, result, signal, values, diag);
    if (err == EG_OK) err = eg_study_sensor_check(call, sensor, signal, result, diag);
    if (err == EG_OK) return EG_OK;
    free(*values);
    *values = NULL;
    return err;
}

/* Contacts of a foot or shank behind those there are; `trace[n]` for its picture. */
static eg_err leg_contacts(const eg_study_call *call, eg_sensor_site where, int side,
                           const eg_orient_signal *signal, gait_look *look, double *trace,
                           json_t *result, eg_diag *diag) {
    eg_gait_lever lever = {eg_study_number(call, "toe_forward_mm", (double)NAN),
                           eg_study_number(call, "toe_down_mm", (double)NAN)};
    size_t n = 0, room = EG_GAIT_CONTACTS_MAX - look->n;
    size_t bytes =
        where == EG_SENSOR_FOOT ? eg_gait_foot_bytes(signal->n) : eg_gait_shank_bytes(signal->n);
    void *memory = malloc(bytes);
    if (memory == NULL) return no_memory(diag);
    eg_arena arena;
    eg_gait_shank shank = {.why = NULL};
    eg_arena_init(&arena, memory, bytes);
    eg_err err = where == EG_SENSOR_FOOT
                     ? eg_gait_foot_contacts(signal, side, lever, room, look->contacts + look->n,
                                             &n, trace, &arena, diag)
                     : eg_gait_shank_contacts(signal, side, room, look->contacts + look->n, &n,
                                              &shank, trace, &arena, diag);
    if (err == EG_OK) look->n += n;
    if (err == EG_OK && shank.why != NULL) {
        char text[256];
        snprintf(text, sizeof text,
                 "%s shank: found by its angular rate alone, less surely, because %s",
                 side == 0 ? "left" : "right", shank.why);
        eg_study_add_warning(result, text);
    }
    free(memory);
    return err;
}

static void add_leg_trace(const eg_study_call *call, eg_sensor_site where, int side,
                          const char *sensor, const eg_orient_signal *signal, const double *trace,
                          json_t *result) {
    static const char *const sides[] = {"left", "right"};
    char label[64];
    int has_lever = isfinite(eg_study_number(call, "toe_forward_mm", (double)NAN));
    snprintf(label, sizeof label, "%s %s", sides[side],
             where == EG_SENSOR_SHANK ? "shank, turning forwards"
             : has_lever              ? "forefoot height"
                                      : "sensor height");
    eg_gait_set_side(eg_study_add_trace(result, call->n_trace_points, label,
                                        where == EG_SENSOR_SHANK ? "rad/s" : "mm",
                                        where == EG_SENSOR_SHANK ? "clean" : "position", sensor,
                                        0.0, signal->rate_hz, signal->n, trace),
                     side);
}

static eg_err one_leg(const eg_study_call *call, eg_sensor_site where, int side,
                      const eg_sensor *sensor, gait_look *look, json_t *result, eg_diag *diag) {
    eg_orient_signal signal;
    double *values = NULL;
    eg_err err = load(call, sensor, result, &signal, &values, diag);
    if (err != EG_OK) return err;
    double *trace = calloc(signal.n + 1, sizeof *trace);
    err = trace == NULL ? no_memory(diag)
                        : leg_contacts(call, where, side, &signal, look, trace, result, diag);
    if (err == EG_OK) {
        look->to_s = (double)signal.n / signal.rate_hz;
        add_leg_trace(call, where, side, sensor->name, &signal, trace, result);
        eg_study_say(result, "%s %s: sensor %s.", side == 0 ? "Left" : "Right", place_names[where],
                     sensor->name[0] != '\0' ? sensor->name : "of the file");
    }
    free(trace);
    free(values);
    return err;
}

/* A strike next to where the recording begins or ends on the way. */
static void say_near(const eg_gait_back *back, json_t *result) {
    char text[160];
    if (back->n_near_within > 0) {
        snprintf(text, sizeof text,
                 "steps that may have struck just outside the recording, where it begins or ends "
                 "on the way, and are counted: %zu",
                 back->n_near_within);
        eg_study_add_warning(result, text);
    }
    if (back->n_near_beyond > 0) {
        snprintf(text, sizeof text,
                 "steps that may have struck just within the recording, where it begins or ends on "
                 "the way, and are not counted: %zu",
                 back->n_near_beyond);
        eg_study_add_warning(result, text);
    }
}

static eg_err the_back(const eg_study_call *call, const eg_sensor *sensor, gait_look *look,
                       json_t *result, eg_diag *diag) {
    static const char *const names[] = {"forward acceleration", "acceleration to the left",
                                        "upward acceleration"};
    eg_orient_signal signal;
    double *values = NULL, leg_mm = eg_study_number(call, "leg_mm", (double)NAN);
    eg_err err = load(call, sensor, result, &signal, &values, diag);
    if (err != EG_OK) return err;
    size_t bytes = eg_gait_back_bytes(signal.n, signal.rate_hz);
    look->back_memory = malloc(bytes);
    eg_arena arena;
    eg_arena_init(&arena, look->back_memory, look->back_memory != NULL ? bytes : 0);
    err = look->back_memory == NULL
              ? no_memory(diag)
              : eg_gait_back_contacts(&signal, leg_mm, EG_GAIT_CONTACTS_MAX, look->contacts,
                                      &look->n, &look->back, &arena, diag);
    look->to_s = (double)signal.n / signal.rate_hz;
    free(values);
    if (err != EG_OK) return err;
    look->has_back = 1;
    look->is_length_estimated = isfinite(leg_mm);
    for (int r = 0; r < 3; r++)
        eg_study_add_trace(result, call->n_trace_points, names[r], "m/s2", "clean", NULL, 0.0,
                           signal.rate_hz, signal.n, look->back.acc[r]);
    eg_study_say(result,
                 "One inertial sensor at the lower back (%s): the strike is where the forward "
                 "acceleration, low-passed at twice the steps' rate, falls through zero (Zijlstra "
                 "and Hof 2003, Gonzalez 2010), a little earlier, corrected by the shocks of the "
                 "landings as far as they are clear; the other foot's off where that fall ends in "
                 "each foot's steps laid over each other, drawn to the double support that is "
                 "usual at that cadence. What differs between people is in the uncertainty of each "
                 "event and in the intervals of stance, swing and support. Sides by the sideways "
                 "acceleration and the pelvis's turn.",
                 sensor->name[0] != '\0' ? sensor->name : "of the file");
    say_near(&look->back, result);
    eg_study_add_warning(result, look->is_length_estimated
                                     ? "step length, stride length and speed are estimates from "
                                       "the rise and fall of the pelvis over a leg of that length"
                                     : "step length and speed are not known from a sensor at the "
                                       "back; with --leg-mm they are estimated");
    return EG_OK;
}

/* ---- which sensors ---- */

static eg_err choose_back(const eg_study_call *call, const found *f, const eg_sensor **sensor,
                          eg_diag *diag) {
    const char *said = eg_study_text(call, "back", NULL);
    *sensor =
        said != NULL ? eg_sensor_named(f->sensors, f->n, said) : by_place(f, EG_SENSOR_BACK, 0);
    if (*sensor == NULL && said == NULL && f->n == 1) *sensor = &f->sensors[0];
    if (*sensor != NULL) return EG_OK;
    return eg_diag_set(diag, EG_ERR_LAYOUT, call->recording->name, 0,
                       "there is no sensor \"%s\" at the lower back; name it: --back NAME",
                       said != NULL ? said : "back");
}

static eg_err choose_legs(const eg_study_call *call, const found *f, eg_sensor_site where,
                          const eg_sensor *chosen[2], json_t *result, eg_diag *diag) {
    const char *said[2] = {eg_study_text(call, "left", NULL), eg_study_text(call, "right", NULL)};
    for (int side = 0; side < 2; side++) {
        chosen[side] = said[side] != NULL ? eg_sensor_named(f->sensors, f->n, said[side])
                                          : by_place(f, where, side);
        if (chosen[side] == NULL && said[side] != NULL)
            return eg_diag_set(diag, EG_ERR_LAYOUT, call->recording->name, 0,
                               "there is no sensor \"%s\" with angular rate and acceleration",
                               said[side]);
    }
    if (chosen[0] == NULL && chosen[1] == NULL && f->n == 1) {
        const char *side = eg_study_text(call, "side", NULL);
        chosen[side != NULL && strcmp(side, "right") == 0] = &f->sensors[0];
        if (side == NULL)
            eg_study_add_warning(result, "nothing says which leg the sensor was on: it is taken as "
                                         "the left one; --side right if it was the other");
    }
    if ((chosen[0] == NULL) != (chosen[1] == NULL))
        eg_study_add_warning(result, "one leg only: the other one's steps are not seen, and the "
                                     "cadence is two steps in each of its strides");
    if (chosen[0] != NULL || chosen[1] != NULL) return EG_OK;
    return eg_diag_set(diag, EG_ERR_LAYOUT, call->recording->name, 0,
                       "neither heels (LHEE, R.Heel ...) nor a force plate nor a sensor that is "
                       "named as on a foot, a shank or the lower back; name the sensors: --left "
                       "NAME, --right NAME or --back NAME (channels NAME.gx to NAME.az, "
                       "NAME_Gyr_X ...)");
}

static eg_sensor_site place_of(const eg_study_call *call, const found *f) {
    const char *said = eg_study_text(call, "place", "auto");
    for (int p = 0; p < PLACES; p++)
        if (strcmp(said, place_names[p]) == 0) return (eg_sensor_site)p;
    if (eg_study_text(call, "back", NULL) != NULL) return EG_SENSOR_BACK;
    for (int side = 0; side < 2; side++) {
        const char *name = eg_study_text(call, side == 0 ? "left" : "right", NULL);
        if (name != NULL)
            return eg_sensor_site_of(name) == EG_SENSOR_SHANK ? EG_SENSOR_SHANK : EG_SENSOR_FOOT;
    }
    return place_by_name(f);
}

/* Nothing says where they are worn, and it was no foot: the caller may know better. */
static eg_err not_a_foot(const eg_study_call *call, eg_err err, eg_diag *diag) {
    char text[160];
    if (diag == NULL || err != EG_ERR_DATA) return err;
    snprintf(text, sizeof text, "%.150s", diag->text);
    *diag = (eg_diag){0}; /* said anew, with what to do */
    return eg_diag_set(diag, err, call->recording->name, 0,
                       "%s; nothing says where it was worn: say --place shank or --place back",
                       text);
}

static void say_legs(eg_sensor_site where, json_t *result) {
    if (where == EG_SENSOR_FOOT)
        eg_study_say(result,
                     "Inertial sensors on the feet: speed is zero and tilt known while a foot is "
                     "still; between, angular rate and acceleration are integrated and what is "
                     "left over is taken off in proportion to time (Sabatini 2005, Mariani 2010). "
                     "The strike is the shock as the toe begins to fall, the off half way between "
                     "the fastest turn toe-down and the turn back.");
    else
        eg_study_say(
            result,
            "Inertial sensors on the shanks: in mid-stance the ankle rests, which gives the "
            "lever to it, and between two rests its way (as Sabatini 2005 for the foot); "
            "the strike is the upward push on the falling ankle; the off is where the ankle has "
            "gone as far from its rest as usual when the shank turns forwards (Salarian 2004; a "
            "twentieth of a stride before, drawn by a third to the end of the last upward push).");
    eg_study_add_warning(result, where == EG_SENSOR_FOOT
                                     ? "step length and width are not known from inertial sensors "
                                       "on the feet: they have no common place"
                                     : "lengths and speed are not known from sensors on shanks");
}

eg_err eg_gait_look_imu(const eg_study_call *call, gait_look *look, json_t *result, eg_diag *diag) {
    const eg_sensor *chosen[2] = {NULL, NULL};
    found *f = calloc(1, sizeof *f);
    if (f == NULL) return no_memory(diag);
    f->n = eg_sensors_find(call->recording, f->sensors);
    eg_sensor_site where = place_of(call, f);
    int is_guess = where == EG_SENSOR_ELSEWHERE;
    if (is_guess) where = EG_SENSOR_FOOT;
    eg_err err = where == EG_SENSOR_BACK ? choose_back(call, f, &chosen[0], diag)
                                         : choose_legs(call, f, where, chosen, result, diag);
    if (err == EG_OK && where == EG_SENSOR_BACK)
        err = the_back(call, chosen[0], look, result, diag);
    for (int side = 0; side < 2 && err == EG_OK && where != EG_SENSOR_BACK; side++)
        if (chosen[side] != NULL)
            err = one_leg(call, where, side, chosen[side], look, result, diag);
    if (err == EG_OK && where != EG_SENSOR_BACK) {
        eg_gait_sort(look->n, look->contacts);
        say_legs(where, result);
    }
    free(f);
    return is_guess ? not_a_foot(call, err, diag) : err;
}
