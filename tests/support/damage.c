#include "tests/support/damage.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/random.h"
#include "tests/support/test.h"

enum { CUTS_MAX = 1500 };

enum { FILES_MAX = 8 };

/* The set with another content of one file. */
static void feed(const eg_named_bytes *files, size_t n_files, size_t which, const uint8_t *bytes,
                 size_t n, damage *d) {
    uint8_t *exact = malloc(n > 0 ? n : 1);
    EG_CHECK(exact != NULL);
    memcpy(exact, bytes, n);
    eg_named_bytes set[FILES_MAX];
    EG_CHECK(n_files <= FILES_MAX);
    memcpy(set, files, n_files * sizeof *set);
    set[which].bytes = exact;
    set[which].size = n;
    eg_recording *r = NULL;
    eg_diag diag = {0};
    clock_t began = clock();
    eg_err err = eg_recording_parse_set(set, n_files, &r, &diag);
    double ms = 1e3 * (double)(clock() - began) / CLOCKS_PER_SEC;
    EG_CHECK((err == EG_OK) == (r != NULL) && (err == EG_OK || diag.text[0] != '\0'));
    if (ms > d->slowest_ms) d->slowest_ms = ms;
    d->n_inputs++;
    d->n_read += err == EG_OK;
    eg_recording_destroy(r);
    free(exact);
}

damage eg_test_damage(const char *name, const uint8_t *bytes, size_t n, size_t n_flipped) {
    eg_named_bytes file = {name, bytes, n};
    return eg_test_damage_set(&file, 1, 0, n_flipped);
}

damage eg_test_damage_set(const eg_named_bytes *files, size_t n_files, size_t which,
                          size_t n_flipped) {
    damage d = {0};
    const uint8_t *bytes = files[which].bytes;
    size_t n = files[which].size;
    size_t step = n / CUTS_MAX + 1;
    for (size_t size = 0; size <= n; size += step) feed(files, n_files, which, bytes, size, &d);
    uint8_t *copy = malloc(n);
    EG_CHECK(copy != NULL);
    eg_random random;
    eg_random_init(&random, 17, n);
    for (size_t k = 0; k < n_flipped; k++) {
        memcpy(copy, bytes, n);
        for (size_t i = 0; i < 1 + k % 4; i++) {
            size_t at = eg_random_below(&random, (uint32_t)n);
            unsigned flip = 1u << eg_random_below(&random, 8);
            copy[at] = k % 2 == 0 ? (uint8_t)eg_random_below(&random, 256)
                                  : (uint8_t)((copy[at] ^ flip) & 0xff);
        }
        feed(files, n_files, which, copy, k % 3 == 0 ? eg_random_below(&random, (uint32_t)n) : n,
             &d);
    }
    free(copy);
    EG_CHECK(d.slowest_ms <= 50 * eg_test_patience());
    return d;
}
