#include "clinic/paper.h"

#include <cairo-pdf.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/paper_part.h"
#include "core/base/check.h"

static const double page_height = 841.89;
static const double foot_height = 45.0;
enum { TEXT_LINES_MAX = 2000 };
static const double cell_pad = 4.0;

/* The rest of the light theme: grounds. */
static const paper_color hairline = {0.882, 0.902, 0.929};
static const paper_color sunken = {0.941, 0.953, 0.969};
static const paper_color orange_tint = {0.992, 0.945, 0.894};
static const paper_color stop_ink = {0.627, 0.114, 0.086};
static const paper_color stop_tint = {0.992, 0.933, 0.925};

static cairo_status_t write_bytes(void *closure, const unsigned char *bytes, unsigned int n) {
    eg_paper *paper = closure;
    if (paper->error != EG_OK) return CAIRO_STATUS_WRITE_ERROR;
    paper->error = paper->sink(paper->closure, bytes, n);
    return paper->error == EG_OK ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

void paper_use(eg_paper *paper, paper_color c) {
    cairo_set_source_rgb(paper->cairo, c.red, c.green, c.blue);
}

static paper_color tone_color(eg_paper_tone tone) {
    switch (tone) {
    case EG_PAPER_QUIET:
        return paper_ink_3;
    case EG_PAPER_ACT:
        return paper_orange;
    case EG_PAPER_STOP:
        return stop_ink;
    case EG_PAPER_PLAIN:
    case EG_PAPER_STRONG:
        break;
    }
    return paper_ink;
}

/* UTF-8 that cairo takes: a byte that is none would end the text, and a code point that is no
 * character (U+FFFE and its like) the whole document. Both are shown as U+FFFD. g_free it. */
static char *drawable(const char *text) {
    static const char mark[] = "\xef\xbf\xbd ";
    char *valid = g_utf8_make_valid(text, -1);
    for (char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if ((c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef))
            memcpy(at, mark, (size_t)(g_utf8_next_char(at) - at));
    }
    return valid;
}

/* A shaped paragraph of at most `width` points; the caller unrefs it. */
static PangoLayout *shape(eg_paper *paper, const char *text, double width,
                          const paper_style *style) {
    PangoLayout *layout = pango_cairo_create_layout(paper->cairo);
    PangoFontDescription *font = pango_font_description_from_string("Inter, sans-serif");
    pango_font_description_set_absolute_size(font, style->size * PANGO_SCALE);
    if (style->is_bold) pango_font_description_set_weight(font, PANGO_WEIGHT_SEMIBOLD);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    PangoAttrList *attributes = pango_attr_list_new();
    /* Figures of equal width, so that columns of numbers can be read downwards. */
    pango_attr_list_insert(attributes, pango_attr_font_features_new("tnum=1"));
    pango_layout_set_attributes(layout, attributes);
    pango_attr_list_unref(attributes);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_line_spacing(layout, 1.1F);
    if (style->is_right) pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT);
    char *valid = drawable(text);
    pango_layout_set_text(layout, valid, -1);
    g_free(valid);
    return layout;
}

static double layout_height(PangoLayout *layout) {
    int width = 0;
    int height = 0;
    pango_layout_get_size(layout, &width, &height);
    return (double)height / PANGO_SCALE;
}

double paper_text_height(eg_paper *paper, const char *text, double width,
                         const paper_style *style) {
    PangoLayout *layout = shape(paper, text, width, style);
    double height = layout_height(layout);
    g_object_unref(layout);
    return height;
}

static void show(eg_paper *paper, PangoLayout *layout, double x, double y, paper_color color) {
    paper_use(paper, color);
    cairo_move_to(paper->cairo, x, y);
    pango_cairo_show_layout(paper->cairo, layout);
    /* Text leaves a current point behind, which the next line drawn would begin from. */
    cairo_new_path(paper->cairo);
}

/* Draws a paragraph and returns its height. */
double paper_draw_text(eg_paper *paper, const char *text, double x, double y, double width,
                       const paper_style *style) {
    PangoLayout *layout = shape(paper, text, width, style);
    show(paper, layout, x, y, style->color);
    double height = layout_height(layout);
    g_object_unref(layout);
    return height;
}

