/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Latest values between threads: a sequence lock from one bus to its readers, and the
 * outputs of the control thread as atomics. A reader never waits: the writer may be
 * preempted in the middle by the reader itself. For the HAL only.
 */
#ifndef RH_HAL_MAILBOX_H
#define RH_HAL_MAILBOX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RH_MAILBOX_WORDS 224

typedef struct {
    _Atomic uint32_t sequence; /* odd while it is being written */
    _Atomic uint64_t words[RH_MAILBOX_WORDS];
} rh_mailbox_t;

/* One sample as a bus keeps it; an age is made of the stamp when it is read. */
typedef struct {
    int32_t raw, milli;
    int64_t stamp_ns; /* CLOCK_MONOTONIC: when the device composed the reply */
    uint32_t count;
    uint16_t quality;
    int16_t rest_micro;
} rh_hal_sample_t;

/* What the control thread wants of the actuators. */
typedef struct {
    _Atomic int32_t torque_mnm, speed_limit_mdps;
    _Atomic bool servo_on, lamp, buzzer;
    _Atomic bool is_granted; /* a grant was ever written */
    _Atomic uint32_t beat;   /* advanced once per good tick */
} rh_outputs_t;

/* Publishes `size` bytes (at most 8 * RH_MAILBOX_WORDS). One writer. */
void rh_mailbox_put(rh_mailbox_t *mailbox, const void *data, size_t size);

/* Copies the newest. False, and data untouched, when the writer was in the middle of it
 * for a bounded number of tries: keep the copy from before. */
bool rh_mailbox_get(const rh_mailbox_t *mailbox, void *data, size_t size);

#endif
