/* Prints one line a stage of the fixed chain: its name, how many numbers it gave and their hash. */
#include <inttypes.h>
#include <stdio.h>

#include "firmware/chain.h"

static void print_stage(void *context, const char *name, uint32_t n_numbers, uint64_t hash) {
    (void)context;
    printf("%s %" PRIu32 " %08" PRIx32 "%08" PRIx32 "\n", name, n_numbers, (uint32_t)(hash >> 32),
           (uint32_t)hash);
}

int main(void) {
    eg_chain_run(print_stage, NULL);
    printf("end\n");
    return 0;
}
