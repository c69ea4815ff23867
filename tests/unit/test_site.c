/* The clinic's name and time zone: where a new store takes its zone from, and what a change of the
 * zone does and does not change. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clinic/document.h"
#include "clinic/site.h"
#include "clinic/today.h"
#include "io/host/system_zone.h"
#include "serve/api.h"
#include "tests/support/clinic.h"
#include "tests/support/test.h"

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}

static void names_of_zones_are_read_from_variables_and_links(void) {
    static const struct {
        const char *text, *name;
    } cases[] = {
        {"Europe/Berlin", "Europe/Berlin"},
        {":Asia/Kolkata", "Asia/Kolkata"},
        {"UTC", "UTC"},
        {"/usr/share/zoneinfo/America/Argentina/Ushuaia", "America/Argentina/Ushuaia"},
        {"../usr/share/zoneinfo/posix/Etc/GMT+10", "Etc/GMT+10"},
        {":/usr/share/zoneinfo/Pacific/Auckland", "Pacific/Auckland"},
        {"EST5EDT,M3.2.0,M11.1.0", ""},
        {"<+03>-3", ""},
        {"/etc/my-own-zone", ""},
        {"/usr/share/zoneinfo/../../../etc/passwd", ""},
        {"zoneinfo/", ""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char name[EG_ZONE_NAME_SIZE] = "before";
        EG_CHECK_INT(eg_system_zone_name(cases[i].text, name), cases[i].name[0] != '\0');
        EG_CHECK_TEXT(name, cases[i].name);
    }
}

static void check_system(const char *tz, const char *link, const char *expected) {
    char name[EG_ZONE_NAME_SIZE];
    eg_system_zone(tz, link, name);
    EG_CHECK_TEXT(name, expected);
}

static void a_new_store_takes_the_zone_of_the_machine(void) {
    if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0) EG_SKIP("tzdata is not installed");
    char link[300], chain[300], loop[300], file[300], odd[300];
    snprintf(link, sizeof link, "%s/localtime", eg_test_folder());
    snprintf(chain, sizeof chain, "%s/chain", eg_test_folder());
    snprintf(loop, sizeof loop, "%s/loop", eg_test_folder());
    snprintf(file, sizeof file, "%s/file", eg_test_folder());
    snprintf(odd, sizeof odd, "%s/odd", eg_test_folder());
    EG_CHECK_INT(symlink("/usr/share/zoneinfo/Pacific/Auckland", link), 0);
    EG_CHECK_INT(symlink(link, chain), 0);
    EG_CHECK_INT(symlink(loop, loop), 0);
    EG_CHECK_INT(symlink("/usr/share/zoneinfo/Mars/Olympus", odd), 0);
    FILE *written = fopen(file, "we");
    EG_CHECK(written != NULL && fclose(written) == 0);
    check_system("Europe/Berlin", link, "Europe/Berlin");
    check_system(NULL, link, "Pacific/Auckland");
    check_system(NULL, chain, "Pacific/Auckland");
    check_system("Mars/Olympus", link, "Pacific/Auckland");
    check_system("EST5EDT,M3.2.0,M11.1.0", link, "Pacific/Auckland");
    check_system("", link, "UTC");
    check_system(NULL, loop, "UTC");
    check_system(NULL, file, "UTC");
    check_system(NULL, odd, "UTC");
    check_system(NULL, "/nowhere/localtime", "UTC");
}

static json_t *site_body(const char *name, const char *zone) {
    return json_pack("{s:s,s:s}", "name", name, "time_zone", zone);
}

static eg_err amend(eg_clinic *clinic, int32_t version, const char *name, const char *zone,
                    json_t **problems) {
    json_t *body = site_body(name, zone), *site = NULL;
    eg_diag diag = {0};
    eg_err err = eg_site_amend(clinic, version, body, &site, problems, &diag);
    if (err != EG_OK) EG_CHECK(diag.text[0] != '\0' && site == NULL);
    json_decref(body);
    json_decref(site);
    return err;
}

static json_t *born(const char *date) {
    return json_pack("{s:s,s:s,s:s,s:s}", "given_name", "Ada", "family_name", "Test", "birth_date",
                     date, "sex", "female");
}

/* 2026-03-01 09:30 UTC: in Auckland (+13) it is Sunday evening, in Honolulu (-10) still Saturday.
 */
