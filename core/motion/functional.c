#include "core/motion/functional.h"

#include <string.h>

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/motion/body_part.h"
#include "core/motion/rigid.h"

enum { MARKERS_MAX = 8, FRAMES_MIN = 20 };

static const double least_bend_deg = 20.0, least_turn_deg = 8.0;
/* The last direction is free where its eigenvalue is so small a share of the one before; joints
 * turn little, so that none compares with the largest. */
static const double free_share = 0.2, least_share = 1e-5;
static const double half_knee_mm = 50.0;

typedef struct cluster {
    int sites[MARKERS_MAX];
    size_t n;
    double shape[MARKERS_MAX]
                [3]; /* in its own axes: those of the room at `first`, about the centre */
    size_t first;
} cluster;

static const int thigh_sites[] = {EG_SITE_THIGH, EG_SITE_THIGH_1, EG_SITE_THIGH_2, EG_SITE_THIGH_3,
                                  EG_SITE_THIGH_4};
static const int shank_sites[] = {EG_SITE_SHANK,   EG_SITE_SHANK_1, EG_SITE_SHANK_2,
                                  EG_SITE_SHANK_3, EG_SITE_SHANK_4, EG_SITE_TUBEROSITY,
                                  EG_SITE_FIBULA};
/* Behind the toes' joint where that is enough: toes bend. */
static const int rear_foot_sites[] = {EG_SITE_HEEL, EG_SITE_MIDFOOT, EG_SITE_MIDFOOT_OUTER};
static const int foot_sites[] = {EG_SITE_HEEL,  EG_SITE_MIDFOOT, EG_SITE_MIDFOOT_OUTER,
                                 EG_SITE_MET_1, EG_SITE_MET_5,   EG_SITE_TOE};

/* The shape in the first frame in which all of its markers are seen; 0 if that is never. */
static int make_cluster(const eg_body *body, const int *sites, size_t n, int side, cluster *c) {
    *c = (cluster){.n = 0};
    for (size_t i = 0; i < n; i++)
        if (body_has(body, sites[i] + side)) c->sites[c->n++] = sites[i] + side;
    if (c->n < 3) return 0;
    for (c->first = 0; c->first < body->points.n_frames; c->first++) {
        double centre[3] = {0};
        size_t seen = 0;
        for (; seen < c->n && body_site(body, c->sites[seen], c->first, c->shape[seen]); seen++)
            for (int k = 0; k < 3; k++) centre[k] += c->shape[seen][k] / (double)c->n;
        if (seen < c->n) continue;
        for (size_t i = 0; i < c->n; i++) body_minus(c->shape[i], centre, c->shape[i]);
        return 1;
    }
    return 0;
}

static int cluster_pose(const eg_body *body, const cluster *c, size_t t, eg_rigid *pose) {
    double now[MARKERS_MAX][3];
    for (size_t i = 0; i < c->n; i++) (void)body_site(body, c->sites[i], t, now[i]);
    return eg_rigid_fit(c->n, (const double(*)[3])c->shape, (const double(*)[3])now, pose) >= 3;
}

/* A point that two clusters share, and the direction that stays free. */
typedef struct joint_fit {
    double point[2][3]; /* as the upper and the lower cluster see it */
    double axis[3];     /* unit, as the upper one sees it */
    double residual;    /* mm */
    double turn_deg;    /* largest turn between them */
    int is_hinge;       /* one direction is free */
} joint_fit;

typedef struct sums {
    double m[6][6], rhs[6], square, turn;
    size_t n;
} sums;

static void collect(const eg_body *body, const cluster *upper, const cluster *lower, sums *s) {
    eg_rotation first = EG_ROTATION_ONE;
    *s = (sums){.n = 0};
    for (size_t t = 0; t < body->points.n_frames; t++) {
        eg_rigid a, b;
        if (!cluster_pose(body, upper, t, &a) || !cluster_pose(body, lower, t, &b)) continue;
        eg_rotation ab = eg_rotation_between(&a.turn, &b.turn);
        double d[3];
        body_minus(b.shift, a.shift, d);
        for (int i = 0; i < 3; i++) {
            s->m[i][i] += 1.0;
            s->m[i + 3][i + 3] += 1.0;
            for (int k = 0; k < 3; k++) {
                s->m[i][k + 3] -= ab.m[i][k];
                s->m[k + 3][i] -= ab.m[i][k];
                s->rhs[i] += a.turn.m[k][i] * d[k];
                s->rhs[i + 3] -= b.turn.m[k][i] * d[k];
            }
        }
        s->square += body_dot(d, d);
        if (s->n++ == 0) first = ab;
        eg_rotation since = eg_rotation_between(&first, &ab);
        double trace = since.m[0][0] + since.m[1][1] + since.m[2][2];
        s->turn = fmax(s->turn, eg_acos(fmax(-1.0, fmin(1.0, 0.5 * (trace - 1.0)))));
    }
}

