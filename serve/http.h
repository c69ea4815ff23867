/* The HTTP/1.1 server: sockets, timers and the event loop by libwebsockets, the words of the
 * protocol by our own strict reader (request.h), because what libwebsockets' reader repairs or
 * drops silently (dot segments, repeated headers, chunked bodies) we want refused with a reason.
 * One network thread; requests are worked on by the pool and answered when they are done, writes
 * thus after their commit.
 *
 * Limits: 512 clients, one request at a time each (pipelined ones wait), head 16 KiB within 10 s,
 * body by route within 30 s and 1 s more for each 64 KiB, 256 MiB of bodies in all, 60 s idle. */
#ifndef EG_SERVE_HTTP_H
#define EG_SERVE_HTTP_H

#include "core/base/err.h"
#include "serve/api.h"
#include "serve/pool.h"

typedef struct eg_http eg_http;

typedef struct eg_http_settings {
    const char *address;    /* "127.0.0.1" or "::1": loopback only */
    int port;               /* 0: any free one */
    const char *web_folder; /* NULL: the embedded web interface */
    const char *token;      /* 64 hex digits */
    eg_api *writer;         /* the apis are borrowed */
    eg_api *readers[EG_POOL_READERS];
} eg_http_settings;

/* Listens when it returns. NULL and `diag` set: the address is not loopback (EG_ERR_REFUSED), the
 * port is taken (EG_ERR_CONFLICT), or there is no memory. */
eg_http *eg_http_create(const eg_http_settings *settings, eg_diag *diag);
void eg_http_destroy(eg_http *http);

/* The port really listened on. */
int eg_http_port(const eg_http *http);

/* Serves until eg_http_stop, in the calling thread. */
void eg_http_run(eg_http *http);

/* From any thread, not from a signal handler. */
void eg_http_stop(eg_http *http);

#endif
