/* SPDX-License-Identifier: Apache-2.0 */
/* Turns, reps and phases, by "A rep" in the document on training. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "bench.h"
#include "rh/units.h"

static bench_t bench;

/* A session with a taught range of -90 … 0 and a running set. */
static void begin_set(bench_layout_t layout)
{
    bench_init(&bench, layout);
    bench_teach(&bench, 0.0);
    bench_pause(&bench, 0.5);
    assert_int_equal(bench_set(&bench), RH_REFUSAL_NONE);
    bench_forget(&bench);
}

static void expect_reps(int full, int partial)
{
    int counted = 0;

    for (int i = 0; i < bench.log.rep_count; i++) {
        counted += bench.log.reps[i].rep.counted ? 1 : 0;
    }
    assert_int_equal(counted, full);
    assert_int_equal(bench.log.rep_count - counted, partial);
    assert_int_equal(bench_noted(&bench, RH_NOTE_COUNTED), full);
    assert_int_equal(bench_noted(&bench, RH_NOTE_PARTIAL), partial);
}

static void twelve_lifts_are_twelve_reps(void **state)
{
    (void)state;
    begin_set(BENCH_IDEAL);
    for (int i = 0; i < 12; i++) {
        bench_rep(&bench, 0.0, -90.0);
        assert_int_equal(bench.log.rep_count, i + 1);
        assert_int_equal(bench_last_rep(&bench)->rep, i + 1);
    }
    expect_reps(12, 0);
    assert_int_equal(bench.snapshot.reps, 12);
}

static void twelve_lifts_are_twelve_reps_over_the_wires(void **state)
{
    (void)state;
    begin_set(BENCH_RTU);
    for (int i = 0; i < 12; i++) {
        bench_rep(&bench, 0.0, -90.0);
    }
    expect_reps(12, 0);
}

static void reps_without_pauses_are_counted_each(void **state)
{
    (void)state;
    begin_set(BENCH_RTU);
    for (int i = 0; i < 10; i++) {
        bench_stroke(&bench, 0.0, 0.8);
        bench_stroke(&bench, -90.0, 0.8);
    }
    bench_pause(&bench, 0.5);
    expect_reps(10, 0);
    for (int i = 0; i < 10; i++) {
        const double peak_dps = 45.0 * RH_PI / 0.8;

        assert_true(fabs(bench.log.reps[i].rep.lift_rate_peak_dps - peak_dps) < 2.0);
        assert_true(fabs(bench.log.reps[i].rep.lower_rate_peak_dps + peak_dps) < 2.0);
    }
}

static void without_a_rest_a_rep_closes_three_degrees_into_the_next_lift(void **state)
{
    (void)state;
    begin_set(BENCH_IDEAL);
    bench_stroke(&bench, 0.0, 0.8);
    bench_stroke(&bench, -90.0, 0.8);
    bench_aim(&bench, 0.0, 0.8);
    bench_run(&bench, 0.2); /* 13 deg up */
    assert_int_equal(bench.log.rep_count, 1);
}

static void peaks_stay_true_when_reps_never_pause(void **state)
{
    (void)state;
    begin_set(BENCH_IDEAL);
    for (int i = 0; i < 24; i++) { /* longer than the trace holds */
        bench_stroke(&bench, 0.0, 0.8);
        bench_stroke(&bench, -90.0, 0.8);
    }
    bench_stroke(&bench, 0.0, 1.6);
    bench_stroke(&bench, -90.0, 1.6);
    bench_pause(&bench, 0.5);
    expect_reps(25, 0);
    assert_true(fabs(bench_last_rep(&bench)->lift_rate_peak_dps - 45.0 * RH_PI / 1.6) <
                1.0);
}

static void a_rep_is_counted_at_the_end_of_its_hold(void **state)
{
    (void)state;
    begin_set(BENCH_IDEAL);
    bench_stroke(&bench, 0.0, 1.7);
    bench_pause(&bench, 1.0);
    assert_int_equal(bench_noted(&bench, RH_NOTE_COUNTED), 0);
    bench_stroke(&bench, -90.0, 2.5);
    bench_pause(&bench, 0.5);
    assert_int_equal(bench_noted(&bench, RH_NOTE_COUNTED), 1);
    const double end_s = 1e-9 * (double)bench.log.notes[0].now_ns;
    const double lower_s = 1e-9 * (double)bench_last_rep(&bench)->t_end_ns - 2.4;

    assert_true(end_s < lower_s + 0.1); /* not 3 deg later, not at the bottom */
}

