#include "io/json/schema.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/base/err.h"
#include "io/json/pattern.h"

/* One value that is being looked at, and how far its members have been walked. */
typedef struct frame {
    json_t *document; /* what "#" in the schema refers to */
    json_t *schema;
    json_t *value;
    size_t pointer_length;
    void *member; /* the next member of an object, or NULL */
    size_t index; /* the next element of a list */
} frame;

typedef struct checker {
    frame frames[EG_SCHEMA_DEPTH_MAX];
    size_t depth;
    char pointer[EG_SCHEMA_POINTER_MAX];
    size_t pointer_length;
    const eg_schema_links *links; /* never NULL */
    eg_schema_report *report;
} checker;

size_t eg_json_pointer_append(char *pointer, size_t length, size_t capacity, const char *segment) {
    EG_ASSERT(pointer != NULL && segment != NULL && length < capacity);
    size_t at = length;
    if (at + 2 > capacity) return length;
    pointer[at++] = '/';
    for (; *segment != '\0'; segment++) {
        bool escaped = *segment == '~' || *segment == '/';
        if (at + (escaped ? 3U : 2U) > capacity) {
            pointer[length] = '\0';
            return length;
        }
        pointer[at++] = escaped ? '~' : *segment;
        if (escaped) pointer[at++] = *segment == '~' ? '0' : '1';
    }
    pointer[at] = '\0';
    return at;
}

/* Copies one segment with ~1 and ~0 undone; returns what follows, NULL if it is too long. */
static const char *next_segment(const char *pointer, char segment[EG_SCHEMA_POINTER_MAX]) {
    size_t length = 0;
    pointer++;
    while (*pointer != '\0' && *pointer != '/') {
        char c = *pointer++;
        if (c == '~' && (*pointer == '0' || *pointer == '1')) c = *pointer++ == '0' ? '~' : '/';
        if (length + 1 >= EG_SCHEMA_POINTER_MAX) return NULL;
        segment[length++] = c;
    }
    segment[length] = '\0';
    return pointer;
}

json_t *eg_json_at(json_t *root, const char *pointer) {
    EG_ASSERT(pointer != NULL);
    json_t *value = root;
    while (value != NULL && *pointer == '/') {
        char segment[EG_SCHEMA_POINTER_MAX];
        pointer = next_segment(pointer, segment);
        if (pointer == NULL) return NULL;
        if (json_is_array(value)) {
            size_t index = 0;
            for (const char *digit = segment; *digit != '\0'; digit++) {
                if (*digit < '0' || *digit > '9' || index > json_array_size(value)) return NULL;
                index = index * 10 + (size_t)(*digit - '0');
            }
            value = json_array_get(value, index);
        } else {
            value = json_object_get(value, segment);
        }
    }
    return *pointer == '\0' ? value : NULL;
}

/* A fault of the value that is being looked at. */
static void fault(checker *check, const char *remedy, const char *format, ...) EG_PRINTF(3, 4);
static void fault(checker *check, const char *remedy, const char *format, ...) {
    eg_schema_report *report = check->report;
    if (report->count++ >= EG_SCHEMA_PROBLEMS_MAX) return;
    eg_schema_problem *problem = &report->problems[report->count - 1];
    snprintf(problem->pointer, sizeof problem->pointer, "%s", check->pointer);
    snprintf(problem->remedy, sizeof problem->remedy, "%s", remedy);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(problem->reason, sizeof problem->reason, format, arguments);
    va_end(arguments);
}

static const char *type_words(json_t *value) {
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "text";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "true or false";
    case JSON_NULL:
        return "null";
    }
    return "unknown";
}

static bool is_type(json_t *value, const char *type) {
    if (strcmp(type, "object") == 0) return json_is_object(value);
    if (strcmp(type, "array") == 0) return json_is_array(value);
    if (strcmp(type, "string") == 0) return json_is_string(value);
    if (strcmp(type, "number") == 0) return json_is_number(value);
    if (strcmp(type, "boolean") == 0) return json_is_boolean(value);
    if (strcmp(type, "null") == 0) return json_is_null(value);
    if (strcmp(type, "integer") != 0) return false;
    if (json_is_integer(value)) return true;
    return json_is_real(value) && floor(json_real_value(value)) == json_real_value(value);
}

