/* Speed, as ratios within one run: absolute times depend on the machine and on who else uses it,
 * the ratio of two ways to do the same on the same machine hardly does. Each part is one file
 * bench/bench_<part>.c that lists its functions with EG_BENCHES at its foot. */
#ifndef EG_BENCH_BENCH_H
#define EG_BENCH_BENCH_H

#include <stddef.h>

typedef struct eg_bench {
    const char *name;       /* "signal: real FFT of 6000" */
    void (*run)(void *);    /* once over the thing measured */
    const char *reference;  /* name of an earlier bench of this file to give a ratio to, or NULL */
    void *(*prepare)(void); /* its argument; NULL for none */
} eg_bench;

void eg_bench_register(const char *file, const eg_bench *benches, size_t count);

#define EG_BENCHES(...)                                                                            \
    static const eg_bench file_benches[] = {__VA_ARGS__};                                          \
    __attribute__((constructor)) static void register_file_benches(void) {                         \
        eg_bench_register(__FILE__, file_benches, sizeof file_benches / sizeof file_benches[0]);   \
    }

/* Keeps the compiler from leaving out a computation whose result nobody looks at. */
void eg_bench_keep(double value);

/* Says how many bytes of working memory this run used at most; printed beside its time. */
void eg_bench_used(size_t bytes);

/* Says how much one run did, in what unit, and how many seconds a unit may take at most (0: no
 * limit); the time a unit is printed beside the whole. */
void eg_bench_amount(double amount, const char *unit, double limit_s);

/* Says how many blocks of memory one run asked for; printed beside its time. */
void eg_bench_allocations(size_t count);

#endif
