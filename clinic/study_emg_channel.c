/* One channel of the study of muscle signals: heart, filters, quality, bursts, epochs. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "clinic/study_emg_part.h"

eg_err emg_copy(const eg_channel *channel, double *x, size_t *n_bad, eg_diag *diag) {
    *n_bad = 0;
    double last = 0.0;
    for (size_t i = 0; i < channel->n; i++) {
        if (isfinite(channel->values[i])) {
            last = channel->values[i];
        } else {
            ++*n_bad;
        }
        x[i] = last;
    }
    if (20 * *n_bad > channel->n)
        return eg_diag_set(diag, EG_ERR_DATA, channel->label, 0,
                           "%zu of %zu samples are no numbers", *n_bad, channel->n);
    return EG_OK;
}

eg_err emg_arena(size_t n, eg_arena *arena, eg_diag *diag) {
    size_t size = 9 * n * sizeof(double) + ((size_t)12 << 20);
    void *memory = malloc(size);
    eg_arena_init(arena, memory, size);
    return memory != NULL ? EG_OK : eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
}

static eg_err find_bursts(const emg_settings *s, emg_channel *c, eg_arena *arena, eg_diag *diag) {
    eg_onset_settings onset = eg_onset_defaults(c->rate_hz);
    onset.baseline_from_s = s->rest_from_s;
    onset.baseline_to_s = s->rest_to_s;
    eg_err err = eg_onset_find(s->method, &onset, c->n, c->x, &c->rest, EG_EMG_BURSTS_MAX,
                               c->bursts, &c->n_bursts, arena, diag);
    if (err == EG_OK) err = eg_emg_rhythm_of(c->n_bursts, c->bursts, &c->rhythm, arena, diag);
    return err;
}

/* What the frequencies are taken from: high-passed as the band is, less hum and heart, but not
 * low-passed. */
static eg_err high_pass(const emg_settings *s, const emg_channel *c, double *wide, eg_arena *arena,
                        eg_diag *diag) {
    const eg_emg_settings *f = &c->filters.settings;
    eg_filter high, notch;
    eg_err err = eg_filter_butterworth(&high, EG_FILTER_HIGH_PASS, f->band_order, f->band_low_hz,
                                       0.0, c->rate_hz, diag);
    if (err == EG_OK) err = eg_emg_zero_lag(&high, 1, c->n, c->x, wide, 0, arena, diag);
    if (err != EG_OK || !(s->notch_hz > 0.0) || s->heart != EG_EMG_HEART_NONE) return err;
    err = eg_emg_notch(&notch, s->notch_hz, f->notch_quality, c->rate_hz, diag);
    if (err == EG_OK) err = eg_emg_zero_lag(&notch, 1, c->n, wide, wide, 0, arena, diag);
    return err;
}

static eg_err measure_epochs(const emg_settings *s, emg_channel *c, eg_arena *arena,
                             eg_diag *diag) {
    double median = 0.0, mean = 0.0;
    c->median_hz = c->mean_hz = (double)NAN;
    if ((double)c->n < s->epoch_s * c->rate_hz) return EG_OK;
    eg_emg_epoch *epochs = calloc(EG_EMG_EPOCHS_MAX, sizeof *epochs);
    double *wide = calloc(c->n + 1, sizeof *wide);
    eg_err err = epochs == NULL || wide == NULL
                     ? eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory")
                     : high_pass(s, c, wide, arena, diag);
    if (err == EG_OK)
        err = eg_emg_epochs_below(c->filters.settings.band_high_hz, c->rate_hz, s->epoch_s, c->n,
                                  c->band, wide, c->n_bursts, c->bursts, EG_EMG_EPOCHS_MAX, epochs,
                                  &c->n_epochs, arena, diag);
    free(wide);
    for (size_t i = 0; i < c->n_epochs && err == EG_OK; i++) {
        if (!epochs[i].is_active || !isfinite(epochs[i].spectrum.median_hz)) continue;
        median += epochs[i].spectrum.median_hz;
        mean += epochs[i].spectrum.mean_hz;
        c->n_active++;
    }
    if (c->n_active > 0) {
        c->median_hz = median / (double)c->n_active;
        c->mean_hz = mean / (double)c->n_active;
    }
    if (err == EG_OK) {
        eg_diag few = {0}; /* too few epochs make no slope, and no error */
        c->has_fatigue = eg_emg_fatigue_of(c->n_epochs, epochs, &c->fatigue, arena, &few) == EG_OK;
    }
    free(epochs);
    return err;
}

