/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Percentiles of durations; see histogram.h. Pure, for the wire statistics.
 */
#include "histogram.h"

void rh_histogram_add(rh_histogram_t *histogram, int64_t duration_ns)
{
    const int64_t us = duration_ns > 0 ? duration_ns / 1000 : 0;
    const int64_t bin = us < RH_HISTOGRAM_BINS ? us : RH_HISTOGRAM_BINS - 1;

    histogram->count++;
    histogram->bin[bin]++;
    if (us > histogram->max_us) {
        histogram->max_us = us;
    }
}

int64_t rh_histogram_at(const rh_histogram_t *histogram, double frac)
{
    const double wanted = frac * (double)histogram->count;
    uint64_t seen = 0;

    if (histogram->count == 0) {
        return 0;
    }
    for (int64_t us = 0; us < RH_HISTOGRAM_BINS - 1; us++) {
        seen += histogram->bin[us];
        if ((double)seen >= wanted && seen > 0) {
            return us;
        }
    }
    return histogram->max_us;
}
