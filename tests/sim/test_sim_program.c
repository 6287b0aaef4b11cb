/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program as a program: TCP, the control socket, scenarios, the truth file, several
 * at once, and how it ends.
 */
#include "sim_rig.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MS 1000000LL

/* Runs a command of the shell in which $SIM is the program; returns its exit status,
 * its output in `text`. */
static int shell(char *text, size_t size, const char *command)
{
    char line[1024];
    size_t length;
    FILE *pipe;
    int status;

    (void)snprintf(line, sizeof(line), "SIM=%s/revhyper-sim; %s", getenv("RH_BIN_DIR"),
                   command);
    pipe = popen(line, "r");
    assert_non_null(pipe);
    length = fread(text, 1, size - 1, pipe);
    text[length] = '\0';
    status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int32_t arm_counts(const rig_t *rig)
{
    modbus_t *encoder = rig_master(rig, "io", 1);
    uint16_t word[2];

    assert_int_equal(modbus_read_registers(encoder, 0, 2, word), 2);
    rig_leave(encoder);
    return (int32_t)((uint32_t)word[0] << 16 | word[1]);
}

static void tcp_speaks_the_same_maps_with_unit_ids(void **state)
{
    rig_t rig;
    modbus_t *io;
    uint8_t bit[8];

    (void)state;
    rig_start(&rig, "--bus tcp");
    assert_true(abs(arm_counts(&rig) - 4096) <= 6);
    io = rig_master(&rig, "io", 2);
    assert_int_equal(modbus_read_input_bits(io, 0, 8, bit), 8);
    assert_int_equal(bit[0], 1);
    assert_int_equal(modbus_write_bits(io, 0, 3, (const uint8_t[]){1, 1, 0}), 3);
    assert_true(rig_becomes(&rig, "servo_on", 1, 1));
    /* Both units over one connection. */
    assert_int_equal(modbus_set_slave(io, 1), 0);
    assert_int_equal(modbus_read_registers(io, 3, 1, (uint16_t[1]){0}), 1);
    rig_leave(io);
    assert_int_equal(rig_stop(&rig), 0);
}

static void tcp_has_its_faults_too(void **state)
{
    rig_t rig;
    modbus_t *cell;
    uint16_t word[3];
    int64_t sent_ns;

    (void)state;
    rig_start(&rig, "--bus tcp");
    cell = rig_master(&rig, "cells", 2);
    rig_do(&rig, "fault strap_right late 60 count 1");
    sent_ns = rig_now_ns();
    assert_int_equal(modbus_read_registers(cell, 5, 3, word), 3);
    assert_true(rig_now_ns() - sent_ns >= 60 * MS);
    rig_do(&rig, "fault strap_right crc count 1");
    assert_int_equal(modbus_read_registers(cell, 5, 3, word), -1);
    assert_int_equal(modbus_read_registers(cell, 5, 3, word), 3);
    rig_do(&rig, "fault strap_right exception 4 count 1");
    assert_int_equal(modbus_read_registers(cell, 5, 3, word), -1);
    assert_int_equal(errno, MODBUS_ENOBASE + 4);
    rig_leave(cell);
    assert_int_equal(rig_stop(&rig), 0);
}

static void an_unplugged_listener_is_gone_and_comes_back_on_its_port(void **state)
{
    const int64_t deadline_ns = rig_now_ns() + 5000 * MS;
    rig_t rig;
    modbus_t *pad;
    uint16_t word[3];

    (void)state;
    rig_start(&rig, "--bus tcp");
    pad = rig_master(&rig, "pads", 1);
    rig_do(&rig, "fault bus:pads unplug for 200");
    while (modbus_read_registers(pad, 5, 3, word) == 3) {
        assert_true(rig_now_ns() < deadline_ns);
    }
    modbus_close(pad);
    while (modbus_connect(pad) != 0) {
        assert_true(rig_now_ns() < deadline_ns);
        rig_sleep_ns(5 * MS);
    }
    assert_int_equal(modbus_read_registers(pad, 5, 3, word), 3);
    rig_leave(pad);
    assert_int_equal(rig_stop(&rig), 0);
}

static void a_taken_port_is_named(void **state)
{
    rig_t rig;
    char command[256];
    char text[512];
    char port[32];

    (void)state;
    rig_start(&rig, "--bus tcp");
    rig_do(&rig, "truth");
    (void)snprintf(
        command, sizeof(command),
        "P=$(sed 's/.*\"drive\":\\([0-9]*\\).*/\\1/' %s); echo \"port $P\"; "
        "mkdir %s/other; $SIM --run-dir %s/other --bus tcp --port-base $P 2>&1",
        rig_path(&rig, "sim.json"), rig.dir, rig.dir);
    assert_int_equal(shell(text, sizeof(text), command), 1);
    (void)snprintf(port, sizeof(port), "%.*s:", (int)strcspn(text, "\n"), text);
    assert_non_null(strstr(text, port));
    assert_non_null(strstr(text, "--port-base"));
    assert_int_equal(rig_stop(&rig), 0);
}

static void a_second_simulator_in_the_same_folder_is_refused(void **state)
{
    rig_t rig;
    char command[256];
    char text[512];

    (void)state;
    rig_start(&rig, "--fast-wire");
    (void)snprintf(command, sizeof(command), "$SIM --run-dir %s 2>&1", rig.dir);
    assert_int_equal(shell(text, sizeof(text), command), 1);
    assert_non_null(strstr(text, "another simulator uses it"));
    assert_true(abs(arm_counts(&rig) - 4096) <= 6);
    assert_int_equal(rig_stop(&rig), 0);
}

static void wrong_commands_are_refused_with_a_reason(void **state)
{
    static const char *const wrong[] = {
        "",
        "jump",
        "lie",
        "lie up",
        "grips",
        "grips held both",
        "press doorbell",
        "press reset_button soon",
        "release",
        "reps",
        "reps 0",
        "reps 3 style ballet",
        "reps 3 pace 1/2/3",
        "reps 3 top high",
        "reps 3 side",
        "wait",
        "fault",
        "fault drive",
        "fault drive late",
        "fault gearbox stale",
        "panel drive 0x0000",
        "truth now",
        "say \"quoted\" \\ words",
    };
    rig_t rig;

    (void)state;
    rig_start(&rig, "--fast-wire");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_false(rig_tell(&rig, "%s", wrong[i]));
        assert_ptr_equal(strstr(rig.answer, "{\"ok\":false,\"error\":\""), rig.answer);
        assert_null(strchr(rig.answer, '\\'));
    }
    assert_false(rig_tell(&rig, "reps 3"));
    assert_non_null(strstr(rig.answer, "lie down"));
    rig_do(&rig, "lie down");
    rig_do(&rig, "reps 3");
    assert_false(rig_tell(&rig, "reps 3"));
    assert_false(rig_tell(&rig, "wait idle 50"));
    assert_false(rig_tell(&rig, "panel drive 0x4000 1"));
    assert_int_equal(rig_stop(&rig), 0);
}