void paper_draw_line(eg_paper *paper, double x0, double y0, double x1, double y1, paper_color c) {
    paper_use(paper, c);
    cairo_set_line_width(paper->cairo, 0.6);
    cairo_move_to(paper->cairo, x0, y0);
    cairo_line_to(paper->cairo, x1, y1);
    cairo_stroke(paper->cairo);
}

void paper_fill_box(eg_paper *paper, double x, double y, double width, double height,
                    paper_color c) {
    paper_use(paper, c);
    cairo_rectangle(paper->cairo, x, y, width, height);
    cairo_fill(paper->cairo);
}

double paper_inner_width(void) {
    return paper_width - 2 * paper_margin;
}

/* One line, however long the text: what does not fit ends in "…". */
static void draw_line_of_text(eg_paper *paper, const char *text, double x, double y, double width,
                              const paper_style *style) {
    PangoLayout *layout = shape(paper, text, width, style);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    pango_layout_set_height(layout, 0);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    show(paper, layout, x, y, style->color);
    g_object_unref(layout);
}

static void draw_foot(eg_paper *paper) {
    double y = page_height - paper_margin - foot_height + 12;
    paper_draw_line(paper, paper_margin, y, paper_width - paper_margin, y, hairline);
    paper_style left = {7.0, 0, 0, paper_ink_3};
    paper_style right = {7.0, 0, 1, paper_ink_3};
    char page[64];
    char *about = g_strdup_printf("%s · %s", paper->info.title, paper->info.subject);
    draw_line_of_text(paper, about, paper_margin, y + 5, paper_inner_width() * 0.85, &left);
    g_free(about);
    draw_line_of_text(paper, paper->info.notice, paper_margin, y + 15, paper_inner_width(), &left);
    if (paper->info.fingerprint != NULL)
        draw_line_of_text(paper, paper->info.fingerprint, paper_margin, y + 25, paper_inner_width(),
                          &left);
    if (paper->info.n_pages > 0)
        snprintf(page, sizeof page, "Page %d of %d", paper->n_pages, paper->info.n_pages);
    else
        snprintf(page, sizeof page, "Page %d", paper->n_pages);
    paper_draw_text(paper, page, paper_margin, y + 5, paper_inner_width(), &right);
}

static void begin_page(eg_paper *paper) {
    if (paper->n_pages > 0) {
        draw_foot(paper);
        cairo_show_page(paper->cairo);
    }
    paper->n_pages++;
    paper->y = paper_margin;
}

static double page_end(void) {
    return page_height - paper_margin - foot_height;
}

static const paper_style heading_style = {12, 1, 0, {0.071, 0.114, 0.169}};

/* Draws the heading that waits. */
static void draw_heading(eg_paper *paper) {
    static const paper_style quiet = {8, 0, 1, {0.349, 0.416, 0.502}};
    if (paper->y > paper_margin) paper->y += paper_gap;
    if (paper->aside != NULL)
        paper_draw_text(paper, paper->aside, paper_margin + paper_inner_width() * 0.4, paper->y + 4,
                        paper_inner_width() * 0.6, &quiet);
    double width = paper_inner_width() * (paper->aside != NULL ? 0.4 : 1) - 4;
    paper->y +=
        paper_draw_text(paper, paper->heading, paper_margin, paper->y, width, &heading_style) + 4;
    g_free(paper->heading);
    g_free(paper->aside);
    paper->heading = NULL;
    paper->aside = NULL;
}

void paper_make_room(eg_paper *paper, double height) {
    double needed = height + (paper->heading != NULL ? 28 : 0);
    if (paper->y + needed > page_end() && paper->y > paper_margin) begin_page(paper);
    if (paper->heading != NULL) draw_heading(paper);
}

