/* Folds text for searching: lower case, accents of Latin letters removed, everything that is not a
 * letter or digit a single space, one space at the front ("  Müller-Özil" -> " muller ozil"). Other
 * scripts stay as they are. */
#ifndef EG_IO_STORE_FOLD_H
#define EG_IO_STORE_FOLD_H

#include <stddef.h>

/* Writes at most `capacity` bytes with the NUL; cuts at a whole character. Returns the length. */
size_t eg_store_fold(const char *text, char *folded, size_t capacity);

#endif
