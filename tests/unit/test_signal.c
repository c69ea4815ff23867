/* Smoothing, resampling and geometry. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "core/signal/geometry.h"
#include "core/signal/resample.h"
#include "core/signal/smooth.h"
#include "tests/support/test.h"

static unsigned char memory[4 << 20];

static eg_arena fresh_arena(void) {
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    return arena;
}

static void smoothing_known_weights(void) {
    /* Savitzky & Golay 1964, tables I and VI: quadratic, five points. */
    static const double smooth[5] = {-3, 12, 17, 12, -3}, slope[5] = {-2, -1, 0, 1, 2};
    double weights[5];
    eg_smooth_weights(5, 2, 0, 2, weights);
    for (int i = 0; i < 5; i++) EG_CHECK_NEAR(weights[i], smooth[i] / 35.0, 1e-15);
    eg_smooth_weights(5, 2, 1, 2, weights);
    for (int i = 0; i < 5; i++) EG_CHECK_NEAR(weights[i], slope[i] / 10.0, 1e-15);
}

/* A polynomial of the filter's order passes unchanged, edges included, with its derivatives. */
static void smoothing_keeps_polynomials(void) {
    enum { N = 60 };
    eg_real x[N], y[N];
    double worst = 0.0;
    int count = 0;
    for (unsigned window = 3; window <= 31; window += 4)
        for (unsigned order = 0; order < window && order <= 5; order++)
            for (unsigned derivative = 0; derivative <= order; derivative++, count++) {
                double spacing = 0.04;
                for (int i = 0; i < N; i++) {
                    double t = (i - 30) * spacing, value = 0.0;
                    for (unsigned k = 0; k <= order; k++) value += (k + 1.0) * pow(t, k);
                    x[i] = (eg_real)value;
                }
                EG_CHECK_INT(
                    eg_smooth_savitzky_golay(N, x, y, window, order, derivative, spacing, NULL),
                    EG_OK);
                for (int i = 0; i < N; i++) {
                    double t = (i - 30) * spacing, value = 0.0;
                    for (unsigned k = derivative; k <= order; k++) {
                        double factor = k + 1.0;
                        for (unsigned d = 0; d < derivative; d++) factor *= k - d;
                        value += factor * pow(t, k - derivative);
                    }
                    /* Differentiating amplifies rounding by 1 / spacing each time. */
                    worst = fmax(worst, fabs(y[i] - value) * pow(spacing, derivative));
                }
            }
    eg_test_note("%d filters, %.2g", count, worst);
    EG_CHECK(worst < 1e-12);
}

