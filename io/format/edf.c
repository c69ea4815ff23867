#include "io/format/edf.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/build.h"
#include "io/format/number.h"
#include "io/format/text.h"

enum {
    HEADER = 256,   /* fixed part, and each signal's part */
    FIELD_MAX = 16, /* longest field that is read as a number */
    TIMES_LONGER_MAX = 10
};

/* Beyond it a range is nonsense, and values could overflow. */
#define GAIN_MAX 1e100

static const double record_min_s = 1e-6, record_max_s = 1e7;

/* Where the columns of the signals' header begin, in bytes for each signal. */
typedef enum column {
    LABEL = 0,
    UNIT = 16 + 80,
    PHYSICAL_MIN = 16 + 80 + 8,
    PHYSICAL_MAX = 16 + 80 + 16,
    DIGITAL_MIN = 16 + 80 + 24,
    DIGITAL_MAX = 16 + 80 + 32,
    SAMPLES = 16 + 80 + 40 + 80
} column;

typedef struct signal {
    size_t samples; /* in a record */
    size_t offset;  /* bytes from the record's beginning */
    double gain, digital_min, physical_min;
    int is_annotation;
    int has_range;
    size_t channel; /* of the recording; SIZE_MAX for none */
} signal;

typedef struct edf {
    eg_recording *recording;
    eg_diag *diag;
    const uint8_t *bytes;
    size_t size;
    size_t width; /* bytes of a sample: 2 or 3 */
    size_t n_signals;
    signal *signals; /* [n_signals], owned */
    size_t header_bytes, record_bytes, n_records;
    double record_s; /* NaN if the file does not say */
    int is_discontinuous;
    double *starts_s; /* [n_records] of each record, owned; NULL if they follow each other */
    size_t n_room;    /* of events */
} edf;

int eg_edf_is(const uint8_t *bytes, size_t size) {
    static const char biosemi[] = "\xff"
                                  "BIOSEMI";
    if (size >= 8 && memcmp(bytes, biosemi, 8) == 0) return 1;
    if (size < HEADER || memcmp(bytes, "0       ", 8) != 0) return 0;
    /* Also a row of numbers may begin so; a header has no line's end and counts its signals. */
    if (memchr(bytes, '\n', HEADER) != NULL) return 0;
    for (size_t i = HEADER - 4; i < HEADER; i++)
        if (bytes[i] != ' ' && bytes[i] != 0 && (bytes[i] < '0' || bytes[i] > '9')) return 0;
    return 1;
}

static eg_err fail(const edf *e, eg_err code, const char *text) {
    return eg_diag_set(e->diag, code, e->recording->name, 0, "%s", text);
}

/* A field without the blanks and zero bytes around it. */
static eg_span field_at(const edf *e, size_t at, size_t n) {
    const char *text = (const char *)e->bytes + at;
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\0')) n--;
    return eg_text_trim((eg_span){text, n});
}

/* NaN if there is no number. */
static double number_at(const edf *e, size_t at, size_t n) {
    char text[FIELD_MAX];
    eg_span field = field_at(e, at, n);
    size_t used = 0;
    for (size_t i = 0; i < field.n && used < sizeof text; i++)
        if (field.start[i] != ' ') text[used++] = field.start[i];
    const char *comma = memchr(text, ',', used);
    double value;
    if (eg_number_read(text, used, comma != NULL ? ',' : '.', &value, NULL) == 0)
        return (double)NAN;
    return isfinite(value) ? value : (double)NAN;
}

static size_t column_at(const edf *e, column c, size_t width, size_t i) {
    return HEADER + (size_t)c * e->n_signals + width * i;
}

/* ---- header ---------------------------------------------------------------------------------- */

static void read_range(edf *e, size_t i, signal *s) {
    double low = number_at(e, column_at(e, PHYSICAL_MIN, 8, i), 8);
    double high = number_at(e, column_at(e, PHYSICAL_MAX, 8, i), 8);
    double digital_low = number_at(e, column_at(e, DIGITAL_MIN, 8, i), 8);
    double digital_high = number_at(e, column_at(e, DIGITAL_MAX, 8, i), 8);
    double range = high - low, digital = digital_high - digital_low;
    s->has_range = fabs(range) > 0 && fabs(digital) > 0 && fabs(range / digital) < GAIN_MAX &&
                   fabs(low) < GAIN_MAX && fabs(digital_low) < GAIN_MAX;
    s->gain = s->has_range ? range / digital : 1.0;
    s->digital_min = s->has_range ? digital_low : 0.0;
    s->physical_min = s->has_range ? low : 0.0;
}

