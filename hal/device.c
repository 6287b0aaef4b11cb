/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One device: jobs into requests, replies into samples.
 */
#include "device.h"

#include <math.h>
#include <stdio.h>
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

/* The first channel is the torque where both go together (schedule.c sees to it). */
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

/* ---- replies ---------------------------------------------------------------- */

static void put_number(const rh_item_t *item, const uint8_t *reply, bool is_good,
                       rh_hal_sample_t *sample)
{
    const rh_register_t *source = item->source;
    uint16_t words[2] = {rh_frame_word(reply, item->at), 0};
    if (rh_codec_words(source->type) == 2) {
        words[1] = rh_frame_word(reply, item->at + 1);
    }
    rh_decoded_t got = rh_codec_decode(source->type, source->order, words);
    if (source->type == RH_REG_MAG32) {
        uint32_t word = rh_frame_word(reply, item->sign_at);
        got = rh_codec_signed(got, (word & source->sign_mask) != 0);
    }
    double value = got.value * item->gain + item->offset;
    bool fits = rh_codec_milli(value, &sample->milli);
    sample->raw = got.raw;
    sample->rest_micro = rh_codec_rest_micro(value, sample->milli);
    sample->quality =
        got.is_valid && fits && is_good ? RH_QUALITY_GOOD : RH_QUALITY_BAD;
}

/* raw, too, is the flag's truth: an inverted contact must not read both ways. */
static void put_flag(const rh_item_t *item, const uint8_t *reply, bool is_good,
                     rh_hal_sample_t *sample)
{
    bool is_bit = item->source->type == RH_REG_BIT;
    bool bit =
        is_bit ? rh_frame_bit(reply, item->at) : rh_frame_word(reply, item->at) != 0;
    sample->raw = bit != item->invert;
    sample->milli = sample->raw * 1000;
    sample->quality = is_good ? RH_QUALITY_GOOD : RH_QUALITY_BAD;
}

static void put_drive_status(const rh_device_t *device, rh_hal_sample_t *sample)
{
    uint32_t word = rh_codec_drive_status(&device->settings->profile, device->status);
    if (!device->is_ready) {
        word &= ~(uint32_t)RH_DRIVE_READY;
    }
    sample->raw = sample->milli = (int32_t)word;
    sample->quality = RH_QUALITY_GOOD;
}

/* False while no command is confirmed: then there is nothing to show. */
static bool put_confirmed(const rh_device_t *device, const rh_item_t *item,
                          rh_hal_sample_t *sample)
{
    const rh_channel_t *torque = rh_device_channel(device, RH_CHANNEL_TORQUE);
    int32_t number = 0;
    if (torque == NULL || !rh_channel_confirmed(torque, &number)) {
        return false;
    }
    double gain = torque->partner != NULL ? fabs(item->gain) : item->gain;
    sample->raw = number;
    sample->quality = rh_codec_milli(number * gain + item->offset, &sample->milli)
                          ? RH_QUALITY_GOOD
                          : RH_QUALITY_BAD;
    return true;
}

/* Does the word that judges the item call its value good? */
static bool is_good(const rh_device_t *device, const rh_item_t *item,
                    const uint8_t *reply)
{
    const rh_profile_t *profile = &device->settings->profile;
    if (strcmp(profile->kind, "drive") == 0) {
        return true; /* its status is a signal of its own */
    }
    if (item->status_at >= 0) {
        return rh_codec_status_is_good(profile, rh_frame_word(reply, item->status_at));
    }
    return !device->has_status || rh_codec_status_is_good(profile, device->status);
}

static bool put_item(const rh_device_t *device, const rh_item_t *item,
                     const uint8_t *reply, rh_hal_sample_t *sample)
{
    switch (item->kind) {
    case RH_ITEM_NUMBER:
        put_number(item, reply, is_good(device, item, reply), sample);
        break;
    case RH_ITEM_FLAG:
        put_flag(item, reply, is_good(device, item, reply), sample);
        break;
    case RH_ITEM_DRIVE_STATUS:
        put_drive_status(device, sample);
        break;
    case RH_ITEM_TORQUE_CONFIRMED:
        return put_confirmed(device, item, sample);
    }
    return true;
}

static void take_status(rh_device_t *device, uint32_t word)
{
    device->status = word;
    device->has_status = true;
    for (int i = 0; i < device->channel_count; i++) {
        device->channels[i].drive_word = word;
    }
}

static void confirm(rh_channel_t *channel)
{
    channel->confirmed = channel->sent;
    channel->is_confirmed = true;
    channel->is_open = false;
}

static void take_block(rh_device_t *device, int index, const uint8_t *reply,
                       int64_t stamp_ns, rh_hal_sample_t *samples)
{
    rh_hal_block_t *block = &device->blocks[index];

    block->failures = 0;
    if (block->status_at >= 0) {
        take_status(device, rh_frame_word(reply, block->status_at));
    }
    for (int i = 0; i < device->item_count; i++) {
        const rh_item_t *item = &device->items[i];
        rh_hal_sample_t *sample = &samples[item->signal];
        if (item->block == index && put_item(device, item, reply, sample)) {
            sample->stamp_ns = stamp_ns;
            sample->count++;
        }
    }
}

static bool is_short(const rh_device_t *device, rh_job_t job)
{
    return job.kind == RH_JOB_BLOCK &&
           device->blocks[job.index].asked < device->blocks[job.index].range->count;
}

bool rh_device_take(rh_device_t *device, rh_job_t job, const uint8_t *reply,
                    int64_t stamp_ns, rh_hal_sample_t *samples)
{
    device->failures = 0;
    device->replies++;
    device->last_reply_ns = stamp_ns;
    if (device->startup.count == 0) {
        device->is_ready = device->may_be_ready;
    }
    if (is_short(device, job)) {
        return false;
    }
    switch (job.kind) {
    case RH_JOB_STEP:
        rh_startup_take(device, reply, stamp_ns);
        break;
    case RH_JOB_CHANNEL:
        confirm(&device->channels[job.index]);
        break;
    case RH_JOB_BITS:
        device->bits.confirmed = device->bits.sent;
        device->bits.is_confirmed = true;
        break;
    case RH_JOB_BOTH: /* the device writes first: the reading answers the command */
        confirm(&device->channels[0]);
        take_block(device, job.index, reply, stamp_ns, samples);
        break;
    case RH_JOB_BLOCK:
        take_block(device, job.index, reply, stamp_ns, samples);
        break;
    case RH_JOB_NONE:
        break;
    }
    return true;
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
