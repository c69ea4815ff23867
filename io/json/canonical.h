/* The one way to write a JSON value, so that a hash over it means something: object keys sorted by
 * their bytes, no white space, the shortest decimal that reads back to the same double (1.0 is
 * written 1), text as it is in UTF-8. Close to RFC 8785; unlike it, keys sort by UTF-8 bytes
 * (differs only beyond the basic plane), exponents are written as C does and whole numbers keep all
 * their digits. */
#ifndef EG_IO_JSON_CANONICAL_H
#define EG_IO_JSON_CANONICAL_H

#include <jansson.h>
#include <stddef.h>

#include "core/base/err.h"

enum { EG_CANONICAL_DEPTH_MAX = 60, EG_CANONICAL_SIZE_MAX = 64 << 20 };

/* `text` is malloc'd, NUL-terminated, `size` bytes without the NUL; the caller frees it. `size` may
 * be NULL. EG_ERR_LIMIT: nested deeper or larger than stated. Cost: linear but for sorting keys. */
eg_err eg_json_canonical(const json_t *value, char **text, size_t *size, eg_diag *diag);

#endif
