/* From the streams of an XDF file to the channels and events of a recording. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "io/format/build.h"
#include "io/format/xdf_part.h"
#include "io/format/xml.h"

enum { TIMES_LONGER_MAX = 10, TEXT_SHOWN = 8 };

/* ---- channels -------------------------------------------------------------------------------- */

/* Stamps for each sample, where segments cannot lie on a grid. */
static eg_err spread_times(xdf *x, xdf_stream *s) {
    s->grid_hz = (double)NAN;
    s->grid_n = s->n;
    if (s->t_s != NULL) return EG_OK;
    s->t_s = malloc(s->n * sizeof *s->t_s);
    if (s->t_s == NULL) return xdf_fail(x, EG_ERR_MEMORY, "no memory");
    for (size_t i = 0; i < s->n_segments; i++)
        for (size_t k = 0; k < s->segments[i].n; k++)
            s->t_s[s->segments[i].first + k] =
                s->segments[i].start_s + (double)k * s->segments[i].step_s;
    return EG_OK;
}

/* Where each segment begins on even steps, and how many there are. */
static eg_err place_segments(xdf *x, xdf_stream *s) {
    eg_recording *r = x->recording;
    if (s->t_s != NULL) return spread_times(x, s);
    double longest = (double)s->n * TIMES_LONGER_MAX, next = 0, n_missing = 0;
    s->grid_hz = isnan(s->effective_hz) ? s->nominal_hz : s->effective_hz;
    /* A claim that moves no sample by half a sample is kept. */
    double n_steps = (s->last_s - s->first_s) * s->grid_hz;
    if (fabs(s->grid_hz - s->nominal_hz) * n_steps < 0.5 * s->nominal_hz)
        s->grid_hz = s->nominal_hz;
    s->grid_at = malloc(s->n_segments * sizeof *s->grid_at);
    if (s->grid_at == NULL) return xdf_fail(x, EG_ERR_MEMORY, "no memory");
    size_t n_back = 0;
    for (size_t i = 0; i < s->n_segments; i++) {
        double at = floor((s->segments[i].start_s - s->first_s) * s->grid_hz + 0.5);
        n_back += at < next - 1;
        if (!(at > next)) at = next;
        n_missing += at - next;
        next = at + (double)s->segments[i].n;
        if (next > longest) {
            eg_recording_warn(
                r, 0,
                "the gaps of stream \"%.40s\" are more than ten times as long as what "
                "was recorded: its samples keep their time stamps and have no rate",
                s->name);
            return spread_times(x, s);
        }
        s->grid_at[i] = (size_t)at;
    }
    s->grid_n = (size_t)next;
    if (n_back > 0)
        eg_recording_warn(r, 0, "the time of stream \"%.40s\" goes back %zu times", s->name,
                          n_back);
    if (n_missing > 0)
        eg_recording_warn(r, 0, "stream \"%.40s\": %zu gaps of %.6g s in all are empty", s->name,
                          s->n_segments - 1, n_missing / s->grid_hz);
    return EG_OK;
}

/* XDF's own words for units (its list of meta-data) as everybody else writes them. */
static void shorten_unit(eg_channel *channel) {
    static const char *const words[][2] = {{"microvolts", "uV"}, {"microvolt", "uV"},
                                           {"millivolts", "mV"}, {"millivolt", "mV"},
                                           {"volts", "V"},       {"volt", "V"}};
    eg_span unit = {channel->unit, strlen(channel->unit)};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (eg_text_equals(unit, words[i][0])) {
            snprintf(channel->unit, sizeof channel->unit, "%s", words[i][1]);
            return;
        }
}

static void label_channels(const xdf_stream *s, eg_channel *channels) {
    eg_xml xml;
    size_t k = 0;
    int step;
    eg_xml_begin(&xml, s->header);
    while (k < s->n_channels && (step = eg_xml_next(&xml)) != 0) {
        if (step != 1) continue;
        eg_channel *c = &channels[k];
        if (eg_xml_is_at(&xml, "info/desc/channels/channel")) k++;
        if (eg_xml_is_at(&xml, "info/desc/channels/channel/label"))
            eg_xml_copy_text(xml.text, c->label, sizeof c->label);
        if (eg_xml_is_at(&xml, "info/desc/channels/channel/name") && c->label[0] == '\0')
            eg_xml_copy_text(xml.text, c->label, sizeof c->label);
        if (eg_xml_is_at(&xml, "info/desc/channels/channel/unit"))
            eg_xml_copy_text(xml.text, c->unit, sizeof c->unit);
    }
    for (k = 0; k < s->n_channels; k++) {
        eg_channel *c = &channels[k];
        c->is_named = c->label[0] != '\0';
        shorten_unit(c);
        char number[24];
        int n = snprintf(number, sizeof number, " %zu", k + 1);
        if (c->is_named || n <= 0) continue;
        eg_recording_copy_text(c->label, sizeof c->label - (size_t)n, s->name, strlen(s->name));
        memcpy(c->label + strlen(c->label), number, (size_t)n + 1);
    }
}

