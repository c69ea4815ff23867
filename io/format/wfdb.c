#include "io/format/wfdb.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/build.h"
#include "io/format/number.h"
#include "io/format/text.h"
#include "io/format/wfdb_part.h"

enum { HEADER_BYTES_MAX = 4 << 20, LONGER_MAX = 10, IS_BYTES = 1 << 16 };

static const double default_rate_hz = 250, default_gain = 200, rate_max_hz = 1e7, count_max = 1e12;

/* No samples, and FLAC: known, not read. */
static const double other_formats[] = {0, 508, 516, 524};

typedef struct signal {
    eg_span file, unit, description;
    double format; /* as written; NaN if it is none */
    const wfdb_format *how;
    size_t per_frame, skew;
    double offset, gain, baseline, first, checksum; /* checksum NaN: none */
    const eg_named_bytes *bytes;                    /* NULL: not there */
    size_t before;      /* samples of a frame of its file that stand before its own */
    size_t frame;       /* samples of a frame of its file */
    size_t n_available; /* frames that its file holds */
    size_t channel;     /* SIZE_MAX: left out */
} signal;

typedef struct wfdb {
    eg_recording *recording;
    eg_diag *diag;
    const char *name;
    eg_span text;
    size_t line;
    int is_segmented;
    double n_signals, rate_hz, n_frames; /* as the header says; n_frames 0: it does not */
    signal *signals;                     /* owned */
} wfdb;

static eg_err fail(const wfdb *w, eg_err err, const char *text) {
    return eg_diag_set(w->diag, err, w->name, w->line, "%s", text);
}

/* ---- header ---------------------------------------------------------------------------------- */

static eg_span next_word(eg_span *rest) {
    size_t from = 0;
    while (from < rest->n && (rest->start[from] == ' ' || rest->start[from] == '\t')) from++;
    size_t to = from;
    while (to < rest->n && rest->start[to] != ' ' && rest->start[to] != '\t') to++;
    eg_span word = {rest->start + from, to - from};
    *rest = (eg_span){rest->start + to, rest->n - to};
    return word;
}

/* The next line that is neither empty nor a comment. */
static int next_line(eg_span *text, eg_span *line, size_t *number) {
    while (eg_text_next_line(text, line)) {
        ++*number;
        *line = eg_text_trim(*line);
        if (line->n > 0 && line->start[0] != '#') return 1;
    }
    return 0;
}

/* A number at the beginning of a word, which it is taken off; NaN if there is none. */
static double take_number(eg_span *word) {
    double value;
    size_t n = eg_number_read(word->start, word->n, '.', &value, NULL);
    if (n == 0 || !isfinite(value)) return (double)NAN;
    *word = (eg_span){word->start + n, word->n - n};
    return value;
}

/* The number behind this character, if the word goes on with it. */
static double take_behind(eg_span *word, char mark, double otherwise) {
    if (word->n == 0 || word->start[0] != mark) return otherwise;
    *word = (eg_span){word->start + 1, word->n - 1};
    return take_number(word);
}

static int read_record_line(wfdb *w, eg_span line) {
    eg_span name = next_word(&line), count = next_word(&line), rate = next_word(&line);
    eg_span frames = next_word(&line);
    w->is_segmented = memchr(name.start, '/', name.n) != NULL;
    w->n_signals = take_number(&count);
    if (!(w->n_signals >= 0 && w->n_signals < count_max) || count.n > 0) return 0;
    w->rate_hz = rate.n > 0 ? take_number(&rate) : default_rate_hz;
    if (isnan(w->rate_hz) || (rate.n > 0 && rate.start[0] != '/')) return 0;
    w->n_frames = frames.n > 0 ? take_number(&frames) : 0.0;
    return w->n_frames >= 0 && w->n_frames < count_max && frames.n == 0;
}

/* The line may be a record's and its rate none. */
static int is_rate(const wfdb *w) {
    return w->rate_hz > 0 && w->rate_hz <= rate_max_hz;
}

/* 0 if the line cannot be a signal's. */
static int read_format(eg_span word, signal *s) {
    s->format = take_number(&word);
    double per_frame = take_behind(&word, 'x', 1), skew = take_behind(&word, ':', 0);
    s->offset = take_behind(&word, '+', 0);
    s->how = wfdb_find_format(s->format);
    if (!(s->format >= 0) || word.n > 0) return 0;
    if (!(per_frame >= 1 && per_frame <= EG_WFDB_PER_FRAME_MAX && skew >= 0 && skew < count_max &&
          s->offset >= 0 && s->offset < count_max))
        return 0;
    s->per_frame = (size_t)per_frame;
    s->skew = (size_t)skew;
    return 1;
}

