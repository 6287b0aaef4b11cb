/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words to numbers and back, status words, and what a reply must repeat: properties
 * over random values, and the manuals' own examples.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "bench.h"
#include "codec.h"
#include "frame.h"

#define ROUNDS 200000

static uint64_t random_state;

static uint32_t next_random(void) /* splitmix64 */
{
    uint64_t z = (random_state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)(z >> 32);
}

static void any_words_survive_the_way_to_a_number_and_back(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        rh_reg_type_t type = (rh_reg_type_t)(next_random() % RH_REG_BIT);
        rh_order_t order = (rh_order_t)(next_random() % 4);
        uint16_t words[2] = {(uint16_t)next_random(), (uint16_t)next_random()};
        uint16_t back[2] = {0, words[1]};
        rh_decoded_t got = rh_codec_decode(type, order, words);
        if (!got.is_valid) {
            continue;
        }
        assert_int_equal(rh_codec_encode(type, order, got.value, back), 0);
        assert_int_equal(back[0], words[0]);
        assert_int_equal(back[1], words[1]);
    }
}

static void any_number_of_a_types_range_survives_the_way_to_the_wire(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        rh_order_t order = (rh_order_t)(next_random() % 4);
        int32_t number = (int32_t)next_random();
        uint16_t words[2];
        assert_int_equal(rh_codec_encode(RH_REG_I32, order, number, words), 0);
        rh_decoded_t got = rh_codec_decode(RH_REG_I32, order, words);
        assert_true(got.raw == number && got.is_valid);
        assert_int_equal(rh_codec_encode(RH_REG_I16, order, number % 32768, words), 0);
        assert_int_equal(rh_codec_decode(RH_REG_I16, order, words).raw, number % 32768);
    }
}

static void each_order_lies_on_the_wire_as_its_letters_say(void **state)
{
    static const struct {
        rh_order_t order;
        uint16_t words[2];
    } rows[] = {{RH_ORDER_ABCD, {0x0102, 0x0304}},
                {RH_ORDER_CDAB, {0x0304, 0x0102}},
                {RH_ORDER_BADC, {0x0201, 0x0403}},
                {RH_ORDER_DCBA, {0x0403, 0x0201}}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint16_t words[2];
        assert_int_equal(rh_codec_encode(RH_REG_U32, rows[i].order, 0x01020304, words),
                         0);
        assert_memory_equal(words, rows[i].words, sizeof(words));
    }
}

static void the_manuals_examples_read_as_printed(void **state)
{
    const uint16_t span[] = {0x0000, 0xC350};   /* PT113: span 50000 */
    const uint16_t one[] = {0x3F80, 0x0000};    /* the float 1.0, high word first */
    const uint16_t weight[] = {0x70A4, 0x3F9D}; /* Mantracourt: 1.23, low word first */
    (void)state;
    assert_int_equal(rh_codec_decode(RH_REG_I32, RH_ORDER_ABCD, span).raw, 50000);
    assert_true(rh_codec_decode(RH_REG_F32, RH_ORDER_ABCD, one).value == 1.0);
    double got = rh_codec_decode(RH_REG_F32, RH_ORDER_CDAB, weight).value;
    assert_true(fabs(got - 1.23) < 1e-6);
}

static void a_number_that_does_not_fit_is_refused_and_nothing_is_written(void **state)
{
    static const struct {
        rh_reg_type_t type;
        double value;
    } rows[] = {
        {RH_REG_I16, 32767.5},      {RH_REG_I16, -32768.6},     {RH_REG_U16, -0.6},
        {RH_REG_U16, 65535.5},      {RH_REG_U32, 4294967296.0}, {RH_REG_U32, -1.0},
        {RH_REG_I32, 2147483648.0}, {RH_REG_I16, NAN},          {RH_REG_I32, INFINITY},
        {RH_REG_F32, NAN},          {RH_REG_F32, 1e39}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint16_t words[2] = {0xAAAA, 0x5555};
        assert_int_equal(
            rh_codec_encode(rows[i].type, RH_ORDER_ABCD, rows[i].value, words),
            -ERANGE);
        assert_int_equal(words[0], 0xAAAA);
        assert_int_equal(words[1], 0x5555);
    }
}

