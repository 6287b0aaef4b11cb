/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes out: fences before readiness, torque in every cycle, the heartbeat,
 * servo-on, and how a machine is left behind. On a pty with true wire time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"

#define MS INT64_C(1000000)
#define READ 3
#define WRITE 6
#define WRITE_BITS 15
#define HEARTBEAT 1u
#define SERVO_ON 2u
#define LAMP 4u

static const rh_grant_t full_speed = {.speed_limit_mdps = 200000};

static void start_drive(rig_t *rig)
{
    bench_add_drive(&rig->settings, 1);
    rig_open(rig);
    assert_true(bench_await_ready(rig->hal, 0, true));
}

static void start_io(rig_t *rig)
{
    bench_add_encoder(&rig->settings, 1);
    bench_add_io(&rig->settings, 2);
    slave_set_inputs(rig->slave, 2, 0x00C3);
    rig_open(rig);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_ESTOP_A, RH_QUALITY_GOOD));
    assert_true(bench_await_ready(rig->hal, 1, true));
}

/* A start-up value that is read again while nothing moves: four times a second, and in
 * the place of a torque. */
static bool is_check(slave_request_t request)
{
    return request.function == READ && request.address < AT_STATUS;
}

/* ---- the drive -------------------------------------------------------------- */

static void fences_are_in_the_drive_and_read_back_before_it_is_ready(void **state)
{
    rig_t *rig = *state;
    start_drive(rig);
    assert_int_equal(slave_get(rig->slave, 1, AT_MODE), 2);
    assert_int_equal(slave_get(rig->slave, 1, AT_TORQUE_LIMIT), 2000);
    assert_int_equal(slave_get(rig->slave, 1, AT_TORQUE_LIMIT + 1), 2000);
    assert_int_equal(slave_get(rig->slave, 1, AT_SPEED_LIMIT), 1000);
    assert_int_equal(slave_get(rig->slave, 1, AT_SPEED_LIMIT + 1), 1000);
    static const int addresses[] = {AT_MODE, AT_TORQUE_LIMIT, AT_TORQUE_LIMIT + 1,
                                    AT_SPEED_LIMIT, AT_SPEED_LIMIT + 1};
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        bool is_read = false;
        for (int at = 0; at < slave_count(rig->slave); at++) {
            slave_request_t request = slave_request(rig->slave, at);
            is_read = is_read ||
                      (request.function == READ && request.address == addresses[i]);
        }
        assert_true(is_read);
    }
    (void)bench_next(rig->hal, RH_SIGNAL_DRIVE_STATUS);
    assert_int_equal(bench_next(rig->hal, RH_SIGNAL_DRIVE_STATUS).raw, RH_DRIVE_READY);
}

static void
a_fence_that_reads_back_wrong_keeps_the_drive_from_ever_being_ready(void **state)
{
    rig_t *rig = *state;
    rh_hal_stats_t stats;
    bench_add_drive(&rig->settings, 1);
    slave_fix(rig->slave, 1, AT_TORQUE_LIMIT);
    rig_open(rig);
    rig_write(rig, (rh_grant_t){.torque_mnm = -30000, .speed_limit_mdps = 200000});
    int tries = 0;
    for (int at = 0; tries < 3; at++) { /* it is tried again, twice a second */
        at = slave_await(rig->slave, at, 1, WRITE);
        assert_true(at >= 0);
        tries += slave_request(rig->slave, at).address == AT_TORQUE_LIMIT;
    }
    rh_sample_t status = bench_next(rig->hal, RH_SIGNAL_DRIVE_STATUS);
    rh_hal_modbus.stats(rig->hal, &stats);
    assert_int_equal(status.quality, RH_QUALITY_GOOD);
    assert_int_equal(status.raw & RH_DRIVE_READY, 0);
    assert_false(stats.devices[0].is_ready);
    assert_int_equal((int16_t)slave_get(rig->slave, 1, AT_TORQUE), 0);
    assert_non_null(strstr(stats.buses[0].last_error, "torque_limit_pos"));
}

