/* SPDX-License-Identifier: Apache-2.0 */
/* The hub: what is kept, what may be overwritten, and who has to go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "envelope.h"
#include "hub.h"

static int setup(void **state)
{
    *state = rh_hub_new();
    return *state == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    rh_hub_free(*state);
    return 0;
}

/* A message of topic `name` with number `seq`; `more` is JSON of further keys. */
static bool put(rh_hub_t *hub, const char *name, int seq, const char *more)
{
    char address[64];
    char body[512];
    (void)snprintf(address, sizeof(address), "rh/1/m/%s", name);
    (void)snprintf(body, sizeof(body), "{\"boot\":\"A\",\"seq\":%d,\"snap\":false%s%s}",
                   seq, more[0] == '\0' ? "" : ",", more);
    return rh_hub_accept(hub, address, body, strlen(body), 1000);
}

static void put_rep(rh_hub_t *hub, int number)
{
    char more[64];
    (void)snprintf(more, sizeof(more), "\"id\":\"REP%d\",\"rep\":%d", number, number);
    assert_true(put(hub, "rep", number, more));
}

/* Whether the reader's next message holds `text`; NULL: whether there is none. */
static bool next_holds(rh_hub_t *hub, rh_hub_cursor_t *cursor, const char *text)
{
    rh_message_t *message = NULL;
    rh_hub_next_t next = rh_hub_next(hub, cursor, 1000, &message);
    if (text == NULL || next != RH_HUB_MESSAGE) {
        return text == NULL && next == RH_HUB_NOTHING;
    }
    bool holds = strstr(message->text, text) != NULL;
    rh_hub_release(hub, message);
    return holds;
}

static void a_reader_gets_every_event_in_order(void **state)
{
    rh_hub_t *hub = *state;
    rh_hub_cursor_t cursor;
    rh_hub_join(hub, &cursor);
    for (int i = 1; i <= 100; i++) {
        assert_true(put(hub, "event", i, ""));
    }
    for (int i = 1; i <= 100; i++) {
        char wanted[32];
        (void)snprintf(wanted, sizeof(wanted), "\"seq\":%d,", i);
        assert_true(next_holds(hub, &cursor, wanted));
    }
    assert_true(next_holds(hub, &cursor, NULL));
    rh_hub_leave(hub, &cursor);
}

static void a_slow_reader_gets_the_newest_live_and_the_others_are_counted(void **state)
{
    rh_hub_t *hub = *state;
    rh_hub_cursor_t cursor;
    rh_hub_counts_t counts;
    rh_hub_join(hub, &cursor);
    for (int i = 1; i <= 10; i++) {
        assert_true(put(hub, "live", i, ""));
    }
    assert_true(next_holds(hub, &cursor, "\"seq\":10,"));
    assert_true(next_holds(hub, &cursor, NULL));
    rh_hub_counts(hub, &counts);
    assert_int_equal(counts.live_skipped, 9);
    assert_int_equal(counts.messages[RH_TOPIC_LIVE], 10);
    rh_hub_leave(hub, &cursor);
}

static void live_never_pushes_an_event_out(void **state)
{
    rh_hub_t *hub = *state;
    rh_hub_cursor_t cursor;
    rh_hub_join(hub, &cursor);
    assert_true(put(hub, "fault", 1, "\"fault\":\"estop\",\"open\":true"));
    for (int i = 1; i <= 3 * RH_HUB_LOG; i++) {
        assert_true(put(hub, "live", i, ""));
    }
    assert_true(next_holds(hub, &cursor, "estop"));
    rh_hub_leave(hub, &cursor);
}

static void a_reader_that_the_log_overtakes_has_to_go(void **state)
{
    rh_hub_t *hub = *state;
    rh_hub_cursor_t cursor;
    rh_message_t *message = NULL;
    rh_hub_join(hub, &cursor);
    for (int i = 1; i <= RH_HUB_LOG; i++) {
        assert_true(put(hub, "event", i, ""));
    }
    assert_true(next_holds(hub, &cursor, "\"seq\":1,")); /* just in time */
    assert_true(put(hub, "event", RH_HUB_LOG + 1, ""));
    assert_true(next_holds(hub, &cursor, "\"seq\":2,"));
    for (int i = 2; i <= 4; i++) {
        assert_true(put(hub, "event", RH_HUB_LOG + i, ""));
    }
    assert_int_equal(rh_hub_next(hub, &cursor, 1000, &message), RH_HUB_LATE);
    assert_null(message);
    rh_hub_leave(hub, &cursor);
}

