/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two probes of a machine that may not arm yet: with nobody on it, the arm at rest
 * at the bottom and a console held.
 *
 * relay (hazard 17): the drive is switched on with zero torque and seen to run without
 * a break, then the heartbeat is withheld: the drive must leave *run* after that, else
 * nothing would stop it when this program dies. The first reset after each start begins
 * it (who holds that button stands at the machine: no console is needed), and nothing
 * arms before it; a console may ask for it at any time.
 *
 * polarity (hazard 4): torque rises by 10 N m/s until the arm has moved by 1 degree,
 * and never above 20 N m (friction alone is 2 to 12). The arm must have risen, by both
 * encoders, and not before there was torque enough to lift it: a hand that nudges it
 * proves nothing. It needs a relay that was proven since the start.
 *
 * A drive that leaves *run* by itself begins either probe anew.
 */
#include "gate.h"
#include "rh/snapshot.h" /* RH_WAIT_BIT */

#define RUN_FIRST_MS 200   /* the drive is seen to run before the heartbeat ends */
#define RELAY_MARGIN_MS 50 /* hazard 17: relay_ms + 50 */
#define POLARITY_MAX_MNM 20000
#define POLARITY_MNM_PER_MS 10
#define POLARITY_MDEG 1000
#define POLARITY_MIN_MNM 2000 /* less lifts no arm: friction alone is more */
#define POLARITY_MS 2500      /* full torque for half a second, and no motion */
#define POLARITY_MDPS 10000   /* the drive's own speed limit meanwhile */
#define CONSENT_MS 120000     /* after the button: questions are read and answered */
#define PROBE_MS 10000        /* a drive that comes and goes is no proof */

static bool probes(const rh_gate_t *gate, uint32_t kind)
{
    return gate->safety->state == RH_SAFETY_PROBE && gate->safety->probe == kind;
}

static bool runs(const rh_gate_t *gate)
{
    return (gate->sight.drive_status & RH_DRIVE_RUN) != 0;
}

static int32_t moved_mdeg(const rh_gate_t *gate)
{
    const rh_sample_t *arm = &gate->input->signal[RH_SIGNAL_ARM_ANGLE];
    return rh_gate_clamp((int64_t)arm->milli - gate->safety->probe_from_mdeg,
                         -RH_CEILING_TORQUE_MNM, RH_CEILING_TORQUE_MNM);
}

static int32_t motor_moved_mdeg(const rh_gate_t *gate)
{
    const rh_sample_t *motor = &gate->input->signal[RH_SIGNAL_MOTOR_ANGLE];
    return rh_gate_clamp((int64_t)motor->milli - gate->safety->probe_motor_from_mdeg,
                         -RH_CEILING_TORQUE_MNM, RH_CEILING_TORQUE_MNM);
}

