/* Local dates and times of a named IANA time zone ("Europe/Berlin"), read from the system's own
 * zone files (RFC 8536) without touching the process's TZ, so that every site can have its own. */
#ifndef EG_IO_HOST_TIMEZONE_H
#define EG_IO_HOST_TIMEZONE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "io/host/calendar.h"

enum {
    EG_ZONE_TRANSITIONS_MAX = 2048, /* the largest zone of 2024 has 236 */
    EG_ZONE_TYPES_MAX = 256,
    EG_ZONE_FILE_MAX = 1 << 18, /* bytes */
    EG_ZONE_NAME_SIZE = 64
};

/* One end of summer time in the POSIX rule at a zone file's foot. */
typedef struct eg_zone_rule {
    int32_t kind;   /* 'M' month.week.day, 'J' day 1..365 without 29 February, 'D' day 0..365 */
    int32_t month;  /* 1..12, for 'M' */
    int32_t week;   /* 1..5, 5 = last, for 'M' */
    int32_t day;    /* weekday 0..6 from Sunday for 'M', else the day of the year */
    int32_t time_s; /* seconds after local midnight, -167 h .. 167 h */
} eg_zone_rule;

typedef struct eg_zone {
    char name[EG_ZONE_NAME_SIZE];
    int32_t n_transitions;
    int32_t n_types;
    int64_t at_s[EG_ZONE_TRANSITIONS_MAX]; /* [n_transitions] UTC seconds, increasing */
    uint8_t type[EG_ZONE_TRANSITIONS_MAX]; /* [n_transitions] index into offset_s */
    int32_t offset_s[EG_ZONE_TYPES_MAX];   /* [n_types] seconds east of UTC */
    int32_t has_footer;                    /* rules for times behind the last transition */
    int32_t has_summer;                    /* the footer knows summer time */
    int32_t standard_offset_s;             /* seconds east of UTC */
    int32_t summer_offset_s;
    eg_zone_rule summer_begins;
    eg_zone_rule summer_ends;
} eg_zone;

/* Is this a name that may be looked up: letters, digits, '/', '_', '+', '-' only, no empty or
 * leading part, at most 63 characters. */
int eg_zone_name_is_valid(const char *name);

/* Reads a zone file's bytes. Pure, bounded. EG_ERR_FORMAT, EG_ERR_DATA, EG_ERR_LIMIT. */
eg_err eg_zone_parse(const uint8_t *bytes, size_t size, eg_zone *zone, eg_diag *diag);

/* Loads a zone by name from /usr/share/zoneinfo; "UTC" always works. EG_ERR_ARGUMENT (name),
 * EG_ERR_NOT_FOUND, and those of eg_zone_parse. About 19 kB: keep it, do not copy it around. */
eg_err eg_zone_load(const char *name, eg_zone *zone, eg_diag *diag);

/* Seconds east of UTC at that instant. */
int32_t eg_zone_offset_s(const eg_zone *zone, int64_t utc_s);

/* Local date and time of an instant. */
void eg_zone_local(const eg_zone *zone, int64_t utc_ms, eg_civil *local);

/* Local date of an instant as "YYYY-MM-DD". */
void eg_zone_date(const eg_zone *zone, int64_t utc_ms, char date[EG_DATE_SIZE]);

/* The instant of a local time; of two (clocks put back) the earlier, of none (clocks put forward)
 * the one after the gap. */
int64_t eg_zone_utc_ms(const eg_zone *zone, const eg_civil *local);

#endif