static void a_setting_counts_at_the_bottom_instead(void **state)
{
    (void)state;
    begin_set(BENCH_IDEAL);
    bench.core.config.training.count_at_top = false;
    bench_stroke(&bench, 0.0, 1.7);
    bench_pause(&bench, 1.0);
    bench_stroke(&bench, -60.0, 1.0);
    assert_int_equal(bench.snapshot.reps, 0);
    bench_stroke(&bench, -90.0, 1.0);
    bench_pause(&bench, 0.5);
    expect_reps(1, 0);
}

static void a_rep_closes_without_waiting_for_the_next(void **state)
{
    (void)state;
    begin_set(BENCH_RTU);
    bench_stroke(&bench, 0.0, 1.7);
    bench_stroke(&bench, -90.0, 2.5);
    bench_pause(&bench, 0.1);
    assert_int_equal(bench.log.rep_count, 1);
}

static void half_a_lift_is_partial_and_counted_apart(void **state)
{
    (void)state;
    begin_set(BENCH_IDEAL);
    bench_rep(&bench, -50.0, -90.0); /* 44 % */
    bench_rep(&bench, 0.0, -90.0);
    expect_reps(1, 1);
    assert_true(bench.log.reps[0].rep.reasons & RH_REP_REASON_BIT(PARTIAL));
    assert_false(bench.log.reps[0].rep.counted);
    assert_int_equal(bench.log.reps[1].rep.rep, 1);
    assert_int_equal(bench.log.reps[1].rep.partials, 1);
    assert_int_equal(bench.snapshot.partials, 1);
}

static void
sixty_per_cent_of_the_range_is_the_line_between_partial_and_full(void **state)
{
    (void)state;
    begin_set(BENCH_IDEAL);
    bench_rep(&bench, -90.0 + 53.9, -90.0);
    bench_rep(&bench, -90.0 + 54.1, -90.0);
    expect_reps(1, 1);
    assert_true(fabs(bench_last_rep(&bench)->thresholds.full_deg - 54.0) < 0.2);
}

static void less_than_thirty_per_cent_is_no_rep(void **state)
{
    (void)state;
    begin_set(BENCH_IDEAL);
    bench_rep(&bench, -90.0 + 26.0, -90.0);
    expect_reps(0, 0);
}

static void without_a_range_thirty_degrees_are_full_and_fifteen_partial(void **state)
{
    (void)state;
    bench_init(&bench, BENCH_IDEAL);
    (void)bench_do(&bench, RH_COMMAND_SESSION_START);
    (void)bench_do(&bench, RH_COMMAND_ROM_TEACH);
    bench_rep(&bench, -90.0 + 14.0, -90.0);
    assert_int_equal(bench.log.rep_count, 0);
    bench_rep(&bench, -90.0 + 20.0, -90.0);
    assert_int_equal(bench.log.rep_count, 1);
    assert_false(bench_last_rep(&bench)->counted);
    bench_rep(&bench, -90.0 + 31.0, -90.0);
    assert_true(bench_last_rep(&bench)->counted);
    assert_int_equal(bench_last_rep(&bench)->kind, RH_REP_CALIBRATION);
    assert_int_equal(bench_last_rep(&bench)->set, 0);
    assert_int_equal(bench.snapshot.taught_reps, 1);
    assert_int_equal(bench.snapshot.reps, 1);
}

static void a_double_bounce_at_the_top_is_one_rep(void **state)
{
    (void)state;
    begin_set(BENCH_IDEAL);
    bench_stroke(&bench, 0.0, 1.7);
    bench_stroke(&bench, -8.0, 0.4);
    bench_stroke(&bench, 1.0, 0.4);
    bench_stroke(&bench, -90.0, 2.5);
    bench_pause(&bench, 0.5);
    expect_reps(1, 0);
    assert_true(fabs(bench_last_rep(&bench)->angle_top_deg - 1.0) < 0.05);
}

static void a_double_bounce_at_the_bottom_is_one_rep(void **state)
{
    (void)state;
    begin_set(BENCH_IDEAL);
    bench_stroke(&bench, 0.0, 1.7);
    bench_stroke(&bench, -90.0, 1.5);
    bench_stroke(&bench, -84.0, 0.3);
    bench_stroke(&bench, -90.0, 0.3);
    bench_rep(&bench, 0.0, -90.0);
    expect_reps(2, 0);
    /* The bounce belongs to the rest before the second lift. */
    assert_true(bench_last_rep(&bench)->rest_s > 0.5);
    assert_true(fabs(bench_last_rep(&bench)->lift_s - 1.7) < 0.1);
}

