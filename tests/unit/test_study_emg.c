/* The study of muscle signals as a whole: what must not change its numbers does not, at least one
 * measure of every kind is there, options that contradict are refused, and odd recordings end in a
 * result or an error. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/study.h"
#include "core/base/random.h"
#include "core/emg/measures.h"
#include "core/signal/filter.h"
#include "tests/support/test.h"

enum { CHANNELS = 3, FINE_HZ = 4000, SECONDS = 40 };

static const char *const labels[CHANNELS] = {"VL", "BF", "TA"};

/* White noise with the spectrum of a muscle (60 and 120 Hz, Stulen and De Luca), nothing above
 * 400 Hz, at FINE_HZ: the physical signal that any rate samples. */
static double *muscle(size_t n, unsigned seed) {
    eg_random random;
    eg_filter low, high, guard;
    eg_filter_state a = {0}, b = {0}, c = {0}, d = {0};
    double *x = calloc(n, sizeof *x), squares = 0.0;
    EG_CHECK(x != NULL);
    eg_random_init(&random, 77, seed);
    EG_CHECK_INT(eg_filter_butterworth(&high, EG_FILTER_HIGH_PASS, 1, 60, 0, FINE_HZ, NULL), EG_OK);
    EG_CHECK_INT(eg_filter_butterworth(&low, EG_FILTER_LOW_PASS, 1, 0, 120, FINE_HZ, NULL), EG_OK);
    EG_CHECK_INT(eg_filter_butterworth(&guard, EG_FILTER_LOW_PASS, 8, 0, 350, FINE_HZ, NULL),
                 EG_OK);
    for (size_t i = 0; i < n; i++) x[i] = eg_random_normal(&random);
    eg_filter_run(&high, &a, n, x, x);
    eg_filter_run(&low, &b, n, x, x);
    eg_filter_run(&low, &c, n, x, x);
    eg_filter_run(&guard, &d, n, x, x);
    for (size_t i = 0; i < n; i++) squares += x[i] * x[i];
    for (size_t i = 0; i < n; i++) x[i] /= sqrt(squares / (double)n);
    return x;
}

/* Bursts of 1.5 s every 3 s, each channel 50 ms behind the one before; 26 dB over the rest, rising
 * over 20 ms. */
static double loudness(double t_s, size_t channel) {
    double at = fmod(t_s - 1.0 - 0.05 * (double)channel + 3.0, 3.0);
    double edge = fmin(at, 1.5 - at);
    return edge <= 0.0 ? 0.05 : 0.05 + fmin(edge / 0.02, 1.0);
}

/* The physical signals, made once. */
static const double *fine(size_t channel) {
    static double *kept[CHANNELS];
    if (kept[channel] == NULL) {
        size_t n = (size_t)FINE_HZ * SECONDS;
        kept[channel] = muscle(n, (unsigned)channel);
        for (size_t i = 0; i < n; i++) kept[channel][i] *= loudness((double)i / FINE_HZ, channel);
    }
    return kept[channel];
}

typedef struct made {
    eg_recording recording;
    eg_channel channels[CHANNELS];
} made;

static void release(made *m) {
    for (size_t c = 0; c < CHANNELS; c++) free(m->channels[c].values);
}

/* scale * signal + offset, from from_s on, every step-th fine sample, channels in `order`. */
static void make(made *m, size_t step, double scale, double offset, double from_s,
                 const size_t order[CHANNELS], const char *unit) {
    size_t first = (size_t)(from_s * FINE_HZ), n = ((size_t)FINE_HZ * SECONDS - first) / step;
    *m = (made){.recording = {.format = "made", .name = "made", .n_channels = CHANNELS}};
    m->recording.channels = m->channels;
    m->recording.rate_hz = (double)FINE_HZ / (double)step;
    for (size_t k = 0; k < CHANNELS; k++) {
        eg_channel *c = &m->channels[k];
        c->rate_hz = m->recording.rate_hz;
        c->is_named = 1;
        c->n = n;
        c->values = calloc(n, sizeof *c->values);
        EG_CHECK(c->values != NULL);
        snprintf(c->label, sizeof c->label, "%s", labels[order[k]]);
        snprintf(c->unit, sizeof c->unit, "%s", unit);
        const double *x = fine(order[k]);
        for (size_t i = 0; i < n; i++) c->values[i] = scale * x[first + i * step] + offset;
    }
}

