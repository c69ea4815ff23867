/* Walking from force plates, markers or both. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/study_gait_part.h"
#include "core/base/sort.h"
#include "core/gait/join.h"
#include "core/motion/marker.h"

enum { PLATE_CONTACTS_MAX = 2000, PLATES_MAX = 8 };

double eg_gait_median(size_t n, double *values) {
    double *scratch = malloc((n + 1) * sizeof *scratch);
    if (scratch == NULL) return (double)NAN;
    eg_sort(n, values, scratch);
    free(scratch);
    return eg_sort_quantile(n, values, 0.5);
}

int eg_gait_suits_motion(const eg_recording *recording) {
    eg_gait_markers markers;
    int is_usable = 0;
    if (eg_gait_markers_read(recording, &markers, &is_usable, NULL) != EG_OK) is_usable = 0;
    eg_gait_markers_free(&markers);
    if (is_usable) return recording->n_platforms > 0 ? 2 : 1;
    return recording->n_platforms > 0;
}

static const char *const sides[] = {"left", "right", NULL};

static void add_marker_traces(const eg_study_call *call, const eg_gait_markers *m, json_t *result) {
    double *z = malloc((m->n + 1) * sizeof *z);
    for (int s = 0; s < 2 && z != NULL; s++)
        for (int is_toe = 0; is_toe < 2; is_toe++) {
            double(*xyz)[3] = is_toe ? m->toe[s] : m->heel[s];
            char label[64];
            if (xyz == NULL) continue;
            for (size_t i = 0; i < m->n; i++) z[i] = xyz[i][2];
            snprintf(label, sizeof label, "%s %s height", sides[s], is_toe ? "toe" : "heel");
            eg_gait_set_side(eg_study_add_trace(result, call->n_trace_points, label, "mm",
                                                "position", m->names[2 * is_toe + s], 0.0,
                                                m->rate_hz, m->n, z),
                             s);
        }
    free(z);
}

/* The contacts of the markers alone. */
static eg_err track(const eg_gait_markers *m, gait_look *look, eg_gait_path *path, eg_diag *diag) {
    eg_gait_track t = eg_gait_markers_track(m);
    size_t bytes = eg_gait_track_bytes(m->n);
    void *memory = malloc(bytes);
    if (memory == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for the steps");
    eg_arena arena;
    eg_arena_init(&arena, memory, bytes);
    eg_err err = eg_gait_track_contacts(&t, EG_GAIT_CONTACTS_MAX, look->contacts, &look->n, path,
                                        &arena, diag);
    free(memory);
    look->from_s = path->from_s;
    look->to_s = path->to_s;
    return err;
}

static void report_joint(const eg_gait_joint *joint, json_t *result) {
    double apart[EG_GAIT_JOIN_MAX];
    size_t n = 0, whole = 0;
    for (size_t i = 0; i < joint->n_pairs; i++) {
        if (!joint->pairs[i].is_whole) continue;
        whole++;
        apart[n++] = fabs(joint->pairs[i].marker_s - joint->pairs[i].plate_s) * 1000.0;
    }
    if (whole > 0) {
        char text[160];
        double median = eg_gait_median(n, apart);
        snprintf(text, sizeof text,
                 "%zu events of force plates and markers differ by %.0f ms in the median, by %.0f "
                 "ms at most",
                 n, median, apart[n - 1]);
        eg_study_add_check(result, "plates against markers", median > 20.0, text, NULL);
        eg_study_say(result,
                     "Where a foot stood on a force plate alone and whole, the plate's times were "
                     "taken (%zu events).",
                     whole);
    }
    if (joint->n_pairs > whole)
        eg_study_add_warning(result, "a foot stood on a force plate only in part: the times of the "
                                     "markers were taken there");
    if (joint->n_unpaired > 0)
        eg_study_add_warning(result,
                             "a force plate bore two feet at once, or one that no marker showed: "
                             "it was left aside");
}

/* All plates: pairs their contacts with the markers', or collects them. */
static eg_err plates(const eg_study_call *call, eg_gait_markers *m, int has_markers,
                     gait_look *look, json_t *result, eg_diag *diag) {
    const eg_recording *recording = call->recording;
    eg_gait_joint *joint = calloc(1, sizeof *joint);
    eg_gait_contact *found = malloc(PLATE_CONTACTS_MAX * sizeof *found);
    eg_err err = joint != NULL && found != NULL
                     ? EG_OK
                     : eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for the force plates");
    size_t n_read = 0;
    for (size_t p = 0; err == EG_OK && p < recording->n_platforms && p < PLATES_MAX; p++) {
        eg_gait_plate_reading r;
        eg_diag own = {0};
        if (eg_gait_plate_read(recording, p, m, &r, &own) != EG_OK) {
            char text[320];
            snprintf(text, sizeof text, "force plate %zu: %s", p + 1, own.text);
            eg_study_add_warning(result, text);
            continue;
        }
        n_read++;
        size_t n = 0;
        eg_gait_force_contacts(r.n, r.force.force_n[2], r.rate_hz, r.force.edge_n,
                               PLATE_CONTACTS_MAX, found, &n);
        if (n > PLATE_CONTACTS_MAX) n = PLATE_CONTACTS_MAX;
        for (size_t i = 0; i < n; i++) {
            double load;
            eg_gait_force_middle(r.n, &r.force, r.rate_hz, &found[i], &load, found[i].place_mm);
            eg_gait_force_heading(&r.force, r.n, r.rate_hz, &found[i]);
        }
        if (has_markers) {
            eg_gait_track t = eg_gait_markers_track(m);
            eg_gait_join(&t, &r.force, n, found, look->n, look->contacts, joint);
        } else {
            for (size_t i = 0; i < n && look->n < EG_GAIT_CONTACTS_MAX; i++)
                look->contacts[look->n++] = found[i];
        }
        char label[64];
        snprintf(label, sizeof label, "vertical force, plate %zu", p + 1);
        if (r.force.is_loaded)
            eg_study_add_trace(result, call->n_trace_points, label, "N", "force", NULL, 0.0,
                               r.rate_hz, r.n, r.force.force_n[2]);
        eg_gait_plate_free(&r);
    }
    if (err == EG_OK && n_read > 0) {
        eg_study_say(result,
                     "Contacts on %zu force plate%s: the vertical force, its empty baseline taken "
                     "off, above %g N (or five standard deviations of the empty plate), linear "
                     "between samples.",
                     n_read, n_read == 1 ? "" : "s", EG_GAIT_FORCE_EDGE_N);
        if (has_markers) report_joint(joint, result);
    }
    free(joint);
    free(found);
    return err;
}

static void say_markers(const eg_gait_markers *m, const eg_gait_path *path, json_t *result) {
    eg_study_say(result,
                 "Steps from markers (heels %s, %s; toes %s, %s; pelvis %s) at %g Hz, low-passed "
                 "at %g Hz: a swing is where a foot gains on the other one; the strike is the "
                 "upward shock (Hreljac and Marshall 2000) of what lands first, heel or forefoot, "
                 "for a soft heel the end of its fall, drawn by half to the forefoot's fastest "
                 "fall; the off the first of two signs: the foot's turn is half as fast as it was, "
                 "or tip and pivot move at %g of the walk's speed.",
                 m->names[0][0] != '\0' ? m->names[0] : "none",
                 m->names[1][0] != '\0' ? m->names[1] : "none",
                 m->names[2][0] != '\0' ? m->names[2] : "none",
                 m->names[3][0] != '\0' ? m->names[3] : "none",
                 m->names[4][0] != '\0' ? m->names[4] : "none", m->rate_hz,
                 EG_GAIT_TRACK_LOW_PASS_HZ, EG_GAIT_TRACK_LEAVE_PART);
    if (path->is_treadmill)
        eg_study_say(result, "The standing feet move back at %.2f m/s: a treadmill.",
                     path->belt_mm_s / 1000.0);
    if (m->toe[0] == NULL || m->toe[1] == NULL)
        eg_study_add_warning(result, "no marker on the forefoot of both sides: strikes and offs "
                                     "are less exact and toe clearance is not known");
}

eg_err eg_gait_look_motion(const eg_study_call *call, gait_look *look, json_t *result,
                           eg_diag *diag) {
    const eg_recording *recording = call->recording;
    const char *source = eg_study_text(call, "source", "auto");
    eg_gait_markers m;
    int has_markers = 0;
    eg_gait_path path = {0};
    eg_err err = eg_gait_markers_read(recording, &m, &has_markers, diag);
    if (strcmp(source, "plates") == 0) has_markers = 0;
    if (err == EG_OK && has_markers) {
        err = track(&m, look, &path, diag);
        if (err == EG_OK) say_markers(&m, &path, result);
        if (err == EG_OK) add_marker_traces(call, &m, result);
    }
    if (err == EG_OK && strcmp(source, "markers") != 0 && recording->n_platforms > 0)
        err = plates(call, &m, has_markers, look, result, diag);
    if (err == EG_OK && !has_markers) {
        eg_gait_sort(look->n, look->contacts);
        eg_gait_force_sides(look->n, look->contacts);
        eg_gait_place_steps(look->n, look->contacts, 0.0);
        if (look->n > 0) { /* nobody knows what the feet did beside the plates */
            const eg_gait_contact *last = &look->contacts[look->n - 1];
            look->from_s = isfinite(look->contacts[0].strike_s) ? look->contacts[0].strike_s : 0.0;
            look->to_s = isfinite(last->off_s) ? last->off_s : last->strike_s;
        }
        eg_study_say(result, "Without markers a foot's place is its middle of pressure and its "
                             "side follows from where it lies beside the others.");
    }
    if (err == EG_OK && !has_markers && recording->n_platforms == 0)
        err = eg_diag_set(diag, EG_ERR_MISSING, recording->name, 0,
                          "nothing to see steps with: markers on both heels (LHEE, RHEE), a force "
                          "plate, or inertial sensors on feet or lower back");
    if (err == EG_OK && has_markers) {
        look->markers = m; /* goes with the look */
        look->has_markers = 1;
    } else {
        eg_gait_markers_free(&m);
    }
    return err;
}
