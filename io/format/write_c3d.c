/* C3D as reals of Intel processors. Source: The C3D File Format, Motion Lab Systems, 2008. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "io/format/write_part.h"

enum {
    BLOCK = 512,
    SECTION_MAX = 1 << 20,
    KEY = 0x50,
    INTEL = 84,
    LIST_MAX = 255, /* entries of a dimension */
    WORD_MAX = 65535,
    EVENT_KEY = 12345,
    ROWS_MAX = 12
};

enum { POINT = 1, ANALOG, FORCE_PLATFORM, EVENT, TRIAL, MANUFACTURER };

static const double seconds_a_minute = 60;

typedef struct c3d_out {
    const eg_recording *r;
    eg_writer section; /* of parameters */
    size_t last_at;    /* byte of the pointer of its last entry */
    size_t per_frame, n_frames, n_blocks;
    double rate_hz;
} c3d_out;

/* ---- entries --------------------------------------------------------------------------------- */

/* The pointer counts from itself to the entry behind. */
static size_t begin_entry(c3d_out *c, const char *name, int group) {
    eg_writer_u8(&c->section, (uint8_t)strlen(name));
    eg_writer_u8(&c->section, (uint8_t)(int8_t)group);
    eg_writer_put(&c->section, name, strlen(name));
    c->last_at = c->section.at;
    eg_writer_u16le(&c->section, 0);
    return c->last_at;
}

static void end_entry(c3d_out *c, size_t pointer_at) {
    eg_writer_u8(&c->section, 0); /* no description */
    size_t distance = c->section.at - pointer_at;
    if (distance > INT16_MAX) c->section.failed = 1;
    if (c->section.failed) return;
    c->section.bytes[pointer_at] = (unsigned char)(distance & 0xff);
    c->section.bytes[pointer_at + 1] = (unsigned char)(distance >> 8);
}

static void put_group(c3d_out *c, int group, const char *name) {
    end_entry(c, begin_entry(c, name, -group));
}

/* Type (2 integers, 4 reals, -1 characters) and up to three dimensions. */
static size_t begin_value(c3d_out *c, int group, const char *name, int type, size_t n_dimensions,
                          const size_t *dimensions) {
    size_t at = begin_entry(c, name, group);
    eg_writer_u8(&c->section, (uint8_t)(int8_t)type);
    eg_writer_u8(&c->section, (uint8_t)n_dimensions);
    for (size_t i = 0; i < n_dimensions; i++) {
        if (dimensions[i] > LIST_MAX) c->section.failed = 1;
        eg_writer_u8(&c->section, (uint8_t)dimensions[i]);
    }
    return at;
}

static void put_integer(c3d_out *c, int group, const char *name, size_t value) {
    size_t at = begin_value(c, group, name, 2, 0, NULL);
    eg_writer_u16le(&c->section, (uint16_t)(value < WORD_MAX ? value : WORD_MAX));
    end_entry(c, at);
}

static void put_real(c3d_out *c, int group, const char *name, double value) {
    size_t at = begin_value(c, group, name, 4, 0, NULL);
    eg_writer_f32le(&c->section, (float)value);
    end_entry(c, at);
}

static void put_words(c3d_out *c, int group, const char *name, const char *text) {
    size_t n = strlen(text), at = begin_value(c, group, name, -1, 1, &n);
    eg_writer_put(&c->section, text, n);
    end_entry(c, at);
}

/* NAME, NAME2, NAME3 ...: a dimension has at most 255 entries. */
static void part_name(char name[32], const char *list, size_t part) {
    if (part == 0)
        snprintf(name, 32, "%s", list);
    else
        snprintf(name, 32, "%s%zu", list, part + 1);
}

typedef const char *(*text_of)(const eg_recording *r, size_t i);

