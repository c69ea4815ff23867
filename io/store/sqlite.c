/* The store in one SQLite file: write-ahead log, synchronous=FULL, rows that triggers protect from
 * being changed or deleted. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/check.h"
#include "io/store/backend.h"
#include "io/store/sqlite_copy.h"

enum { BUSY_MS = 10000, PATH_SIZE = 1024 };

/* Numbered for ever: a migration that was released is never edited, only followed by another. */
static const char *const migrations[] = {
    /* 1 */
    "CREATE TABLE document ("
    " sequence INTEGER PRIMARY KEY AUTOINCREMENT,"
    " id TEXT NOT NULL, version INTEGER NOT NULL CHECK (version >= 1), kind TEXT NOT NULL,"
    " status TEXT NOT NULL CHECK (status IN ('draft','final','signed','entered-in-error')),"
    " site_id TEXT NOT NULL, person_id TEXT NOT NULL, episode_id TEXT NOT NULL,"
    " parent_id TEXT NOT NULL, local_date TEXT NOT NULL, created_at TEXT NOT NULL,"
    " author TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (id, version)) STRICT;"
    "CREATE INDEX document_by_episode ON document (episode_id, kind);"
    "CREATE INDEX document_by_person ON document (person_id, kind);"
    "CREATE INDEX document_by_parent ON document (parent_id, kind);"
    "CREATE INDEX document_by_kind ON document (kind);"
    "CREATE TRIGGER document_stays BEFORE UPDATE ON document"
    " BEGIN SELECT RAISE(ABORT, 'a document is never changed'); END;"
    "CREATE TRIGGER document_remains BEFORE DELETE ON document"
    " BEGIN SELECT RAISE(ABORT, 'a document is never deleted'); END;"
    "CREATE TABLE search (id TEXT PRIMARY KEY, kind TEXT NOT NULL, folded TEXT NOT NULL) STRICT;"
    "CREATE INDEX search_by_text ON search (kind, folded);"
    "CREATE TABLE blob (id TEXT PRIMARY KEY, size INTEGER NOT NULL, chunks INTEGER NOT NULL,"
    " sha256 TEXT NOT NULL) STRICT;"
    "CREATE TABLE blob_chunk (id TEXT NOT NULL REFERENCES blob (id), number INTEGER NOT NULL,"
    " bytes BLOB NOT NULL, UNIQUE (id, number)) STRICT;"
    "CREATE TRIGGER blob_chunk_stays BEFORE UPDATE ON blob_chunk"
    " BEGIN SELECT RAISE(ABORT, 'a recording is never changed'); END;",
};
enum { MIGRATION_COUNT = sizeof migrations / sizeof migrations[0] };

#define COLUMNS                                                                                    \
    "d.id, d.kind, d.version, d.status, d.site_id, d.person_id, d.episode_id, d.parent_id,"        \
    " d.local_date, d.created_at, d.author, d.sequence, d.body"
#define IS_NEWEST     "d.version = (SELECT max(n.version) FROM document n WHERE n.id = d.id)"
#define FIRST_WRITTEN "(SELECT f.sequence FROM document f WHERE f.id = d.id AND f.version = 1)"

