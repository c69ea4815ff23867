#include "core/balance/pendulum.h"

#include "core/balance/diffusion.h"
#include "core/base/check.h"
#include "core/signal/fft.h"

double eg_pendulum_frequency_square(double height_m) {
    EG_ASSERT(height_m > 0.0);
    const double gravity_m_s2 = 9.8;
    double cog_height_m = 0.56 * height_m - 0.039 * height_m;
    double inertia_per_kg = 0.0533 * height_m * height_m + cog_height_m * cog_height_m;
    return gravity_m_s2 * cog_height_m / inertia_per_kg;
}

size_t eg_pendulum_extension(size_t n, double rate_hz, int exact) {
    size_t second = (size_t)(rate_hz + 0.5);
    if (exact) return second;
    size_t length = eg_diffusion_fast_length(n + 2 * second);
    while ((length - n) % 2 != 0) length = eg_diffusion_fast_length(length + 1);
    return (length - n) / 2;
}

size_t eg_pendulum_memory(size_t n, size_t extension) {
    size_t length = n + 2 * extension;
    return 2 * length * sizeof(eg_complex) + eg_fft_size(2 * length) + 512;
}

/* Both axes as one complex signal, mirrored through its end points. Returns the mean. */
static eg_complex extend(const eg_sway_signal *cop, size_t pad, eg_complex *out) {
    size_t n = cop->n;
    for (size_t i = 0; i < pad; i++) {
        out[i].re = 2.0 * cop->ml[0] - cop->ml[pad - i];
        out[i].im = 2.0 * cop->ap[0] - cop->ap[pad - i];
        out[pad + n + i].re = 2.0 * cop->ml[n - 1] - cop->ml[n - 2 - i];
        out[pad + n + i].im = 2.0 * cop->ap[n - 1] - cop->ap[n - 2 - i];
    }
    eg_complex mean = {0.0, 0.0};
    for (size_t i = 0; i < n; i++) out[pad + i] = (eg_complex){cop->ml[i], cop->ap[i]};
    size_t length = n + 2 * pad;
    for (size_t i = 0; i < length; i++) {
        mean.re += out[i].re;
        mean.im += out[i].im;
    }
    mean.re /= (double)length;
    mean.im /= (double)length;
    for (size_t i = 0; i < length; i++) {
        out[i].re -= mean.re;
        out[i].im -= mean.im;
    }
    return mean;
}

eg_err eg_pendulum_cog(const eg_sway_signal *cop, double height_m, size_t extension,
                       eg_arena *arena, double *cog_ml, double *cog_ap, eg_diag *diag) {
    size_t mark = eg_arena_mark(arena);
    size_t pad = extension;
    size_t length = cop->n + 2 * pad;
    if (cop->n <= pad) {
        return eg_diag_set(diag, EG_ERR_RANGE, NULL, 0,
                           "the centre of gravity needs more than one second of recording");
    }
    eg_fft_plan plan;
    eg_err err = eg_fft_plan_init(&plan, length, arena, diag);
    if (err != EG_OK) return err;
    eg_complex *time = eg_arena_take(arena, length, sizeof *time);
    eg_complex *bins = eg_arena_take(arena, length, sizeof *bins);
    if (time == NULL || bins == NULL) {
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "balance: arena too small");
    }
    eg_complex mean = extend(cop, pad, time);
    eg_fft_plan_run(&plan, time, bins);
    double natural = eg_pendulum_frequency_square(height_m);
    for (size_t k = 0; k < length; k++) {
        double cycles = k <= length - k ? (double)k : (double)(length - k);
        double omega = 2.0 * EG_PI * cycles * cop->rate_hz / (double)length;
        double gain = natural / (natural + omega * omega) / (double)length;
        /* Conjugated, so that the forward transform works as the inverse one. */
        bins[k] = (eg_complex){bins[k].re * gain, -bins[k].im * gain};
    }
    eg_fft_plan_run(&plan, bins, time);
    for (size_t i = 0; i < cop->n; i++) {
        cog_ml[i] = time[pad + i].re + mean.re;
        cog_ap[i] = -time[pad + i].im + mean.im;
    }
    eg_arena_reset(arena, mark);
    return EG_OK;
}
