#include "io/format/noted.h"

#include <math.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/build.h"
#include "io/format/number.h"

enum { FIELDS = 4 };

static const double seconds_max = 1e12;

int eg_noted_is(eg_span line) {
    static const char word[] = EG_NOTED_WORD;
    return line.n > sizeof word - 1 && memcmp(line.start, word, sizeof word - 1) == 0;
}

static int read_seconds(eg_span cell, double *seconds) {
    return cell.n > 0 && eg_number_read(cell.start, cell.n, '.', seconds, NULL) == cell.n &&
           fabs(*seconds) <= seconds_max;
}

/* A quote stands there twice. */
static void copy_words(char *field, size_t size, eg_span cell) {
    char plain[2 * EG_RECORDING_LABEL_MAX];
    size_t n = 0;
    for (size_t i = 0; i < cell.n && n < sizeof plain; i++) {
        plain[n++] = cell.start[i];
        if (cell.start[i] == '"' && i + 1 < cell.n && cell.start[i + 1] == '"') i++;
    }
    eg_recording_copy_text(field, size, plain, n);
}

/* 0 if the line does not keep to the form. */
static int read_event(eg_span line, eg_event *event) {
    eg_cell_walk walk;
    eg_span cells[FIELDS] = {{"", 0}, {"", 0}, {"", 0}, {"", 0}}, word;
    eg_text_begin_cells(&walk, line, ',');
    int n = eg_text_next_cell(&walk, &word) ? 0 : -1;
    while (n >= 0 && n < FIELDS && eg_text_next_cell(&walk, &cells[n])) n++;
    *event = (eg_event){.t_s = 0};
    if (n < FIELDS || walk.more || !read_seconds(cells[0], &event->t_s) ||
        !read_seconds(cells[1], &event->duration_s) || !(event->duration_s >= 0))
        return 0;
    copy_words(event->label, sizeof event->label, cells[2]);
    copy_words(event->context, sizeof event->context, cells[3]);
    return 1;
}

eg_err eg_noted_read(eg_span text, eg_recording *recording, eg_diag *diag) {
    EG_ASSERT(recording != NULL);
    eg_span line;
    size_t room = recording->n_events, n_bad = 0;
    while (eg_text_next_line(&text, &line)) {
        eg_event event;
        if (!eg_noted_is(line)) continue;
        if (recording->n_events >= EG_NOTED_EVENTS_MAX || !read_event(line, &event)) {
            n_bad++;
            continue;
        }
        eg_event *added = eg_recording_add_event(recording, &room);
        if (added == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
        *added = event;
    }
    if (n_bad > 0)
        eg_recording_warn(recording, 0, "%zu lines of events are damaged or too many and left out",
                          n_bad);
    return eg_recording_sort_events(recording, diag);
}
