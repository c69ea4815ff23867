/* An evaluation as JSON: what the command line prints and the server sends. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/evaluate_part.h"
#include "clinic/gate_text.h"
#include "core/base/check.h"

static const char *const postures[] = {"unknown", "standing", "sitting"};
static const char *const visions[] = {"unknown", "open", "closed"};
static const char *const surfaces[] = {"unknown", "firm", "foam"};
static const char *const stances[] = {"unknown", "apart",       "together",
                                      "tandem",  "single_left", "single_right"};

static const char *better_word(eg_better better) {
    return better == EG_BETTER_LOWER ? "lower" : better == EG_BETTER_HIGHER ? "higher" : "none";
}

static void write_condition(const eg_evaluation *e, eg_json_writer *json) {
    const eg_balance_condition *c = &e->trial.condition;
    eg_json_key(json, "condition");
    eg_json_begin_object(json);
    eg_json_member_string(json, "posture", postures[c->posture]);
    eg_json_member_string(json, "vision", visions[c->vision]);
    eg_json_member_string(json, "surface", surfaces[c->surface]);
    eg_json_member_string(json, "stance", stances[c->stance]);
    eg_json_member_number(json, "mass_kg", e->options.mass_kg);
    eg_json_member_number(json, "height_m", e->options.height_m);
    eg_json_member_number(json, "age_years", e->options.age_years);
    if (e->options.condition_from != NULL)
        eg_json_member_string(json, "from", e->options.condition_from);
    eg_json_end_object(json);
}

static void write_quality(const eg_evaluation *e, eg_json_writer *json) {
    eg_json_key(json, "quality");
    eg_json_begin_array(json);
    for (size_t i = 0; i < EG_GATE_CHECKS; i++) {
        const eg_gate_finding *f = &e->gate.findings[i];
        char text[EG_GATE_TEXT_MAX];
        eg_gate_say(f, text);
        eg_json_begin_object(json);
        eg_json_member_string(json, "check", eg_gate_check_name(f->check));
        eg_json_member_string(json, "verdict", eg_gate_verdict_name(f->verdict));
        eg_json_member_string(json, "detail", text);
        if (!isnan(f->at_s)) eg_json_member_number(json, "at_s", f->at_s);
        eg_json_end_object(json);
    }
    eg_json_end_array(json);
}

static void write_number_of(const json_t *entry, const char *from, const char *to,
                            eg_json_writer *json) {
    const json_t *value = json_object_get(entry, from);
    if (json_is_number(value)) eg_json_member_number(json, to, json_number_value(value));
}

static void write_text_of(const json_t *entry, const char *key, eg_json_writer *json) {
    const char *text = json_string_value(json_object_get(entry, key));
    if (text != NULL) eg_json_member_string(json, key, text);
}

/* No norm or noise is shown without saying whether a clinician has checked it against its source.
 */
static void write_verified(const json_t *entry, eg_json_writer *json) {
    eg_json_member_boolean(json, "verified", json_is_true(json_object_get(entry, "verified")));
}

/* Where the value lies in the band of healthy people, in words that claim no more. */
static const char *band_word(const json_t *entry, double value) {
    double low = json_number_value(json_object_get(entry, "p5"));
    double high = json_number_value(json_object_get(entry, "p95"));
    return value < low ? "below" : value > high ? "above" : "within";
}

static void write_norm(const json_t *entry, double value, eg_json_writer *json) {
    static const char *const numbers[] = {"p5", "p25",     "p50",      "p75",       "p95",
                                          "n",  "age_low", "age_high", "duration_s"};
    static const char *const texts[] = {"age_group", "surface", "vision", "statistic",
                                        "filter",    "source",  "status"};
    eg_json_key(json, "norm");
    eg_json_begin_object(json);
    if (!isnan(value)) eg_json_member_string(json, "position", band_word(entry, value));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        write_number_of(entry, numbers[i], numbers[i], json);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        write_text_of(entry, texts[i], json);
    write_verified(entry, json);
    eg_json_end_object(json);
}

static void write_reliability(const json_t *entry, eg_json_writer *json) {
    static const char *const numbers[] = {"icc21", "sem", "mdc95", "mdc95_percent", "n"};
    eg_json_key(json, "reliability");
    eg_json_begin_object(json);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        write_number_of(entry, numbers[i], numbers[i], json);
    write_text_of(entry, "interval", json);
    const char *interval = json_string_value(json_object_get(entry, "interval"));
    if (interval != NULL && strcmp(interval, "same session") == 0)
        eg_json_member_string(json, "note",
                              "a larger change is beyond same-session noise; day-to-day noise is "
                              "unknown");
    write_text_of(entry, "source", json);
    write_text_of(entry, "status", json);
    write_verified(entry, json);
    eg_json_end_object(json);
}

