/* EDF+ and BDF+ through EDFlib. A sample is a whole number of 16 or 24 bits, and what it stands for
 * is given by limits of at most eight characters; so the limits are chosen first, as text, and the
 * samples are rounded to the nearest number between them. */
#include <edflib.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/check.h"
#include "io/format/number.h"
#include "io/format/write_part.h"

enum {
    FIELD = 8,                 /* characters of a limit */
    RECORD_BYTES_GOOD = 61440, /* EDF's own advice */
    RECORD_BYTES_MAX = 8 << 20,
    SIGNALS_MAX = 512,
    LISTS_MAX = 64,      /* of annotations in a record */
    TRIED_MAX = 1000000, /* lengths of a record */
    WHOLE_MAX = 9000000, /* of whole numbers: they and the limits beyond have eight characters */
    COPY_BYTES = 1 << 16
};

static const double tick_s = 1e-5, shortest_s = 0.05, longest_s = 60, event_tick_s = 1e-4;

/* EDFlib keeps a list of its open files. */
static pthread_mutex_t edflib_lock = PTHREAD_MUTEX_INITIALIZER;

typedef struct signal {
    const eg_channel *channel;
    double factor; /* to the unit that is written */
    char label[WRITE_EDF_LABEL + 1], unit[EG_RECORDING_UNIT_MAX];
    double low, high; /* limits, as their texts say */
    double rate_hz;   /* as written */
    size_t first;     /* samples in front of the first */
    size_t n_in_record;
    double least, most; /* of its values */
    int is_whole;       /* all values are whole numbers that fit */
} signal;

typedef struct edf_out {
    const eg_recording *r;
    eg_write_notes *notes;
    eg_diag *diag;
    int is_bdf;
    double digital_min, digital_max;
    size_t n_signals, n_records, n_lists;
    signal *signals; /* [n_signals], owned */
    double record_s;
    size_t n_missing, n_padded, n_lost_events;
} edf_out;

/* ---- limits ---------------------------------------------------------------------------------- */

/* The number nearest to `value` on its far side that eight characters hold; NaN: none. */
static double limit_beyond(double value, int is_upper) {
    for (int decimals = FIELD - 2; decimals >= 0; decimals--) {
        double unit = pow(10, -decimals);
        double k = is_upper ? ceil(value / unit) : floor(value / unit);
        char text[400];
        int n = snprintf(text, sizeof text, "%.*f", decimals, k * unit);
        double read;
        if (n <= 0 || n > FIELD) continue;
        if (eg_number_read(text, (size_t)n, '.', &read, NULL) != (size_t)n) continue;
        /* The quotient may have been rounded to the near side. */
        if (is_upper ? read >= value : read <= value) return read;
    }
    return NAN;
}

/* Letters that the format has not become question marks; the micro sign becomes u. */
static void to_ascii(const char *text, char *field, size_t size) {
    size_t n = 0;
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0' && n + 1 < size; c++) {
        if (*c < 0x80)
            field[n++] = (char)*c;
        else if ((*c == 0xc2 && c[1] == 0xb5) || (*c == 0xce && c[1] == 0xbc)) /* µ, μ */
            field[n++] = 'u', c++;
        else if (*c >= 0xc0)
            field[n++] = '?';
    }
    field[n] = '\0';
}

double write_edf_name(const eg_recording *recording, size_t i, char label[WRITE_EDF_LABEL + 1],
                      char unit[EG_RECORDING_UNIT_MAX]) {
    const eg_channel *channel = &recording->channels[i];
    double largest = 0;
    size_t n_equal = 0;
    int is_volts = strcmp(channel->unit, "V") == 0;
    for (size_t k = 0; is_volts && k < channel->n; k++)
        if (fabs(channel->values[k]) > largest) largest = fabs(channel->values[k]);
    int is_small = largest > 0 && largest < 1e-3;
    to_ascii(channel->label, label, WRITE_EDF_LABEL + 1);
    to_ascii(is_small ? "uV" : channel->unit, unit, WRITE_EDF_UNIT + 1);
    for (size_t k = 0; k < i; k++) {
        char other[WRITE_EDF_LABEL + 1];
        to_ascii(recording->channels[k].label, other, sizeof other);
        n_equal += strcmp(other, label) == 0 ? 1 : 0;
    }
    if (n_equal > 0) {
        char number[24];
        size_t n = (size_t)snprintf(number, sizeof number, "~%zu", n_equal + 1);
        size_t at = strlen(label) + n <= WRITE_EDF_LABEL ? strlen(label) : WRITE_EDF_LABEL - n;
        memcpy(label + at, number, n + 1);
    }
    return is_small ? 1e6 : 1;
}

