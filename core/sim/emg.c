#include "core/sim/emg.h"

#include "core/base/check.h"
#include "core/base/random.h"
#include "core/signal/filter.h"

enum { UNITS = 25, RAMP_MAX = 1024 };

size_t eg_sim_emg_length(const eg_sim_emg *sim) {
    return (size_t)((double)(sim->n_bursts + 1) * sim->period_s * sim->rate_hz);
}

double eg_sim_emg_amplitude(const eg_sim_emg *sim, double t_s) {
    const double full = eg_pow(10.0, sim->snr_db / 20.0);
    if (t_s < 0.0 || t_s >= sim->length_s) return 0.0;
    const double edge = fmin(t_s, sim->length_s - t_s);
    return edge < sim->ramp_s ? full * edge / sim->ramp_s : full;
}

/* Sums of biphasic potentials, z (1.5 - z^2) exp(-0.65 z^2). */
static void fill_units(size_t n, double rate_hz, eg_random *random, eg_real *x) {
    for (size_t i = 0; i < n; i++) x[i] = 0;
    for (size_t unit = 0; unit < UNITS; unit++) {
        const double size = eg_exp(0.8 * eg_random_normal(random));
        const double width_s = (1.2 + 1.5 * eg_random_uniform(random)) * 1e-3;
        const double interval_s = 1.0 / (10.0 + 8.0 * eg_random_uniform(random));
        const long reach = (long)(6.0 * width_s * rate_hz + 0.5);
        double at_s = eg_random_uniform(random) * interval_s;
        while (at_s * rate_hz < (double)n) {
            const long middle = (long)(at_s * rate_hz + 0.5);
            for (long i = -reach; i <= reach; i++) {
                if (middle + i < 0 || middle + i >= (long)n) continue;
                const double z = (double)i / rate_hz / width_s;
                x[middle + i] += (eg_real)(size * z * (1.5 - z * z) * eg_exp(-0.65 * z * z));
            }
            at_s += interval_s * fmax(1.0 + 0.2 * eg_random_normal(random), 0.2);
        }
    }
}

/* Noise of unit deviation. */
static eg_err fill_noise(const eg_sim_emg *sim, eg_sim_emg_kind kind, unsigned stream, size_t n,
                         eg_real *x, eg_diag *diag) {
    eg_random random;
    eg_random_init(&random, 20260, stream);
    if (kind == EG_SIM_EMG_UNITS) {
        fill_units(n, sim->rate_hz, &random, x);
    } else {
        for (size_t i = 0; i < n; i++) {
            if (kind == EG_SIM_EMG_GAUSSIAN) {
                x[i] = (eg_real)eg_random_normal(&random);
                continue;
            }
            const double u = eg_random_uniform(&random) - 0.5;
            x[i] = (eg_real)(copysign(1.0, u) * -eg_log(fmax(1.0 - 2.0 * fabs(u), 1e-300)));
        }
    }
    if (!sim->is_white) {
        eg_filter filter;
        eg_filter_state state = {0};
        eg_err err = eg_filter_butterworth(&filter, EG_FILTER_BAND_PASS, 2, 20.0,
                                           fmin(450.0, 0.45 * sim->rate_hz), sim->rate_hz, diag);
        if (err != EG_OK) return err;
        eg_filter_run(&filter, &state, n, x, x);
    }
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
    const double unit = sum > 0.0 ? 1.0 / sqrt(sum / (double)n) : 0.0;
    for (size_t i = 0; i < n; i++) x[i] = (eg_real)((double)x[i] * unit);
    return EG_OK;
}

