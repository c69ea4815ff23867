#include "core/emg/synergy.h"

#include <string.h>

#include "core/base/check.h"
#include "core/base/lanes.h"

/* Samples that are worked on together: their envelopes and activations stay in the nearest cache
 * through one whole update. */
enum { BLOCK = 128, PAIRS = BLOCK / 2, K = EG_SYNERGY_MAX, M = EG_SYNERGY_MUSCLES_MAX };

/* What a denominator of exactly 0 becomes, as in scikit-learn: the numerator is 0 too. */
static const double NOTHING = 1.1920928955078125e-07;

typedef eg_pair row[PAIRS];
typedef long long bits __attribute__((vector_size(16)));

EG_STATIC_ASSERT(sizeof(eg_pair) == sizeof(bits), "synergies are computed in double");

eg_synergy_settings eg_synergy_defaults(void) {
    return (eg_synergy_settings){20, 1000, 1e-6, 1};
}

static size_t blocks_of(size_t n) {
    return (n + BLOCK - 1) / BLOCK;
}

size_t eg_synergy_size(size_t n_muscles, size_t n) {
    return blocks_of(n) * BLOCK * (n_muscles + K) * sizeof(double) +
           (50 * n_muscles + n) * K * sizeof(double) + 256;
}

eg_err eg_synergy_init(eg_synergy *synergy, size_t n_muscles, size_t n, const double *x,
                       eg_arena *arena, eg_diag *diag) {
    EG_ASSERT(synergy != NULL && x != NULL && arena != NULL);
    if (n_muscles < 2 || n_muscles > M)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "synergies are of 2 to %d muscles, not %zu", M, n_muscles);
    if (n < n_muscles)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "%zu samples of %zu muscles are too few for synergies", n, n_muscles);
    *synergy = (eg_synergy){.n_muscles = n_muscles, .n = n, .n_blocks = blocks_of(n)};
    double *blocks = eg_arena_take(arena, synergy->n_blocks * BLOCK * n_muscles, sizeof *blocks);
    synergy->activations = eg_arena_take(arena, synergy->n_blocks * BLOCK * K, sizeof(double));
    if (blocks == NULL || synergy->activations == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for synergies");
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < n_muscles; c++) {
            double value = x[i * n_muscles + c];
            if (!isfinite(value))
                return eg_diag_set(
                    diag, EG_ERR_DATA, NULL, 0,
                    "sample %zu of muscle %zu is no number: fill the gap or leave it "
                    "out",
                    i, c + 1);
            if (value < 0.0) {
                synergy->n_negative++;
                value = 0.0;
            }
            blocks[(i / BLOCK * n_muscles + c) * BLOCK + i % BLOCK] = value;
            synergy->squares += value * value;
            sum += value;
        }
    if (!(synergy->squares > 0.0))
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "all muscles are silent");
    synergy->blocks = blocks;
    const double mean = sum / (double)(n * n_muscles);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < n_muscles; c++) {
            double value = blocks[(i / BLOCK * n_muscles + c) * BLOCK + i % BLOCK] - mean;
            synergy->centred += value * value;
        }
    return EG_OK;
}

/* What one pass over the samples leaves: V H^T and H H^T. */
typedef struct products {
    double vh[M][K], hh[K][K];
} products;

/* Two outputs at once: out[j][t] = sum over i of weight[i][j] x[i][t]. */
static void combine_two(size_t count, const eg_pair (*weight)[2], const row *x, eg_pair *out0,
                        eg_pair *out1) {
    for (size_t t = 0; t < PAIRS; t += 4) {
        eg_pair a0 = {0}, a1 = {0}, a2 = {0}, a3 = {0}, b0 = {0}, b1 = {0}, b2 = {0}, b3 = {0};
        for (size_t i = 0; i < count; i++) {
            const eg_pair *v = &x[i][t], w0 = weight[i][0], w1 = weight[i][1];
            a0 += w0 * v[0];
            a1 += w0 * v[1];
            a2 += w0 * v[2];
            a3 += w0 * v[3];
            b0 += w1 * v[0];
            b1 += w1 * v[1];
            b2 += w1 * v[2];
            b3 += w1 * v[3];
        }
        out0[t] = a0;
        out0[t + 1] = a1;
        out0[t + 2] = a2;
        out0[t + 3] = a3;
        out1[t] = b0;
        out1[t + 1] = b1;
        out1[t + 2] = b2;
        out1[t + 3] = b3;
    }
}

