#include "clinic/derive.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clinic/chart.h"
#include "clinic/course.h"
#include "clinic/course_guard.h"
#include "clinic/finding.h"
#include "clinic/goal.h"
#include "clinic/intake_check.h"
#include "clinic/knowledge.h"
#include "clinic/row.h"
#include "core/base/check.h"

enum { HOUR_MS = 3600000, DAY_HOURS = 24 };

/* What one derivation works on. */
typedef struct derivation {
    const eg_clinic *clinic;
    const json_t *chart;
    const json_t *intake;   /* the document, NULL if none */
    const json_t *check_in; /* of a session, NULL if none */
    json_t *findings;
    json_t *sources;
} derivation;

/* A value on its way into the set; NaN if it is not known. */
typedef struct found {
    double value;
    const char *kind;       /* of its source */
    const json_t *document; /* where it was read, NULL if none */
    char text[160];
} found;

static const found unknown = {.value = NAN, .kind = "none"};

static double known_value(const derivation *self, const char *name) {
    const json_t *value = json_object_get(self->findings, name);
    return value == NULL ? (double)NAN : json_number_value(value);
}

/* Every red flag answered with no, or released: 0. One open: 1. */
static double red_flag(const derivation *self) {
    json_t *open = eg_course_red_flags(self->chart);
    size_t n_open = json_array_size(open);
    json_decref(open);
    if (n_open > 0) return 1;
    json_t *flags = json_object_get(json_object_get(self->intake, "body"), "red_flags");
    bool answered = json_object_size(flags) > 0;
    for (void *at = json_object_iter(flags); at != NULL; at = json_object_iter_next(flags, at))
        answered = answered && json_is_number(json_object_iter_value(at));
    return answered ? 0 : (double)NAN;
}

static found from_intake(const derivation *self, const char *code) {
    found result = {.value = NAN, .kind = "intake", .document = self->intake};
    snprintf(result.text, sizeof result.text, "intake");
    if (strcmp(code, "sex") == 0) {
        const json_t *person = eg_member(self->chart, "person");
        const char *sex = eg_body_text(person, "sex");
        result.document = person;
        snprintf(result.text, sizeof result.text, "sex of the record");
        if (sex[0] != '\0' && strcmp(sex, "unknown") != 0)
            result.value = strcmp(sex, "female") == 0 ? 1 : 0;
    } else if (strcmp(code, "red_flags") == 0) {
        if (self->intake != NULL) result.value = red_flag(self);
    } else {
        const json_t *value = eg_intake_at(eg_member(self->intake, "body"), code);
        if (json_is_number(value)) result.value = json_number_value(value);
        /* An intake written before contradictions were refused may deny what it lists. */
        const json_t *implants = eg_member(eg_member(self->intake, "body"), "implants");
        for (size_t i = 0; strcmp(code, "implanted_device") == 0 && i < json_array_size(implants);
             i++)
            if (json_is_true(eg_member(json_array_get(implants, i), "active_electronic")))
                result.value = 1;
    }
    return result;
}

static bool gate_open(const derivation *self, const json_t *from) {
    const char *gate = eg_text_at(from, "gate");
    const json_t *any = eg_member(from, "gate_any");
    if (gate[0] != '\0' && known_value(self, gate) != 1) return false;
    bool open = json_array_size(any) == 0;
    for (size_t i = 0; i < json_array_size(any) && !open; i++)
        open = known_value(self, json_string_value(json_array_get(any, i))) == 1;
    return open;
}

/* Time since a date or instant, in hours, days, weeks, completed months or completed years. Of a
 * date alone nobody knows the hour: the end of that day counts, so that "within 24 h" is not left
 * too early. */
