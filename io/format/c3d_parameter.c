/* The header and the section of parameters: groups and named values of any type and shape. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/build.h"
#include "io/format/c3d_part.h"

/* What stands before the name's letters and behind them up to the dimensions. */
enum { NAME_AT = 2, POINTER_SIZE = 2, DIMENSIONS_MAX = 7 };

uint16_t c3d_header_word(const c3d_file *file, size_t number) {
    EG_ASSERT(number >= 1 && number <= C3D_BLOCK / 2 && file->size >= C3D_BLOCK);
    return c3d_u16(file->processor, file->bytes + 2 * (number - 1));
}

double c3d_header_real(const c3d_file *file, size_t number) {
    EG_ASSERT(number >= 1 && number < C3D_BLOCK / 2 && file->size >= C3D_BLOCK);
    return c3d_real(file->processor, file->bytes + 2 * (number - 1));
}

/* An entry of the section: a group or a parameter. */
typedef struct entry {
    int group;     /* identity, positive; 0: no entry here */
    int is_group;  /* its sign in the file */
    eg_span name;  /* a locked entry has a negative length */
    size_t at;     /* byte behind the name and the pointer */
    size_t next;   /* byte of the next entry as the pointer says; 0: this is the last */
    size_t behind; /* byte behind what is known of it: where an entry without description ends */
} entry;

static int is_name(eg_span name) {
    for (size_t i = 0; i < name.n; i++)
        if ((unsigned char)name.start[i] < ' ' || name.start[i] == 0x7f) return 0;
    return name.n > 0;
}

/* Type, dimensions and values; 0 if they do not lie in the section. Values that the section's end
 * cuts are left out. `*behind` is the byte behind them. */
static int read_value(const c3d_file *file, size_t at, c3d_parameter *p, size_t *behind) {
    size_t end = file->parameters_end;
    if (at + 2 > end) return 0;
    p->type = (int8_t)file->bytes[at];
    size_t n_dimensions = file->bytes[at + 1];
    const uint8_t *dimensions = file->bytes + at + 2;
    at += 2 + n_dimensions;
    if (n_dimensions > DIMENSIONS_MAX || at > end) return 0;
    if (p->type != -1 && p->type != 1 && p->type != 2 && p->type != 4) return 0;
    size_t first = n_dimensions > 0 ? dimensions[0] : 1, others = 1;
    for (size_t i = 1; i < n_dimensions && others <= end; i++) others *= dimensions[i];
    int is_text = p->type == -1;
    p->rows = is_text ? 1 : first;
    p->element_size = is_text ? first : (size_t)p->type;
    p->n_elements = is_text ? others : first * others;
    p->data = file->bytes + at;
    size_t present = end - at, most = p->element_size > 0 ? present / p->element_size : UINT16_MAX;
    if (p->n_elements > most) p->n_elements = most;
    *behind = at + p->n_elements * p->element_size;
    return 1;
}

static int signed_byte(uint8_t byte) {
    return byte < 128 ? byte : byte - 256;
}

static entry read_entry(const c3d_file *file, size_t at, c3d_parameter *p) {
    entry e = {0};
    size_t end = file->parameters_end;
    if (at + NAME_AT > end) return e;
    int length = signed_byte(file->bytes[at]), identity = signed_byte(file->bytes[at + 1]);
    size_t n = (size_t)(length < 0 ? -length : length);
    if (n == 0 || identity == 0 || at + NAME_AT + n + POINTER_SIZE > end) return e;
    e.name = (eg_span){(const char *)file->bytes + at + NAME_AT, n};
    if (!is_name(e.name)) return e;
    size_t pointer_at = at + NAME_AT + n;
    size_t pointer = c3d_u16(file->processor, file->bytes + pointer_at);
    e.at = e.behind = pointer_at + POINTER_SIZE;
    e.next = pointer == 0 ? 0 : pointer_at + pointer;
    e.is_group = identity < 0;
    if (!e.is_group) {
        *p = (c3d_parameter){.group = (uint8_t)identity, .name = e.name};
        if (!read_value(file, e.at, p, &e.behind)) return (entry){0};
    }
    e.group = identity < 0 ? -identity : identity;
    return e;
}

