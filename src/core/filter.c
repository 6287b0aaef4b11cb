/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Second-order low-pass sections by the bilinear transform with the corner prewarped,
 * in the transposed direct form. Called by the trace of rates.
 */
#include "filter.h"

#include <math.h>

#include "rh/units.h"

#define DUAL_PASS 0.8022429      /* (sqrt(2) - 1)^(1/4) */
#define DAMPING_SINGLE 1.4142136 /* 1/Q of the sections of a Butterworth: order 2 */
#define DAMPING_FIRST 1.8477591  /* order 4 */
#define DAMPING_SECOND 0.7653669

/* `k`: the corner, prewarped. */
static rh_section_t section(double k, double damping)
{
    const double norm = 1.0 / (1.0 + damping * k + k * k);

    return (rh_section_t){
        .b0 = k * k * norm,
        .b1 = 2.0 * k * k * norm,
        .b2 = k * k * norm,
        .a1 = 2.0 * (k * k - 1.0) * norm,
        .a2 = (1.0 - damping * k + k * k) * norm,
    };
}

static void prime(const rh_section_t *section, double z[2], double value)
{
    z[0] = (1.0 - section->b0) * value;
    z[1] = (section->b2 - section->a2) * value;
}

static double run(const rh_section_t *section, double z[2], double value)
{
    const double out = section->b0 * value + z[0];

    z[0] = section->b1 * value - section->a1 * out + z[1];
    z[1] = section->b2 * value - section->a2 * out;
    return out;
}

void rh_filter_init(rh_filter_t *filter, double sample_hz)
{
    const double k = tan(RH_PI * RH_FILTER_HZ / sample_hz);

    filter->dual = section(k / DUAL_PASS, DAMPING_SINGLE);
    filter->causal[0] = section(k, DAMPING_FIRST);
    filter->causal[1] = section(k, DAMPING_SECOND);
}

void rh_filter_zero_phase(const rh_filter_t *filter, double *value, int count)
{
    double z[2];

    if (count <= 0) {
        return;
    }
    prime(&filter->dual, z, value[0]);
    for (int i = 0; i < count; i++) {
        value[i] = run(&filter->dual, z, value[i]);
    }
    prime(&filter->dual, z, value[count - 1]);
    for (int i = count - 1; i >= 0; i--) {
        value[i] = run(&filter->dual, z, value[i]);
    }
}

void rh_filter_prime(const rh_filter_t *filter, rh_filter_state_t *state, double value)
{
    prime(&filter->causal[0], state->z[0], value);
    prime(&filter->causal[1], state->z[1], value);
}

double rh_filter_causal(const rh_filter_t *filter, rh_filter_state_t *state,
                        double value)
{
    return run(&filter->causal[1], state->z[1],
               run(&filter->causal[0], state->z[0], value));
}
