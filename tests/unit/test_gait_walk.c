/* Steps of a made walker with known footprints, from markers: every event, count, length and
 * clearance against the truth, and what may not change them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "core/base/sort.h"
#include "core/gait/steps.h"
#include "tests/support/test.h"
#include "tests/support/walk_scene.h"

static double median(size_t n, double *x) {
    double scratch[2 * STEPS];
    eg_sort(n, x, scratch);
    return eg_sort_quantile(n, x, 0.5);
}

/* How the contacts found compare with the footprints. */
typedef struct score {
    size_t n_true, n_found, n_missed;
    double strike_ms, off_ms, worst_ms; /* medians of the absolute error, and the worst */
    size_t n_errors[2];                 /* of strikes and of offs */
    double errors_ms[2][STEPS];
    double clearance_mm; /* worst */
} score;

/* Whether a marker of that foot is missing within 0.2 s. */
static int is_hidden(const scene *s, int side, double t_s) {
    for (size_t i = 0; i < s->n; i++) {
        int is_near = fabs((double)i / s->rate_hz - t_s) <= 0.2;
        if (is_near && !isfinite(s->heel[side][i][0])) return 1;
        if (is_near && s->toe[side] != NULL && !isfinite(s->toe[side][i][0])) return 1;
    }
    return 0;
}

static score compare(const scene *s, int only_seen) {
    score out = {0};
    double strikes[STEPS], offs[STEPS];
    size_t n_strikes = 0, n_offs = 0;
    for (size_t k = 0; k < s->n_contacts; k++)
        out.n_found += (size_t)(isfinite(s->contacts[k].strike_s) != 0);
    for (size_t i = 0; i < s->n_steps; i++) {
        const eg_walk_step *t = &s->steps[i];
        const eg_gait_contact *best[2] = {NULL, NULL};
        for (size_t k = 0; k < s->n_contacts; k++) {
            const eg_gait_contact *c = &s->contacts[k];
            if (c->side != t->side) continue;
            if (fabs(c->strike_s - t->strike_s) < 0.15) best[0] = c;
            if (fabs(c->off_s - t->off_s) < 0.15) best[1] = c;
        }
        if (isfinite(t->strike_s) && !(only_seen && is_hidden(s, t->side, t->strike_s))) {
            out.n_true++;
            if (best[0] == NULL)
                out.n_missed++;
            else
                strikes[n_strikes++] = fabs(best[0]->strike_s - t->strike_s) * 1000.0;
            double apart = best[0] != NULL ? fabs(best[0]->clearance_mm - t->clearance_mm) : 0.0;
            if (isfinite(apart)) out.clearance_mm = fmax(out.clearance_mm, apart);
        }
        if (isfinite(t->off_s) && !(only_seen && is_hidden(s, t->side, t->off_s))) {
            if (best[1] == NULL)
                out.n_missed++;
            else
                offs[n_offs++] = fabs(best[1]->off_s - t->off_s) * 1000.0;
        }
    }
    for (size_t i = 0; i < n_strikes; i++) out.errors_ms[0][out.n_errors[0]++] = strikes[i];
    for (size_t i = 0; i < n_offs; i++) out.errors_ms[1][out.n_errors[1]++] = offs[i];
    out.strike_ms = median(n_strikes, strikes);
    out.off_ms = median(n_offs, offs);
    out.worst_ms = fmax(strikes[n_strikes - 1], offs[n_offs - 1]);
    return out;
}

/* Cadence of the steady part, with the measures' own rules. */
static eg_gait_walk *measure(const scene *s) {
    eg_gait_walk *walk = malloc(sizeof *walk);
    eg_gait_phase phases[STEPS];
    double memory[4 * STEPS];
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    EG_CHECK_INT(
        eg_gait_phases(s->n_contacts, s->contacts, 0.0, s->duration_s, phases, &arena, NULL),
        EG_OK);
    EG_CHECK_INT(eg_gait_measure(s->n_contacts, s->contacts, phases, walk, &arena, NULL), EG_OK);
    return walk;
}

