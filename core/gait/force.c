#include "core/gait/force.h"

#include <string.h>

#include "core/balance/plate.h"
#include "core/base/real.h"
#include "core/base/sort.h"

/* The six loads of sample i in the plate's own axes, N and N mm. */
static void loads_of(const eg_gait_plate *p, size_t i, double out[6]) {
    double raw[EG_GAIT_PLATE_CHANNELS_MAX];
    for (size_t k = 0; k < p->n_channels; k++) raw[k] = p->channels[k][i];
    if (p->type == 3) {
        double a = fabs(p->origin_mm[0]), b = fabs(p->origin_mm[1]);
        const double *z = raw + 4;
        out[0] = raw[0] + raw[1];
        out[1] = raw[2] + raw[3];
        out[2] = z[0] + z[1] + z[2] + z[3];
        out[3] = b * (z[0] + z[1] - z[2] - z[3]);
        out[4] = a * (-z[0] + z[1] + z[2] - z[3]);
        out[5] = b * (raw[1] - raw[0]) + a * (raw[2] - raw[3]);
        return;
    }
    for (size_t r = 0; r < 6; r++) {
        double sum = 0.0;
        if (p->has_calibration)
            for (size_t k = 0; k < p->n_channels; k++) sum += p->calibration[r][k] * raw[k];
        out[r] = p->has_calibration ? sum : raw[r];
        if (r >= 3) out[r] *= p->type == 1 ? 1.0 : p->moment_mm;
    }
}

/* Median and scale (1.4826 MAD) of the values within `width` of `centre`; their number. */
static size_t near(size_t n, const double *x, double centre, double width, double *kept,
                   double *scratch, double *median, double *scale) {
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (fabs(x[i] - centre) <= width) kept[m++] = x[i];
    if (m == 0) return 0;
    eg_sort(m, kept, scratch);
    *median = eg_sort_quantile(m, kept, 0.5);
    for (size_t i = 0; i < m; i++) kept[i] = fabs(kept[i] - *median);
    eg_sort(m, kept, scratch);
    *scale = 1.4826 * eg_sort_quantile(m, kept, 0.5);
    return m;
}

/* The empty plate. Its value lies at one end of the range, where most samples within a twentieth of
 * the range gather; the other end is the person. fz has either sign: C3D files hold what the plate
 * does to the person or the opposite. */
static void find_baseline(size_t n, const double *fz, eg_gait_force *out, double *sign,
                          double *scratch) {
    double least = (double)INFINITY, most = -(double)INFINITY;
    for (size_t i = 0; i < n; i++) {
        least = fmin(least, fz[i]);
        most = fmax(most, fz[i]);
    }
    out->baseline_n = 0.0;
    out->noise_n = 0.0;
    *sign = fabs(least) > fabs(most) ? -1.0 : 1.0;
    out->is_loaded = most - least > 2.0 * EG_GAIT_FORCE_SURE_N ||
                     fmax(fabs(least), fabs(most)) > 2.0 * EG_GAIT_FORCE_SURE_N;
    double width = fmax(EG_GAIT_FORCE_EMPTY * fmax(fabs(least), fabs(most)), 2.0);
    double centre = 0.0, median, scale;
    /* An offset of the amplifier is smaller than the weight: look for the empty plate around 0,
     * then around what was found there. */
    for (int pass = 0; pass < 3; pass++) {
        size_t m = near(n, fz, centre, pass == 0 ? 2.0 * width : width, scratch, scratch + n,
                        &median, &scale);
        if (m < n / 50 + 2) return; /* never empty: a treadmill at a run or quiet stance */
        centre = median;
        out->baseline_n = median;
        out->noise_n = scale;
        if (pass > 0) width = fmax(8.0 * scale, 2.0);
    }
}

