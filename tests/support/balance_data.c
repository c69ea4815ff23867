#include "tests/support/balance_data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

const char *const eg_balance_case_names[EG_BALANCE_CASES] = {
    "BDS00001",    "BDS00007",    "BDS00004",    "BDS00010",   "BDS00037", "BDS00040",
    "BDS00046",    "BDS00043",    "BDS00097",    "BDS00103",   "BDS00100", "BDS00106",
    "PDS13OR1grf", "PDS13CR1grf", "PDS13OF1grf", "PDS13CF1grf"};

/* Memory of a test is given back by the end of its process. */
static void *take(size_t count, size_t size) {
    static void *kept[256]; /* reachable, so that a leak checker stays quiet */
    static size_t n_kept;
    void *memory = calloc(count, size);
    if (memory == NULL) EG_FAIL("out of memory");
    if (n_kept < sizeof kept / sizeof kept[0]) kept[n_kept++] = memory;
    return memory;
}

static const char *data_path(const char *file) {
    char *path = take(1, 512);
    snprintf(path, 512, "%s/%s", eg_test_data("balance"), file);
    return path;
}

double *eg_numbers_read(const char *path, int skip, int columns, size_t *rows) {
    size_t size;
    char *text = eg_test_read_file(path, &size);
    size_t lines = 0;
    for (size_t i = 0; i < size; i++) lines += text[i] == '\n';
    double *numbers = take((lines + 1) * (size_t)columns, sizeof *numbers);
    char *at = text;
    for (int i = 0; i < skip && at != NULL; i++) {
        at = strchr(at, '\n');
        if (at != NULL) at++;
    }
    *rows = 0;
    while (at != NULL && *at != '\0') {
        for (int c = 0; c < columns; c++) {
            numbers[*rows * (size_t)columns + (size_t)c] = strtod(at, &at);
            while (*at == ',' || *at == '\t' || *at == ' ') at++;
        }
        (*rows)++;
        at = strchr(at, '\n');
        if (at != NULL) at++;
    }
    free(text);
    return numbers;
}

static double *column(const double *numbers, size_t rows, int columns, int index, double scale) {
    double *out = take(rows, sizeof *out);
    for (size_t i = 0; i < rows; i++) {
        out[i] = numbers[i * (size_t)columns + (size_t)index] * scale;
    }
    return out;
}

static void add_person(const char *name, eg_cop_trial *trial) {
    size_t size;
    char *text = eg_test_read_file(data_path("cases.csv"), &size);
    const char *row = strstr(text, name);
    if (row == NULL) EG_FAIL("no case %s", name);
    double height_cm;
    double mass_kg;
    char skipped[64];
    char vision[16];
    char surface[16];
    if (sscanf(row, "%*[^,],%63[^,],%*[^,],%*[^,],%lf,%lf,%15[^,],%15[^,]", skipped, &mass_kg,
               &height_cm, vision, surface) != 5) {
        EG_FAIL("cannot read case %s", name);
    }
    trial->mass_kg = mass_kg;
    trial->height_m = height_cm / 100.0;
    trial->condition.posture = EG_POSTURE_STANDING;
    trial->condition.vision = strcmp(vision, "Open") == 0 ? EG_VISION_OPEN : EG_VISION_CLOSED;
    trial->condition.surface = strcmp(surface, "Foam") == 0 ? EG_SURFACE_FOAM : EG_SURFACE_FIRM;
    free(text);
}

eg_cop_trial eg_balance_case(const char *name) {
    char file[64];
    snprintf(file, sizeof file, "%s.txt", name);
    size_t n;
    eg_cop_trial trial = {.rate_hz = 100.0};
    if (strncmp(name, "BDS", 3) == 0) {
        enum { COLUMNS = 9 };
        const double *numbers = eg_numbers_read(data_path(file), 1, COLUMNS, &n);
        trial.t_s = column(numbers, n, COLUMNS, 0, 1.0);
        trial.net.fz_n = column(numbers, n, COLUMNS, 3, 1.0);
        trial.net.ap_mm = column(numbers, n, COLUMNS, 7, 10.0);
        trial.net.ml_mm = column(numbers, n, COLUMNS, 8, 10.0);
    } else {
        enum { COLUMNS = 21 };
        const double *numbers = eg_numbers_read(data_path(file), 1, COLUMNS, &n);
        trial.t_s = column(numbers, n, COLUMNS, 0, 1.0);
        trial.right.fz_n = column(numbers, n, COLUMNS, 2, 1.0);
        trial.left.fz_n = column(numbers, n, COLUMNS, 5, 1.0);
        trial.net.fz_n = column(numbers, n, COLUMNS, 8, 1.0);
        trial.right.ap_mm = column(numbers, n, COLUMNS, 10, 1000.0);
        trial.right.ml_mm = column(numbers, n, COLUMNS, 12, 1000.0);
        trial.left.ap_mm = column(numbers, n, COLUMNS, 13, 1000.0);
        trial.left.ml_mm = column(numbers, n, COLUMNS, 15, 1000.0);
        trial.net.ap_mm = column(numbers, n, COLUMNS, 16, 1000.0);
        trial.net.ml_mm = column(numbers, n, COLUMNS, 18, 1000.0);
    }
    trial.n = n;
    add_person(name, &trial);
    return trial;
}

eg_cop_trial eg_balance_trial_of(const double *ml_mm, const double *ap_mm, size_t n,
                                 double rate_hz) {
    return (eg_cop_trial){.n = n,
                          .rate_hz = rate_hz,
                          .net = {ml_mm, ap_mm, NULL},
                          .mass_kg = (double)NAN,
                          .height_m = (double)NAN};
}

const eg_golden *eg_golden_read(const char *file, size_t *count) {
    size_t size;
    char *text = eg_test_read_file(data_path(file), &size);
    size_t lines = 0;
    for (size_t i = 0; i < size; i++) lines += text[i] == '\n';
    eg_golden *rows = take(lines + 1, sizeof *rows);
    *count = 0;
    char *at = strchr(text, '\n');
    while (at != NULL && at[1] != '\0') {
        at++;
        char *end = strchr(at, '\n');
        if (end != NULL) *end = '\0';
        eg_golden *row = &rows[*count];
        char *last = strrchr(at, ',');
        if (last == NULL || sscanf(at, "%31[^,],%95[^,]", row->name, row->code) != 2) {
            EG_FAIL("%s: cannot read '%s'", file, at);
        }
        row->value = strtod(last + 1, NULL);
        (*count)++;
        at = end;
    }
    free(text);
    return rows;
}

double eg_golden_find(const eg_golden *rows, size_t count, const char *name, const char *code) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].name, name) == 0 && strcmp(rows[i].code, code) == 0) {
            return rows[i].value;
        }
    }
    EG_FAIL("no reference value of %s for %s", code, name);
}

void eg_test_gaussian(double *x, size_t n, unsigned long seed) {
    uint64_t state = seed * 0x9e3779b97f4a7c15U + 1U;
    for (size_t i = 0; i < n; i++) {
        double u[2];
        for (int k = 0; k < 2; k++) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            u[k] = ((double)(state >> 11) + 0.5) / 9007199254740992.0;
        }
        x[i] = sqrt(-2.0 * log(u[0])) * cos(6.283185307179586 * u[1]);
    }
}
