/* engram orient FILE --out q.csv: which way a sensor pointed, sample by sample. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "clinic/sensors.h"
#include "core/motion/calibrate.h"
#include "core/motion/imu_check.h"
#include "core/motion/orient_offline.h"
#include "io/format/recording.h"

enum { PATH_BYTES = 4096 };

const char eg_command_orient_help[] =
    "usage: engram orient FILE --out quaternions.csv [options]\n"
    "       engram orient FILE --calibrate [--sensor NAME]\n"
    "  FILE                                  a recording with channels gx gy gz (rad/s or deg/s),\n"
    "                                        ax ay az (m/s2 or g) and, for north, mx my mz (uT),\n"
    "                                        or Gyr_X, Acc_X, Mag_X and other usual names\n"
    "  --out FILE.csv                        t, w, x, y, z: sensor to East-North-Up, a row a "
    "sample\n"
    "  --offline                             look both ways in time: for recordings, not live\n"
    "  --6d                                  without magnetometer: the heading is relative\n"
    "  --calibrate                           instead: is the sensor calibrated? Bias, scale, iron\n"
    "  --filter vqf                          which filter (vqf is the only one)\n"
    "  --sensor NAME                         which of several sensors: channels NAME.gx to "
    "NAME.az\n";

typedef struct orient_job {
    const char *path, *out, *sensor;
    int is_offline, is_6d, is_calibration;
} orient_job;

/* The sensor that is meant: the one of this name, the only one, or the one without a name. */
static eg_err choose(const orient_job *job, const eg_recording *r, eg_sensor *chosen,
                     eg_diag *diag) {
    static eg_sensor sensors[EG_SENSORS_MAX];
    size_t n = eg_sensors_find(r, sensors);
    const eg_sensor *found = eg_sensor_named(sensors, n, job->sensor != NULL ? job->sensor : "");
    char all[160];
    eg_sensor_list(sensors, n, sizeof all, all);
    if (found == NULL && n == 1 && job->sensor == NULL) found = &sensors[0];
    if (n == 0)
        return eg_diag_set(
            diag, EG_ERR_MISSING, job->path, 0,
            "there is no sensor: channels gx gy gz and ax ay az, or Gyr_X, Acc_X and "
            "the like; engram inspect lists what there is");
    if (found == NULL)
        return eg_diag_set(diag, EG_ERR_MISSING, job->path, 0, "%s; there are: %s",
                           job->sensor != NULL ? "there is no such sensor"
                                               : "say which sensor with --sensor NAME",
                           all);
    *chosen = *found;
    for (int kind = 0; kind < 2; kind++)
        for (int k = 0; k < 3; k++) {
            static const char *const examples[] = {"rad/s", "m/s2"};
            const eg_channel *channel = chosen->channel[kind][k];
            if (channel->unit[0] == '\0')
                return eg_diag_set(diag, EG_ERR_DATA, job->path, 0,
                                   "%s has no unit; name it in the file's header, as in %s [%s]",
                                   channel->label, channel->label, examples[kind]);
        }
    if (job->is_6d) memset(chosen->channel[EG_SENSOR_MAG], 0, sizeof chosen->channel[0]);
    if (chosen->channel[0][0]->n != r->n_frames)
        return eg_diag_set(diag, EG_ERR_DATA, job->path, 0,
                           "the sensor has another rate than the recording");
    return EG_OK;
}

/* A wrong unit, axis or rate shows in gravity, which must stand still. It is said, not corrected.
 */
static void check_sensor(const orient_job *job, const eg_orient_signal *s) {
    size_t bytes = eg_imu_check_bytes(s->n, s->rate_hz);
    void *memory = malloc(bytes);
    eg_imu_check check;
    eg_arena arena;
    if (memory == NULL) return;
    eg_arena_init(&arena, memory, bytes);
    /* A recording that is too short to be checked is no fault. */
    if (eg_imu_check_run(s, &arena, &check, NULL) == EG_OK)
        for (size_t i = 0; i < check.n_reasons; i++)
            fprintf(stderr, "engram orient: %s: %s\n", job->path, check.reasons[i]);
    free(memory);
}

static void print_calibration(const char *what, const eg_calibration *c, double factor,
                              const char *unit, int has_scale) {
    static const char *const verdicts[] = {"ok", "warn", "fail"};
    printf("  %-4s  %s: bias %.4g, %.4g, %.4g %s", verdicts[c->verdict], what, c->bias[0] * factor,
           c->bias[1] * factor, c->bias[2] * factor, unit);
    if (has_scale)
        printf("; scale %.4f, %.4f, %.4f", c->scale[0][0], c->scale[1][1], c->scale[2][2]);
    printf("; residual %.3g (before %.3g), %zu used", c->residual * (has_scale ? 1.0 : factor),
           c->before * (has_scale ? 1.0 : factor), c->n);
    printf("%s%s\n", c->reason[0] != '\0' ? "; " : "", c->reason);
}

/* Nothing is applied: a person looks at the verdicts first. */
static void calibrate(const orient_job *job, const eg_orient_signal *s) {
    static eg_calibrate_rest rests[EG_CALIBRATE_POSES_MAX];
    const double deg = 180.0 / EG_PI;
    size_t n = eg_calibrate_rests(s, rests);
    printf("%s\n  %zu rests of a second and more\n", job->path, n);
    eg_calibration c = eg_calibrate_gyroscope(n, rests);
    print_calibration("gyroscope at rest", &c, deg, "deg/s", 0);
    c = eg_calibrate_gyroscope_scale(s, n, rests);
    print_calibration("gyroscope turned", &c, deg, "deg/s", 1);
    c = eg_calibrate_accelerometer(n, rests, 9.81);
    print_calibration("accelerometer", &c, 1.0, "m/s2", 1);
    if (s->mag[0] == NULL) return;
    c = eg_calibrate_magnetometer(s->n, s->mag, (double)NAN);
    print_calibration("magnetometer", &c, 1.0, "uT", 1);
}

