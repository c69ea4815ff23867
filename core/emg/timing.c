#include "core/emg/timing.h"

#include <stdint.h>

#include "core/base/check.h"
#include "core/base/sort.h"

static int is_counted(const eg_burst *b) {
    return (b->flags & EG_ONSET_MINOR) == 0;
}

static int has_onset(const eg_burst *b) {
    return (b->flags & (EG_ONSET_MINOR | EG_ONSET_AT_START)) == 0;
}

static int is_whole(const eg_burst *b) {
    return (b->flags & (EG_ONSET_MINOR | EG_ONSET_AT_START | EG_ONSET_AT_END)) == 0;
}

static double median(size_t n, double *values, double *work) {
    eg_sort(n, values, work);
    return eg_sort_quantile(n, values, 0.5);
}

eg_err eg_emg_rhythm_of(size_t n, const eg_burst *bursts, eg_emg_rhythm *rhythm, eg_arena *scratch,
                        eg_diag *diag) {
    EG_ASSERT(rhythm != NULL && (bursts != NULL || n == 0));
    *rhythm = (eg_emg_rhythm){0, 0, NAN, NAN, NAN, NAN};
    size_t mark = eg_arena_mark(scratch);
    double *values = eg_arena_take(scratch, 2 * n + 1, sizeof *values), *work = values + n;
    if (values == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for %zu bursts", n);
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        rhythm->n_bursts += (size_t)is_counted(&bursts[i]);
        if (!is_whole(&bursts[i])) continue;
        values[rhythm->n_whole++] = bursts[i].off_s - bursts[i].on_s;
        sum += bursts[i].off_s - bursts[i].on_s;
    }
    size_t whole = rhythm->n_whole;
    for (size_t i = 0; i < whole; i++) {
        double miss = values[i] - sum / (double)whole;
        squares += miss * miss;
    }
    if (whole > 0) rhythm->duration_s = median(whole, values, work);
    if (whole > 1) rhythm->duration_sd_s = sqrt(squares / (double)(whole - 1));
    for (int duty = 0; duty < 2; duty++) {
        size_t count = 0;
        const eg_burst *before = NULL;
        for (size_t i = 0; i < n; i++) {
            if (!is_counted(&bursts[i])) continue;
            if (before != NULL && has_onset(before)) {
                double period = bursts[i].on_s - before->on_s;
                values[count++] = duty ? (before->off_s - before->on_s) / period : period;
            }
            before = &bursts[i];
        }
        if (count > 0) *(duty ? &rhythm->duty : &rhythm->period_s) = median(count, values, work);
    }
    eg_arena_reset(scratch, mark);
    return EG_OK;
}

/* The index of the onset nearest to t_s, SIZE_MAX if there is none. */
static size_t nearest(size_t n, const eg_burst *bursts, double t_s) {
    size_t best = SIZE_MAX;
    double least = INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (!has_onset(&bursts[i]) || !(fabs(bursts[i].on_s - t_s) < least)) continue;
        least = fabs(bursts[i].on_s - t_s);
        best = i;
    }
    return best;
}

eg_err eg_emg_delay_of(size_t n_first, const eg_burst *first, size_t n_second,
                       const eg_burst *second, double most_s, eg_emg_delay *delay,
                       eg_arena *scratch, eg_diag *diag) {
    EG_ASSERT(delay != NULL && most_s > 0.0);
    *delay = (eg_emg_delay){0, 0, NAN, NAN, NAN};
    size_t mark = eg_arena_mark(scratch);
    double *values = eg_arena_take(scratch, 2 * n_first + 1, sizeof *values);
    if (values == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for %zu bursts", n_first);
    for (size_t i = 0; i < n_first; i++) {
        if (!has_onset(&first[i])) continue;
        size_t k = nearest(n_second, second, first[i].on_s);
        if (k == SIZE_MAX || !(fabs(second[k].on_s - first[i].on_s) <= most_s) ||
            nearest(n_first, first, second[k].on_s) != i)
            delay->n_alone++;
        else
            values[delay->n++] = second[k].on_s - first[i].on_s;
    }
    if (delay->n > 0) {
        delay->median_s = median(delay->n, values, values + n_first);
        delay->quarter_s = eg_sort_quantile(delay->n, values, 0.25);
        delay->three_quarters_s = eg_sort_quantile(delay->n, values, 0.75);
    }
    eg_arena_reset(scratch, mark);
    return EG_OK;
}

void eg_emg_order(size_t n, const double *delays_s, size_t *places) {
    for (size_t i = 0; i < n; i++) {
        places[i] = isfinite(delays_s[i]) ? 1 : 0;
        for (size_t k = 0; k < n && places[i] > 0; k++) places[i] += delays_s[k] < delays_s[i];
    }
}
