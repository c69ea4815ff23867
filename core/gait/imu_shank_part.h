/* What the files of the method for a shank share; not for others. */
#ifndef EG_GAIT_IMU_SHANK_PART_H
#define EG_GAIT_IMU_SHANK_PART_H

#include "core/gait/imu_ankle.h"
#include "core/gait/imu_shank.h"

typedef struct shank_work {
    const eg_orient_signal *signal;
    size_t n;
    double rate_hz, stride_s;
    double landing; /* size of the push that usually lands the foot; 0: not known */
    double step_m;  /* how far it usually goes from rest to rest */
    double *turn;   /* [n] forwards, rad/s */
    double *scratch, *peaks;
    imu_ankle ankle;
} shank_work;

/* One swing: where the ankle is fastest and the ends of it, samples; NaN where not seen. */
typedef struct shank_swing {
    size_t fastest;
    double off, strike, off_apart, strike_apart;
    double landing; /* size of its largest push */
} shank_swing;

/* The strike of a swing, up to rest b or the recording's end; `is_part`: the recording began within
 * it. Before rest b the ankle's speeds are known (imu_ankle_go). */
void shank_find_strike(const shank_work *w, size_t b, int is_part, shank_swing *s);

/* Its off, from rest a on. */
void shank_find_off(const shank_work *w, size_t a, size_t b, shank_swing *s);

#endif
