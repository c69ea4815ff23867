/* The methods paragraph, written from what was done: the items that the CEDE check-list and ISEK's
 * standards ask for. What the recording does not say is called "not recorded", never guessed. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clinic/study_emg_part.h"

static void join_labels(const emg_work *work, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < work->n_channels && used < size; i++) {
        int n = snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "",
                         work->channels[i].channel->label);
        used += n > 0 ? (size_t)n : 0;
    }
    if (used >= size) snprintf(text + size - 4, 4, "...");
}

/* "1000 Hz", or "1000 to 2000 Hz". */
static void say_recording(const emg_work *work) {
    char labels[400];
    double least = INFINITY, most = 0.0;
    size_t n_bad = 0, n = 0;
    for (size_t i = 0; i < work->n_channels; i++) {
        least = fmin(least, work->channels[i].rate_hz);
        most = fmax(most, work->channels[i].rate_hz);
        n_bad += work->channels[i].n_bad;
        n += work->channels[i].n;
    }
    join_labels(work, labels, sizeof labels);
    json_t *result = work->result;
    eg_study_say(result, "Surface electromyograms of %zu channel%s (%s; unit %s).",
                 work->n_channels, work->n_channels == 1 ? "" : "s", labels,
                 work->channels[0].unit);
    const char *electrodes = work->settings.electrodes, *amplifier = work->settings.amplifier;
    eg_study_say(result, "Electrodes (type, size, distance, place, skin preparation): %.400s%s.",
                 electrodes != NULL ? electrodes : "not recorded",
                 electrodes != NULL ? " (stated by the user)" : "");
    eg_study_say(result,
                 "Amplifier (bandwidth, gain, common mode rejection, resolution): %.400s%s.",
                 amplifier != NULL ? amplifier : "not recorded",
                 amplifier != NULL ? " (stated by the user)" : "");
    if (most > least)
        eg_study_say(result, "Sampling rate %g to %g Hz.", least, most);
    else
        eg_study_say(result, "Sampling rate %g Hz%s, %.3g s.", most,
                     isfinite(work->settings.rate_hz) ? " (stated by the user)" : "",
                     (double)work->channels[0].n / most);
    if (work->is_evened)
        eg_study_say(result, "Gaps in the time stamps were filled along straight lines.");
    if (n_bad > 0)
        eg_study_say(result, "Missing samples (%.3g %%) were bridged by the value before.",
                     100.0 * (double)n_bad / (double)n);
}

static void say_heart(const emg_work *work) {
    size_t beats = 0, channels = 0;
    for (size_t i = 0; i < work->n_channels; i++) {
        beats += work->channels[i].heart.n_beats;
        channels += work->channels[i].heart.n_beats > 0;
    }
    if (work->settings.heart == EG_EMG_HEART_NONE)
        eg_study_say(work->result, "The electrocardiogram was not removed.");
    else if (channels == 0)
        eg_study_say(work->result,
                     "Removal of the electrocardiogram was asked for, but no regular heart was "
                     "found: nothing was removed.");
    else if (work->settings.heart == EG_EMG_HEART_TEMPLATE)
        eg_study_say(work->result,
                     "The electrocardiogram was removed from %zu channel%s (%zu beats) by "
                     "subtracting the median beat, -0.10 to +0.16 s around the R peak, fitted to "
                     "each beat in size.",
                     channels, channels == 1 ? "" : "s", beats);
    else
        eg_study_say(work->result,
                     "The electrocardiogram was removed from %zu channel%s (%zu beats) by gating "
                     "0.1 s around the R peak, filled from the neighbourhood.",
                     channels, channels == 1 ? "" : "s", beats);
}

static void say_filters(const emg_work *work) {
    const eg_emg_settings *f = &work->channels[0].filters.settings;
    eg_study_say(work->result,
                 "Band-pass %g-%g Hz%s, Butterworth of order %u applied forwards and backwards "
                 "(effective order %u, no lag, -6 dB at the corners; ends extended oddly).",
                 f->band_low_hz, f->band_high_hz,
                 work->channels[0].filters.is_capped ? " (upper corner lowered to 0.45 of the rate)"
                                                     : "",
                 f->band_order, 2 * f->band_order);
    if (work->settings.notch_hz > 0.0)
        eg_study_say(work->result,
                     "A notch at %g Hz (second order, quality %g, both ways) took hum and muscle "
                     "signal there.",
                     work->settings.notch_hz, f->notch_quality);
    else
        eg_study_say(work->result, "No notch.");
    eg_study_say(work->result,
                 "Envelope: full-wave rectified, Butterworth low-pass %g Hz of order %u both ways "
                 "(effective order %u). Moving RMS over centred windows of %g s.",
                 f->envelope_hz, f->envelope_order, 2 * f->envelope_order, work->settings.window_s);
}

