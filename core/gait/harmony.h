/* How regular and how two-sided a walk is, from the accelerations of a sensor at the lower back
 * (imu_back.h).
 *
 * A stride holds two steps. What is alike in both makes its even harmonics in the forward and the
 * upward acceleration, its odd ones sideways; the rest is the difference of left and right.
 *   harmonic ratio            per steady stride, of the amplitudes of harmonics 1 to 20: sum of
 *                             those that belong over sum of the others (Smidt, Arora & Johnston
 *                             1971, Am J Phys Med 50:285; Menz, Lord & Fitzpatrick 2003, Gait
 *                             Posture 18:35); the mean over strides. Above 1; no upper limit
 *   improved harmonic ratio   of their powers: those that belong over all, in percent (Pasciuto,
 *                             Bergamini, Iosa, Vannozzi & Cappozzo 2017, J Biomech 53:84)
 *   regularity                unbiased autocorrelation of the longest steady stretch, of its peak
 *                             near one step and near one stride (Moe-Nilssen & Helbostad 2004,
 *                             J Biomech 37:121). Sideways one step later has the other sign: its
 *                             size is given
 * A stride is taken from strike to strike and its harmonics by projection on whole waves, so that
 * no window is needed. The acceleration is not filtered. */
#ifndef EG_GAIT_HARMONY_H
#define EG_GAIT_HARMONY_H

#include "core/gait/imu_back.h"
#include "core/gait/steps.h"

enum { EG_GAIT_HARMONICS = 20 };

/* [0 forward, 1 sideways, 2 up] */
typedef struct eg_gait_harmony {
    eg_gait_value ratio[3], improved[3];
    double step_regularity[3], stride_regularity[3]; /* NaN where no stretch is long enough */
    size_t n_strides;
} eg_gait_harmony;

/* One stride of n samples from `from` on (may lie between samples): amplitudes [20]. */
void eg_gait_harmonics(size_t n, const double *x, double from, double span, double *amplitudes);

/* Of contacts in order with their phases. Scratch: 6 n_contacts + 8 doubles; EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_gait_harmony_of(const eg_gait_back *back, size_t n_contacts,
                                       const eg_gait_contact *contacts, const eg_gait_phase *phases,
                                       eg_gait_harmony *out, eg_arena *scratch, eg_diag *diag);

#endif
