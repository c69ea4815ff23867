#include "cli/clinic_open.h"

#include <stdio.h>

#include "cli/data_folder.h"
#include "io/embed.h"
#include "io/host/clock.h"

eg_err clinic_open_knowledge(clinic_opened *opened, eg_diag *diag) {
    *opened = (clinic_opened){.clinic = {.now_ms = eg_clock_now_ms(), .random = eg_clock_random}};
    snprintf(opened->clinic.author, sizeof opened->clinic.author, "local");
    eg_diag fault = {0};
    eg_err error = eg_knowledge_load(eg_embedded_files, NULL, &opened->knowledge, &fault);
    /* One faulty file does not stop the rest; `engram knowledge check` says which it is. */
    if (opened->knowledge == NULL) {
        if (diag != NULL) *diag = fault;
        return error;
    }
    opened->clinic.knowledge = opened->knowledge;
    opened->clinic.zone = &opened->zone;
    error = eg_evaluator_create(eg_embedded_files, &opened->evaluator, diag);
    if (error == EG_OK) error = eg_zone_load("UTC", &opened->zone, diag);
    return error;
}

eg_err clinic_open(const char *folder, clinic_opened *opened, eg_diag *diag) {
    char url[DATA_STORE_URL_SIZE];
    data_folder_store_url(folder, url);
    return clinic_open_store(url, opened, diag);
}

eg_err clinic_open_store(const char *url, clinic_opened *opened, eg_diag *diag) {
    json_t *site = NULL;
    eg_err error = clinic_open_knowledge(opened, diag);
    if (error == EG_OK) error = eg_store_open(url, EG_STORE_READ, &opened->clinic.store, diag);
    if (error == EG_OK)
        error = eg_clinic_site(&opened->clinic, NULL, NULL, &opened->zone, &site, diag);
    json_decref(site);
    opened->clinic.zone = &opened->zone;
    return error;
}

void clinic_close(clinic_opened *opened) {
    eg_store_close(opened->clinic.store);
    eg_evaluator_destroy(opened->evaluator);
    eg_knowledge_destroy(opened->knowledge);
}