/* A drive that holds it to be higher is as wrong as one that holds it to be lower. */
static void a_fence_that_reads_back_higher_is_wrong_too(void **state)
{
    rig_t *rig = *state;
    rh_hal_stats_t stats;
    bench_add_drive(&rig->settings, 1);
    slave_set(rig->slave, 1, AT_TORQUE_LIMIT, 5000);
    slave_fix(rig->slave, 1, AT_TORQUE_LIMIT);
    rig_open(rig);
    int tries = 0;
    for (int at = 0; tries < 2; at++) {
        at = slave_await(rig->slave, at, 1, WRITE);
        assert_true(at >= 0);
        tries += slave_request(rig->slave, at).address == AT_TORQUE_LIMIT;
    }
    (void)bench_next(rig->hal, RH_SIGNAL_DRIVE_STATUS);
    rh_hal_modbus.stats(rig->hal, &stats);
    assert_false(stats.devices[0].is_ready);
    assert_non_null(
        strstr(stats.buses[0].last_error,
               "torque_limit_pos reads back as 5000 where 2000 was written"));
}

static bool await_last_error(rig_t *rig, const char *text)
{
    int64_t until_ns = slave_now_ns() + 5000 * MS;
    while (slave_now_ns() < until_ns) {
        if (strstr(rig_bus(rig).last_error, text) != NULL) {
            return true;
        }
        bench_pause();
    }
    return false;
}

/* False where an error of the wire had the start-up write the value away first. */
static bool is_noticed(rig_t *rig, int address, uint16_t value, const char *says)
{
    int64_t until_ns = slave_now_ns() + 5000 * MS;
    slave_set(rig->slave, 1, address, value);
    while (slave_now_ns() < until_ns && strstr(rig_bus(rig).notice, says) == NULL &&
           slave_get(rig->slave, 1, address) == value) {
        bench_pause();
    }
    assert_true(bench_await_ready(rig->hal, 0, true)); /* it is written again */
    return strstr(rig_bus(rig).notice, says) != NULL;
}

/* By the drive's panel, or its maker's program on another port (hazard 18). */
static void a_value_changed_behind_the_daemon_is_noticed_and_written_again(void **state)
{
    static const struct {
        int address;
        uint16_t value, written;
        const char *says;
    } rows[] = {
        {AT_TORQUE_LIMIT, 5000, 2000, "torque_limit_pos was changed to 5000 behind"},
        {AT_TORQUE_LIMIT, 100, 2000, "torque_limit_pos was changed to 100 behind"},
        {AT_MODE, 1, 2, "mode was changed to 1 behind the daemon, which wrote 2"},
        {AT_SPEED_LIMIT + 1, 9000, 1000, "speed_limit_neg was changed to 9000 behind"},
    };
    rig_t *rig = *state;
    start_drive(rig);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t errors = rig_bus(rig).errors;
        while (!is_noticed(rig, rows[i].address, rows[i].value, rows[i].says)) {
            assert_true(rig_bus(rig).errors > errors);
            errors = rig_bus(rig).errors;
        }
        assert_true(rig_bus(rig).errors > errors ||
                    strstr(rig_bus(rig).last_error, rows[i].says) != NULL);
        assert_int_equal(slave_get(rig->slave, 1, rows[i].address), rows[i].written);
    }
}

/* A value that nobody can write keeps the drive from being ready, as at the start. */
static void a_value_that_stays_changed_keeps_the_drive_from_being_ready(void **state)
{
    rig_t *rig = *state;
    start_drive(rig);
    slave_fix(rig->slave, 1, AT_TORQUE_LIMIT);
    slave_set(rig->slave, 1, AT_TORQUE_LIMIT, 5000);
    assert_true(bench_await_ready(rig->hal, 0, false));
    assert_true(await_last_error(rig, "torque_limit_pos reads back as 5000"));
    int from = slave_count(rig->slave);
    assert_true(slave_await(rig->slave, from + 20, 1, READ) >= 0);
    assert_int_equal(
        bench_sample(rig->hal, RH_SIGNAL_DRIVE_STATUS).raw & RH_DRIVE_READY, 0);
}

static void keep_servo_on(rig_t *rig, int from)
{
    int64_t until_ns = slave_now_ns() + 700 * MS;
    (void)from;
    while (slave_now_ns() < until_ns) {
        rig_write(rig, (rh_grant_t){.speed_limit_mdps = 200000, .servo_on = true});
        bench_pause();
    }
}

