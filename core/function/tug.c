#include "core/function/tug.h"

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/function/pace.h"

static const double half_turn_rad = 2.0; /* 115 degrees: a turn round is more */

/* The turns between standing and sitting that go round: the first, and the last before the chair.
 */
static eg_err choose_turns(const eg_turns *turns, eg_tug *tug, eg_diag *diag) {
    const eg_turn_event *found[2] = {NULL, NULL};
    size_t n = 0;
    for (size_t k = 0; k < turns->n; k++) {
        const eg_turn_event *t = &turns->turns[k];
        if (t->to_s < tug->standing_s || t->from_s > tug->seated_s) continue;
        if (!(fabs(t->angle_rad) >= half_turn_rad)) continue;
        if (n == 0)
            found[0] = t;
        else
            found[1] = t;
        n++;
    }
    if (n < 2)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "no Timed Up and Go: %zu turns round between standing up and sitting "
                           "down, there are two",
                           n);
    tug->turn[0] = *found[0];
    tug->turn[1] = *found[1];
    return EG_OK;
}

/* All of the test into `tug`; leaves the arena to the caller. */
static eg_err measure(eg_trunk *body, double begin_s, eg_arena *arena, eg_tug *tug, eg_diag *diag) {
    eg_stands *stands = eg_arena_take(arena, 1, sizeof *stands);
    eg_turns *turns = eg_arena_take(arena, 1, sizeof *turns);
    eg_pace *pace = eg_arena_take(arena, 1, sizeof *pace);
    if (stands == NULL || turns == NULL || pace == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for a Timed Up and Go");
    eg_err err = eg_stand_find(body, arena, stands, diag);
    if (err == EG_OK && (stands->n != 1 || !isfinite(stands->stands[0].seated_s)))
        err = eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                          "no Timed Up and Go: the person stands up %zu times%s; cut the recording "
                          "to one test, from sitting to sitting",
                          stands->n, stands->n == 1 ? " and does not sit down again" : "");
    if (err == EG_OK) err = eg_turn_find(body, stands->stands[0].leaving_s, arena, turns, diag);
    if (err != EG_OK) return err;
    const eg_stand *s = &stands->stands[0];
    tug->stand = *s;
    tug->start_s = s->start_s;
    tug->seat_off_s = s->seat_off_s;
    tug->standing_s = s->standing_s;
    tug->leaving_s = s->leaving_s;
    tug->seated_s = s->seated_s;
    tug->settled_s = s->settled_s;
    err = choose_turns(turns, tug, diag);
    if (err != EG_OK) return err;
    double begin = isfinite(begin_s) ? begin_s : isfinite(s->start_s) ? s->start_s : s->seat_off_s;
    tug->total_s = tug->seated_s - begin;
    tug->up_s = tug->standing_s - tug->start_s;
    tug->out_s = tug->turn[0].from_s - tug->standing_s;
    tug->back_s = tug->turn[1].from_s - tug->turn[0].to_s;
    tug->down_s = tug->seated_s - tug->leaving_s;
    err = eg_pace_find(body, tug->standing_s, tug->leaving_s, arena, pace, diag);
    if (err != EG_OK) return err;
    double from_s[2] = {tug->standing_s, tug->turn[0].to_s};
    for (int k = 0; k < 2; k++) {
        double to_s = tug->turn[k].from_s, hz = eg_pace_cadence_hz(body, from_s[k], to_s);
        /* The first step is not of the others' rhythm yet. */
        double even_hz = k == 0 ? eg_pace_cadence_hz(body, from_s[k] + 1.0 / hz, to_s) : hz;
        tug->steps[k] = eg_pace_count(pace, from_s[k], to_s);
        tug->steps_hz[k] = isfinite(even_hz) ? even_hz : hz;
    }
    tug->all_steps = pace->n;
    tug->unsure_steps = pace->n_unsure;
    return EG_OK;
}

eg_err eg_tug_measure(eg_trunk *body, double begin_s, eg_arena *arena, eg_tug *tug, eg_diag *diag) {
    EG_ASSERT(body != NULL && arena != NULL && tug != NULL);
    size_t mark = eg_arena_mark(arena);
    *tug = (eg_tug){0};
    eg_err err = measure(body, begin_s, arena, tug, diag);
    eg_arena_reset(arena, mark);
    return err;
}
