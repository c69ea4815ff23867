#include "core/balance/sway.h"

#include <math.h>
#include <stdbool.h>

#include "core/base/check.h"

/* ln 20 = -ln 0.05 */
static const double ln_20 = 2.995732273553991;

typedef struct axis_sums {
    double sum, abs_sum, square_sum, min, max, path;
} axis_sums;

static void add_sample(axis_sums *sums, double x) {
    sums->sum += x;
    sums->abs_sum += fabs(x);
    sums->square_sum += x * x;
    if (x < sums->min) sums->min = x;
    if (x > sums->max) sums->max = x;
}

static eg_sway_axis axis_of(const axis_sums *sums, size_t n) {
    double count = (double)n;
    return (eg_sway_axis){
        .mean = sums->sum / count,
        .mean_abs = sums->abs_sum / count,
        .mean_square = sums->square_sum / count,
        .max_abs = fmax(fabs(sums->min), fabs(sums->max)),
        .min = sums->min,
        .max = sums->max,
        .path = sums->path,
    };
}

eg_sway eg_sway_measure(const eg_sway_signal *signal) {
    EG_ASSERT(signal->n >= 2);
    const double *ml = signal->ml;
    const double *ap = signal->ap;
    axis_sums x = {.min = ml[0], .max = ml[0]};
    axis_sums y = {.min = ap[0], .max = ap[0]};
    double distance = 0.0;
    double max_square = 0.0;
    double product = 0.0;
    double path = 0.0;
    double swept = 0.0;
    for (size_t i = 0; i < signal->n; i++) {
        add_sample(&x, ml[i]);
        add_sample(&y, ap[i]);
        double square = ml[i] * ml[i] + ap[i] * ap[i];
        distance += sqrt(square);
        if (square > max_square) max_square = square;
        product += ml[i] * ap[i];
        if (i == 0) continue;
        double step_ml = ml[i] - ml[i - 1];
        double step_ap = ap[i] - ap[i - 1];
        x.path += fabs(step_ml);
        y.path += fabs(step_ap);
        path += sqrt(step_ml * step_ml + step_ap * step_ap);
        swept += fabs(ml[i] * ap[i - 1] - ap[i] * ml[i - 1]);
    }
    double count = (double)signal->n;
    return (eg_sway){
        .ml = axis_of(&x, signal->n),
        .ap = axis_of(&y, signal->n),
        .mean_distance = distance / count,
        .max_distance = sqrt(max_square),
        .mean_product = product / count,
        .path = path,
        .swept_area = swept,
    };
}

/* Eigenvalues and major axis of a symmetric 2 x 2 matrix. The vector is taken from the better
 * conditioned of its two forms. */
void eg_sway_principal_axes(eg_sway_cloud *cloud) {
    double half_sum = 0.5 * (cloud->var_ml + cloud->var_ap);
    double half_difference = 0.5 * (cloud->var_ml - cloud->var_ap);
    double c = cloud->covariance;
    double radius = sqrt(half_difference * half_difference + c * c);
    cloud->major = half_sum + radius;
    double determinant = cloud->var_ml * cloud->var_ap - c * c;
    cloud->minor = cloud->major > 0.0 ? fmax(0.0, determinant / cloud->major) : 0.0;
    double vector_ml = half_difference > 0.0 ? half_difference + radius : c;
    double vector_ap = half_difference > 0.0 ? c : radius - half_difference;
    double length = sqrt(vector_ml * vector_ml + vector_ap * vector_ap);
    if (length > 0.0) {
        double sign = vector_ap < 0.0 ? -1.0 : 1.0;
        cloud->direction_ml = sign * vector_ml / length;
        cloud->direction_ap = sign * vector_ap / length;
    } else {
        cloud->direction_ml = 0.0; /* a circle has no direction; we say forward */
        cloud->direction_ap = 1.0;
    }
}

eg_sway_cloud eg_sway_cloud_of(const eg_sway_signal *signal, int ddof) {
    size_t n = signal->n;
    EG_ASSERT(n >= 2 && (ddof == 0 || ddof == 1));
    double mean_ml = 0.0;
    double mean_ap = 0.0;
    for (size_t i = 0; i < n; i++) {
        mean_ml += signal->ml[i];
        mean_ap += signal->ap[i];
    }
    mean_ml /= (double)n;
    mean_ap /= (double)n;
    eg_sway_cloud cloud = {0};
    for (size_t i = 0; i < n; i++) {
        double x = signal->ml[i] - mean_ml;
        double y = signal->ap[i] - mean_ap;
        cloud.var_ml += x * x;
        cloud.var_ap += y * y;
        cloud.covariance += x * y;
    }
    double divisor = (double)n - ddof;
    cloud.var_ml /= divisor;
    cloud.var_ap /= divisor;
    cloud.covariance /= divisor;
    eg_sway_principal_axes(&cloud);
    return cloud;
}

