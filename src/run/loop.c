/* SPDX-License-Identifier: Apache-2.0 */
/* The control thread. */
#include "loop.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "config.h"
#include "rh/units.h"
#include "system.h"

#define READ_TRIES 3
#define READ_PAUSE_NS RH_NS_PER_MS /* by so much the HAL lets a sample be younger */

static void wake(int fd)
{
    const uint64_t one = 1;
    ssize_t written =
        write(fd, &one, sizeof(one)); /* non-blocking: a full count is awake */
    (void)written;
}

static bool is_for_disk(const rh_event_t *event)
{
    switch (event->kind) {
    case RH_EVENT_REP:
    case RH_EVENT_SET:
    case RH_EVENT_SESSION:
        return true;
    default:
        return false;
    }
}

/* Reps, sets and sessions go by way of the disk; all else goes to the stream at once.
 */
static void send_event(rh_loop_t *loop, const rh_event_t *event)
{
    rh_outbox_send(is_for_disk(event) ? &loop->to_record : &loop->to_service, event);
}

/* What a full ring did not take is tried again, and as long as something waits the next
 * input says so to the gate, which ends the set. */
static void send_held(rh_loop_t *loop)
{
    (void)rh_outbox_flush(&loop->to_service); /* its thread is woken all the time */
    if (rh_outbox_flush(&loop->to_record)) {
        wake(loop->record_wake);
    }
}

static void send_events(rh_loop_t *loop)
{
    bool to_disk = false;
    for (uint32_t i = 0; i < loop->output.event_count; i++) {
        const rh_event_t *event = &loop->output.event[i];
        to_disk = to_disk || is_for_disk(event);
        send_event(loop, event);
    }
    if (to_disk) {
        wake(loop->record_wake);
    }
    bool live = atomic_load_explicit(&loop->ticks, memory_order_relaxed) %
                    (uint64_t)loop->live_every ==
                0;
    if (loop->output.event_count > 0 || live) {
        wake(loop->service_wake);
    }
}

/* Stop words first; after each round of them the ordinary commands have a turn. */
static void take_command(rh_loop_t *loop, rh_command_t *command)
{
    bool is_any = rh_stops_take(&loop->stops, command) ||
                  rh_ring_pop(&loop->commands, command) ||
                  rh_stops_take(&loop->stops, command);
    if (!is_any) {
        memset(command, 0, sizeof(*command));
    }
}

/* A sample's age counts from the tick's moment. Where the computer paused between the
 * two, what a bus brought meanwhile would be from the future, and the gate would stop
 * for it: then both are taken anew. */
static void read_samples(rh_loop_t *loop)
{
    rh_input_t *input = &loop->input;
    for (int i = 0; i < READ_TRIES; i++) {
        input->now_ns = rh_clock_mono_ns();
        input->late_ns = rh_plan_late_ns(&loop->plan, input->now_ns);
        loop->ops->read(loop->hal, input->now_ns, input);
        if (rh_clock_mono_ns() - input->now_ns < READ_PAUSE_NS) {
            return;
        }
    }
}

/* A lease that was dropped and taken between two ticks shows in its number. So it does
 * where a command of the old one is still on its way: that tick has the old number. */
static void read_console(rh_loop_t *loop)
{
    rh_input_t *input = &loop->input;
    uint64_t console = atomic_load_explicit(&loop->console, memory_order_relaxed);
    input->console_present = (console & 1) != 0;
    input->lease =
        input->command.lease != 0 ? input->command.lease : (uint32_t)(console >> 1);
}

static void make_input(rh_loop_t *loop)
{
    rh_input_t *input = &loop->input;
    input->recording_stalled =
        rh_outbox_is_holding(&loop->to_service) ||
        rh_outbox_is_holding(&loop->to_record) ||
        atomic_load_explicit(&loop->recording_stalled, memory_order_relaxed);
    if (atomic_load_explicit(&loop->uncommissioned, memory_order_acquire)) {
        loop->machine.limits.is_commissioned = 0;
    }
    take_command(loop, &input->command);
    read_console(loop);
    read_samples(loop);
}

static uint32_t figure_ns(int64_t ns)
{
    return ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX;
}

static void tell_cost(rh_loop_t *loop, int64_t end_ns)
{
    rh_tick_cost_t cost = {.cost_ns = figure_ns(end_ns - loop->input.now_ns),
                           .late_ns = figure_ns(loop->input.late_ns)};
    (void)rh_ring_push(&loop->costs, &cost); /* a figure may be missed */
}

