/* XDF, the format of the Lab Streaming Layer: streams of several devices, each with its own clock,
 * rate and kind of number, in chunks. Every sample is put on the recorder's clock by the offsets
 * that were measured while it was recorded: a straight line through them, robust against single bad
 * measurements (Huber's loss, 0.1 ms), apart before and after a device's clock was reset. The
 * stamps of a stream with an even rate carry the jitter of the network: between gaps (more than 1 s
 * and 500 samples) they lie on the straight line of least squares. Both as pyxdf, the format's own
 * reader, does it. Sources: https://github.com/sccn/xdf/wiki/Specifications; Huber 1964 (Ann Math
 * Stat 35:73); pyxdf's documentation of synchronize_clocks and dejitter_timestamps. */
#ifndef EG_IO_FORMAT_XDF_H
#define EG_IO_FORMAT_XDF_H

#include <stddef.h>
#include <stdint.h>

#include "io/format/recording.h"

enum {
    EG_XDF_EVENTS_MAX = 100000,
    EG_XDF_CLOCK_OFFSETS_MAX = 100000, /* of one stream; 5 days at the usual one in 5 s */
    EG_XDF_SEGMENTS_MAX = 100000       /* of one stream */
};

int eg_xdf_is(const uint8_t *bytes, size_t size);

/* Fills an empty recording. Pure. Each stream of numbers becomes channels, with the rate by its
 * stamps (the nominal one where the two place no sample half a sample apart) and its own start_s;
 * gaps of a stream are NaN, as long as that makes it at most ten times as long. A stream without an
 * even rate, or with more gaps, keeps its stamps in streams[].t_s, and its channels have no rate.
 * Streams of text, and integers of type "Markers" without a rate, become events, the stream's name
 * their context. start_s is when the first channel began; all times are on the recorder's clock.
 * A file that ends early keeps what is there; damage is passed over up to the next boundary chunk;
 * warnings say so. Errors: EG_ERR_DATA (no signal), EG_ERR_LIMIT, EG_ERR_MEMORY. Needs, above the
 * samples, 24 bytes a clock offset and 32 a segment. Cost: about 20 ns a number. */
EG_NODISCARD eg_err eg_xdf_parse(const char *name, const uint8_t *bytes, size_t size,
                                 eg_recording *recording, eg_diag *diag);

#endif
