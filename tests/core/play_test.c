/* SPDX-License-Identifier: Apache-2.0 */
/* The gear's play taken out of the motor's angle, and what is no play left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <math.h>

#include "play.h"
#include "rh/units.h"

#define ARM_STEP_DEG (360.0 / 16384.0)
#define STEP_NS 2000000

/* An arm that moves steadily and a rotor that crosses the play at half time. */
typedef struct {
    double rate_dps, play_deg, arm_error_deg;
    bool has_arm;
} motion_t;

typedef struct {
    rh_estimator_t motor;
    rh_play_t play;
    int64_t t_ns, last_ns;
    int count;
    double worst_deg, last_deg; /* of what came out, against the arm */
} run_t;

static run_t run;

static double arm_at(const motion_t *motion, int64_t t_ns)
{
    return -40.0 + motion->rate_dps * 1e-9 * (double)t_ns;
}

static double motor_at(const motion_t *motion, int64_t t_ns)
{
    const double crossing = ((double)t_ns - 0.5e9) / 7e6;

    return arm_at(motion, t_ns) + motion->play_deg * fmin(fmax(crossing, 0.0), 1.0);
}

static void take_out(const motion_t *motion)
{
    rh_node_t node;

    while (rh_play_next(&run.play, &run.motor, &node)) {
        assert_true(node.t_ns > run.last_ns);
        run.last_ns = node.t_ns;
        run.last_deg = node.angle_deg - arm_at(motion, node.t_ns);
        run.worst_deg = fmax(run.worst_deg, fabs(run.last_deg));
        run.count++;
    }
}

static void follow(const motion_t *motion)
{
    run = (run_t){.last_ns = -1};
    for (int i = 0; i < 500; i++, run.t_ns += STEP_NS) {
        const double shown_deg = arm_at(motion, run.t_ns) + motion->arm_error_deg;

        rh_estimate_feed(&run.motor, run.t_ns, motor_at(motion, run.t_ns));
        if (motion->has_arm) {
            rh_play_feed(&run.play, run.t_ns,
                         ARM_STEP_DEG * round(shown_deg / ARM_STEP_DEG));
        }
        take_out(motion);
    }
}

static void
a_crossing_of_the_play_moves_the_arm_by_little_more_than_the_band(void **state)
{
    (void)state;
    const motion_t motion = {.rate_dps = 20.0, .play_deg = 0.1, .has_arm = true};

    follow(&motion);
    assert_true(fabs(run.last_deg) < RH_PLAY_BAND_DEG + 0.5 * ARM_STEP_DEG);
    assert_true(run.worst_deg < 0.05);
    assert_in_range(run.count, 490, 500);
}

static void the_arm_encoders_steps_are_no_play(void **state)
{
    (void)state;
    const motion_t motion = {.rate_dps = 20.0, .has_arm = true};

    follow(&motion);
    assert_true(run.worst_deg < 0.001); /* the motor's own fineness is kept */
}

static void
without_an_arm_encoder_the_motor_counts_as_it_is_and_only_later(void **state)
{
    (void)state;
    const motion_t motion = {.rate_dps = 20.0, .play_deg = 0.1};

    follow(&motion);
    assert_true(fabs(run.last_deg - 0.1) < 1e-9);
    assert_in_range(run.count, 475, 500);
}

static void a_difference_that_no_play_makes_corrects_nothing(void **state)
{
    (void)state;
    const motion_t motion = {.rate_dps = 20.0, .has_arm = true, .arm_error_deg = 5.0};

    follow(&motion);
    assert_true(run.worst_deg < 1e-9);
    assert_in_range(run.count, 475, 500);
}

static void an_arm_encoder_ahead_of_a_silent_motor_is_forgotten_in_time(void **state)
{
    (void)state;
    const motion_t motion = {.rate_dps = 20.0, .has_arm = true};

    follow(&motion);
    for (int i = 0; i < 100; i++, run.t_ns += STEP_NS) {
        rh_play_feed(&run.play, run.t_ns, arm_at(&motion, run.t_ns));
        take_out(&motion);
    }
    rh_estimate_feed(&run.motor, run.t_ns, motor_at(&motion, run.t_ns));
    assert_true(run.motor.restarted);
    rh_play_restart(&run.play);
    for (int i = 0; i < 50; i++) {
        run.t_ns += STEP_NS;
        rh_estimate_feed(&run.motor, run.t_ns, motor_at(&motion, run.t_ns));
        rh_play_feed(&run.play, run.t_ns, arm_at(&motion, run.t_ns));
        take_out(&motion);
    }
    assert_true(run.t_ns - run.last_ns <= RH_PLAY_MEAN_NS);
    assert_true(run.worst_deg < 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_crossing_of_the_play_moves_the_arm_by_little_more_than_the_band),
        cmocka_unit_test(the_arm_encoders_steps_are_no_play),
        cmocka_unit_test(
            without_an_arm_encoder_the_motor_counts_as_it_is_and_only_later),
        cmocka_unit_test(a_difference_that_no_play_makes_corrects_nothing),
        cmocka_unit_test(an_arm_encoder_ahead_of_a_silent_motor_is_forgotten_in_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
