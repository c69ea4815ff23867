#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/evaluate.h"
#include "clinic/synthetic.h"
#include "clinic/task_settings.h"
#include "core/base/random.h"
#include "tests/support/clinic.h"
#include "tests/support/test.h"

enum { RATE = 100, REACH_S = 5, N_LOS = 8 * REACH_S * RATE, N_RISE = 12 * RATE };

static const double pi = 3.14159265358979323846;
static double ml[N_LOS], ap[N_LOS], memory[4 * N_LOS + 2048];

static eg_err compute(const eg_task_plan *plan, size_t n, eg_balance_result *result,
                      eg_task_detail *detail, eg_diag *diag) {
    const eg_cop_trial trial = {
        .n = n, .rate_hz = RATE, .net = {ml, ap, NULL}, .mass_kg = NAN, .height_m = NAN};
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    return eg_task_compute(&trial, plan, &arena, result, detail, diag);
}

static double value_of(const eg_balance_result *result, const char *code) {
    const eg_balance_value *value = eg_balance_find(result, code);
    if (value == NULL) EG_FAIL("no %s", code);
    return value->value;
}

/* Half a second after each cue a smooth way of 0.8 s to `reach_mm`, a second there, and back. */
static void make_reaches(const double directions_deg[8], double reach_mm) {
    for (size_t i = 0; i < N_LOS; i++) {
        double angle = directions_deg[i / (REACH_S * RATE)] * pi / 180;
        double t_s = (double)(i % (REACH_S * RATE)) / RATE - 1.0;
        double out = fmin(1, fmax(0, t_s / 0.8));
        double back = fmin(1, fmax(0, (t_s - 1.8) / 0.8));
        double way = reach_mm * 0.5 * (cos(pi * back) - cos(pi * out));
        ml[i] = 4 + way * sin(angle);
        ap[i] = -3 + way * cos(angle);
    }
}

static void eight_reaches_in_one_recording(void) {
    static const double directions_deg[8] = {90, 0, 225, 180, 45, 315, 135, 270};
    eg_task_plan plan = eg_task_settings_none(EG_TASK_LIMITS_OF_STABILITY);
    eg_balance_result result;
    eg_task_detail detail;
    make_reaches(directions_deg, 72);
    plan.n_targets = 8;
    for (size_t k = 0; k < 8; k++)
        plan.targets[k] = (eg_task_target){directions_deg[k], 80, (double)k * REACH_S + 0.5};
    EG_CHECK_INT(compute(&plan, N_LOS, &result, &detail, NULL), EG_OK);
    EG_CHECK_NEAR(value_of(&result, "los.maximum"), 90, 0.1);
    EG_CHECK_NEAR(value_of(&result, "los.endpoint"), 90, 0.1);
    EG_CHECK_NEAR(value_of(&result, "los.control"), 100, 0.1);
    EG_CHECK_NEAR(value_of(&result, "los.area"), 8 * 0.5 * 72 * 72 * sqrt(0.5), 15);
    /* 4 of 72 mm on the cosine, half a second and the start of the way. */
    double onset_s = 0.5 + 0.8 / pi * acos(1 - 2 * 4 / 72.0);
    EG_CHECK_NEAR(value_of(&result, "los.reaction"), onset_s, 0.02);
    plan.n_targets = 7;
    EG_CHECK_INT(compute(&plan, N_LOS, &result, &detail, NULL), EG_OK);
    EG_CHECK(isnan(value_of(&result, "los.area")));
    EG_CHECK(eg_balance_find(&result, "los.area")->note != NULL);
    EG_CHECK_NEAR(value_of(&result, "los.maximum"), 90, 0.1);
    plan.n_targets = 0;
    eg_diag diag = {0};
    EG_CHECK_INT(compute(&plan, N_LOS, &result, &detail, &diag), EG_ERR_MISSING);
    EG_CHECK(result.count == 0 && diag.text[0] != '\0');
    plan.n_targets = 1;
    plan.targets[0].cue_s = 1000;
    EG_CHECK_INT(compute(&plan, N_LOS, &result, &detail, NULL), EG_ERR_ARGUMENT);
    eg_test_note("8 directions out of order: maximum, endpoint, control, area, reaction");
}

