/* The part of a report that says what has changed: sentences of the therapist, measures held
 * against their noise, goals, visits. */
#include <math.h>
#include <string.h>

#include "clinic/report_part.h"
#include "clinic/row.h"

enum {
    ROWS_MAX = 24,
    TRENDS_MAX = 6,
    POINTS_MAX = 64,
    VISITS_MAX = 8,
    N_MINUTES = 4,
    RECOMMENDATION_MAX = 400
};

const json_t *report_newest(const report *r) {
    const json_t *reports = json_object_get(r->input->chart, "reports");
    for (size_t i = json_array_size(reports); i > 0; i--) {
        const json_t *document = json_array_get(reports, i - 1);
        if (strcmp(eg_body_text(document, "type"), "evaluation_plan") != 0) return document;
    }
    return NULL;
}

static int was_repeated(const json_t *series) {
    return json_array_size(json_object_get(series, "points")) >= 2;
}

static const char *series_name(report *r, const json_t *series) {
    const char *side = eg_text_at(series, "side");
    const char *condition = eg_text_at(series, "condition");
    char *where = g_strdup(condition);
    g_strdelimit(where, "_", ' ');
    where[0] = g_ascii_toupper(where[0]);
    const char *name = report_print(r, "%s%s%s%s%s", eg_text_at(series, "name"),
                                    side[0] ? ", " : "", side, where[0] ? "\n" : "", where);
    g_free(where);
    return name;
}

/* Measures whose change has this verdict and direction (0: any), "Name first → last". */
static const char *changed(report *r, const char *verdict, int direction) {
    GPtrArray *lines = g_ptr_array_new();
    size_t i;
    json_t *series;
    json_array_foreach(json_object_get(r->input->progress, "measures"), i, series) {
        const json_t *points = json_object_get(series, "points");
        const char *side = eg_text_at(series, "side");
        if (!was_repeated(series) || strcmp(eg_text_at(series, "verdict"), verdict) != 0) continue;
        if (direction != 0 && eg_number_at(series, "direction") != direction) continue;
        double first = eg_number_at(json_array_get(points, 0), "value");
        double last = eg_number_at(json_array_get(points, json_array_size(points) - 1), "value");
        if (!(last > first || last < first)) continue; /* as it was: the table says it */
        report_add(lines, report_print(r, "%s%s%s %s → %s", eg_text_at(series, "name"),
                                       side[0] ? ", " : "", side, report_number(r, first),
                                       report_amount(r, last, eg_text_at(series, "unit"))));
    }
    return report_said(r, lines, "; ", 5);
}

static double t_score(const report *r) {
    return eg_number_at(json_object_get(r->input->progress, "gas"), "t_score");
}

static const char *goal_line(report *r) {
    size_t counts[3] = {0};
    static const char *const states[] = {"met", "open", "stopped"};
    size_t i;
    json_t *goal;
    json_array_foreach(json_object_get(r->input->chart, "goals"), i, goal) {
        for (size_t k = 0; k < 3; k++)
            if (strcmp(eg_body_text(goal, "status"), states[k]) == 0) counts[k]++;
    }
    double score = t_score(r);
    return report_print(
        r, "%zu met, %zu open%s%s", counts[0], counts[1],
        counts[2] > 0 ? report_print(r, ", %zu stopped", counts[2]) : "",
        isnan(score) ? ""
                     : report_print(r, "; goal attainment T score %.2f (50: as expected)", score));
}

static const char *visit_line(report *r) {
    const json_t *visits = json_object_get(r->input->progress, "visits");
    size_t n = json_array_size(visits);
    if (n == 0) return "none yet";
    return report_print(r, "%s, %s", report_count(r, (double)n, "visit"),
                        report_span(r, eg_text_at(json_array_get(visits, 0), "date"),
                                    eg_text_at(json_array_get(visits, n - 1), "date")));
}

