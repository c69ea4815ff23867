/* Joint angles from inertial sensors: two on neighbouring segments, however they are strapped on,
 * without magnetometer; or the inclination of one segment from a single sensor. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/study_motion_sensor_part.h"
#include "core/motion/calibrate.h"
#include "core/motion/hinge.h"
#include "core/motion/mount.h"

static const double deg = 180.0 / EG_PI;

static void drop(motion_pair *p) {
    for (int k = 0; k < 2; k++) {
        free(p->of[k].block);
        free(p->of[k].q);
    }
    free(p->memory);
}

static eg_err no_memory(const motion_pair *p, eg_diag *diag) {
    return eg_diag_set(diag, EG_ERR_MEMORY, p->run->call->recording->name, 0, "no memory");
}

/* ---- which sensors --------------------------------------------------------------------------- */

static eg_err choose(motion_pair *p, const eg_sensor *sensors, size_t n, eg_diag *diag) {
    const eg_study_call *call = p->run->call;
    const char *wanted[2] = {eg_study_text(call, "proximal", NULL),
                             eg_study_text(call, "distal", NULL)};
    char all[160];
    eg_sensor_list(sensors, n, sizeof all, all);
    for (int k = 0; k < 2; k++) {
        if (wanted[k] == NULL) continue;
        p->of[p->n].sensor = eg_sensor_named(sensors, n, wanted[k]);
        if (p->of[p->n++].sensor == NULL)
            return eg_diag_set(diag, EG_ERR_LAYOUT, call->recording->name, 0,
                               "there is no sensor \"%s\"; there are: %s", wanted[k], all);
    }
    if (p->n == 0 && n > 2)
        return eg_diag_set(diag, EG_ERR_LAYOUT, call->recording->name, 0,
                           "say which sensors: proximal and distal (one of them alone gives its "
                           "segment's inclination). There are: %s",
                           all);
    if (p->n == 0)
        for (size_t i = 0; i < n; i++) p->of[p->n++].sensor = &sensors[i];
    if (p->n == 2 && p->of[0].sensor == p->of[1].sensor)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "distal", 0,
                           "proximal and distal are the same sensor");
    return EG_OK;
}

/* Scratch for the largest of what follows. */
static eg_err make_room(motion_pair *p, eg_diag *diag) {
    size_t n = p->of[0].signal.n, most = eg_orient_offline_bytes(n, p->of[0].signal.rate_hz);
    size_t other[4] = {eg_naming_bytes(n, p->of[0].signal.rate_hz),
                       eg_hinge_bytes(n, p->of[0].signal.rate_hz),
                       eg_heading_offline_bytes(n, p->of[0].signal.rate_hz),
                       eg_imu_check_bytes(n, p->of[0].signal.rate_hz)};
    for (int k = 0; k < 4; k++) most = other[k] > most ? other[k] : most;
    p->memory = malloc(most);
    if (p->memory == NULL) return no_memory(p, diag);
    eg_arena_init(&p->arena, p->memory, most);
    return EG_OK;
}

static eg_err load(motion_pair *p, eg_diag *diag) {
    const eg_study_call *call = p->run->call;
    eg_err err = EG_OK;
    for (int k = 0; k < p->n && err == EG_OK; k++) {
        motion_wearer *w = &p->of[k];
        err = eg_study_sensor_load(call, w->sensor, p->run->result, &w->signal, &w->block, diag);
        if (err != EG_OK) return err;
        w->q = malloc((w->signal.n + 1) * sizeof *w->q);
        if (w->q == NULL) return no_memory(p, diag);
        w->mount = EG_QUATERNION_ONE;
    }
    if (p->n == 2 && (p->of[0].signal.n != p->of[1].signal.n ||
                      fabs(p->of[0].signal.rate_hz - p->of[1].signal.rate_hz) > 1e-6))
        return eg_diag_set(diag, EG_ERR_DATA, call->recording->name, 0,
                           "the two sensors have different rates or lengths");
    if ((double)p->of[0].signal.n < 4.0 * p->of[0].signal.rate_hz)
        return eg_diag_set(diag, EG_ERR_DATA, call->recording->name, 0, "less than 4 s of samples");
    return make_room(p, diag);
}

/* ---- is the sensor sound --------------------------------------------------------------------- */

