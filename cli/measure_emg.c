#include "cli/measure_emg.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/command.h"
#include "core/emg/coactivity.h"
#include "core/emg/fatigue.h"
#include "core/emg/measures.h"
#include "core/emg/quality.h"
#include "io/format/recording.h"
#include "io/json/write.h"

static const char help[] =
    "usage: engram measure emg FILE... [options]\n"
    "  --channels A,B,...    which channels (all with a unit of voltage; without units all)\n"
    "  --pair A,B            co-contraction of these two, each over its own largest envelope\n"
    "  --rate HZ             where the file does not say it\n"
    "  --method aglr|hodges-bui|tkeo|bonato   how onsets are found (aglr)\n"
    "  --rest FROM,TO        seconds in which the muscle rests; otherwise it is found\n"
    "  --notch HZ            takes 50 or 60 Hz out of amplitudes and frequencies, and says so\n"
    "  --all                 every measure      --explain CODE   what one is; needs no file\n"
    "  --json  --csv         for scripts; one JSON object a line\n";

enum { BURSTS_MAX = 4096, EPOCHS_MAX = 8192, CHOSEN_MAX = EG_EMG_CHANNELS_MAX };

typedef struct emg_job {
    int is_json, is_csv, is_all, n_files;
    const char *channels, *pair, *explain;
    double rate_hz, notch_hz, rest_from_s, rest_to_s;
    eg_onset_method method;
    char **files;
} emg_job;

/* What one channel gave. */
typedef struct emg_result {
    const eg_channel *channel;
    double values[EG_EMG_M_COUNT], low, high; /* interval of the fatigue slope */
    eg_emg_quality quality;
    eg_onset_rest rest;
    eg_emg_jasa jasa;
    size_t n_bursts, n_epochs;
    eg_burst *bursts; /* [BURSTS_MAX] */
    double *envelope; /* [n] */
    double divisor;   /* its largest value */
} emg_result;

static int read_numbers(const char *text, double *first, double *second) {
    char *end;
    *first = strtod(text, &end);
    if (end == text || (second == NULL) != (*end == '\0')) return 0;
    if (second == NULL) return isfinite(*first) && *first > 0;
    if (*end != ',') return 0;
    const char *rest = end + 1;
    *second = strtod(rest, &end);
    return end != rest && *end == '\0' && *first >= 0 && *second > *first;
}

static int read_method(const char *text, eg_onset_method *method) {
    for (eg_onset_method m = EG_ONSET_AGLR; m < EG_ONSET_METHODS; m++)
        if (strcmp(text, eg_onset_method_name(m)) == 0) {
            *method = m;
            return 1;
        }
    return 0;
}

/* Returns 1 if the option is known and its value good, 0 after a complaint. */
static int take_option(emg_job *job, const char *option, const char *value) {
    static const char *const names[] = {"--channels", "--pair", "--explain", "--rate",
                                        "--notch",    "--rest", "--method"};
    size_t which = 0;
    while (which < 7 && strcmp(option, names[which]) != 0) which++;
    if (which == 7)
        return (void)eg_command_refuse("measure", "there is no option", option, help), 0;
    if (value == NULL)
        return (void)eg_command_refuse("measure", "a value must follow", option, help), 0;
    int is_good = 1;
    if (which == 0) job->channels = value;
    if (which == 1) job->pair = value;
    if (which == 2) job->explain = value;
    if (which == 3) is_good = read_numbers(value, &job->rate_hz, NULL);
    if (which == 4) is_good = read_numbers(value, &job->notch_hz, NULL);
    if (which == 5) is_good = read_numbers(value, &job->rest_from_s, &job->rest_to_s);
    if (which == 6) is_good = read_method(value, &job->method);
    if (!is_good) fprintf(stderr, "engram measure: %s cannot be \"%s\"\n%s", option, value, help);
    return is_good;
}

