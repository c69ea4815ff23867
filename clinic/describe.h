/* What a file is, before anything is measured: for `engram inspect` and for the pages' question
 * which column is what. */
#ifndef EG_CLINIC_DESCRIBE_H
#define EG_CLINIC_DESCRIBE_H

#include "clinic/evaluate.h"
#include "io/format/infer.h"
#include "io/format/map.h"
#include "io/format/recording.h"
#include "io/json/write.h"

enum { EG_FINGERPRINT_SIZE = 65 };

/* How far the steps of a recording's time stamps are from even. */
typedef struct eg_time_facts {
    double jitter;  /* SD of the regular steps as a share of the nominal one; NaN without stamps */
    size_t n_gaps;  /* steps of more than one and a half */
    size_t n_back;  /* steps that do not go forward */
    double longest; /* longest step, s; NaN without stamps */
} eg_time_facts;

eg_time_facts eg_describe_time(const eg_recording *recording);

typedef struct eg_column_facts {
    size_t n, n_missing;
    double first, last, least, most, mean; /* NaN where there is no number */
} eg_column_facts;

eg_column_facts eg_describe_column(const eg_channel *channel);

/* Which map this recording is read with when nobody gives one. `why` (what is open) where
 * *source is "unknown"; else *source is "ready" or "header". The map is copied. */
typedef struct eg_layout_answer {
    const char *source; /* static */
    eg_map map;
    char why[240];
} eg_layout_answer;

eg_err eg_describe_layout(const eg_evaluator *evaluator, const eg_recording *recording,
                          eg_layout_answer *answer, eg_diag *diag);

/* Digest of the columns' names and units in their order: files of one layout share it. Empty where
 * a column has no name: such a layout cannot be known again. */
void eg_describe_fingerprint(const eg_recording *recording, char text[EG_FINGERPRINT_SIZE]);

/* Writes the members "layout", "time" and "columns" into an open object. EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_describe_write(const eg_evaluator *evaluator, const eg_recording *recording,
                                      eg_json_writer *json, eg_diag *diag);

#endif
