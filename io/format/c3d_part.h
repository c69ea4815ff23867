/* What the parts of the C3D reader share; only io/format/c3d*.c include this. */
#ifndef EG_IO_FORMAT_C3D_PART_H
#define EG_IO_FORMAT_C3D_PART_H

#include <stddef.h>
#include <stdint.h>

#include "io/format/recording.h"
#include "io/format/text.h"

enum {
    C3D_BLOCK = 512,
    C3D_GROUPS_MAX = 128,       /* an identity is one signed byte */
    C3D_PARAMETERS_MAX = 8192,  /* real files have less than a thousand */
    C3D_CONTINUATIONS_MAX = 260 /* LABELS2 ... for 65535 names of 255 each */
};

/* The byte that names a processor, minus 83, is 1, 2 or 3. */
typedef enum c3d_processor { C3D_INTEL = 84, C3D_DEC = 85, C3D_MIPS = 86 } c3d_processor;

typedef struct c3d_parameter {
    uint64_t key; /* of group and name; parameters are in its order */
    uint8_t group;
    int8_t type; /* -1 characters, 1 bytes, 2 integers, 4 reals */
    eg_span name;
    size_t n_elements;   /* as the dimensions say and the bytes allow; of texts: rows */
    size_t element_size; /* bytes; of texts: the first dimension */
    size_t rows;         /* first dimension of numbers, 1 for a single number */
    const uint8_t *data; /* [n_elements * element_size] */
} c3d_parameter;

/* How the samples lie in the file, once header, parameters and size have been weighed. */
typedef struct c3d_layout {
    size_t data_at; /* byte of the first frame */
    size_t n_points, n_channels;
    size_t n_analog; /* numbers a frame: n_channels x per_frame, or what the header says */
    size_t per_frame;
    size_t stride; /* bytes a frame */
    size_t n_frames;
    uint64_t first_frame;
    int is_real;
    double point_scale;
} c3d_layout;

typedef struct c3d_file {
    const char *name; /* of the file */
    const uint8_t *bytes;
    size_t size;
    c3d_processor processor;
    size_t parameters_at, parameters_end; /* bytes of the section */
    eg_span groups[C3D_GROUPS_MAX];       /* name of each group, n = 0 if there is none */
    size_t n_parameters;
    c3d_parameter *parameters; /* [n_parameters] by key, then place in the file; owned */
    c3d_layout layout;
    eg_recording *recording;
    eg_diag *diag;
} c3d_file;

/* ---- numbers (c3d_number.c) ---- */
uint16_t c3d_u16(c3d_processor processor, const uint8_t *bytes);
double c3d_real(c3d_processor processor, const uint8_t *bytes);
/* Markers and channels of the whole file into the recording's block of samples. */
void c3d_read_samples(const c3d_file *file, double (*scales)[2]);

/* ---- parameters (c3d_parameter.c) ---- */
/* Word `number` of the header, 1-based as in the manual. */
uint16_t c3d_header_word(const c3d_file *file, size_t number);
double c3d_header_real(const c3d_file *file, size_t number);
EG_NODISCARD eg_err c3d_read_parameters(c3d_file *file);
const c3d_parameter *c3d_find(const c3d_file *file, const char *group, const char *name);
/* NaN where there is no such number; integers are signed. `parameter` may be NULL. */
double c3d_number(const c3d_file *file, const c3d_parameter *parameter, size_t index);
/* The same as a count: integers are unsigned; 0 where there is none. */
size_t c3d_count(const c3d_file *file, const c3d_parameter *parameter, size_t index);
/* Without blanks and zeros around it; empty where there is none. */
eg_span c3d_text(const c3d_parameter *parameter, size_t index);

/* A list that goes on in NAME2, NAME3 ... because a dimension has at most 255 entries. */
typedef struct c3d_list {
    const c3d_file *file;
    const char *group, *name;
    const c3d_parameter *part; /* NULL: ended */
    size_t index;              /* in the part */
    size_t n_parts;
} c3d_list;

c3d_list c3d_list_begin(const c3d_file *file, const char *group, const char *name);
/* 0 behind the last; otherwise where the next element is. */
int c3d_list_next(c3d_list *list, const c3d_parameter **part, size_t *index);

/* ---- layout (c3d_layout.c) ---- */
EG_NODISCARD eg_err c3d_choose_layout(c3d_file *file);

/* ---- events and platforms (c3d_event.c) ---- */
EG_NODISCARD eg_err c3d_read_events(c3d_file *file);
EG_NODISCARD eg_err c3d_read_platforms(c3d_file *file);

#endif
