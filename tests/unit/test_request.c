#include <stdio.h>
#include <string.h>

#include "serve/guard.h"
#include "serve/request.h"
#include "tests/support/test.h"

static char bytes[65536];
static eg_http_head head;
static eg_refusal refusal;

/* 0 if the head is accepted, else the status of the refusal. */
static int parse(const char *text) {
    size_t size = strlen(text);
    memcpy(bytes, text, size + 1);
    EG_CHECK_INT(eg_http_head_size(bytes, size), size);
    return eg_http_parse_head(bytes, size, &head, &refusal) ? 0 : refusal.status;
}

static void heads_are_read(void) {
    EG_CHECK_INT(parse("GET /a%20b/%C3%A4?x=1&name=Anna+B%26c&empty HTTP/1.1\r\n"
                       "Host: 127.0.0.1:8321\r\nConnection: keep-alive, Close\r\n"
                       "content-LENGTH:  12 \r\n\r\n"),
                 0);
    EG_CHECK_TEXT(head.method, "GET");
    EG_CHECK_TEXT(head.path, "/a b/\xc3\xa4");
    EG_CHECK_TEXT(eg_http_query_get(&head.query, "name"), "Anna B&c");
    EG_CHECK_TEXT(eg_http_query_get(&head.query, "empty"), "");
    EG_CHECK(eg_http_query_get(&head.query, "y") == NULL);
    EG_CHECK_TEXT(head.headers[EG_HTTP_HOST], "127.0.0.1:8321");
    EG_CHECK_INT(head.content_length, 12);
    EG_CHECK(!head.keep_alive);
}

