/* Inside clinic/paper: the sheet, and how text and lines are put on it. */
#ifndef EG_CLINIC_PAPER_PART_H
#define EG_CLINIC_PAPER_PART_H

#include <cairo.h>

#include "clinic/paper.h"

typedef struct paper_color {
    double red, green, blue;
} paper_color;

/* The light theme of the screens, so that paper and screen speak one language. */
static const paper_color paper_ink = {0.071, 0.114, 0.169};
static const paper_color paper_ink_2 = {0.263, 0.325, 0.416};
static const paper_color paper_ink_3 = {0.349, 0.416, 0.502};
static const paper_color paper_line = {0.761, 0.8, 0.847};
static const paper_color paper_blue = {0.11, 0.373, 0.769};
static const paper_color paper_orange = {0.592, 0.263, 0.039};

/* A4 in points, and the house's spacing on paper. */
static const double paper_width = 595.276;
static const double paper_margin = 46.0;
static const double paper_gap = 8.0;

struct eg_paper {
    eg_paper_info info;
    eg_paper_sink sink;
    void *closure;
    eg_err error; /* the sink's first refusal */
    cairo_surface_t *surface;
    cairo_t *cairo;
    double y;    /* where the next block begins, from the top of the page */
    int n_pages; /* begun so far */
    /* A heading that waits for what stands below it, so that both are on one page; NULL if none. */
    char *heading;
    char *aside;
};

typedef struct paper_style {
    double size; /* points */
    int is_bold;
    int is_right;
    paper_color color;
} paper_style;

double paper_inner_width(void);
/* Starts a new page unless `height`, and a heading that waits, still fit on this one. */
void paper_make_room(eg_paper *paper, double height);
void paper_use(eg_paper *paper, paper_color color);
double paper_text_height(eg_paper *paper, const char *text, double width, const paper_style *style);
/* Draws a paragraph and returns its height. */
double paper_draw_text(eg_paper *paper, const char *text, double x, double y, double width,
                       const paper_style *style);
void paper_draw_line(eg_paper *paper, double x0, double y0, double x1, double y1,
                     paper_color color);
void paper_fill_box(eg_paper *paper, double x, double y, double width, double height,
                    paper_color color);

#endif
