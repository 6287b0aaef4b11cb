/* SPDX-License-Identifier: Apache-2.0 */
/* The probe of a tied arm: torque (hazard 28). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "probe_bench.h"

#define MS 1000000LL

static gate_bench_t bench;

static int idle(void **state)
{
    (void)state;
    probe_idle(&bench);
    return 0;
}

static void begin_torque(void)
{
    probe_relay(&bench, 30);
    bench.drive_follows = true;
    gate_bench_ticks(&bench, 300);
    probe_ask(&bench, RH_COMMAND_TORQUE_TEST, RH_REFUSAL_NONE);
    for (int i = 0; i < 10 && bench.safety.probe_run_ns == 0; i++) {
        gate_bench_ticks(&bench, 1);
    }
    assert_true(bench.safety.probe_run_ns != 0);
}

/* At so many milliseconds after the drive began to run. */
static void comes_to(int ms, int32_t least_mnm, int32_t most_mnm)
{
    while (bench.input.now_ns - bench.safety.probe_run_ns < ms * MS) {
        gate_bench_ticks(&bench, 1);
    }
    assert_int_equal(bench.safety.state, RH_SAFETY_PROBE);
    assert_in_range(bench.grant.torque_mnm, least_mnm, most_mnm);
}

static void a_tied_arm_is_pulled_at_two_levels_each_from_below(void **state)
{
    (void)state;
    begin_torque();
    comes_to(500, 4900, 5100);
    comes_to(1010, 10000, 10000);
    comes_to(1990, 10000, 10000);
    comes_to(2500, 14900, 15100);
    comes_to(3010, 20000, 20000);
    comes_to(3990, 20000, 20000);
    gate_bench_ticks(&bench, 6);
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
    assert_int_equal(bench.grant.torque_mnm, 0);
    assert_false(bench.grant.servo_on);
    assert_int_equal(bench.faults_seen & ~RH_FAULT_BIT(BOOT), 0);
    assert_true(bench.report.relay_us > 0);
}

static void a_tied_arm_never_gets_more_than_20_nm_nor_less_than_before(void **state)
{
    (void)state;
    begin_torque();
    int32_t last = 0;
    for (int i = 0; i < 3000 && bench.safety.state == RH_SAFETY_PROBE; i++) {
        assert_true(bench.grant.torque_mnm >= last);
        assert_true(bench.grant.torque_mnm <= last + 20); /* 10 N m/s */
        assert_true(bench.grant.torque_mnm <= 20000);
        assert_true(bench.grant.speed_limit_mdps <= 10000);
        last = bench.grant.torque_mnm;
        gate_bench_ticks(&bench, 1);
    }
    assert_int_equal(last, 20000);
}

/* One encoder leaps: in that tick nothing else is said of it. */
static uint32_t state_behind(int signal, double moved_deg)
{
    probe_idle(&bench);
    begin_torque();
    comes_to(1500, 10000, 10000);
    bench.arm_frozen = true;
    bench.motor_frozen = true;
    gate_bench_value(&bench, signal, -90.0 + moved_deg);
    gate_bench_ticks(&bench, 1);
    return bench.safety.state;
}

static void a_tie_that_gives_way_by_five_degrees_ends_it_at_once(void **state)
{
    static const int signals[] = {RH_SIGNAL_ARM_ANGLE, RH_SIGNAL_MOTOR_ANGLE};
    (void)state;
    for (int row = 0; row < 4; row++) {
        double way = row < 2 ? 1.0 : -1.0;
        assert_int_equal(state_behind(signals[row % 2], way * 4.999), RH_SAFETY_PROBE);
        assert_true(bench.grant.servo_on);
        assert_int_equal(state_behind(signals[row % 2], way * 5.0), RH_SAFETY_IDLE);
        assert_false(bench.grant.servo_on);
        assert_int_equal(bench.grant.torque_mnm, 0);
    }
}

/* The bench's strap is 0.8 m out: 40 N m are 50 N, beyond what the tie showed at rest.
 */
static void a_motor_that_gives_twice_what_it_is_asked_for_ends_it(void **state)
{
    (void)state;
    for (int row = 0; row < 4; row++) {
        double way = row < 2 ? 1.0 : -1.0;
        double more_n = 40.0 / (1e-3 * bench.limits.strap_radius_mm);
        (void)idle(NULL);
        gate_bench_value(&bench, RH_SIGNAL_STRAP_LEFT, 30.0);
        begin_torque();
        comes_to(1500, 10000, 10000);
        gate_bench_value(&bench, RH_SIGNAL_STRAP_LEFT,
                         30.0 + way * (more_n + (row % 2 == 0 ? -0.1 : 0.1)));
        gate_bench_ticks(&bench, 1);
        assert_int_equal(bench.safety.state,
                         row % 2 == 0 ? RH_SAFETY_PROBE : RH_SAFETY_IDLE);
        assert_true(row % 2 == 0 || bench.grant.torque_mnm == 0);
    }
}

