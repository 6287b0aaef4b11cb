/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon as a whole: opens its rooms in one visible order, runs until a signal, and
 * closes them in the reverse order. Start-up is sensors first, torque last; shut-down
 * drops servo-on and torque before anything else goes.
 */
#ifndef RH_DAEMON_H
#define RH_DAEMON_H

#include "rh/settings.h"

/* Runs until SIGTERM or SIGINT. Returns the exit status of the process: 0, or 1 after
 * an error that was printed. */
int rh_daemon_run(const rh_settings_t *settings);

#endif
