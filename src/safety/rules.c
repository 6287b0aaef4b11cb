/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of rules. One row: which fault, its hazard, in which states it is watched,
 * the state it leads to, its budget, and the test. A row is evaluated only where its
 * reaction is more severe than the state the gate is in, so that one cause does not
 * drag a tail of consequences behind it.
 */
#include "gate.h"
#include "rh/snapshot.h" /* RH_WAIT_BIT */

#define IN(state) (1u << RH_SAFETY_##state)
#define ACTING (IN(ARMED) | IN(FLOAT) | IN(GRIPS) | IN(SAFE1) | IN(SAFE2))
#define ALWAYS (ACTING | IN(IDLE) | IN(PROBE))
/* The console has been away for two seconds already when its lease ends. */
#define ALONE_MS 2000
#define ALONE_IN_REP_MS 10000

typedef rh_finding_t (*test_t)(const rh_gate_t *gate);

typedef struct {
    rh_fault_id_t fault;
    uint32_t watched;  /* bits of states */
    uint32_t reaction; /* rh_safety_state_t */
    int32_t
        budget_ms; /* from the sample that shows it to the grant; table of hazards */
    test_t test;
    uint32_t wait; /* RH_WAIT_BIT that names it while it keeps a reset away; 0 = none */
} rule_t;

static rh_finding_t flag(bool bad)
{
    return (rh_finding_t){.bad = bad};
}

static rh_finding_t above(int32_t measured, int32_t threshold)
{
    return (rh_finding_t){measured > threshold, measured, threshold};
}

static rh_finding_t stale(const rh_gate_t *gate, int group, int32_t limit_us)
{
    return above(gate->sight.age_us[group], limit_us); /* us = thousandths of ms */
}

static rh_finding_t estop_open(const rh_gate_t *gate)
{
    return flag(!gate->sight.estop_closed);
}

static rh_finding_t estop_disagrees(const rh_gate_t *gate)
{
    return flag(gate->safety->estop_is_suspect);
}

static rh_finding_t switch_top_open(const rh_gate_t *gate)
{
    return flag(!gate->sight.limit_top_closed);
}

static rh_finding_t switch_bottom_open(const rh_gate_t *gate)
{
    return flag(!gate->sight.limit_bottom_closed);
}

static rh_finding_t drive_stale(const rh_gate_t *gate)
{
    return stale(gate, RH_GROUP_DRIVE, gate->limits->age_max_us[RH_GROUP_DRIVE]);
}

static rh_finding_t encoder_stale(const rh_gate_t *gate)
{
    return stale(gate, RH_GROUP_ENCODER, gate->limits->age_max_us[RH_GROUP_ENCODER]);
}

static rh_finding_t encoder_silent(const rh_gate_t *gate)
{
    return stale(gate, RH_GROUP_ENCODER, gate->limits->age_cut_us);
}

static rh_finding_t cells_stale(const rh_gate_t *gate)
{
    return stale(gate, RH_GROUP_CELLS, gate->limits->age_max_us[RH_GROUP_CELLS]);
}

static rh_finding_t inputs_stale(const rh_gate_t *gate)
{
    return stale(gate, RH_GROUP_INPUTS, gate->limits->age_max_us[RH_GROUP_INPUTS]);
}

static rh_finding_t inputs_silent(const rh_gate_t *gate)
{
    return stale(gate, RH_GROUP_INPUTS, gate->limits->age_cut_us);
}

static rh_finding_t drive_reports_fault(const rh_gate_t *gate)
{
    return flag((gate->sight.drive_status & RH_DRIVE_FAULT) != 0);
}

static rh_finding_t drive_does_not_run(const rh_gate_t *gate)
{
    int64_t ms =
        rh_gate_since_ms(gate->sight.now_ns, gate->safety->not_running_since_ns);
    return above(rh_gate_clamp(ms * RH_MILLI, 0, INT32_MAX),
                 gate->limits->run_timeout_ms * RH_MILLI);
}

/* Hazard 16. It did run: a third sample without, and its torque is gone for good (the
 * e-stop, which stops the drive too, is read by then and told first). */
static rh_finding_t drive_has_stopped(const rh_gate_t *gate)
{
    rh_finding_t finding = drive_does_not_run(gate);
    finding.bad = gate->safety->stopped_count >= 3;
    finding.threshold_milli = 0;
    return finding;
}

