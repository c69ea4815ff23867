#include "clinic/study.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/study_rows.h"
#include "core/base/check.h"
#include "io/format/step.h"

static const eg_study *const studies[] = {&eg_study_strength, &eg_study_emg, &eg_study_motion,
                                          &eg_study_gait, &eg_study_function};

enum {
    N_STUDIES = sizeof studies / sizeof studies[0],
    TEXT_MAX = 4000,
    NAME_MAX_BYTES = 40,
    TERM_MAX = 120
};

const eg_study *eg_study_at(size_t index) {
    return index < N_STUDIES ? studies[index] : NULL;
}

const eg_study *eg_study_find(const char *name) {
    for (size_t i = 0; i < N_STUDIES; i++)
        if (strcmp(studies[i]->name, name) == 0) return studies[i];
    return NULL;
}

/* ---- options ---- */

static const eg_study_option *option_of(const eg_study *study, const char *name) {
    for (size_t i = 0; i < study->n_options; i++)
        if (strcmp(study->options[i].name, name) == 0) return &study->options[i];
    return NULL;
}

/* Whether `text` is one of the words between the bars of `choices`. */
static int is_choice(const char *choices, const char *text) {
    size_t n = strlen(text);
    for (const char *at = choices; *at != '\0';) {
        size_t length = strcspn(at, "|");
        if (length == n && strncmp(at, text, n) == 0) return 1;
        at += length + (at[length] == '|');
    }
    return 0;
}

static eg_err refuse(const eg_study_option *option, eg_diag *diag) {
    switch (option->type) {
    case EG_STUDY_FLAG:
        return eg_diag_set(diag, EG_ERR_ARGUMENT, option->name, 0, "yes or no");
    case EG_STUDY_NUMBER:
        return eg_diag_set(diag, EG_ERR_ARGUMENT, option->name, 0,
                           "it takes a number from %g to %g%s%s", option->least, option->most,
                           option->unit != NULL ? ", in " : "",
                           option->unit != NULL ? option->unit : "");
    case EG_STUDY_CHOICE:
        return eg_diag_set(diag, EG_ERR_ARGUMENT, option->name, 0, "it takes one of %s",
                           option->choices);
    case EG_STUDY_SPAN:
        return eg_diag_set(diag, EG_ERR_ARGUMENT, option->name, 0,
                           "it takes two times in seconds, the earlier one first: 2,5.5");
    case EG_STUDY_LABELS:
        return eg_diag_set(
            diag, EG_ERR_ARGUMENT, option->name, 0,
            "it takes labels, with commas between them; one that has a comma in quotes");
    case EG_STUDY_CHANNEL:
    case EG_STUDY_TEXT:
        break;
    }
    return eg_diag_set(diag, EG_ERR_ARGUMENT, option->name, 0, "it takes a text");
}

static int is_span(const json_t *value) {
    if (json_array_size(value) != 2) return 0;
    const json_t *from = json_array_get(value, 0), *to = json_array_get(value, 1);
    return json_is_number(from) && json_is_number(to) && json_number_value(from) >= 0.0 &&
           json_number_value(to) > json_number_value(from);
}

static int is_short_text(const json_t *value) {
    return json_is_string(value) && json_string_length(value) > 0 &&
           json_string_length(value) <= TEXT_MAX;
}

static int is_labels(const json_t *value) {
    size_t i;
    json_t *one;
    if (json_array_size(value) == 0 || json_array_size(value) > EG_RECORDING_CHANNELS_MAX) return 0;
    json_array_foreach(value, i, one) if (!is_short_text(one)) return 0;
    return 1;
}

static int is_good(const eg_study_option *option, const json_t *value) {
    double number = json_number_value(value);
    switch (option->type) {
    case EG_STUDY_FLAG:
        return json_is_boolean(value);
    case EG_STUDY_NUMBER:
        return json_is_number(value) && number >= option->least && number <= option->most;
    case EG_STUDY_CHOICE:
        return json_is_string(value) && is_choice(option->choices, json_string_value(value));
    case EG_STUDY_SPAN:
        return is_span(value);
    case EG_STUDY_LABELS:
        return is_labels(value);
    case EG_STUDY_CHANNEL:
    case EG_STUDY_TEXT:
        break;
    }
    return is_short_text(value);
}

eg_err eg_study_check_options(const eg_study *study, const json_t *options, eg_diag *diag) {
    const char *name;
    json_t *value;
    if (!json_is_object(options))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "options", 0, "the options are an object");
    json_object_foreach((json_t *)(uintptr_t)options, name, value) {
        const eg_study_option *option = option_of(study, name);
        if (option == NULL)
            return eg_diag_set(diag, EG_ERR_ARGUMENT, name, 0, "\"%s\" has no such option",
                               study->name);
        if (!is_good(option, value)) return refuse(option, diag);
    }
    return EG_OK;
}

