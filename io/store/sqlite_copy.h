/* Inside io/store: a whole SQLite database into another file while others write to it. */
#ifndef EG_IO_STORE_SQLITE_COPY_H
#define EG_IO_STORE_SQLITE_COPY_H

#include <sqlite3.h>

#include "core/base/err.h"

/* Copies what is committed at the moment of the call into the empty file `path`, page by page; the
 * copy needs no log beside it and is synced. Writers are not held up. */
eg_err eg_sqlite_copy(sqlite3 *from, const char *path, eg_diag *diag);

#endif
