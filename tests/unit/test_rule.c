#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/rule.h"
#include "core/base/check.h"
#include "io/embed.h"
#include "tests/support/book.h"
#include "tests/support/test.h"

static eg_test_book test;

/* Sets findings from "a=1 b=2.5 ..." and evaluates. */
static void plan_for(const char *text) {
    char name[EG_FINDING_NAME_MAX];
    double value;
    int used;
    eg_diag diag = {0};
    while (sscanf(text, " %39[a-z0-9_]=%lf%n", name, &value, &used) == 2) {
        if (eg_findings_set(test.findings, test.knowledge, name, value, "test", NULL, &diag) !=
            EG_OK)
            EG_FAIL("%s", diag.text);
        text += used;
    }
    EG_CHECK(text[strspn(text, " ")] == '\0');
    eg_plan_evaluate(test.rules, test.findings, test.result);
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The ids of all rules with this truth, sorted. */
static const char *ids_of(eg_truth truth) {
    static char text[2048];
    const char *ids[EG_RULES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < test.result->n_outcomes; i++)
        if (test.result->outcomes[i].result.truth == truth)
            ids[count++] = test.result->outcomes[i].rule->id;
    qsort(ids, count, sizeof ids[0], by_text);
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i > 0 ? " " : "", ids[i]);
    return text;
}

static eg_truth truth_of(const char *id) {
    for (size_t i = 0; i < test.result->n_outcomes; i++)
        if (strcmp(test.result->outcomes[i].rule->id, id) == 0)
            return test.result->outcomes[i].result.truth;
    EG_FAIL("there is no rule %s", id);
}

/* What a careful clinician asks of everybody: asked, and absent. */
#define ASKED_AND_ABSENT                                                                           \
    "red_flag=0 implanted_device=0 dvt_active=0 pregnant=0 bleeding_untreated=0 infection_site=0 " \
    "poor_circulation_site=0 malignancy_at_site=0 cannot_report=0 site_sensation_loss=0 "          \
    "skin_fragile=0 epilepsy=0 radiated_6mo=0 rest_sbp=124 rest_dbp=78 rest_hr=68 spo2=98 "        \
    "sci_level_t6_or_above=0 stroke=0 tbi=0 sci=0 sci_incomplete=0 ais_cd=0 pd=0 cp=0 gbs=0 "      \
    "concussion=0 bvh=0 uvh=0 hip_fracture=0 lumbar_surgery=0 nerve_transfer=0 mdi=0 "             \
    "ant_dislocation=0 rc_pain=0 scap_dyskinesis=0 neck_pain=0 leg_pain=0 pfp=0 aclr=0 sui=0 "     \
    "synkinesis=0 neglect=0 wbv_available=0 group_available=0 restraint_only=0 emg_bf_isolated=0 "

