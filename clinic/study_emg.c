/* Muscle signals: which channels, what is asked of them, and the order in which they are worked on.
 * What one channel says stands in study_emg_channel.c, what several say together in
 * study_emg_together.c, normalisation in study_emg_norm.c, the paragraph on methods in
 * study_emg_methods.c, peers' numbers in study_emg_profile.c, reflexes in study_emg_reflex.c. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clinic/study_emg_part.h"
#include "clinic/study_rows.h"
#include "core/base/check.h"

static int is_voltage(const char *unit) {
    static const char *const units[] = {"V",  "mV",    "uV",     "\xC2\xB5V", "\xCE\xBCV",
                                        "nV", "volts", "counts", "adc"};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcasecmp(unit, units[i]) == 0) return 1;
    return 0;
}

static int is_listed(const json_t *labels, const char *label) {
    size_t i;
    json_t *one;
    json_array_foreach(labels, i, one) if (strcasecmp(json_string_value(one), label) == 0) return 1;
    return 0;
}

static double rate_of(const emg_settings *s, const eg_recording *recording, const eg_channel *c) {
    if (isfinite(s->rate_hz)) return s->rate_hz;
    return isfinite(c->rate_hz) ? c->rate_hz : recording->rate_hz;
}

static eg_err check_labels(const emg_work *work, const json_t *labels, const char *option,
                           eg_diag *diag) {
    size_t i;
    json_t *one;
    json_array_foreach(labels, i, one) {
        if (eg_recording_channel(work->call->recording, json_string_value(one)) == NULL)
            return eg_diag_set(diag, EG_ERR_ARGUMENT, option, 0, "there is no channel \"%s\"",
                               json_string_value(one));
    }
    return EG_OK;
}

static const char *const naming[] = {"channels", "pair", "left", "right"};

/* Whether another option than `channels` names it. */
static int is_named(const emg_work *work, const char *label) {
    for (size_t k = 1; k < sizeof naming / sizeof naming[0]; k++)
        if (is_listed(eg_study_labels(work->call, naming[k]), label)) return 1;
    const char *timing = eg_study_text(work->call, "timing", NULL);
    return timing != NULL && strcasecmp(timing, label) == 0;
}

static int is_of_plate(const eg_recording *r, size_t channel) {
    for (size_t p = 0; p < r->n_platforms; p++)
        for (size_t k = 0; k < r->platforms[p].n_channels; k++)
            if (r->platforms[p].channels[k] == channel) return 1;
    return 0;
}

/* A clock never goes back; a code (of a task, of a trigger) is whole numbers that stay. A few
 * values suffice to tell that a signal is neither. */
static int is_clock_or_code(const eg_channel *c) {
    static const char *const names[] = {"time", "class", "label", "marker", "trigger", "sample"};
    size_t n_up = 0, n_down = 0, n_whole = 0;
    for (size_t i = 1; i < c->n; i++) {
        n_up += c->values[i] > c->values[i - 1];
        n_down += c->values[i] < c->values[i - 1];
        n_whole += !(fabs(c->values[i] - floor(c->values[i])) > 0.0);
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(c->label, names[i]) == 0 && (n_down == 0 || n_whole + 1 == c->n)) return 1;
    const int is_rising = n_down == 0 && 2 * n_up > c->n;
    const int is_code = n_whole + 1 == c->n && n_up + n_down > 0 && 200 * (n_up + n_down) < c->n;
    return is_rising || is_code;
}

/* "Fx1", "F1X", "Force.Mz2": an output of a plate in volts, in files that describe no plate. */
static int has_plate_name(const char *label) {
    const char *at = strrchr(label, '.');
    at = at != NULL ? at + 1 : label;
    if (strchr("FMfm", *at) == NULL || *at == '\0') return 0;
    at += 1 + strspn(at + 1, "0123456789");
    if (strchr("XYZxyz", *at) == NULL || *at == '\0') return 0;
    at += 1 + strspn(at + 1, "0123456789");
    return *at == '\0';
}

/* What was left out, for one warning. */
typedef struct left_out {
    size_t n;
    char names[160];
} left_out;

static void leave_out(left_out *list, const char *label) {
    const size_t n = strlen(list->names);
    if (list->n++ < 6)
        (void)snprintf(list->names + n, sizeof list->names - n, "%s%.20s", n > 0 ? ", " : "",
                       label);
}

