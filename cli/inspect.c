/* engram inspect FILE... [--json]: what a recording holds. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "clinic/describe.h"
#include "clinic/study.h"
#include "io/embed.h"
#include "io/format/recording.h"
#include "io/json/write.h"

enum { CHANNELS_SHOWN = 60 };

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
        eg_column_facts facts = eg_describe_column(&recording->channels[i]);
        eg_json_begin_object(json);
        eg_json_member_number(json, "first", facts.first);
        eg_json_member_number(json, "last", facts.last);
        eg_json_member_number(json, "mean", facts.mean);
        eg_json_member_integer(json, "missing", (int64_t)facts.n_missing);
        eg_json_member_integer(json, "n", (int64_t)facts.n);
        eg_json_member_number(json, "min", facts.least);
        eg_json_member_number(json, "max", facts.most);
        eg_json_member_number(json, "rate_hz", recording->channels[i].rate_hz);
        eg_json_member_number(json, "start_s", recording->channels[i].start_s);
        eg_json_end_object(json);
    }
    eg_json_end_array(json);
}

static void write_vector(eg_json_writer *json, const char *key, const double *xyz) {
    eg_json_key(json, key);
    eg_json_begin_array(json);
    for (size_t k = 0; k < 3; k++) eg_json_number(json, xyz[k]);
    eg_json_end_array(json);
}

/* Where a marker was first and last seen, and its mean over the frames in which it was. */
typedef struct marker_facts {
    double first[3], last[3], mean[3]; /* NaN if it never was */
} marker_facts;

static marker_facts facts_of(const eg_marker *marker, size_t n_frames) {
    marker_facts facts = {{NAN, NAN, NAN}, {NAN, NAN, NAN}, {NAN, NAN, NAN}};
    double sum[3] = {0, 0, 0};
    int is_first = 1;
    for (size_t i = 0; i < n_frames; i++) {
        const double *xyz = marker->xyz[i];
        if (isnan(xyz[0])) continue;
        for (size_t k = 0; k < 3; k++) {
            if (is_first) facts.first[k] = xyz[k];
            facts.last[k] = xyz[k];
            sum[k] += xyz[k];
        }
        is_first = 0;
    }
    for (size_t k = 0; k < 3 && marker->n_valid > 0; k++)
        facts.mean[k] = sum[k] / (double)marker->n_valid;
    return facts;
}

static void write_points(eg_json_writer *json, const eg_recording *recording) {
    const eg_points *points = &recording->points;
    eg_json_key(json, "points");
    eg_json_begin_object(json);
    eg_json_member_integer(json, "count", (int64_t)points->n_markers);
    eg_json_member_number(json, "rate_hz", points->rate_hz);
    eg_json_member_string(json, "unit", points->unit);
    eg_json_key(json, "labels");
    eg_json_begin_array(json);
    for (size_t i = 0; i < points->n_markers; i++) eg_json_string(json, points->markers[i].label);
    eg_json_end_array(json);
    eg_json_key(json, "channels");
    eg_json_begin_array(json);
    for (size_t i = 0; i < points->n_markers; i++) {
        const eg_marker *marker = &points->markers[i];
        marker_facts facts = facts_of(marker, recording->n_frames);
        eg_json_begin_object(json);
        eg_json_member_integer(json, "valid", (int64_t)marker->n_valid);
        write_vector(json, "first", facts.first);
        write_vector(json, "last", facts.last);
        write_vector(json, "mean", facts.mean);
        eg_json_member_string(json, "unit", marker->unit);
        eg_json_member_boolean(json, "computed", marker->is_computed);
        eg_json_end_object(json);
    }
    eg_json_end_array(json);
    eg_json_end_object(json);
}

static void write_calibration(eg_json_writer *json, const eg_platform *platform) {
    eg_json_key(json, "calibration");
    eg_json_begin_array(json);
    for (size_t i = 0; i < platform->n_rows; i++) {
        eg_json_begin_array(json);
        for (size_t k = 0; k < platform->n_columns; k++)
            eg_json_number(json, platform->calibration[i][k]);
        eg_json_end_array(json);
    }
    eg_json_end_array(json);
}

