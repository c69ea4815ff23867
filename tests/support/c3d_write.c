#include "tests/support/c3d_write.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

enum { BLOCK = 512, PARAMETERS_SIZE = 8 * BLOCK, FIRST_FRAME = 11, DEC = 85, MIPS = 86 };

static const double point_scale = 0.5, frame_rate_hz = 100;
static const double channel_scale = 0.25, general_scale = 2;

c3d_spec c3d_spec_usual(void) {
    return (c3d_spec){.processor = 84,
                      .is_real = 1,
                      .n_frames = 50,
                      .n_points = 3,
                      .n_channels = 6,
                      .per_frame = 4,
                      .points_used = 3,
                      .channels_used = 6,
                      .header_points = -1,
                      .header_per_frame = -1,
                      .header_last = -1,
                      .header_data_block = -1,
                      .section_block = 2};
}

/* ---- the numbers ----------------------------------------------------------------------------- */

static double raw_point(size_t frame, size_t marker, size_t axis) {
    return (double)((frame * 7 + marker * 13 + axis * 5) % 2000) - 1000;
}

static int is_seen(size_t frame, size_t marker) {
    return (frame + marker) % 11 != 0;
}

static double raw_analog(const c3d_spec *spec, size_t sample, size_t channel) {
    double raw = (double)((sample * 17 + channel * 29) % 4000) - 2000;
    return spec->is_unsigned ? raw + 34000 : raw;
}

static double offset_of(const c3d_spec *spec, size_t channel) {
    return (spec->is_unsigned ? 33000 : -20) + 3 * (double)channel;
}

static double matrix_of(size_t row, size_t column) {
    return (double)row + 10 * (double)column;
}

/* ---- bytes ----------------------------------------------------------------------------------- */

static uint8_t *put_word(const c3d_spec *spec, uint8_t *to, double value) {
    unsigned word = (unsigned)(int)value & 0xffff;
    to[spec->processor == MIPS ? 1 : 0] = (uint8_t)word;
    to[spec->processor == MIPS ? 0 : 1] = (uint8_t)(word >> 8);
    return to + 2;
}

static uint8_t *put_real(const c3d_spec *spec, uint8_t *to, double value) {
    float real = (float)(spec->processor == DEC ? 4 * value : value);
    uint32_t bits;
    memcpy(&bits, &real, sizeof bits);
    uint8_t b[4] = {(uint8_t)bits, (uint8_t)(bits >> 8), (uint8_t)(bits >> 16),
                    (uint8_t)(bits >> 24)};
    static const int orders[3][4] = {{0, 1, 2, 3}, {2, 3, 0, 1}, {3, 2, 1, 0}};
    for (int i = 0; i < 4; i++) to[i] = b[orders[spec->processor - 84][i]];
    return to + 4;
}

static uint8_t *put_sample(const c3d_spec *spec, uint8_t *to, double value) {
    return spec->is_real ? put_real(spec, to, value) : put_word(spec, to, value);
}

/* ---- parameters ------------------------------------------------------------------------------ */

typedef struct section {
    const c3d_spec *spec;
    uint8_t *at;
    uint8_t *last_pointer;
    const char *group;
    int id;
} section;

static void put_name(section *s, const char *name, int id) {
    size_t n = strlen(name);
    *s->at++ = (uint8_t)(s->spec->locked ? -(int)n : (int)n);
    *s->at++ = (uint8_t)id;
    memcpy(s->at, name, n);
    s->at += n;
    s->last_pointer = s->at;
    s->at += 2;
}

static void end_entry(section *s) {
    *s->at++ = 0; /* no description */
    put_word(s->spec, s->last_pointer, (double)(s->at - s->last_pointer));
}

static void begin_group(section *s, const char *group, int id) {
    s->group = group;
    s->id = id;
    put_name(s, group, -id);
    end_entry(s);
}

static int is_left_out(const section *s, const char *name) {
    const c3d_spec *spec = s->spec;
    if (spec->without_group != NULL && strcmp(spec->without_group, s->group) == 0) return 1;
    size_t n = strlen(s->group);
    return spec->without != NULL && strncmp(spec->without, s->group, n) == 0 &&
           spec->without[n] == ':' && strcmp(spec->without + n + 1, name) == 0;
}

typedef double (*number_at)(const c3d_spec *spec, size_t index);

