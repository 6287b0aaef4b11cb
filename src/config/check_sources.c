/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals that are held against each other must not be one measurement: a source that
 * fails agrees with itself, and no rule of the gate would see it.
 */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "names.h"
#include "steps.h"

static const rh_part_t *signal_part(rh_draft_t *draft, int binding)
{
    return rh_draft_part_of(draft, RH_SECTION_SIGNAL, binding);
}

static const rh_register_t *register_of(const rh_hal_settings_t *hal,
                                        const rh_binding_t *binding)
{
    return rh_profile_role(&hal->devices[binding->device].profile, binding->role);
}

/* Of one kind and one device. Lines are looked at by check_gpio.c. */
static bool is_same_source(const rh_hal_settings_t *hal, const rh_binding_t *a,
                           const rh_binding_t *b)
{
    if (strcmp(a->role, b->role) == 0) {
        return true;
    }
    return a->kind == RH_SOURCE_MODBUS &&
           rh_registers_overlap(register_of(hal, a), register_of(hal, b));
}

static bool is_same_device(const rh_binding_t *a, const rh_binding_t *b)
{
    return a->kind == b->kind && a->kind != RH_SOURCE_GPIO && a->device == b->device;
}

/* Two contacts on one wire are one contact: a second channel that is a copy of the
 * first proves nothing. */
static int check_shared(rh_draft_t *draft, int index)
{
    const rh_hal_settings_t *hal = &draft->settings.hal;
    const rh_binding_t *binding = &hal->bindings[index];
    for (int i = 0; i < index; i++) {
        const rh_binding_t *other = &hal->bindings[i];
        if (other->is_output == binding->is_output && is_same_device(other, binding) &&
            is_same_source(hal, other, binding)) {
            return rh_draft_refuse(draft, signal_part(draft, index), "source",
                                   "give each signal a source of its own",
                                   "%s is already the source of %s", binding->role,
                                   draft->signals[i].name);
        }
    }
    return 0;
}

/* ---- what a profile only assumes --------------------------------------------------
 */

/* Is the role one of the words of this list? */
static bool lists(const char *list, const char *role)
{
    size_t length = strlen(role);
    for (const char *at = list; (at = strstr(at, role)) != NULL; at += length) {
        bool begins = at == list || at[-1] == ' ';
        if (begins && (at[length] == '\0' || at[length] == ' ')) {
            return true;
        }
    }
    return false;
}

/* The value's register, or the one that judges it or holds its sign. */
static const rh_register_t *first_assumed(const rh_device_settings_t *device,
                                          const rh_register_t *value)
{
    const rh_register_t *all[] = {
        value,
        rh_profile_role(&device->profile,
                        value->status_role[0] != '\0' ? value->status_role : "status"),
        rh_profile_role(&device->profile, value->sign_role)};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i] != NULL && all[i]->assumed &&
            !lists(device->verified, all[i]->role)) {
            return all[i];
        }
    }
    return NULL;
}

/* The simulator was written from the same assumption, so there it holds. */
static int check_assumed(rh_draft_t *draft, int index)
{
    const rh_hal_settings_t *hal = &draft->settings.hal;
    const rh_binding_t *binding = &hal->bindings[index];
    if (binding->kind != RH_SOURCE_MODBUS || draft->settings.machine.simulated) {
        return 0;
    }
    const rh_device_settings_t *device = &hal->devices[binding->device];
    const rh_register_t *value = register_of(hal, binding);
    const rh_register_t *assumed = value != NULL ? first_assumed(device, value) : NULL;
    if (assumed == NULL) {
        return 0;
    }
    return rh_draft_refuse(draft, signal_part(draft, index), "source",
                           "read it with revhyperctl device probe, compare it with a "
                           "known load, then list "
                           "it in `verified` of its [device]",
                           "profile %s only assumes that %s is at 0x%04X",
                           device->profile.name, assumed->role,
                           (unsigned)assumed->address);
}

/* A number in kilograms is no force until somebody says how many newtons it is. */
static int check_unit(rh_draft_t *draft, int index)
{
    const rh_hal_settings_t *hal = &draft->settings.hal;
    const rh_binding_t *binding = &hal->bindings[index];
    const rh_register_t *reg =
        binding->kind == RH_SOURCE_MODBUS ? register_of(hal, binding) : NULL;
    if (reg == NULL || binding->is_output || reg->unit[0] == '\0' ||
        strcasecmp(reg->unit, "n") == 0 || fabs(binding->scale) != 1.0 ||
        strcmp(rh_name_input((uint32_t)binding->signal)->unit, "n") != 0) {
        return 0;
    }
    return rh_draft_refuse(draft, signal_part(draft, index), "scale",
                           "set the transmitter to newtons, or write how many newtons "
                           "one unit is (9.80665 for kg)",
                           "%s of profile %s is in %s, the signal in newtons",
                           reg->role, hal->devices[binding->device].profile.name,
                           reg->unit);
}

static int index_of(const rh_hal_settings_t *hal, int signal)
{
    for (int i = 0; i < hal->binding_count; i++) {
        if (!hal->bindings[i].is_output && hal->bindings[i].signal == signal) {
            return i;
        }
    }
    return -1;
}

/* Mismatch, frozen and rate rules hold the motor's encoder against the arm's. */
static int check_apart(rh_draft_t *draft, int arm, int motor)
{
    const rh_binding_t *bindings = draft->settings.hal.bindings;
    if (arm < 0 || motor < 0 || !is_same_device(&bindings[arm], &bindings[motor])) {
        return 0;
    }
    return rh_draft_refuse(draft, signal_part(draft, motor), "source",
                           "measure the arm by an encoder of its own, on its axis",
                           "%s comes from the device of arm_angle, \"%s\": one that "
                           "fails would agree with itself",
                           draft->signals[motor].name, draft->signals[arm].source);
}

/* A count starts where the arm hung: two of them share a wrong start. */
static int check_absolute(rh_draft_t *draft, int arm, int motor)
{
    const rh_binding_t *bindings = draft->settings.hal.bindings;
    if (arm < 0 || motor < 0 || bindings[arm].kind != RH_SOURCE_QUADRATURE ||
        bindings[motor].kind != RH_SOURCE_QUADRATURE) {
        return 0;
    }
    return rh_draft_refuse(draft, signal_part(draft, motor), "source",
                           "bind arm_angle or motor_angle to a device that knows its "
                           "angle: modbus:DEVICE/ROLE",
                           "\"%s\" and arm_angle both count from where the arm hung, "
                           "and nothing would notice a wrong start",
                           draft->signals[motor].source);
}

int rh_draft_check_sources(rh_draft_t *draft)
{
    const rh_hal_settings_t *hal = &draft->settings.hal;
    for (int i = 0; i < hal->binding_count; i++) {
        if (check_shared(draft, i) != 0 || check_assumed(draft, i) != 0 ||
            check_unit(draft, i) != 0) {
            return -EINVAL;
        }
    }
    int arm = index_of(hal, RH_SIGNAL_ARM_ANGLE);
    int motor = index_of(hal, RH_SIGNAL_MOTOR_ANGLE);
    int rate = index_of(hal, RH_SIGNAL_MOTOR_RATE);
    if (check_apart(draft, arm, motor) != 0 || check_apart(draft, arm, rate) != 0) {
        return -EINVAL;
    }
    return check_absolute(draft, arm, motor);
}
