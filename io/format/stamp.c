#include "io/format/stamp.h"

#include <math.h>
#include <stdint.h>

#include "core/base/check.h"

enum { FRACTION_DIGITS_MAX = 9, DAY_SECONDS = 86400, DAYS_TO_2000 = 730425 };

static int is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Exactly `n` digits; -1 if they are not there. */
static int take_digits(eg_span *rest, size_t n) {
    int value = 0;
    if (rest->n < n) return -1;
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(rest->start[i])) return -1;
        value = value * 10 + (rest->start[i] - '0');
    }
    rest->start += n;
    rest->n -= n;
    return value;
}

static int take_char(eg_span *rest, const char *wanted) {
    for (; rest->n > 0 && *wanted != '\0'; wanted++)
        if (rest->start[0] == *wanted) {
            rest->start++;
            rest->n--;
            return 1;
        }
    return 0;
}

/* Days since 2000-01-01 in the Gregorian calendar; years counted from March. */
static double days_of(int year, int month, int day) {
    int64_t y = month < 3 ? year - 1 : year;
    int64_t m = (month + 9) % 12;
    const int64_t days =
        365 * y + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + day - 1 - DAYS_TO_2000;
    return (double)days;
}

static int take_day(eg_span *rest, double *days) {
    eg_span own = *rest;
    int year = take_digits(&own, 4);
    if (year < 1900 || !take_char(&own, "-/")) return 0;
    int month = take_digits(&own, 2);
    if (month < 1 || month > 12 || !take_char(&own, "-/")) return 0;
    int day = take_digits(&own, 2);
    if (day < 1 || day > 31) return 0;
    *days = days_of(year, month, day);
    *rest = own;
    return 1;
}

static int take_clock(eg_span *rest, double *seconds) {
    int hour = take_digits(rest, 2);
    if (hour < 0 || hour > 23 || !take_char(rest, ":")) return 0;
    int minute = take_digits(rest, 2);
    if (minute < 0 || minute > 59 || !take_char(rest, ":")) return 0;
    int second = take_digits(rest, 2);
    if (second < 0 || second > 60) return 0;
    *seconds = hour * 3600 + minute * 60 + second;
    if (!take_char(rest, ".,")) return 1;
    double value = 0, scale = 1;
    int n = 0;
    for (; rest->n > 0 && is_digit(rest->start[0]) && n < FRACTION_DIGITS_MAX; n++) {
        value = value * 10 + (rest->start[0] - '0');
        scale *= 10;
        rest->start++;
        rest->n--;
    }
    *seconds += value / scale;
    return n > 0;
}

/* "Z", "+02:00", "-0530", "+01" or nothing. */
static int take_offset(eg_span *rest, double *seconds) {
    if (rest->n == 0 || take_char(rest, "Zz")) return 1;
    int sign = rest->start[0] == '-' ? -1 : 1;
    if (!take_char(rest, "+-")) return 0;
    int hours = take_digits(rest, 2), minutes = 0;
    if (hours < 0 || hours > 15) return 0;
    if (rest->n > 0) {
        (void)take_char(rest, ":");
        minutes = take_digits(rest, 2);
    }
    if (minutes < 0 || minutes > 59) return 0;
    *seconds -= sign * (hours * 3600 + minutes * 60);
    return 1;
}

eg_stamp eg_stamp_read(eg_span cell, double *seconds) {
    EG_ASSERT(seconds != NULL);
    *seconds = NAN;
    double days = 0, clock = 0;
    eg_span rest = cell;
    if (rest.n < 8 || rest.n > 40 || !is_digit(rest.start[0])) return EG_STAMP_NONE;
    int has_day = take_day(&rest, &days);
    if (has_day && rest.n == 0) {
        *seconds = days * DAY_SECONDS;
        return EG_STAMP_DAY;
    }
    if (has_day && !take_char(&rest, "Tt ")) return EG_STAMP_NONE;
    if (!take_clock(&rest, &clock)) return EG_STAMP_NONE;
    if (has_day && !take_offset(&rest, &clock)) return EG_STAMP_NONE;
    if (rest.n > 0) return EG_STAMP_NONE;
    *seconds = days * DAY_SECONDS + clock;
    return has_day ? EG_STAMP_INSTANT : EG_STAMP_CLOCK;
}
