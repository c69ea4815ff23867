/* C3D: values of references, three processors to the bit, damaged files, and the face of several
 * rates. */
#include <dirent.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/random.h"
#include "io/format/c3d.h"
#include "io/format/c3d_part.h"
#include "io/format/recording.h"
#include "tests/support/c3d_write.h"
#include "tests/support/test.h"

static const double tolerance = 1e-5; /* relative, of the references */
static const double malformed_s = 0.050;

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static eg_recording *read_file(const char *folder, const char *name) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    eg_recording *recording = NULL;
    eg_diag diag = {0};
    if (eg_recording_read(path, &recording, &diag) != EG_OK) EG_FAIL("%s: %s", name, diag.text);
    return recording;
}

/* ---- references ------------------------------------------------------------------------------ */

static void check_close(const json_t *expected, double actual, const char *what, size_t i) {
    if (!json_is_number(expected)) {
        if (!isnan(actual)) EG_FAIL("%s %zu: %.9g, expected none", what, i, actual);
        return;
    }
    double value = json_number_value(expected);
    if (!(fabs(actual - value) <= tolerance * fabs(value) + 1e-9))
        EG_FAIL("%s %zu: %.9g, expected %.9g", what, i, actual, value);
}

static size_t check_marker(const eg_recording *r, size_t i, const json_t *expected) {
    const eg_marker *marker = &r->points.markers[i];
    EG_CHECK_INT(marker->n_valid, json_integer_value(json_object_get(expected, "valid")));
    double sum[3] = {0, 0, 0};
    size_t n = 0, first = 0, last = 0;
    for (size_t k = 0; k < r->n_frames; k++) {
        if (isnan(marker->xyz[k][0])) continue;
        if (n++ == 0) first = k;
        last = k;
        for (size_t axis = 0; axis < 3; axis++) sum[axis] += marker->xyz[k][axis];
    }
    EG_CHECK_INT(n, marker->n_valid);
    if (n == 0) return 0;
    EG_CHECK_INT(first, json_integer_value(json_object_get(expected, "first_valid")));
    EG_CHECK_INT(last, json_integer_value(json_object_get(expected, "last_valid")));
    for (size_t axis = 0; axis < 3; axis++) {
        const json_t *f = json_array_get(json_object_get(expected, "first"), axis);
        const json_t *l = json_array_get(json_object_get(expected, "last"), axis);
        const json_t *m = json_array_get(json_object_get(expected, "mean"), axis);
        check_close(f, marker->xyz[first][axis], marker->label, i);
        check_close(l, marker->xyz[last][axis], marker->label, i);
        check_close(m, sum[axis] / (double)n, marker->label, i);
    }
    return 9;
}

static size_t check_channel(const eg_recording *r, size_t i, const json_t *expected) {
    const eg_channel *channel = &r->channels[i];
    double sum = 0;
    for (size_t k = 0; k < channel->n; k++) sum += channel->values[k];
    check_close(json_object_get(expected, "first"), channel->values[0], channel->label, i);
    check_close(json_object_get(expected, "last"), channel->values[channel->n - 1], channel->label,
                i);
    check_close(json_object_get(expected, "mean"), sum / (double)channel->n, channel->label, i);
    return 3;
}

static size_t check_platforms(const eg_recording *r, const json_t *expected) {
    size_t i;
    const json_t *one;
    if (!json_is_array(expected)) return 0;
    EG_CHECK_INT(r->n_platforms, json_array_size(expected));
    json_array_foreach(expected, i, one) {
        const eg_platform *platform = &r->platforms[i];
        EG_CHECK_INT(platform->type, json_integer_value(json_object_get(one, "type")));
        for (size_t k = 0; k < 3; k++) {
            check_close(json_array_get(json_object_get(one, "origin"), k), platform->origin[k],
                        "origin", i);
            check_close(json_array_get(json_object_get(one, "corner0"), k), platform->corners[0][k],
                        "corner", i);
        }
        for (size_t k = 0; k < platform->n_channels; k++)
            EG_CHECK(platform->channels[k] < r->n_channels);
        EG_CHECK_INT(platform->has_calibration, platform->type == 4);
    }
    return 7 * i;
}

