/* SPDX-License-Identifier: Apache-2.0 */
/*
 * At every start (hazard 17): the first reset proves the heartbeat's relay, and nothing
 * arms before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "gate_bench.h"
#include "rh/command.h"

static gate_bench_t bench;

static void drive(int32_t status)
{
    bench.drive_follows = false;
    bench.input.signal[RH_SIGNAL_DRIVE_STATUS].raw = status;
}

static int locked(void **state)
{
    (void)state;
    gate_bench_init(&bench);
    gate_bench_ticks(&bench, 300);
    return 0;
}

/* To a few ticks after it was held for long enough; was the drive switched on? */
static bool hold_reset(void)
{
    bool is_on = false;
    gate_bench_flag(&bench, RH_SIGNAL_RESET_BUTTON, true);
    for (int i = 0; i < 260; i++) {
        gate_bench_ticks(&bench, 1);
        is_on = is_on || bench.grant.servo_on;
    }
    gate_bench_flag(&bench, RH_SIGNAL_RESET_BUTTON, false);
    gate_bench_ticks(&bench, 1);
    return is_on;
}

static uint32_t refusal_of_arming(void)
{
    gate_bench_flag(&bench, RH_SIGNAL_GRIP_LEFT, true);
    gate_bench_flag(&bench, RH_SIGNAL_GRIP_RIGHT, true);
    gate_bench_command(&bench, RH_COMMAND_ARM_BEGIN);
    return bench.report.refusal;
}

static void the_first_reset_proves_the_relay_without_torque_or_console(void **state)
{
    (void)state;
    bench.input.console_present = false;
    (void)hold_reset();
    assert_int_equal(bench.safety.state, RH_SAFETY_PROBE);
    assert_int_equal(bench.report.latched, 0);
    for (int i = 0; i < 250 && bench.safety.state == RH_SAFETY_PROBE; i++) {
        gate_bench_ticks(&bench, 1);
        assert_int_equal(bench.grant.torque_mnm, 0);
    }
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
    assert_in_range(bench.report.relay_us, 58000, 66000);
    bench.input.console_present = true;
    assert_int_equal(refusal_of_arming(), RH_REFUSAL_NONE);
}

/* Some drives say so only once the heartbeat has closed their torque path. */
static void a_drive_that_is_ready_only_with_the_heartbeat_is_proven_too(void **state)
{
    (void)state;
    drive(0);
    gate_bench_ticks(&bench, 10);
    (void)hold_reset();
    assert_int_equal(bench.safety.state, RH_SAFETY_PROBE);
    gate_bench_ticks(&bench, 20);
    bench.drive_follows = true;
    gate_bench_ticks_to(&bench, RH_SAFETY_IDLE, 250);
    assert_true(bench.report.relay_us > 0);
}

static void a_relay_that_is_stuck_at_the_start_is_cut_and_nothing_arms(void **state)
{
    (void)state;
    (void)hold_reset();
    drive(RH_DRIVE_READY | RH_DRIVE_RUN);
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 400);
    assert_true(gate_bench_saw(&bench, RH_FAULT_RELAY_STUCK));
    drive(RH_DRIVE_READY);
    gate_bench_ticks(&bench, 300);
    (void)hold_reset();
    assert_int_equal(bench.safety.state, RH_SAFETY_PROBE); /* and again */
    drive(RH_DRIVE_READY | RH_DRIVE_RUN);
    gate_bench_ticks_to(&bench, RH_SAFETY_SAFE3, 400);
}

static void a_start_whose_proof_was_disturbed_arms_only_after_another(void **state)
{
    (void)state;
    (void)hold_reset();
    gate_bench_pad(&bench, 80.0);
    gate_bench_ticks(&bench, 2);
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
    assert_int_equal(refusal_of_arming(), RH_REFUSAL_NO_RELAY);
    assert_false(hold_reset()); /* somebody is on it */
    gate_bench_pad(&bench, 0.0);
    gate_bench_ticks(&bench, 10);
    (void)hold_reset();
    assert_int_equal(bench.safety.state, RH_SAFETY_PROBE);
    gate_bench_ticks_to(&bench, RH_SAFETY_IDLE, 250);
    assert_int_equal(refusal_of_arming(), RH_REFUSAL_NONE);
}

static void a_proven_relay_is_not_tried_again_until_the_next_start(void **state)
{
    (void)state;
    gate_bench_arm(&bench);
    gate_bench_command(&bench, RH_COMMAND_STOP);
    assert_int_equal(bench.safety.state, RH_SAFETY_SAFE1);
    gate_bench_pad(&bench, 0.0);
    gate_bench_ticks(&bench, 1000);
    assert_false(hold_reset());
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
}

static void a_stop_before_the_proof_does_not_lead_around_it(void **state)
{
    (void)state;
    (void)hold_reset();
    gate_bench_command(&bench, RH_COMMAND_STOP);
    assert_int_equal(bench.safety.state, RH_SAFETY_SAFE1);
    gate_bench_ticks(&bench, 300);
    (void)hold_reset();
    assert_int_equal(bench.safety.state, RH_SAFETY_PROBE);
}

static void
a_machine_that_is_not_commissioned_switches_nothing_on_at_a_reset(void **state)
{
    (void)state;
    bench.limits.is_commissioned = 0;
    assert_false(hold_reset());
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
}

static void a_pressed_comfort_stop_keeps_the_drive_off_at_a_reset(void **state)
{
    (void)state;
    gate_bench_flag(&bench, RH_SIGNAL_COMFORT_STOP, true);
    gate_bench_ticks(&bench, 10);
    assert_false(hold_reset());
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
}

#define LOCKED(name) cmocka_unit_test_setup(name, locked)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOCKED(the_first_reset_proves_the_relay_without_torque_or_console),
        LOCKED(a_drive_that_is_ready_only_with_the_heartbeat_is_proven_too),
        LOCKED(a_relay_that_is_stuck_at_the_start_is_cut_and_nothing_arms),
        LOCKED(a_start_whose_proof_was_disturbed_arms_only_after_another),
        LOCKED(a_proven_relay_is_not_tried_again_until_the_next_start),
        LOCKED(a_stop_before_the_proof_does_not_lead_around_it),
        LOCKED(a_machine_that_is_not_commissioned_switches_nothing_on_at_a_reset),
        LOCKED(a_pressed_comfort_stop_keeps_the_drive_off_at_a_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
