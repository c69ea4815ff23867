#include "serve/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libwebsockets.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/check.h"
#include "serve/answer.h"
#include "serve/assets.h"
#include "serve/guard.h"
#include "serve/request.h"

enum {
    CLIENTS_MAX = 512,
    CHUNK_MAX = 65536, /* bytes that one read or write moves */
    BODIES_MAX = 256 * 1024 * 1024,
    HEAD_SECONDS = 10,
    IDLE_SECONDS = 60,
    BODY_SECONDS = 30,
    BODY_BYTES_PER_SECOND = 65536,
    WRITE_SECONDS = 30,
    DRAIN_SECONDS = 2,
    WORK_SECONDS = 120,
};

typedef enum phase {
    PHASE_HEAD,  /* waiting for, or inside, a request's head */
    PHASE_BODY,  /* inside its body */
    PHASE_WORK,  /* a worker has it */
    PHASE_WRITE, /* the response is on its way */
    PHASE_DRAIN  /* answered and closing: what still comes in is thrown away */
} phase;

/* One client. libwebsockets keeps it and zeroes it at the start. */
typedef struct connection {
    struct lws *wsi;
    phase phase;
    char *input; /* received and not yet used: a part of a head, or pipelined requests */
    size_t input_size;
    eg_job *job;          /* the request being read or worked on */
    bool continue_wanted; /* "100 Continue" is to be sent before the body comes */
    bool keep_alive;
    bool omit_body; /* HEAD */
    char head[EG_ANSWER_HEAD_MAX];
    size_t head_size;
    const char *body; /* of the response */
    char *owned;      /* what of it must be freed */
    size_t body_size;
    size_t sent; /* of head and body together */
} connection;

struct eg_http {
    struct lws_context *context;
    struct lws_vhost *host;
    eg_assets *assets;
    eg_pool *pool;
    eg_guard guard;
    int port;
    size_t n_clients;
    size_t bodies_size; /* bytes of request bodies held for all clients */
    atomic_bool stopping;
};

static void set_timer(connection *c, int64_t seconds) {
    lws_set_timer_usecs(c->wsi, seconds * LWS_USEC_PER_SEC);
}

/* ---- answering ---- */

static void send_answer(connection *c, const eg_answer *answer, const char *body, char *owned) {
    EG_ASSERT(c->owned == NULL);
    c->head_size = eg_answer_head(answer, c->head);
    c->body = body;
    c->owned = owned;
    c->body_size = c->omit_body ? 0 : answer->size;
    c->sent = 0;
    c->keep_alive = answer->keep_alive;
    c->phase = PHASE_WRITE;
    c->continue_wanted = false;
    lws_rx_flow_control(c->wsi, 0);
    set_timer(c, WRITE_SECONDS);
    lws_callback_on_writable(c->wsi);
}

static void drop_job(eg_http *http, connection *c) {
    if (c->job == NULL) return;
    http->bodies_size -= c->job->body_capacity;
    eg_job_destroy(c->job);
    c->job = NULL;
}

/* A refused request ends the connection unless all of it has been read: nobody can say where the
 * next one would begin. */
static void refuse(eg_http *http, connection *c, const eg_refusal *refusal, const char *allow,
                   bool whole) {
    eg_api_response response = {0};
    eg_api_refuse(&response, refusal->status, refusal->code, refusal->text, "", refusal->remedy);
    eg_answer answer = {.status = refusal->status,
                        .content_type = response.content_type,
                        .size = response.size,
                        .keep_alive = whole && c->job != NULL && c->job->head.keep_alive,
                        .allow = allow};
    send_answer(c, &answer, response.body, response.body);
    drop_job(http, c);
}

static void answer_start(eg_http *http, connection *c) {
    eg_answer answer = {.status = 303,
                        .content_type = "text/plain; charset=utf-8",
                        .keep_alive = c->job->head.keep_alive,
                        .location = "/",
                        .token = http->guard.token};
    send_answer(c, &answer, NULL, NULL);
    drop_job(http, c);
}

