/* The one way to write a JSON value, so that a hash over it means something: object keys sorted by
 * their bytes, no white space, shortest decimal that reads back to the same double (RFC 8785's
 * number style; 1.0 is written 1), control characters escaped, all other text as it is in UTF-8.
 * Unlike RFC 8785 keys sort by UTF-8 bytes (differs only beyond the basic plane) and whole numbers
 * keep all their digits. */
#ifndef EG_IO_JSON_CANONICAL_H
#define EG_IO_JSON_CANONICAL_H

#include <jansson.h>
#include <stddef.h>

#include "core/base/err.h"

enum { EG_CANONICAL_DEPTH_MAX = 64, EG_CANONICAL_KEYS_MAX = 4096 /* of one object */ };

/* `text` is malloc'd, NUL-terminated, `size` bytes without the NUL; the caller frees it.
 * EG_ERR_LIMIT: nested deeper or larger than stated. Cost: linear but for sorting keys. */
eg_err eg_json_canonical(const json_t *value, char **text, size_t *size, eg_diag *diag);

/* The shortest text of a finite double, at most 25 characters with the NUL. */
void eg_json_number(double value, char text[32]);

#endif
