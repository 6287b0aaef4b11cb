/* SPDX-License-Identifier: Apache-2.0 */
/* The probes: relay (hazard 17) and polarity (hazard 4); torque is torque_test.c's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "probe_bench.h"

static gate_bench_t bench;

static int idle(void **state)
{
    (void)state;
    probe_idle(&bench);
    return 0;
}

static void a_relay_that_drops_is_proven_with_its_time(void **state)
{
    (void)state;
    probe_relay(&bench, 30);
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
    assert_in_range(bench.report.relay_us, 58000, 66000);
    assert_false(bench.grant.servo_on);
    assert_true(bench.grant.beat);
    assert_int_equal(bench.faults_seen & ~RH_FAULT_BIT(BOOT), 0);
}

static void a_drive_that_runs_on_without_heartbeat_is_cut_and_named(void **state)
{
    (void)state;
    probe_ask(&bench, RH_COMMAND_RELAY_TEST, RH_REFUSAL_NONE);
    probe_drive(&bench, RH_DRIVE_READY | RH_DRIVE_RUN);
    int ticks = gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 400);
    /* 200 ms seen to run, then relay_ms + 50 */
    assert_in_range(ticks * 2, 200 + 75 + 50, 200 + 75 + 50 + 12);
    assert_true(gate_bench_saw(&bench, RH_FAULT_RELAY_STUCK));
    assert_false(bench.grant.servo_on);
    assert_int_equal(bench.report.relay_us, 0);
}

static void
a_relay_that_never_closes_is_named_by_the_drive_that_does_not_run(void **state)
{
    (void)state;
    probe_ask(&bench, RH_COMMAND_RELAY_TEST, RH_REFUSAL_NONE);
    probe_drive(&bench, RH_DRIVE_READY);
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 300);
    assert_true(gate_bench_saw(&bench, RH_FAULT_DRIVE_NOT_RUNNING));
    assert_false(bench.grant.servo_on);
}

static void a_drive_that_stops_by_itself_proves_no_relay(void **state)
{
    (void)state;
    probe_ask(&bench, RH_COMMAND_RELAY_TEST, RH_REFUSAL_NONE);
    probe_drive(&bench, RH_DRIVE_READY | RH_DRIVE_RUN);
    gate_bench_ticks(&bench, 5);
    probe_drive(&bench, RH_DRIVE_READY);
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 400);
    assert_true(gate_bench_saw(&bench, RH_FAULT_DRIVE_NOT_RUNNING));
    assert_int_equal(bench.report.relay_us, 0);
}

/* Sampled before the heartbeat ended, and read after. */
static void a_status_from_before_the_cut_proves_no_relay(void **state)
{
    (void)state;
    probe_ask(&bench, RH_COMMAND_RELAY_TEST, RH_REFUSAL_NONE);
    probe_drive(&bench, RH_DRIVE_READY | RH_DRIVE_RUN);
    for (int i = 0; i < 400 && bench.grant.beat; i++) {
        gate_bench_ticks(&bench, 1);
    }
    gate_bench_silence(&bench, RH_SIGNAL_DRIVE_STATUS, RH_SIGNAL_DRIVE_STATUS, true);
    gate_bench_ticks(&bench, 3);
    probe_drive(&bench, RH_DRIVE_READY);
    gate_bench_ticks(&bench, 2);
    assert_int_equal(bench.report.relay_us, 0);
}

/* Jammed after a reset, it would be consent for ever. */
static void a_reset_button_that_is_stuck_is_no_consent(void **state)
{
    (void)state;
    gate_bench_flag(&bench, RH_SIGNAL_RESET_BUTTON, true);
    gate_bench_ticks(&bench, 62600); /* 5 s until it counts as stuck, and two minutes */
    probe_ask(&bench, RH_COMMAND_POLARITY_TEST, RH_REFUSAL_NO_CONSENT);
    assert_false(bench.grant.servo_on);
}