static void styles(scene *s, int style) {
    eg_walk_person *p = &s->person;
    p->heading_deg = 40.0;
    p->length_sd = 15.0;
    p->time_sd = 0.01;
    if (style == 1) { /* limping: short and quick on one side, forefoot first */
        p->step_length[0] *= 0.7;
        p->step_time[0] *= 1.15;
        p->strike_pitch[0] = -8.0;
    }
    if (style == 2) { /* turning round in five steps */
        p->turn_at = 10;
        p->turn_steps = 5;
        p->turn_deg = 180.0;
    }
    if (style == 3) { /* shuffling: short, flat, low */
        for (int k = 0; k < 2; k++) {
            p->step_length[k] *= 0.5;
            p->strike_pitch[k] = 2.0;
            p->clearance[k] = 6.0;
        }
        p->off_pitch = 30.0;
    }
    if (style == 6) { /* the forefoot first on both sides */
        p->strike_pitch[0] = -15.0;
        p->strike_pitch[1] = -12.0;
    }
    if (style == 4 || style == 5) { /* stairs, foot over foot: eight up, or down */
        p->length_sd = 5.0;
        p->rise_at = 6;
        p->n_rises = 8;
        for (size_t k = 0; k < 8; k++) p->rises[k] = style == 4 ? 160.0 : -160.0;
        for (int k = 0; k < 2; k++) {
            p->step_length[k] = 300.0;
            p->clearance[k] = 40.0;
        }
    }
}

static const char *const style_names[] = {"even", "limping", "turning", "shuffling",
                                          "up",   "down",    "toes"};

/* What all walks of one style add up to. */
typedef struct tally {
    size_t n_walks, n_wrong, n_missed, n_errors[2];
    double errors_ms[2][40 * STEPS];
    double clearance_mm, cadence;
} tally;

/* Steps a minute of the footprints without the first and the last two steps. */
static double true_cadence(const scene *s) {
    double first = 0.0, last = 0.0;
    size_t seen = 0, standing = 2; /* both feet, before */
    for (size_t i = standing + 2; i + 2 < s->n_steps; i++, seen++) {
        last = s->steps[i].strike_s;
        if (seen == 0) first = last;
    }
    return 60.0 * (double)(seen - 1) / (last - first);
}

static void add_walk(tally *t, const scene *s, const char *name) {
    score q = compare(s, 0);
    eg_gait_walk *walk = measure(s);
    double apart = walk->values[EG_GAIT_M_CADENCE][2].value / true_cadence(s) - 1.0;
    printf("# %-9s step %3.0f mm %.2f s, %3.0f Hz: strikes %zu of %zu, missed events %zu, median "
           "strike %.1f off %.1f ms, worst %.0f ms, clearance within %.1f mm, cadence %+.2f %%\n",
           name, s->person.step_length[1], s->person.step_time[1], s->rate_hz, q.n_found, q.n_true,
           q.n_missed, q.strike_ms, q.off_ms, q.worst_ms, q.clearance_mm, 100.0 * apart);
    t->n_walks++;
    t->n_wrong += (size_t)(q.n_found != q.n_true);
    t->n_missed += q.n_missed;
    t->clearance_mm = fmax(t->clearance_mm, q.clearance_mm);
    t->cadence = fmax(t->cadence, fabs(apart));
    for (int e = 0; e < 2; e++)
        for (size_t i = 0; i < q.n_errors[e]; i++)
            t->errors_ms[e][t->n_errors[e]++] = q.errors_ms[e][i];
    free(walk);
}

static void one_walk(tally *t, int style, int v, double rate_hz, uint64_t seed, int has_toes) {
    static const double speeds[] = {0.4, 0.8, 1.2, 1.6}, cadences[] = {60, 90, 112, 130};
    scene *s = calloc(1, sizeof *s);
    s->person = eg_walk_usual(speeds[v], cadences[v]);
    s->rate_hz = rate_hz;
    s->seed = seed;
    styles(s, style);
    scene_see(s, 0.3);
    for (int k = 0; k < 2 && !has_toes; k++) s->toe[k] = NULL;
    scene_find(s);
    add_walk(t, s, style_names[style]);
    scene_forget(s);
    free(s);
}

