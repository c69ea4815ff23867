#include "io/import/answer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "io/format/build.h"

static const double rate_max_hz = 1e9;

static eg_err fail(eg_import_answer *a, eg_err code, const char *text) {
    if (a->error == EG_OK) a->error = eg_diag_set(a->diag, code, a->recording->name, 0, "%s", text);
    return a->error;
}

static eg_err nonsense(eg_import_answer *a) {
    return fail(a, EG_ERR_DATA,
                "the file is damaged: its reader gave no sensible answer; export it again");
}

static void read_text(eg_reader *in, char *field, size_t size) {
    size_t n = eg_reader_u16le(in);
    const unsigned char *text = n > EG_IMPORT_TEXT_MAX ? NULL : eg_reader_take(in, n);
    if (text == NULL) {
        in->failed = 1;
        return;
    }
    const void *zero = memchr(text, 0, n);
    if (zero != NULL) n = (size_t)((const unsigned char *)zero - text);
    eg_recording_copy_text(field, size, (const char *)text, n);
}

static double read_rate(eg_reader *in) {
    double rate_hz = eg_reader_f64le(in);
    return rate_hz > 0 && rate_hz <= rate_max_hz ? rate_hz : (double)NAN;
}

static double number(double value) {
    return isfinite(value) ? value : (double)NAN;
}

/* A count of values, SIZE_MAX if there may not be so many. */
static size_t read_count(eg_reader *in) {
    uint64_t n = eg_reader_u64le(in);
    return n <= EG_IMPORT_SAMPLES_MAX ? (size_t)n : SIZE_MAX;
}

static int is_done(const eg_reader *in) {
    return !in->failed && eg_reader_left(in) == 0;
}

static eg_err too_many(eg_import_answer *a) {
    return fail(a, EG_ERR_LIMIT,
                "more than 64 million values; cut the file into trials, or leave out what is not "
                "needed");
}

static eg_err read_head(eg_import_answer *a, eg_reader *in) {
    eg_recording *r = a->recording;
    if (a->has_head || eg_reader_u32le(in) != EG_IMPORT_VERSION) return nonsense(a);
    read_text(in, r->format, sizeof r->format);
    read_text(in, r->maker, sizeof r->maker);
    read_text(in, r->time_source, sizeof r->time_source);
    r->rate_hz = read_rate(in);
    r->n_frames = read_count(in);
    size_t n_channels = eg_reader_u32le(in);
    a->has_times = eg_reader_u32le(in) != 0;
    if (!is_done(in) || r->format[0] == '\0' || n_channels == 0) return nonsense(a);
    if (r->n_frames == SIZE_MAX) return too_many(a);
    a->has_head = 1;
    if (a->has_times) a->n_stored = r->n_frames;
    eg_err err = eg_recording_add_channels(r, n_channels, a->diag);
    if (err != EG_OK) return a->error = err;
    a->n_told = calloc(n_channels, sizeof *a->n_told);
    return a->n_told != NULL ? EG_OK : fail(a, EG_ERR_MEMORY, "no memory");
}

static eg_err read_channel(eg_import_answer *a, eg_reader *in) {
    eg_recording *r = a->recording;
    if (!a->has_head || a->n_named == r->n_channels) return nonsense(a);
    eg_channel *channel = &r->channels[a->n_named++];
    read_text(in, channel->label, sizeof channel->label);
    read_text(in, channel->unit, sizeof channel->unit);
    channel->is_named = eg_reader_u32le(in) != 0;
    channel->rate_hz = read_rate(in);
    size_t n = read_count(in);
    if (!is_done(in) || channel->label[0] == '\0' || n == 0) return nonsense(a);
    if (n == SIZE_MAX || a->n_stored + n > EG_IMPORT_SAMPLES_MAX) return too_many(a);
    a->n_stored += n;
    channel->n = n;
    return EG_OK;
}