/* True if the value has the type that the schema asks for; says so if not. */
static bool check_type(checker *check, json_t *wanted, json_t *value) {
    char list[80] = "";
    size_t length = 0;
    size_t count = json_is_array(wanted) ? json_array_size(wanted) : 1;
    for (size_t i = 0; i < count; i++) {
        json_t *name = json_is_array(wanted) ? json_array_get(wanted, i) : wanted;
        if (!json_is_string(name)) {
            fault(check, "mend the schema", "the schema's type is not text");
            return false;
        }
        if (is_type(value, json_string_value(name))) return true;
        int n = snprintf(list + length, sizeof list - length, "%s%s", i > 0 ? " or " : "",
                         json_string_value(name));
        if (n > 0 && length + (size_t)n < sizeof list) length += (size_t)n;
    }
    fault(check, "write the type that is expected", "is %s, expected %s", type_words(value), list);
    return false;
}

static void check_number(checker *check, json_t *schema, json_t *value) {
    double number = json_number_value(value);
    json_t *limit = json_object_get(schema, "minimum");
    if (json_is_number(limit) && !(number >= json_number_value(limit)))
        fault(check, "write a number in the permitted range", "is %.17g, at least %.17g expected",
              number, json_number_value(limit));
    limit = json_object_get(schema, "maximum");
    if (json_is_number(limit) && !(number <= json_number_value(limit)))
        fault(check, "write a number in the permitted range", "is %.17g, at most %.17g expected",
              number, json_number_value(limit));
    limit = json_object_get(schema, "exclusiveMinimum");
    if (json_is_number(limit) && !(number > json_number_value(limit)))
        fault(check, "write a number in the permitted range", "is %.17g, more than %.17g expected",
              number, json_number_value(limit));
    limit = json_object_get(schema, "exclusiveMaximum");
    if (json_is_number(limit) && !(number < json_number_value(limit)))
        fault(check, "write a number in the permitted range", "is %.17g, less than %.17g expected",
              number, json_number_value(limit));
}

static void check_string(checker *check, json_t *schema, json_t *value) {
    const char *text = json_string_value(value);
    json_int_t characters = 0;
    for (const char *byte = text; *byte != '\0'; byte++)
        characters += ((unsigned char)*byte & 0xC0U) != 0x80U ? 1 : 0;
    json_t *limit = json_object_get(schema, "minLength");
    if (json_is_integer(limit) && characters < json_integer_value(limit))
        fault(check, characters == 0 ? "fill it in" : "write more",
              "has %lld characters, at least %lld expected", (long long)characters,
              (long long)json_integer_value(limit));
    limit = json_object_get(schema, "maxLength");
    if (json_is_integer(limit) && characters > json_integer_value(limit))
        fault(check, "shorten it", "has %lld characters, at most %lld expected",
              (long long)characters, (long long)json_integer_value(limit));
    json_t *kind = json_object_get(schema, "x-refers");
    if (json_is_string(kind) && check->links->knows != NULL &&
        !check->links->knows(check->links->context, json_string_value(kind), text))
        fault(check, "correct the name, or add what it names",
              "\"%.80s\" is not known among the %s", text, json_string_value(kind));
    json_t *pattern = json_object_get(schema, "pattern");
    eg_pattern parsed;
    if (!json_is_string(pattern)) return;
    if (!eg_pattern_parse(json_string_value(pattern), &parsed))
        fault(check, "mend the schema", "the schema's pattern %.60s is not a simple one",
              json_string_value(pattern));
    else if (!eg_pattern_matches(&parsed, text))
        fault(check, "write it in the form that the pattern shows",
              "\"%.40s\" does not match %.60s", text, json_string_value(pattern));
}

