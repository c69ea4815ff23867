/* A value of an evaluation must be one that its measure can have. */
#include "clinic/entry_check.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "clinic/knowledge.h"
#include "clinic/row.h"
#include "core/base/check.h"

static eg_err refuse(json_t **problems, eg_diag *diag, const char *pointer, const char *remedy,
                     const char *format, ...) EG_PRINTF(5, 6);
static eg_err refuse(json_t **problems, eg_diag *diag, const char *pointer, const char *remedy,
                     const char *format, ...) {
    char reason[240];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    eg_problem_add(problems, pointer, reason, remedy);
    return eg_diag_set(diag, EG_ERR_DATA, pointer, 0, "%s; %s", reason, remedy);
}

static eg_err check_side(json_t *measure, const json_t *body, json_t **problems, eg_diag *diag) {
    bool sided = json_is_true(json_object_get(measure, "sided"));
    /* Ratios of both sides and totals of instruments may stand without one. */
    const char *type = eg_json_text_of(measure, "type", "");
    bool needed = sided && (strcmp(type, "choice") == 0 || strcmp(type, "range") == 0);
    if (needed && !eg_is_given(body, "side"))
        return refuse(problems, diag, "/side", "choose left, right or both",
                      "this measure is taken on one side, but none is given");
    if (!sided && eg_is_given(body, "side"))
        return refuse(problems, diag, "/side", "leave the side empty", "this measure has no side");
    return EG_OK;
}

static bool is_multiple(double value, double step) {
    return fabs(value / step - floor(value / step + 0.5)) < 1e-6;
}

/* A choice takes its options, a score, grade or count its own steps; where the step of a score is
 * finer than a half it is a mean, and takes any number. */
static eg_err check_step(json_t *measure, double value, json_t **problems, eg_diag *diag) {
    const json_t *options = json_object_get(measure, "options");
    const char *unit = eg_json_text_of(measure, "unit", "");
    double step = eg_json_number_of(measure, "step", 0);
    bool counted = strcmp(unit, "{score}") == 0 || strcmp(unit, "{grade}") == 0 ||
                   strncmp(unit, "{#}", 3) == 0;
    bool fits = json_array_size(options) == 0;
    for (size_t i = 0; i < json_array_size(options) && !fits; i++)
        fits = fabs(eg_number_at(json_array_get(options, i), "value") - value) < 1e-9;
    if (fits && counted && step >= 0.5) fits = is_multiple(value, step);
    if (fits) return EG_OK;
    return refuse(problems, diag, "/value", "choose one of its steps",
                  "%g is between the steps of this scale", value);
}

/* Something measured or seen, or the reason why not: one of the two. */
static eg_err check_given(const json_t *body, json_t **problems, eg_diag *diag) {
    bool why_not = eg_is_given(body, "not_tested_reason");
    bool measured = eg_entry_is_measured(body);
    if (why_not && measured)
        return refuse(problems, diag, "/not_tested_reason", "leave one of them out",
                      "a value and a reason why nothing was tested exclude each other");
    if (!why_not && !measured && !eg_is_given(body, "text"))
        return refuse(problems, diag, "/value", "give a value, or say why it was not tested",
                      "there is no value");
    return EG_OK;
}

bool eg_entry_is_measured(const json_t *body) {
    if (json_is_number(eg_member(body, "value"))) return true;
    static const char *const objects[] = {"rom", "items"};
    for (size_t i = 0; i < 2; i++) {
        json_t *object = (json_t *)(uintptr_t)eg_member(body, objects[i]);
        for (void *at = json_object_iter(object); at != NULL;
             at = json_object_iter_next(object, at))
            if (json_is_number(json_object_iter_value(at))) return true;
    }
    return false;
}

/* A typed number, against the range of the measure. */
static eg_err check_range(json_t *measure, const char *pointer, double value, json_t **problems,
                          eg_diag *diag) {
    double low = eg_json_number_of(measure, "low", -HUGE_VAL);
    double high = eg_json_number_of(measure, "high", HUGE_VAL);
    if (value >= low && value <= high) return EG_OK;
    return refuse(problems, diag, pointer, "check the number and its unit",
                  "%g lies outside %g to %g %.40s", value, low, high,
                  eg_json_text_of(measure, "unit", ""));
}

