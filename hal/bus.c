/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One bus and its thread. Nothing is allocated once the link is open; a reconnect is
 * libmodbus' and allocates.
 */
#include "bus.h"

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "bus_words.h"
#include "cycle.h"
#include "thread.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)
#define BACKOFF_MIN_NS (20 * NS_PER_MS)
#define BACKOFF_MAX_NS (250 * NS_PER_MS)
#define IDLE_NS (1 * NS_PER_MS)
#define DEAF_NS NS_PER_S /* TCP: a connection that nobody answers on is made anew */
#define FAREWELL_ATTEMPTS 3

enum { ACKNOWLEDGED = 5, BUSY = 6 }; /* exceptions: alive, without time */

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

/* ---- errors ----------------------------------------------------------------- */

static void count(rh_bus_t *bus, rh_link_result_t result, const rh_link_reply_t *reply)
{
    rh_bus_stats_t *stats = &bus->report.bus;
    stats->late_replies += result == RH_LINK_GOOD && reply->is_late;
    stats->requests++;
    stats->errors += result != RH_LINK_GOOD;
    stats->timeouts += result == RH_LINK_TIMEOUT;
    stats->stale_replies += result == RH_LINK_STALE;
    stats->crc_errors += result == RH_LINK_CRC;
    stats->exceptions += result == RH_LINK_EXCEPTION;
}

/* Which of a line's devices is silent and which is damaged tells a wrong number from a
 * wrong rate. */
static void count_device(rh_device_t *device, rh_link_result_t result)
{
    device->timeouts += result == RH_LINK_TIMEOUT;
    device->garbled += result == RH_LINK_CRC || result == RH_LINK_WRONG;
}

static bool is_busy(rh_link_result_t result, const rh_link_reply_t *reply)
{
    return result == RH_LINK_EXCEPTION &&
           (reply->bytes[2] == ACKNOWLEDGED || reply->bytes[2] == BUSY);
}

/* What is known of the device's replies now. Of a damaged one it is not even sure that
 * it belonged to this request. */
static void note_asked(rh_device_t *device, const rh_frame_t *request,
                       rh_link_result_t result, int64_t now_ns)
{
    rh_shape_t shape = rh_shape_of(request);
    if (result == RH_LINK_GOOD || result == RH_LINK_EXCEPTION) {
        rh_asked_answered(&device->asked, &shape);
    } else {
        rh_asked_unanswered(&device->asked, &shape, now_ns);
    }
}

/* ---- one transaction -------------------------------------------------------- */

static void take(rh_bus_t *bus, rh_job_t job, const rh_link_reply_t *reply)
{
    rh_device_t *device = bus->schedule.devices[job.device];
    bus->heard_ns = reply->arrived_ns;
    bool is_done =
        rh_device_take(device, job, reply->bytes, reply->stamp_ns, bus->samples);
    if (is_done) {
        rh_schedule_done(&bus->schedule, job, true);
    }
    if (job.kind == RH_JOB_STEP && device->problem[0] != '\0') {
        memcpy(bus->report.bus.last_error, device->problem,
               sizeof(bus->report.bus.last_error));
    }
}

static void fail(rh_bus_t *bus, rh_job_t job, rh_link_result_t result,
                 const rh_link_reply_t *reply)
{
    rh_device_t *device = bus->schedule.devices[job.device];
    int64_t now_ns = rh_pace_now_ns();
    bool waits = is_busy(result, reply);

    if (waits) {
        rh_device_wait(device, job, now_ns);
    } else {
        /* A server that bundles its segments (Nagle) stays one answer behind until a
           pause: there the same counts as silence. */
        bool was_heard = result == RH_LINK_STALE && !bus->link.is_tcp;
        rh_device_fail(device, job, was_heard, now_ns, bus->samples);
    }
    rh_schedule_done(&bus->schedule, job, waits);
}

