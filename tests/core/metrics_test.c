/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of a rep against closed forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <math.h>

#include "bench.h"
#include "rh/units.h"
#include "swing.h"

#define RADIUS_M 0.85
#define LIFT_S 1.7
#define LOWER_S 2.5

static bench_t bench;

/* Lift -90 … 0 in a cosine of 1.7 s against 40 N left, 35 N right, plus a wave of
 * 10 N cos(pi x) as an arm's inertia makes it. */
static const rh_rep_t *measure(bench_layout_t layout, double noise_n)
{
    bench_init(&bench, layout);
    bench_teach(&bench, 0.0);
    bench_pause(&bench, 0.3);
    (void)bench_set(&bench);
    bench_forget(&bench);
    bench.force_n[0] = 40.0;
    bench.force_n[1] = 35.0;
    bench.force_wave_n = 10.0;
    bench.cell_noise_n = noise_n;
    bench_pause(&bench, 0.5);
    bench_rep(&bench, 0.0, -90.0);
    assert_int_equal(bench.log.rep_count, 1);
    return bench_last_rep(&bench);
}

/* Mean rate between the two moments of 5 deg/s of a cosine stroke. */
static double mean_rate(double length_s)
{
    const double edge_s = bench_onset_s(90.0, length_s);

    return 90.0 * cos(RH_PI * edge_s / length_s) / (length_s - 2.0 * edge_s);
}

/* Work over the same stretch: the constant part over the angle; the wave's part is an
 * odd function about the middle and adds nothing. */
static double work(double length_s)
{
    const double edge_s = bench_onset_s(90.0, length_s);

    return 75.0 * RADIUS_M * 90.0 * RH_RAD_PER_DEG * cos(RH_PI * edge_s / length_s);
}

static void expect_close(double value, double truth, double tolerance)
{
    if (!(fabs(value - truth) <= tolerance)) {
        fail_msg("%.6f is not %.6f to %.6f", value, truth, tolerance);
    }
}

static void check_motion(const rh_rep_t *rep, double tolerance_deg)
{
    const double rate_dps = mean_rate(LIFT_S);

    expect_close(rep->range_deg, 90.0, tolerance_deg);
    expect_close(rep->angle_bottom_deg, -90.0, tolerance_deg);
    expect_close(rep->angle_top_deg, 0.0, tolerance_deg);
    expect_close(rep->creep_top_deg, 0.0, tolerance_deg);
    expect_close(rep->lift_rate_mean_dps, rate_dps, 0.005 * rate_dps);
    expect_close(rep->lower_rate_mean_dps, -mean_rate(LOWER_S), 0.005 * rate_dps);
    expect_close(rep->lift_rate_peak_dps, 45.0 * RH_PI / LIFT_S, 0.5);
    expect_close(rep->lower_rate_peak_dps, -45.0 * RH_PI / LOWER_S, 0.5);
}

static void check_effort(const rh_rep_t *rep)
{
    const double lift_j = work(LIFT_S), lower_j = -work(LOWER_S);

    expect_close(rep->force_mean_n, 75.0, 0.75);
    expect_close(rep->force_peak_n, 85.0, 1.5);
    expect_close(rep->torque_lift_mean_nm, 75.0 * RADIUS_M, 0.64);
    expect_close(rep->torque_lower_mean_nm, 75.0 * RADIUS_M, 0.64);
    expect_close(rep->torque_lift_peak_nm, 84.9 * RADIUS_M, 1.3);
    expect_close(rep->work_lift_j, lift_j, 0.015 * lift_j);
    expect_close(rep->work_lower_j, lower_j, 0.015 * -lower_j);
    expect_close(rep->power_lift_mean_w, lift_j / rep->lift_s, 0.02 * lift_j);
    expect_close(rep->impulse_n_s, 75.0 * rep->lift_s, 0.01 * 75.0 * rep->lift_s);
    expect_close(rep->eccentric_frac, 1.0, 0.02);
    expect_close(rep->share_left_frac, 40.0 / 75.0, 0.02);
}

static void a_rep_of_ideal_samples_has_the_numbers_of_the_closed_form(void **state)
{
    (void)state;
    const rh_rep_t *rep = measure(BENCH_IDEAL, 0.5);

    check_motion(rep, 0.05);
    check_effort(rep);
}

static void a_rep_over_the_wires_has_them_too(void **state)
{
    (void)state;
    const rh_rep_t *rep = measure(BENCH_RTU, 0.5);

    check_motion(rep, 0.1);
    check_effort(rep);
}

