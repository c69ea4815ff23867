/* Which namings of a gyroscope's axes does a joint allow? The joint's centre, seen from both
 * sensors, feels one acceleration (connect.h): a gyroscope whose axes are named wrongly leaves more
 * of a misfit than one that is named rightly. One sensor alone (imu_check.h) leaves open what it
 * hardly turned about; two on one joint leave open less. */
#ifndef EG_MOTION_NAMING_H
#define EG_MOTION_NAMING_H

#include <stdint.h>

#include "core/motion/connect.h"
#include "core/motion/imu_check.h"

#define EG_NAMING_AXIS_DEG 10.0 /* E: an axis that is off by less costs a hinge little */
#define EG_NAMING_SECONDS  20.0 /* E: of the recording are looked at */
#define EG_NAMING_WORSE    1.5  /* E: times the misfit as given, and ... */
#define EG_NAMING_M_S2     0.05 /* E: ... so much more, closes a naming; the reverse accuses */

typedef struct eg_naming {
    uint64_t open;      /* what is left of the namings asked for */
    int better;         /* naming that fits clearly better than the file as it is; 0: none */
    double given_m_s2;  /* misfit as the file is */
    double better_m_s2; /* of `better` */
} eg_naming;

/* Does a naming that the data leave open turn this axis (unit, the sensor's frame) elsewhere, by
 * more than EG_NAMING_AXIS_DEG? If none does, a hinge's angle about it is the same with all of
 * them. */
int eg_naming_leaves_open(const eg_imu_agreement *agreement, const double axis[3]);

size_t eg_naming_bytes(size_t n, double rate_hz);

/* `which` (0, 1) is the sensor whose namings `open` (bits as in eg_imu_check_naming) are tried.
 * Both signals have the same n and rate. EG_ERR_DATA below 50 whole samples, EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_naming_try(const eg_orient_signal signals[2], int which, uint64_t open,
                                  eg_arena *scratch, eg_naming *naming, eg_diag *diag);

#endif