static void answer_asset(eg_http *http, connection *c) {
    const eg_http_head *head = &c->job->head;
    eg_asset asset;
    if (strcmp(head->method, "GET") != 0 && strcmp(head->method, "HEAD") != 0) {
        eg_refusal refusal = {405, "method_unknown", "Pages are only read.", "Use GET."};
        refuse(http, c, &refusal, "GET, HEAD", head->content_length <= 0);
        return;
    }
    if (eg_assets_find(http->assets, head->path, &asset) != 0) {
        eg_refusal refusal = {404, "path_unknown", "There is nothing at this address.",
                              "Start at /."};
        refuse(http, c, &refusal, NULL, head->content_length <= 0);
        return;
    }
    const char *seen = head->headers[EG_HTTP_IF_NONE_MATCH];
    bool same = seen != NULL && strstr(seen, asset.etag) != NULL;
    eg_answer answer = {.status = same ? 304 : 200,
                        .content_type = same ? NULL : asset.content_type,
                        .size = same ? 0 : asset.size,
                        .keep_alive = head->keep_alive && head->content_length <= 0,
                        .etag = asset.etag,
                        .immutable = asset.immutable != 0};
    send_answer(c, &answer, (const char *)asset.bytes, (char *)asset.owned);
    drop_job(http, c);
}

static void answer_job(eg_http *http, connection *c) {
    eg_job *job = c->job;
    eg_answer answer = {.status = job->response.status,
                        .content_type = job->response.content_type,
                        .size = job->response.size,
                        .keep_alive = job->head.keep_alive};
    char *body = job->response.body;
    job->response.body = NULL;
    send_answer(c, &answer, body, body);
    drop_job(http, c);
}

/* ---- reading ---- */

/* The rules that can be checked before the body comes. */
static bool admit(const eg_http *http, const connection *c, eg_refusal *refusal) {
    const eg_http_head *head = &c->job->head;
    const eg_api_match *match = &c->job->match;
    if (match->route == NULL) {
        *refusal =
            match->allow[0] == '\0'
                ? (eg_refusal){404, "path_unknown", "There is nothing at this address.",
                               "See /api/openapi.json."}
                : (eg_refusal){405, "method_unknown", "This address does not know that method.",
                               "See the header Allow."};
        return false;
    }
    eg_api_body body = match->route->body;
    const char *type = head->headers[EG_HTTP_CONTENT_TYPE];
    const char *wanted =
        body == EG_API_BODY_BYTES ? "application/octet-stream" : "application/json";
    size_t length = type == NULL ? 0 : strcspn(type, "; \t");
    bool right = type != NULL && length == strlen(wanted) && strncasecmp(type, wanted, length) == 0;
    int64_t limit = body == EG_API_BODY_BYTES  ? EG_API_BYTES_MAX
                    : body == EG_API_BODY_JSON ? EG_API_JSON_MAX
                                               : 0;
    if (body != EG_API_BODY_NONE && !right)
        *refusal = (eg_refusal){415, "type_unsupported", "The body has a type not taken here.",
                                body == EG_API_BODY_BYTES
                                    ? "Send \"Content-Type: application/octet-stream\"."
                                    : "Send \"Content-Type: application/json\"."};
    else if (body != EG_API_BODY_NONE && head->content_length < 0)
        *refusal = (eg_refusal){411, "length_required", "The body's length is not said.",
                                "Send Content-Length."};
    else if (head->content_length > limit)
        *refusal =
            (eg_refusal){413, "body_too_large", "The body is larger than this address takes.",
                         "Send at most 1 MiB of JSON or 64 MiB of a recording."};
    else if (head->content_length > 0 &&
             http->bodies_size + (size_t)head->content_length > BODIES_MAX)
        *refusal = (eg_refusal){503, "busy", "Too many uploads at once.", "Try again in a moment."};
    return refusal->status == 0;
}

static void submit(eg_http *http, connection *c) {
    c->job->owner = c;
    c->phase = PHASE_WORK;
    set_timer(c, WORK_SECONDS); /* cancelling a timer makes this libwebsockets fire it at once */
    lws_rx_flow_control(c->wsi, 0);
    if (eg_pool_submit(http->pool, c->job)) return;
    eg_refusal refusal = {503, "busy", "The server has too much to do.", "Try again in a moment."};
    refuse(http, c, &refusal, NULL, true);
}

