#include "cli/data_folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool data_folder_find(const char *chosen, bool is_demo, char path[PATH_MAX]) {
    const char *name = is_demo ? "engram-demo" : "engram";
    const char *base = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    int n = -1;
    if (chosen != NULL)
        n = snprintf(path, PATH_MAX, "%s", chosen);
    else if (base != NULL && base[0] == '/')
        n = snprintf(path, PATH_MAX, "%s/%s", base, name);
    else if (home != NULL && home[0] == '/')
        n = snprintf(path, PATH_MAX, "%s/.local/share/%s", home, name);
    return n > 0 && n < PATH_MAX;
}

bool data_folder_make(const char *path) {
    char part[PATH_MAX];
    size_t length = strlen(path);
    errno = ENAMETOOLONG;
    if (length == 0 || length >= sizeof part) return false;
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0') continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST) return false;
    }
    return true;
}

void data_folder_store_url(const char *folder, char url[DATA_STORE_URL_SIZE]) {
    snprintf(url, DATA_STORE_URL_SIZE, "sqlite:%s/engram.db", folder);
}

static const char scheme[] = "sqlite:";

const char *data_folder_store_file(const char *url) {
    return url + sizeof scheme - 1;
}

bool data_folder_store(const char *command, const char *store, const char *chosen, bool is_demo,
                       char url[DATA_STORE_URL_SIZE]) {
    char folder[PATH_MAX];
    const char *wrong = NULL, *remedy = "Write it like --store sqlite:/path/to/engram.db.";
    if (store == NULL) {
        if (!data_folder_find(chosen, is_demo, folder)) {
            wrong = "no folder for the data: neither XDG_DATA_HOME nor HOME is set";
            remedy = "Name one with --data DIR.";
        } else {
            data_folder_store_url(folder, url);
        }
    } else if (chosen != NULL) {
        wrong = "--store and --data both say where the data are";
        remedy = "Leave one of them out.";
    } else if (strncmp(store, "postgres", strlen("postgres")) == 0) {
        wrong = "--store: PostgreSQL is not there yet, only sqlite:PATH";
    } else if (strncmp(store, scheme, sizeof scheme - 1) != 0) {
        wrong = "--store: this Engram knows stores of the form sqlite:PATH only";
    } else if (store[sizeof scheme - 1] == '\0' || strlen(store) >= DATA_STORE_URL_SIZE) {
        wrong = "--store: the path is missing or too long";
    } else {
        snprintf(url, DATA_STORE_URL_SIZE, "%s", store);
    }
    if (wrong != NULL) fprintf(stderr, "engram %s: %s\n%s\n", command, wrong, remedy);
    return wrong == NULL;
}
