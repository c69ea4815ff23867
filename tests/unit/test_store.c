#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/store/chunk.h"
#include "io/store/fold.h"
#include "io/store/store.h"
#include "tests/support/fault_vfs.h"
#include "tests/support/test.h"

static char url[1024];

static const char *store_path(void) {
    return url + strlen("sqlite:");
}

static void choose_path(const char *folder, const char *name) {
    snprintf(url, sizeof url, "sqlite:%s/%s", folder, name);
}

static eg_store *open_store(eg_store_mode mode) {
    eg_diag diag = {0};
    eg_store *store = NULL;
    if (eg_store_open(url, mode, &store, &diag) != EG_OK) EG_FAIL("%s: %s", diag.where, diag.text);
    return store;
}

static eg_document make(const char *id, int32_t version, const char *body) {
    eg_document document = {.version = version, .status = EG_DOCUMENT_FINAL};
    snprintf(document.id, sizeof document.id, "%s", id);
    snprintf(document.kind, sizeof document.kind, "note");
    snprintf(document.episode_id, sizeof document.episode_id, "episode-1");
    snprintf(document.local_date, sizeof document.local_date, "2026-03-02");
    snprintf(document.created_at, sizeof document.created_at, "2026-03-02T08:00:00.000Z");
    snprintf(document.author, sizeof document.author, "tests");
    document.body = (char *)(uintptr_t)body; /* only read by the store */
    document.body_size = strlen(body);
    return document;
}

static eg_err put(eg_store *store, const char *id, int32_t version, const char *body) {
    eg_document document = make(id, version, body);
    return eg_store_put(store, &document, version - 1, NULL, NULL);
}

static void keeps_versions(void) {
    choose_path(eg_test_folder(), "a/b/engram.db");
    eg_store *store = open_store(EG_STORE_WRITE);
    EG_CHECK_INT(put(store, "one", 1, "{\"a\":1}"), EG_OK);
    EG_CHECK_INT(put(store, "one", 2, "{\"a\":2}"), EG_OK);
    EG_CHECK_INT(put(store, "one", 2, "{\"a\":3}"), EG_ERR_CONFLICT);
    EG_CHECK_INT(put(store, "one", 1, "{}"), EG_ERR_CONFLICT);
    EG_CHECK_INT(put(store, "two", 2, "{}"), EG_ERR_CONFLICT);
    eg_document wrong = make("one", 3, "{}");
    snprintf(wrong.kind, sizeof wrong.kind, "other");
    EG_CHECK_INT(eg_store_put(store, &wrong, 2, NULL, NULL), EG_ERR_ARGUMENT);
    eg_document read;
    EG_CHECK_INT(eg_store_get(store, "one", 0, &read, NULL), EG_OK);
    EG_CHECK_INT(read.version, 2);
    EG_CHECK_TEXT(read.body, "{\"a\":2}");
    eg_document_clear(&read);
    EG_CHECK_INT(eg_store_get(store, "one", 1, &read, NULL), EG_OK);
    EG_CHECK_TEXT(read.body, "{\"a\":1}");
    EG_CHECK_TEXT(read.episode_id, "episode-1");
    eg_document_clear(&read);
    EG_CHECK_INT(eg_store_get(store, "three", 0, &read, NULL), EG_ERR_NOT_FOUND);
    eg_store_close(store);
    struct stat status;
    EG_CHECK(stat(store_path(), &status) == 0);
    EG_CHECK_INT(status.st_mode & 0777, 0600);
    char folder[600];
    snprintf(folder, sizeof folder, "%s/a/b", eg_test_folder());
    EG_CHECK(stat(folder, &status) == 0);
    EG_CHECK_INT(status.st_mode & 0777, 0700);
    eg_test_note("compare-and-set, old versions, file 0600 in folder 0700");
}

