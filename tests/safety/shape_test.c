/* SPDX-License-Identifier: Apache-2.0 */
/* The torque the gate gives: bounds, slew, window, funnel and wall, the damped arm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>

#include "gate_bench.h"

static gate_bench_t bench;

static int setup(void **state)
{
    (void)state;
    gate_bench_init(&bench);
    gate_bench_arm(&bench);
    return 0;
}

static double granted_nm(void)
{
    return bench.grant.torque_mnm / 1000.0;
}

/* Armed for long enough that the recovery ramp is over, and moved to an angle. */
static void settle(double angle_deg, double torque_nm)
{
    gate_bench_place(&bench, angle_deg);
    bench.request.torque_nm = torque_nm;
    bench.request.load_nm = fabs(torque_nm);
    gate_bench_ticks(&bench, 6000);
    assert_int_equal(bench.safety.state, RH_SAFETY_ARMED);
}

static void a_request_within_the_bounds_is_granted_as_it_is(void **state)
{
    (void)state;
    settle(-40.0, -42.5);
    assert_int_equal(bench.grant.torque_mnm, -42500);
}

static void resistance_is_bounded(void **state)
{
    (void)state;
    settle(-40.0, -400.0);
    assert_int_equal(bench.grant.torque_mnm, -bench.limits.resist_max_mnm);
}

static void lifting_is_bounded_to_what_assistance_needs(void **state)
{
    (void)state;
    settle(-40.0, 400.0);
    assert_int_equal(bench.grant.torque_mnm, bench.limits.lift_max_mnm);
}

static void after_arming_torque_ramps_from_zero(void **state)
{
    (void)state;
    bench.request.torque_nm = -60.0;
    gate_bench_ticks(&bench, 500);
    assert_true(granted_nm() <= -18.0 && granted_nm() >= -20.5); /* 20 N m/s for 1 s */
}

static void load_grows_slowly_and_goes_at_once(void **state)
{
    (void)state;
    settle(-40.0, -10.0);
    bench.request.torque_nm = -40.0;
    gate_bench_ticks(&bench, 1);
    double grown = -granted_nm() - 10.0;
    assert_true(grown > 0.0 && grown <= bench.limits.slew_load_mnm_per_s * 2e-6 + 0.01);
    gate_bench_ticks(&bench, 200);
    bench.request.torque_nm = 0.0;
    gate_bench_ticks(&bench, 1);
    double shed = granted_nm() + 40.0;
    assert_true(shed >= bench.limits.slew_safe_mnm_per_s * 2e-6 - 0.01);
}

static void a_flood_of_requests_gains_no_more_than_the_window_allows(void **state)
{
    (void)state;
    settle(-40.0, 0.0);
    bench.request.torque_nm = -149.0;
    gate_bench_ticks(&bench, bench.limits.window_ms / 2);
    assert_true(-bench.grant.torque_mnm <= bench.limits.window_mnm + 100);
}

static void between_the_limits_nothing_is_added(void **state)
{
    (void)state;
    settle(-40.0, -20.0);
    bench.rate_dps = 90.0;
    gate_bench_ticks(&bench, 5);
    assert_false(bench.report.limit_active);
    assert_int_equal(bench.grant.torque_mnm, -20000);
}

static void beyond_the_top_stands_a_wall_of_20_newton_metres_a_degree(void **state)
{
    (void)state;
    settle(5.0, 0.0);
    assert_true(fabs(granted_nm() + 40.0) < 0.5);
    assert_true(bench.report.limit_active);
}

static void the_wall_ends_as_soon_as_the_legs_come_back(void **state)
{
    (void)state;
    settle(5.0, 0.0);
    bench.rate_dps = -2.0;
    gate_bench_ticks(&bench, 20);
    assert_int_equal(bench.grant.torque_mnm, 0);
}

static void the_funnel_brakes_before_the_limit_when_it_comes_fast(void **state)
{
    (void)state;
    settle(-12.0, 0.0);
    bench.rate_dps = 150.0;
    gate_bench_ticks(&bench, 10);
    assert_true(granted_nm() < -10.0);
}

static void a_slow_approach_meets_no_funnel(void **state)
{
    (void)state;
    settle(-12.0, 0.0);
    bench.rate_dps = 20.0;
    gate_bench_ticks(&bench, 10);
    assert_int_equal(bench.grant.torque_mnm, 0);
}

static void at_the_bottom_the_wall_brakes_and_never_lifts(void **state)
{
    (void)state;
    settle(-95.0, 0.0);
    bench.rate_dps = -60.0;
    gate_bench_ticks(&bench, 10);
    assert_true(granted_nm() > 5.0);
    bench.rate_dps = 0.0;
    gate_bench_ticks(&bench, 60);
    assert_int_equal(bench.grant.torque_mnm, 0);
}

