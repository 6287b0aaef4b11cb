/* SPDX-License-Identifier: Apache-2.0 */
/* Angle and rate against motions whose derivative is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <math.h>

#include "bench.h"
#include "rh/units.h"

static bench_t bench;

typedef struct {
    double angle_deg, rate_dps;
} worst_t;

/* Lifts 90 deg in 1.2 s (rates to 118 deg/s) and keeps the worst errors. */
static worst_t follow(bench_layout_t layout)
{
    worst_t worst = {0};
    const double length_s = 1.2, way_deg = 90.0;

    bench_init(&bench, layout);
    bench_aim(&bench, 0.0, length_s);
    for (int i = 1; i < 600; i++) {
        const double x = RH_PI * (0.002 * i) / length_s;

        bench_run(&bench, 0.002);
        const double angle_deg = -90.0 + 0.5 * way_deg * (1.0 - cos(x));
        const double rate_dps = 0.5 * way_deg * RH_PI / length_s * sin(x);

        worst.angle_deg =
            fmax(worst.angle_deg, fabs(bench.snapshot.angle_deg - angle_deg));
        if (i > 30) {
            worst.rate_dps =
                fmax(worst.rate_dps, fabs(bench.snapshot.rate_dps - rate_dps));
        }
    }
    print_message("worst angle %.4f deg, rate %.3f dps\n", worst.angle_deg,
                  worst.rate_dps);
    return worst;
}

static void the_live_estimate_is_close_at_every_tick_of_ideal_samples(void **state)
{
    (void)state;
    const worst_t worst = follow(BENCH_IDEAL);

    assert_true(worst.angle_deg < 0.02);
    assert_true(worst.rate_dps < 1.0);
}

static void the_live_estimate_is_carried_across_the_wires_delay(void **state)
{
    (void)state;
    const worst_t worst = follow(BENCH_RTU);

    assert_true(worst.angle_deg < 0.15);
    assert_true(worst.rate_dps < 4.0);
}

static void the_settled_rate_has_no_lag(void **state)
{
    (void)state;
    rh_track_t track = {0};
    rh_settled_t settled;
    double worst_dps = 0.0;
    int count = 0;

    for (int64_t t_ns = 0; t_ns < RH_NS_PER_S; t_ns += 11080000) {
        const double x = 2.0 * (double)t_ns * 1e-9;

        const rh_node_t node = {t_ns, round(50000.0 * sin(x)) / 1000.0};

        rh_track_feed(&track, &node);
        while (rh_track_next(&track, &settled)) {
            const double true_dps = 100.0 * cos(2.0 * (double)settled.node.t_ns * 1e-9);

            worst_dps = fmax(worst_dps, fabs(settled.rate_dps - true_dps));
            count++;
        }
    }
    assert_true(count > 80);
    assert_true(worst_dps < 0.15);
}

static void a_parabola_is_settled_exactly_however_unevenly_it_is_sampled(void **state)
{
    (void)state;
    rh_track_t track = {0};
    rh_settled_t settled;
    uint64_t random = 7;
    int64_t t_ns = 0;

    for (int i = 0; i < 200; i++) {
        const double t_s = 1e-9 * (double)t_ns;

        const rh_node_t node = {t_ns, -50.0 + 20.0 * t_s - 15.0 * t_s * t_s};

        rh_track_feed(&track, &node);
        while (rh_track_next(&track, &settled)) {
            const double true_dps = 20.0 - 30.0 * 1e-9 * (double)settled.node.t_ns;

            assert_true(fabs(settled.rate_dps - true_dps) < 1e-6);
            assert_true(fabs(settled.accel_dps2 + 30.0) < 1e-4);
        }
        t_ns += 3000000 + (int64_t)(15e6 * bench_random(&random));
    }
}

static void a_force_between_two_samples_is_interpolated(void **state)
{
    (void)state;
    const rh_machine_settings_t machine = {.strap_radius_m = 0.85};
    const rh_posture_t posture = {0};
    rh_cells_t cells = {0};
    rh_sampler_t sampler = {0};
    rh_input_t input = {0};
    double force_n[2];

    for (uint32_t i = 0; i < 3; i++) {
        for (int s = RH_SIGNAL_STRAP_LEFT; s <= RH_SIGNAL_STRAP_RIGHT; s++) {
            input.signal[s] = (rh_sample_t){.milli = 10000 * (int32_t)i,
                                            .count = i + 1,
                                            .quality = RH_QUALITY_GOOD};
        }
        input.now_ns = 10000000 * (int64_t)i;
        rh_cells_take(&cells, &sampler, &input, 40000000);
    }
    assert_true(
        rh_cells_force_at(&cells, &machine, &posture, 2500000, 60000000, force_n));
    assert_true(fabs(force_n[0] - 2.5) < 1e-9);
    assert_true(
        rh_cells_force_at(&cells, &machine, &posture, 15000000, 60000000, force_n));
    assert_true(fabs(force_n[1] - 15.0) < 1e-9);
    assert_true(
        rh_cells_force_at(&cells, &machine, &posture, 30000000, 60000000, force_n));
    assert_true(fabs(force_n[1] - 20.0) < 1e-9); /* the last is held */
    assert_false(
        rh_cells_force_at(&cells, &machine, &posture, 90000000, 60000000, force_n));
}

