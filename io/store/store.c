#include "io/store/store.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "io/store/backend.h"
#include "io/store/chunk.h"
#include "io/store/fold.h"

enum { SEARCH_TEXT_MAX = 1024 };

static const eg_store_backend *const backends[] = {&eg_store_sqlite};

static const char *const status_texts[] = {"draft", "final", "signed", "entered-in-error"};

const char *eg_document_status_text(eg_document_status status) {
    EG_ASSERT((size_t)status < sizeof status_texts / sizeof status_texts[0]);
    return status_texts[status];
}

bool eg_document_status_find(const char *text, eg_document_status *status) {
    for (size_t i = 0; i < sizeof status_texts / sizeof status_texts[0]; i++)
        if (strcmp(text, status_texts[i]) == 0) {
            *status = (eg_document_status)i;
            return true;
        }
    return false;
}

void eg_document_clear(eg_document *document) {
    if (document == NULL) return;
    free(document->body);
    memset(document, 0, sizeof *document);
}

void eg_document_list_clear(eg_document_list *list) {
    if (list == NULL) return;
    for (size_t i = 0; i < list->count; i++) eg_document_clear(&list->rows[i]);
    free(list->rows);
    memset(list, 0, sizeof *list);
}

eg_document *eg_document_list_add(eg_document_list *list) {
    if (list->count == EG_STORE_LIST_MAX) return NULL;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 32 : 2 * list->capacity;
        eg_document *rows = realloc(list->rows, capacity * sizeof *rows);
        if (rows == NULL) return NULL;
        list->rows = rows;
        list->capacity = capacity;
    }
    eg_document *added = &list->rows[list->count++];
    memset(added, 0, sizeof *added);
    return added;
}

eg_err eg_store_open(const char *url, eg_store_mode mode, eg_store **store, eg_diag *diag) {
    EG_ASSERT(url != NULL && store != NULL);
    *store = NULL;
    const char *colon = strchr(url, ':');
    size_t length = colon == NULL ? 0 : (size_t)(colon - url);
    for (size_t i = 0; i < sizeof backends / sizeof backends[0]; i++)
        if (length > 0 && strncmp(backends[i]->scheme, url, length) == 0 &&
            backends[i]->scheme[length] == '\0') {
            eg_err err = backends[i]->open(colon + 1, mode, store, diag);
            EG_ASSERT((err == EG_OK) == (*store != NULL));
            return err;
        }
    return eg_diag_set(diag, EG_ERR_ARGUMENT, url, 0,
                       "no store is opened like this; write sqlite:/path/to/engram.db");
}

void eg_store_close(eg_store *store) {
    if (store == NULL) return;
    eg_store_rollback(store);
    store->backend->close(store);
}

static eg_err need_writer(const eg_store *store, eg_diag *diag) {
    EG_ASSERT(store != NULL);
    if (store->mode == EG_STORE_WRITE) return EG_OK;
    return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0, "this handle of the store only reads");
}

eg_err eg_store_begin(eg_store *store, eg_diag *diag) {
    eg_err err = need_writer(store, diag);
    if (err != EG_OK) return err;
    EG_ASSERT(!store->in_transaction);
    err = store->backend->begin(store, diag);
    store->in_transaction = err == EG_OK;
    return err;
}

eg_err eg_store_commit(eg_store *store, eg_diag *diag) {
    EG_ASSERT(store != NULL && store->in_transaction);
    eg_err err = store->backend->commit(store, diag);
    if (err != EG_OK) store->backend->rollback(store);
    store->in_transaction = false;
    return err;
}

void eg_store_rollback(eg_store *store) {
    EG_ASSERT(store != NULL);
    if (!store->in_transaction) return;
    store->backend->rollback(store);
    store->in_transaction = false;
}

eg_err eg_store_set_durable(eg_store *store, bool durable, eg_diag *diag) {
    eg_err err = need_writer(store, diag);
    if (err != EG_OK) return err;
    EG_ASSERT(!store->in_transaction);
    return store->backend->set_durable(store, durable, diag);
}

/* Ends what single writes began: commits when all went well, rolls back otherwise. */
static eg_err finish(eg_store *store, bool mine, eg_err err, eg_diag *diag) {
    if (!mine) return err;
    if (err == EG_OK) return eg_store_commit(store, diag);
    eg_store_rollback(store);
    return err;
}

