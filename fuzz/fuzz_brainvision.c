/* Any bytes as a BrainVision header and the files that it names. */
#include "fuzz/set.h"
#include "io/format/brainvision.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    return eg_fuzz_set("r.vhdr", eg_brainvision_is, eg_brainvision_companions, bytes, size);
}
