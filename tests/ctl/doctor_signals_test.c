/* SPDX-License-Identifier: Apache-2.0 */
/* `doctor` on the wiring: counters, signals, and the record of commissioning. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "commissioning.h"
#include "doctor_rig.h"
#include "rh/wire.h"

#define console (doctor_rig.console)
#define fake (doctor_rig.fake)

static void signals_that_cannot_be_are_named(void **state)
{
    static const struct {
        const char *arm, *estop, *says;
    } rows[] = {
        {"90.0", "1", "arm_angle reads 90.0 deg, where the arm cannot be"},
        {"-80.0", "1", "arm encoder and motor disagree by 10.0 deg"},
        {"-90.0", "0", "e-stop channel b reads open while channel a is closed"},
    };
    (void)state;
    doctor_plant_good();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char signals[600];
        (void)snprintf(signals, sizeof signals,
                       "{\"mono_ns\":1,\"safety\":\"locked\",\"signals\":["
                       "{\"name\":\"arm_angle\",\"value\":%s,\"quality\":\"good\"},"
                       "{\"name\":\"motor_angle\",\"value\":-90,\"quality\":\"good\"},"
                       "{\"name\":\"estop_a\",\"value\":1,\"quality\":\"good\"},"
                       "{\"name\":\"estop_b\",\"value\":%s,\"quality\":\"good\"}]}",
                       rows[i].arm, rows[i].estop);
        fake_answer(fake, "signal.list", signals);
        assert_int_equal(doctor_examine(doctor_good_file()), 1);
        assert_true(doctor_says(rows[i].says));
        assert_true(
            doctor_says("fail  signal: strap_left is not usable: it was never read"));
    }
}

/* A record whose first steps are ok, the next one failed, the rest was not done; and
 * the daemon, which read none of it. */
static void record_steps(int ok)
{
    char answer[900];
    char error[512];
    char wiring[] = "[machine]\nname = bench\n";
    rh_commissioning_t record = {.machine = FAKE_MACHINE, .wiring = wiring};
    for (int i = 0; i <= ok && i < RH_COMMISSIONING_COUNT; i++) {
        record.steps[i].is_ok = i < ok;
        strcpy(record.steps[i].date, "2026-01-02T03:04:05Z");
        strcpy(record.steps[i].values, "as seen");
    }
    assert_int_equal(
        rh_commissioning_write(fake_run_dir(fake), &record, error, sizeof error), 0);
    (void)snprintf(answer, sizeof answer,
                   "{\"is_needed\":true,\"may_arm\":false,\"sentence\":\"an old one\","
                   "\"machine\":\"" FAKE_MACHINE "\",\"state_dir\":\"%s\","
                   "\"wiring\":\"[machine]\\nname = bench\\n\"}",
                   fake_run_dir(fake));
    fake_answer(fake, "commissioning.show", answer);
}

static void the_steps_that_are_missing_and_that_failed_are_listed(void **state)
{
    (void)state;
    record_steps(RH_COMMISSIONING_LIMITS);
    assert_int_equal(doctor_run("doctor", doctor_good_file()), RH_EXIT_ERROR);
    assert_true(doctor_says("fail  commissioning: not commissioned: the step limits"));
    assert_true(doctor_says("; failed: limits; not done: brake, relay, torque"));
}

static void
a_complete_record_that_the_daemon_did_not_read_asks_for_its_restart(void **state)
{
    (void)state;
    record_steps(RH_COMMISSIONING_COUNT);
    assert_int_equal(doctor_run("doctor", doctor_good_file()), RH_EXIT_ERROR);
    assert_true(doctor_says("fail  commissioning: every step is ok in the record"));
    assert_true(doctor_says("restart the daemon (systemctl restart revhyperd)"));
}

static void without_any_record_the_daemons_sentence_stands(void **state)
{
    (void)state;
    fake_answer(
        fake, "commissioning.show",
        "{\"is_needed\":true,\"may_arm\":false,\"sentence\":\"not "
        "commissioned: do it\",\"machine\":\"bench\",\"state_dir\":\"/nowhere\","
        "\"wiring\":\"\"}");
    assert_int_equal(doctor_run("doctor", doctor_good_file()), RH_EXIT_ERROR);
    assert_true(doctor_says("fail  commissioning: not commissioned: do it — no step is "
                            "recorded here"));
}