/* Dimensions end with 0 in `shape`, "" of them is a single number. */
static void put_numbers(section *s, const char *name, int type, const char *shape, number_at at) {
    if (is_left_out(s, name)) return;
    put_name(s, name, s->id);
    *s->at++ = (uint8_t)type;
    *s->at++ = (uint8_t)strlen(shape);
    size_t n = 1;
    for (const char *d = shape; *d != '\0'; d++) {
        n *= (unsigned char)*d;
        *s->at++ = (uint8_t)*d;
    }
    for (size_t i = 0; i < n; i++) {
        double value = at(s->spec, i);
        if (type == 1)
            *s->at++ = (uint8_t)(int)value;
        else
            s->at = type == 2 ? put_word(s->spec, s->at, value) : put_real(s->spec, s->at, value);
    }
    end_entry(s);
}

/* Words parted by commas, each in a field of `width`. */
static void put_texts(section *s, const char *name, size_t width, size_t n, const char *words) {
    if (is_left_out(s, name)) return;
    put_name(s, name, s->id);
    *s->at++ = (uint8_t)-1;
    *s->at++ = 2;
    *s->at++ = (uint8_t)width;
    *s->at++ = (uint8_t)n;
    memset(s->at, ' ', width * n);
    for (size_t i = 0; i < n; i++, s->at += width) {
        size_t length = strcspn(words, ",");
        memcpy(s->at, words, length < width ? length : width);
        words += length + (words[length] == ',');
    }
    end_entry(s);
}

static double points_used(const c3d_spec *s, size_t i) {
    return (double)(s->points_used + 0 * i);
}
static double frames_word(const c3d_spec *s, size_t i) {
    return (double)((s->n_frames > 65535 ? 65535 : s->n_frames) + 0 * i);
}
static double scale_of_points(const c3d_spec *s, size_t i) {
    return (s->is_real ? -point_scale : point_scale) + 0 * (double)i;
}
static double rate_of_points(const c3d_spec *s, size_t i) {
    return frame_rate_hz + 0 * (double)(s->n_frames + i);
}
static double data_block(const c3d_spec *s, size_t i) {
    return (double)((size_t)s->section_block + PARAMETERS_SIZE / BLOCK + 0 * i);
}
static double channels_used(const c3d_spec *s, size_t i) {
    return (double)(s->channels_used + 0 * i);
}
static double rate_of_channels(const c3d_spec *s, size_t i) {
    return frame_rate_hz * (double)s->per_frame + 0 * (double)i;
}
static double general(const c3d_spec *s, size_t i) {
    return general_scale + 0 * (double)(s->n_frames + i);
}
static double scale_of_channel(const c3d_spec *s, size_t i) {
    return channel_scale + 0 * (double)(s->n_frames + i);
}
static double first_field(const c3d_spec *s, size_t i) {
    return i == 0 ? FIRST_FRAME + 0 * (double)s->n_frames : 0;
}
static double last_field(const c3d_spec *s, size_t i) {
    size_t last = FIRST_FRAME + s->n_frames - 1;
    return (double)(i == 0 ? last & 0xffff : last >> 16);
}
static double one(const c3d_spec *s, size_t i) {
    return 1 + 0 * (double)(s->n_frames + i);
}
static double two(const c3d_spec *s, size_t i) {
    return 2 + 0 * (double)(s->n_frames + i);
}
static double four(const c3d_spec *s, size_t i) {
    return 4 + 0 * (double)(s->n_frames + i);
}
static double counting(const c3d_spec *s, size_t i) {
    return (double)(i + 1 + 0 * s->n_frames);
}
static double corner(const c3d_spec *s, size_t i) {
    return (double)(100 * (i + 1) + 0 * s->n_frames);
}
static double origin(const c3d_spec *s, size_t i) {
    return (double)(i + 1 + 0 * s->n_frames);
}
static double matrix(const c3d_spec *s, size_t i) {
    return matrix_of(i % 6, i / 6) + 0 * (double)s->n_frames;
}
static double event_time(const c3d_spec *s, size_t i) {
    static const double t[] = {0, 0.25, 1, 2.5};
    return t[i] + 0 * (double)s->n_frames;
}
static double offset_of_index(const c3d_spec *s, size_t i) {
    return offset_of(s, i);
}

