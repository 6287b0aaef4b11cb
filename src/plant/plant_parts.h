/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the plant room call from one another in each step. Nobody outside
 * the room includes this.
 */
#ifndef RH_PLANT_PARTS_H
#define RH_PLANT_PARTS_H

#include "plant.h"

/* Advances the drive by one step; returns gear and brake torque at the arm in N m, and
 * leaves both in the plant. `friction_frac` is the direction of the friction, -1..1. */
double rh_drive_step(rh_plant_t *plant, const rh_plant_input_t *input,
                     double friction_frac, double dt_s);
/* Draws offsets, drifts and the encoder's error curve. */
void rh_sensors_init(rh_plant_t *plant);
/* Advances filters by one step, and noise and slow errors by the conversions in it. */
void rh_sensors_step(rh_plant_t *plant, double dt_s);
/* Resets the person to absent and seeds their scatter. */
void rh_person_init(rh_plant_t *plant, uint64_t seed);
/* Advances plan and reflexes by one step; leaves the hip torques in the plant. */
void rh_person_step(rh_plant_t *plant, double dt_s);
/* Bus voltage in volts from the energy in its capacitor. */
double rh_drive_bus_v(const rh_plant_t *plant);

#endif
