/* Force plates under a walk: every type of plate gives the same forces, and in real recordings
 * every event of the markers stands against that of the plate in the same file. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/gait_source.h"
#include "clinic/study.h"
#include "core/base/random.h"
#include "core/base/real.h"
#include "core/base/sort.h"
#include "core/gait/join.h"
#include "tests/support/gait_plates.h"
#include "tests/support/test.h"

/* ---- one load on plates of all types ---- */

enum { N = 2000, RATE = 1000 };

/* A foot that rolls over a plate 400 by 600 mm, whose own z points down and whose sensors lie 40 mm
 * below the surface; upon the person: forces N, centre of pressure mm from the plate's middle. */
static void load_at(size_t i, double force[3], double cop[2]) {
    double t = (double)i / RATE;
    int is_on = t >= 0.5 && t < 1.2;
    double u = is_on ? (t - 0.5) / 0.7 : 0.0;
    force[0] = is_on ? 30.0 * sin(2.0 * EG_PI * u) : 0.0;
    force[1] = is_on ? -120.0 * cos(EG_PI * u) : 0.0;
    force[2] = is_on ? 700.0 * pow(sin(EG_PI * u), 0.3) : 0.0;
    cop[0] = 20.0 + 15.0 * u;
    cop[1] = -130.0 + 250.0 * u;
}

/* Channels of such a plate, with an offset and noise on each. `action`: the file holds the force
 * upon the plate. */
static eg_gait_plate plate_of(int type, int action, double *block) {
    const double h = -40.0, a = 120.0, b = 200.0, sign = action ? -1.0 : 1.0;
    eg_gait_plate p = {.type = type, .n_channels = type == 3 ? 8 : 6, .moment_mm = 1.0};
    eg_random random;
    eg_random_init(&random, 3, (uint64_t)type);
    for (size_t i = 0; i < N; i++) {
        double f[3], cop[2], c[8];
        load_at(i, f, cop);
        /* Own axes: x as the laboratory's, y and z against it. */
        double own[3] = {sign * f[0], -sign * f[1], -sign * f[2]};
        double x = cop[0], y = -cop[1];
        double mx = y * own[2] - h * own[1], my = h * own[0] - x * own[2];
        double mz = x * own[1] - y * own[0];
        double six[6] = {own[0], own[1], own[2], mx, my, mz};
        for (int k = 0; k < 6; k++) c[k] = six[k];
        if (type == 1) {
            c[3] = x;
            c[4] = y;
        }
        if (type == 3) { /* Fz1 +x+y, Fz2 -x+y, Fz3 -x-y, Fz4 +x-y */
            c[0] = c[1] = 0.5 * own[0];
            c[2] = c[3] = 0.5 * own[1];
            double s = own[2], r = mx / b, q = my / a;
            c[4] = 0.25 * (s + r - q);
            c[5] = 0.25 * (s + r + q);
            c[6] = 0.25 * (s - r + q);
            c[7] = 0.25 * (s - r - q);
        }
        for (size_t k = 0; k < p.n_channels; k++) {
            double gain = type == 4 ? 0.1 * (double)(k + 1) : 1.0;
            double off = type == 1 && k >= 3 ? 0.0 : 3.0 + (double)k;
            double noise = type == 1 && k >= 3 ? 0.0 : 0.3 * eg_random_normal(&random);
            block[k * N + i] = (c[k] + off + noise) / gain;
        }
    }
    for (size_t k = 0; k < p.n_channels; k++) {
        p.channels[k] = block + k * N;
        if (type == 4) p.calibration[k][k] = 0.1 * (double)(k + 1);
    }
    p.has_calibration = type == 4;
    const double corners[4][3] = {{1200, 1700, 0}, {800, 1700, 0}, {800, 2300, 0}, {1200, 2300, 0}};
    memcpy(p.corners_mm, corners, sizeof corners);
    p.origin_mm[0] = type == 3 ? a : 0.0;
    p.origin_mm[1] = type == 3 ? b : 0.0;
    p.origin_mm[2] = h;
    return p;
}

