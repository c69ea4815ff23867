#include "io/host/timezone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"

static const char folder[] = "/usr/share/zoneinfo/";

enum { HEADER_SIZE = 44, DAY_S = 86400 };

/* What the six counts of a TZif header say. */
typedef struct header {
    uint32_t n_utc, n_standard, n_leap, n_transitions, n_types, n_letters;
    int version;
} header;

static uint32_t big_endian_32(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t big_endian_64(const uint8_t *at) {
    return (int64_t)((uint64_t)big_endian_32(at) << 32 | big_endian_32(at + 4));
}

static eg_err damaged(eg_diag *diag, const char *what) {
    return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                       "the time zone file is damaged (%s); reinstall the package tzdata", what);
}

static eg_err read_header(const uint8_t *bytes, size_t size, header *head, eg_diag *diag) {
    if (size < HEADER_SIZE || memcmp(bytes, "TZif", 4) != 0)
        return eg_diag_set(diag, EG_ERR_FORMAT, NULL, 0, "this is not a time zone file");
    head->version = bytes[4] == 0 ? 1 : bytes[4] - '0';
    head->n_utc = big_endian_32(bytes + 20);
    head->n_standard = big_endian_32(bytes + 24);
    head->n_leap = big_endian_32(bytes + 28);
    head->n_transitions = big_endian_32(bytes + 32);
    head->n_types = big_endian_32(bytes + 36);
    head->n_letters = big_endian_32(bytes + 40);
    if (head->n_transitions > EG_ZONE_TRANSITIONS_MAX || head->n_types > EG_ZONE_TYPES_MAX ||
        head->n_letters > 4096 || head->n_leap > 4096 || head->n_utc > EG_ZONE_TYPES_MAX ||
        head->n_standard > EG_ZONE_TYPES_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, NULL, 0, "the time zone file is too large");
    if (head->n_types == 0) return damaged(diag, "no local time");
    return EG_OK;
}

static size_t block_size(const header *head, size_t time_size) {
    return head->n_transitions * (time_size + 1) + head->n_types * 6 + head->n_letters +
           head->n_leap * (time_size + 4) + head->n_standard + head->n_utc;
}

static eg_err read_block(const uint8_t *bytes, const header *head, size_t time_size, eg_zone *zone,
                         eg_diag *diag) {
    zone->n_transitions = (int32_t)head->n_transitions;
    zone->n_types = (int32_t)head->n_types;
    const uint8_t *types = bytes + head->n_transitions * time_size;
    for (uint32_t i = 0; i < head->n_transitions; i++) {
        const uint8_t *at = bytes + i * time_size;
        zone->at_s[i] = time_size == 8 ? big_endian_64(at) : (int32_t)big_endian_32(at);
        if (i > 0 && zone->at_s[i] <= zone->at_s[i - 1]) return damaged(diag, "times not in order");
        if (types[i] >= head->n_types) return damaged(diag, "an unknown local time");
        zone->type[i] = types[i];
    }
    const uint8_t *local = types + head->n_transitions;
    for (uint32_t i = 0; i < head->n_types; i++) {
        int32_t offset_s = (int32_t)big_endian_32(local + 6 * i);
        if (offset_s < -26 * 3600 || offset_s > 26 * 3600) return damaged(diag, "an offset");
        zone->offset_s[i] = offset_s;
    }
    return EG_OK;
}

/* The footer's text, read character by character; never beyond its end. */
typedef struct cursor {
    const char *at;
    const char *end;
} cursor;

static int peek(const cursor *text) {
    return text->at < text->end ? *text->at : '\0';
}

static int take(cursor *text, char expected) {
    if (peek(text) != expected) return 0;
    text->at++;
    return 1;
}

static int take_number(cursor *text, int32_t max, int32_t *value) {
    const char *begin = text->at;
    *value = 0;
    while (peek(text) >= '0' && peek(text) <= '9') {
        *value = *value * 10 + (*text->at - '0');
        if (*value > max) return 0;
        text->at++;
    }
    return text->at > begin;
}

