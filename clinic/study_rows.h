/* The rows of the table of studies, each in its own clinic/study_<name>.c; study.c puts them in
 * order. */
#ifndef EG_CLINIC_STUDY_ROWS_H
#define EG_CLINIC_STUDY_ROWS_H

#include "clinic/study.h"

extern const eg_study eg_study_gait;
extern const eg_study eg_study_motion;
extern const eg_study eg_study_function;
extern const eg_study eg_study_strength;
extern const eg_study eg_study_emg;

#endif