static void a_float_that_is_no_number_is_never_valid(void **state)
{
    const uint16_t not_a_number[] = {0x7FC0, 0x0001};
    const uint16_t infinite[] = {0xFF80, 0x0000};
    (void)state;
    assert_false(rh_codec_decode(RH_REG_F32, RH_ORDER_ABCD, not_a_number).is_valid);
    assert_false(rh_codec_decode(RH_REG_F32, RH_ORDER_ABCD, infinite).is_valid);
}

static void thousandths_round_to_nearest_and_say_when_they_cannot_hold(void **state)
{
    int32_t milli = 0;
    (void)state;
    assert_true(rh_codec_milli(1.2346, &milli));
    assert_int_equal(milli, 1235);
    assert_true(rh_codec_milli(-1.2346, &milli));
    assert_int_equal(milli, -1235);
    assert_false(rh_codec_milli(3e6, &milli));
    assert_int_equal(milli, INT32_MAX);
    assert_false(rh_codec_milli(NAN, &milli));
    assert_int_equal(milli, 0);
}

static void what_thousandths_round_off_is_kept_in_millionths(void **state)
{
    (void)state;
    assert_int_equal(rh_codec_rest_micro(-89.9912344, -89991), -234);
    assert_int_equal(rh_codec_rest_micro(1.2346, 1235), -400);
    assert_int_equal(rh_codec_rest_micro(0.0, 0), 0);
    assert_int_equal(rh_codec_rest_micro(3e6, INT32_MAX), 0);
    assert_int_equal(rh_codec_rest_micro(NAN, 0), 0);
}

static void a_cells_word_is_good_only_with_data_ok_no_error_and_not_busy(void **state)
{
    rh_hal_settings_t *settings = calloc(1, sizeof(*settings));
    (void)state;
    bench_rtu(settings, "/tmp");
    bench_add_cell(settings, 1, 0);
    const rh_profile_t *cell = &settings->devices[0].profile;
    assert_true(rh_codec_status_is_good(cell, 0x0002));
    assert_true(rh_codec_status_is_good(cell, 0x1006)); /* moving, near zero */
    assert_false(rh_codec_status_is_good(cell, 0x0000));
    assert_false(rh_codec_status_is_good(cell, 0x0003));
    for (uint32_t error = 1; error < 8; error++) {
        assert_false(rh_codec_status_is_good(cell, 0x0002 | error << 13));
    }
    free(settings);
}

static void a_drives_status_number_becomes_the_machines_bits(void **state)
{
    rh_hal_settings_t *settings = calloc(1, sizeof(*settings));
    (void)state;
    bench_rtu(settings, "/tmp");
    bench_add_drive(settings, 1);
    const rh_profile_t *drive = &settings->devices[0].profile;
    assert_int_equal(rh_codec_drive_status(drive, 0), RH_DRIVE_READY);
    assert_int_equal(rh_codec_drive_status(drive, 1), RH_DRIVE_READY | RH_DRIVE_RUN);
    assert_int_equal(rh_codec_drive_status(drive, 2), RH_DRIVE_FAULT);
    assert_int_equal(rh_codec_drive_status(drive, 7), 0);
    free(settings);
}

static void a_reply_must_repeat_unit_function_length_and_echo(void **state)
{
    rh_frame_t read;
    rh_frame_t write;
    uint8_t answer[] = {1, 3, 4, 0, 1, 0, 2};
    uint8_t echo[] = {1, 6, 0x06, 0x05, 0xFF, 0x38};
    uint8_t refusal[] = {1, 0x83, 2};
    (void)state;
    rh_frame_read(&read, 1, &(rh_block_t){.space = RH_SPACE_HOLDING, .count = 2});
    rh_frame_write_word(&write, 1, 0x0605, 0xFF38);
    assert_int_equal(rh_frame_check(&read, answer, 7), RH_REPLY_GOOD);
    assert_int_equal(rh_frame_check(&read, answer, 5), RH_REPLY_WRONG);
    assert_int_equal(rh_frame_check(&read, refusal, 3), RH_REPLY_EXCEPTION);
    assert_int_equal(rh_frame_check(&write, echo, 6), RH_REPLY_GOOD);
    echo[5] ^= 1;
    assert_int_equal(rh_frame_check(&write, echo, 6), RH_REPLY_WRONG);
    answer[0] = 2;
    assert_int_equal(rh_frame_check(&read, answer, 7), RH_REPLY_WRONG);
}

