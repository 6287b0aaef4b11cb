/* SPDX-License-Identifier: Apache-2.0 */
/* The step `torque` of `commission`: what it makes of a tied strap's force. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "commissioning.h"
#include "console.h"
#include "fake.h"

#define TORQUE "commission torque --yes --seconds 2"
#define LEVEL_LOOKS 45 /* 0.9 s */

static console_t console;
static fake_t *fake;

/* One metre of radius: newtons of the strap are newton metres. */
#define WIRING                                                                         \
    "[machine]\nname = bench\nstrap_radius_m = 1\narm_gravity_nm = 40\n"               \
    "strap_weight_n = 0\n"

static void keep_record(rh_commissioning_step_t open)
{
    char error[512];
    char answer[900];
    char wiring[] = WIRING;
    json_t *text = json_string(WIRING);
    char *quoted = json_dumps(text, JSON_ENCODE_ANY);
    (void)snprintf(answer, sizeof answer,
                   "{\"is_needed\":true,\"may_arm\":false,\"sentence\":\"not\","
                   "\"machine\":\"" FAKE_MACHINE "\",\"state_dir\":\"%s\","
                   "\"wiring\":%s}",
                   fake_run_dir(fake), quoted);
    fake_answer(fake, "commissioning.show", answer);
    free(quoted);
    json_decref(text);
    rh_commissioning_t record = {.machine = FAKE_MACHINE, .wiring = wiring};
    for (int i = 0; i < RH_COMMISSIONING_COUNT; i++) {
        record.steps[i].is_ok = i != (int)open;
        strcpy(record.steps[i].date, "2026-01-02T03:04:05Z");
    }
    assert_int_equal(
        rh_commissioning_write(fake_run_dir(fake), &record, error, sizeof error), 0);
}

/* What the wires say: the torque given, the drive's own, and the strap's two ends
 * together. */
typedef struct {
    const char *safety;
    double arm_deg, given_nm, said_nm, strap_n;
} look_t;

static const char *signals(const look_t *look)
{
    static char text[900];
    (void)snprintf(text, sizeof text,
                   "{\"mono_ns\":1000,\"safety\":\"%s\",\"signals\":["
                   "{\"name\":\"arm_angle\",\"value\":%.2f,\"quality\":\"good\"},"
                   "{\"name\":\"motor_angle\",\"value\":-90,\"quality\":\"good\"},"
                   "{\"name\":\"torque_confirmed\",\"value\":%.2f,\"quality\":"
                   "\"good\"},"
                   "{\"name\":\"drive_torque\",\"value\":%.2f,\"quality\":\"good\"},"
                   "{\"name\":\"strap_left\",\"value\":%.2f,\"quality\":\"good\"},"
                   "{\"name\":\"strap_right\",\"value\":%.2f,\"quality\":\"good\"}]}",
                   look->safety, look->arm_deg, look->given_nm, look->said_nm,
                   0.6 * look->strap_n, 0.4 * look->strap_n);
    return text;
}

static void show(const look_t *look)
{
    fake_answer(fake, "signal.list", signals(look));
}

static void state_is(double relay_ms)
{
    char text[200];
    (void)snprintf(text, sizeof text,
                   "{\"state\":{\"relay_ms\":%.0f,\"waits_for\":[]},\"faults\":["
                   "{\"fault\":\"estop\",\"sentence\":\"Pressed.\",\"remedy\":"
                   "\"Release.\"}]}",
                   relay_ms);
    fake_answer(fake, "snapshot", text);
}

static const look_t hangs = {"idle", -90.0, 0.0, 0.0, 3.0}; /* cells have a zero */

static int setup(void **state)
{
    (void)state;
    fake = fake_start();
    keep_record(RH_COMMISSIONING_TORQUE);
    state_is(60);
    show(&hangs);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fake_stop(fake);
    return 0;
}

