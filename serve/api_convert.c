/* A dropped file in another format: what it cannot hold is asked first, then the file fetched. */
#include <stdlib.h>
#include <string.h>

#include "clinic/channel_map.h"
#include "io/format/write.h"
#include "serve/api_call.h"

enum { FILE_MAX = 256 << 20 };

typedef struct made_file {
    char *bytes;
    size_t size, capacity;
} made_file;

static int keep(void *to, const void *bytes, size_t n) {
    made_file *file = to;
    if (n > FILE_MAX - file->size) return 0;
    if (file->size + n > file->capacity) {
        size_t capacity = file->capacity == 0 ? 65536 : file->capacity * 2;
        if (capacity < file->size + n) capacity = file->size + n;
        char *grown = realloc(file->bytes, capacity);
        if (grown == NULL) return 0;
        file->bytes = grown;
        file->capacity = capacity;
    }
    if (n > 0) memcpy(file->bytes + file->size, bytes, n);
    file->size += n;
    return 1;
}

void eg_api_list_formats(eg_api_call *call) {
    json_t *list = json_array();
    for (size_t i = 0; eg_write_format_at(i) != NULL; i++) {
        const eg_write_format *format = eg_write_format_at(i);
        json_array_append_new(list, json_pack("{ss ss ss}", "name", format->name, "title",
                                              format->title, "cannot", format->cannot));
    }
    eg_api_answer(call, 200, list);
}

static eg_err read_mapped(const eg_api_call *call, eg_recording **recording, eg_diag *diag) {
    static const char nothing[] = "";
    const char *bytes = call->request->body != NULL ? call->request->body : nothing;
    const char *text = eg_api_query(call, "channels", "");
    eg_err err = eg_recording_parse(eg_api_query(call, "name", "recording"), (const uint8_t *)bytes,
                                    call->request->size, recording, diag);
    if (err != EG_OK || text[0] == '\0') return err;
    json_t *map = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    err = map == NULL ? eg_diag_set(diag, EG_ERR_ARGUMENT, "channels", 0, "this is not JSON")
                      : eg_channel_map_apply(map, *recording, diag);
    json_decref(map);
    return err;
}

static json_t *answer_of(const char *name, size_t size, const eg_write_notes *notes) {
    json_t *list = json_array();
    for (size_t i = 0; i < notes->n; i++) json_array_append_new(list, json_string(notes->text[i]));
    return json_pack("{ss sI so}", "format", name, "size", (json_int_t)size, "notes", list);
}

void eg_api_convert(eg_api_call *call) {
    eg_diag diag = {0};
    eg_recording *recording = NULL;
    made_file file = {0};
    eg_write_notes *notes = calloc(1, sizeof *notes);
    const char *to = eg_api_query(call, "to", "");
    const eg_write_format *format = eg_write_format_find(to);
    bool is_asked = strcmp(eg_api_query(call, "notes", "0"), "1") == 0;
    eg_err err = notes == NULL ? eg_diag_set(&diag, EG_ERR_MEMORY, NULL, 0, "no memory") : EG_OK;
    if (err == EG_OK && format == NULL)
        err = eg_diag_set(&diag, EG_ERR_ARGUMENT, "to", 0, "\"%.40s\" cannot be written", to);
    if (err == EG_OK) err = read_mapped(call, &recording, &diag);
    if (err == EG_OK) {
        eg_sink sink = {keep, &file};
        err = format->write(recording, &sink, notes, &diag);
    }
    eg_recording_destroy(recording);
    json_t *answer = err == EG_OK && is_asked ? answer_of(format->name, file.size, notes) : NULL;
    free(notes);
    if (err == EG_OK && !is_asked) {
        *call->response = (eg_api_response){200, "application/octet-stream", file.bytes, file.size};
        return;
    }
    free(file.bytes);
    eg_api_finish(call, 200, err, answer, NULL, &diag);
}