static void put_parameters(section *s) {
    const c3d_spec *spec = s->spec;
    begin_group(s, "POINT", 1);
    put_numbers(s, "USED", spec->byte_used ? 1 : 2, "", points_used);
    put_numbers(s, "FRAMES", 2, "", frames_word);
    put_numbers(s, "SCALE", 4, "", scale_of_points);
    put_numbers(s, "RATE", 4, "", rate_of_points);
    put_numbers(s, "DATA_START", 2, "", data_block);
    put_texts(s, "UNITS", 2, 1, "mm");
    put_texts(s, "LABELS", 8, 2, "LHEE,RHEE");
    put_texts(s, "LABELS2", 8, 1, "LAngle");
    put_texts(s, "ANGLES", 10, 1, "LAngle");
    begin_group(s, "ANALOG", 2);
    put_numbers(s, "USED", 2, "", channels_used);
    put_numbers(s, "RATE", 4, "", rate_of_channels);
    put_numbers(s, "GEN_SCALE", 4, "", general);
    put_numbers(s, "SCALE", 4, "\6", scale_of_channel);
    put_numbers(s, "OFFSET", spec->real_offset ? 4 : 2, "\6", offset_of_index);
    put_texts(s, "LABELS", 4, 6, "Fx,Fy,Fz,Mx,My,Mz");
    put_texts(s, "UNITS", 4, 6, "N,N,N,Nmm,Nmm,Nmm");
    put_texts(s, "FORMAT", 8, 1, spec->is_unsigned ? "UNSIGNED" : "SIGNED");
    begin_group(s, "FORCE_PLATFORM", 3);
    put_numbers(s, "USED", 2, "", one);
    put_numbers(s, "TYPE", 2, "\1", four);
    put_numbers(s, "CHANNEL", 2, "\6\1", counting);
    put_numbers(s, "CORNERS", 4, "\3\4\1", corner);
    put_numbers(s, "ORIGIN", 4, "\3\1", origin);
    put_numbers(s, "CAL_MATRIX", 4, "\6\6\1", matrix);
    begin_group(s, "EVENT", 4);
    put_numbers(s, "USED", 2, "", two);
    put_numbers(s, "TIMES", 4, "\2\2", event_time);
    put_texts(s, "LABELS", 12, 2, "Foot Strike,Foot Off");
    put_texts(s, "CONTEXTS", 5, 2, "Left,Right");
    begin_group(s, "TRIAL", 5);
    put_numbers(s, "ACTUAL_START_FIELD", 2, "\2", first_field);
    put_numbers(s, "ACTUAL_END_FIELD", 2, "\2", last_field);
    if (spec->zero_last_next) put_word(spec, s->last_pointer, 0);
}

/* ---- the file -------------------------------------------------------------------------------- */

static double told(long claim, size_t truth) {
    return claim >= 0 ? (double)claim : (double)truth;
}

static void put_header(const c3d_spec *spec, uint8_t *file) {
    file[0] = (uint8_t)spec->section_block;
    file[1] = 0x50;
    put_word(spec, file + 2, told(spec->header_points, spec->n_points));
    put_word(spec, file + 4, (double)(spec->n_channels * spec->per_frame));
    put_word(spec, file + 6, FIRST_FRAME);
    put_word(spec, file + 8, told(spec->header_last, FIRST_FRAME + spec->n_frames - 1));
    put_real(spec, file + 12, scale_of_points(spec, 0));
    put_word(spec, file + 16, told(spec->header_data_block, (size_t)data_block(spec, 0)));
    put_word(spec, file + 18, told(spec->header_per_frame, spec->per_frame));
    put_real(spec, file + 20, frame_rate_hz);
    put_word(spec, file + 298, 12345);
    put_word(spec, file + 300, 2);
    put_real(spec, file + 304, 0.25); /* stands in the group too */
    put_real(spec, file + 308, 1.5);
    memcpy(file + 396, "LHS RTO ", 8);
}

c3d_bytes c3d_write(const c3d_spec *spec) {
    size_t section_at = ((size_t)spec->section_block - 1) * BLOCK;
    size_t data_at = section_at + PARAMETERS_SIZE;
    size_t size = spec->is_real ? 4 : 2, n_analog = spec->n_channels * spec->per_frame;
    size_t stride = (4 * spec->n_points + n_analog) * size;
    size_t n_frames = spec->keep_frames > 0 ? spec->keep_frames : spec->n_frames;
    size_t n = data_at + n_frames * stride;
    c3d_bytes file = {calloc(n + BLOCK, 1), n};
    EG_CHECK(file.bytes != NULL);
    put_header(spec, file.bytes);
    uint8_t *start = file.bytes + section_at;
    section s = {spec, start + 4, NULL, "", 0};
    start[0] = spec->section_zeros ? 0 : 1;
    start[1] = spec->section_zeros ? 0 : 0x50;
    start[2] = PARAMETERS_SIZE / BLOCK;
    start[3] = (uint8_t)spec->processor;
    put_parameters(&s);
    EG_CHECK(s.at < file.bytes + data_at);
    uint8_t *at = file.bytes + data_at;
    for (size_t i = 0; i < n_frames; i++) {
        for (size_t m = 0; m < spec->n_points; m++) {
            for (size_t axis = 0; axis < 3; axis++) {
                double raw = raw_point(i, m, axis);
                at = put_sample(spec, at, spec->is_real ? raw * point_scale : raw);
            }
            at = put_sample(spec, at, is_seen(i, m) ? 0 : -1);
        }
        for (size_t k = 0; k < spec->per_frame; k++)
            for (size_t c = 0; c < spec->n_channels; c++)
                at = put_sample(spec, at, raw_analog(spec, i * spec->per_frame + k, c));
    }
    if (spec->keep_frames == 0) file.n = (n + BLOCK - 1) / BLOCK * BLOCK;
    return file;
}

