/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One bus and its thread: connection, the order of its work, what it publishes. One
 * transaction is transact.c. Nothing is allocated once the link is open; a reconnect is
 * libmodbus' and allocates.
 */
#include "bus.h"

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "bus_words.h"
#include "cycle.h"
#include "thread.h"
#include "transact.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)
#define BACKOFF_MIN_NS (20 * NS_PER_MS)
#define BACKOFF_MAX_NS (250 * NS_PER_MS)
#define IDLE_NS (1 * NS_PER_MS)
#define FAREWELL_ATTEMPTS 3

/* ---- what is published ------------------------------------------------------ */

static void publish_samples(const rh_bus_t *bus)
{
    rh_mailbox_put(bus->samples_out, bus->samples, sizeof(bus->samples));
}

static void publish_report(rh_bus_t *bus)
{
    for (int i = 0; i < bus->schedule.device_count; i++) {
        const rh_device_t *device = bus->schedule.devices[i];
        bus->report.devices[i].is_ready = device->is_ready;
        bus->report.devices[i].last_reply_ns = device->last_reply_ns;
        bus->report.devices[i].replies = device->replies;
        bus->report.devices[i].errors = device->errors;
        bus->report.devices[i].timeouts = device->timeouts;
        bus->report.devices[i].garbled = device->garbled;
        bus->report.devices[i].startup_checks = device->startup.checks;
    }
    rh_mailbox_put(bus->report_out, &bus->report, sizeof(bus->report));
}

static void close_window(rh_bus_t *bus, int64_t now_ns)
{
    rh_bus_window_t *window = &bus->window;
    rh_bus_stats_t *stats = &bus->report.bus;
    double span_ns = (double)(now_ns - window->since_ns);
    if (span_ns < (double)NS_PER_S) {
        return;
    }
    uint64_t requests = stats->requests - window->requests;
    uint64_t errors = stats->errors - window->errors;
    stats->rate_hz =
        (double)(bus->schedule.cycles - window->cycles) * (double)NS_PER_S / span_ns;
    stats->busy_frac = (double)window->busy_ns / span_ns;
    stats->error_frac = requests > 0 ? (double)errors / (double)requests : 0.0;
    *window = (rh_bus_window_t){now_ns, 0, bus->schedule.cycles, stats->requests,
                                stats->errors};
}

/* ---- connection ------------------------------------------------------------- */

static void disconnect(rh_bus_t *bus)
{
    rh_link_close(&bus->link);
    rh_schedule_reset(&bus->schedule);
    for (int i = 0; i < bus->schedule.device_count; i++) {
        rh_device_forget(bus->schedule.devices[i], bus->samples);
    }
    bus->report.bus.is_up = false;
    publish_samples(bus);
    publish_report(bus);
}

static void pause_for(rh_bus_t *bus, int64_t pause_ns)
{
    int64_t until_ns = rh_pace_now_ns() + pause_ns;
    while (!atomic_load(&bus->stopping) && rh_pace_now_ns() < until_ns) {
        rh_pace_sleep_until(rh_pace_now_ns() + BACKOFF_MIN_NS / 2);
    }
}

static void connect_or_wait(rh_bus_t *bus)
{
    int error = rh_link_open(&bus->link, bus->settings, bus->path, bus->gap_us);
    if (error != 0) {
        rh_bus_explain_closed(bus, error);
        publish_report(bus);
        pause_for(bus, bus->backoff_ns);
        bus->backoff_ns =
            bus->backoff_ns * 2 > BACKOFF_MAX_NS ? BACKOFF_MAX_NS : bus->backoff_ns * 2;
        return;
    }
    for (int i = 0; i < bus->schedule.device_count; i++) {
        bus->schedule.devices[i]->failures = 0;
        bus->schedule.devices[i]->patience = (rh_patience_t){0};
        bus->schedule.devices[i]->asked = (rh_asked_t){0};
    }
    bus->backoff_ns = BACKOFF_MIN_NS;
    bus->heard_ns = rh_pace_now_ns();
    bus->spoke_gap_ns = bus->link.gap_ns;
    double cycle_ns = rh_cycle_ns(&bus->schedule, bus->link.char_ns);
    bus->report.bus.rate_max_hz =
        bus->link.is_tcp || cycle_ns <= 0.0 ? 0.0 : (double)NS_PER_S / cycle_ns;
    rh_bus_look_at_adapter(bus);
    bus->report.bus.is_up = true;
    publish_report(bus);
}

