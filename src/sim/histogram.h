/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A histogram of durations in whole microseconds up to 20 ms, from which percentiles
 * come without keeping samples. Pure; the wire statistics use it.
 */
#ifndef RH_SIM_HISTOGRAM_H
#define RH_SIM_HISTOGRAM_H

#include <stdint.h>

#define RH_HISTOGRAM_BINS 20001 /* the last bin holds everything longer */

typedef struct {
    uint64_t count;
    int64_t max_us;
    uint32_t bin[RH_HISTOGRAM_BINS];
} rh_histogram_t;

/* Adds one duration; negative ones count as 0. */
void rh_histogram_add(rh_histogram_t *histogram, int64_t duration_ns);
/* The smallest duration in us that `frac` (0..1) of the samples do not exceed; 0
 * without samples. */
int64_t rh_histogram_at(const rh_histogram_t *histogram, double frac);

#endif
