/* The measures of joint movement as one table; see core/base/measure.h.
 * X(id, extra, code, name, unit, better, definition, formula, source). The channel of each value
 * names the angle: "knee.flexion". */
#ifndef EG_MOTION_MEASURES_H
#define EG_MOTION_MEASURES_H

#include "core/base/measure.h"

#define EG_MOTION_LOW_PASS "angle low-passed at 6 Hz (Butterworth, zero-lag, effective order 4)"

#define EG_MOTION_MEASURES(X)                                                                      \
    X(START, 0, "motion.start", "Angle at the start", "deg", EG_BETTER_NONE,                       \
      "Where the joint is before it moves.", "mean of the first 0.25 s", "Engram")                 \
    X(MIN, 0, "motion.min", "Smallest angle", "deg", EG_BETTER_NONE,                               \
      "The furthest reached in the angle's negative direction (extension, external rotation "      \
      "...).",                                                                                     \
      "min of the " EG_MOTION_LOW_PASS, "neutral-zero method")                                     \
    X(MAX, 0, "motion.max", "Largest angle", "deg", EG_BETTER_NONE,                                \
      "The furthest reached in the angle's positive direction (flexion, internal rotation ...).",  \
      "max of the " EG_MOTION_LOW_PASS, "neutral-zero method")                                     \
    X(END, 0, "motion.end", "Angle at the end", "deg", EG_BETTER_NONE,                             \
      "Where the joint comes to rest.", "mean of the last 0.25 s", "Engram")                       \
    X(RANGE, 0, "motion.range", "Range", "deg", EG_BETTER_NONE,                                    \
      "From the smallest to the largest angle of the recording.", "max - min",                     \
      "neutral-zero method")                                                                       \
    X(ROM, 0, "motion.rom", "Range of the movement", "deg", EG_BETTER_HIGHER,                      \
      "How far the joint went in the movement that was tested, from neutral: the number of a "     \
      "range-of-motion test.",                                                                     \
      "largest angle in the movement's direction, from 0", "neutral-zero method")                  \
    X(REPETITIONS, 0, "motion.repetitions", "Repetitions", "1", EG_BETTER_NONE,                    \
      "How often the joint went there and back.",                                                  \
      "rises and falls of at least 5 deg, a quarter of the largest swing and six times the noise", \
      "Engram")                                                                                    \
    X(REPETITION_RANGE, 0, "motion.repetition.range", "Range per repetition", "deg",               \
      EG_BETTER_HIGHER, "Mean way from the turning point before to the peak.",                     \
      "mean(peak - low before)", "Engram")                                                         \
    X(REPETITION_SD, 0, "motion.repetition.sd", "Spread of the repetitions", "deg",                \
      EG_BETTER_LOWER, "How much the ranges of the repetitions differ.", "SD(peak - low before)",  \
      "Engram")                                                                                    \
    X(SPEED, 0, "motion.speed.mean", "Mean speed", "deg/s", EG_BETTER_NONE,                        \
      "Mean angular speed of the way out, from rest to rest.",                                     \
      "mean over repetitions of way / duration; ends at 5 % of the peak speed", "Engram")          \
    X(PEAK_SPEED, 1, "motion.speed.peak", "Peak speed", "deg/s", EG_BETTER_NONE,                   \
      "Largest angular speed of the way out.", "mean over repetitions of max(d angle / dt)",       \
      "Engram")                                                                                    \
    X(HOLD, 0, "motion.hold", "Hold at the end of range", "s", EG_BETTER_NONE,                     \
      "How long the joint stays near its peak.",                                                   \
      "longest time within 2 deg or 3 % of the swing of the peak", "Engram")                       \
    X(SPARC, 0, "motion.smoothness.sparc", "Smoothness (SPARC)", "1", EG_BETTER_HIGHER,            \
      "Spectral arc length of the angular speed of the way out; nearer to 0 is smoother.",         \
      "mean over repetitions; 10 Hz, 5 % of the spectrum's largest value",                         \
      "Balasubramanian et al. 2015, J NeuroEng Rehabil 12:112")                                    \
    X(LDLJ, 1, "motion.smoothness.ldlj", "Smoothness (log dimensionless jerk)", "1",               \
      EG_BETTER_HIGHER, "Nearer to 0 is smoother; compare at one sampling rate only.",             \
      "mean over repetitions of -ln(T^3 / vmax^2 integral(jerk^2))",                               \
      "Balasubramanian et al. 2015, J NeuroEng Rehabil 12:112")                                    \
    X(CYCLE_RANGE, 0, "motion.cycle.range", "Range in the gait cycle", "deg", EG_BETTER_NONE,      \
      "Mean range over the cycles from foot strike to foot strike.",                               \
      "mean over cycles of max - min, 101 points a cycle", "Engram")                               \
    X(CHANGE, 0, "motion.change", "Change since the earlier value", "deg", EG_BETTER_HIGHER,       \
      "The range of the movement minus the earlier one that was given.", "ROM - previous",         \
      "Engram")

typedef enum eg_motion_measure_id {
#define EG_MOTION_ID(id, ...) EG_MOTION_M_##id,
    EG_MOTION_MEASURES(EG_MOTION_ID)
#undef EG_MOTION_ID
        EG_MOTION_M_COUNT
} eg_motion_measure_id;

extern const eg_measure_table eg_motion_measures;

#endif
