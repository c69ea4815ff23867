/* Any bytes as a WFDB header and the files that it names. */
#include "fuzz/set.h"
#include "io/format/wfdb.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    return eg_fuzz_set("r.hea", eg_wfdb_is, eg_wfdb_companions, bytes, size);
}
