/* What a kind of store has to be able to do. store.c checks arguments, wraps single writes in
 * transactions, digests and compresses; a backend only keeps rows. Every function that can fail
 * says in `diag` what and where. */
#ifndef EG_IO_STORE_BACKEND_H
#define EG_IO_STORE_BACKEND_H

#include "io/store/store.h"

enum { EG_STORE_WORDS_MAX = 8, EG_STORE_WORD_SIZE = 64 };

/* The words of a search, folded, each with a space in front so that it matches the beginning of a
 * word only; unused ones are "". */
typedef struct eg_store_words {
    char word[EG_STORE_WORDS_MAX][EG_STORE_WORD_SIZE];
} eg_store_words;

/* What a blob's row says beside its chunks. */
typedef struct eg_store_blob {
    char id[EG_STORE_ID_SIZE];
    int64_t size; /* bytes before compression */
    int64_t n_chunks;
    char sha256[EG_STORE_SHA256_SIZE];
} eg_store_blob;

typedef struct eg_store_backend {
    const char *scheme; /* "sqlite" */
    eg_err (*open)(const char *path, eg_store_mode mode, eg_store **store, eg_diag *diag);
    void (*close)(eg_store *store);
    eg_err (*begin)(eg_store *store, eg_diag *diag);
    eg_err (*commit)(eg_store *store, eg_diag *diag); /* on failure the caller rolls back */
    void (*rollback)(eg_store *store);
    eg_err (*set_durable)(eg_store *store, bool durable, eg_diag *diag);
    eg_err (*insert)(eg_store *store, const eg_document *document, eg_diag *diag);
    eg_err (*set_search)(eg_store *store, const char *id, const char *kind, const char *folded,
                         eg_diag *diag);
    eg_err (*get)(eg_store *store, const char *id, int32_t version, eg_document *document,
                  eg_diag *diag);
    eg_err (*list)(eg_store *store, const eg_document_filter *filter, eg_document_list *list,
                   eg_diag *diag);
    eg_err (*search)(eg_store *store, const char *kind, const eg_store_words *words, size_t limit,
                     eg_document_list *list, eg_diag *diag);
    eg_err (*insert_blob)(eg_store *store, const eg_store_blob *blob, eg_diag *diag);
    eg_err (*insert_chunk)(eg_store *store, const char *id, int64_t number, const void *bytes,
                           size_t size, eg_diag *diag);
    eg_err (*get_blob)(eg_store *store, const char *id, eg_store_blob *blob, eg_diag *diag);
    /* `bytes` are the store's until its next call. */
    eg_err (*get_chunk)(eg_store *store, const char *id, int64_t number, const void **bytes,
                        size_t *size, eg_diag *diag);
    /* The blob with the smallest id above `after` ("" for the first); EG_ERR_NOT_FOUND at the
     * end. */
    eg_err (*next_blob)(eg_store *store, const char *after, eg_store_blob *blob, eg_diag *diag);
    eg_err (*check)(eg_store *store, eg_diag *diag);
    /* What is committed now, into the empty file `path`, which this scheme can then open. */
    eg_err (*copy)(eg_store *store, const char *path, eg_diag *diag);
} eg_store_backend;

/* The beginning of every backend's own struct. */
struct eg_store {
    const eg_store_backend *backend;
    eg_store_mode mode;
    bool in_transaction;
};

extern const eg_store_backend eg_store_sqlite;

/* Appends an empty document to the list; NULL when memory or EG_STORE_LIST_MAX is exhausted. */
eg_document *eg_document_list_add(eg_document_list *list);

/* false if there is no such status. */
bool eg_document_status_find(const char *text, eg_document_status *status);

#endif
