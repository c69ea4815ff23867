/* Strength from the trace of a dynamometer: where each contraction begins and ends, its peak, its
 * best mean, how fast force rises, impulse and fatigue; and what is wrong with the trace
 * (pre-tension, drift, a counter-movement, clipping). Force in N or torque in N m, at any rate; the
 * caller converts units and says which of the two it is.
 *
 * What a number means is in the catalogue (eg_strength_measures); accuracy on made traces with
 * known answers and what has no open truth is in docs/reference/strength.md. Memory comes from the
 * caller's arena; no I/O. */
#ifndef EG_STRENGTH_TRACE_H
#define EG_STRENGTH_TRACE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/measure.h"

enum {
    EG_STRENGTH_TRIALS_MAX = 64,
    EG_STRENGTH_STEP_COUNT = 4, /* 50-100, 100-150, 150-200, 200-250 ms */
    EG_STRENGTH_SAMPLES_MAX = 1 << 24
};

/* Windows from the onset on, by their milliseconds. */
typedef enum eg_strength_window {
    EG_STRENGTH_RFD_30,
    EG_STRENGTH_RFD_50,
    EG_STRENGTH_RFD_75,
    EG_STRENGTH_RFD_100,
    EG_STRENGTH_RFD_150,
    EG_STRENGTH_RFD_200,
    EG_STRENGTH_RFD_250,
    EG_STRENGTH_RFD_COUNT
} eg_strength_window;

/* The windows in seconds, longest last. */
extern const double eg_strength_rfd_s[EG_STRENGTH_RFD_COUNT];

/* Between which windows force is measured in steps: from, to. */
extern const eg_strength_window eg_strength_steps[EG_STRENGTH_STEP_COUNT][2];

#define EG_STRENGTH_RATE_MIN_HZ  20.0
#define EG_STRENGTH_RATE_PEAK_HZ 100.0  /* below it the peak is flagged */
#define EG_STRENGTH_RATE_RFD_HZ  1000.0 /* below it onset and RFD are flagged */
#define EG_STRENGTH_WINDOW_S     1.0    /* of the best mean, if nobody says otherwise */

/* What a test asks for: knowledge/protocols has the numbers and their sources. NaN: not judged. */
typedef struct eg_strength_limits {
    double spread_most;     /* % of the best trial */
    double trials_least;    /* contractions */
    double pretension_most; /* share of the peak */
    double baseline_most_n; /* force may move so far in the 0.2 s before the onset */
} eg_strength_limits;

/* X(bit, name, sentence) */
#define EG_STRENGTH_FLAGS(X)                                                                       \
    X(PRETENSION, "pre-tension",                                                                   \
      "force before the onset: the muscle was tense, the limb's weight pulls or the device was "   \
      "not zeroed; RFD is not valid")                                                              \
    X(ZERO, "zero", "the trace rests below zero: zero the device")                                 \
    X(BASELINE, "baseline", "force moves in the 0.2 s before the onset: RFD is not valid")         \
    X(DRIFT, "drift", "the rest level drifts through the recording")                               \
    X(DRIFT_REMOVED, "drift removed",                                                              \
      "the drift that rest before and after agrees on was taken off from the start on")            \
    X(HUM, "hum", "mains hum was taken off: look for its cause")                                   \
    X(TREMOR, "tremor",                                                                            \
      "the trace trembles at rest, too: onset and RFD are told apart from it, the peak holds it")  \
    X(DIP, "counter-movement", "force falls before it rises: RFD is not valid")                    \
    X(NO_REST, "no rest", "less than 0.2 s of rest before the onset: onset and RFD are not known") \
    X(CLIPPED, "clipped", "the top is cut off: the device was at its limit, the peak is higher")   \
    X(CUT, "cut", "the recording ends before the contraction does")                                \
    X(RISING, "cut in the rise",                                                                   \
      "the recording ends while force still rises: the peak is not in it")                         \
    X(RATE_PEAK, "rate", "below 100 samples a second: the peak may be missed")                     \
    X(RATE_RFD, "rate for RFD", "below 1000 samples a second: onset and RFD are rough")            \
    X(SHORT, "short", "shorter than the window of the mean: there is no mean")                     \
    X(NOISE, "noise", "noise above 2 % of the peak: onset and RFD are rough")                      \
    X(UNSURE, "flat start",                                                                        \
      "noise hides where the rise begins: onset or RFD may be off by more than 5 ms or 3 %, see "  \
      "the range of each")                                                                         \
    X(ENDLESS, "no first instant",                                                                 \
      "the rise follows a logistic curve, which has no first instant: its onset is put where it "  \
      "has gone 1 % of its way")

typedef enum eg_strength_flag {
#define FLAG(id, name, sentence) EG_STRENGTH_FLAG_##id,
    EG_STRENGTH_FLAGS(FLAG)
#undef FLAG
        EG_STRENGTH_FLAG_COUNT
} eg_strength_flag;

const char *eg_strength_flag_name(eg_strength_flag flag);
const char *eg_strength_flag_text(eg_strength_flag flag);

