/* What several contractions say together, torque, and the catalogue of the measures. */
#include "core/base/check.h"
#include "core/base/real.h"
#include "core/strength/trace.h"

enum { THIRDS = 3 };

eg_strength_set eg_strength_collect(size_t n, const double *peaks,
                                    const eg_strength_limits *limits) {
    EG_ASSERT(n > 0 && peaks != NULL && limits != NULL);
    eg_strength_set set = {.n = n, .best = peaks[0], .spread = NAN, .fatigue = NAN};
    double worst = peaks[0];
    for (size_t i = 0; i < n; i++) {
        set.best = fmax(set.best, peaks[i]);
        worst = fmin(worst, peaks[i]);
        set.mean += (peaks[i] - set.mean) / ((double)i + 1.0);
    }
    set.is_few = (double)n < limits->trials_least;
    if (n > 1 && set.best > 0.0) {
        set.spread = 100.0 * (set.best - worst) / set.best;
        set.is_spread_large = set.spread > limits->spread_most;
    }
    if (n < THIRDS) return set;
    size_t third = n / THIRDS;
    double first = 0.0, last = 0.0;
    for (size_t i = 0; i < third; i++) {
        first += peaks[i];
        last += peaks[n - 1 - i];
    }
    if (first > 0.0) set.fatigue = 100.0 * (1.0 - last / first);
    return set;
}

double eg_strength_lsi(double involved, double uninvolved) {
    if (!(involved > 0.0) || !(uninvolved > 0.0)) return NAN;
    return 100.0 * involved / uninvolved;
}

double eg_strength_torque(double force_n, double lever_m, double gravity_n_m) {
    return force_n * lever_m + gravity_n_m;
}

double eg_strength_gravity(double mass_kg, double centre_m, double above_horizontal_deg) {
    return mass_kg * 9.80665 * centre_m * eg_cos(above_horizontal_deg * EG_PI / 180.0);
}

#define RFD    "Maffiuletti et al. 2016, Eur J Appl Physiol 116:1091 (PMC4875063)"
#define ENGRAM "Engram; docs/reference/strength.md"

/* Of a window (its milliseconds and seconds): rate and area; of the time between two, rate. */
#define RATE(code, name, unit, ms, s)                                                              \
    {                                                                                              \
        code "rfd." ms, "Rate of development, 0-" ms " ms", unit "/s", EG_BETTER_HIGHER,           \
            "How fast " name " rises in the first " ms " ms after the onset.",                     \
            "(x(t0 + " ms " ms) - x(t0)) / " s " s", RFD                                           \
    }
#define STEP(code, name, unit, from, to)                                                           \
    {                                                                                              \
        code "rfd." from "_" to, "Rate of development, " from "-" to " ms", unit "/s",             \
            EG_BETTER_HIGHER,                                                                      \
            "How fast " name " rises between " from " and " to " ms after the onset.",             \
            "(x(t0 + " to " ms) - x(t0 + " from " ms)) / 0.05 s", RFD                              \
    }
#define AREA(code, name, unit, ms)                                                                 \
    {                                                                                              \
        code "impulse." ms, "Impulse, 0-" ms " ms", unit ".s", EG_BETTER_HIGHER,                   \
            "The area under " name " above its level at the onset, first " ms " ms.",              \
            "integral of x - x(t0) from t0 to t0 + " ms " ms", RFD                                 \
    }

