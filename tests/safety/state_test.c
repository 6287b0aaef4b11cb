/* SPDX-License-Identifier: Apache-2.0 */
/* The gate's states: boot, reset, arming, recovery. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "gate_bench.h"
#include "rh/snapshot.h"

static gate_bench_t bench;

static int locked(void **state)
{
    (void)state;
    gate_bench_init(&bench);
    return 0;
}

static int armed(void **state)
{
    (void)state;
    gate_bench_init(&bench);
    gate_bench_arm(&bench);
    return 0;
}

static void assert_dead(void)
{
    assert_int_equal(bench.grant.torque_mnm, 0);
    assert_false(bench.grant.servo_on);
    assert_false(bench.grant.beat);
}

static void zeroed_state_is_locked_and_grants_nothing(void **state)
{
    (void)state;
    memset(&bench.safety, 0, sizeof(bench.safety));
    bench.request.torque_nm = -50.0;
    gate_bench_ticks(&bench, 1);
    assert_int_equal(bench.safety.state, RH_SAFETY_LOCKED);
    assert_dead();
}

static void boot_is_told_once(void **state)
{
    (void)state;
    gate_bench_ticks(&bench, 1);
    assert_int_equal(bench.report.fault_count, 1);
    assert_int_equal(bench.report.faults[0].id, RH_FAULT_BOOT);
    gate_bench_ticks(&bench, 1);
    assert_int_equal(bench.report.fault_count, 0);
}

static void a_machine_that_reads_nothing_stays_locked(void **state)
{
    (void)state;
    memset(bench.input.signal, 0, sizeof(bench.input.signal));
    gate_bench_flag(&bench, RH_SIGNAL_RESET_BUTTON, false);
    gate_bench_ticks(&bench, 500);
    gate_bench_reset(&bench);
    assert_int_equal(bench.safety.state, RH_SAFETY_LOCKED);
    assert_dead();
}

static void holding_reset_half_a_second_unlocks(void **state)
{
    (void)state;
    gate_bench_ticks(&bench, 300);
    gate_bench_flag(&bench, RH_SIGNAL_RESET_BUTTON, true);
    gate_bench_ticks(&bench, 245);
    assert_int_equal(bench.safety.state, RH_SAFETY_LOCKED);
    gate_bench_ticks(&bench, 10);
    assert_int_equal(bench.safety.state, RH_SAFETY_PROBE);
    gate_bench_ticks_to(&bench, RH_SAFETY_IDLE, 200); /* its relay was proven */
    assert_true(bench.grant.beat);
    assert_false(bench.grant.servo_on);
}

static void a_button_pressed_at_start_does_not_unlock(void **state)
{
    (void)state;
    gate_bench_flag(&bench, RH_SIGNAL_RESET_BUTTON, true);
    gate_bench_ticks(&bench, 2000);
    assert_int_equal(bench.safety.state, RH_SAFETY_LOCKED);
    assert_true((bench.report.waits_for & RH_WAIT_BIT(RESET_RELEASE)) != 0);
}

static void a_reset_before_its_conditions_is_ignored_and_named(void **state)
{
    (void)state;
    gate_bench_pad(&bench, 80.0);
    gate_bench_ticks(&bench, 300);
    gate_bench_flag(&bench, RH_SIGNAL_RESET_BUTTON, true);
    uint32_t named = 0;
    for (int i = 0; i < 400; i++) {
        gate_bench_ticks(&bench, 1);
        named |= bench.report.reset_ignored;
    }
    assert_int_equal(named, RH_WAIT_BIT(PAD));
    gate_bench_pad(&bench, 0.0);
    gate_bench_ticks(&bench, 500);
    assert_int_equal(bench.safety.state, RH_SAFETY_LOCKED); /* needs a new press */
}

static void a_reset_needs_the_arm_at_the_bottom(void **state)
{
    (void)state;
    bench.angle_deg = -60.0;
    gate_bench_ticks(&bench, 300);
    gate_bench_reset(&bench);
    assert_int_equal(bench.safety.state, RH_SAFETY_LOCKED);
}

static void commit_without_begin_is_too_soon(void **state)
{
    (void)state;
    gate_bench_ticks(&bench, 300);
    gate_bench_reset(&bench);
    gate_bench_flag(&bench, RH_SIGNAL_GRIP_LEFT, true);
    gate_bench_flag(&bench, RH_SIGNAL_GRIP_RIGHT, true);
    gate_bench_command(&bench, RH_COMMAND_ARM_COMMIT);
    assert_int_equal(bench.report.refusal, RH_REFUSAL_TOO_SOON);
    gate_bench_command(&bench, RH_COMMAND_ARM_BEGIN);
    gate_bench_ticks(&bench, 200);
    gate_bench_command(&bench, RH_COMMAND_ARM_COMMIT);
    assert_int_equal(bench.report.refusal, RH_REFUSAL_TOO_SOON);
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
}

