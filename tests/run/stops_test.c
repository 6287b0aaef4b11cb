/* SPDX-License-Identifier: Apache-2.0 */
/* The stop words' own way: never full, in order, and fair under a flood. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>

#include "stops.h"

#define ASKED 200000u

static uint32_t take(rh_stops_t *stops)
{
    rh_command_t command = {0};
    return rh_stops_take(stops, &command) ? command.kind : RH_COMMAND_NONE;
}

static void where_nothing_is_asked_nothing_is_taken(void **state)
{
    (void)state;
    rh_stops_t stops = {0};
    assert_int_equal(take(&stops), RH_COMMAND_NONE);
}

static void stop_comes_before_what_was_asked_before_it(void **state)
{
    (void)state;
    rh_stops_t stops = {0};
    rh_stops_ask(&stops, RH_LANE_UNLOAD, 1);
    rh_stops_ask(&stops, RH_LANE_COMFORT, 2);
    rh_stops_ask(&stops, RH_LANE_STOP, 3);
    assert_int_equal(take(&stops), RH_COMMAND_STOP);
    assert_int_equal(take(&stops), RH_COMMAND_COMFORT);
    assert_int_equal(take(&stops), RH_COMMAND_UNLOAD);
    assert_int_equal(take(&stops), RH_COMMAND_NONE);
}

static void what_is_asked_again_is_taken_once_with_the_newest_ticket(void **state)
{
    (void)state;
    rh_stops_t stops = {0};
    rh_command_t command = {0};
    for (uint32_t ticket = 1; ticket <= 1000; ticket++) {
        rh_stops_ask(&stops, RH_LANE_UNLOAD, ticket);
    }
    assert_true(rh_stops_take(&stops, &command));
    assert_int_equal(command.ticket, 1000);
    assert_false(rh_stops_take(&stops, &command));
}

static void under_a_flood_of_all_each_has_its_turn_and_so_have_the_others(void **state)
{
    (void)state;
    rh_stops_t stops = {0};
    for (uint32_t i = 0; i < 40; i++) {
        static const uint32_t expected[] = {RH_COMMAND_STOP, RH_COMMAND_COMFORT,
                                            RH_COMMAND_UNLOAD, RH_COMMAND_NONE};
        for (rh_lane_t lane = RH_LANE_STOP; lane < RH_LANE_COUNT; lane++) {
            rh_stops_ask(&stops, lane, 1 + i);
        }
        assert_int_equal(take(&stops), expected[i % 4]);
    }
}

static void stop_is_next_while_another_is_flooded(void **state)
{
    (void)state;
    for (int before = 0; before < 4; before++) {
        rh_stops_t stops = {0};
        for (int i = 0; i < before; i++) {
            rh_stops_ask(&stops, RH_LANE_COMFORT, 1);
            rh_stops_ask(&stops, RH_LANE_UNLOAD, 1);
            (void)take(&stops);
        }
        rh_stops_ask(&stops, RH_LANE_STOP, 1);
        assert_int_equal(take(&stops), RH_COMMAND_STOP);
    }
}

static void *ask_often(void *context)
{
    for (uint32_t ticket = 1; ticket <= ASKED; ticket++) {
        rh_stops_ask(context, RH_LANE_STOP, ticket);
    }
    return NULL;
}

static void between_two_threads_the_last_one_asked_is_never_lost(void **state)
{
    (void)state;
    rh_stops_t stops = {0};
    pthread_t thread;
    uint32_t last = 0;
    assert_int_equal(pthread_create(&thread, NULL, ask_often, &stops), 0);
    while (last < ASKED) {
        rh_command_t command = {0};
        if (rh_stops_take(&stops, &command)) {
            assert_true(command.ticket > last);
            last = command.ticket;
        }
    }
    pthread_join(thread, NULL);
    assert_int_equal(take(&stops), RH_COMMAND_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_nothing_is_asked_nothing_is_taken),
        cmocka_unit_test(stop_comes_before_what_was_asked_before_it),
        cmocka_unit_test(what_is_asked_again_is_taken_once_with_the_newest_ticket),
        cmocka_unit_test(under_a_flood_of_all_each_has_its_turn_and_so_have_the_others),
        cmocka_unit_test(stop_is_next_while_another_is_flooded),
        cmocka_unit_test(between_two_threads_the_last_one_asked_is_never_lost),
    };
    return cmocka_run_group_tests_name("stops", tests, NULL, NULL);
}
