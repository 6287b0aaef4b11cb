/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's hardware while it is open: hands samples to the loop, its grants to
 * mailboxes and lines, and counters to the service thread.
 */
#include "modbus_hal.h"

#include <sched.h>
#include <string.h>

#include "modbus_parts.h"
#include "rh/grant.h"
#include "rh/units.h"
#include "wiring.h"

#define REPORT_TRIES 100
#define YOUNGER_NS RH_NS_PER_MS

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
        const rh_hal_sample_t *from = bus >= 0 ? &hal->newest[bus][signal]
                                      : bus == RH_BUS_OF_GPIO ? &hal->from_gpio[signal]
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
    stats->startup_checks = report->devices[place].startup_checks;
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

const rh_hal_ops_t rh_hal_modbus = {
    .name = "modbus",
    .open = rh_modbus_open,
    .cycles = rh_modbus_cycles,
    .read = hal_read,
    .write = hal_write,
    .beat = hal_beat,
    .stats = hal_stats,
    .close = rh_modbus_close,
};
