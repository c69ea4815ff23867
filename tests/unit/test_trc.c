/* TRC, MOT and STO: open files held against values that another program found; and damaged copies.
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "io/format/recording.h"
#include "tests/support/test.h"

static json_t *goldens(void) {
    char path[1024];
    snprintf(path, sizeof path, "%s/kinematics/golden_files.json", eg_test_data("imu"));
    json_t *gold = json_load_file(path, 0, NULL);
    EG_CHECK(gold != NULL);
    return gold;
}

static eg_recording *read_named(const char *name, eg_err expected) {
    char path[1024];
    snprintf(path, sizeof path, "%s/kinematics/%s", eg_test_data("imu"), name);
    eg_recording *r = NULL;
    eg_diag diag = {0};
    eg_err err = eg_recording_read(path, &r, &diag);
    if (err != expected) EG_FAIL("%s: %s", name, diag.text);
    return r;
}

/* Sums of many numbers may differ in the last digits. */
static void near(double actual, double expected) {
    EG_CHECK_NEAR(actual, expected, 1e-9 * fmax(1, fabs(expected)));
}

static void check_markers(const eg_recording *r, json_t *gold) {
    json_t *names = json_object_get(gold, "markers");
    json_t *valid = json_object_get(gold, "valid_per_marker");
    json_t *means = json_object_get(gold, "mean"), *header = json_object_get(gold, "header");
    EG_CHECK(r->has_points);
    EG_CHECK_INT(r->n_frames, json_integer_value(json_object_get(gold, "rows")));
    EG_CHECK_INT(r->points.n_markers, json_array_size(names));
    EG_CHECK_TEXT(r->points.unit, json_string_value(json_object_get(header, "Units")));
    near(r->rate_hz, atof(json_string_value(json_object_get(header, "DataRate"))));
    for (size_t k = 0; k < r->points.n_markers; k++) {
        const eg_marker *marker = &r->points.markers[k];
        EG_CHECK_TEXT(marker->label, json_string_value(json_array_get(names, k)));
        EG_CHECK_INT(marker->n_valid, json_integer_value(json_array_get(valid, k)));
        double sum[3] = {0};
        for (size_t i = 0; i < r->n_frames; i++)
            for (int axis = 0; axis < 3; axis++)
                if (!isnan(marker->xyz[i][axis])) sum[axis] += marker->xyz[i][axis];
        for (size_t axis = 0; axis < 3 && marker->n_valid > 0; axis++) {
            json_t *mean = json_array_get(means, 3 * k + axis);
            if (json_is_number(mean))
                near(sum[axis] / (double)marker->n_valid, json_number_value(mean));
        }
    }
}

static void check_columns(const eg_recording *r, json_t *gold) {
    json_t *names = json_object_get(gold, "columns");
    EG_CHECK_INT(r->n_frames, json_integer_value(json_object_get(gold, "rows")));
    EG_CHECK_INT(r->n_channels + 1, json_integer_value(json_object_get(gold, "cols")));
    near(r->t_s[0], json_number_value(json_object_get(gold, "t0")));
    near(r->t_s[r->n_frames - 1], json_number_value(json_object_get(gold, "t1")));
    for (size_t k = 0; k < r->n_channels; k++) {
        const eg_channel *channel = &r->channels[k];
        double low = INFINITY, high = -INFINITY, sum = 0;
        for (size_t i = 0; i < channel->n; i++) {
            low = fmin(low, channel->values[i]);
            high = fmax(high, channel->values[i]);
            sum += channel->values[i];
        }
        /* A name that stands twice in the file is told apart: "ground_force_vx #2". */
        const char *label = json_string_value(json_array_get(names, k + 1));
        EG_CHECK(strncmp(channel->label, label, strlen(label)) == 0);
        near(low, json_number_value(json_array_get(json_object_get(gold, "min"), k + 1)));
        near(high, json_number_value(json_array_get(json_object_get(gold, "max"), k + 1)));
        near(sum / (double)channel->n,
             json_number_value(json_array_get(json_object_get(gold, "mean"), k + 1)));
    }
}

static void open_files(void) {
    json_t *gold = goldens(), *one;
    const char *name;
    int n_trc = 0, n_mot = 0;
    json_object_foreach(gold, name, one) {
        if (json_object_get(one, "expected") != NULL) {
            EG_CHECK(read_named(name, EG_ERR_DATA) == NULL);
            continue;
        }
        eg_recording *r = read_named(name, EG_OK);
        if (strstr(name, ".trc") != NULL) {
            check_markers(r, one);
            n_trc++;
        } else {
            check_columns(r, one);
            n_mot++;
        }
        int is_said = json_is_true(json_object_get(one, "in_degrees"));
        const eg_channel *angle = eg_recording_channel(r, "knee_angle_r");
        if (angle != NULL) EG_CHECK_TEXT(angle->unit, is_said ? "deg" : "");
        eg_recording_destroy(r);
    }
    EG_CHECK(n_trc >= 5 && n_mot >= 3);
    eg_test_note("%d TRC, %d MOT", n_trc, n_mot);
    json_decref(gold);
}

static const char head[] = "PathFileType\t4\t(X/Y/Z)\tx.trc\n"
                           "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\n"
                           "100.00\t100.00\t5\t2\tmm\n"
                           "Frame#\tTime\tHEEL\t\t\tTOE\n"
                           "\t\tX1\tY1\tZ1\tX2\tY2\tZ2\n\n";

