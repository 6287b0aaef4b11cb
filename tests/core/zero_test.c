/* SPDX-License-Identifier: Apache-2.0 */
/* sensor.zero: quiet, empty, hanging, and not too far off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <math.h>

#include "bench.h"

static bench_t bench;

/* An idle machine that is not zeroed, with zero errors and noise in its cells. */
static void begin(void)
{
    bench_init(&bench, BENCH_IDEAL);
    bench_gate(&bench, RH_SAFETY_IDLE);
    bench.core.zero = (rh_zero_t){0};
    bench.offset_n[0] = 12.0;
    bench.offset_n[1] = -7.5;
    bench.offset_n[2] = 3.0;
    bench.offset_n[3] = 20.0;
    bench.cell_noise_n = 0.5;
}

static uint32_t zero(void)
{
    return bench_do(&bench, RH_COMMAND_SENSOR_ZERO);
}

static void quiet_cells_are_zeroed_to_a_tenth_of_a_newton(void **state)
{
    (void)state;
    begin();
    bench_pause(&bench, 5.0);
    assert_false(bench.snapshot.zeroed);
    assert_int_equal(zero(), RH_REFUSAL_NONE);
    assert_true(bench.snapshot.zeroed);
    assert_true(fabs(bench.request.strap_zero_n[0] - 12.0) < 0.1);
    assert_true(fabs(bench.request.strap_zero_n[1] + 7.5) < 0.1);
    assert_true(fabs(bench.request.pad_zero_n[0] - 3.0) < 0.1);
    assert_true(fabs(bench.request.pad_zero_n[1] - 20.0) < 0.1);
    assert_int_equal(bench_noted(&bench, RH_NOTE_ZEROED), 2); /* the bench's own, too */
}

static void too_short_a_quiet_is_refused(void **state)
{
    (void)state;
    begin();
    bench_pause(&bench, 1.5);
    assert_int_equal(zero(), RH_REFUSAL_NOT_QUIET);
    bench_pause(&bench, 0.6);
    assert_int_equal(zero(), RH_REFUSAL_NONE);
}

static void a_touch_begins_the_quiet_anew(void **state)
{
    (void)state;
    begin();
    bench_pause(&bench, 3.0);
    bench.pad_n[0] = 30.0;
    bench_pause(&bench, 0.3);
    bench.pad_n[0] = 0.0;
    bench_pause(&bench, 1.5);
    assert_int_equal(zero(), RH_REFUSAL_NOT_QUIET);
}

static void somebody_on_the_pad_is_refused(void **state)
{
    (void)state;
    begin();
    bench.pad_n[0] = 250.0;
    bench.pad_n[1] = 250.0;
    bench_pause(&bench, 20.0);
    assert_int_equal(zero(), RH_REFUSAL_PAD_NOT_EMPTY);
    assert_false(bench.snapshot.pad_empty);
}

static void a_cell_too_far_off_is_refused_and_nothing_changes(void **state)
{
    (void)state;
    begin();
    bench.offset_n[1] = 41.0;
    bench_pause(&bench, 12.0);
    assert_int_equal(zero(), RH_REFUSAL_ZERO_TOO_FAR);
    assert_false(bench.snapshot.zeroed);
    assert_true(fabs(bench.request.strap_zero_n[0]) < 0.1); /* of bench_init */
}

/* A child of 18 kg: two cells that show 60 N each. */
static void nobody_is_light_enough_to_be_tared_away(void **state)
{
    (void)state;
    begin();
    bench.pad_n[0] = 60.0;
    bench.pad_n[1] = 60.0;
    bench_pause(&bench, 20.0);
    assert_int_equal(zero(), RH_REFUSAL_PAD_NOT_EMPTY);
}

/* Plugged in again, a transmitter may have another zero. */
static void cells_that_were_away_for_a_second_are_not_zeroed_any_more(void **state)
{
    (void)state;
    begin();
    bench_pause(&bench, 12.0);
    assert_int_equal(zero(), RH_REFUSAL_NONE);
    bench.wire[1].next_s = 1e9;
    bench_pause(&bench, 0.5);
    assert_true(bench.snapshot.zeroed);
    bench_pause(&bench, 1.0);
    assert_false(bench.snapshot.zeroed);
}

static void an_armed_machine_is_not_zeroed(void **state)
{
    (void)state;
    begin();
    bench_pause(&bench, 5.0);
    bench_gate(&bench, RH_SAFETY_ARMED);
    assert_int_equal(zero(), RH_REFUSAL_ARMED);
}

static void an_arm_that_does_not_hang_is_refused(void **state)
{
    (void)state;
    begin();
    bench_stroke(&bench, -40.0, 2.0);
    bench_pause(&bench, 5.0);
    assert_int_equal(zero(), RH_REFUSAL_NOT_AT_BOTTOM);
}

static void a_silent_cell_is_refused(void **state)
{
    (void)state;
    begin();
    bench_pause(&bench, 5.0);
    bench.wire[1].next_s = 1e9;
    bench_pause(&bench, 0.1);
    assert_int_equal(zero(), RH_REFUSAL_SENSORS);
}

static void zeroes_outlast_a_session(void **state)
{
    (void)state;
    bench_init(&bench, BENCH_IDEAL);
    bench_teach(&bench, 0.0);
    (void)bench_do(&bench, RH_COMMAND_SESSION_END);
    (void)bench_do(&bench, RH_COMMAND_SESSION_START);
    assert_true(bench.snapshot.zeroed);
    assert_false(bench.snapshot.rom_taught);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quiet_cells_are_zeroed_to_a_tenth_of_a_newton),
        cmocka_unit_test(too_short_a_quiet_is_refused),
        cmocka_unit_test(a_touch_begins_the_quiet_anew),
        cmocka_unit_test(somebody_on_the_pad_is_refused),
        cmocka_unit_test(a_cell_too_far_off_is_refused_and_nothing_changes),
        cmocka_unit_test(nobody_is_light_enough_to_be_tared_away),
        cmocka_unit_test(cells_that_were_away_for_a_second_are_not_zeroed_any_more),
        cmocka_unit_test(an_armed_machine_is_not_zeroed),
        cmocka_unit_test(an_arm_that_does_not_hang_is_refused),
        cmocka_unit_test(a_silent_cell_is_refused),
        cmocka_unit_test(zeroes_outlast_a_session),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