static void vignettes_fire_exactly_their_rules(void) {
    static const struct {
        const char *who, *findings, *rules;
    } people[] = {
        {"healthy adult, treadmill with virtual reality in the clinic",
         ASKED_AND_ABSENT "tka=0 ankle_sprain_past=0 lmn_intact=1 age=34 female=1 walks=1 "
                          "vr_available=1 biofeedback_available=1 goal_gait=1 goal_gait_speed=1 "
                          "falls_12mo=0 wrist_ext_arom=65 finger_ext_arom=40 thumb_ext_arom=45 "
                          "mal_aou=5 fma_ue=66 wrist_ext_mrc=5 ankle_df_mrc=5 bbs=56 tug_s=6.8 "
                          "sts5_s=6.1 sts_needs_hands=0 step_asymmetry=1.02 cadence_cv=0.02 "
                          "stage4_s=10 can_stand_unaided=1 months_post_event=8",
         ""},
        {"radial palsy, denervated extensors",
         ASKED_AND_ABSENT "tka=0 ankle_sprain_past=0 lmn_intact=0 age=41 female=0 walks=1 "
                          "wrist_ext_mrc=0 wrist_ext_arom=0 finger_ext_arom=0 thumb_ext_arom=0 "
                          "finger_flex_mrc=4 shoulder_abd_mrc=5 mal_aou=2 goal_hand=1 "
                          "function_limited=1 ashworth=0 vr_available=1 goal_gait=0 falls_12mo=0 "
                          "months_post_event=8 sensory_loss_hand=1 weeks_post_injury=34",
         "S8"},
        {"athlete, ankle healed, 8 months",
         ASKED_AND_ABSENT "tka=0 ankle_sprain_past=1 cait=29 giving_way_6mo=0 ybt_ant_diff_cm=1 "
                          "lmn_intact=1 age=24 female=0 walks=1 vr_available=1 goal_gait=1 "
                          "goal_gait_speed=1 months_post_event=8 weeks_post_injury=35 "
                          "falls_12mo=0 wrist_ext_arom=70 finger_ext_arom=40 thumb_ext_arom=40 "
                          "bbs=56 tug_s=5.9 sts5_s=5.5 fppa_deg=6 stage4_s=10",
         ""},
        {"knee replacement, day 10",
         ASKED_AND_ABSENT "tka=1 days_post_op=10 weeks_post_op=1.4 quad_lsi=42 wb_symmetry=0.72 "
                          "ankle_sprain_past=0 lmn_intact=1 age=71 female=1 walks=1 goal_gait=1 "
                          "goal_stairs=1 falls_12mo=0 tug_s=17.5 stage4_s=10 sts5_s=21 "
                          "sts_needs_hands=1 bbs=43 fesi=22 abc=74 step_asymmetry=1.3 "
                          "cadence_cv=0.06 can_stand_unaided=1 prom_limited=1 wb_allowed=1 "
                          "vr_available=1 months_post_event=8 ankle_df_mrc=5 medically_stable=1 "
                          "pain_during=4 pain_rise_24h=1",
         "K2 K3 K4 K7"},
        {"knee replacement, day 10, slow Timed Up and Go and short tandem together",
         "tka=1 days_post_op=10 weeks_post_op=1.4 quad_lsi=42 wb_symmetry=0.72 age=71 "
         "falls_12mo=0 tug_s=17.5 stage4_s=6",
         "F1 K2 K3 K4 K7"}};
    for (size_t i = 0; i < sizeof people / sizeof people[0]; i++) {
        eg_test_book_open(&test);
        plan_for(people[i].findings);
        if (strcmp(ids_of(EG_TRUE), people[i].rules) != 0)
            EG_FAIL("%s: %s", people[i].who, ids_of(EG_TRUE));
        eg_test_book_close(&test);
    }
    eg_test_note("4 people, and the knee with two balance tests");
}

static void empty_findings_leave_every_rule_unknown(void) {
    eg_test_book_open(&test);
    plan_for("");
    EG_CHECK_INT(test.result->n_outcomes, 108);
    EG_CHECK_TEXT(ids_of(EG_TRUE), "");
    EG_CHECK_TEXT(ids_of(EG_FALSE), "");
    EG_CHECK_INT(test.result->n_proposals, 0);
    EG_CHECK(!test.result->blocked[0] && !test.result->blocked[1] && !test.result->blocked[2]);
    EG_CHECK_INT(test.result->n_measure_next, 150); /* 151 but for the engine's own */
    EG_CHECK_TEXT(test.result->measure_next[0], "red_flag");
    eg_test_note("%zu rules, %zu findings to measure", test.result->n_outcomes,
                 test.result->n_measure_next);
    eg_test_book_close(&test);
}

enum { NAMES_MAX = 16, VALUES_MAX = 24 };

/* Values worth trying for each finding of one rule: the limits and what lies beside them. */
typedef struct search {
    const char *names[NAMES_MAX];
    double values[NAMES_MAX][VALUES_MAX];
    size_t n_values[NAMES_MAX];
    size_t n_names;
} search;

static void add_value(search *all, size_t at, double value) {
    json_t *definition = eg_knowledge_find(test.knowledge, "findings", all->names[at]);
    bool yes_no = strcmp(eg_json_text_of(definition, "scale", ""), "yes/no") == 0;
    if (value < eg_json_number_of(definition, "low", 0.0)) return;
    if (value > eg_json_number_of(definition, "high", 0.0)) return;
    bool whole = strcmp(eg_json_text_of(definition, "scale", ""), "count") == 0 ||
                 json_is_true(json_object_get(definition, "whole"));
    if (whole && fabs(value - floor(value)) > 0.0) return;
    if (yes_no && fabs(value) > 1e-9 && fabs(value - 1.0) > 1e-9) return;
    EG_CHECK(all->n_values[at] < VALUES_MAX);
    all->values[at][all->n_values[at]++] = value;
}