eg_err eg_paper_create(const eg_paper_info *info, eg_paper_sink sink, void *closure,
                       eg_paper **paper) {
    EG_ASSERT(info != NULL && sink != NULL && paper != NULL);
    eg_paper *made = calloc(1, sizeof *made);
    if (made == NULL) return EG_ERR_MEMORY;
    made->info = *info;
    made->sink = sink;
    made->closure = closure;
    made->surface =
        cairo_pdf_surface_create_for_stream(write_bytes, made, paper_width, page_height);
    char *title = drawable(info->title);
    char *subject = drawable(info->subject);
    cairo_pdf_surface_set_metadata(made->surface, CAIRO_PDF_METADATA_TITLE, title);
    cairo_pdf_surface_set_metadata(made->surface, CAIRO_PDF_METADATA_SUBJECT, subject);
    g_free(title);
    g_free(subject);
    cairo_pdf_surface_set_metadata(made->surface, CAIRO_PDF_METADATA_CREATOR, "Engram");
    cairo_pdf_surface_set_metadata(made->surface, CAIRO_PDF_METADATA_CREATE_DATE, info->created_at);
    made->cairo = cairo_create(made->surface);
    if (cairo_status(made->cairo) != CAIRO_STATUS_SUCCESS) {
        cairo_destroy(made->cairo);
        cairo_surface_destroy(made->surface);
        free(made);
        return EG_ERR_MEMORY;
    }
    begin_page(made);
    *paper = made;
    return EG_OK;
}

/* The mark of the house: a trace that rises, repeats and stays. */
static void draw_mark(eg_paper *paper, double x, double y, double size) {
    cairo_t *c = paper->cairo;
    double r = size * 0.26;
    paper_use(paper, paper_blue);
    cairo_new_sub_path(c);
    cairo_arc(c, x + size - r, y + r, r, -G_PI / 2, 0);
    cairo_arc(c, x + size - r, y + size - r, r, 0, G_PI / 2);
    cairo_arc(c, x + r, y + size - r, r, G_PI / 2, G_PI);
    cairo_arc(c, x + r, y + r, r, G_PI, 1.5 * G_PI);
    cairo_close_path(c);
    cairo_fill(c);
    static const double points[][2] = {
        {0.18, 0.62}, {0.32, 0.30}, {0.48, 0.72}, {0.64, 0.30}, {0.80, 0.62}};
    cairo_set_source_rgb(c, 1, 1, 1);
    cairo_set_line_width(c, size * 0.09);
    cairo_set_line_cap(c, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND);
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
        cairo_line_to(c, x + size * points[i][0], y + size * points[i][1]);
    cairo_stroke(c);
}

void eg_paper_title(eg_paper *paper, const char *title, const char *line) {
    paper_style big = {19, 1, 0, paper_ink};
    paper_style small = {9.5, 0, 0, paper_ink_2};
    paper_style brand = {9.5, 1, 1, paper_ink};
    draw_mark(paper, paper_width - paper_margin - 18, paper->y, 18);
    paper_draw_text(paper, "Engram", paper_margin, paper->y + 3, paper_inner_width() - 24, &brand);
    double height =
        paper_draw_text(paper, title, paper_margin, paper->y, paper_inner_width() - 110, &big);
    paper->y += height + 2;
    paper->y +=
        paper_draw_text(paper, line, paper_margin, paper->y, paper_inner_width() - 80, &small) +
        paper_gap;
    paper_draw_line(paper, paper_margin, paper->y, paper_width - paper_margin, paper->y,
                    paper_line);
    paper->y += paper_gap;
}

void eg_paper_heading(eg_paper *paper, const char *text, const char *aside) {
    if (paper->heading != NULL) draw_heading(paper);
    paper->heading = g_strdup(text);
    paper->aside = g_strdup(aside);
}

/* Lines that do not fit go to the next page. */
void eg_paper_text(eg_paper *paper, const char *text, eg_paper_tone tone) {
    paper_style style = {tone == EG_PAPER_QUIET ? 8.5 : 9.5, tone == EG_PAPER_STRONG, 0,
                         tone_color(tone)};
    PangoLayout *layout = shape(paper, text, paper_inner_width(), &style);
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    int more = 1;
    /* One line alone at the foot of a page is lost to the eye. */
    paper_make_room(paper, fmin(layout_height(layout), 3 * 1.3 * style.size));
    for (int i = 0; more && i < TEXT_LINES_MAX; i++) {
        PangoRectangle line;
        pango_layout_iter_get_line_extents(iter, NULL, &line);
        double height = (double)line.height / PANGO_SCALE * 1.1;
        int baseline = pango_layout_iter_get_baseline(iter);
        paper_make_room(paper, height);
        paper_use(paper, style.color);
        cairo_move_to(paper->cairo, paper_margin + (double)line.x / PANGO_SCALE,
                      paper->y + (double)(baseline - line.y) / PANGO_SCALE);
        pango_cairo_show_layout_line(paper->cairo, pango_layout_iter_get_line_readonly(iter));
        cairo_new_path(paper->cairo);
        paper->y += height;
        more = pango_layout_iter_next_line(iter);
    }
    pango_layout_iter_free(iter);
    g_object_unref(layout);
    paper->y += 4;
}