static void a_shift_with_known_answers(void) {
    eg_task_plan plan = eg_task_settings_none(EG_TASK_WEIGHT_SHIFT);
    eg_balance_result result;
    eg_task_detail detail;
    for (size_t i = 0; i < N_LOS; i++) {
        ml[i] = 45 * sin(2 * pi * (double)i / RATE / 4);
        ap[i] = 7;
    }
    ml[1200] = NAN; /* a lost sample is bridged */
    plan.target_mm = 120;
    plan.period_s = 3.2;
    EG_CHECK_INT(compute(&plan, N_LOS, &result, &detail, NULL), EG_OK);
    EG_CHECK_NEAR(value_of(&result, "shift.amplitude"), 75, 0.1);
    EG_CHECK_NEAR(value_of(&result, "shift.period"), 4, 0.005);
    EG_CHECK_NEAR(value_of(&result, "shift.period.error"), 25, 0.2);
    EG_CHECK_NEAR(value_of(&result, "shift.control"), 100, 1e-6);
    EG_CHECK_NEAR(value_of(&result, "shift.velocity"), 45, 0.2); /* 4 x 45 mm in 4 s */
    EG_CHECK_INT(result.bridged, 1);
    plan.period_s = NAN;
    EG_CHECK_INT(compute(&plan, N_LOS, &result, &detail, NULL), EG_OK);
    EG_CHECK_TEXT(eg_balance_find(&result, "shift.period.error")->note, "self-paced");
    plan.target_mm = NAN;
    EG_CHECK_INT(compute(&plan, N_LOS, &result, &detail, NULL), EG_ERR_MISSING);
    plan.target_mm = 120;
    EG_CHECK_INT(compute(&plan, RATE, &result, &detail, NULL), EG_ERR_RANGE);
}

static void names_of_tasks(void) {
    for (int i = 0; i < EG_TASKS; i++) {
        eg_task task = EG_TASKS;
        EG_CHECK(eg_task_find(eg_task_name((eg_task)i), &task) && (int)task == i);
    }
    eg_task task;
    EG_CHECK(!eg_task_find("standing_on_the_head", &task));
    EG_CHECK(eg_task_describe("los.area") != NULL && eg_task_describe("romberg.area") != NULL);
    EG_CHECK(eg_task_describe("nothing") == NULL);
    eg_test_note("%d tasks", EG_TASKS);
}

static void settings_are_read_and_refused(void) {
    static const char *const wrong[] = {
        "",
        "[]",
        "7",
        "{'colour': 1}",
        "{'target_mm': 0}",
        "{'target_mm': '80'}",
        "{'direction_deg': 360}",
        "{'period_s': 0.01}",
        "{'targets': []}",
        "{'targets': {}}",
        "{'targets': [{'cue_s': 1}]}",
        "{'targets': [{'target_mm': 80}]}",
        "{'target_mm': 80, 'targets': [{'cue_s': 2}, {'cue_s': 2}]}",
        "{'target_mm': 80, 'targets': [{'cue_s': 2, 'colour': 1}]}",
        "{'target_mm': 80, 'target_mm': 90}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char text[200];
        snprintf(text, sizeof text, "%s", wrong[i]);
        for (char *at = text; *at != '\0'; at++)
            if (*at == '\'') *at = '"';
        eg_task_plan plan = eg_task_settings_none(EG_TASK_WEIGHT_SHIFT);
        eg_diag diag = {0};
        EG_CHECK_INT(eg_task_settings_parse(text, strlen(text), &plan, NULL, &diag),
                     EG_ERR_ARGUMENT);
        EG_CHECK(diag.text[0] != '\0');
    }
    static const char good[] = "{\"target_mm\": 80, \"direction_deg\": 45, \"targets\": ["
                               "{\"cue_s\": 1}, {\"direction_deg\": 180, \"cue_s\": 4}]}";
    eg_task_plan plan = eg_task_settings_none(EG_TASK_LIMITS_OF_STABILITY);
    EG_CHECK_INT(eg_task_settings_parse(good, strlen(good), &plan, NULL, NULL), EG_OK);
    EG_CHECK_INT(plan.n_targets, 2);
    EG_CHECK_NEAR(plan.targets[0].direction_deg, 45, 0);
    EG_CHECK_NEAR(plan.targets[1].direction_deg, 180, 0);
    EG_CHECK_NEAR(plan.targets[1].target_mm, 80, 0);
    eg_test_note("%zu refused", sizeof wrong / sizeof wrong[0]);
}

/* ---- through the gate ----------------------------------------------------------------------- */

static eg_evaluator *evaluator(void) {
    static eg_evaluator *made;
    if (made == NULL && eg_evaluator_create(eg_embedded_files, &made, NULL) != EG_OK)
        EG_FAIL("no evaluator");
    return made;
}

