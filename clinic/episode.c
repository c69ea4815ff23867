/* Opens an episode of care. */
#include <string.h>

#include "clinic/course.h"
#include "clinic/document.h"
#include "clinic/row.h"
#include "core/base/check.h"

/* Two open courses of one discipline would each hide what the other holds. */
static eg_err check_no_open(eg_clinic *clinic, const char *person_id, const char *discipline,
                            eg_diag *diag) {
    eg_document_filter filter = {.kind = "episode", .person_id = person_id};
    eg_document_list list = {0};
    eg_err err = eg_store_list(clinic->store, &filter, &list, diag);
    for (size_t i = 0; err == EG_OK && i < list.count; i++) {
        if (list.rows[i].status == EG_DOCUMENT_ENTERED_IN_ERROR) continue;
        json_t *episode = json_loadb(list.rows[i].body, list.rows[i].body_size, 0, NULL);
        if (strcmp(eg_text_at(episode, "discipline"), discipline) == 0 &&
            strcmp(eg_text_at(episode, "state"), "discharged") != 0)
            err = eg_diag_set(diag, EG_ERR_CONFLICT, list.rows[i].id, 0,
                              "this person has an open episode of %s already: \"%.80s\"; go on "
                              "there, or discharge it first",
                              discipline, eg_text_at(episode, "title"));
        json_decref(episode);
    }
    eg_document_list_clear(&list);
    return err;
}

eg_err eg_episode_create(eg_clinic *clinic, const char *person_id, const char *discipline,
                         const char *title, json_t **document, json_t **problems, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && person_id != NULL && document != NULL);
    *document = NULL;
    char at[EG_INSTANT_SIZE];
    eg_instant_format(clinic->now_ms, at);
    json_t *body = json_pack("{s:s*,s:s*,s:s,s:[{s:s,s:s,s:s}]}", "discipline", discipline, "title",
                             title, "state", "referred", "state_history", "state", "referred", "at",
                             at, "by", clinic->author);
    eg_err err =
        body == NULL ? EG_ERR_MEMORY : eg_document_validate("episode", body, problems, diag);
    eg_document person = {0};
    if (err == EG_OK) err = eg_store_get(clinic->store, person_id, 0, &person, diag);
    if (err == EG_OK && strcmp(person.kind, "person") != 0)
        err = eg_diag_set(diag, EG_ERR_NOT_FOUND, person_id, 0, "there is no such person");
    if (err == EG_OK && person.status == EG_DOCUMENT_ENTERED_IN_ERROR)
        err = eg_diag_set(diag, EG_ERR_GUARD, person_id, 0,
                          "this person was entered in error: nothing more is written here");
    eg_document_clear(&person);
    if (err == EG_OK) err = eg_store_begin(clinic->store, diag);
    if (err == EG_OK) {
        err = check_no_open(clinic, person_id, discipline, diag);
        if (err != EG_OK) eg_store_rollback(clinic->store);
    }
    if (err == EG_OK) {
        char id[EG_STORE_ID_SIZE];
        eg_row_new_id(clinic, id);
        const eg_row_links links = {.person_id = person_id, .episode_id = id};
        err = eg_row_create(clinic, "episode", id, &links, EG_DOCUMENT_FINAL, body, NULL, document,
                            diag);
        if (err == EG_OK)
            err = eg_store_commit(clinic->store, diag);
        else
            eg_store_rollback(clinic->store);
        if (err != EG_OK) {
            json_decref(*document);
            *document = NULL;
        }
    }
    json_decref(body);
    return err;
}