/* A bridged or inverted servo-on: nothing but the relay would stop this drive. */
static rh_finding_t drive_runs_unasked(const rh_gate_t *gate)
{
    int64_t ms = rh_gate_since_ms(gate->sight.now_ns, gate->safety->unasked_since_ns);
    return above(rh_gate_clamp(ms * RH_MILLI, 0, INT32_MAX),
                 gate->limits->run_timeout_ms * RH_MILLI);
}

static rh_finding_t torque_runs_away(const rh_gate_t *gate)
{
    int64_t off_mnm =
        (int64_t)gate->sight.drive_torque_mnm - rh_gate_expected_mnm(gate);
    int32_t difference = rh_gate_size(rh_gate_clamp(off_mnm, INT32_MIN + 1, INT32_MAX));
    return (rh_finding_t){gate->safety->runaway_count >= 2, difference,
                          gate->limits->runaway_mnm};
}

/* Hazard 9: the motor's count has not changed in three fresh samples while the arm, by
 * its own encoder, has moved half of what would be a mismatch. */
static rh_finding_t motor_encoder_frozen(const rh_gate_t *gate)
{
    int32_t moved = gate->input->signal[RH_SIGNAL_ARM_ANGLE].milli;
    moved = rh_gate_size(moved - gate->safety->frozen_arm_mdeg);
    rh_finding_t finding = above(moved, gate->limits->mismatch_mdeg / 2);
    finding.bad = finding.bad && gate->safety->frozen_count >= 3;
    return finding;
}

/* Hazard 12: the decoder has seen what no encoder makes (hal/doubt.h), or a device says
 * of its own position that it is none. */
static rh_finding_t encoder_is_invalid(const rh_gate_t *gate)
{
    return flag(!gate->sight.encoders_good);
}

static rh_finding_t rate_differs(const rh_gate_t *gate)
{
    return (rh_finding_t){gate->safety->rate_count >= 2,
                          rh_gate_size(gate->safety->rate_off_mdeg),
                          rh_gate_rate_off_mdeg(gate)};
}

static rh_finding_t encoders_differ(const rh_gate_t *gate)
{
    return (rh_finding_t){gate->safety->mismatch_count >= 2,
                          rh_gate_size(gate->sight.mismatch_mdeg),
                          gate->limits->mismatch_mdeg};
}

static rh_finding_t past_top(const rh_gate_t *gate)
{
    return above(gate->sight.angle_mdeg, gate->sight.trip_top_mdeg);
}

static rh_finding_t past_bottom(const rh_gate_t *gate)
{
    return (rh_finding_t){!(gate->sight.angle_mdeg >= gate->sight.trip_bottom_mdeg),
                          gate->sight.angle_mdeg, gate->sight.trip_bottom_mdeg};
}

static rh_finding_t cell_is_broken(const rh_gate_t *gate)
{
    return (rh_finding_t){!gate->sight.cells_good, gate->sight.strap_mn,
                          gate->limits->cell_max_mn};
}

static rh_finding_t pad_is_pulled(const rh_gate_t *gate)
{
    return (rh_finding_t){gate->safety->pulled_count >= 3, gate->sight.pad_least_mn,
                          -gate->limits->pad_empty_mn};
}

static rh_finding_t request_is_invalid(const rh_gate_t *gate)
{
    return flag(!gate->sight.request_valid);
}

static rh_finding_t recording_stalls(const rh_gate_t *gate)
{
    return flag(gate->input->recording_stalled);
}

static rh_finding_t tick_late(const rh_gate_t *gate)
{
    return above(gate->sight.late_us, gate->limits->late_safe1_us);
}

static rh_finding_t tick_far_too_late(const rh_gate_t *gate)
{
    return above(gate->sight.late_us, gate->limits->late_safe3_us);
}

static rh_finding_t grip_let_go(const rh_gate_t *gate)
{
    int64_t ms = rh_gate_since_ms(gate->sight.now_ns, gate->safety->grip_open_since_ns);
    return above(rh_gate_clamp(ms * RH_MILLI, 0, INT32_MAX),
                 gate->limits->grip_open_ms * RH_MILLI);
}

/* Hazard 45: after the rep, and at the latest when no rep can last that long. */
static rh_finding_t console_is_gone(const rh_gate_t *gate)
{
    int64_t ms = rh_gate_since_ms(gate->sight.now_ns, gate->safety->alone_since_ns);
    int32_t most_ms = gate->sight.at_bottom ? ALONE_MS : ALONE_IN_REP_MS;
    return above(rh_gate_clamp(ms, 0, INT32_MAX), most_ms); /* thousandths of s */
}

static rh_finding_t stop_commanded(const rh_gate_t *gate)
{
    return flag(gate->input->command.kind == RH_COMMAND_STOP);
}

