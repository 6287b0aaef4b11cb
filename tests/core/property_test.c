/* SPDX-License-Identifier: Apache-2.0 */
/* Random motions: what holds for every rep, and the count against the simulator's own
 * count of true reps, which shares no line with ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <math.h>

#include "bench.h"
#include "rh/units.h"
#include "truth.h"

#define SEEDS 40

static bench_t bench;

/* A random stroke: mostly whole reps, some partials, bounces, pauses and dawdling. */
static void random_stroke(uint64_t *random, bool *is_up)
{
    const double dice = bench_random(random);
    const double low_deg = -92.0 + 4.0 * bench_random(random);
    const double high_deg = -90.0 + 92.0 * bench_random(random);

    if (dice < 0.15) {
        bench_aim(&bench, bench.to_deg, 0.1 + bench_random(random));
    } else if (dice < 0.25) {
        bench_aim(&bench, -80.0 + 80.0 * bench_random(random),
                  0.3 + bench_random(random));
    } else {
        *is_up = !*is_up;
        bench_aim(&bench, *is_up ? high_deg : low_deg,
                  0.4 + 2.0 * bench_random(random));
    }
}

static void begin(bench_layout_t layout)
{
    bench_init(&bench, layout);
    bench_teach(&bench, 0.0);
    bench_pause(&bench, 0.5);
    assert_int_equal(bench_set(&bench), RH_REFUSAL_NONE);
    bench_forget(&bench);
}

static void check_rep(const rh_rep_t *rep, int64_t start_ns)
{
    const double sum_s = rep->rest_s + rep->lift_s + rep->hold_s + rep->lower_s;

    assert_true(fabs(sum_s - 1e-9 * (double)(rep->t_end_ns - rep->t_start_ns)) < 1e-6);
    assert_true(rep->rest_s >= 0.0 && rep->lift_s > 0.0);
    assert_true(rep->hold_s >= 0.0 && rep->lower_s >= 0.0);
    if (start_ns != 0) {
        assert_true(rep->t_start_ns == start_ns);
    }
    assert_true(rep->counted == (rep->range_deg >= rep->thresholds.full_deg));
    assert_true(rep->range_deg >= rep->thresholds.partial_deg);
    assert_true(fabs(rep->range_deg - (rep->angle_top_deg - rep->angle_bottom_deg)) <
                1e-9);
    assert_true(rep->lift_rate_peak_dps >= 0.9 * rep->lift_rate_mean_dps);
    assert_true(isfinite(rep->force_mean_n) && isfinite(rep->work_lift_j));
}

static void reps_tile_time_whatever_the_motion(void **state)
{
    (void)state;
    int reps = 0;

    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        uint64_t random = seed;
        bool is_up = false;

        begin(seed % 2 == 0 ? BENCH_IDEAL : BENCH_RTU);
        for (int i = 0; i < 40; i++) {
            random_stroke(&random, &is_up);
            bench_run(&bench, bench.length_s);
        }
        for (int i = 0; i < bench.log.rep_count; i++) {
            print_message(i == 0 ? "seed %d\n" : "", (int)seed);
            check_rep(&bench.log.reps[i].rep,
                      i > 0 ? bench.log.reps[i - 1].rep.t_end_ns : 0);
        }
        reps += bench.log.rep_count;
    }
    assert_true(reps > 10 * SEEDS);
}

static void every_counted_rep_is_published_and_every_published_one_counted(void **state)
{
    (void)state;
    for (uint64_t seed = 100; seed < 100 + SEEDS; seed++) {
        uint64_t random = seed;
        bool is_up = false;
        int full = 0, partial = 0;

        begin(BENCH_IDEAL);
        for (int i = 0; i < 40; i++) {
            random_stroke(&random, &is_up);
            bench_run(&bench, bench.length_s);
        }
        (void)bench_do(&bench, RH_COMMAND_SET_END);
        bench_stroke(&bench, -90.0, 2.0);
        bench_pause(&bench, 5.0);
        for (int i = 0; i < bench.log.rep_count; i++) {
            full += bench.log.reps[i].rep.counted ? 1 : 0;
            partial += bench.log.reps[i].rep.counted ? 0 : 1;
        }
        assert_int_equal(bench.log.set_count, 1);
        assert_int_equal(bench.log.sets[0].set.reps, full);
        assert_int_equal(bench.log.sets[0].set.partials, partial);
    }
}

