/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every kind of fault as it shows on the wire or at the arm.
 */
#include "sim_rig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MS 1000000LL
/* A busy computer hands a pty's bytes over tens of ms late, now and then 100. */
#define PATIENCE_MS 2000

static rig_t rig;
static modbus_t *drive;
static modbus_t *cells;

static int start(void **state)
{
    (void)state;
    rig_start(&rig, "--seed 7 --fast-wire --relay-ms 5000");
    drive = rig_master(&rig, "drive", 1);
    cells = rig_master(&rig, "cells", 1);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    rig_leave(drive);
    rig_leave(cells);
    return rig_stop(&rig);
}

static int heal(void **state)
{
    (void)state;
    rig_do(&rig, "fault clear");
    return 0;
}

static const uint8_t ask_left[] = {1, 3, 0, 5, 0, 3};
static const uint8_t ask_right[] = {2, 3, 0, 5, 0, 3};
static const uint8_t ask_mode[] = {1, 3, 0, 13, 0, 1};

static size_t ask(int fd, const uint8_t *request, uint8_t *reply, int timeout_ms)
{
    rig_send(fd, request, 6);
    return rig_receive(fd, reply, (size_t)request[5] * 2 + 5, timeout_ms);
}

static void a_late_reply_comes_after_its_time_once_and_then_no_more(void **state)
{
    const int fd = rig_open_line(&rig, "cells");
    uint8_t reply[32];
    int64_t sent_ns;

    (void)state;
    rig_do(&rig, "fault strap_left late 250 count 1");
    sent_ns = rig_now_ns();
    assert_int_equal(ask(fd, ask_left, reply, 20), 0);
    assert_int_equal(rig_receive(fd, reply, 11, PATIENCE_MS), 11);
    assert_true(rig_now_ns() - sent_ns >= 250 * MS);
    sent_ns = rig_now_ns();
    assert_int_equal(ask(fd, ask_left, reply, PATIENCE_MS), 11);
    assert_true(rig_now_ns() - sent_ns < 250 * MS);
    (void)close(fd);
}

static void a_late_reply_meets_the_next_request_as_the_wrong_answer(void **state)
{
    const int fd = rig_open_line(&rig, "cells");
    uint8_t reply[64];

    (void)state;
    rig_do(&rig, "fault strap_right late 250 count 1");
    assert_int_equal(ask(fd, ask_right, reply, 10), 0);
    /* The other slave answers in its time; the late one follows unasked. */
    assert_int_equal(ask(fd, ask_left, reply, PATIENCE_MS), 11);
    assert_int_equal(reply[0], 1);
    assert_int_equal(rig_receive(fd, reply, 11, PATIENCE_MS), 11);
    assert_int_equal(reply[0], 2);
    (void)close(fd);
}

static void a_stale_device_answers_with_the_reply_before(void **state)
{
    const int fd = rig_open_line(&rig, "cells");
    uint8_t reply[32];

    (void)state;
    assert_int_equal(ask(fd, ask_mode, reply, PATIENCE_MS), 7);
    rig_do(&rig, "fault strap_left stale count 1");
    rig_send(fd, ask_left, 6);
    assert_int_equal(rig_receive(fd, reply, 7, PATIENCE_MS), 7);
    assert_int_equal(reply[2], 2);
    assert_int_equal(reply[4], 3); /* the mode register again */
    assert_int_equal(ask(fd, ask_left, reply, PATIENCE_MS), 11);
    (void)close(fd);
}

static void a_truncated_reply_ends_in_the_middle(void **state)
{
    const int fd = rig_open_line(&rig, "cells");
    uint8_t reply[32];

    (void)state;
    rig_do(&rig, "fault strap_left truncated count 1");
    assert_int_equal(ask(fd, ask_left, reply, 200), 5);
    assert_int_equal(ask(fd, ask_left, reply, PATIENCE_MS), 11);
    (void)close(fd);
}

