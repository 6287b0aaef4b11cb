/* SPDX-License-Identifier: Apache-2.0 */
/* Teaching, accepting, narrowing and redoing the range. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <math.h>

#include "bench.h"

static bench_t bench;

static void begin_teaching(void)
{
    bench_init(&bench, BENCH_IDEAL);
    (void)bench_do(&bench, RH_COMMAND_SESSION_START);
    assert_int_equal(bench_do(&bench, RH_COMMAND_ROM_TEACH), RH_REFUSAL_NONE);
}

static void the_accepted_range_is_the_median_of_three_lifts(void **state)
{
    (void)state;
    begin_teaching();
    bench_rep(&bench, -2.0, -92.0);
    bench_rep(&bench, 3.0, -92.0);
    bench_rep(&bench, 0.0, -92.0);
    assert_int_equal(bench_do(&bench, RH_COMMAND_ROM_ACCEPT), RH_REFUSAL_NONE);
    assert_int_equal(bench.snapshot.session, RH_SESSION_READY);
    assert_true(bench.request.rom_taught && bench.snapshot.rom_taught);
    assert_true(fabs(bench.request.rom_top_deg - 0.0) < 0.05);
    assert_true(fabs(bench.request.rom_bottom_deg + 92.0) < 0.05);
    assert_true(bench.log.value == bench.request.rom_top_deg); /* the trainer is told */
    assert_true(bench.log.value2 == bench.request.rom_bottom_deg);
    assert_int_equal(bench_noted(&bench, RH_NOTE_ROM_ACCEPTED), 1);
}

static void two_lifts_are_too_few(void **state)
{
    (void)state;
    begin_teaching();
    bench_rep(&bench, 0.0, -90.0);
    bench_rep(&bench, 0.0, -90.0);
    assert_int_equal(bench_do(&bench, RH_COMMAND_ROM_ACCEPT), RH_REFUSAL_TOO_FEW_REPS);
    assert_int_equal(bench.snapshot.session, RH_SESSION_TEACH);
    assert_false(bench.request.rom_taught);
}

static void tops_eight_degrees_apart_are_refused(void **state)
{
    (void)state;
    begin_teaching();
    bench_rep(&bench, -10.0, -90.0);
    bench_rep(&bench, -1.5, -90.0);
    bench_rep(&bench, -5.0, -90.0);
    assert_int_equal(bench_do(&bench, RH_COMMAND_ROM_ACCEPT), RH_REFUSAL_SPREAD);
    assert_int_equal(bench_do(&bench, RH_COMMAND_ROM_REDO), RH_REFUSAL_NONE);
    assert_int_equal(bench.snapshot.taught_reps, 0);
}

static void partial_lifts_do_not_teach(void **state)
{
    (void)state;
    begin_teaching();
    for (int i = 0; i < 3; i++) {
        bench_rep(&bench, -65.0, -90.0);
    }
    assert_int_equal(bench.snapshot.taught_reps, 0);
    assert_int_equal(bench_do(&bench, RH_COMMAND_ROM_ACCEPT), RH_REFUSAL_TOO_FEW_REPS);
}

static uint32_t nudge(double top_deg, double bottom_deg)
{
    return bench_tell(&bench, (rh_command_t){.kind = RH_COMMAND_ROM_NUDGE,
                                             .nudge_top_deg = top_deg,
                                             .nudge_bottom_deg = bottom_deg});
}

static void a_nudge_narrows_and_never_widens(void **state)
{
    (void)state;
    const double leave = (double)NAN;

    bench_init(&bench, BENCH_IDEAL);
    bench_teach(&bench, 0.0);
    assert_int_equal(nudge(1.0, leave), RH_REFUSAL_WIDENS);
    assert_int_equal(nudge(leave, -91.0), RH_REFUSAL_WIDENS);
    assert_true(fabs(bench.request.rom_top_deg) < 0.05);
    assert_int_equal(nudge(-2.0, leave), RH_REFUSAL_NONE);
    assert_int_equal(nudge(leave, -88.0), RH_REFUSAL_NONE);
    assert_true(fabs(bench.request.rom_top_deg + 2.0) < 1e-9);
    assert_true(fabs(bench.request.rom_bottom_deg + 88.0) < 1e-9);
    assert_int_equal(nudge(-1.0, leave), RH_REFUSAL_WIDENS);
    assert_int_equal(nudge(-60.0, leave), RH_REFUSAL_BAD_VALUE);
}

/* The limit would come down onto legs that are up. */
static void a_range_is_not_narrowed_while_the_legs_are_up(void **state)
{
    (void)state;
    bench_init(&bench, BENCH_IDEAL);
    bench_teach(&bench, 0.0);
    bench_stroke(&bench, -10.0, 1.2);
    assert_int_equal(nudge(-30.0, (double)NAN), RH_REFUSAL_NOT_AT_BOTTOM);
    bench_stroke(&bench, -90.0, 1.2);
    bench_pause(&bench, 0.5);
    assert_int_equal(nudge(-30.0, (double)NAN), RH_REFUSAL_NONE);
    assert_true(bench.log.value == -30.0);
}

static void redo_clears_the_range_and_takes_the_load_off(void **state)
{
    (void)state;
    bench_init(&bench, BENCH_IDEAL);
    bench_teach(&bench, 0.0);
    (void)bench_load(&bench, 5.0);
    bench_pause(&bench, 6.0);
    assert_true(bench.snapshot.load_applied_kg > 4.9);
    assert_int_equal(bench_do(&bench, RH_COMMAND_ROM_REDO), RH_REFUSAL_NONE);
    assert_false(bench.request.rom_taught);
    assert_int_equal(bench.snapshot.session, RH_SESSION_TEACH);
    bench_pause(&bench, 0.15);
    assert_true(bench.snapshot.load_applied_kg == 0.0);
    assert_true(bench.request.load_nm == 0.0);
}

static void only_the_newest_lifts_are_kept(void **state)
{
    (void)state;
    rh_rom_t rom = {0};

    for (int i = 0; i < 40; i++) {
        rh_rom_add(&rom, i < 24 ? 20.0 : -1.0, -90.0);
    }
    assert_int_equal(rh_rom_accept(&rom), RH_REFUSAL_NONE);
    assert_true(fabs(rom.top_deg + 1.0) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_accepted_range_is_the_median_of_three_lifts),
        cmocka_unit_test(two_lifts_are_too_few),
        cmocka_unit_test(tops_eight_degrees_apart_are_refused),
        cmocka_unit_test(partial_lifts_do_not_teach),
        cmocka_unit_test(a_range_is_not_narrowed_while_the_legs_are_up),
        cmocka_unit_test(a_nudge_narrows_and_never_widens),
        cmocka_unit_test(redo_clears_the_range_and_takes_the_load_off),
        cmocka_unit_test(only_the_newest_lifts_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