static void put_texts(c3d_out *c, int group, const char *list, size_t n, text_of text) {
    size_t width = 1;
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(text(c->r, i));
        if (length > width) width = length;
    }
    for (size_t part = 0; part * LIST_MAX < n; part++) {
        char name[32], blank[EG_RECORDING_LABEL_MAX];
        size_t first = part * LIST_MAX, count = n - first < LIST_MAX ? n - first : LIST_MAX;
        size_t size[2] = {width, count};
        part_name(name, list, part);
        size_t at = begin_value(c, group, name, -1, 2, size);
        memset(blank, ' ', sizeof blank);
        for (size_t i = first; i < first + count; i++) {
            size_t length = strlen(text(c->r, i));
            eg_writer_put(&c->section, text(c->r, i), length);
            eg_writer_put(&c->section, blank, width - length);
        }
        end_entry(c, at);
    }
}

typedef double (*number_of)(const eg_recording *r, size_t i);

/* Reals or integers, `rows` of them an entry. */
static void put_numbers(c3d_out *c, int group, const char *list, int type, size_t rows, size_t n,
                        number_of number) {
    for (size_t part = 0; part * LIST_MAX < n; part++) {
        char name[32];
        size_t first = part * LIST_MAX, count = n - first < LIST_MAX ? n - first : LIST_MAX;
        size_t size[2] = {rows, count};
        part_name(name, list, part);
        size_t at = begin_value(c, group, name, type, rows > 1 ? 2 : 1, rows > 1 ? size : &count);
        for (size_t i = first * rows; i < (first + count) * rows; i++) {
            double value = number(c->r, i);
            if (type == 4)
                eg_writer_f32le(&c->section, (float)value);
            else
                eg_writer_u16le(&c->section, (uint16_t)(int32_t)value);
        }
        end_entry(c, at);
    }
}

/* ---- groups ---------------------------------------------------------------------------------- */

static const char *marker_label(const eg_recording *r, size_t i) {
    return r->points.markers[i].is_named ? r->points.markers[i].label : "";
}

static const char *channel_label(const eg_recording *r, size_t i) {
    return r->channels[i].is_named ? r->channels[i].label : "";
}

static const char *channel_unit(const eg_recording *r, size_t i) {
    return r->channels[i].unit;
}

static const char *nothing(const eg_recording *r, size_t i) {
    (void)r;
    (void)i;
    return "";
}

static const char *event_label(const eg_recording *r, size_t i) {
    return r->events[i].label;
}

static const char *event_context(const eg_recording *r, size_t i) {
    return r->events[i].context;
}

static double one(const eg_recording *r, size_t i) {
    (void)r;
    (void)i;
    return 1;
}

static double zero(const eg_recording *r, size_t i) {
    (void)r;
    (void)i;
    return 0;
}

/* Minutes and seconds in turn. */
static double event_time(const eg_recording *r, size_t i) {
    double t_s = r->events[i / 2].t_s;
    double minutes = t_s > 0 ? floor(t_s / seconds_a_minute) : 0;
    return i % 2 == 0 ? minutes : t_s - minutes * seconds_a_minute;
}

/* What programs computed is listed by its kind, which its unit tells. */
static void put_computed(c3d_out *c, const char *list, const char *units_name,
                         const char *const *units, size_t n_units, int is_rest) {
    const eg_points *points = &c->r->points;
    size_t *found = calloc(points->n_markers + 1, sizeof *found), n = 0, width = 1;
    if (found == NULL) {
        c->section.failed = 1;
        return;
    }
    for (size_t i = 0; i < points->n_markers && n < LIST_MAX; i++) {
        const eg_marker *m = &points->markers[i];
        int is_kind = is_rest;
        for (size_t k = 0; k < n_units; k++)
            is_kind = strcmp(m->unit, units[k]) == 0 ? !is_rest : is_kind;
        if (!m->is_computed || !is_kind) continue;
        found[n++] = i;
        if (strlen(m->label) > width) width = strlen(m->label);
    }
    if (n > 0) {
        char blank[EG_RECORDING_LABEL_MAX];
        size_t size[2] = {width, n}, at = begin_value(c, POINT, list, -1, 2, size);
        memset(blank, ' ', sizeof blank);
        for (size_t i = 0; i < n; i++) {
            const char *label = points->markers[found[i]].label;
            eg_writer_put(&c->section, label, strlen(label));
            eg_writer_put(&c->section, blank, width - strlen(label));
        }
        end_entry(c, at);
        put_words(c, POINT, units_name, points->markers[found[0]].unit);
    }
    free(found);
}

