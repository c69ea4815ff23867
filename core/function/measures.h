/* The catalogue of the function tests: function.*. */
#ifndef EG_FUNCTION_MEASURES_H
#define EG_FUNCTION_MEASURES_H

#include "core/base/measure.h"

extern const eg_measure_table eg_function_measures;

#endif
