/* Stored chunks of any bytes: decoding writes exactly what the caller expects or nothing. */
#include <stdint.h>
#include <stdlib.h>

#include "io/store/chunk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) return 0;
    size_t expected = (size_t)data[0] << 8 | data[1];
    unsigned char *bytes = malloc(expected + 1);
    if (bytes == NULL) return 0;
    (void)eg_chunk_decode(data + 2, size - 2, bytes, expected, NULL);
    free(bytes);
    return 0;
}
