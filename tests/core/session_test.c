/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands, the books of sets and sessions, and the cues. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <math.h>

#include "bench.h"

static bench_t bench;

static void enter(uint32_t session)
{
    bench_init(&bench, BENCH_IDEAL);
    if (session == RH_SESSION_FREE) {
        return;
    }
    bench_teach(&bench, 0.0);
    bench_pause(&bench, 0.5);
    if (session == RH_SESSION_TEACH) {
        (void)bench_do(&bench, RH_COMMAND_ROM_TEACH);
    } else if (session == RH_SESSION_SET) {
        (void)bench_set(&bench);
    }
    assert_int_equal(bench.snapshot.session, session);
}

static uint32_t tell(uint32_t command)
{
    const double leave = (double)NAN;

    return bench_tell(&bench, (rh_command_t){.kind = command,
                                             .kind_of_set = RH_REP_WORK,
                                             .nudge_top_deg = leave,
                                             .nudge_bottom_deg = leave});
}

/* Every command in every state: what it answers and where it leads. */
static void each_command_has_its_answer_in_each_state(void **state)
{
    (void)state;
    static const struct {
        uint32_t command;
        uint32_t refusal[RH_SESSION_COUNT];
        uint32_t to[RH_SESSION_COUNT]; /* where it is permitted */
    } ROWS[] = {
#define NO(x) RH_REFUSAL_##x
#define IN(x) RH_SESSION_##x
        {RH_COMMAND_SESSION_START,
         {0, NO(SESSION_OPEN), NO(SESSION_OPEN), NO(SESSION_OPEN)},
         {IN(READY), 0, 0, 0}},
        {RH_COMMAND_SESSION_END,
         {NO(NO_SESSION), 0, 0, 0},
         {0, IN(FREE), IN(FREE), IN(FREE)}},
        {RH_COMMAND_SET_START,
         {NO(NO_SESSION), 0, NO(WRONG_STATE), NO(IN_SET)},
         {0, IN(SET), 0, 0}},
        {RH_COMMAND_SET_END,
         {NO(NO_SESSION), NO(NO_SET), NO(NO_SET), 0},
         {0, 0, 0, IN(READY)}},
        {RH_COMMAND_SENSOR_ZERO,
         {NO(ARMED), NO(ARMED), NO(WRONG_STATE), NO(IN_SET)},
         {0, 0, 0, 0}},
        {RH_COMMAND_ROM_TEACH,
         {NO(NO_SESSION), 0, 0, NO(IN_SET)},
         {0, IN(TEACH), IN(TEACH), 0}},
        {RH_COMMAND_ROM_ACCEPT,
         {NO(NO_SESSION), NO(NOT_TEACHING), NO(TOO_FEW_REPS), NO(NOT_TEACHING)},
         {0, 0, 0, 0}},
        {RH_COMMAND_ROM_NUDGE,
         {NO(NO_SESSION), 0, NO(NOT_TAUGHT), NO(IN_SET)},
         {0, IN(READY), 0, 0}},
        {RH_COMMAND_ROM_REDO,
         {NO(NO_SESSION), 0, 0, NO(IN_SET)},
         {0, IN(TEACH), IN(TEACH), 0}},
        {RH_COMMAND_LOAD_SET,
         {NO(NO_SESSION), 0, NO(NOT_TAUGHT), 0},
         {0, IN(READY), 0, IN(SET)}},
        {RH_COMMAND_MODE_SET,
         {NO(NO_SESSION), 0, 0, 0},
         {0, IN(READY), IN(TEACH), IN(SET)}},
        {RH_COMMAND_UNLOAD, {0, 0, 0, 0}, {IN(FREE), IN(READY), IN(TEACH), IN(SET)}},
#undef NO
#undef IN
    };

    for (unsigned i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        for (uint32_t from = 0; from < RH_SESSION_COUNT; from++) {
            enter(from);
            const uint32_t refusal = tell(ROWS[i].command);

            assert_int_equal(refusal, ROWS[i].refusal[from]);
            assert_int_equal(bench.snapshot.session,
                             refusal == 0 ? ROWS[i].to[from] : from);
        }
    }
}

