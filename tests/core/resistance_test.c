/* SPDX-License-Identifier: Apache-2.0 */
/* The laws, the feed-forward, and what may never be asked of the gate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "resistance.h"
#include "rh/units.h"

static bench_t bench;

static void the_three_laws_are_the_tables(void **state)
{
    (void)state;
    const rh_arm_t arm = {.cos_angle = 0.5, .rate_dps = -40.0};
    const rh_arm_t past = {.cos_angle = -0.1, .rate_dps = 0.0};

    assert_true(rh_resistance_law_nm(RH_MODE_CONSTANT, 60.0, 0.5, &arm) == 60.0);
    assert_true(rh_resistance_law_nm(RH_MODE_PLATE, 60.0, 0.5, &arm) == 30.0);
    assert_true(rh_resistance_law_nm(RH_MODE_PLATE, 60.0, 0.5, &past) == 0.0);
    assert_true(rh_resistance_law_nm(RH_MODE_DAMPING, 60.0, 0.5, &arm) == -20.0);
    assert_true(rh_resistance_law_nm(99, 60.0, 0.5, &arm) == -20.0);
}

static void friction_is_fed_forward_smoothly_and_never_beyond_its_share(void **state)
{
    (void)state;
    const rh_machine_settings_t machine = {.friction_nm = 5.0};
    rh_arm_t arm = {.rate_dps = 0.0};

    assert_true(rh_resistance_feed_nm(&machine, 0.8, &arm) == 0.0);
    arm.rate_dps = 1000.0;
    assert_true(fabs(rh_resistance_feed_nm(&machine, 2.0, &arm) - 4.0) < 0.01);
    arm.rate_dps = -1000.0;
    assert_true(fabs(rh_resistance_feed_nm(&machine, 0.5, &arm) + 2.5) < 0.01);
    assert_true(rh_resistance_feed_nm(&machine, -1.0, &arm) == 0.0);
}

static void own_legs_are_the_arm_carried_and_nothing_more(void **state)
{
    (void)state;
    bench_init(&bench, BENCH_IDEAL);
    bench_teach(&bench, 0.0);
    bench_stroke(&bench, -30.0, 1.5);
    bench_pause(&bench, 0.5);
    assert_true(fabs(bench.request.torque_nm - 40.0 * cos(30.0 * RH_RAD_PER_DEG)) <
                0.05);
    assert_true(bench.request.load_nm == 0.0);
}

static void a_constant_load_resists_alike_at_every_angle(void **state)
{
    (void)state;
    bench_init(&bench, BENCH_IDEAL);
    bench_teach(&bench, 0.0);
    (void)bench_load(&bench, 5.0);
    bench_pause(&bench, 6.0);
    const double load_nm = 5.0 * 9.81 * 0.85;

    assert_true(fabs(bench.request.torque_nm + load_nm) < 0.05); /* arm: cos(-90) = 0 */
    assert_true(fabs(bench.request.load_nm - load_nm) < 1e-9);
    bench_stroke(&bench, -30.0, 1.5);
    bench_pause(&bench, 0.5);
    assert_true(fabs(bench.request.torque_nm - 40.0 * cos(RH_PI / 6.0) + load_nm) <
                0.05);
}

static void a_plate_weighs_with_the_cosine(void **state)
{
    (void)state;
    bench_init(&bench, BENCH_IDEAL);
    bench_teach(&bench, 0.0);
    assert_int_equal(bench_mode(&bench, RH_MODE_PLATE), RH_REFUSAL_NONE);
    bench_pause(&bench, 0.2);
    (void)bench_load(&bench, 5.0);
    bench_pause(&bench, 6.0);
    assert_true(fabs(bench.request.torque_nm) < 0.05);
    bench_stroke(&bench, -60.0, 1.5);
    bench_pause(&bench, 0.5);
    assert_true(fabs(bench.request.load_nm - 0.5 * 5.0 * 9.81 * 0.85) < 0.05);
}

static void a_fresh_install_damps_and_damping_takes_energy_only(void **state)
{
    (void)state;
    bench_init(&bench, BENCH_IDEAL);
    bench.core.config.training.friction_frac = 0.0;
    bench.core.config.machine.arm_gravity_nm = 0.0;
    assert_int_equal(bench.snapshot.mode, RH_MODE_DAMPING);
    for (int i = 0; i < 2000; i++) {
        if (i % 500 == 0) {
            bench_aim(&bench, i % 1000 == 0 ? 0.0 : -90.0, 1.0);
        }
        bench_run(&bench, 0.002);
        assert_true(bench.request.torque_nm * bench.snapshot.rate_dps <= 0.0);
        assert_true(bench.request.load_nm == 0.0);
    }
}

