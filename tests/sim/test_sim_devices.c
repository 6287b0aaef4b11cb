/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The register maps as a libmodbus master sees them, held against the truth of the
 * plant. No wire time here: it has a test of its own.
 */
#include "sim_rig.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MS 1000000LL

static rig_t rig;
static modbus_t *drive;
static modbus_t *encoder;
static modbus_t *io;

static int start(void **state)
{
    (void)state;
    rig_start(&rig, "--seed 5 --fast-wire --relay-ms 2000");
    drive = rig_master(&rig, "drive", 1);
    encoder = rig_master(&rig, "io", 1);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    rig_leave(drive);
    rig_leave(encoder);
    return rig_stop(&rig);
}

/* Both ids of the I/O bus share one descriptor's bytes: one master, two slave numbers.
 */
static modbus_t *use_io(void)
{
    io = encoder;
    assert_int_equal(modbus_set_slave(io, 2), 0);
    return io;
}

static modbus_t *use_encoder(void)
{
    assert_int_equal(modbus_set_slave(encoder, 1), 0);
    return encoder;
}

static int32_t high_first(const uint16_t *word)
{
    return (int32_t)((uint32_t)word[0] << 16 | word[1]);
}

/* One edge holds this rig's relay for 2 s; servo_on as asked. */
static void beat(bool servo_on)
{
    static bool level;
    uint8_t outputs[3];

    level = !level;
    outputs[0] = level;
    outputs[1] = servo_on;
    outputs[2] = 0;
    assert_int_equal(modbus_write_bits(use_io(), 0, 3, outputs), 3);
}

static void write_drive(int address, int value)
{
    assert_int_equal(modbus_write_register(drive, address, (uint16_t)value), 1);
}

static void read_status(uint16_t *word)
{
    assert_int_equal(modbus_read_registers(drive, 0x1200, 9, word), 9);
}

/* The passive brake lowers the arm alone at some 10 deg/s; friction holds the rest. */
static void let_sink(void)
{
    write_drive(0x0605, 0);
    beat(false);
    assert_true(rig_becomes(&rig, "arm_angle_deg", -95.0, -70.0));
}

static void the_status_block_of_nine_shows_a_drive_that_rests(void **state)
{
    uint16_t word[9];
    uint32_t counts;

    (void)state;
    read_status(word);
    assert_int_equal(word[0], 0);
    assert_int_equal(word[1], 0);
    assert_in_range(word[6], 2500, 4000); /* 0.1 V of rectified mains */
    /* -90 deg at the arm = -8.75 turns of the motor, low word first. */
    counts = (uint32_t)word[8] << 16 | word[7];
    assert_true(abs((int32_t)counts + 1146880) < 40);
}

static void rated_torque_and_mode_are_those_of_the_machine(void **state)
{
    uint16_t word = 0;

    (void)state;
    assert_int_equal(modbus_read_registers(drive, 0x0105, 1, &word), 1);
    assert_int_equal(word, 239);
    assert_int_equal(modbus_read_registers(drive, 0x0000, 1, &word), 1);
    assert_int_equal(word, 2);
}

static void assert_exception(int result, int code)
{
    assert_int_equal(result, -1);
    assert_int_equal(errno, MODBUS_ENOBASE + code);
}

static void registers_outside_the_map_answer_exception_2(void **state)
{
    uint16_t word[16];

    (void)state;
    assert_exception(modbus_read_registers(drive, 0x1300, 1, word), 2);
    assert_exception(modbus_read_registers(drive, 0x1200, 10, word), 2);
    assert_exception(modbus_read_registers(drive, 0x0604, 2, word), 2);
    assert_exception(modbus_write_register(drive, 0x1201, 1), 2);
    assert_exception(modbus_read_registers(use_encoder(), 0x0006, 1, word), 2);
    assert_exception(modbus_read_input_bits(use_io(), 1, 8, (uint8_t *)word), 2);
}

