/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a bus says of its troubles: one sentence each, with the remedy. A part of bus.c.
 */
#include "bus_words.h"

#include <errno.h>
#include <stdio.h>

#include "port.h"

#define SYSFS "/sys"
#define LATENCY_MAX_MS 1

static const char *const result_words[RH_LINK_RESULTS] = {
    [RH_LINK_GOOD] = "good",
    [RH_LINK_TIMEOUT] = "no whole reply in time; check power, wiring and slave id",
    [RH_LINK_STALE] = "a reply to an earlier request, dropped",
    [RH_LINK_CRC] = "a damaged reply (checksum); check cable, shield and termination",
    [RH_LINK_WRONG] = "a reply that does not belong to the request",
    [RH_LINK_EXCEPTION] = "the device refuses (exception)",
    [RH_LINK_DOWN] = "the port is gone; check the adapter or the network",
};

/* Modbus Application Protocol 1.1b3, section 7. */
static const char *const exception_words[] = {
    [1] = ": it knows no such function; correct its profile (fc06, fc16, fc23)",
    [2] = ": it has no such register; correct its profile",
    [3] = ": it does not take this value or length; correct its profile",
    [4] = ": it failed at it; look at its display",
    [5] = ": it has begun and needs time",
    [6] = ": it is busy",
};

static const char *exception_word(rh_link_result_t result, const rh_link_reply_t *reply)
{
    size_t code = result == RH_LINK_EXCEPTION ? reply->bytes[2] : 0;
    bool is_known = code < sizeof(exception_words) / sizeof(exception_words[0]) &&
                    exception_words[code] != NULL;
    return is_known ? exception_words[code] : "";
}

void rh_bus_explain_failure(rh_bus_t *bus, const rh_device_t *device,
                            const rh_frame_t *request, rh_link_result_t result,
                            const rh_link_reply_t *reply)
{
    const uint8_t *bytes = request->bytes;
    (void)snprintf(bus->report.bus.last_error, sizeof(bus->report.bus.last_error),
                   "%s (slave %d), function %d at 0x%02X%02X: %s%s",
                   device->settings->name, bytes[0], bytes[1], bytes[2], bytes[3],
                   result_words[result], exception_word(result, reply));
}

/* The machine is simulated, the line is not, or nobody says so. */
static void explain_real(rh_bus_t *bus)
{
    const rh_bus_settings_t *settings = bus->settings;
    char *text = bus->report.bus.last_error;
    size_t size = sizeof(bus->report.bus.last_error);

    if (settings->is_tcp) {
        (void)snprintf(
            text, size,
            "port %d is no simulator's (%.80s does not name it) and was left "
            "alone: start revhyper-sim; a real machine's file does not say "
            "simulated = yes",
            settings->port, bus->path);
    } else {
        (void)snprintf(text, size,
                       "%.120s is a real port and was left alone: [machine] says "
                       "simulated = yes; a real machine has a file of its own, without "
                       "it",
                       bus->path);
    }
}

void rh_bus_explain_closed(rh_bus_t *bus, int error)
{
    const char *name = bus->settings->is_tcp ? bus->settings->host : bus->path;
    char *text = bus->report.bus.last_error;
    size_t size = sizeof(bus->report.bus.last_error);

    if (error == -EXDEV) {
        explain_real(bus);
    } else if (error == -EBUSY) {
        (void)snprintf(text, size,
                       "cannot open %.120s: another program holds it; end that one "
                       "(fuser names it)",
                       name);
    } else if (error == -ERANGE) {
        (void)snprintf(
            text, size,
            "%.120s does not run at %d baud; set the bus and its devices to a "
            "rate that the adapter can do",
            name, bus->settings->baud);
    } else {
        (void)snprintf(
            text, size,
            "cannot open %.120s: %.60s; check the cable and the name of the port", name,
            modbus_strerror(-error));
    }
}

void rh_bus_look_at_adapter(rh_bus_t *bus)
{
    char *text = bus->report.bus.notice;
    int latency_ms = bus->settings->is_tcp ? -1 : rh_port_latency_ms(SYSFS, bus->path);

    text[0] = '\0';
    if (latency_ms > LATENCY_MAX_MS) {
        (void)snprintf(text, sizeof(bus->report.bus.notice),
                       "the adapter of %.80s keeps replies back for up to %d ms "
                       "(latency_timer); install the udev rule of the package, "
                       "60-revhyper.rules, and plug it in anew",
                       bus->path, latency_ms);
    }
}
