#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/paper.h"
#include "tests/support/test.h"

typedef struct buffer {
    unsigned char bytes[1 << 20];
    size_t n;
    size_t refuse_at; /* the sink fails once this many bytes have come, 0 = never */
} buffer;

static eg_err keep(void *closure, const unsigned char *bytes, size_t n) {
    buffer *to = closure;
    if (to->refuse_at > 0 && to->n + n > to->refuse_at) return EG_ERR_IO;
    if (to->n + n > sizeof to->bytes) return EG_ERR_LIMIT;
    memcpy(to->bytes + to->n, bytes, n);
    to->n += n;
    return EG_OK;
}

static const eg_paper_info info = {.title = "Progress report",
                                   .subject = "Ines Okafor",
                                   .created_at = "2026-11-22T10:00:00Z",
                                   .notice = "Not a certified medical device."};

/* One of everything, and a table long enough for a second page. */
static eg_err draw_all(buffer *to, int *n_pages) {
    eg_paper *paper = NULL;
    eg_err error = eg_paper_create(&info, keep, to, &paper);
    if (error != EG_OK) return error;
    eg_paper_title(paper, "Progress report", "Ines Okafor, 67 y");
    eg_paper_box(paper, "Electrical stimulation is blocked", "Active implant.", EG_PAPER_STOP);
    static const char *const pairs[][2] = {{"Diagnosis", "Stroke"}, {"Empty", ""}, {"Side", "L"}};
    eg_paper_pairs(paper, pairs, 3);
    eg_paper_heading(paper, "Findings", "worst first");
    static const eg_paper_column columns[] = {{"Finding", 3, 0}, {"Value", 1, 1}};
    static eg_paper_cell cells[120];
    for (size_t i = 0; i < 120; i += 2) {
        cells[i] = (eg_paper_cell){"Left ankle lifts weakly\nMRC, sitting", EG_PAPER_PLAIN};
        cells[i + 1] = (eg_paper_cell){"3 of 5", EG_PAPER_ACT};
    }
    eg_paper_table(paper, columns, 2, cells, 60);
    static const double values[] = {0.62, 0.70, 0.74};
    static const double days[] = {0, 7, 28};
    const eg_paper_trend trend = {"Walking speed",
                                  "m/s",
                                  "within noise (0.15)",
                                  values,
                                  days,
                                  "5 Oct 2026",
                                  "2 Nov 2026",
                                  3,
                                  0.15,
                                  0.85,
                                  0};
    eg_paper_trends(paper, &trend, 1);
    static double ml[400];
    static double ap[400];
    for (int i = 0; i < 400; i++) {
        ml[i] = 8 * sin(i / 20.0);
        ap[i] = 12 * cos(i / 17.0);
    }
    const eg_paper_sway sway = {"Firm, eyes open", "680 mm²", ml, ap, 400, 0, 0, 14, 9, 30};
    eg_paper_sways(paper, &sway, 1);
    eg_paper_text(paper, "שלום \xff broken byte", EG_PAPER_QUIET);
    return eg_paper_finish(paper, n_pages);
}

static void same_content_same_bytes(void) {
    static buffer first;
    static buffer second;
    int n_pages = 0;
    EG_CHECK_INT(draw_all(&first, &n_pages), EG_OK);
    EG_CHECK_INT(draw_all(&second, NULL), EG_OK);
    EG_CHECK(n_pages >= 2);
    EG_CHECK(memcmp(first.bytes, "%PDF-", 5) == 0);
    EG_CHECK_INT(first.n, second.n);
    EG_CHECK(memcmp(first.bytes, second.bytes, first.n) == 0);
    eg_test_note("%zu bytes, %d pages, twice the same", first.n, n_pages);
    const char *shots = getenv("ENGRAM_SHOTS");
    if (shots == NULL) return;
    char path[512];
    snprintf(path, sizeof path, "%s/paper.pdf", shots);
    FILE *file = fopen(path, "wb");
    if (file == NULL) return;
    fwrite(first.bytes, 1, first.n, file);
    fclose(file);
}

static void a_full_disk_is_an_error(void) {
    static buffer to;
    to.refuse_at = 3000;
    EG_CHECK_INT(draw_all(&to, NULL), EG_ERR_IO);
}

EG_TESTS({"paper: the same content gives the same PDF, over pages", same_content_same_bytes},
         {"paper: a sink that refuses ends with its error", a_full_disk_is_an_error})