/* One bus with two devices: name, replies, silence, damage of each. */
static void two_devices(const char *one, const char *other)
{
    char health[1500];
    (void)snprintf(health, sizeof health,
                   "{\"buses\":[{\"name\":\"cells\",\"is_up\":true}],\"devices\":["
                   "{\"name\":\"left\",\"bus\":0,%s},"
                   "{\"name\":\"right\",\"bus\":0,%s}]}",
                   one, other);
    doctor_be(health, "[]");
    fake_answer(
        fake, "commissioning.show",
        "{\"may_arm\":true,\"sentence\":\"s\",\"wiring\":"
        "\"[bus cells]\\nbaud = 115200\\nformat = 8N1\\n[device left]\\nslave = 1"
        "\\n[device right]\\nslave = 2\\n\"}");
}

#define GOOD "\"age_ns\":5000000,\"replies\":900,\"timeouts\":0,\"garbled\":0"
#define SILENT "\"age_ns\":9e9,\"replies\":0,\"timeouts\":90,\"garbled\":0"
#define DAMAGED "\"age_ns\":9e9,\"replies\":0,\"timeouts\":2,\"garbled\":90"

static void counters_tell_one_mistake_from_the_other(void **state)
{
    static const struct {
        const char *left, *right, *says;
    } rows[] = {
        {SILENT, GOOD, "left does not answer as slave 1 on bus cells, where others do"},
        {SILENT, SILENT, "no device on bus cells answers: wrong baud rate or format"},
        {DAMAGED, DAMAGED, "every reply on bus cells is damaged: wrong baud rate"},
        {SILENT, DAMAGED, "two devices on bus cells have the number 2"},
        {DAMAGED, SILENT, "two devices on bus cells have the number 1"},
    };
    (void)state;
    doctor_plant_good();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        two_devices(rows[i].left, rows[i].right);
        assert_int_equal(doctor_examine(doctor_good_file()), 1);
        assert_true(doctor_says(rows[i].says));
    }
    two_devices(GOOD, GOOD);
    (void)doctor_examine(doctor_good_file());
    assert_null(strstr(console.out, "wiring:"));
}

/* Two signals, each so old in every answer. */
static void be_old(double drive_ms, double contact_ms)
{
    char signals[600];
    (void)snprintf(signals, sizeof signals,
                   "{\"mono_ns\":1,\"safety\":\"locked\",\"signals\":["
                   "{\"name\":\"motor_angle\",\"value\":-90,\"quality\":\"good\","
                   "\"age_ns\":%.0f},"
                   "{\"name\":\"grip_left\",\"value\":0,\"quality\":\"good\","
                   "\"age_ns\":%.0f}]}",
                   drive_ms * 1e6, contact_ms * 1e6);
    fake_answer(fake, "signal.list", signals);
}

static void a_sample_that_is_always_too_old_is_named_with_its_limit(void **state)
{
    (void)state;
    doctor_plant_good();
    be_old(12, 55);
    assert_int_equal(doctor_examine(doctor_good_file()), 1);
    assert_true(doctor_says("fail  signal: grip_left was too old in 75 of 75 looks: up "
                            "to 55 ms, at most 40 ms are allowed"));
    assert_true(doctor_says("its bus is too slow"));
    assert_null(strstr(console.out, "motor_angle was too old"));
}

/* A row of `signal.list`. */
static void add_signal(char *text, size_t size, const char *name, const char *quality,
                       double age_ms)
{
    size_t used = strlen(text);
    (void)snprintf(text + used, size - used,
                   "%s{\"name\":\"%s\",\"value\":0,\"quality\":\"%s\",\"age_ns\":%.0f}",
                   text[used - 1] == '[' ? "" : ",", name, quality, age_ms * 1e6);
}