static eg_err look_at(motion_pair *p, motion_wearer *w, eg_diag *diag) {
    eg_imu_check check;
    eg_err err = eg_imu_check_run(&w->signal, &p->arena, &check, diag);
    if (err != EG_OK) return err;
    motion_say_sensor(p, w, &check);
    eg_orient_signal without = w->signal;
    for (int k = 0; k < 3; k++) without.mag[k] = NULL;
    return eg_orient_offline(&without, &p->arena, w->q, diag);
}

/* ---- how it sits ----------------------------------------------------------------------------- */

/* An option of two seconds as samples; 0 if it was not given. */
static int span_of(const motion_pair *p, const char *name, size_t *from, size_t *to) {
    double rate_hz = p->of[0].signal.rate_hz, most = (double)p->of[0].signal.n, from_s, to_s;
    *from = 0;
    *to = p->of[0].signal.n;
    if (!eg_study_span(p->run->call, name, &from_s, &to_s)) return 0;
    const double first = from_s * rate_hz, last = to_s * rate_hz;
    *from = (size_t)fmin(most, fmax(0.0, first));
    *to = (size_t)fmin(most, fmax((double)*from, last));
    return 1;
}

/* A second and more of stillness of all sensors with which the recording begins. */
static int begins_still(const motion_pair *p, size_t *from, size_t *to) {
    eg_calibrate_rest rests[EG_CALIBRATE_POSES_MAX];
    *from = 0;
    *to = p->of[0].signal.n;
    for (int k = 0; k < p->n; k++) {
        const eg_orient_signal *s = &p->of[k].signal;
        size_t n = eg_calibrate_rests(s, rests);
        if (n == 0 || (double)rests[0].from > 1.0 * s->rate_hz) return 0;
        *from = rests[0].from > *from ? rests[0].from : *from;
        *to = rests[0].to < *to ? rests[0].to : *to;
    }
    return (double)*to - (double)*from > EG_CALIBRATE_REST_S * p->of[0].signal.rate_hz;
}

static void hold_pose(motion_pair *p) {
    size_t from, to;
    p->has_pose = span_of(p, "calibration", &from, &to);
    if (!p->has_pose && begins_still(p, &from, &to)) {
        p->has_pose = 1;
        eg_study_add_warning(p->run->result,
                             "no neutral pose was given (calibration): the stillness at the "
                             "beginning is taken as one");
    }
    for (int k = 0; k < p->n && p->has_pose; k++) {
        motion_wearer *w = &p->of[k];
        eg_mount_pose pose = eg_mount_hold(&w->signal, from, to);
        memcpy(w->up, pose.up, sizeof pose.up);
        eg_study_add_check(p->run->result, "pose", (int)pose.verdict,
                           pose.reason[0] != '\0' ? pose.reason : "held still",
                           eg_study_sensor_name(w->sensor));
    }
    (void)span_of(p, "functional", &p->from, &p->to);
}

static eg_orient_signal part_of(const eg_orient_signal *s, size_t from, size_t to) {
    eg_orient_signal part = *s;
    part.n = to > from ? to - from : 0;
    for (int k = 0; k < 3; k++) {
        part.gyr[k] += from;
        part.acc[k] += from;
        part.mag[k] = NULL;
    }
    return part;
}

/* The axis of the joint in both sensors. */
static eg_err find_hinge(motion_pair *p, eg_hinge *hinge, eg_diag *diag) {
    eg_orient_signal s1 = part_of(&p->of[0].signal, p->from, p->to);
    eg_orient_signal s2 = part_of(&p->of[1].signal, p->from, p->to);
    eg_err err = eg_hinge_find(&s1, &s2, &p->arena, hinge, diag);
    if (err == EG_OK && hinge->verdict != EG_VERDICT_FAIL)
        err = eg_hinge_pair(&s1, &s2, p->of[0].q + p->from, p->of[1].q + p->from, &p->arena, hinge,
                            diag);
    if (err != EG_OK) return err;
    char text[300];
    snprintf(text, sizeof text, "%s%sresidual %.2f rad/s (%.0f %% of the rate), axis +-%.1f deg",
             hinge->reason, hinge->reason[0] != '\0' ? "; " : "", hinge->gyr_rms_rad_s,
             100.0 * hinge->gyr_part, fmax(hinge->sigma_deg[0], hinge->sigma_deg[1]));
    eg_study_add_check(p->run->result, "axis", (int)hinge->verdict, text, NULL);
    json_object_set_new(json_object_get(p->run->result, "detail"), "hinge",
                        json_pack("{s:[f,f,f], s:[f,f,f], s:[f,f], s:f, s:f}", "proximal_axis",
                                  hinge->j1[0], hinge->j1[1], hinge->j1[2], "distal_axis",
                                  hinge->j2[0], hinge->j2[1], hinge->j2[2], "sigma_deg",
                                  hinge->sigma_deg[0], hinge->sigma_deg[1], "residual_rad_s",
                                  hinge->gyr_rms_rad_s, "pairing_evidence", hinge->evidence));
    return EG_OK;
}