static void look_at(signal *s, const edf_out *e) {
    const eg_channel *c = s->channel;
    s->least = INFINITY;
    s->most = -INFINITY;
    s->is_whole = 1;
    for (size_t i = 0; i < c->n; i++) {
        double value = c->values[i];
        if (isnan(value)) continue;
        if (value < s->least) s->least = value;
        if (value > s->most) s->most = value;
        if (floor(value) < value) s->is_whole = 0;
    }
    if (!(s->least <= s->most)) s->least = s->most = 0;
    /* All of them lie between limits that are a step of one apart for each digit. */
    if (s->most - s->least > e->digital_max - e->digital_min || fabs(s->least) > WHOLE_MAX ||
        fabs(s->most) > WHOLE_MAX)
        s->is_whole = 0;
}

static eg_err set_limits(edf_out *e, signal *s) {
    const eg_channel *c = s->channel;
    look_at(s, e);
    s->factor = write_edf_name(e->r, (size_t)(s - e->signals), s->label, s->unit);
    if (s->factor > 1)
        eg_write_note(e->notes, "%s is written in uV: its volts are too small for the format",
                      c->label);
    else if (strcmp(s->unit, c->unit) != 0 && strlen(c->unit) > WRITE_EDF_UNIT)
        eg_write_note(e->notes, "the unit \"%s\" is cut to %d letters", c->unit, WRITE_EDF_UNIT);
    if (strcmp(s->label, c->label) != 0)
        eg_write_note(e->notes, "the label \"%s\" is cut to %d plain letters: \"%s\"", c->label,
                      WRITE_EDF_LABEL, s->label);
    if (s->is_whole) {
        int is_within = s->least >= e->digital_min && s->most <= e->digital_max;
        s->low = is_within ? e->digital_min : s->least;
        s->high = s->low + (e->digital_max - e->digital_min);
        return EG_OK;
    }
    s->low = limit_beyond(s->least * s->factor, 0);
    s->high = limit_beyond(s->most * s->factor, 1);
    if (s->high <= s->low) s->high = limit_beyond(s->low + fmax(1e-5, 1e-5 * fabs(s->low)), 1);
    if (!isfinite(s->low) || !(s->high > s->low))
        return eg_diag_set(e->diag, EG_ERR_RANGE, e->r->name, 0,
                           "%s goes from %g to %g %s, and the format holds numbers of eight "
                           "characters only; leave it out (--channels) or write CSV",
                           c->label, s->least, s->most, c->unit);
    return EG_OK;
}

/* ---- records --------------------------------------------------------------------------------- */

static int is_near_whole(double value, double tolerance) {
    return value >= 0.5 && fabs(value - floor(value + 0.5)) <= tolerance;
}

typedef struct choice {
    double record_s, cost;
    int is_exact; /* the last record is full */
} choice;

/* How good records of k samples of the fastest signal are: as near to a second as can be, full, and
 * not larger than is advised. */
static void try_record(const edf_out *e, double record_s, choice *best) {
    size_t bytes = 0;
    int is_exact = 1;
    double n_records = -1;
    if (!is_near_whole(record_s / tick_s, 1e-4)) return;
    for (size_t i = 0; i < e->n_signals; i++) {
        const signal *s = &e->signals[i];
        double n = s->rate_hz * record_s;
        /* Not a tenth of a sample off at the end. */
        if (!is_near_whole(n, fmin(1e-6, 0.1 / (double)(s->channel->n + 1)) * n)) return;
        n = floor(n + 0.5);
        bytes += (size_t)n * (e->is_bdf ? 3 : 2);
        double records = (double)(s->first + s->channel->n) / n;
        if (fabs(records - floor(records)) > 0) is_exact = 0;
        if (n_records >= 0 && fabs(records - n_records) > 0) is_exact = 0;
        n_records = records;
    }
    if (bytes > RECORD_BYTES_MAX) return;
    double cost = fabs(log(record_s)) + (bytes > RECORD_BYTES_GOOD ? 10 : 0);
    if (is_exact < best->is_exact || (is_exact == best->is_exact && cost >= best->cost)) return;
    *best = (choice){record_s, cost, is_exact};
}

