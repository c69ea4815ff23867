/* engram doctor: what is installed and working here, and what to do about what is not. */
#include <arpa/inet.h>
#include <cairo.h>
#include <errno.h>
#include <jansson.h>
#include <libwebsockets.h>
#include <pango/pangocairo.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <zstd.h>

#include "cli/command.h"
#include "cli/data_folder.h"
#include "clinic/knowledge.h"
#include "core/base/real.h"
#include "io/embed.h"
#include "io/format/recording.h"
#include "io/host/timezone.h"
#include "io/import/child.h"

enum { TEXT_SIZE = 400 };

typedef enum state { STATE_OK, STATE_WARN, STATE_FAIL } state;

static const char *const state_names[] = {"ok", "warn", "fail"};

typedef struct doctor {
    json_t *checks;
    bool is_json;
    bool has_failed;
} doctor;

static void say(doctor *d, state found, const char *check, const char *remedy, const char *format,
                ...) EG_PRINTF(5, 6);

static void say(doctor *d, state found, const char *check, const char *remedy, const char *format,
                ...) {
    char text[TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (found == STATE_FAIL) d->has_failed = true;
    json_array_append_new(d->checks, json_pack("{s:s,s:s,s:s,s:s}", "check", check, "state",
                                               state_names[found], "text", text, "remedy",
                                               found == STATE_OK ? "" : remedy));
    if (d->is_json) return;
    printf("%-5s %-13s %s\n", state_names[found], check, text);
    if (found != STATE_OK) printf("      %-13s -> %s\n", "", remedy);
}

static void check_libraries(doctor *d) {
    say(d, STATE_OK, "libraries", "",
        "SQLite %s, libwebsockets %s, cairo %s, pango %s, jansson %s, libsodium %s, zstd %s",
        sqlite3_libversion(), lws_get_library_version(), cairo_version_string(),
        pango_version_string(), jansson_version_str(), sodium_version_string(),
        ZSTD_versionString());
}

/* A file of Matlab 5 with four numbers, as small as one can be. */
static size_t make_matlab_file(uint8_t bytes[256]) {
    static const uint32_t matrix[] = {
        14, 80,         6,           8,          6, 0,          5, 8,
        4,  1,          1 << 16 | 1, 'a',        9, 32, /* numbers: 1 2 3 4 */
        0,  0x3ff00000, 0,           0x40000000, 0, 0x40080000, 0, 0x40100000};
    memset(bytes, ' ', 124);
    static const char title[] = "MATLAB 5.0 MAT-file";
    static const uint8_t version[] = {0, 1, 'I', 'M'};
    memcpy(bytes, title, sizeof title - 1);
    memset(bytes + 116, 0, 8);
    memcpy(bytes + 124, version, sizeof version);
    for (size_t i = 0; i < 4 * sizeof matrix / sizeof matrix[0]; i++)
        bytes[128 + i] = (uint8_t)(matrix[i / 4] >> 8 * (i % 4));
    return 128 + sizeof matrix;
}

/* It may be there and not work: of another version, without its libraries, unable to shut itself
 * in. So it reads a file. */
static void check_import(doctor *d) {
    char path[PATH_MAX];
    uint8_t bytes[256];
    eg_recording *recording = NULL;
    eg_diag diag = {0};
    if (!eg_import_find(path, sizeof path)) {
        say(d, STATE_WARN, "HDF5, Matlab",
            "Build it too (./dev build), and keep both programs in one folder.",
            "%s is not there: these files cannot be read", path);
        return;
    }
    size_t n = make_matlab_file(bytes);
    eg_err err = eg_recording_parse("sound.mat", bytes, n, &recording, &diag);
    if (err == EG_OK && recording->n_channels == 1 && recording->channels[0].n == 4)
        say(d, STATE_OK, "HDF5, Matlab", "", "read by %s", path);
    else
        say(d, STATE_WARN, "HDF5, Matlab",
            "Build both programs anew (./dev build); where seccomp is forbidden, export as CSV.",
            "%s cannot read even a sound file: %s", path, diag.text);
    eg_recording_destroy(recording);
}

/* The same arithmetic gives the same bits everywhere, or a session could not be replayed. */
static void check_arithmetic(doctor *d) {
    static const uint64_t expected = UINT64_C(0x60a11c464fbc0ffd);
    uint64_t hash = UINT64_C(14695981039346656037);
    for (int i = 1; i <= 512; i++) {
        eg_real x = (eg_real)i * (eg_real)0.37;
        const eg_real values[] = {
            eg_sin(x),    eg_cos(x), eg_exp(-x / 64), eg_log(x), eg_atan2(x, (eg_real)(i % 7) - 3),
            x * x + x / 3};
        for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) {
            unsigned char bytes[sizeof(eg_real)];
            memcpy(bytes, &values[k], sizeof bytes);
            for (size_t b = 0; b < sizeof bytes; b++)
                hash = (hash ^ bytes[b]) * UINT64_C(1099511628211);
        }
    }
    if (hash == expected)
        say(d, STATE_OK, "arithmetic", "", "3072 results are equal to the last bit");
    else
        say(d, STATE_FAIL, "arithmetic",
            "Build with the project's own flags (./dev build): no fast-math, no contraction.",
            "results differ in the last bits: %016llx, expected %016llx", (unsigned long long)hash,
            (unsigned long long)expected);
}