static void write_summary(report *r) {
    const json_t *intake = eg_member(json_object_get(r->input->chart, "intake"), "body");
    const json_t *body = eg_member(report_newest(r), "body");
    const char *same_session = changed(r, "beyond same-session noise; day-to-day noise unknown", 0);
    if (same_session[0] != '\0')
        same_session = report_print(r, "%s: beyond same-session noise, day-to-day noise unknown",
                                    same_session);
    const char *const pairs[][2] = {
        {"Diagnosis", report_cut(r, eg_text_at(json_object_get(intake, "diagnosis"), "text"), 300)},
        {"Goals", goal_line(r)},
        {"Better", changed(r, "beyond noise", 1)},
        {"Worse", changed(r, "beyond noise", -1)},
        {"Perhaps", same_session},
        {"Within noise", changed(r, "within noise", 0)},
        {"Noise unknown", changed(r, "no MDC known", 0)},
        {"Visits", visit_line(r)},
        {"Recommended", report_cut(r, eg_text_at(body, "recommendation"), RECOMMENDATION_MAX)},
    };
    eg_paper_summary(r->paper, "In one minute", pairs, sizeof pairs / sizeof pairs[0]);
}

/* What the therapist wrote, under the names of the parts. */
static void write_sections(report *r) {
    const json_t *body = eg_member(report_newest(r), "body");
    const json_t *period = eg_member(body, "period");
    const char *key;
    json_t *text;
    if (body == NULL) return;
    eg_paper_heading(r->paper, "The therapist's words",
                     report_span(r, eg_text_at(period, "from"), eg_text_at(period, "to")));
    json_object_foreach((json_t *)(uintptr_t)json_object_get(body, "text_sections"), key, text) {
        char *title = g_strdup(key);
        g_strdelimit(title, "_", ' ');
        if (title[0] >= 'a' && title[0] <= 'z') title[0] = (char)(title[0] - 'a' + 'A');
        eg_paper_text(r->paper, report_print(r, "%s", title), EG_PAPER_STRONG);
        g_free(title);
        if (json_is_string(text))
            eg_paper_text(r->paper, report_valid(r, json_string_value(text)), EG_PAPER_PLAIN);
    }
    const char *recommendation = eg_text_at(body, "recommendation");
    if (strlen(recommendation) <= RECOMMENDATION_MAX) return; /* the box at the top holds it */
    eg_paper_text(r->paper, "Recommended", EG_PAPER_STRONG);
    eg_paper_text(r->paper, report_valid(r, recommendation), EG_PAPER_PLAIN);
}

/* The verdict without what stands in columns of its own. */
static const char *verdict_text(report *r, const json_t *series) {
    const char *verdict = eg_text_at(series, "text");
    const char *colon = strstr(verdict, ": ");
    char *text = g_strdup(report_plain(r, colon != NULL ? colon + 2 : verdict));
    char *noise = strstr(text, " (MDC95");
    const char *end = noise != NULL ? strchr(noise, ')') : NULL;
    if (end != NULL) memmove(noise, end + 1, strlen(end + 1) + 1);
    const char *kept = report_print(r, "%s", text);
    g_free(text);
    return kept;
}

static const char *noise_text(report *r, const json_t *series) {
    double mdc = eg_number_at(series, "mdc");
    const char *interval = eg_text_at(series, "mdc_interval");
    if (isnan(mdc)) return "not known";
    return report_print(r, "%s%s\n%s", report_rounded(r, mdc),
                        report_unit_behind(r, eg_text_at(series, "unit")),
                        strcmp(interval, "unknown") == 0 ? "interval not stated"
                        : strcmp(interval, "days") == 0  ? "days apart"
                                                         : interval);
}

