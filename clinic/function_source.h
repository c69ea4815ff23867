/* Where a function test finds its body: one inertial sensor, markers, or the coordinates of a
 * model, whichever a recording holds. */
#ifndef EG_CLINIC_FUNCTION_SOURCE_H
#define EG_CLINIC_FUNCTION_SOURCE_H

#include "clinic/study.h"
#include "core/function/trunk.h"

typedef struct eg_function_body {
    eg_trunk trunk;
    eg_arena arena;  /* with room for the tests */
    void *memory;    /* owned: eg_function_body_free */
    double start_s;  /* of the first sample, on the recording's own time from its first frame */
    char source[80]; /* "sensor on the lower back, channels gx ... az" */
} eg_function_body;

/* 0 none, 1 a sensor or markers, 2 nothing else fits it better. */
int eg_function_body_suits(const eg_recording *recording);

/* Options of the call: place, sensor, gyr_unit, acc_unit, up, span. EG_ERR_LAYOUT: nothing of the
 * kind is there; EG_ERR_DATA, EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_function_body_read(const eg_study_call *call, eg_function_body *body,
                                          eg_diag *diag);
void eg_function_body_free(eg_function_body *body);

#endif
