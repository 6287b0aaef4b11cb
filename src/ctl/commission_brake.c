/* SPDX-License-Identifier: Apache-2.0 */
/* The step in which the arm falls: the passive brake. */
#include <math.h>
#include <stdio.h>

#include "commission_parts.h"
#include "rh/units.h"

#define HORIZONTAL_DEG (-20.0) /* at least so high */
#define FALL_DPS (-2.0)
#define FALL_DEG 25.0
#define SETTLED_S 0.6 /* of a fall: the brake's delay and the start are over */
#define SLOPE_MIN_S 0.2
#define BRAKES_FRAC 0.3 /* of the weight; below it falls freely */

typedef struct {
    bool is_high;
    double from_deg, sink_dps;          /* the fall; its fastest moment */
    double began_s, early_dps, early_s; /* for the slope */
    double late_dps, late_s, late_deg;
} fall_t;

static bool has_fallen(const rh_commission_t *bench, void *context)
{
    fall_t *fall = context;
    double angle_deg = bench->now.value[RH_SIGNAL_MOTOR_ANGLE];
    double rate_dps = bench->now.value[RH_SIGNAL_MOTOR_RATE];
    double now_s = 1e-9 * (double)bench->now.mono_ns;
    fall->is_high = fall->is_high || angle_deg > HORIZONTAL_DEG;
    if (fall->began_s == 0) {
        bool begins = fall->is_high && rate_dps < FALL_DPS;
        fall->began_s = begins ? now_s : 0;
        fall->from_deg = angle_deg;
        return false;
    }
    fall->sink_dps = fmax(fall->sink_dps, -rate_dps);
    if (fall->early_s == 0 && now_s - fall->began_s >= SETTLED_S) {
        fall->early_s = now_s;
        fall->early_dps = rate_dps;
    }
    fall->late_s = now_s;
    fall->late_dps = rate_dps;
    fall->late_deg = angle_deg;
    return fall->from_deg - angle_deg >= FALL_DEG;
}

/* What opposes the arm's weight beside its friction: weight - friction - J x the
 * acceleration downwards (HARDWARE.md 8.1). In free fall it is nothing. */
static double brake_nm(const rh_commission_t *bench, const fall_t *fall,
                       double weight_nm)
{
    double inertia = rh_commission_setting(bench, "[machine]", "arm_inertia_kgm2");
    double friction_nm = rh_commission_setting(bench, "[machine]", "friction_nm");
    bool has_slope = fall->early_s != 0 && fall->late_s - fall->early_s >= SLOPE_MIN_S;
    double from_s = has_slope ? fall->early_s : fall->began_s;
    double from_dps = has_slope ? fall->early_dps : 0.0;
    double down_rps2 =
        -(fall->late_dps - from_dps) / (fall->late_s - from_s) * RH_RAD_PER_DEG;
    return weight_nm - friction_nm - inertia * down_rps2;
}

static int judge_fall(rh_commission_t *bench, const fall_t *fall)
{
    double gravity_nm = rh_commission_setting(bench, "[machine]", "arm_gravity_nm");
    double peak_nm = rh_commission_setting(bench, "[machine]", "brake_peak_nm");
    double mid_deg = 0.5 * (fall->from_deg + fall->late_deg);
    double weight_nm = gravity_nm * cos(mid_deg * RH_RAD_PER_DEG);
    double shown_nm = brake_nm(bench, fall, weight_nm);
    if (peak_nm > 0 && !(shown_nm > BRAKES_FRAC * weight_nm)) {
        return rh_commission_fail(
            bench,
            "short the motor's phases through the relay's normally closed contact, "
            "or say brake_peak_nm = 0",
            "no passive brake: the arm fell at %.0f deg/s, the brake showed %.0f of "
            "%.0f N m",
            fall->sink_dps, fmax(shown_nm, 0.0), weight_nm);
    }
    return rh_commission_note(
        bench,
        "sank at most %.1f deg/s from %.0f to %.0f deg, brake %.0f N m of the arm's "
        "%.0f "
        "(an arm alone cannot show the %.0f N m of brake_peak_nm)",
        fall->sink_dps, fall->from_deg, fall->late_deg, shown_nm, weight_nm, peak_nm);
}

int rh_commission_brake(rh_commission_t *bench)
{
    int result = rh_commission_confirm(
        bench, "The arm will fall from horizontal by its own weight. Is everybody, and "
               "everything, out of its way?");
    if (result != 0) {
        return result;
    }
    fall_t fall = {0};
    rh_commission_do(bench, "lift the arm to horizontal by the strap, then let it go");
    result = rh_commission_await(bench, has_fallen, &fall);
    if (result == RH_STEP_FAILED) {
        return rh_commission_fail(bench, "lift it to horizontal and let it go",
                                  "the arm did not fall by %.0f deg", FALL_DEG);
    }
    return result != 0 ? result : judge_fall(bench, &fall);
}
