/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of resistance in the document on training, and its feed-forward. Called by
 * core's step for the request, and for what a rep's load is held against.
 */
#include "resistance.h"

#include <math.h>

#include "rh/state.h"

#define FRICTION_FRAC_MAX 0.8
/* Width of the smooth sign: at rest nothing is fed forward, so that the motor never
 * creeps on its own friction estimate. */
#define FRICTION_DPS 10.0

double rh_resistance_law_nm(uint32_t mode, double load_nm, double damping_nm_per_dps,
                            const rh_arm_t *arm)
{
    switch (mode) {
    case RH_MODE_CONSTANT:
        return load_nm;
    case RH_MODE_PLATE:
        return load_nm * fmax(0.0, arm->cos_angle);
    default:
        return damping_nm_per_dps * arm->rate_dps;
    }
}

double rh_resistance_feed_nm(const rh_machine_settings_t *machine, double friction_frac,
                             const rh_arm_t *arm)
{
    const double rate_dps = arm->rate_dps;
    const double sign =
        rate_dps / sqrt(rate_dps * rate_dps + FRICTION_DPS * FRICTION_DPS);
    const double frac = fmin(fmax(friction_frac, 0.0), FRICTION_FRAC_MAX);

    return machine->arm_gravity_nm * arm->cos_angle +
           frac * machine->friction_nm * sign;
}
