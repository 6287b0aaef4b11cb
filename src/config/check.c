/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What no single key can tell: wiring that is complete and possible, limits in an order
 * that makes sense, a machine that is what it says. A table of checks, each with one
 * plain sentence at the line it is about.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "names.h"
#include "rh/units.h"
#include "steps.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const rh_part_t *device_part(rh_draft_t *draft, int device)
{
    return rh_draft_part_of(draft, RH_SECTION_DEVICE, device);
}

static const rh_part_t *signal_part(rh_draft_t *draft, int binding)
{
    return rh_draft_part_of(draft, RH_SECTION_SIGNAL, binding);
}

/* ---- devices --------------------------------------------------------------------- */

static int check_drive_key(rh_draft_t *draft, int index, const char *key, double value,
                           double least)
{
    if (value > 0.0 && value >= least) {
        return 0;
    }
    return value > 0.0
               ? rh_draft_refuse(draft, device_part(draft, index), key,
                                 "the drive's fence must not bite before the gate",
                                 "%g is below the %g that the gate may ask for", value,
                                 least)
               : rh_draft_refuse(draft, device_part(draft, index), key, NULL,
                                 "is missing: a drive needs it");
}

static int check_drive(rh_draft_t *draft, int index)
{
    const rh_settings_t *settings = &draft->settings;
    const rh_device_settings_t *device = &settings->hal.devices[index];
    if (strcmp(device->profile.kind, "drive") != 0) {
        return 0;
    }
    const struct {
        const char *key;
        double value, least;
    } rows[] = {
        {"rated_torque_nm", device->rated_torque_nm, 0.0},
        {"gear_ratio", device->gear_ratio, 0.0},
        {"torque_limit_nm", device->torque_limit_nm, settings->machine.torque_max_nm},
        {"speed_limit_dps", device->speed_limit_dps, settings->limits.rate_limit_dps},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (check_drive_key(draft, index, rows[i].key, rows[i].value, rows[i].least) !=
            0) {
            return -EINVAL;
        }
    }
    return 0;
}

static int check_devices(rh_draft_t *draft)
{
    for (int i = 0; i < draft->settings.hal.device_count; i++) {
        if (check_drive(draft, i) != 0) {
            return -EINVAL;
        }
    }
    return 0;
}

/* ---- bindings -------------------------------------------------------------------- */

static const char *unit_of(const rh_binding_t *binding)
{
    uint32_t signal = (uint32_t)binding->signal;
    return binding->is_output ? rh_name_output(signal)->unit
                              : rh_name_input(signal)->unit;
}

static bool is_in_block(const rh_profile_t *profile, const rh_register_t *reg)
{
    for (int i = 0; i < profile->block_count; i++) {
        const rh_block_t *block = &profile->blocks[i];
        if (block->space == reg->space && reg->address >= block->address &&
            reg->address + rh_register_words(reg) <= block->address + block->count) {
            return true;
        }
    }
    return false;
}

/* What arms only with fences must not arm without, by calling itself something else. */
static int check_kind(rh_draft_t *draft, int index)
{
    const rh_binding_t *binding = &draft->settings.hal.bindings[index];
    const rh_profile_t *profile = &draft->settings.hal.devices[binding->device].profile;
    bool is_command =
        binding->is_output && (binding->signal == RH_OUTPUT_TORQUE_COMMAND ||
                               binding->signal == RH_OUTPUT_SPEED_LIMIT);
    if (!is_command || strcmp(profile->kind, "drive") == 0) {
        return 0;
    }
    return rh_draft_refuse(draft, signal_part(draft, index), "source",
                           "it goes to a device whose profile says kind = drive",
                           "%s is a %s", profile->name, profile->kind);
}

static int check_direction(rh_draft_t *draft, int index, const rh_register_t *reg)
{
    const rh_binding_t *binding = &draft->settings.hal.bindings[index];
    const rh_profile_t *profile = &draft->settings.hal.devices[binding->device].profile;
    const rh_part_t *part = signal_part(draft, index);
    if (binding->is_output) {
        return reg->writable ? 0
                             : rh_draft_refuse(draft, part, "source",
                                               "take a role with access = rw",
                                               "%s of %s cannot be written", reg->role,
                                               profile->name);
    }
    /* the confirmed command is what was written, so it needs no block that is read */
    if (binding->signal != RH_SIGNAL_TORQUE_CONFIRMED && !is_in_block(profile, reg)) {
        return rh_draft_refuse(draft, part, "source", "add it to a [block N]",
                               "%s of %s lies in no block that is read", reg->role,
                               profile->name);
    }
    return 0;
}

static int check_shape(rh_draft_t *draft, int index, const rh_register_t *reg)
{
    const rh_binding_t *binding = &draft->settings.hal.bindings[index];
    const rh_part_t *part = signal_part(draft, index);
    bool is_flag = strcmp(unit_of(binding), "flag") == 0;
    bool is_bits = strcmp(unit_of(binding), "bits") == 0;
    if (!is_flag && reg->type == RH_REG_BIT) {
        return rh_draft_refuse(draft, part, "source", "bind it to a register",
                               "%s is one bit, the signal is a number", reg->role);
    }
    if (is_flag && (binding->scale != 1.0 || binding->offset != 0.0)) {
        return rh_draft_refuse(draft, part, "scale", "leave scale and offset out",
                               "a flag has no scale");
    }
    if (!is_flag && binding->invert) {
        return rh_draft_refuse(draft, part, "invert", "a negative scale turns a number",
                               "only flags can be inverted");
    }
    if (!is_flag && !is_bits && !(binding->scale < 0.0 || binding->scale > 0.0)) {
        return rh_draft_refuse(draft, part, "scale", NULL, "0 says nothing");
    }
    return 0;
}

