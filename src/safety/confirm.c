/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the load really went off after a comfort stop (hazard 50). */
#include "gate.h"

#define GEAR_LOSS_PART 10 /* a tenth: a planetary gear loses 3 to 8 % */

typedef struct {
    int32_t least_mn, most_mn;
} band_t;

/* What the legs feel of an arm that floats at this rate. Its own equation at rest:
 * strap force times radius = gravity - motor torque, give or take friction and the
 * gear's loss.
 */
static band_t floating_mn(const rh_gate_t *gate, int32_t rate_mdps)
{
    int32_t most = gate->limits->resist_max_mnm;
    int32_t gravity =
        rh_gate_gravity_mnm(gate->limits->arm_gravity_mnm, gate->sight.angle_mdeg);
    int32_t motor = rh_gate_clamp(
        (int64_t)gravity + rh_gate_damped_mnm(gate, rate_mdps), -most, most);
    int64_t lost = gate->limits->friction_mnm + rh_gate_size(motor) / GEAR_LOSS_PART;
    int64_t felt = (int64_t)gravity - motor;
    return (band_t){rh_gate_at_strap_mn(gate, felt - lost),
                    rh_gate_at_strap_mn(gate, felt + lost)};
}

static int32_t confirm_tolerance_mn(const rh_gate_t *gate)
{
    const rh_limits_t *limits = gate->limits;
    int64_t former_mn =
        (int64_t)gate->safety->load_mnm * RH_MILLI / limits->strap_radius_mm;
    int64_t share_mn = former_mn * limits->comfort_permille / RH_MILLI;
    return rh_gate_clamp(share_mn, limits->comfort_mn, INT32_MAX);
}

/* Hazard 50: the cells must show what the legs feel of a floating arm at one of the
 * last rates, since the cells are that old. It is the torque that should be, not the
 * one that is confirmed: a load that stays on would else confirm itself. */
void rh_gate_confirm(rh_gate_t *gate)
{
    rh_safety_t *safety = gate->safety;
    if (safety->state != RH_SAFETY_FLOAT || !gate->sight.fresh_strap) {
        return;
    }
    band_t model = {RH_GATE_ENDLESS_MN, -RH_GATE_ENDLESS_MN};
    for (uint32_t i = 0; i < RH_SAFETY_RATES; i++) {
        band_t at = floating_mn(gate, safety->recent_mdps[i]);
        model.least_mn = at.least_mn < model.least_mn ? at.least_mn : model.least_mn;
        model.most_mn = at.most_mn > model.most_mn ? at.most_mn : model.most_mn;
    }
    int64_t tolerance = confirm_tolerance_mn(gate);
    if (gate->sight.strap_mn >= model.least_mn - tolerance &&
        gate->sight.strap_mn <= model.most_mn + tolerance) {
        safety->confirm_count++;
    }
}
