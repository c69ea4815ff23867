#include "core/emg/relaxation.h"

#include "core/base/check.h"
#include "core/emg/amplitude.h"

static int is_given(eg_emg_span span) {
    return isfinite(span.from_s) && isfinite(span.to_s);
}

static eg_err check_span(const char *name, eg_emg_span span, double after_s, double length_s,
                         eg_diag *diag) {
    if (span.from_s >= after_s && span.to_s <= length_s &&
        span.to_s - span.from_s >= EG_EMG_RELAXATION_WINDOW_S)
        return EG_OK;
    return eg_diag_set(
        diag, EG_ERR_ARGUMENT, name, 0,
        "%g to %g s: it must last 1 s or more, lie within the recording's %.3g s and "
        "follow what comes before it (flexion, relaxed, extension)",
        span.from_s, span.to_s, length_s);
}

/* The loudest (sign 1) or quietest (-1) second of a span. */
static eg_err extreme(double sign, double rate_hz, const eg_real *band, eg_emg_span span,
                      double *rms, double *from_s, eg_diag *diag) {
    size_t from = (size_t)(span.from_s * rate_hz + 0.5), to = (size_t)(span.to_s * rate_hz + 0.5);
    eg_err err = sign > 0.0 ? eg_emg_rms_peak(rate_hz, EG_EMG_RELAXATION_WINDOW_S, to - from,
                                              band + from, rms, from_s, diag)
                            : eg_emg_rms_least(rate_hz, EG_EMG_RELAXATION_WINDOW_S, to - from,
                                               band + from, rms, from_s, diag);
    *from_s += (double)from / rate_hz;
    return err;
}

eg_err eg_emg_relaxation_of(double rate_hz, size_t n, const eg_real *band, eg_emg_span flexion,
                            eg_emg_span relaxed, eg_emg_span extension, eg_emg_relaxation *out,
                            eg_diag *diag) {
    EG_ASSERT(band != NULL && out != NULL);
    *out = (eg_emg_relaxation){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0};
    const double length_s = (double)n / rate_hz;
    if (!is_given(flexion) || (!is_given(relaxed) && !is_given(extension)))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "flexion", 0,
                           "flexion-relaxation needs the times of flexion, and of full flexion "
                           "(relaxed) or of extension");
    out->relaxed_is_found = !is_given(relaxed);
    eg_err err = check_span("flexion", flexion, 0.0, length_s, diag);
    if (err == EG_OK && out->relaxed_is_found)
        relaxed = (eg_emg_span){flexion.to_s, extension.from_s};
    if (err == EG_OK) err = check_span("relaxed", relaxed, flexion.to_s, length_s, diag);
    if (err == EG_OK && is_given(extension))
        err = check_span("extension", extension, relaxed.to_s, length_s, diag);
    if (err == EG_OK)
        err = extreme(1.0, rate_hz, band, flexion, &out->flexion_rms, &out->flexion_from_s, diag);
    if (err == EG_OK && out->relaxed_is_found)
        err = extreme(-1.0, rate_hz, band, relaxed, &out->relaxed_rms, &out->relaxed_from_s, diag);
    if (err != EG_OK) return err;
    if (!out->relaxed_is_found) {
        out->relaxed_from_s =
            0.5 * (relaxed.from_s + relaxed.to_s) - 0.5 * EG_EMG_RELAXATION_WINDOW_S;
        out->relaxed_rms = eg_emg_rms_between(rate_hz, n, band, out->relaxed_from_s,
                                              out->relaxed_from_s + EG_EMG_RELAXATION_WINDOW_S);
    }
    if (!(out->relaxed_rms > 0.0 && out->flexion_rms > 0.0))
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "the channel is silent: is the electrode connected?");
    out->flexion_ratio = out->flexion_rms / out->relaxed_rms;
    if (!is_given(extension)) return EG_OK;
    err = extreme(1.0, rate_hz, band, extension, &out->extension_rms, &out->extension_from_s, diag);
    if (err == EG_OK) out->extension_ratio = out->extension_rms / out->relaxed_rms;
    return err;
}
