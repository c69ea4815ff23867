/* Files as strangers bring them: what a header says is understood with its units, what it leaves
 * open is refused with the reason. All numbers are made here: the centre of pressure is known. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/embed.h"

#include "clinic/evaluate.h"
#include "io/format/infer.h"
#include "io/format/recording.h"
#include "tests/support/test.h"

enum { ROWS = 3000, BYTES = 1 << 20, COLUMNS_MAX = 16 };

static const double rate_hz = 100, weight_n = 700;

/* The person's sway in mm, to the right and to the front. */
static double ml_mm(int i) {
    double t = i / rate_hz;
    return 3 * sin(1.9 * t) + 1.3 * sin(4.1 * t + 1) + 0.2 * sin(11 * t);
}

static double ap_mm(int i) {
    double t = i / rate_hz;
    return 5 * sin(1.3 * t + 0.4) + 1.7 * cos(3.7 * t) + 0.3 * sin(9 * t + 2);
}

/* A file is its header and a rule for the cells of row i. */
typedef struct vendor {
    const char *name, *header;
    char delimiter, mark;
    size_t (*row)(int i, double *cells);
    eg_infer_axes axes;
    const char *maker;   /* as recognised */
    double sign;         /* of ML and AP in the file */
    const char *assumed; /* words of a warning that must be there; NULL: none at all */
} vendor;

static size_t cop_cm(int i, double *c) {
    c[0] = i / rate_hz;
    c[1] = ml_mm(i) / 10;
    c[2] = ap_mm(i) / 10;
    return 3;
}

static size_t cop_mm(int i, double *c) {
    c[0] = i / rate_hz;
    c[1] = ml_mm(i);
    c[2] = ap_mm(i);
    return 3;
}

static size_t cop_ms(int i, double *c) {
    c[0] = 1000 * i / rate_hz;
    c[1] = ml_mm(i);
    c[2] = ap_mm(i);
    return 3;
}

/* Forces and moments of a plate with z up, x to the right, y to the front, in N and N m; the origin
 * lies in the surface. COPx = -My / Fz, COPy = Mx / Fz. */
static void loads(int i, double *c) {
    double fz = weight_n + 4 * sin(0.7 * i / rate_hz);
    c[0] = 2 * sin(i / 50.0);
    c[1] = 3 * cos(i / 40.0);
    c[2] = fz;
    c[3] = fz * ap_mm(i) / 1000;
    c[4] = -fz * ml_mm(i) / 1000;
    c[5] = 0.1 * sin(i / 30.0);
}

static size_t bertec(int i, double *c) {
    c[0] = i / rate_hz;
    loads(i, c + 1);
    return 7;
}

static size_t kistler(int i, double *c) {
    double l[6];
    loads(i, l);
    c[0] = i / rate_hz;
    for (int k = 0; k < 3; k++) c[1 + k] = l[k];
    c[4] = sqrt(l[0] * l[0] + l[1] * l[1] + l[2] * l[2]);
    c[5] = ml_mm(i) / 1000;
    c[6] = ap_mm(i) / 1000;
    return 7;
}

/* Nexus writes what the person does to the plate: everything turned round, moments in N mm. */
static size_t vicon(int i, double *c) {
    double l[6];
    loads(i, l);
    c[0] = 1 + i / 10;
    c[1] = i % 10;
    for (int k = 0; k < 3; k++) c[2 + k] = -l[k];
    for (int k = 3; k < 6; k++) c[2 + k] = -1000 * l[k];
    return 8;
}

static size_t qualisys(int i, double *c) {
    loads(i, c);
    c[6] = ml_mm(i);
    c[7] = ap_mm(i);
    c[8] = 0;
    return 9;
}

/* Loads in kg of a board whose cells are 433 and 238 mm apart. */
static size_t wii(int i, double *c) {
    double kg = 70, x = ml_mm(i) / 433 * 2, y = ap_mm(i) / 238 * 2;
    c[0] = 1000 * i / rate_hz;
    c[1] = kg / 4 * (1 - x) * (1 + y);
    c[2] = kg / 4 * (1 + x) * (1 + y);
    c[3] = kg / 4 * (1 - x) * (1 - y);
    c[4] = kg / 4 * (1 + x) * (1 - y);
    return 5;
}

