/* SPDX-License-Identifier: Apache-2.0 */
/* What one lift by the strap says: each mistake by its sentence, and what is good is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "commission_parts.h"

/* An arm of 40 N m, 0.8 m to the strap, whose own hardware weighs 6 N: 56 N. */
static rh_commission_t *new_bench(void)
{
    static rh_commission_t bench;
    memset(&bench, 0, sizeof bench);
    bench.wiring = "[machine]\narm_gravity_nm = 40\nstrap_radius_m = 0.8\n"
                   "strap_weight_n = 6\n";
    return &bench;
}

/* ---- rows ------------------------------------------------------------------------ */

static const rh_commission_lift_t good = {.arm_deg = 90,
                                          .motor_deg = 90,
                                          .rate_deg = 58,
                                          .along_deg = 60,
                                          .left_n = 28,
                                          .right_n = 28};

static void is_ok(const rh_commission_lift_t *lift)
{
    rh_commission_t *bench = new_bench();
    int result = rh_commission_judge_encoders(bench, lift);
    result = result != 0 ? result : rh_commission_judge_straps(bench, lift);
    if (result != 0) {
        fail_msg("%s", bench->values);
    }
}

static void says(const rh_commission_lift_t *lift, const char *words)
{
    rh_commission_t *bench = new_bench();
    int result = rh_commission_judge_encoders(bench, lift);
    result = result != 0 ? result : rh_commission_judge_straps(bench, lift);
    assert_int_equal(result, RH_STEP_FAILED);
    if (strstr(bench->values, words) == NULL || bench->remedy[0] == '\0') {
        fail_msg("no `%s` in: %s", words, bench->values);
    }
}

static rh_commission_lift_t turned(double arm_deg, double motor_deg, double rate_deg)
{
    rh_commission_lift_t lift = good;
    lift.arm_deg = arm_deg;
    lift.motor_deg = motor_deg;
    lift.rate_deg = rate_deg;
    return lift;
}

static rh_commission_lift_t pulled(double left_n, double right_n)
{
    rh_commission_lift_t lift = good;
    lift.left_n = left_n;
    lift.right_n = right_n;
    return lift;
}

static void a_good_lift_is_ok_up_to_its_tolerances(void **state)
{
    (void)state;
    const rh_commission_lift_t rows[] = {
        good,
        turned(90, 94, 58), /* 4.4 % of 5 apart */
        turned(90, 90, 43), /* the rate sums up to 72 % */
        turned(90, 90, 77), /* 128 % */
        pulled(22, 18),     /* 71 % of the weight: a hand's part */
        pulled(40, 38),     /* 139 % */
        pulled(-5, 50),     /* a tenth of the other's: it hangs askew */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        is_ok(&rows[i]);
    }
}

static void each_mistake_of_an_encoder_has_its_sentence(void **state)
{
    (void)state;
    const struct {
        rh_commission_lift_t lift;
        const char *words;
    } rows[] = {
        {turned(2, 90, 58), "the arm encoder moved by 2.0 deg while"},
        {turned(90, -3, 58), "the motor encoder moved by -3.0 deg while"},
        {turned(-90, -90, 58), "both encoders count down"},
        {turned(-90, 90, 58), "the arm encoder counts the wrong way"},
        {turned(90, -90, 58), "the motor counts the wrong way"},
        {turned(90, 96, 58), "the scales disagree"},
        {turned(90, 85, 58), "the scales disagree"},
        {turned(90, 90, -58), "the drive's rate has the wrong sign"},
        {turned(90, 90, 41), "the drive's rate sums up to 41.0 deg"},
        {turned(90, 90, 79), "the drive's rate sums up to 79.0 deg"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        says(&rows[i].lift, rows[i].words);
    }
    rh_commission_lift_t jerky = good;
    jerky.along_deg = 14;
    says(&jerky, "was not followed closely enough");
}

static void each_mistake_of_a_strap_cell_has_its_sentence(void **state)
{
    (void)state;
    const struct {
        rh_commission_lift_t lift;
        const char *words;
    } rows[] = {
        {pulled(-28, 28), "strap_left counts the wrong way"},
        {pulled(28, -28), "strap_right counts the wrong way"},
        {pulled(-28, -28), "each strap cell counts the wrong way"},
        {pulled(2.9, 2.8), "they give kilograms, not newtons"},
        {pulled(280, 275), "they give tenths"},
        {pulled(28, 0), "one of the two carries nothing"},
        {pulled(38, 42), "span, mV/V, strap radius or the arm's weight is wrong"},
        {pulled(20, 18), "span, mV/V, strap radius or the arm's weight is wrong"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        says(&rows[i].lift, rows[i].words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_lift_is_ok_up_to_its_tolerances),
        cmocka_unit_test(each_mistake_of_an_encoder_has_its_sentence),
        cmocka_unit_test(each_mistake_of_a_strap_cell_has_its_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