static void lose_link(rh_bus_t *bus)
{
    disconnect(bus);
    bus->report.bus.reconnects++;
    pause_for(bus, bus->backoff_ns);
}

/* ---- the thread ------------------------------------------------------------- */

/* The gap before a request is that of the device asked and of the one that spoke last,
 * whichever is longer; what it is asked is decided at its end. */
static rh_job_t await_job(rh_bus_t *bus)
{
    int64_t gap_ns = bus->spoke_gap_ns;
    rh_link_wait_gap(&bus->link, gap_ns);
    rh_job_t job = rh_schedule_next(&bus->schedule, bus->outputs, rh_pace_now_ns());
    while (job.kind != RH_JOB_NONE &&
           bus->schedule.devices[job.device]->gap_ns > gap_ns) {
        gap_ns = bus->schedule.devices[job.device]->gap_ns;
        rh_link_wait_gap(&bus->link, gap_ns);
        job = rh_schedule_again(&bus->schedule, job, bus->outputs, rh_pace_now_ns());
    }
    return job;
}

/* One transaction and what must follow it; false when the link is lost. */
static bool carry_out(rh_bus_t *bus, rh_job_t job)
{
    int64_t began_ns = rh_pace_now_ns();
    rh_link_result_t result = rh_bus_transact(bus, job);
    bool is_up = rh_bus_settle(bus, result);
    int64_t now_ns = rh_pace_now_ns();

    if (result != RH_LINK_GOOD) {
        rh_schedule_charge(&bus->schedule, job, now_ns - began_ns, now_ns);
    }
    return is_up;
}

static void run_once(rh_bus_t *bus)
{
    rh_job_t job = await_job(bus);
    if (job.kind == RH_JOB_NONE) {
        rh_pace_sleep_until(rh_pace_now_ns() + IDLE_NS);
    } else if (!carry_out(bus, job)) {
        lose_link(bus);
    } else {
        publish_samples(bus);
    }
    close_window(bus, rh_pace_now_ns());
    publish_report(bus);
}

/* Torque zero and servo off, whatever the start-up has come to. */
static void say_farewell(rh_bus_t *bus, rh_job_t job)
{
    for (int i = 0; i < FAREWELL_ATTEMPTS; i++) {
        rh_link_wait_gap(&bus->link, bus->link.gap_ns);
        rh_link_result_t result = rh_bus_transact(bus, job);
        if (result == RH_LINK_GOOD || !rh_bus_settle(bus, result)) {
            return;
        }
    }
}

static void leave_safe(rh_bus_t *bus)
{
    for (int d = 0; d < bus->schedule.device_count; d++) {
        const rh_device_t *device = bus->schedule.devices[d];
        if (device->bits.count > 0) {
            say_farewell(bus, (rh_job_t){RH_JOB_BITS, d, 0});
        }
        for (int i = 0; i < device->channel_count; i++) {
            if (device->channels[i].kind != RH_CHANNEL_SPEED) {
                say_farewell(bus, (rh_job_t){RH_JOB_CHANNEL, d, i});
            }
        }
    }
}

static void *run(void *argument)
{
    rh_bus_t *bus = argument;
    char name[16];

    (void)snprintf(name, sizeof(name), "bus-%.11s", bus->settings->name);
    (void)pthread_setname_np(pthread_self(), name);
    (void)prctl(PR_SET_TIMERSLACK, 1UL); /* 50 us each gap otherwise */
    bus->window.since_ns = rh_pace_now_ns();
    bus->backoff_ns = BACKOFF_MIN_NS;
    publish_report(bus);
    while (!atomic_load(&bus->stopping)) {
        if (bus->link.context == NULL) {
            connect_or_wait(bus);
        } else {
            run_once(bus);
        }
    }
    if (bus->link.context != NULL) {
        leave_safe(bus);
    }
    disconnect(bus);
    return NULL;
}

int rh_bus_start(rh_bus_t *bus, int priority)
{
    int result = rh_thread_start(&bus->thread, priority, run, bus);
    bus->is_running = result == 0;
    return result;
}

void rh_bus_stop(rh_bus_t *bus)
{
    if (bus->is_running) {
        atomic_store(&bus->stopping, true);
        (void)pthread_join(bus->thread, NULL);
        bus->is_running = false;
    }
}
