#include "core/motion/naming.h"

#include "core/base/real.h"
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

/* A sensor's gyroscope as the rival has it; `to` has its own rate and spin. */
static void rename_axes(const eg_excerpt *from, const eg_naming_rival *rival, eg_excerpt *to) {
    signed char axis[3];
    eg_imu_check_naming(rival->axes, axis);
    for (size_t i = 0; i < from->n; i++)
        for (int k = 0; k < 3; k++) {
            int at = (axis[k] < 0 ? -axis[k] : axis[k]) - 1;
            double factor = axis[k] < 0 ? -rival->factor : rival->factor;
            to->gyr[i][k] = factor * from->gyr[i][at];
            to->spin[i][k] = factor * from->spin[i][at];
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

/* Both sensors, and room for what a rival makes of them. */
typedef struct pair {
    eg_excerpt given[2], renamed[2];
} pair;

/* Where to look: the seconds in which the sensor that turned less turned most. */
static size_t busiest(const eg_orient_signal signals[2], size_t length) {
    size_t n = signals[0].n, step = length / 2, best = 0;
    double most = -1.0;
    for (size_t from = 0; step > 0 && from + length <= n; from += step) {
        double turned[2] = {0.0, 0.0};
        for (int s = 0; s < 2; s++)
            for (size_t i = from; i < from + length; i++)
                for (int k = 0; k < 3; k++) {
                    double w = signals[s].gyr[k][i];
                    turned[s] += isfinite(w) ? w * w : 0.0;
                }
        if (!(fmin(turned[0], turned[1]) > most)) continue;
        most = fmin(turned[0], turned[1]);
        best = from;
    }
    return best;
}

static eg_err make_pair(const eg_orient_signal signals[2], eg_arena *scratch, pair *p,
                        eg_diag *diag) {
    size_t length = samples_of(signals[0].n, signals[0].rate_hz);
    size_t from = busiest(signals, length);
    for (int s = 0; s < 2; s++) {
        eg_orient_signal some = signals[s];
        some.n = length;
        for (int k = 0; k < 3; k++) {
            some.gyr[k] += from;
            some.acc[k] += from;
            some.mag[k] = NULL;
        }
        eg_err err = eg_excerpt_make(&some, NULL, scratch, &p->given[s], diag);
        if (err != EG_OK) return err;
        size_t n = p->given[s].n;
        p->renamed[s] = p->given[s];
        p->renamed[s].gyr = eg_arena_take(scratch, n, sizeof *p->renamed[s].gyr);
        p->renamed[s].spin = eg_arena_take(scratch, n, sizeof *p->renamed[s].spin);
        if (p->renamed[s].gyr == NULL || p->renamed[s].spin == NULL)
            return eg_diag_set(diag, EG_ERR_MEMORY, "joint", 0, "no room for other axes");
    }
    return EG_OK;
}

/* The rival's misfit; keeps it as `better` where it is the least so far. */
static eg_err try_rival(pair *p, eg_naming_rival *rival, eg_naming_rival *better, eg_diag *diag) {
    const eg_excerpt *e[2];
    for (int s = 0; s < 2; s++) {
        int is_meant = rival->which == s || rival->which == 2;
        if (is_meant) rename_axes(&p->given[s], rival, &p->renamed[s]);
        e[s] = is_meant ? &p->renamed[s] : &p->given[s];
    }
    eg_err err = misfit_of(e[0], e[1], &rival->misfit_m_s2, diag);
    if (err == EG_OK && rival->misfit_m_s2 < better->misfit_m_s2) *better = *rival;
    return err;
}

/* All namings that are open; `open` loses those that are worse than the file as it is. */
static eg_err try_axes(pair *p, const uint64_t asked[2], eg_naming *naming, eg_diag *diag) {
    for (int k = 1; k < EG_IMU_CHECK_NAMINGS; k++)
        for (int which = 0; which < 3; which++) {
            uint64_t open = which == 2 ? asked[0] & asked[1] : asked[which];
            eg_naming_rival rival = {.which = which, .axes = k, .factor = 1.0};
            if ((open >> k & 1) == 0) continue;
            eg_err err = try_rival(p, &rival, &naming->better, diag);
            if (err != EG_OK) return err;
            if (which < 2 && is_worse(rival.misfit_m_s2, naming->given_m_s2))
                naming->open[which] &= ~(UINT64_C(1) << k);
        }
    return EG_OK;
}

/* Factors of the rates, the axes as given: a coarse search, then finer ones about the best. */
static eg_err try_factors(pair *p, eg_naming *naming, eg_diag *diag) {
    for (int which = 0; which < 3; which++) {
        eg_naming_rival best = {.misfit_m_s2 = naming->given_m_s2, .which = which, .factor = 1.0};
        double from = 1.0, ratio = 2.0;
        for (int round = 0; round < 3; round++) {
            int steps = round > 0 ? 2 : (int)(eg_log(EG_NAMING_FACTOR) / eg_log(ratio));
            for (int k = -steps; k <= steps; k++) {
                eg_naming_rival rival = {.which = which, .factor = from * eg_pow(ratio, (double)k)};
                eg_err err = k != 0 ? try_rival(p, &rival, &best, diag) : EG_OK;
                if (err != EG_OK) return err;
            }
            from = best.factor;
            ratio = eg_pow(ratio, 1.0 / 3.0);
        }
        int is_off = fabs(best.factor - 1.0) > EG_IMU_CHECK_SCALE;
        if (is_off && best.misfit_m_s2 < naming->better.misfit_m_s2) naming->better = best;
    }
    return EG_OK;
}

eg_err eg_naming_try(const eg_orient_signal signals[2], const uint64_t open[2], eg_arena *scratch,
                     eg_naming *naming, eg_diag *diag) {
    size_t mark = eg_arena_mark(scratch);
    pair p;
    eg_naming_rival still = {.which = 2, .factor = 0.0};
    *naming = (eg_naming){.open = {open[0], open[1]}};
    eg_err err = make_pair(signals, scratch, &p, diag);
    if (err == EG_OK) err = misfit_of(&p.given[0], &p.given[1], &naming->given_m_s2, diag);
    if (err == EG_OK) err = try_rival(&p, &still, &naming->better, diag);
    naming->better = (eg_naming_rival){.factor = 1.0, .misfit_m_s2 = naming->given_m_s2};
    if (err == EG_OK) err = try_axes(&p, open, naming, diag);
    if (err == EG_OK) err = try_factors(&p, naming, diag);
    /* Where nothing turned, a bias is all that the gyroscopes say. */
    if (!is_worse(still.misfit_m_s2, naming->given_m_s2))
        for (int s = 0; s < 2; s++) naming->open[s] = open[s];
    naming->is_wrong = is_worse(naming->given_m_s2, naming->better.misfit_m_s2) &&
                       is_worse(still.misfit_m_s2, naming->better.misfit_m_s2);
    eg_arena_reset(scratch, mark);
    return err;
}
