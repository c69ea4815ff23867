/* One chunk of a blob: zstd with its own checksum. Decoding never writes more than the caller
 * expects, whatever the bytes claim. */
#ifndef EG_IO_STORE_CHUNK_H
#define EG_IO_STORE_CHUNK_H

#include <stddef.h>

#include "core/base/err.h"

#define EG_CHUNK_SIZE ((size_t)1 << 20) /* bytes before compression; only the last is shorter */

/* Bytes that the encoding of `size` bytes may need. */
size_t eg_chunk_bound(size_t size);

/* Encodes 1..EG_CHUNK_SIZE bytes. `encoded` holds eg_chunk_bound(size) bytes. */
eg_err eg_chunk_encode(const void *bytes, size_t size, void *encoded, size_t *encoded_size,
                       eg_diag *diag);

/* Decodes to exactly `size` bytes (at most EG_CHUNK_SIZE); EG_ERR_DATA otherwise. */
eg_err eg_chunk_decode(const void *encoded, size_t encoded_size, void *bytes, size_t size,
                       eg_diag *diag);

#endif
