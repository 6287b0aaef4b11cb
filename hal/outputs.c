/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the control thread wants, in the numbers of a device: the torque and speed
 * registers, and the bits of an I/O module with the heartbeat among them. A part of
 * device.c.
 */
#include <math.h>

#include "codec.h"
#include "device.h"

#define MILLI 1000.0

static int32_t clamp(int32_t value, int32_t min, int32_t max)
{
    return value < min ? min : value > max ? max : value;
}

static int32_t wanted_milli(const rh_channel_t *channel, const rh_outputs_t *outputs)
{
    int32_t limit = channel->limit_milli;
    if (!atomic_load(&outputs->is_granted)) {
        return channel->kind == RH_CHANNEL_TORQUE ? 0 : limit;
    }
    if (channel->kind == RH_CHANNEL_TORQUE) {
        return clamp(atomic_load(&outputs->torque_mnm), -limit, limit);
    }
    return clamp(atomic_load(&outputs->speed_limit_mdps), 0, limit);
}

int32_t rh_channel_wanted(const rh_channel_t *channel, const rh_outputs_t *outputs)
{
    double value = wanted_milli(channel, outputs) / MILLI;
    double number = (value - channel->offset) / channel->gain;
    uint16_t words[2] = {0};
    rh_reg_type_t type = channel->target->type;

    if (channel->kind == RH_CHANNEL_SPEED) {
        number = rh_codec_floor(number);
    }
    if (rh_codec_encode(type, channel->target->order, number, words) != 0) {
        return 0; /* the register cannot hold it: the safe number */
    }
    return rh_codec_decode(type, channel->target->order, words).raw;
}

static unsigned bit_at(int position)
{
    return position < 0 ? 0u : 1u << position;
}

uint16_t rh_bits_wanted(const rh_bits_t *bits, const rh_outputs_t *outputs,
                        uint32_t beat)
{
    unsigned heartbeat = bit_at(bits->heartbeat);
    unsigned wanted = bits->sent & heartbeat;

    if (beat != bits->beat_used) {
        wanted = ~(unsigned)bits->confirmed & heartbeat;
    }
    if (atomic_load(&outputs->servo_on)) {
        wanted |= bit_at(bits->servo_on);
    }
    if (atomic_load(&outputs->lamp)) {
        wanted |= bit_at(bits->lamp);
    }
    return (uint16_t)wanted;
}
