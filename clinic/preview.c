#include "clinic/preview.h"

#include <math.h>

#include "clinic/describe.h"

enum { SHOWN_MAX = 256, OUTLINE = 120 };

static json_t *number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static void add_outline(json_t *channel, size_t n, const double *values) {
    size_t n_steps = n < OUTLINE ? n : OUTLINE;
    json_t *low = json_array(), *high = json_array();
    for (size_t k = 0; k < n_steps; k++) {
        double least = (double)NAN, most = (double)NAN;
        for (size_t i = k * n / n_steps; i < (k + 1) * n / n_steps; i++) {
            least = fmin(least, values[i]);
            most = fmax(most, values[i]);
        }
        json_array_append_new(low, number(least));
        json_array_append_new(high, number(most));
    }
    json_object_set_new(channel, "low", low);
    json_object_set_new(channel, "high", high);
}

static json_t *channel_of(const eg_channel *channel) {
    eg_column_facts facts = eg_describe_column(channel);
    json_t *object =
        json_pack("{ss ss so sI sI so so so}", "label", channel->label, "unit", channel->unit,
                  "rate_hz", number(channel->rate_hz), "n", (json_int_t)channel->n, "missing",
                  (json_int_t)facts.n_missing, "min", number(facts.least), "max",
                  number(facts.most), "mean", number(facts.mean));
    if (object != NULL) add_outline(object, channel->n, channel->values);
    return object;
}

static json_t *points_of(const eg_recording *recording) {
    json_t *labels = json_array();
    for (size_t i = 0; i < recording->points.n_markers && i < SHOWN_MAX; i++)
        json_array_append_new(labels, json_string(recording->points.markers[i].label));
    return json_pack("{sI so ss so}", "count", (json_int_t)recording->points.n_markers, "rate_hz",
                     number(recording->points.rate_hz), "unit", recording->points.unit, "labels",
                     labels);
}

static double duration_of(const eg_recording *recording) {
    double longest = (double)NAN;
    if (recording->n_frames > 0 && recording->rate_hz > 0.0)
        longest = (double)recording->n_frames / recording->rate_hz;
    for (size_t i = 0; i < recording->n_channels; i++) {
        const eg_channel *channel = &recording->channels[i];
        if (channel->rate_hz > 0.0) longest = fmax(longest, (double)channel->n / channel->rate_hz);
    }
    return longest;
}

json_t *eg_preview(const eg_recording *recording) {
    char fingerprint[EG_FINGERPRINT_SIZE];
    json_t *channels = json_array(), *events = json_array(), *warnings = json_array();
    eg_describe_fingerprint(recording, fingerprint);
    for (size_t i = 0; i < recording->n_channels && i < SHOWN_MAX; i++)
        json_array_append_new(channels, channel_of(&recording->channels[i]));
    for (size_t i = 0; i < recording->n_events && i < SHOWN_MAX; i++)
        json_array_append_new(events, json_pack("{ss ss so}", "label", recording->events[i].label,
                                                "context", recording->events[i].context, "t_s",
                                                number(recording->events[i].t_s)));
    for (size_t i = 0; i < recording->n_warnings; i++)
        json_array_append_new(warnings, json_string(recording->warnings[i].text));
    return json_pack("{ss ss ss ss so ss so so sI sI so so}", "name", recording->name, "format",
                     recording->format, "sha256", recording->sha256, "maker", recording->maker,
                     "duration_s", number(duration_of(recording)), "fingerprint", fingerprint,
                     "points", recording->has_points ? points_of(recording) : json_null(),
                     "channels", channels, "n_channels", (json_int_t)recording->n_channels,
                     "platforms", (json_int_t)recording->n_platforms, "events", events, "warnings",
                     warnings);
}
