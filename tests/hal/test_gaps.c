/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The silence each device needs, and reading and writing in one: on a pty with true
 * wire time, and the arithmetic of a cycle beside what is reached.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rig.h"
#include "wiring.h"

#define US INT64_C(1000)
#define READ 3
#define WRITE 6
#define READ_WRITE 23

static void start_cells(rig_t *rig, int first_gap_us, int second_gap_us)
{
    bench_add_cell(&rig->settings, 1, 0);
    bench_add_cell(&rig->settings, 2, 1);
    rig->settings.buses[0].t35_us = 0;
    rig->settings.devices[0].gap_us = first_gap_us;
    rig->settings.devices[1].gap_us = second_gap_us;
    slave_set(rig->slave, 1, 7, 0x0002);
    slave_set(rig->slave, 2, 7, 0x0002);
    rig_open(rig);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_LEFT, RH_QUALITY_GOOD));
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_RIGHT, RH_QUALITY_GOOD));
}

/* The shortest silence between a reply of one unit and the next request to another,
 * over 200 undisturbed requests. */
static int64_t least_gap_us(rig_t *rig, int spoke, int asked)
{
    int64_t least_ns = INT64_MAX;
    uint64_t errors = rig_bus(rig).errors;
    int from = slave_count(rig->slave);
    assert_true(slave_await(rig->slave, from + 200, 0, 0) >= 0);
    for (int i = from; i < from + 200; i++) {
        slave_request_t before = slave_request(rig->slave, i);
        slave_request_t after = slave_request(rig->slave, i + 1);
        if (before.unit == spoke && after.unit == asked) {
            int64_t gap_ns = after.arrived_ns - before.released_ns;
            least_ns = gap_ns < least_ns ? gap_ns : least_ns;
        }
    }
    bool is_clean = rig_bus(rig).errors == errors;
    return is_clean ? least_ns / US : -1; /* a busy machine may add a late one */
}

/* Before the request of one that needs a long silence, and after its reply. */
static void the_longer_silence_of_the_two_devices_is_kept(void **state)
{
    rig_t *rig = *state;
    int64_t to_slow_us = -1;
    int64_t from_slow_us = -1;
    start_cells(rig, 300, 4000);
    for (int i = 0; i < 20 && to_slow_us < 0; i++) {
        to_slow_us = least_gap_us(rig, 1, 2);
    }
    for (int i = 0; i < 20 && from_slow_us < 0; i++) {
        from_slow_us = least_gap_us(rig, 2, 1);
    }
    print_message("before the slow one %d us, after it %d us\n", (int)to_slow_us,
                  (int)from_slow_us);
    assert_true(to_slow_us >= 4000);
    assert_true(from_slow_us >= 4000);
}

static void two_quick_devices_keep_their_own_short_silence(void **state)
{
    rig_t *rig = *state;
    int64_t gap_us = -1;
    bool is_short = false;
    start_cells(rig, 304, 304);
    for (int i = 0; i < 40 && !is_short; i++) {
        gap_us = least_gap_us(rig, 1, 2);
        assert_true(gap_us < 0 || gap_us >= 304);
        is_short = gap_us >= 304 && gap_us < 1000; /* a busy machine may take longer */
    }
    print_message("silence %d us\n", (int)gap_us);
    assert_true(is_short);
}

/* The device's own goes before the bus's, the bus's before the profile's. */
static void a_device_without_a_gap_keeps_its_profiles(void **state)
{
    rig_t *rig = *state;
    int64_t gap_us = -1;
    start_cells(rig, 0, 0);
    for (int i = 0; i < 20 && gap_us < 0; i++) {
        gap_us = least_gap_us(rig, 2, 1);
    }
    assert_true(gap_us >= 1750);
}

/* ---- FC23 ------------------------------------------------------------------- */

static void start_drive(rig_t *rig, bool fc23)
{
    bench_add_drive(&rig->settings, 1);
    rig->settings.devices[0].profile.fc23 = fc23;
    rig->settings.devices[0].profile.blocks[0].spare = 0;
    slave_turnaround_us(rig->slave, 1750);
    rig_open(rig);
    assert_true(bench_await_ready(rig->hal, 0, true));
    rig_write(rig, (rh_grant_t){.torque_mnm = -30000,
                                .speed_limit_mdps = 200000,
                                .servo_on = true});
    (void)bench_next(rig->hal, RH_SIGNAL_MOTOR_ANGLE);
}

static void await_fifty(rig_t *rig, int from)
{
    assert_true(slave_await(rig->slave, from + 50, 0, 0) >= 0);
}

static void torque_and_feedback_go_in_one_transaction(void **state)
{
    rig_t *rig = *state;
    start_drive(rig, true);
    int from = rig_watch(rig, await_fifty);
    /* the first may repeat a failed one */
    for (int i = from + 1; i <= from + 50; i++) {
        assert_int_equal(slave_request(rig->slave, i).function, READ_WRITE);
    }
    assert_int_equal((int16_t)slave_get(rig->slave, 1, AT_TORQUE), -500);
    rh_sample_t confirmed = bench_next(rig->hal, RH_SIGNAL_TORQUE_CONFIRMED);
    assert_int_equal(confirmed.raw, -500);
    assert_int_equal(confirmed.milli, -30000);
}

