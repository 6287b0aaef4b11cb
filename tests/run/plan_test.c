/* SPDX-License-Identifier: Apache-2.0 */
/* When ticks are due, and how late they say they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "plan.h"

#define MS INT64_C(1000000)
#define START (1000 * MS)
#define PERIOD (2 * MS)

static rh_plan_t started(void)
{
    rh_plan_t plan;
    rh_plan_start(&plan, START, PERIOD);
    return plan;
}

/* A tick that begins `late_ns` after its time and takes `cost_ns`; what it says. */
static int64_t tick(rh_plan_t *plan, int64_t late_ns, int64_t cost_ns)
{
    int64_t began_ns = plan->planned_ns + late_ns;
    int64_t said_ns = rh_plan_late_ns(plan, began_ns);
    rh_plan_next(plan, began_ns, began_ns + cost_ns);
    return said_ns;
}

static void ticks_on_time_are_a_period_apart_and_not_late(void **state)
{
    (void)state;
    rh_plan_t plan = started();
    for (int i = 1; i <= 5; i++) {
        assert_true(plan.planned_ns == START + i * PERIOD);
        assert_true(tick(&plan, 0, MS / 100) == 0);
    }
}

static void a_late_start_is_late_by_the_plan(void **state)
{
    (void)state;
    rh_plan_t plan = started();
    assert_true(tick(&plan, 3 * MS, 0) == 3 * MS);
}

static void the_small_lateness_of_each_start_does_not_add_up(void **state)
{
    (void)state;
    rh_plan_t plan = started();
    for (int i = 1; i <= 50; i++) {
        assert_true(tick(&plan, MS / 10, MS / 100) == MS / 10);
    }
    assert_true(plan.planned_ns == START + 51 * PERIOD);
}

static void a_stall_inside_a_tick_makes_the_next_one_late(void **state)
{
    (void)state;
    rh_plan_t plan = started();
    assert_true(tick(&plan, 0, 30 * MS) == 0);
    assert_true(plan.planned_ns == START + PERIOD + 30 * MS);
    assert_true(tick(&plan, 0, 0) == 28 * MS);
    assert_true(tick(&plan, 0, 0) == 0);
}

static void a_late_start_is_not_told_again_by_the_next_tick(void **state)
{
    (void)state;
    rh_plan_t plan = started();
    assert_true(tick(&plan, 20 * MS, 0) == 20 * MS);
    assert_true(tick(&plan, 0, 0) == 0);
}

static void missed_ticks_are_not_made_up_for(void **state)
{
    (void)state;
    rh_plan_t plan = started();
    (void)tick(&plan, 0, 101 * MS);
    int64_t now_ns = START + PERIOD + 101 * MS;
    assert_true(plan.planned_ns > now_ns - PERIOD);
    assert_true(plan.planned_ns <= now_ns);
    assert_true((plan.planned_ns - START) % PERIOD == 0);
}

static void a_start_before_its_time_is_not_late(void **state)
{
    (void)state;
    rh_plan_t plan = started();
    assert_true(tick(&plan, -MS, 0) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_on_time_are_a_period_apart_and_not_late),
        cmocka_unit_test(a_late_start_is_late_by_the_plan),
        cmocka_unit_test(the_small_lateness_of_each_start_does_not_add_up),
        cmocka_unit_test(a_stall_inside_a_tick_makes_the_next_one_late),
        cmocka_unit_test(a_late_start_is_not_told_again_by_the_next_tick),
        cmocka_unit_test(missed_ticks_are_not_made_up_for),
        cmocka_unit_test(a_start_before_its_time_is_not_late),
    };
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
