/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cycle by arithmetic. Frame sizes: Modbus Application Protocol 1.1b3, section 6,
 * with unit id and checksum.
 */
#include "cycle.h"

#include "codec.h"

#define NS_PER_US 1000.0
#define READ_REQUEST 8
#define READ_REPLY 5
#define WRITE_WORD 16 /* FC06, both ways */
#define WRITE_HEAD 9  /* FC15, FC16 before their data */
#define WRITE_REPLY 8
#define READ_WRITE_REQUEST 13 /* FC23 before its data */
#define BITS_PER_BYTE 8

static int read_bytes(const rh_block_t *range)
{
    bool is_bits = range->space == RH_SPACE_COIL || range->space == RH_SPACE_DISCRETE;
    return READ_REPLY + (is_bits ? (range->count + BITS_PER_BYTE - 1) / BITS_PER_BYTE
                                 : 2 * range->count);
}

static int channel_bytes(const rh_device_t *device, int index)
{
    int words = rh_codec_words(device->channels[index].target->type);
    return words == 1 && device->settings->profile.fc06
               ? WRITE_WORD
               : WRITE_HEAD + 2 * words + WRITE_REPLY;
}

static int turn_bytes(const rh_device_t *device, rh_job_t turn)
{
    switch (turn.kind) {
    case RH_JOB_BOTH:
        return READ_WRITE_REQUEST +
               2 * rh_codec_words(device->channels[0].target->type) +
               read_bytes(device->blocks[turn.index].range);
    case RH_JOB_BLOCK:
        return READ_REQUEST + read_bytes(device->blocks[turn.index].range);
    case RH_JOB_CHANNEL:
        return channel_bytes(device, turn.index);
    case RH_JOB_BITS:
        return WRITE_HEAD + (device->bits.count + BITS_PER_BYTE - 1) / BITS_PER_BYTE +
               WRITE_REPLY;
    case RH_JOB_STEP:
    case RH_JOB_CHECK:
    case RH_JOB_NONE:
        break;
    }
    return 0;
}

/* A device that is only read, by one request, is asked for one register more each
 * second time: a register is two characters. */
static double spare_bytes(const rh_schedule_t *schedule, rh_job_t turn)
{
    int turns = 0;
    for (int i = 0; i < schedule->turn_count; i++) {
        turns += schedule->turns[i].device == turn.device;
    }
    const rh_device_t *device = schedule->devices[turn.device];
    bool is_read = turn.kind == RH_JOB_BLOCK || turn.kind == RH_JOB_BOTH;
    bool varies = is_read && turns == 1 && !device->is_numbered &&
                  device->blocks[turn.index].range->spare > 0;
    return varies ? 1.0 : 0.0;
}

static double share_of(const rh_device_t *device, rh_job_t turn)
{
    bool in_turn =
        turn.kind == RH_JOB_BLOCK && device->blocks[turn.index].range->every > 1;
    return in_turn ? 1.0 / device->blocks[turn.index].range->every : 1.0;
}

double rh_cycle_ns(const rh_schedule_t *schedule, int64_t char_ns)
{
    double cycle_ns = 0.0;
    for (int i = 0; i < schedule->turn_count; i++) {
        rh_job_t turn = schedule->turns[i];
        int before = (i + schedule->turn_count - 1) % schedule->turn_count;
        const rh_device_t *device = schedule->devices[turn.device];
        int64_t gap_ns = schedule->devices[schedule->turns[before].device]->gap_ns;
        gap_ns = device->gap_ns > gap_ns ? device->gap_ns : gap_ns;
        double bytes = turn_bytes(device, turn) + spare_bytes(schedule, turn);
        double turn_ns = bytes * (double)char_ns + (double)gap_ns +
                         device->settings->profile.turnaround_us * NS_PER_US;
        cycle_ns += turn_ns * share_of(device, turn);
    }
    return cycle_ns;
}
