#include "clinic/change.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/check.h"

const char *eg_change_verdict_name(eg_change_verdict verdict) {
    static const char *const names[] = {"no MDC known", "within noise",
                                        "beyond same-session noise; day-to-day noise unknown",
                                        "beyond noise"};
    EG_ASSERT(verdict <= EG_CHANGE_BEYOND_NOISE);
    return names[verdict];
}

static void say(const char *code, const eg_change_noise *noise, eg_change *change) {
    char unit[EG_UNIT_TEXT_SIZE];
    eg_unit_say(code, unit);
    const char *way = change->direction > 0 ? " (better)" : change->direction < 0 ? " (worse)" : "";
    int n = snprintf(change->sentence, sizeof change->sentence, "Changed by %+.4g%s%s: %s",
                     change->difference, unit, way, eg_change_verdict_name(change->verdict));
    size_t length = n > 0 ? (size_t)n : 0;
    if (change->verdict != EG_CHANGE_NO_MDC && length < sizeof change->sentence) {
        n = snprintf(change->sentence + length, sizeof change->sentence - length,
                     " (MDC95 %.4g%s%s)", noise->mdc95, unit, noise->believed ? ", believed" : "");
        length += n > 0 ? (size_t)n : 0;
    }
    if (change->important >= 0 && length < sizeof change->sentence)
        snprintf(change->sentence + length, sizeof change->sentence - length, "; %s %.4g%s",
                 change->important ? "at least the important change of"
                                   : "less than the important change of",
                 noise->mcid, unit);
}

void eg_change_judge(double old_value, double new_value, const char *unit, eg_better better,
                     eg_change_interval interval, const eg_change_noise *noise, eg_change *change) {
    EG_ASSERT(unit != NULL && noise != NULL && change != NULL);
    *change = (eg_change){.difference = new_value - old_value, .important = -1};
    double size = fabs(change->difference);
    if (better != EG_BETTER_NONE && size > 0.0)
        change->direction = (change->difference > 0.0) == (better == EG_BETTER_HIGHER) ? 1 : -1;
    if (noise->mcid >= 0.0) change->important = size >= noise->mcid ? 1 : 0;
    bool across_days = noise->interval == EG_INTERVAL_DAYS;
    if (!(noise->mdc95 >= 0.0) || !isfinite(size))
        change->verdict = EG_CHANGE_NO_MDC;
    else if (size <= noise->mdc95)
        change->verdict = EG_CHANGE_WITHIN_NOISE;
    else if (!across_days && interval != EG_INTERVAL_SAME_SESSION)
        change->verdict = EG_CHANGE_BEYOND_SAME_SESSION;
    else
        change->verdict = EG_CHANGE_BEYOND_NOISE;
    say(unit, noise, change);
}

/* A row of a phase of the disease does not speak about people who are known to be in another. */
static bool is_of_another_phase(const eg_knowledge *knowledge, json_t *row,
                                const eg_change_person *person) {
    const char *phase = eg_json_text_of(row, "phase", NULL);
    const char *group = eg_json_text_of(row, "group", "");
    if (phase == NULL || person->group == NULL || strcmp(group, person->group) != 0) return false;
    char id[65];
    snprintf(id, sizeof id, "%s.%s", group, phase);
    json_t *span = eg_knowledge_find(knowledge, "phases", id);
    double days = person->since_onset_d;
    return days < eg_json_number_of(span, "from_d", -HUGE_VAL) ||
           days >= eg_json_number_of(span, "before_d", HUGE_VAL);
}

/* What a row of norms is worth for this person: 0 not at all, higher is nearer. */
static int fitness(const eg_knowledge *knowledge, json_t *row, const eg_change_person *person,
                   double baseline, bool healthy_too) {
    const char *group = person->group, *side = person->side;
    double youngest = eg_json_number_of(row, "age_low", -HUGE_VAL);
    double oldest = eg_json_number_of(row, "age_high", HUGE_VAL);
    bool aged = isfinite(youngest) || isfinite(oldest);
    const char *of = eg_json_text_of(row, "group", "");
    const char *row_side = eg_json_text_of(row, "side", NULL);
    double low = eg_json_number_of(row, "baseline_low", -HUGE_VAL);
    double high = eg_json_number_of(row, "baseline_high", HUGE_VAL);
    if (strcmp(eg_json_text_of(row, "use", "judge"), "judge") != 0) return 0;
    bool limited = isfinite(low) || isfinite(high);
    int worth = 0;
    if (aged && !(person->age_a >= youngest && person->age_a < oldest + 1.0)) return 0;
    if (person->age_a < eg_norm_youngest(row)) return 0;
    if (is_of_another_phase(knowledge, row, person)) return 0;
    if (limited && !(baseline >= low && baseline < high)) return 0;
    if (row_side != NULL && (side == NULL || strcmp(side, row_side) != 0)) return 0;
    if (group != NULL && strcmp(of, group) == 0)
        worth = 300;
    else if (strcmp(of, "mixed") == 0)
        worth = 200;
    else if (strcmp(of, "older") == 0)
        worth = 100;
    else if (strcmp(of, "healthy") == 0 && healthy_too)
        worth = 50;
    return worth == 0 ? 0 : worth + (limited ? 4 : 0) + (row_side != NULL ? 2 : 0);
}