static void a_grip_let_go_between_begin_and_commit_begins_anew(void **state)
{
    (void)state;
    gate_bench_ticks(&bench, 300);
    gate_bench_reset(&bench);
    gate_bench_flag(&bench, RH_SIGNAL_GRIP_LEFT, true);
    gate_bench_flag(&bench, RH_SIGNAL_GRIP_RIGHT, true);
    gate_bench_command(&bench, RH_COMMAND_ARM_BEGIN);
    gate_bench_flag(&bench, RH_SIGNAL_GRIP_LEFT, false);
    gate_bench_ticks(&bench, 1);
    gate_bench_flag(&bench, RH_SIGNAL_GRIP_LEFT, true);
    gate_bench_ticks(&bench, 400);
    gate_bench_command(&bench, RH_COMMAND_ARM_COMMIT);
    assert_int_equal(bench.report.refusal, RH_REFUSAL_TOO_SOON);
}

static void arming_is_refused_with_its_reason(uint32_t expected)
{
    gate_bench_command(&bench, RH_COMMAND_ARM_BEGIN);
    assert_int_equal(bench.report.refusal, expected);
}

static void arming_names_what_it_lacks(void **state)
{
    (void)state;
    arming_is_refused_with_its_reason(RH_REFUSAL_LATCHED);
    gate_bench_ticks(&bench, 300);
    gate_bench_reset(&bench);
    bench.input.console_present = false;
    arming_is_refused_with_its_reason(RH_REFUSAL_NO_CONSOLE);
    bench.input.console_present = true;
    arming_is_refused_with_its_reason(RH_REFUSAL_GRIPS_OPEN);
    gate_bench_flag(&bench, RH_SIGNAL_GRIP_LEFT, true);
    gate_bench_flag(&bench, RH_SIGNAL_GRIP_RIGHT, true);
    bench.angle_deg = -50.0;
    arming_is_refused_with_its_reason(RH_REFUSAL_NOT_AT_BOTTOM);
    bench.angle_deg = -90.0;
    bench.drive_follows = false;
    bench.input.signal[RH_SIGNAL_DRIVE_STATUS].raw = 0;
    arming_is_refused_with_its_reason(RH_REFUSAL_SENSORS);
}

static void begin_arming(void)
{
    gate_bench_ticks(&bench, 300);
    gate_bench_reset(&bench);
    gate_bench_flag(&bench, RH_SIGNAL_GRIP_LEFT, true);
    gate_bench_flag(&bench, RH_SIGNAL_GRIP_RIGHT, true);
    gate_bench_command(&bench, RH_COMMAND_ARM_BEGIN);
    assert_int_equal(bench.report.refusal, RH_REFUSAL_NONE);
    gate_bench_ticks(&bench, 400);
}

static void what_is_not_commissioned_never_arms(void **state)
{
    (void)state;
    static const int32_t not_one[] = {0, -1, 2, INT32_MAX};
    begin_arming();
    for (size_t i = 0; i < sizeof(not_one) / sizeof(not_one[0]); i++) {
        bench.limits.is_commissioned = not_one[i];
        arming_is_refused_with_its_reason(RH_REFUSAL_NOT_COMMISSIONED);
        gate_bench_command(&bench, RH_COMMAND_ARM_COMMIT);
        assert_int_equal(bench.report.refusal, RH_REFUSAL_NOT_COMMISSIONED);
        assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
        assert_false(bench.grant.servo_on);
    }
}

static void another_lease_between_begin_and_commit_begins_anew(void **state)
{
    (void)state;
    begin_arming();
    bench.input.lease++;
    gate_bench_command(&bench, RH_COMMAND_ARM_COMMIT);
    assert_int_equal(bench.report.refusal, RH_REFUSAL_TOO_SOON);
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
}

static void a_pressed_comfort_stop_keeps_it_from_arming(void **state)
{
    (void)state;
    begin_arming();
    gate_bench_flag(&bench, RH_SIGNAL_COMFORT_STOP, true);
    gate_bench_command(&bench, RH_COMMAND_ARM_COMMIT);
    assert_int_equal(bench.report.refusal, RH_REFUSAL_COMFORT);
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
}

/* Hazard 51: too early is before the fault, too. */
static void a_button_held_while_the_latch_falls_resets_nothing(void **state)
{
    (void)state;
    gate_bench_flag(&bench, RH_SIGNAL_RESET_BUTTON, true);
    gate_bench_ticks(&bench, 200);
    gate_bench_command(&bench, RH_COMMAND_STOP);
    gate_bench_ticks(&bench, 1000);
    assert_int_equal(bench.safety.state, RH_SAFETY_SAFE1);
    assert_true((bench.report.waits_for & RH_WAIT_BIT(RESET_RELEASE)) != 0);
    gate_bench_flag(&bench, RH_SIGNAL_RESET_BUTTON, false);
    gate_bench_ticks(&bench, 1);
    gate_bench_reset(&bench);
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
}

