/* Walking from inertial sensors on the feet: channels NAME.gx to NAME.az, as everywhere else. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/study_gait_part.h"
#include "core/gait/imu_foot.h"
#include "io/format/text.h"

typedef struct unit {
    const char *name;
    double factor;
} unit;

static const unit units[] = {{"rad/s", 1.0},         {"deg/s", EG_PI / 180.0},
                             {"dps", EG_PI / 180.0}, {"\xc2\xb0/s", EG_PI / 180.0},
                             {"m/s2", 1.0},          {"m/s^2", 1.0},
                             {"m/s\xc2\xb2", 1.0},   {"g", 9.80665},
                             {"mg", 0.00980665}};

static double factor_of(const char *name) {
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(units[i].name, name) == 0) return units[i].factor;
    return 0.0;
}

/* Channel `axis` ("gx") of the sensor; NULL if there is none. */
static const eg_channel *channel_of(const eg_recording *r, const char *sensor, const char *axis) {
    char label[EG_RECORDING_LABEL_MAX + 16];
    snprintf(label, sizeof label, "%.*s%s%.2s", EG_RECORDING_LABEL_MAX, sensor,
             sensor[0] != '\0' ? "." : "", axis);
    return eg_recording_channel(r, label);
}

static int has_sensor(const eg_recording *r, const char *sensor) {
    static const char *const axes[] = {"gx", "gy", "gz", "ax", "ay", "az"};
    for (size_t k = 0; k < 6; k++)
        if (channel_of(r, sensor, axes[k]) == NULL) return 0;
    return 1;
}

/* A sensor whose name holds "foot" or "shoe" and the side's word or letter. */
static int find_sensor(const eg_recording *r, int side, char *name) {
    static const char *const words[2][3] = {{"left", "_l", ".l"}, {"right", "_r", ".r"}};
    for (size_t i = 0; i < r->n_channels; i++) {
        const char *label = r->channels[i].label, *end = strrchr(label, '.');
        if (end == NULL || strcmp(end, ".gx") != 0) continue;
        snprintf(name, EG_RECORDING_LABEL_MAX, "%.*s", (int)(end - label), label);
        eg_span span = {name, strlen(name)};
        if (eg_text_find(span, "foot") == NULL && eg_text_find(span, "shoe") == NULL) continue;
        for (int k = 0; k < 3; k++)
            if (eg_text_find(span, words[side][k]) != NULL && has_sensor(r, name)) return 1;
    }
    name[0] = '\0';
    return 0;
}

int eg_gait_suits_imu(const eg_recording *recording) {
    char name[EG_RECORDING_LABEL_MAX];
    if (find_sensor(recording, 0, name) || find_sensor(recording, 1, name)) return 2;
    return has_sensor(recording, "");
}

/* The six channels in rad/s and m/s2; values[6][n] is the caller's to free. */
static eg_err read_sensor(const eg_recording *r, const char *sensor, eg_orient_signal *signal,
                          double **values, eg_diag *diag) {
    static const char *const axes[] = {"gx", "gy", "gz", "ax", "ay", "az"};
    const eg_channel *first = channel_of(r, sensor, "gx");
    *values = first != NULL ? malloc(6 * first->n * sizeof **values + 1) : NULL;
    if (*values == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, r->name, 0, "no memory");
    *signal = (eg_orient_signal){.n = first->n, .rate_hz = first->rate_hz};
    for (size_t k = 0; k < 6; k++) {
        const eg_channel *c = channel_of(r, sensor, axes[k]);
        double factor = c != NULL ? factor_of(c->unit) : 0.0;
        if (c == NULL || c->n != first->n || !(factor > 0.0))
            return eg_diag_set(diag, c == NULL ? EG_ERR_LAYOUT : EG_ERR_DATA, r->name, 0,
                               "sensor \"%s\": channel %s is absent or its unit \"%s\" is none of "
                               "rad/s, deg/s, m/s2, g",
                               sensor, axes[k], c != NULL ? c->unit : "");
        double *to = *values + k * first->n;
        for (size_t i = 0; i < c->n; i++) to[i] = factor * c->values[i];
        if (k < 3)
            signal->gyr[k] = to;
        else
            signal->acc[k - 3] = to;
    }
    return EG_OK;
}

