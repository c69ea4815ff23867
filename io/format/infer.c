#include "io/format/infer.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/build.h"
#include "io/format/layout.h"
#include "io/format/text.h"

enum { PLATES_SEEN_MAX = 9, COLUMNS_MAX = 512 };

/* Distances between the load cells of a Wii Balance Board; Leach et al. 2014, Sensors
 * 14(10):18244, believed, not verified here. */
static const double wii_ml_mm = 433, wii_ap_mm = 238;

const char *eg_role_name(eg_role role) {
    static const char *const names[] = {
#define X(role_, name) name,
        EG_ROLE_TABLE(X)
#undef X
    };
    EG_ASSERT(role >= 0 && role < EG_ROLES);
    return names[role];
}

/* ---- one column ----------------------------------------------------------------------------- */

static const struct {
    const char *word; /* the label's words without "_", side, number and filler */
    eg_role role;
} role_words[] = {{"copml", EG_ROLE_COP_ML},
                  {"mlcop", EG_ROLE_COP_ML},
                  {"ml", EG_ROLE_COP_ML},
                  {"mediolateral", EG_ROLE_COP_ML},
                  {"copmediolateral", EG_ROLE_COP_ML},
                  {"mlsway", EG_ROLE_COP_ML},
                  {"swayml", EG_ROLE_COP_ML},
                  {"copxml", EG_ROLE_COP_ML},
                  {"copyml", EG_ROLE_COP_ML},
                  {"copmlx", EG_ROLE_COP_ML},
                  {"copmly", EG_ROLE_COP_ML},
                  {"copap", EG_ROLE_COP_AP},
                  {"apcop", EG_ROLE_COP_AP},
                  {"ap", EG_ROLE_COP_AP},
                  {"anteroposterior", EG_ROLE_COP_AP},
                  {"copanteroposterior", EG_ROLE_COP_AP},
                  {"apsway", EG_ROLE_COP_AP},
                  {"swayap", EG_ROLE_COP_AP},
                  {"copxap", EG_ROLE_COP_AP},
                  {"copyap", EG_ROLE_COP_AP},
                  {"copapx", EG_ROLE_COP_AP},
                  {"copapy", EG_ROLE_COP_AP},
                  {"copx", EG_ROLE_COP_X},
                  {"xcop", EG_ROLE_COP_X},
                  {"cx", EG_ROLE_COP_X},
                  {"copcx", EG_ROLE_COP_X},
                  {"ax", EG_ROLE_COP_X},
                  {"centerofpressurex", EG_ROLE_COP_X},
                  {"centreofpressurex", EG_ROLE_COP_X},
                  {"copy", EG_ROLE_COP_Y},
                  {"ycop", EG_ROLE_COP_Y},
                  {"cy", EG_ROLE_COP_Y},
                  {"copcy", EG_ROLE_COP_Y},
                  {"ay", EG_ROLE_COP_Y},
                  {"centerofpressurey", EG_ROLE_COP_Y},
                  {"centreofpressurey", EG_ROLE_COP_Y},
                  {"fx", EG_ROLE_FX},
                  {"forcex", EG_ROLE_FX},
                  {"forcefx", EG_ROLE_FX},
                  {"fy", EG_ROLE_FY},
                  {"forcey", EG_ROLE_FY},
                  {"forcefy", EG_ROLE_FY},
                  {"fz", EG_ROLE_FZ},
                  {"forcez", EG_ROLE_FZ},
                  {"forcefz", EG_ROLE_FZ},
                  {"verticalforce", EG_ROLE_FZ},
                  {"vgrf", EG_ROLE_FZ},
                  {"grfz", EG_ROLE_FZ},
                  {"grfx", EG_ROLE_FX},
                  {"grfy", EG_ROLE_FY},
                  {"mx", EG_ROLE_MX},
                  {"momentx", EG_ROLE_MX},
                  {"momentmx", EG_ROLE_MX},
                  {"my", EG_ROLE_MY},
                  {"momenty", EG_ROLE_MY},
                  {"momentmy", EG_ROLE_MY},
                  {"mz", EG_ROLE_MZ},
                  {"momentz", EG_ROLE_MZ},
                  {"momentmz", EG_ROLE_MZ},
                  {"topleft", EG_ROLE_FRONT_LEFT},
                  {"tl", EG_ROLE_FRONT_LEFT},
                  {"frontleft", EG_ROLE_FRONT_LEFT},
                  {"topright", EG_ROLE_FRONT_RIGHT},
                  {"tr", EG_ROLE_FRONT_RIGHT},
                  {"frontright", EG_ROLE_FRONT_RIGHT},
                  {"bottomleft", EG_ROLE_BACK_LEFT},
                  {"bl", EG_ROLE_BACK_LEFT},
                  {"backleft", EG_ROLE_BACK_LEFT},
                  {"bottomright", EG_ROLE_BACK_RIGHT},
                  {"br", EG_ROLE_BACK_RIGHT},
                  {"backright", EG_ROLE_BACK_RIGHT}};

