/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other makes of drive, cell and encoder as a libmodbus master sees them, held
 * against the truth of the plant.
 */
#include "sim_rig.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"

#define MS 1000000LL

static rig_t rig;
static modbus_t *drive;
static modbus_t *io;
static modbus_t *cells;

static int start(void **state)
{
    (void)state;
    rig_start(&rig, "--seed 5 --fast-wire --relay-ms 3000 --drive kinco-fd "
                    "--cells laumas-tlb --encoder kubler-sendix-f58");
    drive = rig_master(&rig, "drive", 1);
    io = rig_master(&rig, "io", 2);
    cells = rig_master(&rig, "cells", 1);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    rig_leave(drive);
    rig_leave(io);
    rig_leave(cells);
    return rig_stop(&rig);
}

/* Each test begins with the drive as it was switched on, but for its position. */
static int rest(void **state)
{
    (void)state;
    rig_do(&rig, "fault clear");
    return 0;
}

static void beat(bool servo_on)
{
    static bool level;
    uint8_t outputs[3];

    level = !level;
    outputs[0] = level;
    outputs[1] = servo_on;
    outputs[2] = 0;
    assert_int_equal(modbus_set_slave(io, 2), 0);
    assert_int_equal(modbus_write_bits(io, 0, 3, outputs), 3);
}

static void write_drive(int address, int value)
{
    assert_int_equal(modbus_write_register(drive, address, (uint16_t)value), 1);
}

static uint16_t read_word(modbus_t *master, int address)
{
    uint16_t word = 0;

    assert_int_equal(modbus_read_registers(master, address, 1, &word), 1);
    return word;
}

static int32_t read_low_first(int address)
{
    uint16_t word[2];

    assert_int_equal(modbus_read_registers(drive, address, 2, word), 2);
    return (int32_t)((uint32_t)word[1] << 16 | word[0]);
}

static int32_t read_high_first(modbus_t *master, int address)
{
    uint16_t word[2];

    assert_int_equal(modbus_read_registers(master, address, 2, word), 2);
    return (int32_t)((uint32_t)word[0] << 16 | word[1]);
}

static void write_speed(double rpm)
{
    const int32_t dec = (int32_t)lround(rpm * 512.0 * 65536.0 / 1875.0);
    const uint16_t word[2] = {(uint16_t)((uint32_t)dec & 0xffff),
                              (uint16_t)((uint32_t)dec >> 16)};

    assert_int_equal(modbus_write_registers(drive, 0x6f00, 2, word), 2);
}

static void assert_exception(int result, int code)
{
    assert_int_equal(result, -1);
    assert_int_equal(errno, MODBUS_ENOBASE + code);
}

static void let_sink(void)
{
    write_drive(0x3c00, 0);
    beat(false);
    assert_true(rig_becomes(&rig, "arm_angle_deg", -95.0, -70.0));
}

static void kinco_shows_its_states_in_the_status_word(void **state)
{
    (void)state;
    assert_int_equal(read_word(drive, 0x3200) & 0x7f, 0x70); /* no chain: disabled */
    beat(false);
    assert_true(rig_becomes(&rig, "sto", 0, 0));
    assert_int_equal(read_word(drive, 0x3200) & 0x7f, 0x31);
    beat(true);
    assert_true(rig_becomes(&rig, "running", 1, 1));
    assert_int_equal(read_word(drive, 0x3200) & 0x7f, 0x37);
    assert_int_equal(read_word(drive, 0x3100), 0x0f);
    write_drive(0x3100, 0x0b);
    assert_true(rig_becomes(&rig, "running", 0, 0));
    assert_int_equal(read_word(drive, 0x3200) & 0x6f, 0x40);
    write_drive(0x3100, 0x06);
    assert_int_equal(read_word(drive, 0x3200) & 0x6f, 0x21);
    write_drive(0x3100, 0x07);
    assert_int_equal(read_word(drive, 0x3200) & 0x6f, 0x23);
    write_drive(0x3100, 0x0f);
    assert_true(rig_becomes(&rig, "running", 1, 1));
    beat(false);
    assert_true(rig_becomes(&rig, "running", 0, 0));
    assert_int_equal(read_word(drive, 0x3100), 0x06);
}

