/* XDF: one stream for channels that share rate, start and length, one for points, one for the
 * events of each context. Values are double64, so they come back to the bit; times are on the
 * recording's clock, with one clock offset of 0. A stream with even times has a stamp in front of
 * each chunk, as liblsl sends them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "io/format/write_part.h"

enum {
    CHUNK_BYTES = 60000, /* about, of samples */
    CHUNKS_BETWEEN = 32, /* boundary chunks */
    CONTEXTS_MAX = 64,
    NUMBER_BYTES = 32,
    TAG_HEADER = 1,
    TAG_STREAM = 2,
    TAG_SAMPLES = 3,
    TAG_OFFSET = 4,
    TAG_BOUNDARY = 5,
    TAG_FOOTER = 6
};

typedef struct column {
    const char *label, *axis, *unit;
    const double *values;
    size_t stride;
} column;

typedef struct stream {
    char name[EG_RECORDING_LABEL_MAX];
    const char *type;
    size_t first, n_columns; /* of `columns` */
    size_t n;
    double rate_hz, start_s; /* rate NaN: each sample has a stamp of its own */
    const double *t_s;       /* stamps as recorded; NULL: even */
} stream;

typedef struct xdf_out {
    const eg_recording *r;
    write_out *out;
    column *columns; /* owned */
    size_t n_columns;
    stream *streams; /* owned */
    size_t n_streams, n_chunks;
} xdf_out;

/* ---- numbers and chunks ---------------------------------------------------------------------- */

static void put(write_out *out, uint64_t value, size_t n) {
    unsigned char bytes[8];
    for (size_t i = 0; i < n; i++) bytes[i] = (unsigned char)(value >> (8 * i) & 0xff);
    write_bytes(out, bytes, n);
}

static void put_double(write_out *out, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put(out, bits, sizeof bits);
}

static void put_length(write_out *out, size_t n) {
    size_t bytes = n < 256 ? 1 : n <= UINT32_MAX ? 4 : 8;
    put(out, bytes, 1);
    put(out, n, bytes);
}

static size_t length_bytes(size_t n) {
    return n < 256 ? 2 : n <= UINT32_MAX ? 5 : 9;
}

static void begin_chunk(write_out *out, unsigned tag, size_t n_content) {
    put_length(out, n_content + 2);
    put(out, tag, 2);
}

static void put_boundary(xdf_out *x) {
    static const unsigned char mark[] = {0x43, 0xa5, 0x46, 0xdc, 0xcb, 0xf5, 0x41, 0x0f,
                                         0xb3, 0x0e, 0xd5, 0x46, 0x73, 0x83, 0xcb, 0xe4};
    if (++x->n_chunks % CHUNKS_BETWEEN != 0) return;
    begin_chunk(x->out, TAG_BOUNDARY, sizeof mark);
    write_bytes(x->out, mark, sizeof mark);
}

/* ---- XML ------------------------------------------------------------------------------------- */

/* Text that is counted first and sent then, since a chunk's length stands before it. */
typedef struct xml {
    write_out *out; /* NULL: only counted */
    size_t n;
} xml;

static void add(xml *x, const char *text) {
    size_t n = strlen(text);
    x->n += n;
    if (x->out != NULL) write_bytes(x->out, text, n);
}

static void add_escaped(xml *x, const char *text) {
    for (const char *c = text; *c != '\0'; c++) {
        char one[2] = {*c, '\0'};
        add(x, *c == '&' ? "&amp;" : *c == '<' ? "&lt;" : *c == '>' ? "&gt;" : one);
    }
}

static void add_number(xml *x, const char *tag, double value) {
    char text[2 * NUMBER_BYTES + 64];
    snprintf(text, sizeof text, "<%s>%.17g</%s>", tag, value, tag);
    add(x, text);
}

static void add_header(xml *x, const xdf_out *o, const stream *s) {
    int is_text = s->n_columns == 0;
    add(x, "<?xml version=\"1.0\"?><info><name>");
    add_escaped(x, s->name);
    add(x, "</name><type>");
    add_escaped(x, s->type);
    add(x, "</type>");
    add_number(x, "channel_count", is_text ? 1.0 : (double)s->n_columns);
    add_number(x, "nominal_srate", s->rate_hz > 0 ? s->rate_hz : 0.0);
    add(x, is_text ? "<channel_format>string</channel_format>"
                   : "<channel_format>double64</channel_format>");
    add(x, "<source_id></source_id><desc><channels>");
    for (size_t i = s->first; i < s->first + s->n_columns; i++) {
        add(x, "<channel><label>");
        add_escaped(x, o->columns[i].label);
        add(x, o->columns[i].axis);
        add(x, "</label><unit>");
        add_escaped(x, o->columns[i].unit);
        add(x, "</unit></channel>");
    }
    add(x, "</channels></desc></info>");
}

