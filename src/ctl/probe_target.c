/* SPDX-License-Identifier: Apache-2.0 */
/* Where the device is and by which profile it is read; see device_probe.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "config_file.h"
#include "device_probe.h"
#include "fields.h"

#define DEFAULT_TCP_PORT 502
#define SLAVE_MAX_RTU 247
#define SLAVE_MAX_TCP 255
#define PORT_MAX 65535
#define NOT_GIVEN 0 /* no device has it: 0 speaks to all, and none answers */
#define BAUD_MIN 300
#define BAUD_MAX 4000000

static int refuse(rh_problem_t *problem, const char *remedy, const char *what)
{
    return rh_problem_set(problem, RH_EXIT_USAGE, "usage", remedy, "device probe: %s",
                          what);
}

static void put(char *to, size_t size, const char *text)
{
    (void)snprintf(to, size, "%.*s", (int)size - 1, text);
}

/* A file that says something wrong has its remedy in the error: naming another one
 * mends nothing. */
static const char *remedy_for(int failed, const char *elsewhere)
{
    return failed == -EINVAL ? "mend that line" : elsewhere;
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
    int failed = rh_config_load(settings, file, NULL, 0, error, sizeof error);
    if (failed != 0) {
        code = rh_problem_set(
            problem, RH_EXIT_ERROR, "config",
            remedy_for(failed, "or name the device with --profile and --port"), "%s",
            error);
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
    int failed = rh_config_profile(&target->profile, dir, name, error, sizeof error);
    if (failed == 0) {
        return 0;
    }
    return rh_problem_set(
        problem, RH_EXIT_ERROR, "config",
        remedy_for(failed, "name a profile, or its file with --profile DIR/NAME.conf"),
        "%s", error);
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
    if (target->slave == NOT_GIVEN) {
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
    target->scans = json_object_get(call->args, "scan") != NULL;
}

/* A number that was given, in its range; one that was not is left as it is. */
static int take_number(const rh_call_t *call, const char *key, int32_t least,
                       int32_t most, int32_t *number, rh_problem_t *problem)
{
    if (json_object_get(call->args, key) == NULL) {
        return 0;
    }
    long long given = rh_count(call->args, key);
    if (given < least || given > most) {
        char remedy[64];
        (void)snprintf(remedy, sizeof remedy, "permitted: %d to %d", least, most);
        return rh_problem_set(problem, RH_EXIT_USAGE, "usage", remedy,
                              "device probe: %s %lld is out of range", key, given);
    }
    *number = (int32_t)given;
    return 0;
}

static int take_numbers(const rh_call_t *call, rh_probe_target_t *target,
                        rh_problem_t *problem)
{
    rh_bus_settings_t *bus = &target->bus;
    int32_t slave = target->slave;
    int code = take_number(call, "baud", BAUD_MIN, BAUD_MAX, &bus->baud, problem);
    if (code == 0) {
        code = take_number(call, "tcp_port", 1, PORT_MAX, &bus->port, problem);
    }
    if (code == 0) {
        code =
            take_number(call, "slave", 1, bus->is_tcp ? SLAVE_MAX_TCP : SLAVE_MAX_RTU,
                        &slave, problem);
    }
    target->slave = slave;
    return code;
}

static int check_host(const rh_probe_target_t *target, rh_problem_t *problem)
{
    struct in_addr address;
    return inet_pton(AF_INET, target->bus.host, &address) == 1
               ? 0
               : rh_problem_set(problem, RH_EXIT_USAGE, "usage",
                                "give it in digits, as 192.168.1.20",
                                "device probe: \"%s\" is no IPv4 address",
                                target->bus.host);
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
    return is_tcp ? check_host(target, problem) : 0;
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
    code = take_numbers(call, target, problem);
    if (code != 0) {
        return code;
    }
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
