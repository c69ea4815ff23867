/* Inertial sensors among a recording's channels: which columns belong together, in which unit they
 * are, and their samples in the units of core/motion. Names: NAME.gx ... NAME.az (.nchain), gx ...
 * mz, Acc_X, Gyr_X, Mag_X (Xsens), accelerometer_x, gyroscope_x, rotationRate.beta (phones). */
#ifndef EG_CLINIC_SENSORS_H
#define EG_CLINIC_SENSORS_H

#include "core/motion/orient_offline.h"
#include "io/format/recording.h"

enum { EG_SENSORS_MAX = 32 };

#define EG_SENSOR_FIELD_UT 50.0 /* of the order of the earth's */

typedef enum eg_sensor_kind { EG_SENSOR_GYR, EG_SENSOR_ACC, EG_SENSOR_MAG } eg_sensor_kind;

typedef struct eg_sensor {
    char name[EG_RECORDING_LABEL_MAX]; /* what its columns have in common; "" if nothing */
    const eg_channel *channel[3][3];   /* [kind][axis]; magnetometer may be NULL */
} eg_sensor;

/* Where its name says that a sensor is worn. */
typedef enum eg_sensor_site {
    EG_SENSOR_FOOT,
    EG_SENSOR_SHANK,
    EG_SENSOR_BACK, /* the lower one, the pelvis */
    EG_SENSOR_THIGH,
    EG_SENSOR_CHEST, /* breastbone, upper back */
    EG_SENSOR_HAND,  /* or wrist, forearm */
    EG_SENSOR_ELSEWHERE
} eg_sensor_site;

/* Sensors with three axes of angular rate and acceleration of the same length; returns how many. */
size_t eg_sensors_find(const eg_recording *recording, eg_sensor sensors[EG_SENSORS_MAX]);

/* Those with an angular rate, whether or not they have an acceleration. */
size_t eg_sensors_find_rates(const eg_recording *recording, eg_sensor sensors[EG_SENSORS_MAX]);

eg_sensor_site eg_sensor_site_of(const char *name);

/* The one of that name, whatever the case, or, if there is none, the only one whose columns begin
 * so; NULL. */
const eg_sensor *eg_sensor_named(const eg_sensor *sensors, size_t n, const char *name);

/* "Pelvis, Left Foot" for messages. */
void eg_sensor_list(const eg_sensor *sensors, size_t n, size_t size, char *text);

/* What a unit is multiplied by to become rad/s, m/s2 or uT; NaN if it is none. */
double eg_sensor_factor(eg_sensor_kind kind, const char *unit);

/* 1 if the magnetometer's unit is none of those ("a.u." in Xsens exports). */
int eg_sensor_field_is_relative(const eg_sensor *sensor);

/* Its samples, [9][n] in one block that the caller frees; signal points into it. Columns without a
 * unit are taken as `gyr_unit` and `acc_unit` (NULL: rad/s, m/s2) and uT. A field in an arbitrary
 * unit is scaled to EG_SENSOR_FIELD_UT: only its direction counts. EG_ERR_DATA for a unit
 * that is none, EG_ERR_MISSING without a rate, EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_sensor_load(const eg_recording *recording, const eg_sensor *sensor,
                                   const char *gyr_unit, const char *acc_unit,
                                   eg_orient_signal *signal, double **block, eg_diag *diag);

#endif
