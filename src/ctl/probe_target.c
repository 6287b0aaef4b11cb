/* SPDX-License-Identifier: Apache-2.0 */
/* Where the device is and by which profile it is read; see device_probe.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "config_file.h"
#include "device_probe.h"
#include "fields.h"

#define DEFAULT_TCP_PORT 502
#define SLAVE_MAX 247

static int refuse(rh_problem_t *problem, const char *remedy, const char *what)
{
    return rh_problem_set(problem, RH_EXIT_USAGE, "usage", remedy, "device probe: %s",
                          what);
}

static void put(char *to, size_t size, const char *text)
{
    (void)snprintf(to, size, "%.*s", (int)size - 1, text);
}

/* ---- a device of the machine ---------------------------------------------------- */

static int take_device(const rh_settings_t *settings, const rh_call_t *call,
                       const char *name, rh_probe_target_t *target)
{
    const rh_hal_settings_t *hal = &settings->hal;
    for (int i = 0; i < hal->device_count; i++) {
        const rh_device_settings_t *device = &hal->devices[i];
        if (strcmp(device->name, name) != 0) {
            continue;
        }
        const char *run_dir = call->options->run_dir;
        target->profile = device->profile;
        target->bus = hal->buses[device->bus];
        target->slave = device->slave;
        bool is_absolute = target->bus.path[0] == '/';
        (void)snprintf(target->path, sizeof target->path, "%s%s%s",
                       is_absolute       ? ""
                       : run_dir != NULL ? run_dir
                                         : hal->run_dir,
                       is_absolute ? "" : "/", target->bus.path);
        return 0;
    }
    return -1;
}

static int from_machine(const rh_call_t *call, const char *name,
                        rh_probe_target_t *target, rh_problem_t *problem)
{
    char error[sizeof problem->message] = "";
    const char *file = rh_config_file_path(call->options);
    rh_settings_t *settings = calloc(1, sizeof *settings);
    if (settings == NULL) {
        return rh_problem_set(problem, RH_EXIT_ERROR, "error", "", "no memory");
    }
    int code = 0;
    if (rh_config_load(settings, file, NULL, 0, error, sizeof error) != 0) {
        code = rh_problem_set(problem, RH_EXIT_ERROR, "config",
                              "name the machine with --config, or the device with "
                              "--profile and --port",
                              "%s", error);
    } else if (take_device(settings, call, name, target) != 0) {
        code = rh_problem_set(problem, RH_EXIT_NOT_FOUND, "not_found",
                              "see `config show`", "%s has no [device %s]", file, name);
    }
    free(settings);
    return code;
}

/* ---- a device by its profile ----------------------------------------------------- */

/* NAME in the folder devices beside the main file, or the path of a profile. */
static void profile_place(const char *config, const char *profile, char *dir,
                          size_t size, char *name, size_t name_size)
{
    const char *slash = strrchr(profile, '/');
    const char *base = slash != NULL ? slash + 1 : profile;
    const char *end = strstr(base, ".conf");
    const char *beside = strrchr(config, '/');
    if (slash != NULL) {
        (void)snprintf(dir, size, "%.*s", (int)(slash - profile), profile);
    } else if (end != NULL) {
        (void)snprintf(dir, size, ".");
    } else {
        (void)snprintf(dir, size, "%.*s/devices",
                       beside != NULL ? (int)(beside - config) : 1,
                       beside != NULL ? config : ".");
    }
    (void)snprintf(name, name_size, "%.*s",
                   end != NULL ? (int)(end - base) : (int)strlen(base), base);
}

static int from_profile(const rh_call_t *call, const char *profile,
                        rh_probe_target_t *target, rh_problem_t *problem)
{
    char error[sizeof problem->message] = "";
    char dir[RH_PROBE_PATH];
    char name[RH_PROBE_PATH];
    profile_place(rh_config_file_path(call->options), profile, dir, sizeof dir, name,
                  sizeof name);
    if (rh_config_profile(&target->profile, dir, name, error, sizeof error) != 0) {
        return rh_problem_set(
            problem, RH_EXIT_ERROR, "config",
            "name a profile, or its file with --profile DIR/NAME.conf", "%s", error);
    }
    return 0;
}

