/* XDF: files whose every sample and time is known, with clocks that drift and are reset, jitter,
 * gaps and damage. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "io/format/recording.h"
#include "tests/support/damage.h"
#include "tests/support/test.h"
#include "tests/support/xdf_write.h"

static eg_recording *parse(const xdf_file *file) {
    uint8_t *copy = malloc(file->n);
    memcpy(copy, file->bytes, file->n);
    eg_recording *r = NULL;
    eg_diag diag = {0};
    eg_err err = eg_recording_parse("made.xdf", copy, file->n, &r, &diag);
    free(copy);
    if (err != EG_OK) EG_FAIL("%s", diag.text);
    return r;
}

static void kinds(void) {
    static const struct {
        const char *format;
        double low, high;
    } rows[] = {{"int8", -128, 127},
                {"int16", -32768, 32767},
                {"int32", -2147483648.0, 2147483647.0},
                {"int64", -9007199254740992.0, 9007199254740992.0},
                {"float32", -3.5e37, 1.5},
                {"double64", -1e300, 3.141592653589793}};
    static const char desc[] =
        "<channels><channel><label>A &amp; B</label><unit>microvolts</unit></channel>"
        "<channel><label>second</label><unit>mV</unit><name>x</name></channel></channels>";
    xdf_file file;
    xdf_begin(&file);
    for (unsigned i = 0; i < 6; i++) {
        char name[16];
        snprintf(name, sizeof name, "S%u", i);
        xdf_header(&file, i + 1, name, "EMG", 2, 100, rows[i].format, i == 0 ? desc : "");
    }
    for (unsigned i = 0; i < 6; i++) {
        double stamps[3] = {10, 10.01, (double)NAN};
        double values[6] = {rows[i].low, 1, 0, 2, rows[i].high, -3};
        xdf_numbers(&file, i + 1, rows[i].format, 2, 3, stamps, values);
        xdf_footer(&file, i + 1, 3);
    }
    eg_recording *r = parse(&file);
    EG_CHECK_TEXT(r->format, "XDF");
    EG_CHECK(!r->is_partial && r->n_channels == 12 && r->n_streams == 6 && r->n_frames == 3);
    EG_CHECK_TEXT(r->channels[0].label, "A & B");
    EG_CHECK_TEXT(r->channels[0].unit, "uV");
    EG_CHECK_TEXT(r->channels[1].label, "second");
    EG_CHECK_TEXT(r->channels[2].label, "S1 1");
    for (size_t i = 0; i < 6; i++) {
        double low = i == 4 ? (double)(float)rows[i].low : rows[i].low;
        const double expected[2][3] = {{low, 0, rows[i].high}, {1, 2, -3}};
        for (size_t k = 0; k < 6; k++)
            EG_CHECK_NEAR(r->channels[2 * i + k / 3].values[k % 3], expected[k / 3][k % 3], 0);
        EG_CHECK_NEAR(r->channels[2 * i].rate_hz, 100, 0);
        EG_CHECK_NEAR(r->streams[i].effective_hz, 100, 1e-9);
        EG_CHECK_NEAR(r->streams[i].first_s, 10, 1e-12);
        EG_CHECK_NEAR(r->streams[i].last_s, 10.02, 1e-12);
    }
    EG_CHECK_NEAR(r->start_s, 10, 1e-12);
    eg_test_note("6 kinds of number, extremes exact");
    eg_recording_destroy(r);
    free(file.bytes);
}

/* A device whose clock is off by `offset` and goes too fast by `drift`: what it shows at time t. */
typedef struct device {
    double offset_s, drift;
} device;

static double shown(device d, double t) {
    return (t - 1000) * (1 + d.drift) + 1000 - d.offset_s;
}