static void put_points(c3d_out *c) {
    static const char *const angles[] = {"deg", "rad", "degrees"}, *const forces[] = {"N"},
                             *const moments[] = {"Nmm", "Nm", "N.mm", "N.m"},
                             *const powers[] = {"W"}, *const all[] = {"deg",  "rad", "degrees",
                                                                      "N",    "Nmm", "Nm",
                                                                      "N.mm", "N.m", "W"};
    size_t n = c->r->points.n_markers;
    put_group(c, POINT, "POINT");
    put_integer(c, POINT, "USED", n);
    put_real(c, POINT, "SCALE", -1);
    put_real(c, POINT, "RATE", c->rate_hz);
    put_integer(c, POINT, "DATA_START", 0); /* set when the section is whole */
    if (c->n_frames <= WORD_MAX)
        put_integer(c, POINT, "FRAMES", c->n_frames);
    else
        put_real(c, POINT, "FRAMES", (double)c->n_frames);
    put_words(c, POINT, "UNITS", c->r->points.unit);
    put_texts(c, POINT, "LABELS", n, marker_label);
    put_texts(c, POINT, "DESCRIPTIONS", n, nothing);
    put_computed(c, "ANGLES", "ANGLE_UNITS", angles, 3, 0);
    put_computed(c, "FORCES", "FORCE_UNITS", forces, 1, 0);
    put_computed(c, "MOMENTS", "MOMENT_UNITS", moments, 4, 0);
    put_computed(c, "POWERS", "POWER_UNITS", powers, 1, 0);
    put_computed(c, "SCALARS", "SCALAR_UNITS", all, 9, 1);
}

static void put_analog(c3d_out *c) {
    size_t n = c->r->n_channels;
    put_group(c, ANALOG, "ANALOG");
    put_integer(c, ANALOG, "USED", n);
    put_real(c, ANALOG, "GEN_SCALE", 1);
    put_real(c, ANALOG, "RATE", c->rate_hz * (double)c->per_frame);
    put_words(c, ANALOG, "FORMAT", "SIGNED");
    put_numbers(c, ANALOG, "SCALE", 4, 1, n, one);
    put_numbers(c, ANALOG, "OFFSET", 2, 1, n, zero);
    put_texts(c, ANALOG, "LABELS", n, channel_label);
    put_texts(c, ANALOG, "DESCRIPTIONS", n, nothing);
    put_texts(c, ANALOG, "UNITS", n, channel_unit);
}

static double known(double value) {
    return isnan(value) ? 0 : value;
}

static double platform_type(const eg_recording *r, size_t i) {
    return r->platforms[i].type;
}

static double platform_corner(const eg_recording *r, size_t i) {
    return known(r->platforms[i / 12].corners[i / 3 % 4][i % 3]);
}

static double platform_origin(const eg_recording *r, size_t i) {
    const eg_platform *p = &r->platforms[i / 3];
    double value = known(p->origin[i % 3]);
    return p->origin_is_turned ? 0 - value : value;
}

static size_t platform_rows(const eg_recording *r) {
    size_t most = 6;
    for (size_t i = 0; i < r->n_platforms; i++)
        if (r->platforms[i].n_channels > most) most = r->platforms[i].n_channels;
    return most;
}

static void put_platform_channels(c3d_out *c) {
    const eg_recording *r = c->r;
    size_t size[2] = {platform_rows(r), r->n_platforms};
    size_t at = begin_value(c, FORCE_PLATFORM, "CHANNEL", 2, 2, size);
    for (size_t i = 0; i < r->n_platforms; i++)
        for (size_t k = 0; k < size[0]; k++) {
            const eg_platform *p = &r->platforms[i];
            int is_there = k < p->n_channels && p->channels[k] != SIZE_MAX;
            eg_writer_u16le(&c->section, (uint16_t)(is_there ? p->channels[k] + 1 : 0));
        }
    end_entry(c, at);
}

