/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A serial line's time and its statistics; see wire.h. Pure; called by the pty link and
 * by tests.
 */
#include "wire.h"

#include <string.h>

#define BAUD 115200
#define BITS_8N1 10
#define NS_PER_S 1000000000LL
#define NS_PER_US 1000LL

/* Modbus over Serial Line 1.02, 2.5.1.1: above 19200 fixed values are recommended. */
#define FIXED_ABOVE_BAUD 19200
#define T15_NS 750000
#define T35_NS 1750000
#define INSTANT_T15_NS 200000
/* A slave thread is late by tens of us at p99; a computer that stood still, by this. */
#define STOOD_STILL_NS 1000000

rh_wire_line_t rh_wire_line(void)
{
    return (rh_wire_line_t){
        .baud = BAUD, .char_bits = BITS_8N1, .turnaround_us = {-1, -1}};
}

rh_wire_timing_t rh_wire_timing_of(const rh_wire_line_t *line)
{
    const int64_t char_ns = line->char_bits * NS_PER_S / line->baud;
    const bool fixed = !line->true_gap && line->baud > FIXED_ABOVE_BAUD;
    const int64_t *us = line->turnaround_us;
    rh_wire_timing_t timing = {
        .char_ns = char_ns,
        .t15_ns = fixed ? T15_NS : char_ns * 3 / 2,
        .t35_ns = fixed ? T35_NS : char_ns * 7 / 2,
    };

    if (line->instant) {
        timing = (rh_wire_timing_t){.t15_ns = INSTANT_T15_NS};
    }
    timing.turnaround_ns = us[0] < 0 ? timing.t35_ns : us[0] * NS_PER_US;
    timing.turnaround_range_ns = us[0] < 0 ? 0 : (us[1] - us[0]) * NS_PER_US;
    return timing;
}

rh_wire_timing_t rh_wire_timing(void)
{
    const rh_wire_line_t line = rh_wire_line();

    return rh_wire_timing_of(&line);
}

void rh_wire_init(rh_wire_t *wire, const rh_wire_timing_t *timing)
{
    memset(wire, 0, sizeof(*wire));
    wire->timing = *timing;
    wire->random = 1;
}

/* xorshift32 (Marsaglia 2003), evenly over the turnaround's range. */
static int64_t draw_turnaround(rh_wire_t *wire)
{
    const int64_t range_ns = wire->timing.turnaround_range_ns;
    uint32_t word = wire->random;

    word ^= word << 13;
    word ^= word >> 17;
    word ^= word << 5;
    wire->random = word;
    return wire->timing.turnaround_ns + (range_ns > 0 ? word % (range_ns + 1) : 0);
}

static rh_wire_violation_t describe(const rh_wire_t *wire, int64_t now_ns)
{
    return (rh_wire_violation_t){
        .early_ns = wire->free_ns - now_ns,
        .after_reply_ns = now_ns - wire->last_left_ns,
        .reply_late_ns = wire->last_late_ns,
        .after_request_ns = now_ns - wire->request_end_ns,
    };
}

void rh_wire_receive(rh_wire_t *wire, int64_t now_ns, const uint8_t *bytes,
                     size_t length)
{
    const int64_t span_ns = (int64_t)length * wire->timing.char_ns;

    if (wire->rx_length == 0) {
        wire->rx_start_ns = now_ns;
        wire->rx_end_ns = now_ns;
        wire->rx_early = now_ns < wire->free_ns;
        wire->early = describe(wire, now_ns);
        wire->rx_held_ns = wire->held_ns;
        wire->rx_spoiled = false;
    }
    if (now_ns > wire->rx_end_ns) {
        wire->rx_end_ns = now_ns;
    }
    wire->rx_end_ns += span_ns;
    if (length > sizeof(wire->rx) - wire->rx_length) {
        wire->rx_spoiled = true;
        length = sizeof(wire->rx) - wire->rx_length;
    }
    wire->held_ns = 0;
    memcpy(wire->rx + wire->rx_length, bytes, length);
    wire->rx_length += length;
}

void rh_wire_held(rh_wire_t *wire, int64_t held_ns)
{
    wire->held_ns = held_ns;
}

void rh_wire_spoil(rh_wire_t *wire)
{
    wire->rx_spoiled = true;
}

int64_t rh_wire_close_ns(const rh_wire_t *wire)
{
    return wire->rx_length > 0 ? wire->rx_end_ns + wire->timing.t15_ns : INT64_MAX;
}

int64_t rh_wire_release_ns(const rh_wire_t *wire)
{
    int64_t next_ns = INT64_MAX;

    for (int i = 0; i < RH_WIRE_PENDING; i++) {
        const rh_wire_reply_t *reply = &wire->pending[i];

        if (reply->used && reply->release_ns < next_ns) {
            next_ns = reply->release_ns;
        }
    }
    return next_ns;
}

/* The request that now began shows how long the master left the line idle. */
static void count_dead_time(rh_wire_t *wire)
{
    rh_wire_stats_t *stats = &wire->stats;
    int64_t dead_ns;

    if (!wire->last_valid) {
        return;
    }
    wire->last_valid = false;
    dead_ns = wire->rx_start_ns - (wire->last_release_ns + wire->timing.t35_ns);
    if (dead_ns < 0) {
        dead_ns = 0;
    }
    stats->wire_ns += wire->last_wire_ns;
    stats->dead_ns += dead_ns;
    stats->wall_ns += wire->rx_start_ns - wire->last_start_ns;
    rh_histogram_add(&stats->dead, dead_ns);
}