static void a_reader_that_lets_an_event_wait_too_long_has_to_go(void **state)
{
    rh_hub_t *hub = *state;
    rh_hub_cursor_t cursor;
    rh_message_t *message = NULL;
    rh_hub_join(hub, &cursor);
    assert_true(put(hub, "event", 1, ""));
    int64_t late_ms = 1000 + RH_HUB_PATIENCE_MS + 1;
    assert_int_equal(rh_hub_next(hub, &cursor, late_ms, &message), RH_HUB_LATE);
    rh_hub_leave(hub, &cursor);
}

static void a_late_joiner_is_greeted_with_the_last_values_marked_snap(void **state)
{
    rh_hub_t *hub = *state;
    rh_hub_cursor_t cursor;
    assert_true(put(hub, "state", 1, "\"load_kg\":4.0"));
    assert_true(put(hub, "state", 2, "\"load_kg\":0.1"));
    put_rep(hub, 1);
    put_rep(hub, 2);
    rh_hub_join(hub, &cursor);
    assert_true(next_holds(hub, &cursor, "\"seq\":2,\"snap\":true,\"load_kg\":0.1}"));
    assert_true(next_holds(hub, &cursor, "REP1"));
    assert_true(next_holds(hub, &cursor, "REP2"));
    assert_true(next_holds(hub, &cursor, NULL));
    rh_hub_leave(hub, &cursor);
}

static void the_last_fifty_reps_are_kept_oldest_first(void **state)
{
    rh_hub_t *hub = *state;
    rh_hub_cursor_t cursor;
    for (int i = 1; i <= RH_HUB_REPS + 7; i++) {
        put_rep(hub, i);
    }
    rh_hub_join(hub, &cursor);
    for (int i = 8; i <= RH_HUB_REPS + 7; i++) {
        char wanted[32];
        (void)snprintf(wanted, sizeof(wanted), "\"REP%d\"", i);
        assert_true(next_holds(hub, &cursor, wanted));
    }
    assert_true(next_holds(hub, &cursor, NULL));
    rh_hub_leave(hub, &cursor);
}

static void a_rep_that_is_sent_again_is_taken_once(void **state)
{
    rh_hub_t *hub = *state;
    rh_hub_cursor_t cursor;
    rh_hub_join(hub, &cursor);
    put_rep(hub, 1);
    put_rep(hub, 1);
    assert_true(next_holds(hub, &cursor, "REP1"));
    assert_true(next_holds(hub, &cursor, NULL));
    rh_hub_leave(hub, &cursor);
}

static void only_open_faults_greet_a_late_joiner(void **state)
{
    rh_hub_t *hub = *state;
    rh_hub_cursor_t cursor;
    assert_true(put(hub, "fault", 1, "\"fault\":\"estop\",\"open\":true"));
    assert_true(put(hub, "fault", 2, "\"fault\":\"late\",\"open\":true"));
    assert_true(put(hub, "fault", 3, "\"fault\":\"estop\",\"open\":false"));
    rh_hub_join(hub, &cursor);
    assert_true(next_holds(hub, &cursor, "\"late\""));
    assert_true(next_holds(hub, &cursor, NULL));
    rh_hub_leave(hub, &cursor);
}

static void a_new_start_of_the_daemon_forgets_its_state_and_keeps_the_reps(void **state)
{
    rh_hub_t *hub = *state;
    rh_hub_cursor_t cursor;
    static const char body[] = "{\"boot\":\"B\",\"seq\":1,\"snap\":false}";
    assert_true(put(hub, "state", 9, ""));
    assert_true(put(hub, "fault", 1, "\"fault\":\"late\",\"open\":true"));
    put_rep(hub, 1);
    assert_true(rh_hub_accept(hub, "rh/1/m/live", body, strlen(body), 1000));
    rh_hub_join(hub, &cursor);
    assert_true(next_holds(hub, &cursor, "REP1"));
    assert_true(next_holds(hub, &cursor, NULL));
    rh_hub_leave(hub, &cursor);
}

