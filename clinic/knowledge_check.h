/* Inside clinic/knowledge: what a schema cannot say about an entry. */
#ifndef EG_CLINIC_KNOWLEDGE_CHECK_H
#define EG_CLINIC_KNOWLEDGE_CHECK_H

#include <jansson.h>
#include <stdbool.h>

#include "clinic/knowledge.h"

typedef struct knowledge_fault {
    char member[48]; /* of the entry, "" for the whole */
    char reason[200];
    char remedy[160];
} knowledge_fault;

/* The entry has the form of its schema already. False, with the first fault, if it is not sound. */
bool knowledge_entry_is_sound(const eg_knowledge *knowledge, const char *kind, json_t *entry,
                              knowledge_fault *found);

#endif