static eg_err read_signals(edf *e) {
    e->signals = calloc(e->n_signals, sizeof *e->signals);
    if (e->signals == NULL) return fail(e, EG_ERR_MEMORY, "no memory");
    for (size_t i = 0; i < e->n_signals; i++) {
        signal *s = &e->signals[i];
        eg_span label = field_at(e, column_at(e, LABEL, 16, i), 16);
        double samples = number_at(e, column_at(e, SAMPLES, 8, i), 8);
        s->samples = samples >= 1.0 && samples <= 99999999.0 ? (size_t)samples : 0;
        s->offset = e->record_bytes;
        s->channel = SIZE_MAX;
        s->is_annotation =
            eg_text_equals(label, "EDF Annotations") || eg_text_equals(label, "BDF Annotations");
        e->record_bytes += s->samples * e->width;
        read_range(e, i, s);
    }
    if (e->record_bytes == 0) return fail(e, EG_ERR_DATA, "no signal has samples; export it again");
    return EG_OK;
}

/* The number of records is what the file holds; what the header says is only compared. */
static eg_err count_records(edf *e) {
    eg_recording *r = e->recording;
    double said = number_at(e, 236, 8), header = number_at(e, 184, 8);
    e->header_bytes = HEADER * (e->n_signals + 1);
    if (!(header >= (double)e->header_bytes && header <= (double)e->header_bytes))
        eg_recording_warn(r, 0, "the header says it has %g bytes; %zu signals need %zu", header,
                          e->n_signals, e->header_bytes);
    size_t data = e->size - e->header_bytes, rest = data % e->record_bytes;
    e->n_records = data / e->record_bytes;
    if (rest > 0) {
        eg_recording_warn(r, 0, "the file ends in the middle of record %zu", e->n_records + 1);
        r->is_partial = 1;
    }
    if (said >= 0.0 && (said < (double)e->n_records || said > (double)e->n_records)) {
        eg_recording_warn(r, 0, "the header says %g records; the file holds %zu", said,
                          e->n_records);
        if (said > (double)e->n_records) r->is_partial = 1;
    } else if (!(said >= 0.0)) {
        eg_recording_warn(r, 0, "the header does not count the records; the file holds %zu",
                          e->n_records);
    }
    if (e->n_records == 0) return fail(e, EG_ERR_DATA, "the file holds no whole record");
    return EG_OK;
}

static eg_err read_header(edf *e) {
    if (e->size < HEADER) return fail(e, EG_ERR_DATA, "the file ends within its header");
    e->width = e->bytes[0] == 0xff ? 3 : 2;
    double n = number_at(e, 252, 4);
    if (!(n >= 1.0)) return fail(e, EG_ERR_DATA, "the header names no signal");
    if (n > (double)EG_RECORDING_CHANNELS_MAX)
        return fail(e, EG_ERR_LIMIT, "more signals than are read");
    e->n_signals = (size_t)n;
    if (e->size < HEADER * (e->n_signals + 1))
        return fail(e, EG_ERR_DATA, "the file ends within its header; copy it again");
    e->record_s = number_at(e, 244, 8);
    if (!(e->record_s >= record_min_s && e->record_s <= record_max_s)) {
        eg_recording_warn(e->recording, 0, "the header gives no duration of a record: no rate");
        e->record_s = (double)NAN;
    }
    eg_span reserved = field_at(e, 192, 44);
    e->is_discontinuous = reserved.n >= 5 && (memcmp(reserved.start, "EDF+D", 5) == 0 ||
                                              memcmp(reserved.start, "BDF+D", 5) == 0);
    int is_plus = reserved.n >= 4 && memcmp(reserved.start + 1, "DF+", 3) == 0;
    snprintf(e->recording->format, sizeof e->recording->format, "%s%s",
             e->width == 3 ? "BDF" : "EDF", is_plus ? "+" : "");
    eg_err err = read_signals(e);
    return err == EG_OK ? count_records(e) : err;
}

/* ---- annotations ----------------------------------------------------------------------------- */

static eg_err add_event(edf *e, double onset_s, double duration_s, eg_span text) {
    eg_recording *r = e->recording;
    if (r->n_events == EG_EDF_EVENTS_MAX) {
        if (e->n_room != SIZE_MAX)
            eg_recording_warn(r, 0, "more than %d annotations; the rest is left out",
                              EG_EDF_EVENTS_MAX);
        e->n_room = SIZE_MAX;
        return EG_OK;
    }
    eg_event *event = eg_recording_add_event(r, &e->n_room);
    if (event == NULL) return fail(e, EG_ERR_MEMORY, "no memory");
    event->t_s = onset_s;
    event->duration_s = duration_s >= 0.0 ? duration_s : 0.0;
    eg_recording_copy_text(event->label, sizeof event->label, text.start, text.n);
    return EG_OK;
}

