/* Joint movement: angles from markers, from another program's angles or from sensors; their ranges,
 * a range-of-motion test of one movement, and curves over the gait cycle. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/motion_norm.h"
#include "clinic/motion_trace.h"
#include "clinic/study_motion_part.h"
#include "clinic/study_rows.h"
#include "clinic/study_sensor.h"
#include "core/motion/measures.h"
#include "core/motion/rom.h"

static const char *side_word(int side) {
    return side == EG_LEFT ? "left" : side == EG_RIGHT ? "right" : NULL;
}

/* ---- what was asked for ---------------------------------------------------------------------- */

/* "lateral_flexion" to the right is "right_lateral_flexion" of an angle without sides. */
static int is_movement(const char *of_angle, const char *asked, const char *side) {
    char text[64];
    if (strcmp(of_angle, asked) == 0) return 1;
    snprintf(text, sizeof text, "%s_%s", side != NULL ? side : "right", asked);
    return strcmp(of_angle, text) == 0;
}

/* +1 or -1 where the trace shows the movement that is asked for, 0 where it does not. */
static double way_of(const eg_motion_trace *trace, const char *joint, const char *movement,
                     const char *side) {
    if (trace->angle < 0) return 0;
    eg_angle_def def = eg_angle_about(trace->angle);
    if (joint != NULL && strcmp(def.joint, joint) != 0) return 0;
    if (side != NULL && trace->side >= 0 && strcmp(side_word(trace->side), side) != 0) return 0;
    if (movement == NULL || is_movement(def.positive, movement, side)) return 1;
    return is_movement(def.negative, movement, side) ? -1 : 0;
}

/* The entry of knowledge/measures for this movement; "" where there is none. */
static void measure_id(const eg_study_call *call, const eg_motion_trace *trace, double direction,
                       char id[96]) {
    id[0] = '\0';
    if (trace->angle < 0) return;
    eg_angle_def def = eg_angle_about(trace->angle);
    const char *movement = direction > 0 ? def.positive : def.negative;
    if (strncmp(movement, "right_", 6) == 0) movement += 6;
    if (strncmp(movement, "left_", 5) == 0) movement += 5;
    snprintf(id, 96, "rom.%s.%s.%s", def.joint, movement, eg_study_text(call, "mode", "active"));
    if (call->knowledge == NULL || eg_knowledge_find(call->knowledge, "measures", id) == NULL)
        id[0] = '\0';
}

/* ---- numbers --------------------------------------------------------------------------------- */

static json_t *add(const motion_run *run, const eg_motion_trace *trace, eg_motion_measure_id id,
                   double value, const char *note, int repetition, int is_extra) {
    if (is_extra && !eg_study_flag(run->call, "all")) return NULL;
    return eg_study_add_value(run->result, &eg_motion_measures,
                              &(eg_study_value){.code = eg_motion_measures.rows[id].code,
                                                .value = value,
                                                .channel = trace->code,
                                                .side = side_word(trace->side),
                                                .note = note,
                                                .repetition = repetition,
                                                .is_extra = is_extra});
}

/* Of angles whose zero is where the recording begins. */
static const char *const from_start = "counted from where the recording begins";
static const char *const needs_zero = "needs a neutral pose: see calibration";

static void add_range(const motion_run *run, const eg_motion_trace *trace, const eg_rom *rom) {
    char text[EG_ROM_TEXT_SIZE], note[160];
    note[0] = '\0';
    const char *zero = trace->is_relative ? from_start : NULL;
    if (trace->angle >= 0 && !trace->is_relative) {
        eg_angle_def def = eg_angle_about(trace->angle);
        snprintf(note, sizeof note, "%s (%s/0/%s)",
                 eg_rom_neutral_zero(rom->min_deg, rom->max_deg, text), def.negative, def.positive);
    }
    add(run, trace, EG_MOTION_M_MIN, rom->min_deg, zero, 0, 0);
    add(run, trace, EG_MOTION_M_MAX, rom->max_deg, zero, 0, 0);
    json_t *value = add(run, trace, EG_MOTION_M_RANGE, rom->max_deg - rom->min_deg,
                        note[0] != '\0' ? note : NULL, 0, 0);
    if (value != NULL && note[0] != '\0')
        json_object_set_new(value, "neutral_zero", json_string(text));
}

