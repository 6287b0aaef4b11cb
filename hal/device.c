/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One device: jobs into requests, and what a failed one means; replies into samples
 * in device_take.c.
 */
#include "device.h"

#include <string.h>

#include "codec.h"
#include "device_parts.h"
#include "startup.h"

#define NS_PER_MS INT64_C(1000000)
#define PROBE_NS (100 * NS_PER_MS)
#define BUSY_NS (10 * NS_PER_MS)
#define PERCENT 100.0
#define DPS_PER_RPM 6.0

static bool starts_with(const char *text, const char *head)
{
    return strncmp(text, head, strlen(head)) == 0;
}

double rh_device_gain(const rh_device_settings_t *settings, const rh_register_t *source,
                      double binding_scale)
{
    double gain = source->scale * binding_scale;
    if (strcmp(settings->profile.kind, "drive") != 0) {
        return gain;
    }
    if (starts_with(source->role, "torque")) {
        return gain / PERCENT * settings->rated_torque_nm * settings->gear_ratio;
    }
    if (starts_with(source->role, "rate") || starts_with(source->role, "speed")) {
        return gain * DPS_PER_RPM / settings->gear_ratio;
    }
    return gain;
}

const rh_channel_t *rh_device_channel(const rh_device_t *device, rh_channel_kind_t kind)
{
    for (int i = 0; i < device->channel_count; i++) {
        if (device->channels[i].kind == kind) {
            return &device->channels[i];
        }
    }
    return NULL;
}

bool rh_device_is_lost(const rh_device_t *device)
{
    return device->failures >= RH_LOST_FAILURES;
}

/* ---- requests --------------------------------------------------------------- */

static void request_channel(rh_device_t *device, rh_channel_t *channel,
                            const rh_outputs_t *outputs, rh_frame_t *request)
{
    channel->sent = rh_channel_wanted(channel, outputs);
    channel->is_open = true;
    rh_startup_write(device->settings, channel->target, channel->sent, request);
}

static void request_bits(rh_device_t *device, const rh_outputs_t *outputs,
                         int64_t now_ns, rh_frame_t *request)
{
    rh_bits_t *bits = &device->bits;
    uint32_t beat = atomic_load(&outputs->beat);

    bits->sent = rh_bits_wanted(bits, outputs, beat);
    bits->beat_used = beat;
    bits->sent_ns = now_ns;
    rh_frame_write_bits(request, device->settings->slave, bits->first, bits->count,
                        (uint16_t)(bits->sent ^ bits->inverted));
}

/* Where both go together, the first channel is the torque (schedule_turns.c). */
static void request_both(rh_device_t *device, rh_job_t job, const rh_outputs_t *outputs,
                         int64_t now_ns, rh_frame_t *request)
{
    rh_hal_block_t *block = &device->blocks[job.index];
    rh_block_t range = *block->range;
    rh_channel_t *torque = &device->channels[0];
    const rh_register_t *target = torque->target;
    uint16_t words[2] = {0};

    torque->sent = rh_channel_wanted(torque, outputs);
    torque->is_open = true;
    (void)rh_codec_encode(target->type, target->order, torque->sent, words);
    range.count = block->asked = rh_device_count_for(device, job, now_ns);
    rh_frame_read_write(request, device->settings->slave, &range, target->address,
                        rh_codec_words(target->type), words);
}

static void request_block(rh_device_t *device, rh_job_t job, int64_t now_ns,
                          rh_frame_t *request)
{
    rh_hal_block_t *block = &device->blocks[job.index];
    block->asked = rh_device_count_for(device, job, now_ns);
    rh_device_read_some(device, block, block->asked, request);
}

void rh_device_request(rh_device_t *device, rh_job_t job, const rh_outputs_t *outputs,
                       int64_t now_ns, rh_frame_t *request)
{
    switch (job.kind) {
    case RH_JOB_STEP:
        rh_startup_request(device, request);
        break;
    case RH_JOB_CHECK:
        rh_startup_check_request(device, request);
        break;
    case RH_JOB_CHANNEL:
        request_channel(device, &device->channels[job.index], outputs, request);
        break;
    case RH_JOB_BITS:
        request_bits(device, outputs, now_ns, request);
        break;
    case RH_JOB_BOTH:
        request_both(device, job, outputs, now_ns, request);
        break;
    case RH_JOB_BLOCK:
    case RH_JOB_NONE:
        request_block(device, job, now_ns, request);
        break;
    }
}

/* ---- failures --------------------------------------------------------------- */

/* The last value stays to be looked at, but nothing may lean on it: a drive that is
 * lost is not ready, whatever it said last. */
static void lose(const rh_item_t *item, rh_hal_sample_t *samples)
{
    rh_hal_sample_t *sample = &samples[item->signal];
    if (sample->quality == RH_QUALITY_NONE) {
        return;
    }
    sample->quality = RH_QUALITY_LOST;
    if (item->kind == RH_ITEM_DRIVE_STATUS) {
        sample->raw &= ~RH_DRIVE_READY;
        sample->milli = sample->raw;
    }
}

void rh_device_forget(rh_device_t *device, rh_hal_sample_t *samples)
{
    device->is_ready = false;
    device->has_status = false;
    device->bits.is_confirmed = false;
    for (int i = 0; i < device->channel_count; i++) {
        device->channels[i].is_confirmed = false;
        device->channels[i].drive_word = 0;
    }
    for (int i = 0; i < device->item_count; i++) {
        lose(&device->items[i], samples);
    }
    device->startup.next = 0;
    device->startup.reads_back = false;
    device->startup.not_before_ns = 0;
}

static void fail_block(rh_device_t *device, int index, rh_hal_sample_t *samples)
{
    if (++device->blocks[index].failures < RH_LOST_FAILURES) {
        return;
    }
    for (int i = 0; i < device->item_count; i++) {
        if (device->items[i].block == index) {
            lose(&device->items[i], samples);
        }
    }
}

void rh_device_wait(rh_device_t *device, rh_job_t job, int64_t now_ns)
{
    device->failures = 0;
    device->patience.until_ns = now_ns + BUSY_NS;
    if (job.kind == RH_JOB_STEP) {
        device->startup.not_before_ns = now_ns + BUSY_NS;
    }
}

void rh_device_fail(rh_device_t *device, rh_job_t job, bool was_heard, int64_t now_ns,
                    rh_hal_sample_t *samples)
{
    device->errors++;
    if (job.kind == RH_JOB_STEP) {
        rh_startup_restart(device, now_ns);
    }
    if (was_heard) {
        return;
    }
    if (job.kind == RH_JOB_BLOCK || job.kind == RH_JOB_BOTH) {
        fail_block(device, job.index, samples);
    }
    device->failures++;
    if (rh_device_is_lost(device)) {
        device->probe_ns = now_ns + PROBE_NS;
        rh_device_forget(device, samples);
    }
}
