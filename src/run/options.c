/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the daemon's command line. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_CONFIG RH_SYSCONFDIR "/revhyper/revhyper.conf"

static const struct option rows[] = {
    {"config", required_argument, NULL, 'c'},
    {"run-dir", required_argument, NULL, 'r'},
    {"state-dir", required_argument, NULL, 's'},
    {"set", required_argument, NULL, 'S'},
    {"check-config", no_argument, NULL, 'k'},
    {"print-config", no_argument, NULL, 'p'},
    {"dump-schema", no_argument, NULL, 'd'},
    {"die-with-parent", no_argument, NULL, 'w'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

void rh_options_help(void)
{
    (void)fputs(
        "usage: revhyperd [--config FILE] [options]\n"
        "  --config FILE      configuration (default " DEFAULT_CONFIG ")\n"
        "  --run-dir DIR      sockets, lock, endpoints.json\n"
        "  --state-dir DIR    history and the machine's own files\n"
        "  --set SECTION.KEY=VALUE\n"
        "                     overrides one key, e.g. --set daemon.stream_port=0;\n"
        "                     may be given again\n"
        "  --check-config     reads and checks the configuration and its GPIO lines, "
        "then ends\n"
        "  --print-config     prints every key with its value, unit and range\n"
        "  --dump-schema      prints the keys as a JSON Schema\n"
        "  --die-with-parent  ends when the program that started it ends\n"
        "  --help, --version\n",
        stdout);
}

static int add(rh_options_t *options, const char *key, const char *value, char *error,
               size_t size)
{
    if (options->override_count == RH_OVERRIDES_MAX) {
        (void)snprintf(error, size,
                       "more than %d settings on the command line; put them in a file",
                       RH_OVERRIDES_MAX);
        return -EINVAL;
    }
    options->overrides[options->override_count++] =
        (rh_override_t){.key = key, .value = value};
    return 0;
}

static int add_setting(rh_options_t *options, char *text, char *error, size_t size)
{
    char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        (void)snprintf(error, size, "--set %s: give it as section.key=value", text);
        return -EINVAL;
    }
    *equals = '\0';
    return add(options, text, equals + 1, error, size);
}

static int take(rh_options_t *options, int letter, char *value, char *error,
                size_t size)
{
    switch (letter) {
    case 'c':
        options->config = value;
        return 0;
    case 'r':
        return add(options, "daemon.run_dir", value, error, size);
    case 's':
        return add(options, "daemon.state_dir", value, error, size);
    case 'S':
        return add_setting(options, value, error, size);
    case 'w':
        options->dies_with_parent = true;
        return 0;
    default:
        break;
    }
    static const struct {
        int letter;
        rh_run_t run;
    } runs[] = {{'k', RH_RUN_CHECK},
                {'p', RH_RUN_PRINT},
                {'d', RH_RUN_SCHEMA},
                {'h', RH_RUN_HELP},
                {'V', RH_RUN_VERSION}};
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
        if (runs[i].letter == letter) {
            options->run = runs[i].run;
            return 0;
        }
    }
    return -EINVAL;
}

static bool is_known(int letter)
{
    for (size_t i = 0; rows[i].name != NULL; i++) {
        if (rows[i].val == letter) {
            return true;
        }
    }
    return false;
}

/* getopt's two answers to what it cannot take. */
static int refuse(int letter, const char *word, char *error, size_t size)
{
    char short_word[] = {'-', (char)optopt, '\0'};
    const char *why = letter == ':'                     ? "needs a value"
                      : optopt != 0 && is_known(optopt) ? "takes no value"
                                                        : "no such option";
    (void)snprintf(error, size, "%s: %s; revhyperd --help lists the options",
                   optopt != 0 && !is_known(optopt) ? short_word : word, why);
    return -EINVAL;
}

int rh_options_read(rh_options_t *options, int count, char **arguments, char *error,
                    size_t size)
{
    memset(options, 0, sizeof(*options));
    options->config = DEFAULT_CONFIG;
    opterr = 0;
    int letter = 0;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): no thread has been made yet */
    while ((letter = getopt_long(count, arguments, ":", rows, NULL)) != -1) {
        int status = letter == '?' || letter == ':'
                         ? refuse(letter, arguments[optind - 1], error, size)
                         : take(options, letter, optarg, error, size);
        if (status != 0) {
            return status;
        }
    }
    if (optind < count) {
        (void)snprintf(error, size, "%s: not an option; see revhyperd --help",
                       arguments[optind]);
        return -EINVAL;
    }
    return 0;
}
