/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bodies of the plant against closed forms: pendulum, energy, table of persons,
 * coupling, stops, pads.
 */
#include "rig.h"

#include <math.h>
#include <string.h>

/* Legs alone: the person lies there, but neither leg is in the coupling. */
static void legs_alone(rig_t *rig, double mass_kg)
{
    const rh_plant_config_t config = rig_config_without_losses();

    rig_init(rig, mass_kg, &config, 1);
    rh_person_let_go(&rig->plant);
    rig->plant.coupled[RH_LEFT] = false;
    rig->plant.coupled[RH_RIGHT] = false;
}

/* Mean time between upward passages of the hang. */
static double period_s(rig_t *rig, bool of_arm)
{
    double first_s = -1.0;
    double last_s = 0.0;
    int passages = 0;
    double before_deg = 0.0;

    while (passages < 11) {
        const rh_plant_truth_t truth = rig_step(rig);
        const double angle_deg = of_arm ? truth.arm_angle_deg : truth.leg_angle_deg[0];

        if (before_deg < -90.0 && angle_deg >= -90.0) {
            const double share = (-90.0 - before_deg) / (angle_deg - before_deg);

            last_s = truth.time_s - (1.0 - share) * RIG_STEP_S;
            first_s = passages == 0 ? last_s : first_s;
            passages++;
        }
        before_deg = angle_deg;
    }
    return (last_s - first_s) / 10.0;
}

static void legs_alone_swing_with_a_natural_period_of_1_57_s(void **state)
{
    rig_t rig;

    (void)state;
    legs_alone(&rig, 80.0);
    rig_place(&rig, -85.0);
    assert_near(period_s(&rig, false), 1.57, 0.01);
}

static void legs_and_arm_together_swing_with_1_56_s(void **state)
{
    const rh_plant_config_t config = rig_config_without_losses();
    rig_t rig;

    (void)state;
    rig_init(&rig, 80.0, &config, 1);
    rh_person_let_go(&rig.plant);
    rig_place(&rig, -85.0);
    rig.input.servo_on = false;
    assert_near(period_s(&rig, true), 1.56, 0.01);
}

static void a_pendulum_without_losses_keeps_its_energy(void **state)
{
    const rh_plant_config_t config = rig_config_without_losses();
    rig_t rig;
    double start_j = 0.0;

    (void)state;
    rig_init(&rig, 80.0, &config, 1);
    rh_person_let_go(&rig.plant);
    rig.plant.legs_bottom_rad = -4.0; /* no tissue, no stop: free both ways */
    rig.plant.stop_bottom_rad = -4.0;
    rig.input.servo_on = false;
    rig_place(&rig, -30.0);
    start_j = rh_plant_energy_j(&rig.plant);
    for (int i = 0; i < 10000; i++) {
        (void)rig_step(&rig);
        assert_near(rh_plant_energy_j(&rig.plant) / start_j, 1.0, 0.01);
    }
}

static void friction_only_ever_takes_energy(void **state)
{
    rig_t rig;
    double before_j = 0.0;

    (void)state;
    rig_init(&rig, 80.0, NULL, 1);
    rh_person_let_go(&rig.plant);
    rig.input.servo_on = false;
    rig_place(&rig, 0.0);
    before_j = rh_plant_energy_j(&rig.plant);
    for (int i = 0; i < 100; i++) {
        double after_j = 0.0;

        rig_run(&rig, 0.05);
        after_j = rh_plant_energy_j(&rig.plant);
        assert_between(after_j, 0.0, before_j + 0.2);
        before_j = after_j;
    }
    assert_between(before_j, 0.0, 5.0);
}

typedef struct {
    double kg, legs_kg, leg_m, com_m, gravity_nm, inertia_kgm2, drop_dps;
} row_t;

static const row_t persons[RH_PERSON_COUNT] = {
    {50.0, 16.1, 0.776, 0.347, 55.0, 3.04, 344.0},
    {65.0, 20.9, 0.825, 0.369, 76.0, 4.47, 334.0},
    {80.0, 25.8, 0.874, 0.391, 99.0, 6.17, 324.0},
    {100.0, 32.2, 0.908, 0.406, 128.0, 8.33, 318.0},
    {120.0, 38.6, 0.943, 0.421, 160.0, 10.8, 312.0},
};