#define STATEMENTS(X)                                                                              \
    X(INSERT, "INSERT INTO document (id, kind, version, status, site_id, person_id, episode_id,"   \
              " parent_id, local_date, created_at, author, body)"                                  \
              " VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)")                                  \
    X(SET_SEARCH, "INSERT INTO search (id, kind, folded) VALUES (?1,?2,?3)"                        \
                  " ON CONFLICT (id) DO UPDATE SET folded = excluded.folded")                      \
    X(GET_NEWEST, "SELECT " COLUMNS " FROM document d WHERE d.id = ?1"                             \
                  " ORDER BY d.version DESC LIMIT 1")                                              \
    X(GET_VERSION, "SELECT " COLUMNS " FROM document d WHERE d.id = ?1 AND d.version = ?2")        \
    X(SEARCH, "SELECT " COLUMNS " FROM search s JOIN document d ON d.id = s.id"                    \
              " WHERE s.kind = ?9 AND " IS_NEWEST                                                  \
              " AND instr(s.folded, ?1) > 0 AND instr(s.folded, ?2) > 0"                           \
              " AND instr(s.folded, ?3) > 0 AND instr(s.folded, ?4) > 0"                           \
              " AND instr(s.folded, ?5) > 0 AND instr(s.folded, ?6) > 0"                           \
              " AND instr(s.folded, ?7) > 0 AND instr(s.folded, ?8) > 0"                           \
              " ORDER BY s.folded, s.id LIMIT ?10")                                                \
    X(INSERT_BLOB, "INSERT INTO blob (id, size, chunks, sha256) VALUES (?1,?2,?3,?4)")             \
    X(INSERT_CHUNK, "INSERT INTO blob_chunk (id, number, bytes) VALUES (?1,?2,?3)")                \
    X(GET_BLOB, "SELECT id, size, chunks, sha256 FROM blob WHERE id = ?1")                         \
    X(GET_CHUNK, "SELECT bytes FROM blob_chunk WHERE id = ?1 AND number = ?2")                     \
    X(NEXT_BLOB, "SELECT id, size, chunks, sha256 FROM blob WHERE id > ?1 ORDER BY id LIMIT 1")    \
    X(GAPS, "SELECT id FROM document GROUP BY id HAVING min(version) <> 1"                         \
            " OR max(version) <> count(*) LIMIT 1")                                                \
    X(INTEGRITY, "PRAGMA integrity_check(1)")                                                      \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    X(COMMIT, "COMMIT")                                                                            \
    X(ROLLBACK, "ROLLBACK")

typedef enum statement {
#define X(name, sql) Q_##name,
    STATEMENTS(X)
#undef X
        Q_COUNT
} statement;

static const char *const statement_sql[] = {
#define X(name, sql) sql,
    STATEMENTS(X)
#undef X
};

typedef struct sqlite_store {
    eg_store store; /* first: the handle that callers hold */
    sqlite3 *database;
    sqlite3_stmt *prepared[Q_COUNT]; /* made when first needed */
    sqlite3_stmt *chunk;             /* holds the bytes that get_chunk lent out; NULL if none */
    char path[PATH_SIZE];
} sqlite_store;

static sqlite_store *down(eg_store *store) {
    EG_ASSERT(store != NULL && store->backend == &eg_store_sqlite);
    return (sqlite_store *)(void *)store;
}

/* Turns SQLite's last error into ours. */
static eg_err fault(const sqlite_store *self, int code, eg_diag *diag) {
    int kind = code & 0xff;
    const char *text = sqlite3_errmsg(self->database);
    if (kind == SQLITE_BUSY || kind == SQLITE_LOCKED)
        return eg_diag_set(diag, EG_ERR_STORE, self->path, 0,
                           "another process keeps the store locked; end it and try again");
    if (kind == SQLITE_FULL)
        return eg_diag_set(diag, EG_ERR_STORE, self->path, 0,
                           "the disk is full; nothing was saved; make room and try again");
    if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB)
        return eg_diag_set(diag, EG_ERR_STORE, self->path, 0,
                           "the store is damaged (%s); restore it from a backup", text);
    if (kind == SQLITE_NOMEM) return eg_diag_set(diag, EG_ERR_MEMORY, self->path, 0, "no memory");
    return eg_diag_set(diag, EG_ERR_STORE, self->path, 0,
                       "the store failed (%s); nothing was saved", text);
}

/* Lets go of borrowed bytes before the handle is used for anything else. */
static void release_chunk(sqlite_store *self) {
    if (self->chunk == NULL) return;
    sqlite3_reset(self->chunk);
    self->chunk = NULL;
}

static sqlite3_stmt *prepare(sqlite_store *self, statement which, eg_diag *diag) {
    release_chunk(self);
    if (self->prepared[which] == NULL) {
        int code = sqlite3_prepare_v3(self->database, statement_sql[which], -1,
                                      SQLITE_PREPARE_PERSISTENT, &self->prepared[which], NULL);
        if (code != SQLITE_OK) {
            (void)fault(self, code, diag);
            return NULL;
        }
    }
    sqlite3_clear_bindings(self->prepared[which]);
    return self->prepared[which];
}

static int bind_text(sqlite3_stmt *query, int index, const char *text) {
    return sqlite3_bind_text(query, index, text == NULL ? "" : text, -1, SQLITE_STATIC);
}

/* Runs a statement that returns nothing. */
static eg_err run(sqlite_store *self, sqlite3_stmt *query, eg_diag *diag) {
    int code = sqlite3_step(query);
    eg_err err = code == SQLITE_DONE ? EG_OK : fault(self, code, diag);
    sqlite3_reset(query);
    return err;
}

