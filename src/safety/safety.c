/* SPDX-License-Identifier: Apache-2.0 */
/* One tick of the gate: look, judge, decide, shape, grant. */
#include "safety.h"

#include "gate.h"

/* The gate's outputs beside the torque, per state. */
typedef struct {
    bool servo_on, beat, lamp, buzzer;
} outputs_t;

static const outputs_t outputs[RH_SAFETY_COUNT] = {
    [RH_SAFETY_LOCKED] = {false, false, false, false},
    [RH_SAFETY_IDLE] = {false, true, false, false},
    [RH_SAFETY_ARMED] = {true, true, true, false},
    [RH_SAFETY_FLOAT] = {true, true, true, false},
    [RH_SAFETY_GRIPS] = {true, true, true, false},
    [RH_SAFETY_SAFE1] = {true, true, true, true},
    [RH_SAFETY_SAFE2] = {true, true, true, true},
    [RH_SAFETY_SAFE3] = {false, false, false, true},
    [RH_SAFETY_PROBE] = {true, true, true, false},
};

/* A machine that boots is locked, and says so once. */
static void boot(rh_gate_t *gate)
{
    if (!gate->safety->has_run) {
        rh_gate_raise(gate, RH_FAULT_BOOT, RH_SAFETY_LOCKED,
                      (rh_finding_t){.bad = true});
        gate->safety->state_since_ns = gate->sight.now_ns;
    }
}

/* An open channel has cut already, and no rule outranks that: what it found besides is
 * told here, once. */
static void tell_estop(rh_gate_t *gate, uint32_t reaction)
{
    bool is_told = (gate->safety->latched & RH_FAULT_BIT(ESTOP_DISAGREE)) != 0;
    if (gate->safety->estop_is_suspect && !is_told) {
        rh_gate_raise(gate, RH_FAULT_ESTOP_DISAGREE, reaction,
                      (rh_finding_t){.bad = true});
    }
}

static bool servo_is_off(const rh_gate_t *gate)
{
    const rh_safety_t *safety = gate->safety;
    bool lowering =
        safety->state == RH_SAFETY_SAFE1 || safety->state == RH_SAFETY_SAFE2;
    bool cannot_brake =
        safety->state == RH_SAFETY_SAFE2 && gate->limits->speed_limit_brakes == 0;
    return (lowering && safety->is_down) || cannot_brake;
}

static void make_grant(const rh_gate_t *gate, int32_t torque_mnm, rh_grant_t *grant)
{
    const outputs_t *row = &outputs[gate->safety->state];
    bool off = servo_is_off(gate);
    bool armed = gate->safety->state == RH_SAFETY_ARMED;
    grant->torque_mnm = off ? 0 : torque_mnm;
    grant->speed_limit_mdps =
        armed ? gate->limits->rate_limit_mdps : gate->limits->sink_mdps;
    if (gate->safety->state == RH_SAFETY_PROBE) {
        grant->speed_limit_mdps = rh_gate_probe_speed_mdps(gate);
    }
    gate->safety->speed_limit_mdps = grant->speed_limit_mdps;
    grant->servo_on = row->servo_on && !off;
    grant->beat = row->beat && !rh_gate_probe_withholds(gate);
    grant->lamp = row->lamp && !off;
    grant->buzzer = row->buzzer;
}

static void tell(rh_gate_t *gate)
{
    rh_safety_report_t *report = gate->report;
    const rh_sight_t *sight = &gate->sight;
    report->state = gate->safety->state;
    report->latched = gate->safety->latched;
    report->relay_us = gate->safety->relay_us;
    report->polarity_mdeg = gate->safety->polarity_mdeg;
    report->at_bottom = sight->at_bottom;
    report->pad_is_empty = sight->pad_is_empty;
    report->angle_mdeg = sight->angle_mdeg;
    report->rate_mdps = sight->rate_mdps;
    report->soft_top_mdeg = sight->soft_top_mdeg;
    report->soft_bottom_mdeg = sight->soft_bottom_mdeg;
    report->trip_top_mdeg = sight->trip_top_mdeg;
    report->trip_bottom_mdeg = sight->trip_bottom_mdeg;
    for (int group = 0; group < RH_GROUPS; group++) {
        report->age_ns[group] = (int64_t)sight->age_us[group] * RH_NS_PER_US;
    }
}

static void begin_report(rh_safety_report_t *report, uint32_t state)
{
    report->state_before = state;
    report->fault_count = 0;
    report->cleared = 0;
    report->waits_for = 0;
    report->reset_ignored = 0;
    report->refusal = RH_REFUSAL_NONE;
    report->is_answer = false;
    report->limit_active = false;
    report->limit_began = false;
}

void rh_safety_step(rh_safety_t *safety, const rh_limits_t *limits,
                    const rh_input_t *input, const rh_request_t *request,
                    rh_grant_t *grant, rh_safety_report_t *report)
{
    rh_gate_t gate;
    gate.safety = safety;
    gate.limits = limits;
    gate.input = input;
    gate.request = request;
    gate.report = report;
    begin_report(report, safety->state);
    rh_gate_look(&gate);
    rh_gate_count(&gate);
    boot(&gate);
    uint32_t reaction = rh_gate_judge(&gate);
    tell_estop(&gate, reaction);
    rh_gate_decide(&gate, reaction);
    rh_gate_confirm(&gate);
    make_grant(&gate, rh_gate_shape(&gate), grant);
    tell(&gate);
    safety->now_ns = input->now_ns;
    safety->has_run = true;
}
