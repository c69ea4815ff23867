/* Force plates under a walk that markers saw, for tests. */
#ifndef EG_TESTS_SUPPORT_GAIT_PLATES_H
#define EG_TESTS_SUPPORT_GAIT_PLATES_H

#include "clinic/gait_source.h"
#include "core/gait/join.h"

/* Joins what every plate of the recording felt to the contacts[n] of the markers: the plates' own
 * events are in `joint`. Returns how many contacts the plates felt; each must bear a person. */
size_t plates_join(const eg_recording *recording, eg_gait_markers *markers, size_t n,
                   eg_gait_contact *contacts, eg_gait_joint *joint);

#endif
