/* Where everything clinical is kept. Documents are append-only: an amendment is a new version of
 * the same id, nothing is ever changed or deleted, so the versions are the audit trail. Files that
 * belong to a document (recordings as they came from the device) are blobs: checked by SHA-256 and
 * compressed in chunks.
 *
 * One interface, several backends chosen by URL. Today: "sqlite:PATH" (write-ahead log, every
 * acknowledged write synced to the disk). A handle belongs to one thread; one handle may write and
 * several may read at the same time. */
#ifndef EG_IO_STORE_STORE_H
#define EG_IO_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

enum {
    EG_STORE_ID_SIZE = 27,       /* 26 characters and the end */
    EG_STORE_KIND_SIZE = 32,     /* "finding_value" */
    EG_STORE_DATE_SIZE = 11,     /* "2026-03-02" */
    EG_STORE_INSTANT_SIZE = 25,  /* "2026-03-02T08:15:00.000Z" */
    EG_STORE_AUTHOR_SIZE = 128,  /* who wrote it, UTF-8 */
    EG_STORE_SHA256_SIZE = 65,   /* 64 hexadecimal digits and the end */
    EG_STORE_BODY_MAX = 8 << 20, /* bytes of one document's body */
    EG_STORE_LIST_MAX = 100000   /* documents that one list may hold */
};
/* Bytes of one blob. */
#define EG_STORE_BLOB_MAX ((size_t)256 << 20)

typedef struct eg_store eg_store;

typedef enum eg_store_mode {
    EG_STORE_READ,  /* sees committed documents only; never waits for the writer */
    EG_STORE_WRITE, /* creates the store and brings it to the newest migration first */
} eg_store_mode;

typedef enum eg_document_status {
    EG_DOCUMENT_DRAFT,
    EG_DOCUMENT_FINAL,
    EG_DOCUMENT_SIGNED,
    EG_DOCUMENT_ENTERED_IN_ERROR
} eg_document_status;

/* "draft", "final", "signed", "entered-in-error". Never NULL. */
const char *eg_document_status_text(eg_document_status status);

/* One version of one document. Absent ids are "". */
typedef struct eg_document {
    char id[EG_STORE_ID_SIZE];
    char kind[EG_STORE_KIND_SIZE];
    int32_t version; /* 1, 2, ... without gaps */
    eg_document_status status;
    char site_id[EG_STORE_ID_SIZE];
    char person_id[EG_STORE_ID_SIZE];
    char episode_id[EG_STORE_ID_SIZE];
    char parent_id[EG_STORE_ID_SIZE];
    char local_date[EG_STORE_DATE_SIZE];    /* clinical date in the site's time zone */
    char created_at[EG_STORE_INSTANT_SIZE]; /* UTC */
    char author[EG_STORE_AUTHOR_SIZE];
    int64_t sequence; /* order of writing over the whole store; set by the store */
    char *body;       /* canonical JSON, NUL-terminated; owned by whoever holds the document */
    size_t body_size; /* without the NUL */
} eg_document;

/* Frees the body. NULL is fine. */
void eg_document_clear(eg_document *document);

typedef struct eg_document_list {
    eg_document *rows; /* [count] */
    size_t count;
    size_t capacity;
} eg_document_list;

void eg_document_list_clear(eg_document_list *list);

/* Which documents to list; empty or NULL fields match everything. */
typedef struct eg_document_filter {
    const char *kind;
    const char *person_id;
    const char *episode_id;
    const char *parent_id;
    const char *id;
    bool all_versions; /* otherwise the newest version of each document */
    bool newest_first; /* otherwise in the order in which they were first written */
    size_t limit;      /* 0: EG_STORE_LIST_MAX */
} eg_document_filter;

/* Opens `url` ("sqlite:/path/engram.db"). The folder is created with mode 0700 and the file with
 * 0600 when writing. Errors: EG_ERR_ARGUMENT (no such backend), EG_ERR_STORE (cannot be opened,
 * damaged, or written by a newer Engram), EG_ERR_NOT_FOUND (reading a store that is not there). */
eg_err eg_store_open(const char *url, eg_store_mode mode, eg_store **store, eg_diag *diag);
void eg_store_close(eg_store *store);

/* Several writes as one: all of them or none survive. Without eg_store_begin every write is a
 * transaction of its own. Not nested. After any failed write inside a transaction, roll back.
 * EG_OK from eg_store_commit means synced (unless eg_store_set_durable was told otherwise). */
eg_err eg_store_begin(eg_store *store, eg_diag *diag);
eg_err eg_store_commit(eg_store *store, eg_diag *diag);
void eg_store_rollback(eg_store *store);

/* true (the default): a write is acknowledged only when it would survive a power cut. false: it
 * survives the end of the process, but a power cut may lose the last moments; for live streams
 * only. Must not be called inside a transaction. */
eg_err eg_store_set_durable(eg_store *store, bool durable, eg_diag *diag);

/* Appends one version. `document->version` must be `seen_version` + 1, where 0 means that the
 * document is new; EG_ERR_CONFLICT if the newest stored version is not `seen_version`. The id's
 * kind, person, episode and parent must not change between versions (EG_ERR_ARGUMENT). `sequence`
 * is ignored. `search_text`: words to find the document by (eg_store_search), NULL if none. */
eg_err eg_store_put(eg_store *store, const eg_document *document, int32_t seen_version,
                    const char *search_text, eg_diag *diag);

/* The newest version (`version` 0) or that version. EG_ERR_NOT_FOUND without a diag text worth
 * showing to a user. The caller clears `document`. */
eg_err eg_store_get(eg_store *store, const char *id, int32_t version, eg_document *document,
                    eg_diag *diag);

/* Fills `list` (which must be empty). The caller clears it. */
eg_err eg_store_list(eg_store *store, const eg_document_filter *filter, eg_document_list *list,
                     eg_diag *diag);

/* Newest versions of documents of `kind` whose search text holds every word of `query` at the
 * beginning of a word, case and accents folded for Latin letters; all of them when `query` is
 * blank. Ordered by search text. */
eg_err eg_store_search(eg_store *store, const char *kind, const char *query, size_t limit,
                       eg_document_list *list, eg_diag *diag);

/* Stores `size` bytes under `id`. `sha256` receives the hexadecimal digest of the bytes as given.
 * EG_ERR_CONFLICT if there is a blob of that id. */
eg_err eg_store_put_blob(eg_store *store, const char *id, const void *bytes, size_t size,
                         char sha256[EG_STORE_SHA256_SIZE], eg_diag *diag);

/* The whole blob in malloc'd memory (caller frees), its digest checked: EG_ERR_DATA if one byte is
 * not as it was stored. `size_max` bounds what the caller is ready to take (EG_ERR_LIMIT). */
eg_err eg_store_get_blob(eg_store *store, const char *id, size_t size_max, void **bytes,
                         size_t *size, eg_diag *diag);

/* Reads everything: the backend's own integrity check, versions without gaps, blobs against their
 * digests. EG_OK or the first fault in `diag`. Cost: the whole store once. */
eg_err eg_store_check(eg_store *store, eg_diag *diag);

/* Copies the store as it is at this moment into one new file, which eg_store_open then opens;
 * others may write meanwhile. The copy has mode 0600, is read back and checked (eg_store_check),
 * synced, and only then gets its name. EG_ERR_ARGUMENT if there is a file of that name: nothing is
 * overwritten. Cost: reads the store once and the copy twice. */
eg_err eg_store_backup(eg_store *store, const char *file, eg_diag *diag);

#endif