/* Least squares without the directions that are free: of these the point nearest to the clusters'
 * centres. */
static int fit_joint(const eg_body *body, const cluster *upper, const cluster *lower,
                     joint_fit *fit) {
    sums s;
    collect(body, upper, lower, &s);
    if (s.n < FRAMES_MIN) return 0;
    double values[6], v[6][6], x[6] = {0}, explained = 0.0;
    eg_rigid_eigen(6, s.m, values, v);
    fit->is_hinge = values[5] < free_share * values[4];
    for (int e = 0; e < 6; e++) {
        if (values[e] < least_share * values[0] || (e == 5 && fit->is_hinge)) continue;
        double share = 0.0;
        for (int i = 0; i < 6; i++) share += v[i][e] * s.rhs[i];
        explained += share * share / values[e];
        for (int i = 0; i < 6; i++) x[i] += share / values[e] * v[i][e];
    }
    for (int k = 0; k < 3; k++) {
        fit->point[0][k] = x[k];
        fit->point[1][k] = x[k + 3];
        fit->axis[k] = v[k][5];
    }
    fit->turn_deg = s.turn * 180.0 / EG_PI;
    fit->residual = sqrt(fmax(0.0, s.square - explained) / (double)s.n);
    return body_unit(fit->axis) > 0.0;
}

static void to_room(const eg_rigid *pose, const double in[3], double out[3]) {
    eg_rigid_apply(pose, in, out);
}

/* From the room back to the file's coordinates. */
static void to_file(const eg_body *body, const double in[3], double out[3]) {
    eg_rotation back = eg_rotation_inverse(&body->room.turn);
    for (int k = 0; k < 3; k++)
        out[k] = (back.m[k][0] * in[0] + back.m[k][1] * in[1] + back.m[k][2] * in[2]) /
                 body->points.unit_mm;
}

/* How far along the axis the middle of hip and ankle lies, on average; also turns the axis to the
 * right. NaN where hip or ankle are never known. */
static double knee_on_axis(const eg_body *body, const cluster *thigh, const cluster *shank,
                           joint_fit *knee, const double ankle[3], int side) {
    double sum = 0.0, right = 0.0;
    size_t n = 0;
    eg_pose pose;
    for (size_t t = 0; t < body->points.n_frames; t++) {
        eg_rigid a, b;
        if (!cluster_pose(body, thigh, t, &a) || !cluster_pose(body, shank, t, &b)) continue;
        eg_body_pose(body, t, &pose);
        const eg_segment *pelvis = &pose.segment[EG_SEGMENT_PELVIS];
        if (!pelvis->is_known || !body_is_known(pose.hip[side])) continue;
        double foot[3], centre[3], middle[3], axis[3], across[3];
        to_room(&b, ankle, foot);
        to_room(&a, knee->point[0], centre);
        body_middle(pose.hip[side], foot, middle);
        body_minus(middle, centre, middle);
        for (int k = 0; k < 3; k++)
            axis[k] = a.turn.m[k][0] * knee->axis[0] + a.turn.m[k][1] * knee->axis[1] +
                      a.turn.m[k][2] * knee->axis[2];
        body_axis(&pelvis->axes, 2, across);
        right += body_dot(axis, across);
        sum += body_dot(axis, middle);
        n++;
    }
    if (n == 0) return (double)NAN;
    double along = sum / (double)n;
    if (right >= 0.0) return along;
    for (int k = 0; k < 3; k++) knee->axis[k] = -knee->axis[k];
    return -along;
}

typedef struct places {
    double (*outer)[3], (*inner)[3], (*ankle)[3]; /* [n_frames] of the file */
} places;

