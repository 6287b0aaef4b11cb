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

#include "doctor_rig.h"
#include "rh/wire.h"

#define console (doctor_rig.console)
#define fake (doctor_rig.fake)

static void a_healthy_machine_is_all_ok_and_exit_nought(void **state)
{
    (void)state;
    doctor_plant_good();
    assert_int_equal(doctor_examine(doctor_good_file()), 0);
    assert_true(doctor_says("ok    kernel: "));
    assert_true(doctor_says("ok    clock source: tsc\n"));
    assert_true(doctor_says("ok    governor: performance\n"));
    assert_true(doctor_says("ok    signals: all are read"));
    assert_true(doctor_says("ok    commissioning: commissioned\n"));
    assert_true(doctor_says("ok    configuration: "));
    assert_true(doctor_says("ok    daemon: bench answers at ipc://"));
    assert_true(doctor_says("ok    role: you are a trainer here\n"));
    assert_true(
        doctor_says("ok    bus drive: up, 98 cycles/s, busy 90 %, errors 0.0 % now"));
    assert_true(doctor_says("ok    device drive: ready, last answer 9.0 ms ago"));
    assert_true(doctor_says("ok    real time: "));
    assert_true(doctor_says("ok    memory: 6.0 MB locked\n"));
    assert_true(doctor_says("ok    timing: ticks begin 80 us late (p99)"));
    assert_true(doctor_says("ok    events: 0 lost"));
    assert_true(doctor_says("ok    faults: none is open\n"));
    assert_null(strstr(console.out, "warn"));
    assert_null(strstr(console.out, "fail"));
}

static void a_computer_that_is_not_set_up_is_told_how(void **state)
{
    (void)state;
    doctor_plant("/proc/sys/kernel/sched_rt_runtime_us", "500000\n");
    doctor_plant("/sys/devices/system/clocksource/clocksource0/current_clocksource",
                 "hpet\n");
    doctor_plant("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
                 "performance\n");
    doctor_plant("/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor",
                 "powersave\n");
    assert_int_equal(doctor_examine(doctor_good_file()), 0);
    assert_true(doctor_says("is not PREEMPT_RT: a tick may begin milliseconds late"));
    assert_true(doctor_says(
        "warn  real-time share: real-time threads are held back to 500000"));
    assert_true(doctor_says("warn  clock source: hpet is slow to read"));
    assert_true(doctor_says("warn  governor: powersave"));
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
                   "-e 's|^path = bus-io|path = /dev/ttyS8|' "
                   "-e 's|^path = bus-pads|path = /dev/ttyS9|' "
                   "-e 's|^profiles = .*|profiles = %s/config/devices|' "
                   "%s/config/machines/simulated-rtu.conf > %s",
                   source[0] == '/' ? source : ".", source, path);
    assert_int_equal(system(words), 0); // NOLINT: a test's own folder
    return path;
}

static void an_adapter_that_is_missing_or_slow_is_named(void **state)
{
    (void)state;
    doctor_plant_good();
    doctor_plant("/dev/ttyUSB1", "");
    doctor_plant("/sys/bus/usb-serial/devices/ttyUSB1/latency_timer", "16\n");
    assert_int_equal(doctor_examine(file_with_adapter()), 1);
    assert_true(
        doctor_says("fail  adapter of bus drive: there is no /dev/serial/by-path/a"));
    assert_true(
        doctor_says("warn  adapter of bus cells: /dev/ttyUSB1 may be another adapter"));
    assert_true(doctor_says("the FTDI adapter /dev/ttyUSB1 keeps replies for 16 ms"));
}

static void without_a_daemon_it_still_checks_the_file_and_fails(void **state)
{
    (void)state;
    char words[600];
    (void)snprintf(words, sizeof words, "doctor --config %s", doctor_good_file());
    assert_int_equal(console_run(&console, "/nonexistent", words), RH_EXIT_ERROR);
    assert_true(doctor_says("ok    configuration: "));
    assert_true(doctor_says("fail  daemon: no daemon answers at /nonexistent"));
    assert_true(doctor_says(" — start revhyperd"));
    assert_null(strstr(console.out, "\nok    bus "));
    assert_null(
        strstr(console.out, "\nfail  bus ")); /* those are the daemon's to tell */
}

static void a_missing_file_fails_with_its_name(void **state)
{
    (void)state;
    assert_int_equal(doctor_run("doctor", "/nonexistent.conf"), RH_EXIT_ERROR);
    assert_true(doctor_says("fail  configuration: there is no /nonexistent.conf"));
}

