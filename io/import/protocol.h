/* What engram-import, the child that reads HDF5 and Matlab files, says to the program that started
 * it: messages of {u32 kind, u32 size, payload}, all numbers little-endian. A text is u16 length
 * and its bytes.
 *
 *   HEAD      u32 version; texts format, maker, time source; f64 rate_hz (NaN: unknown); u64
 * frames; u32 channels; u32 1 if times follow CHANNEL   texts label, unit; u32 1 if the file names
 * it; f64 rate_hz; u64 samples. As many as HEAD says, in order SAMPLES   u32 first channel, u32
 * channels, u64 first sample, u32 samples, u32 order: 0 all channels of a sample together, 1 all
 * samples of a channel; then the f64 values TIMES     u64 first, u32 count; then the f64 seconds
 *   WARNING   u32 1 if the recording is partial; text
 *   END       nothing: all that was promised has been said
 *   FAIL      i32 error (eg_err), text; instead of END, at any time
 *
 * HEAD comes first, then CHANNELs, then the rest in any order. */
#ifndef EG_IO_IMPORT_PROTOCOL_H
#define EG_IO_IMPORT_PROTOCOL_H

enum {
    EG_IMPORT_VERSION = 1,
    EG_IMPORT_PREFIX_BYTES = 8,
    EG_IMPORT_PAYLOAD_MAX = 1 << 20,
    EG_IMPORT_TEXT_MAX = 255,
    EG_IMPORT_SAMPLES_MAX = 64 << 20 /* values of a file, times included: 512 MB */
};

enum {
    EG_IMPORT_HEAD = 1,
    EG_IMPORT_CHANNEL,
    EG_IMPORT_SAMPLES,
    EG_IMPORT_TIMES,
    EG_IMPORT_WARNING,
    EG_IMPORT_END,
    EG_IMPORT_FAIL
};

enum { EG_IMPORT_BY_SAMPLE = 0, EG_IMPORT_BY_CHANNEL = 1 };

/* Ends of the child without an answer. */
enum { EG_IMPORT_EXIT_USAGE = 2, EG_IMPORT_EXIT_LIBRARY, EG_IMPORT_EXIT_SANDBOX };

/* How long it may work: a second, and another for so many bytes of the file. */
enum { EG_IMPORT_CPU_S = 5, EG_IMPORT_BYTES_A_SECOND = 10 << 20 };

#endif
