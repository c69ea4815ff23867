/* PLUX OpenSignals: /<address>/raw/channel_N with attributes of the device at /<address>. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/hdf5.h"
#include "import/send.h"
#include "io/format/recording.h"
#include "io/import/protocol.h"

enum {
    DEVICES_MAX = 32,
    INPUTS_MAX = 128,
    BLOCK = 1 << 16,
    TEXT = 64,
    RESOLUTION_MIN = 6,
    RESOLUTION_MAX = 24
};

typedef enum role {
    ROLE_RAW,      /* counts, as recorded */
    ROLE_DIGITAL,  /* a digital input that changes */
    ROLE_SEQUENCE, /* counts the samples: shows which are lost */
    ROLE_EMG       /* a raw channel once more, in millivolts */
} role;

typedef struct input {
    char path[IMPORT_NAME_MAX]; /* "00:07:80:3B:46:61/raw/channel_3" */
    char name[TEXT];            /* "channel_3" */
    role role;
    size_t device;
    import_item item;
    double gain, offset; /* millivolts = gain x counts + offset */
    int is_sent;
} input;

typedef struct device {
    char name[TEXT]; /* its address */
    char kind[TEXT]; /* "channeller" */
    double rate_hz;
    size_t n_channels;
    double channels[INPUTS_MAX]; /* numbers, in the order of `resolution` */
    size_t n_resolutions;
    double resolution[INPUTS_MAX];
} device;

typedef struct plux {
    hid_t file;
    size_t n_devices;
    device devices[DEVICES_MAX];
    size_t n_inputs;
    input inputs[INPUTS_MAX];
    size_t n_dropped;
    double block[BLOCK];
} plux;

/* ---- what the maker documents ---------------------------------------------------------------- */

typedef struct transfer {
    const char *device, *sensor;
    double volts, gain; /* mV = volts (counts / 2^bits - 1/2) / gain */
} transfer;

/* The sensor's datasheet (PLUX, Electromyography Sensor; BITalino EMG Sensor) and the maker's own
 * biosignalsnotebooks. Any other device or sensor keeps its counts. */
static const transfer transfers[] = {
    {"biosignalsplux", "EMG", 3.0, 1.0},   {"bioplux", "EMG", 3.0, 1.0},
    {"bioplux_exp", "EMG", 3.0, 1.0},      {"channeller", "EMG", 3.0, 1.0},
    {"rachimeter", "EMG", 3.0, 1.0},       {"swifter", "EMG", 3.0, 1.0},
    {"ddme_openbanplux", "EMG", 3.0, 1.0}, {"bitalino", "EMG", 3.3, 1.008},
    {"bitalino_rev", "EMG", 3.3, 1.009},   {"bitalino_riot", "EMG", 3.3, 1.009}};

static int set_transfer(input *in, const device *d, const char *sensor, double bits) {
    if (!(bits >= RESOLUTION_MIN && bits <= RESOLUTION_MAX)) return 0;
    for (size_t i = 0; i < sizeof transfers / sizeof transfers[0]; i++) {
        const transfer *t = &transfers[i];
        if (strcmp(t->device, d->kind) != 0 || strcmp(t->sensor, sensor) != 0) continue;
        in->gain = t->volts / ldexp(1.0, (int)bits) / t->gain;
        in->offset = -t->volts / 2 / t->gain;
        return 1;
    }
    return 0;
}

/* One resolution for each channel, or one for all; what other counts of them mean is not
 * documented.
 */
static double bits_of(const device *d, const char *channel) {
    const char *digits = strrchr(channel, '_');
    double number = digits != NULL ? strtod(digits + 1, NULL) : (double)NAN;
    for (size_t i = 0; i < d->n_channels && d->n_resolutions == d->n_channels; i++)
        if (fabs(d->channels[i] - number) < 0.5) return d->resolution[i];
    return d->n_resolutions == 1 ? d->resolution[0] : (double)NAN;
}

/* ---- what is there --------------------------------------------------------------------------- */

static input *add_input(plux *p, const char *path, const char *name, role what) {
    if (p->n_inputs == INPUTS_MAX) {
        p->n_dropped++;
        return NULL;
    }
    input *in = &p->inputs[p->n_inputs];
    *in = (input){.role = what, .device = p->n_devices - 1};
    if (strlen(path) >= sizeof in->path || strlen(name) >= sizeof in->name) return NULL;
    snprintf(in->path, sizeof in->path, "%s", path);
    snprintf(in->name, sizeof in->name, "%s", name);
    return in;
}

static void look_at_dataset(plux *p, const char *group, const char *name, role what) {
    char path[IMPORT_NAME_MAX];
    const device *d = &p->devices[p->n_devices - 1];
    int n = snprintf(path, sizeof path, "%s/%s/%s", d->name, group, name);
    if (n < 0 || (size_t)n >= sizeof path) return;
    input *in = add_input(p, path, name, what);
    hid_t dataset = in != NULL ? import_hdf5_open_dataset(p->file, path) : -1;
    if (dataset < 0) return;
    if (import_hdf5_shape(dataset, &in->item) && in->item.n_channels == 1) {
        p->n_inputs++;
        char sensor[TEXT];
        import_hdf5_text(dataset, "sensor", sensor, sizeof sensor);
        input *emg = NULL;
        if (what == ROLE_RAW && strcmp(sensor, "EMG") == 0)
            emg = add_input(p, path, name, ROLE_EMG);
        if (emg != NULL && set_transfer(emg, d, sensor, bits_of(d, name))) {
            emg->item = in->item;
            snprintf(emg->name, sizeof emg->name, "EMG %.40s", name);
            p->n_inputs++;
        }
    }
    H5Dclose(dataset);
}