static eg_err run_plain(sqlite_store *self, statement which, eg_diag *diag) {
    sqlite3_stmt *query = prepare(self, which, diag);
    return query == NULL ? EG_ERR_STORE : run(self, query, diag);
}

static eg_err run_text(sqlite_store *self, const char *sql, eg_diag *diag) {
    int code = sqlite3_exec(self->database, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? EG_OK : fault(self, code, diag);
}

/* One number that a query returns; -1 if it returns none. */
static eg_err query_number(sqlite_store *self, const char *sql, int64_t *number, eg_diag *diag) {
    *number = -1;
    sqlite3_stmt *query = NULL;
    int code = sqlite3_prepare_v2(self->database, sql, -1, &query, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(query);
    if (code == SQLITE_ROW) *number = sqlite3_column_int64(query, 0);
    eg_err err = code == SQLITE_ROW || code == SQLITE_DONE ? EG_OK : fault(self, code, diag);
    sqlite3_finalize(query);
    return err;
}

/* The folder's entry in its own parent must survive a power cut as well. */
static void sync_folder(const char *path) {
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    (void)fsync(folder);
    close(folder);
}

/* Makes the folders above `path` that are missing, for this user only. */
static eg_err make_folders(const char *path, eg_diag *diag) {
    char part[PATH_SIZE];
    size_t length = strlen(path);
    for (size_t i = 1; i < length; i++) {
        if (path[i] != '/') continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0700) == 0) {
            char *slash = strrchr(part, '/');
            if (slash != NULL && slash != part) {
                *slash = '\0';
                sync_folder(part);
            }
        } else if (errno != EEXIST) {
            return eg_diag_set(diag, EG_ERR_STORE, part, 0, "cannot make the folder: %s",
                               strerror(errno));
        }
    }
    return EG_OK;
}

/* SQLite gives its log the mode of the main file, so that file is made first, with mode 0600. */
static eg_err make_file(const char *path, eg_diag *diag) {
    eg_err err = make_folders(path, diag);
    if (err != EG_OK) return err;
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        return eg_diag_set(diag, EG_ERR_STORE, path, 0, "cannot open the store: %s",
                           strerror(errno));
    int failed = fchmod(file, 0600);
    close(file);
    if (failed)
        return eg_diag_set(diag, EG_ERR_STORE, path, 0, "cannot make the store private: %s",
                           strerror(errno));
    return EG_OK;
}

static eg_err migrate(sqlite_store *self, eg_diag *diag) {
    eg_err err = run_text(self,
                          "BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS schema_version ("
                          " version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL) STRICT",
                          diag);
    int64_t version = 0;
    if (err == EG_OK)
        err = query_number(self, "SELECT coalesce(max(version), 0) FROM schema_version", &version,
                           diag);
    if (err == EG_OK && version < 0)
        err = eg_diag_set(diag, EG_ERR_STORE, self->path, 0,
                          "the store is damaged (schema %lld); restore it from a backup",
                          (long long)version);
    if (err == EG_OK && version > MIGRATION_COUNT)
        err = eg_diag_set(diag, EG_ERR_STORE, self->path, 0,
                          "written by a newer Engram (schema %d, this one knows %d); update it",
                          (int)version, (int)MIGRATION_COUNT);
    for (int64_t i = version; err == EG_OK && i < MIGRATION_COUNT; i++) {
        err = run_text(self, migrations[i], diag);
        char row[128];
        snprintf(row, sizeof row,
                 "INSERT INTO schema_version VALUES (%d,"
                 " strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ','now'))",
                 (int)i + 1);
        if (err == EG_OK) err = run_text(self, row, diag);
    }
    if (err == EG_OK) err = run_text(self, "COMMIT", diag);
    if (err != EG_OK && !sqlite3_get_autocommit(self->database))
        sqlite3_exec(self->database, "ROLLBACK", NULL, NULL, NULL);
    return err;
}

/* A reader may come before the writer has made the tables. */
static eg_err check_version(sqlite_store *self, eg_diag *diag) {
    int64_t n_tables = 0;
    eg_err err = query_number(
        self, "SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'", &n_tables, diag);
    if (err != EG_OK) return err;
    int64_t version = 0;
    if (n_tables > 0)
        err = query_number(self, "SELECT coalesce(max(version), 0) FROM schema_version", &version,
                           diag);
    if (err != EG_OK) return err;
    if (version == MIGRATION_COUNT) return EG_OK;
    return eg_diag_set(diag, EG_ERR_STORE, self->path, 0,
                       "the store has schema %d, this Engram reads %d; open it with engram serve",
                       (int)version, (int)MIGRATION_COUNT);
}