static void lists_in_order(void) {
    choose_path(eg_test_folder(), "engram.db");
    eg_store *store = open_store(EG_STORE_WRITE);
    EG_CHECK_INT(put(store, "z", 1, "{}"), EG_OK);
    EG_CHECK_INT(put(store, "a", 1, "{}"), EG_OK);
    EG_CHECK_INT(put(store, "z", 2, "{\"n\":2}"), EG_OK);
    eg_document_list list = {0};
    eg_document_filter filter = {.kind = "note", .episode_id = "episode-1"};
    EG_CHECK_INT(eg_store_list(store, &filter, &list, NULL), EG_OK);
    EG_CHECK_INT(list.count, 2);
    EG_CHECK_TEXT(list.rows[0].id, "z");
    EG_CHECK_INT(list.rows[0].version, 2);
    EG_CHECK_TEXT(list.rows[1].id, "a");
    eg_document_list_clear(&list);
    filter.all_versions = true;
    filter.newest_first = true;
    EG_CHECK_INT(eg_store_list(store, &filter, &list, NULL), EG_OK);
    EG_CHECK_INT(list.count, 3);
    EG_CHECK_TEXT(list.rows[0].id, "a");
    EG_CHECK_INT(list.rows[1].version, 2);
    eg_document_list_clear(&list);
    filter.kind = "nothing";
    EG_CHECK_INT(eg_store_list(store, &filter, &list, NULL), EG_OK);
    EG_CHECK_INT(list.count, 0);
    eg_document_list_clear(&list);
    eg_store_close(store);
}

