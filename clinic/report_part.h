/* Inside clinic/report: one report while it is being written, and how values are said on paper. */
#ifndef EG_CLINIC_REPORT_PART_H
#define EG_CLINIC_REPORT_PART_H

#include <glib.h>

#include "clinic/report.h"

typedef struct report {
    const eg_clinic *clinic;
    const eg_report_input *input;
    eg_report_type type;
    eg_paper *paper;
    GPtrArray *pool; /* strings made on the way */
    /* Of a report about one recording only. */
    const json_t *trace;
    const char *subject; /* below the title */
    size_t rows_max;     /* of measures, so that the whole is one page */
} report;

/* Writes to nowhere and counts: info->n_pages. */
eg_err report_count_pages(report *r, eg_paper_info *info, void (*write)(report *r));
eg_err report_put(report *r, const eg_paper_info *info, void (*write)(report *r),
                  eg_paper_sink sink, void *closure);
/* The error as the caller of a report is told it. */
eg_err report_result(eg_err error, eg_diag *diag);

/* All strings below live as long as the report. */
const char *report_print(report *r, const char *format, ...) EG_PRINTF(2, 3);

/* Puts a text, which the list borrows, at its end. */
void report_add(GPtrArray *parts, const char *text);
/* report_join, "" for an empty list; the list is gone afterwards. */
const char *report_said(report *r, GPtrArray *parts, const char *between, size_t max);

/* "a; b; c", with "and N more" where `parts` has more than `max`. */
const char *report_join(report *r, const GPtrArray *parts, const char *between, size_t max);

/* A text that somebody typed, as UTF-8 that can be drawn: bytes that are none and control
 * characters are marked. */
const char *report_valid(report *r, const char *text);
/* At most `max` bytes of a text that somebody typed, cut at a word with "…". */
const char *report_cut(report *r, const char *text, size_t max);

/* A name in any script, so that it does not turn the line around it. */
const char *report_isolated(report *r, const char *name);

/* "12.3", or "?" for what is not known: a report never leaves a gap that looks like a zero. */
const char *report_number(report *r, double value);
/* Three figures: norms and noise are not known better. */
const char *report_rounded(report *r, double value);
/* "1 week", "8 weeks", "0.5 visits": every count on paper. */
const char *report_count(report *r, double n, const char *one);
/* "12.3 mm/s", "22°": units as people write them, never UCUM's braces. */
const char *report_amount(report *r, double value, const char *unit);
const char *report_unit(report *r, const char *unit);
/* The same with the space that stands before it, which does not break: " mm/s", "°", "". */
const char *report_unit_behind(report *r, const char *unit);

/* "2026-11-22" and date-times become "22 Nov 2026", other texts stay. */
const char *report_date(report *r, const char *date);
/* "1 Nov 2026 to 8 Nov 2026"; of one date alone "from" or "until" it; of none "". */
const char *report_span(report *r, const char *from, const char *to);
/* Sentences of other modules: dates and units in them as above. */
const char *report_plain(report *r, const char *text);

/* What people call an entry of knowledge/: its name, or the id where it is not known there. */
const char *report_name(report *r, const char *kind, const char *id);
/* "Grip strength, left" */
const char *report_measure(report *r, const char *code, const char *side);
const char *report_measure_unit(report *r, const char *code);
/* How far a source was seen: "source read", "source second-hand", "believed, source not seen". */
const char *report_status(const char *status);

/* The chart's parts. */
const char *report_person(report *r);
const json_t *report_plan(const report *r); /* the newest plan document; NULL if none */
/* The body of the signature that holds; NULL: unsigned, or changed since. */
const json_t *report_signature(const report *r, const json_t *document);
int report_is_changed(const json_t *document); /* it differs from what was signed */
const json_t *report_series(const report *r, const char *code, const char *side); /* of progress */

/* Measures of one recording (report_measure.c). Takes at most `max` of those with a value, in the
 * order in which a clinician reads them: area and velocity first, position and drift last. Returns
 * how many; *n_known is how many have a value. */
size_t report_choose(const json_t *measures, const json_t **chosen, size_t max, size_t *n_known);
const char *report_measure_title(const json_t *measure);            /* "Mean velocity" */
const char *report_measure_value(report *r, const json_t *measure); /* "6.1 mm/s" */
/* "within 5.19 to 15.1"; "" without a norm. */
const char *report_norm_band(report *r, const json_t *measure);
const char *report_norm_source(report *r, const json_t *measure); /* whose norm it is, or "" */
const char *report_noise(report *r, const json_t *measure);       /* "3.09 mm/s, same session" */
const char *report_verdict(const json_t *result);                 /* the gate's, in words */

/* "2 visits a week for 8 weeks" */
const char *report_frequency(report *r, const json_t *plan);

/* Which part of a page each writes; see the files. */
void report_write_goals(report *r, int with_attainment); /* report_plan.c */
void report_write_plan(report *r);
void report_write_signature(report *r, const json_t *document);
void report_write_summary(report *r); /* report_evaluation.c */
void report_write_history(report *r);
void report_write_findings(report *r);
void report_write_unjudged(report *r);
void report_write_traces(report *r);
/* What was measured twice, held against its noise; `of_recordings`: only balance recordings. With
 * its heading where there is something; returns how many rows. */
size_t report_write_changes(report *r, int of_recordings);
void report_write_progress(report *r); /* report_progress.c: from summary to visits */
const json_t *report_newest(const report *r);

/* The samples of a trace (report_trace.c), to be released. */
typedef struct report_samples {
    double *t_s, *ml_mm, *ap_mm; /* [n] */
    size_t n;
    eg_paper_sway sway;
} report_samples;
void report_samples_read(report_samples *samples, const json_t *trace);
void report_samples_release(report_samples *samples);
/* "eyes open, firm surface, feet apart" */
const char *report_condition(report *r, const json_t *condition);

#endif
