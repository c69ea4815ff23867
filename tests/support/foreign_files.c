#include "tests/support/foreign_files.h"

#include <hdf5.h>
#include <matio.h>
#include <stdint.h>
#include <stdlib.h>

#include "tests/support/test.h"

double foreign_value(size_t i, size_t k) {
    return ((double)((i * 37 + k * 411) % 2039) - 1000.0) / 1024.0;
}

static void put(mat_t *file, const char *name, enum matio_classes class_type, enum matio_types type,
                size_t rows, size_t columns, void *data, enum matio_compression packed) {
    size_t size[2] = {rows, columns};
    matvar_t *v = Mat_VarCreate(name, class_type, type, 2, size, data, 0);
    if (v == NULL || Mat_VarWrite(file, v, packed) != 0) EG_FAIL("%s cannot be written", name);
    Mat_VarFree(v);
}

static void put_struct(mat_t *file, float *angle, double *weight, enum matio_compression packed) {
    const char *fields[] = {"angle", "weight"};
    size_t one[2] = {1, 1}, rows[2] = {FOREIGN_ROWS, 1};
    matvar_t *v = Mat_VarCreateStruct("trial", 2, one, fields, 2);
    Mat_VarSetStructFieldByName(
        v, "angle", 0, Mat_VarCreate("angle", MAT_C_SINGLE, MAT_T_SINGLE, 2, rows, angle, 0));
    Mat_VarSetStructFieldByName(
        v, "weight", 0, Mat_VarCreate("weight", MAT_C_DOUBLE, MAT_T_DOUBLE, 2, one, weight, 0));
    if (Mat_VarWrite(file, v, packed) != 0) EG_FAIL("a structure cannot be written");
    Mat_VarFree(v);
}

void foreign_mat(const char *path, int version) {
    static double emg[FOREIGN_COLUMNS][FOREIGN_ROWS];
    static int16_t force[FOREIGN_ROWS];
    static float angle[FOREIGN_ROWS];
    double fs = FOREIGN_RATE_HZ, cues[6] = {1, 2, 3, 4, 5, 6}, weight = 71.5;
    for (size_t i = 0; i < FOREIGN_ROWS; i++) {
        for (size_t k = 0; k < FOREIGN_COLUMNS; k++) emg[k][i] = foreign_value(i, k);
        force[i] = (int16_t)(1024 * foreign_value(i, 7));
        angle[i] = (float)foreign_value(i, 8);
    }
    enum matio_compression packed = version == 7 ? MAT_COMPRESSION_ZLIB : MAT_COMPRESSION_NONE;
    mat_t *file = Mat_CreateVer(path, NULL, version == 73 ? MAT_FT_MAT73 : MAT_FT_MAT5);
    if (file == NULL) EG_FAIL("%s cannot be written", path);
    char note[] = "left leg";
    put(file, "note", MAT_C_CHAR, MAT_T_UTF8, 1, sizeof note - 1, note, packed);
    put(file, "emg", MAT_C_DOUBLE, MAT_T_DOUBLE, FOREIGN_ROWS, FOREIGN_COLUMNS, emg, packed);
    put(file, "force", MAT_C_INT16, MAT_T_INT16, 1, FOREIGN_ROWS, force, packed);
    put(file, "fs", MAT_C_DOUBLE, MAT_T_DOUBLE, 1, 1, &fs, packed);
    put(file, "cues", MAT_C_DOUBLE, MAT_T_DOUBLE, 2, 3, cues, packed);
    put_struct(file, angle, &weight, packed);
    Mat_Close(file);
}

void foreign_mat_timed(const char *path, size_t n, double step, int is_uneven) {
    double *x = calloc(n, sizeof *x), *t = calloc(n, sizeof *t);
    if (x == NULL || t == NULL) EG_FAIL("no memory");
    for (size_t i = 0; i < n; i++) {
        x[i] = foreign_value(i, 0);
        t[i] = 3 + step * (double)(i + (is_uneven && i > n / 2 ? 9 : 0));
    }
    mat_t *file = Mat_CreateVer(path, NULL, MAT_FT_MAT5);
    if (file == NULL) EG_FAIL("%s cannot be written", path);
    put(file, "time", MAT_C_DOUBLE, MAT_T_DOUBLE, n, 1, t, MAT_COMPRESSION_NONE);
    put(file, "x", MAT_C_DOUBLE, MAT_T_DOUBLE, n, 1, x, MAT_COMPRESSION_NONE);
    Mat_Close(file);
    free(x);
    free(t);
}

