#include "import/send.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/bytes.h"
#include "io/import/protocol.h"

enum {
    VALUES_MAX = 1 << 15 /* of a message */
};

static unsigned char message[EG_IMPORT_PREFIX_BYTES + EG_IMPORT_PAYLOAD_MAX];

static eg_writer begin(void) {
    eg_writer out;
    eg_writer_init(&out, message, sizeof message);
    eg_writer_u32le(&out, 0);
    eg_writer_u32le(&out, 0);
    return out;
}

static void finish(eg_writer *out, uint32_t kind) {
    eg_writer prefix;
    if (out->failed) _exit(1);
    eg_writer_init(&prefix, message, EG_IMPORT_PREFIX_BYTES);
    eg_writer_u32le(&prefix, kind);
    eg_writer_u32le(&prefix, (uint32_t)(out->at - EG_IMPORT_PREFIX_BYTES));
    for (size_t done = 0; done < out->at;) {
        ssize_t n = write(STDOUT_FILENO, message + done, out->at - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) _exit(1);
        done += (size_t)n;
    }
}

static void put_text(eg_writer *out, const char *text) {
    size_t n = strnlen(text, EG_IMPORT_TEXT_MAX);
    eg_writer_u16le(out, (uint16_t)n);
    eg_writer_put(out, text, n);
}

void import_send_head(const import_head *head) {
    eg_writer out = begin();
    eg_writer_u32le(&out, EG_IMPORT_VERSION);
    put_text(&out, head->format);
    put_text(&out, head->maker);
    put_text(&out, head->time_source);
    eg_writer_f64le(&out, head->rate_hz);
    eg_writer_u64le(&out, head->n_frames);
    eg_writer_u32le(&out, (uint32_t)head->n_channels);
    eg_writer_u32le(&out, head->has_times != 0);
    finish(&out, EG_IMPORT_HEAD);
}

void import_send_channel(const char *label, const char *unit, double rate_hz, size_t n) {
    eg_writer out = begin();
    put_text(&out, label);
    put_text(&out, unit);
    eg_writer_u32le(&out, 1);
    eg_writer_f64le(&out, rate_hz);
    eg_writer_u64le(&out, n);
    finish(&out, EG_IMPORT_CHANNEL);
}

static void send_block(size_t first, size_t n_channels, size_t at, size_t n, int order,
                       const double *values, size_t stride) {
    eg_writer out = begin();
    eg_writer_u32le(&out, (uint32_t)first);
    eg_writer_u32le(&out, (uint32_t)n_channels);
    eg_writer_u64le(&out, at);
    eg_writer_u32le(&out, (uint32_t)n);
    eg_writer_u32le(&out, (uint32_t)order);
    size_t outer = order == EG_IMPORT_BY_SAMPLE ? n : n_channels;
    size_t inner = order == EG_IMPORT_BY_SAMPLE ? n_channels : n;
    for (size_t i = 0; i < outer; i++)
        for (size_t k = 0; k < inner; k++) eg_writer_f64le(&out, values[i * stride + k]);
    finish(&out, EG_IMPORT_SAMPLES);
}

void import_send_samples(size_t first, size_t n_channels, size_t at, size_t n, int order,
                         const double *values) {
    size_t most = VALUES_MAX / n_channels; /* at least 4: no more than 8192 channels */
    for (size_t done = 0; done < n; done += most) {
        size_t piece = n - done < most ? n - done : most;
        if (order == EG_IMPORT_BY_SAMPLE)
            send_block(first, n_channels, at + done, piece, order, values + done * n_channels,
                       n_channels);
        else
            send_block(first, n_channels, at + done, piece, order, values + done, n);
    }
}

void import_send_times(size_t at, size_t n, const double *values) {
    for (size_t done = 0; done < n; done += VALUES_MAX) {
        size_t piece = n - done < VALUES_MAX ? n - done : VALUES_MAX;
        eg_writer out = begin();
        eg_writer_u64le(&out, at + done);
        eg_writer_u32le(&out, (uint32_t)piece);
        for (size_t i = 0; i < piece; i++) eg_writer_f64le(&out, values[done + i]);
        finish(&out, EG_IMPORT_TIMES);
    }
}

void import_send_warning(int is_partial, const char *format, ...) {
    char text[EG_IMPORT_TEXT_MAX + 1];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    eg_writer out = begin();
    eg_writer_u32le(&out, is_partial != 0);
    put_text(&out, text);
    finish(&out, EG_IMPORT_WARNING);
}

void import_send_end(void) {
    eg_writer out = begin();
    finish(&out, EG_IMPORT_END);
}

_Noreturn void import_fail(eg_err code, const char *format, ...) {
    char text[EG_IMPORT_TEXT_MAX + 1];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    eg_writer out = begin();
    eg_writer_u32le(&out, (uint32_t)code);
    put_text(&out, text);
    finish(&out, EG_IMPORT_FAIL);
    _exit(0);
}