static rh_finding_t comfort_not_confirmed(const rh_gate_t *gate)
{
    int64_t ms = rh_gate_since_ms(gate->sight.now_ns, gate->safety->state_since_ns);
    bool late =
        ms > gate->limits->comfort_confirm_ms && gate->safety->confirm_count < 2;
    return (rh_finding_t){late, gate->sight.strap_mn, gate->limits->comfort_mn};
}

static rh_finding_t not_down_in_time(const rh_gate_t *gate)
{
    int64_t ms = rh_gate_since_ms(gate->sight.now_ns, gate->safety->state_since_ns);
    rh_finding_t finding =
        above(rh_gate_clamp(ms, 0, INT32_MAX),
              gate->limits->safe1_timeout_ms); /* ms = thousandths of s */
    finding.bad = finding.bad && !gate->safety->is_down;
    return finding;
}

#define CHAIN RH_WAIT_BIT(CHAIN)
#define SENSORS RH_WAIT_BIT(SENSORS)
#define STILL_THERE RH_WAIT_BIT(FAULT)

/* Severest first: of two causes in one tick the graver one is told first. */
static const rule_t rules[] = {
    {RH_FAULT_ESTOP, ALWAYS, RH_SAFETY_SAFE3, 2, estop_open, CHAIN},
    {RH_FAULT_ESTOP_DISAGREE, ALWAYS, RH_SAFETY_SAFE3, 502, estop_disagrees,
     STILL_THERE},
    {RH_FAULT_SWITCH_TOP, ALWAYS, RH_SAFETY_SAFE3, 50, switch_top_open, STILL_THERE},
    {RH_FAULT_SWITCH_BOTTOM, ALWAYS, RH_SAFETY_SAFE3, 50, switch_bottom_open,
     STILL_THERE},
    {RH_FAULT_STALE_DRIVE, ALWAYS, RH_SAFETY_SAFE3, 40, drive_stale, SENSORS},
    {RH_FAULT_DRIVE_FAULT, ALWAYS, RH_SAFETY_SAFE3, 50, drive_reports_fault,
     STILL_THERE},
    {RH_FAULT_RUNAWAY, ALWAYS, RH_SAFETY_SAFE3, 50, torque_runs_away, STILL_THERE},
    {RH_FAULT_DRIVE_NOT_RUNNING, ACTING, RH_SAFETY_SAFE3, 60, drive_has_stopped, 0},
    {RH_FAULT_DRIVE_NOT_RUNNING, ACTING | IN(PROBE), RH_SAFETY_SAFE3, 500,
     drive_does_not_run, 0},
    {RH_FAULT_DRIVE_UNASKED, ALWAYS, RH_SAFETY_SAFE3, 500, drive_runs_unasked,
     STILL_THERE},
    {RH_FAULT_RELAY_STUCK, IN(PROBE), RH_SAFETY_SAFE3, 50, rh_gate_relay_stuck, 0},
    {RH_FAULT_POLARITY, IN(PROBE), RH_SAFETY_SAFE3, 50, rh_gate_polarity_wrong, 0},
    {RH_FAULT_STALE_IO, ALWAYS, RH_SAFETY_SAFE3, 80, inputs_silent, SENSORS},
    {RH_FAULT_STALE_ENCODER, ALWAYS, RH_SAFETY_SAFE3, 80, encoder_silent, SENSORS},
    {RH_FAULT_LATE, ACTING | IN(PROBE), RH_SAFETY_SAFE3, 40, tick_far_too_late, 0},
    {RH_FAULT_ENCODER_INVALID, IN(IDLE) | IN(PROBE), RH_SAFETY_SAFE3, 50,
     encoder_is_invalid, SENSORS},
    {RH_FAULT_ENCODER_INVALID, ACTING, RH_SAFETY_SAFE2, 50, encoder_is_invalid, 0},
    {RH_FAULT_ENCODER_FROZEN, ACTING, RH_SAFETY_SAFE2, 50, motor_encoder_frozen, 0},
    {RH_FAULT_RATE_MISMATCH, ACTING, RH_SAFETY_SAFE2, 50, rate_differs, 0},
    {RH_FAULT_NOT_DOWN, IN(SAFE1), RH_SAFETY_SAFE2, 10000, not_down_in_time, 0},
    {RH_FAULT_TRIP_TOP, ACTING, RH_SAFETY_SAFE1, 2, past_top, 0},
    {RH_FAULT_TRIP_BOTTOM, ACTING, RH_SAFETY_SAFE1, 2, past_bottom, 0},
    {RH_FAULT_ENCODER_MISMATCH, ALWAYS, RH_SAFETY_SAFE1, 50, encoders_differ,
     STILL_THERE},
    {RH_FAULT_CELL_BROKEN, ALWAYS, RH_SAFETY_SAFE1, 100, cell_is_broken, SENSORS},
    {RH_FAULT_PAD_PULLED, ALWAYS, RH_SAFETY_SAFE1, 100, pad_is_pulled, STILL_THERE},
    {RH_FAULT_CELL_MISMATCH, IN(ARMED), RH_SAFETY_SAFE1, 1000, rh_gate_strap_is_off, 0},
    {RH_FAULT_STALE_IO, ALWAYS, RH_SAFETY_SAFE1, 40, inputs_stale, SENSORS},
    {RH_FAULT_STALE_ENCODER, ALWAYS, RH_SAFETY_SAFE1, 40, encoder_stale, SENSORS},
    {RH_FAULT_STALE_CELLS, ALWAYS, RH_SAFETY_SAFE1, 40, cells_stale, SENSORS},
    {RH_FAULT_LATE, ACTING, RH_SAFETY_SAFE1, 12, tick_late, 0},
    {RH_FAULT_REQUEST, ACTING, RH_SAFETY_SAFE1, 2, request_is_invalid, 0},
    {RH_FAULT_CONSOLE, IN(ARMED) | IN(FLOAT), RH_SAFETY_SAFE1, 2000, console_is_gone,
     0},
    {RH_FAULT_STOP, ALWAYS, RH_SAFETY_SAFE1, 2, stop_commanded, 0},
    {RH_FAULT_RECORDING, ACTING, RH_SAFETY_SAFE1, 2, recording_stalls, 0},
    {RH_FAULT_COMFORT_UNCONFIRMED, IN(FLOAT), RH_SAFETY_SAFE1, 150,
     comfort_not_confirmed, 0},
    {RH_FAULT_GRIPS, IN(ARMED) | IN(FLOAT), RH_SAFETY_GRIPS, 150, grip_let_go, 0},
};

