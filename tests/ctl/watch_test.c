/* SPDX-License-Identifier: Apache-2.0 */
/* `watch`: subscribe, snapshot, and every message once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "console.h"
#include "fake.h"
#include "rh/wire.h"

static console_t console;
static fake_t *fake;

static int setup(void **state)
{
    (void)state;
    fake = fake_start();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fake_stop(fake);
    return 0;
}

#define REP(n)                                                                         \
    "{\"utc\":\"2026-01-02T03:04:05.678Z\",\"rep\":" #n                                \
    ",\"set\":1,\"range_deg\":72.1,"                                                   \
    "\"lift_s\":1.7,\"hold_s\":null,\"lower_s\":2.4,\"load_kg\":12.5,"                 \
    "\"counted\":true,\"persisted\":true,\"reasons\":[]}"

static int run(const char *words)
{
    return console_run(&console, fake_run_dir(fake), words);
}

static size_t lines(void)
{
    size_t count = 0;
    for (const char *at = console.out; (at = strchr(at, '\n')) != NULL; at++) {
        count++;
    }
    return count;
}

static void watch_drops_what_the_snapshot_knew_and_shows_the_rest_once(void **state)
{
    (void)state;
    fake_greet(fake, "rep", 6, REP(6));
    fake_greet(fake, "rep", 7, REP(7)); /* the snapshot's own is 7 */
    fake_greet(fake, "rep", 8, REP(8));
    fake_follow(fake, "rep", 7, REP(7)); /* re-sent for somebody else */
    fake_follow(fake, "rep", 8, REP(8));
    fake_follow(fake, "rep", 9, REP(9));
    assert_int_equal(run("watch rep --count 2 --json"), 0);
    assert_int_equal(lines(), 2);
    assert_non_null(strstr(console.out, "\"rep\":8"));
    assert_non_null(strstr(console.out, "\"rep\":9"));
    assert_string_equal(console.err, "");
}

static void watch_json_is_one_object_per_line_with_its_topic(void **state)
{
    (void)state;
    fake_follow(fake, "rep", 8, REP(8));
    fake_follow(fake, "cue", 1, "{\"cue\":\"slower\",\"reason\":\"swing\",\"rep\":8}");
    assert_int_equal(run("watch rep cue --count 2 --json"), 0);
    char *rest = NULL;
    static const char *const topics[] = {"rep", "cue"};
    char *line = strtok_r(console.out, "\n", &rest);
    for (size_t i = 0; i < 2; i++, line = strtok_r(NULL, "\n", &rest)) {
        json_t *message = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        assert_string_equal(json_string_value(json_object_get(message, "topic")),
                            topics[i]);
        json_decref(message);
    }
}

static void watch_subscribes_before_it_asks_for_the_snapshot(void **state)
{
    (void)state;
    char verbs[128];
    fake_mute(fake); /* no state comes, so no subscription is proven */
    assert_int_equal(run("watch rep"), RH_EXIT_UNREACHED);
    assert_string_equal(fake_history(fake, verbs, sizeof verbs), "hello");
}

static void a_rep_is_one_line_of_plain_words(void **state)
{
    (void)state;
    fake_follow(fake, "rep", 8, REP(8));
    assert_int_equal(run("watch rep --count 1"), 0);
    assert_string_equal(
        console.out, "03:04:05.678 rep 8 of set 1: range 72.1 deg, lift 1.70 s, hold "
                     "unknown, lower 2.40 s, load 12.5 kg, clean\n");
}

static void
a_rep_that_is_not_clean_says_why_and_one_that_is_not_saved_shouts(void **state)
{
    (void)state;
    fake_follow(fake, "rep", 8,
                "{\"rep\":8,\"reasons\":[\"no_hold\",\"swing\"],\"counted\":false,"
                "\"persisted\":false}");
    assert_int_equal(run("watch rep --count 1"), 0);
    assert_non_null(strstr(console.out, "not clean: no hold, swing; not counted; "
                                        "NOT SAVED: the disk fails\n"));
}

static void a_gap_in_what_is_never_dropped_is_told_on_stderr(void **state)
{
    (void)state;
    fake_follow(fake, "rep", 8, REP(8));
    fake_follow(fake, "rep", 11, REP(11));
    assert_int_equal(run("watch rep --count 2"), 0);
    assert_non_null(strstr(console.err, "2 rep messages were missed"));
}

static void a_restart_of_the_daemon_is_told_and_its_numbers_start_anew(void **state)
{
    (void)state;
    fake_follow(fake, "rep", 8, REP(8));
    fake_follow(fake, "rep", 1, "{\"boot\":\"01OTHER\",\"rep\":1}");
    fake_follow(fake, "rep", 2, "{\"boot\":\"01OTHER\",\"rep\":2}");
    assert_int_equal(run("watch rep --count 3 --json"), 0);
    assert_non_null(strstr(console.err, "started anew"));
    assert_int_equal(lines(), 3);
}

