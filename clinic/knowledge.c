#include "clinic/knowledge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/knowledge_check.h"
#include "clinic/knowledge_file.h"
#include "core/base/check.h"
#include "io/json/locate.h"
#include "io/json/schema.h"

/* The entries of one kind. The index maps an id to its place in the list. */
typedef struct kind_list {
    const char *name; /* of one of the files */
    json_t *entries;  /* array of borrowed-by-reference objects */
    json_t *index;    /* object: id -> integer */
} kind_list;

struct eg_knowledge {
    knowledge_files files;
    kind_list kinds[EG_KNOWLEDGE_KINDS_MAX];
    size_t n_kinds;
    eg_knowledge_problem *problems;
    size_t n_problems;
};

const char *eg_json_text_of(json_t *object, const char *name, const char *otherwise) {
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : otherwise;
}

double eg_json_number_of(json_t *object, const char *name, double otherwise) {
    json_t *value = json_object_get(object, name);
    return json_is_number(value) ? json_number_value(value) : otherwise;
}

double eg_norm_youngest(json_t *norm) {
    static const double older = 60.0;
    int is_older = strcmp(eg_json_text_of(norm, "group", ""), "older") == 0;
    return eg_json_number_of(norm, "age_low", is_older ? older : (double)NAN);
}

static void add_problem(eg_knowledge *knowledge, const knowledge_file *file, uint64_t line,
                        const char *pointer, const char *reason, const char *remedy) {
    if (knowledge->n_problems++ >= EG_KNOWLEDGE_PROBLEMS_MAX) return;
    eg_knowledge_problem *problem = &knowledge->problems[knowledge->n_problems - 1];
    problem->line = line;
    snprintf(problem->file, sizeof problem->file, "%.127s", file->shown);
    snprintf(problem->pointer, sizeof problem->pointer, "%s", pointer);
    snprintf(problem->reason, sizeof problem->reason, "%s", reason);
    snprintf(problem->remedy, sizeof problem->remedy, "%s", remedy);
}

static void add_problem_at(eg_knowledge *knowledge, const knowledge_file *file, const char *pointer,
                           const char *reason, const char *remedy) {
    uint64_t line = eg_json_locate(file->text, file->size, pointer);
    add_problem(knowledge, file, line, pointer, reason, remedy);
}

static kind_list *list_of(const eg_knowledge *knowledge, const char *kind) {
    for (size_t i = 0; i < knowledge->n_kinds; i++)
        if (strcmp(knowledge->kinds[i].name, kind) == 0) return (kind_list *)&knowledge->kinds[i];
    return NULL;
}

static json_t *find_schema(void *context, const char *name) {
    const eg_knowledge *knowledge = context;
    for (size_t i = 0; i < knowledge->files.count; i++)
        if (strcmp(knowledge->files.rows[i].kind, "schema") == 0 &&
            strcmp(knowledge->files.rows[i].name, name) == 0)
            return knowledge->files.rows[i].json;
    return NULL;
}

static bool knows(void *context, const char *kind, const char *id) {
    const eg_knowledge *knowledge = context;
    if (strcmp(kind, "unit") == 0) return eg_unit_is_valid(id) != 0;
    return eg_knowledge_find(knowledge, kind, id) != NULL;
}

static void parse_file(eg_knowledge *knowledge, knowledge_file *file) {
    json_error_t error;
    file->json = json_loadb(file->text, file->size, JSON_REJECT_DUPLICATES, &error);
    if (file->json == NULL)
        add_problem(knowledge, file, error.line > 0 ? (uint64_t)error.line : 0, "", error.text,
                    "correct the JSON at this line");
}

