/* Inside clinic/knowledge: the files' texts, from the program or from a folder. */
#ifndef EG_CLINIC_KNOWLEDGE_FILE_H
#define EG_CLINIC_KNOWLEDGE_FILE_H

#include <jansson.h>
#include <stddef.h>

#include "clinic/knowledge.h"

typedef struct knowledge_file {
    char shown[160]; /* for messages: "knowledge/rules/stroke.json" */
    char kind[48];   /* its folder: "rules" */
    char name[80];   /* "stroke.json" */
    const char *text;
    char *owned; /* what free() gives back, NULL if embedded */
    size_t size;
    json_t *json; /* NULL if it does not parse */
} knowledge_file;

typedef struct knowledge_files {
    knowledge_file *rows; /* sorted by kind and name */
    size_t count;
} knowledge_files;

/* Collects the .json files one folder deep. */
eg_err knowledge_files_from_program(const eg_embedded *embedded, knowledge_files *files,
                                    eg_diag *diag);
eg_err knowledge_files_from_folder(const char *folder, knowledge_files *files, eg_diag *diag);
/* Adds the schemas of `other` where `files` has none at all. */
eg_err knowledge_files_add_schemas(knowledge_files *files, const eg_embedded *embedded,
                                   eg_diag *diag);
void knowledge_files_sort(knowledge_files *files);
void knowledge_files_release(knowledge_files *files);

#endif
