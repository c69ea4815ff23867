/* The strict reader of HTTP heads, paths and queries, and the guard behind it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "serve/api.h"
#include "serve/guard.h"
#include "serve/request.h"

static const char token[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/* An accepted path has one reading only. */
static void check_path(const char *path) {
    EG_ASSERT(path[0] == '/' && strstr(path, "//") == NULL && strchr(path, '\\') == NULL);
    EG_ASSERT(strstr(path, "/../") == NULL && strstr(path, "/./") == NULL);
    EG_ASSERT(eg_http_utf8_valid(path, strlen(path)));
}

static void try_decoders(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);
    EG_ASSERT(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    if (eg_http_decode_path(text)) check_path(text);
    memcpy(text, data, size);
    eg_http_query query;
    if (eg_http_decode_query(text, &query))
        for (size_t i = 0; i < query.count; i++)
            EG_ASSERT(eg_http_query_get(&query, query.pairs[i].name) == query.pairs[i].value);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    try_decoders(data, size);
    size_t head_size = eg_http_head_size((const char *)data, size);
    if (head_size == 0 || head_size > EG_HTTP_HEAD_MAX) return 0;
    char *bytes = malloc(head_size);
    EG_ASSERT(bytes != NULL);
    memcpy(bytes, data, head_size);
    eg_http_head head;
    eg_refusal refusal;
    eg_guard guard;
    eg_guard_init(&guard, token, 8321);
    if (eg_http_parse_head(bytes, head_size, &head, &refusal)) {
        check_path(head.path);
        EG_ASSERT(head.content_length >= -1 && refusal.status == 0);
        if (eg_guard_check(&guard, &head, &refusal) == EG_GUARD_REFUSE)
            EG_ASSERT(refusal.status >= 400 && refusal.text != NULL);
        (void)eg_api_find(head.method, head.path);
    } else {
        EG_ASSERT(refusal.status >= 400 && refusal.status < 600 && refusal.text != NULL);
    }
    free(bytes);
    return 0;
}