static void add_change(report *r, const json_t *series, eg_paper_cell *row) {
    const json_t *points = json_object_get(series, "points");
    const json_t *oldest = json_array_get(points, 0);
    const json_t *newest = json_array_get(points, json_array_size(points) - 1);
    double first = eg_number_at(oldest, "value");
    double last = eg_number_at(newest, "value");
    const char *unit = eg_text_at(series, "unit");
    row[0] = (eg_paper_cell){series_name(r, series), EG_PAPER_PLAIN};
    row[1] = (eg_paper_cell){report_print(r, "%s\n%s", report_amount(r, first, unit),
                                          report_date(r, eg_text_at(oldest, "date"))),
                             EG_PAPER_PLAIN};
    row[2] = (eg_paper_cell){report_print(r, "%s\n%s", report_amount(r, last, unit),
                                          report_date(r, eg_text_at(newest, "date"))),
                             EG_PAPER_STRONG};
    double change = last - first;
    row[3] = (eg_paper_cell){
        change > 0 || change < 0
            ? report_print(r, "%s%s", change > 0 ? "+" : "\u2212", report_rounded(r, fabs(change)))
            : "0",
        EG_PAPER_PLAIN};
    row[4] = (eg_paper_cell){noise_text(r, series), EG_PAPER_QUIET};
    row[5] = (eg_paper_cell){verdict_text(r, series), EG_PAPER_PLAIN};
}

size_t report_write_changes(report *r, int of_recordings) {
    static const eg_paper_column columns[] = {{"Measure", 3, 0}, {"First", 1.5, 1},
                                              {"Now", 1.5, 1},   {"Change", 1.1, 1},
                                              {"MDC95", 1.5, 1}, {"Verdict", 2.8, 0}};
    enum { COLUMNS = 6 };
    eg_paper_cell cells[ROWS_MAX * COLUMNS];
    size_t n = 0;
    size_t n_repeated = 0;
    size_t i;
    json_t *series;
    json_array_foreach(json_object_get(r->input->progress, "measures"), i, series) {
        if (!was_repeated(series)) continue;
        if (of_recordings && eg_text_at(series, "condition")[0] == '\0') continue;
        n_repeated++;
        if (n < ROWS_MAX) add_change(r, series, cells + COLUMNS * n++);
    }
    if (n == 0) return 0;
    eg_paper_heading(r->paper, of_recordings ? "Recorded again" : "Measured again",
                     "change is held against the measure's noise (MDC95)");
    eg_paper_table(r->paper, columns, COLUMNS, cells, n);
    if (n_repeated > n)
        eg_paper_text(r->paper, report_print(r, "and %zu more measures", n_repeated - n),
                      EG_PAPER_QUIET);
    return n;
}

static void add_trend(report *r, const json_t *series, double values[POINTS_MAX],
                      double days[POINTS_MAX], eg_paper_trend *trend) {
    const json_t *points = json_object_get(series, "points");
    size_t n_points = json_array_size(points);
    size_t shown = n_points < POINTS_MAX ? n_points : POINTS_MAX;
    const char *verdict = eg_text_at(series, "verdict");
    int has_days = 1;
    for (size_t k = 0; k < shown; k++) {
        const json_t *point = json_array_get(points, n_points - shown + k);
        int64_t day = 0;
        values[k] = eg_number_at(point, "value");
        if (!eg_date_parse(eg_text_at(point, "date"), &day)) has_days = 0;
        days[k] = (double)day;
    }
    *trend = (eg_paper_trend){
        .title = report_measure(r, eg_text_at(series, "code"), eg_text_at(series, "side")),
        .unit = report_unit(r, eg_text_at(series, "unit")),
        .verdict = verdict,
        .values = values,
        .days = has_days ? days : NULL,
        .first_on = report_date(r, eg_text_at(json_array_get(points, n_points - shown), "date")),
        .last_on = report_date(r, eg_text_at(json_array_get(points, n_points - 1), "date")),
        .n = shown,
        .mdc = eg_number_at(series, "mdc"),
        .goal = eg_number_at(json_object_get(series, "goal"), "target"),
        .lower_is_better = strcmp(eg_text_at(series, "better"), "lower") == 0};
}

/* Measures with a goal first: these are what the person came for. */
static void write_trends(report *r) {
    eg_paper_trend trends[TRENDS_MAX];
    double values[TRENDS_MAX][POINTS_MAX];
    double days[TRENDS_MAX][POINTS_MAX];
    size_t n = 0;
    for (int with_goal = 1; with_goal >= 0; with_goal--) {
        size_t i;
        json_t *series;
        json_array_foreach(json_object_get(r->input->progress, "measures"), i, series) {
            if (n == TRENDS_MAX || !was_repeated(series)) continue;
            if ((json_object_get(series, "goal") != NULL) != with_goal) continue;
            add_trend(r, series, values[n], days[n], &trends[n]);
            n++;
        }
    }
    if (n == 0) return;
    eg_paper_heading(r->paper, "Trends",
                     "up is better; grey: noise (MDC95) about the first value; dashes: goal");
    eg_paper_trends(r->paper, trends, n);
}

