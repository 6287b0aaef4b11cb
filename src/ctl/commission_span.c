/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The step in which a known mass hangs on either end of the strap. The arm lies on a
 * support, so that neither its weight nor its friction is in what the cells show.
 */
#include <math.h>

#include "commission_parts.h"
#include "rh/units.h"

#define MEAN_S 1.0
#define LOWEST_DEG (-25.0) /* more than 0.9 of the mass pulls across the arm */
#define HIGHEST_DEG 8.0

static bool is_propped(const rh_commission_t *bench, void *context)
{
    double angle_deg = bench->now.value[RH_SIGNAL_ARM_ANGLE];
    (void)context;
    return angle_deg > LOWEST_DEG && angle_deg < HIGHEST_DEG;
}

static int prop_up(rh_commission_t *bench, rh_reading_t *empty)
{
    rh_commission_do(bench,
                     "prop the arm up: lay it horizontal on a support under the arm "
                     "itself, with nothing at the strap");
    int result = rh_commission_await(bench, is_propped, NULL);
    if (result == RH_STEP_FAILED) {
        return rh_commission_fail(bench, "lay it higher or lower",
                                  "the arm was not laid between %.0f and %.0f deg",
                                  LOWEST_DEG, HIGHEST_DEG);
    }
    result = result != 0 ? result : rh_commission_await_still(bench);
    return result != 0 ? result : rh_commission_mean(bench, MEAN_S, empty);
}

static int try_end(rh_commission_t *bench, rh_commission_mass_t *mass)
{
    double angle_deg = mass->empty.value[RH_SIGNAL_ARM_ANGLE];
    /* it pulls the strap down, legs push it up */
    mass->wanted_n =
        -bench->known_kg * RH_GRAVITY_MPS2 * cos(angle_deg * RH_RAD_PER_DEG);
    mass->part = "end";
    mass->pair = "left and right";
    rh_commission_do(bench, "hang the known mass (%.1f kg, --known) on the %s",
                     bench->known_kg, mass->where);
    return rh_commission_take_mass(bench, mass, "take the mass off the strap");
}

int rh_commission_span(rh_commission_t *bench)
{
    rh_commission_mass_t left = {.signal = RH_SIGNAL_STRAP_LEFT,
                                 .other = RH_SIGNAL_STRAP_RIGHT,
                                 .where = "left end of the strap"};
    rh_commission_mass_t right = {.signal = RH_SIGNAL_STRAP_RIGHT,
                                  .other = RH_SIGNAL_STRAP_LEFT,
                                  .where = "right end of the strap"};
    int result = prop_up(bench, &left.empty);
    right.empty = left.empty;
    result = result != 0 ? result : try_end(bench, &left);
    result = result != 0 ? result : try_end(bench, &right);
    if (result <= 0) {
        rh_commission_do(bench, "take the support away and let the arm down");
    }
    return result != 0
               ? result
               : rh_commission_note(bench,
                                    "%.1f kg at %.1f deg: left %.1f N, right %.1f N of "
                                    "%.1f N",
                                    bench->known_kg,
                                    left.empty.value[RH_SIGNAL_ARM_ANGLE],
                                    left.main_n + left.other_n,
                                    right.main_n + right.other_n, right.wanted_n);
}