static void all_five_persons_have_the_figures_of_the_table(void **state)
{
    (void)state;
    for (int i = 0; i < RH_PERSON_COUNT; i++) {
        const row_t *row = &persons[i];
        const rh_person_body_t body = rh_person_body(rh_person_of_mass(row->kg));

        assert_near(rh_person_table[i].mass_kg, row->kg, 0.0);
        assert_near(body.legs_kg, row->legs_kg, 0.06);
        assert_near(body.leg_length_m, row->leg_m, 0.0006);
        assert_near(body.com_m, row->com_m, 0.0006);
        assert_near(body.gravity_nm, row->gravity_nm, 0.6);
        assert_near(body.inertia_kgm2, row->inertia_kgm2, 0.05);
        assert_near(body.free_drop_dps, row->drop_dps, 1.0);
    }
}

static void free_legs_reach_the_table_s_speed_at_the_hang(void **state)
{
    (void)state;
    for (int i = 0; i < RH_PERSON_COUNT; i++) {
        rig_t rig;
        rh_plant_truth_t truth;

        legs_alone(&rig, persons[i].kg);
        rig_place(&rig, 0.0);
        do {
            truth = rig_step(&rig);
        } while (truth.leg_angle_deg[0] > -90.0);
        assert_near(-truth.leg_rate_dps[0], persons[i].drop_dps, 2.0);
    }
}

static void legs_fall_faster_than_300_in_a_strap_whatever_the_brake_does(void **state)
{
    const double speed_dps[] = {327.0, 307.0};
    const double kg[] = {50.0, 120.0};
    rh_plant_config_t config = rig_config();

    (void)state;
    config.coupling = RH_COUPLING_STRAP;
    for (int i = 0; i < 2; i++) {
        rig_t rig;
        double fastest_dps = 0.0;

        rig_init(&rig, kg[i], &config, 1);
        rh_person_let_go(&rig.plant);
        rig.input.sto_closed = false;
        rig_place(&rig, 0.0);
        for (int step = 0; step < 1500; step++) {
            fastest_dps = fmin(fastest_dps, rig_step(&rig).leg_rate_dps[0]);
        }
        assert_near(-fastest_dps, speed_dps[i], 2.0);
    }
}

static void a_strap_never_pushes_and_a_roller_does(void **state)
{
    for (int coupling = RH_COUPLING_ROLLER; coupling <= RH_COUPLING_STRAP; coupling++) {
        rh_plant_config_t config = rig_config();
        rig_t rig;
        double lowest_n = 0.0;

        (void)state;
        config.coupling = (rh_coupling_t)coupling;
        rig_init(&rig, 80.0, &config, 1);
        rh_person_let_go(&rig.plant);
        rig.input.servo_on = false; /* the brake holds the arm back under the legs */
        rig_place(&rig, 0.0);
        for (int i = 0; i < 2000; i++) {
            const rh_plant_truth_t truth = rig_step(&rig);

            lowest_n = fmin(lowest_n, fmin(truth.force_n[0], truth.force_n[1]));
        }
        if (coupling == RH_COUPLING_STRAP) {
            assert_near(lowest_n, 0.0, 0.0);
        } else {
            assert_between(lowest_n, -200.0, -20.0);
        }
    }
}

/* Legs thrown against the arm with any speed: spring and damper together must not pull
 * where they touch from above, nor push where they touch from below. */