/* A 90 % limit is narrower; some rows say so only in their statistic. */
static bool is_mdc90(json_t *row) {
    json_t *level = json_object_get(row, "level");
    if (json_is_number(level)) return json_number_value(level) < 95.0;
    return strstr(eg_json_text_of(row, "statistic", ""), "90") != NULL;
}

/* A change in percent cannot judge a change in newtons. */
static bool has_unit(json_t *row, const char *unit) {
    const char *of = eg_json_text_of(row, "unit", NULL);
    return unit == NULL || (of != NULL && strcmp(of, unit) == 0);
}

static eg_change_interval interval_of(json_t *row) {
    const char *text = eg_json_text_of(row, "interval", "unknown");
    if (strcmp(text, "same session") == 0) return EG_INTERVAL_SAME_SESSION;
    if (strcmp(text, "days") == 0 || strcmp(text, "weeks") == 0) return EG_INTERVAL_DAYS;
    return EG_INTERVAL_UNKNOWN;
}

void eg_change_find_noise(const eg_knowledge *knowledge, const char *measure,
                          const eg_change_person *person, double baseline,
                          eg_change_interval interval, bool healthy_too, eg_change_noise *noise) {
    EG_ASSERT(knowledge != NULL && measure != NULL && person != NULL && noise != NULL);
    *noise = (eg_change_noise){.mdc95 = (double)NAN, .mcid = (double)NAN};
    int best_mdc = 0, best_mcid = 0;
    bool mdc_believed = false, mcid_believed = false;
    json_t *definition = eg_knowledge_find(knowledge, "measures", measure);
    const char *unit = eg_json_text_of(definition, "unit", NULL);
    size_t count = eg_knowledge_count(knowledge, "norms");
    for (size_t i = 0; i < count; i++) {
        json_t *row = eg_knowledge_at(knowledge, "norms", i);
        if (strcmp(eg_json_text_of(row, "measure", ""), measure) != 0) continue;
        double value = eg_json_number_of(row, "value", (double)NAN);
        int worth = fitness(knowledge, row, person, baseline, healthy_too);
        bool believed = strcmp(eg_json_text_of(row, "status", ""), "BELIEVED") == 0;
        if (worth == 0 || !(value >= 0.0) || !has_unit(row, unit)) continue;
        if (strcmp(eg_json_text_of(row, "kind", ""), "mcid") == 0) {
            if (worth < best_mcid || (worth == best_mcid && value <= noise->mcid)) continue;
            best_mcid = worth;
            noise->mcid = value;
            noise->mcid_id = eg_json_text_of(row, "id", NULL);
            mcid_believed = believed;
        }
        if (strcmp(eg_json_text_of(row, "kind", ""), "mdc") != 0) continue;
        if (is_mdc90(row)) value *= 1.96 / 1.645;
        /* Within one group the noise of the interval in question is the better one. */
        if (interval_of(row) == interval) worth += 20;
        if (worth < best_mdc || (worth == best_mdc && value <= noise->mdc95)) continue;
        best_mdc = worth;
        noise->mdc95 = value;
        noise->interval = interval_of(row);
        noise->mdc_id = eg_json_text_of(row, "id", NULL);
        mdc_believed = believed;
    }
    noise->believed = mdc_believed || mcid_believed;
}

double eg_gas_t_score(const double *scores, const double *weights, size_t n) {
    static const double correlation = 0.3; /* Kiresuk and Sherman's assumption, part of T itself */
    double sum = 0.0, weight_sum = 0.0, square_sum = 0.0;
    EG_ASSERT(scores != NULL || n == 0);
    if (n == 0) return (double)NAN;
    for (size_t i = 0; i < n; i++) {
        double weight = weights != NULL ? weights[i] : 1.0;
        if (!(weight > 0.0)) return (double)NAN;
        sum += weight * scores[i];
        weight_sum += weight;
        square_sum += weight * weight;
    }
    return 50.0 +
           10.0 * sum /
               sqrt((1.0 - correlation) * square_sum + correlation * weight_sum * weight_sum);
}