static void a_bus_that_is_down_and_a_device_that_is_silent_fail(void **state)
{
    (void)state;
    doctor_be(
        "{\"buses\":[{\"name\":\"cells\",\"is_up\":false,\"error_frac\":1,"
        "\"last_error\":\"no such port\"},{\"name\":\"io\",\"is_up\":true,"
        "\"rate_hz\":100,\"error_frac\":0.05,\"last_error\":\"crc\"}],"
        "\"devices\":[{\"name\":\"left\",\"is_ready\":false,\"age_ns\":5000000000,"
        "\"problem\":\"nobody knows its limits\"},"
        "{\"name\":\"io\",\"is_ready\":true,\"age_ns\":300000000}],"
        "\"is_realtime\":false,\"is_wakeful\":false,\"memory_locked_bytes\":0,"
        "\"late_p99_us\":4000,\"overruns\":3}",
        "[]");
    assert_int_equal(doctor_run("doctor", doctor_good_file()), RH_EXIT_ERROR);
    assert_true(doctor_says("fail  bus cells: down"));
    assert_true(doctor_says(": no such port — as it says"));
    assert_true(doctor_says("warn  bus io: up, 100 cycles/s"));
    assert_true(doctor_says(": crc — check the cable"));
    assert_true(doctor_says("fail  device left: not ready, last answer 5000.0 ms ago"));
    assert_true(doctor_says(": nobody knows its limits — find them in its manual"));
    assert_true(doctor_says("warn  device io: ready, last answer 300.0 ms ago"));
    assert_true(doctor_says("warn  real time: "));
    assert_true(doctor_says("warn  memory: not locked"));
    assert_true(doctor_says("warn  timing: ticks begin 4000 us late"));
}

static void the_daemons_right_to_real_time_is_read_from_its_own_process(void **state)
{
    (void)state;
    doctor_plant("/proc/4242/status", "Name:\trevhyperd\nCapEff:\t0000000000000000\n");
    doctor_plant("/proc/4242/limits", "Limit  Soft Limit  Hard Limit  Units\n"
                                      "Max realtime priority     0      0     \n");
    (void)doctor_examine(doctor_good_file());
    assert_true(doctor_says("warn  real-time permission: the daemon (process 4242) may "
                            "have priority 0 at most — start it by its unit"));
    doctor_plant("/proc/4242/status", "Name:\trevhyperd\nCapEff:\t000001ffffffffff\n");
    (void)doctor_examine(doctor_good_file());
    assert_true(doctor_says("ok    real-time permission: the daemon (process 4242) may "
                            "take any priority"));
    doctor_plant("/proc/4242/limits", "Max realtime priority     90     90    \n");
    (void)doctor_examine(doctor_good_file());
    assert_true(doctor_says("ok    real-time permission: the daemon (process 4242) may "
                            "have priority 90 at most"));
}

/* At its first message the shipped daemon knows of no reply yet. */
static void a_daemon_that_has_just_started_is_asked_until_it_can_know(void **state)
{
    char words[700];
    (void)state;
    doctor_be("{\"uptime_s\":0.1,\"buses\":[],\"devices\":[{\"name\":\"drive\","
              "\"bus\":0,\"is_ready\":false,\"age_ns\":9,\"errors\":0}]}",
              "[]");
    (void)snprintf(words, sizeof words, "doctor --config %s", doctor_good_file());
    console_start(&console, fake_run_dir(fake), words);
    assert_true(fake_await(fake, "snapshot", 3));
    doctor_be("{\"uptime_s\":2.1,\"buses\":[],\"devices\":[{\"name\":\"drive\","
              "\"bus\":0,\"is_ready\":true,\"age_ns\":9,\"errors\":0}]}",
              "[]");
    console_finish(&console);
    assert_true(doctor_says("ok    device drive: ready"));
    assert_null(strstr(console.out, "not ready"));
}

static void health_that_says_nothing_is_never_ok(void **state)
{
    (void)state;
    doctor_be("{\"buses\":[{\"name\":\"cells\",\"is_up\":true}],\"devices\":[{}]}",
              "[]");
    assert_int_equal(doctor_run("doctor", doctor_good_file()), RH_EXIT_ERROR);
    assert_true(doctor_says("fail  bus cells"));
    assert_true(doctor_says("fail  device ?"));
    assert_true(doctor_says("warn  timing"));
    assert_true(doctor_says("fail  events: the daemon does not say"));
    doctor_be("{}", "[]");
    assert_int_equal(doctor_run("doctor", doctor_good_file()), RH_EXIT_ERROR);
    assert_true(doctor_says("fail  buses: there are none"));
}

/* The shipped machine's damping is made for 11.08 ms. */
static void a_drives_bus_slower_than_its_cycle_ms_fails_with_both_figures(void **state)
{
    const char *slow = "{\"buses\":[{\"name\":\"drive\",\"is_up\":true,"
                       "\"rate_hz\":60,\"error_frac\":0}]}";
    const char *behind = "{\"buses\":[{\"name\":\"drive\",\"is_up\":true,"
                         "\"rate_hz\":80,\"error_frac\":0}]}";
    const char *fast = "{\"buses\":[{\"name\":\"drive\",\"is_up\":true,"
                       "\"rate_hz\":85,\"error_frac\":0}]}";
    (void)state;
    doctor_be(slow, "[]");
    assert_int_equal(doctor_examine(doctor_good_file()), 1);
    assert_true(
        doctor_says("fail  cycle: bus drive takes 16.67 ms for a cycle, [limits] "
                    "cycle_ms says 11.08"));
    doctor_be(behind, "[]");
    (void)doctor_examine(doctor_good_file());
    assert_true(doctor_says("warn  cycle: bus drive takes 12.50 ms"));
    doctor_be(fast, "[]");
    (void)doctor_examine(doctor_good_file());
    assert_true(doctor_says("ok    cycle: bus drive takes 11.76 ms"));
}