void eg_paper_box(eg_paper *paper, const char *title, const char *text, eg_paper_tone tone) {
    paper_color tint = tone == EG_PAPER_STOP  ? stop_tint
                       : tone == EG_PAPER_ACT ? orange_tint
                                              : sunken;
    paper_color bar = tone == EG_PAPER_STOP  ? stop_ink
                      : tone == EG_PAPER_ACT ? paper_orange
                                             : paper_blue;
    paper_style head = {10, 1, 0, tone_color(tone)};
    paper_style body = {9.5, 0, 0, paper_ink};
    double width = paper_inner_width() - 24;
    double title_height = paper_text_height(paper, title, width, &head);
    double text_height = text[0] != '\0' ? paper_text_height(paper, text, width, &body) + 4 : 0;
    double height = title_height + text_height + 14;
    if (height > page_end() - paper_margin) { /* no box is taller than a page */
        eg_paper_text(paper, title, tone);
        eg_paper_text(paper, text, EG_PAPER_PLAIN);
        return;
    }
    paper_make_room(paper, height);
    paper_fill_box(paper, paper_margin, paper->y, paper_inner_width(), height, tint);
    paper_fill_box(paper, paper_margin, paper->y, 3, height, bar);
    paper_draw_text(paper, title, paper_margin + 14, paper->y + 7, width, &head);
    paper_draw_text(paper, text, paper_margin + 14, paper->y + 9 + title_height, width, &body);
    paper->y += height + paper_gap;
}

void eg_paper_summary(eg_paper *paper, const char *title, const char *const (*pairs)[2], size_t n) {
    paper_style head = {10, 1, 0, paper_ink};
    paper_style label = {8.5, 0, 0, paper_ink_3};
    paper_style value = {9.5, 0, 0, paper_ink};
    double label_width = 72;
    double width = paper_inner_width() - 28 - label_width;
    double title_height = paper_text_height(paper, title, width, &head);
    double height = title_height + 15;
    for (size_t i = 0; i < n; i++)
        if (pairs[i][1][0] != '\0')
            height += paper_text_height(paper, pairs[i][1], width, &value) + 4;
    paper_make_room(paper, height);
    paper_fill_box(paper, paper_margin, paper->y, paper_inner_width(), height, sunken);
    paper_fill_box(paper, paper_margin, paper->y, 3, height, paper_blue);
    double x = paper_margin + 14;
    double y = paper->y + 7;
    paper_draw_text(paper, title, x, y, width, &head);
    y += title_height + 4;
    for (size_t i = 0; i < n; i++) {
        if (pairs[i][1][0] == '\0') continue;
        paper_draw_text(paper, pairs[i][0], x, y + 1, label_width - 4, &label);
        y += paper_draw_text(paper, pairs[i][1], x + label_width, y, width, &value) + 4;
    }
    paper->y += height + paper_gap;
}

void eg_paper_signature(eg_paper *paper, const char *signer, const char *at, const char *statement,
                        const char *small_print) {
    paper_style name = {10.5, 1, 0, paper_ink};
    paper_style plain = {9, 0, 0, paper_ink_2};
    paper_style small = {7, 0, 0, paper_ink_3};
    eg_paper_heading(paper, "Signature", NULL);
    paper_make_room(paper, 60);
    paper->y += paper_draw_text(paper, signer, paper_margin, paper->y, paper_inner_width(), &name);
    paper->y += paper_draw_text(paper, at, paper_margin, paper->y, paper_inner_width(), &plain);
    paper->y +=
        paper_draw_text(paper, statement, paper_margin, paper->y, paper_inner_width(), &plain) + 2;
    paper->y +=
        paper_draw_text(paper, small_print, paper_margin, paper->y, paper_inner_width(), &small);
    paper->y += paper_gap;
}

