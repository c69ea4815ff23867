/* A study: one way to examine a recording, and everything that the command line, the server and the
 * pages need to offer it: its name, its options, its measures and the function that runs it. One
 * row of a table per study, so that what can be measured on the command line can be measured in the
 * Evaluation page too, with the same options and the same numbers.
 *
 * Balance has its own face (evaluate.h), because its tasks, norms and quality gate need more. */
#ifndef EG_CLINIC_STUDY_H
#define EG_CLINIC_STUDY_H

#include <jansson.h>
#include <stddef.h>

#include "clinic/knowledge.h"
#include "core/base/err.h"
#include "core/base/measure.h"
#include "io/format/recording.h"

enum { EG_STUDY_REFERENCES_MAX = 16 };

typedef enum eg_study_option_type {
    EG_STUDY_FLAG,    /* true or absent */
    EG_STUDY_NUMBER,  /* least ... most, in `unit` */
    EG_STUDY_CHOICE,  /* one of `choices` */
    EG_STUDY_SPAN,    /* two seconds, "FROM,TO"; in JSON an array of two numbers */
    EG_STUDY_CHANNEL, /* the label of a channel or marker; "column 3" of a text */
    EG_STUDY_LABELS,  /* several, A,B or "A, long",B; in JSON an array of texts */
    EG_STUDY_TEXT
} eg_study_option_type;

typedef struct eg_study_option {
    const char *name; /* "rate_hz": the member of `options`; --rate-hz on the command line */
    eg_study_option_type type;
    const char *unit;     /* UCUM; NULL but for numbers */
    double least, most;   /* of a number */
    const char *choices;  /* "aglr|tkeo"; NULL but for choices */
    const char *fallback; /* what holds without it, in words: "aglr", "as the file says" */
    const char *help;     /* one line, for a person */
} eg_study_option;

/* With what an option counts, where it does not always: "reflex" where that option is given, too,
 * "normalise=mvc|submaximal" where it has one of these values (or holds unless said otherwise);
 * any of several, parted by spaces. */
typedef struct eg_study_condition {
    const char *option, *with;
} eg_study_condition;

/* What a study is given. Everything is borrowed. */
typedef struct eg_study_call {
    const eg_recording *recording;
    /* Further recordings that this one is held against: maximal contractions, a static pose. */
    size_t n_references;
    const eg_recording *references[EG_STUDY_REFERENCES_MAX];
    const json_t *options;         /* checked: only members of the study's options; never NULL */
    const eg_knowledge *knowledge; /* NULL: no published values */
    size_t n_trace_points;         /* 0: no traces; else at most this many points each */
    json_t *looked_at;             /* of eg_study_run: the options that `run` has asked for */
} eg_study_call;

typedef struct eg_study {
    const char *name;      /* "emg", as it is typed */
    const char *title;     /* "Muscle signals", as it is read */
    const char *what;      /* one line: which recordings, which numbers */
    const char *reference; /* what a second file is for, in words; NULL: takes none */
    int has_angles; /* its traces are angles over time, each with the "column" and "column_sign"
                       that it has in a file of angles: engram measure --out */
    const eg_measure_table *measures;
    const eg_study_option *options;
    size_t n_options;
    const eg_study_condition *conditions; /* NULL: none */
    size_t n_conditions;
    /* 0: this recording cannot be of this kind; 1: it could; 2: it is. Looks at labels, units and
     * rates only. */
    int (*suits)(const eg_recording *recording);
    /* A new object (see below). Errors: EG_ERR_LAYOUT (which channel?), EG_ERR_DATA,
     * EG_ERR_ARGUMENT, EG_ERR_MEMORY; a recording of poor quality is no error. */
    eg_err (*run)(const eg_study_call *call, json_t **result, eg_diag *diag);
} eg_study;

/* What `run` gives; only members marked * are always there:
 *   {"study"*: name, "title"*, "profile"*: "engram" or a peer's name,
 *    "verdict"*: "ok|warn|fail",                            the worst of `quality`
 *    "quality"*: [{"check", "verdict", "detail", "channel"?}],
 *    "measures"*: [{"code", "name", "value" (null: not known), "unit", "better":
 *                  "lower|higher|none", "channel"?, "side"?: "left|right", "repetition"?: from 1,
 *                  "low"?, "high"? (95 %), "note"?, "extra"?: true (only with `all`), "withheld"?:
 * true, "norm"?:
 * {"text", "low"?, "high"?, "source", "verified"}}], "events"*: [{"label", "t_s", "end_s"?,
 * "channel"?, "side"?, "repetition"?, "confidence"?, "reason"?}], "traces"?: [{"label", "unit",
 * "role": "raw|clean|envelope|angle|force|position", "channel"?, "side"?, "start_s", "step_s",
 * "low": [], "high": []}],  least and most of each step "methods"*: what was done, as a paragraph
 * for a report, "warnings"*: [text], "detail"?: whatever else the study has to say} */

