/* What the files of the method for the lower back share; not for others. */
#ifndef EG_GAIT_IMU_BACK_PART_H
#define EG_GAIT_IMU_BACK_PART_H

#include "core/gait/imu_back.h"

enum { BACK_BOUTS_MAX = 512, BACK_SHOCK_CELLS = 561 };

/* Somebody is active from sample `first` to `last`. */
typedef struct back_bout {
    size_t first, last;
    double step_s, alike;
} back_bout;

/* A step: where the forward acceleration turns, the other foot's off behind it, the strike before
 * and standard deviations; how far apart two ways to find the turn lie. */
typedef struct back_step {
    double turn_s, off_s, strike_s, sd_s, off_sd_s, apart_s;
    size_t run; /* of steps without a pause */
} back_step;

typedef struct back_work {
    eg_gait_back *b;
    double *level[2];  /* [n] along two level directions that turn with the sensor */
    double *x, *y, *z; /* [n] scratch, as order[n + 8] */
    size_t n_bouts;
    back_bout bouts[BACK_BOUTS_MAX];
    size_t n_steps, capacity;
    back_step *steps;
    double *vote, *order; /* vote[capacity] */
} back_work;

/* A stretch with room for what filters do at its ends. */
void imu_back_widened(const back_work *w, const back_bout *o, size_t *from, size_t *n);

double imu_back_median(size_t n, double *x, double *scratch);

/* All steps of a bout. */
eg_err imu_back_walk_through(back_work *w, const back_bout *o, eg_arena *scratch, eg_diag *diag);

/* Parts all steps into runs and keeps those that are long enough. */
void imu_back_find_runs(back_work *w);

/* Where the fall of the forward acceleration ends in every run's steps laid over each other: with
 * it strikes, and offs; is_landed: the strikes are known, and offs follow them. Takes x, y and z.
 */
eg_err imu_back_find_falls(back_work *w, int is_landed, eg_arena *scratch, eg_diag *diag);

/* Where the weight goes over from foot to foot: the middle of it behind the turn and how long it
 * takes, with standard deviations. */
typedef struct back_shift {
    double middle_s, middle_sd_s, both_s, both_sd_s;
    int is_told; /* it can be a double support */
} back_shift;

/* From the sideways acceleration x of steps first, first + stride, ... below `end` (stride 1: both
 * feet's, in turn), laid over each other; the usual double support and its spread. Takes order and
 * vote. */
back_shift imu_back_shift_of(back_work *w, const double *x, size_t first, size_t end, size_t stride,
                             double both_s, double both_sd_s);

/* The shocks of a run's landings, laid over each other: cells of 2.5 ms about the strike. */
typedef struct back_shock {
    const double *x; /* [n] high-passed */
    size_t n;
    double rate_hz, weight, moved_s;
    double chance, told; /* the most without a landing; how well one landing is told by it, of 1 */
    int side;            /* cells to either side: half a step */
    double mean[BACK_SHOCK_CELLS], energy[BACK_SHOCK_CELLS], scratch[BACK_SHOCK_CELLS];
} back_shock;

/* Into order, which is kept; takes x. */
eg_err imu_back_high_pass(back_shock *s, back_work *w, eg_arena *scratch, eg_diag *diag);

/* Moves the strikes of a run to where the shocks of its landings say, as far as they are clear. */
void imu_back_heed_shocks(back_shock *s, back_work *w, size_t first, size_t last);

/* How much of the run's shock a landing at that time has, 0 to 1. */
double imu_back_shock_at(const back_shock *s, double strike_s, double step_s);

/* Adds the steps that begin and end a run and takes out what is none. Takes level, x, y, z and
 * order. */
eg_err imu_back_find_ends(back_work *w, eg_arena *scratch, eg_diag *diag);

/* Takes step k out; puts one before step k (0: there is no room). */
void imu_back_remove_step(back_work *w, size_t k);
int imu_back_insert_step(back_work *w, size_t k, back_step step);

/* A step of which only the strike is known; the rest as in another one. */
back_step imu_back_moved(back_step step, double strike_s);

/* How a walk's waves go about the strikes of each foot, from cell to cell, and how far single steps
 * stray from that. */
enum { BACK_CUT_CHANNELS = 4, BACK_CUT_CELLS = 126 };
typedef struct back_cut {
    double usual[BACK_CUT_CHANNELS]; /* mean of the run */
    double mean[2][BACK_CUT_CHANNELS][BACK_CUT_CELLS], variance[BACK_CUT_CHANNELS][BACK_CUT_CELLS];
    double seen[BACK_CUT_CHANNELS][BACK_CUT_CELLS], scratch[BACK_CUT_CELLS];
} back_cut;

/* Dates a run's strikes next to where the recording begins or ends (is_end) on the way and tells
 * which lie within. Takes x. */
void imu_back_cut_off(back_work *w, back_cut *cut, int is_end, size_t first, size_t *last);

/* The last step of the run that begins with `first`. */
size_t imu_back_run_end(const back_work *w, size_t first);

/* Contacts of all runs. */
eg_err imu_back_contacts(back_work *w, double leg_mm, size_t capacity, eg_gait_contact *contacts,
                         size_t *n, eg_arena *scratch, eg_diag *diag);

#endif
