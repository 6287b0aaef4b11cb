/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The comfort stop in the middle of a loaded rep, on the RTU layout with the shipped
 * limits: the load is off and confirmed by the cells within 150 ms, wherever the legs
 * are and whoever they belong to, and the arm floats; a load that stays on is not
 * confirmed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include <math.h>

#include "rig.h"

typedef struct {
    double mass_kg, load_kg;
    uint32_t phase; /* rh_phase_t in which the button is pressed */
} case_t;

static rh_plan_t plan_of(int reps)
{
    rh_plan_t plan = rh_plan_defaults(RH_STYLE_SMOOTH);
    plan.reps = reps;
    plan.lift_s = 1.7;
    plan.hold_s = 0.6;
    plan.lower_s = 2.5;
    plan.load_nm = 0.0;
    plan.adapt_s = 0.4;
    return plan;
}

static void load_the_arm(rig_t *rig, const case_t *test)
{
    const rh_plan_t plan = plan_of(3);
    rig_teach(rig, &plan);
    rig_start_set(rig, test->load_kg);
    rig_run(rig, 10.0);
}

/* The middle of the phase in the second rep. */
static void lift_until(rig_t *rig, uint32_t phase)
{
    const rh_plan_t plan = plan_of(4);
    int ticks = 0;
    assert_true(rh_person_begin(&rig->plant, &plan));
    rig_clear(rig);
    while (ticks < 100 || rig->reps < 1) {
        rig_tick(rig);
        const rh_snapshot_t *now = &rig->output.snapshot;
        bool is_there = rig->reps > 0 && now->phase == phase &&
                        (phase == RH_PHASE_HOLD || fabs(now->rate_dps) > 20.0);
        ticks = is_there ? ticks + 1 : 0;
        if (ticks == 100) {
            return;
        }
        assert_true(rh_person_is_busy(&rig->plant));
    }
}

static void the_load_is_off_and_confirmed_within_150_ms(void **state)
{
    const case_t *test = *state;
    static rig_t rig;
    rig_options_t options = rig_options();
    options.mass_kg = test->mass_kg;
    options.wires = RIG_RTU;
    rig_init(&rig, options);
    rig_arm(&rig);
    load_the_arm(&rig, test);
    lift_until(&rig, test->phase);
    rig_clear(&rig);
    rig.comfort_pressed = true;
    int64_t pressed_ns = rig.now_ns;
    while (rig.output.snapshot.safety == RH_SAFETY_ARMED) {
        rig_tick(&rig);
        assert_true(rig.now_ns - pressed_ns < 35000000);
    }
    int64_t float_ns = rig.now_ns;
    while (rig.machine.safety.confirm_count < 2 &&
           rig.output.snapshot.safety == RH_SAFETY_FLOAT &&
           rig.now_ns - float_ns < 400000000) {
        rig_tick(&rig);
    }
    print_message("%3.0f kg with %.0f kg in %u: confirmed %.0f ms after the stop\n",
                  test->mass_kg, test->load_kg, test->phase,
                  (double)(rig.now_ns - float_ns) * 1e-6);
    assert_true(rig.now_ns - float_ns <= 150000000);
    rig_run(&rig, 1.0);
    assert_int_equal(rig.output.snapshot.safety, RH_SAFETY_FLOAT);
    assert_false(rig_saw_fault(&rig, RH_FAULT_COMFORT_UNCONFIRMED));
}

#define PHASES(mass, load)                                                             \
    {mass, load, RH_PHASE_LIFT}, {mass, load, RH_PHASE_HOLD},                          \
    {                                                                                  \
        mass, load, RH_PHASE_LOWER                                                     \
    }

static case_t cases[] = {
    PHASES(50.0, 2.0), PHASES(50.0, 5.0),  PHASES(80.0, 0.5),   PHASES(80.0, 5.0),
    PHASES(80.0, 8.0), PHASES(120.0, 5.0), PHASES(120.0, 10.0),
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

int main(void)
{
    static char names[CASES][96];
    static struct CMUnitTest tests[CASES];
    static const char *const phases[] = {"rest", "lift", "hold", "lowering"};
    for (size_t i = 0; i < CASES; i++) {
        (void)snprintf(
            names[i], sizeof(names[i]),
            "the_comfort_stop_of_%.0f_kg_with_%.1f_kg_in_the_%s_is_confirmed",
            cases[i].mass_kg, cases[i].load_kg, phases[cases[i].phase]);
        tests[i] = (struct CMUnitTest){.name = names[i],
                                       .test_func =
                                           the_load_is_off_and_confirmed_within_150_ms,
                                       .initial_state = &cases[i]};
    }
    return cmocka_run_group_tests_name("comfort", tests, NULL, NULL);
}