static eg_recording *parse(const char *text, size_t n, eg_err expected) {
    char *copy = malloc(n > 0 ? n : 1);
    memcpy(copy, text, n);
    eg_recording *r = NULL;
    eg_diag diag = {0};
    eg_err err = eg_recording_parse("made", (const uint8_t *)copy, n, &r, &diag);
    free(copy);
    if (err != expected) EG_FAIL("error %d instead of %d: %s", err, expected, diag.text);
    return r;
}

static void made_trc(void) {
    char text[2000];
    int n = snprintf(text, sizeof text,
                     "%s3\t0.02\t1\t2\t3\t4\t5\t6\n4\t0.03\t\t\t\t4\tNaN\t6\nrubbish\n"
                     "5\t0.04\t1\t2\t3\n6\t0.05\t1\t2",
                     head);
    eg_recording *r = parse(text, (size_t)n, EG_OK);
    EG_CHECK_INT(r->n_frames, 3); /* the last row is cut */
    EG_CHECK_INT(r->first_frame, 3);
    EG_CHECK(r->is_partial && r->n_warnings == 3);
    const eg_marker *heel = &r->points.markers[0], *toe = &r->points.markers[1];
    EG_CHECK_TEXT(heel->label, "HEEL");
    EG_CHECK_TEXT(toe->unit, "mm");
    EG_CHECK(heel->n_valid == 2 && toe->n_valid == 1);
    EG_CHECK(heel->xyz[2][2] > 2.9 && isnan(heel->xyz[1][0]) && isnan(toe->xyz[1][0]));
    EG_CHECK(isnan(toe->xyz[2][1]) && toe->xyz[0][1] > 4.9);
    EG_CHECK_NEAR(r->start_s, 0.02, 0);
    EG_CHECK_NEAR(r->rate_hz, 100, 0);
    eg_recording_destroy(r);
    parse(head, sizeof head - 1, EG_ERR_DATA);
    n = snprintf(text, sizeof text, "%s1\t0,00\t1,5\t2\t3\t4\t5\t6\n", head);
    r = parse(text, (size_t)n, EG_OK);
    EG_CHECK_NEAR(r->points.markers[0].xyz[0][0], 1.5, 0);
    eg_recording_destroy(r);
}

static void made_mot(void) {
    static const char good[] = "Coordinates\nversion=1\nnRows=9\nnColumns=3\ninDegrees=no\n\n"
                               "endheader\ntime\tknee_angle_r\tpelvis_tx\n"
                               "0.0\t1.0\t2\n0.1\t\t2\n0.2\tnan\t3\n0.3\t4\t5\n";
    eg_recording *r = parse(good, sizeof good - 1, EG_OK);
    EG_CHECK_INT(r->n_frames, 4);
    EG_CHECK(r->is_partial && r->n_warnings > 0);
    EG_CHECK_TEXT(r->channels[0].unit, "rad");
    EG_CHECK_TEXT(r->channels[1].unit, "");
    EG_CHECK(isnan(r->channels[0].values[1]) && isnan(r->channels[0].values[2]));
    EG_CHECK_NEAR(r->rate_hz, 10, 1e-9);
    eg_recording_destroy(r);
    static const char vectors[] =
        "DataType=Quaternion\nversion=3\nendheader\ntime\ta\n0\t1,0,0,0\n";
    parse(vectors, sizeof vectors - 1, EG_ERR_FORMAT);
    parse(good, strlen("Coordinates\nversion=1\nnRows=9\nnColumns=3\ninDegrees=no\n\nendheader\n"),
          EG_ERR_DATA);
}

static void damaged(void) {
    char text[2000], copy[2000];
    int n =
        snprintf(text, sizeof text,
                 "%s1\t0.00\t1\t2\t3\t4\t5\t6\n2\t0.01\t1\t2\t3\t4\t5\t6\n3\t0.02\t1\t2\n", head);
    eg_random random;
    eg_random_init(&random, 3, 9);
    size_t n_read = 0, n_inputs = 0, length = (size_t)n;
    for (size_t k = 0; k < length + 4000; k++, n_inputs++) {
        size_t size = k < length ? k : length;
        memcpy(copy, text, length);
        for (int i = 0; k >= length && i < 4; i++)
            copy[eg_random_below(&random, (uint32_t)length)] = (char)eg_random_below(&random, 256);
        uint8_t *exact = malloc(size > 0 ? size : 1);
        memcpy(exact, copy, size);
        eg_recording *r = NULL;
        eg_diag diag = {0};
        eg_err err = eg_recording_parse("damaged", exact, size, &r, &diag);
        EG_CHECK((err == EG_OK) == (r != NULL) && (err == EG_OK || diag.text[0] != '\0'));
        n_read += err == EG_OK;
        eg_recording_destroy(r);
        free(exact);
    }
    EG_CHECK(n_read > 1000);
    eg_test_note("%zu inputs, %zu read", n_inputs, n_read);
}

EG_TESTS({"trc: open files have the names, counts and means another reader found", open_files},
         {"trc: blanks, NaN, rubbish, a cut row, decimal commas", made_trc},
         {"mot: wrong counts, missing values, units", made_mot},
         {"trc: damaged files end with words", damaged})
