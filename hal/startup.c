/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start-up writes and their read-back.
 */
#include "startup.h"

#include <stdio.h>
#include <string.h>

#include "codec.h"

#define NS_PER_MS INT64_C(1000000)
#define CHECK_NS (250 * NS_PER_MS)
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

static void read_target(const rh_device_t *device, const rh_register_t *target,
                        rh_frame_t *request)
{
    rh_block_t range = {.space = target->space,
                        .address = target->address,
                        .count = rh_codec_words(target->type)};
    rh_frame_read(request, device->settings->slave, &range);
}

void rh_startup_request(const rh_device_t *device, rh_frame_t *request)
{
    const rh_step_t *step = step_of(device);
    const rh_register_t *target = step->target;

    if (device->startup.reads_back) {
        read_target(device, target, request);
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
    device->startup.checked = 0;
    device->startup.check_ns = now_ns + CHECK_NS;
}

static bool reads_as(const rh_register_t *target, const uint16_t *words,
                     const uint8_t *reply)
{
    for (int i = 0; i < rh_codec_words(target->type); i++) {
        if (rh_frame_word(reply, i) != words[i]) {
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

static void finish(rh_device_t *device, int64_t now_ns)
{
    device->startup.check_ns = now_ns + CHECK_NS;
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
        if (!reads_as(step->target, step->words, reply)) {
            refuse(device, reply, now_ns);
            return;
        }
        finish(device, now_ns);
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
        finish(device, now_ns);
    }
}

/* ---- read again ------------------------------------------------------------- */

/* What the register must hold: what the step wrote, or what a channel has commanded
 * since. False while that is not known. */
static bool is_known(const rh_device_t *device, const rh_step_t *step,
                     uint16_t words[2])
{
    const rh_register_t *target = step->target;

    memcpy(words, step->words, sizeof(step->words));
    for (int i = 0; i < device->channel_count; i++) {
        const rh_channel_t *channel = &device->channels[i];
        if (channel->target == target) {
            return channel->is_confirmed && !channel->is_open &&
                   rh_codec_encode(target->type, target->order, channel->confirmed,
                                   words) == 0;
        }
    }
    return true;
}

/* The next of the steps that is to be read again, from that one on; -1 = none left. */
static int next_to_check(const rh_device_t *device, int from)
{
    for (int i = from; i < device->startup.count; i++) {
        if (device->startup.steps[i].readback) {
            return i;
        }
    }
    return -1;
}

bool rh_startup_wants_check(const rh_device_t *device, int64_t now_ns)
{
    return device->startup.next == device->startup.count &&
           now_ns >= device->startup.check_ns && next_to_check(device, 0) >= 0;
}

static int step_to_check(const rh_device_t *device)
{
    int step = next_to_check(device, device->startup.checked);
    return step >= 0 ? step : next_to_check(device, 0);
}

void rh_startup_check_request(const rh_device_t *device, rh_frame_t *request)
{
    read_target(device, device->startup.steps[step_to_check(device)].target, request);
}

void rh_startup_check_take(rh_device_t *device, const uint8_t *reply, int64_t now_ns)
{
    rh_startup_state_t *startup = &device->startup;
    int index = step_to_check(device);
    const rh_step_t *step = &startup->steps[index];

    startup->check_ns = now_ns + CHECK_NS;
    startup->checked = index + 1;
    if (next_to_check(device, startup->checked) < 0) {
        startup->checked = 0;
        startup->checks++;
    }
    uint16_t words[2];
    if (!is_known(device, step, words) || reads_as(step->target, words, reply)) {
        return;
    }
    (void)snprintf(device->problem, sizeof(device->problem),
                   "%s: %s was changed to %u behind the daemon, which wrote %u and "
                   "writes it again; leave the drive's panel alone",
                   device->settings->name, step->target->role,
                   (unsigned)rh_frame_word(reply, 0), (unsigned)words[0]);
    device->errors++;
    rh_startup_restart(device, now_ns);
}
