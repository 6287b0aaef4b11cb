/* SPDX-License-Identifier: Apache-2.0 */
/* The ring between two threads and the seqlock for the newest snapshot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <pthread.h>
#include <string.h>

#include "latest.h"
#include "ring.h"

#define ITEMS 200000

static void what_goes_in_comes_out_in_order(void **state)
{
    (void)state;
    rh_ring_t ring;
    assert_int_equal(rh_ring_init(&ring, sizeof(int), 8), 0);
    for (int i = 0; i < 5; i++) {
        assert_true(rh_ring_push(&ring, &i));
    }
    for (int i = 0; i < 5; i++) {
        int out = -1;
        assert_true(rh_ring_pop(&ring, &out));
        assert_int_equal(out, i);
    }
    rh_ring_free(&ring);
}

static void a_full_ring_refuses_and_keeps_what_it_has(void **state)
{
    (void)state;
    rh_ring_t ring;
    assert_int_equal(rh_ring_init(&ring, sizeof(int), 4), 0);
    for (int i = 0; i < 4; i++) {
        assert_true(rh_ring_push(&ring, &i));
    }
    int more = 99;
    assert_false(rh_ring_push(&ring, &more));
    int out = -1;
    assert_true(rh_ring_pop(&ring, &out));
    assert_int_equal(out, 0);
    assert_true(rh_ring_push(&ring, &more));
    assert_int_equal(rh_ring_depth_max(&ring), 4);
    rh_ring_free(&ring);
}

static void an_empty_ring_gives_nothing(void **state)
{
    (void)state;
    rh_ring_t ring;
    assert_int_equal(rh_ring_init(&ring, sizeof(int), 4), 0);
    int out = 7;
    assert_false(rh_ring_pop(&ring, &out));
    assert_int_equal(out, 7);
    rh_ring_free(&ring);
}

static void a_count_that_is_no_power_of_two_is_refused(void **state)
{
    (void)state;
    rh_ring_t ring;
    assert_true(rh_ring_init(&ring, sizeof(int), 6) < 0);
    assert_true(rh_ring_init(&ring, 0, 8) < 0);
}

static void *fill(void *context)
{
    for (uint64_t i = 0; i < ITEMS;) {
        i += rh_ring_push(context, &i);
    }
    return NULL;
}

static void two_threads_lose_and_double_nothing(void **state)
{
    (void)state;
    rh_ring_t ring;
    assert_int_equal(rh_ring_init(&ring, sizeof(uint64_t), 64), 0);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, fill, &ring), 0);
    for (uint64_t expected = 0; expected < ITEMS;) {
        uint64_t got = 0;
        if (rh_ring_pop(&ring, &got)) {
            assert_true(got == expected);
            expected++;
        }
    }
    pthread_join(thread, NULL);
    rh_ring_free(&ring);
}

static void before_the_first_snapshot_there_is_none(void **state)
{
    (void)state;
    rh_latest_t latest = {0};
    rh_snapshot_t snapshot;
    assert_false(rh_latest_read(&latest, &snapshot));
}

typedef struct {
    rh_latest_t latest;
    _Atomic bool stop;
} writer_t;

static void *keep_writing(void *context)
{
    writer_t *writer = context;
    rh_snapshot_t snapshot;
    memset(&snapshot, 0, sizeof(snapshot));
    while (!atomic_load(&writer->stop)) {
        snapshot.tick++;
        snapshot.angle_deg = (double)snapshot.tick;
        snapshot.load_max_kg = (double)snapshot.tick;
        rh_latest_write(&writer->latest, &snapshot);
    }
    return NULL;
}

static void a_snapshot_is_never_torn(void **state)
{
    (void)state;
    static writer_t writer;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, keep_writing, &writer), 0);
    uint64_t last = 0;
    for (int whole = 0; whole < 20000;) {
        rh_snapshot_t snapshot;
        if (!rh_latest_read(&writer.latest, &snapshot)) {
            continue;
        }
        assert_true(snapshot.angle_deg == (double)snapshot.tick);
        assert_true(snapshot.load_max_kg == (double)snapshot.tick);
        assert_true(snapshot.tick >= last);
        last = snapshot.tick;
        whole++;
    }
    atomic_store(&writer.stop, true);
    pthread_join(thread, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out_in_order),
        cmocka_unit_test(a_full_ring_refuses_and_keeps_what_it_has),
        cmocka_unit_test(an_empty_ring_gives_nothing),
        cmocka_unit_test(a_count_that_is_no_power_of_two_is_refused),
        cmocka_unit_test(two_threads_lose_and_double_nothing),
        cmocka_unit_test(before_the_first_snapshot_there_is_none),
        cmocka_unit_test(a_snapshot_is_never_torn),
    };
    return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
