/* SPDX-License-Identifier: Apache-2.0 */
/* A value that arrives whole and is wrong: what lies beyond a window is caught within
 * three samples, whichever signal it is, while the arm stands and while it moves. */
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

/* Samples until the gate leaves `armed`, with the signal at `value` in each. */
static int samples_until_caught(int signal, double value)
{
    bench.arm_frozen = signal == RH_SIGNAL_ARM_ANGLE;
    bench.motor_frozen =
        signal == RH_SIGNAL_MOTOR_ANGLE || signal == RH_SIGNAL_MOTOR_RATE;
    bench.drive_follows = signal != RH_SIGNAL_DRIVE_TORQUE;
    gate_bench_value(&bench, signal, value);
    for (int samples = 1; samples <= 3; samples++) {
        if (bench.motor_frozen) { /* whichever of the two is right goes on */
            bench.angle_deg += bench.rate_dps * BENCH_TICK_NS * 1e-9;
            gate_bench_value(&bench, RH_SIGNAL_ARM_ANGLE, bench.angle_deg);
        }
        gate_bench_ticks(&bench, 1);
        if (bench.safety.state != RH_SAFETY_ARMED) {
            return samples;
        }
    }
    return 4;
}

static void expect_caught(int signal, double value)
{
    for (int moves = 0; moves < 2; moves++) {
        (void)setup(NULL);
        if (moves) {
            gate_bench_place(&bench, -60.0);
            bench.rate_dps = 80.0;
            gate_bench_ticks(&bench, 20);
            assert_int_equal(bench.safety.state, RH_SAFETY_ARMED);
        }
        int samples = samples_until_caught(signal, value);
        print_message("signal %d at %g, %s: %d samples\n", signal, value,
                      moves ? "moving" : "standing", samples);
        assert_true(samples <= 3);
    }
}

static void a_motor_angle_far_off(void **state)
{
    (void)state;
    expect_caught(RH_SIGNAL_MOTOR_ANGLE, -20.0);
    expect_caught(RH_SIGNAL_MOTOR_ANGLE, 170.0);
    expect_caught(RH_SIGNAL_MOTOR_ANGLE, -2147483.0);
}

static void an_arm_angle_far_off(void **state)
{
    (void)state;
    expect_caught(RH_SIGNAL_ARM_ANGLE, -20.0);
    expect_caught(RH_SIGNAL_ARM_ANGLE, 170.0);
}

static void a_cell_beyond_its_range(void **state)
{
    (void)state;
    for (int cell = RH_SIGNAL_STRAP_LEFT; cell <= RH_SIGNAL_PAD_REAR; cell++) {
        expect_caught(cell, 6553.5);
        expect_caught(cell, -6553.5);
    }
}

static void a_torque_that_was_not_asked_for(void **state)
{
    (void)state;
    expect_caught(RH_SIGNAL_DRIVE_TORQUE, 140.0);
    expect_caught(RH_SIGNAL_DRIVE_TORQUE, -140.0);
}

/* The whole of an int16 in rpm, behind 1:30: no arm turns like that. */
static void a_rate_that_no_arm_has(void **state)
{
    (void)state;
    expect_caught(RH_SIGNAL_MOTOR_RATE, 6553.4);
    expect_caught(RH_SIGNAL_MOTOR_RATE, -6553.4);
}

#define armed_test(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        armed_test(a_motor_angle_far_off),           armed_test(an_arm_angle_far_off),
        armed_test(a_cell_beyond_its_range),         armed_test(a_rate_that_no_arm_has),
        armed_test(a_torque_that_was_not_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
