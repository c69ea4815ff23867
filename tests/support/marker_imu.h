/* What an inertial sensor would have felt where a cluster of markers was: for real recordings that
 * hold markers and force plates but no sensor. Positions are low-passed, brought to the sensor's
 * rate and differentiated; the cluster's rigid motion gives the turns. */
#ifndef EG_TESTS_SUPPORT_MARKER_IMU_H
#define EG_TESTS_SUPPORT_MARKER_IMU_H

#include "core/motion/orient_offline.h"
#include "io/format/recording.h"

/* labels: up to 6, parted by commas; at least 3 (2: no turn is known). `up` turns the laboratory so
 * that z is up, `mm` is one unit of the file. The sensor sits in the middle of the first
 * `n_middle` of them and is mounted as `mount` turns it. [6][n] in *block, which the caller frees,
 * over the frames in which all of them were seen, from *start_s on. Fails the test where a marker
 * is not there. */
void marker_imu(const eg_recording *recording, const char *labels, size_t n_middle, double up[3][3],
                double mm, eg_quaternion mount, double rate_hz, eg_orient_signal *signal,
                double **block, double *start_s);

#endif
