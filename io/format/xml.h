/* As much XML as the headers of recordings need: elements one inside the other and their text.
 * Attributes, comments, instructions and declarations are passed over; entities stay as they are
 * until the text is copied. Never fails: what is no XML ends the walk. Pure, linear. */
#ifndef EG_IO_FORMAT_XML_H
#define EG_IO_FORMAT_XML_H

#include <stddef.h>

#include "io/format/text.h"

enum { EG_XML_DEPTH_MAX = 12 }; /* deeper elements are walked, but have no path */

typedef struct eg_xml {
    eg_span rest;
    size_t depth;                   /* elements that are open, the one just closed too */
    eg_span path[EG_XML_DEPTH_MAX]; /* their names, from the outermost */
    eg_span text;                   /* of an element without children, when it closes */
    int is_closing;                 /* the innermost closes with the next step */
    int is_single;                  /* "<a/>" was opened: it closes with the next step */
    int is_leaf;                    /* nothing was opened since */
    const char *text_start;
} eg_xml;

void eg_xml_begin(eg_xml *xml, eg_span text);

/* Goes to the next end of an element (1), beginning (2), or behind the last (0). */
int eg_xml_next(eg_xml *xml);

/* Whether the path is exactly this one, "info/desc/channels". */
int eg_xml_is_at(const eg_xml *xml, const char *path);

/* The text with its entities as characters; at most size - 1 bytes. */
void eg_xml_copy_text(eg_span text, char *field, size_t size);

#endif