static void
an_unknown_fault_is_answered_with_those_that_the_target_can_have(void **state)
{
    rig_t rig;

    (void)state;
    rig_start(&rig, "--fast-wire");
    assert_false(rig_tell(&rig, "fault drive wibble"));
    assert_non_null(strstr(rig.answer, "'wibble' is no fault"));
    assert_non_null(strstr(rig.answer, "late, stale, "));
    assert_non_null(strstr(rig.answer, "trip, foreign, length, spike, unplug\"}"));
    assert_null(strstr(rig.answer, "wire_break"));
    assert_false(rig_tell(&rig, "fault bus:io trip"));
    assert_non_null(strstr(rig.answer, "'trip' is no fault"));
    assert_non_null(strstr(rig.answer, "silence"));
    assert_int_equal(rig_stop(&rig), 0);
}

static void hands_that_are_refused_do_nothing_later_either(void **state)
{
    rig_t rig;

    (void)state;
    rig_start(&rig, "--fast-wire");
    rig_do(&rig, "lie down");
    assert_false(rig_tell(&rig, "hand lift -40 100"));
    assert_non_null(strstr(rig.answer, "dismount"));
    rig_do(&rig, "dismount");
    rig_sleep_ns(1500 * MS);
    assert_true(rig_truth(&rig, "arm_angle_deg") < -80.0);
    assert_int_equal(rig_stop(&rig), 0);
}

