#include "import/hdf5.h"

#include <hdf5_hl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/send.h"
#include "io/import/protocol.h"

enum {
    OBJECTS_MAX = 20000,
    TEXT_BYTES_MAX = 4096,
    CACHE_BYTES = 32 << 20,
    CACHE_SLOTS = 12421,
    NUMBERS_MAX = 1024,
    FILTERS_MAX = 32
};

int import_hdf5_prepare(void) {
    return H5open() >= 0 && H5Eset_auto2(H5E_DEFAULT, NULL, NULL) >= 0;
}

/* ---- attributes ------------------------------------------------------------------------------ */

static void read_text(hid_t attribute, hid_t type, char *text, size_t size) {
    if (H5Tis_variable_str(type) > 0) {
        char *found = NULL;
        hid_t space = H5Aget_space(attribute);
        if (space >= 0 && H5Sget_simple_extent_npoints(space) == 1 &&
            H5Aread(attribute, type, &found) >= 0 && found != NULL) {
            snprintf(text, size, "%s", found);
            H5free_memory(found);
        }
        if (space >= 0) H5Sclose(space);
        return;
    }
    char fixed[TEXT_BYTES_MAX + 1];
    size_t n = H5Tget_size(type);
    if (n == 0 || n > TEXT_BYTES_MAX || H5Aget_storage_size(attribute) != n) return;
    if (H5Aread(attribute, type, fixed) < 0) return;
    fixed[n] = '\0';
    snprintf(text, size, "%s", fixed);
}

void import_hdf5_text(hid_t object, const char *name, char *text, size_t size) {
    text[0] = '\0';
    if (H5Aexists(object, name) <= 0) return;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0) return;
    hid_t type = H5Aget_type(attribute);
    if (type >= 0 && H5Tget_class(type) == H5T_STRING) read_text(attribute, type, text, size);
    if (type >= 0) H5Tclose(type);
    H5Aclose(attribute);
}

static int is_number(hid_t type) {
    H5T_class_t kind = H5Tget_class(type);
    return (kind == H5T_INTEGER || kind == H5T_FLOAT) && H5Tget_size(type) <= sizeof(long double);
}

size_t import_hdf5_numbers(hid_t object, const char *name, double *values, size_t most) {
    size_t n = 0;
    if (H5Aexists(object, name) <= 0) return 0;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0) return 0;
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    hssize_t points = space >= 0 ? H5Sget_simple_extent_npoints(space) : 0;
    if (type >= 0 && is_number(type) && points > 0 && points <= NUMBERS_MAX) {
        double all[NUMBERS_MAX];
        if (H5Aread(attribute, H5T_NATIVE_DOUBLE, all) >= 0) {
            n = (size_t)points < most ? (size_t)points : most;
            memcpy(values, all, n * sizeof *values);
        }
    }
    if (type >= 0) H5Tclose(type);
    if (space >= 0) H5Sclose(space);
    H5Aclose(attribute);
    return n;
}

double import_hdf5_number(hid_t object, const char *name) {
    double value;
    return import_hdf5_numbers(object, name, &value, 1) == 1 ? value : (double)NAN;
}

/* ---- datasets -------------------------------------------------------------------------------- */

hid_t import_hdf5_open_dataset(hid_t file, const char *path) {
    hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    if (access < 0) return access;
    hid_t dataset = -1;
    if (H5Pset_chunk_cache(access, CACHE_SLOTS, CACHE_BYTES, 1.0) >= 0)
        dataset = H5Dopen2(file, path, access);
    H5Pclose(access);
    return dataset;
}

/* Matlab says what its numbers are; characters are numbers too, but not samples. */
static int is_matlab_number(hid_t dataset) {
    static const char *const classes[] = {"double", "single", "int8",  "uint8",  "int16",  "uint16",
                                          "int32",  "uint32", "int64", "uint64", "logical"};
    char name[32];
    import_hdf5_text(dataset, "MATLAB_class", name, sizeof name);
    if (H5Aexists(dataset, "MATLAB_empty") > 0) return 0;
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        if (strcmp(name, classes[i]) == 0) return 1;
    return 0;
}

/* Values that are not in the file, or packed in a way that the library cannot unpack: it would
 * answer with zeros or call the file damaged. */
