/* Stable sorting and quantiles with the caller's scratch. NaN sorts behind everything. */
#ifndef EG_BASE_SORT_H
#define EG_BASE_SORT_H

#include <stddef.h>

/* Sorts values[n] upwards in place; scratch[n]. Merge sort: n log n always. */
void eg_sort(size_t n, double *values, double *scratch);

/* Writes to index[n] the order in which values[n] ascend; equal values keep their order.
 * scratch[n]. */
void eg_sort_index(size_t n, const double *values, size_t *index, size_t *scratch);

/* The p-quantile (0 <= p <= 1) of values sorted upwards, linear between neighbours (numpy's and
 * R's type 7). NaN if n is 0. */
double eg_sort_quantile(size_t n, const double *sorted, double p);

#endif