static void tell_left_out(const emg_work *work, const left_out *list, const char *what) {
    char text[300], more[40] = "";
    if (list->n == 0) return;
    if (list->n > 6) (void)snprintf(more, sizeof more, " and %zu more", list->n - 6);
    (void)snprintf(text, sizeof text, "%s%s: left out as %s; --channels takes them", list->names,
                   more, what);
    eg_study_add_warning(work->result, text);
}

/* The channels asked for; else those of voltage; else those without a unit; but not what is plainly
 * no muscle. Those that another option names are measured, too. */
static eg_err choose(emg_work *work, eg_diag *diag) {
    const eg_recording *recording = work->call->recording;
    const json_t *asked = eg_study_labels(work->call, "channels");
    left_out plates = {0, ""}, others = {0, ""};
    for (size_t k = 0; k < sizeof naming / sizeof naming[0]; k++) {
        eg_err err = check_labels(work, eg_study_labels(work->call, naming[k]), naming[k], diag);
        if (err != EG_OK) return err;
    }
    for (int round = 0; round < 2 && work->n_channels == 0; round++)
        for (size_t i = 0; i < recording->n_channels; i++) {
            const eg_channel *c = &recording->channels[i];
            int is_chosen = asked != NULL ? is_listed(asked, c->label)
                            : round == 0  ? is_voltage(c->unit)
                                          : c->unit[0] == '\0';
            is_chosen |= is_named(work, c->label);
            if (work->settings.trigger != NULL && strcasecmp(work->settings.trigger, c->label) == 0)
                continue;
            if (!is_chosen || work->n_channels == EG_EMG_CHANNELS_MAX) continue;
            if (asked == NULL && !is_named(work, c->label)) {
                const int is_plate = is_of_plate(recording, i) || has_plate_name(c->label);
                if (is_plate || is_clock_or_code(c)) {
                    leave_out(is_plate ? &plates : &others, c->label);
                    continue;
                }
            }
            emg_channel *chosen = &work->channels[work->n_channels++];
            *chosen = (emg_channel){.channel = c,
                                    .unit = c->unit[0] != '\0' ? c->unit : "1",
                                    .rate_hz = rate_of(&work->settings, recording, c),
                                    .n = c->n};
            if (!(chosen->rate_hz >= 100.0))
                return eg_diag_set(diag, EG_ERR_MISSING, c->label, 0,
                                   "the sampling rate is unknown or below 100 Hz; give it: "
                                   "--rate-hz N");
        }
    tell_left_out(work, &plates, "outputs of a force plate");
    tell_left_out(work, &others, "clocks or codes");
    if (work->n_channels == 0)
        return eg_diag_set(diag, EG_ERR_LAYOUT, recording->name, 0,
                           "no channel of V, mV, uV or counts; name them: --channels A,B");
    return EG_OK;
}

static eg_onset_method method_named(const char *name) {
    eg_onset_method method = EG_ONSET_AGLR;
    while (method + 1 < EG_ONSET_METHODS && strcmp(name, eg_onset_method_name(method)) != 0)
        method++;
    return method;
}

static eg_emg_norm norm_named(const char *name) {
    eg_emg_norm norm = EG_EMG_NORM_NONE;
    while (norm + 1 < EG_EMG_NORM_COUNT && strcmp(name, eg_emg_norm_name(norm)) != 0) norm++;
    return norm;
}

static eg_emg_profile profile_named(const char *name) {
    eg_emg_profile profile = EG_EMG_PROFILE_ENGRAM;
    while (profile + 1 < EG_EMG_PROFILE_COUNT && strcmp(name, eg_emg_profile_name(profile)) != 0)
        profile++;
    return profile;
}

static eg_emg_heart_method heart_named(const char *name) {
    eg_emg_heart_method method = EG_EMG_HEART_NONE;
    while (method + 1 < EG_EMG_HEART_METHODS && strcmp(name, eg_emg_heart_method_name(method)) != 0)
        method++;
    return method;
}

static eg_emg_span span_of(const eg_study_call *call, const char *name) {
    eg_emg_span span = {(double)NAN, (double)NAN};
    (void)eg_study_span(call, name, &span.from_s, &span.to_s);
    return span;
}

