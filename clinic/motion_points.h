/* A recording's markers as points of a body: labels matched, unit and vertical found, gaps filled.
 */
#ifndef EG_CLINIC_MOTION_POINTS_H
#define EG_CLINIC_MOTION_POINTS_H

#include "core/base/err.h"
#include "core/motion/body.h"
#include "core/motion/marker.h"
#include "io/format/recording.h"

typedef struct eg_motion_points {
    eg_marker_match match;
    eg_body_points points; /* point into the recording */
    size_t n_inner;      /* inner knees and ankles found as the second of two markers of one name */
    int unit_is_guessed; /* the file names none */
} eg_motion_points;

/* EG_ERR_MISSING where the recording has no markers. */
EG_NODISCARD eg_err eg_motion_points_of(const eg_recording *recording, eg_motion_points *found,
                                        eg_diag *diag);

/* Sizes of the body and the vertical, as far as the file tells. */
void eg_motion_settings_of(const eg_recording *recording, eg_body_settings *settings);

#endif
