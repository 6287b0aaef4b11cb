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
    char all[1600];
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

/* A file of the computer that --root makes doctor look at. */
static void plant(const char *path, const char *text)
{
    char whole[600];
    char words[1300];
    (void)snprintf(whole, sizeof whole, "%s/host%s", fake_run_dir(fake), path);
    (void)snprintf(words, sizeof words, "mkdir -p $(dirname %.590s)", whole);
    assert_int_equal(system(words), 0); // NOLINT: a test's own folder
    FILE *file = fopen(whole, "w");
    assert_non_null(file);
    (void)fputs(text, file);
    (void)fclose(file);
}

static void plant_good(void)
{
    plant("/sys/kernel/realtime", "1\n");
    plant("/proc/sys/kernel/sched_rt_runtime_us", "950000\n");
    plant("/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
    plant("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
}

static int examine(const char *config)
{
    char words[700];
    (void)snprintf(words, sizeof words, "doctor --root %.500s/host",
                   fake_run_dir(fake));
    return run(words, config);
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
    plant_good();
    assert_int_equal(examine(good_file()), 0);
    assert_true(says("ok    kernel: "));
    assert_true(says("ok    clock source: tsc\n"));
    assert_true(says("ok    governor: performance\n"));
    assert_true(says("ok    signals: all are read"));
    assert_true(says("ok    commissioning: commissioned\n"));
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

static void a_computer_that_is_not_set_up_is_told_how(void **state)
{
    (void)state;
    plant("/proc/sys/kernel/sched_rt_runtime_us", "500000\n");
    plant("/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n");
    plant("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
    plant("/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave\n");
    assert_int_equal(examine(good_file()), 0);
    assert_true(says("is not PREEMPT_RT: a tick may begin milliseconds late"));
    assert_true(
        says("warn  real-time share: real-time threads are held back to 500000"));
    assert_true(says("warn  clock source: hpet is slow to read"));
    assert_true(says("warn  governor: powersave"));
}

/* The shipped machine file with a line on a real adapter. */
static const char *file_with_adapter(void)
{
    static char path[640];
    char words[1400];
    const char *source = secure_getenv("RH_SOURCE_DIR");
    source = source != NULL ? source : ".";
    (void)snprintf(path, sizeof path, "%s/machine.conf", fake_run_dir(fake));
    (void)snprintf(words, sizeof words,
                   "sed -e '/^simulated = yes/d' -e 's|^path = bus-drive|path = "
                   "/dev/serial/by-path/a|' "
                   "-e 's|^path = bus-cells|path = /dev/ttyUSB1|' "
                   "-e 's|^profiles = .*|profiles = %s/config/devices|' "
                   "%s/config/machines/simulated-rtu.conf > %s",
                   source[0] == '/' ? source : ".", source, path);
    assert_int_equal(system(words), 0); // NOLINT: a test's own folder
    return path;
}

static void an_adapter_that_is_missing_or_slow_is_named(void **state)
{
    (void)state;
    plant_good();
    plant("/dev/ttyUSB1", "");
    plant("/sys/bus/usb-serial/devices/ttyUSB1/latency_timer", "16\n");
    assert_int_equal(examine(file_with_adapter()), 1);
    assert_true(says("fail  adapter of bus drive: there is no /dev/serial/by-path/a"));
    assert_true(
        says("warn  adapter of bus cells: /dev/ttyUSB1 may be another adapter"));
    assert_true(says("the FTDI adapter /dev/ttyUSB1 keeps replies for 16 ms"));
}

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
    plant_good();
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
        assert_int_equal(examine(good_file()), 1);
        assert_true(says(rows[i].says));
        assert_true(says("fail  signal: strap_left is not usable: it was never read"));
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
    assert_int_equal(run("doctor", good_file()), RH_EXIT_ERROR);
    assert_true(says("fail  commissioning: not commissioned: the step limits"));
    assert_true(says("; failed: limits; not done: brake, relay"));
}

static void
a_complete_record_that_the_daemon_did_not_read_asks_for_its_restart(void **state)
{
    (void)state;
    record_steps(RH_COMMISSIONING_COUNT);
    assert_int_equal(run("doctor", good_file()), RH_EXIT_ERROR);
    assert_true(says("fail  commissioning: every step is ok in the record"));
    assert_true(says("restart the daemon (systemctl restart revhyperd)"));
}

static void without_any_record_the_daemons_sentence_stands(void **state)
{
    (void)state;
    fake_answer(
        fake, "commissioning.show",
        "{\"is_needed\":true,\"may_arm\":false,\"sentence\":\"not "
        "commissioned: do it\",\"machine\":\"bench\",\"state_dir\":\"/nowhere\","
        "\"wiring\":\"\"}");
    assert_int_equal(run("doctor", good_file()), RH_EXIT_ERROR);
    assert_true(says("fail  commissioning: not commissioned: do it — no step is "
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
    be(health, "[]");
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
    plant_good();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        two_devices(rows[i].left, rows[i].right);
        assert_int_equal(examine(good_file()), 1);
        assert_true(says(rows[i].says));
    }
    two_devices(GOOD, GOOD);
    (void)examine(good_file());
    assert_null(strstr(console.out, "wiring:"));
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
    assert_null(strstr(console.out, "\nok    bus "));
    assert_null(
        strstr(console.out, "\nfail  bus ")); /* those are the daemon's to tell */
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

/* The shipped machine's damping is made for 11.08 ms. */
static void a_drives_bus_slower_than_its_cycle_ms_fails_with_both_figures(void **state)
{
    const char *slow = "{\"buses\":[{\"name\":\"drive\",\"is_up\":true,"
                       "\"rate_hz\":80,\"error_frac\":0}]}";
    const char *fast = "{\"buses\":[{\"name\":\"drive\",\"is_up\":true,"
                       "\"rate_hz\":85,\"error_frac\":0}]}";
    (void)state;
    be(slow, "[]");
    assert_int_equal(examine(good_file()), 1);
    assert_true(says("fail  cycle: bus drive takes 12.50 ms for a cycle, [limits] "
                     "cycle_ms says 11.08"));
    be(fast, "[]");
    (void)examine(good_file());
    assert_true(says("ok    cycle: bus drive takes 11.76 ms"));
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
        A(a_computer_that_is_not_set_up_is_told_how),
        A(an_adapter_that_is_missing_or_slow_is_named),
        A(signals_that_cannot_be_are_named),
        A(the_steps_that_are_missing_and_that_failed_are_listed),
        A(a_complete_record_that_the_daemon_did_not_read_asks_for_its_restart),
        A(without_any_record_the_daemons_sentence_stands),
        A(counters_tell_one_mistake_from_the_other),
        A(without_a_daemon_it_still_checks_the_file_and_fails),
        A(a_missing_file_fails_with_its_name),
        A(a_bus_that_is_down_and_a_device_that_is_silent_fail),
        A(health_that_says_nothing_is_never_ok),
        A(a_drives_bus_slower_than_its_cycle_ms_fails_with_both_figures),
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
