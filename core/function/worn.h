/* Whether what moved was a body in this test: a sensor that is carried in a hand or swung about
 * rises and sinks, too, and is refused with what no person does from a chair. The limits lie well
 * beyond people, so that nobody unusual is refused (E: ours, from what a body allows). */
#ifndef EG_FUNCTION_WORN_H
#define EG_FUNCTION_WORN_H

#include "core/function/stand.h"

#define EG_WORN_TRUNK_DEG 130.0 /* no trunk leans over a wider range while rising, */
#define EG_WORN_WALK_DEG  90.0  /* or while walking and turning; */
#define EG_WORN_THIGH_DEG 150.0 /* no thigh turns further */
#define EG_WORN_RISE_M    0.75  /* hips from a low seat to standing: a thigh and a half */
#define EG_WORN_RATIO     1.5   /* one chair: no rise is so much higher than the usual one */
#define EG_WORN_SPREAD    0.125 /* E: ours; half of five or more are nearer to it than this */
#define EG_WORN_CYCLE_S   0.55  /* up and down again; records of half a minute are near 0.7 s */

/* What the lean ranges over, for tests that have no rises (walking: true) or before they are
 * sought. EG_ERR_DATA: the diagnosis says what was seen and what to do. */
EG_NODISCARD eg_err eg_worn_check_lean(const eg_trunk *body, bool is_walking, eg_diag *diag);

/* The rises that were found. EG_ERR_DATA likewise. */
EG_NODISCARD eg_err eg_worn_check_stands(const eg_trunk *body, const eg_stands *stands,
                                         eg_diag *diag);

#endif
