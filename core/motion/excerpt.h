/* What two sensors on neighbouring segments felt, at a rate that a body needs: means over blocks
 * of samples, at least 50 a second. The algorithms that look for axes, joint centres and wrong
 * units all start from it. */
#ifndef EG_MOTION_EXCERPT_H
#define EG_MOTION_EXCERPT_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/motion/orient_offline.h"

/* Ours: limbs move below 10 Hz; blocks at 50 Hz or a little more keep that and average noise. */
#define EG_EXCERPT_RATE_HZ 50.0

typedef struct eg_excerpt {
    size_t n;
    size_t block; /* samples averaged into one */
    double rate_hz;
    double (*gyr)[3];        /* [n] rad/s */
    double (*spin)[3];       /* [n] rad/s2: the rate's central difference */
    double (*acc)[3];        /* [n] m/s2 */
    unsigned char *is_whole; /* [n] 1: every sample of the block and its neighbours is finite */
} eg_excerpt;

/* Bytes that eg_excerpt_make takes from the arena. */
size_t eg_excerpt_bytes(size_t n, double rate_hz);

/* bias (rad/s, may be NULL) is subtracted from the rate. EG_ERR_DATA below 3 blocks. */
EG_NODISCARD eg_err eg_excerpt_make(const eg_orient_signal *signal, const double bias[3],
                                    eg_arena *arena, eg_excerpt *excerpt, eg_diag *diag);

static inline double eg_dot(const double a[3], const double b[3]) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static inline double eg_norm(const double a[3]) {
    return sqrt(eg_dot(a, a));
}

static inline void eg_cross(const double a[3], const double b[3], double out[3]) {
    double x = a[1] * b[2] - a[2] * b[1], y = a[2] * b[0] - a[0] * b[2];
    out[2] = a[0] * b[1] - a[1] * b[0];
    out[0] = x;
    out[1] = y;
}

/* Brings a to length 1; 0 if it has none. */
static inline int eg_unit(double a[3]) {
    double size = eg_norm(a);
    if (!(size > 1e-12)) return 0;
    for (int k = 0; k < 3; k++) a[k] /= size;
    return 1;
}

static inline void eg_rotate(eg_quaternion q, const double v[3], double out[3]) {
    double m[3][3];
    eg_quaternion_matrix(q, m);
    eg_quaternion_apply(m, v, out);
}

#endif
