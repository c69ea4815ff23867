/* What is doubtful about angles from inertial sensors, said in the result: units and axes of the
 * sensors, what the movement leaves open, the heading, turns that no joint makes. */
#include <math.h>
#include <stdio.h>

#include "clinic/study_motion_sensor_part.h"
#include "clinic/study_sensor.h"

static const double deg = 180.0 / EG_PI;

void motion_say_sensor(const motion_pair *p, motion_wearer *w, const eg_imu_check *check) {
    json_t *result = p->run->result;
    for (size_t i = 0; i < check->n_reasons; i++)
        eg_study_add_check(result, "sensor", (int)check->verdict, check->reasons[i],
                           eg_study_sensor_name(w->sensor));
    if (check->n_reasons == 0)
        eg_study_add_check(result, "sensor", 0, EG_STUDY_SENSOR_SOUND,
                           eg_study_sensor_name(w->sensor));
    w->agreement = check->acc;
    if (check->verdict == EG_VERDICT_FAIL)
        snprintf(w->fault, sizeof w->fault, "%.150s", check->reasons[0]);
    json_t *rows = json_array();
    for (size_t i = 0; i < check->acc.n_rows; i++)
        json_array_append_new(rows, json_pack("{s:s, s:f}", "hypothesis", check->acc.rows[i].name,
                                              "residual", check->acc.rows[i].residual));
    json_t *all = json_object_get(json_object_get(result, "detail"), "sensors");
    json_array_append_new(
        all, json_pack("{s:s, s:f, s:f, s:f, s:o}", "name", w->sensor->name, "gravity_m_s2",
                       check->gravity_m_s2, "rest_part", check->rest_part, "peak_rate_deg_s",
                       check->gyr_peak_rad_s * deg, "gyroscope_against_gravity", rows));
}

/* What the rates must be multiplied by. */
static void say_factor(const eg_naming_rival *rival, char *text, size_t size) {
    const int is_deg = fabs(rival->factor * deg - 1.0) < 0.35,
              is_rad = fabs(rival->factor / deg - 1.0) < 0.35;
    if (is_deg || is_rad)
        snprintf(
            text, size,
            "the angular rate is in %s but called %s: only so do the two sensors fit one joint",
            is_deg ? "deg/s" : "rad/s", is_deg ? "rad/s" : "deg/s");
    else
        snprintf(text, size,
                 "the two sensors fit one joint only if the rates of %s are %.2g times as large: "
                 "%s scale is wrong",
                 rival->which == 2 ? "both gyroscopes" : "this gyroscope", rival->factor,
                 rival->which == 2 ? "the sampling rate or their" : "its");
}

static void say_axes(const eg_naming_rival *rival, char *text, size_t size) {
    signed char axis[3];
    eg_imu_check_naming(rival->axes, axis);
    int length = snprintf(text, size, "the two sensors fit one joint only if x y z of %s are",
                          rival->which == 2 ? "both gyroscopes" : "this gyroscope");
    for (int k = 0; k < 3; k++)
        length += snprintf(text + length, size - (size_t)length, " %c%c", axis[k] < 0 ? '-' : '+',
                           "xyz"[(axis[k] < 0 ? -axis[k] : axis[k]) - 1]);
}

void motion_say_naming(const motion_pair *p, motion_wearer *w, const eg_naming *naming) {
    char text[240];
    if (naming->better.axes > 0)
        say_axes(&naming->better, w->fault, sizeof w->fault);
    else
        say_factor(&naming->better, w->fault, sizeof w->fault);
    snprintf(text, sizeof text, "%s (misfit %.2f instead of %.2f m/s2)", w->fault,
             naming->better.misfit_m_s2, naming->given_m_s2);
    eg_study_add_check(p->run->result, "sensor", 2, text, eg_study_sensor_name(w->sensor));
}

int motion_say_open(const motion_pair *p, const eg_heading_joint *joint) {
    int is_hinge = joint->kind != EG_HEADING_BALL, is_sure = 1;
    if (p->of[0].fault[0] != '\0' || p->of[1].fault[0] != '\0') return 0;
    for (int k = 0; k < 2; k++) {
        const motion_wearer *w = &p->of[k];
        int is_open = is_hinge ? eg_naming_leaves_open(&w->agreement, k ? joint->j2 : joint->j1)
                               : w->agreement.open != 0 || !w->agreement.is_known;
        is_sure = is_sure && !is_open;
        if (is_open)
            eg_study_add_check(p->run->result, "sensor axes", 1,
                               "not checked: the movement does not tell whether the gyroscope's "
                               "axes and signs are right, and the values may be wrong; turn each "
                               "sensor slowly about three axes in the same recording",
                               eg_study_sensor_name(w->sensor));
        else if (is_hinge && !w->agreement.is_whole)
            eg_study_add_check(p->run->result, "sensor axes", 0,
                               w->agreement.open == 0
                                   ? "the two sensors fit one joint with these axes and no others"
                                   : "what is not checked leaves the joint's axis where it is",
                               eg_study_sensor_name(w->sensor));
    }
    return is_sure;
}

double motion_range_of(size_t n, const double *values) {
    double least = (double)NAN, most = (double)NAN;
    for (size_t i = 0; i < n; i++) {
        least = fmin(least, values[i]);
        most = fmax(most, values[i]);
    }
    return most - least;
}

void motion_refuse_turns(const motion_pair *p, const eg_heading_joint *joint,
                         eg_motion_trace *trace) {
    double range_deg = motion_range_of(trace->n, trace->values);
    const char *fault = p->of[0].fault[0] != '\0' ? p->of[0].fault : p->of[1].fault;
    if (joint->kind == EG_HEADING_BALL || !(range_deg > MOTION_JOINT_MOST_DEG)) return;
    eg_study_add_check(p->run->result, "range", 2,
                       "the angle turns further than a joint can: drift, a wrong axis, or sensors "
                       "that are not on neighbouring segments",
                       trace->code);
    snprintf(trace->reason, sizeof trace->reason, "turns by %.0f deg, which no joint does: %.80s",
             range_deg, fault[0] != '\0' ? fault : "drift or a wrong axis");
}

void motion_say_heading(const motion_pair *p, const eg_heading_result *h) {
    char text[200];
    snprintf(text, sizeof text,
             "without magnetometer: rating %.2f, misfit %.1f deg, drift of %.2f deg/s removed, "
             "still %.0f %% of the time",
             h->rating, h->misfit_deg, h->drift_deg_s, 100.0 * h->still_part);
    int is_poor = h->misfit_deg > 15.0 || h->rating < 0.4 || h->drift_deg_s > 2.5;
    int verdict = !h->is_known ? 2 : is_poor ? 1 : 0;
    eg_study_add_check(p->run->result, "heading", verdict, text, NULL);
}
