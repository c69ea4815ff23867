/* Any bytes behind the beginning of a gzip file: an error with words, or no more than the limits
 * allow. */
#include <stdlib.h>

#include "core/base/check.h"
#include "io/format/gzip.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    if (!eg_gzip_is(bytes, size)) return 0;
    eg_gzip opened;
    eg_diag diag = {0};
    eg_err err = eg_gzip_open("fuzz", bytes, size, &opened, &diag);
    EG_ASSERT(err == EG_OK ||
              (opened.bytes == NULL && opened.size == 0 && diag.code == err && diag.text[0] != 0));
    size_t most = size * EG_GZIP_GROWTH_MAX;
    EG_ASSERT(opened.size <= (most > EG_GZIP_SMALL_MAX ? most : EG_GZIP_SMALL_MAX));
    free(opened.bytes);
    return 0;
}
