/* The server in this process, on a free port, with clients in threads of their own: the same test
 * runs under the thread sanitizer. */
#include <arpa/inet.h>
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/answer.h"
#include "serve/assets.h"
#include "serve/http.h"
#include "tests/support/test.h"

enum { CLIENTS = 12, ROUNDS = 25, REPLY_MAX = 65536 };

static const char token[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

typedef struct server {
    eg_api *writer, *readers[EG_POOL_READERS];
    eg_http *http;
    pthread_t thread;
} server;

static void *run(void *argument) {
    eg_http_run(argument);
    return NULL;
}

static void begin_with(server *self, bool demo) {
    static char store[4200];
    eg_diag diag = {0};
    snprintf(store, sizeof store, "sqlite:%s/engram.db", eg_test_folder());
    eg_api_settings api = {.version = "test", .store = store, .demo = demo};
    self->writer = eg_api_create(&api, NULL, &diag);
    if (self->writer == NULL) EG_FAIL("%s: %s", diag.where, diag.text);
    if (demo && eg_api_fill_demo(self->writer, &diag) != EG_OK)
        EG_FAIL("%s: %s", diag.where, diag.text);
    eg_http_settings settings = {.address = "127.0.0.1", .token = token, .writer = self->writer};
    for (size_t i = 0; i < EG_POOL_READERS; i++) {
        self->readers[i] = eg_api_create(&api, self->writer, &diag);
        EG_CHECK(self->readers[i] != NULL);
        settings.readers[i] = self->readers[i];
    }
    self->http = eg_http_create(&settings, &diag);
    if (self->http == NULL) EG_FAIL("%s: %s", diag.where, diag.text);
    EG_CHECK_INT(pthread_create(&self->thread, NULL, run, self->http), 0);
}

static void begin(server *self) {
    begin_with(self, false);
}

static void end(server *self) {
    eg_http_stop(self->http);
    pthread_join(self->thread, NULL);
    eg_http_destroy(self->http);
    for (size_t i = 0; i < EG_POOL_READERS; i++) eg_api_destroy(self->readers[i]);
    eg_api_destroy(self->writer);
}

static int dial(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct timeval limit = {.tv_sec = 20};
    int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (connect(file, (struct sockaddr *)&address, sizeof address) != 0) return -1;
    return file;
}

static int send_all(int file, const char *bytes, size_t size) {
    for (size_t sent = 0; sent < size;) {
        ssize_t n = send(file, bytes + sent, size - sent, MSG_NOSIGNAL);
        if (n <= 0) return -1;
        sent += (size_t)n;
    }
    return 0;
}

/* Reads one response by its Content-Length into `capacity` bytes; returns its status, or -1. */
static int read_answer(int file, char *reply, size_t capacity) {
    size_t used = 0;
    for (;;) {
        ssize_t n = recv(file, reply + used, capacity - 1 - used, 0);
        if (n <= 0) return -1;
        used += (size_t)n;
        reply[used] = '\0';
        const char *body = strstr(reply, "\r\n\r\n");
        const char *length = strstr(reply, "Content-Length: ");
        if (body == NULL || length == NULL) continue;
        if (used >= (size_t)(body - reply) + 4 + strtoul(length + 16, NULL, 10)) break;
    }
    return atoi(reply + 9);
}

typedef struct client {
    int port;
    int number;
    atomic_int *n_good;
} client;

/* Reads, writes and refused requests, on one connection and on new ones. */
static void *ask(void *argument) {
    const client *self = argument;
    char *reply = malloc(REPLY_MAX);
    char request[1024];
    int file = dial(self->port);
    for (int i = 0; i < ROUNDS; i++) {
        static const char *const bodies[] = {"{}", "[1]", "{\"a\"", "{\"given_name\":1}"};
        const char *body = bodies[(i + self->number) % 4];
        bool writes = i % 3 == 2;
        int n = snprintf(request, sizeof request,
                         "%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n"
                         "X-Engram: 1\r\nContent-Type: application/json\r\n",
                         writes  ? "POST /api/people"
                         : i % 3 ? "GET /"
                                 : "GET /api/status",
                         self->port, token);
        n += writes ? snprintf(request + n, sizeof request - (size_t)n,
                               "Content-Length: %zu\r\n\r\n%s", strlen(body), body)
                    : snprintf(request + n, sizeof request - (size_t)n, "\r\n");
        int status =
            send_all(file, request, (size_t)n) == 0 ? read_answer(file, reply, REPLY_MAX) : -1;
        /* None of the bodies is a person, so every write is refused, with the reason. */
        bool good = status == 503 || (writes ? status >= 400 && status < 500 : status == 200);
        if (good) atomic_fetch_add(self->n_good, 1);
        bool closing = status > 0 && strstr(reply, "\r\nConnection: close\r\n") != NULL;
        if (status < 0 || closing || i % 10 == 9) { /* some clients go away without a word */
            close(file);
            file = dial(self->port);
        }
    }
    if (file >= 0) close(file);
    free(reply);
    return NULL;
}

static void many_clients_at_once(void) {
    server self;
    begin(&self);
    pthread_t threads[CLIENTS];
    client clients[CLIENTS];
    atomic_int n_good = 0;
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (client){eg_http_port(self.http), i, &n_good};
        EG_CHECK_INT(pthread_create(&threads[i], NULL, ask, &clients[i]), 0);
    }
    for (int i = 0; i < CLIENTS; i++) pthread_join(threads[i], NULL);
    end(&self);
    EG_CHECK_INT(atomic_load(&n_good), CLIENTS * ROUNDS);
    eg_test_note("%d clients, %d requests each, all answered as they should be", CLIENTS, ROUNDS);
}

