#include "clinic/motion_norm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Rows that may judge carry `measure`, rows for reading `shown_with`. */
static int is_of(json_t *row, const char *measure) {
    return strcmp(eg_json_text_of(row, "measure", ""), measure) == 0 ||
           strcmp(eg_json_text_of(row, "shown_with", ""), measure) == 0;
}

/* Higher is nearer to the person; 0: of others. */
static int fitness(json_t *row, const eg_motion_person *person) {
    double low = eg_json_number_of(row, "age_low", (double)NAN);
    double high = eg_json_number_of(row, "age_high", (double)NAN);
    const char *sex = eg_json_text_of(row, "sex", "any");
    int worth = 1;
    if (!isnan(low) || !isnan(high)) {
        if (!isnan(low) && !(person->age_years >= low)) return 0;
        if (!isnan(high) && !(person->age_years < high + 1)) return 0;
        worth += 4;
    }
    if (strcmp(sex, "any") != 0) {
        if (person->sex == NULL || sex[0] != person->sex[0]) return 0;
        worth += 2;
    }
    return worth;
}

json_t *eg_motion_norm(const eg_knowledge *knowledge, const char *measure,
                       const eg_motion_person *person) {
    json_t *best = NULL;
    int best_worth = 0;
    size_t n = knowledge != NULL ? eg_knowledge_count(knowledge, "norms") : 0;
    for (size_t i = 0; i < n; i++) {
        json_t *row = eg_knowledge_at(knowledge, "norms", i);
        if (!is_of(row, measure) || strcmp(eg_json_text_of(row, "kind", ""), "norm") != 0) continue;
        int worth = fitness(row, person);
        if (worth <= best_worth) continue;
        best = row;
        best_worth = worth;
    }
    if (best == NULL) return NULL;
    char text[240], band[48] = "";
    const char *spread = eg_json_text_of(best, "spread", "");
    int is_mean = strcmp(spread, "ci of mean") == 0;
    if (json_is_number(json_object_get(best, "age_low")))
        snprintf(band, sizeof band, ", %.0f to %.0f years",
                 eg_json_number_of(best, "age_low", (double)NAN),
                 eg_json_number_of(best, "age_high", (double)NAN));
    snprintf(text, sizeof text, "%s %g deg%s (%s)", is_mean ? "average" : "normal by convention",
             eg_json_number_of(best, "value", (double)NAN), band,
             eg_json_text_of(best, "population", ""));
    json_t *norm = json_pack("{s:s, s:s, s:b, s:s}", "text", text, "source",
                             eg_json_text_of(best, "source", ""), "verified",
                             json_is_true(json_object_get(best, "verified")), "status",
                             eg_json_text_of(best, "status", ""));
    /* Limits of an average are not the range of people, a convention has none. */
    if (norm != NULL) json_object_set(norm, "value", json_object_get(best, "value"));
    return norm;
}

static int fits(json_t *row, const char *key, const char *own) {
    const char *of = eg_json_text_of(row, key, NULL);
    if (own == NULL || of == NULL) return 1;
    return strcmp(key, "device") == 0 ? strstr(of, own) != NULL : strcmp(of, own) == 0;
}

static double mdc95_of(json_t *row) {
    double value = eg_json_number_of(row, "value", (double)NAN);
    return eg_json_number_of(row, "level", 95) < 95 ? value * 1.96 / 1.645 : value;
}

json_t *eg_motion_noise(const eg_knowledge *knowledge, const char *measure, const char *rater,
                        const char *device, eg_change_noise *noise) {
    json_t *best = NULL;
    *noise = (eg_change_noise){.mdc95 = (double)NAN, .mcid = (double)NAN};
    size_t n = knowledge != NULL ? eg_knowledge_count(knowledge, "norms") : 0;
    for (size_t i = 0; i < n; i++) {
        json_t *row = eg_knowledge_at(knowledge, "norms", i);
        if (strcmp(eg_json_text_of(row, "measure", ""), measure) != 0 ||
            strcmp(eg_json_text_of(row, "kind", ""), "mdc") != 0 ||
            strcmp(eg_json_text_of(row, "use", ""), "judge") != 0)
            continue;
        if (!fits(row, "rater", rater) || !fits(row, "device", device)) continue;
        if (best != NULL && !(mdc95_of(row) > noise->mdc95)) continue;
        best = row;
        noise->mdc95 = mdc95_of(row);
        const char *interval = eg_json_text_of(row, "interval", "unknown");
        noise->interval = strcmp(interval, "same session") == 0 ? EG_INTERVAL_SAME_SESSION
                          : strcmp(interval, "unknown") == 0    ? EG_INTERVAL_UNKNOWN
                                                                : EG_INTERVAL_DAYS;
        noise->mdc_id = eg_json_text_of(row, "id", NULL);
        noise->believed = strcmp(eg_json_text_of(row, "status", ""), "BELIEVED") == 0;
    }
    return best;
}
