#include "tests/support/fault_vfs.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

enum { FILES_MAX = 8, NAME_SIZE = 512 };

/* A write or truncation that no sync has followed yet. */
typedef struct pending {
    int64_t offset;
    int64_t size;
    unsigned char *bytes; /* NULL: truncated to `offset` */
} pending;

typedef struct image {
    char name[NAME_SIZE]; /* full path */
    unsigned char *synced;
    int64_t synced_size;
    int deleted;
    pending *writes;
    size_t n_writes;
    size_t capacity;
} image;

typedef struct shim_file {
    sqlite3_file base;
    image *kept;
    sqlite3_file *real;
} shim_file;

static sqlite3_vfs shim;
static sqlite3_vfs *real_vfs;
static image images[FILES_MAX];
static size_t n_images;
static eg_fault_mode fault_mode;
static int64_t fault_at;
static int64_t n_operations;
static int64_t n_syncs;

static int fails(void) {
    n_operations++;
    if (fault_mode == EG_FAULT_ONCE) return n_operations == fault_at;
    return fault_mode == EG_FAULT_CUT && n_operations >= fault_at;
}

static void forget_writes(image *kept) {
    for (size_t i = 0; i < kept->n_writes; i++) free(kept->writes[i].bytes);
    free(kept->writes);
    kept->writes = NULL;
    kept->n_writes = kept->capacity = 0;
}

static void remember(image *kept, int64_t offset, const void *bytes, int64_t size) {
    if (kept == NULL) return;
    if (kept->n_writes == kept->capacity) {
        kept->capacity = kept->capacity == 0 ? 64 : 2 * kept->capacity;
        kept->writes = realloc(kept->writes, kept->capacity * sizeof *kept->writes);
        if (kept->writes == NULL) EG_FAIL("no memory");
    }
    pending *added = &kept->writes[kept->n_writes++];
    *added = (pending){offset, size, NULL};
    if (bytes == NULL) return;
    added->bytes = malloc((size_t)size + 1);
    if (added->bytes == NULL) EG_FAIL("no memory");
    memcpy(added->bytes, bytes, (size_t)size);
}

static image *find_image(const char *name) {
    for (size_t i = 0; i < n_images; i++)
        if (strcmp(images[i].name, name) == 0) return &images[i];
    if (n_images == FILES_MAX || strlen(name) >= NAME_SIZE) EG_FAIL("too many files");
    image *kept = &images[n_images++];
    memset(kept, 0, sizeof *kept);
    memcpy(kept->name, name, strlen(name) + 1);
    return kept;
}

static shim_file *from(sqlite3_file *file) {
    return (shim_file *)(void *)file;
}

static int shim_close(sqlite3_file *file) {
    return from(file)->real->pMethods->xClose(from(file)->real);
}

static int shim_read(sqlite3_file *file, void *bytes, int size, sqlite3_int64 offset) {
    return from(file)->real->pMethods->xRead(from(file)->real, bytes, size, offset);
}

static int shim_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset) {
    if (fails()) return SQLITE_IOERR_WRITE;
    remember(from(file)->kept, offset, bytes, size);
    return from(file)->real->pMethods->xWrite(from(file)->real, bytes, size, offset);
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size) {
    if (fails()) return SQLITE_IOERR_TRUNCATE;
    remember(from(file)->kept, size, NULL, 0);
    return from(file)->real->pMethods->xTruncate(from(file)->real, size);
}

static int shim_sync(sqlite3_file *file, int flags) {
    if (fails()) return SQLITE_IOERR_FSYNC;
    n_syncs++;
    image *kept = from(file)->kept;
    sqlite3_file *real = from(file)->real;
    if (kept != NULL) {
        sqlite3_int64 size = 0;
        real->pMethods->xFileSize(real, &size);
        kept->synced = realloc(kept->synced, (size_t)size + 1);
        if (kept->synced == NULL) EG_FAIL("no memory");
        if (size > 0) real->pMethods->xRead(real, kept->synced, (int)size, 0);
        kept->synced_size = size;
        forget_writes(kept);
    }
    /* The image is the disk here; waiting for the real one would only cost time. */
    (void)flags;
    return SQLITE_OK;
}

static int shim_size(sqlite3_file *file, sqlite3_int64 *size) {
    return from(file)->real->pMethods->xFileSize(from(file)->real, size);
}

static int shim_lock(sqlite3_file *file, int level) {
    return from(file)->real->pMethods->xLock(from(file)->real, level);
}

static int shim_unlock(sqlite3_file *file, int level) {
    return from(file)->real->pMethods->xUnlock(from(file)->real, level);
}

static int shim_reserved(sqlite3_file *file, int *held) {
    return from(file)->real->pMethods->xCheckReservedLock(from(file)->real, held);
}

