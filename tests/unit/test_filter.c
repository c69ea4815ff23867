/* Butterworth filters: against a transfer-function implementation in long double that is written
 * here independently, against the peer's filtered recordings, and by what must hold for any. */
#include "core/signal/filter.h"

#include <complex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

enum { TAPS_MAX = 17, LENGTH = 1500 };

static const long double pi = 3.14159265358979323846264338327950288L;

/* Numerator and denominator of a digital Butterworth filter from its poles and zeros. */
static void transfer_function(eg_filter_kind kind, int order, long double low, long double high,
                              long double rate, long double *b, long double *a, int *n_taps) {
    long double w1 = tanl(pi * low / rate), w2 = tanl(pi * high / rate);
    long double complex poles[16], zeros[16], gain = 1.0L;
    int n = 0;
    for (int k = 0; k < order; k++) {
        long double complex p =
            cexpl((long double complex)_Complex_I * pi * (2 * k + order + 1) / (2.0L * order));
        if (kind == EG_FILTER_LOW_PASS) {
            poles[n] = w2 * p, zeros[n++] = -1.0L;
            gain *= w2 / (1.0L - w2 * p);
        } else if (kind == EG_FILTER_HIGH_PASS) {
            poles[n] = w1 / p, zeros[n++] = 1.0L;
            gain *= 1.0L / (1.0L - w1 / p);
        } else {
            long double complex middle = p * (w2 - w1) / 2.0L;
            long double complex root = csqrtl(middle * middle - w1 * w2);
            poles[n] = middle + root, zeros[n++] = 1.0L;
            poles[n] = middle - root, zeros[n++] = -1.0L;
            gain *= (w2 - w1) / ((1.0L - middle - root) * (1.0L - middle + root));
        }
    }
    long double complex num[TAPS_MAX] = {gain}, den[TAPS_MAX] = {1.0L};
    for (int k = 0; k < n; k++) {
        long double complex digital = (1.0L + poles[k]) / (1.0L - poles[k]);
        for (int i = k + 1; i > 0; i--) {
            num[i] -= zeros[k] * num[i - 1];
            den[i] -= digital * den[i - 1];
        }
    }
    for (int i = 0; i <= n; i++) b[i] = creall(num[i]), a[i] = creall(den[i]);
    *n_taps = n + 1;
}

/* y = lfilter(b, a, x) from the steady state of x[0]. */
static void plain_filter(const long double *b, const long double *a, int taps, int n,
                         const long double *x, long double *y) {
    long double sum_b = 0.0L, sum_a = 0.0L;
    for (int i = 0; i < taps; i++) sum_b += b[i], sum_a += a[i];
    long double before = x[0] * sum_b / sum_a;
    for (int i = 0; i < n; i++) {
        y[i] = 0.0L;
        for (int k = 0; k < taps; k++) {
            y[i] += b[k] * (i >= k ? x[i - k] : x[0]);
            if (k > 0) y[i] -= a[k] * (i >= k ? y[i - k] : before);
        }
    }
}

static void plain_zero_lag(const long double *b, const long double *a, int taps, int n,
                           const double *x, int padding, double *out) {
    static long double one[LENGTH + 400], two[LENGTH + 400];
    int total = n + 2 * padding;
    for (int i = 0; i < total; i++) {
        int k = i - padding;
        double value = x[k < 0 ? 0 : k >= n ? n - 1 : k];
        if (k < 0) value = 2.0 * x[0] - x[-k];
        if (k >= n) value = 2.0 * x[n - 1] - x[2 * (n - 1) - k];
        one[i] = (long double)value;
    }
    plain_filter(b, a, taps, total, one, two);
    for (int i = 0; i < total; i++) one[i] = two[total - 1 - i];
    plain_filter(b, a, taps, total, one, two);
    for (int i = 0; i < n; i++) out[i] = (double)two[total - 1 - padding - i];
}

static void make_signal(int n, double *x) {
    double walk = 0.0;
    unsigned long long state = 7;
    for (int i = 0; i < n; i++) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        walk += (double)(long long)state * 0x1p-63;
        x[i] = walk + 3.0 + sin(0.9 * i);
    }
}

