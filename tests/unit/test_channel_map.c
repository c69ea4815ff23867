/* What a recording's channels really are, said by a person. */
#include <stdio.h>
#include <string.h>

#include "clinic/channel_map.h"
#include "clinic/preview.h"
#include "tests/support/test.h"

static eg_recording *sample(void) {
    static const char text[] = "Time (s),A,B,C\n0,1,2,3\n0.01,4,5,6\n0.02,7,8,9\n0.03,1,1,1\n";
    eg_recording *recording = NULL;
    eg_diag diag = {0};
    if (eg_recording_parse("x.csv", (const uint8_t *)text, sizeof text - 1, &recording, &diag) !=
        EG_OK)
        EG_FAIL("%s", diag.text);
    return recording;
}

static eg_err apply(eg_recording *recording, const char *map, eg_diag *diag) {
    json_t *value = json_loads(map, JSON_DECODE_ANY, NULL);
    EG_CHECK(value != NULL);
    eg_err err = eg_channel_map_apply(value, recording, diag);
    json_decref(value);
    return err;
}

/* Two names change places, one channel goes, units come; a plate's places follow. */
static void names(void) {
    eg_recording *recording = sample();
    eg_platform plate = {.n_channels = 3, .channels = {0, 1, 2}};
    recording->n_platforms = 1;
    recording->platforms = &plate;
    EG_CHECK_INT(
        apply(recording,
              "[{\"label\":\"A\",\"name\":\"C\",\"unit\":\"mV\"},{\"label\":\"C\",\"name\":"
              "\"A\"},{\"label\":\"B\",\"use\":false}]",
              NULL),
        EG_OK);
    EG_CHECK_INT(recording->n_channels, 2);
    EG_CHECK_TEXT(recording->channels[0].label, "C");
    EG_CHECK_TEXT(recording->channels[0].unit, "mV");
    EG_CHECK_NEAR(recording->channels[0].values[2], 7, 0);
    EG_CHECK_TEXT(recording->channels[1].label, "A");
    EG_CHECK_NEAR(recording->channels[1].values[2], 9, 0);
    EG_CHECK(plate.channels[0] == 0 && plate.channels[1] == SIZE_MAX && plate.channels[2] == 1);
    recording->n_platforms = 0;
    recording->platforms = NULL;
    json_t *preview = eg_preview(recording);
    json_t *channel = json_array_get(json_object_get(preview, "channels"), 1);
    EG_CHECK_TEXT(json_string_value(json_object_get(channel, "label")), "A");
    EG_CHECK_NEAR(json_number_value(json_object_get(channel, "max")), 9, 0);
    EG_CHECK_INT(json_array_size(json_object_get(channel, "high")), 4);
    EG_CHECK_NEAR(json_number_value(json_object_get(preview, "duration_s")), 0.04, 1e-12);
    json_decref(preview);
    eg_recording_destroy(recording);
}

static void refused(void) {
    static const struct {
        const char *map;
        eg_err err;
    } cases[] = {
        {"null", EG_OK},
        {"[]", EG_OK},
        {"{}", EG_ERR_ARGUMENT},
        {"[1]", EG_ERR_ARGUMENT},
        {"[{\"name\":\"x\"}]", EG_ERR_ARGUMENT},
        {"[{\"label\":\"A\",\"unit\":\"a unit that is far too long for it\"}]", EG_ERR_ARGUMENT},
        {"[{\"label\":\"A\",\"use\":1}]", EG_ERR_ARGUMENT},
        {"[{\"label\":\"Z\"}]", EG_ERR_LAYOUT}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        eg_recording *recording = sample();
        eg_diag diag = {0};
        EG_CHECK_INT(apply(recording, cases[i].map, &diag), cases[i].err);
        EG_CHECK_INT(recording->n_channels, 3);
        EG_CHECK((diag.text[0] != '\0') == (cases[i].err != EG_OK));
        eg_recording_destroy(recording);
    }
}

EG_TESTS({"channel map: names, units, channels left out", names},
         {"channel map: another file, another shape", refused})
