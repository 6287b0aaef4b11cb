/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The traps of libmodbus and of the wire, on a pty with true wire time: late, early,
 * damaged, foreign and missing replies; silence between frames; a port that vanishes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "link_parts.h"
#include "rig.h"

#define MS INT64_C(1000000)
#define READ 3
#define WRITE 6

static void start_cells(rig_t *rig)
{
    bench_add_cell(&rig->settings, 1, 0);
    bench_add_cell(&rig->settings, 2, 1);
    slave_set(rig->slave, 1, 7, 0x0002);
    slave_set(rig->slave, 2, 7, 0x0002);
    rig_open(rig);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_LEFT, RH_QUALITY_GOOD));
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_RIGHT, RH_QUALITY_GOOD));
}

/* Waits until the counter, found by its place in the statistics, left its old value. */
static bool await_count(rig_t *rig, size_t place, uint64_t old)
{
    int64_t until_ns = slave_now_ns() + 5000 * MS;
    while (slave_now_ns() < until_ns) {
        rh_bus_stats_t stats = rig_bus(rig);
        uint64_t now = 0;
        memcpy(&now, (const char *)&stats + place, sizeof(now));
        if (now > old) {
            return true;
        }
        bench_pause();
    }
    return false;
}

/* The request that met a fault, from `from` on; -1 = none did. */
static int await_fault(rig_t *rig, int from, slave_fault_t fault)
{
    int64_t until_ns = slave_now_ns() + 5000 * MS;
    for (int at = from; slave_now_ns() < until_ns;) {
        at = slave_await(rig->slave, at, 0, 0);
        if (at < 0 || slave_request(rig->slave, at).fault == fault) {
            return at;
        }
        at++;
    }
    return -1;
}

static bool is_same_request(slave_request_t a, slave_request_t b)
{
    return a.unit == b.unit && a.function == b.function && a.address == b.address;
}

/* One faulty reply: it is counted where it belongs, the same request comes again as the
 * next one, and every signal is as good as before. */
static void expect_one_repeat(rig_t *rig, slave_fault_t fault, int argument,
                              size_t place)
{
    rh_bus_stats_t before = rig_bus(rig);
    uint64_t old = 0;
    memcpy(&old, (const char *)&before + place, sizeof(old));
    int from = slave_count(rig->slave);
    slave_fault(rig->slave, 0, READ, fault, argument, 1);
    int at = await_fault(rig, from, fault);
    assert_true(at >= 0);
    int next = slave_await(rig->slave, at + 1, 0, 0);
    assert_true(next == at + 1);
    assert_true(is_same_request(slave_request(rig->slave, at),
                                slave_request(rig->slave, next)));
    assert_true(await_count(rig, place, old));
    assert_true(bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT).quality == RH_QUALITY_GOOD);
    assert_true(bench_next(rig->hal, RH_SIGNAL_STRAP_RIGHT).quality == RH_QUALITY_GOOD);
}

#define PLACE(field) offsetof(rh_bus_stats_t, field)

static void a_late_reply_is_counted_and_its_request_repeated(void **state)
{
    rig_t *rig = *state;
    start_cells(rig);
    expect_one_repeat(rig, SLAVE_LATE, 30, PLACE(timeouts));
}

/* A busy machine may add to the 10 ms, when it is a timeout like any other. */
static void a_reply_late_within_the_resync_time_is_taken_and_counted(void **state)
{
    rig_t *rig = *state;
    bool taken = false;
    start_cells(rig);
    for (int i = 0; i < 20 && !taken; i++) {
        rh_bus_stats_t before = rig_bus(rig);
        int from = slave_count(rig->slave);
        slave_fault(rig->slave, 1, READ, SLAVE_LATE, 10, 1);
        int at = await_fault(rig, from, SLAVE_LATE);
        int next = slave_await(rig->slave, at + 1, 0, 0);
        (void)bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT);
        taken = rig_bus(rig).late_replies > before.late_replies &&
                rig_bus(rig).errors == before.errors &&
                slave_request(rig->slave, next).unit == 2;
    }
    assert_true(taken);
}

