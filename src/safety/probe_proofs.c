/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each kind of probe asks of the motor, when it is over, and what it shows.
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
 * torque (hazard 28): somebody has tied the strap to the frame. Torque rises by 10 N
 * m/s to 10 N m, is held, rises to 20 N m and is held: each level is reached from
 * below, so that friction is in both alike. Whoever asked compares what the strap shows
 * with what the drive was given; the gate judges nothing. An arm that moves by 5
 * degrees, by either encoder, ends it: the tie gave way; and a strap that takes 40 N m
 * more than at rest: the motor gives twice what it was asked for. It needs the relay,
 * too, and no polarity: a motor that turns the wrong way is bounded by both.
 */
#include "gate.h"

#define RUN_FIRST_MS 200   /* the drive is seen to run before the heartbeat ends */
#define RELAY_MARGIN_MS 50 /* hazard 17: relay_ms + 50 */
#define RAMP_MNM_PER_MS 10
#define POLARITY_MDEG 1000
#define POLARITY_MIN_MNM 2000 /* less lifts no arm: friction alone is more */
#define POLARITY_MS 2500      /* full torque for half a second, and no motion */
#define LEVELS 2
#define LEVEL_MNM 10000
#define LEVEL_MS 2000 /* a second for its ramp, and one to look at it */
#define TIED_MDEG 5000
#define OVER_MNM 40000

static bool probes(const rh_gate_t *gate, uint32_t kind)
{
    return gate->safety->state == RH_SAFETY_PROBE && gate->safety->probe == kind;
}

/* Since the drive began to run. */
static int64_t run_ms(const rh_gate_t *gate)
{
    return rh_gate_since_ms(gate->sight.now_ns, gate->safety->probe_run_ns);
}

static int32_t moved_mdeg(const rh_gate_t *gate, int signal, int32_t from_mdeg)
{
    return rh_gate_clamp((int64_t)gate->input->signal[signal].milli - from_mdeg,
                         -RH_CEILING_TORQUE_MNM, RH_CEILING_TORQUE_MNM);
}

static int32_t arm_moved_mdeg(const rh_gate_t *gate)
{
    return moved_mdeg(gate, RH_SIGNAL_ARM_ANGLE, gate->safety->probe_from_mdeg);
}

static int32_t motor_moved_mdeg(const rh_gate_t *gate)
{
    return moved_mdeg(gate, RH_SIGNAL_MOTOR_ANGLE, gate->safety->probe_motor_from_mdeg);
}

/* ---- relay ----------------------------------------------------------------------- */

static void forget_relay(rh_safety_t *safety)
{
    safety->relay_us = 0;
    safety->polarity_mdeg = 0;
}

static void watch_relay(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    if (safety->probe_cut_ns == 0) {
        bool is_seen = run_ms(gate) >= RUN_FIRST_MS;
        safety->probe_cut_ns = is_seen ? gate->sight.now_ns : 0;
    } else if (!rh_gate_runs(gate)) {
        int64_t took_us = (gate->sight.now_ns - safety->probe_cut_ns) / RH_NS_PER_US;
        safety->relay_us = rh_gate_clamp(took_us, 1, INT32_MAX);
    }
}

static bool relay_is_over(const rh_gate_t *gate)
{
    return gate->safety->relay_us > 0;
}

static int64_t no_mnm(int64_t ms)
{
    (void)ms;
    return 0;
}

bool rh_gate_probe_withholds(const rh_gate_t *gate)
{
    return probes(gate, RH_COMMAND_RELAY_TEST) && gate->safety->probe_cut_ns != 0;
}

rh_finding_t rh_gate_relay_stuck(const rh_gate_t *gate)
{
    int64_t ms = rh_gate_since_ms(gate->sight.now_ns, gate->safety->probe_cut_ns);
    int32_t most_ms = gate->limits->relay_ms + RELAY_MARGIN_MS;
    bool is_stuck = rh_gate_probe_withholds(gate) && rh_gate_runs(gate) && ms > most_ms;
    return (rh_finding_t){is_stuck, rh_gate_clamp(ms * RH_MILLI, 0, INT32_MAX),
                          most_ms * RH_MILLI};
}

