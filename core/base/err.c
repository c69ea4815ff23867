#define EG_BASE_ERR_C /* defines what the header covers up for the analyser */
#include "core/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct error_row {
    eg_err code;
    const char *name;
    const char *text;
    eg_fault fault;
} error_row;

static const error_row error_rows[] = {
#define X(name, value, text, fault) {name, #name, text, fault},
    EG_ERROR_TABLE(X)
#undef X
};

static const error_row *find_row(eg_err code) {
    for (size_t i = 0; i < sizeof error_rows / sizeof error_rows[0]; i++)
        if (error_rows[i].code == code) return &error_rows[i];
    return NULL;
}

const char *eg_err_name(eg_err code) {
    const error_row *row = find_row(code);
    return row ? row->name : "unknown error";
}

const char *eg_err_text(eg_err code) {
    const error_row *row = find_row(code);
    return row ? row->text : "an error without a name; please report it";
}

eg_fault eg_err_fault(eg_err code) {
    const error_row *row = find_row(code);
    return row ? row->fault : EG_FAULT_US;
}

eg_err eg_diag_set(eg_diag *diag, eg_err code, const char *where, uint64_t line, const char *format,
                   ...) {
    if (diag == NULL || diag->code != EG_OK) return code;
    diag->code = code;
    diag->line = line;
    diag->where[0] = '\0';
    if (where != NULL) {
        size_t length = strlen(where);
        /* The end of a long path tells more than its beginning. */
        if (length >= sizeof diag->where) where += length - (sizeof diag->where - 1);
        memcpy(diag->where, where, strlen(where) + 1);
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(diag->text, sizeof diag->text, format, arguments);
    va_end(arguments);
    return code;
}