static void search_folds(void) {
    char folded[64];
    eg_store_fold("  M\xc3\xbcller-\xc3\x96zil, \xc3\x85sa O'Brien \xc5\x81ukasz", folded,
                  sizeof folded);
    EG_CHECK_TEXT(folded, " muller ozil asa obrien lukasz");
    EG_CHECK_INT(eg_store_fold("abc def", folded, 6), 4);
    choose_path(eg_test_folder(), "engram.db");
    eg_store *store = open_store(EG_STORE_WRITE);
    static const char *const names[] = {"Zo\xc3\xab M\xc3\xbcller", "Anna Mull", "Bert Ulmer"};
    for (int i = 0; i < 3; i++) {
        char id[8];
        snprintf(id, sizeof id, "p%d", i);
        eg_document person = make(id, 1, "{}");
        snprintf(person.kind, sizeof person.kind, "person");
        EG_CHECK_INT(eg_store_put(store, &person, 0, names[i], NULL), EG_OK);
    }
    static const struct {
        const char *query;
        size_t count;
    } cases[] = {{"", 3},  {"mul", 2}, {"MULLER zoe", 1}, {"ul", 1},
                 {"x", 0}, {"%", 3},   {"' OR", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        eg_document_list list = {0};
        EG_CHECK_INT(eg_store_search(store, "person", cases[i].query, 0, &list, NULL), EG_OK);
        EG_CHECK_INT(list.count, cases[i].count);
        eg_document_list_clear(&list);
    }
    eg_store_close(store);
}

static void raw(const char *sql, int expected) {
    sqlite3 *database = NULL;
    EG_CHECK_INT(sqlite3_open(store_path(), &database), SQLITE_OK);
    EG_CHECK_INT(sqlite3_exec(database, sql, NULL, NULL, NULL), expected);
    sqlite3_close(database);
}

static void rows_cannot_be_changed(void) {
    choose_path(eg_test_folder(), "engram.db");
    eg_store *store = open_store(EG_STORE_WRITE);
    EG_CHECK_INT(put(store, "one", 1, "{}"), EG_OK);
    EG_CHECK_INT(put(store, "one", 2, "{}"), EG_OK);
    raw("UPDATE document SET body = '{}'", SQLITE_CONSTRAINT);
    raw("DELETE FROM document", SQLITE_CONSTRAINT);
    EG_CHECK_INT(eg_store_check(store, NULL), EG_OK);
    raw("DROP TRIGGER document_remains; DELETE FROM document WHERE version = 1", SQLITE_OK);
    EG_CHECK_INT(eg_store_check(store, NULL), EG_ERR_DATA);
    eg_store_close(store);
    eg_test_note("triggers refuse UPDATE and DELETE; a removed version is found by the check");
}

static void newer_schema_is_refused(void) {
    choose_path(eg_test_folder(), "engram.db");
    eg_store *store = NULL;
    eg_diag diag = {0};
    EG_CHECK_INT(eg_store_open(url, EG_STORE_READ, &store, &diag), EG_ERR_NOT_FOUND);
    eg_store_close(open_store(EG_STORE_WRITE));
    eg_store_close(open_store(EG_STORE_WRITE));
    store = open_store(EG_STORE_READ);
    EG_CHECK_INT(put(store, "one", 1, "{}"), EG_ERR_ARGUMENT);
    eg_store_close(store);
    raw("INSERT INTO schema_version VALUES (999, '')", SQLITE_OK);
    store = NULL;
    memset(&diag, 0, sizeof diag);
    EG_CHECK_INT(eg_store_open(url, EG_STORE_WRITE, &store, &diag), EG_ERR_STORE);
    EG_CHECK(strstr(diag.text, "newer") != NULL);
    EG_CHECK_INT(eg_store_open(url, EG_STORE_READ, &store, NULL), EG_ERR_STORE);
    raw("DELETE FROM schema_version; INSERT INTO schema_version VALUES (-5, '')", SQLITE_OK);
    memset(&diag, 0, sizeof diag);
    EG_CHECK_INT(eg_store_open(url, EG_STORE_WRITE, &store, &diag), EG_ERR_STORE);
    EG_CHECK(strstr(diag.text, "damaged") != NULL);
    EG_CHECK_INT(eg_store_open("mongo:x", EG_STORE_READ, &store, NULL), EG_ERR_ARGUMENT);
    FILE *file = fopen(store_path(), "wb");
    fputs("this is not a database, but long enough to look like one at first sight", file);
    for (int i = 0; i < 4096; i++) fputc(i, file);
    fclose(file);
    EG_CHECK_INT(eg_store_open(url, EG_STORE_WRITE, &store, NULL), EG_ERR_STORE);
}

static uint64_t random_state = 1;

static uint32_t draw(void) {
    random_state = random_state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(random_state >> 33);
}

static unsigned char *noise(size_t size) {
    unsigned char *bytes = malloc(size + 1);
    EG_CHECK(bytes != NULL);
    for (size_t i = 0; i < size; i++) bytes[i] = (unsigned char)draw();
    return bytes;
}

static void blobs_come_back(void) {
    choose_path(eg_test_folder(), "engram.db");
    eg_store *store = open_store(EG_STORE_WRITE);
    const size_t sizes[] = {0, 1, EG_CHUNK_SIZE - 1, EG_CHUNK_SIZE, EG_CHUNK_SIZE + 1, 2500000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        unsigned char *bytes = noise(sizes[i]);
        char id[8], sha256[EG_STORE_SHA256_SIZE];
        snprintf(id, sizeof id, "b%zu", i);
        EG_CHECK_INT(eg_store_put_blob(store, id, bytes, sizes[i], sha256, NULL), EG_OK);
        EG_CHECK_INT(eg_store_put_blob(store, id, bytes, sizes[i], sha256, NULL), EG_ERR_CONFLICT);
        void *back = NULL;
        size_t size = 0;
        EG_CHECK_INT(eg_store_get_blob(store, id, EG_STORE_BLOB_MAX, &back, &size, NULL), EG_OK);
        EG_CHECK_INT(size, sizes[i]);
        EG_CHECK(memcmp(back, bytes, size) == 0);
        free(back);
        free(bytes);
    }
    char sha256[EG_STORE_SHA256_SIZE];
    EG_CHECK_INT(eg_store_put_blob(store, "abc", "abc", 3, sha256, NULL), EG_OK);
    EG_CHECK_TEXT(sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    void *back = NULL;
    size_t size = 0;
    EG_CHECK_INT(eg_store_get_blob(store, "abc", 2, &back, &size, NULL), EG_ERR_LIMIT);
    EG_CHECK_INT(eg_store_get_blob(store, "none", 2, &back, &size, NULL), EG_ERR_NOT_FOUND);
    EG_CHECK_INT(eg_store_check(store, NULL), EG_OK);
    raw("DROP TRIGGER blob_chunk_stays; UPDATE blob SET sha256 = replace(sha256, 'ba78', 'ba79')"
        " WHERE id = 'abc'",
        SQLITE_OK);
    EG_CHECK_INT(eg_store_get_blob(store, "abc", 100, &back, &size, NULL), EG_ERR_DATA);
    EG_CHECK_INT(eg_store_check(store, NULL), EG_ERR_DATA);
    raw("UPDATE blob SET chunks = 1000000, size = 9000000000 WHERE id = 'b1'", SQLITE_OK);
    EG_CHECK_INT(eg_store_get_blob(store, "b1", SIZE_MAX, &back, &size, NULL), EG_ERR_DATA);
    raw("PRAGMA foreign_keys=OFF; DELETE FROM blob_chunk WHERE id = 'b5' AND number = 1",
        SQLITE_OK);
    EG_CHECK_INT(eg_store_get_blob(store, "b5", SIZE_MAX, &back, &size, NULL), EG_ERR_DATA);
    eg_store_close(store);
    eg_test_note("6 sizes around the chunk of 1 MiB, digest of \"abc\", 4 kinds of damage");
}

static void chunks_are_bounded(void) {
    unsigned char *bytes = calloc(EG_CHUNK_SIZE, 1);
    unsigned char *encoded = malloc(eg_chunk_bound(EG_CHUNK_SIZE));
    size_t size = 0;
    EG_CHECK_INT(eg_chunk_encode(bytes, EG_CHUNK_SIZE, encoded, &size, NULL), EG_OK);
    EG_CHECK_INT(eg_chunk_decode(encoded, size, bytes, 1000, NULL), EG_ERR_DATA);
    EG_CHECK_INT(eg_chunk_decode(encoded, size - 1, bytes, EG_CHUNK_SIZE, NULL), EG_ERR_DATA);
    int n_refused = 0;
    for (size_t i = 0; i < size; i++) {
        encoded[i] ^= 0x10;
        n_refused += eg_chunk_decode(encoded, size, bytes, EG_CHUNK_SIZE, NULL) != EG_OK;
        encoded[i] ^= 0x10;
    }
    EG_CHECK_INT(eg_chunk_decode(encoded, size, bytes, EG_CHUNK_SIZE, NULL), EG_OK);
    eg_test_note("%d of %zu one-bit faults refused, none writes beyond its room", n_refused, size);
    free(bytes);
    free(encoded);
}

/* What a run of the workload was told is saved. */
typedef struct acknowledged {
    int32_t versions[16]; /* newest acknowledged version of document "d<i>", 0 if none */
    int blob;
    int pair; /* both documents of the transaction */
} acknowledged;

static void body_of(int i, int32_t version, char body[600]) {
    int length =
        snprintf(body, 600, "{\"document\":%d,\"version\":%d,\"text\":\"", i, (int)version);
    for (int j = length; j < 500; j++) body[j] = (char)('a' + (i * 7 + version * 3 + j) % 26);
    memcpy(body + 500, "\"}", 3);
}

static unsigned char blob_bytes[40000];

static void workload(acknowledged *done) {
    memset(done, 0, sizeof *done);
    eg_store *store = NULL;
    if (eg_store_open(url, EG_STORE_WRITE, &store, NULL) != EG_OK) return;
    char id[8], body[600], sha256[EG_STORE_SHA256_SIZE];
    for (int step = 0; step < 10; step++) {
        int i = step % 5;
        int32_t version = done->versions[i] + 1;
        snprintf(id, sizeof id, "d%d", i);
        body_of(i, version, body);
        if (put(store, id, version, body) == EG_OK) done->versions[i] = version;
    }
    done->blob =
        eg_store_put_blob(store, "blob", blob_bytes, sizeof blob_bytes, sha256, NULL) == EG_OK;
    if (eg_store_begin(store, NULL) == EG_OK) {
        body_of(10, 1, body);
        eg_err err = put(store, "d10", 1, body);
        body_of(11, 1, body);
        if (err == EG_OK) err = put(store, "d11", 1, body);
        if (err == EG_OK)
            done->pair = eg_store_commit(store, NULL) == EG_OK;
        else
            eg_store_rollback(store);
    }
    eg_store_close(store);
}

/* Everything that was acknowledged is there, the store is whole, the pair is there or not as one.
 */
static void verify(const acknowledged *done, const char *when, int64_t n) {
    eg_diag diag = {0};
    eg_store *store = NULL;
    if (eg_store_open(url, EG_STORE_WRITE, &store, &diag) != EG_OK ||
        eg_store_check(store, &diag) != EG_OK)
        EG_FAIL("%s %jd: %s", when, (intmax_t)n, diag.text);
    char id[8], body[600];
    int n_pair = 0;
    for (int i = 0; i < 12; i++) {
        snprintf(id, sizeof id, "d%d", i);
        eg_document read;
        eg_err err = eg_store_get(store, id, 0, &read, NULL);
        if (i >= 10) n_pair += err == EG_OK;
        int32_t least = i >= 10 ? done->pair : done->versions[i];
        if (least > 0 && (err != EG_OK || read.version < least))
            EG_FAIL("%s %jd: acknowledged %s version %d is missing", when, (intmax_t)n, id, least);
        if (err == EG_OK) {
            body_of(i, read.version, body);
            EG_CHECK_TEXT(read.body, body);
            eg_document_clear(&read);
        }
    }
    if (n_pair == 1) EG_FAIL("%s %jd: half a transaction", when, (intmax_t)n);
    void *bytes = NULL;
    size_t size = 0;
    eg_err err = eg_store_get_blob(store, "blob", SIZE_MAX, &bytes, &size, NULL);
    if (done->blob && (err != EG_OK || memcmp(bytes, blob_bytes, sizeof blob_bytes) != 0))
        EG_FAIL("%s %jd: the acknowledged blob is missing", when, (intmax_t)n);
    free(bytes);
    eg_store_close(store);
}

/* Checkpoints after few pages, so that they happen in the middle of the workload. */
static int checkpoint_often(sqlite3 *database, char **error, const void *api) {
    (void)error;
    (void)api;
    return sqlite3_wal_autocheckpoint(database, 20);
}

static void prepare_faults(void) {
    sqlite3_auto_extension((void (*)(void))checkpoint_often);
    for (size_t i = 0; i < sizeof blob_bytes; i++) blob_bytes[i] = (unsigned char)draw();
}

static int64_t count_operations(void) {
    choose_path(eg_test_folder(), "count.db");
    acknowledged done;
    eg_fault_vfs_install(EG_FAULT_NEVER, 0);
    workload(&done);
    int64_t n = eg_fault_vfs_operations();
    EG_CHECK(eg_fault_vfs_syncs() > 12);
    eg_fault_vfs_remove();
    EG_CHECK(done.pair && done.blob && done.versions[4] == 2);
    verify(&done, "without a fault", 0);
    return n;
}

static void one_failure_loses_nothing(void) {
    prepare_faults();
    int64_t n_operations = count_operations();
    for (int64_t n = 1; n <= n_operations; n++) {
        char name[32];
        snprintf(name, sizeof name, "once%jd.db", (intmax_t)n);
        choose_path(eg_test_folder(), name);
        acknowledged done;
        eg_fault_vfs_install(EG_FAULT_ONCE, n);
        workload(&done);
        eg_fault_vfs_remove();
        verify(&done, "after failing operation", n);
    }
    eg_test_note("each of %jd opens, writes, truncations, syncs and deletions failed once",
                 (intmax_t)n_operations);
}

static void power_cuts_lose_nothing(void) {
    prepare_faults();
    int64_t n_operations = count_operations();
    int n_cuts = 0;
    static const int percents[] = {0, 50, 100};
    for (int64_t n = 1; n <= n_operations; n++)
        for (int k = 0; k < 3; k++) {
            char name[32];
            snprintf(name, sizeof name, "cut%jd-%d.db", (intmax_t)n, k);
            choose_path(eg_test_folder(), name);
            acknowledged done;
            eg_fault_vfs_install(EG_FAULT_CUT, n);
            workload(&done);
            char folder[600];
            snprintf(folder, sizeof folder, "%s/after", eg_test_folder());
            mkdir(folder, 0700);
            eg_fault_vfs_after_power_cut(folder, percents[k], (uint64_t)n);
            eg_fault_vfs_remove();
            choose_path(folder, name);
            verify(&done, "after a power cut at operation", n);
            n_cuts++;
        }
    eg_test_note("%d power cuts: at each of %jd operations, with none, half and all of the "
                 "unsynced writes kept",
                 n_cuts, (intmax_t)n_operations);
}

/* A write that is said to be durable was synced before it was acknowledged; NORMAL is not. */
static void acknowledged_means_synced(void) {
    choose_path(eg_test_folder(), "engram.db");
    eg_fault_vfs_install(EG_FAULT_NEVER, 0);
    eg_store *store = open_store(EG_STORE_WRITE);
    for (int i = 0; i < 10; i++) {
        char id[8];
        snprintf(id, sizeof id, "d%d", i);
        int64_t before = eg_fault_vfs_syncs();
        EG_CHECK_INT(put(store, id, 1, "{}"), EG_OK);
        EG_CHECK(eg_fault_vfs_syncs() > before);
    }
    EG_CHECK_INT(eg_store_set_durable(store, false, NULL), EG_OK);
    int64_t before = eg_fault_vfs_syncs();
    EG_CHECK_INT(put(store, "stream", 1, "{}"), EG_OK);
    EG_CHECK_INT(eg_fault_vfs_syncs() - before, 0);
    EG_CHECK_INT(eg_store_set_durable(store, true, NULL), EG_OK);
    EG_CHECK_INT(put(store, "again", 1, "{}"), EG_OK);
    EG_CHECK(eg_fault_vfs_syncs() > before);
    eg_store_close(store);
    eg_fault_vfs_remove();
    eg_test_note("10 of 10 acknowledged writes were followed by a sync before the answer");
}

/* Writes document after document and tells the parent each version that was acknowledged. */
static _Noreturn void write_until_killed(int pipe_end, int32_t version) {
    eg_store *store = NULL;
    if (eg_store_open(url, EG_STORE_WRITE, &store, NULL) != EG_OK) _exit(3);
    char body[600], id[32], sha256[EG_STORE_SHA256_SIZE];
    for (;;) {
        version++;
        body_of(1, version, body);
        if (put(store, "d1", version, body) != EG_OK) _exit(4);
        snprintf(id, sizeof id, "upload-%d", (int)version);
        if (eg_store_put_blob(store, id, blob_bytes, sizeof blob_bytes, sha256, NULL) != EG_OK)
            _exit(5);
        if (write(pipe_end, &version, sizeof version) != sizeof version) _exit(6);
    }
}

static void kills_lose_nothing(void) {
    choose_path(eg_test_folder(), "engram.db");
    random_state = (uint64_t)getpid();
    for (size_t i = 0; i < sizeof blob_bytes; i++) blob_bytes[i] = (unsigned char)draw();
    int32_t newest = 0, n_acknowledged = 0, n_kills = 0;
    /* A slow disk needs more rounds until enough was acknowledged. */
    for (; n_kills < 20 || (n_acknowledged <= 20 && n_kills < 400); n_kills++) {
        int ends[2];
        EG_CHECK(pipe(ends) == 0);
        pid_t child = fork();
        EG_CHECK(child >= 0);
        if (child == 0) write_until_killed(ends[1], newest);
        close(ends[1]);
        usleep(5000 + draw() % 60000);
        kill(child, SIGKILL);
        int status = 0;
        waitpid(child, &status, 0);
        if (!WIFSIGNALED(status)) EG_FAIL("the writer ended by itself: %d", WEXITSTATUS(status));
        int32_t version = 0;
        while (read(ends[0], &version, sizeof version) == sizeof version) {
            newest = version;
            n_acknowledged++;
        }
        close(ends[0]);
        eg_store *store = open_store(EG_STORE_WRITE);
        EG_CHECK_INT(eg_store_check(store, NULL), EG_OK);
        eg_document read_back = {0};
        eg_err err = eg_store_get(store, "d1", 0, &read_back, NULL);
        if (newest > 0) EG_CHECK_INT(err, EG_OK);
        if (read_back.version < newest) EG_FAIL("version %d is missing", (int)newest);
        newest = read_back.version;
        eg_document_clear(&read_back);
        char id[32];
        snprintf(id, sizeof id, "upload-%d", (int)version);
        void *bytes = NULL;
        size_t size = 0;
        if (version > 0)
            EG_CHECK_INT(eg_store_get_blob(store, id, SIZE_MAX, &bytes, &size, NULL), EG_OK);
        free(bytes);
        eg_store_close(store);
    }
    EG_CHECK(n_acknowledged > 20);
    eg_test_note("%d kills, %d acknowledged versions and uploads, all there", n_kills,
                 n_acknowledged);
}

static void *read_along(void *argument) {
    int *n_seen = argument;
    eg_store *store = open_store(EG_STORE_READ);
    int32_t last = 0;
    while (last < 200) {
        eg_document_list list = {0};
        eg_document_filter filter = {.episode_id = "episode-1"};
        EG_CHECK_INT(eg_store_list(store, &filter, &list, NULL), EG_OK);
        /* Both documents of a transaction change together, and never backwards. */
        EG_CHECK_INT(list.count, 2);
        EG_CHECK_INT(list.rows[0].version, list.rows[1].version);
        EG_CHECK(list.rows[0].version >= last);
        last = list.rows[0].version;
        eg_document_list_clear(&list);
        (*n_seen)++;
    }
    eg_store_close(store);
    return NULL;
}

static void readers_see_whole_transactions(void) {
    choose_path(eg_test_folder(), "engram.db");
    eg_store *store = open_store(EG_STORE_WRITE);
    pthread_t readers[2];
    int n_seen[2] = {0, 0};
    for (int32_t version = 1; version <= 200; version++) {
        EG_CHECK_INT(eg_store_begin(store, NULL), EG_OK);
        EG_CHECK_INT(put(store, "left", version, "{}"), EG_OK);
        EG_CHECK_INT(put(store, "right", version, "{}"), EG_OK);
        EG_CHECK_INT(eg_store_commit(store, NULL), EG_OK);
        for (int i = 0; i < 2 && version == 1; i++)
            EG_CHECK(pthread_create(&readers[i], NULL, read_along, &n_seen[i]) == 0);
    }
    for (int i = 0; i < 2; i++) pthread_join(readers[i], NULL);
    eg_store_close(store);
    eg_test_note("200 transactions, 2 readers, %d looks", n_seen[0] + n_seen[1]);
}

EG_TESTS({"store: versions with compare-and-set, private files", keeps_versions},
         {"store: lists newest versions in the order of first writing", lists_in_order},
         {"store: names are found by folded beginnings of words", search_folds},
         {"store: rows cannot be changed or deleted", rows_cannot_be_changed},
         {"store: a newer, foreign or missing store is refused", newer_schema_is_refused},
         {"store: blobs come back byte for byte, damage is found", blobs_come_back},
         {"store: decoding a chunk is bounded", chunks_are_bounded},
         {"store: any one failing operation loses nothing acknowledged", one_failure_loses_nothing},
         {"store: a power cut at any operation loses nothing acknowledged",
          power_cuts_lose_nothing},
         {"store: what is acknowledged was synced", acknowledged_means_synced},
         {"store: kill -9 loses nothing acknowledged", kills_lose_nothing},
         {"store: readers see whole transactions only", readers_see_whole_transactions})
