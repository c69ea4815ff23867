#include "clinic/knowledge_check.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "clinic/rule_expression.h"
#include "clinic/term.h"
#include "core/base/check.h"

static bool fault(knowledge_fault *found, const char *member, const char *remedy,
                  const char *format, ...) EG_PRINTF(4, 5);
static bool fault(knowledge_fault *found, const char *member, const char *remedy,
                  const char *format, ...) {
    va_list arguments;
    snprintf(found->member, sizeof found->member, "%s", member);
    snprintf(found->remedy, sizeof found->remedy, "%s", remedy);
    va_start(arguments, format);
    vsnprintf(found->reason, sizeof found->reason, format, arguments);
    va_end(arguments);
    return false;
}

/* The expression parses, and each comparison is with a known finding and a value in its range. */
static bool expression_is_sound(const eg_knowledge *knowledge, json_t *rule,
                                knowledge_fault *found) {
    eg_expression expression;
    eg_diag diag = {0};
    if (eg_expression_parse(eg_json_text_of(rule, "when", ""), &expression, &diag) != EG_OK)
        return fault(found, "when", "write NAME op NUMBER joined by & and |", "%.190s", diag.text);
    for (size_t i = 0; i < expression.n_nodes; i++) {
        const eg_expression_node *node = &expression.nodes[i];
        if (node->op != EG_OP_COMPARE) continue;
        json_t *finding = eg_knowledge_find(knowledge, "findings", node->name);
        if (finding == NULL)
            return fault(found, "when", "correct the name or add the finding to findings/",
                         "no finding is called \"%s\"", node->name);
        double low = eg_json_number_of(finding, "low", -HUGE_VAL);
        double high = eg_json_number_of(finding, "high", HUGE_VAL);
        if (node->number < low || node->number > high)
            return fault(found, "when", "correct the limit or the range of the finding",
                         "%s is compared with %g, but lies between %g and %g", node->name,
                         node->number, low, high);
    }
    return true;
}

/* A proposal with stimulation in it says what is left when stimulation is blocked; one without
 * names none. */
static bool stimulation_is_told(const eg_knowledge *knowledge, json_t *proposal,
                                knowledge_fault *found) {
    const char *need = eg_json_text_of(proposal, "needs_stimulation", "none");
    json_t *left = json_object_get(proposal, "without_stimulation");
    if ((strcmp(need, "part") == 0) != (left != NULL))
        return fault(found, "proposal", "give without_stimulation where needs_stimulation is part",
                     "says how much stimulation it needs, but not what is left without it");
    json_t *dose = json_object_get(proposal, "dose");
    if (strcmp(need, "all") == 0) return true;
    const char *texts[] = {eg_json_text_of(left != NULL ? left : proposal, "title", ""),
                           eg_json_text_of(left != NULL ? left : dose, "type", "")};
    for (size_t i = 0; i < 2; i++)
        if (eg_term_names(knowledge, "stimulation", texts[i]))
            return fault(found, "proposal", "correct needs_stimulation or the words",
                         "names stimulation where none is said to be needed: %.60s", texts[i]);
    return true;
}

static bool rule_is_sound(const eg_knowledge *knowledge, json_t *rule, knowledge_fault *found) {
    const char *kind = eg_json_text_of(rule, "kind", "");
    bool blocks = json_array_size(json_object_get(rule, "blocks")) > 0;
    if (!expression_is_sound(knowledge, rule, found)) return false;
    if (strcmp(kind, "block") == 0 && (!blocks || json_object_get(rule, "override") == NULL))
        return fault(found, "kind", "add \"blocks\" and \"override\"",
                     "blocks, but does not say what, or who may lift it");
    if (strcmp(kind, "block") != 0 && blocks)
        return fault(found, "blocks", "make its kind \"block\" or take it out",
                     "only a rule of kind block may block");
    if (strcmp(kind, "for") == 0 && !json_is_object(json_object_get(rule, "proposal")))
        return fault(found, "proposal", "describe what is proposed, with its dose",
                     "proposes nothing");
    json_t *warned = json_object_get(rule, "warns_on");
    for (size_t i = 0; i < json_array_size(warned); i++) {
        const char *id = json_string_value(json_array_get(warned, i));
        if (strcmp(id, "*") != 0 && strcmp(id, "typed") != 0 &&
            eg_knowledge_find(knowledge, "rules", id) == NULL &&
            eg_knowledge_find(knowledge, "interventions", id) == NULL &&
            eg_knowledge_find(knowledge, "exercises", id) == NULL)
            return fault(found, "warns_on", "correct the id",
                         "no rule is called \"%.40s\", and no intervention or exercise", id);
    }
    if (strcmp(kind, "against") == 0 && json_array_size(warned) == 0)
        return fault(found, "warns_on", "name rules, interventions or exercises, or \"*\"",
                     "speaks against something, but falls on nothing");
    if (strcmp(kind, "against") == 0 &&
        json_array_size(json_object_get(rule, "warns_on_terms")) == 0)
        return fault(found, "warns_on_terms", "name the words in terms/ by which it is typed",
                     "would not see what it speaks against in free text");
    return stimulation_is_told(knowledge, json_object_get(rule, "proposal"), found);
}

