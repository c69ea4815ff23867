#include "core/motion/naming.h"

#include "core/motion/rigid.h"

static size_t samples_of(size_t n, double rate_hz) {
    double most = EG_NAMING_SECONDS * rate_hz;
    return (double)n < most ? n : (size_t)most;
}

uint64_t eg_naming_open(const eg_imu_agreement *a) {
    const uint64_t all = ((UINT64_C(1) << EG_IMU_CHECK_NAMINGS) - 1) & ~UINT64_C(1);
    return a->is_known ? a->open : all;
}

void eg_naming_close(eg_imu_agreement *a, uint64_t open) {
    a->open = open;
    a->is_known = a->is_known || open == 0;
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
    return 2 * eg_excerpt_bytes(some, rate_hz) + 12 * (some + 16) * sizeof(double) + 512;
}

/* A sensor's gyroscope with other axes; `to` has its own rate and spin. */
static void rename_axes(const eg_excerpt *from, int naming, eg_excerpt *to) {
    signed char axis[3];
    eg_imu_check_naming(naming, axis);
    for (size_t i = 0; i < from->n; i++)
        for (int k = 0; k < 3; k++) {
            int at = (axis[k] < 0 ? -axis[k] : axis[k]) - 1;
            to->gyr[i][k] = axis[k] < 0 ? -from->gyr[i][at] : from->gyr[i][at];
            to->spin[i][k] = axis[k] < 0 ? -from->spin[i][at] : from->spin[i][at];
        }
}

/* Turns a sensor on to the next sample. */
static eg_quaternion turned_on(const eg_excerpt *e, size_t i, eg_quaternion q) {
    double r[3];
    for (int k = 0; k < 3; k++) r[k] = 0.5 * (e->gyr[i][k] + e->gyr[i + 1][k]) / e->rate_hz;
    return eg_quaternion_tidied(eg_quaternion_product(q, eg_quaternion_turn(r[0], r[1], r[2])));
}

/* Sum of squares by which the centre's two accelerations differ over a stretch, each turned back
 * by its own gyroscope, and one of them turned as suits best; NaN if a sample is missing. */
static double stretch_of(const eg_excerpt *const e[2], const eg_connect *c, size_t from,
                         size_t length) {
    eg_quaternion q[2] = {EG_QUATERNION_ONE, EG_QUATERNION_ONE};
    const double *arm[2] = {c->arm1_m, c->arm2_m};
    double m[3][3] = {{0}}, squares = 0.0, match;
    for (size_t i = from; i < from + length; i++) {
        double felt[3], back[2][3];
        for (int s = 0; s < 2; s++) {
            if (!e[s]->is_whole[i]) return (double)NAN;
            eg_connect_centre(e[s], i, arm[s], felt);
            eg_rotate(q[s], felt, back[s]);
            squares += eg_dot(felt, felt);
            q[s] = turned_on(e[s], i, q[s]);
        }
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 3; k++) m[j][k] += back[0][j] * back[1][k];
    }
    (void)eg_rigid_turn(m, &match);
    return fmax(0.0, squares - 2.0 * match);
}

/* Root mean square of that over all stretches, m/s2. */
static eg_err misfit_of(const eg_excerpt *first, const eg_excerpt *second, double *misfit,
                        eg_diag *diag) {
    const eg_excerpt *e[2] = {first, second};
    size_t length = (size_t)(EG_NAMING_STRETCH_S * first->rate_hz), count = 0;
    eg_connect c;
    eg_err err = eg_connect_find(first, second, &c, diag);
    if (err != EG_OK) return err;
    *misfit = 0.0;
    for (size_t from = 1; from + length < first->n; from += length) {
        double square = stretch_of(e, &c, from, length);
        if (isnan(square)) continue;
        *misfit += square;
        count += length;
    }
    if (count == 0)
        return eg_diag_set(diag, EG_ERR_DATA, "joint", 0,
                           "the sensors did not work together for two seconds on end");
    *misfit = sqrt(*misfit / (double)count);
    return EG_OK;
}

/* Is a misfit larger than another beyond what sound sensors and skin make? */
static int is_worse(double misfit, double than) {
    return misfit > EG_NAMING_WORSE * than && misfit > than + EG_NAMING_M_S2;
}

/* One naming of one sensor (0, 1) or of both (2). */
static eg_err try_one(const eg_excerpt e[2], eg_excerpt renamed[2], int k, int which,
                      eg_naming *naming, eg_diag *diag) {
    double misfit = 0.0;
    eg_err err = misfit_of(which != 1 ? &renamed[0] : &e[0], which != 0 ? &renamed[1] : &e[1],
                           &misfit, diag);
    if (err != EG_OK) return err;
    if (which < 2 && is_worse(misfit, naming->given_m_s2))
        naming->open[which] &= ~(UINT64_C(1) << k);
    if (is_worse(naming->given_m_s2, misfit) && misfit < naming->better_m_s2) {
        naming->better = k;
        naming->which = which;
        naming->better_m_s2 = misfit;
    }
    return EG_OK;
}

eg_err eg_naming_try(const eg_orient_signal signals[2], const uint64_t open[2], eg_arena *scratch,
                     eg_naming *naming, eg_diag *diag) {
    size_t mark = eg_arena_mark(scratch);
    eg_excerpt e[2], renamed[2];
    eg_err err = EG_OK;
    *naming = (eg_naming){.open = {open[0], open[1]}};
    for (int s = 0; s < 2 && err == EG_OK; s++) {
        eg_orient_signal some = signals[s];
        some.n = samples_of(some.n, some.rate_hz);
        err = eg_excerpt_make(&some, NULL, scratch, &e[s], diag);
        if (err != EG_OK) break;
        renamed[s] = e[s];
        renamed[s].gyr = eg_arena_take(scratch, e[s].n, sizeof *renamed[s].gyr);
        renamed[s].spin = eg_arena_take(scratch, e[s].n, sizeof *renamed[s].spin);
        if (renamed[s].gyr == NULL || renamed[s].spin == NULL)
            err = eg_diag_set(diag, EG_ERR_MEMORY, "joint", 0, "no room for other axes");
    }
    if (err == EG_OK) err = misfit_of(&e[0], &e[1], &naming->given_m_s2, diag);
    naming->better_m_s2 = naming->given_m_s2;
    for (int k = 1; k < EG_IMU_CHECK_NAMINGS && err == EG_OK; k++) {
        int is_open[3] = {(open[0] >> k & 1) != 0, (open[1] >> k & 1) != 0, 0};
        is_open[2] = is_open[0] && is_open[1];
        for (int s = 0; s < 2; s++)
            if (is_open[s]) rename_axes(&e[s], k, &renamed[s]);
        for (int which = 0; which < 3 && err == EG_OK; which++)
            if (is_open[which]) err = try_one(e, renamed, k, which, naming, diag);
    }
    eg_arena_reset(scratch, mark);
    return err;
}
