/* Any bytes as a bundle of files. */
#include <assert.h>

#include "io/format/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static eg_bundle bundle;
    eg_diag diag = {0};
    if (eg_bundle_open("x.tar", bytes, size, &bundle, &diag) != EG_OK) return 0;
    for (size_t i = 0; i < bundle.n; i++) {
        assert(bundle.files[i].bytes >= bytes && bundle.files[i].name[0] != '\0');
        assert(bundle.files[i].size <= size - (size_t)(bundle.files[i].bytes - bytes));
    }
    eg_recording *recording = NULL;
    if (eg_recording_parse("x.tar", bytes, size, &recording, &diag) == EG_OK)
        eg_recording_destroy(recording);
    return 0;
}