static void judge(tally *t, size_t one_missed_in) {
    double *scratch = malloc(sizeof t->errors_ms[0]), middle[2], most_ms[2];
    for (int e = 0; e < 2; e++) {
        eg_sort(t->n_errors[e], t->errors_ms[e], scratch);
        middle[e] = eg_sort_quantile(t->n_errors[e], t->errors_ms[e], 0.5);
        most_ms[e] = eg_sort_quantile(t->n_errors[e], t->errors_ms[e], 0.95);
    }
    size_t n_events = t->n_errors[0] + t->n_errors[1];
    eg_test_note("%zu walks, %zu events, counts wrong %zu, missed %zu, median strike %.1f off %.1f "
                 "ms, 95 %% below %.0f and %.0f ms, clearance within %.1f mm, cadence within %.2f "
                 "%%",
                 t->n_walks, n_events, t->n_wrong, t->n_missed, middle[0], middle[1], most_ms[0],
                 most_ms[1], t->clearance_mm, 100.0 * t->cadence);
    EG_CHECK(middle[0] <= 20.0);
    EG_CHECK(middle[1] <= 20.0);
    EG_CHECK(most_ms[0] <= 25.0);
    EG_CHECK(most_ms[1] <= 40.0);
    EG_CHECK(t->n_missed * one_missed_in <= n_events);
    EG_CHECK(t->clearance_mm <= 5.0);
    EG_CHECK(t->cadence <= 0.01);
    free(scratch);
}

static void one_style(int style) {
    static const double rates[] = {100, 128, 200};
    tally *t = calloc(1, sizeof *t);
    for (int v = 0; v < 4; v++)
        for (int r = 0; r < 3; r++) one_walk(t, style, v, rates[r], 0, 1);
    judge(t, 200);
    EG_CHECK_INT(t->n_wrong, 0);
    free(t);
}

static void even(void) {
    one_style(0);
}
static void limping(void) {
    one_style(1);
}
static void turning(void) {
    one_style(2);
}
static void shuffling(void) {
    one_style(3);
}

static void upstairs(void) {
    one_style(4);
}
static void downstairs(void) {
    one_style(5);
}
static void on_toes(void) {
    one_style(6);
}

/* Limping walks with other footprints, other noise and other cameras. */
static void other_limps(void) {
    static const double rates[] = {50, 60, 120, 250};
    tally *t = calloc(1, sizeof *t);
    for (uint64_t seed = 1; seed <= 10; seed++)
        for (int v = 0; v < 4; v++) one_walk(t, 1, v, rates[(seed + (uint64_t)v) % 4], seed, 1);
    judge(t, 200);
    EG_CHECK_INT(t->n_wrong, 0);
    free(t);
}

/* Without markers on the forefoot: the heel of a slow first step goes forward twice. */
static void heels_alone(void) {
    static const int kinds[] = {0, 2, 3}; /* one that limps lands where no heel shows it */
    tally *t = calloc(1, sizeof *t);
    for (int v = 0; v < 4; v++)
        for (int k = 0; k < 3; k++)
            for (int r = 0; r < 2; r++) one_walk(t, kinds[k], v, r ? 200.0 : 100.0, 0, 0);
    judge(t, 200);
    EG_CHECK_INT(t->n_wrong, 0);
    EG_CHECK_INT(t->n_missed, 0);
    free(t);
}

