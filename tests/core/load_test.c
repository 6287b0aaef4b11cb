/* SPDX-License-Identifier: Apache-2.0 */
/* The ladder (hazard 31) and the ramp (hazard 29). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <math.h>

#include "bench.h"

#define NM_PER_KG (9.81 * 0.85)

static bench_t bench;

static void begin(void)
{
    bench_init(&bench, BENCH_IDEAL);
    bench_teach(&bench, 0.0);
    bench_pause(&bench, 0.2);
}

/* A set in which `load_kg` is carried. */
static void carry(double load_kg)
{
    assert_int_equal(bench_load(&bench, load_kg), RH_REFUSAL_NONE);
    bench_pause(&bench, 8.0);
    assert_true(fabs(bench.snapshot.load_applied_kg - load_kg) < 1e-9);
    assert_int_equal(bench_set(&bench), RH_REFUSAL_NONE);
    assert_int_equal(bench_do(&bench, RH_COMMAND_SET_END), RH_REFUSAL_NONE);
}

static void loads_off_the_ladder_are_refused(void **state)
{
    (void)state;
    begin();
    assert_int_equal(bench_load(&bench, 3.3), RH_REFUSAL_OFF_LADDER);
    assert_int_equal(bench_load(&bench, 3.25), RH_REFUSAL_OFF_LADDER);
    assert_int_equal(bench_load(&bench, 10.5), RH_REFUSAL_OFF_LADDER);
    assert_int_equal(bench_load(&bench, 3.5), RH_REFUSAL_NONE);
}

static void impossible_loads_are_refused(void **state)
{
    (void)state;
    begin();
    assert_int_equal(bench_load(&bench, (double)NAN), RH_REFUSAL_BAD_VALUE);
    assert_int_equal(bench_load(&bench, -1.0), RH_REFUSAL_BAD_VALUE);
    assert_int_equal(bench_load(&bench, (double)INFINITY), RH_REFUSAL_BAD_VALUE);
    assert_int_equal(bench_load(&bench, 27.0), RH_REFUSAL_ABOVE_CEILING);
    assert_true(bench.log.value == 10.0); /* the first load's limit, the lesser one */
    assert_true(bench.snapshot.load_kg == 0.0);
}

static void the_first_load_has_a_limit_of_its_own(void **state)
{
    (void)state;
    begin();
    assert_int_equal(bench_load(&bench, 11.0), RH_REFUSAL_ABOVE_LADDER);
    assert_int_equal(bench_load(&bench, 10.0), RH_REFUSAL_NONE);
}

static void a_step_up_is_one_step_of_the_ladder_and_one_a_set(void **state)
{
    (void)state;
    begin();
    carry(5.0);
    assert_int_equal(bench_load(&bench, 6.0), RH_REFUSAL_ABOVE_LADDER);
    assert_true(bench.log.value == 5.5);
    carry(5.5);
    carry(6.0);
    assert_int_equal(bench_load(&bench, 6.5), RH_REFUSAL_NONE);
    bench_pause(&bench, 8.0);
    assert_int_equal(bench_load(&bench, 7.0), RH_REFUSAL_ABOVE_LADDER);
    assert_true(bench.log.value == 6.5); /* this pause has had its step */
}

static void one_step_up_within_a_set_and_no_second(void **state)
{
    (void)state;
    begin();
    carry(5.0);
    (void)bench_set(&bench);
    assert_int_equal(bench_load(&bench, 5.5), RH_REFUSAL_NONE);
    bench_pause(&bench, 2.0);
    assert_int_equal(bench_load(&bench, 6.0), RH_REFUSAL_ABOVE_LADDER);
}

