/* The tasks of reaching: which markers or which sensor, and what is said about the movements. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/function_source.h"
#include "clinic/study_sensor.h"
#include "core/base/real.h"
#include "core/function/measures.h"
#include "core/function/reach.h"

static const double bridged_s = 0.5; /* of a gap: more is refused */
static const double foot_m = 0.03;   /* a foot that moves more has stepped */

typedef struct reach_run {
    const eg_study_call *call;
    json_t *result;
    eg_marker_match sites;
    eg_reach_signal signal;
    eg_reaches found;
    double (*hand)[3], (*trunk)[3]; /* owned; `hand` is the rate of a sensor */
    void *memory;                   /* owned */
    size_t from;                    /* first frame */
    double start_s;
    const char *side; /* NULL: a sensor */
} reach_run;

static const int hand_sites[] = {EG_SITE_HAND,         EG_SITE_WRIST,       EG_SITE_WRIST_CENTRE,
                                 EG_SITE_WRIST_LITTLE, EG_SITE_WRIST_THUMB, -1};

/* Up to two markers of one hand; 0: none. Both sides of the wrist stand for its middle. */
static size_t hand_of(const eg_marker_match *m, int side, int index[2]) {
    int little = m->index[EG_SITE_WRIST_LITTLE + side],
        thumb = m->index[EG_SITE_WRIST_THUMB + side];
    for (int k = 0; hand_sites[k] >= 0; k++) {
        index[0] = m->index[hand_sites[k] + side];
        if (index[0] < 0) continue;
        if (hand_sites[k] != EG_SITE_WRIST_LITTLE || thumb < 0) return 1;
        index[0] = little;
        index[1] = thumb;
        return 2;
    }
    return 0;
}

static size_t trunk_of(const eg_marker_match *m, int index[2]) {
    static const int middles[] = {EG_SITE_JUGULAR, EG_SITE_C7, EG_SITE_XIPHOID, EG_SITE_T10};
    for (int k = 0; k < 4; k++)
        if ((index[0] = m->index[middles[k]]) >= 0) return 1;
    index[0] = m->index[EG_SITE_ACROMION];
    index[1] = m->index[EG_SITE_ACROMION + 1];
    return index[0] >= 0 && index[1] >= 0 ? 2 : 0;
}

static int has_hand(const eg_recording *recording) {
    eg_marker_match m = {.n_sites = 0};
    int index[2];
    if (recording->points.n_markers == 0) return 0;
    function_match(recording, &m);
    return hand_of(&m, EG_LEFT, index) > 0 || hand_of(&m, EG_RIGHT, index) > 0;
}

/* The sensor that is said, else one on a hand, else the only one; its angular rate is enough. 0:
 * none. */
static int find_rate(const eg_recording *recording, const char *said, eg_sensor *chosen) {
    eg_sensor sensors[EG_SENSORS_MAX];
    size_t n = eg_sensors_find_rates(recording, sensors);
    const eg_sensor *found = said != NULL ? eg_sensor_named(sensors, n, said) : NULL;
    for (size_t i = 0; i < n && said == NULL && found == NULL; i++)
        if (n == 1 || eg_sensor_site_of(sensors[i].name) == EG_SENSOR_HAND) found = &sensors[i];
    if (found != NULL) *chosen = *found;
    return found != NULL;
}

/* The names of all sensors with an angular rate; how many there are. */
static size_t list_rates(const eg_recording *recording, size_t size, char *text) {
    eg_sensor sensors[EG_SENSORS_MAX];
    size_t n = eg_sensors_find_rates(recording, sensors);
    eg_sensor_list(sensors, n, size, text);
    return n;
}

int function_reach_suits(const eg_recording *recording) {
    eg_sensor sensor;
    if (has_hand(recording)) return 1;
    return find_rate(recording, NULL, &sensor) && eg_sensor_site_of(sensor.name) >= EG_SENSOR_HAND;
}