static json_t *options_of(const char *text) {
    json_error_t error;
    json_t *options = json_loads(text, 0, &error);
    if (options == NULL) EG_FAIL("%s: %s", text, error.text);
    return options;
}

static eg_err run(const made *m, const char *options, json_t **result, eg_diag *diag) {
    json_t *read = options_of(options);
    eg_study_call call = {.recording = &m->recording, .options = read, .n_trace_points = 100};
    eg_err err = eg_study_run(eg_study_find("emg"), call, result, diag);
    json_decref(read);
    return err;
}

static const char EVERYTHING[] =
    "{\"all\": true, \"pair\": [\"VL\", \"BF\"], \"left\": [\"VL\"], \"right\": [\"TA\"],"
    " \"timing\": \"VL\", \"normalise\": \"max_of_trial\", \"synergies\": true}";

static json_t *measure(const made *m) {
    json_t *result = NULL;
    eg_diag diag = {0};
    if (run(m, EVERYTHING, &result, &diag) != EG_OK) EG_FAIL("%s: %s", diag.where, diag.text);
    return result;
}

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static const json_t *find(const json_t *result, const char *code, const char *channel) {
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(result, "measures"), i, one) {
        if (strcmp(text_of(one, "code"), code) == 0 &&
            strcmp(text_of(one, "channel"), channel) == 0)
            return one;
    }
    return NULL;
}

/* How a measure may differ: a share of its value, and an amount. */
typedef struct allowance {
    const char *code;
    double share, amount;
} allowance;

static allowance allowance_of(const allowance *list, size_t n, const char *code, double share) {
    for (size_t i = 0; i < n; i++)
        if (strncmp(code, list[i].code, strlen(list[i].code)) == 0) return list[i];
    return (allowance){code, share, 1e-9};
}

/* Every measure of `other` against that of `plain`; amounts of the signal times `scale`. */
static size_t compare(const char *what, const json_t *plain, const json_t *other, double scale,
                      double share, const allowance *list, size_t n_list) {
    size_t i, n = 0;
    json_t *one;
    EG_CHECK_INT(json_array_size(json_object_get(plain, "measures")),
                 json_array_size(json_object_get(other, "measures")));
    json_array_foreach(json_object_get(plain, "measures"), i, one) {
        const char *code = text_of(one, "code");
        const json_t *same = find(other, code, text_of(one, "channel"));
        if (same == NULL) EG_FAIL("%s: %s is missing", what, code);
        double a = json_number_value(json_object_get(one, "value"));
        double b = json_number_value(json_object_get(same, "value"));
        const eg_measure_def *def = eg_measure_find(&eg_emg_measures, code);
        EG_CHECK(def != NULL);
        if (json_is_null(json_object_get(one, "value")) !=
            json_is_null(json_object_get(same, "value")))
            EG_FAIL("%s: %s of %s is known in one only", what, code, text_of(one, "channel"));
        if (strncmp(def->unit, "signal", 6) == 0) b /= scale;
        allowance allowed = allowance_of(list, n_list, code, share);
        if (fabs(a - b) > allowed.share * fabs(a) + allowed.amount)
            EG_FAIL("%s: %s of %s is %.9g, not %.9g", what, code, text_of(one, "channel"), b, a);
        n++;
    }
    return n;
}

static const size_t as_they_are[CHANNELS] = {0, 1, 2};

/* Unit, offset and order of the channels change nothing. */
static void unit_offset_order(void) {
    static const size_t turned[CHANNELS] = {2, 0, 1};
    made plain, other;
    make(&plain, 2, 1.0, 0.0, 0.0, as_they_are, "mV");
    json_t *first = measure(&plain);
    size_t n = 0;
    for (int k = 0; k < 4; k++) {
        static const char *const what[] = {"uV", "V", "offset", "order"};
        const double scale = k == 0 ? 1e3 : k == 1 ? 1e-3 : 1.0;
        make(&other, 2, scale, k == 2 ? 50.0 : 0.0, 0.0, k == 3 ? turned : as_they_are,
             k == 0   ? "uV"
             : k == 1 ? "V"
                      : "mV");
        json_t *second = measure(&other);
        /* An offset costs digits; the causal filter of the onsets settles on the first sample. */
        static const allowance loose[] = {
            {"emg.heart", 1.0, 1e9}, {"emg.quality.hum", 1e-6, 1e-6}, {"emg.fatigue", 1e-6, 1e-6}};
        n = compare(what[k], first, second, scale, 1e-7, loose, 3);
        EG_CHECK_TEXT(text_of(second, "verdict"), text_of(first, "verdict"));
        json_decref(second);
        release(&other);
    }
    eg_test_note("%zu measures in mV, uV, V, with an offset, in another order: the same", n);
    json_decref(first);
    release(&plain);
}

