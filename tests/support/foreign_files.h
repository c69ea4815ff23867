/* HDF5 and Matlab files in which every number is known, written by their own libraries. */
#ifndef EG_TESTS_SUPPORT_FOREIGN_FILES_H
#define EG_TESTS_SUPPORT_FOREIGN_FILES_H

#include <stddef.h>

enum { FOREIGN_ROWS = 400, FOREIGN_COLUMNS = 3, FOREIGN_RATE_HZ = 1250 };

/* The value of row i and column k of every matrix of these files, exact as a double, a float and,
 * times 1024, as an integer of 16 bits. */
double foreign_value(size_t i, size_t k);

/* Version 5, 7 (compressed) or 73 with: emg [400 x 3] double, force [1 x 400] int16 (times 1024),
 * fs 1250, note "left leg", cues [2 x 3], trial.angle [400 x 1] single, trial.weight 71.5. */
void foreign_mat(const char *path, int version);

/* A vector "x" of `n` numbers and "time" in seconds, `step` apart, one step of which is ten times
 * as long if `is_uneven`; no rate. Version 5. */
void foreign_mat_timed(const char *path, size_t n, double step, int is_uneven);

/* Matlab 5 with parts: data {[400 x 1], [400 x 1]}, trial (1 x 2) with a field emg [400 x 1] each,
 * odd [400 x 1] complex, srate 1250, and times in milliseconds, as EEGLAB has them. Columns in this
 * order. */
void foreign_mat_parts(const char *path);

/* Matlab 4, written by hand: "x" [400 x 1] double and "fs" 1250. */
void foreign_mat_4(const char *path);

/* HDF5 with /fs 1250, /here [400], /elsewhere [400] whose values lie in another file that is not
 * there, and /table of compounds. */
void foreign_hdf5_odd(const char *path);

/* /run/imu [3 x 400] float, compressed in chunks, with the attribute sampling_rate 1250;
 * /run/force [400] int32 (times 1024); /run/note a text; /about [2]; /cube [4 x 4 x 4]. */
void foreign_hdf5(const char *path);

/* As Octave lays it out: /emg/value [400] and /fs/value 1250. */
void foreign_octave(const char *path);

#endif
