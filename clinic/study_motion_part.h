/* What the parts of the study of motion share. */
#ifndef EG_CLINIC_STUDY_MOTION_PART_H
#define EG_CLINIC_STUDY_MOTION_PART_H

#include "clinic/motion_trace.h"
#include "clinic/study.h"

typedef struct motion_run {
    const eg_study_call *call;
    const char *movement;
    int is_only; /* one column was named */
    int is_test; /* one movement is looked at closely */
    json_t *result;
    eg_motion_traces traces;
    size_t n_measured;
} motion_run;

/* The traces of whatever the recording holds; says in the result how they came about. */
EG_NODISCARD eg_err motion_find_traces(motion_run *run, eg_diag *diag);

/* From inertial sensors: two make a joint, one an inclination. EG_ERR_MISSING where there are none,
 * EG_ERR_LAYOUT where it must be said which. */
EG_NODISCARD eg_err motion_from_sensors(motion_run *run, eg_diag *diag);
int motion_has_sensors(const eg_recording *recording);

/* The trace over the cycles from foot strike to foot strike of its side, into detail.cycles. */
void motion_add_cycles(motion_run *run, const eg_motion_trace *trace);

#endif