/* One list of annotations: +onset [0x15 duration] 0x14 text 0x14 text 0x14. */
static eg_err read_list(edf *e, eg_span list, double *onset_s) {
    double duration_s = 0.0;
    size_t at = 0, used;
    *onset_s = (double)NAN;
    if (list.n == 0 || (list.start[0] != '+' && list.start[0] != '-')) return EG_OK;
    used = eg_number_read(list.start, list.n, '.', onset_s, NULL);
    if (used == 0 || !isfinite(*onset_s)) {
        *onset_s = (double)NAN;
        return EG_OK;
    }
    at = used;
    if (at < list.n && list.start[at] == 0x15) {
        at++;
        used = eg_number_read(list.start + at, list.n - at, '.', &duration_s, NULL);
        if (!isfinite(duration_s)) duration_s = 0.0;
        at += used;
    }
    if (at >= list.n || list.start[at] != 0x14) return EG_OK;
    at++;
    while (at < list.n) {
        const char *end = memchr(list.start + at, 0x14, list.n - at);
        if (end == NULL) break;
        eg_span text = {list.start + at, (size_t)(end - list.start) - at};
        if (text.n > 0) {
            eg_err err = add_event(e, *onset_s, duration_s, text);
            if (err != EG_OK) return err;
        }
        at += text.n + 1;
    }
    return EG_OK;
}

/* All lists of one record; the first of the first signal says when the record began. */
static eg_err read_annotations(edf *e, size_t record) {
    const char *base = (const char *)e->bytes + e->header_bytes + record * e->record_bytes;
    int is_first = 1;
    for (size_t i = 0; i < e->n_signals; i++) {
        const signal *s = &e->signals[i];
        if (!s->is_annotation) continue;
        size_t n = s->samples * e->width, at = 0;
        while (at < n) {
            const char *end = memchr(base + s->offset + at, 0, n - at);
            size_t length = end == NULL ? n - at : (size_t)(end - (base + s->offset + at));
            double onset_s;
            eg_err err = read_list(e, (eg_span){base + s->offset + at, length}, &onset_s);
            if (err != EG_OK) return err;
            if (is_first && at == 0 && e->starts_s != NULL) e->starts_s[record] = onset_s;
            at += length + 1;
        }
        is_first = 0;
    }
    return EG_OK;
}

static eg_err read_all_annotations(edf *e) {
    int is_there = 0;
    for (size_t i = 0; i < e->n_signals; i++) is_there |= e->signals[i].is_annotation;
    if (!is_there) {
        if (e->is_discontinuous)
            eg_recording_warn(e->recording, 0, "the file says it has gaps, but not where");
        return EG_OK;
    }
    e->starts_s = calloc(e->n_records, sizeof *e->starts_s);
    if (e->starts_s == NULL) return fail(e, EG_ERR_MEMORY, "no memory");
    for (size_t k = 0; k < e->n_records; k++) {
        e->starts_s[k] = (double)NAN;
        eg_err err = read_annotations(e, k);
        if (err != EG_OK) return err;
    }
    eg_recording *r = e->recording;
    if (isfinite(e->starts_s[0])) r->start_s = e->starts_s[0];
    return eg_recording_sort_events(r, e->diag);
}

/* ---- samples --------------------------------------------------------------------------------- */

/* Where each record lies, in records from the first; its end in *total. Starts that go back or are
 * missing follow the record before. */
static eg_err place_records(edf *e, double *total) {
    double next = 0.0, first = e->starts_s != NULL ? e->starts_s[0] : (double)NAN;
    size_t n_gaps = 0, n_back = 0;
    *total = (double)e->n_records;
    if (e->starts_s == NULL || !e->is_discontinuous || !isfinite(first) || isnan(e->record_s)) {
        free(e->starts_s);
        e->starts_s = NULL;
        return EG_OK;
    }
    for (size_t k = 0; k < e->n_records; k++) {
        double at = (e->starts_s[k] - first) / e->record_s;
        if (!isfinite(at)) at = next;
        if (at < next - 0.5) n_back++;
        if (at > next + 1e-6) n_gaps++;
        e->starts_s[k] = at > next ? at : next;
        next = e->starts_s[k] + 1.0;
    }
    *total = next;
    if (n_back > 0)
        eg_recording_warn(e->recording, 0, "%zu records begin before the one before them ends",
                          n_back);
    if (n_gaps > 0)
        eg_recording_warn(e->recording, 0, "%zu gaps of %.6g s in all are empty", n_gaps,
                          (next - (double)e->n_records) * e->record_s);
    if (next > (double)e->n_records * TIMES_LONGER_MAX)
        return fail(e, EG_ERR_LIMIT,
                    "the gaps are more than ten times as long as what was "
                    "recorded; cut the file into its parts");
    return EG_OK;
}

