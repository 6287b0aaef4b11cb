/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must not be one measurement. The configuration is read with the same rules; here
 * they hold for whoever opens the hardware.
 */
#include <errno.h>
#include <string.h>

#include "wiring.h"

static bool is_same_device(const rh_binding_t *a, const rh_binding_t *b)
{
    return a->kind == b->kind && a->kind != RH_SOURCE_GPIO && a->device == b->device;
}

static const char *name_of(const rh_hal_settings_t *settings,
                           const rh_binding_t *binding)
{
    return binding->kind == RH_SOURCE_QUADRATURE
               ? settings->quadratures[binding->device].name
           : binding->kind == RH_SOURCE_HX711 ? settings->hx711s[binding->device].name
                                              : settings->devices[binding->device].name;
}

/* A second channel that is a copy of the first proves nothing. */
static int check_shared(const rh_hal_settings_t *settings, int index,
                        const rh_wiring_error_t *error)
{
    const rh_binding_t *binding = &settings->bindings[index];
    for (int i = 0; i < index; i++) {
        const rh_binding_t *other = &settings->bindings[i];
        if (other->is_output == binding->is_output &&
            other->signal != binding->signal && is_same_device(other, binding) &&
            strcmp(other->role, binding->role) == 0) {
            return rh_wiring_refuse(error,
                                    "'%s': role '%s' feeds two signals; give each a "
                                    "source of its own",
                                    name_of(settings, binding), binding->role);
        }
    }
    return 0;
}

static const rh_binding_t *input_of(const rh_hal_settings_t *settings, int signal)
{
    for (int i = 0; i < settings->binding_count; i++) {
        const rh_binding_t *binding = &settings->bindings[i];
        if (!binding->is_output && binding->signal == signal) {
            return binding;
        }
    }
    return NULL;
}

static int check_arm(const rh_hal_settings_t *settings, const rh_wiring_error_t *error)
{
    const rh_binding_t *arm = input_of(settings, RH_SIGNAL_ARM_ANGLE);
    const rh_binding_t *motor = input_of(settings, RH_SIGNAL_MOTOR_ANGLE);
    const rh_binding_t *rate = input_of(settings, RH_SIGNAL_MOTOR_RATE);
    if (arm == NULL) {
        return 0;
    }
    if ((motor != NULL && is_same_device(arm, motor)) ||
        (rate != NULL && is_same_device(arm, rate))) {
        return rh_wiring_refuse(error,
                                "'%s' feeds arm_angle and the motor's signals: one "
                                "that fails would agree with itself; measure the arm "
                                "by an encoder of its own",
                                name_of(settings, arm));
    }
    if (motor != NULL && arm->kind == RH_SOURCE_QUADRATURE &&
        motor->kind == RH_SOURCE_QUADRATURE) {
        return rh_wiring_refuse(error,
                                "'%s' and '%s' both count from where the arm hung; "
                                "bind arm_angle or motor_angle to a device that knows "
                                "its angle",
                                name_of(settings, arm), name_of(settings, motor));
    }
    return 0;
}

int rh_wiring_check_sources(const rh_hal_settings_t *settings,
                            const rh_wiring_error_t *error)
{
    for (int i = 0; i < settings->binding_count; i++) {
        if (check_shared(settings, i, error) != 0) {
            return -EINVAL;
        }
    }
    return check_arm(settings, error);
}