/* The same physical signal at 1, 2 and 4 kHz: within 1 %, what hangs on single bursts a little
 * more. */
static void rates(void) {
    static const allowance loose[] = {
        {"emg.burst.snr", 0.0, 0.15},          {"emg.quality.snr", 0.0, 0.15},
        {"emg.quality.hum", 0.05, 0.05},       {"emg.quality.low", 0.02, 0.001},
        {"emg.fatigue.slope", 0.02, 0.5},      {"emg.fatigue.theil_sen", 0.02, 0.02},
        {"emg.fatigue.rms_slope", 0.02, 2e-5}, {"emg.delay", 0.0, 0.001},
        {"emg.symmetry.index", 0.01, 0.3},     {"emg.burst.duration_sd", 0.0, 0.002}};
    made m;
    make(&m, 4, 1.0, 0.0, 0.0, as_they_are, "mV");
    json_t *slow = measure(&m);
    release(&m);
    size_t n = 0;
    for (size_t step = 2; step >= 1; step--) {
        make(&m, step, 1.0, 0.0, 0.0, as_they_are, "mV");
        json_t *fast = measure(&m);
        n = compare(step == 2 ? "2 kHz" : "4 kHz", slow, fast, 1.0, 0.01, loose,
                    sizeof loose / sizeof loose[0]);
        json_decref(fast);
        release(&m);
    }
    eg_test_note("%zu measures at 1, 2 and 4 kHz: within 1 %%", n);
    json_decref(slow);
}

/* A recording that begins 3 s (one whole period) later has its bursts 3 s earlier. */
static void time_shift(void) {
    made m;
    make(&m, 2, 1.0, 0.0, 0.0, as_they_are, "mV");
    json_t *first = measure(&m);
    release(&m);
    make(&m, 2, 1.0, 0.0, 3.0, as_they_are, "mV");
    json_t *second = measure(&m);
    release(&m);
    json_t *one;
    size_t i, matched = 0, events = 0;
    double worst = 0.0;
    json_array_foreach(json_object_get(second, "events"), i, one) {
        double t_s = json_number_value(json_object_get(one, "t_s")), nearest = INFINITY;
        size_t k;
        json_t *other;
        json_array_foreach(json_object_get(first, "events"), k, other) {
            if (strcmp(text_of(one, "channel"), text_of(other, "channel")) == 0)
                nearest = fmin(nearest,
                               fabs(json_number_value(json_object_get(other, "t_s")) - 3.0 - t_s));
        }
        events++;
        if (t_s > 0.5) worst = fmax(worst, nearest);
        matched += nearest < 0.005;
    }
    eg_test_note("%zu of %zu bursts at the same instants, within %.2f ms", matched, events,
                 1e3 * worst);
    EG_CHECK(events >= 30 && matched + 3 >= events && worst < 0.005);
    json_decref(first);
    json_decref(second);
}

