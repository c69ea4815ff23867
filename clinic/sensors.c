#include "clinic/sensors.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/format/text.h"

static const struct {
    const char *name;
    eg_sensor_kind kind;
    double factor;
} units[] = {{"rad/s", EG_SENSOR_GYR, 1.0},
             {"deg/s", EG_SENSOR_GYR, EG_PI / 180.0},
             {"dps", EG_SENSOR_GYR, EG_PI / 180.0},
             {"\xc2\xb0/s", EG_SENSOR_GYR, EG_PI / 180.0},
             {"m/s2", EG_SENSOR_ACC, 1.0},
             {"m/s^2", EG_SENSOR_ACC, 1.0},
             {"m/s\xc2\xb2", EG_SENSOR_ACC, 1.0},
             {"g", EG_SENSOR_ACC, 9.80665},
             {"mg", EG_SENSOR_ACC, 0.00980665},
             {"uT", EG_SENSOR_MAG, 1.0},
             {"\xc2\xb5T", EG_SENSOR_MAG, 1.0},
             {"nT", EG_SENSOR_MAG, 1e-3},
             {"mT", EG_SENSOR_MAG, 1e3},
             {"G", EG_SENSOR_MAG, 100.0},
             {"gauss", EG_SENSOR_MAG, 100.0},
             {"mG", EG_SENSOR_MAG, 0.1}};

double eg_sensor_factor(eg_sensor_kind kind, const char *unit) {
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (units[i].kind == kind && strcmp(units[i].name, unit) == 0) return units[i].factor;
    return (double)NAN;
}

static const struct {
    const char *word;
    eg_sensor_kind kind;
} words[] = {{"angularvelocity", EG_SENSOR_GYR},
             {"rotationrate", EG_SENSOR_GYR},
             {"gyroscope", EG_SENSOR_GYR},
             {"gyro", EG_SENSOR_GYR},
             {"gyr", EG_SENSOR_GYR},
             {"accelerationincludinggravity", EG_SENSOR_ACC},
             {"accelerometer", EG_SENSOR_ACC},
             {"acceleration", EG_SENSOR_ACC},
             {"accel", EG_SENSOR_ACC},
             {"acc", EG_SENSOR_ACC},
             {"magnetometer", EG_SENSOR_MAG},
             {"magneticfield", EG_SENSOR_MAG},
             {"mag", EG_SENSOR_MAG},
             {"angularrate", EG_SENSOR_GYR},
             {"angvel", EG_SENSOR_GYR},
             {"rate", EG_SENSOR_GYR},
             {"g", EG_SENSOR_GYR},
             {"w", EG_SENSOR_GYR},
             {"a", EG_SENSOR_ACC},
             {"m", EG_SENSOR_MAG}};

static int is_joint(char c) {
    return c == '.' || c == '_' || c == '-' || c == ' ' || c == ':' || c == '/';
}

/* The axis that a label ends with, and what is left of it without that; -1: none. */
static int axis_of(char *text) {
    /* Device orientation events name the rates about z, x and y so. */
    static const char *const greek[3] = {"beta", "gamma", "alpha"};
    size_t n = strlen(text);
    for (int k = 0; k < 3; k++) {
        size_t length = strlen(greek[k]);
        if (n <= length || strcmp(text + n - length, greek[k]) != 0) continue;
        text[n - length] = '\0';
        return k;
    }
    if (n < 2) return -1;
    if (text[n - 1] < 'x' || text[n - 1] > 'z') return -1;
    int axis = text[n - 1] - 'x';
    text[n - 1] = '\0';
    return axis;
}

/* Which axis of what a label is; the rest of it becomes the sensor's name. */
static int read_label(const char *label, eg_sensor_kind *kind, char name[EG_RECORDING_LABEL_MAX]) {
    char text[EG_RECORDING_LABEL_MAX] = {0};
    size_t n = 0;
    for (; label[n] != '\0' && n + 1 < sizeof text; n++)
        text[n] = (char)tolower((unsigned char)label[n]);
    text[n] = '\0';
    int axis = axis_of(text);
    if (axis < 0) return -1;
    for (n = strlen(text); n > 0 && is_joint(text[n - 1]); n--) text[n - 1] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t length = strlen(words[i].word);
        if (n < length || strcmp(text + n - length, words[i].word) != 0) continue;
        size_t rest = n - length;
        if (rest > 0 && length < 3 && !is_joint(text[rest - 1])) continue; /* "Sigma" is no "a" */
        while (rest > 0 && is_joint(text[rest - 1])) rest--;
        memcpy(name, label, rest);
        name[rest] = '\0';
        *kind = words[i].kind;
        return axis;
    }
    return -1;
}

