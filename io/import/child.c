#include "io/import/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/check.h"
#include "io/import/answer.h"
#include "io/import/protocol.h"

enum { READ_BYTES = 1 << 16, FIRST_OTHER_FD = 3, CLOCK_TIMES_CPU = 3 };

static const char child_name[] = "engram-import";

/* Set once, before there are threads. */
static char child_path[PATH_MAX];

/* Beside the running program. */
static void find_beside(char path[PATH_MAX]) {
    path[0] = '\0';
    char own[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);
    if (n <= 0) return;
    own[n] = '\0';
    char *slash = strrchr(own, '/');
    if (slash == NULL) return;
    slash[1] = '\0';
    if (strlen(own) + sizeof child_name > PATH_MAX) return;
    snprintf(path, PATH_MAX, "%s", own);
    memcpy(path + strlen(own), child_name, sizeof child_name);
}

void eg_import_install(const char *path) {
    if (path != NULL)
        snprintf(child_path, sizeof child_path, "%s", path);
    else
        find_beside(child_path);
    eg_recording_set_foreign(eg_import_parse);
}

int eg_import_find(char *path, size_t size) {
    EG_ASSERT(path != NULL && size > 0);
    char beside[PATH_MAX];
    find_beside(beside);
    const char *found = child_path[0] != '\0' ? child_path : beside;
    snprintf(path, size, "%s", found);
    return found[0] != '\0' && access(found, X_OK) == 0;
}

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The bytes as a file without a name that nobody can change any more; -1: errno says why. */
static int make_file(const uint8_t *bytes, size_t size) {
    int fd = memfd_create(child_name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    size_t done = 0;
    while (fd >= 0 && done < size) {
        ssize_t n = write(fd, bytes + done, size - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            close(fd);
            return -1;
        }
        done += (size_t)n;
    }
    if (fd < 0) return -1;
    if (lseek(fd, 0, SEEK_SET) != 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Starts the child with the file as its input, `output` as its output and nothing else. */
static int spawn(int file, int output, pid_t *pid) {
    char *arguments[] = {child_path, NULL}, *environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    if (posix_spawn_file_actions_init(&actions) != 0) return ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return ENOMEM;
    }
    int err = posix_spawn_file_actions_adddup2(&actions, file, STDIN_FILENO);
    if (err == 0) err = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (err == 0)
        err = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (err == 0) err = posix_spawn_file_actions_addclosefrom_np(&actions, FIRST_OTHER_FD);
    if (err == 0)
        err = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (err == 0) err = posix_spawnattr_setsigmask(&attributes, &none);
    if (err == 0) err = posix_spawnattr_setsigdefault(&attributes, &all);
    if (err == 0) err = posix_spawn(pid, child_path, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return err;
}

typedef enum outcome { ANSWERED, TOO_LATE, BROKEN } outcome;

/* Reads until the child has said everything, or nonsense, or the time is over. */
static outcome listen_to(int fd, double until_s, eg_import_answer *answer) {
    uint8_t bytes[READ_BYTES];
    for (;;) {
        double left_s = until_s - now_s();
        if (left_s <= 0) return TOO_LATE;
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int ready = poll(&wait, 1, (int)(1000 * left_s) + 1);
        if (ready < 0 && errno != EINTR) return BROKEN;
        if (ready <= 0) continue;
        ssize_t n = read(fd, bytes, sizeof bytes);
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (n <= 0) return n == 0 ? ANSWERED : BROKEN;
        if (eg_import_answer_feed(answer, bytes, (size_t)n) != EG_OK) return ANSWERED;
    }
}

static eg_err answer_of(const char *name, outcome how, int status, eg_import_answer *answer,
                        eg_diag *diag) {
    if (answer->error != EG_OK) return answer->error;
    if (how == TOO_LATE || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
        return eg_diag_set(diag, EG_ERR_DATA, name, 0,
                           "the file is damaged or too complicated: reading it takes too long; "
                           "export it again, or as CSV or EDF");
    int ended = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    if (ended == EG_IMPORT_EXIT_SANDBOX || ended == EG_IMPORT_EXIT_LIBRARY)
        return eg_diag_set(diag, EG_ERR_IO, name, 0,
                           "%s reads such files only if it can shut itself in (seccomp), and this "
                           "machine does not allow it; export the file as CSV or EDF",
                           child_name);
    if (how == BROKEN || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return eg_diag_set(
            diag, EG_ERR_DATA, name, 0,
            "the file is damaged: its reader stopped in the middle; export it again, "
            "or as CSV or EDF");
    return eg_import_answer_finish(answer);
}

/* Once the child runs: its answer, its end and its remains. */
static eg_err follow(const char *name, pid_t pid, int fd, double until_s, eg_import_answer *answer,
                     eg_diag *diag) {
    outcome how = listen_to(fd, until_s, answer);
    int status = 0, is_late = how != ANSWERED || answer->error != EG_OK;
    if (is_late) kill(pid, SIGKILL);
    /* It has closed its output, which it does by ending; one that only pretends is ended too. */
    pid_t ended = 0;
    while (!is_late && (ended = waitpid(pid, &status, WNOHANG)) == 0) {
        struct timespec moment = {.tv_nsec = 200000};
        nanosleep(&moment, NULL);
        if (now_s() < until_s) continue;
        how = TOO_LATE;
        is_late = 1;
        kill(pid, SIGKILL);
    }
    while (ended != pid && waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    return answer_of(name, how, status, answer, diag);
}

static eg_err run(const char *name, const uint8_t *bytes, size_t size, eg_import_answer *answer,
                  eg_diag *diag) {
    double seconds = EG_IMPORT_CPU_S + (double)size / EG_IMPORT_BYTES_A_SECOND;
    double until_s = now_s() + CLOCK_TIMES_CPU * seconds;
    int ends[2];
    pid_t pid = -1;
    int file = make_file(bytes, size);
    if (file < 0)
        return eg_diag_set(diag, EG_ERR_IO, name, 0, "no room for a copy: %s", strerror(errno));
    if (pipe2(ends, O_CLOEXEC) != 0) {
        close(file);
        return eg_diag_set(diag, EG_ERR_IO, name, 0, "no pipe: %s", strerror(errno));
    }
    int err = spawn(file, ends[1], &pid);
    close(file);
    close(ends[1]);
    eg_err answered = err == 0 ? follow(name, pid, ends[0], until_s, answer, diag)
                               : eg_diag_set(diag, EG_ERR_IO, name, 0, "%s cannot be started: %s",
                                             child_path, strerror(err));
    close(ends[0]);
    return answered;
}

eg_err eg_import_parse(const char *name, const uint8_t *bytes, size_t size, eg_recording *recording,
                       eg_diag *diag) {
    EG_ASSERT(name != NULL && bytes != NULL && recording != NULL);
    if (access(child_path, X_OK) != 0)
        return eg_diag_set(diag, EG_ERR_FORMAT, name, 0,
                           "HDF5 and Matlab files are read by the program %s, which is not beside "
                           "this one: build it (./dev build), or export the file as CSV or EDF",
                           child_name);
    eg_import_answer answer;
    eg_err err = eg_import_answer_init(&answer, recording, diag);
    if (err == EG_OK) err = run(name, bytes, size, &answer, diag);
    eg_import_answer_end(&answer);
    return err;
}