static int read_signal_line(eg_span line, signal *s) {
    static const char millivolt[] = "mV";
    *s = (signal){.file = next_word(&line), .checksum = (double)NAN, .channel = SIZE_MAX};
    s->unit = (eg_span){millivolt, sizeof millivolt - 1};
    if (s->file.n == 0 || !read_format(next_word(&line), s)) return 0;
    eg_span gain = next_word(&line), bits = next_word(&line), zero = next_word(&line);
    (void)bits;
    s->gain = gain.n > 0 ? take_number(&gain) : 0.0;
    s->baseline = (double)NAN;
    if (gain.n > 0 && gain.start[0] == '(') {
        s->baseline = take_behind(&gain, '(', 0);
        if (gain.n > 0 && gain.start[0] == ')') gain = (eg_span){gain.start + 1, gain.n - 1};
    }
    if (gain.n > 1 && gain.start[0] == '/') s->unit = (eg_span){gain.start + 1, gain.n - 1};
    double adc_zero = zero.n > 0 ? take_number(&zero) : 0.0;
    if (isnan(adc_zero)) adc_zero = 0.0;
    if (isnan(s->baseline)) s->baseline = adc_zero;
    eg_span first = next_word(&line), checksum = next_word(&line), block = next_word(&line);
    (void)block;
    s->first = first.n > 0 ? take_number(&first) : adc_zero;
    if (isnan(s->first)) s->first = adc_zero;
    s->checksum = take_number(&checksum);
    s->description = eg_text_trim(line);
    return 1;
}

/* A name of digits alone is a number: such lines are rows of a table. */
static int is_file_name(eg_span word) {
    for (size_t i = 0; i < word.n; i++)
        if (strchr("0123456789.+-eE,;", word.start[i]) == NULL) return 1;
    return word.n == 1 && word.start[0] == '-';
}

/* "walk.dat" of the record "walk": then the line is a signal's in whatever format. */
static int is_file_of(eg_span file, eg_span record) {
    static const char ending[] = ".dat";
    size_t n = sizeof ending - 1;
    return file.n == record.n + n && memcmp(file.start, record.start, record.n) == 0 &&
           memcmp(file.start + record.n, ending, n) == 0;
}

/* In a format that WFDB has, be it read here or not, or of a file that is the record's own. */
static int is_signal_line(eg_span line, eg_span record) {
    eg_span words = line, file = next_word(&words);
    signal s;
    if (!is_file_name(file) || !read_signal_line(line, &s)) return 0;
    for (size_t i = 0; i < sizeof other_formats / sizeof other_formats[0]; i++)
        if (fabs(s.format - other_formats[i]) < 0.5) return 1;
    return s.how != NULL || is_file_of(file, record);
}

int eg_wfdb_is(const uint8_t *bytes, size_t size) {
    size_t n = size < IS_BYTES ? size : IS_BYTES, number = 0;
    eg_span text = {(const char *)bytes, n}, line, words;
    wfdb w = {0};
    if (n == 0 || eg_text_is_binary(bytes, n) || !next_line(&text, &line, &number)) return 0;
    words = line;
    eg_span name = next_word(&words);
    if (words.n == 0 || !read_record_line(&w, line) || strchr("\"{<", name.start[0]) != NULL)
        return 0;
    if (w.is_segmented) return is_rate(&w) && w.n_frames > 0 && is_file_name(name);
    if (!(w.n_signals >= 1) || !next_line(&text, &line, &number)) return 0;
    /* Two lines tell a header from the list of facts above a table ("NO_OF_SAMPLES 3000"). */
    int is_first = is_signal_line(line, name);
    if (!is_first || w.n_signals < 2 || !next_line(&text, &line, &number)) return is_first;
    return is_signal_line(line, name);
}