static size_t check_labels(const eg_recording *r, const json_t *golden) {
    size_t i, n = 0;
    const json_t *label;
    json_array_foreach(json_object_get(golden, "point_labels"), i, label) {
        EG_CHECK_TEXT(r->points.markers[i].label, json_string_value(label));
        n++;
    }
    json_array_foreach(json_object_get(golden, "analog_labels"), i, label) {
        EG_CHECK_TEXT(r->channels[i].label, json_string_value(label));
        n++;
    }
    const char *unit = json_string_value(json_object_get(golden, "point_units"));
    if (unit != NULL) EG_CHECK_TEXT(r->points.unit, unit);
    return n;
}

static size_t check_golden(const eg_recording *r, const json_t *golden) {
    EG_CHECK_INT(r->n_frames, json_integer_value(json_object_get(golden, "frames")));
    EG_CHECK_INT(r->first_frame, json_integer_value(json_object_get(golden, "first_frame_1based")));
    EG_CHECK_INT(r->points.n_markers, json_integer_value(json_object_get(golden, "points")));
    EG_CHECK_INT(r->n_channels, json_integer_value(json_object_get(golden, "analog_channels")));
    check_close(json_object_get(golden, "point_rate"), r->points.rate_hz, "rate", 0);
    const json_t *rate = json_object_get(golden, "analog_rate");
    if (r->n_channels > 0 && rate != NULL)
        check_close(rate, r->channels[0].rate_hz, "rate of the channels", 0);
    size_t n = check_labels(r, golden), i;
    const json_t *one;
    json_array_foreach(json_object_get(golden, "point_stats"), i, one) n += check_marker(r, i, one);
    json_array_foreach(json_object_get(golden, "analog_stats"), i, one) n +=
        check_channel(r, i, one);
    return n + check_platforms(r, json_object_get(golden, "force_platforms"));
}

static void test_golden(void) {
    const char *folder = eg_test_data("imu");
    char path[1024];
    snprintf(path, sizeof path, "%s/c3d_golden.json", folder);
    json_t *all = json_load_file(path, 0, NULL);
    EG_CHECK(all != NULL);
    const char *name;
    json_t *file;
    size_t n_files = 0, n_values = 0, n_refused = 0;
    json_object_foreach(all, name, file) {
        const json_t *golden = json_object_get(file, "golden");
        if (json_object_get(golden, "frames") == NULL) {
            eg_recording *recording = NULL;
            eg_diag diag = {0};
            snprintf(path, sizeof path, "%s/%s", folder, name);
            EG_CHECK_INT(eg_recording_read(path, &recording, &diag), EG_ERR_DATA);
            n_refused++;
            continue;
        }
        eg_recording *r = read_file(folder, name);
        EG_CHECK_TEXT(r->sha256, json_string_value(json_object_get(file, "sha256")));
        EG_CHECK_INT(r->is_partial, 0);
        n_values += check_golden(r, golden);
        n_files++;
        eg_recording_destroy(r);
    }
    EG_CHECK(n_files >= 19 && n_values > 10000);
    eg_test_note("%zu values of %zu files within 1e-5 relative, %zu refused", n_values, n_files,
                 n_refused);
    json_decref(all);
}

/* An independent reader's samples of one file, at the precision of doubles. */
static void test_gait(void) {
    const char *folder = eg_test_data("emg");
    char path[1024];
    snprintf(path, sizeof path, "%s/golden_bmc_Gait.json", folder);
    json_t *golden = json_load_file(path, 0, NULL);
    EG_CHECK(golden != NULL);
    eg_recording *r = read_file(folder, "bmc_Gait.c3d");
    EG_CHECK_INT(r->n_frames, json_integer_value(json_object_get(golden, "frames")));
    const json_t *labels = json_object_get(golden, "labels");
    const json_t *idx = json_object_get(golden, "idx"), *label;
    size_t i, n = 0;
    json_array_foreach(labels, i, label) {
        const eg_channel *channel = eg_recording_channel(r, json_string_value(label));
        EG_CHECK(channel != NULL && channel == &r->channels[i]);
        const json_t *values =
            json_object_get(json_object_get(golden, "analog"), json_string_value(label));
        EG_CHECK_INT(json_array_size(values), json_array_size(idx));
        for (size_t k = 0; k < json_array_size(idx); k++, n++) {
            size_t at = (size_t)json_integer_value(json_array_get(idx, k));
            double expected = json_number_value(json_array_get(values, k));
            EG_CHECK(at < channel->n);
            EG_CHECK_NEAR(channel->values[at], expected, 1e-12 * fabs(expected));
        }
    }
    EG_CHECK(n > 600);
    eg_test_note("%zu samples of %zu channels within 1e-12", n, i);
    eg_recording_destroy(r);
    json_decref(golden);
}