static void say_mount(const motion_pair *p, int k, const eg_mount *mount) {
    char text[200];
    snprintf(text, sizeof text, "%s%spose and axis are %.0f deg off square", mount->reason,
             mount->reason[0] != '\0' ? "; " : "", mount->square_deg);
    eg_study_add_check(p->run->result, "mounting", (int)mount->verdict, text,
                       eg_study_sensor_name(p->of[k].sensor));
}

/* An arm's length across the axis. */
static double reach_of(const double arm[3], const double axis[3]) {
    double along = eg_dot(arm, axis);
    return sqrt(fmax(0.0, eg_dot(arm, arm) - along * along));
}

/* The long axes without a pose. Where both sensors' arms from the joint's centre are known, they
 * lie roughly along the bones (of a foot: not), so that a straight joint is roughly 0 and it shows
 * which way it bends; else gravity's mean direction. Either makes a zero of chance, but the turn
 * about the axis is the same. */
static void guess_up(motion_pair *p, const eg_hinge *h, int is_straight) {
    static const double least_m = 0.05, off_bone_m = 0.06;
    double reach[2] = {reach_of(h->arm1_m, h->j1), reach_of(h->arm2_m, h->j2)};
    int has_arms = is_straight && reach[0] > least_m && reach[1] > least_m;
    p->straight_deg = (double)INFINITY;
    if (has_arms)
        p->straight_deg =
            deg * sqrt(1.0 / (reach[0] * reach[0]) + 1.0 / (reach[1] * reach[1])) * off_bone_m;
    for (int k = 0; k < 2; k++) {
        motion_wearer *w = &p->of[k];
        eg_mount_pose middle = eg_mount_hold(&w->signal, p->from, p->to);
        for (int c = 0; c < 3; c++)
            w->up[c] = !has_arms ? middle.up[c] : k == 0 ? h->arm1_m[c] : -h->arm2_m[c];
    }
}

/* Segment to sensor, from the hinge's axis and the pose or its guess. */
static void sit(motion_pair *p, int k, const double axis[3]) {
    motion_wearer *w = &p->of[k];
    eg_mount mount = eg_mount_from_axes(w->up, axis, 1);
    if (p->has_pose) say_mount(p, k, &mount);
    w->mount = mount.mount;
    if (mount.verdict != EG_VERDICT_FAIL) return;
    /* Gravity along the axis (lying on the side): any direction across it. */
    double least[3] = {0.0, 0.0, 0.0};
    least[fabs(axis[0]) < 0.6 ? 0 : 1] = 1.0;
    if (mount.square_deg > 80.0) w->mount = eg_mount_from_axes(least, axis, 1).mount;
}

/* The main axis of each segment's own movement, for joints of three axes: both are bent forwards
 * and back. Which ends of the two axes belong together is decided as for a hinge. */
static eg_err find_main_axes(motion_pair *p, eg_hinge *axes, eg_diag *diag) {
    *axes = (eg_hinge){.verdict = EG_VERDICT_OK};
    for (int k = 0; k < 2; k++) {
        eg_mount_movement m = eg_mount_move(&p->of[k].signal, p->from, p->to);
        memcpy(k == 0 ? axes->j1 : axes->j2, m.axis, sizeof m.axis);
        eg_study_add_check(p->run->result, "functional movement", (int)m.verdict,
                           m.reason[0] != '\0' ? m.reason : "about one axis",
                           eg_study_sensor_name(p->of[k].sensor));
    }
    eg_orient_signal s1 = part_of(&p->of[0].signal, p->from, p->to);
    eg_orient_signal s2 = part_of(&p->of[1].signal, p->from, p->to);
    eg_err err =
        eg_hinge_pair(&s1, &s2, p->of[0].q + p->from, p->of[1].q + p->from, &p->arena, axes, diag);
    if (err == EG_OK && axes->reason[0] != '\0')
        eg_study_add_check(p->run->result, "functional movement", (int)axes->verdict, axes->reason,
                           NULL);
    return err;
}