static void ten_per_cent_and_the_largest_step_bound_a_step_up(void **state)
{
    (void)state;
    const rh_load_settings_t settings = {.nm_per_kg = NM_PER_KG,
                                         .max_kg = 60.0,
                                         .first_max_kg = 10.0,
                                         .step_max_kg = 2.0};
    rh_load_t load = {.highest_kg = 40.0, .target_kg = 40.0};

    assert_int_equal(rh_load_check(&load, &settings, 42.0, false), RH_REFUSAL_NONE);
    assert_int_equal(rh_load_check(&load, &settings, 43.0, false),
                     RH_REFUSAL_ABOVE_LADDER);
    load.highest_kg = load.target_kg = 12.0;
    assert_int_equal(rh_load_check(&load, &settings, 13.0, false), RH_REFUSAL_NONE);
    assert_int_equal(rh_load_check(&load, &settings, 14.0, false),
                     RH_REFUSAL_ABOVE_LADDER);
}

/* 10 % above 19 kg is 20.9, and no load of the ladder; the machine gives no more. */
static void the_most_that_may_be_asked_for_is_a_load_of_the_ladder(void **state)
{
    (void)state;
    const rh_load_settings_t settings = {.nm_per_kg = NM_PER_KG,
                                         .max_kg = 25.7,
                                         .first_max_kg = 9.7,
                                         .step_max_kg = 2.0};
    const double rows[][2] = {
        {0.0, 9.5}, {5.0, 5.5}, {9.5, 10.0}, {19.0, 20.0}, {25.0, 25.0}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const rh_load_t load = {.highest_kg = rows[i][0], .target_kg = rows[i][0]};

        assert_true(fabs(rh_load_most_kg(&load, &settings, false) - rows[i][1]) < 1e-9);
        assert_int_equal(rh_load_check(&load, &settings, rows[i][1], false),
                         RH_REFUSAL_NONE);
    }
}

static void a_load_carried_before_may_come_back_after_an_unload(void **state)
{
    (void)state;
    begin();
    carry(8.0);
    assert_int_equal(bench_do(&bench, RH_COMMAND_UNLOAD), RH_REFUSAL_NONE);
    bench_pause(&bench, 0.3);
    assert_int_equal(bench_load(&bench, 8.0), RH_REFUSAL_NONE);
}

static void a_load_needs_a_session_a_range_and_a_mode_that_knows_it(void **state)
{
    (void)state;
    bench_init(&bench, BENCH_IDEAL);
    assert_int_equal(bench_load(&bench, 5.0), RH_REFUSAL_NO_SESSION);
    (void)bench_do(&bench, RH_COMMAND_SESSION_START);
    assert_int_equal(bench_load(&bench, 5.0), RH_REFUSAL_NOT_TAUGHT);
    bench_teach(&bench, 0.0); /* the session is open already: teaches in it */
    (void)bench_mode(&bench, RH_MODE_DAMPING);
    assert_int_equal(bench_load(&bench, 5.0), RH_REFUSAL_NO_LOAD_IN_MODE);
}

/* The steepest rise of the load's torque in a tick, in N m/s, over `seconds`. */
static double steepest(double seconds)
{
    double worst = 0.0, before_kg = bench.snapshot.load_applied_kg;

    for (int i = 0; i < (int)(seconds / 0.002); i++) {
        bench_run(&bench, 0.002);
        worst = fmax(worst,
                     (bench.snapshot.load_applied_kg - before_kg) * NM_PER_KG / 0.002);
        before_kg = bench.snapshot.load_applied_kg;
    }
    return worst;
}

static void the_ramp_up_keeps_the_rate_of_hazard_29(void **state)
{
    (void)state;
    begin();
    (void)bench_load(&bench, 4.0); /* 33 N m: 20 % is under 10 N m/s */
    assert_true(fabs(steepest(5.0) - 10.0) < 0.1);
    assert_true(bench.snapshot.load_applied_kg == 4.0);
    assert_int_equal(bench_noted(&bench, RH_NOTE_LOAD_APPLIED), 1);

    begin();
    (void)bench_load(&bench, 10.0); /* 83 N m: 16.7 N m/s */
    assert_true(fabs(steepest(6.0) - 0.2 * 10.0 * NM_PER_KG) < 0.1);
}

