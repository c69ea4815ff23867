/* Files that travel inside the program: knowledge/ and the built web interface. */
#ifndef EG_IO_EMBED_H
#define EG_IO_EMBED_H

typedef struct eg_embedded {
    const char *path;           /* relative to the source tree, "knowledge/rules/stroke.json" */
    const unsigned char *begin; /* first byte; a zero byte follows the last */
    const unsigned char *end;   /* behind the last byte */
} eg_embedded;

/* Ends with a row whose path is NULL. Generated at build time. */
extern const eg_embedded eg_embedded_files[];

#endif
