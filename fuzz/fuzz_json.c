/* The schema checker, its patterns and the line finder, fed with any bytes: the input is split at
 * its first zero byte into a schema (or pattern, or pointer) and a value. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io/json/locate.h"
#include "io/json/pattern.h"
#include "io/json/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);
    if (text == NULL) return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    size_t first = strlen(text);
    const char *rest = first < size ? text + first + 1 : text;
    size_t rest_size = first < size ? size - first - 1 : size;

    (void)eg_json_locate(rest, rest_size, text);
    eg_pattern pattern;
    if (first < 128 && eg_pattern_parse(text, &pattern)) (void)eg_pattern_matches(&pattern, rest);

    json_t *schema = json_loadb(text, first, JSON_DECODE_ANY, NULL);
    json_t *value = json_loadb(rest, rest_size, JSON_DECODE_ANY, NULL);
    if (schema != NULL && value != NULL) {
        eg_schema_report *report = malloc(sizeof *report);
        if (report != NULL) (void)eg_schema_check(schema, schema, value, NULL, report);
        free(report);
    }
    json_decref(schema);
    json_decref(value);
    free(text);
    return 0;
}