static void a_drive_that_comes_and_goes_ends_a_probe_unproven(void **state)
{
    (void)state;
    probe_ask(&bench, RH_COMMAND_RELAY_TEST, RH_REFUSAL_NONE);
    int ticks = 0;
    for (; ticks < 6000 && bench.safety.state == RH_SAFETY_PROBE; ticks++) {
        probe_drive(&bench, ticks / 50 % 2 == 0 ? RH_DRIVE_READY | RH_DRIVE_RUN
                                                : RH_DRIVE_READY);
        gate_bench_ticks(&bench, 1);
    }
    assert_in_range(ticks * 2, 9990, 10010);
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
    assert_int_equal(bench.report.relay_us, 0);
}

/* Hazard 43: from afar a console could switch the motor on under somebody's hands. */
static void a_probe_needs_the_reset_button_within_two_minutes(void **state)
{
    (void)state;
    gate_bench_ticks(&bench, 59698); /* 301 ticks since it was let go */
    probe_ask(&bench, RH_COMMAND_RELAY_TEST, RH_REFUSAL_NONE);
    probe_drive(&bench, RH_DRIVE_READY);
    (void)idle(state);
    gate_bench_ticks(&bench, 59699);
    probe_ask(&bench, RH_COMMAND_RELAY_TEST, RH_REFUSAL_NO_CONSENT);
    probe_ask(&bench, RH_COMMAND_POLARITY_TEST, RH_REFUSAL_NO_CONSENT);
    probe_ask(&bench, RH_COMMAND_TORQUE_TEST, RH_REFUSAL_NO_CONSENT);
    assert_false(bench.grant.servo_on);
    gate_bench_flag(&bench, RH_SIGNAL_RESET_BUTTON, true);
    gate_bench_ticks(&bench, 5);
    probe_ask(&bench, RH_COMMAND_RELAY_TEST, RH_REFUSAL_NONE);
}

static void the_comfort_stop_keeps_a_probe_from_beginning(void **state)
{
    (void)state;
    gate_bench_flag(&bench, RH_SIGNAL_COMFORT_STOP, true);
    gate_bench_ticks(&bench, 10);
    probe_ask(&bench, RH_COMMAND_RELAY_TEST, RH_REFUSAL_COMFORT);
    assert_false(bench.grant.servo_on);
}

static void a_drive_that_runs_unasked_is_cut_and_named(void **state)
{
    (void)state;
    probe_drive(&bench, RH_DRIVE_READY | RH_DRIVE_RUN);
    int ticks = gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 400);
    assert_in_range(ticks * 2, bench.limits.run_timeout_ms,
                    bench.limits.run_timeout_ms + 6);
    assert_true(gate_bench_saw(&bench, RH_FAULT_DRIVE_UNASKED));
    assert_false(bench.grant.beat);
    gate_bench_reset(&bench);
    assert_int_not_equal(bench.safety.state, RH_SAFETY_IDLE);
    probe_drive(&bench, RH_DRIVE_READY);
    gate_bench_ticks(&bench, 10);
    gate_bench_reset(&bench);
    gate_bench_ticks(&bench, 10);
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
}

static void probing_names_what_it_lacks(void **state)
{
    (void)state;
    probe_ask(&bench, RH_COMMAND_POLARITY_TEST, RH_REFUSAL_NO_RELAY);
    probe_ask(&bench, RH_COMMAND_TORQUE_TEST, RH_REFUSAL_NO_RELAY);
    bench.input.console_present = false;
    probe_ask(&bench, RH_COMMAND_RELAY_TEST, RH_REFUSAL_NO_CONSOLE);
    bench.input.console_present = true;
    gate_bench_pad(&bench, 80.0);
    probe_ask(&bench, RH_COMMAND_RELAY_TEST, RH_REFUSAL_PAD_NOT_EMPTY);
    gate_bench_pad(&bench, 0.0);
    gate_bench_place(&bench, -60.0);
    probe_ask(&bench, RH_COMMAND_RELAY_TEST, RH_REFUSAL_NOT_AT_BOTTOM);
    gate_bench_place(&bench, -90.0);
    gate_bench_ticks(&bench, 300);
    probe_drive(&bench, 0);
    probe_ask(&bench, RH_COMMAND_RELAY_TEST, RH_REFUSAL_SENSORS);
    probe_drive(&bench, RH_DRIVE_READY);
    gate_bench_command(&bench, RH_COMMAND_STOP);
    probe_ask(&bench, RH_COMMAND_RELAY_TEST, RH_REFUSAL_WRONG_STATE);
    assert_false(bench.grant.servo_on);
}

