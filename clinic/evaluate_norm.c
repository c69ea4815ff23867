/* Norms and noise that belong to a trial's condition, and the trial's spectrum for the page. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/evaluate_part.h"
#include "core/signal/spectrum.h"

static const double duration_tolerance = 0.05; /* of the norm's duration */
static const double spectrum_window_s = 10, spectrum_end_hz = 5;

static const char *text_of(const json_t *entry, const char *key) {
    const char *text = json_string_value(json_object_get(entry, key));
    return text != NULL ? text : "";
}

/* ---- norms ---------------------------------------------------------------------------------- */

/* "any" of an entry holds for all; `own` NULL: not known of the trial. */
static int is_same(const json_t *entry, const char *key, const char *own, int if_unknown) {
    const char *of_entry = text_of(entry, key);
    if (strcmp(of_entry, "any") == 0) return 1;
    return own == NULL ? if_unknown : strcmp(of_entry, own) == 0;
}

/* Surface and vision; `if_unknown`: whether what is not known of the trial fits. */
static int is_for_surroundings(const eg_evaluation *e, const json_t *entry, int if_unknown) {
    const eg_balance_condition *c = &e->trial.condition;
    const char *surface = c->surface == EG_SURFACE_FIRM   ? "firm"
                          : c->surface == EG_SURFACE_FOAM ? "foam"
                                                          : NULL;
    const char *vision = c->vision == EG_VISION_OPEN     ? "open"
                         : c->vision == EG_VISION_CLOSED ? "closed"
                                                         : NULL;
    return is_same(entry, "surface", surface, if_unknown) &&
           is_same(entry, "vision", vision, if_unknown);
}

static int is_for_condition(const eg_evaluation *e, const json_t *entry) {
    const json_t *duration = json_object_get(entry, "duration_s");
    double seconds = json_number_value(duration), own = (double)e->trial.n / e->trial.rate_hz;
    if (!is_for_surroundings(e, entry, 0)) return 0;
    return !json_is_number(duration) || fabs(own - seconds) <= duration_tolerance * seconds;
}

static int is_for_age(const eg_evaluation *e, const json_t *entry) {
    const json_t *low = json_object_get(entry, "age_low"),
                 *high = json_object_get(entry, "age_high");
    double age = e->options.age_years;
    return json_is_number(low) && json_is_number(high) && age >= json_number_value(low) &&
           age <= json_number_value(high);
}

static int has_no_age(const json_t *entry) {
    return !json_is_number(json_object_get(entry, "age_low"));
}

/* Norms of standing on both feet say nothing about sitting, tandem or one leg. */
static const char *why_never(const eg_evaluation *e) {
    const eg_balance_condition *c = &e->trial.condition;
    const char *of_task = e->evaluator->tasks[e->plan.task].no_norm;
    if (of_task != NULL) return of_task;
    if (c->posture == EG_POSTURE_SITTING) return "no open norm exists for sitting";
    if (c->stance == EG_STANCE_TANDEM || c->stance == EG_STANCE_SINGLE_LEFT ||
        c->stance == EG_STANCE_SINGLE_RIGHT)
        return "the norms are of quiet standing on both feet";
    if (c->posture == EG_POSTURE_UNKNOWN) return "say --posture to see norms";
    if (c->vision == EG_VISION_UNKNOWN || c->surface == EG_SURFACE_UNKNOWN)
        return "say --vision and --surface to see norms";
    return NULL;
}

/* Where a norm cannot be looked for, noise cannot either, mostly for the same reason. */
static const char *why_no_noise(const eg_evaluation *e, int n_of_measure) {
    const eg_balance_condition *c = &e->trial.condition;
    const char *never = evaluate_why_never_mdc(e);
    if (never != NULL) return never;
    if (c->stance == EG_STANCE_TANDEM || c->stance == EG_STANCE_SINGLE_LEFT ||
        c->stance == EG_STANCE_SINGLE_RIGHT)
        return "how large a change is noise is known for quiet standing on both feet only";
    if (n_of_measure == 0) return "how large a change of this measure is noise is not known";
    if (c->vision == EG_VISION_UNKNOWN || c->surface == EG_SURFACE_UNKNOWN)
        return "say --vision and --surface to see how large a change is noise";
    return "how large a change is noise is known for trials of 60 s only";
}

static int is_noise_of(const json_t *entry, const char *code) {
    return strcmp(text_of(entry, "measure"), code) == 0 &&
           json_is_number(json_object_get(entry, "icc21"));
}

static int count_noise(const eg_evaluation *e, const char *code) {
    int n = 0;
    size_t i;
    json_t *entry;
    json_array_foreach(e->evaluator->norms, i, entry) n += is_noise_of(entry, code);
    return n;
}

