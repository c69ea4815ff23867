#include "serve/request.h"

#include <string.h>

#include "core/base/check.h"

static const char *const header_names[EG_HTTP_N_KNOWN] = {
#define X(name, text) text,
    EG_HTTP_HEADER_TABLE(X)
#undef X
};

static bool refuse(eg_refusal *refusal, int status, const char *code, const char *text,
                   const char *remedy) {
    *refusal = (eg_refusal){status, code, text, remedy};
    return false;
}

static bool malformed(eg_refusal *refusal, const char *text) {
    return refuse(refusal, 400, "request_malformed", text,
                  "Send the request with a program that follows HTTP/1.1 (RFC 9112).");
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_token_character(char c) {
    return is_letter(c) || is_digit(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* The continuation bytes of one character; `low` and `high` bound the first of them. */
static bool continues(const unsigned char *at, size_t room, size_t count, unsigned char low,
                      unsigned char high) {
    if (room < count || at[0] < low || at[0] > high) return false;
    for (size_t i = 1; i < count; i++)
        if ((at[i] & 0xc0) != 0x80) return false;
    return true;
}

/* Bytes of the UTF-8 character at `at`, 0 if it is none (RFC 3629, section 4). */
static size_t character_size(const unsigned char *at, size_t room) {
    unsigned char c = at[0];
    if (c == 0) return 0;
    if (c < 0x80) return 1;
    if (c >= 0xc2 && c <= 0xdf) return continues(at + 1, room - 1, 1, 0x80, 0xbf) ? 2 : 0;
    if (c >= 0xe0 && c <= 0xef) {
        unsigned char low = c == 0xe0 ? 0xa0 : 0x80;
        unsigned char high = c == 0xed ? 0x9f : 0xbf;
        return continues(at + 1, room - 1, 2, low, high) ? 3 : 0;
    }
    if (c >= 0xf0 && c <= 0xf4) {
        unsigned char low = c == 0xf0 ? 0x90 : 0x80;
        unsigned char high = c == 0xf4 ? 0x8f : 0xbf;
        return continues(at + 1, room - 1, 3, low, high) ? 4 : 0;
    }
    return 0;
}

bool eg_http_utf8_valid(const char *text, size_t size) {
    const unsigned char *at = (const unsigned char *)text;
    size_t i = 0;
    while (i < size) {
        size_t step = character_size(at + i, size - i);
        if (step == 0) return false;
        i += step;
    }
    return true;
}

static int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    char small = lower(c);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/* Decodes escapes in place; false for a wrong escape or one that gives a control character. */
static bool decode(char *text, bool plus_is_blank) {
    char *out = text;
    for (const char *in = text; *in != '\0'; in++) {
        char c = *in;
        if (c == '+' && plus_is_blank) c = ' ';
        if (c == '%') {
            int high = hex_value(in[1]);
            int low_digit = high < 0 ? -1 : hex_value(in[2]);
            if (low_digit < 0) return false;
            c = (char)(high * 16 + low_digit);
            in += 2;
        }
        if ((unsigned char)c < 0x20 || c == 0x7f) return false;
        *out++ = c;
    }
    *out = '\0';
    return eg_http_utf8_valid(text, (size_t)(out - text));
}

bool eg_http_decode_path(char *path) {
    if (path[0] != '/') return false;
    size_t slashes = 0;
    for (const char *c = path; *c != '\0'; c++) slashes += *c == '/';
    if (!decode(path, false)) return false;
    for (const char *c = path; *c != '\0'; c++) {
        if (*c == '\\') return false;
        slashes -= *c == '/' ? 1 : 0;
    }
    if (slashes != 0) return false; /* one of them was escaped: two readings of one path */
    const char *segment = path + 1;
    while (*segment != '\0') {
        size_t length = strcspn(segment, "/");
        if (length == 0 || (length == 1 && segment[0] == '.')) return false;
        if (length == 2 && segment[0] == '.' && segment[1] == '.') return false;
        segment += length;
        if (*segment == '/') segment++;
    }
    return true;
}

const char *eg_http_query_get(const eg_http_query *query, const char *name) {
    for (size_t i = 0; i < query->count; i++)
        if (strcmp(query->pairs[i].name, name) == 0) return query->pairs[i].value;
    return NULL;
}

bool eg_http_decode_query(char *text, eg_http_query *query) {
    static const char nothing[] = "";
    query->count = 0;
    char *at = text;
    while (*at != '\0') {
        size_t length = strcspn(at, "&");
        char *next = at[length] == '&' ? at + length + 1 : at + length;
        at[length] = '\0';
        if (length > 0) {
            if (query->count == EG_HTTP_QUERY_MAX) return false;
            char *equals = strchr(at, '=');
            if (equals != NULL) *equals = '\0';
            if (!decode(at, true) || at[0] == '\0') return false;
            if (equals != NULL && !decode(equals + 1, true)) return false;
            if (eg_http_query_get(query, at) != NULL) return false;
            query->pairs[query->count++] = (eg_http_pair){at, equals ? equals + 1 : nothing};
        }
        at = next;
    }
    return true;
}

size_t eg_http_head_size(const char *bytes, size_t size) {
    const char *end = memmem(bytes, size, "\r\n\r\n", 4);
    return end == NULL ? 0 : (size_t)(end - bytes) + 4;
}

/* "GET /path?query HTTP/1.1"; `line` ends with NUL where its CRLF was. */
static bool parse_request_line(char *line, eg_http_head *head, eg_refusal *refusal) {
    char *method_end = strchr(line, ' ');
    if (method_end == NULL || method_end == line || method_end - line > 7)
        return malformed(refusal, "The request line has no method that HTTP knows.");
    for (const char *c = line; c < method_end; c++)
        if (*c < 'A' || *c > 'Z') return malformed(refusal, "The method is not in capitals.");
    *method_end = '\0';
    head->method = line;

    char *target = method_end + 1;
    char *target_end = strchr(target, ' ');
    if (target_end == NULL) return malformed(refusal, "The request line names no version.");
    *target_end = '\0';
    if (target_end - target > EG_HTTP_TARGET_MAX)
        return refuse(refusal, 414, "target_too_long", "The address is longer than 4096 bytes.",
                      "Send long values in the body.");
    const char *version = target_end + 1;
    if (strcmp(version, "HTTP/1.1") != 0) {
        bool plain = strncmp(version, "HTTP/", 5) == 0 && strlen(version) == 8;
        if (plain)
            return refuse(refusal, 505, "version_unsupported", "Only HTTP/1.1 is spoken here.",
                          "Use a client that speaks HTTP/1.1.");
        return malformed(refusal, "The request line does not end with HTTP/1.1.");
    }
    for (const char *c = target; *c != '\0'; c++)
        if ((unsigned char)*c < 0x21 || *c == 0x7f || *c == '#')
            return malformed(refusal, "The address holds a character that must be escaped.");
    char *query = strchr(target, '?');
    if (query != NULL) *query++ = '\0';
    if (!eg_http_decode_path(target))
        return malformed(refusal, "The path is not a plain path in escaped UTF-8.");
    if (query != NULL && !eg_http_decode_query(query, &head->query))
        return malformed(refusal, "The query is not a list of name=value in escaped UTF-8.");
    head->path = target;
    return true;
}

/* One header line, ended with NUL where its CRLF was. */
static bool parse_header(char *line, size_t size, eg_http_head *head, eg_refusal *refusal) {
    char *colon = memchr(line, ':', size);
    if (colon == NULL || colon == line) return malformed(refusal, "A header line has no name.");
    for (char *c = line; c < colon; c++) {
        if (!is_token_character(*c))
            return malformed(refusal, "A header's name holds a character it must not.");
        *c = lower(*c);
    }
    *colon = '\0';
    char *value = colon + 1;
    while (*value == ' ' || *value == '\t') value++;
    char *end = line + size;
    while (end > value && (end[-1] == ' ' || end[-1] == '\t')) end--;
    *end = '\0';
    for (const char *c = value; c < end; c++)
        if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7f)
            return malformed(refusal, "A header's value holds a control character.");
    for (int i = 0; i < EG_HTTP_N_KNOWN; i++) {
        if (strcmp(line, header_names[i]) != 0) continue;
        if (head->headers[i] != NULL)
            return refuse(refusal, 400, "header_repeated",
                          "A header that may come once came twice.", "Send each header once.");
        head->headers[i] = value;
    }
    return true;
}

/* How long the body is, with no room for two opinions (RFC 9112, section 6.3). */
static bool parse_length(eg_http_head *head, eg_refusal *refusal) {
    const char *coding = head->headers[EG_HTTP_TRANSFER_ENCODING];
    const char *length = head->headers[EG_HTTP_CONTENT_LENGTH];
    head->content_length = -1;
    if (coding != NULL && length != NULL)
        return malformed(refusal, "Content-Length and Transfer-Encoding contradict each other.");
    if (coding != NULL)
        return refuse(refusal, 411, "length_required", "The body's length is not said.",
                      "Send Content-Length instead of Transfer-Encoding.");
    if (length == NULL) return true;
    size_t digits = strspn(length, "0123456789");
    if (digits == 0 || length[digits] != '\0')
        return malformed(refusal, "Content-Length is not a number.");
    if (digits > EG_HTTP_LENGTH_DIGITS)
        return refuse(refusal, 413, "body_too_large", "The body is larger than any limit here.",
                      "Send less.");
    int64_t value = 0;
    for (size_t i = 0; i < digits; i++) value = value * 10 + (length[i] - '0');
    head->content_length = value;
    return true;
}

/* "keep-alive, Upgrade" holds the token "upgrade". */
static bool list_holds(const char *list, const char *token) {
    size_t n = strlen(token);
    while (*list != '\0') {
        while (*list == ' ' || *list == '\t' || *list == ',') list++;
        size_t length = strcspn(list, ",");
        size_t trimmed = length;
        while (trimmed > 0 && (list[trimmed - 1] == ' ' || list[trimmed - 1] == '\t')) trimmed--;
        bool equal = trimmed == n;
        for (size_t i = 0; equal && i < n; i++) equal = lower(list[i]) == token[i];
        if (equal) return true;
        list += length;
    }
    return false;
}

bool eg_http_parse_head(char *bytes, size_t size, eg_http_head *head, eg_refusal *refusal) {
    EG_ASSERT(size >= 4 && memcmp(bytes + size - 4, "\r\n\r\n", 4) == 0);
    *head = (eg_http_head){.content_length = -1, .keep_alive = true};
    *refusal = (eg_refusal){0};
    if (memchr(bytes, '\0', size) != NULL) return malformed(refusal, "The head holds a zero byte.");

    size_t at = 0;
    size_t n_lines = 0;
    while (at < size - 2) {
        char *line = bytes + at;
        char *newline = memchr(line, '\n', size - at);
        EG_ASSERT(newline != NULL);
        if (newline == line || newline[-1] != '\r')
            return malformed(refusal, "A line of the head does not end with CR LF.");
        size_t length = (size_t)(newline - line) - 1;
        line[length] = '\0';
        if (strlen(line) != length || memchr(line, '\r', length) != NULL)
            return malformed(refusal, "A line of the head holds a lone CR.");
        if (n_lines == 0) {
            if (!parse_request_line(line, head, refusal)) return false;
        } else if (n_lines > EG_HTTP_HEADERS_MAX) {
            return refuse(refusal, 431, "headers_too_many", "There are more than 64 headers.",
                          "Send fewer headers.");
        } else if (!parse_header(line, length, head, refusal)) {
            return false;
        }
        n_lines++;
        at += length + 2;
    }
    const char *connection = head->headers[EG_HTTP_CONNECTION];
    if (connection != NULL && list_holds(connection, "close")) head->keep_alive = false;
    const char *expect = head->headers[EG_HTTP_EXPECT];
    if (expect != NULL && strcmp(expect, "100-continue") != 0)
        return refuse(refusal, 417, "expectation_unknown", "Only 100-continue can be expected.",
                      "Leave the Expect header out.");
    const char *encoding = head->headers[EG_HTTP_CONTENT_ENCODING];
    if (encoding != NULL && strcmp(encoding, "identity") != 0)
        return refuse(refusal, 415, "encoding_unknown", "Compressed bodies are not read.",
                      "Send the body as it is.");
    return parse_length(head, refusal);
}