static void route(eg_http *http, connection *c) {
    eg_http_head *head = &c->job->head;
    eg_refusal refusal = {0};
    c->omit_body = strcmp(head->method, "HEAD") == 0;
    eg_guard_verdict verdict = eg_guard_check(&http->guard, head, &refusal);
    bool whole = head->content_length <= 0 && head->keep_alive;
    if (verdict == EG_GUARD_REFUSE) {
        refuse(http, c, &refusal, NULL, whole);
    } else if (verdict == EG_GUARD_START) {
        answer_start(http, c);
    } else if (!eg_guard_is_api(head->path)) {
        answer_asset(http, c);
    } else {
        c->job->match = eg_api_find(head->method, head->path);
        if (!admit(http, c, &refusal)) {
            char allow[sizeof c->job->match.allow];
            memcpy(allow, c->job->match.allow, sizeof allow);
            refuse(http, c, &refusal, refusal.status == 405 ? allow : NULL, whole);
        } else if (head->content_length > 0) {
            c->phase = PHASE_BODY;
            set_timer(c, BODY_SECONDS + head->content_length / BODY_BYTES_PER_SECOND);
            c->continue_wanted = head->headers[EG_HTTP_EXPECT] != NULL && c->input_size == 0;
            if (c->continue_wanted) lws_callback_on_writable(c->wsi);
        } else {
            submit(http, c);
        }
    }
}

/* Room for `more` bytes of body; grows as bytes really come, not as the client announces them. */
static bool grow_body(eg_http *http, eg_job *job, size_t more) {
    size_t needed = job->body_size + more;
    if (needed <= job->body_capacity) return true;
    size_t capacity = job->body_capacity == 0 ? CHUNK_MAX : job->body_capacity * 2;
    if (capacity < needed) capacity = needed;
    if (capacity > (size_t)job->head.content_length) capacity = (size_t)job->head.content_length;
    size_t added = capacity - job->body_capacity;
    if (http->bodies_size + added > BODIES_MAX) return false; /* others came in the meantime */
    char *body = realloc(job->body, capacity + 1);
    if (body == NULL) return false;
    http->bodies_size += added;
    job->body = body;
    job->body_capacity = capacity;
    return true;
}

/* Takes what belongs to the body; returns how many bytes that was. */
static size_t take_body(eg_http *http, connection *c, const char *bytes, size_t size) {
    eg_job *job = c->job;
    size_t missing = (size_t)job->head.content_length - job->body_size;
    size_t n = size < missing ? size : missing;
    if (!grow_body(http, job, n)) {
        eg_refusal refusal = {503, "memory", "There is not enough memory for the body.",
                              "Try again in a moment."};
        refuse(http, c, &refusal, NULL, false);
        return size;
    }
    memcpy(job->body + job->body_size, bytes, n);
    job->body_size += n;
    job->body[job->body_size] = '\0';
    if (n == missing) submit(http, c);
    return n;
}

static void forget_input(connection *c, size_t n) {
    EG_ASSERT(n <= c->input_size);
    c->input_size -= n;
    memmove(c->input, c->input + n, c->input_size);
}

/* Begins the request whose head is the first `size` bytes of the input. */
static void begin_request(eg_http *http, connection *c, size_t size) {
    eg_refusal refusal = {0};
    c->job = eg_job_create();
    char *bytes = c->job == NULL ? NULL : malloc(size);
    if (bytes == NULL) {
        refusal = (eg_refusal){503, "memory", "There is not enough memory.", "Try again."};
        refuse(http, c, &refusal, NULL, false);
        return;
    }
    memcpy(bytes, c->input, size);
    forget_input(c, size);
    c->job->head_bytes = bytes;
    c->omit_body = false;
    if (!eg_http_parse_head(bytes, size, &c->job->head, &refusal)) {
        refuse(http, c, &refusal, NULL, false);
        return;
    }
    route(http, c);
}

