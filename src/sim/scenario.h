/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scenario file: commands of the script, each with its moment. Lines are
 *     at SECONDS command...     (SECONDS after the simulator is ready)
 *     then command...           (as soon as the line before has its answer)
 * '#' starts a comment. The whole file is checked before anything runs. Called by main.
 */
#ifndef RH_SIM_SCENARIO_H
#define RH_SIM_SCENARIO_H

#include "script.h"

#define RH_SCENARIO_STEPS 512

typedef struct {
    int line;
    int64_t at_ns; /* after the start; -1 = then */
    rh_order_t order;
} rh_scenario_step_t;

typedef struct {
    const char *path;
    int64_t start_ns;
    int next;
    int count;
    rh_scenario_step_t step[RH_SCENARIO_STEPS];
} rh_scenario_t;

/* Reads the file; 0, or -errno with "file:line: reason" in `error`. */
int rh_scenario_load(rh_scenario_t *scenario, const char *path, char *error,
                     size_t error_size);
/* Runs what is due; true when the command "quit" came. Refused steps are printed to
 * stderr with file and line, and the scenario goes on. */
bool rh_scenario_run(rh_scenario_t *scenario, rh_sim_t *sim);
bool rh_scenario_is_over(const rh_scenario_t *scenario);

#endif
