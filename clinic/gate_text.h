/* The quality gate's findings in words. */
#ifndef EG_CLINIC_GATE_TEXT_H
#define EG_CLINIC_GATE_TEXT_H

#include <stddef.h>

#include "core/balance/gate.h"

enum { EG_GATE_TEXT_MAX = 240 };

/* One sentence: what was found, where, and what to do about it. */
void eg_gate_say(const eg_gate_finding *finding, char text[EG_GATE_TEXT_MAX]);

#endif