static void read_record(const edf *e, size_t record, const signal *s, double *values) {
    const uint8_t *raw = e->bytes + e->header_bytes + record * e->record_bytes + s->offset;
    for (size_t k = 0; k < s->samples; k++) {
        int32_t digital;
        if (e->width == 2) {
            digital = (int16_t)(uint16_t)(raw[0] | raw[1] << 8);
        } else {
            uint32_t bits = raw[0] | (uint32_t)raw[1] << 8 | (uint32_t)raw[2] << 16;
            digital = (int32_t)bits - (raw[2] & 0x80 ? 1 << 24 : 0);
        }
        values[k] = ((double)digital - s->digital_min) * s->gain + s->physical_min;
        raw += e->width;
    }
}

static void read_samples(const edf *e, const signal *s, eg_channel *channel) {
    if (e->starts_s != NULL)
        for (size_t k = 0; k < channel->n; k++) channel->values[k] = (double)NAN;
    for (size_t k = 0; k < e->n_records; k++) {
        double at = e->starts_s != NULL ? e->starts_s[k] : (double)k;
        size_t first = (size_t)(at * (double)s->samples + 0.5);
        if (first + s->samples > channel->n) first = channel->n - s->samples;
        read_record(e, k, s, channel->values + first);
    }
}

static void name_channel(const edf *e, size_t i, eg_channel *channel) {
    eg_span label = field_at(e, column_at(e, LABEL, 16, i), 16);
    eg_span unit = field_at(e, column_at(e, UNIT, 8, i), 8);
    eg_recording_copy_text(channel->label, sizeof channel->label, label.start, label.n);
    channel->is_named = channel->label[0] != '\0';
    if (!channel->is_named) snprintf(channel->label, sizeof channel->label, "signal %zu", i + 1);
    if (e->signals[i].has_range)
        eg_recording_copy_text(channel->unit, sizeof channel->unit, unit.start, unit.n);
    else
        eg_recording_warn(e->recording, 0, "%s has no range: its values are the digital numbers",
                          channel->label);
}

static eg_err make_channels(edf *e, double total) {
    eg_recording *r = e->recording;
    size_t count = 0, common = 0;
    for (size_t i = 0; i < e->n_signals; i++)
        if (!e->signals[i].is_annotation && e->signals[i].samples > 0)
            e->signals[i].channel = count++;
    if (count == 0) return fail(e, EG_ERR_DATA, "the file holds annotations and no signal");
    eg_err err = eg_recording_add_channels(r, count, e->diag);
    if (err != EG_OK) return err;
    int is_mixed = 0;
    for (size_t i = 0; i < e->n_signals; i++) {
        const signal *s = &e->signals[i];
        if (s->channel == SIZE_MAX) {
            if (!s->is_annotation)
                eg_recording_warn(r, 0, "signal %zu has no samples and is left out", i + 1);
            continue;
        }
        eg_channel *channel = &r->channels[s->channel];
        name_channel(e, i, channel);
        channel->rate_hz = (double)s->samples / e->record_s;
        channel->n = (size_t)(total * (double)s->samples + 0.5);
        if (common != 0 && common != s->samples) is_mixed = 1;
        common = s->samples;
    }
    r->n_frames = is_mixed ? e->n_records : r->channels[0].n;
    r->rate_hz = is_mixed ? 1.0 / e->record_s : r->channels[0].rate_hz;
    snprintf(r->time_source, sizeof r->time_source, "%s",
             isnan(e->record_s) ? "" : "samples and duration of a record, in the header");
    err = eg_recording_add_samples(r, e->diag);
    for (size_t i = 0; i < e->n_signals && err == EG_OK; i++)
        if (e->signals[i].channel != SIZE_MAX)
            read_samples(e, &e->signals[i], &r->channels[e->signals[i].channel]);
    return err;
}

eg_err eg_edf_parse(const char *name, const uint8_t *bytes, size_t size, eg_recording *recording,
                    eg_diag *diag) {
    EG_ASSERT(name != NULL && bytes != NULL && recording != NULL);
    (void)name;
    edf e = {.recording = recording, .diag = diag, .bytes = bytes, .size = size};
    double total = 0.0;
    eg_err err = read_header(&e);
    if (err == EG_OK) err = read_all_annotations(&e);
    if (err == EG_OK) err = place_records(&e, &total);
    if (err == EG_OK) err = make_channels(&e, total);
    free(e.signals);
    free(e.starts_s);
    return err;
}