static void types(void) {
    double *block = malloc(8 * N * sizeof *block), *out = malloc(6 * N * sizeof *out);
    void *memory = malloc(8 * N * sizeof(double));
    double worst_n = 0.0, worst_mm = 0.0, worst_ms = 0.0;
    for (int type = 1; type <= 4; type++)
        for (int action = 0; action < 2; action++) {
            eg_gait_plate p = plate_of(type, action, block);
            eg_gait_force f = {{out, out + N, out + 2 * N},
                               {out + 3 * N, out + 4 * N, out + 5 * N},
                               0,
                               0,
                               0,
                               {0},
                               {{0}},
                               {0},
                               0};
            double up[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
            eg_arena arena;
            eg_arena_init(&arena, memory, 8 * N * sizeof(double));
            EG_CHECK_INT(eg_gait_plate_forces(&p, N, up, &f, &arena, NULL), EG_OK);
            double n_off = 0.0, mm_off = 0.0;
            for (size_t i = 700; i < 1000; i++) {
                double want[3], cop[2];
                load_at(i, want, cop);
                for (int r = 0; r < 3; r++) n_off = fmax(n_off, fabs(f.force_n[r][i] - want[r]));
                mm_off = fmax(mm_off, fabs(f.cop_mm[0][i] - 1000.0 - cop[0]));
                mm_off = fmax(mm_off, fabs(f.cop_mm[1][i] - 2000.0 - cop[1]));
            }
            eg_gait_contact c[4];
            size_t n = 0;
            eg_gait_force_contacts(N, f.force_n[2], RATE, f.edge_n, 4, c, &n);
            EG_CHECK_INT(n, 1);
            double ms = 1000.0 * fmax(fabs(c[0].strike_s - 0.5), fabs(c[0].off_s - 1.2));
            printf("# type %d, force upon the %s: forces within %.2f N, pressure within %.2f mm, "
                   "contact %.4f to %.4f s\n",
                   type, action ? "plate" : "person", n_off, mm_off, c[0].strike_s, c[0].off_s);
            worst_n = fmax(worst_n, n_off);
            worst_mm = fmax(worst_mm, mm_off);
            worst_ms = fmax(worst_ms, ms);
        }
    eg_test_note("4 types, both signs: %.2f N, %.2f mm, %.1f ms", worst_n, worst_mm, worst_ms);
    EG_CHECK(worst_n < 3.5);
    EG_CHECK(worst_mm < 2.0);
    EG_CHECK(worst_ms < 3.0);
    eg_gait_plate bad = plate_of(2, 0, block);
    bad.type = 7;
    eg_gait_force f = {{out, out, out}, {out, out, out}, 0, 0, 0, {0}, {{0}}, {0}, 0};
    double up[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    eg_arena arena;
    eg_arena_init(&arena, memory, 8 * N * sizeof(double));
    EG_CHECK_INT(eg_gait_plate_forces(&bad, N, up, &f, &arena, NULL), EG_ERR_ARGUMENT);
    bad.type = 2;
    for (int k = 0; k < 4; k++)
        for (int r = 0; r < 3; r++) bad.corners_mm[k][r] = (double)NAN;
    EG_CHECK_INT(eg_gait_plate_forces(&bad, N, up, &f, &arena, NULL), EG_ERR_DATA);
    free(memory);
    free(out);
    free(block);
}

/* ---- real recordings ---- */

typedef struct file {
    const char *set, *name;
    size_t contacts; /* on all plates, read from the vertical forces by eye */
    size_t whole;    /* events at which the foot was whole on the plate */
} file;

static const file files[] = {{"emg", "bmc_Gait.c3d", 2, 4},
                             {"imu", "c3d/btk_ADemo1_rewrite_c3d_pc_integer.c3d", 1, 2},
                             {"imu", "c3d/btk_FunctionalWalk.c3d", 3, 6},
                             {"imu", "c3d/btk_PiG_Motion3_FF.c3d", 3, 6},
                             {"imu", "c3d/opensim_test_walking.c3d", 2, 3},
                             {"imu", "c3d/opensim_walking5.c3d", 2, 3}};

static eg_recording *open_file(const file *f) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", eg_test_data(f->set), f->name);
    eg_recording *r = NULL;
    eg_diag diag = {0};
    if (eg_recording_read(path, &r, &diag) != EG_OK) EG_FAIL("%s: %s", path, diag.text);
    return r;
}

static void markers_of(const eg_recording *r, eg_gait_markers *m, eg_gait_contact *contacts,
                       size_t *n, eg_gait_path *path) {
    int is_usable = 0;
    EG_CHECK_INT(eg_gait_markers_read(r, m, &is_usable, NULL), EG_OK);
    EG_CHECK(is_usable);
    eg_gait_track track = eg_gait_markers_track(m);
    size_t bytes = eg_gait_track_bytes(m->n);
    void *memory = malloc(bytes);
    eg_arena arena;
    eg_arena_init(&arena, memory, bytes);
    EG_CHECK_INT(eg_gait_track_contacts(&track, 200, contacts, n, path, &arena, NULL), EG_OK);
    free(memory);
}

static void against_plates(void) {
    double apart[200], scratch[200];
    size_t n_apart = 0;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        eg_recording *r = open_file(&files[i]);
        eg_gait_markers m;
        eg_gait_contact contacts[200];
        eg_gait_path path;
        size_t n = 0, n_plate = 0, whole = 0;
        eg_gait_joint *joint = calloc(1, sizeof *joint);
        markers_of(r, &m, contacts, &n, &path);
        n_plate = plates_join(r, &m, n, contacts, joint);
        printf("# %s: %zu contacts on %zu plates, %zu strides by markers\n", files[i].name, n_plate,
               r->n_platforms, n);
        for (size_t k = 0; k < joint->n_pairs; k++) {
            const eg_gait_pair *pair = &joint->pairs[k];
            printf("#   %-5s %-6s plate %.3f s, markers %+.1f ms%s\n",
                   pair->side ? "right" : "left", pair->is_off ? "off" : "strike", pair->plate_s,
                   1000.0 * (pair->marker_s - pair->plate_s),
                   pair->is_whole ? "" : " (foot only in part on the plate: not counted)");
            if (!pair->is_whole) continue;
            whole++;
            apart[n_apart++] = fabs(1000.0 * (pair->marker_s - pair->plate_s));
        }
        EG_CHECK_INT(n_plate, files[i].contacts);
        EG_CHECK_INT(whole, files[i].whole);
        EG_CHECK_INT(joint->n_unpaired, 0);
        free(joint);
        eg_gait_markers_free(&m);
        eg_recording_destroy(r);
    }
    eg_sort(n_apart, apart, scratch);
    double median = eg_sort_quantile(n_apart, apart, 0.5);
    eg_test_note("%zu events of 6 files: median %.1f ms, worst %.1f ms", n_apart, median,
                 apart[n_apart - 1]);
    EG_CHECK(median <= 10.0);
    EG_CHECK(apart[n_apart - 1] <= 20.0);
}

