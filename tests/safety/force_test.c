/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cells and grips that were wired wrongly after the machine was commissioned: nothing
 * at rest shows it, the first force does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "gate_bench.h"
#include "rh/fault.h"

#define RADIAN 57.29577951308232

static gate_bench_t bench;
static double load_nm;

static int setup(void **state)
{
    (void)state;
    gate_bench_init(&bench);
    gate_bench_arm(&bench);
    gate_bench_place(&bench, -40.0);
    load_nm = 60.0;
    return 0;
}

/* What the cells must show together at this torque. */
static double due_n(void)
{
    double gravity_nm =
        bench.limits.arm_gravity_mnm / 1000.0 * cos(bench.angle_deg / RADIAN);
    double torque_nm = bench.input.signal[RH_SIGNAL_DRIVE_TORQUE].milli / 1000.0;
    return (gravity_nm - torque_nm) / (bench.limits.strap_radius_mm / 1000.0);
}

/* A load that is lifted with these shares of it on the two cells, for three seconds or
 * until the gate leaves ARMED; milliseconds from the first tick. */
static int lift_ms(double left_share, double right_share)
{
    bench.request.torque_nm = -load_nm;
    bench.request.load_nm = load_nm;
    for (int tick = 0; tick < 1500; tick++) {
        double n = due_n();
        gate_bench_value(&bench, RH_SIGNAL_STRAP_LEFT, left_share * n);
        gate_bench_value(&bench, RH_SIGNAL_STRAP_RIGHT, right_share * n);
        gate_bench_ticks(&bench, 1);
        if (bench.safety.state != RH_SAFETY_ARMED) {
            return 2 * (tick + 1);
        }
    }
    return 3000;
}

static void assert_told_by_the_straps(double left_share, double right_share)
{
    assert_true(lift_ms(left_share, right_share) < 3000);
    assert_int_equal(bench.safety.state, RH_SAFETY_SAFE1);
    assert_true(gate_bench_saw(&bench, RH_FAULT_CELL_MISMATCH));
}

static void a_strap_cell_that_is_reversed_lowers_once_it_carries(void **state)
{
    (void)state;
    assert_told_by_the_straps(-0.5, 0.5);
}

static void two_reversed_strap_cells_lower_too(void **state)
{
    (void)state;
    assert_told_by_the_straps(-0.5, -0.5);
}

static void kilograms_taken_for_newtons_lower(void **state)
{
    (void)state;
    assert_told_by_the_straps(0.5 / 9.81, 0.5 / 9.81);
}

static void a_strap_cell_that_shows_nothing_lowers(void **state)
{
    (void)state;
    assert_told_by_the_straps(0.0, 0.0);
}

/* On the legs' own weight: 24 N are due, within the tolerance of all else. */
static void a_reversed_cell_is_told_in_the_lifts_that_teach(void **state)
{
    (void)state;
    load_nm = 0.0;
    gate_bench_place(&bench, -50.0);
    assert_told_by_the_straps(-0.6, 0.4);
}

/* From the moment at which the load is on; budget of the rule: one second. */
static void a_cell_that_turns_round_under_load_is_told_within_a_second(void **state)
{
    (void)state;
    assert_int_equal(lift_ms(0.5, 0.5), 3000);
    int ms = lift_ms(-0.5, 0.5);
    print_message("told after %d ms\n", ms);
    assert_true(ms <= 1000);
}

/* One leg alone, and one leg that the arm carries while the other lifts it. */
static void whatever_the_legs_share_is_no_fault(void **state)
{
    static const double left_shares[] = {0.5, 0.25, 0.0, 1.0, -0.4};
    (void)state;
    for (size_t i = 0; i < sizeof(left_shares) / sizeof(left_shares[0]); i++) {
        assert_int_equal(lift_ms(left_shares[i], 1.0 - left_shares[i]), 3000);
    }
    assert_int_equal(bench.faults_seen, 0);
}

/* Swung at 0.8 Hz, the arm's inertia outweighs what is due, on both cells alike. */
static void an_arm_that_swings_is_no_reversed_cell(void **state)
{
    (void)state;
    for (int tick = 0; tick < 5000; tick++) {
        double swing_n = 60.0 * sin(0.8 * 2.0 * 3.14159265 * tick * 0.002);
        gate_bench_value(&bench, RH_SIGNAL_STRAP_LEFT, (due_n() + swing_n) / 2);
        gate_bench_value(&bench, RH_SIGNAL_STRAP_RIGHT, (due_n() + swing_n) / 2);
        gate_bench_ticks(&bench, 1);
    }
    assert_int_equal(bench.safety.state, RH_SAFETY_ARMED);
    assert_int_equal(bench.faults_seen, 0);
}

