#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "io/host/calendar.h"
#include "io/host/clock.h"
#include "io/host/timezone.h"
#include "tests/support/test.h"

static void load(const char *name, eg_zone *zone) {
    eg_diag diag = {0};
    if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0) EG_SKIP("tzdata is not installed");
    if (eg_zone_load(name, zone, &diag) != EG_OK) EG_FAIL("%s: %s", name, diag.text);
}

static int64_t at(const char *text) {
    int64_t utc_ms = 0;
    if (!eg_instant_parse(text, &utc_ms)) EG_FAIL("%s is no instant", text);
    return utc_ms;
}

static eg_zone zone;

static void check_local(const char *name, const char *utc, const char *expected) {
    load(name, &zone);
    eg_civil local;
    eg_zone_local(&zone, at(utc), &local);
    char text[96];
    snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d", (int)local.year, (int)local.month,
             (int)local.day, (int)local.hour, (int)local.minute, (int)local.second);
    EG_CHECK_TEXT(text, expected);
}

static void edges_of_summer_time(void) {
    check_local("Europe/Berlin", "2026-03-29T00:59:59Z", "2026-03-29 01:59:59");
    check_local("Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29 03:00:00");
    check_local("Europe/Berlin", "2026-10-25T00:59:59Z", "2026-10-25 02:59:59");
    check_local("Europe/Berlin", "2026-10-25T01:00:00Z", "2026-10-25 02:00:00");
    check_local("Europe/Berlin", "2091-07-01T12:00:00Z", "2091-07-01 14:00:00");
    check_local("America/New_York", "2026-03-08T06:59:59Z", "2026-03-08 01:59:59");
    check_local("America/New_York", "2026-03-08T07:00:00Z", "2026-03-08 03:00:00");
    check_local("America/New_York", "2026-11-01T06:00:00Z", "2026-11-01 01:00:00");
    check_local("Asia/Kolkata", "2026-06-30T18:30:00Z", "2026-07-01 00:00:00");
    check_local("Australia/Lord_Howe", "2026-04-04T14:59:59Z", "2026-04-05 01:59:59");
    check_local("Australia/Lord_Howe", "2026-04-04T15:00:00Z", "2026-04-05 01:30:00");
    check_local("UTC", "2026-12-31T23:59:59.999Z", "2026-12-31 23:59:59");
    char date[EG_DATE_SIZE];
    load("Asia/Kolkata", &zone);
    eg_zone_date(&zone, at("2026-06-30T18:29:59Z"), date);
    EG_CHECK_TEXT(date, "2026-06-30");
    eg_test_note("12 instants at the edges in 5 zones");
}

static void local_times_become_instants(void) {
    load("Europe/Berlin", &zone);
    static const struct {
        eg_civil local;
        const char *utc;
    } cases[] = {
        {{2026, 1, 15, 12, 0, 0, 0}, "2026-01-15T11:00:00.000Z"},
        {{2026, 7, 15, 12, 0, 0, 7}, "2026-07-15T10:00:00.007Z"},
        {{2026, 10, 25, 2, 30, 0, 0}, "2026-10-25T00:30:00.000Z"}, /* twice: the earlier */
        {{2026, 3, 29, 2, 30, 0, 0}, "2026-03-29T01:30:00.000Z"},  /* never: behind the gap */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[EG_INSTANT_SIZE];
        eg_instant_format(eg_zone_utc_ms(&zone, &cases[i].local), text);
        EG_CHECK_TEXT(text, cases[i].utc);
    }
}

/* The C library's own reading of the same zones, in this test's own process. */
static void agrees_with_the_system(void) {
    static const char *const names[] = {"Europe/Berlin",    "America/New_York",  "Asia/Kolkata",
                                        "Europe/Dublin",    "America/Sao_Paulo", "Asia/Tehran",
                                        "Pacific/Auckland", "Africa/Casablanca"};
    long n = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        load(names[i], &zone);
        setenv("TZ", names[i], 1);
        tzset();
        for (int64_t utc_s = -1500000000; utc_s < 4000000000; utc_s += 76543, n++) {
            struct tm parts;
            time_t when = (time_t)utc_s;
            localtime_r(&when, &parts);
            if (parts.tm_gmtoff != eg_zone_offset_s(&zone, utc_s))
                EG_FAIL("%s at %jd: %d, the system says %ld", names[i], (intmax_t)utc_s,
                        (int)eg_zone_offset_s(&zone, utc_s), parts.tm_gmtoff);
        }
    }
    eg_test_note("%ld instants from 1922 to 2096 in 8 zones", n);
}