/* A chunk of 50 samples a step, an offset measured every 5 s. */
static void record(xdf_file *file, unsigned id, device d, double start_s, double rate_hz, size_t n,
                   double jitter_s, eg_random *random) {
    double stamps[50], values[50], next_s = start_s;
    for (size_t k = 0; k < n; k += 50) {
        size_t m = n - k < 50 ? n - k : 50;
        for (size_t i = 0; i < m; i++) {
            stamps[i] =
                shown(d, start_s + (double)(k + i) / rate_hz) + jitter_s * eg_random_normal(random);
            values[i] = (double)(k + i);
        }
        xdf_numbers(file, id, "double64", 1, m, stamps, values);
        for (; next_s < start_s + (double)(k + m) / rate_hz; next_s += 5) {
            /* One in ten is bad by up to 30 ms, always late, as in a busy network. */
            double bad = eg_random_below(random, 10) == 0 ? 0.03 * eg_random_uniform(random) : 0;
            double noise = 2e-5 * eg_random_normal(random);
            double local = shown(d, next_s);
            xdf_offset(file, id, local, next_s - local + bad + noise);
        }
    }
    xdf_footer(file, id, n);
}

static void clocks(void) {
    static const device devices[] = {{0, 0}, {-5432.1, 40e-6}, {812345.678, -150e-6}};
    static const double starts[] = {1000, 1003.25, 1000.5}, rates[] = {1000, 2000, 148.1481};
    static const size_t counts[] = {300000, 600000, 40000};
    xdf_file file;
    xdf_begin(&file);
    eg_random random;
    eg_random_init(&random, 1, 1);
    for (unsigned i = 0; i < 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "dev%u", i);
        xdf_header(&file, i, name, "x", 1, rates[i], "double64", "");
    }
    xdf_header(&file, 9, "buttons", "Markers", 1, 0, "string", "");
    for (unsigned i = 0; i < 3; i++)
        record(&file, i, devices[i], starts[i], rates[i], counts[i], 3e-3, &random);
    for (int i = 0; i < 20; i++) {
        double t = 1001 + 14.7 * i, local = shown(devices[2], t);
        xdf_text(&file, 9, local, i % 2 == 0 ? "press" : "release");
        xdf_offset(&file, 9, local, t - local);
    }
    eg_recording *r = parse(&file);
    EG_CHECK(r->n_channels == 3 && r->n_events == 20 && r->n_streams == 4 && !r->is_partial);
    double worst_s = 0;
    for (size_t i = 0; i < 3; i++) {
        const eg_channel *c = &r->channels[i];
        EG_CHECK_INT(c->n, counts[i]);
        EG_CHECK_INT(r->streams[i].n_segments, 1);
        double end_s = starts[i] + (double)(c->n - 1) / rates[i];
        worst_s = fmax(worst_s, fabs(r->start_s + c->start_s - starts[i]));
        worst_s = fmax(worst_s, fabs(r->streams[i].last_s - end_s));
        /* As a consumer counts: start and rate of the channel. */
        double counted_s = r->start_s + c->start_s + (double)(c->n - 1) / c->rate_hz;
        EG_CHECK_NEAR(counted_s, end_s, 0.5 / rates[i] + 2e-4);
        for (size_t k = 0; k < c->n; k++) EG_CHECK(fabs(c->values[k] - (double)k) < 0.5);
    }
    EG_CHECK(worst_s < 2e-4);
    for (size_t i = 0; i < 20; i++) {
        EG_CHECK_NEAR(r->events[i].t_s, 1001 + 14.7 * (double)i, 1e-6);
        EG_CHECK_TEXT(r->events[i].label, i % 2 == 0 ? "press" : "release");
        EG_CHECK_TEXT(r->events[i].context, "buttons");
    }
    eg_test_note(
        "3 clocks, jitter 3 ms, 1 in 10 offsets bad by up to 30 ms: begins and ends within "
        "%.3f ms",
        1e3 * worst_s);
    eg_recording_destroy(r);
    free(file.bytes);
}

