#include "tests/support/test.h"

#include <errno.h>
#include <ftw.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    FILES_MAX = 256,
    SECONDS_MAX = 300,       /* of the processor */
    WAIT_SECONDS_MAX = 1200, /* on a busy machine, or asleep */
    SLOW_SECONDS = 3,
    EXIT_SKIPPED = 77,
    MESSAGE_MAX = 1024,
    JOBS_MAX = 8
};

typedef struct test_file {
    const char *path;
    const eg_test *tests;
    size_t count;
} test_file;

static test_file files[FILES_MAX];
static size_t n_files;

/* Written by the child, read by the parent through a pipe when the child has ended. */
static int message_pipe = -1;
static char folder[64];

void eg_test_register(const char *path, const eg_test *tests, size_t count) {
    if (n_files == FILES_MAX) {
        fprintf(stderr, "tests: more than %d files; raise FILES_MAX\n", FILES_MAX);
        exit(2);
    }
    files[n_files++] = (test_file){path, tests, count};
}

static void say(const char *format, va_list arguments) {
    char text[MESSAGE_MAX];
    int length = vsnprintf(text, sizeof text, format, arguments);
    if (length < 0) return;
    size_t n = (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
    if (write(message_pipe, text, n) < 0) perror("tests: message");
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk) {
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static _Noreturn void leave(int status) {
    if (folder[0] != '\0') nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    exit(status);
}

void eg_test_note(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
}

void eg_test_fail(const char *file, int line, const char *format, ...) {
    eg_test_note(" %s:%d: ", file, line);
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    leave(1);
}

void eg_test_skip(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    leave(EXIT_SKIPPED);
}

void eg_test_check(int holds, const char *expression, const char *file, int line) {
    if (!holds) eg_test_fail(file, line, "does not hold: %s", expression);
}

void eg_test_check_int(intmax_t actual, intmax_t expected, const char *expression, const char *file,
                       int line) {
    if (actual != expected)
        eg_test_fail(file, line, "%s is %jd, expected %jd", expression, actual, expected);
}

void eg_test_check_text(const char *actual, const char *expected, const char *expression,
                        const char *file, int line) {
    if (actual == NULL || strcmp(actual, expected) != 0)
        eg_test_fail(file, line, "%s is \"%s\", expected \"%s\"", expression,
                     actual ? actual : "(null)", expected);
}

void eg_test_check_near(double actual, double expected, double tolerance, const char *expression,
                        const char *file, int line) {
    if (isnan(actual) && isnan(expected)) return;
    if (!(fabs(actual - expected) <= tolerance))
        eg_test_fail(file, line, "%s is %.17g, expected %.17g within %.3g (off by %.3g)",
                     expression, actual, expected, tolerance, fabs(actual - expected));
}

const char *eg_test_data(const char *set) {
    static char path[4096];
    const char *root = getenv("ENGRAM_DATA");
    if (root == NULL || root[0] == '\0') eg_test_skip("ENGRAM_DATA is not set");
    snprintf(path, sizeof path, "%s/%s", root, set);
    struct stat status;
    if (stat(path, &status) != 0) eg_test_skip("%s is not there", path);
    return path;
}

char *eg_test_read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) eg_test_fail(__FILE__, __LINE__, "%s: %s", path, strerror(errno));
    fseek(file, 0, SEEK_END);
    long length = ftell(file);
    rewind(file);
    char *text = length < 0 ? NULL : malloc((size_t)length + 1);
    if (text == NULL) eg_test_fail(__FILE__, __LINE__, "%s: no memory", path);
    size_t n = fread(text, 1, (size_t)length, file);
    fclose(file);
    text[n] = '\0';
    if (size != NULL) *size = n;
    return text;
}

int eg_test_crowd(int n) {
    return eg_test_patience() > 1 ? (n + 6) / 7 : n;
}

double eg_test_patience(void) {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
    return 10;
#else
    return 1;
#endif
}

