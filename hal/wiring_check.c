/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a configuration may say about buses and devices. libmodbus takes an unknown rate
 * for 9600 without a word; here it is refused by name.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "wiring.h"

#define SLAVE_MAX_RTU 247
#define SLAVE_MAX_TCP 255
#define TCP_PAUSE_US                                                                   \
    1000 /* no wire sets the pace: a cycle of two stays below 500 Hz                   \
          */

int rh_wiring_refuse(const rh_wiring_error_t *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    /* clang-tidy 14 loses va_start once it has looked into another file's call */
    // NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized)
    (void)vsnprintf(error->text, error->size, format, arguments);
    va_end(arguments);
    return -EINVAL;
}

const rh_register_t *rh_wiring_register(const rh_profile_t *profile, const char *role)
{
    for (int i = 0; i < profile->register_count; i++) {
        if (strcmp(profile->registers[i].role, role) == 0) {
            return &profile->registers[i];
        }
    }
    return NULL;
}

bool rh_wiring_may_be_ready(const rh_profile_t *profile)
{
    return strcmp(profile->kind, "drive") != 0 || profile->fences == RH_FENCES_YES;
}

void rh_wiring_problem(const rh_device_settings_t *device, char *text, size_t size)
{
    const rh_profile_t *profile = &device->profile;
    text[0] = '\0';
    if (!rh_wiring_may_be_ready(profile)) {
        (void)snprintf(text, size,
                       "profile %s %s the drive's torque and speed limits, so this "
                       "machine never arms with it",
                       profile->name,
                       profile->fences == RH_FENCES_UNKNOWN ? "does not know where are"
                                                            : "has no registers for");
    }
}

static int32_t wanted_gap_us(const rh_device_settings_t *own,
                             const rh_bus_settings_t *bus)
{
    if (own->gap_us > 0) {
        return own->gap_us;
    }
    if (bus->t35_us > 0) {
        return bus->t35_us;
    }
    return bus->is_tcp ? TCP_PAUSE_US : own->profile.t35_us;
}

int32_t rh_wiring_gap_us(const rh_hal_settings_t *settings, int device)
{
    const rh_device_settings_t *own = &settings->devices[device];
    const rh_bus_settings_t *bus = &settings->buses[own->bus];
    int32_t least_us = rh_link_least_gap_us(bus);
    int32_t wanted_us = wanted_gap_us(own, bus);
    return wanted_us > least_us ? wanted_us : least_us;
}

int32_t rh_wiring_longest_gap_us(const rh_hal_settings_t *settings, int bus)
{
    int32_t longest_us = 0;
    for (int i = 0; i < settings->device_count; i++) {
        if (settings->devices[i].bus == bus) {
            int32_t gap_us = rh_wiring_gap_us(settings, i);
            longest_us = gap_us > longest_us ? gap_us : longest_us;
        }
    }
    return longest_us;
}

static int check_tcp(const rh_bus_settings_t *bus, const rh_wiring_error_t *error)
{
    struct in_addr address;
    if (inet_pton(AF_INET, bus->host, &address) != 1) {
        return rh_wiring_refuse(error,
                                "bus %s: host '%s' is no IPv4 address; give it in "
                                "digits, since a name would be looked up while the "
                                "machine runs",
                                bus->name, bus->host);
    }
    if (bus->port < 1 || bus->port > UINT16_MAX) {
        return rh_wiring_refuse(error,
                                "bus %s: port %d; permitted 1 … 65535 (502 is "
                                "Modbus')",
                                bus->name, bus->port);
    }
    return 0;
}

static int check_serial(const rh_bus_settings_t *bus, const rh_wiring_error_t *error)
{
    int data = 0;
    int stop = 0;
    char parity = 0;
    if (!rh_link_baud_is_known(bus->baud)) {
        return rh_wiring_refuse(error,
                                "bus %s: baud %d is no rate of the serial driver; take "
                                "one that its devices list, such as 115200",
                                bus->name, bus->baud);
    }
    if (!rh_link_format_parse(bus->format, &data, &parity, &stop)) {
        return rh_wiring_refuse(error,
                                "bus %s: format '%s'; write data bits, parity and stop "
                                "bits, such as 8N1",
                                bus->name, bus->format);
    }
    if (bus->path[0] == '\0') {
        return rh_wiring_refuse(error, "bus %s: no path; name its serial port",
                                bus->name);
    }
    return 0;
}

