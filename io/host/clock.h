/* The only place where the wall clock and the system's random numbers enter. Everything above gets
 * them as values, so that tests and replays decide what time it is. */
#ifndef EG_IO_HOST_CLOCK_H
#define EG_IO_HOST_CLOCK_H

#include <stddef.h>
#include <stdint.h>

enum { EG_ID_SIZE = 27 /* 26 characters and the end */ };

/* Milliseconds since 1970-01-01T00:00:00Z. */
int64_t eg_clock_now_ms(void);

/* Unpredictable bytes from the system; `context` is ignored (it fits the callback of clinic.h). */
void eg_clock_random(void *context, void *bytes, size_t size);

/* A document's id: 48 bits of time and 80 random bits as 26 characters of Crockford's base 32, so
 * that ids sort by time. Pure. */
void eg_id_make(int64_t now_ms, const uint8_t random[10], char id[EG_ID_SIZE]);

/* 26 characters of that alphabet? `id` may be NULL. */
int eg_id_is_valid(const char *id);

#endif