static matvar_t *column(const char *name, size_t k) {
    double values[FOREIGN_ROWS];
    size_t size[2] = {FOREIGN_ROWS, 1};
    for (size_t i = 0; i < FOREIGN_ROWS; i++) values[i] = foreign_value(i, k);
    return Mat_VarCreate(name, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, size, values, 0);
}

void foreign_mat_parts(const char *path) {
    static const char *const field[] = {"emg"};
    double fs = FOREIGN_RATE_HZ, parts[2][FOREIGN_ROWS], times_ms[FOREIGN_ROWS];
    for (size_t i = 0; i < FOREIGN_ROWS; i++) {
        parts[0][i] = parts[1][i] = foreign_value(i, 0);
        times_ms[i] = 1e3 * (double)i / FOREIGN_RATE_HZ;
    }
    mat_t *file = Mat_CreateVer(path, NULL, MAT_FT_MAT5);
    if (file == NULL) EG_FAIL("%s cannot be written", path);
    size_t two[2] = {1, 2}, down[2] = {FOREIGN_ROWS, 1};
    matvar_t *cells[2] = {column(NULL, 0), column(NULL, 1)};
    matvar_t *data = Mat_VarCreate("data", MAT_C_CELL, MAT_T_CELL, 2, two, cells, 0);
    matvar_t *trial = Mat_VarCreateStruct("trial", 2, two, (const char **)(uintptr_t)field, 1);
    for (size_t i = 0; i < 2; i++) Mat_VarSetStructFieldByIndex(trial, 0, i, column("emg", 2 + i));
    mat_complex_split_t split = {parts[0], parts[1]};
    matvar_t *odd =
        Mat_VarCreate("odd", MAT_C_DOUBLE, MAT_T_DOUBLE, 2, down, &split, MAT_F_COMPLEX);
    matvar_t *all[] = {data, trial, odd};
    for (size_t i = 0; i < 3; i++) {
        if (all[i] == NULL || Mat_VarWrite(file, all[i], MAT_COMPRESSION_NONE) != 0)
            EG_FAIL("a variable cannot be written");
        Mat_VarFree(all[i]);
    }
    put(file, "srate", MAT_C_DOUBLE, MAT_T_DOUBLE, 1, 1, &fs, MAT_COMPRESSION_NONE);
    put(file, "times", MAT_C_DOUBLE, MAT_T_DOUBLE, 1, FOREIGN_ROWS, times_ms, MAT_COMPRESSION_NONE);
    Mat_Close(file);
}

void foreign_mat_4(const char *path) {
    FILE *file = fopen(path, "wb");
    if (file == NULL) EG_FAIL("%s cannot be written", path);
    static const uint32_t heads[2][5] = {{0, FOREIGN_ROWS, 1, 0, 2}, {0, 1, 1, 0, 3}};
    size_t n = fwrite(heads[0], 4, 5, file) + fwrite("x", 1, 2, file);
    for (size_t i = 0; i < FOREIGN_ROWS; i++) {
        double value = foreign_value(i, 0);
        n += fwrite(&value, sizeof value, 1, file);
    }
    double fs = FOREIGN_RATE_HZ;
    n += fwrite(heads[1], 4, 5, file) + fwrite("fs", 1, 3, file) + fwrite(&fs, sizeof fs, 1, file);
    if (n != 16 + FOREIGN_ROWS || fclose(file) != 0) EG_FAIL("%s cannot be written", path);
}

