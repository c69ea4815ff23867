/* Damaged copies of a good file: each must end with words or with a recording, quickly. */
#ifndef EG_TESTS_SUPPORT_DAMAGE_H
#define EG_TESTS_SUPPORT_DAMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "io/format/recording.h"

typedef struct damage {
    size_t n_inputs, n_read;
    double slowest_ms; /* CPU time of one */
} damage;

/* Reads copies of bytes[n]: cut at up to 1500 lengths, then `n_flipped` with one to four changed
 * bytes and, of those, every third cut too. Each copy has exactly its size, so that a sanitizer
 * sees a read beyond it. Fails the test if one takes longer than 50 ms (more under a sanitizer). */
damage eg_test_damage(const char *name, const uint8_t *bytes, size_t n, size_t n_flipped);

/* The same for file `which` of a set; the others stay whole. */
damage eg_test_damage_set(const eg_named_bytes *files, size_t n_files, size_t which,
                          size_t n_flipped);

#endif
