#include "core/balance/profile.h"

#include <string.h>

static const char *const profile_names[] = {"engram", "quijoux2021", "duarte"};

bool eg_balance_profile_find(const char *name, eg_balance_profile *profile) {
    for (size_t i = 0; i < sizeof profile_names / sizeof profile_names[0]; i++) {
        if (strcmp(name, profile_names[i]) == 0) {
            *profile = (eg_balance_profile)i;
            return true;
        }
    }
    return false;
}

const char *eg_balance_profile_name(eg_balance_profile profile) {
    return profile_names[profile];
}

const eg_balance_value *eg_balance_find(const eg_balance_result *result, const char *code) {
    for (size_t i = 0; i < result->count; i++) {
        if (strcmp(result->values[i].code, code) == 0) return &result->values[i];
    }
    return NULL;
}