/* Known truth: 14 or 13 bursts of 1.5 s every 3 s, 50 ms apart, and the shape of a result. */
static void truth(void) {
    made m;
    make(&m, 4, 1.0, 0.0, 0.0, as_they_are, "mV");
    json_t *result = measure(&m);
    for (size_t c = 0; c < CHANNELS; c++) {
        double bursts =
            json_number_value(json_object_get(find(result, "emg.bursts", labels[c]), "value"));
        EG_CHECK_NEAR(bursts, 13.0, 0.0);
        EG_CHECK_NEAR(json_number_value(
                          json_object_get(find(result, "emg.burst.duration", labels[c]), "value")),
                      1.5, 0.02);
        EG_CHECK_NEAR(json_number_value(
                          json_object_get(find(result, "emg.burst.period", labels[c]), "value")),
                      3.0, 0.01);
        EG_CHECK_NEAR(
            json_number_value(json_object_get(find(result, "emg.order", labels[c]), "value")),
            (double)c + 1.0, 0.0);
    }
    EG_CHECK_NEAR(json_number_value(json_object_get(find(result, "emg.delay", "BF"), "value")),
                  0.05, 0.004);
    EG_CHECK_NEAR(json_number_value(json_object_get(find(result, "emg.delay", "TA"), "value")),
                  0.10, 0.004);
    EG_CHECK_INT(json_array_size(json_object_get(result, "traces")),
                 2 * CHANNELS + (size_t)json_integer_value(json_object_get(
                                    json_object_get(json_object_get(result, "detail"), "synergies"),
                                    "shown")));
    EG_CHECK_TEXT(text_of(result, "verdict"), "ok");
    EG_CHECK(strstr(text_of(result, "methods"), "not recorded") != NULL);
    json_decref(result);
    release(&m);
}

/* Whatever the recording holds, there is a result or an error that says something. */
static void odd_recordings(void) {
    static const char *const odd[] = {
        "{}",
        "{\"ecg\": \"template\"}",
        "{\"reflex\": true}",
        "{\"profile\": \"scipy\"}",
        "{\"profile\": \"bmc\"}",
        "{\"profile\": \"libemg\"}",
        "{\"profile\": \"welch-2048\"}",
        "{\"flexion\": [0, 1], \"extension\": [2, 3]}",
        "{\"method\": \"bonato\"}",
        "{\"method\": \"tkeo\", \"normalise\": \"p99_of_trial\"}",
        "{\"integral_reset_s\": 0.5, \"window_s\": 10, \"epoch_s\": 10}"};
    static const size_t sizes[] = {1, 3, 40, 700, 2500, 9000};
    size_t n_good = 0, n_bad = 0;
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++)
        for (size_t kind = 0; kind < 5; kind++)
            for (size_t o = 0; o < sizeof odd / sizeof odd[0]; o++) {
                made m;
                make(&m, 4, 1.0, 0.0, 0.0, as_they_are, "mV");
                for (size_t c = 0; c < CHANNELS; c++) {
                    eg_channel *channel = &m.channels[c];
                    channel->n = sizes[k];
                    for (size_t i = 0; i < channel->n && kind > 0; i++) {
                        if (kind == 1) channel->values[i] = 2.5;
                        if (kind == 2 && i % 30 == 0) channel->values[i] = NAN;
                        if (kind == 3) channel->values[i] = NAN;
                        if (kind == 4) channel->values[i] *= i == sizes[k] / 2 ? 1e300 : 1e-300;
                    }
                }
                json_t *result = NULL;
                eg_diag diag = {0};
                eg_err err = run(&m, odd[o], &result, &diag);
                if (err == EG_OK) {
                    char *text = json_dumps(result, JSON_ALLOW_NUL);
                    EG_CHECK(text != NULL && strlen(text_of(result, "methods")) > 0);
                    free(text);
                    n_good++;
                } else {
                    if (strlen(diag.text) < 10) EG_FAIL("%s: error %d says nothing", odd[o], err);
                    n_bad++;
                }
                json_decref(result);
                release(&m);
            }
    eg_test_note("%zu results, %zu errors with words", n_good, n_bad);
    EG_CHECK(n_good > 20 && n_bad > 20);
}

/* A channel whose electrode was off: its values, and what it was joined in, are withheld; the other
 * channels' and its quality stay. Another lab's recipe judges nothing. */
