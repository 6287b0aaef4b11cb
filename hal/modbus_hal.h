/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Modbus backend of the hardware layer: one thread per bus, signals by profile and
 * binding. The loop opens it, reads and writes it; the service thread asks its
 * counters.
 */
#ifndef RH_MODBUS_HAL_H
#define RH_MODBUS_HAL_H

#include "rh/hal.h"

extern const rh_hal_ops_t rh_hal_modbus;

#endif
