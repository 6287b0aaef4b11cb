/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From settings to open hardware: bindings, devices and schedules are prepared and
 * checked, then GPIO and the buses' threads are opened. All memory is taken here and
 * given back in close.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cycle.h"
#include "modbus_parts.h"
#include "wiring.h"

/* ---- open ------------------------------------------------------------------- */

/* What a binding's device counts among; a line of a chip needs none. */
static bool has_source(const rh_hal_settings_t *settings, const rh_binding_t *binding)
{
    const int32_t counts[] = {
        [RH_SOURCE_MODBUS] = settings->device_count,
        [RH_SOURCE_QUADRATURE] = settings->quadrature_count,
        [RH_SOURCE_HX711] = settings->hx711_count,
    };
    return binding->kind == RH_SOURCE_GPIO ||
           (binding->device >= 0 && binding->device < counts[binding->kind]);
}

static int bus_of(const rh_hal_settings_t *settings, const rh_binding_t *binding)
{
    return binding->kind == RH_SOURCE_MODBUS ? settings->devices[binding->device].bus
                                             : RH_BUS_OF_GPIO;
}

static int take_signal(rh_hal_t *hal, const rh_binding_t *binding,
                       uint32_t *outputs_seen, const rh_wiring_error_t *error)
{
    int limit = binding->is_output ? (int)RH_OUTPUT_COUNT : (int)RH_SIGNAL_COUNT;
    if (!has_source(&hal->settings, binding) || binding->signal < 0 ||
        binding->signal >= limit) {
        return rh_wiring_refuse(error,
                                "signal %d (role '%s'): its device does not exist",
                                binding->signal, binding->role);
    }
    uint32_t bit = 1u << binding->signal;
    if (binding->is_output ? (*outputs_seen & bit) != 0
                           : hal->bus_of[binding->signal] != RH_BUS_OF_NONE) {
        return rh_wiring_refuse(error, "signal %d is bound twice (role '%s'); keep one",
                                binding->signal, binding->role);
    }
    if (binding->is_output) {
        *outputs_seen |= bit;
    } else {
        hal->bus_of[binding->signal] = bus_of(&hal->settings, binding);
    }
    return 0;
}

/* The confirmed torque is known wherever the command goes: it needs no row of its own.
 */
static void bind_confirmed(rh_hal_t *hal)
{
    rh_hal_settings_t *settings = &hal->settings;
    for (int i = 0; i < settings->binding_count; i++) {
        rh_binding_t binding = settings->bindings[i];
        if (binding.is_output && binding.signal == RH_OUTPUT_TORQUE_COMMAND &&
            hal->bus_of[RH_SIGNAL_TORQUE_CONFIRMED] == RH_BUS_OF_NONE &&
            settings->binding_count < RH_BINDING_MAX) {
            binding.is_output = false;
            binding.signal = RH_SIGNAL_TORQUE_CONFIRMED;
            settings->bindings[settings->binding_count++] = binding;
            hal->bus_of[binding.signal] = bus_of(settings, &binding);
        }
    }
}

static int take_bindings(rh_hal_t *hal, const rh_wiring_error_t *error)
{
    uint32_t outputs_seen = 0;
    for (int i = 0; i < RH_SIGNAL_COUNT; i++) {
        hal->bus_of[i] = RH_BUS_OF_NONE;
    }
    for (int i = 0; i < hal->settings.binding_count; i++) {
        int result = take_signal(hal, &hal->settings.bindings[i], &outputs_seen, error);
        if (result != 0) {
            return result;
        }
    }
    bind_confirmed(hal);
    return 0;
}

/* Of the serial line; on TCP where a simulator says its port. */
static void fill_path(rh_bus_t *bus, const char *run_dir)
{
    const rh_bus_settings_t *settings = bus->settings;
    bool is_absolute = settings->path[0] == '/';

    if (settings->is_tcp) {
        (void)snprintf(bus->path, sizeof(bus->path), "%s/bus-%s", run_dir,
                       settings->name);
    } else {
        (void)snprintf(bus->path, sizeof(bus->path), "%s%s%s",
                       is_absolute ? "" : run_dir, is_absolute ? "" : "/",
                       settings->path);
    }
}

