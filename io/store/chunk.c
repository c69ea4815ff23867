#include "io/store/chunk.h"

#include <zstd.h>

#include "core/base/check.h"

enum { LEVEL = 3, WINDOW_LOG_MAX = 23 /* 8 MB: more than any of our chunks asks for */ };

size_t eg_chunk_bound(size_t size) {
    return ZSTD_compressBound(size);
}

eg_err eg_chunk_encode(const void *bytes, size_t size, void *encoded, size_t *encoded_size,
                       eg_diag *diag) {
    EG_ASSERT(bytes != NULL && encoded != NULL && encoded_size != NULL);
    EG_ASSERT(size >= 1 && size <= EG_CHUNK_SIZE);
    ZSTD_CCtx *context = ZSTD_createCCtx();
    if (context == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to compress");
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, LEVEL);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    size_t n = ZSTD_compress2(context, encoded, ZSTD_compressBound(size), bytes, size);
    ZSTD_freeCCtx(context);
    if (ZSTD_isError(n))
        return eg_diag_set(diag, EG_ERR_INTERNAL, NULL, 0, "cannot compress: %s",
                           ZSTD_getErrorName(n));
    *encoded_size = n;
    return EG_OK;
}

eg_err eg_chunk_decode(const void *encoded, size_t encoded_size, void *bytes, size_t size,
                       eg_diag *diag) {
    EG_ASSERT(encoded != NULL && bytes != NULL);
    EG_ASSERT(size <= EG_CHUNK_SIZE);
    ZSTD_DCtx *context = ZSTD_createDCtx();
    if (context == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to read");
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    size_t n = ZSTD_decompressDCtx(context, bytes, size, encoded, encoded_size);
    ZSTD_freeDCtx(context);
    if (ZSTD_isError(n))
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "a stored chunk is damaged (%s); restore it from a backup",
                           ZSTD_getErrorName(n));
    if (n != size)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "a stored chunk holds %zu bytes instead of %zu; restore a backup", n,
                           size);
    return EG_OK;
}
