#include "cli/file_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

static int take(void *to, const void *bytes, size_t n) {
    return fwrite(bytes, 1, n, to) == n;
}

static eg_err fail(eg_diag *diag, const char *path) {
    return eg_diag_set(diag, EG_ERR_IO, path, 0, "%s; check the folder and its space",
                       strerror(errno));
}

/* Unless `may_replace`, what has come to be there meanwhile stays. */
static bool move(const char *from, const char *to, bool may_replace) {
    if (may_replace) return rename(from, to) == 0;
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return true;
    if (errno != EINVAL && errno != ENOSYS) return false;
    if (link(from, to) != 0) return false; /* file systems without the one have the other */
    unlink(from);
    return true;
}

eg_err eg_file_write(const char *out, bool may_replace, const eg_write_format *format,
                     const eg_recording *recording, eg_write_notes *notes, eg_diag *diag) {
    char path[PATH_SIZE];
    int n = snprintf(path, sizeof path, "%s.XXXXXX", out);
    if (n < 0 || (size_t)n >= sizeof path)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, out, 0, "the name is too long");
    int fd = mkstemp(path);
    FILE *file = fd >= 0 ? fdopen(fd, "wb") : NULL;
    if (file == NULL) {
        if (fd >= 0) {
            close(fd);
            unlink(path);
        }
        return fail(diag, out);
    }
    eg_sink sink = {take, file};
    eg_err err = format->write(recording, &sink, notes, diag);
    mode_t mask = umask(0);
    umask(mask);
    int is_whole = fflush(file) == 0 && fsync(fd) == 0;
    if (is_whole && fchmod(fd, 0666 & ~mask) != 0) is_whole = errno == EPERM; /* a USB stick */
    if (err == EG_OK && !is_whole) err = fail(diag, out);
    if (fclose(file) != 0 && err == EG_OK) err = fail(diag, out);
    bool is_moved = err == EG_OK && move(path, out, may_replace);
    if (err == EG_OK && !is_moved) err = fail(diag, out);
    if (!is_moved) unlink(path);
    return err;
}
