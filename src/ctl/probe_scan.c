/* SPDX-License-Identifier: Apache-2.0 */
/* Looking for a device whose slave number or rate is not known; see device_probe.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "device_probe.h"

#define SCAN_MS 100   /* a device answers within 10 or so; this computer may be busy */
#define REQUEST_MS 25 /* frames and silences around it, at most, at 9600 and above */
#define DAMAGED_TOLD_MAX 8 /* at a wrong rate every number may look like that */

typedef struct {
    int good;    /* the first that answers what the profile reads; 0 = none */
    int damaged; /* at all rates */
    bool is_down;
} scan_t;

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

/* One number: told if somebody is there. */
static void look_at(rh_probe_target_t *target, rh_probe_t *probe, int slave,
                    scan_t *scan)
{
    rh_probe_reading_t reading;
    rh_probe_read(probe, &target->profile, slave, first_register(&target->profile),
                  &reading);
    scan->is_down = reading.result == RH_PROBE_DOWN;
    if (reading.result == RH_PROBE_DAMAGED && scan->damaged++ < DAMAGED_TOLD_MAX) {
        (void)fprintf(stderr,
                      "slave %d: damaged answers: two devices with one number, or "
                      "another rate\n",
                      slave);
    }
    if (reading.result == RH_PROBE_GOOD || reading.result == RH_PROBE_REFUSED) {
        target->found[target->found_count++] = slave;
        (void)fprintf(stderr, "slave %d answers%s\n", slave,
                      reading.result == RH_PROBE_GOOD
                          ? ""
                          : ", but refuses what the profile reads: another kind of "
                            "device");
    }
    if (reading.result == RH_PROBE_GOOD && scan->good == 0) {
        scan->good = slave;
    }
}

/* Every number at one rate: there may be several devices. */
static int scan_rate(rh_probe_target_t *target, scan_t *scan, rh_problem_t *problem)
{
    char where[RH_PROBE_PATH + 64];
    rh_probe_t *probe = NULL;
    int code = rh_probe_connect(target, SCAN_MS, &probe, problem);
    if (code != 0) {
        return code;
    }
    (void)fprintf(stderr,
                  "looking at %s and every other number to %d: up to %d seconds\n",
                  rh_probe_where(target, where, sizeof where), RH_PROBE_SLAVE_MAX,
                  RH_PROBE_SLAVE_MAX * (SCAN_MS + REQUEST_MS) / 1000 + 1);
    *scan = (scan_t){.damaged = scan->damaged};
    for (int slave = 1; slave <= RH_PROBE_SLAVE_MAX && !scan->is_down; slave++) {
        look_at(target, probe, slave, scan);
    }
    rh_probe_close(probe);
    if (target->found_count == 0) {
        return -1;
    }
    target->slave = scan->good > 0 ? scan->good : target->found[0];
    (void)fprintf(stderr, "reading slave %d%s\n", target->slave,
                  target->found_count > 1 ? "; the others with --slave N" : "");
    return 0;
}

int rh_probe_scan(rh_probe_target_t *target, rh_problem_t *problem)
{
    const rh_profile_t *profile = &target->profile;
    int32_t given = target->bus.baud;
    scan_t scan = {0};
    int code = scan_rate(target, &scan, problem);
    for (int i = 0; code < 0 && !target->bus.is_tcp && i < profile->baud_count; i++) {
        target->bus.baud = profile->bauds[i];
        code = target->bus.baud == given ? code : scan_rate(target, &scan, problem);
    }
    if (code >= 0) {
        return code;
    }
    return rh_problem_set(
        problem, RH_EXIT_UNREACHED, "timeout",
        "check power, A and B, ground and termination",
        "nothing answers at %s, with any number%s%s",
        target->bus.is_tcp ? target->bus.host : target->path,
        target->bus.is_tcp ? "" : " or any rate of the profile",
        scan.damaged > 0 ? "; damaged answers came, so something is there" : "");
}