static eg_err measure_level(const emg_settings *s, emg_channel *c, eg_diag *diag) {
    c->rms = c->peak = 0.0;
    for (size_t i = 0; i < c->n; i++) {
        c->rms += c->band[i] * c->band[i];
        c->peak = fmax(c->peak, c->envelope[i]);
    }
    c->rms = sqrt(c->rms / (double)c->n);
    c->iemg = eg_emg_integral(c->rate_hz, c->n, c->band, (double)NAN, (double)NAN, NULL, NULL);
    c->level = c->envelope;
    if (s->norm < EG_EMG_NORM_MVC) return EG_OK;
    size_t window = (size_t)(s->window_s * c->rate_hz + 0.5);
    c->level = calloc(c->n + 1, sizeof *c->level);
    if (c->level == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    eg_emg_rms_centred(c->n, 1, c->band, window > 0 ? window : 1, c->level);
    return EG_OK;
}

static eg_emg_settings filter_settings(const emg_settings *s, double rate_hz, double notch_hz) {
    eg_emg_settings settings = eg_emg_defaults(rate_hz);
    settings.band_low_hz = s->low_hz;
    settings.band_high_hz = s->high_hz;
    settings.envelope_hz = s->envelope_hz;
    settings.notch_hz = notch_hz;
    return settings;
}

/* Loud hum draws the found peaks to its own phase and so gets into the median beat, whose
 * subtraction would then quieten the hum around every beat. The beats are taken from a copy without
 * 50 and 60 Hz; the hum itself stays. */
static eg_err take_beats_beside_hum(double rate_hz, double quality, size_t n, double *x,
                                    eg_emg_heart *heart, eg_arena *arena, eg_diag *diag) {
    static const double mains_hz[] = {50.0, 60.0};
    const size_t mark = eg_arena_mark(arena);
    double *still = eg_arena_take(arena, n + 1, sizeof *still);
    if (still == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    eg_err err = EG_OK;
    for (size_t i = 0; i < n; i++) still[i] = x[i];
    for (size_t k = 0; k < 2 && err == EG_OK; k++) {
        eg_filter notch;
        if (mains_hz[k] > 0.45 * rate_hz) continue;
        err = eg_emg_notch(&notch, mains_hz[k], quality, rate_hz, diag);
        if (err == EG_OK) err = eg_emg_zero_lag(&notch, 1, n, still, still, 0, arena, diag);
    }
    for (size_t i = 0; i < n; i++) x[i] -= still[i];
    if (err == EG_OK)
        err = eg_emg_heart_remove(EG_EMG_HEART_TEMPLATE, rate_hz, n, still, still, heart, arena,
                                  diag);
    for (size_t i = 0; i < n; i++) x[i] += still[i];
    eg_arena_reset(arena, mark);
    return err;
}

eg_err emg_take_heart(const emg_settings *s, double rate_hz, size_t n, double *x,
                      eg_emg_filters *filters, eg_emg_heart *heart, eg_arena *arena,
                      eg_diag *diag) {
    eg_emg_settings settings =
        filter_settings(s, rate_hz, s->heart == EG_EMG_HEART_NONE ? s->notch_hz : 0.0);
    eg_err err = eg_emg_design(filters, &settings, diag);
    if (err != EG_OK || s->heart == EG_EMG_HEART_NONE) return err;
    if (s->notch_hz > 0.0) {
        eg_filter notch;
        err = eg_emg_notch(&notch, s->notch_hz, settings.notch_quality, rate_hz, diag);
        if (err == EG_OK) err = eg_emg_zero_lag(&notch, 1, n, x, x, 0, arena, diag);
    } else if (s->heart == EG_EMG_HEART_TEMPLATE) {
        return take_beats_beside_hum(rate_hz, settings.notch_quality, n, x, heart, arena, diag);
    }
    if (err == EG_OK) err = eg_emg_heart_remove(s->heart, rate_hz, n, x, x, heart, arena, diag);
    return err;
}

/* A rhythm is a heart only if the removal would find its beats: steps are regular, too. */
static eg_err confirm_heart(emg_channel *c, eg_arena *arena, eg_diag *diag) {
    enum { BEATS = 16384 };
    eg_emg_quality *q = &c->quality;
    size_t count = 0, mark = eg_arena_mark(arena);
    if (q->verdicts[EG_EMG_CHECK_HEART] == EG_EMG_OK || c->rate_hz < 200.0) return EG_OK;
    size_t *peaks = eg_arena_take(arena, BEATS, sizeof *peaks);
    if (peaks == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for beats");
    eg_err err = eg_emg_heart_find(c->rate_hz, c->n, c->x, BEATS, peaks, &count, arena, diag);
    eg_arena_reset(arena, mark);
    if (err != EG_OK || count > 0) return err;
    c->is_no_heart = 1;
    q->verdicts[EG_EMG_CHECK_HEART] = q->verdict = EG_EMG_OK;
    for (size_t i = 0; i < EG_EMG_CHECK_COUNT; i++)
        if (q->verdicts[i] > q->verdict) q->verdict = q->verdicts[i];
    return EG_OK;
}

/* Quality is judged on what was recorded; everything else on what is left without the heart. */
static eg_err measure(const emg_settings *s, emg_channel *c, eg_arena *arena, eg_diag *diag) {
    eg_emg_settings settings = filter_settings(s, c->rate_hz, s->notch_hz);
    eg_err err = emg_copy(c->channel, c->x, &c->n_bad, diag);
    if (err == EG_OK) err = eg_emg_design(&c->filters, &settings, diag);
    if (err == EG_OK)
        err = eg_emg_zero_lag(&c->filters.band, 1, c->n, c->x, c->band, 0, arena, diag);
    if (err == EG_OK)
        err = eg_emg_quality_of(c->rate_hz, c->n, c->x, c->band, &c->quality, arena, diag);
    if (err == EG_OK) err = confirm_heart(c, arena, diag);
    if (err == EG_OK)
        err = emg_take_heart(s, c->rate_hz, c->n, c->x, &c->filters, &c->heart, arena, diag);
    if (err == EG_OK)
        err = eg_emg_envelope(&c->filters, 1, c->n, c->x, c->band, c->envelope, arena, diag);
    if (err == EG_OK) err = find_bursts(s, c, arena, diag);
    if (err == EG_OK) err = measure_epochs(s, c, arena, diag);
    return err;
}

eg_err emg_channel_measure(emg_work *work, emg_channel *c, eg_diag *diag) {
    eg_arena arena;
    c->level_peak = c->level_mean = (double)NAN;
    c->x = calloc(c->n + 1, sizeof *c->x);
    c->band = calloc(c->n + 1, sizeof *c->band);
    c->envelope = calloc(c->n + 1, sizeof *c->envelope);
    c->bursts = calloc(EG_EMG_BURSTS_MAX, sizeof *c->bursts);
    if (c->x == NULL || c->band == NULL || c->envelope == NULL || c->bursts == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    eg_err err = emg_arena(c->n, &arena, diag);
    if (err == EG_OK) err = measure(&work->settings, c, &arena, diag);
    if (err == EG_OK) err = measure_level(&work->settings, c, diag);
    free(arena.memory);
    if (err == EG_OK && c->n_bursts > 0) { /* keep what is used */
        eg_burst *kept = realloc(c->bursts, c->n_bursts * sizeof *kept);
        if (kept != NULL) c->bursts = kept;
    }
    return err;
}

void emg_channel_release(emg_channel *c) {
    if (c->level != c->envelope) free(c->level);
    free(c->x);
    free(c->band);
    free(c->envelope);
    free(c->bursts);
}

static void reason_of(const eg_burst *b, const emg_channel *c, char *text, size_t size) {
    snprintf(text, size, "%.1f dB over the rest of %.3g %s, evidence %.0f (alarm 20)%s%s%s%s%s",
             b->snr_db, c->rest.rms, c->unit, b->evidence,
             b->flags & EG_ONSET_AT_START ? "; on when the recording starts" : "",
             b->flags & EG_ONSET_AT_END ? "; on when it ends" : "",
             b->flags & EG_ONSET_MERGED ? "; short pauses joined" : "",
             b->flags & EG_ONSET_WEAK ? "; weak" : "",
             b->flags & EG_ONSET_MINOR ? "; minor, not counted" : "");
}

static void detail_of(const emg_channel *c, eg_emg_check check, char *text, size_t size) {
    const eg_emg_quality *q = &c->quality;
    if (check == EG_EMG_CHECK_SNR) snprintf(text, size, "loud over quiet %.1f dB", q->snr_db);
    if (check == EG_EMG_CHECK_HUM)
        snprintf(text, size, "50 Hz %.2g, 60 Hz %.2g times the neighbours%s", q->hum_50, q->hum_60,
                 q->verdicts[check] == EG_EMG_FAIL ? "; a notch (--notch-hz) takes it out" : "");
    if (check == EG_EMG_CHECK_CLIP)
        snprintf(text, size, "%.2g %% of the samples in runs at an extreme", 100.0 * q->clipped);
    if (check == EG_EMG_CHECK_FLAT)
        snprintf(text, size, "longest without change %.3f s", q->flat_s);
    if (check == EG_EMG_CHECK_MOTION)
        snprintf(text, size, "%.3g %% of the power below 20 Hz%s", 100.0 * q->low_share,
                 q->verdicts[check] == EG_EMG_FAIL ? ": hardly the signal of a muscle" : "");
    if (check == EG_EMG_CHECK_HEART && c->heart.n_beats > 0)
        snprintf(text, size, "%zu beats, %.0f a minute, taken out", c->heart.n_beats,
                 c->heart.beats_per_min);
    else if (check == EG_EMG_CHECK_HEART && isfinite(q->beats_per_min) && c->is_no_heart)
        snprintf(text, size, "regular, %.0f a minute, but without beats of one shape",
                 q->beats_per_min);
    else if (check == EG_EMG_CHECK_HEART && isfinite(q->beats_per_min))
        snprintf(text, size,
                 "regular peaks, %.0f a minute; if they are the heart, --ecg template takes it out",
                 q->beats_per_min);
    else if (check == EG_EMG_CHECK_HEART)
        snprintf(text, size, "no beat found");
}

static void report_quality(const emg_work *work, const emg_channel *c) {
    for (eg_emg_check check = EG_EMG_CHECK_SNR; check < EG_EMG_CHECK_COUNT; check++) {
        char detail[120] = "";
        detail_of(c, check, detail, sizeof detail);
        int verdict = (int)c->quality.verdicts[check];
        if (check == EG_EMG_CHECK_HEART && c->heart.n_beats > 0) verdict = 0;
        if (check == EG_EMG_CHECK_HUM && verdict == 2 && work->settings.notch_hz > 0.0) verdict = 1;
        eg_study_add_check(work->result, eg_emg_check_name(check), verdict, detail,
                           c->channel->label);
    }
    if (work->settings.heart != EG_EMG_HEART_NONE && c->heart.n_beats == 0) {
        char text[160];
        snprintf(text, sizeof text, "%.60s: no heart was found, nothing was taken out",
                 c->channel->label);
        eg_study_add_warning(work->result, text);
    }
    if (c->n_bad > 0) {
        char text[160];
        snprintf(text, sizeof text, "%s: %zu samples without a number were bridged",
                 c->channel->label, c->n_bad);
        eg_study_add_warning(work->result, text);
    }
}

static void report_bursts(const emg_work *work, const emg_channel *c) {
    for (size_t i = 0; i < c->n_bursts; i++) {
        const eg_burst *b = &c->bursts[i];
        char reason[240];
        reason_of(b, c, reason, sizeof reason);
        json_t *event =
            eg_study_add_event(work->result, "burst", b->on_s, b->off_s, c->channel->label, NULL);
        if (event == NULL) continue;
        json_object_set_new(event, "confidence", json_real(b->confidence));
        json_object_set_new(event, "reason", json_string(reason));
        json_object_set_new(event, "counted", json_boolean(!(b->flags & EG_ONSET_MINOR)));
        if (isfinite(b->on_early_s) && isfinite(b->on_late_s)) {
            json_object_set_new(event, "on_early_s", json_real(b->on_early_s));
            json_object_set_new(event, "on_late_s", json_real(b->on_late_s));
        }
    }
}

static double median_snr(const emg_channel *c) {
    /* Bursts are few; the one in the middle is found by counting those below. */
    size_t n = 0;
    for (size_t i = 0; i < c->n_bursts; i++) n += !(c->bursts[i].flags & EG_ONSET_MINOR);
    double middle[2] = {(double)NAN, (double)NAN};
    for (size_t i = 0; i < c->n_bursts; i++) {
        if (c->bursts[i].flags & EG_ONSET_MINOR) continue;
        size_t below = 0;
        for (size_t k = 0; k < c->n_bursts; k++)
            below += !(c->bursts[k].flags & EG_ONSET_MINOR) &&
                     (c->bursts[k].snr_db < c->bursts[i].snr_db ||
                      (k < i && c->bursts[k].snr_db <= c->bursts[i].snr_db));
        if (below == (n - 1) / 2) middle[0] = c->bursts[i].snr_db;
        if (below == n / 2) middle[1] = c->bursts[i].snr_db;
    }
    return 0.5 * (middle[0] + middle[1]);
}

static void report_amplitude(const emg_work *work, const emg_channel *c) {
    double largest = (double)NAN, window_s = work->settings.window_s;
    (void)emg_add(work, c, "emg.rms", c->rms);
    (void)emg_add(work, c, "emg.envelope.peak", c->peak);
    (void)emg_add_extra(work, c, "emg.integrated", c->iemg);
    if (eg_emg_rms_peak(c->rate_hz, window_s, c->n, c->band, &largest, NULL, NULL) != EG_OK)
        largest = (double)NAN;
    (void)emg_add_extra(work, c, "emg.rms.peak", largest);
    (void)emg_add(work, c, "emg.rest.rms", c->rest.rms);
    const char *norm = eg_emg_norm_name(c->scale.norm);
    json_t *of[3] = {NULL};
    if (c->scale.norm != EG_EMG_NORM_NONE) {
        of[0] = emg_add(work, c, "emg.reference", c->scale.divisor);
        of[1] = emg_add(work, c, "emg.level.peak", c->level_peak);
        of[2] = emg_add(work, c, "emg.level.mean", c->level_mean);
    }
    for (size_t i = 0; i < 3; i++)
        if (of[i] != NULL) json_object_set_new(of[i], "normalisation", json_string(norm));
    if (c->mvc.n_trials > 0) {
        (void)emg_add_extra(work, c, "emg.reference.trials", (double)c->mvc.n_trials);
        (void)emg_add_extra(work, c, "emg.reference.spread", c->mvc.spread_percent);
    }
}

static void report_activity(const emg_work *work, const emg_channel *c) {
    double active_s = 0.0;
    for (size_t i = 0; i < c->n_bursts; i++)
        if (!(c->bursts[i].flags & EG_ONSET_MINOR))
            active_s += c->bursts[i].off_s - c->bursts[i].on_s;
    (void)emg_add(work, c, "emg.bursts", (double)c->rhythm.n_bursts);
    (void)emg_add(work, c, "emg.active.share", 100.0 * active_s * c->rate_hz / (double)c->n);
    (void)emg_add(work, c, "emg.burst.duration", c->rhythm.duration_s);
    (void)emg_add_extra(work, c, "emg.burst.duration_sd", c->rhythm.duration_sd_s);
    (void)emg_add_extra(work, c, "emg.burst.period", c->rhythm.period_s);
    (void)emg_add_extra(work, c, "emg.burst.duty", c->rhythm.duty);
    (void)emg_add(work, c, "emg.burst.snr", median_snr(c));
}

static void report_fatigue(const emg_work *work, const emg_channel *c) {
    const double none = (double)NAN;
    const eg_emg_fatigue *f = &c->fatigue;
    char note[160] = "";
    (void)emg_add(work, c, "emg.frequency.median", c->median_hz);
    (void)emg_add_extra(work, c, "emg.frequency.mean", c->mean_hz);
    json_t *slope =
        emg_add(work, c, "emg.fatigue.slope", c->has_fatigue ? f->percent_per_min : none);
    if (slope != NULL && c->has_fatigue) {
        json_object_set_new(slope, "low", json_real(f->percent_low));
        json_object_set_new(slope, "high", json_real(f->percent_high));
        snprintf(note, sizeof note, "%zu active epochs; amplitude and frequency together: %s",
                 f->n_active, eg_emg_jasa_name(f->jasa));
    } else {
        snprintf(note, sizeof note, "%zu active epochs of %g s; %d are needed", c->n_active,
                 work->settings.epoch_s, EG_EMG_FATIGUE_EPOCHS_MIN);
    }
    if (slope != NULL) json_object_set_new(slope, "note", json_string(note));
    (void)emg_add_extra(work, c, "emg.fatigue.theil_sen",
                        c->has_fatigue ? f->median.theil_sen : none);
    (void)emg_add_extra(work, c, "emg.fatigue.rms_slope", c->has_fatigue ? f->rms.slope : none);
}

static void report_traces(const emg_work *work, const emg_channel *c) {
    size_t points = work->call->n_trace_points, n_resets;
    const char *label = c->channel->label;
    if (points == 0) return;
    eg_study_add_trace(work->result, points, label, c->unit, "raw", label, 0.0, c->rate_hz, c->n,
                       c->channel->values);
    eg_study_add_trace(work->result, points, label, c->unit, "envelope", label, 0.0, c->rate_hz,
                       c->n, c->envelope);
    if (!isfinite(work->settings.integral_reset_s)) return;
    double *integral = calloc(c->n + 1, sizeof *integral);
    char unit[48];
    snprintf(unit, sizeof unit, "%s.s", c->unit);
    if (integral == NULL) return;
    (void)eg_emg_integral(c->rate_hz, c->n, c->band, work->settings.integral_reset_s, (double)NAN,
                          integral, &n_resets);
    eg_study_add_trace(work->result, points, "integrated", unit, "clean", label, 0.0, c->rate_hz,
                       c->n, integral);
    free(integral);
}

static void report_detail(const emg_work *work, const emg_channel *c) {
    json_t *list = json_object_get(json_object_get(work->result, "detail"), "channels");
    json_t *rest =
        json_pack("{s:s}", "choice", c->rest.is_given ? "given" : "quietest, then all quiet");
    const double values[] = {c->rest.from_s, c->rest.to_s, c->rest.rms};
    static const char *const names[] = {"from_s", "to_s", "rms"};
    for (size_t i = 0; i < 3; i++)
        json_object_set_new(rest, names[i],
                            isfinite(values[i]) ? json_real(values[i]) : json_null());
    json_t *one = json_pack(
        "{s:s, s:s, s:f, s:s, s:s, s:i, s:i, s:o}", "channel", c->channel->label, "unit", c->unit,
        "rate_hz", c->rate_hz, "verdict", eg_emg_verdict_name(c->quality.verdict), "jasa",
        eg_emg_jasa_name(c->has_fatigue ? c->fatigue.jasa : EG_EMG_JASA_UNDECIDED), "epochs",
        (int)c->n_epochs, "epochs_active", (int)c->n_active, "rest", rest);
    (void)json_array_append_new(list, one);
}

void emg_channel_report(const emg_work *work, const emg_channel *c) {
    report_quality(work, c);
    report_amplitude(work, c);
    report_activity(work, c);
    report_fatigue(work, c);
    (void)emg_add(work, c, "emg.quality.snr", c->quality.snr_db);
    (void)emg_add_extra(work, c, "emg.quality.hum", fmax(c->quality.hum_50, c->quality.hum_60));
    (void)emg_add_extra(work, c, "emg.quality.low", c->quality.low_share);
    if (c->heart.n_beats > 0) {
        (void)emg_add_extra(work, c, "emg.heart.rate", c->heart.beats_per_min);
        (void)emg_add_extra(work, c, "emg.heart.removed", 100.0 * c->heart.removed_share);
    }
    report_bursts(work, c);
    report_traces(work, c);
    report_detail(work, c);
}