static void kinco_needs_0f_in_a_control_word_that_modbus_wrote(void **state)
{
    (void)state;
    beat(true);
    assert_true(rig_becomes(&rig, "running", 1, 1));
    write_drive(0x3100, 0x06);
    assert_true(rig_becomes(&rig, "running", 0, 0));
    beat(true);
    rig_sleep_ns(20 * MS);
    assert_true(rig_truth(&rig, "running") == 0.0);
    beat(false);
    assert_true(rig_becomes(&rig, "servo_on", 0, 0));
    rig_sleep_ns(5 * MS);
    beat(true);
    assert_true(rig_becomes(&rig, "running", 1, 1));
    beat(false);
}

static void kinco_lifts_by_torque_and_counts_low_word_first(void **state)
{
    double angle_deg;

    (void)state;
    write_drive(0x3c00, 400);
    beat(true);
    assert_true(rig_becomes(&rig, "arm_angle_deg", -75.0, 0.0));
    write_drive(0x3c00, 300);
    assert_true(rig_becomes(&rig, "arm_rate_dps", -2.0, 2.0));
    angle_deg = rig_truth(&rig, "arm_angle_deg");
    assert_true(fabs(read_low_first(0x3700) * 360.0 / 65536.0 / 35.0 - angle_deg) <
                3.0);
    assert_true(abs((int16_t)read_word(drive, 0x3e00) - 300) < 20);
    let_sink();
}

static void kinco_holds_its_fences_and_says_so(void **state)
{
    (void)state;
    beat(true);
    write_drive(0x3d00, 100);
    write_drive(0x3c00, 300);
    assert_true(rig_becomes(&rig, "motor_torque_nm", 8.3, 8.4));
    assert_true((read_word(drive, 0x3200) & 1 << 11) != 0);
    write_drive(0x3d00, 3000);
    assert_true(rig_becomes(&rig, "motor_torque_nm", 25.0, 25.2));
    assert_true((read_word(drive, 0x3200) & 1 << 11) == 0);
    let_sink();
}

static void kinco_turns_at_the_target_speed_in_mode_3(void **state)
{
    double speed_rpm;

    (void)state;
    write_drive(0x3500, 3);
    write_speed(175.0); /* 30 deg/s at the arm */
    beat(true);
    assert_true(rig_becomes(&rig, "arm_angle_deg", -60.0, 0.0));
    assert_true(fabs(rig_number(&rig, NULL, "arm_rate_dps") - 30.0) < 3.0);
    speed_rpm = read_low_first(0x3b00) * 1875.0 / (512.0 * 65536.0);
    assert_true(fabs(speed_rpm - 175.0) < 20.0);
    write_speed(0.0);
    assert_true(rig_becomes(&rig, "arm_rate_dps", -0.5, 0.5));
    write_drive(0x3500, 4);
    let_sink();
}

static void kinco_in_mode_3_pulls_no_harder_than_its_limit(void **state)
{
    (void)state;
    write_drive(0x3500, 3);
    write_drive(0x3d00, 120); /* 10 N m: the arm alone needs some 40 to be lifted */
    write_speed(175.0);
    beat(true);
    assert_true(rig_becomes(&rig, "motor_torque_nm", 9.9, 10.1));
    assert_true((read_word(drive, 0x3200) & 1 << 11) != 0);
    write_speed(0.0);
    write_drive(0x3d00, 3000);
    write_drive(0x3500, 4);
    let_sink();
}

static void kinco_keeps_its_fault_until_the_reset_bit_rises(void **state)
{
    (void)state;
    beat(true);
    rig_do(&rig, "fault drive trip for 20");
    assert_true(rig_becomes(&rig, "tripped", 1, 1));
    assert_int_equal(read_word(drive, 0x3200) & 0x0f, 0x08);
    assert_int_not_equal(read_word(drive, 0x1f00), 0);
    rig_sleep_ns(30 * MS);
    write_drive(0x3100, 0x80);
    assert_true(rig_becomes(&rig, "tripped", 0, 0));
    assert_int_equal(read_word(drive, 0x1f00), 0);
    assert_true(rig_truth(&rig, "running") == 0.0);
    write_drive(0x3100, 0x0f);
    assert_true(rig_becomes(&rig, "running", 1, 1));
    beat(false);
}

