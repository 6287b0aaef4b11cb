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
#include "schedule.h"

#include "startup.h"

#define NS_PER_MS INT64_C(1000000)
#define HEARTBEAT_DUE_NS (20 * NS_PER_MS) /* the relay behind polled I/O has 75 ms */

static const rh_job_t no_job = {RH_JOB_NONE, 0, 0};

static bool is_same(rh_job_t a, rh_job_t b)
{
    return a.kind == b.kind && a.device == b.device && a.index == b.index;
}

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

static bool may_be_asked(const rh_device_t *device, int64_t now_ns)
{
    return now_ns >= device->patience.until_ns &&
           (!rh_device_is_lost(device) || now_ns >= device->probe_ns);
}

static bool wants_step(const rh_device_t *device, int64_t now_ns)
{
    return device->startup.next < device->startup.count &&
           now_ns >= device->startup.not_before_ns;
}

static bool is_started(const rh_device_t *device)
{
    return device->startup.next == device->startup.count;
}

/* ---- changed outputs -------------------------------------------------------- */

static bool servo_changed(const rh_bits_t *bits, const rh_outputs_t *outputs)
{
    if (bits->count == 0) {
        return false;
    }
    unsigned servo = bits->servo_on < 0 ? 0u : 1u << bits->servo_on;
    unsigned wanted = rh_bits_wanted(bits, outputs, bits->beat_used) & servo;
    return !bits->is_confirmed || wanted != (bits->confirmed & servo) ||
           wanted != (bits->sent & servo);
}

static bool heartbeat_is_overdue(const rh_bits_t *bits, const rh_outputs_t *outputs,
                                 int64_t now_ns)
{
    return bits->count > 0 && bits->heartbeat >= 0 &&
           atomic_load(&outputs->beat) != bits->beat_used &&
           now_ns - bits->sent_ns >= HEARTBEAT_DUE_NS;
}

static rh_job_t urgent_of(const rh_device_t *device, int index,
                          const rh_outputs_t *outputs, int64_t now_ns)
{
    bool is_silent = rh_device_is_lost(device) && now_ns < device->probe_ns;
    if (is_silent || !is_started(device)) {
        return no_job;
    }
    if (servo_changed(&device->bits, outputs) ||
        (may_be_asked(device, now_ns) &&
         heartbeat_is_overdue(&device->bits, outputs, now_ns))) {
        return (rh_job_t){RH_JOB_BITS, index, 0};
    }
    for (int i = 0; i < device->channel_count; i++) {
        if (rh_channel_is_retreat(&device->channels[i], outputs)) {
            return (rh_job_t){RH_JOB_CHANNEL, index, i};
        }
    }
    return no_job;
}

/* Outputs that go before everything else, a failed request included. */
static rh_job_t urgent(const rh_schedule_t *schedule, const rh_outputs_t *outputs,
                       int64_t now_ns)
{
    for (int d = 0; d < schedule->device_count; d++) {
        const rh_device_t *device = schedule->devices[d];
        rh_job_t job = urgent_of(device, d, outputs, now_ns);
        bool waits = now_ns < device->patience.until_ns;
        /* a device in debt may not take the bus with it: every second time */
        if (job.kind != RH_JOB_NONE && !(waits && is_same(job, schedule->last))) {
            return job;
        }
    }
    return no_job;
}

/* A change that waits for one other transaction at most. */
static rh_job_t changed(const rh_schedule_t *schedule, const rh_outputs_t *outputs,
                        int64_t now_ns)
{
    for (int d = 0; d < schedule->device_count; d++) {
        const rh_device_t *device = schedule->devices[d];
        if (!may_be_asked(device, now_ns) || !is_started(device)) {
            continue;
        }
        for (int i = device->channel_count - 1; i >= 0; i--) {
            rh_job_t job = {RH_JOB_CHANNEL, d, i};
            if (i == 0 && device->both >= 0) {
                job = (rh_job_t){RH_JOB_BOTH, d, device->both};
            }
            bool has_had = device->channels[i].kind == RH_CHANNEL_TORQUE &&
                           schedule->reads[d] < schedule->reads_due[d];
            if (!is_same(job, schedule->last) && !has_had &&
                rh_channel_is_changed(&device->channels[i], outputs)) {
                return job;
            }
        }
    }
    return no_job;
}

/* ---- turns ------------------------------------------------------------------ */