/* One parameter holds the matrices of all plates: they must have one shape. */
static void put_matrices(c3d_out *c, eg_write_notes *notes) {
    const eg_recording *r = c->r;
    size_t rows = 0, columns = 0;
    for (size_t i = 0; i < r->n_platforms; i++) {
        const eg_platform *p = &r->platforms[i];
        if (!p->has_calibration) continue;
        if (rows > 0 && (p->n_rows != rows || p->n_columns != columns)) {
            eg_write_note(notes, "the matrices of the force plates have different shapes and are "
                                 "left out");
            return;
        }
        rows = p->n_rows;
        columns = p->n_columns;
    }
    if (rows == 0) return;
    size_t size[3] = {rows, rows == ROWS_MAX ? ROWS_MAX : columns, r->n_platforms};
    size_t at = begin_value(c, FORCE_PLATFORM, "CAL_MATRIX", 4, 3, size);
    for (size_t i = 0; i < r->n_platforms; i++)
        for (size_t k = 0; k < size[1]; k++)
            for (size_t j = 0; j < size[0]; j++)
                eg_writer_f32le(&c->section,
                                (float)known(r->platforms[i].has_calibration && k < columns
                                                 ? r->platforms[i].calibration[j][k]
                                                 : 0));
    end_entry(c, at);
}

static void put_platforms(c3d_out *c, eg_write_notes *notes) {
    const eg_recording *r = c->r;
    put_group(c, FORCE_PLATFORM, "FORCE_PLATFORM");
    put_integer(c, FORCE_PLATFORM, "USED", r->n_platforms);
    if (r->n_platforms == 0) return;
    put_numbers(c, FORCE_PLATFORM, "TYPE", 2, 1, r->n_platforms, platform_type);
    size_t size[3] = {3, 4, r->n_platforms}, two = 2;
    size_t at = begin_value(c, FORCE_PLATFORM, "CORNERS", 4, 3, size);
    for (size_t i = 0; i < 12 * r->n_platforms; i++)
        eg_writer_f32le(&c->section, (float)platform_corner(r, i));
    end_entry(c, at);
    put_numbers(c, FORCE_PLATFORM, "ORIGIN", 4, 3, r->n_platforms, platform_origin);
    put_platform_channels(c);
    at = begin_value(c, FORCE_PLATFORM, "ZERO", 2, 1, &two); /* no frames to subtract */
    eg_writer_u16le(&c->section, 0);
    eg_writer_u16le(&c->section, 0);
    end_entry(c, at);
    put_matrices(c, notes);
}

static void put_events(c3d_out *c) {
    size_t n = c->r->n_events;
    put_group(c, EVENT, "EVENT");
    put_integer(c, EVENT, "USED", n);
    if (n == 0) return;
    put_texts(c, EVENT, "CONTEXTS", n, event_context);
    put_texts(c, EVENT, "LABELS", n, event_label);
    put_texts(c, EVENT, "DESCRIPTIONS", n, nothing);
    put_numbers(c, EVENT, "TIMES", 4, 2, n, event_time);
}

/* Frames as two words, the lower first. */
static void put_field(c3d_out *c, const char *name, uint64_t frame) {
    size_t two = 2, at = begin_value(c, TRIAL, name, 2, 1, &two);
    eg_writer_u16le(&c->section, (uint16_t)(frame & WORD_MAX));
    eg_writer_u16le(&c->section, (uint16_t)(frame >> 16 & WORD_MAX));
    end_entry(c, at);
}

static uint64_t first_frame(const c3d_out *c) {
    uint64_t first = c->r->has_points ? c->r->first_frame : 1;
    return first > 0 && first < UINT32_MAX - c->n_frames ? first : 1;
}

static void put_trial(c3d_out *c) {
    put_group(c, TRIAL, "TRIAL");
    put_real(c, TRIAL, "CAMERA_RATE", c->rate_hz);
    put_field(c, "ACTUAL_START_FIELD", first_frame(c));
    put_field(c, "ACTUAL_END_FIELD", first_frame(c) + c->n_frames - 1);
    put_group(c, MANUFACTURER, "MANUFACTURER");
    put_words(c, MANUFACTURER, "SOFTWARE", "Engram");
}

