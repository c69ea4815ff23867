/* Writes C3D files in which every number is known, for any processor, right or wrong in one place.
 */
#ifndef EG_TESTS_SUPPORT_C3D_WRITE_H
#define EG_TESTS_SUPPORT_C3D_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "io/format/recording.h"

typedef struct c3d_spec {
    int processor; /* 84 Intel, 85 DEC, 86 MIPS */
    int is_real;
    size_t n_frames, n_points, n_channels, per_frame;
    size_t points_used, channels_used; /* what the parameters say */
    /* What the header says; -1: the truth. */
    long header_points, header_per_frame, header_last, header_data_block;
    size_t keep_frames;        /* the file ends behind so many; 0: behind all */
    const char *without;       /* "GROUP:NAME" that is left out */
    const char *without_group; /* all parameters of that group are left out */
    int byte_used;             /* POINT:USED is of type byte */
    int is_unsigned;           /* analog integers */
    int real_offset;           /* ANALOG:OFFSET is of type real */
    int section_zeros;         /* the section's first two bytes are 0 and not 1, 0x50 */
    int section_block;         /* where the parameters are, 2 or more */
    int zero_last_next;        /* the last parameter's pointer is 0 */
    int locked;                /* names have negative lengths */
} c3d_spec;

typedef struct c3d_bytes {
    uint8_t *bytes; /* [n], the caller's to free */
    size_t n;
} c3d_bytes;

/* 50 frames from number 11 at 100 Hz, 3 points, 6 channels at 400 Hz, a plate of type 4, 3 events,
 * reals of Intel. */
c3d_spec c3d_spec_usual(void);
c3d_bytes c3d_write(const c3d_spec *spec);

/* Fail the test if a sample, or anything else, is not what was written. */
void c3d_check_samples(const c3d_spec *spec, const eg_recording *recording);
void c3d_check_usual(const c3d_spec *spec, const eg_recording *recording);

#endif
