/* Which namings of their gyroscopes' axes, and which factor of their rates, does a joint allow two
 * sensors? At the joint's centre both feel the same, gravity and the movement's own acceleration
 * alike (connect.h). Turned back by their gyroscopes over a stretch of 2 s, the two accelerations
 * of the centre may therefore differ by one constant turn, and by nothing that moves. A gyroscope
 * whose axes are named wrongly, or whose unit or rate is, turns its own elsewhere. What one sensor
 * alone (imu_check.h) leaves open, because it does not know the movement's acceleration, this
 * closes. Where the gyroscopes explain no more than none at all would, it says nothing. */
#ifndef EG_MOTION_NAMING_H
#define EG_MOTION_NAMING_H

#include <stdint.h>

#include "core/motion/connect.h"
#include "core/motion/imu_check.h"

#define EG_NAMING_AXIS_DEG  10.0 /* E: an axis that is off by less costs a hinge little */
#define EG_NAMING_SECONDS   20.0 /* E: of the recording are looked at */
#define EG_NAMING_STRETCH_S 2.0  /* E: a stride and more; a bias of 1 deg/s turns by 2 degrees */
#define EG_NAMING_FACTOR    64.0 /* between deg/s and rad/s there are 57.3 */
#define EG_NAMING_WORSE     1.5  /* E: times the misfit as given, and ... */
#define EG_NAMING_M_S2                                                                             \
    0.2 /* E: ... so much more, 1.2 degrees of gravity, closes a naming; the reverse accuses */

/* What would have to be true of one gyroscope, or of both in the same way. */
typedef struct eg_naming_rival {
    int which;     /* 0, 1; 2: both */
    int axes;      /* naming of them (eg_imu_check_naming); 0: as given */
    double factor; /* of the rates */
    double misfit_m_s2;
} eg_naming_rival;

typedef struct eg_naming {
    uint64_t open[2];  /* of each sensor: what is left of the namings asked for */
    double given_m_s2; /* misfit as the file is */
    int is_wrong;      /* a rival fits clearly better: */
    eg_naming_rival better;
} eg_naming;

/* What one sensor alone leaves open: all of it where it did not turn enough to be known. */
uint64_t eg_naming_open(const eg_imu_agreement *agreement);

/* The joint left `open` of that: where it is nothing, the axes are known after all. */
void eg_naming_close(eg_imu_agreement *agreement, uint64_t open);

/* Does a naming that the data leave open turn this axis (unit, the sensor's frame) elsewhere, by
 * more than EG_NAMING_AXIS_DEG? If none does, a hinge's angle about it is the same with all of
 * them. */
int eg_naming_leaves_open(const eg_imu_agreement *agreement, const double axis[3]);

size_t eg_naming_bytes(size_t n, double rate_hz);

/* The namings `open` (bits as in eg_imu_check_naming) of either sensor and, where both have one, of
 * both at once are tried, and with the axes as given factors up to EG_NAMING_FACTOR and
 * somewhat more, either way: 60 to 200 times eg_connect_find. Both signals have the same n and
 * rate. EG_ERR_DATA below 50 whole samples or without a whole stretch, EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_naming_try(const eg_orient_signal signals[2], const uint64_t open[2],
                                  eg_arena *scratch, eg_naming *naming, eg_diag *diag);

#endif
