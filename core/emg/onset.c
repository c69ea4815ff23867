#include "core/emg/onset.h"

#include <stdint.h>

#include "core/base/check.h"
#include "core/emg/onset_part.h"

/* A window of rest has less than this over the rest's mean power. */
static const double REST_RATIO = 2.0;

/* Sizes of the detection's windows in bins of about 5 ms. */
enum { SHORT_BINS = 8, LONG_BINS = 40, REST_WINDOWS = 6, ROUNDS = 10 };

eg_onset_settings eg_onset_defaults(double rate_hz) {
    return (eg_onset_settings){rate_hz, 20.0, 2.0, 0.05, 0.125, 0.1, NAN, NAN};
}

const char *eg_onset_method_name(eg_onset_method method) {
    static const char *const names[] = {"aglr", "hodges-bui", "tkeo", "bonato"};
    EG_ASSERT(method >= 0 && method < EG_ONSET_METHODS);
    return names[method];
}

static size_t cell_samples(double rate_hz) {
    return rate_hz > 1500.0 ? (size_t)(rate_hz / 1000.0 + 0.5) : 1;
}

/* Rows of up to eight channels side by side; what is no number becomes 0 and is counted. */
static size_t take_block(size_t n_channels, size_t lanes, size_t count, const eg_real *x,
                         eg_real *block) {
    eg_real check[2] = {0, 0}; /* stays 0 unless a value is infinite or none at all */
    for (size_t i = 0; i < count; i++, x += n_channels) {
        eg_real *to = block + i * lanes;
        size_t k = 0;
        for (; k + 2 <= lanes; k += 2) {
            to[k] = x[k];
            to[k + 1] = x[k + 1];
            check[0] += x[k] - x[k];
            check[1] += x[k + 1] - x[k + 1];
        }
        for (; k < lanes; k++) {
            to[k] = x[k];
            check[0] += x[k] - x[k];
        }
    }
    size_t bad = 0;
    if (!isfinite(check[0] + check[1]))
        for (size_t i = 0; i < count * lanes; i++) {
            if (isfinite(block[i])) continue;
            block[i] = 0;
            bad++;
        }
    return bad;
}

static inline void add_squares(size_t lanes, const eg_real *row, double sum[8]) {
    if (lanes == 8) { /* spelled out, so that the sums stay side by side */
        for (size_t k = 0; k < 8; k++) sum[k] += (double)row[k] * (double)row[k];
        return;
    }
    for (size_t k = 0; k < lanes; k++) sum[k] += (double)row[k] * (double)row[k];
}

eg_err eg_onset_cells_fill(double rate_hz, size_t n_channels, size_t n, const eg_real *x,
                           eg_onset_cells *cells, eg_arena *arena, eg_diag *diag) {
    EG_ASSERT(cells != NULL && n_channels > 0 && n_channels <= EG_EMG_CHANNELS_MAX);
    if (!(rate_hz >= 100.0 && isfinite(rate_hz)))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "muscle onsets need at least 100 samples a second, not %g", rate_hz);
    eg_emg_settings settings = eg_emg_defaults(rate_hz);
    settings.band_low_hz = 30.0;
    eg_emg_filters filters;
    eg_err err = eg_emg_design(&filters, &settings, diag);
    if (err != EG_OK) return err;
    const size_t size = cell_samples(rate_hz), rows = EG_EMG_BLOCK;
    *cells = (eg_onset_cells){
        .cell_s = (double)size / rate_hz, .n_channels = n_channels, .n_cells = n / size};
    cells->power = eg_arena_take(arena, n_channels * cells->n_cells + 1, sizeof(double));
    if (cells->power == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for %zu channels", n_channels);
    eg_filter_state state[EG_EMG_CHANNELS_MAX];
    eg_real block[EG_EMG_BLOCK * 8];
    for (size_t first = 0; first < n_channels; first += 8) {
        size_t lanes = n_channels - first < 8 ? n_channels - first : 8;
        for (size_t k = 0; k < lanes && n > 0; k++) {
            eg_real level = isfinite(x[first + k]) ? x[first + k] : 0;
            eg_filter_settle(&filters.band, level, &state[k]);
        }
        double sum[8] = {0};
        size_t in_cell = 0, cell = 0;
        for (size_t at = 0; at < n; at += rows) {
            size_t count = n - at < rows ? n - at : rows;
            cells->n_bad +=
                take_block(n_channels, lanes, count, x + at * n_channels + first, block);
            eg_emg_causal(&filters.band, lanes, state, count, block, block);
            for (size_t i = 0; i < count; i++) {
                add_squares(lanes, block + i * lanes, sum);
                if (++in_cell < size) continue;
                for (size_t k = 0; k < lanes; k++) {
                    if (cell < cells->n_cells)
                        cells->power[(first + k) * cells->n_cells + cell] = sum[k] / (double)size;
                    sum[k] = 0.0;
                }
                in_cell = 0;
                cell++;
            }
        }
    }
    return EG_OK;
}

