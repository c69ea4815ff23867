/* The text exports of Delsys, Noraxon and Xsens: made files with the headers that these programs
 * write, several rates side by side, decimal commas, marks, lost packets; and two open Xsens files.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/format/recording.h"
#include "tests/support/damage.h"
#include "tests/support/test.h"

typedef struct made {
    char text[200000];
    size_t n;
} made;

static void add(made *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(made *m, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(m->text + m->n, sizeof m->text - m->n, format, arguments);
    va_end(arguments);
    EG_CHECK(n >= 0 && m->n + (size_t)n < sizeof m->text);
    m->n += (size_t)n;
}

static eg_recording *parse(const made *m, size_t n) {
    uint8_t *copy = malloc(n);
    memcpy(copy, m->text, n);
    eg_recording *r = NULL;
    eg_diag diag = {0};
    eg_err err = eg_recording_parse("export.csv", copy, n, &r, &diag);
    free(copy);
    if (err != EG_OK) EG_FAIL("%s", diag.text);
    return r;
}

/* Everything behind `from` as a German computer writes it. */
static void make_german(made *m, size_t from) {
    for (size_t i = from; i < m->n; i++)
        m->text[i] = m->text[i] == ',' ? ';' : m->text[i] == '.' ? ',' : m->text[i];
}

enum { FAST = 400, SLOW = 28 };

static double fast(int i) {
    return 1e-6 * (i % 17) - 3e-6;
}

/* EMG at 2000 Hz, acceleration at 148.148 Hz: rows are no moments. */
/* What Discover lists to the right of the channels, latest first. */
static const char *marks_at(int row) {
    return row == 0 ? ",,General,Marker 2,stop,0.1500" : row == 1 ? ",,General,Marker 1,,0.05" : "";
}

static void rows(made *m, double fast_hz, double slow_hz, double late_s, int with_marks) {
    for (int i = 0; i < FAST; i++) {
        add(m, "%.7f,%.7f,", i / fast_hz, fast(i));
        if (i < SLOW)
            add(m, "%.7f,%.4f,%.7f,%.4f%s\n", late_s + i / slow_hz, 0.01 * i, late_s + i / slow_hz,
                -0.5 * i, with_marks ? marks_at(i) : "");
        else
            add(m, ",,,\n");
    }
}

static void check_delsys(const eg_recording *r, double fast_hz, double slow_hz) {
    EG_CHECK_INT(r->n_channels, 3);
    EG_CHECK_INT(r->channels[0].n, FAST);
    EG_CHECK_INT(r->channels[1].n, SLOW);
    EG_CHECK_INT(r->channels[2].n, SLOW);
    EG_CHECK_NEAR(r->channels[0].rate_hz, fast_hz, 0);
    EG_CHECK_NEAR(r->channels[2].rate_hz, slow_hz, 0);
    for (int i = 0; i < FAST; i++) EG_CHECK_NEAR(r->channels[0].values[i], fast(i), 1e-12);
    for (int i = 0; i < SLOW; i++) {
        EG_CHECK_NEAR(r->channels[1].values[i], 0.01 * i, 1e-12);
        EG_CHECK_NEAR(r->channels[2].values[i], -0.5 * i, 1e-12);
    }
    EG_CHECK_INT(r->n_frames, FAST);
    EG_CHECK_NEAR(r->rate_hz, fast_hz, 0);
}

static void emgworks(void) {
    static made m;
    for (int german = 0; german < 2; german++) {
        m.n = 0;
        add(&m,
            "Label: R TIB.ANTERIOR: EMG 1 Sampling frequency: %s Number of points: 400 start: 0 "
            "Unit: V Domain Unit: s\n",
            german ? "2000" : "2000.000");
        for (int i = 0; i < 2; i++)
            add(&m,
                "Label: R TIB.ANTERIOR: ACC.%c 1 Sampling frequency: %s Number of points: 28 "
                "start: 0 Unit: g Domain Unit: s\n",
                'X' + i, german ? "148,1481" : "148.1481");
        add(&m, "\n\n");
        size_t from = m.n;
        add(&m, "X [s],R TIB.ANTERIOR: EMG 1 [V],X [s],R TIB.ANTERIOR: ACC.X 1 [g],X [s],"
                "R TIB.ANTERIOR: ACC.Y 1 [g]\n");
        size_t data = m.n;
        rows(&m, 2000, 148.1481481, 0.0135, 0);
        if (german) {
            make_german(&m, data);
            for (size_t i = from; i < data; i++)
                if (m.text[i] == ',') m.text[i] = ';';
        }
        eg_recording *r = parse(&m, m.n);
        check_delsys(r, 2000, 148.1481);
        EG_CHECK_TEXT(r->maker, "Delsys EMGworks");
        EG_CHECK_TEXT(r->channels[0].label, "R TIB.ANTERIOR: EMG 1");
        EG_CHECK_TEXT(r->channels[0].unit, "V");
        EG_CHECK_TEXT(r->channels[2].label, "R TIB.ANTERIOR: ACC.Y 1");
        EG_CHECK_TEXT(r->channels[2].unit, "g");
        EG_CHECK_NEAR(r->channels[1].start_s, 0.0135, 1e-9);
        EG_CHECK(r->n_warnings == 0 && r->decimal_mark == (german ? ',' : '.'));
        eg_recording_destroy(r);
    }
    m.n = 0; /* without facts: the rates are those of the times */
    add(&m, "X[s],\"L SOL: EMG 2\",X[s],\"a\",X[s],\"b\"\n");
    rows(&m, 1925.93, 148.1481481, 0, 0);
    eg_recording *r = parse(&m, m.n);
    EG_CHECK_NEAR(r->channels[0].rate_hz, 1925.93, 0.01);
    EG_CHECK_NEAR(r->channels[1].rate_hz, 148.148, 0.001);
    EG_CHECK_TEXT(r->channels[0].label, "L SOL: EMG 2");
    eg_recording_destroy(r);
}

