/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slave and an open HAL on its wire.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rig.h"

int rig_set_up_rtu(void **state)
{
    rig_t *rig = calloc(1, sizeof(*rig));
    if (rig == NULL) {
        return -1;
    }
    bench_folder(rig->dir, sizeof(rig->dir));
    rig->slave = slave_open_rtu(rig->dir, "wire");
    bench_rtu(&rig->settings, rig->dir);
    *state = rig;
    return 0;
}

int rig_set_up_tcp(void **state)
{
    rig_t *rig = calloc(1, sizeof(*rig));
    if (rig == NULL) {
        return -1;
    }
    bench_folder(rig->dir, sizeof(rig->dir));
    rig->slave = slave_open_tcp(0);
    bench_tcp(&rig->settings, slave_port(rig->slave));
    *state = rig;
    return 0;
}

int rig_tear_down(void **state)
{
    rig_t *rig = *state;
    rig_close(rig);
    if (rig->slave != NULL) {
        slave_close(rig->slave);
    }
    bench_remove(rig->dir);
    free(rig);
    return 0;
}

void rig_open(rig_t *rig)
{
    char error[RH_HAL_TEXT] = "";
    int result = rh_hal_modbus.open(&rig->hal, &rig->settings, error, sizeof(error));
    if (result != 0) {
        fail_msg("open refused: %s", error);
    }
}

void rig_close(rig_t *rig)
{
    if (rig->hal != NULL) {
        rh_hal_modbus.close(rig->hal);
        rig->hal = NULL;
    }
}

void rig_unplug(rig_t *rig)
{
    slave_close(rig->slave);
    rig->slave = NULL;
}

void rig_plug(rig_t *rig)
{
    const rh_bus_settings_t *bus = &rig->settings.buses[0];
    rig->slave =
        bus->is_tcp ? slave_open_tcp(bus->port) : slave_open_rtu(rig->dir, "wire");
}

rh_bus_stats_t rig_bus(rig_t *rig)
{
    rh_hal_stats_t stats;
    rh_hal_modbus.stats(rig->hal, &stats);
    return stats.buses[0];
}

int rig_watch(rig_t *rig, void (*watch)(rig_t *rig, int from))
{
    for (int tries = 0; tries < 20; tries++) {
        uint64_t errors = rig_bus(rig).errors;
        int from = slave_count(rig->slave);
        watch(rig, from);
        if (rig_bus(rig).errors == errors) {
            return from;
        }
    }
    fail_msg("%s", "the wire had errors in each of 20 watches");
    return -1;
}

void rig_write(rig_t *rig, rh_grant_t grant)
{
    rh_hal_modbus.write(rig->hal, &grant);
}