static choice choose_record(const edf_out *e) {
    choice best = {0, INFINITY, 0};
    double fastest = 0;
    for (size_t i = 0; i < e->n_signals; i++)
        if (e->signals[i].rate_hz > fastest) fastest = e->signals[i].rate_hz;
    try_record(e, 1, &best);
    double least = fmax(1, floor(shortest_s * fastest));
    if (!(least < TRIED_MAX)) return best;
    double most = fmin(longest_s * fastest, TRIED_MAX);
    for (size_t k = (size_t)least; k <= (size_t)most; k++)
        try_record(e, (double)k / fastest, &best);
    return best;
}

static eg_err set_records(edf_out *e) {
    choice best = choose_record(e);
    if (!(best.record_s > 0)) {
        /* A measured rate, 999.98 Hz: the next whole one, and what that does. */
        double worst_s = 0;
        for (size_t i = 0; i < e->n_signals; i++) {
            signal *s = &e->signals[i];
            double whole = fmax(1, floor(s->rate_hz + 0.5)), n = (double)s->channel->n;
            worst_s = fmax(worst_s, fabs(n / whole - n / s->rate_hz));
            if (fabs(whole - s->rate_hz) > 1e-3 * s->rate_hz)
                return eg_diag_set(e->diag, EG_ERR_RANGE, e->r->name, 0,
                                   "%s with %.9g Hz has no place in a record of whole samples; "
                                   "write those of one rate at a time (--channels), or CSV",
                                   s->channel->label, s->rate_hz);
            s->rate_hz = whole;
        }
        eg_write_note(e->notes, "rates are written as whole Hz; at the end that is %.3g s off",
                      worst_s);
        best = choose_record(e);
    }
    e->record_s = floor(best.record_s / tick_s + 0.5) * tick_s;
    for (size_t i = 0; i < e->n_signals; i++) {
        signal *s = &e->signals[i];
        s->n_in_record = (size_t)(s->rate_hz * best.record_s + 0.5);
        size_t n = (s->first + s->channel->n + s->n_in_record - 1) / s->n_in_record;
        if (n > e->n_records) e->n_records = n;
    }
    return EG_OK;
}

static eg_err prepare(edf_out *e) {
    const eg_recording *r = e->r;
    double moved_s = 0;
    if (r->n_channels == 0)
        return eg_diag_set(e->diag, EG_ERR_RANGE, r->name, 0,
                           "the recording has no channels, and this format holds nothing else");
    if (r->n_channels > SIGNALS_MAX)
        return eg_diag_set(e->diag, EG_ERR_LIMIT, r->name, 0,
                           "%zu channels, at most %d fit; write some: --channels LABELS",
                           r->n_channels, SIGNALS_MAX);
    e->n_signals = r->n_channels;
    e->signals = calloc(e->n_signals, sizeof *e->signals);
    if (e->signals == NULL) return eg_diag_set(e->diag, EG_ERR_MEMORY, r->name, 0, "no memory");
    for (size_t i = 0; i < e->n_signals; i++) {
        signal *s = &e->signals[i];
        s->channel = &r->channels[i];
        s->rate_hz = s->channel->rate_hz;
        if (!(s->rate_hz > 0))
            return eg_diag_set(e->diag, EG_ERR_RANGE, r->name, 0,
                               "%s has no rate, and this format needs one: --rate HZ",
                               s->channel->label);
        double first = floor(s->channel->start_s * s->rate_hz + 0.5);
        s->first = first > 0 && first < 1e9 ? (size_t)first : 0;
        moved_s = fmax(moved_s, fabs((double)s->first / s->rate_hz - s->channel->start_s));
        eg_err err = set_limits(e, s);
        if (err != EG_OK) return err;
    }
    if (moved_s > 1e-9)
        eg_write_note(e->notes, "channels begin apart: they are moved by %.3g s at most", moved_s);
    return set_records(e);
}

/* ---- writing --------------------------------------------------------------------------------- */

/* EDFlib cuts the digits of a limit off where they should be rounded: 1.020508 becomes 1.020507. */
static double beyond_cut(double value) {
    if (fabs(value - floor(value)) <= 0) return value;
    return value + copysign(1e-10 + 1e-12 * fabs(value), value);
}

static int set_signal(edf_out *e, int file, size_t i) {
    const signal *s = &e->signals[i];
    int k = (int)i;
    return edf_set_samplefrequency(file, k, (int)s->n_in_record) == 0 &&
           edf_set_physical_minimum(file, k, beyond_cut(s->low)) == 0 &&
           edf_set_physical_maximum(file, k, beyond_cut(s->high)) == 0 &&
           edf_set_digital_minimum(file, k, (int)e->digital_min) == 0 &&
           edf_set_digital_maximum(file, k, (int)e->digital_max) == 0 &&
           edf_set_label(file, k, s->label) == 0 &&
           edf_set_physical_dimension(file, k, s->unit) == 0;
}

