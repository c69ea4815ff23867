/* People, episodes of care and their course. */
#include <string.h>

#include "clinic/chart.h"
#include "clinic/course.h"
#include "clinic/document.h"
#include "serve/api_call.h"

enum { PEOPLE_MAX = 500 };

void eg_api_list_people(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *people = NULL;
    eg_err err = eg_person_search(&call->api->clinic, eg_api_query(call, "q", ""), PEOPLE_MAX,
                                  &people, &diag);
    eg_api_finish(call, 200, err, people, NULL, &diag);
}

void eg_api_create_person(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *document = NULL;
    json_t *problems = NULL;
    json_t *body = eg_api_read_object(call);
    if (body == NULL) return;
    eg_err err = eg_person_create(&call->api->clinic, body, &document, &problems, &diag);
    json_decref(body);
    eg_api_finish(call, 201, err, document, problems, &diag);
}

/* The person's document, with a list of the episodes. */
void eg_api_get_person(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *person = NULL;
    const char *id = eg_api_parameter(call, 0);
    eg_err err = eg_document_get(&call->api->clinic, id, 0, &person, &diag);
    const char *kind = json_string_value(json_object_get(person, "kind"));
    if (err == EG_OK && (kind == NULL || strcmp(kind, "person") != 0))
        err = eg_diag_set(&diag, EG_ERR_NOT_FOUND, id, 0, "that is not a person");
    eg_store *store = call->api->clinic.store;
    eg_document_filter filter = {.kind = "episode", .person_id = id, .newest_first = true};
    eg_document_list list = {0};
    if (err == EG_OK) err = eg_store_list(store, &filter, &list, &diag);
    json_t *episodes = json_array();
    for (size_t i = 0; err == EG_OK && i < list.count; i++) {
        const eg_document *row = &list.rows[i];
        json_t *body = json_loadb(row->body, row->body_size, 0, NULL);
        json_array_append_new(episodes,
                              json_pack("{ss ss ss sO? sO? sO?}", "id", row->id, "status",
                                        eg_document_status_text(row->status), "created_at",
                                        row->created_at, "title", json_object_get(body, "title"),
                                        "discipline", json_object_get(body, "discipline"), "state",
                                        json_object_get(body, "state")));
        json_decref(body);
    }
    eg_document_list_clear(&list);
    if (err == EG_OK)
        json_object_set_new(person, "episodes", episodes);
    else
        json_decref(episodes);
    eg_api_finish(call, 200, err, person, NULL, &diag);
}

void eg_api_create_episode(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *document = NULL;
    json_t *problems = NULL;
    json_t *body = eg_api_read_object(call);
    if (body == NULL) return;
    const char *discipline = eg_api_need_text(call, body, "discipline");
    const char *title = discipline == NULL ? NULL : eg_api_need_text(call, body, "title");
    if (title != NULL) {
        eg_err err = eg_episode_create(&call->api->clinic, eg_api_parameter(call, 0), discipline,
                                       title, &document, &problems, &diag);
        eg_api_finish(call, 201, err, document, problems, &diag);
    }
    json_decref(body);
}

void eg_api_get_episode(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *chart = NULL;
    eg_err err = eg_chart_load(&call->api->clinic, eg_api_parameter(call, 0), &chart, &diag);
    eg_api_finish(call, 200, err, chart, NULL, &diag);
}

void eg_api_transition(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *chart = NULL;
    json_t *problems = NULL;
    json_t *body = eg_api_read_object(call);
    if (body == NULL) return;
    const char *to = eg_api_need_text(call, body, "to");
    if (to != NULL) {
        eg_course_state state = eg_course_state_find(to);
        eg_err err =
            state == EG_COURSE_STATE_COUNT
                ? eg_diag_set(&diag, EG_ERR_ARGUMENT, "to", 0, "there is no state \"%.40s\"", to)
                : eg_course_transition(&call->api->clinic, eg_api_parameter(call, 0), state,
                                       json_string_value(json_object_get(body, "note")), &chart,
                                       &problems, &diag);
        eg_api_finish(call, 200, err, chart, problems, &diag);
    }
    json_decref(body);
}

/* The safety rules over a session's check-in, before the session is written. */
void eg_api_check_in(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *chart = NULL;
    json_t *verdict = NULL;
    json_t *problems = NULL;
    json_t *body = eg_api_read_object(call);
    if (body == NULL) return;
    eg_err err = eg_chart_load(&call->api->clinic, eg_api_parameter(call, 0), &chart, &diag);
    if (err == EG_OK) err = eg_document_validate("check_in", body, &problems, &diag);
    if (err == EG_OK) err = eg_course_check_in(&call->api->clinic, chart, body, &verdict, &diag);
    json_decref(chart);
    json_decref(body);
    eg_api_finish(call, 200, err, verdict, problems, &diag);
}
