/* The quality gate on the open recordings as they are, and with every fault put in that a person
 * could put in: the right check must fail, and no good recording may. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/evaluate.h"
#include "clinic/evaluate_part.h"
#include "core/base/real.h"
#include "core/sim/sway.h"
#include "io/embed.h"
#include "tests/support/test.h"

enum { FILES_MAX = 16 };

static eg_evaluator *evaluator;
static eg_recording *originals[FILES_MAX];
static size_t n_originals;
static uint64_t state = 42;

static double draw(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) / 9007199254740992.0;
}

static double draw_normal(void) {
    return sqrt(-2 * log(1 - draw())) * cos(2 * EG_PI * draw());
}

static void load(void) {
    const char *folder = eg_test_data("balance");
    DIR *directory = opendir(folder);
    EG_CHECK(directory != NULL);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        const char *name = entry->d_name;
        if ((strncmp(name, "BDS", 3) != 0 && strncmp(name, "PDS", 3) != 0) ||
            strstr(name, ".txt") == NULL || n_originals == FILES_MAX)
            continue;
        char path[4800];
        snprintf(path, sizeof path, "%s/%s", folder, name);
        eg_diag diag = {0};
        if (eg_recording_read(path, &originals[n_originals++], &diag) != EG_OK)
            EG_FAIL("%s: %s", path, diag.text);
    }
    closedir(directory);
    EG_CHECK_INT(n_originals, 16);
    eg_diag diag = {0};
    if (eg_evaluator_create(eg_embedded_files, &evaluator, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
}

/* ---- a recording to spoil ------------------------------------------------------------------- */

static eg_recording *copy_of(const eg_recording *r) {
    eg_recording *copy = malloc(sizeof *copy);
    EG_CHECK(copy != NULL);
    *copy = *r;
    copy->channels = malloc(r->n_channels * sizeof *copy->channels);
    copy->t_s = malloc(r->n_frames * sizeof(double));
    EG_CHECK(copy->channels != NULL && copy->t_s != NULL);
    memcpy(copy->t_s, r->t_s, r->n_frames * sizeof(double));
    for (size_t i = 0; i < r->n_channels; i++) {
        copy->channels[i] = r->channels[i];
        copy->channels[i].values = malloc(r->n_frames * sizeof(double));
        EG_CHECK(copy->channels[i].values != NULL);
        memcpy(copy->channels[i].values, r->channels[i].values, r->n_frames * sizeof(double));
    }
    return copy;
}

/* Only the centre of pressure, as a plain file holds it. */
static eg_recording *cop_only(const eg_recording *r) {
    int is_pds = r->name[0] == 'P';
    eg_recording *copy = copy_of(r);
    const char *labels[] = {is_pds ? "COPNET_Z" : "COPy", is_pds ? "COPNET_X" : "COPx"};
    const char *names[] = {"ml_mm", "ap_mm"};
    for (size_t k = 0; k < 2; k++) {
        const eg_channel *from = eg_recording_channel(r, labels[k]);
        for (size_t i = 0; i < r->n_frames; i++)
            copy->channels[k].values[i] = from->values[i] * (is_pds ? 1000 : 10);
        snprintf(copy->channels[k].label, sizeof copy->channels[k].label, "%s", names[k]);
        snprintf(copy->channels[k].unit, sizeof copy->channels[k].unit, "mm");
    }
    for (size_t i = 2; i < copy->n_channels; i++) free(copy->channels[i].values);
    copy->n_channels = 2;
    return copy;
}

static double *values_of(eg_recording *r, const char *label) {
    const eg_channel *channel = eg_recording_channel(r, label);
    return channel != NULL ? channel->values : NULL;
}

/* The net COP columns and their unit in mm. */
static double *cop_of(eg_recording *r, int ap, double *mm) {
    static const char *const labels[][2] = {
        {"COPy", "COPx"}, {"COPNET_Z", "COPNET_X"}, {"ml_mm", "ap_mm"}};
    static const double units[] = {10, 1000, 1};
    for (size_t i = 0; i < 3; i++) {
        double *values = values_of(r, labels[i][ap]);
        if (values == NULL) continue;
        *mm = units[i];
        return values;
    }
    EG_FAIL("no COP columns");
}

