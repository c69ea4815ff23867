/* The head of an HTTP/1.1 request, read strictly. Everything here is a pure function over bytes
 * from a stranger: what is not exactly as RFC 9112 wants it, or is unusual enough to be read in two
 * ways by two programs, is refused with the status and the words to answer. Nothing is repaired. */
#ifndef EG_SERVE_REQUEST_H
#define EG_SERVE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    EG_HTTP_HEAD_MAX = 16384,   /* bytes of request line and headers together: else 431 */
    EG_HTTP_TARGET_MAX = 4096,  /* bytes of path and query as sent: else 414 */
    EG_HTTP_HEADERS_MAX = 64,   /* header lines: else 431 */
    EG_HTTP_QUERY_MAX = 32,     /* name=value pairs: else 400 */
    EG_HTTP_SEGMENTS_MAX = 16,  /* path segments: else 404 later, as no route has so many */
    EG_HTTP_LENGTH_DIGITS = 15, /* of Content-Length: else 413 */
};

/* Why a request is refused. `status` 0 means that it is not. All texts are literals. */
typedef struct eg_refusal {
    int status;
    const char *code;   /* for programs: "host_unknown" */
    const char *text;   /* for people: one sentence, what is wrong */
    const char *remedy; /* one sentence, what to do */
} eg_refusal;

/* The headers that the server looks at; each may come once, others are ignored. */
#define EG_HTTP_HEADER_TABLE(X)                                                                    \
    X(HOST, "host")                                                                                \
    X(CONNECTION, "connection")                                                                    \
    X(CONTENT_LENGTH, "content-length")                                                            \
    X(CONTENT_TYPE, "content-type")                                                                \
    X(CONTENT_ENCODING, "content-encoding")                                                        \
    X(TRANSFER_ENCODING, "transfer-encoding")                                                      \
    X(EXPECT, "expect")                                                                            \
    X(UPGRADE, "upgrade")                                                                          \
    X(WEBSOCKET_KEY, "sec-websocket-key")                                                          \
    X(ORIGIN, "origin")                                                                            \
    X(FETCH_SITE, "sec-fetch-site")                                                                \
    X(FETCH_MODE, "sec-fetch-mode")                                                                \
    X(FETCH_DEST, "sec-fetch-dest")                                                                \
    X(COOKIE, "cookie")                                                                            \
    X(AUTHORIZATION, "authorization")                                                              \
    X(ENGRAM, "x-engram")                                                                          \
    X(IF_NONE_MATCH, "if-none-match")                                                              \
    X(ACCEPT_ENCODING, "accept-encoding")

typedef enum eg_http_header {
#define X(name, text) EG_HTTP_##name,
    EG_HTTP_HEADER_TABLE(X)
#undef X
        EG_HTTP_N_KNOWN
} eg_http_header;

typedef struct eg_http_pair {
    const char *name; /* decoded, valid UTF-8, never empty */
    const char *value;
} eg_http_pair;

typedef struct eg_http_query {
    size_t count;
    eg_http_pair pairs[EG_HTTP_QUERY_MAX]; /* no name twice */
} eg_http_query;

typedef struct eg_http_head {
    const char *method; /* upper-case letters, at most 7 */
    const char *path;   /* decoded; begins with '/', no "." or ".." or empty segment inside */
    eg_http_query query;
    const char *headers[EG_HTTP_N_KNOWN]; /* the value without outer blanks; NULL if not sent */
    int64_t content_length;               /* -1 if not sent */
    bool keep_alive;                      /* false if the client asked to close */
} eg_http_head;

/* Length of the head including its empty line, or 0 if `bytes` does not hold all of it yet. */
size_t eg_http_head_size(const char *bytes, size_t size);

/* Reads the `size` bytes of a whole head (as eg_http_head_size says) in place: decodes and ends
 * texts inside `bytes`, which must live as long as `head`. False and `refusal` set if it is
 * refused. Cost: linear. */
bool eg_http_parse_head(char *bytes, size_t size, eg_http_head *head, eg_refusal *refusal);

/* Decodes a path in place ("%20" and so on). False for a wrong escape, a control character, an
 * escaped or real backslash, an escaped slash, an empty or a dot segment, or text not in UTF-8. */
bool eg_http_decode_path(char *path);

/* Splits and decodes "a=1&b=x+y" in place; '+' is a blank as HTML has it. False for a wrong escape,
 * a name that is empty or twice there, too many pairs, a control character or text not in UTF-8. */
bool eg_http_decode_query(char *text, eg_http_query *query);

/* The value of a name, or NULL. */
const char *eg_http_query_get(const eg_http_query *query, const char *name);

/* True if `size` bytes are UTF-8 without surrogates, overlong forms or NUL. */
bool eg_http_utf8_valid(const char *text, size_t size);

#endif
