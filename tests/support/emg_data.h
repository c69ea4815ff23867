/* The open EMG recordings and their reference values (set "emg" of $ENGRAM_DATA). */
#ifndef EG_TESTS_SUPPORT_EMG_DATA_H
#define EG_TESTS_SUPPORT_EMG_DATA_H

#include <jansson.h>
#include <stddef.h>

#include "core/base/arena.h"
#include "core/sim/emg.h"

typedef struct eg_emg_case {
    const char *name;     /* of the golden file: "uci_lower_limb_3Amar" */
    const char *channel;  /* "RF"; "EMG" if there is one only */
    size_t n;             /* samples at 1 kHz */
    const double *x;      /* [n] as recorded */
    const json_t *golden; /* the channel's reference values; NULL if there are none */
} eg_emg_case;

/* One arena of 64 MB, empty again at each call. */
eg_arena eg_emg_arena(void);

/* Zeros; freed with the test's process. */
double *eg_emg_reals(size_t n);

/* Every channel of every recording with reference values; memory lives until the test ends. Skips
 * the test where the recordings are absent. */
const eg_emg_case *eg_emg_cases(size_t *count);

/* One of them. Fails the test if there is none. */
const eg_emg_case *eg_emg_case_of(const char *name, const char *channel);

/* A golden file of the set, whole. */
json_t *eg_emg_golden(const char *file);

/* golden[path...] as a number; path "welch.mdf_bin". Fails the test if it is no number. */
double eg_emg_number(const json_t *golden, const char *path);
const json_t *eg_emg_at(const json_t *golden, const char *path);

/* Compares y[n] with the values of golden[path] at the indices golden["idx"]; returns the largest
 * difference over the largest reference value. */
double eg_emg_difference(const json_t *golden, const char *path, size_t n, const double *y);

/* A made recording of known truth (core/sim/emg.h). */
typedef struct eg_emg_made {
    eg_sim_emg sim;
    double rate_hz;
    size_t n;
    double *x; /* [n], rest has standard deviation 1; the caller frees it */
    size_t n_bursts;
    double on_s[512], off_s[512]; /* the instants at which the amplitude leaves and is back */
} eg_emg_made;

eg_emg_made eg_emg_make_kind(eg_sim_emg sim);

/* Gaussian; white or band-limited. */
eg_emg_made eg_emg_make(double rate_hz, size_t n_bursts, double period_s, double length_s,
                        double ramp_s, double snr_db, int is_white, unsigned seed);

#endif
