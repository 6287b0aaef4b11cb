/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulator's pure parts with made-up times: frames, the wire's state machine,
 * relays, percentiles, and what is refused before anything runs.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "scenario.h"

#define MS 1000000LL
#define US 1000LL

/* Slave 1, FC03, nine registers from 0x1200, without CRC. */
static const uint8_t status_block[] = {0x03, 0x12, 0x00, 0x00, 0x09};

static int64_t chars(int count)
{
    return count * (10 * 1000000000LL / 115200);
}

static void send_request(rh_wire_t *wire, int64_t at_ns)
{
    uint8_t frame[RH_RTU_MAX];
    const size_t length = rh_frame_to_rtu(frame, 1, status_block, sizeof(status_block));

    rh_wire_receive(wire, at_ns, frame, length);
}

static void answer(rh_wire_t *wire, int64_t delay_ns)
{
    const uint8_t reply[23] = {1, 3, 18};

    rh_wire_reply(wire, reply, sizeof(reply), delay_ns, delay_ns == 0);
}

static bool take(rh_wire_t *wire, int64_t at_ns)
{
    size_t length = 0;

    return rh_wire_take(wire, at_ns, &length) != NULL;
}

/* One whole transaction whose request arrives at `at_ns`; returns the release. */
static int64_t transact(rh_wire_t *wire, int64_t at_ns, int64_t late_ns)
{
    int64_t release_ns;

    send_request(wire, at_ns);
    assert_true(take(wire, rh_wire_close_ns(wire)));
    answer(wire, 0);
    release_ns = rh_wire_release_ns(wire) + late_ns;
    rh_wire_released(wire, rh_wire_due(wire, release_ns), release_ns);
    return release_ns;
}

static rh_wire_t *new_wire(void)
{
    const rh_wire_timing_t timing = rh_wire_timing();
    rh_wire_t *wire = malloc(sizeof(*wire));

    assert_non_null(wire);
    rh_wire_init(wire, &timing);
    return wire;
}

static void the_crc_is_that_of_the_specification(void **state)
{
    /* The known check value of CRC-16/MODBUS. */
    const uint8_t check[] = "123456789";

    (void)state;
    assert_int_equal(rh_frame_crc(check, 9), 0x4b37);
}