/* Mean of the markers in metres, gaps bridged by straight lines; 0: a gap is too long. */
static int read_place(const reach_run *run, const int *index, size_t n_index, double (*out)[3]) {
    const eg_points *points = &run->call->recording->points;
    double factor = function_length_factor(run->call->recording);
    size_t n = run->signal.n, last = n;
    for (size_t i = 0; i < n; i++) {
        double p[3] = {0.0, 0.0, 0.0};
        for (size_t m = 0; m < n_index; m++)
            for (int k = 0; k < 3; k++)
                p[k] += factor * points->markers[index[m]].xyz[run->from + i][k] / (double)n_index;
        int is_seen = isfinite(p[0]) && isfinite(p[1]) && isfinite(p[2]);
        size_t gap = last < n ? i - last - 1 : i;
        if ((double)gap > bridged_s * run->signal.rate_hz) return 0;
        if (!is_seen && i + 1 < n) continue;
        for (size_t j = last < n ? last + 1 : 0; j <= i; j++)
            for (int k = 0; k < 3; k++) {
                double before = last < n ? out[last][k] : p[k], after = is_seen ? p[k] : before;
                double share = last < n ? (double)(j - last) / (double)(i - last) : 1.0;
                out[j][k] = before + share * (after - before);
            }
        if (!is_seen && last == n) return 0;
        last = i;
    }
    return 1;
}

static double spread(size_t n, const double (*p)[3]) {
    double mean[3] = {0.0, 0.0, 0.0}, sum = 0.0;
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < 3; k++) mean[k] += p[i][k] / (double)n;
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < 3; k++) sum += (p[i][k] - mean[k]) * (p[i][k] - mean[k]);
    return sum;
}