static void a_dip_on_the_way_up_does_not_split_the_rep(void **state)
{
    (void)state;
    begin_set(BENCH_IDEAL);
    bench_stroke(&bench, -40.0, 1.0);
    bench_stroke(&bench, -60.0, 0.6); /* 22 % of the range */
    bench_stroke(&bench, 0.0, 1.2);
    bench_stroke(&bench, -90.0, 2.0);
    bench_pause(&bench, 0.5);
    expect_reps(1, 0);
    assert_true(fabs(bench_last_rep(&bench)->range_deg - 90.0) < 0.2);
}

static void a_reversal_of_a_third_of_the_range_splits_it(void **state)
{
    (void)state;
    begin_set(BENCH_IDEAL);
    bench_stroke(&bench, 0.0, 1.7);
    bench_stroke(&bench, -40.0, 1.2); /* 44 %: down far enough, not home */
    bench_stroke(&bench, 0.0, 1.2);
    bench_stroke(&bench, -90.0, 2.0);
    bench_pause(&bench, 0.5);
    expect_reps(1, 1);
    assert_true(fabs(bench.log.reps[1].rep.range_deg - 40.0) < 0.3);
}

static void a_wobble_under_three_degrees_is_no_turn(void **state)
{
    (void)state;
    begin_set(BENCH_IDEAL);
    for (int i = 0; i < 10; i++) {
        bench_stroke(&bench, -88.0, 0.15);
        bench_stroke(&bench, -90.0, 0.15);
    }
    bench_rep(&bench, 0.0, -90.0);
    expect_reps(1, 0);
    assert_true(fabs(bench_last_rep(&bench)->lift_s - 1.7) < 0.1);
}

static void a_rebound_under_three_degrees_does_not_end_the_lowering(void **state)
{
    (void)state;
    begin_set(BENCH_IDEAL);
    bench_stroke(&bench, 0.0, 1.7);
    bench_stroke(&bench, -84.0, 0.8);
    bench_stroke(&bench, -82.0, 0.15);
    bench_stroke(&bench, -90.0, 0.3);
    bench_pause(&bench, 0.5);
    expect_reps(1, 0);
    assert_true(fabs(bench_last_rep(&bench)->lower_s - 1.25) < 0.05);
}

static void a_quick_wobble_of_three_degrees_is_no_turn_either(void **state)
{
    (void)state;
    rh_counter_t *counter = calloc(1, sizeof *counter);
    const rh_counter_settings_t settings = {.range_deg = 90.0, .radius_m = 0.85};
    static const double ANGLES[] = {-90.0, -45.0, 0.0, -45.0, -84.0, -80.0, -86.0};
    static const double RATES[] = {0.0, 90.0, 20.0, -90.0, -90.0, 90.0, -90.0};
    int found = 0;

    rh_counter_init(counter);
    rh_counter_begin(counter, &settings);
    for (int i = 0; i < 7; i++) { /* 4 deg back in 20 ms: less than the 40 */
        const rh_point_t point = {.t_ns = i < 5 ? i * 500000000LL
                                                : 2000000000LL + (i - 4) * 20000000LL,
                                  .angle_deg = ANGLES[i],
                                  .rate_dps = RATES[i]};

        found |= rh_counter_feed(counter, &point);
    }
    assert_true(found & RH_COUNTER_TOP);
    assert_false(found & RH_COUNTER_CLOSED);
    free(counter);
}

static void an_impossible_sample_does_not_end_the_rep(void **state)
{
    (void)state;
    begin_set(BENCH_IDEAL);
    bench_aim(&bench, 0.0, 1.7);
    bench_run(&bench, 0.8);
    bench.angle_noise_deg = 400.0; /* one torn register */
    bench_run(&bench, 0.002);
    bench.angle_noise_deg = 0.0;
    bench_run(&bench, 0.898);
    bench_pause(&bench, 1.0);
    bench_stroke(&bench, -90.0, 2.5);
    bench_pause(&bench, 0.5);
    expect_reps(1, 0);
    assert_true(fabs(bench_last_rep(&bench)->range_deg - 90.0) < 0.2);
}

static void a_twitch_long_before_the_lift_belongs_to_the_rest(void **state)
{
    (void)state;
    begin_set(BENCH_IDEAL);
    bench_stroke(&bench, -88.5, 0.2);
    bench_pause(&bench, 2.0);
    bench_rep(&bench, 0.0, -90.0);
    expect_reps(1, 0);
    assert_true(bench_last_rep(&bench)->rest_s > 2.0);
}

