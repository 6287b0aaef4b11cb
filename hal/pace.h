/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bus thread's time: the monotonic clock, sleeping, and waking on the dot. One thread
 * per pace.
 */
#ifndef RH_HAL_PACE_H
#define RH_HAL_PACE_H

#include <stdint.h>

/* Zeroed it is a fresh one. */
typedef struct {
    int64_t
        early_ns; /* how long before the time the thread is woken, to spin the rest */
} rh_pace_t;

/* CLOCK_MONOTONIC. */
int64_t rh_pace_now_ns(void);

/* Sleeps until that time or a little longer; at once where it has passed. */
void rh_pace_sleep_until(int64_t until_ns);

/* Waits until exactly that time. A sleeping thread wakes tens of microseconds late, and
 * the silence before a request is most of a transaction: so it sleeps less and spins
 * the rest, as long as it has learnt to be needed (10 to 100 us). */
void rh_pace_wait_until(rh_pace_t *pace, int64_t until_ns);

#endif