/* Without spare registers the late one comes while a short read is waited for, and is
 * told from that by its length. */
static void without_spare_registers_a_late_reply_is_taken_and_counted_too(void **state)
{
    rig_t *rig = *state;
    bool taken = false;
    bench_add_cell(&rig->settings, 1, 0);
    rig->settings.devices[0].profile.blocks[0].spare = 0;
    slave_in_order(rig->slave, true);
    slave_set(rig->slave, 1, 7, 0x0002);
    slave_number(rig->slave, 1, 6);
    rig_open(rig);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_LEFT, RH_QUALITY_GOOD));
    for (int i = 0; i < 20 && !taken; i++) {
        rh_bus_stats_t before = rig_bus(rig);
        int from = slave_count(rig->slave);
        slave_fault(rig->slave, 1, READ, SLAVE_LATE, 10, 1);
        int at = await_fault(rig, from, SLAVE_LATE);
        assert_int_equal(slave_request(rig->slave, at).value, 3);
        rh_sample_t sample = bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT);
        while (sample.raw < at) {
            sample = bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT);
        }
        int64_t made_ns = slave_request(rig->slave, at).arrived_ns;
        int64_t stamp_ns = slave_now_ns() - sample.age_ns;
        taken = sample.raw == at && stamp_ns < made_ns + 2 * MS &&
                rig_bus(rig).late_replies > before.late_replies &&
                slave_request(rig->slave, at + 1).value == 1;
    }
    assert_true(taken);
}

/* Else the reply to the first request could be taken for that to the second. */
static void after_a_timeout_a_late_reply_is_never_taken(void **state)
{
    rig_t *rig = *state;
    bench_add_cell(&rig->settings, 1, 0); /* alone: no neighbour makes it wait */
    slave_set(rig->slave, 1, 7, 0x0002);
    rig_open(rig);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_LEFT, RH_QUALITY_GOOD));
    for (int i = 0; i < 5; i++) {
        int from = slave_count(rig->slave);
        slave_fault(rig->slave, 1, READ, SLAVE_SILENT, 0, 1);
        slave_fault(rig->slave, 1, READ, SLAVE_LATE, 10, 1);
        int at = await_fault(rig, from, SLAVE_LATE);
        assert_true(at > 0);
        assert_int_equal(slave_request(rig->slave, at - 1).fault, SLAVE_SILENT);
        int next = slave_await(rig->slave, at + 1, 0, 0);
        assert_true(is_same_request(slave_request(rig->slave, at),
                                    slave_request(rig->slave, next)));
        (void)bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT);
    }
}

/* What a late sample shows may have been composed as soon as it was asked for. */
static void a_late_sample_is_as_old_as_its_request(void **state)
{
    rig_t *rig = *state;
    const int64_t request_ns = INT64_C(694400); /* 8 characters */
    int measured = 0;
    bench_add_cell(&rig->settings, 1, 0);
    slave_set(rig->slave, 1, 7, 0x0002);
    slave_number(rig->slave, 1, 6);
    rig_open(rig);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_LEFT, RH_QUALITY_GOOD));
    for (int i = 0; i < 60 && measured < 3; i++) {
        int from = slave_count(rig->slave);
        slave_fault(rig->slave, 1, READ, SLAVE_LATE, 10, 1);
        int at = await_fault(rig, from, SLAVE_LATE);
        rh_sample_t sample = bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT);
        while (sample.raw < at) {
            sample = bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT);
        }
        if (sample.raw == at) { /* else it was too late to be taken */
            int64_t latest_ns = slave_request(rig->slave, at).arrived_ns + request_ns;
            int64_t stamp_ns = slave_now_ns() - sample.age_ns;
            measured += stamp_ns <= latest_ns + MS; /* a busy machine asks it late */
        }
    }
    assert_int_equal(measured, 3);
}

