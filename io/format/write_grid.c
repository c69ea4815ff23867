/* All channels and markers of a recording as the columns of one table. */
#include <math.h>
#include <stdlib.h>

#include "core/base/check.h"
#include "io/format/write_part.h"

static void add_markers(const eg_recording *r, write_grid *grid) {
    static const char *const axes[3] = {" x", " y", " z"};
    for (size_t i = 0; i < r->points.n_markers; i++) {
        const eg_marker *marker = &r->points.markers[i];
        for (size_t k = 0; k < 3; k++)
            grid->columns[grid->n_columns++] = (write_column){.label = marker->label,
                                                              .unit = marker->unit,
                                                              .axis = axes[k],
                                                              .values = &marker->xyz[0][k],
                                                              .n = r->n_frames,
                                                              .stride = 3,
                                                              .rate_hz = r->points.rate_hz};
    }
}

static void add_channels(const eg_recording *r, write_grid *grid) {
    for (size_t i = 0; i < r->n_channels; i++) {
        const eg_channel *channel = &r->channels[i];
        grid->columns[grid->n_columns++] = (write_column){.label = channel->label,
                                                          .unit = channel->unit,
                                                          .axis = "",
                                                          .values = channel->values,
                                                          .n = channel->n,
                                                          .stride = 1,
                                                          .rate_hz = channel->rate_hz,
                                                          .start_s = channel->start_s};
    }
}

/* Columns of one length and one start need no rate. */
static int is_even(const write_grid *grid) {
    const write_column *first = &grid->columns[0];
    for (size_t i = 1; i < grid->n_columns; i++) {
        const write_column *c = &grid->columns[i];
        int is_other = fabs(c->rate_hz - first->rate_hz) > 1e-9 * first->rate_hz;
        if (c->n != first->n || is_other || fabs(c->start_s - first->start_s) > 0) return 0;
    }
    return 1;
}

/* Whether the column lies on the rows: a whole number of them from one value to the next, and not
 * half a row off at its end. */
static int place_column(write_grid *grid, write_column *c, double *moved_s) {
    double step = grid->rate_hz / c->rate_hz, whole = floor(step + 0.5);
    if (!(whole >= 1) || fabs(step - whole) * (double)c->n >= 0.5) return 0;
    double first = floor(c->start_s * grid->rate_hz + 0.5);
    if (!(first >= 0) || first > 1e12) return 0;
    double moved = fabs(first / grid->rate_hz - c->start_s);
    if (moved > *moved_s) *moved_s = moved;
    c->first = (size_t)first;
    c->step = (size_t)whole;
    size_t behind = c->n > 0 ? c->first + (c->n - 1) * c->step + 1 : 0;
    if (behind > grid->n_rows) grid->n_rows = behind;
    return 1;
}

static eg_err place_columns(const eg_recording *r, write_grid *grid, eg_write_notes *notes,
                            eg_diag *diag) {
    double slowest = INFINITY, moved_s = 0;
    for (size_t i = 0; i < grid->n_columns; i++) {
        double rate_hz = grid->columns[i].rate_hz;
        if (isnan(rate_hz))
            return eg_diag_set(diag, EG_ERR_RANGE, r->name, 0,
                               "%s has no rate and does not fit into one table with the others; "
                               "write it alone: --channels LABELS",
                               grid->columns[i].label);
        if (!(grid->rate_hz >= rate_hz)) grid->rate_hz = rate_hz;
        if (rate_hz < slowest) slowest = rate_hz;
    }
    for (size_t i = 0; i < grid->n_columns; i++)
        if (!place_column(grid, &grid->columns[i], &moved_s))
            return eg_diag_set(diag, EG_ERR_RANGE, r->name, 0,
                               "%s with %g Hz does not fit into one table with %g Hz; write those "
                               "of one rate at a time: --channels LABELS",
                               grid->columns[i].label, grid->columns[i].rate_hz, grid->rate_hz);
    grid->is_sparse = 1;
    if (slowest < grid->rate_hz)
        eg_write_note(notes,
                      "rates differ (%g to %g Hz): rows are at the highest, the others have "
                      "values in some rows only; --channels writes some alone",
                      slowest, grid->rate_hz);
    if (moved_s > 0)
        eg_write_note(notes,
                      "columns begin apart: they are moved to the nearest row, by %.3g s at "
                      "most",
                      moved_s);
    return EG_OK;
}

eg_err write_grid_make(const eg_recording *recording, unsigned kinds, write_grid *grid,
                       eg_write_notes *notes, eg_diag *diag) {
    EG_ASSERT(recording != NULL && grid != NULL);
    *grid = (write_grid){.rate_hz = (double)NAN, .start_s = recording->start_s};
    size_t n = 3 * recording->points.n_markers + recording->n_channels;
    grid->columns = calloc(n + 1, sizeof *grid->columns);
    if (grid->columns == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
    if (kinds & WRITE_MARKERS) add_markers(recording, grid);
    if (kinds & WRITE_CHANNELS) add_channels(recording, grid);
    if (grid->n_columns == 0)
        return eg_diag_set(diag, EG_ERR_RANGE, recording->name, 0,
                           "the recording has nothing that this format holds; choose another one");
    if (!is_even(grid)) return place_columns(recording, grid, notes, diag);
    grid->rate_hz = grid->columns[0].rate_hz;
    grid->n_rows = grid->columns[0].n;
    grid->start_s += grid->columns[0].start_s;
    for (size_t i = 0; i < grid->n_columns; i++) grid->columns[i].step = 1;
    if (recording->t_s != NULL && grid->n_rows == recording->n_frames) grid->t_s = recording->t_s;
    return EG_OK;
}

double write_grid_value(const write_column *column, size_t row) {
    if (row < column->first || (row - column->first) % column->step != 0) return NAN;
    size_t i = (row - column->first) / column->step;
    return i < column->n ? column->values[i * column->stride] : (double)NAN;
}

double write_grid_time(const write_grid *grid, size_t row) {
    return grid->t_s != NULL ? grid->t_s[row] : grid->start_s + (double)row / grid->rate_hz;
}

void write_grid_free(write_grid *grid) {
    free(grid->columns);
    grid->columns = NULL;
}
