/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The truth counter on synthetic traces: cosine strokes between given angles, where
 * every boundary is known beforehand, and the cases that counters get wrong.
 */
#include "rig.h"

#include <math.h>

#define PI 3.14159265358979323846
#define SAMPLE_S 1e-3
#define MOST_REPS 16

typedef struct {
    rh_truth_t counter;
    rh_truth_rep_t reps[MOST_REPS];
    int count;
    double time_s;
    double angle_deg;
    double force_n;
} trace_t;

static void trace_begin(trace_t *trace, double reference_deg)
{
    *trace = (trace_t){.angle_deg = -90.0, .force_n = 100.0};
    rh_truth_init(&trace->counter, reference_deg);
}

static void trace_sample(trace_t *trace, double angle_deg, double rate_dps)
{
    const rh_truth_sample_t sample = {.time_s = trace->time_s + SAMPLE_S,
                                      .angle_deg = angle_deg,
                                      .rate_dps = rate_dps,
                                      .force_n = trace->force_n,
                                      .radius_m = 0.8};

    assert_true(trace->count < MOST_REPS);
    if (rh_truth_step(&trace->counter, &sample, &trace->reps[trace->count])) {
        trace->count++;
    }
    trace->time_s += SAMPLE_S;
}

/* A cosine stroke from here to `to_deg`. */
static void move(trace_t *trace, double to_deg, double seconds)
{
    const int samples = (int)lround(seconds / SAMPLE_S);
    const double half_deg = 0.5 * (to_deg - trace->angle_deg);

    for (int i = 1; i <= samples; i++) {
        const double phase = PI * i / samples;

        trace_sample(trace, trace->angle_deg + half_deg * (1.0 - cos(phase)),
                     half_deg * PI / seconds * sin(phase));
    }
    trace->angle_deg = to_deg;
}

static void rest(trace_t *trace, double seconds)
{
    const int samples = (int)lround(seconds / SAMPLE_S);

    for (int i = 0; i < samples; i++) {
        trace_sample(trace, trace->angle_deg, 0.0);
    }
}

static void one_rep(trace_t *trace, double top_deg)
{
    move(trace, top_deg, 1.2);
    rest(trace, 0.4);
    move(trace, -90.0, 1.2);
    rest(trace, 0.3);
}

static void ten_reps_are_ten_reps(void **state)
{
    trace_t trace;

    (void)state;
    trace_begin(&trace, 0.0);
    rest(&trace, 0.5);
    for (int i = 0; i < 10; i++) {
        one_rep(&trace, 0.0);
    }
    assert_int_equal(trace.count, 10);
    assert_int_equal(trace.counter.full_count, 10);
    assert_int_equal(trace.counter.partial_count, 0);
}

/* With a cosine of 90 deg in 1.2 s the rate passes 5 deg/s 16.2 ms after its start. */
static void phases_begin_and_end_where_the_rate_passes_5_dps(void **state)
{
    trace_t trace;
    const double edge_s = 1.2 / PI * asin(5.0 / (45.0 * PI / 1.2));
    const rh_truth_rep_t *rep = &trace.reps[1];

    (void)state;
    trace_begin(&trace, 90.0);
    rest(&trace, 0.5);
    one_rep(&trace, 0.0);
    one_rep(&trace, 0.0);
    assert_int_equal(trace.count, 2);
    assert_near(rep->t_start_s, trace.reps[0].t_end_s, 0.0);
    assert_near(rep->t_lift_s, 3.6 + edge_s, 0.0015);
    assert_near(rep->t_top_s, 4.8 - edge_s, 0.0015);
    assert_near(rep->t_lower_s, 5.2 + edge_s, 0.0015);
    assert_near(rep->t_end_s, 6.4 - edge_s, 0.0015);
    assert_near(rep->bottom_deg, -90.0, 1e-6);
    assert_near(rep->top_deg, 0.0, 1e-6);
    assert_near(rep->lift_peak_dps, 45.0 * PI / 1.2, 0.1);
    assert_near(rep->lower_peak_dps, -45.0 * PI / 1.2, 0.1);
    assert_near(rep->lift_mean_dps, 90.0 / (1.2 - 2.0 * edge_s), 0.5);
}