static void put_headers(xdf_out *o) {
    static const char header[] = "<?xml version=\"1.0\"?><info><version>1.0</version></info>";
    write_text(o->out, "XDF:");
    begin_chunk(o->out, TAG_HEADER, sizeof header - 1);
    write_text(o->out, header);
    for (size_t i = 0; i < o->n_streams; i++) {
        xml counted = {NULL, 0}, sent = {o->out, 0};
        add_header(&counted, o, &o->streams[i]);
        begin_chunk(o->out, TAG_STREAM, counted.n + 4);
        put(o->out, i + 1, 4);
        add_header(&sent, o, &o->streams[i]);
        EG_ASSERT(sent.n == counted.n);
    }
}

/* ---- streams --------------------------------------------------------------------------------- */

static double stamp(const stream *s, size_t k) {
    return s->t_s != NULL ? s->t_s[k] : s->start_s + (double)k / s->rate_hz;
}

static void put_offset(xdf_out *o, size_t id, double t_s) {
    begin_chunk(o->out, TAG_OFFSET, 20);
    put(o->out, id, 4);
    put_double(o->out, t_s);
    put_double(o->out, 0.0);
}

static void add_footer(xml *x, double first_s, double last_s, size_t n) {
    add(x, "<?xml version=\"1.0\"?><info>");
    add_number(x, "first_timestamp", first_s);
    add_number(x, "last_timestamp", last_s);
    add_number(x, "sample_count", (double)n);
    add(x, "</info>");
}

static void put_footer(xdf_out *o, size_t id, double first_s, double last_s, size_t n) {
    xml counted = {NULL, 0}, sent = {o->out, 0};
    add_footer(&counted, first_s, last_s, n);
    begin_chunk(o->out, TAG_FOOTER, counted.n + 4);
    put(o->out, id, 4);
    add_footer(&sent, first_s, last_s, n);
}

static void put_samples(xdf_out *o, const stream *s, size_t id) {
    size_t row = 1 + 8 * s->n_columns, most = CHUNK_BYTES / row + 1;
    for (size_t k = 0; k < s->n; k += most) {
        size_t n = s->n - k < most ? s->n - k : most;
        size_t n_stamps = s->t_s != NULL ? n : 1;
        begin_chunk(o->out, TAG_SAMPLES, 4 + length_bytes(n) + n * row + 8 * n_stamps);
        put(o->out, id, 4);
        put_length(o->out, n);
        for (size_t i = k; i < k + n; i++) {
            int has_stamp = i == k || s->t_s != NULL;
            put(o->out, has_stamp ? 8 : 0, 1);
            if (has_stamp) put_double(o->out, stamp(s, i));
            for (size_t c = s->first; c < s->first + s->n_columns; c++)
                put_double(o->out, o->columns[c].values[i * o->columns[c].stride]);
        }
        put_boundary(o);
    }
    if (s->n > 0) put_footer(o, id, stamp(s, 0), stamp(s, s->n - 1), s->n);
}

static void put_events(xdf_out *o, const stream *s, size_t id) {
    size_t n = 0;
    double first_s = 0, last_s = 0;
    for (size_t i = 0; i < o->r->n_events; i++) {
        const eg_event *event = &o->r->events[i];
        const char *context = event->context[0] != '\0' ? event->context : "Events";
        if (strcmp(context, s->name) != 0) continue;
        size_t length = strlen(event->label);
        begin_chunk(o->out, TAG_SAMPLES, 4 + 2 + 9 + length_bytes(length) + length);
        put(o->out, id, 4);
        put_length(o->out, 1);
        put(o->out, 8, 1);
        put_double(o->out, event->t_s);
        put_length(o->out, length);
        write_text(o->out, event->label);
        if (n++ == 0) {
            first_s = event->t_s;
            put_offset(o, id, first_s);
        }
        last_s = event->t_s;
    }
    put_footer(o, id, first_s, last_s, n);
}

/* ---- which streams there are ----------------------------------------------------------------- */

static stream *new_stream(xdf_out *o, const char *name, const char *type) {
    stream *s = &o->streams[o->n_streams++];
    *s = (stream){.type = type, .first = o->n_columns};
    snprintf(s->name, sizeof s->name, "%s", name);
    return s;
}

static void add_column(xdf_out *o, stream *s, column c) {
    o->columns[o->n_columns++] = c;
    s->n_columns++;
}

static int is_same(double a, double b) {
    return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-12 * fabs(a);
}