static void a_bad_crc_is_seen_by_the_library(void **state)
{
    uint16_t word[3];

    (void)state;
    rig_do(&rig, "fault strap_left crc count 1");
    assert_int_equal(modbus_read_registers(cells, 5, 3, word), -1);
    assert_int_equal(errno, EMBBADCRC);
    assert_int_equal(modbus_read_registers(cells, 5, 3, word), 3);
}

static void silence_lasts_as_long_as_it_was_asked_for(void **state)
{
    const int fd = rig_open_line(&rig, "cells");
    const int64_t until_ns = rig_now_ns() + 300 * MS;
    uint8_t reply[32];

    (void)state;
    rig_do(&rig, "fault bus:cells silence for 300");
    assert_int_equal(ask(fd, ask_left, reply, 50), 0);
    assert_int_equal(ask(fd, ask_right, reply, 50), 0);
    while (ask(fd, ask_left, reply, 50) == 0) {
        assert_true(rig_now_ns() < until_ns + 3000 * MS);
    }
    assert_true(rig_now_ns() >= until_ns);
    (void)close(fd);
}

static void an_exception_answers_and_nothing_is_done(void **state)
{
    uint16_t word = 0;

    (void)state;
    rig_do(&rig, "fault drive exception 6 count 1");
    assert_int_equal(modbus_write_register(drive, 0x0605, 100), -1);
    assert_int_equal(errno, MODBUS_ENOBASE + 6);
    assert_int_equal(modbus_read_registers(drive, 0x0605, 1, &word), 1);
    assert_int_equal(word, 0);
}

static int32_t left_dn(void)
{
    uint16_t word[3];

    assert_int_equal(modbus_read_registers(cells, 5, 3, word), 3);
    return (int32_t)((uint32_t)word[0] << 16 | word[1]);
}

/* How many different values a noisy cell shows in half a second. */
static int changes(void)
{
    const int64_t until_ns = rig_now_ns() + 500 * MS;
    int32_t last = left_dn();
    int count = 0;

    while (rig_now_ns() < until_ns) {
        const int32_t now = left_dn();

        count += now != last ? 1 : 0;
        last = now;
    }
    return count;
}

static void a_frozen_cell_stops_even_its_noise(void **state)
{
    (void)state;
    assert_true(changes() > 3);
    rig_do(&rig, "fault strap_left frozen");
    assert_int_equal(changes(), 0);
    rig_do(&rig, "fault clear");
    assert_true(changes() > 3);
}

/* Waits until the left cell's value lies in the range. */
static bool cell_becomes(int32_t low, int32_t high)
{
    const int64_t deadline_ns = rig_now_ns() + 3000 * MS;

    while (rig_now_ns() < deadline_ns) {
        const int32_t now = left_dn();

        if (now >= low && now <= high) {
            return true;
        }
    }
    return false;
}

static void a_flipped_cell_shows_the_other_sign(void **state)
{
    (void)state;
    rig_do(&rig, "lie down");
    rig_do(&rig, "reps 1 pace 0.8/6/0.8/0.2");
    assert_true(cell_becomes(150, 2000));
    rig_do(&rig, "fault strap_left sign_flip");
    assert_true(left_dn() < -50);
    rig_do(&rig, "fault clear");
    assert_true(left_dn() > 50);
    rig_do(&rig, "stop");
    rig_do(&rig, "wait idle 10000");
    rig_do(&rig, "dismount");
}

static void a_flipped_encoder_mirrors_the_angle(void **state)
{
    modbus_t *encoder = rig_master(&rig, "io", 1);
    uint16_t word[4];

    (void)state;
    assert_true(rig_becomes(&rig, "arm_angle_deg", -91.0, -89.0));
    rig_do(&rig, "fault encoder sign_flip");
    assert_int_equal(modbus_read_registers(encoder, 0, 4, word), 4);
    assert_in_range(word[3], 12188, 12388); /* +90 deg */
    rig_leave(encoder);
}

