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

/* How likely each rise time is. */
typedef struct onset_rises {
    double share[ONSET_RISES];
} onset_rises;

/* Narrows first ... last of the view to where the change can be, and tells how likely each rise
 * makes what is seen, instants taken together, relative to the likeliest; 0: cannot be. */
void onset_edge_look(onset_edge_view *view, onset_rises *likely);

/* The instant of a change that was looked at. Rises of share 0 are left out. */
onset_edge onset_edge_find(const onset_edge_view *view, const onset_rises *prior);

/* How likely each rise is in a recording whose n changes of one kind were looked at, by what they
 * tell together; what is usual counts as much as a few of them. */
onset_rises onset_rises_learn(size_t n, const onset_rises *likely);

/* (freedom / 2) (r - 1 - ln r) for a power ratio r. */
double onset_evidence(double freedom, double ratio);

/* The power ratio above 1 at which that is `alarm`. */
double onset_alarm_ratio(double freedom, double alarm);

/* Joins what is parted by less than merge_s, drops what is shorter than min_on_s, flags what is
 * weak or minor. Returns how many are left. */
size_t onset_finish(const eg_onset_settings *settings, size_t count, eg_burst *bursts);

#endif