static void check_list(checker *check, json_t *schema, json_t *value) {
    size_t size = json_array_size(value);
    json_t *limit = json_object_get(schema, "minItems");
    if (json_is_integer(limit) && size < (size_t)json_integer_value(limit))
        fault(check, "add what is missing", "has %zu elements, at least %lld expected", size,
              (long long)json_integer_value(limit));
    limit = json_object_get(schema, "maxItems");
    if (json_is_integer(limit) && size > (size_t)json_integer_value(limit))
        fault(check, "take some out", "has %zu elements, at most %lld expected", size,
              (long long)json_integer_value(limit));
    if (!json_is_true(json_object_get(schema, "uniqueItems"))) return;
    for (size_t i = 1; i < size && i < 1024; i++)
        for (size_t k = 0; k < i; k++)
            if (json_equal(json_array_get(value, i), json_array_get(value, k)))
                fault(check, "take one of them out", "elements %zu and %zu are equal", k, i);
}

static void check_object(checker *check, json_t *schema, json_t *value) {
    json_t *required = json_object_get(schema, "required");
    for (size_t i = 0; i < json_array_size(required); i++) {
        const char *name = json_string_value(json_array_get(required, i));
        if (name != NULL && json_object_get(value, name) == NULL)
            fault(check, "add it", "\"%.80s\" is missing", name);
    }
    if (!json_is_false(json_object_get(schema, "additionalProperties"))) return;
    json_t *known = json_object_get(schema, "properties");
    for (void *m = json_object_iter(value); m != NULL; m = json_object_iter_next(value, m))
        if (json_object_get(known, json_object_iter_key(m)) == NULL)
            fault(check, "correct the name or take it out", "\"%.80s\" is not a known member",
                  json_object_iter_key(m));
}

static void check_choice(checker *check, json_t *schema, json_t *value) {
    json_t *wanted = json_object_get(schema, "const");
    if (wanted != NULL && !json_equal(wanted, value)) {
        char *text = json_dumps(wanted, JSON_ENCODE_ANY | JSON_COMPACT);
        fault(check, "write exactly that", "must be %.100s", text != NULL ? text : "another value");
        free(text);
    }
    json_t *choices = json_object_get(schema, "enum");
    if (!json_is_array(choices)) return;
    for (size_t i = 0; i < json_array_size(choices); i++)
        if (json_equal(json_array_get(choices, i), value)) return;
    char *text = json_dumps(choices, JSON_ENCODE_ANY | JSON_COMPACT);
    fault(check, "choose one of them", "is none of %.130s", text != NULL ? text : "the choices");
    free(text);
}

/* A misspelt keyword would silently allow everything. */
static void check_keywords(checker *check, json_t *schema) {
    static const char *const known[] = {"type",
                                        "properties",
                                        "required",
                                        "additionalProperties",
                                        "items",
                                        "minItems",
                                        "maxItems",
                                        "uniqueItems",
                                        "enum",
                                        "const",
                                        "minimum",
                                        "maximum",
                                        "minLength",
                                        "exclusiveMinimum",
                                        "exclusiveMaximum",
                                        "maxLength",
                                        "x-refers",
                                        "pattern",
                                        "$schema",
                                        "$id",
                                        "$defs",
                                        "$comment",
                                        "title",
                                        "description",
                                        "examples",
                                        "example",
                                        "default",
                                        "format",
                                        "deprecated",
                                        "readOnly",
                                        "writeOnly"};
    for (void *m = json_object_iter(schema); m != NULL; m = json_object_iter_next(schema, m)) {
        size_t i = 0;
        while (i < sizeof known / sizeof known[0] && strcmp(known[i], json_object_iter_key(m)) != 0)
            i++;
        if (i == sizeof known / sizeof known[0])
            fault(check, "mend the schema", "the schema has a keyword \"%.80s\" not known here",
                  json_object_iter_key(m));
    }
}

static json_t *find_document(const checker *check, const char *name) {
    return check->links->find != NULL ? check->links->find(check->links->context, name) : NULL;
}