void eg_paper_pairs(eg_paper *paper, const char *const (*pairs)[2], size_t n) {
    paper_style label = {8.5, 0, 0, paper_ink_3};
    paper_style value = {9.5, 0, 0, paper_ink};
    double label_width = 92;
    double column = (paper_inner_width() - paper_gap * 2) / 2;
    double row_height = 0;
    size_t shown = 0;
    for (size_t i = 0; i < n; i++) {
        if (pairs[i][1] == NULL || pairs[i][1][0] == '\0') continue;
        double height = paper_text_height(paper, pairs[i][1], column - label_width, &value);
        if (shown % 2 == 0) {
            paper->y += row_height;
            row_height = 0;
            paper_make_room(paper, height + 3);
        }
        double x = paper_margin + (shown % 2 == 0 ? 0 : column + paper_gap * 2);
        paper_draw_text(paper, pairs[i][0], x, paper->y + 1, label_width - 6, &label);
        paper_draw_text(paper, pairs[i][1], x + label_width, paper->y, column - label_width,
                        &value);
        row_height = fmax(row_height, height + 3);
        shown++;
    }
    paper->y += row_height + paper_gap / 2;
}

typedef struct table_shape {
    const eg_paper_column *columns;
    size_t n_columns;
    double x[EG_PAPER_COLUMNS_MAX];
    double width[EG_PAPER_COLUMNS_MAX];
} table_shape;

static void draw_table_head(eg_paper *paper, const table_shape *table) {
    double height = 0;
    for (size_t i = 0; i < table->n_columns; i++) {
        paper_style style = {8, 1, table->columns[i].is_number, paper_ink_3};
        height = fmax(height, paper_draw_text(paper, table->columns[i].title, table->x[i], paper->y,
                                              table->width[i], &style));
    }
    paper->y += height + 3;
    paper_draw_line(paper, paper_margin, paper->y, paper_width - paper_margin, paper->y,
                    paper_line);
}

/* A cell while it is laid out: its value, and below it in small print what says more. */
typedef struct shaped_cell {
    PangoLayout *parts[2]; /* NULL: none */
    paper_color colors[2];
    double x, width;
    int is_right;
    int n_drawn; /* lines that stand on the page already */
} shaped_cell;

static void shape_cell(eg_paper *paper, const table_shape *table, size_t column,
                       const eg_paper_cell *cell, shaped_cell *shaped) {
    int is_right = table->columns[column].is_number;
    *shaped = (shaped_cell){.colors = {tone_color(cell->tone), paper_ink_3},
                            .x = table->x[column],
                            .width = table->width[column],
                            .is_right = is_right};
    if (cell->text == NULL) return;
    const char *rest = strchr(cell->text, '\n');
    paper_style top = {9, cell->tone == EG_PAPER_STRONG, is_right, paper_ink};
    paper_style below = {7.5, 0, is_right, paper_ink};
    char *first =
        rest == NULL ? g_strdup(cell->text) : g_strndup(cell->text, (size_t)(rest - cell->text));
    shaped->parts[0] = shape(paper, first, shaped->width, &top);
    if (rest != NULL) shaped->parts[1] = shape(paper, rest + 1, shaped->width, &below);
    g_free(first);
}

static double cell_height(const shaped_cell *cell) {
    double height = 0;
    for (size_t i = 0; i < 2; i++)
        if (cell->parts[i] != NULL) height += layout_height(cell->parts[i]);
    return height;
}

static void draw_cell(eg_paper *paper, const shaped_cell *cell, double y) {
    for (size_t i = 0; i < 2; i++) {
        if (cell->parts[i] == NULL) continue;
        show(paper, cell->parts[i], cell->x, y, cell->colors[i]);
        y += layout_height(cell->parts[i]);
    }
}

/* Draws the lines that still fit above `end`; returns whether some are left. */
static int draw_lines(eg_paper *paper, shaped_cell *cell, double y, double end) {
    int index = 0;
    for (size_t i = 0; i < 2; i++) {
        int n = cell->parts[i] == NULL ? 0 : pango_layout_get_line_count(cell->parts[i]);
        for (int k = 0; k < n; k++, index++) {
            PangoLayoutLine *line = pango_layout_get_line_readonly(cell->parts[i], k);
            PangoRectangle box;
            pango_layout_line_get_extents(line, NULL, &box);
            if (index < cell->n_drawn) continue;
            double height = (double)box.height / PANGO_SCALE * 1.1;
            if (y + height > end) return 1;
            int to_right = cell->is_right ||
                           pango_layout_line_get_resolved_direction(line) == PANGO_DIRECTION_RTL;
            double room = cell->width - (double)box.width / PANGO_SCALE;
            paper_use(paper, cell->colors[i]);
            cairo_move_to(paper->cairo, cell->x + (to_right ? room : 0),
                          y - (double)box.y / PANGO_SCALE);
            pango_cairo_show_layout_line(paper->cairo, line);
            cairo_new_path(paper->cairo);
            y += height;
            cell->n_drawn++;
        }
    }
    return 0;
}