static void withheld(void) {
    made m;
    make(&m, 2, 1e-4, 0.0, 0.0, as_they_are, "V");
    for (size_t i = 0; i < 3000; i++) m.channels[1].values[20000 + i] = 0.0;
    json_t *result = measure(&m);
    EG_CHECK_TEXT(text_of(result, "verdict"), "fail");
    const json_t *off = find(result, "emg.rms", "BF"), *sound = find(result, "emg.rms", "VL");
    EG_CHECK(off != NULL && json_is_null(json_object_get(off, "value")));
    EG_CHECK(json_is_true(json_object_get(off, "withheld")));
    EG_CHECK(strstr(text_of(off, "note"), "flat") != NULL);
    EG_CHECK(sound != NULL && json_is_real(json_object_get(sound, "value")));
    EG_CHECK(json_object_get(sound, "withheld") == NULL);
    const json_t *pair = find(result, "emg.coactivity.falconer_winter", "VL,BF");
    EG_CHECK(pair != NULL && json_is_null(json_object_get(pair, "value")));
    const json_t *quality = find(result, "emg.quality.snr", "BF");
    EG_CHECK(quality != NULL && json_is_real(json_object_get(quality, "value")));
    json_decref(result);
    EG_CHECK_INT(run(&m, "{\"profile\": \"libemg\"}", &result, NULL), EG_OK);
    size_t i, n_withheld = 0;
    json_t *one;
    json_array_foreach(json_object_get(result, "measures"), i, one) n_withheld +=
        json_object_get(one, "withheld") != NULL;
    EG_CHECK_INT((int)n_withheld, 0);
    json_decref(result);
    release(&m);
}

/* Clocks, codes and a plate's outputs in the unit of muscles are left out unless named, and told.
 */
static void takes_muscles_only(void) {
    static const struct {
        const char *label, *options;
        int fault, is_taken;
    } cases[] = {{"BF", "{}", 0, 1},
                 {"clock", "{}", 1, 0},
                 {"class", "{}", 2, 0},
                 {"BF", "{}", 3, 0},
                 {"Force.Fz1", "{}", 0, 0},
                 {"F2X", "{}", 0, 0},
                 {"FX muscle", "{}", 0, 1},
                 {"Force.Fz1", "{\"channels\": [\"Force.Fz1\"]}", 0, 1},
                 {"Force.Fz1", "{\"pair\": [\"VL\", \"Force.Fz1\"]}", 0, 1}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        made m;
        make(&m, 4, 1.0, 0.0, 0.0, as_they_are, "V");
        size_t which = 0;
        while (which + 1 < CHANNELS && strcmp(m.channels[which].label, "BF") != 0) which++;
        eg_channel *c = &m.channels[which];
        snprintf(c->label, sizeof c->label, "%s", cases[k].label);
        for (size_t i = 0; i < c->n; i++) {
            if (cases[k].fault == 1) c->values[i] = (double)i;
            if (cases[k].fault == 2) c->values[i] = (double)(i * 5 / c->n);
        }
        eg_platform plate = {.type = 2, .n_channels = 1, .channels = {which}};
        m.recording.platforms = &plate;
        m.recording.n_platforms = cases[k].fault == 3;
        json_t *result = NULL;
        EG_CHECK_INT(run(&m, cases[k].options, &result, NULL), EG_OK);
        char *text = json_dumps(json_object_get(result, "measures"), 0);
        char *told = json_dumps(json_object_get(result, "warnings"), 0);
        EG_CHECK(text != NULL && told != NULL);
        EG_CHECK_INT(strstr(text, cases[k].label) != NULL, cases[k].is_taken);
        EG_CHECK_INT(strstr(told, "left out as") == NULL, cases[k].is_taken);
        free(text);
        free(told);
        json_decref(result);
        release(&m);
    }
}

static double value_of(const json_t *result, const char *code) {
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(result, "measures"), i,
                       one) if (strcmp(text_of(one, "code"), code) == 0 &&
                                strcmp(text_of(one, "channel"), "VL") ==
                                    0) return json_number_value(json_object_get(one, "value"));
    return (double)NAN;
}

