/* Muscle onsets by every method on made bursts of known truth: 200 bursts a cell, 1 kHz. Printed
 * once, before the time of one search. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "core/emg/onset.h"
#include "core/sim/emg.h"

enum { BURSTS = 200, FOUND_MAX = 8000, SAMPLES = (BURSTS + 1) * 2000 };

static double x[SAMPLES], on_s[BURSTS];
static eg_burst found[FOUND_MAX];
static unsigned char memory[48 << 20];
static eg_arena arena;

static void must(eg_err code) {
    if (code != EG_OK) abort();
}

static int ascending(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static eg_sim_emg make(double ramp_s, double snr_db) {
    eg_sim_emg sim = {1000.0,
                      BURSTS,
                      2.0,
                      0.8,
                      ramp_s,
                      snr_db,
                      EG_SIM_EMG_GAUSSIAN,
                      0,
                      900 + (unsigned)(1e3 * ramp_s)};
    eg_arena_init(&arena, memory, sizeof memory);
    must(eg_sim_emg_fill(&sim, SAMPLES, x, on_s, &arena, NULL));
    return sim;
}

/* Median error in ms, share missed and events that are no burst, in percent. */
static void cell(eg_onset_method method) {
    eg_onset_settings settings = eg_onset_defaults(1000.0);
    eg_onset_rest rest;
    size_t count, n = 0, used = 0;
    double errors[BURSTS];
    eg_arena_init(&arena, memory, sizeof memory);
    eg_err err =
        eg_onset_find(method, &settings, SAMPLES, x, &rest, FOUND_MAX, found, &count, &arena, NULL);
    if (err != EG_OK && err != EG_ERR_LIMIT) abort();
    for (size_t k = 0; k < BURSTS; k++) {
        double best = INFINITY;
        for (size_t i = 0; i < count; i++) best = fmin(best, fabs(found[i].on_s - on_s[k]));
        if (best <= 0.4) errors[n++] = 1e3 * best;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < BURSTS; k++)
            if (fabs(found[i].on_s - on_s[k]) <= 0.4) {
                used++;
                break;
            }
    qsort(errors, n, sizeof errors[0], ascending);
    printf("  %5.1f %3.0f %3.0f", n > 0 ? errors[n / 2] : (double)NAN,
           100.0 * (double)(BURSTS - n) / BURSTS,
           100.0 * (double)(count - used + (used > n ? used - n : 0)) / BURSTS);
}

/* `knows_rise`: how long the muscle takes to rise, too. */
static double ideal_ms(const eg_sim_emg *sim, int knows_rise) {
    double errors[BURSTS];
    for (size_t k = 0; k < BURSTS; k++) {
        double at_s = knows_rise ? eg_sim_emg_ideal_s(sim, SAMPLES, x, on_s[k])
                                 : eg_sim_emg_ideal_unknown_s(sim, SAMPLES, x, on_s[k]);
        errors[k] = 1e3 * fabs(at_s - on_s[k]);
    }
    qsort(errors, BURSTS, sizeof errors[0], ascending);
    return errors[BURSTS / 2];
}

static void print_table(void) {
    static const double levels_db[] = {3.0, 6.0, 12.0, 20.0}, ramps_s[] = {0.0, 0.05, 0.1, 0.25};
    /* Steps of 60 bursts a level, read in the comparison of docs/reference/emg.md. */
    static const char *const peers[] = {
        "others, steps (median ms, missed %): BioSPPy Hodges-Bui - 100 at 3 and 6 dB, 20 0, 10 0",
        "  BioSPPy solnik 24 20, 12 0, 1 0, 0 0 with 20 % early; Bonato 66 58, 4 0, 1 0, 1 0",
        "  NeuroKit2 threshold (default) - 100, - 100, 728 68, 49 0; biosppy 8 2, 8 0, 11 0, 14 0"};
    printf("%-22s", "onsets: ms miss% more%");
    for (size_t l = 0; l < 4; l++) printf("  %9.0f dB ", levels_db[l]);
    printf("\n");
    for (size_t r = 0; r < 4; r++) {
        double ideal[2][4];
        for (int m = 0; m < EG_ONSET_METHODS; m++) {
            printf("%-11s %6.0f ms", eg_onset_method_name((eg_onset_method)m), 1e3 * ramps_s[r]);
            for (size_t l = 0; l < 4; l++) {
                eg_sim_emg sim = make(ramps_s[r], levels_db[l]);
                for (int knows = 0; m == 0 && knows < 2; knows++)
                    ideal[knows][l] = ideal_ms(&sim, knows);
                cell((eg_onset_method)m);
            }
            printf("\n");
        }
        for (int knows = 1; knows >= 0; knows--) {
            printf("%-11s %6.0f ms", knows ? "ideal" : "rise unkn.", 1e3 * ramps_s[r]);
            for (size_t l = 0; l < 4; l++) printf("  %5.1f        ", ideal[knows][l]);
            printf("\n");
        }
    }
    for (size_t i = 0; i < 3; i++) printf("%s\n", peers[i]);
}

static void *prepare(void) {
    print_table();
    (void)make(0.05, 12.0);
    return NULL;
}

static void run(void *argument) {
    (void)argument;
    eg_onset_settings settings = eg_onset_defaults(1000.0);
    eg_onset_rest rest;
    size_t count;
    eg_arena_init(&arena, memory, sizeof memory);
    must(eg_onset_find(EG_ONSET_AGLR, &settings, SAMPLES, x, &rest, FOUND_MAX, found, &count,
                       &arena, NULL));
    eg_bench_keep((double)count);
}

EG_BENCHES({"emg onset: 200 bursts in 402 s, AGLR", run, NULL, prepare})