/* ---- reports ---- */

enum { PRINTERS = 4, PRINT_ROUNDS = 2, EPISODES = 6, PDF_MAX = 4 * 1024 * 1024 };

typedef struct printer {
    int port;
    int number;
    char (*episodes)[64];
    atomic_int *n_good;
} printer;

/* One request on a connection of its own; `reply` holds capacity bytes. Returns the status or -1.
 */
static int get(int port, const char *path, char *reply, size_t capacity) {
    char request[512];
    int n = snprintf(request, sizeof request,
                     "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                     "Authorization: Bearer %s\r\nConnection: close\r\n\r\n",
                     path, port, token);
    int file = dial(port);
    int status = -1;
    if (file >= 0 && send_all(file, request, (size_t)n) == 0)
        status = read_answer(file, reply, capacity);
    if (file >= 0) close(file);
    return status;
}

/* Reports of all people, in another order for every client. */
static void *print(void *argument) {
    const printer *self = argument;
    char *reply = malloc(PDF_MAX);
    for (int i = 0; reply != NULL && i < PRINT_ROUNDS * EPISODES; i++) {
        char path[160];
        snprintf(path, sizeof path, "/api/episodes/%s/report.pdf?type=%s",
                 self->episodes[(i * (1 + self->number % 2 * 4) + self->number) % EPISODES],
                 (i + self->number) % 2 ? "progress" : "evaluation_plan");
        int status = get(self->port, path, reply, PDF_MAX);
        const char *body = status == 200 ? strstr(reply, "\r\n\r\n") : NULL;
        if (body != NULL && strncmp(body + 4, "%PDF-", 5) == 0) atomic_fetch_add(self->n_good, 1);
    }
    free(reply);
    return NULL;
}

/* The episodes of the invented people, over the network as a page would find them. */
static int find_episodes(int port, char episodes[EPISODES][64]) {
    char *reply = malloc(PDF_MAX);
    int n = 0;
    EG_CHECK(reply != NULL);
    EG_CHECK_INT(get(port, "/api/people", reply, PDF_MAX), 200);
    json_t *people = json_loads(strstr(reply, "\r\n\r\n") + 4, 0, NULL);
    for (size_t i = 0; i < json_array_size(people); i++) {
        const json_t *person = json_array_get(people, i);
        char path[160];
        snprintf(path, sizeof path, "/api/people/%s",
                 json_string_value(json_object_get(person, "id")));
        EG_CHECK_INT(get(port, path, reply, PDF_MAX), 200);
        json_t *whole = json_loads(strstr(reply, "\r\n\r\n") + 4, 0, NULL);
        const json_t *episode = json_array_get(json_object_get(whole, "episodes"), 0);
        const char *id = json_string_value(json_object_get(episode, "id"));
        if (id != NULL && n < EPISODES) snprintf(episodes[n++], sizeof episodes[0], "%s", id);
        json_decref(whole);
    }
    json_decref(people);
    free(reply);
    return n;
}

/* The libraries that lay a report out share state of the process; all clients get theirs even so.
 */
static void reports_for_several_clients_at_once(void) {
    server self;
    begin_with(&self, true);
    EG_CHECK_INT(eg_api_find("GET", "/api/episodes/x/report.pdf").route->role, EG_API_PRINTS);
    char episodes[EPISODES][64];
    EG_CHECK_INT(find_episodes(eg_http_port(self.http), episodes), EPISODES);
    pthread_t threads[PRINTERS];
    printer printers[PRINTERS];
    atomic_int n_good = 0;
    for (int i = 0; i < PRINTERS; i++) {
        printers[i] = (printer){eg_http_port(self.http), i, episodes, &n_good};
        EG_CHECK_INT(pthread_create(&threads[i], NULL, print, &printers[i]), 0);
    }
    for (int i = 0; i < PRINTERS; i++) pthread_join(threads[i], NULL);
    end(&self);
    EG_CHECK_INT(atomic_load(&n_good), PRINTERS * PRINT_ROUNDS * EPISODES);
    eg_test_note("%d clients, %d reports each", PRINTERS, PRINT_ROUNDS * EPISODES);
}