static const char *why_unread(hid_t dataset) {
    hid_t made = H5Dget_create_plist(dataset);
    if (made < 0) return NULL;
    const char *why = NULL;
    H5D_layout_t layout = H5Pget_layout(made);
    if (layout == H5D_VIRTUAL || (layout == H5D_CONTIGUOUS && H5Pget_external_count(made) > 0))
        why = "its values lie in another file";
    int n = H5Pget_nfilters(made);
    for (int i = 0; why == NULL && i < n && i < FILTERS_MAX; i++) {
        unsigned flags;
        size_t n_values = 0;
        H5Z_filter_t filter =
            H5Pget_filter2(made, (unsigned)i, &flags, &n_values, NULL, 0, NULL, NULL);
        if (filter < 0 || H5Zfilter_avail(filter) <= 0)
            why = "it is packed in a way that is not known here; save it with gzip or unpacked";
    }
    H5Pclose(made);
    return why;
}

/* Why a dataset that has no shape of samples may hold some all the same; NULL: it does not. */
static const char *why_odd(hid_t dataset) {
    char name[32];
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    H5T_class_t kind = type >= 0 ? H5Tget_class(type) : H5T_NO_CLASS;
    int rank = space >= 0 ? H5Sget_simple_extent_ndims(space) : 0;
    hssize_t n = space >= 0 ? H5Sget_simple_extent_npoints(space) : 0;
    if (type >= 0) H5Tclose(type);
    if (space >= 0) H5Sclose(space);
    import_hdf5_text(dataset, "MATLAB_class", name, sizeof name);
    if (strcmp(name, "cell") == 0) return "it is a cell array; save its parts by themselves";
    if (n <= 1 || H5Aexists(dataset, "MATLAB_empty") > 0) return NULL;
    if (kind == H5T_COMPOUND) return "it is a table, or holds complex numbers";
    if (rank > 2 && (kind == H5T_INTEGER || kind == H5T_FLOAT))
        return "it has more than two dimensions";
    return NULL;
}

int import_hdf5_shape(hid_t dataset, import_item *item) {
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    hsize_t size[2] = {1, 1};
    int rank = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
    int is_good = type >= 0 && is_number(type) && rank >= 0 && rank <= 2 &&
                  H5Sget_simple_extent_type(space) != H5S_NULL;
    if (is_good && rank > 0) is_good = H5Sget_simple_extent_dims(space, size, NULL) == rank;
    if (type >= 0) H5Tclose(type);
    if (space >= 0) H5Sclose(space);
    int is_matlab = H5Aexists(dataset, "MATLAB_class") > 0;
    if (!is_good || size[0] == 0 || size[1] == 0 || (is_matlab && !is_matlab_number(dataset)))
        return 0;
    if (size[0] > EG_IMPORT_SAMPLES_MAX || size[1] > EG_IMPORT_SAMPLES_MAX) return 0;
    /* Matlab's rows are the second dimension here: of a square matrix they are the samples. */
    int is_first = is_matlab ? size[0] > size[1] : size[0] >= size[1];
    item->n_samples = (size_t)size[is_first ? 0 : 1];
    item->n_channels = (size_t)size[is_first ? 1 : 0];
    item->order = is_first ? EG_IMPORT_BY_SAMPLE : EG_IMPORT_BY_CHANNEL;
    item->scalar = (double)NAN;
    double value;
    if (item->n_samples == 1 && import_hdf5_values(dataset, item, 0, 1, &value))
        item->scalar = value;
    return 1;
}

int import_hdf5_values(hid_t dataset, const import_item *item, size_t at, size_t n,
                       double *values) {
    hid_t space = H5Dget_space(dataset);
    if (space < 0) return 0;
    int rank = H5Sget_simple_extent_ndims(space);
    int is_first = item->order == EG_IMPORT_BY_SAMPLE;
    hsize_t start[2] = {is_first ? at : 0, is_first ? 0 : at};
    hsize_t count[2] = {is_first ? n : item->n_channels, is_first ? item->n_channels : n};
    hsize_t total = (hsize_t)n * item->n_channels;
    hid_t memory = H5Screate_simple(1, &total, NULL);
    herr_t err = rank > 2 || memory < 0 ? -1 : 0;
    if (err >= 0 && rank > 0)
        err = H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
    if (err >= 0) err = H5Dread(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, values);
    if (memory >= 0) H5Sclose(memory);
    H5Sclose(space);
    return err >= 0;
}

