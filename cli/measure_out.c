#include "cli/measure_out.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/file_write.h"

static const char *text_of(const json_t *json, const char *key) {
    const char *text = json_string_value(json_object_get(json, key));
    return text != NULL ? text : "";
}

static double number_of(const json_t *json, const char *key) {
    return json_number_value(json_object_get(json, key));
}

/* The check that withholds everything; NULL. */
static const json_t *failed_check(const json_t *result) {
    size_t i;
    json_t *check;
    json_array_foreach(json_object_get(result, "quality"), i, check) {
        if (strcmp(text_of(check, "verdict"), "fail") == 0) return check;
    }
    return NULL;
}

static eg_err fill_channel(const json_t *trace, const json_t *first, eg_channel *channel,
                           const char *out, eg_diag *diag) {
    const json_t *values = json_object_get(trace, "low");
    size_t i, n = json_array_size(values);
    json_t *value;
    if (n != json_array_size(json_object_get(first, "low")) ||
        fabs(number_of(trace, "step_s") - number_of(first, "step_s")) > 1e-9)
        return eg_diag_set(diag, EG_ERR_DATA, out, 0,
                           "the angles have different rates; choose one with --joint or --channel");
    snprintf(channel->label, sizeof channel->label, "%.60s", text_of(trace, "column"));
    snprintf(channel->unit, sizeof channel->unit, "deg");
    channel->is_named = 1;
    channel->rate_hz = 1.0 / number_of(trace, "step_s");
    channel->n = n;
    channel->values = malloc((n > 0 ? n : 1) * sizeof *channel->values);
    if (channel->values == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, out, 0, "no memory");
    json_array_foreach(values, i, value) channel->values[i] =
        json_is_number(value) ? number_of(trace, "column_sign") * json_number_value(value)
                              : (double)NAN;
    return EG_OK;
}

/* A recording of the curves; the caller destroys it, also after an error. */
static eg_err make_recording(const json_t *traces, const char *out, eg_recording **made,
                             eg_diag *diag) {
    size_t i, count = json_array_size(traces);
    const json_t *first = json_array_get(traces, 0);
    json_t *trace;
    eg_recording *r = calloc(1, sizeof *r);
    *made = r;
    if (r == NULL || (r->channels = calloc(count, sizeof *r->channels)) == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, out, 0, "no memory");
    snprintf(r->name, sizeof r->name, "angles");
    r->n_frames = json_array_size(json_object_get(first, "low"));
    r->start_s = 0.0;
    r->rate_hz = r->points.rate_hz = 1.0 / number_of(first, "step_s");
    r->t_s = malloc((r->n_frames > 0 ? r->n_frames : 1) * sizeof *r->t_s);
    if (r->t_s == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, out, 0, "no memory");
    for (size_t k = 0; k < r->n_frames; k++)
        r->t_s[k] = number_of(first, "start_s") + (double)k * number_of(first, "step_s");
    json_array_foreach(traces, i, trace) {
        r->n_channels = i + 1;
        eg_err err = fill_channel(trace, first, &r->channels[i], out, diag);
        if (err != EG_OK) return err;
    }
    return EG_OK;
}

eg_err measure_out_write(const json_t *result, const char *source, const char *out, eg_diag *diag) {
    const json_t *traces = json_object_get(result, "traces"), *failed = failed_check(result);
    const eg_write_format *format = eg_write_format_find(out);
    struct stat from, to;
    if (format == NULL || (strcmp(format->name, "csv") != 0 && strcmp(format->name, "mot") != 0 &&
                           strcmp(format->name, "sto") != 0))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, out, 0,
                           "angles are written as .mot, .sto or .csv; end the name so");
    if (stat(source, &from) == 0 && stat(out, &to) == 0 && from.st_ino == to.st_ino &&
        from.st_dev == to.st_dev)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, out, 0,
                           "it is the recording itself; write to another name");
    if (failed != NULL)
        return eg_diag_set(diag, EG_ERR_DATA, out, 0, "withheld: %s failed, %s",
                           text_of(failed, "check"), text_of(failed, "detail"));
    if (json_array_size(traces) == 0)
        return eg_diag_set(diag, EG_ERR_MISSING, out, 0, "there are no angles to write");
    eg_recording *recording = NULL;
    eg_write_notes notes = {0};
    eg_err err = make_recording(traces, out, &recording, diag);
    if (err == EG_OK) err = eg_file_write(out, true, format, recording, &notes, diag);
    eg_recording_destroy(recording);
    return err;
}
