#include "clinic/synthetic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/row.h"
#include "clinic/trial.h"
#include "core/base/check.h"
#include "core/base/random.h"
#include "core/base/real.h"
#include "core/sim/sway.h"

enum { RATE_HZ = 100, SAMPLES = 6000, LINE_MAX_BYTES = 320, SCRATCH_BYTES = 1 << 16 };

/* A plate's amplifier is never quite silent; samples that repeat to the last digit would look like
 * held ones, and rightly so. */
static const double force_noise_n = 0.15;
/* The heart moves the body a little: about 1 Hz, 1.5 N on the vertical force. */
static const double heart_n = 1.5;
static const double heart_rad_s = 6.7;

typedef struct plates {
    double ml_mm[SAMPLES], ap_mm[SAMPLES], right_n[SAMPLES], left_n[SAMPLES];
    unsigned char scratch[SCRATCH_BYTES];
} plates;

static const eg_sway_person *person_named(const char *name) {
    if (strcmp(name, "young") == 0) return &eg_sway_young;
    if (strcmp(name, "older") == 0) return &eg_sway_older;
    if (strcmp(name, "stroke") == 0) return &eg_sway_stroke;
    if (strcmp(name, "seated") == 0) return &eg_sway_seated;
    return NULL;
}

static const char header[] =
    "Time\tRGRF_X\tRGRF_Y\tRGRF_Z\tLGRF_X\tLGRF_Y\tLGRF_Z\tGRFNET_X\tGRFNET_Y\tGRFNET_Z\t"
    "RCOP_X\tRCOP_Y\tRCOP_Z\tLCOP_X\tLCOP_Y\tLCOP_Z\tCOPNET_X\tCOPNET_Y\tCOPNET_Z\t"
    "RFREEMOMENT_Y\tLFREEMOMENT_Y\r\n";

/* One line of the two-plate form: X to the front, Y up, Z to the right; newtons and metres. */
static int print_line(char *text, size_t size, size_t i, const plates *p, double apart_mm,
                      eg_random *random) {
    double beat = heart_n * eg_sin(heart_rad_s * (double)i / RATE_HZ);
    double right = p->right_n[i] + beat / 2 + force_noise_n * eg_random_normal(random);
    double left = p->left_n[i] + beat / 2 + force_noise_n * eg_random_normal(random);
    double net = right + left;
    double front_m = p->ap_mm[i] / 1000;
    double half_m = apart_mm / 2000;
    double net_right_m = (right - left) / net * half_m;
    return snprintf(text, size,
                    "%.6f\t0.000000\t%.6f\t0.000000\t0.000000\t%.6f\t0.000000\t0.000000\t%.6f\t"
                    "0.000000\t%.6f\t0.000000\t%.6f\t%.6f\t0.000000\t%.6f\t%.6f\t0.000000\t%.6f\t"
                    "0.000000\t0.000000\r\n",
                    (double)i / RATE_HZ, right, left, net, front_m, half_m, front_m, -half_m,
                    front_m, net_right_m);
}

static bool is_shift(const eg_synthetic_trial *trial) {
    return trial->task != NULL && strcmp(trial->task, "weight_shift") == 0;
}

/* Shifts weight from foot to foot on top of the sway: nearly the way between the targets, nearly
 * at the pace. How nearly is a choice of the demo. */
static void shift_weight(const eg_synthetic_trial *trial, double apart_mm, plates *p) {
    const double reached = 0.86, late = 1.04, wander = 0.35, wander_s = 17;
    double half_mm = 0.5 * reached * eg_number_at(trial->task_settings, "target_mm");
    double period_s = late * eg_number_at(trial->task_settings, "period_s");
    for (size_t i = 0; i < SAMPLES; i++) {
        double t_s = (double)i / RATE_HZ;
        double turn = 2 * EG_PI * t_s / period_s + wander * eg_sin(2 * EG_PI * t_s / wander_s);
        double moved_n = half_mm * eg_sin(turn) / apart_mm * (p->right_n[i] + p->left_n[i]);
        p->right_n[i] += moved_n;
        p->left_n[i] -= moved_n;
    }
}

eg_err eg_synthetic_file(const eg_synthetic_trial *trial, char **text, size_t *size,
                         eg_diag *diag) {
    EG_ASSERT(trial != NULL && text != NULL && size != NULL);
    const eg_sway_person *kind = person_named(trial->sway);
    if (kind == NULL)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "sway", 0, "there is no \"%s\"", trial->sway);
    eg_sway_person person = *kind;
    person.right_share = trial->right_share;
    /* Without sight the disturbance grows; how much is a choice of the demo, not a finding. */
    if (strcmp(trial->vision, "closed") == 0) {
        person.ap.noise_nm_sqrts *= 1.25;
        person.ml.noise_nm_sqrts *= 1.25;
    }
    plates *p = calloc(1, sizeof *p);
    size_t room = sizeof header + (size_t)SAMPLES * LINE_MAX_BYTES;
    char *made = malloc(room);
    if (p == NULL || made == NULL) {
        free(p);
        free(made);
        return eg_diag_set(diag, EG_ERR_MEMORY, "sway", 0, "out of memory");
    }
    eg_arena scratch;
    eg_arena_init(&scratch, p->scratch, sizeof p->scratch);
    eg_err error = eg_sway_simulate(&person, trial->seed, RATE_HZ, 30, SAMPLES, p->ml_mm, p->ap_mm,
                                    p->right_n, p->left_n, &scratch, diag);
    if (error == EG_OK && is_shift(trial)) shift_weight(trial, person.feet_apart_mm, p);
    size_t n = sizeof header - 1;
    memcpy(made, header, n);
    eg_random random;
    eg_random_init(&random, trial->seed, 2);
    for (size_t i = 0; error == EG_OK && i < SAMPLES; i++)
        n += (size_t)print_line(made + n, room - n, i, p, person.feet_apart_mm, &random);
    free(p);
    if (error != EG_OK) {
        free(made);
        return error;
    }
    *text = made;
    *size = n;
    return EG_OK;
}

eg_err eg_synthetic_record(eg_clinic *clinic, const eg_evaluator *evaluator, const char *episode_id,
                           const char *evaluation_id, const eg_synthetic_trial *trial,
                           eg_diag *diag) {
    char *text = NULL;
    size_t size = 0;
    eg_err error = eg_synthetic_file(trial, &text, &size, diag);
    if (error != EG_OK) return error;
    bool is_seated = strcmp(trial->sway, "seated") == 0;
    char name[96];
    snprintf(name, sizeof name, "synthetic-%s-%llu.txt", trial->sway,
             (unsigned long long)trial->seed);
    json_t *condition =
        json_pack("{ss ss ss ss}", "posture", is_seated ? "sitting" : "standing", "vision",
                  trial->vision, "surface", trial->surface, "stance", "apart");
    const eg_trial_file file = {.name = name,
                                .bytes = text,
                                .size = size,
                                .condition = condition,
                                .trial_no = trial->trial_no,
                                .decision = trial->decision,
                                .task = trial->task,
                                .task_settings = trial->task_settings,
                                .is_synthetic = true};
    json_t *document = NULL;
    json_t *problems = NULL;
    error = eg_trial_store(clinic, evaluator, episode_id, evaluation_id, &file, &document,
                           &problems, diag);
    const json_t *first = json_array_get(problems, 0);
    if (first != NULL)
        (void)eg_diag_set(diag, error, name, 0, "%s",
                          json_string_value(json_object_get(first, "reason")));
    json_decref(problems);
    json_decref(document);
    json_decref(condition);
    free(text);
    return error;
}
