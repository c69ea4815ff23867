/* Files packed with gzip (XDF as .xdfz, any other with .gz behind its name). */
#ifndef EG_IO_FORMAT_GZIP_H
#define EG_IO_FORMAT_GZIP_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

enum {
    EG_GZIP_GROWTH_MAX = 40,    /* times its packed size: no recording shrinks so far */
    EG_GZIP_SMALL_MAX = 4 << 20 /* but so much is always unpacked */
};

typedef struct eg_gzip {
    uint8_t *bytes; /* [size], the caller frees */
    size_t size;
    int is_cut; /* the packed file ends early */
} eg_gzip;

int eg_gzip_is(const uint8_t *bytes, size_t size);

/* Unpacks all members, one behind the other. Errors: EG_ERR_DATA (damaged; a sum that is not its
 * own), EG_ERR_LIMIT (larger than a recording may be, or than GROWTH_MAX allows), EG_ERR_MEMORY.
 * Never takes more memory than the limits and a half. Pure. */
EG_NODISCARD eg_err eg_gzip_open(const char *name, const uint8_t *bytes, size_t size,
                                 eg_gzip *opened, eg_diag *diag);

#endif