static void below_the_bottom_limit_the_load_fades_to_nothing(void **state)
{
    (void)state;
    settle(-98.0, -40.0);
    assert_int_equal(bench.grant.torque_mnm, -40000);
    gate_bench_place(&bench, -100.0);
    gate_bench_ticks(&bench, 100);
    assert_true(fabs(granted_nm() + 20.0) < 0.5);
    gate_bench_place(&bench, -101.5);
    gate_bench_ticks(&bench, 100);
    assert_int_equal(bench.grant.torque_mnm, 0);
}

static void an_encounter_with_a_limit_is_told_once(void **state)
{
    (void)state;
    settle(-20.0, 0.0);
    int told = 0;
    for (int i = 0; i < 200; i++) {
        gate_bench_place(&bench, i % 20 < 10 ? 4.0 : 2.0);
        gate_bench_ticks(&bench, 1);
        told += bench.report.limit_began;
    }
    assert_int_equal(told, 1);
}

static void a_taught_range_narrows_the_limits(void **state)
{
    (void)state;
    bench.request.rom_taught = true;
    bench.request.rom_top_deg = -5.0;
    bench.request.rom_bottom_deg = -92.0;
    gate_bench_ticks(&bench, 1);
    assert_int_equal(bench.report.soft_top_mdeg, -5000);
    assert_int_equal(bench.report.soft_bottom_mdeg, -98000);
    assert_int_equal(bench.report.trip_top_mdeg, 0);
}

static void a_short_range_never_trips_legs_that_hang(void **state)
{
    (void)state;
    bench.request.rom_taught = true;
    bench.request.rom_top_deg = -20.0;
    bench.request.rom_bottom_deg = -70.0;
    gate_bench_place(&bench, -95.0);
    gate_bench_ticks(&bench, 500);
    assert_int_equal(bench.report.soft_bottom_mdeg, -96000);
    assert_int_equal(bench.safety.state, RH_SAFETY_ARMED);
}

static void safe1_never_lifts_not_even_for_a_tick(void **state)
{
    (void)state;
    settle(-40.0, -60.0);
    bench.rate_dps = -60.0;
    gate_bench_command(&bench, RH_COMMAND_STOP);
    gate_bench_ticks(&bench, 100);
    assert_int_equal(bench.safety.state, RH_SAFETY_SAFE1);
    assert_true(granted_nm() > 50.0); /* brakes the sinking */
    bench.rate_dps = 20.0;
    for (int i = 0; i < 100; i++) {
        gate_bench_ticks(&bench, 1);
        assert_true(bench.grant.torque_mnm <= 0);
    }
}

static void a_taught_range_can_never_widen_them(void **state)
{
    (void)state;
    bench.request.rom_taught = true;
    bench.request.rom_top_deg = 20.0;
    bench.request.rom_bottom_deg = -130.0;
    gate_bench_ticks(&bench, 1);
    assert_int_equal(bench.report.soft_top_mdeg, bench.limits.soft_top_mdeg);
    assert_int_equal(bench.report.soft_bottom_mdeg, bench.limits.soft_bottom_mdeg);
}

static void a_taught_range_that_is_not_a_number_changes_nothing(void **state)
{
    (void)state;
    bench.request.rom_taught = true;
    bench.request.rom_top_deg = nan("");
    bench.request.rom_bottom_deg = nan("");
    gate_bench_ticks(&bench, 1);
    assert_int_equal(bench.report.soft_top_mdeg, bench.limits.soft_top_mdeg);
    assert_int_equal(bench.report.soft_bottom_mdeg, bench.limits.soft_bottom_mdeg);
}

/* Nobody's legs are in the straps. */
static void take_legs_out(void)
{
    gate_bench_value(&bench, RH_SIGNAL_STRAP_LEFT, 0.0);
    gate_bench_value(&bench, RH_SIGNAL_STRAP_RIGHT, 0.0);
    gate_bench_ticks(&bench, 10);
}

static void lowering_damps_and_carries_the_arm(void **state)
{
    (void)state;
    settle(-30.0, 0.0);
    take_legs_out();
    gate_bench_command(&bench, RH_COMMAND_STOP);
    bench.rate_dps = -40.0;
    gate_bench_ticks(&bench, 60);
    assert_int_equal(bench.safety.state, RH_SAFETY_SAFE1);
    double damping_nm = bench.limits.body[0].damping_mnm_per_dps * 40.0 / 1000.0;
    double carried_nm = 0.8 * bench.limits.arm_gravity_mnm / 1000.0 *
                        cos(bench.angle_deg * 3.14159265358979 / 180.0);
    assert_true(fabs(granted_nm() - damping_nm - carried_nm) < 0.5);
}

static void lowering_never_lifts_an_arm_that_stands(void **state)
{
    (void)state;
    settle(-30.0, 0.0);
    gate_bench_command(&bench, RH_COMMAND_STOP);
    gate_bench_ticks(&bench, 300);
    assert_int_equal(bench.grant.torque_mnm, 0);
}

