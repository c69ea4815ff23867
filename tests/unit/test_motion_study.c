/* The study of motion on files: markers of every kind, columns of angles, published values, noise,
 * and recordings that hold nothing of it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/motion_trace.h"
#include "core/base/random.h"
#include "core/base/real.h"
#include "io/embed.h"
#include "tests/support/skeleton.h"
#include "tests/support/study.h"
#include "tests/support/test.h"

static char text[4 << 20];

static eg_recording *parse(const char *name, size_t n) {
    eg_recording *r = NULL;
    eg_diag diag = {0};
    if (eg_recording_parse(name, (const uint8_t *)text, n, &r, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    return r;
}

static json_t *study(const eg_recording *recording, const eg_recording *still,
                     const eg_knowledge *knowledge, const char *options) {
    json_t *result = NULL;
    eg_diag diag = {0};
    if (eg_test_study("motion", recording, still, knowledge, options, &result, &diag) != EG_OK)
        EG_FAIL("%s: %s", options, diag.text);
    return result;
}

static json_t *find(const json_t *result, const char *code, const char *channel, const char *side) {
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(result, "measures"), i, one) {
        const char *of = json_string_value(json_object_get(one, "channel"));
        const char *own = json_string_value(json_object_get(one, "side"));
        if (json_object_get(one, "repetition") != NULL) continue;
        if (strcmp(json_string_value(json_object_get(one, "code")), code) != 0) continue;
        if (channel != NULL && (of == NULL || strcmp(of, channel) != 0)) continue;
        if (side != NULL && (own == NULL || strcmp(own, side) != 0)) continue;
        return one;
    }
    return NULL;
}

static double value(const json_t *result, const char *code, const char *channel, const char *side) {
    const json_t *one = json_object_get(find(result, code, channel, side), "value");
    return json_is_number(one) ? json_number_value(one) : (double)NAN;
}

/* The skeleton as a TRC file: y up, to the right of x is z. */
static eg_recording *trc(const skeleton *s, double per_mm, const char *unit, int without,
                         int reversed) {
    size_t used = 0, n_sites = 0;
    int sites[EG_SITES];
    for (int k = 0; k < EG_SITES; k++) {
        int site = reversed ? EG_SITES - 1 - k : k;
        if (!isnan(s->xyz[site][0][0]) && site != without) sites[n_sites++] = site;
    }
    used += (size_t)snprintf(text, sizeof text,
                             "PathFileType\t4\t(X/Y/Z)\ts.trc\nDataRate\tCameraRate\tNumFrames\t"
                             "NumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames\n"
                             "%g\t%g\t%zu\t%zu\t%s\t%g\t1\t%zu\nFrame#\tTime",
                             s->rate_hz, s->rate_hz, s->n, n_sites, unit, s->rate_hz, s->n);
    for (size_t k = 0; k < n_sites; k++) {
        static const char *const names[] = {
#define FIRST_1(v)                           "L" v, "R" v
#define FIRST_0(v)                           v
#define FIRST(id, is_paired, name, variants) FIRST_##is_paired(variants),
            EG_SITE_TABLE(FIRST)
#undef FIRST
        };
        char label[32];
        const char *variants = names[sites[k]];
        size_t at = 0;
        if (variants[0] != '|') label[at++] = variants[0];
        const char *word = strchr(variants, '|') + 1;
        while (*word != '|') label[at++] = *word++;
        label[at] = '\0';
        used += (size_t)snprintf(text + used, sizeof text - used, "\t%s\t\t", label);
    }
    used += (size_t)snprintf(text + used, sizeof text - used, "\n\t");
    for (size_t k = 1; k <= n_sites; k++)
        used += (size_t)snprintf(text + used, sizeof text - used, "\tX%zu\tY%zu\tZ%zu", k, k, k);
    used += (size_t)snprintf(text + used, sizeof text - used, "\n\n");
    for (size_t t = 0; t < s->n; t++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%zu\t%.6f", t + 1,
                                 (double)t / s->rate_hz);
        for (size_t k = 0; k < n_sites; k++) {
            const double *p = s->xyz[sites[k]][t];
            used += (size_t)snprintf(text + used, sizeof text - used, "\t%.12g\t%.12g\t%.12g",
                                     p[0] * per_mm, p[2] * per_mm, -p[1] * per_mm);
        }
        used += (size_t)snprintf(text + used, sizeof text - used, "\n");
    }
    EG_CHECK(used < sizeof text - 1000);
    return parse("s.trc", used);
}