static void
functions_and_values_that_a_device_does_not_know_answer_exception_1_and_3(void **state)
{
    const uint16_t words[2] = {1, 2};
    uint16_t word[2];

    (void)state;
    assert_exception(modbus_read_input_registers(drive, 0x1200, 1, word), 1);
    assert_exception(
        modbus_write_and_read_registers(drive, 0x0605, 1, words, 0x1200, 1, word), 1);
    assert_exception(modbus_write_registers(use_encoder(), 8, 1, words), 1);
    assert_exception(modbus_read_registers(use_io(), 0, 1, word), 1);
    assert_exception(modbus_write_register(drive, 0x0605, 3001), 3);
    assert_exception(modbus_write_register(drive, 0x0605, (uint16_t)-3001), 3);
    assert_exception(modbus_write_register(drive, 0x060f, 9001), 3);
}

static void written_fences_read_back(void **state)
{
    const uint16_t speeds[2] = {350, 360};
    uint16_t word[2] = {0, 0};

    (void)state;
    assert_int_equal(modbus_write_registers(drive, 0x060f, 2, speeds), 2);
    assert_int_equal(modbus_read_registers(drive, 0x060f, 2, word), 2);
    assert_int_equal(word[0], 350);
    assert_int_equal(word[1], 360);
    write_drive(0x060f, 3000);
    write_drive(0x0610, 3000);
}

static void the_encoder_shows_4096_at_the_hang_in_both_its_forms(void **state)
{
    uint16_t word[4];

    (void)state;
    assert_int_equal(modbus_read_registers(use_encoder(), 0, 4, word), 4);
    assert_true(abs(high_first(word) - 4096) <= 6);
    assert_int_equal(word[3], high_first(word));
    assert_int_equal(word[2], 0);
}

static void
inputs_follow_the_contacts_and_safety_contacts_are_closed_at_rest(void **state)
{
    uint8_t bit[8];

    (void)state;
    assert_int_equal(modbus_read_input_bits(use_io(), 0, 8, bit), 8);
    assert_memory_equal(bit, ((const uint8_t[]){1, 1, 0, 0, 0, 0, 1, 1}), 8);
    rig_do(&rig, "grips held left");
    rig_do(&rig, "press comfort_stop");
    rig_do(&rig, "press estop_b");
    assert_int_equal(modbus_read_input_bits(io, 0, 8, bit), 8);
    assert_memory_equal(bit, ((const uint8_t[]){1, 0, 1, 0, 1, 0, 1, 1}), 8);
    rig_do(&rig, "grips held");
    rig_do(&rig, "release comfort_stop");
    rig_do(&rig, "release estop");
    rig_do(&rig, "press reset_button");
    assert_int_equal(modbus_read_input_bits(io, 0, 8, bit), 8);
    assert_memory_equal(bit, ((const uint8_t[]){1, 1, 1, 1, 0, 1, 1, 1}), 8);
    rig_do(&rig, "release reset_button");
    rig_do(&rig, "grips open");
}

static void outputs_read_back_by_fc01_after_fc05_and_fc15(void **state)
{
    uint8_t bit[8];

    (void)state;
    assert_int_equal(modbus_write_bit(use_io(), 2, 1), 1);
    assert_int_equal(modbus_read_bits(io, 0, 8, bit), 8);
    assert_int_equal(bit[2], 1);
    assert_int_equal(modbus_write_bits(io, 0, 3, (const uint8_t[]){0, 0, 0}), 3);
    assert_int_equal(modbus_read_bits(io, 0, 8, bit), 8);
    assert_int_equal(bit[2], 0);
}

