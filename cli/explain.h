/* What a measure is, in words, under our own names or under a peer's. */
#ifndef EG_CLI_EXPLAIN_H
#define EG_CLI_EXPLAIN_H

#include <stdbool.h>

#include "core/balance/profile.h"

/* Prints the measure `code` of `profile` on stdout, as JSON if `as_json`; a peer's profile knows
 * our names too. Returns the exit status: 0, or 2 after a complaint that lists the names. */
int explain_measure(const char *code, eg_balance_profile profile, bool as_json);

#endif
