#include "io/store/sqlite_copy.h"

#include <stddef.h>

#include "core/base/check.h"

enum { BUSY_MS = 10000, TRIES_MAX = 100 };

static int exec(sqlite3 *database, const char *sql) {
    return sqlite3_exec(database, sql, NULL, NULL, NULL);
}

/* All pages in one step: one read transaction, so that the copy is of one moment. */
static int copy_pages(sqlite3 *from, sqlite3 *to) {
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (backup == NULL) return sqlite3_errcode(to);
    int code = SQLITE_BUSY;
    for (int i = 0; i < TRIES_MAX && (code == SQLITE_BUSY || code == SQLITE_LOCKED); i++) {
        if (i > 0) sqlite3_sleep(50);
        code = sqlite3_backup_step(backup, -1);
    }
    int finished = sqlite3_backup_finish(backup);
    return code == SQLITE_DONE ? finished : code;
}

eg_err eg_sqlite_copy(sqlite3 *from, const char *path, eg_diag *diag) {
    EG_ASSERT(from != NULL && path != NULL);
    sqlite3 *to = NULL;
    int code = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK) code = sqlite3_busy_timeout(to, BUSY_MS);
    if (code == SQLITE_OK) code = exec(to, "PRAGMA synchronous=FULL");
    if (code == SQLITE_OK) code = copy_pages(from, to);
    /* The pages say that a write-ahead log belongs to them; a copy is one file. */
    if (code == SQLITE_OK) code = exec(to, "PRAGMA journal_mode=DELETE");
    eg_err err = EG_OK;
    if (code != SQLITE_OK)
        err = eg_diag_set(diag, EG_ERR_STORE, path, 0, "the store could not be copied: %s",
                          sqlite3_errstr(code));
    sqlite3_close(to);
    return err;
}