typedef struct names {
    size_t n;
    char text[INPUTS_MAX][TEXT];
} names;

static herr_t add_name(hid_t group, const char *name, const H5L_info_t *info, void *context) {
    names *found = context;
    (void)group;
    (void)info;
    if (found->n < INPUTS_MAX && strlen(name) < TEXT)
        snprintf(found->text[found->n++], TEXT, "%s", name);
    return 0;
}

static int earlier(const void *a, const void *b) {
    const char *x = a, *y = b;
    size_t n = strlen(x), m = strlen(y); /* channel_2 before channel_10 */
    return n != m ? (n > m) - (n < m) : strcmp(x, y);
}

static void look_at_group(plux *p, const char *group, names *found) {
    char path[IMPORT_NAME_MAX];
    snprintf(path, sizeof path, "%s/%s", p->devices[p->n_devices - 1].name, group);
    hsize_t index = 0;
    found->n = 0;
    if (H5Lexists(p->file, path, H5P_DEFAULT) <= 0) return;
    (void)H5Literate_by_name(p->file, path, H5_INDEX_NAME, H5_ITER_INC, &index, add_name, found,
                             H5P_DEFAULT);
    qsort(found->text, found->n, TEXT, earlier);
    for (size_t i = 0; i < found->n; i++) {
        const char *name = found->text[i];
        if (strncmp(name, "channel_", 8) == 0)
            look_at_dataset(p, group, name, ROLE_RAW);
        else if (strncmp(name, "digital_", 8) == 0)
            look_at_dataset(p, group, name, ROLE_DIGITAL);
        else if (strcmp(name, "nSeq") == 0)
            look_at_dataset(p, group, name, ROLE_SEQUENCE);
    }
}

static void look_at_device(plux *p, const char *name) {
    static names found;
    char path[IMPORT_NAME_MAX];
    snprintf(path, sizeof path, "%s/raw", name);
    if (p->n_devices == DEVICES_MAX || H5Lexists(p->file, path, H5P_DEFAULT) <= 0) return;
    hid_t group = H5Gopen2(p->file, name, H5P_DEFAULT);
    if (group < 0) return;
    device *d = &p->devices[p->n_devices];
    *d = (device){.rate_hz = import_hdf5_number(group, "sampling rate")};
    snprintf(d->name, sizeof d->name, "%s", name);
    import_hdf5_text(group, "device", d->kind, sizeof d->kind);
    d->n_channels = import_hdf5_numbers(group, "channels", d->channels, INPUTS_MAX);
    d->n_resolutions = import_hdf5_numbers(group, "resolution", d->resolution, INPUTS_MAX);
    int is_plux = H5Aexists(group, "sampling rate") > 0;
    H5Gclose(group);
    if (!is_plux) return;
    p->n_devices++;
    look_at_group(p, "raw", &found);
    look_at_group(p, "digital", &found);
}

/* ---- what is sent ---------------------------------------------------------------------------- */

static hid_t open_input(plux *p, const input *in) {
    hid_t dataset = import_hdf5_open_dataset(p->file, in->path);
    if (dataset < 0)
        import_fail(EG_ERR_DATA, "%.60s cannot be read; the file is damaged: export it again",
                    in->name);
    return dataset;
}

static void read_block(plux *p, const input *in, hid_t dataset, size_t at, size_t n) {
    if (!import_hdf5_values(dataset, &in->item, at, n, p->block))
        import_fail(EG_ERR_DATA, "%.60s cannot be read; the file is damaged: export it again",
                    in->name);
}

static size_t block_at(const input *in, size_t at) {
    return in->item.n_samples - at < BLOCK ? in->item.n_samples - at : BLOCK;
}

/* A digital input at which nothing ever happened is no channel. */
static int changes(plux *p, const input *in) {
    hid_t dataset = open_input(p, in);
    double first = 0;
    int is_changing = 0;
    for (size_t at = 0; at < in->item.n_samples && !is_changing; at += BLOCK) {
        size_t n = block_at(in, at);
        read_block(p, in, dataset, at, n);
        if (at == 0) first = p->block[0];
        for (size_t i = 0; i < n; i++) is_changing |= fabs(p->block[i] - first) > 0.5;
    }
    H5Dclose(dataset);
    return is_changing;
}

/* The counter of samples goes up by one and begins again at its end, which is a power of two; in
 * some files it stays there. */