static int check_binding(rh_draft_t *draft, int index)
{
    const rh_hal_settings_t *hal = &draft->settings.hal;
    const rh_binding_t *binding = &hal->bindings[index];
    if (binding->kind != RH_SOURCE_MODBUS) {
        return 0; /* check_gpio.c */
    }
    const rh_profile_t *profile = &hal->devices[binding->device].profile;
    const rh_register_t *reg = rh_profile_role(profile, binding->role);
    if (reg == NULL) {
        return rh_draft_refuse(draft, signal_part(draft, index), "source",
                               "take a [register ROLE] of the profile",
                               "%s has no role %s", profile->name, binding->role);
    }
    int status = check_kind(draft, index);
    status = status == 0 ? check_direction(draft, index, reg) : status;
    return status == 0 ? check_shape(draft, index, reg) : status;
}

static int check_bindings(rh_draft_t *draft)
{
    for (int i = 0; i < draft->settings.hal.binding_count; i++) {
        if (check_binding(draft, i) != 0) {
            return -EINVAL;
        }
    }
    return 0;
}

/* ---- completeness ---------------------------------------------------------------- */

static bool is_bound(const rh_hal_settings_t *hal, int signal, bool is_output)
{
    for (int i = 0; i < hal->binding_count; i++) {
        if (hal->bindings[i].signal == signal &&
            hal->bindings[i].is_output == is_output) {
            return true;
        }
    }
    return false;
}

static int refuse_unbound(rh_draft_t *draft, const char *name)
{
    char section[RH_HAL_NAME * 2];
    (void)snprintf(section, sizeof(section), "signal %s", name);
    return rh_draft_refuse_missing(
        draft, section, "bind it: source = modbus:DEVICE/ROLE or gpio:CHIP/LINE",
        "is not bound, and the gate cannot do without it");
}

/* Hazard 17: a drive that keeps its last torque is stopped by the heartbeat alone. One
 * that claims to stop by itself needs it, too: nothing at the start tries that claim.
 */
static int check_heartbeat(rh_draft_t *draft)
{
    const rh_hal_settings_t *hal = &draft->settings.hal;
    for (int i = 0; i < hal->device_count; i++) {
        const rh_profile_t *profile = &hal->devices[i].profile;
        if (strcmp(profile->kind, "drive") == 0 &&
            !is_bound(hal, RH_OUTPUT_HEARTBEAT, true)) {
            return rh_draft_refuse_missing(
                draft, "signal heartbeat",
                "bind it to the output that feeds the heartbeat relay",
                profile->comm_watchdog
                    ? "is not bound: that %s stops by itself when the link dies is a "
                      "claim that nothing tries at the start"
                    : "is not bound, and %s keeps its last torque when the link dies",
                profile->name);
        }
    }
    return 0;
}

/* A drive whose registers are not all known is shown and never arms; what it lacks
 * need not be invented. */
static bool is_known_drive(const rh_hal_settings_t *hal)
{
    for (int i = 0; i < hal->device_count; i++) {
        if (hal->devices[i].profile.fences == RH_FENCES_UNKNOWN) {
            return false;
        }
    }
    return true;
}

static bool may_lack(const rh_hal_settings_t *hal, int signal, bool is_output)
{
    if (is_output) {
        return signal == RH_OUTPUT_LAMP || signal == RH_OUTPUT_BUZZER ||
               (signal == RH_OUTPUT_SPEED_LIMIT && !is_known_drive(hal));
    }
    return signal == RH_SIGNAL_AUX_FORCE ||
           (signal == RH_SIGNAL_DRIVE_STATUS && !is_known_drive(hal));
}

static int check_complete(rh_draft_t *draft)
{
    const rh_hal_settings_t *hal = &draft->settings.hal;
    if (check_heartbeat(draft) != 0) {
        return -EINVAL;
    }
    for (int signal = 0; signal < RH_SIGNAL_COUNT; signal++) {
        if (!may_lack(hal, signal, false) && !is_bound(hal, signal, false)) {
            return refuse_unbound(draft, rh_name_input((uint32_t)signal)->name);
        }
    }
    for (int signal = 0; signal < RH_OUTPUT_COUNT; signal++) {
        if (!may_lack(hal, signal, true) && !is_bound(hal, signal, true)) {
            return refuse_unbound(draft, rh_name_output((uint32_t)signal)->name);
        }
    }
    return 0;
}

int rh_draft_check(rh_draft_t *draft)
{
    static int (*const checks[])(rh_draft_t *) = {
        rh_draft_check_buses,  check_devices,          check_bindings,
        rh_draft_check_gpio,   rh_draft_check_sources, check_complete,
        rh_draft_check_torque, rh_draft_check_figures,
    };
    for (size_t i = 0; i < COUNT(checks); i++) {
        if (checks[i](draft) != 0) {
            return -EINVAL;
        }
    }
    return 0;
}