static double mean_over(const eg_rom *rom, size_t offset) {
    double sum = 0;
    size_t n = 0;
    for (size_t k = 0; k < rom->n_repetitions; k++) {
        const char *at = (const char *)&rom->repetitions[k] + offset;
        double value;
        memcpy(&value, at, sizeof value);
        if (!isfinite(value)) continue;
        sum += value;
        n++;
    }
    return n > 0 ? sum / (double)n : (double)NAN;
}

/* Against an earlier value: a change below the smallest detectable one is noise. */
static void add_change(const motion_run *run, const eg_motion_trace *trace, const char *id,
                       double rom_deg) {
    double previous = eg_study_number(run->call, "previous_deg", (double)NAN);
    eg_change_noise noise;
    eg_change change;
    const char *rater = eg_study_text(run->call, "rater", NULL);
    json_t *row = id[0] == '\0' ? NULL
                                : eg_motion_noise(run->call->knowledge, id, rater,
                                                  eg_study_text(run->call, "device", NULL), &noise);
    if (row == NULL) noise = (eg_change_noise){.mdc95 = (double)NAN, .mcid = (double)NAN};
    json_t *detail = json_object_get(run->result, "detail");
    if (row != NULL)
        json_object_set_new(detail, "detectable_change",
                            json_pack("{s:f, s:s, s:s, s:s, s:b}", "mdc95_deg", noise.mdc95, "what",
                                      eg_json_text_of(row, "variable", ""), "population",
                                      eg_json_text_of(row, "population", ""), "source",
                                      eg_json_text_of(row, "source", ""), "verified",
                                      json_is_true(json_object_get(row, "verified"))));
    if (!isfinite(previous) || !isfinite(rom_deg)) return;
    eg_change_judge(previous, rom_deg, "deg", EG_BETTER_HIGHER, EG_INTERVAL_DAYS, &noise, &change);
    json_t *value = add(run, trace, EG_MOTION_M_CHANGE, rom_deg - previous, change.sentence, 0, 0);
    if (value != NULL)
        json_object_set_new(value, "change", json_string(eg_change_verdict_name(change.verdict)));
}

static void add_repetitions(const motion_run *run, const eg_motion_trace *trace,
                            const eg_rom *rom) {
    for (size_t k = 0; k < rom->n_repetitions; k++) {
        const eg_rom_repetition *r = &rom->repetitions[k];
        int number = (int)k + 1;
        add(run, trace, EG_MOTION_M_REPETITION_RANGE, r->range_deg, NULL, number, 0);
        add(run, trace, EG_MOTION_M_SPEED, r->mean_speed_deg_s, NULL, number, 1);
        add(run, trace, EG_MOTION_M_PEAK_SPEED, r->peak_speed_deg_s, NULL, number, 1);
        add(run, trace, EG_MOTION_M_HOLD, r->hold_s, NULL, number, 1);
        add(run, trace, EG_MOTION_M_SPARC, r->sparc, NULL, number, 1);
        add(run, trace, EG_MOTION_M_LDLJ, r->ldlj, NULL, number, 1);
        json_t *event = eg_study_add_event(
            run->result, "repetition", trace->start_s + (double)r->out / trace->rate_hz,
            trace->start_s + (double)r->end / trace->rate_hz, trace->code, side_word(trace->side));
        if (event == NULL) continue;
        json_object_set_new(event, "repetition", json_integer(number));
        json_object_set_new(event, "peak_s",
                            json_real(trace->start_s + (double)r->peak / trace->rate_hz));
        if (!r->is_complete)
            json_object_set_new(event, "reason", json_string("the recording ends at the top"));
    }
}

