/* From a recording and a column map to a balance trial. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/evaluate_part.h"
#include "core/balance/plate.h"
#include "core/base/check.h"

static const double standard_gravity_m_s2 = 9.80665;

static double *own(eg_evaluation *e, double *values) {
    if (values == NULL) return NULL;
    EG_ASSERT(e->n_signals < EVALUATE_SIGNALS_MAX);
    e->signals[e->n_signals++] = values;
    return values;
}

static double *new_signal(eg_evaluation *e, size_t n) {
    return own(e, calloc(n + 1, sizeof(double)));
}

/* Reads a column; every column read is one the gate looks at. */
static eg_err read_column(eg_evaluation *e, const eg_map_signal *signal, eg_map_quantity quantity,
                          const eg_recording *recording, const double **values, eg_diag *diag) {
    double *read = NULL;
    eg_err err = eg_map_read(signal, quantity, recording, &read, diag);
    *values = own(e, read);
    if (err != EG_OK || read == NULL) return err;
    eg_gate_input *gate = &e->gate_input;
    for (size_t i = 0; i < gate->n_channels; i++)
        if (strcmp(gate->channels[i].name, signal->column) == 0) return EG_OK;
    if (gate->n_channels < EG_GATE_CHANNELS_MAX)
        gate->channels[gate->n_channels++] =
            (eg_gate_channel){signal->column, read, quantity != EG_MAP_LENGTH};
    return EG_OK;
}

static eg_err read_foot(eg_evaluation *e, const eg_map_foot *map, const eg_recording *recording,
                        eg_plate_signals *foot, eg_diag *diag) {
    eg_err err = read_column(e, &map->ml, EG_MAP_LENGTH, recording, &foot->ml_mm, diag);
    if (err == EG_OK) err = read_column(e, &map->ap, EG_MAP_LENGTH, recording, &foot->ap_mm, diag);
    if (err == EG_OK) err = read_column(e, &map->fz, EG_MAP_FORCE, recording, &foot->fz_n, diag);
    return err;
}