static void write_measure(const eg_evaluation *e, const eg_balance_value *value,
                          eg_json_writer *json) {
    int is_own = e->result.profile == EG_BALANCE_ENGRAM;
    int is_withheld = is_own && e->gate.verdict == EG_GATE_FAIL;
    double shown = is_withheld ? (double)NAN : value->value;
    const eg_measure_def *def = is_own ? eg_task_describe(value->code) : NULL;
    eg_json_begin_object(json);
    eg_json_member_string(json, "code", value->code);
    if (def != NULL) eg_json_member_string(json, "name", def->name);
    eg_json_member_number(json, "value", shown);
    eg_json_member_string(json, "unit", value->unit);
    if (def != NULL) eg_json_member_string(json, "better", better_word(def->better));
    if (is_withheld) eg_json_member_boolean(json, "withheld", 1);
    if (value->note != NULL) eg_json_member_string(json, "note", value->note);
    if (is_own) {
        measure_knowledge known = evaluate_find_knowledge(e, value->code);
        if (eg_balance_measure_is_extra(value->code)) eg_json_member_boolean(json, "extra", 1);
        if (known.reference != NULL) write_norm(known.reference, shown, json);
        if (known.reliability != NULL) write_reliability(known.reliability, json);
        if (known.why_not != NULL) eg_json_member_string(json, "no_norm", known.why_not);
        if (known.why_no_mdc != NULL) eg_json_member_string(json, "no_mdc", known.why_no_mdc);
    }
    eg_json_end_object(json);
}

static void write_how(const eg_evaluation *e, eg_json_writer *json) {
    eg_json_member_number(json, "duration_s", (double)e->trial.n / e->trial.rate_hz);
    eg_json_member_number(json, "rate_hz", e->trial.rate_hz);
    eg_json_member_integer(json, "samples", (int64_t)e->trial.n);
    if (e->result_err != EG_OK) return;
    eg_json_key(json, "analysed");
    eg_json_begin_object(json);
    eg_json_member_number(json, "duration_s", e->result.duration_s);
    eg_json_member_number(json, "rate_hz", e->result.rate_hz);
    eg_json_member_number(json, "lowpass_hz", e->result.lowpass_hz);
    eg_json_member_integer(json, "lowpass_order", e->result.lowpass_order);
    eg_json_member_integer(json, "bridged_samples", (int64_t)e->result.bridged);
    eg_json_end_object(json);
}

/* Measures of the profile that are not in the list because only `all` shows them, and why. */
static void write_hidden(const eg_evaluation *e, eg_json_writer *json) {
    size_t n_poor = 0, n_borrowed = 0, n_extra = 0;
    bool is_reduced = !e->options.all && e->options.profile == EG_BALANCE_ENGRAM &&
                      eg_task_is_quiet(e->plan.task);
    for (size_t i = 0; is_reduced && e->result_err == EG_OK && i < e->result.count; i++) {
        bool is_borrowed;
        if (eg_evaluation_shows(e, i)) continue;
        (void)evaluate_find_icc(e, e->result.values[i].code, &is_borrowed);
        n_poor++;
        n_borrowed += is_borrowed;
    }
    for (size_t i = 0; is_reduced && i < eg_balance_measures.count; i++)
        n_extra += (size_t)eg_balance_measure_is_extra(eg_balance_measures.rows[i].code);
    eg_json_member_integer(json, "hidden", (int64_t)(n_poor + n_extra));
    if (n_poor + n_extra == 0) return;
    char text[320];
    snprintf(text, sizeof text,
             "%zu repeat poorly (ICC below %g%s), %zu more repeat poorly or cost much to compute; "
             "--all shows all of them",
             n_poor, e->evaluator->icc_show_least,
             n_borrowed > 0 ? ", of the lowest that is known for standing where none is known for "
                              "this condition and duration"
                            : "",
             n_extra);
    eg_json_member_string(json, "hidden_reason", text);
}

void eg_evaluation_write(const eg_evaluation *e, eg_json_writer *json) {
    eg_json_begin_object(json);
    eg_json_member_string(json, "file", e->file);
    eg_json_member_string(json, "sha256", e->sha256);
    eg_json_member_string(json, "format", e->format);
    eg_json_member_string(json, "map", e->map.id);
    eg_json_member_string(json, "map_title", e->map.title);
    eg_json_member_string(json, "map_source", e->map_source);
    eg_json_member_string(json, "profile", eg_balance_profile_name(e->options.profile));
    eg_json_member_string(json, "task", eg_task_name(e->plan.task));
    evaluate_write_task(e, json);
    evaluate_write_excursions(e, json);
    eg_json_member_boolean(json, "clinical", eg_evaluation_is_clinical(e));
    eg_json_member_string(json, "verdict", eg_evaluation_verdict(e));
    write_how(e, json);
    write_condition(e, json);
    write_quality(e, json);
    eg_json_key(json, "measures");
    eg_json_begin_array(json);
    if (e->result_err == EG_OK)
        for (size_t i = 0; i < e->result.count; i++)
            if (eg_evaluation_shows(e, i)) write_measure(e, &e->result.values[i], json);
    eg_json_end_array(json);
    if (e->result_err != EG_OK) eg_json_member_string(json, "reason", e->result_diag.text);
    write_hidden(e, json);
    eg_json_key(json, "warnings");
    eg_json_begin_array(json);
    for (size_t i = 0; i < e->n_warnings; i++) eg_json_string(json, e->warnings[i]);
    eg_json_end_array(json);
    eg_json_end_object(json);
}

