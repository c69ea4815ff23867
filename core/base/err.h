/* Errors as values. One table names every kind of error, says it in words and says whose fault it
 * is; details (which file, which line, what to do) travel in an eg_diag that the caller owns. */
#ifndef EG_BASE_ERR_H
#define EG_BASE_ERR_H

#include <stdint.h>

/* Whose fault an error is decides what the reader is told to do about it. */
typedef enum eg_fault {
    EG_FAULT_NONE,
    EG_FAULT_CALLER,   /* the program that called us, or what a user asked for */
    EG_FAULT_DATA,     /* a file, a message or a value that came from outside */
    EG_FAULT_DEVICE,   /* a plate, sensor or stimulator */
    EG_FAULT_RESOURCE, /* memory, disk, network */
    EG_FAULT_US        /* Engram itself */
} eg_fault;

/*        name                value  text                                        fault */
#define EG_ERROR_TABLE(X)                                                                          \
    X(EG_OK, 0, "done", EG_FAULT_NONE)                                                             \
    X(EG_ERR_ARGUMENT, -1, "an argument is outside its range", EG_FAULT_CALLER)                    \
    X(EG_ERR_MEMORY, -2, "out of memory", EG_FAULT_RESOURCE)                                       \
    X(EG_ERR_IO, -3, "cannot read or write", EG_FAULT_RESOURCE)                                    \
    X(EG_ERR_FORMAT, -4, "not a format that Engram reads", EG_FAULT_DATA)                          \
    X(EG_ERR_DATA, -5, "the data are damaged or incomplete", EG_FAULT_DATA)                        \
    X(EG_ERR_LIMIT, -6, "larger than a stated limit", EG_FAULT_DATA)                               \
    X(EG_ERR_MISSING, -7, "a needed value is missing", EG_FAULT_DATA)                              \
    X(EG_ERR_RANGE, -8, "a value is outside its permitted range", EG_FAULT_DATA)                   \
    X(EG_ERR_NOT_FOUND, -9, "there is no such thing", EG_FAULT_CALLER)                             \
    X(EG_ERR_CONFLICT, -10, "somebody else has changed it meanwhile", EG_FAULT_CALLER)             \
    X(EG_ERR_GUARD, -11, "the course of care does not allow this now", EG_FAULT_CALLER)            \
    X(EG_ERR_STORE, -12, "the store failed", EG_FAULT_RESOURCE)                                    \
    X(EG_ERR_DEVICE, -13, "a device failed", EG_FAULT_DEVICE)                                      \
    X(EG_ERR_REFUSED, -14, "refused for safety or privacy", EG_FAULT_CALLER)                       \
    X(EG_ERR_INTERNAL, -15, "an error of Engram itself", EG_FAULT_US)                              \
    X(EG_ERR_LAYOUT, -16, "the file does not say what its columns are", EG_FAULT_DATA)

typedef int32_t eg_err;

enum {
#define X(name, value, text, fault) name = (value),
    EG_ERROR_TABLE(X)
#undef X
};

#define EG_NODISCARD __attribute__((warn_unused_result))
#define EG_PRINTF(format_index, first_index)                                                       \
    __attribute__((format(printf, format_index, first_index)))

/* What went wrong, where, and what to do. Zero-initialise; the first error set stays. */
typedef struct eg_diag {
    eg_err code;    /* EG_OK until something went wrong */
    char where[96]; /* file, JSON path or device, as the user knows it; "" if none */
    uint64_t line;  /* 1-based line in that place, 0 if none */
    char text[240]; /* one sentence: what, and what to do */
} eg_diag;

/* "EG_ERR_DATA" for -5; "unknown error" for a code outside the table. Never NULL. */
const char *eg_err_name(eg_err code);

/* The table's words for a code. Never NULL. */
const char *eg_err_text(eg_err code);

eg_fault eg_err_fault(eg_err code);

/* Records an error unless one is already recorded, and returns `code`, so that
 * `return eg_diag_set(diag, EG_ERR_DATA, name, line, "...")` reads as one thought.
 * `diag` and `where` may be NULL. Text longer than the field is cut at the end. */
eg_err eg_diag_set(eg_diag *diag, eg_err code, const char *where, uint64_t line, const char *format,
                   ...) EG_PRINTF(5, 6);

/* The analyser does not look into err.c: tell it which value comes back. */
#if defined(__clang_analyzer__) && !defined(EG_BASE_ERR_C)
#define eg_diag_set(diag, code, ...) (eg_diag_set(diag, code, __VA_ARGS__), (code))
#endif

#endif
