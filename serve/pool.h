/* The workers behind the network thread: one that writes, two that read and one that reads and
 * prints reports. A request waits in a queue
 * of bounded length; a full queue is an answer ("busy"), not a wait. */
#ifndef EG_SERVE_POOL_H
#define EG_SERVE_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "serve/api.h"
#include "serve/request.h"

enum {
    EG_POOL_READERS = 3, /* workers besides the writer; the last of them prints */
    EG_POOL_QUEUE_MAX = 64
};

/* One request on its way. It owns its bytes, so that it outlives a client that went away. */
typedef struct eg_job {
    struct eg_job *next;
    void *owner; /* for the network thread only: the connection, NULL once that is gone */
    char *head_bytes;
    eg_http_head head; /* texts inside head_bytes */
    eg_api_match match;
    char *body; /* NULL without one; a zero follows the last byte */
    size_t body_size;
    size_t body_capacity;
    eg_api_response response; /* set by the worker */
} eg_job;

typedef struct eg_pool eg_pool;

eg_job *eg_job_create(void);
void eg_job_destroy(eg_job *job);

/* `done` is called in a worker's thread after each job; the job is then among those that
 * eg_pool_take_done gives. The apis are borrowed. NULL without memory or threads. */
eg_pool *eg_pool_create(eg_api *writer, eg_api *const readers[EG_POOL_READERS],
                        void (*done)(void *context), void *context);

/* Ends the threads after the jobs they are at; jobs still in the queue are destroyed unanswered. */
void eg_pool_destroy(eg_pool *pool);

/* False if the queue is full; the job then stays the caller's. */
bool eg_pool_submit(eg_pool *pool, eg_job *job);

/* A finished job, now the caller's; NULL if there is none. Does not wait. */
eg_job *eg_pool_take_done(eg_pool *pool);

#endif
