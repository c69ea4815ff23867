/* Treatments typed in free text, recognised by the words of knowledge/terms: what a rule speaks
 * about must not pass it because it was typed instead of chosen. Word by word, without case and
 * accents; full stops, hyphens and spaces between single letters do not matter ("T.E.N.S.", "F E
 * S"). Known limit: other alphabets and words that are not in the list are not recognised. */
#ifndef EG_CLINIC_TERM_H
#define EG_CLINIC_TERM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "clinic/knowledge.h"

enum { EG_TERM_TEXT_MAX = 4096 }; /* bytes of a text that are looked at */

/* Lower-case words without accents, one space before, between and after: " e stim 30 min ".
 * Digits and punctuation separate words; single letters in a row become
 * one word, but for those apart by "/", "," and the like. Pure. Returns
 * the length; `words` is always terminated. Longer texts are cut. */
size_t eg_term_words(const char *text, char words[EG_TERM_TEXT_MAX]);

/* Does the text name what this entry of knowledge/terms means? */
bool eg_term_is_named(const json_t *term, const char *text);

/* The same by the entry's id; false where the knowledge has no such entry. */
bool eg_term_names(const eg_knowledge *knowledge, const char *id, const char *text);

#endif
