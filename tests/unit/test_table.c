#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "io/format/recording.h"
#include "tests/support/test.h"

static eg_recording *parse(const char *text) {
    eg_recording *recording;
    eg_diag diag = {0};
    if (eg_recording_parse("trial.txt", (const uint8_t *)text, strlen(text), &recording, &diag) !=
        EG_OK)
        EG_FAIL("line %ju: %s", (uintmax_t)diag.line, diag.text);
    return recording;
}

static eg_err refuse(const void *bytes, size_t size, eg_diag *diag) {
    eg_recording *recording;
    memset(diag, 0, sizeof *diag);
    eg_err err = eg_recording_parse("trial.txt", bytes, size, &recording, diag);
    if (err == EG_OK) EG_FAIL("was read: %zu channels", recording->n_channels);
    EG_CHECK(recording == NULL && diag->text[0] != '\0');
    return err;
}

static double at(const eg_recording *recording, const char *label, size_t i) {
    const eg_channel *channel = eg_recording_channel(recording, label);
    if (channel == NULL) EG_FAIL("there is no channel \"%s\"", label);
    EG_CHECK(i < channel->n);
    return channel->values[i];
}

static int warns(const eg_recording *recording, const char *words, uint64_t line) {
    for (size_t i = 0; i < recording->n_warnings; i++)
        if (strstr(recording->warnings[i].text, words) != NULL &&
            recording->warnings[i].line == line)
            return 1;
    return 0;
}

/* The same three rows as vendors write them. */
static void reads_what_vendors_write(void) {
    static const char *const texts[] = {
        "Time[s]\tFx[N]\tCOPx[cm]\r\n0.010\t-1.5\t2.25\r\n0.020\t1\t2.5\r\n0.030\t2e0\t3\r\n",
        "Time (s),Fx (N),COPx (cm)\n0.010,-1.5,2.25\n0.020,1,2.5\n0.030,2,3",
        "\xef\xbb\xbfTime;Fx;COPx\n[s];[N];[cm]\n0,010;-1,5;2,25\n0,020;1;2,5\n0,030;2;3,0\n",
        "time,Fx,COPx\rs,N,cm\r0.010,-1.5,2.25\r0.020,1,2.5\r0.030,2,3\r",
        "# exported\n#  Time [s]  Fx [N]  COPx [cm]\n  0.010 -1.5  2.25\n  0.020  1  2.5 \n 0.030 "
        "2 3\n",
        "Device,Plate 7\nSampling rate,100 Hz\n\nTime (s), Fx (N), COPx (cm)\n\n"
        "0.010, -1.5, 2.25,\n0.020, 1, 2.5,\n0.030, 2, 3,\n",
        "\"Time [ms]\",\"Fx [N]\",\"COPx [cm]\"\n\"10\",\"-1.5\",\"2.25\"\n20,1,2.5\n30,2,3\n",
        "Time\tFx\tCOPx\ns\tN\tcm\n0,010\t-1,5\t2,25\n0,020\t1,0\t2,5\n0,030\t2,0\t3,0\n",
        "Time (s)|Fx (N)|COPx (cm)\n0.01|-1.5|2.25\n0.02|1|2.5\n0.03|2|3\n"};
    size_t n = sizeof texts / sizeof texts[0];
    for (size_t i = 0; i < n; i++) {
        eg_recording *r = parse(texts[i]);
        if (r->n_channels != 2 || r->n_frames != 3)
            EG_FAIL("text %zu: %zu channels, %zu frames", i, r->n_channels, r->n_frames);
        EG_CHECK_NEAR(at(r, "fx", 0), -1.5, 0);
        EG_CHECK_NEAR(at(r, "COPx", 0), 2.25, 0);
        EG_CHECK_NEAR(at(r, "COPx", 2), 3, 0);
        EG_CHECK_TEXT(eg_recording_channel(r, "Fx")->unit, "N");
        EG_CHECK_TEXT(eg_recording_channel(r, "COPx")->unit, "cm");
        EG_CHECK(r->t_s != NULL);
        EG_CHECK_NEAR(r->t_s[0], 0.01, 0);
        EG_CHECK_NEAR(r->rate_hz, 100, 0);
        if (r->is_partial || r->n_warnings != 0)
            EG_FAIL("text %zu: warns \"%s\"", i, r->warnings[0].text);
        eg_recording_destroy(r);
    }
    eg_test_note("%zu ways to write the same table", n);
}

