#include "tests/support/xdf_write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

void xdf_put(xdf_file *file, const void *bytes, size_t n) {
    if (file->n + n > file->room) {
        file->room = 2 * file->room + n + 1024;
        file->bytes = realloc(file->bytes, file->room);
        EG_CHECK(file->bytes != NULL);
    }
    memcpy(file->bytes + file->n, bytes, n);
    file->n += n;
}

static void put_number(xdf_file *file, uint64_t value, size_t n_bytes) {
    for (size_t i = 0; i < n_bytes; i++) {
        uint8_t byte = (uint8_t)(value >> (8 * i));
        xdf_put(file, &byte, 1);
    }
}

static void put_double(xdf_file *file, double value) {
    uint64_t bits;
    memcpy(&bits, &value, 8);
    put_number(file, bits, 8);
}

/* The shortest way to write a length, as the description asks. */
static void put_length(xdf_file *file, uint64_t n) {
    size_t bytes = n < 256 ? 1 : n <= UINT32_MAX ? 4 : 8;
    put_number(file, bytes, 1);
    put_number(file, n, bytes);
}

static void put_chunk(xdf_file *file, unsigned tag, const void *content, size_t n) {
    put_length(file, n + 2);
    put_number(file, tag, 2);
    xdf_put(file, content, n);
}

static void put_xml(xdf_file *file, unsigned tag, unsigned id, const char *xml) {
    xdf_file part = {0};
    put_number(&part, id, 4);
    xdf_put(&part, xml, strlen(xml));
    put_chunk(file, tag, part.bytes, part.n);
    free(part.bytes);
}

void xdf_begin(xdf_file *file) {
    static const char header[] = "<?xml version=\"1.0\"?><info><version>1.0</version></info>";
    *file = (xdf_file){0};
    xdf_put(file, "XDF:", 4);
    put_chunk(file, 1, header, sizeof header - 1);
}

void xdf_header(xdf_file *file, unsigned id, const char *name, const char *type, int channels,
                double rate_hz, const char *format, const char *desc) {
    char xml[8000];
    snprintf(xml, sizeof xml,
             "<?xml version=\"1.0\"?>\n<info>\n\t<name>%s</name>\n\t<type>%s</type>\n"
             "\t<channel_count>%d</channel_count>\n\t<nominal_srate>%.17g</nominal_srate>\n"
             "\t<channel_format>%s</channel_format>\n\t<source_id />\n\t<desc>%s</desc>\n</info>\n",
             name, type, channels, rate_hz, format, desc);
    put_xml(file, 2, id, xml);
}

static void put_value(xdf_file *file, const char *format, double value) {
    if (strcmp(format, "double64") == 0) {
        put_double(file, value);
    } else if (strcmp(format, "float32") == 0) {
        float narrow = (float)value;
        uint32_t bits;
        memcpy(&bits, &narrow, 4);
        put_number(file, bits, 4);
    } else {
        put_number(file, (uint64_t)(int64_t)value, (size_t)(atoi(format + 3) / 8));
    }
}

void xdf_numbers(xdf_file *file, unsigned id, const char *format, int channels, size_t n,
                 const double *stamps, const double *values) {
    xdf_file part = {0};
    put_number(&part, id, 4);
    put_length(&part, n);
    for (size_t k = 0; k < n; k++) {
        put_number(&part, isnan(stamps[k]) ? 0 : 8, 1);
        if (!isnan(stamps[k])) put_double(&part, stamps[k]);
        for (int i = 0; i < channels; i++)
            put_value(&part, format, values[k * (size_t)channels + (size_t)i]);
    }
    put_chunk(file, 3, part.bytes, part.n);
    free(part.bytes);
}

void xdf_text(xdf_file *file, unsigned id, double stamp, const char *text) {
    xdf_file part = {0};
    put_number(&part, id, 4);
    put_length(&part, 1);
    put_number(&part, 8, 1);
    put_double(&part, stamp);
    put_length(&part, strlen(text));
    xdf_put(&part, text, strlen(text));
    put_chunk(file, 3, part.bytes, part.n);
    free(part.bytes);
}

void xdf_offset(xdf_file *file, unsigned id, double time, double value) {
    xdf_file part = {0};
    put_number(&part, id, 4);
    put_double(&part, time);
    put_double(&part, value);
    put_chunk(file, 4, part.bytes, part.n);
    free(part.bytes);
}

void xdf_boundary(xdf_file *file) {
    static const uint8_t mark[] = {0x43, 0xa5, 0x46, 0xdc, 0xcb, 0xf5, 0x41, 0x0f,
                                   0xb3, 0x0e, 0xd5, 0x46, 0x73, 0x83, 0xcb, 0xe4};
    put_chunk(file, 5, mark, sizeof mark);
}

void xdf_footer(xdf_file *file, unsigned id, size_t samples) {
    char xml[200];
    snprintf(xml, sizeof xml,
             "<?xml version=\"1.0\"?><info><first_timestamp>0</first_timestamp>"
             "<sample_count>%zu</sample_count></info>",
             samples);
    put_xml(file, 6, id, xml);
}