static void kinco_answers_2_across_a_gap_and_1_to_other_functions(void **state)
{
    const uint16_t words[2] = {1, 2};
    uint16_t word[8];

    (void)state;
    assert_exception(modbus_read_registers(drive, 0x3700, 3, word), 2);
    assert_exception(modbus_read_registers(drive, 0x3200, 8, word), 2);
    assert_exception(modbus_read_registers(drive, 0x1200, 1, word), 2);
    assert_exception(modbus_write_register(drive, 0x3200, 1), 2);
    assert_exception(modbus_write_register(drive, 0x3c00, 3001), 3);
    assert_exception(modbus_read_input_registers(drive, 0x3200, 1, word), 1);
    assert_exception(
        modbus_write_and_read_registers(drive, 0x3c00, 1, words, 0x3200, 1, word), 1);
}

/* Status, and the gross with the sign that the status gives it. */
static double read_laumas(int unit, uint16_t *word)
{
    double gross_n;

    assert_int_equal(modbus_set_slave(cells, unit), 0);
    assert_int_equal(modbus_read_registers(cells, 6, 5, word), 5);
    gross_n = 0.1 * ((double)word[1] * 65536.0 + word[2]);
    return (word[0] & 1 << 7) != 0 ? -gross_n : gross_n;
}

static void laumas_gives_magnitudes_whose_signs_are_in_the_status(void **state)
{
    uint16_t word[5];
    double plus_n;

    (void)state;
    rig_do(&rig, "lie down");
    rig_sleep_ns(500 * MS);
    plus_n = read_laumas(1, word);
    rig_do(&rig, "fault strap_left sign_flip");
    assert_true(fabs(read_laumas(1, word) + plus_n) < 20.0);
    assert_int_equal(word[1], 0); /* a magnitude, whatever the sign */
    rig_do(&rig, "dismount");
}

static void laumas_says_cell_error_and_adc_fault_on_a_broken_wire(void **state)
{
    uint16_t word[5];

    (void)state;
    rig_do(&rig, "fault strap_right wire_break");
    (void)read_laumas(2, word);
    assert_int_equal(word[0] & 3, 3);
    (void)read_laumas(1, word);
    assert_int_equal(word[0] & 3, 0);
    rig_do(&rig, "fault clear");
    rig_do(&rig, "fault strap_right wire_break silent");
    assert_true(read_laumas(2, word) > 5000.0);
    assert_int_equal(word[0] & 3, 0);
}

static void command(int value)
{
    const uint16_t word = (uint16_t)value;

    assert_int_equal(modbus_write_registers(cells, 5, 1, &word), 1);
}

static void laumas_zeroes_tares_and_goes_back_to_gross(void **state)
{
    const int64_t deadline_ns = rig_now_ns() + RIG_DEADLINE_MS * MS;
    uint16_t word[5];
    double gross_n;

    (void)state;

    /* The cell may still settle from the test before. */
    do {
        (void)read_laumas(1, word);
        command(8);
        gross_n = read_laumas(1, word);
    } while (fabs(gross_n) >= 2.0 && rig_now_ns() < deadline_ns);
    assert_true(fabs(gross_n) < 2.0);
    command(7);
    (void)read_laumas(1, word);
    assert_true((word[0] & 1 << 10) != 0);
    command(9);
    (void)read_laumas(1, word);
    assert_true((word[0] & 1 << 10) == 0);
    assert_int_equal(read_word(cells, 13), 4 << 8 | 9); /* newtons, tenths */
}

static void laumas_knows_fc03_and_fc16_alone(void **state)
{
    uint8_t bit = 0;
    uint16_t word[40];

    (void)state;
    assert_int_equal(modbus_set_slave(cells, 1), 0);
    assert_exception(modbus_write_register(cells, 5, 8), 1);
    assert_exception(modbus_read_input_registers(cells, 6, 3, word), 1);
    assert_exception(modbus_read_bits(cells, 0, 1, &bit), 1);
    assert_exception(modbus_read_registers(cells, 6, 33, word), 2);
}