/* Notes a whole read that got no reply, so that a late one can be taken. */
static void keep_former(rh_device_t *device, rh_job_t job, const rh_frame_t *request,
                        rh_link_result_t result, int64_t ended_ns)
{
    device->former.job.kind = RH_JOB_NONE;
    if (result == RH_LINK_TIMEOUT && job.kind == RH_JOB_BLOCK && !device->is_numbered &&
        device->blocks[job.index].asked >= device->blocks[job.index].range->count) {
        device->former = (rh_former_t){.request = *request,
                                       .job = job,
                                       .asked = device->blocks[job.index].asked,
                                       .ended_ns = ended_ns};
    }
}

/* The short read goes out in the place of hearing out. Behind a longer wait, as that of
 * a sick device, nothing of before can still come. */
static bool may_still_come(const rh_bus_t *bus, const rh_former_t *former,
                           int64_t sent_ns)
{
    const rh_link_t *link = &bus->link;
    int64_t most_ns = link->response_timeout_ns + link->resync_ns +
                      rh_link_wire_ns(link, former->request.reply_size);
    return former->job.kind != RH_JOB_NONE && sent_ns - former->ended_ns <= most_ns;
}

/* A frame that is not the reply to the short read may be the one that was waited for
 * before: it is as old as the end of its request. The short read's own follows, and is
 * lost in the resync. Where the device answered the short read itself with a wrong
 * length, the value is younger than its stamp, which is the safe side. */
static bool take_former(rh_bus_t *bus, rh_job_t job, rh_link_result_t result,
                        rh_link_reply_t *reply)
{
    rh_device_t *device = bus->schedule.devices[job.device];
    rh_former_t *former = &device->former;

    if (result != RH_LINK_WRONG || reply->size == 0 ||
        !may_still_come(bus, former, reply->sent_ns) ||
        rh_frame_check(&former->request, reply->bytes, reply->size) != RH_REPLY_GOOD) {
        return false;
    }
    rh_shape_t shape = rh_shape_of(&former->request);
    rh_asked_came(&device->asked, &shape);
    device->blocks[former->job.index].asked = former->asked;
    reply->stamp_ns = former->ended_ns;
    reply->is_late = true;
    take(bus, former->job, reply);
    former->job.kind = RH_JOB_NONE;
    return true;
}

static rh_link_result_t transact(rh_bus_t *bus, rh_job_t job)
{
    rh_device_t *device = bus->schedule.devices[job.device];
    rh_frame_t request;
    rh_link_reply_t reply;

    rh_device_request(device, job, bus->outputs, rh_pace_now_ns(), &request);
    bool hears_out = !rh_device_reads_short(device, job, rh_pace_now_ns());
    rh_link_result_t result = rh_link_exchange(&bus->link, &request, hears_out, &reply);
    note_asked(device, &request, result, rh_pace_now_ns());
    bus->spoke_gap_ns = device->gap_ns;
    if (reply.arrived_ns != 0) {
        bus->window.busy_ns += reply.arrived_ns - reply.sent_ns + device->gap_ns;
    }
    if (take_former(bus, job, result, &reply)) {
        count(bus, RH_LINK_GOOD, &reply);
        return result;
    }
    count(bus, result, &reply);
    count_device(device, result);
    keep_former(device, job, &request, result,
                reply.sent_ns + rh_link_wire_ns(&bus->link, request.size));
    if (result == RH_LINK_GOOD) {
        take(bus, job, &reply);
    } else {
        rh_bus_explain_failure(bus, device, &request, result, &reply);
        fail(bus, job, result, &reply);
    }
    return result;
}

/* The silence after an error; false when the link is down. */
static bool settle(rh_bus_t *bus, rh_link_result_t result)
{
    if (result == RH_LINK_GOOD) {
        return true;
    }
    if (result == RH_LINK_EXCEPTION) {
        bus->heard_ns = bus->link.quiet_ns;
        return true;
    }
    if (bus->link.is_tcp && rh_pace_now_ns() - bus->heard_ns > DEAF_NS) {
        return false;
    }
    return result != RH_LINK_DOWN && rh_link_resync(&bus->link);
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
    rh_link_result_t result = transact(bus, job);
    bool is_up = settle(bus, result);
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
        rh_link_result_t result = transact(bus, job);
        if (result == RH_LINK_GOOD || !settle(bus, result)) {
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
