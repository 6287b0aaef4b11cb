/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The beginning and end of a set: default plans, what can be played, which leg is in
 * the coupling. Called by the simulator and tests.
 */
#include "person_act.h"
#include "plant_math.h"

#define READY_S 0.6

rh_plan_t rh_plan_defaults(rh_style_t style)
{
    rh_plan_t plan = {
        .style = style,
        .reps = 10,
        .lift_s = 1.2,
        .hold_s = 0.3,
        .lower_s = 1.2,
        .rest_s = 0.3,
        .bottom_deg = -90.0,
        .top_deg = 0.0,
        .load_nm = 60.0,
        .variation_frac = 1.0,
        .deep_deg = -100.0,
        .kick_frac = 1.19,
        .pull_frac = 0.6,
        .release_deg = -15.5,
        .catch_deg = -19.5,
        .let_go_deg = -20.0,
    };

    if (style == RH_STYLE_OVEREXTEND) {
        plan.top_deg = 19.0;
    } else if (style == RH_STYLE_SWING) {
        plan.top_deg = 12.0;
        plan.deep_deg = -97.0;
    } else if (style == RH_STYLE_DROP) {
        plan.kick_frac = 0.86;
        plan.pull_frac = 0.9;
        plan.catch_deg = -17.5;
    }
    return plan;
}

/* A leg that comes back into the coupling comes to where the arm is. */
static void couple(rh_plant_t *plant, int leg, bool coupled)
{
    if (coupled && !plant->coupled[leg]) {
        plant->leg_rad[leg] = plant->arm_rad;
        plant->leg_rps[leg] = plant->arm_rps;
    }
    plant->coupled[leg] = coupled;
}

/* Written so that a NaN refuses. */
static bool can_be_played(const rh_plan_t *plan)
{
    return plan->reps > 0 && plan->lift_s > 0.0 && plan->lower_s > 0.0 &&
           plan->hold_s >= 0.0 && plan->rest_s >= 0.0 &&
           plan->top_deg > plan->bottom_deg;
}

bool rh_person_begin(rh_plant_t *plant, const rh_plan_t *plan)
{
    rh_person_state_t *state = &plant->act;
    const bool playing = rh_person_is_busy(plant) && state->act != RH_ACT_RELEASE;

    if (state->act == RH_ACT_ABSENT || playing || !can_be_played(plan)) {
        return false;
    }
    state->plan = *plan;
    state->reps_done = 0;
    state->effort_frac = 0.0;
    state->expected_nm = plan->load_nm;
    state->expected_share = 1.0;
    state->missing_s = 0.0;
    state->release_rad = plan->release_deg * RH_DEG;
    state->catch_rad = plan->catch_deg * RH_DEG;
    state->lowest_rad = 0.0;
    couple(plant, RH_LEFT, plan->side != RH_LEG_RIGHT);
    couple(plant, RH_RIGHT, plan->side != RH_LEG_LEFT);
    state->to_rad = rh_act_leg_angle(plant);
    rh_act_enter(state, RH_ACT_READY, READY_S, plan->bottom_deg * RH_DEG);
    return true;
}

void rh_person_stop(rh_plant_t *plant)
{
    rh_person_state_t *state = &plant->act;

    if (rh_person_is_busy(plant) && state->act != RH_ACT_RELEASE) {
        state->to_rad = rh_act_leg_angle(plant);
        rh_act_enter(state, RH_ACT_RELEASE, RH_RELEASE_S, state->to_rad);
    }
}

bool rh_person_is_busy(const rh_plant_t *plant)
{
    return plant->act.act >= RH_ACT_READY;
}
