/* `engram serve`: opens the data folder, starts the server and says where to find it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/data_folder.h"
#include "io/host/system_zone.h"
#include "serve/guard.h"
#include "serve/http.h"

enum { MARK_SIZE = DATA_STORE_URL_SIZE + 16 };

typedef struct options {
    bool demo;
    bool routes;
    const char *data;
    const char *store;
    const char *listen;
    const char *web_folder;
} options;

static int complain(const char *what, const char *remedy) {
    fprintf(stderr, "engram serve: %s\n%s\n", what, remedy);
    return 2;
}

const char eg_command_serve_help[] =
    "usage: engram serve [--demo] [--data DIR] [--listen HOST:PORT] [--store sqlite:PATH]\n"
    "  --demo                                six invented people, in a folder of their own\n"
    "  --data DIR                            where the clinic's data lie\n"
    "                                        ($XDG_DATA_HOME/engram)\n"
    "  --listen HOST:PORT                    127.0.0.1:8321; this machine only\n"
    "  --store sqlite:PATH                   a store of another name or place\n"
    "  --web-dir DIR                         pages from a folder, for those who build them\n";

static int read_options(int n_arguments, char **arguments, options *found) {
    *found = (options){.listen = "127.0.0.1:8321"};
    struct {
        const char *name;
        bool *flag;
        const char **value;
    } known[] = {
        {"--demo", &found->demo, NULL},   {"--routes", &found->routes, NULL},
        {"--data", NULL, &found->data},   {"--listen", NULL, &found->listen},
        {"--store", NULL, &found->store}, {"--web-dir", NULL, &found->web_folder},
    };
    for (int i = 1; i < n_arguments; i++) {
        size_t k = 0;
        while (k < sizeof known / sizeof known[0] && strcmp(known[k].name, arguments[i]) != 0) k++;
        if (k == sizeof known / sizeof known[0]) {
            return eg_command_refuse("serve", "there is no option", arguments[i],
                                     eg_command_serve_help);
        }
        if (known[k].flag != NULL) {
            *known[k].flag = true;
        } else if (i + 1 < n_arguments) {
            *known[k].value = arguments[++i];
        } else {
            return eg_command_refuse("serve", "a value must follow", arguments[i],
                                     eg_command_serve_help);
        }
    }
    return 0;
}

/* "127.0.0.1:8321", "[::1]:8321" or "localhost:8321". */
static bool split_listen(const char *text, char address[64], int *port) {
    const char *colon = strrchr(text, ':');
    if (colon == NULL || colon == text || colon[1] == '\0') return false;
    char *end = NULL;
    long number = strtol(colon + 1, &end, 10);
    if (*end != '\0' || number < 0 || number > 65535 || colon[1] == '-' || colon[1] == '+')
        return false;
    size_t length = (size_t)(colon - text);
    if (text[0] == '[' && text[length - 1] == ']') {
        text++;
        length -= 2;
    } else if (memchr(text, ':', length) != NULL) {
        return false;
    }
    if (length == 0 || length >= 64) return false;
    memcpy(address, text, length);
    address[length] = '\0';
    if (strcmp(address, "localhost") == 0) memcpy(address, "127.0.0.1", sizeof "127.0.0.1");
    *port = (int)number;
    return true;
}

static int fail(const eg_diag *diag) {
    fprintf(stderr, "engram serve: %s: %s\n", diag->where, diag->text);
    return 1;
}

/* The demo's store can be made anew at any time: one whose making was cut short is removed. A file
 * beside it, there before the store is, says that the making has begun. */
static void mark_of(const char *store_file, char path[MARK_SIZE]) {
    snprintf(path, MARK_SIZE, "%s.unfinished", store_file);
}

/* False if the mark of a new demo cannot be set. */
static bool begin_demo(const char *store_file) {
    static const char *const endings[] = {"", "-wal", "-shm"};
    char mark[MARK_SIZE], path[MARK_SIZE];
    mark_of(store_file, mark);
    bool was_cut_short = access(mark, F_OK) == 0;
    for (size_t i = 0; was_cut_short && i < sizeof endings / sizeof endings[0]; i++) {
        snprintf(path, sizeof path, "%s%s", store_file, endings[i]);
        (void)unlink(path);
    }
    /* A store that is there is never marked: it may be a clinic's. */
    if (access(store_file, F_OK) == 0) return true;
    int file = open(mark, O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return false;
    close(file);
    return true;
}

static int fill_demo(eg_api *writer, const char *store_file) {
    char mark[MARK_SIZE];
    eg_diag diag = {0};
    if (eg_api_fill_demo(writer, &diag) != EG_OK) return fail(&diag);
    mark_of(store_file, mark);
    (void)unlink(mark);
    return 0;
}

static void *wait_for_signal(void *argument) {
    sigset_t signals;
    int number = 0;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGUSR1); /* the server ended by itself */
    sigwait(&signals, &number);
    eg_http_stop(argument);
    return NULL;
}