static void tell_prints_the_answer_and_exits_by_it(void **state)
{
    rig_t rig;
    char command[256];
    char text[RIG_ANSWER];

    (void)state;
    rig_start(&rig, "--fast-wire");
    (void)snprintf(command, sizeof(command), "$SIM tell --run-dir %s grips held",
                   rig.dir);
    assert_int_equal(shell(text, sizeof(text), command), 0);
    assert_string_equal(text, "{\"ok\":true}\n");
    (void)snprintf(command, sizeof(command), "$SIM tell --run-dir %s fly", rig.dir);
    assert_int_equal(shell(text, sizeof(text), command), 1);
    assert_non_null(strstr(text, "\"ok\":false"));
    (void)snprintf(command, sizeof(command), "$SIM tell --run-dir %s/none truth 2>&1",
                   rig.dir);
    assert_int_equal(shell(text, sizeof(text), command), 1);
    assert_non_null(strstr(text, "is revhyper-sim running"));
    assert_int_equal(rig_stop(&rig), 0);
}

static int count_lines(const rig_t *rig, const char *with)
{
    char line[1024];
    FILE *file = fopen(rig_path(rig, "truth.jsonl"), "r");
    int count = 0;

    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        count += strstr(line, with) != NULL ? 1 : 0;
    }
    (void)fclose(file);
    return count;
}

static void the_truth_file_has_every_rep_that_was_played(void **state)
{
    rig_t rig;

    (void)state;
    rig_start(&rig, "--fast-wire --seed 21");
    rig_do(&rig, "lie down");
    rig_do(&rig, "reps 3 pace 0.6/0.1/0.6/0.1");
    rig_do(&rig, "wait idle 15000");
    assert_true(rig_becomes(&rig, "reps_made", 3, 3));
    rig_do(&rig, "mark");
    rig_do(&rig, "reps 2 pace 0.6/0.1/0.6/0.3 top -65");
    rig_do(&rig, "wait idle 15000");
    assert_true(rig_becomes(&rig, "partials_since_mark", 2, 2));
    assert_true(rig_truth(&rig, "reps_since_mark") == 0.0);
    rig_sleep_ns(50 * MS); /* written a few times a second */
    assert_int_equal(count_lines(&rig, "\"kind\":\"full\""), 3);
    assert_int_equal(count_lines(&rig, "\"kind\":\"partial\""), 2);
    assert_int_equal(rig_stop(&rig), 0);
}

static void reps_carry_the_clock_of_the_machine(void **state)
{
    const double before_ns = (double)rig_now_ns();
    rig_t rig;
    FILE *file;
    double start_ns;
    double end_ns;

    (void)state;
    rig_start(&rig, "--fast-wire");
    rig_do(&rig, "lie down");
    rig_do(&rig, "reps 1 pace 0.6/0.1/0.6/0.2");
    rig_do(&rig, "wait idle 15000");
    assert_true(rig_becomes(&rig, "reps_made", 1, 1));
    while (count_lines(&rig, "rep") == 0) {
        rig_sleep_ns(MS);
    }
    file = fopen(rig_path(&rig, "truth.jsonl"), "r");
    assert_non_null(file);
    assert_non_null(fgets(rig.answer, sizeof(rig.answer), file));
    (void)fclose(file);
    start_ns = rig_number(&rig, NULL, "t_start_ns");
    end_ns = rig_number(&rig, NULL, "t_end_ns");
    assert_true(start_ns > before_ns);
    assert_true(end_ns - start_ns > 1.0e9);
    assert_true(end_ns < (double)rig_now_ns());
    assert_int_equal(rig_stop(&rig), 0);
}

static void nobody_on_the_bench_makes_no_rep(void **state)
{
    rig_t rig;
    modbus_t *drive;
    modbus_t *io;

    (void)state;
    rig_start(&rig, "--fast-wire --relay-ms 10000");
    drive = rig_master(&rig, "drive", 1);
    io = rig_master(&rig, "io", 2);
    assert_int_equal(modbus_write_bits(io, 0, 2, (const uint8_t[]){1, 1}), 2);
    assert_int_equal(modbus_write_register(drive, 0x0605, 450), 1);
    assert_true(rig_becomes(&rig, "arm_angle_deg", -50.0, 5.0));
    assert_int_equal(modbus_write_register(drive, 0x0605, (uint16_t)-100), 1);
    assert_true(rig_becomes(&rig, "arm_angle_deg", -105.0, -90.0));
    assert_int_equal(modbus_write_register(drive, 0x0605, 450), 1);
    assert_true(rig_becomes(&rig, "arm_angle_deg", -70.0, 5.0));
    assert_true(rig_truth(&rig, "reps_made") == 0.0);
    assert_true(rig_number(&rig, NULL, "partials") == 0.0);
    rig_leave(drive);
    rig_leave(io);
    assert_int_equal(rig_stop(&rig), 0);
}