/* ---- polarity -------------------------------------------------------------------- */

static void forget_polarity(rh_safety_t *safety)
{
    safety->polarity_mdeg = 0;
}

static void watch_polarity(rh_gate_t *gate)
{
    int32_t moved = arm_moved_mdeg(gate);
    bool is_lifted = gate->safety->probe_mnm >= POLARITY_MIN_MNM &&
                     motor_moved_mdeg(gate) >= POLARITY_MDEG / 2;
    if (gate->safety->probe_run_ns != 0 && moved >= POLARITY_MDEG && is_lifted) {
        gate->safety->polarity_mdeg = moved;
    }
}

/* It moved before it was lifted: somebody's hand is at it. */
static bool is_nudged(const rh_gate_t *gate)
{
    return gate->safety->probe_run_ns != 0 && arm_moved_mdeg(gate) >= POLARITY_MDEG &&
           gate->safety->probe_mnm < POLARITY_MIN_MNM;
}

static bool polarity_is_over(const rh_gate_t *gate)
{
    return gate->safety->polarity_mdeg > 0 || is_nudged(gate);
}

static int64_t rising_mnm(int64_t ms)
{
    return ms * RAMP_MNM_PER_MS;
}

rh_finding_t rh_gate_polarity_wrong(const rh_gate_t *gate)
{
    int32_t moved = arm_moved_mdeg(gate);
    bool is_late = run_ms(gate) > POLARITY_MS;
    bool is_wrong = probes(gate, RH_COMMAND_POLARITY_TEST) &&
                    gate->safety->probe_run_ns != 0 &&
                    (moved <= -POLARITY_MDEG || (is_late && moved < POLARITY_MDEG));
    return (rh_finding_t){is_wrong, moved, POLARITY_MDEG};
}

/* ---- torque ---------------------------------------------------------------------- */

static void forget_nothing(rh_safety_t *safety)
{
    (void)safety;
}

static void watch_nothing(rh_gate_t *gate)
{
    (void)gate;
}

/* Either way: a tie that slips lets the arm up, and nothing may push it down. */
static bool is_loose(const rh_gate_t *gate)
{
    return rh_gate_size(arm_moved_mdeg(gate)) >= TIED_MDEG ||
           rh_gate_size(motor_moved_mdeg(gate)) >= TIED_MDEG;
}

/* The tie and the bench are not made for what a wrong scale could give. */
static bool is_overpulled(const rh_gate_t *gate)
{
    int64_t more_mn = (int64_t)gate->sight.strap_mn - gate->safety->probe_strap_from_mn;
    int32_t most_mn = rh_gate_at_strap_mn(gate, OVER_MNM);
    return more_mn > most_mn || more_mn < -most_mn;
}

static bool torque_is_over(const rh_gate_t *gate)
{
    return gate->safety->probe_run_ns != 0 &&
           (run_ms(gate) >= (int64_t)LEVELS * LEVEL_MS || is_loose(gate) ||
            is_overpulled(gate));
}

static int64_t levels_mnm(int64_t ms)
{
    int64_t ramp_mnm = rising_mnm(ms % LEVEL_MS);
    return ms / LEVEL_MS * LEVEL_MNM + rh_gate_clamp(ramp_mnm, 0, LEVEL_MNM);
}

/* ---- the kinds ------------------------------------------------------------------- */

static const rh_probe_t kinds[] = {
    {RH_COMMAND_POLARITY_TEST, true, forget_polarity, watch_polarity, polarity_is_over,
     rising_mnm},
    {RH_COMMAND_TORQUE_TEST, true, forget_nothing, watch_nothing, torque_is_over,
     levels_mnm},
    {RH_COMMAND_RELAY_TEST, false, forget_relay, watch_relay, relay_is_over, no_mnm},
};

const rh_probe_t *rh_gate_probe_of(uint32_t kind)
{
    uint32_t row = 0;
    while (row + 1 < sizeof(kinds) / sizeof(kinds[0]) && kinds[row].kind != kind) {
        row++;
    }
    return &kinds[row];
}