static void whoever_comes_near_ends_a_probe(void **state)
{
    (void)state;
    for (int cause = 0; cause < 4; cause++) {
        (void)idle(NULL);
        probe_ask(&bench, RH_COMMAND_RELAY_TEST, RH_REFUSAL_NONE);
        probe_drive(&bench, RH_DRIVE_READY | RH_DRIVE_RUN);
        gate_bench_ticks(&bench, 10);
        assert_int_equal(bench.safety.state, RH_SAFETY_PROBE);
        if (cause == 0) {
            gate_bench_pad(&bench, 80.0);
        } else if (cause == 1) {
            bench.input.console_present = false;
        } else if (cause == 2) {
            gate_bench_flag(&bench, RH_SIGNAL_COMFORT_STOP, true);
        } else {
            gate_bench_place(&bench, -70.0);
        }
        gate_bench_ticks(&bench, 1);
        assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
        assert_int_equal(bench.report.relay_us, 0);
        assert_false(bench.grant.servo_on);
    }
}

static void an_estop_in_a_probe_cuts(void **state)
{
    (void)state;
    probe_ask(&bench, RH_COMMAND_RELAY_TEST, RH_REFUSAL_NONE);
    gate_bench_flag(&bench, RH_SIGNAL_ESTOP_B, false);
    gate_bench_ticks(&bench, 1);
    assert_int_equal(bench.safety.state, RH_SAFETY_SAFE3);
    assert_false(bench.grant.servo_on);
    assert_false(bench.grant.beat);
}

static void begin_polarity(void)
{
    probe_relay(&bench, 30);
    bench.drive_follows = true;
    gate_bench_ticks(&bench, 300);
    probe_ask(&bench, RH_COMMAND_POLARITY_TEST, RH_REFUSAL_NONE);
}

static void an_arm_that_rises_proves_the_polarity(void **state)
{
    (void)state;
    begin_polarity();
    int32_t most = 0;
    for (int i = 0; i < 600 && bench.safety.state == RH_SAFETY_PROBE; i++) {
        bench.angle_deg += bench.grant.torque_mnm > 6000 ? 0.01 : 0.0;
        gate_bench_ticks(&bench, 1);
        assert_true(bench.grant.torque_mnm >= 0);
        most = bench.grant.torque_mnm > most ? bench.grant.torque_mnm : most;
        assert_true(bench.grant.speed_limit_mdps <= 60000);
    }
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
    assert_in_range(bench.report.polarity_mdeg, 1000, 1100);
    assert_in_range(most, 6000, 12000);
    assert_int_equal(bench.grant.torque_mnm, 0);
}

static void an_arm_that_is_pushed_down_is_cut_and_named(void **state)
{
    (void)state;
    begin_polarity();
    for (int i = 0; i < 600 && bench.safety.state == RH_SAFETY_PROBE; i++) {
        bench.angle_deg -= bench.grant.torque_mnm > 6000 ? 0.01 : 0.0;
        gate_bench_ticks(&bench, 1);
    }
    assert_int_equal(bench.safety.state, RH_SAFETY_SAFE3);
    assert_true(gate_bench_saw(&bench, RH_FAULT_POLARITY));
    assert_int_equal(bench.report.polarity_mdeg, 0);
    assert_int_equal(bench.grant.torque_mnm, 0);
}