/* ---- the joint ------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    eg_heading_kind heading;
    eg_joint_kind kind;
    int angle[3]; /* of body.h; -1: not shown from sensors */
} joints[] = {{"knee", EG_HEADING_HINGE, EG_JOINT_KNEE, {EG_ANGLE_KNEE_FLEXION, -1, -1}},
              {"ankle", EG_HEADING_HINGE, EG_JOINT_ANKLE, {EG_ANGLE_ANKLE_DORSIFLEXION, -1, -1}},
              {"elbow",
               EG_HEADING_TWO,
               EG_JOINT_ELBOW,
               {EG_ANGLE_ELBOW_FLEXION, -1, EG_ANGLE_FOREARM_PRONATION}},
              {"wrist",
               EG_HEADING_BALL,
               EG_JOINT_WRIST,
               {EG_ANGLE_WRIST_FLEXION, EG_ANGLE_WRIST_DEVIATION, -1}},
              {"hip",
               EG_HEADING_BALL,
               EG_JOINT_HIP,
               {EG_ANGLE_HIP_FLEXION, EG_ANGLE_HIP_ADDUCTION, EG_ANGLE_HIP_ROTATION}},
              {"shoulder",
               EG_HEADING_BALL,
               EG_JOINT_SHOULDER,
               {EG_ANGLE_SHOULDER_PLANE, EG_ANGLE_SHOULDER_ELEVATION, EG_ANGLE_SHOULDER_ROTATION}}};

enum { JOINTS = sizeof joints / sizeof joints[0] };

static eg_err add_trace(motion_pair *p, int angle, int side, const char *label,
                        eg_motion_trace **trace, eg_diag *diag) {
    const eg_recording *r = p->run->call->recording;
    *trace = eg_motion_traces_add(&p->run->traces, p->of[0].signal.n);
    if (*trace == NULL) return no_memory(p, diag);
    (*trace)->angle = angle;
    (*trace)->side = side;
    (*trace)->rate_hz = p->of[0].signal.rate_hz;
    (*trace)->start_s = r->t_s != NULL && r->n_frames > 0 ? r->t_s[0] : r->start_s;
    eg_motion_trace_name(*trace, label);
    return EG_OK;
}

static int side_of(const motion_pair *p) {
    const char *side = eg_study_text(p->run->call, "side", "right");
    return strcmp(side, "left") == 0 ? EG_LEFT : EG_RIGHT;
}

/* What the joint allows, from pose and movement. 0 in `known` where that was refused. */
static eg_err fit_joint(motion_pair *p, int which, eg_heading_joint *joint, int *known,
                        eg_diag *diag) {
    *joint = (eg_heading_joint){.kind = which < 0 ? EG_HEADING_HINGE : joints[which].heading};
    *known = 1;
    if (joint->kind != EG_HEADING_BALL) {
        eg_hinge hinge;
        eg_err err = find_hinge(p, &hinge, diag);
        if (err != EG_OK) return err;
        *known = hinge.verdict != EG_VERDICT_FAIL;
        if (!*known) memcpy(p->refusal, hinge.reason, sizeof p->refusal);
        memcpy(joint->j1, hinge.j1, sizeof joint->j1);
        memcpy(joint->j2, hinge.j2, sizeof joint->j2);
        if (!p->has_pose) guess_up(p, &hinge, which < 0 || joints[which].kind != EG_JOINT_ANKLE);
        for (int k = 0; k < 2; k++) sit(p, k, k ? hinge.j2 : hinge.j1);
        /* A forearm that hangs in the pose turns about the vertical there. */
        if (joint->kind == EG_HEADING_TWO && p->has_pose)
            memcpy(joint->j2, p->of[1].up, sizeof joint->j2);
        if (joint->kind == EG_HEADING_TWO && !p->has_pose) joint->kind = EG_HEADING_HINGE;
        return EG_OK;
    }
    if (!p->has_pose)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "calibration", 0,
                           "this joint has three axes: say when the neutral pose was held "
                           "(calibration) and when the segments were bent forwards (functional)");
    eg_hinge main_axes;
    eg_err err = find_main_axes(p, &main_axes, diag);
    if (err != EG_OK) return err;
    for (int k = 0; k < 2; k++) {
        eg_mount m = eg_mount_from_axes(p->of[k].up, k == 1 ? main_axes.j2 : main_axes.j1, 0);
        say_mount(p, k, &m);
        p->of[k].mount = m.mount;
        *known = *known && m.verdict != EG_VERDICT_FAIL;
        if (m.verdict == EG_VERDICT_FAIL) memcpy(p->refusal, m.reason, sizeof p->refusal);
    }
    joint->mount1 = p->of[0].mount;
    joint->mount2 = p->of[1].mount;
    joint->joint = EG_JOINT_HIP; /* its order of turns, for any joint: near neutral on average */
    for (int k = 0; k < 3; k++) joint->least_deg[k] = -120.0, joint->most_deg[k] = 120.0;
    return EG_OK;
}