static eg_err put(eg_store *store, const eg_document *document, int32_t seen_version,
                  const char *search_text, eg_diag *diag) {
    eg_document newest = {0};
    eg_err err = store->backend->get(store, document->id, 0, &newest, diag);
    if (err == EG_OK || err == EG_ERR_NOT_FOUND) {
        err = EG_OK;
        if (newest.version != seen_version)
            err = eg_diag_set(
                diag, EG_ERR_CONFLICT, document->id, 0,
                "somebody else has changed this meanwhile: you saw version %d, the newest is %d",
                (int)seen_version, (int)newest.version);
        else if (newest.version > 0 && (strcmp(newest.kind, document->kind) != 0 ||
                                        strcmp(newest.person_id, document->person_id) != 0 ||
                                        strcmp(newest.episode_id, document->episode_id) != 0 ||
                                        strcmp(newest.parent_id, document->parent_id) != 0))
            err = eg_diag_set(diag, EG_ERR_ARGUMENT, document->id, 0,
                              "a document keeps its kind, person, episode and parent");
    }
    eg_document_clear(&newest);
    if (err == EG_OK) err = store->backend->insert(store, document, diag);
    if (err == EG_OK && search_text != NULL) {
        char folded[SEARCH_TEXT_MAX];
        eg_store_fold(search_text, folded, sizeof folded);
        err = store->backend->set_search(store, document->id, document->kind, folded, diag);
    }
    return err;
}

eg_err eg_store_put(eg_store *store, const eg_document *document, int32_t seen_version,
                    const char *search_text, eg_diag *diag) {
    EG_ASSERT(document != NULL && document->body != NULL && document->id[0] != '\0');
    eg_err err = need_writer(store, diag);
    if (err != EG_OK) return err;
    if (seen_version < 0 || seen_version == INT32_MAX || document->version != seen_version + 1)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, document->id, 0,
                           "a version follows the one that was seen");
    if (document->body_size > EG_STORE_BODY_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, document->id, 0,
                           "the document has %zu bytes, more than %d are not kept",
                           document->body_size, (int)EG_STORE_BODY_MAX);
    bool mine = !store->in_transaction;
    if (mine) err = eg_store_begin(store, diag);
    if (err != EG_OK) return err;
    return finish(store, mine, put(store, document, seen_version, search_text, diag), diag);
}

eg_err eg_store_get(eg_store *store, const char *id, int32_t version, eg_document *document,
                    eg_diag *diag) {
    EG_ASSERT(store != NULL && id != NULL && document != NULL && version >= 0);
    memset(document, 0, sizeof *document);
    eg_err err = store->backend->get(store, id, version, document, diag);
    if (err != EG_OK) eg_document_clear(document);
    if (err == EG_ERR_NOT_FOUND)
        return eg_diag_set(diag, err, id, 0, "there is no such document; go back and reload");
    return err;
}

eg_err eg_store_list(eg_store *store, const eg_document_filter *filter, eg_document_list *list,
                     eg_diag *diag) {
    EG_ASSERT(store != NULL && filter != NULL && list != NULL && list->rows == NULL);
    eg_err err = store->backend->list(store, filter, list, diag);
    if (err != EG_OK) eg_document_list_clear(list);
    return err;
}

/* Cuts the folded query into its words; what is beyond EG_STORE_WORDS_MAX is ignored. */
static void split(const char *query, eg_store_words *words) {
    char folded[SEARCH_TEXT_MAX];
    eg_store_fold(query, folded, sizeof folded);
    memset(words, 0, sizeof *words);
    const char *at = folded;
    for (size_t i = 0; i < EG_STORE_WORDS_MAX && *at == ' '; i++) {
        size_t length = 1 + strcspn(at + 1, " ");
        size_t kept = length < EG_STORE_WORD_SIZE ? length : EG_STORE_WORD_SIZE - 1;
        memcpy(words->word[i], at, kept);
        at += length;
    }
}

eg_err eg_store_search(eg_store *store, const char *kind, const char *query, size_t limit,
                       eg_document_list *list, eg_diag *diag) {
    EG_ASSERT(store != NULL && kind != NULL && query != NULL);
    EG_ASSERT(list != NULL && list->rows == NULL);
    eg_store_words words;
    split(query, &words);
    eg_err err = store->backend->search(store, kind, &words, limit, list, diag);
    if (err != EG_OK) eg_document_list_clear(list);
    return err;
}

static void digest(const void *bytes, size_t size, char sha256[EG_STORE_SHA256_SIZE]) {
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, bytes, size);
    sodium_bin2hex(sha256, EG_STORE_SHA256_SIZE, hash, sizeof hash);
}

static eg_err put_chunks(eg_store *store, const char *id, const unsigned char *bytes, size_t size,
                         eg_diag *diag) {
    size_t first = size < EG_CHUNK_SIZE ? size : EG_CHUNK_SIZE;
    void *encoded = malloc(eg_chunk_bound(first) + 1);
    if (encoded == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, id, 0, "no memory for a chunk");
    eg_err err = EG_OK;
    for (size_t at = 0; err == EG_OK && at < size; at += EG_CHUNK_SIZE) {
        size_t n = size - at < EG_CHUNK_SIZE ? size - at : EG_CHUNK_SIZE;
        size_t encoded_size = 0;
        err = eg_chunk_encode(bytes + at, n, encoded, &encoded_size, diag);
        if (err == EG_OK)
            err = store->backend->insert_chunk(store, id, (int64_t)(at / EG_CHUNK_SIZE), encoded,
                                               encoded_size, diag);
    }
    free(encoded);
    return err;
}

