/* What the files of the study of walking share; not for others. */
#ifndef EG_CLINIC_STUDY_GAIT_PART_H
#define EG_CLINIC_STUDY_GAIT_PART_H

#include "clinic/gait_source.h"
#include "clinic/study.h"
#include "core/gait/imu_back.h"
#include "core/gait/stairs.h"
#include "core/gait/steps.h"

/* A walk as one source saw it. */
typedef struct gait_look {
    eg_gait_contact *contacts; /* [n], owned */
    size_t n;
    double from_s, to_s; /* when feet were seen */
    int has_markers;
    eg_gait_markers markers; /* owned, if has_markers */
    int has_back;
    eg_gait_back back; /* of a sensor at the lower back; its arrays in back_memory, owned */
    void *back_memory;
    int is_length_estimated; /* steps and strides by an inverted pendulum */
} gait_look;

/* From markers, force plates or both. EG_ERR_MISSING where there is neither. */
EG_NODISCARD eg_err eg_gait_look_motion(const eg_study_call *call, gait_look *look, json_t *result,
                                        eg_diag *diag);
int eg_gait_suits_motion(const eg_recording *recording);

/* From inertial sensors on feet, shanks or lower back. EG_ERR_LAYOUT where nothing says which they
 * are. */
EG_NODISCARD eg_err eg_gait_look_imu(const eg_study_call *call, gait_look *look, json_t *result,
                                     eg_diag *diag);
int eg_gait_suits_imu(const eg_recording *recording);

/* Steps up and down and obstacles, from the markers of a look (NULL: from contacts alone); adds
 * measures, events and a list to `detail`. */
EG_NODISCARD eg_err eg_gait_add_stairs(const eg_study_call *call, const gait_look *look,
                                       json_t *result, json_t *detail, eg_diag *diag);

/* Joint angles of the legs that crossed something, from the markers of the recording: into the
 * list `crossings` (one object for each), and, for steps, means and slopes over their height. Says
 * why where the markers do not tell angles. */
EG_NODISCARD eg_err eg_gait_add_angles(const eg_study_call *call, const gait_look *look, size_t n,
                                       const eg_gait_crossing *c, json_t *crossings, json_t *result,
                                       eg_diag *diag);

/* "side" of an event or trace (may be NULL); none for an unknown one. */
void eg_gait_set_side(json_t *object, int side);

double eg_gait_median(size_t n, double *values);

#endif