static eg_role role_of_word(eg_span word) {
    for (size_t i = 0; i < sizeof role_words / sizeof role_words[0]; i++)
        if (eg_text_equals(word, role_words[i].word)) return role_words[i].role;
    return EG_ROLE_NONE;
}

static eg_map_quantity quantity_of(eg_role role) {
    if (role <= EG_ROLE_COP_Y) return EG_MAP_LENGTH;
    return role >= EG_ROLE_MX && role <= EG_ROLE_MZ ? EG_MAP_MOMENT : EG_MAP_FORCE;
}

/* "plate", "fp2" and their like say whose column it is, not what. */
static int is_filler(eg_span word, int *plate) {
    static const char *const words[] = {"plate",         "fp",      "forceplate", "platform",
                                        "forceplatform", "kistler", "amti",       "bertec",
                                        "imported",      "net",     "total",      "global",
                                        "board",         "wii",     "combined"};
    size_t n = word.n;
    while (n > 0 && word.start[n - 1] >= '0' && word.start[n - 1] <= '9') n--;
    int is_word = n == 0 || eg_text_is_one_of((eg_span){word.start, n}, words,
                                              sizeof words / sizeof words[0]);
    if (is_word && word.n - n == 1) *plate = word.start[n] - '0';
    return is_word;
}

/* The label's words joined, without filler; one digit inside is the plate's number. */
static size_t join_words(const char *label, char joined[EG_RECORDING_LABEL_MAX], int *plate) {
    char bare[EG_RECORDING_LABEL_MAX];
    size_t used = 0;
    eg_layout_bare_label(label, bare);
    for (const char *c = bare; *c != '\0';) {
        size_t n = strcspn(c, "_");
        if (!is_filler((eg_span){c, n}, plate))
            for (size_t i = 0; i < n; i++) {
                if (c[i] >= '0' && c[i] <= '9')
                    *plate = *plate == 0 ? c[i] - '0' : -1;
                else
                    joined[used++] = c[i];
            }
        c += n + (c[n] == '_');
    }
    joined[used] = '\0';
    return used;
}

/* The role with the side taken off, at the beginning or the end. */
static eg_role strip_side(eg_span word, eg_map_foot_side *foot) {
    static const struct {
        const char *word;
        eg_map_foot_side foot;
    } sides[] = {
        {"left", EG_MAP_LEFT}, {"right", EG_MAP_RIGHT}, {"l", EG_MAP_LEFT}, {"r", EG_MAP_RIGHT}};
    for (size_t i = 0; i < 4; i++) {
        size_t n = strlen(sides[i].word);
        if (word.n <= n) continue;
        *foot = sides[i].foot;
        if (eg_text_equals((eg_span){word.start, n}, sides[i].word)) {
            eg_role role = role_of_word((eg_span){word.start + n, word.n - n});
            if (role != EG_ROLE_NONE) return role;
        }
        if (eg_text_equals((eg_span){word.start + word.n - n, n}, sides[i].word)) {
            eg_role role = role_of_word((eg_span){word.start, word.n - n});
            if (role != EG_ROLE_NONE) return role;
        }
    }
    *foot = EG_MAP_BOTH;
    return EG_ROLE_NONE;
}

