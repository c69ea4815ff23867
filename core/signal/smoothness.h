/* How smooth a movement is: spectral arc length (SPARC) and log dimensionless jerk (LDLJ), both
 * from its speed profile (Balasubramanian, Melendez-Calderon and Burdet 2012, IEEE Trans Biomed Eng
 * 59:2126; Balasubramanian et al. 2015, J NeuroEng Rehabil 12:112). Segmentation comes first: one
 * movement from rest to rest, the same way every time; neither number means anything otherwise. */
#ifndef EG_SIGNAL_SMOOTHNESS_H
#define EG_SIGNAL_SMOOTHNESS_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/real.h"

enum { EG_SMOOTHNESS_SAMPLES_MAX = 1 << 17, EG_SMOOTHNESS_SAMPLES_MIN = 8 };

#define EG_SPARC_CUT_OFF_HZ 10.0 /* of the reference */
#define EG_SPARC_THRESHOLD  0.05 /* of the spectrum's largest value */

/* Bytes of arena that eg_sparc takes for n samples; 0 if n is out of range. */
size_t eg_sparc_size(size_t n);

/* Spectral arc length of speed[n] (any unit, 0 or more): 0 and below, nearer to 0 is smoother; a
 * minimum-jerk movement has -1.406. The spectrum (padded to 16 times the next power of two) is
 * divided by its largest value and followed from the first to the last frequency up to 10 Hz where
 * it is 5 % or more. Does not depend on unit and duration. May go the wrong way where two
 * submovements lie closer than 0.2 s. Errors: EG_ERR_ARGUMENT (rate not above 0), EG_ERR_DATA
 * (fewer than 8 samples, no movement, not finite), EG_ERR_LIMIT, EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_sparc(size_t n, const eg_real *speed, double rate_hz, eg_arena *arena,
                             double *sparc, eg_diag *diag);

/* Log dimensionless jerk of speed[n]: -ln(T^3 / vmax^2 * sum(jerk^2) / rate), nearer to 0 is
 * smoother. Second differences lose both ends and amplify noise: compare at one sampling rate only
 * (a minimum-jerk movement of 1 s has -5.13, -5.22, -5.27 at 50, 100, 200 Hz; ideally -5.32). A
 * speed that never bends has no jerk: EG_ERR_DATA. Errors as eg_sparc; no memory. */
EG_NODISCARD eg_err eg_ldlj(size_t n, const eg_real *speed, double rate_hz, double *ldlj,
                            eg_diag *diag);

#endif
