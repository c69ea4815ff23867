/* Events of the header and of the group EVENT, and the force plates. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/format/build.h"
#include "io/format/c3d_part.h"

enum {
    HEADER_KEY_WORD = 150, /* 12345: labels have four letters */
    HEADER_KEY = 12345,
    HEADER_COUNT_WORD = 151,
    HEADER_EVENTS_MAX = 18,
    HEADER_TIMES_WORD = 153,
    HEADER_LABELS_WORD = 199,
    HEADER_LABEL = 4,
    SECONDS_A_MINUTE = 60,
    EVENTS_MAX = 65536
};

/* An event of the header is that of the group if they are closer than this. */
static const double same_event_s = 0.001;

static int earlier(const void *a, const void *b) {
    const eg_event *x = a, *y = b;
    return (x->t_s > y->t_s) - (x->t_s < y->t_s);
}

static void copy_span(char *field, size_t size, eg_span text) {
    eg_recording_copy_text(field, size, text.start, text.n);
}

/* Minutes and seconds of each event, or seconds alone. */
static double next_time(c3d_list *times, int is_pair) {
    const c3d_parameter *p;
    size_t index;
    if (!c3d_list_next(times, &p, &index)) return NAN;
    double first = c3d_number(times->file, p, index);
    if (!is_pair) return first;
    if (!c3d_list_next(times, &p, &index)) return NAN;
    return SECONDS_A_MINUTE * first + c3d_number(times->file, p, index);
}

static void read_group(const c3d_file *file, size_t n, int is_pair) {
    eg_recording *recording = file->recording;
    c3d_list times = c3d_list_begin(file, "EVENT", "TIMES");
    c3d_list labels = c3d_list_begin(file, "EVENT", "LABELS");
    c3d_list contexts = c3d_list_begin(file, "EVENT", "CONTEXTS");
    for (size_t i = 0; i < n; i++) {
        const c3d_parameter *label = NULL, *context = NULL;
        size_t label_at = 0, context_at = 0;
        double t_s = next_time(&times, is_pair);
        c3d_list_next(&labels, &label, &label_at);
        c3d_list_next(&contexts, &context, &context_at);
        if (!isfinite(t_s)) {
            eg_recording_warn(recording, 0, "event %zu has no time and is left out", i + 1);
            if (times.part == NULL) return;
            continue;
        }
        eg_event *event = &recording->events[recording->n_events++];
        event->t_s = t_s;
        copy_span(event->label, sizeof event->label, c3d_text(label, label_at));
        copy_span(event->context, sizeof event->context, c3d_text(context, context_at));
    }
}

static void read_header(const c3d_file *file, size_t n) {
    eg_recording *recording = file->recording;
    size_t n_group = recording->n_events;
    for (size_t i = 0; i < n; i++) {
        double t_s = c3d_header_real(file, HEADER_TIMES_WORD + 2 * i);
        int is_known = !isfinite(t_s);
        for (size_t k = 0; k < n_group && !is_known; k++)
            is_known = fabs(recording->events[k].t_s - t_s) <= same_event_s;
        if (is_known) continue;
        eg_event *event = &recording->events[recording->n_events++];
        event->t_s = t_s;
        const char *label = (const char *)file->bytes + 2 * (HEADER_LABELS_WORD - 1);
        eg_span text = {label + HEADER_LABEL * i, HEADER_LABEL};
        const char *zero = memchr(text.start, 0, text.n);
        if (zero != NULL) text.n = (size_t)(zero - text.start);
        copy_span(event->label, sizeof event->label, eg_text_trim(text));
    }
}

eg_err c3d_read_events(c3d_file *file) {
    size_t n_group = c3d_count(file, c3d_find(file, "EVENT", "USED"), 0), n_header = 0;
    if (c3d_header_word(file, HEADER_KEY_WORD) == HEADER_KEY)
        n_header = c3d_header_word(file, HEADER_COUNT_WORD);
    if (n_header > HEADER_EVENTS_MAX) n_header = 0;
    if (n_group > EVENTS_MAX) n_group = EVENTS_MAX;
    /* Not more than there are times for. */
    c3d_list times = c3d_list_begin(file, "EVENT", "TIMES");
    size_t n_times = 0;
    const c3d_parameter *p;
    size_t index;
    int is_pair = times.part != NULL && times.part->rows == 2 && times.part->n_elements > 2;
    while (n_times < 2 * n_group && c3d_list_next(&times, &p, &index)) n_times++;
    is_pair = is_pair || n_times == 2 * n_group;
    size_t n_whole = is_pair ? n_times / 2 : n_times;
    if (n_group > n_whole) {
        eg_recording_warn(file->recording, 0, "EVENT:USED says %zu, and %zu have a time", n_group,
                          n_whole);
        n_group = n_whole;
    }
    if (n_group + n_header == 0) return EG_OK;
    eg_recording *recording = file->recording;
    recording->events = calloc(n_group + n_header + 1, sizeof *recording->events);
    if (recording->events == NULL)
        return eg_diag_set(file->diag, EG_ERR_MEMORY, file->name, 0, "no memory");
    read_group(file, n_group, is_pair);
    read_header(file, n_header);
    qsort(recording->events, recording->n_events, sizeof *recording->events, earlier);
    return EG_OK;
}

