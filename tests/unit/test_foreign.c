/* HDF5 and Matlab files, read by a child that may die: what it reads is right, what it says is not
 * believed, and whatever happens to it the caller goes on. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "import/sandbox.h"
#include "io/format/recording.h"
#include "io/import/answer.h"
#include "io/import/child.h"
#include "tests/support/foreign_files.h"
#include "tests/support/test.h"

#define CHILD ENGRAM_PROGRAM "-import"

static const char *in_folder(const char *name) {
    static char paths[8][200];
    static size_t next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", eg_test_folder(), name);
    return path;
}

static eg_recording *read_file(const char *path) {
    eg_recording *recording = NULL;
    eg_diag diag = {0};
    eg_import_install(CHILD);
    if (eg_recording_read(path, &recording, &diag) != EG_OK) EG_FAIL("%s: %s", path, diag.text);
    return recording;
}

static const eg_channel *channel(const eg_recording *r, const char *label) {
    const eg_channel *found = eg_recording_channel(r, label);
    if (found == NULL) EG_FAIL("there is no channel %s", label);
    return found;
}

static void check_channel(const eg_recording *r, const char *label, size_t k, double factor) {
    const eg_channel *c = channel(r, label);
    EG_CHECK_INT(c->n, FOREIGN_ROWS);
    EG_CHECK_NEAR(c->rate_hz, FOREIGN_RATE_HZ, 0);
    for (size_t i = 0; i < c->n; i++) EG_CHECK_NEAR(c->values[i], factor * foreign_value(i, k), 0);
}

static int has_warning(const eg_recording *r, const char *word) {
    for (size_t i = 0; i < r->n_warnings; i++)
        if (strstr(r->warnings[i].text, word) != NULL) return 1;
    return 0;
}

/* ---- what is read ---------------------------------------------------------------------------- */

