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

/* Where the store is: `store` if it is given ("sqlite:PATH"), else in the data folder (`chosen` and
 * `is_demo` as above). Says on stderr, in the name of "engram COMMAND", why it cannot be there;
 * then false: wrong usage. */
bool data_folder_store(const char *command, const char *store, const char *chosen, bool is_demo,
                       char url[DATA_STORE_URL_SIZE]);

/* The path in such a URL, borrowed. */
const char *data_folder_store_file(const char *url);

#endif
