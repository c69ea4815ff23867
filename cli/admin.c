/* engram admin: is everything in the store as it was written (verify)? A copy of it (backup), and
 * the way back (restore). */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/clinic_open.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "clinic/document.h"
#include "clinic/row.h"

const char eg_command_admin_help[] =
    "usage: engram admin verify        [--data DIR] [--demo] [--store sqlite:PATH]\n"
    "       engram admin backup FILE   [--data DIR] [--demo] [--store sqlite:PATH]\n"
    "       engram admin restore FILE  [--data DIR] [--demo] [--store sqlite:PATH]\n"
    "  verify                                reads every byte, checks every hash and signature\n"
    "  --data DIR  --demo                    whose data, as for engram serve\n";

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

static void no_clinic(const char *url) {
    fprintf(stderr, "engram admin: %s: there is no clinic here\nName its folder with --data DIR.\n",
            data_folder_store_file(url));
}

static int verify(const char *url) {
    clinic_opened opened = {0};
    verify_count count = {0};
    eg_diag diag = {0};
    eg_err error = clinic_open_store(url, &opened, &diag);
    if (error == EG_ERR_NOT_FOUND) {
        no_clinic(url);
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
    printf("%zu faults in %s. Keep a copy of it as it is, then restore the newest backup "
           "that verifies.\n",
           count.faults, data_folder_store_file(url));
    return 1;
}

/* Copies the store at `url` into `file` and verifies the copy. The clinic may be open meanwhile. */
static int copy_store(const char *url, const char *file, const char *done) {
    eg_store *store = NULL;
    eg_diag diag = {0};
    char copy[DATA_STORE_URL_SIZE];
    if ((size_t)snprintf(copy, sizeof copy, "sqlite:%s", file) >= sizeof copy) {
        fprintf(stderr, "engram admin: %.80s...: the path is too long\n", file);
        return 2;
    }
    eg_err error = eg_store_open(url, EG_STORE_READ, &store, &diag);
    if (error == EG_OK) error = eg_store_backup(store, file, &diag);
    eg_store_close(store);
    if (error == EG_ERR_NOT_FOUND) {
        no_clinic(url);
        return 1;
    }
    if (error != EG_OK) {
        eg_command_complain("admin", &diag);
        return 1;
    }
    int status = verify(copy);
    if (status == 0) printf("%s %s\n", done, file);
    return status;
}

/* Puts a backup where there is no clinic yet. */
static int restore(const char *backup, const char *url, const char *folder) {
    char from[DATA_STORE_URL_SIZE];
    const char *file = data_folder_store_file(url);
    if (access(file, F_OK) == 0) {
        fprintf(stderr,
                "engram admin: %s: there is a clinic already, and nothing is written over it\nMove "
                "it (with its -wal and -shm files) away first, or restore elsewhere with --data.\n",
                file);
        return 1;
    }
    if ((size_t)snprintf(from, sizeof from, "sqlite:%s", backup) >= sizeof from) return 2;
    if (folder[0] != '\0' && !data_folder_make(folder)) {
        fprintf(stderr, "engram admin: %s: %s\n", folder, strerror(errno));
        return 1;
    }
    return copy_store(from, file, "Restored to");
}

int eg_command_admin(int n_arguments, char **arguments) {
    const char *data = NULL, *store = NULL, *file = NULL;
    const char *help = eg_command_admin_help;
    const char *job = n_arguments > 1 ? arguments[1] : "";
    bool is_demo = false, is_verify = strcmp(job, "verify") == 0;
    bool is_backup = strcmp(job, "backup") == 0, is_restore = strcmp(job, "restore") == 0;
    if (n_arguments < 2)
        return eg_command_refuse("admin", "verify, backup or restore is missing", NULL, help);
    if (!is_verify && !is_backup && !is_restore)
        return eg_command_refuse("admin", "there is no", job, help);
    for (int i = 2; i < n_arguments; i++) {
        int is_data = strcmp(arguments[i], "--data") == 0;
        int is_value = is_data || strcmp(arguments[i], "--store") == 0;
        if (strcmp(arguments[i], "--demo") == 0)
            is_demo = true;
        else if (is_data && i + 1 < n_arguments)
            data = arguments[++i];
        else if (strcmp(arguments[i], "--store") == 0 && i + 1 < n_arguments)
            store = arguments[++i];
        else if (!is_verify && file == NULL && arguments[i][0] != '-' && arguments[i][0] != '\0')
            file = arguments[i];
        else
            return eg_command_refuse("admin",
                                     is_value ? "a value must follow" : "there is no option",
                                     arguments[i], help);
    }
    if (!is_verify && file == NULL)
        return eg_command_refuse("admin", "FILE is missing", NULL, help);
    char url[DATA_STORE_URL_SIZE], folder[PATH_MAX] = "";
    if (!data_folder_store("admin", store, data, is_demo, url)) return 2;
    if (store == NULL) (void)data_folder_find(data, is_demo, folder);
    if (is_verify) return verify(url);
    return is_backup ? copy_store(url, file, "Backed up to") : restore(file, url, folder);
}