double onset_alarm_ratio(double freedom, double alarm) {
    double ratio = 2.0;
    for (int i = 0; i < 60; i++) { /* Newton; convex, so it ends from above */
        double f = 0.5 * freedom * (ratio - 1.0 - eg_log(ratio)) - alarm;
        double next = ratio - f / (0.5 * freedom * (1.0 - 1.0 / ratio));
        if (next < 1.0 + 1e-9) next = 1.0 + 1e-9;
        double step = fabs(next - ratio);
        ratio = next;
        if (step < 1e-10 * ratio) break;
    }
    return ratio;
}

/* What a detection works on. */
typedef struct detection {
    const eg_onset_settings *settings;
    double cell_s, bin_s;
    size_t n_cells, n_bins, group; /* cells a bin */
    const double *power;           /* [n_cells] */
    double *bins;                  /* [n_bins] mean power */
    double *windows;               /* [n_windows] of SHORT_BINS bins each */
    size_t n_windows;
    double rest_power, nominal_freedom, freedom, ratio;
} detection;

static void fill_bins(detection *d) {
    for (size_t b = 0; b < d->n_bins; b++) {
        double sum = 0.0;
        for (size_t i = 0; i < d->group; i++) sum += d->power[b * d->group + i];
        d->bins[b] = sum / (double)d->group;
    }
    for (size_t w = 0; w < d->n_windows; w++) {
        double sum = 0.0;
        for (size_t i = 0; i < SHORT_BINS; i++) sum += d->bins[w * SHORT_BINS + i];
        d->windows[w] = sum / SHORT_BINS;
    }
}

/* The quietest REST_WINDOWS windows in a row without a silent one among them (a lead that is off
 * is no resting muscle). Returns its first window, or n_windows. */
static size_t quietest(const detection *d, double silence) {
    size_t best = d->n_windows;
    double least = INFINITY;
    for (size_t w = 0; w + REST_WINDOWS <= d->n_windows; w++) {
        double sum = 0.0, smallest = INFINITY;
        for (size_t i = 0; i < REST_WINDOWS; i++) {
            sum += d->windows[w + i];
            smallest = fmin(smallest, d->windows[w + i]);
        }
        if (sum < least && smallest > silence) {
            least = sum;
            best = w;
        }
    }
    return best;
}

/* Whether window w and its neighbours raise no alarm against power `level`. */
static int is_quiet(const detection *d, size_t w, double level, double ratio, double silence) {
    size_t from = w > 0 ? w - 1 : 0, to = w + 2 < d->n_windows ? w + 2 : d->n_windows;
    if (!(d->windows[w] > silence)) return 0;
    for (size_t i = from; i < to; i++)
        if (d->windows[i] > ratio * level) return 0;
    return 1;
}

/* Mean power of the windows that are rest against `level`, and the scatter of the logarithms of
 * those below it: weak activity adds to the upper side only. */
