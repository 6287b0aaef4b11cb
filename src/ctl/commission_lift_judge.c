/* SPDX-License-Identifier: Apache-2.0 */
/* What a lift by the strap says of encoders and strap cells: numbers in, one sentence
 * out; see commission_lift.c. */
#include <math.h>

#include "commission_parts.h"
#include "rh/units.h"

#define STUCK_DEG 10.0  /* this encoder has not moved */
#define SCALE_FRAC 0.05 /* of the two encoders */
#define RATE_FRAC 0.3
#define ALONG_DEG 15.0 /* so much of the lift was looked at closely */
#define HANG_DEG (-90.0)
#define SIGN_FRAC 0.2  /* of the other cell's force */
#define SIGN_MIN_N 1.0 /* above the cells' noise */

/* ---- encoders -------------------------------------------------------------------- */

static int judge_directions(rh_commission_t *bench, const rh_commission_lift_t *lift)
{
    double arm = lift->arm_deg;
    double motor = lift->motor_deg;
    if (fabs(arm) < STUCK_DEG || fabs(motor) < STUCK_DEG) {
        bool is_arm = fabs(arm) < fabs(motor);
        return rh_commission_fail(
            bench, "check its coupling, its cable and its source",
            "the %s encoder moved by %.1f deg while the other one "
            "moved by %.1f deg: it does not turn with the arm",
            is_arm ? "arm" : "motor", is_arm ? arm : motor, is_arm ? motor : arm);
    }
    if (arm < 0 && motor < 0) {
        return rh_commission_fail(
            bench, "turn the sign of scale of both angles and of every drive signal",
            "both encoders count down (%.1f and %.1f deg) while the arm is lifted", arm,
            motor);
    }
    if (arm < 0) {
        return rh_commission_fail(
            bench, "exchange A and B, or turn the sign of scale of [signal arm_angle]",
            "the arm encoder counts the wrong way: it fell by %.1f deg while the arm "
            "was "
            "lifted (A and B exchanged, or encoder reversed)",
            -arm);
    }
    return motor > 0
               ? 0
               : rh_commission_fail(
                     bench,
                     "turn the drive's direction, or the sign of scale of motor_angle, "
                     "motor_rate, drive_torque, torque_confirmed and torque_command",
                     "the motor counts the wrong way: it fell by %.1f deg while the "
                     "arm "
                     "was lifted; its torque would push the wrong way, too",
                     -motor);
}

static int judge_scales(rh_commission_t *bench, const rh_commission_lift_t *lift)
{
    double ratio = lift->motor_deg / lift->arm_deg;
    if (fabs(ratio - 1.0) > SCALE_FRAC) {
        return rh_commission_fail(
            bench, "check gear_ratio, the counts a turn and both scales",
            "the scales disagree: the motor says %.1f deg where the arm encoder says "
            "%.1f deg",
            lift->motor_deg, lift->arm_deg);
    }
    if (fabs(lift->along_deg) < ALONG_DEG) {
        return rh_commission_fail(bench, "do the step again on a quiet computer",
                                  "the lift was not followed closely enough to judge "
                                  "the drive's rate");
    }
    double rate_ratio = lift->rate_deg / lift->along_deg;
    if (rate_ratio < 0) {
        return rh_commission_fail(bench,
                                  "turn the sign of scale of [signal motor_rate]",
                                  "the drive's rate has the wrong sign: it falls while "
                                  "its own angle rises");
    }
    return fabs(rate_ratio - 1.0) <= RATE_FRAC
               ? 0
               : rh_commission_fail(bench, "check the scale of [signal motor_rate]",
                                    "the drive's rate sums up to %.1f deg where its "
                                    "angle moved by %.1f deg",
                                    lift->rate_deg, lift->along_deg);
}

int rh_commission_judge_encoders(rh_commission_t *bench,
                                 const rh_commission_lift_t *lift)
{
    int result = judge_directions(bench, lift);
    return result != 0 ? result : judge_scales(bench, lift);
}

/* ---- strap cells ----------------------------------------------------------------- */

static int judge_signs(rh_commission_t *bench, const rh_commission_lift_t *lift)
{
    double least_n =
        -fmax(SIGN_MIN_N, SIGN_FRAC * fmax(fabs(lift->left_n), fabs(lift->right_n)));
    bool left = lift->left_n < least_n;
    bool right = lift->right_n < least_n;
    if (!left && !right) {
        return 0;
    }
    return rh_commission_fail(
        bench, "exchange its signal wires, or turn the sign of its scale",
        "%s counts the wrong way: left %.1f N, right %.1f N while the arm was lifted "
        "by "
        "the strap (sign reversed)",
        left && right ? "each strap cell"
        : left        ? "strap_left"
                      : "strap_right",
        lift->left_n, lift->right_n);
}

double rh_commission_lift_n(const rh_commission_t *bench,
                            const rh_commission_lift_t *lift)
{
    double gravity_nm = rh_commission_setting(bench, "[machine]", "arm_gravity_nm");
    double radius_m = rh_commission_setting(bench, "[machine]", "strap_radius_m");
    double hardware_n = rh_commission_setting(bench, "[machine]", "strap_weight_n");
    double angle_deg = HANG_DEG + 0.5 * (lift->arm_deg + lift->motor_deg);
    return (gravity_nm / radius_m + hardware_n) * cos(angle_deg * RH_RAD_PER_DEG);
}

static const struct {
    double low, high;
    const char *means, *remedy;
} spans[] = {
    {0.08, 0.13, "they give kilograms, not newtons",
     "set the transmitters to newtons, or scale by 9.81"},
    {7.5, 13.0, "they give tenths, or newtons where kilograms are assumed",
     "look at the transmitters' unit and decimals"},
    {0.40, 0.60, "one of the two carries nothing, or has twice the span",
     "pull at each side alone and compare"},
    {-INFINITY, INFINITY, "span, mV/V, strap radius or the arm's weight is wrong",
     "hang a known mass on the strap; correct the span or arm_gravity_nm"},
};

static int judge_span(rh_commission_t *bench, const rh_commission_lift_t *lift)
{
    double sum_n = lift->left_n + lift->right_n;
    double wanted_n = rh_commission_lift_n(bench, lift);
    double ratio = sum_n / wanted_n;
    if (ratio > 0.7 && ratio < 1.4) {
        return 0;
    }
    size_t row = 0;
    while (row + 1 < sizeof spans / sizeof spans[0] &&
           !(ratio > spans[row].low && ratio < spans[row].high)) {
        row++;
    }
    return rh_commission_fail(bench, spans[row].remedy,
                              "the strap cells show %.1f N where the arm's weight is "
                              "%.1f N: %s",
                              sum_n, wanted_n, spans[row].means);
}

int rh_commission_judge_straps(rh_commission_t *bench, const rh_commission_lift_t *lift)
{
    int result = judge_signs(bench, lift);
    return result != 0 ? result : judge_span(bench, lift);
}
