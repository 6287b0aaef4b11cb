/* SPDX-License-Identifier: Apache-2.0 */
/* Each rule of the table: what it catches, how fast, and where it leads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>

#include "gate_bench.h"
#include "rh/snapshot.h" /* RH_WAIT_BIT */

static gate_bench_t bench;

static int setup(void **state)
{
    (void)state;
    gate_bench_init(&bench);
    gate_bench_arm(&bench);
    return 0;
}

static void an_open_estop_cuts_in_the_same_tick(void **state)
{
    (void)state;
    gate_bench_flag(&bench, RH_SIGNAL_ESTOP_A, false);
    assert_int_equal(gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 1), 1);
    assert_true(gate_bench_saw(&bench, RH_FAULT_ESTOP));
    assert_false(bench.grant.servo_on);
    assert_false(bench.grant.beat);
    assert_int_equal(bench.grant.torque_mnm, 0);
}

static void press_the_estop(void)
{
    gate_bench_flag(&bench, RH_SIGNAL_ESTOP_A, false);
    gate_bench_flag(&bench, RH_SIGNAL_ESTOP_B, false);
    gate_bench_ticks(&bench, 2);
    gate_bench_flag(&bench, RH_SIGNAL_ESTOP_A, true);
    gate_bench_flag(&bench, RH_SIGNAL_ESTOP_B, true);
    gate_bench_ticks(&bench, 2);
}

static void one_channel_of_the_estop_is_enough(void **state)
{
    (void)state;
    gate_bench_flag(&bench, RH_SIGNAL_ESTOP_B, false);
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 1);
}

/* Hazard 38: a channel that does not open with the other is no second channel. */
static void channels_of_the_estop_that_disagree_keep_a_reset_away(void **state)
{
    (void)state;
    for (int stuck = 0; stuck < 2; stuck++) {
        int opens = stuck == 0 ? RH_SIGNAL_ESTOP_B : RH_SIGNAL_ESTOP_A;
        gate_bench_pad(&bench, 0.0);
        gate_bench_flag(&bench, opens, false);
        gate_bench_ticks(&bench, 249); /* 498 ms: a slow contact */
        assert_false(gate_bench_saw(&bench, RH_FAULT_ESTOP_DISAGREE));
        gate_bench_ticks(&bench, 3);
        assert_true(gate_bench_saw(&bench, RH_FAULT_ESTOP_DISAGREE));
        gate_bench_flag(&bench, opens, true);
        gate_bench_reset(&bench);
        gate_bench_reset(&bench);
        assert_int_equal(bench.safety.state, RH_SAFETY_SAFE3);
        press_the_estop();
        gate_bench_reset(&bench);
        assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
        bench.faults_seen = 0;
    }
}

static void an_open_limit_switch_cuts(void **state)
{
    (void)state;
    gate_bench_flag(&bench, RH_SIGNAL_LIMIT_TOP, false);
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 1);
    assert_true(gate_bench_saw(&bench, RH_FAULT_SWITCH_TOP));
}

static void past_the_top_trip_it_lowers_in_the_same_tick(void **state)
{
    (void)state;
    bench.angle_deg = 8.1;
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE1, 1);
    assert_true(gate_bench_saw(&bench, RH_FAULT_TRIP_TOP));
    assert_true(bench.grant.servo_on);
    assert_int_equal(bench.grant.speed_limit_mdps, bench.limits.sink_mdps);
}

static void past_the_bottom_trip_it_lowers(void **state)
{
    (void)state;
    bench.angle_deg = -102.1;
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE1, 1);
    assert_true(gate_bench_saw(&bench, RH_FAULT_TRIP_BOTTOM));
}

static void a_silent_drive_is_cut_after_40_ms_and_not_before(void **state)
{
    (void)state;
    gate_bench_silence(&bench, RH_SIGNAL_MOTOR_ANGLE, RH_SIGNAL_DRIVE_STATUS, true);
    gate_bench_ticks(&bench, 20);
    assert_int_equal(bench.safety.state, RH_SAFETY_ARMED);
    assert_int_equal(gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 1), 1);
    assert_true(gate_bench_saw(&bench, RH_FAULT_STALE_DRIVE));
}

static void a_reply_30_ms_late_is_no_fault(void **state)
{
    (void)state;
    gate_bench_silence(&bench, 0, RH_SIGNAL_COUNT - 1, true);
    gate_bench_ticks(&bench, 15);
    gate_bench_silence(&bench, 0, RH_SIGNAL_COUNT - 1, false);
    gate_bench_ticks(&bench, 50);
    assert_int_equal(bench.safety.state, RH_SAFETY_ARMED);
    assert_int_equal(bench.faults_seen, 0);
}

