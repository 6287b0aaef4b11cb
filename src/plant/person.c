/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The person's body figures, coming and going, and the reference person: how a plan
 * becomes hip torque. The acts of a set are in act.c and throw.c. Called by the plant's
 * step; the public functions by the simulator and tests.
 */
#include "person_act.h"
#include "plant_math.h"
#include "plant_parts.h"

/* The reference person (plant equations), both legs together. */
#define TRACK_NM_PER_RAD 300.0
#define TRACK_NMS 30.0
#define HIP_LOW_NM (-150.0)
#define HIP_HIGH_NM 300.0
#define SURPRISE_S 0.15    /* keeps pushing this long when the load has vanished */
#define GIVE_UP_PER_S 10.0 /* then decays with 0.1 s */
#define LET_GO_S 0.1
#define VANISHED_FRAC 0.5  /* less than this of the expectation is "vanished" */
#define LOAD_FLOOR_NM 10.0 /* below it nobody notices */

/* Tone of a relaxed leg: the swing dies out in some seconds, as it does in people. */
#define TONE_NMS 4.0

const rh_person_t rh_person_table[RH_PERSON_COUNT] = {
    {50.0, 1.58}, {65.0, 1.68}, {80.0, 1.78}, {100.0, 1.85}, {120.0, 1.92},
};

rh_person_t rh_person_of_mass(double mass_kg)
{
    for (int i = 0; i < RH_PERSON_COUNT; i++) {
        if (fabs(rh_person_table[i].mass_kg - mass_kg) < 0.5) {
            return rh_person_table[i];
        }
    }
    return rh_person_table[2];
}

rh_person_body_t rh_person_body(rh_person_t person)
{
    rh_person_body_t body = {.legs_kg = 0.322 * person.mass_kg,
                             .leg_length_m = 0.491 * person.height_m};
    const double gyration_m = 0.56 * body.leg_length_m;

    body.com_m = 0.447 * body.leg_length_m;
    body.gravity_nm = body.legs_kg * RH_GRAVITY_MPS2 * body.com_m;
    body.inertia_kgm2 = body.legs_kg * gyration_m * gyration_m;
    body.free_drop_dps = sqrt(2.0 * body.gravity_nm / body.inertia_kgm2) / RH_DEG;
    return body;
}

void rh_person_init(rh_plant_t *plant, uint64_t seed)
{
    plant->act = (rh_person_state_t){.random = rh_seed(seed)};
}

static void settle_legs(rh_plant_t *plant, bool coupled)
{
    for (int leg = 0; leg < RH_LEGS; leg++) {
        plant->leg_rad[leg] = plant->arm_rad;
        plant->leg_rps[leg] = 0.0;
        plant->coupled[leg] = coupled;
        plant->hip_nm[leg] = 0.0;
        plant->force_n[leg] = 0.0;
    }
}

void rh_person_lie_down(rh_plant_t *plant, double hip_offset_mm)
{
    settle_legs(plant, true);
    plant->hip_offset_m = hip_offset_mm / 1000.0;
    plant->act.slip_m = 0.0;
    plant->act.act = RH_ACT_RELAXED;
}

void rh_person_dismount(rh_plant_t *plant)
{
    settle_legs(plant, false);
    plant->hip_offset_m = 0.0;
    plant->pad_n[0] = 0.0;
    plant->pad_n[1] = 0.0;
    plant->act.slip_m = 0.0;
    plant->act.act = RH_ACT_ABSENT;
}

void rh_person_let_go(rh_plant_t *plant)
{
    if (plant->act.act == RH_ACT_ABSENT || plant->act.act == RH_ACT_LET_GO) {
        return;
    }
    plant->act.let_go_nm[RH_LEFT] = plant->hip_nm[RH_LEFT];
    plant->act.let_go_nm[RH_RIGHT] = plant->hip_nm[RH_RIGHT];
    plant->act.effort_frac = 1.0;
    plant->act.act = RH_ACT_LET_GO;
}

static double felt_load(const rh_plant_t *plant)
{
    return (plant->force_n[RH_LEFT] + plant->force_n[RH_RIGHT]) * plant->strap_radius_m;
}

/* The load that the hips push against: the plan's figure, which follows what is felt
 * where the plan says so, and fades when the load has vanished. */
