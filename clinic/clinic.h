/* What every function of the course of care needs to know about where it works: the store's handle
 * of this thread, the site, the clock's reading and who asks. Filled per request by the caller, who
 * owns everything in it. */
#ifndef EG_CLINIC_CLINIC_H
#define EG_CLINIC_CLINIC_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "io/host/timezone.h"
#include "io/store/store.h"

struct eg_knowledge;
struct eg_rule_book;

typedef struct eg_clinic {
    eg_store *store;     /* of the calling thread; writes need one opened with EG_STORE_WRITE */
    const eg_zone *zone; /* the site's time zone */
    const struct eg_knowledge
        *knowledge;                   /* clinic/knowledge.h, shared by all threads; may be NULL */
    const struct eg_rule_book *rules; /* clinic/rule.h, likewise; NULL: no rule is checked */
    char site_id[EG_STORE_ID_SIZE];
    char author[EG_STORE_AUTHOR_SIZE]; /* who writes; "local" until there are accounts */
    int64_t now_ms;                    /* UTC, one reading for the whole request */
    void (*random)(void *context, void *bytes, size_t size); /* for ids: eg_clock_random */
    void *random_context;
} eg_clinic;

/* The site's date now, "YYYY-MM-DD". */
void eg_clinic_today(const eg_clinic *clinic, char date[EG_DATE_SIZE]);

/* Finds the site document or, if the store is new and `name` is given, creates it with
 * `time_zone`; fills site_id and loads the zone into `zone`, which clinic->zone then points to.
 * Call once per process after opening the store, then copy site_id and zone. */
eg_err eg_clinic_site(eg_clinic *clinic, const char *name, const char *time_zone, eg_zone *zone,
                      json_t **site, eg_diag *diag);

/* How the functions of clinic/ answer
 *
 * Documents are JSON objects {id, kind, version, status, person_id, episode_id, parent_id,
 * local_date, created_at, author, body[, signature]} in a new reference that the caller owns.
 * Errors are eg_err with a sentence in `diag`. Where a function has `json_t **problems` (may be
 * NULL) and the error is EG_ERR_DATA (the body is not valid; HTTP 422) or EG_ERR_GUARD (the course
 * of care does not allow it; HTTP 422), it receives a new array of
 *   {pointer, reason, remedy[, code, text, met, fix: {page, field}]}
 * that says what is missing and where it is put right; NULL otherwise. Others: EG_ERR_NOT_FOUND
 * (404), EG_ERR_CONFLICT (409), EG_ERR_ARGUMENT (400), EG_ERR_LIMIT (413), EG_ERR_STORE (500).
 * Every write is one transaction, synced before the function returns EG_OK. */

#endif
