#include "core/motion/rom.h"

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/signal/filter.h"
#include "core/signal/smoothness.h"

enum { ORDER = 2 };

static const double still_share = 0.05; /* of peak speed, and of the swing at both ends */
static const double hold_share = 0.03, edge_s = 0.25, noise_factor = 6.0;

size_t eg_rom_size(size_t n) {
    if (n == 0 || n > EG_ROM_SAMPLES_MAX) return 0;
    size_t reps = n < EG_SMOOTHNESS_SAMPLES_MAX ? n : EG_SMOOTHNESS_SAMPLES_MAX;
    return (4 * n + 256) * sizeof(double) + eg_sparc_size(reps) + 4096;
}

/* ---- the trace ------------------------------------------------------------------------------- */

/* The longest part without a gap longer than can be bridged. */
static void find_part(size_t n, const double *x, size_t longest_gap, eg_rom *rom) {
    size_t from = 0, last = 0;
    int is_open = 0;
    rom->n = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i])) continue;
        if (!is_open || i - last > longest_gap + 1) from = i;
        is_open = 1;
        last = i;
        if (last - from + 1 > rom->n) {
            rom->from = from;
            rom->n = last - from + 1;
        }
    }
    size_t outside = 0;
    for (size_t i = 0; i < n; i++)
        outside += isfinite(x[i]) && (i < rom->from || i >= rom->from + rom->n) ? 1 : 0;
    rom->is_whole = outside == 0;
}

static void bridge(size_t n, const double *x, double *y, eg_rom *rom) {
    size_t last = 0;
    rom->n_bridged = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i])) continue;
        y[i] = x[i];
        for (size_t k = last + 1; k < i; k++) {
            double share = (double)(k - last) / (double)(i - last);
            y[k] = x[last] + share * (x[i] - x[last]);
            rom->n_bridged++;
        }
        last = i;
    }
}

static eg_err smooth(size_t n, const double *raw, double rate_hz, double *y, eg_arena *arena,
                     eg_rom *rom, eg_diag *diag) {
    eg_filter filter;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) y[i] = raw[i];
    /* A slow trace has no noise above the cut-off that could be taken away. */
    if (rate_hz > 2.5 * EG_ROM_CUT_OFF_HZ) {
        eg_err err = eg_filter_butterworth(&filter, EG_FILTER_LOW_PASS, ORDER, 0, EG_ROM_CUT_OFF_HZ,
                                           rate_hz, diag);
        size_t padding = (size_t)rate_hz < n - 1 ? (size_t)rate_hz : n - 1;
        if (err == EG_OK) err = eg_filter_zero_lag(&filter, n, y, y, padding, arena, diag);
        if (err != EG_OK) return err;
    }
    for (size_t i = 0; i < n; i++) sum += (raw[i] - y[i]) * (raw[i] - y[i]);
    rom->noise_deg = sqrt(sum / (double)n);
    return EG_OK;
}

static double mean_of(const double *x, size_t n) {
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    return sum / (double)n;
}

/* ---- turning points -------------------------------------------------------------------------- */

/* The largest rise or fall between any two moments, the lower before or behind. */
static double largest_swing(size_t n, const double *y) {
    double low = y[0], high = y[0];
    for (size_t i = 1; i < n; i++) {
        low = fmin(low, y[i]);
        high = fmax(high, y[i]);
    }
    return high - low;
}

/* Follows y from one turning point to the next, smaller swings ignored; each rise with the fall
 * behind it is a repetition. */
typedef struct walker {
    const double *y;
    enum { WALK_UNKNOWN, WALK_UP, WALK_DOWN } state;
    size_t low, high;   /* candidates for the next turning points */
    size_t begin, peak; /* of the repetition that is open */
    int has_peak;
    eg_rom *rom;
} walker;

static void close_repetition(walker *w, size_t end, int is_complete) {
    eg_rom *rom = w->rom;
    w->has_peak = 0;
    if (rom->n_repetitions == EG_ROM_REPETITIONS_MAX) {
        rom->is_full = 1;
        return;
    }
    rom->repetitions[rom->n_repetitions++] = (eg_rom_repetition){
        .begin = w->begin, .peak = w->peak, .end = end, .is_complete = is_complete};
}

