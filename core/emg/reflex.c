#include "core/emg/reflex.h"

#include "core/base/check.h"
#include "core/base/sort.h"

eg_emg_reflex_settings eg_emg_reflex_defaults(double rate_hz) {
    return (eg_emg_reflex_settings){rate_hz, 0.005, 0.025, 0.025, 0.050, 0.003, 0.1};
}

static size_t samples(double seconds, double rate_hz) {
    return (size_t)(seconds * rate_hz + 0.5);
}

eg_err eg_emg_stimuli_from_trigger(const eg_emg_reflex_settings *settings, size_t n,
                                   const eg_real *trigger, size_t capacity, size_t *stimuli,
                                   double *heights, size_t *count, eg_diag *diag) {
    EG_ASSERT(settings != NULL && stimuli != NULL && count != NULL);
    *count = 0;
    double least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        least = fmin(least, (double)trigger[i]);
        most = fmax(most, (double)trigger[i]);
    }
    if (!(most > least))
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "the trigger channel never moves");
    /* Pulses of graded height: a tenth of the tallest is a pulse, a twentieth is none any more. */
    const double on = least + 0.1 * (most - least), off = least + 0.05 * (most - least);
    const size_t apart = samples(settings->apart_s, settings->rate_hz);
    int is_low = 0;
    size_t last = 0;
    for (size_t i = 0; i < n; i++) {
        double value = (double)trigger[i];
        if (value < off) is_low = 1;
        if (is_low && value >= on && (*count == 0 || i - last >= apart)) {
            if (*count == capacity)
                return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                                   "the trigger channel has more than %zu pulses: is it one?",
                                   capacity);
            last = i;
            if (heights != NULL) heights[*count] = value - least;
            stimuli[(*count)++] = i;
            is_low = 0;
        } else if (!is_low && *count > 0 && heights != NULL &&
                   value - least > heights[*count - 1]) {
            heights[*count - 1] = value - least;
        }
    }
    return EG_OK;
}

eg_err eg_emg_stimuli_from_artefact(const eg_emg_reflex_settings *settings, size_t n,
                                    const eg_real *x, size_t capacity, size_t *stimuli,
                                    size_t *count, eg_arena *scratch, eg_diag *diag) {
    EG_ASSERT(settings != NULL && stimuli != NULL && count != NULL);
    static const double TIMES = 12.0;
    *count = 0;
    size_t mark = eg_arena_mark(scratch), moved = 0;
    double *steps = eg_arena_take(scratch, 2 * n + 1, sizeof *steps);
    if (steps == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to look for stimuli");
    for (size_t i = 1; i < n; i++) {
        double step = fabs((double)x[i] - (double)x[i - 1]);
        if (step > 0.0) steps[moved++] = step;
    }
    eg_sort(moved, steps, steps + n);
    double usual = eg_sort_quantile(moved, steps, 0.95);
    eg_arena_reset(scratch, mark);
    const size_t apart = samples(settings->apart_s, settings->rate_hz);
    for (size_t i = 1; i < n && moved > 0; i++) {
        if (!(fabs((double)x[i] - (double)x[i - 1]) > TIMES * usual)) continue;
        if (*count > 0 && i - stimuli[*count - 1] < apart) continue;
        if (*count == capacity) break;
        stimuli[(*count)++] = i;
    }
    if (*count == 0)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "no stimulus artefact stands out; name the trigger channel");
    return EG_OK;
}

/* Peak to peak of x[from, to), and where the extreme farther from their middle value lies. */
static double peak_to_peak(size_t from, size_t to, const eg_real *x, size_t *at) {
    size_t low = from, high = from;
    double sum = 0.0;
    for (size_t i = from; i < to; i++) {
        if (x[i] < x[low]) low = i;
        if (x[i] > x[high]) high = i;
        sum += (double)x[i];
    }
    double mean = sum / (double)(to - from);
    *at = (double)x[high] - mean >= mean - (double)x[low] ? high : low;
    return (double)x[high] - (double)x[low];
}

