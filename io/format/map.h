/* Column maps: which column of a recording is which signal, with unit, sign and plate geometry.
 * Nothing is guessed: a layout is either recognised by the labels that a ready map lists
 * (knowledge/maps) or somebody says what is what in a file of the same form.
 *
 *   {"id": "my-plate", "title": "...", "labels": ["COPx", "COPy"], "rate_hz": null,
 *    "net":   {"ml": {"column": "COPy", "unit": "cm", "sign": 1}, "ap": {...}, "fz": {...}},
 *    "right": {...}, "left": {...}, "seat": {"fz": {...}},
 *    "plates": [{"foot": "both", "h_mm": 0, "ml_axis": "+y", "ap_axis": "+x", "ml_mm": 0,
 *                "ap_mm": 0, "fx": {...}, "fy": {...}, "fz": {...}, "mx": {...}, "my": {...}}],
 *    "corners": {"front_left": {...}, "front_right": {...}, "back_left": {...},
 *                "back_right": {...}, "ml_mm": 433, "ap_mm": 238}}
 *
 * A unit in the file wins where the map names none; where both do they must agree. */
#ifndef EG_IO_FORMAT_MAP_H
#define EG_IO_FORMAT_MAP_H

#include <jansson.h>
#include <stddef.h>

#include "core/base/err.h"
#include "io/format/recording.h"

enum { EG_MAP_LABELS_MAX = 64, EG_MAP_PLATES_MAX = 2, EG_MAP_AXES = 3 };

typedef struct eg_map_signal {
    char column[EG_RECORDING_LABEL_MAX]; /* "" if the map has no such signal */
    char unit[EG_RECORDING_UNIT_MAX];    /* "" if the file must name it */
    double sign;                         /* 1 or -1 */
} eg_map_signal;

/* Under both feet or one: COP to the right and to the front, vertical force. */
typedef struct eg_map_foot {
    eg_map_signal ml, ap, fz;
} eg_map_foot;

typedef enum eg_map_foot_side { EG_MAP_BOTH, EG_MAP_RIGHT, EG_MAP_LEFT } eg_map_foot_side;

typedef struct eg_map_plate {
    eg_map_foot_side foot;
    eg_map_signal force[EG_MAP_AXES];  /* x, y, z in the plate's own axes; z loaded = positive */
    eg_map_signal moment[EG_MAP_AXES]; /* z may be absent */
    double h_mm;                       /* from the sensors' origin to the surface, signed */
    int ml_axis, ap_axis;              /* 1 = +x, -1 = -x, 2 = +y, -2 = -y */
    double ml_mm, ap_mm;               /* where the plate's origin lies */
} eg_map_plate;

/* A board on four load cells; the centre of pressure lies between them by their loads. */
typedef struct eg_map_corners {
    eg_map_signal load[4]; /* front left, front right, back left, back right; "" column: none */
    double ml_mm, ap_mm;   /* distance between the cells to the side and to the front */
} eg_map_corners;

typedef struct eg_map {
    char id[64];
    char title[160];
    double rate_hz; /* NaN: from the file */
    size_t n_labels;
    char labels[EG_MAP_LABELS_MAX][EG_RECORDING_LABEL_MAX]; /* all present = this layout */
    eg_map_foot net, right, left;
    eg_map_corners corners;
    eg_map_foot seat; /* the plate under the seat, for sit-to-stand; only fz is used */
    size_t n_plates;
    eg_map_plate plates[EG_MAP_PLATES_MAX];
} eg_map;

/* The kind of quantity a signal must be. */
typedef enum eg_map_quantity { EG_MAP_LENGTH, EG_MAP_FORCE, EG_MAP_MOMENT } eg_map_quantity;

/* Whether a unit of that kind has this name. */
int eg_map_is_unit(const char *unit, eg_map_quantity quantity);

/* Reads one map; unknown members are refused, so that a slip of the pen is seen. `where` is its
 * file, for messages. Errors: EG_ERR_DATA. */
EG_NODISCARD eg_err eg_map_from_json(const json_t *json, const char *where, eg_map *map,
                                     eg_diag *diag);

/* The same from text: a map, or {"maps": [map]}. */
EG_NODISCARD eg_err eg_map_parse(const char *text, size_t size, const char *where, eg_map *map,
                                 eg_diag *diag);

/* Whether the recording has all labels of the map, and no unit of its own contradicts the map's. A
 * map without labels fits nothing. */
int eg_map_fits(const eg_map *map, const eg_recording *recording);

/* The fitting map with the most labels, or NULL. */
const eg_map *eg_map_choose(const eg_map *maps, size_t n, const eg_recording *recording);

/* The recording's columns in one line, cut with "..." where it is full. */
void eg_map_list_columns(const eg_recording *recording, char *text, size_t size);

/* The signal in mm, N or N m, as [n_frames] new values that the caller frees; NULL and EG_OK where
 * the map has no such signal. Errors: EG_ERR_MISSING (no such column), EG_ERR_DATA (units). */
EG_NODISCARD eg_err eg_map_read(const eg_map_signal *signal, eg_map_quantity quantity,
                                const eg_recording *recording, double **values, eg_diag *diag);

#endif
