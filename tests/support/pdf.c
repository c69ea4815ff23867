#include "tests/support/pdf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/support/test.h"

static char text[1 << 20];

eg_err eg_test_pdf_to_file(void *closure, const unsigned char *bytes, size_t n) {
    return fwrite(bytes, 1, n, closure) == n ? EG_OK : EG_ERR_IO;
}

static const char *run_pdftotext(const char *options, const char *path) {
    char command[1024];
    snprintf(command, sizeof command, "pdftotext %s %s -", options, path);
    FILE *pipe = popen(command, "r");
    EG_CHECK(pipe != NULL);
    size_t n = fread(text, 1, sizeof text - 1, pipe);
    text[n] = '\0';
    int status = pclose(pipe);
    if (WEXITSTATUS(status) == 127) EG_SKIP("pdftotext is not installed");
    EG_CHECK_INT(WEXITSTATUS(status), 0);
    EG_CHECK(n + 1 < sizeof text);
    return text;
}

const char *eg_test_pdf_text(const char *path, int layout) {
    return run_pdftotext(layout ? "-layout" : "", path);
}

size_t eg_test_pdf_within_margins(const char *path) {
    static const double left = 45, right = 550.3, top = 45, bottom = 798;
    const char *at = run_pdftotext("-bbox", path);
    size_t n = 0;
    while ((at = strstr(at, "<word ")) != NULL) {
        double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
        int got = sscanf(at, "<word xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\" yMax=\"%lf\"", &x0, &y0,
                         &x1, &y1);
        EG_CHECK_INT(got, 4);
        if (x0 < left || x1 > right || y0 < top - 4 || y1 > bottom)
            EG_FAIL("beyond the margin: %.120s", at);
        n++;
        at++;
    }
    return n;
}

int eg_test_pdf_pages(const char *words) {
    const char *at = strstr(words, "Page 1 of ");
    return at == NULL ? 0 : atoi(at + strlen("Page 1 of "));
}
