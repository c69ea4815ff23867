#include "io/format/c3d.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/build.h"
#include "io/format/c3d_part.h"

enum { KEY = 0x50, CONTROL_END = 32, LABEL_PAIRS_MAX = 1 << 19 };

/* Rates that differ by less than this are one rate written with few digits. */
static const double same_rate = 1e-3;

static int is_section(const uint8_t *bytes, size_t size, size_t section) {
    return section > 0 && section + 4 <= size && bytes[section + 3] >= C3D_INTEL &&
           bytes[section + 3] <= C3D_MIPS;
}

/* The first byte is the block of the parameters, the second the key. Text can begin with "AP", but
 * not with a control character; it holds no zeros, and names no processor in the right place. */
int eg_c3d_is(const uint8_t *bytes, size_t size) {
    if (size < 2) return 0;
    int has_key = bytes[1] == KEY, is_control = bytes[0] < CONTROL_END && bytes[0] != '\t' &&
                                                bytes[0] != '\n' && bytes[0] != '\r';
    if (has_key && is_control) return 1;
    if (size < 2 * (size_t)C3D_BLOCK || memchr(bytes, 0, C3D_BLOCK) == NULL) return 0;
    int is_second = is_section(bytes, size, C3D_BLOCK) && bytes[C3D_BLOCK + 1] == KEY;
    if (!has_key) return is_second && bytes[0] == 2;
    return is_second || is_section(bytes, size, ((size_t)bytes[0] - 1) * C3D_BLOCK);
}

/* ---- rates ----------------------------------------------------------------------------------- */

static double positive(double rate_hz) {
    return rate_hz > 0 && isfinite(rate_hz) ? rate_hz : (double)NAN;
}

static void set_rates(const c3d_file *file) {
    eg_recording *r = file->recording;
    double per_frame = (double)file->layout.per_frame;
    double said = positive(c3d_number(file, c3d_find(file, "POINT", "RATE"), 0));
    double header = positive(c3d_header_real(file, 11));
    double analog = positive(c3d_number(file, c3d_find(file, "ANALOG", "RATE"), 0));
    double frames = !isnan(said) ? said : !isnan(header) ? header : analog / per_frame;
    if (isnan(frames))
        eg_recording_warn(r, 0, "the file gives no rate");
    else if (isnan(said))
        eg_recording_warn(r, 0, "POINT:RATE is missing or no rate; %g Hz is %s", frames,
                          isnan(header) ? "that of the channels" : "the header's");
    else if (fabs(header - said) > same_rate * said)
        eg_recording_warn(r, 0, "the header says %g frames a second and POINT:RATE %g", header,
                          said);
    double expected = frames * per_frame;
    if (fabs(analog - expected) > same_rate * expected)
        eg_recording_warn(r, 0,
                          "ANALOG:RATE is %g Hz, but %g frames a second of %zu samples are %g",
                          analog, frames, file->layout.per_frame, expected);
    else if (!isnan(analog))
        expected = analog;
    r->rate_hz = r->points.rate_hz = frames;
    for (size_t i = 0; i < r->n_channels; i++) r->channels[i].rate_hz = expected;
    r->start_s = isnan(frames) || r->first_frame == 0 ? 0 : (double)(r->first_frame - 1) / frames;
    snprintf(r->time_source, sizeof r->time_source, "%s",
             isnan(frames)   ? ""
             : !isnan(said)  ? "POINT:RATE"
             : isnan(header) ? "ANALOG:RATE"
                             : "the header");
}

/* ---- names ----------------------------------------------------------------------------------- */

static void copy_span(char *field, size_t size, eg_span text) {
    eg_recording_copy_text(field, size, text.start, text.n);
}

/* The next text of a list; empty behind its end. */
static eg_span next_text(c3d_list *list) {
    const c3d_parameter *part;
    size_t index;
    if (!c3d_list_next(list, &part, &index)) return (eg_span){"", 0};
    return c3d_text(part, index);
}

