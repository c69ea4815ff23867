/* What the files of the study of muscle signals share: its settings, and what one channel gave. */
#ifndef EG_CLINIC_STUDY_EMG_PART_H
#define EG_CLINIC_STUDY_EMG_PART_H

#include "clinic/study.h"
#include "core/base/arena.h"
#include "core/emg/amplitude.h"
#include "core/emg/coactivity.h"
#include "core/emg/fatigue.h"
#include "core/emg/heart.h"
#include "core/emg/measures.h"
#include "core/emg/profile.h"
#include "core/emg/quality.h"
#include "core/emg/reflex.h"
#include "core/emg/relaxation.h"
#include "core/emg/timing.h"

enum { EG_EMG_BURSTS_MAX = 4096, EG_EMG_EPOCHS_MAX = 16384 };

/* What the options say. */
typedef struct emg_settings {
    double rate_hz, notch_hz, window_s, epoch_s, integral_reset_s; /* NaN: not given */
    double rest_from_s, rest_to_s, low_hz, high_hz, envelope_hz;
    const char *electrodes, *amplifier; /* what the user says of them, or NULL */
    eg_onset_method method;
    eg_emg_heart_method heart;
    eg_emg_norm norm;
    int has_norm; /* somebody chose it */
    size_t mvc_trials;
    eg_emg_profile profile;
    eg_emg_span flexion, relaxed, extension;
    const char *trigger;
    int has_reflex, has_synergies, has_live;
    double live_rest_s;
    size_t restarts; /* of the synergies' random starts */
    uint64_t seed;
    double blank_s;
    eg_emg_span m_window, h_window;
    int all;
} emg_settings;

/* What one channel gave. */
typedef struct emg_channel {
    const eg_channel *channel;
    const char *unit; /* "1" if the file names none */
    double rate_hz;
    size_t n, n_bad;
    double *x;        /* [n] as recorded, bridged; owned */
    double *band;     /* [n] owned, as are all below */
    double *envelope; /* [n] */
    double *level;    /* [n] what normalised values are taken from: the envelope, or the moving RMS
                         where the reference is an RMS; owned if it is not the envelope */
    eg_emg_filters filters;
    eg_emg_heart heart;
    eg_emg_quality quality;
    int is_no_heart; /* what seemed to be one has no beats */
    eg_onset_rest rest;
    eg_emg_rhythm rhythm;
    eg_emg_fatigue fatigue;
    int has_fatigue;
    size_t n_bursts, n_epochs, n_active; /* n_active: epochs within bursts */
    eg_burst *bursts;                    /* [EG_EMG_BURSTS_MAX] */
    double rms, peak, iemg, level_peak, level_mean;
    double median_hz, mean_hz;
    eg_emg_scale scale;
    eg_emg_mvc mvc;
    eg_emg_reflex reflex;
} emg_channel;

typedef struct emg_work {
    const eg_study_call *call;
    emg_settings settings;
    size_t n_channels;
    emg_channel *channels; /* [n_channels] */
    int is_evened;         /* gaps in the recording's time stamps were filled */
    json_t *result;
} emg_work;

/* study_emg_channel.c: everything that one channel says by itself. */
EG_NODISCARD eg_err emg_channel_measure(emg_work *work, emg_channel *c, eg_diag *diag);
void emg_channel_report(const emg_work *work, const emg_channel *c);
void emg_channel_release(emg_channel *c);
/* Memory for n samples: `size` bytes in *arena, which the caller frees by its `memory`. */
EG_NODISCARD eg_err emg_arena(size_t n, eg_arena *arena, eg_diag *diag);
/* Copies a channel with gaps bridged by the last value; *n_bad counts. EG_ERR_DATA above 5 %. */
EG_NODISCARD eg_err emg_copy(const eg_channel *channel, double *x, size_t *n_bad, eg_diag *diag);

/* Takes the heart out of x[n] if that was asked for, and designs the filters for what is left: hum
 * goes first where both go, because what a gate is filled with would break its phase. */
EG_NODISCARD eg_err emg_take_heart(const emg_settings *s, double rate_hz, size_t n, double *x,
                                   eg_emg_filters *filters, eg_emg_heart *heart, eg_arena *arena,
                                   eg_diag *diag);

/* study_emg_even.c: *even is NULL if the recording's time stamps keep step with its rate; else the
 * caller's to release, a recording on an even grid, and a warning is added. */
EG_NODISCARD eg_err emg_even(const eg_recording *r, eg_recording **even, json_t *result,
                             eg_diag *diag);
void emg_even_release(eg_recording *even);

/* study_emg_norm.c: what amplitudes are divided by. */
EG_NODISCARD eg_err emg_normalise(const emg_work *work, emg_channel *c, eg_diag *diag);

/* study_emg_together.c: what channels say together, and what is asked for by time spans. */
EG_NODISCARD eg_err emg_pair(const emg_work *work, eg_diag *diag);
EG_NODISCARD eg_err emg_sides(const emg_work *work, eg_diag *diag);
EG_NODISCARD eg_err emg_order(const emg_work *work, eg_diag *diag);
EG_NODISCARD eg_err emg_relax(const emg_work *work, const emg_channel *c, eg_diag *diag);

/* study_emg_synergy.c. */
EG_NODISCARD eg_err emg_synergies(const emg_work *work, eg_diag *diag);

/* study_emg_reflex.c. */
EG_NODISCARD eg_err emg_reflex(const emg_work *work, emg_channel *c, eg_diag *diag);

/* study_emg_live.c: what a live display would have shown. */
EG_NODISCARD eg_err emg_live(const emg_work *work, const emg_channel *c, eg_diag *diag);

/* study_emg_profile.c: a peer's numbers of one channel under the peer's names. */
EG_NODISCARD eg_err emg_profile(const emg_work *work, const emg_channel *c, eg_diag *diag);

/* study_emg_methods.c: the paragraph. */
void emg_methods(const emg_work *work);

/* A value of the catalogue; "signal" in its unit becomes the channel's. `c` may be NULL. Returns
 * the object, borrowed, or NULL. */
json_t *emg_add(const emg_work *work, const emg_channel *c, const char *code, double value);
/* The same, shown only with `all`. */
json_t *emg_add_extra(const emg_work *work, const emg_channel *c, const char *code, double value);

/* The channel among those measured with this label (case is ignored), or NULL. */
emg_channel *emg_find(const emg_work *work, const char *label);

#endif