static double expected_load(rh_plant_t *plant, double dt_s)
{
    rh_person_state_t *state = &plant->act;
    const double felt_nm = felt_load(plant);
    const bool adapts = state->plan.adapt_s > 0.0;
    const bool felt = felt_nm > VANISHED_FRAC * state->expected_nm ||
                      state->expected_nm < LOAD_FLOOR_NM;

    if (felt) {
        state->missing_s = 0.0;
        state->expected_share += (1.0 - state->expected_share) * dt_s * GIVE_UP_PER_S;
        if (adapts) {
            state->expected_nm +=
                (felt_nm - state->expected_nm) * dt_s / state->plan.adapt_s;
        }
        return state->expected_nm * state->expected_share;
    }
    state->missing_s += dt_s;
    if (state->missing_s > SURPRISE_S) {
        state->expected_share -= state->expected_share * dt_s * GIVE_UP_PER_S;
    }
    if (adapts && state->expected_share < 0.05) {
        state->expected_nm = felt_nm;
        state->expected_share = 1.0;
    }
    return state->expected_nm * state->expected_share;
}

static bool leg_works(const rh_person_state_t *state, int leg)
{
    return state->plan.side == RH_LEG_BOTH ||
           (state->plan.side == RH_LEG_LEFT) == (leg == RH_LEFT);
}

/* Follows the planned angle: feed-forward of the own legs' weight and inertia and of
 * the load, and a spring and a damper towards the plan. */
static void track(rh_plant_t *plant, double dt_s)
{
    rh_person_state_t *state = &plant->act;
    const rh_person_body_t *body = &plant->body;
    const rh_ramp_t ramp = rh_act_ramp(state);
    const double load_nm = expected_load(plant, dt_s);
    const double share = state->plan.side == RH_LEG_BOTH ? 0.5 : 1.0;
    const double leg_nm = 0.5 * (body->gravity_nm * rh_cos(ramp.angle_rad) +
                                 body->inertia_kgm2 * ramp.accel_rps2);

    for (int leg = 0; leg < RH_LEGS; leg++) {
        const double torque_nm =
            leg_nm + share * load_nm +
            share * TRACK_NM_PER_RAD * (ramp.angle_rad - plant->leg_rad[leg]) +
            share * TRACK_NMS * (ramp.rate_rps - plant->leg_rps[leg]);

        plant->hip_nm[leg] =
            leg_works(state, leg)
                ? state->effort_frac *
                      rh_clamp(torque_nm, 0.5 * HIP_LOW_NM, 0.5 * HIP_HIGH_NM)
                : -0.5 * TONE_NMS * plant->leg_rps[leg];
    }
}

/* Swing and drop: a bare push or pull, no plan to follow. */
static void throw_legs(rh_plant_t *plant, double both_nm)
{
    rh_person_state_t *state = &plant->act;

    for (int leg = 0; leg < RH_LEGS; leg++) {
        plant->hip_nm[leg] = leg_works(state, leg)
                                 ? 0.5 * rh_clamp(both_nm, HIP_LOW_NM, HIP_HIGH_NM)
                                 : -0.5 * TONE_NMS * plant->leg_rps[leg];
    }
}

static void relax(rh_plant_t *plant, double dt_s)
{
    rh_person_state_t *state = &plant->act;

    if (state->act == RH_ACT_LET_GO) {
        state->effort_frac = rh_clamp(state->effort_frac - dt_s / LET_GO_S, 0.0, 1.0);
        plant->hip_nm[RH_LEFT] = state->let_go_nm[RH_LEFT] * state->effort_frac;
        plant->hip_nm[RH_RIGHT] = state->let_go_nm[RH_RIGHT] * state->effort_frac;
        return;
    }
    plant->hip_nm[RH_LEFT] = -0.5 * TONE_NMS * plant->leg_rps[RH_LEFT];
    plant->hip_nm[RH_RIGHT] = -0.5 * TONE_NMS * plant->leg_rps[RH_RIGHT];
}

void rh_person_step(rh_plant_t *plant, double dt_s)
{
    rh_act_advance(plant, dt_s);
    switch (plant->act.act) {
    case RH_ACT_KICK:
    case RH_ACT_THROW:
    case RH_ACT_CATCH:
        throw_legs(plant, rh_throw_torque_nm(plant));
        break;
    case RH_ACT_ABSENT:
    case RH_ACT_RELAXED:
    case RH_ACT_LET_GO:
        relax(plant, dt_s);
        break;
    default:
        track(plant, dt_s);
        break;
    }
}