/* "CET" or "<+03>". */
static int take_letters(cursor *text) {
    const char *begin = text->at;
    if (take(text, '<')) {
        while (text->at < text->end && *text->at != '>') text->at++;
        return take(text, '>');
    }
    while ((peek(text) >= 'A' && peek(text) <= 'Z') || (peek(text) >= 'a' && peek(text) <= 'z'))
        text->at++;
    return text->at - begin >= 3;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static int take_time(cursor *text, int32_t *seconds) {
    int32_t sign = 1, hour, minute = 0, second = 0;
    if (take(text, '-'))
        sign = -1;
    else
        (void)take(text, '+');
    if (!take_number(text, 167, &hour)) return 0;
    if (take(text, ':') && !take_number(text, 59, &minute)) return 0;
    if (take(text, ':') && !take_number(text, 59, &second)) return 0;
    *seconds = sign * (hour * 3600 + minute * 60 + second);
    return 1;
}

/* ",M3.5.0/2", ",J60" or ",59". */
static int take_rule(cursor *text, eg_zone_rule *rule) {
    if (!take(text, ',')) return 0;
    rule->time_s = 2 * 3600;
    if (take(text, 'M')) {
        rule->kind = 'M';
        if (!take_number(text, 12, &rule->month) || !take(text, '.') ||
            !take_number(text, 5, &rule->week) || !take(text, '.') ||
            !take_number(text, 6, &rule->day) || rule->month < 1 || rule->week < 1)
            return 0;
    } else {
        rule->kind = take(text, 'J') ? 'J' : 'D';
        if (!take_number(text, 365, &rule->day) || (rule->kind == 'J' && rule->day < 1)) return 0;
    }
    return !take(text, '/') || take_time(text, &rule->time_s);
}

/* "CET-1CEST,M3.5.0,M10.5.0/3": POSIX counts its offsets west of UTC. */
static int read_footer(cursor text, eg_zone *zone) {
    int32_t west_s;
    if (!take_letters(&text) || !take_time(&text, &west_s)) return 0;
    zone->standard_offset_s = -west_s;
    zone->has_footer = 1;
    if (text.at == text.end) return 1;
    if (!take_letters(&text)) return 0;
    zone->summer_offset_s = zone->standard_offset_s + 3600;
    if (peek(&text) != ',') {
        if (!take_time(&text, &west_s)) return 0;
        zone->summer_offset_s = -west_s;
    }
    zone->has_summer = 1;
    return take_rule(&text, &zone->summer_begins) && take_rule(&text, &zone->summer_ends) &&
           text.at == text.end;
}

eg_err eg_zone_parse(const uint8_t *bytes, size_t size, eg_zone *zone, eg_diag *diag) {
    EG_ASSERT(bytes != NULL && zone != NULL);
    memset(zone, 0, sizeof *zone);
    header head = {0};
    eg_err err = read_header(bytes, size, &head, diag);
    if (err != EG_OK) return err;
    size_t first = HEADER_SIZE + block_size(&head, 4);
    if (size < first) return damaged(diag, "cut short");
    if (head.version < 2) return read_block(bytes + HEADER_SIZE, &head, 4, zone, diag);
    /* From version 2 on the same follows again with 64-bit times, then the footer. */
    bytes += first;
    size -= first;
    err = read_header(bytes, size, &head, diag);
    if (err != EG_OK) return err;
    size_t second = HEADER_SIZE + block_size(&head, 8);
    if (size < second + 2) return damaged(diag, "cut short");
    err = read_block(bytes + HEADER_SIZE, &head, 8, zone, diag);
    if (err != EG_OK) return err;
    const char *footer = (const char *)bytes + second;
    const char *end = memchr(footer + 1, '\n', size - second - 1);
    if (footer[0] != '\n' || end == NULL) return damaged(diag, "no rule at its foot");
    if (end == footer + 1) return EG_OK;
    return read_footer((cursor){footer + 1, end}, zone) ? EG_OK : damaged(diag, "its rule");
}

int eg_zone_name_is_valid(const char *name) {
    if (name == NULL || name[0] == '\0' || strlen(name) >= EG_ZONE_NAME_SIZE) return 0;
    int part = 0; /* characters since the last '/' */
    for (const char *at = name; *at != '\0'; at++) {
        int is_letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z');
        int is_other = (*at >= '0' && *at <= '9') || *at == '_' || *at == '+' || *at == '-';
        if (*at == '/' && part > 0)
            part = 0;
        else if (is_letter || (is_other && at != name))
            part++;
        else
            return 0;
    }
    return part > 0;
}

eg_err eg_zone_load(const char *name, eg_zone *zone, eg_diag *diag) {
    EG_ASSERT(zone != NULL);
    if (!eg_zone_name_is_valid(name))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, name, 0,
                           "this is not the name of a time zone; write it like Europe/Berlin");
    memset(zone, 0, sizeof *zone);
    if (strcmp(name, "UTC") == 0) {
        memcpy(zone->name, "UTC", 4);
        zone->has_footer = 1;
        return EG_OK;
    }
    char path[sizeof folder + EG_ZONE_NAME_SIZE];
    snprintf(path, sizeof path, "%s%s", folder, name);
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return eg_diag_set(
            diag, EG_ERR_NOT_FOUND, name, 0,
            "this time zone is not known here (%s); is the package tzdata installed?",
            strerror(errno));
    uint8_t *bytes = malloc(EG_ZONE_FILE_MAX);
    size_t size = bytes == NULL ? 0 : fread(bytes, 1, EG_ZONE_FILE_MAX, file);
    fclose(file);
    if (bytes == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, name, 0, "no memory for a file");
    eg_err err = eg_zone_parse(bytes, size, zone, diag);
    free(bytes);
    memcpy(zone->name, name, strlen(name) + 1);
    return err;
}

