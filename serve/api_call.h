/* What the API's handlers share; not for others. */
#ifndef EG_SERVE_API_CALL_H
#define EG_SERVE_API_CALL_H

#include <jansson.h>
#include <stdatomic.h>

#include "clinic/clinic.h"
#include "clinic/evaluate.h"
#include "clinic/knowledge.h"
#include "clinic/rule.h"
#include "serve/api.h"

enum { EG_API_SITE_NAME_SIZE = 512 /* 120 characters of UTF-8 */ };

/* The writer owns what all workers share; a reader borrows it. */
struct eg_api {
    eg_api_settings settings; /* texts owned by the writer */
    eg_api *owner;            /* the writer; itself for the writer */
    eg_clinic clinic;         /* store, zone and knowledge of this worker */
    eg_zone zone;             /* the site's, loaded by each worker for itself */
    eg_knowledge *knowledge;  /* of the writer; immutable */
    eg_rule_book *book;       /* of the writer; immutable */
    eg_evaluator *evaluator;  /* of the writer; constant */
    atomic_uint site_changes; /* of the writer: how often the site was changed since the start */
    unsigned site_seen;       /* the change that zone and site_name are of */
    char site_name[EG_API_SITE_NAME_SIZE];
};

struct eg_api_call {
    eg_api *api;
    const eg_api_request *request;
    const eg_api_match *match;
    eg_api_response *response;
};

/* The value in the path: "{id}" is 0, a second one 1. */
const char *eg_api_parameter(const eg_api_call *call, size_t index);

/* A value of the query, or `otherwise`. */
const char *eg_api_query(const eg_api_call *call, const char *name, const char *otherwise);

/* The body as a JSON object, a new reference; NULL and answered with 400 if it is none. */
json_t *eg_api_read_object(eg_api_call *call);

/* Text of a member of `object`; NULL and answered with 400 if it is absent or no text. */
const char *eg_api_need_text(eg_api_call *call, const json_t *object, const char *name);

/* The member "body" of the request, borrowed; NULL and answered with 400 if it is no object. */
json_t *eg_api_need_body(eg_api_call *call, const json_t *request);

/* The member "version"; 0 and answered with 400 if it is not a whole number from 1. */
int32_t eg_api_need_version(eg_api_call *call, const json_t *request);

/* Answers with `json`, whose reference is taken over; NULL answers 500. */
void eg_api_answer(eg_api_call *call, int status, json_t *json);

/* The common end of a handler: `json` with `status` if `err` is EG_OK, else the error with the
 * diag's words and `problems`. Takes both references over. */
void eg_api_finish(eg_api_call *call, int status, eg_err err, json_t *json, json_t *problems,
                   const eg_diag *diag);

/* The handlers; the table in api.c says which address each has. */
void eg_api_get_status(eg_api_call *call);
void eg_api_get_openapi(eg_api_call *call);
void eg_api_get_schema(eg_api_call *call);
void eg_api_get_today(eg_api_call *call);
void eg_api_get_site(eg_api_call *call);
void eg_api_put_site(eg_api_call *call);
void eg_api_search_codes(eg_api_call *call);
void eg_api_load_codes(eg_api_call *call);

void eg_api_get_knowledge(eg_api_call *call);
void eg_api_explain(eg_api_call *call);
void eg_api_get_balance_measures(eg_api_call *call);

void eg_api_list_people(eg_api_call *call);
void eg_api_create_person(eg_api_call *call);
void eg_api_get_person(eg_api_call *call);
void eg_api_create_episode(eg_api_call *call);
void eg_api_get_episode(eg_api_call *call);
void eg_api_transition(eg_api_call *call);
void eg_api_check_in(eg_api_call *call);

void eg_api_list_documents(eg_api_call *call);
void eg_api_create_document(eg_api_call *call);
void eg_api_get_document(eg_api_call *call);
void eg_api_amend_document(eg_api_call *call);
void eg_api_get_versions(eg_api_call *call);
void eg_api_sign_document(eg_api_call *call);
void eg_api_withdraw_document(eg_api_call *call);
void eg_api_verify_document(eg_api_call *call);

void eg_api_get_findings(eg_api_call *call);
void eg_api_put_finding(eg_api_call *call);
void eg_api_get_proposals(eg_api_call *call);
void eg_api_get_progress(eg_api_call *call);
void eg_api_get_report(eg_api_call *call);

void eg_api_create_recording(eg_api_call *call);
void eg_api_remeasure(eg_api_call *call);
void eg_api_get_trace(eg_api_call *call);
void eg_api_get_result(eg_api_call *call);
void eg_api_inspect(eg_api_call *call);
void eg_api_preview(eg_api_call *call);
void eg_api_list_formats(eg_api_call *call);
void eg_api_convert(eg_api_call *call);
void eg_api_list_studies(eg_api_call *call);
void eg_api_look(eg_api_call *call);
void eg_api_create_study_recording(eg_api_call *call);
void eg_api_get_study_recording(eg_api_call *call);
void eg_api_put_study_recording(eg_api_call *call);
void eg_api_list_layouts(eg_api_call *call);
void eg_api_create_layout(eg_api_call *call);
void eg_api_amend_layout(eg_api_call *call);
void eg_api_list_examples(eg_api_call *call);
void eg_api_get_example(eg_api_call *call);

#endif
