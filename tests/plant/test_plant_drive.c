/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drive, gear and passive brake of the plant: fences, lag, speed limit, efficiency,
 * backlash, what happens when power goes.
 */
#include "rig.h"

#include <math.h>

static void arm_alone(rig_t *rig, const rh_plant_config_t *config)
{
    rig_init(rig, 80.0, config, 1);
    rh_person_dismount(&rig->plant);
}

static void the_motor_follows_its_command_with_a_lag_of_2_ms(void **state)
{
    rig_t rig;

    (void)state;
    arm_alone(&rig, NULL);
    rig.input.torque_command_nm = 50.0;
    for (int i = 1; i <= 6; i++) {
        rh_plant_step(&rig.plant, &rig.input, 1e-3);
        assert_near(rig.plant.motor_nm, 50.0 * (1.0 - exp(-i / 2.0)), 1e-6);
    }
}

static void torque_stays_within_both_fences_and_the_motor_s_peak(void **state)
{
    rig_t rig;

    (void)state;
    arm_alone(&rig, NULL);
    rig.input.torque_limit_up_nm = 30.0;
    rig.input.torque_limit_down_nm = 70.0;
    rig.input.torque_command_nm = 200.0;
    for (int i = 0; i < 50; i++) {
        rh_plant_step(&rig.plant, &rig.input, 1e-3);
    }
    assert_near(rig.plant.motor_nm, 30.0, 1e-6);
    rig.input.torque_command_nm = -200.0;
    for (int i = 0; i < 50; i++) {
        rh_plant_step(&rig.plant, &rig.input, 1e-3);
    }
    assert_near(rig.plant.motor_nm, -70.0, 1e-6);
    rig.input.torque_limit_up_nm = 1000.0;
    rig.input.torque_command_nm = 1000.0;
    for (int i = 0; i < 50; i++) {
        rh_plant_step(&rig.plant, &rig.input, 1e-3);
    }
    assert_near(rig.plant.motor_nm, 7.16 * 35.0, 1e-6);
}

static void an_input_of_zeros_gives_no_torque(void **state)
{
    rig_t rig;
    const rh_plant_input_t nothing = {.torque_command_nm = 100.0};

    (void)state;
    arm_alone(&rig, NULL);
    for (int i = 0; i < 100; i++) {
        rh_plant_step(&rig.plant, &nothing, 1e-3);
        assert_near(rig.plant.motor_nm, 0.0, 0.0);
    }
}

/* A relaxed 80 kg person on the arm pushes it down beyond the limit at zero command. */
static double fastest_fall_dps(bool brakes, double limit_dps)
{
    rh_plant_config_t config = rig_config();
    rig_t rig;
    double fastest_dps = 0.0;

    config.speed_limit_brakes = brakes;
    rig_init(&rig, 80.0, &config, 1);
    rh_person_let_go(&rig.plant);
    rig_place(&rig, 0.0);
    rig.input.rate_limit_dps = limit_dps;
    for (int i = 0; i < 3000; i++) {
        rh_plant_step(&rig.plant, &rig.input, 1e-3);
        fastest_dps = fmin(fastest_dps, rh_plant_truth(&rig.plant).arm_rate_dps);
    }
    return -fastest_dps;
}

static void a_speed_limit_that_brakes_holds_a_falling_person_near_it(void **state)
{
    (void)state;
    assert_between(fastest_fall_dps(true, 60.0), 60.0, 80.0);
    assert_between(fastest_fall_dps(true, 0.0), 250.0, 340.0);
}

static void a_speed_limit_that_does_not_brake_lets_a_person_fall(void **state)
{
    (void)state;
    assert_between(fastest_fall_dps(false, 60.0), 250.0, 340.0);
}