static eg_knowledge *known(void) {
    eg_knowledge *knowledge = NULL;
    EG_CHECK_INT(eg_knowledge_load(eg_embedded_files, NULL, &knowledge, NULL), EG_OK);
    return knowledge;
}

/* Largest and smallest angle of the skeleton, the file in mm or m, its markers in any order. */
static void markers_in_files(void) {
    skeleton *s = skeleton_new(300);
    double worst = 0, truth = -HUGE_VAL;
    for (size_t t = 0; t < s->n; t++) truth = fmax(truth, s->truth[EG_ANGLE_KNEE_FLEXION_RIGHT][t]);
    for (int v = 0; v < 4; v++) {
        eg_recording *r = trc(s, v % 2 ? 0.001 : 1, v % 2 ? "m" : "mm", -1, v > 1);
        EG_CHECK_INT(eg_study_find("motion")->suits(r), 2);
        json_t *result = study(r, NULL, NULL, "{}");
        double max = value(result, "motion.max", "knee.flexion", "right");
        worst = fmax(worst, fabs(max - truth));
        EG_CHECK(isfinite(value(result, "motion.range", "shoulder.elevation", "left")));
        EG_CHECK(json_array_size(json_object_get(result, "traces")) >= 48);
        json_decref(result);
        eg_recording_destroy(r);
    }
    EG_CHECK(worst < 0.5); /* the low-pass of the range takes a little off */
    eg_recording *r = trc(s, 1, "mm", EG_SITE_HEEL, 0);
    json_t *result = study(r, NULL, NULL, "{}");
    const json_t *lost = find(result, "motion.range", "ankle.dorsiflexion", "left");
    EG_CHECK(json_is_null(json_object_get(lost, "value")));
    EG_CHECK_TEXT(json_string_value(json_object_get(lost, "note")), "no marker at the left heel");
    EG_CHECK(isfinite(value(result, "motion.range", "ankle.dorsiflexion", "right")));
    json_decref(result);
    eg_recording_destroy(r);
    free(s);
    eg_test_note("mm and m, two orders: knee flexion within %.2g deg", worst);
}

/* A squat-like test in a column of a table. */
static eg_recording *column(const char *header, double sign, double factor) {
    size_t used = (size_t)snprintf(text, sizeof text, "%s\n", header);
    for (int i = 0; i < 1500; i++) {
        double t = i / 100.0, k = floor(t / 3), in = t - 3 * k - 1;
        double share = in <= 0 ? 0 : in < 1 ? in * in * in * (10 - 15 * in + 6 * in * in) : 1;
        if (in > 1.5) {
            double back = fmin(1, (in - 1.5) / 0.5);
            share = 1 - back * back * back * (10 - 15 * back + 6 * back * back);
        }
        used += (size_t)snprintf(text + used, sizeof text - used, "%.2f,%.9f\n", t,
                                 sign * factor * (4 + 116 * share));
    }
    return parse("test.csv", used);
}

