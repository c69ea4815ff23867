#include "io/host/calendar.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/base/check.h"

static bool is_leap(int32_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int32_t days_in_month(int32_t year, int32_t month) {
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Counts in eras of 400 years that begin on 1 March, so that the leap day is a year's last. */
int64_t eg_days_from_civil(int32_t year, int32_t month, int32_t day) {
    EG_ASSERT(month >= 1 && month <= 12);
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void eg_civil_from_days(int64_t days, eg_civil *civil) {
    EG_ASSERT(civil != NULL);
    memset(civil, 0, sizeof *civil);
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;
    civil->day = (int32_t)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    civil->month = (int32_t)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    civil->year = (int32_t)(year_of_era + era * 400 + (civil->month <= 2));
}

/* `n` decimal digits; false if there is anything else. */
static bool digits(const char *text, int n, int32_t *value) {
    *value = 0;
    for (int i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9') return false;
        *value = *value * 10 + (text[i] - '0');
    }
    return true;
}

/* "YYYY-MM-DD" at the beginning of `text`. */
static bool parse_date(const char *text, int64_t *days) {
    int32_t year, month, day;
    if (!digits(text, 4, &year) || text[4] != '-' || !digits(text + 5, 2, &month) ||
        text[7] != '-' || !digits(text + 8, 2, &day))
        return false;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    *days = eg_days_from_civil(year, month, day);
    return true;
}

bool eg_date_parse(const char *text, int64_t *days) {
    EG_ASSERT(days != NULL);
    return text != NULL && strlen(text) == EG_DATE_SIZE - 1 && parse_date(text, days);
}

void eg_date_format(int64_t days, char text[EG_DATE_SIZE]) {
    eg_civil civil;
    eg_civil_from_days(days, &civil);
    EG_ASSERT(civil.year >= 1 && civil.year <= 9999);
    char wide[40];
    snprintf(wide, sizeof wide, "%04d-%02d-%02d", (int)civil.year, (int)civil.month,
             (int)civil.day);
    memcpy(text, wide, EG_DATE_SIZE);
}

/* "Z" or "+hh:mm" that ends the text; seconds east of UTC. */
static bool parse_offset(const char *text, int64_t *offset_s) {
    *offset_s = 0;
    if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0) return true;
    int32_t hour, minute;
    if ((text[0] != '+' && text[0] != '-') || strlen(text) != 6) return false;
    if (!digits(text + 1, 2, &hour) || text[3] != ':' || !digits(text + 4, 2, &minute))
        return false;
    if (hour > 23 || minute > 59) return false;
    *offset_s = (hour * 60 + minute) * (text[0] == '-' ? -60 : 60);
    return true;
}

bool eg_instant_parse(const char *text, int64_t *utc_ms) {
    EG_ASSERT(utc_ms != NULL);
    enum { LENGTH_MAX = 40 };
    size_t length = text == NULL ? 0 : strnlen(text, LENGTH_MAX);
    if (length < 17 || length == LENGTH_MAX) return false;
    int64_t days, offset_s;
    int32_t hour, minute, second = 0, millisecond = 0;
    if (!parse_date(text, &days) || (text[10] != 'T' && text[10] != 't')) return false;
    if (!digits(text + 11, 2, &hour) || text[13] != ':' || !digits(text + 14, 2, &minute))
        return false;
    const char *at = text + 16;
    if (*at == ':') {
        if (!digits(at + 1, 2, &second)) return false;
        at += 3;
        if (*at == '.') {
            int32_t scale = 100;
            at++;
            if (*at < '0' || *at > '9') return false;
            for (; *at >= '0' && *at <= '9'; at++, scale /= 10) millisecond += (*at - '0') * scale;
        }
    }
    if (hour > 23 || minute > 59 || second > 60 || !parse_offset(at, &offset_s)) return false;
    int64_t seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset_s;
    *utc_ms = seconds * 1000 + millisecond;
    return true;
}

void eg_instant_format(int64_t utc_ms, char text[EG_INSTANT_SIZE]) {
    int64_t day_ms = 86400000;
    int64_t days = utc_ms >= 0 ? utc_ms / day_ms : -((-utc_ms + day_ms - 1) / day_ms);
    int64_t rest = utc_ms - days * day_ms;
    char date[EG_DATE_SIZE], wide[80];
    eg_date_format(days, date);
    snprintf(wide, sizeof wide, "%sT%02d:%02d:%02d.%03dZ", date, (int)(rest / 3600000),
             (int)(rest / 60000 % 60), (int)(rest / 1000 % 60), (int)(rest % 1000));
    memcpy(text, wide, EG_INSTANT_SIZE);
}

static int32_t months_forward(int64_t from_days, int64_t to_days) {
    eg_civil from, to;
    eg_civil_from_days(from_days, &from);
    eg_civil_from_days(to_days, &to);
    int32_t months = (to.year - from.year) * 12 + to.month - from.month;
    return to.day < from.day ? months - 1 : months;
}

int32_t eg_months_between(int64_t from_days, int64_t to_days) {
    return to_days >= from_days ? months_forward(from_days, to_days)
                                : -months_forward(to_days, from_days);
}

int32_t eg_years_between(int64_t from_days, int64_t to_days) {
    return eg_months_between(from_days, to_days) / 12;
}
