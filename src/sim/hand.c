/* SPDX-License-Identifier: Apache-2.0 */
/* The hands' forces; see hand.h. */
#include "hand.h"

#include <math.h>

#define RAD_PER_DEG (3.14159265358979323846 / 180.0)
#define GRAVITY_MPS2 9.81
/* As stiff as arms are: a second-order arm of 2.4 kg m2 follows without swinging. */
#define STIFFNESS_NM_PER_RAD 1500.0
#define DAMPING_NMS 100.0
#define FORCE_MAX_N 600.0

void rh_hand_lift(rh_hand_t *hand, const rh_plant_t *plant, double target_deg,
                  double rate_dps)
{
    hand->now_deg = plant->arm_rad / RAD_PER_DEG;
    hand->target_deg = target_deg;
    hand->rate_dps = rate_dps;
    hand->holds = true;
    hand->is_prop = false;
}

void rh_hand_prop(rh_hand_t *hand, const rh_plant_t *plant, double target_deg,
                  double rate_dps)
{
    rh_hand_lift(hand, plant, target_deg, rate_dps);
    hand->is_prop = true;
}

void rh_hand_let_go(rh_hand_t *hand)
{
    hand->holds = false;
}

/* Across the arm, downwards. */
static double hung_n(const rh_hand_t *hand, const rh_plant_t *plant, int side)
{
    return hand->hung_kg[side] * GRAVITY_MPS2 * plant->arm_cos;
}

static double strap_n(rh_hand_t *hand, const rh_plant_t *plant, double dt_s)
{
    const double left_deg = hand->target_deg - hand->now_deg;
    const double step_deg = fmin(fabs(left_deg), hand->rate_dps * dt_s);
    const double moved_deg = left_deg < 0.0 ? -step_deg : step_deg;
    const double wanted_rps = moved_deg / dt_s * RAD_PER_DEG;

    hand->now_deg += moved_deg;
    const double torque_nm =
        STIFFNESS_NM_PER_RAD * (hand->now_deg * RAD_PER_DEG - plant->arm_rad) +
        DAMPING_NMS * (wanted_rps - plant->arm_rps) +
        plant->arm_gravity_nm * plant->arm_cos +
        (hung_n(hand, plant, RH_LEFT) + hung_n(hand, plant, RH_RIGHT)) *
            plant->strap_radius_m;
    return fmax(-FORCE_MAX_N, fmin(FORCE_MAX_N, torque_nm / plant->strap_radius_m));
}

void rh_hand_step(rh_hand_t *hand, rh_plant_t *plant, double dt_s)
{
    const double held_n = hand->holds ? strap_n(hand, plant, dt_s) : 0.0;
    const double by_strap_n = hand->is_prop ? 0.0 : 0.5 * held_n;
    const double straps_n[RH_LEGS] = {by_strap_n - hung_n(hand, plant, RH_LEFT),
                                      by_strap_n - hung_n(hand, plant, RH_RIGHT)};
    const double pads_n[2] = {hand->pad_kg[0] * GRAVITY_MPS2,
                              hand->pad_kg[1] * GRAVITY_MPS2};

    rh_plant_handle(plant, straps_n, pads_n,
                    hand->is_prop ? held_n * plant->strap_radius_m : 0.0);
}
