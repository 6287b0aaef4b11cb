/* SPDX-License-Identifier: Apache-2.0 */
/* Problems of the console: filled anywhere, told once; see problem.h. */
#include "problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fields.h"

/* Codes of the wire that are not plain refusals by a limit or by the state. */
static const struct {
    const char *code;
    int exit;
} exits[] = {
    {"lease_held", RH_EXIT_LEASE},
    {"lease_needed", RH_EXIT_LEASE},
    {"latched", RH_EXIT_FAULT},
    {"sensors", RH_EXIT_FAULT},
    {"not_permitted", RH_EXIT_NOT_PERMITTED},
    {"not_found", RH_EXIT_NOT_FOUND},
    {"unknown_verb", RH_EXIT_NOT_FOUND},
    {"unknown_arg", RH_EXIT_USAGE},
    {"late", RH_EXIT_UNREACHED},
    {"busy", RH_EXIT_ERROR},
    {"foreign", RH_EXIT_NOT_FOUND},
    {"id_reused", RH_EXIT_ERROR},
    {"malformed", RH_EXIT_ERROR},
    {"too_large", RH_EXIT_ERROR},
    {"too_deep", RH_EXIT_ERROR},
};

static int exit_of(const char *code)
{
    for (size_t i = 0; i < sizeof exits / sizeof exits[0]; i++) {
        if (strcmp(exits[i].code, code) == 0) {
            return exits[i].exit;
        }
    }
    return RH_EXIT_REFUSED;
}

static const char *heading(int exit)
{
    switch (exit) {
    case RH_EXIT_ERROR:
        return "error";
    case RH_EXIT_USAGE:
        return "usage";
    case RH_EXIT_UNREACHED:
        return "not reached";
    default:
        return "refused";
    }
}

int rh_problem_set(rh_problem_t *problem, int exit, const char *code,
                   const char *remedy, const char *format, ...)
{
    va_list rest;
    problem->exit = exit;
    (void)snprintf(problem->code, sizeof problem->code, "%s", code);
    (void)snprintf(problem->remedy, sizeof problem->remedy, "%s", remedy);
    va_start(rest, format);
    (void)vsnprintf(problem->message, sizeof problem->message, format, rest);
    va_end(rest);
    return exit;
}

int rh_problem_from_reply(rh_problem_t *problem, const json_t *reply)
{
    const json_t *error = json_object_get(reply, "error");
    const char *code = rh_text(error, "code", "error");
    int exit = json_is_object(error) ? exit_of(code) : RH_EXIT_ERROR;
    return rh_problem_set(problem, exit, code, rh_text(error, "remedy", ""), "%s",
                          rh_text(error, "message", "the daemon gave no reason"));
}

static void tell_json(const rh_problem_t *problem)
{
    json_t *all =
        json_pack("{s:b, s:{s:s, s:s, s:s}}", "ok", 0, "error", "code", problem->code,
                  "message", problem->message, "remedy", problem->remedy);
    rh_json_line(all);
    json_decref(all);
}

int rh_problem_tell(const rh_problem_t *problem, bool json)
{
    if (json) {
        tell_json(problem);
        return problem->exit;
    }
    (void)fprintf(stderr, "%s: %s%s%s\n", heading(problem->exit), problem->message,
                  problem->remedy[0] != '\0' ? " — " : "", problem->remedy);
    return problem->exit;
}
