/* Answering with a file's evaluation, for several handlers; not for others. */
#ifndef EG_SERVE_API_RECORDING_H
#define EG_SERVE_API_RECORDING_H

#include "serve/api_call.h"

/* Answers {name, attribution?, result, trace} for the bytes of a file, or the error. */
void eg_api_answer_inspection(eg_api_call *call, const char *name, const void *bytes, size_t size,
                              const char *attribution);

#endif
