/* SPDX-License-Identifier: Apache-2.0 */
/* Events whose ring is full: held in order, counted where even the hold is full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "outbox.h"

#define RING 8

typedef struct {
    rh_ring_t ring;
    rh_outbox_t outbox;
    int32_t sent;
} bench_t;

static int set_up(void **state)
{
    static bench_t bench;
    bench.sent = 0;
    rh_outbox_init(&bench.outbox, &bench.ring);
    *state = &bench;
    return rh_ring_init(&bench.ring, sizeof(rh_event_t), RING);
}

static int tear_down(void **state)
{
    rh_ring_free(&((bench_t *)*state)->ring);
    return 0;
}

/* The next events in their order, numbered. */
static void send(bench_t *bench, int count)
{
    for (int i = 0; i < count; i++) {
        rh_event_t event = {.kind = RH_EVENT_NOTE, .note = {.a = bench->sent++}};
        rh_outbox_send(&bench->outbox, &event);
    }
}

/* Takes `count` events out of the ring, which must be `from` and the following. */
static void assert_taken(bench_t *bench, int32_t from, int count)
{
    for (int i = 0; i < count; i++) {
        rh_event_t event;
        assert_true(rh_ring_pop(&bench->ring, &event));
        assert_int_equal(event.note.a, from + i);
    }
}

static void what_the_ring_has_room_for_goes_straight_in(void **state)
{
    bench_t *bench = *state;
    send(bench, RING);
    assert_false(rh_outbox_is_holding(&bench->outbox));
    assert_false(rh_outbox_flush(&bench->outbox));
    assert_taken(bench, 0, RING);
}

static void what_a_full_ring_does_not_take_is_held_and_sent_later(void **state)
{
    bench_t *bench = *state;
    send(bench, RING + 3);
    assert_true(rh_outbox_is_holding(&bench->outbox));
    assert_false(rh_outbox_flush(&bench->outbox));
    assert_taken(bench, 0, 2);
    assert_true(rh_outbox_flush(&bench->outbox));
    assert_true(rh_outbox_is_holding(&bench->outbox));
    assert_taken(bench, 2, RING);
    assert_true(rh_outbox_flush(&bench->outbox));
    assert_false(rh_outbox_is_holding(&bench->outbox));
    assert_taken(bench, RING + 2, 1);
}

static void a_later_event_does_not_overtake_a_held_one(void **state)
{
    bench_t *bench = *state;
    send(bench, RING + 1);
    assert_taken(bench, 0, 4); /* there is room again, but one is waiting */
    send(bench, 1);
    (void)rh_outbox_flush(&bench->outbox);
    assert_taken(bench, 4, 6);
}

static void some_hundreds_are_held_however_often_it_filled_before(void **state)
{
    bench_t *bench = *state;
    const int round = RING + RH_OUTBOX_HELD;
    for (int turn = 0; turn < 3; turn++) {
        send(bench, round);
        for (int taken = 0; taken < round; taken += RING) {
            assert_taken(bench, turn * round + taken, RING);
            (void)rh_outbox_flush(&bench->outbox);
        }
        assert_false(rh_outbox_is_holding(&bench->outbox));
    }
    assert_true(rh_outbox_lost(&bench->outbox) == 0);
}

static void what_even_the_hold_has_no_room_for_is_counted(void **state)
{
    bench_t *bench = *state;
    send(bench, RING + RH_OUTBOX_HELD);
    assert_true(rh_outbox_lost(&bench->outbox) == 0);
    send(bench, 5);
    assert_true(rh_outbox_lost(&bench->outbox) == 5);
    assert_taken(bench, 0, RING);
    (void)rh_outbox_flush(&bench->outbox);
    assert_taken(bench, RING, RING); /* what was held is still whole */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_the_ring_has_room_for_goes_straight_in),
        TEST(what_a_full_ring_does_not_take_is_held_and_sent_later),
        TEST(a_later_event_does_not_overtake_a_held_one),
        TEST(some_hundreds_are_held_however_often_it_filled_before),
        TEST(what_even_the_hold_has_no_room_for_is_counted),
    };
    return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
