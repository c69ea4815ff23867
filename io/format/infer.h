/* What a file's header says without doubt: which columns are a centre of pressure or a plate's
 * forces, in which units. Where the header leaves two readings open (which of the plate's axes
 * points to the person's right, which of two plates is under which foot, a missing unit) nothing is
 * chosen; the reason is told instead, and somebody says it once (map.h). */
#ifndef EG_IO_FORMAT_INFER_H
#define EG_IO_FORMAT_INFER_H

#include "io/format/map.h"
#include "io/format/recording.h"

/*        enumerator      name in the API */
#define EG_ROLE_TABLE(X)                                                                           \
    X(EG_ROLE_NONE, "none")                                                                        \
    X(EG_ROLE_COP_ML, "cop_ml")                                                                    \
    X(EG_ROLE_COP_AP, "cop_ap")                                                                    \
    X(EG_ROLE_COP_X, "cop_x")                                                                      \
    X(EG_ROLE_COP_Y, "cop_y")                                                                      \
    X(EG_ROLE_FX, "fx")                                                                            \
    X(EG_ROLE_FY, "fy")                                                                            \
    X(EG_ROLE_FZ, "fz")                                                                            \
    X(EG_ROLE_MX, "mx")                                                                            \
    X(EG_ROLE_MY, "my")                                                                            \
    X(EG_ROLE_MZ, "mz")                                                                            \
    X(EG_ROLE_FRONT_LEFT, "front_left")                                                            \
    X(EG_ROLE_FRONT_RIGHT, "front_right")                                                          \
    X(EG_ROLE_BACK_LEFT, "back_left")                                                              \
    X(EG_ROLE_BACK_RIGHT, "back_right")

typedef enum eg_role {
#define X(role, name) role,
    EG_ROLE_TABLE(X)
#undef X
        EG_ROLES
} eg_role;

typedef struct eg_column_role {
    eg_role role;
    eg_map_foot_side foot; /* EG_MAP_BOTH where the label names no side */
    int plate;             /* the number in the label, 1 where it has none */
} eg_column_role;

/* Static name of a role ("cop_ml"). */
const char *eg_role_name(eg_role role);

/* What one column is by its label and unit; a unit of the wrong kind makes it EG_ROLE_NONE. */
eg_column_role eg_infer_role(const char *label, const char *unit);

enum { EG_INFER_NOTES_MAX = 4 };

typedef struct eg_inferred {
    eg_map map;
    size_t n_notes; /* what was assumed on the way, to be told with the result */
    char notes[EG_INFER_NOTES_MAX][200];
} eg_inferred;

/* Which of the plate's axes point to the person's right and front, as in eg_map_plate; 0 where
 * nobody has said it. */
typedef struct eg_infer_axes {
    int ml, ap;
} eg_infer_axes;

/* Makes a map of what the header says. In this order: COP by ML and AP (with the vertical force),
 * COP of each foot, four corner loads of a Wii Balance Board, and with known axes COP by x and y or
 * a plate's forces and moments. EG_ERR_LAYOUT where the header leaves it open: `diag` says why
 * and what is missing. */
EG_NODISCARD eg_err eg_infer_map(const eg_recording *recording, eg_infer_axes axes,
                                 eg_inferred *inferred, eg_diag *diag);

#endif