static double rest_mean(const detection *d, double level, double silence, size_t *count,
                        double *scatter) {
    double sum = 0.0, squares = 0.0;
    size_t below = 0;
    *count = 0;
    for (size_t w = 0; w < d->n_windows; w++) {
        if (!is_quiet(d, w, level, REST_RATIO, silence)) continue;
        sum += d->windows[w];
        ++*count;
        if (scatter == NULL || d->windows[w] >= level) continue;
        double log_ratio = eg_log(d->windows[w] / level);
        squares += log_ratio * log_ratio;
        below++;
    }
    if (scatter != NULL) *scatter = below > 4 ? squares / (double)below : (double)NAN;
    return *count > 0 ? sum / (double)*count : level;
}

static eg_err find_rest(detection *d, eg_onset_rest *rest, eg_diag *diag) {
    const eg_onset_settings *s = d->settings;
    double loudest = 0.0, window_s = d->bin_s * SHORT_BINS;
    for (size_t w = 0; w < d->n_windows; w++) loudest = fmax(loudest, d->windows[w]);
    if (!(loudest > 0.0))
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "the channel is constant: is the electrode connected?");
    const double silence = 1e-9 * loudest, floor_power = 1e-7 * loudest;
    rest->is_given = isfinite(s->baseline_from_s) && isfinite(s->baseline_to_s);
    size_t first = quietest(d, silence), count = 0;
    double level = floor_power, scatter = NAN;
    if (rest->is_given) {
        size_t from = (size_t)fmax(0.0, s->baseline_from_s / d->cell_s);
        size_t to = (size_t)fmax(0.0, s->baseline_to_s / d->cell_s);
        if (to > d->n_cells) to = d->n_cells;
        if ((double)to < (double)from + 0.2 / d->cell_s)
            return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                               "the rest must lie in the recording and last 0.2 s or more");
        double sum = 0.0;
        for (size_t i = from; i < to; i++) sum += d->power[i];
        level = fmax(sum / (double)(to - from), floor_power);
        rest->from_s = s->baseline_from_s;
        rest->to_s = s->baseline_to_s;
        (void)rest_mean(d, level, silence, &count, &scatter);
    } else if (first < d->n_windows) {
        double sum = 0.0;
        for (size_t i = 0; i < REST_WINDOWS; i++) sum += d->windows[first + i];
        const double start = fmax(sum / REST_WINDOWS, floor_power);
        rest->from_s = (double)first * window_s;
        rest->to_s = (double)(first + REST_WINDOWS) * window_s;
        level = start;
        for (int round = 0; round < ROUNDS; round++) {
            double next = fmin(rest_mean(d, level, silence, &count, NULL), 2.5 * start);
            int is_settled = fabs(next - level) < 1e-3 * level;
            level = next;
            if (is_settled) break;
        }
        (void)rest_mean(d, level, silence, &count, &scatter);
    }
    d->rest_power = level;
    /* The logarithm of a mean of f squares scatters by about 2 / f. */
    double freedom = count >= 8 && scatter > 0.0 ? 2.0 / scatter : 0.7 * d->nominal_freedom;
    d->freedom = fmin(fmax(freedom, 6.0), d->nominal_freedom);
    rest->rms = sqrt(level);
    rest->share = (double)count / (double)d->n_windows;
    rest->freedom = d->freedom;
    return EG_OK;
}

/* Running mean over `width` bins that starts at bin b; the last ones are shorter. */
static double window_mean(const double *sums, size_t n_bins, size_t b, size_t width) {
    size_t to = b + width < n_bins ? b + width : n_bins;
    return (sums[to] - sums[b]) / (double)(to - b);
}

typedef struct segment {
    size_t from, to;   /* bins, to exclusive */
    size_t seed, last; /* first and last bin that raised an alarm */
    double loudest;    /* power ratio of the loudest short window */
    int is_merged;
} segment;

/* A pause whose level is nearer, in decibels, to that of the activity around it than to the rest's
 * is none: a weak contraction flickers. At most 1 s long. */