static void list_values(const eg_rule *rule, search *all) {
    static const double steps[] = {0.0, -1.0, 1.0, -0.01, 0.01};
    *all = (search){0};
    for (size_t i = 0; i < rule->expression.n_nodes; i++) {
        const eg_expression_node *node = &rule->expression.nodes[i];
        size_t at = 0;
        if (node->op != EG_OP_COMPARE) continue;
        while (at < all->n_names && strcmp(all->names[at], node->name) != 0) at++;
        if (at == all->n_names) {
            EG_CHECK(all->n_names < NAMES_MAX);
            all->names[all->n_names++] = node->name;
        }
        for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++)
            add_value(all, at, node->number + steps[k]);
    }
}

/* Walks all combinations until the rule has this truth; false if none has. */
static bool find_case(const eg_rule *rule, const search *all, eg_truth truth) {
    size_t digits[NAMES_MAX] = {0};
    while (true) {
        test.findings->count = 0;
        for (size_t i = 0; i < all->n_names; i++)
            EG_CHECK_INT(eg_findings_set(test.findings, test.knowledge, all->names[i],
                                         all->values[i][digits[i]], NULL, NULL, NULL),
                         EG_OK);
        eg_plan_evaluate(test.rules, test.findings, test.result);
        if (truth_of(rule->id) == truth) return true;
        size_t at = 0;
        while (at < all->n_names && ++digits[at] == all->n_values[at]) digits[at++] = 0;
        if (at == all->n_names) return false;
    }
}

static void every_rule_has_positive_and_negative(void) {
    eg_test_book_open(&test);
    for (size_t i = 0; i < test.rules->n_rules; i++) {
        search all;
        list_values(&test.rules->rules[i], &all);
        if (!find_case(&test.rules->rules[i], &all, EG_TRUE))
            EG_FAIL("%s never", test.rules->rules[i].id);
        if (!find_case(&test.rules->rules[i], &all, EG_FALSE))
            EG_FAIL("%s always", test.rules->rules[i].id);
        test.findings->count = 0;
        eg_plan_evaluate(test.rules, test.findings, test.result);
        EG_CHECK_INT(truth_of(test.rules->rules[i].id), EG_UNKNOWN);
    }
    eg_test_note("%zu rules: true, false and unknown each reached", test.rules->n_rules);
    eg_test_book_close(&test);
}

/* Written by hand from the text of the rules, not from their expressions: what is just enough, and
 * what just misses. */
