/* The measures of walking as one table: the numbers that name them, the catalogue for everybody
 * else and the order in which they are printed.
 *
 * X(id, extra, sides, code, name, unit, better, definition, formula, source). `sides`: it has a
 * value for each foot beside that of both. `extra` ones are shown on request. */
#ifndef EG_GAIT_MEASURES_H
#define EG_GAIT_MEASURES_H

#include "core/base/measure.h"

#define EG_GAIT_HUXHAM "Huxham et al. 2006, Gait Posture 23:159"
#define EG_GAIT_PERRY  "Perry & Burnfield, Gait Analysis, 2nd ed."
#define EG_GAIT_SI(x)  "200 (R - L) / (R + L) of the means of " x

#define EG_GAIT_MEASURES(X)                                                                        \
    X(STEPS, 0, 0, "gait.steps", "Steps", "{#}", EG_BETTER_NONE,                                   \
      "How many times a foot came down in the recording.", "count of strikes", "Engram")           \
    X(STRIDES, 0, 0, "gait.strides", "Strides measured", "{#}", EG_BETTER_NONE,                    \
      "Strides from which means are taken: without the first and last two steps of a walk that "   \
      "starts or stops in the recording, and without turns.",                                      \
      "count of steady strides", "Engram")                                                         \
    X(SPEED, 0, 0, "gait.speed", "Walking speed", "m/s", EG_BETTER_HIGHER,                         \
      "Way of the steady strides over their time.", "sum(stride length) / sum(stride time)",       \
      EG_GAIT_PERRY)                                                                               \
    X(CADENCE, 0, 0, "gait.cadence", "Cadence", "/min", EG_BETTER_NONE, "Steps a minute.",         \
      "120 / mean(stride time)", EG_GAIT_PERRY)                                                    \
    X(STEP_LENGTH, 0, 1, "gait.step.length", "Step length", "mm", EG_BETTER_NONE,                  \
      "From the other foot's place to this foot's, along the line between this foot's last and "   \
      "new place.",                                                                                \
      "mean over steady steps", EG_GAIT_HUXHAM)                                                    \
    X(STRIDE_LENGTH, 0, 1, "gait.stride.length", "Stride length", "mm", EG_BETTER_NONE,            \
      "From a foot's place to its next one.", "mean over steady strides", EG_GAIT_HUXHAM)          \
    X(STEP_WIDTH, 0, 1, "gait.step.width", "Step width", "mm", EG_BETTER_NONE,                     \
      "How far the feet stand apart, across the way; negative where they cross.",                  \
      "distance of the other foot's place from the line of this foot's stride", EG_GAIT_HUXHAM)    \
    X(STEP_TIME, 0, 1, "gait.step.time", "Step time", "s", EG_BETTER_NONE,                         \
      "From the other foot's strike to this foot's.", "mean over steady steps", EG_GAIT_PERRY)     \
    X(STRIDE_TIME, 0, 1, "gait.stride.time", "Stride time", "s", EG_BETTER_NONE,                   \
      "From a foot's strike to its next one.", "mean over steady strides", EG_GAIT_PERRY)          \
    X(STANCE, 0, 1, "gait.stance", "Stance", "%", EG_BETTER_NONE,                                  \
      "Part of the stride during which the foot is on the ground.",                                \
      "100 (off - strike) / stride time", EG_GAIT_PERRY)                                           \
    X(SWING, 0, 1, "gait.swing", "Swing", "%", EG_BETTER_NONE,                                     \
      "Part of the stride during which the foot is in the air.", "100 - stance", EG_GAIT_PERRY)    \
    X(DOUBLE, 0, 1, "gait.double_support", "Double support", "%", EG_BETTER_NONE,                  \
      "Part of the stride during which both feet are on the ground, both times together.",         \
      "100 (other off - strike + off - other strike) / stride time", EG_GAIT_PERRY)                \
    X(SINGLE, 1, 1, "gait.single_support", "Single support", "%", EG_BETTER_NONE,                  \
      "Part of the stride during which this foot alone is on the ground.",                         \
      "100 (other strike - other off) / stride time", EG_GAIT_PERRY)                               \
    X(STANCE_TIME, 1, 1, "gait.stance.time", "Stance time", "s", EG_BETTER_NONE,                   \
      "From the strike to the off of a foot.", "mean over steady strides", EG_GAIT_PERRY)          \
    X(SWING_TIME, 1, 1, "gait.swing.time", "Swing time", "s", EG_BETTER_NONE,                      \
      "From the off to the next strike of a foot.", "mean over steady strides", EG_GAIT_PERRY)     \
    X(CLEARANCE, 0, 1, "gait.clearance", "Toe clearance", "mm", EG_BETTER_NONE,                    \
      "Least height of the forefoot in the middle of the swing over its height while standing; "   \
      "the mean over the swings that have such a least height.",                                   \
      "lowest local minimum between 20 and 85 % of the swing minus the height standing",           \
      "Winter 1992, Phys Ther 72:45")                                                              \
    X(STRIDE_TIME_CV, 0, 0, "gait.stride.time.cv", "Variability of stride time", "%",              \
      EG_BETTER_LOWER, "Standard deviation of the stride times over their mean.",                  \
      "100 SD / mean; each side on its own, then the root mean square of both",                    \
      "Hausdorff 2005, "                                                                           \
      "J Neuroeng Rehabil 2:19")                                                                   \
    X(STEP_TIME_SD, 1, 0, "gait.step.time.sd", "Variability of step time", "s", EG_BETTER_LOWER,   \
      "Standard deviation of the step times, sides apart.",                                        \
      "root mean square of the two sides' SD",                                                     \
      "Galna, Lord & Rochester 2013, Gait Posture 37:580")                                         \
    X(STEP_LENGTH_SD, 0, 0, "gait.step.length.sd", "Variability of step length", "mm",             \
      EG_BETTER_LOWER, "Standard deviation of the step lengths, sides apart.",                     \
      "root mean square of the two sides' SD",                                                     \
      "Galna, Lord & Rochester 2013, Gait Posture 37:580")                                         \
    X(STEP_WIDTH_SD, 1, 0, "gait.step.width.sd", "Variability of step width", "mm",                \
      EG_BETTER_NONE, "Standard deviation of the step widths, sides apart.",                       \
      "root mean square of the two sides' SD",                                                     \
      "Galna, Lord & Rochester 2013, Gait Posture 37:580")                                         \
    X(SI_STEP_LENGTH, 0, 0, "gait.symmetry.step.length", "Symmetry index of step length", "%",     \
      EG_BETTER_NONE, "0 where both sides are alike; above 0 where the right one is larger.",      \
      EG_GAIT_SI("step length"),                                                                   \
      "Robinson, Herzog & Nigg 1987, J Manipulative Physiol Ther "                                 \
      "10:172")                                                                                    \
    X(SI_STEP_TIME, 0, 0, "gait.symmetry.step.time", "Symmetry index of step time", "%",           \
      EG_BETTER_NONE, "0 where both sides are alike; above 0 where the right one is larger.",      \
      EG_GAIT_SI("step time"), "Robinson, Herzog & Nigg 1987, J Manipulative Physiol Ther 10:172") \
    X(SI_SWING, 0, 0, "gait.symmetry.swing", "Symmetry index of swing time", "%", EG_BETTER_NONE,  \
      "0 where both sides are alike; above 0 where the right one is larger.",                      \
      EG_GAIT_SI("swing time"),                                                                    \
      "Robinson, Herzog & Nigg 1987, J Manipulative Physiol Ther "                                 \
      "10:172")                                                                                    \
    X(SI_STANCE, 1, 0, "gait.symmetry.stance", "Symmetry index of stance time", "%",               \
      EG_BETTER_NONE, "0 where both sides are alike; above 0 where the right one is larger.",      \
      EG_GAIT_SI("stance time"),                                                                   \
      "Robinson, Herzog & Nigg 1987, J Manipulative Physiol Ther "                                 \
      "10:172")                                                                                    \
    X(RATIO_STEP_LENGTH, 1, 0, "gait.ratio.step.length", "Step length ratio", "1",                 \
      EG_BETTER_LOWER, "Larger over smaller side; 1 where both are alike.",                        \
      "max(L, R) / min(L, R) of the means", "Patterson et al. 2010, Gait Posture 31:241")          \
    X(RATIO_SWING, 1, 0, "gait.ratio.swing", "Swing time ratio", "1", EG_BETTER_LOWER,             \
      "Larger over smaller side; 1 where both are alike.", "max(L, R) / min(L, R) of the means",   \
      "Patterson et al. 2010, Gait Posture 31:241")                                                \
    X(WALK_RATIO, 1, 0, "gait.walk_ratio", "Walk ratio", "mm.min", EG_BETTER_NONE,                 \
      "Step length over cadence: how speed is made.", "mean step length / cadence",                \
      "Sekiya & Nagasaki 1998, Gait Posture 7:225")                                                \
    X(TURN_STEPS, 1, 0, "gait.steps.turning", "Steps in turns", "{#}", EG_BETTER_NONE,             \
      "Steps in which the way turned by more than 20 degrees within a stride.", "count", "Engram") \
    X(STEP_HEIGHT, 0, 0, "gait.stairs.height", "Height of a step", "mm", EG_BETTER_NONE,           \
      "Mean height between the levels that the feet went up or down.",                             \
      "mean |height of a foot's place - that of the other foot before|", "Engram")                 \
    X(UP_STEPS, 0, 0, "gait.stairs.up", "Steps up", "{#}", EG_BETTER_NONE,                         \
      "Feet put down higher than the other foot stood.", "count", "Engram")                        \
    X(DOWN_STEPS, 0, 0, "gait.stairs.down", "Steps down", "{#}", EG_BETTER_NONE,                   \
      "Feet put down lower than the other foot stood.", "count", "Engram")                         \
    X(UP_CLEARANCE, 0, 1, "gait.stairs.up.clearance", "Clearance going up", "mm", EG_BETTER_NONE,  \
      "How high the forefoot passes over the edge of the step; without a known edge, its highest " \
      "place over the level it lands on.",                                                         \
      "toe's height over the edge where it passes it", "Hamel et al. 2005, Gait Posture 21:134")   \
    X(DOWN_CLEARANCE, 0, 1, "gait.stairs.down.clearance", "Clearance going down", "mm",            \
      EG_BETTER_NONE,                                                                              \
      "How high the heel passes over the edge of the step; without a known edge, the toe's "       \
      "highest place over the level it left.",                                                     \
      "heel's height over the edge where it passes it", "Hamel et al. 2005, Gait Posture 21:134")  \
    X(CLEARANCE_SLOPE, 0, 0, "gait.stairs.clearance.slope", "Clearance for height", "mm/%",        \
      EG_BETTER_NONE,                                                                              \
      "How much higher a foot is lifted for each percent of the leg's length that the step is "    \
      "higher.",                                                                                   \
      "least-squares slope of clearance over 100 x height / leg length", "Engram")                 \
    X(OBSTACLE_LEAD, 0, 0, "gait.obstacle.lead", "Clearance of the leading foot", "mm",            \
      EG_BETTER_NONE, "Toe of the first foot over the obstacle where it passes it.",               \
      "toe's height over the obstacle's top where it passes it",                                   \
      "Patla & Rietdyk 1993, Gait "                                                                \
      "Posture 1:45")                                                                              \
    X(OBSTACLE_TRAIL, 0, 0, "gait.obstacle.trail", "Clearance of the trailing foot", "mm",         \
      EG_BETTER_NONE, "Toe of the second foot over the obstacle where it passes it.",              \
      "toe's height over the obstacle's top where it passes it",                                   \
      "Patla & Rietdyk 1993, Gait "                                                                \
      "Posture 1:45")                                                                              \
    X(HR_AP, 0, 0, "gait.harmonic_ratio.ap", "Harmonic ratio, forward", "1", EG_BETTER_HIGHER,     \
      "What the two steps of a stride share against what they do not, in the "                     \
      "acceleration forward at the lower back.",                                                   \
      "sum of the amplitudes of the even harmonics of a stride over that of the "                  \
      "others, 1 to 20; mean over steady strides",                                                 \
      "Menz, Lord & Fitzpatrick 2003, Gait Posture 18:35")                                         \
    X(HR_ML, 0, 0, "gait.harmonic_ratio.ml", "Harmonic ratio, sideways", "1", EG_BETTER_HIGHER,    \
      "What the two steps of a stride share against what they do not, in the "                     \
      "acceleration sideways at the lower back.",                                                  \
      "sum of the amplitudes of the odd harmonics of a stride over that of the "                   \
      "others, 1 to 20; mean over steady strides",                                                 \
      "Menz, Lord & Fitzpatrick 2003, Gait Posture 18:35")                                         \
    X(HR_V, 0, 0, "gait.harmonic_ratio.v", "Harmonic ratio, up and down", "1", EG_BETTER_HIGHER,   \
      "What the two steps of a stride share against what they do not, in the "                     \
      "acceleration up and down at the lower back.",                                               \
      "sum of the amplitudes of the even harmonics of a stride over that of the "                  \
      "others, 1 to 20; mean over steady strides",                                                 \
      "Menz, Lord & Fitzpatrick 2003, Gait Posture 18:35")                                         \
    X(IHR_AP, 0, 0, "gait.harmonic_ratio.improved.ap", "Improved harmonic ratio, forward", "%",    \
      EG_BETTER_HIGHER,                                                                            \
      "How much of the acceleration forward the two steps of a stride share; 100 "                 \
      "where they are alike.",                                                                     \
      "100 x power of the even harmonics of a stride over that of all, 1 to 20; mean "             \
      "over steady strides",                                                                       \
      "Pasciuto et al. 2017, J Biomech 53:84")                                                     \
    X(IHR_ML, 0, 0, "gait.harmonic_ratio.improved.ml", "Improved harmonic ratio, sideways", "%",   \
      EG_BETTER_HIGHER,                                                                            \
      "How much of the acceleration sideways the two steps of a stride share; 100 "                \
      "where they are alike.",                                                                     \
      "100 x power of the odd harmonics of a stride over that of all, 1 to 20; mean "              \
      "over steady strides",                                                                       \
      "Pasciuto et al. 2017, J Biomech 53:84")                                                     \
    X(IHR_V, 0, 0, "gait.harmonic_ratio.improved.v", "Improved harmonic ratio, up and down", "%",  \
      EG_BETTER_HIGHER,                                                                            \
      "How much of the acceleration up and down the two steps of a stride share; 100 "             \
      "where they are alike.",                                                                     \
      "100 x power of the even harmonics of a stride over that of all, 1 to 20; mean "             \
      "over steady strides",                                                                       \
      "Pasciuto et al. 2017, J Biomech 53:84")                                                     \
    X(STEP_REG_AP, 0, 0, "gait.regularity.step.ap", "Step regularity, forward", "1",               \
      EG_BETTER_HIGHER, "How alike neighbouring steps are: 1 where they are the same.",            \
      "unbiased autocorrelation of the acceleration at its peak near one step",                    \
      "Moe-Nilssen & Helbostad 2004, J Biomech 37:121")                                            \
    X(STEP_REG_ML, 0, 0, "gait.regularity.step.ml", "Step regularity, sideways", "1",              \
      EG_BETTER_HIGHER, "How alike neighbouring steps are, mirrored: 1 where they are the same.",  \
      "- unbiased autocorrelation of the acceleration at its peak near one step",                  \
      "Moe-Nilssen & Helbostad 2004, J Biomech 37:121")                                            \
    X(STEP_REG_V, 0, 0, "gait.regularity.step.v", "Step regularity, up and down", "1",             \
      EG_BETTER_HIGHER, "How alike neighbouring steps are: 1 where they are the same.",            \
      "unbiased autocorrelation of the acceleration at its peak near one step",                    \
      "Moe-Nilssen & Helbostad 2004, J Biomech 37:121")                                            \
    X(STRIDE_REG_AP, 0, 0, "gait.regularity.stride.ap", "Stride regularity, forward", "1",         \
      EG_BETTER_HIGHER, "How alike neighbouring strides are: 1 where they are the same.",          \
      "unbiased autocorrelation of the acceleration at its peak near one stride",                  \
      "Moe-Nilssen & Helbostad 2004, J Biomech 37:121")                                            \
    X(STRIDE_REG_ML, 0, 0, "gait.regularity.stride.ml", "Stride regularity, sideways", "1",        \
      EG_BETTER_HIGHER, "How alike neighbouring strides are: 1 where they are the same.",          \
      "unbiased autocorrelation of the acceleration at its peak near one stride",                  \
      "Moe-Nilssen & Helbostad 2004, J Biomech 37:121")                                            \
    X(STRIDE_REG_V, 0, 0, "gait.regularity.stride.v", "Stride regularity, up and down", "1",       \
      EG_BETTER_HIGHER, "How alike neighbouring strides are: 1 where they are the same.",          \
      "unbiased autocorrelation of the acceleration at its peak near one stride",                  \
      "Moe-Nilssen & Helbostad 2004, J Biomech 37:121")                                            \
    X(UP_HIP_STRIKE, 0, 0, "gait.stairs.up.hip.strike", "Hip flexion going up, at foot strike",    \
      "deg", EG_BETTER_NONE,                                                                       \
      "Mean hip flexion of the leg that steps, when the foot lands on the next level.",            \
      "mean over steps of the angle at the strike",                                                \
      "Andriacchi, Andersson, Fermier, Stern & Galante 1980, J Bone Joint Surg Am "                \
      "62:749")                                                                                    \
    X(UP_HIP_STRIKE_SLOPE, 0, 0, "gait.stairs.up.hip.strike.slope",                                \
      "Hip flexion for height going up, at foot strike", "deg/%", EG_BETTER_NONE,                  \
      "How much more hip flexion, when the foot lands on the next level, for each "                \
      "percent of the length of the leg that the step is higher; leading feet.",                   \
      "least-squares slope of the angle over 100 x height / leg length", "Engram")                 \
    X(UP_HIP_PEAK, 0, 0, "gait.stairs.up.hip.peak", "Hip flexion going up, largest in the swing",  \
      "deg", EG_BETTER_NONE,                                                                       \
      "Mean hip flexion of the leg that steps, at its largest while the foot is over "             \
      "the step.",                                                                                 \
      "mean over steps of the angle from off to strike, its maximum",                              \
      "Andriacchi, Andersson, Fermier, Stern & Galante 1980, J Bone Joint Surg Am "                \
      "62:749")                                                                                    \
    X(UP_HIP_PEAK_SLOPE, 0, 0, "gait.stairs.up.hip.peak.slope",                                    \
      "Hip flexion for height going up, largest in the swing", "deg/%", EG_BETTER_NONE,            \
      "How much more hip flexion, at its largest while the foot is over the step, for "            \
      "each percent of the length of the leg that the step is higher; leading feet.",              \
      "least-squares slope of the angle over 100 x height / leg length", "Engram")                 \
    X(UP_KNEE_STRIKE, 0, 0, "gait.stairs.up.knee.strike", "Knee flexion going up, at foot strike", \
      "deg", EG_BETTER_NONE,                                                                       \
      "Mean knee flexion of the leg that steps, when the foot lands on the next "                  \
      "level.",                                                                                    \
      "mean over steps of the angle at the strike",                                                \
      "Andriacchi, Andersson, Fermier, Stern & Galante 1980, J Bone Joint Surg Am "                \
      "62:749")                                                                                    \
    X(UP_KNEE_STRIKE_SLOPE, 0, 0, "gait.stairs.up.knee.strike.slope",                              \
      "Knee flexion for height going up, at foot strike", "deg/%", EG_BETTER_NONE,                 \
      "How much more knee flexion, when the foot lands on the next level, for each "               \
      "percent of the length of the leg that the step is higher; leading feet.",                   \
      "least-squares slope of the angle over 100 x height / leg length", "Engram")                 \
    X(UP_KNEE_PEAK, 0, 0, "gait.stairs.up.knee.peak",                                              \
      "Knee flexion going up, largest in the swing", "deg", EG_BETTER_NONE,                        \
      "Mean knee flexion of the leg that steps, at its largest while the foot is over "            \
      "the step.",                                                                                 \
      "mean over steps of the angle from off to strike, its maximum",                              \
      "Andriacchi, Andersson, Fermier, Stern & Galante 1980, J Bone Joint Surg Am "                \
      "62:749")                                                                                    \
    X(UP_KNEE_PEAK_SLOPE, 0, 0, "gait.stairs.up.knee.peak.slope",                                  \
      "Knee flexion for height going up, largest in the swing", "deg/%", EG_BETTER_NONE,           \
      "How much more knee flexion, at its largest while the foot is over the step, "               \
      "for each percent of the length of the leg that the step is higher; leading "                \
      "feet.",                                                                                     \
      "least-squares slope of the angle over 100 x height / leg length", "Engram")                 \
    X(UP_ANKLE_STRIKE, 0, 0, "gait.stairs.up.ankle.strike",                                        \
      "Ankle dorsiflexion going up, at foot strike", "deg", EG_BETTER_NONE,                        \
      "Mean ankle dorsiflexion of the leg that steps, when the foot lands on the next "            \
      "level.",                                                                                    \
      "mean over steps of the angle at the strike",                                                \
      "Andriacchi, Andersson, Fermier, Stern & Galante 1980, J Bone Joint Surg Am "                \
      "62:749")                                                                                    \
    X(UP_ANKLE_STRIKE_SLOPE, 0, 0, "gait.stairs.up.ankle.strike.slope",                            \
      "Ankle dorsiflexion for height going up, at foot strike", "deg/%", EG_BETTER_NONE,           \
      "How much more ankle dorsiflexion, when the foot lands on the next level, for "              \
      "each percent of the length of the leg that the step is higher; leading feet.",              \
      "least-squares slope of the angle over 100 x height / leg length", "Engram")                 \
    X(UP_ANKLE_PEAK, 0, 0, "gait.stairs.up.ankle.peak",                                            \
      "Ankle dorsiflexion going up, largest in the swing", "deg", EG_BETTER_NONE,                  \
      "Mean ankle dorsiflexion of the leg that steps, at its largest while the foot "              \
      "is over the step.",                                                                         \
      "mean over steps of the angle from off to strike, its maximum",                              \
      "Andriacchi, Andersson, Fermier, Stern & Galante 1980, J Bone Joint Surg Am "                \
      "62:749")                                                                                    \
    X(UP_ANKLE_PEAK_SLOPE, 0, 0, "gait.stairs.up.ankle.peak.slope",                                \
      "Ankle dorsiflexion for height going up, largest in the swing", "deg/%", EG_BETTER_NONE,     \
      "How much more ankle dorsiflexion, at its largest while the foot is over the "               \
      "step, for each percent of the length of the leg that the step is higher; "                  \
      "leading feet.",                                                                             \
      "least-squares slope of the angle over 100 x height / leg length", "Engram")                 \
    X(DOWN_HIP_STRIKE, 0, 0, "gait.stairs.down.hip.strike",                                        \
      "Hip flexion going down, at foot strike", "deg", EG_BETTER_NONE,                             \
      "Mean hip flexion of the leg that steps, when the foot lands on the next level.",            \
      "mean over steps of the angle at the strike",                                                \
      "Andriacchi, Andersson, Fermier, Stern & Galante 1980, J Bone Joint Surg Am "                \
      "62:749")                                                                                    \
    X(DOWN_HIP_STRIKE_SLOPE, 0, 0, "gait.stairs.down.hip.strike.slope",                            \
      "Hip flexion for height going down, at foot strike", "deg/%", EG_BETTER_NONE,                \
      "How much more hip flexion, when the foot lands on the next level, for each "                \
      "percent of the length of the leg that the step is higher; leading feet.",                   \
      "least-squares slope of the angle over 100 x height / leg length", "Engram")                 \
    X(DOWN_HIP_PEAK, 0, 0, "gait.stairs.down.hip.peak",                                            \
      "Hip flexion going down, largest in the swing", "deg", EG_BETTER_NONE,                       \
      "Mean hip flexion of the leg that steps, at its largest while the foot is over "             \
      "the step.",                                                                                 \
      "mean over steps of the angle from off to strike, its maximum",                              \
      "Andriacchi, Andersson, Fermier, Stern & Galante 1980, J Bone Joint Surg Am "                \
      "62:749")                                                                                    \
    X(DOWN_HIP_PEAK_SLOPE, 0, 0, "gait.stairs.down.hip.peak.slope",                                \
      "Hip flexion for height going down, largest in the swing", "deg/%", EG_BETTER_NONE,          \
      "How much more hip flexion, at its largest while the foot is over the step, for "            \
      "each percent of the length of the leg that the step is higher; leading feet.",              \
      "least-squares slope of the angle over 100 x height / leg length", "Engram")                 \
    X(DOWN_KNEE_STRIKE, 0, 0, "gait.stairs.down.knee.strike",                                      \
      "Knee flexion going down, at foot strike", "deg", EG_BETTER_NONE,                            \
      "Mean knee flexion of the leg that steps, when the foot lands on the next "                  \
      "level.",                                                                                    \
      "mean over steps of the angle at the strike",                                                \
      "Andriacchi, Andersson, Fermier, Stern & Galante 1980, J Bone Joint Surg Am "                \
      "62:749")                                                                                    \
    X(DOWN_KNEE_STRIKE_SLOPE, 0, 0, "gait.stairs.down.knee.strike.slope",                          \
      "Knee flexion for height going down, at foot strike", "deg/%", EG_BETTER_NONE,               \
      "How much more knee flexion, when the foot lands on the next level, for each "               \
      "percent of the length of the leg that the step is higher; leading feet.",                   \
      "least-squares slope of the angle over 100 x height / leg length", "Engram")                 \
    X(DOWN_KNEE_PEAK, 0, 0, "gait.stairs.down.knee.peak",                                          \
      "Knee flexion going down, largest in the swing", "deg", EG_BETTER_NONE,                      \
      "Mean knee flexion of the leg that steps, at its largest while the foot is over "            \
      "the step.",                                                                                 \
      "mean over steps of the angle from off to strike, its maximum",                              \
      "Andriacchi, Andersson, Fermier, Stern & Galante 1980, J Bone Joint Surg Am "                \
      "62:749")                                                                                    \
    X(DOWN_KNEE_PEAK_SLOPE, 0, 0, "gait.stairs.down.knee.peak.slope",                              \
      "Knee flexion for height going down, largest in the swing", "deg/%", EG_BETTER_NONE,         \
      "How much more knee flexion, at its largest while the foot is over the step, "               \
      "for each percent of the length of the leg that the step is higher; leading "                \
      "feet.",                                                                                     \
      "least-squares slope of the angle over 100 x height / leg length", "Engram")                 \
    X(DOWN_ANKLE_STRIKE, 0, 0, "gait.stairs.down.ankle.strike",                                    \
      "Ankle dorsiflexion going down, at foot strike", "deg", EG_BETTER_NONE,                      \
      "Mean ankle dorsiflexion of the leg that steps, when the foot lands on the next "            \
      "level.",                                                                                    \
      "mean over steps of the angle at the strike",                                                \
      "Andriacchi, Andersson, Fermier, Stern & Galante 1980, J Bone Joint Surg Am "                \
      "62:749")                                                                                    \
    X(DOWN_ANKLE_STRIKE_SLOPE, 0, 0, "gait.stairs.down.ankle.strike.slope",                        \
      "Ankle dorsiflexion for height going down, at foot strike", "deg/%", EG_BETTER_NONE,         \
      "How much more ankle dorsiflexion, when the foot lands on the next level, for "              \
      "each percent of the length of the leg that the step is higher; leading feet.",              \
      "least-squares slope of the angle over 100 x height / leg length", "Engram")                 \
    X(DOWN_ANKLE_PEAK, 0, 0, "gait.stairs.down.ankle.peak",                                        \
      "Ankle dorsiflexion going down, largest in the swing", "deg", EG_BETTER_NONE,                \
      "Mean ankle dorsiflexion of the leg that steps, at its largest while the foot "              \
      "is over the step.",                                                                         \
      "mean over steps of the angle from off to strike, its maximum",                              \
      "Andriacchi, Andersson, Fermier, Stern & Galante 1980, J Bone Joint Surg Am "                \
      "62:749")                                                                                    \
    X(DOWN_ANKLE_PEAK_SLOPE, 0, 0, "gait.stairs.down.ankle.peak.slope",                            \
      "Ankle dorsiflexion for height going down, largest in the swing", "deg/%", EG_BETTER_NONE,   \
      "How much more ankle dorsiflexion, at its largest while the foot is over the "               \
      "step, for each percent of the length of the leg that the step is higher; "                  \
      "leading feet.",                                                                             \
      "least-squares slope of the angle over 100 x height / leg length", "Engram")                 \
    X(OVER_HIP_PEAK, 0, 0, "gait.obstacle.hip.peak",                                               \
      "Hip flexion over the obstacle, largest in the swing", "deg", EG_BETTER_NONE,                \
      "Mean hip flexion of the leg that goes over first, at its largest in that swing.",           \
      "mean over leading feet of the angle from off to strike, its maximum",                       \
      "Patla & Rietdyk 1993, Gait Posture 1:45")                                                   \
    X(OVER_HIP_PEAK_SLOPE, 0, 0, "gait.obstacle.hip.peak.slope",                                   \
      "Hip flexion for height over the obstacle, largest in the swing", "deg/%", EG_BETTER_NONE,   \
      "How much more hip flexion, at its largest in the swing, for each percent of the length of " \
      "the leg that the obstacle is higher; leading feet.",                                        \
      "least-squares slope of the angle over 100 x height / leg length", "Engram")                 \
    X(OVER_KNEE_PEAK, 0, 0, "gait.obstacle.knee.peak",                                             \
      "Knee flexion over the obstacle, largest in the swing", "deg", EG_BETTER_NONE,               \
      "Mean knee flexion of the leg that goes over first, at its largest in that swing.",          \
      "mean over leading feet of the angle from off to strike, its maximum",                       \
      "Patla & Rietdyk 1993, Gait Posture 1:45")                                                   \
    X(OVER_KNEE_PEAK_SLOPE, 0, 0, "gait.obstacle.knee.peak.slope",                                 \
      "Knee flexion for height over the obstacle, largest in the swing", "deg/%", EG_BETTER_NONE,  \
      "How much more knee flexion, at its largest in the swing, for each percent of the length "   \
      "of the leg that the obstacle is higher; leading feet.",                                     \
      "least-squares slope of the angle over 100 x height / leg length", "Engram")                 \
    X(OVER_ANKLE_PEAK, 0, 0, "gait.obstacle.ankle.peak",                                           \
      "Ankle dorsiflexion over the obstacle, largest in the swing", "deg", EG_BETTER_NONE,         \
      "Mean ankle dorsiflexion of the leg that goes over first, at its largest in that swing.",    \
      "mean over leading feet of the angle from off to strike, its maximum",                       \
      "Patla & Rietdyk 1993, Gait Posture 1:45")                                                   \
    X(OVER_ANKLE_PEAK_SLOPE, 0, 0, "gait.obstacle.ankle.peak.slope",                               \
      "Ankle dorsiflexion for height over the obstacle, largest in the swing", "deg/%",            \
      EG_BETTER_NONE,                                                                              \
      "How much more ankle dorsiflexion, at its largest in the swing, for each percent of the "    \
      "length of the leg that the obstacle is higher; leading feet.",                              \
      "least-squares slope of the angle over 100 x height / leg length", "Engram")

typedef enum eg_gait_measure_id {
#define EG_GAIT_ID(id, ...) EG_GAIT_M_##id,
    EG_GAIT_MEASURES(EG_GAIT_ID)
#undef EG_GAIT_ID
        EG_GAIT_M_COUNT
} eg_gait_measure_id;

/* Joint angles on stairs stand together: kind up, down; joint hip, knee, ankle; moment strike,
 * peak; the mean and its slope. */
static inline int eg_gait_angle_measure(int is_down, int joint, int is_peak, int is_slope) {
    return EG_GAIT_M_UP_HIP_STRIKE + ((is_down * 3 + joint) * 2 + is_peak) * 2 + is_slope;
}

/* Over obstacles, at the largest in the leading foot's swing. */
static inline int eg_gait_obstacle_angle_measure(int joint, int is_slope) {
    return EG_GAIT_M_OVER_HIP_PEAK + 2 * joint + is_slope;
}

extern const eg_measure_table eg_gait_measures;

/* Shown on request only; has a value for each foot. */
int eg_gait_measure_is_extra(eg_gait_measure_id id);
int eg_gait_measure_has_sides(eg_gait_measure_id id);

#endif
