/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person who starts to lift as soon as the set has started, while the load still
 * waits for a bottom rest to rise in: on the RTU layout with the shipped limits every
 * rep counts, nothing trips, and the load comes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "rig.h"

#define REPS 6
#define LOAD_KG 5.0

typedef struct {
    double mass_kg, hold_s, rest_s;
} case_t;

static rh_plan_t plan_of(const case_t *test, int reps)
{
    rh_plan_t plan = rh_plan_defaults(RH_STYLE_SMOOTH);
    plan.reps = reps;
    plan.lift_s = 1.7;
    plan.hold_s = test->hold_s;
    plan.lower_s = 2.5;
    plan.rest_s = test->rest_s;
    plan.load_nm = 0.0;
    plan.adapt_s = 0.4;
    return plan;
}

static void each_rep_counts_while_the_load_still_ramps(void **state)
{
    const case_t *test = *state;
    static rig_t rig;
    rig_options_t options = rig_options();
    options.mass_kg = test->mass_kg;
    options.wires = RIG_RTU;
    rig_init(&rig, options);
    rig_arm(&rig);
    const rh_plan_t lifts = plan_of(test, 3);
    rig_teach(&rig, &lifts);
    rig_clear(&rig);
    rig_start_set(&rig, LOAD_KG);
    const rh_plan_t plan = plan_of(test, REPS);
    rig_play(&rig, &plan);
    print_message("%3.0f kg, hold %.1f s, rest %.1f s: %d reps, %d partials, top %.1f "
                  "deg, load %.1f kg\n",
                  test->mass_kg, test->hold_s, test->rest_s, rig.reps, rig.partials,
                  rig.top_deg, rig.output.snapshot.load_applied_kg);
    assert_int_equal(rig.output.snapshot.safety, RH_SAFETY_ARMED);
    assert_int_equal(rig.reps, REPS);
    assert_int_equal(rig.partials, 0);
    /* only bottom rests let it rise: short ones leave some of it to the next set */
    assert_true(rig.output.snapshot.load_applied_kg > 0.6 * LOAD_KG);
}

static case_t cases[] = {
    {50.0, 0.5, 0.3}, {50.0, 1.0, 0.5},  {80.0, 0.5, 0.3},  {80.0, 1.0, 0.5},
    {80.0, 1.0, 0.0}, {120.0, 0.5, 0.3}, {120.0, 1.0, 0.5},
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

int main(void)
{
    static char names[CASES][96];
    static struct CMUnitTest tests[CASES];
    for (size_t i = 0; i < CASES; i++) {
        (void)snprintf(
            names[i], sizeof(names[i]),
            "a_%.0f_kg_person_who_holds_%.1f_s_and_rests_%.1f_s_loses_no_rep",
            cases[i].mass_kg, cases[i].hold_s, cases[i].rest_s);
        tests[i] =
            (struct CMUnitTest){.name = names[i],
                                .test_func = each_rep_counts_while_the_load_still_ramps,
                                .initial_state = &cases[i]};
    }
    return cmocka_run_group_tests_name("ramp", tests, NULL, NULL);
}
