/* Orientation: accuracy on each BROAD trial beside the reference implementation of VQF (its figures
 * on the same files are in the set's golden_peers.csv), and the time of one update. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/bench.h"
#include "core/motion/orient.h"
#include "core/motion/orient_error.h"
#include "core/motion/orient_offline.h"
#include "io/format/recording.h"

enum { TRIALS_MAX = 64, PATH_BYTES = 1024, N = 4096 };

/* What the issue asks for: means over the open trials, and the time against VQF's 342 ns. */
static const double limit_total = 2.10, limit_incl = 0.72, limit_offline = 1.85,
                    limit_offline_incl = 0.52, limit_ns = 171.0, limit_worse = 0.10;

static double samples[N][9];

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static const char *folder(void) {
    static char path[PATH_BYTES];
    const char *data = getenv("ENGRAM_DATA");
    snprintf(path, sizeof path, "%s/imu/broad", data != NULL ? data : "../shared/data");
    return path;
}

/* "total,heading,inclination" of one algorithm; NaN if the set does not say. */
static eg_orient_error golden(const char *trial, const char *algorithm) {
    eg_orient_error e = {(double)NAN, (double)NAN, (double)NAN, 0};
    char path[PATH_BYTES + 32], line[256], wanted[128];
    snprintf(path, sizeof path, "%s/golden_peers.csv", folder());
    FILE *file = fopen(path, "r");
    if (file == NULL) return e;
    while (fgets(line, sizeof line, file) != NULL) {
        size_t n = strlen(trial);
        const char *rest = strchr(line + (strncmp(line, trial, n) == 0 ? n + 1 : 0), ',');
        snprintf(wanted, sizeof wanted, ",%s,", algorithm);
        if (strncmp(line, trial, n) != 0 || line[n] != ',' || rest == NULL ||
            strncmp(rest, wanted, strlen(wanted)) != 0)
            continue;
        char *at = line + (rest - line) + strlen(wanted);
        e.total_deg = strtod(at, &at);
        e.heading_deg = strtod(at + 1, &at);
        e.inclination_deg = strtod(at + 1, &at);
    }
    fclose(file);
    return e;
}

typedef struct sums {
    double total, heading, incl, off_total, off_incl, vqf, vqf_incl, vqf_off, vqf_off_incl, ns;
    double worst[4]; /* against VQF: live total, inclination; offline total, inclination */
    int n;
} sums;

static eg_orient_signal signal_of(const eg_recording *r) {
    eg_orient_signal s = {.n = r->n_frames, .rate_hz = r->rate_hz};
    for (int k = 0; k < 3; k++) {
        s.gyr[k] = r->channels[k].values;
        s.acc[k] = r->channels[3 + k].values;
        s.mag[k] = r->channels[6 + k].values;
    }
    return s;
}

static void row(const char *trial, const eg_recording *r, sums *all) {
    eg_orient_signal s = signal_of(r);
    const double *reference[4];
    for (int k = 0; k < 4; k++) reference[k] = r->channels[9 + k].values;
    size_t bytes = eg_orient_offline_bytes(s.n, s.rate_hz);
    eg_quaternion *q = malloc(s.n * sizeof *q);
    void *memory = malloc(bytes);
    eg_arena arena;
    if (q == NULL || memory == NULL) abort();
    eg_arena_init(&arena, memory, bytes);
    double best = 1e9;
    for (int round = 0; round < 3; round++) {
        double start = now_s();
        if (eg_orient_run(&s, q, NULL) != EG_OK) abort();
        best = fmin(best, 1e9 * (now_s() - start) / (double)s.n);
    }
    eg_orient_error e = eg_orient_compare(s.n, q, reference, r->channels[13].values);
    if (eg_orient_offline(&s, &arena, q, NULL) != EG_OK) abort();
    eg_orient_error off = eg_orient_compare(s.n, q, reference, r->channels[13].values);
    eg_orient_error vqf = golden(trial, "VQF9D"), vqf_off = golden(trial, "offlineVQF9D");
    printf("%-44.44s %6.3f %6.3f %6.3f  %6.3f %6.3f  %6.3f %6.3f  %6.3f %6.3f %6.0f\n", trial,
           e.total_deg, e.heading_deg, e.inclination_deg, vqf.total_deg, vqf.inclination_deg,
           off.total_deg, off.inclination_deg, vqf_off.total_deg, vqf_off.inclination_deg, best);
    all->total += e.total_deg;
    all->heading += e.heading_deg;
    all->incl += e.inclination_deg;
    all->off_total += off.total_deg;
    all->off_incl += off.inclination_deg;
    all->vqf += vqf.total_deg;
    all->vqf_incl += vqf.inclination_deg;
    all->vqf_off += vqf_off.total_deg;
    all->vqf_off_incl += vqf_off.inclination_deg;
    all->ns += best;
    const double more[4] = {e.total_deg - vqf.total_deg, e.inclination_deg - vqf.inclination_deg,
                            off.total_deg - vqf_off.total_deg,
                            off.inclination_deg - vqf_off.inclination_deg};
    for (int k = 0; k < 4; k++) all->worst[k] = fmax(all->worst[k], more[k]);
    all->n++;
    free(memory);
    free(q);
}

