/* Muscle synergies: k = 1 ... 6 of 8 x 6000 with 200 iterations each, double. Limit 120 ms, and
 * faster than scikit-learn's solver "mu" in the same run where Debian's python3-sklearn is there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench/bench.h"
#include "core/base/random.h"
#include "core/emg/synergy.h"

enum { MUSCLES = 8, SAMPLES = 6000, SYNERGIES = 6, ITERATIONS = 200 };

static double v[SAMPLES * MUSCLES], w[MUSCLES * SYNERGIES], h[SYNERGIES * SAMPLES];
static double start_w[MUSCLES * SYNERGIES], start_h[SYNERGIES * SAMPLES];
static unsigned char memory[8 << 20];
static eg_synergy synergy;

static void run(void *argument) {
    (void)argument;
    for (size_t k = 1; k <= SYNERGIES; k++) {
        for (size_t i = 0; i < MUSCLES * k; i++) w[i] = start_w[i];
        for (size_t i = 0; i < k * SAMPLES; i++) h[i] = start_h[i];
        if (eg_synergy_update(&synergy, k, ITERATIONS, 0.0, w, h) != ITERATIONS) abort();
        eg_bench_keep(w[0]);
    }
    eg_bench_amount(1.0, "k = 1 ... 6", 0.120);
}

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The peer's time and the ratio, once. */
static void compare(void) {
    char line[64] = "";
    /* Debian's, whatever else is called python3 here. */
    FILE *peer = popen("/usr/bin/python3 bench/nmf_sklearn.py 2>/dev/null", "r");
    if (peer != NULL) {
        if (fgets(line, sizeof line, peer) == NULL) line[0] = '\0';
        (void)pclose(peer);
    }
    double peer_ms = strtod(line, NULL), best_s = 1e9;
    if (!(peer_ms > 0.0)) {
        printf("emg synergies: python3-sklearn is not installed, nothing to compare with\n");
        return;
    }
    for (int i = 0; i < 3; i++) {
        double begin = now_s();
        run(NULL);
        double taken = now_s() - begin;
        if (taken < best_s) best_s = taken;
    }
    printf("emg synergies: scikit-learn mu %.1f ms, ours %.1f ms: %.2f times as fast\n", peer_ms,
           1e3 * best_s, peer_ms / (1e3 * best_s));
}

static void *prepare(void) {
    eg_random random;
    eg_arena arena;
    eg_random_init(&random, 3, 0);
    for (size_t i = 0; i < SAMPLES * MUSCLES; i++) v[i] = eg_random_uniform(&random);
    for (size_t i = 0; i < MUSCLES * SYNERGIES; i++) start_w[i] = eg_random_uniform(&random);
    for (size_t i = 0; i < SYNERGIES * SAMPLES; i++) start_h[i] = eg_random_uniform(&random);
    eg_arena_init(&arena, memory, sizeof memory);
    if (eg_synergy_init(&synergy, MUSCLES, SAMPLES, v, &arena, NULL) != EG_OK) abort();
    compare();
    return NULL;
}

EG_BENCHES({"emg synergies: 8 x 6000, 200 updates (limit 120 ms)", run, NULL, prepare})
