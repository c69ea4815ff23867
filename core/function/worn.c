#include "core/function/worn.h"

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/base/sort.h"

static const char *const advice = "not worn, or another recording; choose the time with --span";

static eg_err range_of(const eg_trunk *body, double most_deg, eg_diag *diag) {
    double least = (double)INFINITY, most = -(double)INFINITY;
    for (size_t i = 0; i < body->n; i++) {
        least = fmin(least, body->lean_rad[i]);
        most = fmax(most, body->lean_rad[i]);
    }
    double range_deg = (most - least) * 180.0 / EG_PI;
    if (!(range_deg > most_deg)) return EG_OK;
    return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                       "it turns over by %.0f degrees, further than a body does in this test: "
                       "not worn there, or taken on and off; choose the time with --span",
                       range_deg);
}

eg_err eg_worn_check_lean(const eg_trunk *body, bool is_walking, eg_diag *diag) {
    EG_ASSERT(body != NULL);
    return range_of(body,
                    body->place == EG_TRUNK_THIGH ? EG_WORN_THIGH_DEG
                    : is_walking                  ? EG_WORN_WALK_DEG
                                                  : EG_WORN_TRUNK_DEG,
                    diag);
}

/* Median of how far the rises are from the usual one, in shares of it. */
static double spread_of(const eg_stands *stands) {
    double away[EG_STANDS_MAX], scratch[EG_STANDS_MAX];
    for (size_t k = 0; k < stands->n; k++)
        away[k] = fabs(stands->stands[k].rise_m / stands->usual_m - 1.0);
    eg_sort(stands->n, away, scratch);
    return eg_sort_quantile(stands->n, away, 0.5);
}

eg_err eg_worn_check_stands(const eg_trunk *body, const eg_stands *stands, eg_diag *diag) {
    EG_ASSERT(body != NULL && stands != NULL);
    size_t twice = 0, n = stands->n;
    double highest = 0.0, quickest = (double)INFINITY;
    for (size_t k = 0; k < n; k++) {
        const eg_stand *s = &stands->stands[k];
        highest = fmax(highest, s->rise_m);
        if (k + 1 < n && isnan(s->seated_s)) twice++;
        if (k + 1 < n) quickest = fmin(quickest, s[1].seat_off_s - s->seat_off_s);
    }
    if (body->place != EG_TRUNK_THIGH && highest > EG_WORN_RISE_M)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "it rises by %.2f m, more than hips do from a chair: %s", highest,
                           advice);
    if (n > 1 && body->place != EG_TRUNK_THIGH && highest > EG_WORN_RATIO * stands->usual_m)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "it rises by %.2f m here and by %.2f m mostly; from one chair a person "
                           "rises equally far: %s",
                           highest, stands->usual_m, advice);
    if (n >= 5 && body->place != EG_TRUNK_THIGH && spread_of(stands) > EG_WORN_SPREAD)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "half of its %zu rises are more than %g %% higher or lower than the "
                           "usual one; from one chair a person rises equally far: %s",
                           n, 100.0 * EG_WORN_SPREAD, advice);
    if (quickest < EG_WORN_CYCLE_S)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "it goes up and down within %.2f s, quicker than anybody rises and "
                           "sits down: %s",
                           quickest, advice);
    /* One may hide in an integrated height; two and a tenth of all do not. */
    if (twice > 1 && 10 * twice > n)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "it rises %zu times again without sitting down between: %s", twice,
                           advice);
    return EG_OK;
}
