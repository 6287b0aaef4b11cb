/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an electrician can do wrong, as contacts, lines and registers show it.
 */
#include "sim_rig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "view.h"

#define MS 1000000LL

/* Relays closed, as after a second of beating. */
static rh_hardware_t closed_at(int64_t now_ns)
{
    rh_hardware_t hardware;

    rh_hardware_init(&hardware, 1000);
    rh_hardware_beat(&hardware, true, now_ns);
    rh_hardware_step(&hardware, now_ns);
    assert_true(hardware.sto_closed);
    return hardware;
}

static void an_input_without_pull_chatters_only_while_its_contact_is_open(void **state)
{
    rh_hardware_t hardware;
    int levels[2][2] = {{0}};

    (void)state;
    rh_hardware_init(&hardware, 75);
    hardware.floating = 1u << RH_CONTACT_GRIP_LEFT;
    for (int i = 1; i <= 2000; i++) {
        hardware.grip_held[0] = i > 1000;
        rh_hardware_step(&hardware, i * MS);
        levels[i > 1000][rh_hardware_input(&hardware, RH_CONTACT_GRIP_LEFT)]++;
        assert_false(rh_hardware_input(&hardware, RH_CONTACT_GRIP_RIGHT));
    }
    assert_in_range(levels[0][0], 400, 600);
    assert_int_equal(levels[1][0], 0);
}

static void a_welded_estop_channel_stays_closed_and_the_other_still_cuts(void **state)
{
    rh_hardware_t hardware = closed_at(500 * MS);

    (void)state;
    hardware.always_closed = 1u << RH_CONTACT_ESTOP_A;
    rh_hardware_press(&hardware, RH_BUTTON_ESTOP_A, 0, 500 * MS);
    for (int64_t now_ns = 501 * MS; now_ns <= 525 * MS; now_ns += MS) {
        rh_hardware_step(&hardware, now_ns);
    }
    assert_true(rh_hardware_input(&hardware, RH_CONTACT_ESTOP_A));
    assert_true(hardware.sto_closed);
    rh_hardware_press(&hardware, RH_BUTTON_ESTOP_B, 0, 525 * MS);
    for (int64_t now_ns = 526 * MS; now_ns <= 550 * MS; now_ns += MS) {
        rh_hardware_step(&hardware, now_ns);
    }
    assert_false(hardware.sto_closed);
}

/* Four times decoding, written apart from the encoder: the step between two states. */
static int decoded_step(int before, int after)
{
    static const int order[4] = {0, 1, 3, 2}; /* place of BA in the forward cycle */
    const int step = (order[after] - order[before] + 4) % 4;

    return step == 3 ? -1 : step;
}

static void a_decoder_of_the_levels_follows_the_arm_both_ways(void **state)
{
    const double way_deg[] = {-90.0, 12.0, -105.0, -30.5};
    int64_t count = rh_quadrature_count(-90.0, RH_QUADRATURE_EDGES);
    int64_t decoded = count;
    bool a = false;
    bool b = false;
    int before;

    (void)state;
    rh_quadrature_levels(count, &a, &b);
    before = a | b << 1;
    for (size_t i = 1; i < sizeof(way_deg) / sizeof(way_deg[0]); i++) {
        const int64_t goal = rh_quadrature_count(way_deg[i], RH_QUADRATURE_EDGES);

        while (count != goal) {
            count += goal > count ? 1 : -1;
            rh_quadrature_levels(count, &a, &b);
            decoded += decoded_step(before, a | b << 1);
            before = a | b << 1;
        }
        assert_int_equal(decoded, goal);
        assert_true(fabs((double)decoded * 360.0 / RH_QUADRATURE_EDGES - way_deg[i]) <
                    0.1);
    }
}

/* A bench at rest with that wiring; the caller destroys it. */
static rh_bench_t *bench_with(const char *words)
{
    static rh_bench_t bench;
    rh_bench_settings_t settings = {.mass_kg = 80.0, .seed = 1, .relay_ms = 75};
    char error[256] = "";

    assert_int_equal(rh_wiring_parse(&settings.wiring, words, error, sizeof(error)), 0);
    rh_bench_init(&bench, &settings, rh_now_ns());
    return &bench;
}

static void each_cell_can_have_its_signal_wires_exchanged(void **state)
{
    static const char *const word[RH_CELLS] = {
        "strap_left_reversed", "strap_right_reversed", "pad_front_reversed",
        "pad_rear_reversed"};

    (void)state;
    for (int i = 0; i < RH_CELLS; i++) {
        rh_bench_t *bench = bench_with(word[i]);

        for (int cell = 0; cell < RH_CELLS; cell++) {
            bench->sense.cell_dn[cell] = 1000 + cell;
            assert_int_equal(rh_view_cell(bench, cell, NULL).raw,
                             cell == i ? -1000 - cell : 1000 + cell);
        }
        rh_bench_destroy(bench);
    }
}

