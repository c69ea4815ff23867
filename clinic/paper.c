#include "clinic/paper.h"

#include <cairo-pdf.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"

/* A4 in points, and the house's spacing on paper. */
static const double page_width = 595.276;
static const double page_height = 841.89;
static const double margin = 46.0;
static const double foot_height = 34.0;
static const double gap = 8.0;
static const double cell_pad = 4.0;

typedef struct color {
    double red, green, blue;
} color;

/* The light theme of the screens, so that paper and screen speak one language. */
static const color ink = {0.071, 0.114, 0.169};
static const color ink_2 = {0.263, 0.325, 0.416};
static const color ink_3 = {0.349, 0.416, 0.502};
static const color line_color = {0.761, 0.8, 0.847};
static const color hairline = {0.882, 0.902, 0.929};
static const color sunken = {0.941, 0.953, 0.969};
static const color blue = {0.11, 0.373, 0.769};
static const color orange_ink = {0.592, 0.263, 0.039};
static const color orange_tint = {0.992, 0.945, 0.894};
static const color stop_ink = {0.627, 0.114, 0.086};
static const color stop_tint = {0.992, 0.933, 0.925};
static const color noise_fill = {0.914, 0.929, 0.949};

struct eg_paper {
    eg_paper_info info;
    eg_paper_sink sink;
    void *closure;
    eg_err error; /* the sink's first refusal */
    cairo_surface_t *surface;
    cairo_t *cairo;
    double y;    /* where the next block begins, from the top of the page */
    int n_pages; /* begun so far */
};

