/* What several trials of one person say together: Romberg quotients, sensory ratios and the
 * composite of the modified clinical test of sensory interaction on balance (mCTSIB). */
#ifndef EG_BALANCE_PAIR_H
#define EG_BALANCE_PAIR_H

#include "core/balance/profile.h"

/* One trial's numbers under the profile "engram", and what was asked of the person. */
typedef struct eg_balance_taken {
    eg_balance_condition condition;
    const eg_balance_result *result; /* borrowed */
} eg_balance_taken;

/* Averages repeats of the same condition (firm or foam, eyes open or closed) and writes those of
 * romberg.*, foam.*, sensory.* and mctsib.* for which every condition is there; none is no error.
 * Only trials of the same posture and stance belong into one call: others are refused with
 * EG_ERR_ARGUMENT. Trials whose surface or vision is unknown are left out. */
EG_NODISCARD eg_err eg_balance_compare_trials(const eg_balance_taken *trials, size_t n,
                                              eg_balance_result *result, eg_diag *diag);

#endif
