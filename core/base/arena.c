#include "core/base/arena.h"

#include <stdint.h>
#include <string.h>

#include "core/base/check.h"

enum { ALIGNMENT = 16 };

void eg_arena_init(eg_arena *arena, void *memory, size_t size) {
    EG_ASSERT(arena != NULL && (memory != NULL || size == 0));
    size_t skip = (ALIGNMENT - (uintptr_t)memory % ALIGNMENT) % ALIGNMENT;
    if (skip > size) skip = size;
    arena->memory = memory == NULL ? NULL : (unsigned char *)memory + skip;
    arena->size = size - skip;
    arena->used = 0;
    arena->high_water = 0;
}

size_t eg_arena_bytes(size_t count, size_t element_size) {
    return (count * element_size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

void *eg_arena_take(eg_arena *arena, size_t count, size_t element_size) {
    EG_ASSERT(arena != NULL && element_size > 0);
    size_t left = arena->size - arena->used;
    if (count > left / element_size) return NULL;
    size_t bytes = count * element_size;
    size_t rounded = eg_arena_bytes(count, element_size);
    if (rounded > left) return NULL;
    void *start = arena->memory + arena->used;
    memset(start, 0, bytes);
    arena->used += rounded;
    if (arena->used > arena->high_water) arena->high_water = arena->used;
    return start;
}

size_t eg_arena_mark(const eg_arena *arena) {
    return arena->used;
}

void eg_arena_reset(eg_arena *arena, size_t mark) {
    EG_ASSERT(mark <= arena->used);
    arena->used = mark;
}