static void missing_numbers_are_counted_per_topic(void **state)
{
    rh_hub_t *hub = *state;
    rh_hub_counts_t counts;
    assert_true(put(hub, "event", 5, ""));
    assert_true(put(hub, "event", 6, ""));
    assert_true(put(hub, "event", 10, ""));
    rh_hub_counts(hub, &counts);
    assert_int_equal(counts.gaps[RH_TOPIC_EVENT], 3);
    assert_int_equal(counts.gaps[RH_TOPIC_LIVE], 0);
}

static void what_is_no_message_is_counted_and_nobody_sees_it(void **state)
{
    static const struct {
        const char *address, *body;
    } bad[] = {
        {"rh/2/m/live", "{\"boot\":\"A\",\"seq\":1}"},
        {"rh/1/m/unheard_of", "{\"boot\":\"A\",\"seq\":1}"},
        {"rh/1//live", "{\"boot\":\"A\",\"seq\":1}"},
        {"rh/1/m/live", "{\"boot\":\"A\",\"seq\":1"},
        {"rh/1/m/live", "[1]"},
        {"rh/1/m/live", "{\"seq\":1}"},
        {"rh/1/m/live", "{\"boot\":\"A\",\n\"seq\":1}"},
        {"rh/1/m/live", "{\"boot\":\"A\",\"seq\":1,\"x\":\"\xff\"}"},
        {"rh/1/m/rep", "{\"boot\":\"A\",\"seq\":1}"},
    };
    rh_hub_t *hub = *state;
    rh_hub_cursor_t cursor;
    rh_hub_counts_t counts;
    rh_hub_join(hub, &cursor);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(
            rh_hub_accept(hub, bad[i].address, bad[i].body, strlen(bad[i].body), 1));
    }
    assert_true(next_holds(hub, &cursor, NULL));
    rh_hub_counts(hub, &counts);
    assert_int_equal(counts.malformed, sizeof(bad) / sizeof(bad[0]));
    rh_hub_leave(hub, &cursor);
}

static void an_oversized_message_is_refused(void **state)
{
    char *body = malloc(RH_HUB_TEXT_MAX + 64);
    assert_non_null(body);
    int length =
        snprintf(body, RH_HUB_TEXT_MAX + 64, "{\"boot\":\"A\",\"seq\":1,\"x\":\"%*s\"}",
                 RH_HUB_TEXT_MAX, "");
    assert_false(rh_hub_accept(*state, "rh/1/m/event", body, (size_t)length, 1));
    free(body);
}

static void marking_snap_changes_the_key_and_no_text_that_looks_like_it(void **state)
{
    static const struct {
        const char *body, *marked;
    } cases[] = {
        {"{\"snap\":false,\"a\":0.1}", "{\"snap\":true,\"a\":0.1}"},
        {"{\"snap\": false}", "{\"snap\": true}"},
        {"{\"snap\":true}", "{\"snap\":true}"},
        {"{\"a\":1}", "{\"a\":1}"},
        {"{\"t\":\"\\\"snap\\\":false\",\"snap\":false}",
         "{\"t\":\"\\\"snap\\\":false\",\"snap\":true}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[128];
        size_t length =
            rh_envelope_mark_snap(cases[i].body, strlen(cases[i].body), out);
        assert_string_equal(out, cases[i].marked);
        assert_int_equal(length, strlen(cases[i].marked));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_reader_gets_every_event_in_order),
        TEST(a_slow_reader_gets_the_newest_live_and_the_others_are_counted),
        TEST(live_never_pushes_an_event_out),
        TEST(a_reader_that_the_log_overtakes_has_to_go),
        TEST(a_reader_that_lets_an_event_wait_too_long_has_to_go),
        TEST(a_late_joiner_is_greeted_with_the_last_values_marked_snap),
        TEST(the_last_fifty_reps_are_kept_oldest_first),
        TEST(a_rep_that_is_sent_again_is_taken_once),
        TEST(only_open_faults_greet_a_late_joiner),
        TEST(a_new_start_of_the_daemon_forgets_its_state_and_keeps_the_reps),
        TEST(missing_numbers_are_counted_per_topic),
        TEST(what_is_no_message_is_counted_and_nobody_sees_it),
        TEST(an_oversized_message_is_refused),
        TEST(marking_snap_changes_the_key_and_no_text_that_looks_like_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
