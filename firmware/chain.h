/* A fixed chain through every computation of core/base and core/signal. Every number that comes out
 * is hashed, not a sum of them: rounding differences can cancel in a sum. Equal hashes on two
 * targets mean equal bits, which is what lets a session recorded on one be replayed on another. */
#ifndef EG_FIRMWARE_CHAIN_H
#define EG_FIRMWARE_CHAIN_H

#include <stdint.h>

typedef void (*eg_chain_report)(void *context, const char *name, uint32_t n_numbers, uint64_t hash);

/* Runs the chain and reports each stage. Uses about 400 kB of static memory; not reentrant. */
void eg_chain_run(eg_chain_report report, void *context);

#endif
