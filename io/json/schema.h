/* Checks a JSON value against a JSON Schema (a subset of draft 2020-12) and says, for every fault,
 * where it is, what is wrong and what to do. Used for the files in knowledge/, for documents and
 * for the server's own API description.
 *
 * Known keywords: type (one name or a list), properties, required, additionalProperties (false or
 * a schema), items, minItems, maxItems, uniqueItems, enum, const, minimum, maximum,
 * exclusiveMinimum, exclusiveMaximum, minLength, maxLength (in characters), pattern, $ref.
 * `pattern` is a small one: `^`, `$`, literal characters, `.`, `\` before a literal, one level of
 * [classes] with ranges and `^`, and the repeats `*`, `+`, `?` on one of them.
 * "x-refers": KIND is ours: the text must be the name of a known thing of that kind.
 * `$ref` is "#", "#/pointer", "other.json" or "other.json#/pointer"; keywords beside it are not
 * looked at. Words that only explain are passed over: $schema, $id, $defs, $comment, title,
 * description, examples, example, default, format, deprecated, readOnly, writeOnly. Any other
 * keyword is reported as a fault of the schema: a misspelt limit must not silently allow all.
 * Objects and lists may nest EG_SCHEMA_DEPTH_MAX deep. No recursion: an explicit stack. */
#ifndef EG_JSON_SCHEMA_H
#define EG_JSON_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    EG_SCHEMA_PROBLEMS_MAX = 64, /* kept in a report; further ones are only counted */
    EG_SCHEMA_DEPTH_MAX = 48,
    EG_SCHEMA_REFERENCES_MAX = 16, /* $ref that leads to $ref */
    EG_SCHEMA_POINTER_MAX = 256    /* characters of a JSON pointer, terminator included */
};

typedef struct eg_schema_problem {
    char pointer[EG_SCHEMA_POINTER_MAX]; /* RFC 6901, "/rules/3/dose"; "" is the whole value */
    char reason[160];                    /* "is text, expected a number" */
    char remedy[160];                    /* "write a number without quotes" */
} eg_schema_problem;

typedef struct eg_schema_report {
    eg_schema_problem problems[EG_SCHEMA_PROBLEMS_MAX];
    size_t count; /* all that were found; those beyond EG_SCHEMA_PROBLEMS_MAX are not kept */
} eg_schema_report;

/* What a schema may ask about the world around it. Any function may be NULL. */
typedef struct eg_schema_links {
    void *context; /* handed to the functions */
    /* The schema document that "other.json" names, borrowed; NULL if there is none. */
    json_t *(*find)(void *context, const char *name);
    /* Whether `kind` has a thing called `id`, for text whose schema says "x-refers": kind. */
    bool (*knows)(void *context, const char *kind, const char *id);
} eg_schema_links;

/* Checks `value` against `schema`, a part of or the whole of the schema document `document` (which
 * "#/..." refers to). `links` may be NULL. `report` is emptied first. True if nothing is wrong.
 * Cost: linear in the size of the value. */
bool eg_schema_check(json_t *document, json_t *schema, json_t *value, const eg_schema_links *links,
                     eg_schema_report *report);

/* The value at an RFC 6901 pointer, borrowed; NULL if there is none. "" is `root` itself. */
json_t *eg_json_at(json_t *root, const char *pointer);

/* Appends "/segment" to a pointer of at most `capacity` bytes, with ~0 and ~1 written for ~ and /.
 * Returns the new length; a pointer that would not fit is left as it is. */
size_t eg_json_pointer_append(char *pointer, size_t length, size_t capacity, const char *segment);

#endif
