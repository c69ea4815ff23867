#include "clinic/motion_trace.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/real.h"

/* ---- names ----------------------------------------------------------------------------------- */

/* All words of a row are in the name (small letters); the first row that fits wins. The sign is
 * that of OpenSim's coordinates where its words are used, which point x forwards, y up, z right. */
static const struct {
    const char *words[3];
    int angle;
    double sign;
} names[] = {{{"pelvis", "tilt", NULL}, EG_ANGLE_PELVIS_TILT, -1},
             {{"pelvis", "list", NULL}, EG_ANGLE_PELVIS_OBLIQUITY_RIGHT, -1},
             {{"pelvis", "rotation", NULL}, EG_ANGLE_PELVIS_ROTATION_RIGHT, 1},
             {{"lumbar", "extension", NULL}, EG_ANGLE_TRUNK_FLEXION, -1},
             {{"lumbar", "flexion", NULL}, EG_ANGLE_TRUNK_FLEXION, 1},
             {{"lumbar", "bending", NULL}, EG_ANGLE_TRUNK_LATERAL, 1},
             {{"lumbar", "rotation", NULL}, EG_ANGLE_TRUNK_ROTATION, 1},
             {{"hip", "abduction", NULL}, EG_ANGLE_HIP_ADDUCTION, -1},
             {{"hip", "adduction", NULL}, EG_ANGLE_HIP_ADDUCTION, 1},
             {{"hip", "rotation", NULL}, EG_ANGLE_HIP_ROTATION, 1},
             {{"hip", "flex", NULL}, EG_ANGLE_HIP_FLEXION, 1},
             {{"knee", "adduction", NULL}, EG_ANGLE_KNEE_ADDUCTION, 1},
             {{"knee", "rotation", NULL}, EG_ANGLE_KNEE_ROTATION, 1},
             {{"knee", "flex", NULL}, EG_ANGLE_KNEE_FLEXION, 1},
             {{"knee", "angle", NULL}, EG_ANGLE_KNEE_FLEXION, 1},
             {{"subtalar", NULL, NULL}, EG_ANGLE_FOOT_INVERSION, 1},
             {{"ankle", "inversion", NULL}, EG_ANGLE_FOOT_INVERSION, 1},
             {{"ankle", "plantar", NULL}, EG_ANGLE_ANKLE_DORSIFLEXION, -1},
             {{"ankle", NULL, NULL}, EG_ANGLE_ANKLE_DORSIFLEXION, 1},
             {{"elbow", "flex", NULL}, EG_ANGLE_ELBOW_FLEXION, 1},
             {{"elbow", "angle", NULL}, EG_ANGLE_ELBOW_FLEXION, 1},
             {{"shoulder", "abduction", NULL}, EG_ANGLE_SHOULDER_ABDUCTION, 1},
             {{"shoulder", "rotation", NULL}, EG_ANGLE_SHOULDER_ROTATION, 1},
             {{"shoulder", "elevation", NULL}, EG_ANGLE_SHOULDER_ELEVATION, 1},
             {{"shoulder", "flex", NULL}, EG_ANGLE_SHOULDER_FLEXION, 1},
             {{"arm", "flex", NULL}, EG_ANGLE_SHOULDER_FLEXION, 1},
             {{"arm", "add", NULL}, EG_ANGLE_SHOULDER_ABDUCTION, -1},
             {{"arm", "rot", NULL}, EG_ANGLE_SHOULDER_ROTATION, 1},
             {{"wrist", "dev", NULL}, EG_ANGLE_WRIST_DEVIATION, 1},
             {{"wrist", "flex", NULL}, EG_ANGLE_WRIST_FLEXION, 1},
             {{"neck", "flex", NULL}, EG_ANGLE_NECK_FLEXION, 1},
             {{"neck", "rotation", NULL}, EG_ANGLE_NECK_ROTATION, 1}};

static int is_word(const char *at, const char *start, size_t n) {
    int before = at == start || !isalpha((unsigned char)at[-1]);
    return before && !isalpha((unsigned char)at[n]);
}