static void add_visit(report *r, const json_t *visit, double totals[N_MINUTES + 1],
                      eg_paper_cell *row) {
    static const char *const keys[] = {"timed", "untimed", "rest", "unattended"};
    const json_t *minutes = json_object_get(visit, "minutes");
    double repetitions = eg_number_at(visit, "repetitions");
    double successes = eg_number_at(visit, "successes");
    row[0] = (eg_paper_cell){report_date(r, eg_text_at(visit, "date")), EG_PAPER_PLAIN};
    for (size_t k = 0; k < N_MINUTES; k++) {
        double value = eg_number_at(minutes, keys[k]);
        if (!isnan(value)) totals[k] += value;
        row[1 + k] = (eg_paper_cell){isnan(value) ? "?" : report_print(r, "%.0f min", value),
                                     EG_PAPER_PLAIN};
    }
    if (!isnan(repetitions)) totals[N_MINUTES] += repetitions;
    row[5] = (eg_paper_cell){isnan(successes)
                                 ? report_number(r, repetitions)
                                 : report_print(r, "%.0f, %.0f good", repetitions, successes),
                             EG_PAPER_PLAIN};
}

/* The newest visits one by one, and the sum of all. */
static void write_visits(report *r) {
    static const eg_paper_column columns[] = {{"Date", 1.6, 0},       {"One to one", 1.2, 1},
                                              {"Other", 1.2, 1},      {"Rest", 1.2, 1},
                                              {"Unattended", 1.2, 1}, {"Repetitions", 1.8, 1}};
    enum { COLUMNS = 6 };
    eg_paper_cell cells[(VISITS_MAX + 1) * COLUMNS];
    eg_paper_cell unused[COLUMNS];
    double totals[N_MINUTES + 1] = {0};
    const json_t *visits = json_object_get(r->input->progress, "visits");
    size_t n = json_array_size(visits);
    size_t shown = n < VISITS_MAX ? n : VISITS_MAX;
    eg_paper_heading(r->paper, "Visits",
                     n > shown ? report_print(r, "%zu; the newest %zu one by one", n, shown)
                               : report_print(r, "%zu", n));
    if (n == 0) {
        eg_paper_text(r->paper, "No visit has been logged yet.", EG_PAPER_QUIET);
        return;
    }
    for (size_t i = 0; i < n; i++)
        add_visit(r, json_array_get(visits, i), totals,
                  i + shown >= n ? cells + COLUMNS * (1 + i + shown - n) : unused);
    eg_paper_cell *sum = cells;
    sum[0] = (eg_paper_cell){report_print(r, "All %zu", n), EG_PAPER_STRONG};
    for (size_t k = 0; k < N_MINUTES; k++)
        sum[1 + k] = (eg_paper_cell){report_print(r, "%.0f min", totals[k]), EG_PAPER_STRONG};
    sum[5] = (eg_paper_cell){report_print(r, "%.0f", totals[N_MINUTES]), EG_PAPER_STRONG};
    eg_paper_table(r->paper, columns, COLUMNS, cells, shown + 1);
}

void report_write_progress(report *r) {
    write_summary(r);
    write_sections(r);
    if (report_write_changes(r, 0) == 0) {
        eg_paper_heading(r->paper, "Measured again", NULL);
        eg_paper_text(r->paper, "Nothing has been measured twice yet.", EG_PAPER_QUIET);
    }
    write_trends(r);
    report_write_goals(r, 1);
    double score = t_score(r);
    if (!isnan(score))
        eg_paper_text(r->paper,
                      report_print(r, "Goal attainment T score %.2f (50 is: as expected).", score),
                      EG_PAPER_STRONG);
    write_visits(r);
}