static void smoothing_refuses(void) {
    eg_real x[9] = {0}, y[9];
    EG_CHECK_INT(eg_smooth_savitzky_golay(9, x, y, 4, 2, 0, 1.0, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_smooth_savitzky_golay(9, x, y, 5, 5, 0, 1.0, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_smooth_savitzky_golay(9, x, y, 5, 3, 4, 1.0, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_smooth_savitzky_golay(9, x, y, 5, 3, 1, 0.0, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_smooth_savitzky_golay(9, x, y, 11, 3, 1, 1.0, NULL), EG_ERR_DATA);
}

static void resampling_keeps_what_it_should(void) {
    enum { N = 2000 };
    static const unsigned factors[][2] = {{1, 2}, {1, 4}, {2, 1}, {3, 2}, {25, 100}, {147, 160}};
    static eg_real x[N], y[2 * N + 1];
    double worst = 0.0, leak = 0.0;
    for (size_t c = 0; c < sizeof factors / sizeof factors[0]; c++) {
        unsigned up = factors[c][0], down = factors[c][1];
        eg_arena arena = fresh_arena();
        size_t n_out = eg_resample_length(N, up, down);
        EG_CHECK_INT(n_out, (N * up + down - 1) / down);
        for (int i = 0; i < N; i++) x[i] = (eg_real)(5.0 + sin(2.0 * EG_PI * 0.01 * i));
        EG_CHECK_INT(eg_resample_rational(N, x, up, down, y, &arena, NULL), EG_OK);
        for (size_t i = n_out / 10; i < n_out - n_out / 10; i++) {
            double t = (double)i * down / up;
            worst = fmax(worst, fabs(y[i] - 5.0 - sin(2.0 * EG_PI * 0.01 * t)));
        }
        for (int i = 0; i < N; i++) x[i] = 7;
        EG_CHECK_INT(eg_resample_rational(N, x, up, down, y, &arena, NULL), EG_OK);
        for (size_t i = 0; i < n_out; i++) EG_CHECK_NEAR(y[i], 7.0, 1e-13);
        if (4 * up > down) continue;
        /* Far above the new Nyquist frequency nothing may come through. */
        for (int i = 0; i < N; i++) x[i] = (eg_real)sin(2.0 * EG_PI * 0.31 * i);
        EG_CHECK_INT(eg_resample_rational(N, x, up, down, y, &arena, NULL), EG_OK);
        for (size_t i = n_out / 10; i < n_out - n_out / 10; i++) leak = fmax(leak, fabs(y[i]));
    }
    eg_test_note("sine off by %.2g, alias %.2g", worst, leak);
    EG_CHECK(worst < 2e-3 && leak < 2e-3);
}

static void interpolation_of_irregular_time(void) {
    enum { N = 500 };
    static double t[N];
    static eg_real x[N], line[1100], curve[1100];
    eg_random random;
    eg_random_init(&random, 8, 8);
    for (int i = 0; i < N; i++) {
        t[i] = i == 0 ? 3.0 : t[i - 1] + 0.01 * (0.5 + eg_random_uniform(&random));
        x[i] = (eg_real)(sin(4.0 * t[i]) + 2.0 * t[i]);
    }
    size_t count = eg_resample_uniform_length(N, t, 200.0);
    EG_CHECK(count > 900 && count < 1100);
    eg_arena arena = fresh_arena();
    EG_CHECK_INT(eg_resample_linear(N, t, x, t[0], 200.0, count, line, NULL), EG_OK);
    EG_CHECK_INT(eg_resample_cubic(N, t, x, t[0], 200.0, count, curve, &arena, NULL), EG_OK);
    double worst_line = 0.0, worst_curve = 0.0;
    for (size_t i = 10; i + 10 < count; i++) {
        double at = t[0] + (double)i / 200.0, truth = sin(4.0 * at) + 2.0 * at;
        worst_line = fmax(worst_line, fabs(line[i] - truth));
        worst_curve = fmax(worst_curve, fabs(curve[i] - truth));
    }
    eg_test_note("lines %.2g, spline %.2g", worst_line, worst_curve);
    EG_CHECK(worst_line < 5e-4 && worst_curve < 1e-6);
    EG_CHECK_NEAR(line[0], x[0], 0.0);
    t[7] = t[6];
    eg_diag diag = {0};
    EG_CHECK_INT(eg_resample_linear(N, t, x, 0.0, 200.0, 5, line, &diag), EG_ERR_DATA);
    EG_CHECK(strstr(diag.text, "time stamp 7") != NULL);
    const double grid[4] = {0.0, 0.01, 0.02, 0.03};
    EG_CHECK_INT(eg_resample_uniform_length(4, grid, 100.0), 4);
}

static void resampling_refuses(void) {
    eg_real x[4] = {0}, y[16];
    eg_arena arena = fresh_arena();
    EG_CHECK_INT(eg_resample_rational(0, x, 1, 2, y, &arena, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_resample_rational(4, x, 0, 2, y, &arena, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_resample_rational(4, x, 1, 5000, y, &arena, NULL), EG_ERR_ARGUMENT);
    eg_arena_init(&arena, memory, 50);
    EG_CHECK_INT(eg_resample_rational(4, x, 1, 2, y, &arena, NULL), EG_ERR_MEMORY);
    EG_CHECK_INT(eg_resample_rational(4, x, 3, 3, y, &arena, NULL), EG_OK);
}

enum { POINTS_MAX = 3000 };
static double px[POINTS_MAX], py[POINTS_MAX];

static double slow_diameter(size_t n) {
    double best = 0.0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) best = fmax(best, hypot(px[i] - px[j], py[i] - py[j]));
    return best;
}

/* Every point is on the left of every edge, corners turn left, the diameter is that of all pairs.
 */
static void check_hull(size_t n) {
    eg_arena arena = fresh_arena();
    eg_hull hull;
    EG_CHECK_INT(eg_hull_build(n, px, py, &arena, &hull, NULL), EG_OK);
    EG_CHECK(arena.high_water <= eg_hull_size(n));
    for (size_t k = 0; k < hull.n && hull.n > 2; k++) {
        size_t a = hull.index[k], b = hull.index[(k + 1) % hull.n];
        for (size_t i = 0; i < n; i++) {
            double cross = (px[b] - px[a]) * (py[i] - py[a]) - (py[b] - py[a]) * (px[i] - px[a]);
            EG_CHECK(cross >= -1e-10);
        }
    }
    EG_CHECK_NEAR(eg_hull_diameter(&hull, px, py), slow_diameter(n), 1e-12);
}

static void hulls_enclose_everything(void) {
    eg_random random;
    eg_random_init(&random, 21, 0);
    int count = 0;
    for (size_t n = 0; n < 60; n++, count += 3) {
        for (size_t i = 0; i < n; i++)
            px[i] = eg_random_normal(&random), py[i] = eg_random_normal(&random);
        check_hull(n);
        for (size_t i = 0; i < n; i++) /* a grid: many points on edges, many doubles */
            px[i] = eg_random_below(&random, 4), py[i] = eg_random_below(&random, 4);
        check_hull(n);
        for (size_t i = 0; i < n; i++) px[i] = (double)i, py[i] = 3.0 * (double)i - 7.0;
        check_hull(n);
    }
    for (size_t i = 0; i < POINTS_MAX; i++)
        px[i] = eg_random_normal(&random), py[i] = 0.3 * px[i] + eg_random_normal(&random);
    check_hull(POINTS_MAX);
    eg_test_note("%d clouds", count + 1);
}

static void hulls_of_known_shapes(void) {
    static const double sx[7] = {0, 4, 4, 0, 2, 2, 4}, sy[7] = {0, 0, 3, 3, 1, 0, 1.5};
    eg_arena arena = fresh_arena();
    eg_hull hull;
    EG_CHECK_INT(eg_hull_build(7, sx, sy, &arena, &hull, NULL), EG_OK);
    EG_CHECK_INT(hull.n, 4);
    EG_CHECK_NEAR(eg_hull_area(&hull, sx, sy), 12.0, 0.0);
    EG_CHECK_NEAR(eg_hull_perimeter(&hull, sx, sy), 14.0, 0.0);
    EG_CHECK_NEAR(eg_hull_diameter(&hull, sx, sy), 5.0, 0.0);
    for (int i = 0; i < 360; i++) {
        double turn_sine, turn_cosine;
        eg_turn((uint64_t)i, 360, &turn_sine, &turn_cosine);
        px[i] = 10.0 * turn_cosine, py[i] = 10.0 * turn_sine;
    }
    EG_CHECK_INT(eg_hull_build(360, px, py, &arena, &hull, NULL), EG_OK);
    EG_CHECK_INT(hull.n, 360);
    EG_CHECK_NEAR(eg_hull_area(&hull, px, py), 180.0 * 100.0 * eg_sin(2.0 * EG_PI / 360.0), 1e-9);
    EG_CHECK_NEAR(eg_hull_diameter(&hull, px, py), 20.0, 1e-13);
    px[3] = (double)INFINITY;
    EG_CHECK_INT(eg_hull_build(360, px, py, &arena, &hull, NULL), EG_ERR_DATA);
    px[3] = 0.0;
    eg_arena_init(&arena, memory, 100);
    EG_CHECK_INT(eg_hull_build(360, px, py, &arena, &hull, NULL), EG_ERR_MEMORY);
}

EG_TESTS({"smooth: the published weights", smoothing_known_weights},
         {"smooth: polynomials and their derivatives pass, edges included",
          smoothing_keeps_polynomials},
         {"smooth: refuses what cannot be", smoothing_refuses},
         {"resample: keeps slow signals and constants, removes what would alias",
          resampling_keeps_what_it_should},
         {"resample: irregular time to a uniform rate", interpolation_of_irregular_time},
         {"resample: refuses what cannot be", resampling_refuses},
         {"geometry: hulls enclose everything, diameters equal all pairs",
          hulls_enclose_everything},
         {"geometry: hulls of known shapes", hulls_of_known_shapes})
