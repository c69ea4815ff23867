#include "core/base/random.h"

#include <stddef.h>

#include "core/base/check.h"
#include "core/base/real.h"

enum { ROUNDS = 10 };

void eg_random_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t product0 = (uint64_t)0xD2511F53U * c0;
        uint64_t product1 = (uint64_t)0xCD9E8D57U * c2;
        c0 = (uint32_t)(product1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)product1;
        c2 = (uint32_t)(product0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)product0;
        k0 += 0x9E3779B9U;
        k1 += 0xBB67AE85U;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

void eg_random_init(eg_random *random, uint64_t seed, uint64_t stream) {
    EG_ASSERT(random != NULL);
    *random = (eg_random){.key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
                          .counter = {0, 0, (uint32_t)stream, (uint32_t)(stream >> 32)}};
}

uint32_t eg_random_next(eg_random *random) {
    if (random->left == 0) {
        eg_random_philox(random->counter, random->key, random->block);
        if (++random->counter[0] == 0) random->counter[1]++;
        random->left = 4;
    }
    return random->block[4 - random->left--];
}

uint32_t eg_random_below(eg_random *random, uint32_t bound) {
    EG_ASSERT(bound > 0);
    /* Words below the remainder of 2^32 / bound would make the first values likelier: draw again.
     * Each draw succeeds with a chance above one half. */
    uint32_t surplus = (0U - bound) % bound;
    for (;;) {
        uint32_t word = eg_random_next(random);
        if (word >= surplus) return word % bound;
    }
}

double eg_random_uniform(eg_random *random) {
    uint64_t high = eg_random_next(random) >> 5, low = eg_random_next(random) >> 6;
    return (double)(high << 26 | low) * 0x1p-53;
}

double eg_random_normal(eg_random *random) {
    if (random->spare_is_valid) {
        random->spare_is_valid = 0;
        return random->spare;
    }
    double radius = sqrt(-2.0 * eg_log(1.0 - eg_random_uniform(random)));
    double sine, cosine;
    eg_sincos(2.0 * EG_PI * eg_random_uniform(random), &sine, &cosine);
    random->spare = radius * sine;
    random->spare_is_valid = 1;
    return radius * cosine;
}
