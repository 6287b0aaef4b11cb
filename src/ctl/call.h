/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of a plain verb: connect, take a lease where the row wants one, ask, give the
 * lease back, tell. Verbs with a way of their own use the parts.
 */
#ifndef RH_CTL_CALL_H
#define RH_CTL_CALL_H

#include "client.h"
#include "verbs.h"

/* All of it for a row without a `run`; gives the exit code. */
int rh_call_run(const rh_call_t *call, rh_problem_t *problem);

/* Prints the result of a reply by the row (or the reply itself with --json), and gives
 * the exit code that the row judges. */
int rh_call_tell(const rh_call_t *call, const json_t *reply);

/* One request on a connection of its own: for verbs that only read. The caller releases
 * the reply. 0 or an exit code with the problem. */
int rh_call_read(const rh_call_t *call, json_t **reply, rh_problem_t *problem);

#endif