/* On a belt the same steps are found as on the floor, and the belt's speed. */
static void treadmill(void) {
    scene *s = calloc(1, sizeof *s);
    double worst = 0.0, belt = 0.0, length = 0.0;
    for (int i = 0; i < 6; i++) {
        int v = i / 2; /* once with toes, once without */
        memset(s, 0, sizeof *s);
        double speed = 0.6 + 0.4 * v;
        s->person = eg_walk_usual(speed, 80.0 + 20.0 * v);
        s->person.stand_before = s->person.stand_after = 0.0;
        s->rate_hz = 100.0;
        s->belt_mm_s = 1000.0 * speed;
        scene_see(s, 0.3);
        for (int k = 0; k < 2 && i % 2 == 1; k++) s->toe[k] = NULL;
        scene_find(s);
        EG_CHECK(s->path.is_treadmill);
        score q = compare(s, 0);
        eg_gait_walk *walk = measure(s);
        double step = walk->values[EG_GAIT_M_STEP_LENGTH][2].value;
        printf(
            "# belt %.1f m/s: found %.3f m/s, step %.1f of %.1f mm, events median %.1f, %.1f ms\n",
            speed, s->path.belt_mm_s / 1000.0, step, s->person.step_length[0], q.strike_ms,
            q.off_ms);
        belt = fmax(belt, fabs(s->path.belt_mm_s / s->belt_mm_s - 1.0));
        length = fmax(length, fabs(step / s->person.step_length[0] - 1.0));
        worst = fmax(worst, fmax(q.strike_ms, q.off_ms));
        free(walk);
        scene_forget(s);
    }
    free(s);
    eg_test_note("belt within %.2f %%, step length within %.2f %%, medians below %.1f ms",
                 100.0 * belt, 100.0 * length, worst);
    EG_CHECK(belt < 0.02);
    EG_CHECK(length < 0.02);
    EG_CHECK(worst <= 20.0);
}

/* Left for right in a mirror, and a recording that starts a second later. */
static void mirror_and_shift(void) {
    scene *s = calloc(1, sizeof *s), *m = malloc(sizeof *m);
    s->person = eg_walk_usual(1.1, 105.0);
    s->person.step_length[0] *= 0.8;
    s->rate_hz = 100.0;
    scene_see(s, 0.3);
    scene_find(s);
    *m = *s;
    double(*block)[3] = malloc(5 * s->n * sizeof *block);
    for (int k = 0; k < 2; k++) {
        m->heel[k] = block + (size_t)k * s->n;
        m->toe[k] = block + (size_t)(2 + k) * s->n;
    }
    m->pelvis = block + 4 * s->n;
    for (size_t i = 0; i < s->n; i++)
        for (int r = 0; r < 3; r++) {
            double sign = r == 1 ? -1.0 : 1.0;
            for (int k = 0; k < 2; k++) {
                m->heel[k][i][r] = sign * s->heel[!k][i][r];
                m->toe[k][i][r] = sign * s->toe[!k][i][r];
            }
            m->pelvis[i][r] = sign * s->pelvis[i][r];
        }
    scene_find(m);
    EG_CHECK_INT(m->n_contacts, s->n_contacts);
    double worst = 0.0;
    for (size_t i = 0; i < s->n_contacts; i++) {
        const eg_gait_contact *a = &s->contacts[i], *b = &m->contacts[i];
        EG_CHECK_INT(b->side, !a->side);
        if (isfinite(a->strike_s)) worst = fmax(worst, fabs(a->strike_s - b->strike_s));
        if (isfinite(a->off_s)) worst = fmax(worst, fabs(a->off_s - b->off_s));
        if (isfinite(a->width_mm)) worst = fmax(worst, fabs(a->width_mm - b->width_mm));
    }
    EG_CHECK(worst < 1e-9);
    /* A second later: filters and heading see another beginning. */
    size_t cut = 100, n_before = s->n_contacts;
    eg_gait_contact kept[STEPS];
    memcpy(kept, s->contacts, sizeof kept);
    for (int k = 0; k < 2; k++) {
        s->heel[k] += cut;
        s->toe[k] += cut;
    }
    s->pelvis += cut;
    s->n -= cut;
    scene_find(s);
    EG_CHECK_INT(s->n_contacts, n_before);
    double moved = 0.0;
    for (size_t i = 0; i < n_before; i++)
        if (isfinite(kept[i].strike_s))
            moved = fmax(moved, fabs(kept[i].strike_s - 1.0 - s->contacts[i].strike_s));
    eg_test_note("mirrored: within %.0e; a second later: strikes within %.0e s", worst, moved);
    EG_CHECK(moved < 1e-6);
    for (int k = 0; k < 2; k++) s->heel[k] -= cut;
    scene_forget(s);
    free(block);
    free(m);
    free(s);
}

