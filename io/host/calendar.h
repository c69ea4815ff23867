/* Dates and instants as numbers and as text (RFC 3339), proleptic Gregorian. Pure. */
#ifndef EG_IO_HOST_CALENDAR_H
#define EG_IO_HOST_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

enum {
    EG_DATE_SIZE = 11,    /* "2026-03-02" */
    EG_INSTANT_SIZE = 25, /* "2026-03-02T08:15:00.000Z" */
};

typedef struct eg_civil {
    int32_t year; /* 1..9999 */
    int32_t month;
    int32_t day;
    int32_t hour;
    int32_t minute;
    int32_t second;
    int32_t millisecond;
} eg_civil;

/* Days since 1970-01-01 of a date, and back. */
int64_t eg_days_from_civil(int32_t year, int32_t month, int32_t day);
void eg_civil_from_days(int64_t days, eg_civil *civil); /* the time of day is set to 0 */

/* "YYYY-MM-DD", a real date of the years 1 to 9999; false otherwise. */
bool eg_date_parse(const char *text, int64_t *days);
void eg_date_format(int64_t days, char text[EG_DATE_SIZE]);

/* "YYYY-MM-DDThh:mm[:ss[.fraction]](Z|+hh:mm|-hh:mm)" to milliseconds since 1970 UTC; false if it
 * is not that. A leap second counts as the second after it. */
bool eg_instant_parse(const char *text, int64_t *utc_ms);
void eg_instant_format(int64_t utc_ms, char text[EG_INSTANT_SIZE]);

/* Completed years between two dates (age), and completed months. */
int32_t eg_years_between(int64_t from_days, int64_t to_days);
int32_t eg_months_between(int64_t from_days, int64_t to_days);

#endif
