/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `commission`: tries, step by step and with somebody at the machine, that what is
 * wired is what is configured, and writes what was found to the machine's record.
 * Without it a real machine arms nothing.
 *
 * The steps only read; what moves is moved by hand. The last two ask the gate for its
 * own probes (relay and polarity; torque), each after a question.
 */
#ifndef RH_CTL_COMMISSION_H
#define RH_CTL_COMMISSION_H

#include "verbs.h"

/* All steps that are not yet ok, or the one that is named. 0; 1 where a step fails; or
 * another exit code with the problem. */
int rh_commission_run(const rh_call_t *call, rh_problem_t *problem);

#endif
