/* SPDX-License-Identifier: Apache-2.0 */
/* What comes back: exit codes, refusals, JSON and the words for people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "console.h"
#include "fake.h"
#include "rh/wire.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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

static int run(const char *words)
{
    return console_run(&console, fake_run_dir(fake), words);
}

/* The one JSON object that stdout must consist of. */
static json_t *only_object(void)
{
    json_error_t error;
    json_t *value = json_loads(console.out, JSON_REJECT_DUPLICATES, &error);
    if (value == NULL) {
        fail_msg("%s in: %s", error.text, console.out);
    }
    assert_true(json_is_object(value));
    assert_ptr_equal(strchr(console.out, '\n'), console.out + strlen(console.out) - 1);
    return value;
}

static void each_refusal_has_its_exit_code_and_its_remedy_on_stderr(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        int exit;
    } codes[] = {
        {"above_ladder", RH_EXIT_REFUSED},
        {"wrong_state", RH_EXIT_REFUSED},
        {"stale_state", RH_EXIT_REFUSED},
        {"bad_value", RH_EXIT_REFUSED},
        {"a_code_of_tomorrow", RH_EXIT_REFUSED},
        {"lease_held", RH_EXIT_LEASE},
        {"lease_needed", RH_EXIT_LEASE},
        {"latched", RH_EXIT_FAULT},
        {"sensors", RH_EXIT_FAULT},
        {"unknown_verb", RH_EXIT_NOT_FOUND},
        {"not_permitted", RH_EXIT_NOT_PERMITTED},
        {"late", RH_EXIT_UNREACHED},
        {"malformed", RH_EXIT_ERROR},
        {"busy", RH_EXIT_ERROR},
    };
    for (size_t i = 0; i < COUNT(codes); i++) {
        fake_refuse(fake, "load.set", codes[i].code, "it says no", "do this instead");
        assert_int_equal(run("load set 5kg --lease x"), codes[i].exit);
        assert_non_null(strstr(console.err, ": it says no — do this instead\n"));
        assert_string_equal(console.out, "");
    }
    fake_refuse(fake, "load.set", "above_ladder", "it says no", "do this instead");
    run("load set 5kg --lease x");
    assert_string_equal(console.err, "refused: it says no — do this instead\n");
}

static void
a_refusal_with_json_is_one_object_on_stdout_and_nothing_on_stderr(void **state)
{
    (void)state;
    fake_refuse(fake, "load.set", "above_ladder", "it says \"no\"", "do this");
    assert_int_equal(run("load set 5kg --lease x --json"), RH_EXIT_REFUSED);
    json_t *all = only_object();
    json_t *error = json_object_get(all, "error");
    assert_true(json_is_false(json_object_get(all, "ok")));
    assert_string_equal(json_string_value(json_object_get(error, "code")),
                        "above_ladder");
    assert_string_equal(json_string_value(json_object_get(error, "message")),
                        "it says \"no\"");
    assert_string_equal(json_string_value(json_object_get(error, "remedy")), "do this");
    assert_string_equal(console.err, "");
    json_decref(all);
}

static void a_lease_held_by_another_is_exit_five_and_the_verb_is_not_sent(void **state)
{
    (void)state;
    fake_refuse(fake, "lease.take", "lease_held", "anna holds the lease", "ask anna");
    assert_int_equal(run("mode set plate"), RH_EXIT_LEASE);
    assert_non_null(strstr(console.err, "anna holds the lease — ask anna"));
    assert_int_equal(fake_count(fake, "mode.set"), 0);
    assert_int_equal(fake_count(fake, "lease.drop"), 0);
}

static void json_output_of_every_reading_verb_is_one_valid_object(void **state)
{
    (void)state;
    static const char *const words[] = {
        "status --json",      "snapshot --json",    "load get --json",
        "fault list --json",  "device list --json", "is-ready --json",
        "config show --json", "stop --json",        "doctor --json",
        "nonsense --json",    "load set 5 --json"};
    for (size_t i = 0; i < COUNT(words); i++) {
        print_message("%s\n", words[i]);
        run(words[i]);
        json_t *all = only_object();
        assert_true(json_is_boolean(json_object_get(all, "ok")));
        assert_string_equal(console.err, "");
        json_decref(all);
    }
}