/* Works on the input until it is used up or a request is complete; pipelined requests wait. */
static void use_input(eg_http *http, connection *c) {
    if (c->phase == PHASE_HEAD && c->input_size > 0) {
        /* RFC 9112, section 2.2: an empty line before the request line is skipped. */
        if (c->input_size >= 2 && memcmp(c->input, "\r\n", 2) == 0) forget_input(c, 2);
        size_t size = eg_http_head_size(c->input, c->input_size);
        if (size > EG_HTTP_HEAD_MAX || (size == 0 && c->input_size > EG_HTTP_HEAD_MAX)) {
            eg_refusal refusal = {431, "head_too_large",
                                  "The request's head is larger than 16 KiB.",
                                  "Send fewer or shorter headers."};
            refuse(http, c, &refusal, NULL, false);
            return;
        }
        if (size > 0) begin_request(http, c, size);
    }
    if (c->phase == PHASE_BODY && c->input_size > 0)
        forget_input(c, take_body(http, c, c->input, c->input_size));
}

static int receive(eg_http *http, connection *c, const char *bytes, size_t size) {
    if (c->phase == PHASE_DRAIN) return 0;
    if (c->phase == PHASE_BODY && c->input_size == 0) {
        size_t used = take_body(http, c, bytes, size);
        bytes += used;
        size -= used;
        if (size == 0) return 0;
    }
    if (c->input == NULL) c->input = malloc(EG_HTTP_HEAD_MAX + 2 * CHUNK_MAX);
    if (c->input == NULL || c->input_size + size > EG_HTTP_HEAD_MAX + 2 * CHUNK_MAX) return -1;
    bool first = c->input_size == 0 && c->phase == PHASE_HEAD;
    memcpy(c->input + c->input_size, bytes, size);
    c->input_size += size;
    if (first) set_timer(c, HEAD_SECONDS);
    use_input(http, c);
    return 0;
}

/* ---- writing ---- */

static int finish_answer(eg_http *http, connection *c) {
    free(c->owned);
    c->owned = NULL;
    c->body = NULL;
    if (!c->keep_alive) {
        /* Closing while the client still sends would reset the connection, and the client would
         * lose the answer: say that we are done, then read on a little. */
        c->phase = PHASE_DRAIN;
        if (shutdown(lws_get_socket_fd(c->wsi), SHUT_WR) != 0) return -1;
        set_timer(c, DRAIN_SECONDS);
        lws_rx_flow_control(c->wsi, 1);
        return 0;
    }
    c->phase = PHASE_HEAD;
    set_timer(c, c->input_size > 0 ? HEAD_SECONDS : IDLE_SECONDS);
    use_input(http, c);
    if (c->phase == PHASE_HEAD || c->phase == PHASE_BODY) {
        if (c->input_size == 0) {
            free(c->input);
            c->input = NULL;
        }
        lws_rx_flow_control(c->wsi, 1);
    }
    return 0;
}

static int write_more(eg_http *http, connection *c) {
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    unsigned char buffer[LWS_PRE + 16384];
    unsigned char *at = buffer + LWS_PRE;
    size_t room = sizeof buffer - LWS_PRE;
    if (c->phase == PHASE_BODY && c->continue_wanted) {
        c->continue_wanted = false;
        memcpy(at, go_on, sizeof go_on - 1);
        return lws_write(c->wsi, at, sizeof go_on - 1, LWS_WRITE_RAW) < 0 ? -1 : 0;
    }
    if (c->phase != PHASE_WRITE) return 0;
    size_t n = 0;
    if (c->sent < c->head_size) {
        n = c->head_size - c->sent;
        memcpy(at, c->head + c->sent, n);
    }
    size_t body_sent = c->sent + n - c->head_size;
    size_t rest = c->body_size - body_sent;
    size_t part = rest < room - n ? rest : room - n;
    if (part > 0) memcpy(at + n, c->body + body_sent, part);
    n += part;
    /* What the socket does not take at once libwebsockets keeps and sends before it calls again. */
    if (lws_write(c->wsi, at, n, LWS_WRITE_RAW) < 0) return -1;
    c->sent += n;
    if (c->sent == c->head_size + c->body_size) return finish_answer(http, c);
    set_timer(c, WRITE_SECONDS);
    lws_callback_on_writable(c->wsi);
    return 0;
}

