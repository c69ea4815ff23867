#include "io/host/clock.h"

#include <sodium.h>
#include <string.h>
#include <time.h>

#include "core/base/check.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

int64_t eg_clock_now_ms(void) {
    struct timespec now;
    int failed = clock_gettime(CLOCK_REALTIME, &now);
    EG_ASSERT(failed == 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void eg_clock_random(void *context, void *bytes, size_t size) {
    (void)context;
    EG_ASSERT(bytes != NULL);
    randombytes_buf(bytes, size);
}

void eg_id_make(int64_t now_ms, const uint8_t random[10], char id[EG_ID_SIZE]) {
    EG_ASSERT(now_ms >= 0 && now_ms < (int64_t)1 << 48);
    for (int i = 9; i >= 0; i--) {
        id[i] = alphabet[now_ms & 31];
        now_ms >>= 5;
    }
    /* 80 bits as 16 characters of 5 bits, two halves of 40. */
    for (int half = 0; half < 2; half++) {
        uint64_t bits = 0;
        for (int i = 0; i < 5; i++) bits = bits << 8 | random[5 * half + i];
        for (int i = 7; i >= 0; i--) {
            id[10 + 8 * half + i] = alphabet[bits & 31];
            bits >>= 5;
        }
    }
    id[26] = '\0';
}

int eg_id_is_valid(const char *id) {
    if (id == NULL || strlen(id) != EG_ID_SIZE - 1) return 0;
    return strspn(id, alphabet) == EG_ID_SIZE - 1;
}