static void the_ramp_never_exceeds_its_setting(void **state)
{
    (void)state;
    begin();
    bench.core.load_settings.ramp_nm_per_s = 5.0;
    (void)bench_load(&bench, 4.0);
    assert_true(fabs(steepest(3.0) - 5.0) < 0.1);
}

static void a_rise_begins_only_at_a_bottom_rest(void **state)
{
    (void)state;
    begin();
    (void)bench_set(&bench);
    bench_stroke(&bench, 0.0, 1.7);
    (void)bench_load(&bench, 0.5);
    bench_pause(&bench, 2.0); /* the hold at the top is no bottom rest */
    bench_stroke(&bench, -75.0, 2.0);
    assert_true(bench.snapshot.load_applied_kg == 0.0);
    bench_stroke(&bench, -90.0, 0.5);
    bench_pause(&bench, 1.0);
    assert_true(bench.snapshot.load_applied_kg == 0.5);
}

static void one_ladder_step_may_finish_in_the_next_lift(void **state)
{
    (void)state;
    begin();
    (void)bench_load(&bench, 0.5); /* 0.42 s of ramp */
    bench_pause(&bench, 0.1);
    assert_true(bench.snapshot.load_applied_kg < 0.2);
    bench_stroke(&bench, 0.0, 1.7);
    assert_true(bench.snapshot.load_applied_kg == 0.5);
}

static void it_finishes_in_that_lift_or_waits_for_the_next_bottom(void **state)
{
    (void)state;
    begin();
    (void)bench_load(&bench, 0.5);
    bench_stroke(&bench, -40.0, 0.25); /* over before the ramp */
    bench_pause(&bench, 0.2);
    const double held_kg = bench.snapshot.load_applied_kg;

    assert_true(held_kg > 0.1 && held_kg < 0.45);
    bench_pause(&bench, 1.0);
    assert_true(bench.snapshot.load_applied_kg == held_kg);
    bench_stroke(&bench, -90.0, 1.0);
    bench_pause(&bench, 1.0);
    assert_true(bench.snapshot.load_applied_kg == 0.5);
}

static void a_turn_without_a_rest_is_no_bottom_rest(void **state)
{
    (void)state;
    begin();
    (void)bench_set(&bench);
    bench_stroke(&bench, 0.0, 0.8);
    (void)bench_load(&bench, 0.5);
    for (int i = 0; i < 4; i++) {
        bench_stroke(&bench, -90.0, 0.8);
        bench_stroke(&bench, 0.0, 0.8);
    }
    assert_true(bench.snapshot.load_applied_kg == 0.0);
}

static void more_than_a_step_waits_for_the_next_bottom(void **state)
{
    (void)state;
    begin();
    (void)bench_load(&bench, 5.0);
    bench_pause(&bench, 1.0);
    const double held_kg = bench.snapshot.load_applied_kg;

    assert_true(held_kg > 1.0 && held_kg < 1.5);
    bench_stroke(&bench, 0.0, 1.7);
    assert_true(bench.snapshot.load_applied_kg < held_kg + 0.15); /* till it moved */
    bench_stroke(&bench, -90.0, 1.7);
    bench_pause(&bench, 5.0);
    assert_true(bench.snapshot.load_applied_kg == 5.0);
}

static void unload_is_down_in_150_ms_in_the_middle_of_a_lift(void **state)
{
    (void)state;
    begin();
    (void)bench_load(&bench, 10.0);
    bench_pause(&bench, 6.0);
    (void)bench_set(&bench);
    bench_aim(&bench, 0.0, 1.7);
    bench_run(&bench, 0.8);
    assert_true(bench.request.load_nm > 80.0);
    assert_int_equal(bench_do(&bench, RH_COMMAND_UNLOAD), RH_REFUSAL_NONE);
    bench_run(&bench, 0.07);
    assert_true(bench.request.load_nm > 20.0 && bench.request.load_nm < 60.0);
    bench_run(&bench, 0.078);
    assert_true(bench.request.load_nm == 0.0);
    assert_int_equal(bench.snapshot.session, RH_SESSION_SET);
    assert_int_equal(bench_noted(&bench, RH_NOTE_UNLOADED), 1);
}