static void write_platforms(eg_json_writer *json, const eg_recording *recording) {
    eg_json_key(json, "platforms");
    eg_json_begin_array(json);
    for (size_t i = 0; i < recording->n_platforms; i++) {
        const eg_platform *platform = &recording->platforms[i];
        eg_json_begin_object(json);
        eg_json_member_integer(json, "type", platform->type);
        eg_json_key(json, "channels"); /* 1-based, as the file counts; null: it has no such one */
        eg_json_begin_array(json);
        for (size_t k = 0; k < platform->n_channels; k++) {
            if (platform->channels[k] == SIZE_MAX)
                eg_json_null(json);
            else
                eg_json_integer(json, (int64_t)platform->channels[k] + 1);
        }
        eg_json_end_array(json);
        eg_json_key(json, "corners");
        eg_json_begin_array(json);
        for (size_t k = 0; k < 4; k++) {
            eg_json_begin_array(json);
            for (size_t axis = 0; axis < 3; axis++)
                eg_json_number(json, platform->corners[k][axis]);
            eg_json_end_array(json);
        }
        eg_json_end_array(json);
        write_vector(json, "origin", platform->origin);
        eg_json_member_boolean(json, "origin_turned", platform->origin_is_turned);
        if (platform->has_calibration) write_calibration(json, platform);
        eg_json_end_object(json);
    }
    eg_json_end_array(json);
}

static void write_streams(eg_json_writer *json, const eg_recording *recording) {
    if (recording->n_streams == 0) return;
    eg_json_key(json, "streams");
    eg_json_begin_array(json);
    for (size_t i = 0; i < recording->n_streams; i++) {
        const eg_stream *stream = &recording->streams[i];
        eg_json_begin_object(json);
        eg_json_member_string(json, "name", stream->name);
        eg_json_member_string(json, "type", stream->type);
        eg_json_member_integer(json, "channels", (int64_t)stream->n_channels);
        eg_json_member_integer(json, "samples", (int64_t)stream->n);
        eg_json_member_number(json, "nominal_hz", stream->nominal_hz);
        eg_json_member_number(json, "effective_hz", stream->effective_hz);
        eg_json_member_number(json, "first_s", stream->first_s);
        eg_json_member_number(json, "last_s", stream->last_s);
        eg_json_member_integer(json, "segments", (int64_t)stream->n_segments);
        eg_json_member_integer(json, "clock_offsets", (int64_t)stream->n_clock_offsets);
        eg_json_member_integer(json, "clock_resets", (int64_t)stream->n_clock_resets);
        eg_json_end_object(json);
    }
    eg_json_end_array(json);
}

static void write_events(eg_json_writer *json, const eg_recording *recording) {
    eg_json_key(json, "events");
    eg_json_begin_array(json);
    for (size_t i = 0; i < recording->n_events; i++) {
        const eg_event *event = &recording->events[i];
        eg_json_begin_object(json);
        eg_json_member_string(json, "label", event->label);
        eg_json_member_string(json, "context", event->context);
        eg_json_member_number(json, "t_s", event->t_s);
        eg_json_member_number(json, "duration_s", event->duration_s);
        eg_json_end_object(json);
    }
    eg_json_end_array(json);
}

/* What the number of a warning counts. */
static const char *place_word(const eg_recording *recording) {
    return recording->has_points ? "frame" : "line";
}

static void write_warnings(eg_json_writer *json, const eg_recording *recording) {
    eg_json_key(json, "warnings");
    eg_json_begin_array(json);
    for (size_t i = 0; i < recording->n_warnings; i++) {
        char text[256];
        const eg_recording_warning *warning = &recording->warnings[i];
        if (warning->line > 0)
            snprintf(text, sizeof text, "%s %llu: %s", place_word(recording),
                     (unsigned long long)warning->line, warning->text);
        else
            snprintf(text, sizeof text, "%s", warning->text);
        eg_json_string(json, text);
    }
    eg_json_end_array(json);
}