/* Days since 1970 on which a rule falls in `year`. */
static int64_t rule_day(const eg_zone_rule *rule, int32_t year) {
    int64_t january = eg_days_from_civil(year, 1, 1);
    int is_leap = eg_days_from_civil(year + 1, 1, 1) - january == 366;
    if (rule->kind == 'D') return january + rule->day;
    if (rule->kind == 'J') return january + rule->day - 1 + (is_leap && rule->day >= 60);
    EG_ASSERT(rule->kind == 'M');
    int64_t first = eg_days_from_civil(year, rule->month, 1);
    int64_t next = rule->month == 12 ? eg_days_from_civil(year + 1, 1, 1)
                                     : eg_days_from_civil(year, rule->month + 1, 1);
    int64_t weekday = ((first + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
    int64_t day = first + (rule->day - weekday + 7) % 7 + 7 * (rule->week - 1);
    while (day >= next) day -= 7;
    return day;
}

/* UTC second at which the footer's summer time begins or ends in `year`. */
static int64_t rule_at(const eg_zone_rule *rule, int32_t year, int32_t offset_s) {
    return rule_day(rule, year) * DAY_S + rule->time_s - offset_s;
}

static int64_t floor_days(int64_t seconds) {
    return seconds >= 0 ? seconds / DAY_S : -((-seconds + DAY_S - 1) / DAY_S);
}

static int32_t footer_offset_s(const eg_zone *zone, int64_t utc_s) {
    if (!zone->has_summer) return zone->standard_offset_s;
    eg_civil civil;
    eg_civil_from_days(floor_days(utc_s + zone->standard_offset_s), &civil);
    int64_t begins = rule_at(&zone->summer_begins, civil.year, zone->standard_offset_s);
    int64_t ends = rule_at(&zone->summer_ends, civil.year, zone->summer_offset_s);
    int is_summer = begins < ends ? utc_s >= begins && utc_s < ends
                                  : utc_s >= begins || utc_s < ends; /* southern */
    return is_summer ? zone->summer_offset_s : zone->standard_offset_s;
}

int32_t eg_zone_offset_s(const eg_zone *zone, int64_t utc_s) {
    EG_ASSERT(zone != NULL);
    int32_t n = zone->n_transitions;
    if (n == 0 || utc_s < zone->at_s[0])
        return n == 0 && zone->has_footer ? footer_offset_s(zone, utc_s) : zone->offset_s[0];
    if (utc_s >= zone->at_s[n - 1] && zone->has_footer) return footer_offset_s(zone, utc_s);
    int32_t low = 0, high = n; /* at_s[low] <= utc_s < at_s[high] */
    while (high - low > 1) {
        int32_t middle = low + (high - low) / 2;
        if (zone->at_s[middle] <= utc_s)
            low = middle;
        else
            high = middle;
    }
    return zone->offset_s[zone->type[low]];
}

void eg_zone_local(const eg_zone *zone, int64_t utc_ms, eg_civil *local) {
    EG_ASSERT(local != NULL);
    int64_t utc_s = utc_ms >= 0 ? utc_ms / 1000 : -((-utc_ms + 999) / 1000);
    int64_t local_s = utc_s + eg_zone_offset_s(zone, utc_s);
    int64_t days = floor_days(local_s);
    int64_t rest = local_s - days * DAY_S;
    eg_civil_from_days(days, local);
    local->hour = (int32_t)(rest / 3600);
    local->minute = (int32_t)(rest / 60 % 60);
    local->second = (int32_t)(rest % 60);
    local->millisecond = (int32_t)(utc_ms - utc_s * 1000);
}

void eg_zone_date(const eg_zone *zone, int64_t utc_ms, char date[EG_DATE_SIZE]) {
    int64_t utc_s = utc_ms >= 0 ? utc_ms / 1000 : -((-utc_ms + 999) / 1000);
    eg_date_format(floor_days(utc_s + eg_zone_offset_s(zone, utc_s)), date);
}

int64_t eg_zone_utc_ms(const eg_zone *zone, const eg_civil *local) {
    EG_ASSERT(zone != NULL && local != NULL);
    int64_t local_s = eg_days_from_civil(local->year, local->month, local->day) * DAY_S +
                      local->hour * 3600 + local->minute * 60 + local->second;
    /* The offsets a day before and after are the only two that can apply. */
    int32_t before = eg_zone_offset_s(zone, local_s - DAY_S - 50400);
    int32_t after = eg_zone_offset_s(zone, local_s + DAY_S + 50400);
    int64_t early = local_s - before;
    int64_t late = local_s - after;
    int64_t utc_s = early;
    if (eg_zone_offset_s(zone, early) != before && eg_zone_offset_s(zone, late) == after)
        utc_s = late;
    return utc_s * 1000 + local->millisecond;
}
