/* engram-import: reads an HDF5 or Matlab file from its input and says what it holds, in the form of
 * io/import/protocol.h. Started by io/import/child.c only. The libraries that it uses crash on
 * damaged files and could be taken over by evil ones; so it shuts itself in before it looks at the
 * first byte. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import/hdf5.h"
#include "import/mat.h"
#include "import/sandbox.h"
#include "import/send.h"
#include "io/import/protocol.h"

/* With a sanitizer: its search for leaks needs what is not allowed here, and this takes the place
 * of the limit on memory. Without one nobody calls it. */
const char *__asan_default_options(void);

const char *__asan_default_options(void) {
    return "detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=1024";
}

/* Matlab 7.3 puts a text in front of the HDF5 file. */
static int is_hdf5(const unsigned char *bytes, size_t size) {
    static const char magic[] = "\x89HDF\r\n\x1a\n";
    const size_t n = sizeof magic - 1;
    for (size_t at = 0; at <= 2048; at = at == 0 ? 512 : 2 * at)
        if (size >= at + n && memcmp(bytes + at, magic, n) == 0) return 1;
    return 0;
}

int main(void) {
    struct stat status;
    if (fstat(STDIN_FILENO, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size <= 0) {
        fprintf(stderr, "engram-import: is started by engram, with a file as its input\n");
        return EG_IMPORT_EXIT_USAGE;
    }
    size_t size = (size_t)status.st_size;
    if (!import_hdf5_prepare()) return EG_IMPORT_EXIT_LIBRARY;
    if (import_sandbox_enter(size) != NULL) return EG_IMPORT_EXIT_SANDBOX;
    unsigned char *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, STDIN_FILENO, 0);
    if (bytes == MAP_FAILED) import_fail(EG_ERR_MEMORY, "no memory for the file");
    if (is_hdf5(bytes, size))
        import_hdf5(bytes, size);
    else
        import_mat();
    /* Not exit(): what the libraries would tidy up may be damaged. */
    _exit(0);
}