/* Where streams share a label, every channel has its stream's name before its own. */
static void part_streams(xdf *x) {
    eg_recording *r = x->recording;
    int is_shared = 0;
    if (r->n_channels > 1024) return;
    for (size_t i = 0; i < r->n_channels && !is_shared; i++)
        for (size_t k = 0; k < i && !is_shared; k++)
            is_shared = r->channels[i].stream != r->channels[k].stream &&
                        strcmp(r->channels[i].label, r->channels[k].label) == 0;
    for (size_t i = 0; is_shared && i < r->n_channels; i++) {
        eg_channel *c = &r->channels[i];
        char whole[2 * EG_RECORDING_LABEL_MAX];
        int n = snprintf(whole, sizeof whole, "%.30s.%s", r->streams[c->stream].name, c->label);
        eg_recording_copy_text(c->label, sizeof c->label, whole, (size_t)(n > 0 ? n : 0));
    }
}

static eg_err describe_streams(xdf *x) {
    eg_recording *r = x->recording;
    r->streams = calloc(x->n_streams + 1, sizeof *r->streams);
    if (r->streams == NULL) return xdf_fail(x, EG_ERR_MEMORY, "no memory");
    r->n_streams = x->n_streams;
    for (size_t i = 0; i < x->n_streams; i++) {
        xdf_stream *s = &x->streams[i];
        eg_stream *out = &r->streams[i];
        memcpy(out->name, s->name, sizeof out->name);
        memcpy(out->type, s->type, sizeof out->type);
        out->nominal_hz = s->nominal_hz > 0 ? s->nominal_hz : (double)NAN;
        out->n_channels = s->is_events || s->n == 0 ? 0 : s->n_channels;
        out->n = s->n;
        out->effective_hz = s->n > 0 ? s->effective_hz : (double)NAN;
        out->first_s = s->n > 0 ? s->first_s : (double)NAN;
        out->last_s = s->n > 0 ? s->last_s : (double)NAN;
        out->n_segments = s->n_segments;
        out->n_clock_offsets = s->offsets.n;
        out->n_clock_resets = s->n_ranges > 0 ? s->n_ranges - 1 : 0;
        if (s->n == 0 && !s->is_events)
            eg_recording_warn(r, 0, "stream \"%.40s\" holds no samples and is left out", s->name);
    }
    return EG_OK;
}

/* Rate and length of the recording: those of the longest even stream. */
static void choose_frames(xdf *x) {
    eg_recording *r = x->recording;
    const xdf_stream *best = NULL;
    r->start_s = (double)INFINITY;
    for (size_t i = 0; i < x->n_streams; i++) {
        const xdf_stream *s = &x->streams[i];
        if (r->streams[i].n_channels == 0) continue;
        r->start_s = fmin(r->start_s, s->first_s);
        if (best == NULL || (isnan(best->grid_hz) && !isnan(s->grid_hz)) ||
            (isnan(best->grid_hz) == isnan(s->grid_hz) && s->grid_n > best->grid_n))
            best = s;
    }
    EG_ASSERT(best != NULL);
    r->n_frames = best->grid_n;
    r->rate_hz = best->grid_hz;
    if (isnan(best->grid_hz))
        snprintf(r->time_source, sizeof r->time_source, "time stamps of stream \"%.60s\"",
                 best->name);
    else
        snprintf(r->time_source, sizeof r->time_source,
                 "time stamps of stream \"%.60s\": nominal %.9g Hz, effective %.9g Hz", best->name,
                 best->nominal_hz, best->effective_hz);
}

eg_err xdf_make_channels(xdf *x) {
    eg_recording *r = x->recording;
    size_t count = 0, at = 0;
    eg_err err = describe_streams(x);
    for (size_t i = 0; i < r->n_streams; i++) count += r->streams[i].n_channels;
    if (err == EG_OK && count == 0)
        return xdf_fail(x, EG_ERR_DATA, "the file holds no signal; was it recorded to its end?");
    if (err == EG_OK) err = eg_recording_add_channels(r, count, x->diag);
    for (size_t i = 0; i < x->n_streams && err == EG_OK; i++) {
        xdf_stream *s = &x->streams[i];
        if (r->streams[i].n_channels == 0) continue;
        err = place_segments(x, s);
        s->first_channel = at;
        label_channels(s, &r->channels[at]);
        for (size_t k = 0; k < s->n_channels; k++, at++) {
            r->channels[at].stream = i;
            r->channels[at].n = s->grid_n;
            r->channels[at].rate_hz = s->grid_hz;
        }
    }
    if (err != EG_OK) return err;
    part_streams(x);
    choose_frames(x);
    double apart_s = 0;
    for (size_t i = 0; i < r->n_channels; i++) {
        r->channels[i].start_s = x->streams[r->channels[i].stream].first_s - r->start_s;
        apart_s = fmax(apart_s, r->channels[i].start_s);
    }
    if (apart_s > 1e-3)
        eg_recording_warn(r, 0, "streams begin up to %.6g s apart; each channel keeps its start",
                          apart_s);
    return eg_recording_add_samples(r, x->diag);
}

