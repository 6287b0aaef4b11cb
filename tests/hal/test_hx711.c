/* SPDX-License-Identifier: Apache-2.0 */
/* A real chip's bus decodes to its answers; spoilt readings are dropped by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "capture.h"
#include "hx711.h"

#define US INT64_C(1000)
#define MS (1000 * US)
#define READINGS 20000

/* ---- the recording --------------------------------------------------------------- */

static void check_next(const char **expected, int32_t value)
{
    char *end = NULL;
    assert_int_equal(value, strtol(*expected, &end, 10));
    *expected = end;
}

static void a_recorded_bus_decodes_to_its_stated_conversions(void **state)
{
    (void)state;
    capture_t *capture = capture_read("hx711_bus_80sps.csv");
    if (capture == NULL) {
        skip();
        return;
    }
    static const char words[] = "in order:";
    const char *expected = strstr(capture->head, words);
    rh_hx711_t decoder = {0};
    int64_t t_ns = 0;
    assert_non_null(expected);
    expected += sizeof(words) - 1;
    for (size_t i = 0; i < capture->count; i++) {
        const capture_row_t *row = &capture->rows[i];
        t_ns = row->t_ns;
        if (rh_hx711_levels(&decoder, row->first, row->second, t_ns) == RH_HX711_GOOD) {
            check_next(&expected, decoder.value);
        }
    }
    if (rh_hx711_end(&decoder, t_ns + 100 * MS) == RH_HX711_GOOD) {
        check_next(&expected, decoder.value);
    }
    print_message("%llu conversions, last %d\n",
                  (unsigned long long)decoder.count[RH_HX711_GOOD], decoder.value);
    assert_int_equal(decoder.count[RH_HX711_GOOD], 8);
    assert_true(expected[0] == '\n'); /* all of them */
    for (int verdict = RH_HX711_RACE; verdict < RH_HX711_VERDICTS; verdict++) {
        assert_int_equal(decoder.count[verdict], 0);
    }
    free(capture);
}

/* ---- made readings ------------------------------------------------------- */

typedef struct {
    int32_t value;
    int pulses;
    int slow_pulse; /* this pulse stays high … */
    int64_t high_ns;
    int pause_after; /* after this pulse the clock stays low … */
    int64_t low_ns;
    int move_after; /* after this pulse the data line moves while the clock is low */
} reading_t;

static const reading_t plain = {
    .pulses = 25, .slow_pulse = -1, .pause_after = -1, .move_after = -1};

static bool bit_of(const reading_t *reading, int pulse)
{
    return pulse >= 24 || (((uint32_t)reading->value >> (23 - pulse)) & 1u) != 0;
}

/* One reading from *t_ns on, as a chip and its reader make it; 12.5 ms apart. */
static rh_hx711_verdict_t read_one(rh_hx711_t *decoder, const reading_t *reading,
                                   int64_t *t_ns)
{
    (void)rh_hx711_levels(decoder, false, false, *t_ns);
    for (int pulse = 0; pulse < reading->pulses; pulse++) {
        bool bit = bit_of(reading, pulse);
        *t_ns += 1 * US;
        (void)rh_hx711_levels(decoder, true, decoder->dat, *t_ns);
        (void)rh_hx711_levels(decoder, true, bit, *t_ns + 100);
        *t_ns += pulse == reading->slow_pulse ? reading->high_ns : 1 * US;
        (void)rh_hx711_levels(decoder, false, bit, *t_ns);
        if (pulse == reading->move_after) {
            (void)rh_hx711_levels(decoder, false, !bit, *t_ns + 200);
        }
        *t_ns += pulse == reading->pause_after ? reading->low_ns : 0;
    }
    *t_ns += 100 * US;
    rh_hx711_verdict_t verdict = rh_hx711_end(decoder, *t_ns);
    *t_ns += 12400 * US;
    return verdict;
}

static rh_hx711_verdict_t verdict_of(reading_t reading)
{
    rh_hx711_t decoder = {0};
    int64_t t_ns = MS;
    return read_one(&decoder, &reading, &t_ns);
}

static bool is_pattern(int32_t value)
{
    uint32_t word = (uint32_t)value & 0xFFFFFFu;
    return (word >= 0xFFu && (word & (word + 1u)) == 0) || word == 0x800000u;
}

/* Every reading is what it was made to be, spoilt ones dropped between good ones. */
static void random_readings_keep_their_values(void **state)
{
    (void)state;
    const char *wish = getenv("RH_SEED"); // NOLINT(concurrency-mt-unsafe)
    unsigned seed = wish != NULL ? (unsigned)strtoul(wish, NULL, 10) : 20260102u;
    print_message("seed %u (RH_SEED)\n", seed);
    rh_hx711_t decoder = {0};
    int64_t t_ns = MS;
    uint64_t good = 0;
    for (int i = 0; i < READINGS; i++) {
        reading_t reading = plain;
        seed = seed * 1664525u + 1013904223u; /* Numerical Recipes */
        reading.value = (int32_t)((seed >> 8) ^ 0x800000u) - 0x800000;
        reading.pulses = i % 7 == 0 ? (int)(seed >> 27) : 25 + (int)((seed >> 5) % 3);
        bool is_whole = reading.pulses > 24 && reading.pulses <= 27;
        rh_hx711_verdict_t verdict = read_one(&decoder, &reading, &t_ns);
        if (is_whole && !is_pattern(reading.value)) {
            good++;
            assert_int_equal(verdict, RH_HX711_GOOD);
            assert_int_equal(decoder.value, reading.value);
        } else {
            assert_int_not_equal(verdict, RH_HX711_GOOD);
        }
    }
    assert_int_equal(decoder.count[RH_HX711_GOOD], good);
}

