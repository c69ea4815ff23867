/* Counter-movements: force that falls below its rest before it rises. The onset is the last instant
 * of rest before force rises for good, so it is where force comes back up through the level of
 * rest: what it regains below is no force above rest. The dip is bridged by the rest before it, so
 * that everything behind sees a rest that lasts until then. */
#include "core/base/check.h"
#include "core/base/real.h"
#include "core/base/sort.h"
#include "core/strength/part.h"

enum { BLOCKS_MAX = 150, BLOCKS_MIN = 8 };

static const double reach_s = 1.2;     /* of rest that tells its level */
static const double near_s = 0.6;      /* a dip that ends longer ago is none of this rise */
static const double block_s = 0.01;    /* a dip lasts some of these */
static const double line_s = 0.3;      /* the shortest rest that tells how it moves */
static const double least_part = 0.01; /* of the rise, as the flag has it */
static const double rise_part = 0.1;   /* of the rise: the dip lies before that */
static const double confidence = 5.0;  /* standard errors of a block's mean */

static double mean_of(const double *x, size_t from, size_t to) {
    double mean = 0.0;
    for (size_t i = from; i < to; i++) mean += x[i] / (double)(to - from);
    return mean;
}

/* Median of the blocks of x[from, to); NaN: too few. */
static double level_of(const double *x, size_t from, size_t to, size_t block) {
    double means[BLOCKS_MAX], scratch[BLOCKS_MAX];
    size_t n = 0;
    for (size_t i = from; i + block <= to && n < BLOCKS_MAX; i += block)
        means[n++] = mean_of(x, i, i + block);
    if (n < BLOCKS_MIN) return NAN;
    eg_sort(n, means, scratch);
    return eg_sort_quantile(n, means, 0.5);
}

/* Rest goes on over x[from, to): that of before, mirrored at `from`, on its line. */
static void bridge(double *x, size_t first, size_t from, size_t to, double rate_hz) {
    size_t n = from - first;
    double slope = 0.0;
    if (n >= strength_samples(line_s, rate_hz)) slope = strength_fit(n, x + first).slope;
    for (size_t i = from; i < to; i++) {
        size_t source = from - 1 - (i - from) % n;
        x[i] = x[source] + slope * (double)(i - source);
    }
}

bool strength_dip_bridge(size_t n, double *x, const eg_strength_span *span,
                         const strength_tremor *tremor, double rate_hz) {
    EG_ASSERT(x != NULL && span != NULL && span->end <= n);
    size_t block = strength_samples(block_s, rate_hz), reach = strength_samples(reach_s, rate_hz);
    size_t begin = span->begin, near = strength_samples(near_s, rate_hz);
    size_t first = begin > span->rest_begin + reach ? begin - reach : span->rest_begin;
    double level = level_of(x, first, begin, block), top = -INFINITY, low = INFINITY;
    if (isnan(level) || span->end < begin + block) return false;
    for (size_t i = begin; i + block <= span->end; i += block)
        top = fmax(top, mean_of(x, i, i + block));
    size_t trough = begin, i = begin > first + near ? begin - near : first;
    for (; i + block <= span->end; i++) {
        double mean = mean_of(x, i, i + block);
        if (i >= begin && mean > level + rise_part * (top - level)) break;
        if (mean < low) trough = i;
        low = fmin(low, mean);
    }
    size_t last = i;
    if (trough < first + BLOCKS_MIN * block) return false;
    /* Rest that moves slowly is no dip. */
    double noise = strength_noise(begin - first, x + first) / sqrt((double)block);
    double moved = fabs(strength_fit(trough - first, x + first).slope) * (double)near / 2.0;
    double swing = STRENGTH_TREMOR_REACH * tremor->size;
    if (!(level - low > least_part * (top - level) + confidence * noise + moved + swing))
        return false;
    size_t from = trough, to = trough;
    while (from > first && mean_of(x, from - 1, from - 1 + block) < level - noise) from--;
    for (i = trough; i < last; i++)
        if (mean_of(x, i, i + block) <= level) to = i + block / 2;
    if (from < first + BLOCKS_MIN * block || to <= from) return false;
    bridge(x, first, from, to, rate_hz);
    return true;
}