static double elapsed(const derivation *self, const char *text, const char *unit) {
    int64_t days = 0, at_ms = 0, today = 0;
    char date[EG_DATE_SIZE];
    bool is_date = eg_date_parse(text, &days);
    if (!is_date && !eg_instant_parse(text, &at_ms)) return NAN;
    if (!is_date) {
        eg_zone_date(self->clinic->zone, at_ms, date);
        (void)eg_date_parse(date, &days);
    }
    eg_clinic_today(self->clinic, date);
    if (!eg_date_parse(date, &today) || days > today) return NAN;
    if (strcmp(unit, "a") == 0) return eg_years_between(days, today);
    if (strcmp(unit, "mo") == 0) return eg_months_between(days, today);
    if (strcmp(unit, "wk") == 0) return (double)(today - days) / 7.0;
    if (strcmp(unit, "d") == 0) return (double)(today - days);
    if (is_date) return today - days < 1 ? (double)NAN : (double)(today - days - 1) * DAY_HOURS;
    return (double)(self->clinic->now_ms - at_ms) / HOUR_MS;
}

static found from_date(const derivation *self, const json_t *from) {
    found result = {.value = NAN, .kind = "date"};
    const char *code = eg_text_at(from, "code");
    bool is_birth = strcmp(code, "birth_date") == 0;
    result.document = is_birth ? eg_member(self->chart, "person") : self->intake;
    const char *text = eg_body_text(result.document, code);
    if (!gate_open(self, from)) return result;
    result.value = elapsed(self, text, eg_text_at(from, "in"));
    snprintf(result.text, sizeof result.text, "%s %s",
             is_birth                        ? "born"
             : strcmp(code, "onset_at") == 0 ? "onset"
                                             : "operation",
             text);
    return result;
}

/* Of a later day, or of the same and written later? Absent documents are the oldest. */
static bool is_newer(const json_t *chart, const json_t *document, const json_t *than) {
    int later = strcmp(eg_chart_date(chart, document), eg_chart_date(chart, than));
    if (later != 0) return later > 0;
    return strcmp(eg_text_at(document, "created_at"), eg_text_at(than, "created_at")) >= 0;
}

/* The side that counts as affected: "" if the intake does not say one. */
static const char *affected_side(const derivation *self) {
    const char *side = eg_text_at(eg_member(self->intake, "body"), "affected_side");
    return strcmp(side, "left") == 0 || strcmp(side, "right") == 0 ? side : "";
}

/* The newest value of a measure on one side ("" for those without a side); NULL if none. */
static const json_t *newest(const derivation *self, const char *code, const char *side) {
    const json_t *entries = eg_member(self->chart, "entries");
    for (size_t i = json_array_size(entries); i > 0; i--) {
        const json_t *entry = json_array_get(entries, i - 1);
        if (strcmp(eg_body_text(entry, "code"), code) != 0) continue;
        if (strcmp(eg_body_text(entry, "side"), side) != 0) continue;
        if (!isnan(eg_body_number(entry, "value"))) return entry;
    }
    return NULL;
}

typedef struct sides {
    const json_t *entry[4]; /* none, left, right, both */
    size_t n;
} sides;

static sides all_sides(const derivation *self, const char *code) {
    static const char *const names[] = {"", "left", "right", "both"};
    sides result = {.n = 0};
    for (size_t i = 0; i < 4; i++) {
        const json_t *entry = newest(self, code, names[i]);
        if (entry != NULL) result.entry[result.n++] = entry;
    }
    return result;
}

static found of_entry(const json_t *entry, double value) {
    found result = {.value = value, .kind = "measure", .document = entry};
    const char *side = eg_body_text(entry, "side");
    snprintf(result.text, sizeof result.text, "%s%s%s", eg_body_text(entry, "code"),
             side[0] == '\0' ? "" : " ", side);
    return result;
}

/* The smallest or largest value over the sides. */
static found extreme(const sides *of, bool largest) {
    found best = unknown;
    for (size_t i = 0; i < of->n; i++) {
        double value = eg_body_number(of->entry[i], "value");
        if (isnan(best.value) || (largest ? value > best.value : value < best.value))
            best = of_entry(of->entry[i], value);
    }
    return best;
}

static found newest_side(const json_t *chart, const sides *of) {
    found best = unknown;
    for (size_t i = 0; i < of->n; i++)
        if (best.document == NULL || is_newer(chart, of->entry[i], best.document))
            best = of_entry(of->entry[i], eg_body_number(of->entry[i], "value"));
    return best;
}