static void the_manuals_requests_are_built_byte_for_byte(void **state)
{
    /* PT113: span and command in one FC16; generic I/O: three outputs in one FC15 */
    const uint8_t span[] = {1, 0x10, 0, 0x0A, 0, 2, 4, 0, 0, 0xC3, 0x50};
    const uint8_t bits[] = {2, 0x0F, 0, 0, 0, 3, 1, 5};
    /* Application Protocol 1.1b3, 6.17: six registers read from 3, one written at 14 */
    const uint8_t both[] = {1, 0x17, 0, 3, 0, 6, 0, 0x0E, 0, 1, 2, 0x12, 0x34};
    const rh_block_t six = {.space = RH_SPACE_HOLDING, .address = 3, .count = 6};
    rh_frame_t frame;
    (void)state;
    rh_frame_write_words(&frame, 1, 10, 2, (const uint16_t[]){0x0000, 0xC350});
    assert_int_equal(frame.size, sizeof(span));
    assert_memory_equal(frame.bytes, span, sizeof(span));
    rh_frame_write_bits(&frame, 2, 0, 3, 5);
    assert_int_equal(frame.size, sizeof(bits));
    assert_memory_equal(frame.bytes, bits, sizeof(bits));
    rh_frame_read_write(&frame, 1, &six, 14, 1, (const uint16_t[]){0x1234});
    assert_int_equal(frame.size, sizeof(both));
    assert_memory_equal(frame.bytes, both, sizeof(both));
    assert_int_equal(frame.reply_size, 15);
}

/* The sign stands beside the magnitude: a magnitude with a sign of its own is neither.
 */
static void a_magnitude_takes_its_sign_from_beside_it_and_has_none_itself(void **state)
{
    const uint16_t most[2] = {0x7FFF, 0xFFFF};
    const uint16_t beyond[2] = {0x8000, 0x0000};
    (void)state;
    rh_decoded_t got = rh_codec_decode(RH_REG_MAG32, RH_ORDER_ABCD, most);
    assert_true(rh_codec_signed(got, false).is_valid);
    assert_true(rh_codec_signed(got, false).value == 2147483647.0);
    assert_true(rh_codec_signed(got, true).value == -2147483647.0);
    assert_int_equal(rh_codec_signed(got, true).raw, -2147483647);
    got = rh_codec_decode(RH_REG_MAG32, RH_ORDER_ABCD, beyond);
    assert_false(rh_codec_signed(got, false).is_valid);
    assert_false(rh_codec_signed(got, true).is_valid);
}

int main(void)
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there is no other thread here
    const char *seed = getenv("RH_SEED");
    random_state = seed != NULL ? strtoull(seed, NULL, 0) : (uint64_t)time(NULL);
    printf("seed %" PRIu64 " (RH_SEED repeats it)\n", random_state);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_words_survive_the_way_to_a_number_and_back),
        cmocka_unit_test(any_number_of_a_types_range_survives_the_way_to_the_wire),
        cmocka_unit_test(each_order_lies_on_the_wire_as_its_letters_say),
        cmocka_unit_test(the_manuals_examples_read_as_printed),
        cmocka_unit_test(a_number_that_does_not_fit_is_refused_and_nothing_is_written),
        cmocka_unit_test(a_float_that_is_no_number_is_never_valid),
        cmocka_unit_test(a_magnitude_takes_its_sign_from_beside_it_and_has_none_itself),
        cmocka_unit_test(thousandths_round_to_nearest_and_say_when_they_cannot_hold),
        cmocka_unit_test(what_thousandths_round_off_is_kept_in_millionths),
        cmocka_unit_test(a_cells_word_is_good_only_with_data_ok_no_error_and_not_busy),
        cmocka_unit_test(a_drives_status_number_becomes_the_machines_bits),
        cmocka_unit_test(a_reply_must_repeat_unit_function_length_and_echo),
        cmocka_unit_test(the_manuals_requests_are_built_byte_for_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