static bool profile_takes_baud(const rh_profile_t *profile, int32_t baud)
{
    for (int i = 0; i < profile->baud_count; i++) {
        if (profile->bauds[i] == baud) {
            return true;
        }
    }
    return profile->baud_count == 0;
}

static int check_on_bus(const rh_device_settings_t *device,
                        const rh_bus_settings_t *bus, const rh_wiring_error_t *error)
{
    const rh_profile_t *profile = &device->profile;
    if (bus->is_tcp ? !profile->tcp : !profile->rtu) {
        return rh_wiring_refuse(
            error, "device %s: profile %s knows no %s, which bus %s is", device->name,
            profile->name, bus->is_tcp ? "tcp" : "rtu", bus->name);
    }
    if (!bus->is_tcp && !profile_takes_baud(profile, bus->baud)) {
        return rh_wiring_refuse(
            error,
            "device %s: profile %s does not list baud %d of bus %s; "
            "set the bus to a rate of the profile",
            device->name, profile->name, bus->baud, bus->name);
    }
    int slave_max = bus->is_tcp ? SLAVE_MAX_TCP : SLAVE_MAX_RTU;
    if (device->slave < 1 || device->slave > slave_max) {
        return rh_wiring_refuse(error, "device %s: slave %d; permitted 1 … %d",
                                device->name, device->slave, slave_max);
    }
    return 0;
}

static int check_unique(const rh_hal_settings_t *settings, int index,
                        const rh_wiring_error_t *error)
{
    const rh_device_settings_t *device = &settings->devices[index];
    for (int i = 0; i < index; i++) {
        const rh_device_settings_t *other = &settings->devices[i];
        if (other->bus == device->bus && other->slave == device->slave) {
            return rh_wiring_refuse(error,
                                    "devices %s and %s are both slave %d on bus %s; "
                                    "give one of them another id",
                                    other->name, device->name, device->slave,
                                    settings->buses[device->bus].name);
        }
    }
    return 0;
}

static int check_drive(const rh_device_settings_t *device,
                       const rh_wiring_error_t *error)
{
    const rh_profile_t *profile = &device->profile;
    if (strcmp(profile->kind, "drive") != 0) {
        return 0;
    }
    if (!(device->rated_torque_nm > 0.0) || !(device->gear_ratio > 0.0) ||
        !(device->torque_limit_nm > 0.0) || !(device->speed_limit_dps > 0.0)) {
        return rh_wiring_refuse(
            error,
            "device %s: rated_torque_nm, gear_ratio, torque_limit_nm "
            "and speed_limit_dps of a drive must be above 0",
            device->name);
    }
    return rh_wiring_check_trust(device, error);
}

static int check_device(const rh_hal_settings_t *settings, int index,
                        const rh_wiring_error_t *error)
{
    const rh_device_settings_t *device = &settings->devices[index];
    if (device->bus < 0 || device->bus >= settings->bus_count) {
        return rh_wiring_refuse(error, "device %s: its bus does not exist",
                                device->name);
    }
    int result = check_on_bus(device, &settings->buses[device->bus], error);
    if (result == 0) {
        result = check_unique(settings, index, error);
    }
    return result == 0 ? check_drive(device, error) : result;
}

int rh_wiring_check(const rh_hal_settings_t *settings, const rh_wiring_error_t *error)
{
    for (int i = 0; i < settings->bus_count; i++) {
        const rh_bus_settings_t *bus = &settings->buses[i];
        int result = bus->is_tcp ? check_tcp(bus, error) : check_serial(bus, error);
        if (result != 0) {
            return result;
        }
    }
    for (int i = 0; i < settings->device_count; i++) {
        int result = check_device(settings, i, error);
        if (result != 0) {
            return result;
        }
    }
    return rh_wiring_check_sources(settings, error);
}