static const vendor vendors[] = {
    {"labels with unit", "Time_s,COP_ML_cm,COP_AP_cm\n", ',', '.', cop_cm, {0, 0}, "", 1, NULL},
    {"labels in capitals",
     "TIME (s)\tCOP ML (cm)\tCOP AP (cm)\n",
     '\t',
     '.',
     cop_cm,
     {0, 0},
     "",
     1,
     NULL},
    {"unit in brackets",
     "Time [ms];CoP ML [mm];CoP AP [mm]\n",
     ';',
     ',',
     cop_ms,
     {0, 0},
     "",
     1,
     NULL},
    {"ms alone", "ms;ML;AP\n[ms];[mm];[mm]\n", ';', ',', cop_ms, {0, 0}, "", 1, NULL},
    {"x and y", "t/s;CoP X (mm);CoP Y (mm)\n", ';', '.', cop_mm, {1, 2}, "", 1, NULL},
    {"copx_mm", "time,copx_mm,copy_mm\n", ',', '.', cop_mm, {-1, -2}, "", -1, NULL},
    {"unnamed time", ",COP_ML_mm,COP_AP_mm\n", ',', '.', cop_mm, {0, 0}, "", 1, "assumed: the fir"},
    {"Bertec",
     "Bertec Digital Acquire\nSubject,7\nTime (s),Fx (N),Fy (N),Fz (N),Mx (N.m),My (N.m),"
     "Mz (N.m)\n",
     ',',
     '.',
     bertec,
     {1, 2},
     "Bertec",
     1,
     NULL},
    {"AMTI",
     "AMTI NetForce 3.5\nAcquisition Rate: 100 Hz\nTime (s)\tFx (N)\tFy (N)\tFz (N)\t"
     "Mx (N-m)\tMy (N-m)\tMz (N-m)\n",
     '\t',
     '.',
     bertec,
     {1, 2},
     "AMTI NetForce",
     1,
     NULL},
    {"Kistler",
     "BioWare\tversion 5\nFile name:\ttrial.dat\nPlate:\t9286\nSampling rate (Hz):\t100."
     "000000\nNumber of samples:\t3000\n\nabs time (s)\tFx\tFy\tFz\t|Ft|\tAx\tAy\ns\tN\tN\tN\tN\tm"
     "\tm\n",
     '\t',
     '.',
     kistler,
     {1, 2},
     "Kistler BioWare",
     1,
     NULL},
    {"Vicon",
     "Devices\n100\n,,AMTI #1 - Force,,,AMTI #1 - Moment,,\nFrame,Sub Frame,Fx,Fy,Fz,Mx,"
     "My,Mz\n,,N,N,N,N.mm,N.mm,N.mm\n",
     ',',
     '.',
     vicon,
     {1, 2},
     "Vicon Nexus",
     1,
     "turned round"},
    {"Vicon, German",
     "Devices;;;\n100;;;\n;;AMTI #1 - Force;;;AMTI #1 - Moment;;\nFrame;Sub Frame;"
     "Fx;Fy;Fz;Mx;My;Mz\n;;N;N;N;N.mm;N.mm;N.mm\n",
     ';',
     ',',
     vicon,
     {1, 2},
     "Vicon Nexus",
     1,
     "turned round"},
    {"Vicon behind markers",
     "Trajectories\n50\n,,C7,,\nFrame,Sub Frame,X,Y,Z\n,,mm,mm,mm\n1,0,1,2,"
     "3\n2,0,1,2,3\n3,0,1,2,3\n4,0,1,2,3\n\nDevices\n100\n,,P - Force,,,P - Moment,,\nFrame,"
     "Sub Frame,Fx,Fy,Fz,Mx,My,Mz\n,,N,N,N,N.mm,N.mm,N.mm\n",
     ',',
     '.',
     vicon,
     {1, 2},
     "Vicon Nexus",
     1,
     "turned round"},
    {"Qualisys",
     "NO_OF_SAMPLES\t3000\nFREQUENCY\t100\nTIME_STAMP\t2026-02-03, 10:11:12.345\t1.5\n"
     "FIRST_SAMPLE\t1\nFORCE_PLATE_NAME\tPlate 1\nFORCE_PLATE_LENGTH\t600\nForce_X\tForce_Y\t"
     "Force_Z\tMoment_X\tMoment_Y\tMoment_Z\tCOP_X\tCOP_Y\tCOP_Z\n",
     '\t',
     '.',
     qualisys,
     {1, 2},
     "Qualisys Track Manager",
     1,
     "manual"},
    {"Wii board",
     "Time (ms),TopLeft (kg),TopRight (kg),BottomLeft (kg),BottomRight (kg)\n",
     ',',
     '.',
     wii,
     {0, 0},
     "",
     1,
     "Wii Balance Board"}};