eg_column_role eg_infer_role(const char *label, const char *unit) {
    EG_ASSERT(label != NULL && unit != NULL);
    eg_column_role found = {EG_ROLE_NONE, EG_MAP_BOTH, 0};
    char joined[EG_RECORDING_LABEL_MAX];
    eg_span word = {joined, join_words(label, joined, &found.plate)};
    found.role = role_of_word(word);
    if (found.role == EG_ROLE_NONE) found.role = strip_side(word, &found.foot);
    if (found.plate == 0) found.plate = 1;
    int fits = unit[0] == '\0' || eg_map_is_unit(unit, quantity_of(found.role));
    /* "ax" without a length is an acceleration. */
    int is_short = eg_text_equals(word, "ax") || eg_text_equals(word, "ay");
    if (found.plate < 0 || !fits || (is_short && unit[0] == '\0'))
        found = (eg_column_role){EG_ROLE_NONE, EG_MAP_BOTH, 1};
    return found;
}

/* ---- all columns ---------------------------------------------------------------------------- */

typedef struct finder {
    const eg_recording *recording;
    eg_inferred *out;
    eg_column_role roles[COLUMNS_MAX];
    size_t n;
    char why[200]; /* the first reason why a reading was left out; "" if none */
} finder;

static void note(finder *f, const char *format, ...) EG_PRINTF(2, 3);
static void note(finder *f, const char *format, ...) {
    if (f->out->n_notes == EG_INFER_NOTES_MAX) return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(f->out->notes[f->out->n_notes++], sizeof f->out->notes[0], format, arguments);
    va_end(arguments);
}

static void refuse(finder *f, const char *format, ...) EG_PRINTF(2, 3);
static void refuse(finder *f, const char *format, ...) {
    if (f->why[0] != '\0') return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(f->why, sizeof f->why, format, arguments);
    va_end(arguments);
}

/* The one column of that role; NULL if there is none or more than one, which is a reason. */
static const eg_channel *only(finder *f, eg_role role, eg_map_foot_side foot, int plate) {
    const eg_channel *found = NULL;
    for (size_t i = 0; i < f->n; i++) {
        const eg_column_role *r = &f->roles[i];
        if (r->role != role || r->foot != foot || (plate > 0 && r->plate != plate)) continue;
        const eg_channel *channel = &f->recording->channels[i];
        if (found != NULL) {
            refuse(f, "columns \"%.40s\" and \"%.40s\" could both be the same signal", found->label,
                   channel->label);
            return NULL;
        }
        found = channel;
    }
    return found;
}

/* The signal of a column whose unit is known; a missing unit is a reason. */
static int use(finder *f, const eg_channel *channel, double sign, eg_map_signal *signal) {
    memset(signal, 0, sizeof *signal);
    if (channel == NULL) return 0;
    if (channel->unit[0] == '\0') {
        refuse(f, "the file does not say in which unit column \"%.40s\" is", channel->label);
        return 0;
    }
    memcpy(signal->column, channel->label, sizeof signal->column);
    memcpy(signal->unit, channel->unit, sizeof signal->unit);
    signal->sign = sign;
    return 1;
}

/* -1 where more samples are negative than positive: the plate counts loads downwards. */
static double sign_of_load(const eg_channel *channel) {
    size_t n_negative = 0, n_positive = 0;
    for (size_t i = 0; channel != NULL && i < channel->n; i++) {
        n_negative += channel->values[i] < 0;
        n_positive += channel->values[i] > 0;
    }
    return n_negative > n_positive ? -1 : 1;
}

