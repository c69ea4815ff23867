#include "serve/pool.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/base/check.h"

typedef struct queue {
    eg_job *first, *last;
    size_t count;
} queue;

typedef struct worker {
    struct eg_pool *pool;
    eg_api *api;
    eg_api_role role;
    pthread_t thread;
} worker;

struct eg_pool {
    pthread_mutex_t lock;
    pthread_cond_t wake[EG_API_ROLES];
    queue waiting[EG_API_ROLES];
    queue finished;
    bool leaving;
    void (*done)(void *context);
    void *context;
    worker workers[1 + EG_POOL_READERS];
    size_t n_started;
};

eg_job *eg_job_create(void) {
    return calloc(1, sizeof(eg_job));
}

void eg_job_destroy(eg_job *job) {
    if (job == NULL) return;
    eg_api_response_clear(&job->response);
    free(job->head_bytes);
    free(job->body);
    free(job);
}

static void push(queue *jobs, eg_job *job) {
    job->next = NULL;
    if (jobs->last != NULL)
        jobs->last->next = job;
    else
        jobs->first = job;
    jobs->last = job;
    jobs->count++;
}

static eg_job *pull(queue *jobs) {
    eg_job *job = jobs->first;
    if (job == NULL) return NULL;
    jobs->first = job->next;
    if (jobs->first == NULL) jobs->last = NULL;
    jobs->count--;
    return job;
}

static void *work(void *argument) {
    worker *self = argument;
    eg_pool *pool = self->pool;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        eg_job *job = NULL;
        while (!pool->leaving && (job = pull(&pool->waiting[self->role])) == NULL)
            pthread_cond_wait(&pool->wake[self->role], &pool->lock);
        if (job == NULL) break;
        pthread_mutex_unlock(&pool->lock);
        eg_api_request request = {job->head.method, job->head.path, &job->head.query, job->body,
                                  job->body_size};
        eg_api_handle(self->api, &request, &job->response);
        pthread_mutex_lock(&pool->lock);
        push(&pool->finished, job);
        pthread_mutex_unlock(&pool->lock);
        pool->done(pool->context);
        pthread_mutex_lock(&pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

eg_pool *eg_pool_create(eg_api *writer, eg_api *const readers[EG_POOL_READERS],
                        void (*done)(void *context), void *context) {
    EG_ASSERT(writer != NULL && done != NULL);
    eg_pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL) return NULL;
    pthread_mutex_init(&pool->lock, NULL);
    for (size_t i = 0; i < EG_API_ROLES; i++) pthread_cond_init(&pool->wake[i], NULL);
    pool->done = done;
    pool->context = context;
    for (size_t i = 0; i < 1 + EG_POOL_READERS; i++) {
        worker *self = &pool->workers[i];
        self->pool = pool;
        self->api = i == 0 ? writer : readers[i - 1];
        self->role = i == 0 ? EG_API_WRITES : i == EG_POOL_READERS ? EG_API_PRINTS : EG_API_READS;
        if (pthread_create(&self->thread, NULL, work, self) != 0) {
            eg_pool_destroy(pool);
            return NULL;
        }
        pool->n_started++;
    }
    return pool;
}

void eg_pool_destroy(eg_pool *pool) {
    if (pool == NULL) return;
    pthread_mutex_lock(&pool->lock);
    pool->leaving = true;
    for (size_t i = 0; i < EG_API_ROLES; i++) pthread_cond_broadcast(&pool->wake[i]);
    pthread_mutex_unlock(&pool->lock);
    for (size_t i = 0; i < pool->n_started; i++) pthread_join(pool->workers[i].thread, NULL);
    for (size_t i = 0; i <= EG_API_ROLES; i++) {
        queue *jobs = i < EG_API_ROLES ? &pool->waiting[i] : &pool->finished;
        for (eg_job *job = pull(jobs); job != NULL; job = pull(jobs)) eg_job_destroy(job);
    }
    for (size_t i = 0; i < EG_API_ROLES; i++) pthread_cond_destroy(&pool->wake[i]);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

bool eg_pool_submit(eg_pool *pool, eg_job *job) {
    eg_api_role role = job->match.route->role;
    pthread_mutex_lock(&pool->lock);
    bool fits = !pool->leaving && pool->waiting[role].count < EG_POOL_QUEUE_MAX;
    if (fits) {
        push(&pool->waiting[role], job);
        pthread_cond_signal(&pool->wake[role]);
    }
    pthread_mutex_unlock(&pool->lock);
    return fits;
}

eg_job *eg_pool_take_done(eg_pool *pool) {
    pthread_mutex_lock(&pool->lock);
    eg_job *job = pull(&pool->finished);
    pthread_mutex_unlock(&pool->lock);
    return job;
}
