/* Memory from the caller, handed out in order and given back all at once. The core never calls
 * malloc: whoever calls it decides how much memory a computation may have. */
#ifndef EG_BASE_ARENA_H
#define EG_BASE_ARENA_H

#include <stddef.h>

#include "core/base/err.h"

typedef struct eg_arena {
    unsigned char *memory; /* borrowed from the caller for the arena's life */
    size_t size;           /* bytes in all */
    size_t used;           /* bytes handed out, rounding included */
    size_t high_water;     /* most bytes that were ever in use */
} eg_arena;

/* Borrows `memory` (any alignment) until the arena is forgotten. */
void eg_arena_init(eg_arena *arena, void *memory, size_t size);

/* `count` elements of `element_size` bytes, zeroed, aligned for any type; NULL if they do not fit
 * or if the product overflows. */
void *eg_arena_take(eg_arena *arena, size_t count, size_t element_size);

/* Bytes of an arena that such a piece takes. The first may need another eg_arena_bytes(1, 1), where
 * the memory lent is not aligned. */
size_t eg_arena_bytes(size_t count, size_t element_size);

/* A place to come back to: everything taken after eg_arena_mark is given back by eg_arena_reset. */
size_t eg_arena_mark(const eg_arena *arena);
void eg_arena_reset(eg_arena *arena, size_t mark);

#endif