static char *text;
static eg_evaluator *evaluator;

static size_t add(size_t used, const char *format, ...) EG_PRINTF(2, 3);
static size_t add(size_t used, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(text + used, BYTES - used, format, arguments);
    va_end(arguments);
    EG_CHECK(n >= 0 && (size_t)n < BYTES - used);
    return used + (size_t)n;
}

static size_t write_file(const vendor *v) {
    size_t used = add(0, "%s", v->header);
    for (int i = 0; i < ROWS; i++) {
        double cells[COLUMNS_MAX];
        size_t n = v->row(i, cells);
        for (size_t k = 0; k < n; k++) {
            size_t from = used;
            used = add(used, "%.9g", cells[k]);
            for (size_t c = from; c < used; c++)
                if (text[c] == '.') text[c] = v->mark;
            used = add(used, "%c", k + 1 == n ? '\n' : v->delimiter);
        }
    }
    return used;
}

static eg_recording *read_text(size_t size) {
    eg_recording *r;
    eg_diag diag = {0};
    if (eg_recording_parse("stranger.csv", (const uint8_t *)text, size, &r, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    return r;
}

static void prepare(void) {
    eg_diag diag = {0};
    if (text == NULL) text = malloc(BYTES);
    if (evaluator == NULL && eg_evaluator_create(eg_embedded_files, &evaluator, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
}

static int says(char *const *rows, size_t n, const char *words) {
    for (size_t i = 0; i < n; i++)
        if (strstr(rows[i], words) != NULL) return 1;
    return 0;
}

/* The trial that comes out has the sway that went in, in mm, whatever the file's units. */
static void vendors_are_understood(void) {
    prepare();
    double worst = 0;
    for (size_t k = 0; k < sizeof vendors / sizeof vendors[0]; k++) {
        const vendor *v = &vendors[k];
        eg_recording *r = read_text(write_file(v));
        eg_evaluate_options options = eg_evaluate_defaults();
        options.axes = v->axes;
        eg_evaluation *e;
        eg_diag diag = {0};
        EG_CHECK_TEXT(r->maker, v->maker);
        if (eg_evaluate_balance(evaluator, r, &options, &e, &diag) != EG_OK)
            EG_FAIL("%s: %s", v->name, diag.text);
        const eg_cop_trial *t = eg_evaluation_trial(e);
        EG_CHECK_INT(t->n, ROWS);
        EG_CHECK_NEAR(t->rate_hz, rate_hz, 1e-9);
        for (int i = 0; i < ROWS; i++) {
            double ml = fabs(t->net.ml_mm[i] - v->sign * ml_mm(i));
            double ap = fabs(t->net.ap_mm[i] - v->sign * ap_mm(i));
            if (!(ml < 1e-4 && ap < 1e-4))
                EG_FAIL("%s: row %d is off by %g and %g mm", v->name, i, ml, ap);
            worst = fmax(worst, fmax(ml, ap));
            if (t->net.fz_n != NULL) EG_CHECK(t->net.fz_n[i] > 600 && t->net.fz_n[i] < 800);
        }
        eg_json_text json = {0};
        eg_json_writer writer;
        eg_json_init(&writer, eg_json_to_text, &json);
        eg_evaluation_write(e, &writer);
        EG_CHECK_INT(eg_json_finish(&writer), EG_OK);
        if (v->assumed == NULL && strstr(json.bytes, "\"warnings\":[]") == NULL)
            EG_FAIL("%s warns: %s", v->name, strstr(json.bytes, "\"warnings\""));
        if (v->assumed != NULL && strstr(json.bytes, v->assumed) == NULL)
            EG_FAIL("%s does not say \"%s\"", v->name, v->assumed);
        eg_json_text_release(&json);
        eg_evaluation_destroy(e);
        eg_recording_destroy(r);
    }
    eg_test_note("%zu layouts, worst %.1e mm", sizeof vendors / sizeof vendors[0], worst);
}

/* What a header leaves open is asked for, not guessed. */
static void doubts_are_refused(void) {
    static const struct {
        const char *header, *row, *why;
    } rows[] = {{"time_s,COPx [mm],COPy [mm]\n", "%d.5,1.5,2.5\n", "which of them is to the side"},
                {"time_s,COP_ML,COP_AP\n", "%d.5,1.5,2.5\n", "in which unit column \"COP_ML\""},
                {"time_s,COP_ML_mm\n", "%d.5,1.5\n", "the other is missing"},
                {"time_s,COP_ML_mm,ML_COP_mm,COP_AP_mm\n", "%d.5,1.5,2,3\n", "could both be"},
                {"time_s,Fx (N),Fy (N),Fz (N),Mx (Nm),My (Nm),Mz (Nm)\n", "%d.5,1,2,700,3,4,5\n",
                 "which of the plate's axes"},
                {"time_s,Fz1 (N),Mx1 (Nm),My1 (Nm),Fz2 (N),Mx2 (Nm),My2 (Nm)\n",
                 "%d.5,300,1,2,300,3,4\n", "more than one plate"},
                {"time_s,ax,ay\n", "%d.5,1.5,2.5\n", "no column says"},
                {"time_s,a,b\n", "%d.5,1.5,2.5\n", "no column says"},
                {"COP_ML_mm,COP_AP_mm\n", "1.5,%d.5\n", "no sampling rate"},
                {"a;COP_ML_mm;COP_AP_mm\n", "%d;1.5;2.5;7\n", "no column says"}};
    prepare();
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        size_t used = add(0, "%s", rows[k].header);
        for (int i = 0; i < 60; i++) {
            char row[80], number[12];
            const char *at = strstr(rows[k].row, "%d");
            snprintf(number, sizeof number, "%d", i);
            snprintf(row, sizeof row, "%.*s%s%s", (int)(at - rows[k].row), rows[k].row, number,
                     at + 2);
            used = add(used, "%s", row);
        }
        eg_recording *r = read_text(used);
        eg_evaluate_options options = eg_evaluate_defaults();
        eg_evaluation *e;
        eg_diag diag = {0};
        EG_CHECK_INT(eg_evaluate_balance(evaluator, r, &options, &e, &diag), EG_ERR_LAYOUT);
        if (strstr(diag.text, rows[k].why) == NULL)
            EG_FAIL("%s: says \"%s\", not \"%s\"", rows[k].header, diag.text, rows[k].why);
        EG_CHECK(strstr(diag.text, "--") == NULL);
        eg_recording_destroy(r);
    }
    eg_test_note("%zu doubts", sizeof rows / sizeof rows[0]);
}

static void times_of_day_are_times(void) {
    static const struct {
        const char *header, *format;
        int from_s;
    } rows[] = {{"Timestamp,COP_ML_mm,COP_AP_mm\n", "2026-03-01T10:%02d:%02d.%02d0Z", 0},
                {"when;COP_ML_mm;COP_AP_mm\n", "2026-02-28 23:%02d:%02d.%02d", 0},
                {"clock,COP_ML_mm,COP_AP_mm\n", "%02d:%02d:%02d.50", -1}};
    prepare();
    for (size_t k = 0; k < 3; k++) {
        size_t used = add(0, "%s", rows[k].header);
        char delimiter = k == 1 ? ';' : ',';
        for (int i = 0; i < 300; i++) {
            if (rows[k].from_s < 0) { /* over midnight, one row a second */
                int s = (86250 + i) % 86400;
                used = add(used, "%02d:%02d:%02d.50", s / 3600, s / 60 % 60, s % 60);
            } else {
                char stamp[64];
                int n = k == 0 ? snprintf(stamp, sizeof stamp, "2026-03-01T10:%02d:%02d.%02d0Z",
                                          i / 6000, i / 100 % 60, i % 100)
                               : snprintf(stamp, sizeof stamp, "2026-02-28 23:%02d:%02d.%02d",
                                          i / 6000, i / 100 % 60, i % 100);
                EG_CHECK(n > 0);
                used = add(used, "%s", stamp);
            }
            used = add(used, "%c%.6f%c%.6f\n", delimiter, ml_mm(i), delimiter, ap_mm(i));
        }
        eg_recording *r = read_text(used);
        EG_CHECK(r->t_s != NULL);
        EG_CHECK_NEAR(r->rate_hz, rows[k].from_s < 0 ? 1 : 100, 1e-9);
        EG_CHECK_NEAR(r->t_s[0], 0, 0);
        EG_CHECK_NEAR(r->t_s[299], rows[k].from_s < 0 ? 299 : 2.99, 1e-9);
        EG_CHECK_INT(r->n_channels, 2);
        EG_CHECK(strstr(r->time_source, "times of day") != NULL);
        if (r->n_warnings != 0) EG_FAIL("warns: %s", r->warnings[0].text);
        eg_recording_destroy(r);
    }
    eg_test_note("ISO 8601, date and time, clock past midnight");
}

static void header_facts_are_told(void) {
    prepare();
    size_t used = add(0, "note;x\nTime (s);COP_ML_mm;empty;COP_AP_mm\n");
    for (int i = 0; i < 100; i++) used = add(used, "%d,%02d;1,5;;%d,25\n", i / 100, i % 100, i);
    eg_recording *r = read_text(used);
    EG_CHECK_INT(r->delimiter, ';');
    EG_CHECK_INT(r->decimal_mark, ',');
    EG_CHECK_INT(r->header_lines, 2);
    EG_CHECK(strstr(r->time_source, "\"Time\"") != NULL);
    char *warning = r->warnings[0].text;
    EG_CHECK_INT(r->n_warnings, 1);
    EG_CHECK(says(&warning, 1, "column 3 \"empty\" holds no number"));
    eg_recording_destroy(r);
    /* Two plates: labels that come twice are told apart. */
    used = add(0, "t_s,Fx,Fz,Fx,Fz\n");
    for (int i = 0; i < 100; i++) used = add(used, "%g,1,2,3,4\n", i / 100.0);
    r = read_text(used);
    EG_CHECK(eg_recording_channel(r, "Fx #2") != NULL);
    EG_CHECK_NEAR(eg_recording_channel(r, "Fz #2")->values[5], 4, 0);
    eg_recording_destroy(r);
    /* Latin-1 becomes UTF-8, and names that are cut stay different. */
    used = add(0, "t_s,Kraft \xfc [N],%070d,%070d\n", 1, 2);
    for (int i = 0; i < 100; i++) used = add(used, "%g,1,2,3\n", i / 100.0);
    r = read_text(used);
    EG_CHECK_INT(r->n_channels, 3);
    EG_CHECK_TEXT(r->channels[0].label, "Kraft \xc3\xbc");
    EG_CHECK_TEXT(r->channels[0].unit, "N");
    EG_CHECK(strcmp(r->channels[1].label, r->channels[2].label) != 0);
    EG_CHECK_NEAR(eg_recording_channel(r, r->channels[2].label)->values[7], 3, 0);
    eg_recording_destroy(r);
    free(text);
    eg_evaluator_destroy(evaluator);
    text = NULL;
    evaluator = NULL;
}

EG_TESTS({"import: what vendors write is understood", vendors_are_understood},
         {"import: what a header leaves open is refused", doubts_are_refused},
         {"import: times of day are times", times_of_day_are_times},
         {"import: header facts are told", header_facts_are_told})
