/* SPDX-License-Identifier: Apache-2.0 */
/* The parts that need no socket: the JSON writer, the lease, the memory for answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "answers.h"
#include "json.h"
#include "lease.h"

#define SECOND 1000000000LL

static void numbers_have_their_decimals_and_round_half_away(void **state)
{
    (void)state;
    static const struct {
        double value;
        int decimals;
        const char *text;
    } rows[] = {
        {0, 2, "0.00"},
        {-0.0, 2, "0.00"},
        {12.5, 2, "12.50"},
        {-12.345, 2, "-12.35"},
        {0.125, 2, "0.13"},
        {-0.004, 2, "0.00"},
        {-0.005, 2, "-0.01"},
        {99.999, 2, "100.00"},
        {1234567, 0, "1234567"},
        {0.05, 1, "0.1"},
        {(double)NAN, 2, "null"},
        {-(double)INFINITY, 2, "null"},
        {0.000001, 6, "0.000001"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[64];
        rh_json_t json;
        rh_json_start(&json, text, sizeof(text));
        rh_json_number(&json, rows[i].value, rows[i].decimals);
        assert_true(rh_json_end(&json));
        assert_string_equal(text, rows[i].text);
    }
}

static void huge_numbers_stay_numbers(void **state)
{
    (void)state;
    static const double values[] = {DBL_MAX, -DBL_MAX, 1e17, 9e15, 8.9e12};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        char text[64];
        rh_json_t json;
        rh_json_start(&json, text, sizeof(text));
        rh_json_number(&json, values[i], 3);
        assert_true(rh_json_end(&json));
        assert_true(fabs(strtod(text, NULL) / values[i] - 1) < 1e-12);
    }
}

static void whole_numbers_reach_their_ends(void **state)
{
    (void)state;
    char text[128];
    rh_json_t json;
    rh_json_start(&json, text, sizeof(text));
    rh_json_open(&json, '[');
    rh_json_i64(&json, INT64_MIN);
    rh_json_i64(&json, INT64_MAX);
    rh_json_u64(&json, UINT64_MAX);
    rh_json_u64(&json, 0);
    rh_json_close(&json, ']');
    assert_true(rh_json_end(&json));
    assert_string_equal(
        text, "[-9223372036854775808,9223372036854775807,18446744073709551615,0]");
}

static void any_bytes_become_a_valid_text(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *expected;
    } rows[] = {
        {"plain", "\"plain\""},
        {"a\"b\\c\n\x01", "\"a\\\"b\\\\c\\n\\u0001\""},
        {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80",
         "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""},
        {"\xFFx\xC3", "\"\xEF\xBF\xBDx\xEF\xBF\xBD\""},
        {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"\x7F", "\"\x7F\""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[64];
        rh_json_t json;
        rh_json_start(&json, text, sizeof(text));
        rh_json_text(&json, rows[i].bytes);
        assert_true(rh_json_end(&json));
        assert_string_equal(text, rows[i].expected);
        json_t *read = json_loads(text, JSON_DECODE_ANY, NULL);
        assert_non_null(read);
        json_decref(read);
    }
}

static void a_buffer_of_any_size_is_never_overrun(void **state)
{
    (void)state;
    for (size_t size = 0; size < 40; size++) {
        char *text = malloc(size > 0 ? size : 1); /* exact: the sanitizer watches */
        rh_json_t json;
        rh_json_start(&json, text, size);
        rh_json_open(&json, '{');
        rh_json_key(&json, "k");
        rh_json_number(&json, -123.456, 3);
        rh_json_key(&json, "t");
        rh_json_text(&json, "a\nb");
        rh_json_close(&json, '}');
        /* {"k":-123.456,"t":"a\nb"} and its NUL */
        assert_true(rh_json_end(&json) == (size >= 26));
        free(text);
    }
}

static void each_lease_has_another_number_which_is_never_nought(void **state)
{
    (void)state;
    rh_lease_t lease = {0};
    assert_true(rh_lease_take(&lease, "anna", 0));
    assert_int_equal(lease.number, 1);
    assert_true(rh_lease_keep(&lease, lease.id, SECOND));
    assert_false(rh_lease_take(&lease, "bert", SECOND));
    assert_int_equal(lease.number, 1);
    assert_true(rh_lease_drop(&lease, lease.id));
    assert_int_equal(lease.number, 1);
    assert_true(rh_lease_take(&lease, "anna", SECOND));
    assert_int_equal(lease.number, 2);
    assert_true(rh_lease_expire(&lease, 3 * SECOND));
    assert_int_equal(lease.number, 2);
    lease.number = UINT32_MAX;
    assert_true(rh_lease_take(&lease, "anna", 3 * SECOND));
    assert_int_equal(lease.number, 1);
}

