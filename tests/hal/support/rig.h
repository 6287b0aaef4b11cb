/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slave and an open HAL on its wire, as most tests of the HAL want them.
 */
#ifndef RH_TEST_RIG_H
#define RH_TEST_RIG_H

#include "bench.h"
#include "modbus_hal.h"
#include "rh/grant.h"
#include "slave.h"

typedef struct {
    char dir[64];
    slave_t *slave;
    rh_hal_settings_t settings;
    rh_hal_t *hal;
} rig_t;

/* cmocka's set-up and tear-down; the state is a rig_t with its slave, not yet opened.
 */
int rig_set_up_rtu(void **state);
int rig_set_up_tcp(void **state);
int rig_tear_down(void **state);

/* Opens the HAL on the rig's settings; fails the test when that is refused. */
void rig_open(rig_t *rig);
void rig_close(rig_t *rig);

/* The slave goes away (its port with it), and comes back empty. */
void rig_unplug(rig_t *rig);
void rig_plug(rig_t *rig);

rh_bus_stats_t rig_bus(rig_t *rig);

/* Calls `watch` until one call saw no error on the wire, and returns where among the
 * slave's requests that one began: a computer that stood still for a moment makes
 * errors, and what a device is asked then is another matter. Fails the test where
 * none of 20 calls was free of them. */
int rig_watch(rig_t *rig, void (*watch)(rig_t *rig, int from));
void rig_write(rig_t *rig, rh_grant_t grant);

#endif
