#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/bench.h"

enum { FILES_MAX = 64, BATCHES = 15, BENCHES_MAX = 128 };

/* A batch is long enough for the clock, and a slow thing is not repeated for ever. */
static const double batch_s = 0.005, patience_s = 2.0;

typedef struct bench_file {
    const char *path;
    const eg_bench *benches;
    size_t count;
} bench_file;

static bench_file files[FILES_MAX];
static size_t n_files;
static volatile double kept;
/* Of the bench that runs. */
static size_t used_bytes; /* 0: not said */
static double amount;     /* 0: not said */
static const char *amount_unit;
static double amount_limit_s;   /* 0: none */
static long n_allocations = -1; /* -1: not said */

void eg_bench_keep(double value) {
    kept = value;
}

void eg_bench_used(size_t bytes) {
    used_bytes = bytes;
}

void eg_bench_amount(double one_run, const char *unit, double limit_s) {
    amount = one_run;
    amount_unit = unit;
    amount_limit_s = limit_s;
}

void eg_bench_allocations(size_t count) {
    n_allocations = (long)count;
}

void eg_bench_register(const char *file, const eg_bench *benches, size_t count) {
    if (n_files == FILES_MAX || count > BENCHES_MAX) {
        fprintf(stderr, "bench: too many; raise FILES_MAX or BENCHES_MAX\n");
        exit(2);
    }
    files[n_files++] = (bench_file){file, benches, count};
}

/* Processor time, which other programs on the machine do not count towards. */
static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double time_batch(const eg_bench *bench, void *argument, uint64_t count) {
    double start = now_s();
    for (uint64_t i = 0; i < count; i++) bench->run(argument);
    return now_s() - start;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Seconds a call, median of the batches. */
static double measure(const eg_bench *bench) {
    void *argument = bench->prepare == NULL ? NULL : bench->prepare();
    uint64_t count = 1;
    double spent = time_batch(bench, argument, 1);
    while (spent < batch_s && count < UINT64_C(1) << 40) {
        count *= 2;
        spent = time_batch(bench, argument, count);
    }
    double times[BATCHES], total = 0.0;
    size_t n = 0;
    while (n < BATCHES && (n < 3 || total < patience_s)) {
        times[n] = time_batch(bench, argument, count);
        total += times[n++];
    }
    qsort(times, n, sizeof times[0], ascending);
    return times[n / 2] / (double)count;
}

static void print_time(const char *name, double seconds) {
    static const char *const units[] = {"s ", "ms", "us", "ns"};
    size_t unit = 0;
    while (unit < 3 && seconds < 1.0) {
        seconds *= 1000.0;
        unit++;
    }
    printf("%-52s %9.3f %s", name, seconds, units[unit]);
}

/* What the bench said of itself while it ran. */
static void print_facts(double seconds) {
    if (used_bytes > 0) printf("  %6.3f MB at most", 1e-6 * (double)used_bytes);
    if (amount > 0) {
        double each_s = seconds / amount;
        printf("  %6.3f ms/%s", 1e3 * each_s, amount_unit);
        if (amount_limit_s > 0)
            printf(", at most %.3g: %s", 1e3 * amount_limit_s,
                   each_s <= amount_limit_s ? "held" : "MISSED");
    }
    if (n_allocations >= 0) printf("  %ld allocations", n_allocations);
}

static void run_file(const bench_file *file, const char *word) {
    double seconds[BENCHES_MAX] = {0};
    int whole = strstr(file->path, word) != NULL;
    for (size_t i = 0; i < file->count; i++) {
        const eg_bench *bench = &file->benches[i];
        if (!whole && strstr(bench->name, word) == NULL) continue;
        used_bytes = 0;
        amount = 0;
        n_allocations = -1;
        seconds[i] = measure(bench);
        print_time(bench->name, seconds[i]);
        print_facts(seconds[i]);
        for (size_t j = 0; bench->reference != NULL && j < i; j++)
            if (strcmp(file->benches[j].name, bench->reference) == 0 && seconds[j] > 0.0)
                printf("  %8.2f x as fast as %s", seconds[j] / seconds[i], bench->reference);
        printf("\n");
        fflush(stdout);
    }
}

/* engram-bench [WORD]: all parts, or those whose file or name holds WORD. */
int main(int n_arguments, char **arguments) {
    const char *word = n_arguments > 1 ? arguments[1] : "";
    for (size_t i = 0; i < n_files; i++) run_file(&files[i], word);
    return 0;
}