/* Turning, mirroring, shifting and scaling the laboratory changes no event. */
static void invariants(void) {
    eg_recording *r = open_file(&files[0]);
    eg_gait_markers m;
    eg_gait_contact first[200], again[200];
    eg_gait_path path;
    size_t n = 0, n_again = 0;
    markers_of(r, &m, first, &n, &path);
    eg_gait_markers_free(&m);
    double speed = path.speed_mm_s, worst = 0.0;
    for (int kind = 0; kind < 4; kind++) {
        eg_recording *c = open_file(&files[0]);
        for (size_t k = 0; k < c->points.n_markers; k++)
            for (size_t i = 0; i < c->n_frames; i++) {
                double *v = c->points.markers[k].xyz[i], x = v[0], y = v[1], z = v[2];
                if (kind == 0) { /* the other way along the room, elsewhere */
                    v[0] = 500.0 - x;
                    v[1] = -300.0 - y;
                }
                if (kind == 1) { /* y upwards, as animators have it */
                    v[1] = z;
                    v[2] = -y;
                }
                if (kind == 2) /* metres */
                    for (int a = 0; a < 3; a++) v[a] /= 1000.0;
                if (kind == 3) { /* an oblique way */
                    v[0] = 0.8 * x - 0.6 * y;
                    v[1] = 0.6 * x + 0.8 * y;
                }
            }
        if (kind == 2) snprintf(c->points.unit, sizeof c->points.unit, "m");
        markers_of(c, &m, again, &n_again, &path);
        EG_CHECK_INT(n_again, n);
        EG_CHECK_NEAR(path.speed_mm_s, speed, 1e-6);
        for (size_t i = 0; i < n; i++) {
            EG_CHECK_INT(again[i].side, first[i].side);
            if (isfinite(first[i].strike_s))
                worst = fmax(worst, fabs(again[i].strike_s - first[i].strike_s));
            if (isfinite(first[i].step_mm)) EG_CHECK_NEAR(again[i].step_mm, first[i].step_mm, 1e-6);
        }
        eg_gait_markers_free(&m);
        eg_recording_destroy(c);
    }
    eg_recording_destroy(r);
    eg_test_note("direction, axes, unit, oblique: strikes within %.1e s", worst);
    EG_CHECK(worst < 1e-9);
}