static void every_settled_sample_comes_once_and_in_order(void **state)
{
    (void)state;
    rh_track_t track = {0};
    rh_settled_t settled;
    int64_t t_ns = 0, last_ns = 0;
    uint64_t random = 42;
    int fed = 0, settled_count = 0;

    for (; fed < 2000; fed++) {
        t_ns += 1000000 + (int64_t)(19e6 * bench_random(&random));
        const rh_node_t node = {t_ns, 0.0};

        rh_track_feed(&track, &node);
        while (rh_track_next(&track, &settled)) {
            assert_true(settled.node.t_ns > last_ns);
            last_ns = settled.node.t_ns;
            settled_count++;
        }
    }
    assert_in_range(settled_count, fed - 50, fed);
}

static void one_impossible_sample_is_left_out(void **state)
{
    (void)state;
    bench_init(&bench, BENCH_IDEAL);
    bench.input.signal[RH_SIGNAL_MOTOR_ANGLE].milli = 80000;
    bench.angle_noise_deg = 0.0;
    rh_estimate_feed(&bench.core.estimate, bench.now_ns + 1000000, 80.0);
    bench_pause(&bench, 0.1);
    assert_true(fabs(bench.snapshot.angle_deg + 90.0) < 0.01);
    assert_true(fabs(bench.snapshot.rate_dps) < 0.5);
}

static void a_stale_encoder_leaves_angle_and_rate_unknown(void **state)
{
    (void)state;
    bench_init(&bench, BENCH_IDEAL);
    bench.wire[0].next_s = 1e9;
    bench_pause(&bench, 0.030);
    assert_true(isfinite(bench.snapshot.angle_deg));
    bench_pause(&bench, 0.030);
    assert_true(isnan(bench.snapshot.angle_deg));
    assert_true(isnan(bench.snapshot.rate_dps));
    assert_true(bench.request.torque_nm == 0.0);
}

static void a_sample_from_the_future_is_not_used(void **state)
{
    (void)state;
    rh_sampler_t sampler = {0};
    rh_input_t input = {.now_ns = 100};
    rh_sample_t *sample = &input.signal[RH_SIGNAL_MOTOR_ANGLE];

    *sample = (rh_sample_t){.quality = RH_QUALITY_GOOD, .count = 1, .age_ns = -1};
    assert_false(rh_sample_take(&sampler, &input, RH_SIGNAL_MOTOR_ANGLE, 50).is_good);
    sample->age_ns = 51;
    assert_false(rh_sample_take(&sampler, &input, RH_SIGNAL_MOTOR_ANGLE, 50).is_good);
    sample->age_ns = 50;
    assert_true(rh_sample_take(&sampler, &input, RH_SIGNAL_MOTOR_ANGLE, 50).is_fresh);
    assert_false(rh_sample_take(&sampler, &input, RH_SIGNAL_MOTOR_ANGLE, 50).is_fresh);
}

static void bad_and_lost_samples_never_enter_the_estimate(void **state)
{
    (void)state;
    static const uint32_t QUALITIES[] = {RH_QUALITY_NONE, RH_QUALITY_BAD,
                                         RH_QUALITY_LOST};
    rh_sampler_t sampler = {0};
    rh_input_t input = {0};

    for (unsigned i = 0; i < 3; i++) {
        input.signal[RH_SIGNAL_MOTOR_ANGLE] =
            (rh_sample_t){.quality = (uint16_t)QUALITIES[i], .count = i + 1};
        const rh_reading_t reading =
            rh_sample_take(&sampler, &input, RH_SIGNAL_MOTOR_ANGLE, 50);

        assert_false(reading.is_good);
        assert_false(reading.is_fresh);
    }
}

static void the_strap_force_is_free_of_tare_and_hardware(void **state)
{
    (void)state;
    bench_init(&bench, BENCH_IDEAL);
    bench.offset_n[0] = 0.0;
    bench.force_n[0] = 40.0;
    bench.force_n[1] = 30.0;
    bench_stroke(&bench, -20.0, 1.5);
    bench_pause(&bench, 0.5);
    assert_true(fabs(bench.snapshot.force_left_n - 40.0) < 0.2);
    assert_true(fabs(bench.snapshot.force_right_n - 30.0) < 0.2);
    assert_true(fabs(bench.snapshot.torque_nm - 70.0 * 0.85) < 0.3);
}

static void the_hardwares_inertia_is_taken_out_as_its_weight_is(void **state)
{
    (void)state;
    const rh_machine_settings_t machine = {
        .strap_radius_m = 0.8, .strap_weight_n = 10.0, .strap_mass_kg = 1.0};
    const rh_posture_t posture = {.cos_angle = 0.5, .accel_dps2 = 100.0};
    const double expected_n = 0.5 * (5.0 + 0.8 * 100.0 * RH_PI / 180.0);

    assert_true(fabs(rh_cells_hardware_n(&machine, &posture) - expected_n) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_live_estimate_is_close_at_every_tick_of_ideal_samples),
        cmocka_unit_test(the_live_estimate_is_carried_across_the_wires_delay),
        cmocka_unit_test(the_settled_rate_has_no_lag),
        cmocka_unit_test(a_parabola_is_settled_exactly_however_unevenly_it_is_sampled),
        cmocka_unit_test(a_force_between_two_samples_is_interpolated),
        cmocka_unit_test(every_settled_sample_comes_once_and_in_order),
        cmocka_unit_test(one_impossible_sample_is_left_out),
        cmocka_unit_test(a_stale_encoder_leaves_angle_and_rate_unknown),
        cmocka_unit_test(a_sample_from_the_future_is_not_used),
        cmocka_unit_test(bad_and_lost_samples_never_enter_the_estimate),
        cmocka_unit_test(the_strap_force_is_free_of_tare_and_hardware),
        cmocka_unit_test(the_hardwares_inertia_is_taken_out_as_its_weight_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
