#include "io/format/map.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/build.h"
#include "io/format/text.h"

typedef struct unit_row {
    const char *unit;
    eg_map_quantity quantity;
    double multiply, divide; /* to mm, N, N m; a whole number each, so that nothing is rounded */
} unit_row;

static const unit_row units[] = {{"mm", EG_MAP_LENGTH, 1, 1},
                                 {"cm", EG_MAP_LENGTH, 10, 1},
                                 {"m", EG_MAP_LENGTH, 1000, 1},
                                 {"um", EG_MAP_LENGTH, 1, 1000},
                                 {"\xc2\xb5m", EG_MAP_LENGTH, 1, 1000},
                                 {"in", EG_MAP_LENGTH, 254, 10},
                                 {"inch", EG_MAP_LENGTH, 254, 10},
                                 {"n", EG_MAP_FORCE, 1, 1},
                                 {"newton", EG_MAP_FORCE, 1, 1},
                                 {"newtons", EG_MAP_FORCE, 1, 1},
                                 {"kn", EG_MAP_FORCE, 1000, 1},
                                 {"kgf", EG_MAP_FORCE, 980665, 100000},
                                 {"kg", EG_MAP_FORCE, 980665, 100000},
                                 {"lbf", EG_MAP_FORCE, 44482216152605, 1e13},
                                 {"lb", EG_MAP_FORCE, 44482216152605, 1e13},
                                 {"lbs", EG_MAP_FORCE, 44482216152605, 1e13},
                                 {"knm", EG_MAP_MOMENT, 1000, 1},
                                 {"n-mm", EG_MAP_MOMENT, 1, 1000},
                                 {"nm", EG_MAP_MOMENT, 1, 1},
                                 {"n.m", EG_MAP_MOMENT, 1, 1},
                                 {"n m", EG_MAP_MOMENT, 1, 1},
                                 {"n*m", EG_MAP_MOMENT, 1, 1},
                                 {"n-m", EG_MAP_MOMENT, 1, 1},
                                 {"n\xc2\xb7m", EG_MAP_MOMENT, 1, 1},
                                 {"nmm", EG_MAP_MOMENT, 1, 1000},
                                 {"n.mm", EG_MAP_MOMENT, 1, 1000},
                                 {"n*mm", EG_MAP_MOMENT, 1, 1000},
                                 {"n mm", EG_MAP_MOMENT, 1, 1000}};

static const char *const quantity_names[] = {"length (mm, cm, m)", "force (N)", "moment (Nm)"};

static const unit_row *find_unit(const char *unit, eg_map_quantity quantity) {
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (units[i].quantity == quantity &&
            eg_text_equals((eg_span){unit, strlen(unit)}, units[i].unit))
            return &units[i];
    return NULL;
}

int eg_map_is_unit(const char *unit, eg_map_quantity quantity) {
    return find_unit(unit, quantity) != NULL;
}

/* ---- reading a map -------------------------------------------------------------------------- */

static int is_one_of(const char *key, const char *const *keys, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(key, keys[i]) == 0) return 1;
    return 0;
}

/* An object whose members are all among `keys`. */
static eg_err check_members(const json_t *json, const char *what, const char *const *keys,
                            size_t n_keys, const char *where, eg_diag *diag) {
    if (!json_is_object(json))
        return eg_diag_set(diag, EG_ERR_DATA, where, 0, "\"%s\" must be an object", what);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)json, key, value) {
        if (!is_one_of(key, keys, n_keys))
            return eg_diag_set(diag, EG_ERR_DATA, where, 0, "\"%s\" has no member \"%.40s\"", what,
                               key);
    }
    return EG_OK;
}

