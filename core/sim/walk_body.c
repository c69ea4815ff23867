#include "core/sim/walk_body.h"

#include "core/base/real.h"

static const double gravity = 9.81, deg = EG_PI / 180.0;

/* Of the foot's length: where the pressure lands, rests and leaves. */
static const double lands_at = 0.1, rests_at = 0.45, leaves_at = 0.85;
/* Thigh, shank and foot: part of the body's mass, and where along the segment it sits (Winter,
 * Biomechanics and Motor Control of Human Movement, table 4.1). */
static const double leg_mass[3] = {0.100, 0.0465, 0.0145}, leg_centre = 0.433;
static const double at_once = 0.2;  /* of the weight, see gone_over */
static const double shift_s = 0.35; /* standing, the weight is shifted before the first step */

static const double pelvis_over_leg_mm = 50.0, hip_apart_mm = 180.0;
static const double sensor_back_mm = 100.0;
static const double ankle_at[3] = {45.0, 0.0, 80.0}; /* from the sole's heel */

/* The shock of a strike: a resonance of leg and pelvis, and the speed it takes up per that of the
 * walk. */
static const double shock_hz = 12.0, shock_damping = 0.35, shock_part = 0.05;

static const double turn_most = 5.0, list_most = 3.5, lean_per_m_s2 = 1.0; /* deg */

size_t eg_walk_body_bytes(double duration_s) {
    return (size_t)((duration_s + 1.0) * EG_WALK_BODY_RATE_HZ) * 16 * sizeof(double) + 65536;
}

static double smooth_step(double w) {
    w = fmin(fmax(w, 0.0), 1.0);
    return w * w * (3.0 - 2.0 * w);
}

/* The contact of a side that is on at t, or the last one before. */
static const eg_walk_step *contact_at(const eg_walk_body *b, int side, double t) {
    const eg_walk_step *a = &b->steps[side];
    for (size_t i = 2; i < b->n_steps; i++)
        if (b->steps[i].side == side && b->steps[i].strike_s <= t) a = &b->steps[i];
    return a;
}

/* How much of the weight has gone over to the foot that landed, at u of the double support: a first
 * part at once, as a heel strikes, then evenly. Six double supports of four laboratories' walks on
 * two plates each: 0.24 at u = 0.1, 0.37 at 0.3, 0.55 at 0.5, 0.80 at 0.7, 0.94 at 0.9. */
static double gone_over(double u) {
    if (!(u > 0.0)) return 0.0;
    return (1.0 - at_once) * smooth_step(u) + at_once * (1.0 - eg_exp(-u / 0.04));
}

/* How much a contact bears, of 1, before it is shared. */
static double load_of(const eg_walk_person *p, const eg_walk_step *s, double t) {
    double span = isfinite(s->strike_s) ? p->double_support : shift_s;
    double in = isfinite(s->strike_s) ? gone_over((t - s->strike_s) / span) : 1.0;
    double left = (s->off_s - t) / span;
    double out = !isfinite(s->strike_s) ? smooth_step(left)
                 : left < 1.0           ? 1.0 - gone_over(1.0 - left)
                                        : 1.0;
    return in * out;
}

static double pressure_of(const eg_walk_step *s, double t) {
    if (!isfinite(s->strike_s) && !isfinite(s->off_s)) return rests_at;
    if (!isfinite(s->strike_s))
        return rests_at + (leaves_at - rests_at) * smooth_step(1.0 - (s->off_s - t) / shift_s);
    if (!isfinite(s->off_s))
        return lands_at + (rests_at - lands_at) * smooth_step((t - s->strike_s) / shift_s);
    double u = fmin(fmax((t - s->strike_s) / (s->off_s - s->strike_s), 0.0), 1.0);
    return lands_at + (leaves_at - lands_at) * u;
}

/* What the ground does at a moment. */
typedef struct ground {
    double share[2], place[2][3], ahead[2];
} ground;

