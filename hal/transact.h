/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One transaction of a bus. For bus.c.
 */
#ifndef RH_HAL_TRANSACT_H
#define RH_HAL_TRANSACT_H

#include "bus.h"

/* Asks, judges the reply, gives a good one to its device, and counts. The bus's thread
 * only; takes as long as the response timeout and the resync time at most. */
rh_link_result_t rh_bus_transact(rh_bus_t *bus, rh_job_t job);

/* The silence after an error; false when the link is down. */
bool rh_bus_settle(rh_bus_t *bus, rh_link_result_t result);

#endif