static void combine_one(size_t count, const eg_pair (*weight)[2], const row *x, eg_pair *out) {
    for (size_t t = 0; t < PAIRS; t += 4) {
        eg_pair a0 = {0}, a1 = {0}, a2 = {0}, a3 = {0};
        for (size_t i = 0; i < count; i++) {
            const eg_pair *v = &x[i][t], w = weight[i][0];
            a0 += w * v[0];
            a1 += w * v[1];
            a2 += w * v[2];
            a3 += w * v[3];
        }
        out[t] = a0;
        out[t + 1] = a1;
        out[t + 2] = a2;
        out[t + 3] = a3;
    }
}

static double total(eg_pair a) {
    return (double)a[0] + (double)a[1];
}

/* Four rows against two: to[i][j] += sum of x[i] h_j. */
static void dots_four(const row *x, const eg_pair *h0, const eg_pair *h1, double *to[4]) {
    eg_pair a0 = {0}, a1 = {0}, a2 = {0}, a3 = {0}, b0 = {0}, b1 = {0}, b2 = {0}, b3 = {0};
    for (size_t t = 0; t < PAIRS; t++) {
        eg_pair p = h0[t], q = h1[t];
        a0 += x[0][t] * p;
        b0 += x[0][t] * q;
        a1 += x[1][t] * p;
        b1 += x[1][t] * q;
        a2 += x[2][t] * p;
        b2 += x[2][t] * q;
        a3 += x[3][t] * p;
        b3 += x[3][t] * q;
    }
    to[0][0] += total(a0);
    to[0][1] += total(b0);
    to[1][0] += total(a1);
    to[1][1] += total(b1);
    to[2][0] += total(a2);
    to[2][1] += total(b2);
    to[3][0] += total(a3);
    to[3][1] += total(b3);
}

static void dots_one(const row x, const eg_pair *h0, const eg_pair *h1, double *to) {
    eg_pair a0 = {0}, a1 = {0}, b0 = {0}, b1 = {0};
    for (size_t t = 0; t < PAIRS; t += 2) {
        a0 += x[t] * h0[t];
        a1 += x[t + 1] * h0[t + 1];
        b0 += x[t] * h1[t];
        b1 += x[t + 1] * h1[t + 1];
    }
    to[0] += total(a0 + a1);
    to[1] += total(b0 + b1);
}

/* Adds one block to the products. An odd last activation is taken twice, and its second
 * result dropped. */
static void add_products(size_t m, size_t k, const row *v, const row *h, products *p) {
    for (size_t j = 0; j < k; j += 2) {
        const int is_odd = j + 1 == k;
        const eg_pair *h0 = h[j], *h1 = is_odd ? h[j] : h[j + 1];
        double spare[4][2];
        for (size_t c = 0; c < m; c += 4) {
            const size_t rows = m - c < 4 ? m - c : 4;
            double *to[4] = {spare[0], spare[1], spare[2], spare[3]};
            memset(spare, 0, sizeof spare);
            if (rows == 4)
                dots_four(v + c, h0, h1, to);
            else
                for (size_t i = 0; i < rows; i++) dots_one(v[c + i], h0, h1, spare[i]);
            for (size_t i = 0; i < rows; i++) {
                p->vh[c + i][j] += spare[i][0];
                if (!is_odd) p->vh[c + i][j + 1] += spare[i][1];
            }
        }
        for (size_t i = j; i < k; i++) {
            memset(spare, 0, sizeof spare);
            dots_one(h[i], h0, h1, spare[0]);
            p->hh[i][j] += spare[0][0];
            if (!is_odd) p->hh[i][j + 1] += spare[0][1];
        }
    }
}

/* W^T W, and the weights of the two combinations, doubled into pairs. */
typedef struct factors {
    eg_pair w[K / 2][M][2], g[K / 2][K][2];
} factors;

static void fill_factors(size_t m, size_t k, const double *w, factors *f) {
    for (size_t j = 0; j < k; j++) {
        for (size_t c = 0; c < m; c++) f->w[j / 2][c][j % 2] = eg_pair_both(w[c * k + j]);
        for (size_t i = 0; i < k; i++) {
            double sum = 0.0;
            for (size_t c = 0; c < m; c++) sum += w[c * k + i] * w[c * k + j];
            f->g[j / 2][i][j % 2] = eg_pair_both(sum);
        }
    }
}