static void kubler_counts_as_the_truth_says_high_word_first(void **state)
{
    uint16_t word[3];
    double angle_deg;

    (void)state;
    beat(false);
    assert_int_equal(modbus_set_slave(io, 1), 0);
    angle_deg = rig_truth(&rig, "arm_angle_deg");
    assert_true(fabs((read_high_first(io, 1) - 8192) * 360.0 / 16384.0 - angle_deg) <
                1.0);
    assert_exception(modbus_read_registers(io, 0, 3, word), 2);
    assert_int_equal(read_high_first(io, 9), 16384);
}

static void kubler_is_deaf_sooner_than_its_cycle_of_2_ms(void **state)
{
    static rh_bench_t bench;
    static rh_device_t device;
    const rh_bench_settings_t settings = {.mass_kg = 80.0, .seed = 1, .relay_ms = 75};
    const rh_pdu_t request = {5, {3, 0, 1, 0, 2}};
    rh_pdu_t reply;
    rh_fault_set_t faults;

    (void)state;
    rh_bench_init(&bench, &settings, rh_now_ns());
    assert_int_equal(rh_device_open(&device, RH_DEVICE_ENCODER, &rh_kind_kubler), 0);
    device.has_wire_time = true;
    rh_device_serve(&device, &bench, &request, &reply, &faults);
    assert_int_equal(reply.length, 6);
    /* A busy computer may make "at once" long: then nothing is shown, and it repeats.
     */
    do {
        rig_sleep_ns(3 * MS);
        rh_device_serve(&device, &bench, &request, &reply, &faults);
        assert_int_equal(reply.length, 6);
        const int64_t before_ns = device.served_ns;
        rh_device_serve(&device, &bench, &request, &reply, &faults);
        if (device.served_ns - before_ns < MS) {
            break;
        }
    } while (true);
    assert_int_equal(reply.length, 0);
    rh_device_close(&device);
    rh_bench_destroy(&bench);
}

static void a6rs_gives_its_monitor_block_in_one_read_of_23(void **state)
{
    rig_t other;
    modbus_t *master;
    uint16_t word[23];
    int32_t position;

    (void)state;
    rig_start(&other, "--seed 5 --fast-wire --drive stepperonline-a6rs");
    master = rig_master(&other, "drive", 1);
    assert_int_equal(modbus_read_registers(master, 0x4001, 23, word), 23);
    position = (int32_t)((uint32_t)word[22] << 16 | word[21]);
    assert_true(abs(position + 1146880) < 40); /* -90 deg: -8.75 motor turns */
    assert_in_range(word[5], 2500, 4000);
    assert_int_equal(modbus_write_register(master, 0x0341, 300), 1);
    assert_int_equal(read_word(master, 0x0341), 300);
    assert_exception(modbus_read_registers(master, 0x4001, 24, word), 2);
    assert_exception(modbus_read_registers(master, 0x1200, 1, word), 2);
    rig_leave(master);
    assert_int_equal(rig_stop(&other), 0);
}

static int32_t high_first(const uint16_t *word)
{
    return (int32_t)((uint32_t)word[0] << 16 | word[1]);
}

/* Both cells of a box: gross in 0.1 N, and the two qualifiers. */
static void read_flintec(modbus_t *master, int32_t *gross, uint16_t *qualifier)
{
    uint16_t word[66];

    assert_int_equal(modbus_read_registers(master, 0x2020, 66, word), 66);
    gross[0] = high_first(word);
    gross[1] = high_first(word + 0x20);
    qualifier[0] = word[0x40];
    qualifier[1] = word[0x41];
}