static void silence_is_counted_and_its_request_repeated(void **state)
{
    rig_t *rig = *state;
    start_cells(rig);
    expect_one_repeat(rig, SLAVE_SILENT, 0, PLACE(timeouts));
}

static void a_truncated_reply_is_a_timeout_and_its_request_repeated(void **state)
{
    rig_t *rig = *state;
    start_cells(rig);
    expect_one_repeat(rig, SLAVE_TRUNCATED, 0, PLACE(timeouts));
}

static void a_damaged_reply_is_counted_and_its_request_repeated(void **state)
{
    rig_t *rig = *state;
    start_cells(rig);
    expect_one_repeat(rig, SLAVE_CRC, 0, PLACE(crc_errors));
}

static void a_reply_of_another_unit_is_dropped_and_the_request_repeated(void **state)
{
    rig_t *rig = *state;
    start_cells(rig);
    expect_one_repeat(rig, SLAVE_WRONG_UNIT, 0, PLACE(errors));
}

static void an_exception_is_counted_and_its_request_repeated(void **state)
{
    rig_t *rig = *state;
    start_cells(rig);
    expect_one_repeat(rig, SLAVE_EXCEPTION, 4, PLACE(exceptions));
}

/* Eight characters out and nine back, at 115200 baud: 1.63 ms with eleven bits each. */
static void a_reply_may_be_five_percent_early_and_no_more(void **state)
{
    const int64_t least_ns = 17 * 11 * INT64_C(1000000000) / 115200;
    (void)state;
    assert_false(rh_link_is_early(least_ns, least_ns));
    assert_false(rh_link_is_early(least_ns * 96 / 100, least_ns));
    assert_true(rh_link_is_early(least_ns * 94 / 100, least_ns));
    assert_false(rh_link_is_early(0, 0)); /* TCP: no wire time, nothing is early */
}

/* A busy machine may hear the early one late, when it is one like any other. */
static void a_reply_faster_than_its_wire_time_is_dropped_as_stale(void **state)
{
    rig_t *rig = *state;
    int at = 0;
    start_cells(rig);
    uint64_t before = rig_bus(rig).stale_replies;
    for (int i = 0; i < 20 && rig_bus(rig).stale_replies == before; i++) {
        int from = slave_count(rig->slave);
        slave_fault(rig->slave, 0, READ, SLAVE_EARLY, 0, 1);
        at = await_fault(rig, from, SLAVE_EARLY);
        assert_true(slave_await(rig->slave, at + 1, 0, 0) == at + 1);
    }
    assert_true(rig_bus(rig).stale_replies > before);
    assert_true(is_same_request(slave_request(rig->slave, at),
                                slave_request(rig->slave, at + 1)));
}

/* A slave that a busy machine kept from hearing in time plans its reply for after the
 * timeout: those rounds say nothing of the master's silence. */
static void after_an_error_the_wire_stays_silent_for_the_resync_time(void **state)
{
    rig_t *rig = *state;
    int measured = 0;
    start_cells(rig);
    for (int i = 0; i < 20 && measured < 3; i++) {
        uint64_t timeouts = rig_bus(rig).timeouts;
        int from = slave_count(rig->slave);
        slave_fault(rig->slave, 0, READ, SLAVE_CRC, 0, 1);
        int at = await_fault(rig, from, SLAVE_CRC);
        int next = slave_await(rig->slave, at + 1, 0, 0);
        (void)bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT);
        int64_t silence_ns = slave_request(rig->slave, next).arrived_ns -
                             slave_request(rig->slave, at).released_ns;
        if (rig_bus(rig).timeouts == timeouts) {
            assert_true(silence_ns >= 5 * MS);
            measured++;
        }
    }
    assert_int_equal(measured, 3);
}

/* The replies carry the number of the request that they answer; a sample's stamp says
 * when it was composed. On libmodbus' own calls every later reply would be one behind.
 */