static void state_is_shown_as_it_is_before_it_changes(void **state)
{
    (void)state;
    fake_follow(fake, "state", 42, "{\"safety\":\"armed\",\"load_kg\":5}");
    assert_int_equal(run("watch state --count 2"), 0);
    assert_non_null(strstr(console.out, "state idle, session ready, mode constant"));
    assert_non_null(strstr(console.out, "state armed"));
    assert_int_equal(lines(), 2);
}

static void topics_that_were_not_named_are_not_shown(void **state)
{
    (void)state;
    fake_follow(fake, "state", 42, "{\"safety\":\"armed\"}");
    fake_follow(fake, "live", 1, "{\"angle_deg\":-45}");
    fake_follow(fake, "rep", 8, REP(8));
    assert_int_equal(run("watch --count 1"), 0);
    assert_non_null(strstr(console.out, " rep 8 of set 1"));
    assert_int_equal(lines(), 1);
}

static void every_topic_has_a_line_for_people(void **state)
{
    (void)state;
    fake_follow(fake, "live", 1, "{\"angle_deg\":-45,\"phase\":\"lift\"}");
    fake_follow(fake, "set", 1, "{\"set\":1,\"reps\":12,\"clean\":10,\"partials\":1}");
    fake_follow(fake, "session", 1, "{\"is_open\":false,\"sets\":3,\"reps\":36}");
    fake_follow(fake, "cue", 1, "{\"cue\":\"slower\",\"reason\":\"too fast\"}");
    fake_follow(fake, "event", 1,
                "{\"event\":\"state_changed\",\"from\":\"idle\",\"to\":\"armed\"}");
    fake_follow(fake, "fault", 1,
                "{\"fault\":\"estop\",\"open\":true,\"sentence\":\"Pressed.\","
                "\"remedy\":\"Release.\"}");
    fake_follow(fake, "fault", 2, "{\"fault\":\"estop\",\"open\":false}");
    fake_follow(fake, "health", 1, "{\"uptime_s\":5,\"tick_p99_us\":20}");
    assert_int_equal(run("watch live set session cue event fault health --count 9"), 0);
    static const char *const said[] = {
        "live lift -45.0 deg, rate unknown",
        "set 1: 12 reps, 10 of them clean, 1 partial",
        "session ended: 3 sets, 36 reps",
        "cue slower (too fast)",
        "event state changed, from \"idle\", to \"armed\"",
        "fault estop: Pressed. — Release.",
        "fault estop is gone",
        "health up 30 s", /* the snapshot's */
        "health up 5 s, tick p99 20 us",
    };
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        if (strstr(console.out, said[i]) == NULL) {
            fail_msg("no %s in %s", said[i], console.out);
        }
    }
}

static void watch_ends_when_its_seconds_are_over(void **state)
{
    (void)state;
    assert_int_equal(run("watch rep --seconds 0.5"), 0);
    assert_in_range(console.took_ms, 450, 2500);
    assert_int_equal(run("watch rep --seconds 0.5 --count 1"), RH_EXIT_UNREACHED);
    assert_non_null(strstr(console.err, "1 messages are still to come"));
}

static void watch_ends_without_an_error_at_a_signal(void **state)
{
    (void)state;
    console_start(&console, fake_run_dir(fake), "watch rep");
    assert_true(fake_await(fake, "snapshot", 1));
    kill(console.pid, SIGINT);
    console_finish(&console);
    assert_int_equal(console.exit, 0);
    assert_string_equal(console.err, "");
}

static void a_stream_that_falls_silent_ends_the_watch_with_exit_three(void **state)
{
    (void)state;
    assert_int_equal(run("watch rep"), RH_EXIT_UNREACHED);
    assert_non_null(strstr(console.err, "is silent"));
    assert_in_range(console.took_ms, 3000, 6000);
}

#define A(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        A(watch_drops_what_the_snapshot_knew_and_shows_the_rest_once),
        A(watch_json_is_one_object_per_line_with_its_topic),
        A(watch_subscribes_before_it_asks_for_the_snapshot),
        A(a_rep_is_one_line_of_plain_words),
        A(a_rep_that_is_not_clean_says_why_and_one_that_is_not_saved_shouts),
        A(a_gap_in_what_is_never_dropped_is_told_on_stderr),
        A(a_restart_of_the_daemon_is_told_and_its_numbers_start_anew),
        A(state_is_shown_as_it_is_before_it_changes),
        A(topics_that_were_not_named_are_not_shown),
        A(every_topic_has_a_line_for_people),
        A(watch_ends_when_its_seconds_are_over),
        A(watch_ends_without_an_error_at_a_signal),
        A(a_stream_that_falls_silent_ends_the_watch_with_exit_three),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