static eg_err read_settings(const eg_study_call *call, emg_settings *s, eg_diag *diag) {
    const double none = (double)NAN;
    eg_emg_span rest = span_of(call, "rest");
    const char *norm = eg_study_text(call, "normalise", NULL);
    *s =
        (emg_settings){.rate_hz = eg_study_number(call, "rate_hz", none),
                       .notch_hz = eg_study_number(call, "notch_hz", 0.0),
                       .window_s = eg_study_number(call, "window_s", 0.1),
                       .epoch_s = eg_study_number(call, "epoch_s", 1.0),
                       .integral_reset_s = eg_study_number(call, "integral_reset_s", none),
                       .low_hz = eg_study_number(call, "low_hz", 20.0),
                       .high_hz = eg_study_number(call, "high_hz", 450.0),
                       .envelope_hz = eg_study_number(call, "envelope_hz", 6.0),
                       .electrodes = eg_study_text(call, "electrodes", NULL),
                       .amplifier = eg_study_text(call, "amplifier", NULL),
                       .rest_from_s = rest.from_s,
                       .rest_to_s = rest.to_s,
                       .method = method_named(eg_study_text(call, "method", "aglr")),
                       .heart = heart_named(eg_study_text(call, "ecg", "none")),
                       .norm = norm != NULL ? norm_named(norm) : EG_EMG_NORM_NONE,
                       .has_norm = norm != NULL,
                       .mvc_trials = (size_t)eg_study_number(call, "mvc_trials", EG_EMG_MVC_TRIALS),
                       .profile = profile_named(eg_study_text(call, "profile", "engram")),
                       .flexion = span_of(call, "flexion"),
                       .relaxed = span_of(call, "relaxed"),
                       .extension = span_of(call, "extension"),
                       .trigger = eg_study_text(call, "trigger", NULL),
                       .has_reflex = eg_study_flag(call, "reflex"),
                       .has_synergies = eg_study_flag(call, "synergies"),
                       .restarts = (size_t)eg_study_number(call, "synergy_starts", 20.0),
                       .seed = (uint64_t)eg_study_number(call, "seed", 1.0),
                       .blank_s = 1e-3 * eg_study_number(call, "blank_ms", 3.0),
                       .m_window = span_of(call, "m_window"),
                       .h_window = span_of(call, "h_window"),
                       .has_live = eg_study_flag(call, "live"),
                       .live_rest_s = eg_study_number(call, "live_rest_s", 2.0),
                       .all = eg_study_flag(call, "all")};
    s->has_reflex |= s->trigger != NULL || s->norm == EG_EMG_NORM_M_MAX;
    int needs_files = s->norm == EG_EMG_NORM_MVC || s->norm == EG_EMG_NORM_SUBMAX;
    if (needs_files && call->n_references == 0)
        return eg_diag_set(diag, EG_ERR_MISSING, "normalise", 0,
                           "%s needs recordings of the reference contractions: --reference FILE",
                           eg_emg_norm_name(s->norm));
    if (!needs_files && call->n_references > 0)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "reference", 0,
                           "a reference recording is for --normalise mvc or submaximal");
    if (isfinite(s->relaxed.from_s) && !isfinite(s->flexion.from_s))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "relaxed", 0, "it goes with flexion");
    if (isfinite(s->extension.from_s) && !isfinite(s->flexion.from_s))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "extension", 0, "it goes with flexion");
    return EG_OK;
}

emg_channel *emg_find(const emg_work *work, const char *label) {
    for (size_t i = 0; i < work->n_channels; i++)
        if (strcasecmp(work->channels[i].channel->label, label) == 0) return &work->channels[i];
    return NULL;
}

/* Why a value that is not known is not; NULL where the caller says it. */
static const char *absence(const char *code) {
    static const char *const reasons[][2] = {
        {"emg.frequency.", "no whole epoch lies within a counted burst"},
        {"emg.fatigue.", "too few active epochs for a slope"},
        {"emg.burst.duration", "too few counted bursts begin and end in the recording"},
        {"emg.burst.", "too few counted bursts"},
        {"emg.quality.snr", "the quietest parts have no power at all"}};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (strncmp(code, reasons[i][0], strlen(reasons[i][0])) == 0) return reasons[i][1];
    return NULL;
}

