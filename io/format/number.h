/* Decimal text to the nearest double, as C's strtod does it but without a locale: every result is
 * correctly rounded (ties to even), whatever the number of digits. Used by all text formats. */
#ifndef EG_IO_FORMAT_NUMBER_H
#define EG_IO_FORMAT_NUMBER_H

#include <stddef.h>

/* Reads a number at the start of text[0..n): an optional sign, digits with at most one
 * `decimal_mark` ('.' or ','), an optional exponent (e or E). Returns how many bytes it took, 0 if
 * there is no number. Overflow gives an infinity, underflow 0. `*is_slow` (may be NULL) becomes 1
 * if the number needed arithmetic of many digits, about 3 us; most need about 20 ns. Reading never
 * goes beyond n. Takes nothing but ASCII digits; no thousands separators, no hexadecimal. */
size_t eg_number_read(const char *text, size_t n, char decimal_mark, double *value, int *is_slow);

#endif
