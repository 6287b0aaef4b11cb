/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one tick is told: the time, the newest sample of every signal with its age and
 * quality, and at most one command. Nothing else reaches the pure rooms, so the same
 * inputs give the same outputs, bit for bit.
 */
#ifndef RH_INPUT_H
#define RH_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "rh/command.h"
#include "rh/signal.h"

/* Zero is "never read": a forgotten binding is not mistaken for a good zero. */
typedef enum {
    RH_QUALITY_NONE = 0, /* never read, or not bound */
    RH_QUALITY_GOOD,
    RH_QUALITY_BAD, /* the device answered and says itself that the value is not valid
                       (wire break, overload, error bit) */
    RH_QUALITY_LOST /* the device does not answer; the value is the last one */
} rh_quality_t;

typedef struct {
    /* inverted with the value where a flag's binding says `invert` */
    int32_t raw;      /* the device's own number: counts, register value, bit */
    int32_t milli;    /* the same in thousandths of the signal's unit */
    int64_t age_ns;   /* since the device took it, seen from rh_input_t.now_ns */
    uint32_t count;   /* advances by one with each sample: a repeated one is visible */
    uint16_t quality; /* rh_quality_t */
    int16_t rest_micro; /* what milli rounds off, in millionths: a motor's encoder
                           resolves less than a thousandth of a degree at the arm. For
                           measuring; the gate computes without it */
} rh_sample_t;

typedef struct {
    int64_t now_ns;         /* CLOCK_MONOTONIC as the tick began */
    int64_t late_ns;        /* how late this tick really began; 0 = on time */
    bool console_present;   /* a console holds the lease and renewed it within 2 s */
    uint32_t lease;         /* another number with every lease that is taken, 0 before
                               the first; with a command, of the lease it was given
                               under, though that may have ended since */
    bool recording_stalled; /* the event ring is full: nothing may be dropped */
    rh_sample_t signal[RH_SIGNAL_COUNT];
    rh_command_t command;
} rh_input_t;

#endif
