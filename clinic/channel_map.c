#include "clinic/channel_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"

/* A text of at most `size - 1` bytes, or none. */
static int is_text(const json_t *value, size_t size) {
    return value == NULL || json_is_null(value) ||
           (json_is_string(value) && json_string_length(value) < size);
}

static int is_row(const json_t *row) {
    const json_t *label = json_object_get(row, "label"), *use = json_object_get(row, "use");
    return json_is_string(label) && is_text(label, EG_RECORDING_LABEL_MAX) &&
           is_text(json_object_get(row, "name"), EG_RECORDING_LABEL_MAX) &&
           is_text(json_object_get(row, "unit"), EG_RECORDING_UNIT_MAX) &&
           (use == NULL || json_is_boolean(use));
}

static eg_channel *find(eg_recording *recording, const char *label) {
    for (size_t i = 0; i < recording->n_channels; i++)
        if (strcmp(recording->channels[i].label, label) == 0) return &recording->channels[i];
    return NULL;
}

/* Plates name their channels by place: those that stay move up, and so do the places. */
static void take_out(eg_recording *recording, size_t index) {
    if (recording->samples == NULL) free(recording->channels[index].values);
    for (size_t i = index; i + 1 < recording->n_channels; i++)
        recording->channels[i] = recording->channels[i + 1];
    recording->n_channels--;
    for (size_t p = 0; p < recording->n_platforms; p++)
        for (size_t k = 0; k < recording->platforms[p].n_channels; k++) {
            size_t *place = &recording->platforms[p].channels[k];
            if (*place == index)
                *place = SIZE_MAX;
            else if (*place != SIZE_MAX && *place > index)
                (*place)--;
        }
}

eg_err eg_channel_map_apply(const json_t *map, eg_recording *recording, eg_diag *diag) {
    EG_ASSERT(recording != NULL);
    size_t i;
    json_t *row;
    if (map == NULL || json_is_null(map)) return EG_OK;
    if (!json_is_array(map) || json_array_size(map) > EG_RECORDING_CHANNELS_MAX)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "channels", 0, "the channels are a list");
    json_array_foreach(map, i, row) {
        if (!is_row(row))
            return eg_diag_set(diag, EG_ERR_ARGUMENT, "channels", i + 1,
                               "a channel is {label, name, unit, use}");
        if (find(recording, json_string_value(json_object_get(row, "label"))) == NULL)
            return eg_diag_set(diag, EG_ERR_LAYOUT, recording->name, 0,
                               "there is no channel \"%s\" in this file: say again what its "
                               "channels are",
                               json_string_value(json_object_get(row, "label")));
    }
    /* Names change last, so that a new name is never taken for an old one. */
    json_array_foreach(map, i, row) {
        eg_channel *channel = find(recording, json_string_value(json_object_get(row, "label")));
        if (channel != NULL && json_is_false(json_object_get(row, "use")))
            take_out(recording, (size_t)(channel - recording->channels));
    }
    eg_channel **places = calloc(json_array_size(map) + 1, sizeof(eg_channel *));
    if (places == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
    json_array_foreach(map, i, row) places[i] =
        find(recording, json_string_value(json_object_get(row, "label")));
    json_array_foreach(map, i, row) {
        const char *name = json_string_value(json_object_get(row, "name"));
        const char *unit = json_string_value(json_object_get(row, "unit"));
        if (places[i] == NULL) continue;
        if (name != NULL && name[0] != '\0')
            snprintf(places[i]->label, sizeof places[i]->label, "%s", name);
        if (unit != NULL) snprintf(places[i]->unit, sizeof places[i]->unit, "%s", unit);
    }
    free(places);
    return EG_OK;
}
