/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hardware layer of a machine: one thread per Modbus bus and per encoder on GPIO,
 * flags on GPIO by the loop itself, signals by profile and binding. The loop opens it,
 * reads and writes it; the service thread asks its counters.
 */
#ifndef RH_MODBUS_HAL_H
#define RH_MODBUS_HAL_H

#include "rh/hal.h"

extern const rh_hal_ops_t rh_hal_modbus;

#endif