/* ---- force plates ---------------------------------------------------------------------------- */

/* Rows of FORCE_PLATFORM:CHANNEL that a type uses; the parameter is as wide as the widest. */
static size_t channels_of_type(int type) {
    return type == 6 ? 12 : type == 3 || type == 5 || type == 7 ? 8 : 6;
}

static void read_channels(const c3d_file *file, eg_platform *platform, size_t number) {
    const c3d_parameter *p = c3d_find(file, "FORCE_PLATFORM", "CHANNEL");
    if (p == NULL) return;
    size_t n = channels_of_type(platform->type), n_absent = 0;
    if (n > p->rows) n = p->rows;
    for (size_t i = 0; i < n; i++) {
        size_t channel = c3d_count(file, p, number * p->rows + i);
        int is_there = channel >= 1 && channel <= file->recording->n_channels;
        platform->channels[platform->n_channels++] = is_there ? channel - 1 : SIZE_MAX;
        n_absent += !is_there ? 1 : 0;
    }
    if (n_absent > 0)
        eg_recording_warn(file->recording, 0,
                          "force plate %zu uses %zu channels that the file does not hold; it "
                          "cannot be computed",
                          number + 1, n_absent);
}

/* z points down from the surface in plate axes, so that its own origin lies below at negative z;
 * many files have the vector the other way round. Type 1 has none to speak of. */
static void read_origin(const c3d_file *file, eg_platform *platform, size_t number) {
    const c3d_parameter *p = c3d_find(file, "FORCE_PLATFORM", "ORIGIN");
    for (size_t k = 0; k < 3; k++) platform->origin[k] = c3d_number(file, p, 3 * number + k);
    if (!(platform->origin[2] > 0)) return;
    platform->origin_is_turned = 1;
    for (size_t k = 0; k < 3; k++) platform->origin[k] = 0 - platform->origin[k];
}

static void read_calibration(const c3d_file *file, eg_platform *platform, size_t number) {
    const c3d_parameter *p = c3d_find(file, "FORCE_PLATFORM", "CAL_MATRIX");
    size_t n = platform->type == 6 ? 12 : platform->n_channels;
    size_t rows = platform->type == 6 ? 12 : 6;
    if (p == NULL || platform->type < 4 || p->rows < rows) return;
    size_t columns = p->rows == 12 ? 12 : n, at = number * p->rows * columns;
    if (n == 0 || at + p->rows * (n - 1) + rows > p->n_elements) return;
    platform->has_calibration = 1;
    platform->n_rows = rows;
    platform->n_columns = n;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < n; j++)
            platform->calibration[i][j] = c3d_number(file, p, at + p->rows * j + i);
}

eg_err c3d_read_platforms(c3d_file *file) {
    size_t n = c3d_count(file, c3d_find(file, "FORCE_PLATFORM", "USED"), 0);
    eg_recording *recording = file->recording;
    if (n == 0) return EG_OK;
    if (n > EG_RECORDING_PLATFORMS_MAX) {
        eg_recording_warn(recording, 0, "FORCE_PLATFORM:USED says %zu; the first %d are read", n,
                          EG_RECORDING_PLATFORMS_MAX);
        n = EG_RECORDING_PLATFORMS_MAX;
    }
    recording->platforms = calloc(n, sizeof *recording->platforms);
    if (recording->platforms == NULL)
        return eg_diag_set(file->diag, EG_ERR_MEMORY, file->name, 0, "no memory");
    recording->n_platforms = n;
    const c3d_parameter *types = c3d_find(file, "FORCE_PLATFORM", "TYPE");
    const c3d_parameter *corners = c3d_find(file, "FORCE_PLATFORM", "CORNERS");
    for (size_t i = 0; i < n; i++) {
        eg_platform *platform = &recording->platforms[i];
        platform->type = (int)c3d_count(file, types, i);
        read_channels(file, platform, i);
        read_origin(file, platform, i);
        for (size_t k = 0; k < 12; k++)
            platform->corners[k / 3][k % 3] = c3d_number(file, corners, 12 * i + k);
        read_calibration(file, platform, i);
        if (platform->type == 4 && !platform->has_calibration)
            eg_recording_warn(recording, 0,
                              "force plate %zu is of type 4 and has no matrix (CAL_MATRIX)", i + 1);
    }
    return EG_OK;
}
