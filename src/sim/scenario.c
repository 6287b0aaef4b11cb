/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading and playing a scenario file; see scenario.h.
 */
#include "scenario.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_S 1e9

/* Cuts off comment and line end; returns the first word's place. */
static char *clean(char *line)
{
    line[strcspn(line, "#\r\n")] = '\0';
    return line + strspn(line, " \t");
}

static int parse_step(rh_scenario_step_t *step, char *text, char *error, size_t size)
{
    char *rest = text;
    const char *word = strsep(&rest, " \t");
    const char *moment;
    char *end = NULL;
    double seconds;

    step->at_ns = -1;
    if (strcmp(word, "then") == 0 && rest != NULL) {
        return rh_script_parse(&step->order, rest, error, size);
    }
    moment = rest == NULL ? "" : rest + strspn(rest, " \t");
    seconds = strtod(moment, &end);
    if (strcmp(word, "at") != 0 || end == moment || (*end != ' ' && *end != '\t') ||
        !(seconds >= 0.0 && seconds <= 1e6)) {
        (void)snprintf(error, size, "a line is 'at SECONDS command' or 'then command'");
        return -EINVAL;
    }
    step->at_ns = (int64_t)(seconds * NS_PER_S);
    return rh_script_parse(&step->order, end, error, size);
}

static int add_line(rh_scenario_t *scenario, int number, char *line, char *error,
                    size_t size)
{
    char reason[RH_SCRIPT_LINE * 2] = "";
    char *text = clean(line);
    rh_scenario_step_t *step;

    if (*text == '\0') {
        return 0;
    }
    if (scenario->count == RH_SCENARIO_STEPS) {
        (void)snprintf(error, size, "%s:%d: more than %d steps", scenario->path, number,
                       RH_SCENARIO_STEPS);
        return -EINVAL;
    }
    step = &scenario->step[scenario->count];
    step->line = number;
    if (parse_step(step, text, reason, sizeof(reason)) != 0) {
        (void)snprintf(error, size, "%s:%d: %s", scenario->path, number, reason);
        return -EINVAL;
    }
    scenario->count++;
    return 0;
}

int rh_scenario_load(rh_scenario_t *scenario, const char *path, char *error,
                     size_t error_size)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    int result = 0;

    memset(scenario, 0, sizeof(*scenario));
    scenario->path = path;
    if (file == NULL) {
        result = -errno;
        (void)snprintf(error, error_size, "%s: %s", path, strerrordesc_np(-result));
        return result;
    }
    for (int number = 1; result == 0 && getline(&line, &room, file) >= 0; number++) {
        result = add_line(scenario, number, line, error, error_size);
    }
    free(line);
    (void)fclose(file);
    return result;
}

bool rh_scenario_is_over(const rh_scenario_t *scenario)
{
    return scenario->next >= scenario->count;
}

bool rh_scenario_run(rh_scenario_t *scenario, rh_sim_t *sim)
{
    char answer[RH_SCRIPT_ANSWER];

    while (!rh_scenario_is_over(scenario)) {
        rh_scenario_step_t *step = &scenario->step[scenario->next];
        rh_outcome_t outcome;

        if (step->at_ns >= 0 && rh_now_ns() < scenario->start_ns + step->at_ns) {
            return false;
        }
        outcome = rh_script_run(&step->order, sim, answer);
        if (outcome == RH_OUTCOME_WAITING) {
            return false;
        }
        scenario->next++;
        if (!rh_script_is_ok(answer)) {
            (void)fprintf(stderr, "%s:%d: %s\n", scenario->path, step->line, answer);
        }
        if (outcome == RH_OUTCOME_QUIT) {
            return true;
        }
    }
    return false;
}