static void torque_acts_only_while_chain_and_servo_are_on(void **state)
{
    uint16_t word[9];

    (void)state;
    write_drive(0x0605, 300);
    assert_true(rig_truth(&rig, "motor_torque_nm") == 0.0);
    beat(false);
    assert_true(rig_becomes(&rig, "relay_closed", 1, 1));
    assert_true(rig_truth(&rig, "motor_torque_nm") == 0.0);
    beat(true);
    /* 30 % of 2.39 N m through 35 : 1 */
    assert_true(rig_becomes(&rig, "motor_torque_nm", 25.0, 25.2));
    read_status(word);
    assert_int_equal(word[0], 1);
    assert_true(abs((int16_t)word[4] - 300) < 15);
    beat(false);
    assert_true(rig_becomes(&rig, "motor_torque_nm", 0.0, 0.0));
    read_status(word);
    assert_int_equal(word[0], 0);
    write_drive(0x0605, 0);
}

static void positive_torque_lifts_and_every_sensor_agrees(void **state)
{
    uint16_t word[9];
    int32_t motor;
    double angle_deg;

    (void)state;
    write_drive(0x0605, 400);
    beat(true);
    assert_true(rig_becomes(&rig, "arm_angle_deg", -75.0, 0.0));
    write_drive(0x0605, 300);
    assert_true(rig_becomes(&rig, "arm_rate_dps", -2.0, 2.0));
    read_status(word);
    motor = (int32_t)((uint32_t)word[8] << 16 | word[7]);
    assert_int_equal(modbus_read_registers(use_encoder(), 0, 2, word), 2);
    angle_deg = rig_truth(&rig, "arm_angle_deg");
    assert_true(fabs((double)motor * 360.0 / 131072.0 / 35.0 - angle_deg) < 3.0);
    assert_true(fabs((high_first(word) - 8192) * 360.0 / 16384.0 - angle_deg) < 3.0);
    let_sink();
}

static void torque_limits_and_the_mode_are_fences_of_the_drive_itself(void **state)
{
    (void)state;
    beat(true);
    write_drive(0x0608, 100);
    write_drive(0x0605, 300);
    assert_true(rig_becomes(&rig, "motor_torque_nm", 8.3, 8.4));
    write_drive(0x0608, 3000);
    assert_true(rig_becomes(&rig, "motor_torque_nm", 25.0, 25.2));
    rig_do(&rig, "panel drive 0x0000 1");
    assert_true(rig_becomes(&rig, "motor_torque_nm", -0.01, 0.01));
    assert_true(rig_number(&rig, NULL, "running") == 1.0);
    write_drive(0x0000, 2);
    write_drive(0x0605, 0);
    beat(false);
}

static void the_speed_limit_holds_the_arm_to_its_rate(void **state)
{
    double fastest_dps = 0.0;

    (void)state;
    write_drive(0x060f, 175); /* 30 deg/s at the arm */
    write_drive(0x0605, 500);
    rig_do(&rig, "mark");
    beat(true);
    while (rig_truth(&rig, "arm_angle_deg") < -60.0) {
        const double rate_dps = rig_number(&rig, NULL, "arm_rate_dps");

        fastest_dps = rate_dps > fastest_dps ? rate_dps : fastest_dps;
    }
    assert_true(fastest_dps > 20.0);
    assert_true(fastest_dps < 36.0);
    write_drive(0x060f, 3000);
    let_sink();
}

static void an_emergency_stop_by_register_lasts_until_the_fault_reset(void **state)
{
    uint16_t word[9];

    (void)state;
    beat(true);
    write_drive(0x0b0d, 1);
    assert_true(rig_becomes(&rig, "running", 0, 0));
    read_status(word);
    assert_int_equal(word[0], 2);
    write_drive(0x0b01, 1);
    assert_true(rig_becomes(&rig, "running", 1, 1));
    beat(false);
}

/* Gross of one cell in N, and its status. */
static double read_cell(modbus_t *cells, int unit, int *status)
{
    uint16_t word[3];

    assert_int_equal(modbus_set_slave(cells, unit), 0);
    assert_int_equal(modbus_read_registers(cells, 5, 3, word), 3);
    *status = word[2];
    return high_first(word) * 0.1;
}