/* A row taller than a page runs over as many as it needs. */
static void draw_long_row(eg_paper *paper, const table_shape *table, shaped_cell *cells) {
    int is_left = 1;
    for (int page = 0; is_left && page < TEXT_LINES_MAX; page++) {
        if (page > 0) {
            begin_page(paper);
            draw_table_head(paper, table);
        }
        is_left = 0;
        for (size_t i = 0; i < table->n_columns; i++)
            if (draw_lines(paper, &cells[i], paper->y + cell_pad, page_end())) is_left = 1;
    }
    begin_page(paper);
}

static void draw_row(eg_paper *paper, const table_shape *table, shaped_cell *cells, double height) {
    if (height + 2 * cell_pad > page_end() - paper_margin - 30) {
        draw_long_row(paper, table, cells);
        return;
    }
    if (paper->y + height + 2 * cell_pad > page_end()) {
        begin_page(paper);
        draw_table_head(paper, table);
    }
    for (size_t i = 0; i < table->n_columns; i++) draw_cell(paper, &cells[i], paper->y + cell_pad);
    paper->y += height + 2 * cell_pad;
    paper_draw_line(paper, paper_margin, paper->y, paper_width - paper_margin, paper->y, hairline);
}

void eg_paper_table(eg_paper *paper, const eg_paper_column *columns, size_t n_columns,
                    const eg_paper_cell *cells, size_t n_rows) {
    static const double column_gap = 12;
    EG_ASSERT(n_columns > 0 && n_columns <= EG_PAPER_COLUMNS_MAX);
    table_shape table = {.columns = columns, .n_columns = n_columns};
    double shares = 0;
    for (size_t i = 0; i < n_columns; i++) shares += columns[i].share;
    double x = paper_margin;
    for (size_t i = 0; i < n_columns; i++) {
        double width = paper_inner_width() * columns[i].share / shares;
        table.x[i] = x;
        table.width[i] = width - (i + 1 < n_columns ? column_gap : 0);
        x += width;
    }
    for (size_t row = 0; row < n_rows; row++) {
        shaped_cell shaped[EG_PAPER_COLUMNS_MAX];
        double height = 0;
        for (size_t i = 0; i < n_columns; i++) {
            shape_cell(paper, &table, i, &cells[row * n_columns + i], &shaped[i]);
            height = fmax(height, cell_height(&shaped[i]));
        }
        if (row == 0) { /* the head stays with the first row, as far as a page can hold both */
            paper_make_room(paper, fmin(height, 300) + 2 * cell_pad + 18);
            draw_table_head(paper, &table);
        }
        draw_row(paper, &table, shaped, height);
        for (size_t i = 0; i < n_columns; i++)
            for (size_t k = 0; k < 2; k++)
                if (shaped[i].parts[k] != NULL) g_object_unref(shaped[i].parts[k]);
    }
    paper->y += paper_gap;
}

eg_err eg_paper_finish(eg_paper *paper, int *n_pages) {
    EG_ASSERT(paper != NULL);
    if (paper->heading != NULL) draw_heading(paper);
    draw_foot(paper);
    cairo_show_page(paper->cairo);
    cairo_status_t drawn = cairo_status(paper->cairo);
    cairo_destroy(paper->cairo);
    cairo_surface_finish(paper->surface);
    cairo_status_t written = cairo_surface_status(paper->surface);
    cairo_surface_destroy(paper->surface);
    eg_err error = paper->error;
    if (error == EG_OK && (drawn != CAIRO_STATUS_SUCCESS || written != CAIRO_STATUS_SUCCESS))
        error = EG_ERR_MEMORY;
    if (n_pages != NULL) *n_pages = paper->n_pages;
    free(paper);
    return error;
}
