#include "core/motion/excerpt.h"

#include "core/motion/orient.h"

static size_t block_of(double rate_hz) {
    double block = floor(rate_hz / EG_EXCERPT_RATE_HZ);
    return block > 1.0 ? (size_t)block : 1;
}

size_t eg_excerpt_bytes(size_t n, double rate_hz) {
    size_t count = n / block_of(rate_hz);
    return count * (9 * sizeof(double) + 1) + 5 * 64;
}

/* The mean of one block; 0 where a sample is missing. */
static int mean_of(const double *const channel[3], size_t from, size_t count, double mean[3]) {
    int is_whole = 1;
    for (int k = 0; k < 3; k++) {
        double sum = 0.0;
        for (size_t i = from; i < from + count; i++) sum += channel[k][i];
        mean[k] = sum / (double)count;
        if (!(fabs(mean[k]) < EG_ORIENT_VALUE_MAX)) is_whole = 0;
    }
    if (is_whole) return 1;
    mean[0] = mean[1] = mean[2] = 0.0;
    return 0;
}

eg_err eg_excerpt_make(const eg_orient_signal *signal, const double bias[3], eg_arena *arena,
                       eg_excerpt *e, eg_diag *diag) {
    *e = (eg_excerpt){.block = block_of(signal->rate_hz)};
    size_t n = signal->n / e->block;
    e->rate_hz = signal->rate_hz / (double)e->block;
    if (n < 3) return eg_diag_set(diag, EG_ERR_DATA, "sensor", 0, "too few samples");
    e->gyr = eg_arena_take(arena, n, sizeof *e->gyr);
    e->spin = eg_arena_take(arena, n, sizeof *e->spin);
    e->acc = eg_arena_take(arena, n, sizeof *e->acc);
    e->is_whole = eg_arena_take(arena, n, 1);
    if (e->gyr == NULL || e->spin == NULL || e->acc == NULL || e->is_whole == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, "sensor", 0, "no room for the excerpt");
    e->n = n;
    for (size_t i = 0; i < n; i++) {
        int gyr = mean_of(signal->gyr, i * e->block, e->block, e->gyr[i]);
        int acc = mean_of(signal->acc, i * e->block, e->block, e->acc[i]);
        e->is_whole[i] = gyr && acc && eg_norm(e->acc[i]) > 0.0;
        for (int k = 0; bias != NULL && k < 3; k++) e->gyr[i][k] -= bias[k];
    }
    unsigned char before = 0; /* the neighbour as it was before its own neighbours counted */
    for (size_t i = 0; i < n; i++) {
        unsigned char own = e->is_whole[i], next = i + 1 < n ? e->is_whole[i + 1] : 0;
        e->is_whole[i] = own && before && next;
        before = own;
        for (int k = 0; k < 3 && e->is_whole[i]; k++)
            e->spin[i][k] = 0.5 * e->rate_hz * (e->gyr[i + 1][k] - e->gyr[i - 1][k]);
    }
    return EG_OK;
}
