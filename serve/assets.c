#include "serve/assets.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/check.h"
#include "io/embed.h"

static const char embedded_root[] = "web/dist";

/* Shown when the program was built without its web interface. */
static const char plain_page[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<title>Engram</title></head><body><main><h1>Engram is running</h1>"
    "<p>This program was built without its web interface. Build it with <code>./dev build</code> "
    "in the source tree and start again, or start with <code>--web-dir web/dist</code>.</p>"
    "<p>The API is there: <a href=\"/api/status\">/api/status</a>, "
    "<a href=\"/api/openapi.json\">/api/openapi.json</a>.</p></main></body></html>\n";

struct eg_assets {
    char *folder; /* NULL: embedded */
    size_t count;
    struct row {
        const char *path; /* "/assets/index.js", inside the embedded path */
        const unsigned char *bytes;
        size_t size;
        char etag[72];
    } rows[EG_ASSETS_MAX];
};

static void make_etag(const unsigned char *bytes, size_t size, char etag[72]) {
    unsigned char digest[crypto_hash_sha256_BYTES];
    char hex[2 * crypto_hash_sha256_BYTES + 1];
    crypto_hash_sha256(digest, bytes, size);
    sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
    snprintf(etag, 72, "\"%s\"", hex);
}

static void add(eg_assets *assets, const char *path, const unsigned char *bytes, size_t size) {
    if (assets->count == EG_ASSETS_MAX) return;
    struct row *row = &assets->rows[assets->count++];
    row->path = path;
    row->bytes = bytes;
    row->size = size;
    make_etag(bytes, size, row->etag);
}

static const struct row *find_row(const eg_assets *assets, const char *path) {
    for (size_t i = 0; i < assets->count; i++)
        if (strcmp(assets->rows[i].path, path) == 0) return &assets->rows[i];
    return NULL;
}

eg_assets *eg_assets_create(const char *web_folder) {
    EG_ASSERT(sodium_init() >= 0);
    eg_assets *assets = calloc(1, sizeof *assets);
    if (assets == NULL) return NULL;
    if (web_folder != NULL) {
        assets->folder = strdup(web_folder);
        if (assets->folder != NULL) return assets;
        free(assets);
        return NULL;
    }
    size_t root = strlen(embedded_root);
    for (const eg_embedded *file = eg_embedded_files; file->path != NULL; file++)
        if (strncmp(file->path, embedded_root, root) == 0 && file->path[root] == '/')
            add(assets, file->path + root, file->begin, (size_t)(file->end - file->begin));
    if (find_row(assets, "/index.html") == NULL)
        add(assets, "/index.html", (const unsigned char *)plain_page, sizeof plain_page - 1);
    return assets;
}

void eg_assets_destroy(eg_assets *assets) {
    if (assets == NULL) return;
    free(assets->folder);
    free(assets);
}

static const char *extension(const char *path) {
    const char *name = strrchr(path, '/');
    const char *dot = name != NULL ? strrchr(name, '.') : NULL;
    return dot != NULL ? dot : "";
}

const char *eg_assets_type(const char *path) {
    static const struct {
        const char *extension, *type;
    } types[] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".map", "application/json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".jpg", "image/jpeg"},
        {".webp", "image/webp"},
        {".woff2", "font/woff2"},
        {".wasm", "application/wasm"},
        {".txt", "text/plain; charset=utf-8"},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(extension(path), types[i].extension) == 0) return types[i].type;
    return "application/octet-stream";
}

/* Reads FOLDER/PATH; the path has no dot segments, and links out of the folder are not followed at
 * its last step. */
static int read_file(const char *folder, const char *path, eg_asset *asset) {
    char name[4096 + 512];
    int length = snprintf(name, sizeof name, "%s%s", folder, path);
    if (length < 0 || (size_t)length >= sizeof name) return -1;
    int file = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) return -1;
    struct stat status;
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) ||
        status.st_size > EG_ASSETS_FILE_MAX) {
        close(file);
        return -1;
    }
    size_t size = (size_t)status.st_size;
    unsigned char *bytes = malloc(size + 1);
    size_t used = 0;
    while (bytes != NULL && used < size) {
        ssize_t n = read(file, bytes + used, size - used);
        if (n <= 0) break;
        used += (size_t)n;
    }
    close(file);
    if (bytes == NULL || used != size) {
        free(bytes);
        return -1;
    }
    *asset = (eg_asset){.bytes = bytes, .size = size, .owned = bytes};
    make_etag(bytes, size, asset->etag);
    return 0;
}

int eg_assets_find(const eg_assets *assets, const char *path, eg_asset *asset) {
    if (extension(path)[0] == '\0') path = "/index.html";
    if (assets->folder != NULL) {
        if (read_file(assets->folder, path, asset) != 0) return -1;
    } else {
        const struct row *row = find_row(assets, path);
        if (row == NULL) return -1;
        *asset = (eg_asset){.bytes = row->bytes, .size = row->size};
        memcpy(asset->etag, row->etag, sizeof asset->etag);
    }
    asset->content_type = eg_assets_type(path);
    /* Vite puts a hash of the content into every name below /assets/. */
    asset->immutable = strncmp(path, "/assets/", 8) == 0;
    return 0;
}
