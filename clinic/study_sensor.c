#include "clinic/study_sensor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/motion/imu_check.h"

static const double shortest_s = 3.0;  /* of which the check can speak */
static const double gravity_off = 0.1; /* a part: more is told */

const char *eg_study_sensor_name(const eg_sensor *sensor) {
    return sensor->name[0] != '\0' ? sensor->name : NULL;
}

eg_err eg_study_sensor_load(const eg_study_call *call, const eg_sensor *sensor, json_t *result,
                            eg_orient_signal *signal, double **block, eg_diag *diag) {
    static const char *const options[] = {"gyr_unit", "acc_unit"};
    static const char *const what[] = {"angular rate", "acceleration"};
    const char *said[2];
    for (int kind = 0; kind < 2; kind++) {
        const eg_channel *first = sensor->channel[kind][0];
        said[kind] = eg_study_text(call, options[kind], NULL);
        if (first == NULL || first->unit[0] != '\0' || said[kind] != NULL) continue;
        char text[120];
        snprintf(text, sizeof text, "the file names no unit of the %s, %s is taken: see %s",
                 what[kind], kind == 0 ? "rad/s" : "m/s2", options[kind]);
        eg_study_add_warning(result, text);
    }
    return eg_sensor_load(call->recording, sensor, said[0], said[1], signal, block, diag);
}

eg_err eg_study_sensor_check(const eg_study_call *call, const eg_sensor *sensor,
                             const eg_orient_signal *signal, json_t *result, eg_diag *diag) {
    if (signal->acc[0] == NULL || (double)signal->n < shortest_s * signal->rate_hz) return EG_OK;
    size_t bytes = eg_imu_check_bytes(signal->n, signal->rate_hz);
    void *memory = malloc(bytes);
    if (memory == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, call->recording->name, 0, "no memory");
    eg_arena arena;
    eg_imu_check check;
    eg_orient_signal inertial = *signal; /* the field has no part in these studies */
    for (int k = 0; k < 3; k++) inertial.mag[k] = NULL;
    eg_arena_init(&arena, memory, bytes);
    eg_err err = eg_imu_check_run(&inertial, &arena, &check, diag);
    free(memory);
    if (err != EG_OK) return err == EG_ERR_MEMORY ? err : EG_OK; /* a rate that it cannot judge */
    const char *name = eg_study_sensor_name(sensor);
    int is_off = fabs(check.gravity_m_s2 / 9.80665 - 1.0) > gravity_off;
    int is_told = check.verdict == EG_VERDICT_FAIL || check.acc.is_wrong || is_off;
    for (size_t i = 0; i < check.n_reasons && is_told; i++)
        eg_study_add_check(result, "sensor", (int)check.verdict, check.reasons[i], name);
    static const signed char given[3] = {1, 2, 3};
    int is_as_given = check.acc.is_known && memcmp(check.acc.axis, given, sizeof given) == 0 &&
                      fabs(check.acc.scale - 1.0) < EG_IMU_CHECK_SCALE;
    if (!is_told || check.n_reasons == 0)
        eg_study_add_check(result, "sensor", 0,
                           !is_as_given         ? "not checked: it did not turn enough to tell its "
                                                  "units and axes"
                           : check.acc.is_whole ? EG_STUDY_SENSOR_SOUND
                                                : "unit and rate agree; axes only as far as it "
                                                  "turned, which was not about all three",
                           name);
    return EG_OK;
}

void eg_study_sensor_faults(const json_t *result, size_t size, char *text) {
    size_t i, used = 0;
    json_t *entry;
    text[0] = '\0';
    json_array_foreach(json_object_get(result, "quality"), i, entry) {
        const char *check = json_string_value(json_object_get(entry, "check"));
        const char *verdict = json_string_value(json_object_get(entry, "verdict"));
        const char *detail = json_string_value(json_object_get(entry, "detail"));
        const char *channel = json_string_value(json_object_get(entry, "channel"));
        if (strcmp(check, "sensor") != 0 || strcmp(verdict, "fail") != 0 || used >= size) continue;
        int n = snprintf(text + used, size - used, "%s%s%s; ", channel != NULL ? channel : "",
                         channel != NULL ? ": " : "", detail);
        used += n > 0 ? (size_t)n : 0;
    }
}

/* Was a sensor's check made, and did it leave its axes open? */
static int is_open(const json_t *result) {
    size_t i;
    json_t *entry;
    json_array_foreach(json_object_get(result, "quality"), i, entry) {
        const char *check = json_string_value(json_object_get(entry, "check"));
        const char *verdict = json_string_value(json_object_get(entry, "verdict"));
        const char *detail = json_string_value(json_object_get(entry, "detail"));
        if (strcmp(check, "sensor") == 0 && strcmp(verdict, "ok") == 0 &&
            strcmp(detail, EG_STUDY_SENSOR_SOUND) != 0)
            return 1;
    }
    return 0;
}

eg_err eg_study_sensor_judge(json_t *result, eg_err err, eg_diag *diag) {
    char faults[320];
    if (err == EG_OK) {
        eg_study_withhold(result, "sensor", 0);
        return EG_OK;
    }
    if (diag == NULL) return err;
    eg_study_sensor_faults(result, sizeof faults, faults);
    const char *open = faults[0] == '\0' && err == EG_ERR_DATA && is_open(result)
                           ? "; the axes of its gyroscope could not be checked: are they right?"
                           : "";
    eg_diag before = *diag;
    *diag = (eg_diag){.code = EG_OK};
    return eg_diag_set(diag, err, before.where, before.line, "%s%s%s", faults, before.text, open);
}
