#include "import/choose.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "import/send.h"
#include "io/format/recording.h"
#include "io/import/protocol.h"

enum { BLOCK_VALUES = 1 << 17, TOLD_MAX = 8 };

static const double rate_most_hz = 1e9, milli = 1e-3;
/* Two rows a second are the least of a recording of movement; a rate and a time agree within this
 * part; of a time with gaps at least a tenth is there. */
static const double step_most_s = 0.5, rate_off_most = 0.02, gaps_most = 10;

typedef struct times {
    const import_item *item; /* NULL: none */
    double factor;           /* to seconds */
    double rate_hz;          /* NaN: uneven */
    double step;             /* mean, as it stands there */
    const char *doubt;       /* why it is not taken; NULL: it is */
} times;

/* The last part of a path; Octave's HDF5 keeps the numbers of "fs" in "fs/value". */
static void last_part(const char *name, char part[IMPORT_NAME_MAX]) {
    static const char behind[] = "/value";
    char path[IMPORT_NAME_MAX];
    snprintf(path, sizeof path, "%s", name);
    size_t n = strlen(path), n_behind = sizeof behind - 1;
    if (n > n_behind && strcmp(path + n - n_behind, behind) == 0) path[n - n_behind] = '\0';
    const char *last = path;
    for (const char *c = path; *c != '\0'; c++)
        if ((*c == '/' || *c == '.') && c[1] != '\0') last = c + 1;
    snprintf(part, IMPORT_NAME_MAX, "%s", last);
}

static int is_one_of(const char *name, const char *const *words, size_t n) {
    char word[IMPORT_NAME_MAX];
    last_part(name, word);
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(word, words[i]) == 0) return 1;
    return 0;
}

int import_is_rate(const char *name) {
    static const char *const words[] = {"fs",
                                        "srate",
                                        "sfreq",
                                        "sampling_rate",
                                        "sample_rate",
                                        "samplingrate",
                                        "samplerate",
                                        "sampling rate",
                                        "sample rate",
                                        "sampling_freq",
                                        "samplingfreq",
                                        "sampling_frequency",
                                        "samplefreq",
                                        "sample_freq",
                                        "sample_frequency",
                                        "samplingfrequency"};
    return is_one_of(name, words, sizeof words / sizeof words[0]);
}

/* 0 if the name is not that of a time; otherwise what makes it seconds. */
static double time_factor(const char *name) {
    static const char *const seconds[] = {"t",         "time",       "times",  "time_s",
                                          "timestamp", "timestamps", "t_s",    "time_sec",
                                          "time_axis", "timeaxis",   "seconds"};
    static const char *const millis[] = {"t_ms", "time_ms", "ms"};
    if (is_one_of(name, seconds, sizeof seconds / sizeof seconds[0])) return 1;
    return is_one_of(name, millis, sizeof millis / sizeof millis[0]) ? milli : 0;
}

/* ---- what is what ---------------------------------------------------------------------------- */

/* The length that most values have; of equals the longest. */
static size_t main_length(const import_item *items, size_t n_items) {
    static unsigned char is_time[IMPORT_ITEMS_MAX];
    size_t best = 0, most = 0;
    for (size_t i = 0; i < n_items; i++) is_time[i] = time_factor(items[i].name) > 0;
    for (size_t i = 0; i < n_items; i++) {
        size_t n = items[i].n_samples, sum = 0;
        if (n < 2 || is_time[i]) continue;
        for (size_t k = 0; k < n_items; k++)
            if (items[k].n_samples == n && !is_time[k]) sum += n * items[k].n_channels;
        if (sum < most || (sum == most && n <= best)) continue;
        best = n;
        most = sum;
    }
    return best;
}

/* Whether the vector only grows, and how evenly. */
static int look_at_times(const import_source *source, const import_item *item, double *block,
                         times *found) {
    double first = NAN, last = NAN, longest = 0;
    for (size_t at = 0; at < item->n_samples; at += BLOCK_VALUES) {
        size_t n = item->n_samples - at < BLOCK_VALUES ? item->n_samples - at : BLOCK_VALUES;
        if (!source->read(source->file, item, at, n, block)) return 0;
        for (size_t i = 0; i < n; i++) {
            if (!isfinite(block[i]) || (at + i > 0 && !(block[i] > last))) return 0;
            if (at + i == 0) first = block[i];
            if (at + i > 0 && block[i] - last > longest) longest = block[i] - last;
            last = block[i];
        }
    }
    double step = (last - first) / (double)(item->n_samples - 1);
    found->item = item;
    found->factor = time_factor(item->name);
    found->step = step;
    found->rate_hz = longest <= 2 * step ? 1 / (step * found->factor) : (double)NAN;
    return 1;
}

