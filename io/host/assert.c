/* The host's answer to a failed assertion: say where, then stop. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/check.h"

_Noreturn void eg_assert_failed(const char *expression, const char *file, int line) {
    fprintf(stderr, "engram: assertion failed: %s at %s:%d. Please report this.\n", expression,
            file, line);
    abort();
}
