/* The measures of the profile "engram" as one table, from which come the numbers that name them in
 * core/balance, the catalogue for everybody else and the order in which they are printed.
 *
 * X(id, extra, code, name, unit, better, definition, formula, source)
 *
 * `extra` measures are printed only with EG_BALANCE_ALL: the nonlinear ones, which need care, and
 * those that repeat so poorly that a single trial says little (ICC below .6 within one session in
 * 16 people of the open BDS data; the figures are in knowledge/). Symbols in the formulas: x and y
 * are ML and AP less their means, N samples at rate fs, r = sqrt(x^2 + y^2), T = (N - 1) / fs. */
#ifndef EG_BALANCE_MEASURES_H
#define EG_BALANCE_MEASURES_H

#include "core/base/measure.h"

/* A measure that exists side to side (ML) and front to back (AP). */
#define EG_MEASURE_AXES(X, id, extra_ml, extra_ap, code, name, unit, better, definition, formula,  \
                        source)                                                                    \
    X(id##_ML, extra_ml, code ".ml", name ", side to side", unit, better, definition, formula,     \
      source)                                                                                      \
    X(id##_AP, extra_ap, code ".ap", name ", front to back", unit, better, definition, formula,    \
      source)

#define EG_PRIETO  "Prieto et al. 1996, IEEE Trans Biomed Eng 43:956"
#define EG_QUIJOUX "Quijoux et al. 2021, Physiol Rep 9:e15067"
#define EG_DUARTE  "Duarte, BMC functions; Schubert and Kirchner 2014, Gait Posture 39:518"
#define EG_COLLINS "Collins and De Luca 1993, Exp Brain Res 95:308"

