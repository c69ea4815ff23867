/* Muscle signals of known truth: noise of a resting muscle with bursts whose onsets, rises and
 * levels are exact. For tests, for the table of onset methods and for trying settings; nobody's
 * muscle. */
#ifndef EG_SIM_EMG_H
#define EG_SIM_EMG_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/real.h"

typedef enum eg_sim_emg_kind {
    EG_SIM_EMG_GAUSSIAN, /* rest and muscle alike: band-limited Gaussian noise */
    EG_SIM_EMG_LAPLACE,  /* both with heavy tails before the band limit */
    EG_SIM_EMG_UNITS     /* Gaussian rest; the muscle is 25 motor units of 10 to 18 firings a second
                            (20 % scatter) with biphasic potentials of lognormal sizes */
} eg_sim_emg_kind;

typedef struct eg_sim_emg {
    double rate_hz;
    size_t n_bursts;
    double period_s,
        length_s;  /* between onsets (10 % scatter); of a burst, rise and fall included */
    double ramp_s; /* the amplitude rises in a straight line, and falls likewise */
    double snr_db; /* power of the muscle over that of the rest on the plateau */
    eg_sim_emg_kind kind;
    int is_white; /* no band limit; otherwise Butterworth 20 ... 450 Hz (0.45 of the
                     rate), order 2, once */
    unsigned seed;
} eg_sim_emg;

/* Samples of the whole: (n_bursts + 1) periods. */
size_t eg_sim_emg_length(const eg_sim_emg *sim);

/* Fills x[n] (rest of standard deviation 1) and the onsets on_s[n_bursts], each on a sample.
 * Takes n numbers of scratch. EG_ERR_MEMORY; EG_ERR_ARGUMENT for a rate below 100 Hz. */
EG_NODISCARD eg_err eg_sim_emg_fill(const eg_sim_emg *sim, size_t n, eg_real *x, double *on_s,
                                    eg_arena *scratch, eg_diag *diag);

/* The muscle's amplitude (the rest's is 1) t_s after the onset. */
double eg_sim_emg_amplitude(const eg_sim_emg *sim, double t_s);

/* What cannot be beaten by much: the most likely onset, in s, for an observer who knows the powers
 * of rest and burst, the shape and length of the rise, and that the truth is within 0.3 s of
 * near_s. Samples count as independent. On whole samples; rises of up to 1024 samples. */
double eg_sim_emg_ideal_s(const eg_sim_emg *sim, size_t n, const eg_real *x, double near_s);

/* The same observer who knows the powers and that the rise is a straight line, but not how long it
 * takes (0 to 0.3 s in steps of 10 ms): the most likely pair of onset and rise. This is what a
 * detector, who knows neither rise nor powers, can be held against. Rates up to 3.4 kHz. */
double eg_sim_emg_ideal_unknown_s(const eg_sim_emg *sim, size_t n, const eg_real *x, double near_s);

#endif