eg_err eg_sim_emg_fill(const eg_sim_emg *sim, size_t n, eg_real *x, double *on_s, eg_arena *scratch,
                       eg_diag *diag) {
    EG_ASSERT(sim != NULL && x != NULL && on_s != NULL && n <= eg_sim_emg_length(sim));
    if (!(sim->rate_hz >= 100.0))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0, "%g Hz are too few for muscle",
                           sim->rate_hz);
    const size_t mark = eg_arena_mark(scratch);
    eg_real *muscle = eg_arena_take(scratch, n, sizeof *muscle);
    if (muscle == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for %zu samples", n);
    const eg_sim_emg_kind rest =
        sim->kind == EG_SIM_EMG_LAPLACE ? EG_SIM_EMG_LAPLACE : EG_SIM_EMG_GAUSSIAN;
    eg_err err = fill_noise(sim, rest, 2 * sim->seed, n, x, diag);
    if (err == EG_OK) err = fill_noise(sim, sim->kind, 2 * sim->seed + 1, n, muscle, diag);
    eg_random random;
    eg_random_init(&random, 7, sim->seed);
    for (size_t k = 0; err == EG_OK && k < sim->n_bursts; k++) {
        const double on = ((double)k + 0.7 + 0.2 * eg_random_uniform(&random)) * sim->period_s;
        const size_t first = (size_t)ceil(on * sim->rate_hz);
        on_s[k] = (double)first / sim->rate_hz;
        for (size_t i = first; i < n; i++) {
            const double t_s = (double)(i - first) / sim->rate_hz;
            if (t_s >= sim->length_s) break;
            x[i] += (eg_real)((double)muscle[i] * eg_sim_emg_amplitude(sim, t_s));
        }
    }
    eg_arena_reset(scratch, mark);
    return err;
}

/* The most likely onset for a rise of `ramp` samples, and how likely it is. */
static double likely_onset(const eg_sim_emg *sim, long ramp, size_t n, const eg_real *x,
                           double near_s, double *likelihood) {
    const double gain = eg_pow(10.0, 0.1 * sim->snr_db);
    const long span = (long)(0.3 * sim->rate_hz + 0.5);
    const long middle = (long)(near_s * sim->rate_hz + 0.5);
    const double full_log = eg_log1p(gain), full_weight = gain / (1.0 + gain);
    double logs[RAMP_MAX], weights[RAMP_MAX];
    EG_ASSERT(ramp >= 0 && ramp <= RAMP_MAX);
    for (long i = 0; i < ramp; i++) {
        const double u = (double)i / (double)ramp, more = gain * u * u;
        logs[i] = eg_log1p(more);
        weights[i] = more / (1.0 + more);
    }
    long best = 0;
    double most = -INFINITY;
    for (long shift = -span; shift <= span; shift++) {
        /* Against rest only: sum of x^2 (1 - 1 / power) - ln(power) from the onset on. */
        double sum = 0.0;
        for (long i = middle + shift; i < middle + 2 * span; i++) {
            if (i < 0 || i >= (long)n) continue;
            const double square = (double)x[i] * (double)x[i];
            const long since = i - middle - shift;
            sum += since >= ramp ? square * full_weight - full_log
                                 : square * weights[since] - logs[since];
        }
        if (sum > most) {
            most = sum;
            best = shift;
        }
    }
    *likelihood = most;
    return (double)(middle + best) / sim->rate_hz;
}

double eg_sim_emg_ideal_s(const eg_sim_emg *sim, size_t n, const eg_real *x, double near_s) {
    double likelihood;
    return likely_onset(sim, (long)(sim->ramp_s * sim->rate_hz + 0.5), n, x, near_s, &likelihood);
}

double eg_sim_emg_ideal_unknown_s(const eg_sim_emg *sim, size_t n, const eg_real *x,
                                  double near_s) {
    static const double longest_s = 0.3, step_s = 0.01;
    double best_s = near_s, most = -INFINITY;
    for (int k = 0; k * step_s <= longest_s; k++) {
        double likelihood;
        double at_s =
            likely_onset(sim, (long)(k * step_s * sim->rate_hz + 0.5), n, x, near_s, &likelihood);
        if (likelihood > most) {
            most = likelihood;
            best_s = at_s;
        }
    }
    return best_s;
}
