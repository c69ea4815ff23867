/* Any bytes as a list of diagnosis codes: refused with words, or within the limits and findable. */
#include <string.h>

#include "clinic/code_list.h"
#include "core/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    eg_diag diag = {0};
    json_t *codes = NULL;
    if (eg_code_list_parse(bytes, size, &codes, &diag) != EG_OK) {
        EG_ASSERT(codes == NULL && diag.text[0] != '\0');
        return 0;
    }
    size_t n = json_array_size(codes);
    EG_ASSERT(n >= 1 && n <= EG_CODE_LIST_CODES_MAX);
    json_t *list = json_pack("{s:o}", "codes", codes);
    for (size_t i = 0; i < n && i < 50; i++) {
        const char *code = json_string_value(json_object_get(json_array_get(codes, i), "code"));
        EG_ASSERT(strlen(code) >= 1 && strlen(code) <= EG_CODE_LIST_CODE_MAX);
        EG_ASSERT(eg_code_list_find(list, code) == json_array_get(codes, i));
        json_t *found = eg_code_list_search(list, code);
        EG_ASSERT(json_array_size(found) <= EG_CODE_LIST_FOUND_MAX);
        json_decref(found);
    }
    json_decref(list);
    return 0;
}
