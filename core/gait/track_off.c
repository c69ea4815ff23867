/* When a foot leaves the ground at the begin of a swing. */
#include "core/base/real.h"
#include "core/gait/track_part.h"

static double slope(const double *x, size_t i) {
    return 0.5 * (x[i + 1] - x[i - 1]);
}

/* The foot in the plane of its heading: the toe marker's speed over the ground, forwards and
 * upwards, what it is faster than the heel's, and the turn (positive where the heel rises). */
typedef struct roll {
    double speed[2], lag[2], turn; /* mm/s, mm/s, rad/s */
} roll;

/* A point of the foot: from the toe marker on, and up from the line of both markers, in parts of
 * the way from heel to toe marker. */
typedef struct spot {
    double ahead, above;
} spot;

static roll roll_at(const track_work *w, const track_foot *f, size_t i) {
    double sine, cosine, lever[2];
    roll r;
    eg_sincos(w->heading[i], &sine, &cosine);
    double heel = cosine * slope(f->heel[0], i) + sine * slope(f->heel[1], i);
    double toe = cosine * slope(f->toe[0], i) + sine * slope(f->toe[1], i);
    r.speed[0] = toe * w->rate_hz - w->ground_mm_s;
    r.speed[1] = slope(f->toe[2], i) * w->rate_hz;
    r.lag[0] = (toe - heel) * w->rate_hz;
    r.lag[1] = (slope(f->toe[2], i) - slope(f->heel[2], i)) * w->rate_hz;
    lever[0] = cosine * (f->toe[0][i] - f->heel[0][i]) + sine * (f->toe[1][i] - f->heel[1][i]);
    lever[1] = f->toe[2][i] - f->heel[2][i];
    double square = lever[0] * lever[0] + lever[1] * lever[1];
    r.turn = (lever[1] * r.lag[0] - lever[0] * r.lag[1]) / square;
    return r;
}

/* Speed over the ground of a point of the foot, mm/s: in any direction, or only along the way,
 * as the walk's is, so that stairs are as the level. NaN in a gap. */
static double speed_at(const track_work *w, const track_foot *f, spot p, size_t i, int is_forward) {
    roll r = roll_at(w, f, i);
    double x = r.speed[0] + p.ahead * r.lag[0] - p.above * r.lag[1];
    double z = r.speed[1] + p.ahead * r.lag[1] + p.above * r.lag[0];
    return is_forward ? fabs(x) : sqrt(x * x + z * z);
}

/* Back from where that point is fastest in the swing to where it is faster than `least` (or than
 * half of that: a first step may be slow), between samples; NaN where that is not seen. */
static double exceeds(const track_work *w, const track_foot *f, spot p, const track_swing *s,
                      double least, int is_forward) {
    size_t i = s->first;
    double here = -(double)INFINITY, behind = (double)NAN;
    for (size_t k = s->first; k <= s->last && k + 1 < w->n; k++) {
        double speed = speed_at(w, f, p, k, is_forward);
        if (!(speed > here)) continue;
        here = speed;
        i = k;
    }
    least = fmin(least, 0.5 * here);
    while (i > 1 && here > least) {
        behind = here;
        here = speed_at(w, f, p, --i, is_forward);
    }
    return here <= least ? (double)i + (least - here) / (behind - here) : (double)NAN;
}

/* How a foot rolls off: the samples between which it turns, up to where it does so fastest. */
typedef struct rolling {
    size_t first, fastest;
    double turn_rad; /* until then */
} rolling;

static rolling find_rolling(const track_work *w, const track_foot *f, double about, double span) {
    size_t from = about - 0.5 * span > 2.0 ? (size_t)(about - 0.5 * span) : 2;
    size_t to = (size_t)(about + 0.2 * span);
    rolling out = {from, from, 0.0};
    double most = 0.0;
    for (size_t i = from; i <= to && i + 2 < w->n; i++) {
        double turn = roll_at(w, f, i).turn;
        if (!(turn > most)) continue;
        most = turn;
        out.fastest = i;
    }
    out.first = out.fastest;
    for (size_t i = out.fastest; i >= from; i--) {
        double turn = roll_at(w, f, i).turn;
        if (!(turn > EG_GAIT_TRACK_ROLL_PART * most)) break;
        out.turn_rad += turn / w->rate_hz;
        out.first = i;
    }
    return out;
}

static double between(double x, double low, double high) {
    return fmin(fmax(x, low), high);
}

/* The point about which the foot rolls: of all points between the toe marker and the tip the one
 * that moves least meanwhile. */
static spot pivot_of(const track_work *w, const track_foot *f, const rolling *rolls) {
    double along = 0.0, across = 0.0, square = 0.0;
    for (size_t i = rolls->first; i <= rolls->fastest; i++) {
        roll r = roll_at(w, f, i);
        along -= r.speed[0] * r.lag[0] + r.speed[1] * r.lag[1];
        across -= r.speed[1] * r.lag[0] - r.speed[0] * r.lag[1];
        square += r.lag[0] * r.lag[0] + r.lag[1] * r.lag[1];
    }
    spot p = {EG_GAIT_TRACK_TIP_PART, -EG_GAIT_TRACK_SOLE_PART};
    if (!(square > 0.0)) return p;
    p.ahead = between(along / square, 0.0, EG_GAIT_TRACK_TIP_PART);
    p.above = between(across / square, -EG_GAIT_TRACK_SOLE_PART, 0.0);
    return p;
}

