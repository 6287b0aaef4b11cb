/* SPDX-License-Identifier: Apache-2.0 */
/* Counters to mistakes; see wires.h. */
#include "wires.h"

#include <stdarg.h>

#include <stdio.h>
#include <string.h>

#include "fields.h"

#define SILENT_NS 1e9
#define DEVICES_MAX 16

typedef struct {
    const json_t *json;
    const char *name;
    char slave[16];
    bool is_silent;
    bool is_damaged; /* of what comes, much is no reply */
} device_t;

typedef struct {
    const json_t *json;
    const char *name, *wiring;
    device_t devices[DEVICES_MAX];
    size_t count, silent, damaged;
    rh_wire_finding_t *findings;
    size_t found, room;
} line_t;

const char *rh_wires_setting(const char *wiring, const char *section, const char *name,
                             const char *key, char *text, size_t size)
{
    char head[96];
    size_t length = strlen(key);
    (void)snprintf(head, sizeof head, "[%s %s]\n", section, name);
    const char *at = strstr(wiring, head);
    const char *line = at != NULL ? strchr(at, '\n') : NULL;
    (void)snprintf(text, size, "?");
    for (; line != NULL && line[1] != '[' && line[1] != '\0';
         line = strchr(line + 1, '\n')) {
        if (strncmp(line + 1, key, length) == 0 &&
            strncmp(line + 1 + length, " = ", 3) == 0) {
            const char *value = line + 1 + length + 3;
            (void)snprintf(text, size, "%.*s", (int)strcspn(value, "\n"), value);
            break;
        }
    }
    return text;
}

static void __attribute__((format(printf, 3, 4)))
find(line_t *line, const char *remedy, const char *format, ...)
{
    if (line->found == line->room) {
        return;
    }
    rh_wire_finding_t *finding = &line->findings[line->found++];
    va_list rest;
    va_start(rest, format);
    (void)vsnprintf(finding->what, sizeof finding->what, format, rest);
    va_end(rest);
    (void)snprintf(finding->remedy, sizeof finding->remedy, "%s", remedy);
}

static void add_device(line_t *line, const json_t *json)
{
    if (line->count == DEVICES_MAX) {
        return;
    }
    device_t *device = &line->devices[line->count++];
    double garbled = rh_number(json, "garbled");
    double timeouts = rh_number(json, "timeouts");
    double replies = rh_number(json, "replies");
    device->json = json;
    device->name = rh_text(json, "name", "?");
    /* a device that has never answered is as old as the daemon */
    device->is_silent = !(rh_number(json, "age_ns") < SILENT_NS) || replies == 0.0;
    device->is_damaged = garbled >= 5 && garbled * 20 > replies &&
                         (!device->is_silent || garbled * 4 > timeouts);
    line->silent += device->is_silent ? 1 : 0;
    line->damaged += device->is_damaged ? 1 : 0;
    rh_wires_setting(line->wiring, "device", device->name, "slave", device->slave,
                     sizeof device->slave);
}

/* One silent, one damaged: the silent one's box has the other's number, and both speak
 * at once. */
static bool find_twins(line_t *line)
{
    const device_t *silent = NULL;
    const device_t *damaged = NULL;
    for (size_t i = 0; i < line->count; i++) {
        const device_t *device = &line->devices[i];
        silent = device->is_silent && !device->is_damaged ? device : silent;
        damaged = device->is_damaged ? device : damaged;
    }
    if (silent == NULL || damaged == NULL) {
        return false;
    }
    find(line, "give each its own: connect one at a time and set its number",
         "two devices on bus %s have the number %s: nothing answers as %s (%s) and "
         "every reply of %s (%s) is damaged",
         line->name, damaged->slave, silent->slave, silent->name, damaged->slave,
         damaged->name);
    return true;
}

static void find_dead_line(line_t *line)
{
    char baud[16];
    char format[8];
    rh_wires_setting(line->wiring, "bus", line->name, "baud", baud, sizeof baud);
    rh_wires_setting(line->wiring, "bus", line->name, "format", format, sizeof format);
    if (line->damaged == line->count) {
        find(line,
             "set the bus to the devices' rate (see their display or `device probe`)",
             "every reply on bus %s is damaged: wrong baud rate or format (the machine "
             "file says %s %s)",
             line->name, baud, format);
    } else {
        find(line,
             "compare the rate with the devices' displays, exchange A and B, check the "
             "supply and the port's name",
             "no device on bus %s answers: wrong baud rate or format (the machine file "
             "says %s %s), A and B of the line exchanged, or no power",
             line->name, baud, format);
    }
}

static void find_single(line_t *line)
{
    for (size_t i = 0; i < line->count; i++) {
        const device_t *device = &line->devices[i];
        if (device->is_silent) {
            find(
                line,
                "find its number with `revhyperctl device probe --scan`, and check its "
                "supply",
                "%s does not answer as slave %s on bus %s, where others do: wrong "
                "slave number, or no power",
                device->name, device->slave, line->name);
        } else if (device->is_damaged) {
            find(line, "check numbers, cable, shield and termination",
                 "many replies of %s (slave %s on bus %s) are damaged: another device "
                 "with the same number, or noise on the line",
                 device->name, device->slave, line->name);
        }
    }
}

static void judge(line_t *line)
{
    if (!rh_flag(line->json, "is_up")) {
        find(line, "check the adapter and the path in the machine file",
             "bus %s is not open: %s", line->name,
             rh_text(line->json, "last_error", "no reason was given"));
    } else if (find_twins(line)) {
        return;
    } else if (line->silent == line->count && line->count > 0) {
        find_dead_line(line);
    } else {
        find_single(line);
    }
}

size_t rh_wires_find(const json_t *health, const char *wiring,
                     rh_wire_finding_t *findings, size_t room)
{
    const json_t *buses = json_object_get(health, "buses");
    const json_t *devices = json_object_get(health, "devices");
    size_t found = 0;
    for (size_t bus = 0; bus < json_array_size(buses); bus++) {
        line_t line = {.json = json_array_get(buses, bus),
                       .wiring = wiring,
                       .findings = findings,
                       .found = found,
                       .room = room};
        line.name = rh_text(line.json, "name", "?");
        for (size_t i = 0; i < json_array_size(devices); i++) {
            const json_t *device = json_array_get(devices, i);
            if (rh_count(device, "bus") == (long long)bus) {
                add_device(&line, device);
            }
        }
        judge(&line);
        found = line.found;
    }
    return found;
}