/* One label, moved over; "Biceps, long" where it stands in quotes, with "" for one of them. NULL
 * for quotes that do not end, or something behind them. */
static json_t *label_from(const char **at) {
    char label[TEXT_MAX + 1];
    size_t n = 0;
    if (**at != '"') {
        n = strcspn(*at, ",");
        *at += n;
        return json_stringn(*at - n, n);
    }
    for (++*at; **at != '\0'; ++*at) {
        if (**at == '"' && *++*at != '"') break;
        if (n == TEXT_MAX) return NULL;
        label[n++] = **at;
    }
    return (*at)[-1] == '"' && (**at == ',' || **at == '\0') ? json_stringn(label, n) : NULL;
}

static json_t *labels_from(const char *text) {
    json_t *list = json_array();
    for (const char *at = text; list != NULL; at++) {
        if (json_array_append_new(list, label_from(&at)) != 0) break;
        if (*at == '\0') return list;
    }
    json_decref(list);
    return NULL;
}

static json_t *span_from(const char *text) {
    char *middle, *end;
    double from = strtod(text, &middle);
    if (middle == text || *middle != ',') return NULL;
    double to = strtod(middle + 1, &end);
    if (end == middle + 1 || *end != '\0' || !isfinite(from) || !isfinite(to)) return NULL;
    return json_pack("[f, f]", from, to);
}

static json_t *value_from(const eg_study_option *option, const char *text) {
    char *end;
    if (option->type == EG_STUDY_FLAG) return json_true();
    if (text == NULL) return NULL;
    if (option->type == EG_STUDY_LABELS) return labels_from(text);
    if (option->type == EG_STUDY_SPAN) return span_from(text);
    if (option->type != EG_STUDY_NUMBER) return json_string(text);
    double number = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(number) ? json_real(number) : NULL;
}

/* "rate-hz" is typed, "rate_hz" is meant. */
static void name_from(const char *typed, char name[NAME_MAX_BYTES]) {
    size_t n = 0;
    for (; typed[n] != '\0' && n + 1 < NAME_MAX_BYTES; n++)
        name[n] = typed[n] == '-' ? '_' : typed[n];
    name[n] = '\0';
}

int eg_study_option_takes(const eg_study *study, const char *typed) {
    char name[NAME_MAX_BYTES];
    name_from(typed, name);
    const eg_study_option *option = option_of(study, name);
    return option == NULL ? -1 : option->type != EG_STUDY_FLAG;
}

eg_err eg_study_option_set(const eg_study *study, const char *typed, const char *text,
                           json_t *options, eg_diag *diag) {
    EG_ASSERT(study != NULL && typed != NULL && options != NULL);
    char name[NAME_MAX_BYTES];
    name_from(typed, name);
    const eg_study_option *option = option_of(study, name);
    if (option == NULL)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, typed, 0, "\"%s\" has no such option",
                           study->name);
    json_t *value = value_from(option, text);
    if (value == NULL || !is_good(option, value)) {
        json_decref(value);
        return refuse(option, diag);
    }
    if (json_object_set_new(options, name, value) != 0)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    return EG_OK;
}

/* The value, and a mark that it was asked for. */
static const json_t *look_at(const eg_study_call *call, const char *name) {
    if (call->looked_at != NULL) json_object_set_new(call->looked_at, name, json_true());
    return json_object_get(call->options, name);
}

double eg_study_number(const eg_study_call *call, const char *name, double otherwise) {
    const json_t *value = look_at(call, name);
    return json_is_number(value) ? json_number_value(value) : otherwise;
}

const char *eg_study_text(const eg_study_call *call, const char *name, const char *otherwise) {
    const char *text = json_string_value(look_at(call, name));
    return text != NULL ? text : otherwise;
}

int eg_study_flag(const eg_study_call *call, const char *name) {
    return json_is_true(look_at(call, name));
}

int eg_study_span(const eg_study_call *call, const char *name, double *from_s, double *to_s) {
    const json_t *value = look_at(call, name);
    if (!is_span(value)) return 0;
    *from_s = json_number_value(json_array_get(value, 0));
    *to_s = json_number_value(json_array_get(value, 1));
    return 1;
}

const json_t *eg_study_labels(const eg_study_call *call, const char *name) {
    const json_t *value = look_at(call, name);
    return json_is_array(value) ? value : NULL;
}

/* ---- options without a part in the result ---- */

