/* A walker for the sensor at the lower back who has nothing in common with core/sim: the forces
 * that both feet together put on the body are written down by the phase of the step, as textbooks
 * draw them, with a start from standing (the weight is shifted first) and a closing step. A method
 * that was made with one walker in view has to hold on the other. For tests. */
#ifndef EG_TESTS_SUPPORT_PHASE_WALKER_H
#define EG_TESTS_SUPPORT_PHASE_WALKER_H

#include <stdint.h>

#include "core/gait/gait.h"
#include "core/motion/orient_offline.h"

enum { PHASE_STEPS_MAX = 48 };

typedef struct phase_walk {
    size_t n_contacts; /* the truth, in order: two feet that stand, then a strike each */
    eg_gait_contact contacts[PHASE_STEPS_MAX + 2];
    double duration_s, speed_m_s, step_s;
    int is_limping, is_turning;
    eg_orient_signal signal;
    double *block; /* [6][n], the caller's to free */
} phase_walk;

/* The walker with this number: speed, cadence, limp, turn, how he brakes and lands, mounting and
 * rate are drawn from it. */
void phase_walk_make(uint64_t number, phase_walk *walk);

#endif