static void range_of_motion_of_a_column(void) {
    eg_knowledge *knowledge = known();
    eg_recording *r = column("time,knee_angle_r", 1, 1);
    json_t *result = study(r, NULL, knowledge,
                           "{\"joint\": \"knee\", \"movement\": \"flexion\", \"mode\": \"passive\","
                           " \"age\": 30, \"sex\": \"M\", \"position\": \"prone\", \"pain\": 3}");
    EG_CHECK_NEAR(value(result, "motion.rom", "knee.flexion", "right"), 120, 0.3);
    EG_CHECK_NEAR(value(result, "motion.repetitions", NULL, NULL), 5, 0);
    EG_CHECK_NEAR(value(result, "motion.start", NULL, NULL), 4, 0.1);
    json_t *norm = json_object_get(find(result, "motion.rom", NULL, NULL), "norm");
    EG_CHECK_NEAR(json_number_value(json_object_get(norm, "value")), 137.7, 1e-9);
    EG_CHECK(json_is_false(json_object_get(norm, "verified")));
    json_t *test = json_object_get(json_object_get(result, "detail"), "test");
    EG_CHECK_TEXT(json_string_value(json_object_get(test, "position")), "prone");
    EG_CHECK_NEAR(json_number_value(json_object_get(test, "pain")), 3, 0);
    json_decref(result);
    /* Active, or nobody's age known: the convention. */
    result = study(r, NULL, knowledge, "{\"joint\": \"knee\", \"movement\": \"flexion\"}");
    norm = json_object_get(find(result, "motion.rom", NULL, NULL), "norm");
    EG_CHECK_NEAR(json_number_value(json_object_get(norm, "value")), 140, 1e-9);
    json_decref(result);
    /* The other way: extension is what is missing to straight. */
    result = study(r, NULL, knowledge, "{\"joint\": \"knee\", \"movement\": \"extension\"}");
    EG_CHECK_NEAR(value(result, "motion.rom", NULL, NULL), -4, 0.3);
    json_decref(result);
    eg_recording_destroy(r);
    /* Negative flexion of older models, and radians. */
    r = column("time,knee_angle_l", -1, 1);
    result = study(r, NULL, NULL, "{}");
    EG_CHECK_NEAR(value(result, "motion.max", "knee.flexion", "left"), 120, 0.3);
    EG_CHECK_INT(json_array_size(json_object_get(result, "warnings")), 1);
    json_decref(result);
    eg_recording_destroy(r);
    r = column("time (s),angle (rad)", 1, EG_PI / 180);
    result = study(r, NULL, NULL, "{\"channel\": \"angle\"}");
    EG_CHECK_NEAR(value(result, "motion.max", "angle", NULL), 120, 0.3);
    json_decref(result);
    eg_recording_destroy(r);
    eg_knowledge_destroy(knowledge);
}

