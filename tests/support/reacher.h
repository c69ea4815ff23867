/* Made people who reach, with known times: minimum-jerk movements (Flash and Hogan 1985) out and
 * back in any direction, whole, in submovements that overlap, or with pauses; the trunk takes a
 * known share; markers with noise and a slow sway, or a gyroscope at the wrist. */
#ifndef EG_TESTS_SUPPORT_REACHER_H
#define EG_TESTS_SUPPORT_REACHER_H

#include <stddef.h>

enum { REACHER_MOVES_MAX = 64, REACHER_SAMPLES_MAX = 60000 };

typedef enum reacher_kind {
    REACHER_WHOLE,   /* one minimum-jerk movement */
    REACHER_OVERLAP, /* 2 or 3 submovements, the next before the last has ended */
    REACHER_PAUSE,   /* 2 or 3 submovements with 0.1 to 0.3 s of rest between them */
    REACHER_KINDS
} reacher_kind;

typedef struct reacher_move {
    double from_s, to_s, distance_m, trunk_m;
    size_t n_parts;
    int is_return;
} reacher_move;

typedef struct reacher {
    size_t n, n_moves;
    double rate_hz;
    reacher_move moves[REACHER_MOVES_MAX];
    double hand[REACHER_SAMPLES_MAX][3]; /* m, with noise */
    double trunk[REACHER_SAMPLES_MAX][3];
    double gyr[REACHER_SAMPLES_MAX][3];  /* rad/s, with bias and noise */
    double speed[REACHER_SAMPLES_MAX];   /* m/s, without */
    double turning[REACHER_SAMPLES_MAX]; /* rad/s, without */
} reacher;

/* noise_m: SD of each coordinate. Reaches: out and back, n_reaches times. */
void reacher_make(reacher *r, int seed, reacher_kind kind, double rate_hz, int n_reaches,
                  double noise_m);

#endif
