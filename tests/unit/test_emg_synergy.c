/* Synergies against scikit-learn with the same start, against musclesyneRgies' own results, on made
 * synergies, and their matching. */
#include "core/emg/synergy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "tests/support/emg_data.h"
#include "tests/support/test.h"

enum { MUSCLES = 13, SAMPLES = 200, MEMORY = 4 << 20 };

static unsigned char memory[MEMORY];
static eg_arena arena;
static eg_synergy synergy;
static double v[SAMPLES * MUSCLES];
static double w[MUSCLES * EG_SYNERGY_MAX], h[EG_SYNERGY_MAX * SAMPLES];

/* NumPy's default generator: SeedSequence (O'Neill's seed_seq_fe) and PCG64 (XSL-RR 128/64), so
 * that the reference's starts are had. */
__extension__ typedef unsigned __int128 wide;
typedef struct pcg {
    wide state, inc;
} pcg;

static uint32_t hash_mix(uint32_t value, uint32_t *constant, uint32_t multiplier) {
    value ^= *constant;
    *constant *= multiplier;
    value *= *constant;
    return value ^ value >> 16;
}

static uint32_t mix(uint32_t x, uint32_t y) {
    uint32_t result = 0xca01f9ddU * x - 0x4973f715U * y;
    return result ^ result >> 16;
}

static uint64_t pcg_next(pcg *p) {
    const wide multiplier = (wide)2549297995355413924ULL << 64 | 4865540595714422341ULL;
    p->state = p->state * multiplier + p->inc;
    uint64_t both = (uint64_t)(p->state >> 64) ^ (uint64_t)p->state;
    unsigned turn = (unsigned)(p->state >> 122);
    return both >> turn | both << (-turn & 63U);
}

static pcg pcg_seed(uint32_t seed) {
    uint32_t pool[4], constant = 0x43b0d7e5U, words[8];
    for (size_t i = 0; i < 4; i++) pool[i] = hash_mix(i == 0 ? seed : 0, &constant, 0x931e8875U);
    for (size_t from = 0; from < 4; from++)
        for (size_t to = 0; to < 4; to++)
            if (from != to) pool[to] = mix(pool[to], hash_mix(pool[from], &constant, 0x931e8875U));
    constant = 0x8b51f9ddU;
    for (size_t i = 0; i < 8; i++) words[i] = hash_mix(pool[i % 4], &constant, 0x58f38dedU);
    uint64_t long_words[4];
    for (size_t i = 0; i < 4; i++) long_words[i] = words[2 * i] | (uint64_t)words[2 * i + 1] << 32;
    pcg p = {0, ((wide)long_words[2] << 64 | long_words[3]) << 1 | 1};
    (void)pcg_next(&p);
    p.state += (wide)long_words[0] << 64 | long_words[1];
    (void)pcg_next(&p);
    return p;
}

static double pcg_uniform(pcg *p) {
    return (double)(pcg_next(p) >> 11) * 0x1p-53;
}

static void read_subject(const char *subject) {
    char path[1100], line[4096];
    snprintf(path, sizeof path, "%s/%s_V.csv", eg_test_data("emg"), subject);
    FILE *file = fopen(path, "r");
    EG_CHECK(file != NULL && fgets(line, sizeof line, file) != NULL);
    for (size_t i = 0; i < SAMPLES; i++) {
        EG_CHECK(fgets(line, sizeof line, file) != NULL);
        char *at = line;
        for (size_t c = 0; c < MUSCLES; c++, at++) v[i * MUSCLES + c] = strtod(at, &at);
    }
    fclose(file);
    eg_arena_init(&arena, memory, sizeof memory);
    EG_CHECK_INT(eg_synergy_init(&synergy, MUSCLES, SAMPLES, v, &arena, NULL), EG_OK);
    EG_CHECK(arena.used <= eg_synergy_size(MUSCLES, SAMPLES));
}