static void a_lease_lasts_two_seconds_from_its_last_renewal(void **state)
{
    (void)state;
    rh_lease_t lease = {0};
    char id[RH_LEASE_ID_SIZE];
    assert_false(rh_lease_is(&lease, ""));
    assert_true(rh_lease_take(&lease, "anna", 0));
    assert_false(rh_lease_take(&lease, "bert", 1));
    memcpy(id, lease.id, sizeof(id));
    assert_true(rh_lease_keep(&lease, id, SECOND));
    assert_false(rh_lease_keep(&lease, "", SECOND));
    assert_false(rh_lease_expire(&lease, 3 * SECOND - 1));
    assert_true(rh_lease_expire(&lease, 3 * SECOND));
    assert_false(rh_lease_expire(&lease, 4 * SECOND));
    assert_false(rh_lease_keep(&lease, id, 3 * SECOND));
    assert_true(rh_lease_take(&lease, "bert", 4 * SECOND));
    assert_string_not_equal(lease.id, id);
    assert_false(rh_lease_drop(&lease, id));
}

static void remember(rh_answers_t *answers, int number, int64_t now_ns, size_t length)
{
    static char text[2000];
    rh_answer_t answer = {.made_ns = now_ns, .text = text, .length = length};
    memset(text, 'x', sizeof(text));
    answer.content = (uint64_t)number;
    (void)snprintf(answer.id, sizeof(answer.id), "id-%d", number);
    rh_answers_add(answers, &answer);
}

static bool is_known(const rh_answers_t *answers, int number, int64_t now_ns)
{
    char id[32];
    (void)snprintf(id, sizeof(id), "id-%d", number);
    const rh_answer_t *answer = rh_answers_find(answers, id, now_ns);
    assert_true(answer == NULL || answer->content == (uint64_t)number);
    return answer != NULL;
}

static void the_newest_answers_are_kept_and_the_oldest_make_room(void **state)
{
    (void)state;
    rh_answers_t answers;
    assert_int_equal(rh_answers_open(&answers, 100, 1u << 20), 0);
    for (int i = 0; i < 1000; i++) {
        remember(&answers, i, i, 10);
        assert_true(is_known(&answers, i, i));
        assert_true(i < 99 || is_known(&answers, i - 99, i));
        assert_false(i >= 100 && is_known(&answers, i - 100, i));
    }
    rh_answers_close(&answers);
}

static void answers_are_forgotten_after_ten_minutes(void **state)
{
    (void)state;
    rh_answers_t answers;
    assert_int_equal(rh_answers_open(&answers, 8, 1u << 20), 0);
    remember(&answers, 1, 0, 10);
    assert_true(is_known(&answers, 1, 600 * SECOND - 1));
    assert_false(is_known(&answers, 1, 600 * SECOND));
    remember(&answers, 1, 600 * SECOND, 10);
    assert_true(is_known(&answers, 1, 601 * SECOND));
    assert_int_equal(answers.count, 1);
    rh_answers_close(&answers);
}

static void answers_stay_within_their_bytes(void **state)
{
    (void)state;
    rh_answers_t answers;
    assert_int_equal(rh_answers_open(&answers, 100, 1000), 0);
    for (int i = 0; i < 50; i++) {
        remember(&answers, i, i, 300);
        assert_true(answers.bytes <= 1000);
    }
    assert_int_equal(answers.count, 3);
    remember(&answers, 50, 50, 1001);
    assert_false(is_known(&answers, 50, 50));
    assert_int_equal(answers.count, 3);
    rh_answers_close(&answers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_their_decimals_and_round_half_away),
        cmocka_unit_test(huge_numbers_stay_numbers),
        cmocka_unit_test(whole_numbers_reach_their_ends),
        cmocka_unit_test(any_bytes_become_a_valid_text),
        cmocka_unit_test(a_buffer_of_any_size_is_never_overrun),
        cmocka_unit_test(each_lease_has_another_number_which_is_never_nought),
        cmocka_unit_test(a_lease_lasts_two_seconds_from_its_last_renewal),
        cmocka_unit_test(the_newest_answers_are_kept_and_the_oldest_make_room),
        cmocka_unit_test(answers_are_forgotten_after_ten_minutes),
        cmocka_unit_test(answers_stay_within_their_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