static json_t *add(const emg_work *work, const emg_channel *c, const char *code, double value,
                   bool is_extra) {
    if (is_extra && !work->settings.all) return NULL;
    const eg_measure_def *def = eg_measure_find(&eg_emg_measures, code);
    char unit[64];
    EG_ASSERT(def != NULL);
    const char *own = c != NULL ? c->unit : "1";
    if (strncmp(def->unit, "signal", 6) == 0)
        snprintf(unit, sizeof unit, "%s%s", own, def->unit + 6);
    else
        snprintf(unit, sizeof unit, "%s", def->unit);
    return eg_study_add_value(work->result, &eg_emg_measures,
                              &(eg_study_value){.code = code,
                                                .value = value,
                                                .unit = unit,
                                                .channel = c != NULL ? c->channel->label : NULL,
                                                .note = isfinite(value) ? NULL : absence(code),
                                                .is_extra = is_extra});
}

json_t *emg_add(const emg_work *work, const emg_channel *c, const char *code, double value) {
    return add(work, c, code, value, false);
}

json_t *emg_add_extra(const emg_work *work, const emg_channel *c, const char *code, double value) {
    return add(work, c, code, value, true);
}

/* One channel from its samples to its part of the result. What only the channel itself needs is
 * given back before the next. */
static eg_err work_on(emg_work *work, emg_channel *c, eg_diag *diag) {
    eg_err err = emg_channel_measure(work, c, diag);
    if (err == EG_OK && work->settings.has_reflex) err = emg_reflex(work, c, diag);
    if (err == EG_OK) err = emg_normalise(work, c, diag);
    if (err == EG_OK) emg_channel_report(work, c);
    if (err == EG_OK && isfinite(work->settings.flexion.from_s)) err = emg_relax(work, c, diag);
    if (err == EG_OK && work->settings.has_live) err = emg_live(work, c, diag);
    free(c->x);
    free(c->band);
    c->x = c->band = NULL;
    if (err != EG_OK && diag != NULL && diag->where[0] == '\0')
        snprintf(diag->where, sizeof diag->where, "%s", c->channel->label);
    return err;
}

static eg_err work_on_all(emg_work *work, eg_diag *diag) {
    for (size_t i = 0; i < work->n_channels; i++) {
        emg_channel *c = &work->channels[i];
        eg_err err = work->settings.profile == EG_EMG_PROFILE_ENGRAM ? work_on(work, c, diag)
                                                                     : emg_profile(work, c, diag);
        if (err != EG_OK) return err;
    }
    if (work->settings.profile != EG_EMG_PROFILE_ENGRAM) return EG_OK;
    eg_err err = emg_pair(work, diag);
    if (err == EG_OK) err = emg_sides(work, diag);
    if (err == EG_OK) err = emg_order(work, diag);
    if (err == EG_OK) err = emg_synergies(work, diag);
    if (err == EG_OK) emg_methods(work);
    if (err == EG_OK) eg_study_withhold(work->result, NULL, 1);
    return err;
}

/* Puts even recordings in place of those with gaps; evened[0] is of the recording itself. */
static eg_err even_all(emg_work *work, eg_study_call *call, eg_recording **evened, eg_diag *diag) {
    if (isfinite(work->settings.rate_hz)) return EG_OK; /* somebody says that they are even */
    eg_err err = emg_even(call->recording, &evened[0], work->result, diag);
    work->is_evened = evened[0] != NULL;
    if (evened[0] != NULL) call->recording = evened[0];
    for (size_t i = 0; i < call->n_references && err == EG_OK; i++) {
        err = emg_even(call->references[i], &evened[i + 1], work->result, diag);
        if (evened[i + 1] != NULL) call->references[i] = evened[i + 1];
    }
    return err;
}

static eg_err run(const eg_study_call *given, json_t **result, eg_diag *diag) {
    eg_study_call own = *given, *call = &own;
    eg_recording *evened[EG_STUDY_REFERENCES_MAX + 1] = {NULL};
    emg_work work = {.call = call};
    eg_err err = read_settings(call, &work.settings, diag);
    if (err != EG_OK) return err;
    work.channels = calloc(EG_EMG_CHANNELS_MAX, sizeof *work.channels);
    work.result = eg_study_new("emg", "Muscle signals", eg_emg_profile_name(work.settings.profile));
    if (work.channels == NULL || work.result == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, call->recording->name, 0, "no memory");
    if (err == EG_OK)
        json_object_set_new(work.result, "detail",
                            json_pack("{s:s, s:[]}", "onset_method",
                                      eg_onset_method_name(work.settings.method), "channels"));
    if (err == EG_OK && work.settings.notch_hz > 0.0)
        json_object_set_new(json_object_get(work.result, "detail"), "notch_hz",
                            json_real(work.settings.notch_hz));
    if (err == EG_OK) err = even_all(&work, call, evened, diag);
    if (err == EG_OK) err = choose(&work, diag);
    if (err == EG_OK) err = work_on_all(&work, diag);
    for (size_t i = 0; i < work.n_channels; i++) emg_channel_release(&work.channels[i]);
    free(work.channels);
    for (size_t i = 0; i <= EG_STUDY_REFERENCES_MAX; i++) emg_even_release(evened[i]);
    if (err == EG_OK)
        *result = work.result;
    else
        json_decref(work.result);
    return err;
}

