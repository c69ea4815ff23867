/* Entropy, fluctuation and recurrence: against the two peers' values on real recordings, against
 * counting by definition, and on signals whose answer is known. */
#include "core/signal/complexity.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "tests/support/test.h"

enum { LENGTH_MAX = 8000 };

static unsigned char memory[4 << 20];
static double signal_x[LENGTH_MAX];

static double deviation(size_t n, const double *x) {
    double mean = 0.0, sum = 0.0;
    for (size_t i = 0; i < n; i++) mean += x[i] / (double)n;
    for (size_t i = 0; i < n; i++) sum += (x[i] - mean) * (x[i] - mean);
    return sqrt(sum / (double)n);
}

static eg_arena fresh_arena(void) {
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    return arena;
}

/* One column of a recording after the peer's own preprocessing. */
static size_t read_column(const char *name, int column, double *x) {
    char path[4200];
    snprintf(path, sizeof path, "%s/stages/%s_quijoux_stages.csv", eg_test_data("balance"), name);
    char *text = eg_test_read_file(path, NULL);
    char *line = strchr(text, '\n');
    size_t n = 0;
    while (line != NULL && line[1] != '\0' && n < LENGTH_MAX) {
        char *at = line + 1;
        for (int c = 0; c <= column; c++) {
            x[n] = strtod(at, &at);
            at++;
        }
        n++;
        line = strchr(line + 1, '\n');
    }
    free(text);
    return n;
}

static double golden(const char *file, const char *name, const char *variable) {
    char path[4200], key[200];
    snprintf(path, sizeof path, "%s/%s", eg_test_data("balance"), file);
    snprintf(key, sizeof key, "\n%s,%s,", name, variable);
    char *text = eg_test_read_file(path, NULL);
    char *found = strstr(text, key);
    if (found == NULL) EG_FAIL("%s has no %s", file, key + 1);
    found = strchr(found + strlen(key), ',') + 1;
    double value = strtod(found, NULL);
    free(text);
    return value;
}

static double entropy_of(size_t n, const double *x, int inclusive) {
    eg_arena arena = fresh_arena();
    eg_sample_entropy result;
    EG_CHECK_INT(eg_complexity_sample_entropy(n, x, 2, 0.2 * deviation(n, x), inclusive, &arena,
                                              &result, NULL),
                 EG_OK);
    EG_CHECK_INT(arena.used, 0);
    EG_CHECK(arena.high_water <= eg_complexity_size(n));
    return result.nats;
}

static const char *const cases[] = {"BDS00001", "BDS00010"};

static void entropy_agrees_with_peers(void) {
    static double steps[LENGTH_MAX];
    double worst = 0.0;
    int count = 0;
    for (int c = 0; c < 2; c++)
        for (int axis = 0; axis < 2; axis++) {
            char name[100];
            size_t n = read_column(cases[c], 2 + axis, signal_x);
            double value = entropy_of(n, signal_x, 1);
            snprintf(name, sizeof name, "sampen_m2_r0.2sd_quijouxsignal25Hz_%s",
                     axis ? "AP" : "ML");
            worst = fmax(worst, fabs(value - golden("golden_micromotion.csv", cases[c], name)));
            snprintf(name, sizeof name, "sampen_m2_tol0.2sd0_quijouxsignal25Hz_%s",
                     axis ? "AP" : "ML");
            worst = fmax(worst, fabs(value - golden("golden_nolds.csv", cases[c], name)));
            for (size_t i = 0; i + 1 < n; i++) steps[i] = signal_x[i + 1] - signal_x[i];
            snprintf(name, sizeof name, "sampen_increments_m2_tol0.2sd0_%s", axis ? "AP" : "ML");
            worst = fmax(worst, fabs(entropy_of(n - 1, steps, 0) -
                                     golden("golden_nolds.csv", cases[c], name)));
            count += 3;
        }
    eg_test_note("%d values, %.2g nats at most", count, worst);
    EG_CHECK(worst < 1e-12);
}

