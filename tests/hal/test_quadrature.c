/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings decode to the answers in their heads; walks of every kind keep count. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "capture.h"
#include "quadrature.h"

#define US INT64_C(1000)
#define MS (1000 * US)
#define WALK_STEPS 20000
#define assert_near(value, expected, off)                                              \
    assert_true(fabs((value) - (expected)) <= (off))

/* ---- recordings ------------------------------------------------------------------ */

typedef struct {
    rh_quadrature_t decoder;
    int64_t least, most;
} run_t;

static run_t decode(const capture_t *capture)
{
    run_t run = {0};
    rh_quadrature_begin(&run.decoder, capture->rows[0].first, capture->rows[0].second);
    for (size_t i = 1; i < capture->count; i++) {
        const capture_row_t *row = &capture->rows[i];
        rh_quadrature_levels(&run.decoder, row->first, row->second, row->t_ns);
        run.least = run.decoder.position < run.least ? run.decoder.position : run.least;
        run.most = run.decoder.position > run.most ? run.decoder.position : run.most;
    }
    return run;
}

/* The head's own words: "919 edges, net -11, …, 15 reversals". */
static void answers_as_stated(const capture_t *capture, const run_t *run)
{
    char edges[40];
    char reversals[40];
    (void)snprintf(edges, sizeof(edges), "%llu edges",
                   (unsigned long long)run->decoder.edges);
    (void)snprintf(reversals, sizeof(reversals), " %llu reversals",
                   (unsigned long long)run->decoder.reversals);
    print_message("%s, net %lld, range %lld..%lld,%s, %llu illegal\n", edges,
                  (long long)run->decoder.position, (long long)run->least,
                  (long long)run->most, reversals,
                  (unsigned long long)run->decoder.illegal);
    assert_non_null(strstr(capture->head, edges));
    assert_non_null(strstr(capture->head, reversals));
    assert_int_equal(run->decoder.position, capture_number(capture, "net "));
    assert_int_equal(run->decoder.illegal, 0);
}

static void a_recording_has_its_stated_answers(const char *file, bool has_range)
{
    capture_t *capture = capture_read(file);
    if (capture == NULL) {
        skip();
        return;
    }
    run_t run = decode(capture);
    answers_as_stated(capture, &run);
    if (has_range) {
        assert_int_equal(run.least, capture_number(capture, "range "));
        assert_int_equal(run.most, capture_number(capture, "..+"));
    }
    free(capture);
}

static void a_sensor_moved_by_hand_decodes_to_its_answers(void **state)
{
    (void)state;
    a_recording_has_its_stated_answers("quadrature_hand_moved.csv", true);
}

static void a_ramp_decodes_to_its_answers(void **state)
{
    (void)state;
    a_recording_has_its_stated_answers("quadrature_ramp.csv", false);
}

static void a_sine_decodes_to_its_answers(void **state)
{
    (void)state;
    a_recording_has_its_stated_answers("quadrature_sine.csv", true);
}

/* Whether the line that changes at `at` changes once more behind it. */
static bool line_changes_again(const capture_t *capture, size_t at)
{
    bool is_b = capture->rows[at].second != capture->rows[at - 1].second;
    for (size_t i = at + 1; i < capture->count; i++) {
        if (is_b == (capture->rows[i].second != capture->rows[i - 1].second)) {
            return true;
        }
    }
    return false;
}

/* Of every edge that a real recording has, the loss of one alone is seen: at the latest
 * by the next edge of its line. */
static void each_edge_lost_from_a_recording_is_noticed(void **state)
{
    (void)state;
    capture_t *capture = capture_read("quadrature_hand_moved.csv");
    if (capture == NULL) {
        skip();
        return;
    }
    size_t unseen = 0;
    for (size_t lost = 1; lost < capture->count; lost++) {
        rh_quadrature_t decoder = {0};
        rh_quadrature_begin(&decoder, capture->rows[0].first, capture->rows[0].second);
        for (size_t i = 1; i < capture->count; i++) {
            const capture_row_t *row = &capture->rows[i];
            const capture_row_t *before = &capture->rows[i - 1];
            if (i != lost) {
                bool is_b = row->second != before->second;
                rh_quadrature_edge(&decoder, is_b, is_b ? row->second : row->first,
                                   row->t_ns);
            }
        }
        unseen += decoder.illegal == 0 && line_changes_again(capture, lost);
    }
    assert_int_equal(unseen, 0);
    free(capture);
}