static void add_rom(const motion_run *run, const eg_motion_trace *trace, const eg_rom *rom) {
    char id[96];
    measure_id(run->call, trace, rom->direction, id);
    double reached = rom->direction > 0 ? rom->max_deg : -rom->min_deg;
    const char *zero = trace->is_relative ? from_start : NULL;
    if (trace->is_relative) reached = (double)NAN;
    add(run, trace, EG_MOTION_M_START, rom->start_deg, zero, 0, 0);
    add(run, trace, EG_MOTION_M_END, rom->end_deg, zero, 0, 0);
    json_t *value =
        add(run, trace, EG_MOTION_M_ROM, reached, trace->is_relative ? needs_zero : NULL, 0, 0);
    eg_motion_person person = {eg_study_number(run->call, "age", (double)NAN),
                               eg_study_text(run->call, "sex", NULL)};
    json_t *norm = id[0] != '\0' ? eg_motion_norm(run->call->knowledge, id, &person) : NULL;
    if (value != NULL && id[0] != '\0') json_object_set_new(value, "measure", json_string(id));
    if (value != NULL && norm != NULL && isfinite(reached))
        json_object_set_new(value, "norm", norm);
    else
        json_decref(norm);
    add_change(run, trace, id, reached);
    add(run, trace, EG_MOTION_M_REPETITIONS, (double)rom->n_repetitions, NULL, 0, 0);
    add(run, trace, EG_MOTION_M_REPETITION_RANGE, rom->mean_range_deg, NULL, 0, 0);
    add(run, trace, EG_MOTION_M_REPETITION_SD, rom->sd_range_deg,
        rom->n_repetitions < 2 ? "needs two repetitions" : NULL, 0, 0);
    static const struct {
        eg_motion_measure_id id;
        size_t offset;
        int is_extra;
    } means[] = {{EG_MOTION_M_SPEED, offsetof(eg_rom_repetition, mean_speed_deg_s), 0},
                 {EG_MOTION_M_PEAK_SPEED, offsetof(eg_rom_repetition, peak_speed_deg_s), 1},
                 {EG_MOTION_M_HOLD, offsetof(eg_rom_repetition, hold_s), 0},
                 {EG_MOTION_M_SPARC, offsetof(eg_rom_repetition, sparc), 0},
                 {EG_MOTION_M_LDLJ, offsetof(eg_rom_repetition, ldlj), 1}};
    for (size_t k = 0; k < sizeof means / sizeof means[0]; k++)
        add(run, trace, means[k].id, mean_over(rom, means[k].offset), NULL, 0, means[k].is_extra);
    add_repetitions(run, trace, rom);
    if (rom->n_repetitions == 0)
        eg_study_add_check(run->result, "repetitions", 1,
                           "no movement of 5 deg or more was found: nothing to repeat",
                           trace->code);
    else if (rom->cv_range > 0.1)
        eg_study_add_check(run->result, "repetitions", 1,
                           "the repetitions differ by more than a tenth of their range",
                           trace->code);
}

/* How much of a trace was seen. */
typedef struct coverage {
    size_t seen, longest_gap;
    char text[80];
} coverage;

static coverage coverage_of(const eg_motion_trace *trace) {
    coverage c = {0};
    size_t gap = 0;
    for (size_t i = 0; i < trace->n; i++) {
        gap = isnan(trace->values[i]) ? gap + 1 : 0;
        c.seen += gap == 0;
        c.longest_gap = gap > c.longest_gap ? gap : c.longest_gap;
    }
    snprintf(c.text, sizeof c.text, "seen in %zu of %zu frames, longest gap %.2f s", c.seen,
             trace->n, (double)c.longest_gap / trace->rate_hz);
    return c;
}

/* A pose, or angles seen for less than a second: as they are. */
static void add_plain_range(motion_run *run, eg_motion_trace *trace, const char *why) {
    coverage seen = coverage_of(trace);
    if (2 * seen.seen < trace->n) {
        snprintf(trace->reason, sizeof trace->reason, "%.80s: too little for a range", seen.text);
        eg_study_add_check(run->result, "coverage", 1, trace->reason, trace->code);
        add(run, trace, EG_MOTION_M_RANGE, (double)NAN, trace->reason, 0, 0);
        if (run->why == NULL) run->why = trace->reason;
        return;
    }
    double low = (double)INFINITY, high = -(double)INFINITY;
    for (size_t i = 0; i < trace->n; i++) {
        if (isnan(trace->values[i])) continue;
        low = fmin(low, trace->values[i]);
        high = fmax(high, trace->values[i]);
    }
    if (low > high || run->is_test) {
        add(run, trace, EG_MOTION_M_RANGE, (double)NAN, why, 0, 0);
        return;
    }
    static const char *const note = "seen for less than a second at a time: not low-passed";
    add(run, trace, EG_MOTION_M_MIN, low, note, 0, 0);
    add(run, trace, EG_MOTION_M_MAX, high, note, 0, 0);
    add(run, trace, EG_MOTION_M_RANGE, high - low, note, 0, 0);
    run->n_measured++;
}