/* In a set the bus is for the set; the gate's rules watch what the drive does. */
static void while_the_servo_is_on_nothing_is_read_again(void **state)
{
    rig_t *rig = *state;
    start_drive(rig);
    rig_write(rig, (rh_grant_t){.speed_limit_mdps = 200000, .servo_on = true});
    int from = rig_watch(rig, keep_servo_on);
    for (int at = from + 2; at < slave_count(rig->slave); at++) {
        assert_false(is_check(slave_request(rig->slave, at)));
    }
}

static void a_drive_without_known_fences_is_never_ready(void **state)
{
    rig_t *rig = *state;
    rh_hal_stats_t stats;
    bench_add_drive(&rig->settings, 1);
    rig->settings.devices[0].profile.fences = RH_FENCES_UNKNOWN;
    rig_open(rig);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_DRIVE_STATUS, RH_QUALITY_GOOD));
    for (int i = 0; i < 5; i++) {
        assert_int_equal(bench_next(rig->hal, RH_SIGNAL_DRIVE_STATUS).raw, 0);
    }
    rh_hal_modbus.stats(rig->hal, &stats);
    assert_false(stats.devices[0].is_ready);
    assert_non_null(strstr(stats.devices[0].problem, "never arms with it"));
}

static void await_three_checks(rig_t *rig, int from)
{
    int checks = 0;
    for (int at = from; checks < 3; at++) {
        assert_true(slave_await(rig->slave, at, 0, 0) == at);
        checks += is_check(slave_request(rig->slave, at));
    }
}

static void torque_is_written_in_every_cycle_though_it_does_not_change(void **state)
{
    rig_t *rig = *state;
    int writes = 0, checks = 0;
    int64_t checked_ns = 0;
    start_drive(rig);
    rig_write(rig, (rh_grant_t){.torque_mnm = -30000, .speed_limit_mdps = 200000});
    int from = rig_watch(rig, await_three_checks);
    int first = slave_await(rig->slave, from + 1, 1, WRITE);
    int turns = (slave_count(rig->slave) - first) / 2;
    for (int at = first; at < first + 2 * turns; at++) {
        slave_request_t request = slave_request(rig->slave, at);
        writes += request.function == WRITE && request.address == AT_TORQUE;
        if (is_check(request)) {
            assert_true(request.arrived_ns - checked_ns > 200 * MS);
            checked_ns = request.arrived_ns;
            checks++;
        }
    }
    print_message("%d turns: torque in %d, a check in %d\n", turns, writes, checks);
    assert_int_equal(writes + checks, turns);
    assert_in_range(checks, 2, 4);
    assert_int_equal((int16_t)slave_get(rig->slave, 1, AT_TORQUE), -500);
}

static void torque_and_rate_are_read_at_the_arm(void **state)
{
    rig_t *rig = *state;
    slave_set(rig->slave, 1, AT_STATUS, 1);
    slave_set(rig->slave, 1, AT_STATUS + 1, (uint16_t)-300); /* rpm of the motor */
    slave_set(rig->slave, 1, AT_STATUS + 4, (uint16_t)-501); /* 0.1 % of 60 N m */
    slave_set(rig->slave, 1, AT_STATUS + 7, 0xA000);         /* low word first */
    slave_set(rig->slave, 1, AT_STATUS + 8, 0xFFF1);
    start_drive(rig);
    (void)bench_next(rig->hal, RH_SIGNAL_MOTOR_RATE);
    assert_int_equal(bench_next(rig->hal, RH_SIGNAL_MOTOR_RATE).milli, -60000);
    assert_int_equal(bench_sample(rig->hal, RH_SIGNAL_DRIVE_TORQUE).milli, -30060);
    assert_int_equal(bench_sample(rig->hal, RH_SIGNAL_MOTOR_ANGLE).raw, -942080);
    assert_int_equal(bench_sample(rig->hal, RH_SIGNAL_MOTOR_ANGLE).milli, -86250);
    assert_int_equal(bench_sample(rig->hal, RH_SIGNAL_DRIVE_STATUS).raw,
                     RH_DRIVE_READY | RH_DRIVE_RUN);
}

