/* Joint angles from two inertial sensors, live: both orientations, the heading between them and the
 * angle, for every sample. */
#include <math.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "core/motion/heading.h"
#include "core/motion/orient.h"

enum { N = 4096 };

typedef struct live {
    eg_orient orient[2];
    eg_heading heading;
    double samples[N][12];
    size_t at;
} live;

static void *prepare_as(eg_heading_kind kind) {
    static live all[3];
    live *l = &all[kind];
    eg_heading_joint joint = {
        .kind = kind, .mount1 = EG_QUATERNION_ONE, .mount2 = EG_QUATERNION_ONE};
    joint.j1[2] = 1.0;
    joint.j2[kind == EG_HEADING_TWO ? 1 : 2] = 1.0;
    for (int k = 0; k < 3; k++) joint.least_deg[k] = -90.0, joint.most_deg[k] = 90.0;
    for (int i = 0; i < N; i++) {
        double t = i / 100.0;
        const double now[12] = {
            0.2 * sin(t), 0.1,          sin(5.0 * t),       0.5, 9.8, 0.3 * sin(t),
            0.1,          0.2 * cos(t), 2.0 * sin(5.0 * t), 0.4, 9.7, 0.3};
        for (int k = 0; k < 12; k++) l->samples[i][k] = now[k];
    }
    for (int k = 0; k < 2; k++)
        if (eg_orient_init(&l->orient[k], 100.0, NULL) != EG_OK) abort();
    if (eg_heading_init(&l->heading, &joint, 100.0, NULL) != EG_OK) abort();
    return l;
}

static void *prepare_hinge(void) {
    return prepare_as(EG_HEADING_HINGE);
}

static void *prepare_two(void) {
    return prepare_as(EG_HEADING_TWO);
}

static void *prepare_ball(void) {
    return prepare_as(EG_HEADING_BALL);
}

/* A thousand samples of 100 Hz: ten estimates of the heading are among them. */
static void run_live(void *argument) {
    live *l = argument;
    for (int i = 0; i < 1000; i++) {
        const double *v = l->samples[l->at++ % N];
        eg_orient_feed(&l->orient[0], v, v + 3, NULL);
        eg_orient_feed(&l->orient[1], v + 6, v + 9, NULL);
        eg_quaternion q1 = eg_orient_6d(&l->orient[0]), q2 = eg_orient_6d(&l->orient[1]);
        eg_heading_feed(&l->heading, q1, q2, v, v + 6);
        eg_joint_reading a = eg_joint_measure(EG_JOINT_KNEE, EG_JOINT_RIGHT,
                                              eg_heading_relative(&l->heading, q1, q2));
        eg_bench_keep(a.deg[0]);
    }
    eg_bench_amount(1000.0, "sample", 50e-6);
}

EG_BENCHES({"joint: knee of two sensors, live, 1000 samples", run_live, NULL, prepare_hinge},
           {"joint: elbow of two axes, likewise", run_live, NULL, prepare_two},
           {"joint: hip of three axes, likewise", run_live, NULL, prepare_ball})
