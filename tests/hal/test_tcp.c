/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same over Modbus TCP: transaction ids, reconnection, the pace without a wire.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "rig.h"

#define READ 3

static void start(rig_t *rig)
{
    bench_add_cell(&rig->settings, 1, 0);
    slave_set(rig->slave, 1, 6, 1234);
    slave_set(rig->slave, 1, 7, 0x0002);
    rig_open(rig);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_LEFT, RH_QUALITY_GOOD));
}

static void a_cell_is_read_over_tcp(void **state)
{
    rig_t *rig = *state;
    start(rig);
    assert_int_equal(bench_sample(rig->hal, RH_SIGNAL_STRAP_LEFT).milli, 123400);
    assert_true(rig_bus(rig).is_up);
}

static void an_answer_with_the_former_transaction_id_is_dropped_as_stale(void **state)
{
    rig_t *rig = *state;
    start(rig);
    slave_fault(rig->slave, 1, READ, SLAVE_ANSWER_BEFORE, 0, 1);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT).quality,
                         RH_QUALITY_GOOD);
    }
    assert_true(rig_bus(rig).stale_replies >= 1);
    assert_int_equal(rig_bus(rig).reconnects, 0);
}

/* The late one falls into the wait for a later reply, whose id tells them apart. */
static void a_late_answer_never_shifts_the_later_ones(void **state)
{
    rig_t *rig = *state;
    start(rig);
    slave_fault(rig->slave, 1, READ, SLAVE_LATE, 30, 1);
    for (int i = 0; i < 20; i++) {
        (void)bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT);
    }
    slave_set(rig->slave, 1, 6, 4321);
    (void)bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT);
    assert_int_equal(bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT).raw, 4321);
    assert_true(rig_bus(rig).timeouts >= 1);
    assert_int_equal(rig_bus(rig).reconnects, 0);
}

static void a_server_that_went_away_is_connected_again(void **state)
{
    rig_t *rig = *state;
    int port = slave_port(rig->slave);
    start(rig);
    rig->settings.buses[0].port = port;
    rig_unplug(rig);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_LEFT, RH_QUALITY_LOST));
    assert_false(rig_bus(rig).is_up);
    rig_plug(rig);
    slave_set(rig->slave, 1, 7, 0x0002);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_LEFT, RH_QUALITY_GOOD));
    assert_true(rig_bus(rig).reconnects >= 1);
}

static void without_a_wire_the_bus_still_pauses_between_requests(void **state)
{
    rig_t *rig = *state;
    start(rig);
    int from = slave_count(rig->slave);
    int last = slave_await(rig->slave, from + 50, 0, 0);
    int64_t span_ns = slave_request(rig->slave, last).arrived_ns -
                      slave_request(rig->slave, from).arrived_ns;
    assert_true(span_ns >= (last - from) * INT64_C(1000000));
}

/* A gateway on this computer answers as a simulator does: only the latter says so, by a
 * link in its folder. */
static void a_simulated_machine_speaks_to_no_port_but_a_simulators(void **state)
{
    rig_t *rig = *state;
    char link[2 * RH_HAL_PATH];
    char port[16];
    bench_add_cell(&rig->settings, 1, 0);
    slave_set(rig->slave, 1, 7, 0x0002);
    rig->settings.buses[0].must_be_simulated = true;
    rig_open(rig);
    while (strstr(rig_bus(rig).last_error, "is no simulator's") == NULL) {
        bench_pause(); /* ctest's time limit ends it */
    }
    assert_int_equal(slave_count(rig->slave), 0);
    (void)snprintf(link, sizeof(link), "%s/bus-%s", rig->settings.run_dir,
                   rig->settings.buses[0].name);
    (void)snprintf(port, sizeof(port), "tcp:%d", slave_port(rig->slave));
    assert_int_equal(symlink(port, link), 0);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_LEFT, RH_QUALITY_GOOD));
    assert_int_equal(unlink(link), 0);
}

#define tcp_test(name)                                                                 \
    cmocka_unit_test_setup_teardown(name, rig_set_up_tcp, rig_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        tcp_test(a_cell_is_read_over_tcp),
        tcp_test(an_answer_with_the_former_transaction_id_is_dropped_as_stale),
        tcp_test(a_late_answer_never_shifts_the_later_ones),
        tcp_test(a_server_that_went_away_is_connected_again),
        tcp_test(without_a_wire_the_bus_still_pauses_between_requests),
        tcp_test(a_simulated_machine_speaks_to_no_port_but_a_simulators),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