static void the_confirmed_torque_is_the_one_acknowledged_before_the_sample(void **state)
{
    rig_t *rig = *state;
    start_drive(rig);
    rig_write(rig, (rh_grant_t){.torque_mnm = -30000, .speed_limit_mdps = 200000});
    int64_t until_ns = slave_now_ns() + 5000 * MS;
    while (bench_sample(rig->hal, RH_SIGNAL_TORQUE_CONFIRMED).milli != -30000) {
        assert_true(slave_now_ns() < until_ns);
        bench_pause();
    }
    rh_input_t input = {0};
    rh_hal_modbus.read(rig->hal, slave_now_ns(), &input);
    assert_int_equal(input.signal[RH_SIGNAL_TORQUE_CONFIRMED].raw, -500);
    assert_int_equal(input.signal[RH_SIGNAL_TORQUE_CONFIRMED].age_ns,
                     input.signal[RH_SIGNAL_DRIVE_TORQUE].age_ns);
    slave_fault(rig->slave, 1, WRITE, SLAVE_SILENT, 0, 2); /* not acknowledged */
    rig_write(rig, (rh_grant_t){.torque_mnm = -6000, .speed_limit_mdps = 200000});
    int at = slave_await(rig->slave, slave_count(rig->slave), 1, WRITE);
    assert_true(at >= 0);
    assert_int_equal(bench_sample(rig->hal, RH_SIGNAL_TORQUE_CONFIRMED).milli, -30000);
}

static void a_torque_echoed_with_another_value_is_not_confirmed(void **state)
{
    rig_t *rig = *state;
    start_drive(rig);
    rig_write(rig, full_speed);
    (void)bench_next(rig->hal, RH_SIGNAL_TORQUE_CONFIRMED);
    uint64_t errors = rig_bus(rig).errors;
    slave_fault(rig->slave, 1, WRITE, SLAVE_WRONG_ECHO, 0, 1);
    rig_write(rig, (rh_grant_t){.torque_mnm = -30000, .speed_limit_mdps = 200000});
    int64_t until_ns = slave_now_ns() + 5000 * MS;
    while (bench_sample(rig->hal, RH_SIGNAL_TORQUE_CONFIRMED).raw == 0) {
        assert_true(slave_now_ns() < until_ns);
        bench_pause();
    }
    assert_int_equal(bench_sample(rig->hal, RH_SIGNAL_TORQUE_CONFIRMED).raw, -500);
    assert_true(rig_bus(rig).errors > errors);
}

static void a_changed_speed_limit_is_next_on_the_wire(void **state)
{
    rig_t *rig = *state;
    start_drive(rig);
    rig_write(rig, full_speed);
    (void)bench_next(rig->hal, RH_SIGNAL_MOTOR_RATE);
    rig_write(rig, (rh_grant_t){.speed_limit_mdps = 60000});
    int from = slave_count(rig->slave);
    int at = slave_await(rig->slave, from + 3, 0, 0); /* one may be on the wire */
    assert_true(at >= 0);
    assert_int_equal(slave_get(rig->slave, 1, AT_SPEED_LIMIT), 300);
    assert_int_equal(slave_get(rig->slave, 1, AT_SPEED_LIMIT + 1), 300);
}

/* ---- inputs and outputs ----------------------------------------------------- */

static void
inputs_are_read_and_an_inverted_one_is_inverted_in_raw_and_milli(void **state)
{
    rig_t *rig = *state;
    start_io(rig);
    assert_int_equal(bench_sample(rig->hal, RH_SIGNAL_ESTOP_B).milli, 1000);
    assert_int_equal(bench_sample(rig->hal, RH_SIGNAL_GRIP_LEFT).milli, 0);
    assert_int_equal(bench_sample(rig->hal, RH_SIGNAL_LIMIT_BOTTOM).raw, 1);
    rig_close(rig);
    for (int i = 0; i < rig->settings.binding_count; i++) {
        rh_binding_t *binding = &rig->settings.bindings[i];
        if (!binding->is_output && binding->signal == RH_SIGNAL_GRIP_LEFT) {
            binding->invert = true;
        }
    }
    rig_open(rig);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_GRIP_LEFT, RH_QUALITY_GOOD));
    assert_int_equal(bench_sample(rig->hal, RH_SIGNAL_GRIP_LEFT).raw, 1);
    assert_int_equal(bench_sample(rig->hal, RH_SIGNAL_GRIP_LEFT).milli, 1000);
}