/* Deletes rows [from, from + n). */
static void cut_rows(eg_recording *r, size_t from, size_t n) {
    size_t rest = r->n_frames - from - n;
    for (size_t i = 0; i < r->n_channels; i++) {
        double *v = r->channels[i].values;
        memmove(v + from, v + from + n, rest * sizeof *v);
        r->channels[i].n -= n;
    }
    memmove(r->t_s + from, r->t_s + from + n, rest * sizeof(double));
    r->n_frames -= n;
}

static void set_all(eg_recording *r, size_t from, size_t n, double value) {
    for (size_t i = 0; i < r->n_channels; i++)
        for (size_t k = from; k < from + n; k++) r->channels[i].values[k] = value;
}

/* ---- faults --------------------------------------------------------------------------------- */

typedef enum fault {
    GAP_ROWS,
    GAP_NAN,
    GAP_NAN_COP,
    GAP_ZERO_COP,
    GAP_ZERO_ALL,
    GAP_DROPOUT,
    GAP_RENUMBERED,
    CLIP_COP,
    CLIP_COP_BOTH,
    CLIP_FORCE,
    CLIP_LOW,
    STEP_FORCE_ZERO,
    STEP_ALL_ZERO,
    STEP_NAN_COP,
    STEP_NOISY,
    STEP_FAR,
    STEP_HALF,
    DRIFT_COP_ML,
    DRIFT_COP_AP,
    DRIFT_FORCE,
    HELD_COP,
    HELD_ALL,
    HELD_SECOND,
    HELD_FORCE,
    NOISE_SINE,
    NOISE_ONE_AXIS,
    NOISE_BURST,
    NOISE_WHITE,
    NOISE_FORCE,
    N_FAULTS
} fault;

static const struct {
    const char *name;
    eg_gate_check check;
    int needs_force;
    double amplitudes[3]; /* s, share, mm or N: see spoil */
} faults[N_FAULTS] = {
    [GAP_ROWS] = {"rows deleted", EG_GATE_GAPS, 0, {0.15, 0.5, 3}},
    [GAP_NAN] = {"every column missing", EG_GATE_GAPS, 0, {0.15, 0.5, 3}},
    [GAP_NAN_COP] = {"COP missing", EG_GATE_GAPS, 0, {0.15, 0.5, 3}},
    [GAP_ZERO_COP] = {"COP zero", EG_GATE_GAPS, 0, {0.15, 0.5, 3}},
    [GAP_ZERO_ALL] = {"every column zero, briefly", EG_GATE_GAPS, 0, {0.1, 0.15, 0.19}},
    [GAP_DROPOUT] = {"all forces zero, COP held", EG_GATE_GAPS, 1, {0.15, 0.3, 0.8}},
    [GAP_RENUMBERED] = {"rows deleted, time numbered anew", EG_GATE_GAPS, 0, {1, 2, 5}},
    [CLIP_COP] = {"COP clipped on one axis", EG_GATE_SATURATION, 0, {0.5, 0.7, 0.9}},
    [CLIP_COP_BOTH] = {"COP clipped on both axes", EG_GATE_SATURATION, 0, {0.5, 0.7, 0.9}},
    [CLIP_FORCE] = {"vertical force clipped", EG_GATE_SATURATION, 1, {0.5, 0.7, 0.9}},
    [CLIP_LOW] = {"COP clipped below", EG_GATE_SATURATION, 0, {0.5, 0.7, 0.9}},
    [STEP_FORCE_ZERO] = {"vertical force zero", EG_GATE_STEP_OFF, 1, {0.3, 1, 3}},
    [STEP_ALL_ZERO] = {"every column zero", EG_GATE_STEP_OFF, 1, {0.3, 1, 3}},
    [STEP_NAN_COP] = {"unloaded, COP missing", EG_GATE_STEP_OFF, 1, {0.3, 1, 3}},
    [STEP_NOISY] = {"unloaded, noise", EG_GATE_STEP_OFF, 1, {0.3, 1, 3}},
    [STEP_FAR] = {"COP 300 mm away", EG_GATE_STEP_OFF, 0, {0.3, 1, 3}},
    [STEP_HALF] = {"half of the weight gone", EG_GATE_STEP_OFF, 1, {0.3, 1, 3}},
    [DRIFT_COP_ML] = {"ramp on ML", EG_GATE_DRIFT, 0, {25, 50, 100}},
    [DRIFT_COP_AP] = {"ramp on AP", EG_GATE_DRIFT, 0, {25, 50, 100}},
    [DRIFT_FORCE] = {"ramp on the force", EG_GATE_FORCE_DRIFT, 1, {20, 50, 150}},
    [HELD_COP] = {"COP held", EG_GATE_HELD_SAMPLES, 0, {0.1, 0.5, 2}},
    [HELD_ALL] = {"every column held", EG_GATE_HELD_SAMPLES, 0, {0.1, 0.5, 2}},
    [HELD_SECOND] = {"every second to fourth sample repeated", EG_GATE_HELD_SAMPLES, 0, {2, 3, 4}},
    [HELD_FORCE] = {"vertical force held", EG_GATE_HELD_SAMPLES, 1, {0.1, 0.5, 2}},
    [NOISE_SINE] = {"20 Hz on the COP", EG_GATE_NOISE, 0, {0.7, 2, 5}},
    [NOISE_ONE_AXIS] = {"20 Hz on AP alone", EG_GATE_NOISE, 0, {0.7, 2, 5}},
    [NOISE_BURST] = {"3 s of 20 Hz", EG_GATE_NOISE, 0, {0.7, 2, 5}},
    [NOISE_WHITE] = {"white noise", EG_GATE_NOISE, 0, {0.7, 2, 5}},
    [NOISE_FORCE] = {"20 Hz on the force", EG_GATE_NOISE, 1, {10, 20, 50}}};

