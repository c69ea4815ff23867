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
    if (err == EG_OK && !isnan(value)) err = check_range(measure, "/value", value, problems, diag);
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