static void name_markers(const c3d_file *file) {
    eg_points *points = &file->recording->points;
    copy_span(points->unit, sizeof points->unit, c3d_text(c3d_find(file, "POINT", "UNITS"), 0));
    c3d_list labels = c3d_list_begin(file, "POINT", "LABELS");
    for (size_t i = 0; i < points->n_markers; i++) {
        eg_marker *m = &points->markers[i];
        copy_span(m->label, sizeof m->label, next_text(&labels));
        memcpy(m->unit, points->unit, sizeof m->unit);
        m->is_named = m->label[0] != '\0';
        if (!m->is_named) snprintf(m->label, sizeof m->label, "point %zu", i + 1);
    }
}

/* Programs store what they computed among the markers and list it by kind. */
static void mark_computed(const c3d_file *file) {
    static const struct {
        const char *list, *unit, *usual;
    } kinds[] = {{"ANGLES", "ANGLE_UNITS", "deg"},
                 {"FORCES", "FORCE_UNITS", "N"},
                 {"MOMENTS", "MOMENT_UNITS", "Nmm"},
                 {"POWERS", "POWER_UNITS", "W"},
                 {"SCALARS", "SCALAR_UNITS", ""}};
    eg_points *points = &file->recording->points;
    size_t n_pairs = 0;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        c3d_list list = c3d_list_begin(file, "POINT", kinds[k].list);
        eg_span unit = c3d_text(c3d_find(file, "POINT", kinds[k].unit), 0);
        const c3d_parameter *part;
        size_t index;
        while (n_pairs < LABEL_PAIRS_MAX && c3d_list_next(&list, &part, &index)) {
            char label[EG_RECORDING_LABEL_MAX];
            copy_span(label, sizeof label, c3d_text(part, index));
            n_pairs += points->n_markers + 1;
            for (size_t i = 0; label[0] != '\0' && i < points->n_markers; i++) {
                eg_marker *m = &points->markers[i];
                if (strcmp(m->label, label) != 0) continue;
                m->is_computed = 1;
                copy_span(m->unit, sizeof m->unit,
                          unit.n > 0 ? unit : (eg_span){kinds[k].usual, strlen(kinds[k].usual)});
            }
        }
    }
}

static void name_channels(const c3d_file *file) {
    eg_recording *r = file->recording;
    c3d_list labels = c3d_list_begin(file, "ANALOG", "LABELS");
    c3d_list units = c3d_list_begin(file, "ANALOG", "UNITS");
    for (size_t i = 0; i < r->n_channels; i++) {
        eg_channel *c = &r->channels[i];
        copy_span(c->label, sizeof c->label, next_text(&labels));
        copy_span(c->unit, sizeof c->unit, next_text(&units));
        c->is_named = c->label[0] != '\0';
        if (!c->is_named) snprintf(c->label, sizeof c->label, "analog %zu", i + 1);
        c->n = r->n_frames * file->layout.per_frame;
    }
}

/* ---- the body -------------------------------------------------------------------------------- */

/* Above 0 and finite, or 0. */
static double size_of(const c3d_file *file, const char *name) {
    double value = c3d_number(file, c3d_find(file, "PROCESSING", name), 0);
    return value > 0 ? value : 0;
}

/* Where Vicon's programs keep it; lengths are in millimetres. */
static void read_subject(const c3d_file *file) {
    eg_subject *s = &file->recording->subject;
    s->height_mm = size_of(file, "HEIGHT");
    s->mass_kg = size_of(file, "BODYMASS");
    s->marker_diameter_mm = size_of(file, "MARKER DIAMETER");
    if (!(s->marker_diameter_mm > 0)) s->marker_diameter_mm = size_of(file, "MARKERDIAMETER");
    static const char *const names[2][4] = {
        {"LLEGLENGTH", "LKNEEWIDTH", "LANKLEWIDTH", "LELBOWWIDTH"},
        {"RLEGLENGTH", "RKNEEWIDTH", "RANKLEWIDTH", "RELBOWWIDTH"}};
    for (int side = 0; side < 2; side++) {
        s->leg_length_mm[side] = size_of(file, names[side][0]);
        s->knee_width_mm[side] = size_of(file, names[side][1]);
        s->ankle_width_mm[side] = size_of(file, names[side][2]);
        s->elbow_width_mm[side] = size_of(file, names[side][3]);
    }
    eg_span up = c3d_text(c3d_find(file, "POINT", "Y_SCREEN"), 0);
    char axis = up.n > 0 ? up.start[up.n - 1] : '\0';
    int sign = up.n > 1 && up.start[0] == '-' ? -1 : 1;
    if (axis >= 'a' && axis <= 'z') axis = (char)(axis - 'a' + 'A');
    if (axis >= 'X' && axis <= 'Z' && up.n <= 2) s->up = sign * (axis - 'X' + 1);
}