static double *force_of(eg_recording *r) {
    double *fz = values_of(r, "Fz");
    return fz != NULL ? fz : values_of(r, "GRFNET_Y");
}

static void clip(double *v, size_t n, double share, int low) {
    double least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        least = fmin(least, v[i]);
        most = fmax(most, v[i]);
    }
    double level = low ? most - share * (most - least) : least + share * (most - least);
    for (size_t i = 0; i < n; i++) v[i] = low ? fmax(v[i], level) : fmin(v[i], level);
}

static void unload(eg_recording *r, size_t from, size_t n, double factor, double noise_n) {
    static const char *const labels[] = {"Fz", "GRFNET_Y", "RGRF_Y", "LGRF_Y"};
    for (size_t k = 0; k < 4; k++) {
        double *fz = values_of(r, labels[k]);
        for (size_t i = from; fz != NULL && i < from + n; i++)
            fz[i] = factor * fz[i] + noise_n * draw_normal();
    }
}

static void hold(double *v, size_t from, size_t n) {
    for (size_t i = from; i < from + n; i++) v[i] = v[from];
}

/* Forces and moments drop to 0 together while the columns of the COP stand still. */
static void drop_out(eg_recording *r, size_t from, size_t n) {
    for (size_t c = 0; c < r->n_channels; c++) {
        const char *label = r->channels[c].label;
        int is_cop = strstr(label, "COP") != NULL;
        for (size_t i = from; i < from + n; i++)
            r->channels[c].values[i] = is_cop ? r->channels[c].values[from - 1] : 0;
    }
}

/* Deletes n rows where the path lies farthest away behind them, and leaves the time even. */
static void cut_unseen(eg_recording *r, size_t n) {
    double mm, *ml = cop_of(r, 0, &mm), *ap = cop_of(r, 1, &mm), farthest = 0;
    size_t from = 600;
    for (size_t i = 600; i + n < r->n_frames - 600; i++) {
        double distance = fmax(fabs(ml[i + n] - ml[i]), fabs(ap[i + n] - ap[i]));
        if (distance > farthest) {
            farthest = distance;
            from = i;
        }
    }
    double *t = malloc(r->n_frames * sizeof *t);
    EG_CHECK(t != NULL);
    memcpy(t, r->t_s, r->n_frames * sizeof *t);
    cut_rows(r, from, n);
    memcpy(r->t_s, t, r->n_frames * sizeof *t);
    free(t);
}

