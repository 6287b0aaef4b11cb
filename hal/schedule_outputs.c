/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which output of a device goes before its turn: at once what makes the machine safe
 * (torque zero, servo off, an overdue heartbeat), and what has merely changed once in a
 * round of the device's reads.
 */
#include "schedule_parts.h"

#define NS_PER_MS INT64_C(1000000)
#define HEARTBEAT_DUE_NS (20 * NS_PER_MS) /* the relay behind polled I/O has 75 ms */

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
    if (is_silent || !rh_schedule_is_started(device)) {
        return rh_no_job;
    }
    if (servo_changed(&device->bits, outputs) ||
        (rh_schedule_may_ask(device, now_ns) &&
         heartbeat_is_overdue(&device->bits, outputs, now_ns))) {
        return (rh_job_t){RH_JOB_BITS, index, 0};
    }
    for (int i = 0; i < device->channel_count; i++) {
        if (rh_channel_is_retreat(&device->channels[i], outputs)) {
            return (rh_job_t){RH_JOB_CHANNEL, index, i};
        }
    }
    return rh_no_job;
}

rh_job_t rh_schedule_urgent(const rh_schedule_t *schedule, const rh_outputs_t *outputs,
                            int64_t now_ns)
{
    for (int d = 0; d < schedule->device_count; d++) {
        const rh_device_t *device = schedule->devices[d];
        rh_job_t job = urgent_of(device, d, outputs, now_ns);
        bool waits = now_ns < device->patience.until_ns;
        /* a device in debt may not take the bus with it: every second time */
        if (job.kind != RH_JOB_NONE && !(waits && rh_job_is(job, schedule->last))) {
            return job;
        }
    }
    return rh_no_job;
}

/* A change of this device's outputs, that with the torque last; or none. */
static rh_job_t changed_of(const rh_schedule_t *schedule, int index,
                           const rh_outputs_t *outputs)
{
    const rh_device_t *device = schedule->devices[index];
    for (int i = device->channel_count - 1; i >= 0; i--) {
        rh_job_t job = {RH_JOB_CHANNEL, index, i};
        if (i == 0 && device->both >= 0) {
            job = (rh_job_t){RH_JOB_BOTH, index, device->both};
        }
        bool has_had = device->channels[i].kind == RH_CHANNEL_TORQUE &&
                       schedule->reads[index] < schedule->reads_due[index];
        if (!rh_job_is(job, schedule->last) && !has_had &&
            rh_channel_is_changed(&device->channels[i], outputs)) {
            return job;
        }
    }
    return rh_no_job;
}

rh_job_t rh_schedule_changed(const rh_schedule_t *schedule, const rh_outputs_t *outputs,
                             int64_t now_ns)
{
    rh_job_t job = rh_no_job;
    for (int d = 0; d < schedule->device_count && job.kind == RH_JOB_NONE; d++) {
        const rh_device_t *device = schedule->devices[d];
        if (rh_schedule_may_ask(device, now_ns) && rh_schedule_is_started(device)) {
            job = changed_of(schedule, d, outputs);
        }
    }
    return job;
}
