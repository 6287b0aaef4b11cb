/* SPDX-License-Identifier: Apache-2.0 */
/* The 10 Hz Butterworth: gain, phase, edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <math.h>

#include "filter.h"
#include "rh/units.h"
#include "trace.h"

#define HZ 250.0
#define COUNT 1000

static double wave[COUNT];

static void fill(double frequency_hz)
{
    for (int i = 0; i < COUNT; i++) {
        wave[i] = sin(2.0 * RH_PI * frequency_hz * i / HZ);
    }
}

/* Amplitude and phase of the middle of `wave` at a frequency, by correlation. */
static void fit(double frequency_hz, double *gain, double *phase_rad)
{
    double in_phase = 0.0, quadrature = 0.0;
    const int first = 250, last = 750; /* whole periods of 2, 10 and 20 Hz */

    for (int i = first; i < last; i++) {
        const double x = 2.0 * RH_PI * frequency_hz * i / HZ;

        in_phase += wave[i] * sin(x);
        quadrature += wave[i] * cos(x);
    }
    *gain = 2.0 / (last - first) * hypot(in_phase, quadrature);
    *phase_rad = atan2(quadrature, in_phase);
}

static void both_passes_together_are_3_db_down_at_10_hz(void **state)
{
    (void)state;
    rh_filter_t filter;
    double gain, phase_rad;

    rh_filter_init(&filter, HZ);
    fill(10.0);
    rh_filter_zero_phase(&filter, wave, COUNT);
    fit(10.0, &gain, &phase_rad);
    assert_true(fabs(gain - sqrt(0.5)) < 0.005);
    assert_true(fabs(phase_rad) < 0.005);
}

static void the_zero_phase_form_rolls_off_with_the_fourth_order(void **state)
{
    (void)state;
    rh_filter_t filter;
    double gain, phase_rad;

    rh_filter_init(&filter, HZ);
    fill(2.0);
    rh_filter_zero_phase(&filter, wave, COUNT);
    fit(2.0, &gain, &phase_rad);
    assert_true(gain > 0.995);
    assert_true(fabs(phase_rad) < 0.005);
    fill(20.0);
    rh_filter_zero_phase(&filter, wave, COUNT);
    fit(20.0, &gain, &phase_rad);
    assert_true(gain > 0.08 && gain < 0.16);
}

static void the_causal_twin_has_the_same_corner_and_a_lag(void **state)
{
    (void)state;
    rh_filter_t filter;
    rh_filter_state_t lag;
    double gain, phase_rad;

    rh_filter_init(&filter, HZ);
    rh_filter_prime(&filter, &lag, 0.0);
    fill(10.0);
    for (int i = 0; i < COUNT; i++) {
        wave[i] = rh_filter_causal(&filter, &lag, wave[i]);
    }
    fit(10.0, &gain, &phase_rad);
    assert_true(fabs(gain - sqrt(0.5)) < 0.005);
    assert_true(fabs(fabs(phase_rad) - RH_PI) < 0.05); /* order 4: half a turn */
}

static void a_constant_passes_unchanged_from_its_first_value(void **state)
{
    (void)state;
    rh_filter_t filter;
    rh_filter_state_t twin;

    rh_filter_init(&filter, HZ);
    rh_filter_prime(&filter, &twin, 7.0);
    for (int i = 0; i < COUNT; i++) {
        wave[i] = 7.0;
        assert_true(fabs(rh_filter_causal(&filter, &twin, 7.0) - 7.0) < 1e-9);
    }
    rh_filter_zero_phase(&filter, wave, COUNT);
    for (int i = 0; i < COUNT; i++) {
        assert_true(fabs(wave[i] - 7.0) < 1e-9);
    }
}

static rh_trace_t trace;

/* Half a sine of `peak_dps` in `length_s`, at the drive's 11 ms. */
static double peak_of(double peak_dps, double length_s)
{
    rh_mark_t from = {0}, to = {0};
    rh_point_t last = {0};

    rh_trace_init(&trace);
    rh_trace_begin(&trace, 0);
    for (int64_t t_ns = 0; t_ns < (int64_t)(length_s * 1e9); t_ns += 11080000) {
        const rh_point_t point = {
            .t_ns = t_ns,
            .rate_dps = peak_dps * sin(RH_PI * (double)t_ns * 1e-9 / length_s)};

        rh_trace_add(&trace, &last, &point);
        last = point;
        to.t_ns = t_ns;
    }
    return rh_trace_peak(&trace, &from, &to, true);
}

static void the_peak_of_a_lift_survives_the_filter(void **state)
{
    (void)state;
    assert_true(fabs(peak_of(100.0, 1.2) - 100.0) < 0.5);
}

static void a_lift_longer_than_the_buffer_still_has_its_peak(void **state)
{
    (void)state;
    assert_true(fabs(peak_of(40.0, 80.0) - 40.0) < 0.5); /* peak after 40 s */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_passes_together_are_3_db_down_at_10_hz),
        cmocka_unit_test(the_zero_phase_form_rolls_off_with_the_fourth_order),
        cmocka_unit_test(the_causal_twin_has_the_same_corner_and_a_lag),
        cmocka_unit_test(a_constant_passes_unchanged_from_its_first_value),
        cmocka_unit_test(the_peak_of_a_lift_survives_the_filter),
        cmocka_unit_test(a_lift_longer_than_the_buffer_still_has_its_peak),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