/* Smallest and largest angle in order, the start and the end between them. */
static eg_err check_movement(json_t *measure, const json_t *rom, json_t **problems, eg_diag *diag) {
    static const char *const names[] = {"start", "min", "max", "end"};
    double smallest = eg_number_at(rom, "min"), largest = eg_number_at(rom, "max");
    double start = eg_number_at(rom, "start"), end = eg_number_at(rom, "end");
    bool any = !isnan(smallest) || !isnan(largest) || !isnan(start) || !isnan(end);
    if (any && (isnan(smallest) || isnan(largest)))
        return refuse(problems, diag, isnan(smallest) ? "/rom/min" : "/rom/max",
                      "give the smallest and the largest angle", "a range has two ends");
    if (smallest > largest)
        return refuse(problems, diag, "/rom/min", "exchange them",
                      "the smallest angle %g is above the largest %g", smallest, largest);
    for (size_t i = 0; i < 4; i++) {
        double value = eg_number_at(rom, names[i]);
        char pointer[24];
        snprintf(pointer, sizeof pointer, "/rom/%s", names[i]);
        if (isnan(value)) continue;
        eg_err err = check_range(measure, pointer, value, problems, diag);
        if (err != EG_OK) return err;
        if (value < smallest || value > largest)
            return refuse(problems, diag, pointer, "check the angles",
                          "%g is not between the smallest and the largest angle", value);
    }
    return EG_OK;
}

static json_t *item_of(json_t *instrument, const char *id) {
    json_t *items = json_object_get(instrument, "items");
    for (size_t i = 0; i < json_array_size(items); i++)
        if (strcmp(eg_json_text_of(json_array_get(items, i), "id", ""), id) == 0)
            return json_array_get(items, i);
    return NULL;
}

static eg_err check_items(json_t *instrument, const json_t *body, json_t **problems,
                          eg_diag *diag) {
    json_t *items = (json_t *)(uintptr_t)eg_member(body, "items"), *value = NULL;
    const char *id = NULL;
    double sum = 0;
    size_t n_given = 0;
    json_object_foreach(items, id, value) {
        json_t *item = item_of(instrument, id);
        char pointer[96];
        snprintf(pointer, sizeof pointer, "/items/%.80s", id);
        if (item == NULL)
            return refuse(problems, diag, pointer, "use the items of the instrument",
                          "this measure has no such item");
        if (!json_is_number(value)) continue;
        double score = json_number_value(value);
        double low = eg_json_number_of(item, "min", -HUGE_VAL);
        double high = eg_json_number_of(item, "max", HUGE_VAL);
        if (score < low || score > high)
            return refuse(problems, diag, pointer, "check the score", "%g lies outside %g to %g",
                          score, low, high);
        double step = eg_json_number_of(item, "step", 0);
        if (step >= 0.5 && !is_multiple(score, step))
            return refuse(problems, diag, pointer, "choose one of its steps",
                          "%g is between the steps of this item", score);
        sum += score;
        n_given++;
    }
    json_t *score = json_object_get(instrument, "score");
    double total = eg_number_at(body, "value");
    bool whole = n_given > 0 && n_given == json_array_size(json_object_get(instrument, "items"));
    if (!whole || isnan(total) || strcmp(eg_json_text_of(score, "rule", ""), "sum") != 0)
        return EG_OK;
    if (fabs(sum - total) > 1e-6)
        return refuse(problems, diag, "/value", "leave the total out or correct an item",
                      "the items add up to %g, the total says %g", sum, total);
    return EG_OK;
}

eg_err eg_entry_check(const eg_clinic *clinic, const json_t *body, json_t **problems,
                      eg_diag *diag) {
    EG_ASSERT(clinic != NULL && body != NULL);
    if (clinic->knowledge == NULL) return EG_OK;
    const char *code = eg_text_at(body, "code");
    json_t *measure = eg_knowledge_find(clinic->knowledge, "measures", code);
    if (measure == NULL && eg_is_given(body, "recording_id")) return EG_OK;
    if (measure == NULL)
        return refuse(problems, diag, "/code", "choose a measure from the list",
                      "no measure is called \"%.64s\"", code);
    eg_err err = check_side(measure, body, problems, diag);
    double value = eg_number_at(body, "value");
    if (err == EG_OK) err = check_given(body, problems, diag);
    if (err == EG_OK && !isnan(value)) err = check_range(measure, "/value", value, problems, diag);
    if (err == EG_OK && !isnan(value)) err = check_step(measure, value, problems, diag);
    const json_t *rom = eg_member(body, "rom");
    if (err == EG_OK && json_is_object(rom)) err = check_movement(measure, rom, problems, diag);
    const char *instrument = eg_json_text_of(measure, "instrument", "");
    if (err == EG_OK && json_object_size(eg_member(body, "items")) > 0)
        err = check_items(instrument[0] == '\0'
                              ? NULL
                              : eg_knowledge_find(clinic->knowledge, "instruments", instrument),
                          body, problems, diag);
    return err;
}
