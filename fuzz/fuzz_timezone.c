/* Zone files of any bytes, then questions to what was read. */
#include <stdint.h>
#include <stdlib.h>

#include "io/host/timezone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    eg_zone *zone = malloc(sizeof *zone);
    if (zone == NULL) return 0;
    if (size <= EG_ZONE_FILE_MAX && eg_zone_parse(data, size, zone, NULL) == EG_OK)
        for (int64_t utc_s = -3000000000; utc_s < 6000000000; utc_s += 98765432) {
            eg_civil local;
            eg_zone_local(zone, utc_s * 1000, &local);
            (void)eg_zone_utc_ms(zone, &local);
        }
    free(zone);
    return 0;
}