static void the_largest_power_is_force_times_the_rate_at_its_best(void **state)
{
    (void)state;
    const rh_rep_t *rep = measure(BENCH_IDEAL, 0.0);
    double best_w = 0.0;

    for (double x = 0.0; x < 1.0; x += 0.001) {
        const double force_n = 75.0 + 10.0 * cos(RH_PI * x);
        const double rate_rps = 45.0 * RH_PI / LIFT_S * sin(RH_PI * x) * RH_RAD_PER_DEG;

        best_w = fmax(best_w, force_n * RADIUS_M * rate_rps);
    }
    expect_close(rep->power_lift_peak_w, best_w, 0.01 * best_w);
}

static void the_four_phases_are_the_rep(void **state)
{
    (void)state;
    const rh_rep_t *rep = measure(BENCH_RTU, 0.5);
    const double sum_s = rep->rest_s + rep->lift_s + rep->hold_s + rep->lower_s;

    expect_close(sum_s, 1e-9 * (double)(rep->t_end_ns - rep->t_start_ns), 1e-8);
}

static void the_load_is_proven_against_what_the_law_asks(void **state)
{
    (void)state;
    bench_init(&bench, BENCH_IDEAL);
    bench_teach(&bench, 0.0);
    (void)bench_load(&bench, 8.0);
    bench_pause(&bench, 6.0);
    (void)bench_set(&bench);
    const double load_n = 8.0 * 9.81;

    bench.force_n[0] = bench.force_n[1] = 0.5 * (load_n + 5.0); /* friction */
    bench.force_wave_n = 10.0;
    bench_pause(&bench, 0.2);
    bench_rep(&bench, 0.0, -90.0);
    const rh_rep_t *rep = bench_last_rep(&bench);

    expect_close(rep->load_kg, 8.0, 1e-9);
    expect_close(rep->load_measured_kg, (load_n + 5.0) / 9.81, 0.03);
    expect_close(rep->load_error_rms_kg, sqrt(25.0 + 50.0) / 9.81, 0.03);
}

static void a_plates_load_is_held_against_its_own_curve(void **state)
{
    (void)state;
    bench_init(&bench, BENCH_IDEAL);
    bench_teach(&bench, 0.0);
    (void)bench_mode(&bench, RH_MODE_PLATE);
    bench_pause(&bench, 0.5);
    (void)bench_load(&bench, 8.0);
    bench_pause(&bench, 6.0);
    (void)bench_set(&bench);
    /* The bench's strap hardware reads as its weight times the cosine: lend it the
     * plate's weight and nothing is off. */
    bench.config.machine.strap_weight_n = 10.0 + 8.0 * 9.81;
    bench_pause(&bench, 0.2);
    bench_rep(&bench, 0.0, -90.0);
    expect_close(bench_last_rep(&bench)->load_measured_kg, 8.0, 0.03);
    expect_close(bench_last_rep(&bench)->load_error_rms_kg, 0.0, 0.03);
}

static void the_age_of_the_calibration_and_the_hips_are_told(void **state)
{
    (void)state;
    bench_init(&bench, BENCH_IDEAL);
    const double zeroed_s = 1e-9 * (double)bench.core.zero.done_ns;

    bench_teach(&bench, 0.0);
    bench.pad_n[0] = 120.0;
    bench.pad_n[1] = 480.0;
    bench_pause(&bench, 0.5);
    (void)bench_set(&bench);
    bench_rep(&bench, 0.0, -90.0);
    const rh_rep_t *rep = bench_last_rep(&bench);

    expect_close(rep->calibration_age_s, 1e-9 * (double)rep->t_end_ns - zeroed_s, 0.1);
    expect_close(rep->hip_offset_mm, 0.2 * 500.0, 0.5);
}

static void begin_loaded_set(void)
{
    bench_init(&bench, BENCH_IDEAL);
    bench_teach(&bench, 0.0);
    (void)bench_load(&bench, 8.0);
    bench_pause(&bench, 6.0);
    bench.force_n[0] = bench.force_n[1] = 4.0 * 9.81;
    bench_pause(&bench, 0.3);
    (void)bench_set(&bench);
}

static void a_steady_hold_has_no_tremor_and_a_shaking_one_its_rms(void **state)
{
    (void)state;
    begin_loaded_set();
    bench_rep(&bench, 0.0, -90.0);
    expect_close(bench_last_rep(&bench)->hold_tremor_nm, 0.0, 0.2);

    bench_init(&bench, BENCH_IDEAL);
    bench_teach(&bench, 0.0);
    (void)bench_set(&bench);
    bench.force_n[0] = 50.0;
    bench_stroke(&bench, 0.0, 1.7);
    for (int i = 0; i < 400; i++) { /* 2 s of a 5 Hz square wave of +-4 N */
        bench.force_n[1] = (i / 20) % 2 == 0 ? 4.0 : -4.0;
        bench_pause(&bench, 0.005);
    }
    bench_stroke(&bench, -90.0, 2.5);
    bench_pause(&bench, 0.3);
    const double edges_s = 2.0 * bench_onset_s(90.0, 2.5);

    assert_true(edges_s < 0.4);
    expect_close(bench_last_rep(&bench)->hold_tremor_nm, 4.0 * RADIUS_M, 1.5);
}

