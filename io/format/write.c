#include "io/format/write.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/check.h"
#include "io/format/text.h"
#include "io/format/write_part.h"
#include "io/json/write.h"

static const eg_write_format formats[] = {
    {"csv", "delimited text", "events, force plates", eg_csv_write},
    {"c3d", "C3D", "durations of events; 24 bits a value", eg_c3d_write},
    {"edf", "EDF+", "points, force plates; 16 bits a value", eg_edf_write},
    {"bdf", "BDF+", "points, force plates; 24 bits a value", eg_bdf_write},
    {"xdf", "XDF", "durations of events, force plates", eg_xdf_write},
    {"mot", "OpenSim motion", "markers, events, units", eg_mot_write},
    {"sto", "OpenSim storage", "markers, events, units", eg_mot_write},
    {"trc", "markers as text", "channels, events", eg_trc_write},
};

const eg_write_format *eg_write_format_at(size_t index) {
    return index < sizeof formats / sizeof formats[0] ? &formats[index] : NULL;
}

const eg_write_format *eg_write_format_find(const char *name_or_path) {
    EG_ASSERT(name_or_path != NULL);
    const char *dot = strrchr(name_or_path, '.'), *slash = strrchr(name_or_path, '/');
    const char *word = dot != NULL && (slash == NULL || dot > slash) ? dot + 1 : name_or_path;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strcasecmp(formats[i].name, word) == 0) return &formats[i];
    return NULL;
}

void eg_write_note(eg_write_notes *notes, const char *format, ...) {
    if (notes == NULL || notes->n == EG_WRITE_NOTES_MAX) return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(notes->text[notes->n++], sizeof notes->text[0], format, arguments);
    va_end(arguments);
}

/* ---- bytes ----------------------------------------------------------------------------------- */

write_out *write_begin(const eg_sink *sink) {
    EG_ASSERT(sink != NULL && sink->take != NULL);
    write_out *out = malloc(sizeof *out);
    if (out == NULL) return NULL;
    out->sink = sink;
    out->failed = 0;
    out->n = 0;
    return out;
}

static void send(write_out *out, const void *bytes, size_t n) {
    if (n > 0 && !out->failed && !out->sink->take(out->sink->to, bytes, n)) out->failed = 1;
}

void write_bytes(write_out *out, const void *bytes, size_t n) {
    if (n > OUT_BYTES - out->n) {
        send(out, out->bytes, out->n);
        out->n = 0;
    }
    if (n > OUT_BYTES) {
        send(out, bytes, n);
        return;
    }
    memcpy(out->bytes + out->n, bytes, n);
    out->n += n;
}

void write_text(write_out *out, const char *text) {
    write_bytes(out, text, strlen(text));
}

void write_number(write_out *out, double value) {
    char text[EG_JSON_NUMBER_MAX];
    if (!isfinite(value)) return;
    if (fabs(value) < 1e15 && floor(value) == value && !(value == 0 && signbit(value)))
        snprintf(text, sizeof text, "%lld", (long long)value);
    else
        eg_json_format_number(text, value);
    write_text(out, text);
}

eg_err write_end(write_out *out, const char *name, eg_diag *diag) {
    send(out, out->bytes, out->n);
    int failed = out->failed;
    free(out);
    if (!failed) return EG_OK;
    return eg_diag_set(diag, EG_ERR_IO, name, 0, "it cannot be written to its end; is there room?");
}

/* ---- what gets lost -------------------------------------------------------------------------- */

int write_is_uneven(const eg_recording *recording) {
    if (recording->t_s == NULL || recording->n_frames == 0) return 0;
    if (isnan(recording->rate_hz)) return 1;
    double first = recording->t_s[0];
    for (size_t i = 0; i < recording->n_frames; i++) {
        double off = recording->t_s[i] - first - (double)i / recording->rate_hz;
        if (!(fabs(off) * recording->rate_hz < 0.01)) return 1;
    }
    return 0;
}

void write_note_lost(const eg_recording *r, unsigned kinds, eg_write_notes *notes) {
    size_t n_units = 0;
    for (size_t i = 0; i < r->n_channels; i++) n_units += r->channels[i].unit[0] != '\0';
    if (!(kinds & WRITE_CHANNELS) && r->n_channels > 0)
        eg_write_note(notes, "%zu channels are left out: the format holds none", r->n_channels);
    if (!(kinds & WRITE_MARKERS) && r->points.n_markers > 0)
        eg_write_note(notes, "%zu points are left out: the format holds none", r->points.n_markers);
    if (!(kinds & WRITE_EVENTS) && r->n_events > 0)
        eg_write_note(notes, "%zu events are left out: the format holds none", r->n_events);
    if (!(kinds & WRITE_PLATFORMS) && r->n_platforms > 0)
        eg_write_note(notes, "what is known of %zu force plates is left out", r->n_platforms);
    if (!(kinds & WRITE_UNITS) && (kinds & WRITE_CHANNELS) && n_units > 0)
        eg_write_note(notes, "units are left out, but for degrees: the format holds none");
    if (!(kinds & WRITE_STAMPS) && write_is_uneven(r))
        eg_write_note(notes, "the recorded times are not even and are left out; samples follow "
                             "each other at the rate");
    if (!(kinds & WRITE_START) && fabs(r->start_s) > 1e-6)
        eg_write_note(notes, "the recording begins at %.6g s of its clock; the file begins at 0",
                      r->start_s);
}

