/* A copy of a store as one file; see store.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/check.h"
#include "io/store/backend.h"

enum { PATH_SIZE = 1024, ENDING_SIZE = 32 };

static eg_err complain(const char *path, const char *what, eg_diag *diag) {
    return eg_diag_set(diag, EG_ERR_STORE, path, 0, "%s: %s", what, strerror(errno));
}

static eg_err sync_path(const char *path, int flags, eg_diag *diag) {
    int file = open(path, flags | O_CLOEXEC);
    int failed = file < 0 || fsync(file) != 0;
    eg_err err = failed ? complain(path, "cannot write it to the disk", diag) : EG_OK;
    if (file >= 0) close(file);
    return err;
}

/* The entry in the folder must survive a power cut as well. */
static eg_err sync_folder_of(const char *file, eg_diag *diag) {
    char folder[PATH_SIZE];
    snprintf(folder, sizeof folder, "%s", file);
    char *slash = strrchr(folder, '/');
    if (slash == NULL)
        memcpy(folder, ".", 2);
    else
        slash[slash == folder] = '\0';
    return sync_path(folder, O_RDONLY | O_DIRECTORY, diag);
}

/* Reads every byte of the copy once. */
static eg_err check_copy(const eg_store *store, const char *path, eg_diag *diag) {
    char url[PATH_SIZE + ENDING_SIZE];
    eg_store *copy = NULL;
    snprintf(url, sizeof url, "%s:%s", store->backend->scheme, path);
    eg_err err = eg_store_open(url, EG_STORE_READ, &copy, diag);
    if (err == EG_OK) err = eg_store_check(copy, diag);
    eg_store_close(copy);
    return err;
}

/* Never over a file that is there. Some file systems (of memory sticks) know no hard links. */
static eg_err give_name(const char *part, const char *file, eg_diag *diag) {
    if (link(part, file) == 0) {
        (void)unlink(part);
        return EG_OK;
    }
    bool no_links = errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS;
    if (no_links && access(file, F_OK) != 0 && rename(part, file) == 0) return EG_OK;
    return complain(file, "cannot give the copy its name", diag);
}

eg_err eg_store_backup(eg_store *store, const char *file, eg_diag *diag) {
    EG_ASSERT(store != NULL && file != NULL && !store->in_transaction);
    char part[PATH_SIZE];
    int n = snprintf(part, sizeof part, "%s.%ld.part", file, (long)getpid());
    if (file[0] == '\0' || n < 0 || (size_t)n >= sizeof part)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, file, 0, "a path of 1 to 990 bytes is needed");
    if (access(file, F_OK) == 0)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, file, 0,
                           "there is a file of that name; nothing is written over it");
    int made = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (made < 0) return complain(part, "cannot make the file", diag);
    close(made);
    eg_err err = store->backend->copy(store, part, diag);
    if (err == EG_OK) err = check_copy(store, part, diag);
    if (err == EG_OK) err = sync_path(part, O_RDONLY, diag);
    if (err == EG_OK) err = give_name(part, file, diag);
    if (err == EG_OK) return sync_folder_of(file, diag);
    (void)unlink(part);
    return err;
}
