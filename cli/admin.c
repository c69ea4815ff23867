/* engram admin verify: is everything in the store as it was written? Reads every byte once. */
#include <stdio.h>
#include <string.h>

#include "cli/clinic_open.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "clinic/document.h"
#include "clinic/row.h"

static const char usage[] = "usage: engram admin verify [--data DIR] [--demo]\n";

typedef struct verify_count {
    size_t documents, signatures, faults;
} verify_count;

/* One signed document: its versions against their signatures. */
static void verify_document(eg_clinic *clinic, const char *id, const char *kind,
                            verify_count *count) {
    json_t *report = NULL;
    eg_diag diag = {0};
    count->documents++;
    if (eg_document_verify(clinic, id, &report, &diag) != EG_OK) {
        count->faults++;
        printf("fail  %s %s: %s\n", kind, id, diag.text);
        return;
    }
    count->signatures += json_array_size(json_object_get(report, "signatures"));
    if (!json_is_true(json_object_get(report, "ok"))) {
        count->faults++;
        printf("fail  %s %s: %s\n", kind, id, eg_text_at(report, "reason"));
    }
    json_decref(report);
}

static eg_err verify_signatures(eg_clinic *clinic, verify_count *count, eg_diag *diag) {
    eg_document_list rows = {0};
    eg_document_filter filter = {.kind = "signature", .all_versions = true};
    eg_err error = eg_store_list(clinic->store, &filter, &rows, diag);
    json_t *seen = json_object();
    for (size_t i = 0; error == EG_OK && i < rows.count; i++) {
        const char *id = rows.rows[i].parent_id;
        if (id[0] == '\0' || json_object_get(seen, id) != NULL) continue;
        json_object_set_new(seen, id, json_true());
        eg_document signed_row = {0};
        eg_diag unused = {0};
        (void)eg_store_get(clinic->store, id, 0, &signed_row, &unused);
        verify_document(clinic, id, signed_row.kind[0] != '\0' ? signed_row.kind : "document",
                        count);
        eg_document_clear(&signed_row);
    }
    json_decref(seen);
    eg_document_list_clear(&rows);
    return error;
}

static int verify(const char *folder) {
    clinic_opened opened = {0};
    verify_count count = {0};
    eg_diag diag = {0};
    eg_err error = clinic_open(folder, &opened, &diag);
    if (error == EG_ERR_NOT_FOUND) {
        fprintf(stderr,
                "engram admin: %s: no clinic in this folder\nName its folder with --data "
                "DIR.\n",
                folder);
        clinic_close(&opened);
        return 1;
    }
    if (error == EG_OK) {
        error = eg_store_check(opened.clinic.store, &diag);
        if (error == EG_OK) printf("ok    store: pages, versions and recordings are whole\n");
    }
    if (error != EG_OK) {
        printf("fail  store: %s: %s\n", diag.where, diag.text);
        count.faults++;
    }
    /* A store with one fault may still be read: every signature that can be checked is. */
    if (opened.clinic.store != NULL) {
        error = verify_signatures(&opened.clinic, &count, &diag);
        if (error != EG_OK) {
            printf("fail  signatures: %s: %s\n", diag.where, diag.text);
            count.faults++;
        }
    }
    clinic_close(&opened);
    if (count.faults == 0) {
        printf("ok    %zu signed documents, %zu signatures: all hold\n", count.documents,
               count.signatures);
        return 0;
    }
    printf("%zu faults in %s. Keep a copy of the folder as it is, then restore the newest backup "
           "that verifies.\n",
           count.faults, folder);
    return 1;
}

int eg_command_admin(int n_arguments, char **arguments) {
    const char *data = NULL;
    bool is_demo = false;
    char folder[PATH_MAX];
    bool is_understood = n_arguments > 1 && strcmp(arguments[1], "verify") == 0;
    for (int i = 2; i < n_arguments; i++) {
        if (strcmp(arguments[i], "--demo") == 0)
            is_demo = true;
        else if (strcmp(arguments[i], "--data") == 0 && i + 1 < n_arguments)
            data = arguments[++i];
        else
            is_understood = false;
    }
    if (!is_understood) {
        fprintf(stderr, "%s", usage);
        return 2;
    }
    if (!data_folder_find(data, is_demo, folder)) {
        fprintf(stderr, "engram admin: neither XDG_DATA_HOME nor HOME is set\n%s", usage);
        return 2;
    }
    return verify(folder);
}