/* The studies, in the order in which they are offered. */
const eg_study *eg_study_at(size_t index); /* NULL behind the last */
const eg_study *eg_study_find(const char *name);

/* Checks `options` (NULL: none) and runs. What was given and had no part in the result, because its
 * condition does not hold or nothing asked for it, is named in a warning; facts about the person
 * (age, sex, height, mass) are not. Errors: EG_ERR_ARGUMENT for an option that is not of the
 * study or out of range (diag->where names it); those of `run`. */
EG_NODISCARD eg_err eg_study_run(const eg_study *study, eg_study_call call, json_t **result,
                                 eg_diag *diag);

/* Whether `options` are an object of the study's options within their ranges; else
 * EG_ERR_ARGUMENT and diag->where names the one that is not. */
EG_NODISCARD eg_err eg_study_check_options(const eg_study *study, const json_t *options,
                                           eg_diag *diag);

/* Whether --`name` is followed by a value: 1, 0 for a flag, -1 if the study has no such option. */
int eg_study_option_takes(const eg_study *study, const char *name);

/* One option from its text on the command line into `options`. EG_ERR_ARGUMENT says what is
 * allowed. `name` as it is typed, without the dashes: "rate-hz". */
EG_NODISCARD eg_err eg_study_option_set(const eg_study *study, const char *name, const char *text,
                                        json_t *options, eg_diag *diag);

/* A condition as it is typed: "--normalise mvc|submaximal or --reflex". */
void eg_study_condition_print(const char *with, char *text, size_t size);

/* For the studies: an empty result, and what goes into it. Memory failures leave the member out;
 * eg_study_new gives NULL. Texts are copied; `side`, `channel`, `note` may be NULL. */
json_t *eg_study_new(const char *name, const char *title, const char *profile);

typedef struct eg_study_value {
    const char *code;
    double value;     /* NaN: not known, `note` says why */
    double low, high; /* 95 %; both NaN or 0: none */
    const char *unit; /* NULL: the catalogue's */
    const char *channel, *side, *note;
    int repetition; /* from 1: of one contraction, movement or cycle; 0: of all together */
    int is_extra;
} eg_study_value;

/* `table` may be NULL under a peer's profile: then the code is the peer's own name. Returns the
 * object in the list, borrowed, for what else belongs to it; NULL without memory. */
json_t *eg_study_add_value(json_t *result, const eg_measure_table *table,
                           const eg_study_value *value);
/* Whether a check's detail says that it could not be made: it counts neither as passed nor failed.
 */
int eg_study_is_open_check(const char *detail);

/* Whether the recording's rows carry times that are not evenly apart (io/format/step.h). Studies
 * take samples to be evenly apart; eg_study_run adds a check to each that got such a recording. */
int eg_study_is_uneven(const eg_recording *recording);

/* `verdict` 0 ok, 1 warn, 2 fail; the result's own verdict follows. */
void eg_study_add_check(json_t *result, const char *check, int verdict, const char *detail,
                        const char *channel);
/* For the end of a run: takes away what failed checks make worthless. By channel (1): values of the
 * channel that the check names, those that join it with others ("A,B") or are of all channels, and
 * every value where it names none; else (0) every value, because all come from the same channels.
 * `only` (NULL: all): the checks of this name. The value becomes null, the note says why,
 * "withheld": true. What describes quality itself
 * (".quality." in its code) stays. */
void eg_study_withhold(json_t *result, const char *only, int by_channel);
/* The same of one value of the list (NULL: nothing is done). */
void eg_study_withhold_value(json_t *value, const char *check, const char *detail);
/* end_s NaN: a moment. Returns the object in the list, borrowed. */
json_t *eg_study_add_event(json_t *result, const char *label, double t_s, double end_s,
                           const char *channel, const char *side);
/* Least and most of each of at most n_points equal parts of values[n]; NaN becomes null. Returns
 * the object in the list, borrowed, for its "side"; NULL where there is none. */
json_t *eg_study_add_trace(json_t *result, size_t n_points, const char *label, const char *unit,
                           const char *role, const char *channel, double start_s, double rate_hz,
                           size_t n, const double *values);
void eg_study_add_warning(json_t *result, const char *text);
/* Adds a sentence to "methods". */
void eg_study_say(json_t *result, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Warns that an option had no part in the result, for `why`: what only the study can know. */
void eg_study_unused(json_t *result, const char *name, const char *why);

/* An option's value, or what stands for its absence. Ask only where it counts: what was never asked
 * for is told to the user. */
double eg_study_number(const eg_study_call *call, const char *name, double otherwise);
const char *eg_study_text(const eg_study_call *call, const char *name, const char *otherwise);
int eg_study_flag(const eg_study_call *call, const char *name);
/* 0 if it was not given. */
int eg_study_span(const eg_study_call *call, const char *name, double *from_s, double *to_s);
/* An array of texts, borrowed; NULL if it was not given. */
const json_t *eg_study_labels(const eg_study_call *call, const char *name);

#endif
