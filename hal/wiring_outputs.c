/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device resolved from settings and profile: what its commands go to, and what is
 * written at start. A part of wiring.c.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "codec.h"
#include "wiring_parts.h"

/* ---- outputs ---------------------------------------------------------------- */

static int32_t limit_milli(const rh_device_settings_t *settings, rh_channel_kind_t kind)
{
    double limit = kind == RH_CHANNEL_TORQUE ? settings->torque_limit_nm
                                             : settings->speed_limit_dps;
    /* a control word is no number with a limit: nobody asks for this one */
    int32_t milli = 0;
    (void)rh_codec_milli(limit, &milli);
    return milli;
}

static int add_channel(rh_wiring_t *wiring, const rh_binding_t *binding,
                       rh_channel_kind_t kind, const rh_register_t *target)
{
    rh_device_t *device = wiring->device;
    double gain = rh_device_gain(device->settings, target, binding->scale);
    if (!target->writable || target->space != RH_SPACE_HOLDING ||
        target->type == RH_REG_BIT || target->type == RH_REG_F32 ||
        !(fabs(gain) > 0.0 && isfinite(gain))) {
        return rh_wiring_refuse(
            wiring->error,
            "device %s: role '%s' cannot take a command; it must be "
            "a writable integer register with a scale",
            device->settings->name, target->role);
    }
    device->channels[device->channel_count++] = (rh_channel_t){
        .kind = kind,
        .target = target,
        .gain = gain,
        .offset = binding->offset,
        .limit_milli = limit_milli(device->settings, kind),
    };
    return 0;
}

/* The power stage by register. The profile must say so: a control word written to
 * whatever register is no way to switch a motor. */
static int add_servo(rh_wiring_t *wiring, const rh_binding_t *binding,
                     const rh_register_t *target)
{
    const rh_profile_t *profile = rh_wiring_profile(wiring);
    const rh_register_t *status = rh_wiring_register(profile, "status");
    if (!profile->servo_on_by_register || status == NULL ||
        strcmp(target->role, "control") != 0 || !(fabs(target->scale - 1.0) <= 0.0)) {
        return rh_wiring_refuse(wiring->error,
                                "device %s: profile %s does not switch its power stage "
                                "by '%s'; bind servo_on to an output that feeds the "
                                "drive's servo-on input",
                                wiring->device->settings->name, profile->name,
                                target->role);
    }
    return add_channel(wiring, binding, RH_CHANNEL_SERVO, target);
}

/* Both directions of a speed limit follow the one output. */
static int add_speed_limit(rh_wiring_t *wiring, const rh_binding_t *binding,
                           const rh_register_t *target)
{
    const rh_register_t *other =
        rh_wiring_register(rh_wiring_profile(wiring), "speed_limit_neg");
    int result = add_channel(wiring, binding, RH_CHANNEL_SPEED, target);
    bool has_other = rh_wiring_profile(wiring)->mode == RH_DRIVE_MODE_TORQUE &&
                     other != NULL && other != target;
    if (result == 0 && has_other) {
        result = add_channel(wiring, binding, RH_CHANNEL_SPEED, other);
    }
    return result;
}

static int *bit_of(rh_bits_t *bits, int output)
{
    switch (output) {
    case RH_OUTPUT_HEARTBEAT:
        return &bits->heartbeat;
    case RH_OUTPUT_SERVO_ON:
        return &bits->servo_on;
    case RH_OUTPUT_LAMP:
        return &bits->lamp;
    default:
        return &bits->buzzer;
    }
}

/* Addresses for now; place_bits makes them positions when the first one is known. */
static int add_bit(rh_wiring_t *wiring, const rh_binding_t *binding,
                   const rh_register_t *target)
{
    if (!target->writable || target->space != RH_SPACE_COIL) {
        return rh_wiring_refuse(wiring->error,
                                "device %s: role '%s' is no writable coil",
                                wiring->device->settings->name, target->role);
    }
    rh_bits_t *bits = &wiring->device->bits;
    if (binding->invert && binding->signal == RH_OUTPUT_SERVO_ON) {
        return rh_wiring_refuse(wiring->error,
                                "device %s: servo_on with `invert = yes`: a module "
                                "without power or master lets its outputs fall, and "
                                "that would switch the drive on; wire the input so "
                                "that the output given means on",
                                wiring->device->settings->name);
    }
    *bit_of(bits, binding->signal) = target->address;
    if (binding->invert) {
        bits->invert_outputs |= 1u << binding->signal;
    }
    return 0;
}

int rh_wiring_place_bits(rh_wiring_t *wiring)
{
    rh_bits_t *bits = &wiring->device->bits;
    int first = INT32_MAX;
    int last = -1;

    for (int output = RH_OUTPUT_SERVO_ON; output <= RH_OUTPUT_BUZZER; output++) {
        int address = *bit_of(bits, output);
        first = address >= 0 && address < first ? address : first;
        last = address > last ? address : last;
    }
    if (last < 0) {
        return 0;
    }
    if (last - first >= RH_FRAME_BITS_MAX) {
        return rh_wiring_refuse(wiring->error,
                                "device %s: its outputs lie %d apart; all must fit one "
                                "write of %d",
                                wiring->device->settings->name, last - first,
                                RH_FRAME_BITS_MAX);
    }
    bits->first = first;
    bits->count = last - first + 1;
    for (int output = RH_OUTPUT_SERVO_ON; output <= RH_OUTPUT_BUZZER; output++) {
        int *position = bit_of(bits, output);
        *position = *position < 0 ? -1 : *position - first;
        if (*position >= 0 && (bits->invert_outputs & 1u << output) != 0) {
            bits->inverted |= (uint16_t)(1u << *position);
        }
    }
    return 0;
}