static eg_err read_header(wfdb *w) {
    eg_span text = w->text, line;
    if (text.n > HEADER_BYTES_MAX)
        return fail(w, EG_ERR_LIMIT, "a header of more than 4 MB is not read");
    if (!next_line(&text, &line, &w->line) || !read_record_line(w, line))
        return fail(w, EG_ERR_DATA, "the first line does not name the record; copy it again");
    if (!is_rate(w))
        return eg_diag_set(w->diag, EG_ERR_DATA, w->name, w->line,
                           "this WFDB header gives a rate of %g Hz, which is none; write the true "
                           "one as the third word of the line",
                           w->rate_hz);
    if (w->is_segmented)
        return fail(w, EG_ERR_FORMAT,
                    "a record of several segments; read the headers of its segments one by one");
    if (w->n_signals > EG_RECORDING_CHANNELS_MAX)
        return fail(w, EG_ERR_LIMIT, "more signals than are read");
    if (w->n_signals < 1) return fail(w, EG_ERR_DATA, "the record has no signal");
    size_t n = (size_t)w->n_signals;
    w->signals = calloc(n, sizeof *w->signals);
    if (w->signals == NULL) return fail(w, EG_ERR_MEMORY, "no memory");
    for (size_t i = 0; i < n; i++) {
        if (!next_line(&text, &line, &w->line))
            return fail(w, EG_ERR_DATA, "the header ends before its last signal; copy it again");
        if (!read_signal_line(line, &w->signals[i]))
            return fail(w, EG_ERR_DATA, "this line does not say how a signal is stored");
    }
    return EG_OK;
}

static size_t stem(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot == NULL ? strlen(name) : (size_t)(dot - name);
}

static void annotations_name(const char *name, char out[EG_COMPANION_NAME_MAX]) {
    size_t n = stem(name);
    if (n > EG_COMPANION_NAME_MAX - 5) n = EG_COMPANION_NAME_MAX - 5;
    snprintf(out, EG_COMPANION_NAME_MAX, "%.*s.atr", (int)n, name);
}

eg_err eg_wfdb_companions(const char *name, const uint8_t *bytes, size_t size,
                          eg_companions *companions, eg_diag *diag) {
    EG_ASSERT(name != NULL && companions != NULL);
    wfdb w = {.diag = diag, .name = name, .text = {(const char *)bytes, size}};
    eg_err err = read_header(&w);
    for (size_t i = 0; err == EG_OK && i < (size_t)w.n_signals; i++) {
        err = eg_companion_add(companions, w.signals[i].file);
        if (err != EG_OK) err = fail(&w, err, "the record lies in more files than are read");
    }
    free(w.signals);
    char text[EG_COMPANION_NAME_MAX];
    annotations_name(name, text);
    if (err == EG_OK && companions->n < EG_COMPANIONS_MAX)
        err = eg_companion_add(companions, (eg_span){text, strlen(text)});
    return err;
}

/* ---- files of samples ------------------------------------------------------------------------ */

static int same_file(const signal *a, const signal *b) {
    return a->file.n == b->file.n && memcmp(a->file.start, b->file.start, a->file.n) == 0;
}

static void leave_out(wfdb *w, const signal *s, const char *why) {
    eg_recording_warn(w->recording, 0, "\"%.*s\" %s; its signals are left out",
                      (int)(s->file.n < 60 ? s->file.n : 60), s->file.start, why);
    w->recording->is_partial = 1;
}

/* Formats that WFDB has and this reader has not, and numbers that are no format. */
static eg_err refuse_format(wfdb *w, double format) {
    for (size_t i = 0; i < sizeof other_formats / sizeof other_formats[0]; i++)
        if (fabs(format - other_formats[i]) < 0.5)
            return eg_diag_set(w->diag, EG_ERR_FORMAT, w->name, 0,
                               "samples of WFDB's format %g%s are not read; convert them with "
                               "PhysioNet's xform to format 16",
                               format, format > 500 ? " (packed as FLAC)" : "");
    return eg_diag_set(w->diag, EG_ERR_FORMAT, w->name, 0,
                       "WFDB has no format %g; the header is damaged: copy it again", format);
}