static void one_late_reply_never_shifts_the_later_ones(void **state)
{
    rig_t *rig = *state;
    int matching = 0;
    bench_add_cell(&rig->settings, 1, 0);
    slave_set(rig->slave, 1, 7, 0x0002);
    slave_number(rig->slave, 1, 6);
    rig_open(rig);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_LEFT, RH_QUALITY_GOOD));
    int from = slave_count(rig->slave);
    slave_fault(rig->slave, 1, READ, SLAVE_LATE, 30, 1);
    assert_true(await_fault(rig, from, SLAVE_LATE) >= 0);
    for (int i = 0; i < 12; i++) { /* past the late one's arrival */
        (void)bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT);
    }
    for (int i = 0; i < 400 && matching < 20; i++) { /* a busy machine delays some */
        rh_sample_t sample = bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT);
        int64_t stamp_ns = slave_now_ns() - sample.age_ns;
        slave_request_t asked = slave_request(rig->slave, sample.raw);
        /* composed 1.1 ms of wire before its end; a shift would be 4.5 ms off */
        int64_t off_ns = stamp_ns - (asked.released_ns - INT64_C(955000));
        matching += off_ns > -MS && off_ns < 3 * MS;
    }
    assert_int_equal(matching, 20);
}

static void a_reply_that_comes_twice_is_not_taken_for_the_next_one(void **state)
{
    rig_t *rig = *state;
    start_cells(rig);
    int clean = 0;
    for (int i = 0; i < 20 && clean < 3; i++) {
        uint64_t errors = rig_bus(rig).errors;
        int from = slave_count(rig->slave);
        slave_fault(rig->slave, 0, READ, SLAVE_TWICE, 0, 1);
        assert_true(await_fault(rig, from, SLAVE_TWICE) >= 0);
        (void)bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT);
        (void)bench_next(rig->hal, RH_SIGNAL_STRAP_RIGHT);
        (void)bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT);
        clean += rig_bus(rig).errors == errors; /* a busy machine may add one */
    }
    assert_int_equal(clean, 3);
}

/* The next good read of the whole status block, from `from` on. */
static int next_read(rig_t *rig, int from)
{
    int at = slave_await(rig->slave, from, 1, READ);
    while (at >= 0 && (slave_request(rig->slave, at).fault != SLAVE_GOOD ||
                       slave_request(rig->slave, at).value < 9)) {
        at = slave_await(rig->slave, at + 1, 1, READ);
    }
    assert_true(at >= 0);
    return at;
}

/* How old the earlier read's sample is when the later one's arrives: 23 characters of
 * wire time lie between a sample and its arrival. */
static int64_t age_ns(rig_t *rig, int earlier, int later)
{
    return slave_request(rig->slave, later).released_ns -
           slave_request(rig->slave, earlier).released_ns + INT64_C(1996500);
}

/* One undisturbed age, and one over a late reply. */
static void measure_ages(rig_t *rig, int64_t *usual_ns, int64_t *late_ns)
{
    int first = next_read(rig, slave_count(rig->slave));
    int second = next_read(rig, first + 1);
    slave_fault(rig->slave, 1, READ, SLAVE_LATE, 30, 1);
    int fault = await_fault(rig, second, SLAVE_LATE);
    int before = fault - 1;
    while (slave_request(rig->slave, before).function != READ) {
        before--;
    }
    int64_t usual = age_ns(rig, first, second);
    int64_t late = age_ns(rig, before, next_read(rig, fault + 1));
    *usual_ns = usual < *usual_ns ? usual : *usual_ns;
    *late_ns = late < *late_ns ? late : *late_ns;
    for (int i = 0; i < 8; i++) { /* past the late one's arrival */
        assert_true(bench_next(rig->hal, RH_SIGNAL_MOTOR_ANGLE).count > 0);
    }
}

/* By arithmetic a cycle of 11.08 ms and 2 ms of wire; what a busy machine adds to that
 * without any fault, it may add to each half of the repeat. */