measure_knowledge evaluate_find_knowledge(const eg_evaluation *e, const char *code) {
    measure_knowledge known = {NULL, NULL, why_never(e), NULL};
    int n_of_measure = 0, n_of_condition = 0;
    if (known.why_not != NULL) {
        known.why_no_mdc = why_no_noise(e, count_noise(e, code));
        return known;
    }
    size_t i;
    json_t *entry;
    json_array_foreach(e->evaluator->norms, i, entry) {
        if (strcmp(text_of(entry, "measure"), code) != 0) continue;
        const char *kind = text_of(entry, "kind");
        int is_reference = strcmp(kind, "reference") == 0;
        if (!is_reference && strcmp(kind, "reliability") != 0) continue;
        n_of_measure += is_reference;
        if (!is_for_condition(e, entry)) continue;
        n_of_condition += is_reference;
        /* A band holds only for the ages measured; noise without an age holds until better. */
        int fits = is_for_age(e, entry), is_noise = json_is_number(json_object_get(entry, "icc21"));
        if (is_reference && fits) known.reference = entry;
        if (is_noise && (fits || (has_no_age(entry) && known.reliability == NULL)))
            known.reliability = entry;
    }
    if (!json_is_number(json_object_get(known.reliability, "mdc95")))
        known.why_no_mdc = why_no_noise(e, known.reliability != NULL ? 0 : count_noise(e, code));
    if (known.reference != NULL || n_of_measure == 0) return known;
    known.why_not = n_of_condition == 0           ? "no norm for this duration, surface and vision"
                    : isnan(e->options.age_years) ? "say --age to see norms"
                                                  : "nobody of this age was measured";
    return known;
}

double evaluate_find_icc(const eg_evaluation *e, const char *code, bool *is_borrowed) {
    double lowest = NAN;
    if (is_borrowed != NULL) *is_borrowed = false;
    if (e->trial.condition.posture == EG_POSTURE_SITTING) return NAN;
    measure_knowledge known = evaluate_find_knowledge(e, code);
    const json_t *own = json_object_get(known.reliability, "icc21");
    if (json_is_number(own)) return json_number_value(own);
    size_t i;
    json_t *entry;
    json_array_foreach(e->evaluator->norms, i, entry) {
        if (!is_noise_of(entry, code) || !is_for_surroundings(e, entry, 1)) continue;
        lowest = fmin(lowest, json_number_value(json_object_get(entry, "icc21")));
    }
    if (is_borrowed != NULL) *is_borrowed = !isnan(lowest);
    return lowest;
}

/* ---- spectrum ------------------------------------------------------------------------------- */

static int make_spectrum(const eg_evaluation *e, const double *x, size_t segment, double *density,
                         eg_arena *arena) {
    eg_welch_settings settings = {.rate_hz = e->trial.rate_hz,
                                  .segment = segment,
                                  .overlap = segment / 2,
                                  .window = EG_WINDOW_HANN_PERIODIC,
                                  .detrend = EG_DETREND_LINEAR};
    eg_welch welch;
    if (eg_welch_init(&welch, &settings, arena, NULL) != EG_OK) return 0;
    double *clean = eg_arena_take(arena, e->trial.n, sizeof *clean);
    if (clean == NULL) return 0;
    double last = 0;
    for (size_t i = 0; i < e->trial.n; i++) {
        if (isfinite(x[i])) last = x[i];
        clean[i] = last;
    }
    return eg_welch_run(&welch, e->trial.n, clean, density, NULL) == EG_OK;
}

static void write_density(eg_json_writer *json, const char *key, const double *density,
                          size_t n_bins) {
    eg_json_key(json, key);
    eg_json_begin_array(json);
    for (size_t k = 1; k < n_bins; k++) eg_json_number(json, density[k]);
    eg_json_end_array(json);
}

void evaluate_write_spectrum(const eg_evaluation *e, eg_json_writer *json) {
    eg_json_key(json, "spectrum");
    size_t segment = (size_t)(spectrum_window_s * e->trial.rate_hz);
    eg_welch_settings settings = {.rate_hz = e->trial.rate_hz,
                                  .segment = segment,
                                  .overlap = segment / 2,
                                  .window = EG_WINDOW_HANN_PERIODIC,
                                  .detrend = EG_DETREND_LINEAR};
    if (segment < 64 || segment > e->trial.n) {
        eg_json_null(json);
        return;
    }
    size_t n_bins = (size_t)(spectrum_end_hz * spectrum_window_s) + 1;
    size_t size =
        2 * eg_welch_size(&settings) + (2 * e->trial.n + 2 * segment + 256) * sizeof(double);
    void *memory = malloc(size);
    double *density = calloc(2 * (segment / 2 + 1), sizeof *density);
    eg_arena arena;
    eg_arena_init(&arena, memory, memory != NULL ? size : 0);
    double *ap = density != NULL ? density + segment / 2 + 1 : NULL;
    if (memory != NULL && density != NULL && n_bins <= segment / 2 + 1 &&
        make_spectrum(e, e->trial.net.ml_mm, segment, density, &arena) &&
        make_spectrum(e, e->trial.net.ap_mm, segment, ap, &arena)) {
        eg_json_begin_object(json);
        eg_json_key(json, "f_hz");
        eg_json_begin_array(json);
        for (size_t k = 1; k < n_bins; k++)
            eg_json_number(json, (double)k * e->trial.rate_hz / (double)segment);
        eg_json_end_array(json);
        write_density(json, "ml", density, n_bins);
        write_density(json, "ap", ap, n_bins);
        eg_json_end_object(json);
    } else {
        eg_json_null(json);
    }
    free(density);
    free(memory);
}
