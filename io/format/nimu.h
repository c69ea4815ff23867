/* Recordings of inertial sensors in the two plain binary forms of the open test sets: one sensor
 * with its optical reference (".nimu") and a chain of sensors on a body (".nchain"). All numbers
 * little-endian.
 *
 *   .nimu   "NIMU0001", u32 n, u32 28, f64 rate_hz, f64 offset[9], f64 scale[9], then n times
 *           {i16 imu[9]; i16 reference[4]; u8 movement; u8 0}; value = offset + scale * i16.
 *           Channels gx gy gz (rad/s), ax ay az (m/s2), mx my mz (uT), qw qx qy qz (reference,
 *           sensor to East-North-Up; NaN where there was none), movement (0 or 1).
 *   .nchain "NCHN0001", u32 n, u32 segments, f64 rate_hz, u32 length, names parted by commas, then
 *           n times segments times f32 {gyr[3] rad/s, acc[3] m/s2, q[4]}. Channels NAME.gx to
 *           NAME.qz. */
#ifndef EG_IO_FORMAT_NIMU_H
#define EG_IO_FORMAT_NIMU_H

#include <stddef.h>
#include <stdint.h>

#include "io/format/recording.h"

/* Do the bytes begin like one of the two? */
int eg_nimu_is(const uint8_t *bytes, size_t size);

/* Fills an empty recording. A file that ends early gives the whole samples it holds, is_partial and
 * a warning. EG_ERR_DATA where the header contradicts itself, EG_ERR_LIMIT for too many channels,
 * EG_ERR_MEMORY. Memory: 8 bytes a value, two allocations. */
EG_NODISCARD eg_err eg_nimu_parse(const char *name, const uint8_t *bytes, size_t size,
                                  eg_recording *recording, eg_diag *diag);

#endif