/* The same once for force and once for torque. */
#define ROWS(code, name, unit)                                                                     \
    {code "peak",                                                                                  \
     "Peak " name,                                                                                 \
     unit,                                                                                         \
     EG_BETTER_HIGHER,                                                                             \
     "The highest " name ": the mean about the largest 20 ms, over the longest window that noise " \
     "cannot tell from shorter ones.",                                                             \
     "mean of x about argmax of the 20 ms mean",                                                   \
     ENGRAM},                                                                                      \
        {code "mean",                                                                              \
         "Best mean " name,                                                                        \
         unit,                                                                                     \
         EG_BETTER_HIGHER,                                                                         \
         "The highest mean over a window (1 s if nobody says otherwise) within the contraction.",  \
         "max over t of mean x(t ... t + window)",                                                 \
         "hand-held dynamometry, in common use"},                                                  \
        RATE(code, name, unit, "30", "0.03"), RATE(code, name, unit, "50", "0.05"),                \
        RATE(code, name, unit, "75", "0.075"), RATE(code, name, unit, "100", "0.1"),               \
        RATE(code, name, unit, "150", "0.15"), RATE(code, name, unit, "200", "0.2"),               \
        RATE(code, name, unit, "250", "0.25"), STEP(code, name, unit, "50", "100"),                \
        STEP(code, name, unit, "100", "150"), STEP(code, name, unit, "150", "200"),                \
        STEP(code, name, unit, "200", "250"),                                                      \
        {code "rfd.peak",                                                                          \
         "Peak rate of development",                                                               \
         unit "/s",                                                                                \
         EG_BETTER_HIGHER,                                                                         \
         "The steepest rise over 20 ms between onset and peak.",                                   \
         "max of the least-squares slope over 20 ms",                                              \
         RFD},                                                                                     \
        AREA(code, name, unit, "30"), AREA(code, name, unit, "50"), AREA(code, name, unit, "75"),  \
        AREA(code, name, unit, "100"), AREA(code, name, unit, "150"),                              \
        AREA(code, name, unit, "200"), AREA(code, name, unit, "250"),                              \
        {code "impulse.total",                                                                     \
         "Impulse of the contraction",                                                             \
         unit ".s",                                                                                \
         EG_BETTER_NONE,                                                                           \
         "The area under " name " above its level at the onset, until it is over.",                \
         "integral of x - x(t0) from t0 to the end",                                               \
         ENGRAM},                                                                                  \
        {code "pretension",                                                                        \
         "Pre-tension",                                                                            \
         unit,                                                                                     \
         EG_BETTER_NONE,                                                                           \
         "Mean level in the 0.2 s before the onset.",                                              \
         "mean of x from t0 - 0.2 s to t0",                                                        \
         RFD},                                                                                     \
    {                                                                                              \
        code "drift", "Drift of the rest", unit "/s", EG_BETTER_NONE,                              \
            "Slope of the line through everything recorded at rest.", "least-squares slope",       \
            ENGRAM                                                                                 \
    }

static const eg_measure_def rows[] = {
    ROWS("strength.", "force", "N"),
    ROWS("strength.torque.", "torque", "N.m"),
    {"strength.onset", "Onset", "s", EG_BETTER_NONE,
     "When force begins to rise, from the first sample; of a logistic rise, when it has gone 1 %.",
     "most likely change from a straight rest to a rise", ENGRAM},
    {"strength.time_to_peak", "Time to peak", "s", EG_BETTER_LOWER, "From the onset to the peak.",
     "t(peak) - t0", "in common use"},
    {"strength.fatigue.hold", "Fatigue in the hold", "%", EG_BETTER_LOWER,
     "How much of the peak is lost on average from the peak until the hold ends; needs a second.",
     "100 (1 - mean of x from peak to end / peak)", "Surakka et al. 2005, Mult Scler 11:579"},
    {"strength.fatigue.trials", "Fatigue over the contractions", "%", EG_BETTER_LOWER,
     "How much lower the peaks of the last third of the contractions are than those of the first.",
     "100 (1 - sum of the last third / sum of the first third)", "in common use"},
    {"strength.torque.per_kg", "Peak torque for body mass", "N.m/kg", EG_BETTER_HIGHER,
     "Peak torque over body mass.", "torque / mass", "in common use"},
    {"strength.per_kg", "Peak force for body mass", "N/kg", EG_BETTER_HIGHER,
     "Peak force over body mass.", "force / mass", "in common use"},
    {"strength.best", "Best contraction", "N", EG_BETTER_HIGHER,
     "The highest peak of all contractions.", "max of the peaks", "in common use"},
    {"strength.trials.mean", "Mean of the contractions", "N", EG_BETTER_HIGHER,
     "The mean of the peaks of all contractions.", "mean of the peaks", "in common use"},
    {"strength.torque.best", "Best contraction", "N.m", EG_BETTER_HIGHER,
     "The highest peak torque of all contractions.", "max of the peaks", "in common use"},
    {"strength.torque.trials.mean", "Mean of the contractions", "N.m", EG_BETTER_HIGHER,
     "The mean of the peak torques of all contractions.", "mean of the peaks", "in common use"},
    {"strength.spread", "Spread of the contractions", "%", EG_BETTER_LOWER,
     "How far the worst contraction is below the best; above the limit of the test "
     "(knowledge/protocols) it is repeated.",
     "100 (best - worst) / best", "hand-held dynamometry, in common use"},
    {"strength.lsi", "Limb symmetry index", "%", EG_BETTER_HIGHER,
     "The involved side as a share of the other, which may itself be weak.",
     "100 involved / uninvolved", "in common use"},
};

const eg_measure_table eg_strength_measures = {rows, sizeof rows / sizeof rows[0]};
