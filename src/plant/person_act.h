/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The acts of a set: which part of a rep is being played and where the plan wants the
 * legs now. Shared by act.c, throw.c, set.c and person.c; nobody outside the room
 * includes this.
 */
#ifndef RH_PERSON_ACT_H
#define RH_PERSON_ACT_H

#include "plant.h"

#define RH_RELEASE_S 0.5 /* the effort fades over this when a set is over */

typedef struct {
    double angle_rad;
    double rate_rps;
    double accel_rps2;
} rh_ramp_t;

/* Moves the clock of the act on, and on to the next act where this one is over. */
void rh_act_advance(rh_plant_t *plant, double dt_s);
/* The planned angle, rate and acceleration at this moment. */
rh_ramp_t rh_act_ramp(const rh_person_state_t *state);
/* Begins an act whose ramp goes from the last target to `to_rad` in `length_s`. */
void rh_act_enter(rh_person_state_t *state, rh_act_t act, double length_s,
                  double to_rad);
/* Begins to lower from the last target to the plan's bottom. */
void rh_act_enter_lower(rh_person_state_t *state);
/* The working legs: angle in radians (the mean of both), rate in rad/s. */
double rh_act_leg_angle(const rh_plant_t *plant);
double rh_act_leg_rate(const rh_plant_t *plant);
/* One draw of natural scatter around 1. */
double rh_act_scattered(rh_person_state_t *state, double sigma);

/* Begins a kick (RH_ACT_KICK) or throw (RH_ACT_THROW) with this rep's strength. */
void rh_throw_enter(rh_plant_t *plant, rh_act_t act);
/* Kick, throw and catch: on to the next where this one is over. */
void rh_throw_advance(rh_plant_t *plant, double dt_s);
/* The torque of both hips in N m, in a kick, throw or catch. */
double rh_throw_torque_nm(const rh_plant_t *plant);

#endif