static void check_knowledge(doctor *d) {
    eg_knowledge *knowledge = NULL;
    eg_diag diag = {0};
    eg_err error = eg_knowledge_load(eg_embedded_files, NULL, &knowledge, &diag);
    if (knowledge == NULL) {
        say(d, STATE_FAIL, "knowledge", "Build again: ./dev build", "%s", diag.text);
        return;
    }
    size_t entries = 0;
    size_t unverified = 0;
    for (size_t i = 0; i < eg_knowledge_n_kinds(knowledge); i++) {
        eg_knowledge_counts counts =
            eg_knowledge_counts_of(knowledge, eg_knowledge_kind(knowledge, i));
        entries += counts.entries;
        unverified += counts.unverified;
    }
    if (error != EG_OK)
        say(d, STATE_FAIL, "knowledge", "engram knowledge check lists each with file and line.",
            "%zu problems, the first in %s", eg_knowledge_n_problems(knowledge), diag.where);
    else
        say(d, STATE_OK, "knowledge", "",
            "%zu entries, no problems; %zu not verified by a clinician and shown so", entries,
            unverified);
    eg_knowledge_destroy(knowledge);
}

static void check_zones(doctor *d) {
    static eg_zone zone; /* 19 kB */
    eg_diag diag = {0};
    if (eg_zone_load("Europe/Berlin", &zone, &diag) == EG_OK)
        say(d, STATE_OK, "time zones", "", "found");
    else
        say(d, STATE_FAIL, "time zones", "apt install tzdata", "%s", diag.text);
}

/* Scripts that a name may be written in and no font of this machine has; "" if there is none. */
static const char *missing_scripts(void) {
    static const char *const scripts[][2] = {{"Greek", "\xce\x91"},
                                             {"Cyrillic", "\xd0\x96"},
                                             {"Hebrew", "\xd7\xa9"},
                                             {"Arabic", "\xd8\xb9"},
                                             {"Chinese and Japanese", "\xe5\xb1\xb1"}};
    PangoContext *context = pango_font_map_create_context(pango_cairo_font_map_get_default());
    const char *missing = "";
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0] && missing[0] == '\0'; i++) {
        PangoLayout *layout = pango_layout_new(context);
        pango_layout_set_text(layout, scripts[i][1], -1);
        if (pango_layout_get_unknown_glyphs_count(layout) > 0) missing = scripts[i][0];
        g_object_unref(layout);
    }
    g_object_unref(context);
    return missing;
}