static eg_err read_signal(const json_t *parent, const char *name, eg_map_quantity quantity,
                          const char *where, eg_map_signal *signal, eg_diag *diag) {
    static const char *const keys[] = {"column", "unit", "sign"};
    const json_t *json = json_object_get(parent, name);
    if (json == NULL || json_is_null(json)) return EG_OK;
    eg_err err = check_members(json, name, keys, 3, where, diag);
    if (err != EG_OK) return err;
    const char *column = json_string_value(json_object_get(json, "column"));
    const char *unit = json_string_value(json_object_get(json, "unit"));
    const json_t *sign = json_object_get(json, "sign");
    if (column == NULL || column[0] == '\0')
        return eg_diag_set(diag, EG_ERR_DATA, where, 0, "\"%s\" names no column", name);
    if (unit != NULL && find_unit(unit, quantity) == NULL)
        return eg_diag_set(diag, EG_ERR_DATA, where, 0, "\"%s\": \"%.20s\" is no unit of %s", name,
                           unit, quantity_names[quantity]);
    signal->sign = sign == NULL ? 1 : json_number_value(sign);
    if (fabs(signal->sign) != 1)
        return eg_diag_set(diag, EG_ERR_DATA, where, 0, "\"%s\": sign must be 1 or -1", name);
    eg_recording_copy_text(signal->column, sizeof signal->column, column, strlen(column));
    if (unit != NULL) eg_recording_copy_text(signal->unit, sizeof signal->unit, unit, strlen(unit));
    return EG_OK;
}

static eg_err read_foot(const json_t *parent, const char *name, const char *where,
                        eg_map_foot *foot, eg_diag *diag) {
    static const char *const keys[] = {"ml", "ap", "fz"};
    const json_t *json = json_object_get(parent, name);
    if (json == NULL || json_is_null(json)) return EG_OK;
    eg_err err = check_members(json, name, keys, 3, where, diag);
    if (err == EG_OK) err = read_signal(json, "ml", EG_MAP_LENGTH, where, &foot->ml, diag);
    if (err == EG_OK) err = read_signal(json, "ap", EG_MAP_LENGTH, where, &foot->ap, diag);
    if (err == EG_OK) err = read_signal(json, "fz", EG_MAP_FORCE, where, &foot->fz, diag);
    if (err == EG_OK && (foot->ml.column[0] == '\0') != (foot->ap.column[0] == '\0'))
        err = eg_diag_set(diag, EG_ERR_DATA, where, 0, "\"%s\" needs both ml and ap, or neither",
                          name);
    return err;
}

/* "+x" is 1, "-y" is -2; 0 for anything else. */
static int axis_of(const json_t *json) {
    const char *text = json_string_value(json);
    if (text == NULL || strlen(text) != 2 || (text[0] != '+' && text[0] != '-')) return 0;
    int axis = text[1] == 'x' ? 1 : text[1] == 'y' ? 2 : 0;
    return text[0] == '-' ? -axis : axis;
}

static eg_err read_geometry(const json_t *json, const char *where, eg_map_plate *plate,
                            eg_diag *diag) {
    static const char *const feet[] = {"both", "right", "left"};
    const char *foot = json_string_value(json_object_get(json, "foot"));
    int found = 0;
    for (int i = 0; foot != NULL && i < 3; i++)
        if (strcmp(foot, feet[i]) == 0) {
            plate->foot = (eg_map_foot_side)i;
            found = 1;
        }
    if (!found)
        return eg_diag_set(diag, EG_ERR_DATA, where, 0,
                           "a plate's \"foot\" must be \"both\", \"right\" or \"left\"");
    plate->ml_axis = axis_of(json_object_get(json, "ml_axis"));
    plate->ap_axis = axis_of(json_object_get(json, "ap_axis"));
    if (plate->ml_axis == 0 || plate->ap_axis == 0 || abs(plate->ml_axis) == abs(plate->ap_axis))
        return eg_diag_set(diag, EG_ERR_DATA, where, 0,
                           "a plate needs \"ml_axis\" and \"ap_axis\": the plate's axis that "
                           "points to the person's right and front, such as \"+y\" and \"-x\"");
    plate->h_mm = json_number_value(json_object_get(json, "h_mm"));
    plate->ml_mm = json_number_value(json_object_get(json, "ml_mm"));
    plate->ap_mm = json_number_value(json_object_get(json, "ap_mm"));
    return EG_OK;
}

