/* Speed of joint angles from markers, per MB of positions: a full body of 44 markers (lower and
 * upper limbs, trunk, head) over 60 s at 100 Hz, all 54 angles; and a range-of-motion test. */
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "core/base/real.h"
#include "core/motion/body.h"
#include "core/motion/rom.h"

enum { FRAMES = 6000 };

static const double limit_s_mb = 0.02;

typedef struct set {
    eg_body_points points;
    double (*xyz)[3]; /* [EG_SITES * FRAMES] */
    double *angles;   /* [EG_ANGLES * FRAMES] */
    size_t n_sites;
} set;

static const struct {
    int site;
    double x, y, z; /* left of a standing person: forwards, left, up; mm */
} places[] = {{EG_SITE_ASIS, 0, 120, 950},           {EG_SITE_PSIS, -160, 45, 960},
              {EG_SITE_THIGH, -20, 190, 700},        {EG_SITE_KNEE, -30, 150, 490},
              {EG_SITE_KNEE_INNER, -30, 40, 490},    {EG_SITE_SHANK, -20, 160, 300},
              {EG_SITE_ANKLE, -60, 130, 80},         {EG_SITE_ANKLE_INNER, -55, 55, 85},
              {EG_SITE_HEEL, -110, 90, 40},          {EG_SITE_TOE, 80, 100, 40},
              {EG_SITE_MET_1, 75, 60, 35},           {EG_SITE_MET_5, 55, 140, 35},
              {EG_SITE_ACROMION, -60, 180, 1420},    {EG_SITE_ELBOW, -70, 260, 1120},
              {EG_SITE_ELBOW_INNER, -60, 180, 1115}, {EG_SITE_WRIST_THUMB, 60, 230, 900},
              {EG_SITE_WRIST_LITTLE, 10, 240, 880},  {EG_SITE_HAND, 80, 240, 820},
              {EG_SITE_HEAD_FRONT, 60, 70, 1650},    {EG_SITE_HEAD_BACK, -120, 70, 1660}};
static const struct {
    int site;
    double x, z;
} middle[] = {{EG_SITE_C7, -120, 1450},
              {EG_SITE_T10, -130, 1250},
              {EG_SITE_JUGULAR, 20, 1400},
              {EG_SITE_XIPHOID, 60, 1230}};

static void put(set *s, int site, double x, double y, double z) {
    double(*xyz)[3] = s->xyz + (size_t)site * FRAMES;
    for (size_t t = 0; t < FRAMES; t++) {
        double phase = 0.06 * (double)t + 0.003 * z + (y > 0 ? 0 : EG_PI);
        xyz[t][0] = x + 0.5 * (double)t + 40 * eg_sin(phase);
        xyz[t][1] = y + 10 * eg_cos(phase);
        xyz[t][2] = z + 15 * eg_sin(2 * phase);
    }
    s->points.site[site] = (const double(*)[3])xyz;
    s->n_sites++;
}

static void *prepare(void) {
    static set s;
    if (s.xyz != NULL) return &s;
    s.xyz = calloc((size_t)EG_SITES * FRAMES, sizeof *s.xyz);
    s.angles = calloc((size_t)EG_ANGLES * FRAMES, sizeof *s.angles);
    if (s.xyz == NULL || s.angles == NULL) abort();
    s.points = (eg_body_points){.n_frames = FRAMES, .rate_hz = 100, .unit_mm = 1};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        put(&s, places[i].site, places[i].x, places[i].y, places[i].z);
        put(&s, places[i].site + 1, places[i].x, -places[i].y, places[i].z);
    }
    for (size_t i = 0; i < sizeof middle / sizeof middle[0]; i++)
        put(&s, middle[i].site, middle[i].x, 0, middle[i].z);
    return &s;
}

static void run_angles(void *argument) {
    set *s = argument;
    eg_body body;
    eg_body_settings settings = eg_body_settings_default();
    size_t known[EG_ANGLES];
    if (eg_body_init(&body, &s->points, &settings, NULL) != EG_OK) abort();
    eg_body_run(&body, s->angles, known);
    eg_bench_keep(s->angles[(size_t)EG_ANGLE_KNEE_FLEXION * FRAMES + FRAMES / 2]);
    eg_bench_amount((double)(s->n_sites * FRAMES * sizeof(double[3])) / 1e6, "MB", limit_s_mb);
}

static void run_test(void *argument) {
    set *s = argument;
    static char memory[1 << 24];
    static eg_rom rom;
    static double x[FRAMES];
    (void)s;
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    for (size_t t = 0; t < FRAMES; t++) {
        double share = eg_sin(0.0105 * (double)t);
        x[t] = 120 * share * share;
    }
    if (eg_rom_measure(FRAMES, x, 100, 0, NULL, &arena, &rom, NULL) != EG_OK) abort();
    eg_bench_keep(rom.mean_range_deg);
}

EG_BENCHES({"motion: 54 angles of 44 markers, 60 s (limit 20 ms/MB)", run_angles, NULL, prepare},
           {"motion: range-of-motion test of 60 s", run_test, NULL, prepare})
