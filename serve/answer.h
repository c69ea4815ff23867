/* The head of a response: status line and headers, the security headers always among them. */
#ifndef EG_SERVE_ANSWER_H
#define EG_SERVE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

enum { EG_ANSWER_HEAD_MAX = 2048 };

typedef struct eg_answer {
    int status;
    const char *content_type; /* NULL: no body, as for 304 */
    size_t size;              /* of the body */
    bool keep_alive;
    bool immutable;       /* may be kept for ever (named by its hash); else no-store or no-cache */
    const char *etag;     /* NULL: none, and nothing may be stored */
    const char *allow;    /* for 405 */
    const char *location; /* for 303 */
    const char *token;    /* sets the session cookie */
} eg_answer;

/* Writes the head with its empty line; returns its length. */
size_t eg_answer_head(const eg_answer *answer, char head[EG_ANSWER_HEAD_MAX]);

/* "Not Found" for 404; "Unknown" outside the table. */
const char *eg_answer_reason(int status);

#endif