/* The affected side; where the intake names none, the worse of the sides. */
static found affected(const derivation *self, const json_t *measure, const sides *of) {
    const char *side = affected_side(self);
    for (size_t i = 0; i < of->n && side[0] != '\0'; i++)
        if (strcmp(eg_body_text(of->entry[i], "side"), side) == 0)
            return of_entry(of->entry[i], eg_body_number(of->entry[i], "value"));
    if (side[0] != '\0' && of->n > 0 && eg_body_text(of->entry[0], "side")[0] != '\0')
        return unknown;
    return extreme(of, strcmp(eg_text_at(measure, "better"), "lower") == 0);
}

static found take(const derivation *self, const json_t *measure, const char *how) {
    const sides of = all_sides(self, eg_text_at(measure, "id"));
    if (of.n == 0) return unknown;
    if (strcmp(how, "affected") == 0) return affected(self, measure, &of);
    if (strcmp(how, "max") == 0 || strcmp(how, "any") == 0) return extreme(&of, true);
    if (strcmp(how, "min") == 0 || strcmp(how, "weaker") == 0) return extreme(&of, false);
    if (strcmp(how, "difference") == 0) {
        found high = extreme(&of, true), low = extreme(&of, false);
        high.value = of.n >= 2 ? high.value - low.value : (double)NAN;
        return high;
    }
    if (strcmp(how, "impaired") == 0) {
        /* The best answer of the choice is "intact": anything else is impaired. */
        found here = affected(self, measure, &of);
        const char *better = eg_text_at(measure, "better");
        double intact = eg_number_at(measure, strcmp(better, "lower") == 0 ? "low" : "high");
        if (!isnan(here.value)) here.value = fabs(here.value - intact) > 0 ? 1 : 0;
        return here;
    }
    return newest_side(self->chart, &of);
}

/* Joins what several measures say about the same finding. */
static found join(const json_t *chart, found a, found b, const char *how) {
    if (isnan(a.value)) return b;
    if (isnan(b.value)) return a;
    bool most = strcmp(how, "max") == 0 || strcmp(how, "any") == 0 || strcmp(how, "impaired") == 0;
    bool least = strcmp(how, "min") == 0 || strcmp(how, "weaker") == 0;
    if (most) return b.value > a.value ? b : a;
    if (least) return b.value < a.value ? b : a;
    return is_newer(chart, b.document, a.document) ? b : a;
}

static found from_measures(const derivation *self, const char *name) {
    found best = unknown;
    size_t n = eg_knowledge_count(self->clinic->knowledge, "measures");
    for (size_t i = 0; i < n; i++) {
        json_t *measure = eg_knowledge_at(self->clinic->knowledge, "measures", i);
        const json_t *feeds = eg_member(measure, "findings");
        for (size_t j = 0; j < json_array_size(feeds); j++) {
            const json_t *feed = json_array_get(feeds, j);
            if (strcmp(eg_text_at(feed, "finding"), name) != 0) continue;
            const char *how = eg_text_at(feed, "take");
            best = join(self->chart, best, take(self, measure, how), how);
        }
    }
    return best;
}

/* The newest of the intake's vital signs and the sessions' check-ins; at a session its own, and for
 * those that it did not take the newest ones. */
static found from_vital(const derivation *self, const char *name, const json_t *from) {
    const char *code = eg_text_at(from, "code");
    found result = {.value = NAN, .kind = "intake", .document = self->intake};
    const json_t *intake = eg_member(self->intake, "body");
    snprintf(result.text, sizeof result.text, "vital signs of the intake");
    result.value = eg_number_at(eg_member(intake, "vital_signs"), code);
    const json_t *sessions = eg_member(self->chart, "sessions");
    for (size_t i = 0; i < json_array_size(sessions); i++) {
        const json_t *session = json_array_get(sessions, i);
        double value = eg_number_at(eg_member(eg_member(session, "body"), "check_in"), code);
        if (isnan(value) ||
            (!isnan(result.value) && !is_newer(self->chart, session, result.document)))
            continue;
        result = (found){.value = value, .kind = "session", .document = session};
        snprintf(result.text, sizeof result.text, "check-in of the session");
    }
    bool is_now = !isnan(eg_number_at(self->check_in, code));
    if (is_now) {
        result = (found){.value = eg_number_at(self->check_in, code), .kind = "session"};
        snprintf(result.text, sizeof result.text, "check-in now");
    }
    const char *minus = eg_text_at(from, "minus");
    if (minus[0] != '\0') result.value -= eg_number_at(intake, minus);
    if (is_now) return result;
    found measured = from_measures(self, name);
    return isnan(result.value) ? measured : join(self->chart, result, measured, "value");
}

