/* What an angle's recording shows of its quality: held values, jumps, missing samples, uneven rows;
 * and that a good one, a locked joint and coarse numbers are not blamed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/study.h"
#include "tests/support/test.h"

typedef enum fault { NONE, HELD, JUMP, MISSING, UNEVEN, LOCKED, COARSE } fault;

/* A knee that bends 60 deg each second for 20 s at 100 Hz, as OpenSim writes it, and a hip. */
static size_t write_motion(char *text, size_t size, fault f) {
    size_t used = (size_t)snprintf(text, size,
                                   "walk\nversion=1\nnRows=2000\nnColumns=3\ninDegrees=yes\n"
                                   "endheader\ntime\tknee_angle_r\thip_flexion_r\n");
    double t_s = 0, before = 0;
    for (int i = 0; i < 2000; i++) {
        double knee = 30 - 30 * cos(6.283185307179586 * t_s);
        if (f == HELD && i >= 700 && i < 760) knee = before;
        if (f == JUMP && i >= 1200 && i < 1210) knee += 180;
        if (f == COARSE) knee = floor(knee / 5) * 5;
        before = knee;
        used += (size_t)snprintf(text + used, size - used, "%.9g\t", t_s);
        if (f == MISSING && i % 4 == 0)
            used += (size_t)snprintf(text + used, size - used, "NaN\t");
        else
            used += (size_t)snprintf(text + used, size - used, "%.9g\t", knee);
        double hip = f == LOCKED ? 0 : 20 * sin(6.283185307179586 * t_s);
        used += (size_t)snprintf(text + used, size - used, "%.9g\n", hip);
        t_s += f == UNEVEN ? (i % 3 == 2 ? 0.006 : 0.012) : 0.01;
    }
    return used;
}

/* A held value ends in a jump. The verdict of a check of the knee's trace or of all: "" if there is
 * none. */
static const char *verdict_of(const json_t *result, const char *check) {
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(result, "quality"), i,
                       one) if (strcmp(json_string_value(json_object_get(one, "check")), check) ==
                                0) return json_string_value(json_object_get(one, "verdict"));
    return "";
}

static void each_fault(void) {
    static const char *const checks[] = {"held values", "jumps", "missing samples", "rate"};
    /*                                  held    jumps   missing rate */
    static const char *const expected[][4] = {
        [NONE] = {"ok", "ok", "ok", "ok"},     [HELD] = {"warn", "warn", "ok", "ok"},
        [JUMP] = {"ok", "warn", "ok", "ok"},   [MISSING] = {"ok", "ok", "warn", "ok"},
        [UNEVEN] = {"ok", "ok", "ok", "warn"}, [LOCKED] = {"ok", "ok", "ok", "ok"},
        [COARSE] = {"ok", "ok", "ok", "ok"},
    };
    static char text[256 << 10];
    eg_knowledge *knowledge = NULL;
    EG_CHECK_INT(eg_knowledge_load(eg_embedded_files, NULL, &knowledge, NULL), EG_OK);
    for (fault f = NONE; f <= COARSE; f++) {
        size_t n = write_motion(text, sizeof text, f);
        eg_recording *r = NULL;
        json_t *result = NULL;
        eg_diag diag = {0};
        if (eg_recording_parse("walk.mot", (const uint8_t *)text, n, &r, &diag) != EG_OK ||
            eg_test_study("motion", r, NULL, knowledge, "{}", &result, &diag) != EG_OK)
            EG_FAIL("fault %d: %s", (int)f, diag.text);
        for (size_t k = 0; k < 4; k++)
            if (strcmp(verdict_of(result, checks[k]), expected[f][k]) != 0)
                EG_FAIL("fault %d: %s is \"%s\"", (int)f, checks[k], verdict_of(result, checks[k]));
        const char *verdict = json_string_value(json_object_get(result, "verdict"));
        EG_CHECK_TEXT(verdict, f == NONE || f >= LOCKED ? "ok" : "warn");
        json_decref(result);
        eg_recording_destroy(r);
    }
    eg_knowledge_destroy(knowledge);
}

/* The limits are those of knowledge: without it nothing is said to have been looked at. */
static void without_knowledge(void) {
    static char text[256 << 10];
    size_t n = write_motion(text, sizeof text, NONE);
    eg_recording *r = NULL;
    json_t *result = NULL;
    eg_diag diag = {0};
    if (eg_recording_parse("walk.mot", (const uint8_t *)text, n, &r, &diag) != EG_OK ||
        eg_test_study("motion", r, NULL, NULL, "{}", &result, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    EG_CHECK_TEXT(verdict_of(result, "rate"), "ok");
    EG_CHECK_TEXT(verdict_of(result, "held values"), "");
    EG_CHECK_TEXT(verdict_of(result, "jumps"), "");
    EG_CHECK_TEXT(verdict_of(result, "missing samples"), "");
    json_decref(result);
    eg_recording_destroy(r);
}

static void open_checks(void) {
    EG_CHECK(eg_study_is_open_check("not checked: no vertical force"));
    EG_CHECK(!eg_study_is_open_check("no angle jumps") && !eg_study_is_open_check(""));
}

EG_TESTS({"motion check: each fault and nothing else", each_fault},
         {"motion check: nothing is judged without knowledge", without_knowledge},
         {"motion check: what could not be checked", open_checks})
