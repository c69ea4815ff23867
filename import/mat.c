#include "import/mat.h"

#include <math.h>
#include <matio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/choose.h"
#include "import/send.h"
#include "io/import/protocol.h"

enum { DEPTH_MAX = 4, VARIABLES_MAX = 1024, PARTS_MAX = 256 };

static FILE *input(void) {
    rewind(stdin);
    return stdin;
}

/* The library opens its file by name, and here no name can be opened: the file is the input. It has
 * no other use for these functions, so that is what it gets. Which of the two it calls depends on
 * how it was built. */
FILE *fopen(const char *path, const char *mode) {
    (void)path;
    (void)mode;
    return input();
}

FILE *fopen64(const char *path, const char *mode) {
    (void)path;
    (void)mode;
    return input();
}

typedef struct mat {
    import_item items[IMPORT_ITEMS_MAX];
    const matvar_t *variables[IMPORT_ITEMS_MAX]; /* of each item */
    size_t n_items, n_variables;
    import_odd odd;
} mat;

static double value_at(const matvar_t *v, size_t i) {
    switch (v->class_type) {
    case MAT_C_DOUBLE:
        return ((const double *)v->data)[i];
    case MAT_C_SINGLE:
        return (double)((const float *)v->data)[i];
    case MAT_C_INT8:
        return ((const int8_t *)v->data)[i];
    case MAT_C_UINT8:
        return ((const uint8_t *)v->data)[i];
    case MAT_C_INT16:
        return ((const int16_t *)v->data)[i];
    case MAT_C_UINT16:
        return ((const uint16_t *)v->data)[i];
    case MAT_C_INT32:
        return ((const int32_t *)v->data)[i];
    case MAT_C_UINT32:
        return ((const uint32_t *)v->data)[i];
    case MAT_C_INT64:
        return (double)((const int64_t *)v->data)[i];
    case MAT_C_UINT64:
        return (double)((const uint64_t *)v->data)[i];
    default:
        return (double)NAN;
    }
}

/* Bytes of a value as value_at takes them; 0: not a class of real numbers. */
static size_t value_bytes(const matvar_t *v) {
    switch (v->class_type) {
    case MAT_C_DOUBLE:
    case MAT_C_INT64:
    case MAT_C_UINT64:
        return 8;
    case MAT_C_SINGLE:
    case MAT_C_INT32:
    case MAT_C_UINT32:
        return 4;
    case MAT_C_INT16:
    case MAT_C_UINT16:
        return 2;
    case MAT_C_INT8:
    case MAT_C_UINT8:
        return 1;
    default:
        return 0;
    }
}

/* Columns are stored one after the other. */
static int read_item(void *context, const import_item *item, size_t at, size_t n, double *values) {
    const mat *m = context;
    const matvar_t *v = m->variables[item->source];
    for (size_t k = 0; k < n * item->n_channels; k++) {
        size_t sample, channel;
        if (item->order == EG_IMPORT_BY_CHANNEL) { /* samples run down a column */
            channel = k / n;
            sample = at + k % n;
            values[k] = value_at(v, channel * item->n_samples + sample);
        } else {
            values[k] = value_at(v, at * item->n_channels + k);
        }
    }
    return 1;
}

/* NULL: it is read, or holds no numbers. */
static const char *why_odd(const matvar_t *v, size_t width) {
    if (v->class_type == MAT_C_SPARSE) return "it is a sparse matrix; save it as a full one";
    if (v->class_type == MAT_C_CELL || v->class_type == MAT_C_STRUCT)
        return "it has too many parts, or parts within parts; save them by themselves";
    if (v->class_type == MAT_C_OBJECT || v->class_type == MAT_C_OPAQUE)
        return "it is an object of a program (a table, a timetable); save its columns as matrices";
    if (width > 0 && v->isComplex) return "it holds complex numbers";
    return width > 0 && v->rank > 2 ? "it has more than two dimensions" : NULL;
}

static void add_numbers(mat *m, const matvar_t *v, const char *name) {
    size_t width = value_bytes(v);
    const char *why = why_odd(v, width);
    if (why != NULL) import_add_odd(&m->odd, name, why);
    if (width == 0 || v->isComplex || v->rank != 2 || v->data == NULL) return;
    size_t rows = v->dims[0], columns = v->dims[1];
    if (rows == 0 || columns == 0 || rows > EG_IMPORT_SAMPLES_MAX ||
        columns > EG_IMPORT_SAMPLES_MAX || rows * columns > v->nbytes / width)
        return;
    if (m->n_items == IMPORT_ITEMS_MAX)
        import_fail(EG_ERR_LIMIT, "the file holds more than %d variables; save the samples alone",
                    IMPORT_ITEMS_MAX);
    import_item *item = &m->items[m->n_items];
    int is_down = rows >= columns;
    *item = (import_item){.n_samples = is_down ? rows : columns,
                          .n_channels = is_down ? columns : rows,
                          .order = is_down ? EG_IMPORT_BY_CHANNEL : EG_IMPORT_BY_SAMPLE,
                          .scalar = rows * columns == 1 ? value_at(v, 0) : (double)NAN,
                          .source = m->n_items};
    snprintf(item->name, sizeof item->name, "%s", name);
    m->variables[m->n_items++] = v;
}

