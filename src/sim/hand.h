/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody beside the bench with both hands on the strap, and with a mass for the pads:
 * what a builder does who commissions a machine on which nobody lies. Pure; the bench
 * owns and steps it under its lock.
 */
#ifndef RH_SIM_HAND_H
#define RH_SIM_HAND_H

#include <stdbool.h>

#include "plant.h"

typedef struct {
    bool holds;   /* the arm, by the strap */
    bool is_prop; /* or on a support under the arm itself: no cell shows that */
    double target_deg, rate_dps, now_deg;
    double pad_kg[2];        /* lies on the front, on the rear pad */
    double hung_kg[RH_LEGS]; /* hangs on either end of the strap; without inertia */
} rh_hand_t;

/* Takes the arm where it is and moves it to `target_deg` at `rate_dps` (> 0), then
 * holds it there. */
void rh_hand_lift(rh_hand_t *hand, const rh_plant_t *plant, double target_deg,
                  double rate_dps);
/* The same, and then it lies on a support. */
void rh_hand_prop(rh_hand_t *hand, const rh_plant_t *plant, double target_deg,
                  double rate_dps);
/* Lets the arm go. */
void rh_hand_let_go(rh_hand_t *hand);

/* One step: the forces on strap and pads; none while somebody lies there. */
void rh_hand_step(rh_hand_t *hand, rh_plant_t *plant, double dt_s);

#endif