/* "Labels:=" in front of the names is no part of the first. */
static void reads_labels_behind_their_key(void) {
    static const char text[] = "# Simple Text Format\n# Sampling Rate (Hz):= 1000.00\n"
                               "# Resolution:= 12\n# Labels:= EMG\tECG\n1\t2\n3\t4\n5\t6\n";
    eg_recording *r;
    EG_CHECK_INT(eg_recording_parse("a.txt", (const uint8_t *)text, sizeof text - 1, &r, NULL),
                 EG_OK);
    EG_CHECK_INT(r->n_channels, 2);
    EG_CHECK_NEAR(at(r, "EMG", 1), 3, 0);
    EG_CHECK_NEAR(at(r, "ECG", 1), 4, 0);
    EG_CHECK_NEAR(r->rate_hz, 1000, 0);
    eg_recording_destroy(r);
}

/* Where there are not as many such lines as columns, nobody knows whose they are. */
static void reads_a_line_a_channel(void) {
    eg_recording *r =
        parse("File Name: walk.log\nChannel 4: 'Rectus, left', 3 values, engineering units: mV, no "
              "filters.\nChannel 8: 'Knee', 3 values, engineering units: deg, no filters.\n\n"
              "-0.5\t1\n2\t3\n4\t5\n");
    EG_CHECK_INT(r->n_channels, 2);
    EG_CHECK_NEAR(at(r, "Rectus, left", 0), -0.5, 0);
    EG_CHECK_NEAR(at(r, "Knee", 2), 5, 0);
    EG_CHECK_TEXT(r->channels[0].unit, "mV");
    EG_CHECK_TEXT(r->channels[1].unit, "deg");
    EG_CHECK_INT(r->channels[1].column, 2);
    eg_recording_destroy(r);
    r = parse("Channel 1: 'One', engineering units: V\nChannel 2: 'open\n1\t2\n3\t4\n5\t6\n");
    EG_CHECK_INT(r->n_channels, 2);
    EG_CHECK(eg_recording_channel(r, "One") == NULL);
    eg_recording_destroy(r);
}

static void reads_utf16(void) {
    static const char text[] = "Time[s]\tFx[N]\n0.5\t1\n1.0\t2\n";
    uint8_t little[2 * sizeof text], big[2 * sizeof text];
    size_t n = sizeof text - 1;
    memcpy(little, "\xff\xfe", 2);
    memcpy(big, "\xfe\xff", 2);
    for (size_t i = 0; i < n; i++) {
        little[2 + 2 * i] = big[3 + 2 * i] = (uint8_t)text[i];
        little[3 + 2 * i] = big[2 + 2 * i] = 0;
    }
    const uint8_t *both[] = {little, big};
    for (size_t i = 0; i < 2; i++) {
        eg_recording *r;
        EG_CHECK_INT(eg_recording_parse("a", both[i], 2 + 2 * n, &r, NULL), EG_OK);
        EG_CHECK_NEAR(at(r, "Fx", 1), 2, 0);
        eg_recording_destroy(r);
    }
}

static void says_what_is_missing(void) {
    eg_recording *r = parse("t_s,a,b,note\n0,1,2,x\n0.1,NaN,,y\n0.2,1,oops,z\n0.3,4\n0.4,5,6,w,7\n"
                            "words only here now\n0.5,6,7,x\n");
    EG_CHECK_INT(r->n_frames, 6);
    EG_CHECK_INT(r->n_channels, 2);
    EG_CHECK(isnan(at(r, "a", 1)) && isnan(at(r, "b", 1)) && isnan(at(r, "b", 2)));
    EG_CHECK(isnan(at(r, "b", 3)));
    EG_CHECK_NEAR(at(r, "a", 3), 4, 0);
    EG_CHECK(r->is_partial);
    EG_CHECK(warns(r, "\"note\" holds words", 2));
    EG_CHECK(warns(r, "1 rows with fewer cells", 5));
    EG_CHECK(warns(r, "1 rows with more cells", 6));
    EG_CHECK(warns(r, "1 rows that are not", 7));
    EG_CHECK(warns(r, "1 rows with words", 4));
    eg_recording_destroy(r);

    r = parse("t_s,a\n0,1.25\n0.1,2.25\n0.2,3.2");
    EG_CHECK_INT(r->n_frames, 2);
    EG_CHECK(r->is_partial && warns(r, "the file ends in the middle", 4));
    eg_recording_destroy(r);

    r = parse("Time[s],a\n0,1\n0.1,2\n0.05,3\n0.3,4\n0.4,4\n");
    EG_CHECK(warns(r, "time does not go forward, 1 times", 4));
    EG_CHECK_NEAR(r->rate_hz, 10, 1e-9);
    eg_recording_destroy(r);
}