/* One term of a condition, "reflex" or "normalise=mvc|submaximal", of n bytes. */
static int holds(const eg_study *study, const json_t *options, const char *term, size_t n) {
    char name[NAME_MAX_BYTES], words[TERM_MAX];
    const size_t n_name = strcspn(term, "= ");
    EG_ASSERT(n < sizeof words && n_name < sizeof name);
    (void)snprintf(name, sizeof name, "%.*s", (int)n_name, term);
    const json_t *value = json_object_get(options, name);
    if (n_name >= n) return value != NULL && !json_is_false(value);
    (void)snprintf(words, sizeof words, "%.*s", (int)(n - n_name - 1), term + n_name + 1);
    const eg_study_option *option = option_of(study, name);
    EG_ASSERT(option != NULL);
    const char *word = json_is_string(value) ? json_string_value(value) : option->fallback;
    return word != NULL && is_choice(words, word);
}

static int condition_holds(const eg_study *study, const json_t *options, const char *with) {
    for (const char *at = with; *at != '\0';) {
        const size_t n = strcspn(at, " ");
        if (holds(study, options, at, n)) return 1;
        at += n + (at[n] == ' ');
    }
    return 0;
}

/* "normalise=mvc|submaximal reflex" as it is typed: "--normalise mvc|submaximal or --reflex". */
void eg_study_condition_print(const char *with, char *text, size_t size) {
    size_t n = 0;
    EG_ASSERT(size > 8);
    int is_name = 1;
    const char *before = "--";
    for (const char *at = with; n + 8 < size; at++) {
        for (; *before != '\0' && n + 8 < size; before++) text[n++] = *before;
        if (*at == '\0') break;
        if (*at == '=' || *at == ' ') {
            before = *at == '=' ? " " : " or --";
            is_name = *at == ' ';
        } else {
            text[n++] = is_name && *at == '_' ? '-' : *at;
        }
    }
    text[n] = '\0';
}

void eg_study_unused(json_t *result, const char *name, const char *why) {
    char text[400], typed[NAME_MAX_BYTES];
    eg_study_condition_print(name, typed, sizeof typed);
    (void)snprintf(text, sizeof text, "%s was not used: %.300s", typed, why);
    eg_study_add_warning(result, text);
}

static int is_of_person(const char *name) {
    static const char *const names[] = {"age", "sex", "height_m", "mass_kg"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0) return 1;
    return 0;
}

static void tell_unused(const eg_study *study, const eg_study_call *call, json_t *result) {
    for (size_t k = 0; k < study->n_options; k++) {
        const char *name = study->options[k].name, *with = NULL;
        const json_t *value = json_object_get(call->options, name);
        if (value == NULL || json_is_false(value) || is_of_person(name)) continue;
        for (size_t i = 0; i < study->n_conditions && with == NULL; i++)
            if (strcmp(study->conditions[i].option, name) == 0 &&
                !condition_holds(study, call->options, study->conditions[i].with))
                with = study->conditions[i].with;
        char why[300] = "it counts with ";
        if (with != NULL)
            eg_study_condition_print(with, why + strlen(why), sizeof why - strlen(why));
        if (with != NULL)
            eg_study_unused(result, name, why);
        else if (json_object_get(call->looked_at, name) == NULL)
            eg_study_unused(result, name, "it has no part in what was measured here");
    }
}

/* ---- running ---- */

int eg_study_is_open_check(const char *detail) {
    static const char words[] = "not checked";
    return strncmp(detail, words, sizeof words - 1) == 0;
}

int eg_study_is_uneven(const eg_recording *recording) {
    if (recording->t_s == NULL || recording->n_frames < 2) return 0;
    return eg_steps_of(recording->t_s, recording->n_frames).n_uneven > 0;
}

static void tell_uneven(const eg_recording *recording, json_t *result) {
    if (!eg_study_is_uneven(recording)) return;
    eg_steps steps = eg_steps_of(recording->t_s, recording->n_frames);
    char text[200];
    snprintf(text, sizeof text,
             "rows are not evenly apart (%.4g to %.4g ms): they are taken at their mean, %.6g Hz, "
             "so moments and speeds are less sure",
             1e3 * steps.least_s, 1e3 * steps.most_s, steps.rate_hz);
    eg_study_add_check(result, "rate", 1, text, NULL);
}

/* "column 3" is the third column of a text, whatever the file calls it. */
static const char *label_of_column(const eg_recording *recording, const char *said) {
    char text[32];
    if (said == NULL || eg_recording_channel(recording, said) != NULL) return said;
    for (size_t i = 0; i < recording->n_channels; i++) {
        const eg_channel *c = &recording->channels[i];
        snprintf(text, sizeof text, "column %zu", c->column);
        if (c->column > 0 && strcmp(said, text) == 0) return c->label;
    }
    return said;
}

