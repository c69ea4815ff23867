/* Files packed with gzip: what is inside is read as it is; damage, bombs and boxes within boxes are
 * answered with words. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "io/format/gzip.h"
#include "io/format/recording.h"
#include "tests/support/damage.h"
#include "tests/support/test.h"
#include "tests/support/xdf_write.h"

typedef struct packed {
    uint8_t *bytes; /* owned */
    size_t n;
} packed;

static packed pack(const void *bytes, size_t n) {
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)n};
    EG_CHECK_INT(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    packed p = {malloc(deflateBound(&stream, (uLong)n)), 0};
    EG_CHECK(p.bytes != NULL);
    stream.next_out = p.bytes;
    stream.avail_out = (uInt)deflateBound(&stream, (uLong)n);
    EG_CHECK_INT(deflate(&stream, Z_FINISH), Z_STREAM_END);
    p.n = stream.total_out;
    deflateEnd(&stream);
    return p;
}

static eg_recording *parse(const char *name, const uint8_t *bytes, size_t n) {
    eg_recording *r = NULL;
    eg_diag diag = {0};
    if (eg_recording_parse(name, bytes, n, &r, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    return r;
}

static size_t write_table(char *text, size_t size) {
    size_t used = (size_t)snprintf(text, size, "time [s],force [N]\n");
    for (int i = 0; i < 200; i++)
        used += (size_t)snprintf(text + used, size - used, "%g,%g\n", i * 0.01, i * i % 37 / 8.0);
    return used;
}

static void check_table(const eg_recording *r) {
    EG_CHECK_TEXT(r->format, "delimited text");
    EG_CHECK_INT(r->n_frames, 200);
    EG_CHECK_TEXT(r->channels[0].unit, "N");
    for (int i = 0; i < 200; i++) EG_CHECK_NEAR(r->channels[0].values[i], i * i % 37 / 8.0, 0);
}

/* One member, or two behind each other as `cat a.gz b.gz` makes them. */
static void tables(void) {
    char text[8192];
    size_t n = write_table(text, sizeof text);
    packed whole = pack(text, n), first = pack(text, 1000), second = pack(text + 1000, n - 1000);
    eg_recording *r = parse("force.csv.gz", whole.bytes, whole.n);
    check_table(r);
    EG_CHECK_TEXT(r->name, "force.csv.gz");
    eg_recording *plain = parse("force.csv", (const uint8_t *)text, n);
    EG_CHECK(strcmp(plain->sha256, r->sha256) != 0); /* each of the bytes of its own file */
    eg_recording_destroy(plain);
    eg_recording_destroy(r);
    uint8_t *both = malloc(first.n + second.n + 3);
    EG_CHECK(both != NULL);
    memcpy(both, first.bytes, first.n);
    memcpy(both + first.n, second.bytes, second.n);
    memcpy(both + first.n + second.n, "\0\0\0", 3); /* a tape's padding */
    r = parse("two.csv.gz", both, first.n + second.n + 3);
    check_table(r);
    EG_CHECK(!r->is_partial);
    eg_recording_destroy(r);
    free(both);
    free(whole.bytes);
    free(first.bytes);
    free(second.bytes);
}

static xdf_file make_xdf(size_t n) {
    xdf_file file;
    xdf_begin(&file);
    xdf_header(&file, 1, "amp", "EMG", 2, 1000, "float32", "");
    double *stamps = calloc(n, sizeof *stamps), *values = calloc(2 * n, sizeof *values);
    EG_CHECK(stamps != NULL && values != NULL);
    for (size_t i = 0; i < n; i++) {
        stamps[i] = 5 + (double)i / 1000;
        values[2 * i] = (double)(i % 251);
        values[2 * i + 1] = -(double)(i % 13);
    }
    xdf_numbers(&file, 1, "float32", 2, n, stamps, values);
    xdf_footer(&file, 1, n);
    free(stamps);
    free(values);
    return file;
}

static void xdfz(void) {
    xdf_file file = make_xdf(3000);
    packed p = pack(file.bytes, file.n);
    eg_recording *r = parse("walk.xdfz", p.bytes, p.n);
    EG_CHECK_TEXT(r->format, "XDF");
    EG_CHECK_INT(r->n_channels, 2);
    EG_CHECK_INT(r->n_frames, 3000);
    EG_CHECK_NEAR(r->channels[1].values[2999], -(double)(2999 % 13), 0);
    eg_recording_destroy(r);
    /* Cut in the middle: what it still holds. */
    r = parse("walk.xdfz", p.bytes, p.n / 2);
    EG_CHECK(r->is_partial && r->n_frames > 500 && r->n_frames < 3000);
    EG_CHECK_NEAR(r->channels[0].values[400], 400 % 251, 0);
    eg_recording_destroy(r);
    free(p.bytes);
    free(file.bytes);
}

static void check_refused(const packed *p, eg_err expected, const char *says) {
    eg_recording *r = NULL;
    eg_diag diag = {0};
    eg_err err = eg_recording_parse("x.gz", p->bytes, p->n, &r, &diag);
    EG_CHECK_INT(err, expected);
    EG_CHECK(r == NULL);
    if (strstr(diag.text, says) == NULL) EG_FAIL("%s", diag.text);
}

static void refusals(void) {
    size_t n = 300 << 20;
    uint8_t *zeros = calloc(n, 1);
    EG_CHECK(zeros != NULL);
    packed bomb = pack(zeros, n), small = pack(zeros, 6 << 20), empty = pack("", 0);
    free(zeros);
    check_refused(&bomb, EG_ERR_LIMIT, "unpacked it is larger than 11 MB");
    check_refused(&small, EG_ERR_LIMIT, "unpacked it is larger than 4 MB");
    check_refused(&empty, EG_ERR_DATA, "holds nothing");
    packed twice = pack(small.bytes, small.n);
    check_refused(&twice, EG_ERR_FORMAT, "gzip twice");
    char text[8192];
    packed table = pack(text, write_table(text, sizeof text));
    table.bytes[table.n - 6] ^= 1; /* its sum */
    check_refused(&table, EG_ERR_DATA, "damaged");
    static const char header[] = "rec 1 250 9\nrec.dat 16 200\n";
    packed wfdb = pack(header, sizeof header - 1);
    check_refused(&wfdb, EG_ERR_MISSING, "rec.dat");
    packed *all[] = {&bomb, &small, &empty, &twice, &table, &wfdb};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) free(all[i]->bytes);
}

static void damaged(void) {
    xdf_file file = make_xdf(700);
    packed p = pack(file.bytes, file.n);
    damage d = eg_test_damage("walk.xdfz", p.bytes, p.n, 2000);
    EG_CHECK(d.n_read > 100);
    eg_test_note("%zu inputs, %zu read, slowest %.1f ms", d.n_inputs, d.n_read, d.slowest_ms);
    free(p.bytes);
    free(file.bytes);
}

EG_TESTS({"gzip: a packed table is the table, in one member or two", tables},
         {"gzip: .xdfz, whole and cut", xdfz},
         {"gzip: bombs, boxes in boxes, damage and nothing say why", refusals},
         {"gzip: damaged files end with words", damaged})
