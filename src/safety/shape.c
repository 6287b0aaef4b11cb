/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The torque of the state the gate is in. Armed: the request within bounds, asymmetric
 * slew (slow towards load, fast towards zero), growth per window of real time, and the
 * funnel and one-sided wall at both ends. FLOAT, GRIPS, SAFE-1: the damped arm, because
 * torque off alone is not safe. Everything in thousandths: N m, deg, deg/s.
 */
#include "gate.h"

#define STILL_MDPS 1000 /* rates within +-1 deg/s count as standing */
#define FADE_MDEG 2000
#define LIMIT_QUIET_MS 500    /* the limits are told once per encounter */
#define CARRY_FULL_MDPS 10000 /* SAFE-1 carries the arm fully from -10 deg/s on */

static const rh_body_row_t *body(const rh_gate_t *gate)
{
    return &gate->limits->body[gate->safety->body];
}

static int32_t per_step(const rh_gate_t *gate, int32_t per_s)
{
    return rh_gate_clamp((int64_t)per_s * gate->sight.step_us / 1000000, 1, INT32_MAX);
}

/* One step from `from` towards `to`: growth in magnitude by at most `away`, everything
 * towards zero by at most `back`. A change of sign passes zero first. */
static int32_t slew(int32_t from, int32_t to, int32_t away, int32_t back)
{
    if (from > 0) {
        return rh_gate_clamp(to, from > back ? from - back : 0, from + away);
    }
    if (from < 0) {
        return rh_gate_clamp(to, from - away, from < -back ? from + back : 0);
    }
    return rh_gate_clamp(to, -away, away);
}

/* ---- armed ----------------------------------------------------------------------- */

/* The smallest torque of the last window plus what may be gained in it: a flood of
 * requests cannot defeat the slew. */
static int32_t window_bound(rh_gate_t *gate, int32_t size)
{
    rh_safety_t *safety = gate->safety;
    int64_t slot_ms = gate->limits->window_ms / RH_SAFETY_WINDOW_SLOTS;
    int32_t floor = rh_gate_size(safety->base_mnm);
    if (rh_gate_since_ms(gate->sight.now_ns, safety->slot_since_ns) >= slot_ms ||
        safety->slot_since_ns == 0) {
        safety->slot = (safety->slot + 1) % RH_SAFETY_WINDOW_SLOTS;
        safety->slot_mnm[safety->slot] = floor;
        safety->slot_since_ns = gate->sight.now_ns;
    }
    for (uint32_t i = 0; i < RH_SAFETY_WINDOW_SLOTS; i++) {
        if (safety->slot_mnm[i] < floor) {
            floor = safety->slot_mnm[i];
        }
    }
    return size < floor + gate->limits->window_mnm ? size
                                                   : floor + gate->limits->window_mnm;
}

/* Recovery ramps from zero: the bound grows from the moment of arming. */
static int32_t recovery_bound(const rh_gate_t *gate)
{
    int64_t ms = rh_gate_since_ms(gate->sight.now_ns, gate->safety->state_since_ns);
    return rh_gate_clamp(ms * gate->limits->recover_mnm_per_s / RH_MILLI, 0,
                         RH_CEILING_TORQUE_MNM);
}

static int32_t shape_request(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    const rh_limits_t *limits = gate->limits;
    int32_t wanted = rh_gate_clamp(gate->sight.request_mnm, -limits->resist_max_mnm,
                                   limits->lift_max_mnm);
    int32_t most = recovery_bound(gate);
    wanted = rh_gate_clamp(wanted, -most, most);
    int32_t next =
        slew(safety->base_mnm, wanted, per_step(gate, limits->slew_load_mnm_per_s),
             per_step(gate, limits->slew_safe_mnm_per_s));
    int32_t size = window_bound(gate, rh_gate_size(next));
    safety->base_mnm = next < 0 ? -size : size;
    safety->load_mnm = gate->sight.request_load_mnm;
    return safety->base_mnm;
}

/* ---- the funnel and the one-sided wall ------------------------------------------- */

/* How far the arm still travels at this rate: brake distance J w^2 / (2 tau) and what
 * passes before the brake acts. Magnitude, mdeg. */