/* ---- processors ------------------------------------------------------------------------------ */

static void check_same(const eg_recording *a, const eg_recording *b) {
    EG_CHECK_INT(a->n_frames, b->n_frames);
    EG_CHECK_INT(a->n_channels, b->n_channels);
    EG_CHECK_INT(a->points.n_markers, b->points.n_markers);
    size_t count = 3 * a->points.n_markers * a->n_frames;
    for (size_t i = 0; i < a->n_channels; i++) count += a->channels[i].n;
    EG_CHECK(memcmp(a->samples, b->samples, count * sizeof *a->samples) == 0);
    EG_CHECK(memcmp(&a->points.rate_hz, &b->points.rate_hz, sizeof a->points.rate_hz) == 0);
    EG_CHECK_INT(a->n_platforms, b->n_platforms);
    for (size_t i = 0; i < a->n_platforms; i++)
        EG_CHECK(memcmp(a->platforms[i].corners, b->platforms[i].corners,
                        sizeof a->platforms[i].corners) == 0);
}

static void test_variants(void) {
    const char *folder = eg_test_data("imu");
    static const char *const kinds[] = {"int", "real"};
    static const char *const processors[] = {"intel", "dec", "mips"};
    for (size_t k = 0; k < 2; k++) {
        eg_recording *r[3];
        for (size_t i = 0; i < 3; i++) {
            char name[64];
            snprintf(name, sizeof name, "c3d_variants/%s_%s.c3d", processors[i], kinds[k]);
            r[i] = read_file(folder, name);
        }
        check_same(r[0], r[1]);
        check_same(r[0], r[2]);
        for (size_t i = 0; i < 3; i++) eg_recording_destroy(r[i]);
    }
    eg_test_note("integers and reals of Intel, DEC and MIPS are the same to the bit");
}

/* The same from a writer of ours, where every number is known. */
static void test_written(void) {
    eg_recording *reference = NULL;
    for (int processor = 84; processor <= 86; processor++)
        for (int is_real = 0; is_real < 2; is_real++) {
            c3d_spec spec = c3d_spec_usual();
            spec.processor = processor;
            spec.is_real = is_real;
            c3d_bytes file = c3d_write(&spec);
            eg_recording *r = NULL;
            eg_diag diag = {0};
            if (eg_recording_parse("w.c3d", file.bytes, file.n, &r, &diag) != EG_OK)
                EG_FAIL("%s", diag.text);
            c3d_check_usual(&spec, r);
            if (reference == NULL)
                reference = r;
            else
                check_same(reference, r);
            if (reference != r) eg_recording_destroy(r);
            free(file.bytes);
        }
    eg_recording_destroy(reference);
    eg_test_note("values, rates, events and plates of six written files");
}

/* ---- an answer in time ------------------------------------------------------------------------
 */

static double slowest_s;

/* An answer in time: a recording that keeps its promises, or words. */
static int is_read(const char *name, const uint8_t *bytes, size_t size) {
    eg_recording *r = NULL;
    eg_diag diag = {0};
    double start = seconds_now();
    eg_err err = eg_recording_parse(name, bytes, size, &r, &diag);
    double spent = seconds_now() - start;
    if (spent > slowest_s) slowest_s = spent;
    if (spent > malformed_s * eg_test_patience())
        EG_FAIL("%s: %.1f ms, at most %.0f", name, 1000 * spent, 1000 * malformed_s);
    if (err != EG_OK) {
        EG_CHECK(r == NULL && diag.text[0] != '\0');
        return 0;
    }
    for (size_t i = 0; i < r->points.n_markers; i++) {
        size_t n = 0;
        for (size_t k = 0; k < r->n_frames; k++)
            n += !isnan(r->points.markers[i].xyz[k][0]) ? 1 : 0;
        EG_CHECK_INT(n, r->points.markers[i].n_valid);
    }
    for (size_t i = 0; i < r->n_channels; i++)
        for (size_t k = 0; k < r->channels[i].n; k++) EG_CHECK(!isinf(r->channels[i].values[k]));
    eg_recording_destroy(r);
    return 1;
}

