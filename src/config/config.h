/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration: files to settings, settings to text, settings to the gate's limits.
 * All of it comes from one table of keys (keys.c). The daemon, the console's check and
 * tests call it at start; nothing here is for the control thread.
 *
 * Files: the main file (revhyper.conf: [daemon], [training]) names one machine file
 * ([machine], [limits], [bus NAME], [device NAME], [signal NAME], [test]); a device
 * names its profile (devices/NAME.conf). Without `machine =` the machine's sections
 * stand in the main file itself, which is what rh_config_print writes.
 */
#ifndef RH_CONFIG_H
#define RH_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "rh/limits.h"
#include "rh/settings.h"

/* One key set from the command line: "section.key" or "bus drive.port". It passes the
 * same table and checks as a line of a file; errors name it as --set. */
typedef struct {
    const char *key, *value;
} rh_override_t;

/* Every key at the table's default; no bus, no device, no binding. The machine's own
 * figures are those of the simulated machine. */
void rh_config_defaults(rh_settings_t *settings);

/* Reads `path`, its machine file and its profiles, applies the overrides and checks
 * everything. 0; -EINVAL where a file says something wrong; another negative errno
 * where one cannot be read. `error` then holds FILE:LINE: [section] key: what is wrong;
 * permitted: range, unit and default; remedy. The settings are untouched on an error.
 */
int rh_config_load(rh_settings_t *settings, const char *path,
                   const rh_override_t *overrides, size_t count, char *error,
                   size_t error_size);

/* Reads one profile, DIR/NAME.conf, alone: for looking at a device without a machine.
 * Returns and errors as above. */
int rh_config_profile(rh_profile_t *profile, const char *dir, const char *name,
                      char *error, size_t error_size);

/* One self-contained main file: every key with its value, and above it what it is, its
 * range, unit and default. Reading it gives the same settings. 0 or -EIO. */
int rh_config_print(const rh_settings_t *settings, FILE *file);

/* What commissioning holds for: [machine], buses, devices, signals and the devices'
 * profiles, one "key = value" a line and nothing for people, so that two of them are
 * equal where the wiring is. Where the profiles lie is no part of it. 0 or -EIO. */
int rh_config_print_wiring(const rh_settings_t *settings, FILE *file);

/* A real machine, or one that a test treats as one. */
bool rh_config_needs_commissioning(const rh_settings_t *settings);

/* JSON Schema (2020-12) of the keys. 0 or -EIO. */
int rh_config_schema(FILE *file);

/* Settings to the gate's scaled integers. Refuses (-EINVAL, with the reason) what lies
 * beyond the compile-time ceilings of rh/limits.h, however the settings were made, and
 * opened limits on anything but a simulated machine. `limits` is zero, which grants
 * nothing, on an error. */
int rh_config_limits(const rh_settings_t *settings, rh_limits_t *limits, char *error,
                     size_t error_size);

#endif