static void no_answer_within_the_timeout_is_exit_three_in_time(void **state)
{
    (void)state;
    fake_ignore(fake, "stop");
    assert_int_equal(run("stop --timeout 150"), RH_EXIT_UNREACHED);
    assert_true(console.took_ms >= 150 && console.took_ms < 2000);
    assert_non_null(strstr(console.err, "did not answer `stop` within 150 ms"));
}

static void an_answer_to_another_request_is_never_taken_for_this_one(void **state)
{
    (void)state;
    fake_mislead(fake);
    fake_answer(fake, "load.set", "{\"load_kg\":5}");
    assert_int_equal(run("load set 5kg --lease x"), 0);
    assert_string_equal(console.out, "load commanded: 5.0 kg\n");
    fake_ignore(fake, "stop");
    assert_int_equal(run("stop --timeout 150"), RH_EXIT_UNREACHED);
}

static void no_daemon_is_exit_three_at_once_with_the_place_that_was_tried(void **state)
{
    (void)state;
    assert_int_equal(console_run(&console, "/nonexistent/run", "status"),
                     RH_EXIT_UNREACHED);
    assert_true(console.took_ms < 1500);
    assert_non_null(strstr(console.err, "/nonexistent/run/endpoints.json"));
    assert_non_null(strstr(console.err, "start revhyperd"));
}

static void a_daemon_that_is_gone_but_left_its_files_is_exit_three_at_once(void **state)
{
    (void)state;
    char folder[] = "/tmp/rhctlgoneXXXXXX";
    char path[96];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/" RH_WIRE_ENDPOINTS, folder);
    FILE *file = fopen(path, "w");
    (void)fprintf(file, "{\"command\":[\"ipc://%s/command\"],\"stream\":[]}", folder);
    (void)fclose(file);
    assert_int_equal(console_run(&console, folder, "unload"), RH_EXIT_UNREACHED);
    assert_true(console.took_ms < 1500);
    file = fopen(path, "w");
    (void)fputs("{\"command\":", file);
    (void)fclose(file);
    assert_int_equal(console_run(&console, folder, "unload"), RH_EXIT_UNREACHED);
    (void)remove(path);
    (void)remove(folder);
}

static void socket_and_host_come_before_the_run_directory(void **state)
{
    (void)state;
    char words[128];
    (void)snprintf(words, sizeof words,
                   "unload --socket %s/command --run-dir /nonexistent",
                   fake_run_dir(fake));
    assert_int_equal(console_run(&console, NULL, words), 0);
    assert_int_equal(fake_count(fake, "unload"), 1);
    assert_int_equal(run("unload --host 127.0.0.1:9 --timeout 100"), RH_EXIT_UNREACHED);
    assert_non_null(strstr(console.err, "tcp://127.0.0.1:9"));
    assert_int_equal(fake_count(fake, "unload"), 1);
}

static void
predicates_answer_by_exit_code_yes_no_and_no_because_of_a_fault(void **state)
{
    (void)state;
    static const struct {
        const char *state, *words;
        int exit;
    } cases[] = {
        {"{\"safety\":\"idle\",\"faults\":[],\"waits_for\":[]}", "is-ready", 0},
        {"{\"safety\":\"armed\",\"armed\":true,\"faults\":[],\"waits_for\":[]}",
         "is-armed", 0},
        {"{\"safety\":\"idle\",\"armed\":false,\"faults\":[],\"waits_for\":[]}",
         "is-armed", RH_EXIT_REFUSED},
        {"{\"safety\":\"float\",\"armed\":false,\"faults\":[]}", "is-armed", 0},
        {"{\"safety\":\"safe1\",\"armed\":false,\"faults\":[\"stop\"]}", "is-armed", 0},
        {"{\"safety\":\"safe1\",\"pad_empty\":true,\"faults\":[]}", "is-armed",
         RH_EXIT_REFUSED},
        {"{\"safety\":\"safe3\",\"armed\":false,\"faults\":[]}", "is-armed",
         RH_EXIT_REFUSED},
        {"{\"safety\":\"float\",\"faults\":[],\"waits_for\":[]}", "is-ready",
         RH_EXIT_REFUSED},
        {"{\"safety\":\"idle\",\"faults\":[],\"waits_for\":[\"x\"]}", "is-ready",
         RH_EXIT_REFUSED},
        {"{\"safety\":\"locked\",\"faults\":[\"boot\"],\"waits_for\":[\"x\"]}",
         "is-ready", RH_EXIT_FAULT},
        {"{\"zeroed\":true,\"faults\":[]}", "is-zeroed", 0},
        {"{\"rom_taught\":false,\"faults\":[]}", "is-taught", RH_EXIT_REFUSED},
        {"{}", "is-ready", RH_EXIT_REFUSED},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char snapshot[256];
        (void)snprintf(snapshot, sizeof snapshot, "{\"state\":%s}", cases[i].state);
        fake_answer(fake, "snapshot", snapshot);
        assert_int_equal(run(cases[i].words), cases[i].exit);
        assert_string_equal(console.err, "");
    }
    fake_ignore(fake, "snapshot");
    assert_int_equal(run("is-ready --timeout 100"), RH_EXIT_UNREACHED);
}

