/* SPDX-License-Identifier: Apache-2.0 */
/* is-armed, is-ready, ...: a question to the state, answered by the exit code. */
#ifndef RH_CTL_PREDICATE_H
#define RH_CTL_PREDICATE_H

#include "verbs.h"

void rh_predicate_print(const rh_call_t *call, const json_t *snapshot);

/* 0 yes, 4 no, 6 no and a fault is open. */
int rh_predicate_judge(const rh_call_t *call, const json_t *snapshot);

#endif
