/* Whether a text is a unit: a tolerant reading of UCUM, enough to catch slips such as "sec". */
#include <stdio.h>
#include <string.h>

#include "clinic/knowledge.h"
#include "core/base/check.h"

static const char *const plain_atoms[] = {"h",   "d",   "wk",  "mo",     "a",      "min",
                                          "deg", "%",   "1",   "[in_i]", "[ft_i]", "[lb_av]",
                                          "Cel", "10*", "10^", "[degF]", "[IU]",   "rad"};
static const char *const metric_atoms[] = {"m",   "s",   "g",  "Hz",    "N", "J", "W",
                                           "V",   "A",   "Pa", "C",     "l", "L", "F",
                                           "Ohm", "bit", "B",  "m[Hg]", "dB"};

static int is_one_of(const char *const *list, size_t count, const char *text, size_t length) {
    for (size_t i = 0; i < count; i++)
        if (strlen(list[i]) == length && memcmp(list[i], text, length) == 0) return 1;
    return 0;
}

/* An atom without its exponent: "mm", "deg", "m[Hg]". */
static int is_atom(const char *text, size_t length) {
    const size_t n_metric = sizeof metric_atoms / sizeof metric_atoms[0];
    if (length == 0) return 0;
    if (is_one_of(plain_atoms, sizeof plain_atoms / sizeof plain_atoms[0], text, length)) return 1;
    if (is_one_of(metric_atoms, n_metric, text, length)) return 1;
    return length > 1 && strchr("kMGcdmunp", text[0]) != NULL &&
           is_one_of(metric_atoms, n_metric, text + 1, length - 1);
}

/* One factor: an atom with its exponent, or words in braces, or both. */
static int is_factor(const char *text, size_t length) {
    const char *brace = memchr(text, '{', length);
    if (brace != NULL) {
        const char *end = memchr(brace, '}', length - (size_t)(brace - text));
        if (end == NULL || end + 1 != text + length || end == brace + 1) return 0;
        length = (size_t)(brace - text);
        if (length == 0) return 1;
    }
    if (is_atom(text, length)) return 1;
    size_t atom = length;
    while (atom > 0 && text[atom - 1] >= '0' && text[atom - 1] <= '9') atom--;
    if (atom > 0 && atom < length && (text[atom - 1] == '-' || text[atom - 1] == '+')) atom--;
    return atom < length && is_atom(text, atom);
}

int eg_unit_is_valid(const char *text) {
    EG_ASSERT(text != NULL);
    if (*text == '/') text++;
    if (*text == '\0') return 0;
    const char *start = text;
    int in_braces = 0;
    for (const char *c = text;; c++) {
        if (*c == '{') in_braces = 1;
        if (*c == '}') in_braces = 0;
        if (*c != '\0' && (in_braces || (*c != '/' && *c != '.'))) continue;
        if (!is_factor(start, (size_t)(c - start))) return 0;
        if (*c == '\0') return 1;
        start = c + 1;
    }
}

/* Units as people write them behind a number, by what UCUM calls them. */
static const char *const said[][2] = {
    {"", ""},
    {"1", ""},
    {"{grade}", ""},
    {"{stage}", ""},
    {"{level}", ""},
    {"{#}", ""},
    {"{count}", ""},
    {"{score}", " points"},
    {"deg", "°"},
    {"Cel", " °C"},
    {"mm2", " mm²"},
    {"cm2", " cm²"},
    {"mm2/s", " mm²/s"},
    {"N.m", " N m"},
    {"Nm", " N m"},
    {"N.m/kg", " N m/kg"},
    {"mm.s", " mm s"},
    {"/min", "/min"},
    {"{#}/min", "/min"},
    {"/s", "/s"},
    {"mm[Hg]", " mmHg"},
    {"[in_i]", " in"},
    {"[lb_av]", " lb"},
    {"a", " years"},
    {"mo", " months"},
    {"wk", " weeks"},
    {"d", " days"},
};

const char *eg_unit_say(const char *unit, char text[EG_UNIT_TEXT_SIZE]) {
    EG_ASSERT(unit != NULL && text != NULL);
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
        if (strcmp(said[i][0], unit) == 0) {
            snprintf(text, EG_UNIT_TEXT_SIZE, "%s", said[i][1]);
            return text;
        }
    /* A word in braces is for people already; it only loses its braces. */
    size_t length = strlen(unit);
    if (unit[0] == '{' && unit[length - 1] == '}')
        snprintf(text, EG_UNIT_TEXT_SIZE, " %.*s", (int)(length - 2), unit + 1);
    else
        snprintf(text, EG_UNIT_TEXT_SIZE, " %s", unit);
    return text;
}
