/* SPDX-License-Identifier: Apache-2.0 */
/* The gate's bench as the probes need it: not commissioned, reset, at rest. */
#ifndef PROBE_BENCH_H
#define PROBE_BENCH_H

#include "gate_bench.h"
#include "rh/command.h"

/* Idle, with nothing proven. */
void probe_idle(gate_bench_t *bench);
/* What the drive says of itself from now on, whatever it is granted. */
void probe_drive(gate_bench_t *bench, int32_t status);
/* One tick with a command that must be answered so. */
void probe_ask(gate_bench_t *bench, uint32_t kind, uint32_t refusal);
/* A drive that runs at once, and stops when the heartbeat has been away for so long. */
void probe_relay(gate_bench_t *bench, int relay_ticks);

#endif