#define EG_MEASURES_POSITION(X)                                                                    \
    EG_MEASURE_AXES(X, MEAN, 0, 0, "cop.mean", "Mean position", "mm", EG_BETTER_NONE,              \
                    "Where the centre of pressure was on average, seen from the plate's origin "   \
                    "or, if known, from the middle of the feet.",                                  \
                    "mean of the recorded coordinate", EG_PRIETO)                                  \
    EG_MEASURE_AXES(X, DRIFT, 0, 0, "cop.drift", "Drift", "mm", EG_BETTER_NONE,                    \
                    "How far the straight line through the coordinate moves from the beginning "   \
                    "to the end of the trial.",                                                    \
                    "least-squares slope * T", "Engram")                                           \
    X(DISTANCE, 0, "cop.distance.mean", "Mean distance", "mm", EG_BETTER_LOWER,                    \
      "Mean distance from the mean position.", "mean(r)", EG_PRIETO)                               \
    EG_MEASURE_AXES(X, DISTANCE, 0, 0, "cop.distance.mean", "Mean distance", "mm",                 \
                    EG_BETTER_LOWER, "Mean distance from the mean position along one axis.",       \
                    "mean(|x|)", EG_PRIETO)                                                        \
    X(RMS, 0, "cop.rms", "Root mean square distance", "mm", EG_BETTER_LOWER,                       \
      "Typical distance from the mean position; large excursions count more. Also called planar "  \
      "deviation.",                                                                                \
      "sqrt(mean(x^2 + y^2))", EG_PRIETO)                                                          \
    EG_MEASURE_AXES(X, RMS, 0, 0, "cop.rms", "Root mean square distance", "mm", EG_BETTER_LOWER,   \
                    "Standard deviation of the sway along one axis (divided by N).",               \
                    "sqrt(mean(x^2))", EG_PRIETO)                                                  \
    X(MAXIMUM, 0, "cop.distance.max", "Largest distance", "mm", EG_BETTER_LOWER,                   \
      "Largest distance from the mean position.", "max(r)", EG_QUIJOUX)                            \
    EG_MEASURE_AXES(X, MAXIMUM, 0, 0, "cop.distance.max", "Largest distance", "mm",                \
                    EG_BETTER_LOWER, "Largest distance from the mean position along one axis.",    \
                    "max(|x|)", EG_QUIJOUX)                                                        \
    X(RANGE, 0, "cop.range", "Planar range", "mm", EG_BETTER_LOWER,                                \
      "Largest distance between any two positions of the trial.", "max over i, k of |p_i - p_k|",  \
      EG_PRIETO)                                                                                   \
    EG_MEASURE_AXES(X, RANGE, 0, 0, "cop.range", "Range", "mm", EG_BETTER_LOWER,                   \
                    "Distance between the two extreme positions along one axis.",                  \
                    "max(x) - min(x)", EG_PRIETO)                                                  \
    X(RANGE_RATIO, 1, "cop.range.ratio", "Ratio of ranges", "1", EG_BETTER_NONE,                   \
      "Side-to-side range over front-to-back range.", "range.ml / range.ap", EG_QUIJOUX)           \
    X(CORRELATION, 1, "cop.correlation", "Correlation of the axes", "1", EG_BETTER_NONE,           \
      "Whether sway to the right goes with sway to the front (1) or to the back (-1).",            \
      "mean(x y) / (rms.ml rms.ap)", EG_QUIJOUX)                                                   \
    X(ELLIPSE_AREA, 0, "cop.ellipse.area", "Area of the 95 % prediction ellipse", "mm2",           \
      EG_BETTER_LOWER,                                                                             \
      "Area of the ellipse in which the next sample lies with a probability of 95 % if sway is "   \
      "normally distributed. It is not the (much smaller) confidence ellipse of the mean.",        \
      "2 pi F.95(2, N-2) (N+1)(N-1) / (N (N-2)) sqrt(det S), S with N - 1", EG_DUARTE)             \
    X(ELLIPSE_MAJOR, 0, "cop.ellipse.major", "Longer semi-axis of the ellipse", "mm",              \
      EG_BETTER_LOWER, "Half the length of the prediction ellipse.",                               \
      "sqrt(2 F.95(2, N-2) (N+1)(N-1) / (N (N-2)) l1), l1 the larger eigenvalue of S", EG_DUARTE)  \
    X(ELLIPSE_MINOR, 0, "cop.ellipse.minor", "Shorter semi-axis of the ellipse", "mm",             \
      EG_BETTER_LOWER, "Half the width of the prediction ellipse.",                                \
      "the same with the smaller eigenvalue", EG_DUARTE)                                           \
    X(ELLIPSE_ANGLE, 1, "cop.ellipse.angle", "Direction of the longer axis", "deg",                \
      EG_BETTER_NONE,                                                                              \
      "Direction in which sway is largest: 0 is straight to the front, 90 to the right, -90 to "   \
      "the left; it has no forward or backward sense.",                                            \
      "atan(v.ml / v.ap) of the first eigenvector of S", EG_QUIJOUX)                               \
    X(ANISOTROPY, 0, "cop.anisotropy", "Anisotropy", "1", EG_BETTER_NONE,                          \
      "How many times longer than wide the sway is.", "sqrt(l1 / l2)", "fourMs micromotion")       \
    X(HULL_AREA, 0, "cop.hull.area", "Area of the convex hull", "mm2", EG_BETTER_LOWER,            \
      "Area of the smallest convex outline around all positions; one stray sample can change it.", \
      "area of the convex hull", "Wollseiffen et al. 2016")                                        \
    X(CIRCLE_AREA, 0, "cop.circle.area", "Area of the 95 % circle", "mm2", EG_BETTER_LOWER,        \
      "Area of the circle around the mean position that holds about 95 % of the distances.",       \
      "pi (MD + 1.645 sqrt(RD^2 - MD^2))^2", EG_PRIETO " (AREA-CC)")

