/* Two numbers in one register. GCC and clang turn the operators into the processor's own pairs
 * where it has them and into two scalars where it has not; the arithmetic of each lane is that of a
 * scalar, so that the bits are the same everywhere. */
#ifndef EG_BASE_LANES_H
#define EG_BASE_LANES_H

#include "core/base/real.h"

typedef eg_real eg_pair __attribute__((vector_size(2 * sizeof(eg_real))));

/* Memory of any alignment. */
static inline eg_pair eg_pair_load(const eg_real *x) {
    return (eg_pair){x[0], x[1]};
}

static inline void eg_pair_store(eg_real *y, eg_pair value) {
    y[0] = value[0];
    y[1] = value[1];
}

static inline eg_pair eg_pair_both(eg_real value) {
    return (eg_pair){value, value};
}

#endif
