/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The phase that the arm is in now, from the live estimate: for the screens, and for
 * what may happen only at a bottom rest. A rep's own phases come from the counter.
 * Private to src/core.
 */
#ifndef RH_CORE_PHASE_H
#define RH_CORE_PHASE_H

#include <stdbool.h>
#include <stdint.h>

#include "estimate.h"

typedef struct {
    uint32_t phase; /* rh_phase_t */
    bool is_still;
    int64_t still_ns;    /* since when, if is_still */
    bool at_bottom_rest; /* |rate| < 5 deg/s for 40 ms at the bottom */
} rh_now_t;

/* Angles that tell bottom from top: below `bottom_deg` is the bottom; between two
 * strokes, above `middle_deg` is a hold. */
typedef struct {
    double bottom_deg, middle_deg;
} rh_landmarks_t;

void rh_phase_step(rh_now_t *now, const rh_estimator_t *estimate,
                   const rh_landmarks_t *landmarks, int64_t now_ns);

#endif
