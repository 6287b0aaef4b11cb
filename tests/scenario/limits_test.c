/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wild styles against the shipped limits, on the RTU layout: each is held by the
 * wall or trips, what happened is named, and no rep is lost or invented.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include <math.h>

#include "rig.h"

typedef struct {
    const char *name;
    rh_style_t style;
    double mass_kg;
} case_t;

/* Three smooth lifts on own legs, accepted, then a set with 5 kg. */
static void teach_and_load(rig_t *rig)
{
    rh_plan_t plan = rh_plan_defaults(RH_STYLE_SMOOTH);
    plan.reps = 3;
    plan.load_nm = 0.0;
    plan.adapt_s = 0.4;
    plan.hold_s = 0.4;
    rig_teach(rig, &plan);
    rig_start_set(rig, 5.0);
    rig_run(rig, 5.0);
    rig_clear(rig);
}

typedef struct {
    int true_reps, told_reps, late_reps; /* late: closed within 100 ms of the fault */
    int64_t fault_ns;
    uint32_t fault;
    bool limit_told;
} outcome_t;

static void note_events(const rig_t *rig, outcome_t *outcome)
{
    for (uint32_t i = 0; i < rig->output.event_count; i++) {
        const rh_event_t *event = &rig->output.event[i];
        if (event->kind == RH_EVENT_FAULT && outcome->fault == 0) {
            outcome->fault = event->fault.id;
            outcome->fault_ns = event->now_ns;
        }
        outcome->told_reps += event->kind == RH_EVENT_REP && event->rep.counted;
        outcome->limit_told |=
            event->kind == RH_EVENT_NOTE && event->note.note == RH_NOTE_LIMIT;
    }
}

/* A rep whose bottom turn came 100 ms before the fault must have been told. */
static void note_truth(const rig_t *rig, outcome_t *outcome)
{
    if (!rig->truth_closed[RIG_EXACT] || !rig->truth_rep[RIG_EXACT].full) {
        return;
    }
    double fault_s = outcome->fault != 0 ? (double)outcome->fault_ns * 1e-9 : 1e12;
    if (rig->truth_rep[RIG_EXACT].t_end_s < fault_s - 0.1) {
        outcome->true_reps++;
    } else {
        outcome->late_reps++;
    }
}

static outcome_t play_wild(rig_t *rig, const case_t *test)
{
    outcome_t outcome = {0};
    rh_plan_t plan = rh_plan_defaults(test->style);
    plan.reps = 5;
    plan.load_nm = 42.0;
    assert_true(rh_person_begin(&rig->plant, &plan));
    int quiet = 0;
    for (int tick = 0; tick < 40000 && quiet < 2000; tick++) {
        rig_tick(rig);
        note_events(rig, &outcome);
        note_truth(rig, &outcome);
        quiet = rh_person_is_busy(&rig->plant) ? 0 : quiet + 1;
    }
    return outcome;
}

static void the_wild_style_is_held_or_trips_and_no_rep_is_lost(void **state)
{
    const case_t *test = *state;
    static rig_t rig;
    rig_options_t options = rig_options();
    options.mass_kg = test->mass_kg;
    options.wires = RIG_RTU;
    rig_init(&rig, options);
    rig_arm(&rig);
    teach_and_load(&rig);
    const rh_snapshot_t *snapshot = &rig.output.snapshot;
    double soft_top_deg = snapshot->soft_top_deg;
    assert_true(fabs(snapshot->margin_top_deg - (soft_top_deg - snapshot->angle_deg)) <
                1e-9);
    assert_true(snapshot->armed && !snapshot->pad_empty);
    outcome_t outcome = play_wild(&rig, test);
    print_message(
        "%-11s %3.0f kg: %s%s, %d of %d reps told, top %.1f deg (soft %.1f)\n",
        test->name, test->mass_kg, outcome.limit_told ? "limit acted" : "free",
        outcome.fault != 0 ? ", tripped" : "", outcome.told_reps, outcome.true_reps,
        rig.top_deg, soft_top_deg);
    assert_true(outcome.limit_told || outcome.fault != 0);
    assert_true(outcome.told_reps >= outcome.true_reps);
    assert_true(outcome.told_reps <= outcome.true_reps + outcome.late_reps);
    assert_true(rig.top_deg < 12.0); /* never at the mechanical stop's absorber */
    if (outcome.fault != 0) {
        assert_int_not_equal(rig.output.snapshot.safety, RH_SAFETY_ARMED);
    }
}

#define PERSONS(style_name, style)                                                     \
    {style_name, style, 50.0}, {style_name, style, 80.0},                              \
    {                                                                                  \
        style_name, style, 120.0                                                       \
    }

static case_t cases[] = {
    PERSONS("swing", RH_STYLE_SWING),
    PERSONS("overextend", RH_STYLE_OVEREXTEND),
    PERSONS("drop", RH_STYLE_DROP),
    PERSONS("lets_go", RH_STYLE_LETS_GO),
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

int main(void)
{
    static char names[CASES][96];
    static struct CMUnitTest tests[CASES];
    for (size_t i = 0; i < CASES; i++) {
        (void)snprintf(
            names[i], sizeof(names[i]),
            "a_%.0f_kg_person_who_does_%s_is_held_or_trips_and_no_rep_is_lost",
            cases[i].mass_kg, cases[i].name);
        tests[i] = (struct CMUnitTest){
            .name = names[i],
            .test_func = the_wild_style_is_held_or_trips_and_no_rep_is_lost,
            .initial_state = &cases[i]};
    }
    return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