static void cells_in_kg_show_newtons_divided_by_9_81(void **state)
{
    rh_bench_t *bench = bench_with("cells_in_kg");

    (void)state;
    bench->sense.cell_dn[RH_CELL_PAD_REAR] = 9810;
    assert_int_equal(rh_view_cell(bench, RH_CELL_PAD_REAR, NULL).raw, 1000);
    bench->sense.cell_dn[RH_CELL_PAD_REAR] = 50001; /* the cell knows no units */
    assert_int_equal(rh_view_cell(bench, RH_CELL_PAD_REAR, NULL).state, RH_CELL_OVER);
    rh_bench_destroy(bench);
}

static void a_reversed_encoder_counts_the_other_way_on_both_its_kinds(void **state)
{
    rh_bench_t *bench = bench_with("encoder_reversed");

    (void)state;
    assert_true(abs(rh_view_arm(bench, NULL, false) - 12288) <= 6); /* -90 as +90 */
    assert_int_equal(rh_bench_quadrature_count(bench, 4096), 1024);
    rh_bench_destroy(bench);
}

static void swapped_lines_exchange_a_and_b(void **state)
{
    rh_bench_t *bench = bench_with("ab_swapped");
    bool a = false;
    bool b = false;

    (void)state;
    rh_bench_quadrature_levels(bench, 1, &a, &b);
    assert_true(!a && b);
    rh_bench_destroy(bench);
}

static void without_brake_the_plant_has_none(void **state)
{
    rh_bench_t *bench = bench_with("no_brake");

    (void)state;
    assert_true(bench->plant.config.brake_peak_nm == 0.0);
    rh_bench_destroy(bench);
}

static void unknown_words_are_refused_by_name(void **state)
{
    static const char *const wrong[] = {
        "crossed",           "encoder_reversed,",      "slave:encoder",
        "slave:encoder=0",   "slave:encoder=248",      "slave:pump=1",
        "same_number:io=io", "same_number:drive=io",   "floating:pump",
        "estop_a_stuck:1",   "same_number:strap_left", "torque_scale:0",
        "torque_scale:256",  "torque_scale:70%",       "torque_scale",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        rh_wiring_t wiring = {0};
        char error[256] = "";

        assert_int_not_equal(rh_wiring_parse(&wiring, wrong[i], error, sizeof(error)),
                             0);
        assert_non_null(strchr(error, '\''));
    }
}

/* --- the program ------------------------------------------------------------------ */

static rig_t rig;

static void start(const char *wiring)
{
    char options[256];

    (void)snprintf(options, sizeof(options),
                   "--seed 5 --fast-wire --relay-ms 3000 --wiring %s", wiring);
    rig_start(&rig, options);
}

static void end(modbus_t *master)
{
    rig_leave(master);
    assert_int_equal(rig_stop(&rig), 0);
}

static void beat_once(modbus_t *io, bool servo_on)
{
    const uint8_t outputs[3] = {1, servo_on, 0};

    assert_int_equal(modbus_write_bits(io, 0, 3, outputs), 3);
}

static void a_reversed_motor_lifts_by_negative_torque_and_counts_down(void **state)
{
    modbus_t *drive;
    modbus_t *io;
    uint16_t word[9];

    (void)state;
    start("motor_reversed");
    drive = rig_master(&rig, "drive", 1);
    io = rig_master(&rig, "io", 2);
    assert_int_equal(modbus_write_register(drive, 0x0605, (uint16_t)-400), 1);
    beat_once(io, true);
    assert_true(rig_becomes(&rig, "arm_angle_deg", -75.0, 0.0));
    assert_int_equal(modbus_read_registers(drive, 0x1200, 9, word), 9);
    assert_true((int16_t)word[1] < -10);
    assert_true((int16_t)word[4] < -300);
    assert_true((int32_t)((uint32_t)word[8] << 16 | word[7]) > 0);
    rig_leave(io);
    end(drive);
}

/* Half of the torque, of which the drive itself says that it is the whole: seen at the
 * strap alone. */
static void a_wrong_scale_of_the_torque_shows_only_at_a_tied_strap(void **state)
{
    modbus_t *drive;
    modbus_t *io;
    uint16_t word[9];

    (void)state;
    start("torque_scale:50");
    rig_do(&rig, "hand lift -90");
    drive = rig_master(&rig, "drive", 1);
    io = rig_master(&rig, "io", 2);
    assert_int_equal(modbus_write_register(drive, 0x0605, 400), 1);
    beat_once(io, true);
    assert_true(rig_becomes(&rig, "motor_torque_nm", 16.7, 16.8)); /* of 33.5 */
    assert_true(rig_becomes(&rig, "arm_angle_deg", -89.5, -89.2));
    assert_true(rig_becomes(&rig, "force_left_n", -10.5, -9.0));
    assert_true(rig_becomes(&rig, "force_right_n", -10.5, -9.0));
    assert_int_equal(modbus_read_registers(drive, 0x1200, 9, word), 9);
    assert_in_range((int16_t)word[4], 390, 410);
    rig_leave(io);
    end(drive);
}