/* Voltages at a muscle's rate; a recording without units might be one. */
static int suits(const eg_recording *recording) {
    int suits = 0;
    for (size_t i = 0; i < recording->n_channels; i++) {
        const eg_channel *c = &recording->channels[i];
        int is_slow = c->rate_hz < 400.0; /* an armband has 200 Hz, but so has much else */
        if (is_voltage(c->unit) && !is_slow) return 2;
        if (is_voltage(c->unit) && !(c->rate_hz < 100.0)) suits = 1;
        if (c->unit[0] == '\0' && !is_slow) suits = 1;
    }
    return suits;
}

static const eg_study_option options[] = {
    {"channels", EG_STUDY_LABELS, NULL, 0, 0, NULL, "all of V, mV, uV or counts",
     "which channels are muscles"},
    {"rate_hz", EG_STUDY_NUMBER, "Hz", 100, 1e6, NULL, "as the file says",
     "samples a second, where the file does not say it"},
    {"method", EG_STUDY_CHOICE, NULL, 0, 0, "aglr|hodges-bui|tkeo|bonato", "aglr",
     "how onsets are found"},
    {"rest", EG_STUDY_SPAN, NULL, 0, 0, NULL, "found", "seconds in which the muscles rest"},
    {"low_hz", EG_STUDY_NUMBER, "Hz", 1, 200, NULL, "20", "lower corner of the band-pass"},
    {"high_hz", EG_STUDY_NUMBER, "Hz", 40, 5000, NULL, "450, at most 0.45 of the rate",
     "its upper corner"},
    {"envelope_hz", EG_STUDY_NUMBER, "Hz", 0.5, 50, NULL, "6", "low-pass of the envelope"},
    {"notch_hz", EG_STUDY_NUMBER, "Hz", 1, 1000, NULL, "none",
     "takes 50 or 60 Hz out of amplitudes and frequencies, and says so"},
    {"ecg", EG_STUDY_CHOICE, NULL, 0, 0, "none|template|gate", "none",
     "takes the heart out before anything is measured"},
    {"normalise", EG_STUDY_CHOICE, NULL, 0, 0,
     "none|max_of_trial|p99_of_trial|mean_of_trial|mvc|submaximal|m_max",
     "none; max_of_trial for co-contraction", "what amplitudes are divided by"},
    {"mvc_trials", EG_STUDY_NUMBER, NULL, 1, 16, NULL, "3",
     "fewest maximal contractions that a reference is taken from"},
    {"window_s", EG_STUDY_NUMBER, "s", 0.01, 10, NULL, "0.1", "of the moving RMS"},
    {"epoch_s", EG_STUDY_NUMBER, "s", 0.25, 10, NULL, "1", "of the frequencies"},
    {"integral_reset_s", EG_STUDY_NUMBER, "s", 0.01, 1e6, NULL, "none",
     "gives the integrated signal, too, starting anew after this time"},
    {"pair", EG_STUDY_LABELS, NULL, 0, 0, NULL, "none", "two channels: their co-contraction"},
    {"left", EG_STUDY_LABELS, NULL, 0, 0, NULL, "none", "channels of the left side: symmetry"},
    {"right", EG_STUDY_LABELS, NULL, 0, 0, NULL, "none", "those of the right, in the same order"},
    {"timing", EG_STUDY_CHANNEL, NULL, 0, 0, NULL, "none",
     "the channel that the others' onsets are held against"},
    {"synergies", EG_STUDY_FLAG, NULL, 0, 0, NULL, "no",
     "groups of muscles that work together, from all channels"},
    {"synergy_starts", EG_STUDY_NUMBER, NULL, 1, 50, NULL, "20", "random starts for each number"},
    {"seed", EG_STUDY_NUMBER, NULL, 0, 2147483647, NULL, "1", "of the random starts"},
    {"flexion", EG_STUDY_SPAN, NULL, 0, 0, NULL, "none",
     "seconds of bending forward: flexion-relaxation"},
    {"relaxed", EG_STUDY_SPAN, NULL, 0, 0, NULL, "the quietest second before extension",
     "seconds of full flexion"},
    {"extension", EG_STUDY_SPAN, NULL, 0, 0, NULL, "none", "seconds of coming up"},
    {"reflex", EG_STUDY_FLAG, NULL, 0, 0, NULL, "no",
     "H reflex and M wave behind stimuli, found by their artefact"},
    {"trigger", EG_STUDY_CHANNEL, NULL, 0, 0, NULL, "the artefact",
     "the channel of the stimulator's pulses; its height is the intensity"},
    {"blank_ms", EG_STUDY_NUMBER, "ms", 0, 20, NULL, "3", "not looked at behind a stimulus"},
    {"m_window", EG_STUDY_SPAN, NULL, 0, 0, NULL, "0.005,0.025", "seconds of the M wave"},
    {"h_window", EG_STUDY_SPAN, NULL, 0, 0, NULL, "0.025,0.05", "seconds of the H reflex"},
    {"live", EG_STUDY_FLAG, NULL, 0, 0, NULL, "no",
     "what a live display would have shown: causal envelope and bursts, and how late each is"},
    {"live_rest_s", EG_STUDY_NUMBER, "s", 0.5, 30, NULL, "2",
     "the first seconds, which hold the rest for it"},
    {"profile", EG_STUDY_CHOICE, NULL, 0, 0, "engram|pyemgpipeline|scipy|bmc|libemg|welch-2048",
     "engram", "whose recipe; a peer's numbers have the peer's names"},
    {"at", EG_STUDY_TEXT, NULL, 0, 0, NULL, "none",
     "with a peer's profile: samples whose values are listed, 0,10,999"},
    {"electrodes", EG_STUDY_TEXT, NULL, 0, 0, NULL, "not recorded",
     "type, size, distance, place and skin preparation, for the methods paragraph"},
    {"amplifier", EG_STUDY_TEXT, NULL, 0, 0, NULL, "not recorded",
     "maker, bandwidth, gain, resolution, for the methods paragraph"},
    {"all", EG_STUDY_FLAG, NULL, 0, 0, NULL, "no", "every measure"},
};

