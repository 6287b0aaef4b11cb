/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probes of a machine that may not arm yet: with nobody on it, the arm at rest at
 * the bottom and a console held. Here: who may begin one, and the way that all of them
 * go; what each kind asks of the motor and shows is probe_proofs.c's.
 *
 * A drive that leaves *run* by itself begins any of them anew.
 */
#include "gate.h"
#include "rh/snapshot.h" /* RH_WAIT_BIT */

#define PROBE_MAX_MNM 20000 /* friction alone is 2 to 12 N m */
#define PROBE_MDPS 10000    /* the drive's own speed limit meanwhile */
#define CONSENT_MS 120000   /* after the button: questions are read and answered */
#define PROBE_MS 10000      /* a drive that comes and goes is no proof */

static int64_t ms_since(const rh_gate_t *gate, int64_t since_ns)
{
    return rh_gate_since_ms(gate->sight.now_ns, since_ns);
}

static const rh_probe_t *probe_of(const rh_gate_t *gate)
{
    return rh_gate_probe_of(gate->safety->probe);
}

/* ---- who may --------------------------------------------------------------------- */

/* What the machine itself says against it. */
static uint32_t is_unfit(const rh_gate_t *gate)
{
    const rh_sight_t *sight = &gate->sight;
    const uint32_t needed = RH_WAIT_BIT(SENSORS) | RH_WAIT_BIT(FAULT);
    if ((rh_gate_waits(gate) & needed) != 0) {
        return RH_REFUSAL_SENSORS;
    }
    if (!sight->pad_is_empty) {
        return RH_REFUSAL_PAD_NOT_EMPTY;
    }
    if (sight->comfort_pressed) {
        return RH_REFUSAL_COMFORT;
    }
    return sight->still_at_bottom ? RH_REFUSAL_NONE : RH_REFUSAL_NOT_AT_BOTTOM;
}

/* Hazard 43: no console switches a motor on without somebody at the machine. */
static bool has_consent(const rh_gate_t *gate)
{
    int64_t pressed_ns = gate->safety->pressed_ns;
    return pressed_ns != 0 && ms_since(gate, pressed_ns) <= CONSENT_MS;
}

static uint32_t refuses_probing(const rh_gate_t *gate)
{
    if (gate->safety->state != RH_SAFETY_IDLE) {
        return RH_REFUSAL_WRONG_STATE;
    }
    if ((gate->sight.drive_status & RH_DRIVE_READY) == 0) {
        return RH_REFUSAL_SENSORS;
    }
    if (!gate->input->console_present) {
        return RH_REFUSAL_NO_CONSOLE;
    }
    return has_consent(gate) ? is_unfit(gate) : RH_REFUSAL_NO_CONSENT;
}

/* Not on a machine that may not arm anyway: what its wires do is not known yet, and
 * commissioning asks before anything is switched on. A drive may become ready only with
 * the heartbeat that closes its torque path, which begins with the probe. */
bool rh_gate_must_prove_relay(const rh_gate_t *gate)
{
    return gate->safety->relay_us == 0 && gate->limits->is_commissioned == 1 &&
           is_unfit(gate) == RH_REFUSAL_NONE;
}

uint32_t rh_gate_answer_probe(rh_gate_t *gate)
{
    uint32_t refusal = refuses_probing(gate);
    bool is_unproven = rh_gate_probe_of(gate->input->command.kind)->needs_relay &&
                       gate->safety->relay_us == 0;
    return refusal == RH_REFUSAL_NONE && is_unproven ? RH_REFUSAL_NO_RELAY : refusal;
}

bool rh_gate_probe_is_asked(const rh_gate_t *gate)
{
    uint32_t kind = gate->input->command.kind;
    return rh_gate_probe_of(kind)->kind == kind && rh_gate_granted(gate, kind);
}

/* ---- its way --------------------------------------------------------------------- */

void rh_gate_probe_enter(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    bool by_command = rh_gate_probe_is_asked(gate);
    safety->probe = by_command ? gate->input->command.kind : RH_COMMAND_RELAY_TEST;
    safety->probe_by_reset = !by_command;
    safety->probe_run_ns = 0;
    safety->probe_cut_ns = 0;
    safety->probe_mnm = 0;
    probe_of(gate)->forget(safety);
}

/* When the drive was asked for the status that the gate sees. */
static int64_t status_ns(const rh_gate_t *gate)
{
    return gate->sight.now_ns - gate->input->signal[RH_SIGNAL_DRIVE_STATUS].age_ns;
}

static void watch_run(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    bool by_relay = safety->probe_cut_ns != 0 && status_ns(gate) > safety->probe_cut_ns;
    if (!rh_gate_runs(gate) && !by_relay) {
        safety->probe_run_ns = 0;
        safety->probe_cut_ns = 0;
    } else if (safety->probe_run_ns == 0) {
        safety->probe_run_ns = gate->sight.now_ns;
        safety->probe_from_mdeg = gate->input->signal[RH_SIGNAL_ARM_ANGLE].milli;
        safety->probe_motor_from_mdeg =
            gate->input->signal[RH_SIGNAL_MOTOR_ANGLE].milli;
        safety->probe_strap_from_mn = gate->sight.strap_mn;
    }
}

void rh_gate_probe_watch(rh_gate_t *gate)
{
    if (gate->safety->state == RH_SAFETY_PROBE) {
        watch_run(gate);
        probe_of(gate)->watch(gate);
    }
}

/* Over by itself; or somebody came, pressed the comfort stop or moved the arm, the
 * console went, the arm left the bottom, or it has taken too long. */
bool rh_gate_probe_is_over(const rh_gate_t *gate)
{
    const rh_safety_t *safety = gate->safety;
    bool is_alone = !gate->input->console_present && !safety->probe_by_reset;
    return probe_of(gate)->is_over(gate) || is_alone || !gate->sight.pad_is_empty ||
           gate->sight.comfort_pressed ||
           ms_since(gate, safety->state_since_ns) >= PROBE_MS ||
           gate->sight.angle_mdeg > gate->limits->rest_mdeg;
}

/* Whatever its kind asks for, and never more than PROBE_MAX_MNM. */
int32_t rh_gate_probe_mnm(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    bool pushes = safety->state == RH_SAFETY_PROBE && safety->probe_run_ns != 0 &&
                  rh_gate_runs(gate);
    int64_t asked_mnm =
        probe_of(gate)->torque_mnm(ms_since(gate, safety->probe_run_ns));
    safety->probe_mnm = pushes ? rh_gate_clamp(asked_mnm, 0, PROBE_MAX_MNM) : 0;
    return safety->probe_mnm;
}

int32_t rh_gate_probe_speed_mdps(const rh_gate_t *gate)
{
    int32_t sink_mdps = gate->limits->sink_mdps;
    return sink_mdps < PROBE_MDPS ? sink_mdps : PROBE_MDPS;
}
