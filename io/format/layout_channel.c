/* Columns that the header names a line each, as Biometrics' DataLOG exports do:
 *
 *   Channel 4: 'Recto Femoral', 22124 values, engineering units: mV, no filters.
 */
#include <string.h>

#include "io/format/build.h"
#include "io/format/layout.h"

static eg_span behind(eg_span line, const char *word) {
    const char *found = eg_text_find(line, word);
    if (found == NULL) return (eg_span){line.start, 0};
    found += strlen(word);
    return (eg_span){found, (size_t)(line.start + line.n - found)};
}

static eg_span up_to(eg_span text, char end) {
    const char *found = text.n > 0 ? memchr(text.start, end, text.n) : NULL;
    return found == NULL ? text : (eg_span){text.start, (size_t)(found - text.start)};
}

/* 0 where the line is none of them. */
static int read_line(eg_span line, eg_span *label, eg_span *unit) {
    static const char word[] = "channel ";
    line = eg_text_trim(line);
    if (line.n < sizeof word || !eg_text_equals((eg_span){line.start, sizeof word - 1}, word))
        return 0;
    eg_span quoted = behind(line, ": '");
    *label = up_to(quoted, '\'');
    *unit = eg_text_trim(up_to(behind(line, "engineering units:"), ','));
    return label->n > 0 && label->n < quoted.n;
}

void eg_layout_name_channels(eg_layout *layout, eg_span header) {
    eg_span rest = header, line, label, unit;
    size_t n = 0;
    while (eg_text_next_line(&rest, &line)) n += read_line(line, &label, &unit) != 0;
    if (n == 0 || n != layout->n_columns) return; /* whose is which would be a guess */
    rest = header;
    n = 0;
    while (eg_text_next_line(&rest, &line)) {
        if (!read_line(line, &label, &unit)) continue;
        eg_column *column = &layout->columns[n++];
        eg_recording_copy_text(column->label, sizeof column->label, label.start, label.n);
        eg_recording_copy_text(column->unit, sizeof column->unit, unit.start, unit.n);
    }
    layout->n_header_cells = n;
}