static void walk(walker *w, size_t n) {
    const double *y = w->y;
    double swing = w->rom->swing_deg;
    for (size_t i = 0; i < n; i++) {
        if (y[i] > y[w->high]) w->high = i;
        if (y[i] < y[w->low]) w->low = i;
        if (w->state != WALK_DOWN && y[w->high] - y[i] >= swing) {
            w->has_peak = w->state == WALK_UP; /* else the trace began at the top */
            w->peak = w->high;
            w->state = WALK_DOWN;
            w->low = i;
        } else if (w->state != WALK_UP && y[i] - y[w->low] >= swing) {
            if (w->has_peak) close_repetition(w, w->low, 1);
            w->begin = w->low;
            w->state = WALK_UP;
            w->high = i;
        }
    }
    if (w->has_peak) {
        close_repetition(w, w->low, 1);
    } else if (w->state == WALK_UP) {
        w->peak = w->high;
        close_repetition(w, n - 1, 0);
    }
}

/* ---- one repetition -------------------------------------------------------------------------- */

/* The way out from rest to rest, see rom.h. */
static void find_way_out(const double *y, const double *speed, eg_rom_repetition *r, size_t *stop) {
    double low = y[r->begin], swing = y[r->peak] - low, fastest = 0.0;
    size_t rise = r->peak;
    while (rise > r->begin && y[rise] >= low + still_share * swing) rise--;
    size_t top = rise;
    while (top < r->peak && y[top] < low + (1.0 - still_share) * swing) top++;
    for (size_t i = rise; i <= top; i++) fastest = fmax(fastest, speed[i]);
    while (rise > r->begin && speed[rise] > still_share * fastest) rise--;
    while (top < r->peak && speed[top] > still_share * fastest) top++;
    r->out = rise;
    r->peak_speed_deg_s = fastest;
    *stop = top;
}

static void find_hold(const double *y, eg_rom_repetition *r, double rate_hz) {
    double near = fmax(EG_ROM_HOLD_DEG, hold_share * (y[r->peak] - y[r->begin]));
    size_t first = r->peak, last = r->peak;
    while (first > r->begin && y[first - 1] >= y[r->peak] - near) first--;
    while (last < r->end && y[last + 1] >= y[r->peak] - near) last++;
    r->hold_s = (double)(last - first) / rate_hz;
    r->back = last;
}

static void measure_repetition(const double *y, const double *speed, double rate_hz,
                               double *scratch, eg_arena *arena, eg_rom_repetition *r) {
    size_t stop;
    find_way_out(y, speed, r, &stop);
    find_hold(y, r, rate_hz);
    r->low_deg = y[r->begin];
    r->peak_deg = y[r->peak];
    r->range_deg = r->peak_deg - r->low_deg;
    r->out_s = (double)(stop - r->out) / rate_hz;
    r->mean_speed_deg_s = stop > r->out ? (y[stop] - y[r->out]) / r->out_s : (double)NAN;
    r->sparc = r->ldlj = (double)NAN;
    size_t count = stop - r->out + 1;
    if (count < EG_SMOOTHNESS_SAMPLES_MIN || count > EG_SMOOTHNESS_SAMPLES_MAX) return;
    for (size_t i = 0; i < count; i++) scratch[i] = fabs(speed[r->out + i]);
    size_t mark = eg_arena_mark(arena);
    if (eg_sparc(count, scratch, rate_hz, arena, &r->sparc, NULL) != EG_OK) r->sparc = (double)NAN;
    eg_arena_reset(arena, mark);
    if (eg_ldlj(count, scratch, rate_hz, &r->ldlj, NULL) != EG_OK) r->ldlj = (double)NAN;
}

static void summarize(eg_rom *rom) {
    double sum = 0.0, square = 0.0, best = -(double)INFINITY;
    double n = (double)rom->n_repetitions;
    for (size_t k = 0; k < rom->n_repetitions; k++) {
        sum += rom->repetitions[k].range_deg;
        best = fmax(best, rom->repetitions[k].peak_deg);
    }
    rom->mean_range_deg = n > 0.0 ? sum / n : (double)NAN;
    rom->best_deg = n > 0.0 ? rom->direction * best : (double)NAN;
    for (size_t k = 0; k < rom->n_repetitions; k++) {
        double d = rom->repetitions[k].range_deg - rom->mean_range_deg;
        square += d * d;
    }
    rom->sd_range_deg = n > 1.0 ? sqrt(square / (n - 1.0)) : (double)NAN;
    rom->cv_range = rom->sd_range_deg / rom->mean_range_deg;
}

static void find_direction(double given, eg_rom *rom) {
    rom->direction = given > 0.0 ? 1.0 : given < 0.0 ? -1.0 : 0.0;
    if (rom->direction > 0.0 || rom->direction < 0.0) return;
    rom->direction = rom->max_deg - rom->start_deg >= rom->start_deg - rom->min_deg ? 1.0 : -1.0;
}

