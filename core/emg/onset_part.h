/* Shared by the parts of onset detection; not for others. */
#ifndef EG_EMG_ONSET_PART_H
#define EG_EMG_ONSET_PART_H

#include "core/emg/onset.h"

/* A change seen in one direction of time: cell k of it is power[start + step * k]. */
typedef struct onset_edge_view {
    const double *power; /* the cell at k = 0 */
    ptrdiff_t step;      /* +1: an onset; -1: an end, seen backwards */
    size_t n;            /* cells that may be looked at */
    size_t first, last;  /* the change is looked for from cell `first` to `last` */
    size_t sure;         /* from here to `end` the muscle is surely on */
    size_t end;
    double cell_s, rest_power;
    double freedom; /* independent samples a cell */
} onset_edge_view;

typedef struct onset_edge {
    double at, early, late; /* cells from k = 0; a change before cell 3 is 3.0 */
    double rise_s, confidence;
} onset_edge;

enum { ONSET_EDGE_CELLS_MAX = 1400, ONSET_RISES = 14 };

/* How the power gets from v0 to v0 (1 + rho) while u goes from 0 to 1 in a straight line. */
typedef enum onset_curve {
    ONSET_ADDED,  /* v0 (1 + rho u^2): a muscle whose amplitude grows evenly beside the rest */
    ONSET_SCALED, /* v0 (1 + (sqrt(1 + rho) - 1) u)^2: the whole signal's amplitude does */
    ONSET_CURVES
} onset_curve;

/* How likely each rise time is. */
typedef struct onset_rises {
    double share[ONSET_RISES];
} onset_rises;

/* What one change tells: how likely each rise by each curve makes what is seen, instants taken
 * together, as shares of exp(most); 0: cannot be. And the mean instant by each, in cells. */
typedef struct onset_look {
    onset_rises rises[ONSET_CURVES];
    double at[ONSET_CURVES][ONSET_RISES];
    double most;
} onset_look;

/* What the begins, or the ends, in a recording tell together. */
typedef struct onset_habit {
    onset_curve curve; /* the likelier one */
    double doubt;      /* how likely it is the other: 0 to 0.5 */
    onset_rises rises[ONSET_CURVES];
} onset_habit;

/* Narrows first ... last of the view to where the change can be, and looks at it by itself. */
void onset_edge_look(onset_edge_view *view, onset_look *look);

/* The shares of the rises that n[k] looks make most likely, for begins (0) and ends (1), and how
 * likely both together make each curve; what is usual counts as much as a few of them. */
void onset_habit_learn(const size_t n[2], onset_look *const looks[2], onset_habit habits[2]);

/* The instant of a change that was looked at. */
onset_edge onset_edge_find(const onset_edge_view *view, const onset_look *look,
                           const onset_habit *habit);

/* (freedom / 2) (r - 1 - ln r) for a power ratio r. */
double onset_evidence(double freedom, double ratio);

/* The power ratio above 1 at which that is `alarm`. */
double onset_alarm_ratio(double freedom, double alarm);

/* Joins what is parted by less than merge_s, drops what is shorter than min_on_s, flags what is
 * weak or minor. Returns how many are left. */
size_t onset_finish(const eg_onset_settings *settings, size_t count, eg_burst *bursts);

#endif