/* A person of 700 N sits still for 3 s (30 % on the feet), rises within 1.2 s, 58 % on the right
 * foot, overshoots to about 110 % and stands. */
static char *rise_file(size_t *size) {
    static const char head[] = "t [s]\tR Fz [N]\tL Fz [N]\tSeat Fz [N]\tML [mm]\tAP [mm]\n";
    char *text = malloc(sizeof head + (size_t)N_RISE * 96);
    eg_random random;
    eg_random_init(&random, 5, 0);
    size_t n = (size_t)sprintf(text, "%s", head);
    for (size_t i = 0; i < N_RISE; i++) {
        double t_s = (double)i / RATE, share = fmin(1, fmax(0, (t_s - 3) / 1.2));
        double feet_n = 700 * (0.3 + 0.7 * share);
        if (t_s > 4.2) feet_n += 140 * exp(-(t_s - 4.2) / 0.15) * sin((t_s - 4.2) * 12);
        double seat_n = fmax(0, 490 * (1 - share));
        double noise[5];
        for (int k = 0; k < 5; k++) noise[k] = eg_random_normal(&random);
        n += (size_t)sprintf(text + n, "%.2f\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\n", t_s,
                             0.58 * feet_n + noise[0] * 0.3, 0.42 * feet_n + noise[1] * 0.3,
                             seat_n + noise[2] * 0.3, 3 * sin(t_s) + 0.01 * noise[3],
                             60 * share + 2 * sin(1.3 * t_s) + 0.01 * noise[4]);
    }
    *size = n;
    return text;
}

static const char rise_map[] =
    "{\"id\": \"chair\", \"net\": {\"ml\": {\"column\": \"ML\"}, \"ap\": {\"column\": \"AP\"}},"
    " \"right\": {\"ml\": {\"column\": \"ML\"}, \"ap\": {\"column\": \"AP\"}, \"fz\": {\"column\":"
    " \"R Fz\"}}, \"left\": {\"ml\": {\"column\": \"ML\"}, \"ap\": {\"column\": \"AP\"}, \"fz\": "
    "{\"column\": \"L Fz\"}}, \"seat\": {\"fz\": {\"column\": \"Seat Fz\"}}}";

static eg_evaluation *evaluate(const char *text, size_t size, const char *map, const char *task,
                               const char *settings) {
    eg_recording *recording = NULL;
    eg_evaluation *evaluation = NULL;
    eg_diag diag = {0};
    eg_evaluate_options options = eg_evaluate_defaults();
    options.map_json = map;
    EG_CHECK(eg_task_find(task, &options.plan.task));
    if (settings != NULL)
        EG_CHECK_INT(eg_task_settings_parse(settings, strlen(settings), &options.plan, NULL, NULL),
                     EG_OK);
    if (eg_recording_parse("made.txt", (const uint8_t *)text, size, &recording, &diag) != EG_OK ||
        eg_evaluate_balance(evaluator(), recording, &options, &evaluation, &diag) != EG_OK)
        EG_FAIL("%s: %s", diag.where, diag.text);
    eg_recording_destroy(recording);
    return evaluation;
}

static void rising_is_no_fault_when_it_was_asked_for(void) {
    size_t size;
    char *text = rise_file(&size);
    eg_evaluation *as_rise = evaluate(text, size, rise_map, "sit_to_stand", NULL);
    eg_evaluation *as_quiet = evaluate(text, size, rise_map, "quiet_standing", NULL);
    EG_CHECK(eg_evaluation_is_clinical(as_rise));
    EG_CHECK(!eg_evaluation_is_clinical(as_quiet));
    const eg_balance_result *result = eg_evaluation_values(as_rise);
    EG_CHECK(result != NULL);
    EG_CHECK_NEAR(value_of(result, "rise.load.right"), 58, 0.2);
    EG_CHECK_NEAR(value_of(result, "rise.asymmetry"), 16, 0.4);
    /* Onset when 5 % of the weight is added, seat-off when the seat carries 20 N. */
    EG_CHECK_NEAR(value_of(result, "rise.transfer"), 1.2 * (1 - 20 / 490.0) - 1.2 * 0.05 / 0.7,
                  0.03);
    EG_CHECK(value_of(result, "rise.peak") > 108 && value_of(result, "rise.peak") < 111);
    EG_CHECK_TEXT(eg_task_name(eg_evaluation_task(as_rise)), "sit_to_stand");
    eg_test_note("sit-to-stand passes its gate as such, not as quiet standing");
    eg_evaluation_destroy(as_rise);
    eg_evaluation_destroy(as_quiet);
    free(text);
}