static const eg_study_condition conditions[] = {
    {"mvc_trials", "normalise=mvc"},
    {"synergy_starts", "synergies"},
    {"seed", "synergies"},
    {"live_rest_s", "live"},
    {"live", "profile=engram"},
    {"blank_ms", "reflex trigger normalise=m_max"},
    {"m_window", "reflex trigger normalise=m_max"},
    {"h_window", "reflex trigger normalise=m_max"},
    {"at", "profile=pyemgpipeline|scipy|bmc|libemg|welch-2048"},
    {"rest", "profile=engram|bmc"},
    {"method", "profile=engram"},
    {"low_hz", "profile=engram"},
    {"high_hz", "profile=engram"},
    {"envelope_hz", "profile=engram"},
    {"notch_hz", "profile=engram"},
    {"ecg", "profile=engram"},
    {"normalise", "profile=engram"},
    {"window_s", "profile=engram"},
    {"epoch_s", "profile=engram"},
    {"integral_reset_s", "profile=engram"},
    {"pair", "profile=engram"},
    {"left", "profile=engram"},
    {"right", "profile=engram"},
    {"timing", "profile=engram"},
    {"synergies", "profile=engram"},
    {"flexion", "profile=engram"},
    {"reflex", "profile=engram"},
    {"trigger", "profile=engram"},
    {"electrodes", "profile=engram"},
    {"amplifier", "profile=engram"},
    {"all", "profile=engram"},
};

const eg_study eg_study_emg = {
    .name = "emg",
    .title = "Muscle signals",
    .what = "surface EMG: quality, amplitudes, bursts, fatigue, co-contraction, reflexes",
    .reference = "maximal or sub-maximal contractions, for --normalise",
    .measures = &eg_emg_measures,
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .conditions = conditions,
    .n_conditions = sizeof conditions / sizeof conditions[0],
    .suits = suits,
    .run = run,
};