static void write_json(const eg_evaluator *evaluator, const char *path,
                       const eg_recording *recording) {
    eg_json_writer json;
    eg_json_init(&json, eg_json_to_file, stdout);
    eg_json_begin_object(&json);
    eg_json_member_string(&json, "file", path);
    eg_json_member_string(&json, "format", recording->format);
    eg_json_member_string(&json, "sha256", recording->sha256);
    eg_json_member_integer(&json, "frames", (int64_t)recording->n_frames);
    eg_json_member_integer(&json, "first_frame", (int64_t)recording->first_frame);
    if (recording->has_points || recording->n_events > 0 || recording->n_streams > 0)
        eg_json_member_number(&json, "start_s", recording->start_s);
    if (recording->has_points) write_points(&json, recording);
    eg_json_key(&json, "analog");
    eg_json_begin_object(&json);
    eg_json_member_integer(&json, "count", (int64_t)recording->n_channels);
    eg_json_member_number(&json, "rate_hz", eg_recording_channel_rate_hz(recording));
    write_texts(&json, "labels", recording, 0);
    write_texts(&json, "units", recording, 1);
    write_channels(&json, recording);
    eg_json_end_object(&json);
    write_platforms(&json, recording);
    write_streams(&json, recording);
    write_events(&json, recording);
    eg_diag diag = {0};
    /* How columns are read as forces is a question for tables. */
    if (!recording->has_points && eg_describe_write(evaluator, recording, &json, &diag) != EG_OK)
        eg_command_complain("inspect", &diag);
    eg_json_member_boolean(&json, "partial", recording->is_partial);
    write_warnings(&json, recording);
    eg_json_end_object(&json);
    if (eg_json_finish(&json) == EG_OK) putchar('\n');
}

static const char *word_for(char delimiter) {
    return delimiter == '\t'  ? "tab"
           : delimiter == ' ' ? "blanks"
           : delimiter == ';' ? "semicolon"
           : delimiter == ',' ? "comma"
                              : "bar";
}

/* Which studies say that the recording is theirs (2) or could be (1); how many. */
static size_t print_studies(const eg_recording *recording, int suits, const char *words) {
    size_t n = 0;
    for (size_t i = 0; eg_study_at(i) != NULL; i++) {
        if (eg_study_at(i)->suits(recording) != suits) continue;
        printf("%s engram measure %s", n == 0 ? words : ",", eg_study_at(i)->name);
        n++;
    }
    if (n > 0) putchar('\n');
    return n;
}

/* `is_plate`: something measures it already. */
static int print_what_measures(const eg_recording *recording, int is_plate) {
    size_t n = print_studies(recording, 2, is_plate ? "  or by:" : "  measured by:");
    int is_other = n > 0 || is_plate;
    return n + print_studies(recording, 1, is_other ? "  or by:" : "  could be for:") > 0;
}

/* How the text is laid out, where its time comes from and how it would be measured. */
static void print_layout(const eg_evaluator *evaluator, const eg_recording *recording) {
    eg_layout_answer answer;
    eg_diag diag = {0};
    if (recording->delimiter != '\0') /* text */
        printf("  %s%s%llu header lines, columns parted by %s, decimal %s\n", recording->maker,
               recording->maker[0] != '\0' ? ": " : "", (unsigned long long)recording->header_lines,
               word_for(recording->delimiter), recording->decimal_mark == ',' ? "comma" : "point");
    eg_time_facts time = eg_describe_time(recording);
    printf("  time: %s", recording->time_source[0] != '\0' ? recording->time_source : "unknown");
    if (!isnan(time.jitter))
        printf("; steps vary by %.2g %%, longest %.4g s, %zu gaps, %zu steps back",
               100 * time.jitter, time.longest, time.n_gaps, time.n_back);
    printf("\n");
    /* Columns of other formats are named by the format. */
    int is_text = recording->delimiter != '\0' &&
                  eg_describe_layout(evaluator, recording, &answer, &diag) == EG_OK;
    int is_plate = is_text && strcmp(answer.source, "unknown") != 0;
    if (is_plate)
        printf("  measured by: engram measure balance, as %s (%s)\n", answer.map.title,
               strcmp(answer.source, "ready") == 0 ? "ready map" : "by the header's words");
    int is_studied = print_what_measures(recording, is_plate);
    if (is_text && !is_plate && !is_studied)
        printf("  layout: not understood: %s;\n    say which column is what (docs/reference/"
               "maps.md)\n",
               answer.why);
}

