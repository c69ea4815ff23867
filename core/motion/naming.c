#include "core/motion/naming.h"

#include "core/base/check.h"

static size_t samples_of(size_t n, double rate_hz) {
    double most = EG_NAMING_SECONDS * rate_hz;
    return (double)n < most ? n : (size_t)most;
}

int eg_naming_leaves_open(const eg_imu_agreement *a, const double axis[3]) {
    double near = eg_cos(EG_NAMING_AXIS_DEG * EG_PI / 180.0);
    if (!a->is_known) return 1;
    for (int which = 1; which < EG_IMU_CHECK_NAMINGS; which++) {
        signed char name[3];
        double dot = 0.0;
        if ((a->open >> which & 1) == 0) continue;
        eg_imu_check_naming(which, name);
        for (int k = 0; k < 3; k++) {
            int from = (name[k] < 0 ? -name[k] : name[k]) - 1;
            dot += axis[k] * (name[k] < 0 ? -axis[from] : axis[from]);
        }
        if (dot < near) return 1;
    }
    return 0;
}

size_t eg_naming_bytes(size_t n, double rate_hz) {
    size_t some = samples_of(n, rate_hz);
    return 2 * eg_excerpt_bytes(some, rate_hz) + 6 * (some + 16) * sizeof(double) + 512;
}

static void rename_axes(size_t n, double (*from)[3], int naming, double (*to)[3]) {
    signed char axis[3];
    eg_imu_check_naming(naming, axis);
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < 3; k++) {
            int at = (axis[k] < 0 ? -axis[k] : axis[k]) - 1;
            to[i][k] = axis[k] < 0 ? -from[i][at] : from[i][at];
        }
}

eg_err eg_naming_try(const eg_orient_signal signals[2], int which, uint64_t open, eg_arena *scratch,
                     eg_naming *naming, eg_diag *diag) {
    EG_ASSERT(which == 0 || which == 1);
    size_t mark = eg_arena_mark(scratch);
    eg_excerpt e[2], renamed;
    eg_connect given, other;
    eg_err err = EG_OK;
    *naming = (eg_naming){.open = open};
    for (int k = 0; k < 2 && err == EG_OK; k++) {
        eg_orient_signal some = signals[k];
        some.n = samples_of(some.n, some.rate_hz);
        err = eg_excerpt_make(&some, NULL, scratch, &e[k], diag);
    }
    if (err == EG_OK) err = eg_connect_find(&e[0], &e[1], &given, diag);
    if (err == EG_OK) {
        renamed = e[which];
        renamed.gyr = eg_arena_take(scratch, renamed.n, sizeof *renamed.gyr);
        renamed.spin = eg_arena_take(scratch, renamed.n, sizeof *renamed.spin);
        if (renamed.gyr == NULL || renamed.spin == NULL)
            err = eg_diag_set(diag, EG_ERR_MEMORY, "joint", 0, "no room for other axes");
    }
    if (err == EG_OK) naming->given_m_s2 = naming->better_m_s2 = given.rms_m_s2;
    for (int k = 1; k < EG_IMU_CHECK_NAMINGS && err == EG_OK; k++) {
        if ((open >> k & 1) == 0) continue;
        rename_axes(renamed.n, e[which].gyr, k, renamed.gyr);
        rename_axes(renamed.n, e[which].spin, k, renamed.spin);
        err = which == 0 ? eg_connect_find(&renamed, &e[1], &other, diag)
                         : eg_connect_find(&e[0], &renamed, &other, diag);
        if (err != EG_OK) break;
        double misfit = other.rms_m_s2, own = naming->given_m_s2;
        if (misfit > EG_NAMING_WORSE * own && misfit > own + EG_NAMING_M_S2)
            naming->open &= ~(UINT64_C(1) << k);
        if (own > EG_NAMING_WORSE * misfit && own > misfit + EG_NAMING_M_S2 &&
            misfit < naming->better_m_s2) {
            naming->better = k;
            naming->better_m_s2 = misfit;
        }
    }
    eg_arena_reset(scratch, mark);
    return err;
}
