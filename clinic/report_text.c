/* How a report says things: names, numbers, units, dates. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "clinic/knowledge.h"
#include "clinic/measured.h"
#include "clinic/report_part.h"
#include "clinic/row.h"
#include "io/host/calendar.h"

static const char *keep(report *r, char *text) {
    g_ptr_array_add(r->pool, text);
    return text;
}

const char *report_print(report *r, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return keep(r, text);
}

const char *report_join(report *r, const GPtrArray *parts, const char *between, size_t max) {
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < parts->len && i < max; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? between : "", (const char *)parts->pdata[i]);
    if (parts->len > max) g_string_append_printf(text, "%sand %zu more", between, parts->len - max);
    return keep(r, g_string_free(text, FALSE));
}

void report_add(GPtrArray *parts, const char *text) {
    g_ptr_array_add(parts, (char *)(uintptr_t)text);
}

const char *report_said(report *r, GPtrArray *parts, const char *between, size_t max) {
    const char *text = parts->len == 0 ? "" : report_join(r, parts, between, max);
    g_ptr_array_free(parts, TRUE);
    return text;
}

/* Line ends and tabs are text; other control characters would be drawn as boxes. Marks that turn
 * the direction of what follows would let a name rewrite the line around it: they are left out. */
static char *without_controls(const char *text) {
    char *valid = g_utf8_make_valid(text, -1);
    GString *clean = g_string_new(NULL);
    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        int is_control = c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
        if (is_control && c != '\n' && c != '\t')
            g_string_append_c(clean, ' ');
        else if (!((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069)))
            g_string_append_unichar(clean, c);
    }
    g_free(valid);
    return g_string_free(clean, FALSE);
}

const char *report_valid(report *r, const char *text) {
    return keep(r, without_controls(text));
}

const char *report_cut(report *r, const char *text, size_t max) {
    char *valid = without_controls(text);
    if (strlen(valid) > max) {
        char *end = g_utf8_find_prev_char(valid, valid + max);
        for (size_t back = 0; end != NULL && end > valid && back < 24; back++)
            if (*end == ' ')
                break;
            else
                end = g_utf8_prev_char(end);
        if (end != NULL && *end != ' ') end = g_utf8_find_prev_char(valid, valid + max);
        if (end != NULL) *end = '\0';
        char *cut = g_strconcat(valid, "…", NULL);
        g_free(valid);
        valid = cut;
    }
    return keep(r, valid);
}

/* Hebrew, Arabic and their neighbours, and their presentation forms. `text` is UTF-8. */
static int has_right_to_left(const char *text) {
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if ((c >= 0x590 && c < 0x900) || (c >= 0xFB1D && c < 0xFEFF)) return 1;
    }
    return 0;
}

const char *report_isolated(report *r, const char *name) {
    if (!has_right_to_left(name)) return name;
    return report_print(r, "\u2068%s\u2069", name);
}

const char *report_number(report *r, double value) {
    if (isnan(value)) return "?";
    /* Four figures, but never "1.2e+04". */
    if (fabs(value) >= 1000) return report_print(r, "%.0f", value);
    return report_print(r, "%.4g", value);
}

const char *report_rounded(report *r, double value) {
    if (isnan(value)) return "?";
    if (fabs(value) >= 100) return report_print(r, "%.0f", value);
    return report_print(r, "%.3g", value);
}

const char *report_unit_behind(report *r, const char *unit) {
    char text[EG_UNIT_TEXT_SIZE];
    eg_unit_say(unit, text);
    /* The number and its unit stay on one line. */
    return text[0] == ' ' ? report_print(r, "\u00a0%s", text + 1) : report_print(r, "%s", text);
}

const char *report_unit(report *r, const char *unit) {
    char text[EG_UNIT_TEXT_SIZE];
    eg_unit_say(unit, text);
    return report_print(r, "%s", text[0] == ' ' ? text + 1 : text);
}

const char *report_count(report *r, double n, const char *one) {
    return report_print(r, "%s %s%s", report_number(r, n), one, fabs(n - 1) <= 0 ? "" : "s");
}

const char *report_span(report *r, const char *from, const char *to) {
    const char *first = report_date(r, from), *last = report_date(r, to);
    if (first[0] == '\0' && last[0] == '\0') return "";
    if (last[0] == '\0') return report_print(r, "from %s", first);
    if (first[0] == '\0') return report_print(r, "until %s", last);
    return strcmp(first, last) == 0 ? first : report_print(r, "%s to %s", first, last);
}

const char *report_amount(report *r, double value, const char *unit) {
    const char *number = report_number(r, value);
    return isnan(value) ? number : report_print(r, "%s%s", number, report_unit_behind(r, unit));
}

