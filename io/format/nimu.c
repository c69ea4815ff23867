#include "io/format/nimu.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "io/format/build.h"

enum {
    MAGIC_BYTES = 8,
    SENSOR_RECORD_BYTES = 28,
    SENSOR_VALUES = 9,
    SENSOR_CHANNELS = 14,
    SEGMENT_CHANNELS = 10,
    SEGMENT_BYTES = 40,
    NAMES_MAX = 1 << 16
};

static const char sensor_magic[] = "NIMU0001", chain_magic[] = "NCHN0001";
static const double rate_max_hz = 1e5;

static const char *const sensor_labels[SENSOR_CHANNELS] = {
    "gx", "gy", "gz", "ax", "ay", "az", "mx", "my", "mz", "qw", "qx", "qy", "qz", "movement"};
static const char *const sensor_units[SENSOR_CHANNELS] = {
    "rad/s", "rad/s", "rad/s", "m/s2", "m/s2", "m/s2", "uT", "uT", "uT", "", "", "", "", ""};
static const char *const segment_labels[SEGMENT_CHANNELS] = {"gx", "gy", "gz", "ax", "ay",
                                                             "az", "qw", "qx", "qy", "qz"};

int eg_nimu_is(const uint8_t *bytes, size_t size) {
    return size >= MAGIC_BYTES && (memcmp(bytes, sensor_magic, MAGIC_BYTES) == 0 ||
                                   memcmp(bytes, chain_magic, MAGIC_BYTES) == 0);
}

static double number(double value) {
    return isfinite(value) ? value : (double)NAN;
}

/* How many samples there are: as many as the header says and the file holds. */
static eg_err count_frames(const char *name, eg_recording *r, uint64_t said, size_t left,
                           size_t record_bytes, eg_diag *diag) {
    uint64_t held = left / record_bytes;
    r->n_frames = (size_t)(said < held ? said : held);
    if (r->n_frames == 0)
        return eg_diag_set(diag, EG_ERR_DATA, name, 0,
                           "there are no samples behind the header; copy or export it again");
    if (held < said) {
        r->is_partial = 1;
        eg_recording_warn(r, 0, "the file ends after %llu of %llu samples",
                          (unsigned long long)held, (unsigned long long)said);
    } else if (left > said * record_bytes) {
        eg_recording_warn(r, 0, "%llu bytes behind the last sample are not read",
                          (unsigned long long)(left - said * record_bytes));
    }
    return EG_OK;
}

static eg_err check_rate(const char *name, eg_recording *r, double rate_hz, eg_diag *diag) {
    if (!(rate_hz > 0.0 && rate_hz <= rate_max_hz))
        return eg_diag_set(diag, EG_ERR_DATA, name, 0,
                           "the header's rate is %g a second; it must lie between 0 and %g",
                           rate_hz, rate_max_hz);
    r->rate_hz = rate_hz;
    snprintf(r->time_source, sizeof r->time_source, "the rate in the header");
    return EG_OK;
}

static eg_err take_values(eg_recording *r, eg_diag *diag) {
    for (size_t i = 0; i < r->n_channels; i++) {
        r->channels[i].is_named = 1;
        r->channels[i].n = r->n_frames;
    }
    return eg_recording_add_samples(r, diag);
}

static void read_sensor(eg_reader *in, const double offset[SENSOR_VALUES],
                        const double scale[SENSOR_VALUES], eg_recording *r) {
    for (size_t k = 0; k < r->n_frames; k++) {
        for (int i = 0; i < SENSOR_VALUES; i++)
            r->channels[i].values[k] = number(offset[i] + scale[i] * eg_reader_i16le(in));
        double q[4], sum = 0.0;
        for (int i = 0; i < 4; i++) {
            q[i] = eg_reader_i16le(in) / 32767.0;
            sum += fabs(q[i]);
        }
        for (int i = 0; i < 4; i++)
            r->channels[SENSOR_VALUES + i].values[k] = sum > 0.0 ? q[i] : (double)NAN;
        r->channels[SENSOR_CHANNELS - 1].values[k] = eg_reader_u8(in);
        eg_reader_skip(in, 1);
    }
}

