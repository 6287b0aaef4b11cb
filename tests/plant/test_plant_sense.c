/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the plant's sensors show against the truth: quanta, noise, drift, filter,
 * nonlinearity, and the empty bench.
 */
#include "rig.h"

#include <math.h>

#define COUNTS_PER_ARM_DEG (35.0 * 131072.0 / 360.0)

/* An arm that is held at rest by the test; the sensors run. */
static void hold_still(rig_t *rig, double angle_deg, double seconds)
{
    const int steps = (int)lround(seconds / RIG_STEP_S);

    for (int i = 0; i < steps; i++) {
        rig_place(rig, angle_deg);
        (void)rig_step(rig);
    }
}

static rh_plant_sense_t sense_of(const rig_t *rig)
{
    rh_plant_sense_t sense;

    rh_plant_sense(&rig->plant, &sense);
    return sense;
}

static void the_motor_encoder_counts_17_bits_times_35(void **state)
{
    rig_t rig;
    rh_plant_sense_t sense;

    (void)state;
    rig_init(&rig, 80.0, NULL, 1);
    for (int angle_deg = -100; angle_deg <= 10; angle_deg += 10) {
        rig_place(&rig, angle_deg);
        rig.plant.play_rad = 0.0;
        sense = sense_of(&rig);
        assert_near(sense.motor_counts, angle_deg * COUNTS_PER_ARM_DEG, 0.51);
    }
}

static void the_motor_leads_or_trails_the_arm_by_half_the_backlash(void **state)
{
    rig_t rig;
    double difference_deg[2];

    (void)state;
    rig_init(&rig, 80.0, NULL, 1);
    rh_person_dismount(&rig.plant);
    for (int way = 0; way < 2; way++) {
        rig.load_nm = way == 0 ? -8.0 : 8.0;
        rig_run(&rig, 3.0);
        difference_deg[way] = sense_of(&rig).motor_counts / COUNTS_PER_ARM_DEG -
                              rh_plant_truth(&rig.plant).arm_angle_deg;
    }
    assert_near(difference_deg[0], 0.05, 0.001);
    assert_near(difference_deg[1], -0.05, 0.001);
}

static void the_arm_encoder_has_14_bits_and_errs_by_a_tenth_of_a_degree(void **state)
{
    rh_plant_config_t config = rig_config();
    rig_t rig;
    double worst_deg = 0.0;

    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        rig_init(&rig, 80.0, &config, seed);
        for (int half_deg = -210; half_deg <= 30; half_deg++) {
            const double angle_deg = 0.5 * half_deg;
            int32_t counts = 0;

            rig_place(&rig, angle_deg);
            counts = sense_of(&rig).arm_counts;
            assert_in_range(counts, 0, 16383);
            worst_deg =
                fmax(worst_deg, fabs((counts - 8192) * 360.0 / 16384.0 - angle_deg));
        }
    }
    assert_between(worst_deg, 0.07, 0.1 + 0.011);
    config.arm_nonlinearity_deg = 0.0;
    rig_init(&rig, 80.0, &config, 1);
    for (int step = 0; step <= 400; step++) {
        const double angle_deg = -105.0 + 0.3 * step;

        rig_place(&rig, angle_deg);
        assert_near((sense_of(&rig).arm_counts - 8192) * 360.0 / 16384.0, angle_deg,
                    0.011);
    }
}

static void the_arm_encoder_wraps_as_an_absolute_encoder_does(void **state)
{
    rh_plant_config_t config = rig_config();
    rig_t rig;

    (void)state;
    config.arm_zero_counts = 100;
    config.arm_nonlinearity_deg = 0.0;
    rig_init(&rig, 80.0, &config, 1);
    rig_place(&rig, -90.0);
    assert_int_equal(sense_of(&rig).arm_counts, 100 - 4096 + 16384);
}

static void rate_comes_in_whole_motor_turns_a_minute(void **state)
{
    rig_t rig;

    (void)state;
    rig_init(&rig, 80.0, NULL, 1);
    rig.plant.play_rps = 0.0;
    rig.plant.arm_rps = 125.0 * 0.017453292519943295;
    assert_int_equal(sense_of(&rig).motor_rpm, 729);
    rig.plant.arm_rps = -rig.plant.arm_rps;
    assert_int_equal(sense_of(&rig).motor_rpm, -729);
    rig.plant.arm_rps = 0.0023; /* 0.77 rpm: below one turn shows as 1, not as 0.77 */
    assert_int_equal(sense_of(&rig).motor_rpm, 1);
}