/* ---- a part of a recording ------------------------------------------------------------------- */

static int is_named_in(const char *labels, const char *label) {
    eg_span rest = {labels, strlen(labels)};
    while (rest.n > 0) {
        const char *comma = memchr(rest.start, ',', rest.n);
        size_t n = comma != NULL ? (size_t)(comma - rest.start) : rest.n;
        if (eg_text_equals(eg_text_trim((eg_span){rest.start, n}), label)) return 1;
        size_t used = comma != NULL ? n + 1 : n;
        rest = (eg_span){rest.start + used, rest.n - used};
    }
    return 0;
}

static eg_err check_labels(const eg_recording *r, const char *labels, eg_diag *diag) {
    eg_span rest = {labels, strlen(labels)};
    while (rest.n > 0) {
        const char *comma = memchr(rest.start, ',', rest.n);
        size_t n = comma != NULL ? (size_t)(comma - rest.start) : rest.n;
        eg_span label = eg_text_trim((eg_span){rest.start, n});
        int is_known = label.n == 0;
        for (size_t i = 0; i < r->n_channels; i++)
            is_known |= eg_text_equals(label, r->channels[i].label);
        for (size_t i = 0; i < r->points.n_markers; i++)
            is_known |= eg_text_equals(label, r->points.markers[i].label);
        if (!is_known)
            return eg_diag_set(diag, EG_ERR_NOT_FOUND, r->name, 0,
                               "there is no channel or point \"%.*s\"; engram inspect lists them",
                               (int)(label.n < 60 ? label.n : 60), label.start);
        size_t used = comma != NULL ? n + 1 : n;
        rest = (eg_span){rest.start + used, rest.n - used};
    }
    return EG_OK;
}

static void select_platforms(const eg_recording *r, const size_t *place, eg_recording *s) {
    for (size_t i = 0; i < r->n_platforms; i++) {
        eg_platform platform = r->platforms[i];
        int is_whole = 1;
        for (size_t k = 0; k < platform.n_channels; k++) {
            size_t channel = platform.channels[k];
            if (channel == SIZE_MAX) continue;
            platform.channels[k] = place[channel];
            is_whole &= place[channel] != SIZE_MAX;
        }
        if (is_whole) s->platforms[s->n_platforms++] = platform;
    }
}

eg_err eg_write_select(const eg_recording *recording, const char *labels, eg_recording **selected,
                       eg_write_notes *notes, eg_diag *diag) {
    EG_ASSERT(recording != NULL && labels != NULL && selected != NULL);
    *selected = NULL;
    eg_err err = check_labels(recording, labels, diag);
    if (err != EG_OK) return err;
    const eg_points *points = &recording->points;
    eg_recording *s = malloc(sizeof *s);
    size_t *place = calloc(recording->n_channels + 1, sizeof *place);
    if (s != NULL) {
        *s = *recording;
        s->n_channels = s->points.n_markers = s->n_platforms = 0;
        s->channels = calloc(recording->n_channels + 1, sizeof *s->channels);
        s->points.markers = calloc(points->n_markers + 1, sizeof *s->points.markers);
        s->platforms = calloc(recording->n_platforms + 1, sizeof *s->platforms);
    }
    if (s == NULL || place == NULL || s->channels == NULL || s->points.markers == NULL ||
        s->platforms == NULL) {
        free(place);
        eg_write_select_destroy(s);
        return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
    }
    for (size_t i = 0; i < recording->n_channels; i++) {
        place[i] = SIZE_MAX;
        if (!is_named_in(labels, recording->channels[i].label)) continue;
        place[i] = s->n_channels;
        s->channels[s->n_channels++] = recording->channels[i];
    }
    for (size_t i = 0; i < points->n_markers; i++)
        if (is_named_in(labels, points->markers[i].label))
            s->points.markers[s->points.n_markers++] = points->markers[i];
    select_platforms(recording, place, s);
    if (s->n_platforms < recording->n_platforms)
        eg_write_note(notes,
                      "%zu force plates are left out: not all of their channels were asked "
                      "for",
                      recording->n_platforms - s->n_platforms);
    free(place);
    *selected = s;
    return EG_OK;
}

void eg_write_select_destroy(eg_recording *selected) {
    if (selected == NULL) return;
    free(selected->channels);
    free(selected->points.markers);
    free(selected->platforms);
    free(selected);
}