/* ---- the life of a connection ---- */

static int adopt(eg_http *http, connection *c, struct lws *wsi) {
    int on = 1;
    c->wsi = wsi;
    c->phase = PHASE_HEAD;
    http->n_clients++;
    setsockopt(lws_get_socket_fd(wsi), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (http->n_clients > CLIENTS_MAX || atomic_load(&http->stopping)) {
        eg_refusal refusal = {503, "busy", "Too many clients at once.", "Try again in a moment."};
        refuse(http, c, &refusal, NULL, false);
        return 0;
    }
    set_timer(c, HEAD_SECONDS);
    return 0;
}

static void release(eg_http *http, connection *c) {
    if (c->wsi == NULL) return;
    bool lent = c->phase == PHASE_WORK; /* a worker has the job; it comes back through the pool */
    if (lent && http->pool != NULL) c->job->owner = NULL;
    if (!lent) drop_job(http, c);
    free(c->owned);
    free(c->input);
    memset(c, 0, sizeof *c);
    http->n_clients--;
}

static int time_is_up(eg_http *http, connection *c) {
    if (c->phase == PHASE_WORK) {
        set_timer(c, WORK_SECONDS); /* no client is dropped because the server is slow */
        return 0;
    }
    bool inside = (c->phase == PHASE_HEAD && c->input_size > 0) || c->phase == PHASE_BODY;
    if (!inside) return -1;
    eg_refusal refusal = {408, "too_slow", "The request did not come in time.", "Send it again."};
    refuse(http, c, &refusal, NULL, false);
    return 0;
}

static void answer_finished(eg_http *http) {
    for (eg_job *job = eg_pool_take_done(http->pool); job != NULL;
         job = eg_pool_take_done(http->pool)) {
        connection *c = job->owner;
        if (c == NULL) {
            http->bodies_size -= job->body_capacity;
            eg_job_destroy(job);
        } else {
            answer_job(http, c);
        }
    }
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *bytes,
                    size_t size) {
    connection *c = user;
    if (wsi == NULL) return 0;
    eg_http *http = lws_context_user(lws_get_context(wsi));
    switch (reason) {
    case LWS_CALLBACK_RAW_ADOPT:
        return adopt(http, c, wsi);
    case LWS_CALLBACK_RAW_RX:
        return receive(http, c, bytes, size);
    case LWS_CALLBACK_RAW_WRITEABLE:
        return write_more(http, c);
    case LWS_CALLBACK_TIMER:
        return time_is_up(http, c);
    case LWS_CALLBACK_RAW_CLOSE:
        release(http, c);
        return 0;
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
        if (http->pool != NULL) answer_finished(http);
        return 0;
    default:
        return 0;
    }
}

/* ---- the server ---- */

static const struct lws_protocols protocols[] = {
    {"engram-http", on_event, sizeof(connection), CHUNK_MAX, 0, NULL, 0},
    {NULL, NULL, 0, 0, 0, NULL, 0},
};

static void log_line(int level, const char *line) {
    (void)level;
    fprintf(stderr, "engram: network: %s", line);
}

static void wake(void *context) {
    lws_cancel_service(((eg_http *)context)->context);
}

/* Tries the port once by itself, because libwebsockets does not say why it could not listen. */
static eg_err probe(const eg_http_settings *settings, eg_diag *diag) {
    char name[96];
    snprintf(name, sizeof name, "%s:%d", settings->address, settings->port);
    if (!eg_guard_is_loopback(settings->address) || strcmp(settings->address, "localhost") == 0)
        return eg_diag_set(diag, EG_ERR_REFUSED, name, 0,
                           "without accounts only this machine may connect; listen on 127.0.0.1 "
                           "or [::1], and use an SSH tunnel from elsewhere");
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)settings->port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6,
                               .sin6_port = htons((uint16_t)settings->port)};
    bool is_four = inet_pton(AF_INET, settings->address, &four.sin_addr) == 1;
    if (!is_four) (void)inet_pton(AF_INET6, settings->address, &six.sin6_addr);
    int on = 1;
    int file = socket(is_four ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int failed = file < 0 || setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
                 (is_four ? bind(file, (struct sockaddr *)&four, sizeof four)
                          : bind(file, (struct sockaddr *)&six, sizeof six)) != 0 ||
                 listen(file, 1) != 0;
    int reason = errno;
    if (file >= 0) close(file);
    if (!failed) return EG_OK;
    if (reason == EADDRINUSE)
        return eg_diag_set(diag, EG_ERR_CONFLICT, name, 0,
                           "another program (perhaps another Engram) listens there; stop it or "
                           "choose another port with --listen %s:PORT (0 takes any free one)",
                           is_four ? "127.0.0.1" : "[::1]");
    return eg_diag_set(diag, EG_ERR_IO, name, 0, "cannot listen there: %s", strerror(reason));
}