/* A structure, an array of them, or a cell array. */
typedef struct place {
    matvar_t *variable;
    size_t n_fields; /* of each structure; 0: cells */
    size_t n_parts, next;
    size_t n_name; /* characters of its name */
} place;

/* What holds other variables, none of them too many; 0 parts: it does not, or they are too many. */
static place open_parts(const matvar_t *v, size_t n_name) {
    place p = {.variable = (matvar_t *)(uintptr_t)v, .n_name = n_name};
    size_t n = v->rank == 2 && v->dims[0] <= PARTS_MAX && v->dims[1] <= PARTS_MAX
                   ? v->dims[0] * v->dims[1]
                   : 0;
    if (v->data == NULL) return p;
    if (v->class_type == MAT_C_STRUCT) p.n_fields = Mat_VarGetNumberOfFields(p.variable);
    if (v->class_type == MAT_C_STRUCT && p.n_fields <= PARTS_MAX) p.n_parts = n * p.n_fields;
    if (v->class_type == MAT_C_CELL) p.n_parts = n;
    if (p.n_parts > (v->class_type == MAT_C_CELL ? PARTS_MAX : (size_t)PARTS_MAX * PARTS_MAX))
        p.n_parts = 0;
    return p;
}

/* The next part and its name behind that of the whole: "trial.emg", "trial(2).emg", "data{1}". */
static const matvar_t *next_part(place *p, char name[IMPORT_NAME_MAX], size_t *n_name) {
    size_t part = p->next++, room = IMPORT_NAME_MAX - p->n_name;
    const matvar_t *v;
    int n;
    if (p->n_fields == 0) {
        v = Mat_VarGetCell(p->variable, (int)part);
        n = snprintf(name + p->n_name, room, "{%zu}", part + 1);
    } else {
        size_t field = part % p->n_fields, which = part / p->n_fields;
        char *const *fields = Mat_VarGetStructFieldnames(p->variable);
        const char *own = fields != NULL && fields[field] != NULL ? fields[field] : "unnamed";
        v = Mat_VarGetStructFieldByIndex(p->variable, field, which);
        n = p->n_parts == p->n_fields
                ? snprintf(name + p->n_name, room, ".%.40s", own)
                : snprintf(name + p->n_name, room, "(%zu).%.40s", which + 1, own);
    }
    *n_name = p->n_name + (n > 0 ? (size_t)n : 0);
    return v;
}

/* A variable, and where it holds others all of them. */
static void add_variable(mat *m, const matvar_t *variable) {
    static const matvar_t nothing = {.class_type = MAT_C_EMPTY};
    char name[IMPORT_NAME_MAX];
    place path[DEPTH_MAX];
    size_t depth = 0;
    const matvar_t *v = variable;
    size_t n_name = (size_t)snprintf(name, sizeof name, "%.64s",
                                     variable->name != NULL ? variable->name : "unnamed");
    for (;;) {
        place inside = depth < DEPTH_MAX ? open_parts(v, n_name) : (place){.n_parts = 0};
        if (inside.n_parts > 0)
            path[depth++] = inside;
        else
            add_numbers(m, v, name);
        while (depth > 0 && path[depth - 1].next == path[depth - 1].n_parts) depth--;
        if (depth == 0) return;
        v = next_part(&path[depth - 1], name, &n_name);
        if (v == NULL) v = &nothing;
    }
}

void import_mat(void) {
    static mat m;
    mat_t *file = Mat_Open("input", MAT_ACC_RDONLY);
    if (file == NULL)
        import_fail(EG_ERR_DATA,
                    "the file begins as one of Matlab, but its header is damaged; save "
                    "it again");
    matvar_t *variable;
    while ((variable = Mat_VarReadNext(file)) != NULL) {
        if (++m.n_variables > VARIABLES_MAX)
            import_fail(EG_ERR_LIMIT, "more than %d variables; save the samples alone",
                        VARIABLES_MAX);
        add_variable(&m, variable);
    }
    long stopped = ftell(stdin);
    fseek(stdin, 0, SEEK_END);
    if (m.n_items == 0 && stopped < ftell(stdin))
        import_fail(EG_ERR_DATA,
                    "no variable can be read: the file is damaged or not copied to its "
                    "end; save or copy it again");
    import_source source = {.format = "Matlab",
                            .maker = "",
                            .rate_hz = (double)NAN,
                            .rate_is = "",
                            .odd = &m.odd,
                            .file = &m,
                            .read = read_item};
    import_choose(&source, m.items, m.n_items, stopped < ftell(stdin));
}