/* ---- how much of the figures is owed to choosing constants on the same trials ---- */

enum { TILTS = 4, HEADINGS = 5, NORMS = 3, BIASES = 4, CELL = TILTS * HEADINGS * NORMS };
enum { GRID = CELL * BIASES };

/* With the published values (3 s, 9 s, 0.1, 0.1 deg/s) and close neighbours of ours. */
static const double tilt_s[TILTS] = {2.5, 2.75, 3.0, 3.5};
static const double heading_s[HEADINGS] = {9.0, 13.0, 17.0, 20.0, 25.0};
static const double norm_part[NORMS] = {0.1, 0.15, 0.2};
static const double bias_deg_s[BIASES] = {0.05, 0.03, 0.07, 0.1};
static const int published = 2 + 3 * CELL;

typedef struct choice {
    char name[48];
    double vqf;
    eg_orient_error live[GRID], offline[CELL];
} choice;

static choice trials[TRIALS_MAX];
static size_t n_trials;

static eg_orient_tuning tuning_of(int at) {
    return (eg_orient_tuning){tilt_s[at % TILTS], heading_s[at / TILTS % HEADINGS],
                              bias_deg_s[at / CELL], norm_part[at / (TILTS * HEADINGS) % NORMS]};
}

/* One trial with every choice of the constants. Offline the bias hardly matters: not varied. */
static void learn(const char *trial, const eg_recording *r) {
    eg_orient_signal s = signal_of(r);
    const double *reference[4];
    for (int k = 0; k < 4; k++) reference[k] = r->channels[9 + k].values;
    size_t bytes = eg_orient_offline_bytes(s.n, s.rate_hz);
    eg_quaternion *q = malloc(s.n * sizeof *q);
    void *memory = malloc(bytes);
    eg_arena arena;
    if (q == NULL || memory == NULL) abort();
    if (n_trials == TRIALS_MAX) abort();
    choice *c = &trials[n_trials++];
    snprintf(c->name, sizeof c->name, "%.44s", trial);
    c->vqf = golden(trial, "VQF9D").total_deg;
    eg_arena_init(&arena, memory, bytes);
    for (int at = 0; at < GRID; at++) {
        eg_orient_tuning tuning = tuning_of(at);
        if (eg_orient_run_with(&s, &tuning, q, NULL) != EG_OK) abort();
        c->live[at] = eg_orient_compare(s.n, q, reference, r->channels[13].values);
        if (at >= CELL) continue;
        if (eg_orient_offline_with(&s, &tuning, &arena, q, NULL) != EG_OK) abort();
        c->offline[at] = eg_orient_compare(s.n, q, reference, r->channels[13].values);
    }
    free(memory);
    free(q);
}

/* The choice with the least mean of total and inclination over all trials but one. */
static int best_without(size_t left_out, int offline) {
    int best = -1;
    double least = 0.0;
    for (int at = 0; at < (offline ? CELL : GRID); at++) {
        double sum = 0.0;
        for (size_t i = 0; i < n_trials; i++) {
            const eg_orient_error *e = offline ? &trials[i].offline[at] : &trials[i].live[at];
            if (i != left_out) sum += e->total_deg + e->inclination_deg;
        }
        if (best < 0 || sum < least) best = at, least = sum;
    }
    return best;
}

static void print_left_out(void) {
    double sum[4] = {0}, plain[4] = {0}, worst = -1e9;
    if (n_trials < 3) return;
    printf("\nleave one out: constants chosen on the other trials from %d, used on this one\n"
           "%-44s %6s %6s %6s %6s %6s %6s  %6s %6s %6s %6s %6s\n",
           GRID, "", "tilt s", "head s", "bias", "norm", "total", "incl", "tilt s", "head s",
           "norm", "total", "incl");
    for (size_t i = 0; i < n_trials; i++) {
        int live = best_without(i, 0), late = best_without(i, 1);
        eg_orient_tuning t = tuning_of(live), o = tuning_of(late);
        const eg_orient_error *e = &trials[i].live[live], *f = &trials[i].offline[late];
        printf("%-44s %6.2f %6.0f %6.2f %6.2f %6.3f %6.3f  %6.2f %6.0f %6.2f %6.3f %6.3f\n",
               trials[i].name, t.tilt_s, t.heading_s, t.bias_motion_deg_s, t.field_norm,
               e->total_deg, e->inclination_deg, o.tilt_s, o.heading_s, o.field_norm, f->total_deg,
               f->inclination_deg);
        const double figures[4] = {e->total_deg, e->inclination_deg, f->total_deg,
                                   f->inclination_deg};
        const eg_orient_error *g = &trials[i].live[published];
        const eg_orient_error *h = &trials[i].offline[published % CELL];
        const double as_published[4] = {g->total_deg, g->inclination_deg, h->total_deg,
                                        h->inclination_deg};
        for (int k = 0; k < 4; k++) {
            sum[k] += figures[k] / (double)n_trials;
            plain[k] += as_published[k] / (double)n_trials;
        }
        worst = fmax(worst, e->total_deg - trials[i].vqf);
    }
    printf("%-44s %27s %6.3f %6.3f  %20s %6.3f %6.3f\n", "mean", "", sum[0], sum[1], "", sum[2],
           sum[3]);
    printf("%-44s %27s %6.3f %6.3f  %20s %6.3f %6.3f\n", "mean, published constants", "", plain[0],
           plain[1], "", plain[2], plain[3]);
    printf("worst trial against VQF, left out: total %+.3f deg\n\n", worst);
}

