/* Balance: the whole of each profile and its parts, for one real minute at 100 Hz where the open
 * recordings are present, otherwise for a made one. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "core/balance/density.h"
#include "core/balance/diffusion.h"
#include "core/balance/live.h"
#include "core/balance/pendulum.h"
#include "core/balance/profile.h"

enum { SAMPLES = 6000, MEMORY = 2000000 };

typedef struct minute {
    double ml[SAMPLES], ap[SAMPLES], right[SAMPLES], left[SAMPLES];
    double scratch[3][SAMPLES];
    eg_cop_trial trial;
    eg_balance_result result;
    unsigned char *memory;
} minute;

/* Columns 8 (AP) and 9 (ML) of a BDS file, in centimetres. Returns the samples read. */
static int read_recording(minute *m) {
    const char *folder = getenv("ENGRAM_DATA");
    if (folder == NULL) return 0;
    char path[512];
    snprintf(path, sizeof path, "%s/balance/BDS00001.txt", folder);
    FILE *file = fopen(path, "r");
    if (file == NULL) return 0;
    char line[512];
    int n = 0;
    if (fgets(line, sizeof line, file) == NULL) line[0] = '\0';
    while (n < SAMPLES && fgets(line, sizeof line, file) != NULL) {
        char *at = line;
        double columns[9] = {0};
        for (int c = 0; c < 9; c++) columns[c] = strtod(at, &at);
        m->ap[n] = 10.0 * columns[7];
        m->ml[n] = 10.0 * columns[8];
        n++;
    }
    fclose(file);
    return n;
}

/* A damped walk with the size and speed of quiet standing. */
static void make_recording(minute *m) {
    unsigned long state = 1;
    double x[4] = {0.0, 0.0, 0.0, 0.0};
    for (int i = 0; i < SAMPLES; i++) {
        for (int axis = 0; axis < 2; axis++) {
            state = state * 6364136223846793005UL + 1442695040888963407UL;
            double push = (double)(state >> 11) / 9007199254740992.0 - 0.5;
            x[2 + axis] = 0.97 * x[2 + axis] + 0.1 * push;
            x[axis] = 0.995 * x[axis] + x[2 + axis];
        }
        m->ml[i] = x[0];
        m->ap[i] = x[1];
    }
}

static void *prepare(void) {
    static minute m;
    if (m.memory != NULL) return &m;
    m.memory = malloc(MEMORY);
    if (m.memory == NULL) abort();
    if (read_recording(&m) != SAMPLES) make_recording(&m);
    for (int i = 0; i < SAMPLES; i++) {
        m.right[i] = 300.0 + m.ml[i];
        m.left[i] = 300.0 - m.ml[i];
    }
    m.trial = (eg_cop_trial){.n = SAMPLES,
                             .rate_hz = 100.0,
                             .net = {m.ml, m.ap, NULL},
                             .right = {m.ml, m.ap, m.right},
                             .left = {m.ap, m.ml, m.left},
                             .mass_kg = 60.0,
                             .height_m = 1.7};
    return &m;
}

static void run_profile(minute *m, eg_balance_profile profile, uint32_t flags) {
    eg_arena arena;
    eg_arena_init(&arena, m->memory, MEMORY);
    if (eg_balance_compute(&m->trial, profile, flags, &arena, &m->result, NULL) != EG_OK) abort();
    eg_bench_keep(m->result.values[0].value);
    eg_bench_used(arena.high_water); /* the trial and the result are the caller's */
}

static void run_quijoux(void *m) {
    run_profile(m, EG_BALANCE_QUIJOUX2021, 0);
}
static void run_duarte(void *m) {
    run_profile(m, EG_BALANCE_DUARTE, 0);
}
static void run_usual(void *m) {
    run_profile(m, EG_BALANCE_ENGRAM, 0);
}
static void run_all(void *m) {
    run_profile(m, EG_BALANCE_ENGRAM, EG_BALANCE_ALL);
}

static eg_sway_signal signal_of(const minute *m) {
    return (eg_sway_signal){m->ml, m->ap, SAMPLES, 100.0};
}

static void run_sway(void *argument) {
    eg_sway_signal signal = signal_of(argument);
    eg_bench_keep(eg_sway_measure(&signal).path + eg_sway_cloud_of(&signal, 1).major);
}

static void run_range(void *argument) {
    minute *m = argument;
    eg_sway_signal signal = signal_of(m);
    size_t n = eg_sway_outline(&signal, m->scratch[0], m->scratch[1]);
    eg_bench_keep(eg_sway_diameter(m->scratch[0], m->scratch[1], n));
}

static void run_density(void *argument) {
    minute *m = argument;
    eg_sway_signal signal = signal_of(m);
    eg_sway_density(&signal, 3.0, m->scratch[0], m->scratch[1]);
    eg_bench_keep(m->scratch[0][100]);
}

static void run_diffusion(void *argument) {
    minute *m = argument;
    eg_sway_signal signal = signal_of(m);
    eg_arena arena;
    eg_arena_init(&arena, m->memory, MEMORY);
    if (eg_diffusion_msd(&signal, 1000, m->scratch[0], m->scratch[1], &arena, NULL) != EG_OK) {
        abort();
    }
    eg_bench_keep(eg_diffusion_joint(m->scratch[0], 1000, 100.0, m->scratch[2]).critical_lag_s);
}

static void run_gravity(void *argument) {
    minute *m = argument;
    eg_sway_signal signal = signal_of(m);
    eg_arena arena;
    eg_arena_init(&arena, m->memory, MEMORY);
    size_t extension = eg_pendulum_extension(SAMPLES, 100.0, 0);
    if (eg_pendulum_cog(&signal, 1.7, extension, &arena, m->scratch[0], m->scratch[1], NULL) !=
        EG_OK) {
        abort();
    }
    eg_bench_keep(m->scratch[0][100]);
}

static void run_live(void *argument) {
    minute *m = argument;
    eg_live live;
    if (eg_live_start(&live, 100.0, 10.0, NULL) != EG_OK) abort();
    for (int i = 0; i < SAMPLES; i++) {
        eg_live_feed(&live, 1, &m->ml[i], &m->ap[i]);
        eg_bench_keep(eg_live_look(&live).area_mm2);
    }
}

EG_BENCHES(
    {"balance: quijoux2021, 72 variables", run_quijoux, NULL, prepare},
    {"balance: duarte, 36 variables", run_duarte, "balance: quijoux2021, 72 variables", prepare},
    {"balance: engram, default set, two plates", run_usual, "balance: quijoux2021, 72 variables",
     prepare},
    {"balance: engram, nonlinear set too", run_all, "balance: quijoux2021, 72 variables", prepare},
    {"balance part: position and path", run_sway, "balance: engram, default set, two plates",
     prepare},
    {"balance part: planar range", run_range, "balance: engram, default set, two plates", prepare},
    {"balance part: sway density at 100 Hz", run_density,
     "balance: engram, default set, two plates", prepare},
    {"balance part: diffusion to 10 s", run_diffusion, "balance: engram, default set, two plates",
     prepare},
    {"balance part: centre of gravity", run_gravity, "balance: engram, default set, two plates",
     prepare},
    {"balance part: live, a minute sample by sample", run_live,
     "balance: engram, default set, two plates", prepare})