#define RULES (sizeof(rules) / sizeof(rules[0]))

/* How severe a state is; a latched, resting machine has nothing graver before it. */
static const uint8_t severity[RH_SAFETY_COUNT] = {
    [RH_SAFETY_IDLE] = 0,  [RH_SAFETY_ARMED] = 0,  [RH_SAFETY_FLOAT] = 1,
    [RH_SAFETY_GRIPS] = 2, [RH_SAFETY_SAFE1] = 3,  [RH_SAFETY_SAFE2] = 4,
    [RH_SAFETY_SAFE3] = 5, [RH_SAFETY_LOCKED] = 6, [RH_SAFETY_PROBE] = 0,
};

void rh_gate_raise(rh_gate_t *gate, uint32_t fault, uint32_t state,
                   rh_finding_t finding)
{
    rh_safety_report_t *report = gate->report;
    gate->safety->latched |= RH_FAULT_BIT_OF(fault);
    if (report->fault_count < RH_SAFETY_FAULTS) {
        report->faults[report->fault_count++] = (rh_fault_t){
            .id = fault,
            .state = state,
            .measured_milli = finding.measured_milli,
            .threshold_milli = finding.threshold_milli,
        };
    }
}

uint32_t rh_gate_judge(rh_gate_t *gate)
{
    uint32_t state = gate->safety->state;
    uint32_t worst = state;
    for (uint32_t i = 0; i < RULES; i++) {
        const rule_t *rule = &rules[i];
        bool watched = (rule->watched & (1u << state)) != 0;
        if (!watched || severity[rule->reaction] <= severity[worst]) {
            continue;
        }
        rh_finding_t finding = rule->test(gate);
        if (finding.bad) {
            rh_gate_raise(gate, rule->fault, rule->reaction, finding);
            worst = rule->reaction;
        }
    }
    return worst;
}

uint32_t rh_gate_waits(const rh_gate_t *gate)
{
    uint32_t waits = 0;
    for (uint32_t i = 0; i < RULES; i++) {
        if (rules[i].wait != 0 && rules[i].test(gate).bad) {
            waits |= rules[i].wait;
        }
    }
    if (!gate->sight.still_at_bottom) {
        waits |= RH_WAIT_BIT(BOTTOM);
    }
    bool cut = gate->safety->state == RH_SAFETY_SAFE3 ||
               gate->safety->state == RH_SAFETY_LOCKED;
    if (cut && !gate->sight.pad_is_empty) {
        waits |= RH_WAIT_BIT(PAD);
    }
    return waits;
}