static int is_no_pause(const detection *d, const double *sums, const segment *before,
                       const segment *behind) {
    if (behind->from <= before->to || (double)(behind->from - before->to) * d->bin_s > 1.0)
        return behind->from <= before->to;
    double pause = (sums[behind->from] - sums[before->to]) / (double)(behind->from - before->to);
    double left = (sums[before->to] - sums[before->from]) / (double)(before->to - before->from);
    double right = (sums[behind->to] - sums[behind->from]) / (double)(behind->to - behind->from);
    return pause * pause > fmin(left, right) * d->rest_power;
}

/* Runs above the lower threshold that hold an alarm; pauses below merge_s are bridged. */
static size_t find_segments(const detection *d, const double *sums, size_t capacity,
                            segment *segments) {
    const double least = d->settings->power_ratio_min;
    double high = fmax(onset_alarm_ratio(d->freedom, d->settings->alarm), least) * d->rest_power;
    double wide =
        fmax(onset_alarm_ratio(d->freedom * LONG_BINS / SHORT_BINS, d->settings->alarm), least);
    double low = (1.0 + 1.7 * sqrt(2.0 / d->freedom)) * d->rest_power;
    wide *= d->rest_power;
    size_t count = 0, gap_bins = (size_t)(d->settings->merge_s / d->bin_s + 0.5);
    segment now = {0};
    int is_open = 0, has_seed = 0;
    size_t ahead = 0, alarmed = SIZE_MAX; /* the next bin to look at; the last that alarmed */
    for (size_t b = 0; b <= d->n_bins; b++) {
        size_t from = b > SHORT_BINS / 2 ? b - SHORT_BINS / 2 : 0;
        size_t wide_from = b > LONG_BINS / 2 ? b - LONG_BINS / 2 : 0;
        double level = b < d->n_bins ? window_mean(sums, d->n_bins, from, SHORT_BINS) : 0.0;
        if (level > low) {
            if (!is_open) now = (segment){b, b, b, b, 0.0, 0};
            has_seed = is_open && has_seed;
            is_open = 1;
            /* A long window counts only where no short one in its reach has alarmed. */
            for (; ahead < d->n_bins && ahead <= b + LONG_BINS / 2 + SHORT_BINS; ahead++) {
                size_t at = ahead > SHORT_BINS / 2 ? ahead - SHORT_BINS / 2 : 0;
                if (window_mean(sums, d->n_bins, at, SHORT_BINS) > high) alarmed = ahead;
            }
            int is_alone = alarmed == SIZE_MAX || alarmed + LONG_BINS / 2 + SHORT_BINS < b;
            int is_seed = level > high ||
                          (is_alone && window_mean(sums, d->n_bins, wide_from, LONG_BINS) > wide);
            if (is_seed && !has_seed) now.seed = b;
            if (is_seed) now.last = b;
            has_seed |= is_seed;
            now.to = b + 1;
            now.loudest = fmax(now.loudest, level / d->rest_power);
            continue;
        }
        if (is_open && has_seed) {
            segment *before = count > 0 ? &segments[count - 1] : NULL;
            if (before != NULL &&
                (now.from < before->to + gap_bins || is_no_pause(d, sums, before, &now))) {
                before->to = now.to;
                before->last = now.last;
                before->loudest = fmax(before->loudest, now.loudest);
                before->is_merged = 1;
            } else if (count < capacity) {
                segments[count++] = now;
            } else {
                return capacity + 1;
            }
        }
        is_open = 0;
    }
    return count;
}

/* Long stretches of a segment that are nearer to the rest than to its own mean, in decibels, are no
 * part of a burst: they are cut off its ends, and part it in the middle. */
