/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one figure of the machine's file that the wiring decides: `[limits] cycle_ms`, of
 * which the gate's damping and funnel are made (SAFETY.md, B and theta_stop). Too small
 * a figure makes the damping too strong for the bus that carries it: the arm shakes.
 */
#ifndef RH_CYCLE_CHECK_H
#define RH_CYCLE_CHECK_H

#include <stddef.h>

#include "rh/hal.h"
#include "rh/settings.h"

/* Compares cycle_ms with the cycle that the drive's bus has by arithmetic; opens
 * nothing. 0; -EINVAL where the bus needs more than that by over 3 %, or what the HAL
 * says of the wiring, with the error naming file key, figures and remedy. On TCP there
 * is no arithmetic: doctor compares with what is reached. */
int rh_cycle_check(const rh_hal_ops_t *ops, const rh_settings_t *settings, char *error,
                   size_t error_size);

#endif