/* The reference's start for k synergies; seed 1000 + k. */
static void start(size_t k, const json_t *golden) {
    pcg p = pcg_seed((uint32_t)(1000 + k));
    for (size_t i = 0; i < MUSCLES * k; i++) w[i] = pcg_uniform(&p);
    for (size_t i = 0; i < k * SAMPLES; i++) h[i] = pcg_uniform(&p);
    const json_t *w0 = json_object_get(golden, "W0");
    const json_t *h0 = json_object_get(golden, "H0_first10_each_row");
    for (size_t i = 0; i < json_array_size(w0); i++)
        EG_CHECK_NEAR(w[i], json_number_value(json_array_get(w0, i)), 1e-15);
    for (size_t j = 0; j < json_array_size(h0); j++)
        for (size_t i = 0; i < 10; i++)
            EG_CHECK_NEAR(h[j * SAMPLES + i],
                          json_number_value(json_array_get(json_array_get(h0, j), i)), 1e-15);
}

static void equals_sklearn(void) {
    const json_t *subjects = json_object_get(eg_emg_golden("golden_nmf_sklearn.json"), "subjects");
    static const char *const stages[] = {"1", "10", "200", "1000"};
    static const size_t iterations[] = {1, 10, 200, 1000};
    const char *subject;
    json_t *all;
    double worst_fit = 0.0, worst_w = 0.0;
    size_t compared = 0;
    json_object_foreach((json_t *)(uintptr_t)subjects, subject, all) {
        read_subject(subject);
        for (size_t k = 1; k <= 6; k++) {
            char name[8];
            snprintf(name, sizeof name, "%zu", k);
            const json_t *golden = json_object_get(all, name);
            start(k, golden);
            size_t done = 0;
            for (size_t i = 0; i < 4; i++) {
                const json_t *stage = json_object_get(golden, stages[i]);
                eg_synergy_fit fit;
                size_t more = eg_synergy_update(&synergy, k, iterations[i] - done, 0.0, w, h);
                EG_CHECK_INT(more, iterations[i] - done);
                done = iterations[i];
                eg_synergy_measure(&synergy, k, w, h, &fit);
                worst_fit = fmax(worst_fit, fabs(fit.vaf - eg_emg_number(stage, "vaf")));
                worst_fit = fmax(worst_fit, fabs(fit.r2 - eg_emg_number(stage, "r2")));
                double sse = eg_emg_number(stage, "sse");
                worst_fit = fmax(worst_fit, fabs(fit.sse - sse) / sse);
                const json_t *weights = json_object_get(stage, "W");
                for (size_t q = 0; q < json_array_size(weights); q++)
                    worst_w =
                        fmax(worst_w, fabs(w[q] - json_number_value(json_array_get(weights, q))));
                compared++;
            }
        }
    }
    eg_test_note("%zu states of 9 walkers: VAF, R2, SSE within %.2g, weights within %.2g", compared,
                 worst_fit, worst_w);
    EG_CHECK(compared == 9 * 6 * 4);
    EG_CHECK(worst_fit < 1e-9);
    EG_CHECK(worst_w < 1e-9);
}

/* The peer starts elsewhere and stops early: its best of five cannot be far below ours, nor above.
 */
static void equals_musclesynergies(void) {
    char path[1100], line[512], before[64] = "";
    snprintf(path, sizeof path, "%s/golden_nmf_musclesyneRgies_seed1.csv", eg_test_data("emg"));
    FILE *file = fopen(path, "r");
    EG_CHECK(file != NULL && fgets(line, sizeof line, file) != NULL);
    eg_synergy_settings settings = eg_synergy_defaults();
    settings.restarts = 10;
    double above = 0.0, below = 0.0;
    size_t compared = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        char split[32], subject[64];
        size_t k;
        double r2, vaf;
        if (sscanf(line, "%31[^,],%63[^,],%zu,%lf,%lf", split, subject, &k, &r2, &vaf) != 5)
            continue;
        if (strcmp(split, "open") != 0) continue;
        if (strcmp(subject, before) != 0) read_subject(subject);
        snprintf(before, sizeof before, "%s", subject);
        eg_synergy_fit fit;
        EG_CHECK_INT(eg_synergy_find(&synergy, k, &settings, w, h, &fit, &arena, NULL), EG_OK);
        above = fmax(above, fit.vaf - vaf);
        below = fmax(below, vaf - fit.vaf);
        above = fmax(above, fit.r2 - r2);
        below = fmax(below, r2 - fit.r2);
        compared++;
    }
    fclose(file);
    eg_test_note("%zu fits: VAF and R2 at most %.2g above and %.2g below the peer's", compared,
                 above, below);
    EG_CHECK(compared >= 48);
    EG_CHECK(below < 1e-3);
    EG_CHECK(above < 0.03);
}