static void agrees_with_the_transfer_function(void) {
    static double x[LENGTH], expected[LENGTH], y[LENGTH];
    static unsigned char memory[8 * (LENGTH + 500)];
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    make_signal(LENGTH, x);
    double worst = 0.0;
    int count = 0;
    for (int kind = 0; kind < 3; kind++)
        for (unsigned order = 1; order <= 8; order++) {
            eg_filter filter;
            EG_CHECK_INT(
                eg_filter_butterworth(&filter, (eg_filter_kind)kind, order, 4.0, 11.0, 50.0, NULL),
                EG_OK);
            long double b[TAPS_MAX], a[TAPS_MAX];
            int taps = 0;
            transfer_function((eg_filter_kind)kind, (int)order, 4.0L, 11.0L, 50.0L, b, a, &taps);
            EG_CHECK_INT(filter.n_taps, taps);
            size_t padding = eg_filter_padding(&filter);
            plain_zero_lag(b, a, taps, LENGTH, x, (int)padding, expected);
            EG_CHECK_INT(eg_filter_zero_lag(&filter, LENGTH, x, y, padding, &arena, NULL), EG_OK);
            double largest = 0.0, off = 0.0;
            for (int i = 0; i < LENGTH; i++) {
                largest = fmax(largest, fabs(x[i]));
                off = fmax(off, fabs(y[i] - expected[i]));
            }
            worst = fmax(worst, off / largest);
            count++;
        }
    eg_test_note("%d designs, %.2g of the signal's size at most", count, worst);
    EG_CHECK(worst < 1e-13);
    EG_CHECK_INT(eg_arena_mark(&arena), 0);
}

/* Columns of swarii25_ml_cm,swarii25_ap_cm,filt10_ml_cm,filt10_ap_cm. */
static int read_stages(const char *path, double columns[4][2000]) {
    char *text = eg_test_read_file(path, NULL);
    char *line = strchr(text, '\n');
    int n = 0;
    while (line != NULL && line[1] != '\0' && n < 2000) {
        char *at = line + 1;
        for (int c = 0; c < 4; c++) {
            columns[c][n] = strtod(at, &at);
            at++;
        }
        n++;
        line = strchr(line + 1, '\n');
    }
    free(text);
    return n;
}

static void agrees_with_the_peer(void) {
    static double columns[4][2000], y[2000];
    static unsigned char memory[8 * 2100];
    static const char *const cases[] = {"BDS00001", "BDS00010"};
    const char *root = eg_test_data("balance");
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    eg_filter filter;
    EG_CHECK_INT(eg_filter_butterworth(&filter, EG_FILTER_LOW_PASS, 4, 0.0, 10.0, 25.0, NULL),
                 EG_OK);
    EG_CHECK_INT(eg_filter_padding(&filter), 15);
    double worst = 0.0;
    int count = 0;
    for (int c = 0; c < 2; c++) {
        char path[4200];
        snprintf(path, sizeof path, "%s/stages/%s_quijoux_stages.csv", root, cases[c]);
        int n = read_stages(path, columns);
        EG_CHECK(n > 1000);
        for (int axis = 0; axis < 2; axis++) {
            EG_CHECK_INT(eg_filter_zero_lag(&filter, (size_t)n, columns[axis], y, 15, &arena, NULL),
                         EG_OK);
            for (int i = 0; i < n; i++) {
                worst = fmax(worst, fabs(y[i] - columns[2 + axis][i]));
                count++;
            }
        }
    }
    eg_test_note("%d samples, %.2g cm at most", count, worst);
    EG_CHECK(worst < 1e-12);
}

