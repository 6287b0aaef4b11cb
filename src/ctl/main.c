/* SPDX-License-Identifier: Apache-2.0 */
/* revhyperctl: words in, one verb done, an exit code out. */
#include <stdio.h>

#include "call.h"
#include "help.h"
#include "options.h"
#include "verbs.h"

static int run_verb(const rh_verb_t *verb, const rh_options_t *options, int used,
                    rh_problem_t *problem)
{
    rh_call_t call = {.verb = verb, .options = options, .args = json_object()};
    int code = rh_args_parse(verb, options, used, call.args, problem);
    if (code == 0) {
        code =
            verb->run != NULL ? verb->run(&call, problem) : rh_call_run(&call, problem);
    }
    json_decref(call.args);
    return code;
}

/* --version, --help and nothing at all; true when that was all there was to do. */
static bool is_answered(const rh_options_t *options, int *code)
{
    *code = RH_EXIT_OK;
    if (options->version) {
        puts("revhyperctl " RH_VERSION);
        return true;
    }
    if (options->word_count == 0) {
        *code = options->help ? RH_EXIT_OK : RH_EXIT_USAGE;
        rh_help_all(options->help ? stdout : stderr, NULL);
        return true;
    }
    if (options->word_count == 1 && rh_help_has_object(options->words[0])) {
        *code = options->help ? RH_EXIT_OK : RH_EXIT_USAGE;
        rh_help_all(options->help ? stdout : stderr, options->words[0]);
        return true;
    }
    return false;
}

static int run(const rh_options_t *options, rh_problem_t *problem)
{
    int used = 0;
    int code = 0;
    if (is_answered(options, &code)) {
        return code;
    }
    const rh_verb_t *verb = rh_verb_find(options, &used, problem);
    if (verb == NULL) {
        return problem->exit;
    }
    if (options->help) {
        rh_help_verb(stdout, verb);
        return RH_EXIT_OK;
    }
    return run_verb(verb, options, used, problem);
}

int main(int argc, char **argv)
{
    rh_problem_t problem = {0};
    rh_options_t options;
    int code = rh_options_parse(&options, argc, argv, &problem);
    if (code == 0) {
        code = run(&options, &problem);
    }
    if (problem.exit != 0) {
        rh_problem_tell(&problem, options.json);
    }
    return code;
}