/* A device is restarted: its clock begins anew, 40 s are missing. */
static void reset(void) {
    xdf_file file;
    xdf_begin(&file);
    eg_random random;
    eg_random_init(&random, 2, 2);
    xdf_header(&file, 1, "imu", "IMU", 1, 100, "double64", "");
    static const device before = {-70000, 20e-6}, after = {900, -30e-6};
    record(&file, 1, before, 1000, 100, 10000, 1e-3, &random);
    record(&file, 1, after, 1140, 100, 6000, 1e-3, &random);
    eg_recording *r = parse(&file);
    EG_CHECK_INT(r->streams[0].n_clock_resets, 1);
    EG_CHECK_INT(r->streams[0].n_segments, 2);
    EG_CHECK_INT(r->streams[0].n, 16000);
    const eg_channel *c = &r->channels[0];
    EG_CHECK_INT(c->n, 20000);
    EG_CHECK_NEAR(r->start_s, 1000, 1e-3);
    EG_CHECK_NEAR(r->streams[0].last_s, 1199.99, 1e-3);
    size_t n_missing = 0;
    for (size_t k = 0; k < c->n; k++) n_missing += isnan(c->values[k]) != 0;
    EG_CHECK_INT(n_missing, 4000);
    EG_CHECK_NEAR(c->values[9999], 9999, 0);
    EG_CHECK_NEAR(c->values[14000], 0, 0);
    EG_CHECK_NEAR(c->values[19999], 5999, 0);
    eg_test_note("two clocks in one stream, 40 s between them; the end within %.3f ms",
                 1e3 * fabs(r->streams[0].last_s - 1199.99));
    eg_recording_destroy(r);
    free(file.bytes);
}

static void gaps(void) {
    xdf_file file;
    xdf_begin(&file);
    xdf_header(&file, 7, "emg", "EMG", 1, 2000, "int16", "");
    xdf_header(&file, 8, "rating", "Rating", 1, 0, "float32", "");
    xdf_header(&file, 9, "keys", "Markers", 1, 0, "int32", "");
    double stamps[4000], values[4000];
    for (size_t k = 0; k < 4000; k++) {
        stamps[k] = 50 + (double)k / 2000 + (k >= 2500 ? 3.0 : 0.0) + (k >= 1000 ? 0.2 : 0.0);
        values[k] = (double)(k % 1000);
    }
    xdf_numbers(&file, 7, "int16", 1, 4000, stamps, values);
    double slow[3] = {50.5, 51.75, 59}, codes[3] = {3, 1, -2};
    xdf_numbers(&file, 8, "float32", 1, 3, slow, codes);
    xdf_numbers(&file, 9, "int32", 1, 3, slow, codes);
    eg_recording *r = parse(&file);
    /* 3 s are a gap; 0.2 s are below the limit and become part of the line, as in pyxdf. */
    EG_CHECK_INT(r->streams[0].n_segments, 2);
    EG_CHECK(r->channels[0].n > 4000 + 4500 && r->channels[0].n < 4000 + 7000);
    EG_CHECK_NEAR(r->channels[0].values[r->channels[0].n - 1], 999, 0);
    EG_CHECK(isnan(r->channels[0].values[2500]) && r->n_channels == 2);
    EG_CHECK(isnan(r->channels[1].rate_hz) && r->streams[1].t_s != NULL);
    for (size_t k = 0; k < 3; k++) {
        EG_CHECK_NEAR(r->streams[1].t_s[k], slow[k], 0);
        EG_CHECK_NEAR(r->channels[1].values[k], codes[k], 0);
        EG_CHECK_NEAR(r->events[k].t_s, slow[k], 0);
    }
    EG_CHECK(r->n_events == 3 && strcmp(r->events[2].label, "-2") == 0);
    eg_recording_destroy(r);
    free(file.bytes);
}

/* A single stream without a rate has its stamps where a table has its column of time. */
static void alone(void) {
    xdf_file file;
    xdf_begin(&file);
    xdf_header(&file, 1, "ble", "IMU", 1, 0, "double64", "");
    double stamps[4] = {7, 7.02, 7.11, 7.13}, values[4] = {1, 2, 3, 4};
    xdf_numbers(&file, 1, "double64", 1, 4, stamps, values);
    eg_recording *r = parse(&file);
    EG_CHECK(r->t_s != NULL && r->n_frames == 4 && isnan(r->rate_hz));
    for (size_t k = 0; k < 4; k++) EG_CHECK_NEAR(r->t_s[k], stamps[k], 0);
    eg_recording_destroy(r);
    free(file.bytes);
}

