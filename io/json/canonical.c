#include "io/json/canonical.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "io/json/write.h"

/* One open object or array. */
typedef struct level {
    const json_t *value;
    const char **keys; /* sorted, of an object; NULL of an array */
    size_t count;
    size_t next;
} level;

typedef struct walk {
    level levels[EG_CANONICAL_DEPTH_MAX];
    size_t depth;
    eg_json_writer writer;
} walk;

static int compare_keys(const void *left, const void *right) {
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static eg_err open_level(walk *self, const json_t *value, eg_diag *diag) {
    if (self->depth == EG_CANONICAL_DEPTH_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, NULL, 0, "nested deeper than %d levels",
                           (int)EG_CANONICAL_DEPTH_MAX);
    level *opened = &self->levels[self->depth];
    *opened = (level){.value = value};
    if (json_is_array(value)) {
        opened->count = json_array_size(value);
        eg_json_begin_array(&self->writer);
    } else {
        opened->count = json_object_size(value);
        opened->keys = malloc((opened->count + 1) * sizeof *opened->keys);
        if (opened->keys == NULL)
            return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for an object's keys");
        json_t *object = (json_t *)(uintptr_t)value; /* jansson's iterators take no const */
        size_t i = 0;
        for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at))
            opened->keys[i++] = json_object_iter_key(at);
        qsort(opened->keys, opened->count, sizeof *opened->keys, compare_keys);
        eg_json_begin_object(&self->writer);
    }
    self->depth++;
    return EG_OK;
}

static void close_level(walk *self) {
    level *closed = &self->levels[--self->depth];
    if (closed->keys != NULL)
        eg_json_end_object(&self->writer);
    else
        eg_json_end_array(&self->writer);
    free(closed->keys);
}

static eg_err write_value(walk *self, const json_t *value, eg_diag *diag) {
    switch (json_typeof(value)) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        return open_level(self, value, diag);
    case JSON_STRING:
        eg_json_string_n(&self->writer, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        eg_json_integer(&self->writer, json_integer_value(value));
        break;
    case JSON_REAL:
        eg_json_number(&self->writer, json_real_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        eg_json_boolean(&self->writer, json_is_true(value));
        break;
    case JSON_NULL:
        eg_json_null(&self->writer);
        break;
    }
    return EG_OK;
}

eg_err eg_json_canonical(const json_t *value, char **text, size_t *size, eg_diag *diag) {
    EG_ASSERT(value != NULL && text != NULL);
    *text = NULL;
    eg_json_text out = {.limit = EG_CANONICAL_SIZE_MAX};
    walk *self = calloc(1, sizeof *self);
    if (self == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to write JSON");
    eg_json_init(&self->writer, eg_json_to_text, &out);
    eg_err err = write_value(self, value, diag);
    while (err == EG_OK && self->depth > 0) {
        level *top = &self->levels[self->depth - 1];
        if (top->next == top->count) {
            close_level(self);
            continue;
        }
        size_t i = top->next++;
        if (top->keys == NULL) {
            err = write_value(self, json_array_get(top->value, i), diag);
        } else {
            eg_json_key(&self->writer, top->keys[i]);
            err = write_value(self, json_object_get(top->value, top->keys[i]), diag);
        }
    }
    if (err == EG_OK) {
        err = eg_json_finish(&self->writer);
        if (err != EG_OK) (void)eg_diag_set(diag, err, NULL, 0, "the JSON text is too large");
    }
    while (self->depth > 0) free(self->levels[--self->depth].keys);
    free(self);
    if (err != EG_OK) {
        eg_json_text_release(&out);
        return err;
    }
    *text = out.bytes;
    if (size != NULL) *size = out.n;
    return EG_OK;
}
