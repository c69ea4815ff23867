/* Discrete Fourier transform of any length: mixed radix (2, 3, 4, 5 and other primes up to 13)
 * where n allows it, Bluestein's algorithm otherwise. Twiddle factors come from our own sine and
 * cosine, so that every target gives the same bits. A bin's error in double is about 1e-15 of the
 * root of the signal's energy (the sum of squares), by Bluestein's algorithm up to 1e-14. */
#ifndef EG_SIGNAL_FFT_H
#define EG_SIGNAL_FFT_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/real.h"

enum { EG_FFT_LENGTH_MAX = 1 << 22, EG_FFT_FACTORS_MAX = 24 };

typedef struct eg_complex {
    eg_real re, im;
} eg_complex;

/* Numbers side by side as the transform works on them; its own affair. */
struct eg_fft_cell;

/* A complex transform: constant tables and scratch. One thread at a time. */
typedef struct eg_fft_plan {
    size_t n;        /* length of the transform */
    size_t n_padded; /* length actually computed: n, or Bluestein's convolution */
    size_t n_factors;
    unsigned factors[EG_FFT_FACTORS_MAX];
    const struct eg_fft_cell *turns;  /* the factors of one pass after the other */
    const eg_complex *roots;          /* exp(-2 pi i k / r) for r = 7, 11, 13 */
    const eg_complex *chirp;          /* [n] exp(-pi i k^2 / n), NULL without Bluestein */
    const struct eg_fft_cell *filter; /* transform of the conjugate chirp / n_padded, or NULL */
    struct eg_fft_cell *work;         /* two times the length computed */
} eg_fft_plan;

/* A transform of real input. */
typedef struct eg_fft {
    size_t n;                /* samples */
    eg_fft_plan plan;        /* of n / 2 for even n, of n for odd */
    const eg_complex *turns; /* [n / 4 + 1] exp(-2 pi i k / n), even n only */
} eg_fft;

/* Bytes of arena that eg_fft_init takes at most; 0 if n is 0 or above EG_FFT_LENGTH_MAX. */
size_t eg_fft_size(size_t n);

/* Prepares a transform of n real samples; the arena's memory must outlive it. EG_ERR_ARGUMENT,
 * EG_ERR_MEMORY. Cost about that of three transforms. */
EG_NODISCARD eg_err eg_fft_init(eg_fft *fft, size_t n, eg_arena *arena, eg_diag *diag);

/* spectrum[k] = sum x[i] exp(-2 pi i k i / n), k = 0 ... n / 2 (n / 2 + 1 bins). */
void eg_fft_forward(eg_fft *fft, const eg_real *x, eg_complex *spectrum);

/* The inverse, scaled by 1 / n: eg_fft_inverse(eg_fft_forward(x)) is x. The imaginary parts of the
 * first and (n even) last bin are taken as 0. */
void eg_fft_inverse(eg_fft *fft, const eg_complex *spectrum, eg_real *x);

/* Complex transforms, for those who need them; in and out must differ. Unscaled. */
size_t eg_fft_plan_size(size_t n);
EG_NODISCARD eg_err eg_fft_plan_init(eg_fft_plan *plan, size_t n, eg_arena *arena, eg_diag *diag);
void eg_fft_plan_run(eg_fft_plan *plan, const eg_complex *in, eg_complex *out);

/* power[k] += |A_k|^2 + |B_k|^2, k = 0 ... n / 2, of two real signals: A is the transform of
 * (a[i] - offset[0]) window[i], i < n_signal <= n, and 0 beyond; B likewise. They are the real and
 * imaginary part of one transform, which is half the work of one after the other; the error of a
 * bin is about 1e-15 of the energy of both. */
void eg_fft_plan_add_powers(eg_fft_plan *plan, size_t n_signal, const eg_real *a, const eg_real *b,
                            const eg_real offset[2], const eg_real *window, double *power);

#endif