const char *report_date(report *r, const char *date) {
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char day[EG_DATE_SIZE];
    int64_t days = 0;
    eg_civil civil;
    g_strlcpy(day, date, sizeof day);
    if (!eg_date_parse(day, &days)) return date;
    eg_civil_from_days(days, &civil);
    return report_print(r, "%d\u00a0%s\u00a0%d", (int)civil.day, months[civil.month - 1],
                        (int)civil.year);
}

static int is_date(const char *text) {
    static const char shape[] = "dddd-dd-dd";
    for (size_t i = 0; shape[i] != '\0'; i++)
        if (shape[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != '-') return 0;
    return !isdigit((unsigned char)text[10]);
}

/* The length of the unit at `text`, which follows a number and a space; 0 if there is none. */
static size_t unit_length(const char *text) {
    size_t n = text[0] == '{' ? strcspn(text, "}") + 1 : strcspn(text, " ,;:()");
    return n <= strlen(text) ? n : 0;
}

const char *report_plain(report *r, const char *text) {
    GString *said = g_string_new(NULL);
    for (const char *at = text; *at != '\0';) {
        int is_free = at == text || !isalnum((unsigned char)at[-1]);
        if (is_free && is_date(at)) {
            g_string_append(said, report_date(r, at));
            at += 10;
            continue;
        }
        int follows_number = at > text + 1 && at[-1] == ' ' && isdigit((unsigned char)at[-2]);
        size_t n = follows_number ? unit_length(at) : 0;
        if (n > 0 && n < 24) {
            char *code = g_strndup(at, n);
            const char *word = report_unit(r, code);
            /* "70 a minute" is no age. */
            int is_unit = strcmp(word, code) != 0 && strcmp(code, "a") != 0;
            g_free(code);
            if (is_unit) {
                if (word[0] == '\0' || word[0] == '/' || strcmp(word, "°") == 0)
                    g_string_truncate(said, said->len - 1);
                g_string_append(said, word);
                at += n;
                continue;
            }
        }
        if (*at != '{' && *at != '}') g_string_append_c(said, *at);
        at++;
    }
    return keep(r, g_string_free(said, FALSE));
}

const char *report_name(report *r, const char *kind, const char *id) {
    if (r->clinic->knowledge == NULL) return id;
    const char *name = eg_text_at(eg_knowledge_find(r->clinic->knowledge, kind, id), "name");
    return name[0] == '\0' ? id : name;
}

const char *report_measure(report *r, const char *code, const char *side) {
    eg_measured measure = {.name = code};
    if (r->clinic->knowledge != NULL) eg_measured_find(r->clinic, code, &measure);
    return side[0] == '\0' ? measure.name : report_print(r, "%s, %s", measure.name, side);
}

const char *report_measure_unit(report *r, const char *code) {
    eg_measured measure = {.unit = ""};
    if (r->clinic->knowledge != NULL) eg_measured_find(r->clinic, code, &measure);
    return measure.unit;
}

const char *report_status(const char *status) {
    if (strcmp(status, "READ") == 0) return "source read";
    if (strcmp(status, "SECONDHAND") == 0) return "source second-hand";
    if (strcmp(status, "BELIEVED") == 0) return "believed, source not seen";
    return status[0] != '\0' ? status : "source not stated";
}

const char *report_person(report *r) {
    const json_t *body = eg_member(json_object_get(r->input->chart, "person"), "body");
    return report_isolated(r,
                           report_valid(r, report_print(r, "%s %s", eg_text_at(body, "given_name"),
                                                        eg_text_at(body, "family_name"))));
}

const json_t *report_plan(const report *r) {
    return json_array_get(json_object_get(r->input->chart, "plans"), 0);
}

int report_is_changed(const json_t *document) {
    return eg_is_given(document, "signature_problem");
}

const json_t *report_signature(const report *r, const json_t *document) {
    const json_t *found = NULL;
    size_t i;
    json_t *signature;
    if (report_is_changed(document)) return NULL;
    json_array_foreach(json_object_get(r->input->chart, "signatures"), i, signature) {
        const json_t *body = eg_member(signature, "body");
        if (json_is_true(json_object_get(signature, "ok")) &&
            strcmp(eg_text_at(body, "document_id"), eg_text_at(document, "id")) == 0 &&
            json_integer_value(json_object_get(body, "document_version")) ==
                json_integer_value(json_object_get(document, "version")))
            found = body;
    }
    return found;
}

const json_t *report_series(const report *r, const char *code, const char *side) {
    size_t i;
    json_t *series;
    json_array_foreach(json_object_get(r->input->progress, "measures"), i, series) {
        if (strcmp(eg_text_at(series, "code"), code) == 0 &&
            strcmp(eg_text_at(series, "side"), side) == 0)
            return series;
    }
    return NULL;
}
