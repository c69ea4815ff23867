/* Force plates and markers of one walk together: the plate knows when, the markers know which foot
 * and whether it stood on the plate alone and whole. */
#ifndef EG_GAIT_JOIN_H
#define EG_GAIT_JOIN_H

#include "core/gait/force.h"
#include "core/gait/track.h"

enum { EG_GAIT_JOIN_MAX = 256 };

#define EG_GAIT_JOIN_S 0.15 /* further apart, plate and markers do not speak of the same event */

/* One event as the plate and as the markers saw it. */
typedef struct eg_gait_pair {
    int side, is_off;
    double plate_s, marker_s;
    int is_whole; /* the heel at a strike, the toe at an off was on the plate: the plate counts */
} eg_gait_pair;

typedef struct eg_gait_joint {
    size_t n_pairs; /* at most JOIN_MAX are kept */
    eg_gait_pair pairs[EG_GAIT_JOIN_MAX];
    size_t n_unpaired; /* contacts of plates that no foot's contact goes with */
} eg_gait_joint;

/* Gives each of the plate's contacts (eg_gait_force_contacts) its side, pairs its events with those
 * of the foot and, where the foot was whole on the plate, puts the plate's times into `contacts`
 * (the confidence stays that of the markers). A plate that bears two feet at once pairs with
 * neither: its strike is one foot's, its off the other's. Adds to `joint`. */
void eg_gait_join(const eg_gait_track *track, const eg_gait_force *force, size_t n_plate,
                  eg_gait_contact *plate, size_t n_contacts, eg_gait_contact *contacts,
                  eg_gait_joint *joint);

/* Contacts of plates without markers: the heading is the way of the pressure from heel to toe, the
 * side follows from where the foot lies beside its neighbours in time. Below 20 mm beside them the
 * side stays unknown. rate and n of each contact's own plate are needed, so that it is called per
 * contact: fills heading_rad and place. */
void eg_gait_force_heading(const eg_gait_force *force, size_t n, double rate_hz,
                           eg_gait_contact *contact);
void eg_gait_force_sides(size_t n_contacts, eg_gait_contact *contacts);

#endif