#define EG_MEASURES_MOVEMENT(X)                                                                    \
    X(PATH, 0, "cop.path.length", "Path length", "mm", EG_BETTER_LOWER,                            \
      "Length of the way that the centre of pressure took. Grows with duration, sampling rate "    \
      "and noise: comparable only for the same of these.",                                         \
      "sum sqrt(dx^2 + dy^2)", EG_PRIETO " (TOTEX)")                                               \
    EG_MEASURE_AXES(X, PATH, 0, 0, "cop.path.length", "Path length", "mm", EG_BETTER_LOWER,        \
                    "Length of the way along one axis.", "sum |dx|", EG_PRIETO)                    \
    X(VELOCITY, 0, "cop.velocity.mean", "Mean velocity", "mm/s", EG_BETTER_LOWER,                  \
      "Path length over time. The resultant velocity, not the sum or the root of the axes'.",      \
      "path / T", EG_PRIETO " (MVELO)")                                                            \
    EG_MEASURE_AXES(X, VELOCITY, 0, 0, "cop.velocity.mean", "Mean velocity", "mm/s",               \
                    EG_BETTER_LOWER, "Path length along one axis over time.", "path.axis / T",     \
                    EG_PRIETO)                                                                     \
    EG_MEASURE_AXES(X, VELOCITY_SD, 0, 0, "cop.velocity.sd", "Variation of velocity", "mm/s",      \
                    EG_BETTER_LOWER,                                                               \
                    "Standard deviation of the velocity along one axis (Savitzky-Golay, cubic, "   \
                    "0.2 s). With cop.rms it makes the phase plane parameter, whose two units we " \
                    "do not mix.",                                                                 \
                    "sqrt(mean((v - mean v)^2))", "Riley et al. 1995, Hum Mov Sci 14:371")         \
    EG_MEASURE_AXES(X, PEAKS, 0, 0, "cop.velocity.peaks", "Changes of direction", "/s",            \
                    EG_BETTER_LOWER, "How often per second the velocity changes its sign.",        \
                    "zero crossings of v / T", EG_QUIJOUX " (there a count)")                      \
    EG_MEASURE_AXES(X, PEAK, 0, 0, "cop.velocity.peak", "Mean peak velocity", "mm/s",              \
                    EG_BETTER_LOWER,                                                               \
                    "Mean of the highest speeds between two changes of direction.",                \
                    "mean of max |v| between zero crossings", EG_QUIJOUX)                          \
    X(AREA_RATE, 0, "cop.area.rate", "Sway area per second", "mm2/s", EG_BETTER_LOWER,             \
      "Area that the line from the mean position to the centre of pressure sweeps per second.",    \
      "sum |x[i+1] y[i] - x[i] y[i+1]| / (2 T)", EG_PRIETO " (AREA-SW)")                           \
    X(FREQUENCY, 0, "cop.frequency.mean", "Mean frequency", "Hz", EG_BETTER_NONE,                  \
      "Mean frequency of the power spectrum of both axes together, as in the open data from "      \
      "which the norms come. Welch, segments of half the trial, mean removed, all frequencies.",   \
      "sum over axes of W integral(f P) / integral(P), over sum of W; W = sum of P over the bins", \
      "Santos and Duarte 2016, PeerJ 4:e2648")                                                     \
    X(ROTATION, 0, "cop.frequency.rotation", "Mean rotational frequency", "Hz", EG_BETTER_NONE,    \
      "Rounds per second on a circle with the mean distance as radius that give this velocity.",   \
      "velocity / (2 pi MD)", EG_PRIETO " (MFREQ)")                                                \
    EG_MEASURE_AXES(X, ROTATION, 0, 0, "cop.frequency.rotation", "Mean frequency", "Hz",           \
                    EG_BETTER_NONE,                                                                \
                    "Frequency of the sine with this mean distance and this velocity.",            \
                    "velocity.axis / (4 sqrt(2) MD.axis)", EG_PRIETO)                              \
    X(FRACTAL_CIRCLE, 0, "cop.fractal.circle", "Fractal dimension, circle", "1", EG_BETTER_NONE,   \
      "How much the path fills the circle: 1 is a line, 2 a filled plane.",                        \
      "ln N / ln(N d / path), d the diameter of the 95 % circle", EG_PRIETO " (FD-CC)")            \
    X(FRACTAL_ELLIPSE, 0, "cop.fractal.ellipse", "Fractal dimension, ellipse", "1",                \
      EG_BETTER_NONE, "The same with the ellipse of the same area.",                               \
      "ln N / ln(N d / path), d = sqrt(4 area / pi)", EG_PRIETO " (FD-CE)")                        \
    X(PATH_PER_AREA, 0, "cop.path.per_area", "Length over area", "/mm", EG_BETTER_NONE,            \
      "Path length over the area of the ellipse: much way in little space costs effort.",          \
      "path / ellipse area", "Gagey and Weber 2004 (LFS; without the French regression)")          \
    X(DENSITY_PEAK, 0, "cop.density.peak", "Mean stay", "s", EG_BETTER_HIGHER,                     \
      "Mean of the peaks of the time during which the path stays within 3 mm of where it is. "     \
      "Taken at 25 Hz after the low-pass.",                                                        \
      "mean of local maxima, low-passed at 2.5 Hz", "Baratto et al. 2002; " EG_QUIJOUX)            \
    X(DENSITY_DISTANCE, 0, "cop.density.distance", "Mean distance between stays", "mm",            \
      EG_BETTER_LOWER, "Mean distance between the places of successive stays.",                    \
      "mean |p(peak k+1) - p(peak k)|", "Baratto et al. 2002, Motor Control 6:246")                \
    X(DENSITY_RATE, 0, "cop.density.rate", "Stays per second", "/s", EG_BETTER_NONE,               \
      "How many stays there are per second.", "peaks / T", "Jacono et al. 2004")