static int is_trial(const struct dirent *entry) {
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && strcmp(dot, ".nimu") == 0;
}

static void print_means(const sums *a) {
    double n = a->n;
    printf("%-44s %6.3f %6.3f %6.3f  %6.3f %6.3f  %6.3f %6.3f  %6.3f %6.3f %6.0f\n", "mean",
           a->total / n, a->heading / n, a->incl / n, a->vqf / n, a->vqf_incl / n, a->off_total / n,
           a->off_incl / n, a->vqf_off / n, a->vqf_off_incl / n, a->ns / n);
    printf("%-44s %6.3f %6s %6.3f  %6s %6s  %6.3f %6.3f  %6s %6s %6.0f\n", "limit", limit_total, "",
           limit_incl, "", "", limit_offline, limit_offline_incl, "", "", limit_ns);
    printf("worst trial against VQF: total %+.3f (limit %+.2f), inclination %+.3f; offline %+.3f, "
           "%+.3f deg\n",
           a->worst[0], limit_worse, a->worst[1], a->worst[2], a->worst[3]);
}

static void print_table(void) {
    struct dirent **names = NULL;
    int n = scandir(folder(), &names, is_trial, alphasort);
    sums all = {.worst = {-1e9, -1e9, -1e9, -1e9}};
    if (n <= 0) {
        printf("orientation: no BROAD trials in %s; set ENGRAM_DATA (docs/data.md)\n", folder());
        return;
    }
    printf("%-44s %20s  %13s  %13s  %13s\n", "BROAD trial, RMSE in degrees", "Engram 9D", "VQF 9D",
           "Engram offline", "VQF offline");
    printf("%-44s %6s %6s %6s  %6s %6s  %6s %6s  %6s %6s %6s\n", "", "total", "head", "incl",
           "total", "incl", "total", "incl", "total", "incl", "ns");
    for (int i = 0; i < n; i++) {
        char path[PATH_BYTES + 300];
        snprintf(path, sizeof path, "%s/%s", folder(), names[i]->d_name);
        eg_recording *recording = NULL;
        eg_diag diag = {0};
        *strrchr(names[i]->d_name, '.') = '\0';
        if (eg_recording_read(path, &recording, &diag) == EG_OK && recording->n_channels == 14)
            row(names[i]->d_name, recording, &all), learn(names[i]->d_name, recording);
        else
            printf("%s: %s\n", path, diag.text);
        eg_recording_destroy(recording);
        free(names[i]);
    }
    free(names);
    if (all.n > 0) print_means(&all), print_left_out();
}

/* Made motion for the time alone: it does not depend on the numbers. */
static void *prepare(void) {
    static eg_orient orient;
    static int is_printed;
    if (!is_printed) print_table();
    is_printed = 1;
    for (int i = 0; i < N; i++) {
        double t = i / 285.714;
        const double now[9] = {
            sin(t), cos(2.0 * t), 0.5 * sin(3.0 * t), sin(5.0 * t), 0.3, 9.8, 16.0, sin(t), -41.0};
        memcpy(samples[i], now, sizeof now);
    }
    if (eg_orient_init(&orient, 285.714, NULL) != EG_OK) abort();
    return &orient;
}

static void run_9d(void *argument) {
    static size_t i;
    const double *v = samples[i++ % N];
    eg_orient_feed(argument, v, v + 3, v + 6);
    eg_bench_keep(eg_orient_9d(argument).w);
}

static void run_6d(void *argument) {
    static size_t i;
    const double *v = samples[i++ % N];
    eg_orient_feed(argument, v, v + 3, NULL);
    eg_bench_keep(eg_orient_6d(argument).w);
}

EG_BENCHES({"orientation: 9D, one update (limit 171 ns)", run_9d, NULL, prepare},
           {"orientation: 6D, one update", run_6d, "orientation: 9D, one update (limit 171 ns)",
            prepare})
