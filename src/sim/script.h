/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words by which people, tests and scenario files play the person and break the
 * machine. A line is parsed into an order first (so that a scenario is checked before
 * it starts) and run afterwards. Every answer is one line of JSON with "ok". Called by
 * the control socket and the scenario.
 */
#ifndef RH_SIM_SCRIPT_H
#define RH_SIM_SCRIPT_H

#include "sim.h"

#define RH_SCRIPT_LINE 256
#define RH_SCRIPT_WORDS 24
#define RH_SCRIPT_ANSWER 4096

typedef struct rh_verb rh_verb_t;

/* A parsed command; which fields count depends on the verb. */
typedef struct {
    const rh_verb_t *verb;
    int which;      /* button, first grip, register */
    int count;      /* how many from `which` on */
    int64_t number; /* hold time in ms, value, time-out in ms */
    bool on;
    rh_plan_t plan;
    rh_fault_t fault;
    int64_t deadline_ns; /* of a wait that is under way */
} rh_order_t;

typedef enum {
    RH_OUTCOME_DONE,
    RH_OUTCOME_WAITING, /* no answer yet: run the same order again soon */
    RH_OUTCOME_QUIT,
} rh_outcome_t;

/* 0, or -EINVAL with the reason in `error`. */
int rh_script_parse(rh_order_t *order, const char *line, char *error,
                    size_t error_size);
/* Runs an order; the answer (RH_SCRIPT_ANSWER bytes) has no newline. */
rh_outcome_t rh_script_run(rh_order_t *order, rh_sim_t *sim, char *answer);
/* The answer to a line that did not parse. */
void rh_script_refuse(const char *reason, char *answer);
/* One line a command. */
void rh_script_help(FILE *out);
/* The answer says that it worked. */
bool rh_script_is_ok(const char *answer);

#endif
