/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reference person: surprise when the load vanishes, letting go, the demo's pace,
 * adapting to a load that nobody announced, and the laws of tiring and slipping.
 */
#include "rig.h"

#include <math.h>

static double hip_nm(const rh_plant_truth_t *truth)
{
    return truth->hip_torque_nm[0] + truth->hip_torque_nm[1];
}

/* Plays a plan and counts what the truth counter makes of it. */
typedef struct {
    int reps, full;
    rh_truth_rep_t first, last;
} played_t;

static played_t play(rig_t *rig, const rh_plan_t *plan, double longest_s)
{
    rh_truth_t counter;
    played_t played = {0};
    const double end_s = rig->plant.time_s + longest_s;

    rh_truth_init(&counter, 0.0);
    rig_run(rig, 0.3);
    assert_true(rh_person_begin(&rig->plant, plan));
    while (rig->plant.time_s < end_s) {
        const rh_plant_truth_t truth = rig_step(rig);
        const rh_truth_sample_t sample = rig_sample(&truth);
        rh_truth_rep_t rep;

        if (rh_truth_step(&counter, &sample, &rep)) {
            played.first = played.reps == 0 ? rep : played.first;
            played.last = rep;
            played.reps++;
            played.full += rep.full ? 1 : 0;
        }
    }
    return played;
}

static rh_plan_t demo_plan(void)
{
    rh_plan_t plan = rh_plan_defaults(RH_STYLE_SMOOTH);

    plan.lift_s = 1.7;
    plan.hold_s = 0.5;
    plan.lower_s = 2.5;
    plan.rest_s = 0.3;
    plan.load_nm = 0.0;
    plan.adapt_s = 0.4;
    return plan;
}

static void at_the_demo_s_pace_everybody_makes_ten_clean_reps_to_the_line(void **state)
{
    const double loads_nm[] = {-30.0, 0.0, 10.0, 40.0};

    (void)state;
    for (int i = 0; i < RH_PERSON_COUNT; i++) {
        for (int load = 0; load < 4; load++) {
            const rh_plan_t plan = demo_plan();
            played_t played;
            rig_t rig;

            rig_init(&rig, rh_person_table[i].mass_kg, NULL, (uint64_t)i + 1);
            rig.load_nm = loads_nm[load];
            played = play(&rig, &plan, 55.0);
            assert_int_equal(played.reps, 10);
            assert_int_equal(played.full, 10);
            assert_near(played.last.top_deg, 0.0, 3.0);
            assert_near(played.last.bottom_deg, -90.5, 2.5);
            assert_between(played.last.lift_peak_dps, 70.0, 110.0);
            assert_false(rh_person_is_busy(&rig.plant));
        }
    }
}

static void a_set_that_is_over_leaves_the_legs_hanging_still(void **state)
{
    rig_t rig;
    const rh_plan_t plan = demo_plan();
    rh_plant_truth_t truth;

    (void)state;
    rig_init(&rig, 80.0, NULL, 1);
    (void)play(&rig, &plan, 70.0);
    truth = rig_step(&rig);
    assert_near(truth.leg_angle_deg[0], -90.0, 0.5);
    assert_near(truth.arm_rate_dps, 0.0, 1.0);
    assert_near(hip_nm(&truth), 0.0, 0.5);
}

static void a_stopped_set_ends_with_legs_that_sink_to_the_hang(void **state)
{
    rig_t rig;
    const rh_plan_t plan = demo_plan();

    (void)state;
    rig_init(&rig, 80.0, NULL, 1);
    assert_true(rh_person_begin(&rig.plant, &plan));
    rig_run(&rig, 2.2);
    assert_true(rh_plant_truth(&rig.plant).arm_angle_deg > -60.0);
    rh_person_stop(&rig.plant);
    rig_run(&rig, 8.0);
    assert_false(rh_person_is_busy(&rig.plant));
    assert_near(rh_plant_truth(&rig.plant).arm_angle_deg, -90.0, 2.0);
}