/* What this turn comes to now: itself, a step of the start-up, or nothing. */
static rh_job_t turn_into(const rh_schedule_t *schedule, rh_job_t turn, int64_t now_ns)
{
    const rh_device_t *device = schedule->devices[turn.device];
    if (!may_be_asked(device, now_ns)) {
        return no_job;
    }
    if (wants_step(device, now_ns)) {
        return (rh_job_t){RH_JOB_STEP, turn.device, 0};
    }
    if (turn.kind == RH_JOB_BOTH) { /* what a change has just done is done */
        bool has_just = schedule->turn_count > 1 && is_same(turn, schedule->last);
        turn.kind = is_started(device) ? RH_JOB_BOTH : RH_JOB_BLOCK;
        return has_just ? no_job : turn;
    }
    if (turn.kind == RH_JOB_BLOCK) {
        const rh_block_t *range = device->blocks[turn.index].range;
        uint64_t every = (uint64_t)range->every;
        bool is_due = every <= 1 || schedule->rounds % every == (uint64_t)range->phase;
        return is_due ? turn : no_job;
    }
    /* an output that a change has just written has had its turn; before the start-up is
       through nothing is commanded */
    bool has_had = schedule->turn_count > 1 && is_same(turn, schedule->last);
    return has_had || !is_started(device) ? no_job : turn;
}

static rh_job_t next_turn(rh_schedule_t *schedule, int64_t now_ns)
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
    return no_job;
}

/* While nothing moves, a start-up value is read again in the place of a torque that is
 * written already, so that no sample grows older by it; where the torque has no turn of
 * its own (FC23), in that of the read. */
static rh_job_t check_instead(const rh_schedule_t *schedule, rh_job_t job,
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

/* ---- the decision ----------------------------------------------------------- */

static bool repeats(const rh_schedule_t *schedule, int64_t now_ns)
{
    return schedule->repeat.kind != RH_JOB_NONE &&
           may_be_asked(schedule->devices[schedule->repeat.device], now_ns);
}

/* Something else of the device, useful too, whose reply shows that it is in step: its
 * outputs, or a block of another length. */
static rh_job_t another_of(const rh_schedule_t *schedule, rh_job_t failed,
                           int64_t now_ns)
{
    const rh_device_t *device = schedule->devices[failed.device];

    if (device->bits.count > 0 && is_started(device)) {
        return (rh_job_t){RH_JOB_BITS, failed.device, 0};
    }
    for (int i = 0; i < device->block_count; i++) {
        rh_job_t job = {RH_JOB_BLOCK, failed.device, i};
        if (!is_same(job, failed) && rh_device_is_told_apart(device, job, now_ns)) {
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
    return is_same(other, schedule->last) ? job : other;
}

static rh_job_t take_held(rh_schedule_t *schedule, int64_t now_ns)
{
    rh_job_t job = schedule->held;
    schedule->held = no_job;
    return may_be_asked(schedule->devices[job.device], now_ns) ? job : no_job;
}

static rh_job_t choose(rh_schedule_t *schedule, const rh_outputs_t *outputs,
                       int64_t now_ns)
{
    rh_job_t job = urgent(schedule, outputs, now_ns);
    if (job.kind == RH_JOB_NONE && schedule->held.kind != RH_JOB_NONE) {
        job = take_held(schedule, now_ns);
    }
    if (job.kind == RH_JOB_NONE && repeats(schedule, now_ns) &&
        schedule->attempts == 1) {
        job = repeat_now(schedule, now_ns);
    }
    if (job.kind == RH_JOB_NONE) {
        job = changed(schedule, outputs, now_ns);
    }
    if (job.kind == RH_JOB_NONE && repeats(schedule, now_ns)) {
        job = repeat_now(schedule, now_ns);
    }
    if (job.kind == RH_JOB_NONE) {
        job = check_instead(schedule, next_turn(schedule, now_ns), outputs, now_ns);
    }
    if (job.kind == RH_JOB_NONE) { /* only the latest output is left to do */
        schedule->last = no_job;
        job = next_turn(schedule, now_ns);
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
    rh_job_t first = urgent(schedule, outputs, now_ns);
    if (first.kind == RH_JOB_NONE || is_same(first, job)) {
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
            schedule->repeat = no_job;
        }
    }
}

void rh_schedule_reset(rh_schedule_t *schedule)
{
    schedule->repeat = schedule->last = schedule->held = no_job;
    schedule->attempts = 0;
}

void rh_schedule_done(rh_schedule_t *schedule, rh_job_t job, bool is_good)
{
    bool was_repeat = is_same(job, schedule->repeat);

    if (is_good || job.kind == RH_JOB_STEP ||
        job.kind == RH_JOB_CHECK) { /* a start-up begins again by itself */
        if (was_repeat) {
            schedule->repeat = no_job;
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
        schedule->repeat = no_job;
    }
}
