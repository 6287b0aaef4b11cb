/* SPDX-License-Identifier: Apache-2.0 */
/* The stream: who hears what, when, and how often. */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "rh/units.h"

static void raise_fault(bench_t *bench, uint32_t id, uint32_t kind)
{
    rh_event_t event = {.now_ns = bench_now(), .kind = kind};
    event.fault = (rh_fault_t){.id = id,
                               .state = RH_SAFETY_SAFE1,
                               .measured_milli = 12345,
                               .threshold_milli = -500};
    rh_publish_event(bench->publish, &event);
}

static const char *text_at(const json_t *message, const char *key)
{
    const char *text = json_string_value(json_object_get(message, key));
    return text != NULL ? text : "(none)";
}

static json_int_t whole_at(const json_t *message, const char *key)
{
    return json_integer_value(json_object_get(message, key));
}

/* Waits until the reader's subscription has arrived: a kept message answers it, though
 * not within 20 ms of another reader's. */
static void settle_subscription(bench_t *bench, void *reader)
{
    json_t *first = NULL;
    for (int i = 0; i < 200 && first == NULL; i++) {
        bench_pass_ms(21);
        first = bench_next_if_any(bench, reader);
    }
    assert_non_null(first);
    json_decref(first);
}

static void a_late_joiner_gets_the_last_state_marked_as_resent(void **state)
{
    bench_t *bench = *state;
    bench->snapshot.load_kg = 12.5;
    bench_tick(bench);
    void *reader = bench_reader(bench, "state", bench_ipc(bench, "stream"));
    json_t *message = bench_next(bench, reader);
    assert_non_null(message);
    assert_true(json_is_true(json_object_get(message, "snap")));
    assert_string_equal(text_at(message, "safety"), "locked");
    assert_string_equal(text_at(message, "machine"), BENCH_MACHINE);
    assert_true(json_real_value(json_object_get(message, "load_kg")) == 12.5);
    assert_int_equal(seq_of(message), 1);
    json_decref(message);
}

static void a_resent_message_differs_in_nothing_but_snap(void **state)
{
    bench_t *bench = *state;
    bench_tick(bench);
    void *early = bench_reader(bench, "state", bench_tcp(bench, "stream"));
    settle_subscription(bench, early);
    bench->snapshot.armed = true;
    bench_tick(bench);
    json_t *fresh = bench_next(bench, early);
    bench_pass_ms(100);
    void *late = bench_reader(bench, "state", bench_ipc(bench, "stream"));
    json_t *resent = bench_next(bench, late);
    assert_non_null(fresh);
    assert_non_null(resent);
    assert_true(json_is_false(json_object_get(fresh, "snap")));
    assert_true(json_is_true(json_object_get(resent, "snap")));
    (void)json_object_del(fresh, "snap");
    (void)json_object_del(resent, "snap");
    assert_true(json_equal(fresh, resent));
    json_decref(fresh);
    json_decref(resent);
}

static void a_late_joiner_gets_the_open_faults_and_no_closed_one(void **state)
{
    bench_t *bench = *state;
    raise_fault(bench, RH_FAULT_BOOT, RH_EVENT_FAULT);
    raise_fault(bench, RH_FAULT_TRIP_TOP, RH_EVENT_FAULT);
    raise_fault(bench, RH_FAULT_ESTOP, RH_EVENT_FAULT);
    raise_fault(bench, RH_FAULT_TRIP_TOP, RH_EVENT_CLEARED);
    void *reader = bench_reader(bench, "fault", bench_ipc(bench, "stream"));
    const char *const expected[] = {"boot", "estop"};
    for (int i = 0; i < 2; i++) {
        json_t *message = bench_next(bench, reader);
        assert_non_null(message);
        assert_string_equal(text_at(message, "fault"), expected[i]);
        assert_true(json_is_true(json_object_get(message, "open")));
        json_decref(message);
    }
    assert_null(bench_next_if_any(bench, reader));
}

