/* The heart in a muscle's recording: where its beats are, and taking them out. Muscles of the trunk
 * and shoulder carry the electrocardiogram; its R peaks look like bursts and raise the rest.
 *
 * Two removals, never applied unasked and always named:
 * - template: the median of all beats, fitted to each in size, is subtracted. Keeps the muscle
 *   signal under the beat. Covers -0.10 ... +0.16 s around the R peak, i.e. the QRS complex; the T
 *   wave lies below the band of 20 Hz and up.
 * - gate: 0.1 s around each R peak (as ReSurfEMG's gating, 205 samples at 2048 Hz) is replaced by
 *   the mirrored neighbourhood from both sides, weights cos and sin, which keeps the power.
 *
 * Known limits: within a loud contraction a beat may not be found and then stays; an irregular
 * rhythm (fewer than 85 % of the intervals, or of whole parts of them, within a quarter of the
 * median), as in atrial fibrillation, and fewer than six beats count as no heart. */
#ifndef EG_EMG_HEART_H
#define EG_EMG_HEART_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/real.h"

typedef enum eg_emg_heart_method {
    EG_EMG_HEART_NONE,
    EG_EMG_HEART_TEMPLATE,
    EG_EMG_HEART_GATE,
    EG_EMG_HEART_METHODS
} eg_emg_heart_method;

/* "none", "template", "gate". */
const char *eg_emg_heart_method_name(eg_emg_heart_method method);

typedef struct eg_emg_heart {
    size_t n_beats;       /* 0: no heart was found and nothing changed */
    double beats_per_min; /* 60 / median interval; NaN without beats */
    double regularity;    /* share of the intervals within a quarter of the median */
    double removed_share; /* of the signal's power (above 5 Hz) that went */
} eg_emg_heart;

/* R peaks of x[n] (raw or band-passed from 5 Hz or less): the largest of 5-35 Hz against the
 * muscle's own activity (50-450 Hz) in the same 0.2 s, alike in shape, at least 0.3 s apart. Writes
 * up to `capacity` sample indices in order. *count is 0 where there is no regular heart; that is no
 * error. EG_ERR_ARGUMENT below 200 Hz, EG_ERR_DATA below 3 s, EG_ERR_MEMORY. Takes about 4 n
 * doubles of scratch. */
EG_NODISCARD eg_err eg_emg_heart_find(double rate_hz, size_t n, const eg_real *x, size_t capacity,
                                      size_t *peaks, size_t *count, eg_arena *scratch,
                                      eg_diag *diag);

/* x[n] without its heart into y[n] (may be x). Finds the beats itself. Takes about 6 n doubles of
 * scratch. Errors as above. */
EG_NODISCARD eg_err eg_emg_heart_remove(eg_emg_heart_method method, double rate_hz, size_t n,
                                        const eg_real *x, eg_real *y, eg_emg_heart *heart,
                                        eg_arena *scratch, eg_diag *diag);

#endif