/* Reals of a DEC at the edges of its range. */
static void test_dec(void) {
    static const struct {
        uint8_t bytes[4];
        double value;
    } rows[] = {{{0x80, 0x40, 0, 0}, 1},
                {{0x80, 0xc0, 0, 0}, -1},
                {{0x49, 0x41, 0xd0, 0x0f}, 3.14159011840820312},
                {{0, 0, 0, 0}, 0},
                {{0x00, 0x80, 0, 0}, 0},                        /* the reserved operand */
                {{0x7f, 0x80, 0xff, 0xff}, 0},                  /* and all like it */
                {{0x80, 0x00, 0, 0}, 2.938735877055718770e-39}, /* 2^-128 */
                {{0xff, 0x7f, 0xff, 0xff}, 1.70141173319264430e38} /* no infinity */};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        EG_CHECK_NEAR(c3d_real(C3D_DEC, rows[i].bytes), rows[i].value, 1e-16 * fabs(rows[i].value));
}

/* Thousands of parameters, hundreds of lists of one entry each, and a label for every point. */
static void test_many_parameters(void) {
    enum { BLOCKS = 255, POINTS = 16000, SIZE = (1 + BLOCKS) * 512 + POINTS * 8 };
    uint8_t *file = calloc(SIZE, 1), *at = file + 516;
    EG_CHECK(file != NULL);
    static const uint8_t head[] = {2, 0x50, POINTS & 255, POINTS >> 8, 0, 0, 1, 0, 1, 0};
    memcpy(file, head, sizeof head);
    file[14] = 0x80, file[15] = 0x3f; /* scale 1: integers */
    file[17] = 1;                     /* data in block 256 + 1 */
    file[16] = 1;
    file[514] = BLOCKS;
    file[515] = 84;
    memcpy(at, "\x05\xffPOINT\x03\x00\x00", 10);
    at += 10;
    for (unsigned i = 0; at + 40 < file + (1 + BLOCKS) * 512; i++) {
        static const char *const lists[] = {"LABELS", "ANGLES", "FORCES", "POWERS"};
        char name[24];
        int n = i / 4 == 0 ? snprintf(name, sizeof name, "%s", lists[i % 4])
                           : snprintf(name, sizeof name, "%s%u", lists[i % 4], i / 4 + 1);
        *at++ = (uint8_t)n;
        *at++ = 1;
        memcpy(at, name, (size_t)n);
        at += n;
        memcpy(at,
               "\x09\x00\xff\x01\x02"
               "ab\x00",
               8);
        at[0] = 8;
        at += 8;
    }
    EG_CHECK_INT(is_read("many parameters", file, SIZE), 1);
    eg_test_note("%.1f ms", 1000 * slowest_s);
    free(file);
}

/* A table whose first column is called AP, and that has a P and a T where a section would have. */
static void test_text(void) {
    static char text[4096] = "AP_mm,ML_mm";
    size_t n = strlen(text);
    memset(text + n, ' ', 520 - n);
    text[513] = 'P';
    text[515] = 'T';
    n = 520;
    for (int i = 0; i < 40; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "\n%d.5,%d.25", i % 7, i % 5);
    EG_CHECK_INT(eg_c3d_is((const uint8_t *)text, n), 0);
    EG_CHECK_INT(eg_c3d_is((const uint8_t *)"\x02\x50", 2), 1);
    EG_CHECK_INT(eg_c3d_is((const uint8_t *)"", 0), 0);
}

/* ---- traps ----------------------------------------------------------------------------------- */

typedef struct trap {
    const char *what;
    void (*set)(c3d_spec *spec);
    size_t n_frames, n_points, n_channels, n_warnings;
} trap;