static eg_err read_plate(const json_t *json, const char *where, eg_map_plate *plate,
                         eg_diag *diag) {
    static const char *const keys[] = {"foot", "h_mm", "ml_axis", "ap_axis", "ml_mm", "ap_mm",
                                       "fx",   "fy",   "fz",      "mx",      "my",    "mz"};
    static const char *const forces[] = {"fx", "fy", "fz"}, *const moments[] = {"mx", "my", "mz"};
    eg_err err = check_members(json, "plates", keys, sizeof keys / sizeof keys[0], where, diag);
    if (err == EG_OK) err = read_geometry(json, where, plate, diag);
    for (int i = 0; err == EG_OK && i < EG_MAP_AXES; i++) {
        err = read_signal(json, forces[i], EG_MAP_FORCE, where, &plate->force[i], diag);
        if (err == EG_OK)
            err = read_signal(json, moments[i], EG_MAP_MOMENT, where, &plate->moment[i], diag);
    }
    if (err != EG_OK) return err;
    if (plate->force[2].column[0] == '\0' || plate->moment[0].column[0] == '\0' ||
        plate->moment[1].column[0] == '\0')
        return eg_diag_set(diag, EG_ERR_DATA, where, 0, "a plate needs at least fz, mx and my");
    if (plate->h_mm != 0 &&
        (plate->force[0].column[0] == '\0' || plate->force[1].column[0] == '\0'))
        return eg_diag_set(diag, EG_ERR_DATA, where, 0, "h_mm needs fx and fy too");
    return EG_OK;
}

static eg_err read_corners(const json_t *parent, const char *where, eg_map_corners *corners,
                           eg_diag *diag) {
    static const char *const keys[] = {"front_left", "front_right", "back_left",
                                       "back_right", "ml_mm",       "ap_mm"};
    const json_t *json = json_object_get(parent, "corners");
    if (json == NULL || json_is_null(json)) return EG_OK;
    eg_err err = check_members(json, "corners", keys, 6, where, diag);
    for (int i = 0; err == EG_OK && i < 4; i++) {
        err = read_signal(json, keys[i], EG_MAP_FORCE, where, &corners->load[i], diag);
        if (err == EG_OK && corners->load[i].column[0] == '\0')
            err = eg_diag_set(diag, EG_ERR_DATA, where, 0, "\"corners\" needs \"%s\"", keys[i]);
    }
    corners->ml_mm = json_number_value(json_object_get(json, "ml_mm"));
    corners->ap_mm = json_number_value(json_object_get(json, "ap_mm"));
    if (err == EG_OK && !(corners->ml_mm > 0 && corners->ml_mm < 10000 && corners->ap_mm > 0 &&
                          corners->ap_mm < 10000))
        err = eg_diag_set(diag, EG_ERR_DATA, where, 0,
                          "\"corners\" needs the distances ml_mm and ap_mm between the cells");
    return err;
}

static eg_err read_labels(const json_t *json, const char *where, eg_map *map, eg_diag *diag) {
    const json_t *labels = json_object_get(json, "labels");
    size_t n = json_array_size(labels);
    if (n > EG_MAP_LABELS_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, where, 0, "more than %d labels", EG_MAP_LABELS_MAX);
    for (size_t i = 0; i < n; i++) {
        const char *label = json_string_value(json_array_get(labels, i));
        if (label == NULL)
            return eg_diag_set(diag, EG_ERR_DATA, where, 0, "\"labels\" must be texts");
        eg_recording_copy_text(map->labels[i], sizeof map->labels[i], label, strlen(label));
    }
    map->n_labels = n;
    return EG_OK;
}

