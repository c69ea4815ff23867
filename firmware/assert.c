/* A failed assertion off the host: say where and stop. Firmware that drives a stimulator replaces
 * this by one that switches its outputs off first. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/check.h"

_Noreturn void eg_assert_failed(const char *expression, const char *file, int line) {
    printf("assertion failed: %s at %s:%d\n", expression, file, line);
    exit(1);
}