static void make_small(xdf_file *file) {
    xdf_begin(file);
    xdf_header(file, 1, "a", "EMG", 2, 100, "int16",
               "<channels><channel><label>l</label></channel>"
               "</channels>");
    xdf_header(file, 2, "m", "Markers", 1, 0, "string", "");
    double stamps[10], values[20];
    for (int chunk = 0; chunk < 4; chunk++) {
        for (int k = 0; k < 10; k++) {
            stamps[k] = k == 0 || chunk == 2 ? 5 + 0.1 * chunk + 0.01 * k : (double)NAN;
            values[2 * k] = 10 * chunk + k;
            values[2 * k + 1] = -1;
        }
        xdf_numbers(file, 1, "int16", 2, 10, stamps, values);
        xdf_text(file, 2, 5.05 + 0.1 * chunk, "now");
        xdf_offset(file, 1, 5.1 + 0.1 * chunk, 0.25);
        xdf_boundary(file);
    }
    xdf_footer(file, 1, 40);
    xdf_footer(file, 2, 4);
}

/* The tag of the n-th chunk of samples of stream 1. */
static uint8_t *find_chunk(const xdf_file *file, int n) {
    static const uint8_t begin[] = {3, 0, 1, 0, 0, 0, 1, 10};
    for (size_t at = 0; at + sizeof begin < file->n; at++)
        if (memcmp(file->bytes + at, begin, sizeof begin) == 0 && n-- == 0) return file->bytes + at;
    EG_FAIL("there is no such chunk");
}

static void cut(void) {
    xdf_file file;
    make_small(&file);
    eg_recording *r = parse(&file);
    EG_CHECK(r->n_frames == 40 && r->n_events == 4 && !r->is_partial && r->n_warnings == 1);
    EG_CHECK_NEAR(r->start_s, 5.25, 1e-9);
    eg_recording_destroy(r);
    /* Every sample that is whole is kept, however the file ends. */
    size_t before = 0, n_read = 0;
    for (size_t n = 0; n <= file.n; n++) {
        eg_diag diag = {0};
        if (eg_recording_parse("cut", file.bytes, n, &r, &diag) != EG_OK) continue;
        EG_CHECK(r->n_frames >= before && r->channels[0].n == r->n_frames);
        for (size_t k = 0; k < r->n_frames; k++)
            EG_CHECK_NEAR(r->channels[0].values[k], (double)k, 0);
        before = r->n_frames;
        n_read++;
        eg_recording_destroy(r);
    }
    EG_CHECK(before == 40 && n_read > 400);
    uint8_t *second = find_chunk(&file, 1);
    second[-1] = 0xff; /* its length is wrong: nothing is lost */
    r = parse(&file);
    EG_CHECK(r->is_partial && r->n_warnings == 2 && r->streams[0].n == 40);
    for (size_t k = 0; k < 40; k++) EG_CHECK_NEAR(r->channels[0].values[k], (double)k, 0);
    eg_recording_destroy(r);
    second[-1] = 66;
    second[8] = 7; /* no stamp has 7 bytes: these ten samples are lost, no others */
    r = parse(&file);
    EG_CHECK(r->is_partial && r->streams[0].n == 30 && r->n_events == 4);
    EG_CHECK_NEAR(r->channels[0].values[10], 20, 0);
    eg_recording_destroy(r);
    second[-2] = 9; /* a length of 9 bytes: read on behind the next boundary */
    r = parse(&file);
    EG_CHECK(r->is_partial && r->streams[0].n == 30 && r->n_events == 3);
    EG_CHECK_NEAR(r->channels[0].values[29], 39, 0);
    eg_recording_destroy(r);
    free(file.bytes);
    eg_test_note("%zu lengths read", n_read);
}

static void damaged(void) {
    xdf_file file;
    make_small(&file);
    damage d = eg_test_damage("damaged.xdf", file.bytes, file.n, 6000);
    EG_CHECK(d.n_read > 3000);
    eg_test_note("%zu inputs, %zu read, slowest %.1f ms", d.n_inputs, d.n_read, d.slowest_ms);
    free(file.bytes);
}

EG_TESTS({"xdf: every kind of number", kinds},
         {"xdf: clocks that drift, jitter and bad offsets", clocks},
         {"xdf: a clock that was reset", reset}, {"xdf: gaps, streams without a rate", gaps},
         {"xdf: a stream without a rate alone", alone}, {"xdf: cut and damaged inside", cut},
         {"xdf: damaged files end with words", damaged})