static void what_the_gate_answers_core_leaves_alone(void **state)
{
    (void)state;
    static const uint32_t GATES[] = {RH_COMMAND_ARM_BEGIN, RH_COMMAND_ARM_COMMIT,
                                     RH_COMMAND_DISARM,    RH_COMMAND_COMFORT,
                                     RH_COMMAND_STOP,      RH_COMMAND_FAULT_RESET};

    enter(RH_SESSION_READY);
    for (unsigned i = 0; i < sizeof GATES / sizeof GATES[0]; i++) {
        assert_int_equal(tell(GATES[i]), RH_REFUSAL_COUNT);
    }
    assert_int_equal(tell(12345), RH_REFUSAL_COUNT);
}

static void an_answer_carries_its_ticket(void **state)
{
    (void)state;
    enter(RH_SESSION_FREE);
    (void)bench_tell(&bench,
                     (rh_command_t){.kind = RH_COMMAND_SESSION_START, .ticket = 4711});
    bool found = false;

    for (int i = 0; i < bench.events.count; i++) {
        found = found || (bench.events.event[i].kind == RH_EVENT_ANSWER &&
                          bench.events.event[i].answer.ticket == 4711);
    }
    assert_true(found);
}

static void a_set_needs_an_armed_machine_with_zeroed_cells(void **state)
{
    (void)state;
    enter(RH_SESSION_READY);
    bench_gate(&bench, RH_SAFETY_IDLE);
    assert_int_equal(bench_set(&bench), RH_REFUSAL_NOT_ARMED);
    bench_gate(&bench, RH_SAFETY_ARMED);
    bench.core.zero.is_done = false;
    assert_int_equal(bench_set(&bench), RH_REFUSAL_NOT_ZEROED);
}

static void a_set_of_an_unknown_kind_side_or_length_is_refused(void **state)
{
    (void)state;
    enter(RH_SESSION_READY);
    const rh_command_t bad[] = {
        {.kind = RH_COMMAND_SET_START, .kind_of_set = RH_REP_CALIBRATION},
        {.kind = RH_COMMAND_SET_START, .kind_of_set = 17},
        {.kind = RH_COMMAND_SET_START, .kind_of_set = RH_REP_WORK, .side = -1},
        {.kind = RH_COMMAND_SET_START, .kind_of_set = RH_REP_WORK, .side = 3},
        {.kind = RH_COMMAND_SET_START, .kind_of_set = RH_REP_WORK, .reps_target = -1},
        {.kind = RH_COMMAND_SET_START, .kind_of_set = RH_REP_WORK, .reps_target = 1001},
    };

    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(bench_tell(&bench, bad[i]), RH_REFUSAL_BAD_VALUE);
    }
}

static void the_books_of_set_and_session_add_up(void **state)
{
    (void)state;
    enter(RH_SESSION_READY);
    for (int set = 0; set < 2; set++) {
        (void)bench_set(&bench);
        bench_rep(&bench, 0.0, -90.0);
        bench_rep(&bench, 0.0, -90.0);
        bench_rep(&bench, -50.0, -90.0);
        (void)bench_do(&bench, RH_COMMAND_SET_END);
    }
    (void)bench_do(&bench, RH_COMMAND_SESSION_END);
    assert_int_equal(bench.log.set_count, 2);
    assert_int_equal(bench.log.sets[1].set.set, 2);
    assert_int_equal(bench.log.sets[1].set.reps, 2);
    assert_int_equal(bench.log.sets[1].set.partials, 1);
    assert_int_equal(bench.log.sets[1].set.clean, 2);
    assert_int_equal(bench.log.session_count, 1); /* the start was before `forget` */
    assert_int_equal(bench.log.sessions[0].session.is_open, 0);
    assert_int_equal(bench.log.sessions[0].session.sets, 2);
    assert_int_equal(bench.log.sessions[0].session.reps, 4);
    assert_int_equal(bench.log.sessions[0].session.partials, 2);
    assert_int_equal(bench_last_rep(&bench)->session, 1);
    assert_int_equal(bench_last_rep(&bench)->set, 2);
}