/* How many the peer found: the synergies in its own weights. */
static void chooses_as_musclesynergies(void) {
    static const char *const subjects[] = {
        "msr_ID0001_TW_01", "msr_ID0002_TW_01", "msr_ID0003_TW_01", "msr_ID0004_TW_01",
        "msr_ID0005_TW_01", "msr_ID0006_TW_01", "msr_ID0007_TW_01", "msr_ID0008_TW_01"};
    eg_synergy_settings settings = eg_synergy_defaults();
    settings.restarts = 4;
    size_t near = 0;
    for (size_t s = 0; s < 8; s++) {
        char path[1100], line[512];
        size_t peer = 0;
        static eg_synergy_fit fits[10];
        snprintf(path, sizeof path, "%s/%s_M.csv", eg_test_data("emg"), subjects[s]);
        FILE *file = fopen(path, "r");
        EG_CHECK(file != NULL && fgets(line, sizeof line, file) != NULL);
        fclose(file);
        for (const char *at = line; (at = strstr(at, "Syn")) != NULL; at++) peer++;
        read_subject(subjects[s]);
        for (size_t k = 1; k <= 10; k++)
            EG_CHECK_INT(eg_synergy_find(&synergy, k, &settings, w, h, &fits[k - 1], &arena, NULL),
                         EG_OK);
        size_t line_k = eg_synergy_choose_line(10, fits, 1e-4);
        size_t vaf_k = eg_synergy_choose_vaf(10, fits, 0.90, 0.75);
        eg_test_note("%zu, peer %zu, VAF rule %zu; ", line_k, peer, vaf_k);
        EG_CHECK(line_k + 1 >= peer && line_k <= peer + 1);
        near += line_k == peer;
    }
    EG_CHECK(near >= 6);
}

/* Made synergies come back, whatever the order of the muscles and the unit. */
static void finds_what_was_made(void) {
    enum { K = 4, N = 900, M = 8 };
    static double made[N * M], truth[M * K], found[M * K], rows[K * N], fits_vaf[3];
    eg_random random;
    eg_random_init(&random, 11, 0);
    for (size_t c = 0; c < M; c++)
        for (size_t j = 0; j < K; j++)
            truth[c * K + j] = c / 2 == j ? 1.0 : 0.15 * eg_random_uniform(&random);
    for (size_t i = 0; i < N; i++)
        for (size_t c = 0; c < M; c++) {
            made[i * M + c] = 0.0;
            for (size_t j = 0; j < K; j++) {
                double phase = fmod((double)i / 150.0 + 1.0 - 0.25 * (double)j, 1.0) - 0.5;
                made[i * M + c] += truth[c * K + j] * exp(-0.5 * pow(phase / 0.08, 2.0));
            }
        }
    for (size_t variant = 0; variant < 3; variant++) {
        static double x[N * M];
        double scale = variant == 1 ? 0x1p-20 : 1.0;
        for (size_t i = 0; i < N; i++)
            for (size_t c = 0; c < M; c++)
                x[i * M + (variant == 2 ? M - 1 - c : c)] = scale * made[i * M + c];
        eg_arena_init(&arena, memory, sizeof memory);
        EG_CHECK_INT(eg_synergy_init(&synergy, M, N, x, &arena, NULL), EG_OK);
        eg_synergy_settings settings = eg_synergy_defaults();
        eg_synergy_fit fit;
        EG_CHECK_INT(eg_synergy_find(&synergy, K, &settings, found, rows, &fit, &arena, NULL),
                     EG_OK);
        fits_vaf[variant] = fit.vaf;
        double turned[M * K];
        for (size_t c = 0; c < M; c++)
            for (size_t j = 0; j < K; j++)
                turned[(variant == 2 ? M - 1 - c : c) * K + j] = truth[c * K + j];
        size_t partner[K];
        double cosine[K], worst = 1.0, length = 0.0;
        eg_synergy_match(M, K, turned, K, found, partner, cosine);
        for (size_t j = 0; j < K; j++) worst = fmin(worst, cosine[j]);
        for (size_t c = 0; c < M; c++) length += found[c * K] * found[c * K];
        eg_test_note("VAF %.6f, cosine %.4f, stability %.3f; ", fit.vaf, worst, fit.stability);
        EG_CHECK(fit.vaf > 0.999 && worst > 0.98 && fit.n_starts == 20);
        EG_CHECK_NEAR(length, 1.0, 1e-12);
        EG_CHECK(fit.stability > 0.5 && fit.stability <= 1.0 + 1e-12 && fit.vaf_worst <= fit.vaf);
    }
    EG_CHECK_NEAR(fits_vaf[1], fits_vaf[0], 1e-6);
    EG_CHECK_NEAR(fits_vaf[2], fits_vaf[0], 1e-4);
}