static void silent_inputs_lower_first_and_are_cut_then(void **state)
{
    (void)state;
    gate_bench_silence(&bench, RH_SIGNAL_ESTOP_A, RH_SIGNAL_LIMIT_BOTTOM, true);
    assert_int_equal(gate_bench_ticks_to(&bench, RH_SAFETY_SAFE1, 30), 21);
    assert_int_equal(gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 30), 20);
    assert_true(gate_bench_saw(&bench, RH_FAULT_STALE_IO));
}

static void silent_cells_lower(void **state)
{
    (void)state;
    gate_bench_silence(&bench, RH_SIGNAL_STRAP_RIGHT, RH_SIGNAL_STRAP_RIGHT, true);
    assert_int_equal(gate_bench_ticks_to(&bench, RH_SAFETY_SAFE1, 30), 21);
    assert_true(gate_bench_saw(&bench, RH_FAULT_STALE_CELLS));
}

static void a_silent_arm_encoder_lowers(void **state)
{
    (void)state;
    gate_bench_silence(&bench, RH_SIGNAL_ARM_ANGLE, RH_SIGNAL_ARM_ANGLE, true);
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE1, 21);
    assert_true(gate_bench_saw(&bench, RH_FAULT_STALE_ENCODER));
}

/* Hazard 12, each of the three that tell where the arm is and how fast. */
static void an_encoder_that_is_not_valid_leads_to_the_blind_state(void **state)
{
    static const int signals[] = {RH_SIGNAL_ARM_ANGLE, RH_SIGNAL_MOTOR_ANGLE,
                                  RH_SIGNAL_MOTOR_RATE};
    (void)state;
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        gate_bench_init(&bench);
        gate_bench_arm(&bench);
        bench.input.signal[signals[i]].quality = RH_QUALITY_BAD;
        gate_bench_ticks_to(&bench, RH_SAFETY_SAFE2, 1);
        assert_true(gate_bench_saw(&bench, RH_FAULT_ENCODER_INVALID));
        assert_int_equal(bench.grant.torque_mnm, 0);
        gate_bench_pad(&bench, 0.0);
        gate_bench_ticks(&bench, 1300);
        assert_true((bench.report.waits_for & RH_WAIT_BIT(SENSORS)) != 0);
    }
}

static void an_encoder_that_is_not_valid_switches_nothing_on_in_idle(void **state)
{
    (void)state;
    gate_bench_init(&bench);
    bench.limits.speed_limit_brakes = 1;
    gate_bench_ticks(&bench, 300);
    gate_bench_reset(&bench);
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
    bench.input.signal[RH_SIGNAL_ARM_ANGLE].quality = RH_QUALITY_BAD;
    for (int i = 0; i < 1500; i++) {
        gate_bench_ticks(&bench, 1);
        assert_false(bench.grant.servo_on);
    }
    assert_int_equal(bench.safety.state, RH_SAFETY_SAFE3);
}

static void a_sample_from_the_future_is_stale(void **state)
{
    (void)state;
    bench.input.signal[RH_SIGNAL_STRAP_LEFT].age_ns = -50000000;
    gate_bench_silence(&bench, RH_SIGNAL_STRAP_LEFT, RH_SIGNAL_STRAP_LEFT, true);
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE1, 1);
}

static void a_cell_that_reports_a_broken_wire_lowers(void **state)
{
    (void)state;
    bench.input.signal[RH_SIGNAL_STRAP_LEFT].quality = RH_QUALITY_BAD;
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE1, 1);
    assert_true(gate_bench_saw(&bench, RH_FAULT_CELL_BROKEN));
}

static void an_impossible_force_lowers(void **state)
{
    (void)state;
    gate_bench_value(&bench, RH_SIGNAL_STRAP_LEFT, 4900.0);
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE1, 1);
}

static void a_grip_open_for_less_than_100_ms_is_forgiven(void **state)
{
    (void)state;
    bench.angle_deg = -40.0;
    gate_bench_flag(&bench, RH_SIGNAL_GRIP_LEFT, false);
    gate_bench_ticks(&bench, 45);
    gate_bench_flag(&bench, RH_SIGNAL_GRIP_LEFT, true);
    gate_bench_ticks(&bench, 100);
    assert_int_equal(bench.safety.state, RH_SAFETY_ARMED);
}