static void without_being_told_the_relay_takes_75_ms(void **state)
{
    rig_t rig;
    modbus_t *io;
    double held_ms;

    (void)state;
    rig_start(&rig, "--fast-wire");
    io = rig_master(&rig, "io", 2);
    assert_int_equal(modbus_write_bit(io, 0, 1), 1);
    assert_true(rig_becomes(&rig, "cut_ns", 1.0, 1e18));
    held_ms =
        (rig_number(&rig, NULL, "cut_ns") - rig_number(&rig, NULL, "edge_ns")) / 1e6;
    assert_true(held_ms >= 75.0);
    assert_true(held_ms < 77.0);
    rig_leave(io);
    assert_int_equal(rig_stop(&rig), 0);
}

static void a_scenario_plays_the_person_and_ends_the_program(void **state)
{
    char dir[] = "/tmp/rh-sim-XXXXXX";
    char command[512];
    char text[512];

    (void)state;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(
        command, sizeof(command),
        "printf 'at 0.05 lie down\\nthen reps 1 pace 0.5/0/0.5/0.1\\nthen wait "
        "idle 9000\\nat 2.5 reps 0.5e1 top -30\\nthen quit\\n' > %s/s.txt; "
        "$SIM --die-with-parent --run-dir %s --fast-wire --scenario %s/s.txt 2>&1; "
        "echo \"end $?\"; "
        "grep -c full %s/truth.jsonl; rm -r %s",
        dir, dir, dir, dir, dir);
    assert_int_equal(shell(text, sizeof(text), command), 0);
    assert_non_null(strstr(text, "ready "));
    assert_non_null(strstr(text, "end 0\n1\n"));
}

static void a_wrong_scenario_starts_nothing_and_names_its_line(void **state)
{
    char dir[] = "/tmp/rh-sim-XXXXXX";
    char command[512];
    char text[512];

    (void)state;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(
        command, sizeof(command),
        "cd %s; printf 'at 0 lie down\\nwhen ready dismount\\n' > s.txt; "
        "$SIM --die-with-parent --run-dir . --scenario s.txt 2>&1; echo \"end $?\"; "
        "ls; rm -r %s",
        dir, dir);
    assert_int_equal(shell(text, sizeof(text), command), 0);
    assert_ptr_equal(strstr(text, "s.txt:2: "), text);
    assert_non_null(strstr(text, "end 2\ns.txt\n"));
}

static void wrong_options_are_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "--run-dir",
        "--run-dir /tmp/x --bus spi",
        "--run-dir /tmp/x --person 81",
        "--run-dir /tmp/x --relay-ms 0",
        "--run-dir /tmp/x surplus",
        "tell truth",
    };
    char text[1024];

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char command[128];

        (void)snprintf(command, sizeof(command), "$SIM %s 2>&1", wrong[i]);
        assert_int_equal(shell(text, sizeof(text), command), 2);
        assert_non_null(strstr(text, "usage: revhyper-sim"));
    }
    assert_int_equal(
        shell(text, sizeof(text), "$SIM --run-dir /tmp/rh-no-such-folder 2>&1"), 1);
    assert_non_null(strstr(text, "--run-dir must be a writable folder"));
}

static void two_simulators_side_by_side_do_not_disturb_each_other(void **state)
{
    rig_t one;
    rig_t two;

    (void)state;
    rig_start(&one, "--fast-wire");
    rig_start(&two, "--bus tcp");
    rig_do(&one, "lie down");
    rig_do(&one, "reps 1 pace 0.8/4/0.8/0.2");
    assert_true(rig_becomes(&one, "arm_angle_deg", -20.0, 10.0));
    assert_true(abs(arm_counts(&two) - 4096) <= 6);
    assert_true(arm_counts(&one) > 7000);
    rig_do(&two, "fault encoder silence");
    assert_true(arm_counts(&one) > 7000);
    assert_int_equal(rig_stop(&one), 0);
    assert_true(rig_tell(&two, "truth"));
    assert_int_equal(rig_stop(&two), 0);
}

