/* Angles over time, whatever measured them: computed from markers, columns of a table or of an
 * OpenSim file, angles that another program left in a C3D file. One face for the study of motion.
 */
#ifndef EG_CLINIC_MOTION_TRACE_H
#define EG_CLINIC_MOTION_TRACE_H

#include <stddef.h>

#include "clinic/motion_points.h"
#include "core/base/err.h"
#include "core/motion/body.h"
#include "io/format/recording.h"

enum { EG_MOTION_TRACES_MAX = 256, EG_MOTION_LABEL_MAX = 96 };

typedef struct eg_motion_trace {
    char label[EG_MOTION_LABEL_MAX]; /* "Left knee flexion", or the column's own name */
    char code[48];                   /* "knee.flexion"; the column's own name where not known */
    int angle;                       /* of core/motion/body.h, the left one's number; -1: unknown */
    int side;                        /* EG_LEFT, EG_RIGHT, -1: none or not known */
    double sign;                     /* that the values were multiplied with */
    int is_turned;                   /* flexion was negative in the file: turned */
    int is_relative;                 /* 0 is where the recording begins, not a neutral pose */
    double rate_hz, start_s;
    size_t n;
    double *values;                   /* deg; NaN where missing; owned */
    char reason[EG_BODY_REASON_SIZE]; /* why there is none; "" if there is one */
} eg_motion_trace;

typedef struct eg_motion_traces {
    size_t count;
    eg_motion_trace *traces; /* [EG_MOTION_TRACES_MAX], owned */
    char source[160];        /* "40 markers at 26 sites", in words */
} eg_motion_traces;

/* Which angle a column is by its name ("knee_angle_r", "Left hip flexion"): the left angle's number
 * or -1; `side` and `sign` as above. */
int eg_motion_angle_of(const char *label, int *side, double *sign);

/* From columns whose unit is an angle or whose name is one of an angle; `only` (may be NULL) names
 * one. EG_ERR_MISSING where there are none. */
EG_NODISCARD eg_err eg_motion_traces_of_columns(const eg_recording *recording, const char *only,
                                                eg_motion_traces *traces, eg_diag *diag);
/* From angles that another program computed and stored among a C3D file's points. */
EG_NODISCARD eg_err eg_motion_traces_of_computed(const eg_recording *recording,
                                                 eg_motion_traces *traces, eg_diag *diag);
/* From a body made of markers; every angle, those without values with their reason. */
EG_NODISCARD eg_err eg_motion_traces_of_body(const eg_body *body, const eg_recording *recording,
                                             eg_motion_traces *traces, eg_diag *diag);
/* For other sources of angles: an empty list; a trace with room for n values (NULL without memory
 * or room in the list); its label and code, once angle and side are set (`label` where not known).
 */
EG_NODISCARD eg_err eg_motion_traces_begin(eg_motion_traces *traces, eg_diag *diag);
eg_motion_trace *eg_motion_traces_add(eg_motion_traces *traces, size_t n);
void eg_motion_trace_name(eg_motion_trace *trace, const char *label);
/* The column of a trace in a file of angles: OpenSim's coordinate where there is one
 * ("knee_angle_r"), else the code and the side ("foot_adduction_l"), else the label as it is. The
 * values times *sign stand there, so that eg_motion_angle_of reads them back as they were. */
void eg_motion_column_name(const eg_motion_trace *trace, char name[EG_MOTION_LABEL_MAX],
                           double *sign);
void eg_motion_traces_clear(eg_motion_traces *traces);

#endif