/* The memory for the samples, once all channels are known. */
static eg_err make_room(eg_import_answer *a) {
    eg_recording *r = a->recording;
    if (!a->has_head || a->n_named != r->n_channels) return nonsense(a);
    if (a->has_samples) return EG_OK;
    /* Who reads a recording may take frames for samples. */
    size_t most = 0, is_even = 1;
    for (size_t i = 0; i < r->n_channels; i++) {
        if (r->channels[i].n > most) most = r->channels[i].n;
        is_even &= r->channels[i].n == r->channels[0].n;
    }
    if (r->n_frames != most || (a->has_times && !is_even)) return nonsense(a);
    eg_err err = eg_recording_add_samples(r, a->diag);
    if (err != EG_OK) return a->error = err;
    if (a->has_times) {
        r->t_s = malloc((r->n_frames + 1) * sizeof *r->t_s);
        if (r->t_s == NULL) return fail(a, EG_ERR_MEMORY, "no memory");
    }
    a->has_samples = 1;
    return EG_OK;
}

static eg_err read_samples(eg_import_answer *a, eg_reader *in) {
    eg_recording *r = a->recording;
    eg_err err = make_room(a);
    if (err != EG_OK) return err;
    size_t first = eg_reader_u32le(in), n_channels = eg_reader_u32le(in);
    uint64_t at = eg_reader_u64le(in);
    size_t n = eg_reader_u32le(in), order = eg_reader_u32le(in);
    if (in->failed || first >= r->n_channels || n_channels == 0 ||
        n_channels > r->n_channels - first || order > EG_IMPORT_BY_CHANNEL)
        return nonsense(a);
    if (n == 0 || n > EG_IMPORT_PAYLOAD_MAX / sizeof(double) / n_channels ||
        eg_reader_left(in) != n * n_channels * sizeof(double))
        return nonsense(a);
    /* Each channel is told from its first sample to its last, nothing twice and nothing left out.
     */
    for (size_t i = first; i < first + n_channels; i++) {
        if (at != a->n_told[i] || n > r->channels[i].n - a->n_told[i]) return nonsense(a);
        a->n_told[i] += n;
    }
    size_t outer = order == EG_IMPORT_BY_SAMPLE ? n : n_channels, inner = n * n_channels / outer;
    for (size_t i = 0; i < outer; i++)
        for (size_t k = 0; k < inner; k++) {
            size_t channel = order == EG_IMPORT_BY_SAMPLE ? k : i;
            size_t sample = order == EG_IMPORT_BY_SAMPLE ? i : k;
            r->channels[first + channel].values[at + sample] = number(eg_reader_f64le(in));
        }
    return EG_OK;
}

static eg_err read_times(eg_import_answer *a, eg_reader *in) {
    eg_recording *r = a->recording;
    eg_err err = make_room(a);
    if (err != EG_OK) return err;
    uint64_t at = eg_reader_u64le(in);
    size_t n = eg_reader_u32le(in);
    if (in->failed || !a->has_times || at != a->n_times || n == 0 || n > r->n_frames - a->n_times ||
        eg_reader_left(in) != n * sizeof(double))
        return nonsense(a);
    for (size_t i = 0; i < n; i++) r->t_s[a->n_times++] = number(eg_reader_f64le(in));
    return EG_OK;
}

static eg_err read_warning(eg_import_answer *a, eg_reader *in) {
    char text[sizeof a->recording->warnings[0].text];
    int is_partial = eg_reader_u32le(in) != 0;
    read_text(in, text, sizeof text);
    if (!is_done(in)) return nonsense(a);
    if (is_partial) a->recording->is_partial = 1;
    eg_recording_warn(a->recording, 0, "%s", text);
    return EG_OK;
}

/* The child's own words are shown, so only the errors that it has to report are believed. */
static eg_err read_fail(eg_import_answer *a, eg_reader *in) {
    char text[sizeof a->diag->text];
    eg_err code = (eg_err)eg_reader_i32le(in);
    read_text(in, text, sizeof text);
    int is_known = code == EG_ERR_FORMAT || code == EG_ERR_DATA || code == EG_ERR_LIMIT ||
                   code == EG_ERR_MEMORY;
    if (!is_done(in) || !is_known || text[0] == '\0') return nonsense(a);
    return fail(a, code, text);
}

