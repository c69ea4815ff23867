/* Trend removal, windows and Welch's power spectral density with the semantics of
 * scipy.signal.welch(scaling="density", return_onesided=True, average="mean"). */
#ifndef EG_SIGNAL_SPECTRUM_H
#define EG_SIGNAL_SPECTRUM_H

#include <stddef.h>

#include "core/signal/fft.h"

typedef enum eg_detrend { EG_DETREND_NONE, EG_DETREND_CONSTANT, EG_DETREND_LINEAR } eg_detrend;
typedef enum eg_window {
    EG_WINDOW_RECTANGLE,
    EG_WINDOW_HANN_PERIODIC, /* SciPy's get_window("hann") */
    EG_WINDOW_HANN_SYMMETRIC /* numpy.hanning */
} eg_window;

/* Removes nothing, the mean or the least-squares line. y may be x. n > 0; of one sample the line is
 * its mean. */
void eg_spectrum_detrend(eg_detrend kind, size_t n, const eg_real *x, eg_real *y);

/* w[n]. A single sample has weight 1. */
void eg_spectrum_window(eg_window kind, size_t n, eg_real *w);

typedef struct eg_welch_settings {
    double rate_hz;
    size_t segment; /* samples a segment ("nperseg") */
    size_t overlap; /* samples shared by neighbours ("noverlap"), less than segment */
    size_t n_fft;   /* transform length, at least segment; 0 means segment */
    eg_window window;
    eg_detrend detrend; /* of each segment */
} eg_welch_settings;

/* Everything that can be prepared once and used for many channels. */
typedef struct eg_welch {
    eg_welch_settings settings;
    size_t n_bins;         /* n_fft / 2 + 1; bin k is at k rate_hz / n_fft */
    eg_fft_plan pairs;     /* of two padded segments at once */
    eg_fft single;         /* of one */
    eg_fft long_fft;       /* of n_fft, where the density is interpolated */
    const eg_real *window; /* [segment] */
    double scale;          /* 1 / (rate sum w^2) */
    eg_real *work;         /* scratch: two segments, padded */
    eg_complex *bins;      /* scratch: its transform */
    int by_autocorrelation;
} eg_welch;

/* Bytes of arena that eg_welch_init takes at most. */
size_t eg_welch_size(const eg_welch_settings *settings);

/* EG_ERR_ARGUMENT for settings outside their ranges, EG_ERR_MEMORY. The arena's memory must outlive
 * `welch`. Unlike SciPy a segment longer than the signal is not shortened: the caller decides. */
EG_NODISCARD eg_err eg_welch_init(eg_welch *welch, const eg_welch_settings *settings,
                                  eg_arena *arena, eg_diag *diag);

/* One-sided density[n_bins] of x[n], unit^2/Hz. n below the segment is EG_ERR_DATA. Where n_fft is
 * more than twice the segment the density is interpolated through the segments' summed
 * autocorrelation, which is the same polynomial at a fraction of the cost; a bin's error is then up
 * to 1e-15 of the total power, instead of 1e-15 of the bin's. */
EG_NODISCARD eg_err eg_welch_run(eg_welch *welch, size_t n, const eg_real *x, double *density,
                                 eg_diag *diag);

/* The same of channels that are interleaved, x[n][n_channels], into density[n_channels][n_bins];
 * the same bits as one after the other. Takes 16 segments of scratch. EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_welch_run_channels(eg_welch *welch, size_t n_channels, size_t n,
                                          const eg_real *x, double *density, eg_arena *scratch,
                                          eg_diag *diag);

#endif
