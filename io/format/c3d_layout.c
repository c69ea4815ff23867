/* How the samples lie in the file. Header, parameters and size often disagree: programs that cut or
 * convert a file forget one of the places where a count stands. Each combination that the file
 * itself offers is tried in the order of trust, and the first that fills the file to its last block
 * is the layout. If none does, the file was cut or has something behind its data. */
#include <math.h>

#include "io/format/build.h"
#include "io/format/c3d_part.h"

enum { SATURATED = 65535, PLACES = 3, COUNTS = 2, SCALES = 2, FRAMES = 4 };

/* Points and analog numbers of a frame, as one source has them. */
typedef struct counts {
    size_t n_points, n_analog, n_channels, per_frame;
} counts;

/* What the file's sources say, best first; 0 where one says nothing. */
typedef struct claims {
    size_t places[PLACES];
    counts counts[COUNTS];
    double scales[SCALES]; /* the sign tells reals (negative) from integers; NaN: unknown */
    size_t frames[FRAMES];
    size_t header_frames;
    int is_saturated; /* the header's last frame is as large as it can get */
} claims;

static int is_whole_share(size_t n, size_t share) {
    return share > 0 && n % share == 0;
}

static size_t ratio_of_rates(const c3d_file *file) {
    double points = c3d_number(file, c3d_find(file, "POINT", "RATE"), 0);
    double analog = c3d_number(file, c3d_find(file, "ANALOG", "RATE"), 0);
    double ratio = analog / points;
    return ratio >= 0.5 && ratio < SATURATED ? (size_t)(ratio + 0.5) : 0;
}

/* The header has the numbers of a frame and how many of them each channel has; where the two do not
 * fit, ANALOG:USED tells how many channels share the numbers. */
static counts header_counts(const c3d_file *file) {
    counts c = {c3d_header_word(file, 2), c3d_header_word(file, 3), 0, c3d_header_word(file, 10)};
    size_t used = c3d_count(file, c3d_find(file, "ANALOG", "USED"), 0);
    if (c.n_analog == 0) {
        c.per_frame = c.per_frame > 0 ? c.per_frame : 1;
        return c;
    }
    int is_good = is_whole_share(c.n_analog, c.per_frame);
    int is_other = is_whole_share(c.n_analog, used) && c.n_analog / used != c.per_frame;
    if (is_other && (!is_good || c.n_analog / used == ratio_of_rates(file)))
        c.per_frame = c.n_analog / used;
    else if (!is_good && c.per_frame == 0)
        c.per_frame = 1;
    if (c.per_frame == 0 || c.per_frame > c.n_analog) c.per_frame = 1;
    c.n_channels = c.n_analog / c.per_frame;
    return c;
}

static counts parameter_counts(const c3d_file *file, counts header) {
    counts c = {c3d_count(file, c3d_find(file, "POINT", "USED"), 0), 0, 0, ratio_of_rates(file)};
    c.n_channels = c3d_count(file, c3d_find(file, "ANALOG", "USED"), 0);
    if (c.per_frame == 0) c.per_frame = header.per_frame > 0 ? header.per_frame : 1;
    c.n_analog = c.n_channels * c.per_frame;
    return c;
}

/* TRIAL's fields of frames are two words each, the lower first. */
static size_t field_of(const c3d_file *file, const char *name) {
    const c3d_parameter *p = c3d_find(file, "TRIAL", name);
    if (p == NULL) return 0;
    size_t low = c3d_count(file, p, 0);
    return p->type == 2 && p->n_elements > 1 ? low + (c3d_count(file, p, 1) << 16) : low;
}

static void claim_frames(const c3d_file *file, claims *c) {
    size_t first = c3d_header_word(file, 4), last = c3d_header_word(file, 5);
    size_t start = field_of(file, "ACTUAL_START_FIELD"), end = field_of(file, "ACTUAL_END_FIELD");
    c->header_frames = last >= first && last > 0 ? last - first + 1 : 0;
    c->is_saturated = last == SATURATED;
    c->frames[0] = c->header_frames;
    c->frames[1] = end >= start && end > 0 ? end - start + 1 : 0;
    c->frames[2] = c3d_count(file, c3d_find(file, "POINT", "FRAMES"), 0);
}

static size_t block_at(size_t block) {
    return block > 1 ? (block - 1) * C3D_BLOCK : 0;
}

static claims claims_of(const c3d_file *file) {
    claims c = {0};
    c.places[0] = block_at(c3d_header_word(file, 9));
    c.places[1] = block_at(c3d_count(file, c3d_find(file, "POINT", "DATA_START"), 0));
    size_t section = file->parameters_at - 4;
    c.places[2] = section + (size_t)file->bytes[section + 2] * C3D_BLOCK;
    c.counts[0] = header_counts(file);
    c.counts[1] = parameter_counts(file, c.counts[0]);
    c.scales[0] = c3d_number(file, c3d_find(file, "POINT", "SCALE"), 0);
    c.scales[1] = c3d_header_real(file, 7);
    for (size_t i = 0; i < SCALES; i++)
        if (!isfinite(c.scales[i]) || c.scales[i] == 0) c.scales[i] = NAN;
    if (isnan(c.scales[0])) {
        c.scales[0] = c.scales[1];
        /* Nothing tells: reals are usual, integers are tried. */
        if (isnan(c.scales[0])) {
            c.scales[0] = -1;
            c.scales[1] = 1;
        }
    }
    claim_frames(file, &c);
    return c;
}

