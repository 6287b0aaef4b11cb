/* SPDX-License-Identifier: Apache-2.0 */
/* `doctor` and `config`: what is wrong, said line by line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
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

/* A file that the daemon's reader accepts: the shipped one. */
static const char *good_file(void)
{
    static char path[512];
    const char *source = secure_getenv("RH_SOURCE_DIR");
    (void)snprintf(path, sizeof path, "%s/config/revhyper.conf",
                   source != NULL ? source : ".");
    return path;
}

static int run(const char *words, const char *config)
{
    char all[1024];
    (void)snprintf(all, sizeof all, "%s --config %s", words, config);
    return console_run(&console, fake_run_dir(fake), all);
}

static bool says(const char *text)
{
    if (strstr(console.out, text) == NULL) {
        print_error("no `%s` in:\n%s%s", text, console.out, console.err);
        return false;
    }
    return true;
}

/* The snapshot with this health, and these open faults. */
static void be(const char *health, const char *faults)
{
    char snapshot[2048];
    (void)snprintf(snapshot, sizeof snapshot,
                   "{\"state\":{},\"health\":%s,\"faults\":%s}", health, faults);
    fake_answer(fake, "snapshot", snapshot);
}

static void a_healthy_machine_is_all_ok_and_exit_nought(void **state)
{
    (void)state;
    assert_int_equal(run("doctor", good_file()), 0);
    assert_true(says("ok    configuration: "));
    assert_true(says("ok    daemon: bench answers at ipc://"));
    assert_true(says("ok    role: you are a trainer here\n"));
    assert_true(says("ok    bus drive: up, 98 cycles/s, busy 90 %, errors 0.0 % now"));
    assert_true(says("ok    device drive: ready, last answer 9.0 ms ago"));
    assert_true(says("ok    real time: "));
    assert_true(says("ok    memory: 6.0 MB locked\n"));
    assert_true(says("ok    timing: ticks begin 80 us late (p99)"));
    assert_true(says("ok    events: 0 lost"));
    assert_true(says("ok    faults: none is open\n"));
    assert_null(strstr(console.out, "warn"));
    assert_null(strstr(console.out, "fail"));
}

static void without_a_daemon_it_still_checks_the_file_and_fails(void **state)
{
    (void)state;
    char words[600];
    (void)snprintf(words, sizeof words, "doctor --config %s", good_file());
    assert_int_equal(console_run(&console, "/nonexistent", words), RH_EXIT_ERROR);
    assert_true(says("ok    configuration: "));
    assert_true(says("fail  daemon: no daemon answers at /nonexistent"));
    assert_true(says(" — start revhyperd"));
    assert_null(strstr(console.out, "bus"));
}

static void a_missing_file_fails_with_its_name(void **state)
{
    (void)state;
    assert_int_equal(run("doctor", "/nonexistent.conf"), RH_EXIT_ERROR);
    assert_true(says("fail  configuration: there is no /nonexistent.conf"));
}

static void a_bus_that_is_down_and_a_device_that_is_silent_fail(void **state)
{
    (void)state;
    be("{\"buses\":[{\"name\":\"cells\",\"is_up\":false,\"error_frac\":1,"
       "\"last_error\":\"no such port\"},{\"name\":\"io\",\"is_up\":true,"
       "\"rate_hz\":100,\"error_frac\":0.05,\"last_error\":\"crc\"}],"
       "\"devices\":[{\"name\":\"left\",\"is_ready\":false,\"age_ns\":5000000000,"
       "\"problem\":\"nobody knows its limits\"},"
       "{\"name\":\"io\",\"is_ready\":true,\"age_ns\":300000000}],"
       "\"is_realtime\":false,\"is_wakeful\":false,\"memory_locked_bytes\":0,"
       "\"late_p99_us\":4000,\"overruns\":3}",
       "[]");
    assert_int_equal(run("doctor", good_file()), RH_EXIT_ERROR);
    assert_true(says("fail  bus cells: down"));
    assert_true(says(": no such port — check the cable"));
    assert_true(says("warn  bus io: up, 100 cycles/s"));
    assert_true(says("fail  device left: not ready, last answer 5000.0 ms ago"));
    assert_true(says(": nobody knows its limits — find them in its manual"));
    assert_true(says("warn  device io: ready, last answer 300.0 ms ago"));
    assert_true(says("warn  real time: "));
    assert_true(says("warn  memory: not locked"));
    assert_true(says("warn  timing: ticks begin 4000 us late"));
}

