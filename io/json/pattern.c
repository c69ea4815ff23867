#include "io/json/pattern.h"

#include <string.h>

#include "core/base/check.h"

static void allow(eg_pattern_atom *atom, unsigned char byte) {
    atom->bytes[byte >> 5] |= UINT32_C(1) << (byte & 31U);
}

static bool allows(const eg_pattern_atom *atom, unsigned char byte) {
    return (atom->bytes[byte >> 5] >> (byte & 31U) & 1U) != 0;
}

/* Reads a class behind its "["; returns what follows its "]", NULL if it has no end. */
static const char *read_class(const char *text, eg_pattern_atom *atom) {
    bool negated = *text == '^';
    if (negated) text++;
    while (*text != ']') {
        if (*text == '\\') text++;
        if (*text == '\0') return NULL;
        unsigned char low = (unsigned char)*text++;
        unsigned char high = low;
        if (text[0] == '-' && text[1] != ']' && text[1] != '\0') {
            high = (unsigned char)text[1];
            text += 2;
        }
        for (unsigned byte = low; byte <= high; byte++) allow(atom, (unsigned char)byte);
    }
    for (unsigned i = 0; negated && i < 8; i++) atom->bytes[i] = ~atom->bytes[i];
    return text + 1;
}

bool eg_pattern_parse(const char *text, eg_pattern *pattern) {
    EG_ASSERT(text != NULL && pattern != NULL);
    *pattern = (eg_pattern){0};
    if (*text == '^') {
        pattern->from_start = true;
        text++;
    }
    while (*text != '\0') {
        if (text[0] == '$' && text[1] == '\0') {
            pattern->to_end = true;
            return true;
        }
        if (pattern->n_atoms == EG_PATTERN_ATOMS_MAX || strchr("*+?()|{}", *text) != NULL)
            return false;
        eg_pattern_atom *atom = &pattern->atoms[pattern->n_atoms++];
        char c = *text++;
        if (c == '[') {
            text = read_class(text, atom);
            if (text == NULL) return false;
        } else if (c == '.') {
            memset(atom->bytes, 0xFF, sizeof atom->bytes);
        } else {
            if (c == '\\') c = *text++;
            if (c == '\0') return false;
            allow(atom, (unsigned char)c);
        }
        atom->many = *text == '*' || *text == '+';
        atom->optional = *text == '*' || *text == '?';
        if (atom->many || atom->optional) text++;
    }
    return true;
}

/* Adds the positions that are reached without taking a byte. */
static uint64_t widen(const eg_pattern *pattern, uint64_t positions) {
    for (unsigned i = 0; i < pattern->n_atoms; i++)
        if ((positions >> i & 1U) != 0 && pattern->atoms[i].optional)
            positions |= UINT64_C(1) << (i + 1);
    return positions;
}

bool eg_pattern_matches(const eg_pattern *pattern, const char *text) {
    EG_ASSERT(pattern != NULL && text != NULL && pattern->n_atoms <= EG_PATTERN_ATOMS_MAX);
    const uint64_t matched = UINT64_C(1) << pattern->n_atoms;
    const uint64_t start = widen(pattern, 1);
    uint64_t positions = start;
    for (; *text != '\0'; text++) {
        if ((positions & matched) != 0 && !pattern->to_end) return true;
        uint64_t next = pattern->from_start ? 0 : start;
        for (unsigned i = 0; i < pattern->n_atoms; i++) {
            if ((positions >> i & 1U) == 0) continue;
            if (!allows(&pattern->atoms[i], (unsigned char)*text)) continue;
            next |= UINT64_C(1) << (i + 1);
            if (pattern->atoms[i].many) next |= UINT64_C(1) << i;
        }
        positions = widen(pattern, next);
    }
    return (positions & matched) != 0;
}