static int shim_control(sqlite3_file *file, int what, void *argument) {
    return from(file)->real->pMethods->xFileControl(from(file)->real, what, argument);
}

static int shim_sector(sqlite3_file *file) {
    return from(file)->real->pMethods->xSectorSize(from(file)->real);
}

/* No promise of atomic or ordered writes: SQLite has to sync wherever it matters. */
static int shim_traits(sqlite3_file *file) {
    (void)file;
    return 0;
}

static int shim_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **at) {
    return from(file)->real->pMethods->xShmMap(from(file)->real, page, size, extend, at);
}

static int shim_shm_lock(sqlite3_file *file, int offset, int n, int flags) {
    return from(file)->real->pMethods->xShmLock(from(file)->real, offset, n, flags);
}

static void shim_shm_barrier(sqlite3_file *file) {
    from(file)->real->pMethods->xShmBarrier(from(file)->real);
}

static int shim_shm_unmap(sqlite3_file *file, int remove_it) {
    return from(file)->real->pMethods->xShmUnmap(from(file)->real, remove_it);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = shim_close,
    .xRead = shim_read,
    .xWrite = shim_write,
    .xTruncate = shim_truncate,
    .xSync = shim_sync,
    .xFileSize = shim_size,
    .xLock = shim_lock,
    .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_reserved,
    .xFileControl = shim_control,
    .xSectorSize = shim_sector,
    .xDeviceCharacteristics = shim_traits,
    .xShmMap = shim_shm_map,
    .xShmLock = shim_shm_lock,
    .xShmBarrier = shim_shm_barrier,
    .xShmUnmap = shim_shm_unmap,
};

static int shim_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags,
                     int *flags_out) {
    (void)vfs;
    shim_file *self = from(file);
    self->base.pMethods = NULL;
    if (fails()) return SQLITE_CANTOPEN;
    self->real = (sqlite3_file *)(void *)(self + 1);
    self->kept =
        name != NULL && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL))
            ? find_image(name)
            : NULL;
    int code = real_vfs->xOpen(real_vfs, name, self->real, flags, flags_out);
    if (code == SQLITE_OK) self->base.pMethods = &methods;
    if (code == SQLITE_OK && self->kept != NULL) self->kept->deleted = 0;
    return code;
}

static int shim_delete(sqlite3_vfs *vfs, const char *name, int sync_folder) {
    (void)vfs;
    if (fails()) return SQLITE_IOERR_DELETE;
    image *kept = find_image(name);
    kept->deleted = 1;
    kept->synced_size = 0;
    forget_writes(kept);
    return real_vfs->xDelete(real_vfs, name, sync_folder);
}

void eg_fault_vfs_install(eg_fault_mode mode, int64_t at_operation) {
    eg_fault_vfs_remove();
    real_vfs = sqlite3_vfs_find("unix");
    shim = *real_vfs;
    shim.zName = "engram-fault";
    shim.szOsFile = (int)sizeof(shim_file) + real_vfs->szOsFile;
    shim.xOpen = shim_open;
    shim.xDelete = shim_delete;
    fault_mode = mode;
    fault_at = at_operation;
    n_operations = n_syncs = 0;
    sqlite3_vfs_register(&shim, 1);
}

void eg_fault_vfs_remove(void) {
    if (real_vfs == NULL) return;
    sqlite3_vfs_unregister(&shim);
    sqlite3_vfs_register(real_vfs, 1);
    real_vfs = NULL;
    for (size_t i = 0; i < n_images; i++) {
        forget_writes(&images[i]);
        free(images[i].synced);
    }
    n_images = 0;
}

int64_t eg_fault_vfs_operations(void) {
    return n_operations;
}

int64_t eg_fault_vfs_syncs(void) {
    return n_syncs;
}

static uint64_t next_random(uint64_t *state) {
    *state += 0x9e3779b97f4a7c15U;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

void eg_fault_vfs_after_power_cut(const char *folder, int percent, uint64_t seed) {
    for (size_t i = 0; i < n_images; i++) {
        const image *kept = &images[i];
        if (kept->deleted) continue;
        char path[2 * NAME_SIZE];
        snprintf(path, sizeof path, "%s/%s", folder, strrchr(kept->name, '/') + 1);
        FILE *file = fopen(path, "w+b");
        if (file == NULL) EG_FAIL("cannot write %s", path);
        if (kept->synced_size > 0) fwrite(kept->synced, 1, (size_t)kept->synced_size, file);
        for (size_t j = 0; j < kept->n_writes; j++) {
            if ((int)(next_random(&seed) % 100) >= percent || kept->writes[j].bytes == NULL)
                continue;
            fseek(file, (long)kept->writes[j].offset, SEEK_SET);
            fwrite(kept->writes[j].bytes, 1, (size_t)kept->writes[j].size, file);
        }
        fclose(file);
    }
}
