#include "tests/support/gait_plates.h"

#include "tests/support/test.h"

size_t plates_join(const eg_recording *recording, eg_gait_markers *markers, size_t n,
                   eg_gait_contact *contacts, eg_gait_joint *joint) {
    eg_gait_track track = eg_gait_markers_track(markers);
    size_t n_plate = 0;
    for (size_t p = 0; p < recording->n_platforms; p++) {
        eg_gait_plate_reading reading;
        EG_CHECK_INT(eg_gait_plate_read(recording, p, markers, &reading, NULL), EG_OK);
        eg_gait_contact found[16];
        size_t count = 0;
        eg_gait_force_contacts(reading.n, reading.force.force_n[2], reading.rate_hz,
                               reading.force.edge_n, 16, found, &count);
        for (size_t k = 0; k < count; k++) {
            double load;
            eg_gait_force_middle(reading.n, &reading.force, reading.rate_hz, &found[k], &load,
                                 found[k].place_mm);
            EG_CHECK(load > 300.0 && load < 1200.0);
        }
        n_plate += count;
        eg_gait_join(&track, &reading.force, count, found, n, contacts, joint);
        eg_gait_plate_free(&reading);
    }
    return n_plate;
}
