/* A peer's numbers under the peer's names, and the values at single samples on request, so that
 * they can be held against what the peer prints. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "clinic/study_emg_part.h"

enum { AT_MAX = 256, RUNS_MAX = 20000 };

/* One channel under a profile. */
typedef struct peer {
    const emg_work *work;
    const emg_channel *c;
    double *x, *band, *y; /* [n]; y is the profile's envelope until it is used for something else */
    eg_arena arena;
    size_t n_at, at[AT_MAX];
    json_t *detail; /* borrowed, of this channel */
} peer;

static eg_err read_at(peer *p, eg_diag *diag) {
    const char *text = eg_study_text(p->work->call, "at", NULL);
    while (text != NULL && *text != '\0') {
        char *end;
        double index = strtod(text, &end);
        int is_good = end != text && (*end == ',' || *end == '\0') && index >= 0.0 &&
                      index < (double)p->c->n && p->n_at < AT_MAX;
        if (!is_good || fabs(index - floor(index)) > 0.0)
            return eg_diag_set(diag, EG_ERR_ARGUMENT, "at", 0,
                               "it takes up to %d samples of the recording, counted from 0, with "
                               "commas: 0,10,999",
                               AT_MAX);
        p->at[p->n_at++] = (size_t)index;
        text = end + (*end == ',');
    }
    return EG_OK;
}

static void add(const peer *p, const char *code, double value, const char *unit) {
    (void)eg_study_add_value(
        p->work->result, NULL,
        &(eg_study_value){
            .code = code, .value = value, .unit = unit, .channel = p->c->channel->label});
}

static void list_samples(const peer *p, const char *name, const double *y) {
    if (p->n_at == 0) return;
    json_t *list = json_array();
    for (size_t i = 0; i < p->n_at; i++) json_array_append_new(list, json_real(y[p->at[i]]));
    json_object_set_new(p->detail, name, list);
}

static eg_err run_pyemgpipeline(peer *p) {
    double squares = 0.0, sum = 0.0;
    size_t n = p->c->n, largest = 0;
    for (size_t i = 0; i < n; i++) {
        squares += p->band[i] * p->band[i];
        sum += p->y[i];
        if (p->y[i] > p->y[largest]) largest = i;
    }
    add(p, "bandpass_rms", sqrt(squares / (double)n), p->c->unit);
    add(p, "envelope_mean", sum / (double)n, p->c->unit);
    add(p, "envelope_max", p->y[largest], p->c->unit);
    add(p, "envelope_argmax", (double)largest, "1");
    list_samples(p, "bandpass", p->band);
    list_samples(p, "envelope", p->y);
    const double divisor = p->y[largest] > 0.0 ? p->y[largest] : 1.0;
    for (size_t i = 0; i < n; i++) p->y[i] /= divisor;
    list_samples(p, "normalised", p->y);
    return EG_OK;
}

static void list_epochs(const peer *p, size_t n, const eg_emg_epoch *epochs) {
    json_t *rms = json_array(), *bin = json_array(), *line = json_array(), *mean = json_array();
    for (size_t i = 0; i < n; i++) {
        const eg_emg_spectrum *s = &epochs[i].spectrum;
        json_array_append_new(rms, json_real(epochs[i].rms));
        json_array_append_new(bin, isfinite(s->median_bin_hz) ? json_real(s->median_bin_hz)
                                                              : json_null());
        json_array_append_new(line, isfinite(s->median_hz) ? json_real(s->median_hz) : json_null());
        json_array_append_new(mean, isfinite(s->mean_hz) ? json_real(s->mean_hz) : json_null());
    }
    json_object_set_new(p->detail, "epochs_1s",
                        json_pack("{s:o, s:o, s:o, s:o}", "rms", rms, "mdf_bin", bin, "mdf_interp",
                                  line, "mnf", mean));
}

