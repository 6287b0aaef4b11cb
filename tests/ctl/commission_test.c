/* SPDX-License-Identifier: Apache-2.0 */
/* `commission` before it asks anything of anybody; its steps are tests/system's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

/* The daemon's state directory is that one. */
static void keep_in(const char *state_dir)
{
    char answer[900];
    (void)snprintf(answer, sizeof answer,
                   "{\"is_needed\":true,\"may_arm\":false,\"sentence\":\"not\","
                   "\"machine\":\"" FAKE_MACHINE "\",\"state_dir\":\"%s\","
                   "\"wiring\":\"[machine]\\nname = bench\\n\"}",
                   state_dir);
    fake_answer(fake, "commissioning.show", answer);
}

static int run(const char *words)
{
    return console_run(&console, fake_run_dir(fake), words);
}

static void says(const char *text)
{
    if (strstr(console.out, text) == NULL && strstr(console.err, text) == NULL) {
        fail_msg("no `%s` in:\n%s%s", text, console.out, console.err);
    }
}

static void a_step_that_there_is_not_is_named(void **state)
{
    (void)state;
    keep_in(fake_run_dir(fake));
    assert_int_equal(run("commission dance"), RH_EXIT_USAGE);
    says("there is no step `dance`");
}

static void what_could_not_be_written_is_said_before_anybody_moves(void **state)
{
    (void)state;
    keep_in("/nowhere/at/all");
    assert_int_equal(run("commission"), RH_EXIT_ERROR);
    says("the record could not be written to /nowhere/at/all");
    assert_null(strstr(console.out, "do: "));
    assert_int_equal(fake_count(fake, "signal.list"), 0);
}

static void nothing_falls_without_an_answer(void **state)
{
    (void)state;
    keep_in(fake_run_dir(fake));
    assert_int_equal(run("commission brake --seconds 1"), RH_EXIT_ERROR);
    says("nothing was moved");
    says("asks: The arm will fall");
    assert_null(strstr(console.out, "do: "));
}

static void the_drive_is_switched_on_last(void **state)
{
    (void)state;
    keep_in(fake_run_dir(fake));
    assert_int_equal(run("commission relay --yes"), RH_EXIT_REFUSED);
    says("every other step must be ok before it");
    assert_int_equal(fake_count(fake, "relay.test"), 0);
    assert_int_equal(fake_count(fake, "lease.take"), 0);
}

static void a_deed_that_is_not_done_is_named_when_the_time_is_over(void **state)
{
    (void)state;
    keep_in(fake_run_dir(fake));
    assert_int_equal(run("commission buttons --seconds 1"), RH_EXIT_ERROR);
    says("do: hold the left grip");
    says("fail  buttons: grip_left did not change");
}

#define A(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        A(a_step_that_there_is_not_is_named),
        A(what_could_not_be_written_is_said_before_anybody_moves),
        A(nothing_falls_without_an_answer),
        A(the_drive_is_switched_on_last),
        A(a_deed_that_is_not_done_is_named_when_the_time_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