static void print_columns(const eg_recording *recording) {
    if (recording->n_channels == 0) return;
    printf("\n  %-24s %-6s %12s %12s %12s %12s %12s %8s\n", "column", "unit", "first", "last",
           "least", "most", "mean", "missing");
    for (size_t i = 0; i < recording->n_channels && i < CHANNELS_SHOWN; i++) {
        const eg_channel *channel = &recording->channels[i];
        eg_column_facts facts = eg_describe_column(channel);
        printf("  %-24s %-6s %12.6g %12.6g %12.6g %12.6g %12.6g %8zu\n", channel->label,
               channel->unit[0] != '\0' ? channel->unit : "-", facts.first, facts.last, facts.least,
               facts.most, facts.mean, facts.n_missing);
    }
    if (recording->n_channels > CHANNELS_SHOWN)
        printf("  ... and %zu more columns (--json lists all)\n",
               recording->n_channels - CHANNELS_SHOWN);
}

static void print_warnings(const eg_recording *recording) {
    for (size_t i = 0; i < recording->n_warnings; i++) {
        printf("  ! ");
        if (recording->warnings[i].line > 0)
            printf("%s %llu: ", place_word(recording),
                   (unsigned long long)recording->warnings[i].line);
        printf("%s\n", recording->warnings[i].text);
    }
}

static void print_markers(const eg_recording *recording) {
    const eg_points *points = &recording->points;
    if (points->n_markers == 0) return;
    printf("\n  %-24s %-6s %8s %14s %12s %12s\n", "point", "unit", "seen", "mean x", "y", "z");
    for (size_t i = 0; i < points->n_markers && i < CHANNELS_SHOWN; i++) {
        const eg_marker *marker = &points->markers[i];
        marker_facts facts = facts_of(marker, recording->n_frames);
        printf("  %-24s %-6s %8zu %14.6g %12.6g %12.6g%s\n", marker->label,
               marker->unit[0] != '\0' ? marker->unit : "-", marker->n_valid, facts.mean[0],
               facts.mean[1], facts.mean[2], marker->is_computed ? "  computed" : "");
    }
    if (points->n_markers > CHANNELS_SHOWN)
        printf("  ... and %zu more points (--json lists all)\n",
               points->n_markers - CHANNELS_SHOWN);
}

static void print_streams(const eg_recording *recording) {
    for (size_t i = 0; i < recording->n_streams; i++) {
        const eg_stream *s = &recording->streams[i];
        printf("  stream %s%s%s: %zu channels, %zu samples", s->name,
               s->type[0] != '\0' ? ", " : "", s->type, s->n_channels, s->n);
        if (!isnan(s->nominal_hz)) printf(", nominal %g Hz", s->nominal_hz);
        if (!isnan(s->effective_hz)) printf(", effective %.9g Hz", s->effective_hz);
        if (s->n > 0) printf(", from %.3f to %.3f s", s->first_s, s->last_s);
        printf("\n");
    }
}

static void print_events(const eg_recording *recording) {
    for (size_t i = 0; i < recording->n_events; i++) {
        const eg_event *event = &recording->events[i];
        printf("%s  %10.3f s  %s%s%s\n", i == 0 ? "\n" : "", event->t_s, event->context,
               event->context[0] != '\0' ? " " : "", event->label);
    }
}