static int read_arguments(emg_job *job, int n_arguments, char **arguments) {
    for (int i = 2; i < n_arguments; i++) {
        const char *argument = arguments[i];
        if (strncmp(argument, "--", 2) != 0) {
            job->files[job->n_files++] = arguments[i];
        } else if (strcmp(argument, "--json") == 0) {
            job->is_json = 1;
        } else if (strcmp(argument, "--csv") == 0) {
            job->is_csv = 1;
        } else if (strcmp(argument, "--all") == 0) {
            job->is_all = 1;
        } else if (take_option(job, argument, i + 1 < n_arguments ? arguments[i + 1] : NULL)) {
            i++;
        } else {
            return 0;
        }
    }
    return 1;
}

static int explain(const char *code) {
    const eg_measure_def *def = eg_measure_find(&eg_emg_measures, code);
    if (def == NULL) {
        fprintf(stderr, "engram measure: there is no measure \"%s\"; the codes are:\n", code);
        for (size_t i = 0; i < eg_emg_measures.count; i++)
            fprintf(stderr, "  %s\n", eg_emg_measures.rows[i].code);
        return 2;
    }
    printf("%s (%s)\n  unit        %s\n  definition  %s\n  formula     %s\n  source      %s\n",
           def->name, def->code, def->unit, def->definition, def->formula, def->source);
    return 0;
}

/* Whether `label` is one of the comma-separated names. */
static int is_listed(const char *list, const char *label) {
    for (const char *at = list; *at != '\0';) {
        size_t n = strcspn(at, ",");
        if (strlen(label) == n && strncasecmp(at, label, n) == 0) return 1;
        at += n + (at[n] == ',');
    }
    return 0;
}

static int is_voltage(const char *unit) {
    static const char *const units[] = {"V",  "mV",    "uV",     "\xC2\xB5V", "\xCE\xBCV",
                                        "nV", "volts", "counts", "adc"};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcasecmp(unit, units[i]) == 0) return 1;
    return 0;
}

/* The channels asked for; else those of voltage; else those without a unit. */
static size_t choose(const emg_job *job, const eg_recording *recording,
                     const eg_channel *chosen[CHOSEN_MAX]) {
    size_t n = 0;
    for (int round = 0; round < 2 && n == 0; round++)
        for (size_t i = 0; i < recording->n_channels && n < CHOSEN_MAX; i++) {
            const eg_channel *c = &recording->channels[i];
            int is_asked = job->channels != NULL ? is_listed(job->channels, c->label)
                           : round == 0          ? is_voltage(c->unit)
                                                 : c->unit[0] == '\0';
            if (is_asked) chosen[n++] = c;
        }
    return n;
}

static double median_of(size_t n, double *values) {
    for (size_t i = 1; i < n; i++) /* bursts are few */
        for (size_t k = i; k > 0 && values[k] < values[k - 1]; k--) {
            double held = values[k];
            values[k] = values[k - 1];
            values[k - 1] = held;
        }
    return n == 0 ? (double)NAN : 0.5 * (values[(n - 1) / 2] + values[n / 2]);
}

static void summarise_bursts(emg_result *r, double duration_s) {
    static double lengths[BURSTS_MAX], levels[BURSTS_MAX];
    size_t n_whole = 0, n_counted = 0;
    double active_s = 0.0;
    for (size_t i = 0; i < r->n_bursts; i++) {
        const eg_burst *b = &r->bursts[i];
        if (b->flags & EG_ONSET_MINOR) continue;
        active_s += b->off_s - b->on_s;
        levels[n_counted++] = b->snr_db;
        if (!(b->flags & (EG_ONSET_AT_START | EG_ONSET_AT_END)))
            lengths[n_whole++] = b->off_s - b->on_s;
    }
    r->values[EG_EMG_M_REST_RMS] = r->rest.rms;
    r->values[EG_EMG_M_BURSTS] = (double)n_counted;
    r->values[EG_EMG_M_ACTIVE] = 100.0 * active_s / duration_s;
    r->values[EG_EMG_M_DURATION] = median_of(n_whole, lengths);
    r->values[EG_EMG_M_BURST_SNR] = median_of(n_counted, levels);
}

