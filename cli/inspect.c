/* engram inspect FILE... [--json]: what a recording holds. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "io/format/recording.h"
#include "io/json/write.h"

enum { CHANNELS_SHOWN = 60 };

typedef struct channel_facts {
    double first, last, mean; /* NaN where there is no number */
    size_t n_missing;
} channel_facts;

static channel_facts summarise(const eg_channel *channel) {
    channel_facts facts = {NAN, NAN, NAN, 0};
    double sum = 0;
    for (size_t i = 0; i < channel->n; i++) {
        if (isnan(channel->values[i]))
            facts.n_missing++;
        else
            sum += channel->values[i];
    }
    if (channel->n == 0) return facts;
    facts.first = channel->values[0];
    facts.last = channel->values[channel->n - 1];
    if (facts.n_missing < channel->n) facts.mean = sum / (double)(channel->n - facts.n_missing);
    return facts;
}

static void write_texts(eg_json_writer *json, const char *key, const eg_recording *recording,
                        int units) {
    eg_json_key(json, key);
    eg_json_begin_array(json);
    for (size_t i = 0; i < recording->n_channels; i++)
        eg_json_string(json, units ? recording->channels[i].unit : recording->channels[i].label);
    eg_json_end_array(json);
}

static void write_channels(eg_json_writer *json, const eg_recording *recording) {
    eg_json_key(json, "channels");
    eg_json_begin_array(json);
    for (size_t i = 0; i < recording->n_channels; i++) {
        channel_facts facts = summarise(&recording->channels[i]);
        eg_json_begin_object(json);
        eg_json_member_number(json, "first", facts.first);
        eg_json_member_number(json, "last", facts.last);
        eg_json_member_number(json, "mean", facts.mean);
        eg_json_member_integer(json, "missing", (int64_t)facts.n_missing);
        eg_json_end_object(json);
    }
    eg_json_end_array(json);
}

static void write_warnings(eg_json_writer *json, const eg_recording *recording) {
    eg_json_key(json, "warnings");
    eg_json_begin_array(json);
    for (size_t i = 0; i < recording->n_warnings; i++) {
        char text[256];
        const eg_recording_warning *warning = &recording->warnings[i];
        if (warning->line > 0)
            snprintf(text, sizeof text, "line %llu: %s", (unsigned long long)warning->line,
                     warning->text);
        else
            snprintf(text, sizeof text, "%s", warning->text);
        eg_json_string(json, text);
    }
    eg_json_end_array(json);
}

static void write_json(const char *path, const eg_recording *recording) {
    eg_json_writer json;
    eg_json_init(&json, eg_json_to_file, stdout);
    eg_json_begin_object(&json);
    eg_json_member_string(&json, "file", path);
    eg_json_member_string(&json, "format", recording->format);
    eg_json_member_string(&json, "sha256", recording->sha256);
    eg_json_member_integer(&json, "frames", (int64_t)recording->n_frames);
    eg_json_member_integer(&json, "first_frame", (int64_t)recording->first_frame);
    eg_json_key(&json, "analog");
    eg_json_begin_object(&json);
    eg_json_member_integer(&json, "count", (int64_t)recording->n_channels);
    eg_json_member_number(&json, "rate_hz", recording->rate_hz);
    write_texts(&json, "labels", recording, 0);
    write_texts(&json, "units", recording, 1);
    write_channels(&json, recording);
    eg_json_end_object(&json);
    eg_json_key(&json, "platforms");
    eg_json_begin_array(&json);
    eg_json_end_array(&json);
    eg_json_key(&json, "events");
    eg_json_begin_array(&json);
    eg_json_end_array(&json);
    eg_json_member_boolean(&json, "partial", recording->is_partial);
    write_warnings(&json, recording);
    eg_json_end_object(&json);
    if (eg_json_finish(&json) == EG_OK) putchar('\n');
}

static void print_table(const char *path, const eg_recording *recording) {
    printf("%s\n  %s, %zu rows", path, recording->format, recording->n_frames);
    if (!isnan(recording->rate_hz))
        printf(" at %g Hz, %.3f s", recording->rate_hz,
               (double)recording->n_frames / recording->rate_hz);
    printf("\n\n  %-24s %-8s %14s %14s %14s %8s\n", "column", "unit", "first", "last", "mean",
           "missing");
    for (size_t i = 0; i < recording->n_channels && i < CHANNELS_SHOWN; i++) {
        const eg_channel *channel = &recording->channels[i];
        channel_facts facts = summarise(channel);
        printf("  %-24s %-8s %14.6g %14.6g %14.6g %8zu\n", channel->label,
               channel->unit[0] != '\0' ? channel->unit : "-", facts.first, facts.last, facts.mean,
               facts.n_missing);
    }
    if (recording->n_channels > CHANNELS_SHOWN)
        printf("  ... and %zu more columns (--json lists all)\n",
               recording->n_channels - CHANNELS_SHOWN);
    for (size_t i = 0; i < recording->n_warnings; i++) {
        printf("  ! ");
        if (recording->warnings[i].line > 0)
            printf("line %llu: ", (unsigned long long)recording->warnings[i].line);
        printf("%s\n", recording->warnings[i].text);
    }
}

int eg_command_inspect(int n_arguments, char **arguments) {
    int as_json = 0, n_files = 0, status = 0;
    for (int i = 1; i < n_arguments; i++) {
        if (strcmp(arguments[i], "--json") == 0) {
            as_json = 1;
        } else if (arguments[i][0] == '-' && arguments[i][1] != '\0') {
            fprintf(stderr, "engram inspect: there is no option \"%s\"; usage: %s\n", arguments[i],
                    "engram inspect FILE... [--json]");
            return 2;
        } else {
            n_files++;
        }
    }
    if (n_files == 0) {
        fprintf(stderr, "usage: engram inspect FILE... [--json]\n");
        return 2;
    }
    for (int i = 1; i < n_arguments; i++) {
        if (strcmp(arguments[i], "--json") == 0) continue;
        eg_recording *recording;
        eg_diag diag = {0};
        if (eg_recording_read(arguments[i], &recording, &diag) != EG_OK) {
            eg_command_complain("inspect", &diag);
            status = 1;
            continue;
        }
        if (as_json)
            write_json(arguments[i], recording);
        else
            print_table(arguments[i], recording);
        eg_recording_destroy(recording);
    }
    return status;
}