static void the_zone_decides_which_day_it_is(void) {
    eg_clinic *clinic = eg_test_clinic("zones");
    eg_zone *zone = malloc(sizeof *zone);
    char today[EG_DATE_SIZE];
    json_t *person = NULL, *site = NULL, *page = NULL;
    EG_CHECK(eg_instant_parse("2026-03-01T09:30:00Z", &clinic->now_ms));
    EG_CHECK_INT(amend(clinic, 1, "South", "Pacific/Auckland", NULL), EG_OK);
    EG_CHECK_INT(eg_clinic_site(clinic, NULL, NULL, zone, NULL, NULL), EG_OK);
    eg_clinic_today(clinic, today);
    EG_CHECK_TEXT(today, "2026-03-01");
    json_t *body = born("2026-03-01");
    EG_CHECK_INT(eg_person_create(clinic, body, &person, NULL, NULL), EG_OK);
    char id[EG_STORE_ID_SIZE];
    snprintf(id, sizeof id, "%s", text_of(person, "id"));
    EG_CHECK_TEXT(text_of(person, "local_date"), "2026-03-01");
    json_decref(person);

    EG_CHECK_INT(amend(clinic, 2, "North", "Pacific/Honolulu", NULL), EG_OK);
    EG_CHECK_INT(eg_clinic_site(clinic, NULL, NULL, zone, &site, NULL), EG_OK);
    EG_CHECK_TEXT(text_of(json_object_get(site, "body"), "name"), "North");
    EG_CHECK_INT(json_integer_value(json_object_get(site, "version")), 3);
    json_decref(site);
    eg_clinic_today(clinic, today);
    EG_CHECK_TEXT(today, "2026-02-28");
    EG_CHECK_INT(eg_today(clinic, &page, NULL), EG_OK);
    EG_CHECK_TEXT(text_of(page, "date"), "2026-02-28");
    json_decref(page);
    /* A child of tomorrow cannot be entered here, and what was written stays as it was written. */
    EG_CHECK_INT(eg_person_create(clinic, body, &person, NULL, NULL), EG_ERR_DATA);
    EG_CHECK_INT(eg_document_get(clinic, id, 0, &person, NULL), EG_OK);
    EG_CHECK_TEXT(text_of(person, "local_date"), "2026-03-01");
    EG_CHECK_TEXT(text_of(person, "created_at"), "2026-03-01T09:30:00.000Z");
    json_decref(person);
    json_decref(body);
    /* The two instants at which the day changes there. */
    EG_CHECK(eg_instant_parse("2026-03-01T09:59:59.999Z", &clinic->now_ms));
    eg_clinic_today(clinic, today);
    EG_CHECK_TEXT(today, "2026-02-28");
    clinic->now_ms++;
    eg_clinic_today(clinic, today);
    EG_CHECK_TEXT(today, "2026-03-01");
    free(zone);
    eg_test_clinic_close(clinic);
}