static void spoil_noise(eg_recording *r, fault f, double amount, size_t from) {
    double mm, phase = 2 * EG_PI * draw();
    if (f == NOISE_FORCE) {
        double *fz = force_of(r);
        for (size_t i = 0; i < r->n_frames; i++)
            fz[i] += amount * sin(0.4 * EG_PI * (double)i + phase);
        return;
    }
    for (int ap = f == NOISE_ONE_AXIS; ap < 2; ap++) {
        double *v = cop_of(r, ap, &mm);
        for (size_t i = 0; i < r->n_frames; i++) {
            if (f == NOISE_BURST && (i < from || i >= from + 300)) continue;
            double add = f == NOISE_WHITE ? draw_normal() : sin(0.4 * EG_PI * (double)i + phase);
            v[i] += amount / mm * add;
        }
    }
}

static void spoil_cop(eg_recording *r, fault f, double amount, size_t from, size_t n) {
    for (int ap = 0; ap < 2; ap++) {
        double mm, *v = cop_of(r, ap, &mm);
        if (f == GAP_NAN_COP || f == STEP_NAN_COP)
            for (size_t i = from; i < from + n; i++) v[i] = NAN;
        if (f == GAP_ZERO_COP)
            for (size_t i = from; i < from + n; i++) v[i] = 0;
        if (f == STEP_FAR)
            for (size_t i = from; i < from + n; i++) v[i] += ap ? 0 : 300 / mm;
        if (f == HELD_COP) hold(v, from, n);
        if (f == STEP_NOISY)
            for (size_t i = from; i < from + n; i++) v[i] = 100 / mm * draw_normal();
        if (f == CLIP_COP_BOTH || (f == CLIP_COP && ap) || (f == CLIP_LOW && !ap))
            clip(v, r->n_frames, amount, f == CLIP_LOW);
        if ((f == DRIFT_COP_ML && !ap) || (f == DRIFT_COP_AP && ap))
            for (size_t i = 0; i < r->n_frames; i++)
                v[i] += amount / mm * (double)i / (double)r->n_frames;
    }
}

static void spoil(eg_recording *r, fault f, double amount) {
    size_t n = (size_t)(amount * 100 + 0.5), from = 600 + (size_t)(draw() * 4500);
    switch (f) {
    case GAP_ROWS:
        cut_rows(r, from, n);
        break;
    case GAP_NAN:
        set_all(r, from, n, NAN);
        break;
    case GAP_ZERO_ALL:
        set_all(r, from, n, 0);
        break;
    case GAP_DROPOUT:
        drop_out(r, from, n);
        break;
    case GAP_RENUMBERED:
        cut_unseen(r, n);
        break;
    case STEP_ALL_ZERO:
        set_all(r, from, n, 0);
        break;
    case STEP_FORCE_ZERO:
        unload(r, from, n, 0, 0);
        break;
    case STEP_NAN_COP:
    case STEP_NOISY:
        unload(r, from, n, 0, 1);
        break;
    case STEP_HALF:
        unload(r, from, n, 0.5, 0);
        break;
    case CLIP_FORCE:
        clip(force_of(r), r->n_frames, amount, 0);
        break;
    case DRIFT_FORCE: {
        double *fz = force_of(r);
        for (size_t i = 0; i < r->n_frames; i++) fz[i] += amount * (double)i / (double)r->n_frames;
        break;
    }
    case HELD_ALL:
        for (size_t i = 0; i < r->n_channels; i++) hold(r->channels[i].values, from, n);
        break;
    case HELD_FORCE:
        hold(force_of(r), from, n);
        break;
    case HELD_SECOND:
        for (size_t k = 0; k < r->n_channels; k++)
            for (size_t i = 0; i < r->n_frames; i++)
                r->channels[k].values[i] = r->channels[k].values[i - i % (size_t)amount];
        break;
    default:
        break;
    }
    if (f >= NOISE_SINE)
        spoil_noise(r, f, amount, from);
    else
        spoil_cop(r, f, amount, from, n);
}