static void rate_loss_is_against_the_best_of_the_set(void **state)
{
    (void)state;
    bench_init(&bench, BENCH_IDEAL);
    bench_teach(&bench, 0.0);
    (void)bench_set(&bench);
    static const double LIFTS_S[] = {1.7, 1.5, 2.0};

    for (int i = 0; i < 3; i++) {
        bench_stroke(&bench, 0.0, LIFTS_S[i]);
        bench_pause(&bench, 1.0);
        bench_stroke(&bench, -90.0, 2.5);
        bench_pause(&bench, 0.5);
    }
    expect_close(bench.log.reps[bench.log.rep_count - 3].rep.rate_loss_frac, 0.0, 1e-9);
    expect_close(bench.log.reps[bench.log.rep_count - 2].rep.rate_loss_frac, 0.0, 1e-9);
    expect_close(bench_last_rep(&bench)->rate_loss_frac,
                 1.0 - mean_rate(2.0) / mean_rate(1.5), 0.003);
}

static void a_hole_in_the_forces_leaves_them_unknown_and_the_angles_known(void **state)
{
    (void)state;
    bench_init(&bench, BENCH_IDEAL);
    bench_teach(&bench, 0.0);
    (void)bench_set(&bench);
    bench_aim(&bench, 0.0, 1.7);
    bench_run(&bench, 0.5);
    bench.wire[1].next_s += 0.2;
    bench_run(&bench, 1.2);
    bench_pause(&bench, 1.0);
    bench_stroke(&bench, -90.0, 2.5);
    bench_pause(&bench, 0.3);
    const rh_rep_t *rep = bench_last_rep(&bench);

    assert_true(isnan(rep->force_mean_n) && isnan(rep->work_lift_j));
    assert_true(isnan(rep->load_measured_kg));
    expect_close(rep->range_deg, 90.0, 0.1);
    assert_true(rep->counted);
}

/* Reasons: a rep that is clean but for one thing has that one reason. */
static uint32_t reasons_of(double up_s, double hold_s, double down_s)
{
    bench_init(&bench, BENCH_IDEAL);
    bench_teach(&bench, 0.0);
    bench_pause(&bench, 0.3);
    (void)bench_set(&bench);
    bench_stroke(&bench, 0.0, up_s);
    bench_pause(&bench, hold_s);
    bench_stroke(&bench, -90.0, down_s);
    bench_pause(&bench, 0.5);
    return bench_last_rep(&bench)->reasons;
}

static void each_mistake_has_its_reason(void **state)
{
    (void)state;
    assert_int_equal(reasons_of(1.7, 1.0, 2.5), 0);
    assert_int_equal(reasons_of(1.7, 0.0, 2.5), RH_REP_REASON_BIT(NO_HOLD));
    assert_int_equal(reasons_of(1.7, 1.0, 1.0), RH_REP_REASON_BIT(TOO_FAST));
    /* A kick: 202 deg/s at its peak. */
    assert_int_equal(reasons_of(0.7, 1.0, 2.5),
                     RH_REP_REASON_BIT(TOO_FAST) | RH_REP_REASON_BIT(SWING));
}

static void lost_tension_under_load_is_slack(void **state)
{
    (void)state;
    begin_loaded_set();
    bench_stroke(&bench, 0.0, 1.7);
    bench_pause(&bench, 1.0);
    bench_aim(&bench, -90.0, 2.5);
    bench_run(&bench, 1.0);
    bench.force_n[0] = bench.force_n[1] = 2.0;
    bench_run(&bench, 0.15);
    bench.force_n[0] = bench.force_n[1] = 40.0;
    bench_run(&bench, 1.35);
    bench_pause(&bench, 0.5);
    assert_int_equal(bench_last_rep(&bench)->reasons, RH_REP_REASON_BIT(SLACK));
}

static void a_landing_is_an_impact(void **state)
{
    (void)state;
    begin_loaded_set();
    bench_stroke(&bench, 0.0, 1.7);
    bench_pause(&bench, 1.0);
    bench_aim(&bench, -90.0, 2.5);
    bench_run(&bench, 2.2);
    bench.force_n[0] = bench.force_n[1] = 160.0;
    bench_run(&bench, 0.02);
    bench.force_n[0] = bench.force_n[1] = 40.0;
    bench_run(&bench, 0.28);
    bench_pause(&bench, 0.5);
    assert_int_equal(bench_last_rep(&bench)->reasons, RH_REP_REASON_BIT(IMPACT));
    assert_true(bench_last_rep(&bench)->force_peak_n > 300.0);
}