static void health_that_says_nothing_is_never_ok(void **state)
{
    (void)state;
    be("{\"buses\":[{\"name\":\"cells\",\"is_up\":true}],\"devices\":[{}]}", "[]");
    assert_int_equal(run("doctor", good_file()), RH_EXIT_ERROR);
    assert_true(says("fail  bus cells"));
    assert_true(says("fail  device ?"));
    assert_true(says("warn  timing"));
    assert_true(says("fail  events: the daemon does not say"));
    be("{}", "[]");
    assert_int_equal(run("doctor", good_file()), RH_EXIT_ERROR);
    assert_true(says("fail  buses: there are none"));
}

static void a_lost_event_fails(void **state)
{
    (void)state;
    be("{\"events_lost\":2}", "[]");
    assert_int_equal(run("doctor", good_file()), RH_EXIT_ERROR);
    assert_true(says("fail  events: 2 lost on the way out of the control loop"));
}

static void an_open_fault_fails_but_the_lock_of_a_fresh_start_only_warns(void **state)
{
    (void)state;
    be("{}",
       "[{\"fault\":\"boot\",\"sentence\":\"It has started.\",\"remedy\":\"Hold.\"},"
       "{\"fault\":\"estop\",\"sentence\":\"Pressed.\",\"remedy\":\"Release.\"}]");
    assert_int_equal(run("doctor", good_file()), RH_EXIT_ERROR);
    assert_true(says("warn  fault: boot: It has started. — Hold."));
    assert_true(says("fail  fault: estop: Pressed. — Release."));
}

static void a_viewer_is_told_why_commands_will_be_refused(void **state)
{
    (void)state;
    fake_answer(fake, "hello", "{\"machine\":\"bench\",\"role\":\"viewer\"}");
    assert_int_equal(run("doctor", good_file()), 0);
    assert_true(says("warn  role: you are a viewer here — to command, join"));
}

static void doctor_with_json_lists_the_same_checks(void **state)
{
    (void)state;
    assert_int_equal(run("doctor --json", "/nonexistent.conf"), RH_EXIT_ERROR);
    json_t *all = json_loads(console.out, 0, NULL);
    const json_t *checks = json_object_get(json_object_get(all, "result"), "checks");
    const json_t *first = json_array_get(checks, 0);
    assert_true(json_is_false(json_object_get(all, "ok")));
    assert_string_equal(json_string_value(json_object_get(first, "check")),
                        "configuration");
    assert_string_equal(json_string_value(json_object_get(first, "verdict")), "fail");
    assert_true(json_array_size(checks) >= 9);
    json_decref(all);
}

static void config_check_accepts_the_shipped_file_without_any_daemon(void **state)
{
    (void)state;
    char words[600];
    (void)snprintf(words, sizeof words, "config check --config %s", good_file());
    assert_int_equal(console_run(&console, "/nonexistent", words), 0);
    assert_true(says("revhyper.conf is good\n"));
}

static void config_check_refuses_nonsense_with_file_and_line(void **state)
{
    (void)state;
    char path[] = "/tmp/rhctlconfXXXXXX";
    char place[64];
    int fd = mkstemp(path);
    assert_true(write(fd, "nonsense\n", 9) == 9);
    close(fd);
    (void)snprintf(place, sizeof place, "%s:1", path);
    assert_int_equal(run("config check", path), RH_EXIT_ERROR);
    assert_non_null(strstr(console.err, place));
    unlink(path);
    assert_int_equal(run("config check", path), RH_EXIT_NOT_FOUND);
}

static void config_show_prints_the_daemons_settings_or_those_of_a_file(void **state)
{
    (void)state;
    assert_int_equal(console_run(&console, fake_run_dir(fake), "config show"), 0);
    assert_string_equal(console.out, "[daemon]\nlive_hz = 50\n");
    assert_int_equal(fake_count(fake, "config.show"), 1);
    assert_int_equal(run("config show", good_file()), 0);
    assert_true(says("[daemon]"));
    assert_int_equal(fake_count(fake, "config.show"), 1);
}

#define A(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        A(a_healthy_machine_is_all_ok_and_exit_nought),
        A(without_a_daemon_it_still_checks_the_file_and_fails),
        A(a_missing_file_fails_with_its_name),
        A(a_bus_that_is_down_and_a_device_that_is_silent_fail),
        A(health_that_says_nothing_is_never_ok),
        A(a_lost_event_fails),
        A(an_open_fault_fails_but_the_lock_of_a_fresh_start_only_warns),
        A(a_viewer_is_told_why_commands_will_be_refused),
        A(doctor_with_json_lists_the_same_checks),
        A(config_check_accepts_the_shipped_file_without_any_daemon),
        A(config_check_refuses_nonsense_with_file_and_line),
        A(config_show_prints_the_daemons_settings_or_those_of_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