/* ---- any file -------------------------------------------------------------------------------- */

typedef struct collection {
    hid_t file;
    import_item *items; /* [IMPORT_ITEMS_MAX] */
    size_t n_items, n_objects;
    double rate_hz; /* of an attribute */
    int is_matlab;
    import_odd odd;
    hid_t open; /* the dataset that was read last; negative: none */
    size_t open_source;
} collection;

static herr_t find_rate(hid_t object, const char *name, const H5A_info_t *info, void *context) {
    collection *c = context;
    (void)info;
    double value = import_is_rate(name) ? import_hdf5_number(object, name) : (double)NAN;
    if (isnan(c->rate_hz) && value > 0) c->rate_hz = value;
    return 0;
}

static herr_t collect(hid_t root, const char *path, const H5O_info_t *info, void *context) {
    collection *c = context;
    if (++c->n_objects > OBJECTS_MAX || c->n_items == IMPORT_ITEMS_MAX) {
        import_fail(EG_ERR_LIMIT, "the file holds more than %d variables; export the samples alone",
                    c->n_items == IMPORT_ITEMS_MAX ? IMPORT_ITEMS_MAX : OBJECTS_MAX);
    }
    /* Matlab keeps the contents of cells there. */
    if (path[0] == '#' || strlen(path) >= IMPORT_NAME_MAX) return 0;
    hid_t object = H5Oopen(root, path, H5P_DEFAULT);
    if (object < 0) return 0;
    hsize_t index = 0;
    H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, &index, find_rate, c);
    import_item *item = &c->items[c->n_items];
    int is_data = info->type == H5O_TYPE_DATASET;
    const char *why = is_data ? why_unread(object) : NULL;
    int is_good = is_data && why == NULL && import_hdf5_shape(object, item);
    if (is_data && why == NULL && !is_good) why = why_odd(object);
    if (why != NULL) import_add_odd(&c->odd, path, why);
    if (is_good) {
        memcpy(item->name, path, strlen(path) + 1);
        item->source = c->n_items++;
        if (H5Aexists(object, "MATLAB_class") > 0) c->is_matlab = 1;
    }
    H5Oclose(object);
    return 0;
}

static int read_item(void *context, const import_item *item, size_t at, size_t n, double *values) {
    collection *c = context;
    if (c->open < 0 || c->open_source != item->source) {
        if (c->open >= 0) H5Dclose(c->open);
        c->open = import_hdf5_open_dataset(c->file, c->items[item->source].name);
        c->open_source = item->source;
    }
    return c->open >= 0 && import_hdf5_values(c->open, item, at, n, values);
}

static void import_any(hid_t file) {
    collection c = {.file = file, .rate_hz = (double)NAN, .open = -1};
    c.items = calloc(IMPORT_ITEMS_MAX, sizeof *c.items);
    if (c.items == NULL) import_fail(EG_ERR_MEMORY, "no memory");
    /* Objects that are damaged are left out; those found until then are read. */
    herr_t err = H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_NATIVE, collect, &c, H5O_INFO_BASIC);
    if (err < 0 && c.n_items == 0)
        import_fail(EG_ERR_DATA, "the file is damaged: what it holds cannot be listed; export it "
                                 "again");
    import_source source = {.format = c.is_matlab ? "Matlab 7.3" : "HDF5",
                            .maker = "",
                            .rate_hz = c.rate_hz,
                            .rate_is = "an attribute of the file",
                            .odd = &c.odd,
                            .file = &c,
                            .read = read_item};
    import_choose(&source, c.items, c.n_items, err < 0);
    free(c.items);
}

void import_hdf5(unsigned char *bytes, size_t size) {
    hid_t file =
        H5LTopen_file_image(bytes, size, H5LT_FILE_IMAGE_DONT_COPY | H5LT_FILE_IMAGE_DONT_RELEASE);
    if (file < 0)
        import_fail(EG_ERR_DATA, "the file begins as HDF5, but cannot be opened: it is damaged or "
                                 "not copied to its end; copy or export it again");
    if (!import_opensignals(file)) import_any(file);
}
