/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line that stands still and then delivers everything at once, in order, as a hub or
 * a paused computer does: the oldest reply comes where the newest request fits it, and
 * must not be taken for its answer. Each value is the number of the request that it was
 * composed for, so that its age is known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rig.h"

#define MS INT64_C(1000000)
/* What a stamp may be younger than the request: its bytes, a busy computer. */
#define NEWER_MS 20
#define RECOVERY_MS 1000

static const int stalls_ms[] = {60, 150, 400, 900};

static void start_cell(rig_t *rig, int spare, bool has_neighbour)
{
    bench_add_cell(&rig->settings, 1, 0);
    rig->settings.devices[0].profile.blocks[0].spare = spare;
    if (has_neighbour) {
        bench_add_cell(&rig->settings, 2, 1);
        slave_set(rig->slave, 2, 7, 0x0002);
    }
    slave_set(rig->slave, 1, 7, 0x0002);
    slave_index(rig->slave, 1, 5, false);
    rig_open(rig);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_LEFT, RH_QUALITY_GOOD));
}

/* By how much the stamp is later than the request that the value was composed for. */
static int64_t newer_ns(rig_t *rig, int64_t now_ns, const rh_sample_t *sample)
{
    return now_ns - sample->age_ns - slave_request(rig->slave, sample->raw).arrived_ns;
}

static void expect_truth(rig_t *rig, int64_t span_ns, int64_t *heard_ns)
{
    int64_t until_ns = slave_now_ns() + span_ns;
    uint32_t count = bench_sample(rig->hal, RH_SIGNAL_STRAP_LEFT).count;
    while (slave_now_ns() < until_ns) {
        rh_input_t input = {0};
        int64_t now_ns = slave_now_ns();
        rh_hal_modbus.read(rig->hal, now_ns, &input);
        const rh_sample_t *sample = &input.signal[RH_SIGNAL_STRAP_LEFT];
        if (sample->count == count) {
            bench_pause();
            continue;
        }
        count = sample->count;
        *heard_ns = *heard_ns == 0 ? now_ns : *heard_ns;
        assert_true(newer_ns(rig, now_ns, sample) < NEWER_MS * MS);
    }
}

static void stall(rig_t *rig, int ms)
{
    int bursts = slave_bursts(rig->slave);
    int64_t heard_ns = 0;
    slave_stall(rig->slave, ms);
    int64_t until_ns = slave_now_ns() + 5000 * MS;
    while (slave_bursts(rig->slave) == bursts && slave_now_ns() < until_ns) {
        expect_truth(rig, MS, &heard_ns);
    }
    assert_int_equal(slave_bursts(rig->slave), bursts + 1);
    int64_t burst_ns = slave_now_ns();
    heard_ns = 0;
    expect_truth(rig, RECOVERY_MS * MS, &heard_ns);
    assert_true(heard_ns != 0);
    print_message("after %d ms: heard again in %.0f ms\n", ms,
                  (double)(heard_ns - burst_ns) / 1e6);
}

static void expect_no_stale_value(rig_t *rig)
{
    for (size_t i = 0; i < sizeof(stalls_ms) / sizeof(stalls_ms[0]); i++) {
        stall(rig, stalls_ms[i]);
    }
}

static void a_burst_of_old_replies_brings_no_value(void **state)
{
    start_cell(*state, 1, false);
    expect_no_stale_value(*state);
}

static void nor_where_no_spare_register_tells_replies_apart(void **state)
{
    start_cell(*state, 0, false);
    expect_no_stale_value(*state);
}

static void nor_beside_a_neighbour_on_the_line(void **state)
{
    start_cell(*state, 1, true);
    expect_no_stale_value(*state);
}

#define wire_test(name)                                                                \
    cmocka_unit_test_setup_teardown(name, rig_set_up_rtu, rig_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        wire_test(a_burst_of_old_replies_brings_no_value),
        wire_test(nor_where_no_spare_register_tells_replies_apart),
        wire_test(nor_beside_a_neighbour_on_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