/* MDC of elbow flexion by goniometer: 6 deg by one tester, 10 by two; 4 by a computerised one. */
static void changes_within_noise(void) {
    eg_knowledge *knowledge = known();
    eg_recording *r = column("time,elbow_flex_r", 1, 1);
    static const struct {
        const char *rater, *device;
        double previous;
        const char *verdict;
    } cases[] = {
        {"same", "universal goniometer", 115, "within noise"},
        {"same", "universal goniometer", 112, "beyond"},
        {"different", "universal goniometer", 112, "within noise"},
        {"different", "universal goniometer", 105, "beyond"},
        {"different", "computerised goniometer", 112, "beyond"},
        {"different", "CROM device", 60, "no MDC known"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char options[300];
        snprintf(options, sizeof options,
                 "{\"joint\": \"elbow\", \"movement\": \"flexion\", \"rater\": \"%s\","
                 " \"device\": \"%s\", \"previous_deg\": %g}",
                 cases[i].rater, cases[i].device, cases[i].previous);
        json_t *result = study(r, NULL, knowledge, options);
        const char *verdict =
            json_string_value(json_object_get(find(result, "motion.change", NULL, NULL), "change"));
        if (verdict == NULL || strncmp(verdict, cases[i].verdict, strlen(cases[i].verdict)) != 0)
            EG_FAIL("%s: %s", options, verdict != NULL ? verdict : "nothing");
        json_decref(result);
    }
    eg_recording_destroy(r);
    eg_knowledge_destroy(knowledge);
    eg_test_note("%zu changes by rater and device", sizeof cases / sizeof cases[0]);
}

static void what_holds_nothing_is_refused(void) {
    eg_recording *r = column("time,force (N)", 1, 1);
    json_t *result;
    eg_diag diag = {0};
    EG_CHECK_INT(eg_study_find("motion")->suits(r), 0);
    EG_CHECK_INT(eg_test_study("motion", r, NULL, NULL, "{}", &result, &diag), EG_ERR_LAYOUT);
    EG_CHECK_INT(eg_test_study("motion", r, NULL, NULL, "{\"channel\": \"knee\"}", &result, NULL),
                 EG_ERR_LAYOUT);
    eg_recording_destroy(r);
    r = column("time,knee_angle_r", 1, 1);
    EG_CHECK_INT(eg_test_study("motion", r, NULL, NULL, "{\"joint\": \"hip\"}", &result, NULL),
                 EG_ERR_MISSING);
    EG_CHECK_INT(eg_test_study("motion", r, NULL, NULL, "{\"joint\": \"tail\"}", &result, NULL),
                 EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_test_study("motion", r, NULL, NULL, "{\"source\": \"markers\"}", &result, NULL),
                 EG_ERR_MISSING);
    eg_recording_destroy(r);
    skeleton *s = skeleton_new(100);
    r = trc(s, 1, "mm", -1, 0);
    EG_CHECK_INT(eg_test_study("motion", r, NULL, NULL, "{\"neutral\": true}", &result, NULL),
                 EG_ERR_ARGUMENT);
    eg_recording_destroy(r);
    free(s);
}

/* Labels and places of any kind: an answer or a refusal, no crash. */
static void malformed_marker_sets(void) {
    static const char *const pieces[] = {
        "LASI", "RASI",   "L",     "R",   ":",      "KNE",         "",     "_",
        "left", "right ", "study", "HJC", "MidHip", "\xc3\xa4",    "Neck", "TOE",
        "HEE",  "SACR",   "ANK",   "*",   "  ",     "knee_angle_r"};
    eg_random random;
    eg_random_init(&random, 17, 0);
    skeleton *s = skeleton_new(60);
    size_t n_done = 0, n_refused = 0;
    for (int trial = 0; trial < 150; trial++) {
        eg_recording *r = trc(s, 1, trial % 3 ? "mm" : "", -1, trial % 2);
        for (size_t i = 0; i < r->points.n_markers; i++) {
            eg_marker *m = &r->points.markers[i];
            if (eg_random_below(&random, 3) == 0)
                snprintf(m->label, sizeof m->label, "%s%s%s", pieces[eg_random_below(&random, 22)],
                         pieces[eg_random_below(&random, 22)],
                         pieces[eg_random_below(&random, 22)]);
            for (size_t t = 0; t < r->n_frames; t++) {
                double *p = m->xyz[t];
                uint32_t luck = eg_random_below(&random, 40);
                if (luck == 0) p[0] = p[1] = p[2] = (double)NAN;
                if (luck == 1) p[eg_random_below(&random, 3)] = 1e300;
                if (luck == 2) p[0] = p[1] = p[2] = 0;
                if (luck == 3) p[1] = (double)NAN;
            }
        }
        json_t *result = NULL;
        eg_err err = eg_test_study("motion", r, trial % 4 ? NULL : r, NULL,
                                   trial % 5 ? "{}" : "{\"all\": true}", &result, NULL);
        n_done += err == EG_OK;
        n_refused += err != EG_OK;
        json_decref(result);
        eg_recording_destroy(r);
    }
    free(s);
    EG_CHECK(n_done > 50);
    eg_test_note("150 spoilt sets: %zu measured, %zu refused", n_done, n_refused);
}

static void names_of_columns(void) {
    static const struct {
        const char *label;
        int angle, side;
        double sign;
    } names[] = {{"knee_angle_r", EG_ANGLE_KNEE_FLEXION, EG_RIGHT, 1},
                 {"hip_flexion_l", EG_ANGLE_HIP_FLEXION, EG_LEFT, 1},
                 {"Left Knee Flexion", EG_ANGLE_KNEE_FLEXION, EG_LEFT, 1},
                 {"pelvis_tilt", EG_ANGLE_PELVIS_TILT, -1, -1},
                 {"lumbar_extension", EG_ANGLE_TRUNK_FLEXION, -1, -1},
                 {"hip_adduction_r", EG_ANGLE_HIP_ADDUCTION, EG_RIGHT, 1},
                 {"ankle_angle_l", EG_ANGLE_ANKLE_DORSIFLEXION, EG_LEFT, 1},
                 {"subtalar_angle_r", EG_ANGLE_FOOT_INVERSION, EG_RIGHT, 1},
                 {"elbow_flex_r", EG_ANGLE_ELBOW_FLEXION, EG_RIGHT, 1},
                 {"arm_flex_l", EG_ANGLE_SHOULDER_FLEXION, EG_LEFT, 1},
                 {"knee_angle_r_beta", -1, EG_RIGHT, 1},
                 {"pelvis_tx", -1, -1, 1},
                 {"time", -1, -1, 1},
                 {"knee_angle_r_moment", -1, EG_RIGHT, 1}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int side;
        double sign;
        int angle = eg_motion_angle_of(names[i].label, &side, &sign);
        if (angle != names[i].angle) EG_FAIL("%s: angle %d", names[i].label, angle);
        if (angle < 0) continue;
        EG_CHECK_INT(side, names[i].side);
        EG_CHECK_NEAR(sign, names[i].sign, 0);
    }
}

static eg_recording *read_named(const char *set, const char *name) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", eg_test_data(set), name);
    eg_recording *r = NULL;
    eg_diag diag = {0};
    if (eg_recording_read(path, &r, &diag) != EG_OK) EG_FAIL("%s: %s", name, diag.text);
    return r;
}