/* The plate's axes in the laboratory: x, y along the edges, z = x cross y, and its middle. */
static eg_err axes_of(const eg_gait_plate *p, double up[3][3], double axes[3][3],
                      eg_gait_force *out, eg_diag *diag) {
    double c[4][3];
    for (int k = 0; k < 4; k++)
        for (int r = 0; r < 3; r++)
            c[k][r] = up[r][0] * p->corners_mm[k][0] + up[r][1] * p->corners_mm[k][1] +
                      up[r][2] * p->corners_mm[k][2];
    double length[2] = {0.0, 0.0};
    for (int r = 0; r < 3; r++) {
        out->middle_mm[r] = 0.25 * (c[0][r] + c[1][r] + c[2][r] + c[3][r]);
        axes[0][r] = c[0][r] + c[3][r] - c[1][r] - c[2][r];
        axes[1][r] = c[0][r] + c[1][r] - c[2][r] - c[3][r];
        for (int k = 0; k < 2; k++) length[k] += axes[k][r] * axes[k][r];
    }
    for (int k = 0; k < 2; k++) {
        if (!(length[k] > 1.0))
            return eg_diag_set(diag, EG_ERR_DATA, "", 0,
                               "the corners of a force plate span no plane; without them the "
                               "plate's forces cannot be placed under the feet");
        for (int r = 0; r < 3; r++) out->axes[k][r] = axes[k][r] /= sqrt(length[k]);
        out->half_mm[k] = 0.25 * sqrt(length[k]); /* the sum of two edges */
    }
    axes[2][0] = axes[0][1] * axes[1][2] - axes[0][2] * axes[1][1];
    axes[2][1] = axes[0][2] * axes[1][0] - axes[0][0] * axes[1][2];
    axes[2][2] = axes[0][0] * axes[1][1] - axes[0][1] * axes[1][0];
    return EG_OK;
}

/* Takes the empty plate's mean off every load and turns all signs so that fz is positive where
 * somebody stands. */
static void level(size_t n, double *own[5], int n_loads, double sign, const eg_gait_force *out) {
    double base[5] = {0.0};
    double width = fmax(8.0 * out->noise_n, 2.0);
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (fabs(own[2][i] - out->baseline_n) > width) continue;
        m++;
        for (int k = 0; k < n_loads; k++) base[k] += own[k][i];
    }
    for (int k = 0; k < n_loads; k++) {
        double offset = k == 2 ? out->baseline_n : m > 0 ? base[k] / (double)m : 0.0;
        for (size_t i = 0; i < n; i++) own[k][i] = sign * (own[k][i] - offset);
    }
}

/* Own axes to the laboratory's. own[5][n]: fx, fy, fz in N, mx, my in N m (type 1: the point of
 * pressure in mm). */
static void to_laboratory(const eg_gait_plate *p, size_t n, double *own[5], double axes[3][3],
                          const eg_gait_force *out) {
    eg_plate_pose pose = eg_plate_straight(1, 2);
    pose.h_mm = -p->origin_mm[2];
    if (p->type != 1) {
        eg_plate_forces forces = {own[0], own[1], own[2], own[3], own[4]};
        eg_plate_cop(&pose, &forces, n, out->edge_n, out->cop_mm[0], out->cop_mm[1]);
    } else {
        memcpy(out->cop_mm[0], own[3], n * sizeof(double));
        memcpy(out->cop_mm[1], own[4], n * sizeof(double));
    }
    double ox = p->type == 2 || p->type == 4 ? p->origin_mm[0] : 0.0;
    double oy = p->type == 2 || p->type == 4 ? p->origin_mm[1] : 0.0;
    /* The file holds the force upon the person or upon the plate; upwards is upon the person. */
    double turn = axes[2][2] < 0.0 ? -1.0 : 1.0;
    for (size_t i = 0; i < n; i++) {
        double x = out->cop_mm[0][i] - ox, y = out->cop_mm[1][i] - oy;
        int is_there = own[2][i] >= out->edge_n;
        for (int r = 0; r < 3; r++) {
            out->force_n[r][i] =
                turn * (axes[0][r] * own[0][i] + axes[1][r] * own[1][i] + axes[2][r] * own[2][i]);
            out->cop_mm[r][i] =
                is_there ? out->middle_mm[r] + axes[0][r] * x + axes[1][r] * y : (double)NAN;
        }
    }
}

