/* SPDX-License-Identifier: Apache-2.0 */
/* A verb's own words, checked by kind before anything is asked of the machine. */
#include "verbs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"
#include "names.h"
#include "rh/state.h"

#define WORDS_MAX 128
#define SECONDS_MAX 1e6 /* eleven days */
#define ANGLE_MAX_DEG 360.0
#define MASS_MIN_KG 0.5
#define MASS_MAX_KG 200.0

typedef struct {
    const char *form; /* in the help; NULL: a switch */
    json_t *(*parse)(const char *text);
    const char *remedy;
} kind_row_t;

static json_t *parse_text(const char *text)
{
    return json_string(text);
}

static json_t *parse_count(const char *text)
{
    long value = 0;
    return rh_whole_parse(text, 0, 1000000, &value) == 0 ? json_integer(value) : NULL;
}

/* A plain decimal number, with `unit` behind it or nothing; not-a-number if not one. */
static double number(const char *text, const char *unit)
{
    char *end = NULL;
    size_t plain = strspn(text, "-0123456789.");
    double value = strtod(text, &end);
    bool is_plain = end == text + plain && plain > 0;
    return is_plain && (*end == '\0' || strcmp(end, unit) == 0) ? value : (double)NAN;
}

static json_t *parse_seconds(const char *text)
{
    double value = number(text, "s");
    return value > 0 && value <= SECONDS_MAX ? json_real(value) : NULL;
}

static json_t *parse_angle(const char *text)
{
    double value = number(text, "deg");
    return fabs(value) <= ANGLE_MAX_DEG ? json_real(value) : NULL;
}

static json_t *parse_mode(const char *text)
{
    return rh_find_mode(text) >= 0 ? json_string(text) : NULL;
}

static json_t *parse_kind(const char *text)
{
    int kind = rh_find_rep_kind(text);
    return kind == RH_REP_WARMUP || kind == RH_REP_WORK ? json_string(text) : NULL;
}

static json_t *parse_side(const char *text)
{
    return rh_find_side(text) >= 0 ? json_string(text) : NULL;
}

static json_t *parse_topic(const char *text)
{
    for (uint32_t i = 0; i < RH_TOPIC_COUNT; i++) {
        if (strcmp(rh_name_topic(i), text) == 0) {
            return json_string(text);
        }
    }
    return NULL;
}

#define WORD(id, text) text " "
#define TOPIC(id, text, kept) text " "

static const kind_row_t kinds[] = {
    [RH_ARG_TEXT] = {"TEXT", parse_text, "give a word"},
    [RH_ARG_COUNT] = {"N", parse_count, "give a whole number"},
    [RH_ARG_SECONDS] = {"S", parse_seconds, "give seconds above 0, to a million"},
    [RH_ARG_ANGLE] = {"DEG", parse_angle, "give degrees, such as -2.5"},
    [RH_ARG_LOAD] = {"LOAD", NULL, NULL},
    [RH_ARG_MASS] = {"MASS", NULL, NULL},
    [RH_ARG_MODE] = {"MODE", parse_mode, "one of: " RH_MODES(WORD)},
    [RH_ARG_KIND] = {"KIND", parse_kind, "one of: warmup work"},
    [RH_ARG_SIDE] = {"SIDE", parse_side, "one of: " RH_SIDES(WORD)},
    [RH_ARG_SWITCH] = {NULL, parse_text, NULL},
    [RH_ARG_TOPICS] = {"TOPIC", parse_topic, "one of: " RH_TOPICS(TOPIC)},
};

static int say(const rh_verb_t *verb, rh_problem_t *problem, const char *remedy,
               const char *what, const char *word)
{
    char name[64];
    return rh_problem_set(problem, RH_EXIT_USAGE, "usage", remedy, "%s: %s `%s`",
                          rh_verb_name(verb, name, sizeof name), what, word);
}

static json_t *parse_value(const rh_verb_t *verb, const rh_arg_t *arg, const char *text,
                           rh_problem_t *problem)
{
    if (arg->kind == RH_ARG_LOAD) {
        double load_kg = 0;
        return rh_load_parse(text, &load_kg, problem) == 0 ? json_real(load_kg) : NULL;
    }
    if (arg->kind == RH_ARG_MASS) {
        double mass_kg = 0;
        return rh_mass_parse(text, MASS_MIN_KG, MASS_MAX_KG, &mass_kg, problem) == 0
                   ? json_real(mass_kg)
                   : NULL;
    }
    json_t *value = kinds[arg->kind].parse(text);
    if (value == NULL) {
        say(verb, problem, kinds[arg->kind].remedy, "cannot use", text);
    }
    return value;
}

static void keep(const rh_arg_t *arg, json_t *args, json_t *value)
{
    if (arg->kind != RH_ARG_TOPICS) {
        json_object_set_new(args, arg->key, value);
        return;
    }
    if (json_object_get(args, arg->key) == NULL) {
        json_object_set_new(args, arg->key, json_array());
    }
    json_array_append_new(json_object_get(args, arg->key), value);
}

/* The row's arg for this word: by its flag, else the next place that is free. */
static const rh_arg_t *match(const rh_verb_t *verb, const char *word,
                             const json_t *args)
{
    bool is_flag = strncmp(word, "--", 2) == 0;
    for (int i = 0; i < RH_VERB_ARGS && verb->args[i].kind != RH_ARG_NONE; i++) {
        const rh_arg_t *arg = &verb->args[i];
        bool is_free =
            arg->kind == RH_ARG_TOPICS || json_object_get(args, arg->key) == NULL;
        if (is_flag ? arg->flag != NULL && strcmp(arg->flag, word) == 0
                    : arg->flag == NULL && is_free) {
            return arg;
        }
    }
    return NULL;
}

static int check_required(const rh_verb_t *verb, const json_t *args,
                          rh_problem_t *problem)
{
    for (int i = 0; i < RH_VERB_ARGS && verb->args[i].kind != RH_ARG_NONE; i++) {
        const rh_arg_t *arg = &verb->args[i];
        if (arg->is_required && json_object_get(args, arg->key) == NULL) {
            char form[64];
            return say(verb, problem, arg->help, "lacks",
                       rh_arg_form(arg, form, sizeof form));
        }
    }
    return 0;
}

int rh_args_parse(const rh_verb_t *verb, const rh_options_t *options, int used,
                  json_t *args, rh_problem_t *problem)
{
    for (int i = used; i < options->word_count; i++) {
        const rh_arg_t *arg = match(verb, options->words[i], args);
        if (arg == NULL) {
            return say(verb, problem, "see its --help", "does not know",
                       options->words[i]);
        }
        bool has_value = arg->flag != NULL && arg->kind != RH_ARG_SWITCH;
        if (has_value && ++i == options->word_count) {
            return say(verb, problem, arg->help, "wants a value behind", arg->flag);
        }
        json_t *value = parse_value(verb, arg, options->words[i], problem);
        if (value == NULL) {
            return problem->exit;
        }
        keep(arg, args, value);
    }
    return check_required(verb, args, problem);
}

const char *rh_arg_form(const rh_arg_t *arg, char *text, size_t size)
{
    const char *value = kinds[arg->kind].form;
    char inner[48];
    (void)snprintf(inner, sizeof inner, "%s%s%s", arg->flag != NULL ? arg->flag : "",
                   arg->flag != NULL && value != NULL ? " " : "",
                   value != NULL ? value : "");
    (void)snprintf(text, size, arg->is_required ? "%s" : "[%s]%s", inner,
                   arg->kind == RH_ARG_TOPICS ? "..." : "");
    return text;
}