/* A name is no unit: beside a rate the time must be in the unit that fits it (EEGLAB's is in
 * milliseconds), and without one its steps must be those of seconds. */
static void settle_unit(times *time, double rate_hz) {
    static const double factors[] = {1, 1e-3, 1e-6};
    if (time->item == NULL) return;
    if (!(rate_hz > 0)) {
        if (time->step * time->factor > step_most_s)
            time->doubt = "the file gives no rate, and its steps are too long for seconds";
        return;
    }
    for (size_t i = 0; i < sizeof factors / sizeof factors[0]; i++) {
        if (!(fabs(time->step * factors[i] * rate_hz - 1) < rate_off_most)) continue;
        time->factor = factors[i];
        return;
    }
    /* Gaps make its mean step longer than the rate's, not shorter, and not many times. */
    double times_longer = time->step * time->factor * rate_hz;
    if (!(times_longer > 1 && times_longer < gaps_most))
        time->doubt = "its steps are not those of the rate in any unit";
}

static times find_times(const import_source *source, const import_item *items, size_t n_items,
                        size_t length, double *block) {
    times found = {NULL, 1, NAN, NAN, NULL};
    for (size_t i = 0; i < n_items && found.item == NULL; i++)
        if (items[i].n_samples == length && items[i].n_channels == 1 &&
            time_factor(items[i].name) > 0)
            (void)look_at_times(source, &items[i], block, &found);
    return found;
}

/* ---- what is sent ---------------------------------------------------------------------------- */

static int is_sent(const import_item *item, size_t length, const times *time) {
    return item->n_samples == length && item != time->item &&
           item->n_channels <= EG_RECORDING_CHANNELS_MAX;
}

static void send_names(const import_item *item, double rate_hz) {
    for (size_t k = 0; k < item->n_channels; k++) {
        char label[IMPORT_NAME_MAX + 24];
        if (item->n_channels == 1)
            snprintf(label, sizeof label, "%s", item->name);
        else
            snprintf(label, sizeof label, "%s %zu", item->name, k + 1);
        import_send_channel(label, "", rate_hz, item->n_samples);
    }
}

static void send_values(const import_source *source, const import_item *item, size_t first,
                        double *block) {
    size_t most = BLOCK_VALUES / item->n_channels;
    for (size_t at = 0; at < item->n_samples; at += most) {
        size_t n = item->n_samples - at < most ? item->n_samples - at : most;
        if (!source->read(source->file, item, at, n, block))
            import_fail(EG_ERR_DATA,
                        "the values of \"%.60s\" cannot be read; the file is damaged: export it "
                        "again",
                        item->name);
        import_send_samples(first, item->n_channels, at, n, item->order, block);
    }
}

static void send_time_values(const import_source *source, const times *time, double *block) {
    size_t total = time->item->n_samples;
    for (size_t at = 0; at < total; at += BLOCK_VALUES) {
        size_t n = total - at < BLOCK_VALUES ? total - at : BLOCK_VALUES;
        if (!source->read(source->file, time->item, at, n, block))
            import_fail(EG_ERR_DATA, "the times cannot be read; the file is damaged");
        for (size_t i = 0; i < n; i++) block[i] *= time->factor;
        import_send_times(at, n, block);
    }
}

static void tell_left_out(const import_item *items, size_t n_items, size_t length,
                          const times *time, const import_item *rate) {
    size_t n_left = 0;
    for (size_t i = 0; i < n_items; i++) {
        const import_item *item = &items[i];
        if (is_sent(item, length, time) || item == time->item || item == rate) continue;
        if (n_left++ < TOLD_MAX)
            import_send_warning(0, "%.80s (%zu x %zu) is left out: it is not as long as the others",
                                item->name, item->n_samples, item->n_channels);
    }
    if (n_left > TOLD_MAX) import_send_warning(0, "%zu variables are left out in all", n_left);
}