/* numpy's and SciPy's recipes: causal filters, Welch of 1024, epochs of 1 s and their line. */
static eg_err run_scipy(peer *p, eg_diag *diag) {
    const double rate_hz = p->c->rate_hz;
    size_t n = p->c->n, n_epochs = 0, n_line = 0;
    eg_emg_spectrum s = {(double)NAN, (double)NAN, (double)NAN};
    list_samples(p, "bandpass", p->band);
    list_samples(p, "envelope", p->y);
    eg_err err = eg_emg_profile_notch(50.0, rate_hz, n, p->x, p->y, diag);
    if (err == EG_OK) list_samples(p, "notch50", p->y);
    if (err == EG_OK)
        err = eg_emg_profile_run(EG_EMG_PROFILE_PYEMGPIPELINE, rate_hz, n, p->x, p->band, p->y,
                                 &p->arena, diag);
    if (err == EG_OK && n >= 1024)
        err = eg_emg_spectrum_welch(rate_hz, 1024, n, p->band, &s, &p->arena, diag);
    eg_emg_epoch *epochs = calloc(EG_EMG_EPOCHS_MAX, sizeof *epochs);
    double *t = calloc(2 * (size_t)EG_EMG_EPOCHS_MAX, sizeof *t);
    if (epochs == NULL || t == NULL) err = eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    if (err == EG_OK && (double)n >= rate_hz)
        err = eg_emg_epochs(rate_hz, 1.0, n, p->band, 0, NULL, EG_EMG_EPOCHS_MAX, epochs, &n_epochs,
                            &p->arena, diag);
    for (size_t i = 0; err == EG_OK && i < n_epochs; i++) {
        if (!isfinite(epochs[i].spectrum.median_hz)) continue;
        t[n_line] = epochs[i].middle_s;
        t[EG_EMG_EPOCHS_MAX + n_line++] = epochs[i].spectrum.median_hz;
    }
    eg_emg_line line = {0};
    if (err == EG_OK && n_line >= 2)
        err = eg_emg_line_fit(n_line, t, t + EG_EMG_EPOCHS_MAX, &line, &p->arena, diag);
    if (err == EG_OK) {
        add(p, "mdf_bin", s.median_bin_hz, "Hz");
        add(p, "mdf_interp", s.median_hz, "Hz");
        add(p, "mnf", s.mean_hz, "Hz");
        list_epochs(p, n_epochs, epochs);
        add(p, "mdf_interp_slope_hz_per_s", n_line >= 2 ? line.slope : (double)NAN, "Hz/s");
        add(p, "mdf_interp_intercept", n_line >= 2 ? line.intercept : (double)NAN, "Hz");
    }
    free(t);
    free(epochs);
    return err;
}

/* Mean + `deviations` of the rest, then the peer's runs. */
static eg_err literal_onsets(peer *p, int is_tkeo, double deviations, size_t n_below,
                             const char *name, eg_diag *diag) {
    const emg_settings *s = &p->work->settings;
    size_t from = (size_t)(s->rest_from_s * p->c->rate_hz + 0.5);
    size_t to = (size_t)(s->rest_to_s * p->c->rate_hz + 0.5), count;
    if (to > p->c->n || from + 2 > to)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "rest", 0, "it must lie in the recording");
    eg_err err = eg_onset_curve(is_tkeo, p->c->rate_hz, p->c->n, p->band, p->y, &p->arena, diag);
    if (err != EG_OK) return err;
    double mean = 0.0, squares = 0.0;
    for (size_t i = from; i < to; i++) mean += p->y[i] / (double)(to - from);
    for (size_t i = from; i < to; i++) squares += (p->y[i] - mean) * (p->y[i] - mean);
    double threshold = mean + deviations * sqrt(squares / (double)(to - from));
    size_t(*runs)[2] = calloc(RUNS_MAX, sizeof *runs);
    if (runs == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    size_t n_above = (size_t)(0.025 * p->c->rate_hz + 0.5);
    count = eg_onset_runs(p->c->n, p->y, threshold, n_above, n_below, RUNS_MAX, runs);
    json_t *list = json_array();
    for (size_t i = 0; i < count && i < RUNS_MAX; i++) {
        /* The peer leaves out what touches an end. */
        if (runs[i][0] == 0 || runs[i][1] + 1 == p->c->n) continue;
        json_array_append_new(list, json_pack("[i, i]", (int)runs[i][0], (int)runs[i][1]));
    }
    free(runs);
    json_object_set_new(p->detail, name,
                        json_pack("{s:f, s:o}", "threshold", threshold, "intervals", list));
    return EG_OK;
}

static eg_err run_bmc(peer *p, eg_diag *diag) {
    size_t n = p->c->n;
    const double rate_hz = p->c->rate_hz;
    list_samples(p, "linear_envelope_8hz", p->y);
    eg_emg_profile_bmc_rms(n, p->band, (size_t)(0.1 * rate_hz + 0.5), p->y);
    list_samples(p, "moving_rms_100ms", p->y);
    eg_emg_profile_bmc_rms(n, p->band, (size_t)(0.25 * rate_hz + 0.5), p->y);
    list_samples(p, "moving_rms_250ms", p->y);
    eg_emg_profile_tkeo(n, p->band, p->y);
    list_samples(p, "tkeo_of_bandpass", p->y);
    if (!isfinite(p->work->settings.rest_from_s)) return EG_OK;
    eg_err err = literal_onsets(p, 0, 3.0, 0, "hodges_bui_literal", diag);
    if (err == EG_OK)
        err = literal_onsets(p, 1, 15.0, (size_t)(0.05 * rate_hz + 0.5), "tkeo_literal_15sd", diag);
    return err;
}