static void cells_show_the_coupling_force_in_tenths_of_a_newton(void **state)
{
    modbus_t *cells = rig_master(&rig, "cells", 1);
    double sum_n = 0.0;
    double truth_n;
    int status = 0;

    (void)state;
    rig_do(&rig, "lie down");
    /* The legs carry the arm while the person holds them level. */
    rig_do(&rig, "reps 1 pace 0.8/1.8/0.8/0.2");
    assert_true(rig_becomes(&rig, "arm_angle_deg", -8.0, 8.0));
    rig_sleep_ns(700 * MS);
    sum_n = read_cell(cells, 1, &status);
    assert_int_equal(status & 0xe002, 2);
    sum_n += read_cell(cells, 2, &status);
    truth_n = rig_truth(&rig, "force_left_n") + rig_number(&rig, NULL, "force_right_n");
    assert_true(truth_n > 30.0);
    /* Zero offsets, the coupling's hardware and the motion between the readings. */
    assert_true(fabs(sum_n - truth_n) < 25.0);
    rig_do(&rig, "wait idle 10000");
    rig_do(&rig, "dismount");
    rig_leave(cells);
}

static void pads_carry_the_person_and_are_empty_without(void **state)
{
    modbus_t *pads = rig_master(&rig, "pads", 1);
    int status = 0;
    double sum_n;

    (void)state;
    rig_sleep_ns(200 * MS);
    sum_n = read_cell(pads, 1, &status) + read_cell(pads, 2, &status);
    assert_true(fabs(sum_n) < 20.0);
    rig_do(&rig, "lie down");
    rig_sleep_ns(500 * MS);
    sum_n = read_cell(pads, 1, &status) + read_cell(pads, 2, &status);
    assert_true(sum_n > 300.0);
    rig_do(&rig, "dismount");
    rig_leave(pads);
}

static void control_1_zeroes_a_cell_and_only_by_fc16(void **state)
{
    modbus_t *cells = rig_master(&rig, "cells", 2);
    const uint16_t zero = 1;
    int status = 0;

    (void)state;
    assert_exception(modbus_write_register(cells, 8, 1), 1);
    assert_int_equal(modbus_write_registers(cells, 8, 1, &zero), 1);
    assert_true(fabs(read_cell(cells, 2, &status)) < 2.0);
    rig_leave(cells);
}

static void the_encoders_zero_is_where_it_was_told(void **state)
{
    uint16_t word[2];

    (void)state;
    assert_int_equal(modbus_write_register(use_encoder(), 8, 1), 1);
    assert_int_equal(modbus_read_registers(encoder, 0, 2, word), 2);
    assert_true(high_first(word) <= 3 || high_first(word) >= 16381);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_status_block_of_nine_shows_a_drive_that_rests),
        cmocka_unit_test(rated_torque_and_mode_are_those_of_the_machine),
        cmocka_unit_test(registers_outside_the_map_answer_exception_2),
        cmocka_unit_test(
            functions_and_values_that_a_device_does_not_know_answer_exception_1_and_3),
        cmocka_unit_test(written_fences_read_back),
        cmocka_unit_test(the_encoder_shows_4096_at_the_hang_in_both_its_forms),
        cmocka_unit_test(
            inputs_follow_the_contacts_and_safety_contacts_are_closed_at_rest),
        cmocka_unit_test(outputs_read_back_by_fc01_after_fc05_and_fc15),
        cmocka_unit_test(torque_acts_only_while_chain_and_servo_are_on),
        cmocka_unit_test(positive_torque_lifts_and_every_sensor_agrees),
        cmocka_unit_test(torque_limits_and_the_mode_are_fences_of_the_drive_itself),
        cmocka_unit_test(the_speed_limit_holds_the_arm_to_its_rate),
        cmocka_unit_test(an_emergency_stop_by_register_lasts_until_the_fault_reset),
        cmocka_unit_test(cells_show_the_coupling_force_in_tenths_of_a_newton),
        cmocka_unit_test(pads_carry_the_person_and_are_empty_without),
        cmocka_unit_test(control_1_zeroes_a_cell_and_only_by_fc16),
        cmocka_unit_test(the_encoders_zero_is_where_it_was_told),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
