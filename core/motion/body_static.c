/* What a body that stands still tells about itself. */
#include "core/base/check.h"
#include "core/base/real.h"
#include "core/motion/body_part.h"

typedef struct mean {
    double sum;
    size_t n;
} mean;

static void take(mean *m, double value) {
    if (isnan(value)) return;
    m->sum += value;
    m->n++;
}

static double mean_or(const mean *m, double otherwise) {
    return m->n > 0 ? m->sum / (double)m->n : otherwise;
}

static void take_turn(mean m[3], const eg_rotation *from, const eg_rotation *to) {
    double a[3];
    eg_rotation between = eg_rotation_between(from, to);
    eg_joint_angles(&between, EG_JOINT_ZYX, a);
    for (int k = 0; k < 3; k++) take(&m[k], a[k]);
}

/* The foot laid flat: its x as near to the old one as the floor allows, z the same reference. */
static int lay_flat(const eg_rotation *foot, const double across[3], eg_rotation *flat) {
    double ahead[3];
    body_axis(foot, 0, ahead);
    ahead[1] = 0.0;
    return body_axes(0, ahead, 2, across, flat);
}

static void find_flat(eg_body *still, eg_body_settings *settings) {
    mean by_heel[2][3] = {{{0.0, 0}}}, by_ankle[2][3] = {{{0.0, 0}}};
    eg_pose pose;
    for (int side = EG_LEFT; side <= EG_RIGHT; side++) {
        body_nowhere(still->settings.flat_by_heel_rad[side]);
        body_nowhere(still->settings.flat_by_ankle_rad[side]);
    }
    for (size_t t = 0; t < still->points.n_frames; t++) {
        eg_body_pose(still, t, &pose);
        for (int side = EG_LEFT; side <= EG_RIGHT; side++) {
            const eg_segment *foot = &pose.segment[EG_SEGMENT_FOOT + side];
            const eg_segment *shank = &pose.segment[EG_SEGMENT_SHANK + side];
            eg_rotation flat, line;
            double across[3];
            if (!foot->is_known) continue;
            body_axis(foot->has_turn || !shank->is_known ? &foot->axes : &shank->axes, 2, across);
            if (!lay_flat(&foot->axes, across, &flat)) continue;
            take_turn(by_heel[side], &foot->axes, &flat);
            if (body_toe_line(still, &pose, t, side, &line))
                take_turn(by_ankle[side], &line, &flat);
        }
    }
    for (int side = EG_LEFT; side <= EG_RIGHT; side++)
        for (int k = 0; k < 3; k++) {
            settings->flat_by_heel_rad[side][k] = mean_or(&by_heel[side][k], (double)NAN);
            settings->flat_by_ankle_rad[side][k] = mean_or(&by_ankle[side][k], (double)NAN);
            still->settings.flat_by_heel_rad[side][k] = settings->flat_by_heel_rad[side][k];
        }
}

void eg_body_calibrate(eg_body *still, eg_body_settings *settings, double neutral_deg[EG_ANGLES]) {
    EG_ASSERT(still != NULL && settings != NULL && neutral_deg != NULL);
    mean neutral[EG_ANGLES] = {{0.0, 0}};
    double now[EG_ANGLES];
    eg_pose pose;
    find_flat(still, settings);
    for (size_t t = 0; t < still->points.n_frames; t++) {
        eg_body_pose(still, t, &pose);
        eg_body_angles(still, &pose, now);
        for (int k = 0; k < EG_ANGLES; k++) take(&neutral[k], now[k]);
    }
    for (int k = 0; k < EG_ANGLES; k++) neutral_deg[k] = mean_or(&neutral[k], 0.0);
}
