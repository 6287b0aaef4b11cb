/* SPDX-License-Identifier: Apache-2.0 */
/* `watch`: the stream, line by line. */
#ifndef RH_CTL_WATCH_H
#define RH_CTL_WATCH_H

#include "verbs.h"

/* 0 at the end that was asked for or at a signal, 3 when the daemon falls silent or
 * --seconds are over before --count messages came. */
int rh_watch_run(const rh_call_t *call, rh_problem_t *problem);

#endif