static json_t *cycle(const json_t *result, const char *channel, const char *side) {
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(json_object_get(result, "detail"), "cycles"), i, one) {
        if (strcmp(json_string_value(json_object_get(one, "channel")), channel) == 0 &&
            strcmp(json_string_value(json_object_get(one, "side")), side) == 0)
            return one;
    }
    return NULL;
}

/* Curves of Plug-in-Gait's own knee over the file's own foot strikes; and a walk of which only the
 * markers tell the strikes. */
static void curves_over_the_gait_cycle(void) {
    eg_recording *r = read_named("imu", "c3d/btk_PiG_Motion3_FF.c3d");
    json_t *result = study(r, NULL, NULL, "{\"profile\": \"plug-in-gait\"}");
    json_t *left = cycle(result, "knee.flexion", "left");
    const eg_marker *knee = NULL;
    for (size_t i = 0; i < r->points.n_markers; i++)
        if (strcmp(r->points.markers[i].label, "LKneeAnglesV") == 0) knee = &r->points.markers[i];
    EG_CHECK(left != NULL && knee != NULL);
    double strikes[8];
    size_t n = 0;
    for (size_t i = 0; i < r->n_events; i++)
        if (strcmp(r->events[i].label, "Foot Strike") == 0 && r->events[i].context[0] == 'L')
            strikes[n++] = r->events[i].t_s;
    EG_CHECK_INT(n, 3);
    EG_CHECK_INT(json_integer_value(json_object_get(left, "cycles")), 2);
    double worst = 0;
    for (int k = 0; k <= 100; k++) {
        double mean = 0;
        for (size_t c = 0; c < 2; c++) {
            double at = strikes[c] + (strikes[c + 1] - strikes[c]) * k / 100;
            double frame = (at - r->start_s) * r->points.rate_hz;
            size_t i = (size_t)frame < r->n_frames - 2 ? (size_t)frame : r->n_frames - 2;
            double share = frame - (double)i;
            mean += 0.5 * ((1 - share) * knee->xyz[i][0] + share * knee->xyz[i + 1][0]);
        }
        double own = json_number_value(json_array_get(json_object_get(left, "mean"), (size_t)k));
        worst = fmax(worst, fabs(own - mean));
    }
    EG_CHECK(worst < 0.1);
    json_decref(result);
    eg_recording_destroy(r);
    r = read_named("emg", "bmc_Gait.c3d"); /* no events in the file */
    EG_CHECK_INT(r->n_events, 0);
    result = study(r, NULL, NULL, "{}");
    double range = value(result, "motion.cycle.range", "knee.flexion", "right");
    EG_CHECK(range > 45 && range < 75);
    json_decref(result);
    eg_recording_destroy(r);
    eg_test_note(
        "mean knee curve within %.2g deg of the peer's, range by markers' strikes %.1f deg", worst,
        range);
}