static void flintec_has_two_cells_in_one_read_on_tcp_beside_serial_buses(void **state)
{
    const uint16_t tare[2] = {0, 100};
    rig_t other;
    modbus_t *master;
    int32_t gross[2];
    uint16_t qualifier[2];
    uint16_t word[2];
    float net_n = 0.0F;

    (void)state;
    rig_start(&other, "--seed 5 --cells flintec-mcs64");
    assert_int_equal(access(rig_path(&other, "bus-drive"), F_OK), 0);
    assert_int_not_equal(access(rig_path(&other, "bus-cells"), F_OK), 0);
    master = rig_master(&other, "pads", 1);
    rig_do(&other, "lie down");
    rig_sleep_ns(500 * MS);
    read_flintec(master, gross, qualifier);
    assert_true(gross[0] + gross[1] > 3000);
    assert_int_equal(qualifier[0] & 0x80, 0);
    rig_do(&other, "fault pad_rear wire_break");
    read_flintec(master, gross, qualifier);
    assert_int_equal(qualifier[0] & 0x80, 0);
    assert_int_equal(qualifier[1] & 0x80, 0x80);
    rig_do(&other, "fault clear");
    assert_int_equal(modbus_write_registers(master, 0x2024, 2, tare), 2);
    assert_int_equal(modbus_read_registers(master, 0x2002, 2, word), 2);
    net_n = modbus_get_float_abcd(word);
    read_flintec(master, gross, qualifier);
    assert_int_equal(qualifier[0] & 0x20, 0x20);
    assert_true(fabsf(net_n - ((float)gross[0] * 0.1F - 10.0F)) < 20.0F);
    assert_exception(modbus_write_register(master, 0x2024, 1), 1);
    rig_leave(master);
    assert_int_equal(rig_stop(&other), 0);
}

static void a_fault_of_either_cells_link_is_that_of_the_flintec_box(void **state)
{
    rig_t other;
    modbus_t *master;
    uint16_t word[2];

    (void)state;
    rig_start(&other, "--seed 5 --cells flintec-mcs64");
    master = rig_master(&other, "cells", 1);
    rig_do(&other, "fault strap_right exception 6 count 1");
    assert_exception(modbus_read_registers(master, 0x2020, 2, word), 6);
    assert_int_equal(modbus_read_registers(master, 0x2020, 2, word), 2);
    rig_do(&other, "fault bus:cells exception 6 count 2");
    assert_exception(modbus_read_registers(master, 0x2020, 2, word), 6);
    assert_exception(modbus_read_registers(master, 0x2020, 2, word), 6);
    assert_int_equal(modbus_read_registers(master, 0x2020, 2, word), 2);
    rig_leave(master);
    assert_int_equal(rig_stop(&other), 0);
}

static void the_map_of_every_make_rises_without_overlap(void **state)
{
    static const rh_device_kind_t *const makes[] = {
        &rh_kind_dsy,    &rh_kind_kinco,   &rh_kind_a6rs,   &rh_kind_pt113,
        &rh_kind_laumas, &rh_kind_flintec, &rh_kind_briter, &rh_kind_kubler,
    };

    (void)state;
    for (size_t i = 0; i < sizeof(makes) / sizeof(makes[0]); i++) {
        for (size_t k = 1; k < makes[i]->map_count; k++) {
            const rh_register_t *before = &makes[i]->map[k - 1];

            assert_true(before->address + before->count <= makes[i]->map[k].address);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_map_of_every_make_rises_without_overlap),
        cmocka_unit_test(kinco_shows_its_states_in_the_status_word),
        cmocka_unit_test(kinco_needs_0f_in_a_control_word_that_modbus_wrote),
        cmocka_unit_test(kinco_lifts_by_torque_and_counts_low_word_first),
        cmocka_unit_test(kinco_holds_its_fences_and_says_so),
        cmocka_unit_test(kinco_turns_at_the_target_speed_in_mode_3),
        cmocka_unit_test(kinco_in_mode_3_pulls_no_harder_than_its_limit),
        cmocka_unit_test(kinco_keeps_its_fault_until_the_reset_bit_rises),
        cmocka_unit_test(kinco_answers_2_across_a_gap_and_1_to_other_functions),
        cmocka_unit_test_teardown(laumas_gives_magnitudes_whose_signs_are_in_the_status,
                                  rest),
        cmocka_unit_test_teardown(laumas_says_cell_error_and_adc_fault_on_a_broken_wire,
                                  rest),
        cmocka_unit_test(laumas_zeroes_tares_and_goes_back_to_gross),
        cmocka_unit_test(laumas_knows_fc03_and_fc16_alone),
        cmocka_unit_test(kubler_counts_as_the_truth_says_high_word_first),
        cmocka_unit_test(kubler_is_deaf_sooner_than_its_cycle_of_2_ms),
        cmocka_unit_test(flintec_has_two_cells_in_one_read_on_tcp_beside_serial_buses),
        cmocka_unit_test(a_fault_of_either_cells_link_is_that_of_the_flintec_box),
        cmocka_unit_test(a6rs_gives_its_monitor_block_in_one_read_of_23),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
