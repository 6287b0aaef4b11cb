/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One device: its replies into samples, steps and confirmed outputs. A part of
 * device.c.
 */
#include <math.h>
#include <string.h>

#include "codec.h"
#include "device_parts.h"
#include "startup.h"

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
    case RH_JOB_CHECK:
        rh_startup_check_take(device, reply, stamp_ns);
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
