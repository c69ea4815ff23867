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

enum { ONSET_EDGE_CELLS_MAX = 1400 };

onset_edge onset_edge_find(const onset_edge_view *view);

/* (freedom / 2) (r - 1 - ln r) for a power ratio r. */
double onset_evidence(double freedom, double ratio);

/* The power ratio above 1 at which that is `alarm`. */
double onset_alarm_ratio(double freedom, double alarm);

/* Joins what is parted by less than merge_s, drops what is shorter than min_on_s, flags what is
 * weak or minor. Returns how many are left. */
size_t onset_finish(const eg_onset_settings *settings, size_t count, eg_burst *bursts);

#endif