static void swapped_words_put_the_low_one_where_the_high_one_was(void **state)
{
    modbus_t *encoder = rig_master(&rig, "io", 1);
    uint16_t word[2];
    uint16_t status[9];

    (void)state;
    rig_do(&rig, "fault encoder word_swap");
    rig_do(&rig, "fault drive word_swap");
    assert_int_equal(modbus_read_registers(encoder, 0, 2, word), 2);
    assert_in_range(word[0], 4000, 4200);
    assert_int_equal(word[1], 0);
    assert_int_equal(modbus_read_registers(drive, 0x1200, 9, status), 9);
    assert_int_equal(status[7], 0xffee); /* high word of about -1146880 */
    rig_leave(encoder);
}

static void a_broken_wire_shows_an_error_status_or_silently_an_overload(void **state)
{
    uint16_t word[3];

    (void)state;
    rig_do(&rig, "fault strap_left wire_break");
    assert_int_equal(modbus_read_registers(cells, 5, 3, word), 3);
    assert_int_equal(word[2] & 2, 0);
    assert_int_equal(word[2] >> 13, 1);
    rig_do(&rig, "fault clear");
    rig_do(&rig, "fault strap_left wire_break silent");
    assert_int_equal(modbus_read_registers(cells, 5, 3, word), 3);
    assert_int_equal(word[2] & 0xe002, 2);
    assert_true(word[1] > 50000);
}

static void run_drive(bool servo_on)
{
    static bool level;
    modbus_t *io = rig_master(&rig, "io", 2);

    level = !level;
    assert_int_equal(
        modbus_write_bits(io, 0, 2, (const uint8_t[]){(uint8_t)level, servo_on}), 2);
    rig_leave(io);
    assert_true(rig_becomes(&rig, "running", servo_on, servo_on));
}

static void command(int permille)
{
    assert_int_equal(modbus_write_register(drive, 0x0605, (uint16_t)permille), 1);
}

static void
a_drive_that_keeps_its_torque_ignores_new_commands_while_it_runs(void **state)
{
    (void)state;
    run_drive(true);
    command(200);
    assert_true(rig_becomes(&rig, "motor_torque_nm", 16.6, 16.8));
    rig_do(&rig, "fault drive keeps_torque");
    command(0);
    rig_sleep_ns(100 * MS);
    assert_true(rig_truth(&rig, "motor_torque_nm") > 16.6);
    run_drive(false);
    assert_true(rig_truth(&rig, "motor_torque_nm") == 0.0);
    rig_do(&rig, "fault clear");
}

static void a_drive_that_ignores_torque_acknowledges_and_gives_none(void **state)
{
    uint16_t word = 0;

    (void)state;
    run_drive(true);
    rig_do(&rig, "fault drive ignores_torque");
    command(200);
    assert_int_equal(modbus_read_registers(drive, 0x0605, 1, &word), 1);
    assert_int_equal(word, 200);
    rig_sleep_ns(100 * MS);
    assert_true(rig_truth(&rig, "motor_torque_nm") < 0.5);
    rig_do(&rig, "fault clear");
    assert_true(rig_becomes(&rig, "motor_torque_nm", 16.6, 16.8));
    command(0);
    run_drive(false);
}

static void without_modbus_the_drive_keeps_its_last_torque(void **state)
{
    (void)state;
    run_drive(true);
    command(150);
    assert_true(rig_becomes(&rig, "motor_torque_nm", 12.4, 12.7));
    rig_sleep_ns(500 * MS);
    assert_true(rig_truth(&rig, "motor_torque_nm") > 12.4);
    command(0);
    run_drive(false);
}

static void
a_flipped_drive_pushes_the_other_way_and_reports_what_was_asked(void **state)
{
    uint16_t status[9];

    (void)state;
    run_drive(true);
    rig_do(&rig, "fault drive sign_flip");
    command(200);
    assert_true(rig_becomes(&rig, "motor_torque_nm", -16.8, -16.6));
    assert_int_equal(modbus_read_registers(drive, 0x1200, 9, status), 9);
    assert_in_range(status[4], 180, 220);
    command(0);
    run_drive(false);
}