/* Gaps in the markers cost the events they hide, not the others. */
static void gaps(void) {
    scene *s = calloc(1, sizeof *s);
    s->person = eg_walk_usual(1.1, 105.0);
    s->rate_hz = 100.0;
    scene_see(s, 0.3);
    size_t from = s->n / 2, to = from + 60;
    for (size_t i = from; i < to; i++)
        for (int r = 0; r < 3; r++) s->heel[0][i][r] = s->toe[0][i][r] = (double)NAN;
    for (size_t i = 100; i + 100 < s->n; i += 97) /* short ones are bridged */
        for (size_t k = 0; k < 4; k++) s->toe[1][i + k][0] = (double)NAN;
    scene_find(s);
    score q = compare(s, 0);
    eg_test_note("%zu of %zu strikes, medians %.1f and %.1f ms", q.n_found, q.n_true, q.strike_ms,
                 q.off_ms);
    EG_CHECK(q.n_found + 2 >= q.n_true && q.n_found <= q.n_true);
    EG_CHECK(q.strike_ms <= 20.0 && q.off_ms <= 20.0);
    scene_forget(s);
    free(s);
}

/* Each marker is lost for 0.15 s once a second: what was seen is found as well as ever. */
static void many_gaps(void) {
    static const double speeds[] = {0.4, 0.8, 1.2, 1.6}, cadences[] = {60, 90, 112, 130};
    tally *t = calloc(1, sizeof *t);
    for (int v = 0; v < 4; v++)
        for (int style = 0; style < 4; style++) {
            scene *s = calloc(1, sizeof *s);
            s->person = eg_walk_usual(speeds[v], cadences[v]);
            s->rate_hz = 100.0;
            styles(s, style);
            scene_see(s, 0.3);
            eg_random random;
            eg_random_init(&random, 17, (uint64_t)(4 * v + style));
            for (int m = 0; m < 4; m++)
                for (size_t i = 50; i + 150 < s->n; i += 100) {
                    size_t at = i + (size_t)(85.0 * eg_random_uniform(&random));
                    double(*marker)[3] = m < 2 ? s->heel[m] : s->toe[m - 2];
                    for (size_t k = at; k < at + 15; k++) marker[k][0] = (double)NAN;
                }
            scene_find(s);
            score q = compare(s, 1);
            t->n_walks++;
            t->n_missed += q.n_missed;
            for (int e = 0; e < 2; e++)
                for (size_t i = 0; i < q.n_errors[e]; i++)
                    t->errors_ms[e][t->n_errors[e]++] = q.errors_ms[e][i];
            scene_forget(s);
            free(s);
        }
    judge(t, 50);
    free(t);
}

EG_TESTS({"gait: a treadmill's belt and steps", treadmill},
         {"gait: mirrored and shifted walks", mirror_and_shift},
         {"gait: gaps in the markers", gaps}, {"gait: many gaps in the markers", many_gaps},
         {"gait: markers of an even walk against its footprints", even},
         {"gait: markers of a limping walk against its footprints", limping},
         {"gait: markers of other limping walks against their footprints", other_limps},
         {"gait: markers of heels alone against the footprints", heels_alone},
         {"gait: markers of a walk with a turn against its footprints", turning},
         {"gait: markers of a walk up the stairs against its footprints", upstairs},
         {"gait: markers of a walk down the stairs against its footprints", downstairs},
         {"gait: markers of a walk on the toes against its footprints", on_toes},
         {"gait: markers of a shuffling walk against its footprints", shuffling})