static void work_is_force_times_radius_times_travel(void **state)
{
    trace_t trace;

    (void)state;
    trace_begin(&trace, 90.0);
    one_rep(&trace, 0.0);
    assert_near(trace.reps[0].lift_work_j, 100.0 * 0.8 * 0.5 * PI, 0.2);
    assert_near(trace.reps[0].lower_work_j, -100.0 * 0.8 * 0.5 * PI, 0.2);
    assert_near(trace.reps[0].mean_force_n, 100.0, 1e-6);
}

static void a_rep_closes_40_ms_into_the_rest_and_waits_for_no_lift(void **state)
{
    trace_t trace;

    (void)state;
    trace_begin(&trace, 90.0);
    rest(&trace, 0.2);
    move(&trace, 0.0, 1.2);
    move(&trace, -90.0, 1.2);
    assert_int_equal(trace.count, 0);
    rest(&trace, 0.045 - 0.0162);
    assert_int_equal(trace.count, 1);
}

static void a_rep_that_turns_at_once_closes_at_the_confirmed_bottom_turn(void **state)
{
    trace_t trace;

    (void)state;
    trace_begin(&trace, 90.0);
    for (int i = 0; i < 4; i++) {
        move(&trace, 0.0, 0.5);
        move(&trace, -90.0, 0.5);
    }
    rest(&trace, 0.1);
    assert_int_equal(trace.count, 4);
    assert_near(trace.reps[1].t_end_s, trace.reps[1].t_start_s + 1.0, 0.005);
}

static void a_double_bounce_at_the_bottom_is_one_rep(void **state)
{
    trace_t trace;

    (void)state;
    for (int bounce_deg = 2; bounce_deg < 14; bounce_deg += 3) {
        trace_begin(&trace, 90.0);
        for (int i = 0; i < 3; i++) {
            move(&trace, 0.0, 0.8);
            move(&trace, -90.0, 0.8);
            move(&trace, -90.0 + bounce_deg, 0.15);
            move(&trace, -90.0, 0.15);
        }
        rest(&trace, 0.1);
        assert_int_equal(trace.count, 3);
    }
}

static void a_double_bounce_at_the_top_is_one_rep(void **state)
{
    trace_t trace;

    (void)state;
    for (int bounce_deg = 2; bounce_deg < 25; bounce_deg += 4) {
        trace_begin(&trace, 90.0);
        for (int i = 0; i < 3; i++) {
            move(&trace, 0.0, 0.8);
            move(&trace, -bounce_deg, 0.2);
            move(&trace, 1.0, 0.2);
            move(&trace, -90.0, 0.8);
            rest(&trace, 0.2);
        }
        assert_int_equal(trace.count, 3);
        assert_near(trace.reps[1].top_deg, 1.0, 1e-6);
    }
}

static void
a_reversal_in_mid_range_counts_from_30_percent_of_the_reference(void **state)
{
    const double back_deg[] = {20.0, 26.0, 28.0, 40.0};
    const int reps[] = {1, 1, 2, 2};

    (void)state;
    for (int i = 0; i < 4; i++) {
        trace_t trace;

        trace_begin(&trace, 90.0);
        move(&trace, 0.0, 1.2);
        move(&trace, -50.0, 0.8); /* lowers half way, */
        move(&trace, -50.0 + back_deg[i], 0.6);
        move(&trace, -90.0, 1.0); /* goes back up a piece, and ends */
        rest(&trace, 0.2);
        assert_int_equal(trace.count, reps[i]);
    }
}

static void without_a_reference_a_reversal_counts_from_15_degrees(void **state)
{
    (void)state;
    for (int far = 0; far <= 1; far++) {
        trace_t trace;

        trace_begin(&trace, 0.0);
        move(&trace, 0.0, 1.2);
        move(&trace, -50.0, 0.8);
        move(&trace, far ? -34.0 : -36.0, 0.5);
        move(&trace, -90.0, 1.0);
        rest(&trace, 0.2);
        assert_int_equal(trace.count, far ? 2 : 1);
    }
}

/* The way back of a reversal in mid-range, read exactly and 0.3 deg laxer and stricter.
 */