static void while_lifting_the_old_load_ramps_away_within_300_ms(void **state)
{
    (void)state;
    settle(-60.0, -60.0);
    take_legs_out();
    bench.rate_dps = 1.0;
    gate_bench_command(&bench, RH_COMMAND_STOP);
    gate_bench_ticks(&bench, 70);
    assert_true(granted_nm() < -25.0 && granted_nm() > -36.0);
    gate_bench_ticks(&bench, 85);
    assert_true(granted_nm() > -2.0);
}

static void more_body_takes_more_damping_once_the_cells_show_contact(void **state)
{
    (void)state;
    settle(-30.0, 0.0);
    take_legs_out();
    gate_bench_value(&bench, RH_SIGNAL_STRAP_LEFT, -30.0);
    gate_bench_ticks(&bench, 5);
    gate_bench_command(&bench, RH_COMMAND_STOP);
    bench.rate_dps = 30.0;
    gate_bench_ticks(&bench, 60);
    assert_int_equal(bench.safety.body, 3); /* 80 kg */
    double damping_nm = bench.limits.body[3].damping_mnm_per_dps * 30.0 / 1000.0;
    assert_true(fabs(granted_nm() + damping_nm) < 0.5);
}

static void
the_comfort_stop_takes_the_load_off_in_90_ms_and_carries_the_arm(void **state)
{
    (void)state;
    settle(-30.0, -60.0);
    gate_bench_command(&bench, RH_COMMAND_COMFORT);
    gate_bench_ticks(&bench, 50);
    double gravity_nm =
        bench.limits.arm_gravity_mnm / 1000.0 * cos(30.0 * 3.14159265358979 / 180.0);
    assert_int_equal(bench.safety.state, RH_SAFETY_FLOAT);
    assert_true(fabs(granted_nm() - gravity_nm) < 0.5);
}

static void nothing_is_granted_to_a_drive_that_is_off(void **state)
{
    (void)state;
    settle(-90.0, -60.0);
    gate_bench_command(&bench, RH_COMMAND_DISARM);
    gate_bench_ticks(&bench, 10);
    assert_int_equal(bench.grant.torque_mnm, 0);
    assert_false(bench.grant.servo_on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_request_within_the_bounds_is_granted_as_it_is, setup),
        cmocka_unit_test_setup(resistance_is_bounded, setup),
        cmocka_unit_test_setup(lifting_is_bounded_to_what_assistance_needs, setup),
        cmocka_unit_test_setup(after_arming_torque_ramps_from_zero, setup),
        cmocka_unit_test_setup(load_grows_slowly_and_goes_at_once, setup),
        cmocka_unit_test_setup(a_flood_of_requests_gains_no_more_than_the_window_allows,
                               setup),
        cmocka_unit_test_setup(between_the_limits_nothing_is_added, setup),
        cmocka_unit_test_setup(
            beyond_the_top_stands_a_wall_of_20_newton_metres_a_degree, setup),
        cmocka_unit_test_setup(the_wall_ends_as_soon_as_the_legs_come_back, setup),
        cmocka_unit_test_setup(the_funnel_brakes_before_the_limit_when_it_comes_fast,
                               setup),
        cmocka_unit_test_setup(a_slow_approach_meets_no_funnel, setup),
        cmocka_unit_test_setup(at_the_bottom_the_wall_brakes_and_never_lifts, setup),
        cmocka_unit_test_setup(below_the_bottom_limit_the_load_fades_to_nothing, setup),
        cmocka_unit_test_setup(an_encounter_with_a_limit_is_told_once, setup),
        cmocka_unit_test_setup(a_taught_range_narrows_the_limits, setup),
        cmocka_unit_test_setup(a_short_range_never_trips_legs_that_hang, setup),
        cmocka_unit_test_setup(safe1_never_lifts_not_even_for_a_tick, setup),
        cmocka_unit_test_setup(a_taught_range_can_never_widen_them, setup),
        cmocka_unit_test_setup(a_taught_range_that_is_not_a_number_changes_nothing,
                               setup),
        cmocka_unit_test_setup(lowering_damps_and_carries_the_arm, setup),
        cmocka_unit_test_setup(lowering_never_lifts_an_arm_that_stands, setup),
        cmocka_unit_test_setup(while_lifting_the_old_load_ramps_away_within_300_ms,
                               setup),
        cmocka_unit_test_setup(more_body_takes_more_damping_once_the_cells_show_contact,
                               setup),
        cmocka_unit_test_setup(
            the_comfort_stop_takes_the_load_off_in_90_ms_and_carries_the_arm, setup),
        cmocka_unit_test_setup(nothing_is_granted_to_a_drive_that_is_off, setup),
    };
    return cmocka_run_group_tests_name("shape", tests, NULL, NULL);
}