static c3d_layout layout_of(const claims *c, size_t place, size_t count, size_t scale) {
    const counts *n = &c->counts[count];
    c3d_layout layout = {.data_at = c->places[place],
                         .n_points = n->n_points,
                         .n_channels = n->n_channels,
                         .n_analog = n->n_analog,
                         .per_frame = n->per_frame,
                         .is_real = c->scales[scale] < 0,
                         .point_scale = fabs(c->scales[scale])};
    layout.stride = (4 * n->n_points + n->n_analog) * (layout.is_real ? 4 : 2);
    return layout;
}

/* Whether so many frames end in the file's last block. */
static int fills(size_t present, size_t stride, size_t n_frames) {
    if (n_frames == 0 || stride == 0 || n_frames > present / stride) return 0;
    return present - n_frames * stride < C3D_BLOCK;
}

static int find_exact(const c3d_file *file, claims *c, c3d_layout *layout) {
    for (size_t i = 0; i < PLACES * COUNTS * SCALES; i++) {
        size_t place = i / (COUNTS * SCALES);
        if (c->places[place] < C3D_BLOCK || c->places[place] >= file->size) continue;
        if (isnan(c->scales[i % SCALES])) continue;
        *layout = layout_of(c, place, i / SCALES % COUNTS, i % SCALES);
        if (layout->stride == 0) continue;
        size_t present = file->size - layout->data_at, held = present / layout->stride;
        /* The header counts frames modulo 65536. */
        size_t wraps = held > c->header_frames ? (held - c->header_frames) >> 16 : 0;
        c->frames[3] = wraps > 0 ? c->header_frames + (wraps << 16) : 0;
        for (size_t k = 0; k < FRAMES; k++) {
            if (!fills(present, layout->stride, c->frames[k])) continue;
            layout->n_frames = c->frames[k];
            return 1;
        }
    }
    return 0;
}

/* No claim fills the file: the best that can hold a frame at all, and the frames that are there. */
static int find_best(const c3d_file *file, const claims *c, c3d_layout *layout) {
    for (size_t i = 0; i < PLACES * COUNTS; i++) {
        size_t place = i / COUNTS;
        if (c->places[place] < C3D_BLOCK || c->places[place] >= file->size) continue;
        *layout = layout_of(c, place, i % COUNTS, 0);
        if (layout->stride == 0) continue;
        size_t held = (file->size - layout->data_at) / layout->stride;
        if (held == 0) continue;
        size_t claimed = c->frames[0] > 0 ? c->frames[0] : c->frames[1];
        if (claimed == 0) claimed = c->frames[2];
        if (claimed == 0 || (c->is_saturated && held > claimed)) claimed = held;
        layout->n_frames = claimed < held ? claimed : held;
        if (claimed > held) {
            file->recording->is_partial = 1;
            eg_recording_warn(file->recording, held,
                              "the file ends early: it should hold %zu frames and holds %zu; copy "
                              "it again if it was longer",
                              claimed, held);
        } else {
            eg_recording_warn(file->recording, 0,
                              "there are %zu bytes behind the last frame that nothing explains",
                              file->size - layout->data_at - claimed * layout->stride);
        }
        return 1;
    }
    return 0;
}

static void warn_of_counts(const c3d_file *file, const claims *c) {
    const c3d_layout *l = &file->layout;
    const counts *header = &c->counts[0], *said = &c->counts[1];
    eg_recording *r = file->recording;
    if (header->n_points != l->n_points || (said->n_points != l->n_points && said->n_points > 0))
        eg_recording_warn(r, 0, "the header says %zu points and POINT:USED %zu; the data hold %zu",
                          header->n_points, said->n_points, l->n_points);
    if (header->n_analog != l->n_analog ||
        (said->n_channels != l->n_channels && said->n_channels > 0))
        eg_recording_warn(r, 0,
                          "the header says %zu channels and ANALOG:USED %zu; the data hold %zu",
                          header->n_channels, said->n_channels, l->n_channels);
    if (l->n_channels * l->per_frame != l->n_analog)
        eg_recording_warn(r, 0,
                          "a frame holds %zu analog numbers, which %zu samples a frame do not "
                          "divide; the last are left out",
                          l->n_analog, l->per_frame);
    if (l->n_frames != c->header_frames && !r->is_partial)
        eg_recording_warn(r, 0, "the header says %zu frames; the data hold %zu", c->header_frames,
                          l->n_frames);
    if (l->data_at != c->places[0])
        eg_recording_warn(r, 0, "the data do not begin where the header says; found at byte %zu",
                          l->data_at);
}

eg_err c3d_choose_layout(c3d_file *file) {
    claims c = claims_of(file);
    c3d_layout *layout = &file->layout;
    if (!find_exact(file, &c, layout) && !find_best(file, &c, layout)) {
        int is_empty = 1;
        for (size_t i = 0; i < COUNTS; i++)
            is_empty &= c.counts[i].n_points == 0 && c.counts[i].n_analog == 0;
        if (!is_empty)
            return eg_diag_set(file->diag, EG_ERR_DATA, file->name, 0,
                               "the file holds no whole frame of its %zu points and %zu analog "
                               "numbers; copy or export it again",
                               c.counts[0].n_points, c.counts[0].n_analog);
        if (file->n_parameters == 0)
            return eg_diag_set(file->diag, EG_ERR_DATA, file->name, 0,
                               "this begins as a C3D file, but holds neither points nor analog "
                               "channels nor parameters; export it again");
        *layout = (c3d_layout){.per_frame = 1, .is_real = 1, .point_scale = 1};
        eg_recording_warn(file->recording, 0, "there are neither points nor analog channels");
    }
    size_t first = c3d_header_word(file, 4), start = field_of(file, "ACTUAL_START_FIELD");
    layout->first_frame = (start & SATURATED) == first || first == 0 ? start : first;
    if (layout->stride > 0) warn_of_counts(file, &c);
    return EG_OK;
}
