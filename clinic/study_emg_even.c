/* Recordings whose time stamps have gaps: samples are put on an even grid along straight lines, so
 * that instants are those of the file's clock. What only jitters stays as it is: over the whole
 * recording its stamps keep step with its rate, and moving samples by a jitter would add noise. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "clinic/study_emg_part.h"
#include "core/signal/resample.h"

/* Whether the stamps ascend strictly and lose step with the rate by more than a sample. */
static int loses_step(const eg_recording *r, size_t n) {
    if (r->t_s == NULL || n < 2 || !(r->rate_hz > 0.0)) return 0;
    for (size_t i = 1; i < n; i++)
        if (!(r->t_s[i] > r->t_s[i - 1])) return 0;
    return fabs(r->t_s[n - 1] - r->t_s[0] - (double)(n - 1) / r->rate_hz) > 1.0 / r->rate_hz;
}

void emg_even_release(eg_recording *even) {
    if (even == NULL) return;
    for (size_t i = 0; even->channels != NULL && i < even->n_channels; i++)
        free(even->channels[i].values);
    free(even->channels);
    free(even);
}

static eg_err even_channel(const eg_recording *r, const eg_channel *channel, size_t count,
                           eg_channel *out, eg_diag *diag) {
    size_t n_bad;
    *out = *channel;
    out->n = count;
    out->rate_hz = r->rate_hz;
    out->values = calloc(count + 1, sizeof *out->values);
    double *x = calloc(channel->n + 1, sizeof *x);
    eg_err err = out->values == NULL || x == NULL
                     ? eg_diag_set(diag, EG_ERR_MEMORY, r->name, 0, "no memory")
                     : EG_OK;
    eg_diag ignored = {0};
    if (err == EG_OK && emg_copy(channel, x, &n_bad, &ignored) != EG_OK) {
        /* Nothing to draw a line through; whoever wants this channel is told so later. */
        for (size_t i = 0; i < count; i++) out->values[i] = (double)NAN;
    } else if (err == EG_OK) {
        err = eg_resample_linear(channel->n, r->t_s, x, r->t_s[0], r->rate_hz, count, out->values,
                                 diag);
    }
    free(x);
    return err;
}

eg_err emg_even(const eg_recording *r, eg_recording **even, json_t *result, eg_diag *diag) {
    *even = NULL;
    size_t n = r->n_channels > 0 ? r->channels[0].n : 0;
    for (size_t i = 0; i < r->n_channels; i++)
        if (r->channels[i].n != n || n != r->n_frames) return EG_OK;
    if (!loses_step(r, n)) return EG_OK;
    size_t count = eg_resample_uniform_length(n, r->t_s, r->rate_hz);
    if (count == 0 || count > 8 * n + 1000)
        return eg_diag_set(diag, EG_ERR_DATA, r->name, 0,
                           "the time stamps leave out most of the recording; cut it, or say the "
                           "rate: --rate-hz N");
    eg_recording *made = calloc(1, sizeof *made);
    if (made == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, r->name, 0, "no memory");
    *made = *r;
    made->t_s = NULL;
    made->n_frames = count;
    made->channels = calloc(r->n_channels, sizeof *made->channels);
    eg_err err =
        made->channels == NULL ? eg_diag_set(diag, EG_ERR_MEMORY, r->name, 0, "no memory") : EG_OK;
    for (size_t i = 0; err == EG_OK && i < r->n_channels; i++)
        err = even_channel(r, &r->channels[i], count, &made->channels[i], diag);
    if (err != EG_OK) {
        emg_even_release(made);
        return err;
    }
    char text[240];
    snprintf(text, sizeof text,
             "%.90s: its time stamps leave out %.2g %% of the samples at %g Hz; these were filled "
             "along straight lines, which hold no muscle signal",
             r->name, 100.0 * (double)(count - n) / (double)count, r->rate_hz);
    eg_study_add_warning(result, text);
    *even = made;
    return EG_OK;
}
