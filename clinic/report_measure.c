/* Measures of one recording on paper: which are read first, and how each is said. */
#include <math.h>
#include <string.h>

#include "clinic/report_part.h"
#include "clinic/row.h"

/* What a clinician asks of a trial, in this order; the rest follows, where it stands last. */
static const char *const read_first[] = {
    "cop.ellipse.area",   "cop.velocity.mean", "cop.velocity.mean.ml", "cop.velocity.mean.ap",
    "load.right.percent", "load.asymmetry",    "cop.path.length",      "cop.rms.ml",
    "cop.rms.ap",         "cop.range.ml",      "cop.range.ap",         "cop.frequency.mean",
    "cop.psd.f95.ap",     "cop.psd.f95.ml",
};
static const char *const read_last[] = {"cop.mean.ml", "cop.mean.ap", "cop.drift.ml",
                                        "cop.drift.ap"};
enum { N_FIRST = sizeof read_first / sizeof read_first[0] };
enum { N_LAST = sizeof read_last / sizeof read_last[0] };
/* After those that are named: with a norm, with a known noise, of a task, others, position. */
enum { RANK_NORM = N_FIRST, RANK_NOISE, RANK_TASK, RANK_OTHER, RANK_LAST, N_RANKS };

static int rank_of(const json_t *measure) {
    const char *code = eg_text_at(measure, "code");
    for (int i = 0; i < N_FIRST; i++)
        if (strcmp(code, read_first[i]) == 0) return i;
    for (int i = 0; i < N_LAST; i++)
        if (strcmp(code, read_last[i]) == 0) return RANK_LAST;
    if (json_object_get(measure, "norm") != NULL) return RANK_NORM;
    if (json_object_get(measure, "reliability") != NULL) return RANK_NOISE;
    return strncmp(code, "cop.", 4) == 0 ? RANK_OTHER : RANK_TASK;
}

size_t report_choose(const json_t *measures, const json_t **chosen, size_t max, size_t *n_known) {
    size_t n = 0;
    *n_known = 0;
    for (int rank = 0; rank < N_RANKS; rank++) {
        size_t i;
        json_t *measure;
        json_array_foreach(measures, i, measure) {
            if (rank_of(measure) != rank || isnan(eg_number_at(measure, "value"))) continue;
            ++*n_known;
            if (n < max) chosen[n++] = measure;
        }
    }
    return n;
}

const char *report_measure_title(const json_t *measure) {
    const char *name = eg_text_at(measure, "name");
    return name[0] != '\0' ? name : eg_text_at(measure, "code");
}

const char *report_measure_value(report *r, const json_t *measure) {
    return report_amount(r, eg_number_at(measure, "value"), eg_text_at(measure, "unit"));
}

const char *report_norm_band(report *r, const json_t *measure) {
    const json_t *norm = json_object_get(measure, "norm");
    if (norm == NULL) return "";
    return report_print(r, "%s %s to %s", eg_text_at(norm, "position"),
                        report_rounded(r, eg_number_at(norm, "p5")),
                        report_rounded(r, eg_number_at(norm, "p95")));
}

/* "5th to 95th percentile of 87 healthy people, 18 to 59 years, eyes open, firm surface" */
const char *report_norm_source(report *r, const json_t *measure) {
    const json_t *norm = json_object_get(measure, "norm");
    if (norm == NULL) return "";
    return report_print(r,
                        "Norm: 5th to 95th percentile of %.0f healthy people, %.0f to %.0f years, "
                        "eyes %s, %s surface.",
                        eg_number_at(norm, "n"), eg_number_at(norm, "age_low"),
                        eg_number_at(norm, "age_high"), eg_text_at(norm, "vision"),
                        eg_text_at(norm, "surface"));
}

const char *report_noise(report *r, const json_t *measure) {
    const json_t *reliability = json_object_get(measure, "reliability");
    double mdc = eg_number_at(reliability, "mdc95");
    if (isnan(mdc)) return "not known";
    return report_print(r, "%s%s, %s", report_rounded(r, mdc),
                        report_unit_behind(r, eg_text_at(measure, "unit")),
                        eg_text_at(reliability, "interval"));
}

const char *report_verdict(const json_t *result) {
    const char *verdict = eg_text_at(result, "verdict");
    if (strcmp(verdict, "fail") == 0) return "failed: repeat the trial; no value is shown";
    return strcmp(verdict, "warn") == 0 ? "usable with care, see the checks below" : "good";
}
