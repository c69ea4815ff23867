/* The Timed Up and Go and its phases from a body (trunk.h): standing up, walking out, the turn,
 * walking back, the turn before the chair, sitting down. The order of the instrumented test (iTUG;
 * Salarian et al. 2010, IEEE Trans Neural Syst Rehabil Eng 18:303), with the events of stand.h and
 * turn.h. The last turn may overlap with sitting down: then the overlap is in both. */
#ifndef EG_FUNCTION_TUG_H
#define EG_FUNCTION_TUG_H

#include "core/function/stand.h"
#include "core/function/turn.h"

typedef struct eg_tug {
    double start_s, seat_off_s, standing_s; /* as eg_stand */
    eg_turn_event turn[2];                  /* half way, and before the chair */
    double leaving_s, seated_s, settled_s;
    double total_s;      /* from `begin` to seated */
    double up_s;         /* start to standing */
    double out_s;        /* standing to the first turn */
    double back_s;       /* first turn's end to the second turn */
    double down_s;       /* leaving to seated */
    double steps_hz[2];  /* cadence walking out and back; NaN if nothing says so */
    size_t steps[2];     /* walking out and back, without the turns */
    size_t all_steps;    /* from standing to leaving, */
    size_t unsure_steps; /* and beside them what may be a step, at either end: 0 to 2 */
    eg_stand stand;      /* both transitions as measured */
} eg_tug;

/* begin_s: when the word was given, NaN for the first movement. EG_ERR_DATA: the recording holds no
 * Timed Up and Go; the diagnosis says what is missing. */
EG_NODISCARD eg_err eg_tug_measure(eg_trunk *body, double begin_s, eg_arena *arena, eg_tug *tug,
                                   eg_diag *diag);

#endif