static void turn(rh_loop_t *loop)
{
    send_held(loop);
    make_input(loop);
    rh_tick(&loop->machine, &loop->input, &loop->output);
    loop->ops->write(loop->hal, &loop->output.grant);
    if (loop->output.grant.beat) {
        loop->ops->beat(loop->hal);
    }
    int64_t end_ns = rh_clock_mono_ns();
    loop->output.snapshot.end_ns = end_ns;
    rh_latest_write(&loop->latest, &loop->output.snapshot);
    atomic_store(&loop->servo_on, loop->output.grant.servo_on);
    atomic_fetch_add_explicit(&loop->ticks, 1, memory_order_release);
    tell_cost(loop, end_ns);
    send_events(loop);
}

static void *run(void *context)
{
    rh_loop_t *loop = context;
    rh_system_name_thread("control");
    atomic_store(&loop->is_realtime,
                 rh_system_make_realtime(loop->settings->daemon.priority));
    if (loop->settings->daemon.pin_control) {
        (void)rh_system_pin(); /* unpinned it runs as well, only less evenly */
    }
    int wake_bound = rh_system_bound_wake(loop->settings->daemon.wake_latency_us);
    atomic_store(&loop->is_wakeful, wake_bound >= 0);
    rh_plan_start(&loop->plan, rh_clock_mono_ns(),
                  RH_NS_PER_S / loop->settings->daemon.tick_hz);
    while (!atomic_load_explicit(&loop->stop, memory_order_relaxed)) {
        rh_clock_sleep_until(loop->plan.planned_ns);
        turn(loop);
        rh_plan_next(&loop->plan, loop->input.now_ns, rh_clock_mono_ns());
    }
    if (wake_bound >= 0) {
        (void)close(wake_bound);
    }
    return NULL;
}

static int init_rings(rh_loop_t *loop)
{
    int error = rh_ring_init(&loop->service, sizeof(rh_event_t), RH_LOOP_EVENTS);
    error = error != 0
                ? error
                : rh_ring_init(&loop->record, sizeof(rh_event_t), RH_LOOP_EVENTS);
    error = error != 0
                ? error
                : rh_ring_init(&loop->commands, sizeof(rh_command_t), RH_LOOP_COMMANDS);
    return error != 0
               ? error
               : rh_ring_init(&loop->costs, sizeof(rh_tick_cost_t), RH_LOOP_COSTS);
}

int rh_loop_init(rh_loop_t *loop, const rh_settings_t *settings, char *error,
                 size_t size)
{
    memset(loop, 0, sizeof(*loop));
    rh_limits_t limits;
    int status = rh_config_limits(settings, &limits, error, size);
    if (status != 0) {
        return status;
    }
    status = init_rings(loop);
    if (status != 0) {
        (void)snprintf(error, size, "no memory for the rings");
        return status;
    }
    rh_outbox_init(&loop->to_service, &loop->service);
    rh_outbox_init(&loop->to_record, &loop->record);
    loop->settings = settings;
    int32_t every = settings->daemon.tick_hz / settings->daemon.live_hz;
    loop->live_every = every > 0 ? every : 1;
    rh_core_config_t config = {.machine = settings->machine,
                               .limits = settings->limits,
                               .training = settings->training,
                               .cell_lag_s = 1e-3 * settings->machine.cell_lag_ms,
                               .period_s = 1.0 / settings->daemon.tick_hz};
    rh_machine_init(&loop->machine, &config, &limits);
    return 0;
}

int rh_loop_start(rh_loop_t *loop)
{
    return -pthread_create(&loop->thread, NULL, run, loop);
}

void rh_loop_stop(rh_loop_t *loop)
{
    atomic_store(&loop->stop, true);
    (void)pthread_join(loop->thread, NULL);
}

void rh_loop_free(rh_loop_t *loop)
{
    rh_ring_free(&loop->service);
    rh_ring_free(&loop->record);
    rh_ring_free(&loop->commands);
    rh_ring_free(&loop->costs);
}

uint64_t rh_loop_events_lost(const rh_loop_t *loop)
{
    return rh_outbox_lost(&loop->to_service) + rh_outbox_lost(&loop->to_record);
}

bool rh_loop_send(void *loop, const rh_command_t *command)
{
    return rh_ring_push(&((rh_loop_t *)loop)->commands, command);
}

void rh_loop_stop_word(void *loop, rh_lane_t lane, uint32_t ticket)
{
    rh_stops_ask(&((rh_loop_t *)loop)->stops, lane, ticket);
}

void rh_loop_console(void *loop, bool present, uint32_t lease)
{
    /* in one word: a tick never sees the one without the other */
    atomic_store_explicit(&((rh_loop_t *)loop)->console,
                          (uint64_t)lease << 1 | (present ? 1 : 0),
                          memory_order_relaxed);
}