/* ---- one trace after the other --------------------------------------------------------------- */

static void report_trace(motion_run *run, eg_motion_trace *trace, const eg_rom *rom) {
    add_range(run, trace, rom);
    if (run->is_test) add_rom(run, trace, rom);
    run->n_measured++;
    if (rom->is_whole) return;
    char text[200];
    snprintf(text, sizeof text, "%s: only the longest part without a gap of 0.25 s counts",
             coverage_of(trace).text);
    eg_study_add_check(run->result, "gaps", 1, text, trace->code);
}

/* The curve, and what its column is called in a file of angles. */
static void add_curve(motion_run *run, const eg_motion_trace *trace) {
    char column[EG_MOTION_LABEL_MAX];
    double sign;
    eg_study_add_trace(run->result, run->call->n_trace_points, trace->label, "deg", "angle",
                       trace->code, trace->start_s, trace->rate_hz, trace->n, trace->values);
    json_t *all = json_object_get(run->result, "traces");
    json_t *last = json_array_get(all, json_array_size(all) - 1);
    eg_motion_column_name(trace, column, &sign);
    if (last == NULL) return;
    json_object_set_new(last, "column", json_string(column));
    json_object_set_new(last, "column_sign", json_real(sign));
}

static eg_err measure_trace(motion_run *run, eg_motion_trace *trace, double way, eg_diag *diag) {
    size_t size = eg_rom_size(trace->n);
    void *memory = malloc(size > 0 ? size : 1);
    eg_rom *rom = calloc(1, sizeof *rom);
    eg_arena arena;
    eg_diag own = {0};
    eg_err err = EG_OK;
    if (memory == NULL || rom == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, run->call->recording->name, 0, "no memory");
    if (err == EG_OK) {
        eg_arena_init(&arena, memory, size);
        double direction = run->movement != NULL ? way : 0;
        if (eg_rom_measure(trace->n, trace->values, trace->rate_hz, direction, NULL, &arena, rom,
                           &own) == EG_OK)
            report_trace(run, trace, rom);
        else
            add_plain_range(run, trace, own.text);
        add_curve(run, trace);
    }
    free(rom);
    free(memory);
    return err;
}

static eg_err measure_all(motion_run *run, eg_diag *diag) {
    const char *joint = eg_study_text(run->call, "joint", NULL);
    const char *side = eg_study_text(run->call, "side", NULL);
    size_t n = 0;
    eg_err err = EG_OK;
    for (size_t i = 0; i < run->traces.count; i++) {
        eg_motion_trace *trace = &run->traces.traces[i];
        double way = way_of(trace, joint, run->movement, side);
        int is_asked = joint != NULL || run->movement != NULL || side != NULL;
        if (is_asked && !(way > 0) && !(way < 0) && !run->is_only) continue;
        n++;
        if (trace->reason[0] != '\0') {
            if (run->why == NULL) run->why = trace->reason;
            add(run, trace, EG_MOTION_M_RANGE, (double)NAN, trace->reason, 0, 0);
            continue;
        }
        if (!(trace->rate_hz > 0))
            return eg_diag_set(diag, EG_ERR_DATA, run->call->recording->name, 0,
                               "the file gives neither a rate nor a time");
        err = measure_trace(run, trace, way < 0 ? -1 : 1, diag);
        if (err != EG_OK) return err;
        motion_add_cycles(run, trace);
    }
    if (n == 0)
        return eg_diag_set(diag, EG_ERR_MISSING, run->call->recording->name, 0,
                           "no angle of this recording is %s%s%s%s%s", side != NULL ? side : "",
                           side != NULL ? " " : "", joint != NULL ? joint : "",
                           joint != NULL ? " " : "", run->movement != NULL ? run->movement : "");
    return EG_OK;
}

/* ---- what is said ---------------------------------------------------------------------------- */

