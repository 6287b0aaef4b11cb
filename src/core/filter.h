/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 10 Hz Butterworth of fourth order that peak rates are read from: its zero-phase
 * form (a second-order section run forwards and backwards, its corner moved up by
 * 1/0.802 so that the two passes together are 3 dB down at 10 Hz: Winter's dual pass)
 * and its causal twin (two sections in a row). Private to src/core.
 */
#ifndef RH_CORE_FILTER_H
#define RH_CORE_FILTER_H

#define RH_FILTER_HZ 10.0

typedef struct {
    double b0, b1, b2, a1, a2;
} rh_section_t;

typedef struct {
    rh_section_t dual;
    rh_section_t causal[2];
} rh_filter_t;

typedef struct {
    double z[2][2];
} rh_filter_state_t;

/* `sample_hz` > 2 x RH_FILTER_HZ. */
void rh_filter_init(rh_filter_t *filter, double sample_hz);
/* In place over `count` evenly spaced values. */
void rh_filter_zero_phase(const rh_filter_t *filter, double *value, int count);
/* Makes the causal twin rest at `value`. */
void rh_filter_prime(const rh_filter_t *filter, rh_filter_state_t *state, double value);
double rh_filter_causal(const rh_filter_t *filter, rh_filter_state_t *state,
                        double value);

#endif