/* Flexion goes the way of the larger swing from neutral: an axis alone has two ends. */
static void turn_to_flexion(eg_motion_trace *trace) {
    double low = 0.0, high = 0.0;
    for (size_t i = 0; i < trace->n; i++) {
        low = fmin(low, trace->values[i]);
        high = fmax(high, trace->values[i]);
    }
    for (size_t i = 0; - low > high && i < trace->n; i++) trace->values[i] = -trace->values[i];
}

/* Does flexion go down? With a pose it goes the way of the larger swing. Without one two things
 * speak: straight, as far as that is known, is at one end; and joints spend more of their time near
 * that end. */
static int is_reversed(const motion_pair *p, double low, double high, double mean) {
    double middle = 0.5 * (low + high), quarter = 0.25 * fmax(high - low, 1.0);
    if (p->has_pose) return middle < 0.0;
    return middle / p->straight_deg + (middle - mean) / quarter < 0.0;
}

/* relative[n], distal segment to proximal one; both segments are turned half round about their long
 * axes where flexion would go the wrong way: an axis has two ends. */
static void relate(const motion_pair *p, const double *delta, eg_joint_kind kind,
                   eg_joint_side side, eg_quaternion *relative) {
    size_t n = p->of[0].signal.n;
    double low = 0.0, high = 0.0, before = 0.0, sum = 0.0;
    /* A shoulder's own angles start with the plane; its flexion is what a hip's would be. */
    eg_joint_kind like = kind == EG_JOINT_SHOULDER ? EG_JOINT_HIP : kind;
    for (size_t i = 0; i < n; i++) {
        eg_quaternion s1 = eg_quaternion_product(p->of[0].q[i], p->of[0].mount);
        eg_quaternion s2 = eg_quaternion_product(p->of[1].q[i], p->of[1].mount);
        s2 = eg_quaternion_product(eg_quaternion_heading(delta[i]), s2);
        relative[i] = eg_quaternion_product(eg_quaternion_inverse(s1), s2);
        double flexion = eg_joint_measure(like, side, relative[i]).deg[0];
        flexion -= 360.0 * floor((flexion - before) / 360.0 + 0.5);
        before = flexion;
        sum += flexion;
        low = i > 0 || p->has_pose ? fmin(low, flexion) : flexion;
        high = i > 0 || p->has_pose ? fmax(high, flexion) : flexion;
    }
    int is_turned = is_reversed(p, low, high, sum / (double)n);
    for (size_t i = 0; i < n && is_turned; i++) {
        relative[i].x = -relative[i].x;
        relative[i].z = -relative[i].z;
    }
}

/* The traces of a joint, or the one of an axis alone. */
static eg_err add_traces(motion_pair *p, int which, int is_plain, int known,
                         eg_motion_trace *trace[3], eg_diag *diag) {
    eg_err err = EG_OK;
    for (int k = 0; k < 3 && err == EG_OK; k++) {
        trace[k] = NULL;
        if (which >= 0 ? joints[which].angle[k] < 0 || (is_plain && k > 0) : k > 0) continue;
        err = add_trace(p, which >= 0 ? joints[which].angle[k] : -1, which >= 0 ? side_of(p) : -1,
                        "joint angle", &trace[k], diag);
        if (err == EG_OK && !known)
            snprintf(trace[k]->reason, sizeof trace[k]->reason, "%.110s", p->refusal);
    }
    return err;
}

