#include "serve/guard.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/base/check.h"

static const char cookie_name[] = "engram_session=";

static eg_guard_verdict refuse(eg_refusal *refusal, int status, const char *code, const char *text,
                               const char *remedy) {
    *refusal = (eg_refusal){status, code, text, remedy};
    return EG_GUARD_REFUSE;
}

void eg_guard_random_token(char token[EG_GUARD_TOKEN_DIGITS + 1]) {
    unsigned char bits[EG_GUARD_TOKEN_DIGITS / 2];
    EG_ASSERT(sodium_init() >= 0);
    randombytes_buf(bits, sizeof bits);
    sodium_bin2hex(token, EG_GUARD_TOKEN_DIGITS + 1, bits, sizeof bits);
    sodium_memzero(bits, sizeof bits);
}

void eg_guard_init(eg_guard *guard, const char *token, int port) {
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
    EG_ASSERT(strlen(token) == EG_GUARD_TOKEN_DIGITS);
    EG_ASSERT(port > 0 && port < 65536);
    memset(guard, 0, sizeof *guard);
    memcpy(guard->token, token, EG_GUARD_TOKEN_DIGITS);
    for (size_t i = 0; i < 3; i++) {
        snprintf(guard->hosts[i], EG_GUARD_NAME_MAX, "%s:%d", names[i], port);
        snprintf(guard->origins[i], EG_GUARD_NAME_MAX, "http://%s:%d", names[i], port);
        if (port != 80) continue; /* browsers leave the usual port out */
        snprintf(guard->hosts[i + 3], EG_GUARD_NAME_MAX, "%s", names[i]);
        snprintf(guard->origins[i + 3], EG_GUARD_NAME_MAX, "http://%s", names[i]);
    }
}

bool eg_guard_is_loopback(const char *address) {
    if (strcmp(address, "localhost") == 0) return true;
    struct in_addr four;
    if (inet_pton(AF_INET, address, &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
    struct in6_addr six;
    return inet_pton(AF_INET6, address, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

bool eg_guard_is_api(const char *path) {
    return strncmp(path, "/api", 4) == 0 && (path[4] == '\0' || path[4] == '/');
}

static bool listed(const char names[EG_GUARD_NAMES][EG_GUARD_NAME_MAX], const char *name) {
    for (size_t i = 0; i < EG_GUARD_NAMES; i++)
        if (names[i][0] != '\0' && strcmp(names[i], name) == 0) return true;
    return false;
}

static bool token_equals(const eg_guard *guard, const char *candidate, size_t size) {
    return size == EG_GUARD_TOKEN_DIGITS && sodium_memcmp(candidate, guard->token, size) == 0;
}

/* True if any cookie of our name holds the token: a page on another port of this host can set a
 * second one, and must not lock the user out with it. */
static bool cookie_opens(const eg_guard *guard, const char *cookies) {
    const char *at = cookies;
    while (*at != '\0') {
        while (*at == ' ' || *at == ';') at++;
        size_t length = strcspn(at, ";");
        size_t name_size = sizeof cookie_name - 1;
        if (length > name_size && strncmp(at, cookie_name, name_size) == 0 &&
            token_equals(guard, at + name_size, length - name_size))
            return true;
        at += length;
    }
    return false;
}

static bool authorised(const eg_guard *guard, const eg_http_head *head) {
    const char *bearer = head->headers[EG_HTTP_AUTHORIZATION];
    if (bearer != NULL)
        return strncmp(bearer, "Bearer ", 7) == 0 &&
               token_equals(guard, bearer + 7, strlen(bearer + 7));
    const char *cookies = head->headers[EG_HTTP_COOKIE];
    return cookies != NULL && cookie_opens(guard, cookies);
}

/* A link on somebody's page may lead to ours (the page alone shows nothing), nothing else may. */
static bool is_navigation(const eg_http_head *head) {
    const char *mode = head->headers[EG_HTTP_FETCH_MODE];
    const char *destination = head->headers[EG_HTTP_FETCH_DEST];
    return strcmp(head->method, "GET") == 0 && !eg_guard_is_api(head->path) && mode != NULL &&
           strcmp(mode, "navigate") == 0 && destination != NULL &&
           strcmp(destination, "document") == 0;
}

/* Requests that another site or a rebound name sends in the user's browser. */
static eg_guard_verdict check_origin(const eg_guard *guard, const eg_http_head *head,
                                     eg_refusal *refusal) {
    const char *host = head->headers[EG_HTTP_HOST];
    if (host == NULL)
        return refuse(refusal, 400, "host_missing", "The request names no host.",
                      "Send the Host header.");
    if (!listed(guard->hosts, host))
        return refuse(refusal, 403, "host_unknown", "This server does not go by that name.",
                      "Open the start address that `engram serve` printed.");
    const char *upgrade = head->headers[EG_HTTP_UPGRADE];
    if (head->headers[EG_HTTP_WEBSOCKET_KEY] != NULL ||
        (upgrade != NULL && strcasestr(upgrade, "websocket") != NULL))
        return refuse(refusal, 403, "websocket_refused", "There is no WebSocket here.",
                      "Use the HTTP API.");
    const char *origin = head->headers[EG_HTTP_ORIGIN];
    if (origin != NULL && !listed(guard->origins, origin))
        return refuse(refusal, 403, "origin_foreign", "Another site's page sent this request.",
                      "Use Engram's own pages.");
    const char *site = head->headers[EG_HTTP_FETCH_SITE];
    if (site != NULL && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0 &&
        !is_navigation(head))
        return refuse(refusal, 403, "site_foreign", "Another site's page sent this request.",
                      "Use Engram's own pages.");
    return EG_GUARD_PASS;
}

eg_guard_verdict eg_guard_check(const eg_guard *guard, const eg_http_head *head,
                                eg_refusal *refusal) {
    if (check_origin(guard, head, refusal) == EG_GUARD_REFUSE) return EG_GUARD_REFUSE;
    bool is_read = strcmp(head->method, "GET") == 0 || strcmp(head->method, "HEAD") == 0;
    const char *token = eg_http_query_get(&head->query, "token");
    if (token != NULL && is_read && strcmp(head->path, "/") == 0) {
        if (token_equals(guard, token, strlen(token))) return EG_GUARD_START;
        return refuse(refusal, 401, "token_wrong", "The start address is out of date.",
                      "Open the address that `engram serve` printed when it last started.");
    }
    if (eg_guard_is_api(head->path) && !authorised(guard, head))
        return refuse(refusal, 401, "token_missing", "This browser has not been let in.",
                      "Open the start address that `engram serve` printed, or send "
                      "\"Authorization: Bearer TOKEN\".");
    if (!is_read && eg_guard_is_api(head->path)) {
        const char *mark = head->headers[EG_HTTP_ENGRAM];
        if (mark == NULL || strcmp(mark, "1") != 0)
            return refuse(refusal, 403, "mark_missing", "A write must carry the header X-Engram.",
                          "Send \"X-Engram: 1\", which a form of another page cannot.");
    }
    return EG_GUARD_PASS;
}
