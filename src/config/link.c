/* SPDX-License-Identifier: Apache-2.0 */
/* Names to indices and back: a draft becomes settings, settings become a draft. */
#include <errno.h>
#include <string.h>

#include "names.h"
#include "steps.h"

static int find_bus(const rh_hal_settings_t *hal, const char *name)
{
    for (int i = 0; i < hal->bus_count; i++) {
        if (strcmp(hal->buses[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static int link_device(rh_draft_t *draft, int index)
{
    rh_device_draft_t *device = &draft->devices[index];
    device->device.bus = find_bus(&draft->settings.hal, device->bus);
    if (device->device.bus < 0) {
        return rh_draft_refuse(draft, rh_draft_part_of(draft, RH_SECTION_DEVICE, index),
                               "bus", "add [bus NAME] or correct the name",
                               "there is no [bus %s]", device->bus);
    }
    int status = rh_profile_load(draft, index);
    draft->settings.hal.devices[index] = device->device;
    return status;
}

static int link_signal(rh_draft_t *draft, int index)
{
    rh_signal_draft_t *signal = &draft->signals[index];
    rh_binding_t *binding = &signal->binding;
    int output = rh_find_output(signal->name);
    binding->is_output = output >= 0;
    binding->signal = output >= 0 ? output : rh_find_input(signal->name);
    if (rh_source_read(draft, index) != 0) {
        return -EINVAL;
    }
    rh_draft_where(draft, rh_draft_part_of(draft, RH_SECTION_SIGNAL, index), "source",
                   binding->where, sizeof(binding->where));
    draft->settings.hal.bindings[index] = *binding;
    return 0;
}

/* Where the chips of counters and converters are named. */
static void place_chips(rh_draft_t *draft)
{
    rh_hal_settings_t *hal = &draft->settings.hal;
    for (int i = 0; i < hal->quadrature_count; i++) {
        rh_draft_where(draft, rh_draft_part_of(draft, RH_SECTION_QUADRATURE, i), "chip",
                       hal->quadratures[i].where, sizeof(hal->quadratures[i].where));
    }
    for (int i = 0; i < hal->hx711_count; i++) {
        rh_draft_where(draft, rh_draft_part_of(draft, RH_SECTION_HX711, i), "chip",
                       hal->hx711s[i].where, sizeof(hal->hx711s[i].where));
    }
}

static void copy_text(char *to, size_t size, const char *from)
{
    memset(to, 0, size);
    memcpy(to, from, strnlen(from, size - 1));
}

int rh_draft_link(rh_draft_t *draft)
{
    rh_settings_t *settings = &draft->settings;
    for (int i = 0; i < settings->hal.device_count; i++) {
        int status = link_device(draft, i);
        if (status != 0) {
            return status;
        }
    }
    for (int i = 0; i < settings->hal.binding_count; i++) {
        if (link_signal(draft, i) != 0) {
            return -EINVAL;
        }
    }
    place_chips(draft);
    const rh_daemon_settings_t *daemon = &settings->daemon;
    copy_text(settings->hal.run_dir, sizeof(settings->hal.run_dir),
              daemon->sim_dir[0] != '\0' ? daemon->sim_dir : daemon->run_dir);
    for (int i = 0; i < settings->hal.bus_count; i++) {
        settings->hal.buses[i].must_be_simulated = settings->machine.simulated;
    }
    settings->hal.priority = daemon->priority > 0 ? daemon->priority - 1 : 0;
    return 0;
}

void rh_draft_unlink(rh_draft_t *draft, const rh_settings_t *settings)
{
    const rh_hal_settings_t *hal = &settings->hal;
    draft->settings = *settings;
    for (int i = 0; i < hal->device_count; i++) {
        rh_device_draft_t *device = &draft->devices[i];
        device->device = hal->devices[i];
        copy_text(device->bus, sizeof(device->bus),
                  hal->buses[device->device.bus].name);
        copy_text(device->profile, sizeof(device->profile),
                  device->device.profile.name);
    }
    for (int i = 0; i < hal->binding_count; i++) {
        rh_signal_draft_t *signal = &draft->signals[i];
        signal->binding = hal->bindings[i];
        uint32_t number = (uint32_t)signal->binding.signal;
        copy_text(signal->name, sizeof(signal->name),
                  signal->binding.is_output ? rh_name_output(number)->name
                                            : rh_name_input(number)->name);
        rh_source_write(hal, &hal->bindings[i], signal->source, sizeof(signal->source));
    }
}
