/* Matlab files of versions 5 to 7 (numbers, and structures of numbers), through libmatio. Version
 * 7.3 is HDF5 (hdf5.h). */
#ifndef EG_IMPORT_MAT_H
#define EG_IMPORT_MAT_H

/* Sends what the file at the process's input holds. Ends the process if it is nothing. */
void import_mat(void);

#endif