/* At an end an absorber may carry what no cell shows. */
static void beyond_the_trips_the_straps_are_not_judged(void **state)
{
    (void)state;
    bench.limits.trip_bottom_mdeg = -105000;
    bench.limits.soft_bottom_mdeg = -104000;
    gate_bench_place(&bench, -103.0);
    assert_int_equal(lift_ms(0.0, 0.0), 3000);
}

static void disarm(void)
{
    gate_bench_place(&bench, -90.0);
    gate_bench_ticks(&bench, 300);
    gate_bench_command(&bench, RH_COMMAND_DISARM);
    assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
}

static void a_pad_that_is_pulled_keeps_the_machine_from_arming(void **state)
{
    static const int pads[] = {RH_SIGNAL_PAD_FRONT, RH_SIGNAL_PAD_REAR};
    (void)state;
    disarm();
    for (int i = 0; i < 2; i++) {
        gate_bench_pad(&bench, 0.0);
        gate_bench_reset(&bench);
        assert_int_equal(bench.safety.state, RH_SAFETY_IDLE);
        gate_bench_pad(&bench, 80.0);
        gate_bench_value(&bench, pads[i], -250.0);
        gate_bench_ticks_to(&bench, RH_SAFETY_SAFE1, 3);
        assert_true(gate_bench_saw(&bench, RH_FAULT_PAD_PULLED));
        gate_bench_reset(&bench);
        assert_int_equal(bench.safety.state, RH_SAFETY_SAFE1); /* it is still there */
        bench.faults_seen = 0;
    }
}

/* Front +300 N, rear -300 N: their sum says that nobody is there. */
static void a_reversed_pad_does_not_hide_the_person_on_the_other(void **state)
{
    (void)state;
    gate_bench_value(&bench, RH_SIGNAL_PAD_FRONT, 300.0);
    gate_bench_value(&bench, RH_SIGNAL_PAD_REAR, -300.0);
    gate_bench_ticks(&bench, 1);
    assert_false(bench.report.pad_is_empty);
}

/* Hazard 49 with an input that has lost its pull-up: every sample is a coin's toss. */
static void a_grip_that_flutters_counts_as_let_go(void **state)
{
    const unsigned first = 4711;
    int worst_ms = 0;
    (void)state;
    for (unsigned seed = first; seed < first + 200; seed++) {
        unsigned toss = seed;
        int ms = 0;
        setup(NULL);
        while (bench.safety.state == RH_SAFETY_ARMED && ms < 5000) {
            if (ms % 14 == 0) { /* as often as a bus reads it */
                gate_bench_flag(&bench, RH_SIGNAL_GRIP_LEFT, rand_r(&toss) & 1);
            }
            gate_bench_ticks(&bench, 1);
            ms += 2;
        }
        worst_ms = ms > worst_ms ? ms : worst_ms;
        assert_true(gate_bench_saw(&bench, RH_FAULT_GRIPS));
    }
    print_message("seeds %u to %u: let go at the latest after %d ms\n", first,
                  first + 199, worst_ms);
    assert_true(worst_ms < 1500);
}

#define ARMED(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARMED(a_strap_cell_that_is_reversed_lowers_once_it_carries),
        ARMED(two_reversed_strap_cells_lower_too),
        ARMED(kilograms_taken_for_newtons_lower),
        ARMED(a_strap_cell_that_shows_nothing_lowers),
        ARMED(a_reversed_cell_is_told_in_the_lifts_that_teach),
        ARMED(a_cell_that_turns_round_under_load_is_told_within_a_second),
        ARMED(whatever_the_legs_share_is_no_fault),
        ARMED(an_arm_that_swings_is_no_reversed_cell),
        ARMED(beyond_the_trips_the_straps_are_not_judged),
        ARMED(a_pad_that_is_pulled_keeps_the_machine_from_arming),
        ARMED(a_reversed_pad_does_not_hide_the_person_on_the_other),
        ARMED(a_grip_that_flutters_counts_as_let_go),
    };
    return cmocka_run_group_tests_name("force", tests, NULL, NULL);
}
