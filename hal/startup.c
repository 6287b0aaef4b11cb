/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start-up writes and their read-back.
 */
#include "startup.h"

#include <stdio.h>

#include "codec.h"

#define NS_PER_MS INT64_C(1000000)
#define REFUSED_RETRY_NS                                                               \
    (500 * NS_PER_MS) /* it answers, but otherwise than written                        \
                       */

static const rh_step_t *step_of(const rh_device_t *device)
{
    return &device->startup.steps[device->startup.next];
}

static void write_words(const rh_device_settings_t *settings,
                        const rh_register_t *target, const uint16_t *words,
                        rh_frame_t *request)
{
    int count = rh_codec_words(target->type);
    if (count == 1 && settings->profile.fc06) {
        rh_frame_write_word(request, settings->slave, target->address, words[0]);
    } else {
        rh_frame_write_words(request, settings->slave, target->address, count, words);
    }
}

void rh_startup_write(const rh_device_settings_t *settings, const rh_register_t *target,
                      int32_t number, rh_frame_t *request)
{
    uint16_t words[2] = {0};
    /* a number that does not fit was refused or clamped before: words stay 0 */
    (void)rh_codec_encode(target->type, target->order, number, words);
    write_words(settings, target, words, request);
}

void rh_startup_request(const rh_device_t *device, rh_frame_t *request)
{
    const rh_step_t *step = step_of(device);
    const rh_register_t *target = step->target;

    if (device->startup.reads_back) {
        rh_block_t range = {.space = target->space,
                            .address = target->address,
                            .count = rh_codec_words(target->type)};
        rh_frame_read(request, device->settings->slave, &range);
    } else {
        write_words(device->settings, target, step->words, request);
    }
}

void rh_startup_restart(rh_device_t *device, int64_t now_ns)
{
    device->is_ready = false;
    device->startup.next = 0;
    device->startup.reads_back = false;
    device->startup.not_before_ns = now_ns;
}

static bool reads_as_written(const rh_step_t *step, const uint8_t *reply)
{
    for (int i = 0; i < rh_codec_words(step->target->type); i++) {
        if (rh_frame_word(reply, i) != step->words[i]) {
            return false;
        }
    }
    return true;
}

static void refuse(rh_device_t *device, const uint8_t *reply, int64_t now_ns)
{
    const rh_step_t *step = step_of(device);
    (void)snprintf(device->problem, sizeof(device->problem),
                   "%s: %s reads back as %u where %u was written; set the drive up for "
                   "remote commands or correct its profile",
                   device->settings->name, step->target->role,
                   (unsigned)rh_frame_word(reply, 0), (unsigned)step->words[0]);
    device->errors++;
    rh_startup_restart(device, now_ns + REFUSED_RETRY_NS);
}

static void finish(rh_device_t *device)
{
    device->startup.next++;
    device->startup.reads_back = false;
    if (device->startup.next == device->startup.count) {
        device->is_ready = device->may_be_ready;
        if (device->is_ready) {
            device->problem[0] = '\0';
        }
    }
}

void rh_startup_take(rh_device_t *device, const uint8_t *reply, int64_t now_ns)
{
    const rh_step_t *step = step_of(device);

    if (device->startup.reads_back) {
        if (!reads_as_written(step, reply)) {
            refuse(device, reply, now_ns);
            return;
        }
        finish(device);
        return;
    }
    for (int i = 0; i < device->channel_count; i++) {
        rh_channel_t *channel = &device->channels[i];
        if (channel->target == step->target) { /* what the register holds from now on */
            rh_decoded_t number =
                rh_codec_decode(step->target->type, step->target->order, step->words);
            channel->sent = channel->confirmed = number.raw;
            channel->is_confirmed = true;
            channel->is_open = false;
        }
    }
    if (step->readback) {
        device->startup.reads_back = true;
    } else {
        finish(device);
    }
}
