/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the probes share; see probe_bench.h. */
#include "probe_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

void probe_idle(gate_bench_t *bench)
{
    gate_bench_init(bench);
    bench->limits.is_commissioned = 0; /* probes come before it */
    gate_bench_ticks(bench, 300);
    gate_bench_reset(bench);
    gate_bench_ticks(bench, 300);
    assert_int_equal(bench->safety.state, RH_SAFETY_IDLE);
}

void probe_drive(gate_bench_t *bench, int32_t status)
{
    bench->drive_follows = false;
    bench->input.signal[RH_SIGNAL_DRIVE_STATUS].raw = status;
}

void probe_ask(gate_bench_t *bench, uint32_t kind, uint32_t refusal)
{
    gate_bench_command(bench, kind);
    assert_true(bench->report.is_answer);
    assert_int_equal(bench->report.refusal, refusal);
}

void probe_relay(gate_bench_t *bench, int relay_ticks)
{
    probe_ask(bench, RH_COMMAND_RELAY_TEST, RH_REFUSAL_NONE);
    probe_drive(bench, RH_DRIVE_READY | RH_DRIVE_RUN);
    for (int i = 0; i < 400 && bench->grant.beat; i++) {
        gate_bench_ticks(bench, 1);
        assert_true(bench->grant.servo_on);
        assert_int_equal(bench->grant.torque_mnm, 0);
    }
    assert_false(bench->grant.beat);
    gate_bench_ticks(bench, relay_ticks);
    probe_drive(bench, RH_DRIVE_READY);
    gate_bench_ticks(bench, 2);
}