static void name_columns(const eg_study *study, const eg_recording *recording, json_t *options) {
    for (size_t i = 0; i < study->n_options; i++) {
        const eg_study_option *option = &study->options[i];
        json_t *value = json_object_get(options, option->name), *one;
        size_t k;
        if (option->type == EG_STUDY_CHANNEL && json_is_string(value))
            json_object_set_new(options, option->name,
                                json_string(label_of_column(recording, json_string_value(value))));
        if (option->type != EG_STUDY_LABELS) continue;
        json_array_foreach(value, k, one) {
            json_array_set_new(value, k,
                               json_string(label_of_column(recording, json_string_value(one))));
        }
    }
}

eg_err eg_study_run(const eg_study *study, eg_study_call call, json_t **result, eg_diag *diag) {
    EG_ASSERT(study != NULL && call.recording != NULL && result != NULL);
    *result = NULL;
    json_t *options = call.options != NULL ? json_deep_copy(call.options) : json_object();
    if (options == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    eg_err err = eg_study_check_options(study, options, diag);
    if (err == EG_OK && call.n_references > 0 && study->reference == NULL)
        err = eg_diag_set(diag, EG_ERR_ARGUMENT, "reference", 0, "\"%s\" takes no second file",
                          study->name);
    if (err == EG_OK && call.n_references > EG_STUDY_REFERENCES_MAX)
        err = eg_diag_set(diag, EG_ERR_ARGUMENT, "reference", 0, "at most %d further files",
                          EG_STUDY_REFERENCES_MAX);
    if (err == EG_OK) name_columns(study, call.recording, options);
    call.options = options;
    call.looked_at = json_object();
    if (err == EG_OK) err = study->run(&call, result, diag);
    if (err == EG_OK) tell_unused(study, &call, *result);
    if (err == EG_OK) tell_uneven(call.recording, *result);
    json_decref(call.looked_at);
    json_decref(options);
    EG_ASSERT((err == EG_OK) == (*result != NULL));
    return err;
}

/* ---- what goes into a result ---- */

json_t *eg_study_new(const char *name, const char *title, const char *profile) {
    return json_pack("{s:s, s:s, s:s, s:s, s:[], s:[], s:[], s:s, s:[]}", "study", name, "title",
                     title, "profile", profile, "verdict", "ok", "quality", "measures", "events",
                     "methods", "", "warnings");
}

static void set_text(json_t *object, const char *key, const char *text) {
    if (text != NULL) json_object_set_new(object, key, json_string(text));
}

static void set_number(json_t *object, const char *key, double value) {
    json_object_set_new(object, key, isfinite(value) ? json_real(value) : json_null());
}

static json_t *append(json_t *result, const char *list, json_t *object) {
    return json_array_append_new(json_object_get(result, list), object) == 0 ? object : NULL;
}

json_t *eg_study_add_value(json_t *result, const eg_measure_table *table,
                           const eg_study_value *value) {
    static const char *const better[] = {"lower", "none", "higher"};
    const eg_measure_def *def = table != NULL ? eg_measure_find(table, value->code) : NULL;
    EG_ASSERT(table == NULL || def != NULL);
    json_t *one = json_object();
    set_text(one, "code", value->code);
    set_text(one, "name", def != NULL ? def->name : NULL);
    set_number(one, "value", value->value);
    set_text(one, "unit", value->unit != NULL ? value->unit : def != NULL ? def->unit : "1");
    if (def != NULL) set_text(one, "better", better[def->better + 1]);
    set_text(one, "channel", value->channel);
    set_text(one, "side", value->side);
    if (value->repetition > 0)
        json_object_set_new(one, "repetition", json_integer(value->repetition));
    if (isfinite(value->low) && isfinite(value->high) && value->low < value->high) {
        set_number(one, "low", value->low);
        set_number(one, "high", value->high);
    }
    set_text(one, "note", value->note);
    if (value->is_extra) json_object_set_new(one, "extra", json_true());
    return append(result, "measures", one);
}

void eg_study_add_check(json_t *result, const char *check, int verdict, const char *detail,
                        const char *channel) {
    static const char *const words[] = {"ok", "warn", "fail"};
    EG_ASSERT(verdict >= 0 && verdict <= 2);
    json_t *one =
        json_pack("{s:s, s:s, s:s}", "check", check, "verdict", words[verdict], "detail", detail);
    set_text(one, "channel", channel);
    (void)append(result, "quality", one);
    const char *worst = json_string_value(json_object_get(result, "verdict"));
    int before = worst == NULL || strcmp(worst, "ok") == 0 ? 0 : strcmp(worst, "warn") == 0 ? 1 : 2;
    if (verdict > before) set_text(result, "verdict", words[verdict]);
}

/* Whether a value of `channel` was measured from `failed`, too. */
static int draws_on(const char *channel, const char *failed) {
    if (channel == NULL || failed == NULL || strcmp(channel, failed) == 0) return 1;
    size_t all = strlen(channel), part = strlen(failed);
    if (all <= part) return 0;
    return (strncmp(channel, failed, part) == 0 && channel[part] == ',') ||
           (strcmp(channel + all - part, failed) == 0 && channel[all - part - 1] == ',');
}

void eg_study_withhold_value(json_t *value, const char *check, const char *detail) {
    char note[300];
    if (value == NULL || json_is_null(json_object_get(value, "value"))) return;
    if (strstr(json_string_value(json_object_get(value, "code")), ".quality.") != NULL) return;
    snprintf(note, sizeof note, "withheld: %s failed, %s", check, detail);
    json_object_set_new(value, "value", json_null());
    json_object_set_new(value, "withheld", json_true());
    set_text(value, "note", note);
    json_object_del(value, "low");
    json_object_del(value, "high");
    json_object_del(value, "norm");
}

void eg_study_withhold(json_t *result, const char *only, int by_channel) {
    size_t i, k;
    json_t *check, *value;
    json_array_foreach(json_object_get(result, "quality"), i, check) {
        const char *name = json_string_value(json_object_get(check, "check"));
        if (strcmp(json_string_value(json_object_get(check, "verdict")), "fail") != 0) continue;
        if (only != NULL && strcmp(name, only) != 0) continue;
        const char *failed = json_string_value(json_object_get(check, "channel"));
        json_array_foreach(json_object_get(result, "measures"), k, value) {
            if (!by_channel ||
                draws_on(json_string_value(json_object_get(value, "channel")), failed))
                eg_study_withhold_value(value, name,
                                        json_string_value(json_object_get(check, "detail")));
        }
    }
}

json_t *eg_study_add_event(json_t *result, const char *label, double t_s, double end_s,
                           const char *channel, const char *side) {
    json_t *one = json_object();
    set_text(one, "label", label);
    set_number(one, "t_s", t_s);
    if (isfinite(end_s)) set_number(one, "end_s", end_s);
    set_text(one, "channel", channel);
    set_text(one, "side", side);
    return append(result, "events", one);
}

json_t *eg_study_add_trace(json_t *result, size_t n_points, const char *label, const char *unit,
                           const char *role, const char *channel, double start_s, double rate_hz,
                           size_t n, const double *values) {
    if (n_points == 0 || n == 0 || !(rate_hz > 0.0)) return NULL;
    size_t n_steps = n < n_points ? n : n_points;
    json_t *low = json_array(), *high = json_array();
    for (size_t k = 0; k < n_steps; k++) {
        size_t from = (size_t)((double)k * (double)n / (double)n_steps);
        size_t to = (size_t)((double)(k + 1) * (double)n / (double)n_steps);
        double least = (double)NAN, most = (double)NAN;
        for (size_t i = from; i < to && i < n; i++) {
            least = fmin(least, values[i]);
            most = fmax(most, values[i]);
        }
        json_array_append_new(low, isfinite(least) ? json_real(least) : json_null());
        json_array_append_new(high, isfinite(most) ? json_real(most) : json_null());
    }
    json_t *one = json_pack("{s:s, s:s, s:s, s:f, s:f, s:o, s:o}", "label", label, "unit", unit,
                            "role", role, "start_s", start_s, "step_s",
                            (double)n / rate_hz / (double)n_steps, "low", low, "high", high);
    set_text(one, "channel", channel);
    if (json_object_get(result, "traces") == NULL)
        json_object_set_new(result, "traces", json_array());
    return append(result, "traces", one);
}

void eg_study_add_warning(json_t *result, const char *text) {
    (void)append(result, "warnings", json_string(text));
}

void eg_study_say(json_t *result, const char *format, ...) {
    char sentence[1000], *whole = NULL;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    const char *before = json_string_value(json_object_get(result, "methods"));
    size_t size = (before != NULL ? strlen(before) : 0) + strlen(sentence) + 2;
    if (before == NULL || (whole = malloc(size)) == NULL) return;
    (void)snprintf(whole, size, "%s%s%s", before, before[0] != '\0' ? " " : "", sentence);
    set_text(result, "methods", whole);
    free(whole);
}