static void say_context(motion_run *run) {
    const eg_study_call *call = run->call;
    json_t *test = json_object();
    static const char *const kept[] = {"joint",    "movement", "side",  "mode",
                                       "position", "device",   "rater", "end_feel"};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        const char *text = eg_study_text(call, kept[i], NULL);
        if (text != NULL) json_object_set_new(test, kept[i], json_string(text));
    }
    double pain = eg_study_number(call, "pain", (double)NAN);
    if (isfinite(pain)) json_object_set_new(test, "pain", json_real(pain));
    json_object_set_new(json_object_get(run->result, "detail"), "test", test);
    if (!run->is_test) return;
    eg_study_say(run->result,
                 "Range-of-motion test, %s%s%s%s%s. The angle is low-passed at 6 Hz (zero-lag); a "
                 "repetition is a rise and fall of at least 5 deg, a quarter of the largest swing "
                 "and six times the noise; speed and smoothness are of the way out, from rest to "
                 "rest (5 %% of peak speed).",
                 eg_study_text(call, "mode", "active"),
                 eg_study_text(call, "position", NULL) != NULL ? ", " : "",
                 eg_study_text(call, "position", ""), isfinite(pain) ? ", pain reported" : "",
                 eg_study_text(call, "rater", NULL) != NULL ? ", rater recorded" : "");
}

/* Why there is no angle. A sensor in a wrong unit or with wrong axes makes a movement look unfit:
 * what has failed its check is named first. */
static eg_err refuse(const motion_run *run, eg_diag *diag) {
    const char *why = run->why != NULL ? run->why : "nothing was seen";
    char faults[320];
    eg_study_sensor_faults(run->result, sizeof faults, faults);
    return eg_diag_set(diag, EG_ERR_MISSING, run->call->recording->name, 0,
                       "no angle could be computed: %s%s", faults, why);
}

static eg_err run_study(const eg_study_call *call, json_t **result, eg_diag *diag) {
    motion_run run = {.call = call, .movement = eg_study_text(call, "movement", NULL)};
    const char *profile = eg_study_text(call, "profile", "engram");
    run.is_only = eg_study_text(call, "channel", NULL) != NULL;
    run.is_test = run.is_only || run.movement != NULL || eg_study_text(call, "joint", NULL) != NULL;
    run.result = eg_study_new("motion", "Joint movement", profile);
    if (run.result == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, call->recording->name, 0, "no memory");
    json_object_set_new(run.result, "detail", json_object());
    eg_err err = motion_find_traces(&run, diag);
    if (err == EG_OK) eg_study_say(run.result, "Angles from %s.", run.traces.source);
    if (err == EG_OK) err = motion_find_strikes(&run, diag);
    if (err == EG_OK) err = measure_all(&run, diag);
    if (err == EG_OK && run.n_measured == 0) err = refuse(&run, diag);
    if (err == EG_OK) motion_check_traces(&run);
    if (err == EG_OK) say_context(&run);
    if (err == EG_OK) eg_study_withhold(run.result, NULL, 0); /* each angle draws on every sensor */
    eg_motion_traces_clear(&run.traces);
    if (err != EG_OK) {
        json_decref(run.result);
        return err;
    }
    *result = run.result;
    return EG_OK;
}

/* ---- the row --------------------------------------------------------------------------------- */