/* Puts a file's entries into the list of their kind; the schema check names what is malformed. */
static void index_file(eg_knowledge *knowledge, knowledge_file *file) {
    kind_list *list = list_of(knowledge, file->kind);
    if (list == NULL) {
        if (knowledge->n_kinds == EG_KNOWLEDGE_KINDS_MAX) {
            add_problem(knowledge, file, 0, "", "there are too many kinds", "use fewer folders");
            return;
        }
        list = &knowledge->kinds[knowledge->n_kinds++];
        *list = (kind_list){file->kind, json_array(), json_object()};
    }
    json_t *entries = json_object_get(file->json, file->kind);
    for (size_t i = 0; i < json_array_size(entries); i++) {
        json_t *entry = json_array_get(entries, i);
        const char *id = eg_json_text_of(entry, "id", NULL);
        if (id == NULL) continue;
        if (json_object_get(list->index, id) != NULL) {
            char pointer[96], reason[160];
            snprintf(pointer, sizeof pointer, "/%s/%zu/id", file->kind, i);
            snprintf(reason, sizeof reason, "there are two %s called \"%.80s\"", file->kind, id);
            add_problem_at(knowledge, file, pointer, reason, "rename or remove one of them");
            continue;
        }
        json_object_set_new(list->index, id,
                            json_integer((json_int_t)json_array_size(list->entries)));
        json_array_append(list->entries, entry);
    }
}

static void check_file(eg_knowledge *knowledge, knowledge_file *file, eg_schema_report *report) {
    const eg_schema_links links = {knowledge, find_schema, knows};
    char name[64];
    snprintf(name, sizeof name, "%s.json", file->kind);
    json_t *schema = find_schema(knowledge, name);
    if (schema == NULL) {
        char reason[160];
        snprintf(reason, sizeof reason, "there is no schema for the kind \"%s\"", file->kind);
        add_problem(knowledge, file, 0, "", reason, "add schema/<kind>.json or move the file");
        return;
    }
    (void)eg_schema_check(schema, schema, file->json, &links, report);
    for (size_t i = 0; i < report->count && i < EG_SCHEMA_PROBLEMS_MAX; i++)
        add_problem_at(knowledge, file, report->problems[i].pointer, report->problems[i].reason,
                       report->problems[i].remedy);
    if (report->count > EG_SCHEMA_PROBLEMS_MAX)
        knowledge->n_problems += report->count - EG_SCHEMA_PROBLEMS_MAX;
    if (report->count > 0) return; /* what follows may rely on the form */
    json_t *entries = json_object_get(file->json, file->kind);
    for (size_t i = 0; i < json_array_size(entries); i++) {
        knowledge_fault found = {0};
        if (knowledge_entry_is_sound(knowledge, file->kind, json_array_get(entries, i), &found))
            continue;
        char pointer[160];
        snprintf(pointer, sizeof pointer, "/%s/%zu%s%s", file->kind, i,
                 found.member[0] != '\0' ? "/" : "", found.member);
        add_problem_at(knowledge, file, pointer, found.reason, found.remedy);
    }
}

static eg_err collect(eg_knowledge *knowledge, const eg_embedded *files, const char *folder,
                      eg_diag *diag) {
    knowledge->problems = calloc(EG_KNOWLEDGE_PROBLEMS_MAX, sizeof *knowledge->problems);
    if (knowledge->problems == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, "knowledge", 0, "no memory for its problems");
    eg_err err = folder == NULL ? knowledge_files_from_program(files, &knowledge->files, diag)
                                : knowledge_files_from_folder(folder, &knowledge->files, diag);
    if (err == EG_OK && folder != NULL && files != NULL)
        err = knowledge_files_add_schemas(&knowledge->files, files, diag);
    if (err == EG_OK && knowledge->files.count == 0)
        err = eg_diag_set(diag, EG_ERR_MISSING, folder != NULL ? folder : "knowledge", 0,
                          "holds no knowledge; name the folder that holds rules/ and findings/");
    return err;
}