static void ground_at(const eg_walk_body *b, double t, ground *g) {
    double sum = 0.0;
    g->ahead[0] = g->ahead[1] = 0.0;
    for (int side = 0; side < 2; side++) {
        const eg_walk_step *s = contact_at(b, side, t);
        double sine, cosine, at = pressure_of(s, t) * b->person->foot_length;
        eg_sincos(s->heading_rad, &sine, &cosine);
        g->place[side][0] = s->heel_mm[0] + at * cosine;
        g->place[side][1] = s->heel_mm[1] + at * sine;
        g->place[side][2] = s->heel_mm[2];
        g->ahead[0] += cosine;
        g->ahead[1] += sine;
        g->share[side] = t <= s->off_s ? load_of(b->person, s, t) : 0.0;
        sum += g->share[side];
    }
    for (int side = 0; side < 2; side++)
        g->share[side] = sum > 1e-9 ? g->share[side] / sum : 0.5; /* a moment without either */
}

/* x[n] smoothed by a double exponential of this rate, 1 / s; the ends go on as they are. */
static void smooth_double(size_t n, double *x, double rate, double *scratch) {
    double a = eg_exp(-rate / EG_WALK_BODY_RATE_HZ), y = x[0];
    for (size_t i = 0; i < n; i++) scratch[i] = y = a * y + (1.0 - a) * x[i];
    y = x[n - 1];
    for (size_t i = n; i-- > 0;) {
        y = a * y + (1.0 - a) * x[i];
        x[i] = 0.5 * (y + scratch[i]);
    }
}

/* Mean over `width` seconds, three times: nearly a normal curve, without lag. */
static void smooth_mean(size_t n, double *x, double width_s, double *scratch) {
    size_t half = (size_t)(0.5 * width_s * EG_WALK_BODY_RATE_HZ);
    for (int pass = 0; pass < 3; pass++) {
        double sum = (double)half * x[0];
        for (size_t i = 0; i <= half; i++) sum += x[i < n ? i : n - 1];
        for (size_t i = 0; i < n; i++) {
            scratch[i] = sum / (double)(2 * half + 1);
            sum += x[i + half + 1 < n ? i + half + 1 : n - 1] - x[i > half ? i - half : 0];
        }
        for (size_t i = 0; i < n; i++) x[i] = scratch[i];
    }
}

static double stride_s(const eg_walk_person *p) {
    return p->step_time[0] + p->step_time[1];
}

/* The pressure's way, smoothed to that of a pendulum over it. */
static void find_way(eg_walk_body *b, double *scratch) {
    double height = b->person->leg_length + pelvis_over_leg_mm;
    for (size_t i = 0; i < b->n; i++) {
        ground g;
        ground_at(b, (double)i / EG_WALK_BODY_RATE_HZ, &g);
        for (int r = 0; r < 2; r++)
            b->place_mm[r][i] = g.share[0] * g.place[0][r] + g.share[1] * g.place[1][r];
        b->turn_rad[2][i] = g.share[0] * g.place[0][2] + g.share[1] * g.place[1][2];
        b->turn_rad[0][i] = g.share[0] - g.share[1];
        b->heading_rad[i] = eg_atan2(g.ahead[1], g.ahead[0]);
        if (i > 0) { /* continuous */
            double apart = b->heading_rad[i] - b->heading_rad[i - 1];
            b->heading_rad[i] -= 2.0 * EG_PI * floor(0.5 + apart / (2.0 * EG_PI));
        }
    }
    for (int r = 0; r < 2; r++)
        smooth_double(b->n, b->place_mm[r], sqrt(1000.0 * gravity / height), scratch);
    for (int r = 0; r < 2; r++) smooth_mean(b->n, b->place_mm[r], 0.02, scratch);
    smooth_mean(b->n, b->heading_rad, 0.5 * stride_s(b->person), scratch);
    smooth_mean(b->n, b->turn_rad[2], 0.5 * stride_s(b->person), scratch); /* the ground's height */
}