static void compare_opensignals(const char *name, const char *number, double bits) {
    char path[400], label[40];
    const char *data = eg_test_data("emg");
    snprintf(path, sizeof path, "%s/%s.h5", data, name);
    eg_recording *r = read_file(path);
    snprintf(path, sizeof path, "%s/%s_channel_%s.csv", data, name, number);
    eg_recording *csv = NULL;
    eg_diag diag = {0};
    if (eg_recording_read(path, &csv, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    snprintf(label, sizeof label, "channel_%s", number);
    const eg_channel *counts = channel(r, label);
    snprintf(label, sizeof label, "EMG channel_%s", number);
    const eg_channel *emg = channel(r, label);
    EG_CHECK_TEXT(r->format, "OpenSignals HDF5");
    EG_CHECK_TEXT(emg->unit, "mV");
    EG_CHECK_INT(r->n_channels, 2);
    EG_CHECK_INT(counts->n, csv->channels[0].n);
    EG_CHECK_INT(r->n_frames, counts->n);
    EG_CHECK_NEAR(r->rate_hz, 1000, 0);
    for (size_t i = 0; i < counts->n; i++) {
        EG_CHECK_NEAR(counts->values[i], csv->channels[0].values[i], 0);
        EG_CHECK_NEAR(emg->values[i], 3 * (counts->values[i] / exp2(bits) - 0.5), 1e-15);
    }
    eg_test_note("%s %zu samples; ", name, counts->n);
    eg_recording_destroy(csv);
    eg_recording_destroy(r);
}

static void opensignals_equals_the_csv(void) {
    compare_opensignals("bsn_emg_bursts", "3", 16);
    compare_opensignals("bsn_emg_fatigue", "2", 12);
}

static void matlab_matrices(void) {
    static const int versions[] = {5, 7, 73};
    for (size_t i = 0; i < 3; i++) {
        const char *path = in_folder("known.mat");
        foreign_mat(path, versions[i]);
        eg_recording *r = read_file(path);
        const char *dot = versions[i] == 73 ? "trial/angle" : "trial.angle";
        EG_CHECK_TEXT(r->format, versions[i] == 73 ? "Matlab 7.3" : "Matlab");
        EG_CHECK_INT(r->n_channels, 5);
        EG_CHECK_INT(r->n_frames, FOREIGN_ROWS);
        check_channel(r, "emg 1", 0, 1);
        check_channel(r, "emg 2", 1, 1);
        check_channel(r, "emg 3", 2, 1);
        check_channel(r, "force", 7, 1024);
        check_channel(r, dot, 8, 1);
        EG_CHECK(has_warning(r, "cues (3 x 2)"));
        EG_CHECK(!has_warning(r, "note") && !has_warning(r, "fs"));
        EG_CHECK(strstr(r->time_source, "fs") != NULL && r->t_s == NULL);
        eg_recording_destroy(r);
    }
    eg_test_note("versions 5, 7 and 7.3: 2000 values each, equal");
}

static void matlab_times(void) {
    const char *path = in_folder("timed.mat");
    for (int is_uneven = 0; is_uneven < 2; is_uneven++) {
        foreign_mat_timed(path, 5000, 0.002, is_uneven);
        eg_recording *r = read_file(path);
        EG_CHECK_INT(r->n_channels, 1);
        EG_CHECK(r->t_s != NULL);
        EG_CHECK_NEAR(r->t_s[0], 3, 0);
        EG_CHECK_NEAR(r->t_s[4999], 3 + 0.002 * (4999 + (is_uneven ? 9 : 0)), 1e-12);
        EG_CHECK_NEAR(r->rate_hz, is_uneven ? NAN : 500, 1e-9);
        EG_CHECK_INT(has_warning(r, "no rate"), is_uneven);
        eg_recording_destroy(r);
    }
}

static void hdf5_of_any_program(void) {
    const char *path = in_folder("any.h5");
    foreign_hdf5(path);
    eg_recording *r = read_file(path);
    EG_CHECK_TEXT(r->format, "HDF5");
    EG_CHECK_INT(r->n_channels, 4);
    check_channel(r, "run/force", 7, 1024);
    for (size_t k = 0; k < 3; k++) {
        char label[20];
        snprintf(label, sizeof label, "run/imu %zu", k + 1);
        const eg_channel *c = channel(r, label);
        for (size_t i = 0; i < c->n; i++)
            EG_CHECK_NEAR(c->values[i], (double)(float)foreign_value(i, k), 0);
    }
    EG_CHECK(has_warning(r, "about (2 x 1)"));
    eg_recording_destroy(r);
    foreign_octave(path);
    r = read_file(path);
    EG_CHECK_INT(r->n_channels, 1);
    check_channel(r, "emg/value", 0, 1);
    eg_recording_destroy(r);
}

/* Cells, arrays of structures, complex numbers; a time whose unit only the rate tells. */
static void matlab_parts(void) {
    const char *path = in_folder("parts.mat");
    foreign_mat_parts(path);
    eg_recording *r = read_file(path);
    static const char *const labels[] = {"data{1}", "data{2}", "trial(1).emg", "trial(2).emg"};
    EG_CHECK_INT(r->n_channels, 4);
    for (size_t k = 0; k < 4; k++) check_channel(r, labels[k], k, 1);
    EG_CHECK(has_warning(r, "odd is left out: it holds complex numbers"));
    EG_CHECK_NEAR(r->rate_hz, FOREIGN_RATE_HZ, 0);
    EG_CHECK(r->t_s != NULL);
    EG_CHECK_NEAR(r->t_s[FOREIGN_ROWS - 1], (FOREIGN_ROWS - 1.0) / FOREIGN_RATE_HZ, 1e-12);
    eg_recording_destroy(r);
    /* Without a rate, steps of 10 are no seconds. */
    foreign_mat_timed(path, 5000, 10, 0);
    r = read_file(path);
    EG_CHECK(r->t_s == NULL && isnan(r->rate_hz) && r->n_channels == 2);
    EG_CHECK(has_warning(r, "time is not taken as the time but as a channel"));
    eg_recording_destroy(r);
    foreign_mat_4(path);
    r = read_file(path);
    EG_CHECK_INT(r->n_channels, 1);
    check_channel(r, "x", 0, 1);
    EG_CHECK_NEAR(r->rate_hz, FOREIGN_RATE_HZ, 0);
    eg_recording_destroy(r);
}

static void hdf5_odd(void) {
    const char *path = in_folder("odd.h5");
    foreign_hdf5_odd(path);
    eg_recording *r = read_file(path);
    EG_CHECK_INT(r->n_channels, 1);
    check_channel(r, "here", 0, 1);
    EG_CHECK(has_warning(r, "2 variables cannot be read as samples"));
    EG_CHECK(has_warning(r, "elsewhere: its values lie in another file"));
    eg_recording_destroy(r);
}

static void nothing_to_read(void) {
    char text[128 + 8] = "MATLAB 5.0 MAT-file";
    text[124] = 0;
    text[125] = 1;
    text[126] = 'I';
    text[127] = 'M';
    eg_recording *r = NULL;
    eg_diag diag = {0};
    eg_import_install(CHILD);
    EG_CHECK_INT(eg_recording_parse("empty.mat", (const uint8_t *)text, 128, &r, &diag),
                 EG_ERR_FORMAT);
    EG_CHECK(strstr(diag.text, "no vector or matrix") != NULL);
}

/* ---- what goes wrong ------------------------------------------------------------------------- */

static size_t count_open_files(void) {
    size_t n = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder != NULL && readdir(folder) != NULL) n++;
    closedir(folder);
    return n;
}

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static uint32_t draw(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

typedef struct tally {
    size_t n_read, n_refused, n_died;
    double longest_s;
} tally;

static void read_damaged(const uint8_t *bytes, size_t size, tally *seen) {
    eg_recording *r = NULL;
    eg_diag diag = {0};
    double began_s = now_s();
    eg_err err = eg_recording_parse("damaged", bytes, size, &r, &diag);
    double took_s = now_s() - began_s;
    if (took_s > seen->longest_s) seen->longest_s = took_s;
    if (err == EG_OK) {
        seen->n_read++;
        for (size_t i = 0; i < r->n_channels; i++) EG_CHECK(r->channels[i].label[0] != '\0');
    } else {
        EG_CHECK(r == NULL && diag.text[0] != '\0');
        EG_CHECK(err == EG_ERR_DATA || err == EG_ERR_FORMAT || err == EG_ERR_LIMIT ||
                 err == EG_ERR_MEMORY);
        seen->n_refused++;
        seen->n_died += strstr(diag.text, "stopped in the middle") != NULL;
    }
    eg_recording_destroy(r);
}

/* Half of them cut, half with one to thirty bits turned, most of them near the beginning, where
 * the structure is. */
static void damage(const char *path, size_t n_copies, uint32_t seed, tally *seen) {
    size_t size;
    uint8_t *whole = (uint8_t *)eg_test_read_file(path, &size), *copy = malloc(size);
    if (copy == NULL) EG_FAIL("no memory");
    for (size_t i = 0; i < n_copies; i++) {
        memcpy(copy, whole, size);
        size_t kept = size;
        if (i % 2 == 0) {
            kept = 1 + draw(&seed) % size;
        } else {
            size_t reach = i % 3 == 0 ? size : size < 8192 ? size : 8192;
            for (size_t k = 1 + draw(&seed) % 30; k > 0; k--)
                copy[draw(&seed) % reach] ^= (uint8_t)(1U << draw(&seed) % 8);
        }
        read_damaged(copy, kept, seen);
    }
    free(copy);
    free(whole);
}

static void damaged_copies(void) {
    const char *data = eg_test_data("emg");
    char path[400];
    eg_import_install(CHILD);
    size_t n_open = count_open_files();
    tally seen = {0};
    double began_s = now_s();
    snprintf(path, sizeof path, "%s/bsn_emg_bursts.h5", data);
    damage(path, 200, 1, &seen);
    foreign_hdf5(in_folder("any.h5"));
    damage(in_folder("any.h5"), 200, 2, &seen);
    static const int versions[] = {5, 7, 73};
    for (size_t i = 0; i < 3; i++) {
        foreign_mat(in_folder("known.mat"), versions[i]);
        damage(in_folder("known.mat"), i == 0 ? 134 : 133, 3 + (uint32_t)i, &seen);
    }
    double took_s = now_s() - began_s;
    EG_CHECK_INT(seen.n_read + seen.n_refused, 800);
    EG_CHECK_INT(count_open_files(), n_open);
    EG_CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
    EG_CHECK(took_s < 120 * eg_test_patience());
    eg_test_note("800: %zu read, %zu refused, in %zu of them the child died; %.1f s, the longest "
                 "%.2f s",
                 seen.n_read, seen.n_refused, seen.n_died, took_s, seen.longest_s);
}

/* A child that is not ours. */
static void pretend_to(const char *script, eg_err error, const char *expected) {
    const char *path = in_folder("pretender");
    FILE *file = fopen(path, "w");
    if (file == NULL) EG_FAIL("no script");
    fprintf(file, "#!/bin/sh\n%s\n", script);
    fclose(file);
    if (chmod(path, 0700) != 0) EG_FAIL("no script");
    eg_import_install(path);
    static const uint8_t bytes[] = "\x89HDF\r\n\x1a\n and so on";
    eg_recording *r = NULL;
    eg_diag diag = {0};
    size_t n_open = count_open_files();
    EG_CHECK_INT(eg_recording_parse("x.h5", bytes, sizeof bytes, &r, &diag), error);
    if (strstr(diag.text, expected) == NULL) EG_FAIL("%s: %s", script, diag.text);
    EG_CHECK_INT(count_open_files(), n_open);
    EG_CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

static void pretend(const char *script, const char *expected) {
    pretend_to(script, EG_ERR_DATA, expected);
}

static void lying_children(void) {
    pretend("kill -SEGV $$", "stopped in the middle");
    pretend("exit 1", "stopped in the middle");
    pretend_to("exit 4", EG_ERR_IO, "shut itself in");
    pretend("exit 0", "no sensible answer");
    pretend("while :; do echo nonsense nonsense nonsense; done", "no sensible answer");
    pretend("head -c 3000000 /dev/zero", "no sensible answer");
    /* A message that is announced and never comes. */
    pretend("printf '\\001\\000\\000\\000\\377\\000\\000\\000'", "no sensible answer");
    double began_s = now_s();
    pretend("exec >&-; exec sleep 100", "takes too long");
    double took_s = now_s() - began_s;
    EG_CHECK(took_s > 10 && took_s < 25 * eg_test_patience());
    eg_test_note("8 pretenders; one that only waits is ended after %.0f s", took_s);
}

static void without_a_child(void) {
    static const uint8_t bytes[] = "\x89HDF\r\n\x1a\n and so on";
    eg_recording *r = NULL;
    eg_diag diag = {0}, again = {0};
    EG_CHECK_INT(eg_recording_parse("x.h5", bytes, sizeof bytes, &r, &diag), EG_ERR_FORMAT);
    eg_import_install("/nowhere/engram-import");
    EG_CHECK_INT(eg_recording_parse("x.h5", bytes, sizeof bytes, &r, &again), EG_ERR_FORMAT);
    EG_CHECK(strstr(again.text, "./dev build") != NULL);
    char path[400];
    eg_import_install(NULL);
    EG_CHECK(eg_import_find(path, sizeof path));
    EG_CHECK_TEXT(path, CHILD);
}

/* ---- the sandbox ----------------------------------------------------------------------------- */

enum { OPENS, LISTS, RUNS, FORKS, CONNECTS, MAPS_CODE, KILLS, GROWS, N_DEEDS };

static int try_deed(int deed) {
    char *const nothing[] = {NULL};
    if (deed == OPENS) return open("/etc/passwd", O_RDONLY) < 0 && errno == EPERM;
    if (deed == LISTS) return access("/etc/passwd", F_OK) < 0 && errno == EPERM;
    if (deed == RUNS) return execve("/bin/true", nothing, nothing) == 0;
    if (deed == FORKS) return fork() == 0;
    if (deed == CONNECTS) return socket(AF_INET, SOCK_STREAM, 0) >= 0;
    if (deed == MAPS_CODE)
        return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                   MAP_FAILED &&
               errno == EPERM;
    if (deed == KILLS) return kill(getppid(), 0) < 0 && errno == EPERM;
    void *much =
        mmap(NULL, (size_t)8 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
#ifdef ENGRAM_SANITIZED
    return much != NULL;
#else
    return much == MAP_FAILED;
#endif
}

static void sandbox_holds(void) {
    for (int deed = 0; deed < N_DEEDS; deed++) {
        pid_t pid = fork();
        if (pid == 0) {
            if (import_sandbox_enter(1000) != NULL) _exit(9);
            _exit(try_deed(deed) ? 0 : 1);
        }
        int status = 0;
        waitpid(pid, &status, 0);
        int is_deadly = deed == RUNS || deed == FORKS || deed == CONNECTS;
        if (is_deadly && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS))
            EG_FAIL("deed %d does not end the process (status %x)", deed, (unsigned)status);
        if (!is_deadly && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
            EG_FAIL("deed %d: status %x", deed, (unsigned)status);
    }
    eg_test_note("opening, looking for names, running, forking, connecting, code, signals, memory");
}

/* The child at work: it waits because nobody reads what it says. */
static void child_is_shut_in(void) {
    char path[400], text[8192];
    snprintf(path, sizeof path, "%s/bsn_emg_bursts.h5", eg_test_data("emg"));
    int file = open(path, O_RDONLY), ends[2];
    EG_CHECK(file >= 0 && pipe(ends) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(file, 0);
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        execl(CHILD, CHILD, (char *)NULL);
        _exit(9);
    }
    close(ends[1]);
    char first;
    EG_CHECK_INT(read(ends[0], &first, 1), 1); /* it has begun to parse */
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *status = fopen(path, "r");
    EG_CHECK(status != NULL);
    text[fread(text, 1, sizeof text - 1, status)] = '\0';
    fclose(status);
    EG_CHECK(strstr(text, "Seccomp:\t2") != NULL);
    EG_CHECK(strstr(text, "NoNewPrivs:\t1") != NULL);
    struct rlimit limit;
    static const __rlimit_resource_t zero[] = {RLIMIT_NOFILE, RLIMIT_FSIZE, RLIMIT_CORE};
    for (size_t i = 0; i < 3; i++)
        EG_CHECK(prlimit(pid, zero[i], NULL, &limit) == 0 && limit.rlim_max == 0);
    EG_CHECK(prlimit(pid, RLIMIT_CPU, NULL, &limit) == 0 && limit.rlim_max <= 10);
#ifndef ENGRAM_SANITIZED
    EG_CHECK(prlimit(pid, RLIMIT_AS, NULL, &limit) == 0 && limit.rlim_max < (rlim_t)2 << 30);
#endif
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(ends[0]);
    close(file);
}

/* ---- what the child says --------------------------------------------------------------------- */

/* All that the child says about a file; the caller's to free. */
static uint8_t *ask(const char *path, size_t *n) {
    char command[1000];
    snprintf(command, sizeof command, CHILD " < '%s'", path);
    FILE *pipe_end = popen(command, "r");
    uint8_t *said = malloc(1 << 20);
    if (pipe_end == NULL || said == NULL) EG_FAIL("the child cannot be asked");
    *n = fread(said, 1, 1 << 20, pipe_end);
    EG_CHECK_INT(pclose(pipe_end), 0);
    return said;
}

static eg_err hear(const uint8_t *said, size_t n, size_t step, eg_recording **heard) {
    eg_import_answer answer;
    eg_diag diag = {0};
    eg_recording *r = calloc(1, sizeof *r);
    if (r == NULL || eg_import_answer_init(&answer, r, &diag) != EG_OK) EG_FAIL("no memory");
    for (size_t at = 0; at < n; at += step)
        if (eg_import_answer_feed(&answer, said + at, n - at < step ? n - at : step) != EG_OK)
            break;
    eg_err err = eg_import_answer_finish(&answer);
    EG_CHECK(err == EG_OK || diag.text[0] != '\0');
    eg_import_answer_end(&answer);
    if (err == EG_OK && heard != NULL)
        *heard = r;
    else
        eg_recording_destroy(r);
    return err;
}

static void answers_are_not_believed(void) {
    foreign_mat(in_folder("known.mat"), 5);
    size_t n, n_cuts = 0, n_cut = 0, n_turned = 0;
    uint8_t *said = ask(in_folder("known.mat"), &n);
    eg_recording *whole = NULL, *bytewise = NULL;
    EG_CHECK_INT(hear(said, n, n, &whole), EG_OK);
    EG_CHECK_INT(hear(said, n, 1, &bytewise), EG_OK);
    check_channel(whole, "force", 7, 1024);
    check_channel(bytewise, "emg 3", 2, 1);
    eg_recording_destroy(whole);
    eg_recording_destroy(bytewise);
    for (size_t end = 0; end < n; end += 1 + n / 500, n_cuts++)
        n_cut += hear(said, end, n, NULL) == EG_ERR_DATA;
    uint32_t seed = 5;
    for (size_t i = 0; i < 3000; i++) {
        size_t at = i % 2 == 0 ? draw(&seed) % 600 : draw(&seed) % n, bit = draw(&seed) % 8;
        said[at] ^= (uint8_t)(1U << bit);
        n_turned += hear(said, n, 4096, NULL) != EG_OK;
        said[at] ^= (uint8_t)(1U << bit);
    }
    EG_CHECK_INT(n_cut, n_cuts);
    EG_CHECK(n_cuts > 300 && n_turned > 300);
    eg_test_note("%zu cut answers refused, %zu of 3000 with a turned bit", n_cut, n_turned);
    free(said);
}

EG_TESTS({"foreign: OpenSignals equals the CSV of the same channel", opensignals_equals_the_csv},
         {"foreign: Matlab matrices, structures and rates", matlab_matrices},
         {"foreign: Matlab times", matlab_times},
         {"foreign: HDF5 of any program", hdf5_of_any_program},
         {"foreign: a file without numbers is refused", nothing_to_read},
         {"foreign: cells, arrays of structures, times in milliseconds, Matlab 4", matlab_parts},
         {"foreign: values in other files, tables", hdf5_odd},
         {"foreign: 800 damaged copies", damaged_copies},
         {"foreign: children that die, wait or lie", lying_children},
         {"foreign: without the child", without_a_child},
         {"foreign: the sandbox holds", sandbox_holds},
         {"foreign: the child is shut in before it reads", child_is_shut_in},
         {"foreign: answers are not believed", answers_are_not_believed})