#define EG_SPECTRUM_NOTE                                                                           \
    " Welch, 10 s Hann windows, half overlapping, straight line removed, "                         \
    "0.15 to 5 Hz."

#define EG_MEASURES_SPECTRUM(X)                                                                    \
    EG_MEASURE_AXES(X, POWER, 0, 0, "cop.psd.power", "Power", "mm2", EG_BETTER_LOWER,              \
                    "Variance of the sway between 0.15 and 5 Hz." EG_SPECTRUM_NOTE, "sum P df",    \
                    EG_PRIETO)                                                                     \
    EG_MEASURE_AXES(X, F50, 1, 0, "cop.psd.f50", "Median frequency", "Hz", EG_BETTER_NONE,         \
                    "Half of the power lies below." EG_SPECTRUM_NOTE,                              \
                    "first f with running sum >= 50 %", EG_PRIETO)                                 \
    EG_MEASURE_AXES(X, F95, 0, 0, "cop.psd.f95", "95 % frequency", "Hz", EG_BETTER_NONE,           \
                    "95 % of the power lie below." EG_SPECTRUM_NOTE,                               \
                    "first f with running sum >= 95 %", EG_PRIETO)                                 \
    EG_MEASURE_AXES(X, MODE, 1, 1, "cop.psd.mode", "Frequency of the largest power", "Hz",         \
                    EG_BETTER_NONE, "Where the spectrum is highest." EG_SPECTRUM_NOTE, "argmax P", \
                    EG_QUIJOUX)                                                                    \
    EG_MEASURE_AXES(X, CENTROID, 0, 0, "cop.psd.centroid", "Centroidal frequency", "Hz",           \
                    EG_BETTER_NONE, "Where the power concentrates." EG_SPECTRUM_NOTE,              \
                    "sqrt(m2 / m0)", EG_PRIETO " (CFREQ)")                                         \
    EG_MEASURE_AXES(X, DISPERSION, 1, 1, "cop.psd.dispersion", "Frequency dispersion", "1",        \
                    EG_BETTER_NONE,                                                                \
                    "0 for a single tone, 1 for power spread over all "                            \
                    "frequencies." EG_SPECTRUM_NOTE,                                               \
                    "sqrt(1 - m1^2 / (m0 m2))", EG_PRIETO " (FREQD)")                              \
    EG_MEASURE_AXES(X, LOW, 0, 0, "cop.psd.low", "Power up to 0.5 Hz", "mm2", EG_BETTER_LOWER,     \
                    "Slow sway." EG_SPECTRUM_NOTE, "sum P df, 0.15 <= f <= 0.5", EG_QUIJOUX)       \
    EG_MEASURE_AXES(X, MIDDLE, 0, 0, "cop.psd.middle", "Power from 0.5 to 2 Hz", "mm2",            \
                    EG_BETTER_LOWER, "Sway of middle speed." EG_SPECTRUM_NOTE,                     \
                    "sum P df, 0.5 < f <= 2", EG_QUIJOUX)                                          \
    EG_MEASURE_AXES(X, HIGH, 0, 0, "cop.psd.high", "Power above 2 Hz", "mm2", EG_BETTER_LOWER,     \
                    "Fast sway." EG_SPECTRUM_NOTE, "sum P df, 2 < f <= 5", EG_QUIJOUX)             \
    EG_MEASURE_AXES(X, QUOTIENT, 0, 0, "cop.psd.quotient", "Frequency quotient", "1",              \
                    EG_BETTER_NONE, "Power above 2 Hz over power up to 2 Hz." EG_SPECTRUM_NOTE,    \
                    "high / (low + middle)", EG_QUIJOUX)

