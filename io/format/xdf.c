#include "io/format/xdf.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "io/format/build.h"
#include "io/format/number.h"
#include "io/format/text.h"
#include "io/format/xdf_part.h"
#include "io/format/xml.h"

enum { OFFSET_BYTES = 16, ID_BYTES = 4, STEP = 64 };

/* A gap: longer than so many seconds and so many samples (pyxdf's defaults). */
static const double break_s = 1.0, break_samples = 500;
static const double rate_max_hz = 1e7;
/* A device whose rate is further from its claim is told. */
static const double rate_off_max = 0.1;

eg_err xdf_fail(const xdf *x, eg_err err, const char *text) {
    return eg_diag_set(x->diag, err, x->recording->name, 0, "%s", text);
}

int eg_xdf_is(const uint8_t *bytes, size_t size) {
    return size >= 4 && memcmp(bytes, "XDF:", 4) == 0;
}

/* ---- headers --------------------------------------------------------------------------------- */

static int read_kind(eg_span text, xdf_kind *kind) {
    static const char *const words[] = {"int8",    "int16",    "int32", "int64",
                                        "float32", "double64", "string"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (eg_text_equals(text, words[i])) {
            *kind = (xdf_kind)i;
            return 1;
        }
    return 0;
}

static double read_number(eg_span text) {
    double value;
    return eg_number_read(text.start, text.n, '.', &value, NULL) > 0 && isfinite(value)
               ? value
               : (double)NAN;
}

static size_t bytes_of(xdf_kind kind) {
    static const size_t bytes[] = {1, 2, 4, 8, 4, 8, 0};
    return bytes[kind];
}

/* Integers of one channel without a rate that call themselves markers. */
static int are_markers(const xdf_stream *s) {
    static const char *const words[] = {"markers", "marker", "event", "events", "stim", "trigger"};
    eg_span type = {s->type, strlen(s->type)};
    return s->kind == XDF_STRING ||
           (s->kind <= XDF_INT64 && s->n_channels == 1 && !(s->nominal_hz > 0) &&
            eg_text_is_one_of(type, words, sizeof words / sizeof words[0]));
}

/* 0 if the header does not say what its samples are. */
static int read_stream_header(xdf_stream *s) {
    eg_xml xml;
    int has_kind = 0, step;
    double channels = (double)NAN, rate_hz = 0.0;
    eg_xml_begin(&xml, s->header);
    while ((step = eg_xml_next(&xml)) != 0) {
        if (step != 1 || xml.depth != 2) continue;
        if (eg_xml_is_at(&xml, "info/name")) eg_xml_copy_text(xml.text, s->name, sizeof s->name);
        if (eg_xml_is_at(&xml, "info/type")) eg_xml_copy_text(xml.text, s->type, sizeof s->type);
        if (eg_xml_is_at(&xml, "info/channel_count")) channels = read_number(xml.text);
        if (eg_xml_is_at(&xml, "info/nominal_srate")) rate_hz = read_number(xml.text);
        if (eg_xml_is_at(&xml, "info/channel_format")) has_kind = read_kind(xml.text, &s->kind);
    }
    if (!has_kind || !(channels >= 1 && channels <= EG_RECORDING_CHANNELS_MAX)) return 0;
    s->n_channels = (size_t)channels;
    s->value_bytes = bytes_of(s->kind) * s->n_channels;
    s->nominal_hz = rate_hz > 0 && rate_hz <= rate_max_hz ? rate_hz : 0.0;
    s->is_events = are_markers(s);
    if (s->name[0] == '\0') snprintf(s->name, sizeof s->name, "stream %lu", (unsigned long)s->id);
    return 1;
}

static xdf_stream *find_stream(xdf *x, const xdf_chunk *chunk) {
    if (chunk->n < ID_BYTES) return NULL;
    eg_reader reader;
    eg_reader_init(&reader, chunk->content, chunk->n);
    uint32_t id = eg_reader_u32le(&reader);
    if (x->last < x->n_streams && x->streams[x->last].id == id) return &x->streams[x->last];
    for (size_t i = 0; i < x->n_streams; i++)
        if (x->streams[i].id == id) return &x->streams[x->last = i];
    return NULL;
}

static void add_stream(xdf *x, const xdf_chunk *chunk) {
    eg_recording *r = x->recording;
    if (chunk->n < ID_BYTES || chunk->is_cut || find_stream(x, chunk) != NULL) return;
    if (x->n_streams == EG_RECORDING_STREAMS_MAX) {
        if (x->n_late++ == 0)
            eg_recording_warn(r, 0, "more than %d streams; the rest is left out",
                              EG_RECORDING_STREAMS_MAX);
        return;
    }
    xdf_stream *s = &x->streams[x->n_streams];
    eg_reader reader;
    eg_reader_init(&reader, chunk->content, chunk->n);
    *s = (xdf_stream){.id = eg_reader_u32le(&reader), .n_said = (double)NAN};
    s->header = (eg_span){(const char *)chunk->content + ID_BYTES, chunk->n - ID_BYTES};
    if (!read_stream_header(s)) {
        eg_recording_warn(r, 0,
                          "the header of stream %lu does not say what its samples are; it is left "
                          "out",
                          (unsigned long)s->id);
        return;
    }
    x->n_streams++;
}

static void read_footer(xdf_stream *s, const xdf_chunk *chunk) {
    eg_xml xml;
    eg_xml_begin(&xml, (eg_span){(const char *)chunk->content + ID_BYTES, chunk->n - ID_BYTES});
    int step;
    while ((step = eg_xml_next(&xml)) != 0)
        if (step == 1 && eg_xml_is_at(&xml, "info/sample_count")) s->n_said = read_number(xml.text);
}

static eg_err add_offset(xdf *x, xdf_stream *s, const xdf_chunk *chunk) {
    xdf_offsets *o = &s->offsets;
    if (chunk->n < ID_BYTES + OFFSET_BYTES || o->n == EG_XDF_CLOCK_OFFSETS_MAX) return EG_OK;
    eg_reader reader;
    eg_reader_init(&reader, chunk->content + ID_BYTES, OFFSET_BYTES);
    double t = eg_reader_f64le(&reader), value = eg_reader_f64le(&reader);
    if (!(fabs(t) < 1e10 && fabs(value) < 1e10)) return EG_OK;
    if (o->n == o->room) {
        size_t room = 2 * o->room + STEP;
        double *times = realloc(o->times, room * sizeof *times);
        if (times != NULL) o->times = times;
        double *values = realloc(o->values, room * sizeof *values);
        if (values != NULL) o->values = values;
        size_t *positions = realloc(o->positions, room * sizeof *positions);
        if (positions != NULL) o->positions = positions;
        if (times == NULL || values == NULL || positions == NULL)
            return xdf_fail(x, EG_ERR_MEMORY, "no memory");
        o->room = room;
    }
    o->times[o->n] = t;
    o->values[o->n] = value;
    o->positions[o->n++] = s->n;
    return EG_OK;
}

/* ---- samples, walked several times ----------------------------------------------------------- */

/* How many samples of a chunk can be believed: all, those before the file's end, or none. A chunk
 * whose samples end before it does has a wrong length: the walk goes on behind the samples. */
static size_t count_samples(const xdf_stream *s, const xdf_chunk *chunk, xdf_walk *walk,
                            int *is_wrong) {
    xdf_samples samples;
    xdf_sample sample;
    int step;
    size_t n = 0;
    *is_wrong = !chunk->is_cut;
    if (!xdf_samples_begin(&samples, chunk->content + ID_BYTES, chunk->n - ID_BYTES, s->value_bytes,
                           s->n_channels))
        return 0;
    while ((step = xdf_samples_next(&samples, &sample)) > 0) n++;
    if (step < 0) return chunk->is_cut ? n : 0;
    *is_wrong = samples.at < samples.end;
    if (*is_wrong) walk->at = (size_t)(samples.at - walk->bytes);
    return n;
}

static void index_samples(xdf *x, xdf_stream *s, const xdf_chunk *chunk, xdf_walk *walk) {
    int is_wrong;
    s->n += count_samples(s, chunk, walk, &is_wrong);
    x->n_broken += is_wrong != 0;
}

void xdf_walk_samples(xdf *x, xdf_taker take) {
    xdf_walk walk = xdf_walk_begin(x->bytes, x->size);
    xdf_chunk chunk;
    for (size_t i = 0; i < x->n_streams; i++) {
        xdf_stream *s = &x->streams[i];
        s->at = s->range = 0;
        s->stamp_s = s->before_s = s->jump_s = 0;
        s->n_unstamped = 0;
    }
    while (x->err == EG_OK && xdf_walk_next(&walk, &chunk)) {
        xdf_stream *s = chunk.tag == XDF_SAMPLES ? find_stream(x, &chunk) : NULL;
        int is_wrong;
        size_t n = s != NULL ? count_samples(s, &chunk, &walk, &is_wrong) : 0;
        xdf_samples samples;
        xdf_sample sample;
        if (n == 0 || !xdf_samples_begin(&samples, chunk.content + ID_BYTES, chunk.n - ID_BYTES,
                                         s->value_bytes, s->n_channels))
            continue;
        while (x->err == EG_OK && n-- > 0 && s->at < s->n &&
               xdf_samples_next(&samples, &sample) > 0) {
            double stamp_s = sample.stamp_s;
            if (isnan(stamp_s)) {
                stamp_s = s->stamp_s + (s->nominal_hz > 0 ? 1 / s->nominal_hz : 0.0);
                s->n_unstamped += s->at == 0;
            }
            take(x, s, stamp_s, &sample);
            s->stamp_s = stamp_s;
            s->at++;
        }
    }
}

/* ---- the first walk: what there is ----------------------------------------------------------- */

static void report_index(xdf *x, const xdf_walk *walk) {
    eg_recording *r = x->recording;
    if (walk->n_passed > 0)
        eg_recording_warn(r, 0, "damaged at %zu places; %s", walk->n_passed,
                          walk->is_lost ? "the rest of the file is lost"
                                        : "read on behind the next boundary");
    if (walk->is_cut) eg_recording_warn(r, 0, "the file ends in the middle of a chunk");
    if (x->n_broken > 0)
        eg_recording_warn(r, 0,
                          "%zu chunks of samples are damaged; what cannot be read is left out",
                          x->n_broken);
    if (x->n_orphans > 0)
        eg_recording_warn(r, 0, "%zu chunks belong to no stream that has a header", x->n_orphans);
    r->is_partial |= walk->n_passed > 0 || walk->is_cut || x->n_broken > 0 || x->n_orphans > 0;
    for (size_t i = 0; i < x->n_streams; i++) {
        const xdf_stream *s = &x->streams[i];
        if (isnan(s->n_said) || fabs(s->n_said - (double)s->n) < 0.5) continue;
        eg_recording_warn(r, 0, "stream \"%.40s\" had %g samples, the file holds %zu", s->name,
                          s->n_said, s->n);
        if (s->n_said > (double)s->n) r->is_partial = 1;
    }
}

static eg_err read_index(xdf *x) {
    xdf_walk walk = xdf_walk_begin(x->bytes, x->size);
    xdf_chunk chunk;
    eg_err err = EG_OK;
    while (err == EG_OK && xdf_walk_next(&walk, &chunk)) {
        if (chunk.tag == XDF_STREAM_HEADER) add_stream(x, &chunk);
        if (chunk.tag < XDF_SAMPLES || chunk.tag == XDF_BOUNDARY) continue;
        xdf_stream *s = find_stream(x, &chunk);
        if (s == NULL)
            x->n_orphans += x->n_late == 0;
        else if (chunk.tag == XDF_SAMPLES)
            index_samples(x, s, &chunk, &walk);
        else if (chunk.tag == XDF_CLOCK_OFFSET)
            err = add_offset(x, s, &chunk);
        else
            read_footer(s, &chunk);
    }
    if (err == EG_OK) report_index(x, &walk);
    return err;
}

/* ---- clocks ---------------------------------------------------------------------------------- */

/* A reset lies between two offsets, where the stamps jump most. */
static void find_jump(xdf *x, xdf_stream *s, double stamp_s, const xdf_sample *sample) {
    (void)x;
    (void)sample;
    const xdf_offsets *o = &s->offsets;
    while (s->range + 1 < s->n_ranges) {
        xdf_range *next = &s->ranges[s->range + 1];
        size_t from = o->positions[next->first_offset - 1], to = o->positions[next->first_offset];
        if (s->at > to || s->at == s->n) {
            s->range++;
            s->jump_s = 0;
            continue;
        }
        double jump_s = fabs(stamp_s - s->stamp_s);
        if (s->at == from) next->first_sample = s->at;
        if (s->at >= from && s->at > 0 && jump_s > s->jump_s) {
            s->jump_s = jump_s;
            next->first_sample = s->at;
        }
        break;
    }
}

static eg_err set_clocks(xdf *x) {
    int has_resets = 0;
    for (size_t i = 0; i < x->n_streams; i++) {
        xdf_stream *s = &x->streams[i];
        if (s->offsets.n == 0) continue;
        s->ranges = xdf_find_ranges(&s->offsets, &s->n_ranges);
        if (s->ranges == NULL) return xdf_fail(x, EG_ERR_MEMORY, "no memory");
        for (size_t k = 0; k < s->n_ranges; k++) {
            xdf_range *range = &s->ranges[k];
            range->line = xdf_fit_line(&s->offsets, range->first_offset, range->n_offsets);
            range->first_sample = k == 0 ? 0 : s->n;
        }
        has_resets |= s->n_ranges > 1;
        if (s->n_ranges > 1)
            eg_recording_warn(x->recording, 0, "the clock of stream \"%.40s\" was reset %zu times",
                              s->name, s->n_ranges - 1);
    }
    if (has_resets) xdf_walk_samples(x, find_jump);
    return EG_OK;
}

/* On the recorder's clock. */
static double synchronize(xdf_stream *s, double stamp_s, int *is_reset) {
    *is_reset = 0;
    if (s->ranges == NULL) return stamp_s;
    while (s->range + 1 < s->n_ranges && s->at >= s->ranges[s->range + 1].first_sample) {
        s->range++;
        *is_reset = 1;
    }
    const xdf_line *line = &s->ranges[s->range].line;
    return stamp_s + line->at_ref + line->slope * (stamp_s - line->ref);
}

static void end_segment(xdf *x, xdf_stream *s) {
    if (s->regression.n == 0) return;
    if (s->n_segments == s->segment_room) {
        size_t room = 2 * s->segment_room + 4;
        xdf_segment *grown = realloc(s->segments, room * sizeof *grown);
        if (grown == NULL) {
            x->err = xdf_fail(x, EG_ERR_MEMORY, "no memory");
            return;
        }
        s->segments = grown;
        s->segment_room = room;
    }
    xdf_segment *segment = &s->segments[s->n_segments++];
    segment->n = s->regression.n;
    segment->first = s->at - segment->n;
    xdf_regression_line(&s->regression, &segment->start_s, &segment->step_s);
    if (s->n_segments > EG_XDF_SEGMENTS_MAX)
        x->err = xdf_fail(x, EG_ERR_LIMIT,
                          "a stream with an even rate has more than 100000 gaps; record it as one "
                          "without a rate");
}

static void take_time(xdf *x, xdf_stream *s, double stamp_s, const xdf_sample *sample) {
    (void)sample;
    int is_reset;
    double t_s = synchronize(s, stamp_s, &is_reset);
    if (s->t_s != NULL) {
        s->t_s[s->at] = t_s;
        return;
    }
    double step_s = 1 / s->nominal_hz, gap_s = fmax(break_s, break_samples * step_s);
    if (s->at > 0 && (is_reset || fabs(t_s - s->before_s) > gap_s)) {
        end_segment(x, s);
        s->regression = (xdf_regression){.step_s = step_s};
    }
    if (s->at == 0) s->regression = (xdf_regression){.step_s = step_s};
    xdf_regression_add(&s->regression, t_s);
    s->before_s = t_s;
}

static void end_times(xdf *x, xdf_stream *s) {
    if (s->t_s != NULL) {
        s->first_s = s->t_s[0];
        s->last_s = s->t_s[s->n - 1];
        s->effective_hz = s->n > 1 && s->last_s > s->first_s
                              ? (double)(s->n - 1) / (s->last_s - s->first_s)
                              : (double)NAN;
        return;
    }
    end_segment(x, s);
    if (x->err != EG_OK) return;
    double n = 0, duration_s = 0;
    for (size_t i = 0; i < s->n_segments; i++) {
        n += (double)(s->segments[i].n - 1);
        duration_s += (double)(s->segments[i].n - 1) * s->segments[i].step_s;
    }
    const xdf_segment *last = &s->segments[s->n_segments - 1];
    s->effective_hz = n > 0 ? n / duration_s : (double)NAN;
    s->first_s = s->segments[0].start_s;
    s->last_s = last->start_s + (double)(last->n - 1) * last->step_s;
    if (fabs(s->effective_hz - s->nominal_hz) > rate_off_max * s->nominal_hz)
        eg_recording_warn(x->recording, 0,
                          "stream \"%.40s\" says %g Hz, its stamps say %.6g Hz, which is used",
                          s->name, s->nominal_hz, s->effective_hz);
}

static eg_err set_times(xdf *x) {
    double count = 0;
    for (size_t i = 0; i < x->n_streams; i++) count += (double)x->streams[i].n;
    if (count > 320 << 20)
        return xdf_fail(x, EG_ERR_LIMIT,
                        "more samples than are read; cut the recording into trials");
    for (size_t i = 0; i < x->n_streams; i++) {
        xdf_stream *s = &x->streams[i];
        if (s->n == 0 || (s->nominal_hz > 0 && !s->is_events)) continue;
        s->t_s = malloc(s->n * sizeof *s->t_s);
        if (s->t_s == NULL) return xdf_fail(x, EG_ERR_MEMORY, "no memory");
    }
    xdf_walk_samples(x, take_time);
    for (size_t i = 0; i < x->n_streams; i++) {
        xdf_stream *s = &x->streams[i];
        if (s->at >= s->n) continue;
        eg_recording_warn(x->recording, 0, "%zu samples of stream \"%.40s\" cannot be read",
                          s->n - s->at, s->name);
        s->n = s->at;
    }
    for (size_t i = 0; i < x->n_streams && x->err == EG_OK; i++)
        if (x->streams[i].n > 0) end_times(x, &x->streams[i]);
    int is_measured = 0;
    for (size_t i = 0; i < x->n_streams; i++) is_measured |= x->streams[i].offsets.n > 0;
    if (!is_measured && x->n_streams > 1)
        eg_recording_warn(x->recording, 0,
                          "no clock offsets: each stream has its own clock's time");
    for (size_t i = 0; i < x->n_streams; i++) {
        const xdf_stream *s = &x->streams[i];
        if (s->n > 0 && s->offsets.n == 0 && is_measured)
            eg_recording_warn(x->recording, 0,
                              "stream \"%.40s\" has no clock offsets: its times are its own "
                              "clock's",
                              s->name);
        if (s->n > 0 && s->n_unstamped > 0)
            eg_recording_warn(x->recording, 0, "stream \"%.40s\" begins without a time stamp",
                              s->name);
    }
    return x->err;
}

eg_err eg_xdf_parse(const char *name, const uint8_t *bytes, size_t size, eg_recording *recording,
                    eg_diag *diag) {
    EG_ASSERT(name != NULL && eg_xdf_is(bytes, size) && recording != NULL);
    (void)name;
    xdf x = {.recording = recording, .diag = diag, .bytes = bytes, .size = size};
    snprintf(recording->format, sizeof recording->format, "XDF");
    x.streams = calloc(EG_RECORDING_STREAMS_MAX, sizeof *x.streams);
    if (x.streams == NULL) return xdf_fail(&x, EG_ERR_MEMORY, "no memory");
    eg_err err = read_index(&x);
    if (err == EG_OK) err = set_clocks(&x);
    if (err == EG_OK) err = set_times(&x);
    if (err == EG_OK) err = xdf_make_channels(&x);
    if (err == EG_OK) err = xdf_read_values(&x);
    for (size_t i = 0; i < x.n_streams; i++) {
        xdf_stream *s = &x.streams[i];
        free(s->offsets.times);
        free(s->offsets.values);
        free(s->offsets.positions);
        free(s->ranges);
        free(s->segments);
        free(s->grid_at);
        free(s->t_s);
    }
    free(x.streams);
    return err;
}