static void a_grip_let_go_takes_the_load_off_and_lowers(void **state)
{
    (void)state;
    bench.angle_deg = -40.0;
    gate_bench_flag(&bench, RH_SIGNAL_GRIP_RIGHT, false);
    int ticks = gate_bench_ticks_to(&bench, RH_SAFETY_GRIPS, 75);
    assert_true(ticks * 2 >= 100 && ticks * 2 <= 150);
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE1, 60);
    assert_true(gate_bench_saw(&bench, RH_FAULT_GRIPS));
}

static void a_grip_let_go_in_the_rest_zone_is_a_plain_disarm(void **state)
{
    (void)state;
    gate_bench_flag(&bench, RH_SIGNAL_GRIP_RIGHT, false);
    gate_bench_ticks_to(&bench, RH_SAFETY_IDLE, 75);
    assert_false(bench.grant.servo_on);
}

static void the_comfort_button_floats(void **state)
{
    (void)state;
    bench.angle_deg = -40.0;
    gate_bench_flag(&bench, RH_SIGNAL_COMFORT_STOP, true);
    gate_bench_ticks_to(&bench, RH_SAFETY_FLOAT, 1);
    assert_int_equal(bench.faults_seen, 0);
}

static void a_load_that_stays_after_the_comfort_stop_lowers(void **state)
{
    (void)state;
    bench.angle_deg = -40.0;
    gate_bench_value(&bench, RH_SIGNAL_STRAP_LEFT, 120.0);
    gate_bench_flag(&bench, RH_SIGNAL_COMFORT_STOP, true);
    gate_bench_ticks_to(&bench, RH_SAFETY_FLOAT, 1);
    int ticks = gate_bench_ticks_to(&bench, RH_SAFETY_SAFE1, 90);
    assert_true(ticks * 2 <= 160);
    assert_true(gate_bench_saw(&bench, RH_FAULT_COMFORT_UNCONFIRMED));
}

/* The bus says nothing of it: the command went to zero, the cell still shows the load.
 */
static void a_load_that_never_leaves_the_cell_is_not_confirmed(void **state)
{
    (void)state;
    gate_bench_place(&bench, -40.0);
    bench.request.torque_nm = -60.0 + 30.0;
    bench.request.load_nm = 60.0;
    gate_bench_value(&bench, RH_SIGNAL_STRAP_LEFT, 71.0);
    gate_bench_ticks(&bench, 2000);
    gate_bench_flag(&bench, RH_SIGNAL_COMFORT_STOP, true);
    gate_bench_ticks_to(&bench, RH_SAFETY_FLOAT, 1);
    int ticks = gate_bench_ticks_to(&bench, RH_SAFETY_SAFE1, 80);
    assert_true(ticks * 2 <= 160);
    assert_true(gate_bench_saw(&bench, RH_FAULT_COMFORT_UNCONFIRMED));
}

static void a_load_that_leaves_the_cell_is_confirmed(void **state)
{
    (void)state;
    gate_bench_place(&bench, -40.0);
    gate_bench_value(&bench, RH_SIGNAL_STRAP_LEFT, 71.0);
    gate_bench_ticks(&bench, 10);
    gate_bench_flag(&bench, RH_SIGNAL_COMFORT_STOP, true);
    gate_bench_ticks_to(&bench, RH_SAFETY_FLOAT, 1);
    gate_bench_ticks(&bench, 50);
    gate_bench_value(&bench, RH_SIGNAL_STRAP_LEFT, 5.0);
    gate_bench_ticks(&bench, 200);
    assert_int_equal(bench.safety.state, RH_SAFETY_FLOAT);
}

static void without_a_console_it_lowers_two_seconds_later_at_the_bottom(void **state)
{
    (void)state;
    bench.input.console_present = false;
    gate_bench_ticks(&bench, 999);
    assert_int_equal(bench.safety.state, RH_SAFETY_ARMED);
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE1, 5);
    assert_true(gate_bench_saw(&bench, RH_FAULT_CONSOLE));
}

static void without_a_console_a_rep_may_end_first(void **state)
{
    (void)state;
    gate_bench_place(&bench, -40.0);
    bench.input.console_present = false;
    gate_bench_ticks(&bench, 4000);
    assert_int_equal(bench.safety.state, RH_SAFETY_ARMED);
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE1, 1010);
    assert_true(gate_bench_saw(&bench, RH_FAULT_CONSOLE));
}

/* Nobody says so: the loop planned anew, but the time between the ticks shows it. */
static void a_stall_within_a_tick_is_late_too(void **state)
{
    (void)state;
    bench.input.now_ns += 13000000;
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE1, 1);
    bench.input.now_ns += 41000000;
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 1);
    assert_true(gate_bench_saw(&bench, RH_FAULT_LATE));
}