/* ---- what the words say on top ------------------------------------------- */

static int32_t highest_baud(const rh_profile_t *profile)
{
    int32_t highest = 0;
    for (int i = 0; i < profile->baud_count; i++) {
        highest = profile->bauds[i] > highest ? profile->bauds[i] : highest;
    }
    return highest;
}

static void fill_in(rh_probe_target_t *target)
{
    rh_bus_settings_t *bus = &target->bus;
    if (bus->baud == 0) {
        bus->baud = highest_baud(&target->profile);
    }
    if (bus->format[0] == '\0') {
        put(bus->format, sizeof bus->format, target->profile.format);
    }
    if (bus->port == 0) {
        bus->port = DEFAULT_TCP_PORT;
    }
    if (bus->t35_us == 0 && !bus->is_tcp) {
        bus->t35_us = target->profile.t35_us;
    }
    if (target->slave == 0) {
        target->slave = 1;
    }
}

static void take_words(const rh_call_t *call, rh_probe_target_t *target)
{
    rh_bus_settings_t *bus = &target->bus;
    const char *port = rh_text(call->args, "port", NULL);
    const char *format = rh_text(call->args, "format", NULL);
    if (call->options->host != NULL) {
        bus->is_tcp = true;
        put(bus->host, sizeof bus->host, call->options->host);
    }
    if (port != NULL) {
        bus->is_tcp = false;
        put(target->path, sizeof target->path, port);
    }
    if (format != NULL) {
        put(bus->format, sizeof bus->format, format);
    }
    if (json_object_get(call->args, "baud") != NULL) {
        bus->baud = (int32_t)rh_count(call->args, "baud");
    }
    if (json_object_get(call->args, "tcp_port") != NULL) {
        bus->port = (int32_t)rh_count(call->args, "tcp_port");
    }
    if (json_object_get(call->args, "slave") != NULL) {
        target->slave = (int)rh_count(call->args, "slave");
    }
    target->scans = json_object_get(call->args, "scan") != NULL;
}

static int check(const rh_probe_target_t *target, rh_problem_t *problem)
{
    const rh_profile_t *profile = &target->profile;
    bool is_tcp = target->bus.is_tcp;
    if (!is_tcp && target->path[0] == '\0') {
        return refuse(problem, "give --port /dev/..., or --host ADDRESS",
                      "no serial port and no address");
    }
    if (is_tcp ? !profile->tcp : !profile->rtu) {
        return refuse(problem, "the profile's link = says what it speaks",
                      is_tcp ? "the profile does not speak Modbus TCP"
                             : "the profile does not speak Modbus RTU");
    }
    if (target->slave < 1 || target->slave > SLAVE_MAX) {
        return refuse(problem, "1 to 247", "no such slave number");
    }
    return 0;
}

int rh_probe_target(const rh_call_t *call, rh_probe_target_t *target,
                    rh_problem_t *problem)
{
    const char *name = rh_text(call->args, "device", NULL);
    const char *profile = rh_text(call->args, "profile", NULL);
    if (name == NULL && profile == NULL) {
        return refuse(problem, "name a device of the machine, or give --profile",
                      "nothing to look for");
    }
    int code = name != NULL ? from_machine(call, name, target, problem) : 0;
    if (code == 0 && profile != NULL) {
        code = from_profile(call, profile, target, problem);
    }
    if (code != 0) {
        return code;
    }
    take_words(call, target);
    fill_in(target);
    return check(target, problem);
}

const char *rh_probe_where(const rh_probe_target_t *target, char *text, size_t size)
{
    const rh_bus_settings_t *bus = &target->bus;
    if (bus->is_tcp) {
        (void)snprintf(text, size, "%s port %d, unit %d", bus->host, bus->port,
                       target->slave);
    } else {
        (void)snprintf(text, size, "%s, %d %s, slave %d", target->path, bus->baud,
                       bus->format, target->slave);
    }
    return text;
}