static void expect_age(rig_t *rig, int64_t most_ns)
{
    int64_t usual_ns = INT64_MAX;
    int64_t late_ns = INT64_MAX;
    int64_t limit_ns = most_ns;
    slave_turnaround_us(rig->slave, 1750);
    rig_open(rig);
    assert_true(bench_await_ready(rig->hal, 0, true));
    rig_write(rig, (rh_grant_t){.torque_mnm = -30000, .speed_limit_mdps = 200000});
    (void)bench_next(rig->hal, RH_SIGNAL_MOTOR_ANGLE);
    for (int i = 0; i < 40 && (i < 4 || late_ns > limit_ns); i++) {
        measure_ages(rig, &usual_ns, &late_ns);
        limit_ns = most_ns + 2 * (usual_ns - INT64_C(13080000));
    }
    print_message("age: %.1f ms, over one late reply %.1f ms\n", (double)usual_ns / 1e6,
                  (double)late_ns / 1e6);
    assert_true(late_ns > 25 * MS && late_ns <= limit_ns);
}

static void one_late_reply_costs_at_most_30_ms_of_age(void **state)
{
    rig_t *rig = *state;
    bench_add_drive(&rig->settings, 1);
    expect_age(rig, 30 * MS);
}

/* The repeat must not look like the late one: where the profile knows no register
 * behind the block, a short read takes the place of hearing out. */
static void without_spare_registers_too_one_late_reply_costs_at_most_30_ms(void **state)
{
    rig_t *rig = *state;
    bench_add_drive(&rig->settings, 1);
    rig->settings.devices[0].profile.blocks[0].spare = 0;
    expect_age(rig, 30 * MS);
}

static void one_late_reply_is_no_fault(void **state)
{
    rig_t *rig = *state;
    start_cells(rig);
    for (int i = 0; i < 5; i++) {
        slave_fault(rig->slave, 1, READ, SLAVE_LATE, 10, 1);
        for (int samples = 0; samples < 6; samples++) {
            rh_sample_t sample = bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT);
            assert_int_equal(sample.quality, RH_QUALITY_GOOD);
        }
    }
}

static void
three_failures_running_lose_a_signal_and_one_good_reply_finds_it(void **state)
{
    rig_t *rig = *state;
    start_cells(rig);
    slave_fault(rig->slave, 2, 0, SLAVE_SILENT, 0, 100000);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_RIGHT, RH_QUALITY_LOST));
    assert_true(bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT).quality == RH_QUALITY_GOOD);
    slave_fault(rig->slave, 0, 0, SLAVE_GOOD, 0, 0);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_RIGHT, RH_QUALITY_GOOD));
}

static void ages_grow_while_the_slave_is_silent(void **state)
{
    rig_t *rig = *state;
    rh_input_t early = {0};
    rh_input_t late = {0};
    start_cells(rig);
    slave_fault(rig->slave, 0, 0, SLAVE_SILENT, 0, 100000);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_LEFT, RH_QUALITY_LOST));
    int64_t now_ns = slave_now_ns();
    rh_hal_modbus.read(rig->hal, now_ns, &early);
    rh_hal_modbus.read(rig->hal, now_ns + 50 * MS, &late);
    rh_sample_t *before = &early.signal[RH_SIGNAL_STRAP_LEFT];
    rh_sample_t *after = &late.signal[RH_SIGNAL_STRAP_LEFT];
    assert_true(before->age_ns > 20 * MS);
    assert_int_equal(after->age_ns - before->age_ns, 50 * MS);
    assert_int_equal(after->count, before->count);
    assert_int_equal(late.signal[RH_SIGNAL_PAD_REAR].quality, RH_QUALITY_NONE);
}

/* The age of the newest sample at `before_ns` before it was taken. The sample may
 * change between finding its stamp and asking again: then anew. */
