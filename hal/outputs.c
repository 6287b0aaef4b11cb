/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the control thread wants, in the numbers of a device: torque, speed and control
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

static int sign(double value)
{
    return (value > 0.0) - (value < 0.0);
}

static int32_t torque_milli(int32_t limit, const rh_outputs_t *outputs)
{
    return atomic_load(&outputs->is_granted)
               ? clamp(atomic_load(&outputs->torque_mnm), -limit, limit)
               : 0;
}

static int32_t speed_milli(int32_t limit, const rh_outputs_t *outputs)
{
    return atomic_load(&outputs->is_granted)
               ? clamp(atomic_load(&outputs->speed_limit_mdps), 0, limit)
               : limit;
}

/* ---- speed+limit ------------------------------------------------------------ */
/*
 * Direction and size are two registers and two writes, one of which may be lost. So the
 * direction changes only while the size is known to be zero, and the size is anything
 * but zero only while the direction is known to be right: what was merely sent counts
 * as unknown.
 */

static bool is_known(const rh_channel_t *channel)
{
    return channel->is_confirmed && !channel->is_open;
}

/* Which way the speed register is known to point; 0 = unknown, or nowhere. */
static int direction_of(const rh_channel_t *speed)
{
    return is_known(speed) ? sign(speed->confirmed * speed->gain) : 0;
}

static double wanted_size(const rh_channel_t *torque, const rh_outputs_t *outputs)
{
    int32_t milli = torque_milli(torque->limit_milli, outputs);
    bool is_right = milli != 0 && direction_of(torque->partner) == sign(milli);
    return is_right ? fabs(milli / MILLI / torque->gain) : 0.0;
}

static double wanted_directed(const rh_channel_t *speed, const rh_outputs_t *outputs)
{
    const rh_channel_t *size = speed->partner;
    double dps = speed_milli(speed->limit_milli, outputs) / MILLI;
    int wanted = sign(torque_milli(size->limit_milli, outputs));
    int now = sign(speed->confirmed * speed->gain);
    bool may_turn = is_known(size) && size->confirmed == 0 && wanted != 0;
    double number = rh_codec_floor(dps / fabs(speed->gain));
    return number * (may_turn ? wanted : now) * sign(speed->gain);
}

/* ---- the power stage by register --------------------------------------------- */

enum { SHUT_DOWN = 0x06, SWITCH_ON = 0x07, ENABLE_OPERATION = 0x0F };

/* The next step to the power stage, by the state that the drive reports (CiA 402,
 * IEC 61800-7-201: control word 6040h, status word 6041h). Any other state than those
 * on the way, a fault and silence among them, is answered with the way out. */
static int32_t wanted_control(const rh_channel_t *channel, const rh_outputs_t *outputs)
{
    static const struct {
        uint32_t state; /* bits 0-3, 5 and 6 of the status word */
        int32_t step;
    } way[] = {
        {0x21, SWITCH_ON},        /* ready to switch on */
        {0x23, ENABLE_OPERATION}, /* switched on */
        {0x27, ENABLE_OPERATION}, /* operation enabled */
    };
    if (!atomic_load(&outputs->is_granted) || !atomic_load(&outputs->servo_on)) {
        return SHUT_DOWN;
    }
    for (size_t i = 0; i < sizeof(way) / sizeof(way[0]); i++) {
        if ((channel->drive_word & 0x6Fu) == way[i].state) {
            return way[i].step;
        }
    }
    return SHUT_DOWN;
}

/* ---- channels ---------------------------------------------------------------- */

static double wanted_number(const rh_channel_t *channel, const rh_outputs_t *outputs)
{
    int32_t limit = channel->limit_milli;
    switch (channel->kind) {
    case RH_CHANNEL_SERVO:
        return wanted_control(channel, outputs);
    case RH_CHANNEL_TORQUE:
        return channel->partner != NULL
                   ? wanted_size(channel, outputs)
                   : (torque_milli(limit, outputs) / MILLI - channel->offset) /
                         channel->gain;
    case RH_CHANNEL_SPEED:
        break;
    }
    return channel->partner != NULL
               ? wanted_directed(channel, outputs)
               : rh_codec_floor(
                     (speed_milli(limit, outputs) / MILLI - channel->offset) /
                     channel->gain);
}

int32_t rh_channel_wanted(const rh_channel_t *channel, const rh_outputs_t *outputs)
{
    double number = wanted_number(channel, outputs);
    uint16_t words[2] = {0};
    rh_reg_type_t type = channel->target->type;

    if (rh_codec_encode(type, channel->target->order, number, words) != 0) {
        return 0; /* the register cannot hold it: the safe number */
    }
    return rh_codec_decode(type, channel->target->order, words).raw;
}

bool rh_channel_confirmed(const rh_channel_t *torque, int32_t *number)
{
    *number = torque->confirmed;
    if (torque->partner != NULL) {
        *number *= sign(torque->partner->confirmed * torque->partner->gain);
    }
    return torque->is_confirmed;
}

bool rh_channel_is_changed(const rh_channel_t *channel, const rh_outputs_t *outputs)
{
    return !channel->is_confirmed || channel->is_open ||
           rh_channel_wanted(channel, outputs) != channel->confirmed;
}

bool rh_channel_is_retreat(const rh_channel_t *channel, const rh_outputs_t *outputs)
{
    int32_t wanted = rh_channel_wanted(channel, outputs);
    bool is_changed = rh_channel_is_changed(channel, outputs);
    switch (channel->kind) {
    case RH_CHANNEL_TORQUE:
        return is_changed && wanted == 0;
    case RH_CHANNEL_SERVO:
        return is_changed && wanted == SHUT_DOWN;
    case RH_CHANNEL_SPEED:
        break;
    }
    return false;
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
    if (atomic_load(&outputs->buzzer)) {
        wanted |= bit_at(bits->buzzer);
    }
    return (uint16_t)wanted;
}