eg_err eg_gait_plate_forces(const eg_gait_plate *plate, size_t n, double up[3][3],
                            eg_gait_force *out, eg_arena *scratch, eg_diag *diag) {
    size_t least = plate->type == 3 ? 8 : 6;
    if (plate->type < 1 || plate->type > 4 || plate->n_channels < least ||
        plate->n_channels > EG_GAIT_PLATE_CHANNELS_MAX || n == 0)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "", 0,
                           "a force plate of type %d with %zu channels: types 1, 2, 4 with 6 and "
                           "type 3 with 8 are read",
                           plate->type, plate->n_channels);
    double axes[3][3], sign = 1.0;
    eg_err err = axes_of(plate, up, axes, out, diag);
    if (err != EG_OK) return err;
    size_t mark = eg_arena_mark(scratch);
    double *block = eg_arena_take(scratch, n, 7 * sizeof *block);
    if (block == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for a plate");
    double *own[5] = {block, block + n, block + 2 * n, block + 3 * n, block + 4 * n};
    for (size_t i = 0; i < n; i++) {
        double l[6];
        loads_of(plate, i, l);
        for (int k = 0; k < 3; k++) own[k][i] = isfinite(l[k]) ? l[k] : 0.0;
        for (int k = 3; k < 5; k++) own[k][i] = plate->type == 1 ? l[k] : l[k] / 1000.0;
    }
    find_baseline(n, own[2], out, &sign, block + 5 * n);
    level(n, own, plate->type == 1 ? 3 : 5, sign, out);
    out->edge_n = fmax(EG_GAIT_FORCE_EDGE_N, EG_GAIT_FORCE_SIGMAS * out->noise_n);
    to_laboratory(plate, n, own, axes, out);
    eg_arena_reset(scratch, mark);
    return EG_OK;
}

/* When the force crosses `edge` between samples i - 1 and i. */
static double crossing(const double *fz, size_t i, double edge, double rate_hz) {
    double step = fz[i] - fz[i - 1];
    double part = step < 0.0 || step > 0.0 ? (edge - fz[i - 1]) / step : 1.0;
    return ((double)(i - 1) + part) / rate_hz;
}

void eg_gait_force_contacts(size_t n, const double *fz, double rate_hz, double edge_n,
                            size_t capacity, eg_gait_contact *contacts, size_t *n_contacts) {
    *n_contacts = 0;
    double sure = fmax(EG_GAIT_FORCE_SURE_N, 2.0 * edge_n);
    double last_off = -(double)INFINITY;
    for (size_t i = 0; i < n;) {
        if (fz[i] < edge_n) {
            i++;
            continue;
        }
        size_t begin = i;
        double peak = fz[i];
        for (; i < n && fz[i] >= edge_n; i++) peak = fmax(peak, fz[i]);
        eg_gait_contact c = eg_gait_contact_none(EG_GAIT_UNKNOWN);
        if (begin > 0) c.strike_s = crossing(fz, begin, edge_n, rate_hz);
        if (i < n) c.off_s = crossing(fz, i, edge_n, rate_hz);
        if (peak < sure) continue;
        size_t k = *n_contacts;
        if (k > 0 && k <= capacity && c.strike_s - last_off < EG_GAIT_FORCE_GAP_S) {
            contacts[k - 1].off_s = c.off_s; /* a scuff */
            last_off = c.off_s;
            continue;
        }
        if ((double)(i - begin) < EG_GAIT_FORCE_SURE_S * rate_hz) continue;
        c.confidence = 1.0;
        if (k < capacity) contacts[k] = c;
        ++*n_contacts;
        last_off = c.off_s;
    }
}

void eg_gait_force_middle(size_t n, const eg_gait_force *force, double rate_hz,
                          const eg_gait_contact *contact, double *load_n, double place_mm[3]) {
    double from = isfinite(contact->strike_s) ? contact->strike_s * rate_hz : 0.0;
    double to = isfinite(contact->off_s) ? contact->off_s * rate_hz : (double)n - 1.0;
    size_t first = (size_t)(from + 0.25 * (to - from)), last = (size_t)(from + 0.75 * (to - from));
    double sum = 0.0;
    *load_n = (double)NAN;
    for (int r = 0; r < 3; r++) place_mm[r] = 0.0;
    for (size_t i = first; i <= last && i < n; i++) {
        double f = force->force_n[2][i];
        if (!isfinite(force->cop_mm[0][i])) continue;
        sum += f;
        for (int r = 0; r < 3; r++) place_mm[r] += f * force->cop_mm[r][i];
    }
    for (int r = 0; r < 3; r++) place_mm[r] = sum > 0.0 ? place_mm[r] / sum : (double)NAN;
    if (last >= first && sum > 0.0) *load_n = sum / (double)(last - first + 1);
}

double eg_gait_force_inside_mm(const eg_gait_force *force, const double place_mm[3]) {
    double inside = (double)INFINITY;
    for (int k = 0; k < 2; k++) {
        double at = 0.0;
        for (int r = 0; r < 3; r++)
            at += force->axes[k][r] * (place_mm[r] - force->middle_mm[r]) * (r < 2);
        inside = fmin(inside, force->half_mm[k] - fabs(at));
    }
    return inside;
}
