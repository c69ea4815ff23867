/* What a recording holds, small enough for a page: every channel with its outline. */
#ifndef EG_CLINIC_PREVIEW_H
#define EG_CLINIC_PREVIEW_H

#include <jansson.h>

#include "io/format/recording.h"

/* A new object: {"name", "format", "sha256", "maker", "duration_s", "fingerprint", "points":
 * {"count", "rate_hz", "unit", "labels"}|null, "channels": [{"label", "unit", "rate_hz", "n",
 * "missing", "min", "max", "mean", "low": [], "high": []}], "n_channels", "platforms", "events":
 * [{"label", "context", "t_s"}], "warnings": [text]}; at most 256 channels and events each. NULL
 * without memory. */
json_t *eg_preview(const eg_recording *recording);

#endif