/* A recording of motion capture. */
static void print_motion(const char *path, const eg_recording *recording) {
    printf("%s\n  %s, %zu frames from number %llu", path, recording->format, recording->n_frames,
           (unsigned long long)recording->first_frame);
    if (!isnan(recording->rate_hz))
        printf(" at %g Hz (%s), %.3f s", recording->rate_hz, recording->time_source,
               (double)recording->n_frames / recording->rate_hz);
    printf("\n  %zu points, %zu analog channels", recording->points.n_markers,
           recording->n_channels);
    double rate_hz = eg_recording_channel_rate_hz(recording);
    if (!isnan(rate_hz)) printf(" at %g Hz", rate_hz);
    printf(", %zu force plates, %zu events\n", recording->n_platforms, recording->n_events);
    (void)print_what_measures(recording, 0);
    print_markers(recording);
    print_columns(recording);
    for (size_t i = 0; i < recording->n_platforms; i++) {
        const eg_platform *platform = &recording->platforms[i];
        printf("%s  force plate %zu: type %d, channels", i == 0 ? "\n" : "", i + 1, platform->type);
        for (size_t k = 0; k < platform->n_channels; k++) {
            size_t channel = platform->channels[k];
            printf(" %s", channel == SIZE_MAX ? "?" : recording->channels[channel].label);
        }
        printf("%s\n", platform->has_calibration ? ", with a matrix" : "");
    }
    print_events(recording);
    print_warnings(recording);
}

static void print_table(const eg_evaluator *evaluator, const char *path,
                        const eg_recording *recording) {
    printf("%s\n  %s, %zu rows", path, recording->format, recording->n_frames);
    if (!isnan(recording->rate_hz))
        printf(" at %g Hz, %.3f s", recording->rate_hz,
               (double)recording->n_frames / recording->rate_hz);
    printf("\n");
    print_layout(evaluator, recording);
    print_streams(recording);
    print_columns(recording);
    print_events(recording);
    print_warnings(recording);
}

const char eg_command_inspect_help[] =
    "usage: engram inspect FILE... [--json]\n"
    "  FILE                                  a recording of any format that can be read\n"
    "  --json                                one JSON object a file, one line each\n";

int eg_command_inspect(int n_arguments, char **arguments) {
    int as_json = 0, n_files = 0, status = 0;
    for (int i = 1; i < n_arguments; i++) {
        if (strcmp(arguments[i], "--json") == 0) {
            as_json = 1;
        } else if (arguments[i][0] == '-' && arguments[i][1] != '\0') {
            return eg_command_refuse("inspect", "there is no option", arguments[i],
                                     eg_command_inspect_help);
        } else {
            n_files++;
        }
    }
    if (n_files == 0)
        return eg_command_refuse("inspect", "FILE is missing", NULL, eg_command_inspect_help);
    eg_evaluator *evaluator;
    eg_diag problem = {0};
    if (eg_evaluator_create(eg_embedded_files, &evaluator, &problem) != EG_OK) {
        eg_command_complain("inspect", &problem);
        return 1;
    }
    for (int i = 1; i < n_arguments; i++) {
        if (strcmp(arguments[i], "--json") == 0) continue;
        eg_recording *recording;
        eg_diag diag = {0};
        if (eg_recording_read(arguments[i], &recording, &diag) != EG_OK) {
            eg_command_complain("inspect", &diag);
            if (as_json) eg_command_print_error(arguments[i], &diag);
            status = 1;
            continue;
        }
        if (as_json)
            write_json(evaluator, arguments[i], recording);
        else if (recording->has_points)
            print_motion(arguments[i], recording);
        else
            print_table(evaluator, arguments[i], recording);
        eg_recording_destroy(recording);
    }
    eg_evaluator_destroy(evaluator);
    return status;
}