static void a_tick_12_ms_late_lowers_and_40_ms_cuts(void **state)
{
    (void)state;
    bench.input.late_ns = 11000000;
    gate_bench_ticks(&bench, 1);
    assert_int_equal(bench.safety.state, RH_SAFETY_ARMED);
    bench.input.late_ns = 13000000;
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE1, 1);
    bench.input.late_ns = 41000000;
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 1);
    assert_true(gate_bench_saw(&bench, RH_FAULT_LATE));
}

static void a_request_that_is_not_a_number_is_never_granted(void **state)
{
    (void)state;
    bench.request.torque_nm = nan("");
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE1, 1);
    assert_true(gate_bench_saw(&bench, RH_FAULT_REQUEST));
    assert_int_equal(bench.grant.torque_mnm, 0);
}

static void an_infinite_request_is_never_granted(void **state)
{
    (void)state;
    bench.request.torque_nm = -HUGE_VAL;
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE1, 1);
}

static void the_stop_of_the_console_lowers_and_latches(void **state)
{
    (void)state;
    bench.angle_deg = -40.0;
    gate_bench_command(&bench, RH_COMMAND_STOP);
    assert_int_equal(bench.safety.state, RH_SAFETY_SAFE1);
    assert_true(bench.report.is_answer);
    assert_true(gate_bench_saw(&bench, RH_FAULT_STOP));
}

static void a_full_event_ring_ends_it(void **state)
{
    (void)state;
    bench.input.recording_stalled = true;
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE1, 1);
    assert_true(gate_bench_saw(&bench, RH_FAULT_RECORDING));
}

static void a_graver_fault_outranks_a_lesser_and_never_the_reverse(void **state)
{
    (void)state;
    gate_bench_flag(&bench, RH_SIGNAL_ESTOP_A, false);
    gate_bench_ticks(&bench, 1);
    bench.faults_seen = 0;
    bench.angle_deg = 9.0;
    gate_bench_ticks(&bench, 10);
    assert_int_equal(bench.safety.state, RH_SAFETY_SAFE3);
    assert_int_equal(bench.faults_seen, 0);
}

#define ON_BENCH(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BENCH(an_open_estop_cuts_in_the_same_tick),
        ON_BENCH(one_channel_of_the_estop_is_enough),
        ON_BENCH(channels_of_the_estop_that_disagree_keep_a_reset_away),
        ON_BENCH(an_open_limit_switch_cuts),
        ON_BENCH(past_the_top_trip_it_lowers_in_the_same_tick),
        ON_BENCH(past_the_bottom_trip_it_lowers),
        ON_BENCH(a_silent_drive_is_cut_after_40_ms_and_not_before),
        ON_BENCH(a_reply_30_ms_late_is_no_fault),
        ON_BENCH(silent_inputs_lower_first_and_are_cut_then),
        ON_BENCH(silent_cells_lower),
        ON_BENCH(a_silent_arm_encoder_lowers),
        ON_BENCH(an_encoder_that_is_not_valid_leads_to_the_blind_state),
        ON_BENCH(an_encoder_that_is_not_valid_switches_nothing_on_in_idle),
        ON_BENCH(a_sample_from_the_future_is_stale),
        ON_BENCH(a_cell_that_reports_a_broken_wire_lowers),
        ON_BENCH(an_impossible_force_lowers),
        ON_BENCH(a_grip_open_for_less_than_100_ms_is_forgiven),
        ON_BENCH(a_grip_let_go_takes_the_load_off_and_lowers),
        ON_BENCH(a_grip_let_go_in_the_rest_zone_is_a_plain_disarm),
        ON_BENCH(the_comfort_button_floats),
        ON_BENCH(a_load_that_stays_after_the_comfort_stop_lowers),
        ON_BENCH(a_load_that_never_leaves_the_cell_is_not_confirmed),
        ON_BENCH(a_load_that_leaves_the_cell_is_confirmed),
        ON_BENCH(without_a_console_it_lowers_two_seconds_later_at_the_bottom),
        ON_BENCH(without_a_console_a_rep_may_end_first),
        ON_BENCH(a_stall_within_a_tick_is_late_too),
        ON_BENCH(a_tick_12_ms_late_lowers_and_40_ms_cuts),
        ON_BENCH(a_request_that_is_not_a_number_is_never_granted),
        ON_BENCH(an_infinite_request_is_never_granted),
        ON_BENCH(the_stop_of_the_console_lowers_and_latches),
        ON_BENCH(a_full_event_ring_ends_it),
        ON_BENCH(a_graver_fault_outranks_a_lesser_and_never_the_reverse),
    };
    return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
