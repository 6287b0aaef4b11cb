/* SPDX-License-Identifier: Apache-2.0 */
/* The console's options: one table for parsing and help; see options.h. */
#include "options.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef enum { KIND_TEXT, KIND_WHOLE, KIND_UNITS, KIND_SWITCH } kind_t;

typedef struct {
    const char *flag, *value; /* value: what the help calls it; NULL for a switch */
    kind_t kind;
    size_t offset;
    long low, high;
    const char *help;
} option_t;

#define FIELD(name) offsetof(rh_options_t, name)

static const option_t options_table[] = {
    {"--socket", "PATH", KIND_TEXT, FIELD(socket), 0, 0,
     "command socket (ipc); the stream's stands beside it"},
    {"--host", "HOST[:PORT]", KIND_TEXT, FIELD(host), 0, 0,
     "daemon over TCP; the port is 5571 unless you say another"},
    {"--stream-port", "PORT", KIND_WHOLE, FIELD(stream_port), 1, 65535,
     "stream's port with --host (5570)"},
    {"--run-dir", "DIR", KIND_TEXT, FIELD(run_dir), 0, 0,
     "read DIR/endpoints.json (" RH_CTL_RUN_DIR ")"},
    {"--lease", "ID", KIND_TEXT, FIELD(lease), 0, 0,
     "act under a lease that `lease hold` keeps"},
    {"--name", "NAME", KIND_TEXT, FIELD(name), 0, 0,
     "who holds the lease, shown on every screen (user@computer)"},
    {"--units", "kg|lb", KIND_UNITS, FIELD(units), 0, 0, "how loads are shown (kg)"},
    {"--timeout", "MS", KIND_WHOLE, FIELD(timeout_ms), 1, 600000,
     "how long an answer may take (2000)"},
    {"--config", "FILE", KIND_TEXT, FIELD(config), 0, 0,
     "file for `config` and `doctor` (" RH_CTL_CONFIG ")"},
    {"--json", NULL, KIND_SWITCH, FIELD(json), 0, 0,
     "one JSON object per line on stdout, also for refusals"},
    {"--yes", NULL, KIND_SWITCH, FIELD(yes), 0, 0,
     "do not ask at a terminal (scripts are never asked)"},
    {"--help", NULL, KIND_SWITCH, FIELD(help), 0, 0, "this, or the help of a verb"},
    {"-h", NULL, KIND_SWITCH, FIELD(help), 0, 0, "the same"},
    {"--version", NULL, KIND_SWITCH, FIELD(version), 0, 0, "the version"},
};

#define OPTION_COUNT (sizeof options_table / sizeof options_table[0])

int rh_whole_parse(const char *text, long low, long high, long *value)
{
    char *end = NULL;
    if (text[0] == '\0' || strspn(text, "-0123456789") != strlen(text)) {
        return -1;
    }
    errno = 0;
    long parsed = strtol(text, &end, 10);
    if (errno != 0 || *end != '\0' || parsed < low || parsed > high) {
        return -1;
    }
    *value = parsed;
    return 0;
}

static const option_t *find(const char *word, size_t length)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const char *flag = options_table[i].flag;
        if (strlen(flag) == length && strncmp(flag, word, length) == 0) {
            return &options_table[i];
        }
    }
    return NULL;
}

static int store_whole(const option_t *row, int *field, const char *text,
                       rh_problem_t *problem)
{
    long value = 0;
    if (rh_whole_parse(text, row->low, row->high, &value) != 0) {
        char remedy[80];
        (void)snprintf(remedy, sizeof remedy, "give a whole number from %ld to %ld",
                       row->low, row->high);
        return rh_problem_set(problem, RH_EXIT_USAGE, "usage", remedy,
                              "%s cannot be `%s`", row->flag, text);
    }
    *field = (int)value;
    return 0;
}

static int store_units(rh_units_t *field, const char *text, rh_problem_t *problem)
{
    if (strcmp(text, "kg") != 0 && strcmp(text, "lb") != 0) {
        return rh_problem_set(problem, RH_EXIT_USAGE, "usage", "give kg or lb",
                              "--units cannot be `%s`", text);
    }
    *field = strcmp(text, "lb") == 0 ? RH_UNITS_LB : RH_UNITS_KG;
    return 0;
}

static int store(const option_t *row, rh_options_t *options, const char *text,
                 rh_problem_t *problem)
{
    void *field = (char *)options + row->offset;
    switch (row->kind) {
    case KIND_TEXT:
        *(const char **)field = text;
        return 0;
    case KIND_WHOLE:
        return store_whole(row, field, text, problem);
    case KIND_UNITS:
        return store_units(field, text, problem);
    case KIND_SWITCH:
        *(bool *)field = true;
        return 0;
    }
    return RH_EXIT_ERROR;
}

/* Takes one option with its value; *index is left on the last word that was used. */
static int take(const option_t *row, rh_options_t *options, char **argv, int *index,
                rh_problem_t *problem)
{
    const char *equals = strchr(argv[*index], '=');
    if (row->value == NULL) {
        if (equals != NULL) {
            return rh_problem_set(problem, RH_EXIT_USAGE, "usage", "leave the = away",
                                  "%s takes no value", row->flag);
        }
        return store(row, options, "", problem);
    }
    const char *text = equals != NULL ? equals + 1 : argv[*index + 1];
    if (text == NULL || text[0] == '\0') {
        return rh_problem_set(problem, RH_EXIT_USAGE, "usage", row->help,
                              "%s needs a value: %s %s", row->flag, row->flag,
                              row->value);
    }
    *index += equals != NULL ? 0 : 1;
    return store(row, options, text, problem);
}

static int keep_word(rh_options_t *options, const char *word, rh_problem_t *problem)
{
    if (options->word_count == RH_CTL_WORDS_MAX) {
        return rh_problem_set(problem, RH_EXIT_USAGE, "usage", "see revhyperctl --help",
                              "more than %d words", RH_CTL_WORDS_MAX);
    }
    options->words[options->word_count++] = word;
    return 0;
}

/* `help [OBJECT [VERB]]` is `[OBJECT [VERB]] --help`. */
static void take_help_word(rh_options_t *options)
{
    if (options->word_count > 0 && strcmp(options->words[0], "help") == 0) {
        options->word_count--;
        memmove(&options->words[0], &options->words[1],
                (size_t)options->word_count * sizeof options->words[0]);
        options->help = true;
    }
}

/* Whether to answer in JSON must be known before the first mistake is found. */
static bool wants_json(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            return true;
        }
    }
    return false;
}

int rh_options_parse(rh_options_t *options, int argc, char **argv,
                     rh_problem_t *problem)
{
    *options = (rh_options_t){.timeout_ms = RH_CTL_TIMEOUT_MS,
                              .stream_port = RH_WIRE_STREAM_PORT,
                              .json = wants_json(argc, argv)};
    for (int i = 1; i < argc; i++) {
        const option_t *row = find(argv[i], strcspn(argv[i], "="));
        int failed = row != NULL ? take(row, options, argv, &i, problem)
                                 : keep_word(options, argv[i], problem);
        if (failed != 0) {
            return failed;
        }
    }
    take_help_word(options);
    return 0;
}

void rh_options_help(FILE *out)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const option_t *row = &options_table[i];
        char form[64];
        (void)snprintf(form, sizeof form, "%s %s", row->flag,
                       row->value != NULL ? row->value : "");
        (void)fprintf(out, "  %-22s %s\n", form, row->help);
    }
}