/* ---- values and events ----------------------------------------------------------------------- */

static double read_value(xdf_kind kind, eg_reader *reader) {
    double value = 0;
    switch (kind) {
    case XDF_INT8:
        return (double)(int8_t)eg_reader_u8(reader);
    case XDF_INT16:
        return eg_reader_i16le(reader);
    case XDF_INT32:
        return eg_reader_i32le(reader);
    case XDF_INT64:
        return (double)(int64_t)eg_reader_u64le(reader);
    case XDF_FLOAT32:
        value = (double)eg_reader_f32le(reader);
        break;
    case XDF_DOUBLE64:
        value = eg_reader_f64le(reader);
        break;
    case XDF_STRING:
        break;
    }
    return isfinite(value) ? value : (double)NAN;
}

static void add_event(xdf *x, xdf_stream *s, const xdf_sample *sample) {
    eg_recording *r = x->recording;
    if (r->n_events == EG_XDF_EVENTS_MAX) {
        x->n_lost_events++;
        return;
    }
    eg_event *event = eg_recording_add_event(r, &x->n_events_room);
    if (event == NULL) {
        x->err = xdf_fail(x, EG_ERR_MEMORY, "no memory");
        return;
    }
    event->t_s = s->t_s[s->at];
    eg_recording_copy_text(event->context, sizeof event->context, s->name, strlen(s->name));
    if (s->kind != XDF_STRING) {
        eg_reader reader;
        eg_reader_init(&reader, sample->values, s->value_bytes);
        snprintf(event->label, sizeof event->label, "%.17g", read_value(s->kind, &reader));
        return;
    }
    char whole[2 * EG_RECORDING_LABEL_MAX];
    const uint8_t *at = sample->values;
    size_t used = 0;
    for (size_t i = 0; i < s->n_channels && i < TEXT_SHOWN; i++) {
        uint64_t n = 0;
        if (!xdf_read_length(&at, sample->end, &n)) break;
        if (i > 0 && used + 2 < sizeof whole) {
            whole[used++] = ';';
            whole[used++] = ' ';
        }
        size_t taken = n < sizeof whole - used ? (size_t)n : sizeof whole - used;
        memcpy(whole + used, at, taken);
        used += taken;
        at += n;
    }
    eg_recording_copy_text(event->label, sizeof event->label, whole, used);
}

static void take_values(xdf *x, xdf_stream *s, double stamp_s, const xdf_sample *sample) {
    (void)stamp_s;
    if (s->is_events) {
        add_event(x, s, sample);
        return;
    }
    size_t at = s->at;
    if (s->grid_at != NULL && !isnan(s->grid_hz)) {
        while (s->range + 1 < s->n_segments && s->at >= s->segments[s->range + 1].first) s->range++;
        at = s->grid_at[s->range] + (s->at - s->segments[s->range].first);
    }
    EG_ASSERT(at < s->grid_n);
    eg_channel *channels = &x->recording->channels[s->first_channel];
    eg_reader reader;
    eg_reader_init(&reader, sample->values, s->value_bytes);
    for (size_t k = 0; k < s->n_channels; k++)
        channels[k].values[at] = read_value(s->kind, &reader);
}

eg_err xdf_read_values(xdf *x) {
    eg_recording *r = x->recording;
    for (size_t i = 0; i < x->n_streams; i++) {
        const xdf_stream *s = &x->streams[i];
        if (r->streams[i].n_channels == 0 || s->grid_n == s->n) continue;
        for (size_t k = 0; k < s->n_channels; k++)
            for (size_t j = 0; j < s->grid_n; j++)
                r->channels[s->first_channel + k].values[j] = (double)NAN;
    }
    xdf_walk_samples(x, take_values);
    if (x->err != EG_OK) return x->err;
    if (x->n_lost_events > 0)
        eg_recording_warn(r, 0, "more than %d events; %zu are left out", EG_XDF_EVENTS_MAX,
                          x->n_lost_events);
    size_t n_signals = 0;
    for (size_t i = 0; i < x->n_streams; i++) {
        xdf_stream *s = &x->streams[i];
        if (r->streams[i].n_channels == 0) continue;
        r->streams[i].t_s = s->t_s;
        s->t_s = NULL;
        n_signals++;
    }
    /* A single stream without a rate is a table with a column of time. */
    const double *t_s = r->streams[r->channels[0].stream].t_s;
    if (n_signals == 1 && t_s != NULL) {
        r->t_s = malloc(r->n_frames * sizeof *r->t_s);
        if (r->t_s == NULL) return xdf_fail(x, EG_ERR_MEMORY, "no memory");
        memcpy(r->t_s, t_s, r->n_frames * sizeof *r->t_s);
    }
    return eg_recording_sort_events(r, x->diag);
}