static int64_t ms_since(const rh_gate_t *gate, int64_t since_ns)
{
    return rh_gate_since_ms(gate->sight.now_ns, since_ns);
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

uint32_t rh_gate_answer_relay(rh_gate_t *gate)
{
    return refuses_probing(gate);
}

uint32_t rh_gate_answer_polarity(rh_gate_t *gate)
{
    uint32_t refusal = refuses_probing(gate);
    bool is_proven = gate->safety->relay_us > 0;
    return refusal == RH_REFUSAL_NONE && !is_proven ? RH_REFUSAL_NO_RELAY : refusal;
}

/* ---- its way --------------------------------------------------------------------- */

void rh_gate_probe_enter(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    bool by_command = rh_gate_granted(gate, RH_COMMAND_RELAY_TEST) ||
                      rh_gate_granted(gate, RH_COMMAND_POLARITY_TEST);
    safety->probe = by_command ? gate->input->command.kind : RH_COMMAND_RELAY_TEST;
    safety->probe_by_reset = !by_command;
    safety->probe_run_ns = 0;
    safety->probe_cut_ns = 0;
    safety->probe_mnm = 0;
    safety->polarity_mdeg = 0;
    if (safety->probe == RH_COMMAND_RELAY_TEST) {
        safety->relay_us = 0;
    }
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
    if (!runs(gate) && !by_relay) {
        safety->probe_run_ns = 0;
        safety->probe_cut_ns = 0;
    } else if (safety->probe_run_ns == 0) {
        safety->probe_run_ns = gate->sight.now_ns;
        safety->probe_from_mdeg = gate->input->signal[RH_SIGNAL_ARM_ANGLE].milli;
        safety->probe_motor_from_mdeg =
            gate->input->signal[RH_SIGNAL_MOTOR_ANGLE].milli;
    }
}

static void watch_relay(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    if (safety->probe_cut_ns == 0) {
        bool is_seen = ms_since(gate, safety->probe_run_ns) >= RUN_FIRST_MS;
        safety->probe_cut_ns = is_seen ? gate->sight.now_ns : 0;
    } else if (!runs(gate)) {
        int64_t took_us = (gate->sight.now_ns - safety->probe_cut_ns) / RH_NS_PER_US;
        safety->relay_us = rh_gate_clamp(took_us, 1, INT32_MAX);
    }
}

static void watch_polarity(rh_gate_t *gate)
{
    int32_t moved = moved_mdeg(gate);
    bool is_lifted = gate->safety->probe_mnm >= POLARITY_MIN_MNM &&
                     motor_moved_mdeg(gate) >= POLARITY_MDEG / 2;
    if (gate->safety->probe_run_ns != 0 && moved >= POLARITY_MDEG && is_lifted) {
        gate->safety->polarity_mdeg = moved;
    }
}

/* It moved before it was lifted: somebody's hand is at it. */
static bool is_nudged(const rh_gate_t *gate)
{
    return probes(gate, RH_COMMAND_POLARITY_TEST) && gate->safety->probe_run_ns != 0 &&
           moved_mdeg(gate) >= POLARITY_MDEG &&
           gate->safety->probe_mnm < POLARITY_MIN_MNM;
}

void rh_gate_probe_watch(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    if (safety->state != RH_SAFETY_PROBE) {
        return;
    }
    watch_run(gate);
    if (safety->probe == RH_COMMAND_RELAY_TEST) {
        watch_relay(gate);
    } else {
        watch_polarity(gate);
    }
}

/* Proven; or somebody came, pressed the comfort stop or moved the arm, the console
 * went, the arm left the bottom, or it has taken too long. */
bool rh_gate_probe_is_over(const rh_gate_t *gate)
{
    const rh_safety_t *safety = gate->safety;
    bool is_proven = safety->probe == RH_COMMAND_RELAY_TEST ? safety->relay_us > 0
                                                            : safety->polarity_mdeg > 0;
    bool is_alone = !gate->input->console_present && !safety->probe_by_reset;
    return is_proven || is_alone || !gate->sight.pad_is_empty ||
           gate->sight.comfort_pressed || is_nudged(gate) ||
           ms_since(gate, safety->state_since_ns) >= PROBE_MS ||
           gate->sight.angle_mdeg > gate->limits->rest_mdeg;
}

bool rh_gate_probe_withholds(const rh_gate_t *gate)
{
    return probes(gate, RH_COMMAND_RELAY_TEST) && gate->safety->probe_cut_ns != 0;
}

int32_t rh_gate_probe_mnm(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    bool pushes = probes(gate, RH_COMMAND_POLARITY_TEST) && safety->probe_run_ns != 0 &&
                  runs(gate);
    int64_t ms = ms_since(gate, safety->probe_run_ns);
    safety->probe_mnm =
        pushes ? rh_gate_clamp(ms * POLARITY_MNM_PER_MS, 0, POLARITY_MAX_MNM) : 0;
    return safety->probe_mnm;
}

int32_t rh_gate_probe_speed_mdps(const rh_gate_t *gate)
{
    int32_t sink_mdps = gate->limits->sink_mdps;
    return sink_mdps < POLARITY_MDPS ? sink_mdps : POLARITY_MDPS;
}

/* ---- its rules ------------------------------------------------------------------- */

rh_finding_t rh_gate_relay_stuck(const rh_gate_t *gate)
{
    int64_t ms = ms_since(gate, gate->safety->probe_cut_ns);
    int32_t most_ms = gate->limits->relay_ms + RELAY_MARGIN_MS;
    bool is_stuck = rh_gate_probe_withholds(gate) && runs(gate) && ms > most_ms;
    return (rh_finding_t){is_stuck, rh_gate_clamp(ms * RH_MILLI, 0, INT32_MAX),
                          most_ms * RH_MILLI};
}

rh_finding_t rh_gate_polarity_wrong(const rh_gate_t *gate)
{
    int32_t moved = moved_mdeg(gate);
    bool is_late = ms_since(gate, gate->safety->probe_run_ns) > POLARITY_MS;
    bool is_wrong = probes(gate, RH_COMMAND_POLARITY_TEST) &&
                    gate->safety->probe_run_ns != 0 &&
                    (moved <= -POLARITY_MDEG || (is_late && moved < POLARITY_MDEG));
    return (rh_finding_t){is_wrong, moved, POLARITY_MDEG};
}