/* Holds 150 N m at the line; then the resistance is gone. */
static void when_the_load_vanishes_the_push_stays_150_ms_and_then_decays(void **state)
{
    rig_t rig;
    rh_plan_t plan = demo_plan();
    double share_at_s[3] = {0.0};

    (void)state;
    plan.load_nm = 100.0;
    plan.adapt_s = 0.0;
    plan.hold_s = 20.0;
    rig_init(&rig, 80.0, NULL, 1);
    rig.load_nm = 100.0;
    rig_run(&rig, 0.2);
    assert_true(rh_person_begin(&rig.plant, &plan));
    rig_run(&rig, 5.0);
    assert_near(rig.plant.act.expected_share, 1.0, 0.01);
    rig.load_nm = 0.0;
    rig_run(&rig, 0.150);
    share_at_s[0] = rig.plant.act.expected_share;
    rig_run(&rig, 0.110);
    share_at_s[1] = rig.plant.act.expected_share;
    rig_run(&rig, 0.1);
    share_at_s[2] = rig.plant.act.expected_share;
    assert_near(share_at_s[0], 1.0, 0.01);
    assert_between(share_at_s[1], 0.3, 0.55);
    assert_near(share_at_s[2] / share_at_s[1], exp(-1.0), 0.02);
}

static void a_person_who_adapts_learns_the_load_that_is_there(void **state)
{
    rig_t rig;
    rh_plan_t plan = demo_plan();

    (void)state;
    plan.hold_s = 30.0;
    rig_init(&rig, 80.0, NULL, 1);
    rig.load_nm = 50.0;
    rig_run(&rig, 0.2);
    assert_true(rh_person_begin(&rig.plant, &plan));
    rig_run(&rig, 8.0);
    assert_near(rig.plant.act.expected_nm, 50.0, 6.0);
    rig.load_nm = 15.0;
    rig_run(&rig, 4.0);
    assert_near(rig.plant.act.expected_nm, 15.0, 6.0);
    assert_near(rh_plant_truth(&rig.plant).arm_angle_deg, 0.0, 2.0);
}

static void letting_go_takes_all_torque_away_in_100_ms(void **state)
{
    rig_t rig;
    rh_plan_t plan = demo_plan();
    rh_plant_truth_t truth;
    double before_nm = 0.0;

    (void)state;
    plan.hold_s = 10.0;
    rig_init(&rig, 80.0, NULL, 1);
    rig.load_nm = 30.0;
    assert_true(rh_person_begin(&rig.plant, &plan));
    rig_run(&rig, 4.0);
    truth = rig_step(&rig);
    before_nm = hip_nm(&truth);
    assert_between(before_nm, 100.0, 150.0);
    rh_person_let_go(&rig.plant);
    rig_run(&rig, 0.049);
    truth = rig_step(&rig);
    assert_near(hip_nm(&truth), 0.5 * before_nm, 0.02 * before_nm);
    rig_run(&rig, 0.05);
    truth = rig_step(&rig);
    assert_near(hip_nm(&truth), 0.0, 1e-9);
    rig_run(&rig, 3.0);
    assert_int_equal(rig.plant.act.act, RH_ACT_LET_GO);
    assert_true(rh_person_begin(&rig.plant, &plan));
}

static void hip_torque_stays_between_minus_150_and_300_nm(void **state)
{
    (void)state;
    for (int style = 0; style < RH_STYLE_COUNT; style++) {
        rig_t rig;
        rh_plan_t plan = rh_plan_defaults((rh_style_t)style);

        plan.load_nm = 200.0;
        rig_init(&rig, 120.0, NULL, 1);
        rig.load_nm = 200.0;
        assert_true(rh_person_begin(&rig.plant, &plan));
        for (int i = 0; i < 30000; i++) {
            const rh_plant_truth_t truth = rig_step(&rig);

            assert_between(hip_nm(&truth), -150.0, 300.0);
        }
    }
}

static void a_motor_that_drives_the_legs_up_meets_150_nm_and_no_more(void **state)
{
    rig_t rig;
    rh_plan_t plan = demo_plan();
    double lowest_nm = 0.0;

    (void)state;
    rig_init(&rig, 50.0, NULL, 1);
    rig.load_nm = -230.0;
    assert_true(rh_person_begin(&rig.plant, &plan));
    for (int i = 0; i < 5000; i++) {
        const rh_plant_truth_t truth = rig_step(&rig);

        lowest_nm = fmin(lowest_nm, hip_nm(&truth));
    }
    assert_near(lowest_nm, -150.0, 1e-6);
}

