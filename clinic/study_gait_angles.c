/* How hip, knee and ankle go over a step or an obstacle, against its height. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/motion_trace.h"
#include "clinic/study_gait_part.h"

enum { JOINTS = 3, MOMENTS = 2 };

static const int angles[JOINTS] = {EG_ANGLE_HIP_FLEXION, EG_ANGLE_KNEE_FLEXION,
                                   EG_ANGLE_ANKLE_DORSIFLEXION};
static const char *const names[JOINTS] = {"hip.flexion", "knee.flexion", "ankle.dorsiflexion"};

/* [joint][at the strike, largest in the swing], deg; NaN where not seen. */
typedef struct posture {
    double deg[JOINTS][MOMENTS];
} posture;

/* The trace of a joint and side; NULL where there is none. */
static const eg_motion_trace *trace_of(const eg_motion_traces *traces, int joint, int side) {
    for (size_t i = 0; i < traces->count; i++) {
        const eg_motion_trace *t = &traces->traces[i];
        if (t->angle == angles[joint] && t->side == side && t->reason[0] == '\0') return t;
    }
    return NULL;
}

/* Between frames, `t_s` after the first one. */
static double value_at(const eg_motion_trace *t, double t_s) {
    double u = t_s * t->rate_hz;
    if (!(u >= 0.0) || !(u < (double)(t->n - 1))) return (double)NAN;
    size_t i = (size_t)u;
    return t->values[i] + (u - (double)i) * (t->values[i + 1] - t->values[i]);
}

static double largest(const eg_motion_trace *t, double from_s, double to_s) {
    double most = (double)NAN;
    if (!(from_s >= 0.0) || !(to_s > from_s)) return most;
    for (size_t i = (size_t)(from_s * t->rate_hz); i < t->n && (double)i <= to_s * t->rate_hz; i++)
        most = fmax(most, t->values[i]);
    return most;
}

static posture posture_of(const eg_motion_traces *traces, const gait_look *look,
                          const eg_gait_crossing *c) {
    const eg_gait_contact *to = &look->contacts[c->contact];
    double off_s = (double)NAN;
    posture p;
    for (size_t k = c->contact; k-- > 0;)
        if (look->contacts[k].side == c->side) {
            off_s = look->contacts[k].off_s;
            break;
        }
    for (int j = 0; j < JOINTS; j++) {
        const eg_motion_trace *t = trace_of(traces, j, c->side);
        p.deg[j][0] = t != NULL ? value_at(t, to->strike_s) : (double)NAN;
        p.deg[j][1] = t != NULL ? largest(t, off_s, to->strike_s) : (double)NAN;
    }
    return p;
}

static void list(const posture *p, json_t *crossing) {
    json_t *object = json_object();
    for (int j = 0; j < JOINTS; j++) {
        if (!isfinite(p->deg[j][0]) || !isfinite(p->deg[j][1])) continue;
        json_object_set_new(
            object, names[j],
            json_pack("{s:f, s:f}", "strike_deg", p->deg[j][0], "peak_deg", p->deg[j][1]));
    }
    json_object_set_new(crossing, "angles", object);
}

/* Up and down the mean over all steps, over obstacles over the leading feet; the slope over leading
 * feet. x[3 n] is scratch. */
