/* A made walk as cameras see it, for tests: markers on heels, toes and pelvis, and the contacts
 * that are found in them. */
#ifndef EG_TESTS_SUPPORT_WALK_SCENE_H
#define EG_TESTS_SUPPORT_WALK_SCENE_H

#include "core/gait/track.h"
#include "core/sim/walk.h"

enum { STEPS = 200 };

typedef struct scene {
    eg_walk_person person;
    size_t n_steps, n;
    double rate_hz, duration_s, belt_mm_s;
    uint64_t seed; /* of footprints and noise; 0 is one of them */
    eg_walk_step steps[STEPS];
    double (*heel[2])[3], (*toe[2])[3], (*pelvis)[3];
    size_t n_contacts;
    eg_gait_contact contacts[STEPS];
    eg_gait_path path;
} scene;

/* Plans and records scene->person at rate_hz on a belt of belt_mm_s. */
void scene_see(scene *s, double noise_mm);
void scene_find(scene *s);
eg_gait_track scene_track(const scene *s);
void scene_forget(scene *s);

#endif
