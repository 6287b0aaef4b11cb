/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's hardware: opens the buses and the GPIO, hands samples to the loop and
 * its grants to mailboxes and lines. All memory is taken in open and given back in
 * close.
 */
#include "modbus_hal.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus.h"
#include "gpio_hal.h"
#include "rh/grant.h"
#include "rh/units.h"
#include "wiring.h"

#define REPORT_TRIES 100
#define YOUNGER_NS RH_NS_PER_MS

#define BUS_NONE (-1) /* not bound */
#define BUS_GPIO (-2)

struct rh_hal {
    rh_hal_settings_t settings;
    rh_outputs_t outputs;
    rh_bus_t buses[RH_BUS_MAX];
    rh_device_t devices[RH_DEVICE_MAX];
    rh_mailbox_t samples[RH_BUS_MAX], reports[RH_BUS_MAX];
    rh_hal_sample_t newest[RH_BUS_MAX][RH_SIGNAL_COUNT]; /* the control thread's copy */
    rh_bus_report_t reported[RH_BUS_MAX];                /* the service thread's */
    rh_gpio_hal_t gpio;
    rh_hal_sample_t from_gpio[RH_SIGNAL_COUNT];
    int bus_of[RH_SIGNAL_COUNT]; /* or one of the two below */
    int64_t opened_ns;
};

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
                                             : BUS_GPIO;
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
                           : hal->bus_of[binding->signal] != BUS_NONE) {
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
            hal->bus_of[RH_SIGNAL_TORQUE_CONFIRMED] == BUS_NONE &&
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
        hal->bus_of[i] = BUS_NONE;
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

static void prepare_bus(rh_hal_t *hal, int index)
{
    rh_bus_t *bus = &hal->buses[index];
    const rh_bus_settings_t *settings = &hal->settings.buses[index];
    bool is_absolute = settings->path[0] == '/';

    bus->settings = settings;
    bus->gap_us = rh_wiring_longest_gap_us(&hal->settings, index);
    bus->outputs = &hal->outputs;
    bus->samples_out = &hal->samples[index];
    bus->report_out = &hal->reports[index];
    (void)snprintf(bus->path, sizeof(bus->path), "%s%s%s",
                   is_absolute ? "" : hal->settings.run_dir, is_absolute ? "" : "/",
                   settings->path);
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

static int hal_open(rh_hal_t **out, const rh_hal_settings_t *settings, char *error,
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

/* ---- the loop's side -------------------------------------------------------- */

static void copy_sample(const rh_hal_t *hal, const rh_hal_sample_t *from,
                        int64_t now_ns, rh_sample_t *to)
{
    int64_t since_ns =
        from->quality == RH_QUALITY_NONE ? hal->opened_ns : from->stamp_ns;
    int64_t age_ns = now_ns - since_ns;

    to->raw = from->raw;
    to->milli = from->milli;
    /* A bus may bring a sample between the tick's reading of the clock and this. More
     * than that hair is a clock or a stamp gone wrong, which the gate must see. */
    to->age_ns = age_ns <= 0 && age_ns >= -YOUNGER_NS ? 0 : age_ns;
    to->count = from->count;
    to->quality = from->quality;
    to->rest_micro = from->rest_micro;
}

static void hal_read(rh_hal_t *hal, int64_t now_ns, rh_input_t *input)
{
    static const rh_hal_sample_t unbound = {.quality = RH_QUALITY_NONE};

    for (int i = 0; i < hal->settings.bus_count; i++) {
        /* caught in the middle of a write: the copy from before is as good, and older
         */
        (void)rh_mailbox_get(&hal->samples[i], hal->newest[i], sizeof(hal->newest[i]));
    }
    rh_gpio_hal_read(&hal->gpio, now_ns, hal->from_gpio);
    for (int signal = 0; signal < RH_SIGNAL_COUNT; signal++) {
        int bus = hal->bus_of[signal];
        const rh_hal_sample_t *from = bus >= 0          ? &hal->newest[bus][signal]
                                      : bus == BUS_GPIO ? &hal->from_gpio[signal]
                                                        : &unbound;
        copy_sample(hal, from, now_ns, &input->signal[signal]);
    }
}

static void hal_write(rh_hal_t *hal, const struct rh_grant *grant)
{
    rh_outputs_t *outputs = &hal->outputs;
    atomic_store(&outputs->servo_on, grant->servo_on);
    atomic_store(&outputs->torque_mnm, grant->torque_mnm);
    atomic_store(&outputs->speed_limit_mdps, grant->speed_limit_mdps);
    atomic_store(&outputs->lamp, grant->lamp);
    atomic_store(&outputs->buzzer, grant->buzzer);
    atomic_store(&outputs->is_granted, true);
    rh_gpio_hal_write(&hal->gpio, outputs);
}

static void hal_beat(rh_hal_t *hal)
{
    atomic_fetch_add(&hal->outputs.beat, 1);
    rh_gpio_hal_beat(&hal->gpio, &hal->outputs);
}

/* ---- counters --------------------------------------------------------------- */

static void copy_device(const rh_hal_t *hal, int index, const rh_bus_report_t *report,
                        int place, rh_device_stats_t *stats)
{
    const rh_device_settings_t *settings = &hal->settings.devices[index];
    int64_t since_ns = report->devices[place].last_reply_ns;

    *stats = (rh_device_stats_t){.bus = settings->bus};
    memcpy(stats->name, settings->name, sizeof(stats->name));
    memcpy(stats->profile, settings->profile.name, sizeof(stats->profile));
    memcpy(stats->status, settings->profile.status, sizeof(stats->status));
    stats->is_ready = report->devices[place].is_ready;
    stats->age_ns = rh_pace_now_ns() - (since_ns > 0 ? since_ns : hal->opened_ns);
    stats->replies = report->devices[place].replies;
    stats->errors = report->devices[place].errors;
    rh_wiring_problem(settings, stats->problem, sizeof(stats->problem));
    stats->timeouts = report->devices[place].timeouts;
    stats->garbled = report->devices[place].garbled;
}

/* The service thread has time: caught in the middle of a write it tries again, and
 * keeps the report from before when the bus thread is held up there. */
static void take_report(rh_hal_t *hal, int bus)
{
    rh_bus_report_t *report = &hal->reported[bus];
    for (int i = 0; i < REPORT_TRIES; i++) {
        if (rh_mailbox_get(&hal->reports[bus], report, sizeof(*report))) {
            return;
        }
        (void)sched_yield();
    }
}

static void copy_bus(rh_hal_t *hal, int bus, rh_hal_stats_t *stats)
{
    const rh_bus_report_t *report = &hal->reported[bus];
    int place = 0;

    take_report(hal, bus);
    stats->buses[bus] = report->bus;
    for (int i = 0; i < hal->settings.device_count; i++) {
        if (hal->settings.devices[i].bus == bus) {
            copy_device(hal, i, report, place++, &stats->devices[i]);
        }
    }
}

static void hal_stats(rh_hal_t *hal, rh_hal_stats_t *stats)
{
    *stats = (rh_hal_stats_t){.bus_count = hal->settings.bus_count,
                              .device_count = hal->settings.device_count};
    for (int bus = 0; bus < hal->settings.bus_count; bus++) {
        copy_bus(hal, bus, stats);
    }
    rh_gpio_hal_stats(&hal->gpio, hal->opened_ns, stats);
}

/* ---- close ------------------------------------------------------------------ */

static void hal_close(rh_hal_t *hal)
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

const rh_hal_ops_t rh_hal_modbus = {
    .name = "modbus",
    .open = hal_open,
    .read = hal_read,
    .write = hal_write,
    .beat = hal_beat,
    .stats = hal_stats,
    .close = hal_close,
};
