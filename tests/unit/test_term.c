/* Treatments typed in free text are recognised by their words, and nothing else is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/knowledge.h"
#include "clinic/term.h"
#include "io/embed.h"
#include "tests/support/test.h"

static void words_are_plain(void) {
    static const char *const rows[][2] = {
        {"", " "},
        {"TENS", " tens "},
        {"T.E.N.S. 30 min", " tens min "},
        {"F-E-S/N M E S", " fes nmes "},
        {"F.E.S., N.M.", " fes nm "},
        {"e-stim", " e stim "},
        {"\xC3\x89lectrostimulation", " electrostimulation "},
        {"TE\xC2\xADNS", " tens "},
        {"NMES\xE2\x80\x93TENS", " nmes tens "},
        {"  20x  ", " x "},
        {"\xC3", " \xC3 "},
        {"\xE2\x80", " \xE2\x80 "},
    };
    char words[EG_TERM_TEXT_MAX];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        EG_CHECK_INT(eg_term_words(rows[i][0], words), strlen(rows[i][1]));
        EG_CHECK_TEXT(words, rows[i][1]);
    }
    char *long_text = malloc(20001);
    EG_CHECK(long_text != NULL);
    memset(long_text, 'a', 20000);
    long_text[20000] = '\0';
    EG_CHECK(eg_term_words(long_text, words) < EG_TERM_TEXT_MAX);
    for (size_t i = 0; i < 20000; i += 2) long_text[i] = ' ';
    EG_CHECK(eg_term_words(long_text, words) < EG_TERM_TEXT_MAX);
    free(long_text);
}

static const char *const yes[] = {"TENS",
                                  "tens 20 min",
                                  "T.E.N.S.",
                                  "t e n s",
                                  "TENS-unit",
                                  "TENS/NMES",
                                  "NMES",
                                  "FES",
                                  "FES-cycling",
                                  "EMS",
                                  "e-stim",
                                  "E Stim",
                                  "estim",
                                  "Electrotherapy",
                                  "electro therapy",
                                  "electrostimulation",
                                  "\xC3\x89lectrostimulation",
                                  "Elektrotherapie",
                                  "Reizstrom",
                                  "Muskelstimulation",
                                  "Neuromuscular electrical stimulation",
                                  "electrical stimulation of the wrist",
                                  "Stimulation of the quadriceps",
                                  "stimulate the dorsiflexors",
                                  "estimulaci\u00f3n el\u00e9ctrica",
                                  "Interferential",
                                  "Faradism",
                                  "galvanic vestibular stimulation",
                                  "Russian current",
                                  "EMG-triggered hand opening",
                                  "microcurrent",
                                  "tDCS",
                                  "electroacupuncture",
                                  "stimmulation",
                                  "Hand practice, with TENS",
                                  "no pain: TENS",
                                  "without splint, NMES"};
static const char *const no[] = {"",
                                 "Reach and place",
                                 "Tension release",
                                 "tendon gliding",
                                 "intensive practice",
                                 "often",
                                 "stems",
                                 "festination drills",
                                 "systems",
                                 "Electromyography feedback",
                                 "EMG biofeedback",
                                 "electronic pill box",
                                 "electrolyte drink",
                                 "Electromechanical gait",
                                 "tactile stimulation",
                                 "Cognitive stimulation",
                                 "vestibular stimulation",
                                 "Task practice without stimulation",
                                 "no TENS",
                                 "Rest, no electrical stimulation",
                                 "stimulus control",
                                 "Electric wheelchair training",
                                 "Confess",
                                 "Ten repetitions",
                                 "family items"};

static void stimulation_is_recognised(void) {
    eg_knowledge *knowledge = NULL;
    EG_CHECK_INT(eg_knowledge_load(eg_embedded_files, NULL, &knowledge, NULL), EG_OK);
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        if (!eg_term_names(knowledge, "stimulation", yes[i])) EG_FAIL("\"%s\" is missed", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        if (eg_term_names(knowledge, "stimulation", no[i])) EG_FAIL("\"%s\" is taken", no[i]);
    EG_CHECK(!eg_term_names(knowledge, "no_such_term", "TENS"));
    eg_test_note("%zu spellings recognised, %zu others left", sizeof yes / sizeof yes[0],
                 sizeof no / sizeof no[0]);
    eg_knowledge_destroy(knowledge);
}

/* What each "do not" rule speaks against, as a person may type it. */
static void do_not_rules_see_free_text(void) {
    static const char *const rows[][3] = {
        {"B1", "Forceful grimacing, maximal", "Eye drops"},
        {"F2", "Brisk walking at home", "Walk with a physiotherapist"},
        {"K4", "CPM 2 h a day", "Knee bends"},
        {"U10", "Mitt on the good hand", "Reaching"},
        {"U11", "Passive stretching of the elbow", "Active reach"},
        {"G2", "Robot-assisted walking", "Walking over ground"},
        {"G13", "EMG biofeedback of tibialis", "Feedback by a mirror"},
        {"G16", "Whole-body vibration", "Squats"},
        {"G17", "AFO", "Heel raises"},
        {"V4", "Smooth pursuit drill", "Head turns"},
    };
    eg_knowledge *knowledge = NULL;
    size_t n_against = 0;
    EG_CHECK_INT(eg_knowledge_load(eg_embedded_files, NULL, &knowledge, NULL), EG_OK);
    for (size_t i = 0; i < eg_knowledge_count(knowledge, "rules"); i++)
        n_against += strcmp(eg_json_text_of(eg_knowledge_at(knowledge, "rules", i), "kind", ""),
                            "against") == 0;
    EG_CHECK_INT(sizeof rows / sizeof rows[0], n_against); /* a new rule needs a row here */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *rule = eg_knowledge_find(knowledge, "rules", rows[i][0]);
        json_t *terms = json_object_get(rule, "warns_on_terms");
        bool seen = false, other = false;
        for (size_t k = 0; k < json_array_size(terms); k++) {
            const char *term = json_string_value(json_array_get(terms, k));
            seen = seen || eg_term_names(knowledge, term, rows[i][1]);
            other = other || eg_term_names(knowledge, term, rows[i][2]);
        }
        if (!seen || other) EG_FAIL("%s: %s", rows[i][0], seen ? rows[i][2] : rows[i][1]);
    }
    eg_test_note("%zu \"do not\" rules", n_against);
    eg_knowledge_destroy(knowledge);
}

EG_TESTS({"term: words are plain", words_are_plain},
         {"term: stimulation is recognised in free text", stimulation_is_recognised},
         {"term: every \"do not\" rule sees what is typed", do_not_rules_see_free_text})