static void torque_feedback_is_in_0_1_percent_of_2_39_nm(void **state)
{
    rig_t rig;
    double sum = 0.0;
    double sum_squares = 0.0;
    const int count = 2000;

    (void)state;
    rig_init(&rig, 80.0, NULL, 1);
    rig.load_nm = 60.0;
    for (int i = 0; i < count; i++) {
        double permille = 0.0;

        hold_still(&rig, -90.0, 1e-3);
        if (i < 50) {
            continue;
        }
        permille = sense_of(&rig).torque_permille;
        sum += permille;
        sum_squares += permille * permille;
    }
    sum /= count - 50;
    sum_squares /= count - 50;
    assert_near(sum, -60.0 / 35.0 / 2.39 * 1000.0, 1.0);
    assert_near(sqrt(sum_squares - sum * sum), 2.0, 0.3);
    assert_near(sense_of(&rig).current_ca, 100.0 * 60.0 / 35.0 / 0.53, 1.0);
}

static void cells_are_noisy_by_0_3_n_rms_in_steps_of_0_1_n(void **state)
{
    const int count = 3000;

    (void)state;
    for (int cell = 0; cell < RH_CELLS; cell++) {
        rig_t rig;
        double sum = 0.0;
        double sum_squares = 0.0;

        rig_init(&rig, 80.0, NULL, 1);
        rig.plant.cell[cell].drift_n_per_s = 0.0;
        hold_still(&rig, -90.0, 0.2);
        for (int i = 0; i < count; i++) {
            double force_n = 0.0;

            hold_still(&rig, -90.0, 0.01);
            force_n = sense_of(&rig).cell_dn[cell] / 10.0;
            sum += force_n;
            sum_squares += force_n * force_n;
        }
        sum /= count;
        assert_near(sqrt(sum_squares / count - sum * sum), 0.30, 0.02);
    }
}

static void a_cell_follows_with_a_filter_of_10_ms(void **state)
{
    rh_plant_config_t config = rig_config();
    rig_t rig;

    (void)state;
    config.cell_noise_n = 0.0;
    config.cell_zero_n = 0.0;
    rig_init(&rig, 80.0, &config, 1);
    for (int ms = 1; ms <= 30; ms++) {
        (void)rig_step(&rig);
        assert_near(sense_of(&rig).cell_dn[RH_CELL_PAD_REAR] / 10.0,
                    rig.plant.pad_n[1] * (1.0 - exp(-ms / 10.0)), 0.6);
    }
}

static void cells_drift_by_half_a_newton_in_10_minutes_at_most(void **state)
{
    double largest_n = 0.0;

    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        rig_t rig;
        const double before_s = 600.0;
        double drift_n = 0.0;

        rig_init(&rig, 80.0, NULL, seed);
        drift_n = rig.plant.cell[0].drift_n_per_s * before_s;
        largest_n = fmax(largest_n, fabs(drift_n));
        rig.plant.time_s = before_s;
        assert_near(sense_of(&rig).cell_dn[0] / 10.0,
                    rig.plant.cell[0].zero_n + drift_n, 0.06);
    }
    assert_between(largest_n, 0.4, 0.5);
}

static void the_coupling_hardware_weighs_on_the_strap_cells_by_the_cosine(void **state)
{
    rh_plant_config_t config = rig_config();
    rig_t rig;

    (void)state;
    config.cell_zero_n = 0.0;
    rig_init(&rig, 80.0, &config, 1);
    for (int angle_deg = -90; angle_deg <= 0; angle_deg += 30) {
        rig_place(&rig, angle_deg);
        assert_near(sense_of(&rig).cell_dn[RH_CELL_STRAP_LEFT] / 10.0,
                    5.0 * cos(angle_deg * 0.017453292519943295), 0.06);
    }
}

