/* Annotations in the MIT format: annot(5). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "io/format/build.h"
#include "io/format/number.h"
#include "io/format/wfdb_part.h"

enum { SKIP = 59, NUM = 60, SUB = 61, CHN = 62, AUX = 63, NOTE = 22, LAST_CODE = 49 };

/* The mnemonics of the codes, as PhysioNet's tools print them. */
static const char *const mnemonics[LAST_CODE + 1] = {
    "",  "N", "L", "R", "a", "V", "F", "J", "A",  "S", "E", "j", "/", "Q",
    "~", "",  "|", "",  "s", "T", "*", "D", "\"", "=", "p", "B", "^", "t",
    "+", "u", "?", "!", "[", "]", "e", "n", "@",  "x", "f", "(", ")", "r"};

typedef struct annotation {
    int code; /* 0: none yet */
    double t; /* samples */
    const unsigned char *text;
    size_t n_text;
} annotation;

typedef struct list {
    eg_recording *recording;
    eg_diag *diag;
    double rate_hz;
    size_t room;
    size_t n_lost;
} list;

/* A note at the beginning may bring the annotations' own clock. */
static int reads_resolution(list *l, const annotation *a) {
    static const char begin[] = "## time resolution:";
    size_t n = sizeof begin - 1;
    if (a->t > 0 || a->n_text <= n || memcmp(a->text, begin, n) != 0) return 0;
    eg_span rest = eg_text_trim((eg_span){(const char *)a->text + n, a->n_text - n});
    double rate_hz;
    if (eg_number_read(rest.start, rest.n, '.', &rate_hz, NULL) > 0 && rate_hz > 0 &&
        isfinite(rate_hz))
        l->rate_hz = rate_hz;
    return 1;
}

static eg_err add(list *l, const annotation *a) {
    eg_recording *r = l->recording;
    if (a->code == 0 || (a->code == NOTE && reads_resolution(l, a))) return EG_OK;
    if (r->n_events == EG_WFDB_EVENTS_MAX) {
        l->n_lost++;
        return EG_OK;
    }
    eg_event *event = eg_recording_add_event(r, &l->room);
    if (event == NULL) return eg_diag_set(l->diag, EG_ERR_MEMORY, r->name, 0, "no memory");
    event->t_s = a->t / l->rate_hz;
    char text[2 * EG_RECORDING_LABEL_MAX];
    size_t used = 0;
    while (used < a->n_text && used < EG_RECORDING_LABEL_MAX && a->text[used] != 0) used++;
    int n;
    const char *name = a->code <= LAST_CODE && mnemonics[a->code] != NULL ? mnemonics[a->code] : "";
    if (a->code == NOTE && used > 0)
        n = snprintf(text, sizeof text, "%.*s", (int)used, (const char *)a->text);
    else if (name[0] == '\0')
        n = snprintf(text, sizeof text, "code %d%s%.*s", a->code, used > 0 ? " " : "", (int)used,
                     (const char *)a->text);
    else
        n = snprintf(text, sizeof text, "%s%s%.*s", name, used > 0 ? " " : "", (int)used,
                     (const char *)a->text);
    eg_recording_copy_text(event->label, sizeof event->label, text, (size_t)(n > 0 ? n : 0));
    snprintf(event->context, sizeof event->context, "annotation");
    return EG_OK;
}

/* One word of the file: 1 if it was taken, 0 at the end of the annotations. */
static int take_word(list *l, eg_reader *in, double *t, annotation *a, eg_err *err) {
    unsigned word = eg_reader_u16le(in), code = word >> 10, interval = word & 1023;
    if (in->failed || word == 0) return 0;
    if (code == SKIP) {
        uint32_t high = eg_reader_u16le(in), low = eg_reader_u16le(in);
        *t += (double)(int32_t)(high << 16 | low);
    } else if (code == AUX) {
        a->text = eg_reader_take(in, interval);
        a->n_text = a->text != NULL ? interval : 0;
        if (interval % 2 == 1) eg_reader_skip(in, 1);
    } else if (code != NUM && code != SUB && code != CHN) {
        *err = add(l, a);
        *t += interval;
        *a = (annotation){.code = (int)code, .t = *t};
    }
    return *err == EG_OK && !in->failed;
}

eg_err wfdb_read_annotations(const eg_named_bytes *file, double rate_hz, eg_recording *recording,
                             eg_diag *diag) {
    EG_ASSERT(rate_hz > 0 && recording->n_events == 0);
    list l = {.recording = recording, .diag = diag, .rate_hz = rate_hz};
    eg_reader in;
    eg_reader_init(&in, file->bytes, file->size);
    annotation a = {0};
    double t = 0;
    eg_err err = EG_OK;
    while (take_word(&l, &in, &t, &a, &err)) continue;
    if (err == EG_OK) err = add(&l, &a);
    if (in.failed) {
        eg_recording_warn(recording, 0, "%.60s ends within its annotations", file->name);
        recording->is_partial = 1;
    }
    if (l.n_lost > 0)
        eg_recording_warn(recording, 0, "more than %d annotations; %zu are left out",
                          EG_WFDB_EVENTS_MAX, l.n_lost);
    return err == EG_OK ? eg_recording_sort_events(recording, diag) : err;
}
