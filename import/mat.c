#include "import/mat.h"

#include <math.h>
#include <matio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/choose.h"
#include "import/send.h"
#include "io/import/protocol.h"

enum { DEPTH_MAX = 4, VARIABLES_MAX = 1024 };

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

static void add_numbers(mat *m, const matvar_t *v, const char *name) {
    size_t width = value_bytes(v);
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

typedef struct place {
    const matvar_t *variable;
    unsigned n_fields, next; /* of a structure */
    size_t n_name;           /* characters of its name */
} place;

/* A variable, and where it is one structure, all fields of it: "trial.emg". */
static void add_variable(mat *m, const matvar_t *variable) {
    char name[IMPORT_NAME_MAX];
    place path[DEPTH_MAX];
    size_t depth = 0;
    const matvar_t *v = variable;
    size_t n_name = (size_t)snprintf(name, sizeof name, "%.64s",
                                     variable->name != NULL ? variable->name : "unnamed");
    for (;;) {
        int is_one = v->class_type == MAT_C_STRUCT && v->rank == 2 && v->dims[0] == 1 &&
                     v->dims[1] == 1 && depth < DEPTH_MAX;
        if (is_one)
            path[depth++] =
                (place){v, Mat_VarGetNumberOfFields((matvar_t *)(uintptr_t)v), 0, n_name};
        else
            add_numbers(m, v, name);
        while (depth > 0 && path[depth - 1].next == path[depth - 1].n_fields) depth--;
        if (depth == 0) return;
        place *at = &path[depth - 1];
        matvar_t *owner = (matvar_t *)(uintptr_t)at->variable;
        char *const *fields = Mat_VarGetStructFieldnames(owner);
        v = Mat_VarGetStructFieldByIndex(owner, at->next, 0);
        const char *field = fields != NULL ? fields[at->next] : NULL;
        at->next++;
        if (v == NULL) v = &(const matvar_t){.class_type = MAT_C_EMPTY};
        int n = snprintf(name + at->n_name, sizeof name - at->n_name, ".%.40s",
                         field != NULL ? field : "unnamed");
        n_name = at->n_name + (n > 0 ? (size_t)n : 0);
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
                            .file = &m,
                            .read = read_item};
    import_choose(&source, m.items, m.n_items, stopped < ftell(stdin));
}
