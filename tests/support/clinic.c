#include "tests/support/clinic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/course.h"
#include "clinic/document.h"
#include "clinic/knowledge.h"
#include "clinic/rule.h"
#include "tests/support/test.h"

static eg_zone zone;
static uint64_t random_state = 1;

static void draw(void *context, void *bytes, size_t size) {
    (void)context;
    for (size_t i = 0; i < size; i++) {
        random_state = random_state * 6364136223846793005U + 1442695040888963407U;
        ((unsigned char *)bytes)[i] = (unsigned char)(random_state >> 56);
    }
}

eg_clinic *eg_test_clinic(const char *name) {
    eg_clinic *clinic = calloc(1, sizeof *clinic);
    eg_knowledge *knowledge = NULL;
    eg_rule_book *book = NULL;
    eg_diag diag = {0};
    char url[256];
    snprintf(url, sizeof url, "sqlite:%s/%s.db", eg_test_folder(), name);
    if (eg_store_open(url, EG_STORE_WRITE, &clinic->store, &diag) != EG_OK ||
        eg_knowledge_load(eg_embedded_files, NULL, &knowledge, &diag) != EG_OK ||
        eg_rule_book_create(knowledge, &book, &diag) != EG_OK)
        EG_FAIL("%s: %s", diag.where, diag.text);
    clinic->knowledge = knowledge;
    clinic->rules = book;
    clinic->random = draw;
    snprintf(clinic->author, sizeof clinic->author, "tests");
    if (!eg_instant_parse("2026-03-02T08:15:00Z", &clinic->now_ms)) EG_FAIL("no time");
    if (eg_clinic_site(clinic, "Test site", "Europe/Berlin", &zone, NULL, &diag) != EG_OK)
        EG_FAIL("%s: %s", diag.where, diag.text);
    return clinic;
}

void eg_test_clinic_close(eg_clinic *clinic) {
    eg_store_close(clinic->store);
    eg_rule_book_destroy((eg_rule_book *)(uintptr_t)clinic->rules);
    eg_knowledge_destroy((eg_knowledge *)(uintptr_t)clinic->knowledge);
    free(clinic);
}

json_t *eg_test_json(const char *text) {
    size_t size = strlen(text);
    char *copy = malloc(size + 1);
    for (size_t i = 0; i <= size; i++) copy[i] = text[i] == '\'' ? '"' : text[i];
    json_error_t error;
    json_t *value = json_loads(copy, JSON_DECODE_ANY, &error);
    free(copy);
    if (value == NULL) EG_FAIL("the test's JSON: %s in %s", error.text, text);
    return value;
}

void eg_test_episode(eg_clinic *clinic, char id[EG_STORE_ID_SIZE]) {
    json_t *body = eg_test_json("{'given_name':'Ada','family_name':'Test','birth_date':"
                                "'1960-05-17','sex':'female','example':true}");
    json_t *person = NULL, *episode = NULL;
    eg_diag diag = {0};
    if (eg_person_create(clinic, body, &person, NULL, &diag) != EG_OK ||
        eg_episode_create(clinic, json_string_value(json_object_get(person, "id")), "PT",
                          "Left arm after stroke", &episode, NULL, &diag) != EG_OK)
        EG_FAIL("%s: %s", diag.where, diag.text);
    snprintf(id, EG_STORE_ID_SIZE, "%s", json_string_value(json_object_get(episode, "id")));
    json_decref(body);
    json_decref(person);
    json_decref(episode);
}

eg_err eg_test_create(eg_clinic *clinic, const char *episode_id, const char *kind,
                      const char *parent_id, const char *body, char id[EG_STORE_ID_SIZE]) {
    json_t *value = eg_test_json(body), *document = NULL;
    eg_diag diag = {0};
    clinic->now_ms += 1000;
    eg_err err =
        eg_document_create(clinic, episode_id, kind, parent_id, value, &document, NULL, &diag);
    if (err != EG_OK && err != EG_ERR_GUARD && err != EG_ERR_CONFLICT && err != EG_ERR_DATA &&
        err != EG_ERR_RANGE && err != EG_ERR_NOT_FOUND)
        EG_FAIL("%s: %s: %s", kind, diag.where, diag.text);
    if (err == EG_OK && id != NULL)
        snprintf(id, EG_STORE_ID_SIZE, "%s", json_string_value(json_object_get(document, "id")));
    json_decref(value);
    json_decref(document);
    return err;
}

json_t *eg_test_intake(const eg_clinic *clinic, const char *red_flag) {
    json_t *intake = eg_test_json(
        "{'completed_by':'both','symptoms':[{'region':'hand-left-front','kind':'weakness'},"
        "{'region':'shoulder-left-front','kind':'pain','pain':3}],'history':'Stroke at home.',"
        "'diagnosis':{'text':'Ischaemic stroke, right hemisphere'},'conditions':{'stroke':1},"
        "'onset_at':'2026-01-05','affected_side':'left','hand_dominance':'right',"
        "'medications':[{'name':'aspirin'}],'implants':[],'implanted_device':0,'pregnant':0,"
        "'epilepsy':0,'falls_12mo':1,'vital_signs':{'sbp':128,'dbp':76,'hr':70,'spo2':97},"
        "'stimulation_screen':{'dvt_active':0,'bleeding_untreated':0,'infection_site':0,"
        "'poor_circulation_site':0,'malignancy_at_site':0,'cannot_report':0,"
        "'site_sensation_loss':0,'skin_fragile':0,'radiated_6mo':0,'lmn_intact':null},"
        "'own_goals':[{'text':'Cut my own food','ability_0_10':2}],"
        "'consent':{'treatment':true,'data':true,'given_by':'Ada Test',"
        "'at':'2026-03-02T08:10:00Z'}}");
    json_t *flags = json_object();
    for (size_t i = 0; i < eg_knowledge_count(clinic->knowledge, "precautions"); i++) {
        json_t *entry = eg_knowledge_at(clinic->knowledge, "precautions", i);
        if (strcmp(eg_json_text_of(entry, "group", ""), "red-flag") == 0)
            json_object_set_new(flags, eg_json_text_of(entry, "id", ""), json_integer(0));
    }
    if (json_object_size(flags) == 0) EG_FAIL("knowledge/precautions has no red flags");
    if (red_flag != NULL && json_object_set_new_nocheck(flags, red_flag, json_integer(1)) != 0)
        EG_FAIL("no memory");
    json_object_set_new(intake, "red_flags", flags);
    return intake;
}