static int is_whole(const eg_sensor *s, eg_sensor_kind kind) {
    for (int k = 0; k < 3; k++)
        if (s->channel[kind][k] == NULL || s->channel[kind][k]->n != s->channel[0][0]->n) return 0;
    return 1;
}

static size_t find(const eg_recording *recording, int needs_acc,
                   eg_sensor sensors[EG_SENSORS_MAX]) {
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < recording->n_channels; i++) {
        const eg_channel *channel = &recording->channels[i];
        char name[EG_RECORDING_LABEL_MAX];
        eg_sensor_kind kind;
        int axis = read_label(channel->label, &kind, name);
        if (axis < 0) continue;
        size_t at = 0;
        while (at < count && strcmp(sensors[at].name, name) != 0) at++;
        if (at == EG_SENSORS_MAX) continue;
        if (at == count) {
            sensors[count++] = (eg_sensor){0};
            memcpy(sensors[at].name, name, sizeof name);
        }
        if (sensors[at].channel[kind][axis] == NULL) sensors[at].channel[kind][axis] = channel;
    }
    for (size_t i = 0; i < count; i++) {
        eg_sensor *s = &sensors[i];
        if (s->channel[0][0] == NULL || !is_whole(s, EG_SENSOR_GYR)) continue;
        if (!is_whole(s, EG_SENSOR_ACC) && needs_acc) continue;
        for (int kind = EG_SENSOR_ACC; kind <= EG_SENSOR_MAG; kind++)
            if (!is_whole(s, (eg_sensor_kind)kind))
                memset(s->channel[kind], 0, sizeof s->channel[kind]);
        sensors[kept++] = *s;
    }
    return kept;
}

size_t eg_sensors_find(const eg_recording *recording, eg_sensor sensors[EG_SENSORS_MAX]) {
    return find(recording, 1, sensors);
}

size_t eg_sensors_find_rates(const eg_recording *recording, eg_sensor sensors[EG_SENSORS_MAX]) {
    return find(recording, 0, sensors);
}

eg_sensor_site eg_sensor_site_of(const char *name) {
    static const struct {
        const char *word;
        eg_sensor_site site;
    } sites[] = {{"foot", EG_SENSOR_FOOT},        {"shoe", EG_SENSOR_FOOT},
                 {"instep", EG_SENSOR_FOOT},      {"shank", EG_SENSOR_SHANK},
                 {"tibia", EG_SENSOR_SHANK},      {"lower_leg", EG_SENSOR_SHANK},
                 {"lower leg", EG_SENSOR_SHANK},  {"lowerleg", EG_SENSOR_SHANK},
                 {"ankle", EG_SENSOR_SHANK},      {"thigh", EG_SENSOR_THIGH},
                 {"femur", EG_SENSOR_THIGH},      {"upper_leg", EG_SENSOR_THIGH},
                 {"upper leg", EG_SENSOR_THIGH},  {"upperleg", EG_SENSOR_THIGH},
                 {"stern", EG_SENSOR_CHEST},      {"chest", EG_SENSOR_CHEST},
                 {"breast", EG_SENSOR_CHEST},     {"thora", EG_SENSOR_CHEST},
                 {"upper_back", EG_SENSOR_CHEST}, {"upper back", EG_SENSOR_CHEST},
                 {"upperback", EG_SENSOR_CHEST},  {"back", EG_SENSOR_BACK},
                 {"lumbar", EG_SENSOR_BACK},      {"pelvis", EG_SENSOR_BACK},
                 {"sacr", EG_SENSOR_BACK},        {"waist", EG_SENSOR_BACK},
                 {"hip", EG_SENSOR_BACK},         {"wrist", EG_SENSOR_HAND},
                 {"hand", EG_SENSOR_HAND},        {"forearm", EG_SENSOR_HAND}};
    eg_span span = {name, strlen(name)};
    for (size_t i = 0; i < sizeof sites / sizeof sites[0]; i++)
        if (eg_text_find(span, sites[i].word) != NULL) return sites[i].site;
    return EG_SENSOR_ELSEWHERE;
}