static rh_channel_t *channel_of(rh_device_t *device, rh_channel_kind_t kind)
{
    for (int i = 0; i < device->channel_count; i++) {
        if (device->channels[i].kind == kind) {
            return &device->channels[i];
        }
    }
    return NULL;
}

static bool is_signed(const rh_register_t *target)
{
    return target->type == RH_REG_I16 || target->type == RH_REG_I32;
}

int rh_wiring_pair_channels(rh_wiring_t *wiring)
{
    rh_channel_t *torque = channel_of(wiring->device, RH_CHANNEL_TORQUE);
    rh_channel_t *speed = channel_of(wiring->device, RH_CHANNEL_SPEED);
    if (torque == NULL ||
        rh_wiring_profile(wiring)->mode != RH_DRIVE_MODE_SPEED_LIMIT) {
        return 0;
    }
    bool has_offset = fabs(torque->offset) > 0.0;
    if (speed == NULL || !is_signed(speed->target) || has_offset ||
        fabs(speed->offset) > 0.0) {
        return rh_wiring_refuse(
            wiring->error,
            "device %s: mode = speed+limit takes torque_command to a torque limit and "
            "speed_limit to a signed speed command of the same drive, both without "
            "offset",
            wiring->device->settings->name);
    }
    torque->partner = speed;
    speed->partner = torque;
    return 0;
}

int rh_wiring_add_output(rh_wiring_t *wiring, const rh_binding_t *binding)
{
    const rh_register_t *target = rh_wiring_source(wiring, binding);
    if (target == NULL) {
        return -EINVAL;
    }
    bool is_command = binding->signal == RH_OUTPUT_TORQUE_COMMAND ||
                      binding->signal == RH_OUTPUT_SPEED_LIMIT;
    /* what arms only with fences must not arm without, by another name */
    if (is_command && strcmp(rh_wiring_profile(wiring)->kind, "drive") != 0) {
        return rh_wiring_refuse(wiring->error,
                                "device %s: profile %s is no drive, and gets a torque "
                                "or a speed limit; bind them to one with kind = drive",
                                wiring->device->settings->name,
                                rh_wiring_profile(wiring)->name);
    }
    switch (binding->signal) {
    case RH_OUTPUT_TORQUE_COMMAND:
        return add_channel(wiring, binding, RH_CHANNEL_TORQUE, target);
    case RH_OUTPUT_SPEED_LIMIT:
        return add_speed_limit(wiring, binding, target);
    case RH_OUTPUT_SERVO_ON:
        return target->space == RH_SPACE_COIL ? add_bit(wiring, binding, target)
                                              : add_servo(wiring, binding, target);
    default:
        return add_bit(wiring, binding, target);
    }
}

/* ---- start-up --------------------------------------------------------------- */

static int add_step(rh_wiring_t *wiring, const rh_register_t *target, double number,
                    bool readback)
{
    rh_startup_state_t *startup = &wiring->device->startup;
    rh_step_t *step = &startup->steps[startup->count];
    *step = (rh_step_t){.target = target, .readback = readback};
    if (target->type == RH_REG_BIT || !target->writable ||
        rh_codec_encode(target->type, target->order, number, step->words) != 0) {
        return rh_wiring_refuse(wiring->error,
                                "device %s: start-up cannot write %g to role '%s' of "
                                "profile %s",
                                wiring->device->settings->name, number, target->role,
                                rh_wiring_profile(wiring)->name);
    }
    startup->count++;
    return 0;
}

static double fence_number(const rh_device_settings_t *settings,
                           const rh_register_t *target, const char *fence)
{
    double value = strcmp(fence, "torque_limit") == 0 ? settings->torque_limit_nm
                                                      : settings->speed_limit_dps;
    return rh_codec_floor(value / rh_device_gain(settings, target, 1.0));
}

static int add_row(rh_wiring_t *wiring, const rh_startup_t *row)
{
    const rh_register_t *target =
        rh_wiring_register(rh_wiring_profile(wiring), row->role);
    if (target == NULL || !(fabs(target->scale) > 0.0)) {
        return rh_wiring_refuse(
            wiring->error,
            "profile %s: start-up role '%s' has no register, or its "
            "scale is 0",
            rh_wiring_profile(wiring)->name, row->role);
    }
    double number = row->fence[0] != '\0'
                        ? fence_number(wiring->device->settings, target, row->fence)
                        : row->value / target->scale;
    return add_step(wiring, target, number, row->readback);
}

/* Torque zero comes before everything, whatever the profile says: a drive keeps its
 * last command over our absence. */
int rh_wiring_add_startup(rh_wiring_t *wiring)
{
    rh_device_t *device = wiring->device;
    const rh_profile_t *profile = rh_wiring_profile(wiring);

    for (int i = 0; i < device->channel_count; i++) {
        const rh_channel_t *channel = &device->channels[i];
        if (channel->kind == RH_CHANNEL_TORQUE) {
            int result = add_step(wiring, channel->target,
                                  -channel->offset / channel->gain, false);
            if (result != 0) {
                return result;
            }
        }
    }
    for (int i = 0; i < profile->startup_count; i++) {
        int result = add_row(wiring, &profile->startup[i]);
        if (result != 0) {
            return result;
        }
    }
    return 0;
}