static void a_device_answers_to_another_number(void **state)
{
    modbus_t *io;
    uint16_t word[2];
    uint8_t bit = 0;

    (void)state;
    start("slave:encoder=7");
    io = rig_master(&rig, "io", 7);
    assert_int_equal(modbus_read_registers(io, 0, 2, word), 2);
    assert_int_equal(modbus_set_slave(io, 1), 0);
    assert_int_equal(modbus_set_response_timeout(io, 0, 100000), 0);
    assert_int_equal(modbus_read_registers(io, 0, 2, word), -1);
    assert_int_equal(modbus_set_slave(io, 2), 0);
    assert_int_equal(modbus_set_response_timeout(io, 2, 0), 0);
    assert_int_equal(modbus_read_input_bits(io, 0, 1, &bit), 1);
    end(io);
}

static void two_devices_with_one_number_garble_each_other(void **state)
{
    const uint8_t ask[] = {1, 3, 0, 5, 0, 3};
    uint16_t word[3];
    uint8_t reply[16];
    modbus_t *master;
    int fd;

    (void)state;
    start("same_number:strap_right=strap_left");
    fd = rig_open_line(&rig, "cells");
    rig_send(fd, ask, sizeof(ask));
    assert_int_equal(rig_receive(fd, reply, 11, 2000), 11);
    assert_memory_not_equal(reply, "\1\3\6", 3);
    (void)close(fd);
    master = rig_master(&rig, "cells", 1);
    assert_int_equal(modbus_set_response_timeout(master, 0, 100000), 0);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(modbus_read_registers(master, 5, 3, word), -1);
        rig_sleep_ns(20 * MS);
        (void)modbus_flush(master);
    }
    end(master);
}

/* Input bit 0 and 1 with the mushroom released, then pressed. */
static void look_at_channels(const char *wiring, int released, int pressed, bool cuts)
{
    modbus_t *io;
    uint8_t bit[2];

    start(wiring);
    io = rig_master(&rig, "io", 2);
    assert_int_equal(modbus_read_input_bits(io, 0, 2, bit), 2);
    assert_int_equal(bit[0] | bit[1] << 1, released);
    assert_true(rig_becomes(&rig, "chain_open", released != 3, released != 3));
    rig_do(&rig, "press estop");
    assert_true(rig_becomes(&rig, "chain_open", cuts, cuts));
    assert_int_equal(modbus_read_input_bits(io, 0, 2, bit), 2);
    assert_int_equal(bit[0] | bit[1] << 1, pressed);
    end(io);
}

static void an_estop_channel_sticks_or_stays_open(void **state)
{
    (void)state;
    look_at_channels("estop_a_stuck", 3, 1, true);
    look_at_channels("estop_b_stuck", 3, 2, true);
    look_at_channels("estop_a_stuck,estop_b_stuck", 3, 3, false);
    look_at_channels("estop_b_open", 1, 0, true);
}

static void a_floating_input_shows_both_levels_on_the_line(void **state)
{
    modbus_t *io;
    int levels[2] = {0};

    (void)state;
    start("floating:grip_left");
    io = rig_master(&rig, "io", 2);
    for (int i = 0; i < 1000 && (levels[0] == 0 || levels[1] == 0); i++) {
        uint8_t bit[8];

        assert_int_equal(modbus_read_input_bits(io, 0, 8, bit), 8);
        assert_int_equal(bit[3], 0);
        levels[bit[2]]++;
        rig_sleep_ns(MS);
    }
    assert_true(levels[0] > 0 && levels[1] > 0);
    end(io);
}

static void a_dead_relay_never_closes_while_the_heart_beats(void **state)
{
    modbus_t *io;

    (void)state;
    start("heartbeat_open");
    io = rig_master(&rig, "io", 2);
    beat_once(io, true);
    assert_true(rig_becomes(&rig, "servo_on", 1, 1));
    rig_sleep_ns(50 * MS);
    assert_true(rig_truth(&rig, "relay_closed") == 0.0);
    assert_true(rig_number(&rig, NULL, "sto") == 1.0);
    end(io);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_input_without_pull_chatters_only_while_its_contact_is_open),
        cmocka_unit_test(a_welded_estop_channel_stays_closed_and_the_other_still_cuts),
        cmocka_unit_test(a_decoder_of_the_levels_follows_the_arm_both_ways),
        cmocka_unit_test(each_cell_can_have_its_signal_wires_exchanged),
        cmocka_unit_test(cells_in_kg_show_newtons_divided_by_9_81),
        cmocka_unit_test(a_reversed_encoder_counts_the_other_way_on_both_its_kinds),
        cmocka_unit_test(swapped_lines_exchange_a_and_b),
        cmocka_unit_test(without_brake_the_plant_has_none),
        cmocka_unit_test(unknown_words_are_refused_by_name),
        cmocka_unit_test(a_reversed_motor_lifts_by_negative_torque_and_counts_down),
        cmocka_unit_test(a_wrong_scale_of_the_torque_shows_only_at_a_tied_strap),
        cmocka_unit_test(a_device_answers_to_another_number),
        cmocka_unit_test(two_devices_with_one_number_garble_each_other),
        cmocka_unit_test(an_estop_channel_sticks_or_stays_open),
        cmocka_unit_test(a_floating_input_shows_both_levels_on_the_line),
        cmocka_unit_test(a_dead_relay_never_closes_while_the_heart_beats),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