static void a_site_changes_in_versions_only(void) {
    eg_clinic *clinic = eg_test_clinic("versions");
    json_t *problems = NULL, *versions = NULL, *site = NULL, *document = NULL;
    EG_CHECK_INT(amend(clinic, 1, "One", "Asia/Kolkata", NULL), EG_OK);
    EG_CHECK_INT(amend(clinic, 1, "Two", "Asia/Kolkata", NULL), EG_ERR_CONFLICT);
    EG_CHECK_INT(amend(clinic, 2, "Two", "Mars/Olympus", &problems), EG_ERR_DATA);
    EG_CHECK_TEXT(text_of(json_array_get(problems, 0), "pointer"), "/time_zone");
    json_decref(problems);
    EG_CHECK_INT(amend(clinic, 2, "Two", "../../etc/passwd", NULL), EG_ERR_DATA);
    EG_CHECK_INT(amend(clinic, 2, "", "Asia/Kolkata", NULL), EG_ERR_DATA);
    EG_CHECK_INT(eg_site_get(clinic, &site, NULL), EG_OK);
    EG_CHECK_INT(json_integer_value(json_object_get(site, "version")), 2);
    EG_CHECK_INT(eg_document_versions(clinic, text_of(site, "id"), &versions, NULL), EG_OK);
    EG_CHECK_INT(json_array_size(versions), 2);
    EG_CHECK_TEXT(text_of(json_object_get(json_array_get(versions, 0), "body"), "time_zone"),
                  "Europe/Berlin");
    /* Not by the way of clinical documents, which knows nothing of zones. */
    EG_CHECK_INT(eg_document_amend(clinic, text_of(site, "id"), 2, json_object_get(site, "body"),
                                   &document, NULL, NULL),
                 EG_ERR_ARGUMENT);
    json_decref(versions);
    json_decref(site);
    eg_test_clinic_close(clinic);
}

static json_t *call(eg_api *api, const char *method, const char *path, const char *body,
                    int status) {
    eg_api_request request = {method, path, NULL, body, body == NULL ? 0 : strlen(body)};
    eg_api_response response;
    eg_api_handle(api, &request, &response);
    EG_CHECK_INT(response.status, status);
    json_t *answer = json_loadb(response.body, response.size, 0, NULL);
    eg_api_response_clear(&response);
    return answer;
}

/* What a worker says about the site. */
static void check_status(eg_api *api, const char *name, const char *zone) {
    json_t *status = call(api, "GET", "/api/status", NULL, 200);
    EG_CHECK_TEXT(text_of(json_object_get(status, "site"), "name"), name);
    EG_CHECK_TEXT(text_of(json_object_get(status, "site"), "time_zone"), zone);
    json_decref(status);
}

static void every_worker_follows_a_change(void) {
    static char store[4200];
    eg_diag diag = {0};
    snprintf(store, sizeof store, "sqlite:%s/engram.db", eg_test_folder());
    eg_api_settings settings = {.version = "test", .store = store, .time_zone = "Asia/Tokyo"};
    eg_api *writer = eg_api_create(&settings, NULL, &diag);
    if (writer == NULL) EG_FAIL("%s: %s", diag.where, diag.text);
    eg_api *reader = eg_api_create(&settings, writer, &diag);
    EG_CHECK(reader != NULL);
    check_status(writer, "Clinic", "Asia/Tokyo");
    check_status(reader, "Clinic", "Asia/Tokyo");
    json_decref(call(writer, "PUT", "/api/site",
                     "{\"version\":1,\"body\":{\"name\":\"Harbour\",\"time_zone\":"
                     "\"Pacific/Auckland\"}}",
                     200));
    check_status(reader, "Harbour", "Pacific/Auckland");
    check_status(writer, "Harbour", "Pacific/Auckland");
    json_decref(call(writer, "PUT", "/api/site",
                     "{\"version\":1,\"body\":{\"name\":\"X\",\"time_zone\":\"UTC\"}}", 409));
    json_decref(call(writer, "PUT", "/api/site",
                     "{\"version\":2,\"body\":{\"name\":\"X\",\"time_zone\":\"Nowhere/At_all\"}}",
                     422));
    check_status(reader, "Harbour", "Pacific/Auckland");
    eg_api_destroy(reader);
    eg_api_destroy(writer);
    /* A store keeps its site, whatever the machine says at the next start. */
    writer = eg_api_create(&settings, NULL, &diag);
    EG_CHECK(writer != NULL);
    check_status(writer, "Harbour", "Pacific/Auckland");
    eg_api_destroy(writer);
}

EG_TESTS({"site: names of zones are read from variables and links",
          names_of_zones_are_read_from_variables_and_links},
         {"site: a new store takes the zone of the machine",
          a_new_store_takes_the_zone_of_the_machine},
         {"site: the zone decides which day it is", the_zone_decides_which_day_it_is},
         {"site: it changes in versions only", a_site_changes_in_versions_only},
         {"site: every worker follows a change", every_worker_follows_a_change})