static void neighbours_of_the_definition_differ_only_where_a_hair_decides(void **state)
{
    const double edge_deg[] = {0.0, -0.3, 0.3};
    const struct {
        double back_deg;
        int reps[3];
    } rows[] = {
        {14.6, {1, 1, 1}}, {14.8, {1, 2, 1}}, {15.2, {2, 2, 1}}, {15.4, {2, 2, 2}}};

    (void)state;
    for (int row = 0; row < 4; row++) {
        for (int i = 0; i < 3; i++) {
            trace_t trace;

            trace_begin(&trace, 0.0);
            rh_truth_set_edge(&trace.counter, edge_deg[i], 0.0);
            move(&trace, 0.0, 1.2);
            move(&trace, -50.0, 0.8);
            move(&trace, -50.0 + rows[row].back_deg, 0.5);
            move(&trace, -90.0, 1.0);
            rest(&trace, 0.2);
            assert_int_equal(trace.count, rows[row].reps[i]);
        }
    }
}

/* A stand of 40 ms on a try's way up ends it, and the lift begins from there. */
static void neighbours_differ_on_a_stand_as_on_an_angle(void **state)
{
    const double edge_s[] = {0.0, -0.006, 0.006};
    const struct {
        double stand_s;
        double bottom_deg[3];
    } rows[] = {{0.030, {-90.0, -90.0, -90.0}},
                {0.037, {-90.0, -84.0, -90.0}},
                {0.043, {-84.0, -84.0, -90.0}},
                {0.050, {-84.0, -84.0, -84.0}}};
    /* the strokes before and after are below 5 deg/s for so long */
    const double slow_s = 0.3 / PI * asin(5.0 / (3.0 * PI / 0.3)) +
                          1.2 / PI * asin(5.0 / (42.0 * PI / 1.2));

    (void)state;
    for (int row = 0; row < 4; row++) {
        for (int i = 0; i < 3; i++) {
            trace_t trace;

            trace_begin(&trace, 0.0);
            rh_truth_set_edge(&trace.counter, 0.0, edge_s[i]);
            move(&trace, -84.0, 0.3);
            rest(&trace, rows[row].stand_s - slow_s);
            one_rep(&trace, 0.0);
            rest(&trace, 0.2);
            assert_int_equal(trace.count, 1);
            assert_near(trace.reps[0].bottom_deg, rows[row].bottom_deg[i], 0.1);
        }
    }
}

static void a_rest_closes_the_rep_only_within_10_degrees_of_its_bottom(void **state)
{
    trace_t trace;

    (void)state;
    trace_begin(&trace, 90.0);
    rest(&trace, 0.2);
    move(&trace, 0.0, 1.2);
    move(&trace, -78.0, 1.2); /* 12 deg above where it started */
    rest(&trace, 1.0);
    assert_int_equal(trace.count, 0);
    move(&trace, -82.0, 0.3);
    rest(&trace, 0.1);
    assert_int_equal(trace.count, 1);
    assert_near(trace.reps[0].end_deg, -82.0, 1e-6);
}

static void a_quiver_below_3_degrees_is_no_turn(void **state)
{
    trace_t trace;

    (void)state;
    trace_begin(&trace, 90.0);
    rest(&trace, 0.2);
    move(&trace, 0.0, 1.2);
    move(&trace, -88.0, 0.6);
    move(&trace, -85.5, 0.08);
    move(&trace, -95.0, 0.2);
    rest(&trace, 0.2);
    assert_int_equal(trace.count, 1);
    assert_near(trace.reps[0].end_deg, -95.0, 1e-6);
}

static void a_hesitation_in_the_lift_is_one_rep(void **state)
{
    trace_t trace;

    (void)state;
    trace_begin(&trace, 90.0);
    rest(&trace, 0.2);
    move(&trace, -40.0, 0.8);
    move(&trace, -46.0, 0.3);
    rest(&trace, 0.2);
    move(&trace, 0.0, 0.8);
    move(&trace, -90.0, 1.2);
    rest(&trace, 0.2);
    assert_int_equal(trace.count, 1);
    assert_near(trace.reps[0].t_lift_s, 0.22, 0.01);
    assert_near(trace.reps[0].bottom_deg, -90.0, 1e-6);
}