static eg_err configure(sqlite_store *self, eg_diag *diag) {
    sqlite3_extended_result_codes(self->database, 1);
    sqlite3_busy_timeout(self->database, BUSY_MS);
    sqlite3_db_config(self->database, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    eg_err err = run_text(self,
                          "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
                          "PRAGMA cell_size_check=ON; PRAGMA synchronous=FULL;",
                          diag);
    if (err != EG_OK) return err;
    if (self->store.mode == EG_STORE_READ) {
        err = run_text(self, "PRAGMA query_only=ON", diag);
        return err == EG_OK ? check_version(self, diag) : err;
    }
    /* PRAGMA journal_mode answers with the mode it could set. */
    sqlite3_stmt *query = NULL;
    int code = sqlite3_prepare_v2(self->database, "PRAGMA journal_mode=WAL", -1, &query, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(query);
    const unsigned char *mode = code == SQLITE_ROW ? sqlite3_column_text(query, 0) : NULL;
    int is_wal = mode != NULL && strcmp((const char *)mode, "wal") == 0;
    sqlite3_finalize(query);
    if (code != SQLITE_ROW) return fault(self, code, diag);
    if (!is_wal)
        return eg_diag_set(diag, EG_ERR_STORE, self->path, 0,
                           "this file system cannot hold a write-ahead log; choose a local disk");
    return migrate(self, diag);
}

static void sqlite_close(eg_store *store) {
    sqlite_store *self = down(store);
    for (size_t i = 0; i < Q_COUNT; i++) sqlite3_finalize(self->prepared[i]);
    sqlite3_close(self->database);
    free(self);
}

static eg_err sqlite_open(const char *path, eg_store_mode mode, eg_store **store, eg_diag *diag) {
    if (path[0] == '\0' || strlen(path) >= PATH_SIZE)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, path, 0, "a store needs a path of 1..1023 bytes");
    eg_err err = mode == EG_STORE_WRITE ? make_file(path, diag) : EG_OK;
    if (err != EG_OK) return err;
    if (access(path, R_OK) != 0)
        return eg_diag_set(diag, EG_ERR_NOT_FOUND, path, 0, "there is no store that can be read");
    sqlite_store *self = calloc(1, sizeof *self);
    if (self == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, path, 0, "no memory for a store");
    self->store.backend = &eg_store_sqlite;
    self->store.mode = mode;
    memcpy(self->path, path, strlen(path) + 1);
    int code =
        sqlite3_open_v2(path, &self->database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    err = code == SQLITE_OK ? configure(self, diag) : fault(self, code, diag);
    if (err != EG_OK) {
        sqlite_close(&self->store);
        return err;
    }
    *store = &self->store;
    return EG_OK;
}

static eg_err sqlite_begin(eg_store *store, eg_diag *diag) {
    return run_plain(down(store), Q_BEGIN, diag);
}

static eg_err sqlite_commit(eg_store *store, eg_diag *diag) {
    return run_plain(down(store), Q_COMMIT, diag);
}

static void sqlite_rollback(eg_store *store) {
    sqlite_store *self = down(store);
    /* Some errors have rolled back already; then there is nothing to do. */
    if (!sqlite3_get_autocommit(self->database)) (void)run_plain(self, Q_ROLLBACK, NULL);
}

static eg_err sqlite_set_durable(eg_store *store, bool durable, eg_diag *diag) {
    return run_text(down(store), durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL",
                    diag);
}

static eg_err sqlite_insert(eg_store *store, const eg_document *document, eg_diag *diag) {
    sqlite_store *self = down(store);
    sqlite3_stmt *query = prepare(self, Q_INSERT, diag);
    if (query == NULL) return EG_ERR_STORE;
    bind_text(query, 1, document->id);
    bind_text(query, 2, document->kind);
    sqlite3_bind_int(query, 3, document->version);
    bind_text(query, 4, eg_document_status_text(document->status));
    bind_text(query, 5, document->site_id);
    bind_text(query, 6, document->person_id);
    bind_text(query, 7, document->episode_id);
    bind_text(query, 8, document->parent_id);
    bind_text(query, 9, document->local_date);
    bind_text(query, 10, document->created_at);
    bind_text(query, 11, document->author);
    sqlite3_bind_text(query, 12, document->body, (int)document->body_size, SQLITE_STATIC);
    return run(self, query, diag);
}

static eg_err sqlite_set_search(eg_store *store, const char *id, const char *kind,
                                const char *folded, eg_diag *diag) {
    sqlite_store *self = down(store);
    sqlite3_stmt *query = prepare(self, Q_SET_SEARCH, diag);
    if (query == NULL) return EG_ERR_STORE;
    bind_text(query, 1, id);
    bind_text(query, 2, kind);
    bind_text(query, 3, folded);
    return run(self, query, diag);
}

/* Copies a column that must fit; false means that somebody else wrote this row. */
static bool copy_column(sqlite3_stmt *query, int column, char *text, size_t capacity) {
    const unsigned char *value = sqlite3_column_text(query, column);
    size_t length = (size_t)sqlite3_column_bytes(query, column);
    if (value == NULL || length >= capacity || memchr(value, '\0', length) != NULL) return false;
    memcpy(text, value, length);
    text[length] = '\0';
    return true;
}

static eg_err read_row(sqlite_store *self, sqlite3_stmt *query, eg_document *document,
                       eg_diag *diag) {
    char status[24];
    bool whole = copy_column(query, 0, document->id, sizeof document->id) &&
                 copy_column(query, 1, document->kind, sizeof document->kind) &&
                 copy_column(query, 3, status, sizeof status) &&
                 eg_document_status_find(status, &document->status) &&
                 copy_column(query, 4, document->site_id, sizeof document->site_id) &&
                 copy_column(query, 5, document->person_id, sizeof document->person_id) &&
                 copy_column(query, 6, document->episode_id, sizeof document->episode_id) &&
                 copy_column(query, 7, document->parent_id, sizeof document->parent_id) &&
                 copy_column(query, 8, document->local_date, sizeof document->local_date) &&
                 copy_column(query, 9, document->created_at, sizeof document->created_at) &&
                 copy_column(query, 10, document->author, sizeof document->author);
    int64_t version = sqlite3_column_int64(query, 2);
    if (!whole || version < 1 || version > INT_MAX)
        return eg_diag_set(diag, EG_ERR_STORE, self->path, 0,
                           "a document's row is damaged; restore the store from a backup");
    document->version = (int32_t)version;
    document->sequence = sqlite3_column_int64(query, 11);
    const unsigned char *body = sqlite3_column_text(query, 12);
    size_t size = (size_t)sqlite3_column_bytes(query, 12);
    document->body = body == NULL ? NULL : malloc(size + 1);
    if (document->body == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, self->path, 0, "no memory for a document");
    memcpy(document->body, body, size);
    document->body[size] = '\0';
    document->body_size = size;
    return EG_OK;
}

static eg_err sqlite_get(eg_store *store, const char *id, int32_t version, eg_document *document,
                         eg_diag *diag) {
    sqlite_store *self = down(store);
    sqlite3_stmt *query = prepare(self, version == 0 ? Q_GET_NEWEST : Q_GET_VERSION, diag);
    if (query == NULL) return EG_ERR_STORE;
    bind_text(query, 1, id);
    if (version != 0) sqlite3_bind_int(query, 2, version);
    int code = sqlite3_step(query);
    eg_err err = code == SQLITE_ROW    ? read_row(self, query, document, diag)
                 : code == SQLITE_DONE ? EG_ERR_NOT_FOUND
                                       : fault(self, code, diag);
    sqlite3_reset(query);
    return err;
}

/* Reads all rows of a bound query into the list. */
static eg_err read_rows(sqlite_store *self, sqlite3_stmt *query, eg_document_list *list,
                        eg_diag *diag) {
    eg_err err = EG_OK;
    int code = sqlite3_step(query);
    while (code == SQLITE_ROW && err == EG_OK) {
        eg_document *row = eg_document_list_add(list);
        err = row == NULL
                  ? eg_diag_set(diag, EG_ERR_LIMIT, self->path, 0, "too many documents to list")
                  : read_row(self, query, row, diag);
        if (err == EG_OK) code = sqlite3_step(query);
    }
    if (err == EG_OK && code != SQLITE_DONE) err = fault(self, code, diag);
    return err;
}

static int64_t bounded(size_t limit) {
    return limit == 0 || limit > EG_STORE_LIST_MAX ? EG_STORE_LIST_MAX : (int64_t)limit;
}

static bool given(const char *text) {
    return text != NULL && text[0] != '\0';
}

/* Only the conditions that are given are in the text, so that SQLite can choose its index. */
static eg_err sqlite_list(eg_store *store, const eg_document_filter *filter, eg_document_list *list,
                          eg_diag *diag) {
    sqlite_store *self = down(store);
    release_chunk(self);
    const char *values[] = {filter->id, filter->episode_id, filter->person_id, filter->parent_id,
                            filter->kind};
    static const char *const columns[] = {"id", "episode_id", "person_id", "parent_id", "kind"};
    char sql[1024];
    int length = snprintf(sql, sizeof sql, "SELECT " COLUMNS " FROM document d WHERE %s",
                          filter->all_versions ? "1" : IS_NEWEST);
    for (int i = 0; i < 5; i++)
        if (given(values[i]))
            length += snprintf(sql + length, sizeof sql - (size_t)length, " AND d.%s = ?%d",
                               columns[i], i + 1);
    const char *order = filter->newest_first ? "DESC" : "ASC";
    length += snprintf(sql + length, sizeof sql - (size_t)length,
                       " ORDER BY " FIRST_WRITTEN " %s, d.version %s LIMIT %lld", order, order,
                       (long long)bounded(filter->limit));
    EG_ASSERT(length > 0 && (size_t)length < sizeof sql);
    sqlite3_stmt *query = NULL;
    int code = sqlite3_prepare_v2(self->database, sql, -1, &query, NULL);
    if (code != SQLITE_OK) return fault(self, code, diag);
    for (int i = 0; i < 5; i++)
        if (given(values[i])) bind_text(query, i + 1, values[i]);
    eg_err err = read_rows(self, query, list, diag);
    sqlite3_finalize(query);
    return err;
}

static eg_err sqlite_search(eg_store *store, const char *kind, const eg_store_words *words,
                            size_t limit, eg_document_list *list, eg_diag *diag) {
    sqlite_store *self = down(store);
    sqlite3_stmt *query = prepare(self, Q_SEARCH, diag);
    if (query == NULL) return EG_ERR_STORE;
    /* instr() with "" is 1, so that words which are not given match everything. */
    for (int i = 0; i < EG_STORE_WORDS_MAX; i++) bind_text(query, i + 1, words->word[i]);
    bind_text(query, 9, kind);
    sqlite3_bind_int64(query, 10, bounded(limit));
    eg_err err = read_rows(self, query, list, diag);
    sqlite3_reset(query);
    return err;
}

static eg_err sqlite_insert_blob(eg_store *store, const eg_store_blob *blob, eg_diag *diag) {
    sqlite_store *self = down(store);
    sqlite3_stmt *query = prepare(self, Q_INSERT_BLOB, diag);
    if (query == NULL) return EG_ERR_STORE;
    bind_text(query, 1, blob->id);
    sqlite3_bind_int64(query, 2, blob->size);
    sqlite3_bind_int64(query, 3, blob->n_chunks);
    bind_text(query, 4, blob->sha256);
    int code = sqlite3_step(query);
    eg_err err =
        code == SQLITE_DONE ? EG_OK
        : code == SQLITE_CONSTRAINT_PRIMARYKEY
            ? eg_diag_set(diag, EG_ERR_CONFLICT, blob->id, 0, "this file is stored already")
            : fault(self, code, diag);
    sqlite3_reset(query);
    return err;
}

static eg_err sqlite_insert_chunk(eg_store *store, const char *id, int64_t number,
                                  const void *bytes, size_t size, eg_diag *diag) {
    sqlite_store *self = down(store);
    sqlite3_stmt *query = prepare(self, Q_INSERT_CHUNK, diag);
    if (query == NULL) return EG_ERR_STORE;
    bind_text(query, 1, id);
    sqlite3_bind_int64(query, 2, number);
    sqlite3_bind_blob64(query, 3, bytes, size, SQLITE_STATIC);
    eg_err err = run(self, query, diag);
    sqlite3_clear_bindings(query); /* the bytes are the caller's */
    return err;
}

static eg_err read_blob(sqlite_store *self, sqlite3_stmt *query, eg_store_blob *blob,
                        eg_diag *diag) {
    int code = sqlite3_step(query);
    eg_err err = EG_OK;
    if (code == SQLITE_DONE) err = EG_ERR_NOT_FOUND;
    if (code != SQLITE_ROW && code != SQLITE_DONE) err = fault(self, code, diag);
    if (code == SQLITE_ROW) {
        blob->size = sqlite3_column_int64(query, 1);
        blob->n_chunks = sqlite3_column_int64(query, 2);
        if (!copy_column(query, 0, blob->id, sizeof blob->id) ||
            !copy_column(query, 3, blob->sha256, sizeof blob->sha256))
            err = eg_diag_set(diag, EG_ERR_DATA, self->path, 0, "the row of a file is damaged");
    }
    sqlite3_reset(query);
    return err;
}

static eg_err sqlite_get_blob(eg_store *store, const char *id, eg_store_blob *blob, eg_diag *diag) {
    sqlite_store *self = down(store);
    sqlite3_stmt *query = prepare(self, Q_GET_BLOB, diag);
    if (query == NULL) return EG_ERR_STORE;
    bind_text(query, 1, id);
    return read_blob(self, query, blob, diag);
}

static eg_err sqlite_next_blob(eg_store *store, const char *after, eg_store_blob *blob,
                               eg_diag *diag) {
    sqlite_store *self = down(store);
    sqlite3_stmt *query = prepare(self, Q_NEXT_BLOB, diag);
    if (query == NULL) return EG_ERR_STORE;
    bind_text(query, 1, after);
    return read_blob(self, query, blob, diag);
}

static eg_err sqlite_get_chunk(eg_store *store, const char *id, int64_t number, const void **bytes,
                               size_t *size, eg_diag *diag) {
    sqlite_store *self = down(store);
    sqlite3_stmt *query = prepare(self, Q_GET_CHUNK, diag);
    if (query == NULL) return EG_ERR_STORE;
    bind_text(query, 1, id);
    sqlite3_bind_int64(query, 2, number);
    int code = sqlite3_step(query);
    if (code == SQLITE_ROW) {
        *bytes = sqlite3_column_blob(query, 0);
        *size = (size_t)sqlite3_column_bytes(query, 0);
        self->chunk = query;
        if (*bytes != NULL) return EG_OK;
    }
    eg_err err = code == SQLITE_ROW || code == SQLITE_DONE
                     ? eg_diag_set(diag, EG_ERR_DATA, id, 0, "a part of a stored file is missing")
                     : fault(self, code, diag);
    release_chunk(self);
    sqlite3_reset(query);
    return err;
}

static eg_err sqlite_check(eg_store *store, eg_diag *diag) {
    sqlite_store *self = down(store);
    sqlite3_stmt *query = prepare(self, Q_INTEGRITY, diag);
    if (query == NULL) return EG_ERR_STORE;
    int code = sqlite3_step(query);
    const unsigned char *text = code == SQLITE_ROW ? sqlite3_column_text(query, 0) : NULL;
    eg_err err = EG_OK;
    if (text == NULL)
        err = fault(self, code, diag);
    else if (strcmp((const char *)text, "ok") != 0)
        err = eg_diag_set(diag, EG_ERR_STORE, self->path, 0, "the store is damaged: %s", text);
    sqlite3_reset(query);
    if (err != EG_OK) return err;
    query = prepare(self, Q_GAPS, diag);
    if (query == NULL) return EG_ERR_STORE;
    code = sqlite3_step(query);
    if (code == SQLITE_ROW)
        err = eg_diag_set(diag, EG_ERR_DATA, (const char *)sqlite3_column_text(query, 0), 0,
                          "a version of this document is missing; restore a backup");
    else if (code != SQLITE_DONE)
        err = fault(self, code, diag);
    sqlite3_reset(query);
    return err;
}

static eg_err sqlite_copy(eg_store *store, const char *path, eg_diag *diag) {
    return eg_sqlite_copy(down(store)->database, path, diag);
}

const eg_store_backend eg_store_sqlite = {
    .scheme = "sqlite",
    .open = sqlite_open,
    .close = sqlite_close,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .set_durable = sqlite_set_durable,
    .insert = sqlite_insert,
    .set_search = sqlite_set_search,
    .get = sqlite_get,
    .list = sqlite_list,
    .search = sqlite_search,
    .insert_blob = sqlite_insert_blob,
    .insert_chunk = sqlite_insert_chunk,
    .get_blob = sqlite_get_blob,
    .get_chunk = sqlite_get_chunk,
    .next_blob = sqlite_next_blob,
    .check = sqlite_check,
    .copy = sqlite_copy,
};
