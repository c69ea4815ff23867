/* What every way to see somebody walk has in common: a contact, that is one foot on the ground from
 * its strike to its off. Force plates, markers and inertial sensors each fill contacts; steps,
 * phases and measures are made from contacts alone (steps.h).
 *
 * Sides are 0 left and 1 right. Times are seconds after the first sample. Lengths are mm. The
 * laboratory's axes are turned so that z points up (eg_gait_frame in marker.h). */
#ifndef EG_GAIT_GAIT_H
#define EG_GAIT_GAIT_H

#include <stddef.h>

enum { EG_GAIT_LEFT = 0, EG_GAIT_RIGHT = 1, EG_GAIT_UNKNOWN = 2 };

enum { EG_GAIT_CONTACTS_MAX = 20000 }; /* three hours of walking */

/* One foot on the ground. NaN where a source cannot see a number. */
typedef struct eg_gait_contact {
    int side;            /* EG_GAIT_LEFT, _RIGHT or, if nothing says which, _UNKNOWN */
    double strike_s;     /* first touch; NaN where the recording began on the foot */
    double off_s;        /* the foot leaves; NaN where the recording ended on it */
    double place_mm[3];  /* where the heel stood (or the middle of pressure), z its height */
    double heading_rad;  /* which way the walk went, from x towards y */
    double step_mm;      /* along the way, from the other foot's contact before */
    double width_mm;     /* across it; negative where the feet crossed */
    double stride_mm;    /* along the way, from the same foot's contact before */
    double clearance_mm; /* least height of the toes over the ground in the swing before */
    double confidence;   /* 0 to 1: how well independent signs agree */
    double strike_sd_s;  /* one standard deviation of both times, where the source states one */
    double off_sd_s;
} eg_gait_contact;

/* A contact of which nothing is known yet. */
eg_gait_contact eg_gait_contact_none(int side);

/* Brings contacts into the order of their strikes (where there is none, 0.6 s before the off);
 * equal times keep their order. */
void eg_gait_sort(size_t n, eg_gait_contact *contacts);

/* Fills step, width and stride from the places: the line of progression is the line from a foot's
 * contact to its next one; a step is the other foot's distance along it, the width that across it
 * (Huxham, Gong, Baker, Morris & Iansek 2006, Gait Posture 23:159-163: spatial parameters for
 * non-linear walking). The first step, which has no stride yet, takes the heading instead.
 * `belt_mm_s` is the speed of a treadmill's belt (0 on the floor): between two strikes the ground
 * went that far backwards. Contacts are in order; those without a place stay without steps. */
void eg_gait_place_steps(size_t n, eg_gait_contact *contacts, double belt_mm_s);

#endif
