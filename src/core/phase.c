/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The live phase. Called by core's step.
 */
#include "phase.h"

#include "counter.h" /* the rates and times that define motion and stillness */
#include "rh/state.h"

void rh_phase_step(rh_now_t *now, const rh_estimator_t *estimate,
                   const rh_landmarks_t *landmarks, int64_t now_ns)
{
    const double rate_dps = estimate->rate_dps;
    const bool is_still =
        estimate->is_known && rate_dps < RH_MOVING_DPS && rate_dps > -RH_MOVING_DPS;

    if (is_still && !now->is_still) {
        now->still_ns = now_ns;
    }
    now->is_still = is_still;
    now->at_bottom_rest = is_still && now_ns - now->still_ns >= RH_TURN_NS &&
                          estimate->angle_deg <= landmarks->bottom_deg;
    if (!estimate->is_known) {
        now->phase = RH_PHASE_REST;
    } else if (is_still) {
        now->phase =
            estimate->angle_deg > landmarks->middle_deg ? RH_PHASE_HOLD : RH_PHASE_REST;
    } else {
        now->phase = rate_dps > 0.0 ? RH_PHASE_LIFT : RH_PHASE_LOWER;
    }
}
