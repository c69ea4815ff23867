/* When muscles work relative to each other and to themselves: the rhythm of one channel's bursts,
 * the delay between two channels' onsets, the order of several. Bursts are those of onset.h; minor
 * ones are left out, and so are onsets that lie before the recording. */
#ifndef EG_EMG_TIMING_H
#define EG_EMG_TIMING_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/emg/onset.h"

typedef struct eg_emg_rhythm {
    size_t n_bursts, n_whole; /* counted bursts; those that begin and end in the recording */
    double duration_s, duration_sd_s; /* median and sample deviation of the whole ones' length */
    double period_s;                  /* median time from onset to onset */
    double duty; /* median of length over the time to the next onset, 0 ... 1 */
} eg_emg_rhythm;

/* NaN for what too few bursts allow. Takes 2 n doubles of scratch; EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_emg_rhythm_of(size_t n, const eg_burst *bursts, eg_emg_rhythm *rhythm,
                                     eg_arena *scratch, eg_diag *diag);

typedef struct eg_emg_delay {
    size_t n, n_alone; /* pairs of onsets; onsets of the first without partner */
    double median_s, quarter_s, three_quarters_s; /* second less first, of the pairs */
} eg_emg_delay;

#define EG_EMG_DELAY_MAX_S 1.0

/* Each onset of `first` is paired with the onset of `second` that is nearest to it, if that is at
 * most most_s away and has no nearer one in `first`. Takes 2 n_first doubles of scratch. NaN
 * without pairs; EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_emg_delay_of(size_t n_first, const eg_burst *first, size_t n_second,
                                    const eg_burst *second, double most_s, eg_emg_delay *delay,
                                    eg_arena *scratch, eg_diag *diag);

/* The place of each channel, 1 for the one that comes first, from the delays against one of them;
 * equal delays share the smaller number; 0 where the delay is NaN. */
void eg_emg_order(size_t n, const double *delays_s, size_t *places);

#endif
