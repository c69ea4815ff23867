/* Finds the line of a JSON text that a JSON pointer points to, so that an error can name file and
 * line. jansson gives lines only for texts that do not parse. */
#ifndef EG_JSON_LOCATE_H
#define EG_JSON_LOCATE_H

#include <stddef.h>
#include <stdint.h>

/* The 1-based line on which the value at `pointer` (RFC 6901) begins; for a member of an object,
 * the line of its name. Where the pointer leads nowhere, the line of its deepest part that exists.
 * 0 if `text` does not hold a value at all. Never reads beyond `size` and never fails on malformed
 * text: it is then as exact as the text allows. Cost: linear in `size`. */
uint64_t eg_json_locate(const char *text, size_t size, const char *pointer);

#endif
