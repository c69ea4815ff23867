/* What a recording's channels really are: another name, another unit, left out. A file whose
 * columns are called "Ch1" becomes one that every study understands. */
#ifndef EG_CLINIC_CHANNEL_MAP_H
#define EG_CLINIC_CHANNEL_MAP_H

#include <jansson.h>

#include "core/base/err.h"
#include "io/format/recording.h"

/* `map`: [{"label": as in the file, "name"?: what it is, "unit"?: its unit, "use"?: false leaves it
 * out}]; channels that are not named stay as they are. The recording is changed. A label that the
 * file does not hold is EG_ERR_LAYOUT: then it is another file than the one that was explained;
 * EG_ERR_ARGUMENT: the map is not of this shape. */
EG_NODISCARD eg_err eg_channel_map_apply(const json_t *map, eg_recording *recording, eg_diag *diag);

#endif
