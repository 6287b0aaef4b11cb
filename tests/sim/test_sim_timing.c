/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gaps, turnarounds, rates and formats of the simulated lines.
 */
#include "sim_rig.h"

#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "wire.h"

#define MS 1000000LL
#define US 1000LL
#define CHAR_NS (10 * 1000000000LL / 115200)

static void the_gap_is_fixed_above_19200_unless_true_was_asked_for(void **state)
{
    rh_wire_line_t line = rh_wire_line();
    rh_wire_timing_t timing = rh_wire_timing_of(&line);

    (void)state;
    assert_int_equal(timing.t35_ns, 1750 * US);
    assert_int_equal(timing.turnaround_ns, 1750 * US);
    line.true_gap = true;
    timing = rh_wire_timing_of(&line);
    assert_int_equal(timing.t35_ns, CHAR_NS * 7 / 2);
    assert_int_equal(timing.t15_ns, CHAR_NS * 3 / 2);
    assert_int_equal(timing.turnaround_ns, timing.t35_ns);
    line = rh_wire_line();
    line.baud = 9600;
    line.char_bits = 11;
    timing = rh_wire_timing_of(&line);
    assert_int_equal(timing.char_ns, 11 * 1000000000LL / 9600);
    assert_int_equal(timing.t35_ns, timing.char_ns * 7 / 2);
}

/* A whole request at `at_ns`; false if it was a violation. */
static bool transact(rh_wire_t *wire, int64_t at_ns, int64_t *release_ns)
{
    const uint8_t reply[9] = {1, 3, 4};
    uint8_t frame[RH_RTU_MAX];
    const size_t size = rh_frame_to_rtu(frame, 1, (const uint8_t[]){3, 0, 0, 0, 2}, 5);
    size_t length = 0;

    rh_wire_receive(wire, at_ns, frame, size);
    if (rh_wire_take(wire, rh_wire_close_ns(wire), &length) == NULL) {
        return false;
    }
    *release_ns = rh_wire_reply(wire, reply, sizeof(reply), 0, true);
    rh_wire_released(wire, rh_wire_due(wire, *release_ns), *release_ns);
    return true;
}

static void a_true_gap_accepts_what_the_fixed_one_calls_a_violation(void **state)
{
    static rh_wire_t wire;

    (void)state;
    for (int i = 0; i < 2; i++) {
        rh_wire_line_t line = rh_wire_line();
        rh_wire_timing_t timing;
        int64_t release_ns = 0;

        line.true_gap = i == 1;
        timing = rh_wire_timing_of(&line);
        rh_wire_init(&wire, &timing);
        assert_true(transact(&wire, MS, &release_ns));
        assert_int_equal(transact(&wire, release_ns + CHAR_NS * 7 / 2, &release_ns),
                         i == 1);
        assert_int_equal(wire.stats.violations, i == 0);
    }
}

static void turnarounds_are_drawn_from_the_range_and_alike_by_seed(void **state)
{
    static rh_wire_t wire[2];
    rh_wire_line_t line = rh_wire_line();
    rh_wire_timing_t timing;
    int64_t lowest_ns = INT64_MAX;
    int64_t highest_ns = 0;
    int64_t at_ns = MS;

    (void)state;
    line.turnaround_us[0] = 200;
    line.turnaround_us[1] = 2200;
    timing = rh_wire_timing_of(&line);
    rh_wire_init(&wire[0], &timing);
    rh_wire_init(&wire[1], &timing);
    for (int i = 0; i < 200; i++) {
        int64_t release_ns[2];
        int64_t turnaround_ns;

        assert_true(transact(&wire[0], at_ns, &release_ns[0]));
        assert_true(transact(&wire[1], at_ns, &release_ns[1]));
        assert_int_equal(release_ns[0], release_ns[1]);
        turnaround_ns = release_ns[0] - at_ns - 17 * CHAR_NS;
        lowest_ns = turnaround_ns < lowest_ns ? turnaround_ns : lowest_ns;
        highest_ns = turnaround_ns > highest_ns ? turnaround_ns : highest_ns;
        at_ns = release_ns[0] + timing.t35_ns;
    }
    assert_in_range(lowest_ns, 200 * US, 300 * US);
    assert_in_range(highest_ns, 2100 * US, 2200 * US);
    /* What the wire took counts as the wire's: the master lost nothing. */
    assert_true(rh_wire_eta(&wire[0].stats) > 0.9999);
}