static void a_button_held_for_more_than_five_seconds_is_named(void **state)
{
    (void)state;
    gate_bench_command(&bench, RH_COMMAND_STOP);
    bench.input.signal[RH_SIGNAL_STRAP_LEFT].quality = RH_QUALITY_BAD;
    gate_bench_ticks(&bench, 300);
    gate_bench_flag(&bench, RH_SIGNAL_RESET_BUTTON, true);
    gate_bench_ticks(&bench, 2600);
    assert_true((bench.report.waits_for & RH_WAIT_BIT(RESET_RELEASE)) != 0);
}

/* A tare that core claims takes no person off the pad. */
static void a_person_cannot_be_tared_away(void **state)
{
    (void)state;
    gate_bench_pad(&bench, 80.0);
    bench.request.pad_zero_n[0] = 266.0;
    bench.request.pad_zero_n[1] = 266.0;
    gate_bench_ticks(&bench, 300);
    gate_bench_reset(&bench);
    assert_int_equal(bench.safety.state, RH_SAFETY_LOCKED);
}

static void disarming_needs_the_bottom(void **state)
{
    (void)state;
    bench.angle_deg = -40.0;
    gate_bench_command(&bench, RH_COMMAND_DISARM);
    assert_int_equal(bench.report.refusal, RH_REFUSAL_NOT_AT_BOTTOM);
    assert_int_equal(bench.safety.state, RH_SAFETY_ARMED);
    bench.angle_deg = -90.0;
    gate_bench_command(&bench, RH_COMMAND_DISARM);
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
}

static void a_cut_machine_needs_an_empty_pad_and_a_closed_chain(void **state)
{
    (void)state;
    gate_bench_flag(&bench, RH_SIGNAL_ESTOP_A, false);
    gate_bench_flag(&bench, RH_SIGNAL_ESTOP_B, false);
    gate_bench_ticks(&bench, 300);
    gate_bench_reset(&bench);
    assert_int_equal(bench.safety.state, RH_SAFETY_SAFE3);
    gate_bench_flag(&bench, RH_SIGNAL_ESTOP_A, true);
    gate_bench_flag(&bench, RH_SIGNAL_ESTOP_B, true);
    gate_bench_reset(&bench);
    assert_int_equal(bench.safety.state, RH_SAFETY_SAFE3);
    gate_bench_pad(&bench, 0.0);
    gate_bench_reset(&bench);
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
    assert_int_equal(bench.safety.latched, 0);
}

static void an_estop_that_closes_again_stays_latched(void **state)
{
    (void)state;
    gate_bench_flag(&bench, RH_SIGNAL_ESTOP_A, false);
    gate_bench_ticks(&bench, 1);
    gate_bench_flag(&bench, RH_SIGNAL_ESTOP_A, true);
    gate_bench_ticks(&bench, 2000);
    assert_int_equal(bench.safety.state, RH_SAFETY_SAFE3);
    assert_dead();
}

static void a_lowered_machine_is_reset_with_the_person_on_it(void **state)
{
    (void)state;
    gate_bench_command(&bench, RH_COMMAND_STOP);
    gate_bench_ticks(&bench, 400);
    assert_false(bench.grant.servo_on); /* at rest for half a second */
    gate_bench_reset(&bench);
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
}

static void
legs_that_do_not_come_down_in_ten_seconds_lead_to_the_blind_state(void **state)
{
    (void)state;
    bench.angle_deg = -40.0;
    gate_bench_command(&bench, RH_COMMAND_STOP);
    gate_bench_ticks(&bench, 4990);
    assert_int_equal(bench.safety.state, RH_SAFETY_SAFE1);
    gate_bench_ticks(&bench, 20);
    assert_int_equal(bench.safety.state, RH_SAFETY_SAFE2);
    assert_true(gate_bench_saw(&bench, RH_FAULT_NOT_DOWN));
}

static void the_console_s_acknowledgement_unlocks_nothing(void **state)
{
    (void)state;
    gate_bench_flag(&bench, RH_SIGNAL_ESTOP_A, false);
    gate_bench_ticks(&bench, 1);
    gate_bench_flag(&bench, RH_SIGNAL_ESTOP_A, true);
    gate_bench_pad(&bench, 0.0);
    gate_bench_ticks(&bench, 400);
    gate_bench_command(&bench, RH_COMMAND_FAULT_RESET);
    gate_bench_ticks(&bench, 10);
    assert_int_equal(bench.safety.state, RH_SAFETY_SAFE3);
}

