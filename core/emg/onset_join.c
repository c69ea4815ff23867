/* What is done with bursts of any method once they are dated: joined, dropped, flagged. */
#include <math.h>

#include "core/base/real.h"
#include "core/emg/onset_part.h"

/* So near to the rest a contraction flickers: pauses up to four times as long are none. */
static const double WEAK_DB = 6.0, WEAK_PATIENCE = 4.0;

/* Amplitude over the rest times duration, which counts up to 3 s. */
static double area_of(const eg_burst *burst) {
    return eg_pow(10.0, 0.05 * burst->snr_db) * fmin(burst->off_s - burst->on_s, 3.0);
}

static void onset_flag(const eg_onset_settings *settings, size_t count, eg_burst *bursts) {
    double largest = 0.0;
    for (size_t i = 0; i < count; i++) largest = fmax(largest, area_of(&bursts[i]));
    for (size_t i = 0; i < count; i++) {
        if (bursts[i].snr_db < WEAK_DB) bursts[i].flags |= EG_ONSET_WEAK;
        if (area_of(&bursts[i]) < settings->minor_share * largest)
            bursts[i].flags |= EG_ONSET_MINOR;
    }
}

/* Whether what lies between two bursts is a pause. The longer patience with weak ones counts from
 * edge to edge as far as these may be apart: a weak edge is dated within tens of milliseconds. */
static int is_pause(const eg_onset_settings *settings, const eg_burst *before,
                    const eg_burst *behind) {
    if (behind->on_s - before->off_s < settings->merge_s) return 0;
    if (before->snr_db >= WEAK_DB || behind->snr_db >= WEAK_DB) return 1;
    const double from = fmin(before->off_s, before->off_early_s);
    return fmax(behind->on_s, behind->on_late_s) - from >= WEAK_PATIENCE * settings->merge_s;
}

/* Bursts whose refined edges leave less than merge_s between them become one; weak ones more. */
static size_t join(const eg_onset_settings *settings, size_t count, eg_burst *bursts) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        eg_burst *before = kept > 0 ? &bursts[kept - 1] : NULL;
        if (before == NULL || is_pause(settings, before, &bursts[i])) {
            bursts[kept++] = bursts[i];
            continue;
        }
        double first = fmax(before->off_s - before->on_s, 0.0);
        double second = fmax(bursts[i].off_s - bursts[i].on_s, 0.0);
        double power = (first * eg_pow(10.0, 0.1 * before->snr_db) +
                        second * eg_pow(10.0, 0.1 * bursts[i].snr_db)) /
                       fmax(first + second, 1e-9);
        before->snr_db = 10.0 * eg_log10(fmax(power, 1e-3));
        before->off_s = bursts[i].off_s;
        before->off_early_s = bursts[i].off_early_s;
        before->off_late_s = bursts[i].off_late_s;
        before->evidence = fmax(before->evidence, bursts[i].evidence);
        before->flags |= bursts[i].flags | EG_ONSET_MERGED;
    }
    return kept;
}

size_t onset_finish(const eg_onset_settings *settings, size_t count, eg_burst *bursts) {
    size_t joined = join(settings, count, bursts), kept = 0;
    for (size_t i = 0; i < joined; i++)
        if (bursts[i].off_s - bursts[i].on_s >= settings->min_on_s) bursts[kept++] = bursts[i];
    onset_flag(settings, kept, bursts);
    return kept;
}
