/* A list of diagnosis codes that the clinic brings as a file: read, searched, asked. Pure functions
 * over the body of a document of the kind "code_list": {system, codes: [{code, text}]}. */
#ifndef EG_CLINIC_CODE_LIST_H
#define EG_CLINIC_CODE_LIST_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

enum {
    EG_CODE_LIST_FILE_MAX = 4 << 20, /* bytes; its JSON fits EG_STORE_BODY_MAX */
    EG_CODE_LIST_CODES_MAX = 20000,
    EG_CODE_LIST_CODE_MAX = 64,  /* bytes of UTF-8 of a code */
    EG_CODE_LIST_TEXT_MAX = 300, /* bytes of UTF-8 of its text */
    EG_CODE_LIST_FOUND_MAX = 20, /* codes that one search answers */
    EG_CODE_LIST_QUERY_MAX = 200 /* bytes of a query; the rest is not looked at */
};

/* Two columns, code and text, between tabs, semicolons or commas (the first of these that the first
 * line holds); cells may stand in double quotes within one line; a first line of headings is left
 * out. UTF-8, UTF-16 with its mark, or Windows-1252, of which Latin-1 is a part. `*codes` becomes
 * [{code, text}] in the order of the file. EG_ERR_DATA or EG_ERR_LIMIT with the line in `diag`: an
 * empty or overlong cell, another number of columns, a code that stood there before, no code. */
eg_err eg_code_list_parse(const uint8_t *bytes, size_t size, json_t **codes, eg_diag *diag);

/* The entry of exactly this code, borrowed; NULL if it is not of the list. */
const json_t *eg_code_list_find(const json_t *body, const char *code);

/* A new array of at most EG_CODE_LIST_FOUND_MAX entries: the code itself, then codes that begin
 * with the query, then texts that have a word beginning with each word of it, then texts that hold
 * each word anywhere; in each group in the order of the list. Case is not regarded (ASCII and
 * Latin-1 letters). A blank query finds nothing. NULL: no memory. */
json_t *eg_code_list_search(const json_t *body, const char *query);

#endif
