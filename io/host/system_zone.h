/* Which time zone this machine is set to: what a new store begins with. */
#ifndef EG_IO_HOST_SYSTEM_ZONE_H
#define EG_IO_HOST_SYSTEM_ZONE_H

#include "io/host/timezone.h"

/* The name in what TZ or a link says: "Europe/Berlin", ":Europe/Berlin",
 * "/usr/share/zoneinfo/Europe/Berlin", "../usr/share/zoneinfo/posix/Europe/Berlin". 0, and `name`
 * empty, if there is none in it: a POSIX rule ("EST5EDT,M3.2.0,M11.1.0") or a path elsewhere. Only
 * the form is looked at. Pure. */
int eg_system_zone_name(const char *text, char name[EG_ZONE_NAME_SIZE]);

/* The first that names a zone known here: `tz` (the variable TZ; may be NULL, empty means UTC), the
 * target of the link `link` ("/etc/localtime"), else "UTC". */
void eg_system_zone(const char *tz, const char *link, char name[EG_ZONE_NAME_SIZE]);

#endif
