/* Layouts of recordings that somebody has explained once: documents of the kind "layout" of the
 * site, append-only like all others. A file whose header has a saved layout's fingerprint is read
 * with it; the newest wins. */
#ifndef EG_CLINIC_LAYOUTS_H
#define EG_CLINIC_LAYOUTS_H

#include "clinic/clinic.h"

enum { EG_LAYOUTS_MAX = 500 };

/* All that are not retired, newest first. */
eg_err eg_layouts_list(eg_clinic *clinic, json_t **documents, eg_diag *diag);

/* A new one: {name, fingerprint, map}. The map must be one that eg_map_from_json takes; with
 * `study`, {options, channels} as that study takes them. */
eg_err eg_layouts_create(eg_clinic *clinic, const json_t *body, json_t **document,
                         json_t **problems, eg_diag *diag);

/* A new version: another name or map, or `retired`. EG_ERR_CONFLICT if `version` is not the newest;
 * EG_ERR_NOT_FOUND if the document is no layout. */
eg_err eg_layouts_amend(eg_clinic *clinic, const char *id, int32_t version, const json_t *body,
                        json_t **document, json_t **problems, eg_diag *diag);

/* {id, version, name, map} of that layout. EG_ERR_NOT_FOUND. */
eg_err eg_layouts_get(eg_clinic *clinic, const char *id, json_t **layout, eg_diag *diag);

/* The same for the newest one of this study (NULL: balance) with this fingerprint; *layout NULL and
 * EG_OK if there is none. */
eg_err eg_layouts_find(eg_clinic *clinic, const char *study, const char *fingerprint,
                       json_t **layout, eg_diag *diag);

#endif