static void no_rate(c3d_spec *s) {
    s->without = "ANALOG:RATE";
}
static void no_point_rate(c3d_spec *s) {
    s->without = "POINT:RATE";
}
static void used_too_many(c3d_spec *s) {
    s->points_used = 4;
}
static void used_as_byte(c3d_spec *s) {
    s->byte_used = 1;
}
static void no_points(c3d_spec *s) {
    s->n_points = s->points_used = 0;
}
static void no_channels(c3d_spec *s) {
    s->n_channels = s->channels_used = 0;
}
static void header_lies(c3d_spec *s) {
    s->header_points = 9;
}
static void no_per_frame(c3d_spec *s) {
    s->header_per_frame = 0;
}
static void empty_frames(c3d_spec *s) {
    s->header_last = 0;
}
static void many_frames(c3d_spec *s) {
    s->n_frames = 70000;
    s->n_points = s->points_used = 1;
    s->n_channels = s->channels_used = 0;
    s->header_last = 65535;
}
static void key_zeros(c3d_spec *s) {
    s->section_zeros = 1;
}
static void far_section(c3d_spec *s) {
    s->section_block = 4;
}
static void zero_next(c3d_spec *s) {
    s->zero_last_next = 1;
}
static void locked(c3d_spec *s) {
    s->locked = 1;
}
static void cut_in_half(c3d_spec *s) {
    s->keep_frames = 25;
}
static void no_platform(c3d_spec *s) {
    s->without_group = "FORCE_PLATFORM";
}
static void no_scale(c3d_spec *s) {
    s->without = "POINT:SCALE";
}
static void unsigned_integers(c3d_spec *s) {
    s->is_real = 0;
    s->is_unsigned = 1;
}
static void real_offset(c3d_spec *s) {
    s->real_offset = 1;
}
static void far_data(c3d_spec *s) {
    s->header_data_block = 9000;
}

static const trap traps[] = {
    {"ANALOG:RATE missing", no_rate, 50, 3, 6, 0},
    {"POINT:RATE missing", no_point_rate, 50, 3, 6, 1},
    {"POINT:USED says more than the file holds", used_too_many, 50, 3, 6, 1},
    {"POINT:USED as a byte", used_as_byte, 50, 3, 6, 0},
    {"no points", no_points, 50, 0, 6, 0},
    {"no channels", no_channels, 50, 3, 0, 1},
    {"the header's points are wrong", header_lies, 50, 3, 6, 1},
    {"the header's samples a frame are 0", no_per_frame, 50, 3, 6, 0},
    {"the header's last frame is 0", empty_frames, 50, 3, 6, 1},
    {"more than 65535 frames", many_frames, 70000, 1, 0, 2},
    {"zeros before the parameters", key_zeros, 50, 3, 6, 0},
    {"parameters in another block", far_section, 50, 3, 6, 0},
    {"the last parameter points to nothing", zero_next, 50, 3, 6, 0},
    {"locked parameters", locked, 50, 3, 6, 0},
    {"cut in half", cut_in_half, 25, 3, 6, 1},
    {"no group of plates", no_platform, 50, 3, 6, 0},
    {"POINT:SCALE missing", no_scale, 50, 3, 6, 0},
    {"unsigned integers", unsigned_integers, 50, 3, 6, 0},
    {"OFFSET as a real", real_offset, 50, 3, 6, 0},
    {"the header's place of the data is wrong", far_data, 50, 3, 6, 1}};

static void test_traps(void) {
    size_t n = sizeof traps / sizeof traps[0];
    for (size_t i = 0; i < n; i++)
        for (int processor = 84; processor <= 86; processor++) {
            c3d_spec spec = c3d_spec_usual();
            spec.processor = processor;
            traps[i].set(&spec);
            c3d_bytes file = c3d_write(&spec);
            eg_recording *r = NULL;
            eg_diag diag = {0};
            if (eg_recording_parse("t.c3d", file.bytes, file.n, &r, &diag) != EG_OK)
                EG_FAIL("%s: %s", traps[i].what, diag.text);
            if (r->n_frames != traps[i].n_frames || r->points.n_markers != traps[i].n_points ||
                r->n_channels != traps[i].n_channels || r->n_warnings != traps[i].n_warnings)
                EG_FAIL("%s: %zu frames, %zu points, %zu channels, %zu warnings (%s; %s)",
                        traps[i].what, r->n_frames, r->points.n_markers, r->n_channels,
                        r->n_warnings, r->warnings[0].text, r->warnings[1].text);
            c3d_check_samples(&spec, r);
            eg_recording_destroy(r);
            free(file.bytes);
        }
    eg_test_note("%zu ways to be wrong on three processors, every sample as written", n);
}

