#include "clinic/describe.h"

#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/evaluate_part.h"
#include "core/base/check.h"

enum { FIRST_VALUES = 5 };

eg_time_facts eg_describe_time(const eg_recording *recording) {
    eg_time_facts facts = {NAN, 0, 0, NAN};
    const double *t = recording->t_s;
    double sum = 0, longest = 0;
    size_t n_regular = 0;
    if (t == NULL || isnan(recording->rate_hz)) return facts;
    for (size_t i = 1; i < recording->n_frames; i++) {
        double step = t[i] - t[i - 1], share = step * recording->rate_hz;
        facts.n_back += share <= 0;
        facts.n_gaps += share >= 1.5;
        longest = fmax(longest, step);
        if (!(share > 0 && share < 1.5)) continue;
        sum += (share - 1) * (share - 1);
        n_regular++;
    }
    facts.jitter = n_regular > 0 ? sqrt(sum / (double)n_regular) : (double)NAN;
    facts.longest = longest;
    return facts;
}

eg_column_facts eg_describe_column(const eg_channel *channel) {
    eg_column_facts facts = {channel->n, 0, NAN, NAN, NAN, NAN, NAN};
    double sum = 0;
    for (size_t i = 0; i < channel->n; i++) {
        double value = channel->values[i];
        if (isnan(value)) {
            facts.n_missing++;
            continue;
        }
        sum += value;
        facts.least = fmin(facts.least, value);
        facts.most = fmax(facts.most, value);
    }
    if (channel->n == 0) return facts;
    facts.first = channel->values[0];
    facts.last = channel->values[channel->n - 1];
    if (facts.n_missing < channel->n) facts.mean = sum / (double)(channel->n - facts.n_missing);
    return facts;
}

eg_err eg_describe_layout(const eg_evaluator *evaluator, const eg_recording *recording,
                          eg_layout_answer *answer, eg_diag *diag) {
    EG_ASSERT(evaluator != NULL && recording != NULL && answer != NULL);
    memset(answer, 0, sizeof *answer);
    const eg_map *ready = eg_map_choose(evaluator->maps, evaluator->n_maps, recording);
    if (ready != NULL) {
        answer->source = "ready";
        answer->map = *ready;
        return EG_OK;
    }
    eg_inferred *inferred = malloc(sizeof *inferred);
    eg_diag own = {0};
    if (inferred == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
    eg_err err = eg_infer_map(recording, (eg_infer_axes){0, 0}, inferred, &own);
    answer->source = err == EG_OK ? "header" : "unknown";
    if (err == EG_OK) answer->map = inferred->map;
    if (err == EG_ERR_LAYOUT) {
        snprintf(answer->why, sizeof answer->why, "%s", own.text);
        err = EG_OK;
    }
    free(inferred);
    return err;
}

void eg_describe_fingerprint(const eg_recording *recording, char text[EG_FINGERPRINT_SIZE]) {
    crypto_hash_sha256_state state;
    unsigned char digest[crypto_hash_sha256_BYTES];
    text[0] = '\0';
    crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < recording->n_channels; i++) {
        const eg_channel *c = &recording->channels[i];
        if (!c->is_named) return;
        /* The final zeros part label from unit. */
        crypto_hash_sha256_update(&state, (const unsigned char *)c->label, strlen(c->label) + 1);
        crypto_hash_sha256_update(&state, (const unsigned char *)c->unit, strlen(c->unit) + 1);
    }
    crypto_hash_sha256_final(&state, digest);
    sodium_bin2hex(text, EG_FINGERPRINT_SIZE, digest, sizeof digest);
}

static void write_columns(const eg_recording *recording, eg_json_writer *json) {
    eg_json_key(json, "columns");
    eg_json_begin_array(json);
    for (size_t i = 0; i < recording->n_channels; i++) {
        const eg_channel *c = &recording->channels[i];
        eg_column_facts facts = eg_describe_column(c);
        eg_column_role role = {EG_ROLE_NONE, EG_MAP_BOTH, 1};
        if (c->is_named) role = eg_infer_role(c->label, c->unit);
        eg_json_begin_object(json);
        eg_json_member_string(json, "label", c->label);
        eg_json_member_string(json, "unit", c->unit);
        eg_json_member_boolean(json, "named", c->is_named);
        eg_json_member_string(json, "role", eg_role_name(role.role));
        eg_json_member_string(json, "foot",
                              role.foot == EG_MAP_BOTH    ? "both"
                              : role.foot == EG_MAP_RIGHT ? "right"
                                                          : "left");
        eg_json_member_integer(json, "n", (int64_t)facts.n);
        eg_json_member_integer(json, "missing", (int64_t)facts.n_missing);
        eg_json_member_number(json, "min", facts.least);
        eg_json_member_number(json, "max", facts.most);
        eg_json_key(json, "first");
        eg_json_begin_array(json);
        for (size_t k = 0; k < c->n && k < FIRST_VALUES; k++) eg_json_number(json, c->values[k]);
        eg_json_end_array(json);
        eg_json_end_object(json);
    }
    eg_json_end_array(json);
}

eg_err eg_describe_write(const eg_evaluator *evaluator, const eg_recording *recording,
                         eg_json_writer *json, eg_diag *diag) {
    eg_layout_answer *answer = malloc(sizeof *answer);
    if (answer == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
    eg_err err = eg_describe_layout(evaluator, recording, answer, diag);
    char mark[2] = {recording->decimal_mark, '\0'}, delimiter[2] = {recording->delimiter, '\0'};
    char fingerprint[EG_FINGERPRINT_SIZE];
    eg_describe_fingerprint(recording, fingerprint);
    if (err == EG_OK) {
        eg_json_key(json, "layout");
        eg_json_begin_object(json);
        eg_json_member_string(json, "maker", recording->maker);
        eg_json_member_string(json, "delimiter", delimiter);
        eg_json_member_string(json, "decimal_mark", mark);
        eg_json_member_integer(json, "header_lines", (int64_t)recording->header_lines);
        eg_json_member_string(json, "source", answer->source);
        eg_json_member_string(json, "map", answer->map.id);
        eg_json_member_string(json, "title", answer->map.title);
        eg_json_member_string(json, "why", answer->why);
        eg_json_member_string(json, "fingerprint", fingerprint);
        eg_json_end_object(json);
        eg_time_facts time = eg_describe_time(recording);
        eg_json_key(json, "time");
        eg_json_begin_object(json);
        eg_json_member_string(json, "source", recording->time_source);
        eg_json_member_number(json, "rate_hz", eg_recording_channel_rate_hz(recording));
        eg_json_member_number(json, "jitter", time.jitter);
        eg_json_member_integer(json, "gaps", (int64_t)time.n_gaps);
        eg_json_member_integer(json, "back", (int64_t)time.n_back);
        eg_json_member_number(json, "longest_step_s", time.longest);
        eg_json_end_object(json);
        write_columns(recording, json);
    }
    free(answer);
    return err;
}
