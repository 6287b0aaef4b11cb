/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The step in which the arm is lifted by its strap, by hand: one movement shows the
 * directions and scales of both encoders and of the drive's rate, and the signs and the
 * span of both strap cells, since the arm's weight is known (commission_lift_judge.c).
 */
#include <math.h>

#include "commission_parts.h"

#define MOVED_DEG 45.0 /* enough to judge by */
#define CLOSE_S 0.1    /* from one look to the next */
#define MEAN_S 0.5

typedef struct {
    rh_commission_lift_t *lift;
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

static int record_lift(rh_commission_t *bench, rh_commission_lift_t *lift)
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

/* ---- what it shows --------------------------------------------------------------- */

/* Before the spans: a pair that shows nothing is no wrong span. */
static int judge_pair(rh_commission_t *bench, const rh_commission_lift_t *lift)
{
    return rh_commission_judge_pair(bench, &lift->hang, &lift->held,
                                    RH_SIGNAL_STRAP_LEFT);
}

static int say_lift(rh_commission_t *bench, const rh_commission_lift_t *lift)
{
    return rh_commission_note(bench,
                              "arm %.1f deg, motor %.1f deg, rate %.1f deg; strap left "
                              "%.1f N, right %.1f N of "
                              "%.1f N",
                              lift->arm_deg, lift->motor_deg, lift->rate_deg,
                              lift->left_n, lift->right_n,
                              rh_commission_lift_n(bench, lift));
}

int rh_commission_lift(rh_commission_t *bench)
{
    static int (*const judges[])(rh_commission_t *, const rh_commission_lift_t *) = {
        rh_commission_judge_encoders, judge_pair, rh_commission_judge_straps, say_lift};
    rh_commission_lift_t lift = {0};
    int result = record_lift(bench, &lift);
    for (size_t i = 0; result == 0 && i < sizeof judges / sizeof judges[0]; i++) {
        result = judges[i](bench, &lift);
    }
    if (result <= 0) {
        rh_commission_do(bench, "let the arm down again");
    }
    return result;
}