static void guesses_no_rate(void) {
    eg_recording *r = parse("a,b\n1,2\n3,4\n5,6\n");
    EG_CHECK(isnan(r->rate_hz) && r->t_s == NULL && warns(r, "neither", 0));
    eg_recording_destroy(r);
    r = parse("Sample rate: 250 Hz\na,b\n1,2\n3,4\n5,6\n");
    EG_CHECK_NEAR(r->rate_hz, 250, 0);
    eg_recording_destroy(r);
    r = parse("Capture rate,120\nFrame rate,100\nframe rate,50\na,b\n1,2\n3,4\n5,6\n");
    EG_CHECK(isnan(r->rate_hz) && warns(r, "several sampling rates", 0));
    eg_recording_destroy(r);
    r = parse("time,b\n0,2\n10,4\n20,6\n");
    EG_CHECK(isnan(r->rate_hz) && warns(r, "its unit is not known", 2));
    eg_recording_destroy(r);
    r = parse("time,b\n0.2,2\n0.1,4\n0,6\n");
    EG_CHECK(isnan(r->rate_hz) && warns(r, "does not go forward", 2));
    eg_recording_destroy(r);
    r = parse("1,2\n3,4\n5,6\n");
    EG_CHECK(warns(r, "does not name its columns", 0));
    EG_CHECK_NEAR(at(r, "column 2", 2), 6, 0);
    eg_recording_destroy(r);
    r = parse("frame,t_s,x\n40,0,1\n41,0.5,1\n42,1.0,1\n\nTrajectories\nframe,y\n1,2\n");
    EG_CHECK_INT(r->first_frame, 40);
    EG_CHECK_INT(r->n_frames, 3);
    EG_CHECK(warns(r, "a further table begins", 6));
    eg_recording_destroy(r);
}

/* What a terminal would obey is blank in a name, however it is written. */
static void names_command_nobody(void) {
#define ROWS(row) row row row row row row row row row row row row row row row row row row row row
    eg_recording *r =
        parse("a \"b,\"c, \"\"d\"\"\",e\x1b[31m\x7f,f\xc2\x9b[31m\n" ROWS("1,2,3,4\n"));
    EG_CHECK_TEXT(r->channels[1].label, "c, \"d\"");
    EG_CHECK_TEXT(r->channels[2].label, "e [31m ");
    EG_CHECK_TEXT(r->channels[3].label, "f  [31m");
    eg_recording_destroy(r);
    r = parse("a,b\x9b[31m\xb5\n" ROWS("1,2\n")); /* Latin-1 */
    EG_CHECK_TEXT(r->channels[1].label, "b  [31m\xc2\xb5");
    eg_recording_destroy(r);
#undef ROWS
}