static void cells_creep_by_0_03_percent_of_their_load(void **state)
{
    rig_t rig;
    double before_n = 0.0;

    (void)state;
    rig_init(&rig, 120.0, NULL, 1);
    rig_run(&rig, 0.1);
    before_n = rig.plant.cell[RH_CELL_PAD_REAR].creep_n;
    for (int i = 0; i < 1800; i++) {
        rig_run(&rig, 1.0);
    }
    assert_near(rig.plant.cell[RH_CELL_PAD_REAR].creep_n - before_n,
                3e-4 * rig.plant.pad_n[1] * (1.0 - exp(-3.0)), 0.005);
}

static void limit_switches_close_at_plus_10_and_minus_103_degrees(void **state)
{
    const struct {
        double angle_deg;
        bool top, bottom;
    } rows[] = {{9.9, false, false},
                {10.1, true, false},
                {-102.9, false, false},
                {-103.1, false, true}};
    rig_t rig;

    (void)state;
    rig_init(&rig, 80.0, NULL, 1);
    for (int i = 0; i < 4; i++) {
        rig_place(&rig, rows[i].angle_deg);
        assert_int_equal(sense_of(&rig).limit_top, rows[i].top);
        assert_int_equal(sense_of(&rig).limit_bottom, rows[i].bottom);
    }
}

static void with_nobody_on_the_bench_everything_reads_empty(void **state)
{
    rig_t rig;
    rh_plant_sense_t sense;
    const rh_plan_t plan = rh_plan_defaults(RH_STYLE_SMOOTH);

    (void)state;
    rig_init(&rig, 120.0, NULL, 3);
    rig_run(&rig, 1.0);
    assert_true(sense_of(&rig).cell_dn[RH_CELL_PAD_REAR] > 4000);
    rh_person_dismount(&rig.plant);
    rig_run(&rig, 2.0);
    sense = sense_of(&rig);
    for (int cell = 0; cell < RH_CELLS; cell++) {
        assert_between(sense.cell_dn[cell] / 10.0, -3.6,
                       3.6); /* zero offset and noise */
    }
    assert_near(rh_plant_truth(&rig.plant).arm_angle_deg, -90.0, 0.2);
    assert_false(rh_person_begin(&rig.plant, &plan));
    rh_person_lie_down(&rig.plant, 0.0);
    rig_run(&rig, 1.0);
    assert_true(sense_of(&rig).cell_dn[RH_CELL_PAD_REAR] > 4000);
    assert_true(rh_person_begin(&rig.plant, &plan));
}

static void asking_twice_shows_the_same(void **state)
{
    rig_t rig;
    rh_plant_sense_t first;
    rh_plant_sense_t second;

    (void)state;
    rig_init(&rig, 80.0, NULL, 1);
    rig_run(&rig, 0.5);
    first = sense_of(&rig);
    second = sense_of(&rig);
    for (int cell = 0; cell < RH_CELLS; cell++) {
        assert_int_equal(first.cell_dn[cell], second.cell_dn[cell]);
    }
    assert_int_equal(first.torque_permille, second.torque_permille);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_motor_encoder_counts_17_bits_times_35),
        cmocka_unit_test(the_motor_leads_or_trails_the_arm_by_half_the_backlash),
        cmocka_unit_test(the_arm_encoder_has_14_bits_and_errs_by_a_tenth_of_a_degree),
        cmocka_unit_test(the_arm_encoder_wraps_as_an_absolute_encoder_does),
        cmocka_unit_test(rate_comes_in_whole_motor_turns_a_minute),
        cmocka_unit_test(torque_feedback_is_in_0_1_percent_of_2_39_nm),
        cmocka_unit_test(cells_are_noisy_by_0_3_n_rms_in_steps_of_0_1_n),
        cmocka_unit_test(a_cell_follows_with_a_filter_of_10_ms),
        cmocka_unit_test(cells_drift_by_half_a_newton_in_10_minutes_at_most),
        cmocka_unit_test(the_coupling_hardware_weighs_on_the_strap_cells_by_the_cosine),
        cmocka_unit_test(cells_creep_by_0_03_percent_of_their_load),
        cmocka_unit_test(limit_switches_close_at_plus_10_and_minus_103_degrees),
        cmocka_unit_test(with_nobody_on_the_bench_everything_reads_empty),
        cmocka_unit_test(asking_twice_shows_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