static void a_cleared_fault_is_told_with_open_false(void **state)
{
    bench_t *bench = *state;
    raise_fault(bench, RH_FAULT_TRIP_TOP, RH_EVENT_FAULT);
    void *reader = bench_reader(bench, "fault", bench_ipc(bench, "stream"));
    settle_subscription(bench, reader);
    raise_fault(bench, RH_FAULT_TRIP_TOP, RH_EVENT_CLEARED);
    json_t *message = bench_next(bench, reader);
    assert_non_null(message);
    assert_true(json_is_false(json_object_get(message, "open")));
    assert_string_equal(text_at(message, "unit"), "deg");
    assert_true(json_real_value(json_object_get(message, "measured")) == 12.345);
    assert_true(json_real_value(json_object_get(message, "threshold")) == -0.5);
    assert_int_equal(whole_at(message, "hazard"), 1);
    json_decref(message);
}

static void old_live_data_is_not_sent_to_a_late_joiner(void **state)
{
    bench_t *bench = *state;
    bench_tick(bench);
    void *reader = bench_reader(bench, "live", bench_ipc(bench, "stream"));
    assert_null(bench_next_if_any(bench, reader));
}

static void each_topic_counts_its_own_messages_from_one(void **state)
{
    bench_t *bench = *state;
    bench_tick(bench);
    void *reader = bench_reader(bench, "", bench_ipc(bench, "stream"));
    settle_subscription(bench, reader);
    json_int_t live = 1; /* the first one was before this reader */
    json_int_t last_state = 1;
    for (int i = 0; i < 20; i++) {
        bench_pass_ms(20);
        bench->snapshot.reps = i;
        bench_tick(bench);
        for (int k = 0; k < (i == 0 ? 1 : 2); k++) {
            json_t *message = bench_next(bench, reader);
            assert_non_null(message);
            bool is_state = json_object_get(message, "state_seq") != NULL;
            assert_int_equal(seq_of(message), is_state ? ++last_state : ++live);
            json_decref(message);
        }
    }
}

static void live_comes_at_its_rate_whatever_the_tick_rate_is(void **state)
{
    bench_t *bench = *state;
    for (int i = 0; i < 1000; i++) {
        bench_pass_ms(2);
        bench_tick(bench);
    }
    void *client = bench_trainer(bench);
    json_t *answer = bench_ask(bench, client, "{\"id\":\"1\",\"verb\":\"snapshot\"}");
    json_t *seq = json_object_get(json_object_get(answer, "result"), "seq");
    assert_in_range(whole_at(seq, "live"), 99, 101);
    json_decref(answer);
}

static void state_seq_grows_with_changes_and_not_with_time(void **state)
{
    bench_t *bench = *state;
    bench_tick(bench);
    void *reader = bench_reader(bench, "state", bench_ipc(bench, "stream"));
    settle_subscription(bench, reader);
    for (int i = 0; i < 1100; i += 2) {
        bench_pass_ms(2);
        bench->snapshot.angle_deg = i; /* live data is no change of state */
        bench_tick(bench);
    }
    json_t *message = bench_next(bench, reader);
    assert_non_null(message);
    assert_int_equal(seq_of(message), 2);
    assert_int_equal(whole_at(message, "state_seq"), 1);
    json_decref(message);
    assert_null(bench_next_if_any(bench, reader));

    bench->snapshot.grip_left_held = true;
    bench_tick(bench);
    message = bench_next(bench, reader);
    assert_non_null(message);
    assert_int_equal(whole_at(message, "state_seq"), 2);
    json_decref(message);
}

static void what_was_not_measured_is_null(void **state)
{
    bench_t *bench = *state;
    bench->snapshot.rom_top_deg = (double)NAN;
    bench->snapshot.load_max_kg = (double)INFINITY;
    bench_tick(bench);
    void *reader = bench_reader(bench, "state", bench_ipc(bench, "stream"));
    json_t *message = bench_next(bench, reader);
    assert_non_null(message);
    assert_true(json_is_null(json_object_get(message, "rom_top_deg")));
    assert_true(json_is_null(json_object_get(message, "load_max_kg")));
    assert_true(
        json_is_null(json_object_get(json_object_get(message, "lease"), "holder")));
    json_decref(message);
}

static void the_mirror_has_one_frame_and_suits_conflate(void **state)
{
    bench_t *bench = *state;
    bench_tick(bench);
    int conflate = 1;
    void *reader = bench_client(bench, ZMQ_SUB, NULL);
    const char topic[] = "rh/1/" BENCH_MACHINE "/state ";
    assert_int_equal(zmq_setsockopt(reader, ZMQ_CONFLATE, &conflate, sizeof(int)), 0);
    assert_int_equal(zmq_setsockopt(reader, ZMQ_SUBSCRIBE, topic, strlen(topic)), 0);
    assert_int_equal(zmq_connect(reader, bench_ipc(bench, "mirror")), 0);
    json_t *message = bench_next(bench, reader);
    assert_non_null(message);
    assert_int_equal(seq_of(message), 1);
    json_decref(message);
}

