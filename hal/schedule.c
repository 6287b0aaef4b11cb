/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a bus does next.
 *
 * Three things make "a changed safety output is next" more than a sort. A torque that
 * changes in every tick would starve the drive's own answer, so a mere change never
 * goes twice running, and a torque only once in a round of the drive's reads, which for
 * a scattered map are several; only the way to zero goes at once. The first repeat of a
 * failed read goes before a mere change, or one late reply would cost more than 30 ms
 * of age. And a heartbeat is always changing: it has its turn, and goes first only when
 * that is overdue.
 *
 * Where a device reads and writes in one request (FC23), its torque has no turn of its
 * own: it goes with the first block. Only torque zero goes alone, being shorter.
 */
#include "schedule_parts.h"

const rh_job_t rh_no_job = {RH_JOB_NONE, 0, 0};

bool rh_job_is(rh_job_t a, rh_job_t b)
{
    return a.kind == b.kind && a.device == b.device && a.index == b.index;
}

bool rh_schedule_may_ask(const rh_device_t *device, int64_t now_ns)
{
    return now_ns >= device->patience.until_ns &&
           (!rh_device_is_lost(device) || now_ns >= device->probe_ns);
}

bool rh_schedule_is_started(const rh_device_t *device)
{
    return device->startup.next == device->startup.count;
}

static bool repeats(const rh_schedule_t *schedule, int64_t now_ns)
{
    return schedule->repeat.kind != RH_JOB_NONE &&
           rh_schedule_may_ask(schedule->devices[schedule->repeat.device], now_ns);
}

/* Something else of the device, useful too, whose reply shows that it is in step: its
 * outputs, or a block of another length. */
static rh_job_t another_of(const rh_schedule_t *schedule, rh_job_t failed,
                           int64_t now_ns)
{
    const rh_device_t *device = schedule->devices[failed.device];

    if (device->bits.count > 0 && rh_schedule_is_started(device)) {
        return (rh_job_t){RH_JOB_BITS, failed.device, 0};
    }
    for (int i = 0; i < device->block_count; i++) {
        rh_job_t job = {RH_JOB_BLOCK, failed.device, i};
        if (!rh_job_is(job, failed) && rh_device_is_told_apart(device, job, now_ns)) {
            return job;
        }
    }
    return failed;
}

/* The failed job, or what must go before it where a late reply could be taken for that
 * to the repeat and no other length tells them apart. */
static rh_job_t repeat_now(const rh_schedule_t *schedule, int64_t now_ns)
{
    rh_job_t job = schedule->repeat;
    const rh_device_t *device = schedule->devices[job.device];

    if (rh_device_is_told_apart(device, job, now_ns)) {
        return job;
    }
    rh_job_t other = another_of(schedule, job, now_ns);
    return rh_job_is(other, schedule->last) ? job : other;
}

static rh_job_t take_held(rh_schedule_t *schedule, int64_t now_ns)
{
    rh_job_t job = schedule->held;
    schedule->held = rh_no_job;
    return rh_schedule_may_ask(schedule->devices[job.device], now_ns) ? job : rh_no_job;
}

static rh_job_t choose(rh_schedule_t *schedule, const rh_outputs_t *outputs,
                       int64_t now_ns)
{
    rh_job_t job = rh_schedule_urgent(schedule, outputs, now_ns);
    if (job.kind == RH_JOB_NONE && schedule->held.kind != RH_JOB_NONE) {
        job = take_held(schedule, now_ns);
    }
    if (job.kind == RH_JOB_NONE && repeats(schedule, now_ns) &&
        schedule->attempts == 1) {
        job = repeat_now(schedule, now_ns);
    }
    if (job.kind == RH_JOB_NONE) {
        job = rh_schedule_changed(schedule, outputs, now_ns);
    }
    if (job.kind == RH_JOB_NONE && repeats(schedule, now_ns)) {
        job = repeat_now(schedule, now_ns);
    }
    if (job.kind == RH_JOB_NONE) {
        job = rh_schedule_check(schedule, rh_schedule_turn(schedule, now_ns), outputs,
                                now_ns);
    }
    if (job.kind == RH_JOB_NONE) { /* only the latest output is left to do */
        schedule->last = rh_no_job;
        job = rh_schedule_turn(schedule, now_ns);
    }
    return job;
}

static void note(rh_schedule_t *schedule, rh_job_t job)
{
    const rh_device_t *device = schedule->devices[job.device];
    if (job.kind == RH_JOB_BLOCK) {
        schedule->reads[job.device]++;
    } else if (job.kind == RH_JOB_BOTH) {
        schedule->reads[job.device] = 1;
    } else if (job.kind == RH_JOB_CHANNEL &&
               device->channels[job.index].kind == RH_CHANNEL_TORQUE) {
        schedule->reads[job.device] = 0;
    }
}

rh_job_t rh_schedule_next(rh_schedule_t *schedule, const rh_outputs_t *outputs,
                          int64_t now_ns)
{
    rh_job_t job = choose(schedule, outputs, now_ns);
    schedule->last = job;
    note(schedule, job);
    return job;
}

rh_job_t rh_schedule_again(rh_schedule_t *schedule, rh_job_t job,
                           const rh_outputs_t *outputs, int64_t now_ns)
{
    rh_job_t first = rh_schedule_urgent(schedule, outputs, now_ns);
    if (first.kind == RH_JOB_NONE || rh_job_is(first, job)) {
        return job;
    }
    schedule->held = job;
    schedule->last = first;
    return first;
}

void rh_schedule_charge(rh_schedule_t *schedule, rh_job_t job, int64_t cost_ns,
                        int64_t now_ns)
{
    int sick = 1;
    for (int d = 0; d < schedule->device_count; d++) {
        sick += d != job.device && schedule->devices[d]->patience.until_ns > now_ns;
    }
    if (schedule->device_count > 1) {
        rh_patience_t *patience = &schedule->devices[job.device]->patience;
        rh_patience_charge(patience, cost_ns, sick, now_ns);
        if (patience->until_ns > now_ns && schedule->repeat.device == job.device) {
            schedule->repeat = rh_no_job;
        }
    }
}

void rh_schedule_reset(rh_schedule_t *schedule)
{
    schedule->repeat = schedule->last = schedule->held = rh_no_job;
    schedule->attempts = 0;
}

void rh_schedule_done(rh_schedule_t *schedule, rh_job_t job, bool is_good)
{
    bool was_repeat = rh_job_is(job, schedule->repeat);

    if (is_good || job.kind == RH_JOB_STEP ||
        job.kind == RH_JOB_CHECK) { /* a start-up begins again by itself */
        if (was_repeat) {
            schedule->repeat = rh_no_job;
        }
        return;
    }
    if (schedule->repeat.kind != RH_JOB_NONE && !was_repeat) {
        return; /* an output that failed meanwhile is still wanted, and comes again */
    }
    schedule->attempts = was_repeat ? schedule->attempts + 1 : 1;
    schedule->repeat = job;
    if (job.kind == RH_JOB_BOTH) { /* read alone: its reply is told from the late one */
        schedule->repeat.kind = RH_JOB_BLOCK;
    }
    if (schedule->attempts >= RH_LOST_FAILURES ||
        rh_device_is_lost(schedule->devices[job.device])) {
        schedule->repeat = rh_no_job;
    }
}
