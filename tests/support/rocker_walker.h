/* One leg of a walker for the sensor on the shank who has nothing in common with core/sim: the
 * shank's lean and the foot's pitch go through the published angles of a stride, the foot rolls
 * over heel, ball and tip without slipping, and the ankle swings freely in between. A method that
 * was made with one walker in view has to hold on the other. For tests. */
#ifndef EG_TESTS_SUPPORT_ROCKER_WALKER_H
#define EG_TESTS_SUPPORT_ROCKER_WALKER_H

#include <stdint.h>

#include "core/gait/gait.h"
#include "core/motion/orient_offline.h"

enum { ROCKER_SWINGS_MAX = 14 };

typedef struct rocker_walk {
    size_t n_contacts; /* the truth, in order: it stands, then strikes once after each swing */
    eg_gait_contact contacts[ROCKER_SWINGS_MAX + 1];
    double duration_s, speed_m_s;
    eg_orient_signal signal;
    double *block; /* [6][n], the caller's to free */
} rocker_walk;

/* The walker with this number: speed, cadence, foot, how far it turns, how suddenly it leaves,
 * lands and swings, where and how the sensor sits, and the rate are drawn from it. `is_sprung`:
 * springs draw the foot along that way and it meets a ground that gives; it stands where it presses
 * by more than 20 N. */
void rocker_walk_make(uint64_t number, int is_sprung, rocker_walk *walk);

#endif
