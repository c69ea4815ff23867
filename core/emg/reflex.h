/* H reflex and M wave after stimulation of a nerve: peak to peak in fixed windows behind each
 * stimulus, the recruitment curve, and the ratio of the largest values. The windows fit the soleus
 * (M 5-25 ms, H 25-50 ms; research convention, not verified by a clinician); other muscles need
 * others. The signal is the raw one: a zero-lag band-pass would spread the stimulus's artefact into
 * the windows. */
#ifndef EG_EMG_REFLEX_H
#define EG_EMG_REFLEX_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/real.h"

enum { EG_EMG_STIMULI_MAX = 4096 };

typedef struct eg_emg_reflex_settings {
    double rate_hz;
    double m_from_s, m_to_s; /* 0.005, 0.025 behind the stimulus */
    double h_from_s, h_to_s; /* 0.025, 0.050 */
    double blank_s;          /* 0.003: never looked at behind a stimulus, the artefact's time */
    double apart_s;          /* 0.1: closer stimuli are one */
} eg_emg_reflex_settings;

eg_emg_reflex_settings eg_emg_reflex_defaults(double rate_hz);

/* Stimuli from a trigger channel: it rises through a tenth of its range after having been below a
 * twentieth, so that pulses of graded height count. Writes up to `capacity` sample indices and, to
 * heights (may be NULL), how far the trigger rose: where it carries the intensity, that is the
 * abscissa of the recruitment curve. EG_ERR_DATA if the channel never moves or has more than
 * `capacity` pulses. */
EG_NODISCARD eg_err eg_emg_stimuli_from_trigger(const eg_emg_reflex_settings *settings, size_t n,
                                                const eg_real *trigger, size_t capacity,
                                                size_t *stimuli, double *heights, size_t *count,
                                                eg_diag *diag);

/* Stimuli from the artefact in the muscle's own channel: the first sample of each step between
 * neighbours above 12 times the usual large step (95th percentile of those that are not 0). An M
 * wave that rises as steeply within apart_s belongs to its stimulus. Takes 2 n doubles of scratch.
 * EG_ERR_DATA if there are none. */
EG_NODISCARD eg_err eg_emg_stimuli_from_artefact(const eg_emg_reflex_settings *settings, size_t n,
                                                 const eg_real *x, size_t capacity, size_t *stimuli,
                                                 size_t *count, eg_arena *scratch, eg_diag *diag);

typedef struct eg_emg_response {
    double t_s;                /* of the stimulus */
    double m, h;               /* peak to peak, unit of the signal */
    double m_peak_s, h_peak_s; /* of the larger extreme, behind the stimulus */
    double noise;              /* peak to peak of the same length before the stimulus */
} eg_emg_response;

/* The responses to stimuli whose windows (and as long before) lie in the recording; *count of them.
 * EG_ERR_ARGUMENT for windows that are empty, overlap the blanking or each other. */
EG_NODISCARD eg_err eg_emg_reflex_responses(const eg_emg_reflex_settings *settings, size_t n,
                                            const eg_real *x, size_t n_stimuli,
                                            const size_t *stimuli, eg_emg_response *responses,
                                            size_t *count, eg_diag *diag);

typedef struct eg_emg_reflex {
    size_t n; /* responses */
    double m_max, h_max;
    double ratio;                    /* h_max / m_max; NaN where m_max is below 3 times the noise */
    double h_latency_s, m_latency_s; /* of the larger extreme of the largest response */
    double noise;                    /* median peak to peak before the stimuli */
    int is_plateau;                  /* the three largest M are within 10 %: m_max is a maximum */
    int has_h;                       /* h_max is above 3 times the noise */
} eg_emg_reflex;

/* Takes 2 n doubles of scratch. EG_ERR_DATA without responses. */
EG_NODISCARD eg_err eg_emg_reflex_of(size_t n, const eg_emg_response *responses,
                                     eg_emg_reflex *reflex, eg_arena *scratch, eg_diag *diag);

/* The order of the recruitment curve: by intensities[n] (may be NULL: by M). Takes 2 n doubles of
 * scratch. */
EG_NODISCARD eg_err eg_emg_recruitment(size_t n, const eg_emg_response *responses,
                                       const double *intensities, size_t *order, eg_arena *scratch,
                                       eg_diag *diag);

/* Holds the last value before each stimulus for blank_s behind it, so that live displays and onsets
 * do not see the artefact. y[n] may be x. */
void eg_emg_blank(const eg_emg_reflex_settings *settings, size_t n, const eg_real *x,
                  size_t n_stimuli, const size_t *stimuli, eg_real *y);

#endif