/* ---- trace ---------------------------------------------------------------------------------- */

static double mean_of(const double *x, const double *over, size_t from, size_t to) {
    double sum = 0;
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        double value = over == NULL ? x[i] : 100 * x[i] / over[i];
        if (!isfinite(value)) continue;
        sum += value;
        n++;
    }
    return n > 0 ? sum / (double)n : (double)NAN;
}

/* x as n_points means of equal shares; with `over`, 100 x / over. */
static void write_series(eg_json_writer *json, const char *key, const double *x, const double *over,
                         size_t n, size_t n_points) {
    eg_json_key(json, key);
    if (x == NULL) {
        eg_json_null(json);
        return;
    }
    eg_json_begin_array(json);
    for (size_t i = 0; i < n_points; i++)
        eg_json_number(json, mean_of(x, over, i * n / n_points, (i + 1) * n / n_points));
    eg_json_end_array(json);
}

/* Direction of the longest sway as a drawing needs it: degrees from the axis to the right, turning
 * to the front. NaN if there is no sway. */
static double ellipse_angle_deg(const eg_cop_trial *t, double mean_ml, double mean_ap) {
    double ml = 0, ap = 0, both = 0;
    for (size_t i = 0; i < t->n; i++) {
        double x = t->net.ml_mm[i] - mean_ml, y = t->net.ap_mm[i] - mean_ap;
        if (isnan(x) || isnan(y)) continue;
        ml += x * x;
        ap += y * y;
        both += x * y;
    }
    if (ml + ap <= 0) return NAN;
    return 0.5 * atan2(2 * both, ml - ap) * (180 / 3.14159265358979323846);
}

/* The 95 % prediction ellipse about the mean, from the measures where they exist. */
static void write_ellipse(const eg_evaluation *e, eg_json_writer *json) {
    static const char *const codes[][2] = {{"major", "cop.ellipse.major"},
                                           {"minor", "cop.ellipse.minor"}};
    const eg_cop_trial *t = &e->trial;
    eg_json_key(json, "ellipse");
    eg_json_begin_object(json);
    double mean_ml = mean_of(t->net.ml_mm, NULL, 0, t->n);
    double mean_ap = mean_of(t->net.ap_mm, NULL, 0, t->n);
    eg_json_member_number(json, "cx", mean_ml);
    eg_json_member_number(json, "cy", mean_ap);
    eg_json_member_number(json, "angle_deg", ellipse_angle_deg(t, mean_ml, mean_ap));
    for (size_t i = 0; i < 2; i++) {
        const eg_balance_value *v =
            e->result_err == EG_OK ? eg_balance_find(&e->result, codes[i][1]) : NULL;
        eg_json_member_number(json, codes[i][0], v != NULL ? v->value : (double)NAN);
    }
    eg_json_end_object(json);
}

void eg_evaluation_write_trace(const eg_evaluation *e, size_t n_points, eg_json_writer *json) {
    const eg_cop_trial *t = &e->trial;
    EG_ASSERT(n_points > 0);
    if (n_points > t->n) n_points = t->n;
    eg_json_begin_object(json);
    eg_json_member_number(json, "rate_hz", t->rate_hz);
    eg_json_member_integer(json, "n", (int64_t)t->n);
    eg_json_key(json, "t_s");
    eg_json_begin_array(json);
    for (size_t i = 0; i < n_points; i++) {
        size_t from = i * t->n / n_points, to = (i + 1) * t->n / n_points;
        eg_json_number(json, 0.5 * (double)(from + to - 1) / t->rate_hz);
    }
    eg_json_end_array(json);
    write_series(json, "ml_mm", t->net.ml_mm, NULL, t->n, n_points);
    write_series(json, "ap_mm", t->net.ap_mm, NULL, t->n, n_points);
    write_series(json, "fz_n", t->net.fz_n, NULL, t->n, n_points);
    write_series(json, "right_percent", t->net.fz_n != NULL ? t->right.fz_n : NULL, t->net.fz_n,
                 t->n, n_points);
    write_ellipse(e, json);
    evaluate_write_spectrum(e, json);
    eg_json_member_number(json, "settling_s", e->evaluator->limits.transient_s);
    eg_json_end_object(json);
}