/* ---- header, data ---------------------------------------------------------------------------- */

/* Frames: those of the points, or without points one a sample. */
static eg_err set_shape(c3d_out *c, eg_diag *diag) {
    const eg_recording *r = c->r;
    size_t n = eg_recording_samples(r);
    double rate_hz = eg_recording_channel_rate_hz(r);
    int has_points = r->points.n_markers > 0;
    if (!has_points && r->n_channels == 0)
        return eg_diag_set(diag, EG_ERR_RANGE, r->name, 0,
                           "the recording has neither points nor "
                           "channels");
    c->n_frames = has_points ? r->n_frames : n;
    c->per_frame = r->n_channels > 0 && c->n_frames > 0 ? n / c->n_frames : 1;
    c->rate_hz = has_points ? r->points.rate_hz : rate_hz;
    if (c->n_frames == 0 || (r->n_channels > 0 && (n == 0 || c->per_frame * c->n_frames != n)))
        return eg_diag_set(diag, EG_ERR_RANGE, r->name, 0,
                           "a C3D file needs channels of one rate, a multiple of the points'; "
                           "write those of one rate at a time: --channels LABELS");
    if (isnan(c->rate_hz))
        return eg_diag_set(diag, EG_ERR_RANGE, r->name, 0,
                           "the recording has no rate, and a C3D file needs one");
    if (r->points.n_markers > WORD_MAX / 4 || r->n_channels * c->per_frame > WORD_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, r->name, 0, "more channels than a C3D file holds");
    return EG_OK;
}

static void write_header(const c3d_out *c, write_out *out) {
    unsigned char bytes[BLOCK] = {0};
    eg_writer header;
    const eg_recording *r = c->r;
    uint64_t first = first_frame(c), last = first + c->n_frames - 1;
    eg_writer_init(&header, bytes, sizeof bytes);
    eg_writer_u8(&header, 2);
    eg_writer_u8(&header, KEY);
    eg_writer_u16le(&header, (uint16_t)r->points.n_markers);
    eg_writer_u16le(&header, (uint16_t)(r->n_channels * c->per_frame));
    eg_writer_u16le(&header, (uint16_t)(first & WORD_MAX));
    eg_writer_u16le(&header, (uint16_t)(last < WORD_MAX ? last : WORD_MAX));
    eg_writer_u16le(&header, 0);
    eg_writer_f32le(&header, -1);
    eg_writer_u16le(&header, (uint16_t)(2 + c->n_blocks));
    eg_writer_u16le(&header, (uint16_t)(r->n_channels > 0 ? c->per_frame : 1));
    eg_writer_f32le(&header, (float)c->rate_hz);
    bytes[2 * 149] = EVENT_KEY & 0xff;
    bytes[2 * 149 + 1] = EVENT_KEY >> 8;
    write_bytes(out, bytes, sizeof bytes);
}

static void write_frames(const c3d_out *c, write_out *out) {
    const eg_recording *r = c->r;
    for (size_t i = 0; i < c->n_frames && !out->failed; i++) {
        for (size_t k = 0; k < r->points.n_markers; k++) {
            const double *xyz = r->points.markers[k].xyz[i];
            unsigned char bytes[16];
            eg_writer point;
            int is_seen = !isnan(xyz[0]) && !isnan(xyz[1]) && !isnan(xyz[2]);
            eg_writer_init(&point, bytes, sizeof bytes);
            for (size_t axis = 0; axis < 3; axis++)
                eg_writer_f32le(&point, is_seen ? (float)xyz[axis] : 0);
            eg_writer_f32le(&point, is_seen ? 0 : -1);
            write_bytes(out, bytes, sizeof bytes);
        }
        for (size_t sample = i * c->per_frame; sample < (i + 1) * c->per_frame; sample++)
            for (size_t k = 0; k < r->n_channels; k++) {
                unsigned char bytes[4];
                eg_writer number;
                eg_writer_init(&number, bytes, sizeof bytes);
                eg_writer_f32le(&number, (float)r->channels[k].values[sample]);
                write_bytes(out, bytes, sizeof bytes);
            }
    }
    size_t size = (c->n_frames * (16 * r->points.n_markers + 4 * r->n_channels * c->per_frame));
    static const unsigned char rest[BLOCK];
    if (size % BLOCK > 0) write_bytes(out, rest, BLOCK - size % BLOCK);
}

