/* Force plates under a walk: from a plate's channels to forces in the laboratory, and from the
 * vertical force to contacts. */
#ifndef EG_GAIT_FORCE_H
#define EG_GAIT_FORCE_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/gait/gait.h"

enum { EG_GAIT_PLATE_CHANNELS_MAX = 12 };

/* Constants of the method. */
#define EG_GAIT_FORCE_EDGE_N 20.0 /* the usual threshold of strike and off: 10 to 20 N in use */
#define EG_GAIT_FORCE_SURE_N 50.0 /* a contact must at least bear this ... */
#define EG_GAIT_FORCE_SURE_S 0.1  /* ... and last this long: nobody stands shorter on a foot */
#define EG_GAIT_FORCE_GAP_S  0.05 /* a shorter lift is a scuff of the same contact */
#define EG_GAIT_FORCE_SIGMAS 5.0  /* a noisy plate raises its threshold to this */
#define EG_GAIT_FORCE_EMPTY  0.05 /* of the peak: below this the plate may be empty */

/* A plate as C3D describes it (c3d.org, FORCE_PLATFORM). Loads of the channels in N and N mm. */
typedef struct eg_gait_plate {
    int type;          /* 1: Fx Fy Fz Px Py Tz; 2: Fx Fy Fz Mx My Mz; 3: eight sensors (Fx12 Fx34
                          Fy14 Fy23 Fz1 to Fz4); 4: as 2 after the matrix */
    size_t n_channels; /* at least 6, type 3 at least 8 */
    const double *channels[EG_GAIT_PLATE_CHANNELS_MAX]; /* [n] each */
    int has_calibration;
    double calibration[6][EG_GAIT_PLATE_CHANNELS_MAX]; /* loads = calibration x channels */
    double moment_mm;        /* mm of one unit of the moments' length: 1 for N mm, 1000 for N m */
    double corners_mm[4][3]; /* in order of +x+y, -x+y, -x-y, +x-y of the plate */
    double origin_mm[3]; /* from the plate's origin to the middle of its surface, its z downwards;
                            type 3: half the distances of the sensors instead of x and y */
} eg_gait_plate;

/* What a plate says in the laboratory's axes, z up; arrays of the caller, [n]. */
typedef struct eg_gait_force {
    double *force_n[3]; /* upon the person: z is positive where somebody stands; baseline removed */
    double *cop_mm[3];  /* on the surface; NaN below EG_GAIT_FORCE_EDGE_N */
    double baseline_n, noise_n; /* vertical force of the empty plate and its standard deviation */
    double edge_n;              /* the threshold that follows from the noise */
    double middle_mm[3];        /* of the surface */
    double axes[2][3], half_mm[2]; /* its two directions and half its sizes */
    int is_loaded;                 /* somebody was on it */
} eg_gait_force;

/* Baseline: the plate is empty where the vertical force stays near its most frequent value. Type 1
 * takes the centre of pressure from the file, the others compute it (eg_plate_cop). `up` turns the
 * laboratory: its row k is the axis k of the result. Takes 7 n doubles of scratch and gives them
 * back. EG_ERR_ARGUMENT for another type or too few channels, EG_ERR_DATA for corners that span no
 * plane, EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_gait_plate_forces(const eg_gait_plate *plate, size_t n, double up[3][3],
                                         eg_gait_force *out, eg_arena *scratch, eg_diag *diag);

/* Contacts of the vertical force fz[n], upwards positive, without baseline. A contact rises above
 * SURE_N; its strike and off are where the force last and next crosses edge_n, linear between
 * samples. Strike or off NaN at the ends of the recording. Side unknown, place without value.
 * `n_contacts` gets how many there were, also behind `capacity`. */
void eg_gait_force_contacts(size_t n, const double *fz, double rate_hz, double edge_n,
                            size_t capacity, eg_gait_contact *contacts, size_t *n_contacts);

/* How far inside the plate's outline a place lies, seen from above; negative outside. */
double eg_gait_force_inside_mm(const eg_gait_force *force, const double place_mm[3]);

/* Mean vertical force over the contact's middle half, and the middle of pressure there. */
void eg_gait_force_middle(size_t n, const eg_gait_force *force, double rate_hz,
                          const eg_gait_contact *contact, double *load_n, double place_mm[3]);

#endif