static found from_goals(const derivation *self, const json_t *definition) {
    found result = {.value = NAN, .kind = "goal"};
    const json_t *goals = eg_member(self->chart, "goals");
    for (size_t i = 0; i < json_array_size(goals); i++) {
        const json_t *goal = json_array_get(goals, i);
        if (strcmp(eg_body_text(goal, "status"), "stopped") == 0) continue;
        bool fits = eg_goal_is_about(eg_member(goal, "body"), definition);
        if (isnan(result.value) || fits) {
            result.value = fits ? 1 : 0;
            result.document = goal;
        }
        if (fits) break;
    }
    snprintf(result.text, sizeof result.text, "goals");
    return result;
}

/* Share of successful repetitions in the newest session that counted them. */
static found success_of(const derivation *self) {
    found result = {.value = NAN, .kind = "session"};
    const json_t *sessions = eg_member(self->chart, "sessions");
    for (size_t i = json_array_size(sessions); i > 0 && isnan(result.value); i--) {
        const json_t *session = json_array_get(sessions, i - 1);
        const json_t *items = eg_member(eg_member(session, "body"), "items");
        double good = 0, all = 0;
        for (size_t j = 0; j < json_array_size(items); j++) {
            const json_t *item = json_array_get(items, j);
            double successes = eg_number_at(item, "successes");
            double repetitions = eg_number_at(item, "repetitions");
            if (isnan(successes) || isnan(repetitions)) continue;
            good += successes;
            all += repetitions;
        }
        if (all <= 0 || good > all) continue;
        result.value = good / all;
        result.document = session;
        snprintf(result.text, sizeof result.text, "%.0f of %.0f repetitions", good, all);
    }
    return result;
}

static bool was_done(const json_t *item) {
    return eg_number_at(item, "repetitions") > 0 || eg_number_at(item, "seconds") > 0 ||
           eg_number_at(item, "sets") > 0;
}

/* The same exercise, or where none is named the same title. */
static bool same_exercise(const json_t *a, const json_t *b) {
    const char *id = eg_text_at(a, "exercise_id");
    if (id[0] != '\0' || eg_text_at(b, "exercise_id")[0] != '\0')
        return strcmp(id, eg_text_at(b, "exercise_id")) == 0;
    return strcmp(eg_text_at(a, "title"), eg_text_at(b, "title")) == 0;
}

/* How long an exercise has been at its level. */
typedef struct at_level {
    double sessions;
    double blocks; /* sets; an item without a number of sets is one */
} at_level;

/* Counts back from the session at `newest`: sessions in which the exercise was done with the load
 * of `item`, up to the first in which it was done with another. Sessions without it do not count
 * and do not end the row. */
static at_level level_of(const json_t *sessions, size_t newest, const json_t *item) {
    at_level level = {0};
    for (size_t i = newest + 1; i > 0; i--) {
        const json_t *items =
            eg_member(eg_member(json_array_get(sessions, i - 1), "body"), "items");
        double blocks = 0;
        for (size_t j = 0; j < json_array_size(items); j++) {
            const json_t *other = json_array_get(items, j);
            if (!was_done(other) || !same_exercise(item, other)) continue;
            if (strcmp(eg_text_at(item, "load"), eg_text_at(other, "load")) != 0) {
                if (i <= newest) return level;
                continue; /* two levels within the newest session: each is its own row */
            }
            blocks += eg_number_at(other, "sets") > 0 ? eg_number_at(other, "sets") : 1;
        }
        if (blocks <= 0) continue;
        level.sessions += 1;
        level.blocks += blocks;
    }
    return level;
}