static void set_port(int fd, speed_t speed, bool two_stops)
{
    struct termios settings;

    assert_int_equal(tcgetattr(fd, &settings), 0);
    assert_int_equal(cfsetspeed(&settings, speed), 0);
    settings.c_cflag &= ~(tcflag_t)CSTOPB;
    settings.c_cflag |= two_stops ? (tcflag_t)CSTOPB : 0;
    assert_int_equal(tcsetattr(fd, TCSANOW, &settings), 0);
}

static size_t ask(int fd, int timeout_ms)
{
    const uint8_t request[] = {1, 3, 0, 5, 0, 3};
    uint8_t reply[11];

    rig_send(fd, request, sizeof(request));
    return rig_receive(fd, reply, sizeof(reply), timeout_ms);
}

static void a_port_at_another_rate_hears_nothing(void **state)
{
    rig_t rig;
    int fd;

    (void)state;
    rig_start(&rig, "--seed 3 --baud cells:57600");
    fd = rig_open_line(&rig, "cells");
    set_port(fd, B115200, false);
    assert_int_equal(ask(fd, 100), 0);
    rig_do(&rig, "wire");
    assert_int_equal(rig_number(&rig, "\"cells\"", "bad_frames"), 1);
    assert_int_equal(rig_number(&rig, "\"cells\"", "requests"), 0);
    set_port(fd, B57600, false);
    assert_int_equal(ask(fd, 2000), 11);
    (void)close(fd);
    fd = rig_open_line(&rig, "pads"); /* the other lines keep their rate */
    assert_int_equal(ask(fd, 2000), 11);
    (void)close(fd);
    assert_int_equal(rig_stop(&rig), 0);
}

/* Round trip of one request, the shortest of ten: a busy computer only lengthens it. */
static int64_t shortest_ns(int fd)
{
    int64_t shortest = INT64_MAX;

    for (int i = 0; i < 10; i++) {
        const int64_t sent_ns = rig_now_ns();
        int64_t took_ns;

        assert_int_equal(ask(fd, 2000), 11);
        took_ns = rig_now_ns() - sent_ns;
        shortest = took_ns < shortest ? took_ns : shortest;
        rig_sleep_ns(5 * MS);
    }
    return shortest;
}

static void rate_stop_bits_and_turnaround_take_their_time(void **state)
{
    rig_t rig;
    int fd;

    (void)state;
    rig_start(&rig, "--seed 3 --baud cells:9600 --turnaround-us 5000");
    fd = rig_open_line(&rig, "cells");
    set_port(fd, B9600, false);
    assert_true(shortest_ns(fd) >= 19 * 10 * 1000000000LL / 9600 + 5 * MS);
    set_port(fd, B9600, true);
    assert_true(shortest_ns(fd) >= 19 * 11 * 1000000000LL / 9600 + 5 * MS);
    (void)close(fd);
    assert_int_equal(rig_stop(&rig), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gap_is_fixed_above_19200_unless_true_was_asked_for),
        cmocka_unit_test(a_true_gap_accepts_what_the_fixed_one_calls_a_violation),
        cmocka_unit_test(turnarounds_are_drawn_from_the_range_and_alike_by_seed),
        cmocka_unit_test(a_port_at_another_rate_hears_nothing),
        cmocka_unit_test(rate_stop_bits_and_turnaround_take_their_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