static void fluctuation_agrees_with_the_peer(void) {
    static double steps[LENGTH_MAX];
    double worst = 0.0;
    int count = 0;
    for (int c = 0; c < 2; c++)
        for (int axis = 0; axis < 2; axis++)
            for (int velocity = 0; velocity < 2; velocity++) {
                size_t n = read_column(cases[c], 2 + axis, signal_x);
                const double *x = signal_x;
                if (velocity) {
                    for (size_t i = 0; i + 1 < n; i++) steps[i] = signal_x[i + 1] - signal_x[i];
                    x = steps;
                    n--;
                }
                /* The peer's scales: 20 logarithmic steps from 10 to a quarter, rounded. */
                size_t scales[20];
                size_t n_scales = eg_complexity_log_scales(10, n / 4, 20, scales);
                double fluctuation[20], alpha = 0.0;
                eg_arena arena = fresh_arena();
                const eg_dfa_settings settings = {scales, n_scales, 1, 0, 1};
                EG_CHECK_INT(eg_complexity_dfa(&settings, n, x, &arena, fluctuation, &alpha, NULL),
                             EG_OK);
                EG_CHECK(arena.used == 0 && arena.high_water <= eg_complexity_size(n));
                char name[100];
                snprintf(name, sizeof name, "%s_%s",
                         velocity ? "dfa_alpha_of_velocity"
                                  : "dfa_alpha_nvals_log20_10..N/4_overlapFalse_order1",
                         axis ? "AP" : "ML");
                double expected = golden("golden_nolds.csv", cases[c], name);
                worst = fmax(worst, fabs(alpha - expected));
                count++;
            }
    eg_test_note("%d values, %.2g at most", count, worst);
    EG_CHECK(worst < 1e-12);
}

static void entropy_counts_by_definition(void) {
    eg_random random;
    eg_random_init(&random, 5, 0);
    int count = 0;
    for (unsigned m = 1; m <= 4; m++)
        for (int inclusive = 0; inclusive < 2; inclusive++) {
            size_t n = 300;
            /* Whole numbers make ties, where < and <= differ. */
            for (size_t i = 0; i < n; i++) signal_x[i] = eg_random_below(&random, 7);
            uint64_t a = 0, b = 0;
            for (size_t i = 0; i + m < n; i++)
                for (size_t j = i + 1; j + m < n; j++) {
                    double far = 0.0;
                    for (size_t k = 0; k < m; k++)
                        far = fmax(far, fabs(signal_x[i + k] - signal_x[j + k]));
                    double farther = fmax(far, fabs(signal_x[i + m] - signal_x[j + m]));
                    b += inclusive ? far <= 2.0 : far < 2.0;
                    a += inclusive ? farther <= 2.0 : farther < 2.0;
                }
            eg_arena arena = fresh_arena();
            eg_sample_entropy result;
            EG_CHECK_INT(
                eg_complexity_sample_entropy(n, signal_x, m, 2.0, inclusive, &arena, &result, NULL),
                EG_OK);
            EG_CHECK_INT(result.matches_m, b);
            EG_CHECK_INT(result.matches_more, a);
            EG_CHECK_NEAR(result.nats, -log((double)a / (double)b), 1e-14);
            count++;
        }
    eg_test_note("%d settings on signals with ties", count);
}

static void white_noise_and_walks_have_their_exponents(void) {
    eg_random random;
    eg_random_init(&random, 11, 0);
    double sum = 0.0;
    static double walk[LENGTH_MAX];
    for (size_t i = 0; i < LENGTH_MAX; i++) {
        signal_x[i] = eg_random_normal(&random);
        walk[i] = sum += signal_x[i];
    }
    size_t scales[30];
    size_t n_scales = eg_complexity_log_scales(16, LENGTH_MAX / 10, 20, scales);
    EG_CHECK(n_scales == 20 && scales[0] == 16 && scales[19] == LENGTH_MAX / 10);
    double fluctuation[30], alpha = 0.0;
    eg_arena arena = fresh_arena();
    for (unsigned order = 1; order <= 3; order++) {
        const eg_dfa_settings settings = {scales, n_scales, order, order == 2, order > 1};
        EG_CHECK_INT(
            eg_complexity_dfa(&settings, LENGTH_MAX, signal_x, &arena, fluctuation, &alpha, NULL),
            EG_OK);
        EG_CHECK_NEAR(alpha, 0.5, 0.06);
        EG_CHECK_INT(
            eg_complexity_dfa(&settings, LENGTH_MAX, walk, &arena, fluctuation, &alpha, NULL),
            EG_OK);
        EG_CHECK_NEAR(alpha, 1.5, 0.1);
    }
    double nats[5];
    size_t n = 3000;
    EG_CHECK_INT(eg_complexity_multiscale(n, signal_x, 2, 0.2 * deviation(n, signal_x), 1, 5,
                                          &arena, nats, NULL),
                 EG_OK);
    EG_CHECK_NEAR(nats[0], 2.2, 0.15); /* theory for Gaussian noise and r = 0.2: 2.19 */
    EG_CHECK(nats[1] < nats[0] && nats[4] < nats[1]);
    EG_CHECK_INT(arena.used, 0);
}

