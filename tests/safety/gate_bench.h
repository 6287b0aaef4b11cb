/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bench for the gate: a machine with good sensors that hangs at rest, moved and
 * broken by the tests tick by tick (2 ms each, every sample fresh unless frozen).
 */
#ifndef GATE_BENCH_H
#define GATE_BENCH_H

#include "safety.h"

#define BENCH_TICK_NS 2000000

typedef struct {
    rh_safety_t safety;
    rh_limits_t limits;
    rh_input_t input;
    rh_request_t request;
    rh_grant_t grant;
    rh_safety_report_t report;
    double angle_deg, rate_dps; /* written into both encoders before each tick */
    bool
        straps_follow; /* they show what the torque makes due, until a test sets them */
    bool drive_follows; /* the drive confirms and gives what was granted */
    bool arm_frozen, motor_frozen;
    int64_t beat_ns; /* the last tick with a heartbeat: its relay drops after 60 ms */
    uint64_t faults_seen;
} gate_bench_t;

/* Good sensors, hanging at -90 deg, e-stop closed, grips open, nobody on the pad. */
void gate_bench_init(gate_bench_t *bench);
void gate_bench_ticks(gate_bench_t *bench, int count);
/* Ticks until the state is reached; the test fails where it takes longer than `most`.
 */
int gate_bench_ticks_to(gate_bench_t *bench, uint32_t state, int most);
/* One tick with a command; its answer is in bench->report. */
void gate_bench_command(gate_bench_t *bench, uint32_t kind);
/* Holds the reset button for 0.6 s, and waits until a probe that it began is over. */
void gate_bench_reset(gate_bench_t *bench);
/* Boot, reset, an 80 kg person on the pad, grips held, armed. */
void gate_bench_arm(gate_bench_t *bench);
void gate_bench_pad(gate_bench_t *bench, double mass_kg);
/* Puts the arm elsewhere, as if it had moved there before. */
void gate_bench_place(gate_bench_t *bench, double angle_deg);
void gate_bench_flag(gate_bench_t *bench, int signal, bool value);
void gate_bench_value(gate_bench_t *bench, int signal, double value);
/* Ages of a device's signals grow (true) or are fresh (false). */
void gate_bench_silence(gate_bench_t *bench, int first, int last, bool silent);
bool gate_bench_saw(const gate_bench_t *bench, uint32_t fault);

#endif