static void torque_zero_goes_alone_and_at_once(void **state)
{
    rig_t *rig = *state;
    start_drive(rig, true);
    int from = slave_count(rig->slave);
    rig_write(rig, (rh_grant_t){
                       .torque_mnm = 0, .speed_limit_mdps = 200000, .servo_on = true});
    int on_the_wire = slave_count(rig->slave); /* at most that one, and then */
    int at = slave_await(rig->slave, from, 1, WRITE);
    assert_in_range(at, from, on_the_wire + 1);
    assert_int_equal(slave_request(rig->slave, at).value, 0);
}

/* Its reply could be taken for that of a repeat in the same form. */
static void a_failed_one_is_repeated_as_a_mere_read(void **state)
{
    rig_t *rig = *state;
    start_drive(rig, true);
    int from = slave_count(rig->slave);
    slave_fault(rig->slave, 1, READ_WRITE, SLAVE_SILENT, 0, 1);
    int at = slave_await(rig->slave, from, 1, READ);
    assert_true(at > 0);
    assert_int_equal(slave_request(rig->slave, at - 1).fault, SLAVE_SILENT);
}

/* ---- the arithmetic of a cycle ---------------------------------------------- */

static double best_rate_hz(rig_t *rig)
{
    double best_hz = 0.0;
    int64_t until_ns = slave_now_ns() + INT64_C(3500000000);
    while (slave_now_ns() < until_ns) {
        double rate_hz = rig_bus(rig).rate_hz;
        best_hz = rate_hz > best_hz ? rate_hz : best_hz;
        bench_pause();
    }
    return best_hz;
}

/* 115200 8N1: 86.8 us a character. FC06 8 + 8, FC03 of nine words 8 + 23, FC23 of nine
 * and one 15 + 23; each with a gap and a turnaround of 1750 us. */
static void the_cycle_is_what_its_bytes_and_silences_make(void **state)
{
    rig_t *rig = *state;
    const double apart_us = (8 + 8 + 8 + 23) * 86.8055 + 4 * 1750;
    start_drive(rig, false);
    double reached_hz = best_rate_hz(rig);
    double computed_hz = rig_bus(rig).rate_max_hz;
    print_message("FC06 and FC03: %.2f ms, computed %.2f Hz, reached %.2f Hz\n",
                  apart_us / 1e3, computed_hz, reached_hz);
    assert_true(computed_hz > 0.999 * 1e6 / apart_us);
    assert_true(computed_hz < 1.001 * 1e6 / apart_us);
    assert_true(reached_hz <= 1.01 * computed_hz);
}

static void in_one_transaction_the_cycle_is_shorter_by_two_silences(void **state)
{
    rig_t *rig = *state;
    const double both_us = (15 + 23) * 86.8055 + 2 * 1750;
    start_drive(rig, true);
    double reached_hz = best_rate_hz(rig);
    double computed_hz = rig_bus(rig).rate_max_hz;
    print_message("FC23: %.2f ms, computed %.2f Hz, reached %.2f Hz\n", both_us / 1e3,
                  computed_hz, reached_hz);
    assert_true(computed_hz > 0.999 * 1e6 / both_us);
    assert_true(computed_hz < 1.001 * 1e6 / both_us);
    assert_true(reached_hz <= 1.01 * computed_hz);
}

#define wire_test(name)                                                                \
    cmocka_unit_test_setup_teardown(name, rig_set_up_rtu, rig_tear_down)

/* 9600 and 19200 baud: 3.5 characters last longer than the 1750 us of a profile. */
static void no_gap_is_shorter_than_three_and_a_half_characters(void **state)
{
    (void)state;
    static const struct {
        int32_t baud;
        const char *format;
        int32_t least_us;
    } rows[] = {
        {9600, "8N1", 3646},  {9600, "8E1", 4011},  {19200, "8N1", 1823},
        {115200, "8N1", 304}, {115200, "8N2", 335},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        rh_hal_settings_t settings = {.bus_count = 1, .device_count = 1};
        settings.buses[0].baud = rows[i].baud;
        (void)snprintf(settings.buses[0].format, sizeof(settings.buses[0].format), "%s",
                       rows[i].format);
        settings.devices[0].gap_us = 100;
        assert_int_equal(rh_wiring_gap_us(&settings, 0), rows[i].least_us);
        settings.devices[0].gap_us = 5000;
        assert_int_equal(rh_wiring_gap_us(&settings, 0), 5000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_gap_is_shorter_than_three_and_a_half_characters),
        wire_test(the_longer_silence_of_the_two_devices_is_kept),
        wire_test(two_quick_devices_keep_their_own_short_silence),
        wire_test(a_device_without_a_gap_keeps_its_profiles),
        wire_test(torque_and_feedback_go_in_one_transaction),
        wire_test(torque_zero_goes_alone_and_at_once),
        wire_test(a_failed_one_is_repeated_as_a_mere_read),
        wire_test(the_cycle_is_what_its_bytes_and_silences_make),
        wire_test(in_one_transaction_the_cycle_is_shorter_by_two_silences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