eg_err eg_emg_reflex_responses(const eg_emg_reflex_settings *s, size_t n, const eg_real *x,
                               size_t n_stimuli, const size_t *stimuli, eg_emg_response *responses,
                               size_t *count, eg_diag *diag) {
    EG_ASSERT(s != NULL && responses != NULL && count != NULL);
    *count = 0;
    const size_t m[2] = {samples(s->m_from_s, s->rate_hz), samples(s->m_to_s, s->rate_hz)};
    const size_t h[2] = {samples(s->h_from_s, s->rate_hz), samples(s->h_to_s, s->rate_hz)};
    if (!(m[1] >= m[0] + 3 && h[1] >= h[0] + 3 && h[0] >= m[1] && s->m_from_s >= s->blank_s &&
          s->blank_s >= 0.0))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "the windows of M and H must follow the blanking and each other and "
                           "hold three samples or more at %g samples a second",
                           s->rate_hz);
    for (size_t k = 0; k < n_stimuli; k++) {
        const size_t at = stimuli[k], length = m[1] - m[0];
        if (at + h[1] > n || at < length + 1) continue;
        size_t m_at, h_at, ignored;
        eg_emg_response *r = &responses[(*count)++];
        r->t_s = (double)at / s->rate_hz;
        r->m = peak_to_peak(at + m[0], at + m[1], x, &m_at);
        r->h = peak_to_peak(at + h[0], at + h[1], x, &h_at);
        r->noise = peak_to_peak(at - 1 - length, at - 1, x, &ignored);
        r->m_peak_s = (double)(m_at - at) / s->rate_hz;
        r->h_peak_s = (double)(h_at - at) / s->rate_hz;
    }
    return EG_OK;
}

eg_err eg_emg_reflex_of(size_t n, const eg_emg_response *responses, eg_emg_reflex *reflex,
                        eg_arena *scratch, eg_diag *diag) {
    EG_ASSERT(reflex != NULL);
    *reflex = (eg_emg_reflex){n, NAN, NAN, NAN, NAN, NAN, NAN, 0, 0};
    if (n == 0)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "no stimulus whose windows lie in the recording");
    size_t mark = eg_arena_mark(scratch), m = 0, h = 0;
    double *values = eg_arena_take(scratch, 2 * n, sizeof *values);
    if (values == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for responses");
    for (size_t i = 0; i < n; i++) {
        values[i] = responses[i].noise;
        if (responses[i].m > responses[m].m) m = i;
        if (responses[i].h > responses[h].h) h = i;
    }
    eg_sort(n, values, values + n);
    reflex->noise = eg_sort_quantile(n, values, 0.5);
    for (size_t i = 0; i < n; i++) values[i] = responses[i].m;
    eg_sort(n, values, values + n);
    reflex->is_plateau = n >= 3 && values[n - 3] >= 0.9 * values[n - 1];
    eg_arena_reset(scratch, mark);
    reflex->m_max = responses[m].m;
    reflex->h_max = responses[h].h;
    reflex->m_latency_s = responses[m].m_peak_s;
    reflex->h_latency_s = responses[h].h_peak_s;
    reflex->has_h = reflex->h_max > 3.0 * reflex->noise;
    if (reflex->m_max > 3.0 * reflex->noise) reflex->ratio = reflex->h_max / reflex->m_max;
    return EG_OK;
}

eg_err eg_emg_recruitment(size_t n, const eg_emg_response *responses, const double *intensities,
                          size_t *order, eg_arena *scratch, eg_diag *diag) {
    size_t mark = eg_arena_mark(scratch);
    double *keys = eg_arena_take(scratch, n + 1, sizeof *keys);
    size_t *work = eg_arena_take(scratch, n + 1, sizeof *work);
    if (keys == NULL || work == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for a recruitment curve");
    for (size_t i = 0; i < n; i++) keys[i] = intensities != NULL ? intensities[i] : responses[i].m;
    eg_sort_index(n, keys, order, work);
    eg_arena_reset(scratch, mark);
    return EG_OK;
}

void eg_emg_blank(const eg_emg_reflex_settings *settings, size_t n, const eg_real *x,
                  size_t n_stimuli, const size_t *stimuli, eg_real *y) {
    const size_t length = samples(settings->blank_s, settings->rate_hz);
    if (y != x)
        for (size_t i = 0; i < n; i++) y[i] = x[i];
    for (size_t k = 0; k < n_stimuli; k++) {
        size_t at = stimuli[k];
        if (at == 0 || at >= n) continue;
        const eg_real held = y[at - 1];
        for (size_t i = at; i < at + length && i < n; i++) y[i] = held;
    }
}