static eg_err summarise_epochs(emg_result *r, double rate_hz, size_t n, const double *band,
                               eg_arena *arena, eg_diag *diag) {
    static eg_emg_epoch epochs[EPOCHS_MAX];
    eg_err err = eg_emg_epochs(rate_hz, 1.0, n, band, r->n_bursts, r->bursts, EPOCHS_MAX, epochs,
                               &r->n_epochs, arena, diag);
    if (err != EG_OK) return err;
    double median = 0.0, mean = 0.0, count = 0.0;
    for (size_t i = 0; i < r->n_epochs; i++) {
        if (!epochs[i].is_active || !isfinite(epochs[i].spectrum.median_hz)) continue;
        median += epochs[i].spectrum.median_hz;
        mean += epochs[i].spectrum.mean_hz;
        count += 1.0;
    }
    if (count > 0.0) {
        r->values[EG_EMG_M_MEDIAN] = median / count;
        r->values[EG_EMG_M_MEAN] = mean / count;
    }
    eg_emg_fatigue f;
    eg_diag few = {0}; /* too few active epochs: no slope, and no error */
    err = eg_emg_fatigue_of(r->n_epochs, epochs, &f, arena, &few);
    if (err == EG_ERR_DATA) return EG_OK;
    if (err != EG_OK) return eg_diag_set(diag, err, NULL, 0, "%s", few.text);
    r->values[EG_EMG_M_FATIGUE] = f.percent_per_min;
    r->low = f.percent_low;
    r->high = f.percent_high;
    r->values[EG_EMG_M_THEIL_SEN] = f.median.theil_sen;
    r->values[EG_EMG_M_RMS_SLOPE] = f.rms.slope;
    r->jasa = f.jasa;
    return EG_OK;
}

/* Samples that are no number are bridged by the one before; the count comes back. */
static size_t bridge(size_t n, double *x) {
    size_t n_bad = 0;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i])) {
            x[i] = i > 0 ? x[i - 1] : 0.0;
            n_bad++;
        }
    return n_bad;
}

