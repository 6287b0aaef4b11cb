/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The turns of a bus: each device's torque, then its blocks, then its bits, round and
 * round; a step of a start-up stands in for a turn, and so does a value that is
 * checked.
 */
#include "schedule_parts.h"
#include "startup.h"

static void add_turn(rh_schedule_t *schedule, rh_job_kind_t kind, int index)
{
    rh_job_t *turn = &schedule->turns[schedule->turn_count++];
    *turn = (rh_job_t){kind, schedule->device_count, index};
}

/* Reads of a device in one round; those in turn count as their share, rounded down. */
static int reads_in_round(const rh_device_t *device)
{
    double reads = 0.0;
    for (int i = 0; i < device->block_count; i++) {
        int every = device->blocks[i].range->every;
        reads += 1.0 / (every > 1 ? every : 1);
    }
    return (int)(reads + 0.001);
}

/* The torque is the first channel, and goes with the first block of registers that is
 * read in each cycle: -1 = with none. */
static int block_with_torque(const rh_device_t *device)
{
    bool has_torque = device->channel_count > 0 &&
                      device->channels[0].kind == RH_CHANNEL_TORQUE &&
                      device->channels[0].partner == NULL;
    for (int i = 0;
         device->settings->profile.fc23 && has_torque && i < device->block_count; i++) {
        const rh_block_t *range = device->blocks[i].range;
        if (range->space == RH_SPACE_HOLDING && range->every <= 1) {
            return i;
        }
    }
    return -1;
}

void rh_schedule_add(rh_schedule_t *schedule, rh_device_t *device)
{
    int reads = reads_in_round(device);
    schedule->reads_due[schedule->device_count] = reads;
    schedule->reads[schedule->device_count] = reads;
    int both = device->both = block_with_torque(device);
    for (int i = 0; i < device->channel_count; i++) {
        if (device->channels[i].kind == RH_CHANNEL_TORQUE && (i > 0 || both < 0)) {
            add_turn(schedule, RH_JOB_CHANNEL, i);
        }
    }
    for (int i = 0; i < device->block_count; i++) {
        add_turn(schedule, i == both ? RH_JOB_BOTH : RH_JOB_BLOCK, i);
    }
    if (device->bits.count > 0) {
        add_turn(schedule, RH_JOB_BITS, 0);
    }
    schedule->devices[schedule->device_count++] = device;
}

static bool wants_step(const rh_device_t *device, int64_t now_ns)
{
    return device->startup.next < device->startup.count &&
           now_ns >= device->startup.not_before_ns;
}

/* What this turn comes to now: itself, a step of the start-up, or nothing. */
static rh_job_t turn_into(const rh_schedule_t *schedule, rh_job_t turn, int64_t now_ns)
{
    const rh_device_t *device = schedule->devices[turn.device];
    if (!rh_schedule_may_ask(device, now_ns)) {
        return rh_no_job;
    }
    if (wants_step(device, now_ns)) {
        return (rh_job_t){RH_JOB_STEP, turn.device, 0};
    }
    if (turn.kind == RH_JOB_BOTH) { /* what a change has just done is done */
        bool has_just = schedule->turn_count > 1 && rh_job_is(turn, schedule->last);
        turn.kind = rh_schedule_is_started(device) ? RH_JOB_BOTH : RH_JOB_BLOCK;
        return has_just ? rh_no_job : turn;
    }
    if (turn.kind == RH_JOB_BLOCK) {
        const rh_block_t *range = device->blocks[turn.index].range;
        uint64_t every = (uint64_t)range->every;
        bool is_due = every <= 1 || schedule->rounds % every == (uint64_t)range->phase;
        return is_due ? turn : rh_no_job;
    }
    /* an output that a change has just written has had its turn; before the start-up is
       through nothing is commanded */
    bool has_had = schedule->turn_count > 1 && rh_job_is(turn, schedule->last);
    return has_had || !rh_schedule_is_started(device) ? rh_no_job : turn;
}

rh_job_t rh_schedule_turn(rh_schedule_t *schedule, int64_t now_ns)
{
    for (int i = 0; i < schedule->turn_count; i++) {
        rh_job_t turn = schedule->turns[schedule->next];
        rh_job_t job = turn_into(schedule, turn, now_ns);
        schedule->is_idle = schedule->is_idle && job.kind == RH_JOB_NONE;
        if (++schedule->next == schedule->turn_count) {
            schedule->next = 0;
            schedule->rounds++;
            schedule->cycles += !schedule->is_idle;
            schedule->is_idle = true;
        }
        if (job.kind != RH_JOB_NONE) {
            return job;
        }
    }
    return rh_no_job;
}

/* While nothing moves, a start-up value is read again in the place of a torque that is
 * written already, so that no sample grows older by it; where the torque has no turn of
 * its own (FC23), in that of the read. */
rh_job_t rh_schedule_check(const rh_schedule_t *schedule, rh_job_t job,
                           const rh_outputs_t *outputs, int64_t now_ns)
{
    const rh_device_t *device = schedule->devices[job.device];
    bool has_turn = job.kind == RH_JOB_CHANNEL &&
                    !rh_channel_is_changed(&device->channels[job.index], outputs);
    bool may = has_turn || job.kind == RH_JOB_BOTH;

    if (may && schedule->last.kind != RH_JOB_CHECK &&
        !atomic_load(&outputs->servo_on) && rh_startup_wants_check(device, now_ns)) {
        return (rh_job_t){RH_JOB_CHECK, job.device, 0};
    }
    return job;
}
