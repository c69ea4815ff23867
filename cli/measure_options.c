#include "cli/measure_options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/task_settings.h"

measure_options measure_options_none(void) {
    return (measure_options){.evaluate = eg_evaluate_defaults()};
}

void measure_options_release(measure_options *options) {
    free(options->map_text);
    options->map_text = NULL;
}

static int read_positive(const char *text, double *value) {
    char *end;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && *value > 0 && isfinite(*value);
}

static int read_map(measure_options *options, const char *path) {
    enum { MAP_BYTES_MAX = 1 << 20 };
    FILE *file = fopen(path, "rb");
    char *text = file != NULL ? malloc(MAP_BYTES_MAX + 1) : NULL;
    size_t n = text != NULL ? fread(text, 1, MAP_BYTES_MAX, file) : 0;
    if (file != NULL) fclose(file);
    if (n == 0 || n == MAP_BYTES_MAX) {
        free(text);
        return 0;
    }
    text[n] = '\0';
    free(options->map_text);
    options->map_text = text;
    options->evaluate.map_json = text;
    options->evaluate.map_name = path;
    return 1;
}

/* "x" or "+x" is 1, "-y" is -2; 0 for anything else. Moves behind it. */
static int read_axis(const char **text) {
    int sign = **text == '-' ? -1 : 1;
    if (**text == '-' || **text == '+') (*text)++;
    int axis = **text == 'x' ? 1 : **text == 'y' ? 2 : 0;
    if (axis != 0) (*text)++;
    return sign * axis;
}

/* "+x,+y": the axis to the right, then the one to the front. */
static int read_axes(const char *text, eg_infer_axes *axes) {
    axes->ml = read_axis(&text);
    int is_parted = *text == ',';
    if (is_parted) text++;
    axes->ap = read_axis(&text);
    return is_parted && *text == '\0' && axes->ml != 0 && axes->ap != 0 &&
           abs(axes->ml) != abs(axes->ap);
}

/* The settings themselves, or a file that holds them. */
static int read_settings(eg_task_plan *plan, const char *value, eg_diag *diag) {
    char text[EG_TASK_SETTINGS_BYTES_MAX + 1];
    size_t n = strlen(value);
    const char *settings = value;
    if (value[0] != '{') {
        FILE *file = fopen(value, "rb");
        if (file == NULL) {
            (void)eg_diag_set(diag, EG_ERR_IO, value, 0, "the file cannot be read");
            return 0;
        }
        n = fread(text, 1, sizeof text, file);
        fclose(file);
        settings = text;
    }
    return eg_task_settings_parse(settings, n, plan, NULL, diag) == EG_OK;
}

int measure_options_take(measure_options *options, const char *command, const char *usage,
                         const char *option, const char *value) {
    static const char *const names[] = {
        "--profile", "--cases",   "--map",    "--mass-kg", "--height-m", "--age", "--posture",
        "--vision",  "--surface", "--stance", "--task",    "--settings", "--axes"};
    enum { COUNT = sizeof names / sizeof names[0] };
    eg_evaluate_options *o = &options->evaluate;
    size_t which = 0;
    while (which < COUNT && strcmp(option, names[which]) != 0) which++;
    if (which == COUNT) return 2;
    int is_good = value != NULL;
    if (is_good && which == 0) is_good = eg_balance_profile_find(value, &o->profile);
    if (is_good && which == 1) options->cases = value;
    if (is_good && which == 2) is_good = read_map(options, value);
    if (is_good && which == 3) is_good = read_positive(value, &o->mass_kg);
    if (is_good && which == 4) is_good = read_positive(value, &o->height_m);
    if (is_good && which == 5) is_good = read_positive(value, &o->age_years);
    if (is_good && which == 6) is_good = eg_condition_set_posture(&o->condition, value);
    if (is_good && which == 7) is_good = eg_condition_set_vision(&o->condition, value);
    if (is_good && which == 8) is_good = eg_condition_set_surface(&o->condition, value);
    if (is_good && which == 9) is_good = eg_condition_set_stance(&o->condition, value);
    if (is_good && which == 10) is_good = eg_task_find(value, &o->plan.task);
    if (is_good && which == 12) is_good = read_axes(value, &o->axes);
    eg_diag diag = {0};
    if (is_good && which == 11) is_good = read_settings(&o->plan, value, &diag);
    if (is_good) return 1;
    if (value != NULL && which == 11)
        fprintf(stderr, "engram %s: --settings: %s\n", command, diag.text);
    else if (value == NULL)
        fprintf(stderr, "engram %s: a value must follow \"%s\"\n%s", command, option, usage);
    else if (which == 2)
        fprintf(stderr, "engram %s: cannot read the map \"%s\"\n%s", command, value, usage);
    else
        fprintf(stderr, "engram %s: %s cannot be \"%s\"\n%s", command, option, value, usage);
    return 0;
}
