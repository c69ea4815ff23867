/* The measures of muscle signals as one table: the numbers that name them, the catalogue for
 * everybody else and the order in which they are printed.
 *
 * X(id, extra, code, name, unit, better, definition, formula, source). The unit "signal" stands for
 * that of the channel (V, mV, uV or counts). `extra` ones are shown on request. */
#ifndef EG_EMG_MEASURES_H
#define EG_EMG_MEASURES_H

#include <stdbool.h>

#include "core/base/measure.h"

#define EG_EMG_BAND "x band-passed 20-450 Hz (Butterworth, zero-lag, effective order 4)"

#define EG_EMG_MEASURES(X)                                                                         \
    X(RMS, 0, "emg.rms", "Root mean square", "signal", EG_BETTER_NONE,                             \
      "Typical size of the muscle signal over the whole recording.",                               \
      "sqrt(mean(x^2)), " EG_EMG_BAND, "ISEK standards, Merletti 1999")                            \
    X(PEAK, 0, "emg.envelope.peak", "Peak of the envelope", "signal", EG_BETTER_NONE,              \
      "Largest value of the linear envelope.",                                                     \
      "max of |x| low-passed at 6 Hz (zero-lag, effective order 4)", "Winter, Biomechanics")       \
    X(IEMG, 1, "emg.integrated", "Integrated signal", "signal.s", EG_BETTER_NONE,                  \
      "Area under the rectified signal.", "sum(|x|) / rate", "Winter, Biomechanics")               \
    X(REST_RMS, 0, "emg.rest.rms", "Root mean square at rest", "signal", EG_BETTER_NONE,           \
      "Size of the signal where the muscle rests; bursts are held against it.",                    \
      "square root of the mean power of all windows of 40 ms that raise no alarm, 30-450 Hz, "     \
      "causal",                                                                                    \
      "Engram")                                                                                    \
    X(BURSTS, 0, "emg.bursts", "Bursts", "{#}", EG_BETTER_NONE,                                    \
      "How often the muscle switched on; bursts with less than a tenth of the largest one's area " \
      "are listed but not counted.",                                                               \
      "count of the intervals that the onset method finds", "Staude and Wolf 1999")                \
    X(ACTIVE, 0, "emg.active.share", "Time active", "%", EG_BETTER_NONE,                           \
      "Share of the recording during which the muscle was on.",                                    \
      "100 sum(off - on) / duration, counted bursts", "Engram")                                    \
    X(DURATION, 0, "emg.burst.duration", "Length of a burst", "s", EG_BETTER_NONE,                 \
      "Median length of the counted bursts that begin and end in the recording.",                  \
      "median(off - on)", "Engram")                                                                \
    X(BURST_SNR, 0, "emg.burst.snr", "Burst over rest", "dB", EG_BETTER_NONE,                      \
      "How far the counted bursts stand out of the rest.",                                         \
      "median of 10 log10(burst power / rest power - 1)", "Engram")                                \
    X(MEDIAN, 0, "emg.frequency.median", "Median frequency", "Hz", EG_BETTER_NONE,                 \
      "The frequency that halves the power of the active epochs; falls with fatigue.",             \
      "mean over active 1 s epochs of the frequency where the running sum of the periodogram, 20 " \
      "to 450 Hz, "                                                                                \
      "reaches half",                                                                              \
      "Stulen and De Luca 1981; De Luca 1997")                                                     \
    X(MEAN, 1, "emg.frequency.mean", "Mean frequency", "Hz", EG_BETTER_NONE,                       \
      "The power-weighted mean frequency of the active epochs.",                                   \
      "mean over active 1 s epochs of sum(f P) / sum(P)", "De Luca 1997")                          \
    X(FATIGUE, 0, "emg.fatigue.slope", "Slope of the median frequency", "%/min", EG_BETTER_NONE,   \
      "How fast the median frequency changes during activity, in percent of its start: below 0 "   \
      "it falls. Rest is left out; below ten active epochs nothing is said.",                      \
      "6000 b / a of median frequency = a + b t over active epochs, least squares, 95 % interval", \
      "De Luca 1997")                                                                              \
    X(THEIL_SEN, 1, "emg.fatigue.theil_sen", "Median slope of the median frequency", "Hz/s",       \
      EG_BETTER_NONE, "Slope of the median frequency that single wild epochs do not move.",        \
      "median of (y_k - y_i) / (t_k - t_i)", "Sen 1968, JASA 63:1379")                             \
    X(RMS_SLOPE, 1, "emg.fatigue.rms_slope", "Slope of the amplitude", "signal/s", EG_BETTER_NONE, \
      "How fast the amplitude changes over the active epochs.",                                    \
      "least-squares slope of the epochs' RMS", "Luttmann et al. 1996, Ergonomics 39:298")         \
    X(SNR, 0, "emg.quality.snr", "Loud over quiet", "dB", EG_BETTER_NONE,                          \
      "Ratio of the loudest to the quietest parts.",                                               \
      "20 log10 of 95th over 5th percentile of the 250 ms moving RMS", "ReSurfEMG")                \
    X(HUM, 1, "emg.quality.hum", "Mains hum", "1", EG_BETTER_NONE,                                 \
      "How far 50 or 60 Hz stand out of their neighbourhood; 1 is none.",                          \
      "mean density within 1 Hz over that 2 to 6 Hz away, larger of both", "Engram")               \
    X(LOW, 1, "emg.quality.low", "Power below 20 Hz", "1", EG_BETTER_NONE,                         \
      "Share of the raw signal's power that is motion, drift or heart rather than muscle.",        \
      "sum(P, f < 20 Hz) / sum(P)", "Engram")                                                      \
    X(RMS_PEAK, 1, "emg.rms.peak", "Largest moving RMS", "signal", EG_BETTER_NONE,                 \
      "Largest root mean square of the stated window (100 ms).",                                   \
      "max over whole windows of sqrt(mean(x^2)), " EG_EMG_BAND, "ISEK standards")                 \
    X(REFERENCE, 0, "emg.reference", "Reference amplitude", "signal", EG_BETTER_NONE,              \
      "What this channel was divided by; the normalisation says whose it is.",                     \
      "mvc: largest 500 ms moving RMS of three or more maximal contractions; submaximal: the "     \
      "same of a known load; m_max: largest peak to peak of the M wave; of the trial: maximum, "   \
      "99th percentile or mean of its envelope",                                                   \
      "Besomi et al. 2020, J Electromyogr Kinesiol 53:102438")                                     \
    X(REFERENCE_TRIALS, 1, "emg.reference.trials", "Reference contractions", "{#}",                \
      EG_BETTER_NONE, "How many contractions of other recordings the reference comes from.",       \
      "count", "Engram")                                                                           \
    X(REFERENCE_SPREAD, 1, "emg.reference.spread", "Largest over second contraction", "%",         \
      EG_BETTER_NONE,                                                                              \
      "How far the largest reference contraction stands above the next: much means that more "     \
      "trials may give more.",                                                                     \
      "100 (largest - second) / largest", "Engram")                                                \
    X(LEVEL_PEAK, 0, "emg.level.peak", "Peak level", "%", EG_BETTER_NONE,                          \
      "Largest amplitude in percent of the reference; may exceed 100.",                            \
      "100 max(amplitude) / reference; amplitude is the moving RMS for mvc, submaximal and "       \
      "m_max, the envelope for normalisations by the trial itself",                                \
      "Besomi et al. 2020")                                                                        \
    X(LEVEL_MEAN, 0, "emg.level.mean", "Mean level", "%", EG_BETTER_NONE,                          \
      "Mean amplitude in percent of the reference.", "100 mean(amplitude) / reference",            \
      "Besomi et al. 2020")                                                                        \
    X(DURATION_SD, 1, "emg.burst.duration_sd", "Spread of the bursts' length", "s",                \
      EG_BETTER_NONE, "Sample deviation of the length of whole bursts.", "sd(off - on)", "Engram") \
    X(PERIOD, 1, "emg.burst.period", "From onset to onset", "s", EG_BETTER_NONE,                   \
      "Median time between neighbouring onsets.", "median(on_k+1 - on_k)", "Engram")               \
    X(DUTY, 1, "emg.burst.duty", "Share of the period", "1", EG_BETTER_NONE,                       \
      "Median share of a burst in the time to the next onset.",                                    \
      "median((off_k - on_k) / (on_k+1 - on_k))", "Engram")                                        \
    X(HEART_RATE, 1, "emg.heart.rate", "Heart rate", "/min", EG_BETTER_NONE,                       \
      "Of the beats that were found in the channel.", "60 / median interval of the R peaks",       \
      "Engram")                                                                                    \
    X(HEART_REMOVED, 1, "emg.heart.removed", "Power taken out with the heart", "%",                \
      EG_BETTER_NONE, "Share of the power above 5 Hz that the removal of the heart took.",         \
      "100 (1 - power behind / power before)", "Engram")                                           \
    X(DELAY, 0, "emg.delay", "Onset against the first muscle", "s", EG_BETTER_NONE,                \
      "Median time from the onsets of the named muscle to those of this one; the quartiles "       \
      "stand beside it.",                                                                          \
      "median(on - nearest on of the reference), pairs at most 1 s apart", "Engram")               \
    X(PLACE, 0, "emg.order", "Place in the order of onsets", "1", EG_BETTER_NONE,                  \
      "1 for the muscle that comes first.", "rank of the median delays", "Engram")                 \
    X(SYMMETRY, 0, "emg.symmetry.index", "Symmetry index", "%", EG_BETTER_NONE,                    \
      "Left against right; 0 is equal, above 0 the left is larger.",                               \
      "100 (L - R) / (0.5 (L + R))", "Robinson et al. 1987, J Manipulative Physiol Ther 10:172")   \
    X(SIDE_RATIO, 0, "emg.symmetry.ratio", "Left over right", "1", EG_BETTER_NONE,                 \
      "Ratio of the two sides.", "L / R", "Robinson et al. 1987")                                  \
    X(LSI, 0, "emg.symmetry.lsi", "Limb symmetry", "%", EG_BETTER_NONE,                            \
      "Smaller over larger side.", "100 min(L, R) / max(L, R)", "Robinson et al. 1987")            \
    X(SYNERGIES_VAF, 0, "emg.synergies.vaf_count", "Synergies (by VAF)", "{#}", EG_BETTER_NONE,    \
      "Fewest groups of muscles that explain the envelopes.",                                      \
      "fewest k with VAF of 0.90 or more in all and 0.75 in every muscle",                         \
      "Torres-Oviedo et al. 2006, J Neurophysiol 96:1530")                                         \
    X(SYNERGIES_LINE, 0, "emg.synergies.line_count", "Synergies (by the line of R2)", "{#}",       \
      EG_BETTER_NONE, "Fewest groups from which on more of them explain ever the same.",           \
      "first k from which on R2 against k is a straight line, mean squared error below 1e-4",      \
      "Cheung et al. 2005, J Neurosci 25:6419")                                                    \
    X(SYNERGY_VAF, 0, "emg.synergies.vaf", "Explained (VAF)", "1", EG_BETTER_NONE,                 \
      "Share of the envelopes that the synergies explain, uncentred.", "1 - SSE / sum(V^2)",       \
      "Lee and Seung 1999")                                                                        \
    X(SYNERGY_R2, 0, "emg.synergies.r2", "Explained (R2)", "1", EG_BETTER_NONE,                    \
      "The same, centred: smaller than VAF.", "1 - SSE / sum((V - mean)^2)", "Santuz et al. 2017") \
    X(SYNERGY_STABILITY, 0, "emg.synergies.stability", "Agreement of the starts", "1",             \
      EG_BETTER_NONE, "How alike the groups are that other random starts find; 1 is the same.",    \
      "mean cosine of matched weights between the best and the other starts", "Engram")            \
    X(FRR, 0, "emg.relaxation.flexion_ratio", "Flexion-relaxation ratio", "1", EG_BETTER_NONE,     \
      "Activity while bending over that in full flexion; large where the extensors fall silent.",  \
      "largest RMS of 1 s during flexion / RMS of 1 s in full flexion",                            \
      "Floyd and Silver 1955, J Physiol 129:184; Watson et al. 1997, J Electromyogr Kinesiol "     \
      "7:261")                                                                                     \
    X(EXTENSION_RATIO, 0, "emg.relaxation.extension_ratio", "Extension-relaxation ratio", "1",     \
      EG_BETTER_NONE, "Activity while coming up over that in full flexion.",                       \
      "largest RMS of 1 s during extension / RMS of 1 s in full flexion", "Watson et al. 1997")    \
    X(RELAXED_RMS, 1, "emg.relaxation.relaxed_rms", "RMS in full flexion", "signal",               \
      EG_BETTER_NONE, "Of the second that the ratios divide by.",                                  \
      "sqrt(mean(x^2)) over 1 s, " EG_EMG_BAND, "Watson et al. 1997")                              \
    X(H_M, 0, "emg.reflex.ratio", "H over M", "1", EG_BETTER_NONE,                                 \
      "Largest H reflex over largest M wave.",                                                     \
      "max peak to peak 25-50 ms / max peak to peak 5-25 ms behind the stimulus (soleus)",         \
      "Hugon 1973; Palmieri et al. 2004, J Athl Train 39:268")                                     \
    X(H_MAX, 0, "emg.reflex.h_max", "Largest H reflex", "signal", EG_BETTER_NONE,                  \
      "Peak to peak in the window of the H reflex.", "max - min, raw signal",                      \
      "Palmieri et al. 2004")                                                                      \
    X(M_MAX, 0, "emg.reflex.m_max", "Largest M wave", "signal", EG_BETTER_NONE,                    \
      "Peak to peak in the window of the M wave.", "max - min, raw signal",                        \
      "Palmieri et al. 2004")                                                                      \
    X(H_LATENCY, 0, "emg.reflex.h_latency", "Latency of the H reflex", "ms", EG_BETTER_NONE,       \
      "From the stimulus to the larger extreme of the largest H.", "time of the larger extreme",   \
      "Palmieri et al. 2004")                                                                      \
    X(M_LATENCY, 1, "emg.reflex.m_latency", "Latency of the M wave", "ms", EG_BETTER_NONE,         \
      "From the stimulus to the larger extreme of the largest M.", "time of the larger extreme",   \
      "Palmieri et al. 2004")                                                                      \
    X(FW, 0, "emg.coactivity.falconer_winter", "Co-contraction (Falconer and Winter)", "%",        \
      EG_BETTER_NONE, "Overlap of two envelopes over their sum.",                                  \
      "200 sum(min(a, b)) / sum(a + b)", "Falconer and Winter 1985")                               \
    X(RUDOLPH, 0, "emg.coactivity.rudolph", "Co-contraction (Rudolph)", "1", EG_BETTER_NONE,       \
      "Overlap weighted with the total activity.", "mean(min / max (a + b))",                      \
      "Rudolph et al. 2000")                                                                       \
    X(UNNITHAN, 0, "emg.coactivity.unnithan", "Co-contraction (Unnithan)", "1", EG_BETTER_NONE,    \
      "Overlapping area of two envelopes, per sample.", "mean(min(a, b))", "Unnithan et al. 1996") \
    X(RATIO, 0, "emg.coactivity.ratio", "Co-contraction (ratio)", "1", EG_BETTER_NONE,             \
      "Smaller over larger envelope.", "mean(min / max)", "Rudolph et al. 2000")                   \
    X(SHARE, 1, "emg.coactivity.share", "Share of the first muscle", "1", EG_BETTER_NONE,          \
      "Of the activity of both.", "mean(a / (a + b))", "Kellis et al. 2003")                       \
    X(LIVE_BURSTS, 0, "emg.live.bursts", "Bursts seen live", "{#}", EG_BETTER_NONE,                \
      "How often a live display would have shown the muscle switch on.",                           \
      "power of the last 40 ms against the rest of the first seconds, causal",                     \
      "Staude and Wolf 1999; Engram")                                                              \
    X(LIVE_ONSET, 0, "emg.live.onset_delay", "Live: until an onset is known", "ms",                \
      EG_BETTER_LOWER,                                                                             \
      "Median time from the onset, as it is dated then, until it is known; device and screen "     \
      "come "                                                                                      \
      "on top.",                                                                                   \
      "median(seen - at)", "Engram")                                                               \
    X(LIVE_ENVELOPE, 0, "emg.live.envelope_delay", "Live: delay of the envelope", "ms",            \
      EG_BETTER_LOWER, "How far the causal envelope lags behind.",                                 \
      "group delay of its low-pass at 0 Hz", "Engram")                                             \
    X(LIVE_ENVELOPE_90, 0, "emg.live.envelope_90", "Live: envelope to 90 %", "ms",                 \
      EG_BETTER_LOWER, "From a step of the muscle's size until the envelope shows 90 % of it.",    \
      "step response of the low-pass", "Engram")                                                   \
    X(LIVE_RMS_90, 0, "emg.live.rms_90", "Live: RMS to 90 %", "ms", EG_BETTER_LOWER,               \
      "From a step of the muscle's size until the trailing RMS shows 90 % of it.",                 \
      "0.81 of the window", "Engram")                                                              \
    X(LIVE_BAND, 0, "emg.live.band_delay", "Live: delay of the band-pass", "ms", EG_BETTER_LOWER,  \
      "How far the filtered signal lags behind.", "group delay at 100 Hz", "Engram")

typedef enum eg_emg_measure_id {
#define EG_EMG_ID(id, ...) EG_EMG_M_##id,
    EG_EMG_MEASURES(EG_EMG_ID)
#undef EG_EMG_ID
        EG_EMG_M_COUNT
} eg_emg_measure_id;

extern const eg_measure_table eg_emg_measures;

bool eg_emg_measure_is_extra(eg_emg_measure_id id);

#endif