static void use_load(finder *f, eg_map_foot_side foot, int plate, eg_map_signal *fz) {
    const eg_channel *channel = only(f, EG_ROLE_FZ, foot, plate);
    if (channel == NULL) return;
    if (channel->unit[0] == '\0') {
        note(f, "column \"%.40s\" names no unit and is left out", channel->label);
        return;
    }
    double sign = sign_of_load(channel);
    if (use(f, channel, sign, fz) && sign < 0)
        note(f, "assumed: \"%.40s\" is negative; load is counted as positive", channel->label);
}

/* Centre of pressure of both feet or one, by ML and AP or by x and y with axes. */
static int take_foot(finder *f, eg_map_foot_side side, eg_infer_axes axes, int plate,
                     eg_map_foot *foot) {
    int by_axis = axes.ml != 0;
    eg_role ml = !by_axis ? EG_ROLE_COP_ML : abs(axes.ml) == 1 ? EG_ROLE_COP_X : EG_ROLE_COP_Y;
    eg_role ap = !by_axis ? EG_ROLE_COP_AP : abs(axes.ap) == 1 ? EG_ROLE_COP_X : EG_ROLE_COP_Y;
    const eg_channel *right = only(f, ml, side, plate), *front = only(f, ap, side, plate);
    if (right == NULL || front == NULL) return 0;
    if (!use(f, right, by_axis && axes.ml < 0 ? -1 : 1, &foot->ml) ||
        !use(f, front, by_axis && axes.ap < 0 ? -1 : 1, &foot->ap)) {
        memset(foot, 0, sizeof *foot);
        return 0;
    }
    use_load(f, side, plate, &foot->fz);
    return 1;
}

static int take_corners(finder *f) {
    static const eg_role order[] = {EG_ROLE_FRONT_LEFT, EG_ROLE_FRONT_RIGHT, EG_ROLE_BACK_LEFT,
                                    EG_ROLE_BACK_RIGHT};
    eg_map_corners *corners = &f->out->map.corners;
    for (size_t i = 0; i < 4; i++)
        if (!use(f, only(f, order[i], EG_MAP_BOTH, 0), 1, &corners->load[i])) {
            memset(corners, 0, sizeof *corners);
            return 0;
        }
    corners->ml_mm = wii_ml_mm;
    corners->ap_mm = wii_ap_mm;
    note(f,
         "assumed: four corner loads are those of a Wii Balance Board, its sensors %g mm apart "
         "to the side and %g mm to the front",
         wii_ml_mm, wii_ap_mm);
    return 1;
}

static int take_plate(finder *f, eg_infer_axes axes, int number, eg_map_foot_side side,
                      eg_map_plate *plate) {
    memset(plate, 0, sizeof *plate);
    const eg_channel *load = only(f, EG_ROLE_FZ, side, number);
    double sign = sign_of_load(load);
    for (int i = 0; i < EG_MAP_AXES; i++) {
        int needed = i == 2;
        const eg_channel *force = only(f, (eg_role)(EG_ROLE_FX + i), side, number);
        const eg_channel *moment = only(f, (eg_role)(EG_ROLE_MX + i), side, number);
        if ((force != NULL || needed) && !use(f, force, sign, &plate->force[i])) return 0;
        if ((moment != NULL || !needed) && !use(f, moment, sign, &plate->moment[i])) return 0;
    }
    plate->foot = side;
    plate->ml_axis = axes.ml;
    plate->ap_axis = axes.ap;
    if (sign < 0)
        note(f, "assumed: \"%.40s\" is negative; all forces and moments are turned round",
             load->label);
    return 1;
}

static int has(const finder *f, eg_role role, const char **label) {
    for (size_t i = 0; i < f->n; i++)
        if (f->roles[i].role == role) {
            *label = f->recording->channels[i].label;
            return 1;
        }
    return 0;
}