static const struct {
    const char *rule, *yes, *no;
} by_hand[] = {
    {"S1", "red_flag=1", "red_flag=0"},
    {"S4", "rest_sbp=181", "rest_sbp=180 rest_dbp=110 rest_hr=120 spo2=90"},
    {"S4", "spo2=89", "rest_sbp=120 rest_dbp=80 rest_hr=70 spo2=97"},
    {"S5", "pain_during=6", "pain_during=5 pain_rise_24h=2"},
    {"S5", "pain_rise_24h=3", "pain_during=0 pain_rise_24h=0"},
    {"S6", "sci_level_t6_or_above=1 sbp_rise=20", "sci_level_t6_or_above=1 sbp_rise=19"},
    {"S7", "hours_post_stroke=23", "hours_post_stroke=24"},
    {"S8", "lmn_intact=0", "lmn_intact=1"},
    {"U1", "stroke=1 wrist_ext_arom=10 finger_ext_arom=10 thumb_ext_arom=10 mal_aou=2.4",
     "stroke=1 wrist_ext_arom=10 finger_ext_arom=10 thumb_ext_arom=10 mal_aou=2.5"},
    {"U1", "stroke=1 wrist_ext_arom=40 finger_ext_arom=30 thumb_ext_arom=30 mal_aou=1",
     "stroke=0 wrist_ext_arom=40 finger_ext_arom=30 thumb_ext_arom=30 mal_aou=1"},
    {"U2", "stroke=1 fma_ue=57", "stroke=1 fma_ue=58"},
    {"U2", "stroke=1 fma_ue=20", "stroke=1 fma_ue=19"},
    {"U3", "stroke=1 wrist_ext_mrc=2 lmn_intact=1", "stroke=1 wrist_ext_mrc=2 lmn_intact=0"},
    {"U4", "stroke=1 neglect=1", "stroke=1 neglect=0 fma_ue=60"},
    {"U5", "stroke=1 shoulder_sublux_mm=9.5 days_post_stroke=60 shoulder_abd_mrc=2",
     "stroke=1 shoulder_sublux_mm=9.5 days_post_stroke=180 shoulder_abd_mrc=2"},
    {"U6", "tbi=1 ashworth=2 function_limited=1", "tbi=1 ashworth=1.5 function_limited=1"},
    {"U7", "stroke=1 trunk_disp_reach_cm=6", "stroke=1 trunk_disp_reach_cm=5"},
    {"U8", "stroke=1 finger_ext_arom=4 finger_flex_mrc=1",
     "stroke=1 finger_ext_arom=4 finger_flex_mrc=0"},
    {"U9", "stroke=1 fma_ue=40 can_imagine=1", "stroke=1 fma_ue=40 can_imagine=0"},
    {"U10", "stroke=1 restraint_only=1", "stroke=1 restraint_only=0"},
    {"U11", "cp=1 prom_limited=1", "stroke=0 tbi=0 sci=0 cp=0 prom_limited=1"},
    {"U12", "stroke=1 sensory_loss_hand=1", "stroke=1 sensory_loss_hand=0"},
    {"G1", "stroke=1 months_post_event=7 walks=1 goal_gait=1",
     "stroke=1 months_post_event=6 walks=1 goal_gait=1"},
    {"G1", "tbi=1 months_post_event=7 walks=1 goal_gait=1",
     "stroke=0 sci_incomplete=0 tbi=0 months_post_event=7 walks=1 goal_gait=1"},
    {"G2", "stroke=1 months_post_event=9 walks=1 goal_gait_speed=1",
     "stroke=1 months_post_event=9 walks=1 goal_gait_speed=0"},
    {"G4", "stroke=1 ankle_df_mrc=3 swing_clearance_low=1",
     "stroke=1 ankle_df_mrc=4 swing_clearance_low=1"},
    {"G5", "stroke=1 walks=1 cadence_cv=0.06",
     "stroke=1 walks=1 cadence_cv=0.05 "
     "step_asymmetry=1.1"},
    {"G6", "stroke=1 bbs=44", "stroke=1 bbs=45"},
    {"G7", "stroke=1 pass=27", "stroke=1 tis=18 pass=28 sit_unsupported_s=10"},
    {"G8", "stroke=1 sts_needs_hands=1", "stroke=1 sts5_s=15 sts_needs_hands=0"},
    {"G9", "fac=2 days_post_stroke=89", "fac=3 days_post_stroke=89"},
    {"G12", "stroke=1 biofeedback_available=1 goal_sit=1",
     "stroke=1 biofeedback_available=1 goal_gait=0 goal_stand=0 goal_sit=0"},
    {"G15", "age=65 falls_12mo=1 can_stand_unaided=1",
     "age=64 stroke=0 pd=0 falls_12mo=1 can_stand_unaided=1"},
    {"G17", "stroke=1 ashworth_pf=2 goal_reduce_tone=1",
     "stroke=1 ashworth_pf=1.5 goal_reduce_tone=1"},
    {"D1", "stroke=1 therapy_min_day=179 can_take_part=1",
     "stroke=1 therapy_min_day=180 can_take_part=1"},
    {"F1", "age=70 falls_12mo=1", "age=70 falls_12mo=0 tug_s=14 stage4_s=10"},
    {"F1", "age=70 falls_12mo=0 tug_s=12 stage4_s=9", "age=64 falls_12mo=2 tug_s=30 stage4_s=0"},
    {"F2", "falls_12mo=2", "falls_12mo=1 tug_s=19.9"},
    {"F3", "age=65 abc=66", "age=65 abc=67 fesi=27"},
    {"T1", "rancho=6", "rancho=7"},
    {"K1", "aclr=1 weeks_post_op=12 quad_lsi=79", "aclr=1 weeks_post_op=12 quad_lsi=80"},
    {"K2", "tka=1 days_post_op=1", "tka=1 days_post_op=0"},
    {"K7", "tka=1 weeks_post_op=6", "tka=1 weeks_post_op=7 quad_lsi=85"},
    {"K8", "tka=1 days_post_op=0", "tka=1 days_post_op=1"},
    {"A1", "ankle_sprain_past=1 cait=25", "ankle_sprain_past=1 cait=26 giving_way_6mo=1"},
    {"L1", "lbp_weeks=12 mci_tests_pos=2", "lbp_weeks=12 mci_tests_pos=1"},
    {"L3", "lbp_weeks=5", "lbp_weeks=6"},
    {"V1", "uvh=1 weeks_onset=11", "uvh=1 weeks_onset=12"},
    {"V4", "bvh=1", "uvh=0 bvh=0"},
    {"E2", "success=0.8 blocks_at_level=2", "success=0.8 blocks_at_level=1"},
    {"E6", "any=1", "any=0"},
    {"PN1", "nerve_transfer=1 target_emg=0", "nerve_transfer=1 target_emg=1"}};