/* "left", "right", or l or r as a word of its own. */
static int side_of(const char *text) {
    static const struct {
        const char *word;
        int side;
    } words[] = {{"left", EG_LEFT}, {"right", EG_RIGHT}, {"l", EG_LEFT}, {"r", EG_RIGHT}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        for (const char *at = strstr(text, words[i].word); at != NULL;
             at = strstr(at + 1, words[i].word))
            if (is_word(at, text, strlen(words[i].word))) return words[i].side;
    return -1;
}

int eg_motion_angle_of(const char *label, int *side, double *sign) {
    char text[EG_MOTION_LABEL_MAX];
    size_t n = 0;
    for (; label[n] != '\0' && n + 1 < sizeof text; n++)
        text[n] = (char)tolower((unsigned char)label[n]);
    text[n] = '\0';
    *side = side_of(text);
    *sign = 1;
    /* The knee-cap's coordinate, velocities, activations, moments are no angles of the joint. */
    static const char *const not [] = {"beta",  "moment",   "force",      "power",
                                       "speed", "velocity", "activation", "reserve",
                                       "_u",    "_tx",      "_ty",        "_tz"};
    for (size_t i = 0; i < sizeof not / sizeof not [0]; i++)
        if (strstr(text, not [i]) != NULL) return -1;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int fits = 1;
        for (int w = 0; w < 3 && names[i].words[w] != NULL; w++)
            fits = fits && strstr(text, names[i].words[w]) != NULL;
        if (!fits) continue;
        *sign = names[i].sign;
        int own = eg_angle_about(names[i].angle).side, angle = names[i].angle;
        if (own < 0) *side = -1;
        if (own == EG_RIGHT) { /* one number that names the right side */
            *side = EG_RIGHT;
            angle--;
        }
        return angle;
    }
    return -1;
}

/* "Left knee flexion"; "knee.flexion". */
void eg_motion_trace_name(eg_motion_trace *trace, const char *label) {
    if (trace->angle < 0) {
        snprintf(trace->label, sizeof trace->label, "%s", label);
        snprintf(trace->code, sizeof trace->code, "%.47s", label);
        return;
    }
    eg_angle_def def = eg_angle_about(trace->angle);
    const char *sides[] = {"", "Left: ", "Right: "};
    snprintf(trace->label, sizeof trace->label, "%s%s", sides[trace->side + 1], def.name);
    snprintf(trace->code, sizeof trace->code, "%s.%s", def.joint, def.positive);
}

static const struct {
    int angle;
    const char *name;
    double sign;
} columns[] = {{EG_ANGLE_PELVIS_TILT, "pelvis_tilt", -1},
               {EG_ANGLE_HIP_FLEXION, "hip_flexion", 1},
               {EG_ANGLE_HIP_ADDUCTION, "hip_adduction", 1},
               {EG_ANGLE_HIP_ROTATION, "hip_rotation", 1},
               {EG_ANGLE_KNEE_FLEXION, "knee_angle", 1},
               {EG_ANGLE_KNEE_ADDUCTION, "knee_adduction", 1},
               {EG_ANGLE_KNEE_ROTATION, "knee_rotation", 1},
               {EG_ANGLE_ANKLE_DORSIFLEXION, "ankle_angle", 1},
               {EG_ANGLE_FOOT_INVERSION, "subtalar_angle", 1},
               {EG_ANGLE_TRUNK_FLEXION, "lumbar_extension", -1},
               {EG_ANGLE_TRUNK_LATERAL, "lumbar_bending", 1},
               {EG_ANGLE_TRUNK_ROTATION, "lumbar_rotation", 1},
               {EG_ANGLE_NECK_FLEXION, "neck_flexion", 1},
               {EG_ANGLE_NECK_ROTATION, "neck_rotation", 1},
               {EG_ANGLE_ELBOW_FLEXION, "elbow_flex", 1},
               {EG_ANGLE_WRIST_FLEXION, "wrist_flex", 1},
               {EG_ANGLE_WRIST_DEVIATION, "wrist_dev", 1}};

void eg_motion_column_name(const eg_motion_trace *trace, char name[EG_MOTION_LABEL_MAX],
                           double *sign) {
    static const char *const sides[] = {"", "_l", "_r"};
    char code[48];
    *sign = 1;
    if (trace->angle < 0) {
        snprintf(name, EG_MOTION_LABEL_MAX, "%s", trace->label);
        return;
    }
    snprintf(code, sizeof code, "%s", trace->code);
    /* OpenSim has one number for both sides of the pelvis: the right one's. */
    int is_list = trace->angle == EG_ANGLE_PELVIS_OBLIQUITY;
    if (trace->side == EG_RIGHT && (is_list || trace->angle == EG_ANGLE_PELVIS_ROTATION)) {
        snprintf(name, EG_MOTION_LABEL_MAX, "%s", is_list ? "pelvis_list" : "pelvis_rotation");
        *sign = is_list ? -1 : 1;
        return;
    }
    for (char *c = code; *c != '\0'; c++)
        if (*c == '.') *c = '_';
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        if (columns[i].angle != trace->angle) continue;
        snprintf(code, sizeof code, "%s", columns[i].name);
        *sign = columns[i].sign;
    }
    snprintf(name, EG_MOTION_LABEL_MAX, "%s%s", code, sides[trace->side + 1]);
}