static eg_err one_foot(const eg_study_call *call, int side, const char *sensor, gait_look *look,
                       json_t *result, eg_diag *diag) {
    static const char *const sides[] = {"left", "right"};
    eg_orient_signal signal;
    double *values = NULL, *height = NULL;
    void *memory = NULL;
    eg_err err = read_sensor(call->recording, sensor, &signal, &values, diag);
    eg_gait_lever lever = {eg_study_number(call, "toe_forward_mm", (double)NAN),
                           eg_study_number(call, "toe_down_mm", (double)NAN)};
    if (err == EG_OK) {
        size_t bytes = eg_gait_foot_bytes(signal.n), n = 0;
        memory = malloc(bytes);
        height = calloc(signal.n + 1, sizeof *height);
        if (memory == NULL || height == NULL)
            err = eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for a sensor on a foot");
        eg_arena arena;
        eg_arena_init(&arena, memory, memory != NULL ? bytes : 0);
        if (err == EG_OK)
            err = eg_gait_foot_contacts(&signal, side, lever, EG_GAIT_CONTACTS_MAX - look->n,
                                        look->contacts + look->n, &n, height, &arena, diag);
        if (err == EG_OK) look->n += n;
        look->to_s = (double)signal.n / signal.rate_hz;
    }
    if (err == EG_OK) {
        char label[64];
        snprintf(label, sizeof label, "%s %s height", sides[side],
                 isfinite(lever.forward_mm) ? "forefoot" : "sensor");
        eg_study_add_trace(result, call->n_trace_points, label, "mm", "position", sensor, 0.0,
                           signal.rate_hz, signal.n, height);
    }
    free(height);
    free(memory);
    free(values);
    return err;
}

eg_err eg_gait_look_imu(const eg_study_call *call, gait_look *look, json_t *result, eg_diag *diag) {
    const char *said[2] = {eg_study_text(call, "left", NULL), eg_study_text(call, "right", NULL)};
    char names[2][EG_RECORDING_LABEL_MAX];
    int n_feet = 0;
    eg_err err = EG_OK;
    int has_own = has_sensor(call->recording, "");
    int only = strcmp(eg_study_text(call, "side", "left"), "right") == 0;
    for (int side = 0; side < 2 && err == EG_OK; side++) {
        int is_there = 1;
        if (said[side] != NULL)
            snprintf(names[side], sizeof names[side], "%s", said[side]);
        else if (has_own && side == only)
            names[side][0] = '\0';
        else
            is_there = find_sensor(call->recording, side, names[side]);
        if (said[side] != NULL && !has_sensor(call->recording, said[side]))
            err = eg_diag_set(diag, EG_ERR_LAYOUT, call->recording->name, 0,
                              "there is no sensor \"%s\" (channels %s.gx to %s.az)", said[side],
                              said[side], said[side]);
        if (err != EG_OK || !is_there) continue;
        n_feet++;
        err = one_foot(call, side, names[side], look, result, diag);
        eg_study_say(result, "%s foot: sensor %s.", side == 0 ? "Left" : "Right",
                     names[side][0] != '\0' ? names[side] : "of the file");
    }
    if (err == EG_OK && n_feet == 0)
        err = eg_diag_set(diag, EG_ERR_LAYOUT, call->recording->name, 0,
                          "neither heels (LHEE, R.Heel ...) nor a force plate nor a sensor that "
                          "is named as on a foot; name the sensors: --left NAME, --right NAME "
                          "(channels NAME.gx to NAME.az)");
    if (err != EG_OK) return err;
    eg_gait_sort(look->n, look->contacts);
    eg_study_say(result,
                 "Inertial sensors on the feet: speed is zero and tilt known while a foot is "
                 "still; between, angular rate and acceleration are integrated and what is left "
                 "over is taken off in proportion to time (Sabatini 2005, Mariani 2010). The "
                 "strike is the shock as the toe begins to fall, the off half way between the "
                 "fastest turn toe-down and the turn back.");
    eg_study_add_warning(result, "step length and width are not known from inertial sensors on "
                                 "the feet: they have no common place");
    return EG_OK;
}