/* H = H (W^T V) / (W^T W H) over one block. */
static void update_block(size_t m, size_t k, const factors *f, const row *v, row *h) {
    row share[K], below[2];
    for (size_t j = 0; j < k; j += 2) {
        const size_t count = j + 1 < k ? 2 : 1;
        if (count == 2) {
            combine_two(m, f->w[j / 2], v, share[j], share[j + 1]);
            combine_two(k, f->g[j / 2], (const row *)h, below[0], below[1]);
        } else {
            combine_one(m, f->w[j / 2], v, share[j]);
            combine_one(k, f->g[j / 2], (const row *)h, below[0]);
        }
        for (size_t i = 0; i < count; i++)
            for (size_t t = 0; t < PAIRS; t++) {
                bits is_zero = below[i][t] == (eg_pair){0, 0};
                bits safe = (bits)below[i][t] | (is_zero & (bits)eg_pair_both(NOTHING));
                share[j + i][t] /= (eg_pair)safe;
            }
    }
    for (size_t j = 0; j < k; j++)
        for (size_t t = 0; t < PAIRS; t++) h[j][t] *= share[j][t];
}

static void complete(size_t k, products *p) {
    for (size_t i = 0; i < k; i++)
        for (size_t j = i + 1; j < k; j++) p->hh[i][j] = p->hh[j][i];
}

/* W = W (V H^T) / (W H H^T). */
static void update_weights(size_t m, size_t k, const products *p, double *w) {
    for (size_t c = 0; c < m; c++) {
        double next[K];
        for (size_t j = 0; j < k; j++) {
            double below = 0.0;
            for (size_t i = 0; i < k; i++) below += w[c * k + i] * p->hh[i][j];
            next[j] = w[c * k + j] * p->vh[c][j] / (below > 0.0 ? below : NOTHING);
        }
        for (size_t j = 0; j < k; j++) w[c * k + j] = next[j];
    }
}

/* SSE from the products: |V|^2 - 2 <W, V H^T> + <W^T W, H H^T>. */
static double error_of(const eg_synergy *s, size_t k, const double *w, const products *p) {
    double sum = s->squares;
    for (size_t c = 0; c < s->n_muscles; c++)
        for (size_t j = 0; j < k; j++) {
            double fitted = 0.0;
            for (size_t i = 0; i < k; i++) fitted += w[c * k + i] * p->hh[i][j];
            sum += w[c * k + j] * (fitted - 2.0 * p->vh[c][j]);
        }
    return sum > 0.0 ? sqrt(sum) : 0.0;
}

/* Between h[k][n] and blocks. */
static void arrange(const eg_synergy *s, size_t k, double *h, int is_back) {
    for (size_t b = 0; b < s->n_blocks; b++)
        for (size_t j = 0; j < k; j++) {
            double *block = s->activations + (b * k + j) * BLOCK, *flat = h + j * s->n + b * BLOCK;
            size_t count = s->n - b * BLOCK < BLOCK ? s->n - b * BLOCK : BLOCK;
            memcpy(is_back ? flat : block, is_back ? block : flat, count * sizeof *block);
            for (size_t i = count; i < BLOCK && !is_back; i++) block[i] = 0.0;
        }
}

size_t eg_synergy_update(eg_synergy *synergy, size_t k, size_t iterations_max, double tolerance,
                         double *w, double *h) {
    EG_ASSERT(synergy != NULL && synergy->blocks != NULL && k > 0 && k <= K);
    const size_t m = synergy->n_muscles;
    const row *v = (const row *)(const void *)synergy->blocks;
    row *blocks = (row *)(void *)synergy->activations;
    products p;
    factors f;
    double first = 0.0, before = 0.0;
    size_t done = 0;
    arrange(synergy, k, h, 0);
    memset(&p, 0, sizeof p);
    for (size_t b = 0; b < synergy->n_blocks; b++)
        add_products(m, k, v + b * m, (const row *)blocks + b * k, &p);
    complete(k, &p);
    first = before = error_of(synergy, k, w, &p);
    while (done < iterations_max) {
        update_weights(m, k, &p, w);
        fill_factors(m, k, w, &f);
        memset(&p, 0, sizeof p);
        for (size_t b = 0; b < synergy->n_blocks; b++) {
            update_block(m, k, &f, v + b * m, blocks + b * k);
            add_products(m, k, v + b * m, (const row *)blocks + b * k, &p);
        }
        complete(k, &p);
        done++;
        if (!(tolerance > 0.0) || done % 10 != 0) continue;
        double error = error_of(synergy, k, w, &p);
        if (before - error < tolerance * first) break;
        before = error;
    }
    arrange(synergy, k, h, 1);
    return done;
}