eg_err eg_motion_traces_begin(eg_motion_traces *traces, eg_diag *diag) {
    *traces = (eg_motion_traces){.count = 0};
    traces->traces = calloc(EG_MOTION_TRACES_MAX, sizeof *traces->traces);
    return traces->traces != NULL ? EG_OK : eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
}

void eg_motion_traces_clear(eg_motion_traces *traces) {
    for (size_t i = 0; traces->traces != NULL && i < traces->count; i++)
        free(traces->traces[i].values);
    free(traces->traces);
    *traces = (eg_motion_traces){.count = 0};
}

/* A trace with room for n values; NULL without memory or where there are too many. */
eg_motion_trace *eg_motion_traces_add(eg_motion_traces *traces, size_t n) {
    if (traces->count == EG_MOTION_TRACES_MAX) return NULL;
    eg_motion_trace *trace = &traces->traces[traces->count];
    trace->values = malloc((n > 0 ? n : 1) * sizeof *trace->values);
    if (trace->values == NULL) return NULL;
    trace->n = n;
    trace->angle = trace->side = -1;
    trace->sign = 1;
    traces->count++;
    return trace;
}

/* ---- columns --------------------------------------------------------------------------------- */

static double degrees_in(const char *unit) {
    if (strcmp(unit, "rad") == 0 || strcmp(unit, "radians") == 0) return 180 / EG_PI;
    return 1;
}

static int is_angle_unit(const char *unit) {
    static const char *const units[] = {"deg", "degrees", "degree", "\xc2\xb0", "rad", "radians"};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(unit, units[i]) == 0) return 1;
    return 0;
}

/* Knees and elbows bend one way: where most of the way is negative, flexion is negative (the older
 * OpenSim models have it so). */
static void turn_flexion(eg_motion_trace *trace) {
    static const double far_deg = 25;
    if (trace->angle != EG_ANGLE_KNEE_FLEXION && trace->angle != EG_ANGLE_ELBOW_FLEXION) return;
    double low = 0, high = 0;
    for (size_t i = 0; i < trace->n; i++) {
        low = fmin(low, trace->values[i]);
        high = fmax(high, trace->values[i]);
    }
    if (!(low < -far_deg) || !(-low > high)) return;
    trace->is_turned = 1;
    trace->sign = -trace->sign;
    for (size_t i = 0; i < trace->n; i++) trace->values[i] = -trace->values[i];
}

static int is_same(const char *a, const char *b) {
    while (*a != '\0' && tolower((unsigned char)*a) == tolower((unsigned char)*b)) a++, b++;
    return *a == '\0' && *b == '\0';
}

eg_err eg_motion_traces_of_columns(const eg_recording *r, const char *only,
                                   eg_motion_traces *traces, eg_diag *diag) {
    eg_err err = eg_motion_traces_begin(traces, diag);
    for (size_t i = 0; err == EG_OK && i < r->n_channels; i++) {
        const eg_channel *channel = &r->channels[i];
        int side;
        double sign;
        int angle = eg_motion_angle_of(channel->label, &side, &sign);
        int is_unit = is_angle_unit(channel->unit);
        if (only != NULL && !is_same(channel->label, only)) continue;
        if (only == NULL && (!is_unit && (angle < 0 || channel->unit[0] != '\0'))) continue;
        if (traces->count == EG_MOTION_TRACES_MAX) break;
        eg_motion_trace *trace = eg_motion_traces_add(traces, channel->n);
        if (trace == NULL) {
            err = eg_diag_set(diag, EG_ERR_MEMORY, r->name, 0, "no memory");
            break;
        }
        trace->angle = angle;
        trace->side = side;
        trace->sign = sign;
        trace->rate_hz = channel->rate_hz;
        trace->start_s = r->t_s != NULL && r->n_frames > 0 ? r->t_s[0] : r->start_s;
        double factor = sign * degrees_in(channel->unit);
        for (size_t t = 0; t < channel->n; t++) trace->values[t] = factor * channel->values[t];
        turn_flexion(trace);
        eg_motion_trace_name(trace, channel->label);
    }
    if (err == EG_OK && traces->count == 0)
        err = eg_diag_set(diag, EG_ERR_MISSING, r->name, 0,
                          only != NULL ? "there is no column \"%s\""
                                       : "no column is an angle by its name (knee_angle_r) or its "
                                         "unit (deg)",
                          only);
    snprintf(traces->source, sizeof traces->source, "%zu columns of angles", traces->count);
    if (err != EG_OK) eg_motion_traces_clear(traces);
    return err;
}

/* ---- angles of another program --------------------------------------------------------------- */

