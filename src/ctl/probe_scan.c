/* SPDX-License-Identifier: Apache-2.0 */
/* Looking for a device whose slave number or rate is not known; see device_probe.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "device_probe.h"

#define SLAVE_MAX 247
#define SCAN_MS 30 /* a device answers within 10 or so */

/* What helps depends on why it could not be opened. */
static const char *remedy_for(int error)
{
    static const struct {
        int error;
        const char *remedy;
    } rows[] = {
        {-EBUSY, "stop what uses the port (systemctl stop revhyperd)"},
        {-ENOENT, "check its name: ls -l /dev/serial/by-path"},
        {-EACCES, "the permission to use it is lacking: sudo, or the port's group"},
        {-EPERM, "the permission to use it is lacking: sudo, or the port's group"},
        {-ENOTTY, "name a serial port, as /dev/ttyUSB0"},
        {-EISDIR, "name a serial port, as /dev/ttyUSB0"},
        {-EINVAL, "give a rate and a format that the port can take, as 115200 and 8N1"},
        {-ERANGE, "give a rate that the port can take, as 115200"},
        {-ECONNREFUSED, "nothing listens there: check the address and --tcp-port"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].error == error) {
            return rows[i].remedy;
        }
    }
    return "check its name or address, and the cable";
}

int rh_probe_connect(const rh_probe_target_t *target, int response_ms,
                     rh_probe_t **probe, rh_problem_t *problem)
{
    char where[RH_PROBE_PATH + 64];
    rh_bus_settings_t bus = target->bus;
    bus.response_timeout_us = response_ms * 1000;
    bus.resync_us = 10000;
    int error = rh_probe_open(probe, &bus, target->path);
    if (error == 0) {
        return 0;
    }
    return rh_problem_set(problem, RH_EXIT_UNREACHED, "not_connected",
                          remedy_for(error), "cannot open %s: %s",
                          rh_probe_where(target, where, sizeof where),
                          rh_probe_error(error));
}

/* The first register that the profile reads anyway. */
static const rh_register_t *first_register(const rh_profile_t *profile)
{
    const rh_block_t *block = &profile->blocks[0];
    for (int i = 0; i < profile->register_count && profile->block_count > 0; i++) {
        const rh_register_t *reg = &profile->registers[i];
        if (reg->space == block->space && reg->address >= block->address &&
            reg->address < block->address + block->count) {
            return reg;
        }
    }
    return &profile->registers[0];
}

/* Whoever answers, or else whoever is there and refuses. 0 = nobody at this rate. */
static int find_slave(const rh_probe_target_t *target, rh_probe_t *probe, int *damaged)
{
    const rh_register_t *first = first_register(&target->profile);
    int refuses = 0;
    for (int slave = 1; slave <= SLAVE_MAX; slave++) {
        rh_probe_reading_t reading;
        rh_probe_read(probe, &target->profile, slave, first, &reading);
        if (reading.result == RH_PROBE_GOOD) {
            return slave;
        }
        if (reading.result == RH_PROBE_REFUSED && refuses == 0) {
            refuses = slave;
        }
        *damaged += reading.result == RH_PROBE_DAMAGED;
        if (reading.result == RH_PROBE_DOWN) {
            break;
        }
    }
    return refuses;
}

static int scan_rate(rh_probe_target_t *target, int *damaged, rh_problem_t *problem)
{
    char where[RH_PROBE_PATH + 64];
    rh_probe_t *probe = NULL;
    int code = rh_probe_connect(target, SCAN_MS, &probe, problem);
    if (code != 0) {
        return code;
    }
    (void)fprintf(stderr, "looking at %s and the other numbers\n",
                  rh_probe_where(target, where, sizeof where));
    int slave = find_slave(target, probe, damaged);
    rh_probe_close(probe);
    target->slave = slave > 0 ? slave : target->slave;
    return slave > 0 ? 0 : -1;
}

int rh_probe_scan(rh_probe_target_t *target, rh_problem_t *problem)
{
    const rh_profile_t *profile = &target->profile;
    int32_t given = target->bus.baud;
    int damaged = 0;
    int code = scan_rate(target, &damaged, problem);
    for (int i = 0; code < 0 && !target->bus.is_tcp && i < profile->baud_count; i++) {
        target->bus.baud = profile->bauds[i];
        code = target->bus.baud == given ? code : scan_rate(target, &damaged, problem);
    }
    if (code >= 0) {
        return code;
    }
    return rh_problem_set(problem, RH_EXIT_UNREACHED, "timeout",
                          "check power, A and B, ground and termination",
                          "nothing answers at %s, with any number%s%s",
                          target->bus.is_tcp ? target->bus.host : target->path,
                          target->bus.is_tcp ? "" : " or any rate of the profile",
                          damaged > 0 ? "; damaged answers came, so something is there"
                                      : "");
}