static void synthetic_tasks_pass_their_gates(void) {
    json_t *settings = eg_test_json("{'target_mm': 100, 'period_s': 3}");
    eg_synthetic_trial trial = {.sway = "older",
                                .seed = 22,
                                .right_share = 0.52,
                                .vision = "open",
                                .surface = "firm",
                                .trial_no = 1,
                                .decision = "kept",
                                .task = "weight_shift",
                                .task_settings = settings};
    char *text = NULL;
    size_t size = 0;
    EG_CHECK_INT(eg_synthetic_file(&trial, &text, &size, NULL), EG_OK);
    eg_evaluation *e =
        evaluate(text, size, NULL, "weight_shift", "{\"target_mm\": 100, \"period_s\": 3}");
    EG_CHECK_TEXT(eg_evaluation_verdict(e), "ok");
    double amplitude = value_of(eg_evaluation_values(e), "shift.amplitude");
    double error = value_of(eg_evaluation_values(e), "shift.period.error");
    EG_CHECK(amplitude > 80 && amplitude < 110);
    EG_CHECK(fabs(error) < 10);
    eg_evaluation_destroy(e);
    free(text);
    trial = (eg_synthetic_trial){
        .sway = "seated", .seed = 14, .right_share = 0.47, .vision = "open", .surface = "firm"};
    double rms = 0;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        trial.seed = seed;
        EG_CHECK_INT(eg_synthetic_file(&trial, &text, &size, NULL), EG_OK);
        e = evaluate(text, size, NULL, "quiet_sitting", NULL);
        EG_CHECK(eg_evaluation_is_clinical(e));
        EG_CHECK_NEAR(value_of(eg_evaluation_values(e), "load.right.percent"), 47, 3);
        rms += value_of(eg_evaluation_values(e), "cop.rms") / 5;
        eg_evaluation_destroy(e);
        free(text);
    }
    EG_CHECK(rms > 0.7 && rms < 2.5); /* 1 to 2 mm, believed */
    eg_test_note("shift %.0f %% of the targets, period %+.1f %%; seated RMS %.2f mm", amplitude,
                 error, rms);
    json_decref(settings);
}

static void tasks_say_what_is_not_known(void) {
    size_t size;
    char *text = rise_file(&size);
    eg_evaluation *e = evaluate(text, size, rise_map, "sit_to_stand", NULL);
    eg_json_text out = {0};
    eg_json_writer json;
    eg_json_init(&json, eg_json_to_text, &out);
    eg_evaluation_write(e, &json);
    EG_CHECK_INT(eg_json_finish(&json), EG_OK);
    json_t *object = json_loadb(out.bytes, out.n, 0, NULL);
    json_t *measures = json_object_get(object, "measures");
    EG_CHECK_INT(json_array_size(measures), 7);
    for (size_t i = 0; i < json_array_size(measures); i++) {
        const json_t *measure = json_array_get(measures, i);
        EG_CHECK(json_object_get(measure, "no_mdc") != NULL);
        EG_CHECK(json_object_get(measure, "no_norm") != NULL);
        EG_CHECK(json_object_get(measure, "norm") == NULL);
        EG_CHECK(json_object_get(measure, "reliability") == NULL);
    }
    const json_t *detail = json_object_get(object, "task_detail");
    EG_CHECK(json_is_true(json_object_get(detail, "seat_plate")));
    json_t *quality = json_object_get(object, "quality");
    size_t n_exempt = 0, i;
    json_t *check;
    json_array_foreach(quality, i, check) {
        const char *words = json_string_value(json_object_get(check, "detail"));
        n_exempt += strstr(words, "the task itself") != NULL;
    }
    EG_CHECK_INT(n_exempt, 6);
    json_decref(object);
    eg_json_text_release(&out);
    eg_evaluation_destroy(e);
    free(text);
}

EG_TESTS({"tasks: every name is found again", names_of_tasks},
         {"tasks: limits of stability of a whole recording", eight_reaches_in_one_recording},
         {"tasks: weight shift of a whole recording", a_shift_with_known_answers},
         {"tasks: settings are read, malformed ones refused", settings_are_read_and_refused},
         {"tasks: a rise is no fault in sit-to-stand", rising_is_no_fault_when_it_was_asked_for},
         {"tasks: what the demo synthesises passes its gate", synthetic_tasks_pass_their_gates},
         {"tasks: noise and norms that nobody knows are said", tasks_say_what_is_not_known})