const eg_sensor *eg_sensor_named(const eg_sensor *sensors, size_t n, const char *name) {
    eg_span wanted = {name, strlen(name)};
    for (size_t i = 0; i < n; i++)
        if (eg_text_equals(wanted, sensors[i].name)) return &sensors[i];
    const eg_sensor *begins = NULL;
    for (size_t i = 0; i < n && wanted.n > 0; i++) {
        if (strncmp(sensors[i].channel[EG_SENSOR_GYR][0]->label, name, wanted.n) != 0) continue;
        if (begins != NULL) return NULL;
        begins = &sensors[i];
    }
    return begins;
}

void eg_sensor_list(const eg_sensor *sensors, size_t n, size_t size, char *text) {
    text[0] = '\0';
    for (size_t i = 0, used = 0; i < n && used < size; i++) {
        int length = snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "",
                              sensors[i].name[0] != '\0' ? sensors[i].name : "one without a name");
        used += length > 0 ? (size_t)length : 0;
    }
}

int eg_sensor_field_is_relative(const eg_sensor *sensor) {
    const eg_channel *mag = sensor->channel[EG_SENSOR_MAG][0];
    return mag != NULL && mag->unit[0] != '\0' && isnan(eg_sensor_factor(EG_SENSOR_MAG, mag->unit));
}

/* What makes the field's root mean square EG_SENSOR_FIELD_UT; 1 where there is none. */
static double field_factor(const eg_sensor *sensor) {
    double sum = 0.0, count = 0.0;
    const eg_channel *const *axes = sensor->channel[EG_SENSOR_MAG];
    for (size_t i = 0; i < axes[0]->n; i++) {
        double square = 0.0;
        for (int k = 0; k < 3; k++) square += axes[k]->values[i] * axes[k]->values[i];
        if (!isfinite(square)) continue;
        sum += square;
        count += 1.0;
    }
    return sum > 0.0 ? EG_SENSOR_FIELD_UT / sqrt(sum / count) : 1.0;
}

eg_err eg_sensor_load(const eg_recording *recording, const eg_sensor *sensor, const char *gyr_unit,
                      const char *acc_unit, eg_orient_signal *signal, double **block,
                      eg_diag *diag) {
    const char *fallback[3] = {gyr_unit != NULL ? gyr_unit : "rad/s",
                               acc_unit != NULL ? acc_unit : "m/s2", "uT"};
    const eg_channel *first = sensor->channel[EG_SENSOR_GYR][0];
    *signal = (eg_orient_signal){.n = first->n, .rate_hz = first->rate_hz};
    *block = NULL;
    if (!(signal->rate_hz > 0.0))
        return eg_diag_set(diag, EG_ERR_MISSING, recording->name, 0,
                           "the file gives neither a rate nor a time; add a column of time");
    double *values = malloc(9 * (first->n + 1) * sizeof *values);
    if (values == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
    int is_relative = eg_sensor_field_is_relative(sensor);
    double field = is_relative ? field_factor(sensor) : 1.0;
    for (int kind = 0; kind < 3; kind++)
        for (int k = 0; k < 3; k++) {
            const eg_channel *channel = sensor->channel[kind][k];
            if (channel == NULL) continue;
            const char *unit = channel->unit[0] != '\0' ? channel->unit : fallback[kind];
            double factor = eg_sensor_factor((eg_sensor_kind)kind, unit);
            if (kind == EG_SENSOR_MAG && is_relative) factor = field;
            if (isnan(factor)) {
                free(values);
                return eg_diag_set(diag, EG_ERR_DATA, recording->name, 0,
                                   "%s is in \"%s\", which is no unit for it", channel->label,
                                   unit);
            }
            double *axis = values + (size_t)(3 * kind + k) * first->n;
            for (size_t i = 0; i < first->n; i++) axis[i] = channel->values[i] * factor;
            *(kind == 0 ? &signal->gyr[k] : kind == 1 ? &signal->acc[k] : &signal->mag[k]) = axis;
        }
    *block = values;
    return EG_OK;
}