static void refuses_what_is_no_table(void) {
    eg_diag diag;
    static const char prose[] = "Dear colleague,\nthis is a letter.\nYours\n";
    static const char no_rows[] = "Time[s],Fx[N]\n";
    static const char commas[] = "ml,ap\n1,5,2,5\n1,6,2,6\n1,7,2,7\n";
    static const char zip[] = "PK\x03\x04 something";
    EG_CHECK_INT(refuse("", 0, &diag), EG_ERR_DATA);
    EG_CHECK_INT(refuse(prose, strlen(prose), &diag), EG_ERR_FORMAT);
    EG_CHECK_INT(refuse(no_rows, strlen(no_rows), &diag), EG_ERR_FORMAT);
    EG_CHECK_INT(refuse(commas, strlen(commas), &diag), EG_ERR_FORMAT);
    EG_CHECK(strstr(diag.text, "decimal mark") != NULL);
    EG_CHECK_INT(refuse(zip, strlen(zip), &diag), EG_ERR_FORMAT);
    EG_CHECK(strstr(diag.text, "save the sheet as CSV") != NULL);
    static const uint8_t noise[600] = {1, 2, 0, 200, 7};
    EG_CHECK_INT(refuse(noise, sizeof noise, &diag), EG_ERR_FORMAT);
    static uint8_t c3d[1024] = {2, 0x50};
    c3d[512 + 3] = 84;
    EG_CHECK_INT(refuse(c3d, sizeof c3d, &diag), EG_ERR_DATA);
    EG_CHECK(strstr(diag.text, "C3D") != NULL);
    eg_recording *recording;
    EG_CHECK_INT(eg_recording_read("/nowhere/at/all.csv", &recording, &diag), EG_ERR_IO);
    diag = (eg_diag){0};
    EG_CHECK_INT(eg_recording_read("/tmp", &recording, &diag), EG_ERR_IO);
}

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Files made to hurt: each ends within a second with an error or a recording. */
static void hostile_files_end_soon(void) {
    enum { SIZE = 40 << 20 };
    static const struct {
        const char *repeated, *first;
    } rows[] = {{"a", ""},
                {",", ""},
                {"\n", ""},
                {"\"", ""},
                {"1e-300,", ""},
                {"9", ""},
                {"1,", ""},
                {"1e-300\n", ""},
                {" ", ""},
                {"1\n", "a\n"},
                {"\r\n\r", ""},
                {"1 ", ""},
                {"1;2\n", "a;b\n"},
                {"-", "1\n2\n3\n"},
                {"x,y\n", "t,a\n1,2\n2,3\n3,4\n"},
                {"0.1234567890123456789012345\n", ""}};
    char *bytes = malloc(SIZE);
    EG_CHECK(bytes != NULL);
    double worst = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n = strlen(rows[i].repeated), skip = strlen(rows[i].first);
        memcpy(bytes, rows[i].first, skip);
        for (size_t j = skip; j < SIZE; j++) bytes[j] = rows[i].repeated[(j - skip) % n];
        double start = seconds_now();
        eg_recording *recording;
        eg_diag diag = {0};
        eg_err err = eg_recording_parse("hostile", (uint8_t *)bytes, SIZE, &recording, &diag);
        EG_CHECK((err == EG_OK) == (recording != NULL));
        eg_recording_destroy(recording);
        double elapsed = seconds_now() - start;
        if (elapsed > 4 * eg_test_patience())
            EG_FAIL("\"%.8s\" takes %.1f s", rows[i].repeated, elapsed);
        if (elapsed > worst) worst = elapsed;
    }
    free(bytes);
    eg_test_note("%zu files of %d MB, the slowest %.2f s", sizeof rows / sizeof rows[0], SIZE >> 20,
                 worst);
}

static void limits_are_stated(void) {
    enum { COLUMNS = 9000 };
    char *text = malloc(4 * 2 * COLUMNS);
    EG_CHECK(text != NULL);
    size_t n = 0;
    for (int row = 0; row < 4; row++)
        for (int i = 0; i < COLUMNS; i++) {
            text[n++] = '1';
            text[n++] = i + 1 == COLUMNS ? '\n' : ',';
        }
    eg_diag diag;
    EG_CHECK_INT(refuse(text, n, &diag), EG_ERR_LIMIT);
    EG_CHECK(strstr(diag.text, "9000 columns") != NULL);
    n = 0;
    for (int row = 0; row < 4; row++)
        for (int i = 0; i < 5000; i++) {
            text[n++] = (char)('1' + row);
            text[n++] = i + 1 == 5000 ? '\n' : '\t';
        }
    eg_recording *r;
    EG_CHECK_INT(eg_recording_parse("wide", (uint8_t *)text, n, &r, &diag), EG_OK);
    EG_CHECK_INT(r->n_channels, 5000);
    EG_CHECK_NEAR(r->channels[4999].values[3], 4, 0);
    eg_recording_destroy(r);
    free(text);
}

static size_t peak_bytes(void) {
    struct rusage usage;
    EG_CHECK_INT(getrusage(RUSAGE_SELF, &usage), 0);
    return (size_t)usage.ru_maxrss * 1024;
}

