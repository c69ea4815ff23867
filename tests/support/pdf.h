/* What a PDF says, read by somebody else's eyes: pdftotext of poppler-utils. */
#ifndef EG_TESTS_PDF_H
#define EG_TESTS_PDF_H

#include <stddef.h>

#include "core/base/err.h"

/* A sink for eg_paper and eg_report; `closure` is a FILE. */
eg_err eg_test_pdf_to_file(void *closure, const unsigned char *bytes, size_t n);

/* The words in the order of reading; `layout` keeps columns side by side. Valid until the next
 * call. Skips the test where pdftotext is not installed. */
const char *eg_test_pdf_text(const char *path, int layout);

/* Fails the test if a word passes the margins of the A4 page; returns how many words there are. */
size_t eg_test_pdf_within_margins(const char *path);

/* Of "Page 1 of N". */
int eg_test_pdf_pages(const char *text);

#endif
