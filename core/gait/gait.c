#include "core/gait/gait.h"

#include "core/base/real.h"

eg_gait_contact eg_gait_contact_none(int side) {
    const double no = (double)NAN;
    return (eg_gait_contact){side, no, no, {no, no, no}, no, no, no, no, no, 0.0, no, no};
}

/* A foot whose strike was not seen stood on the ground for about this long. */
static const double usual_stance_s = 0.6;

static double moment(const eg_gait_contact *c) {
    return isfinite(c->strike_s) ? c->strike_s : c->off_s - usual_stance_s;
}

/* Insertion: the sources give contacts nearly in order. */
void eg_gait_sort(size_t n, eg_gait_contact *contacts) {
    for (size_t i = 1; i < n; i++) {
        const eg_gait_contact c = contacts[i];
        size_t k = i;
        for (; k > 0 && moment(&contacts[k - 1]) > moment(&c); k--) contacts[k] = contacts[k - 1];
        contacts[k] = c;
    }
}

/* The latest contact before `i` on that side; n if there is none or nothing is known of its place.
 */
static size_t before(size_t i, const eg_gait_contact *contacts, int side, size_t n) {
    for (size_t k = i; k-- > 0;)
        if (contacts[k].side == side) return isfinite(contacts[k].place_mm[0]) ? k : n;
    return n;
}

void eg_gait_place_steps(size_t n, eg_gait_contact *contacts, double belt_mm_s) {
    for (size_t i = 0; i < n; i++) {
        eg_gait_contact *c = &contacts[i];
        if (c->side == EG_GAIT_UNKNOWN || !isfinite(c->place_mm[0]) || !isfinite(c->strike_s))
            continue;
        double ahead[2];
        eg_sincos(c->heading_rad, &ahead[1], &ahead[0]);
        size_t same = before(i, contacts, c->side, n), other = before(i, contacts, !c->side, n);
        /* On the floor the stride itself is the line; on a belt the heading is. */
        if (same < n && (isfinite(contacts[same].strike_s) || !(belt_mm_s > 0.0))) {
            double belt =
                belt_mm_s > 0.0 ? belt_mm_s * (c->strike_s - contacts[same].strike_s) : 0.0;
            double dx = c->place_mm[0] - contacts[same].place_mm[0] + belt * ahead[0];
            double dy = c->place_mm[1] - contacts[same].place_mm[1] + belt * ahead[1];
            double length = sqrt(dx * dx + dy * dy);
            if (isfinite(length)) c->stride_mm = length;
            if (length > 100.0) {
                ahead[0] = dx / length;
                ahead[1] = dy / length;
            }
        }
        if (other == n || (same < n && other < same)) continue;
        if (belt_mm_s > 0.0 && !isfinite(contacts[other].strike_s)) continue;
        double belt = belt_mm_s > 0.0 ? belt_mm_s * (c->strike_s - contacts[other].strike_s) : 0.0;
        double dx = c->place_mm[0] - contacts[other].place_mm[0];
        double dy = c->place_mm[1] - contacts[other].place_mm[1];
        double left = -ahead[1] * dx + ahead[0] * dy; /* how far this foot is to the left */
        c->step_mm = ahead[0] * dx + ahead[1] * dy + belt;
        c->width_mm = c->side == EG_GAIT_LEFT ? left : -left;
    }
}
