/* Clinical documents: written, amended, signed, verified. */
#include <stdlib.h>

#include "clinic/document.h"
#include "clinic/withdraw.h"
#include "serve/api_call.h"

void eg_api_list_documents(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *documents = NULL;
    json_t *episode = NULL;
    eg_err err = eg_document_get(&call->api->clinic, eg_api_parameter(call, 0), 0, &episode, &diag);
    json_decref(episode);
    if (err == EG_OK)
        err = eg_document_all(&call->api->clinic, eg_api_parameter(call, 0),
                              eg_api_query(call, "kind", NULL), &documents, &diag);
    eg_api_finish(call, 200, err, documents, NULL, &diag);
}

void eg_api_create_document(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *document = NULL;
    json_t *problems = NULL;
    json_t *request = eg_api_read_object(call);
    if (request == NULL) return;
    json_t *body = eg_api_need_body(call, request);
    if (body != NULL) {
        const char *parent = json_string_value(json_object_get(request, "parent_id"));
        eg_err err = eg_document_create(&call->api->clinic, eg_api_parameter(call, 0),
                                        eg_api_parameter(call, 1), parent, body, &document,
                                        &problems, &diag);
        eg_api_finish(call, 201, err, document, problems, &diag);
    }
    json_decref(request);
}

void eg_api_get_document(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *document = NULL;
    const char *text = eg_api_query(call, "version", "0");
    char *end = NULL;
    long version = strtol(text, &end, 10);
    eg_err err = *end != '\0' || version < 0 || version > INT32_MAX
                     ? eg_diag_set(&diag, EG_ERR_ARGUMENT, "version", 0,
                                   "\"version\" is not a whole number from 1")
                     : eg_document_get(&call->api->clinic, eg_api_parameter(call, 0),
                                       (int32_t)version, &document, &diag);
    eg_api_finish(call, 200, err, document, NULL, &diag);
}

void eg_api_amend_document(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *document = NULL;
    json_t *problems = NULL;
    json_t *request = eg_api_read_object(call);
    if (request == NULL) return;
    int32_t version = eg_api_need_version(call, request);
    json_t *body = version == 0 ? NULL : eg_api_need_body(call, request);
    if (body != NULL) {
        eg_err err = eg_document_amend(&call->api->clinic, eg_api_parameter(call, 0), version, body,
                                       &document, &problems, &diag);
        eg_api_finish(call, 200, err, document, problems, &diag);
    }
    json_decref(request);
}

void eg_api_get_versions(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *versions = NULL;
    eg_err err =
        eg_document_versions(&call->api->clinic, eg_api_parameter(call, 0), &versions, &diag);
    eg_api_finish(call, 200, err, versions, NULL, &diag);
}

void eg_api_sign_document(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *signature = NULL;
    json_t *problems = NULL;
    json_t *request = eg_api_read_object(call);
    if (request == NULL) return;
    int32_t version = eg_api_need_version(call, request);
    const char *name = version == 0 ? NULL : eg_api_need_text(call, request, "name");
    const char *credential = name == NULL ? NULL : eg_api_need_text(call, request, "credential");
    if (credential != NULL) {
        eg_err err = eg_document_sign(&call->api->clinic, eg_api_parameter(call, 0), version, name,
                                      credential, &signature, &problems, &diag);
        eg_api_finish(call, 201, err, signature, problems, &diag);
    }
    json_decref(request);
}

void eg_api_withdraw_document(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *document = NULL;
    json_t *problems = NULL;
    json_t *request = eg_api_read_object(call);
    if (request == NULL) return;
    const eg_withdrawal withdrawal = {
        .version = eg_api_need_version(call, request),
        .reason = json_string_value(json_object_get(request, "reason")),
        .name = json_string_value(json_object_get(request, "name")),
        .credential = json_string_value(json_object_get(request, "credential"))};
    if (withdrawal.version != 0) {
        eg_err err = eg_document_withdraw(&call->api->clinic, eg_api_parameter(call, 0),
                                          &withdrawal, &document, &problems, &diag);
        eg_api_finish(call, 201, err, document, problems, &diag);
    }
    json_decref(request);
}

void eg_api_verify_document(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *report = NULL;
    eg_err err = eg_document_verify(&call->api->clinic, eg_api_parameter(call, 0), &report, &diag);
    eg_api_finish(call, 200, err, report, NULL, &diag);
}
