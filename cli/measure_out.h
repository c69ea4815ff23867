/* engram measure STUDY FILE --out angles.mot: the curves of a study's result as a file. */
#ifndef EG_CLI_MEASURE_OUT_H
#define EG_CLI_MEASURE_OUT_H

#include <jansson.h>

#include "core/base/err.h"

/* The curves of a study that has_angles, one sample a row. By its ending `out` is csv, mot or sto;
 * a file that is there is replaced, unless it is `source`. EG_ERR_ARGUMENT for another ending,
 * EG_ERR_DATA where a failed check withholds the values or the curves differ in rate,
 * EG_ERR_MISSING without curves, EG_ERR_IO, EG_ERR_MEMORY. */
EG_NODISCARD eg_err measure_out_write(const json_t *result, const char *source, const char *out,
                                      eg_diag *diag);

#endif
