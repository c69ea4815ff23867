#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/balance/plate.h"
#include "core/base/real.h"
#include "io/embed.h"
#include "io/format/map.h"
#include "tests/support/test.h"

static void a_known_load_has_its_place(void) {
    /* 800 N at x = 30 mm, y = -50 mm on a surface 40 mm above the sensors, pushed by 20 and -10 N.
     * Moments about the sensors' origin: r x F with r = (x, y, h), the force on the plate being
     * (fx, fy, -fz) in a z that points up; a plate reports the reaction. */
    double fx = 20, fy = -10, fz = 800, x = 0.030, y = -0.050, h = 0.040;
    double mx = y * fz + h * fy, my = -x * fz - h * fx;
    eg_plate_forces forces = {&fx, &fy, &fz, &mx, &my};
    eg_plate_pose pose = eg_plate_straight(1, 2);
    pose.h_mm = 40;
    double ml, ap;
    eg_plate_cop(&pose, &forces, 1, 20, &ml, &ap);
    EG_CHECK_NEAR(ml, 30, 1e-12);
    EG_CHECK_NEAR(ap, -50, 1e-12);
    pose.h_mm = -40; /* the wrong sign is wrong by 2 h f / fz */
    eg_plate_cop(&pose, &forces, 1, 20, &ml, &ap);
    EG_CHECK_NEAR(ml, 30 + 2 * 40 * 20 / 800.0, 1e-12);

    pose = eg_plate_straight(-2, 1); /* the plate's y points to the left, x to the front */
    pose.h_mm = 40;
    pose.ml_mm = 300;
    eg_plate_cop(&pose, &forces, 1, 20, &ml, &ap);
    EG_CHECK_NEAR(ml, 350, 1e-12);
    EG_CHECK_NEAR(ap, 30, 1e-12);
    pose = eg_plate_turned(eg_plate_straight(1, 2), EG_PI / 2);
    pose.h_mm = 40;
    eg_plate_cop(&pose, &forces, 1, 20, &ml, &ap);
    EG_CHECK_NEAR(ml, 50, 1e-12);
    EG_CHECK_NEAR(ap, 30, 1e-12);
}

static void little_load_has_no_place(void) {
    double fz[] = {19.9, 20, -500, NAN}, m[] = {1, 1, 1, 1}, ml[4], ap[4];
    eg_plate_forces forces = {NULL, NULL, fz, m, m};
    eg_plate_pose pose = eg_plate_straight(1, 2);
    eg_plate_cop(&pose, &forces, 4, 20, ml, ap);
    EG_CHECK(isnan(ml[0]) && !isnan(ml[1]) && isnan(ml[2]) && isnan(ap[3]));
    EG_CHECK_NEAR(eg_plate_least_n(20, 0.1, 700), 70, 1e-12);
    EG_CHECK_NEAR(eg_plate_least_n(20, 0.1, 100), 20, 0);
    EG_CHECK_NEAR(eg_plate_least_n(20, 0.1, NAN), 20, 0);
    EG_CHECK_NEAR(eg_plate_cop_sigma_mm(0.3, 1, 40, 500), sqrt(300.0 * 300 + 40 * 40) / 500, 1e-12);
}

static void two_plates_are_one(void) {
    double right_ml[] = {100, 100, NAN}, right_ap[] = {10, 10, NAN}, right_n[] = {600, 300, 3};
    double left_ml[] = {-100, -100, -90}, left_ap[] = {0, 20, 5}, left_n[] = {200, 300, 700};
    eg_plate_load plates[] = {{right_ml, right_ap, right_n}, {left_ml, left_ap, left_n}};
    double ml[3], ap[3], fz[3];
    eg_plate_merge(plates, 2, 3, 20, 50, ml, ap, fz);
    EG_CHECK_NEAR(ml[0], 50, 1e-12);
    EG_CHECK_NEAR(ap[0], 7.5, 1e-12);
    EG_CHECK_NEAR(ml[1], 0, 1e-12);
    EG_CHECK_NEAR(ml[2], -90, 1e-12); /* the unloaded plate does not count */
    EG_CHECK_NEAR(fz[2], 703, 0);
}