static void the_coupling_force_keeps_the_sign_of_its_side(void **state)
{
    rig_t rig;
    double gap_rad = 0.0;

    (void)state;
    rig_init(&rig, 80.0, NULL, 1);
    gap_rad = rig.plant.config.coupling_gap_m / rig.plant.strap_radius_m;
    for (int i = -40; i <= 40; i++) {
        for (int speed = -8; speed <= 8; speed++) {
            const double ahead_rad = 0.002 * i;
            double force_n = 0.0;

            rig_place(&rig, -45.0);
            rig.plant.leg_rad[RH_LEFT] += ahead_rad;
            rig.plant.leg_rps[RH_LEFT] = speed;
            force_n = rig_step(&rig).force_n[RH_LEFT];
            if (ahead_rad > gap_rad) {
                assert_true(force_n >= 0.0);
            } else if (ahead_rad < -gap_rad) {
                assert_true(force_n <= 0.0);
            } else {
                assert_true(force_n == 0.0);
            }
        }
    }
}

static void the_steady_force_is_the_load_over_the_strap_radius(void **state)
{
    rh_plan_t plan = rh_plan_defaults(RH_STYLE_SMOOTH);
    rh_plant_config_t config = rig_config_without_losses();
    rh_plant_truth_t truth;
    rig_t rig;

    (void)state;
    config.coupling_ns_per_m = 300.0;
    config.hip_viscous_nms = 0.8;
    rig_init(&rig, 80.0, &config, 1);
    rig.load_nm = 60.0;
    plan.hold_s = 20.0;
    assert_true(rh_person_begin(&rig.plant, &plan));
    rig_run(&rig, 10.0);
    truth = rig_step(&rig);
    assert_near(truth.strap_radius_m, 0.848, 0.001);
    assert_near(truth.force_n[0] + truth.force_n[1], 60.0 / 0.848, 0.2);
    assert_near(truth.force_n[0], truth.force_n[1], 1e-9);
}

static void the_stops_hold_the_arm_against_the_whole_motor(void **state)
{
    rig_t rig;

    (void)state;
    for (int direction = -1; direction <= 1; direction += 2) {
        rig_init(&rig, 80.0, NULL, 1);
        rh_person_dismount(&rig.plant);
        rig.load_nm = -200.0 * direction;
        for (int i = 0; i < 3000; i++) {
            assert_between(rig_step(&rig).arm_angle_deg, -113.0, 23.0);
        }
        assert_near(rig_step(&rig).arm_angle_deg, direction > 0 ? 15.5 : -105.5, 0.3);
    }
}

static void stops_can_be_moved(void **state)
{
    rh_plant_config_t config = rig_config();
    rig_t rig;

    (void)state;
    config.stop_top_deg = 25.0;
    rig_init(&rig, 80.0, &config, 1);
    rh_person_dismount(&rig.plant);
    rig.load_nm = -100.0;
    rig_run(&rig, 3.0);
    assert_near(rig_step(&rig).arm_angle_deg, 25.2, 0.3);
}

static void pads_carry_trunk_and_coupling_and_show_the_hips_place(void **state)
{
    rig_t rig;
    rh_plant_truth_t truth;
    double rear_n = 0.0;

    (void)state;
    rig_init(&rig, 80.0, NULL, 1);
    truth = rig_step(&rig);
    assert_near(truth.pad_force_n[0] + truth.pad_force_n[1], (80.0 - 25.76) * 9.81,
                1.0);
    rear_n = truth.pad_force_n[1];
    rh_person_lie_down(&rig.plant, 50.0);
    truth = rig_step(&rig);
    assert_near(truth.hip_offset_mm, 50.0, 1e-9);
    assert_near(truth.pad_force_n[1] / rear_n, 0.7 / 0.6, 0.01);
}

static void an_unsteady_bench_rocks_with_8_hz(void **state)
{
    rh_plant_config_t config = rig_config();
    rig_t rig;
    int crossings = 0;
    double before_n = 0.0;
    double mean_n = 0.0;

    (void)state;
    config.rocking_frac = 0.05;
    rig_init(&rig, 80.0, &config, 1);
    mean_n = 0.4 * (80.0 - 25.76) * 9.81;
    for (int i = 0; i < 2000; i++) {
        const double front_n = rig_step(&rig).pad_force_n[0];

        crossings += before_n < mean_n && front_n >= mean_n ? 1 : 0;
        before_n = front_n;
    }
    assert_between(crossings, 15, 17);
}

