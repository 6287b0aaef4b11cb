/* SPDX-License-Identifier: Apache-2.0 */
/* The rules that watch drive and encoders: what each catches, how fast, and where it
 * leads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "gate_bench.h"

static gate_bench_t bench;

static int setup(void **state)
{
    (void)state;
    gate_bench_init(&bench);
    gate_bench_arm(&bench);
    return 0;
}

static void
a_torque_that_is_not_the_commanded_one_is_cut_at_the_second_sample(void **state)
{
    (void)state;
    bench.drive_follows = false;
    gate_bench_value(&bench, RH_SIGNAL_DRIVE_TORQUE, -60.0);
    gate_bench_value(&bench, RH_SIGNAL_TORQUE_CONFIRMED, -30.0);
    bench.input.signal[RH_SIGNAL_DRIVE_STATUS].raw = RH_DRIVE_READY | RH_DRIVE_RUN;
    assert_int_equal(gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 3), 2);
    assert_true(gate_bench_saw(&bench, RH_FAULT_RUNAWAY));
}

static void
a_torque_within_fifteen_percent_and_ten_newton_metres_is_no_runaway(void **state)
{
    (void)state;
    bench.drive_follows = false;
    gate_bench_value(&bench, RH_SIGNAL_DRIVE_TORQUE, -74.0);
    gate_bench_value(&bench, RH_SIGNAL_TORQUE_CONFIRMED, -60.0);
    bench.input.signal[RH_SIGNAL_DRIVE_STATUS].raw = RH_DRIVE_READY | RH_DRIVE_RUN;
    gate_bench_ticks(&bench, 100);
    assert_int_equal(bench.safety.state, RH_SAFETY_ARMED);
}

/* Faster than the lowering limit, but far below the limit that is in force while armed.
 */
static void a_drive_that_ignores_its_command_is_cut_in_a_fast_lift_too(void **state)
{
    (void)state;
    bench.drive_follows = false;
    bench.angle_deg = -50.0;
    bench.rate_dps = 100.0;
    gate_bench_value(&bench, RH_SIGNAL_DRIVE_TORQUE, 0.0);
    gate_bench_value(&bench, RH_SIGNAL_TORQUE_CONFIRMED, 30.0);
    bench.input.signal[RH_SIGNAL_DRIVE_STATUS].raw = RH_DRIVE_READY | RH_DRIVE_RUN;
    assert_int_equal(gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 3), 2);
    assert_true(gate_bench_saw(&bench, RH_FAULT_RUNAWAY));
}

static void a_drive_that_brakes_at_its_speed_limit_is_no_runaway(void **state)
{
    (void)state;
    bench.drive_follows = false;
    bench.angle_deg = -50.0;
    bench.rate_dps = bench.limits.rate_limit_mdps / 1000.0;
    gate_bench_value(&bench, RH_SIGNAL_DRIVE_TORQUE, -30.0);
    gate_bench_value(&bench, RH_SIGNAL_TORQUE_CONFIRMED, 10.0);
    bench.input.signal[RH_SIGNAL_DRIVE_STATUS].raw = RH_DRIVE_READY | RH_DRIVE_RUN;
    gate_bench_ticks(&bench, 3);
    assert_false(gate_bench_saw(&bench, RH_FAULT_RUNAWAY));
}

/* The excuse is the drive's own brake, which acts at its limit and not before. */
static void
below_nine_tenths_of_the_speed_limit_the_same_torque_is_a_runaway(void **state)
{
    (void)state;
    bench.drive_follows = false;
    bench.angle_deg = -50.0;
    bench.rate_dps = bench.limits.rate_limit_mdps / 1000.0 * 0.88;
    gate_bench_value(&bench, RH_SIGNAL_DRIVE_TORQUE, -30.0);
    gate_bench_value(&bench, RH_SIGNAL_TORQUE_CONFIRMED, 10.0);
    bench.input.signal[RH_SIGNAL_DRIVE_STATUS].raw = RH_DRIVE_READY | RH_DRIVE_RUN;
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 3);
    assert_true(gate_bench_saw(&bench, RH_FAULT_RUNAWAY));
}

static void a_drive_that_does_not_run_is_cut(void **state)
{
    (void)state;
    bench.drive_follows = false;
    bench.input.signal[RH_SIGNAL_DRIVE_STATUS].raw = RH_DRIVE_READY;
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 260);
    assert_true(gate_bench_saw(&bench, RH_FAULT_DRIVE_NOT_RUNNING));
}

static void stop_the_drive(void)
{
    bench.drive_follows = false;
    gate_bench_value(&bench, RH_SIGNAL_DRIVE_TORQUE, 0.0);
    bench.input.signal[RH_SIGNAL_DRIVE_STATUS].raw = RH_DRIVE_READY;
}