static eg_err read_message(eg_import_answer *a, uint32_t kind, const uint8_t *payload,
                           size_t size) {
    eg_reader in;
    eg_reader_init(&in, payload, size);
    if (a->has_ended) return nonsense(a);
    switch (kind) {
    case EG_IMPORT_HEAD:
        return read_head(a, &in);
    case EG_IMPORT_CHANNEL:
        return read_channel(a, &in);
    case EG_IMPORT_SAMPLES:
        return read_samples(a, &in);
    case EG_IMPORT_TIMES:
        return read_times(a, &in);
    case EG_IMPORT_WARNING:
        return read_warning(a, &in);
    case EG_IMPORT_FAIL:
        return read_fail(a, &in);
    case EG_IMPORT_END:
        a->has_ended = 1;
        return is_done(&in) ? EG_OK : nonsense(a);
    default:
        return nonsense(a);
    }
}

eg_err eg_import_answer_init(eg_import_answer *answer, eg_recording *recording, eg_diag *diag) {
    EG_ASSERT(answer != NULL && recording != NULL && recording->channels == NULL);
    *answer = (eg_import_answer){.recording = recording, .diag = diag};
    answer->piece = malloc(EG_IMPORT_PREFIX_BYTES + EG_IMPORT_PAYLOAD_MAX);
    return answer->piece != NULL ? EG_OK : fail(answer, EG_ERR_MEMORY, "no memory");
}

/* Only of a message of which the prefix is there. */
static size_t payload_of(const eg_import_answer *a, uint32_t *kind) {
    eg_reader prefix;
    eg_reader_init(&prefix, a->piece, EG_IMPORT_PREFIX_BYTES);
    *kind = eg_reader_u32le(&prefix);
    return eg_reader_u32le(&prefix);
}

eg_err eg_import_answer_feed(eg_import_answer *answer, const uint8_t *bytes, size_t size) {
    EG_ASSERT(answer != NULL && answer->piece != NULL && (bytes != NULL || size == 0));
    while (size > 0 && answer->error == EG_OK) {
        uint32_t kind = 0;
        size_t wanted = EG_IMPORT_PREFIX_BYTES;
        if (answer->n_piece >= EG_IMPORT_PREFIX_BYTES) wanted += payload_of(answer, &kind);
        size_t n = wanted - answer->n_piece < size ? wanted - answer->n_piece : size;
        memcpy(answer->piece + answer->n_piece, bytes, n);
        answer->n_piece += n;
        bytes += n;
        size -= n;
        if (answer->n_piece < EG_IMPORT_PREFIX_BYTES) continue;
        size_t payload = payload_of(answer, &kind);
        if (payload > EG_IMPORT_PAYLOAD_MAX) return nonsense(answer);
        if (answer->n_piece < EG_IMPORT_PREFIX_BYTES + payload) continue;
        answer->n_piece = 0;
        answer->error = read_message(answer, kind, answer->piece + EG_IMPORT_PREFIX_BYTES, payload);
    }
    return answer->error;
}

eg_err eg_import_answer_finish(eg_import_answer *answer) {
    EG_ASSERT(answer != NULL);
    const eg_recording *r = answer->recording;
    if (answer->error != EG_OK) return answer->error;
    int is_whole = answer->has_ended && answer->n_piece == 0 && answer->has_samples &&
                   answer->n_named == r->n_channels &&
                   (!answer->has_times || answer->n_times == r->n_frames);
    for (size_t i = 0; is_whole && i < r->n_channels; i++)
        is_whole = answer->n_told[i] == r->channels[i].n;
    return is_whole ? EG_OK : nonsense(answer);
}

void eg_import_answer_end(eg_import_answer *answer) {
    free(answer->n_told);
    free(answer->piece);
    answer->n_told = NULL;
    answer->piece = NULL;
}