static void a_damaged_frame_is_no_frame(void **state)
{
    uint8_t frame[RH_RTU_MAX];
    const size_t length = rh_frame_to_rtu(frame, 1, status_block, sizeof(status_block));

    (void)state;
    assert_true(rh_frame_is_rtu(frame, length));
    for (size_t i = 0; i < length * 8; i++) {
        frame[i / 8] ^= (uint8_t)(1 << i % 8);
        assert_false(rh_frame_is_rtu(frame, length));
        frame[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    assert_false(rh_frame_is_rtu(frame, length - 1));
}

static void
a_tcp_frame_waits_for_all_its_bytes_and_foreign_talk_is_refused(void **state)
{
    uint8_t frame[RH_TCP_MAX];
    const size_t length =
        rh_frame_to_tcp(frame, 7, 1, status_block, sizeof(status_block));

    (void)state;
    assert_int_equal(rh_frame_tcp_length(frame, length - 1), 0);
    assert_int_equal(rh_frame_tcp_length(frame, length), (int)length);
    frame[2] = 'H';
    assert_int_equal(rh_frame_tcp_length(frame, length), -1);
}

static void
a_reply_is_not_due_before_request_turnaround_and_reply_have_passed(void **state)
{
    rh_wire_t *wire = new_wire();
    const int64_t whole_ns = chars(8) + 1750 * US + chars(23);

    (void)state;
    send_request(wire, 5 * MS);
    assert_false(take(wire, 5 * MS + chars(8)));
    assert_true(take(wire, 5 * MS + chars(8) + 750 * US));
    answer(wire, 0);
    assert_int_equal(rh_wire_release_ns(wire), 5 * MS + whole_ns);
    assert_null(rh_wire_due(wire, 5 * MS + whole_ns - 1));
    assert_non_null(rh_wire_due(wire, 5 * MS + whole_ns));
    free(wire);
}

static void a_request_that_begins_before_t35_is_discarded_and_counted(void **state)
{
    rh_wire_t *wire = new_wire();
    int64_t release_ns;

    (void)state;
    /* Counted from the reply's true release, the simulator's lateness included. */
    release_ns = transact(wire, 5 * MS, 300 * US);
    send_request(wire, release_ns + 1750 * US - 1);
    assert_false(take(wire, release_ns + 20 * MS));
    assert_int_equal(wire->stats.violations, 1);
    (void)transact(wire, release_ns + 30 * MS, 0);
    assert_int_equal(wire->stats.requests, 2);
    free(wire);
}

/* A master that gave up waiting speaks into the reply of a slave that was held up. */
static void what_a_standstill_made_early_is_no_violation(void **state)
{
    rh_wire_t *wire = new_wire();
    const int64_t late_ns = 12 * MS;
    int64_t release_ns = transact(wire, 5 * MS, late_ns);

    (void)state;
    send_request(wire, release_ns + 400 * US);
    assert_false(take(wire, release_ns + 20 * MS));
    assert_int_equal(wire->stats.violations, 0);
    assert_int_equal(wire->stats.held_up, 1);

    /* read late, so that its reply is due later than the master could know */
    rh_wire_held(wire, 9 * MS);
    send_request(wire, release_ns + 40 * MS);
    assert_true(take(wire, rh_wire_close_ns(wire)));
    answer(wire, 0);
    send_request(wire, release_ns + 43 * MS);
    assert_false(take(wire, rh_wire_close_ns(wire)));
    assert_int_equal(wire->stats.violations, 0);
    assert_int_equal(wire->stats.held_up, 2);

    /* and a punctual slave excuses nothing again */
    release_ns = transact(wire, release_ns + 100 * MS, 0);
    send_request(wire, release_ns + 400 * US);
    assert_false(take(wire, release_ns + 20 * MS));
    assert_int_equal(wire->stats.violations, 1);
    free(wire);
}

static void a_request_that_begins_at_t35_is_answered(void **state)
{
    rh_wire_t *wire = new_wire();
    const int64_t release_ns = transact(wire, 5 * MS, 0);

    (void)state;
    (void)transact(wire, release_ns + 1750 * US, 0);
    assert_int_equal(wire->stats.violations, 0);
    assert_int_equal(wire->stats.requests, 2);
    free(wire);
}

static void
a_request_during_the_turnaround_is_a_violation_and_the_first_is_answered(void **state)
{
    rh_wire_t *wire = new_wire();

    (void)state;
    send_request(wire, 5 * MS);
    assert_true(take(wire, rh_wire_close_ns(wire)));
    answer(wire, 0);
    send_request(wire, 5 * MS + chars(8) + 1 * MS);
    assert_false(take(wire, rh_wire_close_ns(wire)));
    assert_int_equal(wire->stats.violations, 1);
    assert_non_null(rh_wire_due(wire, 15 * MS));
    free(wire);
}

static void a_frame_that_pauses_longer_than_t15_is_no_frame(void **state)
{
    rh_wire_t *wire = new_wire();
    uint8_t frame[RH_RTU_MAX];
    const size_t length = rh_frame_to_rtu(frame, 1, status_block, sizeof(status_block));
    const int64_t pause_ns = chars(4) + 751 * US;

    (void)state;
    rh_wire_receive(wire, 5 * MS, frame, 4);
    assert_false(take(wire, 5 * MS + pause_ns));
    rh_wire_receive(wire, 5 * MS + pause_ns, frame + 4, length - 4);
    assert_false(take(wire, 20 * MS));
    assert_int_equal(wire->stats.bad_frames, 1);
    assert_int_equal(wire->stats.violations, 1);
    assert_int_equal(wire->stats.requests, 0);
    free(wire);
}

static void bytes_that_follow_closely_belong_to_one_frame(void **state)
{
    rh_wire_t *wire = new_wire();
    uint8_t frame[RH_RTU_MAX];
    const size_t length = rh_frame_to_rtu(frame, 1, status_block, sizeof(status_block));

    (void)state;
    for (size_t i = 0; i < length; i++) {
        rh_wire_receive(wire, 5 * MS + (int64_t)i * 500 * US, frame + i, 1);
    }
    assert_false(take(wire, rh_wire_close_ns(wire) - 1));
    assert_true(take(wire, rh_wire_close_ns(wire)));
    free(wire);
}

static void more_bytes_than_a_frame_can_have_are_discarded(void **state)
{
    rh_wire_t *wire = new_wire();
    const uint8_t noise[200] = {0};

    (void)state;
    rh_wire_receive(wire, 5 * MS, noise, sizeof(noise));
    rh_wire_receive(wire, 5 * MS, noise, sizeof(noise));
    assert_false(take(wire, 100 * MS));
    assert_int_equal(wire->stats.bad_frames, 1);
    free(wire);
}

static void a_late_reply_leaves_room_for_a_retry_and_comes_after_all(void **state)
{
    rh_wire_t *wire = new_wire();
    int64_t release_ns;

    (void)state;
    send_request(wire, 5 * MS);
    assert_true(take(wire, rh_wire_close_ns(wire)));
    answer(wire, 30 * MS);
    release_ns = transact(wire, 20 * MS, 0);
    assert_true(release_ns < 30 * MS);
    assert_int_equal(wire->stats.violations, 0);
    assert_null(rh_wire_due(wire, 35 * MS));
    assert_non_null(rh_wire_due(wire, 45 * MS));
    free(wire);
}

static void
eta_counts_the_masters_dead_time_and_not_the_simulators_lateness(void **state)
{
    rh_wire_t *wire = new_wire();
    const int64_t wire_ns = chars(8) + 1750 * US + chars(23) + 1750 * US;
    int64_t at_ns = 5 * MS;

    (void)state;
    for (int i = 0; i < 101; i++) {
        const int64_t release_ns = transact(wire, at_ns, 300 * US);

        at_ns = release_ns + 1750 * US + 157 * US;
    }
    assert_int_equal(wire->stats.dead.count, 100);
    assert_int_equal(rh_histogram_at(&wire->stats.dead, 0.5), 157);
    assert_int_equal(rh_histogram_at(&wire->stats.late, 0.99), 300);
    assert_true(fabs(rh_wire_eta(&wire->stats) -
                     (double)wire_ns / (double)(wire_ns + 157 * US)) < 1e-9);
    assert_true(fabs(rh_wire_eta_wall(&wire->stats) -
                     (double)wire_ns / (double)(wire_ns + 457 * US)) < 1e-9);
    free(wire);
}

static void percentiles_come_from_the_ranks(void **state)
{
    rh_histogram_t *histogram = calloc(1, sizeof(*histogram));

    (void)state;
    assert_non_null(histogram);
    assert_int_equal(rh_histogram_at(histogram, 0.5), 0);
    for (int us = 1; us <= 100; us++) {
        rh_histogram_add(histogram, us * US);
    }
    rh_histogram_add(histogram, 70 * MS);
    assert_int_equal(rh_histogram_at(histogram, 0.5), 51);
    assert_int_equal(rh_histogram_at(histogram, 0.99), 100);
    assert_int_equal(rh_histogram_at(histogram, 1.0), 70000);
    free(histogram);
}

/* Beats every 10 ms until `until_ns`, then leaves the line at `level`. */
static rh_hardware_t after_beating(int64_t until_ns, bool level)
{
    rh_hardware_t hardware;
    bool beat = level;

    rh_hardware_init(&hardware, 75);
    for (int64_t now_ns = MS; now_ns <= until_ns; now_ns += MS) {
        if ((until_ns - now_ns) % (10 * MS) == 0) {
            beat = (until_ns - now_ns) / (10 * MS) % 2 == 0 ? level : !level;
            rh_hardware_beat(&hardware, beat, now_ns);
        }
        rh_hardware_step(&hardware, now_ns);
    }
    return hardware;
}

static void a_heartbeat_stuck_high_or_low_drops_the_relay_after_relay_ms(void **state)
{
    (void)state;
    for (int level = 0; level < 2; level++) {
        rh_hardware_t hardware = after_beating(500 * MS, level != 0);

        assert_true(hardware.sto_closed);
        for (int64_t now_ns = 501 * MS; now_ns < 575 * MS; now_ns += MS) {
            rh_hardware_beat(&hardware, level != 0, now_ns);
            rh_hardware_step(&hardware, now_ns);
            assert_true(hardware.sto_closed);
        }
        rh_hardware_step(&hardware, 575 * MS);
        assert_false(hardware.relay_closed);
        assert_false(hardware.sto_closed);
    }
}

static void
either_channel_of_the_estop_cuts_within_25_ms_while_the_heart_beats(void **state)
{
    (void)state;
    for (int button = RH_BUTTON_ESTOP_A; button <= RH_BUTTON_ESTOP_B; button++) {
        rh_hardware_t hardware = after_beating(500 * MS, true);
        int64_t now_ns = 500 * MS;

        rh_hardware_press(&hardware, (rh_button_t)button, 0, now_ns);
        while (hardware.sto_closed) {
            now_ns += MS;
            rh_hardware_beat(&hardware, now_ns / MS % 2 == 0, now_ns);
            rh_hardware_step(&hardware, now_ns);
            assert_true(now_ns <= 525 * MS);
        }
        assert_true(hardware.relay_closed);
    }
}

static void a_limit_switch_cuts_like_the_estop(void **state)
{
    rh_hardware_t hardware = after_beating(500 * MS, true);

    (void)state;
    hardware.limit_open[1] = true;
    for (int64_t now_ns = 501 * MS; now_ns <= 525 * MS; now_ns += MS) {
        rh_hardware_step(&hardware, now_ns);
    }
    assert_false(hardware.sto_closed);
}

static void a_button_springs_back_after_its_time(void **state)
{
    rh_hardware_t hardware;

    (void)state;
    rh_hardware_init(&hardware, 75);
    rh_hardware_press(&hardware, RH_BUTTON_RESET, 600, MS);
    rh_hardware_step(&hardware, 600 * MS);
    assert_true(hardware.pressed[RH_BUTTON_RESET]);
    rh_hardware_step(&hardware, 601 * MS);
    assert_false(hardware.pressed[RH_BUTTON_RESET]);
}

static double sink_of(double mass_kg)
{
    rh_plant_config_t config;
    rh_plant_t plant;

    rh_plant_defaults(&config);
    rh_plant_init(&plant, &config, rh_person_of_mass(mass_kg), 1);
    return rh_brake_peak_sink_dps(&plant, 0.0, 0.0);
}

static void
the_brake_equation_gives_the_sinking_speeds_of_the_hardware_document(void **state)
{
    (void)state;
    assert_true(fabs(sink_of(80.0) - 164.0) < 8.0);
    assert_true(fabs(sink_of(120.0) - 223.0) < 11.0);
}

static void a_counted_fault_is_used_up_and_a_timed_one_expires(void **state)
{
    char *counted[] = {"strap_left", "late", "30", "count", "2"};
    char *timed[] = {"bus:cells", "silence", "for", "100"};
    rh_faults_t faults = {0};
    rh_fault_t fault;
    rh_fault_set_t set;
    char error[256];

    (void)state;
    assert_int_equal(rh_fault_parse(&fault, counted, 5, error, sizeof(error)), 0);
    assert_int_equal(rh_faults_add(&faults, &fault, MS), 0);
    assert_int_equal(rh_fault_parse(&fault, timed, 4, error, sizeof(error)), 0);
    assert_int_equal(rh_faults_add(&faults, &fault, MS), 0);
    for (int request = 0; request < 3; request++) {
        rh_faults_use(&faults, RH_DEVICE_STRAP_LEFT, 50 * MS, &set);
        assert_int_equal(rh_fault_in(&set, RH_FAULT_LATE), request < 2);
        assert_true(rh_fault_in(&set, RH_FAULT_SILENCE));
    }
    rh_faults_look(&faults, RH_DEVICE_STRAP_RIGHT, 100 * MS, &set);
    assert_true(rh_fault_in(&set, RH_FAULT_SILENCE));
    rh_faults_look(&faults, RH_DEVICE_STRAP_RIGHT, 101 * MS, &set);
    assert_int_equal(set.mask, 0);
}

static void a_fault_that_its_target_cannot_have_is_refused_with_the_reason(void **state)
{
    static char *const wrong[][4] = {
        {"pump", "late", "30", NULL},        {"drive", "melted", NULL, NULL},
        {"drive", "wire_break", NULL, NULL}, {"strap_left", "keeps_torque", NULL, NULL},
        {"io", "word_swap", NULL, NULL},     {"bus:io", "frozen", NULL, NULL},
        {"drive", "late", "0", NULL},        {"drive", "exception", "12", NULL},
        {"drive", "stale", "for", NULL},     {"drive", "stale", "count", "none"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char error[256] = "";
        rh_fault_t fault;
        int count = 0;

        while (count < 4 && wrong[i][count] != NULL) {
            count++;
        }
        assert_int_not_equal(
            rh_fault_parse(&fault, wrong[i], count, error, sizeof(error)), 0);
        assert_true(strlen(error) > 10);
    }
}

static void a_scenario_with_a_mistake_names_file_and_line(void **state)
{
    static rh_scenario_t scenario;
    char path[] = "/tmp/rh-scenario-XXXXXX";
    char wanted[64];
    char error[512] = "";
    FILE *file = fdopen(mkstemp(path), "w");

    (void)state;
    assert_non_null(file);
    (void)fputs("# a set\nat 0.5 lie down\n\nthen reps 3 style sideways\n", file);
    assert_int_equal(fclose(file), 0);
    assert_int_not_equal(rh_scenario_load(&scenario, path, error, sizeof(error)), 0);
    (void)snprintf(wanted, sizeof(wanted), "%s:4: style wants", path);
    assert_ptr_equal(strstr(error, wanted), error);
    (void)unlink(path);
}

static void a_scenario_is_read_with_its_moments(void **state)
{
    static rh_scenario_t scenario;
    char path[] = "/tmp/rh-scenario-XXXXXX";
    char error[512] = "";
    FILE *file = fdopen(mkstemp(path), "w");

    (void)state;
    assert_non_null(file);
    (void)fputs("at 0.5 lie down # comes first\nthen grips held\n  at 2 wait idle 5\n",
                file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rh_scenario_load(&scenario, path, error, sizeof(error)), 0);
    assert_int_equal(scenario.count, 3);
    assert_int_equal(scenario.step[0].at_ns, 500 * MS);
    assert_int_equal(scenario.step[1].at_ns, -1);
    assert_int_equal(scenario.step[2].line, 3);
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_crc_is_that_of_the_specification),
        cmocka_unit_test(a_damaged_frame_is_no_frame),
        cmocka_unit_test(
            a_tcp_frame_waits_for_all_its_bytes_and_foreign_talk_is_refused),
        cmocka_unit_test(
            a_reply_is_not_due_before_request_turnaround_and_reply_have_passed),
        cmocka_unit_test(a_request_that_begins_before_t35_is_discarded_and_counted),
        cmocka_unit_test(what_a_standstill_made_early_is_no_violation),
        cmocka_unit_test(a_request_that_begins_at_t35_is_answered),
        cmocka_unit_test(
            a_request_during_the_turnaround_is_a_violation_and_the_first_is_answered),
        cmocka_unit_test(a_frame_that_pauses_longer_than_t15_is_no_frame),
        cmocka_unit_test(bytes_that_follow_closely_belong_to_one_frame),
        cmocka_unit_test(more_bytes_than_a_frame_can_have_are_discarded),
        cmocka_unit_test(a_late_reply_leaves_room_for_a_retry_and_comes_after_all),
        cmocka_unit_test(
            eta_counts_the_masters_dead_time_and_not_the_simulators_lateness),
        cmocka_unit_test(percentiles_come_from_the_ranks),
        cmocka_unit_test(a_heartbeat_stuck_high_or_low_drops_the_relay_after_relay_ms),
        cmocka_unit_test(
            either_channel_of_the_estop_cuts_within_25_ms_while_the_heart_beats),
        cmocka_unit_test(a_limit_switch_cuts_like_the_estop),
        cmocka_unit_test(a_button_springs_back_after_its_time),
        cmocka_unit_test(
            the_brake_equation_gives_the_sinking_speeds_of_the_hardware_document),
        cmocka_unit_test(a_counted_fault_is_used_up_and_a_timed_one_expires),
        cmocka_unit_test(
            a_fault_that_its_target_cannot_have_is_refused_with_the_reason),
        cmocka_unit_test(a_scenario_with_a_mistake_names_file_and_line),
        cmocka_unit_test(a_scenario_is_read_with_its_moments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
