/* What a recording holds of a walk: force plates, markers on feet and pelvis, inertial sensors; as
 * core/gait wants to have them. */
#ifndef EG_CLINIC_GAIT_SOURCE_H
#define EG_CLINIC_GAIT_SOURCE_H

#include "core/gait/force.h"
#include "core/gait/track.h"
#include "io/format/recording.h"

/* One plate's forces in the laboratory, z up. `values` owns the arrays. */
typedef struct eg_gait_plate_reading {
    size_t n;
    double rate_hz;
    eg_gait_force force;
    double *values;
} eg_gait_plate_reading;

/* Markers of a walk, mm, z up. */
typedef struct eg_gait_markers {
    size_t n;
    double rate_hz;
    double (*heel[2])[3], (*toe[2])[3], (*pelvis)[3]; /* NULL: none; owned */
    char names[5][EG_RECORDING_LABEL_MAX];            /* left heel, right heel, toes, pelvis */
    double up[3][3];                                  /* file's axes to z up */
    double mm;                                        /* mm of one unit of the file's lengths */
} eg_gait_markers;

/* Millimetres of a unit of length; NaN for what is none. "" is mm, C3D's usual unit. */
double eg_gait_length_mm(const char *unit);

/* Finds feet and pelvis by their labels (core/motion/marker.h). Heels, or ankles where there is no
 * heel. Returns 0 where they do not suffice for steps: then plates still can be read, with z up.
 * EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_gait_markers_read(const eg_recording *recording, eg_gait_markers *markers,
                                         int *is_usable, eg_diag *diag);
void eg_gait_markers_free(eg_gait_markers *markers);
eg_gait_track eg_gait_markers_track(const eg_gait_markers *markers);

/* Plate `index` of the recording. EG_ERR_MISSING where it names channels that the file does not
 * hold or that differ in rate; errors of eg_gait_plate_forces. */
EG_NODISCARD eg_err eg_gait_plate_read(const eg_recording *recording, size_t index,
                                       eg_gait_markers *markers, eg_gait_plate_reading *reading,
                                       eg_diag *diag);
void eg_gait_plate_free(eg_gait_plate_reading *reading);

#endif