static void after_a_comfort_stop_it_arms_again_from_the_bottom(void **state)
{
    (void)state;
    gate_bench_command(&bench, RH_COMMAND_COMFORT);
    assert_int_equal(bench.safety.state, RH_SAFETY_FLOAT);
    gate_bench_ticks(&bench, 100);
    gate_bench_command(&bench, RH_COMMAND_ARM_BEGIN);
    gate_bench_ticks(&bench, 260);
    gate_bench_command(&bench, RH_COMMAND_ARM_COMMIT);
    assert_int_equal(bench.safety.state, RH_SAFETY_ARMED);
}

/* Random inputs, random commands: no way from a latched state to ARMED that does not
 * pass IDLE by a held reset, and nothing is ever granted outside the bounds. */
static void scramble(unsigned *seed)
{
    for (int signal = 0; signal < RH_SIGNAL_COUNT; signal++) {
        if (rand_r(seed) % 50 == 0) {
            bench.input.signal[signal].raw = rand_r(seed) % 3 == 0 ? rand_r(seed) : 1;
            bench.input.signal[signal].milli = rand_r(seed) % 200000 - 100000;
            bench.input.signal[signal].quality = (uint16_t)((uint32_t)rand_r(seed) % 4);
        }
    }
    bench.angle_deg = rand_r(seed) % 3 == 0 ? rand_r(seed) % 140 - 110 : -90;
    bench.rate_dps = rand_r(seed) % 800 - 400;
    bench.request.torque_nm = rand_r(seed) % 1000 - 500;
    bench.request.load_nm = rand_r(seed) % 300;
    bench.input.command.kind = (uint32_t)rand_r(seed) % RH_COMMAND_COUNT;
}

static void assert_grant_is_bounded(void)
{
    int32_t most = bench.limits.resist_max_mnm;
    assert_in_range(bench.grant.torque_mnm + most, 0, 2 * most);
    if (bench.report.rate_mdps >= 0) {
        assert_true(bench.grant.torque_mnm <= bench.limits.lift_max_mnm);
    }
    if (!bench.grant.servo_on) {
        assert_int_equal(bench.grant.torque_mnm, 0);
    }
}

static void no_input_leads_past_the_bounds_or_around_the_reset(void **state)
{
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    for (int run = 0; run < 200; run++) {
        gate_bench_init(&bench);
        uint32_t before = RH_SAFETY_LOCKED;
        for (int i = 0; i < 2000; i++) {
            scramble(&seed);
            gate_bench_ticks(&bench, 1);
            uint32_t now = bench.safety.state;
            assert_grant_is_bounded();
            bool from_latched = before == RH_SAFETY_LOCKED || before >= RH_SAFETY_SAFE1;
            assert_false(now == RH_SAFETY_ARMED && bench.safety.relay_us == 0);
            assert_false(from_latched &&
                         (now == RH_SAFETY_ARMED || now == RH_SAFETY_FLOAT));
            before = now;
        }
    }
}

#define LOCKED(test) cmocka_unit_test_setup(test, locked)
#define ARMED(test) cmocka_unit_test_setup(test, armed)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOCKED(zeroed_state_is_locked_and_grants_nothing),
        LOCKED(boot_is_told_once),
        LOCKED(a_machine_that_reads_nothing_stays_locked),
        LOCKED(holding_reset_half_a_second_unlocks),
        LOCKED(a_button_pressed_at_start_does_not_unlock),
        LOCKED(a_reset_before_its_conditions_is_ignored_and_named),
        LOCKED(a_reset_needs_the_arm_at_the_bottom),
        LOCKED(commit_without_begin_is_too_soon),
        LOCKED(a_grip_let_go_between_begin_and_commit_begins_anew),
        LOCKED(arming_names_what_it_lacks),
        LOCKED(what_is_not_commissioned_never_arms),
        LOCKED(another_lease_between_begin_and_commit_begins_anew),
        LOCKED(a_pressed_comfort_stop_keeps_it_from_arming),
        ARMED(a_button_held_while_the_latch_falls_resets_nothing),
        ARMED(a_button_held_for_more_than_five_seconds_is_named),
        LOCKED(a_person_cannot_be_tared_away),
        ARMED(disarming_needs_the_bottom),
        ARMED(a_cut_machine_needs_an_empty_pad_and_a_closed_chain),
        ARMED(an_estop_that_closes_again_stays_latched),
        ARMED(a_lowered_machine_is_reset_with_the_person_on_it),
        ARMED(legs_that_do_not_come_down_in_ten_seconds_lead_to_the_blind_state),
        ARMED(the_console_s_acknowledgement_unlocks_nothing),
        ARMED(after_a_comfort_stop_it_arms_again_from_the_bottom),
        LOCKED(no_input_leads_past_the_bounds_or_around_the_reset),
    };
    return cmocka_run_group_tests_name("states", tests, NULL, NULL);
}
