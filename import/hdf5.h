/* HDF5 files: those of PLUX OpenSignals (a group for each device, with its channels under raw/),
 * Matlab 7.3, and numeric datasets of any other program. */
#ifndef EG_IMPORT_HDF5_H
#define EG_IMPORT_HDF5_H

#include <stddef.h>

#include <hdf5.h>

#include "import/choose.h"

/* Sends what the image of a file holds. Ends the process if it holds nothing that can be read. */
void import_hdf5(unsigned char *bytes, size_t size);

/* Before the process is shut in: what the library wants to do once. */
int import_hdf5_prepare(void);

/* ---- for import/hdf5*.c alone ---- */

/* An attribute's text or first number; "" and NaN if it has none of that kind. */
void import_hdf5_text(hid_t object, const char *name, char *text, size_t size);
double import_hdf5_number(hid_t object, const char *name);

/* All numbers of an attribute, at most `most`; how many. */
size_t import_hdf5_numbers(hid_t object, const char *name, double *values, size_t most);

/* Whether a dataset holds numbers in at most two dimensions; fills all but the name and source. */
int import_hdf5_shape(hid_t dataset, import_item *item);

/* Samples of a dataset in the item's order; 0 if they cannot be read. */
int import_hdf5_values(hid_t dataset, const import_item *item, size_t at, size_t n, double *values);

/* The chunks that are read one after the other are unpacked once. */
hid_t import_hdf5_open_dataset(hid_t file, const char *path);

/* Sends an OpenSignals file; returns 0 if it is not one. */
int import_opensignals(hid_t file);

#endif
