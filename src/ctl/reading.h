/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every wire of the machine says at one moment, from the daemon's `signal.list`:
 * for `doctor` and commissioning, which look at the signals themselves.
 */
#ifndef RH_CTL_READING_H
#define RH_CTL_READING_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"
#include "rh/signal.h"

typedef struct {
    int64_t mono_ns; /* of the tick; 0 = the loop has not ticked yet */
    char safety[24];
    double value[RH_SIGNAL_COUNT];  /* in the signal's unit */
    double age_ms[RH_SIGNAL_COUNT]; /* not-a-number: an older daemon's */
    bool is_good[RH_SIGNAL_COUNT];  /* read, and the device calls it valid */
    char quality[RH_SIGNAL_COUNT][8];
} rh_reading_t;

/* 0 or an exit code with the problem. */
int rh_reading_take(rh_client_t *client, rh_reading_t *reading, rh_problem_t *problem);

#endif
