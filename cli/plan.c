/* `engram plan FINDINGS.json [--json] [--knowledge DIR]`: the rules held against a set of findings,
 * with reasons and unknowns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "clinic/rule.h"
#include "io/embed.h"
#include "io/json/locate.h"
#include "io/json/write.h"

enum { FILE_SIZE_MAX = 1 << 20, LISTED_MAX = 12 };

static int read_file(const char *path, char **text, size_t *size) {
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    *text = malloc(FILE_SIZE_MAX + 2);
    if (in == NULL || *text == NULL) {
        fprintf(stderr, "engram plan: %s: cannot be opened; check the name\n", path);
        if (in != NULL && in != stdin) fclose(in);
        return 0;
    }
    *size = fread(*text, 1, FILE_SIZE_MAX + 1, in);
    int failed = ferror(in);
    if (in != stdin) fclose(in);
    if (failed || *size > FILE_SIZE_MAX) {
        fprintf(stderr, "engram plan: %s: %s\n", path,
                failed ? "cannot be read; is it a file?" : "larger than 1 MiB; is it findings?");
        return 0;
    }
    (*text)[*size] = '\0';
    return 1;
}

/* Fills `findings` from a file; says what is wrong with file and line. */
static int read_findings(const char *path, const eg_knowledge *knowledge, eg_findings *findings) {
    char *text = NULL;
    size_t size = 0;
    json_error_t error;
    if (!read_file(path, &text, &size)) {
        free(text);
        return 0;
    }
    json_t *document = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    eg_diag diag = {0};
    if (document == NULL) {
        fprintf(stderr, "engram plan: %s:%d: %s; correct the JSON\n", path, error.line, error.text);
    } else if (eg_findings_from_json(findings, knowledge, document, &diag) != EG_OK) {
        fprintf(stderr, "engram plan: %s:%llu: %s\n", path,
                (unsigned long long)eg_json_locate(text, size, diag.where), diag.text);
    }
    int fine = document != NULL && diag.code == EG_OK;
    json_decref(document);
    free(text);
    return fine;
}

static void print_findings(const eg_plan_result *result, const eg_rule_outcome *outcome,
                           const eg_findings *findings) {
    for (size_t i = 0; i < outcome->result.n_decisive; i++) {
        const char *name = outcome->rule->expression.nodes[outcome->result.decisive[i]].name;
        const eg_finding *finding = eg_findings_get(findings, name);
        char text[200];
        if (finding == NULL) continue;
        eg_finding_say(result->book->knowledge, name, finding->value, text, sizeof text);
        printf("%s%s", i > 0 ? "; " : "", text);
    }
    putchar('\n');
}

static void print_blocks(const eg_plan_result *result, const eg_findings *findings) {
    static const char *const stops[] = {"the plan", "today's session", "stimulation"};
    for (size_t i = 0; i < result->n_outcomes; i++) {
        const eg_rule_outcome *outcome = &result->outcomes[i];
        if (outcome->rule->kind != EG_RULE_BLOCK || outcome->result.truth != EG_TRUE) continue;
        for (int block = 0; block < EG_N_BLOCKS; block++)
            if (outcome->rule->blocks[block])
                printf("BLOCKED: %s (%s, override: %s)\n", stops[block], outcome->rule->id,
                       eg_json_text_of(outcome->rule->entry, "override", "none"));
        printf("  %s\n  because   ", eg_json_text_of(outcome->rule->entry, "say", ""));
        print_findings(result, outcome, findings);
    }
}

static void print_dose(json_t *details, json_t *left) {
    static const char *const parts[] = {"frequency", "intensity", "time",
                                        "type",      "volume",    "duration"};
    json_t *dose = json_object_get(details, "dose");
    int count = 0;
    printf("  dose      ");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const char *part = eg_json_text_of(dose, parts[i], NULL);
        if (strcmp(parts[i], "type") == 0) part = eg_json_text_of(left, "type", part);
        if (part != NULL) printf("%s%s", count++ > 0 ? "; " : "", part);
    }
    printf(count > 0 ? " (%s)\n" : "dose not stated\n", eg_json_text_of(dose, "status", ""));
}