#define EG_SDA_NOTE                                                                                \
    " Two lines are fitted at once to log mean square displacement over log "                      \
    "interval, up to 10 s or a third of the trial."

#define EG_MEASURES_DIFFUSION(X)                                                                   \
    EG_MEASURE_AXES(X, SDA_DS, 0, 0, "cop.sda.ds", "Short-term diffusion", "mm2/s",                \
                    EG_BETTER_LOWER, "How fast sway spreads over short intervals." EG_SDA_NOTE,    \
                    "half the slope of MSD(dt) below the break", EG_COLLINS)                       \
    EG_MEASURE_AXES(X, SDA_DL, 0, 0, "cop.sda.dl", "Long-term diffusion", "mm2/s",                 \
                    EG_BETTER_LOWER, "How fast sway spreads over long intervals." EG_SDA_NOTE,     \
                    "half the slope of MSD(dt) above the break", EG_COLLINS)                       \
    EG_MEASURE_AXES(X, SDA_HS, 0, 0, "cop.sda.hs", "Short-term scaling", "1", EG_BETTER_NONE,      \
                    "Above 0.5 movement tends to go on in its direction. Below 0.5 it is usually " \
                    "an artefact of sampling." EG_SDA_NOTE,                                        \
                    "half the log-log slope below the break", EG_COLLINS)                          \
    EG_MEASURE_AXES(X, SDA_HL, 1, 1, "cop.sda.hl", "Long-term scaling", "1", EG_BETTER_NONE,       \
                    "Below 0.5 movement tends to come back." EG_SDA_NOTE,                          \
                    "half the log-log slope above the break", EG_COLLINS)                          \
    EG_MEASURE_AXES(X, SDA_TC, 1, 1, "cop.sda.tc", "Critical interval", "s", EG_BETTER_NONE,       \
                    "Where the two lines meet: when drift turns into correction." EG_SDA_NOTE,     \
                    "meeting point of the log-log lines", EG_COLLINS)                              \
    EG_MEASURE_AXES(X, SDA_RC, 1, 1, "cop.sda.rc", "Critical displacement", "mm2", EG_BETTER_NONE, \
                    "Mean square displacement where the lines meet." EG_SDA_NOTE,                  \
                    "MSD at the meeting point", EG_COLLINS)

#define EG_PENDULUM "Caron et al. 1997; Lafond et al. 2004; Duarte, BMC cogve"

#define EG_MEASURES_GRAVITY(X)                                                                     \
    EG_MEASURE_AXES(X, COG_RMS, 0, 0, "cop.cog.rms", "Sway of the centre of gravity", "mm",        \
                    EG_BETTER_LOWER,                                                               \
                    "Standard deviation of the centre of gravity, estimated from the centre of "   \
                    "pressure of an inverted pendulum of the person's height. Standing only.",     \
                    "w0^2 / (w0^2 + w^2) in the frequency domain", EG_PENDULUM)                    \
    EG_MEASURE_AXES(X, COG_DIFFERENCE, 0, 0, "cop.cog.difference", "Pressure less gravity", "mm",  \
                    EG_BETTER_LOWER,                                                               \
                    "How far the centre of pressure is from the centre of gravity, which is what " \
                    "accelerates the body.",                                                       \
                    "rms(cop - cog)", EG_PENDULUM)                                                 \
    X(EQUILIBRIUM, 0, "cop.equilibrium", "Equilibrium score", "%", EG_BETTER_HIGHER,               \
      "100 % is no forward and backward sway, 0 % a sway of the centre of gravity over 12.5 "      \
      "degrees or more.",                                                                          \
      "100 (12.5 - (max angle - min angle)) / 12.5, at least 0; angle = asin(cog / 0.521 height)", \
      "definition of the sensory organisation test, as printed by its maker")