static inline bool eg_strength_has(unsigned flags, eg_strength_flag flag) {
    return (flags >> flag & 1U) != 0;
}

typedef struct eg_strength_signal {
    size_t n;
    const double *values; /* [n] N or N m, finite; push is positive */
    double rate_hz;       /* EG_STRENGTH_RATE_MIN_HZ or more */
    bool is_torque;
} eg_strength_signal;

/* From the first sample that belongs to it to one behind the last. */
typedef struct eg_strength_span {
    size_t begin, end;           /* force is above a twentieth of the way to its peak */
    size_t rest_begin, rest_end; /* up to the neighbours: [rest_begin, begin), [end, rest_end) */
} eg_strength_span;

/* NaN: not known, and a flag says why. Times in seconds from the first sample. */
typedef struct eg_strength_trial {
    double onset_s, onset_error_s, end_s; /* _error: one standard error */
    double baseline;                      /* level at the onset, in the trace's unit */
    double noise;                         /* SD of the trace about its rest, same unit */
    double peak, peak_s;
    double mean, mean_s;                     /* highest mean of the window, and where it begins */
    double rfd[EG_STRENGTH_RFD_COUNT];       /* unit / s */
    double rfd_error[EG_STRENGTH_RFD_COUNT]; /* unit / s */
    double rfd_step[EG_STRENGTH_STEP_COUNT]; /* unit / s */
    double rfd_peak, rfd_peak_s;             /* steepest 20 ms */
    double impulse[EG_STRENGTH_RFD_COUNT];   /* unit s, above the baseline */
    double impulse_total;                    /* from onset to end */
    double time_to_peak_s;                   /* from the onset */
    double fatigue;                          /* % */
    double pretension;                       /* level in the 0.2 s before the onset */
    double slope;                            /* of that, unit / s */
    double drift;                            /* of the rest, unit / s; NaN if it has too little */
    double clipped_s;                        /* from here on the top is cut off; NaN: it is not */
    unsigned flags;                          /* 1 << eg_strength_flag */
} eg_strength_trial;

/* Bytes of arena that a trace of n samples needs for eg_strength_trace. */
size_t eg_strength_size(size_t n);

/* Whether the contraction goes downwards (a pull written as negative force): then the caller turns
 * the sign and says so. */
bool eg_strength_is_inverted(size_t n, const double *values);

/* Finds the contractions: spans[max]. A contraction rises above a quarter of the largest one and is
 * parted from the next by 0.3 s or more below a tenth. Errors: EG_ERR_ARGUMENT (rate, length),
 * EG_ERR_DATA (no contraction: nothing rises out of the noise), EG_ERR_MEMORY, EG_ERR_LIMIT. */
EG_NODISCARD eg_err eg_strength_find(const eg_strength_signal *signal, size_t max,
                                     eg_strength_span *spans, size_t *n_spans, eg_arena *arena,
                                     eg_diag *diag);

/* Finds and measures all contractions of a trace, drift (if it is sure) taken off: trials[max].
 * window_s: of the mean, above 0. Errors as eg_strength_find. Cost: about 70 ms a contraction at
 * 1 kHz, up to 0.5 s for one of no known form out of a restless rest. */
EG_NODISCARD eg_err eg_strength_trace(const eg_strength_signal *signal,
                                      const eg_strength_limits *limits, double window_s, size_t max,
                                      eg_strength_trial *trials, size_t *n_trials, eg_arena *arena,
                                      eg_diag *diag);

/* One contraction of a trace as it is. `drift` is only copied. */
EG_NODISCARD eg_err eg_strength_measure(const eg_strength_signal *signal,
                                        const eg_strength_span *span,
                                        const eg_strength_limits *limits, double window_s,
                                        eg_strength_trial *trial, eg_arena *arena, eg_diag *diag);

/* What several trials of one movement say together. */
typedef struct eg_strength_set {
    size_t n;
    double best, mean;
    double spread;        /* % of the best: 100 (best - worst) / best; NaN for one trial */
    double fatigue;       /* %: how much the last third lies below the first; NaN below 3 trials */
    bool is_spread_large; /* above spread_most: repeat */
    bool is_few;          /* fewer than trials_least */
} eg_strength_set;

/* peaks[n], n > 0, in the order they were done. */
eg_strength_set eg_strength_collect(size_t n, const double *peaks,
                                    const eg_strength_limits *limits);

/* Limb symmetry index in %: 100 involved / uninvolved; NaN unless both are above 0. */
double eg_strength_lsi(double involved, double uninvolved);

/* Torque in N m of a force in N at a lever in m; gravity_n_m is added: above 0 where the limb's
 * weight works against the muscle, below 0 where it helps. */
double eg_strength_torque(double force_n, double lever_m, double gravity_n_m);

/* The torque in N m that a limb's weight makes about the joint: mass in kg, its centre's distance
 * from the joint in m, the limb's angle above the horizontal in degrees. */
double eg_strength_gravity(double mass_kg, double centre_m, double above_horizontal_deg);

extern const eg_measure_table eg_strength_measures;

#endif