static void prepare_bus(rh_hal_t *hal, int index)
{
    rh_bus_t *bus = &hal->buses[index];
    const rh_bus_settings_t *settings = &hal->settings.buses[index];

    bus->settings = settings;
    bus->link.claim = -1; /* closed before it was ever open: it owns no descriptor */
    bus->gap_us = rh_wiring_longest_gap_us(&hal->settings, index);
    bus->outputs = &hal->outputs;
    bus->samples_out = &hal->samples[index];
    bus->report_out = &hal->reports[index];
    fill_path(bus, hal->settings.run_dir);
    (void)snprintf(bus->report.bus.name, sizeof(bus->report.bus.name), "%s",
                   settings->name);
}

static int prepare(rh_hal_t *hal, const rh_wiring_error_t *error)
{
    int result = rh_wiring_check(&hal->settings, error);
    if (result == 0) {
        result = take_bindings(hal, error);
    }
    for (int i = 0; result == 0 && i < hal->settings.bus_count; i++) {
        prepare_bus(hal, i);
    }
    for (int i = 0; result == 0 && i < hal->settings.device_count; i++) {
        result = rh_wiring_device(&hal->devices[i], &hal->settings, i, error);
        if (result == 0) {
            rh_schedule_add(&hal->buses[hal->settings.devices[i].bus].schedule,
                            &hal->devices[i]);
        }
    }
    return result;
}

static int start(rh_hal_t *hal, const rh_wiring_error_t *error)
{
    for (int i = 0; i < hal->settings.bus_count; i++) {
        int result = rh_bus_start(&hal->buses[i], hal->settings.priority);
        if (result != 0) {
            (void)rh_wiring_refuse(error,
                                   "bus %s: cannot start its thread (error %d); raise "
                                   "the limit of threads or locked memory",
                                   hal->settings.buses[i].name, -result);
            return result;
        }
    }
    return 0;
}

/* Safe levels first: a relay drops faster than a bus says farewell. */
static void stop(rh_hal_t *hal)
{
    rh_gpio_hal_close(&hal->gpio);
    for (int i = 0; i < hal->settings.bus_count; i++) {
        atomic_store(&hal->buses[i].stopping, true); /* all at once, then wait */
    }
    for (int i = 0; i < hal->settings.bus_count; i++) {
        rh_bus_stop(&hal->buses[i]);
    }
}

int rh_modbus_open(rh_hal_t **out, const rh_hal_settings_t *settings, char *error,
                   size_t error_size)
{
    rh_wiring_error_t refusal = {error, error_size};
    rh_hal_t *hal = calloc(1, sizeof(*hal));
    error[0] = '\0';
    if (hal == NULL) {
        (void)rh_wiring_refuse(&refusal, "no memory for the hardware layer");
        return -ENOMEM;
    }
    hal->settings = *settings;
    hal->opened_ns = rh_pace_now_ns();
    const rh_gpio_error_t gpio_error = {error, error_size};
    int result = prepare(hal, &refusal);
    if (result == 0) {
        result = rh_gpio_hal_open(&hal->gpio, &hal->settings, &gpio_error);
    }
    if (result == 0) {
        result = start(hal, &refusal);
        if (result != 0) {
            stop(hal);
        }
    }
    if (result != 0) {
        free(hal);
        return result;
    }
    *out = hal;
    return 0;
}

/* ---- the cycles, without opening anything --------------------------------- */

int rh_modbus_cycles(const rh_hal_settings_t *settings, double *cycle_ns, char *error,
                     size_t error_size)
{
    const rh_wiring_error_t refusal = {error, error_size};
    rh_hal_t *hal = calloc(1, sizeof(*hal));
    error[0] = '\0';
    if (hal == NULL) {
        (void)rh_wiring_refuse(&refusal, "no memory for the hardware layer");
        return -ENOMEM;
    }
    hal->settings = *settings;
    int result = prepare(hal, &refusal);
    for (int i = 0; i < RH_BUS_MAX; i++) {
        bool is_serial = i < settings->bus_count && !settings->buses[i].is_tcp;
        cycle_ns[i] = result == 0 && is_serial
                          ? rh_cycle_ns(&hal->buses[i].schedule,
                                        rh_link_char_ns(&settings->buses[i]))
                          : 0.0;
    }
    free(hal);
    return result;
}

/* ---- close ------------------------------------------------------------------ */

void rh_modbus_close(rh_hal_t *hal)
{
    if (hal == NULL) {
        return;
    }
    atomic_store(&hal->outputs.servo_on, false);
    atomic_store(&hal->outputs.torque_mnm, 0);
    atomic_store(&hal->outputs.lamp, false);
    atomic_store(&hal->outputs.buzzer, false);
    stop(hal);
    free(hal);
}
