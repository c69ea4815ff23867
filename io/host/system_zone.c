#include "io/host/system_zone.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/check.h"

enum { LINKS_MAX = 8 }; /* /etc/localtime may lead through /etc/alternatives */

int eg_system_zone_name(const char *text, char name[EG_ZONE_NAME_SIZE]) {
    static const char folder[] = "zoneinfo/", plain[] = "posix/";
    EG_ASSERT(text != NULL && name != NULL);
    name[0] = '\0';
    const char *at = text[0] == ':' ? text + 1 : text;
    const char *inside = strstr(at, folder);
    if (inside != NULL) at = inside + sizeof folder - 1;
    if (strncmp(at, plain, sizeof plain - 1) == 0) at += sizeof plain - 1;
    if (!eg_zone_name_is_valid(at)) return 0;
    snprintf(name, EG_ZONE_NAME_SIZE, "%s", at);
    return 1;
}

/* Does the name lead to a zone file that can be read? */
static int is_known(const char *name) {
    eg_zone *zone = malloc(sizeof *zone);
    int known = zone != NULL && eg_zone_load(name, zone, NULL) == EG_OK;
    free(zone);
    return known;
}

static int name_of_link(const char *link, char name[EG_ZONE_NAME_SIZE]) {
    char path[PATH_MAX], target[PATH_MAX];
    snprintf(path, sizeof path, "%s", link);
    for (int i = 0; i < LINKS_MAX; i++) {
        ssize_t n = readlink(path, target, sizeof target - 1);
        if (n <= 0) return 0;
        target[n] = '\0';
        if (strstr(target, "zoneinfo/") != NULL) return eg_system_zone_name(target, name);
        if (target[0] != '/') return 0;
        memcpy(path, target, (size_t)n + 1);
    }
    return 0;
}

void eg_system_zone(const char *tz, const char *link, char name[EG_ZONE_NAME_SIZE]) {
    EG_ASSERT(link != NULL && name != NULL);
    int says_utc = tz != NULL && (tz[0] == '\0' || strcmp(tz, ":") == 0);
    if (!says_utc) {
        if (tz != NULL && eg_system_zone_name(tz, name) && is_known(name)) return;
        if (name_of_link(link, name) && is_known(name)) return;
    }
    snprintf(name, EG_ZONE_NAME_SIZE, "UTC");
}
