/* The study of motion from inertial sensors: a recording of two sensors as a table, as a clinic
 * would bring it, against the angles that were put in. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/sensors.h"
#include "clinic/study.h"
#include "tests/support/imu_body.h"
#include "tests/support/test.h"

/* A table of sensors; the caller's to free. gyr_factor: a fault of the unit. */
static eg_recording *table_of(size_t n_sensors, const char *const names[], const eg_imu_track *t,
                              double gyr_factor, const char *gyr_unit) {
    size_t n = t[0].signal.n, size = n * (n_sensors * 6 * 14 + 16) + 1024, at = 0;
    char *text = malloc(size);
    at += (size_t)snprintf(text + at, size - at, "time [s]");
    for (size_t s = 0; s < n_sensors; s++)
        for (int c = 0; c < 6; c++)
            at += (size_t)snprintf(text + at, size - at, ",%s.%c%c [%s]", names[s],
                                   c < 3 ? 'g' : 'a', "xyz"[c % 3], c < 3 ? gyr_unit : "m/s2");
    text[at++] = '\n';
    for (size_t i = 0; i < n; i++) {
        at += (size_t)snprintf(text + at, size - at, "%.4f", (double)i / t[0].signal.rate_hz);
        for (size_t s = 0; s < n_sensors; s++)
            for (int c = 0; c < 6; c++)
                at += (size_t)snprintf(text + at, size - at, ",%.6f",
                                       c < 3 ? gyr_factor * t[s].gyr[c][i] : t[s].acc[c - 3][i]);
        text[at++] = '\n';
    }
    eg_recording *r = NULL;
    eg_diag diag = {0};
    if (eg_recording_parse("sensors.csv", (const uint8_t *)text, at, &r, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    free(text);
    return r;
}

static json_t *run(const eg_recording *r, json_t *options, eg_diag *diag) {
    json_t *result = NULL;
    eg_study_call call = {.recording = r, .options = options, .n_trace_points = 500};
    eg_err err = eg_study_run(eg_study_find("motion"), call, &result, diag);
    json_decref(options);
    return err == EG_OK ? result : NULL;
}

static double value_of(const json_t *result, const char *code, const char *channel) {
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(result, "measures"), i, row) {
        const char *own = json_string_value(json_object_get(row, "channel"));
        if (strcmp(json_string_value(json_object_get(row, "code")), code) == 0 && own != NULL &&
            strcmp(own, channel) == 0) {
            const json_t *value = json_object_get(row, "value");
            return json_is_number(value) ? json_number_value(value) : (double)NAN;
        }
    }
    return (double)NAN;
}

static const char *check_of(const json_t *result, const char *check, const char *verdict) {
    size_t i;
    json_t *row;
    json_array_foreach(
        json_object_get(result, "quality"), i,
        row) if (strcmp(json_string_value(json_object_get(row, "check")), check) == 0 &&
                 strcmp(json_string_value(json_object_get(row, "verdict")), verdict) ==
                     0) return json_string_value(json_object_get(row, "detail"));
    return NULL;
}

/* Stands first, then moves. */
static void record(const eg_imu_body *body, eg_imu_track t[2], double still_s) {
    const double rate_hz = 100.0;
    eg_sim_motion motion = body->motion;
    motion.still_s = still_s;
    for (int k = 0; k < 2; k++) {
        eg_sim_imu sensor = eg_imu_strap(k ? EG_SIM_SHANK : EG_SIM_THIGH, 21);
        t[k] = eg_imu_record(&motion, &sensor, rate_hz, 60.0);
    }
}

static void knee_from_a_table(void) {
    static eg_imu_body bodies[EG_IMU_BODIES_MAX];
    static const char *const names[] = {"thigh", "shank"};
    size_t count = eg_imu_bodies(bodies);
    double worst = 0.0;
    for (size_t b = 0; b < count; b++) {
        eg_imu_track t[2];
        eg_diag diag = {0};
        record(&bodies[b], t, 5.0);
        eg_recording *r = table_of(2, names, t, 1.0, "rad/s");
        EG_CHECK_INT(eg_study_find("motion")->suits(r), 2);
        json_t *result = run(r,
                             json_pack("{s:s, s:s, s:[f, f], s:[f, f]}", "joint", "knee", "side",
                                       "left", "calibration", 0.5, 4.5, "functional", 7.0, 40.0),
                             &diag);
        if (result == NULL) EG_FAIL("%s: %s", bodies[b].name, diag.text);
        EG_CHECK(strcmp(json_string_value(json_object_get(result, "verdict")), "fail") != 0);
        double low = 1e9, high = -1e9;
        for (double at = 0.0; at < bodies[b].motion.period_s; at += 0.01) {
            double v[EG_SIM_COORDINATES];
            eg_sim_motion_at(&bodies[b].motion, at, v);
            low = fmin(low, v[EG_SIM_KNEE_FLEXION]);
            high = fmax(high, v[EG_SIM_KNEE_FLEXION]);
        }
        double most = value_of(result, "motion.max", "knee.flexion");
        EG_CHECK(isfinite(most));
        /* The stillness at the beginning is a pose even if nobody says so. */
        json_t *alone = run(r, json_pack("{s:s, s:s}", "joint", "knee", "side", "left"), &diag);
        EG_CHECK(alone != NULL && check_of(alone, "pose", "ok") != NULL);
        worst = fmax(worst, fabs(value_of(alone, "motion.max", "knee.flexion") - high));
        EG_CHECK(isfinite(worst));
        json_decref(alone);
        worst = fmax(worst, fabs(most - high));
        EG_CHECK(check_of(result, "axis", "ok") != NULL);
        EG_CHECK(check_of(result, "pose", "ok") != NULL);
        EG_CHECK(json_array_size(json_object_get(result, "traces")) > 0);
        json_decref(result);
        eg_recording_destroy(r);
        eg_imu_track_free(&t[0]);
        eg_imu_track_free(&t[1]);
    }
    eg_test_note("largest knee flexion of %zu movements within %.2f deg", count, worst);
    EG_CHECK(worst < 2.0);
}

/* The curve after the first minute against the angle that was put in, deg. Without a pose the zero
 * is unknown and taken out, and so is the way; is_reversed says if it was the wrong one. */
static double curve_error(const json_t *result, const eg_sim_motion *motion, size_t n,
                          double rate_hz, int has_zero, int *is_reversed) {
    const json_t *trace = json_array_get(json_object_get(result, "traces"), 0);
    const json_t *values = json_object_get(trace, "low");
    EG_CHECK_INT(json_array_size(values), n);
    double sum[2] = {0.0, 0.0}, square[2] = {0.0, 0.0}, count = 0.0, error[2];
    for (size_t i = (size_t)(60.0 * rate_hz); i < n; i++) {
        double v[EG_SIM_COORDINATES];
        eg_sim_motion_at(motion, (double)i / rate_hz, v);
        for (int way = 0; way < 2; way++) {
            double value = json_number_value(json_array_get(values, i));
            double off = (way ? -value : value) - v[EG_SIM_KNEE_FLEXION];
            sum[way] += off;
            square[way] += off * off;
        }
        count += 1.0;
    }
    for (int way = 0; way < 2; way++) {
        double mean = has_zero ? 0.0 : sum[way] / count;
        error[way] = sqrt(square[way] / count - mean * mean);
    }
    *is_reversed = !has_zero && error[1] < error[0];
    return error[*is_reversed];
}

/* Any mounting, with a pose and from mid-movement without one. */
static void knee_of_any_mounting(void) {
    static eg_imu_body bodies[EG_IMU_BODIES_MAX];
    static const char *const names[] = {"thigh", "shank"};
    const double rate_hz = 100.0;
    size_t count = eg_imu_bodies(bodies);
    int seeds = eg_test_crowd(3), runs = 0, reversed = 0, is_reversed;
    double worst[2] = {0.0, 0.0};
    for (size_t b = 0; b < count; b++)
        for (int run_index = 0; run_index < 2 * seeds; run_index++) {
            int has_pose = run_index % 2;
            uint64_t seed = 100 * b + (uint64_t)run_index / 2 + 1;
            eg_sim_motion motion = bodies[b].motion;
            motion.still_s = has_pose ? 4.0 : 0.0;
            eg_imu_track t[2];
            for (int k = 0; k < 2; k++) {
                eg_sim_imu sensor = eg_imu_strap(k ? EG_SIM_SHANK : EG_SIM_THIGH, seed);
                t[k] = eg_imu_record(&motion, &sensor, rate_hz, 90.0);
            }
            eg_recording *r = table_of(2, names, t, 1.0, "rad/s");
            size_t n = t[0].signal.n;
            json_t *options = json_pack("{s:s}", "joint", "knee"), *result = NULL;
            if (has_pose)
                json_object_set_new(options, "calibration", json_pack("[f, f]", 0.5, 3.5));
            eg_study_call call = {.recording = r, .options = options, .n_trace_points = n};
            eg_diag diag = {0};
            if (eg_study_run(eg_study_find("motion"), call, &result, &diag) != EG_OK)
                EG_FAIL("%s: %s", bodies[b].name, diag.text);
            /* No sound sensor is accused: a failed check would withhold the angles. */
            if (strcmp(json_string_value(json_object_get(result, "verdict")), "fail") == 0)
                EG_FAIL("%s, mounting %d is called wrong", bodies[b].name, (int)seed);
            double error = curve_error(result, &motion, n, rate_hz, has_pose, &is_reversed);
            reversed += is_reversed;
            if (!(error < 2.0))
                EG_FAIL("%s, mounting %d, %s: %.1f deg", bodies[b].name, (int)seed,
                        has_pose ? "with a pose" : "without a pose", error);
            worst[has_pose] = fmax(worst[has_pose], error);
            runs++;
            json_decref(options);
            json_decref(result);
            eg_recording_destroy(r);
            eg_imu_track_free(&t[0]);
            eg_imu_track_free(&t[1]);
        }
    eg_test_note("%d mountings and movements after 60 s: worst RMSE %.2f deg with a pose, %.2f "
                 "without one, where %d of %d bend the wrong way",
                 runs, worst[1], worst[0], reversed, runs / 2);
    EG_CHECK(20 * reversed <= runs);
}

/* Elbow and hip by pose and movement alone; the movement is the recorded one, no exercise made for
 * it, so that its axis is only nearly that of flexion. */
static void elbow_and_hip(void) {
    static eg_imu_body bodies[EG_IMU_BODIES_MAX];
    static const struct {
        const char *joint, *names[2], *flexion;
        eg_sim_segment segments[2];
        eg_sim_coordinate truth;
    } rows[] = {{"elbow",
                 {"upper arm", "forearm"},
                 "elbow.flexion",
                 {EG_SIM_UPPER_ARM, EG_SIM_FOREARM},
                 EG_SIM_ELBOW_FLEXION},
                {"hip",
                 {"pelvis", "thigh"},
                 "hip.flexion",
                 {EG_SIM_PELVIS, EG_SIM_THIGH},
                 EG_SIM_HIP_FLEXION}};
    size_t count = eg_imu_bodies(bodies);
    for (size_t b = 0; b < count; b++)
        for (int j = 0; j < 2; j++) {
            if (!(bodies[b].elbow_range_deg > 0.0)) continue;
            eg_sim_motion motion = bodies[b].motion;
            motion.still_s = 5.0;
            eg_imu_track t[2];
            for (int k = 0; k < 2; k++) {
                eg_sim_imu sensor = eg_imu_strap(rows[j].segments[k], 5);
                t[k] = eg_imu_record(&motion, &sensor, 100.0, 60.0);
            }
            eg_recording *r = table_of(2, rows[j].names, t, 1.0, "rad/s");
            eg_diag diag = {0};
            json_t *result =
                run(r,
                    json_pack("{s:s, s:s, s:[f, f], s:[f, f]}", "joint", rows[j].joint, "side",
                              "right", "calibration", 0.5, 4.5, "functional", 6.5, 60.0),
                    &diag);
            if (result == NULL) EG_FAIL("%s: %s", rows[j].joint, diag.text);
            double high = -1e9;
            for (double at = 0.0; at < motion.period_s; at += 0.01) {
                double v[EG_SIM_COORDINATES];
                eg_sim_motion_at(&bodies[b].motion, at, v);
                high = fmax(high, v[rows[j].truth]);
            }
            double most = value_of(result, "motion.max", rows[j].flexion);
            char *quality = json_dumps(json_object_get(result, "quality"), JSON_COMPACT);
            eg_test_note("\n# %s %s: %.1f, true %.1f", bodies[b].name, rows[j].joint, most, high);
            if (getenv("ENGRAM_VERBOSE") != NULL) printf("# %s\n", quality);
            free(quality);
            EG_CHECK(fabs(most - high) < 10.0);
            json_decref(result);
            eg_recording_destroy(r);
            eg_imu_track_free(&t[0]);
            eg_imu_track_free(&t[1]);
        }
}

static void wrong_and_missing(void) {
    static eg_imu_body bodies[EG_IMU_BODIES_MAX];
    static const char *const names[] = {"thigh", "shank"};
    (void)eg_imu_bodies(bodies);
    eg_imu_track t[2];
    eg_diag diag = {0};
    record(&bodies[0], t, 0.0);
    /* deg/s in a file that says rad/s. */
    eg_recording *r = table_of(2, names, t, 180.0 / EG_PI, "rad/s");
    json_t *result = run(r, json_pack("{s:s}", "joint", "knee"), &diag);
    if (result != NULL) {
        const char *said = check_of(result, "sensor", "fail");
        EG_CHECK(said != NULL);
        EG_CHECK(strstr(said, "deg/s but called rad/s") != NULL);
        eg_test_note("%s; ", said);
        json_decref(result);
    } else {
        EG_CHECK(diag.text[0] != '\0');
        eg_test_note("refused: %s; ", diag.text);
    }
    eg_recording_destroy(r);
    r = table_of(2, names, t, 180.0 / EG_PI, "deg/s");
    eg_sensor sensors[EG_SENSORS_MAX];
    EG_CHECK_INT(eg_sensors_find(r, sensors), 2);
    EG_CHECK_TEXT(sensors[1].name, "shank");
    eg_orient_signal s;
    double *block = NULL;
    EG_CHECK_INT(eg_sensor_load(r, &sensors[0], NULL, NULL, &s, &block, &diag), EG_OK);
    EG_CHECK_NEAR(s.gyr[1][3000], t[0].gyr[1][3000], 1e-6);
    free(block);
    /* Without a pose: relative, and said. One sensor: an inclination. Unknown names: refused. */
    result = run(r, json_pack("{s:s}", "joint", "knee"), &diag);
    EG_CHECK(result != NULL && json_array_size(json_object_get(result, "warnings")) > 0);
    json_decref(result);
    /* What is counted from the first sample is held against no published range. */
    result = run(r, json_pack("{s:s}", "joint", "knee"), &diag);
    EG_CHECK(result != NULL && isnan(value_of(result, "motion.rom", "knee.flexion")));
    EG_CHECK(value_of(result, "motion.range", "knee.flexion") > 20.0);
    json_decref(result);
    result = run(r, json_pack("{s:s}", "proximal", "shank"), &diag);
    EG_CHECK(result != NULL);
    json_decref(result);
    diag = (eg_diag){0};
    EG_CHECK(run(r, json_pack("{s:s, s:s}", "proximal", "arm", "distal", "shank"), &diag) == NULL);
    EG_CHECK(strstr(diag.text, "thigh, shank") != NULL);
    diag = (eg_diag){0};
    EG_CHECK(run(r, json_pack("{s:s}", "joint", "hip"), &diag) == NULL);
    EG_CHECK(strstr(diag.text, "calibration") != NULL);
    /* A pose in which the person walks. */
    result =
        run(r, json_pack("{s:s, s:[f, f]}", "joint", "knee", "calibration", 20.0, 22.0), &diag);
    EG_CHECK(result != NULL && check_of(result, "pose", "fail") != NULL);
    eg_test_note("moving pose: %s", check_of(result, "pose", "fail"));
    json_decref(result);
    eg_recording_destroy(r);
    eg_imu_track_free(&t[0]);
    eg_imu_track_free(&t[1]);
}

/* What may be wrong with a gyroscope: 0 to 2 one axis reversed, 3 to 5 two swapped, 6 all reversed,
 * 7 deg/s called rad/s, 8 rad/s called deg/s, 9 and 10 a scale or a rate that is half or twice the
 * true one. The same again undoes it with `undo`. */
enum { GYROSCOPE_FAULTS = 11 };

static void spoil(eg_imu_track *t, int fault, int undo) {
    static const double factors[] = {180.0 / EG_PI, EG_PI / 180.0, 0.5, 2.0};
    double all = fault == 6 ? -1.0 : fault >= 7 ? factors[fault - 7] : 1.0;
    for (size_t i = 0; i < t->signal.n; i++) {
        double *x = &t->gyr[fault % 3][i], *y = &t->gyr[(fault + 1) % 3][i], keep = *x;
        if (fault < 3) *x = -keep;
        if (fault >= 3 && fault < 6) *x = *y, *y = keep;
        for (int k = 0; k < 3; k++) t->gyr[k][i] *= undo ? 1.0 / all : all;
    }
}

typedef struct fault_tally {
    int tried, named, unchecked, right;
} fault_tally;

/* What the study says of the two: named, also where no angle comes out; or said to be open; or, if
 * it is called checked, right. */
static void judge_faults(const eg_imu_body *body, eg_imu_track t[2], fault_tally *tally) {
    static const char *const names[] = {"thigh", "shank"};
    eg_recording *r = table_of(2, names, t, 1.0, "rad/s");
    eg_diag diag = {0};
    json_t *result = run(r, json_pack("{s:s}", "joint", "knee"), &diag);
    eg_recording_destroy(r);
    tally->tried++;
    if (result == NULL) {
        if (strstr(diag.text, "gyroscope") == NULL && strstr(diag.text, "called") == NULL)
            EG_FAIL("%s: %s", body->name, diag.text);
        tally->named++;
        return;
    }
    int is_fail = check_of(result, "sensor", "fail") != NULL;
    int is_open = !is_fail && check_of(result, "sensor axes", "warn") != NULL;
    double range = value_of(result, "motion.range", "knee.flexion");
    tally->named += is_fail;
    tally->unchecked += is_open;
    if (is_fail) EG_CHECK(isnan(range));
    if (!is_fail && !is_open) {
        if (!(fabs(range - body->knee_range_deg) < 8.0))
            EG_FAIL("%s: %.1f deg of %.1f", body->name, range, body->knee_range_deg);
        tally->right++;
    }
    char *all = json_dumps(json_object_get(result, "warnings"), JSON_ENCODE_ANY);
    EG_CHECK(all == NULL || (!is_fail && !is_open) || strstr(all, "hold") == NULL);
    free(all);
    json_decref(result);
}

/* Wrong axes and units of the thigh's gyroscope, of the shank's, of both. */
static void wrong_sensors_are_not_absorbed(void) {
    static eg_imu_body bodies[EG_IMU_BODIES_MAX];
    size_t count = (size_t)eg_test_crowd((int)eg_imu_bodies(bodies));
    fault_tally tally = {0};
    for (size_t b = 0; b < count; b += 2) {
        eg_imu_track t[2];
        for (int k = 0; k < 2; k++) {
            eg_sim_imu sensor = eg_imu_strap(k ? EG_SIM_SHANK : EG_SIM_THIGH, 31 + b);
            t[k] = eg_imu_record(&bodies[b].motion, &sensor, 100.0, 60.0);
        }
        for (int who = 1; who <= 3; who++)
            for (int fault = 0; fault < GYROSCOPE_FAULTS; fault++) {
                for (int k = 0; k < 2; k++)
                    if (who >> k & 1) spoil(&t[k], fault, 0);
                judge_faults(&bodies[b], t, &tally);
                for (int k = 0; k < 2; k++)
                    if (who >> k & 1) spoil(&t[k], fault, 1);
            }
        eg_imu_track_free(&t[0]);
        eg_imu_track_free(&t[1]);
    }
    eg_test_note("of %d %d named, %d said to be unchecked, %d without consequence", tally.tried,
                 tally.named, tally.unchecked, tally.right);
    EG_CHECK(20 * tally.named >= 19 * tally.tried);
    EG_CHECK(20 * tally.unchecked <= tally.tried);
}

/* A foot that twists and turns is no hinge with the shank: no range of nine turns. */
static void a_joint_does_not_turn_over(void) {
    char path[512];
    snprintf(path, sizeof path, "%s/kinematics/qmt_fullbody_open.nchain", eg_test_data("imu"));
    eg_recording *r = NULL;
    if (eg_recording_read(path, &r, NULL) != EG_OK) EG_SKIP("no %s", path);
    eg_diag diag = {0};
    json_t *result = run(r,
                         json_pack("{s:s, s:s, s:s}", "joint", "ankle", "proximal",
                                   "lower_leg_left", "distal", "foot_left"),
                         &diag);
    EG_CHECK(result == NULL);
    EG_CHECK(strstr(diag.text, "no joint does") != NULL);
    eg_recording_destroy(r);
    eg_test_note("%s", diag.text);
}

static void names_of_columns(void) {
    static const char *const headers[] = {
        "time,gx,gy,gz,ax,ay,az,mx,my,mz",
        "t,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z,Mag_X,Mag_Y,Mag_Z",
        "time,accelerometer_x,accelerometer_y,accelerometer_z,gyroscope_x,gyroscope_y,gyroscope_z",
        "t,accel.x,accel.y,accel.z,rotationRate.beta,rotationRate.gamma,rotationRate.alpha",
        "time,left_gyr_x,left_gyr_y,left_gyr_z,left_acc_x,left_acc_y,left_acc_z",
        "time,alpha,beta,gamma,delta,omega x,ma"};
    static const size_t counts[] = {1, 1, 1, 1, 1, 0};
    for (size_t h = 0; h < 6; h++) {
        char text[4096];
        size_t columns = 1, at = (size_t)snprintf(text, sizeof text, "%s\n", headers[h]);
        for (const char *c = headers[h]; *c != '\0'; c++) columns += *c == ',';
        for (int i = 0; i < 20; i++)
            for (size_t c = 0; c < columns; c++)
                at += (size_t)snprintf(text + at, sizeof text - at, "%g%s",
                                       c ? (double)c : 0.01 * i, c + 1 < columns ? "," : "\n");
        eg_recording *r = NULL;
        EG_CHECK_INT(eg_recording_parse("p.csv", (const uint8_t *)text, at, &r, NULL), EG_OK);
        eg_sensor sensors[EG_SENSORS_MAX];
        EG_CHECK_INT(eg_sensors_find(r, sensors), counts[h]);
        if (h == 0) EG_CHECK(sensors[0].channel[EG_SENSOR_MAG][2] != NULL);
        if (h == 3) EG_CHECK_NEAR(sensors[0].channel[EG_SENSOR_GYR][2]->values[0], 6.0, 0.0);
        if (h == 4) EG_CHECK_TEXT(sensors[0].name, "left");
        eg_recording_destroy(r);
    }
    EG_CHECK(isnan(eg_sensor_factor(EG_SENSOR_GYR, "m")));
    eg_test_note("six tables, one without a sensor");
}

/* A field in an arbitrary unit: its direction is all that orientation needs. */
static void field_without_a_unit(void) {
    static const char header[] = "time [s],gx [deg/s],gy [deg/s],gz [deg/s],ax [g],ay [g],az [g],"
                                 "mx [a.u.],my [a.u.],mz [a.u.]\n";
    char text[8192];
    size_t at = (size_t)snprintf(text, sizeof text, "%s", header);
    for (int i = 0; i < 50; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%.2f,1,2,3,0,0,1,0.3,0,-0.4\n",
                               0.01 * i);
    eg_recording *r = NULL;
    EG_CHECK_INT(eg_recording_parse("x.csv", (const uint8_t *)text, at, &r, NULL), EG_OK);
    eg_sensor sensors[EG_SENSORS_MAX];
    eg_orient_signal s;
    double *block = NULL;
    EG_CHECK_INT(eg_sensors_find(r, sensors), 1);
    EG_CHECK(eg_sensor_field_is_relative(&sensors[0]));
    EG_CHECK_INT(eg_sensor_load(r, &sensors[0], NULL, NULL, &s, &block, NULL), EG_OK);
    EG_CHECK_NEAR(s.mag[0][7], 0.6 * EG_SENSOR_FIELD_UT, 1e-9);
    EG_CHECK_NEAR(s.mag[2][7], -0.8 * EG_SENSOR_FIELD_UT, 1e-9);
    EG_CHECK_NEAR(s.acc[2][7], 9.80665, 1e-9);
    free(block);
    eg_recording_destroy(r);
    eg_test_note("scaled to %g uT", EG_SENSOR_FIELD_UT);
}

EG_TESTS({"study-sensors: knee of a table", knee_from_a_table},
         {"study-sensors: knee of any mounting, with and without a pose", knee_of_any_mounting},
         {"study-sensors: elbow and hip of a table", elbow_and_hip},
         {"study-sensors: wrong units, missing poses", wrong_and_missing},
         {"study-sensors: wrong axes and units are not absorbed", wrong_sensors_are_not_absorbed},
         {"study-sensors: a joint does not turn over", a_joint_does_not_turn_over},
         {"study-sensors: a field without a unit", field_without_a_unit},
         {"study-sensors: names of columns", names_of_columns})
