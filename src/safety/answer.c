/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that are the gate's to answer: who may, and what an asker is told. */
#include "gate.h"
#include "rh/snapshot.h" /* RH_WAIT_BIT */

static bool commands(const rh_gate_t *gate, uint32_t kind)
{
    return gate->input->command.kind == kind;
}

static bool sensors_are_good(const rh_gate_t *gate)
{
    return (rh_gate_waits(gate) & (RH_WAIT_BIT(SENSORS) | RH_WAIT_BIT(FAULT))) == 0;
}

static bool state_can_arm(const rh_gate_t *gate)
{
    uint32_t state = gate->safety->state;
    return state == RH_SAFETY_IDLE || state == RH_SAFETY_FLOAT;
}

/* What arming needs, at its beginning and at its end alike. */
static uint32_t refuses_arming(const rh_gate_t *gate)
{
    const rh_sight_t *sight = &gate->sight;
    if (gate->limits->is_commissioned != 1) {
        return RH_REFUSAL_NOT_COMMISSIONED; /* no other "no" could be cleared first */
    }
    if (!state_can_arm(gate)) {
        return gate->safety->state == RH_SAFETY_ARMED ? RH_REFUSAL_ARMED
                                                      : RH_REFUSAL_LATCHED;
    }
    if (gate->safety->relay_us == 0) {
        return RH_REFUSAL_NO_RELAY;
    }
    if (!sensors_are_good(gate) || (sight->drive_status & RH_DRIVE_READY) == 0) {
        return RH_REFUSAL_SENSORS;
    }
    if (!gate->input->console_present) {
        return RH_REFUSAL_NO_CONSOLE;
    }
    if (sight->comfort_pressed) {
        return RH_REFUSAL_COMFORT;
    }
    if (!sight->grips_held) {
        return RH_REFUSAL_GRIPS_OPEN;
    }
    return sight->at_bottom ? RH_REFUSAL_NONE : RH_REFUSAL_NOT_AT_BOTTOM;
}

static uint32_t answer_arm_begin(rh_gate_t *gate)
{
    uint32_t refusal = refuses_arming(gate);
    gate->safety->arm_begin_ns = refusal == RH_REFUSAL_NONE ? gate->sight.now_ns : 0;
    gate->safety->arm_lease = gate->input->lease;
    return refusal;
}

static uint32_t answer_arm_commit(rh_gate_t *gate)
{
    uint32_t refusal = refuses_arming(gate);
    if (refusal != RH_REFUSAL_NONE) {
        return refusal;
    }
    int64_t ms = rh_gate_since_ms(gate->sight.now_ns, gate->safety->arm_begin_ns);
    return ms >= gate->limits->arm_dwell_ms ? RH_REFUSAL_NONE : RH_REFUSAL_TOO_SOON;
}

static uint32_t answer_disarm(rh_gate_t *gate)
{
    uint32_t state = gate->safety->state;
    if (state != RH_SAFETY_ARMED && state != RH_SAFETY_FLOAT) {
        return RH_REFUSAL_NOT_ARMED;
    }
    return gate->sight.at_bottom ? RH_REFUSAL_NONE : RH_REFUSAL_NOT_AT_BOTTOM;
}

static uint32_t answer_comfort(rh_gate_t *gate)
{
    uint32_t state = gate->safety->state;
    bool acts = state == RH_SAFETY_ARMED || state == RH_SAFETY_FLOAT;
    return acts ? RH_REFUSAL_NONE : RH_REFUSAL_NOT_ARMED;
}

static uint32_t answer_always(rh_gate_t *gate)
{
    (void)gate;
    return RH_REFUSAL_NONE;
}

/* An acknowledgement changes nothing here: leaving a latched state is the button's. */
static uint32_t answer_fault_reset(rh_gate_t *gate)
{
    return gate->safety->latched == 0 ? RH_REFUSAL_WRONG_STATE : RH_REFUSAL_NONE;
}

typedef struct {
    uint32_t kind;
    uint32_t (*answer)(rh_gate_t *gate);
} answer_t;

static const answer_t answers[] = {
    {RH_COMMAND_ARM_BEGIN, answer_arm_begin},
    {RH_COMMAND_ARM_COMMIT, answer_arm_commit},
    {RH_COMMAND_DISARM, answer_disarm},
    {RH_COMMAND_COMFORT, answer_comfort},
    {RH_COMMAND_STOP, answer_always},
    {RH_COMMAND_FAULT_RESET, answer_fault_reset},
    {RH_COMMAND_RELAY_TEST, rh_gate_answer_probe},
    {RH_COMMAND_POLARITY_TEST, rh_gate_answer_probe},
    {RH_COMMAND_TORQUE_TEST, rh_gate_answer_probe},
};

void rh_gate_answer(rh_gate_t *gate)
{
    for (uint32_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        if (commands(gate, answers[i].kind)) {
            gate->report->is_answer = true;
            gate->report->refusal = answers[i].answer(gate);
        }
    }
}

bool rh_gate_granted(const rh_gate_t *gate, uint32_t kind)
{
    return commands(gate, kind) && gate->report->is_answer &&
           gate->report->refusal == RH_REFUSAL_NONE;
}