static eg_err read_markers(reach_run *run, eg_diag *diag) {
    static const char *const names[2] = {"left", "right"};
    const eg_recording *r = run->call->recording;
    const char *said = eg_study_text(run->call, "side", NULL);
    int index[2];
    double most = -1.0;
    size_t n = run->signal.n;
    double(*one)[3] = malloc(n * sizeof *one);
    if (one == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for a hand");
    for (int side = 0; side < 2; side++) {
        size_t n_index = hand_of(&run->sites, side, index);
        if ((said != NULL && strcmp(said, names[side]) != 0) || n_index == 0) continue;
        if (!read_place(run, index, n_index, one) || spread(n, (const double(*)[3])one) <= most)
            continue;
        most = spread(n, (const double(*)[3])one);
        run->side = names[side];
        memcpy(run->hand, one, n * sizeof *one);
    }
    free(one);
    if (run->side == NULL)
        return eg_diag_set(diag, EG_ERR_DATA, r->name, 0,
                           "the hand is hidden for more than %.1f s; say span or the other side",
                           bridged_s);
    run->signal.hand = (const double(*)[3])run->hand;
    size_t n_trunk = trunk_of(&run->sites, index);
    if (n_trunk > 0 && read_place(run, index, n_trunk, run->trunk))
        run->signal.trunk = (const double(*)[3])run->trunk;
    eg_study_say(run->result, "Movement of the %s hand from markers, %g Hz.", run->side,
                 run->signal.rate_hz);
    return EG_OK;
}

static eg_err read_gyr(reach_run *run, const eg_sensor *sensor, eg_diag *diag) {
    eg_orient_signal signal;
    double *values = NULL;
    eg_err err = eg_study_sensor_load(run->call, sensor, run->result, &signal, &values, diag);
    if (err == EG_OK) err = eg_study_sensor_check(run->call, sensor, &signal, run->result, diag);
    for (size_t i = 0; i < run->signal.n && err == EG_OK; i++)
        for (int k = 0; k < 3; k++) run->hand[i][k] = signal.gyr[k][run->from + i];
    free(values);
    if (err != EG_OK) return err;
    run->signal.gyr = (const double(*)[3])run->hand;
    eg_study_say(run->result,
                 "Movement of the wrist from the angular rate of one inertial sensor (%g Hz): no "
                 "distance; smoothness is that of the angular rate.",
                 run->signal.rate_hz);
    return EG_OK;
}

static eg_err read_all(reach_run *run, eg_diag *diag) {
    const eg_recording *r = run->call->recording;
    eg_sensor sensor = {.name = ""};
    const char *said = eg_study_text(run->call, "sensor", NULL);
    int is_sensor = find_rate(r, said, &sensor);
    char all[160];
    if (!is_sensor && (said != NULL || !has_hand(r)) && list_rates(r, sizeof all, all) > 0)
        return eg_diag_set(diag, EG_ERR_LAYOUT, r->name, 0,
                           "say which sensor is on the hand with sensor; there are: %s", all);
    if (!is_sensor && !has_hand(r))
        return eg_diag_set(diag, EG_ERR_LAYOUT, r->name, 0,
                           "neither a marker of a hand or wrist (RFIN, RWRA, RWRB ...) nor a "
                           "sensor's angular rate (gx gy gz) is here");
    const eg_channel *first = sensor.channel[EG_SENSOR_GYR][0];
    double rate_hz = is_sensor ? first->rate_hz : r->points.rate_hz;
    size_t n = is_sensor ? first->n : r->n_frames;
    eg_err err = function_span_of(run->call, n, rate_hz, &run->from, &n, diag);
    if (err != EG_OK) return err;
    if (!is_sensor && !(function_length_factor(r) > 0.0))
        return eg_diag_set(diag, EG_ERR_LAYOUT, r->name, 0, "markers in \"%s\" are no places",
                           r->points.unit);
    size_t size = eg_reach_bytes(n);
    if (size == 0)
        return eg_diag_set(diag, EG_ERR_LIMIT, r->name, 0,
                           "8 to %d samples can be measured; say span", EG_REACH_SAMPLES_MAX);
    run->signal.n = n;
    run->signal.rate_hz = rate_hz;
    run->start_s = (double)run->from / rate_hz;
    run->hand = calloc(n, sizeof *run->hand);
    run->trunk = calloc(n, sizeof *run->trunk);
    run->memory = malloc(size);
    if (run->hand == NULL || run->trunk == NULL || run->memory == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, r->name, 0, "no memory for %zu samples", n);
    if (is_sensor) return read_gyr(run, &sensor, diag);
    function_match(r, &run->sites);
    return read_markers(run, diag);
}

static void add(const reach_run *run, const char *code, double value, size_t number, int is_extra) {
    (void)eg_study_add_value(run->result, &eg_function_measures,
                             &(eg_study_value){.code = code,
                                               .value = value,
                                               .side = run->side,
                                               .repetition = (int)number,
                                               .is_extra = is_extra});
}

static void add_reach(const reach_run *run, const eg_reach *r, size_t number) {
    int is_sensor = run->side == NULL;
    json_t *event =
        eg_study_add_event(run->result, r->is_return ? "return" : "reach", r->from_s + run->start_s,
                           r->to_s + run->start_s, NULL, run->side);
    if (event != NULL) json_object_set_new(event, "repetition", json_integer((json_int_t)number));
    add(run, "function.reach.duration", r->to_s - r->from_s, number, 0);
    if (is_sensor) {
        add(run, "function.reach.peak_rate", r->peak * 180.0 / EG_PI, number, 0);
    } else {
        add(run, "function.reach.distance", r->distance, number, 0);
        add(run, "function.reach.peak", r->peak, number, 0);
        add(run, "function.reach.straightness", r->straightness, number, 0);
    }
    add(run, "function.reach.peak_share", 100.0 * r->peak_share, number, 1);
    add(run, "function.reach.peaks", (double)r->n_peaks, number, 0);
    add(run, "function.reach.sparc", r->sparc, number, 0);
    add(run, "function.reach.ldlj", r->ldlj, number, 1);
    if (!isfinite(r->trunk)) return;
    add(run, "function.reach.trunk", r->trunk, number, 0);
    add(run, "function.reach.trunk_share", 100.0 * r->trunk_share, number, 0);
}

/* The markers' vertical axis: as said, of the file, or y of a .trc and z of others. */
static int up_axis(const reach_run *run) {
    const eg_recording *r = run->call->recording;
    const char *said = eg_study_text(run->call, "up", NULL);
    if (said != NULL) return said[0] - 'x';
    return strcmp(r->format, "TRC") == 0 ? 1 : 2;
}

/* How far the foot that moves most is displaced by a movement; NaN: no foot is seen. */
static double step_of(const reach_run *run, const eg_reach *r) {
    static const int feet[] = {EG_SITE_HEEL, EG_SITE_HEEL + 1, EG_SITE_TOE, EG_SITE_TOE + 1};
    const eg_points *points = &run->call->recording->points;
    double most = (double)NAN, factor = function_length_factor(run->call->recording);
    for (int f = 0; f < 4; f++) {
        int index = run->sites.index[feet[f]];
        if (index < 0) continue;
        const double *a = points->markers[index].xyz[run->from + r->first];
        const double *b = points->markers[index].xyz[run->from + r->last];
        double x = b[0] - a[0], y = b[1] - a[1], z = b[2] - a[2];
        double d = factor * sqrt(x * x + y * y + z * z);
        if (isfinite(d) && !(d <= most)) most = d;
    }
    return most;
}

static void add_forward(const reach_run *run) {
    double sum = 0.0, best = 0.0, last[3] = {0.0, 0.0, 0.0}, stepped = (double)NAN;
    size_t n = 0;
    for (size_t k = 0; k < run->found.n; k++) {
        const eg_reach *r = &run->found.reaches[k];
        if (r->is_return) continue;
        double cm = 100.0 * eg_reach_forward(&run->found, k, up_axis(run));
        double step = step_of(run, r);
        if (isfinite(step) && !(step <= stepped)) stepped = step;
        add(run, "function.reach.forward", cm, ++n, 0);
        if (n <= 3) last[n - 1] = cm;
        sum += cm;
        best = fmax(best, cm);
    }
    double value = n >= 3 ? 0.5 * (last[1] + last[2]) : (double)NAN;
    add(run, "function.reach.forward", value, 0, 0);
    add(run, "function.reach.forward_best", n > 0 ? best : (double)NAN, 0, 0);
    add(run, "function.reach.forward_mean", n > 0 ? sum / (double)n : (double)NAN, 0, 0);
    char text[160];
    snprintf(text, sizeof text, "%zu trials of three", n);
    eg_study_add_check(run->result, "three trials", n < 3 ? 2 : n > 3 ? 1 : 0, text, NULL);
    if (isfinite(stepped)) {
        snprintf(text, sizeof text, "a foot moves by %.1f cm at most", 100.0 * stepped);
        eg_study_add_check(run->result, "feet in place", stepped > foot_m, text, NULL);
    } else {
        eg_study_add_check(run->result, "feet in place", 1, "no marker of a foot: not checked",
                           NULL);
    }
    eg_study_say(run->result,
                 "Functional reach: the furthest level distance of the hand from where it began; "
                 "the mean of the second and third of three trials.");
    function_add_published(run->call, run->result, "test.functional_reach", value);
}

static void add_traces(const reach_run *run, double *scratch) {
    size_t n = run->signal.n, points = run->call->n_trace_points;
    int is_sensor = run->side == NULL;
    double factor = is_sensor ? 180.0 / EG_PI : 1.0;
    for (size_t i = 0; i < n; i++) scratch[i] = factor * run->found.speed[i];
    eg_study_add_trace(run->result, points, is_sensor ? "angular rate of the wrist" : "hand speed",
                       is_sensor ? "deg/s" : "m/s", "clean", NULL, run->start_s,
                       run->signal.rate_hz, n, scratch);
    for (size_t i = 0; i < n; i++) scratch[i] = factor * run->found.distance[i];
    eg_study_add_trace(run->result, points, is_sensor ? "angle from home" : "distance from home",
                       is_sensor ? "deg" : "m", is_sensor ? "angle" : "position", NULL,
                       run->start_s, run->signal.rate_hz, n, scratch);
}

static eg_err run_all(reach_run *run, int is_forward, eg_diag *diag) {
    eg_err err = read_all(run, diag);
    if (err != EG_OK) return err;
    if (is_forward && run->side == NULL)
        return eg_diag_set(diag, EG_ERR_LAYOUT, run->call->recording->name, 0,
                           "the distance of a functional reach needs markers; task reach_arm "
                           "measures times and smoothness from a sensor");
    eg_arena arena;
    eg_arena_init(&arena, run->memory, eg_reach_bytes(run->signal.n));
    err = eg_reach_find(&run->signal, &arena, &run->found, diag);
    if (err != EG_OK) return err;
    add(run, "function.reach.count", (double)run->found.n, 0, 0);
    for (size_t k = 0; k < run->found.n; k++) add_reach(run, &run->found.reaches[k], k + 1);
    eg_study_say(run->result,
                 "Reaches: from the first to the last piece above 5 %% of the movement's peak "
                 "speed, out and back apart; ends by least squares; SPARC up to 10 Hz.");
    if (is_forward) add_forward(run);
    double *scratch =
        run->call->n_trace_points > 0 ? malloc(run->signal.n * sizeof *scratch) : NULL;
    if (scratch != NULL) add_traces(run, scratch);
    free(scratch);
    return EG_OK;
}

eg_err function_reach(const eg_study_call *call, int is_forward, json_t *result, eg_diag *diag) {
    reach_run *run = calloc(1, sizeof *run);
    if (run == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for a reach");
    run->call = call;
    run->result = result;
    eg_err err = run_all(run, is_forward, diag);
    free(run->hand);
    free(run->trunk);
    free(run->memory);
    free(run);
    return err;
}