/* ---- tests ---------------------------------------------------------------------------------- */

static eg_gate_report report_of(const eg_recording *r) {
    eg_evaluate_options options = eg_evaluate_defaults();
    eg_evaluation *evaluation;
    eg_diag diag = {0};
    if (eg_evaluate_balance(evaluator, r, &options, &evaluation, &diag) != EG_OK)
        EG_FAIL("%s: %s", r->name, diag.text);
    eg_gate_report report = evaluation->gate;
    /* Names of signals are the evaluation's: not used behind it. */
    eg_evaluation_destroy(evaluation);
    return report;
}

static void list_bad(const eg_gate_report *report, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (int k = 0; k < EG_GATE_CHECKS; k++) {
        const eg_gate_finding *f = &report->findings[k];
        if (f->verdict == EG_GATE_OK || used + 60 > size) continue;
        used +=
            (size_t)snprintf(text + used, size - used, " %s:%s(%d)", eg_gate_check_name(f->check),
                             eg_gate_verdict_name(f->verdict), f->reason);
    }
}

static void good_recordings_pass(void) {
    load();
    size_t n = 0, n_warned = 0;
    for (size_t i = 0; i < n_originals; i++) {
        eg_recording *parts[] = {copy_of(originals[i]), cop_only(originals[i])};
        for (size_t k = 0; k < 2; k++) {
            eg_gate_report report = report_of(parts[k]);
            char text[400];
            list_bad(&report, text, sizeof text);
            if (report.verdict == EG_GATE_FAIL) EG_FAIL("%s: %s", originals[i]->name, text);
            n_warned += report.verdict == EG_GATE_WARN;
            n++;
            eg_recording_destroy(parts[k]);
        }
        /* The first half alone, every second row, and COP in 0.1 mm steps are good trials too. */
        eg_recording *half = copy_of(originals[i]);
        cut_rows(half, 3000, half->n_frames - 3000);
        eg_gate_report report = report_of(half);
        EG_CHECK(report.verdict != EG_GATE_FAIL);
        eg_recording_destroy(half);
        eg_recording *coarse = cop_only(originals[i]);
        for (size_t c = 0; c < 2; c++)
            for (size_t k = 0; k < coarse->n_frames; k++)
                coarse->channels[c].values[k] =
                    floor(coarse->channels[c].values[k] * 10 + 0.5) / 10;
        report = report_of(coarse);
        char text[400];
        list_bad(&report, text, sizeof text);
        if (report.verdict == EG_GATE_FAIL) EG_FAIL("%s in 0.1 mm: %s", originals[i]->name, text);
        eg_recording_destroy(coarse);
        n += 2;
    }
    eg_test_note("%zu good trials, none fails, %zu of 32 whole ones with a warning", n, n_warned);
}

/* Every fault in every file (whole and as COP alone), three sizes, two moments each: found by the
 * right check. Counted too: how often another check fails as well. */