static void one_leg_lifts_and_the_other_hangs(void **state)
{
    (void)state;
    for (int side = RH_LEG_LEFT; side <= RH_LEG_RIGHT; side++) {
        rig_t rig;
        rh_plan_t plan = demo_plan();
        const int works = side == RH_LEG_LEFT ? RH_LEFT : RH_RIGHT;
        rh_plant_truth_t truth;

        plan.side = (rh_leg_side_t)side;
        plan.hold_s = 10.0;
        rig_init(&rig, 80.0, NULL, 1);
        rig.load_nm = 20.0;
        assert_true(rh_person_begin(&rig.plant, &plan));
        rig_run(&rig, 5.0);
        truth = rig_step(&rig);
        assert_near(truth.leg_angle_deg[works], 0.0, 3.0);
        assert_near(truth.leg_angle_deg[1 - works], -90.0, 3.0);
        assert_near(truth.force_n[1 - works], 0.0, 0.0);
        assert_between(truth.force_n[works], 15.0, 40.0);
    }
}

static void a_tiring_person_lifts_a_fifth_slower_by_rep_12(void **state)
{
    rig_t rig;
    rh_plan_t plan = demo_plan();
    played_t played;

    (void)state;
    plan.reps = 12;
    plan.tiring_frac = 0.2;
    plan.variation_frac = 0.0;
    rig_init(&rig, 80.0, NULL, 1);
    played = play(&rig, &plan, 80.0);
    assert_int_equal(played.full, 12);
    assert_near(played.last.lift_mean_dps / played.first.lift_mean_dps, 0.8, 0.03);
}

static void slipping_hips_shift_the_hang_by_2_to_4_degrees_in_60_mm(void **state)
{
    rig_t rig;
    rh_plan_t plan = demo_plan();
    played_t played;

    (void)state;
    plan.slip_mm_per_rep = 20.0;
    plan.variation_frac = 0.0;
    plan.reps = 6;
    rig_init(&rig, 80.0, NULL, 1);
    rig.load_nm = 20.0;
    played = play(&rig, &plan, 40.0);
    assert_int_equal(played.full, 6);
    assert_near(rh_plant_truth(&rig.plant).hip_offset_mm, 60.0, 1e-9);
    assert_between(played.last.end_deg - played.first.end_deg, 2.0, 4.2);
}

static void a_plan_that_cannot_be_played_is_refused(void **state)
{
    rig_t rig;
    rh_plan_t plans[5];

    (void)state;
    rig_init(&rig, 80.0, NULL, 1);
    for (int i = 0; i < 5; i++) {
        plans[i] = demo_plan();
    }
    plans[0].reps = 0;
    plans[1].lift_s = 0.0;
    plans[2].lower_s = (double)NAN;
    plans[3].rest_s = -1.0;
    plans[4].top_deg = -95.0;
    for (int i = 0; i < 5; i++) {
        assert_false(rh_person_begin(&rig.plant, &plans[i]));
        assert_false(rh_person_is_busy(&rig.plant));
    }
    plans[0] = demo_plan();
    assert_true(rh_person_begin(&rig.plant, &plans[0]));
    rig_run(&rig, 2.0);
    assert_false(rh_person_begin(&rig.plant, &plans[0])); /* one set at a time */
    rh_person_stop(&rig.plant);
    assert_true(rh_person_begin(&rig.plant, &plans[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_the_demo_s_pace_everybody_makes_ten_clean_reps_to_the_line),
        cmocka_unit_test(a_set_that_is_over_leaves_the_legs_hanging_still),
        cmocka_unit_test(a_stopped_set_ends_with_legs_that_sink_to_the_hang),
        cmocka_unit_test(when_the_load_vanishes_the_push_stays_150_ms_and_then_decays),
        cmocka_unit_test(a_person_who_adapts_learns_the_load_that_is_there),
        cmocka_unit_test(letting_go_takes_all_torque_away_in_100_ms),
        cmocka_unit_test(hip_torque_stays_between_minus_150_and_300_nm),
        cmocka_unit_test(a_motor_that_drives_the_legs_up_meets_150_nm_and_no_more),
        cmocka_unit_test(one_leg_lifts_and_the_other_hangs),
        cmocka_unit_test(a_tiring_person_lifts_a_fifth_slower_by_rep_12),
        cmocka_unit_test(slipping_hips_shift_the_hang_by_2_to_4_degrees_in_60_mm),
        cmocka_unit_test(a_plan_that_cannot_be_played_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
