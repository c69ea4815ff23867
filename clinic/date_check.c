#include "clinic/date_check.h"

#include <stdio.h>
#include <string.h>

#include "clinic/intake_check.h"
#include "clinic/row.h"
#include "core/base/check.h"

enum {
    YEAR_DAYS = 366,
    AGE_MAX_DAYS = 130 * 366,   /* nobody is older */
    GOAL_MAX_DAYS = 5 * 366,    /* a goal further off is no goal of one course of care */
    PLAN_MAX_DAYS = 2 * 366,    /* end of a plan */
    NOT_AHEAD = -1,             /* in `ahead_days`: it has happened */
    ANY_TIME_BACK = 0,          /* in `back_days` */
    NOT_BACK_WHEN_WRITTEN = -1, /* in `back_days`: a day to come when it is first written */
};

/* How far from today one date may lie. */
typedef struct date_rule {
    const char *kind;
    const char *member; /* "consent.at" is inside an object */
    const char *name;   /* as the sentence has it */
    int ahead_days;
    int back_days;
} date_rule;

static const date_rule rules[] = {
    {"referral", "received_on", "the day the referral came", NOT_AHEAD, ANY_TIME_BACK},
    {"referral", "signed_on", "the day the referral was signed", NOT_AHEAD, ANY_TIME_BACK},
    {"intake", "onset_at", "the onset", NOT_AHEAD, ANY_TIME_BACK},
    {"intake", "operated_on", "the operation", NOT_AHEAD, ANY_TIME_BACK},
    {"intake", "injured_on", "the injury", NOT_AHEAD, ANY_TIME_BACK},
    {"intake", "vital_signs.measured_at", "the time of the vital signs", NOT_AHEAD, ANY_TIME_BACK},
    {"intake", "consent.at", "the consent", NOT_AHEAD, ANY_TIME_BACK},
    {"evaluation", "date", "the evaluation", NOT_AHEAD, ANY_TIME_BACK},
    {"recording", "recorded_on", "the day of the recording", NOT_AHEAD, ANY_TIME_BACK},
    {"goal", "due_on", "the goal's day", GOAL_MAX_DAYS, NOT_BACK_WHEN_WRITTEN},
    {"plan", "start_on", "the plan's start", YEAR_DAYS, YEAR_DAYS},
    {"plan", "end_on", "the plan's end", PLAN_MAX_DAYS, YEAR_DAYS},
    {"session", "date", "the visit", NOT_AHEAD, ANY_TIME_BACK},
    {"session", "started_at", "the visit's start", NOT_AHEAD, ANY_TIME_BACK},
    {"session", "ended_at", "the visit's end", NOT_AHEAD, ANY_TIME_BACK},
    {"report", "date", "the report", NOT_AHEAD, ANY_TIME_BACK},
    {"report", "period.from", "the beginning of the report's time", NOT_AHEAD, ANY_TIME_BACK},
    {"report", "period.to", "the end of the report's time", PLAN_MAX_DAYS, ANY_TIME_BACK},
    {"release", "at", "the release", NOT_AHEAD, ANY_TIME_BACK},
};

/* The first of two is not after the second. */
typedef struct date_pair {
    const char *kind;
    const char *first;
    const char *second;
    const char *reason;
} date_pair;

static const date_pair pairs[] = {
    {"plan", "start_on", "end_on", "the plan ends before it starts"},
    {"session", "started_at", "ended_at", "the visit ends before it starts"},
    {"report", "period.from", "period.to", "the report's time ends before it begins"},
};

static eg_err refuse(json_t **problems, eg_diag *diag, const char *member, const char *reason,
                     const char *remedy) {
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/%s", member);
    for (char *at = pointer; *at != '\0'; at++)
        if (*at == '.') *at = '/';
    eg_problem_add(problems, pointer, reason, remedy);
    return eg_diag_set(diag, EG_ERR_DATA, pointer, 0, "%s; %s", reason, remedy);
}

static const char *text_of(const json_t *body, const char *member) {
    const char *text = json_string_value(eg_intake_at(body, member));
    return text == NULL ? "" : text;
}

/* The clinic's calendar day of a date or an instant; false: it is not given. */
static bool day_of(const eg_clinic *clinic, const char *text, int64_t *day) {
    int64_t utc_ms = 0;
    if (eg_date_parse(text, day)) return true;
    if (!eg_instant_parse(text, &utc_ms)) return false;
    char date[EG_DATE_SIZE];
    eg_zone_date(clinic->zone, utc_ms, date);
    return eg_date_parse(date, day);
}

static int64_t today_of(const eg_clinic *clinic) {
    char date[EG_DATE_SIZE];
    int64_t day = 0;
    eg_clinic_today(clinic, date);
    (void)eg_date_parse(date, &day);
    return day;
}

static eg_err check_day(const date_rule *rule, int64_t day, int64_t today, int64_t born,
                        bool is_new, json_t **problems, eg_diag *diag) {
    char reason[160], date[EG_DATE_SIZE], now[EG_DATE_SIZE];
    eg_date_format(day, date);
    eg_date_format(today, now);
    const char *what = NULL, *remedy = "correct the date";
    if (day < eg_days_from_civil(1900, 1, 1))
        what = "lies before 1900";
    else if (day < born)
        what = "lies before the person was born";
    else if (rule->ahead_days == NOT_AHEAD && day > today)
        what = "lies in the future";
    else if (rule->ahead_days != NOT_AHEAD && day > today + rule->ahead_days)
        what = "lies too far ahead";
    else if (rule->back_days > ANY_TIME_BACK && day < today - rule->back_days)
        what = "lies more than a year back";
    else if (rule->back_days == NOT_BACK_WHEN_WRITTEN && is_new && day < today) {
        what = "has passed already";
        remedy = "choose a day to come";
    }
    if (what == NULL) return EG_OK;
    snprintf(reason, sizeof reason, "%s, %s, %s (today is %s)", rule->name, date, what, now);
    return refuse(problems, diag, rule->member, reason, remedy);
}