static void a_pause_half_way_down_is_part_of_the_lowering(void **state)
{
    (void)state;
    begin_set(BENCH_IDEAL);
    bench_stroke(&bench, 0.0, 1.7);
    bench_pause(&bench, 1.0);
    bench_stroke(&bench, -45.0, 1.2);
    bench_pause(&bench, 1.0);
    bench_stroke(&bench, -90.0, 1.2);
    bench_pause(&bench, 0.5);
    expect_reps(1, 0);
    assert_true(fabs(bench_last_rep(&bench)->lower_s - 3.3) < 0.2);
}

static void a_lowering_too_slow_to_count_as_motion_still_ends_the_rep(void **state)
{
    (void)state;
    begin_set(BENCH_IDEAL);
    bench_stroke(&bench, 0.0, 1.7);
    bench_stroke(&bench, -90.0, 40.0); /* 3.5 deg/s at most */
    bench_rep(&bench, 0.0, -90.0);
    expect_reps(2, 0);
    assert_true(bench.log.reps[0].rep.lower_s < 0.01);
    assert_true(bench.log.reps[0].rep.hold_s > 10.0);
    assert_true(isnan(bench.log.reps[0].rep.torque_lower_peak_nm));
}

typedef struct {
    double lift_s, hold_s, lower_s, rest_s;
} phases_t;

/* The boundaries of a cosine rep are where its rate is 5 deg/s. */
static double worst_phase(const rh_rep_t *rep)
{
    const double up_s = bench_onset_s(90.0, 1.7), down_s = bench_onset_s(90.0, 2.5);
    const phases_t truth = {1.7 - 2.0 * up_s, 1.0 + up_s + down_s, 2.5 - 2.0 * down_s,
                            0.5 + up_s + down_s};

    return fmax(
        fmax(fabs(rep->lift_s - truth.lift_s), fabs(rep->hold_s - truth.hold_s)),
        fmax(fabs(rep->lower_s - truth.lower_s), fabs(rep->rest_s - truth.rest_s)));
}

static double worst_of_a_set(bench_layout_t layout)
{
    double worst_s = 0.0;

    begin_set(layout);
    bench.angle_noise_deg = 0.001;
    for (int i = 0; i < 20; i++) {
        bench_rep(&bench, 0.0, -90.0);
        bench_pause(&bench, 0.0);
    }
    for (int i = 1; i < bench.log.rep_count; i++) {
        worst_s = fmax(worst_s, worst_phase(&bench.log.reps[i].rep));
    }
    assert_int_equal(bench.log.rep_count, 20);
    print_message("worst phase %.1f ms\n", 1e3 * worst_s);
    return worst_s;
}

static void phases_are_true_to_three_milliseconds_with_ideal_samples(void **state)
{
    (void)state;
    assert_true(worst_of_a_set(BENCH_IDEAL) < 0.003);
}

static void phases_are_true_to_four_milliseconds_over_the_wires(void **state)
{
    (void)state;
    assert_true(worst_of_a_set(BENCH_RTU) < 0.004);
}

static void the_bounce_at_one_end_gives_the_stamps_of_the_samples(void **state)
{
    (void)state;
    begin_set(BENCH_RTU);
    const double begin_s = 1e-9 * (double)bench.now_ns;

    bench_rep(&bench, 0.0, -90.0);
    const rh_rep_t *rep = bench_last_rep(&bench);
    const double end_s = begin_s + 1.7 + 1.0 + 2.5 - bench_onset_s(90.0, 2.5);

    assert_true(fabs(1e-9 * (double)rep->t_end_ns - end_s) < 0.015);
}

static void an_unfinished_rep_is_dropped_at_a_fault(void **state)
{
    (void)state;
    begin_set(BENCH_IDEAL);
    bench_rep(&bench, 0.0, -90.0);
    bench_stroke(&bench, 0.0, 1.7);
    bench_stroke(&bench, -50.0, 1.5);
    assert_int_equal(bench.snapshot.reps, 2);
    bench_gate(&bench, RH_SAFETY_SAFE1);
    bench_pause(&bench, 1.0);
    assert_int_equal(bench.log.rep_count, 1);
    assert_int_equal(bench.log.set_count, 1);
    assert_int_equal(bench.log.sets[0].set.reps, 1);
}