static const eg_study_option options[] = {
    {"joint", EG_STUDY_CHOICE, NULL, 0, 0,
     "hip|knee|ankle|foot|pelvis|lumbar|thorax|trunk|cervical|shoulder|elbow|forearm|wrist",
     "every joint", "which joint is tested"},
    {"movement", EG_STUDY_CHOICE, NULL, 0, 0,
     "flexion|extension|abduction|adduction|internal_rotation|external_rotation|dorsiflexion|"
     "plantarflexion|inversion|eversion|pronation|supination|ulnar_deviation|radial_deviation|"
     "lateral_flexion|rotation|elevation|varus|valgus",
     "towards the larger swing", "which movement is tested"},
    {"side", EG_STUDY_CHOICE, NULL, 0, 0, "left|right", "both", "which side"},
    {"mode", EG_STUDY_CHOICE, NULL, 0, 0, "active|passive", "active", "who moves the joint"},
    {"position", EG_STUDY_TEXT, NULL, 0, 0, NULL, NULL, "lying on the back, sitting ..."},
    {"end_feel", EG_STUDY_TEXT, NULL, 0, 0, NULL, NULL, "soft, firm, hard, empty"},
    {"pain", EG_STUDY_NUMBER, "{score}", 0, 10, NULL, NULL, "at the end of range, 0 to 10"},
    {"rater", EG_STUDY_CHOICE, NULL, 0, 0, "same|different", "not said",
     "who measured the earlier value"},
    {"device", EG_STUDY_CHOICE, NULL, 0, 0,
     "universal goniometer|computerised goniometer|inclinometer|CROM device", "not said",
     "whose noise a change is held against"},
    {"previous_deg", EG_STUDY_NUMBER, "deg", -180, 360, NULL, NULL, "the earlier range"},
    {"age", EG_STUDY_NUMBER, "a", 0, 120, NULL, NULL, "years, for published values"},
    {"sex", EG_STUDY_CHOICE, NULL, 0, 0, "F|M", NULL, "for published values"},
    {"channel", EG_STUDY_CHANNEL, NULL, 0, 0, NULL, "every angle", "one column of angles"},
    {"source", EG_STUDY_CHOICE, NULL, 0, 0, "markers|angles|sensors", "markers if their names tell",
     "markers, angles that stand in the file, or inertial sensors"},
    {"proximal", EG_STUDY_TEXT, NULL, 0, 0, NULL, "the first sensor", "sensor nearer to the body"},
    {"distal", EG_STUDY_TEXT, NULL, 0, 0, NULL, "the second sensor", "sensor beyond the joint"},
    {"calibration", EG_STUDY_SPAN, NULL, 0, 0, NULL, NULL,
     "seconds in which the neutral pose was held"},
    {"functional", EG_STUDY_SPAN, NULL, 0, 0, NULL, "everything",
     "seconds in which the joint was bent and stretched"},
    EG_STUDY_SENSOR_UNITS,
    {"profile", EG_STUDY_CHOICE, NULL, 0, 0, "engram|plug-in-gait", "engram",
     "whose definitions of centres and sequences"},
    {"hip_centre", EG_STUDY_CHOICE, NULL, 0, 0, "file|harrington|bell|davis",
     "the file's own, else harrington", "which regression"},
    {"up", EG_STUDY_CHOICE, NULL, 0, 0, "x|y|z|-x|-y|-z", "from the markers",
     "which axis points up"},
    {"leg_length_mm", EG_STUDY_NUMBER, "mm", 200, 1500, NULL, "the file's, else from the markers",
     "front spine to inner ankle"},
    {"knee_width_mm", EG_STUDY_NUMBER, "mm", 30, 250, NULL, "the file's, else 11 % of the leg",
     "across both epicondyles"},
    {"ankle_width_mm", EG_STUDY_NUMBER, "mm", 20, 200, NULL, "the file's, else 7.5 % of the leg",
     "across both ankles"},
    {"marker_diameter_mm", EG_STUDY_NUMBER, "mm", 0, 60, NULL, "14", "of the markers"},
    {"max_gap_s", EG_STUDY_NUMBER, "s", 0, 10, NULL, "1",
     "longest gap of a marker that its segment may fill"},
    {"neutral", EG_STUDY_FLAG, NULL, 0, 0, NULL, NULL, "angles of the static recording count as 0"},
    {"all", EG_STUDY_FLAG, NULL, 0, 0, NULL, NULL, "every measure, of each repetition too"}};

/* Joint angles by name, or markers of which at least five tell where they sit. */
static int suits(const eg_recording *recording) {
    int side;
    double sign;
    size_t n_sites = 0, n_angles = 0;
    for (size_t i = 0; i < recording->points.n_markers; i++) {
        const eg_marker *m = &recording->points.markers[i];
        if (m->is_computed && strstr(m->label, "Angles") != NULL) n_angles++;
        if (m->is_named && !m->is_computed && eg_marker_site(m->label, 0) >= 0) n_sites++;
    }
    for (size_t i = 0; i < recording->n_channels; i++)
        n_angles += eg_motion_angle_of(recording->channels[i].label, &side, &sign) >= 0;
    int sensors = motion_suits_sensors(recording);
    if (n_sites >= 5 || n_angles >= 2) return 2;
    return n_sites + n_angles > 0 && sensors == 0 ? 1 : sensors;
}

const eg_study eg_study_motion = {
    .name = "motion",
    .title = "Joint movement",
    .what = "joint angles from markers, sensors or angle columns: ranges, repetitions, gait-cycle "
            "curves",
    .reference = "a static pose: flat feet, lost markers, zero angles",
    .measures = &eg_motion_measures,
    .has_angles = 1,
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .suits = suits,
    .run = run_study,
};