/* Channels belong to the stream of the one before if they share its times. */
static void add_channels(xdf_out *o) {
    const eg_recording *r = o->r;
    stream *s = NULL;
    for (size_t i = 0; i < r->n_channels; i++) {
        const eg_channel *c = &r->channels[i], *before = i > 0 ? &r->channels[i - 1] : c;
        int goes_on = s != NULL && c->n == before->n && is_same(c->rate_hz, before->rate_hz) &&
                      is_same(c->start_s, before->start_s) &&
                      (r->n_streams == 0 || c->stream == before->stream);
        if (!goes_on) {
            const eg_stream *known = r->n_streams > 0 ? &r->streams[c->stream] : NULL;
            char name[EG_RECORDING_LABEL_MAX];
            snprintf(name, sizeof name, "signals %zu", o->n_streams + 1);
            s = new_stream(o, known != NULL ? known->name : name,
                           known != NULL && known->type[0] != '\0' ? known->type : "Signal");
            s->n = c->n;
            s->rate_hz = c->rate_hz;
            s->start_s = r->start_s + c->start_s;
            if (known != NULL && known->t_s != NULL && known->n == c->n && !(c->rate_hz > 0))
                s->t_s = known->t_s;
            else if (r->t_s != NULL && c->n == r->n_frames && write_is_uneven(r))
                s->t_s = r->t_s;
            else if (r->t_s != NULL && c->n == r->n_frames)
                s->start_s = r->t_s[0];
        }
        add_column(o, s, (column){c->label, "", c->unit, c->values, 1});
    }
}

static void add_points(xdf_out *o) {
    static const char *const axes[] = {" x", " y", " z"};
    const eg_recording *r = o->r;
    if (r->points.n_markers == 0) return;
    stream *s = new_stream(o, "points", "MoCap");
    s->n = r->n_frames;
    s->rate_hz = r->points.rate_hz;
    s->start_s = r->start_s;
    for (size_t i = 0; i < r->points.n_markers; i++)
        for (size_t k = 0; k < 3; k++)
            add_column(o, s,
                       (column){r->points.markers[i].label, axes[k], r->points.markers[i].unit,
                                &r->points.markers[i].xyz[0][k], 3});
}

static void add_event_streams(xdf_out *o, eg_write_notes *notes) {
    const eg_recording *r = o->r;
    size_t first = o->n_streams, n_long = 0, n_lost = 0;
    for (size_t i = 0; i < r->n_events; i++) {
        const char *context = r->events[i].context[0] != '\0' ? r->events[i].context : "Events";
        size_t k = first;
        n_long += r->events[i].duration_s > 0;
        while (k < o->n_streams && strcmp(o->streams[k].name, context) != 0) k++;
        if (k < o->n_streams) continue;
        if (o->n_streams - first == CONTEXTS_MAX)
            n_lost++;
        else
            new_stream(o, context, "Markers");
    }
    if (n_long > 0)
        eg_write_note(notes, "durations of %zu events are left out: the format holds none", n_long);
    if (n_lost > 0)
        eg_write_note(notes, "%zu events of more than %d contexts are left out", n_lost,
                      CONTEXTS_MAX);
}

static eg_err check_times(const xdf_out *o, eg_diag *diag) {
    for (size_t i = 0; i < o->n_streams; i++) {
        const stream *s = &o->streams[i];
        if (s->n_columns > 0 && s->t_s == NULL && !(s->rate_hz > 0))
            return eg_diag_set(diag, EG_ERR_RANGE, o->r->name, 0,
                               "\"%.40s\" has neither a rate nor times, which XDF needs; write CSV",
                               o->columns[s->first].label);
        for (size_t k = 0; s->t_s != NULL && k < s->n; k++)
            if (!isfinite(s->t_s[k]))
                return eg_diag_set(diag, EG_ERR_RANGE, o->r->name, 0,
                                   "row %zu has no time, which XDF needs; write CSV", k + 1);
    }
    return EG_OK;
}

eg_err eg_xdf_write(const eg_recording *recording, const eg_sink *sink, eg_write_notes *notes,
                    eg_diag *diag) {
    EG_ASSERT(recording != NULL && sink != NULL);
    xdf_out o = {.r = recording};
    size_t n_columns = recording->n_channels + 3 * recording->points.n_markers;
    if (n_columns == 0)
        return eg_diag_set(diag, EG_ERR_RANGE, recording->name, 0, "there is no signal to write");
    o.columns = calloc(n_columns, sizeof *o.columns);
    o.streams = calloc(recording->n_channels + CONTEXTS_MAX + 1, sizeof *o.streams);
    o.out = write_begin(sink);
    eg_err err = EG_OK;
    if (o.columns == NULL || o.streams == NULL || o.out == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
    if (err == EG_OK) {
        add_channels(&o);
        add_points(&o);
        err = check_times(&o, diag);
    }
    if (err == EG_OK) {
        add_event_streams(&o, notes);
        write_note_lost(recording,
                        WRITE_CHANNELS | WRITE_MARKERS | WRITE_EVENTS | WRITE_UNITS | WRITE_STAMPS |
                            WRITE_START,
                        notes);
        put_headers(&o);
        for (size_t i = 0; i < o.n_streams; i++) {
            const stream *s = &o.streams[i];
            if (s->n_columns > 0 && s->n > 0) put_offset(&o, i + 1, stamp(s, 0));
            if (s->n_columns > 0)
                put_samples(&o, s, i + 1);
            else
                put_events(&o, s, i + 1);
        }
        err = write_end(o.out, recording->name, diag);
    } else {
        free(o.out);
    }
    free(o.columns);
    free(o.streams);
    return err;
}
