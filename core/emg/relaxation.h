/* Flexion-relaxation: in full trunk flexion the lumbar extensors of most people without back pain
 * fall silent (Floyd and Silver 1955, J Physiol 129:184); in many with pain they do not. Ratios of
 * one channel's activity within one movement, so that no normalisation is needed. */
#ifndef EG_EMG_RELAXATION_H
#define EG_EMG_RELAXATION_H

#include <stddef.h>

#include "core/base/err.h"
#include "core/base/real.h"

#define EG_EMG_RELAXATION_WINDOW_S 1.0

/* Begin and end in seconds; NaN: not given. */
typedef struct eg_emg_span {
    double from_s, to_s;
} eg_emg_span;

typedef struct eg_emg_relaxation {
    double flexion_rms;   /* largest RMS of a second while bending forward */
    double relaxed_rms;   /* of the second in the middle of full flexion */
    double extension_rms; /* largest RMS of a second while coming up; NaN if not given */
    double flexion_from_s, relaxed_from_s, extension_from_s; /* where these seconds begin */
    double flexion_ratio;   /* flexion_rms / relaxed_rms: high is relaxed */
    double extension_ratio; /* extension_rms / relaxed_rms */
    int relaxed_is_found;   /* full flexion was not given: the quietest second was taken */
} eg_emg_relaxation;

/* band[n]: band-passed, without the heart. `relaxed` may be not given if `extension` is: then the
 * quietest second between the end of flexion and the begin of extension counts, which makes the
 * ratios the largest possible ones. EG_ERR_ARGUMENT for spans that are not in the recording, in
 * another order than flexion, relaxed, extension, or shorter than a second; EG_ERR_DATA if the
 * channel is silent. */
EG_NODISCARD eg_err eg_emg_relaxation_of(double rate_hz, size_t n, const eg_real *band,
                                         eg_emg_span flexion, eg_emg_span relaxed,
                                         eg_emg_span extension, eg_emg_relaxation *out,
                                         eg_diag *diag);

#endif
