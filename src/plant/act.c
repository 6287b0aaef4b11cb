/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The acts of a set: ready, rest, lift, hold, lower, release, with the natural scatter
 * from rep to rep. Called by person.c in each step and by throw.c and set.c, which know
 * the kicks and the beginning and end of a set.
 */
#include "person_act.h"
#include "plant_math.h"

#define TIMES_SCATTER 0.03
#define TOP_SCATTER_DEG 0.5
#define TIRED_REPS 11.0 /* rep 12 has the full loss of rate */
#define MOST_SLIP_M 0.06

double rh_act_leg_angle(const rh_plant_t *plant)
{
    switch (plant->act.plan.side) {
    case RH_LEG_LEFT:
        return plant->leg_rad[RH_LEFT];
    case RH_LEG_RIGHT:
        return plant->leg_rad[RH_RIGHT];
    default:
        return 0.5 * (plant->leg_rad[RH_LEFT] + plant->leg_rad[RH_RIGHT]);
    }
}

double rh_act_leg_rate(const rh_plant_t *plant)
{
    const int leg = plant->act.plan.side == RH_LEG_RIGHT ? RH_RIGHT : RH_LEFT;

    return plant->leg_rps[leg];
}

/* One draw of scatter around 1. */
double rh_act_scattered(rh_person_state_t *state, double sigma)
{
    return 1.0 + sigma * state->plan.variation_frac * rh_gaussian(&state->random);
}

void rh_act_enter(rh_person_state_t *state, rh_act_t act, double length_s,
                  double to_rad)
{
    state->act = act;
    state->act_s = 0.0;
    state->act_length_s = length_s;
    state->from_rad = state->to_rad;
    state->to_rad = to_rad;
    state->ramp_rad_per_s = length_s > 0.0 ? RH_PI / length_s : 0.0;
}

static double bottom_rad(const rh_person_state_t *state)
{
    return state->plan.bottom_deg * RH_DEG;
}

static void enter_lift(rh_person_state_t *state)
{
    const rh_plan_t *plan = &state->plan;
    const double tired = rh_clamp(state->reps_done / TIRED_REPS, 0.0, 1.0);
    const double pace = 1.0 - plan->tiring_frac * tired;
    const double top_deg =
        plan->top_deg + TOP_SCATTER_DEG * (rh_act_scattered(state, 1.0) - 1.0);

    state->slip_m = rh_clamp(state->slip_m + plan->slip_mm_per_rep / 1000.0,
                             -MOST_SLIP_M, MOST_SLIP_M);
    rh_act_enter(state, RH_ACT_LIFT,
                 plan->lift_s / pace * rh_act_scattered(state, TIMES_SCATTER),
                 top_deg * RH_DEG);
}

void rh_act_enter_lower(rh_person_state_t *state)
{
    rh_act_enter(state, RH_ACT_LOWER,
                 state->plan.lower_s * rh_act_scattered(state, TIMES_SCATTER),
                 bottom_rad(state));
}

/* A rep is over: rest before the next, or let the load go. */
static void end_rep(rh_person_state_t *state)
{
    state->reps_done++;
    if (state->reps_done >= state->plan.reps) {
        rh_act_enter(state, RH_ACT_RELEASE, RH_RELEASE_S, bottom_rad(state));
        return;
    }
    rh_act_enter(state, RH_ACT_REST, state->plan.rest_s, bottom_rad(state));
}

/* After the top's hold. */
static void leave_hold(rh_plant_t *plant)
{
    rh_person_state_t *state = &plant->act;

    if (state->plan.style == RH_STYLE_DROP) {
        rh_throw_enter(plant, RH_ACT_THROW);
        return;
    }
    rh_act_enter_lower(state);
}

static void leave_timed(rh_plant_t *plant)
{
    rh_person_state_t *state = &plant->act;

    switch (state->act) {
    case RH_ACT_READY:
        rh_act_enter(state, RH_ACT_REST, state->plan.rest_s, bottom_rad(state));
        break;
    case RH_ACT_REST:
        if (state->plan.style == RH_STYLE_SWING) {
            rh_throw_enter(plant, RH_ACT_KICK);
        } else {
            enter_lift(state);
        }
        break;
    case RH_ACT_LIFT:
        rh_act_enter(state, RH_ACT_HOLD,
                     state->plan.hold_s * rh_act_scattered(state, TIMES_SCATTER),
                     state->to_rad);
        break;
    case RH_ACT_HOLD:
        leave_hold(plant);
        break;
    case RH_ACT_LOWER:
        end_rep(state);
        break;
    default:
        rh_act_enter(state, RH_ACT_RELAXED, 0.0, bottom_rad(state));
        break;
    }
}

/* Effort comes in READY and goes in RELEASE. */
static void ramp_effort(rh_person_state_t *state)
{
    const double done = state->act_s / state->act_length_s;

    if (state->act == RH_ACT_READY) {
        state->effort_frac = rh_clamp(done, 0.0, 1.0);
    } else if (state->act == RH_ACT_RELEASE) {
        state->effort_frac = rh_clamp(1.0 - done, 0.0, state->effort_frac);
    }
}

static bool lets_go_now(const rh_plant_t *plant)
{
    const rh_person_state_t *state = &plant->act;

    return state->plan.style == RH_STYLE_LETS_GO && state->act == RH_ACT_LIFT &&
           state->reps_done + 1 >= state->plan.reps &&
           rh_act_leg_angle(plant) > state->plan.let_go_deg * RH_DEG;
}

static bool is_pause(rh_act_t act)
{
    return act == RH_ACT_REST || act == RH_ACT_HOLD;
}

static void advance_timed(rh_plant_t *plant, double dt_s)
{
    rh_person_state_t *state = &plant->act;

    state->act_s += dt_s;
    ramp_effort(state);
    if (lets_go_now(plant)) {
        rh_person_let_go(plant);
        return;
    }
    if (state->act_s < state->act_length_s) {
        return;
    }
    leave_timed(plant);
    if (is_pause(state->act) && state->act_length_s <= 0.0) {
        leave_timed(plant); /* a pause of no length must not cost a step of its own */
    }
}

void rh_act_advance(rh_plant_t *plant, double dt_s)
{
    rh_person_state_t *state = &plant->act;

    switch (state->act) {
    case RH_ACT_ABSENT:
    case RH_ACT_RELAXED:
    case RH_ACT_LET_GO:
        return;
    case RH_ACT_KICK:
    case RH_ACT_THROW:
    case RH_ACT_CATCH:
        rh_throw_advance(plant, dt_s);
        return;
    default:
        advance_timed(plant, dt_s);
        return;
    }
}

rh_ramp_t rh_act_ramp(const rh_person_state_t *state)
{
    const double half_rad = 0.5 * (state->to_rad - state->from_rad);
    const double speed = state->ramp_rad_per_s;
    const double phase =
        rh_clamp(state->act_s * speed - 0.5 * RH_PI, -0.5 * RH_PI, 0.5 * RH_PI);
    rh_ramp_t ramp = {.angle_rad = state->to_rad};

    if (half_rad != 0.0) {
        const double sine = rh_sin(phase);

        ramp.angle_rad = state->from_rad + half_rad * (1.0 + sine);
        ramp.rate_rps = half_rad * speed * rh_cos(phase);
        ramp.accel_rps2 = -half_rad * speed * speed * sine;
    }
    return ramp;
}
