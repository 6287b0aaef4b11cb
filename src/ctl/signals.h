/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGINT and SIGTERM as something to wait for, so that the verbs that run on end
 * cleanly: a lease is dropped, a watch says nothing of an error.
 */
#ifndef RH_CTL_SIGNALS_H
#define RH_CTL_SIGNALS_H

#include <stdbool.h>

/* Blocks both for this thread and those it starts; gives a descriptor that becomes
 * readable with them, to be closed by the caller. */
int rh_signals_open(void);

/* Waits at most wait_ms; true when a signal came. */
bool rh_signals_wait(int signals, int wait_ms);

#endif