static int32_t stop_distance_mdeg(const rh_gate_t *gate, int32_t speed_mdps)
{
    int64_t speed_dps_x8 = (int64_t)speed_mdps * 8 / RH_MILLI; /* eighths of deg/s */
    int64_t brake =
        speed_dps_x8 * speed_dps_x8 / 64 * body(gate)->stop_q16_mdeg / 65536;
    int64_t delay = (int64_t)speed_mdps * gate->limits->funnel_delay_us / 1000000;
    return rh_gate_clamp(brake + delay, 0, 360 * RH_MILLI);
}

/* Torque against going further past a limit; `past_mdeg` is where the arm is beyond the
 * soft limit (negative before it), `speed_mdps` its rate towards the limit. Zero as
 * soon as it comes back, so that the wall never gives energy. */
static int32_t wall_mnm(const rh_gate_t *gate, int32_t past_mdeg, int32_t speed_mdps)
{
    if (speed_mdps < -STILL_MDPS) {
        return 0;
    }
    int32_t reach = past_mdeg;
    if (speed_mdps > STILL_MDPS) {
        reach += stop_distance_mdeg(gate, speed_mdps);
    }
    int64_t wall = (int64_t)reach * gate->limits->wall_mnm_per_deg / RH_MILLI;
    return rh_gate_clamp(wall, 0, gate->limits->wall_max_mnm);
}

static void tell_limit(rh_gate_t *gate, bool active)
{
    rh_safety_t *safety = gate->safety;
    int64_t quiet_ms = rh_gate_since_ms(gate->sight.now_ns, safety->limit_last_ns);
    bool first = safety->limit_last_ns == 0 || quiet_ms >= LIMIT_QUIET_MS;
    gate->report->limit_began = active && first;
    gate->report->limit_active = active;
    if (active) {
        safety->limit_last_ns = gate->sight.now_ns;
    }
}

/* Lifting is the dangerous direction at the bottom too, so there the wall is only a
 * brake: it acts while the arm still goes down. */
static int32_t limit_mnm(rh_gate_t *gate)
{
    const rh_sight_t *sight = &gate->sight;
    int32_t past_top = sight->angle_mdeg - sight->soft_top_mdeg;
    int32_t past_bottom = sight->soft_bottom_mdeg - sight->angle_mdeg;
    int32_t top = wall_mnm(gate, past_top, sight->rate_mdps);
    int32_t bottom = sight->rate_mdps < -STILL_MDPS
                         ? wall_mnm(gate, past_bottom, -sight->rate_mdps)
                         : 0;
    tell_limit(gate, top > 0 || bottom > 0);
    return bottom - top;
}

/* Hazard 2: below the bottom soft limit whatever pulls the legs further down fades to
 * nothing within FADE_MDEG; resting legs are not drawn under the bench by their load.
 */
static int32_t faded_mnm(const rh_gate_t *gate, int32_t torque)
{
    int32_t past = gate->sight.soft_bottom_mdeg - gate->sight.angle_mdeg;
    if (torque >= 0 || past <= 0) {
        return torque;
    }
    int64_t left = past < FADE_MDEG ? FADE_MDEG - past : 0;
    return (int32_t)(torque * left / FADE_MDEG);
}

static int32_t armed_mnm(rh_gate_t *gate)
{
    return faded_mnm(gate, shape_request(gate)) + limit_mnm(gate);
}

/* ---- the damped arm -------------------------------------------------------------- */

int32_t rh_gate_damped_mnm(const rh_gate_t *gate, int32_t rate_mdps)
{
    uint32_t row = gate->safety->contact ? gate->safety->body : 0;
    int64_t torque =
        -(int64_t)gate->limits->body[row].damping_mnm_per_dps * rate_mdps / RH_MILLI;
    int32_t most = gate->limits->resist_max_mnm;
    return rh_gate_clamp(torque, -most, most);
}

static int32_t damping_mnm(const rh_gate_t *gate)
{
    return rh_gate_damped_mnm(gate, gate->sight.rate_mdps);
}

/* What is left of the torque that acted when the state was left, after `ramp_ms`. */
static int32_t residue_mnm(const rh_gate_t *gate, int32_t ramp_ms)
{
    int64_t ms = rh_gate_since_ms(gate->sight.now_ns, gate->safety->state_since_ns);
    if (ms >= ramp_ms) {
        return 0;
    }
    return rh_gate_clamp(gate->safety->leaving_mnm * (ramp_ms - ms) / ramp_ms,
                         -RH_CEILING_TORQUE_MNM, RH_CEILING_TORQUE_MNM);
}