static void a_drive_that_stops_running_in_a_rep_is_cut_at_the_third_sample(void **state)
{
    (void)state;
    gate_bench_ticks(&bench, 10);
    stop_the_drive();
    assert_int_equal(gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 4), 3);
    assert_true(gate_bench_saw(&bench, RH_FAULT_DRIVE_NOT_RUNNING));
}

static void a_drive_that_stops_running_while_it_lowers_is_cut(void **state)
{
    (void)state;
    gate_bench_place(&bench, -20.0);
    gate_bench_command(&bench, RH_COMMAND_STOP);
    bench.rate_dps = -40.0;
    gate_bench_ticks(&bench, 50);
    assert_int_equal(bench.safety.state, RH_SAFETY_SAFE1);
    stop_the_drive();
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 4);
    assert_true(gate_bench_saw(&bench, RH_FAULT_DRIVE_NOT_RUNNING));
}

static void a_servo_that_is_switched_off_at_the_bottom_is_no_stopped_drive(void **state)
{
    (void)state;
    gate_bench_command(&bench, RH_COMMAND_DISARM);
    gate_bench_ticks(&bench, 500);
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
    assert_int_equal(bench.faults_seen, 0);
}

static void a_torque_that_nobody_asked_for_is_cut_in_idle_too(void **state)
{
    (void)state;
    gate_bench_command(&bench, RH_COMMAND_DISARM);
    gate_bench_ticks(&bench, 50);
    bench.drive_follows = false;
    gate_bench_value(&bench, RH_SIGNAL_DRIVE_TORQUE, -150.0);
    bench.input.signal[RH_SIGNAL_DRIVE_STATUS].raw = RH_DRIVE_READY | RH_DRIVE_RUN;
    assert_int_equal(gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 3), 2);
    assert_true(gate_bench_saw(&bench, RH_FAULT_RUNAWAY));
}

static void a_torque_without_running_is_a_runaway_too(void **state)
{
    (void)state;
    bench.drive_follows = false;
    gate_bench_value(&bench, RH_SIGNAL_DRIVE_TORQUE, -60.0);
    gate_bench_value(&bench, RH_SIGNAL_TORQUE_CONFIRMED, -60.0);
    bench.input.signal[RH_SIGNAL_DRIVE_STATUS].raw = RH_DRIVE_READY;
    assert_int_equal(gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 3), 2);
    assert_true(gate_bench_saw(&bench, RH_FAULT_RUNAWAY));
}

static void a_torque_reading_that_goes_bad_is_a_silent_drive(void **state)
{
    (void)state;
    bench.input.signal[RH_SIGNAL_DRIVE_TORQUE].quality = RH_QUALITY_BAD;
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 1);
    assert_true(gate_bench_saw(&bench, RH_FAULT_STALE_DRIVE));
}

static void a_confirmed_torque_that_grows_old_is_a_silent_drive(void **state)
{
    (void)state;
    gate_bench_silence(&bench, RH_SIGNAL_TORQUE_CONFIRMED, RH_SIGNAL_TORQUE_CONFIRMED,
                       true);
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 21);
    assert_true(gate_bench_saw(&bench, RH_FAULT_STALE_DRIVE));
}

/* The arm and its angles move, the rate says otherwise. */
static void move_at(double rate_dps, double said_dps, int ticks)
{
    for (int i = 0; i < ticks; i++) {
        bench.rate_dps = said_dps;
        bench.angle_deg += (rate_dps - said_dps) * BENCH_TICK_NS * 1e-9;
        gate_bench_ticks(&bench, 1);
        if (bench.safety.state == RH_SAFETY_SAFE2) {
            return;
        }
    }
}

static void
a_rate_that_stands_still_while_the_arm_moves_leads_to_the_blind_state(void **state)
{
    (void)state;
    gate_bench_place(&bench, -60.0);
    move_at(100.0, 0.0, 25);
    assert_int_equal(bench.safety.state, RH_SAFETY_SAFE2);
    assert_true(gate_bench_saw(&bench, RH_FAULT_RATE_MISMATCH));
}

static void a_rate_with_the_wrong_sign_leads_to_the_blind_state(void **state)
{
    (void)state;
    gate_bench_place(&bench, -20.0);
    move_at(-60.0, 60.0, 25);
    assert_int_equal(bench.safety.state, RH_SAFETY_SAFE2);
}