static bool is_as_before(const json_t *old, const json_t *body, const char *member) {
    return old != NULL && strcmp(text_of(old, member), text_of(body, member)) == 0;
}

static eg_err check_pair(const eg_clinic *clinic, const date_pair *pair, const json_t *body,
                         json_t **problems, eg_diag *diag) {
    const char *texts[] = {text_of(body, pair->first), text_of(body, pair->second)};
    int64_t days[2] = {0, 0}, ms[2] = {0, 0};
    if (!day_of(clinic, texts[0], &days[0]) || !day_of(clinic, texts[1], &days[1])) return EG_OK;
    bool exact = eg_instant_parse(texts[0], &ms[0]) && eg_instant_parse(texts[1], &ms[1]);
    if (exact ? ms[0] <= ms[1] : days[0] <= days[1]) return EG_OK;
    return refuse(problems, diag, pair->second, pair->reason, "correct one of the two");
}

/* The first examination comes first. */
static eg_err check_order(const json_t *chart, const json_t *body, json_t **problems,
                          eg_diag *diag) {
    if (strcmp(eg_text_at(body, "type"), "initial") == 0) return EG_OK;
    const json_t *evaluations = eg_member(chart, "evaluations");
    int64_t day = 0, first = INT64_MAX;
    for (size_t i = 0; i < json_array_size(evaluations); i++) {
        const json_t *other = json_array_get(evaluations, i);
        if (strcmp(eg_body_text(other, "type"), "initial") == 0 &&
            eg_date_parse(eg_body_text(other, "date"), &day) && day < first)
            first = day;
    }
    if (first == INT64_MAX || !eg_date_parse(eg_text_at(body, "date"), &day) || day >= first)
        return EG_OK;
    char reason[120], date[EG_DATE_SIZE];
    eg_date_format(first, date);
    snprintf(reason, sizeof reason, "this lies before the initial evaluation of %s", date);
    return refuse(problems, diag, "date", reason, "correct one of the two dates");
}

/* A visit follows a plan, and is not older than it. */
static eg_err check_visit(const json_t *chart, const json_t *body, json_t **problems,
                          eg_diag *diag) {
    const json_t *plans = eg_member(chart, "plans");
    int64_t day = 0, start = 0;
    for (size_t i = 0; i < json_array_size(plans); i++) {
        const json_t *plan = json_array_get(plans, i);
        if (strcmp(eg_text_at(plan, "id"), eg_text_at(body, "plan_id")) != 0 ||
            json_integer_value(eg_member(plan, "version")) !=
                json_integer_value(eg_member(body, "plan_version")))
            continue;
        const char *from = eg_body_text(plan, "start_on");
        if (!eg_date_parse(from, &start) || !eg_date_parse(eg_text_at(body, "date"), &day) ||
            day >= start)
            return EG_OK;
        char reason[120];
        snprintf(reason, sizeof reason, "the visit lies before the plan's start on %s", from);
        return refuse(problems, diag, "date", reason,
                      "correct the date, or sign a plan that starts earlier");
    }
    return EG_OK;
}

eg_err eg_date_check(const eg_clinic *clinic, const json_t *chart, const char *kind,
                     const json_t *old, const json_t *body, json_t **problems, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && kind != NULL);
    int64_t today = today_of(clinic), born = INT64_MIN, day = 0;
    if (!eg_date_parse(eg_body_text(eg_member(chart, "person"), "birth_date"), &born))
        born = INT64_MIN;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const date_rule *rule = &rules[i];
        if (strcmp(rule->kind, kind) != 0 || is_as_before(old, body, rule->member) ||
            !day_of(clinic, text_of(body, rule->member), &day))
            continue;
        eg_err err = check_day(rule, day, today, born, old == NULL, problems, diag);
        if (err != EG_OK) return err;
    }
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const date_pair *pair = &pairs[i];
        if (strcmp(pair->kind, kind) != 0 ||
            (is_as_before(old, body, pair->first) && is_as_before(old, body, pair->second)))
            continue;
        eg_err err = check_pair(clinic, pair, body, problems, diag);
        if (err != EG_OK) return err;
    }
    if (is_as_before(old, body, "date")) return EG_OK;
    if (strcmp(kind, "evaluation") == 0) return check_order(chart, body, problems, diag);
    return strcmp(kind, "session") == 0 ? check_visit(chart, body, problems, diag) : EG_OK;
}

eg_err eg_date_check_birth(const eg_clinic *clinic, const json_t *person, json_t **problems,
                           eg_diag *diag) {
    int64_t born = 0, today = today_of(clinic);
    if (!eg_date_parse(eg_text_at(person, "birth_date"), &born)) return EG_ERR_INTERNAL;
    if (born > today)
        return refuse(problems, diag, "birth_date", "the date of birth lies in the future",
                      "check the year of birth");
    if (today - born < AGE_MAX_DAYS) return EG_OK;
    return refuse(problems, diag, "birth_date", "is not a possible date of birth",
                  "check the year of birth");
}