static void the_end_of_a_set_waits_for_a_rep_past_its_top(void **state)
{
    (void)state;
    enter(RH_SESSION_SET);
    bench_stroke(&bench, 0.0, 1.7);
    bench_stroke(&bench, -45.0, 1.2);
    assert_int_equal(bench_do(&bench, RH_COMMAND_SET_END), RH_REFUSAL_NONE);
    assert_int_equal(bench.snapshot.session, RH_SESSION_SET);
    bench_stroke(&bench, -90.0, 1.2);
    bench_pause(&bench, 0.2);
    assert_int_equal(bench.snapshot.session, RH_SESSION_READY);
    assert_int_equal(bench.log.rep_count, 1);
    assert_int_equal(bench.log.sets[0].set.reps, 1);
}

static void it_waits_five_seconds_and_no_longer(void **state)
{
    (void)state;
    enter(RH_SESSION_SET);
    bench_stroke(&bench, 0.0, 1.7);
    bench_stroke(&bench, -45.0, 1.2);
    (void)bench_do(&bench, RH_COMMAND_SET_END);
    bench_pause(&bench, 4.9);
    assert_int_equal(bench.snapshot.session, RH_SESSION_SET);
    bench_pause(&bench, 0.2);
    assert_int_equal(bench.snapshot.session, RH_SESSION_READY);
    assert_int_equal(bench.log.sets[0].set.reps, 0);
    assert_int_equal(bench.log.rep_count, 0);
}

static void a_rep_before_its_top_is_not_waited_for(void **state)
{
    (void)state;
    enter(RH_SESSION_SET);
    bench_stroke(&bench, -45.0, 1.2);
    (void)bench_do(&bench, RH_COMMAND_SET_END);
    assert_int_equal(bench.snapshot.session, RH_SESSION_READY);
}

/* Hazard 45: the rep is finished, then the set is over; nobody trains alone. */
static void a_console_that_is_lost_ends_the_set_after_the_rep(void **state)
{
    (void)state;
    enter(RH_SESSION_SET);
    bench_stroke(&bench, 0.0, 1.7);
    bench_stroke(&bench, -45.0, 1.2);
    bench.input.console_present = false;
    bench_pause(&bench, 0.02);
    assert_int_equal(bench.snapshot.session, RH_SESSION_SET);
    bench_stroke(&bench, -90.0, 1.2);
    bench_pause(&bench, 0.2);
    assert_int_equal(bench.snapshot.session, RH_SESSION_READY);
    assert_int_equal(bench.log.rep_count, 1);
}

static void a_fault_in_the_set_ends_it(void **state)
{
    (void)state;
    enter(RH_SESSION_SET);
    bench_rep(&bench, 0.0, -90.0);
    bench_gate(&bench, RH_SAFETY_SAFE1);
    bench_run(&bench, 0.002);
    assert_int_equal(bench.snapshot.session, RH_SESSION_READY);
    assert_int_equal(bench.log.set_count, 1);
    assert_int_equal(bench.log.sets[0].set.reps, 1);
}

static void the_mode_changes_in_a_set_only_without_load_at_the_bottom(void **state)
{
    (void)state;
    enter(RH_SESSION_SET);
    bench_stroke(&bench, -30.0, 1.0);
    assert_int_equal(bench_mode(&bench, RH_MODE_PLATE), RH_REFUSAL_NOT_AT_BOTTOM);
    bench_stroke(&bench, -90.0, 1.0);
    bench_pause(&bench, 0.3);
    assert_int_equal(bench_mode(&bench, RH_MODE_PLATE), RH_REFUSAL_NONE);
    assert_int_equal(bench.snapshot.mode, RH_MODE_PLATE);
    (void)bench_load(&bench, 2.0);
    assert_int_equal(bench_mode(&bench, RH_MODE_CONSTANT), RH_REFUSAL_IN_SET);
    assert_int_equal(bench_mode(&bench, 7), RH_REFUSAL_BAD_VALUE);
}