void import_add_odd(import_odd *odd, const char *name, const char *why) {
    if (odd->n++ > 0) return;
    snprintf(odd->name, sizeof odd->name, "%s", name);
    odd->why = why;
}

static void tell_odd(const import_odd *odd) {
    if (odd->n == 1)
        import_send_warning(0, "%.80s is left out: %s", odd->name, odd->why);
    else if (odd->n > 1)
        import_send_warning(
            0, "%zu variables cannot be read as samples and are left out, the first %.80s: %s",
            odd->n, odd->name, odd->why);
}

void import_choose(const import_source *source, const import_item *items, size_t n_items,
                   int is_partial) {
    const import_item *rate = NULL;
    for (size_t i = 0; i < n_items && rate == NULL; i++)
        if (items[i].scalar > 0 && items[i].scalar <= rate_most_hz && import_is_rate(items[i].name))
            rate = &items[i];
    size_t length = main_length(items, n_items), n_channels = 0, n_values = 0;
    double *block = malloc(BLOCK_VALUES * sizeof *block);
    if (block == NULL) import_fail(EG_ERR_MEMORY, "no memory");
    times time = find_times(source, items, n_items, length, block);
    settle_unit(&time, rate != NULL ? rate->scalar : source->rate_hz);
    const import_item *doubted = time.doubt != NULL ? time.item : NULL;
    if (doubted != NULL) time.item = NULL;
    for (size_t i = 0; i < n_items && length > 0; i++)
        if (is_sent(&items[i], length, &time)) n_channels += items[i].n_channels;
    if (n_channels == 0 && source->odd->n > 0)
        import_fail(EG_ERR_FORMAT,
                    "the file holds no vector or matrix of numbers that can be read (%.60s: %s); "
                    "export the samples as one",
                    source->odd->name, source->odd->why);
    if (n_channels == 0)
        import_fail(EG_ERR_FORMAT,
                    "the file holds no vector or matrix of numbers; export the samples as one");
    n_values = (n_channels + (time.item != NULL)) * length;
    if (n_channels > EG_RECORDING_CHANNELS_MAX || n_values > EG_IMPORT_SAMPLES_MAX)
        import_fail(EG_ERR_LIMIT,
                    "%zu channels of %zu samples are more than can be read; cut the "
                    "file into trials",
                    n_channels, length);
    char where[IMPORT_NAME_MAX + 40] = "";
    import_head head = {source->format, source->maker,    where, NAN, length,
                        n_channels,     time.item != NULL};
    if (rate != NULL) {
        head.rate_hz = rate->scalar;
        snprintf(where, sizeof where, "the variable %.100s", rate->name);
    } else if (source->rate_hz > 0 && source->rate_hz <= rate_most_hz) {
        head.rate_hz = source->rate_hz;
        snprintf(where, sizeof where, "%s", source->rate_is);
    } else if (time.item != NULL) {
        head.rate_hz = time.rate_hz;
        snprintf(where, sizeof where, "the variable %.100s, taken as %s", time.item->name,
                 time.factor < 1 ? "milliseconds" : "seconds");
    }
    import_send_head(&head);
    size_t first = 0;
    for (size_t i = 0; i < n_items; i++)
        if (is_sent(&items[i], length, &time)) send_names(&items[i], head.rate_hz);
    if (isnan(head.rate_hz))
        import_send_warning(0, "the file gives no rate: no scalar is called fs or alike");
    if (is_partial)
        import_send_warning(1, "the file is damaged or not whole: only its first variables can be "
                               "read");
    tell_left_out(items, n_items, length, &time, rate);
    tell_odd(source->odd);
    if (doubted != NULL)
        import_send_warning(0, "%.80s is not taken as the time but as a channel: %s", doubted->name,
                            time.doubt);
    if (time.item != NULL) send_time_values(source, &time, block);
    for (size_t i = 0; i < n_items; i++) {
        if (!is_sent(&items[i], length, &time)) continue;
        send_values(source, &items[i], first, block);
        first += items[i].n_channels;
    }
    free(block);
    import_send_end();
}