void c3d_check_samples(const c3d_spec *spec, const eg_recording *r) {
    for (size_t m = 0; m < r->points.n_markers; m++)
        for (size_t i = 0; i < r->n_frames; i++)
            for (size_t axis = 0; axis < 3; axis++) {
                double value = r->points.markers[m].xyz[i][axis];
                double expected = is_seen(i, m) ? raw_point(i, m, axis) * point_scale : (double)NAN;
                EG_CHECK_NEAR(value, expected, 0);
            }
    for (size_t c = 0; c < r->n_channels; c++) {
        EG_CHECK_INT(r->channels[c].n, r->n_frames * spec->per_frame);
        for (size_t k = 0; k < r->channels[c].n; k++) {
            double raw = raw_analog(spec, k, c) - offset_of(spec, c);
            EG_CHECK_NEAR(r->channels[c].values[k], raw * channel_scale * general_scale, 0);
        }
    }
}

static void check_events(const eg_recording *r) {
    static const eg_event events[] = {
        {"Foot Strike", "Left", 0.25, 0}, {"RTO", "", 1.5, 0}, {"Foot Off", "Right", 62.5, 0}};
    EG_CHECK_INT(r->n_events, 3);
    for (size_t i = 0; i < 3; i++) {
        EG_CHECK_TEXT(r->events[i].label, events[i].label);
        EG_CHECK_TEXT(r->events[i].context, events[i].context);
        EG_CHECK_NEAR(r->events[i].t_s, events[i].t_s, 0);
    }
}

void c3d_check_usual(const c3d_spec *spec, const eg_recording *r) {
    c3d_check_samples(spec, r);
    check_events(r);
    EG_CHECK_INT(r->n_frames, spec->n_frames);
    EG_CHECK_INT(r->first_frame, FIRST_FRAME);
    EG_CHECK_INT(r->n_warnings, 0);
    EG_CHECK_NEAR(r->start_s, (FIRST_FRAME - 1) / frame_rate_hz, 0);
    EG_CHECK_NEAR(r->points.rate_hz, frame_rate_hz, 0);
    EG_CHECK_NEAR(eg_recording_channel_rate_hz(r), 4 * frame_rate_hz, 0);
    EG_CHECK_INT(eg_recording_samples(r), 4 * spec->n_frames);
    EG_CHECK_TEXT(r->points.markers[1].label, "RHEE");
    EG_CHECK_TEXT(r->points.markers[1].unit, "mm");
    EG_CHECK_TEXT(r->points.markers[2].label, "LAngle");
    EG_CHECK_TEXT(r->points.markers[2].unit, "deg");
    EG_CHECK_INT(r->points.markers[2].is_computed, 1);
    EG_CHECK_TEXT(r->channels[3].label, "Mx");
    EG_CHECK_TEXT(r->channels[3].unit, "Nmm");
    EG_CHECK_INT(r->n_platforms, 1);
    const eg_platform *platform = &r->platforms[0];
    EG_CHECK_INT(platform->type, 4);
    EG_CHECK_INT(platform->n_channels, 6);
    EG_CHECK_INT(platform->channels[5], 5);
    EG_CHECK_NEAR(platform->corners[2][1], 800, 0);
    EG_CHECK_INT(platform->origin_is_turned, 1);
    EG_CHECK_NEAR(platform->origin[2], -3, 0);
    EG_CHECK_INT(platform->has_calibration, 1);
    for (size_t i = 0; i < 6; i++)
        for (size_t k = 0; k < 6; k++)
            EG_CHECK_NEAR(platform->calibration[i][k], matrix_of(i, k), 0);
}
