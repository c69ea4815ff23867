/* A file system for SQLite that fails on command and remembers what was synced, to test what the
 * store promises: one operation can fail, or the power can be cut at any operation, after which
 * only synced bytes (and, if asked, a random part of the others) are there. */
#ifndef EG_TESTS_SUPPORT_FAULT_VFS_H
#define EG_TESTS_SUPPORT_FAULT_VFS_H

#include <stdint.h>

typedef enum eg_fault_mode {
    EG_FAULT_NEVER,
    EG_FAULT_ONCE, /* the n-th operation fails, later ones work */
    EG_FAULT_CUT   /* the n-th operation and all later ones fail: the power is off */
} eg_fault_mode;

/* Makes the shim the default for connections opened from now on, and forgets everything. */
void eg_fault_vfs_install(eg_fault_mode mode, int64_t at_operation);

/* Back to the real file system. */
void eg_fault_vfs_remove(void);

/* Operations (open, write, truncate, sync, delete) seen since the shim was installed. */
int64_t eg_fault_vfs_operations(void);

/* Syncs among them. */
int64_t eg_fault_vfs_syncs(void);

/* Writes into `folder` what a power cut at this moment would leave of every file: synced bytes,
 * and each write since the last sync with a probability of `percent`, drawn from `seed`. */
void eg_fault_vfs_after_power_cut(const char *folder, int percent, uint64_t seed);

#endif