typedef struct {
    int full, partial;
} count_t;

/* Up and down in turn, with stops only where no reading of the definitions differs: at
 * home, or above a third of the range. */
static void random_turn(uint64_t *random, bool *is_up)
{
    const double home_deg = -92.0 + 4.0 * bench_random(random);
    const double high_deg = -88.0 + 90.0 * bench_random(random);
    const double middle_deg = -75.0 + 60.0 * bench_random(random);
    const bool is_high = bench.to_deg > -60.0;
    const bool stays = bench_random(random) < 0.2 && (is_high || bench.to_deg < -86.0);
    const double seconds = 0.4 + 2.0 * bench_random(random);

    if (stays) {
        bench_aim(&bench, bench.to_deg, seconds);
        return;
    }
    *is_up = !*is_up;
    if (*is_up) {
        bench_aim(&bench, fmax(high_deg, bench.to_deg + 2.0), seconds);
    } else if (is_high && middle_deg < bench.to_deg - 2.0 &&
               bench_random(random) < 0.3) {
        bench_aim(&bench, middle_deg, seconds);
    } else {
        bench_aim(&bench, home_deg, seconds);
    }
}

/* The truth's own step over the bench's motion, millisecond by millisecond. */
static void step_truth(rh_truth_t *truth, count_t *count)
{
    rh_truth_rep_t rep;
    const double way_deg = bench.to_deg - bench.from_deg;

    for (double x_s = 0.001; x_s < bench.length_s; x_s += 0.001) {
        const double x = RH_PI * x_s / bench.length_s;
        const rh_truth_sample_t sample = {
            .time_s = bench.begin_s + x_s,
            .angle_deg = bench.from_deg + 0.5 * way_deg * (1.0 - cos(x)),
            .rate_dps = 0.5 * way_deg * RH_PI / bench.length_s * sin(x),
            .radius_m = 0.85};

        if (rh_truth_step(truth, &sample, &rep)) {
            count->full += rep.full ? 1 : 0;
            count->partial += rep.full ? 0 : 1;
        }
    }
}

static void the_count_is_the_simulators_count_of_true_reps(void **state)
{
    (void)state;
    for (uint64_t seed = 1000; seed < 1000 + SEEDS; seed++) {
        uint64_t random = seed;
        bool is_up = false;
        rh_truth_t truth;
        count_t count = {0};
        int full = 0;

        begin(seed % 2 == 0 ? BENCH_IDEAL : BENCH_RTU);
        rh_truth_init(&truth,
                      bench.snapshot.rom_top_deg - bench.snapshot.rom_bottom_deg);
        for (int i = 0; i < 40; i++) {
            random_turn(&random, &is_up);
            step_truth(&truth, &count);
            bench_run(&bench, bench.length_s);
        }
        bench_aim(&bench, bench.to_deg, 0.5);
        step_truth(&truth, &count);
        bench_run(&bench, 0.5);
        for (int i = 0; i < bench.log.rep_count; i++) {
            full += bench.log.reps[i].rep.counted ? 1 : 0;
        }
        print_message("seed %d: %d full, %d partial\n", (int)seed, count.full,
                      count.partial);
        assert_int_equal(full, count.full);
        assert_int_equal(bench.log.rep_count - full, count.partial);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reps_tile_time_whatever_the_motion),
        cmocka_unit_test(
            every_counted_rep_is_published_and_every_published_one_counted),
        cmocka_unit_test(the_count_is_the_simulators_count_of_true_reps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