static void between_sets_the_load_goes_off_before_the_mode_changes(void **state)
{
    (void)state;
    enter(RH_SESSION_READY);
    (void)bench_load(&bench, 5.0);
    bench_pause(&bench, 6.0);
    assert_int_equal(bench_mode(&bench, RH_MODE_PLATE), RH_REFUSAL_NONE);
    double last_kg = bench.snapshot.load_applied_kg;

    for (int i = 0; i < 200 && bench.snapshot.mode == RH_MODE_CONSTANT; i++) {
        assert_true(bench.snapshot.load_applied_kg <= last_kg);
        last_kg = bench.snapshot.load_applied_kg;
        bench_run(&bench, 0.002);
    }
    assert_int_equal(bench.snapshot.mode, RH_MODE_PLATE);
    assert_true(last_kg == 0.0);
    bench_pause(&bench, 6.0);
    assert_true(bench.snapshot.load_applied_kg == 5.0); /* commanded all the time */
}

static void one_cue_a_rep_the_worst_and_praise_when_it_is_mended(void **state)
{
    (void)state;
    enter(RH_SESSION_SET);
    bench_stroke(&bench, 4.5, 1.7); /* past the line and without a hold */
    bench_stroke(&bench, -90.0, 2.0);
    bench_pause(&bench, 0.5);
    bench_stroke(&bench, 0.0, 1.7); /* without a hold */
    bench_stroke(&bench, -90.0, 2.0);
    bench_pause(&bench, 0.5);
    bench_rep(&bench, 0.0, -90.0);
    bench_rep(&bench, 0.0, -90.0);
    assert_int_equal(bench.log.cue_count, 3);
    assert_int_equal(bench.log.cues[0].cue.cue, RH_CUE_LESS_HIGH);
    assert_int_equal(bench.log.cues[1].cue.cue, RH_CUE_PAUSE);
    assert_int_equal(bench.log.cues[2].cue.cue, RH_CUE_GOOD);
    assert_int_equal(bench.log.cues[2].cue.rep, 3);
}

static void reps_outside_sets_and_teaching_are_not_published(void **state)
{
    (void)state;
    enter(RH_SESSION_READY);
    bench_rep(&bench, 0.0, -90.0);
    assert_int_equal(bench.log.rep_count, 0);
}

static void the_snapshot_shows_the_inputs_as_read(void **state)
{
    (void)state;
    enter(RH_SESSION_READY);
    bench.pad_n[0] = 150.0;
    bench.pad_n[1] = 350.0;
    bench_pause(&bench, 0.1);
    const rh_snapshot_t *snapshot = &bench.snapshot;

    assert_true(snapshot->estop_a_closed && snapshot->grip_left_held);
    assert_false(snapshot->comfort_pressed);
    assert_true(fabs(snapshot->pad_n - 500.0) < 0.2);
    assert_true(fabs(snapshot->pad_centre_frac - 0.7) < 0.001);
    bench.input.signal[RH_SIGNAL_ESTOP_A].quality = RH_QUALITY_LOST;
    bench.wire[2].next_s = 1e9;
    bench_run(&bench, 0.002);
    assert_false(bench.snapshot.estop_a_closed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_command_has_its_answer_in_each_state),
        cmocka_unit_test(what_the_gate_answers_core_leaves_alone),
        cmocka_unit_test(an_answer_carries_its_ticket),
        cmocka_unit_test(a_set_needs_an_armed_machine_with_zeroed_cells),
        cmocka_unit_test(a_set_of_an_unknown_kind_side_or_length_is_refused),
        cmocka_unit_test(the_books_of_set_and_session_add_up),
        cmocka_unit_test(the_end_of_a_set_waits_for_a_rep_past_its_top),
        cmocka_unit_test(it_waits_five_seconds_and_no_longer),
        cmocka_unit_test(a_rep_before_its_top_is_not_waited_for),
        cmocka_unit_test(a_console_that_is_lost_ends_the_set_after_the_rep),
        cmocka_unit_test(a_fault_in_the_set_ends_it),
        cmocka_unit_test(the_mode_changes_in_a_set_only_without_load_at_the_bottom),
        cmocka_unit_test(between_sets_the_load_goes_off_before_the_mode_changes),
        cmocka_unit_test(one_cue_a_rep_the_worst_and_praise_when_it_is_mended),
        cmocka_unit_test(reps_outside_sets_and_teaching_are_not_published),
        cmocka_unit_test(the_snapshot_shows_the_inputs_as_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
