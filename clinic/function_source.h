/* Where a function test finds its body: one inertial sensor, markers, or the coordinates of a
 * model, whichever a recording holds. */
#ifndef EG_CLINIC_FUNCTION_SOURCE_H
#define EG_CLINIC_FUNCTION_SOURCE_H

#include "clinic/study.h"
#include "core/function/trunk.h"
#include "core/motion/marker.h"

typedef struct eg_function_body {
    eg_trunk trunk;
    eg_arena arena;  /* with room for the tests */
    void *memory;    /* owned: eg_function_body_free */
    double start_s;  /* of the first sample, on the recording's own time from its first frame */
    char source[80]; /* "sensor on the lower back, channels gx ... az" */
} eg_function_body;

/* 0 none, 1 a sensor or markers, 2 nothing else fits it better. */
int eg_function_body_suits(const eg_recording *recording);

/* Options of the call: place, sensor, gyr_unit, acc_unit, up, span. What a sensor's check says goes
 * into the result. EG_ERR_LAYOUT: nothing of the kind is there; EG_ERR_DATA, EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_function_body_read(const eg_study_call *call, json_t *result,
                                          eg_function_body *body, eg_diag *diag);
void eg_function_body_free(eg_function_body *body);

/* What the tests of reaching share with the above: the sites of the markers, their factor to metres
 * (0: no length), the part that `span` keeps. */
void function_match(const eg_recording *recording, eg_marker_match *found);
double function_length_factor(const eg_recording *recording);
EG_NODISCARD eg_err function_span_of(const eg_study_call *call, size_t n, double rate_hz,
                                     size_t *from, size_t *count, eg_diag *diag);

/* Rows of knowledge/norms for this measure and this person, into detail.published
 * (study_function.c). */
void function_add_published(const eg_study_call *call, json_t *result, const char *measure,
                            double value);

/* The tasks reach_arm and reach_forward (function_reach.c). */
int function_reach_suits(const eg_recording *recording);
EG_NODISCARD eg_err function_reach(const eg_study_call *call, int is_forward, json_t *result,
                                   eg_diag *diag);

#endif
