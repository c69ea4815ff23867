/* What the parts of the study of motion share. */
#ifndef EG_CLINIC_STUDY_MOTION_PART_H
#define EG_CLINIC_STUDY_MOTION_PART_H

#include "clinic/motion_trace.h"
#include "clinic/study.h"

enum { MOTION_STRIKES_MAX = 256 };

typedef struct motion_run {
    const eg_study_call *call;
    const char *movement;
    int is_only; /* one column was named */
    int is_test; /* one movement is looked at closely */
    json_t *result;
    eg_motion_traces traces;
    size_t n_measured;
    const char *why; /* the first angle that was asked for and is not known is not; NULL */
    double strikes_s[2][MOTION_STRIKES_MAX]; /* of the left and right foot, on the events' clock */
    size_t n_strikes[2];
} motion_run;

/* The traces of whatever the recording holds; says in the result how they came about. */
EG_NODISCARD eg_err motion_find_traces(motion_run *run, eg_diag *diag);

/* From inertial sensors: two make a joint, one an inclination. EG_ERR_MISSING where there are none,
 * EG_ERR_LAYOUT where it must be said which. */
EG_NODISCARD eg_err motion_from_sensors(motion_run *run, eg_diag *diag);
/* 2 where sensors can make a joint or one may be anywhere; 1 where all sit on one kind of segment,
 * which has no joint; 0 without. */
int motion_suits_sensors(const eg_recording *recording);

/* Foot strikes of the file, else those that the markers show; adds the latter as events. */
EG_NODISCARD eg_err motion_find_strikes(motion_run *run, eg_diag *diag);

/* Checks of what the traces show of the recording's quality, into the result. */
void motion_check_traces(motion_run *run);

/* The trace over the cycles from foot strike to foot strike of its side, into detail.cycles. */
void motion_add_cycles(motion_run *run, const eg_motion_trace *trace);

#endif