static void a_tripped_drive_stays_in_error_until_it_is_reset(void **state)
{
    uint16_t word = 0;

    (void)state;
    run_drive(true);
    rig_do(&rig, "fault drive trip for 20");
    assert_true(rig_becomes(&rig, "tripped", 1, 1));
    rig_sleep_ns(50 * MS);
    assert_int_equal(modbus_read_registers(drive, 0x1200, 1, &word), 1);
    assert_int_equal(word, 2);
    assert_int_equal(modbus_write_register(drive, 0x0b01, 1), 1);
    assert_true(rig_becomes(&rig, "tripped", 0, 0));
    run_drive(false);
}

static void an_unplugged_line_is_gone_and_comes_back(void **state)
{
    const int64_t deadline_ns = rig_now_ns() + 5000 * MS;
    uint16_t word[3];
    uint8_t reply[16];
    int fd = rig_open_line(&rig, "pads");

    (void)state;
    assert_int_equal(ask(fd, ask_left, reply, PATIENCE_MS), 11);
    rig_do(&rig, "fault bus:pads unplug for 300");
    while (access(rig_path(&rig, "bus-pads"), F_OK) == 0) {
        assert_true(rig_now_ns() < deadline_ns);
    }
    /* A hung-up terminal: writing fails, as with a pulled USB adapter. */
    while (write(fd, ask_left, sizeof(ask_left)) >= 0) {
        assert_true(rig_now_ns() < deadline_ns);
    }
    assert_int_equal(errno, EIO);
    (void)close(fd);
    while (access(rig_path(&rig, "bus-pads"), F_OK) != 0) {
        assert_true(rig_now_ns() < deadline_ns);
    }
    fd = rig_open_line(&rig, "pads");
    assert_int_equal(ask(fd, ask_left, reply, PATIENCE_MS), 11);
    (void)close(fd);
    assert_int_equal(modbus_read_registers(cells, 5, 3, word), 3);
}

static void an_unplugged_device_is_silent_and_its_neighbour_answers(void **state)
{
    const int fd = rig_open_line(&rig, "cells");
    uint8_t reply[32];

    (void)state;
    rig_do(&rig, "fault strap_left unplug");
    assert_int_equal(ask(fd, ask_left, reply, 50), 0);
    assert_int_equal(ask(fd, ask_right, reply, PATIENCE_MS), 11);
    (void)close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(
            a_late_reply_comes_after_its_time_once_and_then_no_more, heal),
        cmocka_unit_test_teardown(
            a_late_reply_meets_the_next_request_as_the_wrong_answer, heal),
        cmocka_unit_test_teardown(a_stale_device_answers_with_the_reply_before, heal),
        cmocka_unit_test_teardown(a_truncated_reply_ends_in_the_middle, heal),
        cmocka_unit_test_teardown(a_bad_crc_is_seen_by_the_library, heal),
        cmocka_unit_test_teardown(silence_lasts_as_long_as_it_was_asked_for, heal),
        cmocka_unit_test_teardown(an_exception_answers_and_nothing_is_done, heal),
        cmocka_unit_test_teardown(a_frozen_cell_stops_even_its_noise, heal),
        cmocka_unit_test_teardown(a_flipped_cell_shows_the_other_sign, heal),
        cmocka_unit_test_teardown(a_flipped_encoder_mirrors_the_angle, heal),
        cmocka_unit_test_teardown(swapped_words_put_the_low_one_where_the_high_one_was,
                                  heal),
        cmocka_unit_test_teardown(
            a_broken_wire_shows_an_error_status_or_silently_an_overload, heal),
        cmocka_unit_test_teardown(
            a_drive_that_keeps_its_torque_ignores_new_commands_while_it_runs, heal),
        cmocka_unit_test_teardown(
            a_drive_that_ignores_torque_acknowledges_and_gives_none, heal),
        cmocka_unit_test_teardown(without_modbus_the_drive_keeps_its_last_torque, heal),
        cmocka_unit_test_teardown(
            a_flipped_drive_pushes_the_other_way_and_reports_what_was_asked, heal),
        cmocka_unit_test_teardown(a_tripped_drive_stays_in_error_until_it_is_reset,
                                  heal),
        cmocka_unit_test_teardown(an_unplugged_line_is_gone_and_comes_back, heal),
        cmocka_unit_test_teardown(
            an_unplugged_device_is_silent_and_its_neighbour_answers, heal),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
