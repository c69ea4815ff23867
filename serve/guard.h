/* Who may talk to the server. Without accounts one secret stands between the chart and every other
 * program and web page on the machine: a random token in the start URL, kept in a cookie that other
 * sites cannot send. Everything here is pure, so that each refusal is a unit test.
 *
 * Known limit: cookies do not know ports. A hostile program that already runs on this machine and
 * that the user opens in the same browser as http://127.0.0.1:OTHER is sent the cookie too; it
 * cannot be told apart without TLS and accounts. */
#ifndef EG_SERVE_GUARD_H
#define EG_SERVE_GUARD_H

#include <stdbool.h>

#include "serve/request.h"

enum { EG_GUARD_TOKEN_DIGITS = 64, EG_GUARD_NAMES = 6, EG_GUARD_NAME_MAX = 64 };

typedef struct eg_guard {
    char token[EG_GUARD_TOKEN_DIGITS + 1];         /* 256 random bits in lower-case hex */
    char hosts[EG_GUARD_NAMES][EG_GUARD_NAME_MAX]; /* what Host may say; "" for an unused row */
    char origins[EG_GUARD_NAMES][EG_GUARD_NAME_MAX];
} eg_guard;

typedef enum eg_guard_verdict {
    EG_GUARD_PASS,
    EG_GUARD_START, /* the start URL with the right token: set the cookie and lead on to "/" */
    EG_GUARD_REFUSE
} eg_guard_verdict;

/* Makes a random token. */
void eg_guard_random_token(char token[EG_GUARD_TOKEN_DIGITS + 1]);

/* `token` as above; `port` the one really listened on. */
void eg_guard_init(eg_guard *guard, const char *token, int port);

/* True for an address that only programs on this machine reach: 127.0.0.0/8 or ::1, or the name
 * "localhost". */
bool eg_guard_is_loopback(const char *address);

/* In this order: Host, WebSocket, Origin, Sec-Fetch-Site, the token (for /api), X-Engram (for
 * writes). `refusal` is set with EG_GUARD_REFUSE. Cost: a few comparisons; the token's takes the
 * same time wherever it differs. */
eg_guard_verdict eg_guard_check(const eg_guard *guard, const eg_http_head *head,
                                eg_refusal *refusal);

/* True for /api and everything below it. */
bool eg_guard_is_api(const char *path);

#endif