static eg_err measure_channel(const emg_job *job, double rate_hz, emg_result *r, eg_arena *arena,
                              eg_diag *diag) {
    size_t n = r->channel->n;
    for (size_t i = 0; i < EG_EMG_M_COUNT; i++) r->values[i] = NAN;
    r->low = r->high = NAN;
    size_t n_bad = bridge(n, r->channel->values);
    if (20 * n_bad > n)
        return eg_diag_set(diag, EG_ERR_DATA, r->channel->label, 0,
                           "%zu of %zu samples are no numbers", n_bad, n);
    const double *x = r->channel->values;
    eg_emg_settings settings = eg_emg_defaults(rate_hz);
    settings.notch_hz = job->notch_hz;
    eg_emg_filters filters;
    double *band = eg_arena_take(arena, n, sizeof *band);
    if (band == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    eg_onset_settings onset = eg_onset_defaults(rate_hz);
    onset.baseline_from_s = job->rest_from_s;
    onset.baseline_to_s = job->rest_to_s;
    eg_err err = eg_emg_design(&filters, &settings, diag);
    if (err == EG_OK) err = eg_emg_envelope(&filters, 1, n, x, band, r->envelope, arena, diag);
    if (err == EG_OK) err = eg_emg_quality_of(rate_hz, n, x, band, &r->quality, arena, diag);
    if (err == EG_OK)
        err = eg_onset_find(job->method, &onset, n, x, &r->rest, BURSTS_MAX, r->bursts,
                            &r->n_bursts, arena, diag);
    if (err == EG_OK) err = summarise_epochs(r, rate_hz, n, band, arena, diag);
    if (err != EG_OK) return err;
    double squares = 0.0, area = 0.0, peak = 0.0;
    for (size_t i = 0; i < n; i++) {
        squares += band[i] * band[i];
        area += fabs(band[i]);
        peak = fmax(peak, r->envelope[i]);
    }
    r->divisor = peak;
    r->values[EG_EMG_M_RMS] = sqrt(squares / (double)n);
    r->values[EG_EMG_M_PEAK] = peak;
    r->values[EG_EMG_M_IEMG] = area / rate_hz;
    summarise_bursts(r, (double)n / rate_hz);
    r->values[EG_EMG_M_SNR] = r->quality.snr_db;
    r->values[EG_EMG_M_HUM] = fmax(r->quality.hum_50, r->quality.hum_60);
    r->values[EG_EMG_M_LOW] = r->quality.low_share;
    return EG_OK;
}

static void unit_of(const eg_channel *channel, const char *unit, char *text, size_t size) {
    const char *own = channel->unit[0] != '\0' ? channel->unit : "1";
    if (strncmp(unit, "signal", 6) == 0)
        snprintf(text, size, "%s%s", own, unit + 6);
    else
        snprintf(text, size, "%s", unit);
}

static void reason_of(const eg_burst *b, const eg_onset_rest *rest, char *text, size_t size) {
    snprintf(text, size, "%.1f dB over the rest of %.3g, evidence %.0f (alarm 20)%s%s%s%s%s",
             b->snr_db, rest->rms, b->evidence,
             b->flags & EG_ONSET_AT_START ? "; on when the recording starts" : "",
             b->flags & EG_ONSET_AT_END ? "; on when it ends" : "",
             b->flags & EG_ONSET_MERGED ? "; short pauses joined" : "",
             b->flags & EG_ONSET_WEAK ? "; weak" : "",
             b->flags & EG_ONSET_MINOR ? "; minor, not counted" : "");
}

static void detail_of(const emg_result *r, eg_emg_check check, char *text, size_t size) {
    const eg_emg_quality *q = &r->quality;
    if (check == EG_EMG_CHECK_SNR) snprintf(text, size, "loud over quiet %.1f dB", q->snr_db);
    if (check == EG_EMG_CHECK_HUM)
        snprintf(text, size, "50 Hz %.2g, 60 Hz %.2g times the neighbours", q->hum_50, q->hum_60);
    if (check == EG_EMG_CHECK_CLIP)
        snprintf(text, size, "%.2g %% of the samples in runs at an extreme", 100.0 * q->clipped);
    if (check == EG_EMG_CHECK_FLAT)
        snprintf(text, size, "longest without change %.3f s", q->flat_s);
    if (check == EG_EMG_CHECK_MOTION)
        snprintf(text, size, "%.2g %% of the power below 20 Hz", 100.0 * q->low_share);
    if (check == EG_EMG_CHECK_HEART && isfinite(q->beats_per_min))
        snprintf(text, size, "a beat of %.0f a minute", q->beats_per_min);
    else if (check == EG_EMG_CHECK_HEART)
        snprintf(text, size, "no beat found");
}

static void write_json_channel(eg_json_writer *json, const emg_result *r) {
    eg_json_begin_object(json);
    eg_json_member_string(json, "channel", r->channel->label);
    eg_json_member_string(json, "unit", r->channel->unit[0] != '\0' ? r->channel->unit : "1");
    eg_json_member_string(json, "verdict", eg_emg_verdict_name(r->quality.verdict));
    eg_json_member_string(json, "jasa", eg_emg_jasa_name(r->jasa));
    eg_json_key(json, "rest");
    eg_json_begin_object(json);
    eg_json_member_number(json, "from_s", r->rest.from_s);
    eg_json_member_number(json, "to_s", r->rest.to_s);
    eg_json_member_number(json, "rms", r->rest.rms);
    eg_json_member_string(json, "choice", r->rest.is_given ? "given" : "quietest, then all quiet");
    eg_json_end_object(json);
    eg_json_key(json, "bursts");
    eg_json_begin_array(json);
    for (size_t i = 0; i < r->n_bursts; i++) {
        const eg_burst *b = &r->bursts[i];
        char reason[200];
        reason_of(b, &r->rest, reason, sizeof reason);
        eg_json_begin_object(json);
        eg_json_member_number(json, "on_s", b->on_s);
        eg_json_member_number(json, "off_s", b->off_s);
        eg_json_member_number(json, "on_early_s", b->on_early_s);
        eg_json_member_number(json, "on_late_s", b->on_late_s);
        eg_json_member_number(json, "confidence", b->confidence);
        eg_json_member_boolean(json, "counted", !(b->flags & EG_ONSET_MINOR));
        eg_json_member_string(json, "reason", reason);
        eg_json_end_object(json);
    }
    eg_json_end_array(json);
    eg_json_end_object(json);
}

static void write_json_measures(eg_json_writer *json, const emg_job *job, const emg_result *r) {
    for (size_t i = 0; i < EG_EMG_M_FW; i++) {
        if (!job->is_all && eg_emg_measure_is_extra((eg_emg_measure_id)i)) continue;
        char unit[64];
        unit_of(r->channel, eg_emg_measures.rows[i].unit, unit, sizeof unit);
        eg_json_begin_object(json);
        eg_json_member_string(json, "code", eg_emg_measures.rows[i].code);
        eg_json_member_string(json, "channel", r->channel->label);
        eg_json_member_number(json, "value", r->values[i]);
        eg_json_member_string(json, "unit", unit);
        if (i == EG_EMG_M_FATIGUE) {
            eg_json_member_number(json, "low", r->low);
            eg_json_member_number(json, "high", r->high);
        }
        eg_json_end_object(json);
    }
}

/* The four indices of the pair, as values of the measures from FW on. Returns 0 if there is none.
 */
static int pair_of(const emg_job *job, size_t n, const emg_result *results, double values[4]) {
    const emg_result *found[2] = {NULL, NULL};
    size_t first = job->pair != NULL ? strcspn(job->pair, ",") : 0;
    for (size_t i = 0; i < n && job->pair != NULL; i++) {
        const char *label = results[i].channel->label;
        if (strlen(label) == first && strncasecmp(job->pair, label, first) == 0)
            found[0] = &results[i];
        else if (job->pair[first] == ',' && strcasecmp(job->pair + first + 1, label) == 0)
            found[1] = &results[i];
    }
    eg_emg_coactivity c;
    if (found[0] == NULL || found[1] == NULL || found[0]->channel->n != found[1]->channel->n ||
        eg_emg_coactivity_of(found[0]->channel->n, found[0]->envelope, found[0]->divisor,
                             found[1]->envelope, found[1]->divisor, &c, NULL) != EG_OK)
        return 0;
    values[0] = c.falconer_winter_percent;
    values[1] = c.rudolph;
    values[2] = c.unnithan;
    values[3] = c.ratio;
    return 1;
}

static void print_json(const emg_job *job, const char *path, double rate_hz, size_t n,
                       const emg_result *results, const double *pair) {
    eg_json_writer json;
    eg_json_init(&json, eg_json_to_file, stdout);
    eg_json_begin_object(&json);
    eg_json_member_string(&json, "file", path);
    eg_json_member_string(&json, "profile", "engram");
    eg_json_member_number(&json, "rate_hz", rate_hz);
    eg_json_member_string(&json, "method", eg_onset_method_name(job->method));
    eg_json_member_number(&json, "notch_hz", job->notch_hz > 0 ? job->notch_hz : (double)NAN);
    eg_json_key(&json, "quality");
    eg_json_begin_array(&json);
    for (size_t i = 0; i < n; i++)
        for (eg_emg_check c = EG_EMG_CHECK_SNR; c < EG_EMG_CHECK_COUNT; c++) {
            char detail[120] = "";
            detail_of(&results[i], c, detail, sizeof detail);
            eg_json_begin_object(&json);
            eg_json_member_string(&json, "channel", results[i].channel->label);
            eg_json_member_string(&json, "check", eg_emg_check_name(c));
            eg_json_member_string(&json, "verdict",
                                  eg_emg_verdict_name(results[i].quality.verdicts[c]));
            eg_json_member_string(&json, "detail", detail);
            eg_json_end_object(&json);
        }
    eg_json_end_array(&json);
    eg_json_key(&json, "measures");
    eg_json_begin_array(&json);
    for (size_t i = 0; i < n; i++) write_json_measures(&json, job, &results[i]);
    for (size_t k = 0; k < 4 && pair != NULL; k++) {
        const eg_measure_def *def = &eg_emg_measures.rows[EG_EMG_M_FW + k];
        eg_json_begin_object(&json);
        eg_json_member_string(&json, "code", def->code);
        eg_json_member_string(&json, "channel", job->pair);
        eg_json_member_number(&json, "value", pair[k]);
        eg_json_member_string(&json, "unit", def->unit);
        eg_json_member_string(&json, "normalisation", eg_emg_norm_name(EG_EMG_NORM_MAX));
        eg_json_end_object(&json);
    }
    eg_json_end_array(&json);
    eg_json_key(&json, "channels");
    eg_json_begin_array(&json);
    for (size_t i = 0; i < n; i++) write_json_channel(&json, &results[i]);
    eg_json_end_array(&json);
    eg_json_end_object(&json);
    if (eg_json_finish(&json) != EG_OK) fprintf(stderr, "engram measure: cannot write\n");
    putchar('\n');
}

static void print_rows(const emg_job *job, const char *path, const emg_result *r) {
    for (size_t i = 0; i < EG_EMG_M_FW; i++) {
        const eg_measure_def *def = &eg_emg_measures.rows[i];
        if (!job->is_all && eg_emg_measure_is_extra((eg_emg_measure_id)i)) continue;
        char unit[64], number[EG_JSON_NUMBER_MAX];
        unit_of(r->channel, def->unit, unit, sizeof unit);
        eg_json_format_number(number, r->values[i]);
        if (job->is_csv)
            printf("\"%s\",\"%s\",%s,%s,%s\n", path, r->channel->label, def->code, number, unit);
        else if (isfinite(r->values[i]))
            printf("    %-44s %14.6g  %s\n", def->name, r->values[i], unit);
    }
    if (job->is_csv) return;
    for (size_t i = 0; i < r->n_bursts; i++) {
        char reason[200];
        reason_of(&r->bursts[i], &r->rest, reason, sizeof reason);
        printf("    %8.3f to %8.3f s  confidence %.2f  %s\n", r->bursts[i].on_s, r->bursts[i].off_s,
               r->bursts[i].confidence, reason);
    }
}

static void print_table(const emg_job *job, const char *path, double rate_hz, size_t n,
                        const emg_result *results, const double *pair) {
    if (!job->is_csv)
        printf("%s\n  %g Hz, onsets by %s\n", path, rate_hz, eg_onset_method_name(job->method));
    for (size_t i = 0; i < n; i++) {
        if (!job->is_csv)
            printf("  %s: %s\n", results[i].channel->label,
                   eg_emg_verdict_name(results[i].quality.verdict));
        for (eg_emg_check c = EG_EMG_CHECK_SNR; c < EG_EMG_CHECK_COUNT && !job->is_csv; c++) {
            char detail[120] = "";
            detail_of(&results[i], c, detail, sizeof detail);
            if (results[i].quality.verdicts[c] != EG_EMG_OK)
                printf("    %-5s %-9s %s\n", eg_emg_verdict_name(results[i].quality.verdicts[c]),
                       eg_emg_check_name(c), detail);
        }
        print_rows(job, path, &results[i]);
    }
    for (size_t k = 0; k < 4 && pair != NULL; k++) {
        const eg_measure_def *def = &eg_emg_measures.rows[EG_EMG_M_FW + k];
        if (job->is_csv)
            printf("\"%s\",\"%s\",%s,%.17g,%s\n", path, job->pair, def->code, pair[k], def->unit);
        else
            printf("  %-46s %14.6g  %s\n", def->name, pair[k], def->unit);
    }
}

/* The whole of one file into `results`, which must hold CHOSEN_MAX. */
static eg_err measure_recording(const emg_job *job, eg_recording *recording, double rate_hz,
                                emg_result *results, size_t *count, eg_diag *diag) {
    const eg_channel *chosen[CHOSEN_MAX];
    *count = 0;
    size_t n = choose(job, recording, chosen);
    if (n == 0)
        return eg_diag_set(diag, EG_ERR_MISSING, NULL, 0,
                           "no channel of V, mV, uV or counts; name them with --channels");
    if (!(rate_hz >= 100.0))
        return eg_diag_set(diag, EG_ERR_MISSING, NULL, 0,
                           "the sampling rate is unknown or below 100 Hz; give it with --rate");
    eg_err err = EG_OK;
    for (size_t i = 0; i < n && err == EG_OK; i++) {
        emg_result *r = &results[(*count)++];
        *r = (emg_result){.channel = chosen[i]};
        size_t size = 24 * chosen[i]->n * sizeof(double) + ((size_t)16 << 20);
        void *memory = malloc(size);
        r->bursts = calloc(BURSTS_MAX, sizeof *r->bursts);
        r->envelope = calloc(chosen[i]->n + 1, sizeof *r->envelope);
        eg_arena arena;
        eg_arena_init(&arena, memory, size);
        err = memory == NULL || r->bursts == NULL || r->envelope == NULL
                  ? eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory")
                  : measure_channel(job, rate_hz, r, &arena, diag);
        free(memory);
    }
    return err;
}

static int measure_file(const emg_job *job, const char *path) {
    static emg_result results[CHOSEN_MAX];
    eg_recording *recording = NULL;
    eg_diag diag = {0};
    size_t n = 0;
    eg_err err = eg_recording_read(path, &recording, &diag);
    double rate_hz = isfinite(job->rate_hz) ? job->rate_hz
                     : recording != NULL    ? recording->rate_hz
                                            : (double)NAN;
    if (err == EG_OK) err = measure_recording(job, recording, rate_hz, results, &n, &diag);
    double pair[4];
    int has_pair = err == EG_OK && pair_of(job, n, results, pair);
    if (err == EG_OK && job->pair != NULL && !has_pair)
        err = eg_diag_set(&diag, EG_ERR_ARGUMENT, path, 0,
                          "--pair %s: both must be measured channels of equal length", job->pair);
    if (err == EG_OK && job->is_json)
        print_json(job, path, rate_hz, n, results, has_pair ? pair : NULL);
    else if (err == EG_OK)
        print_table(job, path, rate_hz, n, results, has_pair ? pair : NULL);
    for (size_t i = 0; i < n; i++) {
        free(results[i].bursts);
        free(results[i].envelope);
    }
    eg_recording_destroy(recording);
    if (err == EG_OK) return 1;
    if (diag.where[0] == '\0') snprintf(diag.where, sizeof diag.where, "%.90s", path);
    eg_command_complain("measure", &diag);
    return 0;
}

int measure_emg(int n_arguments, char **arguments) {
    char **files = calloc((size_t)n_arguments, sizeof *files);
    if (files == NULL) return 1;
    emg_job job = {.files = files, .rate_hz = NAN, .rest_from_s = NAN, .rest_to_s = NAN};
    int status = 2;
    if (read_arguments(&job, n_arguments, arguments)) {
        if (job.explain != NULL) {
            status = explain(job.explain);
        } else if (job.n_files == 0) {
            (void)eg_command_refuse("measure", "FILE is missing", NULL, help);
        } else {
            status = 0;
            if (job.is_csv) printf("file,channel,code,value,unit\n");
            for (int i = 0; i < job.n_files; i++)
                if (!measure_file(&job, files[i])) status = 1;
        }
    }
    free(files);
    return status;
}