static eg_err parse_sensor(const char *name, eg_reader *in, eg_recording *r, eg_diag *diag) {
    uint32_t n = eg_reader_u32le(in), record_bytes = eg_reader_u32le(in);
    double rate_hz = eg_reader_f64le(in), offset[SENSOR_VALUES], scale[SENSOR_VALUES];
    int is_finite = 1;
    for (int i = 0; i < SENSOR_VALUES; i++) is_finite &= isfinite(offset[i] = eg_reader_f64le(in));
    for (int i = 0; i < SENSOR_VALUES; i++) is_finite &= isfinite(scale[i] = eg_reader_f64le(in));
    if (in->failed || record_bytes != SENSOR_RECORD_BYTES || !is_finite)
        return eg_diag_set(diag, EG_ERR_DATA, name, 0,
                           "the header of this sensor recording is damaged; copy it again");
    eg_err err = check_rate(name, r, rate_hz, diag);
    if (err == EG_OK) err = count_frames(name, r, n, eg_reader_left(in), record_bytes, diag);
    if (err == EG_OK) err = eg_recording_add_channels(r, SENSOR_CHANNELS, diag);
    if (err != EG_OK) return err;
    for (int i = 0; i < SENSOR_CHANNELS; i++) {
        snprintf(r->channels[i].label, EG_RECORDING_LABEL_MAX, "%s", sensor_labels[i]);
        snprintf(r->channels[i].unit, EG_RECORDING_UNIT_MAX, "%s", sensor_units[i]);
    }
    err = take_values(r, diag);
    if (err != EG_OK) return err;
    read_sensor(in, offset, scale, r);
    EG_ASSERT(!in->failed);
    return EG_OK;
}

/* The channels of one segment; a name that is too long is cut, an empty one becomes a number. */
static void label_segment(eg_recording *r, size_t segment, const char *text, size_t n) {
    char name[EG_RECORDING_LABEL_MAX - 4];
    if (n > 0)
        eg_recording_copy_text(name, sizeof name, text, n);
    else
        snprintf(name, sizeof name, "segment %zu", segment + 1);
    for (int i = 0; i < SEGMENT_CHANNELS; i++) {
        eg_channel *channel = &r->channels[segment * SEGMENT_CHANNELS + (size_t)i];
        snprintf(channel->label, sizeof channel->label, "%s.%s", name, segment_labels[i]);
        snprintf(channel->unit, sizeof channel->unit, "%s", i < 3 ? "rad/s" : i < 6 ? "m/s2" : "");
    }
}

static void label_segments(eg_recording *r, size_t segments, const char *names, size_t length) {
    size_t at = 0;
    for (size_t segment = 0; segment < segments; segment++) {
        size_t end = at;
        while (end < length && names[end] != ',') end++;
        label_segment(r, segment, names + at, end - at);
        at = end < length ? end + 1 : length;
    }
}

static eg_err parse_chain(const char *name, eg_reader *in, eg_recording *r, eg_diag *diag) {
    uint32_t n = eg_reader_u32le(in), segments = eg_reader_u32le(in);
    double rate_hz = eg_reader_f64le(in);
    uint32_t length = eg_reader_u32le(in);
    const unsigned char *names = length <= NAMES_MAX ? eg_reader_take(in, length) : NULL;
    if (in->failed || names == NULL || segments == 0)
        return eg_diag_set(diag, EG_ERR_DATA, name, 0,
                           "the header of this chain of sensors is damaged; copy it again");
    if (segments > EG_RECORDING_CHANNELS_MAX / SEGMENT_CHANNELS)
        return eg_diag_set(diag, EG_ERR_LIMIT, name, 0, "%u segments, at most %d are read",
                           segments, EG_RECORDING_CHANNELS_MAX / SEGMENT_CHANNELS);
    eg_err err = check_rate(name, r, rate_hz, diag);
    if (err == EG_OK)
        err = count_frames(name, r, n, eg_reader_left(in), (size_t)segments * SEGMENT_BYTES, diag);
    if (err == EG_OK) err = eg_recording_add_channels(r, (size_t)segments * SEGMENT_CHANNELS, diag);
    if (err != EG_OK) return err;
    label_segments(r, segments, (const char *)names, length);
    err = take_values(r, diag);
    if (err != EG_OK) return err;
    for (size_t k = 0; k < r->n_frames; k++)
        for (size_t i = 0; i < r->n_channels; i++)
            r->channels[i].values[k] = number((double)eg_reader_f32le(in));
    EG_ASSERT(!in->failed);
    return EG_OK;
}

eg_err eg_nimu_parse(const char *name, const uint8_t *bytes, size_t size, eg_recording *r,
                     eg_diag *diag) {
    EG_ASSERT(eg_nimu_is(bytes, size) && r->channels == NULL);
    eg_reader in;
    eg_reader_init(&in, bytes, size);
    eg_reader_skip(&in, MAGIC_BYTES);
    int is_chain = memcmp(bytes, chain_magic, MAGIC_BYTES) == 0;
    snprintf(r->format, sizeof r->format, "%s", is_chain ? "nchain" : "nimu");
    r->first_frame = 1;
    return is_chain ? parse_chain(name, &in, r, diag) : parse_sensor(name, &in, r, diag);
}
