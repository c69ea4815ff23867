#include "core/balance/plate.h"

#include <math.h>

#include "core/base/check.h"
#include "core/base/real.h"

enum { PLATES_MAX = 8 };

static const double mm_per_m = 1000;

static void set_axis(double row[2], int axis) {
    row[0] = axis == 1 ? 1 : axis == -1 ? -1 : 0;
    row[1] = axis == 2 ? 1 : axis == -2 ? -1 : 0;
}

eg_plate_pose eg_plate_straight(int ml_axis, int ap_axis) {
    EG_ASSERT(ml_axis != 0 && ml_axis >= -2 && ml_axis <= 2);
    EG_ASSERT(ap_axis != 0 && ap_axis >= -2 && ap_axis <= 2 &&
              ap_axis * ap_axis != ml_axis * ml_axis);
    eg_plate_pose pose = {0};
    set_axis(pose.ml_from, ml_axis);
    set_axis(pose.ap_from, ap_axis);
    return pose;
}

eg_plate_pose eg_plate_turned(eg_plate_pose pose, double angle_rad) {
    double sine, cosine;
    eg_sincos(angle_rad, &sine, &cosine);
    eg_plate_pose turned = pose;
    for (int i = 0; i < 2; i++) {
        turned.ml_from[i] = cosine * pose.ml_from[i] - sine * pose.ap_from[i];
        turned.ap_from[i] = sine * pose.ml_from[i] + cosine * pose.ap_from[i];
    }
    return turned;
}

void eg_plate_cop(const eg_plate_pose *pose, const eg_plate_forces *forces, size_t n,
                  double least_n, double *ml_mm, double *ap_mm) {
    EG_ASSERT(forces->fz != NULL && forces->mx != NULL && forces->my != NULL);
    EG_ASSERT(pose->h_mm == 0 || (forces->fx != NULL && forces->fy != NULL));
    for (size_t i = 0; i < n; i++) {
        double fz = forces->fz[i];
        if (!(fz >= least_n && fz > 0)) {
            ml_mm[i] = ap_mm[i] = NAN;
            continue;
        }
        double x = -mm_per_m * forces->my[i], y = mm_per_m * forces->mx[i];
        if (pose->h_mm != 0) {
            x -= forces->fx[i] * pose->h_mm;
            y -= forces->fy[i] * pose->h_mm;
        }
        x /= fz;
        y /= fz;
        ml_mm[i] = pose->ml_from[0] * x + pose->ml_from[1] * y + pose->ml_mm;
        ap_mm[i] = pose->ap_from[0] * x + pose->ap_from[1] * y + pose->ap_mm;
    }
}

void eg_plate_corners(const double *const load_n[4], double ml_span_mm, double ap_span_mm, size_t n,
                      double least_n, double *ml_mm, double *ap_mm, double *fz_n) {
    EG_ASSERT(ml_mm != NULL && ap_mm != NULL && fz_n != NULL);
    for (size_t i = 0; i < n; i++) {
        double left_front = load_n[0][i], right_front = load_n[1][i];
        double left_back = load_n[2][i], right_back = load_n[3][i];
        double sum = left_front + right_front + left_back + right_back;
        double right = right_front + right_back - left_front - left_back;
        double front = left_front + right_front - left_back - right_back;
        fz_n[i] = sum;
        ml_mm[i] = sum >= least_n ? 0.5 * ml_span_mm * right / sum : (double)NAN;
        ap_mm[i] = sum >= least_n ? 0.5 * ap_span_mm * front / sum : (double)NAN;
    }
}

void eg_plate_merge(const eg_plate_load *plates, size_t n_plates, size_t n, double least_n,
                    double least_net_n, double *ml_mm, double *ap_mm, double *fz_n) {
    EG_ASSERT(n_plates > 0 && n_plates <= PLATES_MAX && ml_mm != NULL && ap_mm != NULL);
    for (size_t i = 0; i < n; i++) {
        double total = 0, carried = 0, ml = 0, ap = 0;
        for (size_t k = 0; k < n_plates; k++) {
            double fz = plates[k].fz_n[i];
            total += fz;
            if (!(fz >= least_n)) continue;
            carried += fz;
            ml += fz * plates[k].ml_mm[i];
            ap += fz * plates[k].ap_mm[i];
        }
        int is_loaded = carried > 0 && carried >= least_net_n;
        ml_mm[i] = is_loaded ? ml / carried : (double)NAN;
        ap_mm[i] = is_loaded ? ap / carried : (double)NAN;
        if (fz_n != NULL) fz_n[i] = total;
    }
}

double eg_plate_least_n(double floor_n, double share, double body_weight_n) {
    double relative = share * body_weight_n;
    return relative > floor_n ? relative : floor_n;
}

double eg_plate_cop_sigma_mm(double sigma_moment_nm, double sigma_force_n, double cop_mm,
                             double fz_n) {
    double moment = mm_per_m * sigma_moment_nm, force = cop_mm * sigma_force_n;
    return sqrt(moment * moment + force * force) / fz_n;
}