eg_err eg_map_from_json(const json_t *json, const char *where, eg_map *map, eg_diag *diag) {
    static const char *const keys[] = {"id",    "title",  "labels", "rate_hz", "net",
                                       "right", "left",   "seat",   "plates",  "corners",
                                       "note",  "source", "status", "verified"};
    EG_ASSERT(map != NULL);
    memset(map, 0, sizeof *map);
    eg_err err = check_members(json, "map", keys, sizeof keys / sizeof keys[0], where, diag);
    if (err != EG_OK) return err;
    const char *id = json_string_value(json_object_get(json, "id"));
    const char *title = json_string_value(json_object_get(json, "title"));
    if (id != NULL) eg_recording_copy_text(map->id, sizeof map->id, id, strlen(id));
    if (title != NULL) eg_recording_copy_text(map->title, sizeof map->title, title, strlen(title));
    const json_t *rate = json_object_get(json, "rate_hz");
    map->rate_hz = json_is_number(rate) ? json_number_value(rate) : (double)NAN;
    if (json_is_number(rate) && !(map->rate_hz > 0 && map->rate_hz <= 100000))
        return eg_diag_set(diag, EG_ERR_DATA, where, 0, "rate_hz must be positive");
    err = read_labels(json, where, map, diag);
    if (err == EG_OK) err = read_foot(json, "net", where, &map->net, diag);
    if (err == EG_OK) err = read_foot(json, "right", where, &map->right, diag);
    if (err == EG_OK) err = read_foot(json, "left", where, &map->left, diag);
    if (err == EG_OK) err = read_foot(json, "seat", where, &map->seat, diag);
    if (err == EG_OK) err = read_corners(json, where, &map->corners, diag);
    const json_t *plates = json_object_get(json, "plates");
    size_t n = json_array_size(plates);
    if (err == EG_OK && n > EG_MAP_PLATES_MAX)
        err = eg_diag_set(diag, EG_ERR_LIMIT, where, 0, "at most %d plates", EG_MAP_PLATES_MAX);
    for (size_t i = 0; err == EG_OK && i < n; i++)
        err = read_plate(json_array_get(plates, i), where, &map->plates[map->n_plates++], diag);
    if (err == EG_OK && map->net.ml.column[0] == '\0' && map->n_plates == 0 &&
        map->corners.load[0].column[0] == '\0' && map->right.ml.column[0] == '\0' &&
        map->left.ml.column[0] == '\0')
        err = eg_diag_set(diag, EG_ERR_DATA, where, 0,
                          "the map names no centre of pressure: give net.ml and net.ap, or plates");
    return err;
}

eg_err eg_map_parse(const char *text, size_t size, const char *where, eg_map *map, eg_diag *diag) {
    json_error_t error;
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL)
        return eg_diag_set(diag, EG_ERR_DATA, where, error.line > 0 ? (uint64_t)error.line : 0,
                           "not JSON: %s", error.text);
    const json_t *maps = json_object_get(json, "maps");
    eg_err err = maps == NULL ? eg_map_from_json(json, where, map, diag)
                 : json_array_size(maps) == 1
                     ? eg_map_from_json(json_array_get(maps, 0), where, map, diag)
                     : eg_diag_set(diag, EG_ERR_DATA, where, 0, "\"maps\" must hold one map");
    json_decref(json);
    return err;
}

/* ---- using a map ---------------------------------------------------------------------------- */

/* A column's own unit and the map's differ. */
static int contradicts(const eg_map_signal *signal, eg_map_quantity quantity,
                       const eg_recording *recording) {
    if (signal->column[0] == '\0' || signal->unit[0] == '\0') return 0;
    const eg_channel *channel = eg_recording_channel(recording, signal->column);
    if (channel == NULL || channel->unit[0] == '\0') return 0;
    const unit_row *own = find_unit(channel->unit, quantity);
    const unit_row *mapped = find_unit(signal->unit, quantity);
    return own == NULL || mapped == NULL || own->multiply != mapped->multiply ||
           own->divide != mapped->divide;
}

