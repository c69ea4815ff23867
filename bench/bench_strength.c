/* How fast strength is measured: a minute of force at 1 kHz with three contractions. */
#include <math.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "core/base/random.h"
#include "core/strength/trace.h"

/* As knowledge/protocols has them. */
static const eg_strength_limits limits = {10, 3, 0.01, 0.5};

enum { RATE = 1000, SAMPLES = 60 * RATE };

typedef struct push {
    double x[SAMPLES];
    void *memory;
    size_t bytes;
} push;

static void *prepare(void) {
    push *p = calloc(1, sizeof *p);
    if (p == NULL) abort();
    p->bytes = eg_strength_size(SAMPLES);
    p->memory = malloc(p->bytes);
    if (p->memory == NULL) abort();
    eg_random random;
    eg_random_init(&random, 1, 1);
    for (size_t i = 0; i < SAMPLES; i++) {
        double t = fmod((double)i / RATE, 20.0) - 5.0;
        double x = t > 0.0 && t < 5.0 ? 300.0 * (1.0 - exp(-t / 0.06)) : 0.0;
        p->x[i] = x + 0.3 * eg_random_normal(&random);
    }
    return p;
}

static void trace(void *argument) {
    push *p = argument;
    eg_arena arena;
    eg_arena_init(&arena, p->memory, p->bytes);
    eg_strength_signal signal = {SAMPLES, p->x, RATE, false};
    eg_strength_trial trials[8];
    size_t n = 0;
    if (eg_strength_trace(&signal, &limits, 1.0, 8, trials, &n, &arena, NULL) != EG_OK || n != 3)
        abort();
    eg_bench_keep(trials[0].onset_s);
    eg_bench_used(arena.high_water);
    eg_bench_amount(1.0, "minute of force", 0.5);
}

EG_BENCHES({"strength: three contractions in 60 s at 1 kHz", trace, NULL, prepare})