/* Hazard 8: what a reader sees that was overtaken by the next conversion. */
static void the_patterns_of_a_read_race_are_dropped(void **state)
{
    (void)state;
    reading_t reading = plain;
    for (int ones = 8; ones <= 24; ones++) {
        reading.value = (int32_t)((1u << ones) - 1u);
        assert_int_equal(verdict_of(reading), RH_HX711_RACE);
    }
    reading.value = -1;
    assert_int_equal(verdict_of(reading), RH_HX711_RACE);
    reading.value = 127;
    assert_int_equal(verdict_of(reading), RH_HX711_GOOD);
    reading.value = -2;
    assert_int_equal(verdict_of(reading), RH_HX711_GOOD);
}

static void data_that_moves_between_pulses_is_a_race(void **state)
{
    (void)state;
    for (int pulse = 0; pulse < 24; pulse++) {
        reading_t reading = plain;
        reading.value = 123456;
        reading.move_after = pulse;
        assert_int_equal(verdict_of(reading), RH_HX711_RACE);
    }
}

static void a_reading_without_a_conversion_is_a_race(void **state)
{
    (void)state;
    rh_hx711_t decoder = {.dat = true};
    for (int pulse = 0; pulse < 25; pulse++) {
        (void)rh_hx711_levels(&decoder, true, true, pulse * 2 * US);
        (void)rh_hx711_levels(&decoder, false, pulse % 2 == 0, (pulse * 2 + 1) * US);
        (void)rh_hx711_levels(&decoder, false, true, (pulse * 2 + 1) * US + 1);
    }
    assert_int_equal(rh_hx711_end(&decoder, MS), RH_HX711_RACE);
}

static void a_reading_that_takes_longer_than_a_conversion_is_a_race(void **state)
{
    (void)state;
    reading_t reading = plain;
    reading.value = 4384;
    reading.pause_after = 11;
    reading.low_ns = 5 * MS;
    assert_int_equal(verdict_of(reading), RH_HX711_GOOD);
    /* three pauses of 5 ms would end a conversion in between */
    rh_hx711_t decoder = {0};
    int64_t t_ns = 0;
    for (int pulse = 0; pulse < 25; pulse++) {
        (void)rh_hx711_levels(&decoder, true, pulse % 3 == 0, t_ns);
        (void)rh_hx711_levels(&decoder, false, pulse % 3 == 0, t_ns + US);
        t_ns += pulse % 8 == 7 ? 5 * MS : 2 * US;
    }
    assert_int_equal(rh_hx711_end(&decoder, t_ns), RH_HX711_RACE);
}

static void a_clock_that_stays_high_is_a_reset(void **state)
{
    (void)state;
    for (int pulse = 0; pulse < 25; pulse++) {
        reading_t reading = plain;
        reading.value = 4384;
        reading.slow_pulse = pulse;
        reading.high_ns = 59 * US;
        assert_int_equal(verdict_of(reading), RH_HX711_GOOD);
        reading.high_ns = 61 * US;
        assert_int_equal(verdict_of(reading), RH_HX711_RESET);
    }
}

static void a_reading_that_ends_with_the_clock_high_is_a_reset(void **state)
{
    (void)state;
    rh_hx711_t decoder = {0};
    (void)rh_hx711_levels(&decoder, true, false, 0);
    assert_int_equal(rh_hx711_end(&decoder, 61 * US), RH_HX711_RESET);
}

static void too_few_and_too_many_pulses_are_told(void **state)
{
    (void)state;
    for (int pulses = 1; pulses < 40; pulses++) {
        reading_t reading = plain;
        reading.value = 4384;
        reading.pulses = pulses;
        bool is_right = pulses >= 25 && pulses <= 27;
        assert_int_equal(verdict_of(reading),
                         is_right ? RH_HX711_GOOD : RH_HX711_CLOCKS);
    }
}

static void the_lowest_number_is_an_end_of_the_range(void **state)
{
    (void)state;
    reading_t reading = plain;
    reading.value = -0x800000;
    assert_int_equal(verdict_of(reading), RH_HX711_SATURATED);
    reading.value = -0x7FFFFF;
    assert_int_equal(verdict_of(reading), RH_HX711_GOOD);
}

static void nothing_read_is_nothing(void **state)
{
    (void)state;
    rh_hx711_t decoder = {0};
    (void)rh_hx711_levels(&decoder, false, true, 0);
    (void)rh_hx711_levels(&decoder, false, false, MS);
    assert_int_equal(rh_hx711_end(&decoder, 2 * MS), RH_HX711_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recorded_bus_decodes_to_its_stated_conversions),
        cmocka_unit_test(random_readings_keep_their_values),
        cmocka_unit_test(the_patterns_of_a_read_race_are_dropped),
        cmocka_unit_test(data_that_moves_between_pulses_is_a_race),
        cmocka_unit_test(a_reading_without_a_conversion_is_a_race),
        cmocka_unit_test(a_reading_that_takes_longer_than_a_conversion_is_a_race),
        cmocka_unit_test(a_clock_that_stays_high_is_a_reset),
        cmocka_unit_test(a_reading_that_ends_with_the_clock_high_is_a_reset),
        cmocka_unit_test(too_few_and_too_many_pulses_are_told),
        cmocka_unit_test(the_lowest_number_is_an_end_of_the_range),
        cmocka_unit_test(nothing_read_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