static void check_fonts(doctor *d) {
    PangoFontFamily **families = NULL;
    int n = 0;
    bool has_inter = false;
    pango_font_map_list_families(pango_cairo_font_map_get_default(), &families, &n);
    for (int i = 0; i < n; i++)
        if (strcmp(pango_font_family_get_name(families[i]), "Inter") == 0) has_inter = true;
    g_free(families);
    const char *missing = missing_scripts();
    if (n == 0)
        say(d, STATE_FAIL, "fonts", "apt install fonts-inter fonts-dejavu-core",
            "none: reports would hold no text");
    else if (!has_inter)
        say(d, STATE_WARN, "fonts", "apt install fonts-inter",
            "%d families, but not Inter: reports are set in another one", n);
    else if (missing[0] != '\0')
        say(d, STATE_WARN, "fonts", "apt install fonts-dejavu-core fonts-droid-fallback",
            "no letters for %s: such a name would be boxes in a report", missing);
    else
        say(d, STATE_OK, "fonts", "",
            "Inter, and %d others: Greek, Cyrillic, Hebrew, Arabic, Chinese, Japanese", n - 1);
}

static void check_pages(doctor *d) {
    size_t n = 0;
    for (const eg_embedded *file = eg_embedded_files; file->path != NULL; file++)
        if (strncmp(file->path, "web/dist/", 9) == 0) n++;
    if (n > 0)
        say(d, STATE_OK, "web pages", "", "%zu files are part of the program", n);
    else
        say(d, STATE_WARN, "web pages", "Build them too: ./dev build",
            "none in this program: engram serve offers the API only");
}

static void check_port(doctor *d) {
    enum { PORT = 8321 };
    static const char question[] = "GET /api/status HTTP/1.1\r\nHost: 127.0.0.1:8321\r\n"
                                   "Connection: close\r\n\r\n";
    char answer[2048] = "";
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    struct timeval patience = {.tv_sec = 1};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        say(d, STATE_FAIL, "network", "Allow local sockets.", "%s", strerror(errno));
        return;
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        say(d, STATE_OK, "port 8321", "", "free on this machine");
        close(fd);
        return;
    }
    size_t n = 0;
    ssize_t got = send(fd, question, sizeof question - 1, MSG_NOSIGNAL);
    while (got > 0 && n + 1 < sizeof answer) {
        got = recv(fd, answer + n, sizeof answer - 1 - n, 0);
        if (got > 0) n += (size_t)got;
    }
    answer[n] = '\0';
    close(fd);
    if (strstr(answer, "401") != NULL && strstr(answer, "\"remedy\"") != NULL)
        say(d, STATE_OK, "port 8321", "", "Engram is running on it");
    else
        say(d, STATE_WARN, "port 8321", "engram serve --listen 127.0.0.1:8322",
            "used by another program");
}

/* One word of a PRAGMA. */
static void ask(sqlite3 *database, const char *pragma, char answer[TEXT_SIZE]) {
    sqlite3_stmt *query = NULL;
    snprintf(answer, TEXT_SIZE, "%s", "no answer");
    if (sqlite3_prepare_v2(database, pragma, -1, &query, NULL) == SQLITE_OK &&
        sqlite3_step(query) == SQLITE_ROW)
        snprintf(answer, TEXT_SIZE, "%s", (const char *)sqlite3_column_text(query, 0));
    else
        snprintf(answer, TEXT_SIZE, "%s", sqlite3_errmsg(database));
    sqlite3_finalize(query);
}

static void check_store(doctor *d, const char *folder) {
    char path[PATH_MAX + 32];
    char whole[TEXT_SIZE];
    char journal[TEXT_SIZE];
    struct stat found;
    sqlite3 *database = NULL;
    snprintf(path, sizeof path, "%s/engram.db", folder);
    if (stat(path, &found) != 0) {
        say(d, STATE_OK, "store", "", "none yet: engram serve makes it");
        return;
    }
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
        say(d, STATE_FAIL, "store", "Look who owns the file, or name another folder with --data.",
            "%s: %s", path, sqlite3_errmsg(database));
        sqlite3_close(database);
        return;
    }
    ask(database, "PRAGMA quick_check(1)", whole);
    ask(database, "PRAGMA journal_mode", journal);
    sqlite3_close(database);
    if (strcmp(whole, "ok") != 0)
        say(d, STATE_FAIL, "store",
            "Copy the folder away, run engram admin verify, restore the newest good backup.",
            "%s: %s", path, whole);
    else if (strcmp(journal, "wal") != 0)
        say(d, STATE_WARN, "store", "Start engram serve once; it sets the mode.",
            "journal mode is %s, not wal", journal);
    else if ((found.st_mode & 077) != 0)
        say(d, STATE_WARN, "store", "chmod 600 the file", "%s can be read by others", path);
    else
        say(d, STATE_OK, "store", "", "%.1f MB, quick check ok, journal %s",
            (double)found.st_size / 1e6, journal);
}