/* Signals [from, to) lie in one file: where each stands in it, and how many frames it holds. */
static eg_err open_file(wfdb *w, size_t from, size_t to, const eg_named_bytes *files,
                        size_t n_files) {
    signal *first = &w->signals[from];
    size_t frame = 0;
    for (size_t i = from; i < to; i++) {
        signal *s = &w->signals[i];
        if (s->format > first->format || s->format < first->format)
            return fail(w, EG_ERR_DATA, "signals of one file have different formats");
        s->before = frame;
        frame += s->per_frame;
    }
    if (first->file.n == 1 && (first->file.start[0] == '~' || first->file.start[0] == '-')) {
        leave_out(w, first, "names no file");
        return EG_OK;
    }
    if (first->how == NULL) return refuse_format(w, first->format);
    if (!eg_companion_is_name(first->file)) {
        leave_out(w, first, "lies in another folder: put it beside the header and name it only");
        return EG_OK;
    }
    const eg_named_bytes *file = eg_companion_find(files, n_files, first->file);
    if (file == NULL) {
        leave_out(w, first, "is not beside the header");
        return EG_OK;
    }
    size_t offset = first->offset < (double)file->size ? (size_t)first->offset : file->size;
    size_t n = wfdb_count(first->how, file->size - offset) / frame;
    for (size_t i = from; i < to; i++) {
        signal *s = &w->signals[i];
        s->bytes = file;
        s->frame = frame;
        s->n_available = n;
        s->offset = (double)offset;
    }
    return EG_OK;
}

static eg_err open_files(wfdb *w, const eg_named_bytes *files, size_t n_files) {
    size_t n = (size_t)w->n_signals, n_open = 0;
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && same_file(&w->signals[from], &w->signals[to]);) to++;
        eg_err err = open_file(w, from, to, files, n_files);
        if (err != EG_OK) return err;
        n_open += w->signals[from].bytes != NULL;
    }
    if (n_open > 0) return EG_OK;
    const eg_span *file = &w->signals[0].file;
    return eg_diag_set(w->diag, EG_ERR_MISSING, w->name, 0,
                       "the samples lie in \"%.*s\", which is not there; put it beside the header, "
                       "or drop both together",
                       (int)(file->n < 60 ? file->n : 60), file->start);
}

/* Frames of the recording: as many as the header says and a file holds. */
static eg_err count_frames(wfdb *w) {
    eg_recording *r = w->recording;
    size_t most = 0, least = SIZE_MAX;
    double longer = 0, held = 0;
    for (size_t i = 0; i < (size_t)w->n_signals; i++) {
        const signal *s = &w->signals[i];
        if (s->bytes == NULL) continue;
        size_t n = s->n_available > s->skew ? s->n_available - s->skew : 0;
        if (n > most) most = n;
        if (n < least) least = n;
    }
    if (w->n_frames >= 1 && (double)most > w->n_frames) most = (size_t)w->n_frames;
    if (most == 0) return fail(w, EG_ERR_DATA, "the files hold no whole frame; copy them again");
    if ((double)most < w->n_frames || least < most) {
        eg_recording_warn(r, 0, "the files end after %zu of %.0f frames",
                          least < most ? least : most, fmax(w->n_frames, (double)most));
        r->is_partial = 1;
    }
    r->n_frames = most;
    for (size_t i = 0; i < (size_t)w->n_signals; i++) {
        const signal *s = &w->signals[i];
        if (s->bytes == NULL) continue;
        longer += (double)most * (double)s->per_frame;
        held += (double)s->n_available * (double)s->per_frame;
    }
    return longer <= LONGER_MAX * held
               ? EG_OK
               : fail(w, EG_ERR_LIMIT, "the files differ in length more than ten times");
}

/* ---- channels -------------------------------------------------------------------------------- */

static void name_channel(wfdb *w, size_t i, eg_channel *c) {
    const signal *s = &w->signals[i];
    eg_recording_copy_text(c->label, sizeof c->label, s->description.start, s->description.n);
    c->is_named = c->label[0] != '\0';
    if (!c->is_named) snprintf(c->label, sizeof c->label, "signal %zu", i + 1);
    eg_recording_copy_text(c->unit, sizeof c->unit, s->unit.start, s->unit.n);
    c->rate_hz = w->rate_hz * (double)s->per_frame;
    c->n = w->recording->n_frames * s->per_frame;
}