static size_t split_segment(const detection *d, const double *sums, const segment *whole,
                            size_t capacity, segment *pieces) {
    const size_t patience = (size_t)(0.25 / d->bin_s + 0.5);
    double mean = (sums[whole->to] - sums[whole->from]) / (double)(whole->to - whole->from);
    double middle = sqrt(mean * d->rest_power);
    if (middle < 2.0 * d->rest_power) { /* a weak contraction flickers through any middle */
        pieces[0] = *whole;
        return 1;
    }
    size_t count = 0;
    for (size_t b = whole->from; b < whole->to; b++) {
        size_t from = b > SHORT_BINS / 2 ? b - SHORT_BINS / 2 : 0;
        double level = window_mean(sums, d->n_bins, from, SHORT_BINS);
        if (level <= middle) continue;
        segment *last = count > 0 ? &pieces[count - 1] : NULL;
        if (last != NULL && b - last->to <= patience) {
            last->to = b + 1;
            last->last = b;
            last->loudest = fmax(last->loudest, level / d->rest_power);
        } else if (count < capacity) {
            pieces[count++] = (segment){b, b + 1, b, b, level / d->rest_power, whole->is_merged};
        }
    }
    if (count == 0) {
        pieces[0] = *whole;
        return 1;
    }
    if (pieces[0].from - whole->from <= patience) {
        pieces[0].from = whole->from;
        pieces[0].seed = whole->seed;
    }
    if (whole->to - pieces[count - 1].to <= patience) {
        pieces[count - 1].to = whole->to;
        pieces[count - 1].last = whole->last;
    }
    return count;
}

/* The power that a change starts from: the rest's, or that of the quietest 100 ms in the 300 ms
 * before it where the muscle had not come to rest. */
static double power_before(const detection *d, const double *sums, const segment *s, int is_end) {
    const size_t width = (size_t)(0.1 / d->bin_s + 0.5), reach = (size_t)(0.3 / d->bin_s + 0.5);
    double least = INFINITY;
    for (size_t k = 0; k + width <= reach; k++) {
        if (is_end ? s->to + k + width > d->n_bins : s->from < k + width) break;
        size_t from = is_end ? s->to + k : s->from - k - width;
        least = fmin(least, (sums[from + width] - sums[from]) / (double)width);
    }
    return isfinite(least) ? fmax(least, d->rest_power) : d->rest_power;
}

/* What a search for a change sees: from the neighbour's end to the sure part of the segment;
 * backwards for its end. `begin` is the cell, counted in that direction, that the view begins at.
 */
static onset_edge_view view_of(const detection *d, const double *sums, const segment *s,
                               size_t neighbour, int is_end, double *begin) {
    const size_t group = d->group, back = (size_t)(0.3 / d->cell_s),
                 most = (size_t)(0.4 / d->cell_s);
    size_t start = (is_end ? d->n_bins - s->to : s->from) * group;
    size_t stop = (is_end ? d->n_bins - s->from : s->to) * group;
    size_t seed = (is_end ? d->n_bins - 1 - s->last : s->seed) * group;
    size_t base = (is_end ? d->n_bins - neighbour : neighbour) * group;
    if (base + back < start) base = start - back;
    *begin = (double)base;
    if (stop > seed + most) stop = seed + most;
    if (stop - base > ONSET_EDGE_CELLS_MAX) stop = base + ONSET_EDGE_CELLS_MAX;
    const double *power = is_end ? d->power + d->n_bins * group - 1 - base : d->power + base;
    size_t latest = seed + (size_t)(0.06 / d->cell_s);
    if (latest + 1 > stop) latest = stop - 1;
    return (onset_edge_view){power,
                             is_end ? -1 : 1,
                             stop - base,
                             0,
                             latest - base,
                             seed - base,
                             stop - base,
                             d->cell_s,
                             power_before(d, sums, s, is_end),
                             d->freedom / ((double)SHORT_BINS * (double)group)};
}

/* A change that the recording's begin or end hides says nothing of rises. */
static int is_at_start(const segment *s) {
    return s->from <= SHORT_BINS / 2;
}

static int is_at_end(const detection *d, const segment *s) {
    return s->to + SHORT_BINS / 2 >= d->n_bins;
}