static double *column(const eg_recording *r, const char *label, const char *unit,
                      eg_map_quantity quantity) {
    eg_map_signal signal = {.sign = 1};
    snprintf(signal.column, sizeof signal.column, "%s", label);
    snprintf(signal.unit, sizeof signal.unit, "%s", unit);
    double *values;
    eg_diag diag = {0};
    if (eg_map_read(&signal, quantity, r, &values, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    return values;
}

static eg_recording *read_recording(const char *name) {
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", eg_test_data("balance"), name);
    eg_recording *r;
    eg_diag diag = {0};
    if (eg_recording_read(path, &r, &diag) != EG_OK) EG_FAIL("%s: %s", path, diag.text);
    return r;
}

/* The BDS files' COP columns are what their moments say. */
static void moments_give_the_columns(void) {
    static const char *const names[] = {"BDS00001.txt", "BDS00040.txt", "BDS00106.txt"};
    double worst = 0;
    for (size_t f = 0; f < 3; f++) {
        eg_recording *r = read_recording(names[f]);
        size_t n = r->n_frames;
        double *fz = column(r, "Fz", "N", EG_MAP_FORCE), *mx = column(r, "Mx", "Nm", EG_MAP_MOMENT);
        double *my = column(r, "My", "Nm", EG_MAP_MOMENT);
        double *ml = column(r, "COPy", "cm", EG_MAP_LENGTH);
        double *ap = column(r, "COPx", "cm", EG_MAP_LENGTH);
        double *out = malloc(2 * n * sizeof *out);
        EG_CHECK(out != NULL);
        eg_plate_pose pose = eg_plate_straight(2, 1);
        eg_plate_forces forces = {NULL, NULL, fz, mx, my};
        eg_plate_cop(&pose, &forces, n, 20, out, out + n);
        for (size_t i = 0; i < n; i++) {
            worst = fmax(worst, fabs(out[i] - ml[i]));
            worst = fmax(worst, fabs(out[n + i] - ap[i]));
        }
        free(fz), free(mx), free(my), free(ml), free(ap), free(out);
        eg_recording_destroy(r);
    }
    eg_test_note("3 files, largest difference %.2g mm", worst);
    EG_CHECK(worst < 0.05);
}

/* The PDS files' net COP is what their two plates say. */
static void two_plates_give_the_net(void) {
    static const char *const names[] = {"PDS13CF1grf.txt", "PDS13CR1grf.txt", "PDS13OF1grf.txt",
                                        "PDS13OR1grf.txt"};
    double worst = 0;
    for (size_t f = 0; f < 4; f++) {
        eg_recording *r = read_recording(names[f]);
        size_t n = r->n_frames;
        double *rz = column(r, "RGRF_Y", "N", EG_MAP_FORCE),
               *lz = column(r, "LGRF_Y", "N", EG_MAP_FORCE);
        double *rm = column(r, "RCOP_Z", "m", EG_MAP_LENGTH),
               *ra = column(r, "RCOP_X", "m", EG_MAP_LENGTH);
        double *lm = column(r, "LCOP_Z", "m", EG_MAP_LENGTH),
               *la = column(r, "LCOP_X", "m", EG_MAP_LENGTH);
        double *nm = column(r, "COPNET_Z", "m", EG_MAP_LENGTH),
               *na = column(r, "COPNET_X", "m", EG_MAP_LENGTH);
        double *out = malloc(2 * n * sizeof *out);
        EG_CHECK(out != NULL);
        eg_plate_load plates[] = {{rm, ra, rz}, {lm, la, lz}};
        eg_plate_merge(plates, 2, n, 20, 50, out, out + n, NULL);
        for (size_t i = 0; i < n; i++) {
            worst = fmax(worst, fabs(out[i] - nm[i]));
            worst = fmax(worst, fabs(out[n + i] - na[i]));
        }
        free(rz), free(lz), free(rm), free(ra), free(lm), free(la), free(nm), free(na), free(out);
        eg_recording_destroy(r);
    }
    eg_test_note("4 files, largest difference %.2g m", worst / 1000);
    EG_CHECK(worst / 1000 <= 1e-5);
}

/* The raw AMTI export: signs and centring against the trace that the authors analyse. */
static void motive_signs_are_the_authors(void) {
    eg_recording *raw = read_recording("quijoux_test_raw_amti.csv");
    eg_recording *cop = read_recording("quijoux_test_cop_4000_7000.csv");
    size_t n = raw->n_frames;
    double *fz = column(raw, "Fz", "N", EG_MAP_FORCE), *mx = column(raw, "Mx", "Nm", EG_MAP_MOMENT);
    double *my = column(raw, "My", "Nm", EG_MAP_MOMENT), *out = malloc(2 * n * sizeof *out);
    EG_CHECK(out != NULL);
    eg_plate_pose pose = eg_plate_straight(-1, 2);
    eg_plate_forces forces = {NULL, NULL, fz, mx, my};
    eg_plate_cop(&pose, &forces, n, 20, out, out + n);
    const char *labels[] = {"ml_cm", "ap_cm"};
    double worst = 0;
    for (size_t axis = 0; axis < 2; axis++) {
        const eg_channel *peer = eg_recording_channel(cop, labels[axis]);
        const double *own = out + axis * n;
        double offset = own[4000] - 10 * peer->values[0];
        for (size_t i = 0; i < peer->n; i++)
            worst = fmax(worst, fabs(own[4000 + i] - 10 * peer->values[i] - offset));
    }
    free(fz), free(mx), free(my), free(out);
    eg_recording_destroy(raw);
    eg_recording_destroy(cop);
    eg_test_note("3000 samples, largest difference beside the centring %.2g mm", worst);
    EG_CHECK(worst < 1e-9);
}

static void maps_are_read_or_refused(void) {
    static const struct {
        const char *text, *says; /* NULL: is read */
    } rows[] = {
        {"{\"net\":{\"ml\":{\"column\":\"a\",\"unit\":\"mm\"},\"ap\":{\"column\":\"b\"}}}", NULL},
        {"{\"net\":{\"ml\":{\"column\":\"a\"}}}", "both ml and ap"},
        {"{\"nett\":{}}", "no member \"nett\""},
        {"{\"net\":{\"ml\":{\"column\":\"a\",\"unit\":\"N\"}}}", "no unit of length"},
        {"{\"net\":{\"ml\":{\"column\":\"a\",\"sign\":2}}}", "sign must be"},
        {"{\"plates\":[{\"foot\":\"both\",\"ml_axis\":\"+x\",\"ap_axis\":\"-x\"}]}", "ml_axis"},
        {"{\"plates\":[{\"foot\":\"both\",\"ml_axis\":\"+x\",\"ap_axis\":\"-y\"}]}",
         "fz, mx and my"},
        {"{\"rate_hz\":-1}", "rate_hz"},
        {"{}", "no centre of pressure"},
        {"[1", "not JSON"},
        {"[]", "must be an object"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        eg_map map;
        eg_diag diag = {0};
        eg_err err = eg_map_parse(rows[i].text, strlen(rows[i].text), "map.json", &map, &diag);
        if ((err == EG_OK) != (rows[i].says == NULL) ||
            (err != EG_OK && strstr(diag.text, rows[i].says) == NULL))
            EG_FAIL("%s: \"%s\"", rows[i].text, diag.text);
    }
}

/* Every ready map in knowledge/maps is sound, and the open recordings find theirs. */
static void recordings_find_their_map(void) {
    static eg_map maps[64];
    size_t n = 0;
    for (const eg_embedded *file = eg_embedded_files; file->path != NULL; file++) {
        if (strncmp(file->path, "knowledge/maps/", 15) != 0) continue;
        json_t *json =
            json_loadb((const char *)file->begin, (size_t)(file->end - file->begin), 0, NULL);
        size_t count = json_array_size(json_object_get(json, "maps"));
        EG_CHECK(count > 0 && n + count <= 64);
        for (size_t i = 0; i < count; i++) {
            eg_diag diag = {0};
            const json_t *entry = json_array_get(json_object_get(json, "maps"), i);
            if (eg_map_from_json(entry, file->path, &maps[n++], &diag) != EG_OK)
                EG_FAIL("%s: %s", file->path, diag.text);
        }
        json_decref(json);
    }
    static const char *const rows[][2] = {{"BDS00001.txt", "bds"},
                                          {"PDS13OR1grf.txt", "pds"},
                                          {"quijoux_test_raw_amti.csv", "motive-amti"},
                                          {"quijoux_test_cop_4000_7000.csv", "ml-ap-cm"}};
    for (size_t i = 0; i < 4; i++) {
        eg_recording *r = read_recording(rows[i][0]);
        const eg_map *map = eg_map_choose(maps, n, r);
        EG_CHECK(map != NULL);
        EG_CHECK_TEXT(map->id, rows[i][1]);
        eg_recording_destroy(r);
    }
    static const char text[] = "t_s,left,right\n0,1,2\n0.1,2,3\n0.2,3,4\n";
    eg_recording *r;
    eg_diag diag = {0};
    EG_CHECK_INT(eg_recording_parse("x.csv", (const uint8_t *)text, strlen(text), &r, &diag),
                 EG_OK);
    EG_CHECK(eg_map_choose(maps, n, r) == NULL);
    char columns[64];
    eg_map_list_columns(r, columns, sizeof columns);
    EG_CHECK_TEXT(columns, "left, right");
    eg_map_signal signal = {.column = "left", .sign = 1};
    double *values;
    diag = (eg_diag){0};
    EG_CHECK_INT(eg_map_read(&signal, EG_MAP_LENGTH, r, &values, &diag), EG_ERR_DATA);
    eg_recording_destroy(r);
    eg_test_note("%zu maps", n);
}

EG_TESTS({"plate: a known load has its place", a_known_load_has_its_place},
         {"plate: too little load has no place", little_load_has_no_place},
         {"plate: two plates are one", two_plates_are_one},
         {"plate: BDS moments give the BDS columns", moments_give_the_columns},
         {"plate: PDS plates give the net", two_plates_give_the_net},
         {"plate: Motive's signs are the authors'", motive_signs_are_the_authors},
         {"map: is read or refused with the reason", maps_are_read_or_refused},
         {"map: recordings find their map", recordings_find_their_map})