/* ---- damaged files --------------------------------------------------------------------------- */

static void test_malformed(void) {
    const char *folder = eg_test_data("imu");
    char path[1024];
    snprintf(path, sizeof path, "%s/c3d_malformed", folder);
    DIR *directory = opendir(path);
    EG_CHECK(directory != NULL);
    size_t n = 0, n_read = 0;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (strstr(entry->d_name, ".c3d") == NULL) continue;
        snprintf(path, sizeof path, "%s/c3d_malformed/%s", folder, entry->d_name);
        size_t size;
        char *bytes = eg_test_read_file(path, &size);
        n_read += (size_t)is_read(entry->d_name, (uint8_t *)bytes, size);
        free(bytes);
        n++;
    }
    closedir(directory);
    EG_CHECK_INT(n, 62);
    eg_test_note("62 damaged files, %zu of them read, slowest %.2f ms", n_read, 1000 * slowest_s);
}

static void test_cut(void) {
    const char *folder = eg_test_data("imu");
    static const char *const names[] = {"c3d_variants/dec_real.c3d", "c3d_variants/mips_int.c3d"};
    size_t n = 0, n_read = 0;
    for (size_t i = 0; i < 2; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        size_t size;
        char *bytes = eg_test_read_file(path, &size);
        for (size_t cut = 0; cut < size; cut += 512, n++) {
            /* A copy of its own, so that a sanitizer sees a step behind the end. */
            uint8_t *copy = malloc(cut + 1);
            EG_CHECK(copy != NULL);
            memcpy(copy, bytes, cut);
            eg_recording *r = NULL;
            eg_diag diag = {0};
            n_read += (size_t)is_read(names[i], copy, cut);
            if (eg_recording_parse("cut", copy, cut, &r, &diag) == EG_OK) {
                EG_CHECK(r->is_partial || size - cut < 1024 || r->n_frames == 60);
                EG_CHECK(r->n_warnings > 0 || r->n_frames == 60);
            }
            eg_recording_destroy(r);
            free(copy);
        }
        free(bytes);
    }
    EG_CHECK(n_read > 100);
    eg_test_note("%zu cuts, %zu still read with fewer frames and a warning", n, n_read);
}

static void test_flipped(void) {
    const char *folder = eg_test_data("imu");
    static const char *const names[] = {"c3d_variants/intel_real.c3d", "c3d/btk_MyCube.c3d"};
    size_t n_read = 0;
    for (uint64_t i = 0; i < 2; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        size_t size;
        char *bytes = eg_test_read_file(path, &size);
        eg_random random;
        eg_random_init(&random, 2026, i);
        for (size_t k = 0; k < 500; k++) {
            /* Header and parameters are where a flip does most. */
            size_t head = size < 8192 ? size : 8192;
            size_t at = (size_t)(eg_random_uniform(&random) * (double)(k % 4 == 0 ? size : head));
            int bit = (int)(eg_random_uniform(&random) * 8);
            bytes[at] = (char)(bytes[at] ^ 1 << bit);
            n_read += (size_t)is_read(names[i], (uint8_t *)bytes, size);
            if (k % 3 != 2) bytes[at] = (char)(bytes[at] ^ 1 << bit); /* some stay: several wrong */
        }
        free(bytes);
    }
    eg_test_note("1000 files with flipped bits, %zu read, slowest %.2f ms", n_read,
                 1000 * slowest_s);
}

EG_TESTS({"c3d: text is told apart", test_text}, {"c3d: reals of a DEC at their edges", test_dec},
         {"c3d: thousands of parameters are read in time", test_many_parameters},
         {"c3d: values of the references", test_golden},
         {"c3d: an independent reader's samples of a gait trial", test_gait},
         {"c3d: six variants are the same to the bit", test_variants},
         {"c3d: six written files", test_written},
         {"c3d: what is wrong in real files is read by what the size proves", test_traps},
         {"c3d: 62 damaged files", test_malformed}, {"c3d: files cut at each block", test_cut},
         {"c3d: flipped bits", test_flipped})