static void fill_traces(const motion_pair *p, int which, const double *delta,
                        eg_quaternion *relative, eg_motion_trace *trace[3]) {
    size_t n = p->of[0].signal.n;
    eg_joint_kind kind = which >= 0 ? joints[which].kind : EG_JOINT_KNEE;
    eg_joint_side side = side_of(p) == EG_LEFT ? EG_JOINT_LEFT : EG_JOINT_RIGHT;
    relate(p, delta, kind, side, relative);
    for (size_t i = 0; i < n; i++) {
        eg_joint_reading a = eg_joint_measure(kind, side, relative[i]);
        for (int k = 0; k < 3; k++)
            if (trace[k] != NULL) trace[k]->values[i] = a.deg[k];
    }
    for (int k = 0; k < 3; k++)
        if (trace[k] != NULL) eg_joint_unwrap(n, trace[k]->values, 360.0);
    if (p->has_pose) return;
    /* Without a pose only the turn about the axis is known, from where the recording began. */
    trace[0]->is_relative = 1;
    double first = trace[0]->values[0];
    for (size_t i = 0; i < n; i++) trace[0]->values[i] -= first;
}

/* What each sensor alone leaves open about its axes and rates, the joint may close, or accuse. */
static eg_err narrow(motion_pair *p, eg_diag *diag) {
    const eg_orient_signal both[2] = {part_of(&p->of[0].signal, p->from, p->to),
                                      part_of(&p->of[1].signal, p->from, p->to)};
    const uint64_t open[2] = {eg_naming_open(&p->of[0].agreement),
                              eg_naming_open(&p->of[1].agreement)};
    eg_naming naming;
    eg_diag why = {0};
    if (p->of[0].fault[0] != '\0' || p->of[1].fault[0] != '\0') return EG_OK;
    eg_err err = eg_naming_try(both, open, &p->arena, &naming, &why);
    if (err == EG_ERR_DATA) return EG_OK; /* then it closes nothing */
    if (err != EG_OK) {
        if (diag != NULL) *diag = why;
        return err;
    }
    for (int k = 0; k < 2; k++) {
        if (!naming.is_wrong)
            eg_naming_close(&p->of[k].agreement, naming.open[k]);
        else if (naming.better.which != 1 - k)
            motion_say_naming(p, &p->of[k], &naming);
    }
    return EG_OK;
}

static eg_err measure_pair(motion_pair *p, eg_diag *diag) {
    const char *name = eg_study_text(p->run->call, "joint", NULL);
    int which = JOINTS - 1, known;
    while (which >= 0 && (name == NULL || strcmp(joints[which].name, name) != 0)) which--;
    if (name != NULL && which < 0)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "joint", 0,
                           "two sensors can measure hip, knee, ankle, shoulder, elbow or wrist");
    eg_heading_joint joint;
    eg_heading_result heading;
    eg_motion_trace *trace[3];
    size_t n = p->of[0].signal.n;
    eg_err err = narrow(p, diag);
    if (err == EG_OK) err = fit_joint(p, which, &joint, &known, diag);
    if (err == EG_OK)
        err = add_traces(p, which, joint.kind == EG_HEADING_HINGE, known, trace, diag);
    if (err != EG_OK) return err;
    double *delta = malloc((n + 1) * sizeof *delta);
    eg_quaternion *relative = malloc((n + 1) * sizeof *relative);
    if (delta == NULL || relative == NULL)
        err = no_memory(p, diag);
    else
        err = eg_heading_offline(&joint, p->of[0].signal.rate_hz, n, p->of[0].q, p->of[1].q,
                                 p->of[0].signal.gyr, p->of[1].signal.gyr, &p->arena, delta,
                                 &heading, diag);
    if (err == EG_OK) fill_traces(p, which, delta, relative, trace);
    free(relative);
    free(delta);
    if (err != EG_OK) return err;
    motion_say_heading(p, &heading);
    int is_sure = motion_say_open(p, &joint);
    if (trace[0] != NULL && known) motion_refuse_turns(p, &joint, trace[0]);
    if (!p->has_pose)
        eg_study_add_warning(p->run->result,
                             is_sure ? "no neutral pose was given (calibration): 0 is where the "
                                       "recording begins: ranges and repetitions hold, single "
                                       "angles do not, and which way is flexion is a guess"
                                     : "no neutral pose was given (calibration): 0 is where the "
                                       "recording begins, and which way is flexion is a guess");
    snprintf(p->run->traces.source, sizeof p->run->traces.source,
             "two inertial sensors (%.40s, %.40s) without magnetometer, %.0f Hz",
             p->of[0].sensor->name, p->of[1].sensor->name, p->of[0].signal.rate_hz);
    return EG_OK;
}