/* sessions_at_level, blocks_at_level: the least over the exercises of the newest session in which
 * anything was done, so that every one of them has been at its level for so long. The level of an
 * exercise is its load as it was logged; a block is one set. */
static found level_from_sessions(const derivation *self, bool in_blocks) {
    found result = {.value = NAN, .kind = "session"};
    const json_t *sessions = eg_member(self->chart, "sessions");
    for (size_t i = json_array_size(sessions); i > 0 && isnan(result.value); i--) {
        const json_t *session = json_array_get(sessions, i - 1);
        const json_t *items = eg_member(eg_member(session, "body"), "items");
        for (size_t j = 0; j < json_array_size(items); j++) {
            const json_t *item = json_array_get(items, j);
            if (!was_done(item)) continue;
            const at_level level = level_of(sessions, i - 1, item);
            double count = in_blocks ? level.blocks : level.sessions;
            if (count >= result.value) continue; /* false while nothing is known */
            result.value = count;
            result.document = session;
            snprintf(result.text, sizeof result.text, "%.60s: %.0f %s at this level",
                     eg_text_at(item, "title"), count, in_blocks ? "sets" : "sessions");
        }
    }
    return result;
}

static found from_sessions(const derivation *self, const char *code) {
    if (strcmp(code, "success") == 0) return success_of(self);
    if (strcmp(code, "sessions_at_level") == 0) return level_from_sessions(self, false);
    if (strcmp(code, "blocks_at_level") == 0) return level_from_sessions(self, true);
    return unknown;
}

/* Pain of a session comes from its own check-in, like the vital signs. */
static bool is_of_check_in(const char *name) {
    return strcmp(name, "pain_during") == 0 || strcmp(name, "pain_rise_24h") == 0;
}

/* Pain of the newest session that asked for it, or measured later. */
static found from_session_pain(const derivation *self, const char *name) {
    found result = {.value = NAN, .kind = "session"};
    const json_t *sessions = eg_member(self->chart, "sessions");
    bool during = strcmp(name, "pain_during") == 0;
    for (size_t i = json_array_size(sessions); i > 0 && isnan(result.value); i--) {
        const json_t *session = json_array_get(sessions, i - 1);
        const json_t *body = eg_member(session, "body");
        result.value =
            during ? eg_session_pain(body) : eg_number_at(eg_member(body, "check_in"), name);
        result.document = session;
    }
    snprintf(result.text, sizeof result.text, "session log");
    return join(self->chart, result, from_measures(self, name), "value");
}

static found derive_one(const derivation *self, const char *name, const json_t *entry) {
    const json_t *from = eg_member(entry, "from");
    const char *kind = eg_text_at(from, "kind");
    const char *code = eg_text_at(from, "code");
    if (strcmp(kind, "intake") == 0) return from_intake(self, code);
    if (strcmp(kind, "date") == 0) return from_date(self, from);
    if (strcmp(kind, "vital") == 0) return from_vital(self, name, from);
    if (strcmp(kind, "goal") == 0) return from_goals(self, entry);
    if (strcmp(kind, "session") == 0) return from_sessions(self, code);
    if (strcmp(kind, "engine") == 0) {
        found result = {.value = NAN, .kind = "rule"};
        if (strcmp(eg_text_at(self->chart, "state"), "in_treatment") == 0) result.value = 1;
        snprintf(result.text, sizeof result.text, "a person in treatment");
        return result;
    }
    return is_of_check_in(name) ? from_session_pain(self, name) : from_measures(self, name);
}

/* The newest value typed for this finding; NULL if none. */
static const json_t *typed_value(const derivation *self, const char *name) {
    const json_t *typed = eg_member(self->chart, "finding_values");
    const json_t *best = NULL;
    for (size_t i = 0; i < json_array_size(typed); i++) {
        const json_t *document = json_array_get(typed, i);
        if (strcmp(eg_body_text(document, "name"), name) == 0 &&
            (best == NULL || is_newer(self->chart, document, best)))
            best = document;
    }
    return best;
}