static void recurrence_of_known_signals(void) {
    eg_arena arena = fresh_arena();
    eg_recurrence r;
    const eg_recurrence_settings settings = {2, 5, 0.05, 2, 1};
    size_t n = 400;
    for (size_t i = 0; i < n; i++) signal_x[i] = sin(2.0 * 3.14159265358979 * (double)i / 20.0);
    EG_CHECK_INT(eg_complexity_recurrence(&settings, n, signal_x, &arena, &r, NULL), EG_OK);
    /* A cycle of 20 samples comes back at every 20th lag, along whole diagonals. */
    size_t points = n - 5, recurrent = 0, n_lines = 0;
    for (size_t lag = 20; lag < points; lag += 20, n_lines++) recurrent += points - lag;
    EG_CHECK_INT(r.pairs, points * (points - 1) / 2);
    EG_CHECK_INT(r.recurrent, recurrent);
    EG_CHECK_NEAR(r.determinism, 1.0, 1e-15);
    EG_CHECK_NEAR(r.line_mean, (double)recurrent / (double)n_lines, 1e-9);
    EG_CHECK_NEAR(r.line_entropy, log((double)n_lines), 1e-12);
    EG_CHECK_INT(r.line_longest, points - 20);
    eg_random random;
    eg_random_init(&random, 3, 3);
    for (size_t i = 0; i < n; i++) signal_x[i] = eg_random_uniform(&random);
    EG_CHECK_INT(eg_complexity_recurrence(&settings, n, signal_x, &arena, &r, NULL), EG_OK);
    EG_CHECK_NEAR(r.rate, 3.14159 * 0.05 * 0.05, 0.002); /* a disc in the unit square */
    EG_CHECK(r.determinism < 0.2);
    eg_test_note("noise: rate %.4f, determinism %.3f", r.rate, r.determinism);
}

static void refuses_what_cannot_be(void) {
    eg_arena arena = fresh_arena();
    eg_sample_entropy e;
    double x[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, fluctuation[3], alpha;
    EG_CHECK_INT(eg_complexity_sample_entropy(3, x, 2, 1.0, 1, &arena, &e, NULL), EG_ERR_DATA);
    EG_CHECK_INT(eg_complexity_sample_entropy(10, x, 0, 1.0, 1, &arena, &e, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_complexity_sample_entropy(10, x, 17, 1.0, 1, &arena, &e, NULL),
                 EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_complexity_sample_entropy(10, x, 2, 0.5, 1, &arena, &e, NULL), EG_OK);
    EG_CHECK(isnan(e.nats));
    const size_t descending[3] = {5, 4, 9}, too_long[3] = {4, 5, 11};
    eg_dfa_settings s = {descending, 3, 1, 0, 0};
    EG_CHECK_INT(eg_complexity_dfa(&s, 10, x, &arena, fluctuation, &alpha, NULL), EG_ERR_ARGUMENT);
    s.scales = too_long;
    EG_CHECK_INT(eg_complexity_dfa(&s, 10, x, &arena, fluctuation, &alpha, NULL), EG_ERR_ARGUMENT);
    eg_recurrence r;
    eg_recurrence_settings rs = {2, 5, 0.05, 2, 5};
    EG_CHECK_INT(eg_complexity_recurrence(&rs, 10, x, &arena, &r, NULL), EG_ERR_DATA);
    x[4] = (double)NAN;
    EG_CHECK_INT(eg_complexity_sample_entropy(10, x, 2, 0.5, 1, &arena, &e, NULL), EG_ERR_DATA);
    rs.theiler = 1;
    EG_CHECK_INT(eg_complexity_recurrence(&rs, 10, x, &arena, &r, NULL), EG_ERR_DATA);
    eg_arena_init(&arena, memory, 100);
    x[4] = 5.0;
    EG_CHECK_INT(eg_complexity_sample_entropy(10, x, 2, 0.5, 1, &arena, &e, NULL), EG_ERR_MEMORY);
}

EG_TESTS({"complexity: sample entropy equals both peers on recordings", entropy_agrees_with_peers},
         {"complexity: fluctuation exponent equals the peer on recordings",
          fluctuation_agrees_with_the_peer},
         {"complexity: sample entropy counts what the definition counts",
          entropy_counts_by_definition},
         {"complexity: white noise and its walk have their exponents",
          white_noise_and_walks_have_their_exponents},
         {"complexity: recurrence of a cycle and of noise", recurrence_of_known_signals},
         {"complexity: refuses what cannot be", refuses_what_cannot_be})