static void one_leg_doing_the_work_is_one_sided_unless_it_is_meant(void **state)
{
    (void)state;
    begin_loaded_set();
    bench.force_n[0] = 50.0;
    bench.force_n[1] = 28.0;
    bench_rep(&bench, 0.0, -90.0);
    assert_int_equal(bench_last_rep(&bench)->reasons, RH_REP_REASON_BIT(ONE_SIDED));
    assert_int_equal(bench_do(&bench, RH_COMMAND_SET_END), RH_REFUSAL_NONE);
    (void)bench_tell(&bench, (rh_command_t){.kind = RH_COMMAND_SET_START,
                                            .kind_of_set = RH_REP_WORK,
                                            .side = RH_SIDE_LEFT});
    bench_rep(&bench, 0.0, -90.0);
    assert_int_equal(bench_last_rep(&bench)->reasons, 0);
    assert_int_equal(bench_last_rep(&bench)->side, RH_SIDE_LEFT);
}

static void the_thresholds_of_the_verdict_are_told_with_it(void **state)
{
    (void)state;
    const rh_rep_thresholds_t *limit = &measure(BENCH_IDEAL, 0.0)->thresholds;

    expect_close(limit->full_deg, 54.0, 0.1);
    expect_close(limit->partial_deg, 27.0, 0.1);
    expect_close(limit->hold_min_s, 0.5, 0.0);
    expect_close(limit->swing_max_frac, 0.35, 0.0);
    expect_close(limit->over_top_deg, 3.0, 0.0);
}

static void limit_hits_are_counted_by_their_beginnings(void **state)
{
    (void)state;
    bench_init(&bench, BENCH_IDEAL);
    bench_teach(&bench, 0.0);
    (void)bench_set(&bench);
    bench_stroke(&bench, 0.0, 1.7);
    for (int i = 0; i < 6; i++) {
        bench.feedback.limit_active = i % 2 == 0;
        bench_pause(&bench, 0.1);
    }
    bench_stroke(&bench, -90.0, 2.5);
    bench_pause(&bench, 0.5);
    assert_int_equal(bench_last_rep(&bench)->limit_hits, 3);
}

static void the_swing_share_tells_a_kick_from_a_paced_lift(void **state)
{
    (void)state;
    rh_swing_t swing = {.bottom_deg = -90.0,
                        .top_deg = 0.0,
                        .rate_peak_dps = 83.0,
                        .work_j = 90.0,
                        .arm_inertia_kgm2 = 2.4,
                        .pad_n = 80.0 * 9.81 * 0.678};
    /* 80 kg: (6.17 + 2.4)/2 w^2 of 99 J of legs and 90 J at the strap */
    const double rate_rps = 83.0 * RH_RAD_PER_DEG;

    expect_close(rh_swing_frac(&swing), 4.285 * rate_rps * rate_rps / 189.0, 1e-3);
    swing.rate_peak_dps = 275.0;
    swing.work_j = 0.0;
    assert_true(rh_swing_frac(&swing) > 0.9);
    swing.pad_n = (double)NAN; /* not known: the reference person */
    assert_true(rh_swing_frac(&swing) > 0.9);
    swing.top_deg = swing.bottom_deg;
    assert_true(rh_swing_frac(&swing) == 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rep_of_ideal_samples_has_the_numbers_of_the_closed_form),
        cmocka_unit_test(a_rep_over_the_wires_has_them_too),
        cmocka_unit_test(the_largest_power_is_force_times_the_rate_at_its_best),
        cmocka_unit_test(the_four_phases_are_the_rep),
        cmocka_unit_test(the_load_is_proven_against_what_the_law_asks),
        cmocka_unit_test(a_plates_load_is_held_against_its_own_curve),
        cmocka_unit_test(the_age_of_the_calibration_and_the_hips_are_told),
        cmocka_unit_test(a_steady_hold_has_no_tremor_and_a_shaking_one_its_rms),
        cmocka_unit_test(rate_loss_is_against_the_best_of_the_set),
        cmocka_unit_test(a_hole_in_the_forces_leaves_them_unknown_and_the_angles_known),
        cmocka_unit_test(each_mistake_has_its_reason),
        cmocka_unit_test(lost_tension_under_load_is_slack),
        cmocka_unit_test(a_landing_is_an_impact),
        cmocka_unit_test(one_leg_doing_the_work_is_one_sided_unless_it_is_meant),
        cmocka_unit_test(the_thresholds_of_the_verdict_are_told_with_it),
        cmocka_unit_test(limit_hits_are_counted_by_their_beginnings),
        cmocka_unit_test(the_swing_share_tells_a_kick_from_a_paced_lift),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
