/* The place of work as a document: its name and its time zone. Instants are stored in UTC and
 * written dates stay as they were; the zone only decides which date it is from now on. */
#ifndef EG_CLINIC_SITE_H
#define EG_CLINIC_SITE_H

#include "clinic/clinic.h"

/* The newest version. EG_ERR_NOT_FOUND in a store without a site. */
eg_err eg_site_get(eg_clinic *clinic, json_t **site, eg_diag *diag);

/* A new version {name, time_zone}. `version` is the one the writer saw (EG_ERR_CONFLICT if it is
 * not the newest). EG_ERR_DATA if the zone is not known on this machine. The caller loads the new
 * zone (eg_clinic_site) into every clinic that is open. */
eg_err eg_site_amend(eg_clinic *clinic, int32_t version, const json_t *body, json_t **site,
                     json_t **problems, eg_diag *diag);

#endif
