/* SPDX-License-Identifier: Apache-2.0 */
/* Checking and showing the configuration; see config_file.h. */
#include "config_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "call.h"
#include "config.h"
#include "fields.h"

const char *rh_config_file_path(const rh_options_t *options)
{
    return options->config != NULL ? options->config : RH_CTL_CONFIG;
}

/* The settings are large and the caller's; the limits are checked with them, because a
 * value can stand in its range and yet be beyond a ceiling. */
int rh_config_file_load(rh_settings_t *settings, const rh_options_t *options,
                        rh_problem_t *problem)
{
    char error[sizeof problem->message] = "";
    rh_limits_t limits;
    const char *path = rh_config_file_path(options);
    if (access(path, F_OK) != 0) {
        return rh_problem_set(problem, RH_EXIT_NOT_FOUND, "not_found",
                              "name the file with --config", "there is no %s", path);
    }
    if (rh_config_load(settings, path, NULL, 0, error, sizeof error) != 0 ||
        rh_config_limits(settings, &limits, error, sizeof error) != 0) {
        return rh_problem_set(problem, RH_EXIT_ERROR, "config", "", "%s", error);
    }
    return 0;
}

int rh_config_file_read(const rh_options_t *options, rh_problem_t *problem)
{
    rh_settings_t *settings = calloc(1, sizeof *settings);
    int failed = settings != NULL
                     ? rh_config_file_load(settings, options, problem)
                     : rh_problem_set(problem, RH_EXIT_ERROR, "error", "", "no memory");
    free(settings);
    return failed;
}

int rh_config_check_run(const rh_call_t *call, rh_problem_t *problem)
{
    const char *path = rh_config_file_path(call->options);
    int failed = rh_config_file_read(call->options, problem);
    if (failed != 0) {
        return failed;
    }
    if (call->options->json) {
        json_t *all = json_pack("{s:b, s:{s:s}}", "ok", 1, "result", "config", path);
        rh_json_line(all);
        json_decref(all);
    } else {
        printf("%s is good\n", path);
    }
    return RH_EXIT_OK;
}

static int show_file(const rh_call_t *call, rh_problem_t *problem)
{
    rh_settings_t *settings = calloc(1, sizeof *settings);
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    int failed = RH_EXIT_ERROR;
    if (settings != NULL && memory != NULL) {
        failed = rh_config_file_load(settings, call->options, problem);
    }
    if (failed == 0) {
        rh_config_print(settings, memory);
    }
    if (memory != NULL) {
        (void)fclose(memory);
    }
    if (failed == 0 && call->options->json) {
        json_t *all = json_pack("{s:b, s:{s:s}}", "ok", 1, "result", "text", text);
        rh_json_line(all);
        json_decref(all);
    } else if (failed == 0) {
        (void)fputs(text, stdout);
    }
    free(text);
    free(settings);
    return failed;
}

int rh_config_show_run(const rh_call_t *call, rh_problem_t *problem)
{
    json_t *reply = NULL;
    if (call->options->config != NULL) {
        return show_file(call, problem);
    }
    int failed = rh_call_read(call, &reply, problem);
    if (failed == 0 && call->options->json) {
        rh_json_line(reply);
    } else if (failed == 0) {
        (void)fputs(rh_text(json_object_get(reply, "result"), "text",
                            "the daemon did not say\n"),
                    stdout);
    }
    json_decref(reply);
    return failed;
}
