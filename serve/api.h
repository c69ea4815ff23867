/* The API without a network: a request goes in, a response comes out. The network thread matches a
 * request to its route before it reads the body; a worker then calls eg_api_handle. Unit tests and
 * the fuzzer call it directly. The paths, bodies and errors are written down in openapi.json. */
#ifndef EG_SERVE_API_H
#define EG_SERVE_API_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "serve/request.h"

typedef struct eg_api eg_api;

enum {
    EG_API_JSON_MAX = 1024 * 1024,       /* bytes of a JSON body */
    EG_API_BYTES_MAX = 64 * 1024 * 1024, /* bytes of an uploaded recording */
    EG_API_PARAMETERS_MAX = 2,           /* {id} and {name} in a path */
    EG_API_PARAMETER_MAX = 128,          /* bytes of one, with its final zero */
};

/* Which worker takes a request. Reports have one of their own: pango, fontconfig and cairo share
 * state of the whole process, so one thread alone ever calls them; nor does a report make the
 * requests of the pages wait. */
typedef enum eg_api_role {
    EG_API_READS,
    EG_API_WRITES,
    EG_API_PRINTS,
    EG_API_ROLES /* their number */
} eg_api_role;
typedef enum eg_api_body { EG_API_BODY_NONE, EG_API_BODY_JSON, EG_API_BODY_BYTES } eg_api_body;

typedef struct eg_api_request {
    const char *method;
    const char *path;           /* decoded */
    const eg_http_query *query; /* NULL: none */
    const char *body;           /* `size` bytes and a final zero; NULL if there is none */
    size_t size;
} eg_api_request;

typedef struct eg_api_response {
    int status;
    const char *content_type; /* a literal */
    char *body;               /* owned: eg_api_response_clear frees it */
    size_t size;
} eg_api_response;

typedef struct eg_api_call eg_api_call; /* what a handler sees, serve/api_call.h */

typedef struct eg_api_route {
    const char *method;
    const char *path; /* "/api/people/{id}" */
    void (*handle)(eg_api_call *call);
    eg_api_role role;
    eg_api_body body;
} eg_api_route;

typedef struct eg_api_match {
    const eg_api_route *route; /* NULL: no such path, or not with this method */
    char allow[64];            /* "GET, PUT" if the path exists; "" if it does not */
    char parameters[EG_API_PARAMETERS_MAX][EG_API_PARAMETER_MAX];
} eg_api_match;

typedef struct eg_api_settings {
    const char *version; /* of the program */
    const char *store;   /* "sqlite:/path/engram.db" */
    const char *site;    /* name and time zone for a new store; NULL: "Clinic", "UTC" */
    const char *time_zone;
    bool demo; /* invented people; the pages say so */
} eg_api_settings;

/* One worker's view of the clinic; not to be shared between threads. `writer` NULL makes the one
 * that writes: it creates or upgrades the store, loads knowledge/ and must outlive the readers, for
 * which it is given. NULL and `diag` set if the store or knowledge/ cannot be opened. */
eg_api *eg_api_create(const eg_api_settings *settings, eg_api *writer, eg_diag *diag);
void eg_api_destroy(eg_api *api);

/* Fills an empty store with the demo's invented people; a store that has people is left alone. */
eg_err eg_api_fill_demo(eg_api *writer, eg_diag *diag);

/* HEAD matches as GET. */
eg_api_match eg_api_find(const char *method, const char *path);

/* The route at `index` in the server's table, NULL behind the last. */
const eg_api_route *eg_api_route_at(size_t index);

/* Never fails: what goes wrong is in the response. A write is durable when this returns 2xx. */
void eg_api_handle(eg_api *api, const eg_api_request *request, eg_api_response *response);

void eg_api_response_clear(eg_api_response *response);

/* An error as the contract has it; texts may be NULL. */
void eg_api_refuse(eg_api_response *response, int status, const char *code, const char *text,
                   const char *where, const char *remedy);

#endif
