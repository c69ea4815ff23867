/* Speed of the function tests. */
#include <math.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "core/base/real.h"
#include "core/function/stand.h"

enum { N = 3000, RATE_HZ = 100 };

static double height[N], lean[N];

/* Ten rises in half a minute, from a model's coordinates. */
static void *prepare(void) {
    for (int i = 0; i < N; i++) {
        double u = fmod((double)i / RATE_HZ, 3.0), up = u < 1.5 ? u : 3.0 - u, x = up - 0.3;
        x = fmax(0.0, fmin(1.0, x));
        height[i] = 0.35 * x * x * x * (10.0 - 15.0 * x + 6.0 * x * x);
        lean[i] = 0.6 * eg_sin(EG_PI * fmin(1.0, up)) * (up < 1.0);
    }
    return height;
}

static void run_stands(void *argument) {
    (void)argument;
    static eg_stands stands;
    size_t size = eg_trunk_bytes(N, RATE_HZ);
    void *memory = malloc(size);
    if (memory == NULL) return;
    eg_arena arena;
    eg_trunk trunk;
    eg_diag diag = {0};
    eg_arena_init(&arena, memory, size);
    eg_err err = eg_trunk_from_coordinates(N, RATE_HZ, height, lean, NULL, &arena, &trunk, &diag);
    if (err == EG_OK) err = eg_stand_find(&trunk, &arena, &stands, &diag);
    eg_bench_keep(err == EG_OK ? stands.stands[0].seat_off_s : -1.0);
    eg_bench_used(arena.high_water);
    eg_bench_amount((double)stands.n, "rise", 0.1);
    free(memory);
}

EG_BENCHES({"function: ten chair rises, 30 s at 100 Hz", run_stands, NULL, prepare})