static hid_t dataset(hid_t group, const char *name, hid_t type, int rank, const hsize_t *size,
                     hid_t how, hid_t memory, const void *values) {
    hid_t space = rank > 0 ? H5Screate_simple(rank, size, NULL) : H5Screate(H5S_SCALAR);
    hid_t made = H5Dcreate2(group, name, type, space, H5P_DEFAULT, how, H5P_DEFAULT);
    if (made < 0 || H5Dwrite(made, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
        EG_FAIL("%s cannot be written", name);
    H5Sclose(space);
    return made;
}

void foreign_hdf5(const char *path) {
    static double imu[FOREIGN_COLUMNS][FOREIGN_ROWS], cube[64];
    static int32_t force[FOREIGN_ROWS];
    for (size_t i = 0; i < FOREIGN_ROWS; i++) {
        for (size_t k = 0; k < FOREIGN_COLUMNS; k++) imu[k][i] = foreign_value(i, k);
        force[i] = (int32_t)(1024 * foreign_value(i, 7));
    }
    const hsize_t wide[2] = {FOREIGN_COLUMNS, FOREIGN_ROWS}, chunk[2] = {2, 60};
    const hsize_t rows = FOREIGN_ROWS, two = 2, cubic[3] = {4, 4, 4};
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t run = H5Gcreate2(file, "run", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hid_t packed = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(packed, 2, chunk);
    H5Pset_deflate(packed, 6);
    hid_t made = dataset(run, "imu", H5T_IEEE_F32BE, 2, wide, packed, H5T_NATIVE_DOUBLE, imu);
    hid_t scalar = H5Screate(H5S_SCALAR);
    double rate_hz = FOREIGN_RATE_HZ;
    hid_t rate =
        H5Acreate2(made, "sampling_rate", H5T_NATIVE_DOUBLE, scalar, H5P_DEFAULT, H5P_DEFAULT);
    if (rate < 0 || H5Awrite(rate, H5T_NATIVE_DOUBLE, &rate_hz) < 0) EG_FAIL("no attribute");
    H5Aclose(rate);
    H5Dclose(made);
    H5Dclose(dataset(run, "force", H5T_STD_I32LE, 1, &rows, H5P_DEFAULT, H5T_NATIVE_INT32, force));
    H5Dclose(dataset(file, "about", H5T_STD_I32LE, 1, &two, H5P_DEFAULT, H5T_NATIVE_INT32, force));
    H5Dclose(dataset(file, "cube", H5T_IEEE_F64LE, 3, cubic, H5P_DEFAULT, H5T_NATIVE_DOUBLE, cube));
    hid_t text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, 8);
    hid_t note = H5Dcreate2(run, "note", text, scalar, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dclose(note);
    H5Tclose(text);
    H5Sclose(scalar);
    H5Pclose(packed);
    H5Gclose(run);
    H5Fclose(file);
}

void foreign_octave(const char *path) {
    double emg[FOREIGN_ROWS], fs = FOREIGN_RATE_HZ;
    const hsize_t rows = FOREIGN_ROWS;
    for (size_t i = 0; i < FOREIGN_ROWS; i++) emg[i] = foreign_value(i, 0);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t group = H5Gcreate2(file, "emg", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dclose(
        dataset(group, "value", H5T_IEEE_F64LE, 1, &rows, H5P_DEFAULT, H5T_NATIVE_DOUBLE, emg));
    H5Gclose(group);
    group = H5Gcreate2(file, "fs", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dclose(dataset(group, "value", H5T_IEEE_F64LE, 0, NULL, H5P_DEFAULT, H5T_NATIVE_DOUBLE, &fs));
    H5Gclose(group);
    H5Fclose(file);
}

void foreign_hdf5_odd(const char *path) {
    typedef struct pair {
        double a, b;
    } pair;
    static double here[FOREIGN_ROWS];
    static pair pairs[FOREIGN_ROWS];
    const hsize_t rows = FOREIGN_ROWS;
    for (size_t i = 0; i < FOREIGN_ROWS; i++) here[i] = foreign_value(i, 0);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const double fs = FOREIGN_RATE_HZ;
    H5Dclose(dataset(file, "fs", H5T_IEEE_F64LE, 0, NULL, H5P_DEFAULT, H5T_NATIVE_DOUBLE, &fs));
    H5Dclose(dataset(file, "here", H5T_IEEE_F64LE, 1, &rows, H5P_DEFAULT, H5T_NATIVE_DOUBLE, here));
    hid_t how = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(1, &rows, NULL);
    H5Pset_virtual(how, space, "not-there.h5", "/emg", space);
    H5Dclose(H5Dcreate2(file, "elsewhere", H5T_IEEE_F64LE, space, H5P_DEFAULT, how, H5P_DEFAULT));
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(pair));
    H5Tinsert(type, "a", HOFFSET(pair, a), H5T_NATIVE_DOUBLE);
    H5Tinsert(type, "b", HOFFSET(pair, b), H5T_NATIVE_DOUBLE);
    H5Dclose(dataset(file, "table", type, 1, &rows, H5P_DEFAULT, type, pairs));
    H5Tclose(type);
    H5Sclose(space);
    H5Pclose(how);
    H5Fclose(file);
}
