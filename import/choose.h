/* Which of a file's variables are samples: what HDF5 files of any program and Matlab files have in
 * common. */
#ifndef EG_IMPORT_CHOOSE_H
#define EG_IMPORT_CHOOSE_H

#include <stddef.h>

enum { IMPORT_NAME_MAX = 256, IMPORT_ITEMS_MAX = 1024 };

/* A numeric variable of at most two dimensions; the longer one runs along time. */
typedef struct import_item {
    char name[IMPORT_NAME_MAX]; /* "emg", "trial/emg", "trial.emg" */
    size_t n_samples, n_channels;
    int order;     /* of its values in memory: EG_IMPORT_BY_SAMPLE or BY_CHANNEL */
    double scalar; /* of a variable with one value, else NaN */
    size_t source; /* the reader's own number for it */
} import_item;

/* What may be samples and cannot be read as such: told, not passed over in silence. */
typedef struct import_odd {
    size_t n;
    char name[IMPORT_NAME_MAX]; /* of the first */
    const char *why;            /* "it holds complex numbers" */
} import_odd;

void import_add_odd(import_odd *odd, const char *name, const char *why);

typedef struct import_source {
    const char *format, *maker;
    double rate_hz;      /* said by the file beside its variables; NaN if it is not */
    const char *rate_is; /* where that stands */
    const import_odd *odd;
    void *file;
    /* `n` samples of all its channels from sample `at` on into `values`, in the item's order; 0 if
     * they cannot be read. */
    int (*read)(void *file, const import_item *item, size_t at, size_t n, double *values);
} import_source;

/* Sends the variables of the length that most values have as channels, a scalar called fs, Fs,
 * srate, sampling_rate or alike as the rate, and an increasing vector called t or time as the time;
 * says what is left out. Ends the process if there is nothing. `is_partial`: the file goes on where
 * it could not be read any more. */
void import_choose(const import_source *source, const import_item *items, size_t n_items,
                   int is_partial);

/* Whether the last part of a name is that of a rate. */
int import_is_rate(const char *name);

#endif
