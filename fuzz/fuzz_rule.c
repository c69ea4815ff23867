/* The expression language of plan rules: any text is parsed; what parses is evaluated with some
 * findings known, chosen by a second part of the input, and the laws of three-valued logic must
 * hold: what is certain stays so when more is known. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/rule_expression.h"
#include "core/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct known {
    const uint8_t *bits; /* for each byte of a name's hash: known or not, and its value */
    size_t size;
    int all;
} known;

static bool look_up(const void *context, const char *name, double *value) {
    const known *findings = context;
    unsigned hash = 5381;
    for (; *name != '\0'; name++) hash = hash * 33U + (unsigned char)*name;
    uint8_t byte = findings->size > 0 ? findings->bits[hash % findings->size] : 0;
    *value = (double)(byte >> 1) - 32.0;
    return findings->all || (byte & 1U) != 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char text[EG_EXPRESSION_TEXT_MAX + 64];
    size_t length = 0;
    while (length < size && length < sizeof text - 1 && data[length] != 0) length++;
    memcpy(text, data, length);
    text[length] = '\0';
    eg_expression *expression = malloc(sizeof *expression);
    if (expression == NULL) return 0;
    if (eg_expression_parse(text, expression, NULL) == EG_OK) {
        eg_expression_result part, whole;
        const known some = {data + length, size - length, 0},
                    every = {data + length, size - length, 1};
        eg_expression_evaluate(expression, look_up, &some, &part);
        eg_expression_evaluate(expression, look_up, &every, &whole);
        EG_ASSERT(part.n_decisive > 0 && whole.truth != EG_UNKNOWN);
        EG_ASSERT(part.truth == EG_UNKNOWN || part.truth == whole.truth);
    }
    free(expression);
    return 0;
}
