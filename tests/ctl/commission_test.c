/* SPDX-License-Identifier: Apache-2.0 */
/* `commission` before it asks anything of anybody; its steps are tests/system's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <cmocka.h>

#include "commissioning.h"
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

/* The daemon's state directory is that one, and the machine so wired. */
static void keep_wired(const char *state_dir, const char *name)
{
    char answer[900];
    (void)snprintf(answer, sizeof answer,
                   "{\"is_needed\":true,\"may_arm\":false,\"sentence\":\"not\","
                   "\"machine\":\"" FAKE_MACHINE "\",\"state_dir\":\"%s\","
                   "\"wiring\":\"[machine]\\nname = %s\\n\"}",
                   state_dir, name);
    fake_answer(fake, "commissioning.show", answer);
}

static void keep_in(const char *state_dir)
{
    keep_wired(state_dir, "bench");
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

/* Everything before the relay is ok. */
static void be_all_but_relay(void)
{
    char error[512];
    char wiring[] = "[machine]\nname = bench\n";
    rh_commissioning_t record = {.machine = FAKE_MACHINE, .wiring = wiring};
    for (int i = 0; i < RH_COMMISSIONING_RELAY; i++) {
        record.steps[i].is_ok = true;
        strcpy(record.steps[i].date, "2026-01-02T03:04:05Z");
    }
    keep_in(fake_run_dir(fake));
    assert_int_equal(
        rh_commissioning_write(fake_run_dir(fake), &record, error, sizeof error), 0);
}

/* The relay was proven; the machine is in this state, and the arm there. */
static void be(const char *safety, double arm_deg)
{
    char signals[400];
    (void)snprintf(signals, sizeof signals,
                   "{\"mono_ns\":1000,\"safety\":\"%s\",\"signals\":["
                   "{\"name\":\"arm_angle\",\"value\":%.2f,\"quality\":\"good\"},"
                   "{\"name\":\"motor_angle\",\"value\":%.2f,\"quality\":\"good\"}]}",
                   safety, arm_deg, arm_deg);
    fake_answer(fake, "signal.list", signals);
    fake_answer(fake, "snapshot",
                "{\"state\":{\"relay_ms\":60,\"polarity_deg\":1.2,\"waits_for\":[]},"
                "\"faults\":[]}");
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

/* The hand of the step before may still hold it: the cells' zero is not taken then. */
static void pads_are_not_begun_while_the_arm_is_not_seen_to_rest(void **state)
{
    (void)state;
    be_all_but_relay();
    fake_answer(fake, "signal.list",
                "{\"mono_ns\":1000,\"safety\":\"locked\",\"signals\":["
                "{\"name\":\"pad_front\",\"value\":0,\"quality\":\"good\"},"
                "{\"name\":\"pad_rear\",\"value\":0,\"quality\":\"good\"}]}");
    assert_int_equal(run("commission pads --seconds 1"), RH_EXIT_ERROR);
    says("the arm did not come to rest");
    assert_null(strstr(console.out, "do: put the known mass"));
}

static void two_at_once_would_write_over_each_other(void **state)
{
    (void)state;
    be_all_but_relay();
    char path[300];
    (void)snprintf(path, sizeof path, "%s/" RH_COMMISSIONING_LOCK, fake_run_dir(fake));
    int lock = open(path, O_RDONLY | O_CREAT, 0644);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    assert_int_equal(run("commission estop --seconds 1"), RH_EXIT_REFUSED);
    says("another `revhyperctl commission` runs on this machine");
    assert_int_equal(fake_count(fake, "signal.list"), 0);
    close(lock);
    rh_commissioning_t record;
    assert_int_equal(rh_commissioning_read(fake_run_dir(fake), &record), 0);
    assert_true(record.steps[RH_COMMISSIONING_ESTOP].is_ok);
    rh_commissioning_free(&record);
}

/* As the simulator does, whose folder may be the daemon's, too. */
static void a_folder_that_another_program_locks_is_no_second_commissioning(void **state)
{
    (void)state;
    be_all_but_relay();
    int lock = open(fake_run_dir(fake), O_RDONLY | O_DIRECTORY);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    assert_int_equal(run("commission dance"), RH_EXIT_USAGE);
    says("there is no step `dance`");
    close(lock);
}

/* One step under a changed key, and the key put back. */
static void the_record_of_another_wiring_is_kept_and_comes_back_with_it(void **state)
{
    (void)state;
    be_all_but_relay();
    keep_wired(fake_run_dir(fake), "lathe");
    assert_int_equal(run("commission dance"), RH_EXIT_USAGE);
    says("is of another wiring");
    says("a new one begins");
    rh_commissioning_t record;
    assert_int_equal(rh_commissioning_read(fake_run_dir(fake), &record), 0);
    assert_false(record.steps[RH_COMMISSIONING_ESTOP].is_ok);
    rh_commissioning_free(&record);
    keep_in(fake_run_dir(fake));
    assert_int_equal(run("commission dance"), RH_EXIT_USAGE);
    says("this wiring's own is here again");
    assert_int_equal(rh_commissioning_read(fake_run_dir(fake), &record), 0);
    assert_true(record.steps[RH_COMMISSIONING_ESTOP].is_ok);
    rh_commissioning_free(&record);
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
    says("relay switches the drive on: every step before it must be ok");
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

/* Three seconds, at two keeps a second. */
static void think_for_long(int asked)
{
    assert_true(fake_await(fake, "lease.keep", 6 * (size_t)asked));
}

static void who_thinks_for_longer_than_a_lease_lasts_is_still_present(void **state)
{
    (void)state;
    be_all_but_relay();
    be("idle", -90);
    assert_int_equal(console_converse(&console, fake_run_dir(fake),
                                      "commission relay --seconds 5", "[y/N] ", "y\n",
                                      think_for_long),
                     0);
    says("ok    relay: drive off 60 ms");
    assert_int_equal(fake_count(fake, "relay.test"), 1);
    assert_int_equal(fake_count(fake, "polarity.test"), 1);
    for (size_t i = 1; i < fake_count(fake, "lease.keep"); i++) {
        json_t *one = fake_request(fake, "lease.keep", i - 1);
        json_t *next = fake_request(fake, "lease.keep", i);
        assert_true(json_integer_value(json_object_get(next, "ms")) -
                        json_integer_value(json_object_get(one, "ms")) <
                    RH_WIRE_LEASE_MS);
        json_decref(one);
        json_decref(next);
    }
}

static void think_not(int asked)
{
    (void)asked;
}

/* The gate asks for somebody at the machine: the button is asked for. */
static void without_consent_at_the_machine_the_button_is_asked_for(void **state)
{
    (void)state;
    be_all_but_relay();
    be("idle", -90);
    fake_refuse(fake, "relay.test", "no_consent", "nobody pressed it", "press it");
    assert_int_equal(run("commission relay --yes --seconds 1"), RH_EXIT_ERROR);
    says("do: press the reset button and keep it pressed");
    says("the reset button was not pressed");
    assert_int_equal(fake_count(fake, "relay.test"), 1);
    assert_int_equal(fake_count(fake, "polarity.test"), 0);
}

static void a_no_moves_nothing(void **state)
{
    (void)state;
    be_all_but_relay();
    be("idle", -90);
    assert_int_equal(console_converse(&console, fake_run_dir(fake),
                                      "commission relay --seconds 5", "[y/N] ", "n\n",
                                      think_not),
                     RH_EXIT_ERROR);
    says("nothing was moved");
    assert_int_equal(fake_count(fake, "relay.test"), 0);
}

static void an_arm_that_does_not_come_to_rest_is_named_with_a_remedy(void **state)
{
    (void)state;
    be_all_but_relay();
    be("idle", -60);
    assert_int_equal(run("commission relay --yes --seconds 2"), RH_EXIT_ERROR);
    says("fail  relay: the arm is not at rest at the bottom (-60.0 deg");
    says("— let the arm hang freely, then do the step again");
    assert_int_equal(fake_count(fake, "polarity.test"), 0);
}

/* About half a degree a second: the passive brake lets it down. */
static void an_arm_that_sinks_is_not_still_and_nobody_is_told_an_offset(void **state)
{
    (void)state;
    keep_in(fake_run_dir(fake));
    be("locked", -80);
    fake_drift(fake, "motor_angle", -0.012);
    assert_int_equal(run("commission zero --seconds 3"), RH_EXIT_ERROR);
    says("fail  zero: the arm did not come to rest in 3 s");
    assert_null(strstr(console.out, "offset"));
}

/* Slow enough to be taken for still, far from the hang: looked at for longer. */
static void a_slow_drift_is_told_and_no_offset_either(void **state)
{
    (void)state;
    keep_in(fake_run_dir(fake));
    be("locked", -80);
    fake_drift(fake, "arm_angle", -0.00185);
    assert_int_equal(run("commission zero --seconds 5"), RH_EXIT_ERROR);
    says("fail  zero: the arm still moves, from -80.");
    assert_null(strstr(console.out, "offset"));
}

static void a_wrong_zero_of_an_arm_at_rest_is_told_with_its_offset(void **state)
{
    (void)state;
    keep_in(fake_run_dir(fake));
    be("locked", -80);
    assert_int_equal(run("commission zero --seconds 5"), RH_EXIT_ERROR);
    says("fail  zero: arm_angle shows -80.0 deg while the arm hangs");
    says("or add -10.00 to offset of [signal arm_angle]");
}

#define RESET "\"hold the reset button for half a second\""
#define OLD_FAULT                                                                      \
    "\"faults\":[{\"fault\":\"estop\",\"sentence\":\"Pressed.\",\"remedy\":\"Release." \
    "\"}]"

static void the_reset_is_not_asked_for_while_the_arm_still_sinks(void **state)
{
    (void)state;
    be_all_but_relay();
    be("locked", -80);
    fake_answer(fake, "snapshot",
                "{\"state\":{\"waits_for\":[" RESET
                ",\"bring the arm to rest at the bottom\"]}," OLD_FAULT "}");
    assert_int_equal(run("commission relay --yes --seconds 1"), RH_EXIT_ERROR);
    says("waits: bring the arm to rest at the bottom\n");
    says("fail  relay: the machine stays locked, it waits for: bring the arm to rest");
    assert_null(strstr(console.out, "do: hold the reset"));
    assert_null(strstr(console.out, "Pressed."));
}

static void a_reset_that_does_not_come_is_what_is_missing(void **state)
{
    (void)state;
    be_all_but_relay();
    be("locked", -90);
    fake_answer(fake, "snapshot",
                "{\"state\":{\"waits_for\":[" RESET "]}," OLD_FAULT "}");
    assert_int_equal(run("commission relay --yes --seconds 1"), RH_EXIT_ERROR);
    says("do: hold the reset button for half a second");
    says("fail  relay: the machine stays locked: the reset button was not held");
    assert_null(strstr(console.out, "Pressed."));
}

static void a_fault_that_is_still_there_is_told(void **state)
{
    (void)state;
    be_all_but_relay();
    be("locked", -90);
    fake_answer(fake, "snapshot",
                "{\"state\":{\"waits_for\":[" RESET
                ",\"the fault is still there\"]}," OLD_FAULT "}");
    assert_int_equal(run("commission relay --yes --seconds 1"), RH_EXIT_ERROR);
    says("fail  relay: the machine stays locked: Pressed. — Release.");
}

/* The grips as they are; nothing else is touched. */
static void grip(int left, int right)
{
    char signals[300];
    (void)snprintf(signals, sizeof signals,
                   "{\"mono_ns\":1000,\"safety\":\"locked\",\"signals\":["
                   "{\"name\":\"grip_left\",\"value\":%d,\"quality\":\"good\"},"
                   "{\"name\":\"grip_right\",\"value\":%d,\"quality\":\"good\"}]}",
                   left, right);
    fake_answer(fake, "signal.list", signals);
}

static void two_hands_are_no_exchanged_wires(void **state)
{
    static const struct {
        int left, right;
        const char *says;
    } rows[] = {
        {1, 1,
         "grip_left and grip_right both changed: press only grip_left — hold the "
         "left grip and nothing else"},
        {0, 1,
         "grip_right changed, and grip_left did not, when it was said: hold the "
         "left grip; the two are exchanged"},
    };
    (void)state;
    keep_in(fake_run_dir(fake));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char line[400] = "";
        grip(0, 0);
        console_start(&console, fake_run_dir(fake), "commission buttons --seconds 5");
        while (strstr(line, "do: hold the left grip") == NULL) {
            assert_true(console_line(&console, line, sizeof line));
        }
        grip(rows[i].left, rows[i].right);
        console_finish(&console);
        assert_int_equal(console.exit, RH_EXIT_ERROR);
        says(rows[i].says);
    }
}

/* The second hand comes later than the first. */
static void the_other_grip_a_moment_before_is_no_exchange(void **state)
{
    (void)state;
    char line[400] = "";
    keep_in(fake_run_dir(fake));
    grip(0, 0);
    console_start(&console, fake_run_dir(fake), "commission buttons --seconds 5");
    while (strstr(line, "do: hold the left grip") == NULL) {
        assert_true(console_line(&console, line, sizeof line));
    }
    grip(0, 1);
    size_t looks = fake_count(fake, "signal.list");
    assert_true(fake_await(fake, "signal.list", looks + 3));
    grip(1, 1);
    console_finish(&console);
    says("grip_left and grip_right both changed");
}

#define A(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        A(a_step_that_there_is_not_is_named),
        A(what_could_not_be_written_is_said_before_anybody_moves),
        A(pads_are_not_begun_while_the_arm_is_not_seen_to_rest),
        A(two_at_once_would_write_over_each_other),
        A(a_folder_that_another_program_locks_is_no_second_commissioning),
        A(the_record_of_another_wiring_is_kept_and_comes_back_with_it),
        A(nothing_falls_without_an_answer),
        A(the_drive_is_switched_on_last),
        A(a_deed_that_is_not_done_is_named_when_the_time_is_over),
        A(who_thinks_for_longer_than_a_lease_lasts_is_still_present),
        A(a_no_moves_nothing),
        A(without_consent_at_the_machine_the_button_is_asked_for),
        A(an_arm_that_does_not_come_to_rest_is_named_with_a_remedy),
        A(an_arm_that_sinks_is_not_still_and_nobody_is_told_an_offset),
        A(a_slow_drift_is_told_and_no_offset_either),
        A(a_wrong_zero_of_an_arm_at_rest_is_told_with_its_offset),
        A(the_reset_is_not_asked_for_while_the_arm_still_sinks),
        A(a_reset_that_does_not_come_is_what_is_missing),
        A(a_fault_that_is_still_there_is_told),
        A(two_hands_are_no_exchanged_wires),
        A(the_other_grip_a_moment_before_is_no_exchange),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