#define EG_NONLINEAR_NOTE " Taken at 25 Hz after the low-pass."

#define EG_MEASURES_NONLINEAR(X)                                                                   \
    EG_MEASURE_AXES(X, DFA, 1, 1, "cop.dfa.position", "Fluctuation exponent of position", "1",     \
                    EG_BETTER_NONE,                                                                \
                    "1.5 is a random walk, 1 pink noise, 0.5 white "                               \
                    "noise." EG_NONLINEAR_NOTE,                                                    \
                    "slope of log F over log scale, 12 scales, 0.4 s to a quarter of the trial",   \
                    "Peng et al. 1994, Phys Rev E 49:1685")                                        \
    EG_MEASURE_AXES(X, DFA_VELOCITY, 1, 1, "cop.dfa.velocity", "Fluctuation exponent of velocity", \
                    "1", EG_BETTER_NONE,                                                           \
                    "The same of the differences; 0.5 is a random "                                \
                    "walk." EG_NONLINEAR_NOTE,                                                     \
                    "as cop.dfa.position, of the differences", "Peng et al. 1994")                 \
    EG_MEASURE_AXES(X, SAMPEN, 1, 1, "cop.sampen", "Sample entropy of position", "nat",            \
                    EG_BETTER_NONE,                                                                \
                    "How unpredictable the next sample is; low is "                                \
                    "regular." EG_NONLINEAR_NOTE,                                                  \
                    "m = 2, tolerance 0.2 SD", "Richman and Moorman 2000, Am J Physiol 278:H2039") \
    EG_MEASURE_AXES(X, SAMPEN_STEP, 1, 1, "cop.sampen.increment", "Sample entropy of increments",  \
                    "nat", EG_BETTER_NONE,                                                         \
                    "The same of the differences, which are nearer to "                            \
                    "stationary." EG_NONLINEAR_NOTE,                                               \
                    "m = 2, tolerance 0.2 SD of the differences", "Richman and Moorman 2000")      \
    EG_MEASURE_AXES(X, MSE, 1, 1, "cop.mse.index", "Complexity index", "nat", EG_BETTER_NONE,      \
                    "Sum of the sample entropies of the differences over 6 time "                  \
                    "scales." EG_NONLINEAR_NOTE,                                                   \
                    "sum over scales 1..6, m = 2, tolerance 0.2 SD of scale 1",                    \
                    "Costa et al. 2002, Phys Rev Lett 89:068102")                                  \
    EG_MEASURE_AXES(X, RQA_RATE, 1, 1, "cop.rqa.rate", "Recurrence rate", "1", EG_BETTER_NONE,     \
                    "How often sway comes back to a state it has been in." EG_NONLINEAR_NOTE,      \
                    "delay embedding of dimension 3, 0.2 s apart, radius 0.5 SD",                  \
                    "Marwan et al. 2007, Physics Reports 438:237")                                 \
    EG_MEASURE_AXES(                                                                               \
        X, RQA_DETERMINISM, 1, 1, "cop.rqa.determinism", "Determinism", "1", EG_BETTER_NONE,       \
        "Part of the returns that go on side by side." EG_NONLINEAR_NOTE,                          \
        "share of recurrent points on diagonals of at least 4 samples", "Marwan et al. 2007")      \
    EG_MEASURE_AXES(X, RQA_ENTROPY, 1, 1, "cop.rqa.entropy", "Entropy of the returns", "nat",      \
                    EG_BETTER_NONE,                                                                \
                    "How varied the lengths of these stretches are." EG_NONLINEAR_NOTE,            \
                    "Shannon entropy of the lengths of diagonals", "Marwan et al. 2007")           \
    X(TTB_MINIMUM, 1, "cop.ttb.minimum.mean", "Mean of the smallest times to boundary", "s",       \
      EG_BETTER_HIGHER,                                                                            \
      "Time until the centre of pressure would reach the boundary if it kept its velocity; mean "  \
      "of the local minima. The boundary is the convex hull of this trial, twice as large, "       \
      "because "                                                                                   \
      "the outline of the feet is not known: comparable within a person only.",                    \
      "linear time to contact, mean of local minima",                                              \
      "Riccio 1993; Hertel and Olmsted-Kramer 2007")                                               \
    X(TTB_MINIMUM_SD, 1, "cop.ttb.minimum.sd", "Variation of the smallest times", "s",             \
      EG_BETTER_NONE, "Standard deviation of the same minima.", "SD (N - 1) of the minima",        \
      "Hertel and Olmsted-Kramer 2007, Gait Posture 25:33")                                        \
    X(TTB_LOWEST, 1, "cop.ttb.minimum", "Smallest time to boundary", "s", EG_BETTER_HIGHER,        \
      "The smallest of these minima.", "min", "Hertel and Olmsted-Kramer 2007")