static void tell_a_note(bench_t *bench)
{
    rh_event_t event = {.now_ns = bench_now(), .kind = RH_EVENT_NOTE};
    event.note.note = RH_NOTE_ZEROED;
    rh_publish_event(bench->publish, &event);
}

/* A reader of `state` whose subscription has arrived: it hears the notes, which it
 * subscribed to after that. */
static void *add_reader_of_state(bench_t *bench)
{
    const char notes[] = "rh/1/" BENCH_MACHINE "/event";
    void *reader = bench_reader(bench, "state", bench_ipc(bench, "stream"));
    assert_int_equal(zmq_setsockopt(reader, ZMQ_SUBSCRIBE, notes, strlen(notes)), 0);
    json_t *message = NULL;
    for (int i = 0; i < 2000 && message == NULL; i++) {
        tell_a_note(bench);
        message = bench_next_if_any(bench, reader);
    }
    assert_non_null(message);
    assert_string_equal(text_at(message, "event"), "zeroed");
    json_decref(message);
    return reader;
}

static json_t *next_state(bench_t *bench, void *reader)
{
    json_t *message = bench_next_if_any(bench, reader);
    while (message != NULL && json_object_get(message, "state_seq") == NULL) {
        json_decref(message);
        message = bench_next_if_any(bench, reader);
    }
    return message;
}

static void many_subscriptions_at_once_share_one_resend(void **state)
{
    bench_t *bench = *state;
    bench_tick(bench);
    void *reader = bench_reader(bench, "state", bench_ipc(bench, "stream"));
    settle_subscription(bench, reader);
    void *others[10];
    for (int i = 0; i < 10; i++) {
        others[i] = add_reader_of_state(bench);
    }
    /* time stood still: the one re-send of this 20 ms went to the first reader */
    assert_null(next_state(bench, reader));
    bench_pass_ms(21);
    for (int i = 0; i < 10; i++) {
        json_t *message = next_state(bench, others[i]);
        assert_non_null(message);
        json_decref(message);
        assert_null(next_state(bench, others[i]));
    }
    json_t *message = next_state(bench, reader);
    assert_non_null(message);
    json_decref(message);
    assert_null(next_state(bench, reader));
}

static void *make_stuck_reader(bench_t *bench)
{
    void *stuck = bench_client(bench, ZMQ_SUB, NULL);
    assert_int_equal(zmq_setsockopt(stuck, ZMQ_RCVHWM, &(int){1}, sizeof(int)), 0);
    assert_int_equal(zmq_setsockopt(stuck, ZMQ_SUBSCRIBE, "", 0), 0);
    assert_int_equal(zmq_connect(stuck, bench_ipc(bench, "stream")), 0);
    return stuck;
}

/* Publishes one live message and reads until it comes. */
static void live_reaches(bench_t *bench, void *reader, int number)
{
    bench_pass_ms(20);
    bench->snapshot.angle_deg = number;
    bench_tick(bench);
    json_t *message = bench_next(bench, reader);
    while (message != NULL &&
           json_real_value(json_object_get(message, "angle_deg")) != number) {
        json_decref(message);
        message = bench_next(bench, reader);
    }
    assert_non_null(message);
    json_decref(message);
}

/* Fills the stuck reader's queues: ours, the kernel's and its own. The other one reads
 * each message all the while. */