/* Arcs over the points of pressure; the shares make one go over into the other. */
static void find_height(eg_walk_body *b, double *scratch) {
    double leg = b->person->leg_length;
    for (size_t i = 0; i < b->n; i++) {
        ground g;
        ground_at(b, (double)i / EG_WALK_BODY_RATE_HZ, &g);
        double arc = 0.0;
        for (int s = 0; s < 2; s++) {
            double d =
                eg_hypot(b->place_mm[0][i] - g.place[s][0], b->place_mm[1][i] - g.place[s][1]);
            d = fmin(d, 0.7 * leg);
            arc += g.share[s] * (sqrt(leg * leg - d * d) - leg);
        }
        b->place_mm[2][i] = arc;
    }
    smooth_mean(b->n, b->place_mm[2], 0.06, scratch);
    for (size_t i = 0; i < b->n; i++)
        b->place_mm[2][i] += b->turn_rad[2][i] + leg + pelvis_over_leg_mm;
}

/* Turns of the pelvis; the list takes the shares that find_way has left there. */
static void find_turns(eg_walk_body *b, double *scratch) {
    const eg_walk_person *p = b->person;
    double step = 0.5 * (p->step_length[0] + p->step_length[1]), h = EG_WALK_BODY_RATE_HZ;
    smooth_mean(b->n, b->turn_rad[0], 0.06, scratch);
    for (size_t i = 0; i < b->n; i++) {
        double t = (double)i / h, sine, cosine, way[2];
        eg_sincos(b->heading_rad[i], &sine, &cosine);
        for (int s = 0; s < 2; s++) {
            eg_walk_foot f;
            eg_walk_foot_at(p, b->n_steps, b->steps, s, t, &f);
            way[s] = f.middle_mm[0] * cosine + f.middle_mm[1] * sine;
        }
        b->turn_rad[0][i] *= list_most * deg;
        b->turn_rad[2][i] = turn_most * deg * (way[1] - way[0]) / fmax(step, 200.0);
        size_t a = i > 10 ? i - 10 : 0, c = i + 10 < b->n ? i + 10 : b->n - 1;
        double force = 0.0;
        for (int r = 0; r < 2; r++)
            force += (r == 0 ? cosine : sine) * h * h / 1e5 *
                     (b->place_mm[r][c] - 2.0 * b->place_mm[r][i] + b->place_mm[r][a]);
        b->turn_rad[1][i] = c - a == 20 ? -lean_per_m_s2 * deg * force : 0.0;
    }
    for (int k = 1; k < 3; k++) smooth_mean(b->n, b->turn_rad[k], 0.06, scratch);
}

static void leg_at(const eg_walk_body *b, int side, double t, double joints[3][3], double ahead[3]);

/* So far the way is that of the whole body's mass; the pelvis, with all that rests on it, goes
 * where the rest of the mass must be, the legs being where they are. */
static void leave_legs(eg_walk_body *b, double *scratch) {
    double *whole[2] = {scratch + b->n, scratch + 2 * b->n};
    for (size_t i = 0; i < b->n; i++)
        for (int r = 0; r < 2; r++) whole[r][i] = b->place_mm[r][i];
    for (int pass = 0; pass < 3; pass++)
        for (size_t i = 0; i < b->n; i++) {
            double sum[2] = {0.0, 0.0}, mass = 0.0, t = (double)i / EG_WALK_BODY_RATE_HZ;
            for (int s = 0; s < 2; s++) {
                double joints[3][3], ahead[3];
                eg_walk_foot f;
                leg_at(b, s, t, joints, ahead);
                eg_walk_foot_at(b->person, b->n_steps, b->steps, s, t, &f);
                for (int k = 0; k < 3; k++) mass += leg_mass[k];
                for (int r = 0; r < 2; r++)
                    sum[r] += leg_mass[0] * joints[0][r] + leg_mass[2] * f.middle_mm[r] +
                              leg_mass[1] * joints[1][r] +
                              leg_centre * (leg_mass[0] * (joints[1][r] - joints[0][r]) +
                                            leg_mass[1] * (joints[2][r] - joints[1][r]));
            }
            for (int r = 0; r < 2; r++) b->place_mm[r][i] = (whole[r][i] - sum[r]) / (1.0 - mass);
        }
    for (int r = 0; r < 2; r++) smooth_mean(b->n, b->place_mm[r], 0.02, scratch);
}