static cairo_status_t write_bytes(void *closure, const unsigned char *bytes, unsigned int n) {
    eg_paper *paper = closure;
    if (paper->error != EG_OK) return CAIRO_STATUS_WRITE_ERROR;
    paper->error = paper->sink(paper->closure, bytes, n);
    return paper->error == EG_OK ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static void use(eg_paper *paper, color c) {
    cairo_set_source_rgb(paper->cairo, c.red, c.green, c.blue);
}

static color tone_color(eg_paper_tone tone) {
    switch (tone) {
    case EG_PAPER_QUIET:
        return ink_3;
    case EG_PAPER_ACT:
        return orange_ink;
    case EG_PAPER_STOP:
        return stop_ink;
    case EG_PAPER_PLAIN:
    case EG_PAPER_STRONG:
        break;
    }
    return ink;
}

typedef struct text_style {
    double size; /* points */
    int is_bold;
    int is_right;
    color color;
} text_style;

/* A shaped paragraph of at most `width` points; the caller unrefs it. */
static PangoLayout *shape(eg_paper *paper, const char *text, double width,
                          const text_style *style) {
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
    /* A byte that is not UTF-8 would end the text; show the rest with a mark instead. */
    char *valid = g_utf8_make_valid(text, -1);
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

static double text_height(eg_paper *paper, const char *text, double width,
                          const text_style *style) {
    PangoLayout *layout = shape(paper, text, width, style);
    double height = layout_height(layout);
    g_object_unref(layout);
    return height;
}

/* Draws a paragraph and returns its height. */
static double draw_text(eg_paper *paper, const char *text, double x, double y, double width,
                        const text_style *style) {
    PangoLayout *layout = shape(paper, text, width, style);
    use(paper, style->color);
    cairo_move_to(paper->cairo, x, y);
    pango_cairo_show_layout(paper->cairo, layout);
    double height = layout_height(layout);
    g_object_unref(layout);
    return height;
}

static void draw_line(eg_paper *paper, double x0, double y0, double x1, double y1, color c) {
    use(paper, c);
    cairo_set_line_width(paper->cairo, 0.6);
    cairo_move_to(paper->cairo, x0, y0);
    cairo_line_to(paper->cairo, x1, y1);
    cairo_stroke(paper->cairo);
}

static void fill_box(eg_paper *paper, double x, double y, double width, double height, color c) {
    use(paper, c);
    cairo_rectangle(paper->cairo, x, y, width, height);
    cairo_fill(paper->cairo);
}

static double inner_width(void) {
    return page_width - 2 * margin;
}

static void draw_foot(eg_paper *paper) {
    double y = page_height - margin - foot_height + 16;
    draw_line(paper, margin, y, page_width - margin, y, hairline);
    text_style left = {7.0, 0, 0, ink_3};
    text_style right = {7.0, 0, 1, ink_3};
    char text[512];
    snprintf(text, sizeof text, "%s · %s", paper->info.title, paper->info.subject);
    draw_text(paper, text, margin, y + 5, inner_width() * 0.8, &left);
    draw_text(paper, paper->info.notice, margin, y + 16, inner_width(), &left);
    if (paper->info.n_pages > 0)
        snprintf(text, sizeof text, "Page %d of %d", paper->n_pages, paper->info.n_pages);
    else
        snprintf(text, sizeof text, "Page %d", paper->n_pages);
    draw_text(paper, text, margin, y + 5, inner_width(), &right);
}

static void begin_page(eg_paper *paper) {
    if (paper->n_pages > 0) {
        draw_foot(paper);
        cairo_show_page(paper->cairo);
    }
    paper->n_pages++;
    paper->y = margin;
}

static double page_end(void) {
    return page_height - margin - foot_height;
}

/* Starts a new page unless `height` still fits on this one. */
static void make_room(eg_paper *paper, double height) {
    if (paper->y + height > page_end() && paper->y > margin) begin_page(paper);
}

eg_err eg_paper_create(const eg_paper_info *info, eg_paper_sink sink, void *closure,
                       eg_paper **paper) {
    EG_ASSERT(info != NULL && sink != NULL && paper != NULL);
    eg_paper *made = calloc(1, sizeof *made);
    if (made == NULL) return EG_ERR_MEMORY;
    made->info = *info;
    made->sink = sink;
    made->closure = closure;
    made->surface = cairo_pdf_surface_create_for_stream(write_bytes, made, page_width, page_height);
    cairo_pdf_surface_set_metadata(made->surface, CAIRO_PDF_METADATA_TITLE, info->title);
    cairo_pdf_surface_set_metadata(made->surface, CAIRO_PDF_METADATA_SUBJECT, info->subject);
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
    use(paper, blue);
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
    text_style big = {19, 1, 0, ink};
    text_style small = {9.5, 0, 0, ink_2};
    text_style brand = {9.5, 1, 1, ink};
    draw_mark(paper, page_width - margin - 18, paper->y, 18);
    draw_text(paper, "Engram", margin, paper->y + 3, inner_width() - 24, &brand);
    double height = draw_text(paper, title, margin, paper->y, inner_width() - 110, &big);
    paper->y += height + 2;
    paper->y += draw_text(paper, line, margin, paper->y, inner_width() - 80, &small) + gap;
    draw_line(paper, margin, paper->y, page_width - margin, paper->y, line_color);
    paper->y += gap;
}

void eg_paper_heading(eg_paper *paper, const char *text, const char *aside) {
    text_style style = {12, 1, 0, ink};
    text_style quiet = {8, 0, 1, ink_3};
    /* A heading alone at the foot of a page helps nobody: keep room for what follows. */
    make_room(paper, 78);
    if (paper->y > margin) paper->y += gap;
    if (aside != NULL)
        draw_text(paper, aside, margin + inner_width() * 0.4, paper->y + 4, inner_width() * 0.6,
                  &quiet);
    paper->y += draw_text(paper, text, margin, paper->y, inner_width() * 0.6, &style) + 4;
}

void eg_paper_text(eg_paper *paper, const char *text, eg_paper_tone tone) {
    text_style style = {9.5, tone == EG_PAPER_STRONG, 0, tone_color(tone)};
    make_room(paper, text_height(paper, text, inner_width(), &style));
    paper->y += draw_text(paper, text, margin, paper->y, inner_width(), &style) + 4;
}

void eg_paper_box(eg_paper *paper, const char *title, const char *text, eg_paper_tone tone) {
    color tint = tone == EG_PAPER_STOP ? stop_tint : tone == EG_PAPER_ACT ? orange_tint : sunken;
    color bar = tone == EG_PAPER_STOP ? stop_ink : tone == EG_PAPER_ACT ? orange_ink : blue;
    text_style head = {10, 1, 0, tone_color(tone)};
    text_style body = {9.5, 0, 0, ink};
    double width = inner_width() - 24;
    double title_height = text_height(paper, title, width, &head);
    double height = title_height + text_height(paper, text, width, &body) + 18;
    make_room(paper, height);
    fill_box(paper, margin, paper->y, inner_width(), height, tint);
    fill_box(paper, margin, paper->y, 3, height, bar);
    draw_text(paper, title, margin + 14, paper->y + 7, width, &head);
    draw_text(paper, text, margin + 14, paper->y + 9 + title_height, width, &body);
    paper->y += height + gap;
}

void eg_paper_pairs(eg_paper *paper, const char *const (*pairs)[2], size_t n) {
    text_style label = {8.5, 0, 0, ink_3};
    text_style value = {9.5, 0, 0, ink};
    double label_width = 92;
    double column = (inner_width() - gap * 2) / 2;
    double row_height = 0;
    size_t shown = 0;
    for (size_t i = 0; i < n; i++) {
        if (pairs[i][1] == NULL || pairs[i][1][0] == '\0') continue;
        double height = text_height(paper, pairs[i][1], column - label_width, &value);
        if (shown % 2 == 0) {
            paper->y += row_height;
            row_height = 0;
            make_room(paper, height + 3);
        }
        double x = margin + (shown % 2 == 0 ? 0 : column + gap * 2);
        draw_text(paper, pairs[i][0], x, paper->y + 1, label_width - 6, &label);
        draw_text(paper, pairs[i][1], x + label_width, paper->y, column - label_width, &value);
        row_height = fmax(row_height, height + 3);
        shown++;
    }
    paper->y += row_height + gap / 2;
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
        text_style style = {8, 1, table->columns[i].is_number, ink_3};
        height = fmax(height, draw_text(paper, table->columns[i].title, table->x[i], paper->y,
                                        table->width[i], &style));
    }
    paper->y += height + 3;
    draw_line(paper, margin, paper->y, page_width - margin, paper->y, line_color);
}

/* The first line of a cell is its value, the lines behind it say more and are quieter. */
static double cell_part(eg_paper *paper, const table_shape *table, size_t column,
                        const eg_paper_cell *cell, double y, int is_drawn) {
    if (cell->text == NULL) return 0;
    const char *rest = strchr(cell->text, '\n');
    size_t first_length = rest == NULL ? strlen(cell->text) : (size_t)(rest - cell->text);
    char *first = g_strndup(cell->text, first_length);
    int is_right = table->columns[column].is_number;
    text_style top = {9, cell->tone == EG_PAPER_STRONG, is_right, tone_color(cell->tone)};
    text_style below = {7.5, 0, is_right, ink_3};
    double x = table->x[column];
    double width = table->width[column];
    double height = is_drawn ? draw_text(paper, first, x, y, width, &top)
                             : text_height(paper, first, width, &top);
    if (rest != NULL)
        height += is_drawn ? draw_text(paper, rest + 1, x, y + height, width, &below)
                           : text_height(paper, rest + 1, width, &below);
    g_free(first);
    return height;
}

void eg_paper_table(eg_paper *paper, const eg_paper_column *columns, size_t n_columns,
                    const eg_paper_cell *cells, size_t n_rows) {
    EG_ASSERT(n_columns > 0 && n_columns <= EG_PAPER_COLUMNS_MAX);
    table_shape table = {.columns = columns, .n_columns = n_columns};
    double shares = 0;
    for (size_t i = 0; i < n_columns; i++) shares += columns[i].share;
    double x = margin;
    for (size_t i = 0; i < n_columns; i++) {
        double width = inner_width() * columns[i].share / shares;
        table.x[i] = x;
        table.width[i] = width - (i + 1 < n_columns ? gap : 0);
        x += width;
    }
    make_room(paper, 46);
    draw_table_head(paper, &table);
    for (size_t row = 0; row < n_rows; row++) {
        const eg_paper_cell *line = cells + row * n_columns;
        double height = 0;
        for (size_t i = 0; i < n_columns; i++)
            height = fmax(height, cell_part(paper, &table, i, &line[i], 0, 0));
        if (paper->y + height + 2 * cell_pad > page_end()) {
            begin_page(paper);
            draw_table_head(paper, &table);
        }
        for (size_t i = 0; i < n_columns; i++)
            cell_part(paper, &table, i, &line[i], paper->y + cell_pad, 1);
        paper->y += height + 2 * cell_pad;
        draw_line(paper, margin, paper->y, page_width - margin, paper->y, hairline);
    }
    paper->y += gap;
}

static const double chart_height = 62;

typedef struct scale {
    double low, high;   /* in the measure's unit; low is at the bottom */
    double top, bottom; /* on the page */
} scale;

static double place(const scale *s, double value) {
    return s->bottom - (value - s->low) / (s->high - s->low) * (s->bottom - s->top);
}

static scale trend_scale(const eg_paper_trend *trend, double top, double bottom) {
    double low = trend->values[0];
    double high = trend->values[0];
    for (size_t i = 1; i < trend->n; i++) {
        low = fmin(low, trend->values[i]);
        high = fmax(high, trend->values[i]);
    }
    if (!isnan(trend->mdc)) {
        low = fmin(low, trend->values[0] - trend->mdc);
        high = fmax(high, trend->values[0] + trend->mdc);
    }
    if (!isnan(trend->goal)) {
        low = fmin(low, trend->goal);
        high = fmax(high, trend->goal);
    }
    double room = high > low ? (high - low) * 0.12 : fmax(fabs(high) * 0.1, 1.0);
    /* Up is better, on paper as on the screen. */
    if (trend->lower_is_better) return (scale){high + room, low - room, top, bottom};
    return (scale){low - room, high + room, top, bottom};
}

static void draw_trend_lines(eg_paper *paper, const eg_paper_trend *trend, const scale *s, double x,
                             double width) {
    cairo_t *c = paper->cairo;
    if (!isnan(trend->mdc)) {
        double a = place(s, trend->values[0] + trend->mdc);
        double b = place(s, trend->values[0] - trend->mdc);
        fill_box(paper, x, fmin(a, b), width, fabs(a - b), noise_fill);
    }
    if (!isnan(trend->goal)) {
        double dashes[] = {1.5, 2.5};
        cairo_save(c);
        cairo_set_dash(c, dashes, 2, 0);
        draw_line(paper, x, place(s, trend->goal), x + width, place(s, trend->goal), orange_ink);
        cairo_restore(c);
    }
    use(paper, blue);
    cairo_set_line_width(c, 1.3);
    double step = trend->n > 1 ? (width - 8) / (double)(trend->n - 1) : 0;
    for (size_t i = 0; i < trend->n; i++)
        cairo_line_to(c, x + 4 + step * (double)i, place(s, trend->values[i]));
    cairo_stroke(c);
    /* Hollow is the first value, full is the one of now. */
    cairo_arc(c, x + 4, place(s, trend->values[0]), 2.6, 0, 2 * G_PI);
    cairo_set_source_rgb(c, 1, 1, 1);
    cairo_fill_preserve(c);
    use(paper, blue);
    cairo_stroke(c);
    double last_x = x + 4 + step * (double)(trend->n - 1);
    cairo_arc(c, last_x, place(s, trend->values[trend->n - 1]), 2.8, 0, 2 * G_PI);
    cairo_fill(c);
}

static void draw_trend(eg_paper *paper, const eg_paper_trend *trend, double x, double width) {
    text_style head = {9, 1, 0, ink};
    text_style value = {9, 0, 0, ink_2};
    text_style verdict = {8, 0, 0, ink_3};
    double y = paper->y + draw_text(paper, trend->title, x, paper->y, width, &head);
    char text[160];
    snprintf(text, sizeof text, "%.4g → %.4g %s", trend->values[0], trend->values[trend->n - 1],
             trend->unit);
    y += draw_text(paper, text, x, y, width, &value);
    scale s = trend_scale(trend, y + 3, y + chart_height - 14);
    draw_trend_lines(paper, trend, &s, x, width);
    draw_text(paper, trend->verdict, x, y + chart_height - 10, width, &verdict);
}

void eg_paper_trends(eg_paper *paper, const eg_paper_trend *trends, size_t n) {
    enum { PER_ROW = 3 };
    double width = (inner_width() - 2 * gap * 2) / PER_ROW;
    double row_height = chart_height + 46;
    for (size_t i = 0; i < n; i++) {
        if (i % PER_ROW == 0) {
            if (i > 0) paper->y += row_height;
            make_room(paper, row_height);
        }
        if (trends[i].n > 0)
            draw_trend(paper, &trends[i], margin + (double)(i % PER_ROW) * (width + 2 * gap),
                       width);
    }
    if (n > 0) paper->y += row_height;
}

static void draw_ellipse(eg_paper *paper, const eg_paper_sway *sway, double middle_x,
                         double middle_y, double mm_per_point) {
    cairo_t *c = paper->cairo;
    if (!(sway->major_mm > 0) || !(sway->minor_mm > 0) || !isfinite(sway->major_mm) ||
        !isfinite(sway->angle_deg))
        return;
    cairo_save(c);
    cairo_translate(c, middle_x, middle_y);
    cairo_rotate(c, -sway->angle_deg * G_PI / 180);
    cairo_scale(c, sway->major_mm / mm_per_point, sway->minor_mm / mm_per_point);
    cairo_new_sub_path(c);
    cairo_arc(c, 0, 0, 1, 0, 2 * G_PI);
    cairo_restore(c);
    use(paper, ink);
    cairo_set_line_width(c, 1);
    cairo_stroke(c);
}

static void draw_sway(eg_paper *paper, const eg_paper_sway *sway, double x, double y, double size,
                      double mm_per_point) {
    cairo_t *c = paper->cairo;
    double middle_x = x + size / 2;
    double middle_y = y + size / 2;
    cairo_save(c);
    cairo_rectangle(c, x, y, size, size);
    cairo_clip(c);
    for (int radius_mm = 10; radius_mm <= 20; radius_mm += 10) {
        use(paper, line_color);
        cairo_set_line_width(c, 0.6);
        cairo_arc(c, middle_x, middle_y, radius_mm / mm_per_point, 0, 2 * G_PI);
        cairo_stroke(c);
    }
    size_t step = sway->n / EG_PAPER_POINTS_MAX + 1;
    for (size_t i = 0; i < sway->n; i += step)
        if (isfinite(sway->ml_mm[i]) && isfinite(sway->ap_mm[i]))
            cairo_line_to(c, middle_x + (sway->ml_mm[i] - sway->center_ml_mm) / mm_per_point,
                          middle_y - (sway->ap_mm[i] - sway->center_ap_mm) / mm_per_point);
    use(paper, blue);
    cairo_set_line_width(c, 0.45);
    cairo_stroke(c);
    draw_ellipse(paper, sway, middle_x, middle_y, mm_per_point);
    cairo_restore(c);
}

void eg_paper_sways(eg_paper *paper, const eg_paper_sway *sways, size_t n) {
    enum { PER_ROW = 3 };
    static const double size = 112;
    if (n == 0) return;
    if (n > PER_ROW) n = PER_ROW;
    make_room(paper, size + 44);
    /* One scale for all, so that the larger sway looks larger. */
    double reach_mm = 22;
    for (size_t i = 0; i < n; i++)
        if (isfinite(sways[i].major_mm)) reach_mm = fmax(reach_mm, sways[i].major_mm * 1.25);
    double width = inner_width() / PER_ROW;
    for (size_t i = 0; i < n; i++) {
        double x = margin + width * (double)i;
        text_style head = {9, 1, 0, ink};
        text_style caption = {8, 0, 0, ink_3};
        double h = draw_text(paper, sways[i].title, x, paper->y, width - gap, &head);
        draw_sway(paper, &sways[i], x, paper->y + h + 2, size, reach_mm / (size / 2));
        draw_text(paper, sways[i].caption, x, paper->y + h + size + 5, width - gap, &caption);
    }
    paper->y += size + 44;
}

eg_err eg_paper_finish(eg_paper *paper, int *n_pages) {
    EG_ASSERT(paper != NULL);
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