#define EG_STROKE "Mansfield et al. 2013; van Asseldonk et al. 2006 (as used in stroke)"

#define EG_MEASURE_FEET(X, id, code, name, unit, better, definition, formula, source)              \
    X(id##_RIGHT, 0, "foot.right." code, name ", right foot", unit, better, definition, formula,   \
      source)                                                                                      \
    X(id##_LEFT, 0, "foot.left." code, name ", left foot", unit, better, definition, formula,      \
      source)

#define EG_MEASURES_PLATES(X)                                                                      \
    X(LOAD_RIGHT, 0, "load.right.percent", "Load on the right", "%", EG_BETTER_NONE,               \
      "Share of the vertical force under the right foot or, sitting, the right half.",             \
      "mean of 100 Fr / (Fr + Fl)", EG_STROKE)                                                     \
    X(LOAD_RIGHT_SD, 0, "load.right.sd", "Variation of the load", "%", EG_BETTER_NONE,             \
      "Standard deviation of that share.", "SD (N) of 100 Fr / (Fr + Fl)", EG_STROKE)              \
    X(LOAD_ASYMMETRY, 0, "load.asymmetry", "Asymmetry of load", "%", EG_BETTER_LOWER,              \
      "Difference between the two sides as a share of both; 0 is even.",                           \
      "100 |Fr - Fl| / (Fr + Fl) of the mean forces", EG_STROKE)                                   \
    EG_MEASURE_FEET(X, FOOT_PATH, "path.length", "Path length", "mm", EG_BETTER_NONE,              \
                    "Path of the centre of pressure under one foot.", "sum sqrt(dx^2 + dy^2)",     \
                    EG_STROKE)                                                                     \
    EG_MEASURE_FEET(X, FOOT_VELOCITY, "velocity.mean", "Mean velocity", "mm/s", EG_BETTER_NONE,    \
                    "Mean velocity under one foot.", "path / T", EG_STROKE)                        \
    EG_MEASURE_FEET(X, FOOT_VELOCITY_AP, "velocity.mean.ap", "Mean velocity, front to back",       \
                    "mm/s", EG_BETTER_NONE,                                                        \
                    "Mean velocity front to back under one foot; it shows which ankle works.",     \
                    "sum |dy| / T", EG_STROKE)                                                     \
    EG_MEASURE_AXES(X, FOOT_RMS_RATIO, 0, 0, "foot.rms.ratio", "Ratio of sway, right to left",     \
                    "1", EG_BETTER_NONE,                                                           \
                    "Standard deviation under the right foot over that under the left.",           \
                    "rms right / rms left", EG_STROKE)                                             \
    EG_MEASURE_AXES(X, FOOT_CORRELATION, 0, 0, "foot.correlation", "Synchrony of the feet", "1",   \
                    EG_BETTER_HIGHER, "Correlation of the two feet at the same moment.",           \
                    "Pearson's r at lag 0", EG_STROKE)

#define EG_NEUROCOM "definitions of the sensory organisation test; names made neutral"