static void a_block_that_nothing_is_bound_to_is_never_read(void **state)
{
    rig_t *rig = *state;
    start_io(rig);
    int from = slave_count(rig->slave);
    assert_true(slave_await(rig->slave, from + 30, 0, 0) >= 0);
    for (int i = 0; i < from + 30; i++) {
        slave_request_t request = slave_request(rig->slave, i);
        if (request.function == 2) {
            assert_int_equal(request.address, 0);
            assert_int_equal(request.value, 8);
        }
    }
}

static bool is_servo_written(rig_t *rig, int from, int to, uint16_t wanted)
{
    bool is_written = false;
    for (int at = from; at <= to; at++) {
        slave_request_t request = slave_request(rig->slave, at);
        is_written = is_written || (request.function == WRITE_BITS &&
                                    (request.value & SERVO_ON) == wanted);
    }
    return is_written;
}

static void a_changed_servo_on_is_the_next_transaction_on_the_wire(void **state)
{
    rig_t *rig = *state;
    start_io(rig);
    for (int i = 1; i <= 20; i++) {
        bool servo_on = i % 2 == 1;
        int from = slave_count(rig->slave);
        rig_write(rig, (rh_grant_t){.servo_on = servo_on});
        /* one request may be on the wire already; the next is the change */
        int next = slave_count(rig->slave) + 1;
        assert_true(slave_await(rig->slave, next, 0, 0) >= 0);
        assert_true(is_servo_written(rig, from, next, servo_on ? SERVO_ON : 0));
    }
}

/* Collects the heartbeat bit of the next FC15s while `beats` tell it to advance. */
static int count_edges(rig_t *rig, int writes, bool beats)
{
    int at = slave_count(rig->slave);
    int edges = 0;
    int former = -1;
    while (writes-- > 0) {
        int next = -1;
        int64_t until_ns = slave_now_ns() + 5000 * MS;
        while (next < 0 && slave_now_ns() < until_ns) {
            if (beats) {
                rh_hal_modbus.beat(rig->hal); /* several a write, as the loop does */
            }
            bench_pause();
            while (at < slave_count(rig->slave) && next < 0) {
                next = slave_request(rig->slave, at).function == WRITE_BITS ? at : -1;
                at++;
            }
        }
        assert_true(next >= 0);
        int bit = slave_request(rig->slave, next).value & (int)HEARTBEAT;
        edges += former >= 0 && bit != former;
        former = bit;
    }
    return edges;
}

static void the_heartbeat_is_the_complement_while_beats_come(void **state)
{
    rig_t *rig = *state;
    int edges = 0;
    start_io(rig);
    for (int i = 0; i < 10 && edges < 30; i++) { /* a busy machine may miss a beat */
        edges = count_edges(rig, 31, true);
    }
    assert_int_equal(edges, 30);
}

static void a_stuck_beat_leaves_the_line_still(void **state)
{
    rig_t *rig = *state;
    start_io(rig);
    (void)count_edges(rig, 5, true);
    (void)count_edges(rig, 2, false); /* the last beat may still be on its way */
    assert_int_equal(count_edges(rig, 20, false), 0);
}

static void one_beat_makes_one_edge(void **state)
{
    rig_t *rig = *state;
    start_io(rig);
    (void)count_edges(rig, 2, false);
    uint16_t before = slave_outputs(rig->slave, 2) & HEARTBEAT;
    rh_hal_modbus.beat(rig->hal);
    (void)count_edges(rig, 6, false);
    assert_int_not_equal(slave_outputs(rig->slave, 2) & HEARTBEAT, before);
}

static void
an_encoder_that_is_silent_does_not_keep_the_heartbeat_from_the_relay(void **state)
{
    rig_t *rig = *state;
    int64_t worst_ns = INT64_MAX;
    start_io(rig);
    for (int i = 0; i < 3; i++) { /* the best of three: the machine may be busy */
        int from = slave_count(rig->slave);
        slave_fault(rig->slave, 1, READ, SLAVE_SILENT, 0, 100);
        (void)count_edges(rig, 20, true);
        slave_fault(rig->slave, 0, 0, SLAVE_GOOD, 0, 0);
        int64_t former_ns = 0;
        int64_t longest_ns = 0;
        for (int at = from; at < slave_count(rig->slave); at++) {
            slave_request_t request = slave_request(rig->slave, at);
            if (request.function == WRITE_BITS) {
                int64_t gap_ns = former_ns == 0 ? 0 : request.arrived_ns - former_ns;
                longest_ns = gap_ns > longest_ns ? gap_ns : longest_ns;
                former_ns = request.arrived_ns;
            }
        }
        worst_ns = longest_ns < worst_ns ? longest_ns : worst_ns;
        assert_true(
            bench_await_quality(rig->hal, RH_SIGNAL_ARM_ANGLE, RH_QUALITY_GOOD));
    }
    print_message("longest time between heartbeats: %.1f ms\n", (double)worst_ns / 1e6);
    assert_true(worst_ns < 60 * MS); /* the relay behind polled I/O has 75 */
}

