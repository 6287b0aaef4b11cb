/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a brake lets down slowly, by what it was seen to hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "brake_promise.h"

#define ARM_NM 40.0

static double kg_of(double torque_nm, double rate_dps)
{
    rh_brake_held_t held = {torque_nm, rate_dps, 0};
    return rh_brake_promise_kg(&held, ARM_NM);
}

static void one_point_two_times_the_torque_of_arm_and_legs_is_asked(void **state)
{
    (void)state;
    assert_true(kg_of(1.2 * (40 + 55) - 0.1, 40) == 0.0);
    assert_float_equal(kg_of(1.2 * (40 + 55) + 1e-6, 40), 50, 0.01);
    assert_float_equal(kg_of(1.2 * (40 + 99) + 1e-6, 40), 80, 0.01);
    assert_float_equal(kg_of(1.2 * (40 + 144), 40), 110, 0.01);
    assert_float_equal(kg_of(1.2 * (40 + 400), 40), 120, 0.01);
}

static void what_was_held_beyond_sixty_degrees_a_second_promises_nothing(void **state)
{
    (void)state;
    assert_true(kg_of(300, 60) > 0);
    assert_true(kg_of(300, 60.1) == 0.0);
    assert_true(kg_of(300, (double)__builtin_nanf("")) == 0.0);
    assert_true(kg_of((double)__builtin_nanf(""), 10) == 0.0);
}

static void the_sentence_says_so_and_is_read_again(void **state)
{
    char text[320];
    rh_brake_held_t again;
    rh_brake_held_t weak = {34.3, 14.4, 0};
    rh_brake_held_t strong = {180.0, 41.0, 17.5};
    (void)state;
    (void)rh_brake_promise(&weak, ARM_NM, text, sizeof text);
    assert_non_null(
        strstr(text, "promised to nobody (for 50 kg it must hold 114 N m)"));
    assert_false(rh_brake_is_promised(text));
    (void)rh_brake_promise(&strong, ARM_NM, text, sizeof text);
    assert_non_null(strstr(text, "promised up to 88 kg of body mass"));
    assert_true(rh_brake_is_promised(text));
    assert_true(rh_brake_held_read(text, &again));
    assert_float_equal(again.torque_nm, 180.0, 1e-9);
    assert_float_equal(again.rate_dps, 41.0, 1e-9);
    assert_float_equal(again.hung_kg, 17.5, 1e-9);
}

/* An older record's sentence has no such figures, and promises nothing. */
static void another_sentence_promises_nothing(void **state)
{
    rh_brake_held_t held;
    (void)state;
    assert_false(rh_brake_held_read("sank at most 14.4 deg/s, 90 N m", &held));
    assert_false(rh_brake_is_promised("sank at most 14.4 deg/s, 90 N m"));
    assert_false(rh_brake_is_promised(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_point_two_times_the_torque_of_arm_and_legs_is_asked),
        cmocka_unit_test(what_was_held_beyond_sixty_degrees_a_second_promises_nothing),
        cmocka_unit_test(the_sentence_says_so_and_is_read_again),
        cmocka_unit_test(another_sentence_promises_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