static void every_fault_is_named(void) {
    load();
    size_t n_runs = 0, n_others = 0;
    /* Under a sanitizer one moment of each is enough: the same code runs. */
    const int n_moments = eg_test_patience() > 1 ? 1 : 2;
    for (int f = 0; f < N_FAULTS; f++) {
        size_t n = 0, n_fail = 0;
        for (size_t i = 0; i < n_originals; i++)
            for (int alone = 0; alone < (faults[f].needs_force ? 1 : 2); alone++)
                for (int size = 0; size < 3; size++)
                    for (int seed = 0; seed < n_moments; seed++) {
                        /* People lean 25 mm; without forces nothing tells it from a drift. */
                        if (alone && faults[f].check == EG_GATE_DRIFT && size == 0) continue;
                        eg_recording *r = alone ? cop_only(originals[i]) : copy_of(originals[i]);
                        spoil(r, (fault)f, faults[f].amplitudes[size]);
                        eg_gate_report report = report_of(r);
                        eg_gate_verdict verdict = report.findings[faults[f].check].verdict;
                        char text[400];
                        list_bad(&report, text, sizeof text);
                        if (verdict == EG_GATE_OK)
                            EG_FAIL("%s %g in %s%s: not seen;%s", faults[f].name,
                                    faults[f].amplitudes[size], r->name, alone ? " (COP)" : "",
                                    text);
                        int others = 0;
                        for (int k = 0; k < EG_GATE_CHECKS; k++)
                            others |= k != (int)faults[f].check &&
                                      report.findings[k].verdict == EG_GATE_FAIL;
                        if (getenv("GATE_TRACE") != NULL && (others || verdict != EG_GATE_FAIL))
                            fprintf(stderr, "%s %g %s%s:%s\n", faults[f].name,
                                    faults[f].amplitudes[size], r->name, alone ? " (COP)" : "",
                                    text);
                        n_others += (size_t)others;
                        n_fail += verdict == EG_GATE_FAIL;
                        n++;
                        eg_recording_destroy(r);
                    }
        n_runs += n;
        if (n_fail < n)
            eg_test_note("%s: fails %zu of %zu, warns else; ", faults[f].name, n_fail, n);
    }
    eg_test_note(
        "%zu spoilt trials of %d kinds, all flagged by the right check, %zu by another too", n_runs,
        N_FAULTS, n_others);
}

/* People who do not exist stand still: nothing breaks, whoever they are and at which rate. */
static void synthetic_people_pass(void) {
    enum { SECONDS = 40, SEEDS = 20, N_MOST = 200 * SECONDS };
    static const eg_sway_person *const people[] = {&eg_sway_young, &eg_sway_older, &eg_sway_stroke,
                                                   &eg_sway_seated};
    static const double rates[] = {50, 100, 200};
    static double ml[N_MOST], ap[N_MOST], right[N_MOST], left[N_MOST], both[N_MOST];
    static unsigned char memory[4 << 20];
    eg_diag diag = {0};
    size_t count = 0;
    if (evaluator == NULL) load();
    for (size_t p = 0; p < 4; p++)
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            double rate_hz = rates[seed % 3];
            size_t n = (size_t)(rate_hz * SECONDS);
            eg_arena arena;
            eg_arena_init(&arena, memory, sizeof memory);
            if (eg_sway_simulate(people[p], seed, rate_hz, 20, n, ml, ap, right, left, &arena,
                                 &diag) != EG_OK)
                EG_FAIL("%s", diag.text);
            for (size_t i = 0; i < n; i++) both[i] = right[i] + left[i];
            eg_cop_trial trial = {
                .n = n,
                .rate_hz = rate_hz,
                .net = {ml, ap, both},
                .mass_kg = NAN,
                .height_m = NAN,
                .condition = {.posture = p == 3 ? EG_POSTURE_SITTING : EG_POSTURE_STANDING}};
            eg_gate_input input = {.trial = &trial,
                                   .n_channels = 3,
                                   .channels = {{"ml", ml, 0}, {"ap", ap, 0}, {"fz", both, 1}}};
            eg_gate_report report;
            eg_arena_init(&arena, memory, sizeof memory);
            EG_CHECK_INT(eg_gate_run(&input, &evaluator->limits, &arena, &report), EG_OK);
            char text[400];
            list_bad(&report, text, sizeof text);
            if (report.findings[EG_GATE_SPIKES].verdict != EG_GATE_OK ||
                report.findings[EG_GATE_GAPS].verdict != EG_GATE_OK)
                EG_FAIL("person %zu, seed %d, %g Hz:%s", p, (int)seed, rate_hz, text);
            count++;
        }
    eg_test_note("%zu trials of 4 people at 50, 100 and 200 Hz", count);
}

/* Values as a file with so many decimals holds them. */
static void round_all(eg_recording *r, double scale) {
    for (size_t c = 0; c < r->n_channels; c++)
        for (size_t k = 0; k < r->n_frames; k++)
            r->channels[c].values[k] = floor(r->channels[c].values[k] * scale + 0.5) / scale;
}