/* Each strike's shock: upwards and backwards, as the leg that lands stands. */
static void add_shocks(eg_walk_body *b, double *scratch) {
    const eg_walk_person *p = b->person;
    double step = 0.5 * (p->step_length[0] + p->step_length[1]);
    double speed = 1000.0 * shock_part * (2.0 * step / 1000.0 / stride_s(p)); /* mm/s */
    double w = 2.0 * EG_PI * shock_hz, rest = w * sqrt(1.0 - shock_damping * shock_damping);
    double *shock = scratch + b->n, back = -0.5 * step / p->leg_length;
    for (size_t i = 0; i < b->n; i++) shock[i] = 0.0;
    for (size_t k = 2; k < b->n_steps; k++) {
        double from = b->steps[k].strike_s * EG_WALK_BODY_RATE_HZ;
        size_t end = (size_t)(from + 0.4 * EG_WALK_BODY_RATE_HZ);
        for (size_t i = (size_t)from + 1; i < end && i < b->n; i++) {
            double t = ((double)i - from) / EG_WALK_BODY_RATE_HZ;
            shock[i] += speed / rest * eg_exp(-shock_damping * w * t) * eg_sin(rest * t);
        }
    }
    smooth_mean(b->n, shock, 0.006, scratch);
    for (size_t i = 0; i < b->n; i++) {
        double sine, cosine;
        eg_sincos(b->heading_rad[i], &sine, &cosine);
        b->place_mm[0][i] += back * shock[i] * cosine;
        b->place_mm[1][i] += back * shock[i] * sine;
        b->place_mm[2][i] += shock[i];
    }
}

eg_err eg_walk_body_build(const eg_walk_person *person, size_t n_steps, const eg_walk_step *steps,
                          double duration_s, eg_walk_body *b, eg_arena *arena, eg_diag *diag) {
    *b = (eg_walk_body){.person = person, .steps = steps, .n_steps = n_steps};
    if (!(duration_s > 0.1) || n_steps < 3)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "", 0, "no walk to put a body above");
    b->n = (size_t)(duration_s * EG_WALK_BODY_RATE_HZ) + 2;
    double *block = eg_arena_take(arena, b->n, 7 * sizeof *block);
    size_t mark = eg_arena_mark(arena);
    double *scratch = eg_arena_take(arena, b->n, 3 * sizeof *scratch);
    if (block == NULL || scratch == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for a body that walks");
    for (size_t r = 0; r < 3; r++) {
        b->place_mm[r] = block + r * b->n;
        b->turn_rad[r] = block + (4 + r) * b->n;
    }
    b->heading_rad = block + 3 * b->n;
    find_way(b, scratch);
    find_height(b, scratch);
    find_turns(b, scratch);
    leave_legs(b, scratch);
    add_shocks(b, scratch);
    eg_arena_reset(arena, mark);
    return EG_OK;
}

/* ---- at a moment ---- */

/* Between the grid's points by the cubic through four of them; held at the ends. */
static double grid_at(const double *x, size_t n, double t_s) {
    double u = fmin(fmax(t_s * EG_WALK_BODY_RATE_HZ, 0.0), (double)(n - 1));
    size_t i = (size_t)u;
    if (i < 1 || i + 2 >= n) {
        size_t k = i + 1 < n ? i + 1 : i;
        return x[i] + (u - (double)i) * (x[k] - x[i]);
    }
    double w = u - (double)i, a = x[i - 1], b = x[i], c = x[i + 1], d = x[i + 2];
    return b + w * (c - a / 3.0 - b / 2.0 - d / 6.0 +
                    w * (0.5 * (a + c) - b + w * (0.5 * (b - c) + (d - a) / 6.0)));
}

