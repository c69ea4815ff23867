#include "core/balance/profile.h"

#include <math.h>
#include <string.h>

#include "core/balance/emit.h"
#include "core/balance/engram.h"
#include "core/base/check.h"

static const char *const profile_names[] = {"engram", "quijoux2021", "duarte"};

bool eg_balance_profile_find(const char *name, eg_balance_profile *profile) {
    for (size_t i = 0; i < sizeof profile_names / sizeof profile_names[0]; i++) {
        if (strcmp(name, profile_names[i]) == 0) {
            *profile = (eg_balance_profile)i;
            return true;
        }
    }
    return false;
}

const char *eg_balance_profile_name(eg_balance_profile profile) {
    return profile_names[profile];
}

const eg_balance_value *eg_balance_find(const eg_balance_result *result, const char *code) {
    for (size_t i = 0; i < result->count; i++) {
        if (strcmp(result->values[i].code, code) == 0) return &result->values[i];
    }
    return NULL;
}

/* Copies one axis in the profile's unit and lays a straight line over missing samples (at either
 * end the nearest value stands). Returns how many were missing. */
size_t eg_balance_copy_axis(const double *from_mm, size_t n, double divisor, double *to) {
    size_t missing = 0;
    size_t last = n; /* index of the last present sample, n if none yet */
    for (size_t i = 0; i < n; i++) {
        to[i] = from_mm[i] / divisor;
        if (!isfinite(from_mm[i])) {
            missing++;
            continue;
        }
        size_t first_missing = last == n ? 0 : last + 1;
        for (size_t k = first_missing; k < i; k++) {
            double share = last == n ? 1.0 : (double)(k - last) / (double)(i - last);
            double before = last == n ? to[i] : to[last];
            to[k] = before + share * (to[i] - before);
        }
        last = i;
    }
    for (size_t k = last == n ? n : last + 1; k < n; k++) to[k] = to[last];
    return missing;
}

static bool is_rate(double rate_hz) {
    return rate_hz >= 5.0 && rate_hz <= 10000.0;
}

static eg_err check_trial(const eg_cop_trial *trial, eg_diag *diag) {
    if (trial->n < EG_BALANCE_SAMPLES_MIN || trial->n > EG_BALANCE_SAMPLES_MAX) {
        return eg_diag_set(diag, EG_ERR_RANGE, NULL, 0,
                           "a balance trial has %d to %d samples, this one has %zu",
                           EG_BALANCE_SAMPLES_MIN, EG_BALANCE_SAMPLES_MAX, trial->n);
    }
    if (!is_rate(trial->rate_hz)) {
        return eg_diag_set(diag, EG_ERR_RANGE, NULL, 0,
                           "a balance trial is sampled at 5 to 10000 Hz, this one at %g",
                           trial->rate_hz);
    }
    return EG_OK;
}

static size_t profile_memory(size_t n, double rate_hz, eg_balance_profile profile, uint32_t flags) {
    switch (profile) {
    case EG_BALANCE_QUIJOUX2021:
        return eg_balance_quijoux_memory(n, rate_hz);
    case EG_BALANCE_DUARTE:
        return eg_balance_duarte_memory(n, rate_hz);
    case EG_BALANCE_ENGRAM:
        break;
    }
    return eg_balance_engram_memory(n, rate_hz, flags);
}

size_t eg_balance_memory(size_t n, double rate_hz, eg_balance_profile profile, uint32_t flags) {
    /* What eg_balance_compute refuses needs no memory, and no number made from such a rate. */
    if (!is_rate(rate_hz) || n > EG_BALANCE_SAMPLES_MAX) return 0;
    return 2 * n * sizeof(double) + 256 + profile_memory(n, rate_hz, profile, flags);
}

static eg_err compute(const eg_balance_input *input, eg_balance_profile profile, eg_arena *arena,
                      eg_balance_result *result, eg_diag *diag) {
    switch (profile) {
    case EG_BALANCE_QUIJOUX2021:
        return eg_balance_quijoux(input, arena, result, diag);
    case EG_BALANCE_DUARTE:
        return eg_balance_duarte(input, arena, result, diag);
    case EG_BALANCE_ENGRAM:
        break;
    }
    return eg_balance_engram(input, arena, result, diag);
}

eg_err eg_balance_compute(const eg_cop_trial *trial, eg_balance_profile profile, uint32_t flags,
                          eg_arena *arena, eg_balance_result *result, eg_diag *diag) {
    EG_ASSERT(trial != NULL && arena != NULL && result != NULL);
    EG_ASSERT(trial->net.ml_mm != NULL && trial->net.ap_mm != NULL);
    eg_err err = check_trial(trial, diag);
    if (err != EG_OK) return err;
    *result = (eg_balance_result){.profile = profile, .lowpass_hz = NAN};
    size_t mark = eg_arena_mark(arena);
    eg_balance_input input = {.trial = trial, .flags = flags, .n = trial->n};
    input.ml = eg_arena_take(arena, trial->n, sizeof *input.ml);
    input.ap = eg_arena_take(arena, trial->n, sizeof *input.ap);
    if (input.ml == NULL || input.ap == NULL) {
        eg_arena_reset(arena, mark);
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "balance: arena too small");
    }
    double divisor = profile == EG_BALANCE_ENGRAM ? 1.0 : 10.0; /* the peers count in cm */
    size_t missing_ml = eg_balance_copy_axis(trial->net.ml_mm, trial->n, divisor, input.ml);
    size_t missing_ap = eg_balance_copy_axis(trial->net.ap_mm, trial->n, divisor, input.ap);
    result->bridged = missing_ml > missing_ap ? missing_ml : missing_ap;
    if (result->bridged > trial->n / 2) {
        err = eg_diag_set(diag, EG_ERR_MISSING, NULL, 0,
                          "%zu of %zu COP samples are missing: nothing can be measured",
                          result->bridged, trial->n);
    } else {
        err = compute(&input, profile, arena, result, diag);
    }
    eg_arena_reset(arena, mark);
    if (err != EG_OK) result->count = 0;
    return err;
}
