#include "import/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io/import/protocol.h"

/* Sanitizers reserve terabytes of addresses; with them the allocator has a limit (main.c). */
#ifndef ENGRAM_SANITIZED
enum { MEMORY_BYTES = 192 << 20, MEMORY_TIMES_FILE = 3 };
#endif

static int limit(int what, rlim_t most) {
    struct rlimit bound = {most, most};
    return setrlimit((__rlimit_resource_t)what, &bound);
}

static const char *set_limits(size_t file_bytes) {
    rlim_t seconds = EG_IMPORT_CPU_S + file_bytes / EG_IMPORT_BYTES_A_SECOND;
#ifndef ENGRAM_SANITIZED
    /* The libraries' own, the file, one variable of it unpacked and once more as doubles. */
    rlim_t memory = MEMORY_BYTES + (rlim_t)MEMORY_TIMES_FILE * file_bytes +
                    2 * sizeof(double) * EG_IMPORT_SAMPLES_MAX;
    if (limit(RLIMIT_AS, memory) != 0) return "memory";
#endif
    if (limit(RLIMIT_CPU, seconds) != 0) return "time";
    if (limit(RLIMIT_FSIZE, 0) != 0) return "size of files";
    if (limit(RLIMIT_CORE, 0) != 0) return "core";
    if (limit(RLIMIT_NOFILE, 0) != 0) return "number of files";
    return NULL;
}

/* Calls that need no argument to be harmless. */
static const int allowed[] = {SCMP_SYS(read),          SCMP_SYS(pread64),
                              SCMP_SYS(lseek),         SCMP_SYS(brk),
                              SCMP_SYS(munmap),        SCMP_SYS(mremap),
                              SCMP_SYS(madvise),       SCMP_SYS(close),
                              SCMP_SYS(exit),          SCMP_SYS(exit_group),
                              SCMP_SYS(rt_sigaction),  SCMP_SYS(rt_sigprocmask),
                              SCMP_SYS(rt_sigreturn),  SCMP_SYS(sigaltstack),
                              SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
                              SCMP_SYS(getpid),        SCMP_SYS(gettid),
                              SCMP_SYS(futex),         SCMP_SYS(getrandom),
                              SCMP_SYS(sched_yield),   SCMP_SYS(restart_syscall)};

/* Nothing that reads a file asks for these: whoever does is not the reader any more. */
static const int deadly[] = {SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork),
                             SCMP_SYS(vfork),  SCMP_SYS(clone),    SCMP_SYS(clone3),
                             SCMP_SYS(socket), SCMP_SYS(connect),  SCMP_SYS(ptrace)};

/* One call, if its argument `number` compares so. */
static int allow_if(scmp_filter_ctx filter, int call, unsigned number, enum scmp_compare how,
                    scmp_datum_t a, scmp_datum_t b) {
    struct scmp_arg_cmp when = {number, how, a, b};
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &when);
}

static int add_rules(scmp_filter_ctx filter) {
    int err = 0;
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        err |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, allowed[i], 0, NULL);
    for (size_t i = 0; i < sizeof deadly / sizeof deadly[0]; i++)
        err |= seccomp_rule_add_array(filter, SCMP_ACT_KILL_PROCESS, deadly[i], 0, NULL);
    /* Output, and with a sanitizer its report. */
    err |= allow_if(filter, SCMP_SYS(write), 0, SCMP_CMP_LE, STDERR_FILENO, 0);
    /* What is open may be looked at, a name may not: there the folder is AT_FDCWD, a large number.
     */
    err |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(fstat), 0, NULL);
    err |= allow_if(filter, SCMP_SYS(newfstatat), 0, SCMP_CMP_LE, STDERR_FILENO, 0);
    /* Memory, but never memory that runs. */
    err |= allow_if(filter, SCMP_SYS(mmap), 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    err |= allow_if(filter, SCMP_SYS(mprotect), 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    /* abort() sends itself a signal; nobody else gets one. */
    err |= allow_if(filter, SCMP_SYS(tgkill), 0, SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0);
    return err;
}

const char *import_sandbox_enter(size_t file_bytes) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return "death with the parent";
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "privileges";
    if (prctl(PR_SET_DUMPABLE, 0) != 0) return "dumps";
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL) return "filter";
    int err = add_rules(filter);
    const char *problem = err != 0 ? "rules" : set_limits(file_bytes);
    if (problem == NULL && seccomp_load(filter) != 0) problem = "loading of the filter";
    seccomp_release(filter);
    return problem;
}