static void a_lighter_load_acts_at_once_anywhere(void **state)
{
    (void)state;
    begin();
    (void)bench_load(&bench, 10.0);
    bench_pause(&bench, 6.0);
    (void)bench_set(&bench);
    bench_aim(&bench, 0.0, 1.7);
    bench_run(&bench, 0.8);
    assert_int_equal(bench_load(&bench, 6.0), RH_REFUSAL_NONE);
    bench_run(&bench, 0.148);
    assert_true(bench.snapshot.load_applied_kg == 6.0);
}

static void the_load_is_gone_when_the_gate_leaves_armed(void **state)
{
    (void)state;
    begin();
    (void)bench_load(&bench, 10.0);
    bench_pause(&bench, 6.0);
    bench_gate(&bench, RH_SAFETY_FLOAT);
    bench_run(&bench, 0.002);
    assert_true(bench.request.torque_nm == 0.0 && bench.request.load_nm == 0.0);
    assert_true(bench.snapshot.load_kg == 0.0);
    assert_int_equal(bench_noted(&bench, RH_NOTE_UNLOADED), 1);
    bench_gate(&bench, RH_SAFETY_ARMED);
    bench_pause(&bench, 2.0);
    assert_true(bench.snapshot.load_applied_kg == 0.0);
}

/* Hazard 45: in a set after the rep, between sets at once. */
static void a_console_that_is_lost_takes_the_load_off(void **state)
{
    (void)state;
    begin();
    carry(5.0);
    assert_int_equal(bench_set(&bench), RH_REFUSAL_NONE);
    bench.input.console_present = false;
    bench_pause(&bench, 0.3);
    assert_int_equal(bench.snapshot.session, RH_SESSION_READY);
    assert_true(bench.snapshot.load_kg == 0.0);
    assert_true(bench.snapshot.load_applied_kg == 0.0);
    bench.input.console_present = true;
    assert_int_equal(bench_load(&bench, 5.0), RH_REFUSAL_NONE);
    bench_pause(&bench, 8.0);
    assert_true(bench.snapshot.load_applied_kg > 4.0);
    bench.input.console_present = false;
    bench_pause(&bench, 0.3);
    assert_true(bench.snapshot.load_applied_kg == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_off_the_ladder_are_refused),
        cmocka_unit_test(impossible_loads_are_refused),
        cmocka_unit_test(the_first_load_has_a_limit_of_its_own),
        cmocka_unit_test(a_step_up_is_one_step_of_the_ladder_and_one_a_set),
        cmocka_unit_test(one_step_up_within_a_set_and_no_second),
        cmocka_unit_test(ten_per_cent_and_the_largest_step_bound_a_step_up),
        cmocka_unit_test(the_most_that_may_be_asked_for_is_a_load_of_the_ladder),
        cmocka_unit_test(a_load_carried_before_may_come_back_after_an_unload),
        cmocka_unit_test(a_load_needs_a_session_a_range_and_a_mode_that_knows_it),
        cmocka_unit_test(the_ramp_up_keeps_the_rate_of_hazard_29),
        cmocka_unit_test(the_ramp_never_exceeds_its_setting),
        cmocka_unit_test(a_rise_begins_only_at_a_bottom_rest),
        cmocka_unit_test(one_ladder_step_may_finish_in_the_next_lift),
        cmocka_unit_test(it_finishes_in_that_lift_or_waits_for_the_next_bottom),
        cmocka_unit_test(a_turn_without_a_rest_is_no_bottom_rest),
        cmocka_unit_test(more_than_a_step_waits_for_the_next_bottom),
        cmocka_unit_test(unload_is_down_in_150_ms_in_the_middle_of_a_lift),
        cmocka_unit_test(a_lighter_load_acts_at_once_anywhere),
        cmocka_unit_test(the_load_is_gone_when_the_gate_leaves_armed),
        cmocka_unit_test(a_console_that_is_lost_takes_the_load_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