/* The live path sees the bursts that are found afterwards, later, and says how late. */
static void live_is_stated(void) {
    made m;
    size_t i, k, n_live = 0, n_met = 0;
    json_t *result = NULL, *one, *other;
    make(&m, 4, 1.0, 0.0, 0.0, as_they_are, "mV");
    EG_CHECK_INT(run(&m, "{\"live\": true, \"live_rest_s\": 0.5}", &result, NULL), EG_OK);
    const json_t *events = json_object_get(result, "events");
    json_array_foreach(events, i, one) {
        if (strcmp(text_of(one, "label"), "live burst") != 0) continue;
        if (strcmp(text_of(one, "channel"), "VL, live") != 0) continue;
        n_live++;
        double at_s = json_number_value(json_object_get(one, "t_s"));
        EG_CHECK(json_number_value(json_object_get(one, "seen_s")) > at_s);
        json_array_foreach(events, k, other) {
            if (strcmp(text_of(other, "label"), "burst") != 0) continue;
            if (strcmp(text_of(other, "channel"), "VL") != 0) continue;
            n_met += fabs(json_number_value(json_object_get(other, "t_s")) - at_s) < 0.08;
        }
    }
    eg_test_note("%zu live bursts, %zu met; onset %.0f ms, envelope %.1f ms", n_live, n_met,
                 value_of(result, "emg.live.onset_delay"),
                 value_of(result, "emg.live.envelope_delay"));
    EG_CHECK(n_live >= 3 && 10 * n_met >= 9 * n_live);
    EG_CHECK_NEAR(value_of(result, "emg.live.bursts"), (double)n_live, 0);
    EG_CHECK_NEAR(value_of(result, "emg.live.envelope_delay"), 37.5, 1.0);
    EG_CHECK_NEAR(value_of(result, "emg.live.rms_90"), 81.0, 1.0);
    EG_CHECK(value_of(result, "emg.live.onset_delay") < 60.0);
    char *traces = json_dumps(json_object_get(result, "traces"), 0);
    EG_CHECK(traces != NULL && strstr(traces, "VL, live") != NULL);
    EG_CHECK(strstr(text_of(result, "methods"), "Live path") != NULL);
    free(traces);
    json_decref(result);
    release(&m);
}

/* Rest with a heart and hum three times as loud, a paced heart at that, which keeps step with it:
 * taking out the beats leaves the hum as even as it was, so that nothing switches on. */
static void hum_stays_even(void) {
    enum { N = 400000 };
    const double rate_hz = 2000.0;
    double *x = calloc(N, sizeof *x), beat_s = 0.5, last = 0.0;
    EG_CHECK(x != NULL);
    eg_random random;
    eg_random_init(&random, 77, 1);
    for (size_t i = 0; i < N; i++) {
        const double t = (double)i / rate_hz, z = (t - beat_s) / 0.014;
        const double noise = eg_random_normal(&random);
        if (z > 8.0) beat_s += 50.0 / 60.0;
        x[i] = noise - 0.5 * last + 3.3 * exp(-0.5 * z * z) +
               3.0 * sqrt(2.0) * sin(2.0 * EG_PI * 60.0 * t);
        last = noise;
    }
    eg_channel channel = {.label = "VL", .unit = "mV", .rate_hz = rate_hz, .n = N, .values = x};
    eg_recording recording = {
        .name = "made", .n_channels = 1, .channels = &channel, .rate_hz = rate_hz};
    json_t *result = NULL, *options = options_of("{\"ecg\": \"template\"}");
    eg_study_call call = {.recording = &recording, .options = options};
    EG_CHECK_INT(eg_study_run(eg_study_find("emg"), call, &result, NULL), EG_OK);
    char *quality = json_dumps(json_object_get(result, "quality"), 0);
    EG_CHECK(quality != NULL && strstr(quality, "taken out") != NULL);
    EG_CHECK_INT(json_array_size(json_object_get(result, "events")), 0);
    free(quality);
    json_decref(result);
    json_decref(options);
    free(x);
}

/* A removal that finds no heart says so. */
static void no_heart_is_told(void) {
    made m;
    make(&m, 4, 1.0, 0.0, 0.0, as_they_are, "mV");
    json_t *result = NULL;
    EG_CHECK_INT(run(&m, "{\"ecg\": \"template\"}", &result, NULL), EG_OK);
    char *told = json_dumps(json_object_get(result, "warnings"), 0);
    EG_CHECK(told != NULL && strstr(told, "no heart was found, nothing was taken out") != NULL);
    free(told);
    json_decref(result);
    release(&m);
}

EG_TESTS({"study emg: known bursts, delays and the shape of a result", truth},
         {"study emg: a failed channel's values are withheld, the others' stay", withheld},
         {"study emg: unit, offset and order of the channels", unit_offset_order},
         {"study emg: 1, 2 and 4 kHz", rates}, {"study emg: time shift", time_shift},
         {"study emg: odd recordings", odd_recordings},
         {"study emg: the live path and its latency", live_is_stated},
         {"study emg: a heart taken out of hum", hum_stays_even},
         {"study emg: takes muscles only", takes_muscles_only},
         {"study emg: a removal without a heart", no_heart_is_told})