static eg_err write_rows(const orient_job *job, const eg_recording *r, const eg_quaternion *q,
                         eg_diag *diag) {
    char part[PATH_BYTES];
    if (snprintf(part, sizeof part, "%s.part", job->out) >= (int)sizeof part)
        return eg_diag_set(diag, EG_ERR_IO, job->out, 0, "the name is too long");
    FILE *file = fopen(part, "w");
    if (file == NULL)
        return eg_diag_set(diag, EG_ERR_IO, job->out, 0, "%s; name a place where you may write",
                           strerror(errno));
    int ok = fprintf(file, "t,w,x,y,z\n") > 0;
    for (size_t i = 0; ok && i < r->n_frames; i++) {
        double t = r->t_s != NULL ? r->t_s[i] : (double)i / r->rate_hz;
        ok =
            fprintf(file, "%.17g,%.17g,%.17g,%.17g,%.17g\n", t, q[i].w, q[i].x, q[i].y, q[i].z) > 0;
    }
    ok = fclose(file) == 0 && ok;
    if (ok && rename(part, job->out) == 0) return EG_OK;
    int reason = errno;
    remove(part);
    return eg_diag_set(diag, EG_ERR_IO, job->out, 0, "%s; is there room?", strerror(reason));
}

static eg_err estimate(const orient_job *job, const eg_orient_signal *s, eg_quaternion *q,
                       eg_diag *diag) {
    if (!job->is_offline) return eg_orient_run(s, q, diag);
    size_t bytes = eg_orient_offline_bytes(s->n, s->rate_hz);
    void *memory = malloc(bytes);
    if (memory == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, job->path, 0, "no memory");
    eg_arena arena;
    eg_arena_init(&arena, memory, bytes);
    eg_err err = eg_orient_offline(s, &arena, q, diag);
    free(memory);
    return err;
}

static eg_err run_job(const orient_job *job, const eg_recording *r, eg_diag *diag) {
    if (isnan(r->rate_hz))
        return eg_diag_set(diag, EG_ERR_MISSING, job->path, 0,
                           "the file gives neither a rate nor a time; add a column of time");
    eg_sensor sensor;
    eg_orient_signal s = {0};
    double *block = NULL;
    eg_err err = choose(job, r, &sensor, diag);
    if (err == EG_OK) err = eg_sensor_load(r, &sensor, NULL, NULL, &s, &block, diag);
    int with_mag = s.mag[0] != NULL;
    if (err == EG_OK && eg_sensor_field_is_relative(&sensor))
        fprintf(stderr,
                "engram orient: %s: the magnetometer is in \"%s\": its direction counts, its "
                "length is relative\n",
                job->path, sensor.channel[EG_SENSOR_MAG][0]->unit);
    eg_quaternion *q = NULL;
    if (err == EG_OK && (q = malloc(r->n_frames * sizeof *q)) == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, job->path, 0, "no memory");
    if (err == EG_OK) {
        if (!job->is_6d && !with_mag)
            fprintf(stderr,
                    "engram orient: %s: there is no magnetometer; the heading is relative\n",
                    job->path);
        check_sensor(job, &s);
        if (job->is_calibration)
            calibrate(job, &s);
        else
            err = estimate(job, &s, q, diag);
    }
    if (err == EG_OK && !job->is_calibration) err = write_rows(job, r, q, diag);
    free(q);
    free(block);
    return err;
}

static int refuse(const char *what, const char *argument) {
    return eg_command_refuse("orient", what, argument, eg_command_orient_help);
}

int eg_command_orient(int n_arguments, char **arguments) {
    orient_job job = {0};
    for (int i = 1; i < n_arguments; i++) {
        const char *word = arguments[i];
        const char **value = strcmp(word, "--out") == 0      ? &job.out
                             : strcmp(word, "--sensor") == 0 ? &job.sensor
                                                             : NULL;
        int is_filter = strcmp(word, "--filter") == 0;
        if (value != NULL || is_filter) {
            if (i + 1 == n_arguments) return refuse("a value must follow", word);
            i++;
            if (value != NULL)
                *value = arguments[i];
            else if (strcmp(arguments[i], "vqf") != 0)
                return refuse("there is no filter", arguments[i]);
        } else if (strcmp(word, "--offline") == 0) {
            job.is_offline = 1;
        } else if (strcmp(word, "--calibrate") == 0) {
            job.is_calibration = 1;
        } else if (strcmp(word, "--6d") == 0) {
            job.is_6d = 1;
        } else if (word[0] == '-' && word[1] != '\0') {
            return refuse("there is no option", word);
        } else if (job.path != NULL) {
            return refuse("takes one file at a time, not also", word);
        } else {
            job.path = word;
        }
    }
    if (job.path == NULL) return refuse("FILE is missing", NULL);
    if (!job.is_calibration && (job.out == NULL || job.out[0] == '\0'))
        return refuse("--out FILE.csv is missing", NULL);
    eg_recording *recording = NULL;
    eg_diag diag = {0};
    eg_err err = eg_recording_read(job.path, &recording, &diag);
    if (err == EG_OK) err = run_job(&job, recording, &diag);
    if (err != EG_OK) {
        if (diag.where[0] == '\0') snprintf(diag.where, sizeof diag.where, "%s", job.path);
        eg_command_complain("orient", &diag);
    }
    eg_recording_destroy(recording);
    return err == EG_OK ? 0 : 1;
}