eg_err eg_store_put_blob(eg_store *store, const char *id, const void *bytes, size_t size,
                         char sha256[EG_STORE_SHA256_SIZE], eg_diag *diag) {
    EG_ASSERT(id != NULL && strlen(id) < EG_STORE_ID_SIZE && (bytes != NULL || size == 0));
    eg_err err = need_writer(store, diag);
    if (err != EG_OK) return err;
    if (size > EG_STORE_BLOB_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, id, 0, "a file of %zu MB is not kept (at most %zu)",
                           size >> 20, EG_STORE_BLOB_MAX >> 20);
    eg_store_blob blob = {.size = (int64_t)size,
                          .n_chunks = (int64_t)((size + EG_CHUNK_SIZE - 1) / EG_CHUNK_SIZE)};
    memcpy(blob.id, id, strlen(id) + 1);
    digest(bytes == NULL ? "" : bytes, size, blob.sha256);
    bool mine = !store->in_transaction;
    if (mine) err = eg_store_begin(store, diag);
    if (err != EG_OK) return err;
    err = store->backend->insert_blob(store, &blob, diag);
    if (err == EG_OK) err = put_chunks(store, id, bytes, size, diag);
    err = finish(store, mine, err, diag);
    if (err == EG_OK) memcpy(sha256, blob.sha256, sizeof blob.sha256);
    return err;
}

static eg_err get_chunks(eg_store *store, const eg_store_blob *blob, unsigned char *bytes,
                         eg_diag *diag) {
    size_t size = (size_t)blob->size;
    for (int64_t i = 0; i < blob->n_chunks; i++) {
        const void *encoded = NULL;
        size_t encoded_size = 0;
        eg_err err = store->backend->get_chunk(store, blob->id, i, &encoded, &encoded_size, diag);
        if (err != EG_OK) return err;
        size_t at = (size_t)i * EG_CHUNK_SIZE;
        size_t n = size - at < EG_CHUNK_SIZE ? size - at : EG_CHUNK_SIZE;
        eg_diag damage = {0};
        err = eg_chunk_decode(encoded, encoded_size, bytes + at, n, &damage);
        if (err != EG_OK) return eg_diag_set(diag, err, blob->id, 0, "%s", damage.text);
    }
    char sha256[EG_STORE_SHA256_SIZE];
    digest(bytes, size, sha256);
    if (strcmp(sha256, blob->sha256) == 0) return EG_OK;
    return eg_diag_set(diag, EG_ERR_DATA, blob->id, 0,
                       "a stored file is not the one that was stored; restore it from a backup");
}

eg_err eg_store_get_blob(eg_store *store, const char *id, size_t size_max, void **bytes,
                         size_t *size, eg_diag *diag) {
    EG_ASSERT(store != NULL && id != NULL && bytes != NULL && size != NULL);
    *bytes = NULL;
    *size = 0;
    eg_store_blob blob;
    eg_err err = store->backend->get_blob(store, id, &blob, diag);
    if (err == EG_ERR_NOT_FOUND)
        return eg_diag_set(diag, err, id, 0, "the file of this recording is not in the store");
    if (err != EG_OK) return err;
    int64_t n_chunks = (blob.size + (int64_t)EG_CHUNK_SIZE - 1) / (int64_t)EG_CHUNK_SIZE;
    if (blob.size < 0 || (size_t)blob.size > EG_STORE_BLOB_MAX || blob.n_chunks != n_chunks)
        return eg_diag_set(diag, EG_ERR_DATA, id, 0, "the row of a stored file is damaged");
    if ((size_t)blob.size > size_max)
        return eg_diag_set(diag, EG_ERR_LIMIT, id, 0, "the file is larger than %zu bytes",
                           size_max);
    unsigned char *whole = malloc((size_t)blob.size + 1);
    if (whole == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, id, 0, "no memory for a file");
    err = get_chunks(store, &blob, whole, diag);
    if (err != EG_OK) {
        free(whole);
        return err;
    }
    whole[blob.size] = '\0';
    *bytes = whole;
    *size = (size_t)blob.size;
    return EG_OK;
}

eg_err eg_store_check(eg_store *store, eg_diag *diag) {
    EG_ASSERT(store != NULL);
    eg_err err = store->backend->check(store, diag);
    char after[EG_STORE_ID_SIZE] = "";
    while (err == EG_OK) {
        eg_store_blob blob;
        err = store->backend->next_blob(store, after, &blob, diag);
        if (err != EG_OK) break;
        memcpy(after, blob.id, sizeof after);
        void *bytes = NULL;
        size_t size = 0;
        err = eg_store_get_blob(store, blob.id, EG_STORE_BLOB_MAX, &bytes, &size, diag);
        free(bytes);
    }
    return err == EG_ERR_NOT_FOUND ? EG_OK : err;
}