/* What needs stimulation says so, and nothing else does: the guards go by the mark. */
static bool exercise_is_sound(const eg_knowledge *knowledge, json_t *exercise,
                              knowledge_fault *found) {
    bool marked = json_is_true(json_object_get(exercise, "needs_stimulation"));
    bool named = eg_term_names(knowledge, "stimulation", eg_json_text_of(exercise, "name", ""));
    json_t *steps = json_object_get(exercise, "steps");
    for (size_t i = 0; i < json_array_size(steps) && !named; i++)
        named =
            eg_term_names(knowledge, "stimulation", json_string_value(json_array_get(steps, i)));
    if (named && !marked)
        return fault(found, "needs_stimulation", "mark it true, or take the words out",
                     "its name or steps use electrical stimulation, but it is not marked");
    json_t *rules = json_object_get(exercise, "rules");
    for (size_t i = 0; i < json_array_size(rules) && marked; i++) {
        const char *id = json_string_value(json_array_get(rules, i));
        json_t *proposal = json_object_get(eg_knowledge_find(knowledge, "rules", id), "proposal");
        if (strcmp(eg_json_text_of(proposal, "needs_stimulation", "none"), "none") == 0)
            return fault(found, "rules", "name rules that need stimulation only",
                         "needs stimulation, but serves %.20s, which does not", id);
    }
    return true;
}

/* Words as clinic/term.h matches them: one space between, * at the end of a word, or before the
 * first. */
static bool spellings_are_sound(json_t *term, const char *list, knowledge_fault *found) {
    json_t *spellings = json_object_get(term, list);
    for (size_t i = 0; i < json_array_size(spellings); i++) {
        const char *text = json_string_value(json_array_get(spellings, i));
        size_t length = strlen(text);
        bool sound = text[0] != ' ' && text[length - 1] != ' ';
        for (size_t k = 0; k < length && sound; k++) {
            bool ends = text[k + 1] == ' ' || text[k + 1] == '\0';
            bool begins = k == 0 || text[k - 1] == ' ';
            if (text[k] == '*') sound = (k == 0 || ends) && !(begins && ends);
            if (text[k] == ' ') sound = !begins;
        }
        if (!sound)
            return fault(found, list, "write words with one space between, * at an end",
                         "is not a spelling: \"%.60s\"", text);
    }
    return true;
}

static bool intervention_is_sound(const eg_knowledge *knowledge, json_t *entry,
                                  knowledge_fault *found) {
    if (eg_term_names(knowledge, "stimulation", eg_json_text_of(entry, "name", "")) &&
        !json_is_true(json_object_get(entry, "needs_stimulation")))
        return fault(found, "needs_stimulation", "mark it true, or take the words out of the name",
                     "its name is electrical stimulation, but it is not marked");
    return true;
}

static bool finding_is_sound(const eg_knowledge *knowledge, json_t *finding,
                             knowledge_fault *found) {
    double low = eg_json_number_of(finding, "low", 0.0);
    double high = eg_json_number_of(finding, "high", 0.0);
    json_t *from = json_object_get(finding, "from");
    const char *kind = eg_json_text_of(from, "kind", "");
    if (!(low < high)) return fault(found, "low", "let low be less than high", "an empty range");
    if (strcmp(eg_json_text_of(finding, "scale", ""), "yes/no") == 0 && !(low >= 0 && high <= 1))
        return fault(found, "scale", "use 0 and 1", "a yes/no finding that is not 0 or 1");
    bool needs_code = strcmp(kind, "date") == 0 || strcmp(kind, "intake") == 0 ||
                      strcmp(kind, "vital") == 0 || strcmp(kind, "measure") == 0 ||
                      strcmp(kind, "session") == 0;
    if (needs_code && json_object_get(from, "code") == NULL)
        return fault(found, "from", "name the field or measure in \"code\"",
                     "comes from a %s, but not from which", kind);
    const char *code = eg_json_text_of(from, "code", "");
    if (strcmp(kind, "measure") == 0 && eg_knowledge_find(knowledge, "measures", code) == NULL)
        return fault(found, "from", "correct the code or add the measure to measures/",
                     "no measure is called \"%.60s\"", code);
    if (strcmp(kind, "goal") == 0 && json_array_size(json_object_get(from, "codes")) == 0)
        return fault(found, "from", "list ICF codes or measures in \"codes\"",
                     "comes from goals, but not from which");
    return true;
}

static bool norm_is_sound(json_t *norm, knowledge_fault *found) {
    double low = eg_json_number_of(norm, "low", -HUGE_VAL);
    double high = eg_json_number_of(norm, "high", HUGE_VAL);
    if (low > high) return fault(found, "low", "exchange them", "low is above high");
    if (eg_json_number_of(norm, "age_low", 0.0) > eg_json_number_of(norm, "age_high", 200.0))
        return fault(found, "age_low", "exchange them", "age_low is above age_high");
    return true;
}

bool knowledge_entry_is_sound(const eg_knowledge *knowledge, const char *kind, json_t *entry,
                              knowledge_fault *found) {
    EG_ASSERT(knowledge != NULL && found != NULL);
    if (json_is_true(json_object_get(entry, "verified")) &&
        !json_is_string(json_object_get(entry, "verified_by")))
        return fault(found, "verified", "add verified_by: name, credential, date",
                     "is marked verified, but not by whom");
    if (strcmp(kind, "rules") == 0) return rule_is_sound(knowledge, entry, found);
    if (strcmp(kind, "findings") == 0) return finding_is_sound(knowledge, entry, found);
    if (strcmp(kind, "norms") == 0) return norm_is_sound(entry, found);
    if (strcmp(kind, "exercises") == 0) return exercise_is_sound(knowledge, entry, found);
    if (strcmp(kind, "terms") == 0)
        return spellings_are_sound(entry, "spellings", found) &&
               spellings_are_sound(entry, "except", found) &&
               spellings_are_sound(entry, "not_after", found);
    if (strcmp(kind, "interventions") == 0) return intervention_is_sound(knowledge, entry, found);
    return true;
}