static void nothing_is_asked_of_a_gate_that_is_not_armed(void **state)
{
    (void)state;
    bench_init(&bench, BENCH_IDEAL);
    bench_teach(&bench, 0.0);
    for (uint32_t safety = 0; safety < RH_SAFETY_COUNT; safety++) {
        bench_gate(&bench, safety);
        bench_stroke(&bench, -30.0, 0.5);
        if (safety == RH_SAFETY_ARMED) {
            assert_true(bench.request.torque_nm > 10.0);
        } else {
            assert_true(bench.request.torque_nm == 0.0);
        }
        assert_true(bench.request.load_nm == 0.0);
    }
}

static void a_zeroed_core_is_safe(void **state)
{
    (void)state;
    rh_core_t *core = calloc(1, sizeof *core);
    rh_core_feedback_t feedback = {.safety = RH_SAFETY_ARMED};

    for (int i = 0; i < 200; i++) {
        bench.input.now_ns = 1000000LL * (i + 1);
        bench.input.signal[RH_SIGNAL_MOTOR_ANGLE] = (rh_sample_t){
            .quality = RH_QUALITY_GOOD, .count = (uint32_t)i + 1, .milli = 100 * i};
        rh_core_step(core, &bench.input, &feedback, &bench.request, &bench.snapshot,
                     &bench.events);
        assert_true(bench.request.torque_nm == 0.0);
        assert_true(bench.request.load_nm == 0.0);
        assert_false(bench.request.rom_taught);
    }
    free(core);
}

/* Whatever the wires bring, the request is finite and bounded. */
static void any_input_gives_a_finite_request(void **state)
{
    (void)state;
    const uint64_t seed = 20240611;
    uint64_t random = seed;

    print_message("seed %llu\n", (unsigned long long)seed);
    bench_init(&bench, BENCH_IDEAL);
    bench_teach(&bench, 0.0);
    for (int i = 0; i < 20000; i++) {
        rh_input_t *input = &bench.input;

        input->now_ns += (int64_t)(4e6 * bench_random(&random));
        for (int s = 0; s < RH_SIGNAL_COUNT; s++) {
            input->signal[s] = (rh_sample_t){
                .milli = (int32_t)(4e9 * bench_random(&random) - 2e9),
                .age_ns = (int64_t)(1e8 * bench_random(&random)) - 10000000,
                .count = (uint32_t)i,
                .quality = (uint16_t)(4.0 * bench_random(&random)),
            };
        }
        input->command = (rh_command_t){
            .kind = (uint32_t)(25.0 * bench_random(&random)),
            .load_kg = i % 7 == 0 ? (double)NAN : 30.0 * bench_random(&random),
            .mode = (int32_t)(6.0 * bench_random(&random)) - 1,
            .nudge_top_deg = i % 5 == 0 ? (double)NAN : 100.0 * bench_random(&random)};
        bench.feedback.safety = (uint32_t)(8.0 * bench_random(&random));
        rh_core_step(&bench.core, input, &bench.feedback, &bench.request,
                     &bench.snapshot, &bench.events);
        assert_true(fabs(bench.request.torque_nm) <= 231.0 + 40.0 + 4.0);
        assert_true(bench.request.load_nm >= 0.0 && bench.request.load_nm <= 231.0);
        assert_in_range(bench.events.count, 0, RH_CORE_EVENTS);
    }
}

static void the_same_inputs_give_the_same_bits(void **state)
{
    (void)state;
    static bench_t other;

    bench_init(&bench, BENCH_RTU);
    bench_init(&other, BENCH_RTU);
    bench_teach(&bench, 0.0);
    bench_teach(&other, 0.0);
    (void)bench_set(&bench);
    (void)bench_set(&other);
    bench_rep(&bench, 0.0, -90.0);
    bench_rep(&other, 0.0, -90.0);
    assert_int_equal(bench.log.rep_count, 1);
    const rh_rep_t *one = bench_last_rep(&bench), *two = bench_last_rep(&other);
    const size_t numbers = sizeof *one - offsetof(rh_rep_t, lift_s);

    assert_memory_equal(&one->lift_s, &two->lift_s, numbers);
    assert_memory_equal(&bench.snapshot.angle_deg, &other.snapshot.angle_deg,
                        sizeof bench.snapshot - offsetof(rh_snapshot_t, angle_deg));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_three_laws_are_the_tables),
        cmocka_unit_test(friction_is_fed_forward_smoothly_and_never_beyond_its_share),
        cmocka_unit_test(own_legs_are_the_arm_carried_and_nothing_more),
        cmocka_unit_test(a_constant_load_resists_alike_at_every_angle),
        cmocka_unit_test(a_plate_weighs_with_the_cosine),
        cmocka_unit_test(a_fresh_install_damps_and_damping_takes_energy_only),
        cmocka_unit_test(nothing_is_asked_of_a_gate_that_is_not_armed),
        cmocka_unit_test(a_zeroed_core_is_safe),
        cmocka_unit_test(any_input_gives_a_finite_request),
        cmocka_unit_test(the_same_inputs_give_the_same_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
