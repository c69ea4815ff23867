/* One balance trial as every balance measure sees it: the centre of pressure (COP) under a person
 * who stands or sits on one or two force plates. Axes follow the ISPGR standard (Scoppa 2013):
 * ML is positive to the person's right, AP is positive to the front. Lengths are millimetres. */
#ifndef EG_BALANCE_TRIAL_H
#define EG_BALANCE_TRIAL_H

#include <stddef.h>

/* What was asked of the person. Norms and reliability belong to a condition, never to "balance". */
typedef enum eg_posture { EG_POSTURE_UNKNOWN, EG_POSTURE_STANDING, EG_POSTURE_SITTING } eg_posture;
typedef enum eg_vision { EG_VISION_UNKNOWN, EG_VISION_OPEN, EG_VISION_CLOSED } eg_vision;
typedef enum eg_surface { EG_SURFACE_UNKNOWN, EG_SURFACE_FIRM, EG_SURFACE_FOAM } eg_surface;
typedef enum eg_stance {
    EG_STANCE_UNKNOWN,
    EG_STANCE_APART,    /* both feet, comfortable or shoulder width */
    EG_STANCE_TOGETHER, /* both feet, touching */
    EG_STANCE_TANDEM,
    EG_STANCE_SINGLE_LEFT,
    EG_STANCE_SINGLE_RIGHT
} eg_stance;

typedef struct eg_balance_condition {
    eg_posture posture;
    eg_vision vision;
    eg_surface surface;
    eg_stance stance;
} eg_balance_condition;

/* One plate's or one foot's part of the trial. Pointers are NULL where the file does not hold the
 * signal; otherwise [n] of the trial. COP samples are NaN where the plate carried too little. */
typedef struct eg_plate_signals {
    const double *ml_mm;
    const double *ap_mm;
    const double *fz_n; /* vertical force, positive when loaded */
} eg_plate_signals;

/* Borrows all arrays. */
typedef struct eg_cop_trial {
    size_t n;               /* samples */
    double rate_hz;         /* nominal sampling rate */
    const double *t_s;      /* [n] recorded time stamps, or NULL if the file has only a rate */
    eg_plate_signals net;   /* both plates together; ml_mm and ap_mm are never NULL */
    eg_plate_signals right; /* under the right foot, all NULL with one plate */
    eg_plate_signals left;  /* under the left foot, all NULL with one plate */
    double mass_kg;         /* of the person, NaN if unknown */
    double height_m;        /* of the person, NaN if unknown */
    eg_balance_condition condition;
} eg_cop_trial;

#endif
