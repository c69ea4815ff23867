/* What the parts of the study of motion that look at inertial sensors share. */
#ifndef EG_CLINIC_STUDY_MOTION_SENSOR_PART_H
#define EG_CLINIC_STUDY_MOTION_SENSOR_PART_H

#include "clinic/study_motion_part.h"
#include "clinic/study_sensor.h"
#include "core/motion/heading.h"
#include "core/motion/imu_check.h"
#include "core/motion/naming.h"

/* No joint between two segments turns so far. */
#define MOTION_JOINT_MOST_DEG 300.0

/* One sensor's samples and what is known of them. */
typedef struct motion_wearer {
    const eg_sensor *sensor;
    eg_orient_signal signal;
    double *block;
    eg_quaternion *q;    /* [n] sensor to a level frame of its own */
    double up[3];        /* in the calibration pose */
    eg_quaternion mount; /* segment to sensor */
    eg_imu_agreement agreement;
    char fault[160]; /* what the check of the sensor accuses it of; "" if of nothing */
} motion_wearer;

typedef struct motion_pair {
    motion_run *run;
    motion_wearer of[2]; /* proximal, distal */
    int n;
    int has_pose;
    double straight_deg; /* without a pose: sigma of where the joint is straight; may be infinite */
    char refusal[160];   /* why the joint's axes are not known */
    size_t from, to;     /* of the functional movement, samples */
    eg_arena arena;
    void *memory;
} motion_pair;

/* Largest less smallest value; NaN where there is none. */
double motion_range_of(size_t n, const double *values);

/* What the check of a sensor found, into the result; keeps what matters later. */
void motion_say_sensor(const motion_pair *pair, motion_wearer *wearer, const eg_imu_check *check);

/* The joint fits other axes of this sensor: an accusation. */
void motion_say_naming(const motion_pair *pair, motion_wearer *wearer, const eg_naming *naming);

void motion_say_heading(const motion_pair *pair, const eg_heading_result *heading);

/* What the movement leaves open about the sensors, as far as it bears on the joint. Returns 0 where
 * the values may be wrong. */
int motion_say_open(const motion_pair *pair, const eg_heading_joint *joint);

/* A hinge that turns over and over is none: refused with what the sensors are accused of. */
void motion_refuse_turns(const motion_pair *pair, const eg_heading_joint *joint,
                         eg_motion_trace *trace);

#endif