static void equal_seeds_give_equal_bits_and_others_do_not(void **state)
{
    rig_t rigs[3];
    const rh_plan_t plan = rh_plan_defaults(RH_STYLE_SWING);

    (void)state;
    memset(rigs, 0, sizeof rigs);
    for (int i = 0; i < 3; i++) {
        rig_init(&rigs[i], 80.0, NULL, i < 2 ? 42 : 43);
        rigs[i].load_nm = 60.0;
        assert_true(rh_person_begin(&rigs[i].plant, &plan));
        rig_run(&rigs[i], 20.0);
    }
    assert_memory_equal(&rigs[0].plant.leg_rad, &rigs[1].plant.leg_rad,
                        sizeof rigs[0].plant.leg_rad);
    assert_memory_equal(&rigs[0].plant.arm_rad, &rigs[1].plant.arm_rad, sizeof(double));
    assert_memory_equal(rigs[0].plant.cell, rigs[1].plant.cell,
                        sizeof rigs[0].plant.cell);
    assert_true(rigs[0].plant.arm_rad != rigs[2].plant.arm_rad);
}

static void a_long_step_is_the_same_as_its_millisecond_parts(void **state)
{
    rig_t one;
    rig_t four;

    (void)state;
    rig_init(&one, 80.0, NULL, 7);
    rig_init(&four, 80.0, NULL, 7);
    one.input.torque_command_nm = -20.0;
    four.input.torque_command_nm = -20.0;
    for (int i = 0; i < 250; i++) {
        rh_plant_step(&four.plant, &four.input, 4e-3);
        for (int part = 0; part < 4; part++) {
            rh_plant_step(&one.plant, &one.input, 1e-3);
        }
    }
    assert_near(four.plant.arm_rad, one.plant.arm_rad, 0.0);
}

static void finer_steps_hardly_change_an_impact(void **state)
{
    double peak_n[2] = {0.0, 0.0};
    const double step_s[2] = {1e-3, 1e-4};

    (void)state;
    for (int i = 0; i < 2; i++) {
        rig_t rig;

        rig_init(&rig, 80.0, NULL, 1);
        rh_person_let_go(&rig.plant);
        rig.input = (rh_plant_input_t){0};
        rig_place(&rig, -45.0);
        rig.plant.leg_rps[RH_LEFT] = 2.0;
        rig.plant.leg_rps[RH_RIGHT] = 2.0;
        while (rig.plant.time_s < 0.2) {
            rh_plant_step(&rig.plant, &rig.input, step_s[i]);
            peak_n[i] = fmax(peak_n[i], rig.plant.force_n[RH_LEFT]);
        }
    }
    assert_near(peak_n[0] / peak_n[1], 1.0, 0.06);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(legs_alone_swing_with_a_natural_period_of_1_57_s),
        cmocka_unit_test(legs_and_arm_together_swing_with_1_56_s),
        cmocka_unit_test(a_pendulum_without_losses_keeps_its_energy),
        cmocka_unit_test(friction_only_ever_takes_energy),
        cmocka_unit_test(all_five_persons_have_the_figures_of_the_table),
        cmocka_unit_test(free_legs_reach_the_table_s_speed_at_the_hang),
        cmocka_unit_test(legs_fall_faster_than_300_in_a_strap_whatever_the_brake_does),
        cmocka_unit_test(a_strap_never_pushes_and_a_roller_does),
        cmocka_unit_test(the_coupling_force_keeps_the_sign_of_its_side),
        cmocka_unit_test(the_steady_force_is_the_load_over_the_strap_radius),
        cmocka_unit_test(the_stops_hold_the_arm_against_the_whole_motor),
        cmocka_unit_test(stops_can_be_moved),
        cmocka_unit_test(pads_carry_trunk_and_coupling_and_show_the_hips_place),
        cmocka_unit_test(an_unsteady_bench_rocks_with_8_hz),
        cmocka_unit_test(equal_seeds_give_equal_bits_and_others_do_not),
        cmocka_unit_test(a_long_step_is_the_same_as_its_millisecond_parts),
        cmocka_unit_test(finer_steps_hardly_change_an_impact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