static void says(const char *text)
{
    if (strstr(console.out, text) == NULL && strstr(console.err, text) == NULL) {
        fail_msg("no `%s` in:\n%s%s", text, console.out, console.err);
    }
}

/* The console has looked at it: long enough for a level, or once, where that is the
 * end.
 */
static void is_looked_at(const look_t *look)
{
    size_t from = fake_count(fake, "signal.list");
    size_t times = strcmp(look->safety, "probe") == 0 ? LEVEL_LOOKS : 1;
    assert_true(fake_await(fake, "signal.list", from + times));
}

/* The gate's two levels, then another look; what the console says is in `console`. */
static void pull(const look_t *low, const look_t *high, const look_t *end)
{
    size_t asked = fake_count(fake, "torque.test");
    show(&hangs);
    fake_change(fake, "torque.test", "signal.list", signals(low));
    console_start(&console, fake_run_dir(fake), TORQUE);
    assert_true(fake_await(fake, "torque.test", asked + 1));
    is_looked_at(low);
    show(high);
    is_looked_at(high);
    show(end);
    console_finish(&console);
}

/* So much more at the strap, and so much more by the drive itself, for 10 N m. */
static void pull_more(double strap_nm, double said_nm)
{
    look_t low = {"probe", -90.0, 10.0, 10.0, 3.0 - 8.0}; /* 2 N m of friction */
    look_t high = {"probe", -90.0, 20.0, 10.0 + said_nm, 3.0 - 8.0 - strap_nm};
    pull(&low, &high, &hangs);
}

static void a_strap_that_gets_what_the_drive_was_given_is_ok(void **state)
{
    (void)state;
    pull_more(10.0, 10.0);
    assert_int_equal(console.exit, 0);
    says("do: tie the strap to the frame on both sides");
    says("asks: The motor will pull at the tie");
    says("ok    torque: 10.00 N m more at the strap for 10.00 N m (100 %), from 10.0 N "
         "m on; the drive said 10.00 N m");
    says("do: untie the strap");
    assert_int_equal(fake_count(fake, "relay.test"), 0);
    assert_int_equal(fake_count(fake, "torque.test"), 1);
}

/* Each mistake by its sentence: judge_torque_test. */
static void a_wrong_scale_is_named_and_the_strap_untied(void **state)
{
    (void)state;
    pull_more(7.0, 10.0);
    says(
        "fail  torque: the arm gets 70 % of the torque that the drive was given (7.0 N "
        "m more at the strap for 10.0 N m)");
    says("do: untie the strap");
}

/* The arm's own weight is no torque of the motor: 40 N m, 3 degrees out of the hang. */
static void a_tie_that_gives_a_little_is_no_wrong_scale(void **state)
{
    look_t low = {"probe", -90.0, 10.0, 10.0, 3.0 - 10.0};
    look_t high = {"probe", -87.0, 20.0, 20.0, 3.0 - 20.0 + 2.09};
    (void)state;
    pull(&low, &high, &hangs);
    says("ok    torque: 10.00 N m more at the strap");
    says("the tied arm moved by 3.0 deg");
}

static void an_arm_that_moved_was_not_tied(void **state)
{
    look_t low = {"probe", -89.0, 10.0, 10.0, -7.0};
    look_t loose = {"idle", -84.9, 0.0, 0.0, 3.0};
    (void)state;
    pull(&low, &loose, &hangs);
    says(
        "fail  torque: the tie gave way or the strap is not tied: the arm moved by 5.1 "
        "deg");
}

static void a_test_that_ends_early_has_no_verdict_on_the_scale(void **state)
{
    look_t low = {"probe", -90.0, 10.0, 10.0, -7.0};
    (void)state;
    pull(&low, &hangs, &hangs);
    says("fail  torque: the motor was not seen to hold two levels of torque");
}