/* Where the entry behind `e` begins: as its pointer says if an entry is there, else behind its
 * values or their description, if one is there. 0: there is no further one. */
static size_t find_next(const c3d_file *file, const entry *e) {
    if (e->next == 0) return 0;
    c3d_parameter p;
    size_t end = file->parameters_end;
    if (e->next >= e->at && read_entry(file, e->next, &p).group != 0) return e->next;
    if (e->behind < end) {
        size_t described = e->behind + 1 + file->bytes[e->behind];
        if (e->next == described) return 0; /* the ordinary end */
        if (read_entry(file, described, &p).group != 0) return described;
        if (read_entry(file, e->behind, &p).group != 0) return e->behind;
    }
    return 0;
}

/* Walks the section; counts parameters, or keeps them where `keep` is set. */
static size_t walk(c3d_file *file, int keep) {
    size_t n = 0, at = file->parameters_at;
    while (at != 0 && n < C3D_PARAMETERS_MAX) {
        c3d_parameter p;
        entry e = read_entry(file, at, &p);
        if (e.group == 0) break;
        if (e.is_group) {
            if (file->groups[e.group - 1].n == 0) file->groups[e.group - 1] = e.name;
        } else {
            if (keep) file->parameters[n] = p;
            n++;
        }
        size_t next = find_next(file, &e);
        EG_ASSERT(next == 0 || next > at);
        at = next;
    }
    return n;
}

/* Where the section ends: its own count of blocks is often wrong, the data's beginning seldom. */
static void set_end(c3d_file *file, size_t section) {
    size_t n_blocks = file->bytes[section + 2], data_at = c3d_header_word(file, 9);
    size_t end = section + n_blocks * C3D_BLOCK;
    size_t before_data = data_at > 0 ? (data_at - 1) * C3D_BLOCK : 0;
    if (before_data > section && (n_blocks == 0 || before_data > end)) end = before_data;
    if (end <= section) end = file->size;
    file->parameters_at = section + 4;
    file->parameters_end = end < file->size ? end : file->size;
}

static uint64_t add_to_key(uint64_t key, eg_span text) {
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.start[i];
        if (c >= 'A' && c <= 'Z') c = (unsigned char)(c - 'A' + 'a');
        key = (key ^ c) * UINT64_C(0x100000001b3);
    }
    return key;
}

/* Fowler, Noll and Vo's hash of "group:name" in small letters. */
static uint64_t key_of(eg_span group, eg_span name) {
    uint64_t key = add_to_key(UINT64_C(0xcbf29ce484222325), group);
    return add_to_key(add_to_key(key, (eg_span){":", 1}), name);
}

static int by_key(const void *a, const void *b) {
    const c3d_parameter *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->name.start > y->name.start) - (x->name.start < y->name.start);
}

/* A file may hold thousands of names and ask for hundreds of them. */
static void sort_parameters(c3d_file *file) {
    for (size_t i = 0; i < file->n_parameters; i++) {
        c3d_parameter *p = &file->parameters[i];
        p->key = key_of(file->groups[p->group - 1], p->name);
    }
    qsort(file->parameters, file->n_parameters, sizeof *file->parameters, by_key);
}

static int is_processor(uint8_t byte) {
    return byte >= C3D_INTEL && byte <= C3D_MIPS;
}