static void excursions_are_full_partial_or_nothing(void **state)
{
    const struct {
        double reference_deg, excursion_deg;
        int full, partial;
    } rows[] = {
        {0.0, 14.0, 0, 0},  {0.0, 16.0, 0, 1},  {0.0, 29.0, 0, 1},  {0.0, 31.0, 1, 0},
        {90.0, 26.0, 0, 0}, {90.0, 28.0, 0, 1}, {90.0, 53.0, 0, 1}, {90.0, 55.0, 1, 0},
        {40.0, 29.0, 0, 1}, {40.0, 31.0, 1, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        trace_t trace;

        trace_begin(&trace, rows[i].reference_deg);
        rest(&trace, 0.2);
        one_rep(&trace, -90.0 + rows[i].excursion_deg);
        assert_int_equal(trace.counter.full_count, rows[i].full);
        assert_int_equal(trace.counter.partial_count, rows[i].partial);
    }
}

static void a_small_try_before_the_lift_does_not_start_it(void **state)
{
    trace_t trace;

    (void)state;
    trace_begin(&trace, 90.0);
    rest(&trace, 0.2);
    move(&trace, -82.0, 0.3);
    move(&trace, -90.0, 0.3);
    rest(&trace, 0.2);
    one_rep(&trace, 0.0);
    assert_int_equal(trace.count, 1);
    assert_near(trace.reps[0].t_lift_s, 1.02, 0.01);
}

static void taking_up_the_load_is_rest_and_the_lift_starts_from_there(void **state)
{
    trace_t trace;

    (void)state;
    trace_begin(&trace, 90.0);
    trace.angle_deg = -104.0;
    rest(&trace, 0.2);
    move(&trace, -91.0, 0.6);
    rest(&trace, 0.3);
    one_rep(&trace, 0.0);
    assert_int_equal(trace.count, 1);
    assert_near(trace.reps[0].bottom_deg, -91.0, 0.1);
    assert_near(trace.reps[0].t_lift_s, 1.117, 0.01);
}

static void a_lift_that_never_comes_down_is_no_rep_yet(void **state)
{
    trace_t trace;

    (void)state;
    trace_begin(&trace, 90.0);
    move(&trace, 0.0, 1.2);
    rest(&trace, 5.0);
    assert_int_equal(trace.count, 0);
    move(&trace, -90.0, 1.2);
    rest(&trace, 0.1);
    assert_int_equal(trace.count, 1);
}

static void phases_of_consecutive_reps_tile_the_time(void **state)
{
    trace_t trace;

    (void)state;
    trace_begin(&trace, 90.0);
    for (int i = 0; i < 6; i++) {
        one_rep(&trace, -5.0 * i);
    }
    assert_int_equal(trace.count, 6);
    for (int i = 0; i < 6; i++) {
        const rh_truth_rep_t *rep = &trace.reps[i];

        assert_true(rep->t_start_s < rep->t_lift_s && rep->t_lift_s < rep->t_top_s);
        assert_true(rep->t_top_s < rep->t_lower_s && rep->t_lower_s < rep->t_end_s);
        if (i > 0) {
            assert_near(rep->t_start_s, trace.reps[i - 1].t_end_s, 0.0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_reps_are_ten_reps),
        cmocka_unit_test(phases_begin_and_end_where_the_rate_passes_5_dps),
        cmocka_unit_test(work_is_force_times_radius_times_travel),
        cmocka_unit_test(a_rep_closes_40_ms_into_the_rest_and_waits_for_no_lift),
        cmocka_unit_test(a_rep_that_turns_at_once_closes_at_the_confirmed_bottom_turn),
        cmocka_unit_test(a_double_bounce_at_the_bottom_is_one_rep),
        cmocka_unit_test(a_double_bounce_at_the_top_is_one_rep),
        cmocka_unit_test(
            a_reversal_in_mid_range_counts_from_30_percent_of_the_reference),
        cmocka_unit_test(without_a_reference_a_reversal_counts_from_15_degrees),
        cmocka_unit_test(neighbours_of_the_definition_differ_only_where_a_hair_decides),
        cmocka_unit_test(neighbours_differ_on_a_stand_as_on_an_angle),
        cmocka_unit_test(a_rest_closes_the_rep_only_within_10_degrees_of_its_bottom),
        cmocka_unit_test(a_quiver_below_3_degrees_is_no_turn),
        cmocka_unit_test(a_hesitation_in_the_lift_is_one_rep),
        cmocka_unit_test(excursions_are_full_partial_or_nothing),
        cmocka_unit_test(a_small_try_before_the_lift_does_not_start_it),
        cmocka_unit_test(taking_up_the_load_is_rest_and_the_lift_starts_from_there),
        cmocka_unit_test(a_lift_that_never_comes_down_is_no_rep_yet),
        cmocka_unit_test(phases_of_consecutive_reps_tile_the_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