static void every_speed_limit_keeps_the_motor_from_driving_past_it(void **state)
{
    (void)state;
    for (int brakes = 0; brakes <= 1; brakes++) {
        rh_plant_config_t config = rig_config();
        rig_t rig;

        config.speed_limit_brakes = brakes != 0;
        arm_alone(&rig, &config);
        rig.input.rate_limit_dps = 45.0;
        rig.input.torque_command_nm = 90.0;
        for (int i = 0; i < 1500; i++) {
            rh_plant_step(&rig.plant, &rig.input, 1e-3);
            assert_between(rh_plant_truth(&rig.plant).arm_rate_dps, -60.0, 62.0);
        }
    }
}

static void the_speed_limit_starts_from_the_fenced_torque(void **state)
{
    rig_t rig;

    (void)state;
    arm_alone(&rig, NULL);
    rig.input.rate_limit_dps = 45.0;
    rig.input.torque_limit_up_nm = 60.0;
    rig.input.torque_command_nm = 1000.0;
    for (int i = 0; i < 1000; i++) {
        rh_plant_step(&rig.plant, &rig.input, 1e-3);
        assert_between(rh_plant_truth(&rig.plant).arm_rate_dps, -10.0, 58.0);
    }
}

static void the_speed_limit_brakes_within_the_fences(void **state)
{
    rig_t rig;
    double highest_nm = 0.0;

    (void)state;
    rig_init(&rig, 120.0, NULL, 1);
    rh_person_let_go(&rig.plant);
    rig_place(&rig, 0.0);
    rig.input.rate_limit_dps = 60.0;
    rig.input.torque_limit_up_nm = 20.0;
    for (int i = 0; i < 1000; i++) {
        rh_plant_step(&rig.plant, &rig.input, 1e-3);
        highest_nm = fmax(highest_nm, rig.plant.motor_nm);
    }
    assert_near(highest_nm, 20.0, 0.01);
}

static void the_passive_brake_follows_its_curve(void **state)
{
    const double rate_dps[] = {7.0, 35.0, 70.0, 140.0, 350.0};
    rig_t rig;

    (void)state;
    arm_alone(&rig, NULL);
    rig.input.sto_closed = false;
    rig_run(&rig, 0.02);
    for (int i = 0; i < 5; i++) {
        const double x = rate_dps[i] / 70.0;

        rig_place(&rig, -45.0);
        rig.plant.arm_rps = rate_dps[i] * 0.017453292519943295;
        assert_near(-rig_step(&rig).brake_torque_nm, 2.0 * 90.0 * x / (1.0 + x * x),
                    1e-6);
    }
}

static void the_brake_comes_10_ms_after_sto_and_also_without_servo_on(void **state)
{
    (void)state;
    for (int way = 0; way < 2; way++) {
        rig_t rig;

        rig_init(&rig, 80.0, NULL, 1);
        rig.load_nm = 60.0;
        rig_run(&rig, 0.05);
        rig.input.sto_closed = way != 0;
        rig.input.servo_on = way == 0;
        for (int ms = 1; ms <= 20; ms++) {
            rh_plant_truth_t truth;

            rig.plant.arm_rps = -1.0;
            truth = rig_step(&rig);
            assert_near(truth.motor_torque_nm, 0.0, 0.0);
            if (ms < 10) {
                assert_near(truth.brake_torque_nm, 0.0, 0.0);
            } else if (ms > 10) {
                assert_between(truth.brake_torque_nm, 60.0, 90.1);
            }
        }
        rig.input.sto_closed = true;
        rig.input.servo_on = true;
        assert_near(rig_step(&rig).brake_torque_nm, 0.0, 0.0);
    }
}

static void on_the_passive_brake_80_kg_sink_at_164_and_120_kg_at_223_dps(void **state)
{
    const double kg[] = {80.0, 120.0};
    const double sink_dps[] = {164.0, 223.0};

    (void)state;
    for (int i = 0; i < 2; i++) {
        rig_t rig;
        double fastest_dps = 0.0;

        rig_init(&rig, kg[i], NULL, 1);
        rh_person_let_go(&rig.plant);
        rig.input = (rh_plant_input_t){0};
        rig_place(&rig, 0.0);
        for (int step = 0; step < 3000; step++) {
            fastest_dps = fmin(fastest_dps, rig_step(&rig).arm_rate_dps);
        }
        assert_near(-fastest_dps, sink_dps[i], 2.0);
    }
}