const char *eg_test_folder(void) {
    if (folder[0] == '\0') {
        snprintf(folder, sizeof folder, "/tmp/engram-test-XXXXXX");
        if (mkdtemp(folder) == NULL) {
            folder[0] = '\0';
            eg_test_fail(__FILE__, __LINE__, "cannot make a folder: %s", strerror(errno));
        }
    }
    return folder;
}

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* One test in a child of its own. */
typedef struct running {
    const eg_test *test;
    pid_t child;
    int pipe; /* what it says comes here */
    double began_s;
    char message[MESSAGE_MAX];
    size_t length;
} running;

static void begin(running *r, const eg_test *test) {
    int ends[2];
    if (pipe(ends) != 0) {
        perror("tests: pipe");
        exit(2);
    }
    fflush(NULL);
    *r = (running){.test = test, .child = fork(), .pipe = ends[0], .began_s = now_s()};
    if (r->child < 0) {
        perror("tests: fork");
        exit(2);
    }
    if (r->child == 0) {
        close(ends[0]);
        message_pipe = ends[1];
        setrlimit(RLIMIT_CPU, &(struct rlimit){SECONDS_MAX, SECONDS_MAX + 1});
        alarm(WAIT_SECONDS_MAX);
        test->run();
        leave(0);
    }
    close(ends[1]);
}

/* Takes what the test says; 0 when it has ended. */
static int listen_to(running *r) {
    char piece[MESSAGE_MAX];
    ssize_t n = read(r->pipe, piece, sizeof piece);
    if (n <= 0) return 0;
    size_t room = sizeof r->message - 1 - r->length;
    size_t take = (size_t)n < room ? (size_t)n : room;
    memcpy(r->message + r->length, piece, take);
    r->length += take;
    return 1;
}

/* Prints the test's line; 1 if it failed. */
static int end(running *r) {
    close(r->pipe);
    int status = 0;
    waitpid(r->child, &status, 0);
    const int is_ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    const int is_skipped = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SKIPPED;
    printf("%s %s%s%s",
           is_ok        ? "ok"
           : is_skipped ? "skip"
                        : "not ok",
           r->test->name, r->length > 0 ? ": " : "", r->message);
    if (WIFSIGNALED(status)) {
        int number = WTERMSIG(status);
        if (number == SIGALRM || number == SIGXCPU)
            printf(" (no end after %d s)", number == SIGALRM ? WAIT_SECONDS_MAX : SECONDS_MAX);
        else
            printf(" (signal %d)", number);
    }
    printf("\n");
    const double took_s = now_s() - r->began_s;
    if (took_s > SLOW_SECONDS) printf("# took %.0f s\n", took_s);
    fflush(stdout);
    return !is_ok && !is_skipped;
}

/* The next test from `file`, `index` on whose file or name holds the word; NULL: none. */
static const eg_test *next_test(const char *word, size_t *file, size_t *index) {
    for (; *file < n_files; ++*file, *index = 0)
        while (*index < files[*file].count) {
            const eg_test *test = &files[*file].tests[(*index)++];
            if (strstr(files[*file].path, word) != NULL || strstr(test->name, word) != NULL)
                return test;
        }
    return NULL;
}

/* engram-tests [WORD]: all tests, or those whose file or name holds WORD; as many at once as there
 * are processors. */
int main(int n_arguments, char **arguments) {
    const char *word = n_arguments > 1 ? arguments[1] : "";
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const size_t at_once = processors < 1          ? 1
                           : processors > JOBS_MAX ? JOBS_MAX
                                                   : (size_t)processors;
    running jobs[JOBS_MAX];
    size_t n_running = 0, file = 0, index = 0;
    int n_failed = 0;
    for (;;) {
        const eg_test *test;
        while (n_running < at_once && (test = next_test(word, &file, &index)) != NULL)
            begin(&jobs[n_running++], test);
        if (n_running == 0) return n_failed != 0;
        struct pollfd ready[JOBS_MAX];
        for (size_t i = 0; i < n_running; i++)
            ready[i] = (struct pollfd){.fd = jobs[i].pipe, .events = POLLIN};
        if (poll(ready, n_running, -1) < 0) continue;
        for (size_t i = n_running; i-- > 0;) {
            if (ready[i].revents == 0 || listen_to(&jobs[i])) continue;
            n_failed += end(&jobs[i]);
            jobs[i] = jobs[--n_running];
        }
    }
}