eg_err eg_knowledge_load(const eg_embedded *files, const char *folder, eg_knowledge **knowledge,
                         eg_diag *diag) {
    EG_ASSERT(knowledge != NULL && (files != NULL || folder != NULL));
    *knowledge = NULL;
    eg_knowledge *loaded = calloc(1, sizeof *loaded);
    eg_schema_report *report = malloc(sizeof *report);
    if (loaded == NULL || report == NULL) {
        free(loaded);
        free(report);
        return eg_diag_set(diag, EG_ERR_MEMORY, "knowledge", 0, "no memory to load it");
    }
    eg_err err = collect(loaded, files, folder, diag);
    if (err != EG_OK) {
        free(report);
        eg_knowledge_destroy(loaded);
        return err;
    }
    knowledge_files_sort(&loaded->files);
    knowledge_file *rows = loaded->files.rows;
    for (size_t i = 0; i < loaded->files.count; i++) parse_file(loaded, &rows[i]);
    for (size_t i = 0; i < loaded->files.count; i++)
        if (rows[i].json != NULL && strcmp(rows[i].kind, "schema") != 0)
            index_file(loaded, &rows[i]);
    for (size_t i = 0; i < loaded->files.count; i++)
        if (rows[i].json != NULL && strcmp(rows[i].kind, "schema") != 0)
            check_file(loaded, &rows[i], report);
    free(report);
    *knowledge = loaded;
    if (loaded->n_problems == 0) return EG_OK;
    const eg_knowledge_problem *first = &loaded->problems[0];
    return eg_diag_set(diag, EG_ERR_DATA, first->file, first->line, "%s %s (%zu problems in all)",
                       first->pointer, first->reason, loaded->n_problems);
}

void eg_knowledge_destroy(eg_knowledge *knowledge) {
    if (knowledge == NULL) return;
    for (size_t i = 0; i < knowledge->n_kinds; i++) {
        json_decref(knowledge->kinds[i].entries);
        json_decref(knowledge->kinds[i].index);
    }
    knowledge_files_release(&knowledge->files);
    free(knowledge->problems);
    free(knowledge);
}

size_t eg_knowledge_n_kinds(const eg_knowledge *knowledge) {
    return knowledge->n_kinds;
}

const char *eg_knowledge_kind(const eg_knowledge *knowledge, size_t index) {
    EG_ASSERT(index < knowledge->n_kinds);
    return knowledge->kinds[index].name;
}

size_t eg_knowledge_count(const eg_knowledge *knowledge, const char *kind) {
    const kind_list *list = list_of(knowledge, kind);
    return list != NULL ? json_array_size(list->entries) : 0;
}

json_t *eg_knowledge_at(const eg_knowledge *knowledge, const char *kind, size_t index) {
    const kind_list *list = list_of(knowledge, kind);
    EG_ASSERT(list != NULL && index < json_array_size(list->entries));
    return json_array_get(list->entries, index);
}

json_t *eg_knowledge_find(const eg_knowledge *knowledge, const char *kind, const char *id) {
    const kind_list *list = list_of(knowledge, kind);
    json_t *place = list != NULL ? json_object_get(list->index, id) : NULL;
    if (place == NULL) return NULL;
    return json_array_get(list->entries, (size_t)json_integer_value(place));
}

eg_knowledge_counts eg_knowledge_counts_of(const eg_knowledge *knowledge, const char *kind) {
    eg_knowledge_counts counts = {.entries = eg_knowledge_count(knowledge, kind)};
    for (size_t i = 0; i < counts.entries; i++) {
        json_t *entry = eg_knowledge_at(knowledge, kind, i);
        const char *status = eg_json_text_of(entry, "status", "");
        if (json_is_false(json_object_get(entry, "verified"))) counts.unverified++;
        if (strcmp(status, "READ") == 0) counts.read++;
        if (strcmp(status, "SECONDHAND") == 0) counts.secondhand++;
        if (strcmp(status, "BELIEVED") == 0) counts.believed++;
    }
    return counts;
}

size_t eg_knowledge_n_problems(const eg_knowledge *knowledge) {
    return knowledge->n_problems;
}

const eg_knowledge_problem *eg_knowledge_problem_at(const eg_knowledge *knowledge, size_t index) {
    EG_ASSERT(index < knowledge->n_problems && index < EG_KNOWLEDGE_PROBLEMS_MAX);
    return &knowledge->problems[index];
}