static void occupy(rh_wire_t *wire, int64_t until_ns)
{
    if (until_ns > wire->free_ns) {
        wire->free_ns = until_ns;
    }
}

/* Too early for the line, and in time for a slave that had not been held up? */
static void count_early(rh_wire_t *wire)
{
    rh_wire_stats_t *stats = &wire->stats;

    if (wire->slip_ns >= STOOD_STILL_NS && wire->early.early_ns <= wire->slip_ns) {
        stats->held_up++;
        return;
    }
    stats->violations++;
    stats->violation = wire->early;
}

const uint8_t *rh_wire_take(rh_wire_t *wire, int64_t now_ns, size_t *length)
{
    if (wire->rx_length == 0 || now_ns < wire->rx_end_ns + wire->timing.t15_ns) {
        return NULL;
    }
    *length = wire->rx_length;
    wire->rx_length = 0;
    occupy(wire, wire->rx_end_ns + wire->timing.t35_ns);
    if (wire->rx_early) {
        count_early(wire);
        return NULL;
    }
    if (wire->rx_spoiled || !rh_frame_is_rtu(wire->rx, *length)) {
        wire->stats.bad_frames++;
        wire->last_valid = false;
        return NULL;
    }
    count_dead_time(wire);
    wire->stats.requests++;
    wire->request++;
    wire->request_start_ns = wire->rx_start_ns;
    wire->request_end_ns = wire->rx_end_ns;
    wire->slip_ns = wire->rx_held_ns;
    return wire->rx;
}

void rh_wire_ignore(rh_wire_t *wire)
{
    wire->stats.requests--;
    wire->stats.foreign++;
}

static rh_wire_reply_t *free_slot(rh_wire_t *wire)
{
    rh_wire_reply_t *oldest = &wire->pending[0];

    for (int i = 0; i < RH_WIRE_PENDING; i++) {
        if (!wire->pending[i].used) {
            return &wire->pending[i];
        }
        if (wire->pending[i].release_ns < oldest->release_ns) {
            oldest = &wire->pending[i];
        }
    }
    return oldest;
}

int64_t rh_wire_reply(rh_wire_t *wire, const uint8_t *bytes, size_t length,
                      int64_t delay_ns, bool counted)
{
    rh_wire_reply_t *reply = free_slot(wire);

    reply->used = true;
    reply->counted = counted;
    reply->request = wire->request;
    reply->turnaround_ns = draw_turnaround(wire);
    reply->release_ns = wire->request_end_ns + reply->turnaround_ns +
                        (int64_t)length * wire->timing.char_ns + delay_ns;
    reply->length = length;
    memcpy(reply->bytes, bytes, length);
    /* A late reply does not hold the line: the silence before it invites a retry, which
     * is exactly how it comes to be taken for the next one. */
    if (delay_ns == 0) {
        occupy(wire, reply->release_ns + wire->timing.t35_ns);
    }
    return reply->release_ns;
}

rh_wire_reply_t *rh_wire_due(rh_wire_t *wire, int64_t now_ns)
{
    rh_wire_reply_t *first = NULL;

    for (int i = 0; i < RH_WIRE_PENDING; i++) {
        rh_wire_reply_t *reply = &wire->pending[i];

        if (reply->used && reply->release_ns <= now_ns &&
            (first == NULL || reply->release_ns < first->release_ns)) {
            first = reply;
        }
    }
    return first;
}

void rh_wire_released(rh_wire_t *wire, rh_wire_reply_t *reply, int64_t now_ns)
{
    const rh_wire_timing_t *timing = &wire->timing;

    reply->used = false;
    wire->last_left_ns = now_ns;
    wire->last_late_ns = now_ns - reply->release_ns;
    wire->stats.replies++;
    rh_histogram_add(&wire->stats.late, now_ns - reply->release_ns);
    /* A reply that a newer request has overtaken, be it one that still arrives, is
     * noise, not a transaction; the master cannot be blamed for what it could not
     * know. */
    if (reply->request != wire->request || wire->rx_length > 0) {
        return;
    }
    occupy(wire, now_ns + timing->t35_ns);
    wire->slip_ns += wire->last_late_ns;
    wire->last_valid = reply->counted;
    wire->last_start_ns = wire->request_start_ns;
    wire->last_release_ns = now_ns;
    wire->last_wire_ns = wire->request_end_ns - wire->request_start_ns +
                         reply->turnaround_ns +
                         (int64_t)reply->length * timing->char_ns + timing->t35_ns;
}

void rh_wire_mark(rh_wire_t *wire)
{
    memset(&wire->stats, 0, sizeof(wire->stats));
    wire->last_valid = false;
}

static double ratio(int64_t part_ns, int64_t whole_ns)
{
    return whole_ns > 0 ? (double)part_ns / (double)whole_ns : 0.0;
}

double rh_wire_eta(const rh_wire_stats_t *stats)
{
    return ratio(stats->wire_ns, stats->wire_ns + stats->dead_ns);
}

double rh_wire_eta_wall(const rh_wire_stats_t *stats)
{
    return ratio(stats->wire_ns, stats->wall_ns);
}