static void put(const derivation *self, const char *name, const found *result) {
    char origin[200];
    const json_t *document = result->document;
    bool is_known = !isnan(result->value);
    const char *kind = is_known || strcmp(result->kind, "typed") == 0 ? result->kind : "none";
    eg_finding_origin(self->clinic->knowledge, name, origin, sizeof origin);
    bool is_entry = strcmp(eg_text_at(document, "kind"), "entry") == 0;
    const char *id = document == NULL ? NULL : eg_text_at(document, "id");
    const char *at =
        is_entry ? eg_chart_date(self->chart, document) : eg_text_at(document, "local_date");
    if (strcmp(kind, "none") == 0) {
        id = NULL;
        at = "";
    }
    if (is_known) json_object_set_new(self->findings, name, json_real(result->value));
    json_object_set_new(self->sources, name,
                        json_pack("{s:s,s:s*,s:s*,s:s,s:s}", "kind", kind, "entry_id",
                                  is_entry ? id : NULL, "document_id", id, "at", at, "text",
                                  strcmp(kind, "none") == 0 ? origin : result->text));
}

static void derive_finding(const derivation *self, json_t *entry) {
    const char *name = eg_json_text_of(entry, "id", "");
    const json_t *from = eg_member(entry, "from");
    found result = derive_one(self, name, entry);
    bool is_vital = strcmp(eg_text_at(from, "kind"), "vital") == 0 &&
                    !isnan(eg_number_at(self->check_in, eg_text_at(from, "code")));
    if (self->check_in != NULL && is_of_check_in(name)) {
        result = (found){.value = eg_number_at(self->check_in, name), .kind = "session"};
        snprintf(result.text, sizeof result.text, "check-in now");
        is_vital = true;
    }
    const json_t *typed = typed_value(self, name);
    bool takes_typed = typed != NULL && strcmp(name, "red_flag") != 0 &&
                       !(is_vital && self->check_in != NULL) &&
                       (isnan(result.value) || result.document == NULL ||
                        is_newer(self->chart, typed, result.document));
    /* What forbids stimulation is lifted by a changed intake only, never by typing beside it. */
    if (takes_typed && !isnan(result.value) && eg_intake_is_safety(self->clinic, name))
        takes_typed = eg_body_number(typed, "value") == eg_intake_danger(self->clinic, name);
    if (takes_typed) {
        result =
            (found){.value = eg_body_number(typed, "value"), .kind = "typed", .document = typed};
        snprintf(result.text, sizeof result.text, "%s",
                 isnan(result.value) ? "asked, cannot be known" : "typed in");
    }
    put(self, name, &result);
}

eg_err eg_derive_for_session(const eg_clinic *clinic, const json_t *chart, const json_t *check_in,
                             json_t **derived, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && chart != NULL && derived != NULL);
    *derived = NULL;
    derivation self = {.clinic = clinic, .chart = chart, .check_in = check_in};
    self.intake = eg_member(chart, "intake");
    if (!json_is_object(self.intake)) self.intake = NULL;
    self.findings = json_object();
    self.sources = json_object();
    size_t n = clinic->knowledge == NULL ? 0 : eg_knowledge_count(clinic->knowledge, "findings");
    /* Dates last: they look at diagnosis marks that come from the intake. */
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < n; i++) {
            json_t *entry = eg_knowledge_at(clinic->knowledge, "findings", i);
            const char *kind = eg_text_at(eg_member(entry, "from"), "kind");
            if ((strcmp(kind, "date") == 0) == (pass == 1)) derive_finding(&self, entry);
        }
    *derived = json_pack("{s:o,s:o}", "findings", self.findings, "sources", self.sources);
    if (*derived == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to derive");
    return EG_OK;
}

eg_err eg_derive(const eg_clinic *clinic, const json_t *chart, json_t **derived, eg_diag *diag) {
    return eg_derive_for_session(clinic, chart, NULL, derived, diag);
}