/* In a process of its own: what other tests have taken would hide it. */
static void numbers_are_never_there_twice(void) {
    enum { ROWS = 3000000, COLUMNS = 4 };
#if defined(__SANITIZE_THREAD__) /* which keeps several bytes of its own a byte */
    const size_t above_max = (size_t)1 << 30;
#else
    const size_t above_max = (size_t)64 << 20;
#endif
    size_t size = (size_t)ROWS * COLUMNS * 2, doubles = (size_t)ROWS * COLUMNS * sizeof(double);
    char *text = malloc(size);
    EG_CHECK(text != NULL);
    for (size_t i = 0; i < size; i += 2) {
        text[i] = (char)('0' + i / 2 % 9);
        text[i + 1] = i / 2 % COLUMNS == COLUMNS - 1 ? '\n' : ',';
    }
    int ends[2];
    EG_CHECK_INT(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        eg_recording *r;
        size_t before = peak_bytes(), answer = SIZE_MAX;
        if (eg_recording_parse("large.csv", (uint8_t *)text, size, &r, NULL) == EG_OK &&
            r->n_frames == ROWS && at(r, "column 2", ROWS - 1) == (ROWS * COLUMNS - 3) % 9)
            answer = peak_bytes() - before;
        _exit(write(ends[1], &answer, sizeof answer) == (ssize_t)sizeof answer ? 0 : 1);
    }
    size_t taken = SIZE_MAX;
    int status = 1;
    EG_CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    EG_CHECK_INT(read(ends[0], &taken, sizeof taken), sizeof taken);
    close(ends[0]);
    close(ends[1]);
    free(text);
    EG_CHECK(taken != SIZE_MAX && taken >= doubles);
    eg_test_note("%zu MB of numbers, %zu MB above them", doubles >> 20, (taken - doubles) >> 20);
    EG_CHECK(taken - doubles <= above_max);
}

static void reads_the_open_recordings(void) {
    static const struct {
        const char *name, *label, *unit;
        size_t n_channels, n_frames;
        double rate_hz, first_t_s, first, last;
        uint64_t first_frame;
    } rows[] = {{"BDS00001.txt", "COPy", "cm", 8, 6000, 100, 0.01, 0.998673, 0.718351, 1},
                {"PDS13CF1grf.txt", "COPNET_X", "", 20, 6000, 100, 0, 0.258001, NAN, 1},
                {"quijoux_test_raw_amti.csv", "Fz", "", 11, 15605, 100, 0, 581.4375, 0, 0},
                {"quijoux_test_cop_4000_7000.csv", "ml_cm", "cm", 2, 3000, 100, 0,
                 0.26803127843786001, NAN, 1}};
    char path[4200];
    const char *folder = eg_test_data("balance");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, rows[i].name);
        eg_recording *r;
        eg_diag diag = {0};
        double start = seconds_now();
        if (eg_recording_read(path, &r, &diag) != EG_OK) EG_FAIL("%s: %s", path, diag.text);
        double elapsed = seconds_now() - start;
        const eg_channel *channel = eg_recording_channel(r, rows[i].label);
        EG_CHECK(channel != NULL);
        EG_CHECK_TEXT(r->name, rows[i].name);
        EG_CHECK_TEXT(channel->unit, rows[i].unit);
        EG_CHECK_INT(strlen(r->sha256), 64);
        EG_CHECK_INT(r->n_channels, rows[i].n_channels);
        EG_CHECK_INT(r->n_frames, rows[i].n_frames);
        EG_CHECK_INT(r->first_frame, rows[i].first_frame);
        EG_CHECK_NEAR(r->rate_hz, rows[i].rate_hz, 0);
        EG_CHECK_NEAR(r->t_s[0], rows[i].first_t_s, 0);
        EG_CHECK_NEAR(channel->values[0], rows[i].first, 0);
        if (!isnan(rows[i].last)) EG_CHECK_NEAR(channel->values[channel->n - 1], rows[i].last, 0);
        if (r->n_warnings != 0) EG_FAIL("%s warns: %s", rows[i].name, r->warnings[0].text);
        eg_recording_destroy(r);
        eg_test_note("%s %.1f ms%s", rows[i].name, 1e3 * elapsed, i < 3 ? ", " : "");
    }
}

EG_TESTS({"table: reads what vendors write", reads_what_vendors_write},
         {"table: a line of the header for each channel", reads_a_line_a_channel},
         {"table: reads UTF-16 with its mark", reads_utf16},
         {"table: reads labels behind their key", reads_labels_behind_their_key},
         {"table: says what is missing", says_what_is_missing},
         {"table: guesses no rate, no time and no name", guesses_no_rate},
         {"table: names command no terminal, quotes are quotes", names_command_nobody},
         {"table: refuses what is no table, with the reason", refuses_what_is_no_table},
         {"table: hostile files end soon", hostile_files_end_soon},
         {"table: states its limits", limits_are_stated},
         {"table: numbers of a large text are never there twice", numbers_are_never_there_twice},
         {"table: reads the open recordings", reads_the_open_recordings})
