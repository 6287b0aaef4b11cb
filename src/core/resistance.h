/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The laws of resistance and the feed-forward that lets the arm itself disappear.
 * Private to src/core.
 */
#ifndef RH_CORE_RESISTANCE_H
#define RH_CORE_RESISTANCE_H

#include <stdint.h>

#include "rh/settings.h"

/* The arm at one moment. */
typedef struct {
    double cos_angle;
    double rate_dps;
} rh_arm_t;

/* What the law of `mode` (rh_mode_t) asks for; positive resists lifting, in the mode
 * `damping` it resists motion either way. `load_nm`: 9.81 x load x strap radius. */
double rh_resistance_law_nm(uint32_t mode, double load_nm, double damping_nm_per_dps,
                            const rh_arm_t *arm);
/* The arm's own gravity plus a share (<= 0.8) of its friction; positive lifts. */
double rh_resistance_feed_nm(const rh_machine_settings_t *machine, double friction_frac,
                             const rh_arm_t *arm);

#endif