static eg_err run_libemg(peer *p, eg_diag *diag) {
    json_t *lists[EG_EMG_FEATURE_COUNT];
    json_t *features = json_object();
    for (eg_emg_feature f = EG_EMG_FEATURE_MAV; f < EG_EMG_FEATURE_COUNT; f++) {
        lists[f] = json_array();
        json_object_set_new(features, eg_emg_feature_name(f), lists[f]);
    }
    json_object_set_new(p->detail, "windows_of_250_every_125", features);
    eg_err err = EG_OK;
    size_t n_windows = 0;
    double means[EG_EMG_FEATURE_COUNT] = {0};
    for (size_t at = 0; err == EG_OK && at + EG_EMG_FEATURE_WINDOW <= p->c->n;
         at += EG_EMG_FEATURE_STEP, n_windows++) {
        double values[EG_EMG_FEATURE_COUNT];
        err = eg_emg_features(p->c->rate_hz, EG_EMG_FEATURE_WINDOW, p->band + at, values, &p->arena,
                              diag);
        for (size_t f = 0; err == EG_OK && f < EG_EMG_FEATURE_COUNT; f++) {
            json_array_append_new(lists[f],
                                  isfinite(values[f]) ? json_real(values[f]) : json_null());
            means[f] += values[f];
        }
    }
    for (eg_emg_feature f = EG_EMG_FEATURE_MAV; err == EG_OK && f < EG_EMG_FEATURE_COUNT; f++) {
        int is_hz = f == EG_EMG_FEATURE_MDF || f == EG_EMG_FEATURE_MNF;
        int is_signal = f == EG_EMG_FEATURE_MAV || f == EG_EMG_FEATURE_RMS ||
                        f == EG_EMG_FEATURE_WL || f == EG_EMG_FEATURE_IAV;
        add(p, eg_emg_feature_name(f), n_windows > 0 ? means[f] / (double)n_windows : (double)NAN,
            is_hz       ? "Hz"
            : is_signal ? p->c->unit
                        : "1");
    }
    return err;
}

static eg_err run_welch_2048(peer *p, eg_diag *diag) {
    eg_emg_welch_2048 w;
    eg_emg_quality q;
    eg_err err = eg_emg_profile_welch_2048(p->c->rate_hz, p->c->n, p->x, &w, &p->arena, diag);
    if (err == EG_OK)
        err = eg_emg_quality_of(p->c->rate_hz, p->c->n, p->x, p->band, &q, &p->arena, diag);
    if (err != EG_OK) return err;
    add(p, "hum50_ratio", w.hum_50, "1");
    add(p, "hum60_ratio", w.hum_60, "1");
    add(p, "p_below20_frac", w.low_share, "1");
    add(p, "at_min_frac", q.at_min, "1");
    add(p, "at_max_frac", q.at_max, "1");
    add(p, "longest_flat_ms", 1e3 * q.flat_s, "ms");
    add(p, "snr_db_p95_p5", q.snr_db, "dB");
    return EG_OK;
}

static eg_err run_peer(peer *p, eg_diag *diag) {
    const emg_settings *s = &p->work->settings;
    size_t n_bad;
    eg_err err = emg_copy(p->c->channel, p->x, &n_bad, diag);
    if (err == EG_OK) err = read_at(p, diag);
    if (err == EG_OK && p->c->n < 3)
        err = eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "too few samples");
    if (err == EG_OK)
        err = eg_emg_profile_run(s->profile, p->c->rate_hz, p->c->n, p->x, p->band, p->y, &p->arena,
                                 diag);
    if (err != EG_OK) return err;
    switch (s->profile) {
    case EG_EMG_PROFILE_SCIPY:
        return run_scipy(p, diag);
    case EG_EMG_PROFILE_BMC:
        return run_bmc(p, diag);
    case EG_EMG_PROFILE_LIBEMG:
        return run_libemg(p, diag);
    case EG_EMG_PROFILE_WELCH_2048:
        return run_welch_2048(p, diag);
    case EG_EMG_PROFILE_PYEMGPIPELINE:
    case EG_EMG_PROFILE_ENGRAM:
    case EG_EMG_PROFILE_COUNT:
        break;
    }
    return run_pyemgpipeline(p);
}

eg_err emg_profile(const emg_work *work, const emg_channel *c, eg_diag *diag) {
    peer *p = calloc(1, sizeof *p);
    if (p == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    p->work = work;
    p->c = c;
    p->x = calloc(c->n + 1, sizeof *p->x);
    p->band = calloc(c->n + 1, sizeof *p->band);
    p->y = calloc(c->n + 1, sizeof *p->y);
    p->detail = json_pack("{s:s, s:f}", "channel", c->channel->label, "rate_hz", c->rate_hz);
    (void)json_array_append_new(
        json_object_get(json_object_get(work->result, "detail"), "channels"), p->detail);
    eg_err err = emg_arena(c->n, &p->arena, diag);
    if (p->x == NULL || p->band == NULL || p->y == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    if (err == EG_OK) err = run_peer(p, diag);
    if (err == EG_OK)
        eg_study_say(work->result, "%s: the recipe of %s, see docs/reference/emg.md. Engram %s.",
                     c->channel->label, eg_emg_profile_name(work->settings.profile),
                     ENGRAM_VERSION);
    free(p->arena.memory);
    free(p->x);
    free(p->band);
    free(p->y);
    free(p);
    return err;
}
