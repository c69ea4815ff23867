/* Strength from files: units, columns, sides, torque and published values. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/random.h"
#include "io/embed.h"
#include "tests/support/study.h"
#include "tests/support/test.h"

static char text[1 << 20];

/* Three contractions of these peaks in N, written in a unit that is `per` N. */
static eg_recording *file_of(const double peaks[3], const char *header, double per) {
    size_t used = (size_t)snprintf(text, sizeof text, "%s\n", header);
    for (int i = 0; i < 18000; i++) {
        double t = (double)(i % 6000) / 1000 - 1.5;
        double x = t > 0 && t < 3 ? peaks[i / 6000] * (1 - exp(-t / 0.06)) : 0;
        used += (size_t)snprintf(text + used, sizeof text - used, "%.3f,%.6f\n", (double)i / 1000,
                                 x / per);
    }
    eg_recording *recording = NULL;
    eg_diag diag = {0};
    if (eg_recording_parse("push.csv", (const uint8_t *)text, used, &recording, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    return recording;
}

/* What the program knows, read once. */
static const eg_knowledge *known(void) {
    static eg_knowledge *knowledge;
    if (knowledge == NULL)
        EG_CHECK_INT(eg_knowledge_load(eg_embedded_files, NULL, &knowledge, NULL), EG_OK);
    return knowledge;
}

static json_t *evaluate(const double peaks[3], const char *header, double per,
                        const char *options) {
    eg_recording *recording = file_of(peaks, header, per);
    json_t *result = NULL;
    eg_diag diag = {0};
    if (eg_test_study("strength", recording, NULL, known(), options, &result, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    eg_recording_destroy(recording);
    return result;
}

static const double even[3] = {300, 290, 280}, uneven[3] = {200, 180, 150};

static void units(void) {
    static const struct {
        const char *header;
        double per;
    } files[] = {{"Time (s),Force (N)", 1},
                 {"Time (s),Force (kN)", 1000},
                 {"Time (s),Force (kg)", 9.80665},
                 {"Time (s),Force (lb)", 4.4482216152605},
                 {"Time (s),Force (lbf)", 4.4482216152605},
                 {"Time (s),Force (N)", -1}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        json_t *result = evaluate(even, files[i].header, files[i].per, "{}");
        EG_CHECK_NEAR(eg_test_value_of(result, "strength.best", 0), 300, 0.1);
        EG_CHECK_NEAR(eg_test_value_of(result, "strength.peak", 3), 280, 0.1);
        EG_CHECK_NEAR(eg_test_value_of(result, "strength.spread", 0), 100.0 * 20 / 300, 0.05);
        const char *methods = json_string_value(json_object_get(result, "methods"));
        EG_CHECK_INT(strstr(methods, "sign turned") != NULL, files[i].per < 0);
        EG_CHECK_TEXT(eg_test_verdict_of(result, "spread"), "ok");
        EG_CHECK_TEXT(eg_test_verdict_of(result, "contractions"), "ok");
        EG_CHECK_INT(json_array_size(json_object_get(result, "events")), 3);
        json_decref(result);
    }
    json_t *result = evaluate(even, "Time (s),Torque (N.m)", 1, "{}");
    EG_CHECK_NEAR(eg_test_value_of(result, "strength.torque.best", 0), 300, 0.1);
    json_decref(result);
    /* A reading at rest that cannot be: no "ok" and no word that is no number. */
    result = evaluate(even, "Time (s),Force (N)", 1, "{\"rest\": 5000}");
    EG_CHECK_TEXT(eg_test_verdict_of(result, "level"), "fail");
    EG_CHECK_TEXT(eg_test_verdict_of(result, "spread"), "");
    char *written = json_dumps(result, 0);
    EG_CHECK(written != NULL && strstr(written, "nan") == NULL);
    free(written);
    size_t k;
    json_t *one;
    json_array_foreach(json_object_get(result, "measures"), k, one) {
        if (!json_is_null(json_object_get(one, "value"))) continue;
        EG_CHECK(json_string_value(json_object_get(one, "note")) != NULL);
    }
    json_decref(result);
}

static void columns(void) {
    eg_recording *recording = file_of(even, "Time (s),Value", 1);
    json_t *result = NULL;
    eg_diag diag = {0};
    EG_CHECK_INT(eg_test_study("strength", recording, NULL, known(), "{}", &result, &diag),
                 EG_ERR_LAYOUT);
    EG_CHECK(strstr(diag.text, "which column") != NULL && result == NULL);
    EG_CHECK_INT(eg_test_study("strength", recording, NULL, known(),
                               "{\"column\":\"value\",\"unit\":\"kg\"}", &result, NULL),
                 EG_OK);
    EG_CHECK_NEAR(eg_test_value_of(result, "strength.best", 0), 300 * 9.80665, 1);
    json_decref(result);
    eg_recording_destroy(recording);
}

static void torque(void) {
    json_t *result = evaluate(even, "Time (s),Force (N)", 1,
                              "{\"lever_m\":0.4,\"gravity_n_m\":10,\"mass_kg\":65}");
    EG_CHECK_NEAR(eg_test_value_of(result, "strength.torque.best", 0), 130, 0.1);
    EG_CHECK_NEAR(eg_test_value_of(result, "strength.torque.per_kg", 0), 2, 0.01);
    EG_CHECK_NEAR(eg_test_value_of(result, "strength.torque.rfd.100", 1),
                  0.4 * eg_test_value_of(result, "strength.rfd.100", 1), 1e-9);
    json_decref(result);
}

static void sides(void) {
    eg_recording *weak = file_of(uneven, "Time (s),Force (N)", 1);
    eg_recording *strong = file_of(even, "Time (s),Force (N)", 1);
    json_t *result = NULL;
    EG_CHECK_INT(eg_test_study("strength", weak, strong, known(), "{}", &result, NULL), EG_OK);
    EG_CHECK_NEAR(eg_test_value_of(result, "strength.lsi", 0), 100.0 * 200 / 300, 0.05);
    EG_CHECK_TEXT(eg_test_verdict_of(result, "asymmetry"), "warn");
    EG_CHECK_TEXT(eg_test_verdict_of(result, "spread"), "warn");
    EG_CHECK_TEXT(json_string_value(json_object_get(result, "verdict")), "warn");
    json_decref(result);
    eg_recording *torques = file_of(even, "Time (s),Torque (N.m)", 1);
    eg_diag diag = {0};
    EG_CHECK_INT(eg_test_study("strength", weak, torques, known(), "{}", &result, &diag),
                 EG_ERR_DATA);
    EG_CHECK(strstr(diag.text, "not compared") != NULL);
    eg_recording_destroy(torques);
    eg_recording_destroy(weak);
    eg_recording_destroy(strong);
}

static void published(void) {
    eg_recording *recording = file_of(even, "Time (s),Force (N)", 1);
    json_t *result = NULL;
    EG_CHECK_INT(eg_test_study("strength", recording, NULL, known(),
                               "{\"measure\":\"force.grip\",\"age\":45,\"sex\":\"M\"}", &result,
                               NULL),
                 EG_OK);
    size_t i, n_norms = 0;
    json_t *row, *detail = json_object_get(result, "detail");
    json_array_foreach(json_object_get(detail, "published"), i, row) {
        EG_CHECK(json_object_get(row, "source") != NULL);
        if (strcmp(json_string_value(json_object_get(row, "kind")), "norm") != 0) continue;
        n_norms++;
        EG_CHECK_NEAR(json_number_value(json_object_get(row, "measured")), 300 / 9.80665, 0.02);
    }
    EG_CHECK_INT(n_norms, 2); /* men of 40 to 49, both hands */
    json_decref(result);
    EG_CHECK_INT(eg_test_study("strength", recording, NULL, known(), "{\"measure\":\"no.such\"}",
                               &result, NULL),
                 EG_ERR_ARGUMENT);
    eg_recording_destroy(recording);
}

/* The first n milliseconds of three pushes with what `change` does to a sample. */
static eg_recording *cut_file(double (*change)(double t, double x), const double peaks[3], int n) {
    size_t used = (size_t)snprintf(text, sizeof text, "Time (s),Force (N)\n");
    eg_random random;
    eg_random_init(&random, 3, 3);
    for (int i = 0; i < n; i++) {
        double t = (double)(i % 6000) / 1000 - 1.5;
        double x = t > 0 && t < 3 ? peaks[i / 6000] * (1 - exp(-t / 0.06)) : 0;
        x = change((double)i / 1000, x + 0.2 * eg_random_normal(&random));
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "%.3f,%.4f\n", (double)i / 1000, x);
    }
    eg_recording *recording = NULL;
    EG_CHECK_INT(eg_recording_parse("push.csv", (const uint8_t *)text, used, &recording, NULL),
                 EG_OK);
    return recording;
}

static eg_recording *changed_file(double (*change)(double t, double x), const double peaks[3]) {
    return cut_file(change, peaks, 18000);
}

static double same(double t, double x) {
    (void)t;
    return x;
}
static double tense(double t, double x) {
    (void)t;
    return fmax(x, 0) + 12;
}
static double drifting(double t, double x) {
    return x + 0.6 * t;
}
static double clipped(double t, double x) {
    (void)t;
    return fmin(x, 250);
}
static double low_limit(double t, double x) {
    (void)t;
    return fmin(x, 190);
}
static double humming(double t, double x) {
    return x + 3 * sin(2 * M_PI * 50.02 * t + 1);
}
static double flat(double t, double x) {
    (void)x;
    return 0.1 * sin(1000 * t * t);
}

static void checks(void) {
    static const struct {
        double (*change)(double t, double x);
        const char *check, *verdict;
    } cases[] = {{same, "pre-tension", ""},
                 {same, "hum", ""},
                 {same, "clipped", ""},
                 {same, "drift", ""},
                 {tense, "pre-tension", "warn"},
                 {drifting, "drift", "warn"},
                 {drifting, "drift removed", "warn"},
                 {clipped, "clipped", "fail"},
                 {humming, "hum", "warn"}};
    json_t *result = NULL;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        eg_recording *recording = changed_file(cases[i].change, even);
        EG_CHECK_INT(eg_test_study("strength", recording, NULL, known(), "{}", &result, NULL),
                     EG_OK);
        EG_CHECK_TEXT(eg_test_verdict_of(result, cases[i].check), cases[i].verdict);
        if (cases[i].verdict[0] == 'f')
            EG_CHECK_TEXT(json_string_value(json_object_get(result, "verdict")), "fail");
        if (cases[i].change != clipped)
            EG_CHECK_NEAR(eg_test_value_of(result, "strength.peak", 1),
                          cases[i].change == tense ? 312 : 300, 1);
        json_decref(result);
        eg_recording_destroy(recording);
    }
    static const double one[3] = {300, 0, 0};
    eg_recording *recording = changed_file(same, one);
    EG_CHECK_INT(eg_test_study("strength", recording, NULL, known(), "{}", &result, NULL), EG_OK);
    EG_CHECK_TEXT(eg_test_verdict_of(result, "contractions"), "warn");
    json_decref(result);
    eg_recording_destroy(recording);
    eg_diag diag = {0};
    recording = changed_file(flat, even);
    EG_CHECK_INT(eg_test_study("strength", recording, NULL, known(), "{}", &result, &diag),
                 EG_ERR_DATA);
    EG_CHECK(strstr(diag.text, "no contraction") != NULL && result == NULL);
    EG_CHECK_TEXT(diag.where, "push.csv");
    eg_recording_destroy(recording);
}

static json_t *evaluate_cut(double (*change)(double t, double x), int n) {
    eg_recording *recording = cut_file(change, uneven, n);
    json_t *result = NULL;
    EG_CHECK_INT(
        eg_test_study("strength", recording, NULL, known(), "{\"mass_kg\": 60}", &result, NULL),
        EG_OK);
    eg_recording_destroy(recording);
    return result;
}

/* How many of the values named, parted by blanks, are withheld in a repetition. */
static int withheld(const json_t *result, int repetition, const char *codes) {
    size_t i;
    json_t *one;
    int count = 0;
    json_array_foreach(json_object_get(result, "measures"), i, one) {
        const char *code = json_string_value(json_object_get(one, "code")) + strlen("strength.");
        if (json_integer_value(json_object_get(one, "repetition")) != repetition) continue;
        const char *at = strstr(codes, code);
        size_t length = strlen(code);
        if (at == NULL || (at > codes && at[-1] != ' ') || (at[length] > ' ')) continue;
        if (!json_is_true(json_object_get(one, "withheld"))) continue;
        EG_CHECK(json_is_null(json_object_get(one, "value")));
        const char *note = json_string_value(json_object_get(one, "note"));
        EG_CHECK(note != NULL && strncmp(note, "withheld: ", 10) == 0);
        count++;
    }
    return count;
}

static void worthless_values(void) {
    static const char top[] = "peak mean time_to_peak", end[] = "fatigue.hold impulse.total";
    static const char set[] = "best trials.mean spread fatigue.trials per_kg";
    /* The first of three reaches the limit of the device; 200 ms behind the onset it is there. */
    json_t *result = evaluate_cut(low_limit, 18000);
    EG_CHECK_INT(withheld(result, 1, top) + withheld(result, 1, end), 5);
    EG_CHECK_INT(withheld(result, 1, "rfd.200 rfd.250"), 2);
    EG_CHECK_INT(withheld(result, 1, "rfd.30 rfd.50 rfd.75 rfd.100 rfd.peak onset"), 0);
    EG_CHECK_NEAR(eg_test_value_of(result, "strength.rfd.50", 1),
                  200 * (1 - exp(-0.05 / 0.06)) / 0.05, 30);
    EG_CHECK_INT(withheld(result, 2, top) + withheld(result, 2, end), 0);
    EG_CHECK_NEAR(eg_test_value_of(result, "strength.peak", 2), 180, 0.5);
    EG_CHECK_INT(withheld(result, 0, set), 5);
    EG_CHECK_TEXT(eg_test_verdict_of(result, "spread"), "");
    json_decref(result);
    /* The recording ends in the third rise: no peak; the others stand. */
    result = evaluate_cut(same, 13600);
    EG_CHECK_TEXT(eg_test_verdict_of(result, "cut in the rise"), "fail");
    EG_CHECK_INT(withheld(result, 3, top) + isnan(eg_test_value_of(result, "strength.mean", 3)), 3);
    EG_CHECK_INT(withheld(result, 3, "rfd.50 onset"), 0);
    EG_CHECK_INT(withheld(result, 0, set), 0);
    EG_CHECK_NEAR(eg_test_value_of(result, "strength.best", 0), 200, 0.5);
    EG_CHECK_NEAR(eg_test_value_of(result, "strength.spread", 0), 10, 0.5);
    EG_CHECK_TEXT(eg_test_verdict_of(result, "contractions"), "warn");
    json_decref(result);
    /* It ends in the third hold: the peak is there, the end is not. */
    result = evaluate_cut(same, 15500);
    EG_CHECK_TEXT(eg_test_verdict_of(result, "cut"), "warn");
    EG_CHECK_TEXT(eg_test_verdict_of(result, "cut in the rise"), "");
    EG_CHECK_NEAR(eg_test_value_of(result, "strength.peak", 3), 150, 0.5);
    EG_CHECK_INT(withheld(result, 3, "impulse.total"), 1);
    EG_CHECK(isnan(eg_test_value_of(result, "strength.fatigue.hold", 3)));
    EG_CHECK_INT(withheld(result, 2, end) + withheld(result, 0, set), 0);
    json_decref(result);
}

EG_TESTS({"strength: what a failed check makes worthless is withheld, contraction by contraction",
          worthless_values},
         {"strength: what is wrong with a file is a check with its verdict", checks},
         {"strength: files in N, kN, kg, lb, N m, and pulls", units},
         {"strength: a column that nobody names is asked for", columns},
         {"strength: torque at a lever with the limb's weight", torque},
         {"strength: two sides, spread and symmetry", sides},
         {"strength: published values of the person's age and sex", published})
