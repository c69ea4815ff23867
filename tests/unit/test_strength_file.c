/* Strength from files: units, columns, sides, torque and published values. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clinic/strength.h"
#include "io/embed.h"
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

static json_t *evaluate(const double peaks[3], const char *header, double per,
                        const eg_strength_options *options) {
    eg_recording *recording = file_of(peaks, header, per);
    json_t *result = NULL;
    eg_diag diag = {0};
    if (eg_strength_evaluate(NULL, recording, options, &result, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    eg_recording_destroy(recording);
    return result;
}

static double value_of(const json_t *object, const char *code) {
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(object, "measures"), i,
                       one) if (strcmp(json_string_value(json_object_get(one, "code")), code) ==
                                0) return json_number_value(json_object_get(one, "value"));
    EG_FAIL("there is no %s", code);
}

static int has_flag(const json_t *object, const char *name) {
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(object, "flags"), i,
                       one) if (strcmp(json_string_value(json_object_get(one, "flag")), name) ==
                                0) return 1;
    return 0;
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
    eg_strength_options options = eg_strength_defaults();
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        json_t *result = evaluate(even, files[i].header, files[i].per, &options);
        EG_CHECK_NEAR(value_of(result, "strength.best"), 300, 0.1);
        EG_CHECK_NEAR(value_of(result, "strength.spread"), 100.0 * 20 / 300, 0.05);
        EG_CHECK_INT(json_is_true(json_object_get(result, "inverted")), files[i].per < 0);
        EG_CHECK(!has_flag(result, "spread") && !has_flag(result, "few"));
        json_decref(result);
    }
    json_t *result = evaluate(even, "Time (s),Torque (N.m)", 1, &options);
    EG_CHECK_NEAR(value_of(result, "strength.torque.best"), 300, 0.1);
    json_decref(result);
}

static void columns(void) {
    eg_recording *recording = file_of(even, "Time (s),Value", 1);
    eg_strength_options options = eg_strength_defaults();
    json_t *result = NULL;
    eg_diag diag = {0};
    EG_CHECK_INT(eg_strength_evaluate(NULL, recording, &options, &result, &diag), EG_ERR_LAYOUT);
    EG_CHECK(strstr(diag.text, "--column") != NULL && result == NULL);
    options.column = "value";
    options.unit = "kg";
    EG_CHECK_INT(eg_strength_evaluate(NULL, recording, &options, &result, NULL), EG_OK);
    EG_CHECK_NEAR(value_of(result, "strength.best"), 300 * 9.80665, 1);
    json_decref(result);
    eg_recording_destroy(recording);
}

static void torque(void) {
    eg_strength_options options = eg_strength_defaults();
    options.lever_m = 0.4;
    options.gravity_n_m = 10;
    options.mass_kg = 65;
    json_t *result = evaluate(even, "Time (s),Force (N)", 1, &options);
    EG_CHECK_NEAR(value_of(result, "strength.torque.best"), 130, 0.1);
    EG_CHECK_NEAR(value_of(result, "strength.torque.per_kg"), 2, 0.01);
    json_t *trial = json_array_get(json_object_get(result, "trials"), 0);
    EG_CHECK_NEAR(value_of(trial, "strength.torque.rfd.100"),
                  0.4 * value_of(trial, "strength.rfd.100"), 1e-9);
    json_decref(result);
}

static void sides(void) {
    eg_strength_options options = eg_strength_defaults();
    json_t *results[2] = {evaluate(even, "Time (s),Force (N)", 1, &options),
                          evaluate(uneven, "Time (s),Force (N)", 1, &options)};
    EG_CHECK(has_flag(results[1], "spread"));
    static const int side[2] = {2, 1};
    json_t *together = NULL;
    EG_CHECK_INT(eg_strength_together(results, side, 2, &together, NULL), EG_OK);
    EG_CHECK_NEAR(value_of(together, "strength.lsi"), 100.0 * 200 / 300, 0.05);
    EG_CHECK(has_flag(together, "asymmetry"));
    json_t *sets = json_object_get(together, "sets");
    EG_CHECK_INT(json_array_size(sets), 2);
    EG_CHECK(has_flag(json_array_get(sets, 0), "spread"));
    json_decref(together);
    for (int i = 0; i < 2; i++) json_decref(results[i]);
}

static void published(void) {
    eg_knowledge *knowledge = NULL;
    EG_CHECK_INT(eg_knowledge_load(eg_embedded_files, NULL, &knowledge, NULL), EG_OK);
    eg_recording *recording = file_of(even, "Time (s),Force (N)", 1);
    eg_strength_options options = eg_strength_defaults();
    options.measure = "force.grip";
    options.age_years = 45;
    options.sex = 'M';
    json_t *result = NULL;
    EG_CHECK_INT(eg_strength_evaluate(knowledge, recording, &options, &result, NULL), EG_OK);
    size_t i, n_norms = 0;
    json_t *row;
    json_array_foreach(json_object_get(result, "published"), i, row) {
        EG_CHECK(json_object_get(row, "source") != NULL);
        if (strcmp(json_string_value(json_object_get(row, "kind")), "norm") != 0) continue;
        n_norms++;
        EG_CHECK_NEAR(json_number_value(json_object_get(row, "measured")), 300 / 9.80665, 0.02);
    }
    EG_CHECK_INT(n_norms, 2); /* men of 40 to 49, both hands */
    json_decref(result);
    eg_recording_destroy(recording);
    eg_knowledge_destroy(knowledge);
}

EG_TESTS({"strength: files in N, kN, kg, lb, N m, and pulls", units},
         {"strength: a column that nobody names is asked for", columns},
         {"strength: torque at a lever with the limb's weight", torque},
         {"strength: two sides, spread and symmetry", sides},
         {"strength: published values of the person's age and sex", published})