static eg_quaternion pelvis_turn(const eg_walk_body *b, double t) {
    eg_quaternion q =
        eg_quaternion_heading(grid_at(b->heading_rad, b->n, t) + grid_at(b->turn_rad[2], b->n, t));
    q = eg_quaternion_product(q, eg_quaternion_turn(0.0, grid_at(b->turn_rad[1], b->n, t), 0.0));
    return eg_quaternion_product(q, eg_quaternion_turn(grid_at(b->turn_rad[0], b->n, t), 0.0, 0.0));
}

void eg_walk_pelvis_at(const eg_walk_body *b, double t, double place[3]) {
    for (int r = 0; r < 3; r++) place[r] = grid_at(b->place_mm[r], b->n, t);
}

/* A place of a part, from its middle and its turn. */
static void carry(const double middle[3], eg_quaternion turn, const double at[3], double out[3]) {
    double matrix[3][3], v[3];
    eg_quaternion_matrix(turn, matrix);
    eg_quaternion_apply(matrix, at, v);
    for (int r = 0; r < 3; r++) out[r] = middle[r] + v[r];
}

/* Hip from the pelvis, ankle from the foot; the knee closes the chain, forwards. */
static void leg_at(const eg_walk_body *b, int side, double t, double joints[3][3],
                   double ahead[3]) {
    const eg_walk_person *p = b->person;
    const double hip[3] = {0.0, side == 0 ? 0.5 * hip_apart_mm : -0.5 * hip_apart_mm,
                           -pelvis_over_leg_mm - 0.02 * p->leg_length};
    const double ankle[3] = {ankle_at[0] - 0.45 * p->foot_length, ankle_at[1], ankle_at[2] - 60.0};
    double pelvis[3], axis[3], matrix[3][3], size = 0.0, dot = 0.0, across = 0.0;
    eg_walk_foot f;
    eg_walk_pelvis_at(b, t, pelvis);
    eg_quaternion turn = pelvis_turn(b, t);
    carry(pelvis, turn, hip, joints[0]);
    eg_walk_foot_at(p, b->n_steps, b->steps, side, t, &f);
    carry(f.middle_mm, f.turn, ankle, joints[2]);
    /* Together a little longer than the way from hip to ankle ever is, so that the knee never
     * locks. */
    double both = p->leg_length - ankle_at[2], thigh = 0.5 * both, shank = 0.5 * both;
    for (int r = 0; r < 3; r++) {
        axis[r] = joints[0][r] - joints[2][r];
        size += axis[r] * axis[r];
    }
    size = sqrt(size);
    double reach = fmin(size / both, 2.0), most = 0.99;
    /* What is too far is taken gently: nothing below 0.97, at most 0.99. */
    if (reach > 0.97) reach = 0.97 + (most - 0.97) * eg_tanh((reach - 0.97) / (most - 0.97));
    double d = reach * both, along = (d * d + shank * shank - thigh * thigh) / (2.0 * d);
    double bend = sqrt(fmax(0.0, shank * shank - along * along));
    eg_quaternion_matrix(turn, matrix);
    for (int r = 0; r < 3; r++) {
        axis[r] /= size;
        dot += axis[r] * matrix[r][0];
    }
    for (int r = 0; r < 3; r++) {
        ahead[r] = matrix[r][0] - dot * axis[r];
        across += ahead[r] * ahead[r];
    }
    for (int r = 0; r < 3; r++) {
        ahead[r] /= sqrt(across);
        joints[1][r] = joints[2][r] + along * axis[r] + bend * ahead[r];
    }
}

void eg_walk_leg_at(const eg_walk_body *b, int side, double t, double joints[3][3]) {
    double ahead[3];
    leg_at(b, side, t, joints, ahead);
}