static void rules_mean_what_they_say(void) {
    eg_test_book_open(&test);
    for (size_t i = 0; i < sizeof by_hand / sizeof by_hand[0]; i++) {
        test.findings->count = 0;
        plan_for(by_hand[i].yes);
        if (truth_of(by_hand[i].rule) != EG_TRUE)
            EG_FAIL("%s with %s", by_hand[i].rule, by_hand[i].yes);
        test.findings->count = 0;
        plan_for(by_hand[i].no);
        if (truth_of(by_hand[i].rule) != EG_FALSE)
            EG_FAIL("%s with %s", by_hand[i].rule, by_hand[i].no);
    }
    static const char *const absolute[] = {
        "implanted_device", "dvt_active",         "pregnant",      "bleeding_untreated",
        "infection_site",   "malignancy_at_site", "cannot_report", "poor_circulation_site"};
    for (size_t i = 0; i < sizeof absolute / sizeof absolute[0]; i++) {
        char text[64];
        test.findings->count = 0;
        snprintf(text, sizeof text, "%s=1", absolute[i]);
        plan_for(text);
        EG_CHECK_INT(truth_of("S2"), EG_TRUE);
        EG_CHECK(test.result->blocked[EG_BLOCK_STIMULATION]);
    }
    eg_test_note("%zu pairs written by hand", sizeof by_hand / sizeof by_hand[0]);
    eg_test_book_close(&test);
}

/* A small generator, so that the cases are the same in every run. */
static unsigned next_random(unsigned *state) {
    *state = *state * 1664525U + 1013904223U;
    return *state >> 16;
}

/* To know more never takes back what was certain, and to know all that was missing decides. */
static void knowing_more_never_takes_back(void) {
    unsigned state = 7;
    size_t steps = 0;
    eg_test_book_open(&test);
    for (size_t r = 0; r < test.rules->n_rules; r++) {
        search all;
        list_values(&test.rules->rules[r], &all);
        for (int repeat = 0; repeat < 20; repeat++) {
            eg_truth before = EG_UNKNOWN;
            test.findings->count = 0;
            for (size_t k = 0; k < 3 * all.n_names; k++) {
                size_t at = next_random(&state) % all.n_names;
                double value = all.values[at][next_random(&state) % all.n_values[at]];
                if (eg_findings_get(test.findings, all.names[at]) != NULL) continue;
                EG_CHECK_INT(eg_findings_set(test.findings, test.knowledge, all.names[at], value,
                                             NULL, NULL, NULL),
                             EG_OK);
                eg_plan_evaluate(test.rules, test.findings, test.result);
                const eg_expression_result *now = &test.result->outcomes[r].result;
                if (before != EG_UNKNOWN && now->truth != before)
                    EG_FAIL("%s went from %s to %s", test.rules->rules[r].id, eg_truth_name(before),
                            eg_truth_name(now->truth));
                EG_CHECK(now->n_decisive > 0);
                for (size_t d = 0; d < now->n_decisive; d++) {
                    const char *name = test.rules->rules[r].expression.nodes[now->decisive[d]].name;
                    bool known = eg_findings_get(test.findings, name) != NULL;
                    EG_CHECK(known == (now->truth != EG_UNKNOWN));
                }
                before = now->truth;
                steps++;
            }
        }
    }
    eg_test_note("%zu findings added to %zu rules", steps, test.rules->n_rules);
    eg_test_book_close(&test);
}

EG_TESTS({"rules: the four vignettes fire exactly their rules", vignettes_fire_exactly_their_rules},
         {"rules: nothing known leaves every rule unknown",
          empty_findings_leave_every_rule_unknown},
         {"rules: each is true, false and unknown somewhere", every_rule_has_positive_and_negative},
         {"rules: each means what its text says", rules_mean_what_they_say},
         {"rules: knowing more never takes back", knowing_more_never_takes_back})