/* ---- walks ----------------------------------------------------------------------- */

static uint64_t seed_of_test(void)
{
    const char *wish = getenv("RH_SEED"); // NOLINT(concurrency-mt-unsafe)
    uint64_t seed = wish != NULL ? strtoull(wish, NULL, 10) : 20260101u;
    print_message("seed %llu (RH_SEED)\n", (unsigned long long)seed);
    return seed;
}

/* xorshift64* (Vigna, 2016) */
static uint32_t draw(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return (uint32_t)((*seed * 2685821657736338717u) >> 32);
}

/* An encoder: position to lines. */
static bool line_a(int64_t position)
{
    return (position & 3) == 1 || (position & 3) == 2;
}

static bool line_b(int64_t position)
{
    return (position & 3) == 2 || (position & 3) == 3;
}

static void walk_edge(rh_quadrature_t *decoder, int64_t from, int64_t to, int64_t t_ns)
{
    bool is_b = line_b(from) != line_b(to);
    rh_quadrature_edge(decoder, is_b, is_b ? line_b(to) : line_a(to), t_ns);
}

static void a_walk_with_every_edge_keeps_the_count(void **state)
{
    (void)state;
    uint64_t seed = seed_of_test();
    rh_quadrature_t decoder = {0};
    int64_t position = 0;
    uint64_t reversals = 0;
    int64_t last = 0;
    rh_quadrature_begin(&decoder, line_a(0), line_b(0));
    for (int i = 1; i <= WALK_STEPS; i++) {
        int64_t way = draw(&seed) % 5 == 0 ? -1 : 1;
        reversals += last == -way;
        last = way;
        rh_quadrature_sequence(&decoder, (uint32_t)i);
        walk_edge(&decoder, position, position + way, i * MS);
        position += way;
        assert_int_equal(decoder.position, position);
    }
    assert_int_equal(decoder.edges, WALK_STEPS);
    assert_int_equal(decoder.reversals, reversals);
    assert_int_equal(decoder.illegal, 0);
    assert_int_equal(decoder.gaps, 0);
}

/* Whatever is lost and wherever: the gaps are exactly what is missing, and where they
 * are none the position is right. */
static void the_gaps_of_a_walk_are_what_was_lost(void **state)
{
    (void)state;
    uint64_t seed = seed_of_test();
    rh_quadrature_t decoder = {0};
    int64_t position = 0;
    uint64_t lost = 0;
    uint64_t waiting = 0;
    rh_quadrature_begin(&decoder, line_a(0), line_b(0));
    for (uint32_t i = 1; i <= WALK_STEPS; i++) {
        int64_t way = draw(&seed) % 3 == 0 ? -1 : 1;
        if (draw(&seed) % 50 == 0) {
            waiting++; /* the end of a run is seen with the edge behind it */
        } else {
            lost += waiting;
            waiting = 0;
            rh_quadrature_sequence(&decoder, i);
            walk_edge(&decoder, position, position + way, i * MS);
        }
        position += way;
        assert_int_equal(decoder.gaps, lost);
        assert_true(decoder.gaps + waiting > 0 || decoder.position == position);
    }
    assert_true(decoder.illegal > 0);
    assert_int_equal(decoder.edges + lost + waiting, WALK_STEPS);
}

static void the_number_of_an_edge_may_wrap(void **state)
{
    (void)state;
    rh_quadrature_t decoder = {0};
    rh_quadrature_begin(&decoder, false, false);
    decoder.sequence = UINT32_MAX - 1;
    rh_quadrature_sequence(&decoder, UINT32_MAX);
    rh_quadrature_sequence(&decoder, 0);
    assert_int_equal(decoder.gaps, 0);
    rh_quadrature_sequence(&decoder, 3);
    assert_int_equal(decoder.gaps, 2);
    rh_quadrature_sequence(&decoder, 2);
    assert_int_equal(decoder.gaps, 3);
}

static void a_jump_of_both_lines_is_illegal_and_moves_nothing(void **state)
{
    (void)state;
    for (int from = 0; from < 4; from++) {
        rh_quadrature_t decoder = {0};
        rh_quadrature_begin(&decoder, line_a(from), line_b(from));
        rh_quadrature_levels(&decoder, line_a(from + 2), line_b(from + 2), MS);
        assert_int_equal(decoder.illegal, 1);
        assert_int_equal(decoder.position, 0);
        rh_quadrature_levels(&decoder, line_a(from + 3), line_b(from + 3), 2 * MS);
        assert_int_equal(decoder.position, 1);
    }
}

