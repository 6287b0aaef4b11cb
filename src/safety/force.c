/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the cells show the forces that must be there: the strap's follows from the
 * motor's torque, and on a pad nobody can pull. Signal wires that are exchanged, a
 * wrong unit or a dead cell show nothing at rest (hazards 4, 5, 7).
 */
#include "gate.h"

/* Over half a second the arm gives back in slowing down what speeding it up took. */
#define MEMORY_US 500000
#define OFF_MS 200
#define SHARE_PERMILLE 500 /* one of two cells reversed is off by the whole */
#define TURNED_OFF_MN 15000
#define OPPOSED_MN 4000

int32_t rh_gate_at_strap_mn(const rh_gate_t *gate, int64_t torque_mnm)
{
    return rh_gate_clamp(torque_mnm * RH_MILLI / gate->limits->strap_radius_mm,
                         -RH_GATE_ENDLESS_MN, RH_GATE_ENDLESS_MN);
}

static void draw(int32_t *mean, int32_t value, int32_t step_us)
{
    int64_t step = ((int64_t)value - *mean) * step_us / MEMORY_US;
    *mean = rh_gate_clamp(*mean + step, -RH_GATE_ENDLESS_MN, RH_GATE_ENDLESS_MN);
}

static int32_t off_mn(const rh_safety_t *safety, int32_t left_mn, int32_t right_mn)
{
    int64_t off_mn = (int64_t)left_mn + right_mn - safety->force_due_mn;
    return rh_gate_size(rh_gate_clamp(off_mn, INT32_MIN + 1, INT32_MAX));
}

/* The two pull against each other, and with the sign of one turned they show what is
 * due. An arm that swings is no such thing: its inertia is felt by both alike. */
static bool one_is_turned(const rh_safety_t *safety)
{
    int32_t left_mn = safety->force_seen_mn[0];
    int32_t right_mn = safety->force_seen_mn[1];
    bool oppose = (left_mn < -OPPOSED_MN && right_mn > OPPOSED_MN) ||
                  (left_mn > OPPOSED_MN && right_mn < -OPPOSED_MN);
    int32_t allowed_mn = off_mn(safety, left_mn, right_mn) / 2;
    return oppose && (off_mn(safety, -left_mn, right_mn) <= allowed_mn ||
                      off_mn(safety, left_mn, -right_mn) <= allowed_mn);
}

/* Friction and the unsteady arm are within it. A smaller difference is believed where
 * another sign of a cell explains it. */
static int32_t tolerance_mn(const rh_gate_t *gate)
{
    const rh_limits_t *limits = gate->limits;
    const rh_safety_t *safety = gate->safety;
    int64_t share_mn =
        (int64_t)rh_gate_size(safety->force_due_mn) * SHARE_PERMILLE / RH_MILLI;
    int64_t least_mn =
        (int64_t)limits->comfort_mn + rh_gate_at_strap_mn(gate, limits->friction_mnm);
    if (one_is_turned(safety)) {
        return TURNED_OFF_MN;
    }
    return rh_gate_clamp(least_mn + share_mn, 0, INT32_MAX);
}

rh_finding_t rh_gate_strap_is_off(const rh_gate_t *gate)
{
    const rh_safety_t *safety = gate->safety;
    int64_t ms = rh_gate_since_ms(gate->sight.now_ns, safety->force_off_since_ns);
    return (rh_finding_t){
        ms >= OFF_MS,
        off_mn(safety, safety->force_seen_mn[0], safety->force_seen_mn[1]),
        tolerance_mn(gate)};
}

/* Beyond, absorbers may carry what neither motor nor cells know of. */
static bool is_free(const rh_gate_t *gate)
{
    int32_t angle_mdeg = gate->sight.angle_mdeg;
    return angle_mdeg > RH_FLOOR_TRIP_BOTTOM_MDEG &&
           angle_mdeg < RH_CEILING_TRIP_TOP_MDEG;
}

/* The arm's own equation without its inertia: strap force times radius = gravity -
 * motor torque. Armed alone: elsewhere the drive may be off, and a hand on the arm. */
static void follow_strap(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    const rh_sight_t *sight = &gate->sight;
    if (safety->state != RH_SAFETY_ARMED) {
        safety->force_due_mn = 0;
        safety->force_seen_mn[0] = 0;
        safety->force_seen_mn[1] = 0;
        safety->force_off_since_ns = 0;
        return;
    }
    if (!is_free(gate)) {
        return;
    }
    int64_t felt_mnm =
        (int64_t)rh_gate_gravity_mnm(gate->limits->arm_gravity_mnm, sight->angle_mdeg) -
        sight->drive_torque_mnm;
    draw(&safety->force_due_mn, rh_gate_at_strap_mn(gate, felt_mnm), sight->step_us);
    draw(&safety->force_seen_mn[0], sight->strap_left_mn, sight->step_us);
    draw(&safety->force_seen_mn[1], sight->strap_mn - sight->strap_left_mn,
         sight->step_us);
    bool is_off = off_mn(safety, safety->force_seen_mn[0], safety->force_seen_mn[1]) >
                  tolerance_mn(gate);
    if (!is_off) {
        safety->force_off_since_ns = 0;
    } else if (safety->force_off_since_ns == 0) {
        safety->force_off_since_ns = sight->now_ns;
    }
}

/* Counted by the samples of the front pad's cell; the rear one's are as many. */
static void count_pulled(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    bool is_pulled = gate->sight.pad_least_mn < -gate->limits->pad_empty_mn;
    safety->pulled_count = rh_gate_counted(safety->pulled_count, is_pulled);
}

void rh_gate_follow_force(rh_gate_t *gate)
{
    follow_strap(gate);
    if (gate->sight.fresh_pad) {
        count_pulled(gate);
    }
}
