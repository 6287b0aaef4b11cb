/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buses and what lies on them: lines that exist once, at a rate that everybody on them
 * can do, numbers that are given once, and no real line behind a simulated machine.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "steps.h"

static const rh_part_t *bus_part(rh_draft_t *draft, int bus)
{
    return rh_draft_part_of(draft, RH_SECTION_BUS, bus);
}

static const rh_part_t *device_part(rh_draft_t *draft, int device)
{
    return rh_draft_part_of(draft, RH_SECTION_DEVICE, device);
}

/* ---- buses ----------------------------------------------------------------------- */

static bool is_rate(int32_t baud)
{
    for (const int32_t *rate = rh_baud_rates(); *rate != 0; rate++) {
        if (*rate == baud) {
            return true;
        }
    }
    return false;
}

static int check_tcp(rh_draft_t *draft, const rh_bus_settings_t *bus,
                     const rh_part_t *part)
{
    struct in_addr address;
    if (inet_pton(AF_INET, bus->host, &address) != 1) {
        return rh_draft_refuse(draft, part, "host",
                               "a name would be looked up while the machine runs",
                               "\"%s\" is no IPv4 address in digits", bus->host);
    }
    return 0;
}

static int check_serial(rh_draft_t *draft, const rh_bus_settings_t *bus,
                        const rh_part_t *part)
{
    if (bus->path[0] == '\0') {
        return rh_draft_refuse(draft, part, "path", "name the serial device",
                               "is missing on a serial line");
    }
    if (!is_rate(bus->baud)) {
        return rh_draft_refuse(
            draft, part, "baud", "take one that its devices list, as 115200",
            "%d is no rate that libmodbus knows: it would silently become 9600",
            bus->baud);
    }
    return 0;
}

/* Two threads on one wire would answer for each other. */
static int check_once(rh_draft_t *draft, int index)
{
    const rh_bus_settings_t *buses = draft->settings.hal.buses;
    for (int i = 0; i < index; i++) {
        if (!buses[index].is_tcp && !buses[i].is_tcp &&
            strcmp(buses[index].path, buses[i].path) == 0) {
            return rh_draft_refuse(draft, bus_part(draft, index), "path",
                                   "put the devices of one line on one [bus]",
                                   "%s is bus %s already", buses[index].path,
                                   buses[i].name);
        }
    }
    return 0;
}

/* ---- simulated or real ------------------------------------------------------------
 */

static bool is_local(const rh_bus_settings_t *bus)
{
    if (bus->is_tcp) {
        return strncmp(bus->host, "127.", 4) == 0;
    }
    return bus->path[0] != '/' && strstr(bus->path, "..") == NULL;
}

/* A simulated machine may have its limits opened: no real line is behind it. And a real
 * one's lines are devices, not the simulator's files below its folder. */
static int check_world(rh_draft_t *draft, int index)
{
    const rh_bus_settings_t *bus = &draft->settings.hal.buses[index];
    const rh_part_t *part = bus_part(draft, index);
    if (draft->settings.machine.simulated && !is_local(bus)) {
        return rh_draft_refuse(
            draft, part, bus->is_tcp ? "host" : "path",
            "a real machine has a machine file of its own, without simulated",
            "%s is not a simulator's, but [machine] says simulated = yes",
            bus->is_tcp ? bus->host : bus->path);
    }
    if (!draft->settings.machine.simulated && !bus->is_tcp && bus->path[0] != '/') {
        return rh_draft_refuse(
            draft, part, "path", "name the adapter: ls -l /dev/serial/by-path",
            "%s is a simulator's line; a real one begins with /", bus->path);
    }
    return 0;
}

static int check_bus(rh_draft_t *draft, int index)
{
    const rh_bus_settings_t *bus = &draft->settings.hal.buses[index];
    const rh_part_t *part = bus_part(draft, index);
    int status =
        bus->is_tcp ? check_tcp(draft, bus, part) : check_serial(draft, bus, part);
    status = status == 0 ? check_once(draft, index) : status;
    return status == 0 ? check_world(draft, index) : status;
}

/* ---- devices --------------------------------------------------------------------- */

static bool lists_baud(const rh_profile_t *profile, int32_t baud)
{
    for (int i = 0; i < profile->baud_count; i++) {
        if (profile->bauds[i] == baud) {
            return true;
        }
    }
    return false;
}

static int check_link(rh_draft_t *draft, int index)
{
    const rh_device_settings_t *device = &draft->settings.hal.devices[index];
    const rh_bus_settings_t *bus = &draft->settings.hal.buses[device->bus];
    const rh_profile_t *profile = &device->profile;
    if (bus->is_tcp ? !profile->tcp : !profile->rtu) {
        return rh_draft_refuse(draft, device_part(draft, index), "bus",
                               "put it on a bus with link = its profile's",
                               "bus %s is %s, which %s does not speak", bus->name,
                               bus->is_tcp ? "tcp" : "rtu", profile->name);
    }
    if (!bus->is_tcp && !lists_baud(profile, bus->baud)) {
        return rh_draft_refuse(draft, bus_part(draft, device->bus), "baud",
                               "take a rate that every device on the bus lists",
                               "%d is not among the rates of %s (device %s)", bus->baud,
                               profile->name, device->name);
    }
    return 0;
}

/* Two connections to one box reach the same devices. */
static bool is_one_line(const rh_hal_settings_t *hal, int one, int other)
{
    const rh_bus_settings_t *a = &hal->buses[one];
    const rh_bus_settings_t *b = &hal->buses[other];
    return one == other || (a->is_tcp && b->is_tcp && a->port == b->port &&
                            strcmp(a->host, b->host) == 0);
}

static int check_slave(rh_draft_t *draft, int index)
{
    const rh_hal_settings_t *hal = &draft->settings.hal;
    const rh_device_settings_t *device = &hal->devices[index];
    for (int i = 0; i < index; i++) {
        const rh_device_settings_t *other = &hal->devices[i];
        if (other->slave == device->slave &&
            is_one_line(hal, other->bus, device->bus)) {
            return rh_draft_refuse(draft, device_part(draft, index), "slave",
                                   "give one of them another number",
                                   "%d is %s's number on bus %s", device->slave,
                                   other->name, hal->buses[device->bus].name);
        }
    }
    return 0;
}

int rh_draft_check_buses(rh_draft_t *draft)
{
    const rh_hal_settings_t *hal = &draft->settings.hal;
    for (int i = 0; i < hal->bus_count; i++) {
        if (check_bus(draft, i) != 0) {
            return -EINVAL;
        }
    }
    for (int i = 0; i < hal->device_count; i++) {
        if (check_link(draft, i) != 0 || check_slave(draft, i) != 0) {
            return -EINVAL;
        }
    }
    return 0;
}