/* ---- rate ------------------------------------------------------------------------ */

static rh_quadrature_t moved(int way, int edges, int64_t period_ns)
{
    rh_quadrature_t decoder = {0};
    int64_t position = 0;
    rh_quadrature_begin(&decoder, false, false);
    for (int i = 0; i < edges; i++) {
        walk_edge(&decoder, position, position + way, i * period_ns);
        position += way;
    }
    return decoder;
}

static void the_rate_is_one_over_the_time_between_edges(void **state)
{
    (void)state;
    for (int64_t period_ns = 100 * US; period_ns <= 500 * MS; period_ns *= 3) {
        rh_quadrature_t up = moved(1, 9, period_ns);
        rh_quadrature_t down = moved(-1, 9, period_ns);
        double expected = 1e9 / (double)period_ns;
        assert_near(rh_quadrature_rate(&up, 8 * period_ns), expected, expected * 1e-9);
        assert_near(rh_quadrature_rate(&down, 8 * period_ns), -expected,
                    expected * 1e-9);
    }
}

static void unequal_halves_of_a_cycle_do_not_ripple(void **state)
{
    (void)state;
    static const int64_t parts_us[4] = {300, 900, 500, 300}; /* of 2 ms */
    rh_quadrature_t decoder = {0};
    int64_t t_ns = 0;
    rh_quadrature_begin(&decoder, false, false);
    for (int64_t position = 0; position < 40; position++) {
        walk_edge(&decoder, position, position + 1, t_ns);
        if (position > 4) {
            assert_near(rh_quadrature_rate(&decoder, t_ns), 2000.0, 1e-6);
        }
        t_ns += parts_us[position & 3] * US;
    }
}

static void the_rate_decays_to_zero_where_no_edge_comes(void **state)
{
    (void)state;
    rh_quadrature_t decoder = moved(1, 9, 1 * MS);
    int64_t last_ns = 8 * MS;
    assert_near(rh_quadrature_rate(&decoder, last_ns + MS / 2), 1000.0, 1e-6);
    assert_near(rh_quadrature_rate(&decoder, last_ns + 10 * MS), 100.0, 1e-6);
    assert_near(rh_quadrature_rate(&decoder, last_ns + 10000 * MS), 0.1, 1e-9);
}

static void a_reversal_gives_no_rate_until_it_has_a_period(void **state)
{
    (void)state;
    rh_quadrature_t decoder = moved(1, 9, 1 * MS);
    walk_edge(&decoder, 9, 8, 9 * MS);
    assert_int_equal(decoder.reversals, 1);
    assert_near(rh_quadrature_rate(&decoder, 9 * MS), 0.0, 0.0);
    walk_edge(&decoder, 8, 7, 11 * MS);
    assert_near(rh_quadrature_rate(&decoder, 11 * MS), -500.0, 1e-6);
}

static void stamps_that_stand_still_or_go_back_give_a_finite_rate(void **state)
{
    (void)state;
    rh_quadrature_t still = moved(1, 9, 0);
    rh_quadrature_t back = moved(1, 9, -1 * MS);
    assert_true(rh_quadrature_rate(&still, 0) <= 1e6);
    assert_true(isfinite(rh_quadrature_rate(&back, -100 * MS)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sensor_moved_by_hand_decodes_to_its_answers),
        cmocka_unit_test(a_ramp_decodes_to_its_answers),
        cmocka_unit_test(a_sine_decodes_to_its_answers),
        cmocka_unit_test(each_edge_lost_from_a_recording_is_noticed),
        cmocka_unit_test(a_walk_with_every_edge_keeps_the_count),
        cmocka_unit_test(the_gaps_of_a_walk_are_what_was_lost),
        cmocka_unit_test(the_number_of_an_edge_may_wrap),
        cmocka_unit_test(a_jump_of_both_lines_is_illegal_and_moves_nothing),
        cmocka_unit_test(the_rate_is_one_over_the_time_between_edges),
        cmocka_unit_test(unequal_halves_of_a_cycle_do_not_ripple),
        cmocka_unit_test(the_rate_decays_to_zero_where_no_edge_comes),
        cmocka_unit_test(a_reversal_gives_no_rate_until_it_has_a_period),
        cmocka_unit_test(stamps_that_stand_still_or_go_back_give_a_finite_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
