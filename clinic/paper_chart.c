/* Drawings on a sheet of paper: trends, traces of sway. */
#include <math.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <string.h>

#include "clinic/paper_part.h"

static const paper_color noise_fill = {0.914, 0.929, 0.949};
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

/* Where the value stands between the first, 0, and the last, 1. */
static double share_of_time(const eg_paper_trend *trend, size_t i) {
    if (trend->n < 2) return 0;
    if (trend->days == NULL || !(trend->days[trend->n - 1] > trend->days[0]))
        return (double)i / (double)(trend->n - 1);
    return (trend->days[i] - trend->days[0]) / (trend->days[trend->n - 1] - trend->days[0]);
}

static void draw_trend_lines(eg_paper *paper, const eg_paper_trend *trend, const scale *s, double x,
                             double width) {
    cairo_t *c = paper->cairo;
    if (!isnan(trend->mdc)) {
        double a = place(s, trend->values[0] + trend->mdc);
        double b = place(s, trend->values[0] - trend->mdc);
        paper_fill_box(paper, x, fmin(a, b), width, fabs(a - b), noise_fill);
    }
    if (!isnan(trend->goal)) {
        double dashes[] = {1.5, 2.5};
        cairo_save(c);
        cairo_set_dash(c, dashes, 2, 0);
        paper_draw_line(paper, x, place(s, trend->goal), x + width, place(s, trend->goal),
                        paper_orange);
        cairo_restore(c);
    }
    paper_use(paper, paper_blue);
    cairo_set_line_width(c, 1.3);
    for (size_t i = 0; i < trend->n; i++)
        cairo_line_to(c, x + 4 + (width - 8) * share_of_time(trend, i), place(s, trend->values[i]));
    cairo_stroke(c);
    /* Hollow is the first value, full is the one of now. */
    cairo_arc(c, x + 4, place(s, trend->values[0]), 2.6, 0, 2 * G_PI);
    cairo_set_source_rgb(c, 1, 1, 1);
    cairo_fill_preserve(c);
    paper_use(paper, paper_blue);
    cairo_stroke(c);
    double last_x = x + 4 + (width - 8) * share_of_time(trend, trend->n - 1);
    cairo_arc(c, last_x, place(s, trend->values[trend->n - 1]), 2.8, 0, 2 * G_PI);
    cairo_fill(c);
}

static const paper_style trend_head = {9, 1, 0, {0.071, 0.114, 0.169}};
static const paper_style trend_value = {9, 0, 0, {0.263, 0.325, 0.416}};
static const paper_style trend_date = {7, 0, 0, {0.349, 0.416, 0.502}};
static const paper_style trend_last_date = {7, 0, 1, {0.349, 0.416, 0.502}};
static const paper_style trend_verdict = {8, 0, 0, {0.349, 0.416, 0.502}};

static void value_line(const eg_paper_trend *trend, char *text, size_t size) {
    int n =
        snprintf(text, size, "%.4g → %.4g%s%s", trend->values[0], trend->values[trend->n - 1],
                 trend->unit[0] != '\0' && strcmp(trend->unit, "°") != 0 ? " " : "", trend->unit);
    if (!isnan(trend->goal) && n > 0 && (size_t)n < size)
        snprintf(text + n, size - (size_t)n, ", goal %.4g", trend->goal);
}

/* `head` is the height of the tallest title and value line of the row: charts stand level. */
static void draw_trend(eg_paper *paper, const eg_paper_trend *trend, double x, double width,
                       double head) {
    char text[160];
    value_line(trend, text, sizeof text);
    double y = paper->y + paper_draw_text(paper, trend->title, x, paper->y, width, &trend_head);
    paper_draw_text(paper, text, x, y, width, &trend_value);
    y = paper->y + head;
    scale s = trend_scale(trend, y + 3, y + chart_height - 14);
    draw_trend_lines(paper, trend, &s, x, width);
    y += chart_height - 12;
    if (trend->first_on != NULL) paper_draw_text(paper, trend->first_on, x, y, width, &trend_date);
    if (trend->last_on != NULL)
        paper_draw_text(paper, trend->last_on, x, y, width, &trend_last_date);
    paper_draw_text(paper, trend->verdict, x, y + 10, width, &trend_verdict);
}

void eg_paper_trends(eg_paper *paper, const eg_paper_trend *trends, size_t n) {
    enum { PER_ROW = 3 };
    double width = (paper_inner_width() - 2 * paper_gap * 2) / PER_ROW;
    for (size_t row = 0; row < n; row += PER_ROW) {
        size_t end = row + PER_ROW < n ? row + PER_ROW : n;
        double head = 0;
        double foot = 0;
        for (size_t i = row; i < end; i++) {
            char text[160];
            if (trends[i].n == 0) continue;
            value_line(&trends[i], text, sizeof text);
            head = fmax(head, paper_text_height(paper, trends[i].title, width, &trend_head) +
                                  paper_text_height(paper, text, width, &trend_value));
            foot = fmax(foot, paper_text_height(paper, trends[i].verdict, width, &trend_verdict));
        }
        double height = head + chart_height + foot + 6;
        paper_make_room(paper, height);
        for (size_t i = row; i < end; i++)
            if (trends[i].n > 0)
                draw_trend(paper, &trends[i],
                           paper_margin + (double)(i - row) * (width + 2 * paper_gap), width, head);
        paper->y += height;
    }
}