static void few_decimals_are_no_fault(void) {
    load();
    size_t n = 0, n_held = 0, n_clipped = 0;
    for (size_t i = 0; i < n_originals; i++)
        for (double scale = 1000; scale <= 100000; scale *= 10) {
            int is_pds = originals[i]->name[0] == 'P';
            eg_recording *r = is_pds ? cop_only(originals[i]) : copy_of(originals[i]);
            round_all(r, scale);
            eg_gate_report report = report_of(r);
            char text[400];
            list_bad(&report, text, sizeof text);
            if (report.verdict == EG_GATE_FAIL)
                EG_FAIL("%s to 1/%g:%s", originals[i]->name, scale, text);
            spoil(r, HELD_ALL, 0.5);
            report = report_of(r);
            n_held += report.findings[EG_GATE_HELD_SAMPLES].verdict == EG_GATE_FAIL;
            spoil(r, CLIP_COP_BOTH, 0.6);
            report = report_of(r);
            n_clipped += report.findings[EG_GATE_SATURATION].verdict == EG_GATE_FAIL;
            n++;
            eg_recording_destroy(r);
        }
    eg_test_note("%zu rounded trials pass; held %zu, clipped %zu found", n, n_held, n_clipped);
    EG_CHECK(n_held == n && n_clipped == n);
}

/* What no noise is in still is a recording: a circle, and one axis at rest is said. */
static void exact_motion_passes(void) {
    load();
    for (int decimals = 4; decimals <= 8; decimals += 2)
        for (double f = 0.1; f < 1.05; f += 0.15) {
            eg_recording *r = cop_only(originals[0]);
            for (size_t i = 0; i < r->n_frames; i++) {
                double phase = 2 * EG_PI * f * (double)i / 100;
                r->channels[0].values[i] = 5 * sin(phase);
                r->channels[1].values[i] = 5 * cos(phase);
            }
            round_all(r, pow(10, decimals));
            eg_gate_report report = report_of(r);
            char text[400];
            list_bad(&report, text, sizeof text);
            if (report.verdict != EG_GATE_OK) EG_FAIL("circle at %g Hz:%s", f, text);
            for (size_t i = 0; i < r->n_frames; i++) r->channels[0].values[i] = 0;
            report = report_of(r);
            EG_CHECK(report.findings[EG_GATE_GAPS].verdict == EG_GATE_OK);
            EG_CHECK(report.findings[EG_GATE_HELD_SAMPLES].reason == EG_GATE_DEAD);
            EG_CHECK(report.verdict == EG_GATE_WARN);
            eg_recording_destroy(r);
        }
}

static void a_whole_trial_held_fails(void) {
    load();
    for (size_t i = 0; i < n_originals; i++)
        for (int alone = 0; alone < 2; alone++) {
            eg_recording *r = alone ? cop_only(originals[i]) : copy_of(originals[i]);
            for (size_t c = 0; c < r->n_channels; c++) hold(r->channels[c].values, 0, r->n_frames);
            eg_gate_report report = report_of(r);
            EG_CHECK(report.findings[EG_GATE_HELD_SAMPLES].verdict == EG_GATE_FAIL);
            eg_recording_destroy(r);
        }
}

/* Far out and back within the first seconds, as after stepping up. */
static void a_far_start_is_said(void) {
    load();
    for (size_t i = 0; i < n_originals; i++) {
        eg_recording *r = cop_only(originals[i]);
        for (size_t k = 0; k < r->n_frames; k++)
            r->channels[1].values[k] += 100 * exp(-(double)k / 100);
        eg_gate_report report = report_of(r);
        EG_CHECK(report.findings[EG_GATE_TRANSIENT].verdict == EG_GATE_WARN);
        eg_recording_destroy(r);
    }
}

EG_TESTS({"gate: good recordings pass", good_recordings_pass},
         {"gate: few decimals are no fault", few_decimals_are_no_fault},
         {"gate: exact motion passes", exact_motion_passes},
         {"gate: a whole trial held fails", a_whole_trial_held_fails},
         {"gate: a far start is said", a_far_start_is_said},
         {"gate: synthetic people stand without a break", synthetic_people_pass},
         {"gate: every fault is named by the right check", every_fault_is_named})
