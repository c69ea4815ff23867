/* Where the data are: --data, or below $XDG_DATA_HOME (~/.local/share); the demo has a folder of
 * its own. One rule for every command. */
#ifndef EG_CLI_DATA_FOLDER_H
#define EG_CLI_DATA_FOLDER_H

#include <limits.h>
#include <stdbool.h>

enum { DATA_STORE_URL_SIZE = PATH_MAX + 32 };

/* `chosen` is what --data said, NULL if nothing. false: neither --data nor the environment names a
 * folder, or its path is too long. */
bool data_folder_find(const char *chosen, bool is_demo, char path[PATH_MAX]);

/* Makes a folder and those above it, for this user only; false with errno set. */
bool data_folder_make(const char *path);

/* "sqlite:FOLDER/engram.db" */
void data_folder_store_url(const char *folder, char url[DATA_STORE_URL_SIZE]);

#endif