static void check_folder(doctor *d, const char *folder) {
    struct stat found;
    struct statvfs space;
    if (stat(folder, &found) != 0) {
        if (errno == ENOENT)
            say(d, STATE_OK, "data folder", "", "%s: not there yet, engram serve makes it", folder);
        else
            say(d, STATE_FAIL, "data folder", "Name another one with --data DIR.", "%s: %s", folder,
                strerror(errno));
        return;
    }
    if (!S_ISDIR(found.st_mode) || access(folder, R_OK | W_OK | X_OK) != 0) {
        say(d, STATE_FAIL, "data folder", "Name another one with --data DIR.",
            "%s: not a folder that may be written", folder);
        return;
    }
    double free_mb =
        statvfs(folder, &space) == 0 ? (double)space.f_bavail * (double)space.f_frsize / 1e6 : 0;
    if ((found.st_mode & 077) != 0)
        say(d, STATE_WARN, "data folder", "chmod 700 the folder",
            "%s: other users of this machine may look into it", folder);
    else if (free_mb < 200)
        say(d, free_mb < 20 ? STATE_FAIL : STATE_WARN, "data folder",
            "Free some space; a recording takes about 1 MB.", "%s: %.0f MB free", folder, free_mb);
    else
        say(d, STATE_OK, "data folder", "", "%s, mode %04o, %.1f GB free", folder,
            (unsigned)(found.st_mode & 07777), free_mb / 1000);
    check_store(d, folder);
}

const char eg_command_doctor_help[] =
    "usage: engram doctor [--json] [--data DIR] [--demo]\n"
    "  --json                                one JSON object: version, ok, checks\n"
    "  --data DIR  --demo                    whose data, as for engram serve\n";

/* Libraries, the reader of HDF5, arithmetic, knowledge, time zones, fonts, pages, folder and store,
 * port. */
static void check_all(doctor *d, const char *data, bool is_demo) {
    char folder[PATH_MAX];
    check_libraries(d);
    check_import(d);
    check_arithmetic(d);
    check_knowledge(d);
    check_zones(d);
    check_fonts(d);
    check_pages(d);
    if (data_folder_find(data, is_demo, folder))
        check_folder(d, folder);
    else
        say(d, STATE_FAIL, "data folder", "Name one with --data DIR.",
            "neither XDG_DATA_HOME nor HOME is set");
    check_port(d);
}

int eg_command_doctor(int n_arguments, char **arguments) {
    doctor d = {0};
    const char *data = NULL;
    bool is_demo = false;
    for (int i = 1; i < n_arguments; i++) {
        int is_data = strcmp(arguments[i], "--data") == 0;
        if (strcmp(arguments[i], "--json") == 0)
            d.is_json = true;
        else if (strcmp(arguments[i], "--demo") == 0)
            is_demo = true;
        else if (is_data && i + 1 < n_arguments)
            data = arguments[++i];
        else
            return eg_command_refuse("doctor",
                                     is_data ? "a value must follow" : "there is no option",
                                     arguments[i], eg_command_doctor_help);
    }
    d.checks = json_array();
    if (!d.is_json) printf("Engram %s\n", ENGRAM_VERSION);
    check_all(&d, data, is_demo);
    if (d.is_json) {
        json_t *report = json_pack("{s:s,s:b,s:O}", "version", ENGRAM_VERSION, "ok", !d.has_failed,
                                   "checks", d.checks);
        json_dumpf(report, stdout, JSON_COMPACT);
        printf("\n");
        json_decref(report);
    }
    json_decref(d.checks);
    return d.has_failed ? 1 : 0;
}
