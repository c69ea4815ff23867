/* Open recordings of other people, where $ENGRAM_DATA names a folder that has them: to look at,
 * with attribution, never in a chart. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/format/recording.h"
#include "serve/api_call.h"
#include "serve/api_recording.h"

enum { EXAMPLES_MAX = 64, NAME_MAX_BYTES = 64, FILE_MAX = 16 * 1024 * 1024 };

/* The data sets, by the beginning of the files' names. */
static const struct set {
    const char *prefix, *suffix, *title, *attribution, *licence;
} sets[] = {
    {"BDS", ".txt", "Quiet standing, one plate, 60 s",
     "Santos and Duarte 2016, A public data set of human balance evaluations, PeerJ 4:e2648",
     "CC BY 4.0"},
    {"PDS", "grf.txt", "Quiet standing, two plates, 60 s",
     "dos Santos et al. 2017, A data set with kinematic and ground reaction forces of human "
     "balance, "
     "PeerJ 5:e3626",
     "CC BY 4.0"},
    {"quijoux_test_raw_amti", ".csv", "Unfiltered plate recording with header lines",
     "Quijoux et al. 2021, A review of center of pressure variables, Physiological Reports; their "
     "toolbox's test file",
     "MIT"},
};

typedef struct names {
    size_t count;
    char rows[EXAMPLES_MAX][NAME_MAX_BYTES];
} names;

static const struct set *set_of(const char *name) {
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        size_t prefix = strlen(sets[i].prefix);
        size_t suffix = strlen(sets[i].suffix);
        size_t length = strlen(name);
        if (length >= prefix + suffix && strncmp(name, sets[i].prefix, prefix) == 0 &&
            strcmp(name + length - suffix, sets[i].suffix) == 0)
            return &sets[i];
    }
    return NULL;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(a, b);
}

static bool folder_of(char path[4096]) {
    const char *data = getenv("ENGRAM_DATA");
    if (data == NULL || data[0] == '\0') return false;
    int n = snprintf(path, 4096, "%s/balance", data);
    return n > 0 && n < 4096;
}

static void list(names *found) {
    char path[4096];
    found->count = 0;
    DIR *folder = folder_of(path) ? opendir(path) : NULL;
    if (folder == NULL) return;
    for (struct dirent *entry = readdir(folder); entry != NULL && found->count < EXAMPLES_MAX;
         entry = readdir(folder))
        if (strlen(entry->d_name) < NAME_MAX_BYTES && set_of(entry->d_name) != NULL)
            memcpy(found->rows[found->count++], entry->d_name, strlen(entry->d_name) + 1);
    closedir(folder);
    qsort(found->rows, found->count, sizeof found->rows[0], compare_names);
}

void eg_api_list_examples(eg_api_call *call) {
    names found;
    json_t *rows = json_array();
    list(&found);
    for (size_t i = 0; i < found.count; i++) {
        const struct set *set = set_of(found.rows[i]);
        char title[160];
        snprintf(title, sizeof title, "%s (%s)", set->title, found.rows[i]);
        json_array_append_new(rows,
                              json_pack("{ss ss ss ss}", "id", found.rows[i], "title", title,
                                        "attribution", set->attribution, "licence", set->licence));
    }
    eg_api_answer(call, 200, rows);
}

static char *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return NULL;
    char *bytes = malloc(FILE_MAX + 1);
    if (bytes != NULL) *size = fread(bytes, 1, FILE_MAX + 1, file);
    fclose(file);
    if (bytes != NULL && *size <= FILE_MAX) return bytes;
    free(bytes);
    return NULL;
}

/* The id must be one of the list, so it names no other file. */
void eg_api_get_example(eg_api_call *call) {
    names found;
    char folder[4096];
    char path[4096 + NAME_MAX_BYTES + 2];
    const char *id = eg_api_parameter(call, 0);
    size_t i = 0;
    list(&found);
    while (i < found.count && strcmp(found.rows[i], id) != 0) i++;
    size_t size = 0;
    char *bytes = NULL;
    if (i < found.count && folder_of(folder)) {
        snprintf(path, sizeof path, "%s/%s", folder, found.rows[i]);
        bytes = read_file(path, &size);
    }
    if (bytes == NULL) {
        eg_diag diag = {0};
        eg_err err = eg_diag_set(&diag, EG_ERR_NOT_FOUND, id, 0,
                                 "there is no such example; "
                                 "examples need ENGRAM_DATA");
        eg_api_finish(call, 200, err, NULL, NULL, &diag);
        return;
    }
    const struct set *set = set_of(found.rows[i]);
    char attribution[300];
    snprintf(attribution, sizeof attribution, "%s (%s)", set->attribution, set->licence);
    eg_api_answer_inspection(call, id, bytes, size, attribution);
    free(bytes);
}