/* Follows $ref. False if it leads nowhere. */
static bool resolve(checker *check, frame *at) {
    for (int i = 0; i < EG_SCHEMA_REFERENCES_MAX; i++) {
        const char *reference = json_string_value(json_object_get(at->schema, "$ref"));
        if (reference == NULL) return json_is_object(at->schema) || json_is_boolean(at->schema);
        char name[EG_SCHEMA_POINTER_MAX];
        const char *hash = strchr(reference, '#');
        size_t length = hash != NULL ? (size_t)(hash - reference) : strlen(reference);
        if (length >= sizeof name) break;
        memcpy(name, reference, length);
        name[length] = '\0';
        if (length > 0) at->document = find_document(check, name);
        at->schema = at->document ? eg_json_at(at->document, hash != NULL ? hash + 1 : "") : NULL;
        if (at->schema == NULL) {
            fault(check, "mend the schema", "the schema refers to %.100s, which is not there",
                  reference);
            return false;
        }
    }
    fault(check, "mend the schema", "the schema's references lead in a circle or to no schema");
    return false;
}

/* Looks at one value itself and puts it on the stack so that its members follow. */
static void enter(checker *check, json_t *document, json_t *schema, json_t *value) {
    if (schema == NULL) return;
    if (check->depth == EG_SCHEMA_DEPTH_MAX) {
        fault(check, "make it flatter", "is nested deeper than %d", EG_SCHEMA_DEPTH_MAX);
        return;
    }
    frame at = {document, schema, value, check->pointer_length, NULL, 0};
    if (!resolve(check, &at) || json_is_true(at.schema)) return;
    if (json_is_false(at.schema)) {
        fault(check, "take it out", "is not permitted here");
        return;
    }
    check_keywords(check, at.schema);
    json_t *type = json_object_get(at.schema, "type");
    if (type != NULL && !check_type(check, type, value)) return;
    check_choice(check, at.schema, value);
    if (json_is_number(value)) check_number(check, at.schema, value);
    if (json_is_string(value)) check_string(check, at.schema, value);
    if (json_is_array(value)) check_list(check, at.schema, value);
    if (json_is_object(value)) check_object(check, at.schema, value);
    at.member = json_is_object(value) ? json_object_iter(value) : NULL;
    check->frames[check->depth++] = at;
}

/* The next member or element of the value on top of the stack; takes it off behind the last. */
static void advance(checker *check) {
    frame *top = &check->frames[check->depth - 1];
    char number[24];
    json_t *schema, *value;
    const char *segment = number;
    check->pointer_length = top->pointer_length;
    check->pointer[top->pointer_length] = '\0';
    if (json_is_object(top->value) && top->member != NULL) {
        segment = json_object_iter_key(top->member);
        value = json_object_iter_value(top->member);
        schema = json_object_get(json_object_get(top->schema, "properties"), segment);
        if (schema == NULL) {
            schema = json_object_get(top->schema, "additionalProperties");
            if (!json_is_object(schema)) schema = NULL;
        }
        top->member = json_object_iter_next(top->value, top->member);
    } else if (json_is_array(top->value) && top->index < json_array_size(top->value)) {
        snprintf(number, sizeof number, "%zu", top->index);
        value = json_array_get(top->value, top->index++);
        schema = json_object_get(top->schema, "items");
    } else {
        check->depth--;
        return;
    }
    check->pointer_length = eg_json_pointer_append(check->pointer, check->pointer_length,
                                                   sizeof check->pointer, segment);
    enter(check, top->document, schema, value);
}

bool eg_schema_check(json_t *document, json_t *schema, json_t *value, const eg_schema_links *links,
                     eg_schema_report *report) {
    static const eg_schema_links none = {0};
    EG_ASSERT(schema != NULL && value != NULL && report != NULL);
    report->count = 0;
    checker check = {.links = links != NULL ? links : &none, .report = report};
    enter(&check, document, schema, value);
    while (check.depth > 0) advance(&check);
    return report->count == 0;
}
