/* Any bytes as a column map: refused with words, or sound enough to be used on a recording. */
#include <stdlib.h>

#include "core/base/check.h"
#include "io/format/map.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static eg_map map;
    static double samples[2] = {1, 2};
    static eg_channel channels[] = {
        {.label = "a", .unit = "cm", .is_named = 1, .n = 2, .values = samples},
        {.label = "b", .is_named = 1, .n = 2, .values = samples}};
    static const eg_recording recording = {.n_channels = 2, .channels = channels, .n_frames = 2};
    eg_diag diag = {0};
    if (eg_map_parse((const char *)bytes, size, "fuzz", &map, &diag) != EG_OK) {
        EG_ASSERT(diag.text[0] != '\0');
        return 0;
    }
    EG_ASSERT(map.n_plates <= EG_MAP_PLATES_MAX && map.n_labels <= EG_MAP_LABELS_MAX);
    for (size_t i = 0; i < map.n_plates; i++)
        EG_ASSERT(map.plates[i].ml_axis != 0 && map.plates[i].force[2].column[0] != '\0');
    (void)eg_map_fits(&map, &recording);
    EG_ASSERT(map.corners.load[0].column[0] == '\0' ||
              (map.corners.load[3].column[0] != '\0' && map.corners.ml_mm > 0));
    double *values = NULL;
    eg_diag use = {0};
    if (eg_map_read(&map.net.ml, EG_MAP_LENGTH, &recording, &values, &use) == EG_OK) free(values);
    return 0;
}
