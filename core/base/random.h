/* Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random
 * numbers: as easy as 1, 2, 3", SC'11). The n-th number of a stream depends on seed, stream and n
 * only, so that virtual patients and tests give the same numbers on every target and in any order.
 * Not for keys or tokens. */
#ifndef EG_BASE_RANDOM_H
#define EG_BASE_RANDOM_H

#include <stdint.h>

typedef struct eg_random {
    uint32_t key[2];     /* the seed */
    uint32_t counter[4]; /* number of the next block, then the stream */
    uint32_t block[4];
    unsigned left; /* words of the block not used yet */
    double spare;  /* second deviate of the last pair */
    int spare_is_valid;
} eg_random;

/* The bijection itself: out[4] of one counter[4] under key[2]. */
void eg_random_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* Different streams of one seed never overlap. */
void eg_random_init(eg_random *random, uint64_t seed, uint64_t stream);

uint32_t eg_random_next(eg_random *random);
uint32_t eg_random_below(eg_random *random, uint32_t bound); /* 0 ... bound - 1, unbiased */
double eg_random_uniform(eg_random *random);                 /* 0 <= u < 1, 53 bits */
double eg_random_normal(eg_random *random);                  /* mean 0, SD 1 (Box-Muller) */

#endif
