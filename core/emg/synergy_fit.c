/* Synergies: starts, fit, number and matching; the updates are in synergy.c. */
#include <string.h>

#include "core/base/check.h"
#include "core/base/random.h"
#include "core/base/real.h"
#include "core/emg/synergy.h"

enum { BLOCK = 128, K = EG_SYNERGY_MAX };

void eg_synergy_measure(const eg_synergy *synergy, size_t k, const double *w, const double *h,
                        eg_synergy_fit *fit) {
    const size_t m = synergy->n_muscles;
    *fit = (eg_synergy_fit){
        .k = k, .vaf_muscle_min = INFINITY, .n_starts = 1, .stability = NAN, .vaf_worst = NAN};
    for (size_t c = 0; c < m; c++) {
        double error = 0.0, squares = 0.0;
        for (size_t i = 0; i < synergy->n; i++) {
            const double value = synergy->blocks[(i / BLOCK * m + c) * BLOCK + i % BLOCK];
            double rest = value;
            for (size_t j = 0; j < k; j++) rest -= w[c * k + j] * h[j * synergy->n + i];
            error += rest * rest;
            squares += value * value;
        }
        fit->sse += error;
        fit->vaf_muscle[c] = squares > 0.0 ? 1.0 - error / squares : (double)NAN;
        if (fit->vaf_muscle[c] < fit->vaf_muscle_min) fit->vaf_muscle_min = fit->vaf_muscle[c];
    }
    fit->vaf = 1.0 - fit->sse / synergy->squares;
    fit->r2 = synergy->centred > 0.0 ? 1.0 - fit->sse / synergy->centred : (double)NAN;
}

void eg_synergy_normalise(size_t n_muscles, size_t n, size_t k, double *w, double *h) {
    for (size_t j = 0; j < k; j++) {
        double squares = 0.0;
        for (size_t c = 0; c < n_muscles; c++) squares += w[c * k + j] * w[c * k + j];
        const double length = sqrt(squares);
        if (!(length > 0.0)) continue;
        for (size_t c = 0; c < n_muscles; c++) w[c * k + j] /= length;
        for (size_t i = 0; i < n; i++) h[j * n + i] *= length;
    }
}

/* Uniform numbers whose product has about the mean of V. */
static void random_start(const eg_synergy *s, size_t k, eg_random *random, double *w, double *h) {
    const double mean = sqrt(s->squares / (double)(s->n * s->n_muscles));
    const double scale = sqrt(mean / (double)k) * 2.0;
    for (size_t i = 0; i < s->n_muscles * k; i++) w[i] = scale * eg_random_uniform(random);
    for (size_t i = 0; i < k * s->n; i++) h[i] = scale * eg_random_uniform(random);
}

/* The mean cosine of two sets of weights after matching. */
static double likeness(size_t m, size_t k, const double *a, const double *b) {
    size_t partner[K];
    double cosine[K], sum = 0.0;
    eg_synergy_match(m, k, a, k, b, partner, cosine);
    for (size_t j = 0; j < k; j++) sum += cosine[j];
    return sum / (double)k;
}

eg_err eg_synergy_find(eg_synergy *synergy, size_t k, const eg_synergy_settings *settings,
                       double *w, double *h, eg_synergy_fit *fit, eg_arena *scratch,
                       eg_diag *diag) {
    EG_ASSERT(synergy != NULL && settings != NULL && fit != NULL);
    const size_t m = synergy->n_muscles, n = synergy->n, mark = eg_arena_mark(scratch);
    if (k == 0 || k >= m || k > K || settings->restarts == 0)
        return eg_diag_set(
            diag, EG_ERR_ARGUMENT, NULL, 0,
            "%zu synergies of %zu muscles from %zu starts are not possible: 1 to %zu", k, m,
            settings->restarts, m - 1 < K ? m - 1 : (size_t)K);
    double *all_w = eg_arena_take(scratch, settings->restarts * m * k, sizeof *all_w);
    double *now_h = eg_arena_take(scratch, k * n, sizeof *now_h);
    if (all_w == NULL || now_h == NULL) {
        eg_arena_reset(scratch, mark);
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for %zu synergies", k);
    }
    double worst = INFINITY;
    size_t best = settings->restarts;
    for (size_t start = 0; start < settings->restarts; start++) {
        eg_random random;
        eg_synergy_fit now;
        double *now_w = all_w + start * m * k;
        eg_random_init(&random, settings->seed, start * K + k);
        random_start(synergy, k, &random, now_w, now_h);
        size_t iterations = eg_synergy_update(synergy, k, settings->iterations_max,
                                              settings->tolerance, now_w, now_h);
        eg_synergy_normalise(m, n, k, now_w, now_h);
        eg_synergy_measure(synergy, k, now_w, now_h, &now);
        now.iterations = iterations;
        worst = fmin(worst, now.vaf);
        if (best < settings->restarts && now.sse >= fit->sse) continue;
        best = start;
        *fit = now;
        memcpy(w, now_w, m * k * sizeof *w);
        memcpy(h, now_h, k * n * sizeof *h);
    }
    double sum = 0.0;
    for (size_t start = 0; start < settings->restarts; start++)
        if (start != best) sum += likeness(m, k, w, all_w + start * m * k);
    fit->n_starts = settings->restarts;
    fit->vaf_worst = worst;
    if (settings->restarts > 1) fit->stability = sum / (double)(settings->restarts - 1);
    eg_arena_reset(scratch, mark);
    return EG_OK;
}