static void whoever_comes_near_a_tied_arm_ends_it(void **state)
{
    (void)state;
    for (int cause = 0; cause < 3; cause++) {
        (void)idle(NULL);
        begin_torque();
        comes_to(1500, 10000, 10000);
        if (cause == 0) {
            gate_bench_pad(&bench, 80.0);
        } else if (cause == 1) {
            bench.input.console_present = false;
        } else {
            gate_bench_flag(&bench, RH_SIGNAL_COMFORT_STOP, true);
        }
        gate_bench_ticks(&bench, 1);
        assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
        assert_int_equal(bench.grant.torque_mnm, 0);
        assert_false(bench.grant.servo_on);
    }
}

static void a_tied_arm_is_not_pulled_with_somebody_on_the_pad(void **state)
{
    (void)state;
    probe_relay(&bench, 30);
    gate_bench_pad(&bench, 80.0);
    probe_ask(&bench, RH_COMMAND_TORQUE_TEST, RH_REFUSAL_PAD_NOT_EMPTY);
    gate_bench_ticks(&bench, 10);
    assert_false(bench.grant.servo_on);
    gate_bench_pad(&bench, 0.0);
    bench.input.console_present = false;
    probe_ask(&bench, RH_COMMAND_TORQUE_TEST, RH_REFUSAL_NO_CONSOLE);
}

/* Where the arm stood in an earlier probe is no place to measure a tie from. */
static void an_arm_that_hangs_elsewhere_than_before_is_measured_from_there(void **state)
{
    (void)state;
    begin_torque();
    comes_to(500, 4900, 5100);
    bench.input.console_present = false;
    gate_bench_ticks(&bench, 2);
    bench.input.console_present = true;
    gate_bench_place(&bench, -84.0);
    gate_bench_ticks(&bench, 300);
    probe_ask(&bench, RH_COMMAND_TORQUE_TEST, RH_REFUSAL_NONE);
    gate_bench_ticks(&bench, 10);
    comes_to(1500, 10000, 10000);
}

static void a_drive_that_returns_begins_the_levels_anew(void **state)
{
    (void)state;
    begin_torque();
    comes_to(3500, 20000, 20000);
    probe_drive(&bench, RH_DRIVE_READY);
    gate_bench_ticks(&bench, 10);
    assert_int_equal(bench.grant.torque_mnm, 0);
    bench.drive_follows = true;
    for (int i = 0; i < 20; i++) {
        gate_bench_ticks(&bench, 1);
        assert_true(bench.grant.torque_mnm <= (i + 1) * 20);
    }
}

static void what_polarity_has_shown_stands_beside_a_torque_test(void **state)
{
    (void)state;
    probe_relay(&bench, 30);
    bench.drive_follows = true;
    gate_bench_ticks(&bench, 300);
    probe_ask(&bench, RH_COMMAND_POLARITY_TEST, RH_REFUSAL_NONE);
    for (int i = 0; i < 600 && bench.safety.state == RH_SAFETY_PROBE; i++) {
        bench.angle_deg += bench.grant.torque_mnm > 6000 ? 0.01 : 0.0;
        gate_bench_ticks(&bench, 1);
    }
    assert_true(bench.report.polarity_mdeg > 0);
    gate_bench_place(&bench, -90.0);
    gate_bench_ticks(&bench, 300);
    probe_ask(&bench, RH_COMMAND_TORQUE_TEST, RH_REFUSAL_NONE);
    gate_bench_ticks(&bench, 100);
    assert_int_equal(bench.safety.state, RH_SAFETY_PROBE);
    assert_true(bench.report.polarity_mdeg > 0);
}

#define IDLE(name) cmocka_unit_test_setup(name, idle)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IDLE(a_tied_arm_is_pulled_at_two_levels_each_from_below),
        IDLE(a_tied_arm_never_gets_more_than_20_nm_nor_less_than_before),
        IDLE(a_tie_that_gives_way_by_five_degrees_ends_it_at_once),
        IDLE(a_motor_that_gives_twice_what_it_is_asked_for_ends_it),
        IDLE(whoever_comes_near_a_tied_arm_ends_it),
        IDLE(a_tied_arm_is_not_pulled_with_somebody_on_the_pad),
        IDLE(an_arm_that_hangs_elsewhere_than_before_is_measured_from_there),
        IDLE(a_drive_that_returns_begins_the_levels_anew),
        IDLE(what_polarity_has_shown_stands_beside_a_torque_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
