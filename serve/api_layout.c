/* What a file's columns are: looked at before it is measured, said once, remembered. */
#include <stdlib.h>
#include <string.h>

#include "clinic/describe.h"
#include "clinic/layouts.h"
#include "io/format/text.h"
#include "serve/api_call.h"

enum { LINES_SHOWN = 12, LINE_BYTES_MAX = 400 };

/* The first lines as they stand in the file, each cut at LINE_BYTES_MAX. */
static void write_lines(const void *bytes, size_t size, eg_json_writer *json) {
    eg_span rest = {NULL, 0}, line;
    char *owned = NULL;
    eg_json_key(json, "lines");
    eg_json_begin_array(json);
    if (eg_text_decode(bytes, size, &rest, &owned) == EG_OK)
        for (int i = 0; i < LINES_SHOWN && eg_text_next_line(&rest, &line); i++) {
            char text[LINE_BYTES_MAX + 1];
            size_t n = line.n < LINE_BYTES_MAX ? line.n : LINE_BYTES_MAX;
            memcpy(text, line.start, n);
            text[n] = '\0';
            for (size_t k = 0; k < n; k++)
                if (text[k] == '\0') text[k] = ' ';
            eg_json_string(json, text);
        }
    free(owned);
    eg_json_end_array(json);
}

static void write_warnings(const eg_recording *recording, eg_json_writer *json) {
    eg_json_key(json, "warnings");
    eg_json_begin_array(json);
    for (size_t i = 0; i < recording->n_warnings; i++)
        eg_json_string(json, recording->warnings[i].text);
    eg_json_end_array(json);
}

static void write_saved(const json_t *saved, eg_json_writer *json) {
    eg_json_key(json, "saved");
    if (saved == NULL) {
        eg_json_null(json);
        return;
    }
    eg_json_begin_object(json);
    eg_json_member_string(json, "id", json_string_value(json_object_get(saved, "id")));
    eg_json_member_string(json, "name", json_string_value(json_object_get(saved, "name")));
    eg_json_end_object(json);
}

void eg_api_preview(eg_api_call *call) {
    static const char nothing[] = "";
    const char *bytes = call->request->body != NULL ? call->request->body : nothing;
    const char *name = eg_api_query(call, "name", "recording");
    eg_diag diag = {0};
    eg_recording *recording = NULL;
    json_t *saved = NULL;
    char fingerprint[EG_FINGERPRINT_SIZE];
    eg_json_text text = {0};
    eg_err err =
        eg_recording_parse(name, (const uint8_t *)bytes, call->request->size, &recording, &diag);
    if (err == EG_OK) {
        eg_describe_fingerprint(recording, fingerprint);
        err = eg_layouts_find(&call->api->clinic, NULL, fingerprint, &saved, &diag);
    }
    if (err == EG_OK) {
        eg_json_writer json;
        eg_json_init(&json, eg_json_to_text, &text);
        eg_json_begin_object(&json);
        eg_json_member_string(&json, "name", name);
        eg_json_member_integer(&json, "rows", (int64_t)eg_recording_samples(recording));
        err = eg_describe_write(call->api->owner->evaluator, recording, &json, &diag);
        write_lines(bytes, recording->has_points ? 0 : call->request->size, &json);
        write_warnings(recording, &json);
        write_saved(saved, &json);
        eg_json_end_object(&json);
        if (err == EG_OK) err = eg_json_finish(&json);
    }
    json_decref(saved);
    eg_recording_destroy(recording);
    if (err != EG_OK) {
        eg_json_text_release(&text);
        eg_api_finish(call, 200, err, NULL, NULL, &diag);
        return;
    }
    *call->response = (eg_api_response){200, "application/json", text.bytes, text.n};
}

void eg_api_list_layouts(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *documents = NULL;
    eg_err err = eg_layouts_list(&call->api->clinic, &documents, &diag);
    eg_api_finish(call, 200, err, documents, NULL, &diag);
}

void eg_api_create_layout(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *document = NULL;
    json_t *problems = NULL;
    json_t *body = eg_api_read_object(call);
    if (body == NULL) return;
    eg_err err = eg_layouts_create(&call->api->clinic, body, &document, &problems, &diag);
    eg_api_finish(call, 201, err, document, problems, &diag);
    json_decref(body);
}

void eg_api_amend_layout(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *document = NULL;
    json_t *problems = NULL;
    json_t *request = eg_api_read_object(call);
    if (request == NULL) return;
    json_int_t version = json_integer_value(json_object_get(request, "version"));
    const json_t *body = json_object_get(request, "body");
    eg_err err = version < 1 || version >= INT32_MAX || !json_is_object(body)
                     ? eg_diag_set(&diag, EG_ERR_ARGUMENT, "version", 0,
                                   "\"version\" and \"body\" are needed")
                     : eg_layouts_amend(&call->api->clinic, eg_api_parameter(call, 0),
                                        (int32_t)version, body, &document, &problems, &diag);
    eg_api_finish(call, 200, err, document, problems, &diag);
    json_decref(request);
}
