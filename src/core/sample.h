/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signal of the tick's input as core may use it: in natural units, with the moment
 * at which the device took it, and only if it is good and of a believable age. What is
 * stale, bad or from the future never gets past here. Private to src/core.
 */
#ifndef RH_CORE_SAMPLE_H
#define RH_CORE_SAMPLE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "rh/input.h"

/* What was not measured; null on the wire. */
#define RH_UNKNOWN ((double)NAN)

typedef struct {
    bool is_good;
    bool is_fresh; /* good, and not the sample of an earlier tick */
    int64_t t_ns;
    double value; /* in the signal's unit; 0 where not good */
} rh_reading_t;

/* Remembers which samples were already taken. Zeroed is ready. */
typedef struct {
    uint32_t count[RH_SIGNAL_COUNT];
} rh_sampler_t;

/* `signal`: RH_SIGNAL_*; `age_max_ns`: older than this is not good. */
rh_reading_t rh_sample_take(rh_sampler_t *sampler, const rh_input_t *input, int signal,
                            int64_t age_max_ns);
/* A flag as read; false where the device does not answer for it. */
bool rh_sample_flag(const rh_input_t *input, int signal);

#endif