static void draw_ellipse(eg_paper *paper, const eg_paper_sway *sway, double middle_x,
                         double middle_y, double mm_per_point) {
    cairo_t *c = paper->cairo;
    if (!isfinite(sway->angle_deg) || !isfinite(sway->major_mm) || sway->major_mm <= 0 ||
        !(sway->minor_mm > 0))
        return;
    cairo_save(c);
    cairo_translate(c, middle_x, middle_y);
    cairo_rotate(c, -sway->angle_deg * G_PI / 180);
    cairo_scale(c, sway->major_mm / mm_per_point, sway->minor_mm / mm_per_point);
    cairo_new_sub_path(c);
    cairo_arc(c, 0, 0, 1, 0, 2 * G_PI);
    cairo_restore(c);
    paper_use(paper, paper_ink);
    cairo_set_line_width(c, 1);
    cairo_stroke(c);
}

/* Two circles give the scale: of 10 and 20 mm for quiet standing, wider ones for a task. */
static double circle_step_mm(double reach_mm) {
    static const double steps_mm[] = {10, 20, 50, 100, 200};
    size_t i = 0;
    while (i + 1 < sizeof steps_mm / sizeof steps_mm[0] && 2 * steps_mm[i + 1] < reach_mm) i++;
    return steps_mm[i];
}

/* Each circle says its radius above it, on a ground of its own. */
static void label_circles(eg_paper *paper, double middle_x, double middle_y, double mm_per_point,
                          double reach_mm) {
    static const paper_style label = {6, 0, 0, {0.349, 0.416, 0.502}};
    for (int i = 1; i <= 2; i++) {
        char text[24];
        double radius_mm = i * circle_step_mm(reach_mm);
        double x = middle_x + 0.707 * radius_mm / mm_per_point;
        double y = middle_y + 0.707 * radius_mm / mm_per_point;
        snprintf(text, sizeof text, "%.0f mm", radius_mm);
        paper_draw_text(paper, text, x + 1, y - 2, 40, &label);
    }
}

static void draw_sway(eg_paper *paper, const eg_paper_sway *sway, double x, double y, double size,
                      double mm_per_point) {
    cairo_t *c = paper->cairo;
    double middle_x = x + size / 2;
    double middle_y = y + size / 2;
    cairo_save(c);
    cairo_rectangle(c, x, y, size, size);
    cairo_clip(c);
    double reach_mm = size / 2 * mm_per_point;
    for (int i = 1; i <= 2; i++) {
        double radius_mm = i * circle_step_mm(reach_mm);
        paper_use(paper, paper_line);
        cairo_set_line_width(c, 0.6);
        cairo_new_sub_path(c);
        cairo_arc(c, middle_x, middle_y, radius_mm / mm_per_point, 0, 2 * G_PI);
        cairo_stroke(c);
    }
    size_t step = sway->n / EG_PAPER_POINTS_MAX + 1;
    for (size_t i = 0; i < sway->n; i += step)
        if (isfinite(sway->ml_mm[i]) && isfinite(sway->ap_mm[i]))
            cairo_line_to(c, middle_x + (sway->ml_mm[i] - sway->center_ml_mm) / mm_per_point,
                          middle_y - (sway->ap_mm[i] - sway->center_ap_mm) / mm_per_point);
    paper_use(paper, paper_blue);
    cairo_set_line_width(c, 0.45);
    cairo_stroke(c);
    draw_ellipse(paper, sway, middle_x, middle_y, mm_per_point);
    label_circles(paper, middle_x, middle_y, mm_per_point, reach_mm);
    cairo_restore(c);
}

static double reach_of_samples(const eg_paper_sway *sway) {
    double reach_mm = 22;
    for (size_t i = 0; i < sway->n; i++) {
        double ml_mm = fabs(sway->ml_mm[i] - sway->center_ml_mm);
        double ap_mm = fabs(sway->ap_mm[i] - sway->center_ap_mm);
        if (isfinite(ml_mm)) reach_mm = fmax(reach_mm, ml_mm * 1.05);
        if (isfinite(ap_mm)) reach_mm = fmax(reach_mm, ap_mm * 1.05);
    }
    return reach_mm;
}

/* How far a trace reaches: of quiet stance its ellipse says it, of a task the samples. */
static double reach_of(const eg_paper_sway *sway) {
    if (isfinite(sway->major_mm)) return fmax(22, sway->major_mm * 1.25);
    return reach_of_samples(sway);
}

/* One scale for all traces of quiet stance, so that the larger sway looks larger; a task, which
 * moves the body on purpose, has its own. */
static double shared_reach(const eg_paper_sway *sways, size_t n, const eg_paper_sway *of) {
    double reach_mm = reach_of(of);
    if (!isfinite(of->major_mm)) return reach_mm;
    for (size_t i = 0; i < n; i++)
        if (isfinite(sways[i].major_mm)) reach_mm = fmax(reach_mm, reach_of(&sways[i]));
    return reach_mm;
}

