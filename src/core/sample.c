/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quality, age and unit of one signal. Called by core's step for every signal it uses.
 */
#include "sample.h"

rh_reading_t rh_sample_take(rh_sampler_t *sampler, const rh_input_t *input, int signal,
                            int64_t age_max_ns)
{
    const rh_sample_t *sample = &input->signal[signal];
    rh_reading_t reading = {0};

    /* Both ways: too old, and from the future. */
    if (sample->quality != RH_QUALITY_GOOD || sample->age_ns < 0 ||
        sample->age_ns > age_max_ns) {
        return reading;
    }
    reading.is_good = true;
    reading.is_fresh = sample->count != sampler->count[signal];
    reading.t_ns = input->now_ns - sample->age_ns;
    reading.value = 1e-3 * (double)sample->milli + 1e-6 * (double)sample->rest_micro;
    sampler->count[signal] = sample->count;
    return reading;
}

bool rh_sample_flag(const rh_input_t *input, int signal)
{
    const rh_sample_t *sample = &input->signal[signal];

    return sample->quality == RH_QUALITY_GOOD && sample->milli != 0;
}