static void a_stuck_reader_delays_nobody_and_its_drops_are_counted(void **state)
{
    bench_t *bench = *state;
    bench_tick(bench);
    void *stuck = make_stuck_reader(bench);
    void *reader = bench_reader(bench, "", bench_ipc(bench, "stream"));
    settle_subscription(bench, reader);
    int number = 0;
    while (number < 5000 && rh_publish_dropped(bench->publish) == 0) {
        live_reaches(bench, reader, ++number);
    }
    uint64_t before = rh_publish_dropped(bench->publish);
    assert_true(before > 0);
    for (int i = 0; i < 100; i++) {
        live_reaches(bench, reader, ++number);
    }
    assert_int_equal(rh_publish_dropped(bench->publish), before + 100);

    bench_close(bench, stuck); /* and when it has gone, nothing is dropped any more */
    uint64_t last = 0;
    for (int i = 0; i < 1000 && last != rh_publish_dropped(bench->publish); i++) {
        last = rh_publish_dropped(bench->publish);
        live_reaches(bench, reader, ++number);
    }
    for (int i = 0; i < 20; i++) {
        live_reaches(bench, reader, ++number);
    }
    assert_int_equal(rh_publish_dropped(bench->publish), last);
}

static void a_rep_is_told_as_it_was_recorded(void **state)
{
    bench_t *bench = *state;
    rh_recorded_t recorded = {
        .event = {.now_ns = bench_now(), .kind = RH_EVENT_REP},
        .id = "01J00000000000000000000001",
        .session_id = "01J00000000000000000000000",
        .utc = "2026-01-02T03:04:05.678Z",
        .persisted = true,
    };
    recorded.event.rep.rep = 7;
    recorded.event.rep.kind = RH_REP_WORK;
    recorded.event.rep.reasons = RH_REP_REASON_BIT(SWING) | RH_REP_REASON_BIT(PARTIAL);
    recorded.event.rep.lift_s = 1.23456;
    recorded.event.rep.swing_frac = (double)NAN;
    recorded.event.rep.thresholds.full_deg = -5;
    rh_publish_recorded(bench->publish, &recorded);
    void *reader = bench_reader(bench, "rep", bench_ipc(bench, "stream"));
    json_t *message = bench_next(bench, reader);
    assert_non_null(message);
    assert_string_equal(text_at(message, "utc"), recorded.utc);
    assert_string_equal(text_at(message, "id"), recorded.id);
    assert_string_equal(text_at(message, "kind"), "work");
    assert_int_equal(whole_at(message, "rep"), 7);
    assert_true(json_real_value(json_object_get(message, "lift_s")) == 1.235);
    assert_true(json_is_null(json_object_get(message, "swing_frac")));
    json_t *reasons = json_object_get(message, "reasons");
    assert_int_equal(json_array_size(reasons), 2);
    assert_string_equal(json_string_value(json_array_get(reasons, 1)), "swing");
    assert_true(json_real_value(json_object_get(json_object_get(message, "thresholds"),
                                                "full_deg")) == -5.0);
    json_decref(message);
}

static void a_note_says_what_its_numbers_mean(void **state)
{
    bench_t *bench = *state;
    void *reader = bench_reader(bench, "", bench_ipc(bench, "stream"));
    raise_fault(bench, RH_FAULT_BOOT, RH_EVENT_FAULT);
    settle_subscription(bench, reader);
    rh_event_t event = {.now_ns = bench_now(), .kind = RH_EVENT_NOTE};
    event.note.note = RH_NOTE_STATE;
    event.note.a = RH_SAFETY_IDLE;
    event.note.b = RH_SAFETY_ARMED;
    rh_publish_event(bench->publish, &event);
    json_t *message = bench_next(bench, reader);
    assert_non_null(message);
    assert_string_equal(text_at(message, "event"), "state_changed");
    assert_string_equal(text_at(message, "from"), "idle");
    assert_string_equal(text_at(message, "to"), "armed");
    json_decref(message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
        TEST(a_late_joiner_gets_the_last_state_marked_as_resent),
        TEST(a_resent_message_differs_in_nothing_but_snap),
        TEST(a_late_joiner_gets_the_open_faults_and_no_closed_one),
        TEST(a_cleared_fault_is_told_with_open_false),
        TEST(old_live_data_is_not_sent_to_a_late_joiner),
        TEST(each_topic_counts_its_own_messages_from_one),
        TEST(live_comes_at_its_rate_whatever_the_tick_rate_is),
        TEST(state_seq_grows_with_changes_and_not_with_time),
        TEST(what_was_not_measured_is_null),
        TEST(the_mirror_has_one_frame_and_suits_conflate),
        TEST(many_subscriptions_at_once_share_one_resend),
        TEST(a_stuck_reader_delays_nobody_and_its_drops_are_counted),
        TEST(a_rep_is_told_as_it_was_recorded),
        TEST(a_note_says_what_its_numbers_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
