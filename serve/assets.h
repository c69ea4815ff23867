/* The web interface's files: those embedded in the program, or, for development, those of a folder.
 * Knows content types, the fallback of a single-page application and what to show when no interface
 * was built in. */
#ifndef EG_SERVE_ASSETS_H
#define EG_SERVE_ASSETS_H

#include <stddef.h>

typedef struct eg_assets eg_assets;

enum { EG_ASSETS_FILE_MAX = 32 * 1024 * 1024, EG_ASSETS_MAX = 1024 };

typedef struct eg_asset {
    const char *content_type;   /* "text/html; charset=utf-8" */
    const unsigned char *bytes; /* owned by the assets, or by `owned` */
    size_t size;
    unsigned char *owned; /* to be freed by the caller; NULL for embedded files */
    char etag[72];        /* quoted SHA-256 */
    int immutable;        /* the name holds a hash of the content: may be kept for ever */
} eg_asset;

/* `web_folder` NULL: the embedded files under web/dist/. Hashes every embedded file once. */
eg_assets *eg_assets_create(const char *web_folder);
void eg_assets_destroy(eg_assets *assets);

/* The file of a decoded request path (see eg_http_decode_path), index.html for "/" and for any path
 * without an extension. 0 if there is one, else -1. Reads the disk only with a web folder. */
int eg_assets_find(const eg_assets *assets, const char *path, eg_asset *asset);

/* "text/css; charset=utf-8" by the path's extension; application/octet-stream for others. */
const char *eg_assets_type(const char *path);

#endif