static void the_gear_takes_when_it_drives_and_gives_when_it_is_driven(void **state)
{
    rig_t rig;
    rh_plant_truth_t truth;

    (void)state;
    arm_alone(&rig, NULL);
    rig_place(&rig, -60.0);
    rig.input.torque_command_nm = 60.0;
    for (int i = 0; i < 50; i++) {
        rh_plant_step(&rig.plant, &rig.input, 1e-3);
    }
    rig.plant.arm_rps = 1.0;
    rh_plant_step(&rig.plant, &rig.input, 1e-3);
    truth = rh_plant_truth(&rig.plant);
    assert_near(truth.gear_torque_nm / truth.motor_torque_nm, 0.92, 1e-3);
    rig.plant.arm_rps = -1.0;
    rh_plant_step(&rig.plant, &rig.input, 1e-3);
    truth = rh_plant_truth(&rig.plant);
    assert_near(truth.gear_torque_nm / truth.motor_torque_nm, 1.0 / 0.92, 1e-3);
}

static void no_torque_arrives_while_the_rotor_crosses_the_backlash(void **state)
{
    rig_t rig;
    int silent = 0;

    (void)state;
    arm_alone(&rig, NULL);
    rig.input.torque_command_nm = 40.0;
    for (int i = 0; i < 30; i++) {
        rh_plant_step(&rig.plant, &rig.input, 1e-3);
    }
    rig.input.torque_command_nm = -40.0;
    for (int i = 0; i < 30; i++) {
        rh_plant_step(&rig.plant, &rig.input, 1e-3);
        silent += rig.plant.gear_nm == 0.0 ? 1 : 0;
    }
    assert_between(silent, 2, 8);
    assert_between(rig.plant.gear_nm, -50.0, -30.0);
}

static void
lowering_a_loaded_arm_charges_the_bus_to_the_brake_resistor_at_most(void **state)
{
    rig_t rig;
    rh_plan_t plan = rh_plan_defaults(RH_STYLE_SMOOTH);
    int highest_dv = 0;

    (void)state;
    rig_init(&rig, 80.0, NULL, 1);
    rig.load_nm = 60.0;
    assert_true(rh_person_begin(&rig.plant, &plan));
    for (int i = 0; i < 20000; i++) {
        rh_plant_sense_t sense;

        (void)rig_step(&rig);
        rh_plant_sense(&rig.plant, &sense);
        highest_dv = sense.bus_dv > highest_dv ? sense.bus_dv : highest_dv;
    }
    assert_between(highest_dv, 3200, 3800);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_motor_follows_its_command_with_a_lag_of_2_ms),
        cmocka_unit_test(torque_stays_within_both_fences_and_the_motor_s_peak),
        cmocka_unit_test(an_input_of_zeros_gives_no_torque),
        cmocka_unit_test(a_speed_limit_that_brakes_holds_a_falling_person_near_it),
        cmocka_unit_test(a_speed_limit_that_does_not_brake_lets_a_person_fall),
        cmocka_unit_test(every_speed_limit_keeps_the_motor_from_driving_past_it),
        cmocka_unit_test(the_speed_limit_starts_from_the_fenced_torque),
        cmocka_unit_test(the_speed_limit_brakes_within_the_fences),
        cmocka_unit_test(the_passive_brake_follows_its_curve),
        cmocka_unit_test(the_brake_comes_10_ms_after_sto_and_also_without_servo_on),
        cmocka_unit_test(on_the_passive_brake_80_kg_sink_at_164_and_120_kg_at_223_dps),
        cmocka_unit_test(the_gear_takes_when_it_drives_and_gives_when_it_is_driven),
        cmocka_unit_test(no_torque_arrives_while_the_rotor_crosses_the_backlash),
        cmocka_unit_test(
            lowering_a_loaded_arm_charges_the_bus_to_the_brake_resistor_at_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