double eg_sway_f95(size_t n) {
    EG_ASSERT(n > 2);
    /* The distribution function is 1 - (1 + 2 x / d)^(-d/2); its inverse is d/2 (0.05^(-2/d) - 1).
     * The difference is summed as a series, because for a long trial it is small. */
    double d = (double)(n - 2);
    double h = 2.0 * ln_20 / d;
    double term = h;
    double sum = h;
    for (int k = 2; k < 60; k++) {
        term *= h / k;
        sum += term;
    }
    return 0.5 * d * sum;
}

double eg_sway_prediction_factor(size_t n) {
    double count = (double)n;
    return 2.0 * eg_sway_f95(n) * (count + 1.0) * (count - 1.0) / (count * (count - 2.0));
}

enum { N_CORNERS = 8 };

/* Extreme samples in eight directions, in counter-clockwise order: an octagon inside the hull. */
static void octagon(const eg_sway_signal *signal, size_t corners[N_CORNERS]) {
    static const double across[N_CORNERS] = {1, 1, 0, -1, -1, -1, 0, 1};
    static const double along[N_CORNERS] = {0, 1, 1, 1, 0, -1, -1, -1};
    double best[N_CORNERS];
    for (int k = 0; k < N_CORNERS; k++) {
        corners[k] = 0;
        best[k] = across[k] * signal->ml[0] + along[k] * signal->ap[0];
    }
    for (size_t i = 1; i < signal->n; i++) {
        for (int k = 0; k < N_CORNERS; k++) {
            double reach = across[k] * signal->ml[i] + along[k] * signal->ap[i];
            if (reach > best[k]) {
                best[k] = reach;
                corners[k] = i;
            }
        }
    }
}

size_t eg_sway_outline(const eg_sway_signal *signal, double *ml, double *ap) {
    size_t corners[N_CORNERS];
    octagon(signal, corners);
    double from_ml[N_CORNERS], from_ap[N_CORNERS], edge_ml[N_CORNERS], edge_ap[N_CORNERS];
    for (int k = 0; k < N_CORNERS; k++) {
        size_t next = corners[(k + 1) % N_CORNERS];
        from_ml[k] = signal->ml[corners[k]];
        from_ap[k] = signal->ap[corners[k]];
        edge_ml[k] = signal->ml[next] - from_ml[k];
        edge_ap[k] = signal->ap[next] - from_ap[k];
    }
    size_t kept = 0;
    for (size_t i = 0; i < signal->n; i++) {
        bool inside = true;
        for (int k = 0; k < N_CORNERS && inside; k++) {
            if (corners[k] == corners[(k + 1) % N_CORNERS]) continue; /* no edge here */
            double x = signal->ml[i] - from_ml[k];
            double y = signal->ap[i] - from_ap[k];
            inside = edge_ml[k] * y - edge_ap[k] * x > 0.0;
        }
        if (inside) continue;
        ml[kept] = signal->ml[i];
        ap[kept] = signal->ap[i];
        kept++;
    }
    return kept;
}

double eg_sway_diameter(const double *ml, const double *ap, size_t n) {
    double widest = 0.0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n; k++) {
            double x = ml[i] - ml[k];
            double y = ap[i] - ap[k];
            double square = x * x + y * y;
            if (square > widest) widest = square;
        }
    }
    return sqrt(widest);
}

eg_sway_peaks eg_sway_velocity_peaks(const double *velocity, size_t n) {
    eg_sway_peaks peaks = {0};
    double positive = 0.0;
    double negative = 0.0;
    double peak = 0.0; /* the largest |velocity| since the last crossing, with its sign */
    int side = 0;      /* sign of the last non-zero sample */
    for (size_t i = 0; i < n; i++) {
        double value = velocity[i];
        int sign = (value > 0.0) - (value < 0.0);
        if (side != 0 && sign == -side) {
            if (peaks.zero_crossings > 0 && sign < 0) {
                positive += peak;
                peaks.n_positive++;
            } else if (peaks.zero_crossings > 0) {
                negative += fabs(peak);
                peaks.n_negative++;
            }
            peaks.zero_crossings++;
            peak = 0.0;
        }
        if (sign != 0) side = sign;
        if (fabs(value) > fabs(peak)) peak = value;
    }
    peaks.mean_positive = positive / (double)peaks.n_positive;
    peaks.mean_negative = negative / (double)peaks.n_negative;
    peaks.mean_all = (positive + negative) / (double)(peaks.n_positive + peaks.n_negative);
    return peaks;
}