static void status_says_in_words_what_the_machine_does(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "machine    bench, up 30.0 s\n",
        "safety     idle: motor off, may be armed\n",
        "session    ready, mode constant\n",
        "load       12.5 kg commanded, 12.4 kg acting, at most 28.0 kg\n",
        "range      not taught, limits -92.0 deg to 3.0 deg\n",
        "set        2: 7 of 12 reps, 1 partial\n",
        "arm        -88.1 deg, 0.0 deg/s, force 40.0 N\n",
        "e-stop     a closed, b closed\n",
        "grips      left held, right open\n",
        "lease      free\n",
        "waits for  nothing\n",
    };
    assert_int_equal(run("status"), 0);
    for (size_t i = 0; i < COUNT(lines); i++) {
        if (strstr(console.out, lines[i]) == NULL) {
            fail_msg("no %s in %s", lines[i], console.out);
        }
    }
}

static void a_taught_top_beyond_the_wall_is_said_to_be_so(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"3.04", "-85.0 deg to 3.0 deg taught, limits -91.0 deg to 3.0 deg\n"},
        {"3.4", "-85.0 deg to 3.4 deg taught, limits -91.0 deg to 3.0 deg: the wall "
                "begins below the taught top\n"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char snapshot[256];
        (void)snprintf(snapshot, sizeof snapshot,
                       "{\"state\":{\"rom_taught\":true,\"rom_bottom_deg\":-85,"
                       "\"rom_top_deg\":%s,\"soft_bottom_deg\":-91,"
                       "\"soft_top_deg\":3}}",
                       rows[i][0]);
        fake_answer(fake, "snapshot", snapshot);
        assert_int_equal(run("status"), 0);
        assert_non_null(strstr(console.out, rows[i][1]));
    }
}

static void loads_are_shown_in_pounds_when_pounds_are_asked_for(void **state)
{
    (void)state;
    assert_int_equal(run("load get --units lb"), 0);
    assert_string_equal(console.out,
                        "27.6 lb commanded, 27.3 lb acting, at most 61.7 lb\n");
}

static void a_snapshot_that_lacks_fields_is_shown_as_unknown_not_as_nought(void **state)
{
    (void)state;
    fake_answer(fake, "snapshot", "{\"state\":{},\"live\":null}");
    assert_int_equal(run("status"), 0);
    assert_non_null(strstr(console.out, "arm        unknown"));
    assert_non_null(strstr(console.out, "unknown commanded, unknown acting"));
    assert_null(strstr(console.out, "nan"));
}

static void open_faults_are_listed_with_measure_limit_and_remedy(void **state)
{
    (void)state;
    assert_int_equal(run("fault list"), 0);
    assert_string_equal(console.out, "no fault is open\n");
    fake_answer(fake, "fault.list",
                "{\"faults\":[{\"fault\":\"trip_top\",\"measured\":12.3,"
                "\"threshold\":8,\"unit\":\"deg\",\"sentence\":\"Too far.\","
                "\"remedy\":\"Lower.\"}]}");
    assert_int_equal(run("fault list"), 0);
    assert_string_equal(console.out, "FAULT trip_top: Too far. (measured 12.3 deg, "
                                     "limit 8.0 deg) — Lower.\n");
}

static void devices_are_listed_with_their_bus_and_the_age_of_their_answer(void **state)
{
    (void)state;
    assert_int_equal(run("device list"), 0);
    assert_non_null(strstr(console.out, "rtelligent-dsy"));
    assert_non_null(strstr(console.out, "9.0 ms"));
}