static void make_discover(made *m) {
    m->n = 0;
    add(m, "Application:,Trigno Discover (1.7.0)\nDate/Time:,1/2/2026 10:11:12\n"
           "Collection Length (seconds):,0.2\n"
           "1 (TA) (81029),,R GASTROC (75923),,,\nsensor mode: 50,,sensor mode: 65,,,\n"
           "EMG 1 Time Series (s),EMG 1 (mV),ACC X Time Series (s),ACC X (G),"
           "GYRO X Time Series (s),GYRO X (deg/s)\n"
           ",2148.1481 Hz,,148.1481 Hz,,148.1481 Hz\n"
           ",0.00047 s,,0.00675 s,,0.00675 s,,Type,Name,Label,Time (s)\n");
    rows(m, 2148.148148, 148.1481481, 0, 1);
}

static void discover(void) {
    static made m;
    make_discover(&m);
    eg_recording *r = parse(&m, m.n);
    check_delsys(r, 2148.1481, 148.1481);
    EG_CHECK_TEXT(r->maker, "Delsys Trigno Discover");
    EG_CHECK_TEXT(r->channels[0].label, "1 (TA): EMG 1");
    EG_CHECK_TEXT(r->channels[0].unit, "mV");
    EG_CHECK_TEXT(r->channels[1].label, "R GASTROC: ACC X");
    EG_CHECK_TEXT(r->channels[2].label, "R GASTROC: GYRO X");
    EG_CHECK_TEXT(r->channels[2].unit, "deg/s");
    EG_CHECK_INT(r->header_lines, 8);
    EG_CHECK_INT(r->n_events, 2);
    EG_CHECK_TEXT(r->events[0].label, "Marker 1");
    EG_CHECK_NEAR(r->events[0].t_s, 0.05, 1e-12);
    EG_CHECK_TEXT(r->events[1].label, "stop");
    EG_CHECK(r->n_warnings == 0);
    eg_recording_destroy(r);
    r = parse(&m, m.n - 6); /* the last row is cut */
    EG_CHECK(r->is_partial && r->channels[0].n == FAST - 1);
    eg_recording_destroy(r);
    m.n -= (size_t)(FAST - 60) * 28;
    damage d = eg_test_damage("delsys.csv", (const uint8_t *)m.text, m.n, 1500);
    EG_CHECK(d.n_read > 500);
    eg_test_note("%zu damaged inputs, %zu read, slowest %.1f ms", d.n_inputs, d.n_read,
                 d.slowest_ms);
}

static void noraxon(void) {
    static made m;
    for (int german = 0; german < 2; german++) {
        m.n = 0;
        add(&m, "type,begin_time,frequency,count,created with version,exported with version\n"
                "Movement,2026-01-02 10:11:12,1500,300,3.18.52,3.20.06\n\n"
                "time,Activity,Marker,\"LT TIB.ANT.,uV\",RT VASTUS MED. (uV),LT Force [N]\n");
        for (int i = 0; i < 300; i++)
            add(&m, "%.6f,%s,%s,%.3f,%.3f,%.2f\n", i / 1500.,
                i < 100   ? "Rest"
                : i < 150 ? ""
                          : "Walk",
                i == 20    ? "Heel strike"
                : i == 200 ? "2"
                           : "",
                10.0 * i, -0.125 * i, 1.5 * i);
        if (german) make_german(&m, 0);
        if (german)
            for (char *c = m.text; (c = strstr(c, ";uV\"")) != NULL;) *c = ',';
        eg_recording *r = parse(&m, m.n);
        EG_CHECK_TEXT(r->maker, "Noraxon");
        EG_CHECK_INT(r->n_channels, 3);
        EG_CHECK_INT(r->n_frames, 300);
        EG_CHECK_NEAR(r->rate_hz, 1500, 1e-9);
        EG_CHECK_TEXT(r->channels[0].label, german ? "LT TIB,ANT," : "LT TIB.ANT.");
        for (size_t i = 0; i < 2; i++) EG_CHECK_TEXT(r->channels[i].unit, "uV");
        EG_CHECK_TEXT(r->channels[2].unit, "N");
        EG_CHECK_NEAR(r->channels[1].values[299], -0.125 * 299, 1e-12);
        EG_CHECK_INT(r->n_events, 4);
        EG_CHECK_TEXT(r->events[0].label, "Rest");
        EG_CHECK_NEAR(r->events[0].duration_s, 99 / 1500., 1e-6);
        EG_CHECK_TEXT(r->events[1].label, "Heel strike");
        EG_CHECK_TEXT(r->events[1].context, "Marker");
        EG_CHECK_NEAR(r->events[1].t_s, 20 / 1500., 1e-6);
        EG_CHECK_TEXT(r->events[2].label, "Walk");
        EG_CHECK_TEXT(r->events[3].label, "2");
        eg_recording_destroy(r);
    }
}

