/* What the tests say of the repetitions: their time, their number, their power. */
#include "core/base/check.h"
#include "core/base/real.h"
#include "core/function/part.h"
#include "core/function/stand.h"

static double begin_of(const eg_stands *stands, double start_s) {
    if (isfinite(start_s) || stands->n == 0) return start_s;
    const eg_stand *first = &stands->stands[0];
    return isfinite(first->start_s) ? first->start_s : first->seat_off_s;
}

double eg_stand_time(const eg_stands *stands, size_t n, double start_s, eg_stand_stop stop) {
    EG_ASSERT(stands != NULL && n > 0);
    double begin = begin_of(stands, start_s);
    for (size_t k = 0; k < stands->n; k++) {
        const eg_stand *s = &stands->stands[k];
        if (s->standing_s < begin || --n > 0) continue;
        return (stop == EG_STAND_STOP_SEATED ? s->seated_s : s->standing_s) - begin;
    }
    return (double)NAN;
}

size_t eg_stand_count(const eg_trunk *body, const eg_stands *stands, double start_s,
                      double length_s) {
    EG_ASSERT(body != NULL && stands != NULL && length_s > 0.0);
    double begin = begin_of(stands, start_s), end = begin + length_s;
    size_t count = 0;
    for (size_t k = 0; k < stands->n; k++) {
        const eg_stand *s = &stands->stands[k];
        if (s->standing_s < begin) continue;
        size_t off = function_sample_at(body, s->seat_off_s),
               top = function_sample_at(body, s->standing_s);
        double half = 0.5 * (body->height_m[off] + body->height_m[top]);
        size_t i = off;
        while (i < top && body->height_m[i] < half) i++;
        if ((double)i / body->rate_hz < end) count++;
    }
    return count;
}

double eg_stand_power(double mass_kg, double height_m, double chair_m, double time_s, size_t n) {
    double way_m = 0.5 * height_m - chair_m;
    if (!(mass_kg > 0.0) || !(way_m > 0.0) || !(time_s > 0.0) || n == 0) return (double)NAN;
    return 0.9 * 9.81 * mass_kg * way_m / (time_s / (double)n * 0.5);
}