/* When the foot's turn has become half as fast as it was: on the ground the calf turns it ever
 * faster. In samples; NaN if that is not seen in the swing. */
static double turn_ends(const track_work *w, const track_foot *f, const rolling *rolls,
                        size_t last) {
    double here = roll_at(w, f, rolls->fastest).turn, half = 0.5 * here;
    for (size_t i = rolls->fastest; i < last && i + 2 < w->n; i++) {
        double next = roll_at(w, f, i + 1).turn;
        if (next <= half) return (double)i + (here - half) / (here - next);
        here = next;
    }
    return (double)NAN;
}

/* Of a foot without toe marker, in samples: half way between its heel's fastest rise before the
 * swing is fastest and the end of that rise. */
static double heel_turns(const track_foot *f, const track_swing *s, double span) {
    const double *z = f->heel[2];
    double reach = 0.5 * span, most = -(double)INFINITY;
    size_t rise = (double)s->first - reach > 2.0 ? s->first - (size_t)reach : 2, peak = s->first;
    for (size_t i = s->first; i < s->last; i++) {
        double speed = slope(f->way, i);
        if (!(speed > most)) continue;
        most = speed;
        peak = i;
    }
    for (size_t i = rise; i <= peak; i++)
        if (slope(z, i) > slope(z, rise)) rise = i;
    size_t top = rise;
    while (top < s->last && slope(z, top) > 0.0) top++;
    return 0.5 * (double)(rise + top);
}

/* Whether heel and toe marker go their own ways, as no foot's do that rolls: their distance
 * changes by a part of it meanwhile. */
static int is_loose(const track_work *w, const track_foot *f, double about, double span) {
    size_t i = about > span ? (size_t)(about - span) : 0;
    double least = (double)INFINITY, most = 0.0;
    for (; i < w->n && (double)i <= about; i++) {
        double square = 0.0;
        for (int r = 0; r < 3; r++) {
            double lever = f->toe[r][i] - f->heel[r][i];
            square += lever * lever;
        }
        least = fmin(least, square);
        most = fmax(most, square);
    }
    return sqrt(least) < (1.0 - EG_GAIT_TRACK_LOOSE_PART) * sqrt(most);
}

/* The off of a foot with both markers, in samples, when its turn ends, and how far that is from the
 * off that the speeds alone tell; NaN where not seen. */
static double foot_leaves(const track_work *w, const track_foot *f, const track_swing *s,
                          double span, double walk_mm_s, double *turned, double *apart) {
    const spot tip = {EG_GAIT_TRACK_TIP_PART, -EG_GAIT_TRACK_SOLE_PART}, toe = {0.0, 0.0};
    double least = EG_GAIT_TRACK_LEAVE_PART * walk_mm_s, lift = EG_GAIT_TRACK_LIFT_PART * walk_mm_s;
    double moves = exceeds(w, f, tip, s, least, 1);
    double begins = exceeds(w, f, toe, s, lift, 0);
    *turned = *apart = (double)NAN;
    if (isfinite(begins) && is_loose(w, f, begins, span)) return begins;
    if (!isfinite(moves)) return moves;
    rolling rolls = find_rolling(w, f, moves, span);
    if (!(rolls.turn_rad > EG_GAIT_TRACK_FLAT_RAD)) {
        double rests = exceeds(w, f, tip, s, lift, 0);
        return isfinite(rests) ? rests : moves;
    }
    spot pivot = pivot_of(w, f, &rolls);
    moves = fmax(moves, exceeds(w, f, pivot, s, least, 1));
    *turned = turn_ends(w, f, &rolls, s->last);
    *apart = fabs(*turned - moves);
    /* The nearer to the marker it rolled, the more its toes were bent, which are then not where the
     * tip is: the turn counts up to as much. */
    double bent = 0.5 * (1.0 - pivot.ahead / EG_GAIT_TRACK_TIP_PART);
    return *turned > moves ? moves + bent * (*turned - moves) : moves;
}

void eg_gait_track_off(const track_work *w, const track_foot *f, track_swing *s, double walk_mm_s) {
    double span = fmax((double)(s->last - s->first), 0.35 * w->rate_hz); /* it may be cut */
    s->off_s = (double)NAN;
    s->off_confidence = 0.5;
    if (f->toe[0] == NULL) {
        s->off_s = heel_turns(f, s, span) / w->rate_hz;
        return;
    }
    double turned, apart, moves = foot_leaves(w, f, s, span, walk_mm_s, &turned, &apart);
    if (isfinite(apart))
        s->off_confidence = fmax(0.0, 1.0 - apart / w->rate_hz / EG_GAIT_TRACK_AGREE_S);
    s->off_s = (isfinite(moves) ? fmin(moves, turned) : moves) / w->rate_hz;
}
