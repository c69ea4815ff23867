/* All files of knowledge/ in memory, checked: each against the schema of its kind, every name that
 * one entry uses of another, and what a schema cannot say. knowledge/README.md describes the kinds.
 *
 * A faulty file does not stop the rest from loading: the faults are listed, each with file, line,
 * reason and remedy, and the caller decides. Immutable after loading; may be read by many threads
 * as long as nobody changes the JSON values or their reference counts. */
#ifndef EG_CLINIC_KNOWLEDGE_H
#define EG_CLINIC_KNOWLEDGE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "io/embed.h"

enum {
    EG_KNOWLEDGE_FILES_MAX = 1024,
    EG_KNOWLEDGE_FILE_SIZE_MAX = 8 << 20, /* bytes */
    EG_KNOWLEDGE_KINDS_MAX = 32,
    EG_KNOWLEDGE_PROBLEMS_MAX = 1000 /* kept; further ones are only counted */
};

typedef struct eg_knowledge eg_knowledge;

typedef struct eg_knowledge_problem {
    char file[128]; /* as the user knows it: "knowledge/rules/stroke.json" */
    uint64_t line;  /* 1-based, 0 if none */
    char pointer[256];
    char reason[200];
    char remedy[160];
} eg_knowledge_problem;

typedef struct eg_knowledge_counts {
    size_t entries;
    size_t unverified; /* "verified": false */
    size_t read, secondhand, believed;
} eg_knowledge_counts;

/* Loads what is embedded (`files`, ends with a NULL path; eg_embedded_files) or, if `folder` is not
 * NULL, the files of that folder, with the embedded schemas where it has none of its own.
 * EG_OK: *knowledge is complete. EG_ERR_DATA: it is loaded, but has problems, and `diag` names the
 * first. Any other error: *knowledge is NULL. The caller destroys *knowledge in both first cases.
 * Cost: about 10 ms for 1 MB. */
EG_NODISCARD eg_err eg_knowledge_load(const eg_embedded *files, const char *folder,
                                      eg_knowledge **knowledge, eg_diag *diag);
void eg_knowledge_destroy(eg_knowledge *knowledge);

/* Kinds in alphabetical order: "exercises", "findings" ... */
size_t eg_knowledge_n_kinds(const eg_knowledge *knowledge);
const char *eg_knowledge_kind(const eg_knowledge *knowledge, size_t index);

/* Entries of a kind, in the order of the files' names and of the files; 0 for an unknown kind. */
size_t eg_knowledge_count(const eg_knowledge *knowledge, const char *kind);
/* Borrowed; `index` must be below the count. */
json_t *eg_knowledge_at(const eg_knowledge *knowledge, const char *kind, size_t index);
/* Borrowed; NULL if there is no such entry. */
json_t *eg_knowledge_find(const eg_knowledge *knowledge, const char *kind, const char *id);

eg_knowledge_counts eg_knowledge_counts_of(const eg_knowledge *knowledge, const char *kind);

/* All problems found; at most EG_KNOWLEDGE_PROBLEMS_MAX of them can be asked for. */
size_t eg_knowledge_n_problems(const eg_knowledge *knowledge);
const eg_knowledge_problem *eg_knowledge_problem_at(const eg_knowledge *knowledge, size_t index);

/* Text and number of a member, with a default where it is absent, null or of another type. */
const char *eg_json_text_of(json_t *object, const char *name, const char *otherwise);
double eg_json_number_of(json_t *object, const char *name, double otherwise);

/* The age from which on a row of norms speaks, years: what it says; of "older" people whose source
 * says none, 60, as the United Nations count; NaN: any age. */
double eg_norm_youngest(json_t *norm);

/* Whether `text` is a unit as knowledge/ and measures write it: UCUM atoms with a prefix and an
 * exponent, joined by "." and "/", "1", "%", or words in braces. */
int eg_unit_is_valid(const char *text);

enum { EG_UNIT_TEXT_SIZE = 40 };

/* A unit as people read it behind a number, with the space before it: "s" becomes " s", "{score}"
 * " points", "mm2" " mm²", "deg" "°", "1" and grades nothing. Returns `text`. */
const char *eg_unit_say(const char *unit, char text[EG_UNIT_TEXT_SIZE]);

#endif