static void say_norm(const emg_work *work) {
    json_t *result = work->result;
    switch (work->settings.norm) {
    case EG_EMG_NORM_NONE:
        eg_study_say(result, "Amplitudes were not normalised.");
        break;
    case EG_EMG_NORM_MVC:
    case EG_EMG_NORM_SUBMAX:
        eg_study_say(result,
                     "Amplitudes (moving RMS) were normalised to %s (%s): the largest %g ms moving "
                     "RMS of %zu contraction%s in %zu recording%s, same filters.",
                     work->settings.norm == EG_EMG_NORM_MVC ? "maximal voluntary contractions"
                                                            : "a sub-maximal contraction",
                     eg_emg_norm_name(work->settings.norm), 1e3 * EG_EMG_MVC_WINDOW_S,
                     work->channels[0].mvc.n_trials, work->channels[0].mvc.n_trials == 1 ? "" : "s",
                     work->call->n_references, work->call->n_references == 1 ? "" : "s");
        break;
    case EG_EMG_NORM_M_MAX:
        eg_study_say(result,
                     "Amplitudes (moving RMS) were normalised to the largest M wave, peak to peak "
                     "(m_max).");
        break;
    case EG_EMG_NORM_MAX:
    case EG_EMG_NORM_P99:
    case EG_EMG_NORM_MEAN:
    case EG_EMG_NORM_COUNT:
        eg_study_say(result,
                     "Amplitudes (envelope) were normalised to the %s of the same trial (%s).",
                     work->settings.norm == EG_EMG_NORM_MAX   ? "maximum"
                     : work->settings.norm == EG_EMG_NORM_P99 ? "99th percentile"
                                                              : "mean",
                     eg_emg_norm_name(work->settings.norm));
        break;
    }
    const char *pair =
        json_string_value(json_object_get(json_object_get(result, "detail"), "pair_normalisation"));
    if (pair != NULL) eg_study_say(result, "Co-contraction from envelopes normalised as %s.", pair);
}

static void say_onsets(const emg_work *work) {
    static const char *const rules[EG_ONSET_METHODS] = {
        [EG_ONSET_AGLR] =
            "by the approximated likelihood ratio (Staude and Wolf 1999; windows 40 and 200 ms, "
            "alarm 20, causal band from 30 Hz), the instant by likelihood over rise times",
        [EG_ONSET_HODGES_BUI] = "by threshold (Hodges and Bui 1996): rectified, 50 Hz low-pass, "
                                "mean + 3 SD of the rest "
                                "for 25 ms",
        [EG_ONSET_TKEO] = "by Teager-Kaiser energy (Solnik et al. 2010): 50 Hz low-pass, mean + 15 "
                          "SD of the rest for 25 ms",
        [EG_ONSET_BONATO] =
            "by the double threshold of Bonato et al. 1998 (3 of 5 pairs, 5 % false "
            "alarms a pair)"};
    size_t n_bursts = 0, n_minor = 0;
    for (size_t i = 0; i < work->n_channels; i++) {
        n_bursts += work->channels[i].rhythm.n_bursts;
        n_minor += work->channels[i].n_bursts - work->channels[i].rhythm.n_bursts;
    }
    eg_study_say(work->result, "Onsets %s.", rules[work->settings.method]);
    eg_study_say(work->result,
                 "Rest: %s. Activity below 50 ms was left out, pauses below 125 ms were joined; "
                 "%zu bursts counted, %zu minor ones (less than a tenth of the largest) not.",
                 isfinite(work->settings.rest_from_s)
                     ? "the stretch stated by the user"
                     : "the quietest 250 ms and all windows of 40 ms that raise no alarm",
                 n_bursts, n_minor);
}

static void say_epochs(const emg_work *work) {
    size_t n = 0, active = 0;
    for (size_t i = 0; i < work->n_channels; i++) {
        n += work->channels[i].n_epochs;
        active += work->channels[i].n_active;
    }
    if (n > 0)
        eg_study_say(work->result,
                     "Frequencies: periodograms of %zu of %zu epochs of %g s, those that lie "
                     "within a burst (%.3g %% rejected); mean removed, no window, high-passed at "
                     "the lower corner, bins up to the upper one; median frequency "
                     "interpolated, slope by least squares with its 95 %% interval.",
                     active, n, work->settings.epoch_s, 100.0 * (double)(n - active) / (double)n);
    if (work->settings.has_synergies)
        eg_study_say(
            work->result,
            "Synergies: non-negative matrix factorisation of all channels (multiplicative "
            "updates, Frobenius norm), %zu random starts (seed %llu); the fewest with a VAF "
            "(uncentred) of 0.90 in all and 0.75 in each muscle, and by the straight line "
            "of R2 (centred, error 1e-4).",
            work->settings.restarts, (unsigned long long)work->settings.seed);
    if (work->settings.has_reflex)
        eg_study_say(work->result,
                     "Reflexes: peak to peak of the unfiltered signal, %g ms behind each stimulus "
                     "not looked at.",
                     1e3 * work->settings.blank_s);
    if (isfinite(work->settings.flexion.from_s))
        eg_study_say(work->result,
                     "Flexion-relaxation: RMS of 1 s windows of the band-passed signal, the "
                     "largest during movement over that in full flexion.");
}

static void say_live(const emg_work *work) {
    if (!work->settings.has_live) return;
    eg_study_say(
        work->result,
        "Live path: the same filters once, forwards (causal), trailing RMS; onsets by the "
        "likelihood ratio of the last 40 ms against the rest of the first %g s (alarm 20), "
        "dated back by likelihood over 0.2 s; the heart is not removed. Latencies are "
        "those of the computation; device and screen come on top.",
        work->settings.live_rest_s);
}

void emg_methods(const emg_work *work) {
    size_t failed = 0;
    for (size_t i = 0; i < work->n_channels; i++)
        failed += work->channels[i].quality.verdict == EG_EMG_FAIL;
    say_recording(work);
    say_heart(work);
    say_filters(work);
    say_norm(work);
    say_onsets(work);
    say_epochs(work);
    say_live(work);
    eg_study_say(work->result,
                 "No norm and no minimal detectable change is known here for these measures.");
    eg_study_say(work->result, "%zu of %zu channels failed a quality check. Engram %s.", failed,
                 work->n_channels, ENGRAM_VERSION);
}
