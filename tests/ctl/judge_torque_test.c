/* SPDX-License-Identifier: Apache-2.0 */
/* What a pull at the tied strap says: each mistake by its sentence, and what is good
 * is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "commission_parts.h"

/* Why the gate stopped is asked of the daemon, which is none here. */
int rh_commission_say_blocked(rh_commission_t *bench, const char *what)
{
    return rh_commission_fail(bench, "see `status`", "%s: blocked", what);
}

/* Two levels of 30 looks, 10 and 20 N m; so much more at the strap, and by the drive.
 */
static rh_commission_pull_t pulled(double strap_nm, double said_nm)
{
    return (rh_commission_pull_t){
        .level = {{.looks = 30, .given_nm = 300.0}, {.looks = 30, .given_nm = 600.0}},
        .more = {.given_nm = 10.0, .strap_nm = strap_nm, .said_nm = said_nm},
        .most_nm = 18.0,
        .says = true,
    };
}

/* It ended after so many looks at the second level. */
static rh_commission_pull_t ended(int looks, double moved_deg, double most_nm)
{
    rh_commission_pull_t pull = pulled(10.0, 10.0);
    pull.level[1].looks = looks;
    pull.moved_deg = moved_deg;
    pull.most_nm = most_nm;
    return pull;
}

static int judge(rh_commission_t *bench, const rh_commission_pull_t *pull,
                 const char *safety)
{
    memset(bench, 0, sizeof *bench);
    (void)snprintf(bench->now.safety, sizeof bench->now.safety, "%s", safety);
    return rh_commission_judge_torque(bench, pull);
}

static void says(const rh_commission_pull_t *pull, const char *safety,
                 const char *words)
{
    static rh_commission_t bench;
    assert_int_equal(judge(&bench, pull, safety), RH_STEP_FAILED);
    if (strstr(bench.values, words) == NULL || bench.remedy[0] == '\0') {
        fail_msg("no `%s` in: %s", words, bench.values);
    }
}

static void a_torque_is_ok_up_to_a_fifth(void **state)
{
    static rh_commission_t bench;
    const struct {
        double strap_nm;
        const char *words;
    } rows[] = {
        {10.0, "10.00 N m more at the strap for 10.00 N m (100 %), from 10.0 N m on"},
        {8.1, "8.10 N m more at the strap for 10.00 N m (81 %)"},
        {11.9, "11.90 N m more at the strap for 10.00 N m (119 %)"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rh_commission_pull_t pull = pulled(rows[i].strap_nm, 10.0);
        assert_int_equal(judge(&bench, &pull, "idle"), 0);
        assert_non_null(strstr(bench.values, rows[i].words));
    }
}

static void each_wrong_scale_has_its_sentence(void **state)
{
    const struct {
        double strap_nm, said_nm;
        const char *words;
    } rows[] = {
        {7.9, 10.0,
         "the arm gets 79 % of the torque that the drive was given (7.9 N m "},
        {12.1, 10.0, "the arm gets 121 % of the torque"},
        {-10.0, 10.0, "the arm gets -100 % of the torque"},
        {1.0, 10.0,
         "the strap carries nothing: the tie is slack or the torque does not "},
        {10.0, 7.0, "the drive says 7.0 N m more where it was given 10.0 N m and the "},
        {10.0, 13.0, "the drive says 13.0 N m more where it was given 10.0 N m"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rh_commission_pull_t pull = pulled(rows[i].strap_nm, rows[i].said_nm);
        says(&pull, "idle", rows[i].words);
    }
}

static void a_drive_that_does_not_tell_its_torque_is_not_held_against_it(void **state)
{
    static rh_commission_t bench;
    rh_commission_pull_t pull = pulled(10.0, 0.0);
    (void)state;
    pull.says = false;
    assert_int_equal(judge(&bench, &pull, "idle"), 0);
    assert_non_null(strstr(bench.values, "the drive does not tell its own"));
}

static void each_end_before_the_end_has_its_sentence(void **state)
{
    const struct {
        rh_commission_pull_t pull;
        const char *safety, *words;
    } rows[] = {
        {ended(30, 0.0, 18.0), "safe3", "the torque was not measured: blocked"},
        {ended(7, 0.0, 18.0), "idle", "the motor was not seen to hold two levels"},
        {ended(0, 5.1, 18.0), "idle",
         "the tie gave way or the strap is not tied: the arm moved by 5.1 deg"},
        {ended(0, 0.0, 40.0), "idle",
         "the arm gets far more torque than the drive was given: the strap took 40 N "
         "m "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        says(&rows[i].pull, rows[i].safety, rows[i].words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_torque_is_ok_up_to_a_fifth),
        cmocka_unit_test(each_wrong_scale_has_its_sentence),
        cmocka_unit_test(a_drive_that_does_not_tell_its_torque_is_not_held_against_it),
        cmocka_unit_test(each_end_before_the_end_has_its_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
