/* SPDX-License-Identifier: Apache-2.0 */
/* ULIDs: 26 letters that only grow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ulid.h"

static void the_first_ten_letters_are_the_time(void **state)
{
    (void)state;
    /* the example of the ULID specification: 1469918176385 is 01ARYZ6S41 */
    rh_ulid_t ulid = {0};
    char text[RH_ULID_SIZE];
    rh_ulid_make(&ulid, 1469918176385, text);
    assert_int_equal(strncmp(text, "01ARYZ6S41", 10), 0);
    assert_int_equal(strspn(text, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), 26);
}

static void they_grow_even_when_the_clock_stands_still_or_goes_back(void **state)
{
    (void)state;
    static const int64_t times[] = {1000, 1000, 1000, 1001, 999,
                                    5,    1001, 1002, 0,    2000};
    rh_ulid_t ulid = {0};
    char last[RH_ULID_SIZE] = "";
    for (int i = 0; i < 10000; i++) {
        char text[RH_ULID_SIZE];
        rh_ulid_make(&ulid, times[i % 10], text);
        assert_true(strcmp(text, last) > 0);
        memcpy(last, text, sizeof(last));
    }
}

static void a_full_random_part_goes_on_into_the_time(void **state)
{
    (void)state;
    rh_ulid_t ulid;
    char before[RH_ULID_SIZE];
    char after[RH_ULID_SIZE];
    memset(&ulid, 0, sizeof(ulid));
    rh_ulid_make(&ulid, 1000, before);
    memset(ulid.bytes + 6, 0xFF, 10);
    rh_ulid_make(&ulid, 1000, after);
    assert_true(strcmp(after, before) > 0);
    assert_string_equal(after + 10, "0000000000000000");
}

static void two_makers_do_not_make_the_same(void **state)
{
    (void)state;
    rh_ulid_t one = {0};
    rh_ulid_t other = {0};
    char first[RH_ULID_SIZE];
    char second[RH_ULID_SIZE];
    rh_ulid_make(&one, 1000, first);
    rh_ulid_make(&other, 1000, second);
    assert_string_not_equal(first, second);
    assert_int_equal(strncmp(first, second, 10), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_ten_letters_are_the_time),
        cmocka_unit_test(they_grow_even_when_the_clock_stands_still_or_goes_back),
        cmocka_unit_test(a_full_random_part_goes_on_into_the_time),
        cmocka_unit_test(two_makers_do_not_make_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
