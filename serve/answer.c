#include "serve/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/check.h"

static const char security[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

const char *eg_answer_reason(int status) {
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {200, "OK"},
        {201, "Created"},
        {204, "No Content"},
        {303, "See Other"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {422, "Unprocessable Content"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (reasons[i].status == status) return reasons[i].reason;
    return "Unknown";
}

typedef struct text {
    char *bytes;
    size_t used;
} text;

static void put(text *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(text *out, const char *format, ...) {
    size_t room = EG_ANSWER_HEAD_MAX - out->used;
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(out->bytes + out->used, room, format, arguments);
    va_end(arguments);
    EG_ASSERT(n >= 0 && (size_t)n < room); /* every part is bounded: no client's text gets in */
    out->used += (size_t)n;
}

size_t eg_answer_head(const eg_answer *answer, char head[EG_ANSWER_HEAD_MAX]) {
    text out = {head, 0};
    put(&out, "HTTP/1.1 %d %s\r\n", answer->status, eg_answer_reason(answer->status));
    if (answer->content_type != NULL) put(&out, "Content-Type: %s\r\n", answer->content_type);
    if (answer->status != 304) put(&out, "Content-Length: %zu\r\n", answer->size);
    if (answer->etag != NULL) {
        put(&out, "ETag: %s\r\n", answer->etag);
        put(&out, "Cache-Control: %s\r\n",
            answer->immutable ? "private, max-age=31536000, immutable" : "no-cache");
    } else {
        put(&out, "Cache-Control: no-store\r\n");
    }
    if (answer->allow != NULL) put(&out, "Allow: %s\r\n", answer->allow);
    if (answer->location != NULL) put(&out, "Location: %s\r\n", answer->location);
    if (answer->token != NULL)
        /* The second one lives a moment and tells the page that it came by the start address: that
         * ends a hand-over whose code was forgotten. It holds no secret and opens nothing. */
        put(&out,
            "Set-Cookie: engram_session=%s; HttpOnly; SameSite=Strict; Path=/\r\n"
            "Set-Cookie: engram_started=1; Max-Age=30; SameSite=Strict; Path=/\r\n",
            answer->token);
    if (answer->status == 401) put(&out, "WWW-Authenticate: Bearer\r\n");
    if (answer->status == 503) put(&out, "Retry-After: 1\r\n");
    put(&out, "Connection: %s\r\n", answer->keep_alive ? "keep-alive" : "close");
    put(&out, "%s\r\n", security);
    return out.used;
}