static void odd_heads_are_refused(void) {
    static const struct {
        const char *text;
        int status;
    } cases[] = {
        {"GET / HTTP/1.0\r\n\r\n", 505},
        {"PRI * HTTP/2.0\r\n\r\n", 505},
        {"GET /\r\n\r\n", 400},
        {"get / HTTP/1.1\r\n\r\n", 400},
        {"GET  / HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.1 \r\n\r\n", 400},
        {"GET http://x/ HTTP/1.1\r\n\r\n", 400},
        {"CONNECTED / HTTP/1.1\r\n\r\n", 400},
        {"GET /#a HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nA : b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\n: b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nA\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nA: b\x01\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nCookie: a=1\r\nCookie: b=2\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411},
        {"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nContent-Length: 0x10\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nContent-Length: \r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nContent-Length: 9999999999999999\r\n\r\n", 413},
        {"POST / HTTP/1.1\r\nContent-Encoding: gzip\r\n\r\n", 415},
        {"POST / HTTP/1.1\r\nExpect: miracles\r\n\r\n", 417},
        {"\r\n\r\n", 400},
    };
    size_t n = sizeof cases / sizeof cases[0];
    for (size_t i = 0; i < n; i++)
        if (parse(cases[i].text) != cases[i].status)
            EG_FAIL("%s gives %d, expected %d", cases[i].text, refusal.status, cases[i].status);
    eg_test_note("%zu heads, each with its status", n);
}

static void limits_hold(void) {
    char text[EG_HTTP_HEAD_MAX + 256] = "GET /";
    memset(text + 5, 'a', EG_HTTP_TARGET_MAX);
    strcpy(text + 5 + EG_HTTP_TARGET_MAX, " HTTP/1.1\r\n\r\n");
    EG_CHECK_INT(parse(text), 414);
    strcpy(text + 4 + EG_HTTP_TARGET_MAX, " HTTP/1.1\r\n\r\n");
    EG_CHECK_INT(parse(text), 0);
    strcpy(text, "GET / HTTP/1.1\r\n");
    for (int i = 0; i < EG_HTTP_HEADERS_MAX; i++) strcat(text, "A: b\r\n");
    size_t end = strlen(text);
    strcpy(text + end, "\r\n");
    EG_CHECK_INT(parse(text), 0);
    strcpy(text + end, "A: b\r\n\r\n");
    EG_CHECK_INT(parse(text), 431);
    memcpy(bytes, "GET / HTTP/1.1\r\nA: \0\r\n\r\n", 24);
    EG_CHECK(!eg_http_parse_head(bytes, 24, &head, &refusal));
}

static void paths_are_plain(void) {
    static const char *const good[] = {"/", "/a/", "/a/b.js", "/..a", "/a..", "/%41", "/a%25b"};
    static const char *const bad[] = {
        "",          "a",       "//",     "/a//b",  "/.",      "/..",        "/a/../b",
        "/%2e%2e/a", "/a/.%2E", "/a%2fb", "/a%5Cb", "/a\\b",   "/%00",       "/%0a",
        "/%",        "/%4",     "/%zz",   "/%ff",   "/%c0%af", "/%ed%a0%80", "/%f4%90%80%80",
        "/%e2%82",   "/%7f"};
    char text[64];
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        strcpy(text, good[i]);
        if (!eg_http_decode_path(text)) EG_FAIL("%s is refused", good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        strcpy(text, bad[i]);
        if (eg_http_decode_path(text)) EG_FAIL("%s is accepted", bad[i]);
    }
    eg_test_note("%zu good, %zu bad", sizeof good / sizeof good[0], sizeof bad / sizeof bad[0]);
}

static void queries_are_split(void) {
    eg_http_query query;
    char text[1024] = "a=1&&b=&c=%3D%26";
    EG_CHECK(eg_http_decode_query(text, &query));
    EG_CHECK_INT(query.count, 3);
    EG_CHECK_TEXT(eg_http_query_get(&query, "c"), "=&");
    static const char *const bad[] = {"=1",    "a=1&a=2", "a=1&%61=2", "a=%",
                                      "a=%ff", "a=%00",   "%g=1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        strcpy(text, bad[i]);
        if (eg_http_decode_query(text, &query)) EG_FAIL("%s is accepted", bad[i]);
    }
    text[0] = '\0';
    for (int i = 0; i <= EG_HTTP_QUERY_MAX; i++) snprintf(text + strlen(text), 16, "a%d=1&", i);
    EG_CHECK(!eg_http_decode_query(text, &query));
}

static const char token[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/* 0 for a pass, 1 for the start URL, else the status of the refusal. */
static int guarded(const char *line, const char *headers) {
    static eg_guard guard;
    eg_guard_init(&guard, token, 8321);
    char text[2048];
    snprintf(text, sizeof text, "%s HTTP/1.1\r\n%s\r\n", line, headers);
    EG_CHECK_INT(parse(text), 0);
    eg_guard_verdict verdict = eg_guard_check(&guard, &head, &refusal);
    if (verdict == EG_GUARD_PASS) return 0;
    return verdict == EG_GUARD_START ? 1 : refusal.status;
}

#define HOST   "Host: 127.0.0.1:8321\r\n"
#define TOKEN  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define COOKIE "Cookie: a=b; engram_session=" TOKEN "\r\n"

static void strangers_are_refused(void) {
    static const struct {
        const char *line, *headers;
        int status;
    } cases[] = {
        {"GET /", HOST, 0},
        {"GET /", "Host: localhost:8321\r\n", 0},
        {"GET /", "Host: [::1]:8321\r\n", 0},
        {"GET /", "", 400},
        {"GET /", "Host: evil.example:8321\r\n", 403},
        {"GET /", "Host: 127.0.0.1\r\n", 403},
        {"GET /", "Host: 127.0.0.1:83210\r\n", 403},
        {"GET /", HOST "Upgrade: websocket\r\n", 403},
        {"GET /", HOST "Origin: http://evil.example\r\n", 403},
        {"GET /", HOST "Origin: null\r\n", 403},
        {"GET /", HOST "Origin: http://127.0.0.1:9999\r\n", 403},
        {"GET /", HOST "Origin: http://127.0.0.1:8321\r\n", 0},
        {"GET /", HOST "Sec-Fetch-Site: cross-site\r\n", 403},
        {"GET /", HOST "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: no-cors\r\n", 403},
        {"GET /",
         HOST
         "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n",
         0},
        {"GET /",
         HOST
         "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n",
         403},
        {"GET /api/status",
         HOST COOKIE
         "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n",
         403},
        {"GET /api/status", HOST, 401},
        {"GET /api/status", HOST COOKIE, 0},
        {"GET /api/status", HOST "Cookie: engram_session=" TOKEN "0\r\n", 401},
        {"GET /api/status", HOST "Cookie: xengram_session=" TOKEN "\r\n", 401},
        {"GET /api/status", HOST "Authorization: Bearer " TOKEN "\r\n", 0},
        {"GET /api/status", HOST "Authorization: Bearer 1\r\n", 401},
        {"GET /api/status", HOST "Authorization: Basic " TOKEN "\r\n", 401},
        {"POST /api/people", HOST COOKIE, 403},
        {"POST /api/people", HOST COOKIE "X-Engram: 2\r\n", 403},
        {"POST /api/people", HOST COOKIE "X-Engram: 1\r\n", 0},
        {"GET /?token=" TOKEN, HOST, 1},
        {"GET /?token=1", HOST, 401},
        {"GET /?token=" TOKEN, "Host: evil:8321\r\n", 403},
    };
    size_t n = sizeof cases / sizeof cases[0];
    for (size_t i = 0; i < n; i++) {
        int status = guarded(cases[i].line, cases[i].headers);
        if (status != cases[i].status)
            EG_FAIL("%s with %s gives %d, expected %d", cases[i].line, cases[i].headers, status,
                    cases[i].status);
    }
    eg_test_note("%zu requests, each with its verdict", n);
}

static void loopback_is_known(void) {
    EG_CHECK(eg_guard_is_loopback("127.0.0.1") && eg_guard_is_loopback("127.9.9.9"));
    EG_CHECK(eg_guard_is_loopback("::1") && eg_guard_is_loopback("localhost"));
    EG_CHECK(!eg_guard_is_loopback("0.0.0.0") && !eg_guard_is_loopback("::"));
    EG_CHECK(!eg_guard_is_loopback("192.168.1.1") && !eg_guard_is_loopback("example.org"));
    EG_CHECK(!eg_guard_is_loopback("127.0.0.1.evil.example") && !eg_guard_is_loopback(""));
}

static void tokens_are_random(void) {
    char first[EG_GUARD_TOKEN_DIGITS + 1];
    char second[EG_GUARD_TOKEN_DIGITS + 1];
    eg_guard_random_token(first);
    eg_guard_random_token(second);
    EG_CHECK_INT(strspn(first, "0123456789abcdef"), EG_GUARD_TOKEN_DIGITS);
    EG_CHECK(strcmp(first, second) != 0);
}

EG_TESTS({"request: a head is read", heads_are_read},
         {"request: odd heads are refused", odd_heads_are_refused},
         {"request: limits hold", limits_hold}, {"request: paths are plain", paths_are_plain},
         {"request: queries are split", queries_are_split},
         {"guard: strangers are refused", strangers_are_refused},
         {"guard: loopback is known", loopback_is_known},
         {"guard: tokens are random", tokens_are_random})