static void
what_one_bus_or_one_device_does_is_one_finding_with_its_signals(void **state)
{
    static const char *const contacts[] = {"comfort_stop", "reset_button", "estop_a",
                                           "estop_b",      "grip_left",    "grip_right",
                                           "limit_top",    "limit_bottom"};
    char signals[2048] = "{\"mono_ns\":1,\"safety\":\"locked\",\"signals\":[";
    (void)state;
    doctor_plant_good();
    for (size_t i = 0; i < sizeof contacts / sizeof contacts[0]; i++) {
        add_signal(signals, sizeof signals, contacts[i], "good", 55);
    }
    add_signal(signals, sizeof signals, "strap_left", "good", 70);
    add_signal(signals, sizeof signals, "pad_front", "lost", 900);
    add_signal(signals, sizeof signals, "motor_angle", "lost", 900);
    add_signal(signals, sizeof signals, "motor_rate", "lost", 900);
    (void)strcat(signals, "]}");
    fake_answer(fake, "signal.list", signals);
    assert_int_equal(doctor_examine(doctor_good_file()), 1);
    assert_true(doctor_says("fail  signal: estop_a, estop_b, grip_left, grip_right, "
                            "comfort_stop, reset_button, limit_top, limit_bottom "
                            "were too old in 75 of 75 looks: up to 55 ms"));
    assert_true(doctor_says("fail  signal: strap_left was too old in 75 of 75"));
    assert_true(doctor_says("fail  signal: motor_angle, motor_rate are not usable: the "
                            "device does not answer"));
    assert_true(doctor_says("fail  signal: pad_front is not usable: the device"));
}

/* The record is complete, was read, and says this of the brake. */
static void record_brake(const char *values)
{
    char answer[900];
    char error[512];
    char wiring[] = "[machine]\nname = bench\n";
    rh_commissioning_t record = {.machine = FAKE_MACHINE, .wiring = wiring};
    record.steps[RH_COMMISSIONING_BRAKE].is_ok = true;
    strcpy(record.steps[RH_COMMISSIONING_BRAKE].date, "2026-01-02T03:04:05Z");
    (void)snprintf(record.steps[RH_COMMISSIONING_BRAKE].values,
                   sizeof record.steps[0].values, "%s", values);
    assert_int_equal(
        rh_commissioning_write(fake_run_dir(fake), &record, error, sizeof error), 0);
    (void)snprintf(answer, sizeof answer,
                   "{\"is_needed\":true,\"may_arm\":true,\"sentence\":\"commissioned\","
                   "\"machine\":\"" FAKE_MACHINE "\",\"state_dir\":\"%s\","
                   "\"wiring\":\"\"}",
                   fake_run_dir(fake));
    fake_answer(fake, "commissioning.show", answer);
}

static void whom_the_brake_lets_down_slowly_is_said(void **state)
{
    (void)state;
    doctor_plant_good();
    record_brake("the brake held 34.3 N m at 14.4 deg/s with 0.0 kg on the strap, and "
                 "60 deg/s at a power cut is promised to nobody");
    assert_int_equal(doctor_examine(doctor_good_file()), 0);
    assert_true(doctor_says("warn  passive brake: the brake held 34.3 N m"));
    assert_true(doctor_says("commission brake --hung MASS"));
    record_brake("the brake held 180.0 N m at 41.0 deg/s with 17.5 kg on the strap, "
                 "and 60 deg/s at a power cut is promised up to 88 kg");
    assert_int_equal(doctor_examine(doctor_good_file()), 0);
    assert_true(doctor_says("ok    passive brake: the brake held 180.0 N m"));
}

#define A(name)                                                                        \
    cmocka_unit_test_setup_teardown(name, doctor_rig_build, doctor_rig_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        A(signals_that_cannot_be_are_named),
        A(the_steps_that_are_missing_and_that_failed_are_listed),
        A(a_complete_record_that_the_daemon_did_not_read_asks_for_its_restart),
        A(without_any_record_the_daemons_sentence_stands),
        A(counters_tell_one_mistake_from_the_other),
        A(a_sample_that_is_always_too_old_is_named_with_its_limit),
        A(what_one_bus_or_one_device_does_is_one_finding_with_its_signals),
        A(whom_the_brake_lets_down_slowly_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