/* An angle that is seen in one frame has no range, and what is seen for a while says how long. */
static void coverage_of_angles(void) {
    static const struct {
        int from, to, is_known;
    } rows[] = {{0, 464, 1}, {200, 201, 0}, {100, 150, 0}, {0, 40, 0}, {100, 300, 1}};
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        size_t n = (size_t)snprintf(text, sizeof text,
                                    "time [s],knee_angle_r [deg],hip_flexion_r [deg]\n");
        for (int i = 0; i < 464; i++) {
            double angle = 30.0 - 30.0 * cos(0.05 * i);
            int is_seen = i >= rows[k].from && i < rows[k].to;
            n += (size_t)snprintf(text + n, sizeof text - n, "%.2f,", 0.01 * i);
            if (is_seen) n += (size_t)snprintf(text + n, sizeof text - n, "%.4f", angle);
            n += (size_t)snprintf(text + n, sizeof text - n, ",%.4f\n", 0.5 * angle);
        }
        eg_recording *r = parse("angles.csv", n);
        json_t *result = study(r, NULL, NULL, "{}");
        double range = value(result, "motion.range", "knee.flexion", "right");
        EG_CHECK_INT(isfinite(range), rows[k].is_known);
        EG_CHECK(value(result, "motion.range", "hip.flexion", "right") > 25.0);
        const json_t *one = find(result, "motion.range", "knee.flexion", "right");
        if (!rows[k].is_known)
            EG_CHECK(strstr(json_string_value(json_object_get(one, "note")), "of 464 frames") !=
                     NULL);
        if (!rows[k].is_known)
            EG_CHECK_TEXT(json_string_value(json_object_get(result, "verdict")), "warn");
        json_decref(result);
        eg_recording_destroy(r);
    }
    eg_test_note("one frame, half a second: no range; two seconds and all: a range");
}

/* What is written as a column of angles is read back as the same angle, or as none. */
static void columns_of_written_angles(void) {
    size_t n_read = 0, n = 0;
    for (int a = 0; a < EG_ANGLES; a++) {
        eg_motion_trace trace = {.angle = a, .side = eg_angle_about(a).side};
        char name[EG_MOTION_LABEL_MAX];
        double sign, own_sign;
        int side;
        if (trace.side == EG_RIGHT) trace.angle = a - 1;
        eg_motion_trace_name(&trace, "");
        eg_motion_column_name(&trace, name, &sign);
        int angle = eg_motion_angle_of(name, &side, &own_sign);
        n++;
        if (angle < 0) continue;
        n_read++;
        if (angle != trace.angle || side != trace.side || fabs(sign - own_sign) > 0.5)
            EG_FAIL("%s of %s is read as angle %d, side %d", name, trace.label, angle, side);
    }
    EG_CHECK(n_read > 25);
    eg_motion_trace plain = {.angle = -1, .side = -1, .label = "joint angle"};
    char name[EG_MOTION_LABEL_MAX];
    double sign;
    eg_motion_column_name(&plain, name, &sign);
    EG_CHECK_TEXT(name, "joint angle");
    plain = (eg_motion_trace){.angle = EG_ANGLE_KNEE_FLEXION, .side = EG_RIGHT};
    eg_motion_trace_name(&plain, "");
    eg_motion_column_name(&plain, name, &sign);
    EG_CHECK_TEXT(name, "knee_angle_r");
    eg_test_note("%zu of %zu angles have names that other programs know", n_read, n);
}

EG_TESTS({"motion study: curves over the gait cycle", curves_over_the_gait_cycle},
         {"motion study: markers in files, any unit and order", markers_in_files},
         {"motion study: a range-of-motion test of one column", range_of_motion_of_a_column},
         {"motion study: changes against the noise of rater and device", changes_within_noise},
         {"motion study: what holds no angles is refused", what_holds_nothing_is_refused},
         {"motion study: coverage of angles", coverage_of_angles},
         {"motion study: columns of written angles", columns_of_written_angles},
         {"motion study: malformed marker sets", malformed_marker_sets},
         {"motion study: which column is which angle", names_of_columns})