static void an_age_of_any_size_overflows_nothing(void **state)
{
    (void)state;
    static const int64_t ages_ns[] = {INT64_MIN + 1, -1, INT64_MAX};
    bench.rate_dps = 300.0;
    for (size_t i = 0; i < sizeof(ages_ns) / sizeof(ages_ns[0]); i++) {
        gate_bench_place(&bench, -60.0);
        bench.safety.rate_off_mdeg = 20000;
        bench.input.signal[RH_SIGNAL_MOTOR_ANGLE].count++;
        bench.input.signal[RH_SIGNAL_MOTOR_ANGLE].age_ns = ages_ns[i];
        bench.input.now_ns += BENCH_TICK_NS;
        rh_safety_step(&bench.safety, &bench.limits, &bench.input, &bench.request,
                       &bench.grant, &bench.report);
        assert_true(bench.safety.rate_off_mdeg <= 20000);
        assert_true(bench.safety.rate_off_mdeg >= -20000);
    }
    assert_int_equal(bench.safety.state,
                     RH_SAFETY_SAFE3); /* no age: the drive is lost */
}

static void a_rate_that_is_five_percent_off_is_no_fault(void **state)
{
    (void)state;
    gate_bench_place(&bench, -80.0);
    move_at(120.0, 114.0, 250);
    assert_int_equal(bench.safety.state, RH_SAFETY_ARMED);
}

static void a_drive_fault_is_cut(void **state)
{
    (void)state;
    bench.drive_follows = false;
    bench.input.signal[RH_SIGNAL_DRIVE_STATUS].raw = RH_DRIVE_FAULT;
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 1);
    assert_true(gate_bench_saw(&bench, RH_FAULT_DRIVE_FAULT));
}

static void encoders_that_differ_by_three_degrees_lower(void **state)
{
    (void)state;
    bench.rate_dps = 100.0;
    gate_bench_ticks(&bench, 100);
    bench.arm_frozen = true;
    int ticks = gate_bench_ticks_to(&bench, RH_SAFETY_SAFE1, 25);
    assert_true(ticks * 2 <= 50);
    assert_true(gate_bench_saw(&bench, RH_FAULT_ENCODER_MISMATCH));
}

static void a_frozen_motor_encoder_leads_to_the_blind_state(void **state)
{
    (void)state;
    bench.rate_dps = 100.0;
    gate_bench_ticks(&bench, 100);
    bench.motor_frozen = true;
    int ticks = gate_bench_ticks_to(&bench, RH_SAFETY_SAFE2, 25);
    assert_true(ticks * 2 <= 50);
    assert_true(gate_bench_saw(&bench, RH_FAULT_ENCODER_FROZEN));
    assert_int_equal(bench.grant.torque_mnm, 0);
}

static void an_arm_at_rest_is_not_a_frozen_encoder(void **state)
{
    (void)state;
    gate_bench_ticks(&bench, 5000);
    assert_int_equal(bench.safety.state, RH_SAFETY_ARMED);
}

#define ON_BENCH(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BENCH(a_torque_that_is_not_the_commanded_one_is_cut_at_the_second_sample),
        ON_BENCH(a_torque_within_fifteen_percent_and_ten_newton_metres_is_no_runaway),
        ON_BENCH(a_drive_that_ignores_its_command_is_cut_in_a_fast_lift_too),
        ON_BENCH(a_drive_that_brakes_at_its_speed_limit_is_no_runaway),
        ON_BENCH(below_nine_tenths_of_the_speed_limit_the_same_torque_is_a_runaway),
        ON_BENCH(a_drive_that_does_not_run_is_cut),
        ON_BENCH(a_drive_that_stops_running_in_a_rep_is_cut_at_the_third_sample),
        ON_BENCH(a_drive_that_stops_running_while_it_lowers_is_cut),
        ON_BENCH(a_servo_that_is_switched_off_at_the_bottom_is_no_stopped_drive),
        ON_BENCH(a_torque_that_nobody_asked_for_is_cut_in_idle_too),
        ON_BENCH(a_torque_without_running_is_a_runaway_too),
        ON_BENCH(a_torque_reading_that_goes_bad_is_a_silent_drive),
        ON_BENCH(a_confirmed_torque_that_grows_old_is_a_silent_drive),
        ON_BENCH(a_rate_that_stands_still_while_the_arm_moves_leads_to_the_blind_state),
        ON_BENCH(a_rate_with_the_wrong_sign_leads_to_the_blind_state),
        ON_BENCH(an_age_of_any_size_overflows_nothing),
        ON_BENCH(a_rate_that_is_five_percent_off_is_no_fault),
        ON_BENCH(a_drive_fault_is_cut),
        ON_BENCH(encoders_that_differ_by_three_degrees_lower),
        ON_BENCH(a_frozen_motor_encoder_leads_to_the_blind_state),
        ON_BENCH(an_arm_at_rest_is_not_a_frozen_encoder),
    };
    return cmocka_run_group_tests_name("drive rules", tests, NULL, NULL);
}