/* One record of one signal. Behind the last sample the last value goes on. */
static void fill_record(edf_out *e, const signal *s, size_t record, int *digital) {
    const eg_channel *c = s->channel;
    double step = (s->high - s->low) / (e->digital_max - e->digital_min);
    for (size_t k = 0; k < s->n_in_record; k++) {
        size_t at = record * s->n_in_record + k;
        double value = (double)NAN;
        if (at >= s->first && c->n > 0) {
            size_t i = at - s->first < c->n ? at - s->first : c->n - 1;
            value = c->values[i] * s->factor;
            if (at - s->first >= c->n) e->n_padded++;
        }
        if (isnan(value)) {
            e->n_missing++;
            value = s->low;
        }
        double place = floor((value - s->low) / step + 0.5) + e->digital_min;
        digital[k] = (int)fmin(fmax(place, e->digital_min), e->digital_max);
    }
}

static int write_events(edf_out *e, int file) {
    const eg_recording *r = e->r;
    for (size_t i = 0; i < r->n_events; i++) {
        const eg_event *event = &r->events[i];
        char text[EG_RECORDING_LABEL_MAX + EG_RECORDING_UNIT_MAX + 2];
        double onset = floor((event->t_s - r->start_s) / event_tick_s + 0.5);
        double lasts = floor(event->duration_s / event_tick_s + 0.5);
        snprintf(text, sizeof text, "%s%s%s", event->context, event->context[0] != '\0' ? " " : "",
                 event->label);
        if (!(onset >= 0 && onset < 1e15) || i >= e->n_lists * e->n_records) {
            e->n_lost_events++;
            continue;
        }
        if (edfwrite_annotation_utf8(file, (long long)onset, lasts > 0 ? (long long)lasts : -1,
                                     text) != 0)
            return 0;
    }
    return 1;
}

static int write_records(edf_out *e, int file) {
    size_t most = 1;
    for (size_t i = 0; i < e->n_signals; i++)
        if (e->signals[i].n_in_record > most) most = e->signals[i].n_in_record;
    int *digital = malloc(most * sizeof *digital), is_good = digital != NULL;
    for (size_t record = 0; record < e->n_records && is_good; record++)
        for (size_t i = 0; i < e->n_signals && is_good; i++) {
            fill_record(e, &e->signals[i], record, digital);
            is_good = edfwrite_digital_samples(file, digital) == 0;
        }
    free(digital);
    return is_good;
}

/* EDFlib cuts the digits of the duration off too: 1.501 s become 1.5009993. */
static int mend_duration(const edf_out *e, const char *path) {
    enum { DURATION_AT = 244 };
    char text[32];
    int n = snprintf(text, sizeof text, "%.5f", e->record_s);
    while (n > 0 && text[n - 1] == '0') n--;
    if (n > 0 && text[n - 1] == '.') n--;
    if (n <= 0 || n > FIELD) return 0;
    memset(text + n, ' ', sizeof text - (size_t)n);
    FILE *file = fopen(path, "r+b");
    if (file == NULL) return 0;
    int is_good = fseek(file, DURATION_AT, SEEK_SET) == 0 && fwrite(text, 1, FIELD, file) == FIELD;
    return fclose(file) == 0 && is_good;
}

static int write_file(edf_out *e, const char *path) {
    int kind = e->is_bdf ? EDFLIB_FILETYPE_BDFPLUS : EDFLIB_FILETYPE_EDFPLUS;
    int file = edfopen_file_writeonly(path, kind, (int)e->n_signals);
    if (file < 0) return 0;
    size_t lists = e->n_records > 0 ? e->r->n_events / e->n_records + 1 : 1;
    e->n_lists = lists < LISTS_MAX ? lists : LISTS_MAX;
    /* No date is known; the format's first one says so, and no file tells when it was converted. */
    int is_good = edf_set_startdatetime(file, 1985, 1, 1, 0, 0, 0) == 0 &&
                  edf_set_datarecord_duration(file, (int)(e->record_s / tick_s + 0.5)) == 0 &&
                  edf_set_number_of_annotation_signals(file, (int)e->n_lists) == 0;
    for (size_t i = 0; i < e->n_signals && is_good; i++) is_good = set_signal(e, file, i);
    is_good = is_good && write_events(e, file) && write_records(e, file);
    return edfclose_file(file) == 0 && is_good && mend_duration(e, path);
}