eg_err eg_rom_measure(size_t n, const double *angle_deg, double rate_hz, double direction,
                      double *filtered, eg_arena *arena, eg_rom *rom, eg_diag *diag) {
    EG_ASSERT(arena != NULL && rom != NULL && (angle_deg != NULL || n == 0));
    *rom = (eg_rom){.n_repetitions = 0};
    if (!(rate_hz > 0.0) || !isfinite(rate_hz))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0, "a rate above 0 is needed");
    if (n > EG_ROM_SAMPLES_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, NULL, 0, "more than %d samples", EG_ROM_SAMPLES_MAX);
    find_part(n, angle_deg, (size_t)(EG_ROM_GAP_S * rate_hz), rom);
    size_t count = rom->n;
    if ((double)count < rate_hz || count < EG_SMOOTHNESS_SAMPLES_MIN)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "no second of this angle is without a gap: repeat the test");
    size_t mark = eg_arena_mark(arena);
    double *raw = eg_arena_take(arena, count, sizeof *raw);
    double *y = eg_arena_take(arena, count, sizeof *y);
    if (raw == NULL || y == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for a trace of %zu", n);
    bridge(count, angle_deg + rom->from, raw, rom);
    /* The padding of the filter needs room for a moment; then the speed takes its place. */
    eg_err err = smooth(count, raw, rate_hz, y, arena, rom, diag);
    double *speed = raw, *scratch = eg_arena_take(arena, count, sizeof *scratch);
    if (err == EG_OK && scratch == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for a trace of %zu", n);
    if (err != EG_OK) {
        eg_arena_reset(arena, mark);
        return err;
    }
    size_t edge = (size_t)(edge_s * rate_hz) < 1 ? 1 : (size_t)(edge_s * rate_hz);
    rom->start_deg = mean_of(y, edge);
    rom->end_deg = mean_of(y + count - edge, edge);
    rom->min_deg = rom->max_deg = y[0];
    for (size_t i = 1; i < count; i++) {
        rom->min_deg = fmin(rom->min_deg, y[i]);
        rom->max_deg = fmax(rom->max_deg, y[i]);
    }
    find_direction(direction, rom);
    for (size_t i = 0; filtered != NULL && i < n; i++)
        filtered[i] = i >= rom->from && i < rom->from + count ? y[i - rom->from] : (double)NAN;
    for (size_t i = 0; i < count; i++) y[i] *= rom->direction;
    for (size_t i = 0; i < count; i++) {
        size_t a = i > 0 ? i - 1 : 0, b = i + 1 < count ? i + 1 : i;
        speed[i] = (y[b] - y[a]) * rate_hz / (double)(b - a);
    }
    rom->swing_deg = fmax(EG_ROM_LEAST_DEG, fmax(EG_ROM_LEAST_SHARE * largest_swing(count, y),
                                                 noise_factor * rom->noise_deg));
    walker w = {.y = y, .rom = rom};
    walk(&w, count);
    for (size_t k = 0; k < rom->n_repetitions; k++)
        measure_repetition(y, speed, rate_hz, scratch, arena, &rom->repetitions[k]);
    for (size_t k = 0; k < rom->n_repetitions; k++) {
        eg_rom_repetition *r = &rom->repetitions[k];
        r->begin += rom->from;
        r->out += rom->from;
        r->peak += rom->from;
        r->back += rom->from;
        r->end += rom->from;
    }
    summarize(rom);
    eg_arena_reset(arena, mark);
    return EG_OK;
}

/* ---- text ------------------------------------------------------------------------------------ */

static size_t put(char *text, size_t at, long value) {
    char digits[8];
    size_t n = 0;
    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0 && n < sizeof digits);
    while (n > 0) text[at++] = digits[--n];
    return at;
}

const char *eg_rom_neutral_zero(double min_deg, double max_deg, char text[EG_ROM_TEXT_SIZE]) {
    if (!(min_deg <= max_deg) || !(fabs(min_deg) < 1000.0) || !(fabs(max_deg) < 1000.0)) {
        text[0] = '?';
        text[1] = '\0';
        return text;
    }
    long low = (long)floor(min_deg + 0.5), high = (long)floor(max_deg + 0.5);
    long parts[3] = {low < 0 ? -low : 0, 0, high > 0 ? high : 0};
    if (low > 0) parts[1] = low;
    if (high < 0) parts[1] = -high;
    size_t at = 0;
    for (int k = 0; k < 3; k++) {
        if (k > 0) text[at++] = '/';
        at = put(text, at, parts[k]);
    }
    text[at] = '\0';
    return text;
}
