/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One transaction of a bus: the request, what its reply is worth, and the silence that
 * an error needs. A part of bus.c.
 */
#include "transact.h"

#include <string.h>

#include "bus_words.h"

#define DEAF_NS INT64_C(1000000000) /* TCP: a connection that nobody answers on */

enum { ACKNOWLEDGED = 5, BUSY = 6 }; /* exceptions: alive, without time */

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
    bool is_startup = job.kind == RH_JOB_STEP || job.kind == RH_JOB_CHECK;
    if (is_startup && device->problem[0] != '\0') {
        memcpy(bus->report.bus.last_error, device->problem,
               sizeof(bus->report.bus.last_error));
    }
    /* somebody did that: it stays to be seen when the next error has replaced it */
    if (job.kind == RH_JOB_CHECK && device->problem[0] != '\0') {
        memcpy(bus->report.bus.notice, device->problem, sizeof(bus->report.bus.notice));
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

/* May the reply to this read be that to an earlier one which never came? */
static bool is_in_doubt(const rh_device_t *device, const rh_frame_t *request,
                        int64_t now_ns)
{
    rh_shape_t shape = rh_shape_of(request);
    return !device->is_numbered && rh_frame_is_read(request) &&
           rh_asked_is_open(&device->asked, &shape, now_ns, false);
}

/* The device is heard again, perhaps with an answer to something that was asked long
 * ago, which a line that stood still has kept: it brings no value. Where more follows
 * the doubt stays; where the wire is silent behind it, it had nothing else. */
static rh_link_result_t take_no_value(rh_bus_t *bus, rh_device_t *device,
                                      const rh_link_reply_t *reply)
{
    rh_link_t *link = &bus->link;

    device->failures = 0;
    bus->heard_ns = reply->arrived_ns;
    link->resynced_ns = reply->arrived_ns + link->resync_ns;
    if (!rh_link_resync(link)) {
        return RH_LINK_DOWN;
    }
    if (link->quiet_ns == reply->arrived_ns) {
        rh_asked_settled(&device->asked);
    }
    return RH_LINK_GOOD;
}

rh_link_result_t rh_bus_transact(rh_bus_t *bus, rh_job_t job)
{
    rh_device_t *device = bus->schedule.devices[job.device];
    rh_frame_t request;
    rh_link_reply_t reply;

    rh_device_request(device, job, bus->outputs, rh_pace_now_ns(), &request);
    bool hears_out = !rh_device_reads_short(device, job, rh_pace_now_ns());
    bool in_doubt = is_in_doubt(device, &request, rh_pace_now_ns());
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
    if (result == RH_LINK_GOOD && in_doubt) {
        return take_no_value(bus, device, &reply);
    }
    if (result == RH_LINK_GOOD) {
        take(bus, job, &reply);
    } else {
        rh_bus_explain_failure(bus, device, &request, result, &reply);
        fail(bus, job, result, &reply);
    }
    return result;
}

bool rh_bus_settle(rh_bus_t *bus, rh_link_result_t result)
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
