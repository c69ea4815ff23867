#include "clinic/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/document.h"
#include "clinic/row.h"
#include "core/base/check.h"

/* The row of the site; EG_ERR_NOT_FOUND if there is none. The caller clears `list`. */
static eg_err find_row(eg_clinic *clinic, eg_document_list *list, eg_diag *diag) {
    eg_document_filter filter = {.kind = "site", .limit = 1};
    eg_err err = eg_store_list(clinic->store, &filter, list, diag);
    if (err == EG_OK && list->count == 0)
        err = eg_diag_set(diag, EG_ERR_NOT_FOUND, NULL, 0, "the store has no site yet");
    return err;
}

eg_err eg_site_get(eg_clinic *clinic, json_t **site, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && site != NULL);
    *site = NULL;
    eg_document_list list = {0};
    eg_err err = find_row(clinic, &list, diag);
    if (err == EG_OK) {
        *site = eg_row_to_json(&list.rows[0], diag);
        if (*site == NULL) err = EG_ERR_DATA;
    }
    eg_document_list_clear(&list);
    return err;
}

static eg_err create(eg_clinic *clinic, const char *name, const char *time_zone, json_t **site,
                     eg_diag *diag) {
    json_t *body = json_pack("{s:s,s:s}", "name", name, "time_zone", time_zone);
    const eg_row_links links = {0};
    eg_row_new_id(clinic, clinic->site_id);
    eg_err err = eg_document_validate("site", body, NULL, diag);
    if (err == EG_OK)
        err = eg_row_create(clinic, "site", clinic->site_id, &links, EG_DOCUMENT_FINAL, body, NULL,
                            site, diag);
    json_decref(body);
    return err;
}

/* One transaction: two servers that start at once make one site. */
static eg_err find_or_create(eg_clinic *clinic, const char *name, const char *time_zone,
                             eg_zone *zone, json_t **site, eg_diag *diag) {
    eg_err err = eg_store_begin(clinic->store, diag);
    if (err != EG_OK) return err;
    eg_diag none = {0};
    err = eg_site_get(clinic, site, &none);
    if (err == EG_ERR_NOT_FOUND) {
        /* Loaded first: a site in an unknown zone must not be written. */
        err = eg_zone_load(time_zone, zone, diag);
        if (err == EG_OK) err = create(clinic, name, time_zone, site, diag);
    } else if (err != EG_OK && diag != NULL) {
        *diag = none;
    }
    if (err == EG_OK)
        err = eg_store_commit(clinic->store, diag);
    else
        eg_store_rollback(clinic->store);
    return err;
}

eg_err eg_clinic_site(eg_clinic *clinic, const char *name, const char *time_zone, eg_zone *zone,
                      json_t **site, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && zone != NULL && (name == NULL || time_zone != NULL));
    json_t *found = NULL;
    clinic->zone = zone;
    eg_err err = name == NULL ? eg_site_get(clinic, &found, diag)
                              : find_or_create(clinic, name, time_zone, zone, &found, diag);
    if (err == EG_OK) {
        snprintf(clinic->site_id, sizeof clinic->site_id, "%s", eg_text_at(found, "id"));
        err = eg_zone_load(eg_body_text(found, "time_zone"), zone, diag);
    }
    if (site != NULL && err == EG_OK)
        *site = found;
    else
        json_decref(found);
    return err;
}

static eg_err check_zone(const json_t *body, json_t **problems, eg_diag *diag) {
    eg_zone *zone = malloc(sizeof *zone);
    if (zone == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for a time zone");
    eg_err err = eg_zone_load(eg_text_at(body, "time_zone"), zone, NULL);
    free(zone);
    if (err == EG_OK) return EG_OK;
    eg_problem_add(problems, "/time_zone", "is not a time zone that this machine knows",
                   "write it like Europe/Berlin");
    return eg_diag_set(diag, EG_ERR_DATA, "/time_zone", 0,
                       "this machine knows no such time zone; write it like Europe/Berlin");
}

/* Inside a transaction. */
static eg_err amend(eg_clinic *clinic, int32_t version, const json_t *body, json_t **site,
                    eg_diag *diag) {
    eg_document_list list = {0};
    eg_err err = find_row(clinic, &list, diag);
    if (err == EG_OK && list.rows[0].version != version)
        err = eg_diag_set(
            diag, EG_ERR_CONFLICT, list.rows[0].id, 0,
            "somebody else has changed this meanwhile: you saw version %d, the newest is %d",
            (int)version, (int)list.rows[0].version);
    if (err == EG_OK) err = eg_row_amend(clinic, &list.rows[0], body, NULL, site, diag);
    eg_document_list_clear(&list);
    return err;
}

eg_err eg_site_amend(eg_clinic *clinic, int32_t version, const json_t *body, json_t **site,
                     json_t **problems, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && site != NULL);
    *site = NULL;
    eg_err err = eg_document_validate("site", body, problems, diag);
    if (err == EG_OK) err = check_zone(body, problems, diag);
    if (err == EG_OK) err = eg_store_begin(clinic->store, diag);
    if (err != EG_OK) return err;
    err = amend(clinic, version, body, site, diag);
    if (err == EG_OK)
        err = eg_store_commit(clinic->store, diag);
    else
        eg_store_rollback(clinic->store);
    if (err != EG_OK) {
        json_decref(*site);
        *site = NULL;
    }
    return err;
}
