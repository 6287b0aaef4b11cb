/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bad styles' kicks and throws: upwards by momentum, downwards faster than the arm
 * falls, and the catch at the bottom. Called by act.c and person.c in each step.
 */
#include "person_act.h"
#include "plant_math.h"

#define SETTLE_S 0.4
#define KICK_MOST_S 1.5
#define KICK_SCATTER 0.01
#define PRACTICE 0.2 /* of the last miss */
#define FIRST_RAD (-85.0 * RH_DEG)
#define LAST_RAD (-2.0 * RH_DEG)

void rh_throw_enter(rh_plant_t *plant, rh_act_t act)
{
    rh_person_state_t *state = &plant->act;
    const double gravity_nm = plant->body.gravity_nm;

    state->kick_nm = (state->plan.kick_frac * gravity_nm + state->expected_nm) *
                     rh_act_scattered(state, KICK_SCATTER);
    state->pull_nm =
        state->plan.pull_frac * gravity_nm * rh_act_scattered(state, KICK_SCATTER);
    state->rose = false;
    rh_act_enter(state, act, 0.0, rh_act_leg_angle(plant));
}

/* Who swings has practised: kick and catch follow how far the last ones carried. */
static void correct_release(rh_person_state_t *state, double reached_rad)
{
    const double miss_rad = state->plan.top_deg * RH_DEG - reached_rad;

    state->release_rad =
        rh_clamp(state->release_rad + PRACTICE * miss_rad, FIRST_RAD, LAST_RAD);
}

static void correct_catch(rh_person_state_t *state)
{
    const double miss_rad = state->plan.deep_deg * RH_DEG - state->lowest_rad;

    state->catch_rad =
        rh_clamp(state->catch_rad + PRACTICE * miss_rad, FIRST_RAD, LAST_RAD);
    state->lowest_rad = 0.0;
}

/* Upwards until the legs turn by themselves (or the load is too heavy for the kick),
 * then the throw; the last rep is lowered. */
static void leave_kick(rh_plant_t *plant)
{
    rh_person_state_t *state = &plant->act;
    const double angle_rad = rh_act_leg_angle(plant);

    state->lowest_rad = fmin(state->lowest_rad, angle_rad);
    if (rh_act_leg_rate(plant) > 0.0) {
        state->rose = true;
        return;
    }
    if (state->act_s < KICK_MOST_S &&
        (!state->rose || angle_rad < state->release_rad)) {
        return;
    }
    correct_release(state, angle_rad);
    if (state->reps_done > 0) {
        correct_catch(state); /* the first kick starts from rest */
    }
    state->to_rad = angle_rad;
    if (state->reps_done + 1 >= state->plan.reps) {
        rh_act_enter_lower(state);
    } else {
        rh_act_enter(state, RH_ACT_THROW, 0.0, angle_rad);
    }
}

static void leave_throw(rh_plant_t *plant)
{
    rh_person_state_t *state = &plant->act;

    if (rh_act_leg_angle(plant) > state->catch_rad) {
        return;
    }
    if (state->plan.style == RH_STYLE_SWING) {
        state->reps_done++;
        rh_throw_enter(plant, RH_ACT_KICK);
        return;
    }
    rh_act_enter(state, RH_ACT_CATCH, 0.0, rh_act_leg_angle(plant));
}

/* Brakes the fall until the legs stand, then brings them to the bottom. */
static void leave_catch(rh_plant_t *plant)
{
    rh_person_state_t *state = &plant->act;

    state->lowest_rad = fmin(state->lowest_rad, rh_act_leg_angle(plant));
    if (rh_act_leg_rate(plant) >= 0.0) {
        correct_catch(state);
        state->to_rad = rh_act_leg_angle(plant);
        rh_act_enter(state, RH_ACT_LOWER, SETTLE_S, state->plan.bottom_deg * RH_DEG);
    }
}

void rh_throw_advance(rh_plant_t *plant, double dt_s)
{
    plant->act.act_s += dt_s;
    switch (plant->act.act) {
    case RH_ACT_KICK:
        leave_kick(plant);
        break;
    case RH_ACT_THROW:
        leave_throw(plant);
        break;
    default:
        leave_catch(plant);
        break;
    }
}

double rh_throw_torque_nm(const rh_plant_t *plant)
{
    const rh_person_state_t *state = &plant->act;

    if (state->act == RH_ACT_THROW) {
        return -state->pull_nm;
    }
    if (state->act == RH_ACT_CATCH) {
        return state->kick_nm;
    }
    return !state->rose || rh_act_leg_angle(plant) < state->release_rad ? state->kick_nm
                                                                        : 0.0;
}
