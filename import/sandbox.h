/* What the child may do while it reads somebody's file: read its input, write its output, take a
 * bounded amount of memory and of time, and end. */
#ifndef EG_IMPORT_SANDBOX_H
#define EG_IMPORT_SANDBOX_H

#include <stddef.h>

/* Shuts the process in for a file of so many bytes: limits (memory, processor time, no files, no
 * core), no new privileges, death with the parent, and a list of system calls outside of which all
 * fail with EPERM, while running a program, a socket, or a new process ends it. Returns 0, or what
 * could not be done; then nothing may be read. */
const char *import_sandbox_enter(size_t file_bytes);

#endif