/* ---- what is said ---------------------------------------------------------------------------- */

static void tell(const edf_out *e) {
    double coarsest = 0;
    const signal *worst = NULL;
    for (size_t i = 0; i < e->n_signals; i++) {
        const signal *s = &e->signals[i];
        double range = (s->most - s->least) * s->factor;
        double step = (s->high - s->low) / (e->digital_max - e->digital_min);
        if (s->is_whole || !(range > 0) || step / range <= coarsest) continue;
        coarsest = step / range;
        worst = s;
    }
    if (worst != NULL) {
        double step = (worst->high - worst->low) / (e->digital_max - e->digital_min);
        eg_write_note(e->notes,
                      "values are rounded to %d bits: steps of %.3g %s in %s, %.2g of its "
                      "range; finer elsewhere",
                      e->is_bdf ? 24 : 16, step, worst->unit, worst->channel->label, coarsest);
        if (coarsest > 1e-4)
            eg_write_note(e->notes,
                          "steps are larger than 1e-4 of the range of %s: write BDF or "
                          "CSV, or choose another unit",
                          worst->channel->label);
    }
    write_note_lost(e->r, WRITE_CHANNELS | WRITE_EVENTS | WRITE_UNITS, e->notes);
    if (e->n_missing > 0)
        eg_write_note(e->notes,
                      "%zu missing samples are written as the least value of their "
                      "channel: the format has no place for them",
                      e->n_missing);
    if (e->n_padded > 0)
        eg_write_note(e->notes,
                      "the last record is filled up with %zu samples, the last value of "
                      "each channel",
                      e->n_padded);
    if (e->n_lost_events > 0)
        eg_write_note(e->notes,
                      "%zu events are left out: before the beginning, or more than there "
                      "is room for",
                      e->n_lost_events);
}

static eg_err copy_out(const edf_out *e, const char *path, const eg_sink *sink) {
    FILE *file = fopen(path, "rb");
    write_out *out = file != NULL ? write_begin(sink) : NULL;
    if (out == NULL) {
        if (file != NULL) fclose(file);
        return eg_diag_set(e->diag, EG_ERR_MEMORY, e->r->name, 0, "no memory");
    }
    unsigned char bytes[COPY_BYTES];
    size_t n;
    while ((n = fread(bytes, 1, sizeof bytes, file)) > 0) write_bytes(out, bytes, n);
    if (ferror(file)) out->failed = 1;
    fclose(file);
    return write_end(out, e->r->name, e->diag);
}

static eg_err write_as(int is_bdf, const eg_recording *recording, const eg_sink *sink,
                       eg_write_notes *notes, eg_diag *diag) {
    EG_ASSERT(recording != NULL && sink != NULL);
    edf_out e = {.r = recording,
                 .notes = notes,
                 .diag = diag,
                 .is_bdf = is_bdf,
                 .digital_min = is_bdf ? -8388608 : -32768,
                 .digital_max = is_bdf ? 8388607 : 32767};
    eg_err err = prepare(&e);
    /* EDFlib writes to a name: one of its own, seen by nobody else. */
    const char *folder = getenv("TMPDIR");
    char path[512];
    int n = snprintf(path, sizeof path, "%s/engram-XXXXXX", folder != NULL ? folder : "/tmp");
    int fd = err == EG_OK && n > 0 && (size_t)n < sizeof path ? mkstemp(path) : -1;
    if (err == EG_OK && fd < 0)
        err = eg_diag_set(diag, EG_ERR_IO, recording->name, 0, "no temporary file can be made");
    if (err == EG_OK) {
        pthread_mutex_lock(&edflib_lock);
        int is_good = write_file(&e, path);
        pthread_mutex_unlock(&edflib_lock);
        if (!is_good)
            err = eg_diag_set(diag, EG_ERR_IO, recording->name, 0,
                              "it cannot be written to its end; is there room for a copy in %s?",
                              folder != NULL ? folder : "/tmp");
    }
    if (err == EG_OK) err = copy_out(&e, path, sink);
    if (err == EG_OK) tell(&e);
    if (fd >= 0) {
        close(fd);
        unlink(path);
    }
    free(e.signals);
    return err;
}

eg_err eg_edf_write(const eg_recording *recording, const eg_sink *sink, eg_write_notes *notes,
                    eg_diag *diag) {
    return write_as(0, recording, sink, notes, diag);
}

eg_err eg_bdf_write(const eg_recording *recording, const eg_sink *sink, eg_write_notes *notes,
                    eg_diag *diag) {
    return write_as(1, recording, sink, notes, diag);
}
