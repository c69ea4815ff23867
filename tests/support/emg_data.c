#include "tests/support/emg_data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/format/recording.h"
#include "tests/support/test.h"

enum { CASES_MAX = 32, KEPT_MAX = 64 };

static eg_emg_case cases[CASES_MAX];
static size_t n_cases;

/* Recordings and goldens are read once and stay for the process's life. */
static const void *kept[KEPT_MAX];
static size_t n_kept;

static void keep(const void *memory) {
    EG_CHECK(n_kept < KEPT_MAX);
    kept[n_kept++] = memory;
}

json_t *eg_emg_golden(const char *file) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", eg_test_data("emg"), file);
    json_error_t error;
    json_t *json = json_load_file(path, 0, &error);
    if (json == NULL) EG_FAIL("%s: %s", path, error.text);
    keep(json);
    return json;
}

static void load(const char *name, const char *file, const char *const *channels, size_t count) {
    char path[1024], golden_name[128];
    snprintf(path, sizeof path, "%s/%s", eg_test_data("emg"), file);
    eg_recording *recording = NULL;
    eg_diag diag = {0};
    if (eg_recording_read(path, &recording, &diag) != EG_OK) EG_FAIL("%s: %s", path, diag.text);
    keep(recording);
    snprintf(golden_name, sizeof golden_name, "golden_%s.json", name);
    const json_t *golden = json_object_get(eg_emg_golden(golden_name), "channels");
    EG_CHECK(recording->n_channels >= count && n_cases + count <= CASES_MAX);
    for (size_t i = 0; i < count; i++) {
        /* Channels that the file names are found by their name, others by their place. */
        const eg_channel *channel = eg_recording_channel(recording, channels[i]);
        if (channel == NULL) channel = &recording->channels[i];
        cases[n_cases++] = (eg_emg_case){name, channels[i], channel->n, channel->values,
                                         json_object_get(golden, channels[i])};
        EG_CHECK(cases[n_cases - 1].golden != NULL);
    }
}

eg_arena eg_emg_arena(void) {
    static unsigned char memory[64 << 20];
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    return arena;
}

double *eg_emg_reals(size_t n) {
    double *x = calloc(n, sizeof *x);
    EG_CHECK(x != NULL);
    return x;
}

const eg_emg_case *eg_emg_cases(size_t *count) {
    static const char *const leg[] = {"RF", "BF", "VM", "ST"}, *const one[] = {"EMG"};
    if (n_cases == 0) {
        load("uci_lower_limb_3Amar", "uci_lower_limb_3Amar.txt", leg, 4);
        load("uci_lower_limb_3Apie", "uci_lower_limb_3Apie.txt", leg, 4);
        load("uci_lower_limb_3Asen", "uci_lower_limb_3Asen.txt", leg, 4);
        load("biosppy_emg", "biosppy_emg.txt", one, 1);
        load("bmc_emg", "bmc_emg.csv", one, 1);
        load("bsn_emg_bursts_channel_3", "bsn_emg_bursts_channel_3.csv", one, 1);
        static const char *const walk[] = {"LREC", "RREC", "LVAS", "RVAS", "LGRF", "RGRF",
                                           "LISC", "RISC", "LBIC", "RBIC", "LTIB", "RTIB",
                                           "LSOL", "RSOL", "LJUM", "RJUM"};
        load("bmc_Gait", "bmc_Gait.c3d", walk, 16);
        load("bsn_emg_fatigue_channel_2", "bsn_emg_fatigue_channel_2.csv", one, 1);
    }
    *count = n_cases;
    return cases;
}

const eg_emg_case *eg_emg_case_of(const char *name, const char *channel) {
    size_t count;
    const eg_emg_case *all = eg_emg_cases(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(all[i].name, name) == 0 && strcmp(all[i].channel, channel) == 0) return &all[i];
    EG_FAIL("no recording %s, channel %s", name, channel);
}

const json_t *eg_emg_at(const json_t *golden, const char *path) {
    char key[64];
    while (golden != NULL && *path != '\0') {
        size_t n = strcspn(path, ".");
        snprintf(key, sizeof key, "%.*s", (int)n, path);
        golden = json_object_get(golden, key);
        path += n + (path[n] == '.');
    }
    return golden;
}

double eg_emg_number(const json_t *golden, const char *path) {
    const json_t *value = eg_emg_at(golden, path);
    if (!json_is_number(value)) EG_FAIL("the golden has no number \"%s\"", path);
    return json_number_value(value);
}

double eg_emg_difference(const json_t *golden, const char *path, size_t n, const double *y) {
    const json_t *index = json_object_get(golden, "idx"), *values = eg_emg_at(golden, path);
    size_t count = json_array_size(values);
    EG_CHECK(count > 0 && count == json_array_size(index));
    double size = 0.0, worst = 0.0;
    for (size_t i = 0; i < count; i++) {
        size_t at = (size_t)json_integer_value(json_array_get(index, i));
        double expected = json_number_value(json_array_get(values, i));
        EG_CHECK(at < n);
        size = fmax(size, fabs(expected));
        worst = fmax(worst, fabs(y[at] - expected));
    }
    return worst / size;
}

eg_emg_made eg_emg_make(double rate_hz, size_t n_bursts, double period_s, double length_s,
                        double ramp_s, double snr_db, int is_white, unsigned seed) {
    return eg_emg_make_kind((eg_sim_emg){rate_hz, n_bursts, period_s, length_s, ramp_s, snr_db,
                                         EG_SIM_EMG_GAUSSIAN, is_white, seed});
}

eg_emg_made eg_emg_make_kind(eg_sim_emg sim) {
    eg_emg_made made = {.sim = sim, .rate_hz = sim.rate_hz, .n_bursts = sim.n_bursts};
    EG_CHECK(sim.n_bursts <= sizeof made.on_s / sizeof made.on_s[0]);
    made.n = eg_sim_emg_length(&sim);
    made.x = malloc(made.n * sizeof *made.x);
    void *memory = malloc(made.n * sizeof *made.x + 64);
    EG_CHECK(made.x != NULL && memory != NULL);
    eg_arena arena;
    eg_arena_init(&arena, memory, made.n * sizeof *made.x + 64);
    EG_CHECK_INT(eg_sim_emg_fill(&sim, made.n, made.x, made.on_s, &arena, NULL), EG_OK);
    for (size_t k = 0; k < sim.n_bursts; k++) made.off_s[k] = made.on_s[k] + sim.length_s;
    free(memory);
    return made;
}
