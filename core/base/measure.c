#include "core/base/measure.h"

#include <string.h>

#include "core/base/check.h"

const eg_measure_def *eg_measure_find(const eg_measure_table *table, const char *code) {
    EG_ASSERT(table != NULL && code != NULL);
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->rows[i].code, code) == 0) return &table->rows[i];
    return NULL;
}