/* ---- scales ---------------------------------------------------------------------------------- */

static double next_number(c3d_list *list) {
    const c3d_parameter *part;
    size_t index;
    return c3d_list_next(list, &part, &index) ? c3d_number(list->file, part, index) : (double)NAN;
}

/* Offset and scale of each channel. An integer offset is signed or not as the samples are. */
static void read_scales(const c3d_file *file, double (*scales)[2]) {
    double general = c3d_number(file, c3d_find(file, "ANALOG", "GEN_SCALE"), 0);
    c3d_list offsets = c3d_list_begin(file, "ANALOG", "OFFSET");
    c3d_list factors = c3d_list_begin(file, "ANALOG", "SCALE");
    eg_span format = c3d_text(c3d_find(file, "ANALOG", "FORMAT"), 0);
    int is_unsigned = eg_text_equals(format, "UNSIGNED");
    size_t n_missing = 0;
    for (size_t i = 0; i < file->layout.n_channels; i++) {
        int is_integer = offsets.part != NULL && offsets.part->type == 2;
        double offset = next_number(&offsets), factor = next_number(&factors);
        if (offset < 0 && is_unsigned && is_integer) offset += 65536;
        n_missing += isnan(factor) ? 1 : 0;
        scales[i][0] = isnan(offset) ? 0 : offset;
        scales[i][1] = (isnan(factor) ? 1 : factor) * (isnan(general) ? 1 : general);
    }
    if (n_missing > 0)
        eg_recording_warn(file->recording, 0,
                          "%zu of %zu channels have no ANALOG:SCALE; their raw values are taken",
                          n_missing, file->layout.n_channels);
}

static eg_err read_samples(const c3d_file *file) {
    double(*scales)[2] = malloc((file->layout.n_channels + 1) * sizeof *scales);
    if (scales == NULL) return eg_diag_set(file->diag, EG_ERR_MEMORY, file->name, 0, "no memory");
    read_scales(file, scales);
    c3d_read_samples(file, scales);
    free(scales);
    return EG_OK;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static eg_err fill(c3d_file *file) {
    eg_recording *r = file->recording;
    eg_err err = c3d_read_parameters(file);
    if (err == EG_OK) err = c3d_choose_layout(file);
    if (err != EG_OK) return err;
    const c3d_layout *layout = &file->layout;
    r->n_frames = layout->n_frames;
    r->first_frame = layout->first_frame;
    if (layout->n_points > 0) err = eg_recording_add_markers(r, layout->n_points, file->diag);
    if (err == EG_OK && layout->n_channels > 0)
        err = eg_recording_add_channels(r, layout->n_channels, file->diag);
    if (err != EG_OK) return err;
    name_markers(file);
    mark_computed(file);
    name_channels(file);
    set_rates(file);
    read_subject(file);
    err = eg_recording_add_samples(r, file->diag);
    if (err == EG_OK) err = read_samples(file);
    if (err == EG_OK) err = c3d_read_events(file);
    if (err == EG_OK) err = c3d_read_platforms(file);
    return err;
}

eg_err eg_c3d_parse(const char *name, const uint8_t *bytes, size_t size, eg_recording *recording,
                    eg_diag *diag) {
    EG_ASSERT(name != NULL && bytes != NULL && recording != NULL && recording->channels == NULL);
    if (size < C3D_BLOCK)
        return eg_diag_set(diag, EG_ERR_DATA, name, 0,
                           "this begins as a C3D file, but ends within its header; copy or export "
                           "it again");
    snprintf(recording->format, sizeof recording->format, "c3d");
    recording->has_points = 1;
    c3d_file file = {
        .name = name, .bytes = bytes, .size = size, .recording = recording, .diag = diag};
    if (bytes[1] != KEY)
        eg_recording_warn(recording, 0, "the header's key is not that of a C3D file");
    eg_err err = fill(&file);
    free(file.parameters);
    return err;
}