/* Plug-in-Gait's names; three numbers each. */
static const struct {
    const char *name;
    int angle[3]; /* -1: what it means depends on the program's version */
} computed[] = {
    {"PelvisAngles", {EG_ANGLE_PELVIS_TILT, EG_ANGLE_PELVIS_OBLIQUITY, EG_ANGLE_PELVIS_ROTATION}},
    {"HipAngles", {EG_ANGLE_HIP_FLEXION, EG_ANGLE_HIP_ADDUCTION, EG_ANGLE_HIP_ROTATION}},
    {"KneeAngles", {EG_ANGLE_KNEE_FLEXION, EG_ANGLE_KNEE_ADDUCTION, EG_ANGLE_KNEE_ROTATION}},
    {"AnkleAngles", {EG_ANGLE_ANKLE_DORSIFLEXION, -1, EG_ANGLE_FOOT_ADDUCTION}},
    {"FootProgressAngles", {-1, -1, EG_ANGLE_FOOT_PROGRESSION}},
    {"ElbowAngles", {EG_ANGLE_ELBOW_FLEXION, -1, -1}}};

static eg_err add_computed(const eg_recording *r, const eg_marker *m, int side, const int angle[3],
                           eg_motion_traces *traces, eg_diag *diag) {
    for (int k = 0; k < 3; k++) {
        if (angle[k] < 0) continue;
        int is_paired = eg_angle_about(angle[k]).side >= 0;
        if (!is_paired && side == EG_RIGHT) continue; /* the same number twice */
        eg_motion_trace *trace = eg_motion_traces_add(traces, r->n_frames);
        if (trace == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, r->name, 0, "no memory");
        trace->angle = angle[k];
        trace->side = is_paired ? side : -1;
        trace->rate_hz = r->points.rate_hz;
        trace->start_s = r->start_s;
        double factor = degrees_in(m->unit);
        for (size_t t = 0; t < r->n_frames; t++) trace->values[t] = factor * m->xyz[t][k];
        eg_motion_trace_name(trace, m->label);
    }
    return EG_OK;
}

eg_err eg_motion_traces_of_computed(const eg_recording *r, eg_motion_traces *traces,
                                    eg_diag *diag) {
    eg_err err = eg_motion_traces_begin(traces, diag);
    for (size_t i = 0; err == EG_OK && i < r->points.n_markers; i++) {
        const eg_marker *m = &r->points.markers[i];
        if (!m->is_computed || !is_angle_unit(m->unit)) continue;
        int side = m->label[0] == 'L' ? EG_LEFT : m->label[0] == 'R' ? EG_RIGHT : -1;
        for (size_t k = 0; side >= 0 && k < sizeof computed / sizeof computed[0]; k++) {
            size_t n = strlen(computed[k].name);
            if (strncmp(m->label + 1, computed[k].name, n) != 0 || strlen(m->label) > n + 2)
                continue;
            err = add_computed(r, m, side, computed[k].angle, traces, diag);
            break;
        }
    }
    if (err == EG_OK && traces->count == 0)
        err = eg_diag_set(diag, EG_ERR_MISSING, r->name, 0,
                          "the file holds no joint angles of another program");
    snprintf(traces->source, sizeof traces->source,
             "%zu angles that another program left in the file", traces->count);
    if (err != EG_OK) eg_motion_traces_clear(traces);
    return err;
}

/* ---- markers --------------------------------------------------------------------------------- */

eg_err eg_motion_traces_of_body(const eg_body *body, const eg_recording *r,
                                eg_motion_traces *traces, eg_diag *diag) {
    size_t n = body->points.n_frames, known[EG_ANGLES];
    eg_err err = eg_motion_traces_begin(traces, diag);
    if (err != EG_OK) return err;
    double *all = calloc((n > 0 ? n : 1) * EG_ANGLES, sizeof *all);
    if (all == NULL) err = eg_diag_set(diag, EG_ERR_MEMORY, r->name, 0, "no memory");
    if (err == EG_OK) eg_body_run(body, all, known);
    for (int a = 0; err == EG_OK && a < EG_ANGLES; a++) {
        eg_motion_trace *trace = eg_motion_traces_add(traces, n);
        if (trace == NULL) {
            err = eg_diag_set(diag, EG_ERR_MEMORY, r->name, 0, "no memory");
            break;
        }
        trace->side = eg_angle_about(a).side;
        trace->angle = trace->side == EG_RIGHT ? a - 1 : a;
        trace->rate_hz = r->points.rate_hz;
        trace->start_s = r->start_s;
        memcpy(trace->values, all + (size_t)a * n, n * sizeof *all);
        eg_motion_trace_name(trace, "");
        if (known[a] > 0) continue;
        eg_body_reason(body, a, trace->reason);
        if (trace->reason[0] == '\0')
            snprintf(trace->reason, sizeof trace->reason,
                     "the markers that it needs are never seen at the same time");
    }
    free(all);
    if (err != EG_OK) eg_motion_traces_clear(traces);
    return err;
}
