/* A small kind of regular expression for identifiers in schemas: `^`, `$`, literal bytes, `.`,
 * `\` before a literal, [classes] with ranges and a leading `^`, and `*`, `+`, `?` behind one of
 * them. No groups, no alternatives. Matching walks a set of positions, so its cost is the length of
 * the text times that of the pattern, whatever both hold. */
#ifndef EG_JSON_PATTERN_H
#define EG_JSON_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

enum { EG_PATTERN_ATOMS_MAX = 63 };

typedef struct eg_pattern_atom {
    uint32_t bytes[8]; /* one bit for each byte value that it takes */
    bool many;         /* * or + */
    bool optional;     /* * or ? */
} eg_pattern_atom;

typedef struct eg_pattern {
    eg_pattern_atom atoms[EG_PATTERN_ATOMS_MAX];
    unsigned n_atoms;
    bool from_start; /* ^ */
    bool to_end;     /* $ */
} eg_pattern;

/* False if `text` is not such a pattern or is too long. */
bool eg_pattern_parse(const char *text, eg_pattern *pattern);

bool eg_pattern_matches(const eg_pattern *pattern, const char *text);

#endif