size_t eg_synergy_choose_vaf(size_t count, const eg_synergy_fit *fits, double vaf_min,
                             double muscle_min) {
    for (size_t i = 0; i < count; i++)
        if (fits[i].vaf >= vaf_min && fits[i].vaf_muscle_min >= muscle_min) return fits[i].k;
    return 0;
}

/* Mean squared distance of R2 from its least-squares line over k. */
static double line_error(size_t count, const eg_synergy_fit *fits) {
    const double size = (double)count;
    double k_mean = 0.0, r_mean = 0.0, kk = 0.0, kr = 0.0, error = 0.0;
    for (size_t i = 0; i < count; i++) {
        k_mean += (double)fits[i].k / size;
        r_mean += fits[i].r2 / size;
    }
    for (size_t i = 0; i < count; i++) {
        kk += ((double)fits[i].k - k_mean) * ((double)fits[i].k - k_mean);
        kr += ((double)fits[i].k - k_mean) * (fits[i].r2 - r_mean);
    }
    const double slope = kk > 0.0 ? kr / kk : 0.0;
    for (size_t i = 0; i < count; i++) {
        double rest = fits[i].r2 - r_mean - slope * ((double)fits[i].k - k_mean);
        error += rest * rest / size;
    }
    return error;
}

size_t eg_synergy_choose_line(size_t count, const eg_synergy_fit *fits, double error_max) {
    for (size_t i = 0; i + 1 < count; i++)
        if (line_error(count - i, fits + i) < error_max) return fits[i].k;
    return 0;
}

static double cosine_of(size_t m, const double *a, size_t a_step, const double *b, size_t b_step) {
    double product = 0.0, aa = 0.0, bb = 0.0;
    for (size_t c = 0; c < m; c++) {
        product += a[c * a_step] * b[c * b_step];
        aa += a[c * a_step] * a[c * a_step];
        bb += b[c * b_step] * b[c * b_step];
    }
    return aa > 0.0 && bb > 0.0 ? product / sqrt(aa * bb) : 0.0;
}

/* Kuhn's Hungarian method with potentials, one column of `a` after the other (shortest augmenting
 * paths; at most k_a k_b^2 steps). Rows and columns count from 1, 0 is the virtual start. */
void eg_synergy_match(size_t n_muscles, size_t k_a, const double *a, size_t k_b, const double *b,
                      size_t *partner, double *cosine) {
    EG_ASSERT(k_a > 0 && k_a <= k_b && k_b <= K);
    double similar[K][K], u[K + 1] = {0.0}, v[K + 1] = {0.0};
    size_t owner[K + 1] = {0}; /* which a has taken this b */
    for (size_t i = 0; i < k_a; i++)
        for (size_t j = 0; j < k_b; j++)
            similar[i][j] = cosine_of(n_muscles, a + i, k_a, b + j, k_b);
    for (size_t i = 1; i <= k_a; i++) {
        double least[K + 1];
        size_t from[K + 1] = {0};
        int is_seen[K + 1] = {0};
        for (size_t j = 0; j <= k_b; j++) least[j] = INFINITY;
        size_t at = 0;
        owner[0] = i;
        while (owner[at] != 0) {
            const size_t row = owner[at];
            double step = INFINITY;
            size_t next = 0;
            is_seen[at] = 1;
            for (size_t j = 1; j <= k_b; j++) {
                if (is_seen[j]) continue;
                const double cost = -similar[row - 1][j - 1] - u[row] - v[j];
                if (cost < least[j]) {
                    least[j] = cost;
                    from[j] = at;
                }
                if (least[j] < step) {
                    step = least[j];
                    next = j;
                }
            }
            EG_ASSERT(next > 0);
            for (size_t j = 0; j <= k_b; j++) {
                if (is_seen[j]) {
                    u[owner[j]] += step;
                    v[j] -= step;
                } else {
                    least[j] -= step;
                }
            }
            at = next;
        }
        for (; at != 0; at = from[at]) owner[at] = owner[from[at]];
    }
    for (size_t j = 1; j <= k_b; j++) {
        if (owner[j] == 0) continue;
        partner[owner[j] - 1] = j - 1;
        cosine[owner[j] - 1] = similar[owner[j] - 1][j - 1];
    }
}