static int32_t arm_gravity_mnm(const rh_gate_t *gate)
{
    return rh_gate_gravity_mnm(gate->limits->arm_gravity_mnm, gate->sight.angle_mdeg);
}

/* SAFE-1. Lifting: damping, and the old load while it ramps away (an instant loss would
 * fling the legs up). Sinking: damping and, from -10 deg/s on fully, 0.8 of the arm. */
static int32_t lowering_mnm(rh_gate_t *gate)
{
    int32_t damping = damping_mnm(gate);
    int32_t rate = gate->sight.rate_mdps;
    if (rate >= 0) {
        int32_t residue = residue_mnm(gate, gate->limits->safe1_ramp_ms);
        return residue < damping ? residue : damping;
    }
    int64_t speed = rh_gate_clamp(-(int64_t)rate, 0, CARRY_FULL_MDPS);
    int64_t carried = (int64_t)arm_gravity_mnm(gate) * 8 / 10 * speed / CARRY_FULL_MDPS;
    return damping + (int32_t)carried;
}

/* FLOAT and GRIPS: the arm's own weight is carried, the load ramps away, damped both
 * ways; the limb may move wherever it hurts least. */
static int32_t floating_mnm(rh_gate_t *gate)
{
    int32_t gravity = arm_gravity_mnm(gate);
    int64_t ms = rh_gate_since_ms(gate->sight.now_ns, gate->safety->state_since_ns);
    int32_t ramp_ms = gate->limits->comfort_ramp_ms;
    int64_t left = ms < ramp_ms ? ramp_ms - ms : 0;
    int64_t load = ((int64_t)gate->safety->leaving_mnm - gravity) * left / ramp_ms;
    return rh_gate_clamp(gravity + load, -gate->limits->resist_max_mnm,
                         gate->limits->lift_max_mnm) +
           damping_mnm(gate);
}

static int32_t none_mnm(rh_gate_t *gate)
{
    (void)gate;
    return 0;
}

static int32_t (*const law[RH_SAFETY_COUNT])(rh_gate_t *gate) = {
    [RH_SAFETY_LOCKED] = none_mnm,         [RH_SAFETY_IDLE] = none_mnm,
    [RH_SAFETY_ARMED] = armed_mnm,         [RH_SAFETY_FLOAT] = floating_mnm,
    [RH_SAFETY_GRIPS] = floating_mnm,      [RH_SAFETY_SAFE1] = lowering_mnm,
    [RH_SAFETY_SAFE2] = none_mnm,          [RH_SAFETY_SAFE3] = none_mnm,
    [RH_SAFETY_PROBE] = rh_gate_probe_mnm,
};

/* Positive torque on an arm that is not sinking lifts: only what carrying needs, and in
 * SAFE-1, where nothing lifts, none at all. */
static int32_t bounded(const rh_gate_t *gate, int32_t torque)
{
    const rh_limits_t *limits = gate->limits;
    bool sinks = gate->sight.rate_mdps < -STILL_MDPS;
    int32_t most = sinks ? limits->resist_max_mnm : limits->lift_max_mnm;
    if (gate->safety->state == RH_SAFETY_SAFE1 && gate->sight.rate_mdps >= 0) {
        most = 0;
    }
    return rh_gate_clamp(torque, -limits->resist_max_mnm, most);
}

int32_t rh_gate_shape(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    if (safety->state != RH_SAFETY_ARMED) {
        safety->base_mnm = 0;
    }
    bool servo_off = safety->is_down && safety->state != RH_SAFETY_ARMED &&
                     safety->state != RH_SAFETY_FLOAT &&
                     safety->state != RH_SAFETY_GRIPS;
    int32_t target = servo_off ? 0 : law[safety->state](gate);
    int32_t step = per_step(gate, gate->limits->slew_safe_mnm_per_s);
    bool cut = safety->state == RH_SAFETY_SAFE3 || safety->state == RH_SAFETY_LOCKED ||
               safety->state == RH_SAFETY_IDLE || safety->state == RH_SAFETY_SAFE2;
    safety->torque_mnm =
        cut ? 0 : bounded(gate, slew(safety->torque_mnm, target, step, step));
    return safety->torque_mnm;
}