/* One plate's COP from its forces and moments. */
static eg_err read_plate(eg_evaluation *e, const eg_map_plate *map, const eg_recording *recording,
                         eg_plate_signals *out, eg_diag *diag) {
    const double *force[EG_MAP_AXES], *moment[EG_MAP_AXES];
    for (size_t i = 0; i < EG_MAP_AXES; i++) {
        eg_err err = read_column(e, &map->force[i], EG_MAP_FORCE, recording, &force[i], diag);
        if (err == EG_OK)
            err = read_column(e, &map->moment[i], EG_MAP_MOMENT, recording, &moment[i], diag);
        if (err != EG_OK) return err;
    }
    size_t n = eg_recording_samples(recording);
    double *ml = new_signal(e, n), *ap = new_signal(e, n);
    if (ml == NULL || ap == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
    eg_plate_pose pose = eg_plate_straight(map->ml_axis, map->ap_axis);
    pose.h_mm = map->h_mm;
    pose.ml_mm = map->ml_mm;
    pose.ap_mm = map->ap_mm;
    eg_plate_forces forces = {force[0], force[1], force[2], moment[0], moment[1]};
    eg_plate_cop(&pose, &forces, n, e->evaluator->limits.load_least_n, ml, ap);
    *out = (eg_plate_signals){ml, ap, force[2]};
    return EG_OK;
}

static int is_complete(const eg_plate_signals *plate) {
    return plate->ml_mm != NULL && plate->ap_mm != NULL && plate->fz_n != NULL;
}

/* Both plates as one: COP and force of whatever is under the feet. */
static eg_err merge(eg_evaluation *e, const eg_plate_signals *plates, size_t n_plates, size_t n,
                    eg_plate_signals *net, eg_diag *diag) {
    double *ml = new_signal(e, n), *ap = new_signal(e, n), *fz = new_signal(e, n);
    if (ml == NULL || ap == NULL || fz == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, e->name, 0, "no memory");
    eg_plate_load loads[EG_MAP_PLATES_MAX];
    for (size_t i = 0; i < n_plates; i++)
        loads[i] = (eg_plate_load){plates[i].ml_mm, plates[i].ap_mm, plates[i].fz_n};
    const eg_gate_limits *l = &e->evaluator->limits;
    double least_n = eg_plate_least_n(l->load_least_n, l->load_least_share,
                                      e->options.mass_kg * standard_gravity_m_s2);
    eg_plate_merge(loads, n_plates, n, l->load_least_n, least_n, ml, ap, fz);
    *net = (eg_plate_signals){ml, ap, fz};
    return EG_OK;
}

/* The net COP as the plates give it: from moments, or from the two feet's columns. */
static eg_err read_plates(eg_evaluation *e, const eg_recording *recording, eg_plate_signals *net,
                          eg_diag *diag) {
    eg_plate_signals plates[EG_MAP_PLATES_MAX];
    size_t n_plates = 0;
    *net = (eg_plate_signals){NULL, NULL, NULL};
    for (size_t i = 0; i < e->map.n_plates; i++) {
        const eg_map_plate *map = &e->map.plates[i];
        eg_err err = read_plate(e, map, recording, &plates[n_plates++], diag);
        if (err != EG_OK) return err;
        eg_plate_signals *foot = map->foot == EG_MAP_RIGHT  ? &e->trial.right
                                 : map->foot == EG_MAP_LEFT ? &e->trial.left
                                                            : NULL;
        if (foot != NULL && !is_complete(foot)) *foot = plates[n_plates - 1];
    }
    if (n_plates == 0 && is_complete(&e->trial.right) && is_complete(&e->trial.left)) {
        plates[n_plates++] = e->trial.right;
        plates[n_plates++] = e->trial.left;
    }
    if (n_plates == 0) return EG_OK;
    return merge(e, plates, n_plates, eg_recording_samples(recording), net, diag);
}

/* A board on four load cells as one plate. */
static eg_err read_corners(eg_evaluation *e, const eg_recording *recording, eg_plate_signals *net,
                           eg_diag *diag) {
    const eg_map_corners *corners = &e->map.corners;
    const double *load_n[4] = {NULL, NULL, NULL, NULL};
    if (corners->load[0].column[0] == '\0' || net->ml_mm != NULL) return EG_OK;
    for (size_t i = 0; i < 4; i++) {
        eg_err err = read_column(e, &corners->load[i], EG_MAP_FORCE, recording, &load_n[i], diag);
        if (err != EG_OK) return err;
    }
    size_t n = eg_recording_samples(recording);
    double *ml = new_signal(e, n), *ap = new_signal(e, n), *fz = new_signal(e, n);
    if (ml == NULL || ap == NULL || fz == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
    eg_plate_corners(load_n, corners->ml_mm, corners->ap_mm, n, e->evaluator->limits.load_least_n,
                     ml, ap, fz);
    *net = (eg_plate_signals){ml, ap, fz};
    return EG_OK;
}

static eg_err set_time(eg_evaluation *e, const eg_recording *recording, eg_diag *diag) {
    eg_cop_trial *trial = &e->trial;
    double rate_hz =
        recording->has_points ? eg_recording_channel_rate_hz(recording) : recording->rate_hz;
    trial->n = eg_recording_samples(recording);
    trial->rate_hz = isnan(e->map.rate_hz) ? rate_hz : e->map.rate_hz;
    if (!(trial->rate_hz > 0))
        return eg_diag_set(diag, EG_ERR_LAYOUT, recording->name, 0,
                           "no sampling rate: the file has neither a time column with its unit "
                           "nor a rate in its header");
    if (trial->n < 2)
        return eg_diag_set(diag, EG_ERR_DATA, recording->name, 0, "one row is no trial");
    if (recording->t_s == NULL || !isnan(e->map.rate_hz)) return EG_OK;
    double *t_s = new_signal(e, trial->n);
    if (t_s == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
    memcpy(t_s, recording->t_s, trial->n * sizeof *t_s);
    trial->t_s = t_s;
    return EG_OK;
}

eg_err evaluate_make_trial(eg_evaluation *e, const eg_recording *recording, eg_diag *diag) {
    eg_cop_trial *trial = &e->trial;
    eg_plate_signals plates = {NULL, NULL, NULL};
    eg_err err = set_time(e, recording, diag);
    if (err == EG_OK) err = read_foot(e, &e->map.net, recording, &trial->net, diag);
    if (err == EG_OK) err = read_foot(e, &e->map.right, recording, &trial->right, diag);
    if (err == EG_OK) err = read_foot(e, &e->map.left, recording, &trial->left, diag);
    const eg_map_signal *seat = &e->map.seat.fz;
    if (err == EG_OK && e->plan.task == EG_TASK_SIT_TO_STAND) {
        double *seat_n = NULL; /* not a channel of the gate: empty after the rise, as it should */
        err = eg_map_read(seat, EG_MAP_FORCE, recording, &seat_n, diag);
        e->plan.seat_n = own(e, seat_n);
    }
    if (err == EG_OK) err = read_plates(e, recording, &plates, diag);
    if (err == EG_OK) err = read_corners(e, recording, &plates, diag);
    if (err != EG_OK) return err;
    if (trial->net.ml_mm == NULL) {
        trial->net.ml_mm = plates.ml_mm;
        trial->net.ap_mm = plates.ap_mm;
    } else {
        e->gate_input.force_ml_mm = plates.ml_mm;
        e->gate_input.force_ap_mm = plates.ap_mm;
    }
    if (trial->net.fz_n == NULL) trial->net.fz_n = plates.fz_n;
    if (trial->net.ml_mm == NULL)
        return eg_diag_set(diag, EG_ERR_MISSING, recording->name, 0,
                           "the map \"%s\" gives no centre of pressure", e->map.id);
    trial->mass_kg = e->options.mass_kg;
    trial->height_m = e->options.height_m;
    trial->condition = e->options.condition;
    e->gate_input.trial = trial;
    return EG_OK;
}
