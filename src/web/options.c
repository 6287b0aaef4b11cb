/* SPDX-License-Identifier: Apache-2.0 */
/* One row per option: name, argument, help, and what to do with the value. */
#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rh/wire.h"

#define DEFAULT_RUN_DIR "/run/revhyper"

typedef struct {
    const char *name, *argument, *help; /* argument NULL: a flag */
    bool (*take)(rh_web_options_t *options, const char *value);
} option_t;

static bool take_run_dir(rh_web_options_t *options, const char *value)
{
    options->run_dir = value;
    return value[0] != '\0';
}

static bool take_endpoint(rh_web_options_t *options, const char *value)
{
    options->endpoint = value;
    return strstr(value, "://") != NULL;
}

static bool take_host(rh_web_options_t *options, const char *value)
{
    options->host = value;
    return value[0] != '\0';
}

static bool take_port(rh_web_options_t *options, const char *value)
{
    char *end = NULL;
    errno = 0;
    long port = strtol(value, &end, 10);
    options->port = (int)port;
    return errno == 0 && end != value && *end == '\0' && port >= 0 && port <= 65535;
}

static bool take_allowed(rh_web_options_t *options, const char *value)
{
    rh_guard_t *guard = &options->guard;
    if (guard->count == RH_GUARD_NAMES || value[0] == '\0') {
        return false;
    }
    guard->names[guard->count++] = value;
    return true;
}

static bool take_pages(rh_web_options_t *options, const char *value)
{
    options->pages = value;
    return value[0] != '\0';
}

static bool take_help(rh_web_options_t *options, const char *value)
{
    (void)value;
    options->help = true;
    return true;
}

static bool take_version(rh_web_options_t *options, const char *value)
{
    (void)value;
    options->version = true;
    return true;
}

static const option_t table[] = {
    {"--run-dir", "DIR",
     "the daemon's run directory: endpoints.json is read there and web.json written "
     "(" DEFAULT_RUN_DIR ")",
     take_run_dir},
    {"--endpoint", "ENDPOINT", "the stream itself, e.g. tcp://127.0.0.1:5570",
     take_endpoint},
    {"--host", "ADDRESS", "the address to listen on (127.0.0.1)", take_host},
    {"--port", "N", "the port to listen on; 0 = any (8570)", take_port},
    {"--allow-host", "NAME",
     "a name, besides the loopback's, that browsers may call this machine by; again "
     "and "
     "again",
     take_allowed},
    {"--pages", "DIR", "the pages' folder (the one that belongs to the program)",
     take_pages},
    {"--help", NULL, "this text", take_help},
    {"--version", NULL, "the version", take_version},
};

static const option_t *find(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (strlen(table[i].name) == length &&
            strncmp(table[i].name, name, length) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

/* Takes argv[at] and its value; gives the index of the next word, or -EINVAL. */
static int take(rh_web_options_t *options, char **argv, int at, char *error,
                size_t size)
{
    const char *word = argv[at];
    size_t length = strcspn(word, "=");
    const option_t *option = find(word, length);
    if (option == NULL) {
        (void)snprintf(error, size, "unknown option %s; see --help", word);
        return -EINVAL;
    }
    bool is_joined = word[length] == '=';
    const char *value = is_joined ? word + length + 1 : "";
    if (option->argument != NULL && !is_joined) {
        value = argv[++at];
    }
    if (value == NULL || (option->argument == NULL && is_joined) ||
        !option->take(options, value)) {
        (void)snprintf(error, size, "%s: wants %s; see --help", option->name,
                       option->argument == NULL ? "no value" : option->argument);
        return -EINVAL;
    }
    return at + 1;
}

int rh_web_options_read(rh_web_options_t *options, int argc, char **argv, char *error,
                        size_t size)
{
    *options = (rh_web_options_t){.host = "127.0.0.1", .port = RH_WIRE_PAGES_PORT};
    for (int at = 1; at < argc;) {
        at = take(options, argv, at, error, size);
        if (at < 0) {
            return at;
        }
    }
    if (options->run_dir == NULL && options->endpoint == NULL) {
        options->run_dir = DEFAULT_RUN_DIR;
    }
    return 0;
}

void rh_web_options_help(FILE *out)
{
    (void)fprintf(out, "revhyper-web: the pages of a reverse hyper extension and their "
                       "live feed, read-only\n\n");
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const char *argument = table[i].argument == NULL ? "" : table[i].argument;
        (void)fprintf(out, "  %-12s %-9s %s\n", table[i].name, argument, table[i].help);
    }
}