int eg_map_fits(const eg_map *map, const eg_recording *recording) {
    for (size_t i = 0; i < map->n_labels; i++)
        if (eg_recording_channel(recording, map->labels[i]) == NULL) return 0;
    const eg_map_foot *feet[] = {&map->net, &map->right, &map->left};
    for (size_t i = 0; i < 3; i++)
        if (contradicts(&feet[i]->ml, EG_MAP_LENGTH, recording) ||
            contradicts(&feet[i]->ap, EG_MAP_LENGTH, recording) ||
            contradicts(&feet[i]->fz, EG_MAP_FORCE, recording))
            return 0;
    for (size_t i = 0; i < map->n_plates; i++)
        for (size_t k = 0; k < EG_MAP_AXES; k++)
            if (contradicts(&map->plates[i].force[k], EG_MAP_FORCE, recording) ||
                contradicts(&map->plates[i].moment[k], EG_MAP_MOMENT, recording))
                return 0;
    return map->n_labels > 0;
}

void eg_map_list_columns(const eg_recording *recording, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < recording->n_channels && used + 8 < size; i++) {
        int n = snprintf(text + used, size - used, "%s%.20s", i > 0 ? ", " : "",
                         recording->channels[i].label);
        if (n < 0 || (size_t)n >= size - used) {
            memcpy(text + (used + 3 < size ? used : size - 4), "...", 4);
            return;
        }
        used += (size_t)n;
    }
}

const eg_map *eg_map_choose(const eg_map *maps, size_t n, const eg_recording *recording) {
    const eg_map *best = NULL;
    for (size_t i = 0; i < n; i++)
        if ((best == NULL || maps[i].n_labels > best->n_labels) && eg_map_fits(&maps[i], recording))
            best = &maps[i];
    return best;
}

eg_err eg_map_read(const eg_map_signal *signal, eg_map_quantity quantity,
                   const eg_recording *recording, double **values, eg_diag *diag) {
    EG_ASSERT(signal != NULL && recording != NULL && values != NULL);
    *values = NULL;
    if (signal->column[0] == '\0') return EG_OK;
    const eg_channel *channel = eg_recording_channel(recording, signal->column);
    if (channel == NULL)
        return eg_diag_set(diag, EG_ERR_MISSING, recording->name, 0,
                           "the map wants a column \"%s\"; the file has none", signal->column);
    const unit_row *own = find_unit(channel->unit, quantity);
    const unit_row *mapped = find_unit(signal->unit, quantity);
    if (channel->unit[0] != '\0' && own == NULL)
        return eg_diag_set(diag, EG_ERR_DATA, recording->name, 0,
                           "column \"%s\" is in \"%s\", which is no unit of %s", signal->column,
                           channel->unit, quantity_names[quantity]);
    if (own == NULL && mapped == NULL)
        return eg_diag_set(diag, EG_ERR_DATA, recording->name, 0,
                           "neither the file nor the map names the unit of column \"%s\"",
                           signal->column);
    if (own != NULL && mapped != NULL &&
        (own->multiply != mapped->multiply || own->divide != mapped->divide))
        return eg_diag_set(diag, EG_ERR_DATA, recording->name, 0,
                           "column \"%s\" is in \"%s\" but the map says \"%s\"", signal->column,
                           channel->unit, signal->unit);
    const unit_row *unit = own != NULL ? own : mapped;
    double *out = malloc((channel->n + 1) * sizeof *out);
    if (out == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
    for (size_t i = 0; i < channel->n; i++)
        out[i] = signal->sign * (channel->values[i] * unit->multiply / unit->divide);
    *values = out;
    return EG_OK;
}