static void add_measures(const eg_study_call *call, size_t n, const eg_gait_crossing *c,
                         const posture *p, eg_gait_crossing_kind kind, int joint, int moment,
                         double *x, json_t *result) {
    double leg = eg_study_number(call, "leg_mm", (double)NAN), *heights = x + n, *y = x + 2 * n;
    const int is_over = kind == EG_GAIT_OVER;
    const int mean = is_over ? eg_gait_obstacle_angle_measure(joint, 0)
                             : eg_gait_angle_measure(kind == EG_GAIT_DOWN, joint, moment, 0);
    size_t m = 0, leads = 0;
    for (size_t i = 0; i < n; i++) {
        if (c[i].kind != kind || !isfinite(p[i].deg[joint][moment])) continue;
        if (c[i].is_lead || !is_over) x[m++] = p[i].deg[joint][moment];
        if (!c[i].is_lead) continue;
        heights[leads] = c[i].height_mm;
        y[leads++] = p[i].deg[joint][moment];
    }
    eg_gait_value v = eg_gait_mean_of(m, x);
    if (v.n == 0) return;
    json_t *object =
        eg_study_add_value(result, &eg_gait_measures,
                           &(eg_study_value){.code = eg_gait_measures.rows[mean].code,
                                             .value = v.value,
                                             .low = v.low,
                                             .high = v.high,
                                             .note = v.n >= EG_GAIT_MEAN_SURE ? NULL
                                                     : is_over ? "of fewer than 3 crossings"
                                                               : "of fewer than 3 steps"});
    if (object != NULL) json_object_set_new(object, "n", json_integer((json_int_t)v.n));
    if (!isfinite(leg)) return;
    eg_gait_slope s = eg_gait_clearance_slope(leads, heights, y, leg);
    (void)eg_study_add_value(
        result, &eg_gait_measures,
        &(eg_study_value){.code = eg_gait_measures.rows[mean + 1].code,
                          .value = s.slope,
                          .low = s.low,
                          .high = s.high,
                          .note = isfinite(s.slope) ? NULL
                                  : is_over         ? "needs 3 leading feet over two heights"
                                                    : "needs 3 leading steps of two heights"});
}

static void add_all(const eg_study_call *call, const gait_look *look, size_t n,
                    const eg_gait_crossing *c, const eg_motion_traces *traces, posture *p,
                    double *x, json_t *crossings, json_t *result) {
    size_t known = 0;
    for (size_t i = 0; i < n; i++) {
        p[i] = posture_of(traces, look, &c[i]);
        for (int j = 0; j < JOINTS; j++) known += (size_t)(isfinite(p[i].deg[j][0]) != 0);
        json_t *crossing = json_array_get(crossings, i);
        if (crossing != NULL) list(&p[i], crossing);
    }
    for (int k = 0; k < 2 * JOINTS * MOMENTS; k++)
        add_measures(call, n, c, p, k < JOINTS * MOMENTS ? EG_GAIT_UP : EG_GAIT_DOWN,
                     k / MOMENTS % JOINTS, k % MOMENTS, x, result);
    for (int j = 0; j < JOINTS; j++) add_measures(call, n, c, p, EG_GAIT_OVER, j, 1, x, result);
    if (known == 0)
        eg_study_add_warning(result, "the markers do not tell the angles of hip, knee or ankle");
    else
        eg_study_say(result, "Joint angles over steps and obstacles are those of the study of "
                             "movement (conventional lower body, from these markers), at the "
                             "strike and at their largest between off and strike.");
}

eg_err eg_gait_add_angles(const eg_study_call *call, const gait_look *look, size_t n,
                          const eg_gait_crossing *c, json_t *crossings, json_t *result,
                          eg_diag *diag) {
    const eg_recording *r = call->recording;
    eg_motion_points found;
    eg_motion_traces traces = {0};
    eg_body body;
    eg_diag own = {0};
    eg_body_settings settings = eg_body_settings_default();
    eg_motion_settings_of(r, &settings);
    eg_err err = eg_motion_points_of(r, &found, &own);
    if (err == EG_OK) err = eg_body_init(&body, &found.points, &settings, &own);
    if (err == EG_OK) err = eg_motion_traces_of_body(&body, r, &traces, &own);
    if (err == EG_ERR_MEMORY) return eg_diag_set(diag, err, r->name, 0, "%s", own.text);
    if (err != EG_OK) { /* heels and toes alone: steps, but no joints */
        eg_study_add_warning(result, own.text);
        return EG_OK;
    }
    posture *p = calloc(n, sizeof *p);
    double *x = calloc(3 * n, sizeof *x);
    if (p != NULL && x != NULL)
        add_all(call, look, n, c, &traces, p, x, crossings, result);
    else
        err = eg_diag_set(diag, EG_ERR_MEMORY, r->name, 0, "no memory for the angles");
    free(p);
    free(x);
    eg_motion_traces_clear(&traces);
    return err;
}