static void study(void) {
    eg_recording *r = open_file(&files[2]);
    const eg_study *row = eg_study_find("gait");
    EG_CHECK(row != NULL);
    EG_CHECK_INT(row->suits(r), 2);
    json_t *result = NULL;
    eg_diag diag = {0};
    eg_study_call call = {.recording = r, .n_trace_points = 200};
    if (eg_study_run(row, call, &result, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    double speed = (double)NAN, steps = 0.0;
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(result, "measures"), i, one) {
        const char *code = json_string_value(json_object_get(one, "code"));
        if (json_object_get(one, "side") != NULL) continue;
        double value = json_number_value(json_object_get(one, "value"));
        if (strcmp(code, "gait.speed") == 0) speed = value;
        if (strcmp(code, "gait.steps") == 0) steps = value;
    }
    size_t n_events = json_array_size(json_object_get(result, "events"));
    size_t n_traces = json_array_size(json_object_get(result, "traces"));
    eg_test_note("%g steps, %.3f m/s, %zu events, %zu traces", steps, speed, n_events, n_traces);
    EG_CHECK(speed > 1.0 && speed < 1.4);
    EG_CHECK_INT(n_traces, 7); /* heels, toes, three plates */
    EG_CHECK(n_events >= 11);  /* the file itself names 11 */
    json_decref(result);

    /* Asked for stairs where there are none, it says so. */
    call.options = json_pack("{s:s}", "task", "stairs");
    call.n_trace_points = 0;
    if (eg_study_run(row, call, &result, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    int is_said = 0;
    json_array_foreach(json_object_get(result, "quality"), i, one) {
        const char *check = json_string_value(json_object_get(one, "check"));
        is_said |= strcmp(check, "crossings") == 0;
    }
    EG_CHECK(is_said);
    json_decref((json_t *)call.options);
    json_decref(result);
    eg_recording_destroy(r);
}

EG_TESTS({"gait: plates of all types give the same forces", types},
         {"gait: markers against the force plates of the same file", against_plates},
         {"gait: direction, axes and units change nothing", invariants},
         {"gait: the study of a real recording", study})