static void a_bottom_turn_a_tenth_of_a_second_before_a_fault_is_a_rep(void **state)
{
    (void)state;
    static const bench_layout_t LAYOUTS[] = {BENCH_IDEAL, BENCH_RTU};

    for (int i = 0; i < 2; i++) {
        begin_set(LAYOUTS[i]);
        bench_stroke(&bench, 0.0, 1.7);
        bench_stroke(&bench, -90.0, 1.7);
        bench_aim(&bench, 0.0, 4.0); /* not 3 deg up in 100 ms */
        bench_run(&bench, 0.100);
        bench_gate(&bench, RH_SAFETY_SAFE3);
        bench_run(&bench, 0.002);
        assert_int_equal(bench.log.rep_count, 1);
    }
}

static void a_rep_is_not_followed_across_a_silence_of_the_encoder(void **state)
{
    (void)state;
    begin_set(BENCH_IDEAL);
    bench_stroke(&bench, 0.0, 1.7);
    bench.wire[0].next_s += 0.3;
    bench_pause(&bench, 1.0);
    bench_stroke(&bench, -90.0, 2.5);
    bench_pause(&bench, 0.5);
    assert_int_equal(bench.log.rep_count, 0);
    bench_rep(&bench, 0.0, -90.0);
    assert_int_equal(bench.log.rep_count, 1);
}

static void the_live_phase_follows_the_exercise(void **state)
{
    (void)state;
    begin_set(BENCH_RTU);
    assert_int_equal(bench.snapshot.phase, RH_PHASE_REST);
    bench_aim(&bench, 0.0, 1.7);
    bench_run(&bench, 0.8);
    assert_int_equal(bench.snapshot.phase, RH_PHASE_LIFT);
    bench_run(&bench, 0.9);
    bench_pause(&bench, 0.5);
    assert_int_equal(bench.snapshot.phase, RH_PHASE_HOLD);
    bench_stroke(&bench, -90.0, 2.5);
    bench_pause(&bench, 0.5);
    assert_int_equal(bench.snapshot.phase, RH_PHASE_REST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twelve_lifts_are_twelve_reps),
        cmocka_unit_test(twelve_lifts_are_twelve_reps_over_the_wires),
        cmocka_unit_test(reps_without_pauses_are_counted_each),
        cmocka_unit_test(without_a_rest_a_rep_closes_three_degrees_into_the_next_lift),
        cmocka_unit_test(peaks_stay_true_when_reps_never_pause),
        cmocka_unit_test(a_rep_is_counted_at_the_end_of_its_hold),
        cmocka_unit_test(a_setting_counts_at_the_bottom_instead),
        cmocka_unit_test(a_rep_closes_without_waiting_for_the_next),
        cmocka_unit_test(half_a_lift_is_partial_and_counted_apart),
        cmocka_unit_test(
            sixty_per_cent_of_the_range_is_the_line_between_partial_and_full),
        cmocka_unit_test(less_than_thirty_per_cent_is_no_rep),
        cmocka_unit_test(without_a_range_thirty_degrees_are_full_and_fifteen_partial),
        cmocka_unit_test(a_double_bounce_at_the_top_is_one_rep),
        cmocka_unit_test(a_double_bounce_at_the_bottom_is_one_rep),
        cmocka_unit_test(a_dip_on_the_way_up_does_not_split_the_rep),
        cmocka_unit_test(a_reversal_of_a_third_of_the_range_splits_it),
        cmocka_unit_test(a_wobble_under_three_degrees_is_no_turn),
        cmocka_unit_test(a_rebound_under_three_degrees_does_not_end_the_lowering),
        cmocka_unit_test(a_quick_wobble_of_three_degrees_is_no_turn_either),
        cmocka_unit_test(an_impossible_sample_does_not_end_the_rep),
        cmocka_unit_test(a_twitch_long_before_the_lift_belongs_to_the_rest),
        cmocka_unit_test(a_pause_half_way_down_is_part_of_the_lowering),
        cmocka_unit_test(a_lowering_too_slow_to_count_as_motion_still_ends_the_rep),
        cmocka_unit_test(phases_are_true_to_three_milliseconds_with_ideal_samples),
        cmocka_unit_test(phases_are_true_to_four_milliseconds_over_the_wires),
        cmocka_unit_test(the_bounce_at_one_end_gives_the_stamps_of_the_samples),
        cmocka_unit_test(an_unfinished_rep_is_dropped_at_a_fault),
        cmocka_unit_test(a_bottom_turn_a_tenth_of_a_second_before_a_fault_is_a_rep),
        cmocka_unit_test(a_rep_is_not_followed_across_a_silence_of_the_encoder),
        cmocka_unit_test(the_live_phase_follows_the_exercise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
