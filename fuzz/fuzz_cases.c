/* Any bytes as a table of cases: options stay within their ranges, or an error with words. */
#include <math.h>
#include <string.h>

#include "clinic/cases.h"
#include "core/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    eg_evaluate_options options = eg_evaluate_defaults();
    eg_diag diag = {0};
    eg_err err = eg_cases_apply("fuzz", (const char *)bytes, size, "/data/a.txt", &options, &diag);
    EG_ASSERT(err == EG_OK || diag.text[0] != '\0');
    EG_ASSERT(isnan(options.mass_kg) || options.mass_kg > 0);
    EG_ASSERT(isnan(options.height_m) || options.height_m >= 0);
    EG_ASSERT(options.condition.vision <= EG_VISION_CLOSED);
    return 0;
}