static void check_sequence(plux *p, const input *in) {
    hid_t dataset = open_input(p, in);
    double last = 0, most = 0, n_lost = 0;
    size_t n_gaps = 0;
    for (int round = 0; round < 2; round++) { /* first how far it counts, then what is missing */
        double end = exp2(ceil(log2(most + 1)));
        for (size_t at = 0; at < in->item.n_samples; at += BLOCK) {
            size_t n = block_at(in, at);
            read_block(p, in, dataset, at, n);
            for (size_t i = 0; i < n; i++) {
                double step = p->block[i] - last;
                if (step < 0) step += end;
                if (round == 0 && p->block[i] > most) most = p->block[i];
                if (round == 1 && at + i > 0 && step > 1.5) {
                    n_gaps++;
                    n_lost += step - 1;
                }
                last = p->block[i];
            }
        }
    }
    H5Dclose(dataset);
    if (n_gaps > 0)
        import_send_warning(0,
                            "%s: %.0f samples were lost on the way at %zu places; what follows "
                            "is earlier than it was",
                            p->devices[in->device].name, n_lost, n_gaps);
}

static void send_values(plux *p, const input *in, size_t channel) {
    hid_t dataset = open_input(p, in);
    for (size_t at = 0; at < in->item.n_samples; at += BLOCK) {
        size_t n = block_at(in, at);
        read_block(p, in, dataset, at, n);
        for (size_t i = 0; i < n && in->role == ROLE_EMG; i++)
            p->block[i] = in->gain * p->block[i] + in->offset;
        import_send_samples(channel, 1, at, n, EG_IMPORT_BY_SAMPLE, p->block);
    }
    H5Dclose(dataset);
}

static void send_name(const plux *p, const input *in) {
    char label[2 * TEXT + 2];
    snprintf(label, sizeof label, "%s%s%s", p->n_devices > 1 ? p->devices[in->device].name : "",
             p->n_devices > 1 ? " " : "", in->name);
    import_send_channel(label,
                        in->role == ROLE_EMG   ? "mV"
                        : in->role == ROLE_RAW ? "count"
                                               : "",
                        p->devices[in->device].rate_hz, in->item.n_samples);
}

/* Raw channels first, as they are in the file; what was made of them behind them. */
static int is_turn(const input *in, int turn) {
    return in->is_sent && (turn == 0   ? in->role == ROLE_RAW
                           : turn == 1 ? in->role == ROLE_EMG
                                       : in->role == ROLE_DIGITAL);
}

static void send_all(plux *p, const import_head *head) {
    size_t channel = 0, n_emg = 0, n_raw = 0;
    import_send_head(head);
    for (int turn = 0; turn < 3; turn++)
        for (size_t i = 0; i < p->n_inputs; i++)
            if (is_turn(&p->inputs[i], turn)) send_name(p, &p->inputs[i]);
    for (int turn = 0; turn < 3; turn++)
        for (size_t i = 0; i < p->n_inputs; i++) {
            if (!is_turn(&p->inputs[i], turn)) continue;
            n_emg += p->inputs[i].role == ROLE_EMG ? 1 : 0;
            n_raw += p->inputs[i].role == ROLE_RAW ? 1 : 0;
            send_values(p, &p->inputs[i], channel++);
        }
    for (size_t i = 0; i < p->n_inputs; i++)
        if (p->inputs[i].role == ROLE_SEQUENCE) check_sequence(p, &p->inputs[i]);
    if (n_emg < n_raw)
        import_send_warning(0,
                            "%zu channels stay the converter's counts: how they become volts is "
                            "not documented for this device and these sensors",
                            n_raw - n_emg);
    if (p->n_dropped > 0) import_send_warning(1, "%zu channels more than are read", p->n_dropped);
    import_send_end();
}

int import_opensignals(hid_t file) {
    static plux p;
    static names devices;
    hsize_t index = 0;
    p.file = file;
    (void)H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, &index, add_name, &devices);
    for (size_t i = 0; i < devices.n; i++) look_at_device(&p, devices.text[i]);
    if (p.n_devices == 0) return 0;
    size_t n_channels = 0, n_frames = 0, n_values = 0;
    for (size_t i = 0; i < p.n_inputs; i++) {
        input *in = &p.inputs[i];
        in->is_sent = in->role == ROLE_RAW || in->role == ROLE_EMG ||
                      (in->role == ROLE_DIGITAL && changes(&p, in));
        if (!in->is_sent) continue;
        n_channels++;
        n_values += in->item.n_samples;
        if (in->item.n_samples > n_frames) n_frames = in->item.n_samples;
    }
    if (n_channels == 0)
        import_fail(EG_ERR_DATA, "the file is one of OpenSignals without a channel; it is damaged "
                                 "or nothing was recorded");
    if (n_values > EG_IMPORT_SAMPLES_MAX)
        import_fail(EG_ERR_LIMIT, "more than 64 million samples; cut the file into trials");
    char source[TEXT * 2];
    snprintf(source, sizeof source, "sampling rate of %s", p.devices[0].name);
    import_head head = {.format = "OpenSignals HDF5",
                        .maker = "OpenSignals (PLUX)",
                        .time_source = source,
                        .rate_hz = p.devices[0].rate_hz,
                        .n_frames = n_frames,
                        .n_channels = n_channels};
    send_all(&p, &head);
    return 1;
}