static void write_leg(const eg_body *body, const cluster *thigh, const cluster *shank,
                      const joint_fit *knee, double along, const double ankle[3], int side,
                      const places *out) {
    double way = side == EG_RIGHT ? 1.0 : -1.0;
    for (size_t t = 0; t < body->points.n_frames; t++) {
        eg_rigid a, b;
        double at[3], p[3];
        body_nowhere(out->outer[t]);
        body_nowhere(out->inner[t]);
        body_nowhere(out->ankle[t]);
        if (cluster_pose(body, thigh, t, &a))
            for (int inner = 0; inner < 2; inner++) {
                double off = along + (inner ? -way : way) * half_knee_mm;
                for (int k = 0; k < 3; k++) at[k] = knee->point[0][k] + off * knee->axis[k];
                to_room(&a, at, p);
                to_file(body, p, inner ? out->inner[t] : out->outer[t]);
            }
        if (cluster_pose(body, shank, t, &b)) {
            to_room(&b, ankle, p);
            to_file(body, p, out->ankle[t]);
        }
    }
}

static int lacks_knee(const eg_body_points *points, int side) {
    return points->site[EG_SITE_KNEE + side] == NULL &&
           points->site[EG_SITE_KNEE_CENTRE + side] == NULL;
}

static int lacks_ankle(const eg_body_points *points, int side) {
    return points->site[EG_SITE_ANKLE + side] == NULL &&
           points->site[EG_SITE_ANKLE_CENTRE + side] == NULL;
}

size_t eg_functional_size(const eg_body_points *points) {
    size_t legs = 0;
    for (int side = 0; side < 2; side++)
        legs += lacks_knee(points, side) && lacks_ankle(points, side) ? 1 : 0;
    return legs * 3 * (points->n_frames * sizeof(double[3]) + 64) + 64;
}

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static eg_err fill_leg(const eg_body *body, int side, eg_body_points *points, eg_arena *arena,
                       eg_functional_report *report, eg_diag *diag) {
    cluster thigh, shank, foot;
    joint_fit knee, ankle;
    if (!make_cluster(body, thigh_sites, COUNT(thigh_sites), side, &thigh) ||
        !make_cluster(body, shank_sites, COUNT(shank_sites), side, &shank) ||
        (!make_cluster(body, rear_foot_sites, COUNT(rear_foot_sites), side, &foot) &&
         !make_cluster(body, foot_sites, COUNT(foot_sites), side, &foot)))
        return EG_OK;
    if (!fit_joint(body, &thigh, &shank, &knee) || !fit_joint(body, &shank, &foot, &ankle))
        return EG_OK;
    report->bend_deg = knee.turn_deg;
    report->residual_mm = knee.residual;
    report->ankle_residual_mm = ankle.residual;
    if (knee.turn_deg < least_bend_deg || ankle.turn_deg < least_turn_deg) return EG_OK;
    double along = knee_on_axis(body, &thigh, &shank, &knee, ankle.point[0], side);
    if (isnan(along)) return EG_OK;
    size_t n = points->n_frames;
    places out = {eg_arena_take(arena, n, sizeof *out.outer),
                  eg_arena_take(arena, n, sizeof *out.inner),
                  eg_arena_take(arena, n, sizeof *out.ankle)};
    if (out.outer == NULL || out.inner == NULL || out.ankle == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for %zu frames", n);
    write_leg(body, &thigh, &shank, &knee, along, ankle.point[0], side, &out);
    points->site[EG_SITE_KNEE + side] = (const double(*)[3])out.outer;
    points->site[EG_SITE_KNEE_INNER + side] = (const double(*)[3])out.inner;
    points->site[EG_SITE_ANKLE_CENTRE + side] = (const double(*)[3])out.ankle;
    report->has_knee = report->has_ankle = 1;
    return EG_OK;
}

eg_err eg_functional_fill(eg_body_points *points, const eg_body_settings *settings, eg_arena *arena,
                          eg_functional_report report[2], eg_diag *diag) {
    EG_ASSERT(points != NULL && settings != NULL && arena != NULL);
    eg_err err = EG_OK;
    eg_body body;
    report[0] = report[1] = (eg_functional_report){.has_knee = 0};
    int is_lacking[2];
    for (int side = 0; side < 2; side++)
        is_lacking[side] = lacks_knee(points, side) && lacks_ankle(points, side);
    if (!is_lacking[0] && !is_lacking[1]) return EG_OK;
    if (eg_body_init(&body, points, settings, NULL) != EG_OK) return EG_OK;
    for (int side = 0; err == EG_OK && side < 2; side++)
        if (is_lacking[side]) err = fill_leg(&body, side, points, arena, &report[side], diag);
    return err;
}
