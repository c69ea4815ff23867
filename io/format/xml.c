#include "io/format/xml.h"

#include <string.h>

#include "core/base/check.h"
#include "io/format/build.h"

enum { ENTITY_MAX = 8, COPIED_MAX = 512 };

void eg_xml_begin(eg_xml *xml, eg_span text) {
    EG_ASSERT(xml != NULL);
    *xml = (eg_xml){.rest = text, .text_start = text.start};
}

static const char *find(eg_span in, const char *what) {
    size_t n = strlen(what);
    for (size_t i = 0; i + n <= in.n; i++)
        if (memcmp(in.start + i, what, n) == 0) return in.start + i;
    return NULL;
}

static void skip_to(eg_xml *xml, const char *at) {
    size_t n = (size_t)(at - xml->rest.start);
    xml->rest = (eg_span){at, xml->rest.n - n};
}

static int begins(eg_span span, const char *with) {
    size_t n = strlen(with);
    return span.n >= n && memcmp(span.start, with, n) == 0;
}

/* Comments, CDATA, instructions, declarations: 1 if one was passed, -1 if it does not end. */
static int pass_other(eg_xml *xml) {
    static const struct {
        const char *begin, *end;
    } rows[] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}, {"<!", ">"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!begins(xml->rest, rows[i].begin)) continue;
        const char *end = find(xml->rest, rows[i].end);
        if (end == NULL) return -1;
        skip_to(xml, end + strlen(rows[i].end));
        return 1;
    }
    return 0;
}

static void open_element(eg_xml *xml, eg_span tag) {
    int is_single = tag.n > 0 && tag.start[tag.n - 1] == '/';
    size_t n = 0;
    while (n < tag.n && strchr(" \t\r\n/", tag.start[n]) == NULL) n++;
    if (xml->depth < EG_XML_DEPTH_MAX) xml->path[xml->depth] = (eg_span){tag.start, n};
    xml->depth++;
    xml->is_single = is_single;
    xml->is_leaf = 1;
    xml->text_start = xml->rest.start;
}

int eg_xml_next(eg_xml *xml) {
    if (xml->is_closing) {
        xml->is_closing = 0;
        xml->depth--;
        xml->is_leaf = 0;
    }
    if (xml->is_single) {
        xml->is_single = 0;
        xml->is_closing = 1;
        xml->text = (eg_span){xml->rest.start, 0};
        return 1;
    }
    for (;;) {
        const char *open = xml->rest.n > 0 ? memchr(xml->rest.start, '<', xml->rest.n) : NULL;
        if (open == NULL) return 0;
        skip_to(xml, open);
        int other = pass_other(xml);
        if (other < 0) return 0;
        if (other > 0) continue;
        const char *end = memchr(open, '>', xml->rest.n);
        if (end == NULL) return 0;
        eg_span tag = {open + 1, (size_t)(end - open) - 1};
        skip_to(xml, end + 1);
        if (tag.n == 0) continue;
        if (tag.start[0] != '/') {
            open_element(xml, tag);
            return 2;
        }
        if (xml->depth == 0) return 0;
        xml->is_closing = 1;
        size_t n = xml->is_leaf ? (size_t)(open - xml->text_start) : 0;
        xml->text = eg_text_trim((eg_span){xml->text_start, n});
        return 1;
    }
}

int eg_xml_is_at(const eg_xml *xml, const char *path) {
    for (size_t i = 0; i < xml->depth; i++) {
        size_t n = strcspn(path, "/");
        if (i >= EG_XML_DEPTH_MAX || xml->path[i].n != n ||
            memcmp(xml->path[i].start, path, n) != 0)
            return 0;
        path += n + (path[n] == '/');
        if (*path == '\0') return i + 1 == xml->depth;
    }
    return 0;
}

/* A character behind "&#" as UTF-8; 0 bytes if it is none. */
static size_t read_code(eg_span entity, char *out) {
    unsigned base = 10, value = 0;
    size_t i = 1;
    if (i < entity.n && (entity.start[i] == 'x' || entity.start[i] == 'X')) {
        base = 16;
        i++;
    }
    if (i >= entity.n) return 0;
    for (; i < entity.n; i++) {
        char c = entity.start[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                                : base;
        if (digit >= base) return 0;
        value = value * base + digit;
        if (value > 0xffff) return 0;
    }
    if (value < 0x80) {
        out[0] = (char)value;
        return value > 0;
    }
    if (value < 0x800) {
        out[0] = (char)(0xc0 | value >> 6);
        out[1] = (char)(0x80 | (value & 0x3f));
        return 2;
    }
    if (value >= 0xd800 && value <= 0xdfff) return 0;
    out[0] = (char)(0xe0 | value >> 12);
    out[1] = (char)(0x80 | (value >> 6 & 0x3f));
    out[2] = (char)(0x80 | (value & 0x3f));
    return 3;
}

static size_t read_entity(eg_span entity, char *out) {
    static const struct {
        const char *name;
        char c;
    } rows[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    if (entity.n > 0 && entity.start[0] == '#') return read_code(entity, out);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (entity.n == strlen(rows[i].name) && memcmp(entity.start, rows[i].name, entity.n) == 0) {
            *out = rows[i].c;
            return 1;
        }
    return 0;
}

void eg_xml_copy_text(eg_span text, char *field, size_t size) {
    char plain[COPIED_MAX];
    size_t used = 0;
    for (size_t i = 0; i < text.n && used + 4 < sizeof plain; i++) {
        size_t n = 0, length = 0;
        if (text.start[i] == '&') {
            while (i + 1 + length < text.n && length <= ENTITY_MAX &&
                   text.start[i + 1 + length] != ';')
                length++;
            if (i + 1 + length < text.n && length <= ENTITY_MAX)
                n = read_entity((eg_span){text.start + i + 1, length}, plain + used);
        }
        if (n > 0) {
            used += n;
            i += length + 1;
        } else {
            plain[used++] = text.start[i];
        }
    }
    eg_recording_copy_text(field, size, plain, used);
}