/* ---- one sensor ------------------------------------------------------------------------------ */

/* The angle between the segment now and in the pose (or at first): forwards and back about the
 * main axis of movement, which gravity alone shows. */
static eg_err measure_one(motion_pair *p, eg_diag *diag) {
    motion_wearer *w = &p->of[0];
    eg_motion_trace *trace;
    double up[3], z[3] = {0.0, 0.0, 1.0}, x[3];
    size_t n = w->signal.n;
    eg_err err = add_trace(p, -1, -1, "inclination", &trace, diag);
    if (err != EG_OK) return err;
    if (p->has_pose)
        memcpy(up, w->up, sizeof up);
    else
        eg_rotate(eg_quaternion_inverse(w->q[0]), z, up);
    eg_mount_movement m = eg_mount_move(&w->signal, p->from, p->to);
    eg_study_add_check(
        p->run->result, "movement", m.verdict == EG_VERDICT_FAIL ? 1 : (int)m.verdict,
        m.reason[0] != '\0' ? m.reason : "about one axis", eg_study_sensor_name(w->sensor));
    eg_cross(up, m.axis, x);
    int is_plane = m.verdict != EG_VERDICT_FAIL && eg_unit(x);
    for (size_t i = 0; i < n && is_plane; i++) {
        double now[3];
        eg_rotate(eg_quaternion_inverse(w->q[i]), z, now);
        trace->values[i] = deg * eg_atan2(eg_dot(now, x), eg_dot(now, up));
    }
    if (is_plane) eg_joint_unwrap(n, trace->values, 360.0);
    /* What turns over and over has no forwards and back: then only how far from upright. */
    is_plane = is_plane && motion_range_of(n, trace->values) < MOTION_JOINT_MOST_DEG;
    for (size_t i = 0; i < n && !is_plane; i++) {
        double now[3], across[3];
        eg_rotate(eg_quaternion_inverse(w->q[i]), z, now);
        eg_cross(now, up, across);
        trace->values[i] = deg * eg_atan2(eg_norm(across), eg_dot(now, up));
    }
    if (is_plane) turn_to_flexion(trace);
    snprintf(p->run->traces.source, sizeof p->run->traces.source,
             "one inertial sensor%s%.40s: inclination to gravity, 0 is %s",
             eg_study_sensor_name(w->sensor) ? " " : "", w->sensor->name,
             p->has_pose ? "the pose" : "where the recording begins");
    return EG_OK;
}

eg_err motion_from_sensors(motion_run *run, eg_diag *diag) {
    eg_sensor sensors[EG_SENSORS_MAX];
    size_t n = eg_sensors_find(run->call->recording, sensors);
    motion_pair p = {.run = run};
    if (n == 0)
        return eg_diag_set(diag, EG_ERR_MISSING, run->call->recording->name, 0,
                           "there is no inertial sensor: columns gx gy gz and ax ay az");
    json_object_set_new(json_object_get(run->result, "detail"), "sensors", json_array());
    eg_err err = eg_motion_traces_begin(&run->traces, diag);
    if (err == EG_OK) err = choose(&p, sensors, n, diag);
    if (err == EG_OK) err = load(&p, diag);
    for (int k = 0; k < p.n && err == EG_OK; k++) err = look_at(&p, &p.of[k], diag);
    if (err == EG_OK) {
        hold_pose(&p);
        err = p.n == 2 ? measure_pair(&p, diag) : measure_one(&p, diag);
    }
    drop(&p);
    if (err != EG_OK) eg_motion_traces_clear(&run->traces);
    return err;
}

int motion_suits_sensors(const eg_recording *recording) {
    eg_sensor sensors[EG_SENSORS_MAX];
    size_t n = eg_sensors_find(recording, sensors);
    if (n == 0) return 0;
    eg_sensor_site site = eg_sensor_site_of(sensors[0].name);
    if (site >= EG_SENSOR_THIGH && site != EG_SENSOR_CHEST) return 2;
    for (size_t i = 1; i < n; i++)
        if (eg_sensor_site_of(sensors[i].name) != site) return 2;
    return 1;
}
