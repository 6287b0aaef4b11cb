/* SPDX-License-Identifier: Apache-2.0 */
/* Where signals come from, so that one cause is one finding. */
#include <stdio.h>
#include <string.h>

#include "doctor_parts.h"

static const rh_binding_t *binding_of(const rh_doctor_t *doctor, int signal)
{
    const rh_hal_settings_t *hal =
        doctor->settings != NULL ? &doctor->settings->hal : NULL;
    for (int i = 0; hal != NULL && i < hal->binding_count; i++) {
        if (!hal->bindings[i].is_output && hal->bindings[i].signal == signal) {
            return &hal->bindings[i];
        }
    }
    return NULL;
}

bool rh_doctor_share(const rh_doctor_t *doctor, int a, int b, bool bus_is_enough)
{
    const rh_binding_t *one = binding_of(doctor, a);
    const rh_binding_t *other = binding_of(doctor, b);
    if (one == NULL || other == NULL || one->kind != other->kind) {
        return one == other;
    }
    if (one->kind == RH_SOURCE_GPIO) {
        return strcmp(one->chip, other->chip) == 0;
    }
    if (one->kind == RH_SOURCE_MODBUS && bus_is_enough) {
        const rh_device_settings_t *devices = doctor->settings->hal.devices;
        return devices[one->device].bus == devices[other->device].bus;
    }
    return one->device == other->device;
}

void rh_doctor_list(char *text, size_t size, const char *name)
{
    size_t used = strlen(text);
    (void)snprintf(text + used, size - used, "%s%s", used > 0 ? ", " : "", name);
}
