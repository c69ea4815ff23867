/* The clinic as a command sees it that only reads: store, knowledge, time zone and clock. */
#ifndef EG_CLI_CLINIC_OPEN_H
#define EG_CLI_CLINIC_OPEN_H

#include "clinic/clinic.h"
#include "clinic/evaluate.h"
#include "clinic/knowledge.h"

typedef struct clinic_opened {
    eg_clinic clinic;
    eg_zone zone;
    eg_knowledge *knowledge;
    eg_evaluator *evaluator;
} clinic_opened;

/* Opens the store in `folder` for reading. The caller closes `opened`, also after an error.
 * EG_ERR_NOT_FOUND: there is no store in that folder. */
EG_NODISCARD eg_err clinic_open(const char *folder, clinic_opened *opened, eg_diag *diag);

/* The same for the store at "sqlite:PATH". */
EG_NODISCARD eg_err clinic_open_store(const char *url, clinic_opened *opened, eg_diag *diag);
void clinic_close(clinic_opened *opened);

/* Knowledge and clock only, for what needs no store: zone is UTC. */
EG_NODISCARD eg_err clinic_open_knowledge(clinic_opened *opened, eg_diag *diag);

#endif