/* The place of the data stands in the section whose length decides it. */
static void set_data_start(c3d_out *c) {
    static const char name[] = "DATA_START";
    for (size_t i = 0; i + sizeof name + 6 < c->section.at; i++) {
        if (memcmp(c->section.bytes + i, name, sizeof name - 1) != 0) continue;
        size_t at = i + sizeof name - 1 + 2 + 2; /* behind pointer, type and dimensions */
        c->section.bytes[at] = (unsigned char)((2 + c->n_blocks) & 0xff);
        c->section.bytes[at + 1] = (unsigned char)((2 + c->n_blocks) >> 8);
        return;
    }
}

static void tell(const c3d_out *c, eg_write_notes *notes) {
    const eg_recording *r = c->r;
    size_t n_durations = 0, n_missing = 0;
    double apart_s = 0;
    for (size_t i = 0; i < r->n_events; i++) n_durations += r->events[i].duration_s > 0;
    for (size_t i = 0; i < r->n_channels; i++) {
        if (fabs(r->channels[i].start_s) > apart_s) apart_s = fabs(r->channels[i].start_s);
        for (size_t k = 0; k < r->channels[i].n; k++)
            n_missing += isnan(r->channels[i].values[k]) ? 1 : 0;
    }
    write_note_lost(r,
                    WRITE_CHANNELS | WRITE_MARKERS | WRITE_EVENTS | WRITE_PLATFORMS | WRITE_UNITS |
                        (r->has_points ? WRITE_START : 0),
                    notes);
    eg_write_note(notes, "values have 24 bits: they are off by 6e-8 of themselves at most");
    if (n_durations > 0)
        eg_write_note(notes, "%zu events last; their durations are left out", n_durations);
    if (n_missing > 0)
        eg_write_note(notes,
                      "%zu missing samples of channels are written as \"not a number\", "
                      "which some programs do not expect",
                      n_missing);
    if (apart_s > 0)
        eg_write_note(notes, "channels begin up to %.3g s apart; in the file they begin together",
                      apart_s);
}

eg_err eg_c3d_write(const eg_recording *recording, const eg_sink *sink, eg_write_notes *notes,
                    eg_diag *diag) {
    EG_ASSERT(recording != NULL && sink != NULL);
    c3d_out c = {.r = recording};
    eg_err err = set_shape(&c, diag);
    if (err != EG_OK) return err;
    unsigned char *section = calloc(1, SECTION_MAX);
    write_out *out = section != NULL ? write_begin(sink) : NULL;
    if (out == NULL) {
        free(section);
        return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
    }
    eg_writer_init(&c.section, section, SECTION_MAX - BLOCK);
    static const unsigned char start[4] = {1, KEY, 0, INTEL};
    eg_writer_put(&c.section, start, sizeof start);
    put_points(&c);
    put_analog(&c);
    put_platforms(&c, notes);
    put_events(&c);
    put_trial(&c);
    c.n_blocks = (c.section.at + 2 + BLOCK - 1) / BLOCK; /* two zeros end the section */
    if (c.section.failed || c.n_blocks > LIST_MAX) {
        free(section);
        (void)write_end(out, recording->name, NULL);
        return eg_diag_set(diag, EG_ERR_LIMIT, recording->name, 0,
                           "the names of all points and channels do not fit into a C3D file; write "
                           "some of them: --channels LABELS");
    }
    section[2] = (unsigned char)c.n_blocks;
    /* The last entry's pointer is 0. */
    section[c.last_at] = section[c.last_at + 1] = 0;
    set_data_start(&c);
    write_header(&c, out);
    write_bytes(out, section, c.n_blocks * BLOCK);
    write_frames(&c, out);
    free(section);
    tell(&c, notes);
    return write_end(out, recording->name, diag);
}