static int64_t age_before(rig_t *rig, int64_t before_ns)
{
    for (;;) {
        rh_input_t first = {0};
        rh_input_t again = {0};
        int64_t now_ns = slave_now_ns();
        rh_hal_modbus.read(rig->hal, now_ns, &first);
        const rh_sample_t *sample = &first.signal[RH_SIGNAL_STRAP_LEFT];
        int64_t stamp_ns = now_ns - sample->age_ns;
        rh_hal_modbus.read(rig->hal, stamp_ns - before_ns, &again);
        if (again.signal[RH_SIGNAL_STRAP_LEFT].count == sample->count) {
            return again.signal[RH_SIGNAL_STRAP_LEFT].age_ns;
        }
    }
}

static void a_sample_from_the_future_says_so_and_a_hair_of_it_is_fresh(void **state)
{
    rig_t *rig = *state;
    start_cells(rig);
    assert_true(age_before(rig, -3 * MS) == 3 * MS);
    assert_true(age_before(rig, 0) == 0);
    assert_true(age_before(rig, MS / 2) == 0);
    assert_true(age_before(rig, MS) == 0);
    assert_true(age_before(rig, MS + 1) == -(MS + 1));
    assert_true(age_before(rig, 5000 * MS) == -5000 * MS);
}

static void a_cell_that_says_its_value_is_not_valid_is_bad(void **state)
{
    rig_t *rig = *state;
    start_cells(rig);
    slave_set(rig->slave, 1, 7, 0x4002); /* under range: a broken wire */
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_LEFT, RH_QUALITY_BAD));
    assert_true(bench_next(rig->hal, RH_SIGNAL_STRAP_RIGHT).quality == RH_QUALITY_GOOD);
    slave_set(rig->slave, 1, 7, 0x0003); /* busy */
    (void)bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT);
    (void)bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT);
    assert_true(bench_sample(rig->hal, RH_SIGNAL_STRAP_LEFT).quality == RH_QUALITY_BAD);
    slave_set(rig->slave, 1, 7, 0x0002);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_LEFT, RH_QUALITY_GOOD));
}

static int by_size(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* Measures the gaps between `count` requests; the median of what exceeds t35, in us. */
static int check_gaps(rig_t *rig, int count)
{
    int dead_us[100] = {0};
    int from = slave_count(rig->slave);
    assert_true(slave_await(rig->slave, from + count, 0, 0) == from + count);
    for (int i = 0; i < count; i++) {
        int64_t gap_ns = slave_request(rig->slave, from + i + 1).arrived_ns -
                         slave_request(rig->slave, from + i).released_ns;
        dead_us[i] = (int)(gap_ns / 1000) - 1750;
    }
    qsort(dead_us, (size_t)count, sizeof(dead_us[0]), by_size);
    return dead_us[0] < 0 ? -1 : dead_us[count / 2];
}

static void the_silence_of_t35_is_kept_before_every_request(void **state)
{
    rig_t *rig = *state;
    int rounds = 0;
    start_cells(rig);
    for (int i = 0; i < 20 && rounds < 4; i++) {
        uint64_t errors = rig_bus(rig).errors;
        int dead_us = check_gaps(rig, 100);
        (void)bench_next(rig->hal, RH_SIGNAL_STRAP_LEFT);
        if (rig_bus(rig).errors == errors) { /* as above */
            assert_true(dead_us >= 0);
            rounds++;
            print_message("dead time p50 %d us\n", dead_us);
        }
    }
    assert_int_equal(rounds, 4);
    rh_bus_stats_t stats = rig_bus(rig);
    print_message("two cells: %.1f cycles/s, wire busy %.3f\n", stats.rate_hz,
                  stats.busy_frac);
}

static void
a_port_that_vanishes_is_found_again_and_everything_written_anew(void **state)
{
    rig_t *rig = *state;
    bench_add_drive(&rig->settings, 1);
    rig_open(rig);
    assert_true(bench_await_ready(rig->hal, 0, true));
    rig_write(rig, (rh_grant_t){.torque_mnm = -30000, .speed_limit_mdps = 200000});
    assert_true(slave_await(rig->slave, slave_count(rig->slave) + 2, 1, WRITE) >= 0);
    rig_unplug(rig);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_DRIVE_STATUS, RH_QUALITY_LOST));
    assert_true(bench_await_ready(rig->hal, 0, false));
    assert_false(rig_bus(rig).is_up);
    assert_int_equal(
        bench_sample(rig->hal, RH_SIGNAL_DRIVE_STATUS).raw & RH_DRIVE_READY, 0);
    rig_plug(rig);
    assert_true(bench_await_ready(rig->hal, 0, true));
    slave_request_t first = slave_request(rig->slave, 0);
    assert_int_equal(first.address, AT_TORQUE); /* zero, though the grant says else */
    assert_int_equal(first.value, 0);
    assert_int_equal(slave_get(rig->slave, 1, AT_TORQUE_LIMIT), 2000);
    assert_int_equal(slave_get(rig->slave, 1, AT_SPEED_LIMIT), 1000);
    assert_true(rig_bus(rig).reconnects >= 1);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_DRIVE_STATUS, RH_QUALITY_GOOD));
}

