/* SPDX-License-Identifier: Apache-2.0 */
/* `lease hold`: the presence of a console, kept and given back. */
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

static void the_first_line_of_lease_hold_is_the_lease(void **state)
{
    (void)state;
    char line[128];
    console_start(&console, fake_run_dir(fake), "lease hold --name coach");
    assert_true(console_line(&console, line, sizeof line));
    assert_string_equal(line, FAKE_LEASE);
    json_t *request = fake_request(fake, "lease.take", 0);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(request, "args"), "name")),
        "coach");
    json_decref(request);
    kill(console.pid, SIGTERM);
    console_finish(&console);
    assert_int_equal(console.exit, 0);
}

static void the_lease_is_kept_twice_a_second_and_dropped_at_sigterm(void **state)
{
    (void)state;
    char line[256];
    console_start(&console, fake_run_dir(fake), "lease hold --json");
    assert_true(console_line(&console, line, sizeof line));
    json_t *first = json_loads(line, 0, NULL);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(first, "result"), "lease")),
        FAKE_LEASE);
    json_decref(first);
    assert_true(fake_await(fake, "lease.keep", 3));
    for (size_t i = 1; i < 3; i++) {
        json_t *before = fake_request(fake, "lease.keep", i - 1);
        json_t *keep = fake_request(fake, "lease.keep", i);
        long long apart_ms = json_integer_value(json_object_get(keep, "ms")) -
                             json_integer_value(json_object_get(before, "ms"));
        assert_in_range(apart_ms, 450, 1500);
        json_decref(before);
        json_decref(keep);
    }
    assert_int_equal(fake_count(fake, "lease.drop"), 0);
    kill(console.pid, SIGTERM);
    console_finish(&console);
    assert_int_equal(console.exit, 0);
    assert_int_equal(fake_count(fake, "lease.drop"), 1);
}

static void sigint_drops_the_lease_as_well(void **state)
{
    (void)state;
    char line[128];
    console_start(&console, fake_run_dir(fake), "lease hold");
    assert_true(console_line(&console, line, sizeof line));
    kill(console.pid, SIGINT);
    console_finish(&console);
    assert_int_equal(console.exit, 0);
    assert_int_equal(fake_count(fake, "lease.drop"), 1);
}

static void a_lease_that_another_holds_is_exit_five_at_once(void **state)
{
    (void)state;
    fake_refuse(fake, "lease.take", "lease_held", "anna holds it", "ask anna");
    assert_int_equal(console_run(&console, fake_run_dir(fake), "lease hold"),
                     RH_EXIT_LEASE);
    assert_string_equal(console.out, "");
}

static void a_lease_that_is_lost_ends_the_hold_with_exit_five(void **state)
{
    (void)state;
    fake_refuse(fake, "lease.keep", "lease_needed", "no such lease", "take it");
    assert_int_equal(console_run(&console, fake_run_dir(fake), "lease hold"),
                     RH_EXIT_LEASE);
    assert_non_null(strstr(console.err, "the lease was lost: no such lease"));
    assert_int_equal(fake_count(fake, "lease.drop"), 0);
}

static void a_daemon_that_falls_silent_ends_the_hold_with_exit_three(void **state)
{
    (void)state;
    fake_ignore(fake, "lease.keep");
    assert_int_equal(console_run(&console, fake_run_dir(fake), "lease hold"),
                     RH_EXIT_UNREACHED);
    assert_true(console.took_ms < 4000);
}

/* A shell starts the console, learns its process id and is killed without a chance to
 * tidy up. */
static void presence_ends_with_the_program_that_asked_for_it(void **state)
{
    (void)state;
    char command[512];
    const char *folder = secure_getenv("RH_BIN_DIR");
    (void)snprintf(
        command, sizeof command,
        "%s/revhyperctl lease hold --run-dir %s >/dev/null 2>&1 & echo $$; wait",
        folder != NULL ? folder : "bin", fake_run_dir(fake));
    FILE *shell = popen(command, "r");
    char line[32];
    assert_non_null(shell);
    assert_non_null(fgets(line, sizeof line, shell));
    assert_true(fake_await(fake, "lease.keep", 1));
    kill((pid_t)strtol(line, NULL, 10), SIGKILL);
    assert_true(fake_await(fake, "lease.drop", 1));
    pclose(shell);
}

#define A(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        A(the_first_line_of_lease_hold_is_the_lease),
        A(the_lease_is_kept_twice_a_second_and_dropped_at_sigterm),
        A(sigint_drops_the_lease_as_well),
        A(a_lease_that_another_holds_is_exit_five_at_once),
        A(a_lease_that_is_lost_ends_the_hold_with_exit_five),
        A(a_daemon_that_falls_silent_ends_the_hold_with_exit_three),
        A(presence_ends_with_the_program_that_asked_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
