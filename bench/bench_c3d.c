/* Speed of the C3D reader, per MB of the file, and how many blocks of memory it asks for. Files of
 * 40 markers at 250 Hz with 12 channels at 2 kHz, of each processor and kind of number; where
 * $ENGRAM_DATA is set, real ones as well. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "io/format/c3d.h"
#include "io/format/recording.h"

enum { BLOCK = 512, N_POINTS = 40, N_CHANNELS = 12, PER_FRAME = 8, SIZE = 2 << 20 };

static const double limit_s_mb = 0.001;

typedef struct file {
    const char *name;
    uint8_t *bytes;
    size_t size;
} file;

/* ---- counting blocks ------------------------------------------------------------------------- */

static size_t n_blocks;

#ifdef __GLIBC__
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);

void *malloc(size_t size) {
    n_blocks++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    n_blocks++;
    return __libc_calloc(count, size);
}
#endif

/* ---- files ----------------------------------------------------------------------------------- */

static void put_word(uint8_t *to, int processor, unsigned word) {
    to[processor == 86 ? 1 : 0] = (uint8_t)word;
    to[processor == 86 ? 0 : 1] = (uint8_t)(word >> 8);
}

static void put_real(uint8_t *to, int processor, double value) {
    static const int orders[3][4] = {{0, 1, 2, 3}, {2, 3, 0, 1}, {3, 2, 1, 0}};
    float real = (float)(processor == 85 ? 4 * value : value);
    uint32_t bits;
    memcpy(&bits, &real, sizeof bits);
    for (int i = 0; i < 4; i++) to[i] = (uint8_t)(bits >> 8 * orders[processor - 84][i]);
}

/* Markers and channels without names: the time goes into samples. */
static file made(int processor, int is_real) {
    size_t numbers = 4 * N_POINTS + N_CHANNELS * PER_FRAME, size = is_real ? 4 : 2;
    size_t n_frames = SIZE / (numbers * size);
    file f = {"made.c3d", NULL, 3 * (size_t)BLOCK + n_frames * numbers * size};
    f.bytes = calloc(f.size, 1);
    if (f.bytes == NULL) abort();
    f.bytes[0] = 2;
    f.bytes[1] = 0x50;
    put_word(f.bytes + 2, processor, N_POINTS);
    put_word(f.bytes + 4, processor, N_CHANNELS * PER_FRAME);
    put_word(f.bytes + 6, processor, 1);
    put_word(f.bytes + 8, processor, (unsigned)n_frames);
    put_real(f.bytes + 12, processor, is_real ? -0.1 : 0.1);
    put_word(f.bytes + 16, processor, 4);
    put_word(f.bytes + 18, processor, PER_FRAME);
    put_real(f.bytes + 20, processor, 250);
    f.bytes[BLOCK + 2] = 2;
    f.bytes[BLOCK + 3] = (uint8_t)processor;
    uint8_t *to = f.bytes + 3 * (size_t)BLOCK;
    for (size_t i = 0; i < n_frames * numbers; i++, to += size) {
        int is_residual = i % numbers < 4 * N_POINTS && i % 4 == 3;
        double value = is_residual ? 1 : (double)(i % 997) - 400;
        if (is_real)
            put_real(to, processor, value);
        else
            put_word(to, processor, (unsigned)(int)value & 0xffff);
    }
    return f;
}

static file read_real(const char *name) {
    file f = {name, NULL, 0};
    char path[1024];
    const char *data = getenv("ENGRAM_DATA");
    if (data == NULL) return f;
    snprintf(path, sizeof path, "%s/imu/c3d/%s", data, name);
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) return f;
    f.bytes = malloc((size_t)SIZE);
    if (f.bytes == NULL) abort();
    f.size = fread(f.bytes, 1, SIZE, stream);
    fclose(stream);
    return f;
}

static void *keep(file f) {
    file *kept = malloc(sizeof *kept);
    if (kept == NULL) abort();
    *kept = f;
    return kept;
}

static void *prepare_intel_real(void) {
    return keep(made(84, 1));
}
static void *prepare_dec_real(void) {
    return keep(made(85, 1));
}
static void *prepare_mips_real(void) {
    return keep(made(86, 1));
}
static void *prepare_intel_integer(void) {
    return keep(made(84, 0));
}
static void *prepare_mips_integer(void) {
    return keep(made(86, 0));
}
static void *prepare_walk(void) {
    return keep(read_real("opensim_walking5.c3d"));
}
static void *prepare_wide(void) {
    return keep(read_real("btk_FunctionalWalk.c3d"));
}

/* ---- what is measured ------------------------------------------------------------------------ */

static void run(void *argument) {
    const file *f = argument;
    if (f->bytes == NULL) return; /* without ENGRAM_DATA */
    size_t before = n_blocks;
    eg_recording *r = calloc(1, sizeof *r);
    if (r == NULL || eg_c3d_parse(f->name, f->bytes, f->size, r, NULL) != EG_OK) abort();
    eg_bench_allocations(n_blocks - before);
    eg_bench_amount(1e-6 * (double)f->size, "MB", limit_s_mb);
    if (r->n_channels > 0) eg_bench_keep(r->channels[0].values[0]);
    eg_recording_destroy(r);
}

/* With the SHA-256 of the bytes, which identifies the raw data in a chart. */
static void run_whole(void *argument) {
    const file *f = argument;
    eg_recording *r = NULL;
    if (eg_recording_parse(f->name, f->bytes, f->size, &r, NULL) != EG_OK) abort();
    eg_bench_amount(1e-6 * (double)f->size, "MB", limit_s_mb);
    eg_bench_keep(r->channels[0].values[0]);
    eg_recording_destroy(r);
}

/* As fast as can be: each real read once and summed. */
static void run_plain(void *argument) {
    const file *f = argument;
    double sum = 0;
    for (size_t i = 0; i + 4 <= f->size; i += 4) {
        float value;
        memcpy(&value, f->bytes + i, sizeof value);
        sum += isfinite(value) ? (double)value : 0.0;
    }
    eg_bench_amount(1e-6 * (double)f->size, "MB", 0);
    eg_bench_keep(sum);
}

EG_BENCHES({"c3d: every real of a file read and summed", run_plain, NULL, prepare_intel_real},
           {"c3d: Intel, reals", run, "c3d: every real of a file read and summed",
            prepare_intel_real},
           {"c3d: DEC, reals", run, NULL, prepare_dec_real},
           {"c3d: MIPS, reals", run, NULL, prepare_mips_real},
           {"c3d: Intel, integers", run, NULL, prepare_intel_integer},
           {"c3d: MIPS, integers", run, NULL, prepare_mips_integer},
           {"c3d: Intel, reals, with the SHA-256 of the file", run_whole, NULL, prepare_intel_real},
           {"c3d: real, 40 points, 12 channels, 1.1 MB", run, NULL, prepare_walk},
           {"c3d: real, 146 points, 36 channels, 1.6 MB", run, NULL, prepare_wide})