#define EG_MEASURES_PAIRS(X)                                                                       \
    X(ROMBERG_VELOCITY, 0, "romberg.velocity", "Romberg quotient of velocity, firm", "1",          \
      EG_BETTER_NONE, "Mean velocity with eyes closed over eyes open, on firm ground.",            \
      "velocity(firm EC) / velocity(firm EO)", "Romberg quotient, common use")                     \
    X(ROMBERG_AREA, 0, "romberg.area", "Romberg quotient of area, firm", "1", EG_BETTER_NONE,      \
      "Ellipse area with eyes closed over eyes open, on firm ground.",                             \
      "area(firm EC) / area(firm EO)", "Romberg quotient, common use")                             \
    X(ROMBERG_FOAM_VELOCITY, 0, "romberg.foam.velocity", "Romberg quotient of velocity, foam",     \
      "1", EG_BETTER_NONE, "Mean velocity with eyes closed over eyes open, on foam.",              \
      "velocity(foam EC) / velocity(foam EO)", "Romberg quotient, common use")                     \
    X(ROMBERG_FOAM_AREA, 0, "romberg.foam.area", "Romberg quotient of area, foam", "1",            \
      EG_BETTER_NONE, "Ellipse area with eyes closed over eyes open, on foam.",                    \
      "area(foam EC) / area(foam EO)", "Romberg quotient, common use")                             \
    X(FOAM_VELOCITY, 0, "foam.velocity", "Foam quotient of velocity", "1", EG_BETTER_NONE,         \
      "Mean velocity on foam over firm ground, eyes open.", "velocity foam / velocity firm",       \
      "common use")                                                                                \
    X(FOAM_AREA, 0, "foam.area", "Foam quotient of area", "1", EG_BETTER_NONE,                     \
      "Ellipse area on foam over firm ground, eyes open.", "area foam / area firm", "common use")  \
    X(SENSORY_SOMATOSENSORY, 0, "sensory.somatosensory", "Somatosensory ratio", "1",               \
      EG_BETTER_HIGHER, "Equilibrium score with eyes closed over eyes open on firm ground.",       \
      "ES(firm EC) / ES(firm EO)", EG_NEUROCOM)                                                    \
    X(SENSORY_VISUAL, 0, "sensory.visual", "Visual ratio", "1", EG_BETTER_HIGHER,                  \
      "Equilibrium score on foam with eyes open over firm with eyes open. Foam stands in for the " \
      "moving plate of the original test, so its norms do not apply.",                             \
      "ES(foam EO) / ES(firm EO)", EG_NEUROCOM)                                                    \
    X(SENSORY_VESTIBULAR, 0, "sensory.vestibular", "Vestibular ratio", "1", EG_BETTER_HIGHER,      \
      "Equilibrium score on foam with eyes closed over firm with eyes open. Foam stands in for "   \
      "the moving plate of the original test, so its norms do not apply.",                         \
      "ES(foam EC) / ES(firm EO)", EG_NEUROCOM)                                                    \
    X(MCTSIB_EQUILIBRIUM, 0, "mctsib.equilibrium", "Composite equilibrium, four conditions", "%",  \
      EG_BETTER_HIGHER, "Mean equilibrium score of firm and foam, eyes open and closed.",          \
      "mean of four ES", "modified clinical test of sensory interaction on balance")               \
    X(MCTSIB_VELOCITY, 0, "mctsib.velocity", "Composite velocity, four conditions", "mm/s",        \
      EG_BETTER_LOWER, "Mean velocity averaged over firm and foam, eyes open and closed.",         \
      "mean of four velocities", "modified clinical test of sensory interaction on balance")

#define EG_BALANCE_MEASURES(X)                                                                     \
    EG_MEASURES_POSITION(X)                                                                        \
    EG_MEASURES_MOVEMENT(X)                                                                        \
    EG_MEASURES_SPECTRUM(X)                                                                        \
    EG_MEASURES_DIFFUSION(X)                                                                       \
    EG_MEASURES_GRAVITY(X)                                                                         \
    EG_MEASURES_NONLINEAR(X)                                                                       \
    EG_MEASURES_PLATES(X)                                                                          \
    EG_MEASURES_PAIRS(X)

typedef enum eg_balance_measure {
#define EG_MEASURE_ID(id, ...) EG_M_##id,
    EG_BALANCE_MEASURES(EG_MEASURE_ID)
#undef EG_MEASURE_ID
        EG_M_COUNT
} eg_balance_measure;

#endif
