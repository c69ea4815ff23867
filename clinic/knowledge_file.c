#include "clinic/knowledge_file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"

enum { PATH_SIZE = 512 };

static eg_err add(knowledge_files *files, const char *kind, size_t kind_length, const char *name,
                  knowledge_file **file, eg_diag *diag) {
    if (files->count == EG_KNOWLEDGE_FILES_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, "knowledge", 0, "more than %d files",
                           EG_KNOWLEDGE_FILES_MAX);
    if (files->rows == NULL) {
        files->rows = calloc(EG_KNOWLEDGE_FILES_MAX, sizeof *files->rows);
        if (files->rows == NULL)
            return eg_diag_set(diag, EG_ERR_MEMORY, "knowledge", 0, "no memory for its files");
    }
    knowledge_file *row = &files->rows[files->count];
    *row = (knowledge_file){0};
    if (kind_length >= sizeof row->kind || strlen(name) >= sizeof row->name)
        return eg_diag_set(diag, EG_ERR_LIMIT, name, 0, "the name of this file is too long");
    memcpy(row->kind, kind, kind_length);
    snprintf(row->name, sizeof row->name, "%s", name);
    files->count++;
    *file = row;
    return EG_OK;
}

static int is_json(const char *name) {
    size_t length = strlen(name);
    return length > 5 && name[0] != '.' && strcmp(name + length - 5, ".json") == 0;
}

eg_err knowledge_files_from_program(const eg_embedded *embedded, knowledge_files *files,
                                    eg_diag *diag) {
    static const char root[] = "knowledge/";
    EG_ASSERT(embedded != NULL && files != NULL);
    for (; embedded->path != NULL; embedded++) {
        if (strncmp(embedded->path, root, sizeof root - 1) != 0) continue;
        const char *kind = embedded->path + sizeof root - 1;
        const char *slash = strchr(kind, '/');
        if (slash == NULL || strchr(slash + 1, '/') != NULL || !is_json(slash + 1)) continue;
        knowledge_file *file = NULL;
        eg_err err = add(files, kind, (size_t)(slash - kind), slash + 1, &file, diag);
        if (err != EG_OK) return err;
        snprintf(file->shown, sizeof file->shown, "%s", embedded->path);
        file->text = (const char *)embedded->begin;
        file->size = (size_t)(embedded->end - embedded->begin);
    }
    return EG_OK;
}

eg_err knowledge_files_add_schemas(knowledge_files *files, const eg_embedded *embedded,
                                   eg_diag *diag) {
    for (size_t i = 0; i < files->count; i++)
        if (strcmp(files->rows[i].kind, "schema") == 0) return EG_OK;
    knowledge_files all = {0};
    eg_err err = knowledge_files_from_program(embedded, &all, diag);
    for (size_t i = 0; i < all.count && err == EG_OK; i++) {
        knowledge_file *file = NULL;
        if (strcmp(all.rows[i].kind, "schema") != 0) continue;
        err = add(files, "schema", strlen("schema"), all.rows[i].name, &file, diag);
        if (err == EG_OK) *file = all.rows[i];
    }
    knowledge_files_release(&all);
    return err;
}

static eg_err read_text(const char *path, knowledge_file *file, eg_diag *diag) {
    FILE *in = fopen(path, "rb");
    if (in == NULL) return eg_diag_set(diag, EG_ERR_IO, path, 0, "cannot be opened");
    size_t capacity = 1 << 16, size = 0;
    char *text = malloc(capacity + 1);
    while (text != NULL) {
        size += fread(text + size, 1, capacity - size, in);
        if (size < capacity || capacity > EG_KNOWLEDGE_FILE_SIZE_MAX) break;
        capacity *= 2;
        char *larger = realloc(text, capacity + 1);
        if (larger == NULL) free(text);
        text = larger;
    }
    int failed = ferror(in);
    fclose(in);
    if (text == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, path, 0, "no memory to read it");
    if (failed || size > EG_KNOWLEDGE_FILE_SIZE_MAX) {
        free(text);
        return failed ? eg_diag_set(diag, EG_ERR_IO, path, 0, "cannot be read")
                      : eg_diag_set(diag, EG_ERR_LIMIT, path, 0, "larger than %d bytes; split it",
                                    EG_KNOWLEDGE_FILE_SIZE_MAX);
    }
    text[size] = '\0';
    file->text = file->owned = text;
    file->size = size;
    return EG_OK;
}

static eg_err read_kind(const char *folder, const char *kind, knowledge_files *files,
                        eg_diag *diag) {
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", folder, kind);
    DIR *listing = opendir(path);
    if (listing == NULL) return EG_OK; /* a file, not a folder */
    eg_err err = EG_OK;
    const struct dirent *entry;
    while (err == EG_OK && (entry = readdir(listing)) != NULL) {
        knowledge_file *file = NULL;
        if (!is_json(entry->d_name)) continue;
        err = add(files, kind, strlen(kind), entry->d_name, &file, diag);
        if (err != EG_OK) break;
        char whole[2 * PATH_SIZE];
        snprintf(whole, sizeof whole, "%s/%s", path, entry->d_name);
        snprintf(file->shown, sizeof file->shown, "%.140s", whole);
        err = read_text(whole, file, diag);
    }
    closedir(listing);
    return err;
}

eg_err knowledge_files_from_folder(const char *folder, knowledge_files *files, eg_diag *diag) {
    EG_ASSERT(folder != NULL && files != NULL);
    DIR *listing = strlen(folder) < 200 ? opendir(folder) : NULL;
    if (listing == NULL)
        return eg_diag_set(diag, EG_ERR_IO, folder, 0,
                           "is no folder that can be read; name the folder that holds rules/");
    eg_err err = EG_OK;
    const struct dirent *entry;
    while (err == EG_OK && (entry = readdir(listing)) != NULL)
        if (entry->d_name[0] != '.' && strlen(entry->d_name) < 48)
            err = read_kind(folder, entry->d_name, files, diag);
    closedir(listing);
    return err;
}

static int by_kind_and_name(const void *left, const void *right) {
    const knowledge_file *a = left, *b = right;
    int order = strcmp(a->kind, b->kind);
    return order != 0 ? order : strcmp(a->name, b->name);
}

void knowledge_files_sort(knowledge_files *files) {
    if (files->count > 1) qsort(files->rows, files->count, sizeof *files->rows, by_kind_and_name);
}

void knowledge_files_release(knowledge_files *files) {
    for (size_t i = 0; i < files->count; i++) {
        json_decref(files->rows[i].json);
        free(files->rows[i].owned);
    }
    free(files->rows);
    *files = (knowledge_files){0};
}