static void signals_are_listed_as_the_wires_say_them(void **state)
{
    (void)state;
    fake_answer(
        fake, "signal.list",
        "{\"signals\":[{\"name\":\"arm_angle\",\"unit\":\"deg\",\"value\":-89.912,"
        "\"raw\":-1023,\"quality\":\"good\",\"age_ns\":4200000},"
        "{\"name\":\"aux_force\",\"unit\":\"n\",\"value\":0,\"raw\":0,"
        "\"quality\":\"none\",\"age_ns\":0}]}");
    assert_int_equal(run("signal list"), 0);
    assert_non_null(strstr(console.out, "-89.912 deg         -1023  good"));
    assert_non_null(strstr(console.out, "4.2 ms\n"));
    assert_non_null(strstr(console.out, "- n               -  none\n"));
}

static void a_person_at_a_terminal_is_asked_before_something_is_lost(void **state)
{
    (void)state;
    const char *folder = fake_run_dir(fake);
    assert_int_equal(console_at_terminal(folder, "rom redo", "n\n"), RH_EXIT_ERROR);
    assert_int_equal(console_at_terminal(folder, "session end", "\n"), RH_EXIT_ERROR);
    assert_int_equal(fake_count(fake, "rom.redo"), 0);
    assert_int_equal(fake_count(fake, "session.end"), 0);
    assert_int_equal(console_at_terminal(folder, "rom redo", "y\n"), 0);
    assert_int_equal(console_at_terminal(folder, "session end --yes", ""), 0);
    assert_int_equal(fake_count(fake, "rom.redo"), 1);
    assert_int_equal(fake_count(fake, "session.end"), 1);
    assert_int_equal(console_at_terminal(folder, "stop", ""), 0);
}

static void who_may_not_open_the_sockets_is_told_so_with_exit_eight(void **state)
{
    (void)state;
    int code = console_as_stranger(fake_run_dir(fake), "status");
    if (code < 0) {
        skip();
    }
    assert_int_equal(code, RH_EXIT_NOT_PERMITTED);
}

static void an_accepted_range_is_told_in_degrees(void **state)
{
    (void)state;
    fake_answer(fake, "rom.accept", "{\"rom_top_deg\":2,\"rom_bottom_deg\":-84.5}");
    assert_int_equal(run("rom accept"), 0);
    assert_string_equal(console.out, "range accepted: -84.5 deg to 2.0 deg\n");
}

static void a_reply_without_an_error_body_is_an_error_not_a_crash(void **state)
{
    (void)state;
    fake_refuse(fake, "stop", "", "", "");
    assert_int_equal(run("stop"), RH_EXIT_REFUSED);
}

#define A(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        A(each_refusal_has_its_exit_code_and_its_remedy_on_stderr),
        A(a_refusal_with_json_is_one_object_on_stdout_and_nothing_on_stderr),
        A(a_lease_held_by_another_is_exit_five_and_the_verb_is_not_sent),
        A(json_output_of_every_reading_verb_is_one_valid_object),
        A(no_answer_within_the_timeout_is_exit_three_in_time),
        A(an_answer_to_another_request_is_never_taken_for_this_one),
        A(no_daemon_is_exit_three_at_once_with_the_place_that_was_tried),
        A(a_daemon_that_is_gone_but_left_its_files_is_exit_three_at_once),
        A(socket_and_host_come_before_the_run_directory),
        A(predicates_answer_by_exit_code_yes_no_and_no_because_of_a_fault),
        A(status_says_in_words_what_the_machine_does),
        A(a_taught_top_beyond_the_wall_is_said_to_be_so),
        A(loads_are_shown_in_pounds_when_pounds_are_asked_for),
        A(a_snapshot_that_lacks_fields_is_shown_as_unknown_not_as_nought),
        A(open_faults_are_listed_with_measure_limit_and_remedy),
        A(devices_are_listed_with_their_bus_and_the_age_of_their_answer),
        A(signals_are_listed_as_the_wires_say_them),
        A(a_person_at_a_terminal_is_asked_before_something_is_lost),
        A(who_may_not_open_the_sockets_is_told_so_with_exit_eight),
        A(an_accepted_range_is_told_in_degrees),
        A(a_reply_without_an_error_body_is_an_error_not_a_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