/* ---- the end ---------------------------------------------------------------- */

static void closing_drops_servo_on_and_lamp(void **state)
{
    rig_t *rig = *state;
    start_io(rig);
    rig_write(rig, (rh_grant_t){.servo_on = true, .lamp = true});
    while ((slave_outputs(rig->slave, 2) & (SERVO_ON | LAMP)) != (SERVO_ON | LAMP)) {
        bench_pause();
    }
    rig_close(rig);
    assert_int_equal(slave_outputs(rig->slave, 2) & (SERVO_ON | LAMP), 0);
}

static void an_inverted_lamp_is_lit_by_a_coil_that_falls(void **state)
{
    rig_t *rig = *state;
    bench_add_encoder(&rig->settings, 1);
    bench_add_io(&rig->settings, 2);
    for (int i = 0; i < rig->settings.binding_count; i++) {
        rh_binding_t *binding = &rig->settings.bindings[i];
        binding->invert = binding->is_output && binding->signal == RH_OUTPUT_LAMP;
    }
    rig_open(rig);
    assert_true(bench_await_ready(rig->hal, 1, true));
    rig_write(rig, (rh_grant_t){.servo_on = true, .lamp = true});
    while ((slave_outputs(rig->slave, 2) & (SERVO_ON | LAMP)) != SERVO_ON) {
        bench_pause();
    }
    rig_close(rig);
    assert_int_equal(slave_outputs(rig->slave, 2) & (SERVO_ON | LAMP), LAMP);
}

static void closing_drops_torque(void **state)
{
    rig_t *rig = *state;
    start_drive(rig);
    rig_write(rig, (rh_grant_t){.torque_mnm = -30000, .speed_limit_mdps = 200000});
    while ((int16_t)slave_get(rig->slave, 1, AT_TORQUE) != -500) {
        bench_pause();
    }
    rig_close(rig);
    assert_int_equal(slave_get(rig->slave, 1, AT_TORQUE), 0);
}

#define wire_test(name)                                                                \
    cmocka_unit_test_setup_teardown(name, rig_set_up_rtu, rig_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        wire_test(fences_are_in_the_drive_and_read_back_before_it_is_ready),
        wire_test(a_fence_that_reads_back_wrong_keeps_the_drive_from_ever_being_ready),
        wire_test(a_fence_that_reads_back_higher_is_wrong_too),
        wire_test(a_value_changed_behind_the_daemon_is_noticed_and_written_again),
        wire_test(a_value_that_stays_changed_keeps_the_drive_from_being_ready),
        wire_test(while_the_servo_is_on_nothing_is_read_again),
        wire_test(a_drive_without_known_fences_is_never_ready),
        wire_test(torque_is_written_in_every_cycle_though_it_does_not_change),
        wire_test(torque_and_rate_are_read_at_the_arm),
        wire_test(the_confirmed_torque_is_the_one_acknowledged_before_the_sample),
        wire_test(a_torque_echoed_with_another_value_is_not_confirmed),
        wire_test(a_changed_speed_limit_is_next_on_the_wire),
        wire_test(inputs_are_read_and_an_inverted_one_is_inverted_in_raw_and_milli),
        wire_test(a_block_that_nothing_is_bound_to_is_never_read),
        wire_test(a_changed_servo_on_is_the_next_transaction_on_the_wire),
        wire_test(the_heartbeat_is_the_complement_while_beats_come),
        wire_test(a_stuck_beat_leaves_the_line_still),
        wire_test(one_beat_makes_one_edge),
        wire_test(an_encoder_that_is_silent_does_not_keep_the_heartbeat_from_the_relay),
        wire_test(closing_drops_servo_on_and_lamp),
        wire_test(an_inverted_lamp_is_lit_by_a_coil_that_falls),
        wire_test(closing_drops_torque),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