static void a_port_that_is_not_there_yet_is_no_error(void **state)
{
    rig_t *rig = *state;
    bench_add_cell(&rig->settings, 1, 0);
    rig_unplug(rig);
    rig_open(rig);
    assert_int_equal(bench_sample(rig->hal, RH_SIGNAL_STRAP_LEFT).quality,
                     RH_QUALITY_NONE);
    rig_plug(rig);
    slave_set(rig->slave, 1, 7, 0x0002);
    assert_true(bench_await_quality(rig->hal, RH_SIGNAL_STRAP_LEFT, RH_QUALITY_GOOD));
}

#define wire_test(name)                                                                \
    cmocka_unit_test_setup_teardown(name, rig_set_up_rtu, rig_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        wire_test(a_late_reply_is_counted_and_its_request_repeated),
        wire_test(a_reply_late_within_the_resync_time_is_taken_and_counted),
        wire_test(without_spare_registers_a_late_reply_is_taken_and_counted_too),
        wire_test(after_a_timeout_a_late_reply_is_never_taken),
        wire_test(a_late_sample_is_as_old_as_its_request),
        wire_test(silence_is_counted_and_its_request_repeated),
        wire_test(a_truncated_reply_is_a_timeout_and_its_request_repeated),
        wire_test(a_damaged_reply_is_counted_and_its_request_repeated),
        wire_test(a_reply_of_another_unit_is_dropped_and_the_request_repeated),
        wire_test(an_exception_is_counted_and_its_request_repeated),
        wire_test(a_reply_faster_than_its_wire_time_is_dropped_as_stale),
        cmocka_unit_test(a_reply_may_be_five_percent_early_and_no_more),
        wire_test(after_an_error_the_wire_stays_silent_for_the_resync_time),
        wire_test(one_late_reply_never_shifts_the_later_ones),
        wire_test(a_reply_that_comes_twice_is_not_taken_for_the_next_one),
        wire_test(one_late_reply_costs_at_most_30_ms_of_age),
        wire_test(without_spare_registers_too_one_late_reply_costs_at_most_30_ms),
        wire_test(one_late_reply_is_no_fault),
        wire_test(three_failures_running_lose_a_signal_and_one_good_reply_finds_it),
        wire_test(ages_grow_while_the_slave_is_silent),
        wire_test(a_sample_from_the_future_says_so_and_a_hair_of_it_is_fresh),
        wire_test(a_cell_that_says_its_value_is_not_valid_is_bad),
        wire_test(the_silence_of_t35_is_kept_before_every_request),
        wire_test(a_port_that_vanishes_is_found_again_and_everything_written_anew),
        wire_test(a_port_that_is_not_there_yet_is_no_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
