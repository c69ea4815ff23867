/* A recording as a data set of the Brain Imaging Data Structure with electromyography (BIDS 1.11,
 * modality-specific files: electromyography). One subject, one task; samples as BDF+, which the
 * standard recommends. What the standard wants to know and a recording does not say is written as
 * "n/a" and told, so that somebody fills it in.
 *
 *   dataset_description.json, README, participants.tsv
 *   sub-01/emg/sub-01_task-NAME_emg.bdf, _emg.json, _channels.tsv, _events.tsv (if there are
 * events) sub-01/emg/sub-01_electrodes.tsv, sub-01_space-unknown_coordsystem.json */
#ifndef EG_IO_FORMAT_BIDS_H
#define EG_IO_FORMAT_BIDS_H

#include "io/format/write.h"

typedef struct eg_bids_options {
    const char *subject; /* letters and digits; NULL: "01" */
    const char *task;    /* letters and digits; NULL: "recording" */
    const char *version; /* of the program, for the provenance */
} eg_bids_options;

/* Into `folder`, which is there and empty. Errors: EG_ERR_ARGUMENT (a label with other signs),
 * EG_ERR_RANGE (no channel, or none that BDF holds), EG_ERR_IO, EG_ERR_MEMORY; then files may be
 * left in the folder. */
EG_NODISCARD eg_err eg_bids_write(const eg_recording *recording, const eg_bids_options *options,
                                  const char *folder, eg_write_notes *notes, eg_diag *diag);

#endif