static void malformed_files_are_refused(void) {
    static const char *const bad[] = {
        "",        "/etc/passwd", "../../etc/passwd", "Europe//Berlin",
        "Europe/", "a.b",         "Europe/Berlin ",   "-x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        EG_CHECK_INT(eg_zone_load(bad[i], &zone, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_zone_load("Europe/Atlantis", &zone, NULL), EG_ERR_NOT_FOUND);
    load("Europe/Berlin", &zone);
    size_t size = 0;
    char *text = eg_test_read_file("/usr/share/zoneinfo/Europe/Berlin", &size);
    uint8_t *bytes = (uint8_t *)text;
    for (size_t cut = 0; cut < size; cut++) {
        uint8_t *exact = malloc(cut + 1);
        memcpy(exact, bytes, cut);
        EG_CHECK(eg_zone_parse(exact, cut, &zone, NULL) != EG_OK);
        free(exact);
    }
    long n_refused = 0;
    for (size_t i = 0; i < size; i++) {
        bytes[i] ^= 0xff;
        n_refused += eg_zone_parse(bytes, size, &zone, NULL) != EG_OK;
        bytes[i] ^= 0xff;
    }
    EG_CHECK_INT(eg_zone_parse(bytes, size, &zone, NULL), EG_OK);
    free(text);
    eg_test_note("cut at each of %zu bytes; %ld of as many inverted bytes refused", size,
                 n_refused);
}

static void dates_are_real(void) {
    static const char *const good[] = {"2026-03-02", "2024-02-29", "0001-01-01", "9999-12-31"};
    static const char *const bad[] = {"2026-02-29",  "2026-13-01", "2026-00-10", "26-1-1",
                                      "2026-03-02T", "2100-02-29", "2026-04-31", "",
                                      "2026/03/02"};
    int64_t days;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        char text[EG_DATE_SIZE];
        EG_CHECK(eg_date_parse(good[i], &days));
        eg_date_format(days, text);
        EG_CHECK_TEXT(text, good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) EG_CHECK(!eg_date_parse(bad[i], &days));
    EG_CHECK(!eg_date_parse(NULL, &days));
    for (int64_t day = -800000; day < 2932896 - 100; day += 1) {
        eg_civil civil;
        eg_civil_from_days(day, &civil);
        if (civil.year >= 1 && eg_days_from_civil(civil.year, civil.month, civil.day) != day)
            EG_FAIL("day %jd does not come back", (intmax_t)day);
    }
    int64_t born = 0, today = 0;
    EG_CHECK(eg_date_parse("1960-02-29", &born) && eg_date_parse("2026-02-28", &today));
    EG_CHECK_INT(eg_years_between(born, today), 65);
    EG_CHECK_INT(eg_years_between(born, today + 1), 66);
    EG_CHECK_INT(eg_months_between(born, born - 1), 0);
    EG_CHECK_INT(eg_months_between(born, born - 32), -1);
}

static void instants_are_read(void) {
    EG_CHECK_INT(at("1970-01-01T00:00:00Z"), 0);
    EG_CHECK_INT(at("1969-12-31T23:59:59.999Z"), -1);
    EG_CHECK_INT(at("2026-03-02T10:15:00.5+02:00"), at("2026-03-02T08:15:00.500Z"));
    EG_CHECK_INT(at("2026-03-02T08:15-05:30"), at("2026-03-02T13:45:00Z"));
    static const char *const bad[] = {"2026-03-02",
                                      "2026-03-02T25:00:00Z",
                                      "2026-03-02T10:00:00",
                                      "2026-03-02T10:00:00.Z",
                                      "2026-03-02T10:00:00+2:00",
                                      "2026-02-30T10:00:00Z",
                                      "2026-03-02 10:00:00Z"};
    int64_t utc_ms;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        EG_CHECK(!eg_instant_parse(bad[i], &utc_ms));
    char text[EG_INSTANT_SIZE];
    eg_instant_format(-1, text);
    EG_CHECK_TEXT(text, "1969-12-31T23:59:59.999Z");
}

static void ids_sort_by_time(void) {
    uint8_t low[10] = {0}, high[10];
    memset(high, 0xff, sizeof high);
    char first[EG_ID_SIZE], second[EG_ID_SIZE];
    eg_id_make(1772438400000, high, first);
    eg_id_make(1772438400001, low, second);
    EG_CHECK(strcmp(first, second) < 0);
    EG_CHECK(eg_id_is_valid(first) && eg_id_is_valid(second));
    EG_CHECK_TEXT(first + 10, "ZZZZZZZZZZZZZZZZ");
    EG_CHECK(!eg_id_is_valid("short") && !eg_id_is_valid(NULL));
    EG_CHECK(!eg_id_is_valid("01KJQXJ3E0ZZZZZZZZZZZZZZZU"));
    EG_CHECK(eg_clock_now_ms() > at("2026-01-01T00:00:00Z"));
}

EG_TESTS({"timezone: edges of summer time", edges_of_summer_time},
         {"timezone: local times become instants", local_times_become_instants},
         {"timezone: agrees with the C library", agrees_with_the_system},
         {"timezone: names and files are checked", malformed_files_are_refused},
         {"calendar: dates are real dates", dates_are_real},
         {"calendar: instants are read with their offset", instants_are_read},
         {"clock: ids sort by time", ids_sort_by_time})