static void sigterm_leaves_nothing_but_the_truth(void **state)
{
    rig_t rig;
    char command[256];
    char text[256];
    int status = 0;

    (void)state;
    rig_start(&rig, "");
    assert_int_equal(kill(rig.pid, SIGTERM), 0);
    assert_int_equal(waitpid(rig.pid, &status, 0), rig.pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    (void)snprintf(command, sizeof(command), "ls %s; rm -r %s", rig.dir, rig.dir);
    assert_int_equal(shell(text, sizeof(text), command), 0);
    assert_string_equal(text, "truth.jsonl\n");
}

static void unasked_it_outlives_the_shell_that_started_it(void **state)
{
    rig_t rig = {.dir = "/tmp/rh-sim-XXXXXX"};
    char command[256];
    char text[RIG_ANSWER];

    (void)state;
    assert_non_null(mkdtemp(rig.dir));
    (void)snprintf(command, sizeof(command),
                   "$SIM --run-dir %s --fast-wire >/dev/null 2>&1 & "
                   "for i in $(seq 500); do [ -e %s/sim.json ] && exit 0; "
                   "sleep 0.01; done; exit 1",
                   rig.dir, rig.dir);
    assert_int_equal(shell(text, sizeof(text), command), 0);
    rig_sleep_ns(200 * MS); /* the shell is gone */
    assert_int_equal(access(rig_path(&rig, "sim.json"), F_OK), 0);
    assert_true(rig_tell(&rig, "quit"));
    while (access(rig_path(&rig, "sim.json"), F_OK) == 0) {
        rig_sleep_ns(MS);
    }
    (void)unlink(rig_path(&rig, "truth.jsonl"));
    (void)rmdir(rig.dir);
}

static void told_so_it_dies_with_its_parent(void **state)
{
    const int64_t deadline_ns = rig_now_ns() + 5000 * MS;
    rig_t rig;
    pid_t parent;
    pid_t child = 0;
    int ends[2];

    (void)state;
    /* Orphans come to us, so that the end can be waited for. */
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    assert_int_equal(pipe(ends), 0);
    parent = fork();
    if (parent == 0) {
        rig_start(&rig, "--fast-wire");
        (void)write(ends[1], &rig, sizeof(rig));
        (void)pause();
        _exit(0);
    }
    assert_int_equal(read(ends[0], &rig, sizeof(rig)), sizeof(rig));
    child = rig.pid;
    assert_int_equal(kill(child, 0), 0);
    assert_int_equal(kill(parent, SIGKILL), 0);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    while (waitpid(child, NULL, WNOHANG) != child) {
        assert_true(rig_now_ns() < deadline_ns);
        rig_sleep_ns(MS);
    }
    assert_int_not_equal(access(rig_path(&rig, "sim.json"), F_OK), 0);
    (void)unlink(rig_path(&rig, "truth.jsonl"));
    (void)rmdir(rig.dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tcp_speaks_the_same_maps_with_unit_ids),
        cmocka_unit_test(tcp_has_its_faults_too),
        cmocka_unit_test(an_unplugged_listener_is_gone_and_comes_back_on_its_port),
        cmocka_unit_test(a_taken_port_is_named),
        cmocka_unit_test(a_second_simulator_in_the_same_folder_is_refused),
        cmocka_unit_test(wrong_commands_are_refused_with_a_reason),
        cmocka_unit_test(
            an_unknown_fault_is_answered_with_those_that_the_target_can_have),
        cmocka_unit_test(hands_that_are_refused_do_nothing_later_either),
        cmocka_unit_test(tell_prints_the_answer_and_exits_by_it),
        cmocka_unit_test(the_truth_file_has_every_rep_that_was_played),
        cmocka_unit_test(reps_carry_the_clock_of_the_machine),
        cmocka_unit_test(nobody_on_the_bench_makes_no_rep),
        cmocka_unit_test(without_being_told_the_relay_takes_75_ms),
        cmocka_unit_test(a_scenario_plays_the_person_and_ends_the_program),
        cmocka_unit_test(a_wrong_scenario_starts_nothing_and_names_its_line),
        cmocka_unit_test(wrong_options_are_refused),
        cmocka_unit_test(two_simulators_side_by_side_do_not_disturb_each_other),
        cmocka_unit_test(sigterm_leaves_nothing_but_the_truth),
        cmocka_unit_test(unasked_it_outlives_the_shell_that_started_it),
        cmocka_unit_test(told_so_it_dies_with_its_parent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