static int has_two_plates(const finder *f) {
    for (size_t i = 0; i < f->n; i++)
        if (f->roles[i].role != EG_ROLE_NONE && f->roles[i].plate > 1) return 1;
    return 0;
}

/* Why nothing could be made of it, in words that name what is missing. */
static eg_err explain(finder *f, eg_diag *diag) {
    const char *x = NULL, *y = NULL, *mx = NULL;
    const char *name = f->recording->name;
    if (f->why[0] == '\0' && has_two_plates(f))
        refuse(f, "the file holds more than one plate and does not say which foot is on which");
    if (f->why[0] == '\0' && has(f, EG_ROLE_COP_X, &x) && has(f, EG_ROLE_COP_Y, &y))
        refuse(f,
               "columns \"%.40s\" and \"%.40s\" hold the centre of pressure, but the file does "
               "not say which of them is to the side and which to the front",
               x, y);
    if (f->why[0] == '\0' && has(f, EG_ROLE_FZ, &x) && has(f, EG_ROLE_MX, &mx))
        refuse(f, "the file holds forces and moments, but does not say which of the plate's axes "
                  "points to the person's right and which to the front");
    if (f->why[0] == '\0' && (has(f, EG_ROLE_COP_ML, &x) || has(f, EG_ROLE_COP_AP, &x)))
        refuse(f,
               "column \"%.40s\" is one coordinate of a centre of pressure, the other is "
               "missing",
               x);
    char columns[100];
    eg_map_list_columns(f->recording, columns, sizeof columns);
    if (f->recording->n_channels == 0) refuse(f, "the file holds no channels, only points");
    if (f->why[0] == '\0')
        refuse(f, "no column says that it is a centre of pressure or a plate's force: %s", columns);
    return eg_diag_set(diag, EG_ERR_LAYOUT, name, 0, "%s", f->why);
}

static int take_all(finder *f, eg_infer_axes axes) {
    static const eg_infer_axes by_name = {0, 0};
    eg_map *map = &f->out->map;
    if (take_foot(f, EG_MAP_BOTH, by_name, 0, &map->net)) return 1;
    int right = take_foot(f, EG_MAP_RIGHT, by_name, 0, &map->right);
    int left = take_foot(f, EG_MAP_LEFT, by_name, 0, &map->left);
    if (right && left && map->right.fz.column[0] != '\0' && map->left.fz.column[0] != '\0')
        return 1;
    memset(&map->right, 0, sizeof map->right);
    memset(&map->left, 0, sizeof map->left);
    if (take_corners(f)) return 1;
    if (axes.ml == 0 || axes.ap == 0 || has_two_plates(f)) return 0;
    if (take_foot(f, EG_MAP_BOTH, axes, 0, &map->net)) return 1;
    f->why[0] = '\0';
    map->n_plates = (size_t)take_plate(f, axes, 1, EG_MAP_BOTH, &map->plates[0]);
    return map->n_plates > 0;
}

eg_err eg_infer_map(const eg_recording *recording, eg_infer_axes axes, eg_inferred *inferred,
                    eg_diag *diag) {
    EG_ASSERT(recording != NULL && inferred != NULL);
    memset(inferred, 0, sizeof *inferred);
    inferred->map.rate_hz = NAN;
    finder *f = calloc(1, sizeof *f);
    if (f == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
    f->recording = recording;
    f->out = inferred;
    f->n = recording->n_channels < COLUMNS_MAX ? recording->n_channels : COLUMNS_MAX;
    for (size_t i = 0; i < f->n; i++) {
        const eg_channel *c = &recording->channels[i];
        if (c->is_named) f->roles[i] = eg_infer_role(c->label, c->unit);
    }
    memcpy(inferred->map.id, "from-header", sizeof "from-header");
    memcpy(inferred->map.title, "Read by its header", sizeof "Read by its header");
    eg_err err = take_all(f, axes) ? EG_OK : explain(f, diag);
    free(f);
    return err;
}