/* The shipped machine's cells, as if somebody had set their line to even parity. */
static void
a_device_whose_profile_says_another_format_than_its_line_is_named(void **state)
{
    char words[1600];
    char path[600];
    const char *good = doctor_good_file();
    (void)state;
    (void)snprintf(path, sizeof path, "%s/config/revhyper.conf", fake_run_dir(fake));
    (void)snprintf(words, sizeof words,
                   "cp -r $(dirname %s) %s/config && sed -i "
                   "'/^.bus cells/,/^format/s/^format.*/format = 8E1/' "
                   "%s/config/machines/simulated-rtu.conf",
                   good, fake_run_dir(fake), fake_run_dir(fake));
    assert_int_equal(system(words), 0); // NOLINT: a test's own folder
    assert_int_equal(doctor_examine(path), 0);
    assert_true(doctor_says("warn  format: bus cells speaks 8E1, profile pt113 of "
                            "device strap_left says 8N1 — set the device to"));
    assert_null(strstr(console.out, "format: bus drive"));
}

static void a_lost_event_fails(void **state)
{
    (void)state;
    doctor_be("{\"events_lost\":2}", "[]");
    assert_int_equal(doctor_run("doctor", doctor_good_file()), RH_EXIT_ERROR);
    assert_true(doctor_says("fail  events: 2 lost on the way out of the control loop"));
}

static void an_open_fault_fails_but_the_lock_of_a_fresh_start_only_warns(void **state)
{
    (void)state;
    doctor_be(
        "{}",
        "[{\"fault\":\"boot\",\"sentence\":\"It has started.\",\"remedy\":\"Hold.\"},"
        "{\"fault\":\"estop\",\"sentence\":\"Pressed.\",\"remedy\":\"Release.\"}]");
    assert_int_equal(doctor_run("doctor", doctor_good_file()), RH_EXIT_ERROR);
    assert_true(doctor_says("warn  fault: boot: It has started. — Hold."));
    assert_true(doctor_says("fail  fault: estop: Pressed. — Release."));
}

static void a_viewer_is_told_why_commands_will_be_refused(void **state)
{
    (void)state;
    fake_answer(fake, "hello", "{\"machine\":\"bench\",\"role\":\"viewer\"}");
    assert_int_equal(doctor_run("doctor", doctor_good_file()), 0);
    assert_true(doctor_says("warn  role: you are a viewer here — to command, join"));
}

static void doctor_with_json_lists_the_same_checks(void **state)
{
    (void)state;
    assert_int_equal(doctor_run("doctor --json", "/nonexistent.conf"), RH_EXIT_ERROR);
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
    (void)snprintf(words, sizeof words, "config check --config %s", doctor_good_file());
    assert_int_equal(console_run(&console, "/nonexistent", words), 0);
    assert_true(doctor_says("revhyper.conf is good\n"));
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
    assert_int_equal(doctor_run("config check", path), RH_EXIT_ERROR);
    assert_non_null(strstr(console.err, place));
    unlink(path);
    assert_int_equal(doctor_run("config check", path), RH_EXIT_NOT_FOUND);
}

static void config_show_prints_the_daemons_settings_or_those_of_a_file(void **state)
{
    (void)state;
    assert_int_equal(console_run(&console, fake_run_dir(fake), "config show"), 0);
    assert_string_equal(console.out, "[daemon]\nlive_hz = 50\n");
    assert_int_equal(fake_count(fake, "config.show"), 1);
    assert_int_equal(doctor_run("config show", doctor_good_file()), 0);
    assert_true(doctor_says("[daemon]"));
    assert_int_equal(fake_count(fake, "config.show"), 1);
}

#define A(name)                                                                        \
    cmocka_unit_test_setup_teardown(name, doctor_rig_build, doctor_rig_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        A(a_healthy_machine_is_all_ok_and_exit_nought),
        A(a_computer_that_is_not_set_up_is_told_how),
        A(an_adapter_that_is_missing_or_slow_is_named),
        A(without_a_daemon_it_still_checks_the_file_and_fails),
        A(a_missing_file_fails_with_its_name),
        A(a_bus_that_is_down_and_a_device_that_is_silent_fail),
        A(the_daemons_right_to_real_time_is_read_from_its_own_process),
        A(a_daemon_that_has_just_started_is_asked_until_it_can_know),
        A(health_that_says_nothing_is_never_ok),
        A(a_drives_bus_slower_than_its_cycle_ms_fails_with_both_figures),
        A(a_device_whose_profile_says_another_format_than_its_line_is_named),
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
