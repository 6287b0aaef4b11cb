/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line speaks one format. Most devices can be set to another than their profile's, so
 * that the file alone cannot be refused; but one left as it came answers damaged, or
 * now and then.
 */
#include <string.h>

#include "doctor_parts.h"

static void compare(rh_doctor_t *doctor, const rh_device_settings_t *device,
                    const rh_bus_settings_t *bus)
{
    const rh_profile_t *profile = &device->profile;
    if (bus->is_tcp || strcmp(profile->format, bus->format) == 0) {
        return;
    }
    rh_doctor_find(doctor, RH_DOCTOR_WARN, "format",
                   "set the device to what its bus speaks, or the bus to what all its "
                   "devices can",
                   "bus %s speaks %s, profile %s of device %s says %s", bus->name,
                   bus->format, profile->name, device->name, profile->format);
}

void rh_doctor_format(rh_doctor_t *doctor)
{
    if (doctor->settings == NULL) {
        return;
    }
    const rh_hal_settings_t *hal = &doctor->settings->hal;
    for (int i = 0; i < hal->device_count; i++) {
        compare(doctor, &hal->devices[i], &hal->buses[hal->devices[i].bus]);
    }
}
