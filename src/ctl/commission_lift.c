/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The step in which the arm is lifted by its strap, by hand: one movement shows the
 * directions and scales of both encoders and of the drive's rate, and the signs and the
 * span of both strap cells, since the arm's weight is known.
 */
#include <math.h>
#include <stdio.h>

#include "commission_parts.h"
#include "rh/units.h"

#define MOVED_DEG 45.0  /* enough to judge by */
#define STUCK_DEG 10.0  /* this encoder has not moved */
#define SCALE_FRAC 0.05 /* of the two encoders */
#define RATE_FRAC 0.3
#define CLOSE_S 0.1    /* from one look to the next */
#define ALONG_DEG 15.0 /* so much of the lift was looked at closely */
#define HANG_DEG (-90.0)
#define SIGN_FRAC 0.2  /* of the other cell's force */
#define SIGN_MIN_N 1.0 /* above the cells' noise */
#define MEAN_S 0.5

typedef struct {
    rh_reading_t hang, held;
    double arm_deg, motor_deg; /* moved */
    /* the drive's rate summed up, and its angle, over the parts of the lift that were
     * looked at closely: a console that pauses must not be taken for a wrong scale */
    double rate_deg, along_deg;
    double left_n, right_n; /* without what they show in the hang */
} lift_t;

typedef struct {
    lift_t *lift;
    rh_reading_t last;
    double since_s, arm_deg, motor_deg;
} lifting_t;

static void sum_up(lifting_t *lifting, const rh_reading_t *now)
{
    const rh_reading_t *last = &lifting->last;
    double step_s = 1e-9 * (double)(now->mono_ns - last->mono_ns);
    double rate_dps =
        0.5 * (now->value[RH_SIGNAL_MOTOR_RATE] + last->value[RH_SIGNAL_MOTOR_RATE]);
    if (last->mono_ns != 0 && step_s <= CLOSE_S) {
        lifting->lift->rate_deg += rate_dps * step_s;
        lifting->lift->along_deg +=
            now->value[RH_SIGNAL_MOTOR_ANGLE] - last->value[RH_SIGNAL_MOTOR_ANGLE];
    }
    lifting->last = *now;
}

/* Moved far enough, and still for a second. */
static bool is_held(const rh_commission_t *bench, void *context)
{
    lifting_t *lifting = context;
    const rh_reading_t *now = &bench->now;
    double arm_deg = now->value[RH_SIGNAL_ARM_ANGLE];
    double motor_deg = now->value[RH_SIGNAL_MOTOR_ANGLE];
    double now_s = rh_commission_now_s();
    sum_up(lifting, now);
    if (!(fabs(arm_deg - lifting->arm_deg) < 1.0 &&
          fabs(motor_deg - lifting->motor_deg) < 1.0)) {
        lifting->since_s = now_s;
        lifting->arm_deg = arm_deg;
        lifting->motor_deg = motor_deg;
    }
    const rh_reading_t *hang = &lifting->lift->hang;
    double moved_deg = fmax(fabs(arm_deg - hang->value[RH_SIGNAL_ARM_ANGLE]),
                            fabs(motor_deg - hang->value[RH_SIGNAL_MOTOR_ANGLE]));
    return moved_deg >= MOVED_DEG && now_s - lifting->since_s >= 1.0;
}

static int record_lift(rh_commission_t *bench, lift_t *lift)
{
    int result = rh_commission_await_still(bench);
    result = result != 0 ? result : rh_commission_mean(bench, MEAN_S, &lift->hang);
    if (result != 0) {
        return result;
    }
    rh_commission_do(bench,
                     "lift the arm slowly by the strap, with both hands, until it "
                     "is horizontal, and hold it still there");
    lifting_t lifting = {.lift = lift};
    result = rh_commission_await(bench, is_held, &lifting);
    if (result == RH_STEP_FAILED) {
        return rh_commission_fail(bench, "lift it to horizontal and hold it",
                                  "neither encoder moved by %.0f deg and came to rest",
                                  MOVED_DEG);
    }
    result = result != 0 ? result : rh_commission_mean(bench, MEAN_S, &lift->held);
    lift->arm_deg =
        lift->held.value[RH_SIGNAL_ARM_ANGLE] - lift->hang.value[RH_SIGNAL_ARM_ANGLE];
    lift->motor_deg = lift->held.value[RH_SIGNAL_MOTOR_ANGLE] -
                      lift->hang.value[RH_SIGNAL_MOTOR_ANGLE];
    lift->left_n =
        lift->held.value[RH_SIGNAL_STRAP_LEFT] - lift->hang.value[RH_SIGNAL_STRAP_LEFT];
    lift->right_n = lift->held.value[RH_SIGNAL_STRAP_RIGHT] -
                    lift->hang.value[RH_SIGNAL_STRAP_RIGHT];
    return result;
}

/* ---- encoders -------------------------------------------------------------------- */

static int judge_directions(rh_commission_t *bench, const lift_t *lift)
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

static int judge_scales(rh_commission_t *bench, const lift_t *lift)
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

/* ---- strap cells ----------------------------------------------------------------- */

static int judge_signs(rh_commission_t *bench, const lift_t *lift)
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

/* What the cells must show of an arm that is held still: its weight, and that of the
 * hardware beyond them. */
static double expected_n(const rh_commission_t *bench, const lift_t *lift)
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

static int judge_span(rh_commission_t *bench, const lift_t *lift)
{
    double sum_n = lift->left_n + lift->right_n;
    double wanted_n = expected_n(bench, lift);
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

/* Before the spans: a pair that shows nothing is no wrong span. */
static int judge_pair(rh_commission_t *bench, const lift_t *lift)
{
    return rh_commission_judge_pair(bench, &lift->hang, &lift->held,
                                    RH_SIGNAL_STRAP_LEFT);
}

static int say_lift(rh_commission_t *bench, const lift_t *lift)
{
    return rh_commission_note(bench,
                              "arm %.1f deg, motor %.1f deg, rate %.1f deg; strap left "
                              "%.1f N, right %.1f N of "
                              "%.1f N",
                              lift->arm_deg, lift->motor_deg, lift->rate_deg,
                              lift->left_n, lift->right_n, expected_n(bench, lift));
}

int rh_commission_lift(rh_commission_t *bench)
{
    static int (*const judges[])(rh_commission_t *, const lift_t *) = {
        judge_directions, judge_scales, judge_pair, judge_signs, judge_span, say_lift};
    lift_t lift = {0};
    int result = record_lift(bench, &lift);
    for (size_t i = 0; result == 0 && i < sizeof judges / sizeof judges[0]; i++) {
        result = judges[i](bench, &lift);
    }
    if (result <= 0) {
        rh_commission_do(bench, "let the arm down again");
    }
    return result;
}