eg_err c3d_read_parameters(c3d_file *file) {
    size_t section = ((size_t)file->bytes[0] - (file->bytes[0] > 0)) * C3D_BLOCK;
    int is_there = section > 0 && section + 4 <= file->size;
    if (!is_there || !is_processor(file->bytes[section + 3])) {
        /* Nearly every file has them behind the header. */
        section = C3D_BLOCK;
        if (file->size < section + 4 || !is_processor(file->bytes[section + 3]))
            return eg_diag_set(file->diag, EG_ERR_DATA, file->name, 0,
                               is_there
                                   ? "this begins as a C3D file, but no processor is named where "
                                     "its parameters should be; export it again"
                                   : "this begins as a C3D file, but ends before its parameters; "
                                     "copy or export it again");
        eg_recording_warn(file->recording, 0,
                          "the header points to no parameters; they were found behind it");
    }
    file->processor = (c3d_processor)file->bytes[section + 3];
    set_end(file, section);
    size_t n = walk(file, 0);
    if (n == C3D_PARAMETERS_MAX)
        eg_recording_warn(file->recording, 0, "only the first %d parameters are read",
                          C3D_PARAMETERS_MAX);
    file->parameters = malloc((n + 1) * sizeof *file->parameters);
    if (file->parameters == NULL)
        return eg_diag_set(file->diag, EG_ERR_MEMORY, file->name, 0, "no memory");
    file->n_parameters = walk(file, 1);
    sort_parameters(file);
    return EG_OK;
}

const c3d_parameter *c3d_find(const c3d_file *file, const char *group, const char *name) {
    eg_span group_span = {group, strlen(group)}, name_span = {name, strlen(name)};
    uint64_t key = key_of(group_span, name_span);
    size_t low = 0, high = file->n_parameters;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (file->parameters[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < file->n_parameters && file->parameters[low].key == key; low++) {
        const c3d_parameter *p = &file->parameters[low];
        if (eg_text_equals(p->name, name) && eg_text_equals(file->groups[p->group - 1], group))
            return p;
    }
    return NULL;
}

double c3d_number(const c3d_file *file, const c3d_parameter *p, size_t index) {
    if (p == NULL || p->type == -1 || index >= p->n_elements) return NAN;
    const uint8_t *b = p->data + index * p->element_size;
    double value = p->type == 1   ? (double)(int8_t)b[0]
                   : p->type == 2 ? (double)(int16_t)c3d_u16(file->processor, b)
                                  : c3d_real(file->processor, b);
    return isfinite(value) ? value : (double)NAN;
}

size_t c3d_count(const c3d_file *file, const c3d_parameter *p, size_t index) {
    double value = c3d_number(file, p, index);
    if (isnan(value)) return 0;
    if (value < 0 && p->type != 4) value += p->type == 1 ? 256 : 65536;
    return value >= 0 && value < (double)(1 << 30) ? (size_t)value : 0;
}

eg_span c3d_text(const c3d_parameter *p, size_t index) {
    if (p == NULL || p->type != -1 || index >= p->n_elements || p->element_size == 0)
        return (eg_span){"", 0};
    eg_span text = {(const char *)p->data + index * p->element_size, p->element_size};
    const char *zero = memchr(text.start, 0, text.n);
    if (zero != NULL && zero > text.start) text.n = (size_t)(zero - text.start);
    while (text.n > 0 && (unsigned char)text.start[0] <= ' ') text.start++, text.n--;
    while (text.n > 0 && (unsigned char)text.start[text.n - 1] <= ' ') text.n--;
    return text;
}

c3d_list c3d_list_begin(const c3d_file *file, const char *group, const char *name) {
    return (c3d_list){file, group, name, c3d_find(file, group, name), 0, 1};
}

int c3d_list_next(c3d_list *list, const c3d_parameter **part, size_t *index) {
    while (list->part != NULL) {
        if (list->index < list->part->n_elements) {
            *part = list->part;
            *index = list->index++;
            return 1;
        }
        list->part = NULL;
        if (++list->n_parts > C3D_CONTINUATIONS_MAX) return 0;
        char name[32];
        snprintf(name, sizeof name, "%s%zu", list->name, list->n_parts);
        list->part = c3d_find(list->file, list->group, name);
        list->index = 0;
    }
    return 0;
}