/* The gate ends it where the strap takes 40 N m more than at rest. */
static void a_motor_that_pulls_far_too_hard_is_named(void **state)
{
    look_t low = {"probe", -90.0, 10.0, 10.0, 3.0 - 25.0};
    look_t over = {"idle", -90.0, 16.0, 16.0, 3.0 - 40.0};
    (void)state;
    pull(&low, &over, &hangs);
    says("fail  torque: the arm gets far more torque than the drive was given: the "
         "strap took 40 N m more");
}

static void a_machine_that_stops_meanwhile_says_why(void **state)
{
    look_t low = {"probe", -90.0, 10.0, 10.0, -7.0};
    look_t cut = {"safe3", -90.0, 0.0, 0.0, 3.0};
    (void)state;
    pull(&low, &cut, &cut);
    says("fail  torque: the torque was not measured: Pressed. — Release.");
}

static void a_strap_that_stays_tied_is_not_done(void **state)
{
    look_t low = {"probe", -90.0, 10.0, 10.0, -7.0};
    look_t high = {"probe", -90.0, 20.0, 20.0, -17.0};
    look_t tied = {"idle", -90.0, 0.0, 0.0, -20.0};
    (void)state;
    pull(&low, &high, &tied);
    says("fail  torque: the strap cells did not go back to what they showed before it "
         "was tied (left -12.0 N, right -8.0 N)");
}

/* The daemon was started anew since the step relay. */
static void a_relay_that_is_not_proven_is_proven_first(void **state)
{
    (void)state;
    state_is(0);
    assert_int_equal(console_run(&console, fake_run_dir(fake), TORQUE), 1);
    says("asks: The drive will be switched on for half a second, with zero torque");
    says("fail  torque: the relay was not proven");
    assert_int_equal(fake_count(fake, "relay.test"), 1);
    assert_int_equal(fake_count(fake, "torque.test"), 0);
    assert_null(strstr(console.out, "tie the strap"));
}

static void every_step_before_it_must_be_ok(void **state)
{
    static const rh_commissioning_step_t open[] = {
        RH_COMMISSIONING_RELAY, RH_COMMISSIONING_BRAKE, RH_COMMISSIONING_COMPUTER};
    (void)state;
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
        keep_record(open[i]);
        assert_int_equal(console_run(&console, fake_run_dir(fake), TORQUE), 4);
        says("torque switches the drive on: every step before it must be ok");
    }
    assert_int_equal(fake_count(fake, "torque.test"), 0);
    assert_int_equal(fake_count(fake, "lease.take"), 0);
}

/* A step behind the relay is no reason to keep the relay from being tried. */
static void relay_does_not_wait_for_torque(void **state)
{
    (void)state;
    (void)console_run(&console, fake_run_dir(fake),
                      "commission relay --yes --seconds 1");
    assert_int_equal(fake_count(fake, "relay.test"), 1);
}

static void think_not(int asked)
{
    (void)asked;
}

static void a_no_pulls_at_nothing(void **state)
{
    (void)state;
    assert_int_equal(console_converse(&console, fake_run_dir(fake),
                                      "commission torque --seconds 5", "[y/N] ", "n\n",
                                      think_not),
                     1);
    says("nothing was moved");
    says("do: untie the strap");
    assert_int_equal(fake_count(fake, "torque.test"), 0);
}

#define A(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        A(a_strap_that_gets_what_the_drive_was_given_is_ok),
        A(a_wrong_scale_is_named_and_the_strap_untied),
        A(a_tie_that_gives_a_little_is_no_wrong_scale),
        A(an_arm_that_moved_was_not_tied),
        A(a_test_that_ends_early_has_no_verdict_on_the_scale),
        A(a_motor_that_pulls_far_too_hard_is_named),
        A(a_machine_that_stops_meanwhile_says_why),
        A(a_strap_that_stays_tied_is_not_done),
        A(a_relay_that_is_not_proven_is_proven_first),
        A(every_step_before_it_must_be_ok),
        A(relay_does_not_wait_for_torque),
        A(a_no_pulls_at_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
