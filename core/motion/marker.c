#include "core/motion/marker.h"

#include <string.h>

#include "core/base/check.h"

typedef struct site_row {
    int site;
    int is_paired;
    const char *name, *variants;
} site_row;

static const site_row rows[] = {
#define ROW(id, is_paired, name, variants) {EG_SITE_##id, is_paired, name, variants},
    EG_SITE_TABLE(ROW)
#undef ROW
};

enum { ROWS = sizeof rows / sizeof rows[0], KEY_POINTS = 6 };

/* What a camera means where a laboratory means a marker on the skin. */
static const int key_points[KEY_POINTS][2] = {
    {EG_SITE_HIP_CENTRE, EG_SITE_HIP_CENTRE}, {EG_SITE_KNEE, EG_SITE_KNEE_CENTRE},
    {EG_SITE_ANKLE, EG_SITE_ANKLE_CENTRE},    {EG_SITE_ACROMION, EG_SITE_SHOULDER_CENTRE},
    {EG_SITE_ELBOW, EG_SITE_ELBOW_CENTRE},    {EG_SITE_WRIST, EG_SITE_WRIST_CENTRE}};

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* A label without case and separators; `side_at_end` is 0 left, 1 right or -1. */
typedef struct plain_label {
    char text[EG_MARKER_LABEL_MAX];
    size_t n;
    int side_at_end;
} plain_label;

static int side_of(const char *text, size_t n) {
    if ((n == 1 && text[0] == 'l') || (n == 4 && memcmp(text, "left", 4) == 0)) return EG_LEFT;
    if ((n == 1 && text[0] == 'r') || (n == 5 && memcmp(text, "right", 5) == 0)) return EG_RIGHT;
    return -1;
}

static plain_label plain(const char *label) {
    plain_label p = {"", 0, -1};
    size_t last_word = 0;
    int is_apart = 0;
    for (size_t i = 0; label[i] != '\0' && p.n + 1 < sizeof p.text; i++) {
        char c = lower(label[i]);
        if (label[i] == ':') p.n = last_word = 0; /* the subject ends here */
        if (!is_plain(c)) {
            is_apart = 1;
            continue;
        }
        if (is_apart && p.n > 0) last_word = p.n;
        is_apart = 0;
        p.text[p.n++] = c;
    }
    /* OpenCap's own markers end in "_study". */
    if (p.n > 5 && memcmp(p.text + p.n - 5, "study", 5) == 0) {
        p.n -= 5;
        last_word = 0;
    }
    int side = last_word > 0 ? side_of(p.text + last_word, p.n - last_word) : -1;
    if (side >= 0) p.n = last_word;
    p.side_at_end = side;
    p.text[p.n] = '\0';
    return p;
}

static int is_variant(const char *variants, const char *text, size_t n) {
    if (n == 0 || n > 24) return 0;
    char sought[32];
    sought[0] = '|';
    memcpy(sought + 1, text, n);
    sought[n + 1] = '|';
    sought[n + 2] = '\0';
    return strstr(variants, sought) != NULL;
}

static const site_row *row_of(const char *text, size_t n, int is_paired) {
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].is_paired == is_paired && is_variant(rows[i].variants, text, n))
            return &rows[i];
    return NULL;
}

static int site_of_plain(const plain_label *p) {
    static const char *const words[] = {"l", "r", "left", "right"};
    const site_row *row = p->side_at_end < 0 ? row_of(p->text, p->n, 0) : NULL;
    if (row != NULL) return row->site;
    if (p->side_at_end >= 0) {
        row = row_of(p->text, p->n, 1);
        if (row != NULL) return row->site + p->side_at_end;
    }
    for (size_t w = 0; w < sizeof words / sizeof words[0]; w++) {
        size_t length = strlen(words[w]);
        if (p->n <= length || memcmp(p->text, words[w], length) != 0) continue;
        row = row_of(p->text + length, p->n - length, 1);
        if (row != NULL) return row->site + (int)(w % 2);
    }
    return -1;
}

int eg_marker_site(const char *label, int is_key_point) {
    EG_ASSERT(label != NULL);
    plain_label p = plain(label);
    int site = site_of_plain(&p);
    for (size_t k = 0; site >= 0 && is_key_point && k < KEY_POINTS; k++)
        for (int side = EG_LEFT; side <= EG_RIGHT; side++)
            if (site == key_points[k][0] + side) return key_points[k][1] + side;
    return site;
}

const char *eg_site_name(int site, char text[EG_SITE_NAME_SIZE]) {
    const char *side = "", *name = "?";
    for (size_t i = 0; i < ROWS; i++) {
        if (site < rows[i].site || site > rows[i].site + rows[i].is_paired) continue;
        name = rows[i].name;
        side = !rows[i].is_paired ? "" : site == rows[i].site ? "left " : "right ";
    }
    size_t n = 0;
    EG_ASSERT(strlen(side) + strlen(name) < EG_SITE_NAME_SIZE);
    for (; *side != '\0'; side++) text[n++] = *side;
    for (; *name != '\0'; name++) text[n++] = *name;
    text[n] = '\0';
    return text;
}

static int is_separator(char c) {
    return c == '_' || c == '.' || c == ' ' || c == '-';
}

/* The length of what all labels begin with, up to a separator: "Skeleton_". A single L or R is no
 * such prefix. */
static size_t shared_prefix(size_t n, const char *const *labels) {
    const char *first = NULL;
    size_t length = 0, count = 0;
    for (size_t i = 0; i < n; i++) {
        if (labels[i] == NULL) continue;
        if (first == NULL) {
            first = labels[i];
            length = strlen(first);
        }
        size_t same = 0;
        while (same < length && labels[i][same] == first[same]) same++;
        length = same;
        count++;
    }
    while (length > 0 && !is_separator(first[length - 1])) length--;
    return count >= 3 && length > 2 && length < EG_MARKER_LABEL_MAX ? length : 0;
}

static int has_key_points(size_t n, const char *const *labels, size_t prefix) {
    for (size_t i = 0; i < n; i++) {
        if (labels[i] == NULL) continue;
        plain_label p = plain(labels[i] + prefix);
        if (strcmp(p.text, "midhip") == 0 || strcmp(p.text, "neck") == 0 ||
            strcmp(p.text, "nose") == 0)
            return 1;
    }
    return 0;
}

void eg_marker_match_labels(size_t n, const char *const *labels, const size_t *n_seen,
                            eg_marker_match *match) {
    EG_ASSERT((labels != NULL && n_seen != NULL) || n == 0);
    *match = (eg_marker_match){.n_sites = 0};
    for (int site = 0; site < EG_SITES; site++) match->index[site] = match->second[site] = -1;
    size_t prefix = shared_prefix(n, labels);
    match->are_key_points = has_key_points(n, labels, prefix);
    for (size_t i = 0; i < n; i++) {
        if (labels[i] == NULL) continue;
        if (prefix > 0 && match->prefix[0] == '\0') memcpy(match->prefix, labels[i], prefix);
        int site = eg_marker_site(labels[i] + prefix, match->are_key_points);
        if (site < 0) {
            match->n_unknown++;
            continue;
        }
        int other = match->index[site];
        if (other >= 0) match->n_doubles++;
        if (other < 0) match->n_sites++;
        if (other < 0 || n_seen[i] > n_seen[other]) {
            match->second[site] = other;
            match->index[site] = (int)i;
        } else {
            match->second[site] = (int)i;
        }
    }
}