/* Reads one signal; returns the sum of all its samples in the file, 16 bits of it. */
static unsigned read_signal(const wfdb *w, const signal *s, eg_channel *c) {
    EG_ASSERT(s->bytes != NULL && s->bytes->bytes != NULL);
    const uint8_t *bytes = s->bytes->bytes + (size_t)s->offset;
    double gain = fabs(s->gain) > 0 ? s->gain : default_gain;
    size_t end = s->skew + w->recording->n_frames;
    int64_t running = (int64_t)(fabs(s->first) < 2147483648.0 ? s->first : 0.0);
    uint32_t sum = 0;
    if (end > s->n_available) end = s->n_available;
    for (size_t i = 0; i < c->n; i++) c->values[i] = (double)NAN;
    for (size_t k = 0; k < end; k++)
        for (size_t i = 0; i < s->per_frame; i++) {
            int32_t number = wfdb_sample(s->how, bytes, k * s->frame + s->before + i);
            int is_missing = number == s->how->missing;
            if (s->how->is_difference) running += number;
            double value = s->how->is_difference ? (double)running : (double)number;
            sum += s->how->is_difference ? (uint32_t)running : (uint32_t)number;
            if (k < s->skew || is_missing) continue;
            value = (value - s->baseline) / gain;
            c->values[(k - s->skew) * s->per_frame + i] = isfinite(value) ? value : (double)NAN;
        }
    return sum & 0xffff;
}

static void check_sum(wfdb *w, const signal *s, const eg_channel *c, unsigned sum) {
    if (isnan(s->checksum) || w->n_frames < 1 ||
        (double)s->n_available < w->n_frames + (double)s->skew)
        return;
    unsigned said = (unsigned)((int64_t)(fabs(s->checksum) < 1e9 ? s->checksum : 0.0) & 0xffff);
    if (said == sum) return;
    eg_recording_warn(w->recording, 0,
                      "the sum of \"%.40s\" is %u, the header says %u: samples may be damaged",
                      c->label, sum, said);
}

static eg_err make_channels(wfdb *w) {
    eg_recording *r = w->recording;
    size_t n = (size_t)w->n_signals, count = 0;
    for (size_t i = 0; i < n; i++) count += w->signals[i].bytes != NULL;
    eg_err err = eg_recording_add_channels(r, count, w->diag);
    if (err != EG_OK) return err;
    for (size_t i = 0, k = 0; i < n; i++)
        if (w->signals[i].bytes != NULL) {
            w->signals[i].channel = k;
            name_channel(w, i, &r->channels[k++]);
        }
    err = eg_recording_add_samples(r, w->diag);
    size_t n_uncalibrated = 0;
    for (size_t i = 0; err == EG_OK && i < n; i++) {
        const signal *s = &w->signals[i];
        if (s->channel == SIZE_MAX) continue;
        eg_channel *c = &r->channels[s->channel];
        n_uncalibrated += !(fabs(s->gain) > 0);
        check_sum(w, s, c, read_signal(w, s, c));
    }
    if (n_uncalibrated > 0)
        eg_recording_warn(r, 0,
                          "%zu signals are not calibrated: taken as 200 numbers a unit, as WFDB "
                          "does",
                          n_uncalibrated);
    r->rate_hz = w->rate_hz;
    int is_single = 1;
    for (size_t i = 0; i < r->n_channels; i++) is_single &= r->channels[i].n == r->channels[0].n;
    if (is_single && err == EG_OK) {
        r->n_frames = r->channels[0].n;
        r->rate_hz = r->channels[0].rate_hz;
    }
    snprintf(r->time_source, sizeof r->time_source, "the sampling rate in the header");
    return err;
}

eg_err eg_wfdb_parse(const eg_named_bytes *header, const eg_named_bytes *files, size_t n_files,
                     eg_recording *recording, eg_diag *diag) {
    EG_ASSERT(header != NULL && recording != NULL);
    wfdb w = {.recording = recording, .diag = diag, .name = header->name};
    w.text = (eg_span){(const char *)header->bytes, header->size};
    snprintf(recording->format, sizeof recording->format, "WFDB");
    eg_err err = read_header(&w);
    w.line = 0;
    if (err == EG_OK) err = open_files(&w, files, n_files);
    if (err == EG_OK) err = count_frames(&w);
    if (err == EG_OK) err = make_channels(&w);
    char name[EG_COMPANION_NAME_MAX];
    annotations_name(header->name, name);
    const eg_named_bytes *marks =
        err == EG_OK ? eg_companion_find(files, n_files, (eg_span){name, strlen(name)}) : NULL;
    if (marks != NULL) err = wfdb_read_annotations(marks, w.rate_hz, recording, diag);
    free(w.signals);
    return err;
}