/* Begins (0) or ends (1) of all segments: what is seen of each, and which of them tell. */
typedef struct changes {
    onset_edge_view *views; /* [n] */
    double *begins;         /* [n] cells at which the views begin, counted in their direction */
    onset_look *looks;      /* [n] */
    onset_look *telling;    /* [n_telling] */
    size_t n_telling;
    onset_edge *edges; /* [n] in cells of the recording */
} changes;

static int take_changes(changes *c, size_t n, eg_arena *scratch) {
    *c = (changes){.views = eg_arena_take(scratch, n + 1, sizeof *c->views),
                   .begins = eg_arena_take(scratch, n + 1, sizeof *c->begins),
                   .looks = eg_arena_take(scratch, n + 1, sizeof *c->looks),
                   .telling = eg_arena_take(scratch, n + 1, sizeof *c->telling),
                   .edges = eg_arena_take(scratch, n + 1, sizeof *c->edges)};
    return c->views != NULL && c->begins != NULL && c->looks != NULL && c->telling != NULL &&
           c->edges != NULL;
}

static void look_at(const detection *d, const double *sums, size_t n, const segment *segments,
                    int is_end, changes *c) {
    for (size_t i = 0; i < n; i++) {
        size_t neighbour = i > 0 ? segments[i - 1].to : 0;
        if (is_end) neighbour = i + 1 < n ? segments[i + 1].from : d->n_bins;
        c->views[i] = view_of(d, sums, &segments[i], neighbour, is_end, &c->begins[i]);
        onset_edge_look(&c->views[i], &c->looks[i]);
        const int is_hidden = is_end ? is_at_end(d, &segments[i]) : is_at_start(&segments[i]);
        if (!is_hidden) c->telling[c->n_telling++] = c->looks[i];
    }
}

static void date(const detection *d, size_t n, const onset_habit *habit, int is_end, changes *c) {
    const double size = (double)(d->n_bins * d->group);
    for (size_t i = 0; i < n; i++) {
        onset_edge *edge = &c->edges[i];
        *edge = onset_edge_find(&c->views[i], &c->looks[i], habit);
        double *const cells[] = {&edge->at, &edge->early, &edge->late};
        for (size_t k = 0; k < 3; k++) {
            const double cell = fmin(fmax(c->begins[i] + *cells[k], 0.0), size);
            *cells[k] = is_end ? size - cell : cell;
        }
    }
}

static eg_burst burst_of(const detection *d, const double *sums, const segment *s,
                         const onset_edge *on, const onset_edge *off) {
    eg_burst burst = {.flags = s->is_merged ? EG_ONSET_MERGED : 0};
    burst.on_s = on->at * d->cell_s;
    burst.on_early_s = on->early * d->cell_s;
    burst.on_late_s = on->late * d->cell_s;
    burst.off_s = off->at * d->cell_s;
    burst.off_early_s = off->late * d->cell_s;
    burst.off_late_s = off->early * d->cell_s;
    burst.rise_s = on->rise_s;
    burst.confidence = on->confidence;
    burst.evidence = onset_evidence(d->freedom, s->loudest);
    if (is_at_start(s)) {
        burst.flags |= EG_ONSET_AT_START;
        burst.on_s = burst.on_early_s = burst.on_late_s = 0.0;
        burst.confidence = 0.0;
    }
    if (is_at_end(d, s)) {
        burst.flags |= EG_ONSET_AT_END;
        burst.off_s = burst.off_early_s = burst.off_late_s = (double)d->n_cells * d->cell_s;
    }
    double mean = (sums[s->to] - sums[s->from]) / (double)(s->to - s->from);
    burst.snr_db = 10.0 * eg_log10(fmax(mean / d->rest_power - 1.0, 1e-3));
    return burst;
}

/* Each change is looked at by itself; what all of them tell of how this muscle rises and falls then
 * helps to date each. */