/* The shank's axes: up to the knee, left across the leg's plane. */
static void shank_at(const eg_walk_body *b, int side, double t, double place[3],
                     eg_quaternion *turn) {
    double joints[3][3], ahead[3], m[3][3], size[2] = {0.0, 0.0}, dot = 0.0;
    leg_at(b, side, t, joints, ahead);
    for (int r = 0; r < 3; r++) {
        place[r] = 0.5 * (joints[1][r] + joints[2][r]);
        m[r][2] = joints[1][r] - joints[2][r];
        size[0] += m[r][2] * m[r][2];
    }
    for (int r = 0; r < 3; r++) {
        m[r][2] /= sqrt(size[0]);
        dot += m[r][2] * ahead[r];
    }
    for (int r = 0; r < 3; r++) {
        m[r][0] = ahead[r] - dot * m[r][2];
        size[1] += m[r][0] * m[r][0];
    }
    for (int r = 0; r < 3; r++) m[r][0] /= sqrt(size[1]);
    for (int r = 0; r < 3; r++) {
        int k = (r + 1) % 3, l = (r + 2) % 3;
        m[r][1] = m[k][2] * m[l][0] - m[l][2] * m[k][0];
    }
    *turn = eg_quaternion_of_matrix((const double(*)[3])m);
}

void eg_walk_part_at(const eg_walk_body *b, eg_walk_part part, double t, double place[3],
                     eg_quaternion *turn) {
    if (part == EG_WALK_PELVIS) {
        const double back[3] = {-sensor_back_mm, 0.0, 0.0};
        double middle[3];
        eg_walk_pelvis_at(b, t, middle);
        *turn = pelvis_turn(b, t);
        carry(middle, *turn, back, place);
    } else if (part == EG_WALK_LEFT_SHANK || part == EG_WALK_RIGHT_SHANK) {
        shank_at(b, part == EG_WALK_RIGHT_SHANK, t, place, turn);
    } else {
        eg_walk_foot f;
        eg_walk_foot_at(b->person, b->n_steps, b->steps, part == EG_WALK_RIGHT_FOOT, t, &f);
        for (int r = 0; r < 3; r++) place[r] = f.middle_mm[r];
        *turn = f.turn;
    }
}

void eg_walk_sensor_at(const eg_walk_body *b, eg_walk_part part, eg_quaternion mount,
                       double rate_hz, double t, double acc[3], double gyr[3]) {
    const double h = 1.0 / rate_hz;
    double place[3][3], force[3], rate[3], matrix[3][3], back[3][3], other[3];
    eg_quaternion turn[3];
    for (int k = 0; k < 3; k++)
        eg_walk_part_at(b, part, t + (k - 1) * h, place[k], &turn[k == 1 ? 1 : k]);
    for (int k = 0; k < 3; k += 2) eg_walk_part_at(b, part, t + 0.5 * (k - 1) * h, other, &turn[k]);
    for (int r = 0; r < 3; r++)
        force[r] = (place[2][r] - 2.0 * place[1][r] + place[0][r]) / (h * h) / 1000.0 +
                   (r == 2 ? gravity : 0.0);
    eg_quaternion d = eg_quaternion_product(eg_quaternion_inverse(turn[0]), turn[2]);
    double sign = d.w < 0.0 ? -1.0 : 1.0, size = sqrt(d.x * d.x + d.y * d.y + d.z * d.z);
    double angle = 2.0 * eg_atan2(size, sign * d.w);
    double scale = size > 1e-12 ? sign * angle / size / h : 0.0;
    rate[0] = scale * d.x;
    rate[1] = scale * d.y;
    rate[2] = scale * d.z;
    eg_quaternion_matrix(eg_quaternion_inverse(turn[1]), matrix);
    eg_quaternion_matrix(eg_quaternion_inverse(mount), back);
    eg_quaternion_apply(matrix, force, force);
    eg_quaternion_apply(back, force, acc);
    eg_quaternion_apply(back, rate, gyr);
}
