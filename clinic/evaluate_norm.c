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

static int is_for_condition(const eg_evaluation *e, const json_t *entry) {
    const eg_balance_condition *c = &e->trial.condition;
    const char *surface = c->surface == EG_SURFACE_FIRM   ? "firm"
                          : c->surface == EG_SURFACE_FOAM ? "foam"
                                                          : "?";
    const char *vision = c->vision == EG_VISION_OPEN     ? "open"
                         : c->vision == EG_VISION_CLOSED ? "closed"
                                                         : "?";
    const json_t *duration = json_object_get(entry, "duration_s");
    double seconds = json_number_value(duration), own = (double)e->trial.n / e->trial.rate_hz;
    const char *of_surface = text_of(entry, "surface"), *of_vision = text_of(entry, "vision");
    if (strcmp(of_surface, "any") != 0 && strcmp(of_surface, surface) != 0) return 0;
    if (strcmp(of_vision, "any") != 0 && strcmp(of_vision, vision) != 0) return 0;
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

measure_knowledge evaluate_find_knowledge(const eg_evaluation *e, const char *code) {
    measure_knowledge known = {NULL, NULL, why_never(e)};
    int n_of_measure = 0, n_of_condition = 0;
    if (known.why_not != NULL) return known;
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
    if (known.reference != NULL || n_of_measure == 0) return known;
    known.why_not = n_of_condition == 0           ? "no norm for this duration, surface and vision"
                    : isnan(e->options.age_years) ? "say --age to see norms"
                                                  : "nobody of this age was measured";
    return known;
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
