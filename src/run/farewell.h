/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A daemon that is told to end while the motor holds somebody: the arm is lowered
 * first, as by a stop from a console (HARDWARE 7: no load is dropped while the
 * controller is healthy). Called by the main thread, with the signals blocked.
 */
#ifndef RH_FAREWELL_H
#define RH_FAREWELL_H

#include <signal.h>

#include "loop.h"

/* Returns when the motor may be let go of: at the latest when the gate's time to lower
 * and its blind state are over, or when one of `signals` comes again. What there is to
 * say of it, or NULL where the motor was off. */
const char *rh_farewell(rh_loop_t *loop, const sigset_t *signals);

#endif
