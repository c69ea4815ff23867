/* A body of which every joint angle is known: markers that a laboratory would put on it, at the
 * places where its own bones are. */
#ifndef EG_TESTS_SUPPORT_SKELETON_H
#define EG_TESTS_SUPPORT_SKELETON_H

#include <stddef.h>

#include "core/motion/body.h"

enum { SKELETON_FRAMES_MAX = 400 };

typedef struct skeleton {
    size_t n;
    double rate_hz;
    double truth[EG_ANGLES][SKELETON_FRAMES_MAX]; /* deg; NaN: not part of the skeleton */
    double xyz[EG_SITES][SKELETON_FRAMES_MAX][3]; /* mm; x forwards, y to the left, z up */
    double knee_width_mm, ankle_width_mm, elbow_width_mm, leg_length_mm; /* of its bones */
} skeleton;

/* A person who walks forwards with smooth, large and different angles in every joint. Not on the
 * stack: 500 kB. The caller frees it. */
skeleton *skeleton_new(size_t n_frames);

/* Its markers; sites may then be taken away. `unit_mm` 1. */
eg_body_points skeleton_points(const skeleton *s);

#endif