static eg_err find_bursts(const detection *d, const double *sums, size_t n, const segment *segments,
                          eg_burst *bursts, eg_arena *scratch, eg_diag *diag) {
    changes ons, offs;
    if (!take_changes(&ons, n, scratch) || !take_changes(&offs, n, scratch))
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to date %zu bursts", n);
    look_at(d, sums, n, segments, 0, &ons);
    look_at(d, sums, n, segments, 1, &offs);
    onset_habit habits[2];
    onset_habit_learn((size_t[]){ons.n_telling, offs.n_telling},
                      (onset_look *[]){ons.telling, offs.telling}, habits);
    date(d, n, &habits[0], 0, &ons);
    date(d, n, &habits[1], 1, &offs);
    for (size_t i = 0; i < n; i++)
        bursts[i] = burst_of(d, sums, &segments[i], &ons.edges[i], &offs.edges[i]);
    return EG_OK;
}

eg_err eg_onset_aglr(const eg_onset_settings *settings, double cell_s, size_t n_cells,
                     const double *power, eg_onset_rest *rest, size_t capacity, eg_burst *bursts,
                     size_t *count, eg_arena *scratch, eg_diag *diag) {
    EG_ASSERT(settings != NULL && power != NULL && rest != NULL && bursts != NULL);
    *count = 0;
    *rest = (eg_onset_rest){NAN, NAN, NAN, 0.0, NAN, 0};
    size_t mark = eg_arena_mark(scratch);
    detection d = {.settings = settings, .cell_s = cell_s, .n_cells = n_cells, .power = power};
    d.group = (size_t)(0.005 / cell_s + 0.5);
    if (d.group == 0) d.group = 1;
    d.bin_s = cell_s * (double)d.group;
    d.n_bins = n_cells / d.group;
    d.n_windows = d.n_bins / SHORT_BINS;
    if (d.n_windows < 2 * REST_WINDOWS)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "%.3g s are too short for muscle onsets; half a second is needed",
                           (double)n_cells * cell_s);
    /* A band of B Hz holds 2 B independent samples a second, and never more than there are. */
    double band_hz = fmin(420.0, EG_EMG_CORNER_MAX * settings->rate_hz - 30.0);
    d.nominal_freedom = fmax(2.0 * band_hz * d.bin_s * SHORT_BINS, 6.0);
    d.bins = eg_arena_take(scratch, d.n_bins, sizeof *d.bins);
    d.windows = eg_arena_take(scratch, d.n_windows, sizeof *d.windows);
    double *sums = eg_arena_take(scratch, d.n_bins + 1, sizeof *sums);
    segment *whole = eg_arena_take(scratch, capacity + 1, sizeof *whole);
    segment *segments = eg_arena_take(scratch, capacity + 1, sizeof *segments);
    eg_err err = EG_OK;
    if (d.bins == NULL || d.windows == NULL || sums == NULL || whole == NULL || segments == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to find onsets");
    if (err == EG_OK) {
        fill_bins(&d);
        sums[0] = 0.0;
        for (size_t b = 0; b < d.n_bins; b++) sums[b + 1] = sums[b] + d.bins[b];
        err = find_rest(&d, rest, diag);
    }
    if (err == EG_OK) {
        size_t n_whole = find_segments(&d, sums, capacity, whole), n_segments = 0;
        size_t n_read = n_whole < capacity ? n_whole : capacity;
        for (size_t i = 0; i < n_read && n_segments < capacity; i++)
            n_segments +=
                split_segment(&d, sums, &whole[i], capacity - n_segments, segments + n_segments);
        if (n_whole > capacity)
            err = eg_diag_set(diag, EG_ERR_LIMIT, NULL, 0, "more than %zu bursts", capacity);
        const eg_err dated = find_bursts(&d, sums, n_segments, segments, bursts, scratch, diag);
        if (dated == EG_OK) *count = n_segments;
        if (dated != EG_OK) err = dated;
        *count = onset_finish(settings, *count, bursts);
    }
    eg_arena_reset(scratch, mark);
    return err;
}