/* The server ends while clients wait and while a worker is at a request. */
static void ends_with_clients_connected(void) {
    for (int round = 0; round < 5; round++) {
        server self;
        begin(&self);
        int files[20];
        char request[256];
        int n = snprintf(request, sizeof request,
                         "GET /api/status HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                         "Authorization: Bearer %s\r\n\r\n",
                         eg_http_port(self.http), token);
        for (int i = 0; i < 20; i++) {
            files[i] = dial(eg_http_port(self.http));
            if (i % 2 == 0) EG_CHECK_INT(send_all(files[i], request, (size_t)n), 0);
        }
        end(&self);
        for (int i = 0; i < 20; i++) close(files[i]);
    }
    eg_test_note("5 times with 20 clients");
}

static void a_taken_port_is_said_so(void) {
    server self;
    begin(&self);
    eg_diag diag = {0};
    eg_http_settings settings = {
        .address = "127.0.0.1", .port = eg_http_port(self.http), .token = token};
    EG_CHECK(eg_http_create(&settings, &diag) == NULL);
    EG_CHECK_INT(diag.code, EG_ERR_CONFLICT);
    EG_CHECK(strstr(diag.text, "--listen") != NULL);
    eg_diag other = {0};
    settings.address = "0.0.0.0";
    EG_CHECK(eg_http_create(&settings, &other) == NULL);
    EG_CHECK_INT(other.code, EG_ERR_REFUSED);
    end(&self);
}

static void heads_of_answers(void) {
    char head[EG_ANSWER_HEAD_MAX + 1];
    eg_answer answer = {
        .status = 405, .content_type = "application/json", .size = 7, .allow = "GET, HEAD"};
    head[eg_answer_head(&answer, head)] = '\0';
    EG_CHECK(strncmp(head, "HTTP/1.1 405 Method Not Allowed\r\n", 33) == 0);
    static const char *const wanted[] = {"\r\nContent-Length: 7\r\n",
                                         "\r\nAllow: GET, HEAD\r\n",
                                         "\r\nCache-Control: no-store\r\n",
                                         "\r\nConnection: close\r\n",
                                         "\r\nX-Content-Type-Options: nosniff\r\n",
                                         "default-src 'none'; script-src 'self';",
                                         "frame-ancestors 'none'"};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (strstr(head, wanted[i]) == NULL) EG_FAIL("the head lacks %s", wanted[i]);
    EG_CHECK_TEXT(head + strlen(head) - 4, "\r\n\r\n");
}

static void assets_come_from_a_folder(void) {
    char path[4200];
    const char *folder = eg_test_folder();
    static const char *const names[] = {"index.html", "a.js", "b.wasm"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        FILE *file = fopen(path, "w");
        EG_CHECK(file != NULL && fputs(names[i], file) >= 0 && fclose(file) == 0);
    }
    snprintf(path, sizeof path, "%s/link.js", folder);
    EG_CHECK_INT(symlink("/etc/passwd", path), 0);
    eg_assets *assets = eg_assets_create(folder);
    eg_asset asset;
    EG_CHECK_INT(eg_assets_find(assets, "/people/1", &asset), 0); /* a page of the application */
    EG_CHECK_TEXT(asset.content_type, "text/html; charset=utf-8");
    EG_CHECK_INT(asset.size, strlen("index.html"));
    EG_CHECK_INT(strlen(asset.etag), 66);
    free(asset.owned);
    EG_CHECK_INT(eg_assets_find(assets, "/b.wasm", &asset), 0);
    EG_CHECK_TEXT(asset.content_type, "application/wasm");
    free(asset.owned);
    EG_CHECK_INT(eg_assets_find(assets, "/nothing.js", &asset), -1);
    EG_CHECK_INT(eg_assets_find(assets, "/link.js", &asset), -1);
    eg_assets_destroy(assets);
    EG_CHECK_TEXT(eg_assets_type("/x/y.css"), "text/css; charset=utf-8");
    EG_CHECK_TEXT(eg_assets_type("/x.d/y"), "application/octet-stream");
}

EG_TESTS({"http: many clients at once", many_clients_at_once},
         {"http: reports for several clients at once", reports_for_several_clients_at_once},
         {"http: ends with clients connected", ends_with_clients_connected},
         {"http: a taken port is said so", a_taken_port_is_said_so},
         {"http: heads of answers", heads_of_answers},
         {"http: assets come from a folder", assets_come_from_a_folder})