static int serve(const eg_http_settings *settings) {
    eg_diag diag = {0};
    pthread_t waiter;
    eg_http *http = eg_http_create(settings, &diag);
    if (http == NULL) return fail(&diag);
    if (pthread_create(&waiter, NULL, wait_for_signal, http) != 0) {
        eg_http_destroy(http);
        fprintf(stderr, "engram serve: no thread for signals\n");
        return 1;
    }
    bool is_six = strchr(settings->address, ':') != NULL;
    printf("Engram is ready: http://%s%s%s:%d/?token=%s\n", is_six ? "[" : "", settings->address,
           is_six ? "]" : "", eg_http_port(http), settings->token);
    printf("Open this address in a browser on this machine; it is a key, do not pass it on. "
           "Ctrl-C ends.\n");
    fflush(stdout);
    eg_http_run(http);
    /* The waiter either has had its signal or still waits for one. */
    pthread_kill(waiter, SIGUSR1);
    pthread_join(waiter, NULL);
    eg_http_destroy(http);
    printf("Engram has stopped.\n");
    return 0;
}

static int print_routes(void) {
    static const char *const bodies[] = {"none", "json", "bytes"};
    static const char *const roles[EG_API_ROLES] = {"reader", "writer", "printer"};
    for (size_t i = 0; eg_api_route_at(i) != NULL; i++) {
        const eg_api_route *route = eg_api_route_at(i);
        printf("%s %s %s %s\n", route->method, route->path, roles[route->role],
               bodies[route->body]);
    }
    return 0;
}

int eg_command_serve(int n_arguments, char **arguments) {
    options chosen;
    int status = read_options(n_arguments, arguments, &chosen);
    if (status != 0) return status;
    if (chosen.routes) return print_routes();
    eg_http_settings settings = {.web_folder = chosen.web_folder};
    char address[64];
    char data[PATH_MAX], store[DATA_STORE_URL_SIZE];
    char token[EG_GUARD_TOKEN_DIGITS + 1];
    if (!split_listen(chosen.listen, address, &settings.port))
        return complain("--listen wants HOST:PORT", "For example --listen 127.0.0.1:8321.");
    if (!data_folder_store("serve", chosen.store, chosen.data, chosen.demo, store)) return 2;
    const char *store_file = data_folder_store_file(store);
    if (chosen.store == NULL &&
        (!data_folder_find(chosen.data, chosen.demo, data) || !data_folder_make(data))) {
        fprintf(stderr, "engram serve: %s: %s\nName another folder with --data DIR.\n", data,
                strerror(errno));
        return 1;
    }
    if (chosen.demo && !begin_demo(store_file)) {
        fprintf(stderr, "engram serve: %s: %s\nName another place for the demo.\n", store_file,
                strerror(errno));
        return 1;
    }
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGUSR1);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of the store, not the end */
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* inherited by every thread */

    eg_guard_random_token(token);
    settings.address = address;
    settings.token = token;
    eg_diag diag = {0};
    char zone[EG_ZONE_NAME_SIZE];
    eg_system_zone(getenv("TZ"), "/etc/localtime", zone);
    eg_api_settings api = {.version = ENGRAM_VERSION,
                           .store = store,
                           .site = chosen.demo ? "Demo clinic" : NULL,
                           .time_zone = zone,
                           .demo = chosen.demo};
    eg_api *workers[1 + EG_POOL_READERS] = {0};
    status = 0;
    for (size_t i = 0; status == 0 && i < 1 + EG_POOL_READERS; i++)
        if ((workers[i] = eg_api_create(&api, workers[0], &diag)) == NULL) status = fail(&diag);
    if (status == 0 && chosen.demo) status = fill_demo(workers[0], store_file);
    if (status == 0) {
        settings.writer = workers[0];
        for (size_t i = 0; i < EG_POOL_READERS; i++) settings.readers[i] = workers[1 + i];
        status = serve(&settings);
    }
    for (size_t i = 1 + EG_POOL_READERS; i > 0; i--) eg_api_destroy(workers[i - 1]);
    return status;
}