static void xsens(void) {
    static made m;
    m.n = 0;
    add(&m, "// Start Time: Unknown\n// Update Rate: 100.0Hz\n// Filter Profile: human (46.1)\n"
            "// Firmware Version: 4.0.2\n"
            "PacketCounter\tSampleTimeFine\tAcc_X\tGyr_X\tMag_X\tQuat_q0\tMat[1][1]\tMat[2][1]"
            "\tRoll\n");
    for (int i = 0; i < 60; i++) {
        if (i == 30 || i == 31) continue; /* two packets are lost; the counter begins again */
        add(&m, "%05d\t\t%.6f\t0.5\t0.1\t1.0\t0.25\t-0.25\t%d.5\n", (65500 + i) % 65536, 9.81 + i,
            i);
    }
    eg_recording *r = parse(&m, m.n);
    static const char *const labels[] = {"PacketCounter", "Acc_X",     "Gyr_X",     "Mag_X",
                                         "Quat_q0",       "Mat[1][1]", "Mat[2][1]", "Roll"};
    static const char *const units[] = {"", "m/s2", "rad/s", "a.u.", "", "", "", "deg"};
    EG_CHECK_TEXT(r->maker, "Xsens");
    EG_CHECK_INT(r->n_channels, 8);
    for (size_t i = 0; i < 8; i++) {
        EG_CHECK_TEXT(r->channels[i].label, labels[i]);
        EG_CHECK_TEXT(r->channels[i].unit, units[i]);
        EG_CHECK_NEAR(r->channels[i].rate_hz, 100, 0);
    }
    EG_CHECK(r->t_s != NULL && r->n_frames == 58);
    EG_CHECK_NEAR(r->t_s[29], 0.29, 1e-12);
    EG_CHECK_NEAR(r->t_s[30], 0.32, 1e-12);
    EG_CHECK_NEAR(r->t_s[57], 0.59, 1e-12);
    int is_said = 0;
    for (size_t i = 0; i < r->n_warnings; i++)
        is_said |= strstr(r->warnings[i].text, "2 packets are missing") != NULL;
    EG_CHECK(is_said);
    eg_recording_destroy(r);
}

static void open_xsens(void) {
    static const char *const names[] = {"opensense_MT_00B421ED.txt", "opensense_MT_00B421EE.txt"};
    for (size_t i = 0; i < 2; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/kinematics/%s", eg_test_data("imu"), names[i]);
        eg_recording *r = NULL;
        eg_diag diag = {0};
        if (eg_recording_read(path, &r, &diag) != EG_OK) EG_FAIL("%s", diag.text);
        const eg_channel *acc = eg_recording_channel(r, "Acc_Z");
        EG_CHECK(acc != NULL && eg_recording_channel(r, "Mat[3][3]") != NULL);
        EG_CHECK_TEXT(acc->unit, "m/s2");
        EG_CHECK_NEAR(acc->rate_hz, 100, 0);
        EG_CHECK_NEAR(r->t_s[r->n_frames - 1], (double)(r->n_frames - 1) / 100, 1e-9);
        /* The columns of the matrix are perpendicular and of length 1. */
        double worst = 0;
        for (size_t k = 0; k < r->n_frames; k++) {
            double norm = 0;
            for (int row = 1; row <= 3; row++) {
                char label[16];
                snprintf(label, sizeof label, "Mat[%d][1]", row);
                double value = eg_recording_channel(r, label)->values[k];
                norm += value * value;
            }
            worst = fmax(worst, fabs(norm - 1));
        }
        EG_CHECK(worst < 1e-5);
        eg_test_note("%s: %zu rows, length of the matrix' column within %.1e of 1", names[i],
                     r->n_frames, worst);
        eg_recording_destroy(r);
    }
}

EG_TESTS({"vendor text: Delsys EMGworks", emgworks},
         {"vendor text: Delsys Trigno Discover, whole and damaged", discover},
         {"vendor text: Noraxon with marks", noraxon},
         {"vendor text: Xsens with lost packets", xsens},
         {"vendor text: open Xsens files", open_xsens})