/* Against all assignments. */
static void matches_best(void) {
    enum { K = 5, M = 7 };
    eg_random random;
    eg_random_init(&random, 12, 0);
    for (int trial = 0; trial < 200; trial++) {
        double a[M * K], b[M * K], cosine[K], sum = 0.0, best = 0.0;
        size_t partner[K], order[K] = {0, 1, 2, 3, 4};
        for (size_t i = 0; i < M * K; i++) {
            a[i] = eg_random_uniform(&random);
            b[i] = eg_random_uniform(&random);
        }
        eg_synergy_match(M, K, a, K, b, partner, cosine);
        unsigned taken = 0;
        for (size_t j = 0; j < K; j++) {
            sum += cosine[j];
            taken |= 1U << partner[j];
        }
        EG_CHECK_INT(taken, (1 << K) - 1);
        for (size_t code = 0; code < 3125; code++) {
            unsigned used = 0;
            for (size_t j = 0, rest = code; j < K; j++, rest /= 5) {
                order[j] = rest % 5;
                used |= 1U << order[j];
            }
            if (used != (1U << K) - 1U) continue;
            double one = 0.0;
            for (size_t j = 0; j < K; j++) {
                double p = 0.0, aa = 0.0, bb = 0.0;
                for (size_t c = 0; c < M; c++) {
                    p += a[c * K + j] * b[c * K + order[j]];
                    aa += a[c * K + j] * a[c * K + j];
                    bb += b[c * K + order[j]] * b[c * K + order[j]];
                }
                one += p / sqrt(aa * bb);
            }
            best = fmax(best, one);
        }
        EG_CHECK_NEAR(sum, best, 1e-12);
    }
    eg_test_note("200 pairs of sets, all 120 assignments each");
}

static void refuses(void) {
    static double x[3 * 300];
    eg_synergy_fit fit;
    eg_arena_init(&arena, memory, sizeof memory);
    EG_CHECK_INT(eg_synergy_init(&synergy, 3, 300, x, &arena, NULL), EG_ERR_DATA); /* silent */
    for (size_t i = 0; i < 900; i++) x[i] = (double)(i % 7);
    EG_CHECK_INT(eg_synergy_init(&synergy, 1, 300, x, &arena, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_synergy_init(&synergy, 3, 2, x, &arena, NULL), EG_ERR_DATA);
    x[100] = NAN;
    EG_CHECK_INT(eg_synergy_init(&synergy, 3, 300, x, &arena, NULL), EG_ERR_DATA);
    x[100] = -1.0;
    EG_CHECK_INT(eg_synergy_init(&synergy, 3, 300, x, &arena, NULL), EG_OK);
    EG_CHECK_INT(synergy.n_negative, 1);
    eg_synergy_settings settings = eg_synergy_defaults();
    EG_CHECK_INT(eg_synergy_find(&synergy, 3, &settings, w, h, &fit, &arena, NULL),
                 EG_ERR_ARGUMENT);
    eg_arena_init(&arena, memory, 100);
    EG_CHECK_INT(eg_synergy_find(&synergy, 2, &settings, w, h, &fit, &arena, NULL), EG_ERR_MEMORY);
    EG_CHECK_INT(eg_synergy_init(&synergy, 3, 300, x, &arena, NULL), EG_ERR_MEMORY);
}

EG_TESTS({"emg synergy: equals scikit-learn from the same start", equals_sklearn},
         {"emg synergy: fits as well as musclesyneRgies", equals_musclesynergies},
         {"emg synergy: as many as musclesyneRgies", chooses_as_musclesynergies},
         {"emg synergy: finds what was made", finds_what_was_made},
         {"emg synergy: the best matching of all", matches_best},
         {"emg synergy: refuses what cannot be", refuses})