static void blocks_do_not_matter(void) {
    static double x[LENGTH], whole[LENGTH], pieces[LENGTH];
    make_signal(LENGTH, x);
    eg_filter filter;
    EG_CHECK_INT(eg_filter_butterworth(&filter, EG_FILTER_BAND_PASS, 3, 1.0, 9.0, 100.0, NULL),
                 EG_OK);
    eg_filter_state state;
    eg_filter_settle(&filter, x[0], &state);
    eg_filter_run(&filter, &state, LENGTH, x, whole);
    eg_filter_settle(&filter, x[0], &state);
    for (size_t at = 0, step = 1; at < LENGTH; at += step, step = step % 37 + 1) {
        if (step > LENGTH - at) step = LENGTH - at;
        eg_filter_run(&filter, &state, step, x + at, pieces + at);
        if (at + step == LENGTH) break;
    }
    EG_CHECK(memcmp(whole, pieces, sizeof whole) == 0);
}

static void settled_filters_stay_at_their_level(void) {
    double x[50], y[50];
    for (int i = 0; i < 50; i++) x[i] = 7.25;
    eg_filter low, high;
    EG_CHECK_INT(eg_filter_butterworth(&low, EG_FILTER_LOW_PASS, 7, 0.0, 3.0, 100.0, NULL), EG_OK);
    EG_CHECK_INT(eg_filter_butterworth(&high, EG_FILTER_HIGH_PASS, 5, 3.0, 0.0, 100.0, NULL),
                 EG_OK);
    eg_filter_state state;
    eg_filter_settle(&low, 7.25, &state);
    eg_filter_run(&low, &state, 50, x, y);
    for (int i = 0; i < 50; i++) EG_CHECK_NEAR(y[i], 7.25, 1e-10);
    eg_filter_settle(&high, 7.25, &state);
    eg_filter_run(&high, &state, 50, x, y);
    for (int i = 0; i < 50; i++) EG_CHECK_NEAR(y[i], 0.0, 1e-10);
}

static void refuses_what_cannot_be(void) {
    eg_filter f;
    eg_diag diag = {0};
    EG_CHECK_INT(eg_filter_butterworth(&f, EG_FILTER_LOW_PASS, 0, 0, 5, 100, NULL),
                 EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_filter_butterworth(&f, EG_FILTER_LOW_PASS, 9, 0, 5, 100, NULL),
                 EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_filter_butterworth(&f, EG_FILTER_LOW_PASS, 2, 0, 50, 100, &diag),
                 EG_ERR_ARGUMENT);
    EG_CHECK(strstr(diag.text, "half the rate") != NULL);
    EG_CHECK_INT(eg_filter_butterworth(&f, EG_FILTER_HIGH_PASS, 2, 0, 5, 100, NULL),
                 EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_filter_butterworth(&f, EG_FILTER_BAND_PASS, 2, 6, 5, 100, NULL),
                 EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_filter_butterworth(&f, EG_FILTER_LOW_PASS, 2, 0, (double)NAN, 100, NULL),
                 EG_ERR_ARGUMENT);
    double x[15] = {0}, y[15];
    unsigned char memory[1024];
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    EG_CHECK_INT(eg_filter_butterworth(&f, EG_FILTER_LOW_PASS, 4, 0, 5, 100, NULL), EG_OK);
    EG_CHECK_INT(eg_filter_zero_lag(&f, 15, x, y, 15, &arena, NULL), EG_ERR_DATA);
    EG_CHECK_INT(eg_filter_zero_lag(&f, 0, x, y, 0, &arena, NULL), EG_ERR_DATA);
    eg_arena_init(&arena, memory, 64);
    EG_CHECK_INT(eg_filter_zero_lag(&f, 15, x, y, 14, &arena, NULL), EG_ERR_MEMORY);
    EG_CHECK_INT(eg_filter_butterworth(&f, EG_FILTER_LOW_PASS, 5, 0, 5, 100, NULL), EG_OK);
    EG_CHECK_INT(eg_filter_padding_sections(&f), 18);
}

EG_TESTS({"filter: zero-lag equals the transfer function in long double",
          agrees_with_the_transfer_function},
         {"filter: zero-lag equals the peer's filtered recordings", agrees_with_the_peer},
         {"filter: any division into blocks gives the same bits", blocks_do_not_matter},
         {"filter: a settled filter stays at its level", settled_filters_stay_at_their_level},
         {"filter: refuses what cannot be", refuses_what_cannot_be})