void eg_paper_sways(eg_paper *paper, const eg_paper_sway *sways, size_t n) {
    enum { PER_ROW = 3 };
    static const double size = 112;
    static const paper_style head = {9, 1, 0, {0.071, 0.114, 0.169}};
    static const paper_style caption = {8, 0, 0, {0.349, 0.416, 0.502}};
    if (n == 0) return;
    if (n > PER_ROW) n = PER_ROW;
    double width = paper_inner_width() / PER_ROW;
    double title_height = 0;
    double caption_height = 0;
    for (size_t i = 0; i < n; i++) {
        title_height =
            fmax(title_height, paper_text_height(paper, sways[i].title, width - paper_gap, &head));
        caption_height = fmax(caption_height, paper_text_height(paper, sways[i].caption,
                                                                width - paper_gap, &caption));
    }
    double height = title_height + size + caption_height + 12;
    paper_make_room(paper, height);
    for (size_t i = 0; i < n; i++) {
        double x = paper_margin + width * (double)i;
        paper_draw_text(paper, sways[i].title, x, paper->y, width - paper_gap, &head);
        draw_sway(paper, &sways[i], x, paper->y + title_height + 2, size,
                  shared_reach(sways, n, &sways[i]) / (size / 2));
        paper_draw_text(paper, sways[i].caption, x, paper->y + title_height + size + 5,
                        width - paper_gap, &caption);
    }
    paper->y += height;
}

/* One axis of the sway over time, about its mean. */
static void draw_strip(eg_paper *paper, const double *t_s, const double *values, size_t n,
                       double middle, double x, double y, double width, double height,
                       double reach_mm) {
    cairo_t *c = paper->cairo;
    double end_s = n > 0 && t_s[n - 1] > 0 ? t_s[n - 1] : 1;
    paper_draw_line(paper, x, y + height / 2, x + width, y + height / 2, paper_line);
    cairo_save(c);
    cairo_rectangle(c, x, y, width, height);
    cairo_clip(c);
    for (size_t i = 0; i < n; i++)
        if (isfinite(values[i]))
            cairo_line_to(c, x + width * t_s[i] / end_s,
                          y + height / 2 - (values[i] - middle) / reach_mm * height / 2);
    paper_use(paper, paper_blue);
    cairo_set_line_width(c, 0.6);
    cairo_stroke(c);
    cairo_restore(c);
}

/* The axis of time below the strips: 0, the quarters, and the end in seconds. */
static void draw_seconds(eg_paper *paper, double end_s, double x, double y, double width) {
    static const paper_style centered = {7.5, 0, 0, {0.349, 0.416, 0.502}};
    static const paper_style right = {7.5, 0, 1, {0.349, 0.416, 0.502}};
    char text[32];
    for (int i = 0; i < 4; i++) {
        snprintf(text, sizeof text, "%.3g s", end_s * i / 4);
        paper_draw_text(paper, text, x + width * i / 4, y, 60, &centered);
        paper_draw_line(paper, x + width * i / 4, y - 3, x + width * i / 4, y, paper_line);
    }
    snprintf(text, sizeof text, "%.3g s", end_s);
    paper_draw_text(paper, text, x, y, width, &right);
    paper_draw_line(paper, x, y - 3, x + width, y - 3, paper_line);
}

void eg_paper_recording(eg_paper *paper, const eg_paper_sway *sway, const double *t_s) {
    static const double size = 150;
    static const paper_style head = {8.5, 1, 0, {0.071, 0.114, 0.169}};
    static const paper_style small = {7.5, 0, 1, {0.349, 0.416, 0.502}};
    static const paper_style left = {7.5, 0, 0, {0.349, 0.416, 0.502}};
    double reach_mm = fmax(reach_of(sway), reach_of_samples(sway));
    double x = paper_margin + size + 3 * paper_gap;
    double width = paper_margin + paper_inner_width() - x;
    double strip = (size - 30) / 2;
    char text[80];
    paper_make_room(paper, size + 20);
    draw_sway(paper, sway, paper_margin, paper->y, size, reach_mm / (size / 2));
    paper_draw_text(paper, "Front is up, right is right", paper_margin, paper->y + size + 2, size,
                    &left);
    const char *const titles[] = {"Right (+) and left", "Front (+) and back"};
    const double *const values[] = {sway->ml_mm, sway->ap_mm};
    const double middles[] = {sway->center_ml_mm, sway->center_ap_mm};
    for (size_t i = 0; i < 2; i++) {
        double y = paper->y + (double)i * (strip + 17);
        paper_draw_text(paper, titles[i], x, y, width, &head);
        snprintf(text, sizeof text, "± %.0f mm about the mean", reach_mm);
        paper_draw_text(paper, text, x, y, width, &small);
        draw_strip(paper, t_s, values[i], sway->n, middles[i], x, y + 13, width, strip, reach_mm);
    }
    draw_seconds(paper, sway->n > 0 ? t_s[sway->n - 1] : 0, x, paper->y + size + 2, width);
    paper->y += size + 20;
}