static void an_arm_that_does_not_move_gets_no_more_than_20_nm(void **state)
{
    (void)state;
    begin_polarity();
    int32_t most = 0;
    int ticks = 0;
    for (; ticks < 3000 && bench.safety.state == RH_SAFETY_PROBE; ticks++) {
        gate_bench_ticks(&bench, 1);
        most = bench.grant.torque_mnm > most ? bench.grant.torque_mnm : most;
    }
    assert_int_equal(most, 20000);
    assert_in_range(ticks * 2, 2490, 2530);
    assert_true(gate_bench_saw(&bench, RH_FAULT_POLARITY));
}

/* Torque begins anew where the drive does, and never by a step. */
static void a_drive_that_returns_begins_the_ramp_anew(void **state)
{
    (void)state;
    begin_polarity();
    gate_bench_ticks(&bench, 900);
    assert_in_range(bench.grant.torque_mnm, 17000, 18100);
    probe_drive(&bench, RH_DRIVE_READY);
    gate_bench_ticks(&bench, 100);
    assert_int_equal(bench.grant.torque_mnm, 0);
    bench.drive_follows = true;
    for (int i = 0; i < 20; i++) {
        gate_bench_ticks(&bench, 1);
        assert_true(bench.grant.torque_mnm <= (i + 1) * 20);
    }
}

static void a_hand_that_nudges_the_arm_proves_no_polarity(void **state)
{
    (void)state;
    begin_polarity();
    for (int i = 0; i < 600 && bench.safety.state == RH_SAFETY_PROBE; i++) {
        bench.angle_deg += 0.06;
        gate_bench_ticks(&bench, 1);
        assert_true(bench.grant.torque_mnm < 2000);
    }
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
    assert_int_equal(bench.report.polarity_mdeg, 0);
}

static void a_motor_encoder_that_falls_proves_no_polarity(void **state)
{
    (void)state;
    begin_polarity();
    bench.motor_frozen = true;
    double motor_deg = bench.angle_deg;
    for (int i = 0; i < 2000 && bench.safety.state == RH_SAFETY_PROBE; i++) {
        double step_deg = bench.grant.torque_mnm > 6000 ? 0.01 : 0.0;
        bench.angle_deg += step_deg;
        motor_deg -= step_deg;
        gate_bench_value(&bench, RH_SIGNAL_MOTOR_ANGLE, motor_deg);
        gate_bench_ticks(&bench, 1);
    }
    assert_int_not_equal(bench.safety.state, RH_SAFETY_IDLE);
    assert_int_equal(bench.report.polarity_mdeg, 0);
}

#define IDLE(name) cmocka_unit_test_setup(name, idle)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IDLE(a_relay_that_drops_is_proven_with_its_time),
        IDLE(a_drive_that_runs_on_without_heartbeat_is_cut_and_named),
        IDLE(a_relay_that_never_closes_is_named_by_the_drive_that_does_not_run),
        IDLE(a_drive_that_stops_by_itself_proves_no_relay),
        IDLE(a_status_from_before_the_cut_proves_no_relay),
        IDLE(a_drive_that_comes_and_goes_ends_a_probe_unproven),
        IDLE(a_probe_needs_the_reset_button_within_two_minutes),
        IDLE(a_reset_button_that_is_stuck_is_no_consent),
        IDLE(the_comfort_stop_keeps_a_probe_from_beginning),
        IDLE(a_drive_that_runs_unasked_is_cut_and_named),
        IDLE(a_drive_that_returns_begins_the_ramp_anew),
        IDLE(a_hand_that_nudges_the_arm_proves_no_polarity),
        IDLE(a_motor_encoder_that_falls_proves_no_polarity),
        IDLE(probing_names_what_it_lacks),
        IDLE(whoever_comes_near_ends_a_probe),
        IDLE(an_estop_in_a_probe_cuts),
        IDLE(an_arm_that_rises_proves_the_polarity),
        IDLE(an_arm_that_is_pushed_down_is_cut_and_named),
        IDLE(an_arm_that_does_not_move_gets_no_more_than_20_nm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
