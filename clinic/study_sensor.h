/* How every study takes in an inertial sensor (sensors.h): which one is meant, its units, and
 * whether its gyroscope and its accelerometer speak of the same turns (core/motion/imu_check.h). */
#ifndef EG_CLINIC_STUDY_SENSOR_H
#define EG_CLINIC_STUDY_SENSOR_H

#include "clinic/sensors.h"
#include "clinic/study.h"

/* The two options that each study with sensors has. */
#define EG_STUDY_SENSOR_UNITS                                                                      \
    {                                                                                              \
        "gyr_unit", EG_STUDY_CHOICE, NULL,    0,                                                   \
        0,          "rad/s|deg/s",   "rad/s", "where the file names none"},                        \
    {                                                                                              \
        "acc_unit", EG_STUDY_CHOICE, NULL, 0, 0, "m/s2|g", "m/s2", "where the file names none"     \
    }

/* eg_sensor_load with gyr_unit and acc_unit of the call; says where the file names no unit. */
EG_NODISCARD eg_err eg_study_sensor_load(const eg_study_call *call, const eg_sensor *sensor,
                                         json_t *result, eg_orient_signal *signal, double **block,
                                         eg_diag *diag);

/* The sensor's name for a check's channel; NULL if it has none. */
const char *eg_study_sensor_name(const eg_sensor *sensor);

/* Adds the check "sensor": fails where a wrong unit, rate or axis is clear; "not checked" where the
 * movement does not tell, nothing at all of less than 3 s or without an accelerometer.
 * EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_study_sensor_check(const eg_study_call *call, const eg_sensor *sensor,
                                          const eg_orient_signal *signal, json_t *result,
                                          eg_diag *diag);

/* What that check says where it found nothing to say. */
#define EG_STUDY_SENSOR_SOUND "units, axes and rate agree"

/* What failed that check, "Pelvis: the angular rate is in deg/s but called rad/s; " for the begin
 * of an error; "" if nothing did. */
void eg_study_sensor_faults(const json_t *result, size_t size, char *text);

/* For the end of a run that draws all on the sensors: withholds the values if one failed; an error
 * (`err`, given back) is preceded by what failed, which may well be its reason. */
EG_NODISCARD eg_err eg_study_sensor_judge(json_t *result, eg_err err, eg_diag *diag);

#endif