static void print_proposal(const eg_plan_result *result, const eg_proposal *proposal,
                           const eg_findings *findings) {
    static const char *const kinds[] = {"BLOCK", "WARNING", "DO NOT", "PROPOSAL"};
    static const char *const strengths[] = {"strong", "moderate", "weak", "option"};
    const eg_rule_outcome *outcome = &result->outcomes[proposal->outcome];
    json_t *entry = outcome->rule->entry;
    json_t *details = json_object_get(entry, "proposal");
    /* While its part with stimulation is withheld, the rest is what is proposed. */
    json_t *left =
        proposal->withheld == EG_STIM_PART ? json_object_get(details, "without_stimulation") : NULL;
    const char *say = eg_json_text_of(left, "say", eg_json_text_of(entry, "say", ""));
    const char *title = eg_json_text_of(left, "title", eg_json_text_of(details, "title", NULL));
    printf("\n%s %s (%s)%s%s%s\n", kinds[outcome->rule->kind], outcome->rule->id,
           strengths[outcome->rule->strength], title != NULL ? ": " : "",
           title != NULL ? title : "", proposal->withheld == EG_STIM_ALL ? "  [WITHHELD]" : "");
    printf("  what      %s\n  because   ", say);
    print_findings(result, outcome, findings);
    if (json_is_object(details)) print_dose(details, left);
    const char *progression = eg_json_text_of(entry, "progression", NULL);
    const char *regress = eg_json_text_of(entry, "regress", NULL);
    if (progression != NULL) printf("  harder    %s\n", progression);
    if (regress != NULL) printf("  back      %s\n", regress);
    for (size_t i = 0; i < proposal->n_withheld_by; i++)
        printf("  withheld  %s by %s\n",
               proposal->withheld == EG_STIM_ALL
                   ? "whole"
                   : eg_json_text_of(left, "part", "the part with stimulation"),
               result->outcomes[proposal->withheld_by[i]].rule->id);
    if (proposal->stimulation_unclear)
        printf("  unclear   stimulation only after the safety questions are answered\n");
    for (size_t i = 0; i < proposal->n_warnings; i++)
        printf("  warning   %s: %s\n", result->outcomes[proposal->warnings[i]].rule->id,
               eg_json_text_of(result->outcomes[proposal->warnings[i]].rule->entry, "say", ""));
    printf("  against   %s\n", eg_json_text_of(entry, "change_my_mind", ""));
    printf("  source    %s (%s; %s; not verified by a clinician)\n",
           eg_json_text_of(entry, "source", ""), eg_json_text_of(entry, "grade", ""),
           eg_json_text_of(entry, "status", ""));
}

static void print_plan(const eg_plan_result *result, const eg_findings *findings) {
    size_t by_truth[3] = {0};
    for (size_t i = 0; i < result->n_outcomes; i++) by_truth[result->outcomes[i].result.truth]++;
    printf("%zu rules: %zu true, %zu false, %zu unknown.\n", result->n_outcomes, by_truth[EG_TRUE],
           by_truth[EG_FALSE], by_truth[EG_UNKNOWN]);
    print_blocks(result, findings);
    for (size_t i = 0; i < result->n_proposals; i++)
        print_proposal(result, &result->proposals[i], findings);
    if (result->n_measure_next == 0) return;
    printf("\nMeasure or ask next, most useful first:\n");
    for (size_t i = 0; i < result->n_measure_next && i < LISTED_MAX; i++) {
        json_t *finding =
            eg_knowledge_find(result->book->knowledge, "findings", result->measure_next[i]);
        printf("  %-24s %s (%s)\n", result->measure_next[i], eg_json_text_of(finding, "name", ""),
               eg_json_text_of(finding, "how_measured", ""));
    }
    if (result->n_measure_next > LISTED_MAX)
        printf("  and %zu more\n", result->n_measure_next - LISTED_MAX);
}

static int plan_file(const char *path, const eg_rule_book *book, int as_json) {
    eg_findings *findings = calloc(1, sizeof *findings);
    eg_plan_result *result = calloc(1, sizeof *result);
    int fine = findings != NULL && result != NULL;
    if (!fine) fprintf(stderr, "engram plan: out of memory\n");
    if (fine) fine = read_findings(path, book->knowledge, findings);
    if (fine) {
        eg_plan_evaluate(book, findings, result);
        if (as_json) {
            eg_json_writer json;
            eg_json_init(&json, eg_json_to_file, stdout);
            eg_plan_write(result, findings, &json);
            fine = eg_json_finish(&json) == EG_OK;
            putchar('\n');
        } else {
            print_plan(result, findings);
        }
    }
    free(findings);
    free(result);
    return fine;
}

const char eg_command_plan_help[] =
    "usage: engram plan FINDINGS.json [--json] [--knowledge DIR]\n"
    "  FINDINGS.json: {\"findings\": {\"stroke\": 1, \"bbs\": 41}}\n"
    "  --json                                one JSON object, for scripts\n"
    "  --knowledge DIR                       rules and findings from a folder\n";

int eg_command_plan(int n_arguments, char **arguments) {
    const char *path = NULL, *folder = NULL;
    int as_json = 0;
    const char *help = eg_command_plan_help;
    for (int i = 1; i < n_arguments; i++) {
        int is_folder = strcmp(arguments[i], "--knowledge") == 0;
        if (strcmp(arguments[i], "--json") == 0)
            as_json = 1;
        else if (is_folder && i + 1 < n_arguments)
            folder = arguments[++i];
        else if (is_folder)
            return eg_command_refuse("plan", "a value must follow", arguments[i], help);
        else if (arguments[i][0] == '-' && arguments[i][1] != '\0')
            return eg_command_refuse("plan", "there is no option", arguments[i], help);
        else if (path != NULL)
            return eg_command_refuse("plan", "one file at a time, not", arguments[i], help);
        else
            path = arguments[i];
    }
    if (path == NULL) return eg_command_refuse("plan", "FINDINGS.json is missing", NULL, help);
    eg_knowledge *knowledge = NULL;
    eg_rule_book *book = NULL;
    eg_diag diag = {0};
    eg_err err = eg_knowledge_load(eg_embedded_files, folder, &knowledge, &diag);
    if (err == EG_OK) err = eg_rule_book_create(knowledge, &book, &diag);
    if (err != EG_OK)
        fprintf(stderr, "engram plan: %s:%llu: %s\n", diag.where, (unsigned long long)diag.line,
                diag.text);
    int fine = err == EG_OK && plan_file(path, book, as_json);
    eg_rule_book_destroy(book);
    eg_knowledge_destroy(knowledge);
    return fine ? 0 : 1;
}
