/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much of a lift arrived as speed. Private to src/core.
 */
#ifndef RH_CORE_SWING_H
#define RH_CORE_SWING_H

typedef struct {
    double bottom_deg, top_deg;
    double rate_peak_dps;
    double work_j;           /* at the strap */
    double arm_inertia_kgm2; /* arm alone */
    double pad_n;            /* weight on the pads at rest; not a number = unknown */
} rh_swing_t;

/*
 * swing_frac = E_k / (E_g + W), 0 … 1: the kinetic energy of arm and legs at the lift's
 * peak rate, as a share of what the whole lift took (legs raised against gravity plus
 * work at the strap; the arm's own weight is carried by the motor). At the top the rate
 * is zero again, so this is the part that was lifted by speed and not by torque: about
 * 0.1 for a paced lift (80 deg/s), 0.2 at 125 deg/s, 1 for a kick that throws the legs
 * up. The legs' inertia and weight come from the weight on the pads by the table of
 * persons (80 kg where it is not known).
 */
double rh_swing_frac(const rh_swing_t *swing);

#endif