static bool listen_there(eg_http *http, const eg_http_settings *settings) {
    struct lws_context_creation_info info;
    memset(&info, 0, sizeof info);
    lws_set_log_level(LLL_ERR, log_line);
    info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_NO_LWS_SYSTEM_STATES;
    info.user = http;
    info.gid = -1;
    info.uid = -1;
    info.fd_limit_per_thread = CLIENTS_MAX + 128;
    info.pt_serv_buf_size = CHUNK_MAX;
    http->context = lws_create_context(&info);
    if (http->context == NULL) return false;
    bool is_four = strchr(settings->address, ':') == NULL;
    info.options = LWS_SERVER_OPTION_ADOPT_APPLY_LISTEN_ACCEPT_CONFIG |
                   LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
    if (is_four) info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
    info.port = settings->port;
    info.iface = settings->address;
    info.protocols = protocols;
    info.vhost_name = "engram";
    info.listen_accept_role = "raw-skt";
    info.listen_accept_protocol = protocols[0].name;
    http->host = lws_create_vhost(http->context, &info);
    if (http->host == NULL) return false;
    http->port = lws_get_vhost_listen_port(http->host);
    return http->port > 0;
}

eg_http *eg_http_create(const eg_http_settings *settings, eg_diag *diag) {
    if (probe(settings, diag) != EG_OK) return NULL;
    eg_http *http = calloc(1, sizeof *http);
    if (http == NULL) {
        (void)eg_diag_set(diag, EG_ERR_MEMORY, "server", 0, "not enough memory");
        return NULL;
    }
    atomic_init(&http->stopping, false);
    http->assets = eg_assets_create(settings->web_folder);
    if (http->assets == NULL || !listen_there(http, settings)) {
        (void)eg_diag_set(diag, EG_ERR_IO, settings->address, 0,
                          "the network part could not be started");
        eg_http_destroy(http);
        return NULL;
    }
    eg_guard_init(&http->guard, settings->token, http->port);
    http->pool = eg_pool_create(settings->writer, settings->readers, wake, http);
    if (http->pool == NULL) {
        (void)eg_diag_set(diag, EG_ERR_MEMORY, "server", 0, "the workers could not be started");
        eg_http_destroy(http);
        return NULL;
    }
    return http;
}

void eg_http_destroy(eg_http *http) {
    if (http == NULL) return;
    eg_pool_destroy(http->pool); /* its threads use the context */
    http->pool = NULL;
    if (http->context != NULL) lws_context_destroy(http->context);
    eg_assets_destroy(http->assets);
    free(http);
}

int eg_http_port(const eg_http *http) {
    return http->port;
}

void eg_http_run(eg_http *http) {
    while (!atomic_load(&http->stopping))
        if (lws_service(http->context, 0) < 0 && errno != EINTR) break;
}

void eg_http_stop(eg_http *http) {
    atomic_store(&http->stopping, true);
    lws_cancel_service(http->context);
}
